"""Contrast claims: a rate differs between two conditions of the world.

The primary estimator, fixed beforehand: the ratio of events per month (or per event reported)
under the two conditions. Conditions that come and go are compared within the same month of the
same five years, so that drifts and seasons cancel; where the claim names strata, within these as
well (Mantel-Haenszel). The p-value comes from moving the conditions along the calendar while the
events stay in place, the interval from the same moves and from the slow swings of the counts.

A record that thickens makes every late era look busier. So dated eras are compared a second time,
beyond a steady drift of the log rate, and no word is given that this ratio does not bear out.
"""

from __future__ import annotations

import datetime as dt
from calendar import month_abbr
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Fact, Scale, Value
from detente.arrays import Days
from detente.asks.claims.cells import cut, whole
from detente.asks.claims.charts import rates_chart
from detente.asks.claims.claim import (
    ABOUT,
    ClaimBase,
    Window,
    action_problems,
    era_problems,
    relation_problems,
)
from detente.asks.claims.compared import (
    MIN_PERIODS,
    Measured,
    Read,
    by_the_same,
    near,
    require,
    years_of,
)
from detente.asks.claims.conditions import MOST_MONTHS, Condition, masks
from detente.asks.claims.drift import beyond_text, drift_check, ends_of, second_look
from detente.asks.claims.estimate import INCLUDES_NONE, Estimate, LeftOut, Visible
from detente.asks.claims.excited import RATIO, Apart, check_of, estimate_of, set_apart
from detente.asks.claims.rules import P_LEAN
from detente.asks.claims.shown import carried_checks
from detente.asks.claims.strata import (
    Strata,
    passing,
    seams,
    strata_index,
    ways,
    within_sources,
)
from detente.asks.claims.visible import of_ratio
from detente.asks.frame import Design
from detente.errors import DataGapError
from detente.estimators.rates import RateContrast, rate_contrast
from detente.estimators.steady import steady_contrast
from detente.rounding import number, plural, upper_first
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.of_argument.blocks import Body, Drafting, Era
from detente.study.of_argument.measured import Measurement, Setting, action_of, measured
from detente.study.of_parties import FIRST_EVENTS
from detente.study.parts import Day, Measure, Relation
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.coding.claims import Claim

BLOCK_MONTHS = 6

Compared = tuple[Condition, Condition | None]
DRIFTS = {True: "a steady one set apart", False: "left in"}


class ContrastClaim(ClaimBase):
    """The rate of `relation` under the condition `when` is higher (lower) than under `against`."""

    kind: Literal["contrast"]
    relation: Relation
    measures: list[Measure] = Field(default=[])
    when: Condition
    against: Condition | None = Field(
        default=None, description="empty: all other months of the span"
    )
    direction: Literal["up", "down"]
    since: Day | None = None
    until: Day | None = None
    strata: list[str] = Field(default=[], description="compare only within these eras")
    alternatives: list[list[Condition]] = Field(
        default=[], description="other defensible [when, against] pairs for the specification curve"
    )
    other_actions: list[str] = Field(default=[], description="narrower actions to count as well")

    @property
    def window(self) -> Window | None:
        """The months after an action, or without it."""
        return None if self.when.era else Window(self.when.months, "months", MOST_MONTHS)

    def with_window(self, length: int) -> dict[str, Any]:
        """The condition with other months."""
        return {"when": self.when.model_dump() | {"months": length}}


def problems(claim: ContrastClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    conditions = [claim.when, *([claim.against] if claim.against else [])]
    conditions += [item for pair in claim.alternatives for item in pair]
    actions = [item.after or item.without for item in conditions]
    eras = [item.era for item in conditions if item.era]
    yield from action_problems(claim, [name for name in actions if name], study)
    yield from action_problems(claim, claim.other_actions, study)
    yield from era_problems(claim, [*eras, *claim.strata], study)
    yield from relation_problems(claim, claim.relation, claim.measures, study)


@dataclass(frozen=True, eq=False)
class Contrast(Design[ContrastClaim, Measured]):
    """The rate ratio of a contrast claim."""

    estimator = (
        "Ratio of rates per month, within strata by Mantel and Haenszel (1959); conditions that "
        "come and go are compared within months of spans of years (Lumley and Levy 2000); "
        "interval by moves of the conditions or slow swings of the counts (Lazarus et al. 2018), "
        "whichever is wider; of dated eras a second look beyond a steady drift of the log rate "
        "(Lopez Bernal, Cummins and Gasparrini 2017)"
    )
    null = "The same two conditions of the world moved along the calendar, every possible move"
    minimum = MIN_PERIODS

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return "No source covers both conditions of the world."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """The ratio of rates as declared beforehand."""
        read = self._read(signal, self.claim.relation.action)
        pair = (self.claim.when, self.claim.against)
        chosen = ways(self.claim, pair)[0]
        estimate = self._measure(read, pair, chosen, self.data.options.draws)
        return estimate if passing(pair) else second_look(estimate)

    def _read(self, signal: Signal, action: str | None) -> Read:
        """A signal within the claim's span; an action's periods cut where eras begin or end."""
        since, until = self.claim.since, self.claim.until
        series = signal.series.window(since, until)
        cells = whole(series)
        if action is not None and series.every != "day":
            daily = self.data.action_series(action, "day")
            cells = cut(series, daily, _borders(self.claim, self.data))
        return Read(replace(signal, series=series), cells)

    def _measure(
        self, read: Read, pair: Compared, chosen: Strata, draws: int
    ) -> Estimate[Measured]:
        claim, data, cells, signal = self.claim, self.data, read.cells, read.signal
        when, against = masks(data, cells, *pair)
        if chosen.near is not None:
            when, against = near(cells, when, against, chosen.near)
        index = strata_index(claim, data, cells, chosen)
        covered = np.isfinite(cells.values) & (index >= 0)
        if seams(cells, (when.mask | against.mask) & covered):
            chosen, index = replace(chosen, sources=True), within_sources(index, cells)
            when, against = by_the_same(index, when, against, covered)
        require(when.mask & covered, against.mask & covered, cells.values)
        contrast: Callable[..., RateContrast] = (
            steady_contrast
            if chosen.steady
            else partial(rate_contrast, segments=cells.series.segments[cells.period])
        )
        ratio = contrast(
            cells.values,
            cells.exposure,
            when.mask,
            against.mask,
            strata=index,
            block_periods=BLOCK_MONTHS,
            draws=draws,
            seed=data.options.seed,
        )
        estimate = Estimate(
            signal=signal,
            scale=Scale.RATIO,
            effect=ratio.log_ratio,
            interval=ratio.interval(),
            p=ratio.p_placebo,
            cases=ratio.periods_high,
            result=Measured(cells, when, against, chosen, index, ratio),
            choices={
                "estimator": RATIO,
                "source": signal.source,
                "what is counted": signal.noun,
                "when": when.label,
                "against": against.label,
                "strata": chosen.label(),
                **({} if passing(pair) else {"drift": DRIFTS[chosen.steady]}),
            },
            placebo=ratio.placebo,
        )
        return estimate if estimate.beyond else replace(estimate, doubt=INCLUDES_NONE)

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Any]]:
        """Conditions, strata, actions and sources, each varied; the first is the primary."""
        claim = self.claim
        pairs: list[Compared] = [(claim.when, claim.against)]
        pairs += [(pair[0], pair[1] if len(pair) > 1 else None) for pair in claim.alternatives]
        tests = [(pair, strata) for pair in pairs for strata in ways(claim, pair)]
        for index, (read, (pair, strata)) in enumerate(product(self._reads(), tests)):
            try:
                other = self._measure(read, pair, strata, 2 * self.data.options.curve_draws)
            except DataGapError:
                continue  # A choice that the data cannot carry is no point of the curve.
            first = index == 0 and read.signal.source == estimates[0].signal.source
            yield replace(other, primary=first)
        if isinstance(self._apart, Apart):
            counted = self.data.label_of(claim.relation.action or "")
            yield estimate_of(estimates[0].signal, self._apart, counted)

    def _reads(self) -> Iterator[Read]:
        claim = self.claim
        for signal in self.data.signals(claim.relation, claim.measures)[0]:
            yield self._read(signal, claim.relation.action)
        for name in claim.other_actions:
            for signal in self.data.signals(Relation(action=name), [])[0]:
                yield self._read(signal, name)

    @cached_property
    def _apart(self) -> Apart | DataGapError | None:
        """The ratio of an action with self-excitation set apart, or why that cannot be done."""
        try:
            return set_apart(self.claim, self.data)
        except DataGapError as gap:
            return gap

    def left_out(self, estimate: Estimate[Measured]) -> tuple[LeftOut, ...]:
        """The ratio without each calendar year in turn, then without each month of the year."""
        years = (
            LeftOut("years", str(year), ratio, estimate.cases)
            for year, ratio in estimate.result.without_years
        )
        months = (
            LeftOut("months", month_abbr[month], ratio, estimate.cases)
            for month, ratio in estimate.result.without_months
        )
        return (*years, *months)

    def facts(self, estimate: Estimate[Measured]) -> Iterator[Fact]:
        """The ratio beyond a steady drift, of dated eras."""
        beyond = estimate.result.beyond
        if beyond is not None:
            low, value, high = ends_of(beyond)
            label = "Beyond a steady drift"
            yield Fact("beyond_drift", label, value, Scale.RATIO, low=low, high=high)

    def text(self, estimate: Estimate[Measured]) -> str:
        """How many times as frequent, compared within what, and the plain rates."""
        measured, series = estimate.result, estimate.signal.series
        ratio = measured.ratio
        low, high = (end.removesuffix("×") for end in estimate.ends.split(" to "))
        plain = " against ".join(number(rate, 2) for rate in (ratio.rate_high, ratio.rate_low))
        whole = series.exposure is None and not measured.chosen.sources
        rates = f" Plain rates: {plain} per {series.every}." if whole else ""
        verb = "were" if self.claim.relation.action is not None else "was"  # days; violence
        return (
            f"{upper_first(estimate.signal.noun)} {verb} "
            f"{estimate.in_words.removesuffix('×')} times as frequent {measured.when.phrase} "
            f"as {measured.against.phrase}{measured.chosen.phrase()} "
            f"(90% interval {low} to {high}); {ratio.periods_high} against "
            f"{plural(ratio.periods_low, series.every + 's')}.{rates}"
            f"{beyond_text(measured)}{_anyway(estimate)}"
        )

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s"

    def source(self, estimate: Estimate[Measured]) -> str:
        """What the source of an estimate is called beside the others."""
        return estimate.signal.source

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """The ratio that moved conditions would have shown; of eras, beyond a drift as well."""
        measured = estimate.result
        look = partial(
            of_ratio,
            measured.cells.values,
            measured.cells.exposure,
            measured.when.mask,
            measured.against.mask,
            measured.strata,
            up=self.up(estimate.signal),
        )
        first = look()
        if measured.beyond is None or first.size is None:
            return first
        second = look(steady=True)
        farther = second.size is None or abs(np.log(second.size)) > abs(np.log(first.size))
        return second if farther else first

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """The interval, single years, over-dispersion, and self-excitation."""
        counts = estimate.signal.series.values
        counted = counts[np.isfinite(counts)]
        spread = float(counted.var() / counted.mean()) if counted.mean() > 0 else float("nan")
        yield Check(
            "The 90% interval excludes a ratio of one",
            estimate.beyond,
            f"90% interval of the ratio {estimate.ends}.",
        )
        yield from carried_checks(estimate, self.left_out(estimate), ("year", "month"))
        if not passing((self.claim.when, self.claim.against)):
            yield drift_check(estimate)
        yield Check(
            "Over-dispersion respected",
            None,
            f"The variance of the counts is {number(spread, 1)} times their mean (1 for a Poisson "
            "process), so no Poisson test is used.",
        )
        if self._apart is not None:
            yield check_of(self._apart)

    def caveat(self) -> str:
        """Conditions are not assigned."""
        return (
            "Two conditions of the world differ in more than the one thing that names them; the "
            "contrast says that rates differ, not why."
        )

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """The two rates."""
        measured = estimate.result
        labels = (measured.when.label, measured.against.label)
        return rates_chart(measured.ratio, labels, estimate.signal)

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """The yearly totals on both sides."""
        cells = estimate.result.cells
        years = years_of(cells)
        every = cells.series.every
        for condition in (estimate.result.when, estimate.result.against):
            for year in np.unique(years[condition.mask]):
                inside = condition.mask & (years == year) & np.isfinite(cells.values)
                if inside.any():
                    total = estimate.signal.together(cells.values[inside])
                    note = f"in {plural(int(inside.sum()), every + 's')}"
                    yield (str(year), condition.label, total, note, cells.series.citation)


def _borders(claim: ContrastClaim, data: StudyData) -> Days:
    """The days at which an era begins or ends that the claim names."""
    conditions = [claim.when, *([claim.against] if claim.against else [])]
    conditions += [item for pair in claim.alternatives for item in pair]
    names = {item.era for item in conditions if item.era} | set(claim.strata)
    eras = [data.study.eras[name] for name in sorted(names)]
    days = [day for era in eras for day in (era.start, era.end) if day is not None]
    return np.array(days, dtype="datetime64[D]")


def _anyway(estimate: Estimate[Measured]) -> str:
    """Why an interval without a ratio of one may be no evidence."""
    if estimate.result.ratio.p_placebo < P_LEAN or not estimate.beyond:
        return ""
    return (
        " The rates differ, but so they often do when the conditions are moved along the calendar."
    )


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that sets times against others."""
    what = measured(claim, setting)
    if claim.reading.years and _has_events(claim.reading.years, setting):
        return _of_years(what, claim.reading.years, setting)
    cause, _ = action_of(claim.cause if claim.cause.text else claim.effect, setting, what.states)
    question = 'of a policy or a time: date it as [eras.NAME], and write { era = "NAME" }'
    return Body(
        f"in the 3 months after {cause.label}, there is {what.more} {what.of} than in other months",
        {**what.values, "when": {"after": cause.name, "months": 3}},
        {**what.asked, "when": question},
        (cause,),
        what.whom,
        f"Months after {cause.act.label}",
    )


def _has_events(years: tuple[int, int], setting: Setting) -> bool:
    """Whether event files reach back to the first of some years, and the text to the last."""
    first, last = years
    return FIRST_EVENTS.year <= first and last <= setting.written.year


def _of_years(what: Measurement, years: tuple[int, int], setting: Setting) -> Body:
    first, last = years
    era = Era(dt.date(first, 1, 1), min(dt.date(last, 12, 31), setting.written))
    return Body(
        f"in {first} to {last}, there is {what.more} {what.of} than in other months",
        {**what.values, "when": {"era": era.name}},
        {**what.asked, "when": "which days of these years begin and end it?"},
        subject=what.whom,
        heading=f"From {first} to {last}",
        eras=(era,),
    )


register(
    "claims",
    ContrastClaim,
    Contrast.answer,
    problems,
    about=ABOUT,
    drafting=Drafting("When there is more", draft),
)
