"""CSV for spreadsheets: no cell begins a formula, numbers stay numbers, the default is exact."""

from __future__ import annotations

import csv
import datetime as dt
import inspect
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.answers import Answer, Column, Exhibit, Fact, Section, Table, Verdict
from detente.cli import run
from detente.events.store import IngestedFile, Store, connect
from detente.report import page, series, write
from detente.report.movers_page import write_movers
from detente.report.series import csv_files
from detente.spreadsheets import harmless, harmless_rows
from event_tables import event, table
from fake_result import fake_result

ATTACKS = [
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1+1", "-1+cmd|' /C calc'!A0", "\t=1", "\r=1",
    "\n=1", " =1", "\ufeff=1", "\u00a0=1", "＝1", "－1+1", "＋1", "＠SUM", "-", "=", "\x00=1",
    "+", "-3.5.1", "1;=1+1", "x\t@SUM(A1)", "a\r\n=1",
]  # fmt: skip
NUMBERS = ["-3.5", "+82", "-.5", "-1e-07", "+5%", " -3", "3;-3.5", "a\t-2\tb", "-0"]
PLAIN = ["", "China", "a=b", "a-b", "x@y.org", "'=1", "1+1", "–3", "Xi; Putin", "O'Neill"]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    told = harmless(text)
    assert told != text
    assert told.replace("'", "") == text.replace("'", "")
    for cell in told.replace(";", "\t").replace("\n", "\t").replace("\r", "\t").split("\t"):
        assert cell.strip("\x00 \ufeff\u00a0")[:1] not in set("=+-@＝＋－＠")
    assert told[0] not in "\t\r\n"


@pytest.mark.parametrize("text", [*NUMBERS, *PLAIN])
def test_numbers_and_other_texts_stay(text: str) -> None:
    assert harmless(text) == text


@settings(deadline=None)
@given(st.text(alphabet="=+-@'\t\r\n; a1.e%\u00a0\ufeff\x00\x1f＝－٣"))
def test_columns_are_told_as_cells_and_twice_is_once(text: str) -> None:
    told = harmless(text)
    assert harmless(told) == told
    rows = harmless_rows(pa.table({"name": [text, None, "plain"]}).to_reader()).read_all()
    assert rows["name"].to_pylist() == [told, None, "plain"]


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines()))


class TestCommands:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        store = Store.open(tmp_path / "store", create=True)
        names = {"source_actor": "=cmd|' /C calc'!A0", "goldstein": -3.5}
        with connect() as con, store.writer() as writer:
            con.register("given", table([event(1, **names), event(2, source_actor="China")]))
            writer.append(con, "given", [IngestedFile("icews", "k", "k", 2)])
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def test_events(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        assert run(["events", "--format", "csv"]) == 0
        exact = cells(capfd.readouterr().out)
        assert run(["events", "--format", "csv", "--safe-csv"]) == 0
        safe = cells(capfd.readouterr().out)
        at = exact[0].index("source_actor")
        assert [row[at] for row in exact[1:]] == ["=cmd|' /C calc'!A0", "China"]
        assert [row[at] for row in safe[1:]] == ["'=cmd|' /C calc'!A0", "China"]
        assert safe[1][exact[0].index("goldstein")] == "-3.5"
        assert [row[:at] + row[at + 1 :] for row in safe] == [
            row[:at] + row[at + 1 :] for row in exact
        ]
        assert run(["events", "--output", "e.csv", "--safe-csv"]) == 0
        assert cells((folder / "e.csv").read_text()) == safe

    def test_rejected_rows(self, folder: Path) -> None:
        (folder / "levant.csv").write_text("date,source,target,code\n=1+1,ISR,JOR,190\n")
        for number, option in enumerate(([], ["--safe-csv"])):
            given = ["ingest", "keds", "levant.csv", "--store", f"new{number}"]
            run([*given, "--rejected", f"bad{number}.csv", *option])
        texts = [cells((folder / f"bad{number}.csv").read_text())[1][3] for number in (0, 1)]
        assert texts == ["=1+1,ISR,JOR,190", "'=1+1,ISR,JOR,190"]

    @pytest.mark.parametrize(
        "given",
        [
            ["events"], ["events", "--json"], ["events", "--output", "e.parquet"],
            ["panel", "--parties", "USA,CHN"], ["ingest", "keds", "levant.csv"],
            ["ingest", "keds", "levant.csv", "--rejected", "bad.parquet"],
        ],
    )  # fmt: skip
    def test_it_is_refused_where_no_csv_is_written(
        self, folder: Path, given: list[str], capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert run([*given, "--safe-csv"]) == 2
        assert "--safe-csv is for CSV" in capfd.readouterr().err
        assert {path.name for path in folder.iterdir()} == {"store"}


def hostile() -> Answer:
    rows = (("=1+1", -3.5), ("-3.5", float("nan")), ("plain", 1.0))
    exhibit = Exhibit("e", "E", Table((Column("@name", "n"), Column("change", "c")), rows))
    facts = (Fact("odds", "Odds", -3.5, unit="=unit"),)
    return Answer(
        "a", "claims", "A claim", facts=facts, exhibits=(exhibit,), verdict=Verdict.NOT_TESTABLE
    )


def test_the_series_of_a_study(tmp_path: Path) -> None:
    given = replace(fake_result(), sections=(Section("claims", "Claims", (hostile(),)),))
    exact, safe = csv_files(given), csv_files(given, safe=True)
    assert exact["series/claim-a-e.csv"] == (b"@name,change\n=1+1,-3.5\n-3.5,\nplain,1.0\n")
    assert safe["series/claim-a-e.csv"] == (b"'@name,change\n'=1+1,-3.5\n-3.5,\nplain,1.0\n")
    assert b"'=unit" in safe["series/claim-a-facts.csv"]
    written = write(given, tmp_path, timings={}, generated=dt.datetime(2026, 1, 1), safe_csv=True)
    assert written.series[0].read_bytes() in safe.values()
    assert "<body data-safe-csv>" in written.report.read_text(encoding="utf-8")
    assert json.loads(written.findings.read_text(encoding="utf-8"))["study"] == given.study


@pytest.mark.parametrize(
    "function", [series.as_csv, csv_files, series.tables_of, page.page_view, page.render, write,
                 write_movers]
)  # fmt: skip
def test_cells_are_exact_unless_someone_asks(function: Callable[..., object]) -> None:
    given = inspect.signature(function).parameters
    [default] = [given[name].default for name in ("safe", "safe_csv") if name in given]
    assert default is False


def test_tables_are_exact_unless_someone_asks() -> None:
    section = Section("claims", "C", (Answer("a", "k", "A", facts=(Fact("x", "=1", "=2"),)),))
    [exact] = series.tables_of([section]).values()
    [safe] = series.tables_of([section], safe=True).values()
    assert b",=2," in exact and b",'=2," in safe and b"'" not in exact
