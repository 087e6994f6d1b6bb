"""A draft study of an argument."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.coding.claims import Claim, claims_in
from detente.coding.claims.naming import named
from detente.coding.sentences import is_too_long, sentences
from detente.coding.shapes import Mention, Sentence, Story
from detente.errors import InputError, UsageError
from detente.events.actors import to_iso3
from detente.study.of_argument.acts import Chronicle, chronicle_of
from detente.study.of_argument.blocks import Drafted, drafted, within_parties
from detente.study.of_argument.files import CHRONICLE_FILE, chronicle_file, study_file
from detente.study.of_argument.measured import Setting
from detente.study.of_parties import FIRST_EVENTS, spoken
from detente.study.starter import check_place, written

MOST_PARTIES = MOST_UNKNOWN = 8
YEARS = 10
"""Events are asked for from so many years before the argument, unless it looks back further."""

LEAST_YEARS = 3

Namer = Callable[[Sequence[Sentence], dt.date | None], Sequence[tuple[Mention, ...]]]
"""Who is named in each of some sentences, written on a day."""


@dataclass(frozen=True)
class Draft:
    """A draft study of an argument, not yet written.

    Attributes:
        story: The argument.
        sentences: How many sentences it has.
        parties: Its states and how often each is named, most often first.
        others: States that are named less often than those, and are left out.
        unknown: Names of no known state, the eight that are named most, and how often.
        unread: What is too long to be a sentence, and was not read.
        claims: Its claims with their blocks.
        setting: What they share.
        chronicle: Facts of a study that ships, if it has the parties.
        text: The study file.
    """

    story: Story
    sentences: int
    parties: tuple[tuple[str, int], ...]
    others: tuple[str, ...]
    unknown: tuple[tuple[str, int], ...]
    unread: int
    claims: tuple[Drafted, ...]
    setting: Setting
    chronicle: Chronicle | None
    text: str

    @property
    def questions(self) -> int:
        """How many questions stand in the file."""
        return sum(len(item.block.asked) for item in self.claims)


def draft(story: Story, name: str, *, date: dt.date | None = None, actors: Namer = named) -> Draft:
    """A draft study of an argument.

    Args:
        story: The argument.
        name: The study's name, lower-case-with-dashes.
        date: The day it was written; by default the story's own.
        actors: Who is named in its sentences.

    Raises:
        UsageError: Nobody says when it was written, or that day is too early or to come.
        InputError: It names fewer than two states, or claims nothing.
    """
    day = _day(story, date)
    parts = sentences(story.text)
    mentions = dict(zip((part.span for part in parts), actors(parts, day), strict=True))
    states = _states(mention for group in mentions.values() for mention in group)
    _check(states, story)
    claims = list(claims_in(parts, lambda part: mentions[part.span]))
    if not claims:
        raise InputError(
            f"{_file(story)} gives no study.",
            f"None of its {len(parts)} sentences claims a cause, a comparison, a change, an "
            "extreme or what comes.",
            "Give an argument, such as a column or a brief.",
        )
    parties, others = _parties(states, claims)
    codes = tuple(code for code, _ in parties)
    setting = Setting(codes, day, _since(claims, day), _file(story))
    blocks = tuple(
        drafted(within_parties(claim, codes), setting, identity)
        for claim, identity in zip(claims, _identities(claims), strict=True)
    )
    chronicle = chronicle_of(codes)
    text = study_file(name, blocks, setting, chronicle)
    unknown = _unknown(mention for group in mentions.values() for mention in group)
    unread = sum(map(is_too_long, parts))
    return Draft(
        story, len(parts), parties, others, unknown, unread, blocks, setting, chronicle, text
    )


def write_draft(item: Draft, folder: Path) -> Path:
    """Write a draft: its study file, and its chronicle if it has one.

    Args:
        item: The draft.
        folder: The study's folder, which is made.

    Returns:
        The study file.

    Raises:
        InputError: The folder exists already, lies in an event store, or cannot be written.
    """
    check_place(folder, "--out")
    files = {"study.toml": item.text}
    if item.chronicle is not None and CHRONICLE_FILE in item.text:
        files[CHRONICLE_FILE] = chronicle_file(item.chronicle, item.claims)
    return written(folder, files, "--out")


def name_from(text: str) -> str:
    """A study's name from a file's: lower-case-with-dashes.

    Example:
        >>> name_from("Ärger im Golf (2).txt"), name_from("…")
        ('arger-im-golf-2', 'argument')
    """
    plain = (
        unicodedata.normalize("NFKD", Path(text).stem).encode("ascii", "ignore").decode().lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "argument"


def _day(story: Story, date: dt.date | None) -> dt.date:
    day = date or story.date
    if day is None:
        raise UsageError(
            f"{_file(story)} gives no study.",
            "Neither it nor the command says when it was written.",
            "Give the day with --date, such as --date 2017-03-15.",
        )
    if day < FIRST_EVENTS.replace(year=FIRST_EVENTS.year + LEAST_YEARS):
        raise UsageError(
            f"{_file(story)} gives no study.",
            f"It is of {day}, and event files begin in {FIRST_EVENTS.year}.",
            "Give an argument of later days, or its right day with --date.",
        )
    return day


def _file(story: Story) -> str:
    return Path(story.reference).name or "the argument"


def _states(mentions: Iterable[Mention]) -> list[tuple[str, int]]:
    """States by how often they are named; of equal ones the first."""
    counts = Counter(mention.actor.code for mention in mentions if mention.actor)
    return [item for item in counts.most_common() if to_iso3(item[0], "iso3") == item[0]]


def _parties(
    states: Sequence[tuple[str, int]], claims: Sequence[Claim]
) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """The states that claims name, or that are named twice, two at least; and the others."""
    sides = (side for claim in claims for side in (claim.cause, claim.effect))
    claimed = {item.actor.code for side in sides for item in side.actors if item.actor}
    ours = [item for item in states if item[0] in claimed or item[1] > 1][:MOST_PARTIES]
    parties = ours if len(ours) > 1 else states[:2]
    return tuple(parties), tuple(item[0] for item in states if item not in parties)


def _unknown(mentions: Iterable[Mention]) -> tuple[tuple[str, int], ...]:
    counts = Counter(mention.words for mention in mentions if mention.actor is None)
    return tuple(counts.most_common(MOST_UNKNOWN))


def _check(states: Sequence[tuple[str, int]], story: Story) -> None:
    if len(states) < 2:
        named = f"only {spoken(states[0][0])}" if states else "none"
        raise InputError(
            f"{_file(story)} gives no study.",
            f"A study needs two states, and of those that are known it names {named}.",
            "Give an argument about relations of states, or draft one with: detente new NAME "
            "--parties A,B",
        )


def _since(claims: Sequence[Claim], day: dt.date) -> dt.date:
    """The first of January of the first year that a claim looks back to, or ten years before."""
    latest = day.year - LEAST_YEARS
    years = [claim.reading.since.year for claim in claims if claim.reading.since]
    years += [claim.reading.years[0] for claim in claims if claim.reading.years]
    first = min([*years, day.year - YEARS])
    return dt.date(max(min(first, latest), FIRST_EVENTS.year), 1, 1)


def _identities(claims: Sequence[Claim]) -> list[str]:
    """An id of each claim: where its sentence stands, and which of it this is."""
    seen: Counter[str] = Counter()
    names = []
    for claim in claims:
        place = f"p{claim.sentence.paragraph + 1}-s{claim.number + 1}"
        seen[place] += 1
        names.append(place if seen[place] == 1 else f"{place}-{seen[place]}")
    return names
