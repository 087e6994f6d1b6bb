"""What a local projection regresses on what: periods, their past, and the outcome to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.glm import collinear
from detente.rounding import as_typed

Family = Literal["gaussian", "poisson", "negative-binomial"]

FAMILIES = ("gaussian", "poisson", "negative-binomial")
ONE_HALF = 0.5  # added to counts before the log of their past
SPARE = 5  # periods beyond the number of coefficients


@dataclass(frozen=True, eq=False)
class Inputs:
    """The series of a local projection, checked.

    Attributes:
        outcome: Shape (T,).
        shock: Shape (T,).
        controls: Regressors of the period itself, shape (T, m).
        past: Series whose lags are controlled for, shape (T, q); the outcome (of counts the log
            rate) first, then the shock.
        state: Shape (T,), or None.
        exposure: Shape (T,).
        runs: Unbroken stretch of each period, shape (T,); -1 where something is missing.
        family: How the outcome is distributed about its mean.
    """

    outcome: Floats
    shock: Floats
    controls: Floats
    past: Floats
    state: Floats | None
    exposure: Floats
    runs: Ints
    family: Family


@dataclass(frozen=True, eq=False)
class Rows:
    """The regression of one horizon.

    Attributes:
        periods: Period of the shock of each row, shape (n,).
        y: Outcome so many periods later, or its sum until then, shape (n,).
        x: Regressors, shape (n, k); the shock first, in every state.
        exposure: Of the outcome, shape (n,).
        combinations: Combinations of coefficients that are the responses, shape (r, k).
    """

    periods: Ints
    y: Floats
    x: Floats
    exposure: Floats
    combinations: Floats


def make_inputs(
    outcome: ArrayLike,
    shock: ArrayLike,
    *,
    controls: ArrayLike | None,
    others: ArrayLike | None,
    state: ArrayLike | None,
    segments: ArrayLike | None,
    family: Family,
    exposure: ArrayLike | None,
) -> Inputs:
    """Check the series and find their unbroken stretches; arguments as in `local_projection`."""
    y, x = np.asarray(outcome, dtype=np.float64), np.asarray(shock, dtype=np.float64)
    if y.ndim != 1 or y.size == 0:
        raise UsageError(
            "The response could not be projected.",
            f"The outcome has the shape {y.shape}.",
            "Give one value per period.",
        )
    columns = {"controls": _table(controls, len(y)), "others": _table(others, len(y))}
    given = {"shock": x, "exposure": exposure, "state": state, "segments": segments, **columns}
    arrays = {k: np.asarray(v, dtype=np.float64) for k, v in given.items() if v is not None}
    _check_lengths(y, arrays)
    volume = arrays.get("exposure", np.ones(len(y)))
    moods = arrays.get("state")
    _check_values(y, family, exposure is not None, moods)
    seen = [y[:, None], *(v.reshape(len(y), -1) for v in arrays.values())]
    complete = np.isfinite(np.hstack(seen)).all(axis=1) & (volume > 0)
    if segments is None and not complete.all():
        raise DataGapError(
            "The response could not be projected.",
            f"{int((~complete).sum())} of {len(complete)} periods hold a missing value or no "
            "exposure.",
            "Give `segments`, so that periods around the gaps are left out and none is bridged.",
        )
    level = y if family == "gaussian" else _log_rate(y, volume)
    past = np.column_stack([level, x, columns["others"]])
    runs = _runs(complete, arrays.get("segments", np.zeros(len(y))))
    return Inputs(y, x, columns["controls"], past, moods, volume, runs, family)


def make_rows(inputs: Inputs, horizon: int, lags: int, *, cumulative: bool) -> Rows:
    """Line up the outcome at one horizon with the shock and the past."""
    runs = inputs.runs
    periods = np.arange(lags, len(runs) - horizon)
    first, last = runs[periods - lags], runs[periods + horizon]
    whole = (first >= 0) & (first == last)
    periods = periods[whole]
    past = [inputs.past[periods - lag] for lag in range(1, lags + 1)]
    ones = np.ones((len(periods), 1))
    base = np.hstack([inputs.shock[periods, None], ones, inputs.controls[periods], *past])
    x, combinations = _by_state(base, None if inputs.state is None else inputs.state[periods])
    y = _ahead(inputs.outcome, periods, horizon, cumulative)
    exposure = _ahead(inputs.exposure, periods, horizon, cumulative)
    _check_rows(x, y, horizon)
    return Rows(periods, y, x, exposure, combinations)


def _by_state(base: Floats, state: Floats | None) -> tuple[Floats, Floats]:
    """All regressors in each state, and which coefficients are the responses."""
    width = base.shape[1]
    if state is None:
        return base, np.eye(1, width)
    x = np.hstack([state[:, None] * base, (1 - state)[:, None] * base])
    inside, outside = np.eye(1, 2 * width), np.eye(1, 2 * width, k=width)
    return x, np.vstack([inside, outside, inside - outside])


def _ahead(series: Floats, periods: Ints, horizon: int, cumulative: bool) -> Floats:
    if not cumulative:
        return np.asarray(series[periods + horizon])
    return np.asarray(sum(series[periods + step] for step in range(horizon + 1)))


def _table(values: ArrayLike | None, length: int) -> Floats:
    if values is None:
        return np.empty((length, 0))
    table = np.asarray(values, dtype=np.float64)
    return table[:, None] if table.ndim == 1 else table


def _log_rate(counts: Floats, exposure: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.log(counts + ONE_HALF) - np.log(exposure))


def _runs(complete: Bools, segments: Floats) -> Ints:
    """Number of the unbroken stretch of each period, -1 where something is missing."""
    starts = np.ones(len(complete), dtype=np.bool_)
    starts[1:] = (complete[1:] != complete[:-1]) | (segments[1:] != segments[:-1])
    return np.where(complete, np.cumsum(starts), -1)


def _check_lengths(outcome: Floats, arrays: dict[str, Floats]) -> None:
    wrong = [name for name, array in arrays.items() if len(np.atleast_1d(array)) != len(outcome)]
    flat = outcome.ndim == 1 and all(
        array.ndim == 1 for name, array in arrays.items() if name not in ("controls", "others")
    )
    if wrong or not flat:
        raise UsageError(
            "The response could not be projected.",
            f"The outcome has shape {outcome.shape}, "
            + ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
            + ".",
            "Give one value per period; controls and others may have several columns.",
        )


def _check_values(outcome: Floats, family: str, exposed: bool, state: Floats | None) -> None:
    problem = ""
    if family not in FAMILIES:
        problem = f"There is no family {family!r}."
    elif family == "gaussian" and exposed:
        problem = "An exposure was given with the gaussian family."
    elif family != "gaussian" and np.nanmin(outcome, initial=0.0) < 0:
        problem = "Some counts are negative."
    elif state is not None and not np.all((state >= 0) & (state <= 1) | ~np.isfinite(state)):
        problem = "Some values of the state lie outside 0 to 1."
    if problem:
        raise UsageError(
            "The response could not be projected.",
            problem,
            f"Use one of {', '.join(FAMILIES)}; counts of 0 or more take an exposure, and a state "
            "lies within 0 to 1.",
        )


def _check_rows(x: Floats, y: Floats, horizon: int) -> None:
    rows, width = x.shape
    if rows < width + SPARE:
        raise DataGapError(
            f"The response {horizon} periods after the shock could not be projected.",
            f"There are {rows} unbroken periods for {width} coefficients.",
            "Use a longer series, fewer lags or controls, or shorter horizons.",
        )
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise DataGapError(
            f"The response {horizon} periods after the shock could not be projected.",
            f"The outcome is {as_typed(y[0])} in all {rows} periods.",
            "Use an outcome that varies.",
        )
    if collinear(x):
        raise DataGapError(
            f"The response {horizon} periods after the shock could not be projected.",
            "The shock never changes, a state never occurs, or some regressors are sums of others.",
            "Use a shock that varies, and leave out controls that repeat others.",
        )
