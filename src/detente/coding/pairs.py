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

Pair = tuple[Mention, Mention]


def scored(
    sentence: Sentence, mentions: Sequence[Mention], *, network: Encoder | None = None
) -> tuple[Scored, ...]:
    """What every mention with a known actor does to every other, by the model.

    Each sentence is asked about alone: weights of eight bits make what stands beside it count a
    little, and what a sentence tells must not depend on its neighbours.

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
    pairs = _pairs(mentions)
    if not pairs:
        return ()
    network = network or encoder()
    [pieces] = network.pieces([sentence.text])
    marked = [
        (pair, marks) for pair in pairs if (marks := _marks(sentence, pair, pieces)) is not None
    ]
    if not marked:
        return ()
    rows = np.zeros(len(marked), dtype=np.int64)
    logits = network.logits([pieces], rows, [marks for _, marks in marked])
    acts = _softmax(logits[0], network.record["temperature"])
    statuses = _softmax(logits[1], network.record["status_temperature"])
    return tuple(
        scored
        for number, (pair, _) in enumerate(marked)
        for scored in _both_ways(pair, acts[number], statuses[number])
    )


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
