"""A pair of states: levels, acts by kind, turns, the events behind a point, and a comparison."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import urlencode

from pydantic import Field

from detente.answers import Answer, Exhibit, Section
from detente.errors import DataGapError
from detente.rounding import plural
from detente.study.parts import Day, Every
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Link, Links, Page, Shown, register
from detente.web.pages.sources import NO_STORE

if TYPE_CHECKING:
    from detente.asks.pairs.counts import Counted
    from detente.events.store import Store
    from detente.study.chronicle import Fact

State = Field(default=None, pattern=r"^[A-Z]{3}$", description="code of a state, such as USA")
Kinds = Literal["total", "cooperation", "conflict"]
KINDS = (Choice("total", "all"), Choice("cooperation"), Choice("conflict"))
MOST_LINKS = 12
HALF = "A pair is of two states, and one is named to set beside. Name the other as well."


class PairAsked(Asked):
    """Two states, and how they are looked at."""

    a: str | None = State
    b: str | None = State
    origin: str | None = Field(default=None, max_length=80, description="events of this origin")
    every: Every | None = Field(default=None, description="count by this kind of period")
    since: Day | None = Field(default=None, description="first day")
    until: Day | None = Field(default=None, description="last day")
    c: str | None = Field(default=None, pattern=r"^[A-Z]{3}$", description="compare with c and d")
    d: str | None = State
    beside: str | None = Field(
        default=None, max_length=80, description="compare with events of this origin"
    )
    at: Day | None = Field(default=None, description="list the events of the period of this day")
    kind: Kinds = Field(default="total", description="list events of this kind")


def answer(asked: PairAsked, desk: Desk) -> Shown:
    """The pair; without both states a list to choose from."""
    store = desk.store()
    if store is None:
        gap = Answer("none", "pair", "No events", gap=NO_STORE)
        return Shown("Two states", sections=(Section("pair", "The pair", (gap,)),))
    from detente.asks.pairs.busiest import busiest  # noqa: PLC0415 - slow to import

    pairs: Answer = desk.memo(("busiest",), lambda: busiest(store))
    if asked.a is None or asked.b is None:
        return _choose(asked, pairs)
    return _pair(asked, asked.a, asked.b, desk, store, pairs)


def _choose(asked: PairAsked, pairs: Answer) -> Shown:
    listed = pairs.exhibit("pairs")
    rows = listed.table.records()[:MOST_LINKS] if listed else []
    ways = tuple(
        Link("/pair?" + urlencode({name: row[name] for name in ("a", "b", "origin")}), row["pair"],
             f"{plural(row['events'], 'events')} of {row['origin']}")
        for row in rows
    )  # fmt: skip
    return Shown(
        title="Two states",
        lead="How two states deal with each other: choose both.",
        controls=_states(asked, pairs)[:2],
        links=(Links("Told of most", ways),) if ways else (),
        sections=(Section("pairs", "Pairs", (pairs,)),),
    )


def _pair(asked: PairAsked, a: str, b: str, desk: Desk, store: Store, pairs: Answer) -> Shown:
    from detente.asks.pairs.view import view_of_pair  # noqa: PLC0415 - slow to import

    desk.say("counting what the two did")
    first = _counted(asked, a, b, asked.origin, store, desk)
    desk.say("drawing levels")
    view = view_of_pair(first, _chronicle(desk))
    sections = [Section("pair", "What is between them", (view,))]
    if asked.at is not None:
        sections.insert(0, _behind(asked, asked.at, first, store))
    if asked.beside or (asked.c and asked.d):
        desk.say("drawing the other beside")
        sections.append(_beside(asked, first, store, desk))
    elif asked.c or asked.d:
        half = Answer("compared", "compared", "No comparison", gap=HALF)
        sections.append(Section("beside", "Beside each other", (half,)))
    return Shown(
        title=view.label,
        sections=tuple(sections),
        controls=(*_states(asked, pairs), *_ways(asked, first)),
        more={"counted": _points(asked, first)},
    )


def _counted(
    asked: PairAsked, a: str, b: str, origin: str | None, store: Store, desk: Desk
) -> Counted:
    from detente.asks.pairs.counts import count_pair  # noqa: PLC0415 - slow to import

    key = ("pair", a, b, origin, asked.since, asked.until, asked.every)
    counted: Counted = desk.memo(
        key,
        lambda: count_pair(
            store, a, b, origin=origin, since=asked.since, until=asked.until, every=asked.every
        ),
    )
    return counted


def _chronicle(desk: Desk) -> tuple[Fact, ...]:
    """The dated facts of all studies that are served, each once."""
    from detente.study.chronicle import read_chronicle  # noqa: PLC0415 - slow to import
    from detente.study.load import load  # noqa: PLC0415

    facts: dict[tuple[object, str], Fact] = {}
    for name in desk.site.studies:
        path = desk.study_file(name)
        desk.reads(path)
        declared = load(path)
        if declared.study.chronicle is not None:
            file = declared.folder / declared.study.chronicle.path
            desk.reads(file)
            facts |= {(fact.date, fact.title): fact for fact in read_chronicle(file)[0]}
    return tuple(sorted(facts.values(), key=lambda fact: fact.date))


def _behind(asked: PairAsked, at: dt.date, counted: Counted, store: Store) -> Section:
    from detente.asks.pairs.behind import events_behind  # noqa: PLC0415 - slow to import
    from detente.asks.pairs.counts import period_of  # noqa: PLC0415

    days = period_of(at, counted.panel.every)
    events = events_behind(
        store, counted.a, counted.b, *days, origin=counted.origin, measure=asked.kind
    )
    return Section("behind", "The events behind the point", (events,))


def _beside(asked: PairAsked, first: Counted, store: Store, desk: Desk) -> Section:
    """The pair beside another, or beside what another origin tells."""
    from detente.asks.pairs.compare import compared  # noqa: PLC0415 - slow to import

    a, b = (asked.c or first.a), (asked.d or first.b)
    same = asked.model_copy(update={"every": first.panel.every})
    try:
        other = _counted(same, a, b, asked.beside or first.origin, store, desk)
        both = compared(first, other)
    except DataGapError as gap:
        both = Answer("compared", "compared", "No comparison", gap=f"{gap.found} {gap.next_step}")
    return Section("beside", "Beside each other", (both,))


def _states(asked: PairAsked, pairs: Answer) -> tuple[Control, ...]:
    listed: Exhibit | None = pairs.exhibit("states")
    rows = sorted(listed.table.records(), key=lambda row: row["name"]) if listed else []
    offered = (Choice("", "–"), *(Choice(row["code"], row["name"]) for row in rows))
    words = (("a", "One state"), ("b", "The other"), ("c", "Beside: one state"), ("d", "The other"))
    return tuple(
        Control(name, label, value=getattr(asked, name) or "", choices=offered)
        for name, label in words
    )


def _ways(asked: PairAsked, counted: Counted) -> tuple[Control, ...]:
    """Days, period and origin, and what is set beside or listed."""
    origins = [Choice(name) for name in sorted({counted.origin, *counted.others})]
    every = [Choice(name) for name in get_args(Every)]
    dates = counted.panel.dates(counted.origin)
    return (
        Control("origin", "Origin", value=counted.origin, choices=tuple(origins)),
        Control("beside", "Beside: origin", value=asked.beside or "",
                choices=(Choice("", "–"), *origins)),
        Control("every", "Counted by", value=counted.panel.every, choices=tuple(every)),
        Control("since", "From", "date", value=str(asked.since or "")),
        Control("until", "Until", "date", value=str(asked.until or "")),
        Control("at", "Events of the period of", "date", value=str(asked.at or ""),
                least=str(dates[0]), note="Or choose a point of a picture."),
        Control("kind", "Kind of events", value=asked.kind, choices=KINDS),
    )  # fmt: skip


def _points(asked: PairAsked, counted: Counted) -> dict[str, str]:
    """What the script needs to lead from a point of a picture to its events."""
    return {"every": counted.panel.every, "at": str(asked.at or "")}


ABOUT = "A pair of states: levels, acts by kind, turns, the events behind, a comparison"
register(
    Page("pair", "/pair", ABOUT, PairAsked, answer, menu="Pairs", place=20, template="pair.html")
)
