"""Agreement with ICEWS on sentences of 2016, and how often ICEWS itself is right.

    python -m lab.coding.icews_sentences            # tables
    python -m lab.coding.icews_sentences --json     # the same as JSON

The file holds up to 120 events of each kind, so that rare kinds weigh as much as frequent ones; and
it lists some of a sentence's events, so that precision against ICEWS is a floor. Events are scored
by the state of their actors; an armed group counts as the state under which ICEWS files it, but the
Islamic State and al-Qaeda, which are of no single one, as themselves. Rows with an actor who is
neither (an unspecified one, say) cannot be scored and are left out, with their sentence if it has
no other.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from detente.arrays import Floats
from detente.coding.coder import MIN_CONFIDENCE, Coder
from detente.events.ontology import quad_of
from lab.coding.coder_runs import BY_STATUS, coded
from lab.coding.icews_rows import FILE, Row, Verdict, by_sentence, read_rows, read_verdicts
from lab.coding.measures import Estimate, estimate, share
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
    parsed,
    scores,
    shown,
)

HOMES: Mapping[str, str] = {
    "HEZB": "LBN", "HAMAS": "PSE", "FATAH": "PSE", "ISJ": "PSE", "SDF": "SYR", "KRG": "IRQ",
    "HOUTHI": "YEM", "PKK": "TUR", "TALIB": "AFG", "LET": "PAK", "SHABAB": "SOM", "BOKO": "NGA",
}  # fmt: skip
"""The states under which ICEWS files armed groups and regions with a code of their own."""

DRAWS = 500
"""Resamples for the intervals over all sentences; 2,000 for those over the judged ones."""

Seen = Mapping[str, Sequence[Event]]
"""Events by the words of their sentence."""


@dataclass(frozen=True)
class Agreement:
    """How far the coder agrees with ICEWS and with the reader.

    Attributes:
        rows: Events of ICEWS that were looked at.
        scored: Of these, events whose actors have a code.
        sentences: Sentences with such events.
        lines: Scores against ICEWS, against the reader, and of ICEWS against the reader.
        pairs: By status, pairs that the coder and ICEWS both have.
        quads: By status, the share of these pairs with a quad class in common.
        faults: What is wrong with the events of ICEWS that were judged.
    """

    rows: int
    scored: int
    sentences: int
    lines: list[Line]
    pairs: dict[str, int]
    quads: dict[str, Estimate]
    faults: dict[str, dict[str, Any]]


def quads_given_pair(seen: Seen, gold: Seen) -> Floats:
    """By sentence: pairs that both have with a quad class in common, and pairs that both have.

    Returns:
        Shape (n, 2).
    """
    cells = []
    for name, events in gold.items():
        first, second = _quads(seen.get(name, ())), _quads(events)
        shared = [pair for pair in first if pair in second]
        cells.append([sum(bool(first[pair] & second[pair]) for pair in shared), len(shared)])
    return np.array(cells, np.float64)


def agreement_lines(name: str, seen: Seen, gold: Seen, draws: int) -> Iterator[Line]:
    """Scores of events against a reader's: of all, and of those between two actors of two states.

    Args:
        name: What the comparison is called.
        seen: The events to be scored.
        gold: The reader's; only their sentences count.
        draws: Resamples for the intervals.
    """
    for (status, choose), level in product(BY_STATUS.items(), LEVELS):
        given = {key: at_state(choose(events), HOMES) for key, events in seen.items()}
        wanted = {key: at_state(choose(events), HOMES) for key, events in gold.items()}
        yield Line(name, "state", status, level, scores(given, wanted, level, draws=draws))
        apart = {key: between(events) for key, events in given.items()}
        asked = {key: between(events) for key, events in wanted.items()}
        within = scores(apart, asked, level, draws=draws)
        yield Line(f"{name}, between states", "state", status, level, within)


def icews_faults(verdicts: Sequence[Verdict], rows: Mapping[str, Row]) -> dict[str, dict[str, Any]]:
    """How many judged events of ICEWS are wrong, what is wrong with them, and why.

    Args:
        verdicts: The verdicts.
        rows: The events by their number.
    """
    abroad = [v for v in verdicts if rows[v.id].source_country != rows[v.id].target_country]
    return {"all": _faults(verdicts), "between countries": _faults(abroad)}


def measured(rows: Sequence[Row], verdicts: Sequence[Verdict], seen: Seen) -> Agreement:
    """The coder's events beside those of ICEWS and of the reader.

    Args:
        rows: Events of ICEWS.
        verdicts: What the reader says of some of them.
        seen: The coder's events.
    """
    by_id = {row.id: row for row in rows}
    theirs = by_sentence(rows)
    ours = {by_id[verdict.id].text: parsed(verdict.events) for verdict in verdicts}
    gold = {text: at_state(events, HOMES) for text, events in theirs.items()}
    cells = {
        status: quads_given_pair(
            {text: at_state(choose(events), HOMES) for text, events in seen.items()}, gold
        )
        for status, choose in BY_STATUS.items()
    }
    return Agreement(
        rows=len(rows),
        scored=sum(map(len, theirs.values())),
        sentences=len(theirs),
        lines=[
            *agreement_lines("against ICEWS", seen, theirs, DRAWS),
            *agreement_lines("against the reader", seen, ours, 2000),
            *agreement_lines("ICEWS against the reader", theirs, ours, 2000),
        ],
        pairs={status: int(counted[:, 1].sum()) for status, counted in cells.items()},
        quads={status: estimate(counted, share, draws=DRAWS) for status, counted in cells.items()},
        faults=icews_faults(verdicts, by_id),
    )


def in_words(agreement: Agreement) -> str:
    """The agreement in words and tables."""
    counted = f"{agreement.rows:,} events of ICEWS; {agreement.scored:,} can be scored, in"
    parts = [f"{counted} {agreement.sentences:,} sentences", as_table(agreement.lines)]
    for status, value in agreement.quads.items():
        pairs = f"{agreement.pairs[status]:,} pairs in both ({status})"
        parts.append(f"quad class in common, {pairs}: {shown(value)} percent")
    for name, group in agreement.faults.items():
        wrong = shown(exact(group["wrong"], group["judged"]))
        parts.append(f"ICEWS is wrong, {name}: {wrong} percent\n  {group}")
    return "\n\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Measure, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the material")
    parser.add_argument("--min-confidence", type=float, default=MIN_CONFIDENCE)
    parser.add_argument("--weights", type=Path, help="a folder with another model's files")
    parser.add_argument("--judged", action="store_true", help="only the sentences judged by hand")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    rows, verdicts = read_rows(options.shared / FILE), read_verdicts()
    if options.judged:
        ids = {verdict.id for verdict in verdicts}
        texts = {row.text for row in rows if row.id in ids}
        rows = [row for row in rows if row.text in texts]
    dated = [(row.text, dt.date.fromisoformat(row.date), row.text) for row in rows]
    coder = Coder(weights=options.weights, min_confidence=options.min_confidence)
    agreement = measured(rows, verdicts, coded(dated, coder))
    if options.json:
        plain = asdict(agreement) | {"lines": as_json(agreement.lines)}
        print(json.dumps(plain, indent=1))
    else:
        print(in_words(agreement))
    return 0


def _faults(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    paired = [verdict for verdict in verdicts if verdict.pair == "right"]
    right = [verdict for verdict in paired if verdict.quad == "right"]
    return {
        "judged": len(verdicts),
        "wrong": len(verdicts) - len(right),
        "pair wrong": sum(verdict.pair == "wrong" for verdict in verdicts),
        "pair reversed": sum(verdict.pair == "reversed" for verdict in verdicts),
        "only the quad class wrong": len(paired) - len(right),
        "only the root wrong": sum(verdict.root != "right" for verdict in right),
        "reasons": dict(Counter(v.reason for v in verdicts if v not in right)),
    }


def _quads(events: Iterable[Event]) -> dict[tuple[str, str], set[int]]:
    quads: dict[tuple[str, str], set[int]] = {}
    for event in events:
        pair = (event.source, event.target)
        quads.setdefault(pair, set()).update(quad_of(root) for root in event.roots)
    return quads


if __name__ == "__main__":
    sys.exit(main())
