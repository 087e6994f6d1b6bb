"""`kill -9` at any moment of an ingest leaves a store that opens and is right."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from detente.events.store import Store
from detente.sources import ingest
from detente.sources.icews import ICEWS

FILES, ROWS = 40, 60

# Two files a batch, so that a run has many commits and a kill falls between, before and in them.
_RUN = """
import sys
from detente.events.store import Store
from detente.sources import ingest
from detente.sources.reading import ahead as _ahead
_ahead.BATCH_FILES = 2
print("ready", flush=True)
ingest("icews", [sys.argv[2]], Store.open(sys.argv[1], create=True),
       progress=lambda step: print(step.files_done, flush=True))
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crash") / "many.zip"
    fields = dict(zip(ICEWS.columns, ICEWS.example.split("\t"), strict=True))
    header = "\t".join(ICEWS.columns)
    with zipfile.ZipFile(path, "w") as out:
        for day in range(FILES):
            lines = [header]
            for row in range(ROWS):
                date = f"2018-{1 + day % 12:02d}-{1 + row % 28:02d}"
                number = str(10_000_000 + day * 1000 + row)
                lines.append(
                    "\t".join((fields | {"Event ID": number, "Event Date": date}).values())
                )
            out.writestr(f"part-{day:02d}.tab", "\n".join(lines))
    return path


def run(store: Path, archive: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, store, archive], stdout=subprocess.PIPE, text=True
    )


def check(path: Path) -> int:
    """The store opens, and each file is either wholly there or not at all."""
    store = Store.open(path)
    ids = [row["event_id"] for row in store.events().to_pylist()]
    assert len(ids) == len(set(ids))
    stored_files = store.files()
    assert len(ids) == ROWS * len(stored_files) == sum(file.rows_kept for file in stored_files)
    return len(ids)


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_ingest_leaves_a_right_store(tmp_path: Path, archive: Path, seed: int) -> None:
    rng, path = random.Random(seed), tmp_path / "store"  # noqa: S311
    Store.open(path, create=True)
    before = 0
    for _ in range(2):
        process = run(path, archive)
        assert process.stdout is not None
        with process.stdout as out:
            for _ in range(rng.randint(1, 8)):
                out.readline()
            time.sleep(rng.random() * 0.05)
            process.kill()
            assert process.wait() == -signal.SIGKILL  # it had not ended by itself
        after = check(path)
        assert after >= before
        before = after
    report = ingest("icews", [archive], Store.open(path))
    assert check(path) == FILES * ROWS
    assert report.events_stored == FILES * ROWS - before
    assert report.already_stored == 0
    assert not list((path / "scratch").glob("*"))
    parts = {part.path for part in Store.open(path).manifest().parts}
    on_disk = {file.relative_to(path).as_posix() for file in path.rglob("*.parquet")}
    assert on_disk == parts


def test_a_second_writer_is_refused_and_harms_nothing(tmp_path: Path, archive: Path) -> None:
    from detente.errors import StoreError

    store = Store.open(tmp_path / "store", create=True)
    with store.writer(), pytest.raises(StoreError, match="Another ingest is running"):
        ingest("icews", [archive], store)
    assert ingest("icews", [archive], store).events_stored == FILES * ROWS
