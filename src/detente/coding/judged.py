"""What becomes of an ordered pair of actors in a sentence: an event, or an abstention and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from detente.coding.acts import ACTS, Act
from detente.coding.shapes import Actor, Mention, Scored, Sentence, Status, When

OFFICIAL = frozenset({"", "GOV", "MIL", "LEG", "JUD", "COP", "SPY"})
"""Roles of those who act for their state towards others: they and the state are one actor."""

UNSURE, LIST, FOREIGN, DOUBTFUL = "unsure", "list", "not English", "doubtful actor"
UNDATED, UNCUT = "not dated", "not readable"
"""Reasons to abstain, beside the statuses other than actual."""

_AND = re.compile(r",?\s+(?:and|or)\s+(?:the\s+)?")


@dataclass(frozen=True)
class Judged:
    """An ordered pair in a sentence, and what was made of it.

    Attributes:
        sentence: The sentence.
        reference: The story and the characters of the sentence in it.
        published: The day of the story.
        source: Who acts; None if no pair was looked at.
        target: Who is acted on.
        act: What it is, or would have been; None if no pair was looked at.
        probability: That there is an event of the act's quad class from source to target.
        roots: Probability of each CAMEO root.
        none: Probability that there is no event from source to target.
        status: Actual, or planned, conditional, denied, an opinion.
        status_words: The words that say so; empty if the model does.
        when: The day, and the words that say it.
        reason: Why it is no event: `unsure`, `list`, `doubtful actor`, `not dated`,
            or a status; empty for one.
        note: The reason in words.
        event_id: Number of the event; empty for abstentions.
    """

    sentence: Sentence
    reference: str
    published: dt.date
    source: Mention | None = None
    target: Mention | None = None
    act: Act | None = None
    probability: float = 0.0
    roots: Mapping[str, float] = field(default_factory=dict)
    none: float = 0.0
    status: Status = "actual"
    status_words: str = ""
    when: When | None = None
    reason: str = ""
    note: str = ""
    event_id: str = ""


def roots_of(acts: Mapping[str, float]) -> dict[str, float]:
    """Probability of each CAMEO root, from those of the acts.

    Example:
        >>> roots_of({"17C": 0.25, "17A": 0.5})["17"]
        0.75
    """
    roots = dict.fromkeys((act.root for act in ACTS), 0.0)
    for act in ACTS:
        roots[act.root] += acts.get(act.key, 0.0)
    return roots


def likeliest(scored: Scored) -> tuple[Act, float, dict[str, float]]:
    """The likeliest act of the likeliest quad class, the class's probability, and all roots'.

    What a relation counts is the class; roots of one class are often near to each other (to sign
    an accord, to agree to it), and doubt among them is no doubt about the event.
    """
    classes = dict.fromkeys((1, 2, 3, 4), 0.0)
    for act in ACTS:
        classes[act.quad] += scored.acts.get(act.key, 0.0)
    quad = max(classes, key=lambda number: classes[number])
    roots = roots_of(scored.acts)
    act = max(
        (act for act in ACTS if act.quad == quad),
        key=lambda act: (roots[act.root], scored.acts.get(act.key, 0.0)),
    )
    return act, classes[quad], roots


def key_of(actor: Actor, other: Actor) -> str:
    """What makes an actor the same as another within a sentence: a code, and a role if it counts.

    A state and those who act for it are one: IRN. Its people are not: IRN:CVL. Towards their own
    government its army, courts and police are themselves.

    Example:
        >>> iran, crowd = Actor("IRN", "GOV"), Actor("IRN", "CVL")
        >>> key_of(iran, crowd), key_of(crowd, iran), key_of(Actor("IRN", "COP"), crowd)
        ('IRN', 'IRN:CVL', 'IRN')
        >>> key_of(Actor("IRN", "MIL"), iran)
        'IRN:MIL'
    """
    own_government = actor.code == other.code and other.role in OFFICIAL
    plain = actor.role in {"", "GOV"} or (actor.role in OFFICIAL and not own_government)
    return actor.code if plain else f"{actor.code}:{actor.role}"


def pair_of(judged: Judged) -> tuple[str, str]:
    """The keys of source and target; their words where they are not known."""
    source, target = judged.source, judged.target
    if source is None or target is None:
        return "", ""
    if source.actor is None or target.actor is None:
        words = [
            mention.actor.code if mention.actor else mention.words for mention in (source, target)
        ]
        return words[0], words[1]
    return key_of(source.actor, target.actor), key_of(target.actor, source.actor)


def best_of_each_pair(items: Iterable[Judged]) -> list[Judged]:
    """At most one for an ordered pair: an event before an abstention, then the likeliest.

    Those between an actor and itself are left out.
    """
    best: dict[tuple[str, str], Judged] = {}
    for item in items:
        pair = pair_of(item)
        if pair[0] == pair[1]:
            continue
        if pair not in best or _rank(item) > _rank(best[pair]):
            best[pair] = item
    return list(best.values())


def without_joint(items: Sequence[Judged]) -> list[Judged]:
    """All but what two do to each other that only do the same to a third: `X and Y praised Z`.

    The two may be meant by the same words: `Both sides praised Z`.
    """
    sure: dict[tuple[str, str, str], float] = {
        (*pair_of(item), item.act.root): item.probability for item in items if item.act
    }
    return [item for item in items if not _is_joint(item, sure)]


def _is_joint(item: Judged, sure: Mapping[tuple[str, str, str], float]) -> bool:
    if not (item.act and item.source and item.target):
        return False
    first, last = sorted((item.source.span, item.target.span))
    start = item.sentence.span[0]
    between = item.sentence.text[first[1] - start : last[0] - start]
    if first != last and not _AND.fullmatch(between):
        return False
    one_side, other, root = *pair_of(item), item.act.root
    thirds = {target for _, target, act in sure if act == root} - {one_side, other}
    return any(
        min(sure.get((one_side, third, root), 0.0), sure.get((other, third, root), 0.0))
        >= item.probability
        for third in thirds
    )


def _rank(item: Judged) -> tuple[bool, bool, float]:
    return not item.reason, item.reason != UNSURE, item.probability


def event_id(story: str, number: int, judged: Judged) -> str:
    """The number of an event: the same for the same words, sentence, pair and root, and only then.

    Args:
        story: The story's digest.
        number: Number of the sentence in it.
        judged: The event.
    """
    root = judged.act.root if judged.act else ""
    text = "\n".join((story, str(number), judged.sentence.text, *pair_of(judged), root))
    return f"text:{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def digest(text: str) -> str:
    r"""A text's digest by its letters and digits alone: blanks, signs and case make no difference.

    Example:
        >>> digest("China  met\nJapan.") == digest("CHINA met Japan")
        True
    """
    words = "".join(sign for sign in text.casefold() if sign.isalnum())
    return hashlib.sha256(words.encode()).hexdigest()
