"""The series of a relation, read from a panel that holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations

import numpy as np

from detente.arrays import Floats
from detente.relations.measures import MEASURES, strength_share
from detente.relations.panel import Panel
from detente.relations.series import Series, combine, share
from detente.relations.steps import check_every, next_start
from detente.study.names import PARTS
from detente.study.parts import Pair, Relation


def holds(panel: Panel, relation: Relation, name: str, codes: Sequence[str]) -> bool:
    """Whether a panel has the measure, and the keys that the relation is about."""
    if not all(panel.gives(part) for part in PARTS.get(name, (name,))):
        return False
    if name == "strength_share" and relation.party is not None:
        pairs = list(combinations(codes, 2))
        return relation.party in codes and all(_has_pair(panel, a, b) for a, b in pairs)
    both = relation.pairs_named
    if both:
        return all(_has_pair(panel, a, b) for a, b in both)
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
    panel: Panel,
    relation: Relation,
    name: str,
    codes: Sequence[str],
    origin: str | None = None,
    *,
    scores: bool = False,
) -> Series:
    """The relation's series of a panel that holds it.

    Args:
        panel: The panel.
        relation: What is measured.
        name: By which measure.
        codes: The parties of the study.
        origin: The origin, if the panel has several.
        scores: Whether it scores, so that several dyads are averaged, and does not count, so that
            they are added.
    """
    if relation.pairs is not None:
        return _of_pairs(panel, relation, name, codes, origin, scores=scores)
    if name == "strength_share" and relation.party is not None:
        ties = strength_share(lambda a, b: panel.pair(a, b, "cooperation", origin=origin), codes)
        own = panel.pair(codes[0], codes[1], "cooperation", origin=origin)
        return replace(ties[relation.party], sources=own.sources, citation=own.citation)
    if name == "conflict_share":
        parts = [_sum(panel, relation, part, codes, origin) for part in PARTS[name]]
        return replace(
            share(parts[0], combine(*parts)), unit="share of conflict in all interaction"
        )
    total = _sum(panel, relation, name, codes, origin)
    if not scores or name in MEASURES:  # those of events say themselves how dyads are put together
        return total
    return replace(total, values=total.values / _dyads(panel, relation, codes))


def _dyads(panel: Panel, relation: Relation, codes: Sequence[str]) -> int:
    """How many rows of a panel a relation is the sum of, period by period."""
    if relation.dyads is not None:
        return len(relation.dyads)
    if panel.layout != "dyad":
        return 1
    return 2 if relation.pair is not None else len(codes) * (len(codes) - 1)


def _of_pairs(
    panel: Panel,
    relation: Relation,
    name: str,
    codes: Sequence[str],
    origin: str | None,
    *,
    scores: bool,
) -> Series:
    """Several pairs as one series: counts together; scores their mean, less that of others."""

    def read(pairs: list[Pair]) -> list[Series]:
        return [
            read_series(panel, Relation(pair=pair), name, codes, origin, scores=scores)
            for pair in pairs
        ]

    own = read(relation.pairs or [])
    if not scores:
        return combine(*own)
    values = mean_level([item.values for item in own])
    if relation.compared_with:
        values = values - mean_level([item.values for item in read(relation.compared_with)])
    return replace(own[0], values=values)


def mean_level(levels: Sequence[Floats]) -> Floats:
    """The mean of several scores by period, each about its own mean, so that a gap moves nothing.

    Args:
        levels: Scores by period, NaN where not known, each of shape (T,).

    Returns:
        Shape (T,); NaN where fewer than half of them are known.

    Example:
        >>> low, high = np.array([0.0, 2.0, np.nan]), np.array([10.0, 12.0, 11.0])
        >>> mean_level([low, high]).tolist()
        [5.0, 7.0, 6.0]
    """
    table = np.stack(levels)
    table = table[np.isfinite(table).any(axis=1)]
    own = np.nanmean(table, axis=1, keepdims=True)
    count = np.isfinite(table).sum(axis=0)
    apart = np.nansum(table - own, axis=0) / np.maximum(count, 1)
    return np.where(2 * count >= len(levels), own.mean() + apart, np.nan)


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
