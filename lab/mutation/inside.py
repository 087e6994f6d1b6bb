"""`python -m lab.mutation.inside FOLDER_OR_MODULE ... [--mutants N] [--seed S]`: the same, cheaper.

The tests are collected once; for each fault a fork of that process gets the faulty code of the
one function that it lies in, and runs the tests that reach it. So a fault costs what its tests
cost, and not the loading of the package. For what runs at import the whole module is run anew in
the fork; a test that fails then without a fault as well is not held against it. What even that
cannot try is tried in a copy of the project, as by `python -m lab.mutation`; results are kept as
there.

Compiled loops are tried where `NUMBA_DISABLE_JIT=1` is set, for this and for `watch`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import unified_diff
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from _pytest.runner import runtestprotocol
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from lab.mutation import reach
from lab.mutation.__main__ import PATIENCE_S, ROOT, Bench, _compiles, _copied, _faults, _modules
from lab.mutation.code import put_in, run_anew
from lab.mutation.nearest import name_of
from lab.mutation.outcomes import Outcome, Trial, keep, rate
from lab.mutation.places import Fault, drawn

ELSEWHERE = "elsewhere"
"""What becomes of a fault that can be tried in a copy only."""
MOST_UNSOUND = 5
"""Tests that may fail by running a module anew alone, before it is tried in a copy."""


def main() -> int:
    """Run what was named; pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m lab.mutation.inside", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="FOLDER_OR_MODULE")
    parser.add_argument("--mutants", type=int, default=20, help="faults of a module, at most")
    parser.add_argument("--seed", default="1")
    given = parser.parse_args()
    reached = reach.read()
    if reached is None:
        sys.exit("What the tests reach is not known. Run `python -m lab.mutation.watch` first.")
    os.chdir(ROOT)
    paths = [path for name in given.names for path in _modules(name)]
    loop = Loop(reached, paths, given.mutants, given.seed)
    return int(pytest.main(["-p", "no:xdist", "-q", *_files(reached, paths)], plugins=[loop]))


def _files(reached: reach.Reach, paths: Iterable[Path]) -> list[str]:
    """The test files that run any line of some modules."""
    lines = [tests for path in paths for tests in reached.lines.get(path.as_posix(), {}).values()]
    files = {test.split("::")[0] for tests in lines for test in tests} | reach.EVERYWHERE
    return sorted(file for file in files if (ROOT / file).is_file())


class Loop:
    """A plugin of pytest that tries faults instead of running the tests that were collected."""

    def __init__(self, reached: reach.Reach, paths: Sequence[Path], most: int, seed: str) -> None:
        self.reached = reached
        self.paths = paths
        self.most = most
        self.seed = seed
        self.killers: set[str] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try the faults of each module, those at import last; say and keep what became of them."""
        items = {item.nodeid: item for item in session.items}
        inside = {path: self._inside(path, items) for path in self.paths}
        self._check(items)
        with TemporaryDirectory() as folder:
            bench = Bench(_copied(Path(folder, "project")), self.reached)
            for path, (text, trials) in inside.items():
                if None in trials.values():
                    self._keep(
                        path,
                        text,
                        {f: trial or bench._tried(path, text, f) for f, trial in trials.items()},
                    )
        return True

    def _check(self, items: Mapping[str, pytest.Item]) -> None:
        """Whether the tests that failed pass without a fault."""
        failed = _in_fork([items[test] for test in sorted(self.killers)], None, 600)
        if failed:
            print(f"{failed} fails without a fault: its kills do not count.", flush=True)

    def _inside(
        self, path: Path, items: Mapping[str, pytest.Item]
    ) -> tuple[str, dict[Fault, Trial | None]]:
        """A module's text, and its faults with what became of those in functions."""
        text = (ROOT / path).read_text(encoding="utf-8")
        module = name_of(ROOT / path, ROOT)
        faults = drawn(_faults(ROOT / path), text, self.most, f"{self.seed} {module}")
        trials = {
            fault: self._tried(path, module, text, fault, items)
            for fault in faults
            if _compiles(text, fault)
        }
        self._keep(path, text, trials)
        return text, trials

    def _keep(self, path: Path, text: str, trials: Mapping[Fault, Trial | None]) -> None:
        done = [trial for trial in trials.values() if trial]
        if not done:
            return
        whole = f"{self.most} {self.seed} {text}" if len(done) == len(trials) else ""
        digest = hashlib.sha256(whole.encode()).hexdigest()[:16]
        outcome = Outcome(name_of(ROOT / path, ROOT), digest, done)
        keep(outcome)
        print(f"\n{outcome.module}: {rate(outcome)}", flush=True)
        for trial in outcome.survivors:
            print(f"  {trial.fault.operator}, {trial.tests} tests\n{trial.diff}", flush=True)

    def _tried(
        self, path: Path, module: str, text: str, fault: Fault, items: Mapping[str, pytest.Item]
    ) -> Trial | None:
        """What the tests made of a fault; None if it can only be tried in a copy."""
        import_module(module)
        changed = str(mutate_code(text, get_operator(fault.operator)(), fault.occurrence))
        diff = "".join(unified_diff(text.splitlines(True), changed.splitlines(True), n=0))
        begin = reach.statement(text, fault.start[0])
        if begin is None:
            tests = set(reach.reaching(fault, path.as_posix(), text, self.reached, ROOT))
        else:
            lines = range(begin, fault.start[0] + 1)
            tests = {test for line in lines for test in self.reached.tests(path.as_posix(), line)}
            if not tests and reach.hidden(text):
                return None  # coverage does not see who runs what is compiled
        chosen = reach.affordable(tests & items.keys(), self.reached.seconds)
        if begin is None:
            killer = self._anew(module, text, changed, [items[test] for test in chosen])
        else:
            put = partial(put_in, module, text, changed)
            killer = _in_fork([items[test] for test in chosen], put, self._seconds(chosen))
        self.killers |= {killer} & items.keys() if begin else set()
        return None if killer == ELSEWHERE else Trial(fault, diff, killer, len(chosen))

    def _seconds(self, tests: Iterable[str]) -> int:
        return int(5 * sum(self.reached.seconds[test] for test in tests) + PATIENCE_S)

    def _anew(self, module: str, text: str, changed: str, items: Sequence[pytest.Item]) -> str:
        """The first test that fails with the whole module run anew, and passes without a fault."""
        sound, plain = list(items), partial(run_anew, module, text)
        if _in_fork([], plain, PATIENCE_S):
            return ELSEWHERE
        for _ in range(MOST_UNSOUND):
            seconds = self._seconds(item.nodeid for item in sound)
            killer = _in_fork(sound, partial(run_anew, module, changed), seconds)
            [*suspect] = (item for item in sound if item.nodeid == killer)
            if not suspect or not _in_fork(suspect, plain, seconds):
                return killer
            sound = [item for item in sound if item.nodeid != killer]
        return ELSEWHERE


def _in_fork(
    items: Sequence[pytest.Item], change: Callable[[], object] | None, seconds: int
) -> str:
    """The first test that fails in a fork with a fault; `"time"`, `ELSEWHERE`, or empty.

    `"import"` where the fault cannot even be put in.
    """
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.setpgrp()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        try:
            os.write(there, _first_failure(items, change).encode())
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here, encoding="utf-8") as pipe:
        killer = pipe.read()
    _, status = os.waitpid(child, 0)
    return "time" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU else killer


def _first_failure(items: Sequence[pytest.Item], change: Callable[[], object] | None) -> str:
    try:
        if change and not change():
            return ELSEWHERE
    except Exception:
        return "import"
    for item, after in zip(items, [*items[1:], None], strict=False):
        if any(report.failed for report in runtestprotocol(item, nextitem=after, log=False)):
            return item.nodeid
    return ""


if __name__ == "__main__":
    sys.exit(main())
