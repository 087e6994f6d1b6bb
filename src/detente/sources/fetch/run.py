"""A fetch: files are loaded, read into the store with a filter, noted, and removed.

Loading and reading go on side by side. What is on the disk at any moment is a few files, what is in
the store is noted in the ledger a moment later, and a kill anywhere loses nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detente.errors import DetenteError, FetchError, StoreError
from detente.events.disk import disk_errors
from detente.events.store import Store
from detente.sources.fetch.client import Client
from detente.sources.fetch.download import UnchangedError, discard
from detente.sources.fetch.gaps import Gap, gap_of_day, gap_of_file
from detente.sources.fetch.ledger import (
    Entry,
    add_file,
    add_gap,
    folder_of,
    forget,
    inside,
    read_files,
)
from detente.sources.fetch.plan import Order, Plan, unique
from detente.sources.fetch.pool import Outcome, Pool
from detente.sources.fetch.reader import (
    Read,
    check_filter,
    read_file,
    reader_of,
    remove_events,
    tidy,
)
from detente.sources.fetch.report import Fate, FetchReport, in_order
from detente.sources.fetch.tries import MissingError, RefusedError, StoppedError
from detente.sources.fetch.wanted import Wanted

LOCK = "lock"
LOCK_SECONDS = 1.0
MANY = 100
"""Files after which the store's small parts are merged."""

IN_A_ROW = 8
"""Files that fail one after the other until the network is taken to be down."""


@dataclass(frozen=True)
class FetchStep:
    """How far a fetch has come."""

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    rows_read: int
    rows_kept: int


OnStep = Callable[[FetchStep], None]


def fetch(client: Client, plan: Plan, on_step: OnStep = lambda step: None) -> FetchReport:
    """Load and read what a plan says, and say what became of every file.

    It ends early, keeping what it has, where the client's `stop` is set, a host refuses us, or
    nothing can be loaded any more; the report says so. Files that failed are asked for once more by
    a fresh list, which may have changed since.

    Raises:
        StoreError: Another fetch or ingest is running, or the disk refused; what was stored stays.
        UsageError: The store holds events of other parties; the error says how to widen it.
    """
    started = time.monotonic()
    order = plan.order
    check_filter(order, plan.todo)
    with _locked(order.store), _filled(order) as store:
        run = _Run(client, plan, store, on_step)
        run.load(plan.todo)
        run.look_again()
        run.take_back()
        datasets = run.publish()
        run.note_gaps()
        run.clear()
    return run.report(datasets, time.monotonic() - started)


@contextlib.contextmanager
def _filled(order: Order) -> Iterator[Store | None]:
    """The store that is filled; none for datasets."""
    if order.feed.publish is not None:
        yield None
        return
    with Store.filling(order.store) as store:
        yield store


@contextlib.contextmanager
def _locked(store: Path) -> Iterator[None]:
    """Hold the lock by which two fetches are told apart; nothing is left where nothing was done."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 - planning needs no lock

    failed = f"The fetch into {store} could not be begun."
    folder = folder_of(store)
    lock = FileLock(folder / LOCK)
    with disk_errors(store, failed):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=LOCK_SECONDS)
        except Timeout:
            raise StoreError(
                failed, "Another fetch into it is running.", "Wait until it has ended."
            ) from None
    try:
        yield
    finally:
        if [path.name for path in folder.iterdir()] == [LOCK]:
            with contextlib.suppress(OSError):
                (folder / LOCK).unlink()
                folder.rmdir()
                store.rmdir()
        lock.release()


@dataclass
class _Run:
    """One run of `fetch`."""

    client: Client
    plan: Plan
    store: Store | None
    on_step: OnStep
    fates: dict[str, Fate] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    loaded: list[Path] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    bytes_loaded: int = 0
    failed_in_a_row: int = 0
    stopped: DetenteError | None = None
    removed: int = 0

    def __post_init__(self) -> None:
        self.wanted = list(self.plan.wanted)
        for file in self.plan.wanted:
            if entry := self.plan.had.get(file.key):
                self._tell(Fate(file, "had", f"read on {entry.time[:10]}"))
            elif gap := self.plan.known.get(file.key):
                self._tell(Fate(file, "missing", _known(gap)))

    @property
    def folder(self) -> Path:
        """Where files lie while they are loaded and read."""
        return folder_of(self.plan.order.store) / "files"

    def load(self, files: Sequence[Wanted]) -> None:
        """Load and read files until all are done or nothing more can be."""
        order = self.plan.order
        self.folder.mkdir(exist_ok=True)
        etags = {key: entry.etag for key, entry in self.plan.had.items()}
        pool = Pool(
            self.client, order.feed, self.folder, self._came, order.workers, etags, order.keep,
            ordered=any(file.replaces for file in files),
        )  # fmt: skip
        self._step()
        with contextlib.closing(pool.outcomes(files)) as ready:
            for outcomes in ready:
                self._take(outcomes)
                self._step()
        if self.store is not None and len(files) > MANY:
            tidy(self.store)

    def look_again(self) -> None:
        """Ask for the list once more if files were not what it said: it may be newer now."""
        failed = [fate.wanted for fate in self.fates.values() if fate.status == "failed"]
        if not failed or self.client.stop.is_set() or self.stopped:
            return
        order = self.plan.order
        try:
            fresh = {
                file.key: file for file in unique(order.feed.manifest(self.client, order.span))
            }
        except FetchError:
            return
        changed = [
            fresh[file.key] for file in failed if file.key in fresh and fresh[file.key] != file
        ]
        if changed:
            self.load(changed)

    def take_back(self) -> None:
        """Remove the events that the publisher took back since the last fetch."""
        order, had = self.plan.order, self.plan.had.values()
        if order.feed.removed is None or self.store is None or not had or self.client.stop.is_set():
            return
        since = min(dt.datetime.fromisoformat(entry.time) for entry in had)
        try:
            numbers = order.feed.removed(self.client, since)
        except FetchError as error:
            self._stop(error)
            return
        origins = {reader_of(order.feed, file).origin for file in self.wanted if file.source}
        self.removed = sum(
            remove_events(order, self.store, origin, numbers) for origin in origins if numbers
        )

    def publish(self) -> tuple[str, ...]:
        """Make datasets of the loaded files, for feeds that make them."""
        make = self.plan.order.feed.publish
        if make is None or not self.loaded:
            return ()
        order = self.plan.order
        try:
            tables = make(order.span, self.loaded, order.store)
            for entry in self.entries:
                add_file(order.store, entry)
            return tuple(str(path) for path in tables)
        finally:
            for path in self.loaded:
                path.unlink(missing_ok=True)

    def note_gaps(self) -> None:
        """Note the gaps that are new, so that they are known the next time."""
        order, seen = self.plan.order, self.plan.order.span.today
        if self.client.stop.is_set() or self.stopped:
            return
        for fate in self.fates.values():
            if fate.new:
                first = fate.wanted.first or seen
                gap = Gap(first, fate.wanted.last or first, fate.wanted.key, seen, "not there")
                add_gap(order.store, order.feed.name, gap)
        for day in self.plan.new_days:
            gap = Gap(day, day, "", seen, "no file for this day")
            add_gap(order.store, order.feed.name, gap)

    def report(self, datasets: tuple[str, ...], seconds: float) -> FetchReport:
        """What became of all."""
        order, stopped = self.plan.order, self.stopped
        for file in self.wanted:
            if file.key not in self.fates:
                self._tell(Fate(file, "left", "the fetch ended before"))
        return FetchReport(
            feed=order.feed.name,
            fates=in_order(list(self.fates.values()), self.wanted),
            known_days=tuple((day, _known(gap)) for day, gap in self.plan.gap_days),
            new_days=self.plan.new_days,
            bytes_loaded=max(self.bytes_loaded, 0),
            seconds=seconds,
            licence=order.feed.licence,
            citation=order.feed.citation,
            datasets=datasets,
            removed=self.removed,
            stopped=" ".join((stopped.failed, stopped.found)).strip() if stopped else "",
            next_step=stopped.next_step if stopped else "",
            interrupted=self.client.stop.is_set() and stopped is None,
        )

    def _tell(self, fate: Fate) -> None:
        self.fates[fate.wanted.key] = fate

    def _came(self, count: int) -> None:
        self.bytes_loaded += count  # a lost update of two threads costs a block on the bar

    def _step(self) -> None:
        fates = self.fates.values()
        self.on_step(
            FetchStep(
                files_done=len(self.fates),
                files_total=len(self.wanted),
                bytes_done=max(self.bytes_loaded, 0),
                bytes_total=self.plan.size,
                rows_read=sum(fate.rows_read for fate in fates),
                rows_kept=sum(fate.rows_kept for fate in fates),
            )
        )

    def _take(self, outcomes: Sequence[Outcome]) -> None:
        """Read what was loaded, and tell what was not."""
        for outcome in outcomes:
            self.wanted += outcome.further
            if outcome.error is not None:
                self._tell_error(outcome.wanted, outcome.error)
            elif self.store is None or not outcome.wanted.source:
                self._note(outcome, Read())
            else:
                # One by one, so that the ledger says of each file what it added.
                self._forget_replaced(outcome.wanted)
                self._note(outcome, read_file(self.plan.order, self.store, outcome))
                self._step()

    def _forget_replaced(self, wanted: Wanted) -> None:
        """Note, before a file replaces days, that what others brought to them is to be read."""
        order = self.plan.order
        if wanted.replaces != "days":
            return
        with disk_errors(order.store, "The ledger of the fetch could not be written."):
            before = read_files(order.store, order.feed.name)
            forget(order.store, order.feed.name, inside(before, wanted))

    def _note(self, outcome: Outcome, read: Read) -> None:
        """Note a file whose events are stored, and remove it."""
        order, wanted, loaded = self.plan.order, outcome.wanted, outcome.loaded
        if loaded is None:
            return
        self.failed_in_a_row = 0
        if read.failed:
            self._tell(Fate(wanted, "failed", read.failed))
            self._remove(outcome)
            return
        entry = Entry(
            feed=order.feed.name,
            key=wanted.key,
            url=wanted.url,
            name=(outcome.readable or loaded.path).name,
            etag=loaded.etag,
            size=loaded.size,
            md5=loaded.md5,
            time=self.client.now().isoformat(timespec="seconds"),
            rows_read=read.rows_read,
            rows_kept=read.rows_kept,
            rows_outlined=read.rows_outlined,
            first=None if wanted.first is None else wanted.first.isoformat(),
            last=None if wanted.last is None else wanted.last.isoformat(),
            parties=order.parties,
            either=order.either,
            seconds=round(outcome.seconds / order.workers, 3),
            listed=wanted.md5,
            further=tuple(file.key for file in outcome.further),
        )
        if order.feed.publish is not None:
            self.entries.append(entry)  # noted once the datasets are made of all files together
        else:
            with disk_errors(order.store, "The ledger of the fetch could not be written."):
                add_file(order.store, entry)
        rows = (read.rows_read or 0, read.rows_kept or 0, read.rows_outlined or 0)
        self._tell(Fate(wanted, "loaded", "", False, *rows, read.rows_rejected))
        self._remove(outcome)

    def _remove(self, outcome: Outcome) -> None:
        """Remove a file that was read, or put it where the user keeps them."""
        order, loaded = self.plan.order, outcome.loaded
        if loaded is None:
            return
        if order.feed.publish is not None and outcome.readable:
            self.loaded.append(outcome.readable)  # datasets are made of all files together
            return
        if outcome.readable and outcome.readable != loaded.path:
            outcome.readable.unlink(missing_ok=True)
        if order.keep is not None and loaded.path.parent != order.keep:
            with disk_errors(order.keep, "A file could not be kept."):
                order.keep.mkdir(parents=True, exist_ok=True)
                shutil.move(loaded.path, order.keep / loaded.path.name)
        if order.keep is None or loaded.path.parent != order.keep:
            discard(loaded)

    def _tell_error(self, wanted: Wanted, error: Exception) -> None:
        """Tell what an error means for a file, and for the fetch as a whole."""
        match error:
            case UnchangedError():
                self._tell(Fate(wanted, "had", "not changed since"))
            case MissingError():
                self._tell_missing(wanted)
            case StoppedError():
                self._tell(Fate(wanted, "left", "the fetch ended before"))
            case RefusedError():
                self._tell(Fate(wanted, "failed", "the host refuses us"))
                self._stop(error)
            case DetenteError():
                self._tell(Fate(wanted, "failed", error.found.rstrip(".") or error.failed))
                self._count_failure(error)
            case OSError():
                with disk_errors(self.plan.order.store, f"{wanted.name} could not be written."):
                    raise error
            case _:
                raise error

    def _tell_missing(self, wanted: Wanted) -> None:
        gap = gap_of_file(self.plan.gaps, wanted)
        if gap is None and wanted.first is not None and wanted.first == wanted.last:
            gap = gap_of_day(self.plan.gaps, wanted.first)
        reason = _known(gap) if gap else "not there"
        if wanted.optional:
            reason = "not there yet"
        self._tell(Fate(wanted, "missing", reason, new=gap is None and not wanted.optional))

    def _count_failure(self, error: DetenteError) -> None:
        self.failed_in_a_row += 1
        if self.failed_in_a_row >= IN_A_ROW:
            self._stop(error)

    def _stop(self, error: DetenteError) -> None:
        """End the fetch as a whole; what was loaded is kept."""
        if self.stopped is None:
            self.stopped = error
        self.client.stop.set()

    def clear(self) -> None:
        """Remove the scratch folder, and parts in it that nothing will go on with."""
        if any(fate.status in {"failed", "left"} for fate in self.fates.values()):
            with contextlib.suppress(OSError):
                self.folder.rmdir()
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def _known(gap: Gap) -> str:
    where = "known" if gap.shipped else "known here"
    return f"{gap.what} ({where} since {gap.seen})"
