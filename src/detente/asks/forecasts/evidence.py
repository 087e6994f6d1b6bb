"""What an action is read from, and up to which day silence means that it did not happen."""

from __future__ import annotations

import datetime as dt

from detente.study.data import StudyData

CHRONICLE = "chronicle"
EVENT_FILES = "(event files)"


def sources_of(data: StudyData, action: str) -> tuple[str, ...]:
    """What the days of an action come from: the chronicle, and each origin of loaded events.

    Odds and outcomes from different sources are not about the same thing: event files report days
    that a chronicle leaves out, and the other way round.

    Args:
        data: The study's data as of a date.
        action: Name of the action.

    Returns:
        Names of the sources; none for an action of event data where no events are loaded.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> sources_of(open_data(load("korea")), "missile-tests")
        ('chronicle',)
    """
    wanted = data.study.actions[action]
    found = [CHRONICLE] if wanted.kinds else []
    if wanted.cameo and data.events:
        found += [f"{one.origin} {EVENT_FILES}" for one in data.events.store.summary()]
    return tuple(found)


def known_until(data: StudyData, action: str) -> dt.date:
    """The last day up to which every kind of source of an action knows of it.

    The chronicle ends with the study's own date even where loaded events reach further, and events
    end with their last day even where the chronicle does: silence after that is not peace.

    Args:
        data: The study's data as of a date.
        action: Name of the action.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> known_until(open_data(load("korea"), as_of=dt.date(2017, 3, 15)), "missile-tests")
        datetime.date(2017, 3, 15)
    """
    wanted = data.study.actions[action]
    ends = [data.as_of]
    if wanted.kinds:
        ends.append(data.study.study.as_of)
    if wanted.cameo and data.events:
        ends.append(max(one.last for one in data.events.store.summary()))
    return min(ends)
