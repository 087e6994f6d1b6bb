"""The parts that a story passes through, each loaded when it is first used.

A `Steps` holds one function for each part, so that a coder can be given others: an own table of
actors, other weights, or a stand-in in a test.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, TypeAlias

from detente.coding.shapes import Mention, Scored, Sentence, Span, Status, When
from detente.errors import UsageError

Before: TypeAlias = Sequence[tuple[Mention, ...]]
"""The mentions of the sentences before, in order."""

Find: TypeAlias = Callable[[Sentence, dt.date, Before], tuple[Mention, ...]]
Link: TypeAlias = Callable[[Sentence, tuple[Mention, ...], Before], tuple[Mention, ...]]
Score: TypeAlias = Callable[
    [Sequence[tuple[Sentence, tuple[Mention, ...]]]], Sequence[tuple[Scored, ...]]
]
Date: TypeAlias = Callable[[Sentence, dt.date, Span | None], When]
Judge: TypeAlias = Callable[[Sentence, Mention, Mention], tuple[Status, str]]


@dataclass(frozen=True)
class Steps:
    """The parts of the way from a sentence to its events.

    Attributes:
        find: The mentions of actors in a sentence of a story of a day, after those before it.
        link: The same with pronouns and descriptions resolved.
        score: The probabilities of the ordered pairs of each of many sentences.
        date: The day of an act in a sentence, by its words and the day of its story.
        judge: The status of what one actor does to another, and the words that say it.
        fingerprint: Digest of the table and the weights that these use.
    """

    find: Find
    link: Link
    score: Score
    date: Date
    judge: Judge
    fingerprint: str = ""


def missing_extra(error: ImportError) -> UsageError:
    """What to say where the libraries of the extra are not installed."""
    return UsageError(
        "Text cannot be coded here.",
        f"The library {error.name} is not installed.",
        "Install it with: pip install 'detente[coding]'",
    )


class Table(Protocol):
    """A table of actors, such as `detente.coding.actors.Gazetteer`."""

    def mentions(self, sentence: Sentence, on: dt.date, before: Before) -> tuple[Mention, ...]:
        """The actors that a sentence names."""


def default_steps(actors: Table | None = None, weights: Path | None = None) -> Steps:
    """The parts that ship, with another table of actors or other weights if they are given.

    Raises:
        UsageError: The libraries of the extra `detente[coding]` are not installed.
    """
    names = ("actors", "links", "pairs", "dates", "status")
    try:
        tables, links, pairs, dates, status = (
            import_module(f"detente.coding.{name}") for name in names
        )
    except ImportError as error:
        raise missing_extra(error) from error
    table = actors or tables.gazetteer()
    return Steps(
        find=table.mentions,
        link=links.linked,
        score=pairs.scorer(weights),
        date=dates.when,
        judge=status.status,
    )
