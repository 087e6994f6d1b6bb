"""What a source is: how its files look, and the one SELECT that maps them onto the events."""

from __future__ import annotations

import dataclasses
import datetime as dt
import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

from detente.errors import UsageError

Columns = Mapping[str, str]
Bind = Callable[["Source", Path, str, Columns], "Source"]
Roots = Literal["yes", "no", "judge"]


@dataclass(frozen=True)
class Alike:
    """The raw columns by which rows of a source are alike, where they are only to be counted.

    A SELECT that reads no others but those that only describe yields one event for a row.

    Attributes:
        number: The number of the event, which decides nothing else.
        fate: Those that decide, with the score, what becomes of a row: days and codes.
        score: The score, which may be out of range.
        actors: Of doer and target the code of the state and that of the actor without one.
    """

    number: str
    fate: tuple[str, ...]
    score: str
    actors: tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True)
class Source:
    """A declaration of how a source's files look.

    Attributes:
        name: The name to ingest it by.
        title: What it is, in one line.
        origin: Origin of its events; two layouts of one data set share it.
        columns: Names of the raw columns and what each holds (`id`, `date`, `text`, `code`,
            `number`), in order.
        select: SELECT over `raw` (and `files`) that keeps the contract of
            `detente.sources.reading.contract`.
        states: System of state codes of `source_state` and `target_state`.
        delimiter: What separates columns.
        quoted: Whether fields may be quoted; event files usually are not, and a stray quote in
            them must not swallow lines.
        multiline: Whether a quoted field may span lines.
        header: First field of the header line; empty if the files have none.
        optional: How many of the last columns may be missing.
        roots: Whether codes of two digits are CAMEO roots (`yes`), codes that lost their leading
            zero (`no`), or whatever the codes of the whole file show (`judge`).
        patterns: Names of its files, as in a shell.
        archives: Names of its archives.
        named: Names that tell the header of its files, in any order and among others. A source
            that is bound by `by_header` reads these columns; others know columns by their place.
        first_field: What the first field of a row looks like, to tell sources apart.
        published: Pattern whose group 1 is the day of publication in a file's name (`YYYYMMDD`).
        late_days: How many days after its publication an event may be dated.
        expands: Whether one row may become several events.
        twin: Origin that carries the same stream from `twin_since` on: a day that is stored under
            the one is not read under the other.
        twin_since: First day of publication that both carry.
        twin_except: Part of the names of files that only this origin carries.
        example: One line, as it stands in a file.
        citation: How to cite it.
        licence: What may be done with its rows, as far as it is stated.
        get: How to get it.
        bind: For sources that must see the user's mapping or neighbouring files first.
        tables: Small tables that `select` joins, each made when it is needed.
        params: Values that `select` binds.
        alike: By which columns its rows are alike, if they may be judged together.
    """

    name: str
    title: str
    origin: str
    columns: Columns
    select: str
    states: str
    example: str
    citation: str
    get: str
    patterns: tuple[str, ...]
    licence: str = "not stated"
    archives: tuple[str, ...] = ("*.zip",)
    delimiter: str = "\t"
    quoted: bool = False
    multiline: bool = False
    header: str = ""
    optional: int = 0
    roots: Roots = "no"
    named: tuple[str, ...] = ()
    first_field: str = ".*"
    published: str = ""
    late_days: int = 1
    expands: bool = False
    twin: str = ""
    twin_since: dt.date = dt.date.max
    twin_except: str = ""
    bind: Bind | None = None
    tables: Mapping[str, Callable[[], pa.Table]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    params: Columns = field(default_factory=lambda: MappingProxyType({}))
    alike: Alike | None = None

    def names_file(self, name: str) -> bool:
        """Whether a file of this name is one of the source's (compressed with gzip or not)."""
        bare = name.lower().removesuffix(".gz")
        return any(fnmatch.fnmatchcase(bare, pattern.lower()) for pattern in self.patterns)

    def names_archive(self, name: str) -> bool:
        """Whether an archive of this name is one of the source's."""
        return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.archives)

    def fits(self, fields: list[str]) -> bool:
        """Whether a line, split into fields, has the shape of a row or header of this source."""
        width = len(self.columns)
        while len(fields) > width and not fields[-1]:
            fields = fields[:-1]  # empty fields after the last column are forgiven, as by DuckDB
        if not width - self.optional <= len(fields) <= width:
            return False
        if self.header and fields[0] == self.header:
            return True
        return re.fullmatch(self.first_field, fields[0]) is not None

    def names_all(self, fields: list[str]) -> bool:
        """Whether a line, split into fields, is a header with all names that the source needs."""
        return bool(self.named) and {bare_name(name) for name in self.named} <= set(
            map(bare_name, fields)
        )

    def by_header(self, fields: list[str]) -> Source:
        """The source with the columns of a file's header, which must name all that are needed.

        Args:
            fields: The names in the header. Case and signs do not count; a name that is not one
                of the source's own is read and not used, and of two like names the first is.
        """
        own = {bare_name(name): name for name in self.columns}
        columns: dict[str, str] = {}
        for number, field_name in enumerate(fields):
            name = own.pop(bare_name(field_name), f"column {number}")
            columns[name] = self.columns.get(name, "text")
        return dataclasses.replace(self, columns=columns, header=fields[0].strip(), optional=0)

    def refuse(self, mapping: Columns) -> None:
        """Refuse a mapping that the source has no use for.

        Raises:
            UsageError: There is one.
        """
        if mapping:
            raise UsageError(
                f"The source {self.name} takes no mapping.", "", "Leave it away, or use csv."
            )

    def published_on(self, name: str) -> dt.date | None:
        """The day of publication that a file's name says."""
        match = re.search(self.published, name) if self.published else None
        if match is None:
            return None
        try:
            return dt.datetime.strptime(match[1], "%Y%m%d").replace(tzinfo=dt.UTC).date()
        except ValueError:
            return None


def bare_name(name: str) -> str:
    """A column's name without case and signs."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())
