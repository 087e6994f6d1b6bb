"""Who stands in the sentences of the grammar: nouns for states, armies, crowds, firms and others.

Half of the names are invented, so that a model learns from the words around them.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "cast.tsv"


@dataclass(frozen=True)
class Noun:
    """Words for an actor.

    Attributes:
        words: The words that name it: they are what is marked.
        before: Article or title.
        after: An apposition with its commas.
        plural: Whether the verb is plural.
        own: Its possessive pronoun.
        adjective: The adjective of a state (`Turkish`), where it may stand for `Turkey's`.
    """

    words: str
    before: str = ""
    after: str = ""
    plural: bool = False
    own: str = "its"
    adjective: str = ""


@cache
def lists() -> Mapping[str, tuple[str, ...]]:
    """The word lists of `cast.tsv` by name."""
    words: dict[str, list[str]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            words.setdefault(row["list"], []).append(row["words"])
    return {name: tuple(items) for name, items in words.items()}


def filled(text: str, rng: random.Random) -> str:
    """A text with its choices (`[a|b]`) made and its lists (`<place>`) drawn from.

    Example:
        >>> filled("see [it|it] twice", random.Random(1))
        'see it twice'
    """
    text = re.sub(r"\[([^\]]*)\]", lambda part: rng.choice(part[1].split("|")), text)
    return re.sub(r"<(\w+)>", lambda part: rng.choice(lists()[part[1]]), text)


State = tuple[str, str, str]
"""Name, adjective, capital."""


def state(rng: random.Random) -> State:
    """A state, real or invented."""
    name, adjective, capital = rng.choice(lists()["state"]).split("|")
    return name, adjective, capital


def noun(kind: str, of: State, rng: random.Random) -> Noun:
    """Words for an actor of a kind (see `frames.tsv`) of a state."""
    return _KINDS[kind](of, rng)


def _bare(of: State, rng: random.Random) -> Noun:
    name = of[0]
    before = "the " if name.startswith("the ") else ""
    return Noun(name.removeprefix("the "), before, adjective=of[1])


def _person(rng: random.Random) -> tuple[str, str]:
    """A name and a possessive pronoun."""
    first, last = rng.choice(lists()["first"]), rng.choice(lists()["last"])
    name = rng.choice([f"{first} {last}", f"{first} {last}", last])
    return name, "her" if first.endswith("a") or first in _WOMEN else "his"


_WOMEN = {"Ingrid", "Ruth", "Mei"}


def _article(word: str) -> str:
    return "an " if word[0] in "AEIOUaeiou" else "a "


_POSTS = (
    "president", "prime minister", "foreign minister", "defence minister", "leader",
    "interior minister", "chancellor", "deputy foreign minister", "trade minister",
    "ambassador to the UN", "vice president", "king", "chief negotiator",
)  # fmt: skip
_BODIES = (
    "government", "foreign ministry", "defence ministry", "authorities", "officials", "cabinet",
    "leadership", "diplomats", "delegation", "ministers", "trade ministry", "administration",
)  # fmt: skip
_PLURAL = ("authorities", "officials", "diplomats", "ministers", "troops", "police", "forces")


def _leader(of: State, rng: random.Random) -> Noun:
    post, (name, own) = rng.choice(_POSTS), _person(rng)
    title = post.title().replace("To The Un", "to the UN")
    if post == "king":
        own = "his"
    return rng.choice(
        [
            Noun(name, f"{of[1]} {title} ", own=own),
            Noun(name, f"{of[1]} {post} ", own=own),
            Noun(name, f"{title} ", own=own),
            Noun(name, "", f", the {of[1]} {post},", own=own),
            Noun(
                name,
                "",
                f", {_bare(of, rng).before}{of[0].removeprefix('the ')}'s {post},",
                own=own,
            ),
            Noun(f"{of[1]} {post}", "the ", own=own),
            Noun(f"{of[1]} {post}", "the ", f", {name},", own=own),
            Noun(name, own=own),
        ]
    )


def _place(of: State, rng: random.Random) -> Noun:
    """A state by its name or capital."""
    return Noun(of[2], adjective=of[1]) if rng.random() < 0.15 else _bare(of, rng)


def _government(of: State, rng: random.Random) -> Noun:
    """A state, but no person."""
    while True:
        who = _state(of, rng)
        if who.own in {"its", "their"}:
            return who


def _state(of: State, rng: random.Random) -> Noun:
    """A state by its name, its capital, a body or a leader."""
    draw = rng.random()
    if draw < 0.36:
        return _bare(of, rng)
    if draw < 0.48:
        return Noun(of[2])
    if draw < 0.76:
        return _leader(of, rng)
    body = rng.choice(_BODIES)
    plural = body in _PLURAL
    own = "their" if plural else "its"
    possessive = _bare(of, rng)
    return rng.choice(
        [
            Noun(
                f"{of[1]} {body}", "" if plural and rng.random() < 0.7 else "the ", "", plural, own
            ),
            Noun(of[1], "the ", f" {body}", plural, own),
            Noun(f"{possessive.words}'s {body}", possessive.before, "", plural, own),
            Noun(f"{body} in {of[2]}", "the ", "", plural, own),
        ]
    )


def _army(of: State, rng: random.Random) -> Noun:
    many = rng.choice(
        ["troops", "forces", "soldiers", "warplanes", "marines", "border guards", "commandos"]
    )
    unit = rng.choice(["army", "air force", "navy", "military", "army", "coast guard"])
    return rng.choice(
        [
            _bare(of, rng),
            Noun(f"{of[1]} {many}", plural=True, own="their"),
            Noun(f"{of[1]} {many}", plural=True, own="their"),
            Noun(f"{of[1]} {unit}", "the "),
            Noun(f"{_bare(of, rng).words}'s {unit}", _bare(of, rng).before),
            Noun(of[1], "the ", f" {unit}"),
        ]
    )


def _police(of: State, rng: random.Random) -> Noun:
    return rng.choice(
        [
            Noun(f"{of[1]} police", plural=True, own="their"),
            Noun(f"{of[1]} riot police", plural=True, own="their"),
            Noun("riot police", plural=True, own="their"),
            Noun(f"police in {of[2]}", plural=True, own="their"),
            Noun("security forces", rng.choice(["", "the "]), plural=True, own="their"),
            Noun(f"{of[1]} security forces", plural=True, own="their"),
            Noun(f"{of[1]} soldiers", plural=True, own="their"),
            Noun(f"{of[1]} authorities", rng.choice(["", "the "]), plural=True, own="their"),
            Noun("police", rng.choice(["", "mounted "]), plural=True, own="their"),
        ]
    )


def _rebels(of: State, rng: random.Random) -> Noun:
    cause, region = rng.choice(lists()["cause"]), rng.choice(lists()["region"])
    force = rng.choice(lists()["force"])
    return rng.choice(
        [
            Noun(force.removeprefix("the "), "the " if force.startswith("the ") else ""),
            Noun(f"{of[1]} rebels", rng.choice(["", "the "]), plural=True, own="their"),
            Noun(f"{cause} fighters", plural=True, own="their"),
            Noun(f"{cause} movement", "the "),
            Noun(f"separatists in {region}", plural=True, own="their"),
            Noun(f"{of[1]} guerrillas", plural=True, own="their"),
            Noun("gunmen", "", f" of the {cause} militia", plural=True, own="their"),
            Noun("insurgents", rng.choice(["", "the "]), plural=True, own="their"),
            Noun(f"militants from {region}", plural=True, own="their"),
        ]
    )


_PEOPLE = (
    "demonstrators", "protesters", "students", "workers", "farmers", "miners", "villagers",
    "teachers", "pensioners", "monks", "lorry-drivers", "activists", "citizens", "nurses",
    "shopkeepers", "marchers", "dockers",
)  # fmt: skip


def _crowd(of: State, rng: random.Random) -> Noun:
    who = rng.choice(_PEOPLE)
    many = rng.choice(
        ["", "", "thousands of ", "hundreds of ", "some 300 ", "tens of thousands of "]
    )
    return rng.choice(
        [
            Noun(f"{of[1]} {who}", many, plural=True, own="their"),
            Noun(f"{of[1]} {who}", many, plural=True, own="their"),
            Noun(who, many, plural=True, own="their"),
            Noun(f"{who} in {of[2]}", many, plural=True, own="their"),
            Noun(f"{who} from {rng.choice(lists()['region'])}", many, plural=True, own="their"),
            Noun(f"crowds in {rng.choice(lists()['place'])}", "angry ", plural=True, own="their"),
        ]
    )


def _individual(of: State, rng: random.Random) -> Noun:
    name, own = _person(rng)
    role = rng.choice(
        [
            "journalist", "dissident", "opposition leader", "lawyer", "blogger", "union leader",
            "former minister", "bishop", "general", "businessman", "student leader", "poet",
            "human rights activist", "cleric", "editor", "former president", "separatist leader",
        ]
    )  # fmt: skip
    return rng.choice(
        [
            Noun(name, own=own),
            Noun(name, f"{role} ", own=own),
            Noun(name, f"the {of[1]} {role} ", own=own),
            Noun(name, "", f", {_article(of[1])}{of[1]} {role},", own=own),
            Noun(f"{of[1]} {role}", _article(of[1]), own=own),
            Noun(f"{of[1]} {rng.choice(['journalists', 'dissidents', 'activists', 'officers'])}",
                 rng.choice(["two ", "five ", "", "several "]), plural=True, own="their"),
        ]
    )  # fmt: skip


def _organisation(of: State, rng: random.Random) -> Noun:
    name = rng.choice(lists()["org"])
    bare = name in {"NATO", "ASEAN", "OPEC", "ECOWAS", "Mercosur", "BRICS", "UNHCR"}
    return Noun(name, "" if bare else "the ")


def _charity(of: State, rng: random.Random) -> Noun:
    name = rng.choice(lists()["ngo"])
    before = "the " if name.startswith(("Red", "Lantern", "Committee")) else ""
    return rng.choice(
        [Noun(name, before), Noun(name, f"aid workers of {before}", plural=True, own="their")]
    )


def _firm(of: State, rng: random.Random) -> Noun:
    name = rng.choice(lists()["firm"])
    trade = rng.choice(["carmaker", "bank", "oil company", "airline", "shipyard", "mining company"])
    return rng.choice(
        [
            Noun(name),
            Noun(name),
            Noun(f"{of[1]} {trade}", _article(of[1])),
            Noun(name, f"the {trade} "),
        ]
    )


def _union(of: State, rng: random.Random) -> Noun:
    party = rng.choice(lists()["party"])
    trade = rng.choice(["teachers'", "miners'", "railway", "dockers'", "metalworkers'", "nurses'"])
    return rng.choice(
        [
            Noun(party, "the "),
            Noun(f"{of[1]} {party}", "the "),
            Noun(f"{of[1]} opposition", "the "),
            Noun(f"{trade} union", "the "),
            Noun(f"{of[1]} unions", plural=True, own="their"),
            Noun(f"{of[1]} {trade} union", "the "),
        ]
    )


def _court(of: State, rng: random.Random) -> Noun:
    return rng.choice(
        [
            Noun(f"{of[1]} court", _article(of[1])),
            Noun(f"court in {of[2]}", "a "),
            Noun(f"{of[1]} prosecutors", plural=True, own="their"),
            Noun(f"{of[1]} supreme court", "the "),
            Noun(f"judge in {rng.choice(lists()['place'])}", "a "),
            Noun(f"military tribunal in {of[2]}", "a "),
            Noun(f"{of[1]} judges", plural=True, own="their"),
        ]
    )


def _parliament(of: State, rng: random.Random) -> Noun:
    return rng.choice(
        [
            Noun(f"{of[1]} parliament", "the "),
            Noun(f"{of[1]} lawmakers", plural=True, own="their"),
            Noun(f"parliament in {of[2]}", "the "),
            Noun(f"{of[1]} senate", "the "),
            Noun(f"{of[1]} deputies", plural=True, own="their"),
        ]
    )


_KINDS: Mapping[str, Callable[[State, random.Random], Noun]] = {
    "A": _army, "B": _place, "C": _crowd, "F": _firm, "G": _government, "J": _court,
    "K": _police, "L": _parliament, "N": _charity, "O": _organisation,
    "P": _individual, "R": _rebels, "S": _state, "U": _union,
}  # fmt: skip
