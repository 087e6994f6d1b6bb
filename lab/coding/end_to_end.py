"""How many events of labelled sentences the coder sees, and how many of those it codes are right.

    python -m lab.coding.end_to_end            # tables
    python -m lab.coding.end_to_end --json     # the same as JSON

Sets: the sentences of `sentences.tsv` that are held (both readings); our fifty of the reference
material, which earlier coders were mended by; and the records of PLOVER's gold standard that no
labelled set shares. Where a label has a status, `actual` counts events that happened, as the coder
gives them, and `any` all statuses on both sides; labels without one are wanted in both.

Gold standard records list some of a sentence's events, so that their precision is a floor, and only
events between two different states count there. Intervals are percentiles of resamples of whole
sentences (2,000, seed 1); those of shares are exact.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from pathlib import Path
from typing import Any

from detente.coding.coder import MIN_CONFIDENCE, Coder
from detente.events.actors import to_iso3
from lab.coding.coder_runs import BY_STATUS, Dated, actual, coded
from lab.coding.op_ed_events import SHARED
from lab.coding.scoring import (
    LEVELS,
    Event,
    Line,
    as_json,
    as_table,
    at_state,
    between,
    exact,
    scores,
    shown,
)
from lab.coding.sentences import FOLDER, NONE, held, read_labels, read_sentences

ROOTS: Mapping[str, str] = {
    "AGREE": "03", "CONSULT": "04", "SUPPORT": "05", "COOPERATE": "06", "AID": "07",
    "CONCEDE": "08", "RETREAT": "08", "YIELD": "08", "INVESTIGATE": "09", "DEMAND": "10",
    "DISAPPROVE": "11", "ACCUSE": "09/11", "REJECT": "12", "THREATEN": "13", "PROTEST": "14",
    "MOBILIZE": "15", "SANCTION": "16", "REQUEST": "02/10", "COERCE": "17/19", "FIGHT": "19/20",
    "ASSAULT": "17/18/19/20",
}  # fmt: skip
"""CAMEO roots that a type may have, as `GUIDE.md` splits them."""

MUTUAL = frozenset({"AGREE", "CONSULT", "SUPPORT", "COOPERATE", "FIGHT"})
"""Types whose records may name both sides as the source."""

MISSPELT = {"ITL": "ITA", "JAP": "JPN", "VTN": "VNM"}
"""Codes of the gold standard that mean no state, and what its words name."""


@dataclass(frozen=True)
class Labelled:
    """Sentences with the events that a reader saw in them.

    Attributes:
        name: What the set is called.
        sentences: Its sentences.
        gold: Events by sentence.
        states_only: Whether only events between different states are listed.
    """

    name: str
    sentences: Sequence[Dated]
    gold: Mapping[str, Sequence[Event]]
    states_only: bool = False


def own_held(labels: str) -> Labelled:
    """The sentences of our own that are never learned from, by one of the readings.

    Args:
        labels: Name of the reading's file.
    """
    sentences = [
        (sentence.id, sentence.date, sentence.text)
        for sentence in read_sentences()
        if held(sentence.id)
    ]
    gold: dict[str, list[Event]] = {name: [] for name, _, _ in sentences}
    for label in read_labels(FOLDER / labels):
        if label.type != NONE and label.id in gold:
            event = Event(label.source, label.target, frozenset({label.root}), label.status)
            gold[label.id].append(event)
    return Labelled(f"held, {labels.removesuffix('.tsv')}", sentences, gold)


def own_dev(path: Path) -> Labelled:
    """The fifty sentences of our own in the reference material."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = [f"dev{number}" for number in range(len(rows))]
    return Labelled(
        "own dev",
        [
            (name, dt.date.fromisoformat(row["date"]), row["text"])
            for name, row in zip(names, rows, strict=True)
        ],
        {name: typed(row["events"]) for name, row in zip(names, rows, strict=True)},
    )


def typed(text: str) -> list[Event]:
    """Events written with their types.

    Example:
        >>> sorted(typed("CHN>USA:ACCUSE;USA>CHN:AID")[0].roots)
        ['09', '11']
        >>> typed("-")
        []
    """
    events = []
    for part in text.split(";") if text != "-" else ():
        pair, kind = part.split(":")
        source, target = pair.split(">")
        events.append(Event(source, target, frozenset(ROOTS[kind].split("/"))))
    return events


def gold_standard(path: Path) -> Labelled:
    """The records that have an event between two different states, by sentence."""
    sentences: dict[str, Dated] = {}
    gold: dict[str, list[Event]] = {}
    for record in json.loads(path.read_text(encoding="utf-8")):
        events = list(recorded(record))
        if events:
            text = record["text"].strip()
            day = dt.date.fromisoformat(record["date"])
            sentences.setdefault(text, (record["id"], day, text))
            gold.setdefault(sentences[text][0], []).extend(events)
    return Labelled("gold standard", list(sentences.values()), gold, states_only=True)


def recorded(record: Mapping[str, Any]) -> Iterator[Event]:
    """The events between different states that a record stands for."""
    roots = frozenset(ROOTS[record["event"]].split("/"))
    sources, targets = (states_of(record.get(side)) for side in ("source", "target"))
    pairs = list(product(sources, targets))
    if not isinstance(record.get("target"), list) and record["event"] in MUTUAL:
        pairs = list(permutations(sources, 2))
    return (Event(source, target, roots) for source, target in pairs if source != target)


def states_of(side: Any) -> list[str]:
    """The states among the actors of a record's side; a side may be words or missing."""
    actors = side if isinstance(side, list) else []
    codes = [MISSPELT.get(actor["code"], actor["code"]) for actor in actors]
    return [code for code in codes if is_state(code)]


def is_state(code: str) -> bool:
    """Whether a code is that of a state as such.

    Example:
        >>> is_state("IRN"), is_state("UN")
        (True, False)
    """
    return to_iso3(code, "iso3") == code


def lines_of(labelled: Labelled, seen: Mapping[str, Sequence[Event]]) -> Iterator[Line]:
    """The scores of a set for each way of counting."""
    ways: dict[str, Callable[[Iterable[Event]], list[Event]]] = {"state": at_state, "role": list}
    if labelled.states_only:
        ways = {"state": between_states}
    for (actors, way), (status, choose), level in product(ways.items(), BY_STATUS.items(), LEVELS):
        gold = {name: way(choose(events)) for name, events in labelled.gold.items()}
        given = {name: way(choose(events)) for name, events in seen.items()}
        yield Line(labelled.name, actors, status, level, scores(given, gold, level))


def between_states(events: Iterable[Event]) -> list[Event]:
    """Events between two different states."""
    return between(
        event for event in at_state(events) if is_state(event.source) and is_state(event.target)
    )


def falsely_coded(labelled: Labelled, seen: Mapping[str, Sequence[Event]]) -> tuple[int, int]:
    """How many sentences without an event got one that happened, and how many there are."""
    without = [name for name, events in labelled.gold.items() if not events]
    return sum(bool(actual(seen.get(name, ()))) for name in without), len(without)


def all_sets(shared: Path) -> Iterator[Labelled]:
    """The sets; those of the reference material where it lies beside the project."""
    yield own_held("labels_a.tsv")
    yield own_held("labels_b.tsv")
    bench = shared / "bench" / "coding"
    if bench.is_dir():
        yield own_dev(bench / "own_sentences_dev.tsv")
        yield gold_standard(bench / "gsr_dev.json")


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the material")
    parser.add_argument("--min-confidence", type=float, default=MIN_CONFIDENCE)
    parser.add_argument("--weights", type=Path, help="a folder with another model's files")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    coder = Coder(weights=options.weights, min_confidence=options.min_confidence)
    lines: list[Line] = []
    false: dict[str, tuple[int, int]] = {}
    for labelled in all_sets(options.shared):
        seen = coded(labelled.sentences, coder)
        lines += lines_of(labelled, seen)
        if not labelled.states_only:
            false[labelled.name] = falsely_coded(labelled, seen)
    if options.json:
        print(json.dumps({"scores": as_json(lines), "false_events": false}, indent=1))
        return 0
    print(as_table(lines))
    for name, (times, cases) in false.items():
        share = shown(exact(times, cases))
        print(f"\n{name}: {times} of {cases} sentences without an event got one, {share} percent")
    return 0


if __name__ == "__main__":
    sys.exit(main())
