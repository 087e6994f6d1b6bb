"""What a source's SELECT owes: the columns that it must yield, those that it may, and their types.

A SELECT reads `raw` (the source's columns as text, `filename`, and `line`, the row as it stands)
and passes `filename` and `line` on untouched. Columns that it may leave out are null.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from types import MappingProxyType

import duckdb

from detente.errors import UsageError
from detente.events import actors
from detente.events.connection import bound
from detente.sources.reading.macros import define_macros
from detente.sources.reading.source import Source

NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "event_id": "VARCHAR",
        "day": "DATE",
        "source_state": "VARCHAR",
        "target_state": "VARCHAR",
        "cameo": "VARCHAR",
        "filename": "VARCHAR",
        "line": "VARCHAR",
    }
)
"""Columns that every SELECT yields, with their DuckDB types.

`day` is null if unreadable; `source_state` is a code or name in the source's system of states.
"""

OPTIONAL: Mapping[str, str] = MappingProxyType(
    {
        "published": "DATE",
        "source_own": "VARCHAR",
        "target_own": "VARCHAR",
        "source_actor": "VARCHAR",
        "target_actor": "VARCHAR",
        "source_role": "VARCHAR",
        "target_role": "VARCHAR",
        "score": "VARCHAR",
        "mentions": "VARCHAR",
        "latitude": "VARCHAR",
        "longitude": "VARCHAR",
        "reference": "VARCHAR",
        "quad": "VARCHAR",
        "plover": "VARCHAR",
        "label": "VARCHAR",
        "problem": "VARCHAR",
        "repair": "VARCHAR",
        "note": "VARCHAR",
        "nth": "BIGINT",
    }
)
"""Columns that a SELECT may yield.

`source_own` is the code of an actor that belongs to no state; `score`, `mentions`, `latitude` and
`longitude` are still text; `quad` is the file's own quad class and `label` its name of the action,
both only to compare; but where `plover` is the row's own PLOVER type, `quad` is the event's and
`cameo` only its label. `problem` is why the row cannot be an event, `repair` what was mended in it,
`note` what is worth knowing of it (all null for a good row); `nth` counts the events of a row from
1, if it may become several.
"""

_NULL = '"NULL"'


def columns_of(source: Source) -> dict[str, str]:
    """The columns that a source's SELECT yields, and their types.

    Raises:
        UsageError: The SELECT does not run on the source's own columns.
    """
    con = _connection()
    try:
        names = ", ".join(f"NULL::VARCHAR AS {quoted(name)}" for name in source.columns)
        con.execute(f"CREATE OR REPLACE TABLE raw AS SELECT {names}, '' AS filename, '' AS line")
        con.register("states", actors.table(source.states))
        for name, table in source.tables.items():
            con.register(name, table())
        text = f"DESCRIBE {source.select}"
        rows = con.execute(text, bound(con, text, _params(source))).fetchall()
    except duckdb.Error as error:
        raise _broken(source, f"Its SELECT does not run: {str(error).splitlines()[0]}") from error
    return {row[0].lower(): row[1] for row in rows}


def reads(source: Source, column: str) -> bool:
    """Whether a source's SELECT reads one of its columns: without it, it does not run.

    Example:
        >>> from detente.sources.icews import ICEWS
        >>> reads(ICEWS, "CAMEO Code"), reads(ICEWS, "Publisher")
        (True, False)
    """
    rest = {name: kind for name, kind in source.columns.items() if name != column}
    try:
        columns_of(dataclasses.replace(source, columns=rest))
    except UsageError:
        return True
    return False


@functools.cache
def _connection() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(config={"threads": 1})
    define_macros(con)
    con.execute("CREATE TABLE files AS SELECT '' AS filename, NULL::DATE AS published")
    return con


def check(source: Source) -> frozenset[str]:
    """The columns that a source's SELECT yields; one that breaks the contract is refused.

    Every source is checked where it is read, those of this package and those that are bound to a
    file too; one from outside also where it is registered.

    Raises:
        UsageError: A column is missing, unknown or of another type.

    Example:
        >>> from detente.sources.icews import ICEWS
        >>> "cameo" in check(ICEWS)
        True
    """
    columns = columns_of(source)
    missing = [name for name in NEEDED if name not in columns]
    if source.expands and "nth" not in columns:
        missing.append("nth")
    if missing:
        raise _broken(source, f"Its SELECT does not yield {', '.join(missing)}.")
    for name, kind in columns.items():
        wanted = NEEDED.get(name) or OPTIONAL.get(name)
        if wanted is None:
            raise _broken(source, f"Its SELECT yields {name!r}, which means nothing.")
        if kind not in {wanted, _NULL} and not (name == "nth" and kind in {"INTEGER", "BIGINT"}):
            raise _broken(source, f"{name} is {kind} and should be {wanted}.")
    return frozenset(columns)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _params(source: Source) -> dict[str, str]:
    return {"origin": source.origin, "delimiter": source.delimiter, **source.params}


def _broken(source: Source, fault: str) -> UsageError:
    return UsageError(
        f"The source {source.name} cannot be used.",
        fault,
        "See detente.sources.reading.contract for the columns and types that a SELECT yields.",
    )
