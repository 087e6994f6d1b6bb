"""From which day to which the futures of a scenario run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.errors import UsageError
from detente.study.data import StudyData

LONGEST = 30 * 366


@dataclass(frozen=True)
class Horizon:
    """First and last day of the futures."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, days: int, data: StudyData) -> Horizon:
        """So many days from the day after the data."""
        return cls(data.as_of + dt.timedelta(days=1), data.as_of + dt.timedelta(days=days))

    def check(self, data: StudyData) -> None:
        """Refuse days that are out of order, too many, or not next to the data.

        Raises:
            UsageError: They are.

        Example:
            >>> from detente.study.data import open_data
            >>> from detente.study.load import load
            >>> data = open_data(load("korea"))
            >>> try:
            ...     Horizon(dt.date(2030, 1, 1), dt.date(2031, 1, 1)).check(data)
            ... except UsageError as error:
            ...     print(error.next_step)
            Begin on 2026-04-20 at the latest, and look at most 30 years ahead.
        """
        failed = "The futures could not be run."
        if self.last <= self.first:
            raise UsageError(
                failed,
                f"They would begin on {self.first} and end on {self.last}.",
                "Choose a last day after the first.",
            )
        start = data.as_of + dt.timedelta(days=1)
        if self.first != start or (self.last - self.first).days > LONGEST:
            raise UsageError(
                failed,
                f"They would run from {self.first} to {self.last}; the data end on {data.as_of}.",
                f"Begin on {start} at the latest, and look at most 30 years ahead.",
            )
