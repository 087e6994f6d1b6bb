"""From a series to what the estimators need, and from their numbers back to plain units."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detente.answers import Scale
from detente.arrays import Bools, Floats, Ints
from detente.estimators.counts import CountGrid
from detente.estimators.levels.count_level import count_level
from detente.estimators.levels.level import LevelPosterior, local_level
from detente.estimators.levels.peak import peak_rates
from detente.estimators.matching import Grid
from detente.relations.series import Series
from detente.relations.steps import check_every, month_name, next_start
from detente.rounding import number
from detente.study.options import Options
from detente.study.signal import Divisor, Signal

DIVIDED_BY: dict[Divisor, str] = {
    "events": "share of all events",
    "days": "per day covered",
    "": "raw counts",
}
PER_MONTH = {"day": 30.4375, "week": 4.348, "month": 1.0, "quarter": 1 / 3, "year": 1 / 12}


def scale_of(signal: Signal) -> Scale:
    """Counts change by percent, scores by points."""
    return Scale.PERCENT if signal.counts else Scale.POINTS


def grid_of(signal: Signal, *, normalise: bool = True) -> Grid:
    """The signal on the estimators' grid: log rates for counts, values for scores.

    Args:
        signal: What is measured.
        normalise: Divide counts by all events reported, where that is known.
    """
    series = signal.series
    years = series.dates.astype("datetime64[Y]")
    day = (series.dates - years.astype("datetime64[D]")).astype(np.float64)
    season = day / 366.0
    decimal = years.astype(np.int64) + 1970 + season
    return Grid(
        signal.analysed(normalise=normalise),
        np.asarray(series.segments, dtype=np.int64),
        np.asarray(decimal, dtype=np.float64),
        season,
    )


@lru_cache(maxsize=16)
def counts_of(signal: Signal) -> CountGrid:
    """The counts of a signal and what they are divided by, on the estimators' grid.

    Always the same grid of one signal, so that what was fitted to it is not fitted again.
    """
    grid, exposure = grid_of(signal), signal.series.exposure
    ones = np.ones(len(grid.values))
    weights = ones if exposure is None else exposure
    return CountGrid(signal.series.values, weights, grid.block, grid.year, grid.season)


def divisors(signal: Signal) -> tuple[Divisor, ...]:
    """What a signal can be divided by, the one in use first; scores by nothing.

    Raw counts are tried only where nothing else can be.

    Example:
        >>> from detente.relations.series import make_series
        >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="events")
        >>> divisors(Signal(series, True, "", "", "x", days=np.array([365.0])))
        ('', 'days')
    """
    if not signal.counts:
        return ("",)
    others: list[Divisor] = [way for way in signal.divisors if way and way != signal.divisor]
    return (signal.divisor, *(others or ([""] if signal.divisor else [])))


@lru_cache(maxsize=16)
def divided(signal: Signal, divisor: Divisor) -> Signal:
    """A signal divided by one of its `divisors`."""
    return signal if divisor == signal.divisor else signal.with_exposure(divisor)


def level_values(signal: Signal) -> Floats:
    """The signal on a scale on which its noise is even: log rates, or logs of positive scores."""
    if signal.counts:
        return grid_of(signal).values
    return np.log(signal.series.values) if _all_positive(signal) else signal.series.values


def fit_level(
    signal: Signal, inside: Bools, options: Options, *, burst_months: float | None = None
) -> LevelPosterior:
    """The latent level of one block of a signal, on the scale of `level_values`.

    Counts by a negative-binomial model with their exposure, scores by a Gaussian one.

    Args:
        signal: What is measured, T periods.
        inside: The periods of the block, shape (T,); the others count as not observed.
        options: Number of draws and the seed.
        burst_months: Months after which two thirds of a burst are over, to be told apart from the
            level; no burst is told apart in periods that are longer than that.

    Raises:
        DataGapError: The block is too short, does not vary, or holds no event.
    """
    draws, seed = options.level_draws, options.seed
    burst = None if burst_months is None else burst_months * PER_MONTH[signal.series.every]
    burst = burst if burst is not None and burst >= 1 else None
    if signal.counts:
        return count_level(
            np.where(inside, signal.series.values, np.nan),
            exposure=signal.series.exposure,
            burst_periods=burst,
            draws=draws,
            seed=seed,
        )
    values = np.where(inside, level_values(signal), np.nan)
    return local_level(values, burst_periods=burst, draws=draws, seed=seed)


def fit_peaks(signal: Signal, inside: Bools, options: Options) -> LevelPosterior:
    """The rates of single periods of counts, as a peak has it; scores by their level.

    Args:
        signal: What is measured, T periods.
        inside: The periods that are compared, shape (T,).
        options: Number of draws and the seed.

    Raises:
        DataGapError: Too few periods are known, or no event is counted.
    """
    if not signal.counts:
        return fit_level(signal, inside, options)
    counts = np.where(inside, signal.series.values, np.nan)
    draws, seed = options.level_draws, options.seed
    return peak_rates(counts, exposure=signal.series.exposure, draws=draws, seed=seed)


def display(signal: Signal, levels: Floats) -> Floats:
    """Levels of `level_values` back in the unit of `shown_unit`."""
    if signal.counts:
        return np.asarray(np.exp(levels) * _per(signal), dtype=np.float64)
    return np.asarray(np.exp(levels) if _all_positive(signal) else levels, dtype=np.float64)


def apart_text(signal: Signal, difference: float, *, up: bool) -> str:
    """A difference of two levels of `level_values` in words: "40% above", "29% below".

    Args:
        signal: What is measured.
        difference: How far the two are apart, at least 0.
        up: Whether the one lies above the other.

    Example:
        >>> from detente.relations.series import make_series
        >>> series = make_series("x", "year", ["2001-01-01", "2002-01-01"], [1, 4], unit="events")
        >>> signal = Signal(series, counts=True, source="", measure="", noun="x")
        >>> apart_text(signal, 0.34, up=True), apart_text(signal, 0.34, up=False)
        ('40% above', '29% below')
    """
    word = "above" if up else "below"
    if signal.counts or _all_positive(signal):
        return f"{number(100 * abs(np.expm1(difference if up else -difference)), 0)}% {word}"
    return f"{number(difference, 1)} {signal.series.unit} {word}"


def shown_values(signal: Signal) -> Floats:
    """The signal as a reader should see it: rates where there is an exposure."""
    return signal.rates()


def shown_unit(signal: Signal) -> str:
    """The unit of `shown_values`."""
    return signal.rate_unit


def _all_positive(signal: Signal) -> bool:
    return bool(np.nanmin(signal.series.values) > 0)


def _per(signal: Signal) -> float:
    return signal.per


def to_periods(months: float, every: str) -> int:
    """Whole periods in so many months, at least one.

    Example:
        >>> to_periods(3, "week"), to_periods(3, "year")
        (13, 1)
    """
    return max(1, round(months * PER_MONTH[every]))


def period_index(series: Series, days: NDArray[np.datetime64]) -> Ints:
    """Index of the period that each day lies in; days outside the series are left out.

    Args:
        series: A series on a regular grid.
        days: datetime64[D], any order, shape (n,).
    """
    if len(series.dates) == 0:
        return np.zeros(0, dtype=np.int64)
    end = next_start(series.dates[-1:], check_every(series.every))[0]
    inside = (days >= series.dates[0]) & (days < end)
    after = np.searchsorted(series.dates, days[inside], side="right")
    return np.asarray(after - 1, dtype=np.int64)


def convert(scale: Scale, effect: float | Floats) -> Floats:
    """Effects as they are told: log changes as percent, log ratios as ratios, others as they are.

    Example:
        >>> float(convert(Scale.RATIO, 0.0)), convert(Scale.PERCENT, np.log([2.0, 0.5])).round(9)
        (1.0, array([100., -50.]))
    """
    array = np.asarray(effect, dtype=np.float64)
    if scale is Scale.PERCENT:
        return np.asarray(np.expm1(array) * 100, dtype=np.float64)
    return np.asarray(np.exp(array), dtype=np.float64) if scale is Scale.RATIO else array


def span_text(series: Series) -> str:
    """First and last period with data.

    Example:
        >>> from detente.relations.series import make_series
        >>> span_text(make_series("x", "year", ["2010-01-01", "2012-01-01"], [1, 2], unit="u"))
        '2010 to 2012, by year'
    """
    measured = np.flatnonzero(np.isfinite(series.values))
    if len(measured) == 0:
        return "no data"
    first, last = series.dates[measured[0]], series.dates[measured[-1]]
    if series.every == "year":
        return f"{str(first)[:4]} to {str(last)[:4]}, by year"
    return f"{month_name(first)} to {month_name(last)}, by {series.every}"
