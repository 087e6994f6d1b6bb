"""Code text: one call, or a stream of stories."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from detente.answers import Exhibit, Shown
from detente.coding.coder import MIN_CONFIDENCE, CodedStory, Coder, no_date
from detente.coding.journal import Journal
from detente.coding.judged import Judged, digest
from detente.coding.reading.days import day_of_text
from detente.coding.reading.language import other_language
from detente.coding.report import CodingReport, Tally
from detente.coding.shapes import Story
from detente.coding.shown import exhibits_of
from detente.coding.tables import details_table, events_table
from detente.errors import InputError, UsageError
from detente.rounding import plural

if TYPE_CHECKING:
    from detente.coding.claims import Claim


@dataclass(frozen=True, repr=False)
class Coded(Shown):
    """What was coded of one story or of several.

    Attributes:
        stories: The stories, sentence by sentence.
        report: What was read, coded and left out.
    """

    stories: tuple[CodedStory, ...]
    report: CodingReport

    def __repr__(self) -> str:
        """How much there is, in a line."""
        abstained = sum(count for _, count in self.report.abstained)
        counts = (
            plural(len(self.stories), "stories"), plural(self.report.sentences, "sentences"),
            plural(self.report.events, "events"), plural(abstained, "abstentions"),
        )  # fmt: skip
        return f"Coded({', '.join(counts)})"

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Events and abstentions, each with its sentence, as a notebook shows them."""
        judged = tuple(item for story in self.stories for item in story.judged)
        return exhibits_of(judged)

    @cached_property
    def events(self) -> pa.Table:
        """The events that happened, in the columns of the event table; their origin is `text`."""
        return events_table(row for story in self.stories for row in story.events)

    @cached_property
    def details(self) -> pa.Table:
        """All that was judged, events and abstentions: sentence, spans, probabilities, status."""
        return details_table(row for story in self.stories for row in story.details)

    @cached_property
    def abstained(self) -> tuple[Judged, ...]:
        """What was not coded, with its sentence, pair, what it would have been, and why."""
        return tuple(item for story in self.stories for item in story.judged if item.reason)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of the text: what it says causes, compares, changes or will happen."""
        from detente.coding.claims import claims_in  # noqa: PLC0415 - few want them

        claims: list[Claim] = []
        for story in self.stories:
            mentions = {looked.sentence: looked.mentions for looked in story.looked}
            claims += claims_in(list(mentions), mentions.__getitem__)
        return tuple(claims)


def code(
    text: str | Story | Iterable[Story],
    date: dt.date | str | None = None,
    *,
    min_confidence: float = MIN_CONFIDENCE,
    coder: Coder | None = None,
) -> Coded:
    """Code the events that a text tells.

    At most one event comes of an ordered pair of actors and a sentence. The same event in two
    sentences is two events, as in two stories: each can be looked up where it stands.

    Args:
        text: The text, a story, or stories as `detente.coding.text.read` gives them.
        date: The day that it was written, where it does not say so itself. Never today's.
        min_confidence: Probability of an event of its quad class below which it is left out.
        coder: Another coder, with its own least confidence.

    Raises:
        UsageError: No day is given, or the libraries of `detente[coding]` are not installed.
        InputError: The text holds no words, or is not English.

    Example:
        >>> code("Es ist nicht die Schuld der Stadt.", date="2017-03-14")
        Traceback (most recent call last):
        detente.errors.InputError: The text could not be coded. It is in German. Give English text.
    """
    started = time.monotonic()
    tally = Tally()
    chosen = coder or Coder(min_confidence=min_confidence)
    day = _day(date)
    stories = [_checked(text, day)] if isinstance(text, str | Story) else _each_a_story(text)
    coded = tuple(coded_stories(stories, chosen, day, tally))
    return Coded(coded, tally.report(time.monotonic() - started))


def _each_a_story(stories: object) -> Iterator[Story]:
    """The stories of an iterable.

    Raises:
        UsageError: It is none, or holds something else.
    """
    items = (
        stories if isinstance(stories, Iterable) and not isinstance(stories, bytes) else [stories]
    )
    for item in items:
        if not isinstance(item, Story):
            raise UsageError(
                "What is to be coded is no text.",
                f"It is, or holds, a value of the type {type(item).__name__}.",
                "Give a str, a Story, or stories: detente.coding.text.read gives those of a file.",
            )
        yield item


def _checked(text: str | Story, day: dt.date | None) -> Story:
    """A story that can be coded.

    Raises:
        InputError: It holds no words, or is not English.
        UsageError: It has no day.
    """
    story = Story(text, "text", date=day_of_text(text)) if isinstance(text, str) else text
    failed, language = "The text could not be coded.", other_language(story.text)
    if not any(map(str.isalpha, story.text)):
        raise InputError(failed, "It holds no words.", "Give English text.")
    if language:
        raise InputError(failed, f"It is in {language}.", "Give English text.")
    if story.date is None and day is None:
        raise no_date(story.reference)
    return story


def coded_stories(
    stories: Iterable[Story],
    coder: Coder,
    date: dt.date | None,
    tally: Tally,
    journal: Journal | None = None,
) -> Iterator[CodedStory]:
    """Code stories one by one; what cannot be coded is noted, and the others are.

    Args:
        stories: The stories.
        coder: The coder.
        date: The day of those that do not say theirs.
        tally: Counts what is read, coded and left out.
        journal: Stories in it are not coded again, and not given again; new ones are noted there.
    """
    seen: set[str] = set()
    for story in stories:
        key = digest(story.text)
        day = story.date or date
        if key in seen:
            tally.repeated += 1
        elif day is None:
            tally.refuse(story.reference, "does not say on which day it was written; add --date")
            continue  # the same words with a day are coded
        elif journal is not None and (counts := journal.counts(f"{key} {day}")) is not None:
            tally.take(counts, resumed=True)
        else:
            coded = coder.code(story, date)
            if journal is not None:
                journal.add(f"{key} {day}", coded)
            tally.take(coded.counts)
            yield coded
        seen.add(key)


def _day(date: dt.date | str | None) -> dt.date | None:
    """The day as a date.

    Raises:
        UsageError: It is none.
    """
    if isinstance(date, dt.datetime):
        return date.date()
    if date is None or isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except (ValueError, TypeError):
        raise UsageError(
            "The day could not be read.", f"It is {date!r}.", "Write it as 2017-03-14."
        ) from None
