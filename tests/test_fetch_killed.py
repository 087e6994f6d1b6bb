"""`kill -9` at any moment of a fetch: the next goes on, nothing is lost, nothing comes twice."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from detente.events.store import Store
from detente.sources.fetch import Span
from detente.sources.fetch.client import open_client
from detente.sources.fetch.gdelt import GDELT
from detente.sources.fetch.ledger import read_files
from detente.sources.fetch.plan import Order, plan
from detente.sources.fetch.run import fetch
from mirror import GDELT_HOST, Mirror, add_gdelt, gdelt_rows, serving, zipped

FILES, ROWS, KILLS = 12, 300, 20
FIRST = dt.date(2015, 3, 1)

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="starts processes by fork"
)


@pytest.fixture(scope="module")
def mirror() -> Iterator[Mirror]:
    rng = np.random.default_rng(7)
    archives = {}
    for number in range(FILES):
        stamp = f"{FIRST + dt.timedelta(number):%Y%m%d}"
        text = gdelt_rows(stamp, number * 1000, [("USA", "CHN")] * ROWS)
        rows = [f"{row}/{rng.bytes(60).hex()}" for row in text.splitlines()]
        archives[f"{stamp}.export.CSV.zip"] = zipped(f"{stamp}.export.CSV", "\n".join(rows) + "\n")
    mirror = Mirror(rate=600_000.0)
    add_gdelt(mirror, archives)
    with serving(mirror) as served:
        yield served


def run(hosts: str, store: str) -> None:
    os.environ["DETENTE_FETCH_HOSTS"] = hosts
    span = Span(FIRST, FIRST + dt.timedelta(FILES - 1), FIRST + dt.timedelta(90))
    with open_client(GDELT.fallbacks) as client:
        fetch(client, plan(client, Order(GDELT, span, Path(store))))


def test_nothing_is_lost_and_nothing_comes_twice(mirror: Mirror, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "detente.sources.fetch.run", "detente.sources"])
    rng = np.random.default_rng(20)
    store = tmp_path / "store"
    killed = 0
    for _ in range(KILLS):
        process = context.Process(target=run, args=(mirror.host(GDELT_HOST), str(store)))
        enough = mirror.sent + int(rng.integers(0, 40_000))
        process.start()
        while mirror.sent < enough and process.is_alive():
            time.sleep(0.002)
        process.join(float(rng.choice([0.0, rng.uniform(0.0, 0.3)])))
        killed += process.is_alive()
        process.kill()
        process.join()
        process.close()
        if Store.is_at(store):
            assert Store.check(store) == ()
    assert killed >= KILLS * 3 // 4
    run(mirror.host(GDELT_HOST), str(store))
    ids = [row["event_id"] for row in Store.open(store).events().to_pylist()]
    assert len(ids) == len(set(ids)) == FILES * ROWS
    entries = read_files(store, "gdelt").values()
    assert len(entries) == FILES
    assert sum(entry.rows_kept or 0 for entry in entries) <= FILES * ROWS
    assert any(request.status == 206 for request in mirror.asked)
    assert sorted(path.name for path in (store / "fetch").iterdir()) == [
        "files.jsonl", "lock",
    ]  # fmt: skip
