"""The odds of the first screen, and a word where a window was over when the page was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from detente.answers import Answer, Exhibit, Section, Table, Value
from detente.asks.forecasts.shown import word
from detente.report.drawing import figure
from detente.report.telling import fact_text, interval_text
from detente.report.words import slug
from detente.rounding import day_text, odds_text

LATELY = {"day": 180, "week": 52, "month": 24}
"""Forecasts in a sparkline; of longer periods all."""


@dataclass(frozen=True)
class FirstOdds:
    """The odds of one question on the first screen.

    Attributes:
        odds: The probability.
        what: What it is the probability of.
        beside: Interval and base rates.
        trend: A small drawing of the last odds, or "".
        trend_text: What the drawing shows, or "".
    """

    odds: str
    what: str
    beside: str
    trend: Markup
    trend_text: str


@dataclass(frozen=True)
class Next:
    """The first screen's look ahead.

    Attributes:
        anchor: The section that says more.
        title: Its heading.
        since: The day or days that the odds are as of.
        odds: Up to three questions.
    """

    anchor: str
    title: str
    since: str
    odds: tuple[FirstOdds, ...]


def as_seen(section: Section, today: dt.date) -> Section:
    """A section in which windows that are over by the day of reading are said to be.

    Args:
        section: Any section; only answers with a fact "resolves_on" are concerned.
        today: Windows that end before it are over.

    Example:
        >>> from detente.answers import Fact
        >>> odds = Answer("a", "events", "A", facts=(Fact("resolves_on", "", "2017-04-12"),))
        >>> seen = as_seen(Section("outlook", "Next", (odds,), "Odds."), dt.date(2017, 5, 1))
        >>> seen.answers[0].notes["over"]
        'This window ended on 12 Apr 2017.'
    """
    answers = tuple(_seen(answer, today) for answer in section.answers)
    over = sum("over" in answer.notes for answer in answers)
    if not over:
        return section
    ended = (
        f" When this page was made, {over} of these windows had ended: the data end before it. "
        "Bring the data up to date for odds that are still open."
    )
    return replace(section, answers=answers, intro=section.intro + ended)


def _seen(answer: Answer, today: dt.date) -> Answer:
    fact = answer.fact("resolves_on")
    if fact is None or str(fact.value) >= today.isoformat():
        return answer
    note = f"This window ended on {day_text(str(fact.value))}."
    return replace(answer, notes={**answer.notes, "over": note})


def first_odds(sections: Sequence[Section]) -> Next | None:
    """What the first screen says of what comes next, or None where the study asks nothing.

    Args:
        sections: As the day of reading sees them; the first that names answers to show first
            counts, and the sparklines are drawn from the same questions' courses in any other.
    """
    section = next((section for section in sections if section.first), None)
    if section is None:
        return None
    by_id = {answer.id: answer for answer in section.answers}
    courses = {
        answer.id: exhibit
        for other in sections
        for answer in other.answers
        if (exhibit := answer.exhibit("course")) is not None
    }
    chosen = [by_id[name] for name in section.first]
    days = sorted({word(answer, "as_of") for answer in section.answers if answer.fact("odds")})
    since = dict.fromkeys([*days[:1], *days[-1:]])
    return Next(
        anchor=section.name,
        title=section.title,
        since=" to ".join(map(day_text, since)),
        odds=tuple(_first(answer, courses.get(answer.id)) for answer in chosen),
    )


def _first(answer: Answer, course: Exhibit | None) -> FirstOdds:
    ends = "over since" if "over" in answer.notes else "until"
    odds = answer.fact("odds")
    trend, text = Markup(), ""
    if course is not None and len(course.table) > 1:
        exhibit = spark(answer, course)
        trend = figure(exhibit, f"spark-{slug(answer.id)}").svg
        text = exhibit.title
    return FirstOdds(
        odds=_told(answer, "odds"),
        what=answer.label,
        beside=f"{ends} {day_text(word(answer, 'resolves_on'))}; 90% interval "
        f"{'' if odds is None else interval_text(odds)}. Base rate {_told(answer, 'base_rate')}, "
        f"in the last 3 years {_told(answer, 'recent_base_rate')}",
        trend=trend,
        trend_text=text,
    )


def spark(answer: Answer, course: Exhibit) -> Exhibit:
    """The last odds of a question and those of now, to be drawn small.

    Args:
        answer: The odds of now.
        course: The odds of the past.
    """
    every = str(course.settings.get("every", ""))
    shown = course.table.rows[-LATELY.get(every, 0) :]
    names = [column.name for column in course.table.columns]
    odds, now = answer.fact("odds"), word(answer, "as_of")
    last: dict[str, Value] = {
        "date": now,
        "period": now,
        "odds": None if odds is None else odds.value,
    }
    begun = Table(course.table.columns, shown).records()[0]
    table = Table(course.table.columns, (*shown, tuple(last.get(name) for name in names)))
    first = begun["date"] if every in {"day", "week"} else begun["period"]
    says = f"From {odds_text(begun['odds'])} to {_told(answer, 'odds')}."
    title = f"{day_text(str(first))} to {day_text(now)}"
    return Exhibit("spark", title, table, mark="spark", says=says)


def _told(answer: Answer, name: str) -> str:
    fact = answer.fact(name)
    return "" if fact is None else fact_text(fact)
