"""Odds that others published, with the study's own for the same days, windows and outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from pydantic import Field

from detente.answers import Answer, Column, Exhibit, Scale, Table
from detente.asks.forecasts.history import read_history
from detente.asks.forecasts.odds import count_odds
from detente.asks.forecasts.published_rows import Given, read_published
from detente.asks.forecasts.question import Terms
from detente.asks.forecasts.scores import brier, log_score
from detente.asks.forecasts.walk import Walk, walk
from detente.asks.options import Options
from detente.errors import DataGapError, StudyError
from detente.study.actions import known_until
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import inside

PART = "published_odds"
REFIT = 52  # weeks between the fits from which weights are learned
KNOWS = (
    "The study's odds use today's record of what had happened by the day of issue; the publisher's "
    "were made at the time."
)
ROW_COLUMNS = (
    Column("issued", "Issued", Scale.DATE),
    Column("action", "Of what"),
    Column("within_days", "Days", Scale.COUNT),
    Column("published", "Published", Scale.PROBABILITY),
    Column("ours", "Ours", Scale.PROBABILITY),
    Column("low_90", "90% low", Scale.PROBABILITY),
    Column("high_90", "90% high", Scale.PROBABILITY),
    Column("base_rate", "Base rate", Scale.PROBABILITY),
    Column("came", "Came", Scale.FLAG),
    Column("first", "First", Scale.DATE),
    Column("source", "Published in"),
)
Row = tuple[str | float | bool | None, ...]
"""The values of `ROW_COLUMNS`."""

SCORE_COLUMNS = (
    Column("whose", "Odds"),
    Column("brier", "Brier score", Scale.NUMBER, places=3),
    Column("log_score", "Log score", Scale.NUMBER, places=3),
)


class PublishedOdds(Terms):
    """Odds that others published, to set the study's own beside.

    The file has the columns issued (day), action (name of an action), within (days), probability
    (0 to 1) and source.
    """

    label: str
    path: str
    citation: str
    caveats: list[str] = Field(default=[])


def compare_published(odds: PublishedOdds, data: StudyData, options: Options) -> Answer:
    """Published odds beside the study's own.

    The study's odds for a day come from models fitted to earlier days, combined by weights that
    were learned from windows that were over by then. What came is read from the study's own data.

    Args:
        odds: Whose odds, and the terms of the study's own.
        data: The study's data; forecasts issued or resolved later are left out.
        options: Of the run; nothing here is drawn by its seed.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2017, 4, 1))
        >>> odds = data.study.asks("published_odds")[0]
        >>> compare_published(odds, data, Options()).exhibit("windows").table.column("published")
        (0.43,)
    """
    try:
        return comparison(odds, _compared(odds, data))
    except DataGapError as gap:
        return Answer("published", "published", odds.label, gap=f"{gap.found} {gap.next_step}")


def comparison(odds: PublishedOdds, rows: Sequence[Row]) -> Answer:
    """Lay out a comparison, with the mean scores of each side.

    Args:
        odds: Whose odds they are.
        rows: One for each published forecast, as in `ROW_COLUMNS`.

    Example:
        >>> odds = PublishedOdds(label="Others", path="o.csv", citation="", since="2000-01-01")
        >>> row = ("2017-03-13", "tests", 14, 0.5, 0.9, 0.8, 1.0, 0.1, True, "2017-03-22", "A")
        >>> comparison(odds, [row]).exhibit("scores").table.column("brier")
        (0.25, 0.009999999999999995, 0.81)
    """
    windows = Table(ROW_COLUMNS, tuple(rows))
    scores = _scores(windows)
    text = _sentence(scores, rows)
    return Answer(
        id="published",
        kind="published",
        label=odds.label,
        text=text,
        exhibits=(
            Exhibit("windows", "Window by window", windows, mark="published", says=text),
            Exhibit("scores", "Mean scores", scores, "Lower is better."),
        ),
        caveats=(*odds.caveats, KNOWS),
        citations=(odds.citation,),
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
    path = data.folder / odds.path
    given, problems = read_published(path, data.study.actions, odds.since)
    if problems:
        raise StudyError(
            f"The published odds {path} could not be read.",
            "",
            "Mend them and check the study again with: detente validate FILE",
            problems,
        )
    return given


def _compared(odds: PublishedOdds, data: StudyData) -> tuple[Row, ...]:
    """One row for each forecast whose window is over."""
    given = [item for item in read_given(data, odds) if _over(item, data)]
    if not given:
        raise DataGapError(
            "There is no comparison.",
            f"None of them was resolved by {data.as_of}.",
            "Choose a later date.",
        )
    return tuple(_rows(data, odds, given))


def _over(given: Given, data: StudyData) -> bool:
    return given.issued + dt.timedelta(days=given.within) <= known_until(data, given.action)


def _rows(data: StudyData, odds: PublishedOdds, given: Sequence[Given]) -> Iterator[Row]:
    """One row per published forecast; those of one action and window share their models' past."""
    last = np.datetime64(max(item.issued for item in given), "D")
    pairs = dict.fromkeys((item.action, item.within) for item in given)
    histories = {action: read_history(data, action, odds.since, odds) for action, _ in pairs}
    walks = {
        (action, within): walk(histories[action].until(last), within, refit=REFIT)
        for action, within in pairs
    }
    for item in given:
        yield _row(data, walks[item.action, item.within], item)


def _row(data: StudyData, past: Walk, given: Given) -> Row:
    day = np.datetime64(given.issued, "D")
    ours = count_odds(past, day, 1)
    days = data.days_of(given.action)
    came = days[(days > day) & (days <= day + given.within)]
    return (
        given.issued.isoformat(),
        data.label_of(given.action),
        given.within,
        given.probability,
        ours.probability,
        ours.low,
        ours.high,
        ours.base_rate,
        len(came) > 0,
        str(came[0]) if len(came) else None,
        given.source,
    )


def _scores(windows: Table) -> Table:
    came = np.array(windows.column("came"), dtype=np.float64)
    rows = []
    for whose, name in (("published", "published"), ("ours", "ours"), ("base rate", "base_rate")):
        odds = np.array(windows.column(name), dtype=np.float64)
        rows.append((whose, float(brier(odds, came).mean()), float(log_score(odds, came).mean())))
    return Table(SCORE_COLUMNS, tuple(rows))


def _sentence(scores: Table, rows: Sequence[Row]) -> str:
    published, ours, base = scores.column("brier")
    number, hits = len(rows), sum(bool(row[8]) for row in rows)
    order = "better" if ours < published else "worse"
    return (
        f"On the same {number} days, windows and outcomes, the study's odds score {order} than the "
        f"published ones (Brier {ours:.3f} against {published:.3f}; lower is better; the base rate "
        f"alone: {base:.3f}). {hits} of the {number} windows came true and they overlap, so this "
        "is little evidence: whoever said more would have won."
    )


def _problems(odds: PublishedOdds, study: Study, folder: Path) -> Iterator[str]:
    yield from odds.problems(PART, study)
    file = inside(folder, odds.path)
    if file is None:
        yield f"{PART}.path: there is no file “{odds.path}” in {folder}."
        return
    for problem in read_published(file, study.actions, odds.since)[1]:
        yield f"{PART}: {odds.path}, {problem}"


register(
    PART, PublishedOdds, compare_published, _problems, several=False, about="odds to compare with"
)
