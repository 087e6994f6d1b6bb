"""From odds to lines of the record, and from later data to what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from detente import __version__
from detente.answers import Answer, Exhibit, Fact, Scale, Table
from detente.asks.forecasts.lines import Line
from detente.asks.forecasts.question import Question
from detente.asks.forecasts.record import Record
from detente.asks.forecasts.settle import Settled, settle
from detente.asks.forecasts.shown import number, word
from detente.asks.forecasts.walks import data_hash
from detente.errors import InputError
from detente.events.engine import DUCKDB
from detente.rounding import odds_text
from detente.study.actions import EVENT_FILES
from detente.study.data import StudyData
from detente.study.event_data import last_day

MODEL = f"detente {__version__}, forecasts 5"
"""Version of the models; the number rises when they change."""


def check_clock(data: StudyData, now: dt.datetime) -> None:
    """Refuse a clock that is behind the data: by it, hindsight would look like foresight.

    A day more is allowed, as a day begins in the east before it does in UTC.

    Args:
        data: The study's data.
        now: The time by the machine's clock.

    Raises:
        InputError: The data know days that have not come by that clock.

    Example:
        >>> from detente.study.load import load
        >>> from detente.study.data import open_data
        >>> check_clock(open_data(load("korea")), dt.datetime(2026, 5, 16, tzinfo=dt.UTC))
    """
    events, engine = data.events, data.events.engine if data.events else DUCKDB.name
    last = last_day(data.study, events.store if events else None, engine=engine)
    if last > now.date() + dt.timedelta(days=1):
        raise InputError(
            "Nothing was recorded.",
            f"By this machine's clock it is {now.date()}, and the data know of days up to {last}.",
            "Set the clock right, or else `as_of` in the study file.",
        )


def forecast_lines(
    data: StudyData, record: Record, answers: Sequence[Answer], now: dt.datetime
) -> list[Line]:
    """Lines for forecasts that the record does not hold yet.

    Odds that stand in the record for the same day are added again only if they differ, as they do
    after a revision of data or models.

    Args:
        data: What they were made from.
        record: The record so far.
        answers: The odds of the study's questions; those without odds are left out.
        now: When they are recorded.

    Example:
        >>> from pathlib import Path
        >>> from detente.asks.forecasts.walks import answer
        >>> from detente.study.options import Options
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = next(q for q in data.study.asks("questions") if q.id == "nuclear-test")
        >>> odds = answer(asked, data.under(Options(refit_weeks=520)))
        >>> lines = forecast_lines(data, Record(Path("r.jsonl")), [odds], dt.datetime(2026, 4, 20))
        >>> lines[0]["definition"]["kinds"], lines[0]["sources"], lines[0]["within"]
        (['nuclear-test'], ['chronicle'], 90)
    """
    questions = {question.id: question for question in data.study.asks("questions")}
    lines = [
        _forecast_line(data, answer, questions[answer.id], now)
        for answer in answers
        if answer.fact("odds") and answer.id in questions
    ]
    held = {_key(line) for line in record.forecasts()}
    return [line for line in lines if _key(line) not in held]


def _key(line: Line) -> tuple[object, ...]:
    sources = tuple(line.get("sources", ()))
    return (line["id"], line["as_of"], line["resolves_on"], line["probability"], sources)


def _forecast_line(data: StudyData, answer: Answer, question: Question, now: dt.datetime) -> Line:
    odds = answer.fact("odds")
    return {
        "kind": "forecast",
        "study": data.study.study.name,
        "id": answer.id,
        "asked": question.model_dump(mode="json", exclude={"primary", "caveats", "signs"}),
        "definition": question.definition(data),
        "sources": list(_sources(answer)),
        "title": answer.label,
        "question": answer.statement,
        **{name: word(answer, name) for name in ("as_of", "opens", "resolves_on")},
        "within": _whole(answer, "within"),
        "at_least": _whole(answer, "at_least"),
        "probability": round(number(answer, "odds"), 6),
        "low": None if odds is None or odds.low is None else round(odds.low, 6),
        "high": None if odds is None or odds.high is None else round(odds.high, 6),
        "base_rate": round(number(answer, "base_rate"), 6),
        "reasons": [[label, round(rate, 4)] for label, rate in _reasons(answer).items()],
        "model": MODEL,
        "data": "" if answer.provenance is None else answer.provenance.data_hash,
        "recorded": now.isoformat(),
    }


def _whole(answer: Answer, name: str) -> int:
    """A fact that is a whole number; 1 where the kind of question has none."""
    fact = answer.fact(name)
    return 1 if fact is None else int(number(answer, name))


def _sources(answer: Answer) -> tuple[str, ...]:
    return () if answer.provenance is None else answer.provenance.sources


def _reasons(answer: Answer) -> dict[str, float]:
    """The terms between what the waterfall starts from and what it leads to."""
    exhibit = answer.exhibit("reasons")
    rows = () if exhibit is None else exhibit.table.rows[1:-1]
    return {str(label): float(adds) for label, adds, *_ in rows if isinstance(adds, float)}


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
        ...     "asked": data.study.asks("questions")[0].model_dump(mode="json"),
        ...     "opens": "2017-03-16", "resolves_on": "2017-04-12",
        ... }
        >>> record = Record(Path("r.jsonl"), (line,))
        >>> [line["days"] for line in resolution_lines(data, record, dt.datetime(2017, 5, 1))]
        [['2017-03-22', '2017-04-05']]
    """
    lines: list[Line] = []
    for line in record.forecasts():
        settled = settle(data, line)
        before = record.resolutions(str(line["hash"]))
        if not settled.outcome or (before and _stands(data, before[-1], settled)):
            continue
        lines.append({
            "kind": "resolution",
            "resolves": line["hash"],
            "id": line["id"],
            **settled.outcome,
            "revises": before[-1]["hash"] if before else "",
            "sources": line.get("sources", []),
            "known_until": settled.known_until,
            "data": data_hash(data),
            "recorded": now.isoformat(),
        })  # fmt: skip
    return lines


def _stands(data: StudyData, before: Line, settled: Settled) -> bool:
    """Whether a resolution stays: it says the same, or the data know less than those behind it."""
    if all(before[key] == value for key, value in settled.outcome.items()):
        return True
    then = str(before.get("known_until", ""))
    return settled.known_until < then or (settled.known_until == then and _cut_short(data, before))


def _cut_short(data: StudyData, before: Line) -> bool:
    """Whether events that were published later are left out, as with a date that was asked for."""
    events = any(EVENT_FILES in name for name in before.get("sources", ()))
    return events and data.events is not None and data.events.known_by is not None


def with_change(record: Record, answer: Answer) -> Answer:
    """Odds with how they moved since the last ones recorded for an earlier day.

    Odds that were made with other sources are not compared with.

    Args:
        record: The record.
        answer: The odds now.

    Example:
        >>> from pathlib import Path
        >>> line = {
        ...     "kind": "forecast", "id": "a", "as_of": "2017-03-15", "within": 28, "at_least": 1,
        ...     "probability": 0.4, "reasons": [],
        ... }
        >>> values = {"odds": 0.5, "within": 28, "as_of": "2017-04-01"}
        >>> facts = tuple(Fact(name, name, value) for name, value in values.items())
        >>> now = Answer("a", "events", "A test", facts=facts)
        >>> round(with_change(Record(Path("r.jsonl"), (line,)), now).fact("change").value)
        10
    """
    earlier = [
        line
        for line in record.forecasts()
        if line["id"] == answer.id
        and line["as_of"] < word(answer, "as_of")
        and line.get("within") == _whole(answer, "within")
        and line.get("at_least") == _whole(answer, "at_least")
        and tuple(line.get("sources", _sources(answer))) == _sources(answer)
    ]
    if answer.fact("odds") is None or not earlier:
        return answer
    last = max(reversed(earlier), key=lambda line: str(line["as_of"]))
    then = float(last["probability"])
    points = 100 * (number(answer, "odds") - then)
    note = f"then {odds_text(then)}, as of {last['as_of']}"
    fact = Fact("change", "Since the last record", points, Scale.POINTS, "points", note=note)
    exhibits = (*answer.exhibits, *_moved(answer, last))
    return replace(answer, facts=(*answer.facts, fact), exhibits=exhibits)


def _moved(answer: Answer, last: Line) -> Iterator[Exhibit]:
    """The terms that moved the odds, where both lead from the same thing."""
    exhibit = answer.exhibit("reasons")
    if exhibit is None or not exhibit.settings.get("lasting"):
        return
    before = {label: float(rate) for label, rate in last["reasons"]}
    now = _reasons(answer)
    moved = {
        label: now.get(label, 0.0) - before.get(label, 0.0)
        for label in dict.fromkeys([*now, *before])
    }
    term, adds, _ = exhibit.table.columns
    rows = tuple(sorted(moved.items(), key=lambda item: -abs(item[1])))
    title = f"What moved the odds since {last['as_of']}"
    yield Exhibit("change", title, Table((term, adds), rows), folded=True)
