"""`python -m lab.mutation FOLDER_OR_MODULE ... [--mutants N] [--seed S] [--tests FILE ...]`.

Puts faults into each module, one at a time, in a copy of the project, and runs the module's own
examples and the tests nearest to it. Prints each module's kill rate and every fault that no test
noticed, and writes them to `lab/mutation/results/`. A module whose result is there, for the same
text of it and of its tests, is not run again.

    python -m lab.mutation relations.measures --mutants 10
    python -m lab.mutation relations estimators asks report --mutants 20
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome

from lab.mutation.nearest import name_of, nearest_tests
from lab.mutation.places import Fault, drawn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS = HERE / "results"
PACKAGE = Path("src", "detente")
PATIENCE_S = 60
"""Seconds that tests may take beyond five times what they take without a fault."""


@dataclass(frozen=True)
class Outcome:
    """What the tests made of the faults of a module.

    Attributes:
        module: Its dotted name.
        digest: Of the texts of the module and its tests, and of how faults were drawn.
        tests: Files that were run beside the module's own examples.
        killed: Faults that a test noticed.
        survived: Line, kind and difference of each fault that none noticed.
    """

    module: str
    digest: str
    tests: list[str]
    killed: int
    survived: list[dict[str, Any]]

    @property
    def tried(self) -> int:
        """How many faults were put in."""
        return self.killed + len(self.survived)


def main() -> int:
    """Run what was named; 0 whatever the rate is, 1 if tests fail without a fault."""
    parser = argparse.ArgumentParser(prog="python -m lab.mutation", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="FOLDER_OR_MODULE")
    parser.add_argument("--mutants", type=int, default=20, help="faults of a module, at most")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--tests", nargs="*", help="test files, in place of the nearest ones")
    given = parser.parse_args()
    modules = [path for name in given.names for path in _modules(name)]
    with TemporaryDirectory() as folder:
        copy = _copied(Path(folder, "project"))
        done = [_run(path, copy, given.mutants, given.seed, given.tests) for path in modules]
    outcomes = [outcome for outcome in done if outcome]
    _say_total(outcomes)
    return 0 if len(outcomes) == len(done) else 1


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
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder / "src"), str(folder)])
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.chdir(folder)
    return folder


def _run(
    path: Path, copy: Path, most: int, seed: str, given: Sequence[str] | None
) -> Outcome | None:
    module = name_of(copy / path, copy)
    tests = list(given or map(str, nearest_tests(module, copy)))
    faults = drawn(_faults(path), path.read_text(encoding="utf-8"), most, f"{seed} {module}")
    if not faults:
        return Outcome(module, "", tests, 0, [])
    digest = _digest([path, *map(Path, tests)], most, seed)
    if held := _held(module, digest):
        print(f"{module}: {_rate(held)} (as before)", flush=True)
        return held
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", str(path), *tests]
    seconds = _seconds_without_fault(module, command)
    if seconds is None:
        return None
    outcome = _tried(Outcome(module, digest, tests, 0, []), path, faults, command, seconds)
    _show(outcome, seconds)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(asdict(outcome), indent=2, ensure_ascii=False)
    (RESULTS / f"{module}.json").write_text(text + "\n", encoding="utf-8")
    return outcome


def _faults(path: Path) -> Iterator[Fault]:
    with use_db(":memory:") as every:
        init([path], every, {})
        for item in every.work_items:
            for spec in item.mutations:
                yield Fault(spec.operator_name, spec.occurrence, spec.start_pos, spec.end_pos)


def _seconds_without_fault(module: str, command: Sequence[str]) -> float | None:
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return time.monotonic() - begun
    print(f"{module}: its tests fail without a fault.\n{done.stdout[-2000:]}", flush=True)
    return None


def _tried(
    outcome: Outcome, path: Path, faults: Sequence[Fault], command: Sequence[str], seconds: float
) -> Outcome:
    killed, survived = 0, []
    for fault in faults:
        spec = MutationSpec(path, fault.operator, fault.occurrence, fault.start, fault.end)
        result = mutate_and_test([spec], shlex.join(command), 5 * seconds + PATIENCE_S)
        if result.worker_outcome != WorkerOutcome.NORMAL:
            raise RuntimeError(f"{fault} could not be put into {path}: {result.output}")
        if result.test_outcome == TestOutcome.SURVIVED:
            place = {"line": fault.start[0], "operator": fault.operator, "diff": result.diff}
            survived.append(place)
        else:
            killed += 1
    return Outcome(outcome.module, outcome.digest, outcome.tests, killed, survived)


def _digest(paths: Sequence[Path], most: int, seed: str) -> str:
    digest = hashlib.sha256(f"{most} {seed}".encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _held(module: str, digest: str) -> Outcome | None:
    file = RESULTS / f"{module}.json"
    if not file.is_file():
        return None
    held = Outcome(**json.loads(file.read_text(encoding="utf-8")))
    return held if held.digest == digest else None


def _rate(outcome: Outcome) -> str:
    share = outcome.killed / outcome.tried if outcome.tried else 1.0
    return f"{outcome.killed} of {outcome.tried} killed ({share:.0%})"


def _show(outcome: Outcome, seconds: float) -> None:
    tests = ", ".join(outcome.tests) or "its examples alone"
    print(f"{outcome.module}: {_rate(outcome)}; {tests}, {seconds:.0f} s a run", flush=True)
    for place in outcome.survived:
        print(f"  line {place['line']}, {place['operator']}\n{place['diff']}", flush=True)


def _say_total(outcomes: Sequence[Outcome]) -> None:
    killed, tried = (sum(getattr(o, name) for o in outcomes) for name in ("killed", "tried"))
    if tried:
        print(f"In all {killed} of {tried} killed ({killed / tried:.0%}).")


if __name__ == "__main__":
    sys.exit(main())
