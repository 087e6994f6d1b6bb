"""`python -m lab.mutation.watch [FILE ...]`: which tests run each line, and how long each takes.

Runs tests once under coverage and adds what they reach to `lab/mutation/results/reach.json`. What a
fixture runs counts for every test of its file, as it may serve any of them. Compiled loops are
invisible to coverage, and so is what a module runs when it is imported.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import coverage
import pytest

from lab.mutation.reach import REACH, ROOT, Reach, joined, read

LEFT_OUT = ("browser",)
"""Marks of tests that are left out: they need a browser."""
LONGEST_S = 3
"""Seconds of processor after which a test is stopped and never held against a fault."""


class _Watch:
    """A plugin of pytest that tells coverage which test is running."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.coverage = measured
        self.seconds: dict[str, float] = {}
        self.begun = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.coverage.switch_context(item.nodeid.split("::")[0])
        self.begun = time.process_time()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        signal.signal(signal.SIGPROF, _stop)
        signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
        try:
            result = yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self.seconds[item.nodeid] = round(time.process_time() - self.begun, 3)
        return result


def _stop(*_: object) -> None:
    pytest.skip(f"takes more than {LONGEST_S} s")


def main() -> int:
    """Run the tests and write what they reach; pytest's exit code."""
    measured = coverage.Coverage(data_file=None, source=[str(ROOT / "src")], config_file=False)
    watch = _Watch(measured)
    measured.start()
    code = pytest.main(
        ["-p", "no:xdist", "-m", " and ".join(f"not {mark}" for mark in LEFT_OUT), *sys.argv[1:]],
        plugins=[watch],
    )
    measured.stop()
    new = Reach(watch.seconds, _lines(measured.get_data(), watch.seconds))
    both = joined(read() or Reach({}, {}), new)
    REACH.parent.mkdir(exist_ok=True)
    REACH.write_text(json.dumps(asdict(both)), encoding="utf-8")
    return int(code)


def _lines(
    data: coverage.CoverageData, tests: Mapping[str, float]
) -> dict[str, dict[str, list[str]]]:
    files = {test.split("::")[0] for test in tests}
    reached: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for file in data.measured_files():
        name = Path(file).relative_to(ROOT).as_posix()
        for line, contexts in data.contexts_by_lineno(file).items():
            if kept := sorted(c for c in contexts if c in tests or c in files):
                reached[name][str(line)] = kept
    return reached


if __name__ == "__main__":
    sys.exit(main())
