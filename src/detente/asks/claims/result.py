"""What a report shows beside the findings, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Mark:
    """Something to mark on a time line: a dated fact of the chronicle."""

    date: str
    group: str
    title: str
    citation: str


@dataclass(frozen=True)
class Span:
    """An era of the study (ISO days, end may be empty: still running)."""

    name: str
    start: str
    end: str


@dataclass(frozen=True, eq=False)
class TensionReading:
    """The latent tension of the system by one data source.

    Attributes:
        source: Label of the data source.
        citation: How to cite it.
        unit: Unit of `observed`.
        dates: Period starts, datetime64[D], shape (T,).
        observed: Observed values, shape (T,), NaN where there are none.
        level: Posterior median of the latent level, shape (T,), same unit.
        bands: By nominal coverage (0.5, 0.8, 0.95): low and high, shape (2, T).
    """

    source: str
    citation: str
    unit: str
    dates: NDArray[np.datetime64]
    observed: NDArray[np.float64]
    level: NDArray[np.float64]
    bands: Mapping[float, NDArray[np.float64]]


@dataclass(frozen=True)
class PairThenNow:
    """One pair of states in an early and a late window, by one data source.

    `then` and `now` are in `unit` (such as net cooperation, -1 to 1), None where there is no data.
    """

    a: str
    b: str
    then: float | None
    now: float | None


@dataclass(frozen=True)
class ThenAndNow:
    """The relations of all parties in two windows of one source.

    `more_is_closer` is False where a higher value means further apart, as with a distance.
    """

    source: str
    citation: str
    unit: str
    then_span: str
    now_span: str
    pairs: tuple[PairThenNow, ...]
    more_is_closer: bool = True


@dataclass(frozen=True)
class DataUsed:
    """One data source as used: what it covers, what is missing, how to cite it."""

    id: str
    label: str
    covers: str
    missing: str
    rows: int
    sha256: str
    citation: str


@dataclass(frozen=True, eq=False)
class ShownSeries:
    """A series that the report shows, written out as CSV beside it."""

    id: str
    title: str
    columns: Mapping[str, tuple[object, ...]]
