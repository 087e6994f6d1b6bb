"""A series together with what it means to a study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.relations.series import Series

ONE_HALF = 0.5  # added to counts, so that a silent period has a finite log


@dataclass(frozen=True, eq=False)
class Signal:
    """A series that a claim can be read by.

    Attributes:
        series: The series.
        counts: Whether it counts events (analysed as log rates) or scores (as they are).
        source: Short label of the source.
        measure: Name of the measure, such as "verbal_cooperation".
        noun: Plain words for relation and measure: "verbal cooperation between A and B".
        caveat: What to mind about this source.
        sha256: Hash of the data it was read from.
        dataset: Id of the dataset, or "events", or "chronicle".
        reverse: Whether higher values mean less of what the claim is about.
        why: Which origin was read where several could be, and why, in sentences; else empty.
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

    def analysed(self, *, normalise: bool = True) -> NDArray[np.float64]:
        """The values as estimators take them: log rates of counts, scores as they are.

        Args:
            normalise: Divide counts by all events reported, where that is known.
        """
        if not self.counts:
            return self.series.values
        logs = np.log(self.series.values + ONE_HALF)
        if normalise and self.series.exposure is not None:
            world = self.series.exposure
            # Of a world without a single event no rate can be told: unknown, and not infinite.
            logs = logs - np.log(np.where(world > 0, world, np.nan))
        return np.asarray(logs, dtype=np.float64)
