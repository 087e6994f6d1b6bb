"""The series of a system side by side: one grid, one scale, no gap bridged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Days, Floats, Ints
from detente.errors import DataGapError
from detente.relations.series import Series
from detente.study.data import StudyData
from detente.study.origins import by_origin, others_left_out, widest
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.asks.reactions.system import System, SystemSeries

Read = tuple[tuple[Signal, ...], tuple[str, ...]]
"""A series by everything that can read it, and what could not, in sentences."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """The series of a system on one grid.

    Attributes:
        every: Kind of period.
        dates: Period starts, shape (T,).
        values: Log rates of counts, scores as they are, each less its mean within a source, shape
            (T, k); NaN where unknown.
        segments: Number of the unbroken stretch of one mixture of sources, shape (T,).
        counted: Whether each series counts events, so that its changes are percentages.
        sources: Labels of the sources, each once.
        citations: How to cite them.
        hashes: SHA-256 of what each series was read from.
        caveats: Which origins of event files were read, and which were not, in sentences.
    """

    every: str
    dates: Days
    values: Floats
    segments: Ints
    counted: tuple[bool, ...]
    sources: tuple[str, ...]
    citations: tuple[str, ...]
    hashes: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


def align(data: StudyData, system: System) -> Aligned:
    """Read every series of a system and put them side by side.

    Levels of two sources are never compared: each series is taken as its distance from its own
    mean within each source, and no lag reaches from one source to another. Of several origins of
    event files the first that has all series is read (`detente.study.origins.widest`); where none
    has, a series that the widest lacks is read by another, with a caveat.

    Args:
        data: The study's data as of a date.
        system: The system as the study declares it.

    Raises:
        DataGapError: A series has no data, their periods differ, or they share no period.

    Example:
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> from detente.asks.reactions.system import System, SystemSeries
        >>> read = {"dataset": "counts", "name": "verbal_cooperation"}
        >>> system = System(id="two", label="two pairs", series=[
        ...     SystemSeries(label="A and B", relation={"pair": ["AAA", "BBB"]}, measure=read),
        ...     SystemSeries(label="B and C", relation={"pair": ["BBB", "CCC"]}, measure=read)])
        >>> series = align(data, system)
        >>> series.values.shape, series.every
        ((120, 2), 'month')
    """
    every = _period(data, system)
    read = [_signals(data, series, every) for series in system.series]
    signals, caveats = _chosen(read)
    parts = [signal.series.window(system.since, None) for signal in signals]
    dates = _shared(parts)
    values = [_on(dates, signal, part) for signal, part in zip(signals, parts, strict=True)]
    segments = _segments([_placed(dates, part) for part in parts])
    stacked = np.column_stack([_centred(column, segments) for column in values])
    return Aligned(
        every=every,
        dates=dates,
        values=stacked,
        segments=segments,
        counted=tuple(signal.counts for signal in signals),
        sources=tuple(dict.fromkeys(signal.source for signal in signals)),
        citations=tuple(dict.fromkeys(part.citation for part in parts)),
        hashes=tuple(signal.sha256 for signal in signals),
        caveats=caveats,
    )


def _period(data: StudyData, system: System) -> str:
    """The kind of period that all relations of the system are read by."""
    every = {
        signal.series.every
        for series in system.series
        if series.measure is not None
        for signal in data.signals(series.relation, [series.measure])[0]
    } or {"month"}
    if len(every) > 1:
        raise DataGapError(
            "The series could not be put side by side.",
            f"Their periods differ: {', '.join(sorted(every))}.",
            "Read all of them by datasets of one period.",
        )
    return every.pop()


def _signals(data: StudyData, series: SystemSeries, every: str) -> Read:
    """A series by everything that can read it, and what could not."""
    if series.relation.action is not None:
        counted = data.action_series(series.relation.action, every)
        source = " and ".join(counted.sources)
        return (Signal(counted, True, source, series.relation.action, series.label),), ()
    signals, gaps = data.signals(series.relation, [series.measure] if series.measure else [])
    if not signals:
        raise DataGapError(
            f"There is no series of {series.label}.",
            " ".join(gaps) or "No source has it.",
            "Load event data that cover it.",
        )
    return signals, gaps


def _chosen(read: Sequence[Read]) -> tuple[list[Signal], tuple[str, ...]]:
    """Each series by the origin that has most of them, and what is to be said of the others."""
    of_each = [signals for signals, _ in read]
    origin = widest(of_each)
    chosen = [by_origin(signals, origin) or signals[0] for signals in of_each]
    origins = list(dict.fromkeys(signal.origin for signal in chosen if signal.origin))
    caveats = [gap for _, gaps in read for gap in gaps]
    if len(origins) > 1:
        caveats.append(
            "No origin of event files has all series: some are read by "
            f"{' and some by '.join(origins)}."
        )
    return chosen, tuple(dict.fromkeys([*caveats, *others_left_out(of_each, chosen)]))


def _shared(parts: list[Series]) -> Days:
    """Periods from the latest beginning to the earliest end."""
    spans = [part.dates[np.isfinite(part.values)] for part in parts]
    if any(len(dates) == 0 for dates in spans):
        raise DataGapError(
            "The series could not be put side by side.",
            "One of them has no data in the span of the system.",
            "Load event data, or begin earlier.",
        )
    first, last = max(dates[0] for dates in spans), min(dates[-1] for dates in spans)
    dates: Days = parts[0].dates[(parts[0].dates >= first) & (parts[0].dates <= last)]
    if len(dates) == 0:
        raise DataGapError(
            "The series could not be put side by side.",
            f"The latest begins on {first}, the earliest ends before it.",
            "Load event data that overlap.",
        )
    return dates


def _on(dates: Days, signal: Signal, part: Series) -> Floats:
    """A signal's analysed values on the shared grid."""
    whole = dict(zip(signal.series.dates.tolist(), signal.analysed().tolist(), strict=True))
    inside = set(part.dates.tolist())
    return np.array(
        [whole[day] if day in inside else np.nan for day in dates.tolist()], dtype=np.float64
    )


def _placed(dates: Days, part: Series) -> Ints:
    where = np.clip(np.searchsorted(part.dates, dates), 0, len(part.dates) - 1)
    return np.asarray(part.segments[where], dtype=np.int64)


def _segments(of_each: list[Ints]) -> Ints:
    """One number for each mixture of sources, and a new one each time the mixture changes."""
    mixture = np.column_stack(of_each)
    changes = np.any(np.diff(mixture, axis=0) != 0, axis=1)
    return np.concatenate([[0], np.cumsum(changes)]).astype(np.int64)


def _centred(column: Floats, segments: Ints) -> Floats:
    centred = column.copy()
    for number in np.unique(segments):
        inside = (segments == number) & np.isfinite(column)
        if inside.any():
            centred[inside] -= column[inside].mean()
    return centred
