"""What one actor does to another, as frames of `frames.tsv`: read, and put into words.

A frame is a verb in the infinitive with what follows it, or a noun. `T` stands for the other
actor, `its` and `it` for the one who acts, `[a|b]` for a choice, `<place>` for a list of
`cast.tsv`. The columns: `key` of the act (`detente.coding.acts`), or `NONE`; `frame`; `who` and
`whom`, the kinds of actors that fit, a letter each:
S states and who speaks for them, G those of them who are no persons, B states by name, A armies,
K police, R rebels, C crowds, P persons, O organisations, N charities, F firms, U unions and
parties, J courts, L parliaments; and `forms`, a letter each:
p passive (`T was shelled`), o passive of the object (`aid was sent to T`), m mutual, v reversed
(the act is T's: `come under fire from T`), n a noun, x never the complement of another verb.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from detente.coding import inflect
from lab.coding.cast import Noun

_FILE = Path(__file__).parent / "frames.tsv"

_PARTICLES = "out|up|down|off|back|over|away"
_PREPOSITIONS = (
    "of|on|to|with|from|against|into|for|in|at|over|by|near|towards|after|between|off|across|through|"
    "out|as|before|under|about|along|behind"
)
_PASSIVE = re.compile(
    rf"(?P<particle>(?:{_PARTICLES}) )?(?P<object>T(?!')|T's .+?)"
    rf"(?P<rest> (?:{_PREPOSITIONS}|dead|free|responsible|guilty|hostage)\b.*)?"
)
_OBJECT = re.compile(
    rf"(?P<particle>(?:{_PARTICLES}) )?(?P<object>.+?)(?P<rest> (?:{_PREPOSITIONS}) .*\bT\b.*)"
)


@dataclass(frozen=True)
class Frame:
    """A row of `frames.tsv`."""

    key: str
    words: str
    who: str
    whom: str
    forms: str

    def can(self, form: str) -> bool:
        """Whether it has a form, by its letter."""
        return form in self.forms

    @property
    def selfish(self) -> bool:
        """Whether it speaks of the actor itself, so that who acts must stand before it."""
        return re.search(r"\b(its?|itself)\b", self.words) is not None


@dataclass(frozen=True)
class Party:
    """One or more actors with their numbers, as they stand in a sentence."""

    members: Sequence[tuple[int, Noun]]

    @property
    def plural(self) -> bool:
        """Whether the verb is plural."""
        return len(self.members) > 1 or self.members[0][1].plural

    @property
    def own(self) -> str:
        """The possessive pronoun."""
        return "their" if len(self.members) > 1 else self.members[0][1].own

    @property
    def numbers(self) -> list[int]:
        """Who they are."""
        return [number for number, _ in self.members]

    @property
    def words(self) -> str:
        """Their names, marked."""
        return _listed(
            [f"{who.before}{_mark(number, who.words)}{who.after}" for number, who in self.members]
        )

    @property
    def bare(self) -> str:
        """Their names, marked, without articles or numbers before them."""
        return _listed([_mark(number, who.words) + who.after for number, who in self.members])

    @property
    def possessive(self) -> str:
        """Their names with an s."""
        *others, (number, last) = self.members
        names = [
            f"{who.before}{_mark(n, who.words)}{who.after.partition(',')[0]}" for n, who in others
        ]
        after = last.after if not last.after.startswith(",") else ""
        final = f"{last.before}{_mark(number, last.words)}{after}"
        end = "'" if (after or last.words).endswith("s") and last.plural else "'s"
        return _listed([*names, final + end])

    @property
    def adjective(self) -> str:
        """The marked adjective; empty if there is none."""
        number, who = self.members[0]
        return _mark(number, who.adjective) if len(self.members) == 1 and who.adjective else ""


def _mark(number: int, words: str) -> str:
    return f"{{{number}:{words}}}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@cache
def frames() -> tuple[Frame, ...]:
    """All frames."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Frame(row["key"], row["frame"], row["who"], row["whom"], row["forms"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        )


@cache
def by_key() -> Mapping[str, tuple[Frame, ...]]:
    """All frames by their keys."""
    keys = dict.fromkeys(frame.key for frame in frames())
    return {key: tuple(frame for frame in frames() if frame.key == key) for key in keys}


def verb_phrase(words: str, form: str, plural: bool, own: str) -> str:
    """The words of a frame with the verb in a form, and pronouns for who acts; `T` stays.

    Args:
        words: A frame whose choices are made.
        form: `inf`, `present`, `past`, `ing`, `done` (has done) or `had`.
        plural: Whether more than one acts.
        own: Their possessive pronoun.

    Example:
        >>> verb_phrase("withdraw its envoy from T", "past", plural=True, own="their")
        'withdrew their envoy from T'
        >>> verb_phrase("be at war with T", "present", plural=True, own="their")
        'are at war with T'
    """
    verb, _, rest = words.partition(" ")
    rest = _pronouns(rest, own)
    return f"{_verb(verb, form, plural)} {rest}"


def _verb(verb: str, form: str, plural: bool) -> str:
    match form:
        case "present":
            return ("are" if verb == "be" else verb) if plural else inflect.third(verb)
        case "past":
            return "were" if verb == "be" and plural else inflect.past(verb)
        case "ing":
            return inflect.ing(verb)
        case "done":
            return ("have " if plural else "has ") + inflect.participle(verb)
        case "had":
            return "had " + inflect.participle(verb)
        case _:
            return verb


_PRONOUNS = {
    "its": ("it", "it", "itself"),
    "their": ("they", "them", "themselves"),
    "his": ("he", "him", "himself"),
    "her": ("she", "her", "herself"),
    "our": ("we", "us", "ourselves"),
}


def _pronouns(rest: str, own: str) -> str:
    """What follows the verb, with the pronouns of who acts."""
    he, him, himself = _PRONOUNS[own]
    rest = re.sub(r"\bits\b", own, rest)
    rest = re.sub(r"\bitself\b", himself, rest)
    rest = re.sub(r"\bit was\b", f"{he} {'were' if own in {'their', 'our'} else 'was'}", rest)
    rest = re.sub(rf"\bit (?={_FINITE})", f"{he} ", rest)
    return re.sub(r"\bit\b", him, rest) if he != "it" else rest


_FINITE = (
    "had|would|did|understood|hoped|followed|could|might|may|planned|expected|regretted|beat|"
    "pulled|shares|was|were"
)
"""Verbs after which `it` in a frame is who acts, not what is acted on."""


def passive(words: str, kind: str) -> tuple[str, str, str] | None:
    """The parts of a frame's passive: what is acted on, the participle, and what follows.

    Args:
        words: A frame whose choices are made.
        kind: `p` if the other actor is acted on, `o` if the object.

    Example:
        >>> passive("impose sanctions on T", "o")
        ('sanctions', 'imposed', ' on T')
        >>> passive("accuse T of lying", "p"), passive("bail out T", "p")
        (('T', 'accused', ' of lying'), ('T', 'bailed out', ''))
    """
    verb, _, rest = words.partition(" ")
    parts = (_PASSIVE if kind == "p" else _OBJECT).fullmatch(rest)
    if parts is None:
        return None
    done = f"{inflect.participle(verb)} {parts['particle'] or ''}".strip()
    return parts["object"], done, parts["rest"] or ""


def together(words: str) -> str | None:
    """A mutual frame with both actors before it: `hold talks with T` as `hold talks`."""
    alone = re.sub(r" (with )?T(?!')", "", words, count=1)
    return alone if alone != words and not re.search(r"\bT\b", alone) else None


_COUNTED = re.compile(r"\b((?:of the|dozens of|hundreds of|thousands of|thousand of)) T\b(?!')")


def with_target(text: str, target: Party, adjectival: bool) -> str:
    """The text with the other actor's name for `T`.

    Args:
        text: Words with `T` and `T's`.
        target: The other actor.
        adjectival: Whether `T's envoy` is to be `the Turkish envoy`, where there is an adjective.
    """
    text = re.sub(_COUNTED, lambda part: f"{part[1]} {target.bare}", text)
    if adjectival and target.adjective:
        text = re.sub(r"\bof T's (?=\w+s\b)", f"of the {target.adjective} ", text)
        text = re.sub(r"\bT's (?=(\w+ )?\w+[^s\W]s( |$))", f"{target.adjective} ", text)
        text = re.sub(r"\bT's ", f"the {target.adjective} ", text)
    text = re.sub(r"\bT's", lambda _: target.possessive, text)
    return re.sub(r"\bT\b", lambda _: target.words, text)
