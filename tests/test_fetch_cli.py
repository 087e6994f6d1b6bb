"""`detente fetch` as a command: plans, refusals, what it prints, how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.cli import run
from detente.events.store import Store
from detente.sources.fetch import Feed, Span, Wanted, register_feed
from detente.sources.fetch import feeds as feeds_module
from detente.sources.fetch.client import Client
from mirror import GDELT_HOST, Mirror, add_gdelt, gdelt_rows, serving, zipped

SPAN = ("--from", "2015-03-01", "--to", "2015-03-03")


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    mirror = Mirror()
    pairs = [("USA", "CHN"), ("DEU", "FRA")]
    add_gdelt(mirror, {
        f"2015030{n}.export.CSV.zip":
            zipped(f"2015030{n}.export.CSV", gdelt_rows(f"2015030{n}", n * 10, pairs))
        for n in (1, 2, 3)
    })  # fmt: skip
    with serving(mirror) as served:
        monkeypatch.setenv("DETENTE_FETCH_HOSTS", served.host(GDELT_HOST))
        yield served


def fetched(tmp_path: Path, *arguments: str) -> int:
    span = () if "--from" in arguments else SPAN
    return run(["fetch", "gdelt", *span, "--store", str(tmp_path / "store"), *arguments])


def test_a_plan_says_all_and_loads_nothing(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetched(tmp_path, "--plan", "--rate", "1", "--parties", "USA,China") == 0
    said = capsys.readouterr().out
    for text in ("3 to load", "at 1 Mbit/s (as given)", "CHN, USA", "attribution", "Leetaru"):
        assert text in said
    assert max(map(len, said.splitlines())) <= 80
    assert not list(tmp_path.iterdir())
    assert {asked.path.rpartition("/")[2] for asked in mirror.asked} == {"md5sums", "filesizes"}


def test_a_plan_in_json_names_every_file(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetched(tmp_path, "--plan", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert [file["key"] for file in facts["files"]] == [
        f"events/2015030{n}.export.CSV.zip" for n in (1, 2, 3)
    ]
    assert facts["bytes"] == sum(file["bytes"] for file in facts["files"]) > 0


def test_a_fetch_and_its_update(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetched(tmp_path, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["counts"]["loaded"] == 3 and report["rows_read"] == 6
    assert report["exit_code"] == 0 and "Leetaru" in report["citation"]
    assert fetched(tmp_path, "--update") == 0
    assert "3 had" in capsys.readouterr().out


def test_a_draft_is_filled_by_its_own_name(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`new`, `fetch --plan`, `fetch`: parties, first day and store are those of the study."""
    made = ["new", "pacific", "--parties", "USA,CHN", "--since", "2016-01-01"]
    assert run([*made, "--in", str(tmp_path)]) == 0
    study = str(tmp_path / "pacific")
    assert run(["fetch", "gdelt", "--study", study, "--to", "2015-03-03", "--plan", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["parties"] == ["CHN", "USA"] and facts["from"] == "2014-12-31"
    # Without a source it is GDELT, and the command says so.
    assert run(["fetch", "--study", study, "--to", "2015-03-03", "--json"]) in {0, 3}
    assert "No source is named: gdelt" in capsys.readouterr().err
    events = Store.open(tmp_path / "pacific" / "store").events(source="USA", target="CHN")
    assert events.num_rows == 3


def test_an_update_of_nothing_is_told(mirror: Mirror, tmp_path: Path) -> None:
    assert fetched(tmp_path, "--update") == 2


def test_a_new_gap_ends_with_three_and_is_named(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del mirror.files[f"/{GDELT_HOST}/events/20150302.export.CSV.zip"]
    assert fetched(tmp_path) == 3
    said = capsys.readouterr().out
    assert "events/20150302.export.CSV.zip: new gap" in said
    assert "2 loaded, 1 missing" in said


def test_a_refusal_says_how_to_load_by_hand(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror.faults["*"] = ["403"]
    assert fetched(tmp_path) == 3
    said = capsys.readouterr().err
    assert "403" in said and "in a browser" in said and "detente ingest gdelt1" in said
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--parties", "USA,Atlantis"], "Atlantis"),
        (["--parties", "USA", "--study", "korea"], "--study"),
        (["--parties", "USA"], "at least 2"),
        (["--from", "2015-03-09", "--to", "2015-03-03"], "wrong way round"),
        (["--from", "2199-01-01", "--to", "2199-02-01"], "still to come"),
    ],
)
def test_wrong_commands_are_told(
    mirror: Mirror,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    text: str,
) -> None:
    assert fetched(tmp_path, *arguments) == 2
    assert text in capsys.readouterr().err


def test_neither_source_nor_study_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fetch", "--parties", "USA,CHN"]) == 2
    said = capsys.readouterr().err
    assert "No source is named" in said and "un-votes" in said


def test_an_unknown_feed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["fetch", "gdlt"]) == 2
    assert "gdelt" in capsys.readouterr().err


def big(client: Client, span: Span) -> list[Wanted]:
    """A file of two gigabytes."""
    return [Wanted("a", "https://big.example/a", "a.csv", size=2_000_000_000, source="gdelt1")]


def test_more_than_a_gigabyte_needs_a_yes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds_module, "_REGISTERED", {})
    register_feed(Feed("big", "Big", big, "free", "Nobody (2026)", "By hand."))
    monkeypatch.setattr("detente.sources.fetch.plan.shutil.disk_usage", lambda path: _Roomy)
    assert run(["fetch", "big", "--store", str(tmp_path / "store")]) == 2
    said = capsys.readouterr().err
    assert "2.0 GB in 1 file." in said and "--yes" in said and "Nobody (2026)" in said
    assert not (tmp_path / "store").exists()


class _Roomy:
    free = 1 << 60


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to a process")
def test_ctrl_c_ends_after_the_current_writes_and_says_how_to_go_on(
    mirror: Mirror, tmp_path: Path
) -> None:
    path = f"/{GDELT_HOST}/events/20150302.export.CSV.zip"
    mirror.faults[path] = ["stall:5"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    arguments = ["fetch", "gdelt", *SPAN, "--store", str(tmp_path / "store")]
    process = subprocess.Popen(
        [sys.executable, "-m", "detente", *arguments], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not mirror.times(path):
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    said, narrated = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopping after what is being written" in narrated
    assert "left" in said and "Go on" in said
    assert " ".join(" ".join(arguments).split()) in " ".join(said.split())
    assert fetched(tmp_path) == 0
    assert Store.open(tmp_path / "store").events().num_rows == 6
