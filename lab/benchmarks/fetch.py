"""A fetch of a month of GDELT over a line of 50 Mbit/s: how much of it is used, and memory.

The mirror of the tests serves generated daily files of the usual size (108,000 rows, 67 bytes a row
zipped) at the pace of the line; a fresh process fetches them into a store filtered to two parties.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.mirror import GDELT_HOST, Mirror, add_gdelt, serving

from detente.sources.fetch import Span
from detente.sources.fetch.client import open_client
from detente.sources.fetch.gdelt import GDELT
from detente.sources.fetch.plan import Order, plan
from detente.sources.fetch.run import fetch
from detente.sources.gdelt1 import GDELT1
from detente.sources.gdelt2 import GDELT2
from lab.benchmarks.generate import generate
from lab.benchmarks.record import DATA, Result, in_child, peak_mb, save

MBIT = 50.0
FILES, ROWS = 30, 108_000
FIRST = dt.date(2016, 3, 1)
TODAY = dt.date(2016, 6, 1)


def main() -> None:
    """Measure and record."""
    busy = os.getloadavg()[0]
    mirror = Mirror(rate=MBIT * 1e6 / 8)
    add_gdelt(mirror, {path.name: path.read_bytes() for path in _files()})
    with serving(mirror):
        os.environ["DETENTE_FETCH_HOSTS"] = mirror.host(GDELT_HOST)
        ours = in_child("lab.benchmarks.fetch")
    used = ours["bytes"] * 8 / 1e6 / ours["seconds"] / MBIT
    note = (
        f"{FILES} daily files of {ROWS:,} rows, {ours['bytes'] / 1e6:.0f} MB; "
        f"{ours['seconds']:.1f} s from the first request to the last commit, {ours['cpu']:.1f} s "
        "of processor time; "
        f"{ours['kept']:,.0f} rows kept whole, {ours['outlined']:,.0f} in outline, store "
        f"{ours['store'] / 1e6:.1f} MB; the mirror runs on the same cores, "
        f"on which {busy:.1f} other processes were running"
    )
    save(Result("fetch-line", round(100 * used, 1), "% of the line", f"{MBIT:g} Mbit/s", used,
                "≥ 0.9", note))  # fmt: skip
    peak = ours["peak"]
    save(Result("fetch-memory", round(peak), "MB", "1,000 MB", 1000 / peak, "≥ 1", "peak RSS"))


def _files() -> list[Path]:
    """Daily files of GDELT 1.0, made of generated rows of GDELT 2.0."""
    folder = DATA / "fetch"
    paths = [folder / f"{FIRST + dt.timedelta(n):%Y%m%d}.export.CSV.zip" for n in range(FILES)]
    if all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows(generate(4_000_000))
    for path in paths:
        name = path.name.removesuffix(".zip")
        text = io.StringIO()
        for fields in islice(rows, ROWS):
            fields["SQLDATE"] = fields["DATEADDED"] = name[:8]
            # Addresses differ as real ones do, so that a row takes as many bytes when zipped.
            digest = hashlib.sha256(fields["GLOBALEVENTID"].encode()).hexdigest()
            fields["SOURCEURL"] += f"-{digest[:44]}"
            text.write("\t".join(fields[column] for column in GDELT1.columns) + "\n")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, text.getvalue())
    return paths


def _rows(files: list[Path]) -> Iterator[dict[str, str]]:
    names = list(GDELT2.columns)
    for path in files:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield dict(zip(names, line.rstrip("\n").split("\t"), strict=True))


def _child() -> None:
    with tempfile.TemporaryDirectory() as folder, open_client(GDELT.fallbacks) as client:
        store = Path(folder, "store")
        span = Span(FIRST, FIRST + dt.timedelta(FILES - 1), TODAY)
        order = Order(GDELT, span, store, ("CHN", "USA"))
        start, cpu = time.perf_counter(), time.process_time()
        report = fetch(client, plan(client, order))
        numbers = {
            "seconds": time.perf_counter() - start,
            "cpu": time.process_time() - cpu,
            "bytes": report.bytes_loaded,
            "kept": report.rows_kept,
            "outlined": report.rows_outlined,
            "store": sum(path.stat().st_size for path in store.rglob("*.parquet")),
            "peak": peak_mb(),
        }
        if report.counts["loaded"] != FILES:
            sys.exit(str(report))
    print(json.dumps(numbers))


if __name__ == "__main__":
    _child()
