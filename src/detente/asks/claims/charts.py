"""The exhibits on the cards of claims: tables, and by which mark they are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from detente.answers import Column, Exhibit, Key, Scale, table_of
from detente.arrays import Bools, Floats, Ints
from detente.asks.claims.scales import (
    convert,
    display,
    scale_of,
    shown_unit,
    shown_values,
)
from detente.estimators.counts import CountGrid
from detente.estimators.eventstudy import EventStudy, path_around
from detente.estimators.levels.level import LevelPosterior
from detente.estimators.matching import Grid
from detente.estimators.rates import RateContrast
from detente.estimators.ratestudy import rate_path
from detente.estimators.resample import bootstrap_means, expanded_tail
from detente.study.data import StudyData
from detente.study.signal import Signal

BANDS = (50, 80, 95)
PLACEBO_PATHS = 300
SHORTEST_PATH = 4  # periods on either side


def band_columns(scale: Scale) -> tuple[Column, ...]:
    """Columns low50 … high95."""
    ends = [(cover, end) for cover in BANDS for end in ("low", "high")]
    return tuple(Column(f"{end}{cover}", f"{cover}% band, {end}", scale) for cover, end in ends)


def bands(draws: Floats, cases: int | None = None) -> Mapping[str, Floats]:
    """Columns low50 … high95 of draws, shape (draws, columns).

    Args:
        draws: Draws by column.
        cases: If given, tails are expanded for so few cases.

    Example:
        >>> bands(np.arange(101.0)[:, None])["low80"].round(6), len(bands(np.ones((3, 1))))
        (array([10.]), 6)
    """
    tails = [
        (1 - coverage / 100) / 2 if cases is None else expanded_tail(coverage / 100, cases)
        for coverage in BANDS
    ]
    quantile = np.quantile if np.isfinite(draws).all() else np.nanquantile  # the first is faster
    ends = quantile(draws, [*tails, *(1 - tail for tail in tails)], axis=0)
    return {
        f"{end}{coverage}": ends[index + shift]
        for index, coverage in enumerate(BANDS)
        for end, shift in (("low", 0), ("high", len(BANDS)))
    }


def path_chart(
    data: StudyData, signal: Signal, grid: Grid, study: EventStudy, baseline: int
) -> Exhibit:
    """The mean path of a score around the episodes, beside that around placebo dates.

    Args:
        data: What the study reads, for the seed of the placebo dates.
        signal: What is measured.
        grid: Its values.
        study: The study that the card tells.
        baseline: Periods before the start that the path is relative to.
    """
    reach = max(baseline, SHORTEST_PATH)
    paths = path_around(grid, study.starts, reach, reach + 1, baseline)
    means = bootstrap_means(paths, seed=data.options.seed)
    placebo = _placebo_means(grid, _placebo_starts(data, study), reach, baseline)
    covered = np.isfinite(paths).any(axis=0)
    centre = np.full(paths.shape[1], np.nan)
    centre[covered] = np.nanmean(paths[:, covered], axis=0)
    return _path(signal, reach, centre, means, placebo, len(study.starts))


def rate_path_chart(
    data: StudyData, signal: Signal, grid: CountGrid, study: EventStudy, baseline: int
) -> Exhibit:
    """The pooled rate around the episodes, beside that around placebo dates.

    Args:
        data: What the study reads, for the seed of the placebo dates.
        signal: What is counted.
        grid: The counts, relative to what was to be expected.
        study: The study that the card tells.
        baseline: Periods before the start that the rate is relative to.
    """
    reach = max(baseline, SHORTEST_PATH)
    starts = _placebo_starts(data, study).T
    centre, drawn = rate_path(grid, study.starts, reach, reach + 1, baseline)
    placebo = np.stack(
        [rate_path(grid, row, reach, reach + 1, baseline, draws=0)[0] for row in starts]
    )
    return _path(signal, reach, centre, drawn, placebo, len(study.starts))


def _path(
    signal: Signal, reach: int, centre: Floats, draws: Floats, placebo: Floats, cases: int
) -> Exhibit:
    scale, every = scale_of(signal), signal.series.every
    low, high = np.nanquantile(placebo, [0.05, 0.95], axis=0)
    unit = "%" if scale is Scale.PERCENT else signal.series.unit
    columns = (
        Column("offset", f"{every.capitalize()} from the cause", Scale.COUNT),
        Column("value", "Change", scale),
        *band_columns(scale),
        Column("placebo_low", "90% of placebos, low", scale),
        Column("placebo_high", "90% of placebos, high", scale),
    )
    values = {
        "offset": range(-reach, reach + 1),
        "value": convert(scale, centre),
        **bands(convert(scale, draws), cases),
        "placebo_low": convert(scale, low),
        "placebo_high": convert(scale, high),
    }
    return Exhibit(
        "chart",
        "Before and after the episodes",
        table_of(columns, values, f"Before and after the episodes: change ({unit})"),
        mark="path",
        settings={
            "x": f"{every}s from the first event of the episode",
            "y": f"change ({unit})",
        },
    )


def _placebo_starts(data: StudyData, study: EventStudy) -> Ints:
    """Dates like those of the episodes, shape (episodes, PLACEBO_PATHS)."""
    rng = data.options.rng()
    return np.stack([rng.choice(pool, size=PLACEBO_PATHS) for pool in study.pools])


def _placebo_means(grid: Grid, starts: Ints, reach: int, baseline: int) -> Floats:
    """The mean path around each draw of placebo dates, shape (PLACEBO_PATHS, periods)."""
    paths = path_around(grid, starts.ravel(), reach, reach + 1, baseline)
    shaped = paths.reshape(*starts.shape, -1)
    covered = np.isfinite(shaped)
    count = covered.sum(axis=0)
    total = np.where(covered, shaped, 0.0).sum(axis=0)
    return np.asarray(total / np.where(count == 0, np.nan, count), dtype=np.float64)


def rates_chart(result: RateContrast, labels: tuple[str, str], signal: Signal) -> Exhibit:
    """The two rates side by side."""
    draws = np.stack([result.draws_high, result.draws_low], axis=1)
    plainly = signal.series.exposure is None
    per = signal.per
    unit = f"per {signal.series.every}" if plainly else signal.rate_unit
    rates = np.array([result.rate_high, result.rate_low]) * per
    return group_rates("Rate under each condition", labels, rates, draws * per, unit)


def group_rates(
    title: str,
    labels: Sequence[str],
    rates: Floats,
    draws: Floats,
    unit: str,
    cases: int | None = None,
) -> Exhibit:
    """One row a group: its rate with graded bands.

    Args:
        title: Heading.
        labels: Names of the G groups.
        rates: Their rates, shape (G,).
        draws: Draws of them, shape (draws, G).
        unit: Unit of a rate.
        cases: If given, tails are expanded for so few cases.
    """
    columns = (
        Column("group", "Group"),
        Column("rate", "Rate", Scale.NUMBER),
        *band_columns(Scale.NUMBER),
    )
    values = {"group": labels, "rate": rates, **bands(draws, cases)}
    table = table_of(columns, values, f"{title} ({unit})")
    return Exhibit("chart", title, table, mark="rates", settings={"x": unit})


def shift_chart(
    signal: Signal, sides: Mapping[str, tuple[slice, float]], dates: Sequence[dt.date]
) -> Exhibit:
    """The series around the date with the rate or mean of either side, and after its end.

    Args:
        signal: What is measured.
        sides: By name ("before", "after", "later"), in order: the periods, and their rate or mean.
        dates: The date, and the end if there is one.
    """
    series = signal.series
    values = shown_values(signal)
    begin = min(inside.start for inside, _ in sides.values())
    end = max(inside.stop for inside, _ in sides.values())
    window = (end - begin) // 2
    first, last = max(0, begin - window), min(len(values), end + window)
    means, names = np.full(len(values), np.nan), np.full(len(values), "", dtype="<U6")
    for name, (inside, mean) in sides.items():
        means[inside], names[inside] = mean, name
    columns = (
        Column("date", "Date", Scale.DATE),
        Column("value", "Observed", Scale.NUMBER),
        Column("mean", "Mean of its side", Scale.NUMBER),
        Column("side", "Side"),
    )
    shown = slice(first, last)
    values_shown: dict[str, Iterable[object]] = {
        "date": [str(day) for day in series.dates[shown]],
        "value": values[shown],
        "mean": means[shown],
        "side": names[shown],
    }
    unit = shown_unit(signal)
    return Exhibit(
        "chart",
        "Before and after the date",
        table_of(columns, values_shown, f"Before and after the date ({unit})"),
        mark="shift",
        settings={"y": unit, "dates": [date.isoformat() for date in dates]},
    )


def level_chart(
    signal: Signal,
    posterior: LevelPosterior,
    since: dt.date,
    target: Sequence[dt.date],
    *,
    up: bool,
) -> Exhibit:
    """The level since the earlier date with its bands, and the claimed peak.

    Args:
        signal: What is measured.
        posterior: Its level, turned downwards where the claim is about the lowest.
        since: The earlier date.
        target: First and last day of the claimed peak.
        up: Whether the level is the right way up.
    """
    draws = display(signal, (1.0 if up else -1.0) * posterior.draws)
    complete = np.asarray(np.isfinite(draws).all(axis=0), dtype=np.bool_)
    shown = signal.series.dates >= np.datetime64(since, "D") - np.timedelta64(366, "D")
    columns = (
        Column("date", "Date", Scale.DATE),
        Column("value", "Observed", Scale.NUMBER),
        Column("level", "Latent level", Scale.NUMBER),
        *band_columns(Scale.NUMBER),
    )
    values: dict[str, Iterable[object]] = {
        "date": [str(day) for day in signal.series.dates[shown]],
        "value": shown_values(signal)[shown],
        "level": np.median(draws, axis=0)[shown],
        **{name: spread(end, complete)[shown] for name, end in bands(draws[:, complete]).items()},
    }
    title, unit = "The latent level and its uncertainty", shown_unit(signal)
    dates = [since.isoformat(), *(day.isoformat() for day in target)]
    return Exhibit(
        "chart",
        title,
        table_of(columns, values, f"{title} ({unit})"),
        mark="level",
        settings={"y": unit, "dates": dates},
    )


def spread(values: Floats, complete: Bools) -> Floats:
    """Values of the known periods at their places, NaN elsewhere."""
    placed = np.full(len(complete), np.nan)
    placed[complete] = values
    return placed


def odds_chart(rows: Mapping[str, Sequence[object]], *, happens: bool = True) -> Exhibit:
    """The odds of each window, the base rate beside them, and what came.

    Args:
        rows: By column: window, odds, base_rate, low, high, happened.
        happens: Whether they are the odds that it happens; else that it does not.
    """
    probable = Scale.PROBABILITY
    columns = (
        Column("window", "Window"),
        Column("odds", "Odds", probable),
        Column("base_rate", "Base rate", probable),
        Column("low", "90% interval, low", probable),
        Column("high", "90% interval, high", probable),
        Column("happened", "Happened", Scale.FLAG),
    )
    table = table_of(columns, rows, "Odds as of the date (probability)")
    key = (
        Key("dot", "odds, as the study's questions have them"),
        Key("band", "its 90% interval"),
        Key("tick", "base rate: how often in the past"),
    )
    axis = "probability that it happens" if happens else "probability that it does not happen"
    return Exhibit(
        "chart", "Odds as of the date", table, mark="odds", key=key, settings={"x": axis}
    )
