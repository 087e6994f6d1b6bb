"""`detente forecast` and `backtest`: odds of a study's questions, and how good they have been."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from detente.cli.asking import (
    AllRows,
    AsOf,
    Events,
    NoCache,
    RecordFile,
    StudyName,
    open_study,
    record_or_none,
    saying,
    show,
)
from detente.cli.options import DEFAULT_ENGINE, AsJson, EngineName, LakePlace
from detente.cli.output import narrate

MOST = 12
"""Rows shown of each table."""

QuestionId = Annotated[
    str | None, typer.Argument(metavar="QUESTION", help="Id of a question; by default all.")
]


def forecast_command(
    *,
    study: StudyName,
    question: QuestionId = None,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    as_of: AsOf = None,
    within: Annotated[
        int | None,
        typer.Option("--within", metavar="DAYS", help="Another window for questions on events."),
    ] = None,
    record: RecordFile = None,
    no_cache: NoCache = False,
    as_json: AsJson = False,
) -> None:
    """Give the odds of a study's questions, with what moved them from the base rate.

    The odds combine base rates, a weighted rate, a self-exciting hazard and a count regression by
    how well each has done so far. The first run takes some seconds: it goes through the past week
    by week.

    [bold]Examples[/bold]

      detente forecast korea

      detente forecast korea missile-test --as-of 2017-03-15

      detente forecast korea nuclear-test --within 180 --json
    """
    from detente.asks.forecasts import run  # noqa: PLC0415 - slow to import
    from detente.report.outlook import as_seen  # noqa: PLC0415

    check = partial(run.asked_questions, wanted=question)
    data = open_study(
        study, events, as_of, check=check, engine=engine, lake=lake, no_cache=no_cache
    )
    chosen, left_out = run.with_window(run.chosen_questions(data, question), within)
    for why in left_out:
        narrate(f"Left out with --within {within}: {why}")
    held = record_or_none(data, record) if within is None else None
    with saying() as say:
        answers = run.odds_of(chosen, data, record=held, narrate=say)
    section = run.outlook(chosen, answers)
    show([as_seen(section, dt.datetime.now(dt.UTC).date())], as_json=as_json)


def backtest_command(
    *,
    study: StudyName,
    question: QuestionId = None,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    as_of: AsOf = None,
    by_year: Annotated[
        bool, typer.Option("--years", help="Print the scores of each year.")
    ] = False,
    all_rows: AllRows = False,
    no_cache: NoCache = False,
    as_json: AsJson = False,
) -> None:
    """Score the odds of a study's questions over the past, each from earlier data only.

    Every week (or period of a series) since the data allow; models are fitted anew every 26 weeks.
    Published odds that the study names stand beside its own.

    [bold]Examples[/bold]

      detente backtest korea

      detente backtest korea missile-test --years

      detente backtest korea --json > track-record.json
    """
    from detente.answers import Section  # noqa: PLC0415
    from detente.asks.forecasts import run  # noqa: PLC0415 - slow to import

    check = partial(run.asked_questions, wanted=question)
    data = open_study(
        study, events, as_of, check=check, engine=engine, lake=lake, no_cache=no_cache
    )
    questions = run.chosen_questions(data, question)
    with saying() as say:
        answers = [*run.records_of(questions, data, say)]
        answers += run.published(data) if question is None else ()
    if not as_json and not by_year:
        answers = [
            replace(answer, exhibits=tuple(e for e in answer.exhibits if e.name != "years"))
            for answer in answers
        ]
    section = Section("record", "Track record", tuple(answers), run.RECORD_INTRO)
    show([section], as_json=as_json, most=None if all_rows or by_year else MOST)
