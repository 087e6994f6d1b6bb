"""Which of many estimates are surely above or below zero, with the share of false ones held.

Each true value is nothing to speak of, or it comes from a mixture of normal distributions about
zero; how often which, the estimates themselves say. What "nothing" looks like they say too: errors
that are too small widen the middle of the distribution, and an estimate is then set against that
width and not against its own error alone (an empirical null).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.multiple import benjamini_hochberg

WIDTHS = np.array([0.2, 0.35, 0.6, 1.0, 1.7])  # of true values that are something, log
LARGEST = 1.5  # standard deviation of sizes beforehand, log: twentyfold changes are rare
NULL_PRIOR = 1.0  # as if so many more estimates had been seen that are nothing
ITERATIONS = 80
CLOSE = 1e-6
FEWEST = 60  # estimates that can say what nothing looks like
NOTHING = 0.93  # share of the estimates that is taken to be nothing when its width is measured
UNSURE = 1.2  # standard error of that width times the root of the number of estimates
MIDDLES = {0.5: 0.6745, 0.88: 1.5548}  # shares of a standard normal within so many deviations


@dataclass(frozen=True, eq=False)
class FalseSigns(Shown):
    """Many estimates, and how likely the sign of each is wrong.

    Attributes:
        estimate: As given, but that the largest sizes are rare beforehand, shape (N,).
        low: Low end of its 90% interval by the empirical null's width, shape (N,).
        high: High end.
        wrong: Local rate: probability that the true value is nothing or has the other sign, by how
            often which occurs among all, shape (N,).
        risen: Probability that the true value is above zero, all values equally likely, shape (N,).
        rate: Expected share of false ones among it and all that are surer, shape (N,): what
            Benjamini and Hochberg correct its p-value to.
        nothing: Share of the true values that are nothing.
        inflation: By what the squared errors are multiplied.
    """

    estimate: Floats
    low: Floats
    high: Floats
    wrong: Floats
    risen: Floats
    rate: Floats
    nothing: float
    inflation: float

    def named(self, rate: float = 0.1) -> Bools:
        """The most that can be named with at most that expected share of false ones, shape (N,)."""
        return np.asarray(self.rate <= rate)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The estimates with their intervals."""
        values = {
            "estimate": self.estimate,
            "low_90": self.low,
            "high_90": self.high,
            "probability_wrong": self.wrong,
            "rate": self.rate,
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
        >>> error = rng.uniform(0.1, 0.3, 1000)
        >>> named = false_signs(truth + error * rng.normal(size=1000), error).named(0.1)
        >>> bool(named[:100].mean() > 0.8), bool(named[100:].sum() < 15)
        (True, True)

    Source:
        Efron (2004), Large-scale simultaneous hypothesis testing: the choice of a null hypothesis,
        for the empirical null; Benjamini and Hochberg (1995), Controlling the false discovery rate,
        for the rate; Stephens (2017), False discovery rates: a new deal, for signs.
    """
    fits = estimate.shape == error.shape and estimate.ndim == 1
    given = np.isfinite(estimate) & np.isfinite(error) if fits else np.zeros(0, np.bool_)
    if not fits or (error[given] <= 0).any():
        raise UsageError(
            "The signs of the estimates could not be judged.",
            f"Estimates have the shape {estimate.shape}, errors {error.shape}; one may be zero.",
            "Give an estimate and a positive error each.",
        )
    values, errors = estimate[given], error[given]
    inflation = _null(values / errors)
    variance = inflation * errors**2
    shares, posterior = _shares(values, variance)
    parts = _judged(values, variance, posterior)
    whole = np.full((5, len(estimate)), np.nan)
    whole[:, given] = parts
    p = 2 * scipy.special.ndtr(-np.abs(values) / np.sqrt(variance))
    adjusted = np.full(len(estimate), np.nan)
    adjusted[given] = benjamini_hochberg(p)
    estimated, low, high, wrong, risen = whole
    return FalseSigns(estimated, low, high, wrong, risen, adjusted, float(shares[0]), inflation)


def _null(apart: Floats) -> float:
    """What squared errors are multiplied by, so that the middle scatters as it is seen to.

    Two widths are looked at, and the smaller counts. What truly moved widens the outer part of the
    middle, and changes made by a single burst, which lie on both sides of zero and never far, its
    inner part; errors that are too small widen both. Errors are widened only as far as is sure, and
    never made smaller: otherwise the luck of the middle alone would hide half of what moved.
    """
    if len(apart) < FEWEST:
        return 1.0
    width = min(
        float(np.quantile(np.abs(apart), share * NOTHING)) / reach
        for share, reach in MIDDLES.items()
    )
    return max(1.0, width * (1 - UNSURE / float(np.sqrt(len(apart))))) ** 2


def _shares(values: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Shares of nothing and of each width, and for each value the probability of each, by EM."""
    likelihood = _likelihoods(values, variance)
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


def _likelihoods(values: Floats, variance: Floats) -> Floats:
    """How likely each value is if its true one is nothing, or of each width, up to a factor."""
    wide = variance + np.append(0.0, WIDTHS)[:, None] ** 2
    logs = -0.5 * (np.log(wide) + values**2 / wide)
    return np.asarray(np.exp(logs - logs.max(axis=0)))


def _judged(values: Floats, variance: Floats, posterior: Floats) -> Floats:
    """The first five fields of the result, shape (5, N)."""
    error = np.sqrt(variance)
    pull = WIDTHS[:, None] ** 2 / (WIDTHS[:, None] ** 2 + variance)
    apart = np.abs(pull * values) / np.sqrt(pull * variance)
    other_sign = (posterior[1:] * scipy.special.ndtr(-apart)).sum(axis=0)
    likely = LARGEST**2 / (LARGEST**2 + variance)
    size, reach = likely * values, 1.6449 * np.sqrt(likely) * error
    wrong, risen = posterior[0] + other_sign, scipy.special.ndtr(values / error)
    return np.stack([size, size - reach, size + reach, wrong, risen])
