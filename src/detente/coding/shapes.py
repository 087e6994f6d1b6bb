"""What passes through the coding of text: stories, sentences, mentions, times, acts.

All offsets count characters of the story's text, from 0, ends exclusive.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]
"""First character and the one after the last, in the story's text."""

Precision = Literal["day", "month", "year", "document"]
"""How well an act is dated; `document`: by nothing but the day of its story."""

Status = Literal["actual", "planned", "conditional", "denied", "opinion"]

STATUSES: tuple[Status, ...] = ("actual", "planned", "conditional", "denied", "opinion")


@dataclass(frozen=True)
class Story:
    """A text as it was read.

    Attributes:
        text: Its words without markup.
        reference: Where it was read: a file's name, a row in it, an address.
        title: Its headline; empty if it has none.
        date: The day it was written; None if neither it nor the user says.
        offset: Characters of its file before it, where a long text comes in pieces.
    """

    text: str
    reference: str
    title: str = ""
    date: dt.date | None = None
    offset: int = 0


@dataclass(frozen=True)
class Sentence:
    """A sentence of a story.

    Attributes:
        text: Its words.
        span: Where it stands in the story's text.
        paragraph: Number of its paragraph, from 0.
    """

    text: str
    span: Span
    paragraph: int = 0


@dataclass(frozen=True)
class Actor:
    """Who acts or is acted on.

    Attributes:
        code: ISO 3166 alpha-3 of a state, or the code of an organisation, group or region.
        role: CAMEO role, such as GOV or OPP; empty for the state itself.
        name: The name it goes by, such as `Vladimir Putin`.
    """

    code: str
    role: str = ""
    name: str = ""


@dataclass(frozen=True)
class Mention:
    """Words that name an actor.

    Attributes:
        words: As they stand in the text.
        span: Where they stand.
        actor: Whom they name; None if that is not known, or not certain.
        doubt: Why `actor` is None; empty otherwise.
        linked: Whether the words are a pronoun or description that was resolved (`its`).
    """

    words: str
    span: Span
    actor: Actor | None
    doubt: str = ""
    linked: bool = False


@dataclass(frozen=True)
class When:
    """When an act was, by the words of its sentence.

    Attributes:
        date: The day, or the first day of the month or year.
        precision: How much of `date` the text says.
        words: The words that say it; empty if nothing but the story's own day does.
        span: Where they stand; None if there are none.
        future: Whether the day lies after the story's.
    """

    date: dt.date
    precision: Precision
    words: str = ""
    span: Span | None = None
    future: bool = False

    @property
    def text(self) -> str:
        """As much of the day as the text says: `2017-03-14`, `in March 2017`, `in 2017`."""
        if self.precision == "year":
            return f"in {self.date.year}"
        if self.precision == "month":
            return f"in {calendar.month_name[self.date.month]} {self.date.year}"
        return self.date.isoformat()

    @property
    def middle(self) -> dt.date:
        """A day in the middle of the year or month: who ruled then is looked up on it."""
        if self.precision == "year":
            return self.date.replace(month=7)
        return self.date.replace(day=15) if self.precision == "month" else self.date


@dataclass(frozen=True)
class Scored:
    """What the model says of an ordered pair of mentions.

    Attributes:
        source: Who would act.
        target: Who would be acted on.
        acts: Probability of each act by its key (`detente.coding.acts`); with `none` they sum to 1.
        none: Probability that the sentence tells no event from source to target.
        statuses: Probability of each status, given that there is an event.
    """

    source: Mention
    target: Mention
    acts: Mapping[str, float]
    none: float
    statuses: Mapping[Status, float]
