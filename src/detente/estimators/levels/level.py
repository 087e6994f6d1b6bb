"""The latent level of a noisy series: a state-space model with joint draws.

The observed series is the level plus noise; the level is a random walk, if wanted with a slope that
is one too (Harvey 1989; Durbin and Koopman 2012, chapters 2 and 3):

    z[t] = level[t] + noise          level[t+1] = level[t] + slope[t] + step
                                     slope[t+1] = slope[t] + bend

Superlatives ("the highest since …") need the whole path at once: each draw is one path that the
data allow, so the share of draws in which a month is the highest is a probability. A smoothed
curve cannot answer that question, because it hides how its months depend on one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.levels._field import Observed
from detente.estimators.levels._fit import check_enough, check_one_companion, draw_levels
from detente.rounding import coverage_digits

BANDS = (0.95, 0.8, 0.5)
STEP_TO_NOISE = 0.5  # prior medians, as ratios of standard deviations
BEND_TO_NOISE = 0.05
BURST_TO_NOISE = 0.5
LEAST_NOISE = 1e-3  # of the spread of the series: a fit without any noise is no estimate
LEAST_SPREAD = 1e-12  # of the largest value: less is rounding


@dataclass(frozen=True, eq=False)
class LevelPosterior(Shown):
    """Posterior of a latent level.

    Attributes:
        draws: Joint draws of the level, shape (draws, T), in the unit of the series; of counts, the
            log of the expected count per unit of exposure.
        parameters: Draws of each parameter by name, shape (draws,).
        acceptance: Share of the sampler's proposals that were accepted; 1 if draws are independent.
    """

    draws: Floats
    parameters: Mapping[str, Floats]
    acceptance: float = 1.0

    def band(self, coverage: float) -> Floats:
        """Pointwise central interval of the level, shape (2, T)."""
        tail = (1 - coverage) / 2
        return np.quantile(self.draws, [tail, 1 - tail], axis=0)

    def median(self) -> Floats:
        """Pointwise median of the level, shape (T,)."""
        return np.asarray(np.median(self.draws, axis=0), dtype=np.float64)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The median within its 50, 80 and 95% bands, period by period."""
        ends = {coverage_digits(share): self.band(share) for share in BANDS}
        values = {"period": np.arange(self.draws.shape[1]), "level": self.median()}
        for share, (low, high) in ends.items():
            values |= {f"low{share}": low, f"high{share}": high}
        bands = [(f"low{share}", f"high{share}") for share in ends]
        settings = {"x": "period", "y": "level", "bands": bands, "titles": ("period", "level")}
        return (exhibit("level", "The latent level", values, "lines", **settings),)


def local_level(
    series: ArrayLike,
    *,
    trend: bool = False,
    burst_periods: float | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> LevelPosterior:
    """Draw the level of a series with Gaussian noise, given the whole series.

    The variances are not fixed at an estimate: they are integrated over, so the bands carry their
    uncertainty. The prior is flat on the first level, the first slope and the log of the noise, and
    half-Cauchy on the ratios of the steps to the noise, with medians 0.5 (level) and 0.05 (slope).
    So the answer does not depend on the unit or the origin of the series.

    Args:
        series: Values on a regular grid, shape (T,); NaN where nothing was observed.
        trend: Give the level a slope that changes slowly.
        burst_periods: Periods after which two thirds of a burst are over: what is gone so soon is
            told apart from the level. None makes all that lasts part of it.
        draws: Number of joint draws; they are independent.
        seed: Seed of the random numbers.

    Returns:
        Draws of the level and of `noise`, `step` and, with a trend, `slope`: the standard
        deviations of the noise, of a step of the level and of a step of its slope.

    Raises:
        DataGapError: There are fewer than eight observations, or they do not vary.
        UsageError: The series is not one-dimensional, or a trend and bursts are both asked for.

    Example:
        >>> walk = np.cumsum(np.random.default_rng(0).normal(size=100))
        >>> posterior = local_level(walk, draws=50)
        >>> posterior.draws.shape, sorted(posterior.parameters)
        ((50, 100), ['noise', 'step'])

    Source:
        Harvey (1989), Forecasting, structural time series models and the Kalman filter; Rue and
        Held (2005), Gaussian Markov random fields; Gelman (2006), Prior distributions for variance
        parameters in hierarchical models.
    """
    check_one_companion(trend=trend, burst_periods=burst_periods)
    values = np.asarray(series, dtype=np.float64)
    if values.ndim != 1:
        raise UsageError(
            "A latent level could not be estimated.",
            f"The series has the shape {values.shape}.",
            "Give one value per period, with NaN where there is none.",
        )
    seen = np.isfinite(values)
    check_enough(seen)
    centre, spread = _scale(values[seen])
    standard = np.where(seen, (values - centre) / spread, 0.0)
    third = BURST_TO_NOISE if burst_periods else BEND_TO_NOISE
    size, stride = (3, 2) if trend or burst_periods else (2, 1)
    memory = float(np.exp(-1 / burst_periods)) if burst_periods else 0.0
    design, start = np.empty((len(values), 0)), np.zeros(3)
    paths, parameters, _ = draw_levels(
        Observed(standard, standard, seen, design, start, stride, False, memory),
        _log_scales,
        lambda theta: _log_prior(theta, third),
        np.log([0.7, STEP_TO_NOISE, third])[:size],
        draws=draws,
        rng=np.random.default_rng(seed),
    )
    scales = np.exp(np.array([_log_scales(point) for point in parameters])) * spread
    names = ("noise", "step", "push" if burst_periods else "slope")
    named = dict(zip(names, scales.T[:size], strict=False))
    return LevelPosterior(paths * spread + centre, named)


def probability_highest(posterior: LevelPosterior, target: Bools, rivals: Bools) -> float:
    """Probability that the highest level within `target` exceeds every level within `rivals`.

    Args:
        posterior: Joint draws of the level.
        target: Which periods are claimed to be the highest, shape (T,).
        rivals: Which periods they must exceed, shape (T,).

    Returns:
        Share of the draws in which it does, 0 to 1.

    Raises:
        UsageError: There is no target or no rival, a period is both, or the lengths differ.

    Example:
        >>> up = LevelPosterior(np.array([[0.0, 1.0, 2.0]]), {})
        >>> last, before = np.array([False, False, True]), np.array([True, True, False])
        >>> probability_highest(up, last, before)
        1.0

    Source:
        Goldstein and Spiegelhalter (1996), League tables and their limitations, for ranks by joint
        posterior draws.
    """
    _check_sets(posterior, target, rivals)
    best = posterior.draws[:, target].max(axis=1)
    return float(np.mean(best > posterior.draws[:, rivals].max(axis=1)))


def probability_lowest(posterior: LevelPosterior, target: Bools, rivals: Bools) -> float:
    """Probability that the lowest level within `target` is below every level within `rivals`.

    Args:
        posterior: Joint draws of the level.
        target: Which periods are claimed to be the lowest, shape (T,).
        rivals: Which periods they must lie below, shape (T,).

    Returns:
        Share of the draws in which it does, 0 to 1.

    Example:
        >>> up = LevelPosterior(np.array([[0.0, 1.0, 2.0]]), {})
        >>> last, before = np.array([False, False, True]), np.array([True, True, False])
        >>> probability_lowest(up, last, before), probability_lowest(up, before, last)
        (0.0, 1.0)

    Source:
        Goldstein and Spiegelhalter (1996), League tables and their limitations, for ranks by joint
        posterior draws.
    """
    _check_sets(posterior, target, rivals)
    best = posterior.draws[:, target].min(axis=1)
    return float(np.mean(best < posterior.draws[:, rivals].min(axis=1)))


def _check_sets(posterior: LevelPosterior, target: Bools, rivals: Bools) -> None:
    periods = posterior.draws.shape[1]
    fit = len(target) == len(rivals) == periods
    if not fit or not np.any(target) or not np.any(rivals) or np.any(target & rivals):
        raise UsageError(
            "The level could not be compared.",
            f"There are {np.sum(target)} periods in the target and {np.sum(rivals)} rivals, out of "
            f"{len(target)} and {len(rivals)} that should be {periods}.",
            "Name at least one of each, for every period of the level, and none as both.",
        )


def _scale(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation, if there is any variation."""
    size = float(np.max(np.abs(values))) or 1.0
    centre, spread = float(np.mean(values / size)), float(np.std(values / size))
    if spread < LEAST_SPREAD:
        raise DataGapError(
            "A latent level could not be estimated.",
            f"The {len(values)} observations do not vary.",
            "Use a series that varies.",
        )
    return centre * size, spread * size


def _log_scales(theta: Floats) -> Floats:
    """Logs of the standard deviations of noise, step and bend; `theta` holds them as ratios."""
    bend = theta[2] if len(theta) == 3 else 0.0
    return np.array([theta[0], theta[0] + theta[1], theta[0] + bend])


def _log_prior(theta: Floats, third: float) -> float:
    """Flat in the log of the noise, half-Cauchy in the ratios; `theta` holds logs."""
    ratios = np.exp(theta[1:]) / np.array([STEP_TO_NOISE, third])[: len(theta) - 1]
    floor = (LEAST_NOISE / np.exp(theta[0])) ** 2
    return float(np.sum(theta[1:] - np.log1p(ratios**2)) - floor)
