"""`python -m lab.coding.agreement`: how far the two readings of the sentences agree.

Puts the tables between the marks of `docs/coding.md`, which says how the readings came about and
what their agreement does not show. A sentence counts once both have read it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from detente.arrays import Floats
from lab.coding.measures import Categories, Estimate, estimate, f1, kappa, share, tabulated
from lab.coding.sentences import FOLDER, NONE, Label, held, read_labels

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coding.md"
BEGIN, END = "<!-- agreement: python -m lab.coding.agreement -->", "<!-- end -->"
FIELDS = ("type", "root", "quad", "status")
DIFFERING = {
    **{field: field for field in FIELDS},
    "source_span": "words of the source",
    "target_span": "words of the target",
    "when": "words of the time",
}
"""Fields of a label, and what the page calls them."""
ALONE = {
    "event": "no event in the other",
    "direction": "the same two, turned round",
    "mutual": "both ways here, a single way in the other",
    "role": "the same states in another role",
    "actor": "another actor at one end",
    "pair": "nothing like it in the other",
}
"""Why a pair is in a single reading; the first that holds."""
OFTENEST = 10
"""Rows of the table of types that were taken for each other."""

Pair = tuple[str, str]
Events = Mapping[Pair, Label]
Reading = Mapping[str, Events]
Compared = tuple[Events, Events]
"""A sentence's events in the first and in the second reading."""


def reading_of(labels: Iterable[Label]) -> Reading:
    """A labeller's events by sentence and directed pair; none for a sentence without an event.

    Example:
        >>> reading_of([Label("s1", "-", "-", "-", "-", "NONE", "-", "-", "-", "-")])
        {'s1': {}}
    """
    reading: dict[str, dict[Pair, Label]] = {}
    for label in labels:
        events = reading.setdefault(label.id, {})
        if label.type != NONE:
            events[label.source, label.target] = label
    return reading


def in_both(first: Reading, second: Reading) -> list[Compared]:
    """The two readings of each sentence that both have read.

    Example:
        >>> in_both({"s1": {}, "s2": {}}, {"s2": {}})
        [({}, {})]
    """
    return [(events, second[name]) for name, events in first.items() if name in second]


def said_of(both: Sequence[Compared], field: str) -> list[list[Categories]]:
    """What the readings say in a field, by sentence, of each pair that both saw."""
    return [
        [
            (getattr(label, field), getattr(second[pair], field))
            for pair, label in first.items()
            if pair in second
        ]
        for first, second in both
    ]


def why_alone(pair: Pair, own: Events, other: Events) -> str:
    """Why a pair is in a single reading of a sentence: a key of `ALONE`.

    Args:
        pair: It is among `own` and not among `other`.
        own: The reading with the pair.
        other: The reading without it.
    """
    if not other:
        return "event"
    if pair[::-1] in other:
        return "mutual" if pair[::-1] in own else "direction"
    left = [there for there in other if there not in own]
    if any(_states(there) == _states(pair) for there in left):
        return "role"
    if any(there[0] == pair[0] or there[1] == pair[1] for there in left):
        return "actor"
    return "pair"


def alone(both: Iterable[Compared]) -> Counter[str]:
    """How many pairs are in the first reading only, by reason.

    Example:
        >>> meeting = {("IRN", "OMN"): None, ("OMN", "IRN"): None}
        >>> alone([(meeting, {}), (meeting, {("IRN", "OMN"): None})])
        Counter({'event': 2, 'mutual': 1})
    """
    return Counter(
        why_alone(pair, first, second)
        for first, second in both
        for pair in first
        if pair not in second
    )


def same_pairs(both: Sequence[Compared]) -> Floats:
    """By sentence, whether both readings have the same directed pairs, and 1: shape (n, 2).

    Example:
        >>> same_pairs([({}, {}), ({("IRN", "OMN"): None}, {})]).tolist()
        [[1.0, 1.0], [0.0, 1.0]]
    """
    return np.array([[first.keys() == second.keys(), 1] for first, second in both], np.float64)


def shared_pairs(both: Sequence[Compared]) -> Floats:
    """By sentence, how many pairs are in both, in the first, in the second only: shape (n, 3).

    Example:
        >>> shared_pairs([({("IRN", "OMN"): None}, {}), ({}, {})]).tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    keys = [(first.keys(), second.keys()) for first, second in both]
    return np.array([[len(a & b), len(a - b), len(b - a)] for a, b in keys], np.float64)


def tables(first: Reading, second: Reading) -> str:
    """The tables of agreement and of disagreement, in Markdown."""
    both = in_both(first, second)
    held_out = in_both({name: first[name] for name in first if held(name)}, second)
    turned = [(others, events) for events, others in both]
    parts = [
        _measures(both, held_out),
        _reasons(alone(both), alone(turned)),
        _differences(both),
        _confusions(both),
    ]
    return "\n\n".join(parts)


def renewed(page: str, text: str) -> str:
    """The page with the text between its marks.

    Example:
        >>> renewed(f"A {BEGIN} old {END} b", "new").splitlines()[1:]
        ['', 'new', '', '<!-- end --> b']
    """
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Measure, and renew the page."""
    first, second = (
        reading_of(read_labels(FOLDER / name)) for name in ("labels_a.tsv", "labels_b.tsv")
    )
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(renewed(page, tables(first, second)), encoding="utf-8", newline="\n")


def _measures(both: Sequence[Compared], held_out: Sequence[Compared]) -> str:
    event = [[(_event(first), _event(second))] for first, second in both]
    rows = [
        _row("sentences with the same directed pairs, share", same_pairs(both), share),
        _row("directed pairs, F1", shared_pairs(both), f1),
        _row("directed pairs of the held sentences, F1", shared_pairs(held_out), f1),
        _kappa_row("event or none, kappa", event),
        *(_kappa_row(f"{field} of pairs in both, kappa", said_of(both, field)) for field in FIELDS),
    ]
    return _table("measure | cases | value (95% interval) | agreed", rows)


def _row(name: str, cells: Floats, measure: Callable[[Floats], Floats]) -> str:
    cases = cells[:, 1].sum() if measure is share else cells.sum()
    return f"{name} | {cases:,.0f} | {_shown(estimate(cells, measure))} |"


def _kappa_row(name: str, said: Sequence[Sequence[Categories]]) -> str:
    """Kappa, and the plain share that agrees."""
    flat = _flat(said)
    agreed = f"{sum(a == b for a, b in flat) / len(flat):.2f}" if flat else "-"
    return f"{name} | {len(flat):,} | {_shown(estimate(tabulated(said), kappa))} | {agreed}"


def _reasons(first: Counter[str], second: Counter[str]) -> str:
    rows = [f"{text} | {first[key]} | {second[key]}" for key, text in ALONE.items()]
    total = f"all | {first.total()} | {second.total()}"
    return _table("pairs in a single reading, because | first | second", [*rows, total])


def _differences(both: Sequence[Compared]) -> str:
    said = {text: _flat(said_of(both, field)) for field, text in DIFFERING.items()}
    rows = [
        f"{text} | {sum(a != b for a, b in flat)} of {len(flat):,}" for text, flat in said.items()
    ]
    return _table("pairs in both, with another | pairs", rows)


def _confusions(both: Sequence[Compared]) -> str:
    differing = Counter(said for said in _flat(said_of(both, "type")) if said[0] != said[1])
    oftenest = sorted(differing.items(), key=lambda item: (-item[1], item[0]))[:OFTENEST]
    rows = [f"`{first}` | `{second}` | {times}" for (first, second), times in oftenest]
    return _table("type in the first | in the second | pairs", rows)


def _table(head: str, rows: Iterable[str]) -> str:
    rule = "|".join("---" for _ in head.split("|"))
    return "\n".join([f"| {head} |", f"|{rule}|", *(f"| {row} |" for row in rows)])


def _flat(said: Iterable[Iterable[Categories]]) -> list[Categories]:
    return [both for sentence in said for both in sentence]


def _event(events: Events) -> str:
    return "event" if events else NONE


def _states(pair: Pair) -> tuple[str, ...]:
    return tuple(code.partition(":")[0] for code in pair)


def _shown(measured: Estimate) -> str:
    return f"{measured.value:.2f} ({measured.low:.2f} to {measured.high:.2f})"


if __name__ == "__main__":
    main()
