"""Contrast claims: a rate differs between two conditions of the world.

The primary estimator, fixed beforehand: the ratio of events per month (or per event reported)
under the two conditions. Conditions that come and go are compared within the same season of the
same three years, so that drifts and seasons cancel; where the claim names strata, within these as
well (Mantel-Haenszel). The p-value comes from moving the conditions along the calendar while the
events stay in place, the interval from the same moves and from the slow swings of the counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Scale, Value
from detente.arrays import Bools, Floats, Ints
from detente.asks.claims.charts import rates_chart
from detente.asks.claims.claim import (
    ABOUT,
    ClaimBase,
    action_problems,
    era_problems,
    relation_problems,
)
from detente.asks.claims.conditions import Condition, ConditionMask, masks
from detente.asks.claims.estimate import INCLUDES_NONE, Estimate, LeftOut, Visible, carrying
from detente.asks.claims.excited import RATIO, check_of, estimate_of, set_apart
from detente.asks.claims.rules import P_LEAN
from detente.asks.claims.scales import upper_first
from detente.asks.claims.strata import Strata, strata_index, ways
from detente.asks.claims.visible import of_ratio
from detente.asks.frame import Design, Pending, assess
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.rates import RateContrast, log_rate_ratio, rate_contrast
from detente.relations.series import Series
from detente.rounding import plural
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.parts import Day, Measure, Relation
from detente.study.signal import Signal

MIN_PERIODS = 6
MIN_EVENTS = 5
BLOCK_MONTHS = 6

Compared = tuple[Condition, Condition | None]


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
class Measured:
    """What one signal gave, contrasted in one way."""

    series: Series
    when: ConditionMask
    against: ConditionMask
    chosen: Strata
    strata: Ints
    ratio: RateContrast

    @cached_property
    def without_years(self) -> list[tuple[int, float]]:
        """The log ratio without each calendar year in turn."""
        years = _years(self.series)
        exposure = _exposure(self.series)
        rest = []
        for year in np.unique(years[self.when.mask | self.against.mask]):
            others = years != year
            try:
                ratio = log_rate_ratio(
                    self.series.values,
                    exposure,
                    self.when.mask & others,
                    self.against.mask & others,
                    strata=self.strata,
                )
            except DataGapError:
                continue  # Without this year there is nothing to compare.
            rest.append((int(year), float(ratio)))
        return rest


@dataclass(frozen=True, eq=False)
class Contrast(Design[ContrastClaim, Measured]):
    """The rate ratio of a contrast claim."""

    estimator = (
        "Ratio of rates per month, within strata by Mantel and Haenszel (1959); conditions that "
        "come and go are compared within seasons of spans of years (Lumley and Levy 2000); "
        "interval by moves of the conditions or slow swings of the counts (Lazarus et al. 2018), "
        "whichever is wider"
    )
    null = "The same two conditions of the world moved along the calendar, every possible move"
    minimum = MIN_PERIODS

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return "No source covers both conditions of the world."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """The ratio of rates as declared beforehand."""
        pair = (self.claim.when, self.claim.against)
        return self._measure(signal, pair, ways(self.claim, pair)[0], self.options.draws)

    def _measure(
        self, signal: Signal, pair: Compared, chosen: Strata, draws: int
    ) -> Estimate[Measured]:
        claim, data = self.claim, self.data
        series = signal.series.window(claim.since, claim.until)
        when, against = masks(data, series, *pair)
        index = strata_index(claim, data, series, chosen)
        covered = np.isfinite(series.values) & (index >= 0)
        _require(when.mask & covered, against.mask & covered, series.values)
        ratio = rate_contrast(
            series.values,
            _exposure(series),
            when.mask,
            against.mask,
            strata=index,
            block_periods=BLOCK_MONTHS,
            draws=draws,
            seed=self.options.seed,
        )
        estimate = Estimate(
            signal=replace(signal, series=series),
            scale=Scale.RATIO,
            effect=ratio.log_ratio,
            interval=ratio.interval(),
            p=ratio.p_placebo,
            cases=ratio.periods_high,
            result=Measured(series, when, against, chosen, index, ratio),
            choices={
                "estimator": RATIO,
                "source": signal.source,
                "what is counted": signal.noun,
                "when": when.label,
                "against": against.label,
                "strata": chosen.label(),
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
        for index, (signal, (pair, strata)) in enumerate(product(self._signals(), tests)):
            try:
                other = self._measure(signal, pair, strata, 2 * self.options.curve_draws)
            except DataGapError:
                continue  # A choice that the data cannot carry is no point of the curve.
            first = index == 0 and signal.source == estimates[0].signal.source
            yield replace(other, primary=first)
        if self._apart is not None:
            counted = self.data.label_of(claim.relation.action or "")
            yield estimate_of(estimates[0].signal, self._apart, counted)

    def _signals(self) -> Iterator[Signal]:
        yield from self.data.signals(self.claim.relation, self.claim.measures)[0]
        for name in self.claim.other_actions:
            yield from self.data.signals(Relation(action=name), [])[0]

    @cached_property
    def _apart(self) -> Any:
        """The ratio with self-excitation set apart, where there is enough to do so."""
        return set_apart(self.claim, self.data)

    def left_out(self, estimate: Estimate[Measured]) -> tuple[LeftOut, ...]:
        """The ratio without each calendar year in turn."""
        return tuple(
            LeftOut("years", str(year), ratio, estimate.cases)
            for year, ratio in estimate.result.without_years
        )

    def text(self, estimate: Estimate[Measured]) -> str:
        """How many times as frequent, compared within what, and the plain rates."""
        measured, every = estimate.result, estimate.signal.series.every
        ratio = measured.ratio
        low, high = (end.removesuffix("×") for end in estimate.ends.split(" to "))
        rates = (
            ""
            if estimate.signal.series.exposure is not None
            else f" Plain rates: {ratio.rate_high:.2f} against {ratio.rate_low:.2f} per {every}."
        )
        return (
            f"{upper_first(estimate.signal.noun)} were {estimate.in_words.removesuffix('×')} times "
            f"as frequent {measured.when.phrase} as {measured.against.phrase}"
            f"{measured.chosen.phrase()} (90% interval {low} to {high}); "
            f"{ratio.periods_high} against {plural(ratio.periods_low, every + 's')}.{rates}"
            f"{_anyway(estimate)}"
        )

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s"

    def source(self, estimate: Estimate[Measured]) -> str:
        """What the source of an estimate is called beside the others."""
        return estimate.signal.source

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """The ratio that moved conditions would have shown."""
        measured, up = estimate.result, self.up(estimate.signal)
        return of_ratio(
            measured.series, measured.when.mask, measured.against.mask, measured.strata, up=up
        )

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """The interval, single years, over-dispersion, and self-excitation."""
        carried = carrying(estimate, self.left_out(estimate))
        counts = estimate.signal.series.values
        counted = counts[np.isfinite(counts)]
        spread = float(counted.var() / counted.mean()) if counted.mean() > 0 else float("nan")
        yield Check(
            "The 90% interval excludes a ratio of one",
            estimate.beyond,
            f"90% interval of the ratio {estimate.ends}.",
        )
        years = ", ".join(item.case for item in carried) or "none"
        yield Check(
            "No single year carries the sign",
            not carried,
            f"Years whose omission changes the sign: {years}.",
        )
        yield Check(
            "Over-dispersion respected",
            None,
            f"The variance of the counts is {spread:.1f} times their mean (1 for a Poisson "
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
        measured = estimate.result
        series = measured.series
        years = _years(series)
        for condition in (measured.when, measured.against):
            for year in np.unique(years[condition.mask]):
                inside = condition.mask & (years == year) & np.isfinite(series.values)
                if inside.any():
                    total = float(series.values[inside].sum())
                    note = f"in {plural(int(inside.sum()), series.every + 's')}"
                    yield (str(year), condition.label, total, note, series.citation)


def _exposure(series: Series) -> Floats:
    return np.ones(len(series.values)) if series.exposure is None else series.exposure


def _years(series: Series) -> Ints:
    return np.asarray(series.dates.astype("datetime64[Y]").astype(np.int64) + 1970)


def _require(when: Bools, against: Bools, values: Floats) -> None:
    known = np.isfinite(values)
    least = min(int((when & known).sum()), int((against & known).sum()))
    events = float(values[(when | against) & known].sum())
    if least < MIN_PERIODS or events < MIN_EVENTS:
        raise DataGapError(
            "Two conditions of the world could not be compared.",
            f"The rarer has {least} periods with data, both together {events:.0f} events.",
            f"At least {MIN_PERIODS} periods each and {MIN_EVENTS} events are needed.",
        )


def _anyway(estimate: Estimate[Measured]) -> str:
    """Why an interval without a ratio of one may be no evidence."""
    if estimate.result.ratio.p_placebo < P_LEAN or not estimate.beyond:
        return ""
    return (
        " The rates differ, but so they often do when the conditions are moved along the calendar."
    )


def answer(claim: ContrastClaim, data: StudyData, options: Options) -> Pending:
    """Test a contrast claim by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.

    Returns:
        `insufficient data` where a condition has fewer than six months with data, or both
        together fewer than five events.
    """
    return assess(Contrast(claim, data, options))


register("claims", ContrastClaim, answer, problems, about=ABOUT)
