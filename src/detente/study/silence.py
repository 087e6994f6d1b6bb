"""From when to when, and on which days, the sources of an action would have told of it.

A chronicle speaks from the day that the study gives (or from the year of its first row) to the
study's own date, or to the earlier day up to which it was kept, however far event files reach.
Event files speak on the days that they cover, unless they are too thin to tell silence from a gap:
then the days on which they report an action are known, and no others.
Outside of that an action is unknown, and not absent.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Bools, Days
from detente.errors import DataGapError
from detente.events.reach import can_report
from detente.relations.panel_sql import MIN_PERIOD_SHARE
from detente.relations.steps import Every, next_start
from detente.rounding import count_text, plural
from detente.study.models import Action
from detente.study.origins import too_thin
from detente.study.surges import judged_days

if TYPE_CHECKING:
    from detente.study.data import StudyData

UNKNOWN = "days without an event are unknown, and not quiet"
AS_WITHOUT = "they count as days without {label}."


def known_since(data: StudyData, name: str) -> dt.date:
    """The first day from which all sources of an action would have said that it happened.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> known_since(open_data(load("korea")), "missile-tests")
        datetime.date(1984, 1, 1)
    """
    return span(data, name)[0]


def known_until(data: StudyData, name: str) -> dt.date:
    """The last day up to which every kind of source of an action knows of it.

    The chronicle ends with the study's own date even where loaded events reach further, and events
    end with their last day even where the chronicle does: silence after that is not peace.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> known_until(open_data(load("korea"), as_of=dt.date(2017, 3, 15)), "missile-tests")
        datetime.date(2017, 3, 15)
    """
    return span(data, name)[1]


def known_days(data: StudyData, name: str, days: Days) -> Bools:
    """Whether the sources of an action would have told of it, by day, shape (T,)."""
    first, last = span(data, name)
    within = (days >= np.datetime64(first, "D")) & (days <= np.datetime64(last, "D"))
    held = covering(data, name)
    if held:
        within &= np.any([np.isin(days, covered) for covered in held.values()], axis=0)
    elif not data.study.actions[name].kinds:
        within[:] = False  # nobody would have told of it
    return np.asarray(within, dtype=np.bool_)


def known_periods(data: StudyData, name: str, starts: Days, every: Every) -> Bools:
    """Whether the sources of an action cover at least half of the days of each period, shape (T,).

    Args:
        data: The study's data.
        name: The action.
        starts: First days of periods that follow one another, shape (T,).
        every: Kind of period.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> years = np.array(["1983-01-01", "1984-01-01"], "datetime64[D]")
        >>> known_periods(open_data(load("korea")), "missile-tests", years, "year").tolist()
        [False, True]
    """
    days = np.arange(starts[0], next_start(starts[-1:], every)[0])
    at = np.searchsorted(starts, days, side="right") - 1
    number = np.bincount(at, data.known_days(name, days), len(starts))
    return np.asarray(number >= MIN_PERIOD_SHARE * np.bincount(at, minlength=len(starts)))


def could_tell(data: StudyData, name: str, opens: dt.date, closes: dt.date) -> bool:
    """Whether an action that nobody reported within a window did not happen.

    The sources must cover half of its days at least: a window of which the files are missing is not
    known, however far they reach after it.

    Args:
        data: The study's data.
        name: The action.
        opens: First day of the window.
        closes: Last day.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> could_tell(data, "missile-tests", dt.date(2017, 3, 16), dt.date(2017, 4, 12))
        True
    """
    if closes > known_until(data, name):
        return False
    days = np.arange(np.datetime64(opens, "D"), np.datetime64(closes, "D") + 1)
    return bool(known_days(data, name, days).sum() >= MIN_PERIOD_SHARE * len(days))


def counted_days(data: StudyData, name: str, since: dt.date, until: dt.date | None = None) -> Days:
    """The days over which an action can be counted, shape (T,).

    Where event files tell of it they begin with the first that these cover: what was never read
    was not silent.

    Args:
        data: The study's data.
        name: The action.
        since: First day.
        until: Last day, inclusive; at most the last that all sources know of.

    Raises:
        DataGapError: Fewer than half of these days are covered.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> days = counted_days(open_data(load("korea")), "missile-tests", dt.date(1998, 1, 1))
        >>> str(days[0])
        '1998-01-01'
    """
    first, last = span(data, name)
    of_events = bool(covering(data, name)) or not data.study.actions[name].kinds
    start = max(since, first) if of_events else since
    days = np.arange(np.datetime64(start, "D"), np.datetime64(min(until or last, last), "D") + 1)
    number = int(known_days(data, name, days).sum()) if of_events else len(days)
    if len(days) and number < MIN_PERIOD_SHARE * len(days):
        raise DataGapError(
            f"The days of “{data.label_of(name)}” could not be counted.",
            " ".join(thin_origins(data, name))
            or f"Its sources cover {count_text(number)} of {plural(len(days), 'days')} from "
            f"{days[0]} on.",
            "Load the files that are missing, or begin later.",
        )
    return days


def uncovered(data: StudyData, name: str, days: Days, so: str = AS_WITHOUT) -> tuple[str, ...]:
    """On which days an action is unknown and what becomes of them, in a sentence or none.

    Args:
        data: The study's data.
        name: The action.
        days: The days, shape (T,).
        so: What becomes of them, in words.
    """
    if not covering(data, name):
        return thin_origins(data, name)
    missing = int((~known_days(data, name, days)).sum())
    if not missing:
        return ()
    return (
        f"Event files do not cover {count_text(missing)} of {plural(len(days), 'days')} from "
        f"{days[0]} on: " + so.format(label=data.label_of(name)),
    )


def thin_origins(data: StudyData, name: str) -> tuple[str, ...]:
    """Why origins that can report an action are not taken for silent, one sentence each."""
    if data.events is None:
        return ()
    panel = data.events.by("month")
    whys = (too_thin(panel, origin, UNKNOWN) for origin in reporting(data, name))
    return tuple(why for why in whys if why is not None)


def span(data: StudyData, name: str) -> tuple[dt.date, dt.date]:
    """First and last day that all kinds of sources of an action cover."""
    wanted = data.study.actions[name]
    firsts, lasts = [], [data.as_of]
    if wanted.kinds:
        firsts.append(wanted.since or _chronicle_begins(data))
        lasts.append(_chronicle_ends(data, wanted))
    if held := [days for days in covering(data, name).values() if len(days)]:
        firsts.append(max(min(days[0] for days in held).item(), wanted.since or dt.date.min))
        lasts.append(max(days[-1] for days in held).item())
    return max(firsts, default=data.as_of), min(lasts)


def _chronicle_begins(data: StudyData) -> dt.date:
    given = data.study.chronicle.since if data.study.chronicle else None
    if given is not None:
        return given
    return dt.date(data.facts[0].date.year, 1, 1) if data.facts else data.as_of


def _chronicle_ends(data: StudyData, action: Action) -> dt.date:
    """The last day up to which the chronicle was kept for an action: not all kinds reach as far."""
    chronicle, last = data.study.chronicle, data.study.study.as_of
    until = action.until or (chronicle.until if chronicle else None)
    return min(until or last, last)


def reporting(data: StudyData, name: str) -> dict[str, Days]:
    """The days of each origin of events that can report an action that is counted from events.

    What stands out from the year before is unknown while too little of that year is.
    """
    action = data.study.actions[name]
    if data.events is None or not action.cameo:
        return {}
    covered = {
        origin: days
        for origin, days in data.events.covered.items()
        if can_report(origin, action.cameo)
    }
    if action.surge is None:
        return covered
    return {origin: judged_days(days) for origin, days in covered.items()}


def covering(data: StudyData, name: str) -> dict[str, Days]:
    """The days on which the silence of each origin says that an action did not happen.

    That of an origin that cannot report such an act says nothing, nor that of one that reports
    hardly anything of the world: three rows of ten years cover none of their days.
    """
    held = reporting(data, name)
    if data.events is None or not held:
        return {}
    panel = data.events.by("month")
    return {origin: days for origin, days in held.items() if not too_thin(panel, origin)}
