"""Cells that a spreadsheet would take for formulas, made harmless."""

from __future__ import annotations

import re

import pyarrow as pa

_SIGN = r"[=+\-@＝＋－＠]"  # with those of full width, which Japanese settings take too
_BLANK = r"[\x00-\x08\x0b\x0c\x0e-\x20\u00a0\ufeff]*"  # what some programs trim
_BREAKS = re.compile("([;\t\r\n])")  # between cells, where these part them and commas do not
_FORMULA = re.compile(_BLANK + _SIGN)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?\s*", re.ASCII)
_SUSPECT = "^[\t\r\n]|(^|[;\t\r\n])[\\x00-\\x20\\x{a0}\\x{feff}]*" + _SIGN  # for RE2


def harmless(text: str) -> str:
    """A cell's text that no spreadsheet takes for a formula; others, and numbers, stay as they are.

    An apostrophe goes before what begins like a formula (`=`, `+`, `-`, `@`, a tab or a break of
    lines), at the beginning of the cell and after `;` and tabs within it, at which spreadsheets of
    some countries part a line.

    Example:
        >>> [harmless(text) for text in ("=1+1", "-3.5", "-3.5+cmd", "Xi; @SUM(A1)", "a-b")]
        ["'=1+1", '-3.5', "'-3.5+cmd", "Xi;' @SUM(A1)", 'a-b']

    Source:
        OWASP (2020), CSV Injection.
    """
    parts = _BREAKS.split(text)
    parts[::2] = [_part(part) for part in parts[::2]]
    joined = "".join(parts)
    return f"'{joined}" if joined[:1] in {"\t", "\r", "\n"} else joined


def _part(part: str) -> str:
    return f"'{part}" if _FORMULA.match(part) and not _NUMBER.fullmatch(part) else part


def harmless_rows(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """Rows whose texts are harmless in a spreadsheet; numbers and days are no texts.

    Example:
        >>> rows = pa.table({"name": ["=1+1", "-3.5", None], "score": [-3.5, 1.0, 2.0]})
        >>> harmless_rows(rows.to_reader()).read_all().to_pydict()
        {'name': ["'=1+1", '-3.5', None], 'score': [-3.5, 1.0, 2.0]}
    """
    batches = (
        pa.RecordBatch.from_arrays(
            [_column(column) for column in batch.columns], schema=batch.schema
        )
        for batch in reader
    )
    return pa.RecordBatchReader.from_batches(reader.schema, batches)


def _column(column: pa.Array) -> pa.Array:
    """A column in which only the texts that look suspicious are looked at one by one."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    import pyarrow.compute as pc  # noqa: PLC0415 - loads slowly, and few commands need it

    suspect = pc.fill_null(pc.match_substring_regex(column, _SUSPECT), False)
    texts = [harmless(text) for text in column.filter(suspect).to_pylist()]
    return pc.replace_with_mask(column, suspect, pa.array(texts, column.type)) if texts else column
