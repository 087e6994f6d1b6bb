"""Movers as an answer: the ranking, all changes, levels by period, the network and the matrix."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from detente import __version__
from detente.answers import Answer, Column, Exhibit, Fact, Provenance, Scale, Table, table_of
from detente.arrays import Ints
from detente.asks.movers.agreeing import agreement
from detente.asks.movers.behind import Act, moved_most
from detente.asks.movers.judged import FALSE_SHARE, NAMED_AT, Movers
from detente.asks.movers.measures import busiest, levels_of, turn_names, turn_of
from detente.asks.movers.ranking import (
    APART,
    CLOSER,
    Move,
    direction,
    moves,
    pair_name,
    shown_pairs,
)
from detente.asks.movers.words import DOES_NOT_SHOW, caveats, headline, sentence
from detente.relations.steps import day_name
from detente.relations.world import KINDS
from detente.rounding import percent_text

EDGES, FRAMES, NEAR = 150, 24, 10
ESTIMATOR = (
    "Lasting change of each pair's rates of cooperation and of conflict since the date, and of the"
    " share of the rarer in all it does, in a negative-binomial model with swings as all pairs have"
    " them, beside what all share and beside the same in both states' other pairs."
)
NULL = "As pairs wander by themselves; a false discovery rate of at most 10% over all questions."
CITATIONS = (
    "Benjamini and Hochberg (1995), Controlling the false discovery rate.",
    "Laird (1978), Nonparametric maximum likelihood estimation of a mixing distribution.",
    "Efron (2004), Large-scale simultaneous hypothesis testing: the choice of a null hypothesis.",
    "Rue, Martino and Chopin (2009), Approximate Bayesian inference for latent Gaussian models.",
)

_PAIR = (Column("state", shown=False), Column("other_state", shown=False))
RANKING = (
    Column("rank", "#", Scale.COUNT),
    *_PAIR,
    Column("pair"),
    Column("kind"),
    Column("direction", "which way", shown=False),
    Column("change_percent", "change", Scale.PERCENT),
    Column("low_90", "90% interval", Scale.PERCENT, through="high_90"),
    Column("high_90", "", Scale.PERCENT),
    Column("probability_risen", "risen", Scale.PROBABILITY),
    Column("false_discovery_rate", "false rate", Scale.PROBABILITY),
    Column("turned", "turned in"),
    Column("turned_from", shown=False),
    Column("turned_until", shown=False),
    Column("other_origins", shown=False),
    Column("sentence", "in a sentence", shown=False),
)
NEAREST = RANKING[1:-5]
ACTS = (
    *_PAIR,
    Column("pair"),
    Column("kind"),
    Column("date", scale=Scale.DATE),
    Column("source", "who"),
    Column("target", "toward whom"),
    Column("cameo", shown=False),
    Column("act"),
    Column("events", scale=Scale.COUNT),
    Column("mentions", scale=Scale.COUNT, shown=False),
)
CHANGES = (
    *_PAIR,
    Column("pair"),
    Column("kind"),
    Column("events_before", scale=Scale.COUNT),
    Column("events_after", scale=Scale.COUNT),
    Column("change_percent", "change", Scale.PERCENT),
    Column("low_90", "90% interval", Scale.PERCENT, through="high_90"),
    Column("high_90", "", Scale.PERCENT),
    Column("probability_risen", "risen", Scale.PROBABILITY),
    Column("false_discovery_rate", "false rate", Scale.PROBABILITY),
    Column("local_false_rate", scale=Scale.PROBABILITY, shown=False),
    Column("attention_percent", "both with others", Scale.PERCENT),
    Column("named", "moved", Scale.FLAG),
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
    named = [move for move in ranked if move.named]
    behind = {move: _behind(movers, move) for move in named[: movers.top]}
    return Answer(
        id="movers",
        kind="movers",
        label=f"Who has moved since {day_name(movers.window.since)}",
        text=headline(movers),
        facts=_facts(movers, named),
        caveats=(*DOES_NOT_SHOW, *caveats(movers)),
        citations=CITATIONS,
        provenance=_provenance(movers),
        exhibits=(
            _ranking(movers, behind),
            *(() if named else (_nearest(movers, ranked),)),
            _acts(movers, behind),
            _levels(movers, places),
            _network(movers),
            _matrix(movers),
            _changes(movers, ranked),
        ),
    )


def _facts(movers: Movers, named: Sequence[Move]) -> tuple[Fact, ...]:
    """How many moved and how many were asked about."""
    pairs = len({move.pair for move in named})
    asked = int(movers.tested.any(axis=1).sum())
    closer = sum(direction(movers, pair) == CLOSER for pair in {move.pair for move in named})
    apart = sum(direction(movers, pair) == APART for pair in {move.pair for move in named})
    return (
        Fact("moved", "Moved", pairs, Scale.COUNT, "pairs"),
        Fact("closer", "Closer", closer, Scale.COUNT, "pairs"),
        Fact("apart", "Further apart", apart, Scale.COUNT, "pairs"),
        Fact("asked", "Asked about", asked, Scale.COUNT, "pairs"),
    )


def _provenance(movers: Movers) -> Provenance:
    """What the answer was computed from."""
    digest = hashlib.sha256(np.ascontiguousarray(movers.world.counts).tobytes())
    digest.update(repr((movers.world.pairs, movers.window.since, movers.window.every)).encode())
    return Provenance(
        digest.hexdigest(), 0, __version__, ESTIMATOR, NULL, (movers.window.coverage.origin,)
    )


def _behind(movers: Movers, move: Move) -> tuple[Act, ...]:
    """The acts that moved a pair most."""
    if movers.acts is None:
        return ()
    pair = movers.world.pairs[move.pair]
    return moved_most(movers.acts, pair, move.kind, movers.window, risen=move.ratio > 1)


def _acts(movers: Movers, behind: Mapping[Move, tuple[Act, ...]]) -> Exhibit:
    """The acts behind each move."""
    rows = tuple(
        (
            *movers.world.pairs[move.pair],
            pair_name(movers, move.pair),
            move.what,
            act.date,
            act.source,
            act.target,
            act.cameo,
            act.name,
            act.events,
            act.mentions,
        )
        for move, acts in behind.items()
        for act in acts
    )
    note = "After a rise the acts since the date, after a fall those before it."
    return Exhibit("acts", "What moved them most", Table(ACTS, rows), note, folded=True)


def _ranking(movers: Movers, behind: Mapping[Move, tuple[Act, ...]]) -> Exhibit:
    """The named pairs and kinds, the largest that is sure first."""
    turns = {move: turn_of(movers, move) for move in behind}
    rows = tuple(
        (
            rank,
            *movers.world.pairs[move.pair],
            pair_name(movers, move.pair),
            move.what,
            direction(movers, move.pair),
            *_percent(move),
            move.risen,
            move.rate,
            *turn_names(movers, turns[move]),
            agreement(movers, move),
            sentence(movers, move, turns[move], acts),
        )
        for rank, (move, acts) in enumerate(behind.items(), start=1)
    )
    return Exhibit("ranking", "Who moved", Table(RANKING, rows))


def _percent(move: Move) -> tuple[float, float, float]:
    """The change and its interval in per cent."""
    change, low, high = (100 * (ratio - 1) for ratio in (move.ratio, move.low, move.high))
    return change, low, high


def _nearest(movers: Movers, ranked: Sequence[Move]) -> Exhibit:
    """Where none is named, the pairs that come nearest to it."""
    rows = tuple(
        (
            *movers.world.pairs[move.pair],
            pair_name(movers, move.pair),
            move.what,
            direction(movers, move.pair),
            *_percent(move),
            move.risen,
            move.rate,
        )
        for move in ranked[: min(NEAR, movers.top)]
    )
    note = (
        "None of these is said to have moved: that takes a false rate of "
        f"{percent_text(NAMED_AT)}, so that of those named at most {percent_text(FALSE_SHARE)} "
        "are false."
    )
    return Exhibit("nearest", "Nearest to having moved", Table(NEAREST, rows), note)


def _changes(movers: Movers, ranked: Sequence[Move]) -> Exhibit:
    """Every pair and kind that was asked about."""
    used, after = movers.window.used, movers.window.after
    counts = movers.world.counts
    rows = tuple(
        (
            *movers.world.pairs[move.pair],
            pair_name(movers, move.pair),
            move.what,
            int(counts[move.pair, move.kind, used & ~after].sum()),
            int(counts[move.pair, move.kind, used & after].sum()),
            *_percent(move),
            move.risen,
            move.rate,
            move.wrong,
            100 * float(np.expm1(movers.attention[move.pair, move.question])),
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
