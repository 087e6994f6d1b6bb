"""Days of every year that a study knows in advance."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from detente.relations.steps import FIRST_DAY, LAST_DAY
from detente.study.parts import Strict

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
    since: int | None = Field(
        default=None,
        ge=FIRST_DAY.year,
        le=LAST_DAY.year,
        description="first year in which it was so",
    )


def month_day(text: MonthDay) -> tuple[int, int]:
    """Month and day as numbers.

    Example:
        >>> month_day("04-15")
        (4, 15)
    """
    month, day = re.split("-", text)
    return int(month), int(day)
