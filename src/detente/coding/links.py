"""Whom pronouns and descriptions mean: `its`, `the regime`, `both countries`, `the North`.

A name goes before a description: what the sentence itself names is not linked again. What is meant
is looked for in the two sentences before, the nearer one first. Where it may be one of several the
words stand with a doubt and without an actor; where nobody is named before, nothing is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from detente.coding.actors import party
from detente.coding.before import (
    NOBODY,
    Before,
    Meant,
    distinct,
    doubt_of,
    group_of,
    is_of_state,
    is_person,
    nearest,
)
from detente.coding.shapes import Actor, Mention, Sentence

REACH = 2
"""Sentences before in which is looked for whom words mean."""

_ROLES = {
    "regime": "GOV", "government": "GOV", "administration": "GOV", "cabinet": "GOV",
    "ministry": "GOV", "authorities": "GOV", "leadership": "GOV", "capital": "GOV",
    "junta": "GOV", "dictatorship": "GOV", "army": "MIL", "military": "MIL", "navy": "MIL",
    "air force": "MIL", "police": "COP", "parliament": "LEG",
}  # fmt: skip
_OF_KOREA = re.compile(
    r"\b(?:Korea\w*|Yeonpyeong|Kaesong|Panmunjom|Yongbyon|Punggye|Hyundai|Seoul|Pyongyang|Kim Jong|"
    r"six[- ]part(?:y|ies)|demilitari[sz]ed zone|DMZ)\b"
)
"""Words that tell which North and South are meant."""

_OF_WEAPONS = re.compile(r"\b(?:nuclear|plutonium|reactors?|rockets?|missiles?)\b")
_AROUND_KOREA = frozenset({"USA", "CHN", "JPN", "RUS", "UN", "IAEA"})
"""Beside whom, or nobody, such words tell it too: no other pair has atomic weapons."""

_OF_ATOMS = re.compile(
    r"\b(?:nuclear|atomic|uranium|plutonium|reactors?|reprocessing|enrich\w*|centrifuges?)\b"
)
_TRIED = frozenset({"SRB", "HRV", "BIH", "XKX", "BSA", "KSA", "KLA", "RWA"})
_OF_TRIALS = re.compile(
    r"\b(?:Serb|Serbs|Serbian?|Yugoslav\w*|Bosnia\w*|Croat\w*|Kosovo|Rwanda\w*|Hutus?|Milosevic|"
    r"Djindjic|Karadzic|Mladic|Srebrenica)\b"
)
"""Those whom the tribunals of the United Nations judge, and words that tell of them."""

_COMMUNIST = frozenset({"CHN", "CUB", "LAO", "PRK", "VNM"})
_KINDS: dict[str, frozenset[str]] = {
    "kingdom": frozenset({
        "BEL", "BHR", "BTN", "DNK", "ESP", "GBR", "JOR", "KHM", "LSO", "MAR", "NLD", "NOR", "SAU",
        "SWE", "SWZ", "THA", "TON",
    }),
    "emirate": frozenset({"ARE", "KWT", "QAT"}),
    "sultanate": frozenset({"BRN", "OMN"}),
    "communist state": _COMMUNIST, "communist country": _COMMUNIST, "communist regime": _COMMUNIST,
    "islamic republic": frozenset({"AFG", "IRN", "MRT", "PAK"}),
    "hermit kingdom": frozenset({"PRK"}),
    "island": frozenset({
        "BHR", "CUB", "CYP", "DOM", "HTI", "IRL", "ISL", "JAM", "LKA", "MDG", "MLT", "SGP", "TWN",
    }),
}  # fmt: skip
"""States that a description may mean; all of them where it says nothing of that."""

_OF_OTHERS = frozenset(
    {"regime", "junta", "dictatorship", "neighbour", "neighbor", "hermit kingdom", *_KINDS}
)
"""Descriptions that one uses of others: who is named before in the sentence is not meant."""

_STATES = re.compile(r"\b(?:countries|governments|nations|states|capitals|neighbou?rs|presidents)$")
"""What only states are or have: the United Nations are none of `both countries`."""

_PLAIN = ("country", "nation", "state", "republic", "neighbour", "neighbor")
_NOUNS = sorted({*_ROLES, *_KINDS, *_PLAIN}, key=len, reverse=True)
_OPENS = (
    r"^\W*(?:(?:but|and|yet|in|on|at|with|by|for|after|before|since|under|despite|as|while|when|"
    r"if|of|from|through|to|both|all|even|only|still|so|then|also|however|meanwhile|instead|thus|"
    r"because|although|though|not|during|against|among|between|today|yesterday|now)\W+)*$"
)
_BEGIN = re.compile(_OPENS, re.IGNORECASE)
_PLURAL_NOUN = re.compile(r"[a-z]s$|^Taliban$|^police$|[a-z]is$")
_SHORT_RUN = re.compile(r"\s+(?:[a-z-]+\s+){0,2}")

Resolve = Callable[[Before, str], Meant]


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
            Before(names, texts, here, bool(_BEGIN.match(text[:start])), text), words
        )
        present = {party(mention.actor) for mention in (*certain, *added) if mention.actor}
        if doubt:
            added.append(Mention(words, span, None, doubt, linked=True))
        added += [
            Mention(words, span, actor, linked=True)
            for actor in actors
            if party(actor) not in present
        ]
    rest = [
        mention
        for mention in mentions
        if mention.actor or not any(_settles(link, mention, text, offset) for link in added)
    ]
    return tuple(sorted((*rest, *added), key=lambda mention: mention.span))


def _settles(link: Mention, doubted: Mention, text: str, offset: int) -> bool:
    """Whether a link settles words in doubt: it holds them, or owns them (`its minister`)."""
    if _overlap(link.span, doubted.span):
        return True
    between = text[link.span[1] - offset : doubted.span[0] - offset]
    owns = link.actor and link.words.lower() in {"its", "his", "her", "their"}
    return bool(owns and link.span[1] < doubted.span[0] and _SHORT_RUN.fullmatch(between))


def _references(text: str) -> list[tuple[int, int, Resolve]]:
    """Words that mean somebody by what was said before, in their order, and how to tell whom."""
    places = [
        (*match.span("words"), resolve)
        for pattern, resolve in _PATTERNS
        for match in pattern.finditer(text)
    ]
    return sorted(places, key=lambda place: place[:2])


def _possessor(before: Before, _: str) -> Meant:
    """`It`, `its` at the begin of a sentence: the subject of the sentence before."""
    if not before.opens or before.here:
        return NOBODY
    for number, names in enumerate(before.named):
        if names:
            subject = before.subject(number)
            if subject is None or is_person(subject) or not subject.actor:
                return NOBODY
            same = distinct(name for name in names if name.span == subject.span)
            return ((), doubt_of(same)) if len(same) > 1 else ((subject.actor,), "")
    return NOBODY


def _person(before: Before, words: str) -> Meant:
    """`he`, `her`: a person of the sentences before."""
    if any(is_person(mention) for mention in before.here):
        return NOBODY
    if not before.opens and words.lower() in {"his", "her", "him"}:
        return NOBODY
    return nearest(before, is_person)


def _several(before: Before, words: str) -> Meant:
    """`they`, `each other`: a list of names, a name of many, or the only names before."""
    if before.here or (not before.opens and words.lower() in {"their", "them", "they"}):
        return NOBODY
    for number, names in enumerate(before.named):
        if not names:
            continue
        subject = before.subject(number)
        if subject is None:
            return NOBODY
        group = group_of(names, subject)
        if len(group) > 1 or _PLURAL_NOUN.search(subject.words):
            return group, ""
        actors = distinct(names)
        if len(actors) > 2:
            return (), doubt_of(actors)
        return (actors, "") if len(actors) == 2 else NOBODY
    return NOBODY


def _both(before: Before, words: str) -> Meant:
    """`both countries`: the two that were named last; of states alone where the words say so."""
    fits: Callable[[Mention], bool] = is_of_state if _STATES.search(words) else bool
    seen: list[Mention] = []
    if len(distinct(filter(fits, before.here))) >= 2:
        return NOBODY
    for names in before.named:
        seen += filter(fits, names)
        actors = distinct(seen)
        if len(actors) == 2:
            return actors, ""
        if len(actors) > 2:
            return (), doubt_of(actors)
    return NOBODY


def _described(before: Before, words: str) -> Meant:
    """`the regime`, `the army`: the state of the sentence before, in the role that is said."""
    noun = " ".join(re.sub(r"^(?:the|its|this)\s+", "", words.lower()).split())
    allowed = _KINDS.get(noun)
    states = [mention for mention in before.here if is_of_state(mention)]
    here = {mention.actor.code for mention in states if mention.actor}
    another = noun.startswith("neighbo")
    linked_here = any(mention.linked for mention in states)
    if here and not another and (linked_here or noun not in _OF_OTHERS):
        return NOBODY

    def fits(mention: Mention) -> bool:
        code = mention.actor.code if mention.actor else ""
        return is_of_state(mention) and code not in here and (allowed is None or code in allowed)

    everywhere = distinct(name for names in before.named for name in names if fits(name))
    if allowed and len(everywhere) > 1:
        return (), doubt_of(everywhere)
    actors, doubt = nearest(before, fits)
    role = _ROLES.get(noun.rsplit(maxsplit=1)[-1], "")
    return tuple(Actor(actor.code, role) for actor in actors), doubt


def _side(before: Before, words: str) -> Meant:
    """`the North`, where a story or the sentence is about the two Koreas or the two Sudans."""
    codes = {
        mention.actor.code
        for names in (before.here, *before.named)
        for mention in names
        if mention.actor
    }
    north = words.endswith("North")
    pairs = [pair for pair in (("PRK", "KOR"), ("SDN", "SSD")) if codes & set(pair)]
    weapons = codes <= _AROUND_KOREA and _OF_WEAPONS.search(before.text)
    if not pairs and (_OF_KOREA.search(before.text) or weapons):
        pairs = [("PRK", "KOR")]
    if len(pairs) != 1:
        return NOBODY
    return (Actor(pairs[0][0 if north else 1]),), ""


def _inspectors(before: Before, _: str) -> Meant:
    """`the inspectors`: the atomic agency's, or in Iraq those of the United Nations."""
    if _OF_ATOMS.search(before.text):
        return (Actor("IAEA"),), ""
    here = (before.here, *before.named)
    iraq = any(mention.actor and mention.actor.code == "IRQ" for names in here for mention in names)
    return ((Actor("UN"),), "") if iraq else NOBODY


def _tribunal(before: Before, _: str) -> Meant:
    """`the tribunal`, where the story or the sentence is of the wars that those of the UN judge."""
    names = (name for seen in (before.here, *before.named) for name in seen)
    judged = any(mention.actor and mention.actor.code in _TRIED for mention in names)
    return ((Actor("ICTY"),), "") if judged or _OF_TRIALS.search(before.text) else NOBODY


def _koreas(_: Before, __: str) -> Meant:
    return (Actor("KOR"), Actor("PRK")), ""


def _former(before: Before, words: str) -> Meant:
    """`the former`, `the latter`: of two that were named last."""
    for names in (before.here, *before.named[:1]):
        actors = distinct(names)
        if len(actors) == 2:
            return (actors[words.lower().endswith("latter")],), ""
    return NOBODY


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
        (r"\b(?P<words>[Ee]ach)\b(?=[^.;,]{1,40}\bthe\s+other\b)", _several),
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
            r"(?!\s+(?:in|under|led|that|which|department|media|official|television)\b)"
            r"(?!\s+of\s+(?:the\s+)?[A-Z])"
            r"(?!\s+[A-Z])",
            _described,
        ),
        (r"\b(?P<words>[Tt]he\s+(?:North|South))\b(?!\s+(?:[A-Z]|of\b))", _side),
        (
            r"(?<!Nations )(?<!UN )\b(?P<words>(?:[Tt]he\s+)?(?:[Nn]uclear\s+|[Ww]eapons\s+)?"
            r"[Ii]nspectors)\b(?!\s+(?:from|of)\b)",
            _inspectors,
        ),
        (r"(?<!constitutional )\b(?P<words>[Tt]he\s+(?:war\s+crimes\s+)?tribunal)\b", _tribunal),
        (r"\b(?P<words>[Tt]he\s+(?:former|latter))\b(?!\s+[a-z]+(?:er|or|ent)\b)", _former),
    )
)
