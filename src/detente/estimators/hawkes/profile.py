"""What all dimensions share (decays, the effect of marks), and the uncertainty of everything.

With the shared parameters held, every dimension is fitted alone; the shared ones maximise the sum.
The joint covariance follows from the blocks: what a dimension's parameters do with the shared ones
held, and how they move when the shared ones move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.errors import DataGapError
from detente.estimators.hawkes.newton import Optimum, maximise_all
from detente.estimators.hawkes.target import Target, evaluate
from detente.rounding import significant

Build = Callable[[Floats], list[Target]]

STEP = 1e-3  # of the shared parameters, for differences
BOUNDLESS = 30.0  # standard error on the log scale, over the range of a column
WIDER = np.log(4.0)  # by which starts are widened
TELLING = 0.05  # log-likelihood by which an edge must be better than what lies within
FLAT = 1e-9  # least eigenvalue of a scaled information matrix that still tells parameters apart


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Normal approximation to what the data allow, by dimension.

    Attributes:
        conditional: Covariance of a dimension's parameters with the shared ones held, (D, p, p).
        slopes: How these move with the shared ones, shape (D, p, r).
        shared: Covariance of the shared parameters, shape (r, r).
    """

    conditional: Floats
    slopes: Floats
    shared: Floats

    def covariance(self) -> Floats:
        """Covariance of each dimension's parameters, shape (D, p, p)."""
        moved = self.slopes @ self.shared @ np.swapaxes(self.slopes, 1, 2)
        return np.asarray(self.conditional + moved)


@dataclass(frozen=True, eq=False)
class Profile:
    """All parameters at their best.

    Attributes:
        shared: Shared parameters, shape (r,).
        targets: The data of each dimension at these.
        optima: The best parameters of each dimension.
    """

    shared: Floats
    targets: list[Target]
    optima: list[Optimum]

    @property
    def value(self) -> float:
        """The penalised log-likelihood of all dimensions."""
        return float(sum(optimum.value for optimum in self.optima))


def fit_profile(
    build: Build, starts: Floats, reach: float, limits: tuple[float, float] | None = None
) -> Profile:
    """Maximise over the shared parameters, beginning at the best of several starts.

    While the best start has the largest or the smallest first parameter (the log of the decay),
    starts beyond it are tried.

    Args:
        build: Makes the data of each dimension for given shared parameters.
        starts: Shared parameters to try, shape (starts, r); with r = 0 nothing is shared.
        reach: How far beyond the best start to search, in each shared parameter.
        limits: How far the starts may be widened in the first parameter; None to leave them.

    Raises:
        DataGapError: The best is still at an edge when no wider start is left.
    """
    tried = [_at(build, start, None) for start in starts]
    best = max(tried, key=lambda profile: profile.value)
    if limits is not None:
        best = _widened(build, tried, limits)
    if starts.shape[1] == 0:
        return best

    def loss(shared: Floats) -> float:
        return -_at(build, np.atleast_1d(shared), best).value

    if starts.shape[1] == 1:
        centre = float(best.shared[0])
        optimum = scipy.optimize.minimize_scalar(
            loss, bounds=(centre - reach, centre + reach), method="bounded", options={"xatol": 5e-3}
        )
    else:
        options = {"xatol": 5e-3, "fatol": 1e-3, "maxfev": 200}
        bounds = [(value - reach, value + reach) for value in best.shared]
        optimum = scipy.optimize.minimize(
            loss, best.shared, method="Nelder-Mead", bounds=bounds, options=options
        )
    return max(best, _at(build, np.atleast_1d(optimum.x), best), key=lambda profile: profile.value)


def _widened(build: Build, tried: Sequence[Profile], limits: tuple[float, float]) -> Profile:
    """The best profile of starts that are widened while it lies at their edge."""
    ranked = sorted(tried, key=lambda profile: profile.shared[0])
    while True:
        best = max(ranked, key=lambda profile: profile.value)
        side = {id(ranked[0]): -1.0, id(ranked[-1]): 1.0}.get(id(best))
        inner = [profile.value for profile in ranked if profile.shared[0] != best.shared[0]]
        if side is None or best.value - max(inner) < TELLING:
            return best
        wider = best.shared.copy()
        wider[0] += side * WIDER
        if not limits[0] <= wider[0] <= limits[1]:
            raise DataGapError(
                "A decay could not be estimated.",
                "The likelihood still rises at a mean delay of "
                f"{significant(np.exp(-best.shared[0]))}, at the edge of what times like these "
                "can tell.",
                "Give the decay, or a baseline that holds the trend; follow-ons within a moment "
                "are rather repeated rows.",
            )
        ranked = sorted([*ranked, _at(build, wider, best)], key=lambda profile: profile.shared[0])


def uncertainty(
    build: Build, profile: Profile, dispersion: Floats, size: int
) -> tuple[Uncertainty, bool]:
    """Joint uncertainty of all parameters.

    Args:
        build: Makes the data of each dimension for given shared parameters.
        profile: The fitted model.
        dispersion: Variance of each dimension relative to the model's, shape (D,).
        size: Number p of parameters of a dimension when every source excites it.

    Returns:
        The uncertainty, and whether the data tell the shared parameters at all; where they do not,
        these are taken as known.
    """
    inverses = [_inverse(optimum) for optimum in profile.optima]
    gradients, curvature = _differences(build, profile)
    slopes = [inverse @ g for inverse, g in zip(inverses, gradients, strict=True)]
    slopes = [
        _moving(optimum, target, slope)
        for optimum, target, slope in zip(profile.optima, profile.targets, slopes, strict=True)
    ]
    information = curvature - sum(
        (g.T @ slope for g, slope in zip(gradients, slopes, strict=True)), np.zeros_like(curvature)
    )
    finite = np.isfinite(information).all()
    identified = bool(finite and (np.linalg.eigvalsh(information) > 0.1).all())
    shared = np.linalg.inv(information) if identified else np.zeros_like(curvature)
    spread = [
        _expand(inverse * scale, target, size)
        for inverse, scale, target in zip(inverses, dispersion, profile.targets, strict=True)
    ]
    moved = [
        _rows(slope, target, size) for slope, target in zip(slopes, profile.targets, strict=True)
    ]
    events = np.array([target.counts.sum() for target in profile.targets])
    shared = np.asarray(shared * np.average(dispersion, weights=events), dtype=np.float64)
    return Uncertainty(np.stack(spread), np.stack(moved), shared), identified


def unpack(profile: Profile, width: int, decays: int) -> tuple[Floats, Floats]:
    """Effects, shape (D, q), and excitation, shape (D, D, K), with zeros where none is allowed."""
    dimensions = len(profile.optima)
    effects = np.stack([optimum.parameters[:width] for optimum in profile.optima])
    flat = np.zeros((dimensions, dimensions * decays))
    for row, target, optimum in zip(flat, profile.targets, profile.optima, strict=True):
        row[target.columns] = optimum.parameters[width:]
    return effects, flat.reshape(dimensions, dimensions, decays)


def check_told_apart(
    profile: Profile, names: Sequence[str], parameters: Callable[[Target], list[str]]
) -> None:
    """Refuse a fit in which some parameters of a dimension cannot be told apart."""
    for name, target, optimum in zip(names, profile.targets, profile.optima, strict=True):
        mixed = _untold(target, optimum)
        if not len(mixed):
            continue
        labels = parameters(target)
        raise DataGapError(
            f"The rate of {name} could not be estimated.",
            f"The data do not tell, or not tell apart: {', '.join(labels[i] for i in mixed)}.",
            "Merge or leave out series that are alike, merge periods without events, or set a "
            "ridge.",
        )


def _untold(target: Target, optimum: Optimum) -> Ints:
    """Parameters that cannot be told apart, or effects without any bound."""
    scale = 1 / np.sqrt(np.diag(optimum.information).clip(min=1e-300))
    values, vectors = np.linalg.eigh(optimum.information * np.outer(scale, scale))
    if values[0] <= FLAT:
        return np.flatnonzero(np.abs(vectors[:, 0]) > 0.1)
    errors = np.sqrt(np.diag(_inverse(optimum)))[: target.effects]
    spans = np.ptp(target.cell_design, axis=0)
    return np.flatnonzero(errors * spans > BOUNDLESS)


def _at(build: Build, shared: Floats, near: Profile | None) -> Profile:
    targets = build(shared)
    starts = None if near is None else [optimum.parameters for optimum in near.optima]
    return Profile(shared, targets, maximise_all(targets, starts))


def _inverse(optimum: Optimum) -> Floats:
    scale = 1 / np.sqrt(np.diag(optimum.information).clip(min=1e-300))
    inverse = np.linalg.inv(optimum.information * np.outer(scale, scale))
    return np.asarray(inverse * np.outer(scale, scale))


def _moving(optimum: Optimum, target: Target, slope: Floats) -> Floats:
    """Parameters held at zero stay there when the shared ones move."""
    held = np.zeros(len(slope), dtype=bool)
    held[target.effects :] = optimum.parameters[target.effects :] <= 0
    return np.where(held[:, None], 0.0, slope)


def _differences(build: Build, profile: Profile) -> tuple[list[Floats], Floats]:
    """Cross derivatives of each dimension with the shared parameters, and those of the latter."""
    count = len(profile.shared)
    steps = STEP * np.eye(count)
    gradients = [np.zeros((len(optimum.parameters), count)) for optimum in profile.optima]
    for j, step in enumerate(steps):
        above, below = build(profile.shared + step), build(profile.shared - step)
        for d, optimum in enumerate(profile.optima):
            up = evaluate(above[d], optimum.parameters).gradient
            down = evaluate(below[d], optimum.parameters).gradient
            gradients[d][:, j] = (up - down) / (2 * STEP)
    return gradients, _curvature(build, profile, 20 * steps)


def _curvature(build: Build, profile: Profile, steps: Floats) -> Floats:
    """Negative second derivatives by the shared parameters, the others held."""

    def value(shift: Floats) -> float:
        targets = build(profile.shared + shift)
        pairs = zip(targets, profile.optima, strict=True)
        return sum(evaluate(target, optimum.parameters).value for target, optimum in pairs)

    size = len(steps)
    result = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            a, b = steps[i], steps[j]
            mixed = value(a + b) - value(a - b) - value(b - a) + value(-a - b)
            result[i, j] = result[j, i] = -mixed / (4 * (20 * STEP) ** 2)
    return result


def _expand(block: Floats, target: Target, size: int) -> Floats:
    result = np.zeros((size, size))
    places = _places(target)
    result[np.ix_(places, places)] = block
    return result


def _rows(slope: Floats, target: Target, size: int) -> Floats:
    result = np.zeros((size, slope.shape[1]))
    result[_places(target)] = slope
    return result


def _places(target: Target) -> Ints:
    return np.concatenate([np.arange(target.effects), target.effects + target.columns])
