"""All that a study says of what comes next, with how good such odds have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from detente.asks.forecasts.backtest import Question, Walks, track_record
from detente.asks.forecasts.coming_week import coming_week
from detente.asks.forecasts.events.moves import NextMoves
from detente.asks.forecasts.odds import forecast_question
from detente.asks.forecasts.published import compare_published
from detente.asks.forecasts.result import Outlook
from detente.errors import DataGapError, UsageError
from detente.study.data import StudyData
from detente.study.names import did_you_mean
from detente.study.questions import EventQuestion

LONGEST = 1100  # days, as in the study file


def outlook(
    data: StudyData,
    *,
    seed: int = 1,
    backtest: bool = True,
    narrate: Callable[[str], None] = lambda _: None,
) -> Outlook:
    """The odds of every question with their track records, and published odds beside the study's.

    Args:
        data: The study's data as of a date.
        seed: Seed of resampling.
        backtest: Whether to score the past and compare with published odds.
        narrate: Told what is being done.

    Returns:
        Everything for the report; where the data cannot carry a question, its `problem` says why.

    Example:
        >>> import datetime as dt
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2002, 1, 1))
        >>> [one.id for one in outlook(data, backtest=False).forecasts if not one.problem]
        ['provocation', 'us-talks']
    """
    walks = Walks(data)
    forecasts = []
    for question in data.study.questions:
        narrate(f"odds: {question.title}")
        forecasts.append(forecast_question(walks, question))
    moves, problem = _moves(data)
    if not backtest:
        return Outlook(tuple(forecasts), moves=moves, moves_problem=problem)
    narrate("track record of these odds")
    return Outlook(
        forecasts=tuple(forecasts),
        track_records=tuple(track_record(walks, one, seed=seed) for one in data.study.questions),
        published=compare_published(data),
        moves=moves,
        moves_problem=problem,
    )


def _moves(data: StudyData) -> tuple[NextMoves | None, str]:
    """The coming week, or why the data do not carry it."""
    try:
        return coming_week(data), ""
    except DataGapError as gap:
        return None, f"{gap.found} {gap.next_step}"


def chosen_questions(data: StudyData, wanted: str | None) -> tuple[Question, ...]:
    """The questions of a study, or the one of that id.

    Raises:
        UsageError: The study asks none, or none of that id.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> [one.id for one in chosen_questions(data, "nuclear-test")]
        ['nuclear-test']
    """
    questions = data.study.questions
    if not questions:
        raise UsageError(
            "The study asks nothing of the future.",
            "It declares no questions.",
            "Add [[questions]] to its file; detente new writes an example.",
        )
    found = tuple(one for one in questions if wanted in (None, one.id))
    if not found:
        ids = [one.id for one in questions]
        raise UsageError(
            f"There is no question “{wanted}”.",
            f"The study asks: {', '.join(ids)}.{did_you_mean(str(wanted), ids)}",
            "Give one of these, or none for all.",
        )
    return found


def with_window(questions: Sequence[Question], within: int | None) -> tuple[Question, ...]:
    """The questions on events, asked of another window.

    Args:
        questions: As the study asks them.
        within: Days; None leaves them as they are.

    Raises:
        UsageError: The window is not 1 to 1,100 days, or no question can be asked of it.

    Example:
        >>> from detente.study.load import load
        >>> asked = load("korea").study.questions
        >>> with_window(asked[:1], 7)[0].title
        'A missile test within 7 days'
    """
    if within is None:
        return tuple(questions)
    if not 1 <= within <= LONGEST:
        raise UsageError(
            "The window could not be used.",
            f"It has {within} days.",
            f"Give 1 to {LONGEST:,} days.",
        )
    events = [one for one in questions if isinstance(one, EventQuestion)]
    if not events:
        raise UsageError(
            "The window could not be used.",
            "The question is on a level, whose periods the study sets.",
            "Leave out --within, or ask a question on events.",
        )
    able = [one for one in events if one.at_least <= within]
    if not able:
        raise UsageError(
            "The window could not be used.",
            f"“{events[0].title}” asks for {events[0].at_least} days with the action, in a window "
            f"of {within}.",
            f"Give at least {events[0].at_least} days, or ask another question.",
        )
    return tuple(_asked_within(one, within) for one in able)


def left_out(questions: Sequence[Question], within: int | None) -> tuple[str, ...]:
    """The questions that another window cannot be asked of, each with the reason.

    Args:
        questions: As the study asks them.
        within: Days; None leaves nothing out.

    Example:
        >>> from detente.study.load import load
        >>> asked = load("korea").study.questions
        >>> left_out(asked[-1:], 7)
        ('US–China cooperation above its level a year before: a level has periods of its own',)
        >>> left_out(asked, None)
        ()
    """
    if within is None:
        return ()
    told = []
    for one in questions:
        if not isinstance(one, EventQuestion):
            told.append(f"{one.title}: a level has periods of its own")
        elif one.at_least > within:
            told.append(f"{one.title}: it asks for {one.at_least} days")
    return tuple(told)


def _asked_within(question: EventQuestion, within: int) -> EventQuestion:
    days = "1 day" if within == 1 else f"{within} days"
    title = f"{question.title.split(' within ')[0]} within {days}"
    asked = f"{title}?"
    return question.model_copy(update={"within_days": within, "title": title, "question": asked})
