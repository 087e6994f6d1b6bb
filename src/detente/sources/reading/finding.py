"""From paths to the files of a source, and to what was left out, each with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detente.errors import ReadError
from detente.rounding import plural
from detente.sources.reading.opening import (
    Archives,
    BadFileError,
    Item,
    is_pipe,
    plain_item,
    printable,
)
from detente.sources.reading.recognise import head_of, recognise
from detente.sources.reading.report import LeftOut
from detente.sources.reading.source import Source

STORE_FILES = frozenset({"manifest.json", "ledger.jsonl"})
"""Files by which a folder is an event store, whose parts are no files to read."""

NAMED = 5
"""Files left out that an error names."""


@dataclass
class Finder:
    """Searches paths for the files of one source."""

    source: Source
    sources: Sequence[Source]
    archives: Archives
    left_out: list[LeftOut] = field(default_factory=list)

    def find(self, paths: Sequence[Path]) -> list[Item]:
        """Every file of the source that the paths name, archives opened, folders searched.

        A path that cannot be read becomes an item with its trouble, so that the others are read.

        Raises:
            ReadError: None of the paths exists, or there is no file of the source in them.
        """
        if paths and not any(os.path.lexists(path) for path in paths):
            more = f" nor at {plural(len(paths) - 1, 'others')}" if len(paths) > 1 else ""
            name = printable(str(paths[0]))
            raise ReadError(f"There is nothing at {name}{more}.", "", "Check the path.")
        items = [item for path in paths for item in self._in_path(path)]
        if paths and not items:
            self._refuse(paths)
        return items

    def _in_path(self, path: Path) -> Iterator[Item]:
        if path.is_dir():
            yield from self._in_folder(path)
        elif path.suffix.lower() == ".zip" and not is_pipe(path):
            members = self.archives.members(path)
            own = list(self._own(members))
            yield from own or members
        else:
            yield plain_item(path)

    def _in_folder(self, folder: Path) -> Iterator[Item]:
        for path, reason in walk(folder):
            item = plain_item(path)
            if reason or item.trouble:
                self._leave(path, reason or item.trouble)
            elif path.suffix.lower() == ".zip":
                members = self.archives.members(path)
                if self.source.names_archive(path.name) and members[0].trouble:
                    yield members[0]
                else:
                    yield from self._own(members)
            else:
                yield from self._own([item])

    def _own(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items that belong to the source; the others are left out with a reason."""
        for item in items:
            reason = self._why_not(item)
            if reason:
                self.left_out.append(LeftOut(item.label, reason))
            else:
                yield item

    def _why_not(self, item: Item) -> str:
        if item.trouble:
            return item.trouble
        if self.source.names_file(item.name):
            return ""
        try:
            like = recognise(item.name, head_of(self.archives, item), self.sources)
        except BadFileError as error:
            return str(error)
        if like is None:
            return "neither its name nor its lines are those of a known source"
        return "" if like.name == self.source.name else f"this looks like {like.name}"

    def _leave(self, path: Path, reason: str) -> None:
        self.left_out.append(LeftOut(printable(str(path)), reason))

    def _refuse(self, paths: Sequence[Path]) -> None:
        what = "folder" if len(paths) == 1 else "folders"
        names = ", ".join(printable(str(path)) for path in paths[:3])
        patterns = ", ".join((*self.source.patterns, *self.source.archives))
        some = "; ".join(f"{item.path}: {item.reason}" for item in self.left_out[:NAMED])
        more = f"; and {len(self.left_out) - NAMED} more" if len(self.left_out) > NAMED else ""
        raise ReadError(
            f"The {what} {names} holds no file of the source {self.source.name}.",
            f"Looked for {patterns}." + (f" Left out: {some}{more}." if some else ""),
            "Name the files themselves, or another source; detente sources lists them.",
        )


def walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Everything in a folder that is no folder, in order, with why it cannot be read, if so."""
    refused: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=refused.append):
        folders.sort()
        if set(names) >= STORE_FILES:
            folders.clear()
            yield Path(place), "it is an event store"
            continue
        while refused:
            yield _refused(refused.pop())
        linked = [name for name in folders if Path(place, name).is_symlink()]
        for name in linked:
            yield Path(place, name), "it is a link to a folder; name it itself"
        for name in sorted(names):
            path = Path(place, name)
            yield path, "it is a pipe, which can be read only once" if is_pipe(path) else ""
    while refused:
        yield _refused(refused.pop())


def _refused(error: OSError) -> tuple[Path, str]:
    return Path(error.filename), f"the folder cannot be read ({error.strerror})"
