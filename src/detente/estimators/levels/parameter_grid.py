"""A posterior of a few parameters on a grid laid where its mass is.

The grid follows the axes of the curvature at the mode, and grows from there to every neighbour
that still carries mass, so it fits ridges and long tails (after Rue, Martino and Chopin 2009). Sums
over so regular a grid are as good as integrals: the error falls faster than any power of its
spacing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.errors import DataGapError

Density = Callable[[Floats], float]

SPACING = 0.75  # in posterior standard deviations
SPACING_OF_MANY = 1.25  # of three parameters and more, where every point costs a fit
DROP = 10.0  # points whose log density is further below the highest are left out
WIDEST = 2.0  # the longest axis, where the curvature is slight
DIFFERENCE = 0.05
MOST_POINTS = 4000
IMPOSSIBLE = -1e12


@dataclass(frozen=True, eq=False)
class ParameterGrid:
    """Points and their posterior weights.

    Attributes:
        points: Shape (J, d).
        weights: Shape (J,), summing to 1.
        cell: The edges of one cell of the grid, one per column, shape (d, d).
    """

    points: Floats
    weights: Floats
    cell: Floats

    def choose(self, draws: int, rng: np.random.Generator) -> Ints:
        """Points drawn by their weights, shape (draws,)."""
        return np.asarray(rng.choice(len(self.points), size=draws, p=self.weights), dtype=np.int64)

    def within(self, chosen: Ints, rng: np.random.Generator) -> Floats:
        """Parameters drawn evenly within the cells of the chosen points, shape (draws, d)."""
        shift = rng.uniform(-0.5, 0.5, size=(len(chosen), len(self.cell)))
        return np.asarray(self.points[chosen] + shift @ self.cell.T, dtype=np.float64)


def explore(log_density: Density, start: Floats) -> ParameterGrid:
    """Lay a grid over a density known up to a constant.

    Args:
        log_density: Log density of parameters, shape (d,); minus infinity where it has none.
        start: Where the search for the mode begins, shape (d,).
    """

    def safe(theta: Floats) -> float:
        value = log_density(theta)
        return value if np.isfinite(value) else IMPOSSIBLE

    mode = _mode(safe, start)
    cell = (SPACING if len(start) < 3 else SPACING_OF_MANY) * _axes(safe, mode)
    densities = _grow(lambda index: safe(mode + cell @ index), len(start))
    top = max(densities.values())
    kept = {index: value for index, value in densities.items() if value > top - DROP}
    weights = np.exp(np.array(list(kept.values())) - top)
    points = mode + np.array(list(kept), dtype=np.float64) @ cell.T
    return ParameterGrid(points, weights / weights.sum(), cell)


def _mode(log_density: Density, start: Floats) -> Floats:
    simplex = np.vstack([start, start + 0.7 * np.eye(len(start))])
    optimum = scipy.optimize.minimize(
        lambda theta: -log_density(theta),
        start,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.01, "fatol": 0.01, "maxfev": 400},
    )
    if -optimum.fun <= IMPOSSIBLE:
        raise DataGapError(
            "A latent level could not be estimated.",
            "No values of its parameters fit the series.",
            "Look for values that are out of range, or use a longer series.",
        )
    return np.asarray(optimum.x, dtype=np.float64)


def _axes(log_density: Density, mode: Floats) -> Floats:
    """Principal axes of the density at its mode, each a standard deviation long."""
    steps = DIFFERENCE * np.eye(len(mode))
    curvature = np.array([
        [
            log_density(mode + a - b)
            + log_density(mode - a + b)
            - log_density(mode + a + b)
            - log_density(mode - a - b)
            for b in steps
        ]
        for a in steps
    ]) / (4 * DIFFERENCE**2)  # fmt: skip
    values, vectors = np.linalg.eigh(curvature)
    return np.asarray(vectors / np.sqrt(np.maximum(values, WIDEST**-2)), dtype=np.float64)


def _grow(value_at: Density, dimensions: int) -> dict[tuple[int, ...], float]:
    """Values on the lattice around the origin, out to where they have dropped."""
    origin = (0,) * dimensions
    densities = {origin: value_at(np.zeros(dimensions))}
    top = densities[origin]
    edge = [origin]
    while edge and len(densities) < MOST_POINTS:
        index = edge.pop(0)
        if densities[index] < top - DROP:
            continue
        for other in _neighbours(index):
            if other not in densities:
                densities[other] = value_at(np.array(other, dtype=np.float64))
                top = max(top, densities[other])
                edge.append(other)
    return densities


def _neighbours(index: tuple[int, ...]) -> list[tuple[int, ...]]:
    around = []
    for axis in range(len(index)):
        for step in (-1, 1):
            around.append((*index[:axis], index[axis] + step, *index[axis + 1 :]))
    return around
