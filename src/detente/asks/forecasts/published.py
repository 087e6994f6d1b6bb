"""Odds that others published, with the study's own for the same days, windows and outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from detente.answers import Answer, Column, Exhibit, Scale, Table
from detente.asks.forecasts.as_of import windows_asked
from detente.asks.forecasts.history import read_history
from detente.asks.forecasts.odds import count_odds
from detente.asks.forecasts.published_moments import Moment, moments
from detente.asks.forecasts.published_rows import Given, read_published
from detente.asks.forecasts.published_scores import (
    AT,
    COLUMNS,
    FEWEST,
    LAST,
    OURS,
    Compared,
    compare,
    moment_name,
    sentence,
)
from detente.asks.forecasts.question import Terms
from detente.asks.forecasts.walk import Walk, walk
from detente.errors import DataGapError, StudyError
from detente.rounding import plural, score_text
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import inside
from detente.study.parts import Id, WindowDays
from detente.study.silence import could_tell, known_until

PART = "published_odds"
PUBLISHED = "published"
REFIT = 52  # weeks between the fits from which weights are learned
KNOWS = (
    "The study's odds use today's record of what had happened by the day of issue; the publisher's "
    "were made at the time."
)
HOURS = (
    "Of a day that is named the study's odds know all; a forecaster knew what had happened by then."
)
ASKED = (Column("question", "Question"), Column("lead_days", "Days before end", Scale.COUNT))
ISSUED = (
    Column("issued", "As of", Scale.DATE),
    Column("action", "Of what"),
    Column("within_days", "Days", Scale.COUNT),
)
FIRST_WORD = (Column("first_word", "First word", Scale.PROBABILITY),)
SIDES = (
    Column("published", "Published", Scale.PROBABILITY),
    Column("ours", "Ours", Scale.PROBABILITY),
    Column("low_90", "90% low", Scale.PROBABILITY),
    Column("high_90", "90% high", Scale.PROBABILITY),
    Column("base_rate", "Base rate", Scale.PROBABILITY),
    Column("came", "Came", Scale.FLAG),
    Column("first", "First", Scale.DATE),
    Column("source", "Published in"),
)
ALONE = (*ISSUED, *SIDES)
"""The columns of forecasts that stand alone."""

OF_QUESTIONS = (*ASKED, *ISSUED, *FIRST_WORD, *SIDES)
"""The columns of questions that had several forecasts."""


class PublishedOdds(Terms):
    """Odds that others published, to set the study's own beside.

    The file has the columns issued (day), action (name of an action), within (days), probability
    (0 to 1) and source. With a column question its rows are forecasts of questions, of which each
    may have many: they are compared on the day of the first, and so many days before the end.
    """

    id: Id = Field(default=PUBLISHED, description="needed where a study compares with several")
    label: str
    path: str
    citation: str
    lead_days: list[WindowDays] = Field(
        default=[], description="days before the end of a question at which it is compared as well"
    )
    caveats: list[str] = Field(default=[])


def compare_published(odds: PublishedOdds, data: StudyData) -> Answer:
    """Published odds beside the study's own.

    The study's odds for a day come from models fitted to earlier days, combined by weights that
    were learned from windows that were over by then. What came is read from the study's own data.

    Args:
        odds: Whose odds, and the terms of the study's own.
        data: The study's data; forecasts issued or resolved later are left out.

    Example:
        >>> import datetime as dt
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2017, 4, 1))
        >>> odds = data.study.asks("published_odds")[0]
        >>> compare_published(odds, data).exhibit("windows").table.column("published")
        (0.43,)
    """
    try:
        return comparison(odds, _compared(odds, data), data.options.seed)
    except DataGapError as gap:
        return Answer(odds.id, "published", odds.label, gap=f"{gap.found} {gap.next_step}")


def comparison(odds: PublishedOdds, windows: Table, seed: int = 1) -> Answer:
    """Lay out a comparison, with the mean scores of each side.

    Args:
        odds: Whose odds they are.
        windows: One row for each window, with the columns `ALONE` or `OF_QUESTIONS`; where the
            study gives no odds, theirs are empty and the window is scored for nobody.
        seed: Seed of the intervals.

    Raises:
        DataGapError: The study gives odds for none.

    Example:
        >>> odds = PublishedOdds(label="Others", path="o.csv", citation="", since="2000-01-01")
        >>> row = ("2017-03-13", "tests", 14, 0.5, 0.9, 0.8, 1.0, 0.1, True, "2017-03-22", "A")
        >>> comparison(odds, Table(ALONE, (row,))).exhibit("scores").table.column("brier")
        (0.25, 0.009999999999999995, 0.81)
    """
    if all(value is None for value in windows.column("ours")):
        raise DataGapError(
            "There is no comparison.",
            "The study gives no odds of any of them: what they ask about had never happened.",
            "Compare them from a later day on.",
        )
    moments_of = list(_by_moment(windows))
    compared = [
        compare(table, "" if lead is Ellipsis else moment_name(lead), np.random.default_rng(seed))
        for lead, table in moments_of
        if any(value is not None for value in table.column("ours"))
    ]
    text = _text(compared, windows)
    named = windows.columns == OF_QUESTIONS
    scores = Table(
        (AT, *COLUMNS) if named else COLUMNS,
        tuple((each.at, *row) if named else row for each in compared for row in each.scores.rows),
    )
    note = (
        "Lower is better. Intervals are by groups of windows that overlap; none where there are "
        f"fewer than {FEWEST}."
    )
    return Answer(
        id=odds.id,
        kind="published",
        label=odds.label,
        text=text,
        exhibits=(
            *(_windows(lead, table, text) for lead, table in moments_of),
            Exhibit("scores", "Mean scores", scores, note),
        ),
        caveats=(*odds.caveats, KNOWS, *((HOURS,) if named else ())),
        citations=(odds.citation,),
    )


def _by_moment(windows: Table) -> Iterator[tuple[Any, Table]]:
    """The windows of each moment, by its days before the end; all of them if they stand alone."""
    if windows.columns != OF_QUESTIONS:
        yield ..., windows
        return
    leads = dict.fromkeys(windows.column("lead_days"))
    for lead in sorted(leads, key=lambda days: (days is not None, -(days or 0))):
        rows = zip(windows.column("lead_days"), windows.rows, strict=True)
        yield lead, Table(windows.columns, tuple(row for days, row in rows if days == lead))


def _windows(lead: Any, table: Table, text: str) -> Exhibit:
    if lead is Ellipsis:
        return Exhibit("windows", "Window by window", table, mark="published", says=text)
    name = "windows" if lead is None else f"windows-{lead}"
    return Exhibit(
        name, f"Question by question, {moment_name(lead)}", table, mark="published", says=text
    )


def read_given(data: StudyData, odds: PublishedOdds) -> tuple[Given, ...]:
    """The published forecasts, in the file's order.

    Raises:
        StudyError: A row cannot be read; `problems` lists every one.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> first = read_given(data, data.study.asks("published_odds")[0])[0]
        >>> str(first.issued), first.within, first.probability
        ('2017-03-13', 14, 0.43)
    """
    path = data.file(odds.path)
    given, problems = read_published(path, data.study.actions, odds.since)
    if problems:
        raise StudyError(
            f"The published odds {path} could not be read.",
            "",
            "Mend them and check the study again with: detente validate FILE",
            problems,
        )
    return given


def _compared(odds: PublishedOdds, data: StudyData) -> Table:
    """One row for each window that is over: a forecast alone, or a question at a moment."""
    given = [item for item in read_given(data, odds) if item.ends <= known_until(data, item.action)]
    asked = moments(given, odds.lead_days, data.days_of)
    asked = tuple(moment for moment in asked if _decided(data, moment))
    if not asked:
        raise DataGapError(
            "There is no comparison.",
            f"None of them was resolved by {data.as_of}.",
            "Choose a later date.",
        )
    named = any(item.question for item in given)
    rows = tuple(_row(data, walk, moment) for walk, moment in _walked(data, odds, asked))
    if named:
        return Table(OF_QUESTIONS, rows)
    skipped, first = len(ASKED), len(ASKED) + len(ISSUED)
    return Table(ALONE, tuple(row[skipped:first] + row[first + 1 :] for row in rows))


def _decided(data: StudyData, moment: Moment) -> bool:
    """Whether it came, or the sources would have told of it."""
    day = np.datetime64(moment.day, "D")
    days = data.days_of(moment.action)
    came = ((days > day) & (days <= day + moment.within)).any()
    ends = moment.day + dt.timedelta(days=moment.within)
    opens = moment.day + dt.timedelta(days=1)
    return bool(came) or could_tell(data, moment.action, opens, ends)


def _walked(
    data: StudyData, odds: PublishedOdds, asked: Sequence[Moment]
) -> Iterator[tuple[Walk, Moment]]:
    """Each moment with the walk through the past that its weights are learned from.

    Forecasts that stand alone have a walk of their own window. Questions end on days of all sorts:
    they borrow the weights of the window in which the study itself asks about the action.
    """
    last = np.datetime64(max(moment.day for moment in asked), "D")
    histories = {
        action: read_history(data, action, odds.since, odds).until(last)
        for action in {moment.action for moment in asked}
    }
    walks: dict[tuple[str, int], Walk] = {}
    for moment in asked:
        key = moment.action, _window_learned(data, moment, asked)
        if key not in walks:
            walks[key] = walk(histories[moment.action], key[1], refit_weeks=REFIT)
        yield walks[key], moment


def _window_learned(data: StudyData, moment: Moment, asked: Sequence[Moment]) -> int:
    if not moment.question:
        return moment.within
    own = windows_asked(data, moment.action)
    return min(own) if own else max(m.within for m in asked if m.action == moment.action)


def _row(data: StudyData, past: Walk, moment: Moment) -> tuple[Any, ...]:
    """One row, as in `OF_QUESTIONS`."""
    day = np.datetime64(moment.day, "D")
    days = data.days_of(moment.action)
    came = days[(days > day) & (days <= day + moment.within)]
    return (
        moment.question,
        moment.lead_days,
        moment.day.isoformat(),
        data.label_of(moment.action),
        moment.within,
        moment.first,
        moment.last,
        *_ours(past, day, moment.within),
        len(came) > 0,
        str(came[0]) if len(came) else None,
        moment.source,
    )


def _ours(past: Walk, day: np.datetime64, within: int) -> tuple[float | None, ...]:
    """Our odds, their interval, and the base rate; nothing of what had never happened."""
    try:
        odds = count_odds(past, day, 1, within)
    except DataGapError:
        return (None, None, None, None)
    return (odds.probability, odds.low, odds.high, odds.base_rate)


def _text(compared: Sequence[Compared], windows: Table) -> str:
    if windows.columns != OF_QUESTIONS:
        return _sentence(compared[0])
    none = [row["question"] for row in windows.records() if row["ours"] is None]
    missing = len(dict.fromkeys(none))
    left = (
        f" On {plural(missing, 'questions')} the study gives no odds at first, because what "
        "they ask about had never happened: those moments are scored for nobody."
        if missing
        else ""
    )
    return f"{sentence(compared)} Published is the last word by that day.{left}"


def _sentence(compared: Compared) -> str:
    published, ours, base = (compared.brier(whose) for whose in (LAST, OURS, "base rate"))
    order = "better" if ours < published else "worse"
    return (
        f"On the same {compared.number} days, windows and outcomes, the study's odds score {order} "
        f"than the published ones (Brier {score_text(ours)} against {score_text(published)}; "
        f"lower is better; the base rate alone: {score_text(base)}). {compared.hits} of the "
        f"{compared.number} windows came true and they overlap, so this is little evidence: "
        "whoever said more would have won."
    )


def _problems(odds: PublishedOdds, study: Study, folder: Path) -> Iterator[str]:
    where = PART if odds.id == PUBLISHED else f"{PART}.{odds.id}"
    yield from odds.problems(where, study)
    file = inside(folder, odds.path)
    if file is None:
        yield f"{where}.path: there is no file “{odds.path}” in {folder}."
        return
    for problem in read_published(file, study.actions, odds.since)[1]:
        yield f"{where}: {odds.path}, {problem}"


register(PART, PublishedOdds, compare_published, _problems, about="odds to compare with")
