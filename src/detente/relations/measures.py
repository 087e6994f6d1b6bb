"""What can be read off a panel: measures as sums of its columns, with their units."""

from __future__ import annotations

import difflib

from detente.errors import UsageError
from detente.relations.panel_sql import COUNTS, ROOTS

NET_COOPERATION = "net_cooperation"
"""The one measure that is a balance and not a sum."""

SUMS: dict[str, tuple[str, ...]] = {
    "verbal_cooperation": ("quad1",),
    "material_cooperation": ("quad2",),
    "verbal_conflict": ("quad3",),
    "material_conflict": ("quad4",),
    "cooperation": ("quad1", "quad2"),
    "conflict": ("quad3", "quad4"),
    "total": ("total",),
    "goldstein": ("goldstein",),
    **{f"root{root}": (f"root{root}",) for root in ROOTS},
}
"""The columns of a panel whose sum is the measure."""

MEASURES: tuple[str, ...] = (*SUMS, NET_COOPERATION)
"""All measures of a panel."""

COUNTED = frozenset(name for name, columns in SUMS.items() if set(columns) <= set(COUNTS))
"""The measures that count events."""


def check_measure(name: str) -> str:
    """The measure's name, if it is one.

    Raises:
        UsageError: It is not; the message names near ones.

    Example:
        >>> check_measure("cooperation")
        'cooperation'
    """
    if name in MEASURES:
        return name
    near = difflib.get_close_matches(name, MEASURES, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(MEASURES)}."
    raise UsageError("The measure is not known.", f"It is {name!r}.", hint)


def unit_of(measure: str, every: str) -> str:
    """The unit of a measure by period.

    Example:
        >>> unit_of("cooperation", "month")
        'events per month'
    """
    if measure == NET_COOPERATION:
        return "net cooperation, -1 to 1"
    return f"{'events' if measure in COUNTED else 'Goldstein points'} per {every}"
