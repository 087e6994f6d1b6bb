"""Simulation-based calibration: does a sampler draw from the posterior that it claims to draw from?

Parameters are drawn from the prior, data are simulated with them, and the sampler is run on the
data. If the sampler is right, the rank of the true parameter among its draws is uniform. Wrong
scales show as a hump or a bowl, wrong centres as a slope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.rounding import count_text

MIN_EXPECTED = 5  # fewer expected ranks per bin make the chi-square test unreliable


@dataclass(frozen=True, eq=False)
class RankHistogram(Shown):
    """How often the truth had each rank among the posterior draws.

    Attributes:
        names: Name of each parameter.
        ranks: Rank of the truth in every simulation, shape (simulations, parameters), 0 to draws.
        draws: Posterior draws per simulation that the ranks count.
        counts: Ranks per bin, shape (bins, parameters).
        p_values: Of the chi-square test that the ranks are uniform, shape (parameters,).
    """

    names: tuple[str, ...]
    ranks: Ints
    draws: int
    counts: Ints
    p_values: Floats

    @property
    def p_value(self) -> float:
        """The smallest p-value over the parameters, times their number (Bonferroni), at most 1."""
        return float(min(1.0, self.p_values.min() * len(self.p_values)))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The rank histogram of each parameter, flat where right, with what is expected."""
        bins, parameters = self.counts.shape
        values = {
            "parameter": np.repeat(self.names, bins),
            "bin": np.tile(np.arange(1, bins + 1), parameters),
            "count": self.counts.T.ravel(),
            "expected": np.full(bins * parameters, len(self.ranks) / bins),
            "p_value": np.repeat(self.p_values, bins),
        }
        title = f"Ranks of the truth in {count_text(len(self.ranks))} simulations"
        settings = {"row": "parameter", "titles": ("rank, in equal bins", "simulations")}
        return (exhibit("ranks", title, values, "bars", x="bin", y="count", **settings),)


def rank_histogram(
    ranks: ArrayLike, draws: int, *, bins: int | None = None, names: Sequence[str] | None = None
) -> RankHistogram:
    """Bin the ranks of the truth and test that they are uniform.

    Args:
        ranks: Number of posterior draws below the truth, shape (simulations,) or
            (simulations, parameters), each from 0 to `draws`.
        draws: Posterior draws per simulation. They should be nearly independent: thin a Markov
            chain first, or its ranks pile up at both ends although the sampler is right.
        bins: Number of bins, which must divide draws + 1; by default the most that leaves ten
            simulations a bin, at most 20.
        names: Name of each parameter; by default numbers.

    Raises:
        UsageError: A rank is out of range, the bins do not divide draws + 1, or there are too few
            simulations for a test.

    Example:
        >>> ranks = np.random.default_rng(1).integers(0, 100, size=400)
        >>> histogram = rank_histogram(ranks, draws=99, bins=10)
        >>> histogram.counts.sum().item(), histogram.p_value > 0.01
        (400, True)

    Source:
        Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference
        algorithms with simulation-based calibration.
    """
    table = np.asarray(ranks, dtype=np.int64)
    table = table[:, None] if table.ndim == 1 else table
    if len(table) == 0 or table.min() < 0 or table.max() > draws:
        raise UsageError(
            "The ranks could not be counted.",
            f"There are {len(table)} of them, and not all lie between 0 and {draws}, the draws.",
            "Give the number of draws below the truth, and how many draws there were.",
        )
    bins = _default_bins(len(table), draws) if bins is None else bins
    _check_bins(len(table), draws, bins)
    width = (draws + 1) // bins
    counts = np.stack([np.bincount(column // width, minlength=bins) for column in table.T], axis=1)
    expected = len(table) / bins
    statistic = ((counts - expected) ** 2 / expected).sum(axis=0)
    labels = tuple(names) if names is not None else tuple(str(i) for i in range(table.shape[1]))
    return RankHistogram(
        labels, table, draws, counts, np.asarray(scipy.stats.chi2.sf(statistic, bins - 1))
    )


def calibrate(
    simulate: Callable[[np.random.Generator], tuple[Floats, Floats]],
    *,
    simulations: int,
    seed: int = 1,
    bins: int | None = None,
    names: Sequence[str] | None = None,
) -> RankHistogram:
    """Run a simulation-based calibration.

    Args:
        simulate: Draws parameters from the prior, simulates data, runs the sampler on them, and
            returns the truth, shape (parameters,), and the draws, shape (draws, parameters).
        simulations: How many times to do so.
        seed: Seed of the random numbers; every simulation has its own stream.
        bins: See `rank_histogram`.
        names: See `rank_histogram`.

    Raises:
        UsageError: See `rank_histogram`.

    Example:
        >>> def simulate(rng):  # a normal mean with a standard normal prior, one observation
        ...     mean = rng.normal(size=1)
        ...     data = rng.normal(mean)
        ...     return mean, data / 2 + rng.normal(size=(99, 1)) * 0.5**0.5
        >>> calibrate(simulate, simulations=200).p_value > 0.01
        True

    Source:
        Talts, Betancourt, Simpson, Vehtari and Gelman (2018), Validating Bayesian inference
        algorithms with simulation-based calibration.
    """
    streams = np.random.SeedSequence(seed).spawn(simulations)
    ranks, draws = [], 0
    for stream in streams:
        truth, posterior = simulate(np.random.default_rng(stream))
        draws = len(posterior)
        ranks.append((posterior < truth).sum(axis=0))
    return rank_histogram(np.array(ranks), draws, bins=bins, names=names)


def _default_bins(simulations: int, draws: int) -> int:
    most = min(20, simulations // 10)
    return max((bins for bins in range(2, most + 1) if (draws + 1) % bins == 0), default=0)


def _check_bins(simulations: int, draws: int, bins: int) -> None:
    if bins < 2 or (draws + 1) % bins or simulations < MIN_EXPECTED * bins:
        raise UsageError(
            "The ranks could not be tested.",
            f"There are {simulations} simulations of {draws} draws, and {bins} bins.",
            "Use bins that divide draws + 1, with five simulations a bin or more.",
        )
