"""Which of many estimates are surely above or below zero, with the share of false ones held.

Each true value is nothing to speak of, or it comes from a mixture of normal distributions about
zero; how often which, the estimates themselves say. What "nothing" looks like they say too: errors
that are too small, or little things that move all alike, widen the middle of the distribution, and
an estimate is set against that width and not against its own error alone (an empirical null).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls
from scipy.special import ndtr

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.multiple import benjamini_hochberg

WIDTHS = np.array([0.2, 0.35, 0.6, 1.0, 1.7])  # of true values that are something, log
NULL_PRIOR = 10.0  # as if so many more estimates had been seen that are nothing
ITERATIONS = 80
CLOSE = 1e-6
FEWEST = 60  # estimates that can say what nothing looks like
BINS, BIN_SIZE = 8, 40
PASSES = 8
FIRST_NOTHING = 0.9
LEAST_NOTHING = 0.6  # share of the estimates; where more seems to be something, errors are wrong
MIDDLE, MIDDLE_REACH = 0.8, 1.2816  # share of a standard normal within so many deviations


@dataclass(frozen=True, eq=False)
class FalseSigns(Shown):
    """Many estimates, and how likely the sign of each is wrong.

    Attributes:
        estimate: Posterior mean given that the true value is something, shape (N,).
        low: Low end of its 90% interval, shape (N,).
        high: High end.
        wrong: Probability that the true value is nothing or has the other sign, shape (N,).
        risen: Probability that the true value is above zero, if it is something, shape (N,).
        p_adjusted: P-values by the empirical null, corrected (Benjamini and Hochberg), shape (N,).
        nothing: Share of the true values that are nothing.
        inflation: By what the squared errors are multiplied.
        drift: Standard deviation that is added to every error.
    """

    estimate: Floats
    low: Floats
    high: Floats
    wrong: Floats
    risen: Floats
    p_adjusted: Floats
    nothing: float
    inflation: float
    drift: float

    def named(self, rate: float = 0.1) -> Bools:
        """The most that can be named with at most that share of wrong signs, shape (N,).

        Two rules must both allow it: the mean of the probabilities of those named, and the
        corrected p-values, which hold the rate where nothing at all is there.
        """
        order = np.argsort(np.where(np.isfinite(self.wrong), self.wrong, np.inf), kind="stable")
        mean = np.cumsum(self.wrong[order]) / np.arange(1, len(order) + 1)
        allowed = np.zeros(len(order), dtype=np.bool_)
        allowed[order] = mean <= rate
        return np.asarray(allowed & (self.p_adjusted <= rate))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The estimates with their intervals."""
        values = {
            "estimate": self.estimate,
            "low_90": self.low,
            "high_90": self.high,
            "probability_wrong": self.wrong,
            "p_adjusted": self.p_adjusted,
        }
        return (exhibit("signs", "Estimates and their signs", values),)


def false_signs(estimate: Floats, error: Floats) -> FalseSigns:
    """How likely the sign of each of many estimates is wrong.

    Args:
        estimate: Estimates of values that are zero where nothing happened, as logs, shape (N,); NaN
            where there is none.
        error: Their standard errors, shape (N,).

    Raises:
        UsageError: Shapes differ, or an error is not positive.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> truth = np.where(np.arange(1000) < 100, 1.0, 0.0)
        >>> signs = false_signs(truth + rng.normal(0, 0.2, 1000), np.full(1000, 0.2))
        >>> named = signs.named(0.1)
        >>> bool(named[:100].mean() > 0.9), bool(named[100:].sum() < 15)
        (True, True)

    Source:
        Stephens (2017), False discovery rates: a new deal; Efron (2004), Large-scale simultaneous
        hypothesis testing: the choice of a null hypothesis.
    """
    given = np.isfinite(estimate) & np.isfinite(error)
    if estimate.shape != error.shape or estimate.ndim != 1 or (error[given] <= 0).any():
        raise UsageError(
            "The signs of the estimates could not be judged.",
            f"Estimates have the shape {estimate.shape}, errors {error.shape}; one may be zero.",
            "Give an estimate and a positive error each.",
        )
    values, errors = estimate[given], error[given]
    nothing = FIRST_NOTHING
    for _ in range(PASSES):
        inflation, drift = _null(values, errors, nothing)
        variance = inflation * errors**2 + drift**2
        shares, posterior = _shares(values, variance)
        nothing = float(max(shares[0], LEAST_NOTHING))
    parts = _posterior(values, variance, posterior)
    whole = np.full((5, len(estimate)), np.nan)
    whole[:, given] = parts
    p = 2 * ndtr(-np.abs(values) / np.sqrt(variance))
    adjusted = np.full(len(estimate), np.nan)
    adjusted[given] = benjamini_hochberg(p)
    estimated, low, high, wrong, risen = whole
    return FalseSigns(
        estimated, low, high, wrong, risen, adjusted, float(shares[0]), inflation, drift
    )


def _null(values: Floats, errors: Floats, nothing: float) -> tuple[float, float]:
    """How the middle of the estimates scatters: multiple of the squared errors, and what is added.

    The middle is those four fifths of what is nothing that lie nearest to zero: the half of them
    would tell of changes made by a single burst, which lie on both sides of zero and never far.
    """
    if len(values) < FEWEST:
        return 1.0, 0.0
    bins = max(2, min(BINS, len(values) // BIN_SIZE))
    parts = np.array_split(np.argsort(errors, kind="stable"), bins)
    squares = np.array([np.median(errors[part] ** 2) for part in parts])
    reach = [np.quantile(np.abs(values[part]), MIDDLE * nothing) for part in parts]
    middle = (np.array(reach) / MIDDLE_REACH) ** 2
    weight = 1 / (squares + np.median(squares))
    beyond = np.maximum(middle - squares, 0.0)  # errors are never made smaller than they are
    (more, added), _ = nnls(
        np.column_stack([squares, np.ones(len(parts))]) * weight[:, None], beyond * weight
    )
    return 1.0 + float(more), float(np.sqrt(added))


def _shares(values: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Shares of nothing and of each width, and for each value the probability of each, by EM."""
    wide = variance + np.append(0.0, WIDTHS)[:, None] ** 2
    logs = -0.5 * (np.log(wide) + values**2 / wide)
    likelihood = np.exp(logs - logs.max(axis=0))
    prior = np.append(NULL_PRIOR, np.zeros(len(WIDTHS)))
    shares = np.append(0.9, np.full(len(WIDTHS), 0.1 / len(WIDTHS)))
    for _ in range(ITERATIONS):
        weight = shares[:, None] * likelihood
        posterior = weight / weight.sum(axis=0)
        fresh = (prior + posterior.sum(axis=1)) / (NULL_PRIOR + len(values))
        if np.abs(fresh - shares).max() < CLOSE:
            break
        shares = fresh
    return shares, posterior


def _posterior(values: Floats, variance: Floats, posterior: Floats) -> Floats:
    """The first five fields of the result, shape (5, N)."""
    pull = WIDTHS[:, None] ** 2 / (WIDTHS[:, None] ** 2 + variance)
    mean, spread = pull * values, pull * variance
    something = posterior[1:]
    other_sign = (something * ndtr(-np.abs(mean) / np.sqrt(spread))).sum(axis=0)
    weight = something / np.maximum(something.sum(axis=0), 1e-300)
    centre = (weight * mean).sum(axis=0)
    error = np.sqrt((weight * (spread + (mean - centre) ** 2)).sum(axis=0))
    reach = 1.6449 * error
    risen = (weight * ndtr(mean / np.sqrt(spread))).sum(axis=0)
    return np.stack([centre, centre - reach, centre + reach, posterior[0] + other_sign, risen])
