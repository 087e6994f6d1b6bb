"""What a claim would be measured by, and the acts that it names, as far as its words tell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.study.of_argument.acts import FLARE_UPS, Named, listed, named_act
from detente.study.of_argument.toml import Value
from detente.study.of_parties import spoken

if TYPE_CHECKING:
    from detente.coding.claims import Claim, Side

MOST_STATES = 4
"""Of more states not all pairs are counted."""

NOUNS = {
    "cooperation": "cooperation", "conflict": "conflict",
    "net_cooperation": "cooperation net of conflict",
}  # fmt: skip

_ON = re.compile(r"\b(on|against) (the )?(\w+ )?$", re.IGNORECASE)
_WITH = re.compile(
    r"\b(with|to|toward|towards|against|from|for|on|in) (the )?(\w+ )?$", re.IGNORECASE
)
_BETWEEN = re.compile(r"\b(with|between|among)\b", re.IGNORECASE)
_UNDERGOES = re.compile(
    r"\b(receiv(e|es|ed|ing)|fac(e|es|ed|ing)|suffer(s|ed|ing)?|undergo(es)?|attract(s|ed)?"
    r"|(come|comes|came|be|is|are|was|were|put) under"
    r"|(be|get|is|are|was|were) (hit|struck|\w+ed) (by|with))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Setting:
    """What all blocks of a draft share.

    Attributes:
        parties: Codes of its states, the most often named first.
        written: The day of the argument.
        since: First day of its events.
        file: How the argument is called.
    """

    parties: tuple[str, ...]
    written: dt.date
    since: dt.date
    file: str


@dataclass(frozen=True)
class Measurement:
    """A relation and its measure.

    Attributes:
        states: Whose relation.
        measure: Of which quantity of event data.
        falls: Whether the claim says that there is less of it.
        asked: What the words do not tell, by the key of the study file.
    """

    states: tuple[str, ...]
    measure: str
    falls: bool
    asked: Mapping[str, str]

    @property
    def values(self) -> dict[str, Value]:
        """The keys of a study file."""
        return {"relation": self.relation, "measures": self.measures, "direction": self.direction}

    @property
    def relation(self) -> Value:
        """One pair, or all pairs of several states."""
        if len(self.states) == 2:
            return {"pair": self.states}
        later = {code: self.states[place + 1 :] for place, code in enumerate(self.states)}
        return {"pairs": [[a, b] for a, others in later.items() for b in others]}

    @property
    def measures(self) -> Value:
        """The measure, of event files."""
        return [{"name": self.measure}]

    @property
    def direction(self) -> str:
        """As most kinds of claims write it."""
        return "down" if self.falls else "up"

    @property
    def more(self) -> str:
        """As a sentence says it."""
        return "less" if self.falls else "more"

    @property
    def noun(self) -> str:
        """What is measured, as a sentence says it."""
        return NOUNS[self.measure]

    @property
    def of(self) -> str:
        """What is measured of whom."""
        return f"{self.noun} between {self.whom}"

    @property
    def whom(self) -> str:
        """The states, as a sentence lists them."""
        return listed([spoken(code) for code in self.states])


def measured(claim: Claim, setting: Setting) -> Measurement:
    """What a claim would be measured by.

    Args:
        claim: The claim, whose sides name no states but the setting's.
        setting: The draft's parties and days.
    """
    states, question = _relation(claim, setting)
    reading = claim.reading
    asked = {"relation": question} if question else {}
    if not reading.measure:
        asked["measures"] = "what is it that is more or less: cooperation, conflict, the balance?"
    elif reading.borrowed:
        asked["measures"] = "the words of the cause say this: is the effect more or less of it?"
    if claim.sign == "0":
        asked["direction"] = "the text says that it did NOT move: it denies what stands here"
    elif not reading.direction:
        asked["direction"] = "up or down?"
    falls = (reading.direction or ("down" if claim.sign == "-" else "up")) == "down"
    return Measurement(states, reading.measure or "net_cooperation", falls, asked)


def _relation(claim: Claim, setting: Setting) -> tuple[tuple[str, ...], str]:
    """The states of a claim's effect, or else of its whole sentence, and what is to be asked."""
    effect, cause = states_of(claim.effect), states_of(claim.cause)
    if len(effect) >= 2:
        return effect[:MOST_STATES], ""
    named = tuple(dict.fromkeys([*effect, *cause]))
    if len(named) >= 2:
        return named[:2], "the effect does not name both; whose relation is it?"
    if named:
        other = next(code for code in setting.parties if code != named[0])
        return (named[0], other), f"the words name {named[0]} alone; with whom?"
    return setting.parties[:2], "the words name no two states; whose relation is it?"


def states_of(side: Side) -> tuple[str, ...]:
    """Codes of the states that a side names, each once."""
    return tuple(dict.fromkeys(item.actor.code for item in side.actors if item.actor))


def action_of(side: Side, setting: Setting, whom: Sequence[str] = ()) -> tuple[Named, str]:
    """The action that a side names, or what stands in for it, and what is to be asked.

    Args:
        side: The side of a claim.
        setting: The draft's parties and days.
        whom: The states whose relation is measured; two of them stand in where the side tells
            neither who acts nor what is done.
    """
    states, act = states_of(side)[:MOST_STATES], named_act(side.text)
    asked = "" if states else "the words name no state that acts: who?"
    if act is None:
        asked = "nothing fits: which acts, and whose?"
        states = states or (tuple(whom) if len(whom) == 2 else ())
    suffers = len(states) == 1 and _is_acted_on(side)
    return Named(act or FLARE_UPS, states or setting.parties[:2], suffers), asked


def _is_acted_on(side: Side) -> bool:
    """Whether a side's first state stands after `on` or `against`, or before what it undergoes."""
    state = next(item for item in side.actors if item.actor)
    first, last = (place - side.span[0] for place in state.span)
    if first > 0 and _ON.search(side.text[:first]):
        return True
    return last > 0 and bool(_UNDERGOES.search(side.text[last:]))


@dataclass(frozen=True)
class Compared:
    """Two pairs of states that a claim sets against one another.

    Attributes:
        pair: Of whom it says that there is more.
        other: Of whom there is less.
        both_ways: Whether what lies between them is compared, and not what one does to the other.
    """

    pair: tuple[str, str]
    other: tuple[str, str]
    both_ways: bool

    def dyads(self, pair: tuple[str, str]) -> list[list[str]]:
        """Who acts on whom, in a pair."""
        return [list(pair), list(pair[::-1])] if self.both_ways else [list(pair)]


def compared_of(claim: Claim) -> Compared | None:
    """The pairs that `more with X than with Y` compares; None if its words do not tell both.

    Args:
        claim: A comparison, whose sides name no states but the setting's.
    """
    text, first = claim.effect.text, claim.effect.span[0]
    place = text.rfind(" than ")
    named = [(item.span[0] - first, item.actor.code) for item in claim.effect.actors if item.actor]
    left = list(dict.fromkeys(code for start, code in named if start < place))
    right = list(dict.fromkeys(code for start, code in named if start > place))
    if place < 0 or len(left) != 2 or not right:
        return None
    before = text[place : next(start for start, _ in named if start > place)]
    other = _other_pair((left[0], left[1]), right, _WITH.search(before) is not None)
    pair = (left[0], left[1])
    if other is None or set(other) == set(pair):
        return None
    return Compared(pair, other, _BETWEEN.search(text) is not None)


def _other_pair(
    pair: tuple[str, str], right: Sequence[str], is_object: bool
) -> tuple[str, str] | None:
    """Whom the words behind `than` name, with whom of the first pair stands for what they omit."""
    if len(right) == 2:
        return right[0], right[1]
    if len(right) != 1:
        return None
    return (pair[0], right[0]) if is_object else (right[0], pair[1])


def dyads_of(claim: Claim, setting: Setting) -> Sequence[str]:
    """Who acts on whom in a claim: the first two states that it names, or else of the draft."""
    named = [*states_of(claim.cause), *states_of(claim.effect), *setting.parties]
    return list(dict.fromkeys(named))[:2]
