"""The surface of the command line: foreign texts, closed and full outputs, interrupts, widths."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
import typer
from rich.text import Text

from detente import cli
from detente.cli import behind, interrupted, run
from detente.cli.console import console, visible
from detente.cli.failing import report_error
from detente.cli.options import day
from detente.errors import InputError

COMMAND = [sys.executable, "-m", "detente"]
ENV = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x1b[2J", "␛[2J"),
        ("\x9b2J", "\\u009b2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["[/b]", "[bold]x[/bold]", "[red]", ":smile:", "[link=x]y"])
def test_brackets_are_no_markup(text: str) -> None:
    out = console()
    with out.capture() as printed:
        out.print(text)
        out.print(Text(text))
    assert printed.get() == f"{text}\n{text}\n"


def test_errors_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report_error(InputError("Bad \x1b[2J name.", "It is [/b] \x07.", "Give \u202e another."))
    said = capsys.readouterr().err
    assert "\x1b" not in said and "\x07" not in said and "\u202e" not in said
    assert "[/b]" in said


def test_an_unknown_study_of_a_hostile_name_is_told_plainly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["validate", "\x1b]0;owned\x07[/b]"]) == 2
    said = capsys.readouterr().err
    assert "\x1b" not in said and "[/b]" in said


@pytest.mark.skipif(os.name == "nt", reason="this pipe needs a POSIX system")
def test_help_into_a_closed_pipe_is_no_error() -> None:
    for arguments in (["--help"], ["study", "--help"], ["sources"]):
        reads, writes = os.pipe()
        os.close(reads)
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=writes, stderr=subprocess.PIPE, env=ENV, check=False
        )
        os.close(writes)
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_told_in_words() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "sources"], stdout=full, stderr=subprocess.PIPE, env=ENV, check=False
        )
    assert done.returncode == 3
    assert b"The output could not be written" in done.stderr
    assert b"Traceback" not in done.stderr and b"Internal error" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="closing a stream before the start needs a POSIX shell")
def test_a_closed_output_is_told_in_words() -> None:
    line = f'"{sys.executable}" -m detente sources >&-'
    done = subprocess.run(["/bin/sh", "-c", line], stderr=subprocess.PIPE, env=ENV, check=False)
    assert done.returncode == 3
    assert b"standard output is closed" in done.stderr


@pytest.mark.parametrize("width", ["0", "-3", "abc", "5", ""])
def test_a_width_that_holds_nothing_is_not_taken(width: str) -> None:
    done = subprocess.run(
        [*COMMAND, "sources"], capture_output=True, env={**ENV, "COLUMNS": width}, check=False
    )
    assert done.returncode == 0
    assert b"icews" in done.stdout


INTERRUPTED_AT = """
import signal, sys, threading
from importlib.abc import MetaPathFinder

module, later = sys.argv.pop(1), float(sys.argv.pop(1))


class Interrupt(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            sys.meta_path.remove(self)
            if later:
                threading.Timer(later, signal.raise_signal, [signal.SIGINT]).start()
            else:
                signal.raise_signal(signal.SIGINT)


sys.meta_path.insert(0, Interrupt())
from detente.__main__ import main

main()
"""
"""Runs a command that is interrupted as it comes to load a module, or some seconds later."""


@pytest.mark.parametrize(
    ("module", "later"),
    [
        ("detente.cli", 0.0),  # the command line is loaded
        ("detente.cli.dynamics", 0.0),  # the command is
        ("detente.relations.counting", 0.0),  # what it calls is
        ("detente.asks.reactions.system", 0.3),  # it computes, for seconds
    ],
)
def test_an_interrupt_is_one_line_and_130(module: str, later: float) -> None:
    command = [sys.executable, "-c", INTERRUPTED_AT, module, str(later)]
    done = subprocess.run(
        [*command, "dynamics", "korea", "--no-cache"],
        capture_output=True, text=True, env=ENV, check=False,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("Interrupted.")


def test_an_interrupted_query_is_seen() -> None:
    assert interrupted(RuntimeError("Query interrupted"))  # DuckDB, while a table is made
    assert interrupted(duckdb.InterruptException("INTERRUPT Error: Interrupted!"))
    assert not interrupted(RuntimeError("another"))


def test_an_interrupt_behind_another_error_is_seen() -> None:
    error = ValueError("a query failed")
    assert not behind(error, KeyboardInterrupt)
    error.__context__ = RuntimeError("while reading")
    error.__context__.__context__ = KeyboardInterrupt()
    assert behind(error, KeyboardInterrupt)


def test_counts_come_with_their_words_in_the_right_number() -> None:
    for file in Path(cli.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else []
            for count, words in pairwise(parts):
                if isinstance(count, ast.FormattedValue) and isinstance(words, ast.Constant):
                    counted = count.format_spec and ast.unparse(count.format_spec) == "f','"
                    is_many = re.match(r" [a-z]+s\b", str(words.value))
                    assert not (counted and is_many), (file.name, ast.unparse(node))


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31", "2201-01-01"])
def test_days_beyond_the_bounds_are_days(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="outside of the years 1700 to 2200"):
        day(text)
