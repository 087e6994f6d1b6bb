"""Keys of a study file that once had another name, so that old files get an error that helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

RENAMED = {
    "figures": "datasets",
    "figure": "dataset",
    "readings": "measures",
    "reading": "measure",
    "measure": "name",
    "measures": "tracked",
    "periods": "eras",
    "period": "era",
    "window": "window_months",
    "baseline": "baseline_months",
    "windows": "windows_days",
    "primary_window": "primary_window_days",
    "within": "within_days",
}
"""New names by old ones; `docs/migration.md` says where each stands."""

_NAMES_A_MEASURE = ("readings", "reading")


def new_name(key: str, allowed: Sequence[str]) -> str | None:
    """What a key that is not allowed is called now, or None.

    Example:
        >>> new_name("figure", ["dataset", "name"])
        'dataset'
        >>> new_name("figure", ["label"]) is None
        True
    """
    now = RENAMED.get(key)
    return now if now in allowed else None


def modern(recorded: Any, inside: str = "") -> Any:
    """A question, or what it was about, as recorded under older names, in those of today.

    Args:
        recorded: JSON values; what has no older name stays.
        inside: Key that holds them.

    Example:
        >>> modern({"readings": [{"figure": "votes", "measure": "value"}], "within": 28})
        {'measures': [{'dataset': 'votes', 'name': 'value'}], 'within_days': 28}
        >>> modern({"measures": [{"dataset": "votes", "name": "value"}]})
        {'measures': [{'dataset': 'votes', 'name': 'value'}]}
    """
    if isinstance(recorded, list):
        return [modern(item, inside) for item in recorded]
    if not isinstance(recorded, dict):
        return recorded
    return {_modern_key(key, inside): modern(value, key) for key, value in recorded.items()}


def _modern_key(key: str, inside: str) -> str:
    """Two old names are also new ones, and mean the old thing only in certain places."""
    if key == "measures" or (key == "measure" and inside not in _NAMES_A_MEASURE):
        return key
    return RENAMED.get(key, key)
