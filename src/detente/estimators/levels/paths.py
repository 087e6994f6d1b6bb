"""The latent level of many counts at once, period by period, without drawing anything.

The model is that of `count_level` without trend, season and bursts. Noise and step are integrated
over on a small fixed grid, and at each point the level has its normal approximation.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Floats
from detente.compiled import compiled
from detente.estimators.levels._field import Observed, fit

NOISES = (0.1, 0.35, 0.8)  # 1 / sqrt(dispersion)
STEPS = (0.04, 0.12, 0.3)  # of the level in a period, log
NOISE_SCALE, STEP_SCALE = 1.0, 0.25  # half-normal priors
SPREAD = 3.0
CHUNK = 256  # series that one thread takes at a time


@dataclass(frozen=True, eq=False)
class LevelPaths:
    """Levels of N series: logs of the expected count per unit of exposure.

    Attributes:
        mean: Posterior mean, shape (N, T).
        error: Posterior standard deviation, shape (N, T).
    """

    mean: Floats
    error: Floats


def level_paths(counts: Floats, exposure: Floats, *, threads: int = 1) -> LevelPaths:
    """Estimate the latent level of each of many series of counts.

    Args:
        counts: Events by series and period, shape (N, T); NaN where nothing was observed.
        exposure: What they are relative to, shape (N, T).
        threads: Threads to share the series among; they do not change the answer.

    Returns:
        The levels; of a series without an event, NaN.

    Example:
        >>> counts = np.random.default_rng(0).poisson(9.0, (2, 40)).astype(float)
        >>> paths = level_paths(counts, np.ones((2, 40)))
        >>> bool(np.abs(np.exp(paths.mean) - 9).max() < 3)
        True

    Source:
        Rue, Martino and Chopin (2009), Approximate Bayesian inference for latent Gaussian models.
    """
    seen = np.isfinite(counts) & np.isfinite(exposure) & (exposure > 0)
    values, weights = np.where(seen, counts, 0.0), np.where(seen, exposure, 1.0)
    noise, step = (axis.ravel() for axis in np.meshgrid(NOISES, STEPS))
    thetas = np.log(np.column_stack([noise, step, np.ones(len(noise))]))
    prior = np.log(noise * step) - 0.5 * ((noise / NOISE_SCALE) ** 2 + (step / STEP_SCALE) ** 2)
    chunks = [slice(at, at + CHUNK) for at in range(0, len(values), CHUNK)]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        parts = list(
            pool.map(
                lambda rows: _paths(values[rows], weights[rows], seen[rows], thetas, prior), chunks
            )
        )
    whole = np.concatenate([np.empty((0, 2, values.shape[1])), *parts])
    return LevelPaths(whole[:, 0], whole[:, 1])


@compiled
def _paths(values: Floats, weights: Floats, seen: Bools, thetas: Floats, prior: Floats) -> Floats:
    """Mean and standard deviation of the level of each series, shape (N, 2, T)."""
    count, length = values.shape
    parts = np.full((count, 2, length), np.nan)
    design, start = np.empty((length, 0)), np.full(3, SPREAD**-2.0)
    for row in range(count):
        total = np.sum(values[row])
        if total == 0:
            continue
        centre = np.log(total / np.sum(weights[row] * seen[row]))
        observed = Observed(
            values[row], np.log(weights[row]) + centre, seen[row], design, start, 1, True, 0.0
        )
        means, variances = np.zeros((len(prior), length)), np.zeros((len(prior), length))
        logs, at = np.full(len(prior), -np.inf), np.zeros(length)
        for point in range(len(prior)):
            field = fit(observed, thetas[point], at)
            if np.isfinite(field.evidence):
                at = field.at
                logs[point] = field.evidence + prior[point]
                means[point], variances[point] = field.mean, _variances(field.factor.band)
        shares = np.exp(logs - np.max(logs))
        shares /= np.sum(shares)
        mean = shares @ means
        spread = shares @ (variances + (means - mean) ** 2)
        parts[row, 0], parts[row, 1] = mean + centre, np.sqrt(spread)
    return parts


@compiled
def _variances(band: Floats) -> Floats:
    """Diagonal of the inverse, from the Cholesky factor of a matrix with one subdiagonal."""
    result = np.empty(len(band))
    result[-1] = band[-1, 0] ** -2.0
    for i in range(len(band) - 2, -1, -1):
        result[i] = band[i, 0] ** -2.0 + (band[i + 1, 1] / band[i, 0]) ** 2 * result[i + 1]
    return result
