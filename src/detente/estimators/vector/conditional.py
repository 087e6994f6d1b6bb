"""Forecasts of a Bayesian vector autoregression, free or under conditions.

Hard conditions fix some series at some steps ("sanctions stay as they are"); soft ones keep them in
a range. Everything else follows as the model says it would: the shocks are drawn from their exact
distribution given the conditions, not set to the smallest ones that meet them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import band_columns, exhibit
from detente.estimators.resample import systematic
from detente.estimators.vector.bands import pointwise_bands
from detente.estimators.vector.bvar import BVAR
from detente.estimators.vector.lagged import explosive, future_controls, starting_values
from detente.estimators.vector.normal_wishart import Draws
from detente.estimators.vector.recursion import in_lanes, respond
from detente.rounding import number

MAX_ROUNDS = 1000  # attempts per path to meet soft conditions
TRIAL_ROUNDS, MIN_ACCEPTED = 10, 0.005  # a share below this after the first rounds is hopeless
MIN_EFFECTIVE = 50  # draws that must carry the weight under hard conditions
CHUNK = 1000  # paths that are made at once
LARGE = 1e100  # values past this are of no use


@dataclass(frozen=True, eq=False)
class Forecast(Shown):
    """Draws of the next periods of k series.

    Attributes:
        names: Name of each series.
        paths: Shape (draws, steps, k).
        middle: Median, shape (steps, k).
        mean: Mean, shape (steps, k).
        bands: Low and high end by coverage, each of shape (2, steps, k); every step by itself.
        effective: How many independent parameter draws the weighted ones are worth.
        accepted: Share of the paths tried that met the soft conditions, 1 where there are none.
    """

    names: tuple[str, ...]
    paths: Floats
    middle: Floats
    mean: Floats
    bands: Mapping[float, Floats]
    effective: float
    accepted: float

    def exhibits(self) -> tuple[Exhibit, ...]:
        """One fan per series; step 1 is the first period after the data."""
        steps, k = self.middle.shape
        values = {
            "series": np.repeat(self.names, steps),
            "step": np.tile(np.arange(1, steps + 1), k),
            "middle": self.middle.T.ravel(),
            "mean": self.mean.T.ravel(),
        }
        columns, bands = band_columns({c: [e.T.ravel() for e in b] for c, b in self.bands.items()})
        settings = {"x": "step", "y": "middle", "row": "series", "bands": bands}
        settings |= {"titles": ("periods ahead", "level")}
        return (exhibit("forecast", "What comes next", values | columns, "lines", **settings),)


def forecast_conditions(
    names: Sequence[str], steps: int, given: Mapping[str, Mapping[int, float]]
) -> Floats:
    """Conditions by name and step as an array of shape (steps, k), NaN where free.

    Args:
        names: Name of each series.
        steps: Number of periods.
        given: By name: the value at each step, counted from 1.

    Raises:
        UsageError: A name or a step does not exist.

    Example:
        >>> forecast_conditions(["a", "b"], 2, {"b": {1: 5.0}}).tolist()
        [[nan, 5.0], [nan, nan]]
    """
    fixed = np.full((steps, len(names)), np.nan)
    for name, values in given.items():
        for step, value in values.items():
            if name not in names or not 1 <= step <= steps:
                raise UsageError(
                    "The conditions could not be read.",
                    f"There is no {name!r} at step {step}.",
                    f"Name one of {', '.join(names)} and a step from 1 to {steps}.",
                )
            fixed[step - 1, list(names).index(name)] = value
    return fixed


def conditional_forecast(
    model: BVAR,
    *,
    steps: int,
    hard: ArrayLike | None = None,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    update: bool = True,
    draws: int = 10_000,
    controls: ArrayLike | None = None,
    coverages: Sequence[float] = (0.5, 0.8, 0.95),
    seed: int = 1,
) -> Forecast:
    """Draws of the future from the posterior predictive distribution, given the conditions.

    Parameters are drawn from the exact posterior, so no Gibbs sampler is needed: under hard
    conditions draws are weighted by how likely they make them, under soft ones paths that break
    them are thrown away, which is exact too.

    Args:
        model: A Bayesian vector autoregression.
        steps: Number of periods ahead.
        hard: Exact values, shape (steps, k), NaN where free; see `forecast_conditions`.
        low: Least values, shape (steps, k), NaN where free.
        high: Greatest values, shape (steps, k), NaN where free.
        update: Whether the conditions say something about the parameters, as news about the future
            does. Give False for a what-if, where the model is to be taken as the data left it.
        draws: Number of paths.
        controls: The controls in the periods to come, shape (steps, c).
        coverages: Coverage of each band.
        seed: Seed of the random numbers.

    Raises:
        UsageError: Shapes do not fit, or conditions contradict each other.
        DataGapError: The conditions are so unlikely that too few draws meet them, or the series end
            in a gap.

    Example:
        >>> from detente.estimators.vector.bvar import fit_bvar
        >>> series = np.random.default_rng(1).normal(size=(200, 2)).cumsum(axis=0)
        >>> bvar = fit_bvar(series, 1, names=["a", "b"])
        >>> wanted = forecast_conditions(bvar.names, 3, {"a": {3: series[-1, 0] + 1.0}})
        >>> forecast = conditional_forecast(bvar, steps=3, hard=wanted, draws=500)
        >>> bool(np.allclose(forecast.paths[:, 2, 0], series[-1, 0] + 1.0))
        True

    Source:
        Waggoner and Zha (1999), Conditional forecasts in dynamic multivariate models.
    """
    shape = (steps, len(model.names))
    fixed, least, most = (_given(array, shape) for array in (hard, low, high))
    _check_conditions(fixed, least, most, draws)
    _check_coverages(coverages)
    rng = np.random.default_rng(seed)
    start = starting_values(model.system)
    extra = np.hstack([np.ones((steps, 1)), future_controls(model.system, steps, controls)])
    pool = model.posterior.draw(max(draws, CHUNK), rng)
    weights = np.full(len(pool.factors), 1 / len(pool.factors))
    if update and np.isfinite(fixed).any():
        weights = _weights(pool, start, extra, fixed)

    def attempt(slots: Ints) -> Floats:
        picked = systematic(weights, len(slots), rng) if update else slots
        return _paths(pool, picked, start, extra, fixed, rng)

    paths, tried = _within(attempt, draws, least, most)
    return _summary(model.names, paths, coverages, float(1 / (weights**2).sum()), draws / tried)


def _within(
    attempt: Callable[[Ints], Floats], draws: int, least: Floats, most: Floats
) -> tuple[Floats, int]:
    """Paths inside the ranges, and how many were tried for them."""
    paths = np.empty((draws, *least.shape))
    pending, tried = np.arange(draws), 0
    for round_ in range(MAX_ROUNDS):
        tried += len(pending)
        attempted = attempt(pending)
        # NaN never counts as outside
        inside = ~((attempted < least) | (attempted > most)).any(axis=(1, 2))
        paths[pending[inside]] = attempted[inside]
        pending = pending[~inside]
        if len(pending) == 0:
            return paths, tried
        if round_ + 1 >= TRIAL_ROUNDS and draws - len(pending) < MIN_ACCEPTED * tried:
            break
    raise DataGapError(
        "The conditions could not be met.",
        f"{draws - len(pending)} of {tried} paths met them.",
        "Widen the ranges, or fix the series with hard conditions.",
    )


def _given(array: ArrayLike | None, shape: tuple[int, int]) -> Floats:
    if array is None:
        return np.full(shape, np.nan)
    given = np.asarray(array, dtype=np.float64)
    if given.shape != shape:
        raise UsageError(
            "The conditions do not fit the forecast.",
            f"Their shape is {given.shape}, the forecast's {shape}.",
            "Give one row per step and one column per series, NaN where free.",
        )
    return given


def _check_coverages(coverages: Sequence[float]) -> None:
    if not all(0 < coverage < 1 for coverage in coverages):
        raise UsageError(
            "The forecast could not be made.",
            f"The coverages are {', '.join(map(str, coverages))}.",
            "Use coverages between 0 and 1.",
        )


def _check_conditions(fixed: Floats, least: Floats, most: Floats, draws: int) -> None:
    contradiction = (least >= most) | (fixed < least) | (fixed > most)
    if contradiction.any() or np.isinf(fixed).any() or draws < 1 or len(fixed) < 1:
        raise UsageError(
            "The forecast could not be made.",
            f"{int(contradiction.sum())} conditions contradict each other or are infinite, with "
            f"{len(fixed)} steps and {draws} draws.",
            "Give low < high, hard values between them, and at least one step and draw.",
        )


def _paths(
    pool: Draws, picked: Ints, start: Floats, extra: Floats, fixed: Floats, rng: np.random.Generator
) -> Floats:
    """Paths that meet the hard conditions, one per picked draw, shape (picked, steps, k)."""
    batches = []
    for first in range(0, len(picked), CHUNK):
        some = picked[first : first + CHUNK]
        drawn = Draws(pool.coefficients[some], pool.factors[some])
        shocks = rng.standard_normal((len(some), *fixed.shape))
        if np.isfinite(fixed).any():
            shocks = _bent(shocks, drawn, start, extra, fixed)
        batches.append(_simulate(drawn, shocks, start, extra))
    return np.concatenate(batches)


def _simulate(drawn: Draws, shocks: Floats, start: Floats, extra: Floats) -> Floats:
    """Paths from unit shocks, shape (draws, steps, k)."""
    draws, steps, k = shocks.shape
    moves = shocks @ drawn.factors.swapaxes(1, 2)
    past = np.broadcast_to(start.ravel(), (draws, start.size))
    path = np.empty((draws, steps, k))
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            ahead = np.hstack([past, np.broadcast_to(extra[step], (draws, extra.shape[1]))])
            path[:, step] = (ahead[:, None] @ drawn.coefficients)[:, 0] + moves[:, step]
            past = np.hstack([path[:, step], past[:, :-k]])
    if not np.abs(path[:, -1]).max() < LARGE:
        raise explosive("forecast")
    return path


def _restriction(
    drawn: Draws, start: Floats, extra: Floats, fixed: Floats
) -> tuple[Floats, Floats]:
    """What hard conditions ask of the shocks: rows @ shocks = gap.

    Rows have shape (draws, conditions, steps * k), gaps (draws, conditions).
    """
    draws, (steps, k) = len(drawn.factors), fixed.shape
    where_step, where_series = np.nonzero(np.isfinite(fixed))
    effects = in_lanes(drawn.coefficients[:, : start.size])
    moves = respond(effects, in_lanes(drawn.factors), steps, draws)
    rows = np.zeros((draws, len(where_step), steps, k))
    for place, (step, series) in enumerate(zip(where_step, where_series, strict=True)):
        rows[:, place, : step + 1] = moves[step::-1, series].transpose(2, 0, 1)
    calm = _simulate(drawn, np.zeros((draws, steps, k)), start, extra)
    gap = (fixed - calm)[:, where_step, where_series]
    return rows.reshape(draws, len(where_step), steps * k), gap


def _bent(shocks: Floats, drawn: Draws, start: Floats, extra: Floats, fixed: Floats) -> Floats:
    """Shocks moved to where they meet the conditions: exact draws of a conditioned normal."""
    rows, gap = _restriction(drawn, start, extra, fixed)
    flat = shocks.reshape(len(shocks), -1, 1)
    missing = gap[..., None] - rows @ flat
    across = rows.swapaxes(1, 2)
    return np.asarray(
        (flat + across @ np.linalg.solve(rows @ across, missing)).reshape(shocks.shape)
    )


def _weights(pool: Draws, start: Floats, extra: Floats, fixed: Floats) -> Floats:
    """Weight of each draw: the density that it gives the hard conditions."""
    logs = []
    for first in range(0, len(pool.factors), CHUNK):
        some = slice(first, first + CHUNK)
        drawn = Draws(pool.coefficients[some], pool.factors[some])
        rows, gap = _restriction(drawn, start, extra, fixed)
        spread = rows @ rows.swapaxes(1, 2)
        far = (gap * np.linalg.solve(spread, gap[..., None])[..., 0]).sum(axis=1)
        logs.append(-(far + np.linalg.slogdet(spread)[1]) / 2)
    height = np.concatenate(logs)
    weights = np.exp(height - height.max())
    weights /= weights.sum()
    effective = 1 / (weights**2).sum()
    if effective < MIN_EFFECTIVE:
        raise DataGapError(
            "The conditions are too unlikely.",
            f"Only {number(effective, 0)} of {len(weights)} draws of the parameters make room for "
            "them.",
            "Give milder conditions, more draws, or update=False for a what-if.",
        )
    return np.asarray(weights)


def _summary(
    names: tuple[str, ...],
    paths: Floats,
    coverages: Sequence[float],
    effective: float,
    accepted: float,
) -> Forecast:
    ordered = np.sort(np.moveaxis(paths, 0, -1), axis=-1)
    return Forecast(
        names=names,
        paths=paths,
        middle=pointwise_bands(ordered, [0.0])[0.0][0],
        mean=paths.mean(axis=0),
        bands=pointwise_bands(ordered, coverages),
        effective=effective,
        accepted=accepted,
    )
