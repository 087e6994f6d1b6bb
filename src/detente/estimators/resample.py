"""Resampling: over cases, over blocks of a dependent series, by weights; and ranks among placebos.

The slow swings are those of Lazarus, Lewis, Stock and Watson (2018), HAR inference; memory is taken
into account as by Andrews and Monahan (1992). Ranks count the effect itself as one of the null's
(Phipson and Smyth 2010, Permutation p-values should never be zero).
"""

from __future__ import annotations

import numpy as np
import scipy

from detente.arrays import Floats, Ints

WAVES = 0.4  # times the length to the power 2/3: how many waves count as slow
MAX_MEMORY = 0.9


def expanded_tail(coverage: float, cases: int) -> float:
    """Tail probability at which a percentile interval of a mean of few cases has its coverage.

    Plain percentile intervals are too narrow for few cases; this widens them to the width that a
    t-interval would have.
    """
    if cases < 2:
        return 0.0
    quantile = scipy.special.stdtrit(cases - 1, (1 - coverage) / 2)
    return float(scipy.special.ndtr(np.sqrt(cases / (cases - 1)) * quantile))


def bootstrap_means(cases: Floats, *, draws: int = 2000, seed: int = 1) -> Floats:
    """Means of resampled cases.

    Args:
        cases: Shape (n,) or (n, k), NaN ignored; rows are resampled whole.
        draws: Number of resamples.
        seed: Seed of the random numbers.

    Returns:
        Shape (draws,) or (draws, k).

    Example:
        >>> bootstrap_means(np.array([1.0, 1.0, 1.0]), draws=2).tolist()
        [1.0, 1.0]

    Source:
        Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(cases), np.full(len(cases), 1 / len(cases)), size=draws)
    measured = np.isfinite(cases)
    total = weights @ np.where(measured, cases, 0.0)
    count = weights @ measured.astype(np.float64)
    return np.asarray(total / np.where(count == 0, np.nan, count), dtype=np.float64)


def interval_of_mean(
    cases: Floats, *, coverage: float = 0.90, draws: int = 4000, seed: int = 1
) -> tuple[float, float]:
    """Expanded percentile interval of a mean by bootstrap over cases.

    Args:
        cases: One value per case, shape (n,); at least two.
        coverage: Nominal coverage.
        draws: Number of resamples.
        seed: Seed of the random numbers.

    Returns:
        Low and high end; infinite where there is one case only.

    Example:
        >>> low, high = interval_of_mean(np.array([1.0, 2.0, 3.0, 4.0]))
        >>> low < 2.5 < high
        True

    Source:
        Hesterberg (2015), What teachers should know about the bootstrap.
    """
    if len(cases) < 2:
        return -np.inf, np.inf
    tail = expanded_tail(coverage, len(cases))
    means = bootstrap_means(cases, draws=draws, seed=seed)
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def block_index(length: int, block_periods: int, draws: int, rng: np.random.Generator) -> Ints:
    """Indices of circular block resamples, shape (draws, length).

    Args:
        length: Length of the series in periods.
        block_periods: Length of a block in periods.
        draws: Number of resamples.
        rng: Source of randomness.

    Example:
        >>> block_index(5, 2, 3, np.random.default_rng(0)).shape
        (3, 5)

    Source:
        Politis and Romano (1992), A circular block-resampling procedure for stationary data.
    """
    block_periods = max(1, min(block_periods, length))
    starts = rng.integers(0, length, size=(draws, -(-length // block_periods)))
    index = (starts[:, :, None] + np.arange(block_periods)) % length
    return np.asarray(index.reshape(draws, -1)[:, :length], dtype=np.int64)


def swing_error(influence: Floats, fitted: Floats) -> tuple[float, int]:
    """Standard error of an estimate from a dependent series, by its slow swings.

    What each period adds to the estimate is projected on the slowest waves (cosines) that are
    orthogonal to what was fitted: noise of that speed is what blurs a difference of levels.

    Args:
        influence: What each period adds to the estimate beyond its expectation, shape (T,), in
            order.
        fitted: The regressors whose means were fitted, shape (T, k).

    Returns:
        Standard error, and the degrees of freedom of its t-distribution.
    """
    length = len(influence)
    count = max(2, int(WAVES * length ** (2 / 3)))
    at = (np.arange(length) + 0.5) / length
    waves = np.cos(np.pi * np.outer(at, np.arange(1, count + 1)))
    waves -= fitted @ np.linalg.lstsq(fitted, waves, rcond=None)[0]
    basis, sizes, _ = np.linalg.svd(waves, full_matrices=False)
    basis = basis[:, sizes > 1e-6 * sizes[0]]
    loadings = basis.T @ influence
    slower = _slower(influence, count)
    return float(np.sqrt(length * np.mean(loadings**2) * slower)), basis.shape[1]


def _slower(influence: Floats, count: int) -> float:
    """How much more an autoregression of order one swings at no speed at all than at those waves.

    Its coefficient is corrected for the bias of short series (Kendall 1954).
    """
    length = len(influence)
    energy = float(influence @ influence)
    if energy == 0:
        return 1.0
    raw = float(influence[1:] @ influence[:-1]) / energy
    memory = min(MAX_MEMORY, max(0.0, raw + (1 + 3 * raw) / length))
    angles = np.pi * np.arange(1, count + 1) / length
    power = 1 / (1 + memory**2 - 2 * memory * np.cos(angles))
    return float(1 / (1 - memory) ** 2 / power.mean())


def systematic(weights: Floats, size: int, rng: np.random.Generator) -> Ints:
    """Systematic resampling (Kitagawa 1996); of equal weights every draw is taken once."""
    ladder = (np.arange(size) + rng.random()) / size
    picked = np.searchsorted(np.cumsum(weights), ladder)
    return np.minimum(picked, len(weights) - 1).astype(np.int64)


def two_sided(effect: float, null: Floats) -> float:
    """Share of null effects at least as far from zero, counting the effect itself.

    Args:
        effect: What was found.
        null: Effects under the null, shape (draws,); NaN is left out.
    """
    null = null[np.isfinite(null)]
    return float((1 + np.sum(np.abs(null) >= abs(effect) - 1e-12)) / (1 + len(null)))


def equal_tailed(effect: float, null: Floats) -> float:
    """Twice the share of the null on the effect's own side, for nulls that lean to one side.

    Args:
        effect: What was found.
        null: Effects under the null, shape (draws,); NaN is left out.
    """
    null = null[np.isfinite(null)]
    above, below = np.sum(null >= effect - 1e-12), np.sum(null <= effect + 1e-12)
    return float(min(1.0, 2 * (1 + min(above, below)) / (1 + len(null))))


def chance_range(p: float, draws: int, *, coverage: float = 0.99) -> tuple[float, float]:
    """Exact interval of a p-value that was estimated from random draws.

    Args:
        p: The share of draws at least as far, the effect itself counted as one.
        draws: How many there were.
        coverage: Nominal coverage.

    Example:
        >>> low, high = chance_range(0.048, 1999)
        >>> round(low, 3), round(high, 3)
        (0.036, 0.061)

    Source:
        Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the
        case of the binomial; Gandy (2009), Sequential implementation of Monte Carlo tests with
        uniformly bounded resampling risk, for what it is used for.
    """
    far = round(p * (draws + 1)) - 1
    tail = (1 - coverage) / 2
    low = scipy.special.betaincinv(far, draws - far + 1, tail) if far > 0 else 0.0
    high = scipy.special.betaincinv(far + 1, draws - far, 1 - tail) if far < draws else 1.0
    return float(low), float(high)
