"""Raw exports counted where they lie, by DuckDB; other engines stand in `test_engines.py`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detente import cli
from detente.cli.asking import open_study
from detente.errors import DetenteError
from detente.events.store import Store
from detente.relations.counting import panel
from detente.sources import ingest
from detente.sources.lake import open_lake
from detente.study.data import open_data
from detente.study.load import load
from lake_rows import NAMES, good, text, two_years, write_lake

STATES = ["USA", "CHN", "RUS", "PRK"]


def parquet(folder: Path, rows: list[str], **changed: object) -> Path:
    """A Parquet file of rows, with the columns given in another type or none."""
    fields = [line.split("\t") for line in rows]
    columns = dict(zip(NAMES, map(list, zip(*fields, strict=True)), strict=True)) | changed
    table = pa.table({name: values for name, values in columns.items() if values is not None})
    place = folder / "part.parquet"
    pq.write_table(table, place)
    return place


def test_exports_beside_parquet_are_not_left_out_in_silence(tmp_path: Path) -> None:
    parquet(tmp_path, good(3))
    (tmp_path / "20170701000000.export.CSV").write_bytes(text(good(3, start=3)))
    with (
        pytest.raises(DetenteError, match="Parquet files and exports"),
        open_lake("gdelt2", str(tmp_path)),
    ):
        pass  # pragma: no cover - it is not opened


def test_a_lake_of_another_source(tmp_path: Path) -> None:
    (tmp_path / "levant.csv").write_text("date,source,target,code\n1979-04-15,ISR,JOR,190\n")
    with open_lake("keds", str(tmp_path)) as opened:
        assert panel(opened.events, ["ISR", "JOR"]).origins == ("keds",)


@pytest.mark.parametrize("kind", ["text", "numbers", "days", "floats"])
def test_parquet_is_read_whatever_the_types_of_its_columns(tmp_path: Path, kind: str) -> None:
    rows = good(40)
    days = [line.split("\t")[1] for line in rows]
    changed: dict[str, object] = {
        "text": {},
        "numbers": {"SQLDATE": [int(day) for day in days], "GLOBALEVENTID": list(range(40))},
        "days": {"SQLDATE": [dt.datetime.strptime(day, "%Y%m%d").date() for day in days]},
        "floats": {"SQLDATE": [float(day) for day in days], "SOURCEURL": ["a\tb\nc"] * 40},
    }[kind]  # type: ignore[assignment]
    (tmp_path / "20170701000000.export.CSV").write_bytes(text(rows))
    with open_lake("gdelt2", str(tmp_path / "20170701000000.export.CSV")) as opened:
        counted = panel(opened.events, STATES).table()
    with open_lake("gdelt2", str(parquet(tmp_path, rows, **changed))) as opened:
        assert opened.report.rows_kept == 40
        assert panel(opened.events, STATES).table().equals(counted)


def test_columns_that_are_not_needed_may_be_missing_and_others_not(tmp_path: Path) -> None:
    lake = parquet(tmp_path, good(3), AvgTone=None)
    with open_lake("gdelt2", str(lake)) as opened:
        assert opened.report.rows_kept == 3
    parquet(tmp_path, good(3), EventCode=None)
    with pytest.raises(DetenteError, match="EventCode"), open_lake("gdelt2", str(lake)):
        pass


@pytest.mark.parametrize(
    ("source", "place", "seen"),
    [
        ("gdelt2", "none", "There is no lake at none"),
        ("gdelt2", "warehouse.exports", "read by a Spark"),
        ("icews", "tests", "no file of the source icews"),
        ("gdelt9", ".", "gdelt2"),
    ],
)
def test_what_is_no_lake_is_refused(source: str, place: str, seen: str) -> None:
    with pytest.raises(DetenteError, match=seen), open_lake(source, place):
        pass


def test_the_command_says_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake = write_lake(tmp_path)
    asked = ["panel", "--parties", "USA,CHN", "--json"]
    assert cli.run([*asked, "--lake", f"gdelt2={lake}"]) == 0
    said = capsys.readouterr()
    assert '"USA"' in said.out
    assert "14 rows turned away: impossible date." in said.err
    assert "files left out: " in said.err
    assert cli.run([*asked, "--lake", "gdelt2"]) == 2
    assert "SOURCE=PLACE" in capsys.readouterr().err


def test_movers_are_ranked_from_a_lake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "20161231000000.export.CSV").write_bytes(text(two_years()))
    asked = ["movers", "--since", "2016-01-01", "--json"]
    assert cli.run([*asked, "--lake", f"gdelt2={tmp_path}"]) == 0
    said = capsys.readouterr()
    first = json.loads(said.out)[0]["answers"][0]["exhibits"][0]["table"]["rows"][0]
    assert {"JPN", "PRK"} <= set(first)
    assert f"{len(two_years()):,} of {len(two_years()):,} rows of gdelt2 kept." in said.err
    assert cli.run([*asked, "--lake", "gdelt2"]) == 2


def test_a_study_is_asked_of_a_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, store = tmp_path / "20170701000000.export.CSV", Store.open(tmp_path / "s", create=True)
    lake.write_bytes(text(good(300)))
    ingest("gdelt2", [lake], store)
    counted = open_data(load("korea"), store=store).events
    assert counted is not None
    seen = []

    def scenario(*args: object) -> None:
        events = [open_study("korea", lake=f"gdelt2={lake}").events for _ in range(2)]
        seen.extend(events)

    monkeypatch.setattr(cli, "app", lambda *_, **__: scenario())
    assert cli.run([]) == 0
    first, again = seen
    assert again.store is first.store
    assert first.by("month").table().equals(counted.by("month").table())


def test_a_lake_and_events_are_not_both_given(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["dynamics", "korea", "--events", "store", "--lake", "gdelt2=lake"]
    assert cli.run(asked) == 2
    assert "--events would not be used" in capsys.readouterr().err
