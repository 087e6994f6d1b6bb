"""What all questions on the future share, and what each kind of them has to give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self, get_args

from pydantic import Field

from detente.study.kinds import kinds
from detente.study.names import unknown
from detente.study.parts import Day, Id, Strict

if TYPE_CHECKING:
    from detente.answers import Answer
    from detente.asks.forecasts.settle import Settled
    from detente.asks.forecasts.trial import Trial
    from detente.asks.forecasts.walks import Walks
    from detente.study.data import StudyData
    from detente.study.models import Study

PART = "questions"
ABOUT = "what comes next"


class Terms(Strict):
    """What the odds of an action rest on beside its own past."""

    since: Day = Field(description="the data count the action in full from this day on")
    eras: list[str] = Field(default=[], description="eras that may have their own rate")
    calendar: list[str] = Field(default=[], description="yearly windows that may have their own")
    signs: list[str] = Field(default=[], description="other actions that may announce it")

    def problems(self, where: str, study: Study) -> Iterator[str]:
        """Names among the terms that the study does not declare."""
        yield from unknown(f"{where}: era", self.eras, study.eras)
        yield from unknown(f"{where}: calendar", self.calendar, study.calendar)
        yield from unknown(f"{where}: sign", self.signs, study.actions)


class Walked(NamedTuple):
    """A walk through the past of an action, as a question needs it.

    Attributes:
        terms: What the odds rest on beside the action's own past.
        window_days: Length of the window.
    """

    terms: Terms
    window_days: int


class Question(Strict):
    """A question that a later day decides. Each kind adds its own keys and gives the rest."""

    kind: str
    id: Id
    title: str = Field(description="a few words, for tables")
    question: str = Field(description="the question as one sentence that a later day decides")
    primary: bool = Field(default=False, description="shown first in the report")
    caveats: list[str] = Field(default=[])

    def odds(self, walks: Walks) -> Answer:
        """The odds as of the day of the data.

        Raises:
            DataGapError: The data give none.
        """
        raise NotImplementedError

    def trial(self, walks: Walks) -> Trial:
        """What would have been said of it in the past, and what came.

        Raises:
            DataGapError: The data hold no past of it.
        """
        raise NotImplementedError

    def walked(self, action: str) -> Walked | None:
        """The walk through an action's past that its odds come from; None if there is none."""
        return None

    def within(self, days: int) -> Self:
        """The same question of another window.

        Raises:
            UsageError: It cannot be asked of that one.
        """
        raise NotImplementedError

    def definition(self, data: StudyData) -> Mapping[str, Any]:
        """What it is about, in the terms of its study."""
        raise NotImplementedError

    def settled(self, data: StudyData, line: Mapping[str, Any]) -> Settled:
        """What came of a recorded forecast of it."""
        raise NotImplementedError


def read_question(asked: Mapping[str, Any]) -> Question | None:
    """A question as it was written down, by the kind that it names; None if nobody knows the kind.

    Example:
        >>> read_question({"kind": "weather"}) is None
        True
    """
    for kind in kinds(PART):
        if asked.get("kind") in get_args(kind.model.model_fields["kind"].annotation):
            question = kind.model.model_validate(asked)
            return question if isinstance(question, Question) else None
    return None
