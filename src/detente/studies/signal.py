"""A series together with what it means to a study."""

from __future__ import annotations

from dataclasses import dataclass

from detente.relations.series import Series


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
        figure: Id of the figure, or "events", or "chronicle".
        reverse: Whether higher values mean less of what the claim is about.
    """

    series: Series
    counts: bool
    source: str
    measure: str
    noun: str
    caveat: str = ""
    sha256: str = ""
    figure: str = ""
    reverse: bool = False
