"""Events that ICEWS coded in sentences of 2016: read, drawn for judging by hand, as events of ours.

The sentences are news text that others hold rights in: they are measured on where the reference
material lies beside the project, never learned from, stored or quoted. What is kept of them are
numbers of events and our own verdicts (`icews_judged.tsv`), which `JUDGED.md` explains.
"""

from __future__ import annotations

import csv
import functools
import gzip
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.events.actors import to_iso3
from detente.events.ontology import codes_by_name, plain_name
from lab.coding.scoring import Event

FOLDER = Path(__file__).parent
FILE = Path("bench") / "coding" / "icews-sentences-2016.csv.gz"
SEED = 2016
DRAWN = 200
NOBODY = "NULL"
BY_NAME = frozenset({"ISIS", "ALQ"})
"""Groups that are known by their name, whatever the country that ICEWS files them under."""


@dataclass(frozen=True)
class Row:
    """An event that ICEWS saw in a sentence.

    Attributes:
        id: ICEWS's number of the event.
        date: The day, as ISO text.
        text: The sentence.
        source: Name of who acts.
        source_country: Country of the source; `NULL` if it has none.
        target: Name of who is acted on.
        target_country: Country of the target.
        cameo: CAMEO code that the text of the event means.
    """

    id: str
    date: str
    text: str
    source: str
    source_country: str
    target: str
    target_country: str
    cameo: str


def read_rows(path: Path) -> list[Row]:
    """The events in the order of the file.

    Args:
        path: A CSV compressed by gzip, one event a line, with its sentence.
    """
    codes = codes_by_name()
    with gzip.open(path) as packed:
        lines = csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8", newline=""))
        return [
            Row(
                line["Event ID"],
                line["Event Date"],
                line["Event Sentence"],
                line["Source Name"],
                line["Source Country"],
                line["Target Name"],
                line["Target Country"],
                codes[plain_name(line["Event Text"])],
            )
            for line in lines
        ]


def drawn(rows: Sequence[Row], number: int = DRAWN, seed: int = SEED) -> list[Row]:
    """Events at random, no two of the same sentence.

    Args:
        rows: Events in the order of their file.
        number: How many are wanted.
        seed: Seed of the random numbers.
    """
    order = np.random.default_rng(seed).permutation(len(rows))
    by_text: dict[str, Row] = {}
    for row in (rows[place] for place in order):
        by_text.setdefault(row.text, row)
    return list(by_text.values())[:number]


@dataclass(frozen=True)
class Verdict:
    """What a reader says of an event of ICEWS; the fields are explained in `JUDGED.md`."""

    id: str
    pair: str
    quad: str
    root: str
    right_root: str
    reason: str
    events: str

    @property
    def is_right(self) -> bool:
        """Whether both the pair and the quad class are right."""
        return self.pair == self.quad == "right"


def read_verdicts(path: Path = FOLDER / "icews_judged.tsv") -> list[Verdict]:
    """The verdicts in the order of the draw."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Verdict(**row) for row in csv.DictReader(lines, delimiter="\t")]


def code_of(name: str, country: str) -> str | None:
    """Code of an actor of ICEWS; None for one that is of no state and has none.

    Args:
        name: As ICEWS writes it, the group that somebody belongs to in brackets.
        country: As ICEWS writes it.

    Example:
        >>> code_of("Militant (Al Qaeda)", "NULL"), code_of("Hezbollah", "Lebanon")
        ('ALQ', 'LBN')
        >>> code_of("Unspecified Actor", "NULL") is None
        True
    """
    inner = re.search(r"\((.+)\)$", name)
    group = _groups().get(inner.group(1) if inner else name)
    if country == NOBODY or group in BY_NAME:
        return group
    return to_iso3(country, "name")


def event_of(row: Row) -> Event | None:
    """A row as an event; None if it cannot be scored."""
    source = code_of(row.source, row.source_country)
    target = code_of(row.target, row.target_country)
    return Event(source, target, frozenset({row.cameo[:2]})) if source and target else None


def by_sentence(rows: Iterable[Row]) -> dict[str, list[Event]]:
    """The events that can be scored, by the words of their sentence."""
    events: dict[str, list[Event]] = {}
    for row in rows:
        event = event_of(row)
        if event:
            events.setdefault(row.text, []).append(event)
    return events


@functools.cache
def _groups() -> Mapping[str, str]:
    with (FOLDER / "icews_actors.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: row["code"] for row in csv.DictReader(lines, delimiter="\t")}
