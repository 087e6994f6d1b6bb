"""Checks as data; see `detente.answers`."""

from detente.answers import Check

__all__ = ["Check"]
