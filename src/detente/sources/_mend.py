"""Mend the text of a file: encoding, byte order mark, carriage returns, NUL."""

from __future__ import annotations

import codecs
from pathlib import Path

NOT_UTF8 = "text not in UTF-8, read as Windows-1252"
STRAY_SIGNS = "NUL or stray carriage return removed"
NOTHING_MENDED: tuple[tuple[str, int], ...] = ()

BLOCK = 4 << 20


def mend(path: Path, to: Path) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Write a file anew as clean UTF-8, line for line.

    Returns:
        The number of lines, and of those that were changed by reason.
    """
    encoding = signs = lines = 0
    old_mac, carry, first, last = _is_old_mac(path), b"", True, b""
    with path.open("rb") as file, to.open("wb") as out:
        while True:
            block = file.read(BLOCK)
            whole, carry = _whole_lines(carry + block, more=bool(block))
            text, bad, stray = _mended(whole, first=first, old_mac=old_mac)
            out.write(text)
            encoding, signs, first = encoding + bad, signs + stray, False
            lines, last = lines + text.count(b"\n"), text[-1:] or last
            if not block:
                break
    counts = ((NOT_UTF8, encoding), (STRAY_SIGNS, signs))
    return lines + (last not in {b"", b"\n"}), tuple(item for item in counts if item[1])


def _is_old_mac(path: Path) -> bool:
    """Whether lines end in a lone carriage return."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
    return b"\r" in head and b"\n" not in head


def _whole_lines(block: bytes, *, more: bool) -> tuple[bytes, bytes]:
    """Split after the last newline; the rest waits for the next block (unless it grows huge)."""
    cut = block.rfind(b"\n") + 1
    if not more or (cut == 0 and len(block) > 4 * BLOCK):
        return block, b""
    return block[:cut], block[cut:]


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
