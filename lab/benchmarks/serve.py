"""Fifty readers at once of pages that are held: how long each waits, and what memory it takes.

All of it on loopback, on the machine's own cores: the readers take their share of them too.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import httpx2
import numpy as np

from detente.study.starter import write_starter
from lab.benchmarks.record import Result, save

USERS, SECONDS = 50, 20.0
TARGET_S = 0.5
READY_S = 600
PAGES = ("/", "/study/{0}", "/study/{0}/claim/{1}", "/api/study/{0}", "/api/study/{0}/claim/{1}")


@dataclass(frozen=True)
class Load:
    """What many readers at once met.

    Attributes:
        seconds: How long each answer took, shape (N,).
        wrong: Answers that were none.
        megabytes: Memory of the server at the end, without its workers.
        grown: By how much it grew meanwhile.
        processor: Seconds of the processor that the server took for all of it.
    """

    seconds: np.ndarray
    wrong: int
    megabytes: float
    grown: float
    processor: float

    def quantile(self, share: float) -> float:
        """Seconds within which a share of the answers came."""
        return float(np.quantile(self.seconds, share))


def main() -> None:
    """Measure pages of the Korea study that are held."""
    with served("korea") as (address, process):
        paths = [path.format("korea", "us-south-korea-cooperation") for path in PAGES]
        load = loaded(address, process, paths, USERS, SECONDS)
    save(
        Result(
            "serve", round(load.quantile(0.95), 3), "s", f"{TARGET_S} s",
            TARGET_S / load.quantile(0.95), "≥ 1",
            f"95% of {len(load.seconds):,} answers to {USERS} readers at once on loopback, "
            f"median {load.quantile(0.5):.3f} s, {load.wrong} errors; "
            f"{1000 * load.processor / len(load.seconds):.1f} ms of the processor each; "
            f"server {load.megabytes:.0f} MB, {load.grown:+.0f} MB meanwhile",
        )
    )  # fmt: skip


def small(folder: Path, users: int = USERS, seconds: float = 5.0) -> Load:
    """The same of a small study, for the tests.

    Args:
        folder: Where the study may be written.
        users: How many read at once.
        seconds: For how long.
    """
    study = write_starter("small", folder)
    with served(str(study)) as (address, process):
        claim = "fewer-incidents-after-talks"
        return loaded(address, process, [p.format("small", claim) for p in PAGES], users, seconds)


@contextlib.contextmanager
def served(*studies: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server of some studies at a free port, as long as the block runs."""
    given = [text for study in studies for text in ("--study", study)]
    command = [sys.executable, "-m", "detente", "serve", "--port", "0", *given]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stderr=said, stdout=said, text=True)
        try:
            yield _address(process, said), process
        finally:
            process.terminate()
            process.wait(30)


def _address(process: subprocess.Popen[str], said: object) -> str:
    """Where a server says that it serves."""
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        said.seek(0)  # type: ignore[attr-defined]
        if match := re.search(r"http://[^\s/]+", said.read()):  # type: ignore[attr-defined]
            return match[0]
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def loaded(
    address: str,
    process: subprocess.Popen[str],
    paths: Sequence[str],
    users: int,
    seconds: float,
) -> Load:
    """Wait until all pages are held, then read them by many readers at once.

    Args:
        address: The server.
        process: Its process.
        paths: What is read, each reader one after the other.
        users: How many read at once.
        seconds: For how long.
    """
    for path in paths:
        _wait_for(address + path)
    before, spent = _used(process.pid)
    taken, wrong = asyncio.run(_read_all(address, paths, users, seconds))
    after, spent_then = _used(process.pid)
    return Load(np.array(taken), wrong, after, after - before, spent_then - spent)


def _wait_for(address: str) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if httpx2.get(address, timeout=60).status_code == 200:
            return
        time.sleep(1)
    raise RuntimeError(f"{address} did not come")


async def _read_all(
    address: str, paths: Sequence[str], users: int, seconds: float
) -> tuple[list[float], int]:
    host, port = address.removeprefix("http://").split(":")
    end = time.monotonic() + seconds
    readers = [_reader(host, int(port), paths, n, end) for n in range(users)]
    of_each = await asyncio.gather(*readers)
    taken = [second for reader in of_each for second in reader if second >= 0]
    return taken, sum(second < 0 for reader in of_each for second in reader)


async def _reader(
    host: str, port: int, paths: Sequence[str], first: int, end: float
) -> list[float]:
    """Seconds of each answer to one reader on one connection; −1 for an error."""
    taken: list[float] = []
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 24)
    number = first
    while time.monotonic() < end:
        path, number = paths[number % len(paths)], number + 1
        began = time.perf_counter()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        good = head.startswith("http/1.1 200")
        taken.append(time.perf_counter() - began if good else -1.0)
    writer.close()
    return taken


def _used(process: int) -> tuple[float, float]:
    """Megabytes that a process holds, and seconds of the processor that it has taken."""
    psutil = import_module("psutil")  # has no types
    running = psutil.Process(process)
    times = running.cpu_times()
    return running.memory_info().rss / 1e6, times.user + times.system


if __name__ == "__main__":
    main()
