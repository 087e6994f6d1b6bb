"""Sentences through the coder that ships, each as a story of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from detente.coding.coder import Coder
from detente.coding.facade import code
from detente.coding.judged import digest
from detente.coding.shapes import STATUSES, Story
from lab.coding.scoring import Event

Dated = tuple[str, dt.date, str]
"""A sentence's id, its day, and its words."""


def coded(sentences: Iterable[Dated], coder: Coder) -> dict[str, list[Event]]:
    """What the coder sees in sentences, whatever its status; by id.

    Args:
        sentences: The sentences; words that stand there twice are coded once.
        coder: The coder, with its least confidence.
    """
    alike: dict[str, list[str]] = {}
    stories: list[Story] = []
    for name, day, text in sentences:
        key = digest(text)
        if key not in alike:
            stories.append(Story(text, name, date=day))
        alike.setdefault(key, []).append(name)
    events: dict[str, list[Event]] = {}
    for story in code(stories, coder=coder).stories:
        events |= dict.fromkeys(alike[story.digest], events_of(story.details))
    return events


def events_of(details: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events among the rows of the side table: all but what the coder abstained from.

    Example:
        >>> row = {"reason": None, "source": "IRN", "target": "OMN", "cameo": "04"}
        >>> [event.source for event in events_of([row | {"status": "actual"}])]
        ['IRN']
    """
    return [
        Event(row["source"], row["target"], frozenset({row["cameo"]}), row["status"])
        for row in details
        if row["reason"] is None or row["reason"] in STATUSES
    ]


def actual(events: Sequence[Event]) -> list[Event]:
    """Those that happened."""
    return [event for event in events if event.status == "actual"]


BY_STATUS: Mapping[str, Callable[[Sequence[Event]], Sequence[Event]]] = {
    "actual": actual,
    "any": list,
}
"""Which events count: those that happened, or all."""
