"""Ordered pairs of mentions to probabilities of what the one does to the other.

A sentence is read once, and each pair of its mentions once more by the upper layers, which answers
for both directions. Probabilities are softened by temperatures that were fitted on sentences the
network had not learned from (Guo et al. 2017, On calibration of modern neural networks).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from detente.arrays import Floats
from detente.coding.acts import ACTS
from detente.coding.encoder import Encoder, Integers, Pieces, encoder
from detente.coding.shapes import STATUSES, Mention, Scored, Sentence

TOGETHER = 16
"""Pairs that are asked about together, at least: more is no quicker and takes more memory."""

Pair = tuple[Mention, Mention]


def scored(
    sentence: Sentence, mentions: Sequence[Mention], *, network: Encoder | None = None
) -> tuple[Scored, ...]:
    """What every mention with a known actor does to every other, by the model.

    Args:
        sentence: That they stand in.
        mentions: With offsets in the story's text.
        network: That answers; the one that comes with the package if None.

    Returns:
        Both directions of each pair of unlike actors, except mentions behind the longest sentence
        that is read.

    Raises:
        InputError: `detente[coding]` is not installed.
    """
    return scored_many([(sentence, mentions)], network=network)[0]


def scored_many(
    sentences: Sequence[tuple[Sentence, Sequence[Mention]]], *, network: Encoder | None = None
) -> list[tuple[Scored, ...]]:
    """`scored` for many sentences, which are read together and so faster."""
    answers: list[tuple[Scored, ...]] = [() for _ in sentences]
    asked = [number for number, (_, mentions) in enumerate(sentences) if _pairs(mentions)]
    # Like lengths together, so that little is read that is only padding.
    asked.sort(key=lambda number: len(sentences[number][0].text))
    for numbers in _batches(asked, [len(_pairs(mentions)) for _, mentions in sentences]):
        batch = [sentences[number] for number in numbers]
        for number, answer in zip(numbers, _batch(batch, network or encoder()), strict=True):
            answers[number] = answer
    return answers


def _batches(asked: Sequence[int], pairs: Sequence[int]) -> Iterator[list[int]]:
    """Sentences in groups of `TOGETHER` pairs or a few more."""
    batch: list[int] = []
    for number in asked:
        batch.append(number)
        if sum(pairs[each] for each in batch) >= TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _batch(
    batch: Sequence[tuple[Sentence, Sequence[Mention]]], network: Encoder
) -> list[tuple[Scored, ...]]:
    pieces = network.pieces([sentence.text for sentence, _ in batch])
    rows: list[int] = []
    pairs: list[Pair] = []
    marks: list[Integers] = []
    for row, (sentence, mentions) in enumerate(batch):
        for pair in _pairs(mentions):
            mark = _marks(sentence, pair, pieces[row])
            if mark is not None:
                rows.append(row)
                pairs.append(pair)
                marks.append(mark)
    answers: list[list[Scored]] = [[] for _ in batch]
    if pairs:
        logits = network.logits(pieces, np.array(rows), marks)
        acts = _softmax(logits[0], network.record["temperature"])
        statuses = _softmax(logits[1], network.record["status_temperature"])
        for number, (row, pair) in enumerate(zip(rows, pairs, strict=True)):
            answers[row] += _both_ways(pair, acts[number], statuses[number])
    return [tuple(answer) for answer in answers]


def _pairs(mentions: Sequence[Mention]) -> list[Pair]:
    """Pairs of mentions of unlike actors, in the order of the text."""
    ordered = sorted((m for m in mentions if m.actor is not None), key=lambda m: m.span)
    return [(a, b) for a, b in combinations(ordered, 2) if _who(a) != _who(b)]


def _who(mention: Mention) -> tuple[str, str]:
    return (mention.actor.code, mention.actor.role) if mention.actor else ("", "")


def _marks(sentence: Sentence, pair: Pair, pieces: Pieces) -> Integers | None:
    """Which pieces name whom; None if one stands behind what is read."""
    marks = np.zeros(len(pieces.numbers), dtype=np.int64)
    start = sentence.span[0]
    for mention, mark in zip(pair, (1, 2), strict=True):
        places = pieces.of([(mention.span[0] - start, mention.span[1] - start)])
        if not places:
            return None
        marks[list(places)] += mark
    return marks


def _both_ways(pair: Pair, acts: Floats, statuses: Floats) -> Iterator[Scored]:
    first, second = pair
    for way, (source, target) in enumerate(((first, second), (second, first))):
        yield Scored(
            source,
            target,
            {act.key: float(p) for act, p in zip(ACTS, acts[way, 1:], strict=True)},
            float(acts[way, 0]),
            {name: float(p) for name, p in zip(STATUSES, statuses[way], strict=True)},
        )


def _softmax(logits: Floats, temperature: float) -> Floats:
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
