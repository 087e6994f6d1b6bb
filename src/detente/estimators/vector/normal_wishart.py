"""The normal-inverse-Wishart distribution of the coefficients and error covariance of a system.

The error covariance is inverse Wishart; given it, the coefficients are matric-variate normal. As a
prior it yields a posterior of the same kind, so draws are exact and independent and the marginal
likelihood has a closed form.

Sources: Bartlett (1933) for the Wishart factor; Zellner (1971), An introduction to Bayesian
inference in econometrics, chapter 8; Kadiyala and Karlsson (1997), Numerical methods for estimation
and inference in Bayesian VAR-models, for the update.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.rounding import as_typed


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of the parameters of a system.

    Attributes:
        coefficients: Shape (draws, regressors, k).
        factors: Lower Cholesky factor of each error covariance, shape (draws, k, k).
    """

    coefficients: Floats
    factors: Floats

    @property
    def covariances(self) -> Floats:
        """Error covariances, shape (draws, k, k)."""
        return self.factors @ self.factors.swapaxes(1, 2)


@dataclass(frozen=True, eq=False)
class NormalWishart:
    """Coefficients B and error covariance S of k equations with n regressors.

    S is inverse Wishart with `scale` and `dof`; given S, B is normal around `mean` with covariance
    S in its columns and the inverse of `precision` in its rows.

    Attributes:
        mean: Shape (n, k).
        precision: Shape (n, n).
        scale: Shape (k, k).
        dof: Degrees of freedom; the distribution is proper above k - 1.
    """

    mean: Floats
    precision: Floats
    scale: Floats
    dof: float

    @property
    def covariance(self) -> Floats:
        """Mean of the error covariance, shape (k, k); it exists where dof exceeds k + 1."""
        return self.scale / (self.dof - len(self.scale) - 1)

    @property
    def proper(self) -> bool:
        """Whether it is a distribution at all, and not flat in some direction."""
        return bool(
            self.dof > len(self.scale) - 1
            and np.all(np.diag(self.precision) > 0)
            and np.all(np.diag(self.scale) > 0)
        )

    def updated(self, y: Floats, x: Floats, rows: int | None = None) -> NormalWishart:
        """The posterior after n observations y = x B + errors.

        Args:
            y: Shape (n, k).
            x: Shape (n, regressors).
            rows: Degrees of freedom that the observations add, by default n. Dummy observations
                that only shape a prior add none.
        """
        precision = self.precision + x.T @ x
        mean = _solve(precision, self.precision @ self.mean + x.T @ y)
        # Sums of squares, never differences of them: positive definite however large the data are.
        residuals, moved = y - x @ mean, mean - self.mean
        scale = self.scale + residuals.T @ residuals + moved.T @ self.precision @ moved
        dof = self.dof + (len(y) if rows is None else rows)
        return NormalWishart(mean, precision, (scale + scale.T) / 2, dof)

    def draw(self, draws: int, rng: np.random.Generator) -> Draws:
        """Independent draws, all at once."""
        self._check()
        n, k = self.mean.shape
        factors = np.linalg.cholesky(self.scale) @ _inverse_bartlett(k, self.dof, draws, rng)
        normal = rng.standard_normal((n, draws * k))
        spread = scipy.linalg.solve_triangular(
            np.linalg.cholesky(self.precision), normal, trans="T", lower=True, check_finite=False
        )
        noise = spread.reshape(n, draws, k).swapaxes(0, 1) @ factors.swapaxes(1, 2)
        noise += self.mean
        return Draws(noise, factors)

    def log_evidence(self, posterior: NormalWishart) -> float:
        """Log marginal likelihood of the observations that led from this prior to a posterior."""
        if not self.proper:
            raise UsageError(
                "The marginal likelihood could not be computed.",
                "The prior is flat for some coefficients or for the error covariance.",
                "Give lambda4, with controls lambda5, and nu positive values.",
            )
        k = len(self.scale)
        rows = posterior.dof - self.dof
        multigammaln = scipy.special.multigammaln
        gain = multigammaln(posterior.dof / 2, k) - multigammaln(self.dof / 2, k)
        scales = self.dof * _log_det(self.scale) - posterior.dof * _log_det(posterior.scale)
        shrink = k * (_log_det(self.precision) - _log_det(posterior.precision))
        return float(gain + (scales + shrink - rows * k * np.log(np.pi)) / 2)

    def _check(self) -> None:
        n, k = self.mean.shape
        if self.dof <= k - 1 or not np.isfinite(_log_det(self.precision) + _log_det(self.scale)):
            raise DataGapError(
                "The posterior could not be drawn from.",
                f"It has {as_typed(self.dof)} degrees of freedom for {k} series and {n} "
                "regressors.",
                "Use a longer series, fewer lags, or a proper prior.",
            )


def _inverse_bartlett(k: int, dof: float, draws: int, rng: np.random.Generator) -> Floats:
    """Lower factors F with F F' inverse Wishart of unit scale, shape (draws, k, k).

    The Wishart factor is made upper triangular, so that its inverse transpose, and with it the
    factor of the covariance, is lower: the Cholesky factor comes free.
    """
    upper = np.zeros((draws, k, k))
    for i in range(k):
        upper[:, i, i] = np.sqrt(rng.chisquare(dof - (k - 1 - i), size=draws))
        upper[:, i, i + 1 :] = rng.standard_normal((draws, k - 1 - i))
    return np.asarray(np.linalg.inv(upper).swapaxes(1, 2))


def _solve(precision: Floats, weighted: Floats) -> Floats:
    lengths = np.sqrt(np.diag(precision))
    if not lengths.all():
        lengths = np.where(lengths > 0, lengths, 1.0)
    scaled = precision / np.outer(lengths, lengths)
    if np.linalg.eigvalsh(scaled)[0] < 1e-14:
        raise DataGapError(
            "The coefficients could not be estimated.",
            "Some regressors are sums of others, or there are too few periods, under a flat prior.",
            "Use a proper prior, a longer series or fewer lags.",
        )
    return np.asarray(np.linalg.solve(scaled, weighted / lengths[:, None]) / lengths[:, None])


def _log_det(matrix: Floats) -> float:
    sign, value = np.linalg.slogdet(matrix)
    return float(value) if sign > 0 else float("-inf")
