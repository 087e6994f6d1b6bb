"""Runs of pytest in forks of a process that has loaded the libraries already.

Most of a short run of tests is the loading of libraries; a fork has them at once. Nothing of the
package itself is loaded before the fork, as each run is to see another fault.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

LIBRARIES = (
    "altair",
    "cosmic_ray.commands.init",
    "duckdb",
    "jinja2",
    "lab.mutation.running",
    "numba",
    "pandas",
    "pyarrow",
    "pydantic",
    "pytest",
    "rich",
    "scipy.optimize",
    "scipy.signal",
    "scipy.special",
    "scipy.stats",
    "typer",
    "vl_convert",
)

PATIENCE = 20
"""Seconds that are waited for each second of processor: for runs that hang without computing."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(list(LIBRARIES))


def first_failure(tests: Sequence[str], root: Path, seconds: float) -> str:
    """The first test that fails.

    Args:
        tests: Node ids, in the order in which they are run.
        root: The project's folder, whose own `src` is tested.
        seconds: Of processor, after which the run is ended: a busy machine kills no fault.

    Returns:
        Its node id; `"time"` if the run took too long, `"import"` if it broke before any test,
        empty if all pass.
    """
    here, there = _FORKS.Pipe(duplex=False)
    run = _FORKS.Process(target=_run, args=(list(tests), str(root), int(seconds), there))
    run.start()
    there.close()
    run.join(PATIENCE * seconds)
    if run.exitcode is None and run.pid:
        os.killpg(run.pid, signal.SIGKILL)
        run.join()
        return "time"
    if run.exitcode == -signal.SIGXCPU:
        return "time"
    if run.exitcode == 0:
        return ""
    try:
        return str(here.recv())
    except EOFError:
        return "import"


class _First:
    """A plugin of pytest that says which test failed first."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.pipe.send(report.nodeid)


def _run(tests: list[str], root: str, seconds: int, pipe: Connection) -> None:
    os.setpgrp()
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    os.chdir(root)
    own = [str(Path(root, "src")), root]
    sys.path[:0] = own
    os.environ["PYTHONPATH"] = os.pathsep.join(own)
    sys.exit(int(pytest.main(["-x", "-p", "no:xdist", *tests], plugins=[_First(pipe)])))
