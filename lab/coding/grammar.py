"""Sentences to learn from, made by a grammar: frames and actors of our own in many forms.

`forms.tsv` holds the forms, a row each: `kind`; `from`, the frames it takes (`GROUPS`); `key` of
the act that comes of it, `=` for the frame's own; its `status`; and the `form`, in which `<S>` is
who acts, `<V.past>` the frame with whom it is done to, `<B>` somebody else, `<G>` some state,
`<Z>` who is said to act, and `<when>` and its like a list of `cast.tsv`. In kind `third` the act of
`<Z>` is only alleged or wished for, in `factive` it happened.
"""

from __future__ import annotations

import csv
import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from detente.coding.acts import ACTS
from lab.coding import cast, frames
from lab.coding.frames import Frame, Party
from lab.coding.marked import Marked, Pair, parse

_FILE = Path(__file__).parent / "forms.tsv"

_ALL = tuple(act.key for act in ACTS)

GROUPS: Mapping[str, tuple[str, ...]] = {
    "any": _ALL,
    "promise": ("04", "06", "07", "08C", "08R"),
    "help": ("06", "07"),
    "hostile": ("15", "16", "16", "17C", "18", "19A", "19A", "19C"),
    "war": ("15", "17A", "19A", "19A", "19C"),
    "deed": ("15", "16", "17C", "17A", "18", "19A", "19A", "19C", "20"),
}
"""Keys of the frames that a form takes."""

STATUS_WEIGHTS = {"actual": 70, "planned": 9, "conditional": 7, "denied": 8, "opinion": 6}
"""How often a status is drawn where the form is free."""

COMPOSED = 0.3
"""How often an act that can be composed (`agreed to visit`) is not told by a frame of its own."""


@dataclass(frozen=True)
class Form:
    """A row of `forms.tsv`."""

    kind: str
    takes: str
    key: str
    status: str
    words: str


@cache
def forms() -> Mapping[str, tuple[Form, ...]]:
    """All forms by kind."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            Form(row["kind"], row["from"], row["key"], row["status"], row["form"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    kinds = sorted({row.kind for row in rows})
    return {kind: tuple(row for row in rows if row.kind == kind) for kind in kinds}


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
            if who.words in self.words or (near is None and of[1] in self.states):
                continue
            if who.after.startswith(",") and self.rng.random() < 0.5:
                continue
            self.states.add(of[1])
            self.words.add(who.words)
            self.count += 1
            return self.count, who
        raise AssertionError


def generate(
    n: int,
    seed: int,
    none: float = 0.14,
    weights: Mapping[str, float] | None = None,
) -> Iterator[Marked]:
    """Sentences with their marked actors and acts, no two the same.

    Args:
        n: How many.
        seed: The same seed gives the same sentences.
        none: Share whose main clause tells no event between its actors.
        weights: How often an act is drawn, by its key; 1 where it is not named.

    Example:
        >>> list(generate(2, seed=1)) == list(generate(2, seed=1))
        True
    """
    rng = random.Random(seed)
    seen: set[str] = set()
    keys = list(_ALL)
    shares = [(weights or {}).get(key, 1.0) for key in keys]
    while len(seen) < n:
        key = "NONE" if rng.random() < none else rng.choices(keys, shares)[0]
        marked = sentence(key, rng)
        if marked.text not in seen:
            seen.add(marked.text)
            yield marked


def sentence(key: str, rng: random.Random) -> Marked:
    """A sentence of which an act, or none, is the main one."""
    scene = Scene(rng, cast.state(rng))
    scene.states.add("")
    if key == "NONE" and rng.random() < 0.5:
        text = _worded(rng.choice(forms()["none"]).words, scene, {})
    else:
        text = _clause(key, scene)
        if rng.random() < 0.22 and scene.count < 5:
            text = _joined(text, scene)
    return parse(f"{_tidy(text)}\t{_told(scene.acts)}")


def _clause(key: str, scene: Scene) -> str:
    """A sentence of one act."""
    rng = scene.rng
    composed = [
        form for kind in ("verb", "third", "factive") for form in forms()[kind] if form.key == key
    ]
    if composed and rng.random() < COMPOSED:
        form = rng.choice(composed)
        return _verb_clause(form, _complement(form.takes, rng), scene)
    frame = rng.choice(frames.by_key()[key])
    if frame.can("n"):
        return _noun_clause(frame, scene)
    draw = rng.random()
    if frame.can("m") and draw < 0.35 and frames.together(frame.words):
        return _together_clause(frame, scene)
    if draw < 0.6 and (frame.can("p") or frame.can("o")) and not frame.selfish:
        text = _passive_clause(frame, scene)
        if text:
            return text
    if rng.random() < 0.08:
        return _headline(_verb_clause(_free_form("headline", frame, rng), frame, scene))
    return _verb_clause(_free_form("verb", frame, rng), frame, scene)


def _headline(text: str) -> str:
    """The text without articles."""
    return re.sub(r"\b(the|a|an) ", "", text)


def _complement(group: str, rng: random.Random) -> Frame:
    """A frame that can follow another verb."""
    while True:
        frame = rng.choice(frames.by_key()[rng.choice(GROUPS[group])])
        if not any(frame.can(form) for form in "nvx"):
            return frame


def _free_form(kind: str, frame: Frame, rng: random.Random) -> Form:
    """A form that leaves the act what it is."""
    own = [form for form in forms()[kind] if form.key == "=" and form.takes == "any"]
    actual = frame.key == "NONE" or frame.can("v")
    if actual:
        own = [
            form for form in own if not re.search(r"[.](ing|inf)|once again|finally", form.words)
        ]
    statuses = {form.status for form in own}
    weights = {status: weight for status, weight in STATUS_WEIGHTS.items() if status in statuses}
    status = "actual" if actual else rng.choices(list(weights), list(weights.values()))[0]
    return rng.choice([form for form in own if form.status == status])


def _parties(frame: Frame, scene: Scene) -> tuple[Party, Party]:
    """Who acts in a frame, and on whom: often of one state, if they are no states."""
    rng = scene.rng
    domestic = set(frame.who + frame.whom) & set("CPUKJL") and rng.random() < 0.85
    source = scene.party(frame.who, scene.home if domestic else None)
    several = 0.0 if "T's" in frame.words else 0.08
    return source, scene.party(frame.whom, scene.home if domestic else None, several)


def _record(
    frame: Frame, source: Party, target: Party, key: str, status: str, scene: Scene
) -> None:
    if frame.can("v"):
        source, target = target, source
    scene.add(source, target, key, status)
    if frame.can("m"):
        scene.add(target, source, key, status)


def _verb_clause(form: Form, frame: Frame, scene: Scene) -> str:
    key = frame.key if form.key == "=" else form.key
    source, target = _parties(frame, scene)
    words = cast.filled(frame.words, scene.rng)
    slots: dict[str, Party] = {"S": source}
    doer = source
    if form.kind in {"third", "factive"}:
        doer = source
        source = scene.party("SSSON")
        slots = {"S": source, "Z": doer}
        if "T's" in words and scene.rng.random() < 0.4:
            words = words.replace("T's", source.own)
        scene.add(source, doer, key, form.status)
        if form.kind == "factive" and re.search(r"\bT\b", words):
            _record(frame, doer, target, frame.key, "actual", scene)
    elif form.key == "=":
        _record(frame, source, target, key, form.status, scene)
    else:
        scene.add(source, target, key, form.status)
    phrase = frames.with_target(words, target, scene.rng.random() < 0.35)
    return _worded(form.words, scene, slots, phrase, doer)


def _together_clause(frame: Frame, scene: Scene) -> str:
    form = _free_form("together", frame, scene.rng)
    source, target = _parties(replace(frame, words="T's"), scene)
    _record(frame, source, target, frame.key, form.status, scene)
    both = Party([*source.members, *target.members])
    words = frames.together(cast.filled(frame.words, scene.rng)) or frame.words
    return _worded(form.words, scene, {"S": both}, words, both)


def _passive_clause(frame: Frame, scene: Scene) -> str | None:
    words = cast.filled(frame.words, scene.rng)
    parts = frames.passive(words, "p" if frame.can("p") and not frame.can("o") else "o")
    if parts is None:
        return None
    form = _free_form("passive", frame, scene.rng)
    source, target = _parties(frame, scene)
    _record(frame, source, target, frame.key, form.status, scene)
    adjectival = scene.rng.random() < 0.35
    patient, done, rest = (frames.with_target(part, target, adjectival) for part in parts)
    plural = target.plural if parts[0] == "T" else _is_plural(parts[0])
    text = form.words.replace("<was>", "were" if plural else "was")
    text = text.replace("<is>", "are" if plural else "is").replace(
        "<has>", "have" if plural else "has"
    )
    text = text.replace("<O>", patient).replace("<P>", done).replace("<R>", rest)
    return _worded(text, scene, {"S": source})


def _is_plural(words: str) -> bool:
    last = re.split(r" (?:of|to|for|on|in|with|from|over|against) ", words)[0].split()[-1]
    return (last.endswith("s") and not last.endswith(("ss", "us"))) or last in {"troops", "people"}


def _noun_clause(frame: Frame, scene: Scene) -> str:
    form = _free_form("noun", frame, scene.rng)
    source, target = _parties(frame, scene)
    _record(frame, source, target, frame.key, form.status, scene)
    words = frames.with_target(
        cast.filled(frame.words, scene.rng).replace("its", source.own),
        target,
        scene.rng.random() < 0.35,
    )
    head, preposition, rest = _split_noun(words)
    by = scene.rng.choice(
        [f"{words} by {source.words}", f"{head} by {source.words}{preposition}{rest}"]
    )
    if source.adjective and scene.rng.random() < 0.3:
        by = f"{source.adjective} {words}"
    text = form.words.replace("<N.by>", by).replace("<N>", words)
    text = text.replace("<sequel>", _sequel(_is_plural(frame.words), scene.rng))
    return _worded(text, scene, {"S": source})


def _sequel(plural: bool, rng: random.Random) -> str:
    """What came of a deed that a noun names."""
    words = rng.choice(cast.lists()["sequel"])
    first, _, rest = words.partition(" ")
    many = {"was": "were", "is": "are", "has": "have", "had": "had", "divides": "divide"}
    return f"{many.get(first, first)} {rest}" if plural else words


def _split_noun(words: str) -> tuple[str, str, str]:
    parts = re.split(
        r"( (?:on|to|with|against|of|from|for|into|near|outside|in|off) )", words, maxsplit=1
    )
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (words, "", "")


_LINKS = (
    "{0}, and {1}", "{0}, while {1}", "{0}, and {1}", "{0} after {1}", "{0} as {1}", "{0}; {1}",
    "{0} on the day when {1}", "While {1}, {0}", "After {1}, {0}", "{0}, whereas {1}",
)  # fmt: skip


def _joined(text: str, scene: Scene) -> str:
    """The sentence with another clause, of an act of or on others."""
    rng = scene.rng
    main = text.rstrip(".")
    if not text.endswith(".") or main.endswith('"') or " - " in main:
        return text
    frame = _complement("any", rng)
    source, target = _parties(frame, scene)
    _record(frame, source, target, frame.key, "actual", scene)
    words = frames.with_target(cast.filled(frame.words, rng), target, rng.random() < 0.35)
    other = f"{source.words} {frames.verb_phrase(words, 'past', source.plural, source.own)}"
    links = _LINKS if main.startswith("{") else [link for link in _LINKS if link.startswith("{0}")]
    return f"{rng.choice(links).format(main, other)}."


_TOKEN = re.compile(r"<([A-Za-z]+)((?:'s)?)(-?)(?:\.(\w+))?>")


def _worded(
    form: str, scene: Scene, slots: Mapping[str, Party], phrase: str = "", doer: Party | None = None
) -> str:
    """A form with all its places filled."""
    subject = slots.get("S")

    def word(part: re.Match[str]) -> str:
        name, possessive, own, shape = part.groups()
        if name == "V" and doer is not None:
            return _conjugated(phrase, shape, doer)
        if name in slots:
            return slots[name].possessive if possessive else slots[name].words
        if name in _BYSTANDERS:
            return scene.party(_BYSTANDERS[name], several=0.0).words
        if subject is not None and (own or name in _AGREEING):
            return _agreeing(name, subject)
        return _listed(name, scene.rng)

    return _TOKEN.sub(word, form)


_BYSTANDERS = {"B": "SSBOABSSPRNCF", "G": "B"}


def _conjugated(phrase: str, shape: str, doer: Party) -> str:
    if shape == "pp":
        return frames.verb_phrase(phrase, "had", doer.plural, doer.own).removeprefix("had ")
    return frames.verb_phrase(phrase, shape, doer.plural, doer.own)


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


def _tidy(text: str) -> str:
    """Commas where they belong, a capital at the beginning."""
    text = re.sub(r",\s*(?=[.,;:])", "", text)
    text = re.sub(r" +", " ", text).strip()
    text = re.sub(r"(?<=[^ ] - )[a-z]", lambda part: part[0].upper(), text)
    at = re.search(r"[A-Za-z0-9]", re.sub(r"^\{\d+:", lambda part: "~" * len(part[0]), text))
    if at is None:
        return text
    return text[: at.start()] + text[at.start()].upper() + text[at.start() + 1 :]


def _told(acts: Mapping[Pair, tuple[str, str]]) -> str:
    """The acts as a line of marked sentences has them."""
    parts: Sequence[str] = [
        f"{source}>{target}:{key}" + ("" if status == "actual" else f"~{status}")
        for (source, target), (key, status) in acts.items()
    ]
    return "; ".join(parts) or "-"
