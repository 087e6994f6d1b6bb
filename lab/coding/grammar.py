"""Sentences to learn from, made by a grammar: frames and actors of our own in many forms.

`forms.tsv` holds the forms, a row each: `kind`; `from`, the frames it takes (`GROUPS`); `key` of
the act that comes of it, `=` for the frame's own; its `status`; and the `form`, in which `<S>` is
who acts, `<V.past>` the frame with whom it is done to, `<B>` somebody else, `<G>` some state,
`<Z>` who is said to act, and `<when>` and its like a list of `cast.tsv`. In kind `third` the act of
`<Z>` is only alleged or wished for, in `factive` it happened.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from detente.coding.acts import ACTS
from lab.coding import cast, frames
from lab.coding.frames import Frame, Party
from lab.coding.marked import Marked, parse
from lab.coding.scene import Scene, acts_line, tidy, worded

_FILE = Path(__file__).parent / "forms.tsv"

_ALL = tuple(act.key for act in ACTS)

GROUPS: Mapping[str, tuple[str, ...]] = {
    **{key: (key,) for key in _ALL},
    "any": (*_ALL, "NONE"),
    "rest": tuple(key for key in _ALL if key not in {"04", "06", "07", "08C", "08R"}),
    "speech": ("02", "05", "10", "11", "12"),
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
        text = worded(rng.choice(forms()["none"]).words, scene, {})
    else:
        text = _clause(key, scene)
        if rng.random() < 0.28 and scene.count < 5:
            text = _joined(text, scene)
    return parse(f"{tidy(text)}\t{acts_line(scene.acts)}")


def _clause(key: str, scene: Scene) -> str:
    """A sentence of one act."""
    rng = scene.rng
    composed = _composed(key)
    if composed and rng.random() < COMPOSED:
        form = rng.choice(composed)
        return verb_clause(form, _complement(form.takes, rng), scene)
    frame = rng.choice(frames.by_key()[key])
    if frame.can("n"):
        return _noun_clause(frame, scene)
    draw = rng.random()
    if frame.can("m") and draw < 0.35 and frames.together(frame.words):
        return _together_clause(frame, scene)
    if draw < 0.5 and (frame.can("p") or frame.can("o")) and not frame.selfish:
        text = _passive_clause(frame, scene)
        if text:
            return text
    if rng.random() < 0.08:
        return _headline(verb_clause(_free_form("headline", frame, rng), frame, scene))
    return verb_clause(_free_form("verb", frame, rng), frame, scene)


@cache
def _composed(key: str) -> tuple[Form, ...]:
    """The forms that make an act of other acts."""
    kinds = ("verb", "third", "factive")
    return tuple(form for kind in kinds for form in forms()[kind] if form.key == key)


def _headline(text: str) -> str:
    """The text without articles."""
    return re.sub(r"\b(the|a|an) ", "", text)


def _complement(group: str, rng: random.Random, without: str = "nvx") -> Frame:
    """A frame of a group of acts that can follow another verb or clause."""
    return rng.choice(_without(rng.choice(GROUPS[group]), without))


@cache
def _without(key: str, without: str) -> tuple[Frame, ...]:
    """The frames of an act that lack some forms."""
    return tuple(f for f in frames.by_key()[key] if not set(without) & set(f.forms))


_WILLED = r"[.](ing|inf)|<W|<A?aside>|decision|announced|once again|finally|in protest|reply"
"""What is said only of deeds that somebody chose."""


def _free_form(kind: str, frame: Frame, rng: random.Random) -> Form:
    """A form that leaves the act what it is."""
    own = _own_forms(kind, frame.key)
    willed = frame.key != "NONE" and not frame.can("v")
    if not willed:
        own = tuple(form for form in own if not re.search(_WILLED, form.words))
    actual = not willed or frame.key == "01" or frame.words.startswith(("say ", "hint "))
    statuses = {form.status for form in own}
    weights = {status: weight for status, weight in STATUS_WEIGHTS.items() if status in statuses}
    status = "actual" if actual else rng.choices(list(weights), list(weights.values()))[0]
    return rng.choice([form for form in own if form.status == status])


@cache
def _own_forms(kind: str, key: str) -> tuple[Form, ...]:
    """The forms of a kind that leave an act what it is."""
    return tuple(form for form in forms()[kind] if form.key == "=" and key in GROUPS[form.takes])


def _parties(frame: Frame, scene: Scene) -> tuple[Party, Party]:
    """Who acts in a frame, and on whom: often of one state, if they are no states."""
    rng = scene.rng
    domestic = set(frame.who + frame.whom) & set("CPUKJL") and rng.random() < 0.85
    source = scene.party(frame.who, scene.home if domestic else None)
    several = 0.0 if "T's" in frame.words else 0.08
    return source, scene.party(frame.whom, scene.home if domestic else None, several)


def record(frame: Frame, source: Party, target: Party, key: str, status: str, scene: Scene) -> None:
    """Note the act of a frame: backwards if it is reversed, both ways if it is mutual."""
    if frame.can("v"):
        source, target = target, source
    scene.add(source, target, key, status)
    if frame.can("m"):
        scene.add(target, source, key, status)


def verb_clause(form: Form, frame: Frame, scene: Scene) -> str:
    """A sentence of a form around a verb, and in the scene what it tells of its actors."""
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
            record(frame, doer, target, frame.key, "actual", scene)
    elif form.key == "=":
        record(frame, source, target, key, form.status, scene)
    else:
        scene.add(source, target, key, form.status)
    phrase = frames.with_target(words, target, scene.rng.random() < 0.35)
    return worded(form.words, scene, slots, phrase, doer)


def _together_clause(frame: Frame, scene: Scene) -> str:
    form = _free_form("together", frame, scene.rng)
    source, target = _parties(replace(frame, words="T's"), scene)
    record(frame, source, target, frame.key, form.status, scene)
    both = Party([*source.members, *target.members])
    words = frames.together(cast.filled(frame.words, scene.rng)) or frame.words
    return worded(form.words, scene, {"S": both}, words, both)


def _passive_clause(frame: Frame, scene: Scene) -> str | None:
    words = cast.filled(frame.words, scene.rng)
    parts = frames.passive(words, "p" if frame.can("p") and not frame.can("o") else "o")
    if parts is None:
        return None
    whole = parts[0] == "T" and scene.rng.random() < 0.3
    form = _free_form("patient" if whole else "passive", frame, scene.rng)
    source, target = _parties(frame, scene)
    record(frame, source, target, frame.key, form.status, scene)
    adjectival = scene.rng.random() < 0.35
    patient, done, rest = (frames.with_target(part, target, adjectival) for part in parts)
    plural = target.plural if parts[0] == "T" else _is_plural(parts[0])
    text = form.words.replace("<was>", "were" if plural else "was")
    text = text.replace("<is>", "are" if plural else "is").replace(
        "<has>", "have" if plural else "has"
    )
    text = text.replace("<O>", patient).replace("<P>", done).replace("<R>", rest)
    return worded(text, scene, {"S": source})


def _is_plural(words: str) -> bool:
    last = re.split(r" (?:of|to|for|on|in|with|from|over|against) ", words)[0].split()[-1]
    return (last.endswith("s") and not last.endswith(("ss", "us"))) or last in {"troops", "people"}


def _between_clause(frame: Frame, scene: Scene) -> str:
    """A sentence of a mutual noun: `talks between X and Y`; sometimes with a mediator."""
    kind = "mediated" if frame.key == "04" and scene.rng.random() < 0.4 else "between"
    form = scene.rng.choice(forms()[kind])
    source, target = _parties(replace(frame, words="T's"), scene)
    record(frame, source, target, frame.key, "actual", scene)
    both = Party([*source.members, *target.members])
    slots = {"S": both}
    if kind == "mediated":
        slots["M"] = scene.party("SSBO", several=0.0)
        scene.add(slots["M"], both, "04", "actual")
    words = cast.filled(frame.words.partition(" with T")[0], scene.rng)
    text = form.words.replace("<sequel>", _sequel(_is_plural(words), scene.rng))
    if words.endswith("s"):
        text = text.replace("There was", "There were")
    elif not re.match(r"(fighting|war|trade|cooperation|intelligence|tension|friendship)", words):
        words = f"a {words}".replace("a a", "an a").replace("a e", "an e")
    text = text.replace("<N>", words[0].upper() + words[1:]).replace("<n>", words)
    return worded(text, scene, slots)


def _noun_clause(frame: Frame, scene: Scene) -> str:
    if frame.can("m") and scene.rng.random() < 0.5:
        return _between_clause(frame, scene)
    form = _free_form("noun", frame, scene.rng)
    source, target = _parties(frame, scene)
    record(frame, source, target, frame.key, form.status, scene)
    noun = cast.filled(frame.words, scene.rng).replace("its", source.own)
    adjectival = scene.rng.random() < 0.35
    head, rest = (frames.with_target(part, target, adjectival) for part in _split_noun(noun))
    words = head + rest
    by = scene.rng.choice([f"{words} by {source.words}", f"{head} by {source.words}{rest}"])
    if source.adjective and scene.rng.random() < 0.3:
        by = f"{source.adjective} {words}"
    text = form.words.replace("<N.by>", by).replace("<N>", words)
    text = text.replace("<sequel>", _sequel(_is_plural(frame.words), scene.rng))
    return worded(text, scene, {"S": source})


def _sequel(plural: bool, rng: random.Random) -> str:
    """What came of a deed that a noun names."""
    words = rng.choice(cast.lists()["sequel"])
    first, _, rest = words.partition(" ")
    many = {"was": "were", "is": "are", "has": "have", "had": "had", "divides": "divide"}
    return f"{many.get(first, first)} {rest}" if plural else words


def _split_noun(words: str) -> tuple[str, str]:
    """A noun frame and what depends on the noun, with its preposition."""
    parts = re.split(
        r"(?= (?:on|to|with|against|of|from|for|into|near|outside|in|off) )", words, maxsplit=1
    )
    return parts[0], parts[1] if len(parts) == 2 else ""


_LINKS = (
    "{0}, and {1}", "{0}, while {1}", "{0}, and {1}", "{0} after {1}", "{0} as {1}", "{0}; {1}",
    "{0} on the day when {1}", "While {1}, {0}", "After {1}, {0}", "{0}, whereas {1}",
)  # fmt: skip


_ANSWERS = (
    ("had", "<S> <V.past>, which {}."), ("past", "<S> <V.past> <when>, which {} in turn."),
    ("had", "<S> <V.done>, which {} a day earlier."), ("past", "<S> <V.past>, which {} in reply."),
    ("had", "<Speaker> said <S> <V.past>, which {}."), ("had", "<When>, <S> <V.past>, which {}."),
)  # fmt: skip


def _answered_clause(key: str, scene: Scene) -> str | None:
    """A sentence of two acts that run against each other; the names stand once."""
    rng = scene.rng
    first, second = _between_states(key, rng), _between_states(rng.choice(_ALL), rng)
    if first is None or second is None:
        return None
    source, target = scene.party("B", several=0.0), scene.party("B", several=0.0)
    scene.add(source, target, first.key, "actual")
    scene.add(target, source, second.key, "actual")
    tense, form = rng.choice(_ANSWERS)
    reply = re.sub(r"\bT(?!')", "it", cast.filled(second.words, rng))
    answer = frames.verb_phrase(reply, tense, target.plural, "its")
    phrase = frames.with_target(cast.filled(first.words, rng), target, adjectival=False)
    return worded(form.format(answer), scene, {"S": source}, phrase, source)


def _between_states(key: str, rng: random.Random) -> Frame | None:
    """A frame between states that ends with the other; None if an act has none."""
    fitting = _of_states(key)
    return rng.choice(fitting) if fitting else None


@cache
def _of_states(key: str) -> tuple[Frame, ...]:
    states = set("SBG")
    return tuple(
        frame
        for frame in _without(key, "nvx")
        if frame.words.endswith(" T") and not frame.selfish
        if states & set(frame.who) and states & set(frame.whom)
    )


def _joined(text: str, scene: Scene) -> str:
    """The sentence with another clause, of an act of or on others."""
    rng = scene.rng
    main = text.rstrip(".")
    if not text.endswith(".") or main.endswith('"') or " - " in main:
        return text
    frame = _complement(rng.choice(_ALL), rng, without="nv")
    source, target = _parties(frame, scene)
    record(frame, source, target, frame.key, "actual", scene)
    words = frames.with_target(cast.filled(frame.words, rng), target, rng.random() < 0.35)
    other = f"{source.words} {frames.verb_phrase(words, 'past', source.plural, source.own)}"
    links = _LINKS if main.startswith("{") else [link for link in _LINKS if link.startswith("{0}")]
    return f"{rng.choice(links).format(main, other)}."
