"""Parameters that the data allow, drawn from the normal approximation to the likelihood.

Excitation that is estimated as zero stays zero, and draws below zero are moved to zero. The
baseline is drawn after the excitation and given it, so that the rate of events stays what was
seen: more excitation goes with less baseline.
"""

from __future__ import annotations

import numpy as np

from detente.arrays import Floats
from detente.estimators.hawkes.profile import Profile, Uncertainty
from detente.estimators.hawkes.target import Target

FAR = 3.0  # on the log scale
LEAST = 0.01  # of the mean baseline, relative to the best one


def draw_all(
    profile: Profile, spread: Uncertainty, dispersion: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draws of the shared parameters' shifts, and of all others.

    Args:
        profile: The fitted model.
        spread: Its uncertainty.
        dispersion: Variance of each dimension relative to the model's, shape (D,).
        draws: Number of draws.
        rng: Source of random numbers.

    Returns:
        Shifts of the shared parameters, shape (draws, r), and the parameters of each dimension,
        effects before excitation, shape (draws, D, p).
    """
    shared = rng.standard_normal((draws, len(spread.shared))) @ _root(spread.shared).T
    own = [
        _draw(profile, d, shared @ spread.slopes[d].T, float(dispersion[d]), rng)
        for d in range(len(profile.optima))
    ]
    return shared, np.stack(own, axis=1)


def _draw(
    profile: Profile, dimension: int, shift: Floats, dispersion: float, rng: np.random.Generator
) -> Floats:
    """Draws of one dimension's parameters, shape (draws, p), around values moved by `shift`."""
    target, optimum = profile.targets[dimension], profile.optima[dimension]
    width = target.effects
    excited = optimum.parameters[width:]
    free = np.concatenate([np.ones(width, dtype=bool), excited > 0])
    covariance = np.linalg.inv(optimum.information[np.ix_(free, free)]) * dispersion
    result = np.zeros_like(shift)
    places = width + target.columns[excited > 0]
    centre = excited[excited > 0] + shift[:, places]
    noise = rng.standard_normal((len(shift), len(places)))
    result[:, places] = (centre + noise @ _root(covariance[width:, width:]).T).clip(min=0)
    # The effects given the excitation: their mean follows it, their covariance is what is left.
    slope = np.linalg.solve(covariance[width:, width:], covariance[width:, :width])
    left = covariance[:width, :width] - covariance[:width, width:] @ slope
    moved = (result[:, places] - centre) @ slope
    noise = rng.standard_normal((len(shift), width)) @ _root(left).T
    moved = shift[:, :width] + moved + noise
    result[:, :width] = optimum.parameters[:width] + _tamed(moved, target)
    return result


def _tamed(moved: Floats, target: Target) -> Floats:
    """Shifts of the log-linear effects that keep the mean baseline within reason.

    The likelihood is close to normal in the mean baseline itself, not in its logarithm, whose error
    is without bounds where excitation explains nearly all. Other effects move by at most `FAR`.
    """
    moved = np.concatenate([moved[:, :1], moved[:, 1:].clip(-FAR, FAR)], axis=1)
    mean = target.cell_exposure @ target.cell_design / target.cell_exposure.sum()
    change = moved @ mean
    moved[:, 0] += np.log1p(change.clip(min=LEAST - 1)) - change
    return moved


def _root(covariance: Floats) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(values.clip(min=0)))
