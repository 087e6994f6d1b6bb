"""The latent level of a noisy series: a local-level state-space model with joint draws.

The observed series is the level plus noise; the level is a random walk (Harvey 1989; Durbin and
Koopman 2012, chapter 2):

    z[t] = level[t] + e[t],  e ~ N(0, s)        level[t+1] = level[t] + w[t],  w ~ N(0, q s)

Superlatives ("the highest since …") need the whole path at once: each draw is one path that the
data allow, so the share of draws in which a month is the highest is a probability. A smoothed
curve cannot answer that question, because it hides how its months depend on one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from detente.errors import DataGapError

Floats = NDArray[np.float64]

MIN_OBSERVATIONS = 8


@dataclass(frozen=True, eq=False)
class LevelPosterior:
    """Posterior of a latent level.

    Attributes:
        draws: Joint draws of the level, shape (draws, T), in the unit of the series.
        noise: Standard deviation of the observation noise.
        step: Standard deviation of one step of the level.
    """

    draws: Floats
    noise: float
    step: float

    def band(self, coverage: float) -> Floats:
        """Pointwise central interval of the level, shape (2, T)."""
        tail = (1 - coverage) / 2
        return np.quantile(self.draws, [tail, 1 - tail], axis=0)

    def median(self) -> Floats:
        """Pointwise median of the level, shape (T,)."""
        return np.asarray(np.median(self.draws, axis=0), dtype=np.float64)


def local_level(series: Floats, *, draws: int = 2000, seed: int = 1) -> LevelPosterior:
    """Fit a local-level model by maximum likelihood and draw levels given the whole series.

    The variances are estimated, then held: the draws do not carry their uncertainty, so bands are
    slightly too narrow in short series.

    Args:
        series: Values on a regular grid, shape (T,); NaN where nothing was observed.
        draws: Number of joint draws.
        seed: Seed of the random numbers.

    Returns:
        Joint draws of the level by forward filtering and backward sampling.

    Raises:
        DataGapError: There are fewer than eight observations.

    Example:
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=100))
        >>> posterior = local_level(walk, draws=50)
        >>> posterior.draws.shape
        (50, 100)

    Source:
        Carter and Kohn (1994), On Gibbs sampling for state space models; Durbin and Koopman (2012).
    """
    observed = int(np.isfinite(series).sum())
    if observed < MIN_OBSERVATIONS:
        raise DataGapError(
            "A latent level could not be estimated.",
            f"The series has {observed} observations; {MIN_OBSERVATIONS} are needed.",
            "Load data that cover more of the period.",
        )
    scale = float(np.nanstd(series)) or 1.0
    centre = float(np.nanmean(series))
    standard = (series - centre) / scale
    ratio = _ratio(standard)
    mean, variance, noise = _filter(standard, ratio)[:3]
    paths = _sample_back(mean, variance, ratio * noise, draws, np.random.default_rng(seed))
    return LevelPosterior(
        draws=paths * scale + centre,
        noise=float(np.sqrt(noise)) * scale,
        step=float(np.sqrt(ratio * noise)) * scale,
    )


def probability_highest(
    posterior: LevelPosterior, target: NDArray[np.bool_], rivals: NDArray[np.bool_]
) -> float:
    """Probability that the highest level within `target` exceeds every level within `rivals`.

    Args:
        posterior: Joint draws of the level.
        target: Which periods are claimed to be the highest, shape (T,).
        rivals: Which periods they must exceed, shape (T,).

    Returns:
        Share of the draws in which it does, 0 to 1.

    Example:
        >>> up = LevelPosterior(np.array([[0.0, 1.0, 2.0]]), 1.0, 1.0)
        >>> last, before = np.array([False, False, True]), np.array([True, True, False])
        >>> probability_highest(up, last, before)
        1.0
    """
    best = posterior.draws[:, target].max(axis=1)
    return float(np.mean(best > posterior.draws[:, rivals].max(axis=1)))


def _ratio(series: Floats) -> float:
    """Signal-to-noise ratio that maximises the likelihood, between a still and a free level."""
    found = minimize_scalar(
        lambda log_ratio: -_filter(series, float(np.exp(log_ratio)))[3],
        bounds=(-12.0, 6.0),
        method="bounded",
        options={"xatol": 0.01},
    )
    return float(np.exp(found.x))


def _filter(series: Floats, ratio: float) -> tuple[Floats, Floats, float, float]:
    """Kalman filter with the noise variance concentrated out.

    Returns filtered means and variances (in the series' unit), the noise variance, and the
    concentrated log-likelihood without constants.
    """
    length = len(series)
    mean, variance = np.empty(length), np.empty(length)
    level, spread = float(series[np.isfinite(series)][0]), 1e6
    squares = logs = 0.0
    count = 0
    for t, value in enumerate(series):
        spread += ratio if t else 0.0
        if np.isfinite(value):
            total = spread + 1.0
            if count:  # the first observation only sets the diffuse start
                squares += (value - level) ** 2 / total
                logs += np.log(total)
            count += 1
            gain = spread / total
            level += gain * (value - level)
            spread *= 1.0 - gain
        mean[t], variance[t] = level, spread
    noise = max(squares / (count - 1), 1e-12)
    likelihood = -0.5 * ((count - 1) * np.log(noise) + logs)
    return mean, variance * noise, noise, float(likelihood)


def _sample_back(
    mean: Floats, variance: Floats, step: float, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw whole paths backwards from the filtered moments (Carter and Kohn 1994)."""
    length = len(mean)
    noise = rng.standard_normal((length, draws))
    paths = np.empty((length, draws))
    paths[-1] = mean[-1] + np.sqrt(variance[-1]) * noise[-1]
    for t in range(length - 2, -1, -1):
        gain = variance[t] / (variance[t] + step)
        centre = mean[t] + gain * (paths[t + 1] - mean[t])
        paths[t] = centre + np.sqrt(variance[t] * (1 - gain)) * noise[t]
    return np.ascontiguousarray(paths.T)
