"""All that a study says of what comes next, with how good such odds have been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from detente.answers import Answer, Section
from detente.asks.errands import Errand, errand_of
from detente.asks.forecasts.backtest import track_record
from detente.asks.forecasts.coming_week import next_week
from detente.asks.forecasts.question import PART, Question
from detente.asks.forecasts.record import Record
from detente.asks.forecasts.resolve import with_change
from detente.asks.forecasts.shown import all_odds, each_once, word
from detente.asks.forecasts.walks import WALKS
from detente.errors import UsageError
from detente.relations.steps import day_name
from detente.study.data import StudyData
from detente.study.models import Study
from detente.study.names import did_you_mean

Narrate = Callable[[str], None]

FIRST = 3
"""Questions on the first screen."""

NO_ODDS = "These data give no odds; each question says what is missing."
RECORD_INTRO = (
    "How good such odds would have been: each forecast below was made by the same procedure from "
    "what was known on its day, and then scored by what came."
)


def _silent(_: str) -> None:
    """Say nothing."""


def look_ahead(
    data: StudyData,
    *,
    record: Record | None = None,
    narrate: Narrate = _silent,
) -> tuple[Section, ...]:
    """What comes next, and how good such odds have been, as far as a study asks.

    Args:
        data: The study's data as of a date.
        record: The study's record, to say how odds moved since.
        narrate: Told what is being done.

    Example:
        >>> import datetime as dt
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2002, 1, 1))
        >>> [section.title for section in look_ahead(data)]
        ['What comes next', 'Track record']
    """
    questions = data.study.asks(PART)
    answers = odds_of(questions, data, record=record, narrate=narrate)
    moves = MOVES.answer(data)
    beside = [] if moves.gap and not questions else [moves]
    narrate("track record of these odds")
    scores = records_of(questions, data)
    compared = published(data)
    sections = (
        outlook(questions, (*answers, *beside)),
        Section("record", "Track record", (*scores, *compared), RECORD_INTRO),
    )
    return tuple(section for section in sections if section.answers)


def odds_of(
    questions: Sequence[Question],
    data: StudyData,
    *,
    record: Record | None = None,
    narrate: Narrate = _silent,
) -> tuple[Answer, ...]:
    """The odds of questions as of the day of the data.

    Args:
        questions: What is asked.
        data: The study's data as of a date.
        record: A record, to say how odds moved since.
        narrate: Told what is being done.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> data = open_data(load("korea"), options=Options(refit_weeks=520))
        >>> answer = odds_of(chosen_questions(data, "nuclear-test"), data)[0]
        >>> answer.fact("opens").value, answer.fact("resolves_on").value
        ('2026-04-20', '2026-07-18')
    """
    answers = []
    for question in questions:
        narrate(f"odds: {question.title}")
        answer = errand_of(question).answer(data)
        answers.append(answer if record is None else with_change(record, answer))
    return tuple(answers)


def records_of(
    questions: Sequence[Question], data: StudyData, narrate: Narrate = _silent
) -> tuple[Answer, ...]:
    """How good the odds of questions have been; see `track_record`.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> records_of((), open_data(load("korea")))
        ()
    """
    answers = []
    for question in questions:
        narrate(f"going through the past: {question.title}")
        answers.append(_scoring(question).answer(data))
    return tuple(answers)


def errands(study: Study) -> list[Errand]:
    """The errands of `look_ahead`, in the order in which they are asked for.

    Example:
        >>> from detente.study.load import load
        >>> errands(load("korea").study)[0].shares == WALKS
        True
    """
    questions = study.asks(PART)
    published_odds = map(errand_of, study.asks("published_odds"))
    return [*map(errand_of, questions), MOVES, *map(_scoring, questions), *published_odds]


def _scoring(question: Question) -> Errand:
    return Errand(track_record, question, WALKS, question.title)


def _moves(ask: str, data: StudyData) -> Answer:
    return next_week(data)


MOVES = Errand(_moves, "moves")


def published(data: StudyData) -> tuple[Answer, ...]:
    """Published odds beside the study's own, if it names any.

    Example:
        >>> import datetime as dt
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2017, 3, 15))
        >>> published(data)[0].gap
        'None of them was resolved by 2017-03-15. Choose a later date.'
    """
    asks = data.study.asks("published_odds")
    return tuple(errand_of(odds).answer(data) for odds in asks)


def outlook(questions: Sequence[Question], answers: Sequence[Answer]) -> Section:
    """The section on what comes next: all odds in one picture, then question by question.

    Args:
        questions: What was asked.
        answers: Their odds, and what else is to stand beside them.

    Example:
        >>> outlook((), (Answer("a", "events", "A", gap="Nothing is known."),)).intro == NO_ODDS
        True
    """
    able = [answer for answer in answers if answer.fact("odds")]
    picture = all_odds(able)
    days = sorted({word(answer, "as_of") for answer in able})
    ends = dict.fromkeys([*days[:1], *days[-1:]])
    since = " to ".join(day_name(dt.date.fromisoformat(day)) for day in ends)
    intro = (
        f"Odds as of {since}, from what was known then. They say how often such things come, not "
        "that this one will."
    )
    return Section(
        "outlook",
        "What comes next",
        (*((picture,) if picture else ()), *each_once(answers)),
        short="Next",
        intro=intro if able else NO_ODDS,
        first=_first(questions, able),
    )


def _first(questions: Sequence[Question], able: Sequence[Answer]) -> tuple[str, ...]:
    """The questions of the first screen: those that the study puts first, the nearest first."""
    put_first = {question.id for question in questions if question.primary}
    chosen = [answer for answer in able if answer.id in put_first] or list(able)
    ranked = sorted(chosen, key=lambda answer: word(answer, "resolves_on"))
    return tuple(answer.id for answer in ranked[:FIRST])


def chosen_questions(data: StudyData, wanted: str | None) -> tuple[Question, ...]:
    """The questions of a study, or the one of that id.

    Raises:
        UsageError: The study asks none, or none of that id.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> [question.id for question in chosen_questions(data, "nuclear-test")]
        ['nuclear-test']
    """
    return asked_questions(data.study, wanted)


def asked_questions(study: Study, wanted: str | None) -> tuple[Question, ...]:
    """The questions of a study whose data need not have been read; see `chosen_questions`.

    Example:
        >>> from detente.study.load import load
        >>> asked_questions(load("korea").study, "missile-test")[0].id
        'missile-test'
    """
    questions: tuple[Question, ...] = study.asks(PART)
    if not questions:
        raise UsageError(
            "The study asks nothing of the future.",
            "It declares no questions.",
            "Add [[questions]] to its file; detente new writes an example.",
        )
    chosen = tuple(question for question in questions if wanted in (None, question.id))
    if not chosen:
        ids = [question.id for question in questions]
        raise UsageError(
            f"There is no question “{wanted}”.",
            f"The study asks: {', '.join(ids)}.{did_you_mean(str(wanted), ids)}",
            "Give one of these, or none for all.",
        )
    return chosen


def with_window(
    questions: Sequence[Question], days: int | None
) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions asked of another window, and why some cannot be.

    Args:
        questions: As the study asks them.
        days: Length of the window; None leaves them as they are.

    Raises:
        UsageError: No question can be asked of it.

    Example:
        >>> from detente.study.load import load
        >>> asked = load("korea").study.asks("questions")
        >>> able, left_out = with_window(asked[-2:], 7)
        >>> able[0].title, left_out
        ('A US–North Korea meeting of leaders within 7 days', ('“US–China cooperation above its \
level a year before” is on a level, whose periods the study sets.',))
    """
    if days is None:
        return tuple(questions), ()
    able, left_out = [], []
    for question in questions:
        try:
            able.append(question.within(days))
        except UsageError as error:
            left_out.append(error)
    if not able:
        raise left_out[0]
    return tuple(able), tuple(error.found for error in left_out)
