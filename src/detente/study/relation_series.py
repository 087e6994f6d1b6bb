"""The series of a relation, read from a panel that holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np

from detente.relations.measures import strength_share
from detente.relations.panel import Panel
from detente.relations.series import Series, combine, share
from detente.relations.steps import check_every, next_start
from detente.study.names import PARTS
from detente.study.parts import Relation


def holds(panel: Panel, relation: Relation, name: str, codes: Sequence[str]) -> bool:
    """Whether a panel has the measure, and the keys that the relation is about."""
    if not all(panel.gives(part) for part in PARTS.get(name, (name,))):
        return False
    if name == "strength_share" and relation.party is not None:
        pairs = list(combinations(codes, 2))
        return relation.party in codes and all(_has_pair(panel, a, b) for a, b in pairs)
    if relation.pair is not None:
        return _has_pair(panel, relation.pair[0], relation.pair[1])
    held = set(panel.keys())
    if relation.dyads is not None:
        return {(a, b) for a, b in relation.dyads} <= held and panel.layout == "dyad"
    if relation.party is not None:
        return (relation.party,) in held
    return () in held or (panel.layout == "dyad" and set(permutations(codes, 2)) <= held)


def _has_pair(panel: Panel, a: str, b: str) -> bool:
    ways = {(a, b), (b, a)} & set(panel.keys())
    return len(ways) == 2 if panel.layout == "dyad" else panel.layout == "pair" and bool(ways)


def read_series(
    panel: Panel, relation: Relation, name: str, codes: Sequence[str], origin: str | None = None
) -> Series:
    """The relation's series of a panel that holds it."""
    if name == "strength_share" and relation.party is not None:
        ties = strength_share(lambda a, b: panel.pair(a, b, "cooperation", origin=origin), codes)
        own = panel.pair(codes[0], codes[1], "cooperation", origin=origin)
        return replace(ties[relation.party], sources=own.sources, citation=own.citation)
    if name == "conflict_share":
        parts = [_sum(panel, relation, part, codes, origin) for part in PARTS[name]]
        return replace(
            share(parts[0], combine(*parts)), unit="share of conflict in all interaction"
        )
    return _sum(panel, relation, name, codes, origin)


def _sum(
    panel: Panel, relation: Relation, name: str, codes: Sequence[str], origin: str | None
) -> Series:
    if relation.pair is not None:
        return panel.pair(relation.pair[0], relation.pair[1], name, origin=origin)
    if relation.dyads is not None:
        return combine(*(panel.series(a, b, name, origin=origin) for a, b in relation.dyads))
    if relation.party is not None:
        return panel.party(relation.party, name, origin=origin)
    return panel.system(name, origin=origin, among=codes)


def until(series: Series, as_of: dt.date) -> Series:
    """Only periods that were over on the day."""
    ends = next_start(series.dates, check_every(series.every))
    keep = ends <= np.datetime64(as_of, "D") + np.timedelta64(1, "D")
    last = int(keep.sum())
    return series.window(None, str(series.dates[last - 1])) if last else series.window("9999-01-01")
