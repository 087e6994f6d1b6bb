"""A change of level at a known date, against the changes at all other dates of the series.

A change counts against its own noise: the changes at other dates are compared by their size in
standard errors, so that a wild stretch is not taken for a break. How wild it is there, a dozen
periods on either side tell: windows of one and three alone made a tenth of wild dates a break.
What all dates change alike (a drift) is taken out. And a change that is larger at a neighbouring
date is not at this one: in simulated series a break half a window away made a quarter of all dates
significant, 6% when the largest change nearby was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError
from detente.estimators.counts import CountGrid
from detente.estimators.exhibits import exhibit
from detente.estimators.matching import Grid, shifted
from detente.estimators.resample import two_sided
from detente.rounding import plural

NEIGHBOURS = 12  # periods on either side that tell how wild it is around a date, at the least
PRIOR_PERIODS = 1.0  # weight of the whole series' dispersion beside that of one window
DRIFT_SHARE = 0.8  # of all dates that change the same way, where there is a drift
NEAR_SHARE = 0.9  # of the largest change nearby: as good as the largest
AS_GOOD_AS_AT = 6  # a largest change within a sixth of the window is at the date


@dataclass(frozen=True, eq=False)
class LevelShift(Shown):
    """A change of level at a date.

    Attributes:
        effect: Level of the periods after, less that of those before (log ratio for counts),
            beyond what all dates change alike.
        drift: What all dates change alike.
        before, after: Mean (for counts rate) of either side.
        placebo: The same change at every other date whose windows do not hold the date itself, as
            if it had the error of this date.
        p_placebo: Two-sided share of placebo changes at least as large in standard errors.
        window_periods: Periods on either side.
        skipped: Periods left out at the date.
        nearest: Offset of the largest change of the same sign within a window of the date, in
            periods.
        share: Size of this change as a share of that largest one, 0 to 1.
    """

    effect: float
    drift: float
    before: float
    after: float
    placebo: Floats
    p_placebo: float
    window_periods: int
    skipped: int
    nearest: int
    share: float

    @property
    def at_the_date(self) -> bool:
        """Whether no date nearby shows a clearly larger change."""
        return (
            abs(self.nearest) <= max(1, self.window_periods // AS_GOOD_AS_AT)
            or self.share >= NEAR_SHARE
        )

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """The shifts that the changes at other dates allow.

        Their spread, with the quantile of a t-distribution for as many windows as lie side by side
        in them. Resampling the two windows themselves covered as little as 58% in simulated
        worlds: two short windows do not hold the slow swings that matter here.
        """
        windows = max(2.0, len(self.placebo) / self.window_periods - 1)
        reach = float(
            scipy.special.stdtrit(windows, (1 + coverage) / 2) * np.sqrt(np.mean(self.placebo**2))
        )
        return self.effect - reach, self.effect + reach

    def exhibits(self) -> tuple[Exhibit, ...]:
        """One row: the change with its 90% interval, both sides, p-value, placebo dates."""
        low, high = self.interval()
        values = {
            "window": [self.window_periods],
            "before": [self.before],
            "after": [self.after],
            "effect": [self.effect],
            "low_90": [low],
            "high_90": [high],
            "p_placebo": [self.p_placebo],
            "placebo_dates": [len(self.placebo)],
        }
        title, columns = "Change of level at the date", ("effect", "low_90", "high_90")
        return (exhibit("shift", title, values, "intervals", columns=columns),)


@dataclass(frozen=True, eq=False)
class _Changes:
    """The change at every date with its standard error and both sides, shape (T,)."""

    change: Floats
    error: Floats
    before: Floats
    after: Floats


def level_shift(grid: Grid, at: int, *, window_periods: int, skip_periods: int = 0) -> LevelShift:
    """The change of the mean of a score at a period.

    Args:
        grid: The series.
        at: Index of the first period after the change.
        window_periods: On either side.
        skip_periods: Periods left out before `at`, such as the one that holds the date.

    Returns:
        The change with its interval and placebo distribution.

    Raises:
        DataGapError: The series does not cover both sides of the date.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> values = rng.normal(size=120) + 2.0 * (np.arange(120) >= 60)
        >>> grid = Grid(values, np.zeros(120, dtype=int), np.arange(120) / 12, np.zeros(120))
        >>> bool(level_shift(grid, 60, window_periods=12).p_placebo < 0.05)
        True

    Source:
        Abadie, Diamond and Hainmueller (2010), Synthetic control methods for comparative case
        studies, for inference by placebo; Rosenbaum (2002), Observational Studies, for intervals
        from a randomisation test.
    """
    ones = np.where(np.isfinite(grid.values), 1.0, np.nan)
    before = _side(grid.values, ones, window_periods, -window_periods - skip_periods)
    after = _side(grid.values, ones, window_periods, 0)
    around = _around(grid.values, ones, (before, after), window_periods, skip_periods)
    spread = _usual_spread(grid.values, *around)
    errors = [
        (PRIOR_PERIODS * spread + wide.spread) / (PRIOR_PERIODS + wide.free) / side.exposure
        for side, wide in zip((before, after), around, strict=True)
    ]
    changes = _Changes(after.rate - before.rate, np.sqrt(sum(errors)), before.rate, after.rate)
    return _shift(changes, grid.block, at, window_periods, skip_periods)


def rate_shift(
    grid: CountGrid, at: int, *, window_periods: int, skip_periods: int = 0
) -> LevelShift:
    """The ratio of rates after and before a period, as a log.

    Args:
        grid: The counts and what they are relative to.
        at: Index of the first period after the change.
        window_periods: On either side.
        skip_periods: Periods left out before `at`.

    Returns:
        The change with its interval and placebo distribution, on the log scale.

    Raises:
        DataGapError: The series does not cover both sides of the date, or counts nothing there.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> counts = rng.poisson(np.where(np.arange(120) >= 60, 12.0, 4.0)).astype(float)
        >>> flat = np.zeros(120)
        >>> grid = CountGrid(counts, np.ones(120), flat.astype(int), flat, flat)
        >>> shift = rate_shift(grid, 60, window_periods=12)
        >>> bool(shift.p_placebo < 0.05), bool(2 < np.exp(shift.effect) < 4)
        (True, True)

    Source:
        As for `level_shift`; Rothman, Greenland and Lash (2008), Modern epidemiology, for the
        ratio of rates; McCullagh and Nelder (1989) for its error under over-dispersion.
    """
    counts = np.where(grid.measured, grid.counts, np.nan)
    before = _side(counts, grid.exposure, window_periods, -window_periods - skip_periods)
    after = _side(counts, grid.exposure, window_periods, 0)
    total = before.exposure + after.exposure
    with np.errstate(divide="ignore", invalid="ignore"):
        share = after.exposure / total
        ratio = np.log((after.total + share) / after.exposure) - np.log(
            (before.total + 1 - share) / before.exposure
        )
    around = _around(counts, grid.exposure, (before, after), window_periods, skip_periods)
    pooled = sum(side.spread for side in around) / np.maximum(sum(side.free for side in around), 1)
    level = sum(side.total for side in around) / np.maximum(sum(side.periods for side in around), 1)
    dispersion = max(1.0, _median(pooled / np.maximum(level, 0.5)))
    errors = []
    for side, wide in zip((before, after), around, strict=True):
        own = wide.spread / np.maximum(wide.total / np.maximum(wide.periods, 1), 0.5)
        mixed = (PRIOR_PERIODS * dispersion + own) / (PRIOR_PERIODS + wide.free)
        errors.append(np.maximum(mixed, 1.0) / np.maximum(side.total, 0.5))
    changes = _Changes(ratio, np.sqrt(sum(errors)), before.rate, after.rate)
    return _shift(changes, grid.block, at, window_periods, skip_periods)


@dataclass(frozen=True, eq=False)
class _Side:
    """Sums over the windows on one side of every date, NaN where half of it is not known.

    `spread` is the sum of squared distances from what the rate lets expect, `free` its degrees of
    freedom, `periods` how many periods are known.
    """

    total: Floats
    exposure: Floats
    rate: Floats
    spread: Floats
    free: Floats
    periods: Floats


def _side(values: Floats, exposure: Floats, length: int, offset: int) -> _Side:
    index = np.arange(len(values))[:, None] + offset + np.arange(length)
    inside = (index >= 0) & (index < len(values))
    index = np.clip(index, 0, len(values) - 1)
    measured = inside & np.isfinite(values[index]) & (exposure[index] > 0)
    total = np.where(measured, values[index], 0.0).sum(axis=1)
    exposed = np.where(measured, exposure[index], 0.0)
    enough = 2 * measured.sum(axis=1) >= length
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = total / exposed.sum(axis=1)
    apart = np.where(measured, values[index] - exposed * np.nan_to_num(rate)[:, None], 0.0)

    def where_enough(column: Floats) -> Floats:
        return np.where(enough, column, np.nan)

    return _Side(
        where_enough(total),
        where_enough(exposed.sum(axis=1)),
        where_enough(rate),
        where_enough((apart**2).sum(axis=1)),
        np.maximum(measured.sum(axis=1) - 1.0, 0.0),
        measured.sum(axis=1).astype(np.float64),
    )


def _around(
    values: Floats, exposure: Floats, sides: tuple[_Side, _Side], window: int, skip: int
) -> tuple[_Side, _Side]:
    """Both sides over at least a dozen periods: how wild it is there, two or three do not tell."""
    reach = max(window, NEIGHBOURS)
    before, after = (_side(values, exposure, reach, offset) for offset in (-reach - skip, 0))
    return _wider(sides[0], before), _wider(sides[1], after)


def _wider(short: _Side, wide: _Side) -> _Side:
    """The wider windows where half of them is known, elsewhere the short ones."""
    enough = np.isfinite(wide.spread)
    return _Side(
        *(np.where(enough, getattr(wide, name), getattr(short, name)) for name in vars(short))
    )


def _usual_spread(values: Floats, before: _Side, after: _Side) -> float:
    """Variance within the windows at the median date; of one period, by its steps."""
    free = before.free + after.free
    if np.max(free) > 0:
        return _median((before.spread + after.spread) / np.maximum(free, 1))
    steps = np.diff(values) ** 2
    steps = steps[np.isfinite(steps)]
    return float(steps.mean() / 2) if len(steps) else float("nan")


def _median(values: Floats) -> float:
    """Of the finite values; NaN where there is none, so that no date can be measured."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else float("nan")


def _able(block: Ints, window: int, skip: int) -> Bools:
    """Dates whose two windows lie in one source block."""
    first, last = shifted(block, -window - skip), shifted(block, window - 1)
    return np.asarray((first == last) & (first >= 0), dtype=np.bool_)


def _drift(placebo: Floats) -> float:
    """What all dates change alike: their median, where four in five of them go its way, else 0.

    A median that differs from zero by chance would only be taken out of the effect as noise.
    """
    if len(placebo) == 0:
        return 0.0
    median = float(np.median(placebo))
    alike = np.mean(np.sign(placebo) == np.sign(median))
    return median if alike >= DRIFT_SHARE else 0.0


def _shift(changes: _Changes, block: Ints, at: int, window: int, skip: int) -> LevelShift:
    able = (
        _able(block, window, skip)
        & np.isfinite(changes.change)
        & np.isfinite(changes.error)
        & (changes.error > 0)
    )
    if not 0 <= at < len(able) or not able[at]:
        raise DataGapError(
            "The change at the date could not be measured.",
            f"The series does not cover {plural(window, 'periods')} on both sides of it.",
            "Load event data that do.",
        )
    periods = np.arange(len(able))
    others = able & (np.abs(periods - at) >= window + skip)
    drift = _drift(changes.change[others])
    sizes = (changes.change - drift) / changes.error
    # A break nearby pulls the date's change its own way; one the other way only hides it.
    alike = np.sign(sizes) == np.sign(sizes[at])
    near = np.flatnonzero(able & alike & (np.abs(periods - at) <= window))
    largest = near[np.argmax(np.abs(sizes[near]))]
    return LevelShift(
        effect=float(changes.change[at]) - drift,
        drift=drift,
        before=float(changes.before[at]),
        after=float(changes.after[at]),
        placebo=sizes[others] * changes.error[at],
        p_placebo=two_sided(float(sizes[at]), sizes[others]),
        window_periods=window,
        skipped=skip,
        nearest=int(largest - at),
        share=float(abs(sizes[at]) / max(abs(sizes[largest]), 1e-12)),
    )
