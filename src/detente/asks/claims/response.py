"""Response claims: after A does X, the relation of B and C rises or falls within a window.

The primary estimator, fixed beforehand: causes closer together than window and baseline are one
episode; counts from the episode's first period over the window are summed over all episodes and
compared, as a ratio of rates, with those of the baseline before, beyond what exposure, season and
trend let one expect (scores: the mean change over episodes); p-value and interval come from placebo
dates.
"""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Value
from detente.arrays import Floats, Ints
from detente.asks.claims.charts import path_chart, rate_path_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, action_problems, relation_problems
from detente.asks.claims.estimate import Estimate, LeftOut, Visible
from detente.asks.claims.projected import EVENT_STUDY, projected
from detente.asks.claims.rules import MIN_EPISODES, P_SECOND_NULL, undecided
from detente.asks.claims.scales import (
    DIVIDED_BY,
    PER_MONTH,
    convert,
    counts_of,
    divided,
    divisors,
    grid_of,
    period_index,
    scale_of,
    to_periods,
)
from detente.asks.claims.shown import carried_checks, exposure_check
from detente.asks.claims.visible import of_change
from detente.asks.frame import Design
from detente.errors import DataGapError
from detente.estimators.eventstudy import EventStudy, event_study
from detente.estimators.ratestudy import HARMONICS, left_out_ratios, rate_study, usual_counts
from detente.relations.steps import check_every, period_words
from detente.rounding import count_text, p_bound, p_is, plural, upper_first
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.of_argument.blocks import HOW_SOON, Body, Drafting, months_of, questions
from detente.study.of_argument.measured import Setting, action_of, measured
from detente.study.parts import Measure, Relation
from detente.study.signal import Divisor, Signal
from detente.study.silence import known_periods

if TYPE_CHECKING:
    from detente.coding.claims import Claim

FINE_ENOUGH = 0.75  # periods that must fit into the window
LADDER_KEEPS_VOLATILITY = 1
MORE_DRAWS = (1, 4, 16)  # times as many, until it is clear on which side of a border p lies
SEASONS = {HARMONICS: "month by month", 2: "two harmonics", 0: "none taken out"}


class ResponseClaim(ClaimBase):
    """After `cause` happens, `relation` rises or falls within a window."""

    WINDOW: ClassVar[str] = "window_months"

    kind: Literal["response"]
    cause: str = Field(description="name of an action")
    relation: Relation
    measures: list[Measure] = Field(default=[])
    direction: Literal["up", "down"]
    window_months: int = Field(default=3, ge=1, le=24, description="after the cause")
    baseline_months: int = Field(default=3, ge=1, le=24, description="before the cause")
    other_causes: list[str] = Field(default=[], description="narrower actions to try as well")


def problems(claim: ResponseClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from action_problems(claim, [claim.cause, *claim.other_causes], study)
    yield from relation_problems(claim, claim.relation, claim.measures, study)


@dataclass(frozen=True)
class Choice:
    """One way to run the test."""

    cause: str
    window_months: int
    baseline_months: int
    divisor: Divisor
    lag_periods: int = 0
    harmonics: int = HARMONICS


@dataclass(frozen=True, eq=False)
class Measured:
    """What the event study of one signal gave, in one way."""

    choice: Choice
    causes: Ints
    study: EventStudy


@dataclass(frozen=True, eq=False)
class Response(Design[ResponseClaim, Measured]):
    """The event study of a response claim."""

    estimator = (
        "Event study over merged episodes: a ratio of summed rates (Mantel and Haenszel 1959; "
        "scores: mean changes), season and trend taken out, against dates matched on era and "
        "volatility (MacKinlay 1997; Abadie, Diamond and Hainmueller 2010); interval of the "
        "effects that the placebos allow (Rosenbaum 2002)"
    )
    null = (
        "Random dates of the same era and volatility at which no cause happened, with either sign"
    )

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return f"No source holds {MIN_EPISODES} episodes with data before and after them."

    def first(self, signal: Signal) -> Choice:
        """The way declared beforehand."""
        claim = self.claim
        return Choice(claim.cause, claim.window_months, claim.baseline_months, signal.divisor)

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """The event study as declared beforehand."""
        claims = self.data.study.number_of("claims")
        for more in MORE_DRAWS:
            estimate = self._measure(signal, self.first(signal), more * self.data.options.draws)
            least, most = estimate.result.study.p_range()
            if not undecided(least, most, claims):
                break
        return replace(estimate, p_range=(least, most))

    def _measure(self, signal: Signal, choice: Choice, draws: int) -> Estimate[Measured]:
        every = signal.series.every
        _check_fine_enough(every, choice.window_months)
        signal = divided(signal, choice.divisor)
        facts = self.data.facts_of(choice.cause)
        days = np.array([fact.date for fact in facts], dtype="datetime64[D]")
        causes = period_index(signal.series, days)
        study = self._study(signal, causes, choice, draws)
        if len(study.starts) < MIN_EPISODES:
            lost = f"; {study.dropped} more lie outside its data or in a gap"
            raise DataGapError(
                "The response could not be measured.",
                f"It holds only {plural(len(study.starts), 'usable episodes')}"
                f"{lost if study.dropped else ''}.",
                f"At least {MIN_EPISODES} are needed.",
            )
        shift = study.p_shift
        return Estimate(
            signal=signal,
            scale=scale_of(signal),
            effect=study.effect,
            interval=study.interval(),
            p=study.p_placebo,
            cases=len(study.starts),
            result=Measured(choice, causes, study),
            choices=self._chosen(signal, choice),
            placebo=study.placebo,
            doubt=""
            if shift < P_SECOND_NULL
            else f"moving the episodes along the calendar does not confirm it ({p_is(shift)})",
        )

    def _study(self, signal: Signal, causes: Ints, choice: Choice, draws: int) -> EventStudy:
        """Counts by a ratio of summed rates, scores by their mean changes."""
        every = signal.series.every
        spans = {
            "window_periods": to_periods(choice.window_months, every),
            "baseline_periods": to_periods(choice.baseline_months, every),
            "lag_periods": choice.lag_periods,
        }
        draw = {"draws": draws, "seed": self.data.options.seed}
        if not signal.counts:
            return event_study(grid_of(signal), causes, **spans, **draw)
        harmonics = choice.harmonics
        return rate_study(counts_of(signal), causes, harmonics=harmonics, **spans, **draw)

    def _chosen(self, signal: Signal, choice: Choice) -> dict[str, str]:
        return {
            "estimator": EVENT_STUDY,
            "source": signal.source,
            "measure": signal.measure.replace("_", " "),
            "cause": self.data.label_of(choice.cause),
            "window": _months(choice.window_months),
            "baseline": _months(choice.baseline_months),
            "normalisation": DIVIDED_BY[choice.divisor],
            "season": SEASONS[choice.harmonics] if signal.counts else SEASONS[2],
            "first period": "the cause's own" if choice.lag_periods == 0 else "the one after",
        }

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Any]]:
        """Every defensible source, cause, window, baseline, exposure and season; then others."""
        for item in estimates:
            for choice in self._choices(item.signal):
                try:
                    other = self._measure(item.signal, choice, self.data.options.curve_draws)
                except DataGapError:
                    continue  # A choice that the data cannot carry is no point of the curve.
                yield replace(
                    other, primary=item is estimates[0] and choice == self.first(item.signal)
                )
        for item in estimates:
            yield from self._projected(item.signal)

    def _choices(self, signal: Signal) -> Iterator[Choice]:
        claim, every = self.claim, signal.series.every
        causes = (claim.cause, *claim.other_causes)
        windows = sorted({1, claim.window_months, 2 * claim.window_months})
        baselines = sorted({claim.baseline_months, 2 * claim.baseline_months})
        ways = [(way, lag, HARMONICS) for way, lag in product(divisors(signal), (0, 1))]
        if signal.counts:
            ways += [(signal.divisor, 0, harmonics) for harmonics in (2, 0)]
        seen = set()
        for cause, window, baseline, way in product(causes, windows, baselines, ways):
            key = (cause, to_periods(window, every), to_periods(baseline, every), way)
            if key not in seen:
                seen.add(key)
                yield Choice(cause, window, baseline, *way)

    def _projected(self, signal: Signal) -> Iterator[Estimate[None]]:
        """The same question put to local projections and to a vector autoregression."""
        months = self.claim.window_months
        every = PER_MONTH[signal.series.every]
        fine = [length for length in (1, months, 2 * months) if length * every >= FINE_ENOUGH]
        yield from projected(self.claim, signal, fine, self.data)

    def left_out(self, estimate: Estimate[Measured]) -> tuple[LeftOut, ...]:
        """The effect without each episode, then without those of each month of the year."""
        study, dates = estimate.result.study, estimate.signal.series.dates
        count = len(study.starts)
        single = [np.array([place]) for place in range(count if count > 1 else 0)]
        month = dates[study.starts].astype("datetime64[M]").astype(np.int64) % 12
        shared = [np.flatnonzero(month == name) for name in np.unique(month)]
        shared = [group for group in shared if 1 < len(group) < count]
        effects = self._without(estimate, [*single, *shared])
        every = check_every(estimate.signal.series.every)
        names = [
            ("episodes", period_words(dates[study.starts[group[0]]], every)) for group in single
        ]
        names += [("months", month_abbr[month[group[0]] + 1]) for group in shared]
        return tuple(
            LeftOut(name, case, float(effect), count - len(group))
            for (name, case), effect, group in zip(names, effects, [*single, *shared], strict=True)
        )

    def _without(self, estimate: Estimate[Measured], groups: Sequence[Ints]) -> Floats:
        """The effect without groups of episodes; of counts, the season estimated without them."""
        measured, signal = estimate.result, estimate.signal
        study, choice = measured.study, measured.choice
        if not signal.counts:
            return np.array([np.delete(study.changes, group).mean() for group in groups])
        return left_out_ratios(
            counts_of(signal),
            measured.causes,
            study.starts,
            groups,
            window_periods=to_periods(choice.window_months, signal.series.every),
            baseline_periods=to_periods(choice.baseline_months, signal.series.every),
            lag_periods=choice.lag_periods,
            harmonics=choice.harmonics,
        )

    def text(self, estimate: Estimate[Measured]) -> str:
        """The mean change over the window, and what it is compared with."""
        signal, choice = estimate.signal, estimate.result.choice
        unit = "" if signal.counts else f" {signal.series.unit}"
        return (
            f"{upper_first(signal.noun)} changed by {estimate.in_words}{unit} "
            f"(90% interval {estimate.ends}) in the {_months(choice.window_months)} from "
            f"{plural(estimate.cases, 'episodes')} of {self.data.label_of(choice.cause)}, "
            "compared with "
            f"the {_months(choice.baseline_months)} before and with like dates without them."
        )

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return "episodes"

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """By the spread of the placebos."""
        return of_change(estimate, up=self.up(estimate.signal))

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """Exposure, calendar shifts, single episodes, comparable dates, what was not measured."""
        yield from exposure_check(estimate.signal)
        study, rest = estimate.result.study, self.left_out(estimate)
        relaxed = int((study.ladder > LADDER_KEEPS_VOLATILITY).sum())
        least, most = study.p_range()
        yield Check(
            "Calendar shifts",
            study.p_shift < P_SECOND_NULL,
            f"Moving all episodes together along the calendar gives {p_is(study.p_shift)}.",
        )
        yield Check(
            "Draws enough to know p",
            not undecided(least, most, 1),
            f"By its {count_text(len(study.placebo))} draws p lies between {p_bound(least)} and "
            f"{p_bound(most)}.",
        )
        yield from carried_checks(estimate, rest, ("episode", "month"))
        yield Check(
            "Comparable dates of like era and volatility",
            relaxed == 0,
            f"Between {study.pool_sizes.min()} and {study.pool_sizes.max()} per episode; for "
            f"{int((study.ladder > 0).sum())} of {plural(len(study.ladder), 'episodes')} the era "
            f"had to be widened, for {relaxed} the volatility too.",
        )
        yield from self._unknown_cause(estimate)
        yield Check(
            "All episodes measured",
            study.dropped == 0,
            f"Outside the data or in a gap: {plural(study.dropped, 'episodes')}.",
        )

    def _unknown_cause(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """In how many periods nobody would have told of the cause: none of it is known there."""
        series, name = estimate.signal.series, estimate.result.choice.cause
        measured = np.isfinite(series.values)
        reported = known_periods(self.data, name, series.dates, check_every(series.every))
        if missing := int((measured & ~reported).sum()):
            label = self.data.label_of(name)
            yield Check(
                "Its cause is known throughout",
                None,
                f"In {count_text(missing)} of {plural(int(measured.sum()), f'{series.every}s')} "
                f"nobody would have told of {label}: they count as {series.every}s without.",
            )

    def caveat(self) -> str:
        """Before and after is no experiment."""
        return (
            "The design compares dates; it does not prove that the cause made the change. "
            "Something else that happens at the same time would look the same."
        )

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """The path around the episodes, by the estimate on the card."""
        measured, signal = estimate.result, estimate.signal
        study, choice, every = measured.study, measured.choice, signal.series.every
        baseline = to_periods(choice.baseline_months, every)
        if not signal.counts:
            return path_chart(self.data, signal, grid_of(signal), study, baseline)
        grid = counts_of(signal)
        usual = usual_counts(
            grid,
            measured.causes,
            window_periods=to_periods(choice.window_months, every),
            lag_periods=choice.lag_periods,
            harmonics=choice.harmonics,
        )
        shown = replace(grid, exposure=usual)
        return rate_path_chart(self.data, signal, shown, study, baseline)

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """Each episode with the change after it."""
        series, study = estimate.signal.series, estimate.result.study
        facts = self.data.facts_of(estimate.result.choice.cause)
        days = np.array([fact.date for fact in facts], dtype="datetime64[D]")
        ends = np.append(series.dates[1:], np.datetime64("9999-12-31", "D"))
        for start, change in zip(study.starts, study.changes, strict=True):
            inside = (days >= series.dates[start]) & (days < ends[start])
            first = facts[int(np.flatnonzero(inside)[0])]
            more = int(inside.sum()) - 1
            yield (
                first.date.isoformat(),
                first.title + (f" (and {more} more in this {series.every})" if more else ""),
                float(convert(estimate.scale, change)),
                f"certainty of the day: {first.certainty}",
                first.citation,
            )


def _check_fine_enough(every: str, window_months: int) -> None:
    if window_months * PER_MONTH[every] < FINE_ENOUGH:
        raise DataGapError(
            "The response could not be measured.",
            f"A series by {every} cannot show what happens within {_months(window_months)}.",
            "Load data by month or day.",
        )


def _months(count: int) -> str:
    return "month" if count == 1 else plural(count, "months")


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that says what follows."""
    what, days = measured(claim, setting), claim.reading.window_days
    cause, question = action_of(claim.cause, setting, what.states)
    months = months_of(days or 90)
    asked = {**questions(cause=question, window_months="" if days else HOW_SOON), **what.asked}
    return Body(
        f"in the {plural(months, 'months')} after {cause.label}, there is {what.more} {what.of} "
        "than before",
        {"cause": cause.name, **what.values, "window_months": months, "baseline_months": months},
        asked,
        (cause,),
        what.whom,
        f"After {cause.act.label}",
    )


register(
    "claims",
    ResponseClaim,
    Response.answer,
    problems,
    about=ABOUT,
    drafting=Drafting("What follows", draft),
)
