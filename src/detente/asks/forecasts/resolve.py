"""From odds to lines of the record, and from later data to what came of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from detente import __version__
from detente.asks.forecasts.evidence import EVENT_FILES
from detente.asks.forecasts.record import Line, Record
from detente.asks.forecasts.result import Change, QuestionForecast, Reason
from detente.asks.forecasts.settle import Settled, definition_of, settle
from detente.study.data import StudyData

MODEL = f"detente {__version__}, forecasts 3"
"""Version of the models; the number rises when they change."""

KEPT = (
    "title", "question", "as_of", "opens", "resolves_on", "within", "at_least",
    "probability", "low", "high", "base_rate",
)  # fmt: skip


def data_hash(data: StudyData) -> str:
    """Hash of everything that a study's odds were computed from, the study file among it.

    Args:
        data: The study's data as of a date.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> len(data_hash(open_data(load("korea"))))
        64
    """
    events = data.events.fingerprint if data.events else ""
    asked = data.study.model_dump_json()
    parts = [
        asked,
        data.chronicle_sha256,
        *(data.dataset_sha256[key] for key in sorted(data.datasets)),
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

    Example:
        >>> from pathlib import Path
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> one = QuestionForecast("nuclear-test", "A nuclear test", sources=("chronicle",))
        >>> lines = forecast_lines(data, Record(Path("r.jsonl")), [one], dt.datetime(2026, 4, 20))
        >>> lines[0]["definition"]["kinds"], lines[0]["sources"]
        (['nuclear-test'], ['chronicle'])
    """
    lines = [_forecast_line(data, one, now) for one in forecasts if not one.problem]
    held = {_key(line) for line in record.forecasts()}
    return [line for line in lines if _key(line) not in held]


def _key(line: Line) -> tuple[object, ...]:
    made_with = tuple(line.get("sources", ()))
    return (line["id"], line["as_of"], line["resolves_on"], line["probability"], made_with)


def _forecast_line(data: StudyData, one: QuestionForecast, now: dt.datetime) -> Line:
    kept = {name: getattr(one, name) for name in KEPT}
    rounded = {k: round(v, 6) if isinstance(v, float) else v for k, v in kept.items()}
    question = next(item for item in data.study.questions if item.id == one.id)
    return {
        "kind": "forecast",
        "study": data.study.study.name,
        "id": one.id,
        "asked": question.model_dump(mode="json", exclude={"primary", "caveats", "signs"}),
        "definition": definition_of(data, question),
        "sources": list(one.sources),
        **rounded,
        "reasons": [[reason.label, round(reason.rate, 4)] for reason in one.reasons],
        "model": MODEL,
        "data": data_hash(data),
        "recorded": now.isoformat(),
    }


def resolution_lines(data: StudyData, record: Record, now: dt.datetime) -> list[Line]:
    """Lines for forecasts whose windows are over by the date of the data.

    Only data of the sources that a forecast was made with decide it, by the question and the
    meaning of its action as they were then; see `settle`. A forecast that
    was resolved before is resolved again, beside the old line, where data of the same sources,
    which know of as many days or more, now say something else.

    Args:
        data: The study's data.
        record: The record so far.
        now: When they are recorded.

    Example:
        >>> from pathlib import Path
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> line = {
        ...     "kind": "forecast", "hash": "a", "id": "missile-test", "sources": ["chronicle"],
        ...     "asked": data.study.questions[0].model_dump(mode="json"),
        ...     "opens": "2017-03-16", "resolves_on": "2017-04-12",
        ... }
        >>> record = Record(Path("r.jsonl"), (line,))
        >>> [one["days"] for one in resolution_lines(data, record, dt.datetime(2017, 5, 1))]
        [['2017-03-22', '2017-04-05']]
    """
    lines: list[Line] = []
    for line in record.forecasts():
        found = settle(data, line)
        before = record.resolutions(str(line["hash"]))
        if not found.outcome or (before and _stands(data, before[-1], found)):
            continue
        lines.append({
            "kind": "resolution",
            "resolves": line["hash"],
            "id": line["id"],
            **found.outcome,
            "revises": before[-1]["hash"] if before else "",
            "sources": line.get("sources", []),
            "known_until": found.known,
            "data": data_hash(data),
            "recorded": now.isoformat(),
        })  # fmt: skip
    return lines


def _stands(data: StudyData, before: Line, found: Settled) -> bool:
    """Whether a resolution stays: it says the same, or the data know less than those behind it."""
    if all(before[key] == value for key, value in found.outcome.items()):
        return True
    then = str(before.get("known_until", ""))
    return found.known < then or (found.known == then and _cut_short(data, before))


def _cut_short(data: StudyData, before: Line) -> bool:
    """Whether events that were published later are left out, as with a date that was asked for."""
    events = any(EVENT_FILES in name for name in before.get("sources", ()))
    return events and data.events is not None and data.events.known is not None


def with_change(record: Record, forecast: QuestionForecast) -> QuestionForecast:
    """A forecast with how it moved since the last one recorded for an earlier day.

    Odds that were made with other sources are not compared with.

    Args:
        record: The record.
        forecast: The odds now.

    Example:
        >>> from pathlib import Path
        >>> line = {
        ...     "kind": "forecast", "id": "a", "as_of": "2017-03-15", "within": 28, "at_least": 1,
        ...     "probability": 0.4, "reasons": [],
        ... }
        >>> now = QuestionForecast("a", "A test", within=28, as_of="2017-04-01", probability=0.5)
        >>> round(with_change(Record(Path("r.jsonl"), (line,)), now).change.points)
        10
    """
    earlier = [
        line
        for line in record.forecasts()
        if line["id"] == forecast.id
        and line["as_of"] < forecast.as_of
        and line.get("within") == forecast.within
        and line.get("at_least") == forecast.at_least
        and tuple(line.get("sources", forecast.sources)) == forecast.sources
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
    if forecast.kind == "level":  # its reasons lead from another level each time
        ranked = ()
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

    Example:
        >>> from pathlib import Path
        >>> line = {"kind": "forecast", "hash": "a", "as_of": "2017-03-15", "opens": "2017-03-16",
        ...         "recorded": "2017-04-01T00:00:00+00:00"}
        >>> one = next(kept(Record(Path("r.jsonl"), (line,))))
        >>> one.outcome is None, one.late
        (True, True)
    """
    for line in record.forecasts():
        yield Kept(line, record.resolutions(str(line["hash"])))


def why_open(data: StudyData, one: Kept) -> str:
    """Why a forecast is open though its window is over by the date of the data; else nothing.

    Args:
        data: The study's data.
        one: The forecast.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> line = {"asked": data.study.questions[0].model_dump(mode="json"), "definition": {},
        ...         "resolves_on": "2017-04-12"}
        >>> why_open(data, Kept(line, ()))
        'the study means something else by “missile-tests” now'
    """
    over = dt.date.fromisoformat(one.line["resolves_on"]) <= data.as_of
    return settle(data, one.line).why_open if over and one.outcome is None else ""
