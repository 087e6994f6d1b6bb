"""Bayesian vector autoregression with the Sims-Zha or the reference prior.

Prior and posterior are normal-inverse-Wishart, so the posterior, its draws and the marginal
likelihood are exact: nothing is iterated and nothing needs to converge.

Error bands of least squares by the reference prior are those of Kloek and van Dijk (1978), Bayesian
estimates of equation system parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError
from detente.estimators.vector.lagged import (
    Lagged,
    coefficients,
    forecast_mean,
    lag_matrices,
    lagged,
    largest_root,
)
from detente.estimators.vector.normal_wishart import Draws, NormalWishart
from detente.estimators.vector.sims_zha import STANDARD, Scales, SimsZha, prior_of, scales_of
from detente.estimators.vector.var import VAR


@dataclass(frozen=True, eq=False)
class BVAR(Shown):
    """A Bayesian vector autoregression of k series.

    Attributes:
        system: The series and regressors, n rows.
        hyperparameters: Of the Sims-Zha prior; None for the reference prior.
        scales: Error variance of each series by itself, the units of the prior, shape (k,).
        prior: Distribution before the data.
        posterior: Distribution after them.
    """

    system: Lagged
    hyperparameters: SimsZha | None
    scales: Floats
    prior: NormalWishart
    posterior: NormalWishart

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each series."""
        return self.system.names

    @property
    def coefficients(self) -> Floats:
        """Posterior mean of the coefficients, shape (k * lags + 1 + controls, k)."""
        return self.posterior.mean

    @property
    def covariance(self) -> Floats:
        """Posterior mean of the error covariance, shape (k, k)."""
        return self.posterior.covariance

    @property
    def lag_matrices(self) -> Floats:
        """Posterior mean effects at each lag, shape (lags, k, k), [lag, response, act]."""
        return lag_matrices(self.coefficients, self.system.lags)

    @property
    def largest_root(self) -> float:
        """Modulus of the largest root at the posterior mean; below 1 a shock dies out."""
        return largest_root(self.lag_matrices)

    @property
    def stable(self) -> bool:
        """Whether a shock dies out at the posterior mean."""
        return self.largest_root < 1

    @property
    def log_marginal_likelihood(self) -> float:
        """Log density of the data before they were seen.

        Raises:
            UsageError: The prior is improper.
        """
        return self.prior.log_evidence(self.posterior)

    def draw(self, draws: int, seed: int = 1) -> Draws:
        """Exact, independent posterior draws of coefficients and covariance factors."""
        return self.posterior.draw(draws, np.random.default_rng(seed))

    def forecast(self, steps: int, controls: ArrayLike | None = None) -> Floats:
        """The next periods at the posterior mean without shocks, shape (steps, k)."""
        return forecast_mean(self.coefficients, self.system, steps, controls)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The coefficients of each equation: posterior mean, deviation and 90% interval."""
        degrees = self.posterior.dof - len(self.names) + 1
        unit = np.outer(np.diag(np.linalg.inv(self.posterior.precision)), np.diag(self.covariance))
        deviation = np.sqrt(unit)
        reach = scipy.special.stdtrit(degrees, 0.95) * deviation * np.sqrt((degrees - 2) / degrees)
        spread = {"mean": self.coefficients, "deviation": deviation}
        return (coefficients(self.system, spread, reach),)


def fit_bvar(
    values: ArrayLike,
    lags: int,
    prior: SimsZha | None = STANDARD,
    *,
    names: Sequence[str] | None = None,
    controls: ArrayLike | None = None,
    segments: ArrayLike | None = None,
    scales: Scales | ArrayLike = "data",
) -> BVAR:
    """The exact posterior of a vector autoregression.

    Args:
        values: The series, shape (T, k).
        lags: Number of lags, in periods of the series.
        prior: Hyperparameters of the Sims-Zha prior; None for the reference prior, which is flat.
        names: Name of each series.
        controls: Further regressors, shape (T, c); a constant is always there.
        segments: Unbroken stretches, see `lagged`.
        scales: Units of the prior, see `scales_of`.

    Raises:
        DataGapError: The series do not carry the system, see `lagged`.
        UsageError: Shapes do not fit, or a hyperparameter is out of range.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> series = rng.normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> bvar = fit_bvar(series, 2, SimsZha(lambda0=0.8, lambda1=0.5), names=["a", "b"])
        >>> round(bvar.lag_matrices[0, 1, 0].item(), 1)
        0.8

    Source:
        Sims and Zha (1998); Brandt and Freeman (2006); Zellner (1971), chapter 8.
    """
    system = lagged(values, lags, names=names, controls=controls, segments=segments)
    return posterior_of(system, prior, scales_of(system, prior, scales))


def posterior_of(system: Lagged, prior: SimsZha | None, scales: Floats) -> BVAR:
    """The posterior of series that are already lined up with their past.

    Args:
        system: The series with their past.
        prior: Hyperparameters; None for the reference prior.
        scales: Error variance of each series, shape (k,), see `scales_of`.
    """
    before = prior_of(system, prior, scales)
    k = len(system.names)
    if before.dof + len(system.y) <= k + 1:
        raise DataGapError(
            "The posterior has no mean.",
            f"There are {len(system.y)} usable periods for {system.x.shape[1]} coefficients "
            f"in each of {k} equations.",
            "Use a longer series, fewer lags, or a proper prior.",
        )
    return BVAR(system, prior, scales, before, before.updated(system.y, system.x))


def reference_posterior(var: VAR) -> NormalWishart:
    """The posterior of a least-squares fit under the reference prior, for its error bands."""
    return posterior_of(var.system, None, np.ones(len(var.names))).posterior
