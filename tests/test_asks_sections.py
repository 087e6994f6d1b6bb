"""Sections that every report has, and those of what if and of the coming week, by known answers."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.answers import Answer, Table
from detente.asks import data_used, overview
from detente.asks.errands import Errand
from detente.asks.forecasts import coming_week
from detente.asks.scenarios import run as scenarios
from detente.errors import DataGapError, UsageError
from detente.study.options import Options
from detente.study.signal import Signal
from test_claims_units import signal

MONTHS = (np.datetime64("2001-01") + np.arange(6)).astype("datetime64[D]")
GAP = DataGapError("No.", "Nothing is there.", "Load it.")


class TestDataUsed:
    """What was read, and what is missing in it."""

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            (None, "all days"), ([], "all days"), ([1], None), ([1, 2, 3], None),
            ([1, 4], "2 of 4 days"), ([1, 2, 4, 9], "5 of 9 days"),
            ([1, 1500], "1,498 of 1,500 days"),
        ],
    )  # fmt: skip
    def test_days_between_the_first_and_the_last(self, days: Any, said: str | None) -> None:
        covered = None if days is None else np.datetime64("2001-01-01") + np.array(days, int)
        assert data_used._days_missing(covered) == said

    def test_whose_files_they_are(self) -> None:
        whole = SimpleNamespace(parties=(), limits="", world=9)
        assert data_used._kept_of(cast(Any, whole)) == "your own files"
        some = SimpleNamespace(parties=("USA",), limits="the USA", world=1234)
        assert data_used._kept_of(cast(Any, some)) == (
            "your own files, limited to the USA; of 1,234 events of the world the others are"
            " counted only"
        )

    def test_datasets_and_their_gaps(self) -> None:
        def dataset(known: list[bool]) -> Any:
            return SimpleNamespace(
                is_known=lambda _: np.array(known), dates=lambda: MONTHS, size=lambda: 42
            )

        specs = [
            SimpleNamespace(id=name, measures=["m", "n"], label=name.upper(), every="month",
                            citation="c") for name in "ab"
        ]  # fmt: skip
        data = SimpleNamespace(
            present=specs,
            datasets={
                "a": dataset([True] * 6),
                "b": dataset([True, False, True, False, False, True]),
            },
            dataset_sha256={"a": "1", "b": "2"},
        )
        whole, other = data_used._datasets_used(cast(Any, data))
        assert whole == ("A", "2001-01-01 to 2001-06-01, by month", None, 42, "1", "c")
        assert other[2] == "3 of 6 months" and other[4] == "2"

    def overlap(self, **given: Any) -> tuple[str, ...]:
        """Five months of a dataset; of four in event files one is unknown, and two hold little."""
        spec = {"id": "d", "label": "D", "counts": True, "every": "month", "measures": ["m", "n"]}
        panel = SimpleNamespace(
            gives=lambda name: name == "n",
            origins=["x"],
            dates=lambda _: MONTHS[1:],
            really_covered=lambda _: np.array([True, False, True, False, True]),
            world=lambda _: np.array([9.0, 9, np.nan, 9, 9]),
        )
        data = SimpleNamespace(
            events=SimpleNamespace(panels={"month": panel}),
            present=[SimpleNamespace(**(spec | given))],
            datasets={"d": SimpleNamespace(dates=lambda: MONTHS[:5])},
        )
        return data_used.overlap_notes(cast(Any, data))

    def test_who_won_where_both_cover(self) -> None:
        won, lost = self.overlap()
        assert won.startswith("Both D and your event files (x) cover 1 month; the event")
        assert lost.startswith(
            "In 2 months D was used, because your event files (x) hold too little"
        )
        for given in ({"counts": False}, {"every": "year"}, {"measures": ["m"]}):
            [none] = self.overlap(**given)
            assert none.startswith("Your event files cover no month")
        assert data_used.overlap_notes(cast(Any, SimpleNamespace(events=None))) == ()

    def test_who_acts_below_the_state(self, monkeypatch: pytest.MonkeyPatch) -> None:
        actors = SimpleNamespace(origin="x", party="USA", roles=(("OPP", 1200), ("REB", 34)))
        monkeypatch.setattr(data_used, "below_state", lambda *_, **__: [actors])
        data = SimpleNamespace(
            events=SimpleNamespace(store=None), study=SimpleNamespace(codes=["USA"]),
            as_of=dt.date(2001, 1, 1), name_of=lambda _: "the US",
        )  # fmt: skip
        [note] = data_used.below_state_notes(cast(Any, data))
        assert note.startswith("x counts 1,234 times with the US an actor that does not act for it")
        assert "by role: OPP 1,200, REB 34. An action" in note


HELD = {
    "AAABBB": [1.0, 2, 9, 9, 4, 4],
    "AAACCC": [3.0, 3, 9, 9, 1, np.nan],
    "BBBCCC": [1.0] * 4,
}


def joined(values: list[float], segments: list[int]) -> Signal:
    """A score by event files (0) and a dataset (1), put together."""
    alone = signal(values, counts=False)
    both = replace(alone.series, segments=np.array(segments), sources=("files", "dataset"))
    return replace(alone, series=both, source="files and dataset")


class TestThenAndNow:
    """Pairs in an early and a late window."""

    def answer(self, held: dict[str, Any], *, closer: bool = True, place: int = 0) -> Answer:
        """Three parties; of each pair the values of six months, or nothing."""

        def signals(relation: Any, _: Any) -> Any:
            values = held.get("".join(relation.pair))
            if isinstance(values, Signal):
                return [values], []
            return ([] if values is None else [signal(values, counts=False)]), []

        windows = SimpleNamespace(
            dataset="d", measure="m", more_is_closer=closer,
            then=(dt.date(2001, 1, 1), dt.date(2001, 2, 28)),
            now=(dt.date(2001, 5, 1), dt.date(2002, 6, 30)),
        )  # fmt: skip
        study = SimpleNamespace(codes=["AAA", "BBB", "CCC"], then_and_now=[windows])
        data = SimpleNamespace(study=study, signals=signals, name_of=str.lower)
        return overview._then_and_now(cast(Any, data), cast(Any, windows), place)

    def test_from_the_closest_to_the_furthest(self) -> None:
        [exhibit] = self.answer(HELD).exhibits
        assert exhibit.table.rows == (
            ("Aaa – bbb", "AAA", "BBB", 1.5, 4.0, 2.5, True),
            ("Aaa – ccc", "AAA", "CCC", 3.0, 1.0, -2.0, False),
            ("Bbb – ccc", "BBB", "CCC", 1.0, None, None, None),
        )
        assert exhibit.note == (
            "A higher value means closer together. No data in one of the two windows: Bbb – ccc."
        )
        assert exhibit.table.caption == "points, 2001 and 2001–2002, by Source"
        assert exhibit.says.endswith("furthest parting: 2 pairs.")

    def test_where_more_is_further_apart(self) -> None:
        answer = self.answer(HELD | {"BBBCCC": [1.0] * 6}, closer=False, place=1)
        [exhibit] = answer.exhibits
        assert [(row[1] + row[2], row[6]) for row in exhibit.table.rows] == [
            ("AAACCC", True), ("BBBCCC", True), ("AAABBB", False),
        ]  # fmt: skip
        assert exhibit.note == "A higher value means further apart." and answer.id == "d-m"

    def test_counts_are_told_as_rates_so_that_more_news_moves_nobody(self) -> None:
        """All is reported twice as often in the late window, and one pair by days alone."""
        world = np.array([1000.0, 1000, 1500, 2000, 2000, 2000])
        counts = signal([10.0, 10, 15, 20, 20, 20])
        by_news = replace(
            counts, world=world, days=np.full(6, 30.0),
            series=replace(counts.series, exposure=world), divided_by="events",
        )  # fmt: skip
        [exhibit] = self.answer({"AAABBB": by_news, "AAACCC": by_news}).exhibits
        assert [row[3:6] for row in exhibit.table.rows if row[5] is not None] == [
            (100.0, 100.0, 0.0)
        ] * 2
        assert exhibit.table.caption.startswith("per 10,000 events reported, 2001")
        by_days = by_news.with_exposure("days")
        [exhibit] = self.answer({"AAABBB": by_news, "AAACCC": by_days}).exhibits
        assert [row[3:6] for row in exhibit.table.rows if row[5] is not None] == [
            (10.0, 20.0, 10.0)
        ] * 2
        assert exhibit.table.caption.startswith("per 30 days covered")

    def test_no_pair_in_both_windows(self) -> None:
        empty = self.answer({"AAABBB": [1.0, 2.0]})
        assert (empty.id, empty.exhibits) == ("d", ())

    def test_levels_of_two_sources_are_not_compared(self) -> None:
        """The dataset knows the early window, event files the late one: no picture, and why."""
        held = {pair: joined([9.0, 9, 9, 1, 1, 1], [1, 1, 1, 0, 0, 0]) for pair in HELD}
        answer = self.answer(held)
        assert (answer.exhibits, answer.label) == ((), "files or dataset alone")

    def test_all_pairs_are_by_the_source_that_has_most(self) -> None:
        held = {
            "AAABBB": joined([9.0, 9, 9, 1, 1, 2], [1, 1, 1, 0, 0, 1]),
            "AAACCC": joined([9.0, 9, 9, 1, 3, 1], [1, 1, 1, 0, 1, 0]),
            "BBBCCC": joined([1.0, 1, 9, 9, 4, 4], [0, 0, 1, 1, 0, 0]),
        }
        [exhibit] = self.answer(held).exhibits
        assert [row[1:6] for row in exhibit.table.rows] == [
            ("AAA", "CCC", 9.0, 3.0, -6.0),
            ("AAA", "BBB", 9.0, 2.0, -7.0),
            ("BBB", "CCC", None, None, None),
        ]
        assert exhibit.title == "By dataset"
        assert exhibit.note.endswith(
            "No data in one of the two windows: Bbb – ccc. "
            "Left out, since levels of two sources are never compared: files."
        )

    def test_means_are_of_what_is_known(self) -> None:
        assert overview._mean(np.array([1.0, np.nan, 1.00009])) == 1.0
        assert overview._mean(np.array([1.0, 1.0002])) == 1.0001
        assert overview._mean(np.array([np.nan])) is None


class TestTension:
    """Levels of tension by each source."""

    def section(self, monkeypatch: pytest.MonkeyPatch, short: str, *, facts: int = 1) -> Any:
        def level(of: Any, _: Any) -> Table:
            if of.source == short:
                raise GAP
            return Table(overview.tension_columns(), ())

        monkeypatch.setattr(overview, "_levels", level)
        monkeypatch.setattr(overview, "_shaded_eras", lambda _: Table(overview.ERA_COLUMNS, ()))
        rows = (("2001-01-01", "g", "t", "c"),) * facts
        monkeypatch.setattr(overview, "_marked_facts", lambda _: Table(overview.MARK_COLUMNS, rows))
        items = [SimpleNamespace(dataset=name, measure="m", relation=None) for name in ("d", None)]

        def signals(_: Any, measures: Any) -> Any:
            name = measures[0].dataset or "events"
            return [SimpleNamespace(**(vars(signal([1.0] * 3)) | {"source": name}))], []

        monkeypatch.setattr(overview, "shown_unit", lambda _: "unit")
        study = SimpleNamespace(tension=items)
        data = SimpleNamespace(study=study, signals=signals, options=Options())
        return overview.tension(cast(Any, data))

    def test_a_panel_of_each_source_that_has_a_level(self, monkeypatch: pytest.MonkeyPatch) -> None:
        both = self.section(monkeypatch, "none")
        assert [answer.id for answer in both.answers] == ["d", "events-2", "marked"]
        assert [exhibit.name for exhibit in both.answers[2].exhibits] == ["facts"]
        first = self.section(monkeypatch, "d", facts=0)
        assert [answer.id for answer in first.answers] == ["events"]
        assert first.intro == overview.TENSION_INTRO

    def test_marks_without_a_level_are_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(overview, "_tension", self.gap)
        none = self.section(monkeypatch, "none")
        assert none.answers == () and none.intro.startswith("No tension could be computed")

    @staticmethod
    def gap(*_: Any) -> Answer:
        raise GAP


class TestWhatIf:
    """Scenarios of a study."""

    asks = tuple(SimpleNamespace(id=name, label=name.upper(), statement="s") for name in "ab")

    @pytest.fixture(autouse=True)
    def of_one_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        none = cast(Any, None)
        monkeypatch.setattr(scenarios, "errand_of", lambda ask: Errand(none, ask, "model"))

    def study(self, scenarios: int = 2, simulations: int = 1) -> Any:
        held = {"scenarios": self.asks[:scenarios], "simulation": ("model",) * simulations}
        return SimpleNamespace(asks=held.__getitem__)

    def test_a_scenario_by_its_name(self) -> None:
        assert scenarios.find_scenario(self.study(), "b") is cast(Any, self.asks[1])
        with pytest.raises(UsageError, match="It has a, b"):
            scenarios.find_scenario(self.study(), "c")
        with pytest.raises(UsageError, match="It declares none"):
            scenarios.find_scenario(self.study(0), "a")

    def test_scenarios_come_first_and_the_model_last(self) -> None:
        listed = scenarios.errands(self.study())
        assert [errand.ask for errand in listed] == [*self.asks, "model"]
        assert scenarios.errands(self.study(0)) == []

    def test_where_nothing_can_be_fitted_each_says_why(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: Any) -> Answer:
            raise GAP

        monkeypatch.setattr(Errand, "answer", refused)
        data = cast(Any, SimpleNamespace(study=self.study()))
        [section] = scenarios.what_if(data)
        assert [(answer.id, answer.gap) for answer in section.answers] == [
            ("a", "Nothing is there. Load it."), ("b", "Nothing is there. Load it."),
        ]  # fmt: skip
        assert scenarios.what_if(cast(Any, SimpleNamespace(study=self.study(0)))) == ()


class TestComingWeek:
    """The week after the last day that is known."""

    @pytest.mark.parametrize(("last", "day"), [(10, 11), (20, 16)])
    def test_it_begins_after_the_day_or_after_the_events(
        self, monkeypatch: pytest.MonkeyPatch, last: int, day: int
    ) -> None:
        origin = SimpleNamespace(origin="x", last=dt.date(2020, 1, last))
        query = SimpleNamespace(sql="SELECT", params={})
        table = SimpleNamespace(to_arrow_table=lambda: "table")
        con = SimpleNamespace(sql=lambda *_, **__: table)
        asked: dict[str, Any] = {}

        def moves(events: Any, codes: Any, **given: Any) -> str:
            asked.update(given)
            return f"{events} {codes}"

        def events(_: Any, store: Any, **given: Any) -> Any:
            asked["query"] = given
            return query

        monkeypatch.setattr(coming_week, "_furthest", lambda _: origin)
        monkeypatch.setattr(coming_week, "connect", lambda: contextlib.nullcontext(con))
        monkeypatch.setattr(coming_week, "query_events", events)
        monkeypatch.setattr(coming_week, "next_moves", moves)
        as_of = dt.date(2020, 1, 15)
        data = SimpleNamespace(
            events=SimpleNamespace(store="s"), as_of=as_of, study=SimpleNamespace(codes="C")
        )
        assert cast(Any, coming_week.coming_week(cast(Any, data))) == "table C"
        assert asked == {
            "query": {"origin": "x", "until": as_of, "known_by": as_of, "whole": True},
            "as_of": dt.date(2020, 1, day), "each": 5, "behind": 3,
        }  # fmt: skip
