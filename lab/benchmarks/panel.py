"""The panel: events per second from the store, and from files to dyad-months beside others."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pandas as pd

from detente.events.store import Store
from detente.relations.counting import panel
from detente.sources import ingest
from lab.benchmarks.generate import generate
from lab.benchmarks.record import Result, best_of, in_child, peak_mb, save

PARTIES = ["USA", "CHN", "PRK", "KOR", "JPN", "RUS"]
FILE_ROWS = 2_000_000


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
    from_files([str(path) for path in generate(FILE_ROWS)])


def from_files(files: list[str]) -> None:
    """From raw files to dyad-months, beside what others take for the same, each in turn."""
    taken = {way: _best(way, files) for way in WAYS if way != "polars" or find_spec("polars")}
    ours, bare = taken["detente"], taken["duckdb"]
    others = ", ".join(
        f"{way} {held['seconds']:.1f} s and {held['peak']:.0f} MB" for way, held in taken.items()
    )
    save(
        Result(
            "panel-file-to-month", round(ours["seconds"], 2), "s",
            f"DuckDB's own scan and group, {bare['seconds']:.1f} s",
            round(bare["seconds"] / ours["seconds"], 2), "≥ 0.9",
            f"{FILE_ROWS:,} rows of 61 columns, {others}; ours goes through a store; pandas and "
            "Polars read all columns; best of three fresh processes each, in turn; imports not "
            "counted",
        )
    )  # fmt: skip


def _best(way: str, files: list[str]) -> dict[str, float]:
    runs = [in_child("lab.benchmarks.panel", way, *files) for _ in range(3)]
    return min(runs, key=lambda held: held["seconds"])


def _duckdb(paths: list[str]) -> None:
    columns = {f"c{place}": "VARCHAR" for place in range(61)}
    scan = (
        "read_csv($paths, delim='\t', header=false, quote='', auto_detect=false, columns=$columns)"
    )
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        rows = con.execute(
            "SELECT c7, c17, c1[:6], c29, count(*), avg(c30::FLOAT)"  # noqa: S608
            f" FROM {scan} WHERE list_contains($parties, c7) AND list_contains($parties, c17)"
            " GROUP BY ALL",
            {"paths": paths, "columns": columns, "parties": PARTIES},
        ).fetchall()
    assert rows


def _polars(paths: list[str]) -> None:
    import polars as pl  # noqa: PLC0415 - whoever measures installs it

    frame = pl.scan_csv(
        paths, separator="\t", has_header=False, quote_char=None, infer_schema=False
    ).filter(pl.col("column_8").is_in(PARTIES) & pl.col("column_18").is_in(PARTIES))
    month = pl.col("column_2").str.slice(0, 6)
    keys = ["column_8", "column_18", month, "column_30"]
    assert frame.group_by(keys).len().collect().height


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


WAYS = {"detente": _detente, "duckdb": _duckdb, "polars": _polars, "pandas": _pandas}


if __name__ == "__main__":
    begun = time.perf_counter()
    WAYS[sys.argv[1]](sys.argv[2:])
    print(json.dumps({"seconds": time.perf_counter() - begun, "peak": peak_mb()}))
