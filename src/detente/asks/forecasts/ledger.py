"""The record as it is shown: each forecast with what came of it, and how good they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detente.answers import Answer, Column, Exhibit, Scale, Table, Value
from detente.asks.forecasts.lines import Line, moment
from detente.asks.forecasts.record import Record
from detente.asks.forecasts.settle import settle
from detente.rounding import score_text
from detente.study.data import StudyData

COLUMNS = (
    Column("as_of", "As of", Scale.DATE),
    Column("recorded", "Recorded", Scale.DATE),
    Column("question", "Question"),
    Column("odds", "Odds", Scale.PROBABILITY),
    Column("base_rate", "Base rate", Scale.PROBABILITY),
    Column("resolves_on", "Decided on", Scale.DATE),
    Column("came", "Came"),
)


def _next_day(iso: str) -> str:
    return (dt.date.fromisoformat(iso) + dt.timedelta(days=1)).isoformat()


@dataclass(frozen=True)
class Recorded:
    """One recorded forecast and what came of it.

    Attributes:
        line: The forecast.
        resolutions: All of them, the last one standing; more than one after a revision of data.
        backwards: Whether a line before it says that it was recorded later.
    """

    line: Line
    resolutions: tuple[Line, ...]
    backwards: bool = False

    @property
    def late(self) -> bool:
        """Whether it was recorded after its window had opened, so that hindsight is possible."""
        first = max(str(self.line["opens"]), _next_day(str(self.line["as_of"])))
        return str(moment(self.line).date()) > first

    @property
    def clock_was_wrong(self) -> bool:
        """Whether it cannot have been recorded when it says: after a later line, or too early.

        Its data reach to a day that had not begun anywhere on Earth at that time.
        """
        return self.backwards or _next_day(str(moment(self.line).date())) < str(self.line["as_of"])

    @property
    def in_time(self) -> bool:
        """Whether it was recorded before hindsight was possible, as far as the record can tell."""
        return not (self.late or self.clock_was_wrong)

    @property
    def outcome(self) -> int | None:
        """1 or 0 as now known; None while the window is open."""
        return int(self.resolutions[-1]["outcome"]) if self.resolutions else None


def recorded(record: Record) -> Iterator[Recorded]:
    """Each recorded forecast with what came of it, in order.

    Example:
        >>> from pathlib import Path
        >>> line = {"kind": "forecast", "hash": "a", "as_of": "2017-03-15", "opens": "2017-03-16",
        ...         "recorded": "2017-04-01T00:00:00+00:00"}
        >>> forecast = next(recorded(Record(Path("r.jsonl"), (line,))))
        >>> forecast.outcome is None, forecast.late
        (True, True)
    """
    latest = dt.datetime.min.replace(tzinfo=dt.UTC)
    for line in record.lines:
        time = moment(line) if "recorded" in line else latest
        if line["kind"] == "forecast":
            yield Recorded(line, record.resolutions(str(line["hash"])), backwards=time < latest)
        latest = max(latest, time)


def why_open(data: StudyData, forecast: Recorded) -> str:
    """Why a forecast is open though its window is over by the date of the data; else nothing.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = data.study.asks("questions")[0].model_dump(mode="json")
        >>> line = {"asked": asked, "definition": {}, "resolves_on": "2017-04-12"}
        >>> why_open(data, Recorded(line, ()))
        'the study means something else by “missile-tests” now'
    """
    over = dt.date.fromisoformat(forecast.line["resolves_on"]) <= data.as_of
    return settle(data, forecast.line).why_open if over and forecast.outcome is None else ""


def ledger(record: Record) -> Answer:
    """All recorded forecasts, and the scores of those that were decided in time.

    Example:
        >>> from pathlib import Path
        >>> ledger(Record(Path("r.jsonl"))).text
        'The record r.jsonl is empty.'
    """
    forecasts = list(recorded(record))
    if not forecasts:
        return Answer("ledger", "ledger", "Record", f"The record {record.path.name} is empty.")
    table = Table(COLUMNS, tuple(map(_row, forecasts)))
    exhibit = Exhibit("forecasts", "Forecasts", table)
    return Answer("ledger", "ledger", "Record", _summary(forecasts, record), exhibits=(exhibit,))


def _row(forecast: Recorded) -> tuple[Value, ...]:
    line = forecast.line
    return (
        line["as_of"],
        line["recorded"][:10],
        line["title"],
        line["probability"],
        line["base_rate"],
        line["resolves_on"],
        _came(forecast) + _doubt(forecast),
    )


def _doubt(forecast: Recorded) -> str:
    if forecast.clock_was_wrong:
        return " (clock was wrong)"
    return " (late)" if forecast.late else ""


def _came(forecast: Recorded) -> str:
    if forecast.outcome is None:
        return "open"
    words = ["yes" if line["outcome"] else "no" for line in forecast.resolutions]
    before = f" (before revision: {', '.join(words[:-1])})" if len(words) > 1 else ""
    return words[-1] + before


def _summary(forecasts: Sequence[Recorded], record: Record) -> str:
    decided = [
        (forecast.line, forecast.outcome)
        for forecast in forecasts
        if forecast.outcome is not None and forecast.in_time
    ]
    wrong = sum(forecast.clock_was_wrong for forecast in forecasts)
    late = sum(forecast.late and not forecast.clock_was_wrong for forecast in forecasts)
    text = (
        f"{counted(len(forecasts), 'forecast')}, {len(decided)} decided in time. Last hash: "
        f"{record.last[:16]}."
    )
    if late:
        verb = "was" if late == 1 else "were"
        text += f" {late} {verb} recorded after the window had opened: not scored."
    if wrong:
        verb = "says" if wrong == 1 else "say"
        text += f" {wrong} {verb} a time that cannot be, of a clock set wrong: not scored."
    if not decided:
        return text
    ours, base = (
        sum((line[name] - came) ** 2 for line, came in decided) / len(decided)
        for name in ("probability", "base_rate")
    )
    return f"{text} Brier score {score_text(ours)}, base rate {score_text(base)} (lower is better)."


def counted(number: int, noun: str) -> str:
    """A number of things.

    Example:
        >>> counted(1, "forecast"), counted(2, "forecast")
        ('1 forecast', '2 forecasts')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def open_though_over(data: StudyData, record: Record) -> Iterator[str]:
    """For forecasts that are open though their windows are over: how many, and why.

    Example:
        >>> from pathlib import Path
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> list(open_though_over(open_data(load("korea")), Record(Path("r.jsonl"))))
        []
    """
    reasons: dict[str, int] = {}
    for forecast in recorded(record):
        why = why_open(data, forecast)
        if why:
            named = f"“{forecast.line['title']}”: {why}"
            reasons[named] = reasons.get(named, 0) + 1
    for named, number in reasons.items():
        yield f"Open, though over ({number}): {named}."
