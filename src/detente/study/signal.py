"""A series together with what it means to a study."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from detente.arrays import Floats
from detente.errors import UsageError
from detente.relations.exposure import Premise
from detente.relations.series import Series
from detente.rounding import number

ONE_HALF = 0.5  # added to counts, so that a silent period has a finite log

Divisor = Literal["events", "days", ""]

PER: dict[Divisor, float] = {"events": 10_000.0, "days": 30.0, "": 1.0}
"""Rates are told per so many events of the origin, or days that it covers."""

OF_ITSELF = 0.9
"""Share of an origin's events above which a relation would be divided by itself."""


@dataclass(frozen=True, eq=False)
class Signal:
    """A series that a claim can be read by.

    Attributes:
        series: The series; its exposure is what counts are divided by, or None.
        counts: Whether it counts events (analysed as log rates) or scores (as they are).
        source: Short label of the source.
        measure: Name of the measure, such as "verbal_cooperation".
        noun: Plain words for relation and measure: "verbal cooperation between A and B".
        caveat: What to mind about this source.
        sha256: Hash of the data it was read from.
        dataset: Id of the dataset, or "events", or "chronicle".
        reverse: Whether higher values mean less of what the claim is about.
        why: Which origin was read where several could be, and why, and what it does not cover, in
            sentences; else empty.
        exposure: Whether all events that the origin reported may be the exposure, and why; None
            where they are not known.
        divided_by: What the series' exposure is: all events of the origin, the days that it
            covers, or nothing.
        world: All events of the origin by period, shape (T,); None where not known.
        days: Days that it covers by period, shape (T,); None where not known.
        ruler: By what it measures a relation: "tone", "contacts"; empty: counts or scores.
        origin: The origin of event files that it is read by; empty where none is.
    """

    series: Series
    counts: bool
    source: str
    measure: str
    noun: str
    caveat: str = ""
    sha256: str = ""
    dataset: str = ""
    reverse: bool = False
    why: str = ""
    exposure: Premise | None = None
    divided_by: Divisor = ""
    world: Floats | None = None
    days: Floats | None = None
    ruler: str = ""
    origin: str = ""

    def together(self, values: Floats) -> float:
        """Values of several periods as one: counts added up, scores as their mean.

        Args:
            values: Some values of the series, without NaN; at least one.

        Example:
            >>> from detente.relations.series import make_series
            >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="points")
            >>> [Signal(series, counts, "", "", "x").together(np.array([2.0, 4.0])) for counts in
            ...  (True, False)]
            [6.0, 3.0]
        """
        return float(values.sum() if self.counts else values.mean())

    @property
    def measured_by(self) -> str:
        """By what it measures a relation, in a word or two."""
        return self.ruler or ("counts" if self.counts else "scores")

    @property
    def divisors(self) -> tuple[Divisor, ...]:
        """What the counts can be divided by, the one in use first.

        A file of hardly anything but the relation would divide it by itself, and call every change
        none: its total is no choice that can be defended.

        Example:
            >>> from detente.relations.series import make_series
            >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="events")
            >>> Signal(series, True, "", "", "x", days=np.array([365.0])).divisors
            ('', 'days')
        """
        held: list[Divisor] = [self.divided_by]
        alone = self.exposure is not None and self.exposure.share > OF_ITSELF
        if self.counts and self.world is not None and not alone:
            held.append("events")
        if self.counts and self.days is not None:
            held.append("days")
        return tuple(dict.fromkeys(held))

    def with_exposure(self, divisor: Divisor) -> Signal:
        """The same signal divided by something else.

        Args:
            divisor: "events" (all events of the origin), "days" (that it covers), or "" (nothing).

        Raises:
            UsageError: That is not known of this signal.

        Example:
            >>> from detente.relations.series import make_series
            >>> series = make_series("x", "year", ["2001-01-01"], [73], unit="events")
            >>> signal = Signal(series, True, "", "", "x", days=np.array([365.0]))
            >>> daily = signal.with_exposure("days")
            >>> daily.rates().tolist(), daily.rate_unit
            ([6.0], 'per 30 days covered')
        """
        exposure = {"events": self.world, "days": self.days, "": None}[divisor]
        if divisor and exposure is None:
            raise UsageError(
                f"{self.noun} cannot be divided by {divisor}.",
                f"{self.source} does not say how many there were.",
                f"Use one of {', '.join(repr(divisor) for divisor in self.divisors)}.",
            )
        return replace(self, series=replace(self.series, exposure=exposure), divided_by=divisor)

    @property
    def per(self) -> float:
        """What rates are told per: so many events or days."""
        return PER[self.divisor]

    @property
    def divisor(self) -> Divisor:
        """What counts are divided by; nothing where the series has no exposure."""
        if not self.counts or self.series.exposure is None:
            return ""
        return self.divided_by or "events"

    def rates(self) -> Floats:
        """The values as a reader should see them: rates where counts are divided, shape (T,)."""
        exposure = self.series.exposure
        if not self.divisor or exposure is None:
            return self.series.values
        return self.series.values / np.where(exposure > 0, exposure, np.nan) * self.per

    @property
    def rate_unit(self) -> str:
        """The unit of `rates`."""
        if not self.divisor:
            return self.series.unit
        what = "events reported" if self.divisor == "events" else "days covered"
        return f"per {number(self.per, 0)} {what}"

    @property
    def exposure_text(self) -> str:
        """What counts are divided by and why, in one or two sentences; empty for scores."""
        if not self.counts or self.exposure is None or not self.divisor:
            return ""
        by = {
            "events": "Counts are divided by all events that the origin reported.",
            "days": "Counts are rates per day that the origin covers.",
        }[self.divisor]
        return f"{by} {self.exposure.why}"

    def analysed(self, *, normalise: bool = True) -> Floats:
        """The values as estimators take them: log rates of counts, scores as they are.

        Args:
            normalise: Divide counts by the series' exposure, where that is known.
        """
        if not self.counts:
            return self.series.values
        logs = np.log(self.series.values + ONE_HALF)
        if normalise and self.series.exposure is not None:
            world = self.series.exposure
            # Of a world without a single event no rate can be told: unknown, and not infinite.
            logs = logs - np.log(np.where(world > 0, world, np.nan))
        return np.asarray(logs, dtype=np.float64)
