"""Occurrence claims: an action happens within so many days of a date.

A claim of this kind is a question asked as of its day: its odds are those that the study's own
questions have, from what was known then, beside the base rate (the share of past windows of the
same length that held an event), and with the track record of such odds up to that day. The outcome
is shown beside them; one outcome neither proves nor disproves a probability.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from detente.answers import Answer, Check, Exhibit, Fact, Scale, Value, Verdict
from detente.asks.claims.charts import odds_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, action_problems
from detente.asks.claims.rules import judge_outcome
from detente.asks.claims.shown import cases, chance, visible_fact
from detente.asks.claims.visible import of_occurrence
from detente.asks.forecasts.as_of import came, odds_within, question_on, record_as_of
from detente.asks.forecasts.combined import RECENT, Odds
from detente.asks.forecasts.event_question import ESTIMATOR, EventQuestion
from detente.asks.forecasts.walks import walks_of
from detente.asks.frame import Pending, blank, disagreement, insufficient, notes, provenance
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.parts import Day, Relation

NULL = "All windows of the same length in the history before the day"
CASE_WORD = "earlier days with the action"
RECORD = ("reliability", "scores")
"""What of the track record stands on the card."""
MOST_REASONS = 3
MIN_HISTORY = 2 * 365  # days


class OccurrenceClaim(ClaimBase):
    """`action` happens within so many days of a date."""

    kind: Literal["occurrence"]
    action: str
    on: Day = Field(description="what was known on this day is all that the odds may use")
    windows_days: list[int] = Field(min_length=1)
    primary_window_days: int
    history_since: Day | None = Field(
        default=None,
        description="the first day that counts, where no question of the study does",
    )
    happens: bool = Field(default=True, description="false: the claim is that it does not happen")
    unusual: bool = Field(
        default=False, description="the claim says that it is more than chance (after an event)"
    )

    @model_validator(mode="after")
    def _primary_is_a_window(self) -> Self:
        if self.primary_window_days not in self.windows_days:
            raise ValueError(
                f"primary_window_days {self.primary_window_days} is not one of {self.windows_days}"
            )
        return self


def problems(claim: OccurrenceClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from action_problems(claim, [claim.action], study)


def answer(claim: OccurrenceClaim, data: StudyData, options: Options) -> Pending:
    """Give the odds of a claim as of its day, and the outcome.

    Args:
        claim: The claim.
        data: The study's data as of a date; nothing after `claim.on` enters the odds.
        options: The seed.
    """
    past = [fact for fact in data.facts_of(claim.action) if fact.date <= claim.on]
    if data.as_of < claim.on or not past:
        why = f"Nothing is known of the action up to {claim.on:%d %B %Y}."
        return insufficient(claim, why)
    since, walks = claim.history_since or past[0].date, walks_of(data)
    asked = {
        days: question_on(data, claim.action, days, since, title=claim.title)
        for days in claim.windows_days
    }
    question = asked[claim.primary_window_days]
    length = (claim.on - question.since).days + 1
    if length < MIN_HISTORY:
        why = f"The history has {length} days; {MIN_HISTORY} are needed."
        return insufficient(claim, why)
    try:
        odds = odds_within(question, walks, claim.on, claim.windows_days)
    except DataGapError as gap:
        return insufficient(claim, gap.found)
    outcomes = {days: came(item, data, claim.on) for days, item in asked.items()}
    record = record_as_of(question, walks, claim.on, options)
    events = len({fact.date for fact in past if fact.date >= question.since})
    main = odds[question.within_days]
    happened = outcomes[question.within_days]
    scores = tuple(exhibit for exhibit in record.exhibits if exhibit.name in RECORD)
    return Pending(
        replace(
            _answer(claim, data, main, happened, options),
            facts=tuple(_facts(claim, main, events)),
            checks=tuple(_checks(question, main, record)),
            exhibits=(
                _chart(odds, outcomes),
                *(replace(exhibit, folded=True) for exhibit in scores),
                cases(_rows(claim, data), CASE_WORD),
            ),
        )
    )


def _answer(
    claim: OccurrenceClaim, data: StudyData, odds: Odds, happened: bool | None, options: Options
) -> Answer:
    """Everything that is said, but for the numbers."""
    verdict, reason = _verdict(claim, happened, odds, odds.probability)
    signals = data.signals(Relation(action=claim.action), [])[0]
    parts = tuple(_parts(claim, happened, odds))
    visible = of_occurrence(_chance(odds) if claim.unusual and claim.happens else None)
    return replace(
        blank(claim),
        verdict=verdict,
        reason=reason,
        text=_text(data, claim, happened, odds),
        parts=parts,
        caveats=(
            *claim.caveats,
            "One outcome does not test a probability; a track record over many dates does.",
        ),
        citations=tuple(dict.fromkeys(signal.series.citation for signal in signals)),
        provenance=provenance(data, signals, options, ESTIMATOR, NULL),
        notes=notes(visible=visible.note, sources=disagreement(parts)),
    )


def _facts(claim: OccurrenceClaim, odds: Odds, events: int) -> Iterator[Fact]:
    """The odds, the events that they rest on, and how likely it was anyway."""
    scale = Scale.PROBABILITY
    yield Fact("effect", "Probability", odds.probability, scale, low=odds.low, high=odds.high)
    yield Fact("cases", "Cases", events, Scale.COUNT, CASE_WORD)
    yield Fact("base_rate", "Base rate", odds.base_rate, scale)
    yield Fact("recent_base_rate", f"B{RECENT[1:]}", odds.recent, scale)
    if claim.unusual:
        yield from chance(_chance(odds))
        if claim.happens:
            yield from visible_fact(of_occurrence(_chance(odds)), scale)


def _verdict(
    claim: OccurrenceClaim, happened: bool | None, odds: Odds, probability: float
) -> tuple[Verdict, str]:
    """The verdict on what the claim says, which may be that nothing happens."""
    anyway = _chance(odds) if claim.unusual else None
    if claim.happens or happened is None:
        return judge_outcome(happened, probability if claim.happens else 1 - probability, anyway)
    verdict, _ = judge_outcome(not happened, 1 - probability, None)
    word = "It did happen" if happened else "It did not happen"
    return verdict, f"{word}; the odds that it would not were {1 - probability:.0%} as of the date."


def _chance(odds: Odds) -> float:
    """How likely it was anyway: usually, or as of the date, whichever is more."""
    return max(odds.base_rate, odds.probability)


def _text(data: StudyData, claim: OccurrenceClaim, happened: bool | None, odds: Odds) -> str:
    outcome = {True: "It happened.", False: "It did not happen.", None: "The window is still open."}
    return (
        f"As of {claim.on:%d %B %Y} the odds of {data.label_of(claim.action)} within "
        f"{claim.primary_window_days} days were {odds.probability:.0%}; the base rate of such "
        f"windows was {odds.base_rate:.0%}. {outcome[happened]}"
    )


def _parts(claim: OccurrenceClaim, happened: bool | None, odds: Odds) -> Iterator[Answer]:
    """The odds by each of the models that are combined."""
    for model in odds.models:
        yield Answer(
            id=model.label.replace(" ", "-"),
            kind="source",
            label=f"chronicle, {model.label}",
            statement=f"what was known on {claim.on.isoformat()}",
            text=f"{model.probability:.0%} within {claim.primary_window_days} days",
            verdict=_verdict(claim, happened, odds, model.probability)[0],
            facts=(
                Fact("effect", "Probability", model.probability, Scale.PROBABILITY),
                Fact("weight", "Weight", model.weight, Scale.PROBABILITY),
            ),
        )


def _checks(question: EventQuestion, odds: Odds, record: Answer) -> Iterator[Check]:
    terms = "; ".join(
        f"{reason.label} ({reason.rate:+.2g} days per year)"
        for reason in odds.waterfall.reasons[:MOST_REASONS]
    ).replace("(-", "(\N{MINUS SIGN}")
    yield Check(
        "What drives the odds",
        None,
        f"From {odds.waterfall.start:.1f} days per year since {question.since} to "
        f"{odds.waterfall.end:.1f} in the window: {terms}.",
    )
    skill = record.fact("skill")
    better = None if skill is None or skill.low is None else skill.low > 0 or None
    worse = skill is not None and skill.high is not None and skill.high < 0
    text = record.gap or record.text
    yield Check("Track record by the date", False if worse else better, text)


def _rows(claim: OccurrenceClaim, data: StudyData) -> Iterator[tuple[Value, ...]]:
    """The last events before the day and all within the longest window."""
    end = claim.on + dt.timedelta(days=max(claim.windows_days))
    facts = data.facts_of(claim.action)
    before = [fact for fact in facts if fact.date <= claim.on][-5:]
    after = [fact for fact in facts if claim.on < fact.date <= end]
    for fact in (*before, *after):
        days = float((fact.date - claim.on).days)
        note = "days from the date of the claim"
        yield (fact.date.isoformat(), fact.title, days, note, fact.citation)


def _chart(odds: Mapping[int, Odds], outcomes: Mapping[int, bool | None]) -> Exhibit:
    return odds_chart(
        {
            "window": [f"{days} days" for days in odds],
            "odds": [item.probability for item in odds.values()],
            "base_rate": [item.base_rate for item in odds.values()],
            "low": [item.low for item in odds.values()],
            "high": [item.high for item in odds.values()],
            "happened": [outcomes[days] for days in odds],
        }
    )


register("claims", OccurrenceClaim, answer, problems, about=ABOUT)
