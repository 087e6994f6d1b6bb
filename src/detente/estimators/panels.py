"""A panel of dyads as the arrays that estimators take, with its gaps kept as gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.relations.measures import COUNTED, check_measure
from detente.relations.panel import Panel

ONE_HALF = 0.5  # added to counts, so that a silent period has a finite log


@dataclass(frozen=True, eq=False)
class DyadSeries(Shown):
    """Counts of some directed dyads side by side.

    Attributes:
        names: The k dyads, such as "USA>CHN".
        dates: Period starts, datetime64[D], shape (T,).
        counts: Events, shape (T, k); NaN in a gap of the source.
        exposure: All events that the source reported, shape (T,); NaN in a gap.
    """

    names: tuple[str, ...]
    dates: NDArray[np.datetime64]
    counts: Floats
    exposure: Floats

    @property
    def segments(self) -> Ints:
        """One stretch: what systems of series want to be told, so that they leave gaps out."""
        return np.zeros(len(self.dates), dtype=np.int64)

    def log_rates(self) -> Floats:
        """Logs of counts relative to exposure, shape (T, k): for autoregressions, projections."""
        return np.asarray(np.log((self.counts + ONE_HALF) / self.exposure[:, None]))

    def recorded(self) -> tuple[Floats, Floats]:
        """Counts and exposure with zeros in gaps: for Hawkes processes, which do not score them."""
        return np.nan_to_num(self.counts), np.nan_to_num(self.exposure)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The count of each dyad by period, one below the other; NaN in a gap."""
        size = len(self.names)
        values = {
            "date": np.repeat(self.dates, size),
            "dyad": np.tile(self.names, len(self.dates)),
            "count": self.counts.ravel(),
            "exposure": np.repeat(self.exposure, size),
        }
        settings = {"x": "date", "y": "count", "row": "dyad", "titles": ("period", "events")}
        return (exhibit("events", "Events by period", values, "lines", **settings),)


@dataclass(frozen=True, eq=False)
class DyadCube:
    """Counts of all directed dyads of a panel.

    Attributes:
        names: The n states.
        dates: Period starts, datetime64[D], shape (T,).
        counts: By measure, source by target, shape (T, n, n).
        exposure: All events that the source reported, shape (T,).
    """

    names: tuple[str, ...]
    dates: NDArray[np.datetime64]
    counts: Mapping[str, Floats]
    exposure: Floats


def dyad_series(
    panel: Panel,
    dyads: Sequence[tuple[str, str]],
    measure: str = "conflict",
    *,
    origin: str | None = None,
) -> DyadSeries:
    """Some dyads of a panel as arrays.

    Args:
        panel: The panel.
        dyads: Source and target of each.
        measure: What is counted, such as `cooperation` or `root19`.
        origin: The origin, if the panel has several.

    Raises:
        UsageError: No dyad is given, one is not in the panel, or the measure counts nothing.

    Example:
        >>> import datetime as dt
        >>> import pyarrow as pa
        >>> from detente.events.schema import SCHEMA
        >>> from detente.relations.panel import panel
        >>> rows = [
        ...     {"event_id": f"x:{day}", "date": dt.date(2017, 1, 1) + dt.timedelta(day),
        ...      "source": "USA", "target": "CHN", "cameo": "040", "quad": 1, "origin": "x"}
        ...     for day in range(59)
        ... ]
        >>> built = panel(pa.Table.from_pylist(rows, SCHEMA), ["USA", "CHN"])
        >>> dyad_series(built, [("USA", "CHN"), ("CHN", "USA")], "cooperation").counts.tolist()
        [[31.0, 0.0], [28.0, 0.0]]
    """
    _check_counted(measure)
    if not dyads:
        raise UsageError("No arrays could be made.", "No dyad is given.", "Name at least one.")
    parts = [panel.series(a, b, measure, origin=origin) for a, b in dyads]
    return DyadSeries(
        names=tuple(f"{a}>{b}" for a, b in dyads),
        dates=parts[0].dates,
        counts=np.column_stack([part.values for part in parts]),
        exposure=np.asarray(parts[0].exposure, dtype=np.float64),
    )


def dyad_cube(panel: Panel, measures: Sequence[str], *, origin: str | None = None) -> DyadCube:
    """All dyads of a panel as one matrix per period, without the gaps at both ends.

    Args:
        panel: The panel.
        measures: What is counted, such as `conflict` and `cooperation`.
        origin: The origin, if the panel has several.

    Raises:
        UsageError: No measure is given, or one counts nothing.
        DataGapError: The source has a gap within.

    Example:
        >>> import datetime as dt
        >>> import pyarrow as pa
        >>> from detente.events.schema import SCHEMA
        >>> from detente.relations.panel import panel
        >>> rows = [
        ...     {"event_id": f"x:{day}", "date": dt.date(2017, 1, 1) + dt.timedelta(day),
        ...      "source": "USA", "target": "CHN", "cameo": "040", "quad": 1, "origin": "x"}
        ...     for day in range(31)
        ... ]
        >>> built = panel(pa.Table.from_pylist(rows, SCHEMA), ["USA", "CHN"])
        >>> dyad_cube(built, ["cooperation"]).counts["cooperation"].tolist()
        [[[0.0, 31.0], [0.0, 0.0]]]
    """
    if not measures:
        raise UsageError("No arrays could be made.", "No measure is given.", "Name at least one.")
    names = panel.parties
    dyads = [(a, b) for a in names for b in names if a != b]
    found = {one: dyad_series(panel, dyads, one, origin=origin) for one in measures}
    first = next(iter(found.values()))
    inside = _without_ends(first)
    places = tuple(np.array([(names.index(a), names.index(b)) for a, b in dyads]).T)
    counts = {one: _squares(made.counts[inside], places, len(names)) for one, made in found.items()}
    return DyadCube(names, first.dates[inside], counts, first.exposure[inside])


def _squares(counts: Floats, places: tuple[Ints, ...], size: int) -> Floats:
    cube = np.zeros((len(counts), size, size))
    cube[:, places[0], places[1]] = counts
    return cube


def _without_ends(series: DyadSeries) -> slice:
    """From the first period with data to the last, if all between have some."""
    known = np.flatnonzero(np.isfinite(series.exposure))
    if len(known) == 0 or len(known) <= known[-1] - known[0]:
        raise DataGapError(
            "No matrices could be made of the panel.",
            f"Its source has data for {len(known)} of {len(series.dates)} periods, not in a row.",
            "Use longer periods, or begin after the gap.",
        )
    return slice(int(known[0]), int(known[-1]) + 1)


def _check_counted(measure: str) -> None:
    if check_measure(measure) not in COUNTED:
        raise UsageError(
            "No arrays could be made.",
            f"{measure!r} is a score and counts nothing.",
            "Use a measure that counts events, or the values of `Panel.series`.",
        )
