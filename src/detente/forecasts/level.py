"""Whether a relation will stand above its level so many periods before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.dynamics.vector.bvar import fit_bvar
from detente.errors import DataGapError
from detente.forecasts.pool import learn_weights
from detente.forecasts.scores import crps_of_draws
from detente.forecasts.trial import COMBINED, Trial
from detente.studies.data import StudyData
from detente.studies.questions import LevelQuestion
from detente.studies.signal import Signal

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LAGS = {"day": 14, "week": 8, "month": 12, "quarter": 4, "year": 2}
RECENT = {"day": 1096, "week": 156, "month": 36, "quarter": 12, "year": 3}
DRAWS = 400
REFIT = 6  # periods between fits
FEWEST = 24  # changes seen before the first forecast
LABELS = ("base rate", "base rate of the last 3 years", "autoregression")
SEED = 1


@dataclass(frozen=True, eq=False)
class Level:
    """A relation by period, and what is asked of it.

    Attributes:
        signal: The relation as the first reading that has data gives it.
        values: Log rates of counts, or scores, shape (T,).
        changes: Against the level `against` periods before, shape (T,); signed so that what is
            asked for is a change above zero.
        ahead, against: As the question says.
    """

    signal: Signal
    values: Floats
    changes: Floats
    ahead: int
    against: int

    @property
    def source(self) -> str:
        """What it was read from: the source and the measure."""
        return f"{self.signal.source}: {self.signal.measure}"


def read_level(data: StudyData, question: LevelQuestion) -> Level:
    """The relation that a question asks about, by the first reading that has data.

    Raises:
        DataGapError: No reading has enough data.

    Example:
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> data = open_data(load("korea"))
        >>> read_level(data, data.study.questions[-1]).source
        'ICEWS, US–China by month: verbal cooperation'
    """
    return read_levels(data, question)[0]


def read_levels(data: StudyData, question: LevelQuestion) -> tuple[Level, ...]:
    """The relation that a question asks about, by every reading that has data.

    Raises:
        DataGapError: No reading has enough data.

    Example:
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> data = open_data(load("korea"))
        >>> len(read_levels(data, data.study.questions[-1]))
        1
    """
    signals, gaps = data.signals(question.relation, question.readings)
    if not signals:
        raise DataGapError(
            "There are no odds.", " ".join(gaps), "Load the event files that the study names."
        )
    return tuple(_level(signal, question) for signal in signals)


def _level(signal: Signal, question: LevelQuestion) -> Level:
    since = np.datetime64(question.since or "0001-01-01", "D")
    values = np.where(signal.series.dates >= since, signal.analysed(), np.nan)
    sign = 1.0 if (question.direction == "above") != signal.reverse else -1.0
    changes = np.full(len(values), np.nan)
    changes[question.against :] = sign * (values[question.against :] - values[: -question.against])
    segments = signal.series.segments
    changes[question.against :][segments[question.against :] != segments[: -question.against]] = (
        np.nan
    )
    return Level(signal, sign * values, changes, question.ahead, question.against)


def draws_of(level: Level, learned: int, origins: Ints) -> Floats:
    """Draws of the change that each model foresees, shape (models, n, draws).

    Args:
        level: The relation; nothing after each origin is used.
        learned: Last period that the autoregression is fitted to.
        origins: Last known periods.

    Example:
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> data = open_data(load("korea"))
        >>> level = read_level(data, data.study.questions[-1])
        >>> draws_of(level, 150, np.array([150, 151])).shape
        (3, 2, 400)

    Source:
        Sims and Zha (1998), Bayesian methods for dynamic multivariate models, International
        Economic Review 39, for the autoregression.
    """
    base = np.stack([_past(level.changes[: one + 1]) for one in origins])
    span = RECENT[level.signal.series.every]
    recent = np.stack([_past(level.changes[max(0, one + 1 - span) : one + 1]) for one in origins])
    ahead = _autoregression(level, learned, origins)
    return np.stack([base, recent, np.where(np.isfinite(ahead), ahead, base)])


def _past(changes: Floats) -> Floats:
    """Past changes as draws, in an order that says nothing."""
    known = changes[np.isfinite(changes)]
    if len(known) == 0:
        return np.zeros(DRAWS)
    shuffled = np.random.default_rng(SEED).permutation(DRAWS)
    return np.asarray(np.quantile(known, (shuffled + 0.5) / DRAWS))


def _autoregression(level: Level, learned: int, origins: Ints) -> Floats:
    """Posterior predictive draws of the change, shape (n, draws); NaN where it cannot be fitted."""
    lags = LAGS[level.signal.series.every]
    missing = np.full((len(origins), DRAWS), np.nan)
    known = level.values[: learned + 1, None]
    try:
        drawn = fit_bvar(known, lags, segments=level.signal.series.segments[: learned + 1]).draw(
            DRAWS, SEED
        )
    except DataGapError:
        return missing
    effects = drawn.coefficients[:, :, 0]
    noise = np.random.default_rng(SEED).normal(size=(level.ahead, DRAWS)) * drawn.factors[:, 0, 0]
    paths = np.stack([level.values[origins - lag] for lag in range(lags)], axis=1)
    paths = np.repeat(paths[:, :, None], DRAWS, axis=2)
    for shock in noise:
        new = np.einsum("nld,dl->nd", paths, effects[:, :lags]) + effects[:, lags] + shock
        paths = np.concatenate([new[:, None], paths[:, :-1]], axis=1)
    then = origins + level.ahead - level.against
    return np.asarray(paths[:, 0] - level.values[then][:, None])


def mixed(draws: Floats, weights: Floats) -> Floats:
    """Draws of the combination: each slot is taken from a model, in proportion to the weights.

    Args:
        draws: Shape (models, n, draws).
        weights: Shape (n, models).

    Example:
        >>> made = mixed(np.array([[[0.0, 0.0]], [[1.0, 1.0]]]), np.array([[0.5, 0.5]]))
        >>> made.tolist()
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


def try_level(level: Level, refit: int = REFIT) -> Trial:
    """Forecast from every period of the past, with models fitted to earlier periods only.

    Args:
        level: The relation.
        refit: Periods between fits.

    Raises:
        DataGapError: Too few changes are known.

    Example:
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> data = open_data(load("korea"))
        >>> trial = try_level(read_level(data, data.study.questions[-1]), refit=66)
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
    blocks = [origins[start : start + refit] for start in range(0, len(origins), refit)]
    draws = np.concatenate([draws_of(level, int(b[0]), b) for b in blocks], axis=1)
    came = level.changes[origins + level.ahead]
    odds, outcomes = chance(draws), (came > 0).astype(np.float64)
    weights = np.concatenate(
        [
            np.tile(weights_on(odds, outcomes, origins, int(b[0]), level), (len(b), 1))
            for b in blocks
        ]
    )
    every = np.concatenate([draws, mixed(draws, weights)[None]])
    return Trial(
        labels=(*LABELS, COMBINED),
        dates=level.signal.series.dates[origins],
        odds=chance(every),
        crps=crps_of_draws(every, came),
        pit=(every[-1] < came[:, None]).mean(axis=-1),
        outcomes=outcomes,
        weights=weights_on(odds, outcomes, origins, len(level.values), level),
        overlap=level.against,
        every=level.signal.series.every,
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
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> data = open_data(load("korea"))
        >>> level = read_level(data, data.study.questions[-1])
        >>> odds = np.array([[0.9] * 60, [0.5] * 60, [0.1] * 60])
        >>> weights_on(odds, np.ones(60), np.arange(60), 60, level).round(2).tolist()
        [0.92, 0.06, 0.03]

    Source:
        See `detente.forecasts.pool.learn_weights`.
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
