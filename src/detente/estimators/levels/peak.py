"""How likely a count of one period had the highest rate: peaks, which are no levels.

A level is what lasts; a month of invasion is a peak. The rate of each period is drawn from its own
count, drawn a little toward those of all periods (a Gamma-Poisson model whose prior is estimated
from the series), so that a small count is no sure peak.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Bools, Floats
from detente.errors import DataGapError
from detente.estimators.levels.level import LevelPosterior

FEWEST = 8  # periods with data


def period_rates(
    counts: Floats, *, exposure: Floats | None = None, draws: int = 2000, seed: int = 1
) -> LevelPosterior:
    """Draw the log rate of every period by itself, given its count.

    Args:
        counts: Events by period, shape (T,); NaN where nothing was observed.
        exposure: What they are relative to, shape (T,).
        draws: Number of joint draws.
        seed: Seed of the random numbers.

    Returns:
        Draws of log rates, shape (draws, T), NaN where nothing was observed, and the prior's
        `shape`, to be compared by `probability_highest` over periods with data.

    Raises:
        DataGapError: There are fewer than eight periods with data, or no event.

    Example:
        >>> counts = np.array([6.0, 3, 4, 5, 6, 2, 4, 21, 5, 3])
        >>> rates = period_rates(counts)
        >>> float(np.mean(rates.draws.argmax(axis=1) == 7)) > 0.98
        True

    Source:
        Clayton and Kaldor (1987), Empirical Bayes estimates of age-standardized relative risks, for
        the model and its moments; Goldstein and Spiegelhalter (1996) for ranks by joint draws.
    """
    weights = np.ones(len(counts)) if exposure is None else exposure
    seen = np.isfinite(counts) & np.isfinite(weights) & (weights > 0)
    if seen.sum() < FEWEST or counts[seen].sum() <= 0:
        raise DataGapError(
            "The rates of single periods could not be compared.",
            f"{int(seen.sum())} periods have data, with {np.nansum(counts[seen]):.0f} events.",
            "Load event data that cover more of the time.",
        )
    shape, scale = _prior(counts[seen], weights[seen])
    rng = np.random.default_rng(seed)
    rates = np.full((draws, len(counts)), np.nan)
    rates[:, seen] = rng.gamma(
        shape + counts[seen], 1 / (scale + weights[seen]), (draws, seen.sum())
    )
    return LevelPosterior(np.log(rates), {"shape": np.full(draws, shape)})


def _prior(counts: Floats, exposure: Floats) -> tuple[float, float]:
    """Shape and inverse scale of the rates' distribution, by moments; at most as sharp as Poisson.

    The prior never weighs more than the equivalent of the mean count: a sharper one would draw a
    true peak down to the rest, which a flat series would ask for.
    """
    mean = counts.sum() / exposure.sum()
    expected = mean * exposure
    excess = ((counts - expected) ** 2 - expected).sum() / (exposure**2).sum()
    variance = max(float(excess), 1e-12)
    shape = float(np.clip(mean**2 / variance, 0.2, max(mean * exposure.mean(), 0.5)))
    return shape, shape / mean


def observed_rank(values: Floats, target: Bools, rivals: Bools, *, highest: bool = True) -> int:
    """How many rivals stand at least as high (low) as the best of the target, plus one.

    Args:
        values: Rates or scores by period, shape (T,).
        target: The claimed periods, shape (T,).
        rivals: The periods that they must exceed, shape (T,).
        highest: Whether the claim is about the highest.

    Example:
        >>> values = np.array([1.0, 5.0, 3.0, 4.0])
        >>> target = np.array([False, False, False, True])
        >>> observed_rank(values, target, ~target)
        2
    """
    sign = 1.0 if highest else -1.0
    best = np.nanmax(sign * values[target])
    return 1 + int(np.sum(sign * values[rivals] >= best))
