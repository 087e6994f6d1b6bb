"""Who was named before some words, and which of them the words may mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from detente.coding.clauses import FINITE
from detente.coding.gazetteer import is_state
from detente.coding.shapes import Actor, Mention, Sentence

Meant = tuple[tuple[Actor, ...], str]
"""Whom words mean; nobody, and why that is not certain; or nobody and nothing if none is named."""

NOBODY: Meant = ((), "")

_PLACED = re.compile(
    r"\b(?:in|at|from|near|to|for|of|over|outside|through|across|against|on|by|with|between|about|"
    r"among|into|towards|behind|under)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_VERB_BEFORE = re.compile(r"\b[a-z]{3,}[a-rt-z]s\s+$")
_GROUP_GAP = 5
"""Characters between names of a list: `, ` or ` and `."""


@dataclass(frozen=True)
class Before:
    """What stands before the words.

    Attributes:
        named: Mentions with an actor in each of the sentences before, the nearest first.
        texts: The sentences themselves, if they are at hand.
        here: Mentions with an actor before the words in their own sentence.
        opens: Whether the words open their sentence.
        text: Their sentence, if it is at hand.
    """

    named: tuple[tuple[Mention, ...], ...]
    texts: tuple[Sentence, ...]
    here: tuple[Mention, ...]
    opens: bool
    text: str = ""

    def subject(self, number: int) -> Mention | None:
        """Who a sentence before is about: the first name before its verb, behind no preposition.

        None if that is nobody; without the sentence's text the first name is taken for it.
        """
        names = self.named[number]
        if number >= len(self.texts):
            return names[0]
        text, start = self.texts[number].text, self.texts[number].span[0]
        for mention in names:
            lead = text[: max(mention.span[0] - start, 0)]
            if FINITE.search(lead) or _VERB_BEFORE.search(lead):
                return None
            if not _PLACED.search(lead):
                return mention
        return None


def nearest(before: Before, fits: Callable[[Mention], bool]) -> Meant:
    """The only one that fits in the nearest sentence, or its subject for words that open theirs."""
    for number, names in enumerate(before.named):
        fitting = [mention for mention in names if fits(mention)]
        actors = distinct(fitting)
        if len(actors) == 1:
            return actors, ""
        if actors:
            subject = before.subject(number)
            if before.opens and subject in fitting and subject and subject.actor:
                return (subject.actor,), ""
            return (), doubt_of(actors)
    return NOBODY


def group_of(names: Sequence[Mention], subject: Mention) -> tuple[Actor, ...]:
    """The subject and what is joined to it by a comma or `and`."""
    group, end = [subject], subject.span[1]
    for mention in names[names.index(subject) + 1 :]:
        if mention.span[0] - end > _GROUP_GAP:
            break
        group.append(mention)
        end = mention.span[1]
    return distinct(group)


def distinct(names: Iterable[Mention]) -> tuple[Actor, ...]:
    """The actors of mentions, each code once, in order."""
    actors: dict[str, Actor] = {}
    for mention in names:
        if mention.actor:
            actors.setdefault(mention.actor.code, mention.actor)
    return tuple(actors.values())


def doubt_of(actors: Sequence[Actor]) -> str:
    """What is said of words that may mean several."""
    return f"it may mean {', '.join(actor.code for actor in actors)}"


def is_of_state(mention: Mention) -> bool:
    """Whether words name a state, or somebody in it."""
    return mention.actor is not None and is_state(mention.actor.code)


def is_person(mention: Mention) -> bool:
    """Whether words name a human being: an actor in an office, called by a name of their own."""
    actor = mention.actor
    if not actor or not actor.role or not actor.name:
        return False
    return bool(set(actor.name.lower().split()) & set(mention.words.lower().split()))
