"""How many events of the op-ed are coded, and how many of those coded are right.

The gold rows were made by hand. `actual` ones are to be coded; the `multilateral` one stands for
the thirty pairs of the Six-Party Talks; `optional` and `hypothetical` ones are neither wanted nor
wrong. Nothing was learned from them. Run it with `python -m lab.coding.op_ed_events`.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from detente.events.ontology import quad_of

SHARED = Path(os.environ.get("DETENTE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
WRITTEN = "2017-03-14"
MANY = "*6"
"""How the gold writes each of the six parties."""


@dataclass(frozen=True)
class Gold:
    """An event that a reader sees in the op-ed.

    Attributes:
        anchor: Words of its sentence, with ` ... ` where some are left out.
        source: ISO3 of who acts.
        target: ISO3 of who is acted on.
        quad: Quad class.
        status: `actual`, `multilateral`, `optional` or `hypothetical`.
    """

    anchor: str
    source: str
    target: str
    quad: int
    status: str

    def stands_in(self, sentence: str) -> bool:
        """Whether its words stand in a sentence."""
        return all(part.strip() in sentence for part in self.anchor.split("..."))


@dataclass(frozen=True)
class Event:
    """An event that was coded."""

    sentence: str
    source: str
    target: str
    quad: int


@dataclass(frozen=True)
class Score:
    """What was coded, beside the gold.

    Attributes:
        wanted: Directed actual events of the gold.
        right: Of these, coded in their own sentence with the right quad class.
        anywhere: Of these, coded in any sentence with the right quad class.
        dyads: Of these, coded in their own sentence with any quad class.
        coded: Different events that were coded outside of the Six-Party Talks and are no optional
            or hypothetical ones.
        wrong: Of these, those that are not in the gold.
        six: Pairs of the Six-Party Talks that were coded.
    """

    wanted: int
    right: int
    anywhere: int
    dyads: int
    coded: int
    wrong: tuple[Event, ...]
    six: int

    @property
    def precision(self) -> float:
        """Share of the coded events, without the Six-Party pairs, that are right."""
        return (self.coded - len(self.wrong)) / self.coded if self.coded else 0.0


def read_gold(path: Path) -> list[Gold]:
    """The gold rows in the order of their file."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Gold(row["anchor"], row["source"], row["target"], int(row["quad"]), row["status"])
        for row in rows
    ]


def scored(events: Iterable[Event], gold: Sequence[Gold]) -> Score:
    """Coded events against the gold.

    Args:
        events: The events; the same one twice in a sentence counts once.
        gold: The gold rows.
    """
    different = list(dict.fromkeys(events))
    many = [row for row in gold if row.source == MANY]
    wanted = [row for row in gold if row.status == "actual" and row.source != MANY]
    spared = [row for row in gold if row.status in {"optional", "hypothetical"}]
    six = [event for event in different if any(row.stands_in(event.sentence) for row in many)]
    rest = [
        event
        for event in different
        if event not in six
        and (_matches(event, wanted) or not _matches(event, spared, any_quad=True))
    ]
    return Score(
        wanted=len(wanted),
        right=sum(any(_matches(event, [row]) for event in different) for row in wanted),
        anywhere=sum(
            any(
                (e.source, e.target, e.quad) == (row.source, row.target, row.quad)
                for e in different
            )
            for row in wanted
        ),
        dyads=sum(
            any(_matches(event, [row], any_quad=True) for event in different) for row in wanted
        ),
        coded=len(rest),
        wrong=tuple(event for event in rest if not _matches(event, wanted)),
        six=len(six),
    )


def coded_events(text: str, date: str, confidence: float) -> list[Event]:
    """The events that `detente.coding` sees in a text."""
    code = import_module("detente.coding.facade").code  # needs the libraries of the extra
    details = code(text, date, min_confidence=confidence).details.to_pylist()
    return [
        Event(
            row["sentence"],
            row["source"].partition(":")[0],
            row["target"].partition(":")[0],
            quad_of(row["cameo"]),
        )
        for row in details
        if row["event_id"]
    ]


def main(arguments: list[str] | None = None) -> int:
    """Print the score and the events that are not in the gold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the material")
    parser.add_argument("--date", default=WRITTEN)
    parser.add_argument("--min-confidence", type=float, default=0.6)
    options = parser.parse_args(arguments)
    gold = read_gold(options.shared / "bench" / "coding" / "oped_events_gold.tsv")
    text = (options.shared / "seed" / "op-ed.txt").read_text(encoding="utf-8")
    score = scored(coded_events(text, options.date, options.min_confidence), gold)
    print(f"right at quad in their sentence: {score.right} of {score.wanted}")
    print(f"right at quad in any sentence: {score.anywhere} of {score.wanted}")
    print(f"pairs in their sentence: {score.dyads} of {score.wanted}")
    share = f"{score.precision:.0%} of {score.coded}"
    print(f"precision without the six parties: {share}; {score.six} pairs of the six parties")
    for event in score.wrong:
        print(f"  not in the gold: {event.source} > {event.target} quad {event.quad}")
    return 0


def _matches(event: Event, gold: Iterable[Gold], *, any_quad: bool = False) -> bool:
    """Whether an event is one of some gold rows, in the sentence of the row."""
    return any(
        (event.source, event.target) == (row.source, row.target)
        and (any_quad or event.quad == row.quad)
        and row.stands_in(event.sentence)
        for row in gold
    )


if __name__ == "__main__":
    sys.exit(main())
