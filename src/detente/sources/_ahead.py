"""Prepare files batch by batch, one batch ahead of the database."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.sources import _files
from detente.sources._files import BadFileError, Item, Ready
from detente.sources._source import Source
from detente.sources.registry import all_sources

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
        known: Whether its events are stored already.
    """

    item: Item
    key: str = ""
    ready: Ready | None = None
    source: Source | None = None
    group: str = ""
    reason: str = ""
    known: bool = False


@dataclass(frozen=True)
class Preparer:
    """Prepares files of one source for one store."""

    source: Source
    mapping: Mapping[str, str]
    scratch: Path
    known: frozenset[str]

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
        if item.key and self._key(item.key) in self.known:
            return Prepared(item, self._key(item.key), known=True)
        folder.mkdir(parents=True)
        try:
            ready = _files.prepare(self.source, item, folder)
            key = self._key(ready.key)
            if key in self.known:
                return Prepared(item, key, known=True)
            bound = self._bound(ready)
            _files.check_shape(bound, ready.head, all_sources())
        except BadFileError as error:
            _files.remove(folder)
            return Prepared(item, reason=str(error))
        group = f"{item.path.parent}|{ready.head[0]}" if self.source.bind else ""
        return Prepared(item, key, ready, bound, group)

    def _bound(self, ready: Ready) -> Source:
        if self.source.bind is None:
            return self.source
        return self.source.bind(self.source, ready.item.path, ready.head[0], self.mapping)

    def _key(self, content: str) -> str:
        """The key of a file's content, read by this source with this mapping."""
        mapping = json.dumps(dict(self.mapping), sort_keys=True)
        reader = f"{self.source.name}|{hashlib.sha256(mapping.encode()).hexdigest()[:12]}"
        return f"{reader}|{content}" if self.mapping else f"{self.source.name}|{content}"


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
