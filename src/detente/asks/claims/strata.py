"""Within what two conditions are compared: drifts and seasons must not pass for their doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Bools, Days, Floats, Ints
from detente.asks.claims.cells import Cells
from detente.asks.claims.conditions import Condition, stratum_of
from detente.relations.series import Series
from detente.study.data import StudyData

if TYPE_CHECKING:
    from detente.asks.claims.contrast import ContrastClaim

MONTHS, QUARTERS = 12, 4
SPANS = ((5, MONTHS), (3, MONTHS), (5, QUARTERS), (3, QUARTERS))
"""Years and seasons of a year; the first is primary: a season may last one month."""
NEAR = (3, 5)  # years either side of where two dated conditions meet
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Strata:
    """Within what the conditions are compared.

    Attributes:
        years: Within the same season of the same so many years; None for conditions that are eras.
        named: Within the eras that the claim names.
        seasons: Into how many seasons a year is divided.
        steady: A steady drift is set apart.
        near: Only so many years either side of where the conditions meet; None for all.
        sources: Within what one source tells of, since several do.
    """

    years: int | None
    named: bool
    seasons: int = MONTHS
    steady: bool = False
    near: int | None = None
    sources: bool = False

    def label(self) -> str:
        """The choice in plain words.

        Example:
            >>> Strata(5, True).label()
            'months of 5 years and named periods'
            >>> Strata(None, False, near=3).label()
            '3 years either side'
        """
        parts = [] if self.years is None else [f"{self._season}s of {self.years} years"]
        parts += [] if self.near is None else [f"{self.near} years either side"]
        parts += ["named periods"] if self.named else []
        return " and ".join([*parts, *(["sources"] if self.sources else [])]) or "none"

    def phrase(self) -> str:
        """How a comparison goes on: ", compared within …"; empty where there are no strata."""
        eras = [] if self.years is None else [f"the same {self._season} of {self.years} years"]
        parts = [*eras, *(["the same era"] if self.named else [])]
        parts += ["what the same source tells"] if self.sources else []
        return f", compared within {' and '.join(parts)}" if parts else ""

    @property
    def _season(self) -> str:
        return "month" if self.seasons == MONTHS else "season"


def ways(claim: ContrastClaim, pair: tuple[Condition, Condition | None]) -> tuple[Strata, ...]:
    """The strata that can be defended for these conditions; the first is the primary.

    States that come and go (after or without an action) are compared within spans of years. Dated
    periods are not: that would take out what they are to show. They are compared near their border
    as well, and beyond a steady drift.
    """
    named = (True, False) if claim.strata else (False,)
    if passing(pair):
        return tuple(Strata(years, by, seasons) for by in named for years, seasons in SPANS)
    plain = (Strata(None, by, near=near) for by in named for near in (None, *NEAR))
    return (*plain, *(Strata(None, by, steady=True) for by in named))


def passing(pair: tuple[Condition, Condition | None]) -> bool:
    """Whether conditions come and go; eras are not to be compared within themselves."""
    return all(condition is None or condition.era is None for condition in pair)


def strata_index(claim: ContrastClaim, data: StudyData, cells: Cells, chosen: Strata) -> Ints:
    """Index of the stratum that each cell lies in, -1 for none."""
    index = np.zeros(len(cells.starts), dtype=np.int64)
    if chosen.years is not None:
        index = like_periods(cells.series, chosen.years, chosen.seasons)[cells.period]
    if not chosen.named:
        return index
    era = stratum_of(data, cells, claim.strata)
    return np.where(era >= 0, index * len(claim.strata) + era, -1)


def seams(cells: Cells, measured: Bools) -> bool:
    """Whether several sources tell of some cells.

    Args:
        cells: Periods or parts of them, T in order.
        measured: The cells that are asked about, shape (T,).
    """
    return len(np.unique(cells.series.segments[cells.period][measured])) > 1


def within_sources(index: Ints, cells: Cells) -> Ints:
    """Strata parted by the source that tells of each cell: levels of two are never compared.

    Args:
        index: Index of the stratum of each cell, -1 for none, shape (T,).
        cells: Periods or parts of them, T in order.

    Example:
        >>> from dataclasses import replace
        >>> from detente.asks.claims.cells import whole
        >>> from detente.relations.series import make_series
        >>> dates = [f"200{year}-01-01" for year in range(1, 5)]
        >>> series = make_series("x", "year", dates, [1, 1, 1, 1], unit="u")
        >>> joined = replace(series, segments=np.array([0, 0, 1, 1]), sources=("a", "b"))
        >>> within_sources(np.array([0, 1, 1, -1]), whole(joined)).tolist()
        [0, 2, 3, -1]
    """
    segments = cells.series.segments[cells.period]
    return np.where(index >= 0, index * (1 + segments.max(initial=0)) + segments, -1)


def like_periods(series: Series, years: int, seasons: int) -> Ints:
    """Index of the season of the span of so many years that each period lies in.

    What moves slowly or with the year is nearly the same in periods of one index.

    Example:
        >>> from detente.relations.series import make_series
        >>> dates = [f"200{year}-{month:02}-01" for year in (1, 2) for month in (1, 6)]
        >>> series = make_series("x", "month", dates, [1, 1, 1, 1], unit="u")
        >>> like_periods(series, 1, 4)[::5].tolist()
        [0, 1, 3, 5]

    Source:
        Lumley and Levy (2000), Bias in the case-crossover design, for time-stratified comparisons.
    """
    month = series.dates.astype("datetime64[M]").astype(np.int64)
    if len(month):
        month -= month[0] - month[0] % 12
    span, season = month // (12 * years), month % 12 * seasons // 12
    return np.asarray(span * seasons + season, dtype=np.int64)


def near_border(starts: Days, first: Bools, second: Bools, years: int) -> Bools:
    """The cells of two conditions that lie within so many years of where these meet.

    Args:
        starts: First day of each cell, in order, shape (T,).
        first: Cells under the first condition, shape (T,).
        second: Cells under the second.
        years: On either side; where a gap lies between the conditions, from its edges.

    Example:
        >>> starts = (np.datetime64("2001", "Y") + np.arange(8)).astype("datetime64[D]")
        >>> late = np.arange(8) >= 4
        >>> np.flatnonzero(near_border(starts, late, ~late, 2)).tolist()
        [2, 3, 4, 5]
    """
    near = np.zeros(len(starts), dtype=np.bool_)
    if not first.any() or not second.any():
        return near
    day = starts.astype(np.float64)
    for side, other in ((first, second), (second, first)):
        apart = _to_nearest(day[side], day[other])
        near[side] = apart - apart.min() < years * YEAR_DAYS - 1
    return near


def _to_nearest(days: Floats, others: Floats) -> Floats:
    """Distance of each day to the nearest of others, which are in order."""
    after = np.searchsorted(others, days)
    before = np.abs(days - others[np.maximum(after - 1, 0)])
    return np.minimum(before, np.abs(others[np.minimum(after, len(others) - 1)] - days))
