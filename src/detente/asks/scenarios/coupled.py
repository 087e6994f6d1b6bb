"""Futures in pairs: one without what is supposed and one with it, that share all that they can.

On each day the two arms have their rates. What both would have happens in both, and only what one
has more of happens in it alone. Each arm by itself is an ordinary future of the system; the
difference between them is what is supposed and what follows from it, and where nothing is changed
it is exactly zero. Every pair has its own stream of random numbers, so the same seed gives the same
futures whatever the number of cores.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.arrays import Bools, Floats, Ints
from detente.asks.scenarios.halves import Daily, Months
from detente.compiled import compiled, streams
from detente.helpers import cores

WITHOUT, WITH = 0, 1
TOO_MANY = 60_000  # events of a future: what a count can hold
FEW = 0.5  # clumps
SMALL = 1e-8  # clumping below which counts are Poisson


class Watch(NamedTuple):
    """What is kept of each future.

    Attributes:
        edges: First day of each month, from 0, and the day after the last, shape (S + 1,).
        groups: Which dyads are added up, shape (G, M).
        sets: Which kinds each outcome is about, shape (O, D).
        traced: How many futures are kept day by day.
    """

    edges: Ints
    groups: Floats
    sets: Bools
    traced: int = 0


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of futures; arm 0 is without, arm 1 with what is supposed.

    Attributes:
        counts: Events by pair, arm, month and kind, shape (n, 2, S, D).
        sums: Events of each group of dyads, shape (n, 2, S, G).
        hits: Events of each outcome's kinds, shape (n, 2, O).
        quiet: Longest run of days without any of them, shape (n, 2, O).
        traces: Events by day of the first pairs, shape (traced, 2, T, D).
        block: Number of the parameter draw of each pair, shape (n,).
        lost: Pairs that were stopped, since they held more events than can be counted.
    """

    counts: NDArray[np.uint16]
    sums: NDArray[np.float32]
    hits: NDArray[np.int32]
    quiet: NDArray[np.int32]
    traces: NDArray[np.uint8]
    block: Ints
    lost: int


class Kept(NamedTuple):
    """What is filled in while futures run: see `Pairs`."""

    counts: NDArray[np.uint16]
    sums: NDArray[np.float32]
    hits: NDArray[np.int32]
    quiet: NDArray[np.int32]
    traces: NDArray[np.uint8]


def simulate_pairs(
    drawn: list[tuple[Daily, Months]], watch: Watch, paths: int, *, seed: int = 1
) -> Pairs:
    """Simulate pairs of futures, an equal share of them from each draw of the parameters.

    Args:
        drawn: Both halves by draw.
        watch: What is kept.
        paths: Number of pairs.
        seed: Seed of the random numbers.

    Example:
        >>> from detente.asks.scenarios.halves import no_months
        >>> none, never = np.zeros((2, 1, 1, 1)), np.zeros((2, 30, 1), dtype=np.int64)
        >>> rates = np.full((2, 30, 1), 0.1)
        >>> steady = Daily(rates, none, np.zeros((2, 1, 1)), np.ones(1), np.ones(1), never)
        >>> watch = Watch(np.array([0, 30]), np.zeros((0, 0)), np.zeros((0, 1), dtype=bool))
        >>> pairs = simulate_pairs([(steady, no_months(1, np.zeros(1)))], watch, 100)
        >>> pairs.counts.shape, bool((pairs.counts[:, 0] == pairs.counts[:, 1]).all())
        ((100, 2, 1, 1), True)

    Source:
        Lindvall (1992), Lectures on the Coupling Method: two Poisson variables that share all they
        can.
    """
    held = _empty(drawn[0][0], watch, paths)
    shares = np.array_split(np.arange(paths), len(drawn))
    block = np.repeat(np.arange(len(drawn)), [len(share) for share in shares])
    begins = streams(seed, paths)

    def run(number: int) -> int:
        share = shares[number]
        if not len(share):
            return 0
        first, after = int(share[0]), int(share[-1]) + 1
        own = Kept._make(part[first:after] for part in held)
        return _pairs(*drawn[number], watch, own, begins[first:after])

    with ThreadPoolExecutor(cores()) as pool:
        lost = sum(pool.map(run, range(len(drawn))))
    return Pairs(*held, block, lost)


def _empty(daily: Daily, watch: Watch, paths: int) -> Kept:
    steps, kinds, days = len(watch.edges) - 1, daily.base.shape[2], int(watch.edges[-1])
    outcomes = len(watch.sets)
    return Kept(
        counts=np.zeros((paths, 2, steps, kinds), dtype=np.uint16),
        sums=np.zeros((paths, 2, steps, len(watch.groups)), dtype=np.float32),
        hits=np.zeros((paths, 2, outcomes), dtype=np.int32),
        quiet=np.zeros((paths, 2, outcomes), dtype=np.int32),
        traces=np.zeros((min(watch.traced, paths), 2, days, kinds), dtype=np.uint8),
    )


@compiled
def _pairs(daily: Daily, months: Months, watch: Watch, kept: Kept, begins: Ints) -> int:
    """Fill the results of some pairs by their streams; return how many were stopped."""
    lost = 0
    busy = np.array([daily.forced[:, t].any() for t in range(daily.base.shape[1])])
    for path in range(len(kept.counts)):
        np.random.seed(begins[path])
        lost += _path(daily, months, watch, busy, kept, path)
    return lost


@compiled
def _path(daily: Daily, months: Months, watch: Watch, busy: Bools, kept: Kept, path: int) -> int:
    """Fill one pair; return 1 if it was stopped as too large."""
    warm, left = daily.heat.copy(), np.exp(-daily.decays)
    rates, today = np.empty((2, daily.base.shape[2])), np.zeros((2, daily.base.shape[2]), np.int64)
    last, excited = np.empty((2, len(months.before))), np.empty((2, len(months.state)))
    for arm in range(2):
        last[arm], excited[arm] = months.before, months.state
    since = np.full((2, len(watch.sets)), -1, np.int64)
    month, hazard, due = 0, 0.0, np.random.exponential()
    for t in range(len(busy)):
        hazard += _rates(daily.base, t, warm, left, rates)
        if hazard > TOO_MANY:
            return 1
        clumps = 0
        while hazard > due:  # a Poisson number for the day: points of rate 1 in summed hazard
            clumps += 1
            due += np.random.exponential()
        if clumps > 0 or busy[t]:
            today[:] = daily.forced[:, t]
            _happen(rates, clumps, today)
            _excite(today, daily.jumps, daily.gain, warm)
            _keep(today, t, month, watch, kept, path, since)
        if t + 1 == watch.edges[month + 1]:
            _month(
                kept.counts[path, :, month], last, months, month, excited, watch, kept.sums[path]
            )
            month += 1
    _end(len(busy), since, kept.quiet[path])
    return 0


@compiled
def _rates(base: Floats, t: int, warm: Floats, left: Floats, rates: Floats) -> float:
    """Fill both arms' rates of a day, let the excitement fade, return the sum of the larger."""
    for arm in range(2):
        for d in range(rates.shape[1]):
            rates[arm, d] = base[arm, t, d]
        for k in range(len(left)):
            fade = left[k]
            for d in range(rates.shape[1]):
                rates[arm, d] += warm[arm, k, d]
                warm[arm, k, d] *= fade
    total = 0.0
    for d in range(rates.shape[1]):
        total += max(rates[0, d], rates[1, d])
    return total


@compiled
def _happen(rates: Floats, clumps: int, today: Ints) -> None:
    """Add events: to both arms in proportion to the smaller rate, else to the one with more."""
    size = rates.shape[1]
    total = 0.0
    for d in range(size):
        total += max(rates[0, d], rates[1, d])
    for _ in range(clumps):
        mark, d = total * np.random.random(), 0
        while d < size - 1 and mark >= max(rates[0, d], rates[1, d]):
            mark -= max(rates[0, d], rates[1, d])
            d += 1
        for arm in range(2):
            if mark < rates[arm, d]:
                today[arm, d] += 1


@compiled
def _excite(today: Ints, jumps: Floats, gain: Floats, warm: Floats) -> None:
    for arm in range(2):
        for d in range(today.shape[1]):
            if today[arm, d] > 0:
                for k in range(len(gain)):
                    warm[arm, k] += today[arm, d] * gain[k] * jumps[arm, d, k]


@compiled
def _keep(
    today: Ints, t: int, month: int, watch: Watch, kept: Kept, path: int, since: Ints
) -> None:
    """Note what happened on a day."""
    if path < len(kept.traces):
        kept.traces[path, :, t] = np.minimum(today, 255)
    for arm in range(2):
        for d in range(today.shape[1]):
            kept.counts[path, arm, month, d] += today[arm, d]
        for o in range(len(watch.sets)):
            events = (watch.sets[o] * today[arm]).sum()
            if events > 0:
                kept.hits[path, arm, o] += events
                gap = t - since[arm, o] - 1
                kept.quiet[path, arm, o] = max(kept.quiet[path, arm, o], gap)
                since[arm, o] = t


@compiled
def _end(days: int, since: Ints, quiet: NDArray[np.int32]) -> None:
    """The last quiet time, which the end of the future cuts."""
    for arm in range(2):
        for o in range(since.shape[1]):
            quiet[arm, o] = max(quiet[arm, o], days - 1 - since[arm, o])


@compiled
def _month(
    counts: NDArray[np.uint16], last: Floats, months: Months, month: int, excited: Floats,
    watch: Watch, sums: NDArray[np.float32],
) -> None:  # fmt: skip
    """Draw the relations of a month in both arms, and leave the state for the next."""
    rates, days = np.empty((2, len(months.own))), counts + last
    for arm in range(2):
        if (
            arm == 0
            or (days[1] != days[0]).any()
            or (months.base[1, month] != months.base[0, month]).any()
        ):
            _fill(days[arm], months, months.base[arm, month], rates[arm])
        else:
            rates[arm] = rates[0]
        last[arm] = counts[arm]
    for arm in range(2):
        _last(months, excited[arm], rates[arm])
    shocks = np.ones(len(months.shock))
    for g in range(len(shocks)):
        if months.shock[g] > SMALL:
            shocks[g] = np.random.gamma(1.0 / months.shock[g], months.shock[g])
    left = np.exp(-months.decay)
    for m in range(len(months.own)):
        rates[:, m] *= shocks[months.group[m]]
        low, high = min(rates[0, m], rates[1, m]), max(rates[0, m], rates[1, m])
        shared = _drawn(low, months.clumping[m])
        more = _drawn(high - low, months.clumping[m]) if high > low else 0.0
        for arm in range(2):
            events = shared + (more if rates[arm, m] > low else 0.0)
            excited[arm, m] = left * excited[arm, m] + months.gain * events
            for g in range(len(watch.groups)):
                sums[arm, month, g] += watch.groups[g, m] * events


@compiled
def _fill(days: Floats, months: Months, base: Floats, rates: Floats) -> None:
    """One arm's rates of a month from the days of this month and the last by kind alone."""
    rates[:] = base
    for j in range(len(months.members)):
        driven = np.log1p((months.members[j] * days).sum())
        if driven > 0.0:
            for m in range(len(rates)):
                rates[m] += months.coefficients[m, j] * driven
    for m in range(len(rates)):
        rates[m] = np.exp(rates[m])


@compiled
def _last(months: Months, excited: Floats, rates: Floats) -> None:
    """Add what the last months have left."""
    for m in range(len(rates)):
        rates[m] += months.own[m] * excited[m]
        if months.reverse[m] >= 0:
            rates[m] += months.back[m] * excited[months.reverse[m]]


@compiled
def _drawn(rate: float, clumping: float) -> float:
    """A count with the mean `rate` and the variance `rate * (1 + clumping)`.

    As clumps of a logarithmic size where there are few of them, else as a mixture.
    """
    if clumping <= SMALL:
        return float(np.random.poisson(rate))
    clumps = rate * np.log1p(clumping) / clumping
    if clumps > FEW:
        return float(np.random.poisson(np.random.gamma(rate / clumping, clumping)))
    events = 0
    for _ in range(np.random.poisson(clumps)):
        events += np.random.logseries(clumping / (1.0 + clumping))
    return float(events)
