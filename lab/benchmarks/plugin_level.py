"""The simpler level that Detente had first: variances by maximum likelihood, then held.

Kept to measure what replaced it against.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from detente.estimators.levels.level import LevelPosterior

Floats = NDArray[np.float64]


def plugin_level(series: Floats, *, draws: int, seed: int) -> LevelPosterior:
    """A local level by the Kalman filter, at the signal-to-noise ratio of highest likelihood."""
    scale, centre = float(np.nanstd(series)), float(np.nanmean(series))
    standard = (series - centre) / scale
    optimum = minimize_scalar(
        lambda log_ratio: -_filter(standard, float(np.exp(log_ratio)))[3],
        bounds=(-12.0, 6.0), method="bounded", options={"xatol": 0.01},
    )  # fmt: skip
    ratio = float(np.exp(optimum.x))
    mean, variance, noise, _ = _filter(standard, ratio)
    paths = _sample_back(mean, variance, ratio * noise, draws, np.random.default_rng(seed))
    return LevelPosterior(paths * scale + centre, {})


def _filter(series: Floats, ratio: float) -> tuple[Floats, Floats, float, float]:
    """Filtered moments, the noise variance concentrated out, and the log-likelihood."""
    mean, variance = np.empty(len(series)), np.empty(len(series))
    level, spread = float(series[np.isfinite(series)][0]), 1e6
    squares, logs, count = 0.0, 0.0, 0
    for t, value in enumerate(series):
        spread += ratio if t else 0.0
        if np.isfinite(value):
            total = spread + 1.0
            if count:
                squares += (value - level) ** 2 / total
                logs += np.log(total)
            count += 1
            level += spread / total * (value - level)
            spread /= total
        mean[t], variance[t] = level, spread
    noise = max(squares / (count - 1), 1e-12)
    return mean, variance * noise, noise, float(-0.5 * ((count - 1) * np.log(noise) + logs))


def _sample_back(
    mean: Floats, variance: Floats, step: float, draws: int, rng: np.random.Generator
) -> Floats:
    noise = rng.standard_normal((len(mean), draws))
    paths = np.empty_like(noise)
    paths[-1] = mean[-1] + np.sqrt(variance[-1]) * noise[-1]
    for t in range(len(mean) - 2, -1, -1):
        gain = variance[t] / (variance[t] + step)
        centre = mean[t] + gain * (paths[t + 1] - mean[t])
        paths[t] = centre + np.sqrt(variance[t] * (1 - gain)) * noise[t]
    return np.ascontiguousarray(paths.T)
