"""The dated table of actors, compiled for lookup: who a name means on a day.

The table that ships (`data/actors.csv`) is made by `scripts/build_gazetteer.py`; its `source` says
of each row where it comes from. A user's own rows go before it.
"""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

from detente.coding.surnames import surname_keys
from detente.coding.words import key, words
from detente.csv_files import read_csv
from detente.errors import InputError
from detente.events.actors import ROLES, to_iso3

COLUMNS = ("name", "aliases", "code", "role", "kind", "office", "start", "end", "source")
"""Columns of a table of actors: `aliases` are parted by `|`, and one with `*` before it is matched
only as it is written (`*US`); `start` and `end` are days, both inclusive, empty for always."""

KINDS = frozenset({
    "state", "adjective", "people", "capital", "place", "head", "minister", "person", "party",
    "group", "organisation", "region", "body", "media", "firm",
})  # fmt: skip
PERSONS = frozenset({"head", "minister", "person"})
OWN_ROLES = frozenset({"REL", "LOC"})
"""Roles beyond CAMEO's: clergy, and regional or local authorities."""

_EXACT = "="
"""Stands before the key of a name that is matched only as it is written."""

_COARSE = dt.timedelta(days=730)
"""How far a term may reach beyond what a table says that knows offices only as of a day."""

_HANDOVER = dt.timedelta(days=1)
"""On the day of the handover a person is still the one who held the office."""


class Row(NamedTuple):
    """A row of the table; its fields are `COLUMNS`."""

    name: str
    aliases: tuple[str, ...]
    code: str
    role: str
    kind: str
    office: str
    start: dt.date
    end: dt.date
    source: str

    def on(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Gazetteer:
    """Names and who they mean on a day.

    Attributes:
        rows: The table.
        names: Rows by the key of each name; `=US` for names that are matched as written.
        lower: Keys of names that begin without a capital.
        all_lower: Keys of those that have none at all.
        longest: By first word of a key, how many words the longest name has.
        surnames: Rows of persons by what they are called alone.
        offices: Rows by code and office.
    """

    rows: tuple[Row, ...]
    names: Mapping[str, tuple[Row, ...]]
    lower: frozenset[str]
    all_lower: frozenset[str]
    longest: Mapping[str, int]
    surnames: Mapping[str, tuple[Row, ...]]
    offices: Mapping[tuple[str, str], tuple[Row, ...]]

    def with_rows(self, rows: Iterable[Row]) -> Gazetteer:
        """The same with rows of one's own, which go before those that name the same."""
        own = compiled(rows)
        rest = compiled(
            row for row in self.rows if not any(name in own.names for name in _keys(row))
        )
        return Gazetteer(
            own.rows + rest.rows,
            {**rest.names, **own.names},
            own.lower | rest.lower,
            own.all_lower | rest.all_lower,
            {
                word: max(own.longest.get(word, 0), rest.longest.get(word, 0))
                for word in {*own.longest, *rest.longest}
            },
            {**rest.surnames, **own.surnames},
            {**rest.offices, **own.offices},
        )

    def with_table(self, path: Path) -> Gazetteer:
        """The same with a user's table (`read_rows`)."""
        return self.with_rows(read_rows(path))

    def holder(self, code: str, offices: Iterable[str], day: dt.date) -> Row | None:
        """Who held one of these offices of a state on a day; None if that is not known.

        Example:
            >>> gazetteer().holder("USA", ["president"], dt.date(1991, 2, 1)).name
            'George H. W. Bush'
        """
        for office in offices:
            for row in self.offices.get((code, office), ()):
                if row.on(day):
                    return row
        return None


def best(rows: Iterable[Row], day: dt.date | None) -> tuple[Row, ...]:
    """The rows of a name that hold on a day, those of the highest office first come.

    Args:
        rows: All rows of the name.
        day: The day; None for the latest that is known.

    Returns:
        Rows that hold. Of persons, the highest rank only; where no term holds, the row that ended
        last, or the first to begin.
    """
    every = tuple(rows)
    if day is None:
        day = max((min(row.end, dt.date(2026, 12, 31)) for row in every), default=dt.date.max)
    there = [row for row in every if row.on(day)]
    if not there:
        there = [row for row in every if _nearly(row, day)]
    if not there:
        there = _nearest([row for row in every if row.kind in PERSONS], day)
    rank = min(map(_rank, there), default=0)
    return tuple(row for row in there if _rank(row) == rank)


def _rank(row: Row) -> int:
    """Heads before ministers, then whoever our own tables name, then the others."""
    if row.kind in {"head", "minister"}:
        return ("head", "minister").index(row.kind)
    return 3 if row.kind == "person" and not row.source.startswith("own") else 2


def in_office(row: Row, day: dt.date | None) -> bool:
    """Whether a person still, or nearly, held the office of a row on a day."""
    return day is None or row.on(day) or _nearly(row, day) or _leaves(row, day)


def _leaves(row: Row, day: dt.date) -> bool:
    return row.end < day <= row.end + _HANDOVER


def _nearly(row: Row, day: dt.date) -> bool:
    coarse = row.kind == "person" and not row.source.startswith("own")
    return coarse and row.start - day <= _COARSE and day - row.end <= _COARSE


def _nearest(rows: list[Row], day: dt.date) -> list[Row]:
    past = [row for row in rows if row.end < day]
    if past:
        latest = max(row.end for row in past)
        return [row for row in past if row.end == latest]
    first = min((row.start for row in rows), default=day)
    return [row for row in rows if row.start == first]


@functools.cache
def gazetteer() -> Gazetteer:
    """The table that ships, compiled once.

    Example:
        >>> [row.name for row in gazetteer().names["bush"]] if "bush" in gazetteer().names else []
        []
        >>> best(gazetteer().names["george bush"], dt.date(2005, 1, 1))[0].name
        'George W. Bush'
    """
    return compiled(read_rows(resources.files("detente.coding").joinpath("data", "actors.csv")))


def compiled(rows: Iterable[Row]) -> Gazetteer:
    """Rows made ready for lookup."""
    table = tuple(rows)
    names: dict[str, tuple[Row, ...]] = {}
    surnames: dict[str, tuple[Row, ...]] = {}
    offices: dict[tuple[str, str], tuple[Row, ...]] = {}
    longest: dict[str, int] = {}
    lower: set[str] = set()
    all_lower: set[str] = set()
    for row in table:
        person = row.kind in PERSONS
        for name in _keys(row):
            length = name.count(" ") + 1
            alone = person and length == 1
            index = surnames if alone else names
            index[name] = (*index.get(name, ()), row)
            first = name.removeprefix(_EXACT).partition(" ")[0]
            longest[first] = max(longest.get(first, 0), length)
        lower.update(key(name) for name in (row.name, *row.aliases) if name[:1].islower())
        all_lower.update(key(name) for name in (row.name, *row.aliases) if name.islower())
        if person:
            for name in surname_keys(row.name, row.code):
                surnames[name] = (*surnames.get(name, ()), row)
                first = name.partition(" ")[0]
                longest[first] = max(longest.get(first, 0), name.count(" ") + 1)
        if row.office:
            offices[row.code, row.office] = (*offices.get((row.code, row.office), ()), row)
    return Gazetteer(
        table, names, frozenset(lower), frozenset(all_lower), longest, surnames, offices
    )


def _keys(row: Row) -> Iterator[str]:
    """The keys of a row's names, each once."""
    seen = set()
    for name in (row.name, *row.aliases):
        if name.startswith("*"):
            keys = [_EXACT + exact(name[1:])]
        elif row.kind in PERSONS:
            keys = list(_of_person(key(name)))
        else:
            keys = [key(name)]
        for item in keys:
            if item and item not in seen:
                seen.add(item)
                yield item


def _of_person(name: str) -> Iterator[str]:
    """A person's name, also without initials in its middle and without an Arabic article."""
    yield name
    parts = name.split()
    if len(parts) > 2:
        yield " ".join([parts[0], *(part for part in parts[1:-1] if len(part) > 1), parts[-1]])
    if {"al", "el"} & set(parts[1:]):
        yield " ".join(part for part in parts if part not in {"al", "el"})


def exact(text: str) -> str:
    """A name as it is written, its dots and signs apart.

    Example:
        >>> exact("U.S."), exact("G-7")
        ('US', 'G 7')
    """
    return " ".join(word.text.replace(".", "") for word in words(text))


def read_rows(path: Path | Traversable) -> list[Row]:
    """The rows of a table of actors.

    Args:
        path: A CSV file with the columns `name, aliases, code, role, kind, office, start, end,
            source`, of which all but name, code and kind may be missing.

    Raises:
        InputError: The file or one of its rows cannot be used; every bad row is told.
    """
    file = read_csv(path)
    missing = {"name", "code", "kind"} - set(file.header)
    if missing:
        raise InputError(
            f"{path} is no table of actors.",
            f"It lacks {', '.join(sorted(missing))}; its columns are {', '.join(file.header)}.",
            f"Give it columns of {', '.join(COLUMNS)}.",
        )
    rows, problems = [], list(file.uneven_problems())
    for line, cells in zip(file.lines, file.cells, strict=True):
        try:
            rows.append(_row(dict(zip(file.header, map(_once, cells), strict=True))))
        except ValueError as error:
            problems.append(f"line {line}, {error}.")
    if problems:
        shown = " ".join(problems[:5])
        raise InputError(f"{path} could not be read.", f"In {shown}", "Mend these lines.")
    return rows


def _once(text: str) -> str:
    """The same text, held once however many rows have it."""
    return sys.intern(text.strip())


def _row(cells: Mapping[str, str]) -> Row:
    row = Row(
        cells["name"],
        tuple(filter(None, map(str.strip, cells.get("aliases", "").split("|")))),
        cells["code"],
        cells.get("role", ""),
        cells["kind"],
        cells.get("office", ""),
        _day(cells.get("start", ""), dt.date.min),
        _day(cells.get("end", ""), dt.date.max),
        cells.get("source", ""),
    )
    if row.kind not in KINDS:
        raise ValueError(f"{row.kind!r} is no kind; it is one of {', '.join(sorted(KINDS))}")
    if not key(row.name):
        raise ValueError("it has no name")
    if not row.code or not row.code.isascii() or not row.code.isupper():
        raise ValueError(f"{row.code!r} is no code in capitals")
    if row.role and row.role not in ROLES | OWN_ROLES:
        raise ValueError(f"{row.role!r} is no CAMEO role")
    if row.start > row.end:
        raise ValueError(f"it ends on {row.end}, before it starts")
    return row


@functools.lru_cache(maxsize=10_000)
def _day(text: str, default: dt.date) -> dt.date:
    """A day; many rows share it, so it is made once."""
    if not text:
        return default
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day such as 2017-03-14") from None


def is_state(code: str) -> bool:
    """Whether a code is a state's.

    Example:
        >>> is_state("FRA"), is_state("HAMAS")
        (True, False)
    """
    return to_iso3(code, "iso3") == code
