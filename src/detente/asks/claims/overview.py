"""What a report shows beside the findings: marks, eras, relations then and now, data used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from detente.asks.claims.charts import plain
from detente.asks.claims.finding import Finding
from detente.asks.claims.result import (
    DataUsed,
    Mark,
    PairThenNow,
    ShownSeries,
    Span,
    TensionReading,
    ThenAndNow,
)
from detente.study.data import StudyData
from detente.study.models import ThenAndNow as Windows
from detente.study.parts import Measure, Relation


def marks(data: StudyData) -> tuple[Mark, ...]:
    """The dated facts of the actions that the study wants marked."""
    return tuple(
        Mark(fact.date.isoformat(), action.label, fact.title, fact.citation)
        for name, action in data.study.actions.items()
        if action.mark
        for fact in data.facts_of(name)
    )


def spans(data: StudyData) -> tuple[Span, ...]:
    """The eras that the study wants shaded."""
    return tuple(
        Span(
            era.label,
            era.start.isoformat(),
            "" if era.end is None else era.end.isoformat(),
        )
        for era in data.study.eras.values()
        if era.shade
    )


def then_and_now(data: StudyData) -> tuple[ThenAndNow, ...]:
    """The relations of all pairs of parties in an early and a late window, by source."""
    return tuple(_then_and_now(data, windows) for windows in data.study.then_and_now)


def _then_and_now(data: StudyData, windows: Windows) -> ThenAndNow:
    pairs, label, unit, citation = [], "", "", ""
    for a, b in combinations(data.study.codes, 2):
        measure = Measure(dataset=windows.dataset, name=windows.measure)
        signals, _ = data.signals(Relation(pair=[a, b]), [measure])
        if not signals:
            pairs.append(PairThenNow(a, b, None, None))
            continue
        series = signals[0].series
        label, unit, citation = signals[0].source, series.unit, series.citation
        means = [_mean(series.window(*window).values) for window in (windows.then, windows.now)]
        pairs.append(PairThenNow(a, b, *means))
    return ThenAndNow(
        source=label,
        citation=citation,
        unit=unit,
        then_span=_years(windows.then),
        now_span=_years(windows.now),
        pairs=tuple(pairs),
        more_is_closer=windows.more_is_closer,
    )


def _mean(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    known = values[np.isfinite(values)]
    return round(float(known.mean()), 4) if len(known) else None


def _years(window: Sequence[dt.date]) -> str:
    first, last = window[0].year, window[1].year
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def data_used(data: StudyData) -> tuple[DataUsed, ...]:
    """Every source that was read, with what it covers and a hash of what was read."""
    return (*_chronicle_used(data), *_datasets_used(data), *_events_used(data))


def _chronicle_used(data: StudyData) -> Iterator[DataUsed]:
    if data.facts:
        yield DataUsed(
            id="chronicle",
            label="Chronicle of dated facts",
            covers=f"{data.facts[0].date} to {data.facts[-1].date}",
            missing="",
            rows=len(data.facts),
            sha256=data.chronicle_sha256,
            citation="each row names its source",
        )


def _datasets_used(data: StudyData) -> Iterator[DataUsed]:
    for spec in data.study.datasets:
        dataset = data.datasets[spec.id]
        measure = spec.measures[0]
        known = [values for (_, name), values in dataset.values.items() if name == measure]
        covered = np.asarray(np.isfinite(np.stack(known)).any(axis=0))
        gaps = int((~covered).sum())
        yield DataUsed(
            id=spec.id,
            label=spec.label,
            covers=f"{dataset.dates[0]} to {dataset.dates[-1]}, by {spec.every}",
            missing=f"{gaps} of {len(covered)} {spec.every}s" if gaps else "",
            rows=int(sum(np.isfinite(values).sum() for values in dataset.values.values())),
            sha256=data.dataset_sha256[spec.id],
            citation=spec.citation,
        )


def _events_used(data: StudyData) -> Iterator[DataUsed]:
    if data.events is None:
        return
    for origin in data.events.store.summary():
        yield DataUsed(
            id=f"events:{origin.origin}",
            label=f"Your event files ({origin.origin})",
            covers=f"{origin.first} to {origin.last}",
            missing="",
            rows=origin.rows,
            sha256=data.events.fingerprint,
            citation="your own files",
        )


def overlap_notes(data: StudyData) -> tuple[str, ...]:
    """Where event files and a dataset cover the same periods, and which won."""
    if data.events is None:
        return ()
    panel = data.events.panels["month"].table()
    notes = []
    for spec in data.study.datasets:
        counted = panel["date"].to_numpy().astype("datetime64[D]")
        shared = np.intersect1d(np.unique(counted), data.datasets[spec.id].dates)
        if spec.counts and spec.every == "month" and len(shared):
            notes.append(
                f"{len(shared)} months are covered by both {spec.label} and your event files; "
                "the event files were used there, and levels were never compared across the seam."
            )
    return tuple(notes) or (
        "Your event files cover no month that a bundled monthly count covers too.",
    )


def shown(
    findings: Sequence[Finding], tension: Sequence[TensionReading]
) -> tuple[ShownSeries, ...]:
    """Every table that the report draws, for the CSV files beside it."""
    charts = [
        ShownSeries(f"claim-{finding.id}", finding.title, finding.chart.columns)
        for finding in findings
        if finding.chart is not None
    ]
    levels = [_tension_table(index, reading) for index, reading in enumerate(tension, 1)]
    return (*charts, *levels)


def _tension_table(index: int, reading: TensionReading) -> ShownSeries:
    columns: dict[str, tuple[object, ...]] = {
        "date": tuple(str(day) for day in reading.dates),
        "observed": plain(reading.observed),
        "level": plain(reading.level),
    }
    for coverage, band in reading.bands.items():
        columns[f"low{coverage:.0%}".rstrip("%")] = plain(band[0])
        columns[f"high{coverage:.0%}".rstrip("%")] = plain(band[1])
    return ShownSeries(f"tension-{index}", f"Tension by {reading.source}", columns)
