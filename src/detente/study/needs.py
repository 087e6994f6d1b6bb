"""What a study needs of event files: from which day on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from detente.study.kinds import kinds
from detente.study.models import Study
from detente.study.walk import days_in, leaves

YEAR_BEFORE = 366
"""Days before the first one named: what is usual is learned from them, and months are compared."""

OPEN_ENDS = {"end", "until"}


def first_day_of_events(study: Study) -> dt.date | None:
    """A year before the first day that an ask which reads event files names; None if none does.

    Args:
        study: A valid study.

    Example:
        >>> from detente.study.load import load
        >>> first_day_of_events(load("korea").study) < dt.date(2017, 1, 1)
        True
    """
    days = [
        day
        for part in dict.fromkeys(kind.part for kind in kinds())
        for ask in study.asks(part)
        if reads_events(ask, study)
        for path, day in days_in(ask)
        if path.rpartition(".")[2] not in OPEN_ENDS
    ]
    return min(days) - dt.timedelta(days=YEAR_BEFORE) if days else None


def reads_events(part: Any, study: Study) -> bool:
    """Whether a part of a study rests on event files: by a measure, or by an action of codes.

    Args:
        part: The model of a part, such as a claim or an action.
        study: The study that declares the actions.
    """
    named = {value for _, value in leaves(part) if isinstance(value, str)}
    counted = {name for name, item in study.actions.items() if item.cameo and not item.kinds}
    measures = [*getattr(part, "measures", []), getattr(part, "measure", None)]
    of_events = any(measure is not None and measure.dataset is None for measure in measures)
    return of_events or bool(named & counted) or bool(getattr(part, "cameo", None))
