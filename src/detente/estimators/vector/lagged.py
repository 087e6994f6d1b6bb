"""A system of series and its own past: the regressors of a vector autoregression.

The columns are the series at lag 1, at lag 2 and so on, then the constant, then any controls. A row
is used only if it and all its lags are observed and lie in one segment, so no gap is ever bridged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.answers import Exhibit
from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.glm import collinear
from detente.rounding import plural

COPIES = 1e-10  # smallest eigenvalue of the correlations; their mean is 1


@dataclass(frozen=True, eq=False)
class Lagged:
    """The observations and regressors of a vector autoregression of k series.

    Attributes:
        names: Name of each series.
        lags: Number of lags, in periods of the series.
        values: The series, shape (T, k).
        rows: The period of each row that is used, shape (n,).
        y: The series in those periods, shape (n, k).
        x: Lags, constant and controls, shape (n, k * lags + 1 + controls).
        last: The last `lags` periods, newest first, shape (lags, k); NaN where they hold a gap.
    """

    names: tuple[str, ...]
    lags: int
    values: Floats
    rows: Ints
    y: Floats
    x: Floats
    last: Floats

    @property
    def controls(self) -> int:
        """Number of controls."""
        return int(self.x.shape[1] - self.y.shape[1] * self.lags - 1)


def lagged(
    values: ArrayLike,
    lags: int,
    *,
    names: Sequence[str] | None = None,
    controls: ArrayLike | None = None,
    segments: ArrayLike | None = None,
) -> Lagged:
    """Line up series with their own past.

    Args:
        values: The series, shape (T, k). NaN is allowed only where `segments` are given.
        lags: Number of lags, in periods of the series; at least 1.
        names: Name of each series; by default y1, y2 and so on.
        controls: Further regressors in the same period, shape (T, c).
        segments: Number of the unbroken stretch that each period belongs to, shape (T,). Lags
            never reach from one to another, and periods with NaN are left out.
    """
    series = _series(values, lags)
    extra = _controls(controls, len(series))
    complete = _known(np.hstack([series, extra]), segments is not None)
    stretch = np.zeros(len(series), dtype=np.int64)
    if segments is not None:
        given = _numbers(segments, "segments")
        _same_length(given, len(series), "segments")
        complete &= np.isfinite(given)
        stretch = np.where(np.isfinite(given), given, -1.0).astype(np.int64)
    rows = _rows(complete, stretch, lags)
    labels = _names(names, series.shape[1])
    _check_rows(len(rows), series.shape[1], lags)
    _check_series(series[rows], labels)
    past = [series[rows - lag] for lag in range(1, lags + 1)]
    x = np.hstack([*past, np.ones((len(rows), 1)), extra[rows]])
    return Lagged(labels, lags, series, rows, series[rows], x, _last(series, stretch, lags))


def check_regressors(system: Lagged) -> None:
    """Refuse regressors that cannot be told apart by least squares."""
    rows, width = system.x.shape
    if rows < width + system.y.shape[1]:
        raise DataGapError(
            "The vector autoregression could not be estimated.",
            f"There are {rows} usable periods for {width} coefficients in each equation.",
            "Use a longer series, fewer lags, or a Bayesian vector autoregression.",
        )
    if collinear(system.x):
        raise DataGapError(
            "The vector autoregression could not be estimated.",
            "Some lags or controls are sums of others.",
            "Leave out a series or a control that repeats others.",
        )


def lag_matrices(coefficients: Floats, lags: int) -> Floats:
    """Effects at each lag as matrices, shape (..., lags, k, k), indexed [lag, response, act].

    Args:
        coefficients: Shape (..., k * lags + 1 + controls, k).
        lags: Number of lags, in periods of the series.
    """
    k = coefficients.shape[-1]
    stacked = coefficients[..., : k * lags, :]
    return stacked.reshape(*stacked.shape[:-2], lags, k, k).swapaxes(-1, -2)


def largest_root(matrices: Floats) -> float:
    """Modulus of the largest root of lag matrices of shape (lags, k, k).

    Args:
        matrices: Effects at each lag, shape (lags, k, k).
    """
    lags, k, _ = matrices.shape
    companion = np.eye(k * lags, k=-k)
    companion[:k] = np.hstack(list(matrices))
    return float(np.abs(np.linalg.eigvals(companion)).max())


def forecast_mean(
    coefficients: Floats, system: Lagged, steps: int, controls: ArrayLike | None = None
) -> Floats:
    """Values of the next periods without shocks, shape (steps, k).

    Args:
        coefficients: Shape (k * lags + 1 + controls, k).
        system: The series whose future is wanted.
        steps: Number of periods.
        controls: The controls in those periods, shape (steps, c).
    """
    past = starting_values(system)
    extra = future_controls(system, steps, controls)
    path = np.empty((steps, past.shape[1]))
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            path[step] = np.concatenate([past.ravel(), [1.0], extra[step]]) @ coefficients
            past = np.vstack([path[step], past[:-1]])
    if not np.isfinite(path).all():
        raise explosive("forecast")
    return path


def starting_values(system: Lagged) -> Floats:
    """The last periods, newest first, shape (lags, k)."""
    if not np.isfinite(system.last).all():
        raise DataGapError(
            "The series could not be carried forward.",
            f"One of the last {plural(system.lags, 'periods')} is missing.",
            "End the series before the gap, or use fewer lags.",
        )
    return system.last


def future_controls(system: Lagged, steps: int, controls: ArrayLike | None) -> Floats:
    """Controls of the periods to come, shape (steps, c).

    Args:
        system: The series with their past.
        steps: Number of periods.
        controls: What was given, shape (steps, c), or None.
    """
    given = np.empty((steps, 0)) if controls is None else np.asarray(controls, dtype=np.float64)
    given = given[:, None] if given.ndim == 1 else given
    if steps < 1 or given.shape != (steps, system.controls) or not np.isfinite(given).all():
        raise UsageError(
            "The series could not be carried forward.",
            f"{steps} steps need controls of shape ({steps}, {system.controls}), all known.",
            "Give the value of each control in each period to come.",
        )
    return given


def term_names(system: Lagged) -> list[str]:
    """Name of each regressor."""
    past = [f"{name}.{lag}" for lag in range(1, system.lags + 1) for name in system.names]
    return [*past, "constant", *(f"control{i + 1}" for i in range(system.controls))]


def coefficients(system: Lagged, spread: Mapping[str, Floats], reach: Floats) -> Exhibit:
    """The coefficients of each equation with their 90% intervals.

    Args:
        system: The series with their past.
        spread: The coefficients, and their errors, by name; each (k * lags + 1 + controls, k).
        reach: Half the width of their intervals, the same shape.
    """
    terms, centre = term_names(system), next(iter(spread))
    values = {
        "equation": np.repeat(system.names, len(terms)),
        "term": np.tile(terms, len(system.names)),
        **{name: part.T.ravel() for name, part in spread.items()},
        "low_90": (spread[centre] - reach).T.ravel(),
        "high_90": (spread[centre] + reach).T.ravel(),
    }
    settings = {"label": ("equation", "term"), "columns": (centre, "low_90", "high_90")}
    title = "What moves each series"
    return exhibit("coefficients", title, values, "intervals", **settings)


def explosive(what: str) -> DataGapError:
    """The error of a system whose values grow past all numbers."""
    return DataGapError(
        f"The {what} could not be made.",
        "The system is so explosive that its values overflow.",
        "Use fewer steps, differenced series, or a tighter prior.",
    )


def _numbers(given: ArrayLike, what: str) -> Floats:
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"The {what} could not be read.", f"They are no table of numbers: {error}.",
            "Give one row of numbers per period.",
        ) from None  # fmt: skip


def _series(values: ArrayLike, lags: int) -> Floats:
    series = _numbers(values, "series")
    series = series[:, None] if series.ndim == 1 else series
    if series.ndim != 2 or series.size == 0 or lags < 1 or int(lags) != lags:
        raise UsageError(
            "The series could not be lined up with their past.",
            f"Their shape is {series.shape} and the number of lags {lags}.",
            "Give one row per period, one column per series, and a whole number of lags.",
        )
    return series


def _known(series: Floats, gaps_allowed: bool) -> Bools:
    complete: Bools = np.asarray(np.isfinite(series).all(axis=1))
    if not gaps_allowed and not complete.all():
        raise DataGapError(
            "The series could not be lined up with their past.",
            f"{int((~complete).sum())} of {len(complete)} periods hold a missing or infinite "
            "value.",
            "Give `segments`, so that periods around the gaps are left out and none is bridged.",
        )
    return complete


def _controls(controls: ArrayLike | None, periods: int) -> Floats:
    if controls is None:
        return np.empty((periods, 0))
    extra = _numbers(controls, "controls")
    extra = extra[:, None] if extra.ndim == 1 else extra
    _same_length(extra, periods, "controls")
    return extra


def _same_length(given: Floats, periods: int, what: str) -> None:
    if len(given) != periods:
        raise UsageError(
            f"The {what} do not fit the series.",
            f"They have {len(given)} rows, the series {periods}.",
            "Give one row per period.",
        )


def _rows(complete: Bools, stretch: Ints, lags: int) -> Ints:
    """Periods that are observed with all their lags, within one stretch."""
    rows = np.arange(lags, len(complete))
    whole = complete[lags:].copy()
    for lag in range(1, lags + 1):
        whole &= complete[rows - lag] & (stretch[rows - lag] == stretch[rows])
    return np.asarray(rows[whole], dtype=np.int64)


def _names(names: Sequence[str] | None, width: int) -> tuple[str, ...]:
    if names is None:
        return tuple(f"y{i + 1}" for i in range(width))
    if len(names) != width or len(set(names)) != width:
        raise UsageError(
            "The names do not fit the series.",
            f"There are {len(set(names))} different names and {width} series.",
            "Give each series its own name.",
        )
    return tuple(names)


def _check_rows(rows: int, width: int, lags: int) -> None:
    if rows < lags + 1 + width:
        raise DataGapError(
            "The series are too short for a vector autoregression.",
            f"There are {rows} usable periods for {width} series with {lags} lags.",
            "Use a longer series or fewer lags.",
        )


def _check_series(series: Floats, names: tuple[str, ...]) -> None:
    spread = series.std(axis=0)
    flat = spread <= 1e-12 * np.abs(series).max(axis=0)
    if flat.any():
        raise DataGapError(
            "The series cannot carry a vector autoregression.",
            f"{names[int(np.argmax(flat))]} never changes in the periods used.",
            "Leave it out, or use a longer period.",
        )
    standard = (series - series.mean(axis=0)) / spread
    least, vectors = np.linalg.eigh(standard.T @ standard / len(series))
    if least[0] < COPIES:
        copies = [name for name, part in zip(names, vectors[:, 0], strict=True) if abs(part) > 1e-4]
        raise DataGapError(
            "The series cannot carry a vector autoregression.",
            f"{', '.join(copies)} are copies or sums of each other.",
            "Leave one of them out.",
        )


def _last(series: Floats, stretch: Ints, lags: int) -> Floats:
    """The newest periods, with NaN where a gap or a border lies among them."""
    newest = series[-1 : -lags - 1 : -1]
    same = stretch[-1 : -lags - 1 : -1] == stretch[-1]
    return np.where(same[:, None], newest, np.nan)
