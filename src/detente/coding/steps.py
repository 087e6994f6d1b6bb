"""The parts that a story passes through, each loaded when it is first used.

A `Steps` holds one function for each part, so that a coder can be given others: an own table of
actors, other weights, or a stand-in in a test.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from detente import __version__
from detente.coding.judged import likeliest
from detente.coding.shapes import Mention, Scored, Sentence, Status, When

Name: TypeAlias = Callable[[Sequence[Sentence], dt.date], list[tuple[Mention, ...]]]
Score: TypeAlias = Callable[
    [Sequence[tuple[Sentence, tuple[Mention, ...]]]], Sequence[tuple[Scored, ...]]
]
Date: TypeAlias = Callable[[Sentence, dt.date, Scored], When]
Judge: TypeAlias = Callable[[Sentence, Scored, When], tuple[Status, str]]

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

REACH = 3
"""Sentences before a pronoun or description in which the one that it means may stand."""


@dataclass(frozen=True)
class Steps:
    """The parts of the way from a story's sentences to its events.

    Attributes:
        name: The actors that each sentence of a story of a day names, pronouns and descriptions
            among them.
        score: The probabilities of the ordered pairs of each of many sentences.
        date: The day of an act, by its sentence and the day of its story.
        judge: The status of an act, and the words that say it.
        fingerprint: Version of the rules, and digests of the tables and the weights.
    """

    name: Name
    score: Score
    date: Date
    judge: Judge
    fingerprint: str = ""


def default_steps(actors: Any = None, weights: Path | None = None) -> Steps:
    """The parts that ship, with another table of actors or other weights if they are given.

    Args:
        actors: A `detente.coding.actors.Gazetteer`.
        weights: A folder with the files of a `detente.coding.encoder.Encoder`.

    Raises:
        InputError: The libraries of the extra `detente[coding]` are not installed.
    """
    encoder, pairs = (import_module(f"detente.coding.{name}") for name in ("encoder", "pairs"))
    network = encoder.Encoder(weights) if weights else encoder.encoder()

    def score(
        items: Sequence[tuple[Sentence, tuple[Mention, ...]]],
    ) -> Sequence[tuple[Scored, ...]]:
        answers: list[tuple[Scored, ...]] = pairs.scored_many(items, network=network)
        return answers

    # Rules change with the version: what one has begun is not another's to go on with.
    fingerprint = f"{__version__}|{network.record['sha256']}|{_digest_of_tables()}"
    return Steps(namer(actors), score, _dated, _judged, fingerprint)


def _digest_of_tables() -> str:
    """Digest of the tables of actors and words that ship."""
    digest = hashlib.sha256()
    for file in sorted((Path(__file__).parent / "data").glob("*.csv")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def namer(table: Any = None) -> Name:
    """What names the actors of a story's sentences, without any network.

    Args:
        table: A `detente.coding.actors.Gazetteer` in place of the one that ships.

    Example:
        >>> text = "China recalled its envoy to Japan."
        >>> [named] = namer()([Sentence(text, (0, len(text)))], dt.date(2017, 3, 14))
        >>> [mention.actor.code for mention in named]
        ['CHN', 'JPN']
    """
    actors, links = (import_module(f"detente.coding.{name}") for name in ("actors", "links"))

    def name(sentences: Sequence[Sentence], day: dt.date) -> list[tuple[Mention, ...]]:
        context, named = actors.EMPTY, list[tuple[Mention, ...]]()
        for number, sentence in enumerate(sentences):
            mentions = actors.mentions(sentence, day, context, table)
            if then := _earlier(sentence, day):
                others = actors.mentions(sentence, then, context, table)
                mentions = _with_those_of(others, mentions)
            context = actors.after(context, mentions)
            earlier = slice(max(0, number - REACH), number)
            named.append(links.linked(sentence, mentions, named[earlier], sentences[earlier]))
        return named

    return name


def _earlier(sentence: Sentence, day: dt.date) -> dt.date | None:
    """A day of the year in which a sentence says that its act was; None if it names none before."""
    if not _YEAR.search(sentence.text):
        return None
    from detente.coding.dates import when  # noqa: PLC0415 - with the other parts

    time = when(sentence, day)
    return time.middle if time.precision != "document" and time.date < day else None


def _with_those_of(then: Sequence[Mention], mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions, and who ruled then and is named by a surname that means nobody now."""
    taken = {place for mention in mentions for place in range(*mention.span)}
    rulers = (
        mention
        for mention in then
        if mention.actor and mention.actor.name and mention.actor.role == "GOV"
        if taken.isdisjoint(range(*mention.span))
    )
    return tuple(sorted((*mentions, *rulers), key=lambda mention: mention.span))


def _dated(sentence: Sentence, day: dt.date, pair: Scored) -> When:
    from detente.coding.dates import when  # noqa: PLC0415 - with the other parts

    spans = (pair.source.span, pair.target.span)
    act = min(start for start, _ in spans), max(end for _, end in spans)
    return when(sentence, day, act, pair.source.span)


def _judged(sentence: Sentence, pair: Scored, when: When) -> tuple[Status, str]:
    from detente.coding.status import combined, status  # noqa: PLC0415 - with the other parts

    ruling = status(sentence, pair.source.span, pair.target.span, when)
    final = combined(ruling, pair.statuses, likeliest(pair)[0].key)
    return final, ruling[1] if final == ruling[0] else ""
