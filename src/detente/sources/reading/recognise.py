"""The one rule by which files are known: the shape of their lines, and among like ones the name.

The shape is the names in the header, where a source says which must be there, or else the number of
fields and what the first of them looks like.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

from detente.sources.reading import mend
from detente.sources.reading.opening import Archives, BadFileError, Item
from detente.sources.reading.source import Source

HEAD_BYTES = 256 << 10
SNIFF_BYTES = 64 << 10
"""Bytes of a file that must show what it is; a folder may hold thousands that are no events."""

HEAD_LINES = 20

_PACKED = {
    b"PK\x03\x04": "a spreadsheet or a zip archive; save it as CSV, or name the archive .zip",
    b"\x1f\x8b": "packed with gzip; unpack it first, or name it .gz",
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ\x00": "packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "packed with zstd; unpack it first",
    b"7z\xbc\xaf": "packed with 7-Zip; unpack it first",
    b"Rar!": "packed with RAR; unpack it first",
    b"PAR1": "a Parquet file; save it as CSV first",
    b"SQLite format 3": "a database; save the table as CSV first",
    b"%PDF": "a PDF document",
}


def check_packing(start: bytes) -> None:
    """Refuse what is plainly no text.

    Raises:
        BadFileError: The first bytes are those of a packed file, a table or a document.
    """
    for sign, what in _PACKED.items():
        if start.startswith(sign):
            raise BadFileError(f"it is {what}")


def head_of(archives: Archives, item: Item) -> tuple[str, ...]:
    """The first lines of a file that are not empty.

    Raises:
        BadFileError: It cannot be read or is empty.
    """
    start = archives.head(item, SNIFF_BYTES)
    check_packing(start)
    lines = first_lines(start, whole=len(start) < SNIFF_BYTES)
    if not lines:
        raise BadFileError("the file is empty")
    return lines


def first_lines(start: bytes, *, whole: bool) -> tuple[str, ...]:
    """Lines at the beginning of a text that are not empty.

    Args:
        start: Its first bytes.
        whole: Whether these are all; if not, the last line is cut and left away.
    """
    text = start.decode(mend.encoding_of(start), errors="replace").removeprefix("\ufeff")
    lines = text.replace("\0", "").replace("\r\n", "\n").split("\n")
    if len(lines) == 1:
        lines = text.split("\r")
    if len(lines) > 1 and not whole:
        lines = lines[:-1]
    return tuple(line for line in lines if line.strip())[:HEAD_LINES]


def recognise(name: str, head: Sequence[str], sources: Sequence[Source]) -> Source | None:
    """The source that a file belongs to: by shape; among sources of one shape, by name.

    Args:
        name: The file's name.
        head: Its first lines.
        sources: All sources.
    """
    fitting = [source for source in sources if all_fit(source, head)]
    named = [source for source in fitting if source.names_file(name)]
    return next(iter(named or fitting), None)


def check_shape(source: Source, head: Sequence[str], sources: Sequence[Source]) -> None:
    """Refuse a file whose lines look like those of another source, or of none.

    Raises:
        BadFileError: No line of the head has the shape of the source's rows.
    """
    if source.bind is not None and not source.columns:
        return
    if any(source.fits(split(source, line)) for line in head):
        return
    widths = sorted({len(split(source, line)) for line in head})
    noun = "column" if list(widths) == [1] else "columns"
    seen = f"its lines have {' or '.join(map(str, widths[:3]))} {noun}"
    if widths == [len(source.columns)]:
        seen = f"no line begins as one of {source.name} does"
    like = next((other.name for other in sources if all_fit(other, head)), "")
    hint = f"this looks like {like}" if like else f"{source.name} has {len(source.columns)}"
    raise BadFileError(f"{seen}; {hint}")


def all_fit(source: Source, head: Sequence[str]) -> bool:
    """Whether lines have the shape of a source's: the header by its names, or every one of them."""
    if head and source.names_all(split(source, head[0])):
        return True
    return bool(source.columns and head) and all(
        source.fits(split(source, line)) for line in head
    )  # fmt: skip


def split(source: Source, line: str) -> list[str]:
    """The fields of a line."""
    if not source.quoted:
        return line.split(source.delimiter)
    try:
        return next(csv.reader([line], delimiter=source.delimiter), [])
    except csv.Error:
        return line.split(source.delimiter)
