"""How many claims of an argument are found, and how many are invented.

    python -m lab.coding.measure_claims            # arguments of `lab/coding/arguments/`
    python -m lab.coding.measure_claims --write docs/reading.md

Arguments are our own, one sentence a row with the claim that a reader found in it: its kind (`a|b`
where either would do) and its sign; `-` claims nothing. `motive` tells only what someone wants:
an untestable claim, since a draft study has a block for it.
Those called `dev_` were read while the cues were written; those called `held_` were written, and
their claims noted, after the cues were fixed.
"""

from __future__ import annotations

import argparse
import csv
import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detente.arrays import Floats
from detente.coding.claims import Claim, claims_in
from detente.coding.sentences import sentences
from lab.coding import op_ed_draft

ARGUMENTS = Path(__file__).with_name("arguments")
SEED, DRAWS = 13, 4000


@dataclass(frozen=True)
class Row:
    """A sentence of an argument, what a reader found in it, and what the rules did."""

    argument: str
    sentence: str
    gold: str
    claim: Claim | None

    @property
    def is_claim(self) -> bool:
        """Whether the reader found a claim."""
        return self.gold != "-"

    @property
    def is_called(self) -> bool:
        """Whether the rules did."""
        return self.claim is not None

    @property
    def kind_right(self) -> bool:
        """Whether the kind is one that the reader accepts."""
        kinds = "untestable" if self.gold == "motive" else self.gold.rstrip("+-0")
        return self.claim is not None and self.claim.kind in kinds.split("|")


def rows_of(path: Path) -> list[Row]:
    """The sentences of an argument with the claims that are found in its running text."""
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    text, starts = _running(records)
    first: dict[int, Claim] = {}
    for claim in claims_in(sentences(text)):
        place = bisect(starts, claim.cue_span[0]) - 1
        if place not in first or first[place].family == "motive":
            first[place] = claim
    return [
        Row(path.stem, record["sentence"], record["claims"], first.get(place))
        for place, record in enumerate(records)
    ]


def _running(records: Sequence[dict[str, str]]) -> tuple[str, list[int]]:
    """The text of an argument, a blank line between paragraphs, and where each sentence begins."""
    text, starts, paragraph = "", [], ""
    for record in records:
        gap = " " if record["paragraph"] == paragraph else "\n\n"
        text += gap if text else ""
        starts.append(len(text))
        text += record["sentence"]
        paragraph = record["paragraph"]
    return text, starts


def shares(rows: Sequence[Row]) -> tuple[float, float, float]:
    """Recall, precision and the share of right kinds among the claims that were found."""
    called = sum(row.is_called for row in rows)
    gold = sum(row.is_claim for row in rows)
    both = [row for row in rows if row.is_called and row.is_claim]
    kinds = sum(row.kind_right for row in both)
    return len(both) / max(gold, 1), len(both) / max(called, 1), kinds / max(len(both), 1)


def intervals(rows: Sequence[Row]) -> Floats:
    """95% intervals of the shares by resampling sentences, shape (2, 3)."""
    rng = np.random.default_rng(SEED)
    draws = [
        shares([rows[place] for place in rng.integers(0, len(rows), len(rows))])
        for _ in range(DRAWS)
    ]
    return np.asarray(np.percentile(np.array(draws), [2.5, 97.5], axis=0), dtype=np.float64)


def main() -> None:
    """Print what is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="dev", choices=("dev", "seen1", "seen2", "held"))
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--write", type=Path, help="write the op-ed's table into this document")
    options = parser.parse_args()
    if options.write:
        op_ed_draft.write(options.write)
        return
    rows = [
        row for path in sorted(ARGUMENTS.glob(f"{options.part}_*.tsv")) for row in rows_of(path)
    ]
    recall, precision, kinds = shares(rows)
    low, high = intervals(rows)
    print(f"{len(rows)} sentences, {sum(row.is_claim for row in rows)} claims")
    for name, share, place in (
        ("recall", recall, 0),
        ("precision", precision, 1),
        ("kind", kinds, 2),
    ):
        print(f"{name} {share:.0%} ({low[place]:.0%} to {high[place]:.0%})")
    if options.misses:
        for row in rows:
            if row.is_claim != row.is_called or (row.is_claim and not row.kind_right):
                called = row.claim and (row.claim.family, row.claim.kind, row.claim.cue)
                print(row.gold, called, re.sub(r"\s+", " ", row.sentence))


if __name__ == "__main__":
    main()
