"""Scores of probabilities and of distributions of counts, and how sure a difference is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from detente.arrays import Floats, Ints
from detente.estimators.resample import block_index, expanded_tail

RESAMPLES = 1000
SMALLEST = 1e-6  # probability below which a miss is not scored worse


@dataclass(frozen=True)
class Skill:
    """Skill against a reference: 1 is perfect, below 0 worse; with its 90% interval.

    Example:
        >>> Skill("the base rate", 0.2, -0.1, 0.4).positive
        False
    """

    against: str
    value: float
    low: float
    high: float

    @property
    def positive(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0


@dataclass(frozen=True)
class ReliabilityBin:
    """Forecasts of about the same probability, and how often it came so.

    Attributes:
        forecast: Mean probability; `observed` share of outcomes; `count` how many forecasts.
        low, high: 90% interval of the share, from blocks of windows that do not overlap.
    """

    forecast: float
    observed: float
    low: float
    high: float
    count: int


def brier(odds: Floats, outcomes: Floats) -> Floats:
    """Squared error of each probability; 0 is best.

    Example:
        >>> brier(np.array([0.75]), np.array([1.0])).tolist()
        [0.0625]

    Source:
        Brier (1950), Verification of forecasts expressed in terms of probability.
    """
    return np.asarray((odds - outcomes) ** 2)


def log_score(odds: Floats, outcomes: Floats) -> Floats:
    """Minus the log of the probability given to what happened; 0 is best, NaN while not known.

    Example:
        >>> log_score(np.array([0.5]), np.array([0.0])).round(3).tolist()
        [0.693]

    Source:
        Good (1952), Rational decisions.
    """
    given = np.where(outcomes > 0, odds, 1 - odds)
    scores = -np.log(np.maximum(given, SMALLEST))
    return np.where(np.isfinite(outcomes), scores, np.nan)


def crps_of_counts(probabilities: Floats, counts: Floats) -> Floats:
    """Continuous ranked probability score of distributions over 0, 1, 2, ….

    Args:
        probabilities: Shape (..., size).
        counts: What came, shape (...); NaN where not known, and then so is the score. A count
            beyond the distributions costs one for each step beyond.

    Example:
        >>> crps_of_counts(np.array([0.5, 0.5]), np.array(0.0)).tolist()
        0.25
        >>> crps_of_counts(np.array([0.5, 0.5]), np.array(5.0)).tolist()
        4.25

    Source:
        Epstein (1969), A scoring system for probability forecasts of ranked categories;
        Czado, Gneiting and Held (2009), Predictive model assessment for count data.
    """
    below = np.cumsum(probabilities, axis=-1)
    came = np.arange(probabilities.shape[-1]) >= np.asarray(counts)[..., None]
    within = ((below - came) ** 2).sum(axis=-1)
    # Beyond its last value the distribution stands at one, and the count has not been reached.
    beyond = np.maximum(np.asarray(counts) - probabilities.shape[-1], 0.0)
    return np.asarray(within + beyond)


def crps_of_draws(draws: Floats, values: Floats) -> Floats:
    """Continuous ranked probability score of draws, over the last axis.

    Args:
        draws: Shape (..., draws).
        values: What came, shape (...).

    Example:
        >>> crps_of_draws(np.array([0.0, 2.0]), np.array(1.0)).tolist()
        0.5

    Source:
        Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation.
    """
    ranked = np.sort(draws, axis=-1)
    number = ranked.shape[-1]
    signs = 2 * np.arange(1, number + 1) - number - 1
    apart = (ranked * signs).sum(axis=-1) / number**2
    return np.asarray(np.abs(draws - values[..., None]).mean(axis=-1) - apart)


def pit_of_counts(probabilities: Floats, counts: Floats, rng: np.random.Generator) -> Floats:
    """Randomised probability integral transform; uniform if the distributions are right.

    Args:
        probabilities: Shape (n, size).
        counts: What came, shape (n,); NaN where not known, and then so is the transform.
        rng: Random numbers of the transform.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> pit_of_counts(np.array([[0.5, 0.5]]), np.array([1.0]), rng).round(2).tolist()
        [0.76]

    Source:
        Czado, Gneiting and Held (2009), Predictive model assessment for count data.
    """
    below = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(probabilities, axis=-1)], axis=1)
    over, size = np.isfinite(counts), probabilities.shape[-1]
    place = np.minimum(np.where(over, counts, 0), size - 1).astype(np.int64)
    rows = np.arange(len(counts))
    low, high = below[rows, place], below[rows, place + 1]
    # A count beyond the distribution lies above all of it.
    low, high = (np.where(counts > size - 1, 1.0, end) for end in (low, high))
    drawn = low + rng.random(len(counts)) * (high - low)
    return np.where(over, drawn, np.nan)


@dataclass(frozen=True, eq=False)
class Resamples:
    """Resampled rows of dependent forecasts.

    Attributes:
        rows: Places, shape (resamples, length).
        tail: Tail probability at which a percentile interval from so few blocks holds 90%.
    """

    rows: Ints
    tail: float

    def interval(self, drawn: Floats) -> tuple[float, float]:
        """The 90% interval of a statistic, from its values by resample; NaN where one has none."""
        low, high = np.quantile(drawn, [self.tail, 1 - self.tail])
        return float(low), float(high)


def resample(length: int, block: int, rng: np.random.Generator) -> Resamples:
    """Circular block resamples.

    Percentile intervals from a handful of blocks are too narrow; the tail is moved out as far as a
    t-interval of that many cases would be.

    Args:
        length: Number of forecasts.
        block: Length of a block, at least one window.
        rng: Random numbers of the draws.

    Example:
        >>> draws = resample(10, 5, np.random.default_rng(1))
        >>> draws.rows.shape, draws.tail < 0.05
        ((1000, 10), True)

    Source:
        Politis and Romano (1992), A circular block-resampling procedure for stationary data;
        Hesterberg (2015), What teachers should know about the bootstrap.
    """
    rows = block_index(length, block, RESAMPLES, rng)
    return Resamples(rows, expanded_tail(0.90, length // block))


def skill(scores: Floats, reference: Floats, drawn: Resamples, against: str) -> Skill:
    """One less the ratio of mean scores, with its 90% interval by resampled blocks.

    Forecasts whose outcome is not known are left out. Against a reference without any error skill
    is not defined, and NaN.

    Args:
        scores: Of the forecasts, shape (n,); lower is better.
        reference: Of the reference, shape (n,).
        drawn: Resampled rows.
        against: Plain name of the reference.

    Example:
        >>> drawn = resample(9, 3, np.random.default_rng(1))
        >>> gain = skill(np.full(9, 1.0), np.full(9, 2.0), drawn, "base rate")
        >>> gain.value, gain.low, gain.high
        (0.5, 0.5, 0.5)

    Source:
        Murphy (1988), Skill scores based on the mean square error and their relationships to the
        correlation coefficient, Monthly Weather Review 116.
    """
    scored = np.isfinite(scores) & np.isfinite(reference)
    ours, theirs = (np.where(scored, part, 0.0) for part in (scores, reference))
    rows = drawn.rows
    whole = _ratio(ours.sum(), theirs.sum())
    low, high = drawn.interval(_ratio(ours[rows].sum(axis=1), theirs[rows].sum(axis=1)))
    return Skill(against, float(whole), low, high)


def _ratio(score: Floats, reference: Floats) -> Floats:
    return np.asarray(1 - score / np.where(reference > 0, reference, np.nan))


def reliability(
    odds: Floats, outcomes: Floats, drawn: Resamples, bins: int
) -> list[ReliabilityBin]:
    """Share of outcomes among forecasts of about the same probability.

    Bins hold about equally many forecasts, but equal probabilities lie in one bin; intervals come
    from resampled blocks. Forecasts whose outcome is not known are left out.

    Args:
        odds: Probabilities, shape (n,).
        outcomes: 1 where it came, shape (n,).
        drawn: Resampled rows.
        bins: Number of bins.

    Example:
        >>> odds = np.linspace(0, 1, 100)
        >>> drawn = resample(100, 5, np.random.default_rng(1))
        >>> bins = reliability(odds, (odds > 0.5).astype(float), drawn, 2)
        >>> [(each.count, each.observed) for each in bins]
        [(50, 0.0), (50, 1.0)]

    Source:
        Bröcker and Smith (2007), Increasing the reliability of reliability diagrams.
    """
    settled = np.isfinite(outcomes) & np.isfinite(odds)
    if not settled.any():
        return []
    # Ties take the place of their middle, so that none of them is set apart by its date.
    ranks = scipy.stats.rankdata(odds[settled], method="average") - 1
    places = np.full(len(odds), -1)
    places[settled] = (ranks * bins // int(settled.sum())).astype(np.int64)
    return [_bin(odds, outcomes, drawn, places == place) for place in np.unique(places[settled])]


def _bin(
    odds: Floats, outcomes: Floats, drawn: Resamples, inside: NDArray[np.bool_]
) -> ReliabilityBin:
    chosen = inside[drawn.rows]
    number = chosen.sum(axis=1)
    came = np.where(chosen, outcomes[drawn.rows], 0.0)
    shares = came.sum(axis=1)[number > 0] / number[number > 0]
    low, high = drawn.interval(shares)
    return ReliabilityBin(
        forecast=float(odds[inside].mean()),
        observed=float(outcomes[inside].mean()),
        low=low,
        high=high,
        count=int(inside.sum()),
    )


def tenths(values: Floats) -> tuple[float, ...]:
    """Share of values by tenth of the unit interval.

    Example:
        >>> tenths(np.array([0.05, 0.95]))[0]
        0.5
    """
    counts = np.bincount(np.clip((10 * values).astype(np.int64), 0, 9), minlength=10)
    return tuple((counts / max(len(values), 1)).tolist())
