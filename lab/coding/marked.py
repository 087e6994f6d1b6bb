"""Sentences to learn from, whose actors are marked in the text: read and checked.

A line holds a sentence and its acts with a tab between. Actors are marked as `{1:Iranian troops}`;
acts are written `1>2:19A; 2>1:11~planned`: source, target, key of the act (`detente.coding.acts`),
and the status where it is not actual. `-` says that there is none. An ordered pair of marked actors
that is not named tells no event from the first to the second: that is learned too, so whatever
could be taken for an actor of an event is to be marked.

These sentences are read once and are never scored on; those of `sentences.tsv` are labelled twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from detente.coding.acts import BY_KEY
from detente.coding.shapes import STATUSES, Span
from detente.errors import InputError

FOLDER = Path(__file__).parent / "marked"

Pair = tuple[int, int]
"""Numbers of the source and of the target, as marked."""

_MARK = re.compile(r"\{(\d+):([^{}]+)\}")
_ACT = re.compile(r"(\d+)>(\d+):(\d\d[ACR]?)(?:~(\w+))?")


@dataclass(frozen=True)
class Marked:
    """A sentence with its marked actors and what they do to each other.

    Attributes:
        text: The sentence without marks.
        spans: Where each actor stands, by its number.
        acts: Key of the act and its status, by ordered pair of numbers.
    """

    text: str
    spans: Mapping[int, Span]
    acts: Mapping[Pair, tuple[str, str]]


def parse(line: str) -> Marked:
    r"""A line of a file of marked sentences.

    Raises:
        ValueError: What is wrong with it, in words.

    Example:
        >>> marked = parse("{1:Iran} shelled {2:a village in Iraq}.\t1>2:19A")
        >>> marked.text, dict(marked.spans), dict(marked.acts)
        ('Iran shelled a village in Iraq.', {1: (0, 4), 2: (13, 30)}, {(1, 2): ('19A', 'actual')})
    """
    text, tab, acts = line.partition("\t")
    if not tab:
        raise ValueError("has no tab between sentence and acts")
    plain, spans = _unmarked(text)
    if len(spans) < 2:
        raise ValueError("marks fewer than two actors")
    return Marked(plain, spans, dict(_acts(acts, spans)))


def read(folder: Path = FOLDER, only: str = "*") -> list[Marked]:
    """All marked sentences, file by file in the order of their names.

    Args:
        folder: Where the files lie.
        only: Name of a file, without its ending, if not all are wanted.

    Raises:
        InputError: A line is not as it should be.
    """
    paths = sorted(folder.glob(f"{only}.tsv"))
    problems = [line for path in paths for line in problems_of(path)]
    if problems:
        raise InputError(
            "The marked sentences could not be read.",
            "; ".join(problems[:5]),
            "Mend these lines; `python -m lab.coding.marked` lists all.",
        )
    return [parse(line) for path in paths for line in _lines(path)]


def problems_of(path: Path) -> list[str]:
    """What is wrong with the lines of a file, a text a problem."""
    problems, seen = [], set()
    for number, line in enumerate(_lines(path), 1):
        try:
            text = parse(line).text
        except ValueError as problem:
            problems.append(f"{path.name} line {number} {problem}")
            continue
        if text in seen:
            problems.append(f"{path.name} line {number} stands twice")
        seen.add(text)
    return problems


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _unmarked(text: str) -> tuple[str, dict[int, Span]]:
    """The text without its marks, and where the marked words stand in it."""
    parts, spans, length = [], {}, 0
    ends = [0, *(at for mark in _MARK.finditer(text) for at in mark.span()), len(text)]
    marks = iter(_MARK.finditer(text))
    for number, (start, end) in enumerate(pairwise(ends)):
        words = text[start:end]
        if number % 2:
            mark = next(marks)
            words = mark[2]
            if int(mark[1]) in spans:
                raise ValueError(f"marks two actors as {mark[1]}")
            spans[int(mark[1])] = (length, length + len(words))
        parts.append(words)
        length += len(words)
    plain = "".join(parts)
    if "{" in plain or "}" in plain:
        raise ValueError("has a bracket that marks nothing")
    return plain, spans


def _acts(text: str, spans: Mapping[int, Span]) -> Iterator[tuple[Pair, tuple[str, str]]]:
    if text.strip() == "-":
        return
    for part in text.split(";"):
        act = _ACT.fullmatch(part.strip())
        if act is None:
            raise ValueError(f"has an act that cannot be read: {part.strip()!r}")
        source, target = int(act[1]), int(act[2])
        if source == target or source not in spans or target not in spans:
            raise ValueError(f"has an act between actors that are not marked: {part.strip()!r}")
        if act[3] not in BY_KEY:
            raise ValueError(f"has an act that does not exist: {act[3]!r}")
        status = act[4] or "actual"
        if status not in STATUSES:
            raise ValueError(f"has a status that does not exist: {status!r}")
        yield (source, target), (act[3], status)


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.tsv")):
        print(f"{path.name}: {len(_lines(path))} lines")
        print("\n".join(problems_of(path)), end="\n")
