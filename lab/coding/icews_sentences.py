"""Sentences of 2016 that ICEWS coded: read, and drawn for judging by hand.

The sentences are news text that others hold rights in: they are measured on where the reference
material lies beside the project, never learned from, stored or quoted. What is kept of them are
numbers of events and our own verdicts (`icews_judged.tsv`).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.events.ontology import codes_by_name, plain_name

FILE = Path("bench") / "coding" / "icews-sentences-2016.csv.gz"
SEED = 2016
DRAWN = 200
NOBODY = "NULL"


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
