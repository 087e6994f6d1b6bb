"""From a series to joint draws of its parameters and level: what scores and counts share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.levels._field import (
    BURN_IN,
    SWEEPS,
    Observed,
    chain,
    fit,
    independent,
    predictor,
)
from detente.estimators.levels.parameter_grid import ParameterGrid, explore

MIN_OBSERVATIONS = 8

Scales = Callable[[Floats], Floats]
"""From the parameters of the grid to the logs of the standard deviations, shape (3,)."""


def check_enough(seen: Bools) -> None:
    """Refuse a series with too few observations."""
    observed = int(seen.sum())
    if observed < MIN_OBSERVATIONS:
        raise DataGapError(
            "A latent level could not be estimated.",
            f"The series has {observed} observations; {MIN_OBSERVATIONS} are needed.",
            "Load data that cover more of the period.",
        )


def check_one_companion(*, trend: bool, burst_periods: float | None) -> None:
    """Refuse a level with both a trend and bursts, or bursts that last no time.

    Raises:
        UsageError: Both are asked for, or the bursts' length is not positive.
    """
    if trend and burst_periods is not None:
        raise UsageError(
            "A latent level could not be estimated.",
            "Both a trend and bursts were asked for.",
            "Choose one of the two.",
        )
    if burst_periods is not None and not burst_periods > 0:
        raise UsageError(
            "A latent level could not be estimated.",
            f"Bursts were said to last {burst_periods} periods.",
            "Give a positive number of periods, or None for a level without bursts.",
        )


def draw_levels(
    observed: Observed,
    scales: Scales,
    log_prior: Callable[[Floats], float],
    start: Floats,
    *,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, float]:
    """Draw parameters and levels given a series.

    Returns:
        Levels, shape (draws, T); parameters, shape (draws, d); the share of proposals accepted.
    """
    at = _first_guess(observed)

    def log_density(theta: Floats) -> float:
        nonlocal at
        field = fit(observed, scales(theta), at)
        if np.isfinite(field.evidence):
            at = field.at  # the next point lies near, so its mode does too
        return float(field.evidence + log_prior(theta))

    grid = explore(log_density, start)
    thetas = np.array([scales(point) for point in grid.points])
    paths, chosen, accepted = _sample(observed, thetas, at, grid, draws, rng)
    return paths, grid.within(chosen, rng), accepted


def _sample(
    observed: Observed,
    thetas: Floats,
    at: Floats,
    grid: ParameterGrid,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Ints, float]:
    if not observed.counts:
        chosen = grid.choose(draws, rng)
        return independent(observed, thetas, chosen, rng), chosen, 1.0
    centres = np.array([
        predictor(observed, fit(observed, theta, at).mean) for theta in thetas
    ])  # fmt: skip
    proposals = grid.choose(BURN_IN + SWEEPS * draws, rng)
    return chain(observed, thetas, centres, proposals, draws, rng)


def _first_guess(observed: Observed) -> Floats:
    """Every period at its own value, halfway to zero."""
    if not observed.counts:
        return np.zeros(len(observed.values))
    own = np.log(observed.values + 0.5) - observed.offset
    return np.asarray(np.where(observed.seen, 0.5 * own, 0.0), dtype=np.float64)
