"""Shift claims: a level changed after a date.

The primary estimator, fixed beforehand: the mean (log rate for counts) of the window after the
date less that of the window before; the p-value is the rank among the changes at all other dates
of the same source; the interval holds the shifts that these allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Scale, Value
from detente.asks.claims.charts import shift_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, relation_problems
from detente.asks.claims.estimate import INCLUDES_NONE, Estimate, Visible
from detente.asks.claims.scales import (
    convert,
    grid_of,
    period_index,
    scale_of,
    to_periods,
    upper_first,
)
from detente.asks.frame import Design, Pending, assess
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.shift import level_shift
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.parts import Day, Measure, Relation
from detente.study.signal import Signal

MIN_PLACEBOS = 10
MANY_PLACEBOS = 40
MIN_SIDE = 3
POWER_Z = 2.8  # 1.96 + 0.84 standard errors: seen 80% of the time at the 5% level


class ShiftClaim(ClaimBase):
    """The level of `relation` changed after a date."""

    kind: Literal["shift"]
    relation: Relation
    measures: list[Measure] = Field(min_length=1)
    date: Day
    direction: Literal["up", "down"]
    window_months: int = Field(default=12, ge=1, le=120, description="on either side")


def problems(claim: ShiftClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from relation_problems(claim, claim.relation, claim.measures, study)


@dataclass(frozen=True, eq=False)
class Measured:
    """Where the date lies in a series: index of the first period after it, periods on a side."""

    at: int
    window: int


@dataclass(frozen=True, eq=False)
class Shift(Design[ShiftClaim, Measured]):
    """The change of level of a shift claim."""

    estimator = (
        "Change of mean level between equal windows on both sides of the date; interval of the "
        "changes that other dates allow (Rosenbaum 2002)"
    )
    null = "The same change at all other dates of the source"
    minimum = MIN_SIDE

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return f"No source covers both sides of {self.claim.date:%d %B %Y}."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """The change of level as declared beforehand."""
        return self._measure(signal, self.claim.window_months, normalise=True)

    def _measure(self, signal: Signal, months: int, *, normalise: bool) -> Estimate[Measured]:
        day = np.array([self.claim.date], dtype="datetime64[D]")
        place = period_index(signal.series, day)
        at = int(place[0]) + 1 if len(place) else -1
        window = max(MIN_SIDE, to_periods(months, signal.series.every))
        result = level_shift(grid_of(signal, normalise=normalise), at, window_periods=window)
        if len(result.placebo) < MIN_PLACEBOS:
            raise DataGapError(
                "The change could not be compared.",
                f"There are only {len(result.placebo)} other dates to compare with.",
                "Load data over a longer period.",
            )
        estimate = Estimate(
            signal=signal,
            scale=scale_of(signal),
            effect=result.effect,
            interval=result.interval(),
            p=result.p_placebo,
            cases=window,
            result=Measured(at, window),
            choices={
                "source": signal.source,
                "measure": signal.measure.replace("_", " "),
                "window": f"{months} months on either side",
                "normalisation": "share of all events" if normalise else "raw counts",
            },
            placebo=result.placebo,
        )
        return estimate if estimate.beyond else replace(estimate, doubt=INCLUDES_NONE)

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Measured]]:
        """Sources, windows and normalisations, each varied."""
        months = self.claim.window_months
        for item in estimates:
            for window in sorted({max(1, months // 2), months, 2 * months}):
                for normalise in (True, False) if item.signal.counts else (True,):
                    try:
                        other = self._measure(item.signal, window, normalise=normalise)
                    except DataGapError:
                        continue  # A choice that the data cannot carry is no point of the curve.
                    first = item is estimates[0] and window == months and normalise
                    yield replace(other, primary=first)

    def text(self, estimate: Estimate[Measured]) -> str:
        """The change, and over how long."""
        signal = estimate.signal
        unit = "" if estimate.scale is Scale.PERCENT else f" ({signal.series.unit})"
        return (
            f"{upper_first(signal.noun)}: {estimate.told}{unit} (90% interval {estimate.ends}) "
            f"over {estimate.cases} {signal.series.every}s after the date against as many before."
        )

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s on either side"

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """By the spread of the changes at other dates."""
        return Visible(float(convert(estimate.scale, POWER_Z * float(estimate.placebo.std()))))

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """Whether there are enough other dates."""
        dates = len(estimate.placebo)
        yield Check(
            "Enough other dates to compare with",
            dates >= MANY_PLACEBOS,
            f"{dates} dates; the smallest possible p-value is {1 / (1 + dates):.3f}.",
        )

    def caveat(self) -> str:
        """One date is one case."""
        return "One date is one case: whatever else changed around it is in the number too."

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """The series around the date."""
        place = estimate.result
        return shift_chart(estimate.signal, place.at, place.window, self.claim.date)

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """The periods on both sides."""
        series, place = estimate.signal.series, estimate.result
        for index in range(place.at - place.window, place.at + place.window):
            if np.isfinite(series.values[index]):
                side = "before" if index < place.at else "after"
                value = float(series.values[index])
                yield (str(series.dates[index]), side, value, series.unit, series.citation)


def answer(claim: ShiftClaim, data: StudyData, options: Options) -> Pending:
    """Test a shift claim by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.
    """
    return assess(Shift(claim, data, options))


register("claims", ShiftClaim, answer, problems, about=ABOUT)
