"""Files as text: which encoding they are in, what is no text at all, and text in blocks."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from detente.rounding import count_text

BLOCK = 1 << 16
"""Bytes that are read at once."""

Progress = Callable[[int], None]
"""Called with the number of bytes that were just read."""


class RefusedError(Exception):
    """Why a file or a story in it cannot be read; the rest of a sentence that begins with it."""


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_KINDS = (
    (b"%PDF-", "a PDF file; save its text"),
    (b"PK\x03\x04", "a ZIP archive or an office document; unpack it, or save its text"),
    (b"\x1f\x8b", "packed with gzip; unpack it"),
    (b"BZh", "packed with bzip2; unpack it"),
    (b"\xfd7zXZ", "packed with xz; unpack it"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "rich text (RTF); save it as plain text"),
    (b"\xd0\xcf\x11\xe0", "an office document of old; save its text"),
    (b"PAR1", "a Parquet file; events in it are read with detente ingest"),
    (b"SQLite format 3", "a database"),
)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{1,40})"""
    rb"""|^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9_.:-]{1,40})""",
    re.IGNORECASE,
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FEW_CONTROL, _MOST_CONTROL = 8, 0.01
"""So many control characters, or this share of a text, are no sign of a binary file."""
_READ_AS = {"iso-8859-1": "windows-1252", "latin-1": "windows-1252", "ascii": "windows-1252"}
"""What browsers read for these declared names: windows-1252 holds all of them."""

_NO_ENCODINGS = {"unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined", "utf-7"}
"""Codecs of Python in which no page is written."""


def encoding_of(file: BinaryIO) -> str:
    r"""The encoding that a file's mark or markup declares, UTF-8 where none does.

    Args:
        file: Open at any place; it is left at its beginning.

    Raises:
        RefusedError: It is empty or binary, or its declared encoding is not known.

    Example:
        >>> import io
        >>> encoding_of(io.BytesIO(b'<meta charset="latin-1"> caf\xe9'))
        'windows-1252'
    """
    file.seek(0)
    start = file.read(BLOCK)
    file.seek(0)
    mark, name = next((pair for pair in _MARKS if start.startswith(pair[0])), (b"", ""))
    if not start.removeprefix(mark).strip():
        raise RefusedError("is empty")
    if name:
        return name
    kind = next((kind for begin, kind in _KINDS if start.startswith(begin)), "")
    if kind:
        raise RefusedError(f"is {kind}")
    _check_text(start)
    match = _DECLARED.search(start)
    return _named((match[1] or match[2]).decode("ascii")) if match else "utf-8"


def _check_text(start: bytes) -> None:
    pairs = len(start) // 2
    zeros = start[: 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if pairs >= 4 and max(zeros) > 0.4 * pairs and min(zeros) < 0.1 * pairs:
        raise RefusedError("looks like UTF-16 without a byte-order mark; save it as UTF-8")
    control = len(_CONTROL.findall(start))
    if 0 in start or control > max(_FEW_CONTROL, _MOST_CONTROL * len(start)):
        raise RefusedError("is binary, and no text")


def _named(declared: str) -> str:
    unknown = RefusedError(
        f"declares the encoding {declared}, which is not known; save it as UTF-8"
    )
    try:
        codec = codecs.lookup(declared)
        "a".encode(declared)  # refuses codecs that are no encodings of text, such as base64
    except (LookupError, UnicodeError):
        raise unknown from None
    if codec.name in _NO_ENCODINGS:
        raise unknown
    if codec.name.startswith(("utf-16", "utf-32")):
        return "utf-8"  # a declaration that could be read byte by byte cannot be true
    return _READ_AS.get(codec.name.replace("_", "-"), _READ_AS.get(declared.lower(), codec.name))


def text_blocks(file: BinaryIO, encoding: str, progress: Progress | None = None) -> Iterator[str]:
    r"""The text of a file in blocks, with line feeds for breaks of lines.

    Raises:
        RefusedError: A byte does not belong to the encoding; it says where.

    Example:
        >>> import io
        >>> list(text_blocks(io.BytesIO(b"a\r\nb\rc"), "utf-8"))
        ['a\nb\nc']
    """
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    newlines = _Newlines()
    done = 0
    while block := file.read(BLOCK):
        try:
            text = decoder.decode(block)
        except UnicodeError as error:
            place = done + getattr(error, "start", 0)
            raise RefusedError(_misfit(encoding, place)) from None
        done += len(block)
        if progress is not None:
            progress(len(block))
        if text := newlines.take(text):
            yield text
    try:
        text = decoder.decode(b"", final=True)
    except UnicodeError:
        raise RefusedError(_misfit(encoding, done)) from None
    if text := newlines.take(text, final=True):
        yield text


def check_encoding(file: BinaryIO, encoding: str) -> None:
    """See that every byte of a file can be read, before the first story of it is used.

    Raises:
        RefusedError: One cannot; or the text holds the zero character.
    """
    for text in text_blocks(file, encoding):
        if "\0" in text:
            raise RefusedError("is binary, and no text")


def _misfit(encoding: str, place: int) -> str:
    name = encoding.removesuffix("-sig").upper()
    hint = "; it may be Windows-1252 or Latin-1" if name == "UTF-8" else ""
    return f"is not {name} (byte {count_text(place)}){hint}; save it as UTF-8"


class _Newlines:
    """Turns all breaks of lines into line feeds, also where a break lies between two blocks."""

    def __init__(self) -> None:
        self._waiting = ""

    def take(self, text: str, *, final: bool = False) -> str:
        text = self._waiting + text
        self._waiting = ""
        if text.endswith("\r") and not final:
            text, self._waiting = text[:-1], "\r"
        return text.replace("\r\n", "\n").replace("\r", "\n")
