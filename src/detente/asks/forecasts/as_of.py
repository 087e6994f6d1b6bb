"""A question asked as of a past day: its odds, their track record by then, and what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from detente.answers import Answer
from detente.asks.forecasts.backtest import scored
from detente.asks.forecasts.combined import Odds
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.forecasts.odds import count_odds
from detente.asks.forecasts.question import PART, Terms, Walked
from detente.asks.forecasts.trial import trial_of
from detente.asks.forecasts.walk import WEEK, Walk
from detente.asks.forecasts.walks import Walks
from detente.errors import DataGapError
from detente.rounding import plural
from detente.study.data import StudyData
from detente.study.silence import could_tell, known_until


def question_on(
    data: StudyData, action: str, within_days: int, since: dt.date, *, title: str = ""
) -> EventQuestion:
    """The question whether an action happens within so many days.

    What its odds rest on is taken from the study's own question on that action, so that the same
    question has the same odds wherever it is asked; without one they rest on its own past alone.

    Args:
        data: The study's data.
        action: Name of the action.
        within_days: Length of the window.
        since: The day from which the data count the action, where the study asks nothing of it.
        title: A few words; made of the action's name if empty.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> question_on(data, "us-talks", 90, dt.date(2000, 1, 1)).since
        datetime.date(1992, 1, 1)
        >>> question_on(data, "six-party-plenary", 90, dt.date(2003, 8, 27)).signs
        []
    """
    asked = _asked(data, action)
    terms = asked[0].terms if asked else Terms(since=since)
    title = title or f"{data.label_of(action)} within {plural(within_days, 'days')}"
    return EventQuestion(
        kind="events",
        id=f"{action}-{within_days}",
        title=title,
        question=f"{title}?",
        action=action,
        within_days=within_days,
        **terms.model_dump(include=set(Terms.model_fields)),
    )


def _asked(data: StudyData, action: str) -> tuple[Walked, ...]:
    """What the study's own questions on an action walk through."""
    walks = (item.walked(action) for item in data.study.asks(PART))
    return tuple(walk for walk in walks if walk is not None)


def odds_as_of(question: EventQuestion, walks: Walks, day: dt.date) -> Answer:
    """The odds of a question as of a day, by the engine that answers it today.

    Args:
        question: The question; its window begins on the day after.
        walks: Walks through the study's past; they carry the data.
        day: Nothing dated later is used.

    Raises:
        DataGapError: The data do not reach that day, or the action never happened up to it.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> data = open_data(load("korea"), options=Options(refit_weeks=520))
        >>> asked = question_on(data, "nuclear-tests", 90, dt.date(1998, 1, 1))
        >>> odds = odds_as_of(asked, Walks(data), dt.date(2017, 3, 15))
        >>> odds.fact("opens").value, odds.fact("resolves_on").value
        ('2017-03-16', '2017-06-13')
    """
    walk = _walk(question, walks, day)
    return question.odds_on(day, walk, walks)


def _walk(question: EventQuestion, walks: Walks, day: dt.date) -> Walk:
    last_known = known_until(walks.data, question.action)
    if day > last_known:
        raise DataGapError(
            "There are no odds.",
            f"What these data know of {walks.data.label_of(question.action)} ends on {last_known}, "
            f"before {day}.",
            "Choose an earlier day, or bring the data up to date.",
        )
    # A window that the study asks about is walked through as a whole: its question will be too.
    until = None if question.within_days in windows_asked(walks.data, question.action) else day
    return walks.of(question.action, question.within_days, question, until=until)


def windows_asked(data: StudyData, action: str) -> set[int]:
    """Windows in which the study itself asks about an action, in days.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> windows_asked(open_data(load("korea")), "missile-tests")
        {28}
    """
    return {walk.window_days for walk in _asked(data, action)}


def odds_within(
    question: EventQuestion, walks: Walks, day: dt.date, windows_days: Sequence[int]
) -> dict[int, Odds]:
    """The odds of a question as of a day for several windows.

    A window that the study asks about has the odds of that question. Others borrow the weights of
    the question's own window, which spares them a walk through the past.

    Args:
        question: The question.
        walks: Walks through the study's past.
        day: Nothing dated later is used.
        windows_days: Lengths of the windows.

    Returns:
        The odds by length.

    Raises:
        DataGapError: The data do not reach that day, or the action never happened up to it.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> data = open_data(load("korea"), options=Options(refit_weeks=520))
        >>> asked = question_on(data, "nuclear-tests", 90, dt.date(1998, 1, 1))
        >>> odds = odds_within(asked, Walks(data), dt.date(2017, 3, 15), [90, 180])
        >>> odds[90].probability < odds[180].probability
        True
    """
    own, end = _walk(question, walks, day), np.datetime64(day, "D")
    walked = windows_asked(walks.data, question.action)
    odds = {}
    for window in windows_days:
        if window in walked:
            other = walks.of(question.action, window, question, until=day)
            odds[window] = count_odds(other, end, question.at_least)
        else:
            odds[window] = count_odds(own, end, question.at_least, window)
    return odds


def record_as_of(question: EventQuestion, walks: Walks, day: dt.date) -> Answer:
    """How good such odds had been by a day: only windows that were over by then are scored.

    Args:
        question: The question.
        walks: Walks through the study's past.
        day: The day.

    Returns:
        The track record, or an answer whose `gap` says why there is none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> data = open_data(load("korea"), options=Options(refit_weeks=520))
        >>> asked = question_on(data, "nuclear-tests", 90, dt.date(1998, 1, 1))
        >>> record = record_as_of(asked, Walks(data), dt.date(2017, 3, 15))
        >>> record.exhibit("course").table.column("date")[-1]
        '2016-12-13'
    """
    walk, end, options = _walk(question, walks, day), np.datetime64(day, "D"), walks.data.options
    try:
        trial = trial_of(walk, question.at_least, WEEK, options.rng(), end)
        return scored(question, trial, options.rng())
    except DataGapError as gap:
        why = f"{gap.found} {gap.next_step}"
        return Answer(question.id, question.kind, question.title, gap=why)


def came(question: EventQuestion, data: StudyData, day: dt.date) -> bool | None:
    """Whether it came in the window after a day; None while that is not known.

    Args:
        question: The question.
        data: The study's data.
        day: The day before the window.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = question_on(data, "missile-tests", 28, dt.date(1998, 1, 1))
        >>> came(asked, data, dt.date(2017, 3, 15)), came(asked, data, data.as_of)
        (True, None)
    """
    first = np.datetime64(day, "D")
    last = first + question.within_days
    days = data.days_of(question.action)
    if ((days > first) & (days <= last)).sum() >= question.at_least:
        return True
    opens, closes = (day + dt.timedelta(days=days) for days in (1, question.within_days))
    return False if could_tell(data, question.action, opens, closes) else None
