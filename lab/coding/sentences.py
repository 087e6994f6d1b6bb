"""The labelled sentences: read, checked and split. What the labels mean stands in `GUIDE.md`.

Every check returns the problems it sees as plain lines, so that a labeller mends a file in a pass.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from itertools import combinations
from pathlib import Path

from detente.errors import InputError
from detente.events.actors import ROLES, to_iso3
from detente.events.ontology import quad_of

FOLDER = Path(__file__).parent
NONE = "NONE"
UNTYPED = "-"
STATUSES = frozenset({"actual", "planned", "conditional", "denied", "opinion"})
TYPES: Mapping[str, frozenset[str]] = {
    root: frozenset(types.split())
    for root, types in {
        "01": UNTYPED, "02": "REQUEST", "03": "AGREE", "04": "CONSULT", "05": "SUPPORT",
        "06": "COOPERATE", "07": "AID", "08": "CONCEDE RETREAT", "09": "ACCUSE", "10": "REQUEST",
        "11": "ACCUSE", "12": "REJECT", "13": "THREATEN", "14": "PROTEST", "15": "MOBILIZE",
        "16": "SANCTION", "17": "COERCE ASSAULT", "18": "ASSAULT", "19": "ASSAULT COERCE",
        "20": "ASSAULT",
    }.items()
}  # fmt: skip
"""The types that a label may have by CAMEO root; root 01 has none in PLOVER."""

OWN_ROLES = frozenset({"REL", "LOC"})
"""Roles beyond CAMEO's: clergy, and regional or local authorities."""

HELD_EVERY = 5
SHORTEST, LONGEST = 8, 60
NEAR = 0.5
"""Share of three-word runs in common from which two sentences count as nearly the same."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the day on which it was written."""

    id: str
    date: dt.date
    text: str


@dataclass(frozen=True)
class Label:
    """An event between two actors in a sentence, or that there is none (type `NONE`, all else `-`).

    Attributes:
        id: The sentence's.
        source: Code of the actor.
        source_span: The words that name it; `words@2` are the second of the same words.
        target: Code of the actor who is acted on.
        target_span: The words that name the target.
        type: PLOVER type; `-` for root 01; `NONE` where the sentence tells no event.
        root: CAMEO root of two digits.
        quad: Quad class of the root, 1 to 4, as text.
        status: One of `STATUSES`.
        when: The words that date the act, or `-`.
    """

    id: str
    source: str
    source_span: str
    target: str
    target_span: str
    type: str
    root: str
    quad: str
    status: str
    when: str


def held(sentence_id: str) -> bool:
    """Whether a sentence is only scored on, never trained on: about a fifth is, by its id alone.

    Example:
        >>> [held(f"s{number:03}") for number in range(1, 6)]
        [True, False, True, True, False]
    """
    return int(hashlib.sha256(sentence_id.encode()).hexdigest(), 16) % HELD_EVERY == 0


def read_sentences(path: Path = FOLDER / "sentences.tsv") -> list[Sentence]:
    """The sentences in the order of their file.

    Raises:
        InputError: The file's columns or a date are not as they should be.
    """
    return [
        Sentence(row["id"], _day(row["date"], path), row["sentence"])
        for row in _rows(path, ("id", "date", "sentence"))
    ]


def read_labels(path: Path = FOLDER / "labels_a.tsv") -> list[Label]:
    """A labeller's rows in the order of their file.

    Raises:
        InputError: The file's columns are not as they should be.
    """
    return [Label(**row) for row in _rows(path, tuple(Label.__annotations__))]


@functools.cache
def codes() -> frozenset[str]:
    """Codes of the actors that are no state: organisations, named armed groups, regions."""
    return frozenset(row["code"] for row in _rows(FOLDER / "codes.tsv", ("code", "name")))


def span_at(text: str, span: str) -> tuple[int, int] | None:
    """Where a span stands in a sentence, as whole words; None where it does not.

    Args:
        text: The sentence.
        span: The words, with `@2` behind them for their second place.

    Example:
        >>> span_at("Iran and Oman met; Iran left.", "Iran@2")
        (19, 23)
        >>> span_at("Oman met them.", "Iran") is None
        True
    """
    words, _, nth = span.partition("@")
    places = list(re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text))
    place = int(nth or 1) - 1
    return places[place].span() if place < len(places) else None


def is_code(code: str, on: dt.date) -> bool:
    """Whether a code names a state of that day, a part of it (`ISO3:ROLE`), or another actor.

    Example:
        >>> is_code("IRN:CVL", dt.date(2022, 10, 1)), is_code("XYZ", dt.date(2022, 10, 1))
        (True, False)
    """
    state, _, role = code.partition(":")
    if role and role not in ROLES | OWN_ROLES:
        return False
    return to_iso3(state, "iso3", on=on) == state or (not role and code in codes())


def label_problems(sentences: Iterable[Sentence], labels: Iterable[Label]) -> list[str]:
    """What is wrong with a labeller's rows, each and together, a line a problem."""
    by_id = {sentence.id: sentence for sentence in sentences}
    groups: dict[str, list[Label]] = {name: [] for name in by_id}
    problems = []
    for label in labels:
        if label.id not in by_id:
            problems.append(f"{label.id}: there is no such sentence")
            continue
        groups[label.id].append(label)
        problems += [f"{label.id}: {problem}" for problem in _row_problems(by_id[label.id], label)]
    for name, rows in groups.items():
        problems += [f"{name}: {problem}" for problem in _group_problems(rows)]
    return problems


def sentence_problems(sentences: list[Sentence]) -> list[str]:
    """What is wrong with the sentences: ids or texts twice, length, signs, days."""
    repeats = [
        f"{value}: stands {times} times"
        for values in ([s.id for s in sentences], [s.text for s in sentences])
        for value, times in Counter(values).items()
        if times > 1
    ]
    lengths = [
        f"{s.id}: has {len(s.text.split())} words"
        for s in sentences
        if not SHORTEST <= len(s.text.split()) <= LONGEST
    ]
    shapes = [
        f"{s.id}: has spaces at an end, twice in a row, or a tab"
        for s in sentences
        if s.text != " ".join(s.text.split())
    ]
    days = [f"{s.id}: is of {s.date}" for s in sentences if not 1990 <= s.date.year <= 2026]
    return repeats + lengths + shapes + days


def near_duplicates(sentences: Iterable[Sentence]) -> list[tuple[str, str]]:
    """Pairs of ids whose sentences share `NEAR` or more of the shorter one's three-word runs."""
    runs = [(sentence.id, word_runs(sentence.text, 3)) for sentence in sentences]
    return [
        (one_id, other_id)
        for (one_id, ones), (other_id, others) in combinations(runs, 2)
        if len(ones & others) >= NEAR * min(len(ones), len(others))
    ]


def word_runs(text: str, words: int) -> frozenset[tuple[str, ...]]:
    """All runs of so many words in a row, without case and signs.

    Example:
        >>> sorted(word_runs("Iran's envoy left.", 3))
        [('iran', 's', 'envoy'), ('s', 'envoy', 'left')]
    """
    parts = re.findall(r"[^\W_]+", text.lower())
    return frozenset(tuple(parts[at : at + words]) for at in range(len(parts) - words + 1))


def copied(sentences: Iterable[Sentence], texts: Iterable[str], words: int = 8) -> list[str]:
    """Ids of the sentences that share a run of so many words with any of the texts."""
    theirs: set[tuple[str, ...]] = set()
    for text in texts:
        theirs |= word_runs(text, words)
    return [sentence.id for sentence in sentences if word_runs(sentence.text, words) & theirs]


def _row_problems(sentence: Sentence, label: Label) -> Iterator[str]:
    if label.type != NONE:
        yield from _actor_problems(sentence, label)
        yield from _act_problems(label)
    elif set(astuple(label)[1:]) != {NONE, "-"}:
        yield "a row without an event says more than NONE"


def _actor_problems(sentence: Sentence, label: Label) -> Iterator[str]:
    for code in (label.source, label.target):
        if not is_code(code, sentence.date):
            yield f"{code} is no code of {sentence.date}"
    if label.source == label.target:
        yield f"{label.source} acts on itself"
    spans = [label.source_span, label.target_span, *([label.when] if label.when != "-" else [])]
    for span in spans:
        if span_at(sentence.text, span) is None:
            yield f"the words {span!r} do not stand in it"


def _act_problems(label: Label) -> Iterator[str]:
    if label.type not in TYPES.get(label.root, frozenset()):
        yield f"root {label.root} has no type {label.type}"
    elif label.quad != str(quad_of(label.root)):
        yield f"root {label.root} is not of quad {label.quad}"
    if label.status not in STATUSES:
        yield f"there is no status {label.status}"


def _group_problems(rows: list[Label]) -> Iterator[str]:
    if not rows:
        yield "has no row"
    if len(rows) > 1 and any(row.type == NONE for row in rows):
        yield "has events and says that it has none"
    pairs = Counter((row.source, row.target) for row in rows)
    for (source, target), times in pairs.items():
        if times > 1:
            yield f"{source} to {target} stands {times} times"


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a file of tabs without quoting, each with just these columns."""
    with path.open(encoding="utf-8", newline="") as lines:
        header, *cells = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    uneven = [number for number, row in enumerate(cells, 2) if len(row) != len(columns)]
    if tuple(header) != columns or uneven:
        raise InputError(
            f"{path.name} could not be read.",
            f"Its columns are {', '.join(header)}; lines with too few or many: {uneven[:5]}.",
            f"Give the columns {', '.join(columns)}, with tabs between and a line each.",
        )
    return [dict(zip(columns, row, strict=True)) for row in cells]


def _day(text: str, path: Path) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{path.name} could not be read.", f"{text!r} is no day.", "Write it as 2017-03-14."
        ) from error
