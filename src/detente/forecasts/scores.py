"""Scores of probabilities and of distributions of counts, and how sure a difference is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.dynamics.resample import block_index
from detente.forecasts.result import ReliabilityBin, Skill

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 1000
SMALLEST = 1e-6  # probability below which a miss is not scored worse


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
    """Minus the log of the probability given to what happened; 0 is best.

    Example:
        >>> log_score(np.array([0.5]), np.array([0.0])).round(3).tolist()
        [0.693]

    Source:
        Good (1952), Rational decisions.
    """
    given = np.where(outcomes > 0, odds, 1 - odds)
    return np.asarray(-np.log(np.maximum(given, SMALLEST)))


def crps_of_counts(probabilities: Floats, counts: Floats) -> Floats:
    """Continuous ranked probability score of distributions over 0, 1, 2, ….

    Args:
        probabilities: Shape (..., size).
        counts: What came, shape (...).

    Example:
        >>> crps_of_counts(np.array([0.5, 0.5]), np.array(0.0)).tolist()
        0.25

    Source:
        Epstein (1969), A scoring system for probability forecasts of ranked categories;
        Czado, Gneiting and Held (2009), Predictive model assessment for count data.
    """
    below = np.cumsum(probabilities, axis=-1)
    came = np.arange(probabilities.shape[-1]) >= np.asarray(counts)[..., None]
    return np.asarray(((below - came) ** 2).sum(axis=-1))


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


def pit_of_counts(probabilities: Floats, counts: Floats, seed: int) -> Floats:
    """Randomised probability integral transform; uniform if the distributions are right.

    Args:
        probabilities: Shape (n, size).
        counts: What came, shape (n,).
        seed: Seed of the randomisation.

    Example:
        >>> pit_of_counts(np.array([[0.5, 0.5]]), np.array([1.0]), 1).round(2).tolist()
        [0.76]

    Source:
        Czado, Gneiting and Held (2009), Predictive model assessment for count data.
    """
    below = np.concatenate([np.zeros((len(counts), 1)), np.cumsum(probabilities, axis=-1)], axis=1)
    place = np.minimum(counts, probabilities.shape[-1] - 1).astype(np.int64)
    rows = np.arange(len(counts))
    low, high = below[rows, place], below[rows, place + 1]
    return np.asarray(low + np.random.default_rng(seed).random(len(counts)) * (high - low))


def block_rows(length: int, block: int, seed: int) -> Ints:
    """Rows of circular block resamples, shape (resamples, length).

    Args:
        length: Number of rows.
        block: Length of a block, at least one window.
        seed: Seed of the draws.

    Example:
        >>> block_rows(10, 5, 1).shape
        (1000, 10)

    Source:
        Politis and Romano (1992), A circular block-resampling procedure for stationary data.
    """
    return block_index(length, block, RESAMPLES, np.random.default_rng(seed))


def skill(scores: Floats, reference: Floats, rows: Ints, against: str) -> Skill:
    """One less the ratio of mean scores, with its 90% interval by resampled blocks.

    Args:
        scores: Of the forecasts, shape (n,); lower is better.
        reference: Of the reference, shape (n,).
        rows: Resampled rows.
        against: Plain name of the reference.

    Example:
        >>> made = skill(np.full(9, 1.0), np.full(9, 2.0), block_rows(9, 3, 1), "base rate")
        >>> made.value, made.low, made.high
        (0.5, 0.5, 0.5)
    """
    whole = _ratio(scores.mean(), reference.mean())
    drawn = _ratio(scores[rows].mean(axis=1), reference[rows].mean(axis=1))
    low, high = np.quantile(drawn, [0.05, 0.95])
    return Skill(against, float(whole), float(low), float(high))


def _ratio(score: Floats, reference: Floats) -> Floats:
    return np.asarray(1 - score / np.maximum(reference, 1e-12))


def reliability(odds: Floats, outcomes: Floats, rows: Ints, bins: int) -> list[ReliabilityBin]:
    """Share of outcomes among forecasts of about the same probability.

    Bins hold about equally many forecasts; intervals come from resampled blocks.

    Args:
        odds: Probabilities, shape (n,).
        outcomes: 1 where it came, shape (n,).
        rows: Resampled rows.
        bins: Number of bins.

    Example:
        >>> odds = np.linspace(0, 1, 100)
        >>> made = reliability(odds, (odds > 0.5).astype(float), block_rows(100, 5, 1), 2)
        >>> [(one.count, one.observed) for one in made]
        [(50, 0.0), (50, 1.0)]

    Source:
        Bröcker and Smith (2007), Increasing the reliability of reliability diagrams.
    """
    ranks = np.argsort(np.argsort(odds, kind="stable"), kind="stable")
    places = ranks * bins // len(odds)
    return [
        _bin(odds, outcomes, rows, places == one) for one in range(bins) if (places == one).any()
    ]


def _bin(odds: Floats, outcomes: Floats, rows: Ints, inside: NDArray[np.bool_]) -> ReliabilityBin:
    drawn = inside[rows]
    number = drawn.sum(axis=1)
    shares = (drawn * outcomes[rows]).sum(axis=1)[number > 0] / number[number > 0]
    low, high = np.quantile(shares, [0.05, 0.95])
    return ReliabilityBin(
        forecast=float(odds[inside].mean()),
        observed=float(outcomes[inside].mean()),
        low=float(low),
        high=float(high),
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
