"""Outputs replace nothing but earlier outputs."""

from __future__ import annotations

import os
import shlex
import socket
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from detente.cli import run
from detente.errors import InputError
from detente.events.store import IngestedFile, Store, connect
from detente.outputs import check_output, whole_file
from event_tables import event, table

LEVANT = "date,source,target,code\n1979-04-15,ISRMIL,JOR,190\nnonsense,ISR,JOR,190\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    store = Store.open(tmp_path / "store", create=True)
    with connect() as con, store.writer() as writer:
        con.register("given", table(event(n) for n in range(5)))
        writer.append(con, "given", [IngestedFile("icews", "k", "k", 5)])
    (tmp_path / "levant.csv").write_text(LEVANT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def snapshot(folder: Path) -> dict[str, bytes | str]:
    return {
        str(path): path.read_bytes() if path.is_file() else f"{path.lstat().st_mode:o}"
        for path in folder.rglob("*")
        if path.name != "lock"
    }


def obstacle(folder: Path, name: str) -> Path:
    place = folder / f"{name}.csv"
    if name == "link":
        place.symlink_to(folder / "levant.csv")
    elif name == "dangling":
        place.symlink_to(folder / "nowhere.csv")
    elif name == "pipe":
        os.mkfifo(place)
    elif name == "folder":
        place.mkdir()
    elif name == "thesis":
        place.write_text("date,mood\n2018-10-01,good\n")
    elif name == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(place))
    return place


PLACES = ["link", "dangling", "pipe", "folder", "thesis", "socket"]
STORES = ["store/manifest.json", "store/ledger.jsonl", "store/new.csv", "levant.csv", "/dev/null"]


@pytest.mark.parametrize("where", [*PLACES, *STORES])
@pytest.mark.parametrize("command", ["events", "panel", "ingest"])
def test_nothing_else_is_replaced(
    folder: Path, capfd: pytest.CaptureFixture[str], command: str, where: str
) -> None:
    place = obstacle(folder, where) if where in PLACES else Path(where)
    before = snapshot(folder)
    given = {
        "events": ["events", "--format", "csv", "--output"],
        "panel": ["panel", "--parties", "USA,CHN", "--format", "csv", "--output"],
        "ingest": ["ingest", "keds", "levant.csv", "--rejected"],
    }[command]
    assert run([*given, str(place)]) == 3
    err = capfd.readouterr().err
    assert place.name in err
    assert "will not be written" in err
    assert snapshot(folder) == before


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_an_earlier_output_is_replaced(folder: Path, form: str) -> None:
    for other in ("csv", "json", "parquet"):
        for given in (["events"], ["events", "--source", "ABC"]):
            assert run([*given, "--output", "out", "--format", other]) == 0
        assert run(["events", "--output", "out", "--format", form]) == 0
    assert run(["panel", "--parties", "USA,CHN", "--output", "out", "--format", form]) == 3
    (folder / "empty.csv").touch()
    assert run(["events", "--output", "empty.csv"]) == 0
    assert len((folder / "empty.csv").read_text().splitlines()) == 6


def test_a_parquet_file_of_other_columns_stays(folder: Path) -> None:
    pq.write_table(table([event(1)]).select(["date"]), folder / "mine.parquet")
    before = snapshot(folder)
    assert run(["events", "--output", "mine.parquet"]) == 3
    assert snapshot(folder) == before


def test_rejected_rows_may_be_written_again_and_leave_partial_files_alone(folder: Path) -> None:
    (folder / "bad.csv.partial").write_text("mine")
    for number, name in enumerate(("bad.csv", "bad.csv", "bad.parquet", "bad.parquet")):
        run(["ingest", "keds", "levant.csv", "--rejected", name, "--store", f"new{number}"])
        assert (folder / name).stat().st_size
    assert "nonsense" in (folder / "bad.csv").read_text()
    assert (folder / "bad.csv.partial").read_text() == "mine"
    assert not list(folder.glob(".bad*"))


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(place, "--output") as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert place.read_text() == "old"
    with (
        pytest.raises(InputError, match="--rejected"),
        whole_file(tmp_path / "none" / "a", "--rejected"),
    ):
        pass


def test_an_input_under_another_name_is_an_input(tmp_path: Path) -> None:
    place, other = tmp_path / "a.txt", tmp_path / "b.txt"
    place.write_text("x")
    other.hardlink_to(place)
    with pytest.raises(InputError, match="is a file that is read"):
        check_output(other, "--output", is_ours=lambda _: True, inputs=[place])


def test_a_new_study_is_not_written_into_a_store(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(folder)
    for place in ("store", "store/events/new"):
        assert run(["new", "mine", "--in", place]) == 3
        assert "lies in an event store" in capfd.readouterr().err
    assert snapshot(folder) == before


def test_a_store_is_mended_by_the_command_that_is_said(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    moved = (folder / "store").rename(folder / "my store")
    (moved / "ledger.jsonl").write_text("")
    assert run(["store", "--check", "--store", str(moved)]) == 3
    command = capfd.readouterr().out.rpartition("Mend it with: detente ")[2]
    assert run(shlex.split(command)) == 0
    assert "holds 5 events in 1 part." in capfd.readouterr().out
    assert run(["store", "--check", "--store", str(moved)]) == 0
