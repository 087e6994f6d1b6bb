"""The dated facts of a world: causes, and incidents that may answer to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.worlds.features import Planted
from lab.worlds.processes import Daily, days_of, decay_of
from lab.worlds.setting import CRISIS_CAUSES, Setting

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

APART = 7  # months between causes whose number is given
CAUSE_DELAY, INCIDENT_DELAY = 30.0, 20.0  # days
CLUSTERED, EXCITED = 0.6, 0.6
SPARED = 0.3  # share of other causes that is left where each crisis brings one
AFTER = 3  # months that an effect lasts


@dataclass(frozen=True, eq=False)
class Actions:
    """Causes and incidents.

    Attributes:
        causes: Whether a cause happened on the day, 0 or 1, shape (T,).
        incidents: The daily process of incidents.
        incident_base: Its base rate by day; incident_scale what multiplies its whole rate.
        within: Months within three months from a cause, its own among them, shape (months,).
        period: Months of the named period, shape (months,).
    """

    causes: Floats
    incidents: Daily
    incident_base: Floats
    incident_scale: Floats
    within: Bools
    period: Bools


def make_actions(
    setting: Setting, planted: Planted, episodes: int | None, rng: np.random.Generator
) -> Actions:
    """Draw causes, then incidents at a rate that the planted effects raise.

    Args:
        setting: The world's setting.
        planted: The effects.
        episodes: Number of causes, or None for a random number.
        rng: Source of randomness.

    Example:
        >>> from lab.worlds.features import Features, Planted
        >>> from lab.worlds.setting import make_setting
        >>> rng = np.random.default_rng(1)
        >>> setting = make_setting(Features(), 36, rng)
        >>> actions = make_actions(setting, Planted(), 4, rng)
        >>> int(actions.causes.sum())
        4
    """
    causes = _causes(setting, rng) if episodes is None else _spaced(setting, episodes, rng)
    happened = setting.by_month(causes) > 0
    period = _period(len(setting.months), rng)
    base = _incident_base(setting, rng)
    raised = planted.after * spread(happened, 1) + planted.period * period
    scale = np.exp(raised)[setting.month]
    jump = EXCITED if setting.features.excited else 0.0
    incidents = days_of(base, scale, rng, jump=jump, decay=decay_of(INCIDENT_DELAY))
    return Actions(causes, incidents, base, scale, spread(happened, 0), period)


def spread(happened: Bools, lag: int) -> Bools:
    """The three months from `lag` months after each month in which something happened.

    Args:
        happened: Whether something happened, by month, shape (months,).
        lag: Months until the first of the three.

    Example:
        >>> spread(np.array([True, False, False, False, False]), 1).tolist()
        [False, True, True, True, False]
    """
    reached = np.zeros_like(happened)
    for offset in range(lag, lag + AFTER):
        reached[offset:] |= happened[: len(happened) - offset]
    return reached


def _causes(setting: Setting, rng: np.random.Generator) -> Floats:
    """Ten to forty causes at random, more of them in crises and in season, perhaps in bursts."""
    shape = setting.drift(rng, 2.0) + setting.season(0.8)
    shape = np.exp(shape) * np.where(setting.crisis, CRISIS_CAUSES, 1.0)
    jump = CLUSTERED if setting.features.clustered else 0.0
    base = shape / shape.sum() * rng.uniform(10, 40) * (1 - jump)
    causes = days_of(base, np.ones(len(base)), rng, jump=jump, decay=decay_of(CAUSE_DELAY))
    if setting.features.hidden:
        begins = np.diff(setting.crisis.astype(np.int64), prepend=0) == 1
        return np.where(begins, 1.0, causes.counts * rng.binomial(1, SPARED, len(base)))
    return causes.counts


def _spaced(setting: Setting, episodes: int, rng: np.random.Generator) -> Floats:
    """So many causes at random, at least seven months apart and away from the ends."""
    months = len(setting.months) - 2 * APART
    free = months - (episodes - 1) * APART
    at = APART + np.sort(rng.integers(0, free, size=episodes)) + APART * np.arange(episodes)
    causes = np.zeros(len(setting.days))
    first = np.searchsorted(setting.month, at)
    causes[first + rng.integers(0, 28, size=episodes)] = 1.0
    return causes


def _period(months: int, rng: np.random.Generator) -> Bools:
    """A span of 30 to 50% of the world, anywhere within it."""
    length = int(months * rng.uniform(0.3, 0.5))
    start = int(rng.integers(0, months - length + 1))
    at = np.arange(months)
    return np.asarray((at >= start) & (at < start + length), dtype=np.bool_)


def _incident_base(setting: Setting, rng: np.random.Generator) -> Floats:
    """Half an incident to two a month in all, a share of them excited where the world excites."""
    shape = np.exp(setting.drift(rng, 2.0) + setting.season(0.5))
    jump = EXCITED if setting.features.excited else 0.0
    monthly = np.exp(rng.uniform(np.log(0.5), np.log(2.0)))
    return np.asarray(shape / shape.mean() * monthly / 30.44 * (1 - jump), dtype=np.float64)
