"""What an ask names, wherever in it it stands: states and days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

STATES = {
    "pair", "pairs", "compared_with", "dyads", "party", "attacker", "great_powers", "group",
    "others", "between",
}  # fmt: skip
"""Keys that hold codes of states."""


def leaves(entry: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of an entry with the keys that lead to it.

    Args:
        entry: A model of a part of a study file, a list, a table or a value.
        path: The keys up to here.

    Example:
        >>> from detente.study.parts import Relation
        >>> list(leaves(Relation(pair=["USA", "CHN"])))[:2]
        [('pair', 'USA'), ('pair', 'CHN')]
    """
    if isinstance(entry, BaseModel):
        for name in type(entry).model_fields:
            if name in entry.__dict__:
                yield from leaves(entry.__dict__[name], f"{path}.{name}".lstrip("."))
    elif isinstance(entry, list | tuple):
        for item in entry:
            yield from leaves(item, path)
    elif isinstance(entry, dict):
        for key, item in entry.items():
            yield from leaves(item, f"{path}.{key}".lstrip("."))
    else:
        yield path, entry


def states_in(entry: Any) -> Iterator[tuple[str, str]]:
    """The codes of states that an entry names, with where."""
    for path, value in leaves(entry):
        if isinstance(value, str) and path.rpartition(".")[2] in STATES:
            yield path, value


def days_in(entry: Any) -> Iterator[tuple[str, dt.date]]:
    """The days that an entry names, with where."""
    for path, value in leaves(entry):
        if isinstance(value, dt.date):
            yield path, value
