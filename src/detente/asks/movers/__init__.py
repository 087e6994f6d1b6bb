"""Movers: every two states of the world, and which of them have moved since a date."""
