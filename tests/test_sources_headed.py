"""Phoenix and ICEWS with texts for codes: columns by name, on rows made here and on real files."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.events import ontology
from detente.events.actors import to_iso3
from detente.events.store import Store
from detente.sources import ReadingReport, detect, ingest
from detente.sources.icews_texts import ICEWS_TEXTS
from detente.sources.phoenix import PHOENIX
from detente.sources.reading.source import Source


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def row(source: Source, /, **changes: str) -> str:
    (fields,) = csv.reader([source.example])
    cells = dict(zip(source.columns, fields, strict=True)) | changes
    return ",".join(f'"{cell}"' for cell in cells.values())


def read(store: Store, source: Source, *rows: str, header: str = "") -> ReadingReport:
    path = store.path.parent / "some.csv"
    path.write_text("\n".join([header or ",".join(source.columns), *rows]) + "\n", "utf-8")
    assert detect(path).name == source.name
    return ingest(source, [path], store)


# Phoenix


def test_an_event_of_phoenix(store: Store) -> None:
    report = read(store, PHOENIX, row(PHOENIX))
    assert (report.rows_kept, report.repaired, report.noted) == (1, (), ())
    (event,) = store.events().to_pylist()
    assert (event["source"], event["target"]) == ("IRQ", "KWT")
    assert (event["source_role"], event["source_actor"]) == ("MIL", "IRQMIL")
    assert (event["cameo"], event["quad"], event["goldstein"]) == ("190", 4, -10.0)
    assert event["date"] == event["published"] == dt.date(1990, 8, 2)
    assert (event["event_id"], event["reference"]) == ("phoenix:1-900001", "900001")


@pytest.mark.parametrize(
    ("changes", "column", "value"),
    [
        ({"source": "IGOUNO", "source_root": "IGO", "source_agent": ""}, "source", "IGOUNO"),
        ({"source": "USAGOV", "source_root": "USA", "source_agent": ""}, "source_role", "GOV"),
        ({"source": "USAELIGOV", "source_root": "USA", "source_agent": "GOV"}, "source_role",
         "GOV"),
        ({"story_date": "8/2/1990"}, "published", dt.date(1990, 8, 2)),
        ({"goldstein": "", "code": "043", "quad_class": "1"}, "goldstein", 2.8),
        ({"lat": "NA", "lon": "NA"}, "latitude", None),
        ({"aid": ""}, "event_id", "phoenix:1"),
    ],
)  # fmt: skip
def test_fields_of_phoenix(
    store: Store, changes: dict[str, str], column: str, value: object
) -> None:
    assert read(store, PHOENIX, row(PHOENIX, **changes)).repaired == ()
    got = store.events().to_pylist()[0][column]
    assert got == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"day": "31", "month": "9"}, "impossible date"),
        ({"code": "19x"}, "unknown CAMEO code"),
        ({"eid": ""}, "no event number"),
    ],
)
def test_bad_rows_of_phoenix(store: Store, changes: dict[str, str], reason: str) -> None:
    report = read(store, PHOENIX, row(PHOENIX), row(PHOENIX, **changes), row(PHOENIX, eid="2"))
    assert [(r.reason, r.count, r.examples[0].line) for r in report.rejected] == [(reason, 1, 3)]
    assert report.rows_kept == 2


def test_the_fifth_quad_class_of_phoenix_is_counted(store: Store) -> None:
    report = read(store, PHOENIX, row(PHOENIX, code="010", quad_class="0", goldstein="0"))
    assert report.noted == (("quad class by root 01, the file says 0", 1),)
    assert store.events().to_pylist()[0]["quad"] == 1


def test_codes_of_phoenix_that_lost_their_zeros(store: Store) -> None:
    codes = [row(PHOENIX, eid=str(n), code=code) for n, code in enumerate(("42", "190", "10"))]
    read(store, PHOENIX, *codes)
    assert sorted(store.events()["cameo"].to_pylist()) == ["010", "042", "190"]


def test_the_names_of_the_times_and_a_byte_order_mark(tmp_path: Path, store: Store) -> None:
    names = ["eid", "story_date", *list(PHOENIX.columns)[2:]]
    own = {"placename": "placeName", "statename": "stateName", "countryname": "countryName"}
    path = tmp_path / "events.csv"
    header = ",".join(own.get(name, name) for name in names)
    path.write_bytes(f"\ufeff{header}\r\n{row(PHOENIX)}\r\n".encode())
    assert detect(path).name == "phoenix"
    assert ingest("phoenix", [path], store).rows_kept == 1


def test_events_of_two_sets_with_one_number_are_two(store: Store) -> None:
    report = read(store, PHOENIX, row(PHOENIX), row(PHOENIX, aid="900002"), row(PHOENIX))
    assert (report.events_stored, report.repeated) == (2, 1)


# ICEWS with texts


def test_every_name_of_the_codebook_is_its_code(store: Store) -> None:
    names = {code: entry.name for code, entry in ontology.codes().items() if len(code) > 2}
    rows = [
        row(ICEWS_TEXTS, **{"Event Text": name.upper(), "Event ID": f"ICEWS{n}", "Intensity": "0"})
        for n, name in enumerate(names.values())
    ]
    assert read(store, ICEWS_TEXTS, *rows).rows_kept == len(names)
    assert sorted(store.events()["cameo"].to_pylist()) == sorted(names)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Event Text": "Dance"}, "text that names no CAMEO code"),
        ({"Event Text": "NULL"}, "text that names no CAMEO code"),
        ({"Event Date": "2016-02-30"}, "impossible date"),
        ({"Event ID": "ICEWS"}, "no event number"),
    ],
)
def test_bad_rows_of_texts(store: Store, changes: dict[str, str], reason: str) -> None:
    good = (row(ICEWS_TEXTS, **{"Event ID": f"ICEWS{number}"}) for number in (7, 8))
    report = read(store, ICEWS_TEXTS, next(good), row(ICEWS_TEXTS, **changes), next(good))
    assert [(r.reason, r.count, r.examples[0].line) for r in report.rejected] == [(reason, 1, 3)]
    assert report.rows_kept == 2


@settings(max_examples=15, deadline=None)
@given(data=st.data(), source=st.sampled_from([PHOENIX, ICEWS_TEXTS]))
def test_the_order_of_columns_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, source: Source
) -> None:
    order = data.draw(st.permutations(range(len(source.columns))))
    (fields,) = csv.reader([source.example])
    names = list(source.columns)
    line = ",".join(f'"{fields[at]}"' for at in order)
    store = Store.open(tmp_path_factory.mktemp("order") / "store", create=True)
    report = read(store, source, line, header=",".join(names[at] for at in order))
    assert (report.rows_kept, report.events_stored) == (1, 1)


def test_the_middle_east_in_texts(shared: Path, store: Store) -> None:
    (path,) = (shared / "events/icews-middle-east").glob("*.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert detect(path).name == "icews-texts"
    report = ingest("icews-texts", [path], store)
    assert report.rows_read == report.events_stored == len(rows) == 72_852
    assert (report.rejected, report.repaired, report.repeated) == ((), (), 0)
    events = store.events()
    columns = (events[name].to_pylist() for name in ("source", "target"))
    sides = [
        tuple(to_iso3(line[f"{side} Country"], "name") for side in ("Source", "Target"))
        for line in rows
    ]
    assert Counter(zip(*columns, strict=True)) == Counter(sides)
    # The intensity in the file is the score of the code that its text means: the codes are right.
    for code, score in set(
        zip(events["cameo"].to_pylist(), events["goldstein"].to_pylist(), strict=True)
    ):
        assert score == pytest.approx(ontology.lookup(code).goldstein, abs=0.05)
