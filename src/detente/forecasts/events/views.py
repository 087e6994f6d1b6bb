"""The same history seen by country and sector: what the police of a country do to its protesters.

A view puts a class in place of the subject, and another in place of the object, and counts facts of
the classes. Classes are read from the names alone, so a ranker that works with numbers only has no
views.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.dynamics._compiled import compiled
from detente.forecasts.events.data import Facts, Ints, places
from detente.forecasts.events.memory import FADES, NEVER, Days, Floats, Memory, count

VIEWS = 7
PARTS = 3
NAMED = VIEWS * PARTS + 4
"""Columns of a view: its count with a half-life of 5 days, its share of 80 days, and of all."""


class View(NamedTuple):
    """Decayed counts of (class of subject, relation, class of object).

    Attributes:
        subject: Class of each entity as subject, shape (S,).
        object: Class of each entity as object, shape (S,); doubled, plus one if the object is of
            the subject's own country.
        any: 1 if the view does not tell relations apart, else 0; shape (1,).
        start: First cell of each class and relation, shape (classes * R + 1,).
        holder: Class of object of each cell.
        day: Day it was last seen, or NEVER.
        count: Decayed counts, shape (cells, FADES).
        slot: Cell of each fact, shape (facts,).
    """

    subject: Ints
    object: Ints
    any: Ints
    start: Ints
    holder: Days
    day: Days
    count: Floats
    slot: Ints


class Names(NamedTuple):
    """What is read from the names, with the views made of it.

    Attributes:
        country: Country of each entity, shape (S,).
        sector: Sector of each entity, 0 for none; shape (S,).
        first: First entity of each country in `fellows`, shape (countries + 1,).
        fellows: Entities by country, shape (S,).
        views: The views; all empty where names are not to be used.
        on: 1 if names are used, else 0; shape (1,).
        sums: Working space: a sum per class of object.
    """

    country: Ints
    sector: Ints
    first: Ints
    fellows: Ints
    views: tuple[View, ...]
    on: Ints
    sums: Floats


def no_names(facts: Facts) -> Names:
    """Names that say nothing."""
    nothing = Facts(facts.rows[:0], facts.entities, facts.relations)
    return read_views(nothing, ("",) * facts.entities)._replace(on=np.zeros(1, dtype=np.int64))


def read_views(facts: Facts, names: tuple[str, ...]) -> Names:
    """Empty views with room for the facts."""
    country, sector = places(names)
    own, all_one = np.arange(len(names)), np.zeros(len(names), dtype=np.int64)
    plan = [
        (country, own, False),
        (country, country, False),
        (country, own, True),
        (sector, sector, False),
        (own, sector, False),
        (country, sector, False),
        (all_one, country, False),
    ]
    views = tuple(_view(facts, country, *parts) for parts in plan)
    fellows = np.argsort(country, kind="stable")
    first = np.searchsorted(country[fellows], np.arange(country.max() + 2))
    room = np.zeros(2 * len(names) + 2, dtype=np.float32)
    return Names(country, sector, first, fellows, views, np.ones(1, dtype=np.int64), room)


def _view(facts: Facts, country: Ints, subject: Ints, held: Ints, any_relation: bool) -> View:
    who, relation, whom, _ = facts.rows.T
    relation = relation * (not any_relation)
    wide = 2 * int(held.max()) + 2
    asks = subject[who] * facts.relations + relation
    keys = asks * wide + 2 * held[whom] + (country[who] == country[whom])
    cells, slot = np.unique(keys, return_inverse=True)
    size = (int(subject.max()) + 1) * facts.relations
    return View(
        subject,
        held,
        np.array([int(any_relation)]),
        np.searchsorted(cells // wide, np.arange(size + 1)),
        (cells % wide).astype(np.int32),
        np.full(len(cells), NEVER, dtype=np.int32),
        np.zeros((len(cells), FADES), dtype=np.float32),
        slot,
    )


@compiled
def absorb_view(view: View, rows: Ints, first: int, decay: Floats) -> None:
    """Count facts, given in order of day; `first` is the place of the first among all facts."""
    for i in range(len(rows)):
        count(view.day, view.count, view.slot[first + i], rows[i, 3], decay)


@compiled
def see(
    memory: Memory,
    names: Names,
    view: View,
    subject: int,
    relation: int,
    day: int,
    chosen: Days,
    out: Floats,
) -> None:
    """Write a view's columns of the candidates, shape (candidates, PARTS)."""
    kinds = len(memory.relation_day)
    ask = view.subject[subject] * kinds + (0 if view.any[0] else relation)
    parts = (1, 3, 4)
    for j in range(PARTS):
        fade, total = parts[j], 1e-6
        for cell in range(view.start[ask], view.start[ask + 1]):
            if view.day[cell] != NEVER:
                amount = view.count[cell, fade] * memory.decay[day - view.day[cell], fade]
                names.sums[view.holder[cell]] = amount
                total += amount
        for i in range(len(chosen)):
            same = names.country[subject] == names.country[chosen[i]]
            amount = names.sums[2 * view.object[chosen[i]] + same]
            out[i, j] = amount if j == 0 else amount / total
        for cell in range(view.start[ask], view.start[ask + 1]):
            names.sums[view.holder[cell]] = 0


@compiled
def absorb_names(names: Names, rows: Ints, first: int, decay: Floats) -> None:
    """Count facts in every view."""
    if names.on[0]:
        for view in names.views:
            absorb_view(view, rows, first, decay)


@compiled
def compare_names(
    memory: Memory,
    names: Names,
    subject: int,
    relation: int,
    day: int,
    chosen: Days,
    out: Floats,
) -> None:
    """Write all columns that come from names, shape (candidates, NAMED)."""
    at = 0
    for view in names.views:
        see(memory, names, view, subject, relation, day, chosen, out[:, at : at + PARTS])
        at += PARTS
    for i in range(len(chosen)):
        entity = chosen[i]
        out[i, at] = names.country[subject] == names.country[entity]
        out[i, at + 1] = names.sector[subject] == names.sector[entity]
        out[i, at + 2] = names.sector[subject] > 0
        out[i, at + 3] = names.sector[entity] > 0
