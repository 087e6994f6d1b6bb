"""The same history seen by country and sector: what the police of a country do to its protesters.

A view puts a class in place of the subject, and another in place of the object, and counts facts of
the classes. Classes are read from the names alone, so a ranker that works with numbers only has no
views.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.compiled import compiled
from lab.ranker.data import Facts, Ints, places
from lab.ranker.memory import FADES, NEVER, Days, Floats, Memory, count
from lab.ranker.walks import Heap, add

VIEWS = 7
VIEW_PARTS = 3
"""Columns of a view: its count with a half-life of 5 days, its share of 80 days, and of all."""

NAMED = VIEWS * VIEW_PARTS + 4
"""Columns that come from names."""


class Names(NamedTuple):
    """What is read from the names, and decayed counts of facts between classes.

    A cell is a distinct (view, class of subject, relation, class of object). The classes of objects
    are doubled: odd ones hold the objects that are of the subject's own country.

    Attributes:
        on: 1 if names are used, else 0; shape (1,).
        country: Country of each entity, shape (S,).
        sector: Sector of each entity, 0 for none; shape (S,).
        first: First entity of each country in `members`, shape (countries + 1,).
        members: Entities by country, shape (S,).
        subject: By view, class of each entity as subject, shape (VIEWS, S).
        object: By view, class of each entity as object, shape (VIEWS, S).
        any: By view, 1 if it does not tell relations apart, shape (VIEWS,).
        base: By view, where its part of `start` begins, shape (VIEWS,).
        start: First cell of each view, class and relation.
        holder: Class of object of each cell, shape (cells,).
        day: Day each cell was last seen, or NEVER.
        counts: Decayed counts, shape (cells, FADES).
        slot: Cell of each fact in each view, shape (VIEWS, facts).
        sums: Working space: a sum per class of object.
    """

    on: Ints
    country: Ints
    sector: Ints
    first: Ints
    members: Ints
    subject: Ints
    object: Ints
    any: Ints
    base: Ints
    start: Ints
    holder: Days
    day: Days
    counts: Floats
    slot: Ints
    sums: Floats


def no_names(facts: Facts) -> Names:
    """Names that say nothing."""
    nothing = Facts(facts.rows[:0], facts.entities, facts.relations)
    return read_views(nothing, ("",) * facts.entities)._replace(on=np.zeros(1, dtype=np.int64))


def read_views(facts: Facts, names: tuple[str, ...]) -> Names:
    """Empty views with room for the facts.

    Args:
        facts: All facts, both directions.
        names: Name of each entity.
    """
    country, sector = places(names)
    own, single = np.arange(len(names)), np.zeros(len(names), dtype=np.int64)
    plan = (
        (country, own, 0),
        (country, country, 0),
        (country, own, 1),
        (sector, sector, 0),
        (own, sector, 0),
        (country, sector, 0),
        (single, country, 0),
    )
    starts, holders, slots = zip(*(_cells(facts, country, *part) for part in plan), strict=True)
    before = np.cumsum([0, *(len(holder) for holder in holders)])
    cells = int(before[-1])
    members = np.argsort(country, kind="stable")
    return Names(
        on=np.ones(1, dtype=np.int64),
        country=country,
        sector=sector,
        first=np.searchsorted(country[members], np.arange(country.max() + 2)),
        members=members,
        subject=np.stack([part[0] for part in plan]),
        object=np.stack([part[1] for part in plan]),
        any=np.array([part[2] for part in plan]),
        base=np.cumsum([0, *(len(start) for start in starts[:-1])]),
        start=np.concatenate([start + at for start, at in zip(starts, before, strict=False)]),
        holder=np.concatenate(holders).astype(np.int32),
        day=np.full(cells, NEVER, dtype=np.int32),
        counts=np.zeros((cells, FADES), dtype=np.float32),
        slot=np.stack([slot + at for slot, at in zip(slots, before, strict=False)]),
        sums=np.zeros(2 * len(names) + 2, dtype=np.float32),
    )


def _cells(
    facts: Facts, country: Ints, subject: Ints, held: Ints, one_relation: int
) -> tuple[Ints, Ints, Ints]:
    """First cell of each class and relation, class of object of each cell, cell of each fact."""
    who, relation, whom, _ = facts.rows.T
    wide = 2 * int(held.max()) + 2
    asks = subject[who] * facts.relations + relation * (1 - one_relation)
    keys = asks * wide + 2 * held[whom] + (country[who] == country[whom])
    cells, slot = np.unique(keys, return_inverse=True)
    size = (int(subject.max()) + 1) * facts.relations
    return np.searchsorted(cells // wide, np.arange(size + 1)), cells % wide, slot


@compiled
def absorb_names(names: Names, rows: Ints, first: int, decay: Floats) -> None:
    """Count facts in every view; `first` is the place of the first among all facts."""
    if names.on[0]:
        for view in range(VIEWS):
            for i in range(len(rows)):
                cell = names.slot[view, first + i]
                count(names.day, names.counts, cell, rows[i, 3], decay)


@compiled
def _ask(names: Names, view: int, subject: int, relation: int, kinds: int) -> int:
    """Where the cells of a question begin in `start`."""
    kind = 0 if names.any[view] else relation
    return int(names.base[view] + names.subject[view, subject] * kinds + kind)


@compiled
def compare_names(
    memory: Memory,
    names: Names,
    subject: int,
    relation: int,
    day: int,
    chosen: Days,
    out: Floats,
    at: int,
) -> None:
    """Write all columns that come from names, from column `at` on, a row per candidate."""
    for view in range(VIEWS):
        _see(memory, names, view, subject, relation, day, chosen, out, at + VIEW_PARTS * view)
    last = at + VIEW_PARTS * VIEWS
    for i in range(len(chosen)):
        entity = chosen[i]
        out[i, last] = names.country[subject] == names.country[entity]
        out[i, last + 1] = names.sector[subject] == names.sector[entity]
        out[i, last + 2] = names.sector[subject] > 0
        out[i, last + 3] = names.sector[entity] > 0


@compiled
def _see(
    memory: Memory,
    names: Names,
    view: int,
    subject: int,
    relation: int,
    day: int,
    chosen: Days,
    out: Floats,
    at: int,
) -> None:
    """Write a view's columns of the candidates."""
    ask = _ask(names, view, subject, relation, len(memory.relation_day))
    low, high = names.start[ask], names.start[ask + 1]
    parts = (1, 3, 4)
    for j in range(VIEW_PARTS):
        fade, total = parts[j], 1e-6
        for cell in range(low, high):
            if names.day[cell] != NEVER:
                gap = day - names.day[cell]
                amount = names.counts[cell, fade] * memory.decay[gap, fade]
                names.sums[names.holder[cell]] = amount
                total += amount
        for i in range(len(chosen)):
            same = names.country[subject] == names.country[chosen[i]]
            amount = names.sums[2 * names.object[view, chosen[i]] + same]
            out[i, at + j] = amount if j == 0 else amount / total
        for cell in range(low, high):
            names.sums[names.holder[cell]] = 0


@compiled
def partners(
    memory: Memory, names: Names, subject: int, relation: int, day: int, heap: Heap
) -> None:
    """Whom the subject's country deals with in this way, by share of the last months' dealings.

    The heap must be empty; it gets a sum per entity.
    """
    ask = _ask(names, 0, subject, relation, len(memory.relation_day))
    low, high = names.start[ask], names.start[ask + 1]
    total = 0.1
    for cell in range(low, high):
        if names.day[cell] != NEVER:
            total += names.counts[cell, 3] * memory.decay[day - names.day[cell], 3]
    for cell in range(low, high):
        if names.day[cell] != NEVER:
            recent = names.counts[cell, 3] * memory.decay[day - names.day[cell], 3]
            add(heap, names.holder[cell] // 2, recent / total + 1e-6)


@compiled
def fellows(memory: Memory, names: Names, subject: int, day: int, heap: Heap) -> None:
    """Entities of the subject's country, by how busy they were; into an empty heap."""
    country = names.country[subject]
    for i in range(names.first[country], names.first[country + 1]):
        entity = names.members[i]
        if memory.entity_day[entity] != NEVER:
            gap = day - memory.entity_day[entity]
            add(heap, entity, 0.01 + memory.entity_count[entity, 3] * memory.decay[gap, 3])
