"""Sources and gaps: what the event store holds by origin, and what it lacks."""

from __future__ import annotations

from detente.answers import Answer, Section
from detente.web.desk import Desk
from detente.web.page import Asked, Page, Shown, register

NO_STORE = "No event store is served: start with --store DIR."


class SourcesAsked(Asked):
    """Nothing is asked of it."""


def answer(asked: SourcesAsked, desk: Desk) -> Shown:
    """Origins, covered and missing days, refused rows, files."""
    from detente.asks.holdings import holdings  # noqa: PLC0415 - slow to import

    store = desk.store()
    if store is not None:
        desk.reads(store.path / "fetch" / "gaps.jsonl")
        held = holdings(store)
    else:
        held = Answer("store", "holdings", "The event store", gap=NO_STORE)
    return Shown(
        title="Sources and gaps",
        lead="What there is to know from, and where it ends. What is missing is not peace.",
        sections=(Section("sources", "The event store", (held,)),),
    )


ABOUT = "Sources and gaps: what the event store holds by origin, and what it lacks"
register(Page("sources", "/sources", ABOUT, SourcesAsked, answer, menu="Sources", place=50))
