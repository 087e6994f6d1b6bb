"""Regressions of counts with a log link, by Newton's method.

Poisson and NB2 are used as pseudo-likelihoods: if the mean is right the estimates are right,
whatever the distribution, and a sandwich covariance gives their errors (Gourieroux, Monfort and
Trognon 1984).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.errors import DataGapError

MOST_STEPS = 60
MOST_HALVINGS = 40
CLOSE = 1e-9  # largest change of the log mean in the last step; the next is far smaller
ROUNDING = 1e-12  # of a log likelihood
FARTHEST = 50.0  # log means beyond this lie beyond any count


@dataclass(frozen=True, eq=False)
class CountFit:
    """A fitted log-linear mean.

    Attributes:
        coefficients: Shape (k,).
        mean: Fitted means, shape (n,).
        dispersion: Excess variance a of NB2, variance = mean + a * mean ** 2; 0 for Poisson.
    """

    coefficients: Floats
    mean: Floats
    dispersion: float

    @property
    def weight(self) -> Floats:
        """Information of each observation about its log mean, shape (n,)."""
        return np.asarray(self.mean / (1 + self.dispersion * self.mean))

    def residual(self, counts: Floats) -> Floats:
        """Score of each observation in its log mean, shape (n,)."""
        return np.asarray((counts - self.mean) / (1 + self.dispersion * self.mean))


def fit_counts(counts: Floats, x: Floats, offset: Floats, *, negative_binomial: bool) -> CountFit:
    """Fit log mean = offset + x @ coefficients.

    Args:
        counts: Shape (n,), not negative.
        x: Regressors, shape (n, k), of full rank.
        offset: Log exposure, shape (n,).
        negative_binomial: Weigh by the NB2 variance, whose dispersion is set by the Poisson fit
            (quasi-generalised pseudo-maximum likelihood, in two steps).

    Raises:
        DataGapError: No finite coefficients fit best, as where counts are zero whenever a regressor
            is not.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> x = np.column_stack([np.ones(500), rng.normal(size=500)])
        >>> counts = rng.poisson(np.exp(x @ [1.0, 0.5])).astype(float)
        >>> fit = fit_counts(counts, x, np.zeros(500), negative_binomial=False)
        >>> fit.coefficients.round(1).tolist()
        [1.0, 0.5]

    Source:
        Gourieroux, Monfort and Trognon (1984), Pseudo maximum likelihood methods: applications to
        Poisson models.
    """
    first: Floats = np.asarray(
        np.linalg.lstsq(x, np.log(counts + 0.5) - offset, rcond=None)[0], dtype=np.float64
    )
    poisson = _iterate(counts, x, offset, first, 0.0)
    dispersion = dispersion_of(counts, poisson.mean, x.shape[1]) if negative_binomial else 0.0
    if dispersion == 0:
        return poisson
    return _iterate(counts, x, offset, poisson.coefficients, dispersion)


def dispersion_of(counts: Floats, mean: Floats, coefficients: int) -> float:
    """Dispersion of NB2 by moments, at least 0.

    Args:
        counts: Shape (n,).
        mean: Their fitted means, shape (n,).
        coefficients: Number of coefficients fitted.

    Example:
        >>> round(dispersion_of(np.array([0.0, 4.0, 0.0, 4.0]), np.full(4, 2.0), 1), 3)
        0.833

    Source:
        Cameron and Trivedi (2013), Regression analysis of count data, section 3.3.
    """
    free = len(counts) / (len(counts) - coefficients)
    excess = free * ((counts - mean) ** 2).sum() - mean.sum()
    return max(0.0, float(excess / (mean**2).sum()))


def _iterate(
    counts: Floats, x: Floats, offset: Floats, start: Floats, dispersion: float
) -> CountFit:
    """Newton's method from a first guess of the coefficients, halving steps that overshoot."""
    coefficients = start
    fit = _fit_at(coefficients, x, offset, dispersion)
    value = _log_likelihood(counts, fit)
    for _ in range(MOST_STEPS):
        step = _step(counts, x, fit)
        for _ in range(MOST_HALVINGS):
            trial = _fit_at(coefficients + step, x, offset, dispersion)
            reached = _log_likelihood(counts, trial)
            if reached >= value - ROUNDING * abs(value):
                break
            step = step / 2
        coefficients, fit, value = coefficients + step, trial, reached
        if np.abs(x @ step).max() < CLOSE:
            return fit
    raise _no_fit(counts)


def _fit_at(coefficients: Floats, x: Floats, offset: Floats, dispersion: float) -> CountFit:
    mean = np.exp(np.clip(offset + x @ coefficients, -FARTHEST, FARTHEST))
    return CountFit(coefficients, mean, dispersion)


def _step(counts: Floats, x: Floats, fit: CountFit) -> Floats:
    observed = fit.weight * (1 + fit.dispersion * counts) / (1 + fit.dispersion * fit.mean)
    information = (x * observed[:, None]).T @ x
    scale = 1 / np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    try:
        scaled = np.linalg.solve(
            information * np.outer(scale, scale), scale * (x.T @ fit.residual(counts))
        )
    except np.linalg.LinAlgError:
        raise _no_fit(counts) from None
    return np.asarray(scale * scaled)


def _log_likelihood(counts: Floats, fit: CountFit) -> float:
    """Of Poisson or NB2 with the dispersion held, without constants."""
    if fit.dispersion == 0:
        return float(counts @ np.log(fit.mean) - fit.mean.sum())
    size = 1 / fit.dispersion
    return float(counts @ np.log(fit.mean) - (counts + size) @ np.log(fit.mean + size))


def _no_fit(counts: Floats) -> DataGapError:
    return DataGapError(
        "The counts could not be projected.",
        f"No finite coefficients fit best; {int((counts > 0).sum())} of {len(counts)} periods hold "
        "an event.",
        "Use a longer series, fewer lags or controls, or a wider count.",
    )
