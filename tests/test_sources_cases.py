"""Inputs on which the readers once failed, with the right values."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from detente.events.store import Store
from detente.sources import ingest

GEO = {"source": "Actor1Geo_CountryCode", "target": "Actor2Geo_CountryCode", "cameo": "EventCode",
       "date": "day", "id": "id"}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def test_codes_that_a_spreadsheet_took_the_zeros_of(shared: Path, store: Store) -> None:
    mapping = {"id": "Event ID", "date": "Event Date", "source": "Source Country",
               "target": "Target Country", "cameo": "CAMEO Code"}  # fmt: skip
    ingest("csv", [shared / "cases/icews_zero_csv/icews_saved.csv"], store, mapping=mapping)
    events = sorted(store.events().to_pylist(), key=lambda event: event["event_id"])
    assert [event["cameo"] for event in events] == [
        "014", "042", "010", "012", "017", "051", "020", "018", "141", "018",
    ]  # fmt: skip
    assert Counter(event["quad"] for event in events) == {1: 9, 4: 1}


def test_names_of_the_world_bank(shared: Path, store: Store) -> None:
    mapping = {"date": "day", "source": "from", "target": "to", "cameo": "code"}
    report = ingest("csv", [shared / "cases/wbnames/events.csv"], store, mapping=mapping)
    assert (report.rows_kept, report.unknown_actors) == (93, 0)
    assert store.events(source="PRK", target="USA").num_rows == 31
    assert store.events(source="USA", target="KOR").num_rows == 31


def test_fips_codes_are_hinted_at_and_numbers_may_have_a_point(shared: Path, store: Store) -> None:
    geo = shared / "cases/fips_any/geo.csv"
    assert "states=fips" in ingest("csv", [geo], store, mapping=GEO).hints[0]
    fips = ingest("csv", [geo], store, mapping=GEO | {"states": "fips", "origin": "fips"})
    assert fips.unknown_actors == 0
    mapping = {"id": "id", "date": "day", "source": "ccode1", "target": "ccode2", "cameo": "code",
               "states": "cown", "origin": "cown"}  # fmt: skip
    ingest("csv", [shared / "cases/fips_any/float.csv"], store, mapping=mapping)
    assert store.events(origin="cown")["source"].to_pylist() == ["USA", "CHN", "PRK"]


def test_numbers_of_events_that_a_spreadsheet_cut(shared: Path, store: Store) -> None:
    mapping = {"id": "GLOBALEVENTID", "date": "SQLDATE", "date_format": "%Y%m%d",
               "source": "Actor1CountryCode", "target": "Actor2CountryCode",
               "cameo": "EventCode"}  # fmt: skip
    path = shared / "cases/sci_ids/saved_in_excel.csv"
    report = ingest("csv", [path], store, mapping=mapping)
    assert (report.rows_read, report.rows_kept, report.rows_rejected) == (6, 0, 6)
    assert report.exit_code == 3
    del mapping["id"]  # without the numbers they are six events
    assert ingest("csv", [path], store, mapping=mapping).events_stored == 6


def test_a_mistyped_year_is_flagged(shared: Path, store: Store) -> None:
    mapping = {"id": "id", "date": "day", "source": "from", "target": "to", "cameo": "code"}
    path = shared / "cases/beyond_chronicle/one_typo.csv"
    report = ingest("csv", [path], store, mapping=mapping)
    assert [str(day) for day, _ in report.days.far] == ["2071-05-03"]


def test_a_sample_of_a_yearly_icews_file(shared: Path, store: Store) -> None:
    path = shared / "samples/icews/events.2018.sample.tab"
    report = ingest("icews", [path], store)
    assert report.rows_read == report.rows_kept == len(path.read_text().splitlines()) - 1


def test_a_raw_gdelt_line_of_the_backfile_day(shared: Path, store: Store) -> None:
    report = ingest("gdelt1", [shared / "samples/gdelt/20141124.export.CSV"], store)
    assert report.rows_kept == report.events_stored == 3
