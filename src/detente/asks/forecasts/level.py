"""Whether a relation will stand above its level so many periods before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.asks.direction import upward
from detente.asks.forecasts.combined import RECENT as RECENT_LABEL
from detente.asks.forecasts.foreseen import (
    DRAWS,
    SEED,
    Foreseen,
    bounded,
    ranks,
    stacked,
    where_known,
)
from detente.asks.forecasts.level_logit import LABEL as LOGIT
from detente.asks.forecasts.level_logit import by_gaps
from detente.asks.forecasts.pool import learn_weights, pooled
from detente.asks.forecasts.scores import crps_of_draws
from detente.asks.forecasts.trial import COMBINED, Trial
from detente.errors import DataGapError
from detente.estimators.vector.bvar import fit_bvar
from detente.study.data import StudyData
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.asks.forecasts.level_question import LevelQuestion


LAGS = {"day": 14, "week": 8, "month": 12, "quarter": 4, "year": 2}
RECENT = {"day": 1096, "week": 156, "month": 36, "quarter": 12, "year": 3}
REFIT = 6  # periods between fits
FEWEST = 24  # changes seen before the first forecast
LABELS = ("base rate", RECENT_LABEL, LOGIT, "autoregression")
BASE_RATES = 2
"""How many of the models know only how it used to change."""
REFERENCES = 3
"""How many of the models are simple: what the combination must beat."""


@dataclass(frozen=True, eq=False)
class Level:
    """A relation by period, and what is asked of it.

    Attributes:
        signal: The relation as the first measure that has data gives it.
        values: Log rates of counts, or scores, shape (T,).
        changes: Against the level `against` periods before, shape (T,); signed so that what is
            asked for is a change above zero.
        ahead, against: As the question says.
        sign: -1 where a fall is asked for.
    """

    signal: Signal
    values: Floats
    changes: Floats
    ahead: int
    against: int
    sign: float = 1.0

    @property
    def source(self) -> str:
        """What it was read from: the source and the measure."""
        return f"{self.signal.source}: {self.signal.measure}"


def read_level(data: StudyData, question: LevelQuestion) -> Level:
    """The relation that a question asks about, by the first measure that has data.

    Raises:
        DataGapError: No measure has enough data.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> read_level(data, data.study.asks("questions")[-1]).source
        'ICEWS, US–China by month: verbal cooperation'
    """
    return read_levels(data, question)[0]


def read_levels(data: StudyData, question: LevelQuestion) -> tuple[Level, ...]:
    """The relation that a question asks about, by every measure that has data.

    Raises:
        DataGapError: No measure has enough data.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> len(read_levels(data, data.study.asks("questions")[-1]))
        1
    """
    signals, gaps = data.signals(question.relation, question.measures)
    levels = [_level(signal, question) for signal in signals]
    measured = tuple(level for level in levels if np.isfinite(level.values).any())
    if not measured:
        begins = f" None has data from {question.since} to {data.as_of}." if signals else ""
        raise DataGapError(
            "There are no odds.",
            (" ".join(gaps) + begins).strip(),
            "Load the event files that the study names, or choose a later date.",
        )
    return measured


def _level(signal: Signal, question: LevelQuestion) -> Level:
    since = np.datetime64(question.since or "0001-01-01", "D")
    values = np.where(signal.series.dates >= since, signal.analysed(), np.nan)
    sign = 1.0 if upward(question.direction, reverse=signal.reverse) else -1.0
    changes = np.full(len(values), np.nan)
    changes[question.against :] = sign * (values[question.against :] - values[: -question.against])
    segments = signal.series.segments
    changes[question.against :][segments[question.against :] != segments[: -question.against]] = (
        np.nan
    )
    return Level(signal, sign * values, changes, question.ahead, question.against, sign)


def foresee(level: Level, learned: int, origins: Ints) -> Foreseen:
    """The change after each origin, by model.

    Args:
        level: The relation; nothing after each origin is used.
        learned: Last period that the autoregression is fitted to.
        origins: Last known periods.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> level = read_level(data, data.study.asks("questions")[-1])
        >>> foresee(level, 150, np.array([150, 151])).draws.shape
        (4, 2, 400)

    Source:
        Sims and Zha (1998), Bayesian methods for dynamic multivariate models, International
        Economic Review 39, for the autoregression.
    """
    span = RECENT[level.signal.series.every]
    pasts = [level.changes[: origin + 1] for origin in origins]
    base = _base_rate(pasts, level.against)
    recent = _base_rate([origin[-span:] for origin in pasts], level.against)
    models = (by_gaps(level, learned, origins), _autoregression(level, learned, origins))
    return stacked([base, recent, *(where_known(model, base) for model in models)])


def _base_rate(pasts: Sequence[Floats], block: int) -> Foreseen:
    """Past changes as they came; their resamples keep blocks of changes that overlap together."""
    changes = [past[np.isfinite(past)] for past in pasts]
    changes = [past if len(past) else np.zeros(1) for past in changes]
    return Foreseen(
        draws=np.stack([np.quantile(past, ranks()) for past in changes]),
        by_parameters=np.stack([chance(_resampled(past, block)) for past in changes]),
        odds=np.stack([chance(past) for past in changes]),
        means=np.stack([past.mean() for past in changes]),
    )


def _resampled(past: Floats, block: int) -> Floats:
    """Circular block resamples, shape (DRAWS, length)."""
    size = len(past)
    block = min(block, max(1, size // 2))
    starts = np.random.default_rng(SEED).integers(size, size=(DRAWS, -(-size // block)))
    places = (starts[:, :, None] + np.arange(block)) % size
    return np.asarray(past[places.reshape(DRAWS, -1)[:, :size]])


def _autoregression(level: Level, learned: int, origins: Ints) -> Foreseen | None:
    """Posterior predictive of the change: normal, given a draw of the parameters."""
    lags = LAGS[level.signal.series.every]
    values = level.values[: learned + 1, None]
    try:
        drawn = fit_bvar(values, lags, segments=level.signal.series.segments[: learned + 1]).draw(
            DRAWS, SEED
        )
    except DataGapError:
        return None
    effects = drawn.coefficients[:, :, 0]
    paths = np.stack([level.values[origins - lag] for lag in range(lags)], axis=1)
    paths = np.repeat(paths[:, :, None], DRAWS, axis=2)
    for _ in range(level.ahead):
        new = np.einsum("nld,dl->nd", paths, effects[:, :lags]) + effects[:, lags]
        paths = np.concatenate([new[:, None], paths[:, :-1]], axis=1)
    then = origins + level.ahead - level.against
    means = paths[:, 0] - level.values[then][:, None]
    spread = np.abs(drawn.factors[:, 0, 0]) * _growth(effects[:, :lags], level.ahead)
    by_parameters = scipy.special.ndtr(means / spread)
    return Foreseen(
        draws=means + spread * scipy.special.ndtri(ranks()),
        by_parameters=by_parameters,
        odds=bounded(by_parameters.mean(axis=1)),
        means=means.mean(axis=1),
    )


def _growth(effects: Floats, ahead: int) -> Floats:
    """Standard deviation of so many periods ahead, of shocks of size one, shape (draws,)."""
    lags = effects.shape[1]
    answers = np.zeros((ahead + lags, len(effects)))
    answers[lags] = 1.0
    for step in range(1, ahead):
        answers[lags + step] = (effects * answers[step : step + lags][::-1].T).sum(axis=1)
    return np.asarray(np.sqrt((answers[lags:] ** 2).sum(axis=0)))


def mixed(draws: Floats, weights: Floats) -> Floats:
    """Draws of the combination: each slot is taken from a model, in proportion to the weights.

    Args:
        draws: Shape (models, n, draws).
        weights: Shape (n, models).

    Example:
        >>> mixture = mixed(np.array([[[0.0, 0.0]], [[1.0, 1.0]]]), np.array([[0.5, 0.5]]))
        >>> mixture.tolist()
        [[0.0, 1.0]]
    """
    slots = (np.arange(draws.shape[2]) + 0.5) / draws.shape[2]
    chosen = (np.cumsum(weights, axis=1)[:, :, None] < slots).sum(axis=1)
    return np.asarray(np.take_along_axis(draws, chosen.clip(max=len(draws) - 1)[None], axis=0)[0])


def chance(draws: Floats) -> Floats:
    """Share of draws above zero, never quite 0 or 1, over the last axis.

    Example:
        >>> float(chance(np.array([1.0, -1.0, 1.0])))
        0.625
    """
    return np.asarray(((draws > 0).sum(axis=-1) + 0.5) / (draws.shape[-1] + 1))


def try_level(level: Level, refit_periods: int = REFIT) -> Trial:
    """Forecast from every period of the past, with models fitted to earlier periods only.

    Args:
        level: The relation.
        refit_periods: Periods between fits.

    Raises:
        DataGapError: Too few changes are known.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> trial = try_level(read_level(data, data.study.asks("questions")[-1]), refit_periods=66)
        >>> len(trial.outcomes), trial.labels[-1]
        (132, 'combination')
    """
    origins = _origins(level)
    if len(origins) == 0:
        raise DataGapError(
            "There is nothing to score.",
            f"Fewer than {FEWEST} changes are known before the first forecast.",
            "Use a longer series.",
        )
    blocks = [
        origins[start : start + refit_periods] for start in range(0, len(origins), refit_periods)
    ]
    seen = [foresee(level, int(b[0]), b) for b in blocks]
    draws = np.concatenate([block.draws for block in seen], axis=1)
    odds = np.concatenate([block.odds for block in seen], axis=1)
    came = level.changes[origins + level.ahead]
    outcomes = (came > 0).astype(np.float64)
    weights = np.array([weights_on(odds, outcomes, origins, int(now), level) for now in origins])
    every = np.concatenate([draws, mixed(draws, weights)[None]])
    return Trial(
        labels=(*LABELS, COMBINED),
        dates=level.signal.series.dates[origins],
        odds=np.concatenate([odds, pooled(odds, weights)[None]]),
        crps=crps_of_draws(every, came),
        pit=pooled((draws < came[:, None]).mean(axis=-1), weights),
        outcomes=outcomes,
        weights=weights_on(odds, outcomes, origins, len(level.values), level),
        overlap=level.against,
        every=level.signal.series.every,
        references=REFERENCES,
        schedule=f"models fitted anew every {refit_periods} {level.signal.series.every}s",
    )


def weights_on(odds: Floats, outcomes: Floats, origins: Ints, now: int, level: Level) -> Floats:
    """Weights learned from what was decided by a period, shape (models,).

    Args:
        odds: By model and origin.
        outcomes: By origin.
        origins: Last known periods.
        now: The period.
        level: The relation.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> level = read_level(data, data.study.asks("questions")[-1])
        >>> odds = np.array([[0.9] * 60, [0.5] * 60, [0.5] * 60, [0.1] * 60])
        >>> weights_on(odds, np.ones(60), np.arange(60), 60, level).round(2).tolist()
        [1.0, 0.0, 0.0, 0.0]

    Source:
        See `detente.asks.forecasts.pool.learn_weights`.
    """
    over = origins + level.ahead <= now
    given = np.where(outcomes[over] > 0, odds[:, over], 1 - odds[:, over])
    return learn_weights(np.log(given.T), 1 / level.ahead)


def _origins(level: Level) -> Ints:
    """Periods with enough past, whose outcome is known."""
    seen = np.cumsum(np.isfinite(level.changes))
    places = np.arange(len(level.values) - level.ahead)
    lags = LAGS[level.signal.series.every]
    enough = (seen[places] >= FEWEST) & (places >= lags) & np.isfinite(level.values[places])
    return places[enough & np.isfinite(level.changes[places + level.ahead])]
