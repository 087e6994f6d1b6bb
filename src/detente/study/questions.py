"""What a study asks of the future: questions that a later day decides, and published odds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from detente.study.parts import Id, Measure, Relation, Strict

MonthDay = Annotated[
    str,
    Field(
        pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
        description="month and day, such as 04-15",
    ),
]


class YearlyWindow(Strict):
    """Days of every year that are known in advance, such as anniversaries or exercises."""

    label: str
    start: MonthDay
    end: MonthDay = Field(description="last day; before the start if the window spans New Year")
    since: int | None = Field(default=None, description="first year in which it was so")


class QuestionBase(Strict):
    """What every question has."""

    id: Id
    title: str = Field(description="a few words, for tables")
    question: str = Field(description="the question as one sentence that a later day decides")
    primary: bool = Field(default=False, description="shown first in the report")
    caveats: list[str] = Field(default=[])


class EventQuestion(QuestionBase):
    """Whether an action happens on at least so many days within a window."""

    kind: Literal["events"]
    action: str = Field(description="name of an action")
    within_days: int = Field(ge=1, le=1100)
    at_least: int = Field(default=1, ge=1, description="days with the action")
    since: dt.date = Field(description="the data count the action in full from this day on")
    eras: list[str] = Field(default=[], description="eras that may have their own rate")
    calendar: list[str] = Field(default=[], description="yearly windows that may have their own")
    signs: list[str] = Field(default=[], description="other actions that may announce it")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least > self.within_days:
            raise ValueError(
                f"at_least {self.at_least} is more than within_days {self.within_days}: a window "
                "of so many days cannot hold it"
            )
        return self


class LevelQuestion(QuestionBase):
    """Whether a relation stands above (below) its level so many periods before."""

    kind: Literal["level"]
    relation: Relation
    measures: list[Measure] = Field(min_length=1)
    ahead: int = Field(default=1, ge=1, le=36, description="periods after the last known one")
    against: int = Field(default=12, ge=1, le=120, description="periods before the one asked for")
    direction: Literal["above", "below"] = "above"
    since: dt.date | None = None

    @model_validator(mode="after")
    def _compared_with_what_is_known(self) -> Self:
        if self.against < self.ahead:
            raise ValueError(
                f"against {self.against} is less than ahead {self.ahead}: the level to compare "
                "with would not be known yet"
            )
        return self


Question = Annotated[EventQuestion | LevelQuestion, Field(discriminator="kind")]


class PublishedOdds(Strict):
    """Odds that others published, to set the study's own beside.

    The file has the columns issued (day), action (name of an action), within (days), probability
    (0 to 1) and source.
    """

    label: str
    path: str
    citation: str
    since: dt.date = Field(description="the data count the actions in full from this day on")
    eras: list[str] = Field(default=[], description="eras that may have their own rate")
    calendar: list[str] = Field(default=[], description="yearly windows that may have their own")
    signs: list[str] = Field(default=[], description="other actions that may announce them")
    caveats: list[str] = Field(default=[])


PUBLISHED_COLUMNS = ("issued", "action", "within", "probability", "source")


def month_day(text: MonthDay) -> tuple[int, int]:
    """Month and day as numbers.

    Example:
        >>> month_day("04-15")
        (4, 15)
    """
    month, day = re.split("-", text)
    return int(month), int(day)
