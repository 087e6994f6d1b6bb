"""A sentence of the grammar while it is made: who is in it, what they do, and its words."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lab.coding import cast, frames
from lab.coding.frames import Party
from lab.coding.marked import Pair


@dataclass
class Scene:
    """A sentence that is being made: who is in it, and what they do to each other."""

    rng: random.Random
    home: cast.State
    count: int = 0
    states: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    acts: dict[Pair, tuple[str, str]] = field(default_factory=dict)

    def party(self, kinds: str, near: cast.State | None = None, several: float = 0.08) -> Party:
        """One actor of these kinds, rarely two or three."""
        number = self.rng.choice([2, 2, 2, 3]) if self.rng.random() < several else 1
        kind = self.rng.choice(kinds)
        return Party([self._member(kind, near) for _ in range(number)])

    def add(self, source: Party, target: Party, key: str, status: str) -> None:
        """What each of one party does to each of the other, unless it is told already."""
        for pair in ((a, b) for a in source.numbers for b in target.numbers):
            if key != "NONE":
                self.acts.setdefault(pair, (key, status))

    def _member(self, kind: str, near: cast.State | None) -> tuple[int, cast.Noun]:
        """Somebody who is not in the sentence yet, of another state unless `near` is given."""
        for attempt in itertools.count():
            of = near if near and attempt < 20 else cast.state(self.rng)
            who = cast.noun(kind, of, self.rng)
            names = {who.words, who.adjective} - {""}
            if names & self.words or (near is None and of[1] in self.states):
                continue
            if who.after.startswith(",") and self.rng.random() < 0.5:
                continue
            self.states.add(of[1])
            self.words |= names
            self.count += 1
            return self.count, who
        raise AssertionError


_TOKEN = re.compile(r"<([A-Za-z]+)((?:'s)?)(-?)(?:\.(\w+))?>")


def worded(
    form: str, scene: Scene, slots: Mapping[str, Party], phrase: str = "", doer: Party | None = None
) -> str:
    """A form with all its places filled."""
    subject = slots.get("S")

    def word(part: re.Match[str]) -> str:
        name, possessive, own, shape = part.groups()
        if name in {"V", "W"} and doer is not None:
            return _conjugated(phrase, shape, doer if name == "V" else None)
        if name in slots:
            return slots[name].possessive if possessive else slots[name].words
        if name in _BYSTANDERS:
            return scene.party(_BYSTANDERS[name], several=0.0).words
        if subject is not None and (own or name in _AGREEING):
            return _agreeing(name, subject)
        words = _listed(name, scene.rng)
        if name == "did" and subject is not None:
            words = words.replace("its ", f"{subject.own} ")
        return words

    return _TOKEN.sub(word, form)


_BYSTANDERS = {"B": "SSBOABSSPRNCF", "G": "B"}


def _conjugated(phrase: str, shape: str, doer: Party | None) -> str:
    """The frame's verb in a form; in the first person if nobody is given."""
    plural, own = (doer.plural, doer.own) if doer else (True, "our")
    if shape == "pp":
        return frames.verb_phrase(phrase, "had", plural, own).removeprefix("had ")
    return frames.verb_phrase(phrase, shape, plural, own)


_AGREEING = {"has", "is", "was", "he", "self", "who"}


def _agreeing(name: str, subject: Party) -> str:
    own, plural = subject.own, subject.plural
    he = {"its": "it", "their": "they", "his": "he", "her": "she"}[own]
    return {
        "own": own,
        "has": "have" if plural else "has",
        "is": "are" if plural else "is",
        "was": "were" if plural else "was",
        "he": he,
        "self": {"their": "themselves", "its": "itself", "his": "himself", "her": "herself"}[own],
        "who": "which" if own == "its" else "who",
    }[name]


def _listed(name: str, rng: random.Random) -> str:
    """A word of a list; with a capital if its name has one."""
    if name == "Date":
        return f"{rng.choice(_MONTHS)} {rng.randint(1, 28)}"
    words = cast.filled(rng.choice(cast.lists()[name.lower()]), rng)
    if name.isupper():
        return words.upper()
    return words[0].upper() + words[1:] if name[0].isupper() else words


_MONTHS = (
    "Jan",
    "Feb",
    "March",
    "April",
    "May",
    "June",
    "July",
    "Aug",
    "Sept",
    "Oct",
    "Nov",
    "Dec",
)


def tidy(text: str) -> str:
    """Commas where they belong, a capital at the beginning."""
    text = re.sub(r",\s*(?=[.,;:])", "", text)
    text = re.sub(r" +", " ", text).strip()
    text = re.sub(r"(?<=[^ ] - )[a-z]", lambda part: part[0].upper(), text)
    at = re.search(r"[A-Za-z0-9]", re.sub(r"^\"?\{\d+:", lambda part: "~" * len(part[0]), text))
    if at is None:
        return text
    return text[: at.start()] + text[at.start()].upper() + text[at.start() + 1 :]


def acts_line(acts: Mapping[Pair, tuple[str, str]]) -> str:
    """The acts as a line of marked sentences has them."""
    parts: Sequence[str] = [
        f"{source}>{target}:{key}" + ("" if status == "actual" else f"~{status}")
        for (source, target), (key, status) in acts.items()
    ]
    return "; ".join(parts) or "-"
