"""From a story to its events, sentence by sentence, with a reason for all that is left out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from detente.coding.judged import (
    DOUBTFUL,
    FOREIGN,
    LIST,
    UNCUT,
    UNDATED,
    UNSURE,
    Judged,
    best_of_each_pair,
    digest,
    event_id,
    likeliest,
    without_joint,
)
from detente.coding.long_times import too_long
from detente.coding.phrases import NO_STATE
from detente.coding.reading.language import other_language
from detente.coding.sentences import clauses, is_too_long, sentences
from detente.coding.shapes import Actor, Mention, Scored, Sentence, Story, When
from detente.coding.steps import Steps, default_steps
from detente.coding.tables import Row, details_row, event_row
from detente.errors import UsageError
from detente.rounding import count_text, percent_text

MOST_ACTORS = 8
"""A sentence that names more actors is a list, and no event is read from it."""

MOST_MENTIONS = 20
"""So is one that names them more often than this; pairs grow with the square of it."""

MIN_CONFIDENCE = 0.6
"""Probability of an event of its quad class below which the coder abstains."""

COARSE = ("month", "year")
"""Precisions of events that lie on the first day of what is known of their time."""

_LIMIT = re.compile(r"(?:by|before|until|till|from|for)\b", re.IGNORECASE)
"""What opens a time that limits what is asked, promised or threatened."""

NOBODY = Actor("?")
"""Stands in for an actor that is not known, while the model looks at its pairs."""


@dataclass(frozen=True)
class Looked:
    """A sentence and all that was seen in it.

    Attributes:
        sentence: The sentence, or a part of one that was too long.
        mentions: The actors that it names.
        scored: What the model says of their ordered pairs.
        judged: What was made of these.
    """

    sentence: Sentence
    mentions: tuple[Mention, ...]
    scored: tuple[Scored, ...] = ()
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class CodedStory:
    """A story and what was coded of it.

    Attributes:
        story: The story.
        day: The day that it was written.
        digest: Digest of its words, by which the same story is known again.
        looked: Its sentences.
        cut: How many of its sentences were too long, and were cut at their clauses.
    """

    story: Story
    day: dt.date
    digest: str
    looked: tuple[Looked, ...]
    cut: int

    @property
    def judged(self) -> Iterator[Judged]:
        """What was made of the pairs of all sentences."""
        for looked in self.looked:
            yield from looked.judged

    @property
    def events(self) -> list[Row]:
        """Rows of the event table."""
        return [event_row(item) for item in self.judged if not item.reason]

    @property
    def details(self) -> list[Row]:
        """Rows of the side table."""
        return [details_row(item, self.story.offset) for item in self.judged]

    @property
    def counts(self) -> dict[str, Any]:
        """What the report counts."""
        unknown = Counter(
            mention.words
            for looked in self.looked
            for mention in looked.mentions
            if mention.actor is None and _is_name(mention)
        )
        reasons = Counter(item.reason for item in self.judged)
        return {
            "sentences": len(self.looked),
            "cut": self.cut,
            "with_actors": sum(len(_codes(looked.mentions)) > 1 for looked in self.looked),
            "events": reasons.pop("", 0),
            "coarse": sum(
                not item.reason and item.when is not None and item.when.precision in COARSE
                for item in self.judged
            ),
            "abstained": dict(reasons),
            "unknown": dict(unknown),
        }


@dataclass(frozen=True)
class Coder:
    """Codes stories.

    Attributes:
        actors: A table of actors in place of the one that ships.
        weights: A folder with a model's files in place of those that ship.
        min_confidence: Probability of an event of its quad class below which the coder abstains.
        steps: Other parts altogether; `actors` and `weights` are not used then.
    """

    actors: Any = None
    weights: Path | None = None
    min_confidence: float = MIN_CONFIDENCE
    steps: Steps | None = None

    @cached_property
    def _parts(self) -> Steps:
        if not 0 <= self.min_confidence <= 1:
            raise UsageError(
                "The least confidence is no probability.",
                f"It is {self.min_confidence}.",
                "Give a number from 0 to 1, such as 0.6.",
            )
        return self.steps or default_steps(self.actors, self.weights)

    @property
    def fingerprint(self) -> str:
        """What the same story must be coded by to give the same events."""
        return f"{self._parts.fingerprint}|{self.min_confidence}"

    def code(self, story: Story, date: dt.date | None = None) -> CodedStory:
        """The events of a story.

        Args:
            story: The story.
            date: The day that it was written, where it does not say that itself.

        Raises:
            UsageError: Neither says the day; or the libraries of the extra are not installed.
        """
        day = story.date or date
        if day is None:
            raise no_date(story.reference)
        whole = sentences(story.text)
        parts = [part for sentence in whole for part in clauses(sentence)]
        named = self._parts.name([_readable(part) for part in parts], day)
        key = digest(story.text)
        looked = tuple(
            self._looked(story, day, key, number, *item)
            for number, item in enumerate(zip(parts, named, strict=True))
        )
        return CodedStory(story, day, key, looked, sum(len(clauses(item)) > 1 for item in whole))

    def _looked(
        self,
        story: Story,
        day: dt.date,
        key: str,
        number: int,
        sentence: Sentence,
        mentions: tuple[Mention, ...],
    ) -> Looked:
        blank = Judged(sentence, reference_of(story, sentence), day)
        scored: tuple[Scored, ...] = ()
        reason, note = _why_not(sentence, mentions)
        if reason:
            judged = [dataclasses.replace(blank, reason=reason, note=note)]
        else:
            scored = self._scored(sentence, mentions)
            pairs = filter(None, (self._judged(blank, pair) for pair in scored))
            judged = without_joint(best_of_each_pair(pairs))
        numbered = tuple(
            item if item.reason else dataclasses.replace(item, event_id=event_id(key, number, item))
            for item in judged
        )
        return Looked(sentence, mentions, scored, numbered)

    def _scored(self, sentence: Sentence, mentions: tuple[Mention, ...]) -> tuple[Scored, ...]:
        """What the model says of a sentence, if there may be a pair."""
        if len(_codes(mentions)) < 2:
            return ()
        return _with_doubts(self._parts.score(sentence, _stood_in(mentions)), mentions)

    def _judged(self, blank: Judged, pair: Scored) -> Judged | None:
        """What is made of a pair; None if no event is told of it."""
        act, probability, roots = likeliest(pair)
        unsure = probability < self.min_confidence
        if unsure and pair.none >= 0.5:
            return None
        when = self._parts.date(blank.sentence, blank.published, pair)
        pair = self._then(blank, pair, when)
        status, words = self._parts.judge(blank.sentence, pair, when)
        if status == "actual" and when.future and when.precision != "document":
            if _dates_the_act(pair, when):
                status, words = "planned", when.words
            else:
                when = When(blank.published, "document")
        doubts = [m.doubt or "is not known" for m in (pair.source, pair.target) if m.actor is None]
        reason, note = "", ""
        if unsure:
            reason, note = UNSURE, f"{percent_text(self.min_confidence)} is asked for"
        elif doubts:
            reason, note = DOUBTFUL, "; ".join(doubts)
        elif status != "actual":
            reason, note = status, words and f"“{words}”"
        elif when.precision == "document" and too_long(when.words):
            reason, note = UNDATED, f"“{when.words}”"
        return dataclasses.replace(
            blank, source=pair.source, target=pair.target, act=act, probability=probability,
            roots=roots, none=pair.none, status=status, status_words=words, when=when,
            reason=reason, note=note,
        )  # fmt: skip

    def _then(self, blank: Judged, pair: Scored, when: When) -> Scored:
        """The pair, with who has left office since the act as who he was on its day."""
        left = {side.span for side in (pair.source, pair.target) if _out_of_office(side)}
        if not left or when.precision == "document" or when.date >= blank.published:
            return pair
        [mentions] = self._parts.name([blank.sentence], when.middle)
        then = {
            mention.span: mention
            for mention in mentions
            if mention.span in left and mention.actor and mention.actor.role == "GOV"
        }
        return dataclasses.replace(
            pair,
            source=then.get(pair.source.span, pair.source),
            target=then.get(pair.target.span, pair.target),
        )


def _dates_the_act(pair: Scored, when: When) -> bool:
    """Whether a day to come is the act's own, as in `France accused Iran on 3 June`.

    In `France urged Iran to leave by 3 June` it is that of what is said: France urged before that.
    """
    if when.span is None or _LIMIT.match(when.words):
        return False
    (start, end), spans = when.span, (pair.source.span, pair.target.span)
    behind = any(0 <= start - last <= 1 for _, last in spans)
    before = any(0 <= first - end <= 2 for first, _ in spans)
    return behind or before


def no_date(reference: str) -> UsageError:
    """What to say of a story without a day."""
    return UsageError(
        f"{reference or 'The text'} could not be coded.",
        "It does not say on which day it was written, and today's is not taken for it.",
        "Give the day: --date 2017-03-14, or date=datetime.date(2017, 3, 14) in Python.",
    )


def reference_of(story: Story, sentence: Sentence) -> str:
    """A story and the characters of a sentence in it, as in `talks.txt#char=0,31`.

    Source:
        RFC 5147 (Wilde and Dürst, 2008), fragments of plain text.
    """
    start, end = (place + story.offset for place in sentence.span)
    sign = "&" if "#" in story.reference else "#"
    return f"{story.reference}{sign}char={start},{end}"


def _codes(mentions: Sequence[Mention]) -> set[str]:
    """The actors of a sentence; those that are not known by their words."""
    return {_code(mention.actor) if mention.actor else mention.words for mention in mentions}


def _code(actor: Actor) -> str:
    return actor.code if actor.role in {"", "GOV"} else f"{actor.code}:{actor.role}"


def _why_not(sentence: Sentence, mentions: tuple[Mention, ...]) -> tuple[str, str]:
    """Why the pairs of a sentence are not looked at, in a word and in more; empty if they are."""
    if is_too_long(sentence):
        return UNCUT, f"{count_text(len(sentence.text))} characters with no end, or with no blank"
    actors = len(_codes(mentions))
    if actors > MOST_ACTORS:
        return LIST, f"{actors} actors, more than {MOST_ACTORS}"
    if actors > 1 and len(mentions) > MOST_MENTIONS:
        return LIST, f"names actors {len(mentions)} times, more than {MOST_MENTIONS}"
    if actors > 1 and (language := other_language(sentence.text)):
        return FOREIGN, f"it is in {language}"
    return "", ""


def _readable(sentence: Sentence) -> Sentence:
    """The sentence, or one without words where no words can be read."""
    return dataclasses.replace(sentence, text="") if is_too_long(sentence) else sentence


def _stood_in(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Mentions with a stand-in for every name that is not known, so that it is looked at too."""
    return tuple(
        mention if mention.actor else dataclasses.replace(mention, actor=NOBODY)
        for mention in mentions
        if mention.actor or mention.linked or _is_name(mention)
    )


def _out_of_office(mention: Mention) -> bool:
    """Whether somebody is named who may have ruled before the story's day."""
    return bool(mention.actor and mention.actor.role == "OPP" and mention.actor.name)


def _is_name(mention: Mention) -> bool:
    """Whether an actor that is not known has a name; `Police` of no state have none."""
    return mention.doubt != NO_STATE and any(map(str.isupper, mention.words))


def _with_doubts(answer: tuple[Scored, ...], mentions: tuple[Mention, ...]) -> tuple[Scored, ...]:
    """Scores of the mentions as they were, without pairs of which neither is known."""
    doubtful = {mention.span: mention for mention in mentions if mention.actor is None}
    pairs = (
        dataclasses.replace(
            pair,
            source=doubtful[pair.source.span] if pair.source.actor == NOBODY else pair.source,
            target=doubtful[pair.target.span] if pair.target.actor == NOBODY else pair.target,
        )
        for pair in answer
    )
    return tuple(pair for pair in pairs if pair.source.actor or pair.target.actor)
