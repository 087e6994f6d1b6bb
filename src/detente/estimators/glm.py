"""Generalised linear models by Newton's method: counts with a log link, and yes or no by logit.

Counts may be fitted as pseudo-likelihoods: if the mean is right the estimates are right, whatever
the distribution, and a sandwich covariance gives their errors (Gourieroux, Monfort and Trognon
1984). A ridge is a normal prior around zero; it also gives finite estimates where a regressor
separates the cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit

Family = Literal["poisson", "negative-binomial", "logit"]
Dispersion = float | Callable[[Floats], float]

MOST_STEPS = 60
MOST_HALVINGS = 40
CLOSE = 1e-9  # largest change of a linear predictor in the last step; the next is far smaller
ROUNDING = 1e-12  # of a log likelihood
COLLINEAR = 1e-8  # smallest singular value of regressors scaled to length 1
FARTHEST = 50.0  # log means beyond this lie beyond any count


@dataclass(frozen=True, eq=False)
class GLM(Shown):
    """A fitted generalised linear model.

    Attributes:
        names: Name of each regressor.
        coefficients: Shape (k,).
        covariance: Of the coefficients, if the distribution is right (with a ridge: of their
            posterior), shape (k, k).
        mean: Fitted means, shape (n,).
        family: How the outcome is distributed about its mean.
        dispersion: Excess variance a of NB2, variance = mean + a * mean ** 2; 0 for the others.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    mean: Floats
    family: Family
    dispersion: float = 0.0

    @property
    def errors(self) -> Floats:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def weight(self) -> Floats:
        """Information of each observation about its linear predictor, shape (n,)."""
        return _weight(self.mean, self.family, self.dispersion)

    def residual(self, outcome: Floats) -> Floats:
        """Score of each observation in its linear predictor, shape (n,)."""
        return np.asarray((outcome - self.mean) / (1 + self.dispersion * self.mean))

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The coefficients with their 90% intervals."""
        reach = scipy.special.ndtri(0.95) * self.errors
        values = {
            "term": self.names,
            "estimate": self.coefficients,
            "low_90": self.coefficients - reach,
            "high_90": self.coefficients + reach,
            "error": self.errors,
        }
        return (exhibit("coefficients", f"Regression ({self.family})", values, "intervals"),)


def fit_poisson(
    counts: ArrayLike,
    x: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ridge: ArrayLike = 0.0,
    names: Sequence[str] | None = None,
) -> GLM:
    """Regress counts on what may move the log of their mean.

    Args:
        counts: Shape (n,), not negative.
        x: Regressors, shape (n, k), of full rank; a constant is among them if one is wanted.
        exposure: What the counts are relative to, above 0, shape (n,); its log is the offset.
        weights: What each row counts for, shape (n,).
        ridge: Inverse prior variance of every coefficient, or of each, shape (k,).
        names: Name of each regressor.

    Raises:
        UsageError: Shapes do not fit, or a value cannot be what it is said to be.
        DataGapError: No finite coefficients fit best, as where counts are zero whenever a regressor
            is not.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> x = np.column_stack([np.ones(500), rng.normal(size=500)])
        >>> fit_poisson(rng.poisson(np.exp(x @ [1.0, 0.5])), x).coefficients.round(1).tolist()
        [1.0, 0.5]

    Source:
        McCullagh and Nelder (1989), Generalized linear models, chapter 6.
    """
    data = _data(counts, x, exposure, weights, ridge, "poisson")
    return _fitted(data, _start(data), 0.0, names)


def fit_negative_binomial(
    counts: ArrayLike,
    x: ArrayLike,
    *,
    dispersion: Dispersion | None = None,
    exposure: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ridge: ArrayLike = 0.0,
    names: Sequence[str] | None = None,
) -> GLM:
    """Regress counts that vary more than Poisson: variance = mean + dispersion * mean ** 2.

    Args:
        counts: As in `fit_poisson`, like all others.
        x: Regressors, shape (n, k).
        dispersion: Excess variance, or what sets it from the fitted means, anew at every step; by
            default it is set once, by the moments about the Poisson fit (quasi-generalised
            pseudo-maximum likelihood, in two steps).
        exposure: What the counts are relative to, shape (n,).
        weights: What each row counts for, shape (n,).
        ridge: Inverse prior variance of the coefficients.
        names: Name of each regressor.

    Raises:
        UsageError: See `fit_poisson`.
        DataGapError: See `fit_poisson`.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> counts = rng.poisson(5.0 * rng.gamma(2.0, 0.5, size=4000))
        >>> fit = fit_negative_binomial(counts, np.ones((4000, 1)))
        >>> round(fit.dispersion, 1), fit.mean[0].round(0).item()
        (0.5, 5.0)

    Source:
        Cameron and Trivedi (2013), Regression analysis of count data; Gourieroux, Monfort and
        Trognon (1984), Pseudo maximum likelihood methods: applications to Poisson models.
    """
    data = _data(counts, x, exposure, weights, ridge, "poisson")
    if dispersion is not None:
        return _fitted(data, _start(data), dispersion, names)
    first = _fitted(data, _start(data), 0.0, names)
    dispersion = excess_variance(data.outcome, first.mean, data.x.shape[1])
    return first if dispersion == 0 else _fitted(data, first.coefficients, dispersion, names)


def fit_logit(
    happened: ArrayLike,
    x: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    ridge: ArrayLike = 0.0,
    names: Sequence[str] | None = None,
) -> GLM:
    """Regress what happened or not on what may move its log odds.

    Args:
        happened: 0 or 1, shape (n,).
        x: Regressors, shape (n, k), of full rank; a constant is among them if one is wanted.
        weights: What each row counts for, shape (n,).
        ridge: Inverse prior variance of every coefficient, or of each, shape (k,).
        names: Name of each regressor.

    Raises:
        UsageError: Shapes do not fit, or an outcome is not 0 to 1.
        DataGapError: No finite coefficients fit best: a regressor tells the outcomes apart.

    Example:
        >>> fit = fit_logit([0, 1, 1, 1, 0, 0, 0, 1], np.ones((8, 1)))
        >>> fit.coefficients.round(3).tolist()
        [0.0]

    Source:
        McCullagh and Nelder (1989), Generalized linear models, chapter 4.
    """
    data = _data(happened, x, None, weights, ridge, "logit")
    return _fitted(data, np.zeros(data.x.shape[1]), 0.0, names)


def collinear(x: Floats) -> bool:
    """Whether some regressors are sums of others, up to rounding.

    Args:
        x: Shape (n, k).

    Example:
        >>> collinear(np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]]))
        True
    """
    lengths = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(lengths > 0, lengths, 1.0)
    return bool(np.linalg.svd(scaled, compute_uv=False)[-1] < COLLINEAR)


def excess_variance(counts: Floats, mean: Floats, coefficients: int) -> float:
    """Dispersion of NB2 by moments, at least 0.

    Args:
        counts: Shape (n,).
        mean: Their fitted means, shape (n,).
        coefficients: Number of coefficients fitted.

    Example:
        >>> round(excess_variance(np.array([0.0, 4.0, 0.0, 4.0]), np.full(4, 2.0), 1), 3)
        0.833

    Source:
        Cameron and Trivedi (2013), Regression analysis of count data, section 3.3.
    """
    free = len(counts) / (len(counts) - coefficients)
    excess = free * ((counts - mean) ** 2).sum() - mean.sum()
    return max(0.0, float(excess / (mean**2).sum()))


@dataclass(frozen=True, eq=False)
class _Data:
    outcome: Floats
    x: Floats
    offset: Floats
    weights: Floats
    ridge: Floats
    family: Family


@dataclass(frozen=True, eq=False)
class _Point:
    """Coefficients, and the linear predictors and means that they give."""

    coefficients: Floats
    line: Floats
    mean: Floats
    dispersion: float


def _weight(mean: Floats, family: Family, dispersion: float) -> Floats:
    return np.asarray(mean * (1 - mean) if family == "logit" else mean / (1 + dispersion * mean))


def _data(
    outcome: ArrayLike,
    x: ArrayLike,
    exposure: ArrayLike | None,
    weights: ArrayLike | None,
    ridge: ArrayLike,
    family: Family,
) -> _Data:
    y, table = np.asarray(outcome, dtype=np.float64), np.asarray(x, dtype=np.float64)
    volume = np.ones(y.shape) if exposure is None else np.asarray(exposure, dtype=np.float64)
    counted = np.ones(y.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    fits = y.ndim == 1 and table.shape[:1] == volume.shape == counted.shape == y.shape
    possible = fits and table.ndim == 2 and np.isfinite(table).all() and np.all(y >= 0)
    if not possible or (family == "logit" and y.max() > 1) or not np.all(volume > 0):
        raise UsageError(
            "The regression could not be fitted.",
            f"Outcomes have shape {y.shape}, regressors {table.shape}, or some values are missing "
            "or out of range.",
            "Give one row of regressors per outcome, counts of 0 or more or outcomes of 0 or 1, "
            "and an exposure above 0.",
        )
    penalty = np.broadcast_to(np.asarray(ridge, dtype=np.float64), table.shape[1:])
    return _Data(y, table, np.log(volume), counted, penalty, family)


def _start(data: _Data) -> Floats:
    """Least squares on the log counts."""
    coefficients = np.linalg.lstsq(data.x, np.log(data.outcome + 0.5) - data.offset, rcond=None)[0]
    return np.asarray(coefficients, dtype=np.float64)


def _fitted(data: _Data, start: Floats, dispersion: Dispersion, names: Sequence[str] | None) -> GLM:
    """Newton's method from a first guess of the coefficients, halving steps that overshoot."""
    excess = dispersion if callable(dispersion) else lambda _: dispersion
    point = _at(data, start, 0.0 if callable(dispersion) else dispersion)
    for _ in range(MOST_STEPS):
        step, value = _step(data, point), _height(data, point)
        for _ in range(MOST_HALVINGS):
            trial = _at(data, point.coefficients + step, point.dispersion)
            if _height(data, trial) >= value - ROUNDING * abs(value):
                break
            step = step / 2
        last, point = point, replace(trial, dispersion=excess(trial.mean))
        moved = abs(point.dispersion - last.dispersion)
        if np.abs(data.x @ step).max() < CLOSE and moved <= CLOSE * point.dispersion:
            return _result(data, point, names)
    raise _no_fit(data)


def _at(data: _Data, coefficients: Floats, dispersion: float) -> _Point:
    line = np.clip(data.offset + data.x @ coefficients, -FARTHEST, FARTHEST)
    mean = scipy.special.expit(line) if data.family == "logit" else np.exp(line)
    return _Point(coefficients, line, mean, dispersion)


def _height(data: _Data, point: _Point) -> float:
    """Log likelihood with the dispersion held, less the ridge's penalty, without constants."""
    y, line = data.outcome, point.line
    if data.family == "logit":
        rows = y * line - np.logaddexp(0.0, line)
    elif point.dispersion == 0:
        rows = y * line - point.mean
    else:
        size = 1 / point.dispersion
        rows = y * line - (y + size) * np.log(point.mean + size)
    return float(data.weights @ rows - 0.5 * data.ridge @ point.coefficients**2)


def _step(data: _Data, point: _Point) -> Floats:
    a, y, mean = point.dispersion, data.outcome, point.mean
    observed = data.weights * _weight(mean, data.family, a) * (1 + a * y) / (1 + a * mean)
    score = data.weights * (y - mean) / (1 + a * mean)
    information = (data.x * observed[:, None]).T @ data.x + np.diag(data.ridge)
    slope = data.x.T @ score - data.ridge * point.coefficients
    scale = 1 / np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    try:
        scaled = np.linalg.solve(information * np.outer(scale, scale), scale * slope)
    except np.linalg.LinAlgError:
        raise _no_fit(data) from None
    return np.asarray(scale * scaled)


def _result(data: _Data, point: _Point, names: Sequence[str] | None) -> GLM:
    expected = data.weights * _weight(point.mean, data.family, point.dispersion)
    information = (data.x * expected[:, None]).T @ data.x + np.diag(data.ridge)
    covariance: Floats = np.asarray(np.linalg.inv(information), dtype=np.float64)
    labels = names or [f"x{place + 1}" for place in range(data.x.shape[1])]
    family: Family = "negative-binomial" if point.dispersion else data.family
    return GLM(
        tuple(labels), point.coefficients, covariance, point.mean, family,
        point.dispersion,
    )  # fmt: skip


def _no_fit(data: _Data) -> DataGapError:
    return DataGapError(
        "The regression could not be fitted.",
        f"No finite coefficients fit best; {int((data.outcome > 0).sum())} of {len(data.outcome)} "
        "rows hold an event.",
        "Use a longer series, fewer lags or controls, a wider count, or a ridge.",
    )
