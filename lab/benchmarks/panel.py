"""The panel: events per second from the store, and from files to dyad-months beside others."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.compute as pc

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
    runs = [{way: in_child("lab.benchmarks.panel", way, *files) for way in WAYS} for _ in range(5)]
    taken = {way: sorted((run[way] for run in runs), key=_processor)[2] for way in WAYS}
    assert len({held["events"] for held in taken.values()}) == 1
    ours, bare = taken["detente"], taken["duckdb"]
    others = ", ".join(
        f"{way} {held['processor']:.1f} s, {held['seconds']:.1f} on the clock and"
        f" {held['peak']:.0f} MB"
        for way, held in taken.items()
    )
    save(
        Result(
            "panel-file-to-month", round(ours["processor"], 2), "s of processor",
            f"DuckDB's own scan and group, {bare['processor']:.1f} s",
            round(bare["processor"] / ours["processor"], 2), "≥ 0.9",
            f"{FILE_ROWS:,} rows of 61 columns, six parties, the same {ours['events']:,.0f} events"
            f" counted each way: {others}. Ours also counts the world by day, finds what is told"
            " twice and says why rows are turned away; the others filter and group, and pandas"
            " reads all columns. Median of five fresh processes each, in turn; imports not"
            " counted (of ours also pandas, which Arrow looks for where it is installed)",
        )
    )  # fmt: skip


def _processor(held: dict[str, float]) -> float:
    return held["processor"]


def _duckdb(paths: list[str]) -> int:
    """Filter and group, with what is no row or no number counted out, as ours counts it out."""
    columns = {f"c{place}": "VARCHAR" for place in range(61)}
    scan = (
        "read_csv($paths, delim='\t', header=false, quote='', escape='', auto_detect=false,"
        " columns=$columns, store_rejects=true, rejects_limit=0)"
    )
    with duckdb.connect() as con:
        rows = con.execute(
            "SELECT c7, c17, date_trunc('month', try_strptime(c1, '%Y%m%d')) AS month, c29,"  # noqa: S608
            f" count(*), avg(try_cast(c30 AS FLOAT)) FROM {scan}"
            " WHERE list_contains($parties, c7) AND list_contains($parties, c17) AND c7 <> c17"
            " GROUP BY ALL HAVING month IS NOT NULL",
            {"paths": paths, "columns": columns, "parties": PARTIES},
        ).fetchall()
    return sum(row[4] for row in rows)


def _polars(paths: list[str]) -> int:
    pl = import_module("polars")
    schema = {f"c{place}": pl.String for place in range(61)}
    frame = pl.scan_csv(
        paths, separator="\t", has_header=False, quote_char=None, schema=schema
    ).filter(
        pl.col("c7").is_in(PARTIES), pl.col("c17").is_in(PARTIES), pl.col("c7") != pl.col("c17")
    )
    month = pl.col("c1").str.to_date("%Y%m%d", strict=False).dt.truncate("1mo")
    score = pl.col("c30").cast(pl.Float32, strict=False).mean()
    grouped = frame.group_by(["c7", "c17", month, "c29"]).agg(pl.len(), score)
    return int(grouped.collect()["len"].sum())


def _pandas(paths: list[str]) -> int:
    frame = pd.concat(
        pd.read_csv(
            path, sep="\t", header=None, dtype={1: str, 26: str, 27: str, 28: str}, quoting=3
        )
        for path in paths
    )
    frame["month"] = pd.to_datetime(frame[1], format="%Y%m%d").dt.to_period("M")
    frame = frame[frame[7].isin(PARTIES) & frame[17].isin(PARTIES) & (frame[7] != frame[17])]
    return int(frame.groupby([7, 17, "month", 29]).size().sum())


def _detente(paths: list[str]) -> int:
    table = panel([Path(path) for path in paths], PARTIES).table()
    return int(pc.sum(table["total"]).as_py())


WAYS = {"detente": _detente, "duckdb": _duckdb, "polars": _polars, "pandas": _pandas}
IMPORTED = {"detente": ("detente.sources.direct", "pandas"), "polars": ("polars",)}
"""What a way loads when it is first used; that is not counted."""


if __name__ == "__main__":
    chosen = sys.argv[1]
    for name in IMPORTED.get(chosen, ("duckdb",)):
        import_module(name)
    begun, used = time.perf_counter(), time.process_time()
    counted = WAYS[chosen](sys.argv[2:])
    numbers = {"processor": time.process_time() - used, "seconds": time.perf_counter() - begun}
    print(json.dumps(numbers | {"events": counted, "peak": peak_mb()}))
