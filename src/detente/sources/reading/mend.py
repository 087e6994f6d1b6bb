"""Mend the text of a file: encoding, byte order mark, carriage returns, NUL."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from detente.sources.reading.opening import BadFileError

NOT_UTF8 = "text not in UTF-8, read as Windows-1252"
WIDE = "text in UTF-16 or UTF-32 turned into UTF-8"
STRAY_SIGNS = "NUL or stray carriage return removed"
NOTHING_MENDED: tuple[tuple[str, int], ...] = ()

BLOCK = 4 << 20
SEEN = 4096

_MARKS = (
    # The mark of UTF-32 little-endian begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes) -> str:
    r"""The encoding that the first bytes of a text show: UTF-8 unless every other byte is NUL.

    Example:
        >>> encoding_of("day".encode("utf-16")), encoding_of(b"day"), encoding_of(b"d\0a\0y\0")
        ('utf-16', 'utf-8', 'utf-16-le')
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    seen = start[:SEEN]
    even, odd = seen[::2].count(0), seen[1::2].count(0)
    if odd > 0.4 * len(seen) and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * len(seen) and not odd else "utf-8"


def mend(path: Path, to: Path, encoding: str = "utf-8") -> tuple[int, tuple[tuple[str, int], ...]]:
    """Write a file anew as clean UTF-8, line for line.

    Args:
        path: The file.
        to: The new file.
        encoding: As `encoding_of` tells it.

    Returns:
        The number of lines, and of those that were changed by reason.

    Raises:
        BadFileError: It is UTF-16 or UTF-32 and damaged.
    """
    bad_lines = stray_lines = lines = 0
    old_mac, carry, first, last = _is_old_mac(path, encoding), b"", True, b""
    with to.open("wb") as out:
        for block in _utf8_blocks(path, encoding):
            whole, carry = _whole_lines(carry + block, more=bool(block))
            text, bad, stray = _mended(whole, first=first, old_mac=old_mac)
            out.write(text)
            bad_lines, stray_lines, first = bad_lines + bad, stray_lines + stray, False
            lines, last = lines + text.count(b"\n"), text[-1:] or last
    lines += last not in {b"", b"\n"}
    wide = 0 if encoding == "utf-8" else lines
    counts = ((WIDE, wide), (NOT_UTF8, bad_lines), (STRAY_SIGNS, stray_lines))
    return lines, tuple(item for item in counts if item[1])


def _utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The bytes in blocks, turned into UTF-8 if they are wide; an empty one at the end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block if encoding == "utf-8" else _narrow(decoder, block)
    if encoding != "utf-8":
        yield _narrow(decoder, b"", final=True) or b""
    yield b""


def _narrow(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bytes:
    try:
        return decoder.decode(block, final).encode("utf-8", "replace")
    except UnicodeDecodeError as error:
        raise BadFileError(
            f"its text is damaged {error.encoding.upper()} ({error.reason})"
        ) from error


def _is_old_mac(path: Path, encoding: str) -> bool:
    """Whether lines end in a lone carriage return."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
    if encoding != "utf-8":
        head = head.replace(b"\0", b"")
    return b"\r" in head and b"\n" not in head


def _whole_lines(block: bytes, *, more: bool) -> tuple[bytes, bytes]:
    """Split after the last newline; the rest waits for the next block."""
    cut = block.rfind(b"\n") + 1
    return (block[:cut], block[cut:]) if more else (block, b"")


def _mended(block: bytes, *, first: bool, old_mac: bool) -> tuple[bytes, int, int]:
    if first:
        block = block.removeprefix(codecs.BOM_UTF8)
    plain = block.replace(b"\r\n", b"\n")
    if old_mac:
        plain = plain.replace(b"\r", b"\n")
    stray = 0
    if b"\r" in plain or b"\0" in plain:
        stray = sum(b"\r" in line or b"\0" in line for line in plain.split(b"\n"))
        plain = plain.replace(b"\0", b"").replace(b"\r", b" ")
    try:
        plain.decode("utf-8")
    except UnicodeDecodeError:
        lines = plain.split(b"\n")
        decoded = [_line(line) for line in lines]
        bad = sum(changed for _, changed in decoded)
        return b"\n".join(line for line, _ in decoded), bad, stray
    return plain, 0, stray


def _line(line: bytes) -> tuple[bytes, bool]:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("utf-8", errors="detente-windows-1252")
        return text.encode("utf-8"), True
    return line, False


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - registered for decoding only
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", errors="replace"), error.end


codecs.register_error("detente-windows-1252", _as_windows)
