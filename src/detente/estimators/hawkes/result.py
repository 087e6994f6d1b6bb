"""What every fitted Hawkes process says: who excites whom, how surely, and is it stable.

Stability by the spectral radius is that of Hawkes and Oakes (1974), A cluster process
representation of a self-exciting process.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.hawkes.profile import Profile, Uncertainty

CELLS = {"x": "target", "y": "source", "value": "p_value", "titles": ("responds", "acts")}


@dataclass(frozen=True, eq=False)
class HawkesResult(Shown):
    """A fitted Hawkes process.

    Attributes:
        names: Names of the D dimensions.
        effect_names: Names of the q columns of the baseline.
        effects: Log-linear effects of the baseline, shape (D, q).
        excitation: Coefficients by target, source and decay, shape (D, D, K). In continuous time
            they are follow-ons of one event and sum to `branching`; in a binned model each
            follow-on on a later day counts together with those that it brings on that day.
        decays: Decays per day, shape (K,).
        branching: Expected direct follow-ons in each dimension (row) of one event of each
            (column), shape (D, D).
        early: Share of its follow-ons that an excited event has on its own day, shape (K,); zero
            in continuous time.
        dispersion: Variance relative to the model's, by dimension, at least 1, shape (D,).
        uncertainty: Normal approximation to what the data allow.
        log_likelihood: Maximised log-likelihood without constants.
        notes: What a reader must know before trusting the numbers.
        profile: The data as the likelihood sees them, for tests against restricted models.
    """

    names: tuple[str, ...]
    effect_names: tuple[str, ...]
    effects: Floats
    excitation: Floats
    decays: Floats
    branching: Floats
    early: Floats
    dispersion: Floats
    uncertainty: Uncertainty
    log_likelihood: float
    notes: tuple[str, ...]
    profile: Profile = field(repr=False)

    @property
    def radius(self) -> float:
        """Largest absolute eigenvalue of the branching matrix."""
        return spectral_radius(self.branching)

    @property
    def stationary(self) -> bool:
        """Whether the process settles: each event brings, in the end, finitely many others."""
        return self.radius < 1

    def branching_se(self) -> Floats:
        """Standard errors of the branching matrix, shape (D, D), by the delta method."""
        return np.asarray(np.sqrt(self._given_decays() + self._through_shared()))

    def branching_interval(self, coverage: float = 0.9) -> Floats:
        """Low and high end of the branching matrix's intervals, shape (2, D, D), cut at zero.

        NaN where the interval reaches further than all events that there are: it is not known.
        """
        reach = scipy.special.ndtri((1 + coverage) / 2) * self.branching_se()
        ends = np.stack([self.branching - reach, self.branching + reach])
        events = np.array([target.counts.sum() for target in self.profile.targets])
        settled = np.isfinite(ends).all(axis=0) & (ends[1] <= events[:, None])
        return np.where(settled, np.maximum(ends, 0.0), np.nan)

    def place(self, name: str | int) -> int:
        """Number of a dimension that is given by name or number."""
        if isinstance(name, int | np.integer) and 0 <= name < len(self.names):
            return int(name)
        if name in self.names:
            return self.names.index(str(name))
        raise UsageError(
            "The dimension was not found.",
            f"It was called {name!r}; there are {', '.join(self.names)}.",
            "Use one of these names, or a number from 0.",
        )

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The branching matrix with errors and 90% intervals; rows act, columns respond."""
        low, high = self.branching_interval()
        values = {
            "source": np.repeat(self.names, len(self.names)),
            "target": np.tile(self.names, len(self.names)),
            "branching": self.branching.T.ravel(),
            "se": self.branching_se().T.ravel(),
            "low": low.T.ravel(),
            "high": high.T.ravel(),
        }
        title = "Direct follow-ons of one event"
        return (exhibit("branching", title, values, "cells", **CELLS | {"value": "branching"}),)

    def _given_decays(self) -> Floats:
        """Variances of the branching matrix with the decays held."""
        size, decays = len(self.names), len(self.decays)
        inner = np.linalg.inv(np.eye(size) + self.excitation @ self.early)
        weights = np.eye(size)[:, None, :] - self.branching[:, None, :] * self.early[None, :, None]
        flat = weights.reshape(size * decays, size)
        width = self.effects.shape[1]
        blocks = self.uncertainty.conditional[:, width:, width:]
        spread = np.einsum("pe,dpq,qe->de", flat, blocks, flat, optimize=True)
        return np.asarray(inner**2 @ spread)

    def _through_shared(self) -> Floats:
        """What the uncertainty of the decays, and of all that is shared, adds to them."""
        count = len(self.uncertainty.shared)
        if not self.uncertainty.shared.any():
            return np.zeros_like(self.branching)
        moved = np.stack([self._moved(step) for step in 1e-4 * np.eye(count)])
        return np.asarray(
            np.einsum("ide,ij,jde->de", moved, self.uncertainty.shared, moved, optimize=True)
        )

    def _moved(self, step: Floats) -> Floats:
        """Change of the branching matrix with one shared parameter."""
        slope = self.uncertainty.slopes[:, self.effects.shape[1] :] @ step
        shift = slope.reshape(self.excitation.shape)
        up = self._direct(self.excitation + shift, step)
        down = self._direct(self.excitation - shift, -step)
        return np.asarray((up - down) / (2 * step.max()))

    def _direct(self, excitation: Floats, shared: Floats) -> Floats:
        """Branching matrix when the coefficients, and the shared parameters by `shared`, move."""
        del shared
        return np.asarray(excitation.sum(axis=2))


def spectral_radius(matrix: Floats) -> float:
    """Largest absolute eigenvalue.

    Args:
        matrix: A branching matrix, shape (D, D).
    """
    return float(np.abs(np.linalg.eigvals(matrix)).max())
