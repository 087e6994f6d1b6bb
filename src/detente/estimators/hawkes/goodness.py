"""Does the fitted process describe the data? Time rescaling, and its like for counts.

When the model is right, the expected number of events between one event of a dimension and the next
is exponential with mean 1 (Papangelou's theorem), so its distribution function is uniform. For
counts per day the same holds of the probability of fewer events, blurred within the probability of
the count that was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.estimators.exhibits import exhibit
from detente.estimators.hawkes.binned import BinnedHawkes
from detente.estimators.hawkes.continuous import ContinuousHawkes
from detente.estimators.hawkes.stream import compensators
from detente.estimators.hawkes.target import POISSON

BINS = 10


@dataclass(frozen=True, eq=False)
class Goodness(Shown):
    """Residuals of a fitted Hawkes process, uniform between 0 and 1 where it fits.

    Attributes:
        names: Names of the D dimensions.
        residuals: Residuals by dimension in order of time, each of shape (n,).
        statistic: Greatest distance between their distribution and the uniform one, shape (D,).
        p_value: Kolmogorov-Smirnov p-value, shape (D,). The parameters are fitted to the same data,
            so it is too large rather than too small: a small one tells, a large one proves little.
        correlation: Correlation of neighbouring residuals (as normal scores), shape (D,).
    """

    names: tuple[str, ...]
    residuals: tuple[Floats, ...]
    statistic: Floats
    p_value: Floats
    correlation: Floats

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The test of each dimension, and the histogram of its residuals: flat where it fits."""
        tests = {
            "dimension": self.names,
            "residuals": [len(values) for values in self.residuals],
            "statistic": self.statistic,
            "p_value": self.p_value,
            "correlation": self.correlation,
        }
        shares = [np.histogram(values, BINS, (0, 1))[0] / len(values) for values in self.residuals]
        histogram = {
            "dimension": np.repeat(self.names, BINS),
            "residual": np.tile(np.round((np.arange(BINS) + 0.5) / BINS, 2), len(self.names)),
            "share": np.concatenate(shares),
        }
        settings = {"x": "residual", "y": "share", "titles": ("rescaled time", "share")}
        return (
            exhibit("tests", "Tests of the residuals", tests),
            exhibit("residuals", "Residuals", histogram, "bars", row="dimension", **settings),
        )


def hawkes_goodness(model: BinnedHawkes | ContinuousHawkes, *, seed: int = 1) -> Goodness:
    """Residuals of a fitted process with a test of each dimension.

    Args:
        model: The fitted process.
        seed: Seed of the blur within the probability of a count (binned models only).

    Example:
        >>> from detente.estimators import hawkes_process, fit_hawkes_by_time, simulate_hawkes
        >>> events = simulate_hawkes(hawkes_process([1.0], [[0.4]], 2.0, 500.0))
        >>> fitted = fit_hawkes_by_time(events.times, window_days=(0.0, 500.0))
        >>> bool(hawkes_goodness(fitted).p_value[0] > 0.05)
        True

    Source:
        Brown et al. (2002), The time-rescaling theorem and its application to neural spike train
        data analysis; Ogata (1988), Statistical models for earthquake occurrences; Czado, Gneiting
        and Held (2009), Predictive model assessment for count data.
    """
    rng = np.random.default_rng(seed)
    residuals = _of_counts(model, rng) if isinstance(model, BinnedHawkes) else _of_events(model)
    tests = [scipy.stats.kstest(values, "uniform") for values in residuals]
    return Goodness(
        names=model.names,
        residuals=residuals,
        statistic=np.array([test.statistic for test in tests]),
        p_value=np.array([test.pvalue for test in tests]),
        correlation=np.array([_neighbours(values) for values in residuals]),
    )


def _of_events(model: ContinuousHawkes) -> tuple[Floats, ...]:
    data, process = model.inputs, model.process
    jumps = np.ascontiguousarray(process.jumps.transpose(1, 2, 0))
    excited = compensators(data.times, data.kinds, model.weights, jumps, process.decays)
    widths = np.diff(data.edges)[:, None]
    summed = np.vstack([np.zeros(len(model.names)), np.cumsum(process.base * widths, axis=0)])
    residuals = []
    for d in range(len(model.names)):
        own = data.kinds == d
        level = np.interp(data.times[own], data.edges, summed[:, d])
        residuals.append(-np.expm1(-(excited[own] + np.diff(level, prepend=0.0))))
    return tuple(residuals)


def _of_counts(model: BinnedHawkes, rng: np.random.Generator) -> tuple[Floats, ...]:
    scored = model.inputs.baseline.exposure > 0
    counts, rates = model.inputs.counts[scored], model.rates()[scored]
    blur = rng.random(counts.shape)
    residuals = []
    for d, clumping in enumerate(model.clumping):
        if clumping < POISSON:
            below, upto = (
                scipy.stats.poisson.cdf(counts[:, d] - less, rates[:, d]) for less in (1, 0)
            )
        else:
            sizes, chance = rates[:, d] / clumping, 1 / (1 + clumping)
            below, upto = (
                scipy.stats.nbinom.cdf(counts[:, d] - less, sizes, chance) for less in (1, 0)
            )
        residuals.append(below + blur[:, d] * (upto - below))
    return tuple(residuals)


def _neighbours(values: Floats) -> float:
    scores = scipy.stats.norm.ppf(values.clip(1e-12, 1 - 1e-12))
    if len(scores) < 3 or np.ptp(scores) == 0:
        return 0.0
    return float(np.corrcoef(scores[:-1], scores[1:])[0, 1])
