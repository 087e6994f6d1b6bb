"""The past of a study's questions, walked through once for all that ask about it."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pydantic_core import to_json

from detente.answers import Answer
from detente.asks.forecasts.history import read_history
from detente.asks.forecasts.level import Level, read_level, try_level
from detente.asks.forecasts.question import Question, Terms
from detente.asks.forecasts.trial import Trial
from detente.asks.forecasts.walk import Walk, walk
from detente.errors import DataGapError
from detente.study.data import StudyData

if TYPE_CHECKING:
    from detente.asks.forecasts.level_question import LevelQuestion


WALKS = "walks"
"""The name of what is shared."""


def data_hash(data: StudyData) -> str:
    """Hash of all that a study's odds rest on: the study file but for what it asks, and its data.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> len(data_hash(open_data(load("korea"))))
        64
    """
    events = data.events.fingerprint if data.events else ""
    study = data.study
    held = {name: dict(getattr(study, name)) for name in ("actions", "eras", "calendar")}
    listed = {name: getattr(study, name) for name in ("parties", "chronicle", "datasets")}
    parts = [
        to_json({**held, **listed, "as_of": study.study.as_of}).decode(),
        data.chronicle_sha256,
        *(data.dataset_sha256[key] for key in sorted(data.datasets)),
    ]
    return hashlib.sha256("\n".join([*parts, events]).encode()).hexdigest()


def walks_of(data: StudyData) -> Walks:
    """The walks through the past of some data, shared by all that ask.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> walks_of(data) is walks_of(data)
        True
    """
    return _walks(data.shared(WALKS))


@lru_cache(maxsize=2)
def _walks(data: StudyData) -> Walks:
    return Walks(data)


def answer(question: Question, data: StudyData) -> Answer:
    """The odds of a question, or why there are none.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> asked = next(item for item in data.study.asks("questions") if item.kind == "level")
        >>> answer(asked, data).gap[:42]
        'ICEWS, US–China by month ends with 2014-12'
    """
    try:
        return question.odds(walks_of(data))
    except DataGapError as gap:
        return Answer(
            id=question.id,
            kind=question.kind,
            label=question.title,
            statement=question.question,
            gap=f"{gap.found} {gap.next_step}",
            caveats=tuple(question.caveats),
        )


class Walks:
    """Walks through the past of a study, each made once: thresholds of one window share them.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> walks = Walks(open_data(load("korea"), options=Options(refit_weeks=520)))
        >>> first, other = walks.data.study.asks("questions")[:2]  # of one action and window
        >>> walks.of(first.action, 28, first) is walks.of(other.action, 28, other)
        True
    """

    def __init__(self, data: StudyData) -> None:
        """Nothing is computed before it is asked for."""
        self.data = data
        self._walks: dict[tuple[str, int, str, str], Walk] = {}
        self._levels: dict[str, Level] = {}
        self._trials: dict[str, Trial] = {}

    @cached_property
    def data_hash(self) -> str:
        """Hash of all that odds rest on beside the question itself."""
        return data_hash(self.data)

    def of(self, action: str, window_days: int, terms: Terms, until: dt.date | None = None) -> Walk:
        """The walk of an action and a window.

        Args:
            action: Its name.
            window_days: Length of the window.
            terms: What the odds rest on beside the action's own past.
            until: A day up to which the walk must reach at least; by default all that is known.
                A longer walk says the same of that day, since nothing in it looks ahead.

        Raises:
            DataGapError: The data hold no history of it.
        """
        whole = (action, window_days, terms.model_dump_json(include=set(Terms.model_fields)), "")
        if whole in self._walks:
            return self._walks[whole]
        key = whole if until is None else (*whole[:3], until.isoformat())
        if key not in self._walks:
            history = read_history(self.data, action, terms.since, terms)
            if until is not None:
                history = history.until(np.datetime64(until, "D"))
            self._walks[key] = walk(history, window_days, refit_weeks=self.data.options.refit_weeks)
        return self._walks[key]

    def level(self, question: LevelQuestion) -> Level:
        """The relation that a question asks about.

        Raises:
            DataGapError: The data do not hold it.
        """
        key = question.model_dump_json()
        if key not in self._levels:
            self._levels[key] = read_level(self.data, question)
        return self._levels[key]

    def level_trial(self, question: LevelQuestion) -> Trial:
        """What would have been said of its level in the past, and what came.

        Raises:
            DataGapError: The data hold too little of it.
        """
        key = question.model_dump_json()
        if key not in self._trials:
            self._trials[key] = try_level(self.level(question))
        return self._trials[key]
