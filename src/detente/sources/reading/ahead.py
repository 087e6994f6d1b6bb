"""Prepare files batch by batch, one batch ahead of the database."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.errors import DetenteError
from detente.sources.reading.opening import Archives, BadFileError, Item
from detente.sources.reading.quotes import settle_quotes
from detente.sources.reading.recognise import check_shape
from detente.sources.reading.source import Source
from detente.sources.reading.text import Ready, prepare

BATCH_BYTES = 384 << 20
"""A batch of files to be staged at once: bounds memory and scratch space."""

BATCH_FILES = 512
UNPACKERS = 2


@dataclass(frozen=True)
class Prepared:
    """A file that is ready to be staged, or why it is not.

    Attributes:
        item: The file.
        key: What its content is known by in the store.
        ready: The clean text; None if it is known or failed.
        source: The source, bound to the user's mapping and this file's header.
        group: Files of one group can be staged together.
        reason: Why it failed; empty otherwise.
        error: The error that says so, if the mapping or a file beside it is at fault.
        stored: Whether its events are stored already.
    """

    item: Item
    key: str = ""
    ready: Ready | None = None
    source: Source | None = None
    group: str = ""
    reason: str = ""
    error: DetenteError | None = None
    stored: bool = False


@dataclass(frozen=True)
class Preparer:
    """Prepares files of one source for one store.

    Attributes:
        source: The source.
        sources: All sources, to say which one a file of another looks like.
        mapping: The user's mapping.
        archives: Opens the files.
        scratch: A working folder.
        stored: Keys of the files whose events are stored already.
        alone: Names of files that are the only ones of their name, where nothing else needs their
            content to be known: these are not hashed.
    """

    source: Source
    sources: Sequence[Source]
    mapping: Mapping[str, str]
    archives: Archives
    scratch: Path
    stored: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()

    def batches(self, items: Sequence[Item]) -> Iterator[list[Prepared]]:
        """Batches of prepared files; the next is prepared while the caller handles the last."""
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting: concurrent.futures.Future[list[Prepared]] | None = None
            for number, batch in enumerate(_batches(items)):
                following = pool.submit(self._prepare_all, number, batch)
                if waiting is not None:
                    yield waiting.result()
                waiting = following
            if waiting is not None:
                yield waiting.result()

    def _prepare_all(self, number: int, batch: Sequence[Item]) -> list[Prepared]:
        folder = self.scratch / f"batch-{number}"
        folders = [folder / str(n) for n in range(len(batch))]
        with concurrent.futures.ThreadPoolExecutor(UNPACKERS) as pool:
            return list(pool.map(self._prepare, batch, folders))

    def _prepare(self, item: Item, folder: Path) -> Prepared:
        folder.mkdir(parents=True)
        try:
            ready = prepare(self.archives, item, folder, hashed=item.name not in self.alone)
            bound = self._bound(ready)
            key = self._key(ready.key, bound)
            if key in self.stored:
                shutil.rmtree(folder, ignore_errors=True)
                return Prepared(item, key, stored=True)
            check_shape(bound, ready.head, self.sources)
            ready = settle_quotes(bound, ready, folder)
        except BadFileError as error:
            shutil.rmtree(folder, ignore_errors=True)
            return Prepared(item, reason=str(error))
        except DetenteError as error:
            shutil.rmtree(folder, ignore_errors=True)
            reason = " ".join((error.failed, error.found)).strip()
            return Prepared(item, reason=reason[:1].lower() + reason[1:].rstrip("."), error=error)
        group = f"{item.path.parent}|{ready.head[0]}" if self.source.bind else ""
        return Prepared(item, key, ready, bound, group)

    def _bound(self, ready: Ready) -> Source:
        if self.source.bind is None:
            return self.source
        return self.source.bind(self.source, ready.item.path, ready.head[0], self.mapping)

    def _key(self, content: str, bound: Source) -> str:
        """The key of a file's content, read by this source with this mapping and neighbours."""
        settings: list[object] = [dict(self.mapping)] if self.mapping else []
        if bound.tables is not self.source.tables:  # read from files beside this one
            settings.append(dict(bound.params))
            settings += [table().to_pydict() for table in bound.tables.values()]
        if not settings:
            return f"{self.source.name}|{content}"
        settled = json.dumps(settings, sort_keys=True)
        return f"{self.source.name}|{hashlib.sha256(settled.encode()).hexdigest()[:12]}|{content}"


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (size + item.length > BATCH_BYTES or len(batch) == BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.length
    if batch:
        yield batch
