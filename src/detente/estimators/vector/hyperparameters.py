"""Hyperparameters of the Sims-Zha prior chosen by how well they predicted the data.

The marginal likelihood is the product of all one-step-ahead predictive densities, so a prior that
wins by it won at forecasting, and overfitting is priced in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.vector.bvar import posterior_of
from detente.estimators.vector.lagged import Lagged, lagged
from detente.estimators.vector.sims_zha import STANDARD, SimsZha, scales_of

GRID: Mapping[str, Sequence[float]] = {
    "lambda0": (0.4, 0.6, 0.8, 1.0),
    "lambda1": (0.05, 0.1, 0.2, 0.4, 0.8),
    "lambda3": (0.5, 1.0, 2.0),
    "lambda4": (0.1, 0.25, 0.5, 1.0),
}


@dataclass(frozen=True, eq=False)
class HyperparameterChoice(Shown):
    """Priors that were compared.

    Attributes:
        tried: The priors of the grid, in its order, and the refined one last if there is one.
        log_marginal_likelihoods: Of each, shape (priors,).
    """

    tried: tuple[SimsZha, ...]
    log_marginal_likelihoods: Floats

    @property
    def best(self) -> SimsZha:
        """The prior with the greatest marginal likelihood."""
        return self.tried[int(np.argmax(self.log_marginal_likelihoods))]

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The priors in the order tried, with their probability if all were equally likely."""
        rows, heights = [asdict(prior) for prior in self.tried], self.log_marginal_likelihoods
        below = heights - heights.max()
        values: dict[str, Any] = {"prior": np.arange(len(rows)) + 1}
        values |= {name: [row[name] for row in rows] for name in rows[0]}
        values |= {"log_marginal_likelihood": heights, "below_best": below}
        values |= {"probability": np.exp(below) / np.exp(below).sum()}
        title = "How well each prior foretells the data"
        titles = ("prior, in the order tried", "log marginal likelihood less the best")
        return (exhibit("priors", title, values, "bars", x="prior", y="below_best", titles=titles),)


def choose_hyperparameters(
    values: ArrayLike,
    lags: int,
    *,
    grid: Mapping[str, Sequence[float]] = GRID,
    start: SimsZha = STANDARD,
    refine: bool = True,
    controls: ArrayLike | None = None,
    segments: ArrayLike | None = None,
) -> HyperparameterChoice:
    """Compare priors by marginal likelihood over a grid, then climb from the best of them.

    Args:
        values: The series, shape (T, k).
        lags: Number of lags, in periods of the series.
        grid: Values to try by hyperparameter; all combinations are tried.
        start: The prior that holds the other hyperparameters.
        refine: Whether to climb on from the best combination (over those hyperparameters that the
            grid varies and that are above 0), within the range of the grid.
        controls: See `fit_bvar`.
        segments: See `fit_bvar`.

    Raises:
        UsageError: The grid names no hyperparameter, or a prior in it is out of range or improper.
        DataGapError: The series do not carry the system.

    Example:
        >>> walk = np.random.default_rng(1).normal(size=(200, 2)).cumsum(axis=0)
        >>> choice = choose_hyperparameters(walk, 2, grid={"lambda1": (0.02, 1.0)}, refine=False)
        >>> choice.best.lambda1
        0.02

    Source:
        Brandt and Freeman (2006) on the choice by marginal likelihood; Giannone, Lenza and
        Primiceri (2015), Prior selection for vector autoregressions.
    """
    unknown = set(grid) - set(asdict(start))
    if unknown or not grid:
        raise UsageError(
            "The hyperparameters could not be chosen.",
            f"The grid names {', '.join(sorted(unknown)) or 'none'}.",
            f"Name some of {', '.join(asdict(start))}.",
        )
    system = lagged(values, lags, controls=controls, segments=segments)
    tried = [_changed(start, grid, combination) for combination in product(*grid.values())]
    heights = [_height(system, prior) for prior in tried]
    if refine:
        tried.append(_climbed(system, tried[int(np.argmax(heights))], grid))
        heights.append(_height(system, tried[-1]))
    return HyperparameterChoice(tuple(tried), np.array(heights))


def _changed(prior: SimsZha, names: Iterable[str], values: Iterable[float]) -> SimsZha:
    changes: dict[str, Any] = dict(zip(names, values, strict=True))
    return replace(prior, **changes)


def _height(system: Lagged, prior: SimsZha) -> float:
    scales = scales_of(system, prior, "data")
    return posterior_of(system, prior, scales).log_marginal_likelihood


def _climbed(system: Lagged, best: SimsZha, grid: Mapping[str, Sequence[float]]) -> SimsZha:
    """The best prior near another, by a simplex in logarithms within the range of the grid."""
    free = [
        name for name, tried in grid.items() if name != "qm" and min(tried) > 0 and len(tried) > 1
    ]
    if not free:
        return best
    bounds = [(np.log(min(grid[name])), np.log(max(grid[name]))) for name in free]

    def prior_at(place: Floats) -> SimsZha:
        return _changed(best, free, np.exp(place).tolist())

    optimum = scipy.optimize.minimize(
        lambda place: -_height(system, prior_at(place)),
        np.log([getattr(best, name) for name in free]),
        method="Nelder-Mead",
        bounds=bounds,
        options={"xatol": 1e-3, "fatol": 1e-3, "maxiter": 400},
    )
    return prior_at(optimum.x)
