"""Tidy tables for the one small chart of each finding; nothing here draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from detente.asks.claims.finding import Chart
from detente.asks.claims.scales import (
    convert,
    display,
    scale_of,
    shown_unit,
    shown_values,
    to_periods,
)
from detente.estimators.eventstudy import EventStudy, path_around
from detente.estimators.levels.level import LevelPosterior
from detente.estimators.matching import Grid
from detente.estimators.rates import RateContrast
from detente.estimators.resample import bootstrap_means, expanded_tail
from detente.study.models import ExtremeClaim
from detente.study.signal import Signal

Floats = NDArray[np.float64]
BANDS = (50, 80, 95)
PLACEBO_PATHS = 300


def plain(values: Floats) -> tuple[float | None, ...]:
    """Numbers for a table: rounded, None where there is none."""
    return tuple(round(float(v), 4) if np.isfinite(v) else None for v in np.atleast_1d(values))


def bands(draws: Floats, cases: int | None = None) -> Mapping[str, tuple[float | None, ...]]:
    """Columns low50 … high95 of draws, shape (draws, columns).

    Args:
        draws: Draws by column.
        cases: If given, tails are expanded for so few cases.
    """
    tails = [
        (1 - coverage / 100) / 2 if cases is None else expanded_tail(coverage / 100, cases)
        for coverage in BANDS
    ]
    quantile = np.quantile if np.isfinite(draws).all() else np.nanquantile  # the first is faster
    found = quantile(draws, [*tails, *(1 - tail for tail in tails)], axis=0)
    columns = {}
    for index, coverage in enumerate(BANDS):
        columns[f"low{coverage}"] = plain(found[index])
        columns[f"high{coverage}"] = plain(found[index + len(BANDS)])
    return columns


def path_chart(signal: Signal, grid: Grid, study: EventStudy, months: int, seed: int) -> Chart:
    """The mean path of the signal around the episodes, beside that around placebo dates."""
    scale, every = scale_of(signal), signal.series.every
    baseline = to_periods(months, every)
    reach = max(baseline, 4)
    paths = path_around(grid, study.starts, reach, reach + 1, baseline)
    means = bootstrap_means(paths, seed=seed)
    placebo = _placebo_paths(grid, study.pools, reach, baseline, seed)
    low, high = np.nanquantile(placebo, [0.05, 0.95], axis=0)
    known = np.isfinite(paths).any(axis=0)
    centre = np.full(paths.shape[1], np.nan)
    centre[known] = np.nanmean(paths[:, known], axis=0)
    return Chart(
        kind="path",
        title="Before and after the episodes",
        x_title=f"{every}s from the first event of the episode",
        y_title=f"change ({'%' if scale == 'percent' else signal.series.unit})",
        columns={
            "offset": tuple(range(-reach, reach + 1)),
            "value": plain(convert(scale, centre)),
            **bands(convert(scale, means), len(study.starts)),
            "placebo_low": plain(convert(scale, low)),
            "placebo_high": plain(convert(scale, high)),
        },
    )


def _placebo_paths(
    grid: Grid, pools: Sequence[NDArray[np.int64]], reach: int, baseline: int, seed: int
) -> Floats:
    rng = np.random.default_rng(seed)
    starts = np.stack([rng.choice(pool, size=PLACEBO_PATHS) for pool in pools])
    paths = path_around(grid, starts.ravel(), reach, reach + 1, baseline)
    shaped = paths.reshape(len(pools), PLACEBO_PATHS, -1)
    known = np.isfinite(shaped)
    count = known.sum(axis=0)
    total = np.where(known, shaped, 0.0).sum(axis=0)
    return np.asarray(total / np.where(count == 0, np.nan, count), dtype=np.float64)


def rates_chart(result: RateContrast, labels: tuple[str, str], signal: Signal) -> Chart:
    """The two rates side by side."""
    draws = np.stack([result.draws_high, result.draws_low], axis=1)
    plainly = signal.series.exposure is None
    per = 1.0 if plainly else 10_000.0
    unit = f"per {signal.series.every}" if plainly else "per 10,000 events reported"
    return Chart(
        kind="rates",
        title="Rate in each state",
        x_title=unit,
        y_title="",
        columns={
            "group": labels,
            "rate": plain(np.array([result.rate_high, result.rate_low]) * per),
            **bands(draws * per),
        },
    )


def shift_chart(signal: Signal, at: int, window: int, date: dt.date) -> Chart:
    """The series around the date with the mean of either side."""
    series = signal.series
    values = shown_values(signal)
    first, last = max(0, at - 2 * window), min(len(values), at + 2 * window)
    means = np.full(len(values), np.nan)
    means[at - window : at] = np.nanmean(values[at - window : at])
    means[at : at + window] = np.nanmean(values[at : at + window])
    return Chart(
        kind="shift",
        title="Before and after the date",
        x_title="",
        y_title=shown_unit(signal),
        columns={
            "date": tuple(str(day) for day in series.dates[first:last]),
            "value": plain(values[first:last]),
            "mean": plain(means[first:last]),
        },
        marks={"date": date.isoformat()},
    )


def level_chart(signal: Signal, posterior: LevelPosterior, claim: ExtremeClaim) -> Chart:
    """The level since the earlier date with its bands, and the claimed peak."""
    sign = 1.0 if claim.direction == "highest" else -1.0
    draws = display(signal, sign * posterior.draws)
    keep = signal.series.dates >= np.datetime64(claim.since, "D") - np.timedelta64(366, "D")
    return Chart(
        kind="level",
        title="The latent level and its uncertainty",
        x_title="",
        y_title=shown_unit(signal),
        columns={
            "date": tuple(str(day) for day in signal.series.dates[keep]),
            "value": plain(shown_values(signal)[keep]),
            "level": plain(np.median(draws, axis=0)[keep]),
            **bands(draws[:, keep]),
        },
        marks={
            "since": claim.since.isoformat(),
            "target": claim.target[0].isoformat(),
            "target_end": claim.target[1].isoformat(),
        },
    )
