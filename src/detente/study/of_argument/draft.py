"""A draft study of an argument."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.coding.claims import Claim, claims_in
from detente.coding.claims.naming import named
from detente.coding.sentences import sentences
from detente.coding.shapes import Mention, Sentence, Story
from detente.errors import InputError, UsageError
from detente.events.actors import to_iso3
from detente.study.chronicle import CHRONICLE_COLUMNS, Fact
from detente.study.of_argument.acts import (
    FLARE_UPS,
    Chronicle,
    Named,
    action_block,
    chronicle_of,
    listed,
)
from detente.study.of_argument.blocks import Drafted, drafted, within_parties
from detente.study.of_argument.measured import Setting
from detente.study.of_argument.toml import Block, Value, text_of
from detente.study.of_parties import FIRST_EVENTS, headed, spoken
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
    parties = tuple(states[:MOST_PARTIES])
    others = tuple(code for code, _ in states[MOST_PARTIES:])
    codes = tuple(code for code, _ in parties)
    claims = [
        within_parties(claim, codes) for claim in claims_in(parts, lambda part: mentions[part.span])
    ]
    if not claims:
        raise InputError(
            f"{_file(story)} gives no study.",
            f"None of its {len(parts)} sentences claims a cause, a comparison, a change, an "
            "extreme or what comes.",
            "Give an argument, such as a column or a brief.",
        )
    setting = Setting(codes, day, _since(claims, day), _file(story))
    blocks = tuple(
        drafted(claim, setting, identity)
        for claim, identity in zip(claims, _identities(claims), strict=True)
    )
    chronicle = chronicle_of(codes)
    text = text_of(_file_of(name, story, blocks, setting, chronicle))
    unknown = _unknown(mention for group in mentions.values() for mention in group)
    return Draft(story, len(parts), parties, others, unknown, blocks, setting, chronicle, text)


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
    if item.chronicle is not None:
        files["chronicle.csv"] = _csv(_used(item.chronicle, item.claims))
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


def _file_of(
    name: str,
    story: Story,
    claims: Sequence[Drafted],
    setting: Setting,
    chronicle: Chronicle | None,
) -> Iterable[Block]:
    a, b = setting.parties[:2]
    flare_ups = Named(FLARE_UPS, (a, b))
    actions = dict.fromkeys([flare_ups, *(action for item in claims for action in item.actions)])
    blocks = [action_block(action, chronicle) for action in actions]
    by_kinds = any("kinds" in block.values for block in blocks)
    held = chronicle if by_kinds else None
    yield _head(name, story, setting)
    yield _about(name, claims, setting, held)
    for code in setting.parties:
        yield Block("[[parties]]", {"code": code, "name": spoken(code)})
    if held is not None:
        note = f"Facts of the study “{held.study}” that ships; add those of your argument."
        values: dict[str, Value] = {
            "path": "chronicle.csv", "since": held.since, "until": held.until,
        }  # fmt: skip
        yield Block("[chronicle]", values, [note])
    yield from blocks
    yield from (item.block for item in claims)
    yield _question(flare_ups, setting)


def _head(name: str, story: Story, setting: Setting) -> Block:
    notes = (
        f"A draft study of {setting.file}, read by rules: a beginning, not a judgement.",
        "Each claim says where its sentence stands. What the words do not tell is marked: # ?",
        "Settle these, and put each statement into your own words, before you look at a result.",
        f"Check it:     detente validate {name}",
        f"Load events:  detente fetch gdelt --study {name} --store {name}/store --plan",
        f"Run it:       detente study {name} --events {name}/store",
    )
    missing = "No event files are loaded: what rests on them is not decided before they are."
    return Block("", {"missing": [missing]}, notes)


def _about(
    name: str, claims: Sequence[Drafted], setting: Setting, chronicle: Chronicle | None
) -> Block:
    names = listed([spoken(code) for code in setting.parties[:3]])
    testable = [item for item in claims if item.block.values["kind"] != "untestable"]
    as_of = setting.written if chronicle is None else max(setting.written, chronicle.as_of)
    return Block(
        "[study]",
        {
            "name": name,
            "title": headed(names),
            "question": f"Does what {setting.file} claims of {names} hold?",
            "headline_claim": (testable or claims)[0].id,
            "about": f"Drafted from {setting.file}, written {setting.written}.",
            "as_of": as_of,
            "seed": 1,
        },
        asked={"headline_claim": "which claim answers the question?"},
    )


def _question(action: Named, setting: Setting) -> Block:
    return Block(
        "[[questions]]",
        {
            "id": "flare-up-soon",
            "kind": "events",
            "title": "Hostile acts within four weeks",
            "question": f"Are there {action.label} within 28 days?",
            "primary": True,
            "action": action.name,
            "within_days": 28,
            "at_least": 1,
            "since": setting.since,
        },
        ["What comes next; a later day decides."],
    )


def _used(chronicle: Chronicle, claims: Sequence[Drafted]) -> list[Fact]:
    """The facts of the kinds that the draft's actions may count."""
    kinds = {kind for item in claims for action in item.actions for kind in action.act.kinds}
    return [fact for fact in chronicle.facts if fact.kind in kinds]


def _csv(facts: Iterable[Fact]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CHRONICLE_COLUMNS)
    for fact in facts:
        sides = ("|".join(fact.sources), "|".join(fact.targets))
        row = (fact.id, fact.date, fact.end, fact.kind, *sides)
        writer.writerow((*row, fact.cameo, fact.certainty, fact.title, fact.citation))
    return out.getvalue()
