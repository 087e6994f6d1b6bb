"""One JSON file per benchmark, and a table of all of them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = HERE / "results"
DATA = HERE / "data"


@dataclass(frozen=True)
class Result:
    """One measured number.

    Attributes:
        name: Name of the benchmark, also of its file.
        value: What was measured, in `unit`.
        unit: Unit of the value.
        against: What it is measured against.
        ratio: The value relative to that, or to the target; more is better.
        target: What the ratio should reach.
        note: What a reader must know to trust the number.
    """

    name: str
    value: float
    unit: str
    against: str
    ratio: float
    target: str
    note: str = ""


def save(result: Result) -> None:
    """Write one result with the command, commit and machine that made it."""
    RESULTS.mkdir(exist_ok=True)
    record = {
        **asdict(result),
        "ratio": round(result.ratio, 3),
        "command": f"python -m lab.benchmarks {result.name.split('-')[0]}",
        "commit": commit(),
        "machine": f"{os.cpu_count()} cores, Python {sys.version.split()[0]}",
    }
    path = RESULTS / f"{result.name}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{result.name}: {result.value:g} {result.unit}, ratio {result.ratio:.2f}")


def table() -> str:
    """All saved results as a Markdown page."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`; each row stands in `lab/benchmarks/results/`. Ratios are taken in",
        "the same run on the same machine; more is better. A ratio below its target is a target",
        "that is not met.",
        "",
        "| benchmark | value | against | ratio | target | note | machine, commit |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['value']:g} {row['unit']} | {row['against']} | {row['ratio']:.2f} "
        f"| {row['target']} | {row['note']} | {row['machine']}, {row['commit']} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def best_of(times: int, work: Callable[[], object]) -> float:
    """Least seconds of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def in_child(module: str, *arguments: str) -> dict[str, float]:
    """Run a module in a fresh process and read the JSON object that it prints last."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    numbers: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return numbers


def peak_mb() -> float:
    """Peak memory of this process in MB.

    From the kernel's high-water mark where there is one: `ru_maxrss` of a child begins at the
    memory of the process that started it.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="utf-8").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def commit() -> str:
    """The commit that is checked out, or `unknown`."""
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
