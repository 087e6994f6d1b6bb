"""Extreme claims: a level was the highest (or lowest) since a date.

A claim about a single period is about a peak, a longer one about a level that lasts; a claim can
say which. The primary estimator, fixed beforehand: the share of joint posterior draws in which
the highest within the target exceeds everything between the two dates. A level is drawn by a
local-level model (negative binomial for counts, Gaussian for scores) with bursts of about two
months told apart; a peak by the rates of single periods, half the draws each by the period's own
count and by a level with spikes, as nobody knows how much of a single month is only how the news
told it. The same is asked of the data up to the end of the target, and no verdict is given that
only one of the two gives.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from detente.answers import Check, Exhibit, Fact, Scale, Value, Verdict
from detente.arrays import Bools
from detente.asks.claims.charts import level_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, relation_problems
from detente.asks.claims.estimate import Estimate, LeftOut, Visible
from detente.asks.claims.rules import judge_both, judge_level, judge_probability
from detente.asks.claims.scales import (
    DIVIDED_BY,
    divided,
    divisors,
    fit_level,
    fit_peaks,
    to_periods,
)
from detente.asks.claims.shown import exposure_check
from detente.asks.claims.visible import of_extreme
from detente.asks.frame import Design
from detente.errors import DataGapError
from detente.estimators.levels.level import LevelPosterior, probability_highest
from detente.estimators.levels.peak import observed_rank
from detente.relations.steps import check_every, month_name, period_start, period_words
from detente.rounding import odds_text, plural, share_text
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.of_argument.blocks import Body, Drafting, questions
from detente.study.of_argument.measured import Setting, measured
from detente.study.of_parties import FIRST_EVENTS
from detente.study.parts import Day, Measure, Relation, Span
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.coding.claims import Claim

MIN_RIVALS = 6
BURST_MONTHS = 2.0  # after which two thirds of a burst are over
LONGEST_PEAK = 1  # periods
GRACES = (0, 3, 6, 12)
STRONGEST = 10

TARGET_DAYS = 90  # of a draft: the words say seldom which days they mean


class ExtremeClaim(ClaimBase):
    """The level of `relation` within `target` was the highest (lowest) since a date."""

    kind: Literal["extreme"]
    relation: Relation
    measures: list[Measure] = Field(min_length=1)
    target: Span
    since: Day
    direction: Literal["highest", "lowest"] = "highest"
    of: Literal["", "peak", "level"] = Field(
        default="",
        description="a peak of single periods or a level that lasts; by default a peak where the "
        "target holds a single period",
    )


def problems(claim: ExtremeClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from relation_problems(claim, claim.relation, claim.measures, study)


@dataclass(frozen=True, eq=False)
class Measured:
    """The level of one signal, upwards the claimed way; the claimed periods and their rivals.

    Attributes:
        posterior: Draws given all data.
        then: Draws given the data up to the end of the target.
        target: The claimed periods with data, shape (T,).
        rivals: Those that they must exceed, with data, shape (T,).
        of: "peak" or "level".
    """

    posterior: LevelPosterior
    then: LevelPosterior
    target: Bools
    rivals: Bools
    of: str

    @property
    def probability_then(self) -> float:
        """The probability as of the end of the target."""
        return probability_highest(self.then, self.target, self.rivals)


@dataclass(frozen=True, eq=False)
class Extreme(Design[ExtremeClaim, Measured]):
    """The probability of an extreme claim."""

    estimator = (
        "Probability by joint posterior draws of a local-level model (Harvey 1989), negative "
        "binomial for counts and Gaussian for scores, bursts told apart, its variances integrated "
        "over; of peaks, half by Gamma-Poisson rates of single periods (Clayton and Kaldor 1987), "
        "half by a level with spikes (Box and Tiao 1968)"
    )
    null = "The same claim made about every other date of the source"

    @property
    def gap(self) -> str:
        """Why there is no answer where no source can give one."""
        return "No source covers both the claimed peak and the time before it."

    def measure(self, signal: Signal) -> Estimate[Measured]:
        """Fit to all that is known, and to what was known at the end of the target.

        One block of one source only: levels of two sources are never compared.
        """
        target, rivals, inside = self._compared(signal)
        of = self.claim.of or ("peak" if target.sum() <= LONGEST_PEAK else "level")
        last = int(np.flatnonzero(target)[-1])
        measured = np.isfinite(signal.rates())
        target, rivals = target & measured, rivals & measured
        posterior = self._fitted(signal, inside, of)
        then = self._fitted(signal, inside & (np.arange(len(inside)) <= last), of)
        return Estimate(
            signal=signal,
            scale=Scale.PROBABILITY,
            effect=probability_highest(posterior, target, rivals),
            interval=None,
            p=None,
            cases=int(rivals.sum()),
            result=Measured(posterior, then, target, rivals, of),
            choices={
                "source": signal.source,
                "rivals begin": "at once",
                "normalisation": DIVIDED_BY[signal.divisor] if signal.counts else "as they are",
                "data": "all",
            },
        )

    def _fitted(self, signal: Signal, inside: Bools, of: str) -> LevelPosterior:
        """Draws by period, upwards the claimed way."""
        if of == "peak":
            fitted = fit_peaks(signal, inside, self.data.options)
        else:
            fitted = fit_level(signal, inside, self.data.options, burst_months=BURST_MONTHS)
        return fitted if self.up(signal) else replace(fitted, draws=-fitted.draws)

    def _compared(self, signal: Signal) -> tuple[Bools, Bools, Bools]:
        """The claimed periods, those that they must exceed, and the block of both."""
        series, claim = signal.series, self.claim
        since, start = np.datetime64(claim.since, "D"), np.datetime64(claim.target[0], "D")
        begun = series.dates >= period_start(np.array([start]), check_every(series.every))[0]
        target = begun & (series.dates <= np.datetime64(claim.target[1], "D"))
        block = series.segments[target][-1] if target.any() else -1
        inside = series.segments == block
        rivals = (series.dates > since) & ~begun
        measured = np.isfinite(signal.rates())
        if not (target & measured).any() or (rivals & measured & inside).sum() < MIN_RIVALS:
            raise DataGapError(
                "The level could not be compared.",
                "It does not reach from the earlier date to the claimed peak.",
                "Load event data that do.",
            )
        if (rivals & ~inside).any():
            raise DataGapError(
                "The level could not be compared.",
                "The time between is covered by two sources, whose levels cannot be compared.",
                "Load one source over the whole period.",
            )
        return target, rivals, inside

    def evidence(
        self, estimate: Estimate[Measured], curve: Sequence[Estimate[Any]], rest: Sequence[LeftOut]
    ) -> None:
        """None: a probability is judged as it is."""
        return

    def settled(self, estimates: Sequence[Estimate[Measured]]) -> tuple[Verdict, str]:
        """The verdict by the probability, later and then; none where a source says the opposite."""
        then = estimates[0].result.probability_then
        later = judge_level([item.effect for item in estimates])
        return judge_both(later, judge_probability(then), then)

    def curve(self, estimates: Sequence[Estimate[Measured]]) -> Iterator[Estimate[Measured]]:
        """By each source and exposure, then and later, with the aftermath left out or not."""
        for item in estimates:
            yield from self._aftermaths(item, primary=item is estimates[0])
            for divisor in divisors(item.signal)[1:]:
                try:
                    other = self.measure(divided(item.signal, divisor))
                except DataGapError:
                    continue  # A choice that the data cannot carry is no point of the curve.
                yield from self._aftermaths(other, primary=False)

    def _aftermaths(
        self, item: Estimate[Measured], *, primary: bool
    ) -> Iterator[Estimate[Measured]]:
        """The probability with more or less of what follows the earlier date left out."""
        measured = item.result
        for name, fitted in (("all", measured.posterior), ("up to its end", measured.then)):
            first = int(np.flatnonzero(measured.rivals)[0])
            for grace in GRACES:
                start = first + (to_periods(grace, item.signal.series.every) if grace else 0)
                rivals = measured.rivals & (np.arange(len(measured.rivals)) >= start)
                if rivals.sum() < MIN_RIVALS:
                    continue
                begin = f"{plural(grace, 'months')} after the date" if grace else "at once"
                yield replace(
                    item,
                    effect=probability_highest(fitted, measured.target, rivals),
                    cases=int(rivals.sum()),
                    choices={**item.choices, "rivals begin": begin, "data": name},
                    primary=primary and grace == 0 and name == "all",
                )

    def text(self, estimate: Estimate[Measured]) -> str:
        """The probability, and the strongest rival."""
        measured, signal = estimate.result, estimate.signal
        top = int(np.argmax(np.where(measured.rivals, measured.posterior.median(), -np.inf)))
        every = check_every(signal.series.every)
        rival = period_words(signal.series.dates[top], every)
        what = "level" if measured.of == "level" else f"peak of single {every}s"
        return (
            f"The probability that the {what} of {signal.noun} was the "
            f"{'highest' if self.up(signal) else 'lowest'} since "
            f"{month_name(self.claim.since)} is {odds_text(estimate.effect)}; its "
            f"strongest rival is {rival}. "
            f"By the data up to its end it is {odds_text(measured.probability_then)}. As "
            f"observed, its best {every} ranks {self._rank(estimate)} of {estimate.cases + 1}."
        )

    def _rank(self, estimate: Estimate[Measured]) -> int:
        """How high the best claimed period stands among its rivals as observed."""
        measured, signal = estimate.result, estimate.signal
        return observed_rank(
            signal.rates(), measured.target, measured.rivals, highest=self.up(signal)
        )

    def facts(self, estimate: Estimate[Measured]) -> Iterator[Fact]:
        """The probability at the time, and the rank as observed."""
        then = estimate.result.probability_then
        yield Fact("then", "Probability at the time", then, Scale.PROBABILITY)
        yield Fact("rank", "Rank as observed", self._rank(estimate), Scale.COUNT, shown=False)

    def case_word(self, estimate: Estimate[Measured]) -> str:
        """What is counted as cases."""
        return f"{estimate.signal.series.every}s compared with"

    def source(self, estimate: Estimate[Measured]) -> str:
        """What the source of an estimate is called beside the others."""
        return estimate.signal.source

    def needs(self) -> Sequence[str]:
        """What would make the level surer."""
        return self.claim.needs

    def visible(self, estimate: Estimate[Measured]) -> Visible:
        """How far from its rivals the level must be."""
        measured, signal = estimate.result, estimate.signal
        return of_extreme(
            signal, measured.posterior.draws, measured.target, measured.rivals, up=self.up(signal)
        )

    def checks(self, estimate: Estimate[Measured]) -> Iterator[Check]:
        """Exposure, peak or level, and how often such a claim would be likely anyway."""
        yield from exposure_check(estimate.signal)
        asked = "as the claim asks" if self.claim.of else "by the length of the claimed time"
        yield Check("What the claim is about", None, f"A {estimate.result.of}, {asked}.")
        yield Check(
            "How often such a claim would be likely anyway",
            None,
            f"At {share_text(_usual(estimate.result))} of the dates with as long a past, the "
            "level was more likely than not the most extreme of that past.",
        )

    def caveat(self) -> str:
        """News counts attention."""
        return "An index of news counts attention as well as events."

    def chart(self, estimate: Estimate[Measured]) -> Exhibit:
        """The level since the earlier date."""
        signal, claim = estimate.signal, self.claim
        up = self.up(signal)
        return level_chart(signal, estimate.result.posterior, claim.since, claim.target, up=up)

    def rows(self, estimate: Estimate[Measured]) -> Iterator[tuple[Value, ...]]:
        """The target and the ten strongest rivals, by observed value."""
        series, measured = estimate.signal.series, estimate.result
        sign = 1.0 if self.up(estimate.signal) else -1.0
        rivals = np.where(measured.rivals, sign * series.values, -np.inf)
        order = np.argsort(-rivals)[:STRONGEST]
        for index in sorted({*order.tolist(), *np.flatnonzero(measured.target).tolist()}):
            if np.isfinite(series.values[index]):
                what = "claimed" if measured.target[index] else "rival"
                value = float(series.values[index])
                yield (str(series.dates[index]), what, value, series.unit, series.citation)


def _usual(measured: Measured) -> float:
    """Share of the dates after which the same claim, as far back, would have been likely too."""
    paths = np.nan_to_num(measured.posterior.draws, nan=-np.inf)
    reach, length = int(measured.rivals.sum()), int(measured.target.sum())
    likely = []
    for end in range(reach + length, paths.shape[1] + 1):
        best = paths[:, end - length : end].max(axis=1)
        likely.append(np.mean(best > paths[:, end - length - reach : end - length].max(axis=1)))
    return float(np.mean(np.array(likely) >= 0.5)) if likely else float("nan")


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that says what was most or least."""
    what, stated = measured(claim, setting), claim.reading.since
    first = setting.written - dt.timedelta(days=TARGET_DAYS)
    since = stated if stated and FIRST_EVENTS <= stated < first else setting.since
    most = "lowest" if what.falls else "highest"
    unsaid = "" if since is stated else "the text does not say since when"
    asked = {name: text for name, text in what.asked.items() if name != "direction"}
    return Body(
        f"in the {TARGET_DAYS} days to {setting.written}, {what.of} was at its {most} since "
        f"{since}",
        {
            "relation": what.relation,
            "measures": what.measures,
            "target": [first, setting.written],
            "since": since,
            "direction": most,
        },
        {**asked, **questions(target="which days are those that the text calls so?", since=unsaid)},
        subject=what.whom,
    )


register(
    "claims",
    ExtremeClaim,
    Extreme.answer,
    problems,
    about=ABOUT,
    drafting=Drafting("The most or least", draft),
)
