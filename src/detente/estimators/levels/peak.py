"""How likely a count of one period had the highest rate: peaks, which are no levels.

A level is what lasts; a month of invasion is a peak. How much of what a single month differs by is
real, and how much is only how the news told it, one series cannot say. So two readings are drawn,
half the draws each: in the one every period's rate is its own, in the other periods scatter about a
level, and only rare spikes beyond that scatter are real. Odds near 0 or 1 need both.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Bools, Floats
from detente.errors import DataGapError
from detente.estimators.levels.count_level import count_level
from detente.estimators.levels.level import LevelPosterior
from detente.rounding import number

FEWEST = 8  # periods with data
SPIKE_SHARE = 0.05  # of the periods, before the data are seen
SPIKE_SIZES = np.linspace(-3.0, 3.0, 25)  # log
SPIKE_SCALE = 1.0  # log


def peak_rates(
    counts: Floats, *, exposure: Floats | None = None, draws: int = 2000, seed: int = 1
) -> LevelPosterior:
    """Draw the log rates of single periods, half the draws by each of two readings of the noise.

    Args:
        counts: Events by period, shape (T,); NaN where nothing was observed.
        exposure: What they are relative to, shape (T,).
        draws: Number of joint draws of both together.
        seed: Seed of the random numbers.

    Returns:
        Draws of log rates, shape (draws, T), NaN where nothing was observed: the first half by
        `period_rates`, the second by `spiked_rates`, whose `dispersion` is given.

    Raises:
        DataGapError: There are fewer than eight periods with data, or no event.

    Example:
        >>> counts = np.array([6.0, 3, 4, 5, 6, 2, 4, 21, 5, 3] * 3)
        >>> counts[[7, 17]] = 4
        >>> rates = peak_rates(counts)
        >>> float(np.mean(rates.draws.argmax(axis=1) == 27)) > 0.95
        True

    Source:
        Hoeting, Madigan, Raftery and Volinsky (1999), Bayesian model averaging: a tutorial, with
        both readings equally likely beforehand.
    """
    own = period_rates(counts, exposure=exposure, draws=draws - draws // 2, seed=seed)
    spiked = spiked_rates(counts, exposure=exposure, draws=draws // 2, seed=seed)
    return LevelPosterior(
        np.vstack([own.draws, spiked.draws]), spiked.parameters, spiked.acceptance
    )


def spiked_rates(
    counts: Floats, *, exposure: Floats | None = None, draws: int = 2000, seed: int = 1
) -> LevelPosterior:
    """Draw the log rates of single periods that scatter about a level, with rare spikes.

    The level and the scatter are those of `count_level`. A spike is added to a period's level where
    its count asks for one. Periods that are more likely spikes than not are set aside when the
    level and the scatter are fitted, so that a spike does not widen the scatter that hides it.

    Args:
        counts: Events by period, shape (T,); NaN where nothing was observed.
        exposure: What they are relative to, shape (T,).
        draws: Number of joint draws.
        seed: Seed of the random numbers.

    Returns:
        Draws of the log of level times spike, shape (draws, T), NaN where nothing was observed, and
        of the parameters of `count_level`.

    Raises:
        DataGapError: There are fewer than eight periods with data, or no event.

    Example:
        >>> counts = np.random.default_rng(3).poisson(4.0, 60).astype(float)
        >>> counts[40] = 30
        >>> rates = spiked_rates(counts, draws=400)
        >>> float(np.mean(rates.draws.argmax(axis=1) == 40)) > 0.95
        True

    Source:
        Box and Tiao (1968), A Bayesian approach to some outlier problems; Harrison and Stevens
        (1976), Bayesian forecasting, for the transient observation among the states of a level.
    """
    weights, seen = _checked(counts, exposure)
    rng = np.random.default_rng(seed)
    level = count_level(counts, exposure=weights, draws=draws, seed=seed)
    sizes = _spikes(level, counts, weights, seen, rng)
    plain = seen & (np.mean(sizes != 0, axis=0) <= 0.5)
    if not np.array_equal(plain, seen) and plain.sum() >= FEWEST and counts[plain].any():
        kept = np.where(plain, counts, np.nan)
        level = count_level(kept, exposure=weights, draws=draws, seed=seed)
        sizes = _spikes(level, counts, weights, seen, rng)
    rates = np.where(seen, level.draws + sizes, np.nan)
    return LevelPosterior(rates, level.parameters, level.acceptance)


def _spikes(
    level: LevelPosterior, counts: Floats, exposure: Floats, seen: Bools, rng: np.random.Generator
) -> Floats:
    """Draw the log size of each period's spike given its level, 0 for none, shape (draws, T).

    The largest of log weights with Gumbel noise is a draw by these weights (Gumbel 1954), so that
    no table of draws by periods by sizes is held.
    """
    shape = level.parameters["dispersion"][:, None]
    mean = np.exp(level.draws) * np.where(seen, exposure, 1.0)
    values = np.where(seen, counts, 0.0)
    prior = np.exp(-0.5 * (SPIKE_SIZES / SPIKE_SCALE) ** 2)
    chances = np.append(np.log(SPIKE_SHARE * prior / prior.sum()), np.log(1 - SPIKE_SHARE))
    best, drawn = np.full(mean.shape, -np.inf), np.zeros(mean.shape)
    for size, chance in zip(np.append(SPIKE_SIZES, 0.0), chances, strict=True):
        fit = values * size - (values + shape) * np.log(shape + mean * np.exp(size))
        score = chance + fit + rng.gumbel(size=mean.shape)
        drawn = np.where(score > best, size, drawn)
        best = np.maximum(score, best)
    return drawn


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
    weights, seen = _checked(counts, exposure)
    shape, scale = _prior(counts[seen], weights[seen])
    rng = np.random.default_rng(seed)
    rates = np.full((draws, len(counts)), np.nan)
    rates[:, seen] = rng.gamma(
        shape + counts[seen], 1 / (scale + weights[seen]), (draws, seen.sum())
    )
    return LevelPosterior(np.log(rates), {"shape": np.full(draws, shape)})


def _checked(counts: Floats, exposure: Floats | None) -> tuple[Floats, Bools]:
    """Weights by period, and where there are data; enough of them."""
    weights = np.ones(len(counts)) if exposure is None else exposure
    seen = np.isfinite(counts) & np.isfinite(weights) & (weights > 0)
    if seen.sum() < FEWEST or counts[seen].sum() <= 0:
        raise DataGapError(
            "The rates of single periods could not be compared.",
            f"Periods with data: {int(seen.sum())}, with {number(np.nansum(counts[seen]), 0)} "
            "events.",
            "Load event data that cover more of the time.",
        )
    return weights, seen


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
