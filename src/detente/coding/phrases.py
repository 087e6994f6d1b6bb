"""Names and nouns of a sentence joined to the phrases that name its actors.

What is tried at each place, in this order:

- a name with what it owns (`Iranian troops`, `Assad's air force`, `the UN refugee agency`);
- a person behind titles (`US President George Bush` is George Bush, of the United States);
- a noun with its owner behind it (`police in Lima`, `people of North Korea`);
- a party or force by its last word (`Xyz Liberation Front`), which the table does not know;
- a noun alone (`the rebels`), which names somebody, but nobody in particular.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from detente.coding.gazetteer import PERSONS, best, in_office, is_state
from detente.coding.owned import PLACES, RULE, Owned, owned, whole
from detente.coding.pieces import Noun, Piece, Scan, several
from detente.coding.placed import Placed
from detente.coding.shapes import Actor
from detente.coding.words import key, listed
from detente.csv_files import read_bundled

UNKNOWN = "unknown"
NO_STATE = "no state is named"

_BARE = frozenset({"adjective", "people", "capital", "place"})
"""Kinds of rows whose name is not the actor's."""

_OFFICIAL = frozenset({"GOV", "MIL", "LEG", "JUD"})
_ELECT = dt.timedelta(days=80)
"""How long before a term a head is taken for the state's: who is elected speaks for it."""

_TURNING = frozenset({"pro", "anti", "non", "trans", "post", "pre", "ex"})
_LOCAL = frozenset({"COP", "CVL", "REB", "OPP", "JUD", "LEG", "LAB", "MED", "REL"})
"""Roles of those who belong where they are: police in Lima are Peru's, troops in Mali need not."""

_BODIES: Mapping[str, str] = {
    "party": "OPP", "front": "OPP", "movement": "OPP", "alliance": "OPP", "coalition": "OPP",
    "league": "OPP", "army": "MIL", "brigade": "MIL", "brigades": "MIL", "union": "LAB",
}  # fmt: skip
"""Roles of a state's bodies that the table does not know, by their last word."""


class Phrase(NamedTuple):
    """Words that name an actor.

    Attributes:
        first: Number of the first word.
        last: Number of the word after the last.
        actor: Whom they name; None if that is not certain.
        doubt: Why there is no actor.
        role: The role of who is named without a state.
        bare: Whether it is a people's name without an article (`asked Greeks to vote`).
    """

    first: int
    last: int
    actor: Actor | None
    doubt: str = ""
    role: str = ""
    bare: bool = False


Step = tuple[Phrase | None, int]
"""A phrase or none, and the word to go on with."""


def phrases(scan: Scan, matches: Sequence[Piece]) -> tuple[Phrase, ...]:
    """The phrases of a sentence in their order, none overlapping another."""
    placed = Placed(scan, {piece.first: piece for piece in matches})
    return tuple(_read(placed))


def _read(placed: Placed) -> Iterator[Phrase]:
    number = 0
    while number < len(placed.words):
        phrase, number = _next(placed, number)
        if phrase:
            yield phrase


def _next(placed: Placed, number: int) -> Step:
    piece = placed.at.get(number)
    if piece is None:
        return _prefix(placed, number) or _unknown_body(placed, number)
    if _is_nobody(placed, piece):
        return None, piece.last
    if piece.noun:
        return _from_noun(placed, piece, piece.noun)
    if piece.kind in PERSONS | {"titled"}:
        return _from_person(placed, piece, None)
    return _from_name(placed, piece)


def _is_nobody(placed: Placed, piece: Piece) -> bool:
    """Whether words that could name an actor do not, where they stand."""
    if piece.kind == "not" or _turned(placed, piece):
        return True
    if piece.noun:
        return placed.attitude(piece)
    if piece.kind in PERSONS:
        return placed.named_after(piece)
    return placed.reports(piece)


def _prefix(placed: Placed, number: int) -> Step | None:
    """`Sino-American`: what stands for a state before a hyphen."""
    code = _prefixes().get(placed.word(number))
    if code and placed.hyphened(number + 1) and placed.scan.capital(number + 1):
        return Phrase(number, number + 1, Actor(code)), number + 1
    return None


def _unknown_body(placed: Placed, number: int) -> Step:
    """`Xyz Liberation Front`: words with capitals that end in one for parties and forces."""
    first = number + (placed.word(number) == "the")
    for last in range(placed.name_end(first, 6, over_links=True), first + 1, -1):
        if placed.body_noun(first + 1, last):
            return Phrase(first, last, None, UNKNOWN), last
    return None, number + 1


def _turned(placed: Placed, piece: Piece) -> bool:
    """Whether a name only tells what another is like (`pro-Russian`, `Iran-backed`)."""
    if piece.noun:
        return False
    if placed.hyphened(piece.first) and placed.word(piece.first - 1) in _TURNING:
        return True
    after = placed.word(piece.last)
    if not placed.hyphened(piece.last) or after not in listed("led by another"):
        return False
    return (piece.kind, after) != ("state", "based")


def _from_name(placed: Placed, piece: Piece) -> Step:
    if piece.kind == "adjective" and _tells_of_group(placed, piece):
        return None, piece.last
    if piece.kind == "people":
        bare = placed.word(piece.first - 1) != "the"
        return Phrase(piece.first, piece.last, *_people(placed, piece), bare=bare), piece.last
    actor, doubt = _actor(placed, piece)
    body = _diaspora(placed, piece) or _own_body(placed, piece, actor)
    if body:
        return body, body.last
    own = owned(placed, piece)
    if own.swallowed:
        return None, own.last
    named = _named(placed, own.last, actor, own.title, own.former) if own.title else None
    if named:
        return named, named.last
    if actor and own.nouns:
        actor = _with_nouns(placed, actor, own, ethnic=piece.kind == "adjective")
    elif any(row.kind == "people" for row in piece.rows):
        actor, doubt = _people(placed, piece)
    return Phrase(piece.first, own.last, actor, doubt), own.last


def _from_person(placed: Placed, piece: Piece, owner: Actor | None) -> Step:
    actor, doubt = _actor(placed, piece, owner)
    own = owned(placed, piece)
    if actor and own.nouns and own.nouns[-1][0] in listed("ones people"):
        return Phrase(piece.first, own.last, Actor(actor.code, actor.role)), own.last
    if actor and own.nouns and not own.swallowed:
        rules = actor.role == "OPP" or placed.word(piece.last) in RULE
        side = Actor(actor.code, "GOV" if rules else actor.role)
        return Phrase(piece.first, own.last, _with_nouns(placed, side, own)), own.last
    return Phrase(piece.first, piece.last, actor, doubt), piece.last


def _from_noun(placed: Placed, piece: Piece, noun: Noun) -> Step:
    if noun.kind in {"head", "title"}:
        former = placed.former(piece.first)
        named = _named(placed, piece.last, None, noun, former)
        if named:
            return named, named.last
    if noun.kind in {"head", "title", "body", "people", "thing"}:
        behind = _owner_behind(placed, piece, noun)
        if behind:
            return behind, behind.last
    if noun.alone:
        return _nobodys(placed, piece, noun)
    if placed.scan.capital(piece.first):
        return _unknown_body(placed, piece.first)
    return None, piece.last


def _nobodys(placed: Placed, piece: Piece, noun: Noun) -> Step:
    """`the rebels`, `a rebel brigade`: nouns that no name goes with."""
    last, taken = piece.last, [(placed.key(piece), noun)]
    while (after := placed.at.get(last)) and after.noun and placed.joined(last):
        if after.noun.kind not in {"body", "people", "thing"}:
            break
        taken.append((placed.key(after), after.noun))
        last = after.last
    # `recalled its ambassador to Japan`: where nobody is said to have sent him, the host is named.
    last = last if placed.word(last) == "to" else whole(placed, last, taken[-1][0])
    own = Owned(last, tuple(taken))
    role = "" if set(taken[-1][0].split()) & listed("of no one place") else own.role
    return Phrase(piece.first, last, None, NO_STATE, role), last


def _named(
    placed: Placed, number: int, owner: Actor | None, title: Noun | None, former: bool
) -> Phrase | None:
    """The person named behind a title, which says of which state, and in which role."""
    piece = placed.at.get(number)
    while piece and piece.noun and piece.noun.kind in {"head", "title"} and placed.joined(number):
        title, number = piece.noun, piece.last
        piece = placed.at.get(number)
    if not placed.joined(number):
        return None
    if piece and piece.kind in PERSONS | {"titled"}:
        phrase, _ = _from_person(placed, piece, owner)
        return phrase and _in_title(phrase, title, former)
    last = placed.name_end(number, 5)
    if last == number or (piece and piece.kind != "surname"):
        return None
    role = title.role if title else "GOV"
    if owner is None:
        return Phrase(number, last, None, UNKNOWN, role)
    name = placed.text(number, last)
    return Phrase(number, last, _of(owner, "OPP" if former else role, name))


def _in_title(phrase: Phrase, title: Noun | None, former: bool) -> Phrase:
    """A person with a title acts in it, unless it is a former one."""
    actor = phrase.actor
    if actor is None or not is_state(actor.code) or not title:
        return phrase
    if former and actor.role in {"GOV", ""}:
        return phrase._replace(actor=Actor(actor.code, "OPP", actor.name))
    official = title.kind == "title" and title.role in _OFFICIAL
    if not former and official and actor.role in {"OPP", ""}:
        return phrase._replace(actor=Actor(actor.code, title.role, actor.name))
    return phrase


def _with_nouns(placed: Placed, actor: Actor, own: Owned, ethnic: bool = False) -> Actor:
    """Whom a name with its nouns means."""
    if not is_state(actor.code):
        return actor
    if actor.role not in {"", "GOV", "MIL"} and not (ethnic and own.role not in {"", "CVL"}):
        return Actor(actor.code, actor.role)
    if own.former and own.title:
        return Actor(actor.code, "OPP")
    text, _ = own.nouns[-1]
    name = _holder(placed, actor.code, text) if len(own.nouns) == 1 else ""
    return Actor(actor.code, own.role or actor.role, name)


def _holder(placed: Placed, code: str, title: str) -> str:
    """The name of who held an office on the day; empty if that is not known."""
    day, offices = placed.scan.day, _offices().get(title)
    row = placed.scan.table.holder(code, offices, day) if offices and day else None
    return row.name if row else ""


def _owner_behind(placed: Placed, piece: Piece, noun: Noun) -> Phrase | None:
    """`police in Lima`, `president of France`, `soldiers from Saudi Arabia`."""
    link = placed.word(piece.last)
    if link not in {"of", "in", "from"}:
        return None
    place = piece.last + 1 + (placed.word(piece.last + 1) in {"the", "its"})
    owner = placed.at.get(place)
    if owner is None or owner.noun or owner.kind in {"not", "titled"}:
        return None
    apart = not placed.scan.joined(piece.last - 1, owner.last)
    elsewhere = link == "in" and not _belongs(placed, piece, noun, owner)
    if apart or elsewhere or (link == "from" and noun.kind != "people"):
        return None
    inner, last = _next(placed, place)
    if inner is None or inner.actor is None or inner.first != place:
        return None
    return Phrase(piece.first, last, _behind(placed, inner.actor, piece, noun))


def _behind(placed: Placed, owner: Actor, piece: Piece, noun: Noun) -> Actor:
    if not is_state(owner.code):
        return Actor(owner.code)
    if noun.kind in {"head", "title"} and placed.former(piece.first):
        return Actor(owner.code, "OPP")
    sector = owner.role not in {"", "GOV", "MIL", "CVL"}
    role = owner.role if sector else noun.role or owner.role
    return Actor(owner.code, role, _holder(placed, owner.code, placed.key(piece)))


def _belongs(placed: Placed, piece: Piece, noun: Noun, owner: Piece) -> bool:
    """Whether `in` tells whose somebody is."""
    if owner.kind not in PLACES:
        return False
    if set(placed.key(piece).split()) & (listed("mission") | listed("held there")):
        return False
    government = noun.role == "GOV" and (noun.kind == "body" or owner.kind == "capital")
    return noun.role in _LOCAL or government


def _people(placed: Placed, piece: Piece) -> tuple[Actor | None, str]:
    """Russians stand for Russia, unless only some are meant: `thirty Russians`, `Russians who`."""
    actor, doubt = _actor(placed, piece)
    first = piece.first - 2 if placed.word(piece.first - 1) == "of" else piece.first - 1
    before = placed.word(first)
    if placed.word(piece.first - 1) == "ethnic":
        return None, "a people, of no state by its name"
    some = placed.word(piece.last) == "who" and placed.joined(piece.last)
    some |= before in listed("counted") or before.isdigit()
    if actor and is_state(actor.code) and some:
        return Actor(actor.code, "CVL"), ""
    return actor, doubt


def _tells_of_group(placed: Placed, piece: Piece) -> bool:
    """Whether an adjective only tells where a group is at home (`the Lebanese Hezbollah`)."""
    after = placed.at.get(piece.last)
    group = after and after.kind in {"group", "organisation"} and after.rows
    return bool(group) and placed.joined(piece.last) and not placed.hyphened(piece.last)


def _diaspora(placed: Placed, piece: Piece) -> Phrase | None:
    """`Cuban-American protesters`, `Korean-Americans`: people of the second state."""
    second = placed.at.get(piece.last)
    if piece.kind != "adjective" or not second or not second.rows:
        return None
    if not placed.hyphened(piece.last):
        return None
    people = Actor(second.rows[0].code, "CVL")
    if second.kind == "people":
        return Phrase(piece.first, second.last, people)
    third = placed.at.get(second.last)
    if second.kind == "adjective" and third and third.noun and placed.joined(second.last):
        return Phrase(piece.first, third.last, people) if third.noun.role == "CVL" else None
    return None


def _own_body(placed: Placed, piece: Piece, actor: Actor | None) -> Phrase | None:
    """`Japanese Communist Party`, `Ukrainian Insurgent Army`, which the table does not know."""
    if piece.kind not in {"adjective", "state"} or not actor or not placed.joined(piece.last):
        return None
    for last in range(placed.name_end(piece.last, 5), piece.last + 1, -1):
        role = _BODIES.get(placed.word(last - 1))
        if role:
            return Phrase(piece.first, last, _of(actor, role, ""))
    return None


def _actor(placed: Placed, piece: Piece, owner: Actor | None = None) -> tuple[Actor | None, str]:
    """Whom a name means; of several who share it, the one of the owner's state."""
    if piece.actor:
        return piece.actor, ""
    rows = piece.rows
    if piece.kind == "titled":
        rows = best((row for row in rows if not owner or row.code == owner.code), placed.scan.day)
    if not rows and owner:
        return _of(owner, "GOV", placed.text(piece.first, piece.last)), ""
    if not rows:
        return None, piece.doubt or UNKNOWN
    if len({row.code for row in rows}) > 1:
        return None, several(rows)
    row = rows[0]
    if row.kind not in PERSONS:
        return Actor(row.code, row.role, "" if row.kind in _BARE else row.name.lstrip("*")), ""
    return Actor(row.code, _role(placed, piece), row.name), ""


def _role(placed: Placed, piece: Piece) -> str:
    """A person's role on the day: out of office, of the opposition; before it, none is known."""
    row, day = next(iter(best(piece.rows, placed.scan.day)), piece.rows[0]), placed.scan.day
    if day is None or in_office(row, day) or not is_state(row.code):
        return row.role
    others = placed.scan.table.names.get(key(row.name), piece.rows)
    later = [other for other in others if other.start > day and other.code == row.code]
    elect = any(other.kind == "head" and other.start - day <= _ELECT for other in later)
    returns = row.kind == "minister" and later
    return "OPP" if row.end < day and not (returns or elect) else ""


def _of(owner: Actor, role: str, name: str) -> Actor:
    """An actor of an owner's; roles are only of states."""
    return Actor(owner.code, role if is_state(owner.code) else "", name)


@functools.cache
def _offices() -> Mapping[str, tuple[str, ...]]:
    rows = read_bundled("detente.coding", "actor_titles.csv")
    return {row["title"]: tuple(row["offices"].split("|")) for row in rows}


@functools.cache
def _prefixes() -> Mapping[str, str]:
    return {
        row["prefix"]: row["code"] for row in read_bundled("detente.coding", "actor_prefixes.csv")
    }
