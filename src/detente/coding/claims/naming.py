"""Who is named in each sentence of a story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from detente.coding.sentences import is_too_long
from detente.coding.shapes import Mention, Sentence

REACH = 4
"""Sentences before, in which whom a pronoun means may be named."""


def named(sentences: Sequence[Sentence], on: dt.date | None) -> list[tuple[Mention, ...]]:
    """The mentions of each sentence, with what those before it made known.

    Args:
        sentences: Of one story, in its order.
        on: The day that it was written, which decides who holds an office.

    Example:
        >>> text = "Beijing warned Tokyo."
        >>> [item.actor.code for item in named([Sentence(text, (0, len(text)))], None)[0]]
        ['CHN', 'JPN']
    """
    from detente.coding.actors import EMPTY, after, mentions  # noqa: PLC0415 - slow to load
    from detente.coding.links import linked  # noqa: PLC0415

    context = EMPTY
    per_sentence: list[tuple[Mention, ...]] = []
    for place, sentence in enumerate(sentences):
        seen = () if is_too_long(sentence) else mentions(sentence, on, context)
        context = after(context, seen)
        earlier = slice(max(0, place - REACH), place)
        seen = linked(sentence, seen, per_sentence[earlier], sentences[earlier])
        per_sentence.append(seen)
    return per_sentence
