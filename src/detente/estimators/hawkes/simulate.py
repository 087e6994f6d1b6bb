"""Simulation of a Hawkes process in continuous time: by clusters (fast), and by thinning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.compiled import compiled
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.hawkes.process import Process
from detente.rounding import number

CROWDED = 64  # times in one bucket beyond which a sort by comparison is faster


@dataclass(frozen=True, eq=False)
class Events(Shown):
    """Events in order of time.

    Attributes:
        times: Times in days, shape (N,).
        kinds: Dimension of each event, shape (N,).
        weights: Impact of each event, shape (N,).
    """

    times: Floats
    kinds: Ints
    weights: Floats

    def exhibits(self) -> tuple[Exhibit, ...]:
        """A stroke for each event, one line per dimension."""
        values = {"time": self.times, "kind": self.kinds, "weight": self.weights}
        settings = {"x": "time", "y": "kind", "titles": ("days", "dimension")}
        return (exhibit("events", "Events", values, "strokes", **settings),)

    def daily(self, dimensions: int, days: int) -> Floats:
        """Events per day, shape (days, dimensions): what is left when only dates are kept."""
        cells = np.floor(self.times).astype(np.int64) * dimensions + self.kinds
        counts = np.bincount(cells, minlength=days * dimensions)
        return np.asarray(counts.reshape(-1, dimensions)[:days], dtype=np.float64)


def simulate_hawkes(
    process: Process, *, seed: int = 1, method: str = "cluster", weights: Floats | None = None
) -> Events:
    """Simulate a process over its window, with nothing before it.

    Args:
        process: The process.
        seed: Seed of the random numbers.
        method: `cluster` lets every event bring its follow-ons, generation by generation;
            `thinning` goes through time and keeps candidates in proportion to the rate. Both have
            the same distribution.
        weights: Impacts to draw from, one for each event, shape (n,); None for 1. Their mean should
            be 1.

    Raises:
        UsageError: The process is not stationary, or the method is unknown.

    Example:
        >>> from detente.estimators.hawkes.process import hawkes_process
        >>> process = hawkes_process([1.0], [[0.5]], 2.0, 1000.0)
        >>> 1700 < len(simulate_hawkes(process).times) < 2300
        True

    Source:
        Hawkes and Oakes (1974), A cluster process representation of a self-exciting process;
        Ogata (1981), On Lewis' simulation method for point processes.
    """
    if process.radius >= 1:
        raise UsageError(
            "The process could not be simulated.",
            f"It is not stationary: the spectral radius is {number(process.radius, 2)}.",
            "Lower the branching matrix until its spectral radius is below 1.",
        )
    pool = np.ones(1) if weights is None else np.ascontiguousarray(weights, dtype=np.float64)
    if method == "cluster":
        times, kinds, impact = _clusters(*_arrays(process), pool, seed)
        order = _in_time(times, float(process.edges[0]), float(process.edges[-1]))
        return Events(times[order], kinds[order], impact[order])
    if method == "thinning":
        return Events(*_thinned(*_arrays(process), pool, seed))
    raise UsageError(
        "The process could not be simulated.",
        f"The method {method!r} is unknown.",
        "Use 'cluster' or 'thinning'.",
    )


def _arrays(process: Process) -> tuple[Floats, Floats, Floats, Floats]:
    jumps = np.ascontiguousarray(process.jumps.transpose(1, 2, 0))  # source, decay, target
    return process.base, process.edges, jumps, process.decays


@compiled
def _in_time(times: Floats, start: float, stop: float) -> Ints:
    """The order of the times: each into its bucket, of about one time each, then sorted there.

    Where times spread evenly over the window, this is faster than a sort by comparison.
    """
    size = len(times)
    scale = size / (stop - start)
    first = np.zeros(size + 1, np.int64)
    for time in times:
        first[min(int((time - start) * scale), size - 1) + 1] += 1
    if first.max() > CROWDED:
        return np.argsort(times)
    for bucket in range(size):
        first[bucket + 1] += first[bucket]
    order, filled = np.empty(size, np.int64), first[:size].copy()
    for i in range(size):
        bucket = min(int((times[i] - start) * scale), size - 1)
        place = filled[bucket]
        while place > first[bucket] and times[order[place - 1]] > times[i]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = i
        filled[bucket] += 1
    return order


@compiled
def _floats(values: Floats, needed: int) -> Floats:
    """The array with room for `needed` values."""
    if needed <= len(values):
        return values
    larger = np.empty(2 * needed)
    larger[: len(values)] = values
    return larger


@compiled
def _ints(values: Ints, needed: int) -> Ints:
    if needed <= len(values):
        return values
    larger = np.empty(2 * needed, np.int64)
    larger[: len(values)] = values
    return larger


@compiled
def _immigrants(base: Floats, edges: Floats) -> tuple[Floats, Ints, int]:
    """Events of the baseline in arrays with room for more, and their number."""
    times, kinds, count = np.empty(1024), np.empty(1024, np.int64), 0
    for m in range(base.shape[0]):
        width = edges[m + 1] - edges[m]
        for d in range(base.shape[1]):
            new = np.random.poisson(base[m, d] * width)
            times, kinds = _floats(times, count + new), _ints(kinds, count + new)
            for i in range(count, count + new):
                times[i], kinds[i] = edges[m] + width * np.random.random(), d
            count += new
    return times, kinds, count


@compiled
def _clusters(
    base: Floats, edges: Floats, jumps: Floats, decays: Floats, pool: Floats, seed: int
) -> tuple[Floats, Ints, Floats]:
    np.random.seed(seed)
    size = base.shape[1]
    times, kinds, count = _immigrants(base, edges)
    heaps = np.empty((size, len(decays) * size))
    for e in range(size):
        heaps[e] = np.cumsum(jumps[e].copy().reshape(len(decays) * size))
    weights, done = np.empty(len(times)), 0
    while done < count:
        weights = _floats(weights, len(times))
        weights[done] = pool[np.random.randint(len(pool))] if len(pool) > 1 else pool[0]
        heap = heaps[kinds[done]]
        new = np.random.poisson(weights[done] * heap[-1])
        times, kinds = _floats(times, count + new), _ints(kinds, count + new)
        for _ in range(new):
            p = np.searchsorted(heap, heap[-1] * np.random.random(), side="right")
            time = times[done] + np.random.exponential(1.0 / decays[p // size])
            if time < edges[-1]:
                times[count], kinds[count] = time, p % size
                count += 1
        done += 1
    return times[:count].copy(), kinds[:count].copy(), weights[:count].copy()


@compiled
def _thinned(
    base: Floats, edges: Floats, jumps: Floats, decays: Floats, pool: Floats, seed: int
) -> tuple[Floats, Ints, Floats]:
    np.random.seed(seed)
    times, kinds, weights = np.empty(1024), np.empty(1024, np.int64), np.empty(1024)
    heat = np.zeros((len(decays), base.shape[1]))  # excited rate by decay and target
    now, cell, count = edges[0], 0, 0
    while cell < len(base):
        ceiling = base[cell].sum() + heat.sum()
        gap = np.random.exponential(1.0 / ceiling) if ceiling > 0.0 else np.inf
        inside = now + gap < edges[cell + 1]
        if not inside:
            gap = edges[cell + 1] - now
        for k in range(len(decays)):
            heat[k] *= np.exp(-decays[k] * gap)
        now += gap
        if not inside:
            now, cell = edges[cell + 1], cell + 1
            continue
        d = _chosen(base[cell], heat, ceiling * np.random.random())
        if d < 0:
            continue
        times, kinds = _floats(times, count + 1), _ints(kinds, count + 1)
        weights = _floats(weights, count + 1)
        times[count], kinds[count] = now, d
        weights[count] = pool[np.random.randint(len(pool))]
        for k in range(len(decays)):
            heat[k] += weights[count] * decays[k] * jumps[d, k]
        count += 1
    return times[:count].copy(), kinds[:count].copy(), weights[:count].copy()


@compiled
def _chosen(base: Floats, heat: Floats, mark: float) -> int:
    """The dimension in whose share of the rate the mark falls, or -1 when it falls beyond all."""
    for d in range(len(base)):
        mark -= base[d] + heat[:, d].sum()
        if mark < 0.0:
            return d
    return -1
