"""Within what two conditions are compared: drifts and seasons must not pass for their doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Ints
from detente.asks.claims.conditions import Condition, stratum_of
from detente.relations.series import Series
from detente.study.data import StudyData

if TYPE_CHECKING:
    from detente.asks.claims.contrast import ContrastClaim

SEASONS = 4
ERAS = (3, 2, 5)  # years; the first is primary


@dataclass(frozen=True)
class Strata:
    """Within what the conditions are compared.

    Attributes:
        years: Within the same season of the same so many years; None for conditions that are eras.
        named: Within the eras that the claim names.
    """

    years: int | None
    named: bool

    def label(self) -> str:
        """The choice in plain words.

        Example:
            >>> Strata(3, True).label()
            'seasons of 3 years and named periods'
        """
        eras = [] if self.years is None else [f"seasons of {self.years} years"]
        return " and ".join([*eras, *(["named periods"] if self.named else [])]) or "none"

    def phrase(self) -> str:
        """How a comparison goes on: ", compared within …"; empty where there are no strata."""
        eras = [] if self.years is None else [f"the same season of {self.years} years"]
        parts = [*eras, *(["the same policy period"] if self.named else [])]
        return f", compared within {' and '.join(parts)}" if parts else ""


def ways(claim: ContrastClaim, pair: tuple[Condition, Condition | None]) -> tuple[Strata, ...]:
    """The strata that can be defended for these conditions; the first is the primary.

    States that come and go (after or without an action) are compared within spans of years. Dated
    periods are not: that would take out what they are to show.
    """
    passing = all(condition is None or condition.era is None for condition in pair)
    eras: tuple[int | None, ...] = ERAS if passing else (None,)
    named = (True, False) if claim.strata else (False,)
    return tuple(Strata(years, by_name) for by_name in named for years in eras)


def strata_index(claim: ContrastClaim, data: StudyData, series: Series, chosen: Strata) -> Ints:
    """Index of the stratum that each period of the series lies in, -1 for none."""
    index = np.zeros(len(series.dates), dtype=np.int64)
    if chosen.years is not None:
        index = like_periods(series, chosen.years)
    if not chosen.named:
        return index
    era = stratum_of(data, series, claim.strata)
    return np.where(era >= 0, index * len(claim.strata) + era, -1)


def like_periods(series: Series, years: int) -> Ints:
    """Index of the season of the span of so many years that each period lies in.

    What moves slowly or with the year is nearly the same in periods of one index.

    Example:
        >>> from detente.relations.series import make_series
        >>> dates = [f"200{year}-{month:02}-01" for year in (1, 2) for month in (1, 6)]
        >>> like_periods(make_series("x", "month", dates, [1, 1, 1, 1], unit="u"), 1)[::5].tolist()
        [0, 1, 3, 5]

    Source:
        Lumley and Levy (2000), Bias in the case-crossover design, for time-stratified comparisons.
    """
    month = series.dates.astype("datetime64[M]").astype(np.int64)
    if len(month):
        month -= month[0] - month[0] % 12
    return np.asarray(month // (12 * years) * SEASONS + month % 12 * SEASONS // 12, dtype=np.int64)
