"""Shift claims: a level changed after a date.

The primary estimator, fixed beforehand: the ratio of the rates (scores: difference of the means) in
the windows after and before the date, beyond what all dates change alike. The first day of a period
is the beginning of what comes after; a period that holds the date inside it is left out. The
p-value is the rank, in standard errors, among the changes at all other dates of the same source;
the interval holds the shifts that these allow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Scale, Value
from detente.asks.claims.aftermath import Aftermath, aftermath, all_afterwards
from detente.asks.claims.charts import shift_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, relation_problems, where
from detente.asks.claims.estimate import INCLUDES_NONE, Estimate, Visible
from detente.asks.claims.scales import (
    DIVIDED_BY,
    convert,
    counts_of,
    divided,
    divisors,
    grid_of,
    period_index,
    scale_of,
    span_text,
    to_periods,
)
from detente.asks.claims.shown import exposure_check
from detente.asks.claims.sparse import check_enough
from detente.asks.claims.visible import of_change
from detente.asks.frame import Design
from detente.errors import DataGapError
from detente.estimators.shift import LevelShift, level_shift, rate_shift
from detente.relations.series import Series
from detente.relations.steps import check_every
from detente.rounding import day_text, p_text, plural, share_text, tell, upper_first
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.of_argument.blocks import Body, Drafting, questions
from detente.study.of_argument.measured import Setting, measured
from detente.study.origins import named_periods
from detente.study.parts import Day, Measure, Relation
from detente.study.signal import Divisor, Signal

if TYPE_CHECKING:
    from detente.coding.claims import Claim

MIN_PLACEBOS = 10
MANY_PLACEBOS = 40
MIN_SIDE = 1


class ShiftClaim(ClaimBase):
    """The level of `relation` changed after a date."""

    WINDOW: ClassVar[str] = "window_months"

    kind: Literal["shift"]
    relation: Relation
    measures: list[Measure] = Field(min_length=1)
    date: Day
    ended: Day | None = Field(
        default=None,
        description="what began at the date ended on this day: each ruler then says how much of "
        "the change was left in the window after it",
    )
    direction: Literal["up", "down"]
    window_months: int = Field(default=12, ge=1, le=120, description="on either side")


def problems(claim: ShiftClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from relation_problems(claim, claim.relation, claim.measures, study)
    if claim.ended is not None and claim.ended <= claim.date:
        yield f"{where(claim)}.ended: {claim.ended} is not after the date, {claim.date}."


@dataclass(frozen=True, eq=False)
class Measured:
    """The change, and where it lies: index of the first period after the date.

    `left` is what was left of it after its end, where the claim names one that the data reach.
    """

    at: int
    shift: LevelShift
    left: Aftermath | None = None

    @property
    def before(self) -> slice:
        """The periods before the date."""
        end = self.at - self.shift.skipped
        return slice(end - self.shift.window_periods, end)

    @property
    def after(self) -> slice:
        """The periods after the date."""
        return slice(self.at, self.at + self.shift.window_periods)


@dataclass(frozen=True, eq=False)
class Shift(Design[ShiftClaim, Measured]):
    """The change of level of a shift claim."""

    estimator = (
        "Ratio of rates (scores: difference of means) between equal windows on both sides of the "
        "date, in standard errors and without the drift of all dates; interval of the changes that "
        "other dates allow (Rosenbaum 2002)"
    )
    null = "The same change at all other dates of the source"
    minimum = MIN_SIDE

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return f"No source can tell both sides of {day_text(str(self.claim.date))} apart."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """The change of level as declared beforehand."""
        return self._measure(signal, self.claim.window_months, signal.divisor)

    def _measure(self, signal: Signal, months: int, divisor: Divisor) -> Estimate[Measured]:
        signal = divided(signal, divisor)
        at, skip = self._place(signal)
        window = to_periods(months, signal.series.every)
        _check_sides(signal.series, at, window, skip)
        if signal.counts:
            check_enough(signal, slice(at - skip - window, at - skip), slice(at, at + window))
        result = _changed(signal, at, window, skip)
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
            result=Measured(at, result, self._left(signal, at, window, skip, result.effect)),
            choices={
                "source": signal.source,
                "measure": signal.measure.replace("_", " "),
                "window": f"{plural(months, 'months')} on either side",
                "normalisation": DIVIDED_BY[divisor],
            },
            placebo=result.placebo,
        )
        doubts = [] if estimate.beyond else [INCLUDES_NONE]
        if not result.at_the_date:
            doubts.append(f"a larger change lies {_apart(result, signal)}")
        return replace(estimate, doubt="; ".join(doubts))

    def _left(
        self, signal: Signal, at: int, window: int, skip: int, effect: float
    ) -> Aftermath | None:
        """What was left of the change after its end, against the same window before the date."""
        if self.claim.ended is None:
            return None
        later, _ = self._place(signal, self.claim.ended)
        try:
            shift = _changed(signal, later, window, later - at + skip)
        except DataGapError:
            return None
        return aftermath(effect, shift, later, signal.series, scale_of(signal))

    def _place(self, signal: Signal, date: dt.date | None = None) -> tuple[int, int]:
        """Index of the first period after the date, and how many are left out before it."""
        day = np.array([date or self.claim.date], dtype="datetime64[D]")
        place = period_index(signal.series, day)
        if not len(place):
            return -1, 0
        inside = bool(signal.series.dates[place[0]] < day[0])
        return int(place[0]) + inside, int(inside)

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Measured]]:
        """Sources, windows and exposures, each varied."""
        months = self.claim.window_months
        for item in estimates:
            for window in sorted({max(1, months // 2), months, 2 * months}):
                for divisor in divisors(item.signal):
                    try:
                        other = self._measure(item.signal, window, divisor)
                    except DataGapError:
                        continue  # A choice that the data cannot carry is no point of the curve.
                    first = item is estimates[0] and (window, divisor) == (
                        months,
                        item.signal.divisor,
                    )
                    yield replace(other, primary=first)

    def text(self, estimate: Estimate[Measured]) -> str:
        """The change, and over how long."""
        signal = estimate.signal
        left_out = estimate.result.shift.skipped
        unit = "" if estimate.scale is Scale.PERCENT else f" ({signal.series.unit})"
        return (
            f"{upper_first(signal.noun)}: {estimate.in_words}{unit} (90% interval {estimate.ends}) "
            f"over {plural(estimate.cases, signal.series.every + 's')} after the date against as "
            "many before"
            + (f"; the {signal.series.every} that holds it is left out." if left_out else ".")
        )

    def afterwards(self, estimate: Estimate[Measured]) -> str:
        """What was left of the change after its end."""
        left = estimate.result.left
        if self.claim.ended is None:
            return ""
        return "does not reach it" if left is None else left.text

    def later(self, estimates: Sequence[Estimate[Measured]]) -> str:
        """What was left after its end by the rulers whose change was larger than their noise."""
        seen = {
            item.signal.source: item.result.left
            for item in estimates
            if self.towards(item) and abs(item.effect) >= item.placebo.std()
        }
        return all_afterwards(seen, self.claim.ended, self.claim.window_months)

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s on either side"

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """By the spread of the changes at other dates."""
        return of_change(estimate, up=self.up(estimate.signal))

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """Exposure, whether the change is at the date, drift, and enough other dates."""
        dates, shift, signal = len(estimate.placebo), estimate.result.shift, estimate.signal
        yield from exposure_check(signal)
        where = "here" if shift.nearest == 0 else _apart(shift, signal)
        yield Check(
            "No clearly larger change nearby",
            shift.at_the_date,
            f"The largest change within {plural(shift.window_periods, signal.series.every + 's')}, "
            f"in its standard errors, lies {where}; that at the date has "
            f"{share_text(shift.share)} of its size.",
        )
        drift = tell(float(convert(estimate.scale, shift.drift)), estimate.scale)
        yield Check("Drift taken out", None, f"The median change at the other dates is {drift}.")
        yield Check(
            "Enough other dates to compare with",
            dates >= MANY_PLACEBOS,
            f"{plural(dates, 'dates')}; the smallest possible p-value is "
            f"{p_text(1 / (1 + dates))}.",
        )

    def caveat(self) -> str:
        """One date is one case."""
        return "One date is one case: whatever else changed around it is in the number too."

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """The series around the date, and around its end where there is one."""
        place, signal, left = estimate.result, estimate.signal, estimate.result.left
        per = signal.per if signal.divisor else 1.0
        sides = {
            "before": (place.before, place.shift.before * per),
            "after": (place.after, place.shift.after * per),
        }
        dates = [self.claim.date]
        if left is not None and self.claim.ended is not None:
            sides["later"] = (
                slice(left.at, left.at + place.shift.window_periods),
                left.level * per,
            )
            dates.append(self.claim.ended)
        return shift_chart(signal, sides, dates)

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """The periods on both sides."""
        series, place = estimate.signal.series, estimate.result
        for side, inside in (("before", place.before), ("after", place.after)):
            for day, value in zip(series.dates[inside], series.values[inside], strict=True):
                if np.isfinite(value):
                    yield (str(day), side, float(value), series.unit, series.citation)


def _changed(signal: Signal, at: int, window: int, skip: int) -> LevelShift:
    """The change at a period: a ratio of rates for counts, a difference of means for scores."""
    spans = {"window_periods": window, "skip_periods": skip}
    if signal.counts:
        return rate_shift(counts_of(signal), at, **spans)
    return level_shift(grid_of(signal), at, **spans)


def _apart(shift: LevelShift, signal: Signal) -> str:
    """Where the largest change nearby lies: "3 months later"."""
    count = abs(shift.nearest)
    every = signal.series.every + ("s" if count > 1 else "")
    return f"{count} {every} {'later' if shift.nearest > 0 else 'earlier'}"


def _check_sides(series: Series, at: int, window: int, skip: int) -> None:
    """Refuse a date around which the series lacks periods, and say which.

    Raises:
        DataGapError: The series begins too late, ends too early, or has a gap or a seam there.
    """
    first, last = at - skip - window, at + window
    if first >= 0 and last <= len(series.dates):
        near = slice(first, last)
        missing = series.dates[near][~np.isfinite(series.values[near])]
        if not len(missing) and len(set(series.segments[near].tolist())) == 1:
            return
        named = named_periods(missing, check_every(series.every))
        why = (
            f"It has no data in {named}."
            if len(missing)
            else "Within these it passes from one source to another."
        )
    else:
        why = f"It has data from {span_text(series)}."
    sides = plural(window, f"{series.every}s")
    raise DataGapError(
        "The change at the date could not be measured.",
        f"It takes {sides} on both sides of the date. {why}",
        "Load event data that cover them, or choose a shorter window.",
    )


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that says what changed."""
    what, stated = measured(claim, setting), claim.reading.since
    year_before = dt.date(setting.written.year - 1, setting.written.month, 1)
    turn = stated if stated and setting.since <= stated < setting.written else year_before
    unsaid = "" if turn is stated else "the text does not say when it began"
    return Body(
        f"from {turn} on, there is {what.more} {what.of} than before",
        {**what.values, "date": turn, "window_months": 12},
        {**what.asked, **questions(date=unsaid)},
        subject=what.whom,
    )


register(
    "claims",
    ShiftClaim,
    Shift.answer,
    problems,
    about=ABOUT,
    drafting=Drafting("What changed", draft),
)
