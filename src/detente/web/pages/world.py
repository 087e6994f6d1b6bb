"""The world: every two states that have lastingly moved since a date, and how close all stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pydantic import Field

from detente.answers import Answer, Section
from detente.study.parts import Day, Every
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Page, Shown, register
from detente.web.pages.sources import NO_STORE

if TYPE_CHECKING:
    from detente.asks.movers.movers import Movers
    from detente.events.store import Store

LONG = ("levels", "network")
MOST_ROWS = 60
"""Rows of a long table that the page shows, the last ones; JSON and CSV hold all."""


class WorldAsked(Asked):
    """Since when, by what, and the moment that the network shows."""

    since: Day | None = Field(default=None, description="moved since this day")
    until: Day | None = Field(default=None, description="last day")
    every: Every | None = Field(default=None, description="count by this kind of period")
    origin: str | None = Field(default=None, max_length=80, description="events of this origin")
    top: int = Field(default=20, ge=1, le=200, description="name so many pairs")
    moment: int | None = Field(
        default=None, ge=1, le=24, description="where the slider of the network stands"
    )


def answer(asked: WorldAsked, desk: Desk) -> Shown:
    """The movers as on their own page: list, map, network with its slider, matrix."""
    from detente.report.movers_page import movers_view  # noqa: PLC0415 - slow to import

    store = desk.store()
    if store is None:
        gap = Answer("movers", "movers", "No events", gap=NO_STORE)
        return Shown("The world", sections=(Section("movers", "Movers", (gap,)),))
    whole: Answer = desk.memo(
        ("movers", *vars(asked.model_copy(update={"moment": None})).values()),
        lambda: _movers(asked, store, desk),
    )
    drawn = movers_view(whole, dt.datetime.now(dt.UTC), asked.moment)
    return Shown(
        title=whole.label,
        lead=whole.text,
        sections=(Section("movers", "The numbers behind", (_listed(whole),)),),
        controls=_controls(asked, desk),
        more={"drawn": drawn, "pairs": f"/pair?{urlencode({'origin': asked.origin or ''})}"},
    )


def _listed(whole: Answer) -> Answer:
    """The answer with its tables folded, of long ones the last rows; the pictures show the rest."""
    return replace(whole, exhibits=tuple(
        replace(exhibit, folded=True, last=MOST_ROWS if exhibit.name in LONG else 0)
        for exhibit in whole.exhibits
    ))  # fmt: skip


def _movers(asked: WorldAsked, store: Store, desk: Desk) -> Answer:
    from detente.asks.movers.movers import movers  # noqa: PLC0415 - slow to import

    desk.say("measuring every two states")
    moved: Movers = movers(
        store, since=asked.since, until=asked.until, every=asked.every, origin=asked.origin,
        top=asked.top, engine=desk.site.engine, threads=1,
    )  # fmt: skip
    return moved.answer()


def _controls(asked: WorldAsked, desk: Desk) -> tuple[Control, ...]:
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
    )  # fmt: skip


ABOUT = "The world: every two states that have moved since a date, and how close all stand"
register(
    Page(
        "world",
        "/world",
        ABOUT,
        WorldAsked,
        answer,
        menu="World",
        place=10,
        template="world.html",
        slow=True,
    )
)
