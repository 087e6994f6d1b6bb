"""Triads of states: structural balance, and pairs that a third state attacks."""
