"""What each of two states did to the other, by kind."""

from __future__ import annotations

import numpy as np

from detente.answers import Column, Exhibit, Scale, Table
from detente.asks.pairs.counts import Counted
from detente.events.actors import name_of
from detente.events.ontology import lookup
from detente.relations.panel_sql import ROOTS


def acts_exhibit(counted: Counted) -> Exhibit:
    """The acts of both directions by CAMEO root: those that happened, from words to blows.

    Example:
        >>> from detente.asks.pairs.view import _example
        >>> acts_exhibit(_example()).table.rows
        (('04', 'Consult', True, 56, 28),)
    """
    a, b = counted.a, counted.b
    columns = (
        Column("root", "Code"),
        Column("kind", "What was done"),
        Column("cooperative", "Cooperation", Scale.FLAG, shown=False),
        Column(f"{a}_to_{b}".lower(), f"{name_of(a)} to {name_of(b)}", Scale.COUNT),
        Column(f"{b}_to_{a}".lower(), f"{name_of(b)} to {name_of(a)}", Scale.COUNT),
    )
    rows = [
        (root, lookup(root).name.capitalize(), lookup(root).quad <= 2, *both)
        for root in ROOTS
        if any(both := (_sum(counted, a, b, root), _sum(counted, b, a, root)))
    ]
    return Exhibit(
        "acts",
        "What each did to the other, by kind",
        Table(columns, tuple(rows)),
        note="Events of the periods that the origin covers, by CAMEO root.",
        mark="exchange",
        says=f"Acts of {name_of(a)} towards {name_of(b)} on the left, the other way on the right.",
    )


def _sum(counted: Counted, source: str, target: str, root: str) -> int:
    series = counted.panel.series(source, target, f"root{root}", origin=counted.origin)
    return int(np.nansum(series.values))
