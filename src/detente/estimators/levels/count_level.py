"""The latent level of a series of counts: a negative-binomial state-space model with joint draws.

    count[t] ~ negative binomial with mean exposure[t] * exp(level[t] + season[t])
    level[t+1] = level[t] + slope[t] + step          slope[t+1] = slope[t] + bend

or, where bursts are told apart from the level, with mean exposure * exp(level + burst + season) and

    burst[t+1] = memory * burst[t] + push

with variance mean + mean**2 / dispersion. The exposure (all events reported) takes out the growth
of the media, and a small count weighs little, which the log of a count plus one half does not know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.levels._field import Observed
from detente.estimators.levels._fit import check_enough, check_one_companion, draw_levels
from detente.estimators.levels.level import LevelPosterior
from detente.rounding import as_typed

HARMONICS = 2


@dataclass(frozen=True)
class CountPrior:
    """The prior of a level of counts; all scales are of logs, so 0.1 is about ten percent.

    Attributes:
        noise: Scale of the half-normal prior of the noise, 1 / sqrt(dispersion).
        step: Scale of the half-normal prior of one step of the level.
        bend: Scale of the half-normal prior of one step of the slope.
        centre: Mean of the normal prior of the first level; by default the log of all counts over
            all exposure.
        spread: Standard deviation of the first level about the centre.
        slope: Standard deviation of the first slope about zero.
        season: Standard deviation of each coefficient of the season.
        push: Scale of the half-normal prior of the start of a burst.

    Example:
        >>> CountPrior(step=0.2).noise
        1.0
    """

    noise: float = 1.0
    step: float = 0.5
    bend: float = 0.05
    centre: float | None = None
    spread: float = 3.0
    slope: float = 0.1
    season: float = 1.0
    push: float = 0.5


DEFAULT = CountPrior()


def count_level(
    counts: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    trend: bool = False,
    periods_per_year: float | None = None,
    burst_periods: float | None = None,
    prior: CountPrior = DEFAULT,
    draws: int = 2000,
    seed: int = 1,
) -> LevelPosterior:
    """Draw the level of a series of counts, given the whole series.

    Dispersion and step sizes are not fixed at an estimate: they are drawn with the level. The
    draws come from a Markov chain whose target is the exact posterior but for a fine grid over
    these two or three parameters.

    Args:
        counts: Events in each period, shape (T,), not negative; NaN where nothing was observed.
        exposure: What the counts are relative to, such as all events reported, shape (T,). Periods
            where it is zero or unknown say nothing about the level.
        trend: Give the level a slope that changes slowly.
        periods_per_year: To take out a yearly pattern of two harmonics; the level is then that of
            an average time of the year.
        burst_periods: Periods after which two thirds of a burst are over, such as 2 months: what is
            gone so soon is told apart from the level. None makes all that lasts part of it.
        prior: Scales of the prior.
        draws: Number of joint draws.
        seed: Seed of the random numbers.

    Returns:
        Draws of the level, the log of the expected count per unit of exposure, and of `dispersion`,
        `step` and, with a trend, `slope`, with bursts `push`.

    Raises:
        DataGapError: There are fewer than eight observations, or no event at all.
        UsageError: A count is negative, shapes differ, the season is too short, or a trend and
            bursts are both asked for.

    Example:
        >>> counts = np.random.default_rng(0).poisson(3.0, size=60)
        >>> level = count_level(counts, draws=200)
        >>> bool(abs(np.exp(level.draws).mean() - 3) < 1)
        True

    Source:
        Durbin and Koopman (1997), Monte Carlo maximum likelihood estimation for non-Gaussian state
        space models; Rue, Martino and Chopin (2009), Approximate Bayesian inference for latent
        Gaussian models; Murray, Adams and MacKay (2010), Elliptical slice sampling.
    """
    check_one_companion(trend=trend, burst_periods=burst_periods)
    values, weights = _checked(counts, exposure)
    seen = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    check_enough(seen)
    overall = _overall(values[seen], weights[seen])
    centre = overall if prior.centre is None else prior.centre
    observed = Observed(
        values=np.where(seen, values, 0.0),
        offset=np.log(np.where(seen, weights, 1.0)) + centre,
        seen=seen,
        design=_harmonics(len(values), periods_per_year),
        start=np.array([prior.spread, prior.slope, prior.season]) ** -2.0,
        stride=2 if trend or burst_periods else 1,
        counts=True,
        memory=float(np.exp(-1 / burst_periods)) if burst_periods else 0.0,
    )
    size = 3 if trend or burst_periods else 2
    third = prior.push if burst_periods else prior.bend
    widths = np.array([prior.noise, prior.step, third])[:size]
    paths, parameters, accepted = draw_levels(
        observed,
        _log_scales,
        lambda theta: float(np.sum(theta - 0.5 * (np.exp(theta) / widths) ** 2)),
        np.log(widths / 2),
        draws=draws,
        rng=np.random.default_rng(seed),
    )
    named = {"dispersion": np.exp(-2 * parameters[:, 0]), "step": np.exp(parameters[:, 1])}
    if size == 3:
        named["push" if burst_periods else "slope"] = np.exp(parameters[:, 2])
    return LevelPosterior(paths + centre, named, accepted)


def _checked(counts: ArrayLike, exposure: ArrayLike | None) -> tuple[Floats, Floats]:
    values = np.asarray(counts, dtype=np.float64)
    weights = np.ones(values.shape) if exposure is None else np.asarray(exposure, np.float64)
    if values.ndim != 1 or values.shape != weights.shape:
        raise UsageError(
            "A level of counts could not be estimated.",
            f"The counts have the shape {values.shape}, the exposure {weights.shape}.",
            "Give one count and one exposure per period.",
        )
    given = values[~np.isnan(values)]
    if np.any(given < 0) or np.any(given != np.floor(given)) or np.any(np.isinf(given)):
        raise UsageError(
            "A level of counts could not be estimated.",
            "Some values are negative, infinite or not whole.",
            "Give counts, with NaN where nothing is known; for scores use `local_level`.",
        )
    if (values < 0).any() or (weights < 0).any():
        raise UsageError(
            "A level of counts could not be estimated.",
            "A count or an exposure is negative.",
            "Use local_level for scores.",
        )
    return values, weights


def _overall(values: Floats, weights: Floats) -> float:
    """Log of all counts over all exposure."""
    if not values.any():
        raise DataGapError(
            "A level of counts could not be estimated.",
            f"There is no event in any of {len(values)} periods.",
            "Use a longer series, or a broader kind of event.",
        )
    return float(np.log(values.sum() / weights.sum()))


def _harmonics(length: int, season: float | None) -> Floats:
    if season is None:
        return np.empty((length, 0))
    if not season > 2 * HARMONICS:
        raise UsageError(
            "A season could not be taken out.",
            f"A year of {as_typed(season)} periods is too short for {HARMONICS} harmonics.",
            "Leave the season out, or give the number of periods in a year.",
        )
    turns = 2 * np.pi * np.outer(np.arange(length), np.arange(1, HARMONICS + 1)) / season
    return np.hstack([np.cos(turns), np.sin(turns)])


def _log_scales(theta: Floats) -> Floats:
    """Logs of the standard deviations of noise, step and bend."""
    return np.array([theta[0], theta[1], theta[2] if len(theta) == 3 else 0.0])
