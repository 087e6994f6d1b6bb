"""Which origin wins, and why: event files against a dataset, month by month."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detente.asks.data_used import overlap_notes
from detente.events.store import Store
from detente.relations.exposure import exposure_premise
from detente.relations.series import make_series
from detente.sources import ingest
from detente.study.data import StudyData, open_data
from detente.study.load import load
from detente.study.origins import Reading, contest
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal
from study_parts import korea_with

PAIR = Relation(pair=["USA", "CHN"])
ICEWS = Measure(dataset="icews-usa-chn", name="verbal_cooperation")
EVENTS = Measure(name="verbal_cooperation")
SERIES = ("icews-usa-chn", "icews-world", "icews-year", "icews-world-year")

Row = tuple[dt.date, str, str, str]
Opened = Callable[[Iterable[Row]], StudyData]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """The Korea study with the datasets of the pair and some invented events."""

    def build(rows: Iterable[Row]) -> StudyData:
        file = tmp_path / "events.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("Day", "From", "To", "Code"), *rows])
        store = Store.open(tmp_path / "store", create=True)
        columns = {"date": "Day", "source": "From", "target": "To", "cameo": "Code"}
        ingest("csv", [file], store, mapping=columns)
        return open_data(korea_with(*SERIES), store=store)

    return build


def days(first: dt.date, number: int, each: int, *, world: int = 0) -> list[Row]:
    """So many days with `each` events of the United States toward China, and others elsewhere."""
    return [
        (first + dt.timedelta(day), *dyad, "040")
        for day in range(number)
        for dyad, count in ((("USA", "CHN"), each), (("FRA", "DEU"), world))
        for _ in range(count)
    ]


def only(signals: tuple[Signal, ...]) -> Signal:
    (signal,) = signals
    return signal


THREE = [
    (dt.date(2005, 1, 1), "USA", "CHN", "040"),
    (dt.date(2009, 6, 9), "CHN", "USA", "040"),
    (dt.date(2013, 12, 31), "USA", "PRK", "040"),
]


def test_three_rows_do_not_become_a_hundred_months_of_zeros(
    opened: Opened, korea: StudyData
) -> None:
    """The dataset is read to the last digit as without them, and the reason is told."""
    data = opened(THREE)
    signals, gaps = data.signals(PAIR, [ICEWS])
    expected = only(korea.signals(PAIR, [ICEWS])[0]).series
    np.testing.assert_array_equal(only(signals).series.values, expected.values)
    np.testing.assert_array_equal(only(signals).series.exposure, expected.exposure)
    assert only(signals).series.sources == expected.sources
    said = "csv (event files) reported 3 events from the world in 108 months, too few"
    assert said in gaps[0] and said in only(signals).why


def test_a_dataset_of_counts_that_begins_later_holds_nothing_yet() -> None:
    data = open_data(load("korea"), as_of=dt.date(2002, 6, 1))
    measure = Measure(dataset="china-contacts", name="contact_days")
    signals, gaps = data.signals(PAIR, [measure])
    assert signals == () and gaps == (
        "Dealings of China's leaders by month holds nothing up to 2002-06-01.",
    )


@pytest.mark.parametrize(
    ("units", "read"),
    [
        (["score"], ["a and D"]),
        (["sum"], ["a", "D"]),
        (["sum", "sum"], ["a", "b", "D"]),
        (["score", "sum"], ["a and D", "b", "D"]),
    ],
)
def test_a_dataset_is_read_once_beside_origins_of_another_unit(
    units: list[str], read: list[str]
) -> None:
    def reading(source: str, unit: str) -> Reading:
        day = "2001-01-01" if source == "D" else "2002-01-01"
        series = make_series("x", "year", [day], [1], unit=unit, source=source)
        return Reading(series, np.array([365.0]), series.values, "", origin=source)

    origins = [reading(source, unit) for source, unit in zip("ab", units, strict=False)]
    readings = contest(reading("D", "score").series, origins, ())
    assert [" and ".join(item.series.sources) for item in readings] == read


def test_three_rows_are_no_series_of_their_own(opened: Opened) -> None:
    signals, gaps = opened(THREE).signals(PAIR, [EVENTS, ICEWS])
    assert [signal.dataset for signal in signals] == ["icews-usa-chn"]
    assert len(gaps) == 2 and "they are not read" in gaps[0]


def test_events_win_only_the_months_that_they_cover(opened: Opened, korea: StudyData) -> None:
    """June 2010 at ten a day, July at two: July is the dataset's, and so is all around."""
    feed = days(dt.date(2010, 6, 1), 30, 4, world=6) + days(dt.date(2010, 7, 1), 31, 1, world=1)
    data = opened(feed)
    signals, gaps = data.signals(PAIR, [ICEWS])
    series, alone = only(signals).series, only(korea.signals(PAIR, [ICEWS])[0]).series
    june = int(np.searchsorted(series.dates, np.datetime64("2010-06-01")))
    assert series.values[june] == 4 * 30
    assert series.exposure is not None and series.exposure[june] == 10 * 30
    elsewhere = alone.dates != series.dates[june]
    same = series.window(alone.dates[0].item(), alone.dates[-1].item())
    np.testing.assert_array_equal(same.values[elsewhere], alone.values[elsewhere])
    assert (same.segments == series.segments[june]).sum() == 1
    assert gaps == ()
    why = only(signals).why
    assert "csv (event files) are read in 1 month that ICEWS, US–China by month has as well" in why
    assert "is read in 1 month in which csv (event files) are too thin" in why
    notes = overlap_notes(data)
    assert any(
        "Both ICEWS, US–China by month and your event files (csv) cover 1 month;" in note
        for note in notes
    )
    assert any("In 1 month ICEWS, US–China by month was used" in note for note in notes)


def test_half_a_month_is_covered_and_less_is_not(opened: Opened) -> None:
    """From 16 June 15 of 30 days, from 2 August 30 of 31; 10 days of November are too few."""
    feed = days(dt.date(2010, 6, 16), 15 + 31 + 31 + 30 + 31 + 10, 5)
    series = only(opened(feed).signals(PAIR, [ICEWS])[0]).series
    files = np.array([series.sources[at].startswith("csv") for at in series.segments])
    won = series.dates[files & np.isfinite(series.values)]
    assert won.astype("datetime64[M]").astype(str).tolist() == [
        "2010-06", "2010-07", "2010-08", "2010-09", "2010-10"
    ]  # fmt: skip


@pytest.mark.parametrize(("each", "wins"), [(5, True), (4, False)])
def test_five_events_a_day_are_the_least(opened: Opened, each: int, wins: bool) -> None:
    feed = days(dt.date(2010, 6, 1), 30, each)
    series = only(opened(feed).signals(PAIR, [ICEWS])[0]).series
    june = int(np.searchsorted(series.dates, np.datetime64("2010-06-01")))
    assert (series.values[june] == each * 30) is np.bool_(wins)


def test_events_go_on_where_the_dataset_ends(opened: Opened) -> None:
    """Thin or not: after 2014 nobody else knows, and no level crosses the seam."""
    feed = days(dt.date(2016, 1, 1), 91, 2)
    signal = only(opened(feed).signals(PAIR, [ICEWS])[0])
    last = signal.series.dates[np.isfinite(signal.series.values)][-1]
    assert last == np.datetime64("2016-03-01")
    assert len(set(signal.series.segments.tolist())) == 2
    assert "have no month in common" in signal.why


def test_origins_that_cover_no_whole_year_are_told(opened: Opened) -> None:
    data = opened(days(dt.date(2018, 1, 1), 60, 9))
    yearly = Measure(dataset="icews-year", name="verbal_cooperation")
    signals, gaps = data.signals(PAIR, [yearly])
    assert only(signals).dataset == "icews-year"
    assert gaps == ("csv (event files) cover no whole year.",)


def test_a_dataset_without_direction_does_not_tell_who_did_what(korea: StudyData) -> None:
    score = Measure(dataset="gdelt-score", name="value")
    assert len(korea.signals(Relation(pair=["CHN", "PRK"]), [score])[0]) == 1
    for dyad in (["CHN", "PRK"], ["PRK", "CHN"]):
        signals, gaps = korea.signals(Relation(dyads=[dyad]), [score])
        assert signals == () and "has no direction" in gaps[0]


@pytest.mark.parametrize(
    ("relation", "name", "holds"),
    [
        (Relation(system=True), "conflict", True),
        (Relation(party="CHN"), "conflict", False),
        (Relation(pair=["USA", "PRK"]), "conflict", True),
        (Relation(pair=["USA", "FRA"]), "conflict", False),
        (Relation(dyads=[["CHN", "PRK"]]), "verbal_conflict", True),
        (Relation(pair=["USA", "PRK"]), "cooperation", False),
        (Relation(pair=["USA", "PRK"]), "net_cooperation", False),
    ],
)
def test_what_a_dataset_holds(korea: StudyData, relation: Relation, name: str, holds: bool) -> None:
    measure = Measure(dataset="icews-conflict", name=name)
    signals, gaps = korea.signals(relation, [measure])
    assert (len(signals) == 1) is holds
    assert (gaps == ()) is holds


def test_a_world_without_events_gives_no_rate() -> None:
    months = ["2010-01-01", "2010-02-01"]
    series = make_series("n", "month", months, [0, 1], unit="events per month", exposure=[0, 4])
    signal = Signal(series, True, "x", "conflict", "conflict")
    assert np.isnan(signal.analysed()[0])
    assert signal.analysed()[1] == pytest.approx(np.log(1.5 / 4))
    assert np.isfinite(signal.analysed(normalise=False)).all()
    assert replace(signal, counts=False).analysed().tolist() == [0, 1]


def test_a_file_of_one_dyad_is_not_divided_by_itself_in_any_specification() -> None:
    months = np.datetime64("2010-01") + np.arange(48)
    counts = np.random.default_rng(1).poisson(20.0, 48).astype(float)
    series = make_series("x", "month", months, counts, unit="events per month")
    days = np.full(48, 30.0)
    for others, ways in ((1.0, ("days",)), (60.0, ("days", "events"))):
        world = counts + others
        premise = exposure_premise(counts, world)
        signal = Signal(
            series, True, "", "", "x", exposure=premise, divided_by="days", world=world, days=days
        )
        assert signal.divisors == ways
