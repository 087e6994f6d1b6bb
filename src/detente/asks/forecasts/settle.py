"""What came of a recorded forecast, by data of its own sources; or why it is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detente.asks.forecasts.lines import Line
from detente.asks.forecasts.question import read_question
from detente.study.actions import CHRONICLE
from detente.study.data import StudyData
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
        known_until: ISO day of the last thing that these data know of it.
    """

    outcome: Mapping[str, Any] = field(default_factory=dict)
    why_open: str = ""
    known_until: str = ""


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
        >>> asked = data.study.asks("questions")[0]
        >>> line = {
        ...     "asked": asked.model_dump(mode="json"), "definition": asked.definition(data),
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
    question = read_question(asked)
    if question is None:
        return Settled(why_open=f"questions of the kind “{asked.get('kind')}” are not known here")
    return question.settled(data, line)


def changed(definition: Mapping[str, Any], line: Line) -> bool:
    """Whether what a question is about meant something else when it was recorded.

    Example:
        >>> changed({"kinds": ["test"]}, {"definition": {"kinds": ["test", "talk"]}})
        True
        >>> changed({"kinds": ["test"], "roles": []}, {"definition": {"kinds": ["test"]}})
        False
        >>> changed({"kinds": ["test"]}, {})  # the first version did not record it
        False
    """
    recorded = modern(line.get("definition", definition))
    return bool(_stated(recorded) != _stated(definition))


def _stated(definition: Any) -> Any:
    """A definition without the keys that say nothing, which later versions may have added."""
    if isinstance(definition, list):
        return [_stated(item) for item in definition]
    if not isinstance(definition, dict):
        return definition
    said = {key: _stated(value) for key, value in definition.items()}
    return {key: value for key, value in said.items() if value not in (None, "", [], {}, False)}


def sources_in(line: Line) -> tuple[str, ...]:
    """What a forecast was made with; lines of the first version say it of the chronicle alone.

    Example:
        >>> sources_in({"sources": ["chronicle"]}), sources_in({})
        (('chronicle',), ())
        >>> sources_in({"definition": {"kinds": ["test"], "cameo": []}})
        ('chronicle',)
    """
    if "sources" in line:
        return tuple(line["sources"])
    only_kinds = bool(line.get("definition")) and not line["definition"].get("cameo")
    return (CHRONICLE,) if only_kinds else ()


def other_sources(line: Line, here: Sequence[str]) -> str:
    """Why data of other sources cannot decide a forecast.

    Example:
        >>> other_sources({"sources": ["chronicle"]}, [])
        'it was made with chronicle, and these data have none'
    """
    used = sources_in(line)
    if not used:
        return "the record does not say what data it was made with"
    return f"it was made with {listed(used)}, and these data have {listed(here)}"


def listed(names: Sequence[str]) -> str:
    """Names as words.

    Example:
        >>> listed(["a", "b", "c"]), listed([])
        ('a, b and c', 'none')
    """
    if len(names) < 2:
        return "".join(names) or "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"
