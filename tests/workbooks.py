"""A workbook of Excel 97 (`.xls`), as small as readers take it: one sheet of texts and numbers.

BIFF8 records in an OLE2 compound file of one stream (Microsoft, [MS-XLS] and [MS-CFB]).
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Sequence

SECTOR = 512
LEAST_STREAM = 4096
"""Smaller streams would lie in a second table of sectors."""

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Cell = str | float | dt.date


def workbook(rows: Sequence[Sequence[Cell]]) -> bytes:
    """An `.xls` file; empty texts are empty cells, days have a format of days."""
    stream = _stream(rows)
    stream += bytes(-len(stream) % SECTOR + max(0, LEAST_STREAM - len(stream)))
    stream += bytes(-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    table = [FAT, END, *range(3, sectors + 2), END]
    table += [FREE] * (SECTOR // 4 - len(table))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("D0CF11E0A1B11AE1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, LEAST_STREAM, END, 0, END, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[FREE] * 108)
    folder = _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    folder += bytes(SECTOR - len(folder))
    return header + struct.pack("<128I", *table) + folder + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ", text, len(text), kind, 1, FREE, FREE, child, bytes(16), 0, 0, 0,
        start, size,
    )  # fmt: skip


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _stream(rows: Sequence[Sequence[Cell]]) -> bytes:
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0x7CC, 0, 6))
    formats = b"".join(_record(0xE0, struct.pack("<HHH14x", 0, code, 0)) for code in (0, 14))
    name = "Sheet1".encode("utf-16-le")
    start = len(begin) + len(formats) + 4 + 8 + len(name) + 4
    sheet = _record(0x85, struct.pack("<IBBBB", start, 0, 0, 6, 1) + name)
    cells = b"".join(
        _cell(row, column, cell)
        for row, line in enumerate(rows)
        for column, cell in enumerate(line)
        if cell != ""
    )
    width = max(map(len, rows), default=0)
    size = _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0x7CC, 0, 6))
    return begin + formats + sheet + _record(0x0A) + body + size + cells + _record(0x0A)


def _cell(row: int, column: int, cell: Cell) -> bytes:
    if isinstance(cell, str):
        return _record(0x204, struct.pack("<HHH", row, column, 0) + _text(cell))
    if isinstance(cell, dt.date):
        days = float((cell - dt.date(1899, 12, 30)).days)
        return _record(0x203, struct.pack("<HHHd", row, column, 1, days))
    return _record(0x203, struct.pack("<HHHd", row, column, 0, float(cell)))
