"""What a command loads before it says anything: counted in modules, since seconds may deceive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from detente.cli.commands import COMMANDS, function_of

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
    assert all(name.split(".")[1] in {"cli", "errors"} for name in loaded), loaded


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


def test_the_list_of_commands_says_what_each_says_of_itself() -> None:
    for name, entry in COMMANDS.items():
        text = (function_of(name).__doc__ or "").split("\n\n")[0]
        assert entry.says == " ".join(text.split()), name
        assert entry.panel
