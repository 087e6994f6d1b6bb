"""Questions on events: whether an action happens on at least so many days within a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from detente.answers import Answer, Fact, Scale
from detente.asks.forecasts.combined import Odds
from detente.asks.forecasts.history import History
from detente.asks.forecasts.model import expected
from detente.asks.forecasts.odds import OTHER, count_odds
from detente.asks.forecasts.question import ABOUT, PART, Question, Terms, Walked
from detente.asks.forecasts.settle import (
    WORDING,
    Settled,
    changed,
    listed,
    other_sources,
    sources_in,
)
from detente.asks.forecasts.shown import Window, made_from, odds_answer
from detente.asks.forecasts.trial import Trial, trial_of
from detente.asks.forecasts.walk import WEEK, Walk
from detente.asks.forecasts.walks import WALKS, Walks, answer
from detente.errors import DataGapError, UsageError
from detente.relations.steps import day_name
from detente.rounding import count_text, odds_text, significant
from detente.study.actions import sources_of
from detente.study.data import StudyData, held
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import unknown
from detente.study.parts import LONGEST_WINDOW, WindowDays
from detente.study.silence import could_tell, known_until, uncovered

ESTIMATOR = (
    "Linear pool of base rates, a weighted rate, a self-exciting hazard and a count regression, "
    "with weights learned from past log scores (Geweke and Amisano 2011)"
)
WORTH = 0.1  # of the rate: reasons below this are not told in the sentence


class EventQuestion(Question, Terms):
    """Whether an action happens on at least so many days within a window."""

    kind: Literal["events"]
    action: str = Field(description="name of an action")
    within_days: WindowDays
    at_least: int = Field(default=1, ge=1, le=LONGEST_WINDOW, description="days with the action")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least > self.within_days:
            raise ValueError(
                f"at_least {self.at_least} is more than within_days {self.within_days}: a window "
                "of so many days cannot hold it"
            )
        return self

    def odds(self, walks: Walks) -> Answer:
        """The odds of the window after the last day that the sources know of."""
        walk = walks.of(self.action, self.within_days, self)
        last = _last_day(walk.history, self.within_days, walks.data.as_of)
        return self.odds_on(last, walk, walks)

    def odds_on(self, last: dt.date, walk: Walk, walks: Walks) -> Answer:
        """The odds of the window after a day.

        Args:
            last: The day; nothing after it is used.
            walk: Past forecasts of the action and window.
            walks: What carries the data.

        Raises:
            DataGapError: The action never happened up to that day.
        """
        data, history = walks.data, walk.history.until(np.datetime64(last, "D"))
        opens = last + dt.timedelta(days=1)
        closes = last + dt.timedelta(days=self.within_days)
        odds = count_odds(walk, np.datetime64(last, "D"), self.at_least)
        gap = history.gauge.gap() if history.gauge else ""
        sources, label = sources_of(data, self.action), data.label_of(self.action)
        return odds_answer(
            self,
            odds,
            Window(last, opens, closes, self.within_days),
            _facts(self, odds, label),
            text=_sentence(self, odds, label, opens, closes),
            caveats=(*uncovered(data, self.action, history.days), *([gap] if gap else ())),
            provenance=made_from(walks, ESTIMATOR, sources),
        )

    def trial(self, walks: Walks) -> Trial:
        """Forecasts of every week since the data allow."""
        walk = walks.of(self.action, self.within_days, self)
        return trial_of(walk, self.at_least, WEEK, walks.data.options.rng())

    def walked(self, action: str) -> Walked | None:
        """Its own action is walked through in its own window."""
        return Walked(self, self.within_days) if action == self.action else None

    def within(self, days: int) -> Self:
        """The same question of another window."""
        if not self.at_least <= days <= LONGEST_WINDOW:
            raise UsageError(
                "The window could not be used.",
                f"“{self.title}” asks for {self.at_least} days with the action, in a window of "
                f"{days}.",
                f"Give {self.at_least} to {count_text(LONGEST_WINDOW)} days, or ask another "
                "question.",
            )
        length = "1 day" if days == 1 else f"{days} days"
        title = f"{self.title.split(' within ')[0]} within {length}"
        changes = {"within_days": days, "title": title, "question": f"{title}?"}
        return self.model_copy(update=changes)

    def definition(self, data: StudyData) -> Mapping[str, Any]:
        """The action, without its wording; empty if the study has it no more."""
        action = data.study.actions.get(self.action)
        return {} if action is None else action.model_dump(mode="json", exclude=WORDING)

    def settled(self, data: StudyData, line: Mapping[str, Any]) -> Settled:
        """Whether the action came on enough days of the window, by the sources of the forecast."""
        if self.action not in data.study.actions:
            return Settled(why_open=f"the study has no action “{self.action}” any more")
        if changed(self.definition(data), line):
            return Settled(why_open=f"the study means something else by “{self.action}” now")
        here = sources_of(data, self.action)
        if sources_in(line) != here:
            return Settled(why_open=other_sources(line, here))
        last_known = known_until(data, self.action)
        if dt.date.fromisoformat(line["resolves_on"]) > last_known:
            return Settled(why_open=f"what {listed(here)} know of it ends on {last_known}")
        days = data.days_of(self.action)
        first, last = np.datetime64(line["opens"]), np.datetime64(line["resolves_on"])
        inside = days[(days >= first) & (days <= last)]
        came = int(len(inside) >= self.at_least)
        window = [dt.date.fromisoformat(line[end]) for end in ("opens", "resolves_on")]
        if not came and not could_tell(data, self.action, window[0], window[1]):
            why = f"{listed(here)} cover less than half of the days {window[0]} to {window[1]}"
            return Settled(why_open=why)
        return Settled(
            {"outcome": came, "days": [str(day) for day in inside]},
            known_until=last_known.isoformat(),
        )


def _facts(question: EventQuestion, odds: Odds, label: str) -> Iterator[Fact]:
    mean = float(expected(odds.counts))
    yield Fact("expected", "Expected", mean, Scale.NUMBER, "days", note=held(label))
    yield Fact("at_least", "Days asked for", question.at_least, Scale.COUNT, shown=False)


def _last_day(history: History, within: int, as_of: dt.date) -> dt.date:
    """The last day that the sources know of, if the window after it is not over by the date."""
    last: dt.date = history.days[-1].astype(dt.date)
    if last < as_of and last + dt.timedelta(days=within) <= as_of:
        raise DataGapError(
            "There are no odds.",
            f"What these data know of {history.label} ends on {last}, and the date is {as_of}.",
            f"Choose that day (--as-of {last}), or bring the chronicle or the event files up to "
            "date.",
        )
    return last


def _sentence(
    question: EventQuestion, odds: Odds, label: str, opens: dt.date, closes: dt.date
) -> str:
    number = question.at_least
    asked = "at least one day" if number == 1 else f"at least {number} days"
    rates = odds.waterfall
    worth = WORTH * max(rates.start, rates.end)
    moved = [
        reason for reason in rates.reasons if reason.label != OTHER and abs(reason.rate) >= worth
    ]
    why = "; ".join(
        f"{reason.label} ({significant(reason.rate, sign=True)} days per year)"
        for reason in moved[:2]
    )
    most = f" What moves it most: {why}." if why else ""
    likely, low, high = map(odds_text, (odds.probability, odds.low, odds.high))
    return (
        f"{likely} (90% interval {low} to {high}) "
        f"for {asked} {held(label)} from {day_name(opens)} to {day_name(closes)}; the base rate is "
        f"{odds_text(odds.base_rate)}.{most}"
    ).replace("(-", "(\N{MINUS SIGN}")


def _problems(question: EventQuestion, study: Study, folder: Path) -> Iterator[str]:
    where = f"{PART}.{question.id}"
    yield from question.problems(where, study)
    yield from unknown(f"{where}: action", [question.action], study.actions)


register(PART, EventQuestion, answer, _problems, about=ABOUT, shares=WALKS)
