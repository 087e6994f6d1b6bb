"""The world: every two states that have lastingly moved since a date, and how close all stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import Field

from detente.answers import Answer, Exhibit, Section, Table
from detente.study.parts import Day, Every
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Link, Links, Page, Shown, register
from detente.web.pages.sources import NO_STORE

if TYPE_CHECKING:
    from detente.asks.movers.movers import Movers
    from detente.events.store import Store

PICTURES = ("network", "matrix")
MOST_LEVELS = 60
"""Rows of levels that the page shows; JSON and CSV hold all."""


class WorldAsked(Asked):
    """Since when, by what, and the moment that the network shows."""

    since: Day | None = Field(default=None, description="moved since this day")
    until: Day | None = Field(default=None, description="last day")
    every: Every | None = Field(default=None, description="count by this kind of period")
    origin: str | None = Field(default=None, max_length=80, description="events of this origin")
    top: int = Field(default=20, ge=1, le=200, description="name so many pairs")
    moment: int | None = Field(default=None, ge=1, le=24, description="which moment of the network")


def answer(asked: WorldAsked, desk: Desk) -> Shown:
    """The movers as a list, the network at a moment, and the matrix of changes."""
    store = desk.store()
    if store is None:
        gap = Answer("movers", "movers", "No events", gap=NO_STORE)
        return Shown("The world", sections=(Section("movers", "Movers", (gap,)),))
    whole: Answer = desk.memo(
        ("movers", *vars(asked.model_copy(update={"moment": None})).values()),
        lambda: _movers(asked, store, desk),
    )
    network = whole.exhibit("network")
    moments = sorted(set(network.table.column("date"))) if network else []
    place = min(asked.moment or len(moments), len(moments))
    return Shown(
        title=whole.label,
        lead=whole.text or _lead(whole),
        sections=(Section("movers", "Every two states", _answers(whole, moments[place - 1])),),
        controls=_controls(asked, desk, len(moments), place, str(moments[place - 1])),
        links=_ways(whole, asked),
    )


def _answers(whole: Answer, moment: object) -> tuple[Answer, ...]:
    """The list first, then the pictures, each an answer of its own."""
    listed = [
        replace(exhibit, last=MOST_LEVELS) if exhibit.name == "levels" else exhibit
        for exhibit in whole.exhibits
        if exhibit.name not in PICTURES
    ]
    pictures = [_drawn(exhibit, moment) for exhibit in whole.exhibits if exhibit.name in PICTURES]
    return (
        replace(whole, exhibits=tuple(listed)),
        *(Answer(item.name, "movers", item.title, exhibits=(item,)) for item in pictures),
    )


def _movers(asked: WorldAsked, store: Store, desk: Desk) -> Answer:
    from detente.asks.movers.movers import movers  # noqa: PLC0415 - slow to import

    desk.say("measuring every two states")
    moved: Movers = movers(
        store, since=asked.since, until=asked.until, every=asked.every, origin=asked.origin,
        top=asked.top, engine=desk.site.engine, threads=1,
    )  # fmt: skip
    return moved.answer()


def _lead(whole: Answer) -> str:
    ranking = whole.exhibit("ranking")
    count = len(ranking.table) if ranking else 0
    if not count:
        return "No pair has moved so surely that it could be named; that is an answer too."
    return "Of all that are named, at most a tenth are expected to be false."


def _drawn(exhibit: Exhibit, moment: object) -> Exhibit:
    """The network at one moment, with places that are the same at all; the matrix as a picture."""
    from detente.asks.movers.places import places  # noqa: PLC0415 - slow to import

    if exhibit.name == "network":
        rows = tuple(row for row in exhibit.table.rows if row[0] == moment)
        where = {state: list(spot) for state, spot in places(exhibit.table).items()}
        return replace(
            exhibit,
            title=f"{exhibit.title}, {moment}",
            table=Table(exhibit.table.columns, rows),
            mark="world",
            settings={"places": where},
            says="States that deal well with each other stand close; lines are pairs.",
        )
    return replace(exhibit, mark="changes") if exhibit.name == "matrix" else exhibit


def _ways(whole: Answer, asked: WorldAsked) -> tuple[Links, ...]:
    ranking = whole.exhibit("ranking")
    if ranking is None or not len(ranking.table):
        return ()
    pairs = {row["pair"]: row for row in ranking.table.records()}
    origin = {"origin": asked.origin} if asked.origin else {}
    links = tuple(
        Link("/pair?" + urlencode({"a": row["state"], "b": row["other_state"], **origin}), name,
             f"{row['kind']}, {row['direction']}, turned in {row['turned']}")
        for name, row in list(pairs.items())[:asked.top]
    )  # fmt: skip
    return (Links("Look closer", links),)


def _controls(
    asked: WorldAsked, desk: Desk, moments: int, place: int, moment: str
) -> tuple[Control, ...]:
    store = desk.store()
    held = store.summary() if store else ()
    origins = (Choice("", "the largest"), *(Choice(item.origin) for item in held))
    periods = ("week", "month", "quarter", "year")
    every = (Choice("", "by length"), *(Choice(name) for name in periods))
    return (
        Control("since", "Moved since", "date", value=str(asked.since or "")),
        Control("until", "Until", "date", value=str(asked.until or "")),
        Control("every", "Counted by", value=asked.every or "", choices=every),
        Control("origin", "Origin", value=asked.origin or "", choices=origins),
        Control("top", "Name so many", "number", value=str(asked.top), least="1", most="200"),
        Control("moment", "Network at moment", "range", value=str(place), least="1",
                most=str(moments), step="1", note=f"{moment}: of {moments} moments."),
    )  # fmt: skip


ABOUT = "The world: every two states that have moved since a date, and how close all stand"
register(Page("world", "/world", ABOUT, WorldAsked, answer, menu="World", place=10, slow=True))
