"""The measure of the op-ed's events: counted by hand in a small argument, and its gold is there."""

from __future__ import annotations

from pathlib import Path

from lab.coding.op_ed_events import Event, Gold, read_gold, scored

TALKS = "Talks of six parties began."
SHUT = "Peru shut its market to Chile, which may sue."
GOLD = [
    Gold("Talks of six ... began", "*6", "*6", 1, "multilateral"),
    Gold("shut its market to Chile", "PER", "CHL", 4, "actual"),
    Gold("praised", "CHL", "PER", 1, "actual"),
    Gold("may sue", "CHL", "PER", 3, "hypothetical"),
]


def test_events_are_counted_as_by_hand() -> None:
    events = [
        Event(TALKS, "PER", "CHL", 1),
        Event(SHUT, "PER", "CHL", 4),
        Event(SHUT, "PER", "CHL", 4),
        Event(SHUT, "CHL", "PER", 3),
        Event(SHUT, "PER", "ARG", 1),
        Event("Chile honoured Peru.", "CHL", "PER", 1),
    ]
    score = scored(events, GOLD)
    assert (score.wanted, score.right, score.anywhere, score.dyads) == (2, 1, 2, 1)
    assert (score.coded, len(score.wrong), score.six) == (3, 2, 1)
    assert score.precision == 1 / 3


def test_a_wrong_class_is_a_pair_and_no_hit() -> None:
    score = scored([Event(SHUT, "PER", "CHL", 1)], GOLD)
    assert (score.right, score.dyads, score.precision) == (0, 1, 0.0)


def test_nothing_coded_has_no_precision() -> None:
    assert scored([], GOLD).precision == 0.0


def test_the_gold_stands_in_the_op_ed(shared: Path) -> None:
    gold = read_gold(shared / "bench" / "coding" / "oped_events_gold.tsv")
    text = (shared / "seed" / "op-ed.txt").read_text(encoding="utf-8")
    assert sum(row.status == "actual" for row in gold) == 9
    assert all(row.stands_in(text) for row in gold)
