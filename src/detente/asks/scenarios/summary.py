"""From pairs of futures to fans, outcomes and the difference between the arms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.asks.scenarios.arms import Arms
from detente.asks.scenarios.coupled import WITH, WITHOUT, Pairs, Watch
from detente.asks.scenarios.model import Model
from detente.asks.scenarios.result import COVERAGES, Fan, MeasureFan, OutcomeRow
from detente.study.scenarios import Outcome, Tracked

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NINETY = (0.05, 0.95)


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
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> watched = watch_for(model, np.array([0, 30]), 10)
        >>> watched.watch.traced, len(watched.measures) == len(model.simulation.tracked)
        (10, True)
    """
    kinds, groups = model.past.kinds, model.months.groups if model.months else ()
    measures = tuple(
        one
        for one in model.simulation.tracked
        if set(one.actions) & set(kinds) or one.relations in groups
    )
    outcomes = tuple(
        one
        for one in model.simulation.outcomes
        if set(one.actions) & set(kinds) and (one.quiet_days or 0) <= edges[-1]
    )
    sums = [[float(one == m.relations) for one in groups] for m in measures if m.relations]
    sets = [[kind in one.actions for kind in kinds] for one in outcomes]
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


def paths_of(model: Model, watched: Watched, pairs: Pairs, arms: Arms, measure: Tracked) -> Floats:
    """A measure by pair, arm and step, shape (n, 2, S): from the start on, or of the month.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> from detente.asks.scenarios.arms import halves
        >>> from detente.asks.scenarios.coupled import simulate_pairs
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> arms, edges = Arms((4, 4)), np.array([0, 30, 61])
        >>> watched = watch_for(model, edges, 1)
        >>> pairs = simulate_pairs(halves(model, arms, edges), watched.watch, 10)
        >>> paths_of(model, watched, pairs, arms, watched.measures[0]).shape
        (10, 2, 2)
    """
    if measure.relations:
        related = [one.id for one in watched.measures if one.relations]
        return pairs.sums[:, :, :, related.index(measure.id)].astype(np.float64)
    columns = [model.past.kinds.index(name) for name in measure.actions if name in model.past.kinds]
    counts = pairs.counts[:, :, :, columns].sum(axis=3).astype(np.float64)
    if arms.times and arms.kind in columns:
        step = int(np.searchsorted(watched.watch.edges, arms.day, side="right")) - 1
        if step < counts.shape[2]:
            counts[:, WITH, step] -= arms.times  # what is supposed does not follow from itself
    return np.asarray(counts.cumsum(axis=2))


def measure_fan(
    measure: Tracked,
    values: Floats,
    block: Ints,
    until: NDArray[np.datetime64],
    *,
    seen: bool,
    note: str,
) -> MeasureFan:
    """The fans of one measure.

    Args:
        measure: The measure.
        values: By pair, arm and step, shape (n, 2, S).
        block: Number of the parameter draw of each pair, shape (n,).
        until: Last day of each step.
        seen: Whether an effect on it can be told from none.
        note: What a reader must know.

    Example:
        >>> measure = Tracked(id="tests", label="tests", actions=["tests"])
        >>> values = np.array([[[0.0, 1.0], [1.0, 3.0]], [[0.0, 1.0], [1.0, 2.0]]])
        >>> until = np.array(["2017-03-31", "2017-04-30"], dtype="datetime64[D]")
        >>> made = measure_fan(measure, values, np.array([0, 1]), until, seen=True, note="")
        >>> made.without.middle.tolist(), made.difference.middle.tolist(), made.clear
        ([0.0, 1.0], [1.0, 1.5], True)
    """
    change = values[:, WITH] - values[:, WITHOUT]
    expected = expectations(change, block)
    single = measure.relations is None
    total = change[:, -1] if single else change.mean(axis=1)
    level = values[:, WITHOUT, -1].mean() if single else values[:, WITHOUT].mean()
    low, high = np.quantile(expectations(total[:, None], block)[:, 0], NINETY)
    found = (float(total.mean()), float(low), float(high))
    scale = 1 / level if level > 0 else 0.0
    return MeasureFan(
        id=measure.id,
        label=measure.label,
        unit="days from the start on" if single else "events per month",
        until=until,
        cumulated=single,
        without=_fan(values[:, WITHOUT]),
        with_=_fan(values[:, WITH]),
        difference=Fan(change.mean(axis=0), _bands(expected)),
        total=found,
        relative=(found[0] * scale, found[1] * scale, found[2] * scale),
        clear=seen and not low <= 0 <= high,
        note=note,
    )


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
) -> OutcomeRow:
    """Shares of futures with an outcome.

    Args:
        outcome: The outcome.
        hits: Events by pair and arm, shape (n, 2).
        quiet: Longest run of days without any, shape (n, 2).
        block: Number of the parameter draw of each pair.
        label: What it is called in this scenario.
        seen: Whether an effect on it can be told from none.

    Example:
        >>> asked = Outcome(label="a test", actions=["tests"])
        >>> hits = np.array([[0, 1], [0, 1], [1, 1], [0, 0]])
        >>> drawn = np.array([0, 0, 1, 1])
        >>> row = outcome_row(asked, hits, 0 * hits, drawn, label="a test", seen=True)
        >>> row.without, row.with_, row.difference
        (0.25, 0.75, 0.5)
    """
    days = outcome.quiet_days
    has = (hits > 0 if days is None else quiet >= days).astype(np.float64)
    change = has[:, WITH] - has[:, WITHOUT]
    low, high = np.quantile(expectations(change[:, None], block)[:, 0], NINETY)
    return OutcomeRow(
        label=label,
        without=float(has[:, WITHOUT].mean()),
        with_=float(has[:, WITH].mean()),
        difference=float(change.mean()),
        low=float(low),
        high=float(high),
        clear=seen and not low <= 0 <= high,
    )


def _fan(values: Floats) -> Fan:
    return Fan(np.median(values, axis=0), _bands(values))


def _bands(values: Floats) -> dict[float, Floats]:
    return {
        cover: np.quantile(values, [(1 - cover) / 2, (1 + cover) / 2], axis=0)
        for cover in COVERAGES
    }
