"""Occurrence claims: an action happens within so many days of a date.

A claim of this kind is a question asked as of its day: its odds are those that the study's own
questions have, from what was known then, beside the base rate (the share of past windows of the
same length that held an event), and with the track record of such odds up to that day. The outcome
is shown beside them, in words of its own; one outcome neither proves nor disproves a probability.

Odds are always those of what is claimed, which may be that nothing happens. Whether an event made
another likelier than usual is not judged: its day was picked because of what followed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from detente.answers import Answer, Check, Exhibit, Fact, Scale, Value, Verdict
from detente.asks.claims.charts import odds_chart
from detente.asks.claims.claim import ABOUT, ClaimBase, action_problems
from detente.asks.claims.rules import judge_outcome
from detente.asks.claims.shown import cases
from detente.asks.claims.visible import FORECAST
from detente.asks.forecasts.as_of import came, odds_within, question_on, record_as_of
from detente.asks.forecasts.combined import RECENT, Odds, stand_ins
from detente.asks.forecasts.event_question import ESTIMATOR, EventQuestion
from detente.asks.forecasts.walks import WALKS, walks_of
from detente.asks.frame import Pending, blank, insufficient, notes
from detente.asks.provenance import provenance_of
from detente.errors import DataGapError
from detente.relations.steps import day_name
from detente.rounding import number, odds_text, plural, significant
from detente.study.actions import sources_of
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.of_argument.blocks import HOW_SOON, Body, Drafting, questions
from detente.study.of_argument.measured import Setting, action_of
from detente.study.parts import Day, Relation, WindowDays

if TYPE_CHECKING:
    from detente.coding.claims import Claim

NULL = "All windows of the same length in the history before the day"
CASE_WORD = "earlier days with the action"
PICKED = (
    "It happened. Whether that was more than chance is not judged: the day was picked because of "
    "what followed it, and days picked so are followed by it whether or not they brought it."
)
LIKE_CAUSES = (
    "A contrast over all like causes: `when = { after = ACTION, months = N }`, with all their days"
)
RECORD = ("reliability", "scores")
"""What of the track record stands on the card."""
MOST_REASONS = 3
MOST_WINDOWS = 24
MIN_HISTORY = 2 * 365  # days

DRAFTED_DAYS = (28, 90, 180)


class OccurrenceClaim(ClaimBase):
    """`action` happens within so many days of a date."""

    WINDOW: ClassVar[str] = "primary_window_days"

    kind: Literal["occurrence"]
    action: str
    on: Day = Field(description="what was known on this day is all that the odds may use")
    windows_days: list[WindowDays] = Field(min_length=1, max_length=MOST_WINDOWS)
    primary_window_days: WindowDays
    history_since: Day | None = Field(
        default=None,
        description="the first day that counts, where no question of the study does",
    )
    happens: bool = Field(default=True, description="false: the claim is that it does not happen")
    unusual: bool = Field(
        default=False,
        description="the claim says that it is more than chance, after an event: one window does "
        "not show that, so that it is not testable where it came; use a contrast over all like "
        "causes",
    )

    @model_validator(mode="after")
    def _primary_is_a_window(self) -> Self:
        if self.primary_window_days not in self.windows_days:
            raise ValueError(
                f"primary_window_days {self.primary_window_days} is not one of {self.windows_days}"
            )
        return self

    def with_window(self, length: int) -> dict[str, Any]:
        """Its windows with one more, if it is none of them, which is then the primary one."""
        windows = sorted({*self.windows_days, length})
        return {self.WINDOW: length, "windows_days": windows}


def problems(claim: OccurrenceClaim, study: Study, folder: Path) -> Iterator[str]:
    """Names that the study does not declare."""
    yield from action_problems(claim, [claim.action], study)


def answer(claim: OccurrenceClaim, data: StudyData) -> Pending:
    """Give the odds of a claim as of its day, and the outcome.

    Args:
        claim: The claim.
        data: The study's data as of a date; nothing after `claim.on` enters the odds.
    """
    past = [fact for fact in data.facts_of(claim.action) if fact.date <= claim.on]
    if data.as_of < claim.on or not past:
        why = f"Nothing is known of the action up to {day_name(claim.on)}."
        return insufficient(claim, why)
    since, walks = claim.history_since or past[0].date, walks_of(data)
    asked = {
        days: question_on(data, claim.action, days, since, title=claim.title)
        for days in claim.windows_days
    }
    question = asked[claim.primary_window_days]
    length = (claim.on - question.since).days + 1
    if length < MIN_HISTORY:
        why = f"The history has {plural(length, 'days')}; {MIN_HISTORY} are needed."
        return insufficient(claim, why)
    try:
        odds = odds_within(question, walks, claim.on, claim.windows_days)
    except DataGapError as gap:
        return insufficient(claim, gap.found)
    outcomes = {days: came(item, data, claim.on) for days, item in asked.items()}
    record = record_as_of(question, walks, claim.on)
    events = len({fact.date for fact in past if fact.date >= question.since})
    main = odds[question.within_days]
    happened = outcomes[question.within_days]
    scores = tuple(exhibit for exhibit in record.exhibits if exhibit.name in RECORD)
    return Pending(
        replace(
            _answer(claim, data, main, happened),
            facts=tuple(_facts(claim, main, events)),
            checks=tuple(_checks(question, main, record)),
            exhibits=(
                _chart(claim, odds, outcomes),
                *(replace(exhibit, folded=True) for exhibit in scores),
                cases(_rows(claim, data), CASE_WORD),
            ),
        )
    )


def _answer(claim: OccurrenceClaim, data: StudyData, odds: Odds, happened: bool | None) -> Answer:
    """Everything that is said, but for the numbers."""
    verdict, reason = _verdict(claim, happened)
    signals = data.signals(Relation(action=claim.action), [])[0]
    return replace(
        blank(claim),
        verdict=verdict,
        reason=reason,
        text=_text(data, claim, happened, odds),
        parts=tuple(_parts(claim, data, odds)),
        caveats=(
            *claim.caveats,
            "One outcome does not test a probability; a track record over many dates does.",
            *stand_ins(odds.models),
        ),
        needs=(*claim.needs, *((LIKE_CAUSES,) if verdict is Verdict.NOT_TESTABLE else ())),
        citations=tuple(dict.fromkeys(signal.series.citation for signal in signals)),
        provenance=provenance_of(data, signals, ESTIMATOR, NULL),
        notes=notes(visible=FORECAST),
    )


def _facts(claim: OccurrenceClaim, odds: Odds, events: int) -> Iterator[Fact]:
    """The odds of what is claimed, and the events that they rest on."""
    scale = Scale.PROBABILITY
    low, high = sorted((_claimed(claim, odds.low), _claimed(claim, odds.high)))
    said = "Odds that it happens" if claim.happens else "Odds that it does not happen"
    yield Fact("effect", said, _claimed(claim, odds.probability), scale, low=low, high=high)
    yield Fact("cases", "Cases", events, Scale.COUNT, CASE_WORD)
    yield Fact("base_rate", "Base rate", _claimed(claim, odds.base_rate), scale)
    yield Fact("recent_base_rate", f"B{RECENT[1:]}", _claimed(claim, odds.recent), scale)


def _claimed(claim: OccurrenceClaim, probability: float) -> float:
    """The probability of what is claimed, from that of the event."""
    return probability if claim.happens else 1 - probability


def _verdict(claim: OccurrenceClaim, happened: bool | None) -> tuple[Verdict, str]:
    """What came of what is claimed, whatever its odds were."""
    came = None if happened is None else happened == claim.happens
    verdict = judge_outcome(came)
    if came is None:
        return verdict, "The window is not over, or its outcome is not known yet."
    if came and claim.unusual:
        return Verdict.NOT_TESTABLE, PICKED
    word = "It happened" if happened else "It did not happen"
    return verdict, f"{word} within the window, {'as' if came else 'unlike what'} was claimed."


def _text(data: StudyData, claim: OccurrenceClaim, happened: bool | None, odds: Odds) -> str:
    outcome = {True: "It happened.", False: "It did not happen.", None: "The window is still open."}
    what = f"{'' if claim.happens else 'no '}{data.label_of(claim.action)}"
    chance, base = (
        odds_text(_claimed(claim, value)) for value in (odds.probability, odds.base_rate)
    )
    return (
        f"As of {day_name(claim.on)} the odds of {what} within "
        f"{plural(claim.primary_window_days, 'days')} were {chance}; the base rate of such windows "
        f"was {base}. {outcome[happened]}"
    )


def _parts(claim: OccurrenceClaim, data: StudyData, odds: Odds) -> Iterator[Answer]:
    """The odds of what is claimed by each of the models that are combined."""
    origin = " with ".join(sources_of(data, claim.action))
    for model in odds.models:
        chance = _claimed(claim, model.probability)
        yield Answer(
            id=model.label.replace(" ", "-"),
            kind="source",
            label=f"{origin}, {model.label}",
            statement=f"what was known on {claim.on.isoformat()}",
            text=f"{odds_text(chance)} within {plural(claim.primary_window_days, 'days')}",
            facts=(
                Fact("effect", "Probability", chance, Scale.PROBABILITY),
                Fact("weight", "Weight", model.weight, Scale.PROBABILITY),
            ),
        )


def _checks(question: EventQuestion, odds: Odds, record: Answer) -> Iterator[Check]:
    terms = "; ".join(
        f"{reason.label} ({significant(reason.rate, sign=True)} days per year)"
        for reason in odds.waterfall.reasons[:MOST_REASONS]
    )
    yield Check(
        "What drives the odds",
        None,
        f"From {number(odds.waterfall.start, 1)} days per year since {question.since} to "
        f"{number(odds.waterfall.end, 1)} in the window: {terms}.",
    )
    skill = record.fact("skill_best")
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


def _chart(
    claim: OccurrenceClaim, odds: Mapping[int, Odds], outcomes: Mapping[int, bool | None]
) -> Exhibit:
    def claimed(values: Iterable[float]) -> list[float]:
        return [_claimed(claim, value) for value in values]

    low, high = (item.low for item in odds.values()), (item.high for item in odds.values())
    ends = claimed(low), claimed(high)
    return odds_chart(
        {
            "window": [plural(days, "days") for days in odds],
            "odds": claimed(item.probability for item in odds.values()),
            "base_rate": claimed(item.base_rate for item in odds.values()),
            "low": ends[0] if claim.happens else ends[1],
            "high": ends[1] if claim.happens else ends[0],
            "happened": [outcomes[days] for days in odds],
        },
        happens=claim.happens,
    )


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that says what comes."""
    action, question = action_of(claim.effect, setting)
    stated = claim.reading.window_days
    days, happens = stated or DRAFTED_DAYS[-1], claim.sign != "-"
    return Body(
        f"there is {'a day' if happens else 'no day'} with {action.label} within {days} days of "
        f"{setting.written}",
        {
            "action": action.name,
            "on": setting.written,
            "windows_days": sorted({*DRAFTED_DAYS, days}),
            "primary_window_days": days,
            "history_since": setting.since,
            "happens": happens,
        },
        questions(action=question, primary_window_days="" if stated else HOW_SOON),
        (action,),
        action.label,
    )


register(
    "claims",
    OccurrenceClaim,
    answer,
    problems,
    about=ABOUT,
    shares=WALKS,
    drafting=Drafting("What comes", draft),
)
