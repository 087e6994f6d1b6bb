"""From a file to clean text that DuckDB can read: unpack, check, mend the encoding and the quotes.

Every file is read once here, in large blocks: to know its content (for idempotence), to count its
lines, and to see whether it is clean UTF-8. Only a file that is not is written anew, mended.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from detente.sources.reading import mend
from detente.sources.reading.opening import LONGEST_LINE, Archives, BadFileError, Item, printable
from detente.sources.reading.recognise import HEAD_BYTES, check_packing, first_lines


@dataclass(frozen=True)
class Ready:
    """A file that DuckDB can read.

    Attributes:
        item: What it came from.
        path: Where the clean text lies: the file itself, or a copy in the scratch folder.
        key: Name, length and SHA-256 of the content as published.
        rows: Number of rows, without headers and empty lines, if they were counted: where a row may
            span lines, or quotes do not close.
        lines: Number of lines, the header and empty ones included.
        mended: Lines changed so that it could be read, by reason.
        refused: Lines that belong to no row, by number, as their quotes do not close.
        spanning: Rows that span several lines.
        head: Its first lines.
    """

    item: Item
    path: Path
    key: str
    lines: int
    mended: tuple[tuple[str, int], ...]
    head: tuple[str, ...]
    rows: int | None = None
    refused: tuple[tuple[int, str], ...] = ()
    spanning: int = 0


@dataclass
class _Facts:
    """What one pass over the bytes of a file shows."""

    length: int = 0
    lines: int = 0
    clean: bool = True
    start: bytes = b""
    digest: str = ""
    _run: int = 0
    _last: bytes = b""
    _hash: hashlib._Hash | None = field(default_factory=hashlib.sha256)
    _decoder: codecs.IncrementalDecoder = field(
        default_factory=codecs.getincrementaldecoder("utf-8")
    )

    def take(self, block: bytes) -> None:
        """Note the next block."""
        if not self.length:
            self.start = block[:HEAD_BYTES]
            check_packing(self.start)
        self.clean = self.clean and self._is_clean(block)
        self.length += len(block)
        if self._hash:
            self._hash.update(block)
        # bytes.count looks at one byte after the other.
        self.lines += int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))
        self._last = block[-1:]
        end = max(block.rfind(b"\n"), block.rfind(b"\r"))
        self._run = len(block) - end - 1 if end >= 0 else self._run + len(block)
        if self._run > LONGEST_LINE:
            raise BadFileError(
                f"one of its lines is longer than {LONGEST_LINE >> 20} MB; no event file's is"
            )

    def end(self) -> None:
        """Note that there are no more blocks."""
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            self.clean = False
        self.lines += self._last not in {b"", b"\n"}
        self.digest = self._hash.hexdigest() if self._hash else ""

    def _is_clean(self, block: bytes) -> bool:
        if b"\r" in block or b"\0" in block or (not self.length and _has_mark(block)):
            return False
        if block.isascii() and self._decoder.getstate()[0] == b"":
            return True
        try:
            self._decoder.decode(block)
        except UnicodeDecodeError:
            return False
        return True


def prepare(archives: Archives, item: Item, scratch: Path, *, hashed: bool = True) -> Ready:
    """Unpack, check and if need be mend a file.

    Args:
        archives: Opens it.
        item: The file.
        scratch: Where a copy goes, if it needs one.
        hashed: Whether the key must tell its content from another's of its name and length.

    Raises:
        BadFileError: It cannot be read; the text says why.
        OSError: The disk that holds the scratch folder refused.
    """
    copy = None if item.lasting else scratch / "file"
    facts = _Facts() if hashed else _Facts(_hash=None)
    _scan(archives, item, copy, facts)
    path = copy or item.path
    lines, mended = facts.lines, mend.NOTHING_MENDED
    if not facts.clean:
        lines, mended = mend.mend(path, scratch / "clean", mend.encoding_of(facts.start))
        if copy:
            copy.unlink()
        path = scratch / "clean"
    head = _head(path)
    if not head:
        raise BadFileError("the file is empty")
    return Ready(
        item, path, f"{printable(item.name)}|{facts.length}|{facts.digest}", lines, mended, head
    )


def _scan(archives: Archives, item: Item, copy: Path | None, facts: _Facts) -> None:
    """One pass: hash, lines, cleanness; and a copy of what does not lie on the disk as it is."""
    with _sink(copy) as write:
        for block in archives.blocks(item):
            facts.take(block)
            write(block)
    facts.end()


@contextlib.contextmanager
def _sink(path: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Where the blocks of a packed file go; nowhere for a plain one."""
    if path is None:
        yield len
        return
    with path.open("wb") as file:
        yield file.write


def _has_mark(block: bytes) -> bool:
    return block.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _head(path: Path) -> tuple[str, ...]:
    """The first lines that are not empty."""
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    return first_lines(start, whole=len(start) < HEAD_BYTES)
