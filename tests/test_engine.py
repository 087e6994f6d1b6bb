"""Engines: found by name, told apart, and given what a statement asks for."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from detente.errors import DetenteError, InputError, UsageError
from detente.events.engine import DUCKDB, Bounds, engine
from detente.events.inputs import Held
from detente.events.schema import SCHEMA
from detente.events.spark import faults, session
from detente.relations.counting import panel

STATEMENT = (
    "SELECT date, origin FROM ({events}) WHERE source IN (SELECT unnest($parties)) ORDER BY date"
)


def events() -> pa.Table:
    rows = [
        {"event_id": f"{origin}:{day}", "date": dt.date(2017, 1, day), "source": source,
         "target": "CHN", "cameo": "040", "quad": 1, "goldstein": 1.0, "origin": origin}
        for day, source, origin in [(1, "USA", "a"), (2, "USA", "b"), (3, "FRA", "a"),
                                    (4, "USA", "a")]
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, SCHEMA)


def days(bounds: Bounds, **params: object) -> list[int]:
    table = DUCKDB.select(STATEMENT, events(), {"parties": ["USA"], **params}, bounds)
    return [day.day for day in table["date"].to_pylist()]


def test_a_mistyped_engine_is_told_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        engine("duckbd")
    assert "'duckdb'" in caught.value.next_step


def test_an_engine_of_another_kind_is_told_all_names() -> None:
    with pytest.raises(UsageError) as caught:
        engine("xyz")
    assert "There are duckdb" in caught.value.next_step


@pytest.mark.parametrize(
    ("bounds", "seen"),
    [
        (Bounds(), [1, 2, 4]),
        (Bounds(origin="a"), [1, 4]),
        (Bounds(since=dt.date(2017, 1, 2)), [2, 4]),
        (Bounds(until=dt.date(2017, 1, 2)), [1, 2]),
    ],
)
def test_a_statement_sees_what_its_bounds_allow(bounds: Bounds, seen: list[int]) -> None:
    assert days(bounds) == seen


def test_parameters_that_a_statement_does_not_name_are_left_out() -> None:
    assert days(Bounds(), every="month") == [1, 2, 4]


def panel_on(address: str) -> None:
    panel(events(), ["USA", "CHN"], engine=address)


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("spark://", "no host"),
        ("spark://host:port", "Port could not be cast"),
        ("mesos://host", "begins with mesos://"),
        ("sc://", "no host"),
        ("local[0]", "no number of cores"),
        ("local[many]", "no number of cores"),
    ],
)
def test_an_address_that_no_spark_has_is_told_at_once(address: str, seen: str) -> None:
    with pytest.raises(UsageError) as caught:
        panel_on(address)
    assert seen in caught.value.found
    assert "spark://HOST:7077" in caught.value.next_step


@pytest.mark.parametrize("scheme", ["spark", "sc"])
def test_nobody_at_an_address_is_told_at_once(scheme: str) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listened at: calls are refused
        port = held.getsockname()[1]
        with pytest.raises(InputError) as caught:
            panel_on(f"{scheme}://127.0.0.1:{port}")
    assert f"port {port} does not answer" in caught.value.found


@pytest.mark.parametrize("host", ["", "127.0.0.1:1"])
def test_a_token_in_an_address_is_not_told(host: str) -> None:
    with pytest.raises(DetenteError) as caught:
        panel_on(f"sc://{host}/;token=hidden")
    assert "hidden" not in f"{caught.value} {caught.value.__dict__}"


@pytest.mark.parametrize("missing", ["pyspark.sql", "sqlglot"])
def test_without_the_extra_its_installation_is_named(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError) as caught:
        panel_on("local[2]")
    assert "pip install 'detente[spark]'" in caught.value.next_step


@pytest.mark.parametrize("old", [False, True])
def test_without_a_java_that_will_do_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: bool
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if old:
        monkeypatch.setattr(session.shutil, "which", lambda *_, **__: "java")
        monkeypatch.setattr(session, "_major", lambda _: 11)
    with pytest.raises(InputError) as caught:
        session._need_java()
    assert ("is Java 11" if old else "no Java at JAVA_HOME") in caught.value.found
    assert "Install Java 17" in caught.value.next_step


def test_events_that_spark_holds_are_not_counted_by_duckdb() -> None:
    with pytest.raises(UsageError) as caught:
        panel(Held("local[2]", "exports"), ["USA", "CHN"])
    assert "local[2] holds them" in caught.value.found


def test_faults_name_their_stage_and_what_to_do() -> None:
    words = (
        "Job aborted due to stage failure: Task 0 in stage 3.0 failed 4 times\n"
        "Caused by: java.io.IOException: No space left on device"
    )
    with pytest.raises(InputError) as caught, faults.stage_errors("spark://head", "Counting"):
        raise RuntimeError(words)
    assert caught.value.failed == "Counting failed on spark://head."
    assert caught.value.found == "In stage 3: java.io.IOException: No space left on device."
    assert "spark.local.dir" in caught.value.next_step


def test_no_progress_bar_is_printed_by_a_program_that_is_no_file() -> None:
    program = (
        "from detente.events.connection import connect\ncon = connect()\n"
        "con.execute(\"SELECT value FROM duckdb_settings() WHERE name = 'enable_progress_bar'\")\n"
        "print(*con.fetchone())"
    )
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "false\n"
