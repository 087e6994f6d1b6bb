"""How well `detente.coding.dates` tells when an act was.

Two measures: how far the words that it chooses are those of the labels (sentences that are not
held were looked at while the rules were written, held ones were not), and how many of the acts in
`days.tsv` it puts on the right day. Run it with `python -m lab.coding.measure_dates`.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detente.coding.dates import when
from detente.coding.shapes import Precision, Sentence, Span, When
from lab.coding.sentences import FOLDER, NONE, Label, held, read_labels, read_sentences, span_at


@dataclass(frozen=True)
class Words:
    """Acts by what the labels and the rules say of their time.

    Attributes:
        both: Both give words, and they overlap.
        other: Both give words, and they do not.
        missed: Only the labels do.
        invented: Only the rules do.
        neither: Neither does.
    """

    both: int = 0
    other: int = 0
    missed: int = 0
    invented: int = 0
    neither: int = 0

    @property
    def recall(self) -> float:
        """Share of the dated acts whose words overlap the rules'."""
        return self.both / max(self.both + self.other + self.missed, 1)

    @property
    def precision(self) -> float:
        """Share of the rules' words that overlap the labels'."""
        return self.both / max(self.both + self.other + self.invented, 1)


@dataclass(frozen=True)
class Day:
    """An act whose day was told by hand.

    Attributes:
        id: The sentence's, of `sentences.tsv` or of this file.
        sentence: The sentence.
        written: The day of its story.
        act: Where the act stands.
        date: When it was.
        precision: How much of that the sentence says.
    """

    id: str
    sentence: Sentence
    written: dt.date
    act: Span
    date: dt.date
    precision: Precision


def read_days() -> list[Day]:
    """The acts of `days.tsv`, told by hand before there was a rule."""
    ours = {sentence.id: sentence for sentence in read_sentences()}
    with (FOLDER / "days.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    days = []
    for row in rows:
        own = row["sentence"] == "-"
        text = ours[row["id"]].text if own else row["sentence"]
        written = ours[row["id"]].date if own else dt.date.fromisoformat(row["written"])
        act = span_at(text, row["act"])
        if act is None:
            raise ValueError(f"{row['id']}: the words {row['act']!r} do not stand in it")
        date = dt.date.fromisoformat(row["date"])
        days.append(
            Day(row["id"], Sentence(text, (0, len(text))), written, act, date, row["precision"])  # type: ignore[arg-type]
        )
    return days


def wrong_days(days: Iterable[Day]) -> Iterator[tuple[Day, When]]:
    """The acts that the rules put on another day, or with another precision."""
    for day in days:
        answer = when(day.sentence, day.written, day.act)
        if (answer.date, answer.precision) != (day.date, day.precision):
            yield day, answer


def compared(labels: Iterable[Label], *, of_held: bool) -> Iterator[tuple[Label, When, str]]:
    """Each label with what the rules say, and which field of `Words` counts it."""
    sentences = {sentence.id: sentence for sentence in read_sentences()}
    for label in labels:
        if label.type == NONE or held(label.id) != of_held:
            continue
        text = sentences[label.id].text
        source, target = (span_at(text, span) for span in (label.source_span, label.target_span))
        if source is None or target is None:
            continue
        answer = when(
            Sentence(text, (0, len(text))),
            sentences[label.id].date,
            (min(source[0], target[0]), max(source[1], target[1])),
            source,
        )
        gold = span_at(text, label.when) if label.when != "-" else None
        yield label, answer, _field(gold, answer.span)


def words(labels: Iterable[Label], *, of_held: bool) -> Words:
    """The counts of `compared`."""
    counts = dict.fromkeys(Words.__annotations__, 0)
    for _, _, field in compared(labels, of_held=of_held):
        counts[field] += 1
    return Words(**counts)


def main(arguments: list[str] | None = None) -> int:
    """Print both measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", action="store_true", help="the held sentences too")
    parser.add_argument("--show", action="store_true", help="what went wrong, line by line")
    options = parser.parse_args(arguments)
    days = read_days()
    wrong = list(wrong_days(days))
    print(f"days: {len(days) - len(wrong)} of {len(days)} right")
    for day, answer in wrong if options.show else ():
        print(f"  {day.id} {day.act} {day.date} {day.precision}: {answer}  {day.sentence.text}")
    for name in ("labels_a.tsv", "labels_b.tsv"):
        labels = read_labels(FOLDER / name)
        for of_held in (False, True) if options.held else (False,):
            score = words(labels, of_held=of_held)
            kind = "held" if of_held else "not held"
            print(
                f"{name} {kind}: recall {score.recall:.2f} precision {score.precision:.2f} {score}"
            )
        if options.show:
            for label, answer, field in compared(labels, of_held=False):
                if field not in {"both", "neither"}:
                    print(
                        f"  {field} {label.id} {label.source_span} > {label.target_span}: "
                        f"{label.when!r} {answer.words!r}"
                    )
    return 0


def _field(gold: Span | None, answer: Span | None) -> str:
    if gold and answer:
        return "both" if gold[0] < answer[1] and answer[0] < gold[1] else "other"
    return "missed" if gold else "invented" if answer else "neither"


if __name__ == "__main__":
    sys.exit(main())
