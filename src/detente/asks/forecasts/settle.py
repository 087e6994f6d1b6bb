"""What came of a recorded forecast, by data of its own sources; or why it is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.asks.forecasts.evidence import CHRONICLE, known_until, sources_of
from detente.asks.forecasts.level import Level, read_levels
from detente.asks.forecasts.record import Line
from detente.errors import DataGapError
from detente.relations.periods import check_every, period_name
from detente.study.data import StudyData
from detente.study.questions import EventQuestion, LevelQuestion, Question
from detente.study.renamed import modern

WORDING = {"label", "mark", "noun", "citation", "caveat", "path", "unit"}
"""Keys of an action or a dataset that say nothing of what is counted."""


@dataclass(frozen=True)
class Settled:
    """What came of a forecast, by some data.

    Attributes:
        outcome: What its resolution says: `outcome` 1 or 0, with the days or the change behind it;
            empty while it cannot be known.
        why_open: Why it cannot be known, as the end of a sentence; empty if it can.
        known: ISO day of the last thing that these data know of it.
    """

    outcome: Mapping[str, Any] = field(default_factory=dict)
    why_open: str = ""
    known: str = ""


def definition_of(data: StudyData, question: Question) -> Mapping[str, Any]:
    """What a question is about, in the terms of its study: the action, or the datasets read.

    Args:
        data: The study's data.
        question: The question.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> definition_of(data, data.study.questions[0])["kinds"]
        ['missile-test']
    """
    if isinstance(question, EventQuestion):
        action = data.study.actions.get(question.action)
        return {} if action is None else action.model_dump(mode="json", exclude=WORDING)
    read = {measure.dataset for measure in question.measures}
    datasets = [one for one in data.study.datasets if one.id in read]
    return {"datasets": [one.model_dump(mode="json", exclude=WORDING) for one in datasets]}


def settle(data: StudyData, line: Line) -> Settled:
    """What came of a recorded forecast, if data of its own sources know it by now.

    The question is read as it was asked. Data that mean something else by its action, or that come
    from other sources, cannot decide it: the forecast stays open, and the reason is given.

    Args:
        data: The study's data.
        line: A forecast of the record.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = data.study.questions[0]
        >>> line = {
        ...     "asked": asked.model_dump(mode="json"), "definition": definition_of(data, asked),
        ...     "sources": ["chronicle"], "opens": "2017-03-16", "resolves_on": "2017-04-12",
        ... }
        >>> settle(data, line).outcome["days"]
        ['2017-03-22', '2017-04-05']
        >>> settle(data, line | {"sources": ["chronicle", "gdelt2 (event files)"]}).why_open
        'it was made with chronicle and gdelt2 (event files), and these data have chronicle'
    """
    if dt.date.fromisoformat(line["resolves_on"]) > data.as_of:
        return Settled(why_open="its window is not over")
    asked = modern(line["asked"])
    if asked["kind"] == "level":
        return _settled_level(data, LevelQuestion.model_validate(asked), line)
    return _settled_events(data, EventQuestion.model_validate(asked), line)


def _settled_events(data: StudyData, asked: EventQuestion, line: Line) -> Settled:
    if asked.action not in data.study.actions:
        return Settled(why_open=f"the study has no action “{asked.action}” any more")
    if _changed(data, asked, line):
        return Settled(why_open=f"the study means something else by “{asked.action}” now")
    here = sources_of(data, asked.action)
    if _sources(line) != here:
        return Settled(why_open=_others(_sources(line), here))
    known = known_until(data, asked.action)
    if dt.date.fromisoformat(line["resolves_on"]) > known:
        return Settled(why_open=f"what {_listed(here)} know of it ends on {known}")
    days = data.days_of(asked.action)
    after, until = np.datetime64(line["opens"]), np.datetime64(line["resolves_on"])
    inside = days[(days >= after) & (days <= until)]
    came = int(len(inside) >= asked.at_least)
    found = {"outcome": came, "days": [str(day) for day in inside]}
    return Settled(found, known=known.isoformat())


def _settled_level(data: StudyData, asked: LevelQuestion, line: Line) -> Settled:
    if _changed(data, asked, line):
        return Settled(why_open="the study reads these datasets in another way now")
    try:
        levels = read_levels(data, asked)
    except DataGapError as gap:
        return Settled(why_open=gap.found.rstrip("."))
    same = [one for one in levels if (one.source,) == _sources(line)]
    if not same:
        return Settled(why_open=_others(_sources(line), [one.source for one in levels]))
    return _change(same[0], line)


def _change(level: Level, line: Line) -> Settled:
    opens = np.datetime64(line["opens"])
    place = np.flatnonzero(level.signal.series.dates == opens)
    if len(place) == 0 or not np.isfinite(level.changes[place[0]]):
        period = period_name(opens, check_every(level.signal.series.every))
        return Settled(why_open=f"{level.source} has no value of {period} that can be compared")
    change = float(level.changes[place[0]])
    found = {"outcome": int(change > 0), "change": round(change, 6)}
    last = level.signal.series.dates[np.isfinite(level.values)][-1]
    return Settled(found, known=str(last))


def _changed(data: StudyData, asked: Question, line: Line) -> bool:
    now = definition_of(data, asked)
    return bool(modern(line.get("definition", now)) != now)


def _sources(line: Line) -> tuple[str, ...]:
    """What a forecast was made with; lines of the first version say it of the chronicle alone."""
    if "sources" in line:
        return tuple(line["sources"])
    only_kinds = bool(line.get("definition")) and not line["definition"].get("cameo")
    return (CHRONICLE,) if only_kinds else ()


def _others(made_with: Sequence[str], here: Sequence[str]) -> str:
    if not made_with:
        return "the record does not say what data it was made with"
    return f"it was made with {_listed(made_with)}, and these data have {_listed(here)}"


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names) or "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"
