"""The prior of Sims and Zha for a vector autoregression.

It says, before the data: each series most likely goes on from where it was (its own first lag is 1,
all else 0), distant lags matter less, and how strongly this is believed is set by a few
hyperparameters that the literature calls lambda0, lambda1, lambda3, lambda4, lambda5, mu5 and mu6.

Sources: Sims and Zha (1998), section 4, after Litterman (1986); Geisser (1965), Bayesian estimation
in multivariate analysis, for the reference prior; Brandt and Freeman (2006) for the mixed scales.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.vector.lagged import Lagged
from detente.estimators.vector.normal_wishart import NormalWishart

Scales = Literal["data", "mixed"]


@dataclass(frozen=True)
class SimsZha:
    """Hyperparameters of the Sims-Zha normal-Wishart prior.

    Attributes:
        lambda0: Overall tightness, of the error covariance too, 0 to 1; smaller is tighter.
        lambda1: Tightness of the lags around the random walk.
        lambda3: How fast lags lose weight: the prior deviation at lag l falls as l to the -lambda3.
        lambda4: Tightness of the constant; 0 leaves it flat.
        lambda5: Tightness of the controls; 0 leaves them flat.
        mu5: Weight of the dummy observations that say that a series stays where it was (unit roots
            in each); 0 leaves them out.
        mu6: Weight of the one that says that all stay together (common trends); 0 leaves it out.
        nu: Prior degrees of freedom of the error covariance; by default k + 1.
        qm: Periods per year, 4 or 12; with 12 the lags of a year lose weight as four quarters do.

    Source:
        Sims and Zha (1998), Bayesian methods for dynamic multivariate models; Brandt and Freeman
        (2006), Advances in Bayesian time series modeling and the study of politics.
    """

    lambda0: float = 0.6
    lambda1: float = 0.1
    lambda3: float = 1.0
    lambda4: float = 0.25
    lambda5: float = 0.1
    mu5: float = 0.0
    mu6: float = 0.0
    nu: float | None = None
    qm: int = 4

    def check(self, series: int) -> None:
        """Refuse hyperparameters that make no prior.

        Raises:
            UsageError: One is out of range.
        """
        positive = {"lambda0": self.lambda0, "lambda1": self.lambda1}
        others = {"lambda3": self.lambda3, "lambda4": self.lambda4, "lambda5": self.lambda5}
        others |= {"mu5": self.mu5, "mu6": self.mu6}
        wrong = [f"{name} = {value}" for name, value in positive.items() if not 0 < value < np.inf]
        wrong += [f"{name} = {value}" for name, value in others.items() if not 0 <= value < np.inf]
        if self.nu is not None and not series - 1 < self.nu < np.inf:
            wrong.append(f"nu = {self.nu} with {series} series")
        if self.qm not in (4, 12):
            wrong.append(f"qm = {self.qm}")
        if wrong:
            raise UsageError(
                "The prior could not be made.",
                f"Out of range: {', '.join(wrong)}.",
                "lambda0 and lambda1 are above 0, nu is at least the number of series, qm 4 or 12.",
            )

    def decay(self, lags: int) -> Floats:
        """Prior weight of each lag, shape (lags,), 1 at the first.

        Example:
            >>> SimsZha(lambda3=1.0).decay(4).round(3).tolist()
            [1.0, 0.5, 0.333, 0.25]
            >>> SimsZha(lambda3=1.0, qm=12).decay(4).round(3).tolist()
            [1.0, 0.794, 0.63, 0.5]
        """
        lag = np.arange(1, lags + 1, dtype=np.float64)
        if self.qm == 4 or lags == 1:
            return np.asarray(lag**-self.lambda3)
        quarters = np.ceil(lags / 3)
        return np.asarray(quarters ** (-self.lambda3 * (lag - 1) / (lags - 1)))


STANDARD = SimsZha()


def prior_of(system: Lagged, prior: SimsZha | None, scales: Floats) -> NormalWishart:
    """The prior as a distribution, dummy observations included.

    Args:
        system: The series.
        prior: Hyperparameters, or None for the reference prior: flat in the coefficients, and
            uninformative about the error covariance.
        scales: Error variance of each series, shape (k,), see `scales_of`.
    """
    n, k = system.x.shape[1], system.y.shape[1]
    if prior is None:
        return NormalWishart(np.zeros((n, k)), np.zeros((n, n)), np.zeros((k, k)), -float(n))
    prior.check(k)
    tight = prior.lambda0 * prior.lambda1 * prior.decay(system.lags)
    precision = np.concatenate(
        [
            np.outer(tight**-2, scales).ravel(),
            [_inverse_square(prior.lambda0 * prior.lambda4)],
            np.full(system.controls, _inverse_square(prior.lambda0 * prior.lambda5)),
        ]
    )
    nu = float(k + 1 if prior.nu is None else prior.nu)
    start = NormalWishart(np.eye(n, k), np.diag(precision), np.diag(scales / prior.lambda0**2), nu)
    y, x = _dummies(system, prior)
    return start.updated(y, x, rows=0) if prior.mu5 or prior.mu6 else start


def scales_of(system: Lagged, prior: SimsZha | None, kind: Scales | ArrayLike) -> Floats:
    """Error variance of each series by itself, shape (k,): the units of the prior.

    Args:
        system: The series.
        prior: Hyperparameters; only "mixed" looks at them.
        kind: "data": mean squared residual of an autoregression of each series on its own lags,
            over the periods of the system. "mixed": the same, but on the column that R's MSBVAR
            (Brandt) feeds to it, the dummy observations followed by the data without their first
            periods; it reproduces published results of that package to the last digit. Or the
            variances themselves, shape (k,).
    """
    k = system.y.shape[1]
    if not isinstance(kind, str):
        given = np.asarray(kind, dtype=np.float64)
        if given.shape != (k,) or not np.all((given > 0) & np.isfinite(given)):
            raise UsageError(
                "The prior could not be made.",
                f"The scales are not {k} positive numbers.",
                "Give one error variance per series.",
            )
        return given
    return np.array([_own_variance(system, prior, i, kind) for i in range(k)])


def _own_variance(system: Lagged, prior: SimsZha | None, column: int, kind: str) -> float:
    if kind == "mixed":
        y, x = _mixed_column(system, prior or SimsZha(), column)
    elif kind == "data":
        own = column + system.y.shape[1] * np.arange(system.lags)
        y, x = system.y[:, column], np.column_stack([np.ones(len(system.y)), system.x[:, own]])
    else:
        raise UsageError(
            "The prior could not be made.",
            f"There are no scales of the kind {kind!r}.",
            "Use 'data', 'mixed', or the variances themselves.",
        )
    q, _ = np.linalg.qr(x)
    residuals = y - q @ (q.T @ y)
    variance = float(residuals @ residuals / len(y))
    if variance <= 1e-12 * float(y @ y) / len(y):
        raise DataGapError(
            "The prior could not be made.",
            f"{system.names[column]} follows from its own past without error.",
            "Leave it out: a series without error carries no reactions.",
        )
    return variance


def _mixed_column(system: Lagged, prior: SimsZha, column: int) -> tuple[Floats, Floats]:
    """A column of the mixed-estimation data, and its own lags."""
    whole = np.concatenate([_dummies(system, prior)[0][:, column], system.y[:, column]])
    rows = np.arange(system.lags, len(whole))
    past = [whole[rows - lag] for lag in range(1, system.lags + 1)]
    return whole[rows], np.column_stack([np.ones(len(rows)), *past])


def _dummies(system: Lagged, prior: SimsZha) -> tuple[Floats, Floats]:
    """The k + 1 dummy observations: each series stays where it was, and all do together."""
    k, lags = system.y.shape[1], system.lags
    first = system.rows[0]
    level = system.values[first - lags : first].mean(axis=0)
    y = np.vstack([prior.mu5 * np.diag(level), prior.mu6 * level])
    x = np.zeros((k + 1, system.x.shape[1]))
    x[:, : k * lags] = np.tile(y, lags)
    x[k, k * lags] = prior.mu6
    return y, x


def _inverse_square(deviation: float) -> float:
    """A precision; a deviation of 0 stands for a flat prior, as in the literature's programs."""
    return deviation**-2 if deviation > 0 else 0.0
