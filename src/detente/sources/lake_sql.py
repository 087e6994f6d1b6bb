"""The statements over a lake: raw columns as text, what became of the rows, events told twice."""

from __future__ import annotations

from collections.abc import Mapping

from detente.errors import InputError
from detente.events.schema import SCHEMA
from detente.sources.reading.contract import quoted, reads
from detente.sources.reading.source import Source, bare_name

SLIM = ("event_id", "date", "published", "source", "target", "cameo", "quad", "goldstein", "origin")
"""The columns of an event that are held while a lake is open; the others are null."""

_ORDER = SCHEMA.names[: SCHEMA.names.index("mentions")]
"""By these, in order, the first of events of one number and day is told from the others."""

_WHOLE = frozenset({"id", "date", "code"})
_FLOATING = ("DOUBLE", "FLOAT", "REAL", "DECIMAL")


def columns_as_text(source: Source, types: Mapping[str, str], where: str) -> str:
    """A SELECT list of a source's columns as the texts that they are in its files.

    Args:
        source: The source.
        types: Names and SQL types of the columns that are there; case and signs of names do not
            count.
        where: What holds them, for the error.

    Raises:
        InputError: A column is missing that the source's SELECT reads.
    """
    present = {bare_name(name): name for name in types}
    absent = [name for name in source.columns if bare_name(name) not in present]
    lacking = [name for name in absent if reads(source, name)]
    if lacking:
        raise InputError(
            f"{where} could not be read as {source.name}.",
            f"The columns {', '.join(lacking)} are missing.",
            f"Give the columns of {source.name} by their names, in any order.",
        )
    listed = []
    for name, kind in source.columns.items():
        own = present.get(bare_name(name))
        text = "NULL::VARCHAR" if own is None else _as_text(own, types[own].upper(), kind)
        listed.append(f"nullif({text}, '') AS {quoted(name)}")
    return ", ".join(listed)


def _as_text(name: str, held: str, kind: str) -> str:
    column = quoted(name)
    if held.startswith(("DATE", "TIMESTAMP")):
        return f"strftime({column}, '%Y%m%d')"
    if held.startswith(_FLOATING) and kind in _WHOLE:
        return f"CAST(CAST({column} AS BIGINT) AS VARCHAR)"
    if held in {"VARCHAR", "STRING"}:
        return f"translate({column}, chr(9) || chr(10) || chr(13), '   ')"
    return f"CAST({column} AS VARCHAR)"


STAGED_COLUMNS = (*_ORDER, "origin", "reject", "repaired", "noted", "file_no")

TALLIES = """
-- what became of the rows
SELECT reject, repaired, noted, file_no, count(*) AS rows FROM {staged}
GROUP BY reject, repaired, noted, file_no
"""

TWICE = """
-- events told twice
SELECT event_id, date FROM {staged} WHERE reject IS NULL
GROUP BY event_id, date HAVING count(*) > 1
"""

_ALIKE = " || chr(31) || ".join(
    f"coalesce({name}, chr(30))"
    for name in ("source", "target", "source_actor", "target_actor", "cameo")
)
REPEATS = f"""
-- how events told twice differ
SELECT CAST(coalesce(sum(n - kinds), 0) AS BIGINT) AS alike,
       CAST(coalesce(sum(kinds - 1), 0) AS BIGINT) AS otherwise
FROM (
    SELECT count(*) AS n, count(DISTINCT {_ALIKE}) AS kinds
    FROM {{staged}} AS staged SEMI JOIN {{twice}} AS twice
        ON twice.event_id = staged.event_id AND twice.date = staged.date
    WHERE reject IS NULL
    GROUP BY staged.event_id, staged.date
)
"""  # noqa: S608 - composed from constants

_SLIM = ", ".join(SLIM)
_FIRST = ", ".join(f"{name} NULLS LAST" for name in _ORDER)

ONCE = f"""
SELECT {_SLIM} FROM {{staged}} AS staged ANTI JOIN {{twice}} AS twice
    ON twice.event_id = staged.event_id AND twice.date = staged.date
WHERE reject IS NULL
UNION ALL
SELECT {_SLIM} FROM (
    SELECT staged.*, row_number() OVER (
        PARTITION BY staged.event_id, staged.date ORDER BY {_FIRST}) AS nth
    FROM {{staged}} AS staged SEMI JOIN {{twice}} AS twice
        ON twice.event_id = staged.event_id AND twice.date = staged.date
    WHERE reject IS NULL
)
WHERE nth = 1
"""  # noqa: S608 - composed from constants
"""Each event once: of several of one number and day, that which an ingest would store."""

ALL = f"SELECT {_SLIM} FROM {{staged}} WHERE reject IS NULL"  # noqa: S608
