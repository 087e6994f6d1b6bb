"""Who is named in a sentence: states, those who act for them, their people, organisations, groups.

Names are looked up in a dated table (`gazetteer`), nouns of office and sector join a name beside
them (`Iranian troops`, `police in Lima`), and what is shared, unknown or nobody in particular is
said to be in doubt, never guessed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from types import MappingProxyType

from detente.coding.gazetteer import PERSONS, Gazetteer, gazetteer, is_state
from detente.coding.homes import ACTS_FOR_STATE, Around, apart, home
from detente.coding.own_names import own_name
from detente.coding.people import settled
from detente.coding.phrases import UNKNOWN, Phrase, phrases
from detente.coding.pieces import Context, Piece, Scan, pieces
from detente.coding.shapes import Actor, Mention, Sentence
from detente.coding.surnames import surname_keys
from detente.coding.words import key, words

__all__ = ["EMPTY", "Context", "Gazetteer", "after", "gazetteer", "mentions", "party", "resolve"]

EMPTY = Context()
"""Nothing has been named yet."""


def mentions(
    sentence: Sentence,
    on: dt.date | None,
    context: Context = EMPTY,
    table: Gazetteer | None = None,
) -> tuple[Mention, ...]:
    """The actors that a sentence names, in their order; none overlaps another.

    Args:
        sentence: The sentence.
        on: The day on which it was written, which decides who holds an office; None for the latest
            that the table knows.
        context: What the story has named before.
        table: The gazetteer; None for the one that ships.

    Returns:
        Mentions with spans in the story's text. Who is not known, or may be several, has no actor
        and a doubt that says why.

    Example:
        >>> said = "Iranian troops fired on a US destroyer, George Bush's spokesman said."
        >>> for mention in mentions(Sentence(said, (0, len(said))), dt.date(1991, 2, 1)):
        ...     print(mention.words, mention.actor.code, mention.actor.role)
        Iranian troops IRN MIL
        US destroyer USA MIL
        George Bush's spokesman USA GOV
    """
    scan = _scan(sentence.text, on, context, table or gazetteer())
    matches = _matches(scan)
    around = Around.of(scan, matches, phrases(scan, matches), context)
    meant = frozenset(place for piece in matches for place in range(piece.first, piece.last))
    return tuple(
        _mention(apart(phrase, around), scan, sentence.span[0], home(phrase, around), meant)
        for phrase in around.named
    )


def after(context: Context, seen: Iterable[Mention]) -> Context:
    """The context with what a sentence named, for the sentences that follow.

    Example:
        >>> putin = Mention("Vladimir Putin", (0, 14), Actor("RUS", "GOV", "Vladimir Putin"))
        >>> after(EMPTY, [putin]).people["putin"].code
        'RUS'
    """
    people, states = dict(context.people), set(context.states)
    for mention in seen:
        actor = mention.actor
        if actor and is_state(actor.code):
            states.add(actor.code)
        if actor and actor.name and " " in mention.words and _is_person(actor):
            people |= dict.fromkeys(_called(actor, mention.words), actor)
    return Context(MappingProxyType(people), frozenset(states))


def _is_person(actor: Actor) -> bool:
    """Whether an actor's name is a person's: the table says so, or does not know it."""
    rows = gazetteer().names.get(key(actor.name), ())
    return not rows or rows[0].kind in PERSONS


def _called(actor: Actor, words: str) -> set[str]:
    """What a person is called alone; nothing if the words are no full name."""
    surnames = {*surname_keys(actor.name, actor.code), key(actor.name).split()[-1]}
    there = f" {key(words)} "
    return surnames if any(f" {name} " in there for name in surnames) else set()


def resolve(
    phrase: str,
    on: dt.date | None = None,
    context: Context = EMPTY,
    table: Gazetteer | None = None,
) -> Actor | None:
    """The actor that a phrase by itself names; None if that is nobody, or not certain.

    Args:
        phrase: Such as `Russia's foreign minister`.
        on: The day; None for the latest that the table knows.
        context: What is known besides; if it has one state, it is that of a phrase without any.
        table: The gazetteer; None for the one that ships.

    Example:
        >>> resolve("the US president", dt.date(2005, 5, 1)).name
        'George W. Bush'
        >>> resolve("former president Jimmy Carter", dt.date(1994, 6, 1)).role
        'OPP'
    """
    scan = _scan(phrase, on, context, table or gazetteer())
    for named in _phrases(scan):
        if named.actor:
            return named.actor
        if named.role and len(context.states) == 1:
            return Actor(next(iter(context.states)), named.role)
    return None


def party(actor: Actor) -> str:
    """On whose side an actor acts, as labels say it: a state, a sector of it, or another actor.

    Example:
        >>> party(Actor("FRA", "MIL")), party(Actor("FRA", "CVL")), party(Actor("HAMAS"))
        ('FRA', 'FRA:CVL', 'HAMAS')
    """
    return actor.code if actor.role in ACTS_FOR_STATE else f"{actor.code}:{actor.role}"


def _scan(text: str, on: dt.date | None, context: Context, table: Gazetteer) -> Scan:
    letters = [sign for sign in text if sign.isalpha()]
    capitals = len(letters) > 20 and sum(map(str.isupper, letters)) > 0.8 * len(letters)
    return Scan(text, words(text), on, context, table, capitals)


def _phrases(scan: Scan) -> tuple[Phrase, ...]:
    return phrases(scan, _matches(scan))


def _matches(scan: Scan) -> list[Piece]:
    return list(settled(scan, pieces(scan)))


def _mention(
    phrase: Phrase, scan: Scan, offset: int, linked: Actor | None, meant: frozenset[int]
) -> Mention:
    start, end = scan.words[phrase.first].start, scan.words[phrase.last - 1].end
    words, span = scan.text[start:end], (start + offset, end + offset)
    if linked and not scan.capitals and (name := own_name(phrase, scan, meant)):
        start, end = scan.words[name[0]].start, scan.words[name[1] - 1].end
        return Mention(scan.text[start:end], (start + offset, end + offset), None, UNKNOWN)
    if linked:
        return Mention(words, span, linked, linked=True)
    return Mention(words, span, phrase.actor, phrase.doubt)
