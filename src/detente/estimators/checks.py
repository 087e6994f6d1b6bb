"""Checks as data: what was looked at, whether it passed, and what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A check of a design. `passed` is None where the check could not be made or decides nothing.

    Example:
        >>> Check("Stationary", True, "The largest root is 0.82.").passed
        True
    """

    name: str
    passed: bool | None
    text: str
