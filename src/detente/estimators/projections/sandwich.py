"""Errors of regression coefficients that survive uneven and dependent noise.

Each period's influence on a coefficient is kept; covariances are sums of products of influences, of
the same period (heteroskedasticity-robust) or of neighbouring ones too (Newey-West). Both come with
the degrees of freedom of a t distribution that keeps the coverage in short samples.

Sources: MacKinnon and White (1985) and Bell and McCaffrey (2002), as in Imbens and Kolesár (2016),
Robust standard errors in small samples; Newey and West (1987); Kiefer and Vogelsang (2005), A new
asymptotic theory for heteroskedasticity-autocorrelation robust tests; Lazarus, Lewis, Stock and
Watson (2018), HAR inference: recommendations for practice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.errors import DataGapError

FULL = 1 - 1e-8  # leverage at which a period is fitted exactly, whatever it holds


@dataclass(frozen=True, eq=False)
class Regression:
    """What a fitted regression says of its own errors.

    Attributes:
        coefficients: Shape (k,).
        x: Regressors, shape (n, k).
        residual: Score of each period in its linear predictor, shape (n,).
        weight: Information of each period about it, shape (n,); 1 for least squares.
    """

    coefficients: Floats
    x: Floats
    residual: Floats
    weight: Floats

    @property
    def inverse(self) -> Floats:
        """Inverse of the information, shape (k, k)."""
        _, r = np.linalg.qr(np.sqrt(self.weight)[:, None] * self.x)
        root = np.linalg.inv(r)
        return np.asarray(root @ root.T)


@dataclass(frozen=True, eq=False)
class Influence:
    """Influence of each period on some combinations of coefficients.

    Attributes:
        pull: Shape (n, m); the covariance is a sum of products of its rows.
        degrees: Degrees of freedom of each combination's error, shape (m,).
    """

    pull: Floats
    degrees: Floats


def robust_influence(fit: Regression, combinations: Floats) -> Influence:
    """Influences for uneven noise without dependence (HC2), with Bell and McCaffrey's degrees.

    Args:
        fit: The regression.
        combinations: Combinations of coefficients, shape (m, k).
    """
    inverse = fit.inverse
    leverage = fit.weight * np.einsum("ni,ij,nj->n", fit.x, inverse, fit.x)
    reach = fit.x @ inverse @ combinations.T
    _check_spread(leverage, reach)
    kept = np.maximum(1 - leverage, 1 - FULL)
    pull = reach * (fit.residual / np.sqrt(kept))[:, None]
    degrees = [_bell_mccaffrey(fit, inverse, leverage, a**2 * fit.weight / kept) for a in reach.T]
    return Influence(pull, np.array(degrees))


def dependent_influence(fit: Regression, combinations: Floats, bandwidth: int) -> Influence:
    """Influences for dependent noise, to be summed by `long_run` with the same bandwidth.

    A Bartlett sum of fitted residuals is too small by the factor 1 - b + b ** 2 / 3, b = bandwidth
    / n, which is undone here. The degrees are those of the kernel, 1.5 / b, or of Bell and
    McCaffrey where these are fewer.
    """
    robust = robust_influence(fit, combinations)
    share = min(bandwidth / len(fit.x), 1.0)
    degrees = np.minimum(robust.degrees, max(1.0, 1.5 / share))
    return Influence(robust.pull / np.sqrt(1 - share + share**2 / 3), degrees)


def long_run(pull: Floats, bandwidth: int) -> Floats:
    """Covariance of column sums, neighbours less than `bandwidth` apart counting (Bartlett).

    Args:
        pull: Influences on the calendar, zero where there is none, shape (T, m).
        bandwidth: 1 leaves the neighbours out.
    """
    total = pull.T @ pull
    for lag in range(1, min(bandwidth, len(pull))):
        product = pull[lag:].T @ pull[:-lag]
        total += (1 - lag / bandwidth) * (product + product.T)
    return np.asarray(total)


def _check_spread(leverage: Floats, reach: Floats) -> None:
    """Refuse coefficients that a single period decides: its noise cannot be seen."""
    share = reach**2 / (reach**2).sum(axis=0)
    if (share[leverage > FULL] > 1e-6).any():
        raise DataGapError(
            "The error of the response could not be estimated.",
            "The shock differs from what the other regressors explain in a single period.",
            "Use a longer series, more shocks, or fewer lags and controls.",
        )


def _bell_mccaffrey(fit: Regression, inverse: Floats, leverage: Floats, share: Floats) -> float:
    """Degrees of freedom of a variance with these shares of the squared residuals.

    They match mean and variance of the estimated variance to a chi-square's under even noise: with
    M the residual maker and D the shares, trace(M D) ** 2 / trace(M D M D).
    """
    crossed = (fit.x * (share * fit.weight)[:, None]).T @ fit.x @ inverse
    mean = (share * (1 - leverage)).sum()
    square = (share**2 * (1 - 2 * leverage)).sum() + (crossed * crossed.T).sum()
    return float(max(1.0, mean**2 / square))
