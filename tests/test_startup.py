"""What a command loads before it says anything: counted in modules, since seconds may deceive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from detente.cli.commands import COMMANDS, function_of
from detente.cli.output import narrate
from detente.cli.waiting import waiting

ENV = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
PROGRAM = """
import json, sys
from detente.cli import run
code = run(sys.argv[1:])
sys.stdout.flush()
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
LIGHT = 420
"""Modules that Python, typer and rich load to show help, and some room; everything was 1,200."""

DATA = {"numpy", "pyarrow", "duckdb"}
SLOW = {"scipy", "numba", "altair", "vl_convert", "jinja2", "onnxruntime", "pyspark"}
"""What only estimating, drawing and coding need; pandas comes with pyarrow where there is one."""


def loads(*arguments: str, cwd: Path | None = None) -> set[str]:
    """The modules that are loaded when a command has run."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True, text=True, check=True, env=ENV, cwd=cwd,
    )  # fmt: skip
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0 and done.stdout
    return set(modules)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_nothing_that_computes(arguments: list[str]) -> None:
    modules = loads(*arguments)
    assert not modules & (DATA | SLOW | {"pydantic"})
    assert len(modules) < LIGHT
    loaded = {name for name in modules if name.startswith("detente.")}
    assert all(name.split(".")[1] in {"cli", "errors", "garbage"} for name in loaded), loaded


def test_data_commands_load_no_estimator(tmp_path: Path) -> None:
    rows = "\n".join(["day,a,b,code", *(f"2018-01-{n:02},USA,CHN,042" for n in range(1, 29))])
    (tmp_path / "e.csv").write_text(rows + "\n")
    columns = "date=day,source=a,target=b,cameo=code"
    for arguments in (
        ["sources"],
        ["ingest", "csv", "e.csv", "--map", columns, "--store", "s"],
        ["events", "--store", "s"],
        ["store", "--store", "s"],
        ["panel", "--store", "s", "--parties", "USA,CHN"],
    ):
        assert not loads(*arguments, cwd=tmp_path) & SLOW, arguments


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no such terminals")
@pytest.mark.parametrize(
    "arguments", [["dynamics", "korea", "--json"], ["backtest", "korea"], ["study", "korea"]]
)
def test_a_silent_command_says_soon_what_it_is_at(arguments: list[str], tmp_path: Path) -> None:
    program = [sys.executable, "-m", "detente", *arguments]
    screen, terminal = os.openpty()
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=terminal, text=True, env=ENV, cwd=tmp_path
    ) as running:
        assert running.stdout is not None
        said = os.read(screen, 200)
        used = psutil.Process(running.pid).cpu_times()
        running.kill()
        assert running.stdout.read() == ""
    os.close(terminal)
    os.close(screen)
    assert said.startswith(b"At work: ")
    assert used.user + used.system < 1.5  # what it computes takes far longer


class TestWaiting:
    def said(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        with waiting(arguments, patience=0.01):
            time.sleep(0.2)
        return capsys.readouterr().err

    @pytest.fixture(autouse=True)
    def terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.modules["detente.cli.waiting"], "at_terminal", lambda: True)

    def test_says_nothing_to_a_pipe(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys.modules["detente.cli.waiting"], "at_terminal", lambda: False)
        assert not self.said(capsys, "movers")

    def test_says_what_the_command_does(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.said(capsys, "--debug", "movers") == (
            "At work: rank which pairs of states have moved since a date, of all that have enough"
            " events.\n"
        )

    @pytest.mark.parametrize("arguments", [["--help"], ["panel", "--help"], ["nonsense"], []])
    def test_says_nothing_of_help(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert not self.said(capsys, *arguments)

    def test_says_nothing_after_the_command_did(self, capsys: pytest.CaptureFixture[str]) -> None:
        with waiting(["panel"], patience=0.05):
            narrate("Reading.")
            time.sleep(0.2)
        assert capsys.readouterr().err == "Reading.\n"

    def test_says_nothing_when_all_is_done(self, capsys: pytest.CaptureFixture[str]) -> None:
        with waiting(["panel"], patience=0.05):
            pass
        time.sleep(0.2)
        assert not capsys.readouterr().err


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    for name, entry in COMMANDS.items():
        text = (function_of(name).__doc__ or "").split("\n\n")[0]
        assert entry.says == " ".join(text.split()), name
        assert entry.panel
