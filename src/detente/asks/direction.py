"""Which way a claim or a question points: the one place that decides it."""

from __future__ import annotations

RISING = {"up", "highest", "above"}


def upward(direction: str, *, reverse: bool) -> bool:
    """Whether numbers rise, by the words of an ask.

    Args:
        direction: "up" or "down", "highest" or "lowest", "above" or "below", as the ask says it.
        reverse: Whether higher numbers mean less of what the ask is about.

    Example:
        >>> upward("above", reverse=False), upward("highest", reverse=True)
        (True, False)
    """
    return (direction in RISING) != reverse
