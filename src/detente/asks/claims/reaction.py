"""Reaction claims: periods in which A does more to B are followed by more of B to A.

A response claim asks what follows dated acts; here the cause is a series itself, such as one side's
violence by week. The primary estimator, fixed beforehand: a local projection of the mean over the
window after the cause's own period on the cause, given the past of both, what responds in the
cause's own period, the season, and the level of the span (26 periods, cut where the claim's eras
begin). So what both have in common in a year, and who came first within a period, is no reaction.
As a second look the cause is moved along the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Value
from detente.arrays import Bools, Floats, Ints
from detente.asks.claims.charts import group_rates
from detente.asks.claims.claim import ABOUT, ClaimBase, era_problems, relation_problems
from detente.asks.claims.estimate import Estimate, LeftOut, Visible
from detente.asks.claims.projected import HARMONICS, LAGS, LOCAL_PROJECTION
from detente.asks.claims.rules import P_SECOND_NULL
from detente.asks.claims.scales import (
    DIVIDED_BY,
    convert,
    divided,
    divisors,
    grid_of,
    scale_of,
    to_periods,
)
from detente.asks.claims.shown import carried_checks, exposure_check
from detente.asks.claims.spans import spans_of, thirds_after, whole_around
from detente.asks.claims.visible import POWER_Z
from detente.asks.frame import Design
from detente.errors import DataGapError
from detente.estimators.matching import Grid
from detente.estimators.projections.moved import MOVES, Followed, followed, response_without
from detente.estimators.resample import bootstrap_means
from detente.rounding import p_is, plural, upper_first
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.of_argument.acts import listed
from detente.study.of_argument.blocks import MONTH_DAYS, Body, Drafting, months_of
from detente.study.of_argument.measured import Setting, dyads_of, measured
from detente.study.of_parties import spoken
from detente.study.parts import Measure, Relation
from detente.study.signal import Divisor, Signal

if TYPE_CHECKING:
    from detente.coding.claims import Claim

SPAN = 26  # periods within which levels are compared
FEWEST = 100  # periods
DOUBLED = float(np.log(2.0))


class ReactionClaim(ClaimBase):
    """Periods with more of `acts` than its past announced are followed by more of `relation`."""

    WINDOW: ClassVar[str] = "window_months"

    kind: Literal["reaction"]
    acts: Relation = Field(description="what is followed: a relation, by the same measures")
    relation: Relation = Field(description="what responds")
    measures: list[Measure] = Field(min_length=1)
    direction: Literal["up", "down"]
    window_months: int = Field(default=1, ge=1, le=24, description="after the period of the cause")
    strata: list[str] = Field(default=[], description="eras at whose borders levels may jump")


def problems(claim: ReactionClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare, and a side that is an action."""
    yield from era_problems(claim, claim.strata, study)
    for side, relation in (("acts", claim.acts), ("relation", claim.relation)):
        if relation.action is not None:
            yield (
                f"claims.{claim.id}.{side}: an action is no series of acts; what follows dated "
                "acts is a claim of the kind `response`."
            )
        yield from relation_problems(claim, relation, claim.measures, study)


@dataclass(frozen=True)
class Choice:
    """One way to run the test."""

    window_months: int
    divisor: Divisor
    lags: int
    span_periods: int = SPAN
    own_period: bool = False


@dataclass(frozen=True, eq=False)
class Sides:
    """Both series on one calendar, shape (T,), the span of each period, and how they are asked."""

    outcome: Floats
    cause: Floats
    spans: Ints
    ways: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Measured:
    """What one signal gave: the cause, the way, the unit of the cause, and the projection."""

    acts: Signal
    choice: Choice
    unit: float
    result: Followed
    sides: Sides


@dataclass(frozen=True, eq=False)
class Reaction(Design[ReactionClaim, Measured]):
    """The projection of a reaction claim."""

    estimator = (
        "Local projection (Jordà 2005) with one lag more than matters (Montiel Olea and "
        "Plagborg-Møller 2021), within spans of 26 periods, given what responds in the cause's own "
        "period"
    )
    null = "No response, errors allowing for uneven noise; and the cause moved along the calendar"
    minimum = FEWEST

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return "No source holds both sides over enough periods."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """The response as declared beforehand, with the cause moved along the calendar."""
        choice = Choice(self.claim.window_months, signal.divisor, LAGS[signal.series.every])
        estimate = self._measure(signal, choice, moves=MOVES)
        p_moved = estimate.result.result.p_moved
        if p_moved < P_SECOND_NULL:
            return estimate
        doubt = f"moving the cause along the calendar does not confirm it ({p_is(p_moved)})"
        return replace(estimate, doubt=doubt)

    def _acts(self, signal: Signal, divisor: Divisor) -> Signal:
        """The cause as the same source and measure tell it."""
        for other in self.data.signals(self.claim.acts, self.claim.measures)[0]:
            if _told_by(other) == _told_by(signal):
                return divided(other, divisor)
        raise DataGapError(
            "The reaction could not be measured.",
            "It holds no such series of the cause.",
            "Name a measure that holds both sides.",
        )

    def _measure(self, signal: Signal, choice: Choice, *, moves: int = 0) -> Estimate[Measured]:
        signal = divided(signal, choice.divisor)
        acts = self._acts(signal, choice.divisor)
        sides = self._sides(signal, acts, choice)
        if np.isfinite(sides.outcome + sides.cause).sum() < FEWEST:
            raise DataGapError(
                "The reaction could not be measured.",
                f"It holds both sides in fewer than {FEWEST} {signal.series.every}s.",
                "Load data over a longer period.",
            )
        result = followed(sides.outcome, sides.cause, moves=moves, **sides.ways)
        unit = DOUBLED if signal.counts else float(np.nanstd(sides.cause))
        low, high = (unit * end for end in result.interval)
        return Estimate(
            signal=signal,
            scale=scale_of(signal),
            effect=unit * result.effect,
            interval=(low, high),
            p=result.p,
            cases=result.periods,
            result=Measured(acts, choice, unit, result, sides),
            choices=_chosen(signal, choice),
            placebo=unit * result.moved,
        )

    def _sides(self, signal: Signal, acts: Signal, choice: Choice) -> Sides:
        """Both series on one calendar, with what is controlled for."""
        grid = grid_of(signal)
        cause = _on(grid_of(acts), acts, signal)
        if acts.reverse:  # where higher numbers are less of it, more of it are lower ones
            cause = -cause
        window = to_periods(choice.window_months, signal.series.every)
        usable = whole_around(np.isfinite(grid.values + cause), choice.lags + 1, window)
        spans = self._spans(signal, grid, usable, choice.span_periods)
        turns = np.arange(1, HARMONICS[signal.series.every] + 1)
        angles = 2 * np.pi * grid.season[:, None] * turns
        levels = spans[:, None] == np.unique(spans)[None, 1:]
        ways = {
            "window_periods": window,
            "lags": choice.lags,
            "controls": np.hstack([np.sin(angles), np.cos(angles), levels]),
            "segments": grid.block,
            "own_period": choice.own_period,
        }
        return Sides(grid.values, cause, spans, ways)

    def _spans(self, signal: Signal, grid: Grid, usable: Bools, span: int) -> Ints:
        """Number of the span of each period; spans end where an era or a source does."""
        eras = [self.data.study.eras[name] for name in self.claim.strata]
        days = {day for era in eras for day in (era.start, era.end) if day is not None}
        borders = np.array(sorted(days), "datetime64[D]")
        begins = np.searchsorted(signal.series.dates, borders, side="left")
        return spans_of(grid.block, begins, usable, span)

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Measured]]:
        """Windows, lags, spans, divisors and whether the cause's own period counts, each varied."""
        for item in estimates:
            first = item.result.choice
            for choice in _choices(first, item.signal):
                try:
                    other = self._measure(item.signal, choice)
                except DataGapError:
                    continue  # A choice that the data cannot carry is no point of the curve.
                yield replace(other, primary=item is estimates[0] and choice == first)

    def left_out(self, estimate: Estimate[Measured]) -> tuple[LeftOut, ...]:
        """The response without each calendar year."""
        measured, sides = estimate.result, estimate.result.sides
        years = estimate.signal.series.dates.astype("datetime64[Y]").astype(np.int64) + 1970
        listed = np.unique(years[np.isfinite(sides.outcome + sides.cause)])
        groups = [np.flatnonzero(years == year) for year in listed]
        effects = response_without(sides.outcome, sides.cause, groups, **sides.ways)
        return tuple(
            LeftOut("years", str(year), measured.unit * float(effect), estimate.cases - len(group))
            for year, effect, group in zip(listed, effects, groups, strict=True)
        )

    def text(self, estimate: Estimate[Measured]) -> str:
        """What follows, after what, and beyond what."""
        signal, measured = estimate.signal, estimate.result
        every = signal.series.every
        window = plural(to_periods(measured.choice.window_months, every), every + "s")
        if signal.counts:
            more = "half as much" if measured.acts.reverse else "twice as much"
        else:
            more = f"one standard deviation {'less' if measured.acts.reverse else 'more'} of the"
        unit = "" if signal.counts else f" {signal.series.unit}"
        return (
            f"{upper_first(signal.noun)} changed by {estimate.in_words}{unit} (90% interval "
            f"{estimate.ends}) in the {window} after a {every} with {more} {measured.acts.noun}, "
            "beyond what the past of both, the season and the level of the half-year or span let "
            f"one expect ({plural(estimate.cases, every + 's')})."
        ).replace("half-year or span", "half-year" if every == "week" else "span")

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s"

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """By the standard error of the response."""
        size = POWER_Z * estimate.result.unit * estimate.result.result.error
        signed = size if self.up(estimate.signal) else -size
        return Visible(float(convert(estimate.scale, signed)))

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """Exposure, the cause moved along the calendar, and single years."""
        yield from exposure_check(estimate.signal)
        p_moved = estimate.result.result.p_moved
        yield Check(
            "Moved along the calendar",
            p_moved < P_SECOND_NULL,
            f"With the cause moved by {len(estimate.placebo)} lengths of time, as large a response "
            f"in its errors comes with {p_is(p_moved)}.",
        )
        yield from carried_checks(estimate, self.left_out(estimate), ("year",))

    def caveat(self) -> str:
        """What comes first need not be the cause."""
        return (
            "A reaction is what follows. Something outside that moves both sides within weeks, the "
            "one before the other or only more plainly, would look the same."
        )

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """What followed periods with least and most of the cause within their span."""
        signal, choice = estimate.signal, estimate.result.choice
        sides = estimate.result.sides
        window = to_periods(choice.window_months, signal.series.every)
        thirds = thirds_after(sides.outcome, sides.cause, sides.spans, window)
        draws = bootstrap_means(thirds, seed=self.data.options.seed)
        return group_rates(
            "What followed, within the same span",
            [f"after the third with {word} of it" for word in ("least", "a middle amount", "most")],
            np.asarray(convert(estimate.scale, np.nanmean(thirds, axis=0))),
            np.asarray(convert(estimate.scale, draws)),
            "% above its span" if signal.counts else f"{signal.series.unit} above its span",
        )

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """What both sides did by year."""
        for signal in (estimate.result.acts, estimate.signal):
            item = signal.series
            years = item.dates.astype("datetime64[Y]")
            for year in np.unique(years):
                values = item.values[(years == year) & np.isfinite(item.values)]
                if len(values):
                    note = f"in {plural(len(values), item.every + 's')}"
                    total = signal.together(values)
                    yield (str(year), signal.noun, total, note, item.citation)


def _told_by(signal: Signal) -> tuple[object, ...]:
    """By what a signal is told: of several origins each is followed by its own."""
    series = signal.series
    return signal.dataset, signal.measure, series.every, frozenset(series.sources), signal.reverse


def _on(cause: Grid, acts: Signal, signal: Signal) -> Floats:
    """The cause on the calendar of what responds; NaN where it has no data."""
    values = np.full(len(signal.series.dates), np.nan)
    _, there, here = np.intersect1d(acts.series.dates, signal.series.dates, return_indices=True)
    values[here] = cause.values[there]
    return values


def _choices(first: Choice, signal: Signal) -> Iterator[Choice]:
    """Each thing that could have been chosen otherwise, one at a time, the first way first."""
    yield first
    windows = {max(1, first.window_months // 2), 2 * first.window_months} - {first.window_months}
    yield from (replace(first, window_months=months) for months in sorted(windows))
    yield from (replace(first, divisor=divisor) for divisor in divisors(signal)[1:])
    yield replace(first, lags=2 * first.lags)
    yield replace(first, span_periods=2 * SPAN)
    yield replace(first, own_period=True)


def _chosen(signal: Signal, choice: Choice) -> dict[str, str]:
    return {
        "estimator": LOCAL_PROJECTION,
        "source": signal.source,
        "measure": signal.measure.replace("_", " "),
        "window": plural(choice.window_months, "months"),
        "lags": plural(choice.lags, f"{signal.series.every}s"),
        "span": plural(choice.span_periods, f"{signal.series.every}s"),
        "normalisation": DIVIDED_BY[choice.divisor] if signal.counts else "as they are",
        "first period": "the cause's own" if choice.own_period else "the one after",
    }


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that says who answers whom."""
    what = measured(claim, setting)
    a, b = dyads_of(claim, setting)
    sides = {"acts": {"dyads": [[a, b]]}, "relation": {"dyads": [[b, a]]}}
    months = months_of(claim.reading.window_days or MONTH_DAYS)
    return Body(
        f"after months with more {what.noun} from {spoken(a)} toward {spoken(b)}, there is "
        f"{what.more} of it the other way",
        {**what.values, **sides, "window_months": months},
        {**what.asked, "acts": "whose acts?", "relation": "whose answer?"},
        subject=listed([spoken(a), spoken(b)]),
    )


register(
    "claims",
    ReactionClaim,
    Reaction.answer,
    problems,
    about=ABOUT,
    drafting=Drafting("Who answers whom", draft),
)
