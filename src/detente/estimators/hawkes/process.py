"""A Hawkes process in continuous time whose parameters are known, and its likelihood in O(N).

The rate of dimension d at time t (days) is

    base[d] + sum over earlier events i and decays k of
              jumps[d, kind[i], k] * weight[i] * decay[k] * exp(-decay[k] * (t - time[i]))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.errors import UsageError
from detente.estimators.hawkes.result import spectral_radius
from detente.estimators.hawkes.stream import log_rates, totals
from detente.helpers import cores

Part = tuple[float, Floats, Floats, Floats]

LONG = 50_000  # events from which the work is shared among cores
PARTS = 8


@dataclass(frozen=True, eq=False)
class Process:
    """A Hawkes process with known parameters.

    Attributes:
        base: Baseline rate in events per day by cell of time and dimension, shape (M, D).
        edges: Edges of the cells in days, in order, shape (M + 1,).
        jumps: Expected follow-ons of an event of average weight, by target, source and decay,
            shape (D, D, K).
        decays: Decays per day, shape (K,).
    """

    base: Floats
    edges: Floats
    jumps: Floats
    decays: Floats

    @property
    def branching(self) -> Floats:
        """Expected direct follow-ons by target (row) and source, shape (D, D)."""
        return np.asarray(self.jumps.sum(axis=2))

    @property
    def radius(self) -> float:
        """Spectral radius of the branching matrix; below 1 the process is stationary."""
        return spectral_radius(self.branching)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Log-likelihood of a process and its gradient.

    Attributes:
        value: Log-likelihood.
        base: Derivative by the baseline, shape (M, D).
        jumps: Derivative by the jumps, shape (D, D, K).
        decays: Derivative by the decays, shape (K,).
    """

    value: float
    base: Floats
    jumps: Floats
    decays: Floats


def hawkes_process(
    base: Sequence[float] | Floats,
    branching: Sequence[Sequence[float]] | Floats,
    decay_per_day: float,
    days: float,
) -> Process:
    """A process with constant baseline and one decay.

    Args:
        base: Events per day that nothing excites, shape (D,).
        branching: Expected direct follow-ons by target (row) and source, shape (D, D).
        decay_per_day: Decay per day.
        days: Length of the window.

    Raises:
        UsageError: A value is negative or shapes do not match.

    Example:
        >>> hawkes_process([0.5, 0.2], [[0.3, 0.0], [0.2, 0.1]], 1.0, 100.0).radius
        0.3
    """
    rates, matrix = np.asarray(base, dtype=np.float64), np.asarray(branching, dtype=np.float64)
    square = matrix.shape == (len(rates), len(rates))
    if not square or (rates < 0).any() or (matrix < 0).any() or decay_per_day <= 0 or days <= 0:
        raise UsageError(
            "The process could not be made.",
            f"Baseline {rates.shape}, branching {matrix.shape}, decay {decay_per_day} in "
            f"{days} days.",
            "Give a square matrix as wide as the baseline, and no negative values.",
        )
    edges = np.array([0.0, days])
    return Process(rates[None, :], edges, matrix[:, :, None], np.array([decay_per_day]))


def hawkes_likelihood(
    process: Process, times: Floats, kinds: Ints, weights: Floats | None = None
) -> Likelihood:
    """Log-likelihood and gradient in one pass over the events.

    Args:
        process: The process; its edges are the window.
        times: Times of the events within the window, in order, shape (N,).
        kinds: Dimension of each event, shape (N,).
        weights: Impact of each event relative to the average one, shape (N,); None for 1.

    Example:
        >>> process = hawkes_process([0.5], [[0.0]], 1.0, 10.0)
        >>> at = hawkes_likelihood(process, np.array([1.0, 2.0]), np.zeros(2, np.int64))
        >>> bool(np.isclose(at.value, 2 * np.log(0.5) - 5))
        True

    Source:
        Ogata (1981), On Lewis' simulation method for point processes; Ozaki (1979), Maximum
        likelihood estimation of Hawkes' self-exciting point processes.
    """
    impact = np.ones(len(times)) if weights is None else np.asarray(weights, dtype=np.float64)
    size, number = process.jumps.shape[1:]
    coefficients = np.ascontiguousarray(process.jumps.transpose(0, 2, 1)).reshape(size, -1)
    cells = np.searchsorted(process.edges, times, side="right") - 1
    cells = cells.clip(0, len(process.base) - 1)

    def part(span: tuple[int, int]) -> Part:
        return log_rates(
            times, kinds, impact, cells, process.base, coefficients, process.decays, *span
        )

    parts = _shared(part, len(times))
    ends, end_slopes = totals(times, kinds, impact, process.decays, process.edges[-1], size)
    widths = np.diff(process.edges)
    by_source = process.jumps.sum(axis=0)
    integral = float((widths @ process.base).sum() + (by_source * ends).sum())
    values, base, slopes, decays = (list(column) for column in zip(*parts, strict=True))
    jumps = np.sum(slopes, axis=0).reshape(size, number, size).transpose(0, 2, 1)
    return Likelihood(
        value=float(np.sum(values)) - integral,
        base=np.sum(base, axis=0) - widths[:, None],
        jumps=jumps - ends,
        decays=np.sum(decays, axis=0) - (by_source * end_slopes).sum(axis=0),
    )


def _shared(part: Callable[[tuple[int, int]], Part], events: int) -> list[Part]:
    """The parts of a long sequence, as many on any machine: sums differ in their last digits."""
    if events < LONG:
        return [part((0, events))]
    cuts = np.linspace(0, events, PARTS + 1).astype(int)
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(part, zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)))
