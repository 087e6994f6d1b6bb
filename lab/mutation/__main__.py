"""`python -m lab.mutation FOLDER_OR_MODULE ... [--mutants N] [--seed S] [--again]`.

Puts faults into each module, one at a time, in a copy of the project, and runs the tests that
reach the place. Prints each module's kill rate and every fault that no test noticed, and writes
them to `lab/mutation/results/`. A module whose result is there, for the same text of it and the
same draw, is not run again; with `--again` its survivors are, and what is killed now is counted
as killed later. `python -m lab.mutation.watch` comes first.

    python -m lab.mutation relations.measures --mutants 10
    python -m lab.mutation relations estimators asks report --mutants 20
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code, use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import use_db

from lab.mutation import reach
from lab.mutation.nearest import name_of
from lab.mutation.outcomes import Outcome, Trial, held, keep, rate
from lab.mutation.places import Fault, drawn
from lab.mutation.running import first_failure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = Path("src", "detente")
PATIENCE_S = 40
"""Seconds of processor that tests may take beyond five times what they take without a fault."""


def main() -> int:
    """Run what was named; 0 whatever the rate is, 1 if a test fails without a fault."""
    parser = argparse.ArgumentParser(prog="python -m lab.mutation", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="FOLDER_OR_MODULE")
    parser.add_argument("--mutants", type=int, default=20, help="faults of a module, at most")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--again", action="store_true", help="try the survivors once more")
    given = parser.parse_args()
    reached = reach.read()
    if reached is None:
        sys.exit("What the tests reach is not known. Run `python -m lab.mutation.watch` first.")
    modules = [path for name in given.names for path in _modules(name)]
    with TemporaryDirectory() as folder:
        copy = _copied(Path(folder, "project"))
        bench = Bench(copy, reached)
        for path in modules:
            bench.run(path, given.mutants, given.seed, given.again)
    return 0 if bench.sound else 1


def _modules(name: str) -> list[Path]:
    """Paths from the root of the modules of a folder, or of one module."""
    path = PACKAGE.joinpath(*name.removeprefix("detente.").split("."))
    if (ROOT / path).is_dir():
        return sorted(file.relative_to(ROOT) for file in (ROOT / path).rglob("*.py"))
    if (ROOT / path.with_suffix(".py")).is_file():
        return [path.with_suffix(".py")]
    sys.exit(f"There is no module or folder {name!r} in {PACKAGE}.")


def _copied(folder: Path) -> Path:
    """The project's files without what git ignores: no fault is ever put into the original."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    os.environ.setdefault("DETENTE_SHARED", str(ROOT.parent / "shared"))
    return folder


class Bench:
    """A copy of the project in which faults are tried, and what is known of its tests."""

    def __init__(self, copy: Path, reached: reach.Reach) -> None:
        self.copy = copy
        self.reached = reached
        self.sound = True
        self._sound_tests: set[str] = set()
        self._to_check: set[str] = set()

    def run(self, path: Path, most: int, seed: str, again: bool) -> None:
        """Try the faults of a module, say and keep what became of them."""
        module = name_of(self.copy / path, self.copy)
        text = (self.copy / path).read_text(encoding="utf-8")
        digest = hashlib.sha256(f"{most} {seed} {text}".encode()).hexdigest()[:16]
        before = held(module)
        if before and before.digest == digest:
            if again and before.survivors:
                later = [self._again(path, text, trial) for trial in before.trials]
                self._keep(Outcome(module, digest, later))
            else:
                print(f"{module}: {rate(before)} (as before)", flush=True)
            return
        faults = drawn(_faults(self.copy / path), text, most, f"{seed} {module}")
        faults = [fault for fault in faults if _compiles(text, fault)]
        if faults:
            trials = [self._tried(path, text, fault) for fault in faults]
            self._keep(Outcome(module, digest, trials))

    def _again(self, path: Path, text: str, trial: Trial) -> Trial:
        return trial if trial.killer else self._tried(path, text, trial.fault, later=True)

    def _tried(self, path: Path, text: str, fault: Fault, later: bool = False) -> Trial:
        tests = reach.reaching(fault, path.as_posix(), text, self.reached, self.copy)
        seconds = 5 * sum(self.reached.seconds[test] for test in tests) + PATIENCE_S
        operator = get_operator(fault.operator)()
        with use_mutation(self.copy / path, operator, fault.occurrence) as (old, new):
            diff = "".join(unified_diff(old.splitlines(True), str(new).splitlines(True), n=0))
            _forget(self.copy / path)
            killer = first_failure(tests, self.copy, seconds) if tests else ""
            _forget(self.copy / path)
        self._to_check.add(tests[0] if killer == "import" else killer)
        return Trial(fault, diff, killer, len(tests), later)

    def _keep(self, outcome: Outcome) -> None:
        self._check()
        print(f"{outcome.module}: {rate(outcome)}", flush=True)
        for trial in outcome.survivors:
            print(f"  {trial.fault.operator}, {trial.tests} tests\n{trial.diff}", flush=True)
        keep(outcome)

    def _check(self) -> None:
        """Whether the tests that failed pass without a fault."""
        tests = sorted(test for test in self._to_check - self._sound_tests if "::" in test)
        self._to_check.clear()
        if tests and (failed := first_failure(tests, self.copy, 600)):
            self.sound = False
            print(f"{failed} fails without a fault: its kills do not count.", flush=True)
        self._sound_tests.update(tests)


def _compiles(text: str, fault: Fault) -> bool:
    """Whether the text is still Python: a `*` before an argument is no product."""
    try:
        compile(mutate_code(text, get_operator(fault.operator)(), fault.occurrence), "", "exec")
    except SyntaxError:
        return False
    return True


def _forget(module: Path) -> None:
    """Remove the bytecode of a module: Python tells texts apart by length and second only."""
    for file in (module.parent / "__pycache__").glob(f"{module.stem}.*"):
        file.unlink()


def _faults(path: Path) -> Iterator[Fault]:
    with use_db(":memory:") as every:
        init([path], every, {})
        for item in every.work_items:
            for spec in item.mutations:
                yield Fault(spec.operator_name, spec.occurrence, spec.start_pos, spec.end_pos)


if __name__ == "__main__":
    sys.exit(main())
