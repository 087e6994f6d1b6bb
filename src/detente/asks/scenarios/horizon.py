"""From which day to which the futures of a scenario run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from detente.errors import UsageError

LONGEST = 30 * 366


@dataclass(frozen=True)
class Horizon:
    """First and last day of the futures."""

    first: dt.date
    last: dt.date

    @classmethod
    def of(cls, days: int, start: dt.date) -> Horizon:
        """So many days from a start on."""
        return cls(start, start + dt.timedelta(days=days - 1))

    @property
    def days(self) -> int:
        """How many days they are."""
        return (self.last - self.first).days + 1

    def check(self, start: dt.date) -> None:
        """Refuse days that are out of order, too many, or not next to what is known.

        Args:
            start: The day after the last one that is known of all that is simulated.

        Raises:
            UsageError: They are.

        Example:
            >>> try:
            ...     Horizon(dt.date(2030, 1, 1), dt.date(2031, 1, 1)).check(dt.date(2026, 4, 20))
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
        if self.first != start or (self.last - self.first).days > LONGEST:
            raise UsageError(
                failed,
                f"They would run from {self.first} to {self.last}; what is known of all that is "
                f"simulated ends on {start - dt.timedelta(days=1)}.",
                f"Begin on {start} at the latest, and look at most 30 years ahead.",
            )
