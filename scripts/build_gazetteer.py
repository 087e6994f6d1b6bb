"""Build `src/detente/coding/data/actors.csv`, the dated table of who is who in news since 1990.

Run from the project's root: ``python scripts/build_gazetteer.py [SHARED_FOLDER]``.

Sources of the facts:

- `scripts/actors/*.txt`: states, heads, ministers, groups and places, written for Detente from
  memory and not looked up; many days of ministers are of the month only.
- Phoenix actor dictionaries (openeventdata/Dictionaries, Copyright 2014 Open Event Data Alliance,
  MIT licence): holders of offices to 2014. It does not say which office.
- CIA, *World Leaders*, October 2019 (US government work, public domain): who was in office then.
- Wikidata (CC0), as EveryPolitician took it in 2022: heads of state and government by year, and
  foreign ministers by day.

A person of the written tables is not taken again from the others. Offices of little weight abroad
are left out.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from detente.coding.gazetteer import COLUMNS, is_state
from detente.coding.words import key
from detente.events.actors import to_iso3

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ROOT / "scripts/actors"
TARGET = ROOT / "src/detente/coding/data/actors.csv"

MEMORY = "own, from memory"
PHOENIX = "Phoenix to 2014, MIT"
CIA = "CIA World Leaders 2019-10"
WIKIDATA = "Wikidata 2022, CC0"

Record = dict[str, str]

FIRST = "1990-01-01"
PHOENIX_LAST = "2014-12-31"
PHOENIX_ROLES = {"GOV", "MIL", "SPY", "LEG", "JUD", "OPP"}
LEAST_DAYS, LEAST_DAYS_ACTIVE = 1800, 360
"""Who held offices for less is left out; less is asked of the active states."""

SERVANTS = re.compile(
    r"^(King|Queen|Emir|Sultan|Pres(ident)?|Vice Pres|Prime Min|Dep(uty)? Prime Min|Chancellor|"
    r"Min(ister)?\.? (of|for) (Foreign|External|Defen|Interior|Internal|Home|National Sec|Nat|"
    r"Finance|Justice|Trade|Commerce|Econom|Oil|Energy|Petrol|State)|Sec(retary)?\.? of|Speaker|"
    r"Chmn|Chief|Attorney|Governor|Gov|Dir|Ambassador to the US|Permanent Rep|Head|Supreme)"
)


def lines(name: str) -> Iterator[str]:
    """The lines of a written table, without remarks."""
    for line in (WRITTEN / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def listed(name: str) -> frozenset[str]:
    """A list of words in `lists.txt`."""
    lists = dict(line.split("|") for line in lines("lists.txt"))
    return frozenset(lists[name].split())


def record(kind: str, names: Iterable[str], code: str, **rest: str) -> Record:
    """A row of the table; the first name is the main one."""
    name, *aliases = names
    row = dict.fromkeys(COLUMNS, "")
    return row | {"kind": kind, "name": name, "aliases": "|".join(aliases), "code": code} | rest


def names_of(cell: str) -> dict[tuple[str, str], list[str]]:
    """The names of a cell by the days on which they hold (`Name@start..end`)."""
    by_days: dict[tuple[str, str], list[str]] = {}
    for item in filter(None, cell.split(",")):
        name, _, days = item.partition("@")
        start, _, end = days.partition("..")
        by_days.setdefault((start, end), []).append(name)
    return by_days


def states() -> Iterator[Record]:
    """States, their adjectives, peoples, capitals and seats of power."""
    for line in lines("states.txt"):
        code, *cells = line.split("|")
        for kind, cell in zip(("state", "adjective", "people", "capital"), cells, strict=True):
            role = "GOV" if kind == "capital" else ""
            for (start, end), names in names_of(cell).items():
                days = {"start": start, "end": end, "role": role}
                yield record(kind, names, code, **days, source=MEMORY)
    for line in lines("peoples.txt"):
        code, role, *cells = line.split("|")
        for kind, cell in zip(("adjective", "people"), cells, strict=True):
            yield record(kind, cell.split(","), code, role=role, source=MEMORY)
    for line in lines("places.txt"):
        code, cell = line.split("|")
        yield record("place", cell.split(","), code, source=MEMORY)


def groups() -> Iterator[Record]:
    """Organisations, groups, bodies, parties and people without an office."""
    for line in lines("groups.txt"):
        cell, code, role, kind, *days = line.split("|")
        start, end = (*days, "", "")[:2]
        names = cell.split(",")
        rest = {"role": role, "start": start, "end": end, "source": MEMORY}
        if is_state(code) or kind == "person" or code in {"UN", "NGO"}:
            yield from (record(kind, [name], code, **rest) for name in names)
        else:
            yield record(kind, names, code, **rest)


def offices(name: str, kind: str) -> Iterator[Record]:
    """Who held an office from day to day, until the next."""
    for line in lines(name):
        head, chain = line.split("|")
        code, _, office = head.removeprefix("@").partition(" ")
        terms = [item.split(" ", 1) for item in chain.split(";")]
        ends = [day_before(day) for day, _ in terms[1:]] + [""]
        for (start, holder), end in zip(terms, ends, strict=True):
            person, _, aliases = holder.partition("=")
            if person == "-":
                continue
            names = [person, *filter(None, aliases.split(","))]
            role = "GOV" if to_iso3(code, "iso3") == code else ""
            days = {"start": start, "end": end, "office": office, "role": role}
            yield record(kind, names, code, **days, source=MEMORY)


def day_before(day: str) -> str:
    """The day before, as text."""
    return str(dt.date.fromisoformat(day) - dt.timedelta(days=1))


def phoenix(folder: Path, taken: set[tuple[str, str]]) -> Iterator[Record]:
    """Persons of the Phoenix dictionaries, one row a name, state and role."""
    spans: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for row in table(folder / "phoenix_dated.csv"):
        code = to_iso3(row["code3"], "cameo") or ""
        start, end = row["start"], row["end"] or PHOENIX_LAST
        person = key(row["name"])
        if (
            row["role"] in PHOENIX_ROLES
            and "Countries" in row["file"]
            and start
            and end >= FIRST
            and is_name(person)
            and code
            and (person, code) not in taken
        ):
            who = (person, code, row["role"])
            first, last, _ = spans.get(who, (start, end, ""))
            spans[who] = (min(first, start), max(last, end), row["name"])
    for (_, code, role), (start, end, name) in spans.items():
        days = (dt.date.fromisoformat(end) - dt.date.fromisoformat(max(start, FIRST))).days
        if days >= (LEAST_DAYS_ACTIVE if code in ACTIVE else LEAST_DAYS):
            written = {"role": role, "start": start, "end": end, "source": PHOENIX}
            yield record("person", [titled(name)], code, **written)


def is_name(person: str) -> bool:
    """Whether it looks like a bare name of a person: two to five words, no title among them."""
    words = person.split()
    return 2 <= len(words) <= 5 and not TITLES & set(words) and all(map(str.isalpha, words))


def titled(name: str) -> str:
    """A name in capitals as it is written."""
    words = [word if word in PARTICLES else word.title() for word in name.lower().split()]
    return " ".join(words)


def cia(folder: Path, taken: set[tuple[str, str]]) -> Iterator[Record]:
    """Who was in a weighty office in October 2019; from when and until when is not known."""
    for row in table(folder / "leaders_recent.csv"):
        if row["source"].startswith("cia") and SERVANTS.match(row["office"]):
            name = re.sub(r'[“”"][^“”"]*[“”"]|\([^)]*\)', " ", row["name"]).split(",")[0]
            name = " ".join(word for word in name.split() if word.rstrip(".").lower() not in TITLES)
            if is_name(key(name)) and (key(name), row["iso3"]) not in taken:
                days = {"start": "2019-10-01", "end": "2019-10-31"}
                rest = {"role": "GOV", "source": CIA, "office": ""}
                yield record("person", [name], row["iso3"], **days, **rest)


def wikidata(folder: Path, taken: set[tuple[str, str]]) -> Iterator[Record]:
    """Heads by year and foreign ministers by day, of the states that the written tables lack."""
    for row in table(folder / "leaders_recent.csv"):
        name, code = row["name"], row["iso3"]
        if row["source"].startswith("everypolitician") and code and (key(name), code) not in taken:
            start = row["start"] if "-" in row["start"] else f"{row['start']}-01-01"
            end = f"{row['end'] or 2022}-12-31"
            written = {"role": "GOV", "start": start, "end": end, "source": WIKIDATA}
            if is_name(key(name)) and start <= "2022-12-31" and "monarch" not in row["office"]:
                yield record("person", [name], code, **written)


def table(path: Path) -> Iterator[Record]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def build(folder: Path) -> list[Record]:
    """All rows, those from memory first where they tell of the same person."""
    rows = [
        *states(),
        *groups(),
        *offices("heads.txt", "head"),
        *offices("ministers.txt", "minister"),
    ]
    for source in (wikidata, phoenix, cia):
        taken = {
            (key(name), row["code"])
            for row in rows
            for name in (row["name"], *row["aliases"].split("|"))
        }
        rows += list(source(folder, taken))
    unique = {tuple(row.values()): row for row in rows}
    return sorted(unique.values(), key=order)


def order(row: Record) -> tuple[str, ...]:
    """By kind and state; what is one person's stands together."""
    return tuple(
        row[column] for column in ("kind", "code", "office", "start", "name", "end", "role")
    )


ACTIVE, TITLES, PARTICLES = map(listed, ("active", "title", "particle"))


def main(shared: Path) -> None:
    """Write the table."""
    rows = build(shared / "bench/coding/actors")
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT.parent / "shared"))
