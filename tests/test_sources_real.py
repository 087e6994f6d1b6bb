"""The readers on real files, against counts taken with other means (Python's csv, plain lines)."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pytest

from detente.events.actors import parse_cameo_actor, to_iso3
from detente.events.schema import SCHEMA
from detente.events.store import Store
from detente.sources import ReadingReport, ingest


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


@pytest.fixture(scope="module")
def icews(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Store, ReadingReport, list[list[str]]]:
    """The store and report of all ICEWS files, and their rows read by other means."""
    store = Store.open(tmp_path_factory.mktemp("icews") / "store", create=True)
    report = ingest("icews", [shared / "events/icews-daily"], store)
    rows = []
    for path in sorted((shared / "events/icews-daily").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                lines = archive.read(name).decode().split("\n")
                rows += [[*line.split("\t"), name] for line in lines[1:] if line]
    return store, report, rows


Icews = tuple[Store, ReadingReport, list[list[str]]]


def test_icews_counts(icews: Icews) -> None:
    store, report, rows = icews
    assert report.rows_read == report.rows_kept == report.events_stored == len(rows) == 222_452
    assert (report.rejected, report.repaired, report.repeated) == ((), (), 0)
    # 117 files in the archives; the loose one repeats one of them.
    assert Counter(file.status for file in report.files) == {"read": 117, "skipped": 1}
    assert store.events(limit=1).schema == SCHEMA


def test_icews_values(icews: Icews) -> None:
    store, _, rows = icews
    events = {event["event_id"]: event for event in store.events().to_pylist()}
    for row in rows:
        event = events[f"icews:{row[0]}"]
        assert event["date"].isoformat() == row[1]
        assert event["source"] == to_iso3(row[4], "name")
        assert event["target"] == to_iso3(row[10], "name")
        assert (event["source_actor"] or "") == row[2]
        assert event["cameo"] == row[6]
        assert event["goldstein"] == pytest.approx(float(row[7]))
        assert event["published"].strftime("%Y%m%d") == row[20][:8]
        latitude = pytest.approx(float(row[18])) if row[18] else None
        assert event["latitude"] == latitude


def test_icews_dyads(icews: Icews) -> None:
    store, _, rows = icews
    ours = Counter(
        event["quad"] for event in store.events(source="USA", target="CHN").to_pylist()
    )  # fmt: skip
    roots = Counter(
        row[6][:2] for row in rows if (row[4], row[10]) == ("United States", "China")
    )  # fmt: skip
    limits = {1: (1, 5), 2: (6, 8), 3: (9, 13), 4: (14, 20)}
    theirs = {
        quad: sum(n for root, n in roots.items() if first <= int(root) <= last)
        for quad, (first, last) in limits.items()
    }
    assert sum(theirs.values()) > 500
    assert ours == {quad: n for quad, n in theirs.items() if n}


def test_icews_roles(icews: Icews) -> None:
    store, _, rows = icews
    by_sectors: dict[str, Counter[str | None]] = {}
    events = {event["event_id"]: event for event in store.events().to_pylist()}
    for row in rows:
        key = ",".join(sorted(row[3].split(",")))
        role = events[f"icews:{row[0]}"]["source_role"]
        by_sectors.setdefault(key, Counter())[role] += 1
    assert all(len(roles) == 1 for roles in by_sectors.values())  # the order does not matter
    expected = {
        "": None, "Government": "GOV", "Government,Police": "COP", "Government,Military": "MIL",
        "Government,Legislative / Parliamentary": "LEG", "Government,Judicial": "JUD",
        "Executive,Foreign Ministry,Government": "GOV", "Media,Social": "MED",
        "Executive,Executive Office,Government": "GOV", "Dissident,Rebel": "REB",
        "Global,Global Diplomatic IGOs,International Government Organization": "IGO",
        "(National) Major Party,Opposition Major Party (Out Of Government),Parties": "OPP",
        "General Population / Civilian / Social,Social": "CVL", "Business,Social": "BUS",
    }  # fmt: skip
    assert {key: next(iter(by_sectors[key])) for key in expected} == expected


def test_icews_gaps(icews: Icews) -> None:
    _, report, _ = icews
    assert (report.days.first, report.days.last) == (dt.date(2018, 9, 14), dt.date(2019, 2, 1))
    assert report.days.thin == ((dt.date(2018, 10, 6), 198),)
    assert report.days.missing == ()


def test_reading_again_changes_nothing(shared: Path, icews: Icews) -> None:
    store, _, _ = icews
    before = store.fingerprint(), store.events().num_rows
    again = ingest("icews", [shared / "events/icews-daily"], store)
    assert {file.status for file in again.files} == {"skipped"}
    assert (store.fingerprint(), store.events().num_rows) == before


def test_a_renamed_copy_is_read_and_its_events_are_known(
    shared: Path, tmp_path: Path, icews: Icews
) -> None:
    store, _, _ = icews
    copy = tmp_path / "copy.tab"
    copy.write_bytes((shared / "events/icews-daily/20181106-icews-events.tab").read_bytes())
    before = store.events().num_rows
    report = ingest("icews", [copy], store)
    assert report.events_stored == 0
    assert report.already_stored == report.rows_kept > 1000
    assert store.events().num_rows == before


def test_levant(shared: Path, store: Store) -> None:
    path = shared / "events/keds/levant.cameo.csv.gz"
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    report = ingest("keds", [path], store)
    assert report.rows_read == report.events_stored == len(rows) == 145_709
    assert report.repaired == (("unknown CAMEO code read as its parent", 1),)  # 0330
    theirs: Counter[tuple[str, str, str]] = Counter()
    roles: Counter[str | None] = Counter()
    for row in rows:
        day = dt.date.fromisoformat(row["date"])
        source, target = (parse_cameo_actor(row[side], on=day) for side in ("source", "target"))
        theirs[source.code, target.code, row["code"].replace("0330", "033")] += 1
        roles[source.role] += 1
    events = store.events()
    columns = (events[name].to_pylist() for name in ("source", "target", "cameo"))
    assert Counter(zip(*columns, strict=True)) == theirs
    assert Counter(events["source_role"].to_pylist()) == roles


def test_the_tabari_demonstration_is_weis_and_turned_away(shared: Path, store: Store) -> None:
    report = ingest("tabari", [shared / "events/keds/tabari-demo.keds"], store)
    (rejection,) = report.rejected
    assert (report.rows_read, report.rows_kept, report.exit_code) == (77, 0, 3)
    assert (rejection.reason, rejection.count) == ("coded in WEIS, not in CAMEO", 77)
    assert ingest("tabari", [shared / "events/keds/tabari-demo.keds"], store).exit_code == 3


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("ICEWS14", "2014-01-01", "2014-12-31"),
        ("ICEWS18", "2018-01-01", "2018-10-31"),
        ("ICEWS05-15", "2005-01-01", "2015-12-31"),
    ],
)
def test_quadruples(shared: Path, store: Store, name: str, first: str, last: str) -> None:
    folder = shared / "bench/tkg" / name
    lines = sum(
        len((folder / f"{part}.txt").read_text().splitlines())
        for part in ("train", "valid", "test")
    )
    report = ingest("quadruples", [folder], store)
    assert report.rows_read == report.events_stored == lines
    assert (str(report.days.first), str(report.days.last)) == (first, last)
    events = store.events(source="PRK", target="KOR")
    assert events.num_rows > 10
    assert set(events["origin"].to_pylist()) == {"quadruples"}


def test_quadruples_are_the_raw_events_of_the_same_month(
    shared: Path, store: Store, icews: Icews
) -> None:
    """ICEWS18 is ICEWS without repeats: its facts of a busy day are nearly all in the raw files."""
    ingest("quadruples", [shared / "bench/tkg/ICEWS18/test.txt"], store)
    day = dt.date(2018, 10, 17)
    facts, raw = (
        {
            (row["source_actor"], row["cameo"], row["target_actor"])
            for row in item.events(since=day, until=day).to_pylist()
        }
        for item in (store, icews[0])
    )
    assert len(facts) > 800
    assert len(facts & raw) > 0.7 * len(facts)


def raw_gdelt(shared: Path, name: str, to: Path) -> list[dict[str, str]]:
    """The package's sample in the raw layout: no header, no description, days as digits."""
    with (shared / "events/gdelt" / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        del row["CAMEOCodeDescription"]
        row["SQLDATE"] = row["SQLDATE"].replace("-", "")
    to.write_text("".join("\t".join(row.values()) + "\n" for row in rows), encoding="utf-8")
    return rows


@pytest.mark.parametrize(
    ("name", "source", "file"),
    [
        ("e1.tsv", "gdelt1", "20170312.export.CSV"),
        ("e2.tsv", "gdelt2", "20170701234500.export.CSV"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_gdelt(
    shared: Path, tmp_path: Path, store: Store, name: str, source: str, file: str, packed: bool
) -> None:
    path = tmp_path / file
    rows = raw_gdelt(shared, name, path)
    if packed:
        with zipfile.ZipFile(tmp_path / f"{file}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, file)
        path = tmp_path / f"{file}.zip"
    report = ingest(source, [path], store)
    assert report.rows_read == report.events_stored == len(rows) == 50
    events = {event["event_id"]: event for event in store.events().to_pylist()}
    for row in rows:
        event = events[f"{source}:{row['GLOBALEVENTID']}"]
        assert event["date"].strftime("%Y%m%d") == row["SQLDATE"]
        assert event["published"].strftime("%Y%m%d") == row["DATEADDED"][:8]
        assert event["source"] == (row["Actor1CountryCode"] or row["Actor1Code"] or None)
        assert (event["cameo"], event["quad"]) == (row["EventCode"], int(row["QuadClass"]))
        assert event["goldstein"] == pytest.approx(float(row["GoldsteinScale"]))
        assert event["mentions"] == int(row["NumMentions"])
        assert event["reference"] == row["SOURCEURL"]
        place = (row["ActionGeo_Lat"], row["ActionGeo_Long"])
        assert event["latitude"] == (pytest.approx(float(place[0])) if all(place) else None)


def test_raw_gdelt_1_lines_and_the_backfile(shared: Path, tmp_path: Path, store: Store) -> None:
    path = shared / "events/gdelt/gdelt1_raw_lines_geoutils.export.CSV"
    assert ingest("gdelt1", [path], store).events_stored == 3
    backfile = tmp_path / "2004.csv"
    lines = path.read_text().splitlines()
    backfile.write_text("\n".join(line.rsplit("\t", 1)[0] for line in lines))
    other = Store.open(tmp_path / "other", create=True)
    assert ingest("gdelt1-backfile", [backfile], other).events_stored == 3
    same = [name for name in SCHEMA.names if name != "reference"]
    assert store.events().select(same) == other.events().select(same)
    # Both layouts are one data set: the same events are not stored twice.
    assert ingest("gdelt1-backfile", [backfile], store).already_stored == 3
    assert pc.sum(pc.is_null(other.events()["reference"])).as_py() == 3
