"""Sentences of our own with the events that they tell, to learn coding from and to score it on."""
