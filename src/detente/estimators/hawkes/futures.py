"""Many futures of a binned Hawkes process, day by day, compiled.

Events are few and excitement is sparse: on each day one number says how many clumps of events there
are in all dimensions together, and only the events that happen cost more. Every future has its own
stream of random numbers, so the same seed gives the same futures whatever the number of cores, and
two scenarios with the same seed differ only by what the scenario changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats, Ints
from detente.compiled import compiled, streams
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.hawkes.baseline import Baseline, make_baseline
from detente.estimators.hawkes.binned import BinnedHawkes, BinnedParameters
from detente.estimators.hawkes.target import POISSON
from detente.helpers import cores
from detente.rounding import count_text, number

LAST_YEAR = 365  # days whose mean exposure goes on into the future
MOST_CELLS = 1_000_000_000  # of the counts that are returned, 2 bytes each
MOST_EVENTS = 60_000  # in a block, beside those set to happen: what a count can hold
MOST_FORCED = 5_000


@dataclass(frozen=True, eq=False)
class Futures(Shown):
    """Simulated futures.

    Attributes:
        names: Names of the D dimensions.
        every_days: Days in a block; the last block may be shorter.
        counts: Events by future, block and dimension, shape (paths, blocks, D).
        first: Day of the first event of each dimension, counted from 0, or -1 if none comes, shape
            (paths, D).
        lost: Futures that were stopped since a block held more events than can be counted: signs of
            parameters near or beyond stationarity.
    """

    names: tuple[str, ...]
    every_days: int
    counts: NDArray[np.uint16]
    first: NDArray[np.int32]
    lost: int

    def probability(self, days: int) -> Floats:
        """Share of futures with an event of each dimension within the first `days` days, (D,)."""
        return np.asarray(((self.first >= 0) & (self.first < days)).mean(axis=0))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Mean, median and 90% interval of the counts, by block and dimension."""
        blocks, size = self.counts.shape[1:]
        low, middle, high = np.quantile(self.counts, [0.05, 0.5, 0.95], axis=0)
        values = {
            "day": np.repeat(np.arange(blocks) * self.every_days, size),
            "dimension": list(self.names) * blocks,
            "mean": self.counts.mean(axis=0).ravel(),
            "low": low.ravel(),
            "median": middle.ravel(),
            "high": high.ravel(),
        }
        settings = {"x": "day", "y": "median", "bands": [("low", "high")], "row": "dimension"}
        titles = ("first day of the block", f"events in {self.every_days} days")
        return (exhibit("futures", "What may come", values, "lines", titles=titles, **settings),)


def hawkes_futures(
    model: BinnedHawkes,
    days: int,
    *,
    paths: int = 1000,
    seed: int = 1,
    parameters: Sequence[BinnedParameters] | None = None,
    exposure: Floats | float | None = None,
    covariates: Floats | None = None,
    periods: Ints | None = None,
    forced: Floats | None = None,
    every_days: int = 1,
) -> Futures:
    """Simulate what may come after the end of the sample.

    Args:
        model: The fitted model.
        days: Days to simulate.
        paths: Number of futures.
        seed: Seed of the random numbers.
        parameters: Parameters to use in turn, such as those of `draw_parameters`; None for the
            fitted ones.
        exposure: Exposure in the unit of the fit, one number or one per day; None for its mean over
            the last year of the sample.
        covariates: Covariates of the coming days, shape (days, m) or (D, days, m), as in the fit.
        periods: Labels of the periods of the coming days, shape (days,); None for the last one.
        forced: Events that are set to happen beside those simulated, whole numbers of shape
            (days, D).
        every_days: Days in a block of the counts returned.

    Raises:
        UsageError: The process is not stationary, shapes do not match, or the result is too large.

    Example:
        >>> from detente.estimators import fit_hawkes_by_date
        >>> days = np.random.default_rng(1).poisson(0.3, size=(400, 2))
        >>> model = fit_hawkes_by_date(days, decays_per_day=[0.5], exposure=np.ones(400))
        >>> futures = hawkes_futures(model, 28, paths=200, every_days=7)
        >>> futures.counts.shape, futures.probability(28).shape
        ((200, 4, 2), (2,))

    Source:
        Kirchner (2016), Hawkes and INAR(infinity) processes, for the process by day.
    """
    used = [model.parameters()] if parameters is None else list(parameters)
    _check(model, days, paths, every_days, used)
    baseline = _future(model, days, exposure, covariates, periods)
    set_events = _forced(forced, days, len(model.names))
    blocks = -(-days // every_days)
    counts = np.zeros((paths, blocks, len(model.names)), dtype=np.uint16)
    first = np.full((paths, len(model.names)), -1, dtype=np.int32)
    groups = np.array_split(np.arange(paths), min(len(used), paths))
    begins = streams(seed, paths)

    def run(job: tuple[BinnedParameters, Ints]) -> int:
        values, group = job
        size, number = len(values.effects), len(values.decays)
        jumps = np.ascontiguousarray(values.excitation.transpose(1, 2, 0))
        heat = np.ascontiguousarray(np.einsum("dek,ek->kd", values.excitation, values.state))
        return _paths(
            baseline.rates(values.effects), jumps.reshape(size, number, size), heat, values.decays,
            values.gain, values.clumping, set_events, every_days, begins[group],
            counts[group[0] : group[-1] + 1], first[group[0] : group[-1] + 1],
        )  # fmt: skip

    if len(groups) == 1:
        groups = np.array_split(np.arange(paths), min(4 * cores(), paths))
        used = used[:1] * len(groups)
    with ThreadPoolExecutor(cores()) as pool:
        lost = sum(pool.map(run, zip(used, groups, strict=False)))
    return Futures(model.names, every_days, counts, first, lost)


def _check(
    model: BinnedHawkes, days: int, paths: int, every_days: int, used: list[BinnedParameters]
) -> None:
    if min(days, paths, every_days, len(used)) < 1:
        raise UsageError(
            "Futures could not be simulated.",
            f"{days} days, {paths} paths, blocks of {every_days} days, "
            f"{len(used)} sets of parameters.",
            "Give at least one of each.",
        )
    if not model.stationary:
        raise UsageError(
            "Futures could not be simulated.",
            f"The fitted process is not stationary (spectral radius {number(model.radius, 2)}).",
            "Add periods, covariates or exposure, or set a ridge, and fit again.",
        )
    cells = paths * -(-days // every_days) * len(model.names)
    if cells > MOST_CELLS:
        raise UsageError(
            "Futures could not be simulated.",
            f"The result would hold {count_text(cells)} counts.",
            "Ask for longer blocks (every_days) or fewer paths.",
        )


def _future(
    model: BinnedHawkes,
    days: int,
    exposure: Floats | float | None,
    covariates: Floats | None,
    periods: Ints | None,
) -> Baseline:
    """The baseline's design for the days after the sample."""
    past, labels = model.inputs.baseline, None
    sample = len(past.exposure)
    given = model.inputs.periods
    if given is not None:
        labels = tuple(int(label) for label in np.unique(given))
        periods = np.full(days, given[-1]) if periods is None else periods
    elif periods is not None:
        raise UsageError(
            "The future's periods could not be used.",
            "The model was fitted without periods.",
            "Leave them out, or fit with periods.",
        )
    recent = past.exposure[-LAST_YEAR:]
    mean = float(recent[recent > 0].mean()) if recent.any() else 1.0
    volume = mean * past.scale if exposure is None else exposure
    future = make_baseline(
        sample + np.arange(days, dtype=np.float64) + 0.5,
        exposure=np.broadcast_to(np.asarray(volume, dtype=np.float64), (days,)),
        covariates=covariates,
        season=model.inputs.season,
        periods=periods,
        scale=past.scale,
        labels=labels,
    )
    if future.names != past.names:
        raise UsageError(
            "The future's baseline does not fit the model.",
            f"It has the columns {', '.join(future.names)}; {', '.join(past.names)} are needed.",
            "Give the covariates of the coming days, as many as in the fit.",
        )
    return future


def _forced(forced: Floats | None, days: int, dimensions: int) -> Ints:
    if forced is None:
        return np.zeros((days, dimensions), dtype=np.int64)
    given = np.asarray(forced)
    whole = given.shape == (days, dimensions) and bool((given == np.round(given)).all())
    if not whole or (given < 0).any() or given.sum() > MOST_FORCED:
        raise UsageError(
            "The events that are set to happen could not be used.",
            f"They have shape {given.shape}, or some are negative, not whole or too many.",
            f"Give whole numbers of shape ({days}, {dimensions}).",
        )
    return given.astype(np.int64)


@compiled
def _paths(
    base: Floats,
    jumps: Floats,
    start: Floats,
    decays: Floats,
    gain: Floats,
    clumping: Floats,
    forced: Ints,
    every_days: int,
    begins: Ints,
    counts: NDArray[np.uint16],
    first: NDArray[np.int32],
) -> int:
    """Fill counts and first days of some paths; return how many were stopped as too large."""
    lost, heat = 0, np.empty(start.shape)
    shares, sizes = _clump_shares(clumping), _clump_sizes(clumping)
    busy = np.array([forced[t].any() for t in range(len(base))])
    for path in range(len(counts)):
        np.random.seed(begins[path])
        heat[:] = start
        lost += _path(
            base, jumps, heat, decays, gain, shares, sizes, forced, busy, every_days,
            counts[path], first[path],
        )  # fmt: skip
    return lost


@compiled
def _path(
    base: Floats,
    jumps: Floats,
    heat: Floats,
    decays: Floats,
    gain: Floats,
    shares: Floats,
    sizes: Floats,
    forced: Ints,
    busy: Bools,
    every_days: int,
    counts: NDArray[np.uint16],
    first: NDArray[np.int32],
) -> int:
    """Fill one path; return 1 if it was stopped as too large."""
    size = base.shape[1]
    left, ladder, crowd = np.exp(-decays), np.empty(size), 0
    for t in range(len(base)):
        total = _rates(base[t], heat, shares, left, ladder)
        # Excitement counts from tomorrow, so it can be added while today is still being drawn.
        crowd = crowd if t % every_days else 0
        for _ in range(np.random.poisson(total)):
            d = _chosen(ladder, total * np.random.random())
            events = np.random.logseries(sizes[d]) if sizes[d] > 0.0 else 1
            crowd += events
            if crowd > MOST_EVENTS:
                return 1
            _happen(d, events, t, every_days, jumps, gain, heat, counts, first)
        if busy[t]:
            for d in range(size):
                if forced[t, d] > 0:
                    _happen(d, forced[t, d], t, every_days, jumps, gain, heat, counts, first)
    return 0


@compiled
def _rates(base: Floats, heat: Floats, shares: Floats, left: Floats, ladder: Floats) -> float:
    """Fill the summed rates of clumps today, let excitement fade by a day, and return the total."""
    ladder[:] = base
    for k in range(len(left)):
        for d in range(len(base)):
            ladder[d] += heat[k, d]
            heat[k, d] *= left[k]
    total = 0.0
    for d in range(len(base)):
        total += ladder[d] * shares[d]
        ladder[d] = total
    return total


@compiled
def _chosen(ladder: Floats, mark: float) -> int:
    """The first dimension whose summed rate exceeds the mark."""
    d = 0
    while d < len(ladder) - 1 and mark >= ladder[d]:
        d += 1
    return d


@compiled
def _happen(
    d: int,
    events: int,
    t: int,
    every_days: int,
    jumps: Floats,
    gain: Floats,
    heat: Floats,
    counts: NDArray[np.uint16],
    first: NDArray[np.int32],
) -> None:
    """Count the events of a dimension on a day, and add what they excite."""
    counts[t // every_days, d] += events
    if first[d] < 0:
        first[d] = t
    for k in range(len(gain)):
        rise = events * gain[k]
        for target in range(heat.shape[1]):
            heat[k, target] += rise * jumps[d, k, target]


@compiled
def _clump_shares(clumping: Floats) -> Floats:
    """Clumps per event by dimension: 1 for Poisson."""
    result = np.ones(len(clumping))
    for d in range(len(clumping)):
        if clumping[d] >= POISSON:
            result[d] = np.log1p(clumping[d]) / clumping[d]
    return result


@compiled
def _clump_sizes(clumping: Floats) -> Floats:
    """Parameter of the logarithmic distribution of a clump's size; 0 for single events."""
    result = np.zeros(len(clumping))
    for d in range(len(clumping)):
        if clumping[d] >= POISSON:
            result[d] = clumping[d] / (1.0 + clumping[d])
    return result
