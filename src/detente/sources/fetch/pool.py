"""Loading several files at a time, never more than a few ahead of whoever reads them."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detente.sources.fetch.client import Client
from detente.sources.fetch.download import Loaded, OnBytes, download, lying
from detente.sources.fetch.tries import RefusedError, stopped
from detente.sources.fetch.wanted import Feed, Wanted

AHEAD = 4
"""Files that may wait to be read, besides those that are being loaded."""

MOMENT = 0.1
GRACE = 1.0
"""Seconds that files which are being loaded have to end after a stop, and their threads after."""


@dataclass(frozen=True)
class Outcome:
    """What came of one file's loading.

    Attributes:
        wanted: The file.
        loaded: The file that was loaded; None if it was not.
        error: Why not.
        seconds: How long it took.
        further: Files that it leads to.
        readable: The file that is read: the loaded one, or what was made of it.
    """

    wanted: Wanted
    loaded: Loaded | None = None
    error: Exception | None = None
    seconds: float = 0.0
    further: tuple[Wanted, ...] = ()
    readable: Path | None = None


@dataclass
class Pool:
    """Workers that load files into a folder.

    Attributes:
        client: Asks the hosts.
        feed: Where the files come from.
        folder: Where they go.
        on_bytes: Told of every block that comes.
        workers: Files that are loaded at a time.
        etags: Editions that were read before, by key.
        kept: A folder in which a file may lie already.
        ordered: Whether files are handed on in the order in which they were asked for.
    """

    client: Client
    feed: Feed
    folder: Path
    on_bytes: OnBytes
    workers: int
    etags: Mapping[str, str]
    kept: Path | None = None
    ordered: bool = False
    _files: list[Wanted] = field(default_factory=list)
    _tasks: queue.Queue[int | None] = field(default_factory=queue.Queue)
    _done: queue.Queue[tuple[int, Outcome]] = field(default_factory=queue.Queue)
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AHEAD))

    def outcomes(self, files: Sequence[Wanted]) -> Generator[list[Outcome]]:
        """What came of each file, and of the files that these lead to, a few at a time.

        Those that are ready together come together, and none after a moment in which none came.
        Once the client's `stop` is set, files that were not begun come back as stopped.
        """
        open_numbers = {self._ask(file) for file in files}
        waiting: dict[int, Outcome] = {}
        with self._working():
            while open_numbers:
                self._collect(waiting)
                if self.client.stop.is_set():
                    self._give_up(open_numbers, waiting)
                ready = self._ready(open_numbers, waiting)
                outcomes = [waiting.pop(number) for number in ready]
                open_numbers -= set(ready)
                open_numbers |= {self._ask(file) for had in outcomes for file in had.further}
                yield outcomes
                self._leave_room(len(outcomes))

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """Workers that end with the block; if it ends by an error, they begin nothing more."""
        # Threads that wait for a silent host must not keep the process from ending.
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.workers)]
        self._leave_room(self.workers)
        for thread in threads:
            thread.start()
        try:
            yield
        except BaseException:
            self.client.stop.set()
            raise
        finally:
            for _ in threads:
                self._tasks.put(None)
            deadline = time.monotonic() + GRACE
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _leave_room(self, count: int) -> None:
        for _ in range(count):
            self._room.release()

    def _ask(self, file: Wanted) -> int:
        self._files.append(file)
        number = len(self._files) - 1
        self._tasks.put(number)
        return number

    def _collect(self, waiting: dict[int, Outcome]) -> None:
        """Take all outcomes that have come, after waiting a moment for the first."""
        with contextlib.suppress(queue.Empty):
            number, outcome = self._done.get(timeout=MOMENT)
            waiting[number] = outcome
            while True:
                number, outcome = self._done.get_nowait()
                waiting[number] = outcome

    def _give_up(self, open_numbers: set[int], waiting: dict[int, Outcome]) -> None:
        """After a stop: let those that are being loaded end for a moment, then go without them."""
        deadline = time.monotonic() + GRACE
        while open_numbers - waiting.keys() and time.monotonic() < deadline:
            self._collect(waiting)
        for number in open_numbers - waiting.keys():
            waiting[number] = Outcome(self._files[number], error=stopped())

    def _ready(self, open_numbers: set[int], waiting: dict[int, Outcome]) -> list[int]:
        """The outcomes that can be handed on: in order where order matters."""
        numbers = sorted(open_numbers)
        if not self.ordered:
            return [number for number in numbers if number in waiting]
        return list(itertools.takewhile(waiting.__contains__, numbers))

    def _work(self) -> None:
        while (number := self._tasks.get()) is not None:
            while not self._room.acquire(timeout=MOMENT) and not self.client.stop.is_set():
                pass
            self._done.put((number, self._load(self._files[number])))

    def _load(self, wanted: Wanted) -> Outcome:
        started = time.monotonic()
        try:
            loaded = (self.kept and lying(wanted, self.kept)) or download(
                self.client,
                wanted,
                self.folder,
                self.on_bytes,
                self.etags.get(wanted.key, ""),
                self.feed.check,
            )
            seconds = time.monotonic() - started
            convert, follow = self.feed.convert, self.feed.follow
            readable = convert(wanted, loaded.path) if convert else loaded.path
            further = tuple(follow(self.client, wanted, loaded.path)) if follow else ()
        except Exception as error:  # whoever takes the outcome decides
            if isinstance(error, RefusedError):
                self.client.stop.set()  # nothing more is asked of a host that refuses us
            return Outcome(wanted, error=error)
        return Outcome(wanted, loaded, None, seconds, further, readable)
