"""What counting costs by size and engine, for docs/scale.md: rows a second, bytes read, shuffle.

Generated GDELT 2 exports are counted from a store, and as raw files where they lie, by DuckDB and
by Spark. Processor time is told beside the time that passed, since other work may share the cores:
all of it, what Java takes to compile and to plan included, and what Spark's tasks took.
`python -m lab.benchmarks scale --rows 1000000` measures in this process's Spark (`local[2]`); a
master is named by DETENTE_ENGINE. Each line is a process of its own, whose JVM is warm before the
clock runs.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from detente.events.engine import DUCKDB
from detente.events.spark.address import is_address, is_local
from detente.events.store import Store
from detente.relations.counting import panel
from detente.sources import ingest
from detente.sources.lake import open_lake
from lab.benchmarks.generate import generate
from lab.benchmarks.record import DATA, RESULTS, commit, in_child, peak_mb

PARTIES = ["USA", "CHN", "PRK", "KOR", "JPN", "RUS"]
WAYS = ("store", "lake")


def main(rows: int) -> None:
    """Measure both engines both ways, and print a row of the table for each."""
    folder = generate(rows)[0].parent
    spark = os.environ.get("DETENTE_ENGINE", "local[2]")
    numbers = [
        in_child("lab.benchmarks.scale", engine, way, str(folder))
        for engine in (DUCKDB.name, spark)
        for way in WAYS
    ]
    place = RESULTS / "scale"
    place.mkdir(parents=True, exist_ok=True)
    whole = {"rows": rows, "commit": commit(), "cores": os.cpu_count(), "measured": numbers}
    name = f"{rows}-{spark.partition('://')[0].partition('[')[0]}.json"
    (place / name).write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    for number in numbers:
        print("|", " | ".join(str(value) for value in number.values()), "|")


def measure(engine: str, way: str, folder: Path) -> dict[str, Any]:
    """Count the exports of a folder once."""
    store = _store(folder) if way == "store" else None
    with tempfile.TemporaryDirectory() as log:
        _watch(Path(log))
        if is_address(engine):
            _warm(engine)
        begun, used = time.perf_counter(), _processor()
        events = _count(engine, store, folder)
        seconds, used = time.perf_counter() - begun, _processor() - used
        tasks = _of_tasks(Path(log), engine)
    rows = int(folder.name.rpartition("-")[2])
    return {
        "engine": engine,
        "way": way,
        "events": events,
        "seconds": round(seconds, 1),
        "rows a second": round(rows / seconds),
        "processor seconds": round(used + (0 if is_local(engine) else tasks["processor"] / 1e9), 1),
        "of them in tasks": round(tasks["processor"] / 1e9, 1),
        "MB of files": round(_size(store, folder) / 1e6),
        "MB shuffled": round(tasks["shuffled"] / 1e6, 1),
        "MB spilled": round(tasks["spilled"] / 1e6, 1),
        "peak MB of this process": round(peak_mb()),
    }


def _processor() -> float:
    """Processor seconds of this process and its children so far: Spark's Java is one of them."""
    here = psutil.Process()
    times = [member.cpu_times() for member in (here, *here.children(recursive=True))]
    return float(sum(member.user + member.system for member in times))


def _store(folder: Path) -> Store:
    """The exports ingested, unless they are already."""
    store = Store.open(DATA / f"store-{folder.name}", create=True)
    if not store.summary():
        ingest("gdelt2", [folder], store)
    return store


def _count(engine: str, store: Store | None, folder: Path) -> int:
    if store is not None:
        panel(store, PARTIES, engine=engine)
        return sum(origin.rows for origin in store.summary())
    with open_lake("gdelt2", str(folder), engine=engine) as lake:
        panel(lake.events, PARTIES, engine=engine)
        return lake.report.events_stored


def _size(store: Store | None, folder: Path) -> int:
    """Bytes of what is counted; what Spark says of bytes read leaves out most of Parquet's."""
    if store is not None:
        return sum(part.size for part in store.manifest().parts)
    return sum(path.stat().st_size for path in folder.iterdir())


def _watch(log: Path) -> None:
    """Have Spark write down what its tasks did."""
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": log.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
    }
    options = " ".join(f"--conf {name}={value}" for name, value in settings.items())
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{options} pyspark-shell"


def _warm(engine: str) -> None:
    from detente.events.spark.session import session  # noqa: PLC0415 - an extra

    session(engine).sql("SELECT 1").collect()


def _of_tasks(log: Path, engine: str) -> Counter[str]:
    """Sums over all tasks of Spark; nothing of DuckDB, which has none."""
    sums: Counter[str] = Counter()
    if not is_address(engine):
        return sums
    from detente.events.spark.session import close  # noqa: PLC0415 - an extra

    close()
    for file in log.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if event["Event"] == "SparkListenerTaskEnd" and "Task Metrics" in event:
                _add(sums, event["Task Metrics"])
    return sums


def _add(sums: Counter[str], task: dict[str, Any]) -> None:
    sums["processor"] += task["Executor CPU Time"]
    sums["shuffled"] += task["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    sums["spilled"] += task["Disk Bytes Spilled"]


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
