"""The counted relations of a world: events between pairs, and all events of the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.worlds.features import Planted
from lab.worlds.processes import counts_of, decay_of
from lab.worlds.setting import CRISIS_SHARE, Setting

Floats = NDArray[np.float64]

WORLD_PER_DAY = 3000.0
DELAY = 30.0  # days
EXCITED = 0.6
WANDER = 0.12  # step of the wandering level by month, log
UNITS, GROUP = 12, 3


@dataclass(frozen=True, eq=False)
class Counted:
    """A relation as a feed reports it.

    Attributes:
        counts: Events by month, NaN where the feed has no day of it.
        share: Expected rate relative to the news of the month, given what came before and without
            what the world planted; shape (months,).
    """

    counts: Floats
    share: Floats


def make_relation(
    setting: Setting, raised: Floats, rng: np.random.Generator, *, wanders: bool = False
) -> Counted:
    """Draw one pair's counts.

    Args:
        setting: The world's setting.
        raised: Planted effect by month, log, shape (months,).
        rng: Source of randomness.
        wanders: Whether the level also takes a random walk.

    Example:
        >>> from lab.worlds.features import Features
        >>> from lab.worlds.setting import make_setting
        >>> rng = np.random.default_rng(1)
        >>> setting = make_setting(Features(), 36, rng)
        >>> relation = make_relation(setting, np.zeros(36), rng)
        >>> relation.counts.shape, bool(relation.counts.mean() > 1)
        ((36,), True)
    """
    level = setting.drift(rng, 2.0) + setting.season(0.3)
    if wanders:
        level = level + np.cumsum(rng.normal(0, WANDER, len(setting.months)))[setting.month]
    if setting.features.hidden:
        level = level + np.log(CRISIS_SHARE) * setting.crisis
    monthly = np.exp(rng.uniform(np.log(8), np.log(60)))
    jump = EXCITED if setting.features.excited else 0.0
    base = np.exp(level - level.mean()) * monthly / 30.44 * (1 - jump)
    scale = setting.news * np.exp(raised)[setting.month]
    daily = counts_of(base, scale, rng, jump=jump, decay=decay_of(DELAY))
    share = setting.mean_by_month(daily.rate)
    return Counted(_known(setting, daily.counts), share)


def make_world(setting: Setting, rng: np.random.Generator) -> Floats:
    """All events that the feed reports by month.

    Args:
        setting: The world's setting.
        rng: Source of randomness.

    Example:
        >>> from lab.worlds.features import Features
        >>> from lab.worlds.setting import make_setting
        >>> rng = np.random.default_rng(1)
        >>> setting = make_setting(Features(), 36, rng)
        >>> bool(make_world(setting, rng).mean() > 50_000)
        True
    """
    daily = rng.poisson(WORLD_PER_DAY * setting.news).astype(np.float64)
    return _known(setting, daily)


def make_scores(
    setting: Setting, planted: Planted, rng: np.random.Generator
) -> tuple[Floats, float]:
    """Yearly scores of twelve dyads, the first three of them the group, and the true difference.

    The difference is that of the dyads' own long-run levels: who is in the group was drawn.

    Args:
        setting: The world's setting.
        planted: The effects.
        rng: Source of randomness.

    Returns:
        Scores by dyad and year, shape (12, years), and the difference.

    Example:
        >>> from lab.worlds.features import Features, Planted
        >>> from lab.worlds.setting import make_setting
        >>> rng = np.random.default_rng(1)
        >>> setting = make_setting(Features(), 36, rng)
        >>> make_scores(setting, Planted(), rng)[0].shape
        (12, 3)
    """
    years = -(-len(setting.months) // 12)
    level = rng.standard_normal(UNITS) + planted.groups * (np.arange(UNITS) < GROUP)
    place = np.linspace(-0.5, 0.5, years)
    trend = rng.normal(0, 1.0 if setting.features.trends else 0.0, UNITS)[:, None] * place
    memory = 0.7 if setting.features.excited else 0.3
    noise = rng.standard_normal((UNITS, years))
    for year in range(1, years):
        noise[:, year] = memory * noise[:, year - 1] + np.sqrt(1 - memory**2) * noise[:, year]
    common = rng.normal(0, 1.0 if setting.features.shocks else 0.0, years)
    scores = level[:, None] + trend + 0.5 * noise + common
    if setting.features.gaps:
        scores[rng.random(scores.shape) < 0.1] = np.nan
    true = level[:GROUP].mean() - level[GROUP:].mean()
    return scores, float(true)


def _known(setting: Setting, daily: Floats) -> Floats:
    days = setting.by_month(setting.seen.astype(np.float64))
    return np.where(days > 0, setting.by_month(np.where(setting.seen, daily, 0.0)), np.nan)
