"""Actions of a study: who acts on whom, and from when to when silence says something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from detente.errors import DataGapError
from detente.events.reach import limited
from detente.events.store import IngestedFile, Store, connect
from detente.sources import all_sources
from detente.sources.acled import CODES
from detente.study.actions import sources_of
from detente.study.data import StudyData, open_data
from detente.study.event_data import EventData, states_of
from detente.study.load import load
from detente.study.models import Action, Chronicle
from detente.study.parts import Measure, Relation
from detente.study.silence import counted_days, uncovered
from detente.study.starter import write_starter
from event_tables import event, table, world
from study_parts import korea_with

FIRST = dt.date(2016, 1, 4)  # a Monday
Opened = Callable[..., StudyData]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """The Korea study with one dataset, invented events, and one more action, `acts`."""

    def build(rows: Sequence[dict[str, Any]], origin: str = "icews", **action: Any) -> StudyData:
        store = Store.open(tmp_path / "store", create=True)
        held = table(rows)
        with connect() as con, store.writer() as writer:
            con.register("given", held)
            writer.append(con, "given", [IngestedFile(origin, "k", "f", held.num_rows)])
        loaded = korea_with("icews-conflict")
        more = {"acts": Action(label="acts", **({"cameo": ["19"]} | action))}
        study = loaded.study.model_copy(update={"actions": {**loaded.study.actions, **more}})
        return open_data(replace(loaded, study=study), store=store)

    return build


def fight(number: int, day: int, **given: Any) -> dict[str, Any]:
    acted: dict[str, Any] = {"source": "PRK", "target": "KOR", "cameo": "190", "quad": 4}
    acted |= {"date": FIRST + dt.timedelta(day)}
    return event(10**6 + number, **(acted | given))


def feed(days: int = 120, each: int = 20) -> list[dict[str, Any]]:
    return world(FIRST, days, each)


class TestWhoActsOnWhom:
    def days(self, data: StudyData) -> list[int]:
        return [(fact.date - FIRST).days for fact in data.facts_of("acts")]

    def rows(self) -> list[dict[str, Any]]:
        return [
            *feed(),
            fight(1, 10),
            fight(2, 11, source="KOR", target="PRK"),
            fight(3, 12, target="PRK"),
            fight(4, 13, source="KOR", target="KOR"),
            fight(5, 14, source="KOR", target="JPN"),
            fight(6, 15, source_role="REB", source_actor="Some Rebels"),
            fight(7, 16, target_role="REB"),
        ]

    def test_between_leaves_out_acts_at_home_and_toward_others(self, opened: Opened) -> None:
        both = opened(self.rows(), between=["PRK", "KOR"])
        assert self.days(both) == [10, 11, 15, 16]
        loose = {"sources": ["PRK", "KOR"], "targets": ["PRK", "KOR"]}
        assert "acts" in both.study.actions
        wide = replace(
            both,
            study=both.study.model_copy(
                update={"actions": {"acts": Action(label="acts", cameo=["19"], **loose)}}
            ),
        )
        assert self.days(wide) == [10, 11, 12, 13, 15, 16]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"exclude_roles": ["REB"]}, [10, 11]),
            ({"roles": ["REB"]}, [15]),
            ({"actors": ["some rebels"]}, [15]),
            ({"exclude_actors": ["Some Rebels"]}, [10, 11, 16]),
        ],
    )
    def test_actors_below_the_state(
        self, opened: Opened, given: dict[str, list[str]], expected: list[int]
    ) -> None:
        assert self.days(opened(self.rows(), between=["PRK", "KOR"], **given)) == expected

    def test_between_in_a_chronicle(self, korea: StudyData) -> None:
        between = Action(label="x", kinds=["inter-korean-talks"], between=["PRK", "KOR"])
        apart = Action(label="x", kinds=["inter-korean-talks"], between=["PRK", "USA"])
        study = korea.study.model_copy(update={"actions": {"a": between, "b": apart}})
        data = replace(korea, study=study)
        assert len(data.facts_of("a")) == 31
        assert data.facts_of("b") == ()

    def test_between_names_both_sides(self) -> None:
        with pytest.raises(ValidationError, match="leave out `sources`"):
            Action(label="x", cameo=["19"], between=["PRK", "KOR"], sources=["PRK"])
        with pytest.raises(ValidationError, match="two states"):
            Action(label="x", cameo=["19"], between=["PRK"])


class TestWhereSilenceSaysSomething:
    def test_days_without_coverage_are_unknown(self, opened: Opened) -> None:
        """Twenty events a day, but none in the whole of March."""
        rows = [row for row in feed(120) if row["date"].month != 3]
        data = opened([*rows, fight(1, 3), fight(2, 100)])
        series = data.action_series("acts", "month")
        months = dict(zip(series.dates.astype(str), series.values.tolist(), strict=True))
        assert months["2016-01-01"] == 1 and months["2016-02-01"] == 0
        assert np.isnan(months["2016-03-01"]) and months["2016-04-01"] == 1
        assert series.exposure is not None and series.exposure[0] == 28
        days = np.array(["2016-02-10", "2016-03-10"], dtype="datetime64[D]")
        assert data.known_days("acts", days).tolist() == [True, False]
        assert series.sources == ("icews (event files)",)

    def test_each_day_by_itself(self, opened: Opened) -> None:
        rows = [row for row in feed(60) if row["date"].weekday() < 5]
        series = opened([*rows, fight(1, 3)]).action_series("acts", "day")
        weekend = (series.dates.astype(np.int64) + 3) % 7 >= 5
        assert np.isnan(series.values[weekend]).all()
        assert series.values[~weekend].sum() == 1

    def test_the_chronicle_begins_and_ends_by_itself(self, opened: Opened) -> None:
        long = world(dt.date(2015, 1, 1), 4600, 1)
        data = opened(long)
        assert data.as_of == dt.date(2015, 1, 1) + dt.timedelta(4599)
        assert data.study.chronicle is not None
        assert data.known_until("nuclear-tests") == data.study.chronicle.until
        assert data.known_until("acts") == data.as_of
        series = data.action_series("nuclear-tests", "month")
        assert str(series.dates[0]) == "1984-01-01"
        assert series.dates[-1] < np.datetime64(data.study.study.as_of)

    def test_a_chronicle_may_say_where_it_begins(self, korea: StudyData) -> None:
        since = Chronicle(since=dt.date(1990, 1, 1))
        data = replace(korea, study=korea.study.model_copy(update={"chronicle": since}))
        assert data.known_since("nuclear-tests") == dt.date(1990, 1, 1)

    def test_a_mistyped_year_moves_nothing(self, opened: Opened) -> None:
        far = [fight(1, 10), fight(2, 0, date=dt.date(2071, 5, 3))]
        data = opened([*feed(), *far])
        assert data.as_of == data.study.study.as_of
        assert [fact.date.year for fact in data.facts_of("acts")] == [2016]

    def test_origins_that_cover_other_times_are_other_segments(self, opened: Opened) -> None:
        later = world(FIRST + dt.timedelta(150), 120, 20, start=5 * 10**5, origin="gdelt1")
        series = opened([*feed(), *later, fight(1, 5)]).action_series("acts", "month")
        assert len(set(series.segments.tolist())) >= 2
        assert "icews (event files)" in series.sources and "gdelt1 (event files)" in series.sources


class TestByWeekAndDay:
    PAIR = Relation(dyads=[["PRK", "KOR"]])

    def rows(self) -> list[dict[str, Any]]:
        """Twenty fights on one day, 253 two days later."""
        return [
            *feed(80),
            *(fight(n, 30) for n in range(20)),
            *(fight(100 + n, 32) for n in range(253)),
        ]

    @pytest.mark.parametrize(("every", "most"), [("day", 253), ("week", 273), ("month", 273)])
    def test_events_by_each(self, opened: Opened, every: Any, most: int) -> None:
        data = opened(self.rows())
        (signal,), gaps = data.signals(self.PAIR, [Measure(name="conflict", every=every)])
        assert signal.series.every == every and gaps == ()
        assert np.nanmax(signal.series.values) == most
        again = self.PAIR.model_copy(update={"every": every})
        (same,), _ = data.signals(again, [Measure(name="conflict")])
        np.testing.assert_array_equal(same.series.values, signal.series.values)

    def test_weekends_that_are_not_covered_are_named(self, opened: Opened) -> None:
        rows = [row for row in feed(80) if row["date"].weekday() < 5]
        data = opened([*rows, fight(1, 30), fight(2, 31, source="KOR", target="PRK")])
        (signal,), _ = data.signals(self.PAIR, [Measure(name="conflict", every="day")])
        assert "Saturdays and Sundays" in signal.why
        weekend = (signal.series.dates.astype(np.int64) + 3) % 7 >= 5
        assert np.isnan(signal.series.values[weekend]).all()
        within = np.arange(len(weekend)) < 78
        assert np.isfinite(signal.series.values[~weekend & within]).all()

    def test_a_dataset_by_month_is_not_read_by_day(self, opened: Opened) -> None:
        data = opened(self.rows())
        measure = Measure(dataset="icews-conflict", name="material_conflict", every="day")
        signals, gaps = data.signals(self.PAIR, [measure])
        assert [signal.dataset for signal in signals] == ["icews-conflict"]
        assert any("is not read by day" in gap for gap in gaps)


class TestExposure:
    PAIR = Relation(pair=["PRK", "KOR"])

    def test_a_file_of_its_own_dyad_is_counted_by_days(self, opened: Opened) -> None:
        own = [fight(n, n % 600) for n in range(4000)]
        (signal,), _ = opened(own).signals(self.PAIR, [Measure(name="conflict")])
        assert signal.divided_by == "days"
        assert signal.exposure is not None and not signal.exposure.holds
        assert "All of the events" in signal.exposure_text
        assert set(signal.divisors) == {"days"}  # by itself it would be divided by what it is
        by_events = signal.with_exposure("events")
        np.testing.assert_allclose(by_events.rates()[np.isfinite(by_events.rates())], 10_000)
        assert by_events.rate_unit == "per 10,000 events reported"
        inside = np.isfinite(signal.rates())
        assert signal.rates()[inside].mean() == pytest.approx(200, rel=0.05)

    def test_the_news_of_the_world_divides(self, opened: Opened) -> None:
        rows = [*feed(700), *(fight(n, n * 7) for n in range(100))]
        data = opened(rows)
        (signal,), _ = data.signals(self.PAIR, [Measure(name="conflict")])
        assert signal.divided_by == "events"
        (chosen,), _ = data.signals(self.PAIR, [Measure(name="conflict", exposure="days")])
        assert chosen.divided_by == "days" and chosen.exposure is not None
        assert chosen.exposure.holds


class TestNotInTheData:
    def test_it_is_told_by_name_with_what_may_be_meant(self, opened: Opened) -> None:
        rows = [*feed(90), *(fight(n, n, target="ROK") for n in range(60))]
        data = opened(rows)
        signals, gaps = data.signals(Relation(pair=["PRK", "KOR"]), [Measure(name="conflict")])
        assert signals == ()
        assert "No event of icews (event files) names South Korea (KOR)" in gaps[0]
        assert "Did you mean ROK?" in gaps[0]


def test_panels_are_counted_when_first_asked_for(opened: Opened) -> None:
    events = opened(feed(40)).events
    assert isinstance(events, EventData)
    assert "quarter" not in events.panels
    assert events.by("quarter") is events.by("quarter")


class TestUntil:
    def test_an_action_ends_with_its_own_day_or_the_chronicles(self, korea: StudyData) -> None:
        assert korea.as_of == dt.date(2026, 5, 15)
        assert korea.known_until("missile-tests") == dt.date(2026, 4, 19)
        assert korea.known_until("us-china-meetings") == dt.date(2026, 5, 15)
        earlier = open_data(korea_with(), as_of=dt.date(2020, 1, 1))
        assert earlier.known_until("us-china-meetings") == dt.date(2020, 1, 1)

    def test_silence_after_it_is_unknown(self, korea: StudyData) -> None:
        days = np.array(["2026-04-19", "2026-04-20"], dtype="datetime64[D]")
        assert korea.known_days("missile-tests", days).tolist() == [True, False]
        assert str(korea.action_series("missile-tests", "month").dates[-1]) == "2026-03-01"
        assert str(korea.action_series("us-china-meetings", "month").dates[-1]) == "2026-04-01"

    def test_no_day_of_an_action_is_after_that_of_the_study(self) -> None:
        loaded = korea_with()
        late = loaded.study.actions["missile-tests"].model_copy(
            update={"until": dt.date(2030, 1, 1)}
        )
        actions = {**loaded.study.actions, "missile-tests": late}
        study = loaded.study.model_copy(update={"actions": actions})
        data = open_data(replace(loaded, study=study))
        assert data.known_until("missile-tests") == dt.date(2026, 5, 15)


@pytest.mark.parametrize(
    ("origin", "codes", "speaks"),
    [("icews", ["02"], True), ("polecat", ["02"], False), ("polecat", ["02", "14"], True),
     ("ucdp", ["04"], False), ("ucdp", ["19"], True), ("acled", ["05"], True)],
)  # fmt: skip
def test_an_origin_that_cannot_report_an_act_is_not_silent_about_it(
    opened: Opened, origin: str, codes: list[str], speaks: bool
) -> None:
    rows = [row | {"origin": origin} for row in feed()]
    data = opened(rows, origin=origin, cameo=codes)
    assert sources_of(data, "acts") == ((f"{origin} (event files)",) if speaks else ())


def test_what_an_origin_can_report_is_what_its_source_gives() -> None:
    assert limited()["acled"] == {code for code in CODES.values() if code}
    # Text is coded, not read by a source.
    origins = {source.origin for source in all_sources()} | {"text"}
    assert set(limited()) <= origins


class TestSilence:
    """What was never read was not silent."""

    def few(self) -> list[dict[str, Any]]:
        days = (dt.date(2004, 1, 15), dt.date(2008, 6, 1), dt.date(2012, 12, 20))
        return [fight(number, 0, date=day) for number, day in enumerate(days)]

    def test_three_rows_of_nine_years_say_when_it_happened_and_not_when_not(
        self, opened: Opened
    ) -> None:
        data = opened(self.few())
        days = np.arange("2004-01-01", "2013-01-01", dtype="datetime64[D]")
        assert str(data.days_of("acts")[0]) == "2004-01-15"
        assert not data.known_days("acts", days).any()
        signals, gaps = data.signals(Relation(action="acts"), [])
        assert signals == () and "too few to tell silence from a gap" in gaps[0]
        with pytest.raises(DataGapError, match="too few to tell silence from a gap"):
            counted_days(data, "acts", dt.date(2004, 1, 1))

    def test_they_do_not_shorten_what_a_chronicle_knows(self, opened: Opened) -> None:
        data = opened(self.few(), kinds=["nuclear-test"])
        assert data.known_since("acts") == data.known_since("nuclear-tests")
        assert data.known_until("acts") == data.known_until("nuclear-tests")
        (signal,), _ = data.signals(Relation(action="acts"), [])
        assert signal.source == "chronicle with icews (event files)"
        assert data.events is not None and signal.sha256.endswith(data.events.fingerprint)
        assert "too few to tell silence from a gap" in signal.why
        assert counted_days(data, "acts", dt.date(1998, 1, 1))[0] == np.datetime64("1998-01-01")

    def test_days_are_counted_from_the_first_that_is_covered(self, opened: Opened) -> None:
        data = opened([*feed(), fight(1, 10)])
        days = counted_days(data, "acts", dt.date(1998, 1, 1))
        assert (str(days[0]), len(days)) == ("2016-01-04", 120)
        assert uncovered(data, "acts", days) == ()

    @pytest.mark.parametrize(("gap", "said"), [(40, "40 of 120 days"), (70, "")])
    def test_a_gap_is_told_and_a_wide_one_refused(
        self, opened: Opened, gap: int, said: str
    ) -> None:
        rows = [row for row in feed() if not 20 <= (row["date"] - FIRST).days < 20 + gap]
        data = opened([*rows, fight(1, 10)])
        if said:
            (text,) = uncovered(data, "acts", counted_days(data, "acts", FIRST))
            assert said in text and text.endswith("count as days without acts.")
        else:
            with pytest.raises(DataGapError, match="Its sources cover 50 of 120 days"):
                counted_days(data, "acts", FIRST)


def test_states_that_any_kind_of_ask_reads_are_counted(tmp_path: Path) -> None:
    """Those that a question names were not: its relation had no data, whatever the files held."""
    path = write_starter("my-study", tmp_path)
    more = """
[[questions]]
id = "up"
kind = "level"
title = "More"
question = "Is it more?"
relation = { pair = ["GRC", "BRA"] }
measures = [{ name = "cooperation" }]
ahead = 1
against = 12
"""
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert states_of(load(path).study) == ("BRA", "GRC", "TUR")
