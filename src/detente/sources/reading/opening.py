"""One way to open whatever is read: files, gzip, members of archives, pipes.

Whoever opens a file, to recognise it or to read it, does it here, so that a damaged archive, a
locked file or a device is told in the same words everywhere.
"""

from __future__ import annotations

import contextlib
import gzip
import lzma
import os
import stat
import struct
import threading
import time
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

BLOCK = 4 << 20

LONGEST_LINE = 32 << 20
"""Bytes of a line beyond which a file is no event file; rows of events have some hundred."""

LARGEST_TEXT = 64 << 30
"""Bytes that one file may unpack to."""

LARGEST_RATIO = 500
"""Times its size that a packed file may unpack to; event files unpack to five to twenty times."""

SMALL_TEXT = 256 << 20
"""Bytes below which it does not matter how much smaller a file was packed."""

ARCHIVES_OPEN = 8
PIPE_PATIENCE = 0.7
"""Seconds in which somebody must begin to write to a pipe."""

PIPE_SILENCE = 60.0
"""Seconds that a writer may be silent."""


class BadFileError(Exception):
    """A file that cannot be read; its text is the reason, for the report."""


@dataclass(frozen=True)
class Item:
    """A file to read: plain, or the member of an archive.

    Attributes:
        path: The file or archive on disk.
        member: The entry inside the archive; None for a plain file.
        size: Bytes to read from the disk, for the progress bar.
        length: Bytes of text in it, as far as known before unpacking.
        twin: 2 for the second member of one name in an archive, and so on.
        trouble: Why it cannot be read, if that is known already.
    """

    path: Path
    member: zipfile.ZipInfo | None = None
    size: int = 0
    length: int = 0
    twin: int = 1
    trouble: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return Path(self.member.filename if self.member else self.path.name).name

    @property
    def label(self) -> str:
        """How the report names it."""
        if self.member is None:
            return printable(str(self.path))
        again = f" ({self.twin})" if self.twin > 1 else ""
        return printable(f"{self.path}:{self.member.filename}{again}")

    @property
    def packed(self) -> bool:
        """Whether its text must be unpacked."""
        return self.member is not None or self.path.suffix.lower() == ".gz"

    @property
    def lasting(self) -> bool:
        """Whether it lies on the disk as it is, under a name that every library can open."""
        return (
            not self.packed and self.path.is_file() and printable(str(self.path)) == str(self.path)
        )


def printable(name: str) -> str:
    r"""A file's name as text; bytes of it that are not UTF-8 are written as `\xff`.

    Example:
        >>> printable("caf\udce9.csv")
        'caf\\xe9.csv'
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def plain_item(path: Path) -> Item:
    """A path that is to be read as it is; what is no file, gzip or pipe has its trouble noted."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        return Item(path, trouble=_why_not(error))
    trouble = _kind_trouble(status.st_mode)
    packed = path.suffix.lower() == ".gz"
    return Item(path, None, status.st_size, status.st_size * (10 if packed else 1), trouble=trouble)


def _kind_trouble(mode: int) -> str:
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return "it is a device, not a file"
    if stat.S_ISSOCK(mode):
        return "it is a socket, not a file"
    return "" if stat.S_ISREG(mode) or stat.S_ISFIFO(mode) else "it is not a file"


def is_pipe(path: Path) -> bool:
    """Whether a path is a pipe, which can be read only once."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except (OSError, ValueError):
        return False


class Archives:
    """Opens files; archives stay open for a while, since opening one reads the list of all members.

    May be used from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, zipfile.ZipFile] = OrderedDict()

    def __enter__(self) -> Archives:
        return self

    def __exit__(self, *_: object) -> None:
        for archive in self._open.values():
            archive.close()

    def members(self, path: Path) -> list[Item]:
        """The members of an archive; one item with its trouble if it has none or is damaged."""
        try:
            with self._lock:
                entries = [info for info in self._archive(path).infolist() if not info.is_dir()]
        except _UNREADABLE as error:
            return [Item(path, trouble=_why_not(error))]
        if not entries:
            return [Item(path, trouble="the archive is empty")]
        seen: dict[str, int] = {}
        items = []
        for info in entries:
            seen[info.filename] = seen.get(info.filename, 0) + 1
            twin = seen[info.filename]
            items.append(Item(path, info, info.compress_size, info.file_size, twin))
        return items

    def blocks(self, item: Item) -> Iterator[bytes]:
        """The text of a file in large blocks.

        Raises:
            BadFileError: It cannot be read, or it is beyond all measure.
        """
        if item.trouble:
            raise BadFileError(item.trouble)
        total = 0
        try:
            with self._opened(item) as file:
                while block := file.read(BLOCK):
                    total += len(block)
                    _check_size(item, total)
                    yield block
        except _UNREADABLE as error:
            raise BadFileError(_why_not(error)) from error

    def head(self, item: Item, size: int) -> bytes:
        """The first bytes of a file, not of a pipe, whose bytes would be gone.

        Raises:
            BadFileError: It cannot be read.
        """
        if item.member is None and is_pipe(item.path):
            raise BadFileError("it is a pipe, which can be read only once")
        if item.trouble:
            raise BadFileError(item.trouble)
        try:
            with self._opened(item) as file:
                return file.read(size)
        except _UNREADABLE as error:
            raise BadFileError(_why_not(error)) from error

    def _archive(self, path: Path) -> zipfile.ZipFile:
        archive = self._open.pop(path, None) or zipfile.ZipFile(path)
        self._open[path] = archive
        while len(self._open) > ARCHIVES_OPEN:
            _, old = self._open.popitem(last=False)
            old.close()  # members of it that are being read keep the file open until they end
        return archive

    def _opened(self, item: Item) -> contextlib.AbstractContextManager[IO[bytes]]:
        if item.member is not None:
            with self._lock:
                return self._archive(item.path).open(item.member)
        if is_pipe(item.path):
            return cast("contextlib.AbstractContextManager[IO[bytes]]", _Pipe(item.path))
        if item.path.suffix.lower() == ".gz":
            return cast(IO[bytes], gzip.open(item.path))
        return item.path.open("rb")


class _Pipe:
    """A pipe, read without waiting for ever for somebody to write to it."""

    def __init__(self, path: Path) -> None:
        # Opened so, a pipe without a writer does not hang.
        self.handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        self.began = False

    def __enter__(self) -> _Pipe:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)

    def read(self, size: int) -> bytes:
        """The next bytes; nothing at the end."""
        start = time.monotonic()
        while True:
            try:
                block = os.read(self.handle, size)
            except BlockingIOError:
                if time.monotonic() - start > PIPE_SILENCE:
                    raise BadFileError("nothing came through this pipe for a minute") from None
            else:
                if block or self.began:
                    self.began = True
                    return block
                if time.monotonic() - start > PIPE_PATIENCE:
                    raise BadFileError("nobody writes to this pipe, or what was written is empty")
            time.sleep(0.01)


_UNREADABLE = (
    OSError, EOFError, RuntimeError, ValueError, KeyError, NotImplementedError, OverflowError,
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
)  # fmt: skip
"""What the libraries raise for files that are damaged, locked, encrypted or of an unknown kind."""


_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((FileNotFoundError,), "there is nothing at this path"),
    ((PermissionError,), "it may not be read (permission denied)"),
    ((IsADirectoryError,), "it is a folder"),
    (
        (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, struct.error, lzma.LZMAError,
         OverflowError),
        "the archive is damaged or cut short ({0})",
    ),
)  # fmt: skip


def _why_not(error: BaseException) -> str:
    """A library's error in our words."""
    for kinds, words in _WORDS:
        if isinstance(error, kinds):
            return words.format(error)
    if isinstance(error, OSError):  # bz2 says by one without a number that its data are damaged
        words = "it cannot be read ({0})" if error.errno else "the archive is damaged ({0})"
        return words.format(error.strerror or error)
    if "password" in str(error) or "encrypted" in str(error):
        return "the archive is encrypted; unpack it first"
    return f"it cannot be unpacked ({error})"


def _check_size(item: Item, total: int) -> None:
    if total > LARGEST_TEXT:
        raise BadFileError(f"it holds more than {LARGEST_TEXT >> 30} GB; split it first")
    if item.packed and total > SMALL_TEXT and total > LARGEST_RATIO * max(item.size, 1):
        raise BadFileError(
            f"it unpacks to more than {LARGEST_RATIO} times its size; no event file does"
        )
