"""Responses by models of the whole path: local projections and a Bayesian vector autoregression.

The event study compares before and after an episode; these ask instead how far the level of the
window departs from what its own past and the season let one expect, for every period with a cause.
What a cause lets one expect includes further causes, so where they come in bursts the response to
one of them is smaller than that to an episode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detente.arrays import Floats, Ints
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.rules import MIN_EPISODES
from detente.asks.claims.scales import grid_of, period_index, scale_of, to_periods
from detente.errors import DataGapError
from detente.estimators.matching import Grid, merge_episodes
from detente.estimators.projections.project import local_projection
from detente.estimators.vector.bvar import fit_bvar
from detente.estimators.vector.hyperparameters import choose_hyperparameters
from detente.estimators.vector.impulse import impulse_draws
from detente.estimators.vector.sims_zha import SimsZha
from detente.study.data import StudyData
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.asks.claims.response import ResponseClaim

Effects = dict[int, tuple[float, float, float]]

EVENT_STUDY = "event study"
LOCAL_PROJECTION = "local projection"
AUTOREGRESSION = "vector autoregression, Sims-Zha prior"

LAGS = {"day": 14, "week": 8, "month": 4, "quarter": 2, "year": 1}
HARMONICS = {"day": 2, "week": 2, "month": 2, "quarter": 1, "year": 0}
PRIOR = SimsZha(lambda0=0.8, lambda3=1.0, lambda4=1.0, lambda5=1.0)
TIGHTNESS = {"lambda1": (0.05, 0.2, 0.8)}
DRAWS = 400
TAIL = 0.05


@dataclass(frozen=True, eq=False)
class Path:
    """A signal and a cause on one calendar.

    Attributes:
        outcome: The signal on the estimators' scale, less the mean of its source, shape (T,); NaN
            where there are no data.
        cause: 1 in periods with a cause, 0 in others, shape (T,).
        season: Yearly sines and cosines, shape (T, m).
        block: Source of each period, shape (T,).
        lags: How many periods of the past are controlled for.
        episodes: Causes in periods with data, those close together merged.
    """

    outcome: Floats
    cause: Floats
    season: Floats
    block: Ints
    lags: int
    episodes: int


def projected(
    claim: ResponseClaim,
    signal: Signal,
    windows_months: Sequence[int],
    data: StudyData,
) -> Iterator[Estimate[None]]:
    """The mean response of a signal over each window, by both models and for every cause.

    Args:
        claim: The claim.
        signal: What responds.
        windows_months: Months from the cause, its own period included.
        data: The study's data as of a date.

    Returns:
        One estimate per cause, model and window, on the scale of the analysis; none where the
        data do not carry the model.

    Source:
        Jordà (2005); Sims and Zha (1998); Brandt and Freeman (2006).
    """
    every = signal.series.every
    lengths = {to_periods(months, every): months for months in sorted(windows_months, reverse=True)}
    for cause in (claim.cause, *claim.other_causes):
        path = _path(claim, signal, data.days_of(cause))
        if path.episodes < MIN_EPISODES:
            continue
        for name, effects in _both(path, sorted(lengths), data):
            for periods, ends in effects.items():
                chosen = _choices(signal, data.label_of(cause), lengths[periods])
                yield Estimate(
                    signal=signal,
                    scale=scale_of(signal),
                    effect=ends[0],
                    interval=(ends[1], ends[2]),
                    p=None,
                    cases=path.episodes,
                    result=None,
                    choices={"estimator": name, **chosen},
                )


def _both(path: Path, periods: Sequence[int], data: StudyData) -> Iterator[tuple[str, Effects]]:
    models: dict[str, Callable[[], Effects]] = {
        LOCAL_PROJECTION: lambda: by_projection(path, periods),
        AUTOREGRESSION: lambda: by_autoregression(path, periods, data),
    }
    for name, estimate in models.items():
        try:
            effects = estimate()
        except DataGapError:
            continue
        yield name, effects


def by_projection(path: Path, periods: Sequence[int]) -> Effects:
    """Mean response over each window with its 90% interval, by local projections.

    Raises:
        DataGapError: The series do not carry it.
    """
    result = local_projection(
        path.outcome,
        path.cause,
        horizons=[number - 1 for number in periods],
        lags=path.lags,
        controls=path.season,
        cumulative=True,
        segments=path.block,
    )
    low, high = result.interval(1 - 2 * TAIL)
    ends = np.stack([result.estimate[0], low[0], high[0]], axis=1) / np.array(periods)[:, None]
    return dict(zip(periods, map(_triple, ends), strict=True))


def by_autoregression(path: Path, periods: Sequence[int], data: StudyData) -> Effects:
    """The same by a vector autoregression of cause and outcome, the cause moving first.

    The tightness of the prior is the one of a few that predicts the series best.

    Raises:
        DataGapError: The series do not carry it.
    """
    system = np.column_stack([path.cause, path.outcome])
    choice = choose_hyperparameters(
        system, path.lags, grid=TIGHTNESS, start=PRIOR, refine=False,
        controls=path.season, segments=path.block,
    )  # fmt: skip
    model = fit_bvar(system, path.lags, choice.best, controls=path.season, segments=path.block)
    seed = data.options.seed
    paths = impulse_draws(model, steps=max(periods), draws=DRAWS, seed=seed)[:, 1]
    means = np.cumsum(paths, axis=0)[np.array(periods) - 1] / np.array(periods)[:, None]
    ends = np.quantile(means, [0.5, TAIL, 1 - TAIL], axis=1).T
    return dict(zip(periods, map(_triple, ends), strict=True))


def _path(claim: ResponseClaim, signal: Signal, days: NDArray[np.datetime64]) -> Path:
    series = signal.series
    grid = grid_of(signal)
    cause = np.zeros(len(grid.values))
    cause[period_index(series, days)] = 1.0
    causes = np.flatnonzero(cause * np.isfinite(grid.values))
    gap = to_periods(claim.window_months, series.every) + to_periods(
        claim.baseline_months, series.every
    )
    turns = 2 * np.pi * grid.season[:, None] * np.arange(1, HARMONICS[series.every] + 1)
    return Path(
        outcome=_levelled(grid),
        cause=cause,
        season=np.hstack([np.sin(turns), np.cos(turns)]),
        block=grid.block,
        lags=LAGS[series.every],
        episodes=len(merge_episodes(causes, gap)),
    )


def _levelled(grid: Grid) -> Floats:
    """The series less the mean of its source: sources differ in how much they report."""
    level = grid.values.copy()
    for block in np.unique(grid.block):
        here = (grid.block == block) & np.isfinite(level)
        level[here] -= level[here].mean() if here.any() else 0.0
    return level


def _choices(signal: Signal, cause: str, months: int) -> dict[str, str]:
    return {
        "source": signal.source,
        "measure": signal.measure.replace("_", " "),
        "cause": cause,
        "window": "month" if months == 1 else f"{months} months",
    }


def _triple(row: Floats) -> tuple[float, float, float]:
    return float(row[0]), float(row[1]), float(row[2])
