"""What sources have in common whose columns are known by their names in the header."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from detente.sources.reading.recognise import split
from detente.sources.reading.source import Columns, Source


def given(column: str, nothing: Sequence[str] = ("NA", "NULL")) -> str:
    """SQL of a field, null where it holds one of the words for a missing value.

    Example:
        >>> print(given("actor1", ["NA"]))
        if(trim("actor1") IN ('NA'), NULL, trim("actor1"))
    """
    words = ", ".join(f"'{word}'" for word in nothing)
    return f"""if(trim("{column}") IN ({words}), NULL, trim("{column}"))"""


def bind(source: Source, path: Path, header: str, mapping: Columns) -> Source:
    """The source with the columns of a file's header.

    A file whose header lacks a name that is needed is read by the places of the columns, as one
    without a header; if its rows have another number of fields, it is refused in words.
    """
    source.refuse(mapping)
    fields = split(source, header)
    return source.by_header(fields) if source.names_all(fields) else source
