"""What the network learns from: sentences with mentions and what each does to each."""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from detente.coding import shapes
from detente.coding.actors import mentions
from detente.coding.acts import ACTS, act_of
from detente.coding.shapes import STATUSES, Span
from lab.coding.marked import Marked
from lab.coding.sentences import (
    FOLDER,
    NONE,
    Label,
    Sentence,
    held,
    read_labels,
    read_sentences,
    span_at,
)

PLACE = {act.key: number for number, act in enumerate(ACTS, 1)}
"""Number of each act among the classes; 0 is no event."""

UNTAUGHT = -100
"""The class of what is not learned from."""

LONGEST = 128
"""Most word pieces of a sentence."""

Pair = tuple[int, int]


@dataclass(frozen=True)
class Example:
    """A sentence to learn from.

    Attributes:
        text: Its words.
        spans: Where its mentions stand, in the order of the text.
        acts: Class and status by ordered pair of places in `spans`; pairs left out tell no event.
        untaught: Ordered pairs of which nothing is known.
    """

    text: str
    spans: tuple[Span, ...]
    acts: Mapping[Pair, tuple[int, int]]
    untaught: frozenset[Pair] = frozenset()


@dataclass(frozen=True)
class Tokens:
    """An example as the network reads it.

    Attributes:
        pieces: Numbers of the word pieces.
        pairs: Tokens of the first and of the second mention, by pair, as (start, end) each.
        acts: Classes of each pair, first to second and second to first.
        statuses: Statuses likewise.
    """

    pieces: tuple[int, ...]
    pairs: tuple[tuple[Span, Span], ...]
    acts: tuple[Pair, ...]
    statuses: tuple[Pair, ...]


def of_marked(sentences: Iterable[Marked]) -> list[Example]:
    """Examples of marked sentences."""
    return [_of_marked(sentence) for sentence in sentences]


PLURALS = (
    "The two countries", "the two countries", "both countries", "Both sides", "the two sides",
    "They", "they", "both", "the two neighbours", "the two governments", "the two", "Both",
    "the rivals", "the two leaders", "the two delegations", "the allies", "the two armies",
)  # fmt: skip
"""Words that name two actors at once."""


def joined(examples: Iterable[Example], rng: random.Random) -> list[Example]:
    """Examples in which "X and Y", who do the same to each other, are named by a plural instead."""
    return [
        example for each in examples if (example := _joined(each, rng.choice(PLURALS))) is not None
    ]


def set_aside(example: Example) -> bool:
    """Whether a sentence written by hand is for the temperatures, not for learning: one in 20.

    By the sentence alone, so that it is the same in every training.
    """
    return int(hashlib.sha256(example.text.encode()).hexdigest(), 16) % 20 == 0


def own(*, scored: bool = False) -> list[Example]:
    """Examples of the sentences that were labelled twice, by their first labels.

    Actors that the gazetteer sees beside those of the labels are mentions too: what they do is no
    event, unless a reading has one between the same states.

    Args:
        scored: The held ones, on which is only scored, instead of those to learn from.
    """
    first, second = _by_sentence(read_labels()), _by_sentence(read_labels(FOLDER / "labels_b.tsv"))
    return [
        example
        for sentence in read_sentences()
        if held(sentence.id) == scored
        and (example := _of_labels(sentence, first[sentence.id], second[sentence.id])) is not None
    ]


def _by_sentence(labels: Iterable[Label]) -> Mapping[str, list[Label]]:
    by_id: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        if label.type != NONE:
            by_id[label.id].append(label)
    return by_id


def tokens(tokenizer: Tokenizer, example: Example) -> Tokens | None:
    """An example as word pieces; None where its mentions lie beyond the longest sentence."""
    encoding = tokenizer.encode(example.text)
    pieces = encoding.ids[:LONGEST]
    places = [_pieces_of(encoding.offsets[: len(pieces)], span) for span in example.spans]
    pairs, acts, statuses = [], [], []
    for first, start in enumerate(places):
        for second in range(first + 1, len(places)):
            end = places[second]
            if start is None or end is None:
                continue
            both = [_class(example, first, second), _class(example, second, first)]
            if all(act == UNTAUGHT for act, _ in both):
                continue
            pairs.append((start, end))
            acts.append((both[0][0], both[1][0]))
            statuses.append((both[0][1], both[1][1]))
    if not pairs:
        return None
    return Tokens(tuple(pieces), tuple(pairs), tuple(acts), tuple(statuses))


def batches(
    examples: Sequence[Tokens], size: int, *, most_pairs: int, rng: random.Random
) -> list[list[Tokens]]:
    """Examples in groups of like length, in random order; at most so many pairs of a sentence.

    All pairs with an event stay; of the others a random choice.
    """
    shuffled = sorted(examples, key=lambda example: (len(example.pieces) // 6, rng.random()))
    groups = [
        [_thinned(example, most_pairs, rng) for example in shuffled[at : at + size]]
        for at in range(0, len(shuffled), size)
    ]
    rng.shuffle(groups)
    return groups


def _thinned(example: Tokens, most: int, rng: random.Random) -> Tokens:
    if len(example.pairs) <= most:
        return example
    events = [number for number, acts in enumerate(example.acts) if max(acts) > 0]
    others = [number for number, acts in enumerate(example.acts) if max(acts) <= 0]
    rng.shuffle(others)
    chosen = (events + others)[: max(most, len(events))]
    return Tokens(
        example.pieces,
        tuple(example.pairs[number] for number in chosen),
        tuple(example.acts[number] for number in chosen),
        tuple(example.statuses[number] for number in chosen),
    )


def _class(example: Example, source: int, target: int) -> Pair:
    if (source, target) in example.untaught:
        return UNTAUGHT, UNTAUGHT
    return example.acts.get((source, target), (0, UNTAUGHT))


def _of_marked(sentence: Marked) -> Example:
    order = sorted(sentence.spans, key=lambda number: sentence.spans[number])
    place = {number: at for at, number in enumerate(order)}
    acts = {
        (place[source], place[target]): (PLACE[key], STATUSES.index(status))
        for (source, target), (key, status) in sentence.acts.items()
    }
    return Example(sentence.text, tuple(sentence.spans[number] for number in order), acts)


def _of_labels(
    sentence: Sentence, labels: Sequence[Label], others: Sequence[Label]
) -> Example | None:
    """None where the sentence names fewer than two actors."""
    codes: dict[Span, str] = {}
    events: dict[tuple[Span, Span], tuple[int, int]] = {}
    for label in labels:
        source = span_at(sentence.text, label.source_span)
        target = span_at(sentence.text, label.target_span)
        if source is None or target is None or _overlap(source, target):
            continue
        codes[source], codes[target] = label.source, label.target
        act = act_of(label.root, None if label.type == "-" else label.type)
        events[source, target] = (PLACE[act.key], STATUSES.index(label.status))
    for span, code in _seen(sentence).items():
        if not any(_overlap(span, other) for other in codes):
            codes[span] = code
    spans = sorted(codes)
    if len(spans) < 2:
        return None
    place = {span: at for at, span in enumerate(spans)}
    labelled = {(_state(label.source), _state(label.target)) for label in (*labels, *others)}
    untaught = {
        (place[a], place[b])
        for a in spans
        for b in spans
        if a != b
        and (a, b) not in events
        and (
            codes[a] == codes[b]
            or (_state(codes[a]), _state(codes[b])) in labelled
            or _overlap(a, b)
        )
    }
    acts = {(place[a], place[b]): act for (a, b), act in events.items()}
    return Example(sentence.text, tuple(spans), acts, frozenset(untaught))


def _seen(sentence: Sentence) -> dict[Span, str]:
    """Spans and codes of the actors that the gazetteer is certain of."""
    whole = shapes.Sentence(sentence.text, (0, len(sentence.text)))
    return {
        mention.span: mention.actor.code
        for mention in mentions(whole, sentence.date)
        if mention.actor is not None
    }


def _state(code: str) -> str:
    return code.partition(":")[0]


def _joined(example: Example, plural: str) -> Example | None:
    if len(example.spans) != 2 or example.acts.get((0, 1)) != example.acts.get((1, 0)):
        return None
    (start, first), (second, end) = example.spans
    between = example.text[first:second]
    if (0, 1) not in example.acts or between not in {" and ", " and the "}:
        return None
    text = example.text[:start] + plural + example.text[end:]
    span = (start, start + len(plural))
    return Example(text, (span, span), example.acts)


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _pieces_of(offsets: Sequence[Span], span: Span) -> Span | None:
    """First word piece of a span and the one after its last; None if it lies beyond the end."""
    inside = [
        number
        for number, (start, end) in enumerate(offsets)
        if start < span[1] and span[0] < end and end > start
    ]
    return (inside[0], inside[-1] + 1) if inside else None
