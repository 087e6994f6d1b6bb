"""A store limited to six parties against one of everything: time, bytes, the same panel."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import pandas

from detente.events.store import Store
from detente.relations.counting import panel
from detente.sources import ingest
from lab.benchmarks.generate import generate
from lab.benchmarks.record import Result, in_child, peak_mb, save

PARTIES = ("USA", "CHN", "RUS", "PRK", "KOR", "JPN")


def main(rows: int, shared: Path) -> None:
    """Measure on the generated set, and on the real ICEWS archives if they are at hand."""
    _measure("gdelt2", generate(rows))
    archives = sorted((shared / "events" / "icews-daily").glob("*.zip"))
    if archives:
        _measure("icews", archives)


def _measure(source: str, paths: list[Path]) -> None:
    names = [str(path) for path in paths]
    whole = in_child("lab.benchmarks.limited", source, "whole", *names)
    limited = in_child("lab.benchmarks.limited", source, "limited", *names)
    if whole["panel"] != limited["panel"]:
        raise AssertionError("the panels differ")
    note = (
        f"{limited['whole']:,.0f} of {limited['events']:,.0f} events whole, at "
        f"{limited['whole_bytes']:.1f} bytes each; peak {limited['peak']:.0f} MB; the panel of the "
        "parties by day is the same"
    )
    save(
        Result(
            f"limited-{source}",
            round(limited["seconds"], 1),
            "s of processor",
            f"a store of everything, {whole['seconds']:.1f} s",
            whole["seconds"] / limited["seconds"],
            "≥ 0.9",
            note,
        )
    )
    save(
        Result(
            f"limited-{source}-bytes",
            round(limited["outline_bytes"], 2),
            "bytes an event in outline",
            f"{whole['whole_bytes']:.1f} bytes in a store of everything",
            whole["whole_bytes"] / limited["outline_bytes"],
            "≥ 2",
            "by Parquet parts",
        )
    )


def _child(source: str, what: str, paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder, "store"), create=True)
        start = time.process_time()
        for path in paths:
            ingest(source, [path], store, parties=PARTIES if what == "limited" else None)
        seconds = time.process_time() - start
        parts = store.manifest().parts
        rows = {outline: sum(p.rows for p in parts if p.is_outline is outline)
                for outline in (True, False)}  # fmt: skip
        size = {outline: sum(p.size for p in parts if p.is_outline is outline)
                for outline in (True, False)}  # fmt: skip
        table = panel(store, PARTIES, "day").table().to_pandas()
        numbers = {
            "seconds": seconds,
            "peak": peak_mb(),
            "events": sum(rows.values()),
            "whole": rows[False],
            "whole_bytes": size[False] / rows[False],
            "outline_bytes": size[True] / max(1, rows[True]),
            "panel": int(pandas.util.hash_pandas_object(table).sum() % 2**53),
        }
    print(json.dumps(numbers))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], sys.argv[3:])
