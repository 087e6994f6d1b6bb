"""How well `detente.coding.status` tells by cue words alone whether an act happened.

A table of the labels' statuses against the rules'. Sentences that are not held were looked at
while the cues were chosen; held ones were not. Run it with `python -m lab.coding.measure_status`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from detente.coding.dates import when
from detente.coding.shapes import STATUSES, Sentence
from detente.coding.status import Ruling, status
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
            scores = f1_by_status(table)
            print(f"{name} {'held' if of_held else 'not held'}, rows the labels, columns the rules")
            print(f"{'':12}" + "".join(f"{column:>12}" for column in (*STATUSES, "F1")))
            for row in STATUSES:
                cells = "".join(f"{table[row, column]:12}" for column in STATUSES)
                print(f"{row:12}{cells}{scores[row]:12.2f}")
            print(f"macro-F1 {sum(scores.values()) / len(scores):.2f}")
        if options.show:
            for label, (rule, words) in ruled(labels, of_held=False):
                if rule != label.status:
                    spans = f"{label.source_span} > {label.target_span} {label.type}"
                    print(f"  {label.id} {label.status} {rule} {words!r} {spans} {texts[label.id]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
