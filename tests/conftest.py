"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from detente.study.data import StudyData

os.environ["DETENTE_CACHE"] = "off"  # tests compute what they check, and write into no home
os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy: each core has a worker of its own
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it starts with `&` ignore Ctrl-C, and every command that a test starts too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the project, or a skip that says where it was looked for."""
    default = Path(__file__).resolve().parents[1].parent / "shared"
    folder = Path(os.environ.get("DETENTE_SHARED", default))
    if not (folder / "README.md").is_file():
        pytest.skip(f"reference material not found at {folder}; set DETENTE_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def korea() -> StudyData:
    """The Korea study as it ships, for all that only read it."""
    from detente.study.data import open_data
    from detente.study.load import load

    return open_data(load("korea"))


def pytest_collection_finish() -> None:
    """Have no full collection look through thousands of tests: each takes a third of a second."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Give back what was left out, or libraries would tell of leaks at the end."""
    gc.unfreeze()


LONG = 400
"""Lines of a module above which a run of the tests says so: a hint to split by idea, no rule."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List long modules."""
    source = Path(__file__).resolve().parents[1] / "src"
    for file in sorted(source.rglob("*.py")):
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > LONG:
            terminalreporter.write_line(f"{file.relative_to(source)} has {lines} lines.")
