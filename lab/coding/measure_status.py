"""How well `detente.coding.status` tells by cue words alone whether an act happened.

Tables of statuses by hand against the rules'. Of the labelled sentences those that are not held
were looked at while the cues were chosen; held ones were not. The marked sentences, by other
writers, were first scored unseen (macro-F1 .70); then one half of them was looked at, and the other
half (`looked_at`) is the fairer figure. Run it with `python -m lab.coding.measure_status`.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from detente.coding.dates import when
from detente.coding.shapes import STATUSES, Sentence
from detente.coding.status import Ruling, combined, status
from lab.coding.marked import read
from lab.coding.sentences import FOLDER, NONE, Label, held, read_labels, read_sentences, span_at


def ruled(labels: Iterable[Label], *, of_held: bool) -> Iterator[tuple[Label, Ruling]]:
    """Each label with what the cue words say of its act."""
    sentences = {sentence.id: sentence for sentence in read_sentences()}
    for label in labels:
        if label.type == NONE or held(label.id) != of_held:
            continue
        text, date = sentences[label.id].text, sentences[label.id].date
        source, target = (span_at(text, span) for span in (label.source_span, label.target_span))
        if source is None or target is None:
            continue
        sentence = Sentence(text, (0, len(text)))
        act = min(source[0], target[0]), max(source[1], target[1])
        yield label, status(sentence, source, target, when(sentence, date, act, source))


def looked_at(text: str) -> bool:
    """Whether a marked sentence was looked at while the cues were chosen: every other one."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 0


def of_marked(*, seen: bool, act: bool) -> Counter[tuple[str, str]]:
    """How often a status of the marked sentences meets one of the rules.

    Args:
        seen: Of those that were looked at, or of the others.
        act: Whether the rules are told the act, as the model tells it to `combined`.
    """
    table: Counter[tuple[str, str]] = Counter()
    for marked in read():
        if looked_at(marked.text) != seen:
            continue
        sentence = Sentence(marked.text, (0, len(marked.text)))
        for (source, target), (key, gold) in marked.acts.items():
            ruling = status(sentence, marked.spans[source], marked.spans[target])
            table[gold, combined(ruling, {}, key if act else "")] += 1
    return table


def confusion(labels: Iterable[Label], *, of_held: bool) -> Counter[tuple[str, str]]:
    """How often a status of the labels meets one of the rules."""
    return Counter((label.status, ruling[0]) for label, ruling in ruled(labels, of_held=of_held))


def f1_by_status(table: Mapping[tuple[str, str], int]) -> dict[str, float]:
    """F1 of each status in a confusion table; 0 where it never occurs."""
    scores: dict[str, float] = {}
    for name in STATUSES:
        right = table.get((name, name), 0)
        labelled = sum(count for (gold, _), count in table.items() if gold == name)
        given = sum(count for (_, rule), count in table.items() if rule == name)
        scores[name] = 2 * right / max(labelled + given, 1)
    return scores


def main(arguments: list[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", action="store_true", help="the held sentences too")
    parser.add_argument("--show", action="store_true", help="what went wrong, line by line")
    options = parser.parse_args(arguments)
    texts = {sentence.id: sentence.text for sentence in read_sentences()}
    for name in ("labels_a.tsv", "labels_b.tsv"):
        labels = read_labels(FOLDER / name)
        for of_held in (False, True) if options.held else (False,):
            table = confusion(labels, of_held=of_held)
            print_table(f"{name} {'held' if of_held else 'not held'}", table)
        if options.show:
            for label, (rule, words) in ruled(labels, of_held=False):
                if rule != label.status:
                    spans = f"{label.source_span} > {label.target_span} {label.type}"
                    print(f"  {label.id} {label.status} {rule} {words!r} {spans} {texts[label.id]}")
    for seen in (True, False):
        for act in (False, True):
            name = f"marked sentences {'looked at' if seen else 'not looked at'}"
            print_table(
                f"{name}{', the act is told' if act else ''}", of_marked(seen=seen, act=act)
            )
    return 0


def print_table(name: str, table: Mapping[tuple[str, str], int]) -> None:
    """Print a confusion table with F1 of each status."""
    scores = f1_by_status(table)
    print(f"{name}: rows by hand, columns the rules")
    print(f"{'':12}" + "".join(f"{column:>12}" for column in (*STATUSES, "F1")))
    for row in STATUSES:
        cells = "".join(f"{table.get((row, column), 0):12}" for column in STATUSES)
        print(f"{row:12}{cells}{scores[row]:12.2f}")
    print(f"macro-F1 {sum(scores.values()) / len(scores):.2f}")


if __name__ == "__main__":
    sys.exit(main())
