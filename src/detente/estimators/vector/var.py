"""Vector autoregression by least squares: who answers whom, with no prior.

Every series is regressed on the past of all. Rows and columns follow `lagged`; in every matrix of
effects the row is the series that responds and the column the one that acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.multiple import holm
from detente.estimators.vector.lagged import (
    Lagged,
    check_regressors,
    coefficients,
    forecast_mean,
    lag_matrices,
    lagged,
    largest_root,
)

CRITERIA = ("aic", "bic", "hq", "fpe")


@dataclass(frozen=True, eq=False)
class VAR(Shown):
    """A fitted vector autoregression of k series.

    Attributes:
        system: The series and regressors that it was fitted to, n rows.
        coefficients: Shape (k * lags + 1 + controls, k), one column per equation.
        errors: Standard errors of the coefficients, the same shape.
        covariance: Of the residuals, with degrees of freedom taken off, shape (k, k).
        residuals: Shape (n, k).
    """

    system: Lagged
    coefficients: Floats
    errors: Floats
    covariance: Floats
    residuals: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each series."""
        return self.system.names

    @property
    def lag_matrices(self) -> Floats:
        """Effects at each lag, shape (lags, k, k), indexed [lag, response, act]."""
        return lag_matrices(self.coefficients, self.system.lags)

    @property
    def largest_root(self) -> float:
        """Modulus of the largest root; at 1 or above the system never settles."""
        return largest_root(self.lag_matrices)

    @property
    def stable(self) -> bool:
        """Whether a shock dies out."""
        return self.largest_root < 1

    def forecast(self, steps: int, controls: ArrayLike | None = None) -> Floats:
        """Expected values of the next periods, shape (steps, k); see `forecast_mean`."""
        return forecast_mean(self.coefficients, self.system, steps, controls)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The coefficients of each equation: estimate, standard error and 90% interval."""
        free = len(self.residuals) - self.system.x.shape[1]
        spread = {"estimate": self.coefficients, "error": self.errors}
        return (coefficients(self.system, spread, scipy.special.stdtrit(free, 0.95) * self.errors),)


@dataclass(frozen=True, eq=False)
class LagChoice(Shown):
    """Information criteria by number of lags, all on the same periods; less is better.

    Attributes:
        lags: Numbers of lags, from 1 up.
        aic: Akaike's criterion of each, and so on.
        bic: Schwarz's.
        hq: Hannan and Quinn's.
        fpe: Akaike's final prediction error, as its logarithm.
    """

    lags: tuple[int, ...]
    aic: Floats
    bic: Floats
    hq: Floats
    fpe: Floats

    def best(self, criterion: str = "bic") -> int:
        """The number of lags that a criterion prefers: aic, bic, hq or fpe."""
        if criterion not in CRITERIA:
            raise UsageError(
                "The lags could not be chosen.",
                f"There is no criterion {criterion!r}.",
                "Use aic, bic, hq or fpe.",
            )
        return self.lags[int(np.argmin(getattr(self, criterion)))]

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Each criterion by number of lags; less is better."""
        values = {"lags": self.lags} | {name: getattr(self, name) for name in CRITERIA}
        settings = {"x": "lags", "y": CRITERIA, "titles": ("lags", "criterion")}
        return (exhibit("criteria", "How many lags?", values, "lines", **settings),)


@dataclass(frozen=True, eq=False)
class Granger(Shown):
    """Tests of whether the past of one series helps to predict another.

    Attributes:
        names: Name of each series.
        statistic: F statistics, shape (k, k), [response, act]; NaN on the diagonal.
        p_value: Their p-values, not corrected for the number of pairs.
        degrees: Degrees of freedom of every test.
    """

    names: tuple[str, ...]
    statistic: Floats
    p_value: Floats
    degrees: tuple[int, int]

    def exhibits(self) -> tuple[Exhibit, ...]:
        """One row per ordered pair, and the p-value by Holm over all pairs."""
        response, act = np.nonzero(~np.eye(len(self.names), dtype=bool))
        names = np.array(self.names)
        values = {
            "act": names[act],
            "response": names[response],
            "f": self.statistic[response, act],
            "p_value": self.p_value[response, act],
            "p_holm": holm(self.p_value[response, act]),
            "tests": np.full(len(act), len(act)),
        }
        title = "Does the past of one predict the other?"
        settings = {"value": "p_value", "titles": ("acts", "responds")}
        return (exhibit("tests", title, values, "cells", x="act", y="response", **settings),)


def fit_var(
    values: ArrayLike,
    lags: int,
    *,
    names: Sequence[str] | None = None,
    controls: ArrayLike | None = None,
    segments: ArrayLike | None = None,
) -> VAR:
    """Fit a vector autoregression by least squares, equation by equation.

    Args:
        values: The series, shape (T, k).
        lags: Number of lags, in periods of the series.
        names: Name of each series.
        controls: Further regressors, shape (T, c); a constant is always there.
        segments: Unbroken stretches, see `lagged`.

    Raises:
        DataGapError: See `lagged` and `check_regressors`.
        UsageError: See `lagged`.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> series = rng.normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> var = fit_var(series, 1, names=["north", "south"])
        >>> round(var.lag_matrices[0, 1, 0].item(), 1), var.stable
        (0.9, True)

    Source:
        Sims (1980), Macroeconomics and reality; Lütkepohl (2005), New introduction to multiple time
        series analysis, chapter 3.
    """
    system = lagged(values, lags, names=names, controls=controls, segments=segments)
    check_regressors(system)
    q, r = np.linalg.qr(system.x)
    coefficients = np.linalg.solve(r, q.T @ system.y)
    residuals = system.y - system.x @ coefficients
    free = len(system.y) - system.x.shape[1]
    covariance = residuals.T @ residuals / free
    inverse = np.linalg.inv(r)
    errors = np.sqrt(np.outer((inverse**2).sum(axis=1), np.diag(covariance)))
    return VAR(system, coefficients, errors, covariance, residuals)


def choose_lags(
    values: ArrayLike,
    most: int,
    *,
    controls: ArrayLike | None = None,
    segments: ArrayLike | None = None,
) -> LagChoice:
    """Compare numbers of lags on the periods that the largest number leaves.

    Args:
        values: The series, shape (T, k).
        most: Largest number of lags, in periods.
        controls: See `fit_var`.
        segments: See `fit_var`.

    Raises:
        DataGapError: The series do not carry the largest number of lags.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> series = rng.normal(size=(300, 2))
        >>> series[2:, 1] += 0.8 * series[:-2, 0]
        >>> choose_lags(series, 4).best("bic")
        2

    Source:
        Lütkepohl (2005), section 4.3.
    """
    system = lagged(values, most, controls=controls, segments=segments)
    check_regressors(system)
    rows, k = system.y.shape
    tried = tuple(range(1, most + 1))
    sizes = np.array([k * lags + 1 + system.controls for lags in tried])
    fit = np.array([_log_det(system, lags) for lags in tried])
    per_row = k * sizes / rows
    return LagChoice(
        lags=tried,
        aic=fit + 2 * per_row,
        bic=fit + np.log(rows) * per_row,
        hq=fit + 2 * np.log(np.log(rows)) * per_row,
        fpe=fit + k * np.log((rows + sizes) / (rows - sizes)),
    )


def granger(var: VAR) -> Granger:
    """Test for every ordered pair that no lag of the one matters in the equation of the other.

    Args:
        var: The fit.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> series = rng.normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> tests = granger(fit_var(series, 2))
        >>> bool(tests.p_value[1, 0] < 0.001 < tests.p_value[0, 1])
        True

    Source:
        Granger (1969), Investigating causal relations by econometric models; the F form of
        Lütkepohl (2005), section 3.6.
    """
    k, lags = len(var.names), var.system.lags
    free = len(var.residuals) - var.system.x.shape[1]
    inverse = np.linalg.inv(var.system.x.T @ var.system.x)
    statistic = np.full((k, k), np.nan)
    for act in range(k):
        places = act + k * np.arange(lags)
        effects = var.coefficients[places]
        precision = np.linalg.inv(inverse[np.ix_(places, places)])
        size = np.einsum("ai,ab,bi->i", effects, precision, effects) / lags
        statistic[:, act] = size / np.diag(var.covariance)
    np.fill_diagonal(statistic, np.nan)
    # Under equal regressors the pooled degrees of freedom are those of all k equations.
    degrees = (lags, k * free)
    return Granger(var.names, statistic, scipy.stats.f.sf(statistic, *degrees), degrees)


def _log_det(system: Lagged, lags: int) -> float:
    """Log determinant of the residual covariance, not corrected for degrees of freedom."""
    k = system.y.shape[1]
    rest = system.x[:, k * system.lags :]
    x = np.hstack([system.x[:, : k * lags], rest])
    q, _ = np.linalg.qr(x)
    residuals = system.y - q @ (q.T @ system.y)
    value = np.linalg.slogdet(residuals.T @ residuals / len(residuals))[1]
    if not np.isfinite(value):
        raise DataGapError("The lags could not be compared.", "A fit is perfect.", "Use more data.")
    return float(value)
