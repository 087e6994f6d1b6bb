"""Settling at its edges: first and last days, open windows, as_of equal to a day, lateness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.answers import Answer, Column, Exhibit, Fact, Provenance, Scale, Table
from detente.asks.forecasts.ledger import Recorded, ledger, recorded, why_open
from detente.asks.forecasts.record import Record, append, read_record
from detente.asks.forecasts.resolve import forecast_lines, resolution_lines, with_change
from detente.asks.forecasts.settle import settle
from detente.study.chronicle import Fact as Dated
from detente.study.data import StudyData, open_data
from detente.study.load import load
from forecast_worlds import write_chronicle, write_study

NOW = dt.datetime(2012, 1, 1, 12, tzinfo=dt.UTC)
OPENS, CLOSES = dt.date(2011, 10, 2), dt.date(2011, 10, 29)
ONE_DAY = dt.timedelta(days=1)


def data_with(folder: Path, *days: dt.date, as_of: dt.date = dt.date(2011, 12, 31)) -> StudyData:
    """A study whose action happened on these days, and on one day long before."""
    write_study(folder)
    first = dt.date(2000, 1, 10)
    tests = [(day, "test") for day in sorted({first, *days})]
    write_chronicle(folder, [*tests, (dt.date(2001, 1, 1), "talk")])
    return open_data(load(str(folder)), as_of=as_of)


def line_of(data: StudyData, **changes: Any) -> dict[str, Any]:
    """A recorded forecast of four weeks in October 2011."""
    question = data.study.asks("questions")[0]
    return {
        "kind": "forecast", "study": "made-up", "id": "test-soon", "hash": "h", "title": "A test",
        "asked": question.model_dump(mode="json"), "definition": question.definition(data),
        "sources": ["chronicle"], "as_of": "2011-10-01", "opens": str(OPENS),
        "resolves_on": str(CLOSES), "within": 28, "at_least": 1, "probability": 0.4,
        "base_rate": 0.3, "reasons": [], "recorded": "2011-10-01T12:00:00+00:00",
    } | changes  # fmt: skip


class TestWindow:
    @pytest.mark.parametrize(
        ("day", "outcome"),
        [
            (OPENS - ONE_DAY, 0),  # the day of the odds themselves
            (OPENS, 1),
            (CLOSES, 1),
            (CLOSES + ONE_DAY, 0),
        ],
    )
    def test_its_first_and_last_day_count_and_no_other(
        self, tmp_path: Path, day: dt.date, outcome: int
    ) -> None:
        data = data_with(tmp_path, day)
        settled = settle(data, line_of(data))
        assert settled.outcome == {"outcome": outcome, "days": [str(day)] * outcome}
        assert settled.known_until == "2011-12-31" and settled.why_open == ""

    @pytest.mark.parametrize(("as_of", "over"), [(CLOSES - ONE_DAY, False), (CLOSES, True)])
    def test_it_is_over_once_its_last_day_is_known(
        self, tmp_path: Path, as_of: dt.date, over: bool
    ) -> None:
        data = data_with(tmp_path, OPENS, as_of=as_of)
        settled = settle(data, line_of(data))
        assert bool(settled.outcome) is over
        assert settled.why_open == ("" if over else "its window is not over")

    def test_an_event_does_not_settle_it_early(self, tmp_path: Path) -> None:
        """Though a test on the first day makes it true already."""
        data = data_with(tmp_path, OPENS, as_of=OPENS)
        assert settle(data, line_of(data)).outcome == {}
        assert resolution_lines(data, Record(tmp_path / "r", (line_of(data),)), NOW) == []

    @pytest.mark.parametrize(("at_least", "outcome"), [(2, 1), (3, 0)])
    def test_as_many_days_as_were_asked_for(
        self, tmp_path: Path, at_least: int, outcome: int
    ) -> None:
        data = data_with(tmp_path, OPENS, CLOSES)
        asked = data.study.asks("questions")[0].model_copy(update={"at_least": at_least})
        line = line_of(data, asked=asked.model_dump(mode="json"))
        assert settle(data, line).outcome["outcome"] == outcome

    def test_silence_after_the_chronicle_ends_is_not_known(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        later = replace(data, as_of=dt.date(2012, 2, 1))
        line = line_of(data, opens="2011-12-31", resolves_on="2012-01-01")
        assert settle(later, line).why_open == "what chronicle know of it ends on 2011-12-31"
        line = line_of(data, opens="2011-12-30", resolves_on="2011-12-31")
        assert settle(later, line).outcome["outcome"] == 0

    @pytest.mark.parametrize(
        ("changes", "same"),
        [({"roles": []}, True), ({"since": None}, True), ({"roles": ["REB"]}, False),
         ({"kinds": ["test", "talk"]}, False), ({"kinds": []}, False)],
    )  # fmt: skip
    def test_keys_that_say_nothing_change_no_meaning(
        self, tmp_path: Path, changes: dict[str, Any], same: bool
    ) -> None:
        """A later version may know more keys of an action than the one that recorded it."""
        data = data_with(tmp_path, OPENS)
        line = line_of(data, definition={"kinds": ["test"]} | changes)
        assert bool(settle(data, line).outcome) is same

    def test_other_meanings_and_kinds_stay_open(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        gone = line_of(data, asked=line_of(data)["asked"] | {"action": "raids"})
        assert settle(data, gone).why_open == "the study has no action “raids” any more"
        strange = line_of(data, asked={"kind": "weather"})
        assert settle(data, strange).why_open == (
            "questions of the kind “weather” are not known here"
        )


class TestLevel:
    def line(self, data: StudyData, opens: str, closes: str) -> dict[str, Any]:
        question = data.study.asks("questions")[1]
        return line_of(
            data, asked=question.model_dump(mode="json"), definition=question.definition(data),
            sources=["Level: value"], opens=opens, resolves_on=closes,
        )  # fmt: skip

    def test_it_is_settled_by_the_change_of_its_own_period(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        values = data.datasets["level"].pair("USA", "CHN", "value")
        month = int(np.flatnonzero(values.dates == np.datetime64("2011-10-01"))[0])
        change = values.values[month] - values.values[month - 12]
        settled = settle(data, self.line(data, "2011-10-01", "2011-10-31"))
        assert settled.outcome == {"outcome": int(change > 0), "change": round(change, 6)}

    def test_a_period_without_a_value_stays_open(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        line = self.line(data, "2000-06-01", "2000-06-30")
        assert settle(data, line).why_open == (
            "Level: value has no value of 2000-06 that can be compared"
        )


class TestLateness:
    @pytest.mark.parametrize(
        ("recorded_on", "late"),
        [("2011-10-01", False), ("2011-10-02", False), ("2011-10-03", True)],
    )
    def test_odds_are_late_after_the_first_day_of_their_window(
        self, recorded_on: str, late: bool
    ) -> None:
        line = {
            "as_of": "2011-10-01", "opens": "2011-10-02",
            "recorded": f"{recorded_on}T23:59:59+00:00",
        }  # fmt: skip
        assert Recorded(line, ()).late is late

    def test_a_level_s_odds_are_late_after_the_day_that_they_are_as_of(self) -> None:
        """Its period may have opened before that day."""
        line = {"as_of": "2011-10-20", "opens": "2011-10-01"}
        for day, late in (("2011-10-21", False), ("2011-10-22", True)):
            assert Recorded(line | {"recorded": f"{day}T00:00:00+00:00"}, ()).late is late

    def test_late_odds_are_shown_and_not_scored(self, tmp_path: Path) -> None:
        data = data_with(tmp_path, CLOSES)
        late = line_of(data, recorded="2011-11-11T00:00:00+00:00", probability=0.9, id="b")
        record = append(read_record(tmp_path / "r.jsonl"), [line_of(data), late])
        record = append(record, resolution_lines(data, record, NOW))
        answer = ledger(record)
        assert "2 forecasts, 1 decided in time." in answer.text
        assert "1 was recorded after the window had opened: not scored." in answer.text
        # Of odds of 0.4, base rate 0.3, that came true.
        assert "Brier score 0.360, base rate 0.490" in answer.text
        exhibit = answer.exhibit("forecasts")
        assert exhibit is not None and exhibit.table.column("came") == ("yes", "yes (late)")


class TestResolutions:
    def test_the_same_outcome_is_not_written_twice(self, tmp_path: Path) -> None:
        data = data_with(tmp_path, OPENS)
        record = append(read_record(tmp_path / "r.jsonl"), [line_of(data)])
        (line,) = resolution_lines(data, record, NOW)
        assert line["resolves"] == record.lines[0]["hash"] and line["revises"] == ""
        record = append(record, [line])
        assert resolution_lines(data, record, NOW) == []

    def test_a_revision_stands_beside_what_it_revises(self, tmp_path: Path) -> None:
        before = data_with(tmp_path, OPENS)
        record = append(read_record(tmp_path / "r.jsonl"), [line_of(before)])
        record = append(record, resolution_lines(before, record, NOW))
        after = data_with(tmp_path)
        (line,) = resolution_lines(after, record, NOW)
        assert line["outcome"] == 0 and line["revises"] == record.last
        record = append(record, [line])
        forecast = next(recorded(record))
        assert forecast.outcome == 0
        exhibit = ledger(record).exhibit("forecasts")
        assert exhibit is not None
        assert exhibit.table.column("came") == ("no (before revision: yes)",)

    @pytest.mark.parametrize(("as_of", "revised"), [("2011-12-30", False), ("2011-12-31", True)])
    def test_data_that_know_less_do_not_revise(
        self, tmp_path: Path, as_of: str, revised: bool
    ) -> None:
        before = data_with(tmp_path, OPENS)
        record = append(read_record(tmp_path / "r.jsonl"), [line_of(before)])
        record = append(record, resolution_lines(before, record, NOW))
        after = data_with(tmp_path, as_of=dt.date.fromisoformat(as_of))
        assert bool(resolution_lines(after, record, NOW)) is revised

    @pytest.mark.parametrize(("as_of", "said"), [(CLOSES - ONE_DAY, False), (CLOSES, True)])
    def test_odds_are_open_though_over_from_their_last_day_on(
        self, tmp_path: Path, as_of: dt.date, said: bool
    ) -> None:
        data = data_with(tmp_path, as_of=as_of)
        line = line_of(data, sources=["gdelt2 (event files)"])
        assert bool(why_open(data, Recorded(line, ()))) is said
        assert why_open(data, Recorded(line, ({"outcome": 0},))) == ""


def odds(probability: float = 0.5, as_of: str = "2011-11-01", **changes: Any) -> Answer:
    """The odds of the question that `line_of` records, of another day."""
    columns = (
        Column("term"), Column("adds_days_per_year", scale=Scale.POINTS),
        Column("total_days_per_year", scale=Scale.NUMBER),
    )  # fmt: skip
    rows = (("past", None, 1.0), ("season", 0.5, None), ("pace", -0.25, None), ("now", None, 1.25))
    values = {"odds": probability, "base_rate": 0.3, "within": 28, "at_least": 1} | changes
    days = {"as_of": as_of, "opens": "2011-11-02", "resolves_on": "2011-11-29"}
    facts = [Fact(name, name, value) for name, value in values.items() if value is not None]
    facts += [Fact(name, name, value) for name, value in days.items()]
    exhibit = Exhibit("reasons", "", Table(columns, rows), settings={"lasting": True})
    source = Provenance("d" * 64, 1, "0", sources=("chronicle",))
    return Answer("test-soon", "events", "A test", facts=tuple(facts), exhibits=(exhibit,),
                  provenance=source)  # fmt: skip


class TestChange:
    def record(self, *lines: Mapping[str, Any]) -> Record:
        return Record(Path("r.jsonl"), tuple({"kind": "forecast"} | dict(line) for line in lines))

    def line(self, **changes: Any) -> dict[str, Any]:
        return {
            "id": "test-soon", "as_of": "2011-10-01", "within": 28, "at_least": 1,
            "probability": 0.4, "reasons": [["season", 0.1], ["sanctions", 0.3]],
            "sources": ["chronicle"],
        } | changes  # fmt: skip

    def test_points_and_terms_are_those_since_then(self) -> None:
        changed = with_change(self.record(self.line()), odds())
        fact, exhibit = changed.fact("change"), changed.exhibit("change")
        assert fact is not None and fact.value == pytest.approx(10)
        assert fact.note == "then 40%, as of 2011-10-01"
        assert exhibit is not None
        assert [(term, round(moved, 9)) for term, moved in exhibit.table.rows] == [
            ("season", 0.4), ("sanctions", -0.3), ("pace", -0.25),
        ]  # fmt: skip

    def test_the_last_earlier_day_counts_and_of_one_day_the_last_line(self) -> None:
        lines = [
            self.line(as_of=day, probability=odds)
            for day, odds in (("2011-10-08", 0.1), ("2011-10-15", 0.2), ("2011-10-15", 0.3))
        ]
        changed = with_change(self.record(*lines, self.line()), odds())
        assert changed.fact("change") is not None
        assert changed.fact("change").note == "then 30%, as of 2011-10-15"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "changes",
        [
            {"as_of": "2011-11-01"},
            {"as_of": "2011-11-02"},
            {"within": 30},
            {"at_least": 2},
            {"id": "other"},
            {"sources": ["chronicle", "icews (event files)"]},
        ],
    )
    def test_other_odds_are_not_compared_with(self, changes: dict[str, Any]) -> None:
        now = odds()
        assert with_change(self.record(self.line(**changes)), now) == now

    def test_without_odds_there_is_no_change(self) -> None:
        gap = odds(odds=None)
        assert with_change(self.record(self.line()), gap) == gap

    def test_reasons_that_lead_from_something_else_are_not_compared(self) -> None:
        now = odds()
        (reasons,) = now.exhibits
        now = replace(now, exhibits=(replace(reasons, settings={"lasting": False}),))
        changed = with_change(self.record(self.line()), now)
        assert changed.fact("change") is not None and changed.exhibit("change") is None


class TestLines:
    def test_a_line_holds_what_was_said(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        record = read_record(tmp_path / "r.jsonl")
        (line,) = forecast_lines(data, record, [odds(0.123456789)], NOW)
        assert line["probability"] == 0.123457 and line["base_rate"] == 0.3
        assert (line["within"], line["at_least"]) == (28, 1)
        assert line["reasons"] == [["season", 0.5], ["pace", -0.25]]
        assert line["data"] == "d" * 64 and line["recorded"] == NOW.isoformat()

    def test_odds_of_one_day_are_added_again_only_if_they_differ(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        record = append(
            read_record(tmp_path / "r.jsonl"),
            forecast_lines(data, read_record(tmp_path / "r.jsonl"), [odds()], NOW),
        )
        assert forecast_lines(data, record, [odds()], NOW) == []
        assert len(forecast_lines(data, record, [odds(0.51)], NOW)) == 1
        assert len(forecast_lines(data, record, [odds(as_of="2011-11-08")], NOW)) == 1

    def test_what_is_no_question_of_the_study_is_not_recorded(self, tmp_path: Path) -> None:
        data = data_with(tmp_path)
        others = [replace(odds(), id="moves"), odds(odds=None)]
        assert forecast_lines(data, read_record(tmp_path / "r.jsonl"), others, NOW) == []


def test_the_facts_of_a_chronicle_are_what_settles(tmp_path: Path) -> None:
    """The tests above stand on this: days come from the chronicle and from nowhere else."""
    data = data_with(tmp_path, OPENS)
    facts: tuple[Dated, ...] = data.facts_of("tests")
    assert [fact.date for fact in facts] == [dt.date(2000, 1, 10), OPENS]
