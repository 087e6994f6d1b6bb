"""The tension of the system as a latent level, by every source that reads it."""

from __future__ import annotations

import numpy as np

from detente.asks.claims.result import TensionReading
from detente.asks.claims.scales import display, fit_level, shown_unit, shown_values
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.study.data import StudyData
from detente.study.parts import Measure
from detente.study.signal import Signal

COVERAGES = (0.5, 0.8, 0.95)


def tension_readings(data: StudyData, options: Options) -> tuple[TensionReading, ...]:
    """The level of the system's tension by each source that the study names.

    Args:
        data: The study's data as of a date.
        options: Number of draws and the seed.

    Returns:
        One reading per source with enough data; observed values, level and bands in one unit.
    """
    readings = []
    for item in data.study.tension:
        option = Measure(dataset=item.dataset, name=item.measure)
        for signal in data.signals(item.relation, [option])[0]:
            try:
                readings.append(_reading(signal, options))
            except DataGapError:
                continue
    return tuple(readings)


def _reading(signal: Signal, options: Options) -> TensionReading:
    """The level of each block of the signal, set side by side: blocks are never joined."""
    length = len(signal.series.values)
    middle = np.full(length, np.nan)
    bands = {coverage: np.full((2, length), np.nan) for coverage in COVERAGES}
    for block in np.unique(signal.series.segments):
        inside = signal.series.segments == block
        posterior = fit_level(signal, inside, options)
        middle[inside] = display(signal, posterior.median())[inside]
        for coverage, band in bands.items():
            band[:, inside] = display(signal, posterior.band(coverage))[:, inside]
    return TensionReading(
        source=signal.source,
        citation=signal.series.citation,
        unit=shown_unit(signal),
        dates=signal.series.dates,
        observed=shown_values(signal),
        level=middle,
        bands=bands,
    )
