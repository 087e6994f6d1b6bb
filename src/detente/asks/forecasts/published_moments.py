"""The days on which a published question is compared: when it was opened, and before its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Days
from detente.asks.forecasts.published_rows import Given


@dataclass(frozen=True)
class Moment:
    """What others had said of a question by a day.

    Attributes:
        question: The question in words; empty for a forecast that stands alone.
        lead_days: Days before its end; None on the day on which it was opened.
        day: Nothing that was said later counts.
        action: What it asks about.
        within: Days from that day to the end of its window.
        first: The first probability that was given of it.
        last: The last one up to that day.
        source: Where the last one was published.
    """

    question: str
    lead_days: int | None
    day: dt.date
    action: str
    within: int
    first: float
    last: float
    source: str


def moments(
    given: Sequence[Given], lead_days: Sequence[int], days_of: Callable[[str], Days]
) -> tuple[Moment, ...]:
    """The moments at which the questions among published forecasts are compared.

    A forecast made late leaks the answer, so each question is taken at the same lead times: on the
    day of its first forecast, and so many days before its end. Moments before that first day are
    left out, and those by which the action had come: what is decided needs no odds.

    Args:
        given: Published forecasts.
        lead_days: Days before the end.
        days_of: Days of an action.

    Returns:
        Question by question in the order of the file, the earliest moment first.

    Example:
        >>> may = dt.date(2017, 5, 1)
        >>> asked = [Given(may, "tests", 60, 0.5, "A", "Q"), Given(may, "tests", 60, 0.7, "B", "Q")]
        >>> asked.append(Given(dt.date(2017, 6, 10), "tests", 20, 0.1, "A", "Q"))
        >>> never = np.array([], dtype="datetime64[D]")
        >>> days = moments(asked, [30], lambda action: never)
        >>> [(day.lead_days, day.within, day.first, day.last) for day in days]
        [(None, 60, 0.5, 0.7), (30, 30, 0.5, 0.7)]
    """
    return tuple(
        moment for forecasts in _questions(given) for moment in _of(forecasts, lead_days, days_of)
    )


def _questions(given: Sequence[Given]) -> Iterator[list[Given]]:
    """The forecasts of each question by day; one without a question is one of its own."""
    named: dict[str, list[Given]] = {}
    for place, item in enumerate(given):
        named.setdefault(item.question or f" {place}", []).append(item)
    for forecasts in named.values():
        yield sorted(forecasts, key=lambda item: item.issued)


def _of(
    forecasts: Sequence[Given], lead_days: Sequence[int], days_of: Callable[[str], Days]
) -> Iterator[Moment]:
    opening = forecasts[0]
    came = days_of(opening.action)
    came = came[came > np.datetime64(opening.issued, "D")]
    leads = sorted(set(lead_days), reverse=True) if opening.question else []
    for lead in (None, *leads):
        within = opening.within if lead is None else lead
        day = opening.ends - dt.timedelta(days=within)
        late = lead is not None and day <= opening.issued
        if late or (came <= np.datetime64(day, "D")).any():
            continue
        last = [item for item in forecasts if item.issued <= day][-1]
        yield Moment(
            question=opening.question,
            lead_days=lead,
            day=day,
            action=opening.action,
            within=within,
            first=opening.probability,
            last=last.probability,
            source=last.source,
        )
