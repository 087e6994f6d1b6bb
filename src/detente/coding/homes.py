"""Whose they are who are named without a state: the crowd, the police, the rebels.

What tells it is the rest of the sentence: the only state that it names, or the nearest place where
something happens.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from detente.coding.gazetteer import is_state
from detente.coding.phrases import Phrase
from detente.coding.pieces import Context, Piece, Scan
from detente.coding.shapes import Actor
from detente.coding.words import listed
from detente.csv_files import read_bundled

ACTS_FOR_STATE = frozenset({"", "GOV", "MIL", "COP", "SPY", "JUD", "LEG"})
"""Roles in which one acts for a state as a whole towards others."""

_AT_HOME = frozenset({"COP", "CVL", "OPP", "LAB", "REL", "MED", "IMG", "CRM"})
_IN_SERVICE = frozenset({"MIL", "LEG"})
"""Roles of those who are taken for the only state's, but not for that of a place: armies travel."""

_SITES = frozenset({"capital", "place"})
_AT = frozenset({"in", "at", "near", "outside", "inside", "around", "across", "through", "from"})
_SIDES = frozenset(
    {"the", "central", "downtown", "northern", "southern", "eastern", "western", "north", "south"}
)


class Known(NamedTuple):
    """A group that is meant by a word such as `separatists` in a state at a time."""

    words: frozenset[str]
    state: str
    code: str
    start: dt.date
    end: dt.date


@functools.cache
def _groups() -> tuple[Known, ...]:
    """The groups of `data/groups_by_state.csv`; from memory, not looked up."""
    return tuple(
        Known(
            frozenset(row["words"].split("|")),
            row["state"],
            row["code"],
            dt.date.fromisoformat(row["start"]),
            dt.date.fromisoformat(row["end"]),
        )
        for row in read_bundled("detente.coding", "groups_by_state.csv")
    )


class Around(NamedTuple):
    """What a sentence names besides.

    Attributes:
        scan: Its words.
        named: Its phrases.
        sites: Places where something is said to happen, by their first word, and states.
        states: The states that it names, or if it names none, the story.
        grouped: Whether it names an armed group.
    """

    scan: Scan
    named: Sequence[Phrase]
    sites: Sequence[tuple[int, str]]
    states: frozenset[str]
    grouped: bool

    @classmethod
    def of(
        cls, scan: Scan, matches: Sequence[Piece], named: Sequence[Phrase], context: Context
    ) -> Around:
        """What stands around the phrases of a sentence."""
        sites = _sites(scan, matches)
        grouped = any(
            piece.kind == "group" and not is_state(piece.rows[0].code)
            for piece in matches
            if piece.rows
        )
        return cls(scan, named, sites, _states(named, sites, context), grouped)

    @property
    def state(self) -> str:
        """The only one of the states; empty if there are more or none."""
        return next(iter(self.states)) if len(self.states) == 1 else ""

    def acts(self, state: str, but: Phrase | None = None) -> bool:
        """Whether somebody who acts for a state is named, in another phrase than one."""
        return any(
            phrase.actor.code == state and phrase.actor.role in ACTS_FOR_STATE
            for phrase in self.named
            if phrase.actor and phrase is not but
        )

    def key(self, phrase: Phrase) -> str:
        """The key of a phrase's words."""
        return " ".join(word.key for word in self.scan.words[phrase.first : phrase.last])


def apart(phrase: Phrase, around: Around) -> Phrase:
    """A people whose own state is named beside it as its citizens: `Tsipras asked Greeks to`."""
    people = phrase.actor
    if people is None or not phrase.bare or people.role or not around.acts(people.code, phrase):
        return phrase
    if around.key(phrase) in listed("people and authority"):
        return phrase
    return phrase._replace(actor=Actor(people.code, "CVL"))


def home(phrase: Phrase, around: Around) -> Actor | None:
    """Who those are that are named without a state; None if nothing tells it.

    Of the only state of the sentence, or where it names several, that of the nearest place where
    something happens: `students stoned the American mission in Beijing`. Of our labelled sentences
    that is right nine times of ten for crowds, police and opposition and three times of four for
    armies and parliaments, which are given to an only state alone. So are rebels, unless they are
    those of a cause, a people or another group; and governments where nobody else acts for their
    state, since they are its own half of the time otherwise.
    """
    if phrase.actor is not None:
        return None
    group = _group(phrase, around)
    state = "" if group else _state(phrase, around)
    return Actor(state, phrase.role) if state else group


def _state(phrase: Phrase, around: Around) -> str:
    state = around.state
    if phrase.role == "GOV":
        rules = around.key(phrase) in listed("ruling body") and not around.acts(state)
        return state if rules else ""
    if phrase.role == "REB":
        return state if _of_state(phrase, around) else ""
    if phrase.role not in _AT_HOME | _IN_SERVICE:
        return ""
    if state or phrase.role in _IN_SERVICE or not around.sites:
        return state
    return min(around.sites, key=lambda site: abs(site[0] - phrase.first))[1]


def _group(phrase: Phrase, around: Around) -> Actor | None:
    """The group that `separatists` or `jihadists` are in one of the states that are named."""
    words, day = around.key(phrase), around.scan.day
    if phrase.role != "REB" or day is None or around.grouped:
        return None
    codes = {
        group.code
        for group in _groups()
        if words in group.words and group.start <= day <= group.end and group.state in around.states
    }
    return Actor(codes.pop()) if len(codes) == 1 else None


def _of_state(rebels: Phrase, around: Around) -> bool:
    """Whether rebels may be those of a state: not of a cause, a people or a group."""
    of_people = rebels.first > 1 and around.scan.capital(rebels.first - 1)
    of_cause = around.key(rebels) in listed("of a cause")
    return not (around.grouped or of_people or of_cause)


def _sites(scan: Scan, matches: Iterable[Piece]) -> tuple[tuple[int, str], ...]:
    """Places where something is said to happen (`in Beijing`), by their first word, and states."""
    return tuple(
        (piece.first, piece.rows[0].code)
        for piece in matches
        if piece.kind in _SITES and piece.rows and _preposition(scan, piece.first) in _AT
    )


def _preposition(scan: Scan, number: int) -> str:
    """The word before a place, over `the` and sides of the compass."""
    before = (word.key for word in reversed(scan.words[:number]))
    return next((word for word in before if word not in _SIDES), "")


def _states(
    named: Iterable[Phrase], sites: Iterable[tuple[int, str]], context: Context
) -> frozenset[str]:
    """The states of a sentence, or if it names none, of the story.

    The host of an embassy is not whom its words name, but a state that is named all the same.
    """
    codes = {phrase.actor.code for phrase in named if phrase.actor} | {code for _, code in sites}
    return frozenset(filter(is_state, codes)) or context.states
