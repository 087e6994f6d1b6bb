"""From paths to clean text files that DuckDB can read: find, unpack, check, mend the encoding.

Every file is read once here, in large blocks: to know its content (for idempotence), to count its
lines, and to see whether it is clean UTF-8. Only a file that is not is written anew, mended.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from detente.errors import ReadError
from detente.sources._mend import NOTHING_MENDED, mend
from detente.sources._source import Source

BLOCK = 4 << 20
HEAD = 256 << 10


class BadFileError(Exception):
    """A file that cannot be read; its text is the reason, for the report."""


@dataclass(frozen=True)
class Item:
    """A file to read: plain, or the member of an archive.

    Attributes:
        path: The file or archive on disk.
        member: Name inside the archive; empty for a plain file.
        size: Bytes to read from the disk, for the progress bar.
        length: Bytes of text in it, as far as known before unpacking.
        key: Name, length and checksum of the content; empty until known.
        trouble: Why the archive that should hold it cannot be read.
    """

    path: Path
    member: str = ""
    size: int = 0
    length: int = 0
    key: str = ""
    trouble: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return Path(self.member or self.path.name).name

    @property
    def label(self) -> str:
        """How the report names it."""
        return f"{self.path}:{self.member}" if self.member else str(self.path)


@dataclass(frozen=True)
class Facts:
    """What one pass over the bytes of a file found."""

    length: int
    crc: int
    lines: int
    clean: bool


@dataclass(frozen=True)
class Ready:
    """A file that DuckDB can read.

    Attributes:
        item: What it came from.
        path: Where the clean text lies: the file itself, or a copy in the scratch folder.
        key: Name, length and checksum of the content as published.
        lines: Number of lines, the header and empty ones included.
        mended: Lines changed so that it could be read, by reason.
        head: Its first lines.
    """

    item: Item
    path: Path
    key: str
    lines: int
    mended: tuple[tuple[str, int], ...]
    head: tuple[str, ...]


def find(source: Source, paths: Sequence[Path]) -> list[Item]:
    """Every file that the paths name, archives opened, folders searched.

    Raises:
        ReadError: A path does not exist, or a folder holds no file of the source.
    """
    return [item for path in paths for item in _in_path(source, path)]


def _in_path(source: Source, path: Path) -> list[Item]:
    if path.is_dir():
        inside = (entry for entry in sorted(path.rglob("*")) if entry.is_file())
        items = [item for entry in inside for item in _in_folder(source, entry)]
        if not items:
            raise ReadError(
                f"The folder {path} holds no file of the source {source.name}.",
                f"Looked for {', '.join((*source.patterns, *source.archives))}.",
                "Name the files themselves, or another source; detente sources lists them.",
            )
        return items
    if not path.exists():
        raise ReadError(f"There is nothing at {path}.", "", "Check the path.")
    return _unpacked(source, path) if _is_zip(path) else [_plain(path)]


def _in_folder(source: Source, path: Path) -> list[Item]:
    if path.suffix.lower() == ".zip":
        return _unpacked(source, path) if source.names_archive(path.name) else []
    return [_plain(path)] if source.names_file(path.name) else []


def _plain(path: Path) -> Item:
    size = path.stat().st_size
    return Item(path, size=size, length=size * (10 if path.suffix.lower() == ".gz" else 1))


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _unpacked(source: Source, path: Path) -> list[Item]:
    """The members of an archive that belong to the source, or all if none does by its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        return [Item(path, trouble=f"the archive is damaged or cut short ({error})")]
    if not members:
        return [Item(path, trouble="the archive is empty")]
    own = [info for info in members if source.names_file(info.filename.rsplit("/", 1)[-1])]
    return [
        Item(
            path, info.filename, info.compress_size, info.file_size,
            _key(info.filename, info.file_size, info.CRC),
        )
        for info in own or members
    ]  # fmt: skip


def prepare(source: Source, item: Item, scratch: Path) -> Ready:
    """Unpack, check and if need be mend a file.

    Raises:
        BadFileError: It cannot be read; the text says why.
        OSError: The disk that holds the scratch folder refused.
    """
    if item.trouble:
        raise BadFileError(item.trouble)
    packed = bool(item.member) or item.path.suffix.lower() == ".gz"
    copy = scratch / "file"
    facts = _scan(item, copy if packed else None)
    path = copy if packed else item.path
    lines, mended = facts.lines, NOTHING_MENDED
    if not facts.clean:
        lines, mended = mend(path, scratch / "clean")
        if packed:
            path.unlink()
        path = scratch / "clean"
    head = _head(path)
    if not head:
        raise BadFileError("the file is empty")
    key = item.key or _key(item.name, facts.length, facts.crc)
    return Ready(item, path, key, lines, mended, head)


def _key(name: str, length: int, crc: int) -> str:
    return f"{Path(name).name}|{length}|{crc:08x}"


def _open(item: Item) -> IO[bytes]:
    if item.member:
        # The archive stays open as long as its member does.
        return zipfile.ZipFile(item.path).open(item.member)
    if item.path.suffix.lower() == ".gz":
        return cast(IO[bytes], gzip.open(item.path))
    return item.path.open("rb")


def _scan(item: Item, copy: Path | None) -> Facts:
    """One pass: checksum, lines, cleanness; and a copy of what was packed."""
    length = crc = lines = 0
    clean, last = True, b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _sink(copy) as write:
        for block in _blocks(item):
            clean = clean and _is_clean(block, decoder, first=not length)
            length += len(block)
            crc = zlib.crc32(block, crc)
            lines += block.count(b"\n")
            last = block[-1:]
            write(block)
    clean = clean and _ends_whole(decoder)
    return Facts(length, crc, lines + (last not in {b"", b"\n"}), clean)


class _sink:  # noqa: N801 - used as a function
    """Where the blocks of a packed file go; nowhere for a plain one."""

    def __init__(self, path: Path | None) -> None:
        self.file = path.open("wb") if path else None

    def __enter__(self) -> Callable[[bytes], object]:
        return self.file.write if self.file else len

    def __exit__(self, *_: object) -> None:
        if self.file:
            self.file.close()


def _blocks(item: Item) -> Iterator[bytes]:
    try:
        with _open(item) as file:
            while block := file.read(BLOCK):
                yield block
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise BadFileError(f"the archive is damaged or cut short ({error})") from error
    except (RuntimeError, NotImplementedError, KeyError, ValueError) as error:
        raise BadFileError(f"the archive cannot be unpacked ({error})") from error
    except OSError as error:
        raise BadFileError(f"it cannot be read ({error.strerror or error})") from error


def _is_clean(block: bytes, decoder: codecs.IncrementalDecoder, *, first: bool) -> bool:
    if b"\r" in block or b"\0" in block or (first and block.startswith(codecs.BOM_UTF8)):
        return False
    if block.isascii() and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _ends_whole(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _head(path: Path) -> tuple[str, ...]:
    """The first lines that are not empty."""
    with path.open("rb") as file:
        text = file.read(HEAD).decode("utf-8", errors="replace")
    lines = text.split("\n")
    if len(lines) > 1 and len(text) >= HEAD:
        lines = lines[:-1]
    return tuple(line for line in lines if line.strip())[:20]


def check_shape(source: Source, head: Sequence[str], others: Sequence[Source]) -> None:
    """Refuse a file whose lines look like those of another source, or of none.

    Raises:
        BadFileError: No line of the head has the shape of the source's rows.
    """
    if source.bind is not None and not source.columns:
        return
    if any(source.fits(split(source, line)) for line in head):
        return
    widths = sorted({len(split(source, line)) for line in head})
    found = f"its lines have {' or '.join(map(str, widths[:3]))} columns"
    if widths == [len(source.columns)]:
        found = f"no line begins as one of {source.name} does"
    like = next((other.name for other in others if _all_fit(other, head)), "")
    hint = f"this looks like {like}" if like else f"{source.name} has {len(source.columns)}"
    raise BadFileError(f"{found}; {hint}")


def _all_fit(source: Source, head: Sequence[str]) -> bool:
    return bool(source.columns) and all(source.fits(split(source, line)) for line in head)


def split(source: Source, line: str) -> list[str]:
    """The fields of a line."""
    if not source.quoted:
        return line.split(source.delimiter)
    try:
        return next(csv.reader([line], delimiter=source.delimiter), [])
    except csv.Error:
        return line.split(source.delimiter)


def remove(folder: Path) -> None:
    """Remove a scratch folder."""
    shutil.rmtree(folder, ignore_errors=True)
