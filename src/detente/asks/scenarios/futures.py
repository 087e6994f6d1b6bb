"""From pairs of futures to tables: how measures spread, what differs, and which outcomes come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.answers import Column, Scale, Value, table_of
from detente.arrays import Days, Floats, Ints
from detente.asks.scenarios.arms import Arms
from detente.asks.scenarios.coupled import WITH, WITHOUT, Pairs, Watch
from detente.asks.scenarios.model import Model
from detente.rounding import coverage_digits, percent_text

if TYPE_CHECKING:
    from detente.asks.scenarios.simulation import Outcome, Tracked

COVERAGES = (0.5, 0.8, 0.95)
NINETY = (0.05, 0.95)
CHANGE_COLUMNS = (
    Column("id", shown=False),
    Column("measure", "Measure"),
    Column("unit", shown=False),
    Column("difference", "Difference", Scale.POINTS, places=1),
    Column("low90", "90% interval", Scale.POINTS, places=1, through="high90"),
    Column("high90", "90% high", Scale.POINTS, places=1),
    Column("relative_percent", "Relative", Scale.PERCENT, places=1),
    Column("relative_low90", "90% interval", Scale.PERCENT, places=1, through="relative_high90"),
    Column("relative_high90", "90% high", Scale.PERCENT, places=1),
    Column("clear", "Clear", Scale.FLAG),
    Column("counted", shown=False, scale=Scale.FLAG),
)
"""Of each measure: expected value with less without at the end (for relations the mean over the
months), the same relative to the level without, whether it can be told from none, and whether the
measure counts days from the start on."""

OUTCOME_COLUMNS = (
    Column("outcome", "In the futures"),
    Column("without", "Without", Scale.PROBABILITY),
    Column("with", "With", Scale.PROBABILITY),
    Column("difference_points", "Points", Scale.POINTS, places=0),
    Column("low90", "90% interval", Scale.POINTS, places=0, through="high90"),
    Column("high90", "90% high", Scale.POINTS, places=0),
    Column("clear", "Clear", Scale.FLAG),
)


def future_columns() -> tuple[Column, ...]:
    """The columns of measures through the futures: both arms and their difference, with bands.

    Example:
        >>> [column.name for column in future_columns()][:5]
        ['id', 'measure', 'until', 'without', 'without_low50']
    """
    columns = [
        Column("id", shown=False),
        Column("measure", "Measure"),
        Column("until", "Until", Scale.DATE),
    ]
    for part, heading, scale, places, spread in (
        ("without", "Without", Scale.NUMBER, 0, "of futures"),
        ("with", "With", Scale.NUMBER, 0, "of futures"),
        ("difference", "Mean difference", Scale.POINTS, 1, "interval"),
    ):
        columns.append(Column(part, heading, scale, places=places))
        for cover in COVERAGES:
            ends = [f"{part}_{end}{coverage_digits(cover)}" for end in ("low", "high")]
            shown = cover == COVERAGES[-1]
            low = f"{percent_text(cover)} {spread}"
            columns.append(Column(ends[0], low, scale, shown, places, through=ends[1]))
            columns.append(Column(ends[1], f"{percent_text(cover)} high", scale, shown, places))
    return tuple(columns)


@dataclass(frozen=True, eq=False)
class Watched:
    """What a model can watch of the study's measures and outcomes.

    Attributes:
        measures: Those with data; `outcomes` those that the horizon is long enough for.
        watch: The same as masks, for the simulation.
    """

    measures: tuple[Tracked, ...]
    outcomes: tuple[Outcome, ...]
    watch: Watch


def watch_for(model: Model, edges: Ints, traced: int) -> Watched:
    """What is to be watched over a horizon.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> watched = watch_for(model, np.array([0, 30]), 10)
        >>> watched.watch.traced, len(watched.measures) == len(model.simulation.tracked)
        (10, True)
    """
    kinds, groups = model.past.kinds, model.months.groups if model.months else ()
    measures = tuple(
        item
        for item in model.simulation.tracked
        if set(item.actions) & set(kinds) or item.relations in groups
    )
    outcomes = tuple(
        item
        for item in model.simulation.outcomes
        if set(item.actions) & set(kinds) and (item.quiet_days or 0) <= edges[-1]
    )
    sums = [[float(group == m.relations) for group in groups] for m in measures if m.relations]
    sets = [[kind in item.actions for kind in kinds] for item in outcomes]
    return Watched(
        measures,
        outcomes,
        Watch(
            edges=edges,
            groups=np.array(sums).reshape(len(sums), len(groups)),
            sets=np.array(sets, dtype=bool).reshape(len(sets), len(kinds)),
            traced=traced,
        ),
    )


def paths_of(arms: Arms, watched: Watched, pairs: Pairs, measure: Tracked) -> Floats:
    """A measure by pair, arm and step, shape (n, 2, S): from the start on, or of the month.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> from detente.asks.scenarios.arms import halves
        >>> from detente.asks.scenarios.coupled import simulate_pairs
        >>> arms, edges = Arms(model, (4, 4)), np.array([0, 30, 61])
        >>> watched = watch_for(model, edges, 1)
        >>> pairs = simulate_pairs(halves(arms, edges), watched.watch, 10)
        >>> paths_of(arms, watched, pairs, watched.measures[0]).shape
        (10, 2, 2)
    """
    if measure.relations:
        related = [item.id for item in watched.measures if item.relations]
        return pairs.sums[:, :, :, related.index(measure.id)].astype(np.float64)
    kinds = arms.model.past.kinds
    columns = [kinds.index(name) for name in measure.actions if name in kinds]
    counts = pairs.counts[:, :, :, columns].sum(axis=3).astype(np.float64)
    if arms.times and arms.kind in columns:
        step = int(np.searchsorted(watched.watch.edges, arms.day, side="right")) - 1
        if step < counts.shape[2]:
            counts[:, WITH, step] -= arms.times  # what is supposed does not follow from itself
    return np.asarray(counts.cumsum(axis=2))


def future_rows(
    measure: Tracked, values: Floats, block: Ints, until: Days
) -> tuple[tuple[Value, ...], ...]:
    """How a measure spreads over the futures, a row for each step, with `future_columns`.

    Medians of both arms; of the difference the mean, and what the data allow for it: uncertainty of
    the parameters alone, the chance of single futures averaged out.

    Args:
        measure: The measure.
        values: By pair, arm and step, shape (n, 2, S).
        block: Number of the parameter draw of each pair, shape (n,).
        until: Last day of each step.

    Example:
        >>> from detente.asks.scenarios.simulation import Tracked
        >>> measure = Tracked(id="tests", label="tests", actions=["tests"])
        >>> values = np.array([[[0.0, 1.0], [1.0, 3.0]], [[0.0, 1.0], [1.0, 2.0]]])
        >>> until = np.array(["2017-03-31", "2017-04-30"], dtype="datetime64[D]")
        >>> rows = future_rows(measure, values, np.array([0, 1]), until)
        >>> [(row[2], row[3], row[17]) for row in rows]
        [('2017-03-31', 0.0, 1.0), ('2017-04-30', 1.0, 1.5)]
    """
    change = values[:, WITH] - values[:, WITHOUT]
    columns: dict[str, Any] = {
        "id": [measure.id] * len(until),
        "measure": [measure.label] * len(until),
        "until": [str(day) for day in until],
    }
    for part, middle, drawn in (
        ("without", np.median(values[:, WITHOUT], axis=0), values[:, WITHOUT]),
        ("with", np.median(values[:, WITH], axis=0), values[:, WITH]),
        ("difference", change.mean(axis=0), expectations(change, block)),
    ):
        columns[part] = middle
        for cover in COVERAGES:
            ends = np.quantile(drawn, [(1 - cover) / 2, (1 + cover) / 2], axis=0)
            for end, side in zip(("low", "high"), ends, strict=True):
                columns[f"{part}_{end}{coverage_digits(cover)}"] = side
    return table_of(future_columns(), columns).rows


def change_row(measure: Tracked, values: Floats, block: Ints, *, seen: bool) -> tuple[Value, ...]:
    """What differs in a measure, with `CHANGE_COLUMNS`.

    It is clear where the interval leaves out zero and an effect on the measure is seen: kinds can
    only bring more of one another in the model, so that an interval alone never holds zero.

    Args:
        measure: The measure.
        values: By pair, arm and step, shape (n, 2, S).
        block: Number of the parameter draw of each pair, shape (n,).
        seen: Whether an effect on it can be told from none.

    Example:
        >>> from detente.asks.scenarios.simulation import Tracked
        >>> measure = Tracked(id="tests", label="tests", actions=["tests"])
        >>> values = np.array([[[0.0, 1.0], [1.0, 3.0]], [[0.0, 1.0], [1.0, 2.0]]])
        >>> change_row(measure, values, np.array([0, 1]), seen=True)[3:10:3]
        (1.5, 150.0, True)
    """
    change = values[:, WITH] - values[:, WITHOUT]
    counted = measure.relations is None
    total = change[:, -1] if counted else change.mean(axis=1)
    level = values[:, WITHOUT, -1].mean() if counted else values[:, WITHOUT].mean()
    scale = 100 / level if level > 0 else 0.0
    ends = _ninety(total, block)
    return (
        measure.id,
        measure.label,
        "days from the start on" if counted else "events per month",
        *ends,
        *(float(end * scale) for end in ends),
        seen and not ends[1] <= 0 <= ends[2],
        counted,
    )


def _ninety(change: Floats, block: Ints) -> tuple[float, float, float]:
    """Mean of a change over the futures, and the ends of its 90% interval."""
    low, high = np.quantile(expectations(change[:, None], block)[:, 0], NINETY)
    return float(change.mean()), float(low), float(high)


def expectations(values: Floats, block: Ints) -> Floats:
    """Expected values under each draw of the parameters, shape (draws, S).

    The mean of a few futures is their expectation and chance; draws are drawn together by as much
    as chance spreads them, so that what the parameters leave open remains, and the error of the
    mean over all futures is added.

    Args:
        values: By future and step, shape (n, S).
        block: Number of the draw of each future, in order, shape (n,).

    Example:
        >>> values = np.array([[2.0], [2.0], [4.0], [4.0]])
        >>> expectations(values, np.array([0, 0, 1, 1])).ravel().tolist()
        [2.0, 4.0]

    Source:
        Sun, Apley and Staum (2011), Efficient nested simulation for estimating the variance of a
        conditional expectation, Operations Research 59: the spread of means less that of chance.
    """
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    sizes = np.diff(np.append(starts, len(block)))[:, None]
    means = np.add.reduceat(values, starts, axis=0) / sizes
    if len(means) < 2 or sizes.min() < 2:
        return np.asarray(means)
    distance = (values - np.repeat(means, sizes[:, 0], axis=0)) ** 2
    squares = np.add.reduceat(distance, starts, axis=0)
    noise = (squares / (sizes - 1) / sizes).mean(axis=0)
    spread = means.var(axis=0, ddof=1)
    left = np.sqrt(np.clip(1 - noise / np.where(spread > 0, spread, 1), 0, 1))
    centre = means.mean(axis=0)
    error = np.sqrt(noise / len(means)) * np.random.default_rng(1).standard_normal(means.shape)
    return np.asarray(centre + left * (means - centre) + error)


def outcome_row(
    outcome: Outcome, hits: Ints, quiet: Ints, block: Ints, *, label: str, seen: bool
) -> tuple[Value, ...]:
    """Shares of futures with an outcome, with `OUTCOME_COLUMNS`.

    Args:
        outcome: The outcome.
        hits: Events by pair and arm, shape (n, 2).
        quiet: Longest run of days without any, shape (n, 2).
        block: Number of the parameter draw of each pair.
        label: What it is called in this scenario.
        seen: Whether an effect on it can be told from none.

    Example:
        >>> from detente.asks.scenarios.simulation import Outcome
        >>> asked = Outcome(label="a test", actions=["tests"])
        >>> hits = np.array([[0, 1], [0, 1], [1, 1], [0, 0]])
        >>> drawn = np.array([0, 0, 1, 1])
        >>> outcome_row(asked, hits, 0 * hits, drawn, label="a test", seen=True)[:4]
        ('a test', 0.25, 0.75, 50.0)
    """
    days = outcome.quiet_days
    has = (hits > 0 if days is None else quiet >= days).astype(np.float64)
    change, low, high = _ninety(has[:, WITH] - has[:, WITHOUT], block)
    without, with_ = has.mean(axis=0).tolist()
    clear = seen and not low <= 0 <= high
    return label, without, with_, 100 * change, 100 * low, 100 * high, clear
