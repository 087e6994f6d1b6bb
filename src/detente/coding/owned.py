"""The nouns that follow a name and are its own: `Iranian troops`, `Assad's air force`."""

from __future__ import annotations

from typing import NamedTuple

from detente.coding.gazetteer import PERSONS
from detente.coding.pieces import Noun, Piece
from detente.coding.placed import Placed
from detente.coding.words import listed

SITES = frozenset({"capital", "place"})
PLACES = SITES | {"state"}

RULE = frozenset({"administration", "government", "cabinet", "regime"})
"""What follows a person's name without a sign: `the Bush administration`."""

_SECTORS = frozenset({"REB", "OPP", "CVL", "IMG", "MED", "BUS", "LAB", "REL", "CRM"})
_IN = frozenset({"in", "at", "from", "near"})
_OFFICES = frozenset({"ministry", "department", "office", "bureau", "directorate"})
_WEAK = frozenset({"BUS", "CVL", ""})


class Owned(NamedTuple):
    """A name with its nouns.

    Attributes:
        last: The word after the last.
        nouns: Keys and nouns, in their order.
        former: Whether what is named is so no longer.
        swallowed: Whether the name with its noun is no actor (`French fries`).
    """

    last: int
    nouns: tuple[tuple[str, Noun], ...]
    former: bool = False
    swallowed: bool = False

    @property
    def title(self) -> Noun | None:
        """The title in which it ends; None if it ends otherwise."""
        noun = self.nouns[-1][1] if self.nouns else None
        return noun if noun and noun.kind in {"head", "title"} else None

    @property
    def role(self) -> str:
        """The role of what is named: the last noun's, unless one before tells the sector."""
        roles = [noun.role for _, noun in self.nouns]
        if "MIL" in roles and roles[-1] in _WEAK:
            return "MIL"
        sectors = [role for role in roles if role in _SECTORS]
        return (sectors or roles[-1:] or [""])[0]


def owned(placed: Placed, piece: Piece) -> Owned:
    """The nouns behind a name, over modifiers, as far as they are joined to it."""
    number = piece.last
    person = piece.kind in PERSONS | {"titled"}
    if placed.possessive(number):
        number += 1
    elif person:
        return _rule(placed, piece)
    last, former = piece.last, placed.former(piece.first)
    taken: list[tuple[str, Noun]] = []
    if piece.kind in SITES and number == piece.last and placed.word(piece.first - 1) in _IN:
        return Owned(piece.last, ())  # in Berlin guards shot him
    bare = piece.kind == "state" and number == piece.last and not placed.acronym(piece)
    while (after := placed.at.get(number)) and placed.joined(number):
        noun, number = after.noun or _body(after, number > piece.last), after.last
        if noun is None or placed.attitude(after):
            break
        if noun.kind in {"modifier", "former", "suffix"}:
            former |= noun.kind == "former"
            continue
        if noun.kind == "not" or (noun.kind == "place" and piece.kind in SITES):
            return Owned(number if not taken else last, tuple(taken), former, not taken)
        text = placed.key(after)
        goods = noun.kind == "thing" and bare  # to sell Russia drones
        if noun.kind == "place" or goods or (person and text in listed("of no person")):
            break
        taken.append((text, noun))
        last = number
    if taken:
        last = whole(placed, last, taken[-1][0])
    return Owned(last, tuple(taken), former)


def whole(placed: Placed, last: int, noun: str) -> int:
    """The end of an embassy with its host, of a ministry with its field."""
    if set(noun.split()) & listed("mission"):
        return over_host(placed, last)
    if noun in _OFFICES and placed.word(last) == "of" and placed.joined(last + 1):
        end = placed.name_end(last + 1, 4, over_links=True)
        return end if end > last + 1 else last
    return last


def _body(piece: Piece, possessive: bool) -> Noun | None:
    """A body or people as a noun behind its state (`Karabakh's Armenians`)."""
    if piece.kind == "body" and piece.rows:
        return Noun("body", piece.rows[0].role, False)
    return Noun("people", "CVL", False) if piece.kind == "people" and possessive else None


def over_host(placed: Placed, last: int) -> int:
    """The end of `in Beijing` or `to the United Nations` behind an embassy or envoy."""
    if placed.word(last) not in {"in", "to", "at"}:
        return last
    place = last + 2 if placed.word(last + 1) == "the" else last + 1
    piece = placed.at.get(place)
    if piece and piece.kind in PLACES | {"organisation"}:
        return piece.last if placed.scan.joined(last - 1, piece.last) else last
    return last


def _rule(placed: Placed, piece: Piece) -> Owned:
    after = placed.at.get(piece.last)
    if after and after.noun and placed.joined(piece.last) and placed.key(after) in RULE:
        return Owned(after.last, ((placed.key(after), after.noun),))
    return Owned(piece.last, ())
