"""Forecasts: the odds of what comes next, how good such odds have been, and their ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from detente.answers import Answer, Section
from detente.errors import InputError
from detente.study.parts import Day, Id
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Page, Shown, register
from detente.web.refusal import nothing_here

if TYPE_CHECKING:
    from detente.asks.forecasts.record import Record
    from detente.study.models import Study

NONE_SERVED = "No study that is served asks a question of the future."
NO_RECORDS = (
    "No record is served: start with --records DIR, the folder of what `detente record` writes."
)


class ForecastsAsked(Asked):
    """The questions of a study, as of a day."""

    study: Id | None = Field(default=None, description="the name of a study")
    question: Id | None = Field(default=None, description="one question; all if left out")
    as_of: Day | None = Field(default=None, description="nothing known later is used")


def answer(asked: ForecastsAsked, desk: Desk) -> Shown:
    """The odds, their track record, and the ledger of those that were written down."""
    studies = _studies(desk)
    if not studies:
        gap = Answer("none", "question", "No forecasts", gap=NONE_SERVED)
        return Shown("What comes next", sections=(Section("outlook", "Odds", (gap,)),))
    name = asked.study or next(iter(studies))
    if name not in studies:
        raise nothing_here("a study that asks of the future of this name")
    ids = [question.id for question in studies[name].asks("questions")]
    if asked.question not in {None, *ids}:
        raise nothing_here("a question of this id in the study")
    record = _record(name, desk)
    held = record if not isinstance(record, str) else None
    return Shown(
        title=f"What comes next: {studies[name].study.title}",
        lead="Odds from what was known on a day, with how good such odds have been.",
        sections=(*_ahead(asked, name, held, desk), _ledger(record)),
        controls=_controls(name, studies, asked),
    )


def _studies(desk: Desk) -> dict[str, Study]:
    """The studies that ask of the future, by name."""
    from detente.study.load import load  # noqa: PLC0415 - slow to import

    studies = {}
    for name, path in desk.site.studies.items():
        desk.reads(path)
        study = load(path).study
        if study.asks("questions"):
            studies[name] = study
    return studies


def _ahead(
    asked: ForecastsAsked, name: str, record: Record | None, desk: Desk
) -> tuple[Section, ...]:
    """The odds and their track record, of all questions or of one."""
    from detente.asks.forecasts.run import (  # noqa: PLC0415 - slow to import
        RECORD_INTRO,
        chosen_questions,
        odds_of,
        outlook,
        records_of,
    )
    from detente.report.outlook import as_seen  # noqa: PLC0415

    data = desk.study(name, asked.as_of)
    questions = chosen_questions(data, asked.question)
    odds: list[Answer] = []
    for place, question in enumerate(questions):
        desk.say(f"odds: {question.title}", place, 2 * len(questions))
        odds += odds_of([question], data, record=record)
    scores: list[Answer] = []
    for place, question in enumerate(questions, len(questions)):
        desk.say(f"track record: {question.title}", place, 2 * len(questions))
        scores += records_of([question], data)
    return (
        as_seen(outlook(questions, odds), desk.today()),
        Section("record", "Track record", tuple(scores), RECORD_INTRO),
    )


def _record(name: str, desk: Desk) -> Record | str:
    """The study's record, or why there is none."""
    from detente.asks.forecasts.record import read_record  # noqa: PLC0415 - slow to import

    if desk.site.records is None:
        return NO_RECORDS
    path = desk.site.records / f"{name}.jsonl"
    desk.reads(path)
    try:
        return read_record(path, study=name)
    except InputError as error:
        return f"{error.failed} {error.found}".replace(str(path), path.name)


def _ledger(record: Record | str) -> Section:
    from detente.asks.forecasts.ledger import ledger  # noqa: PLC0415 - slow to import

    held = (
        Answer("ledger", "ledger", "The ledger", gap=record)
        if isinstance(record, str)
        else ledger(record)
    )
    return Section("ledger", "The ledger", (held,), "Odds that were written down beforehand.")


def _controls(name: str, studies: dict[str, Study], asked: ForecastsAsked) -> tuple[Control, ...]:
    several = tuple(Choice(each, study.study.title) for each, study in studies.items())
    asks = studies[name].asks("questions")
    offered = (Choice("", "all"), *(Choice(question.id, question.title) for question in asks))
    ways = [Control("study", "Study", value=name, choices=several)] if len(several) > 1 else []
    return (
        *ways,
        Control("question", "Question", value=asked.question or "", choices=offered),
        Control("as_of", "Known up to", "date", value=str(asked.as_of or ""),
                note="Nothing known later is used."),
    )  # fmt: skip


ABOUT = "Forecasts: odds of what comes next, their track record, and their ledger"
register(
    Page(
        "forecasts",
        "/forecasts",
        ABOUT,
        ForecastsAsked,
        answer,
        menu="Forecasts",
        place=40,
        slow=True,
    )
)
