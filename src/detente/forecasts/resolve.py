"""From odds to lines of the record, and from later data to what came of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detente import __version__
from detente.errors import DataGapError
from detente.forecasts.level import read_level
from detente.forecasts.record import Line, Record
from detente.forecasts.result import Change, QuestionForecast, Reason
from detente.studies.data import StudyData
from detente.studies.questions import EventQuestion, LevelQuestion

MODEL = f"detente {__version__}, forecasts 1"
"""Version of the models; the number rises when they change."""

KEPT = (
    "title", "question", "as_of", "opens", "resolves_on", "within", "at_least",
    "probability", "low", "high", "base_rate",
)  # fmt: skip


def data_hash(data: StudyData) -> str:
    """Hash of everything that a study's odds were computed from, the study file among it.

    Args:
        data: The study's data as of a date.
    """
    events = data.events.fingerprint if data.events else ""
    asked = data.study.model_dump_json()
    parts = [
        asked,
        data.chronicle_sha256,
        *(data.figure_sha256[key] for key in sorted(data.figures)),
    ]
    return hashlib.sha256("\n".join([*parts, events]).encode()).hexdigest()


def forecast_lines(
    data: StudyData, record: Record, forecasts: Sequence[QuestionForecast], now: dt.datetime
) -> list[Line]:
    """Lines for forecasts that the record does not hold yet.

    Odds that stand in the record for the same day are added again only if they differ, as they do
    after a revision of data or models.

    Args:
        data: What they were made from.
        record: The record so far.
        forecasts: Those without odds are left out.
        now: When they are recorded.
    """
    lines = [_forecast_line(data, one, now) for one in forecasts if not one.problem]
    held = {_key(line) for line in record.forecasts()}
    return [line for line in lines if _key(line) not in held]


def _key(line: Line) -> tuple[object, ...]:
    return (line["id"], line["as_of"], line["resolves_on"], line["probability"])


def _forecast_line(data: StudyData, one: QuestionForecast, now: dt.datetime) -> Line:
    kept = {name: getattr(one, name) for name in KEPT}
    rounded = {k: round(v, 6) if isinstance(v, float) else v for k, v in kept.items()}
    question = next(item for item in data.study.questions if item.id == one.id)
    return {
        "kind": "forecast",
        "study": data.study.study.name,
        "id": one.id,
        "asked": question.model_dump(mode="json", exclude={"primary", "caveats", "signs"}),
        "definition": _definition(data, question.model_dump(mode="json")),
        **rounded,
        "reasons": [[reason.label, round(reason.rate, 4)] for reason in one.reasons],
        "model": MODEL,
        "data": data_hash(data),
        "recorded": now.isoformat(),
    }


def _definition(data: StudyData, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the action meant when the question was asked; empty for levels."""
    action = data.study.actions.get(str(asked.get("action", "")))
    return {} if action is None else action.model_dump(mode="json", exclude={"label", "mark"})


def resolution_lines(data: StudyData, record: Record, now: dt.datetime) -> list[Line]:
    """Lines for forecasts whose windows are over by the date of the data.

    A forecast that was resolved before is resolved again, beside the old line, where the data now
    say something else.

    Args:
        data: The study's data.
        record: The record so far.
        now: When they are recorded.
    """
    lines: list[Line] = []
    for line in record.forecasts():
        found = _outcome(data, line)
        before = record.resolutions(str(line["hash"]))
        if found is None or (before and _same(before[-1], found)):
            continue
        lines.append({
            "kind": "resolution",
            "resolves": line["hash"],
            "id": line["id"],
            **found,
            "revises": before[-1]["hash"] if before else "",
            "data": data_hash(data),
            "recorded": now.isoformat(),
        })  # fmt: skip
    return lines


def _same(before: Line, found: Mapping[str, Any]) -> bool:
    return all(before[key] == value for key, value in found.items())


def _outcome(data: StudyData, line: Line) -> Mapping[str, Any] | None:
    """What came, by the question as it was asked; None while it is not known."""
    if dt.date.fromisoformat(line["resolves_on"]) > data.as_of:
        return None
    asked = line["asked"]
    if asked["kind"] == "level":
        return _level_outcome(data, LevelQuestion.model_validate(asked), line)
    if asked["action"] not in data.study.actions:
        return None
    if line.get("definition", _definition(data, asked)) != _definition(data, asked):
        return None  # the action means something else now, so it cannot decide what was asked
    question = EventQuestion.model_validate(asked)
    days = data.days_of(question.action)
    inside = days[
        (days >= np.datetime64(line["opens"])) & (days <= np.datetime64(line["resolves_on"]))
    ]
    return {
        "outcome": int(len(inside) >= question.at_least),
        "days": [str(day) for day in inside],
    }


def _level_outcome(data: StudyData, asked: LevelQuestion, line: Line) -> Mapping[str, Any] | None:
    try:
        level = read_level(data, asked)
    except DataGapError:
        return None
    place = np.flatnonzero(level.signal.series.dates == np.datetime64(line["opens"]))
    if len(place) == 0 or not np.isfinite(level.changes[place[0]]):
        return None
    change = float(level.changes[place[0]])
    return {"outcome": int(change > 0), "change": round(change, 6)}


def with_change(record: Record, forecast: QuestionForecast) -> QuestionForecast:
    """A forecast with how it moved since the last one recorded for an earlier day.

    Args:
        record: The record.
        forecast: The odds now.
    """
    earlier = [
        line
        for line in record.forecasts()
        if line["id"] == forecast.id
        and line["as_of"] < forecast.as_of
        and line.get("within") == forecast.within
        and line.get("at_least") == forecast.at_least
    ]
    if forecast.problem or not earlier:
        return forecast
    last = max(reversed(earlier), key=lambda line: str(line["as_of"]))
    before = {label: float(rate) for label, rate in last["reasons"]}
    now = {reason.label: reason.rate for reason in forecast.reasons}
    moved = [
        Reason(label, now.get(label, 0.0) - before.get(label, 0.0))
        for label in dict.fromkeys([*now, *before])
    ]
    points = 100 * (forecast.probability - float(last["probability"]))
    ranked = tuple(sorted(moved, key=lambda reason: -abs(reason.rate)))
    change = Change(str(last["as_of"]), float(last["probability"]), points, ranked)
    return replace(forecast, change=change)


def _next_day(iso: str) -> str:
    return (dt.date.fromisoformat(iso) + dt.timedelta(days=1)).isoformat()


@dataclass(frozen=True)
class Kept:
    """One recorded forecast and what came of it.

    Attributes:
        line: The forecast.
        resolutions: All of them, the last one standing; more than one after a revision of data.
    """

    line: Line
    resolutions: tuple[Line, ...]

    @property
    def late(self) -> bool:
        """Whether it was recorded after its window had opened, so that hindsight is possible."""
        known = max(str(self.line["opens"]), _next_day(str(self.line["as_of"])))
        return str(self.line["recorded"])[:10] > known

    @property
    def outcome(self) -> int | None:
        """1 or 0 as now known; None while the window is open."""
        return int(self.resolutions[-1]["outcome"]) if self.resolutions else None


def kept(record: Record) -> Iterator[Kept]:
    """Each recorded forecast with what came of it, in order.

    Args:
        record: The record.
    """
    for line in record.forecasts():
        yield Kept(line, record.resolutions(str(line["hash"])))
