"""Whom pronouns and descriptions mean: `its`, `the regime`, `both countries`, `the North`.

A name goes before a description: what the sentence itself names is not linked again. What is meant
is looked for in the two sentences before, the nearer one first. Where it may be one of several the
words stand with a doubt and without an actor; where nobody is named before, nothing is added.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from detente.coding.clauses import FINITE
from detente.coding.shapes import Actor, Mention, Sentence
from detente.events.actors import to_iso3

REACH = 2
"""Sentences before in which is looked for whom words mean."""

_ROLES = {
    "regime": "GOV", "government": "GOV", "administration": "GOV", "cabinet": "GOV",
    "ministry": "GOV", "authorities": "GOV", "leadership": "GOV", "capital": "GOV",
    "junta": "GOV", "dictatorship": "GOV", "army": "MIL", "military": "MIL", "navy": "MIL",
    "air force": "MIL", "police": "COP", "parliament": "LEG",
}  # fmt: skip
_KINDS: dict[str, frozenset[str]] = {
    "kingdom": frozenset(
        {
            "BEL",
            "BHR",
            "BTN",
            "DNK",
            "ESP",
            "GBR",
            "JOR",
            "KHM",
            "LSO",
            "MAR",
            "NLD",
            "NOR",
            "SAU",
            "SWE",
            "SWZ",
            "THA",
            "TON",
        }
    ),
    "emirate": frozenset({"ARE", "KWT", "QAT"}),
    "sultanate": frozenset({"BRN", "OMN"}),
    "communist state": frozenset({"CHN", "CUB", "LAO", "PRK", "VNM"}),
    "communist country": frozenset({"CHN", "CUB", "LAO", "PRK", "VNM"}),
    "communist regime": frozenset({"CHN", "CUB", "LAO", "PRK", "VNM"}),
    "islamic republic": frozenset({"AFG", "IRN", "MRT", "PAK"}),
    "hermit kingdom": frozenset({"PRK"}),
    "island": frozenset(
        {
            "BHR",
            "CUB",
            "CYP",
            "DOM",
            "HTI",
            "IRL",
            "ISL",
            "JAM",
            "LKA",
            "MDG",
            "MLT",
            "SGP",
            "TWN",
        }
    ),
}
"""States that a description may mean; all of them where it says nothing of that."""

_OF_OTHERS = frozenset(
    {"regime", "junta", "dictatorship", "neighbour", "neighbor", "hermit kingdom", *_KINDS}
)
"""Descriptions that one uses of others: who is named before in the sentence is not meant."""

_PLAIN = ("country", "nation", "state", "republic", "neighbour", "neighbor")
_NOUNS = sorted({*_ROLES, *_KINDS, *_PLAIN}, key=len, reverse=True)
_OPENS = (
    r"^\W*(?:(?:but|and|yet|in|on|at|with|by|for|after|before|since|under|despite|as|while|when|"
    r"if|of|from|through|to|both|all|even|only|still|so|then|also|however|meanwhile|instead|thus|"
    r"because|although|though|not|during|against|among|between|today|yesterday|now)\W+)*$"
)
_BEGIN = re.compile(_OPENS, re.IGNORECASE)
_PLURAL_NOUN = re.compile(r"[a-z]s$|^Taliban$|^police$|[a-z]is$")
_PLACED = re.compile(
    r"\b(?:in|at|from|near|to|for|of|over|outside|through|across|against|on|by|with|between|about|"
    r"among|into|towards|behind|under)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_VERB_BEFORE = re.compile(r"\b[a-z]{3,}[a-rt-z]s\s+$")
_GROUP_GAP = 5
"""Characters between names of a list: `, ` or ` and `."""


@dataclass(frozen=True)
class _Before:
    """What stands before the words.

    Attributes:
        named: Mentions with an actor in each of the sentences before, the nearest first.
        texts: The sentences themselves, if they are at hand.
        here: Mentions with an actor before the words in their own sentence.
        opens: Whether the words open their sentence.
    """

    named: tuple[tuple[Mention, ...], ...]
    texts: tuple[Sentence, ...]
    here: tuple[Mention, ...]
    opens: bool

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


Meant = tuple[tuple[Actor, ...], str]
"""Whom words mean; nobody, and why that is not certain; or nobody and nothing if none is named."""

Resolve = Callable[[_Before, str], Meant]

_NOBODY: Meant = ((), "")


def linked(
    sentence: Sentence,
    mentions: tuple[Mention, ...],
    before: Sequence[Sequence[Mention]],
    earlier: Sequence[Sentence] = (),
) -> tuple[Mention, ...]:
    """The mentions of a sentence, with pronouns and descriptions that mean somebody else.

    Args:
        sentence: The sentence.
        mentions: Whom it names.
        before: The mentions of the sentences before it, the nearest last.
        earlier: These sentences, if they are at hand; they tell subjects from places (`in Moscow`).

    Returns:
        All mentions in the order of the text. Words that mean several actors (`both countries`)
        give a mention for each, with the same span; words that may mean one of several give one
        without an actor, with a doubt.

    Example:
        >>> beijing = Mention("Beijing", (0, 7), Actor("CHN", "GOV"))
        >>> text = "Its opposition to the radar in Seoul grows."
        >>> its = linked(Sentence(text, (30, 73)), (), [(beijing,)])[0]
        >>> its.words, its.actor.code, its.linked
        ('Its', 'CHN', True)
    """
    text, offset = sentence.text, sentence.span[0]
    certain = [mention for mention in mentions if mention.actor]
    names = tuple(
        tuple(mention for mention in seen if mention.actor) for seen in before[: -REACH - 1 : -1]
    )
    texts = tuple(reversed(earlier[-REACH:])) if len(earlier) >= len(before) > 0 else ()
    added: list[Mention] = []
    for start, end, resolve in _references(text):
        words = text[start:end]
        span = (start + offset, end + offset)
        if any(_overlap(span, mention.span) for mention in (*certain, *added)):
            continue
        here = tuple(mention for mention in (*certain, *added) if mention.span[0] < span[0])
        actors, doubt = resolve(
            _Before(names, texts, here, bool(_BEGIN.match(text[:start]))), words
        )
        present = {mention.actor.code for mention in (*certain, *added) if mention.actor}
        if doubt:
            added.append(Mention(words, span, None, doubt, linked=True))
        added += [
            Mention(words, span, actor, linked=True)
            for actor in actors
            if actor.code not in present
        ]
    rest = [m for m in mentions if m.actor or not any(_overlap(m.span, a.span) for a in added)]
    return tuple(sorted((*rest, *added), key=lambda mention: mention.span))


def _references(text: str) -> list[tuple[int, int, Resolve]]:
    """Words that mean somebody by what was said before, in their order, and how to tell whom."""
    places = [
        (*match.span("words"), resolve)
        for pattern, resolve in _PATTERNS
        for match in pattern.finditer(text)
    ]
    return sorted(places, key=lambda place: place[:2])


def _possessor(before: _Before, _: str) -> Meant:
    """`It`, `its` at the begin of a sentence: the subject of the sentence before."""
    if not before.opens or before.here:
        return _NOBODY
    for number, names in enumerate(before.named):
        if names:
            subject = before.subject(number)
            actor = subject.actor if subject and not _is_person(subject) else None
            return ((actor,), "") if actor else _NOBODY
    return _NOBODY


def _person(before: _Before, words: str) -> Meant:
    """`he`, `her`: a person of the sentences before."""
    if any(_is_person(mention) for mention in before.here):
        return _NOBODY
    if not before.opens and words.lower() in {"his", "her", "him"}:
        return _NOBODY
    return _nearest(before, _is_person)


def _several(before: _Before, words: str) -> Meant:
    """`they`, `each other`: a list of names, a name of many, or the only names before."""
    if before.here or (not before.opens and words.lower() in {"their", "them", "they"}):
        return _NOBODY
    for number, names in enumerate(before.named):
        if not names:
            continue
        subject = before.subject(number)
        if subject is None:
            return _NOBODY
        group = _group(names, subject)
        if len(group) > 1 or _PLURAL_NOUN.search(subject.words):
            return group, ""
        return _few(names, most=2)
    return _NOBODY


def _both(before: _Before, _: str) -> Meant:
    """`both countries`: the two that were named last."""
    seen: list[Mention] = []
    if len(_distinct(before.here)) >= 2:
        return _NOBODY
    for names in before.named:
        seen += names
        actors = _distinct(seen)
        if len(actors) == 2:
            return actors, ""
        if len(actors) > 2:
            return (), _doubt(actors)
    return _NOBODY


def _described(before: _Before, words: str) -> Meant:
    """`the regime`, `the army`: the state of the sentence before, in the role that is said."""
    noun = " ".join(re.sub(r"^(?:the|its|this)\s+", "", words.lower()).split())
    allowed = _KINDS.get(noun)
    states = [mention for mention in before.here if _state(mention)]
    here = {mention.actor.code for mention in states if mention.actor}
    if here and (noun not in _OF_OTHERS or any(mention.linked for mention in states)):
        return _NOBODY

    def fits(mention: Mention) -> bool:
        code = mention.actor.code if mention.actor else ""
        return _state(mention) and code not in here and (allowed is None or code in allowed)

    actors, doubt = _nearest(before, fits)
    role = _ROLES.get(noun.rsplit(maxsplit=1)[-1], "")
    return tuple(Actor(actor.code, role) for actor in actors), doubt


def _side(before: _Before, words: str) -> Meant:
    """`the North`, where a story is about the two Koreas or the two Sudans."""
    codes = {
        mention.actor.code
        for names in (before.here, *before.named)
        for mention in names
        if mention.actor
    }
    north = words.endswith("North")
    pairs = [pair for pair in (("PRK", "KOR"), ("SDN", "SSD")) if codes & set(pair)]
    if len(pairs) != 1:
        return _NOBODY
    return (Actor(pairs[0][0 if north else 1]),), ""


def _koreas(_: _Before, __: str) -> Meant:
    return (Actor("KOR"), Actor("PRK")), ""


def _former(before: _Before, words: str) -> Meant:
    """`the former`, `the latter`: of two that were named last."""
    for names in (before.here, *before.named[:1]):
        actors = _distinct(names)
        if len(actors) == 2:
            return (actors[words.lower().endswith("latter")],), ""
    return _NOBODY


def _nearest(before: _Before, fits: Callable[[Mention], bool]) -> Meant:
    """The only one that fits in the nearest sentence, or its subject for words that open theirs."""
    for number, names in enumerate(before.named):
        fitting = [mention for mention in names if fits(mention)]
        actors = _distinct(fitting)
        if len(actors) == 1:
            return actors, ""
        if actors:
            subject = before.subject(number)
            if before.opens and subject in fitting and subject and subject.actor:
                return (subject.actor,), ""
            return (), _doubt(actors)
    return _NOBODY


def _few(names: Iterable[Mention], most: int) -> Meant:
    actors = _distinct(names)
    return (actors, "") if len(actors) <= most else ((), _doubt(actors))


def _group(names: Sequence[Mention], subject: Mention) -> tuple[Actor, ...]:
    """The subject and what is joined to it by a comma or `and`."""
    group, end = [subject], subject.span[1]
    for mention in names[names.index(subject) + 1 :]:
        if mention.span[0] - end > _GROUP_GAP:
            break
        group.append(mention)
        end = mention.span[1]
    return _distinct(group)


def _distinct(names: Iterable[Mention]) -> tuple[Actor, ...]:
    """The actors of mentions, each code once, in order."""
    actors: dict[str, Actor] = {}
    for mention in names:
        if mention.actor:
            actors.setdefault(mention.actor.code, mention.actor)
    return tuple(actors.values())


def _doubt(actors: Sequence[Actor]) -> str:
    return f"it may mean {', '.join(actor.code for actor in actors)}"


def _state(mention: Mention) -> bool:
    return mention.actor is not None and _is_iso3(mention.actor.code)


@functools.cache
def _is_iso3(code: str) -> bool:
    return to_iso3(code, "iso3") == code


def _is_person(mention: Mention) -> bool:
    """Whether words name a human being: an actor in an office, called by a name of their own."""
    actor = mention.actor
    if not actor or not actor.role or not actor.name:
        return False
    return bool(set(actor.name.lower().split()) & set(mention.words.lower().split()))


def _overlap(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span[0] < other[1] and other[0] < span[1]


_NOT_A_SUBJECT = (
    r"(?!\s+(?:is|was|will\s+be|would\s+be|has\s+been|seems|appears|remains|rain\w*)\b)"
)
_PATTERNS: tuple[tuple[re.Pattern[str], Resolve], ...] = tuple(
    (re.compile(pattern), resolve)
    for pattern, resolve in (
        (r"\b(?P<words>[Ii]ts)\b(?!\s+(?:neighbou?r)\b)", _possessor),
        (rf"\b(?P<words>[Ii]t)\b{_NOT_A_SUBJECT}(?=\s+[a-z])(?!['’])", _possessor),
        (r"\b(?P<words>[Hh]e|[Ss]he|[Hh]is|[Hh]er|him)\b(?!['’])", _person),
        (r"\b(?P<words>[Tt]hey|[Tt]heir|them)\b(?!['’])", _several),
        (r"\b(?P<words>each\s+other|one\s+another)\b", _several),
        (
            r"\b(?P<words>[Bb]oth\s+(?:countries|sides|governments|nations|states|capitals|"
            r"neighbou?rs|powers|leaders|parties|armies)|[Tt]he\s+two\s+(?:countries|sides|"
            r"governments|nations|states|capitals|neighbou?rs|powers|leaders|parties|armies|"
            r"presidents|enemies|rivals|allies))\b(?!\s+(?:of|in)\s+[A-Z])",
            _both,
        ),
        (r"\b(?P<words>(?:[Tt]he\s+two|[Bb]oth)\s+Koreas)\b", _koreas),
        (
            rf"\b(?P<words>(?:[Tt]he|[Tt]his)\s+(?i:{'|'.join(_NOUNS)})|[Ii]ts\s+neighbou?r)\b"
            r"(?!\s+(?:of|in|under|led|that|which|department|media|official|television)\b)"
            r"(?!\s+[A-Z])",
            _described,
        ),
        (r"\b(?P<words>[Tt]he\s+(?:North|South))\b(?!\s+(?:[A-Z]|of\b))", _side),
        (r"\b(?P<words>[Tt]he\s+(?:former|latter))\b(?!\s+[a-z]+(?:er|or|ent)\b)", _former),
    )
)
