"""The panel: events per second from the store, and file to dyad-month against plain pandas."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from detente.events.store import Store
from detente.relations.counting import panel
from detente.sources import ingest
from lab.benchmarks.generate import generate
from lab.benchmarks.record import Result, best_of, in_child, peak_mb, save

PARTIES = ["USA", "CHN", "PRK", "KOR", "JPN", "RUS"]
PANDAS_ROWS = 2_000_000


def main(rows: int) -> None:
    """Measure the panel on the generated set."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder, "store"), create=True)
        ingest("gdelt2", generate(rows), store)
        events = sum(origin.rows for origin in store.summary())
        seconds = best_of(3, lambda: panel(store, PARTIES))
    rate = events / seconds / 1e6
    save(
        Result(
            "panel-store", round(rate, 1), "million events/s", "5 million events/s",
            round(rate / 5, 2), "≥ 1", f"{events:,} events, six parties by month",
        )
    )  # fmt: skip
    files = [str(path) for path in generate(PANDAS_ROWS)]
    slow = in_child("lab.benchmarks.panel", "pandas", *files)
    fast = in_child("lab.benchmarks.panel", "detente", *files)
    save(
        Result(
            "panel-file-to-month", round(fast["seconds"], 2), "s",
            f"pandas read_csv + groupby, {slow['seconds']:.1f} s",
            round(slow["seconds"] / fast["seconds"], 2), "≥ 8",
            f"{PANDAS_ROWS:,} rows, all 61 columns read by pandas; peak {fast['peak']:.0f} MB "
            f"against {slow['peak']:.0f} MB; imports not counted",
        )
    )  # fmt: skip


def _pandas(paths: list[str]) -> None:
    frame = pd.concat(
        pd.read_csv(
            path, sep="\t", header=None, dtype={1: str, 26: str, 27: str, 28: str}, quoting=3
        )
        for path in paths
    )
    frame["month"] = pd.to_datetime(frame[1], format="%Y%m%d").dt.to_period("M")
    frame = frame[frame[7].isin(PARTIES) & frame[17].isin(PARTIES)]
    counts = frame.groupby([7, 17, "month", 29]).size().unstack(fill_value=0)
    assert len(counts)


def _detente(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder, "store"), create=True)
        ingest("gdelt2", paths, store)
        assert panel(store, PARTIES).table().num_rows


if __name__ == "__main__":
    begun = time.perf_counter()
    {"pandas": _pandas, "detente": _detente}[sys.argv[1]](sys.argv[2:])
    print(json.dumps({"seconds": time.perf_counter() - begun, "peak": peak_mb()}))
