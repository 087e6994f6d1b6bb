"""Movers as an answer: the ranking, all changes, levels by period, the network and the matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.answers import Answer, Column, Exhibit, Scale, Table, table_of
from detente.arrays import Ints
from detente.asks.movers.measures import busiest, levels_of, turn_names, turn_of
from detente.asks.movers.movers import Movers
from detente.asks.movers.ranking import Move, direction, moves, pair_name, shown_pairs
from detente.relations.world import KINDS

EDGES, FRAMES = 150, 24
STATES = 24

_PAIR = (Column("state", shown=False), Column("other_state", shown=False))
RANKING = (
    Column("rank", "#", Scale.COUNT),
    *_PAIR,
    Column("pair"),
    Column("kind"),
    Column("direction", "which way"),
    Column("ratio", "times as much", Scale.RATIO, places=2),
    Column("low_90", "90% interval", Scale.RATIO, places=2, through="high_90"),
    Column("high_90", "", Scale.RATIO, places=2),
    Column("probability_risen", "risen", Scale.PROBABILITY),
    Column("probability_false", "chance that it is false", Scale.PROBABILITY),
    Column("turned", "turned in"),
    Column("turned_from", shown=False),
    Column("turned_until", shown=False),
)
CHANGES = (
    *_PAIR,
    Column("kind"),
    Column("events_before", scale=Scale.COUNT),
    Column("events_after", scale=Scale.COUNT),
    Column("ratio", scale=Scale.RATIO),
    Column("low_90", scale=Scale.RATIO),
    Column("high_90", scale=Scale.RATIO),
    Column("probability_risen", scale=Scale.PROBABILITY),
    Column("probability_false", scale=Scale.PROBABILITY),
    Column("attention_ratio", scale=Scale.RATIO),
    Column("named", scale=Scale.FLAG),
)
LEVELS = (
    *_PAIR,
    Column("pair"),
    Column("kind"),
    Column("date", scale=Scale.DATE),
    Column("events", scale=Scale.COUNT),
    Column("level", "level, events a period", Scale.NUMBER),
    Column("low_90", "90% interval", Scale.NUMBER, through="high_90"),
    Column("high_90", "", Scale.NUMBER),
)
NETWORK = (
    Column("date", scale=Scale.DATE),
    *_PAIR,
    Column("closeness", "net cooperation, −1 to 1", Scale.NUMBER),
    Column("events", "events a period", Scale.NUMBER),
    Column("named", "moved", Scale.FLAG),
)


MATRIX = (
    Column("row_state"),
    Column("column_state"),
    Column("closeness_before", scale=Scale.NUMBER),
    Column("closeness_after", scale=Scale.NUMBER),
    Column("change", scale=Scale.NUMBER),
    Column("direction"),
)


def answer_of(movers: Movers) -> Answer:
    """The answer of `Movers.answer`."""
    ranked = moves(movers)
    places = shown_pairs(movers, ranked)
    return Answer(
        id="movers",
        kind="movers",
        label=f"Who moved since {movers.window.since}",
        exhibits=(
            _ranking(movers, ranked),
            _levels(movers, places),
            _network(movers),
            _matrix(movers),
            _changes(movers, ranked),
        ),
    )


def _ranking(movers: Movers, ranked: Sequence[Move]) -> Exhibit:
    """The named pairs and kinds, the largest that is sure first."""
    named = [move for move in ranked if move.named][: movers.top]
    rows = tuple(
        (
            rank,
            *movers.world.pairs[move.pair],
            pair_name(movers, move.pair),
            KINDS[move.kind],
            direction(movers, move.pair),
            move.ratio,
            move.low,
            move.high,
            move.risen,
            move.false,
            *turn_names(movers, turn_of(movers, move)),
        )
        for rank, move in enumerate(named, start=1)
    )
    title = f"Who moved since {movers.window.since}"
    return Exhibit("ranking", title, Table(RANKING, rows))


def _changes(movers: Movers, ranked: Sequence[Move]) -> Exhibit:
    """Every pair and kind that was asked about."""
    used, after = movers.window.used, movers.window.after
    counts = movers.world.counts
    rows = tuple(
        (
            *movers.world.pairs[move.pair],
            KINDS[move.kind],
            int(counts[move.pair, move.kind, used & ~after].sum()),
            int(counts[move.pair, move.kind, used & after].sum()),
            move.ratio,
            move.low,
            move.high,
            move.risen,
            move.false,
            float(np.exp(movers.attention[move.pair])),
            move.named,
        )
        for move in ranked
    )
    return Exhibit("changes", "All pairs that were asked about", Table(CHANGES, rows), folded=True)


def _levels(movers: Movers, places: Ints) -> Exhibit:
    """Latent levels of the pairs that are told, by period."""
    levels = levels_of(movers, places)
    dates = movers.window.coverage.dates
    rows = tuple(
        (
            *movers.world.pairs[place],
            pair_name(movers, int(place)),
            KINDS[kind],
            dates[at].item(),
            int(movers.world.counts[place, kind, at]) if movers.window.used[at] else None,
            *(float(part[row, kind, at]) for part in (levels.level, levels.low, levels.high)),
        )
        for row, place in enumerate(places)
        for kind in range(len(KINDS))
        if np.isfinite(levels.level[row, kind, 0])
        for at in range(len(dates))
    )
    table = Table(LEVELS, rows)
    title = "Levels by pair and period"
    return Exhibit("levels", title, table, series=("pair", "kind"), folded=True)


def _network(movers: Movers) -> Exhibit:
    """How close the busiest pairs stand, by period."""
    places = busiest(movers, EDGES)
    levels = levels_of(movers, places)
    volume = np.nan_to_num(levels.level).sum(axis=1)
    dates = movers.window.coverage.dates
    frames = np.unique(np.linspace(0, len(dates) - 1, min(FRAMES, len(dates))).round().astype(int))
    rows = tuple(
        (
            dates[at].item(),
            *movers.world.pairs[place],
            float(levels.closeness[row, at]),
            float(volume[row, at]),
            bool(movers.named[place].any()),
        )
        for at in frames
        for row, place in enumerate(places)
    )
    title = "The world by closeness"
    return Exhibit("network", title, Table(NETWORK, rows), series=("state", "other_state"))


def _matrix(movers: Movers) -> Exhibit:
    """How the closeness of the busiest states changed."""
    places = busiest(movers, EDGES)
    closeness = levels_of(movers, places).closeness
    sides = [movers.window.used & flag for flag in (~movers.window.after, movers.window.after)]
    before, after = (closeness[:, side].mean(axis=1) for side in sides)
    values = {
        "row_state": [movers.world.pairs[place][0] for place in places],
        "column_state": [movers.world.pairs[place][1] for place in places],
        "closeness_before": before,
        "closeness_after": after,
        "change": after - before,
        "direction": [direction(movers, int(place)) for place in places],
    }
    return Exhibit("matrix", "Closeness before and after", table_of(MATRIX, values))
