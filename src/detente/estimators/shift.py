"""A change of level at a known date, against the changes at all other dates of the series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError
from detente.estimators.eventstudy import Grid, change_at
from detente.estimators.exhibits import exhibit
from detente.estimators.resample import two_sided


@dataclass(frozen=True, eq=False)
class LevelShift(Shown):
    """A change of level at a date.

    Attributes:
        effect: Mean of the periods after, less the mean of those before.
        before, after: Those means.
        placebo: The same change at every other date whose windows do not hold the date itself.
        p_placebo: Two-sided share of placebo changes at least as large.
        window: Periods on either side.
    """

    effect: float
    before: float
    after: float
    placebo: Floats
    p_placebo: float
    window: int

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """The shifts that the changes at other dates allow.

        Their spread, with the quantile of a t-distribution for as many windows as lie side by side
        in them. Resampling the two windows themselves covered as little as 58% in simulated
        worlds: two short windows do not hold the slow swings that matter here.
        """
        windows = max(2.0, len(self.placebo) / self.window - 1)
        reach = float(t.ppf((1 + coverage) / 2, windows) * self.placebo.std(ddof=1))
        return self.effect - reach, self.effect + reach

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The change with its 90% interval, both means, p-value and placebo dates."""
        low, high = self.interval()
        values = {
            "window": [self.window],
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


def level_shift(grid: Grid, at: int, *, window_periods: int) -> LevelShift:
    """The change of level at a period.

    Args:
        grid: The series.
        at: Index of the first period after the change.
        window_periods: Periods on either side.

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
    changes = change_at(grid, window_periods, window_periods)
    if not 0 <= at < len(changes) or not np.isfinite(changes[at]):
        raise DataGapError(
            "The change at the date could not be measured.",
            f"The series does not cover {window_periods} periods on both sides of it.",
            "Load event data that do.",
        )
    before = _known(grid.values[at - window_periods : at])
    after = _known(grid.values[at : at + window_periods])
    periods = np.arange(len(changes))
    others = np.isfinite(changes) & (np.abs(periods - at) >= window_periods)
    return LevelShift(
        effect=float(after.mean() - before.mean()),
        before=float(before.mean()),
        after=float(after.mean()),
        placebo=changes[others],
        p_placebo=two_sided(float(changes[at]), changes[others]),
        window=window_periods,
    )


def _known(values: Floats) -> Floats:
    return np.asarray(values[np.isfinite(values)], dtype=np.float64)
