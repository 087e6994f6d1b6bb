"""The words of a sentence that names of actors are made of: names, nouns of office and sector.

What is no actor although it holds a name (`South China Sea`) is a piece too, so that no shorter
name is seen in it.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from detente.coding.gazetteer import Gazetteer, Row, best, exact
from detente.coding.shapes import Actor
from detente.coding.words import Word, key, listed
from detente.csv_files import read_bundled

GAP = re.compile(r"[\s\-–—'’./&]*")
_ACRONYM_WORDS = frozenset(
    {"=WHO", "=IS", "=IT", "=PAN", "=MIT", "=MEND", "=RAW", "=FACT", "=CARE"}
)
"""Acronyms that are words too, which capitals cannot tell in a headline of capitals."""


class Noun(NamedTuple):
    """A noun of office or sector.

    Attributes:
        kind: `head`, `title`, `body`, `people`, `thing`, `modifier`, `former`, `suffix`, or what
            makes no actor of the word before it: `not`, `place`.
        role: CAMEO role of whom it names; empty for none.
        alone: Whether it names somebody, though nobody in particular, without a state.
    """

    kind: str
    role: str
    alone: bool


_CRAFT = Noun("thing", "MIL", False)
_MODEL = re.compile(r"(?:[A-Z]{1,4}|MiG|Mig|Su|Tu)-\d{1,3}[A-Z]?s?")
"""Aircraft and the like by their model: `F-16s`, `MiG-29`."""


_RESOLUTION = re.compile(r"[Rr]esolution \d{3,4}")
"""What the Security Council decided; those of parliaments have a chamber's name before them."""


class Piece(NamedTuple):
    """A name or noun in a sentence.

    Attributes:
        first: Number of its first word.
        last: Number of the word after its last.
        kind: Kind of its row, or `noun`, or `not` for what is no actor.
        rows: Whom it may mean on the day; empty for nouns.
        noun: The noun; None for names.
        doubt: Why `rows` is empty although it is a name.
        actor: Whom it means where the story has said it.
    """

    first: int
    last: int
    kind: str
    rows: tuple[Row, ...] = ()
    noun: Noun | None = None
    doubt: str = ""
    actor: Actor | None = None


@dataclass(frozen=True)
class Context:
    """What the sentences before have named.

    Attributes:
        people: Who was named in full, by what they are called alone.
        states: Codes of the states that were named.
    """

    people: Mapping[str, Actor] = field(default_factory=lambda: MappingProxyType({}))
    states: frozenset[str] = frozenset()


class Shared(NamedTuple):
    """One of those who share a name, the keys of words that tell them, and the days on which."""

    kind: str
    code: str
    role: str
    cues: tuple[str, ...]
    start: str
    end: str

    def on(self, day: dt.date | None) -> bool:
        """Whether these words tell it on a day."""
        return day is None or self.start <= str(day) <= (self.end or "9999")


@functools.cache
def nouns() -> Mapping[str, Noun]:
    """Nouns of office and sector by key.

    Example:
        >>> nouns()["prime minister"], nouns()["rebels"].role
        (Noun(kind='head', role='GOV', alone=True), 'REB')
    """
    table: dict[str, Noun] = {}
    for row in read_bundled("detente.coding", "actor_nouns.csv"):
        noun = Noun(row["kind"], row["role"], bool(row["alone"]))
        for words in row["words"].split("|"):
            table.setdefault(key(words), noun)
    return table


@functools.cache
def not_actors() -> frozenset[str]:
    """Keys of names that hold an actor's name and are none."""
    rows = read_bundled("detente.coding", "not_actors.csv")
    return frozenset(key(words) for row in rows for words in row["words"].split("|"))


@functools.cache
def shared_names() -> Mapping[str, tuple[Shared, ...]]:
    """Those who share a name, by its key."""
    table: dict[str, tuple[Shared, ...]] = {}
    for row in read_bundled("detente.coding", "shared_names.csv"):
        cues = tuple(map(key, row["cues"].split("|")))
        days = row["start"], row["end"]
        meaning = Shared(row["kind"], row["code"], row["role"], cues, *days)
        table[key(row["name"])] = (*table.get(key(row["name"]), ()), meaning)
    return table


@functools.cache
def _longest_other() -> Mapping[str, int]:
    """By first word, the words of the longest noun, shared name or name of no actor."""
    lengths: dict[str, int] = {}
    for name in (*nouns(), *not_actors(), *shared_names()):
        first = name.partition(" ")[0]
        lengths[first] = max(lengths.get(first, 0), name.count(" ") + 1)
    return lengths


class Scan(NamedTuple):
    """A sentence as it is looked through."""

    text: str
    words: Sequence[Word]
    day: dt.date | None
    context: Context
    table: Gazetteer
    capitals: bool

    def gap(self, number: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.words[number - 1].end : self.words[number].start]

    def joined(self, first: int, last: int) -> bool:
        """Whether nothing but spaces, hyphens and the like parts these words."""
        return all(GAP.fullmatch(self.gap(number)) for number in range(first + 1, last))

    def capital(self, number: int) -> bool:
        """Whether a word begins with a capital or a figure."""
        return 0 <= number < len(self.words) and not self.words[number].text[0].islower()


def pieces(scan: Scan) -> list[Piece]:
    """Names and nouns in their order, the longest at each place, none within another.

    Surnames are not decided yet (`people.settled`).
    """
    matches = []
    number = 0
    while number < len(scan.words):
        piece = _longest(scan, number)
        if piece:
            matches.append(piece)
        number = piece.last if piece else number + 1
    return matches


def _longest(scan: Scan, first: int) -> Piece | None:
    word = scan.words[first].key
    length = max(scan.table.longest.get(word, 0), _longest_other().get(word, 0))
    original = scan.table.longest.get(scan.words[first].text.replace(".", ""), 0)
    longest = max(length, original, 2)
    for last in range(min(first + longest, len(scan.words)), first, -1):
        if not scan.joined(first, last):
            continue
        if piece := _resolution(scan, first, last) or _match(scan, first, last):
            return piece
    return None


def _match(scan: Scan, first: int, last: int) -> Piece | None:
    """The piece that is made of just these words."""
    name = " ".join(word.key for word in scan.words[first:last])
    proper = _proper(scan, first, last)
    if name in not_actors() and any(scan.capital(number) for number in range(first, last)):
        return Piece(first, last, "not")
    rows = _as_written(scan, first, last)
    if not rows and (proper or _begins_small(scan, first, last, name)):
        rows = scan.table.names.get(name, ())
    if rows and (name not in nouns() or best(rows, scan.day)):
        return _named(scan, first, last, rows)
    if proper and name in shared_names():
        return _shared(scan, first, last, shared_names()[name])
    noun = nouns().get(name) or _craft(scan, first, last)
    if noun:
        return Piece(first, last, "noun", noun=noun)
    if proper and (name in scan.table.surnames or name in scan.context.people):
        return Piece(first, last, "surname", scan.table.surnames.get(name, ()))
    return None


def _craft(scan: Scan, first: int, last: int) -> Noun | None:
    """The noun that a model of aircraft or the like stands for."""
    place = (scan.words[first].start, scan.words[last - 1].end)
    return _CRAFT if last == first + 2 and _MODEL.fullmatch(scan.text, *place) else None


def _resolution(scan: Scan, first: int, last: int) -> Piece | None:
    """`Resolution 1441`, which stands for the Security Council."""
    place = (scan.words[first].start, scan.words[last - 1].end)
    if last != first + 2 or not _RESOLUTION.fullmatch(scan.text, *place):
        return None
    if first and scan.capital(first - 1) and scan.words[first - 1].key in listed("chamber"):
        return None
    return Piece(first, last, "organisation", scan.table.names.get("united nations", ()))


def _as_written(scan: Scan, first: int, last: int) -> tuple[Row, ...]:
    written = exact(" ".join(word.text for word in scan.words[first:last]))
    if scan.capitals and written in listed("acronym and word"):
        return ()  # in a headline of capitals, WHO is a word as often as not
    return scan.table.names.get("=" + written, ())


def _begins_small(scan: Scan, first: int, last: int, name: str) -> bool:
    """Whether a name that begins small is written as it should (`pro-Russian rebels`)."""
    if name not in scan.table.lower:
        return False
    capitals = any(scan.capital(number) for number in range(first, last))
    return capitals or name in scan.table.all_lower


def _proper(scan: Scan, first: int, last: int) -> bool:
    """Whether words are written as a name is: with a capital, after a particle perhaps."""
    if scan.capital(first):
        return True
    particle = scan.words[first].key in listed("particle") | {"the"}
    return particle and any(scan.capital(number) for number in range(first + 1, last))


def _named(scan: Scan, first: int, last: int, rows: tuple[Row, ...]) -> Piece:
    there = best(rows, scan.day)
    if not there:
        return Piece(first, last, "not")
    if len({row.code for row in there}) == 1:
        kinds = [row.kind for row in there]
        return Piece(first, last, "state" if "state" in kinds else kinds[0], there)
    return Piece(first, last, there[0].kind, doubt=several(there))


def several(rows: Sequence[Row]) -> str:
    """The doubt where a name is of several states."""
    return "it may be of " + " or ".join(sorted({row.code for row in rows}))


def _shared(scan: Scan, first: int, last: int, meanings: Sequence[Shared]) -> Piece:
    """A shared name by the words around it, or by the states that the story has named."""
    around = " ".join(
        word.key for number, word in enumerate(scan.words) if not first <= number < last
    )
    meant = {
        meaning.code: meaning
        for meaning in meanings
        if meaning.on(scan.day) and any(_stands(cue, around) for cue in meaning.cues)
    }
    codes = sorted({meaning.code for meaning in meanings} - {"-"})
    if not meant:
        meant = {each.code: each for each in meanings if each.code in scan.context.states}
    # What is one actor's or a plain word, such as `Tigers`, needs a word that tells it.
    if [*meant] == ["-"] or (not meant and len(meanings) == 1):
        return Piece(first, last, "not")
    if len(meant) == 1:
        [meaning] = meant.values()
        name = scan.text[scan.words[first].start : scan.words[last - 1].end]
        return Piece(first, last, meaning.kind, (_row(name, meaning),))
    doubt = f"the name is shared; it may be of {' or '.join(codes)}"
    return Piece(first, last, meanings[0].kind, doubt=doubt)


def _row(name: str, meaning: Shared) -> Row:
    days = (dt.date.min, dt.date.max)
    return Row(name, (), meaning.code, meaning.role, meaning.kind, "", *days, "shared name")


def _stands(cue: str, words: str) -> bool:
    return f" {cue} " in f" {words} "
