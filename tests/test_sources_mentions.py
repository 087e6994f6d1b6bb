"""GDELT's mentions: read with every row accounted for, and joined to the events they tell of."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.cli import run
from detente.errors import ReadError, UsageError
from detente.events.schema import SCHEMA
from detente.events.store import Store
from detente.relations.counting import panel
from detente.sources import carried, ingest, read_mentions
from detente.sources.gdelt1 import GDELT1
from detente.sources.gdelt2 import GDELT2
from detente.sources.mentions import MENTIONS
from detente.sources.reading.source import Source

FILE = "20170701234500.mentions.CSV"


def row(layout: Source = MENTIONS, /, **changes: str) -> str:
    fields = layout.example.split("\t")
    return "\t".join((dict(zip(layout.columns, fields, strict=True)) | changes).values())


def write(path: Path, *rows: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in rows), encoding="utf-8")
    return path


def test_mentions_are_summed_by_event(tmp_path: Path) -> None:
    path = write(
        tmp_path / FILE,
        row(),
        row(MentionSourceName="Example.ORG", MentionIdentifier="http://example.org/2"),
        row(MentionSourceName="other.com", MentionTimeDate="20170703120000", Confidence="90"),
        row(GLOBALEVENTID="7", Confidence="20"),
    )
    reading = read_mentions([path])
    assert (reading.rows_read, reading.rows_kept, reading.rejected) == (4, 4, ())
    seven, event = reading.table.to_pylist()
    assert (seven["number"], seven["outlets"], seven["confidence"]) == ("7", 1, 20)
    assert (event["outlets"], event["documents"], event["mentions"]) == (2, 2, 3)
    assert event["first_mention"] == dt.datetime(2017, 7, 1, 23, 45)
    assert event["last_mention"] == dt.datetime(2017, 7, 3, 12)
    assert (event["added"], event["confidence"]) == (dt.date(2017, 7, 1), 90)
    sure = read_mentions([path], least_confidence=50).table
    assert sure["number"].to_pylist() == ["669666399"]
    assert sure["mentions"].to_pylist() == [3]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"GLOBALEVENTID": "6.7E+08"}, "event number cut short (as 6.7E+08)"),
        ({"EventTimeDate": "20170732000000"}, "impossible date"),
        ({"MentionTimeDate": ""}, "impossible date"),
        ({"MentionSourceName": " "}, "no outlet"),
        ({"Confidence": "150"}, "confidence that is no percentage"),
        ({"Confidence": "sure"}, "confidence that is no percentage"),
        ({"Extras": "x\ty"}, "wrong number of columns"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    path = write(tmp_path / FILE, row(), row(**changes), row(GLOBALEVENTID="8"))
    reading = read_mentions([path])
    assert [(r.reason, r.count, r.examples[0].line) for r in reading.rejected] == [(reason, 1, 2)]
    assert (reading.rows_read, reading.rows_kept, reading.table.num_rows) == (3, 2, 2)


CELLS = st.sampled_from(["1", "", "x", "20170701234500", '"'])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30)
LINES = st.lists(st.one_of(TEXTS, st.lists(CELLS, max_size=18).map("\t".join)), max_size=8)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(middle=LINES)
def test_every_line_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, middle: list[str]
) -> None:
    path = write(tmp_path_factory.mktemp("law") / FILE, row(), *middle, row(GLOBALEVENTID="8"))
    reading = read_mentions([path])
    assert reading.rows_read == reading.rows_kept + sum(r.count for r in reading.rejected)
    blank = sum(line == "" for line in middle)
    assert reading.rows_read == len(middle) - blank + 2
    assert reading.rows_kept >= 2


def test_files_of_a_folder_and_copies_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{FILE}.zip", "w") as archive:
        archive.writestr(FILE, row() + "\n")
    write(folder / FILE, row())
    write(folder / "20170701234500.export.CSV", GDELT2.example)
    write(folder / "20170702000000.mentions.CSV", "a\tb")
    reading = read_mentions([folder])
    assert sorted(file.status for file in reading.files) == ["failed", "read", "skipped"]
    assert [left.reason for left in reading.left_out] == ["this looks like gdelt2"]
    assert reading.table["mentions"].to_pylist() == [1]
    (tmp_path / "none").mkdir()
    with pytest.raises(ReadError, match="holds no file of the source gdelt2-mentions"):
        read_mentions([tmp_path / "none"])


def test_a_confidence_that_is_no_percentage_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="least confidence is 101"):
        read_mentions([tmp_path], least_confidence=101)


def store_of(folder: Path, source: Source, name: str, *rows: str) -> Store:
    store = Store.open(folder / f"{source.name}-{len(rows)}", create=True)
    ingest(source, [write(folder / name, *rows)], store)
    return store


EVENTS = [
    row(GDELT2, GLOBALEVENTID=str(n), Actor1CountryCode="CHN", Actor1Code="CHN",
        Actor2CountryCode="USA", Actor2Code="USA", NumMentions="9")
    for n in (1, 2, 3)
]  # fmt: skip


def test_events_that_outlets_carried_can_be_counted(tmp_path: Path) -> None:
    store = store_of(tmp_path, GDELT2, "20170701234500.export.CSV", *EVENTS)
    mentions = write(
        tmp_path / FILE, row(GLOBALEVENTID="1"), row(GLOBALEVENTID="2"),
        row(GLOBALEVENTID="2", MentionSourceName="other.com"),
        row(GLOBALEVENTID="3", EventTimeDate="20160101000000"),  # another event of that number
    )  # fmt: skip
    told = read_mentions([mentions]).table
    events = carried(store, told)
    assert events.schema == SCHEMA
    assert events["event_id"].to_pylist() == ["gdelt2:1", "gdelt2:2"]
    assert events["mentions"].to_pylist() == [1, 2]
    widely = carried(store, told, least=2)
    counts = panel(widely, ["CHN", "USA"], "day").series("CHN", "USA", "total")
    assert counts.values.sum() == 1


def test_a_panel_of_events_that_outlets_carried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = store_of(tmp_path, GDELT2, "20170701234500.export.CSV", *EVENTS)
    rows = [
        row(GLOBALEVENTID="1"),
        row(GLOBALEVENTID="1", MentionSourceName="x.com"),
        row(GLOBALEVENTID="2"),
        row(Confidence="x"),
    ]
    files = ["--mentions", str(write(tmp_path / FILE, *rows))]
    shown = ["panel", "--store", str(store.path), "--parties", "CHN,USA", "--every=day", "--json"]
    for options, count in (([], 3), (files, 2), ([*files, "--outlets", "2"], 1)):
        assert run([*shown, *options]) == 0
        printed = capsys.readouterr()
        assert sum(cell["total"] for cell in json.loads(printed.out)) == count
        if options:
            assert "3 of 4 mentions read, of 2 events" in printed.err
            assert "1 mention turned away: confidence that is no percentage" in printed.err
    assert run([*shown, "--outlets", "2"]) == 2
    assert "--mentions" in capsys.readouterr().err


def test_events_of_gdelt_1_have_the_numbers_of_gdelt_2_since_they_share_a_stream(
    tmp_path: Path,
) -> None:
    late = row(GDELT1, GLOBALEVENTID="5", SQLDATE="20170701", DATEADDED="20170701")
    early = row(GDELT1, GLOBALEVENTID="6", SQLDATE="20150218", DATEADDED="20150218")
    store = store_of(tmp_path, GDELT1, "20170701.export.CSV", late, early)
    rows = row(GLOBALEVENTID="5"), row(GLOBALEVENTID="6", EventTimeDate="20150218000000")
    mentions = write(tmp_path / FILE, *rows)
    events = carried(store, read_mentions([mentions]).table)
    assert events["event_id"].to_pylist() == ["gdelt1:5"]


def test_the_mentions_of_a_quarter_of_an_hour(shared: Path, tmp_path: Path) -> None:
    with (shared / "events/gdelt/men.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    path = write(tmp_path / FILE, *("\t".join(line.values()) for line in rows))
    reading = read_mentions([path])
    assert reading.rows_read == reading.rows_kept == len(rows) == 50
    outlets = defaultdict(set)
    for line in rows:
        outlets[line["GLOBALEVENTID"]].add(line["MentionSourceName"])
    table = reading.table
    assert dict(zip(table["number"].to_pylist(), table["outlets"].to_pylist(), strict=True)) == {
        number: len(names) for number, names in outlets.items()
    }
    with (shared / "events/gdelt/e2.tsv").open(encoding="utf-8") as file:
        events = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for event in events:
        del event["CAMEOCodeDescription"]
        event["SQLDATE"] = event["SQLDATE"].replace("-", "")
    store = store_of(
        tmp_path, GDELT2, "20170701234500.export.CSV", *("\t".join(e.values()) for e in events)
    )
    both = {event["GLOBALEVENTID"] for event in events} & set(outlets)
    stored = set(carried(store, reading.table)["event_id"].to_pylist())
    assert stored == {f"gdelt2:{number}" for number in both}
    assert len(both) > 10
