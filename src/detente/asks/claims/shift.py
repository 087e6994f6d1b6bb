"""Shift claims: a level changed after a date.

The primary estimator, fixed beforehand: the mean (log rate for counts) of the window after the
date less that of the window before; the p-value is the rank among the changes at all other dates
of the same source; the interval holds the shifts that these allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.asks.claims.charts import shift_chart
from detente.asks.claims.draft import Draft, blank, insufficient, shortfalls
from detente.asks.claims.finding import Finding, Interval, Reading, Row, Specification
from detente.asks.claims.provenance import provenance
from detente.asks.claims.rules import Evidence, judge
from detente.asks.claims.scales import (
    convert,
    grid_of,
    period_index,
    scale_of,
    signed,
    span_text,
    to_periods,
    unit_of,
)
from detente.asks.options import Options
from detente.errors import DataGapError
from detente.estimators.checks import Check
from detente.estimators.eventstudy import Grid
from detente.estimators.shift import LevelShift, level_shift
from detente.study.data import StudyData
from detente.study.models import ShiftClaim
from detente.study.signal import Signal

ESTIMATOR = (
    "Change of mean level between equal windows on both sides of the date; interval of the changes "
    "that other dates allow (Rosenbaum 2002)"
)
NULL = "The same change at all other dates of the source"
MIN_PLACEBOS = 10
MIN_SIDE = 3


@dataclass(frozen=True, eq=False)
class Measured:
    """One signal's change at the date."""

    signal: Signal
    grid: Grid
    at: int
    window: int
    result: LevelShift


def assess_shift(claim: ShiftClaim, data: StudyData, options: Options) -> Draft:
    """Test a shift claim by every source that can read it.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.
    """
    signals, gaps = data.signals(claim.relation, claim.measures)
    measured: list[Measured] = []
    lacking = list(gaps)
    for signal in signals:
        try:
            measured.append(_measure(claim, signal, claim.window_months))
        except DataGapError as gap:
            lacking.append(f"{signal.source} ({span_text(signal.series)}): {gap.found}")
    if not measured:
        why = f"No source covers both sides of {claim.date:%d %B %Y}."
        return insufficient(claim, "shift", why, lacking)
    curve = tuple(_curve(claim, measured))
    finding = _finding(claim, data, measured, options)
    checks = (*finding.checks, *shortfalls(lacking))
    finding = replace(finding, specification=curve, checks=checks)
    return Draft(finding, _evidence(claim, measured[0], curve))


def _measure(claim: ShiftClaim, signal: Signal, window: int, *, normalise: bool = True) -> Measured:
    grid = grid_of(signal, normalise=normalise)
    found = period_index(signal.series, np.array([claim.date], dtype="datetime64[D]"))
    at = int(found[0]) + 1 if len(found) else -1
    periods = max(MIN_SIDE, to_periods(window, signal.series.every))
    result = level_shift(grid, at, window_periods=periods)
    if len(result.placebo) < MIN_PLACEBOS:
        raise DataGapError(
            "The change could not be compared.",
            f"There are only {len(result.placebo)} other dates to compare with.",
            "Load data over a longer period.",
        )
    return Measured(signal, grid, at, periods, result)


def _curve(claim: ShiftClaim, measured: Sequence[Measured]) -> Iterator[Specification]:
    for item in measured:
        for window in sorted(
            {max(1, claim.window_months // 2), claim.window_months, 2 * claim.window_months}
        ):
            for normalise in (True, False) if item.signal.counts else (True,):
                try:
                    other = _measure(claim, item.signal, window, normalise=normalise)
                except DataGapError:
                    continue
                yield replace(
                    _specification(other, window, normalise=normalise),
                    primary=item is measured[0] and window == claim.window_months and normalise,
                    towards=_towards(claim, other),
                )


def _specification(item: Measured, window: int, *, normalise: bool) -> Specification:
    scale = scale_of(item.signal)
    low, high = (float(end) for end in convert(scale, np.array(item.result.interval())))
    return Specification(
        choices={
            "source": item.signal.source,
            "measure": item.signal.measure.replace("_", " "),
            "window": f"{window} months on either side",
            "normalisation": "share of all events" if normalise else "raw counts",
        },
        effect=float(convert(scale, item.result.effect)),
        interval=Interval(low, high),
        p_placebo=item.result.p_placebo,
        cases=item.window,
    )


def _finding(
    claim: ShiftClaim, data: StudyData, measured: Sequence[Measured], options: Options
) -> Finding:
    item = measured[0]
    scale = scale_of(item.signal)
    low, high = (float(end) for end in convert(scale, np.array(item.result.interval())))
    signals = [other.signal for other in measured]
    caveats = tuple(f"{one.source}: {one.caveat}" for one in signals if one.caveat)
    return replace(
        blank(claim, "shift"),
        answer=_answer(item),
        effect=float(convert(scale, item.result.effect)),
        unit=unit_of(item.signal),
        interval=Interval(low, high),
        cases=item.window,
        case_word=f"{item.signal.series.every}s on either side",
        p_placebo=item.result.p_placebo,
        smallest_visible=float(convert(scale, 2.8 * float(item.result.placebo.std()))),
        placebo=tuple(convert(scale, item.result.placebo).tolist()),
        readings=tuple(_reading(claim, other) for other in measured),
        caveats=(
            *claim.caveats,
            "One date is one case: whatever else changed around it is in the number too.",
            *caveats,
        ),
        checks=(
            Check(
                "Enough other dates to compare with",
                len(item.result.placebo) >= 40,
                f"{len(item.result.placebo)} dates; the smallest possible p-value is "
                f"{1 / (1 + len(item.result.placebo)):.3f}.",
            ),
        ),
        rows=_rows(item),
        chart=shift_chart(item.signal, item.at, item.window, claim.date),
        provenance=provenance(data, signals, options, ESTIMATOR, NULL),
    )


def _answer(item: Measured) -> str:
    scale = scale_of(item.signal)
    effect = signed(float(convert(scale, item.result.effect)), scale)
    low, high = (signed(float(convert(scale, end)), scale) for end in item.result.interval())
    what = "" if scale == "percent" else f" ({item.signal.series.unit})"
    return (
        f"{item.signal.noun[0].upper()}{item.signal.noun[1:]}: {effect}{what} "
        f"(90% interval {low} to {high}) over {item.window} {item.signal.series.every}s after "
        "the date against as many before."
    )


def _reading(claim: ShiftClaim, item: Measured) -> Reading:
    scale = scale_of(item.signal)
    low, high = (float(end) for end in convert(scale, np.array(item.result.interval())))
    alone = _evidence(claim, item, ())
    return Reading(
        source=f"{item.signal.source} ({item.signal.measure})",
        span=span_text(item.signal.series),
        verdict=judge(alone, alone.p_placebo)[0],
        answer=_answer(item),
        effect=float(convert(scale, item.result.effect)),
        interval=Interval(low, high),
        cases=item.window,
        p_placebo=item.result.p_placebo,
    )


def _evidence(claim: ShiftClaim, item: Measured, curve: Sequence[Specification]) -> Evidence:
    towards = _towards(claim, item)
    same = [spec.towards == towards for spec in curve]
    low, high = item.result.interval()
    return Evidence(
        effect=abs(item.result.effect) * (1 if towards else -1),
        p_placebo=item.result.p_placebo,
        cases=item.window,
        agreeing=float(np.mean(same)) if same else 1.0,
        one_case_carries=False,
        second_doubt="" if low > 0 or high < 0 else "its 90% interval includes no difference",
        minimum=MIN_SIDE,
    )


def _towards(claim: ShiftClaim, item: Measured) -> bool:
    """Whether a change points the way that the claim says."""
    return (item.result.effect > 0) == ((claim.direction == "up") != item.signal.reverse)


def _rows(item: Measured) -> tuple[Row, ...]:
    series = item.signal.series
    return tuple(
        Row(
            date=str(series.dates[index]),
            label="before" if index < item.at else "after",
            value=round(float(series.values[index]), 4),
            note=series.unit,
            citation=series.citation,
        )
        for index in range(item.at - item.window, item.at + item.window)
        if np.isfinite(series.values[index])
    )
