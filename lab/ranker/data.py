"""Benchmarks of event forecasting: facts (subject, relation, object, day) as numbers, with names.

A question has two directions: who was acted on (subject, relation, ?), and who acted
(?, relation, object). The second is asked of the mirrored fact (object, relation + R, subject),
so that everything else knows one direction only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.errors import ReadError
from detente.events.actors import to_iso3
from detente.sources.quadruples import KNOWN, read_names

Ints = NDArray[np.int64]

SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, eq=False)
class Benchmark:
    """A benchmark's facts by split, each of shape (n, 4): subject, relation, object, day.

    Attributes:
        name: Such as ICEWS14.
        entities: Name of each entity by number.
        relations: Name of each relation by number.
        train: Facts to learn from.
        valid: Later facts, to choose settings by.
        test: Last facts, to be forecast once.
    """

    name: str
    entities: tuple[str, ...]
    relations: tuple[str, ...]
    train: Ints
    valid: Ints
    test: Ints


@dataclass(frozen=True, eq=False)
class Facts:
    """Facts in both directions, ordered by day, subject and relation.

    Attributes:
        rows: Shape (n, 4): subject, relation, object, day.
        entities: Number of entities.
        relations: Number of relations, mirrored ones included: that of relation r is
            (r + relations / 2) modulo relations.
    """

    rows: Ints
    entities: int
    relations: int


@dataclass(frozen=True, eq=False)
class Queries:
    """Distinct questions (subject, relation, day), ordered by day, each with its true objects.

    Attributes:
        subject: Shape (n,).
        relation: Shape (n,).
        day: Shape (n,), never falling.
        start: Shape (n + 1,): the true objects of query i are `truth[start[i]:start[i + 1]]`.
        truth: All true objects.
    """

    subject: Ints
    relation: Ints
    day: Ints
    start: Ints
    truth: Ints

    def __len__(self) -> int:
        return len(self.subject)


def read_benchmark(folder: Path) -> Benchmark:
    """Read a benchmark's three splits and its name maps.

    Args:
        folder: Holds train.txt, valid.txt, test.txt, entity2id.txt and relation2id.txt. A folder
            named as in `detente.sources.quadruples.KNOWN` has the unit of time given there;
            others are taken to count days.

    Raises:
        ReadError: A file is missing or is not made of numbers.
    """
    per_day = 24 if KNOWN.get(folder.name, ("", "day"))[1] == "hour" else 1
    train, valid, test = (_read_facts(folder / f"{split}.txt", per_day) for split in SPLITS)
    return Benchmark(
        folder.name,
        _names(folder / "entity2id.txt"),
        _names(folder / "relation2id.txt"),
        train,
        valid,
        test,
    )


def both_directions(rows: Ints, entities: int, relations: int) -> Facts:
    """Facts and their mirror images, in order of day, subject and relation.

    Args:
        rows: Shape (n, 4): subject, relation, object, day.
        entities: Number of entities.
        relations: Number of relations.

    Example:
        >>> both_directions(np.array([[0, 1, 2, 5]]), 3, 2).rows.tolist()
        [[0, 1, 2, 5], [2, 3, 0, 5]]
    """
    mirrored = rows[:, [2, 1, 0, 3]] + np.array([0, relations, 0, 0])
    both = np.concatenate([rows, mirrored])
    order = np.lexsort((both[:, 2], both[:, 1], both[:, 0], both[:, 3]))
    return Facts(both[order], entities, 2 * relations)


def queries(facts: Facts) -> Queries:
    """The distinct questions that facts answer.

    Example:
        >>> facts = both_directions(np.array([[0, 1, 2, 5], [0, 1, 1, 5]]), 3, 2)
        >>> asked = queries(facts)
        >>> len(asked), asked.truth[asked.start[0] : asked.start[1]].tolist()
        (3, [1, 2])
    """
    rows = facts.rows
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (rows[1:, [0, 1, 3]] != rows[:-1, [0, 1, 3]]).any(axis=1)
    first = np.flatnonzero(fresh)
    start = np.append(first, len(rows))
    return Queries(rows[first, 0], rows[first, 1], rows[first, 3], start, rows[:, 2].copy())


def places(names: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Country and sector of each entity as numbers, read from its name alone.

    `Police (India)` has the country India and the sector Police, `India` the country and no
    sector; any other name is a country of its own with no sector.

    Returns:
        Two arrays of shape (entities,): the number of the country, and of the sector (0 is none).

    Example:
        >>> country, sector = places(("India", "Police (India)", "Police (Peru)", "John Doe"))
        >>> country.tolist(), sector.tolist()
        ([0, 0, 2, 1], [0, 1, 1, 0])
    """
    parts = [_split(name) for name in names]
    country = np.unique([place for place, _ in parts], return_inverse=True)[1]
    sector = np.unique([kind for _, kind in parts], return_inverse=True)[1]
    has_none = any(not kind for _, kind in parts)
    return country.astype(np.int64), sector.astype(np.int64) + (not has_none)


def _split(name: str) -> tuple[str, str]:
    kind, bracket, place = name.partition(" (")
    if not bracket:
        return to_iso3(name, "name") or name, ""
    place = place.removesuffix(")")
    return to_iso3(place, "name") or place, kind


def _names(path: Path) -> tuple[str, ...]:
    pairs = sorted((int(number), name) for number, name in read_names(path))
    return tuple(name for _, name in pairs)


def _read_facts(path: Path, per_day: int) -> Ints:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = np.array([[int(part) for part in line.split()[:4]] for line in lines])
        facts = rows.reshape(-1, 4).astype(np.int64)
    except (OSError, ValueError) as error:
        raise ReadError(
            f"The facts in {path} could not be read.",
            f"{error}.",
            "Each line holds subject, relation, object and time as whole numbers.",
        ) from error
    facts[:, 3] //= per_day
    return facts
