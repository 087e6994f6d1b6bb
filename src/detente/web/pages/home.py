"""The first page: what is served, and where to go."""

from __future__ import annotations

from detente.answers import Answer, Column, Exhibit, Scale, Section, Table
from detente.web.desk import Desk
from detente.web.page import Asked, Link, Links, Page, Shown, pages, register

NOTHING = "No event store is served: start with --store DIR to see all pairs of the world."


class Home(Asked):
    """Nothing is asked of the first page."""


def answer(asked: Home, desk: Desk) -> Shown:
    """The studies, and what the event store holds."""
    from detente.study.load import load  # noqa: PLC0415 - heavy

    studies = []
    for name, path in desk.site.studies.items():
        desk.reads(path)
        about = load(path).study.study
        studies.append(Link(f"/study/{name}", about.title, about.question))
    return Shown(
        title="Who is moving closer to whom",
        lead="Measured relations between states, claims that are tested, and odds of what comes.",
        links=tuple(
            group for group in (Links("Studies", tuple(studies)), _others()) if group.links
        ),
        sections=(_store(desk),),
    )


def _others() -> Links:
    """All other pages that stand in the navigation, with what they show."""
    listed = sorted(pages().values(), key=lambda page: (page.place, page.path))
    links = (Link(page.path, page.menu, page.about) for page in listed)
    return Links(
        "What can be asked", tuple(link for link in links if link.text and link.address != "/")
    )


def _store(desk: Desk) -> Section:
    """What the event store holds, a row an origin."""
    store = desk.store()
    rows = () if store is None else tuple(
        (origin.origin, origin.world, origin.first, origin.last) for origin in store.summary()
    )  # fmt: skip
    columns = (
        Column("origin", "Origin"),
        Column("events", "Events", Scale.COUNT),
        Column("first", "First day", Scale.DATE),
        Column("last", "Last day", Scale.DATE),
    )
    exhibits = (Exhibit("store", "What the event store holds", Table(columns, rows)),)
    held = Answer("store", "store", "The event store", exhibits=exhibits if rows else (),
                  gap="" if rows else NOTHING)  # fmt: skip
    return Section("events", "Events", (held,))


ABOUT = "What is served: studies, and what the event store holds"
register(Page("home", "/", ABOUT, Home, answer, menu="Home"))
