"""Vector autoregression by least squares: who answers whom, with no prior.

Every series is regressed on the past of all. Rows and columns follow `lagged`; in every matrix of
effects the row is the series that responds and the column the one that acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f as f_distribution

from detente.dynamics import specs
from detente.dynamics.lagged import (
    Floats,
    Lagged,
    check_regressors,
    forecast_mean,
    lag_matrices,
    lagged,
    largest_root,
    term_names,
)
from detente.dynamics.tables import Tabular
from detente.errors import DataGapError, UsageError


@dataclass(frozen=True, eq=False)
class VAR(Tabular):
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
    def holm(p_values: Floats) -> Floats:
    """P-values corrected for their number by Holm's steps down.

    Example:
        >>> holm(np.array([0.01, 0.04])).tolist()
        [0.02, 0.04]

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(steps, 1.0)
    return corrected


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
