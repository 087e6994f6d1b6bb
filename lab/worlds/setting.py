"""The setting of a world: its calendar, its drifts and seasons, its news, its crises, its gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.worlds.features import Features

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

START = np.datetime64("2001-01-01")
CRISIS_CAUSES = 3.0  # times as many causes while a crisis lasts
CRISIS_SHARE = 2.0  # times the share of the pair, in the world that cannot be seen through
DAYS_LACKING = 0.03


@dataclass(frozen=True, eq=False)
class Setting:
    """What the processes of a world have in common.

    Attributes:
        days: Every day, datetime64[D], shape (T,).
        month: Index of the month of each day, shape (T,).
        months: First day of every month.
        features: What happens in this world.
        news: Volume of news by day, mean about 1, shape (T,).
        crisis: Whether a crisis runs, shape (T,).
        seen: Whether the feed has the day, shape (T,).
        phase: Where in the year the season peaks, 0 to 1.
    """

    days: NDArray[np.datetime64]
    month: Ints
    months: NDArray[np.datetime64]
    features: Features
    news: Floats
    crisis: Bools
    seen: Bools
    phase: float

    def drift(self, rng: np.random.Generator, size: float) -> Floats:
        """Log rate by day that drifts: a line and a slow wave; zero in worlds without trends."""
        if not self.features.trends:
            return np.zeros(len(self.days))
        place = np.linspace(-0.5, 0.5, len(self.days))
        years = len(self.days) / 365.25
        wave = 0.3 * np.sin(2 * np.pi * (place * years / rng.uniform(6, 12) + rng.random()))
        slope = float(rng.choice([-1.0, 1.0])) * rng.uniform(0.5, 1) * size
        return np.asarray(slope * place + wave, dtype=np.float64)

    def season(self, size: float) -> Floats:
        """Log rate by day that rises and falls with the year; zero in worlds without seasons."""
        if not self.features.seasons:
            return np.zeros(len(self.days))
        year = (self.days - self.days.astype("datetime64[Y]")).astype(np.float64) / 365.25
        return np.asarray(size * np.cos(2 * np.pi * (year - self.phase)), dtype=np.float64)

    def by_month(self, daily: Floats) -> Floats:
        """Sums of a daily quantity by month."""
        sums = np.bincount(self.month, weights=daily, minlength=len(self.months))
        return np.asarray(sums, dtype=np.float64)

    def mean_by_month(self, daily: Floats) -> Floats:
        """Means of a daily quantity by month."""
        return self.by_month(daily) / self.by_month(np.ones(len(daily)))


def make_setting(features: Features, months: int, rng: np.random.Generator) -> Setting:
    """Draw the setting of a world.

    Args:
        features: What happens in it.
        months: Its length.
        rng: Source of randomness.

    Example:
        >>> setting = make_setting(Features(), 24, np.random.default_rng(1))
        >>> len(setting.months), bool(setting.seen.all())
        (24, True)
    """
    firsts = START.astype("datetime64[M]") + np.arange(months + 1)
    days = np.arange(START, firsts[-1].astype("datetime64[D]"))
    month = (days.astype("datetime64[M]") - firsts[0]).astype(np.int64)
    crisis = _crises(month, months, rng)
    return Setting(
        days=days,
        month=month,
        months=firsts[:-1].astype("datetime64[D]"),
        features=features,
        news=_news(features, month, crisis, rng),
        crisis=crisis & (features.shocks or features.hidden),
        seen=_seen(month, months, rng) if features.gaps else np.ones(len(days), dtype=np.bool_),
        phase=float(rng.random()),
    )


def _news(features: Features, month: Ints, crisis: Bools, rng: np.random.Generator) -> Floats:
    """A little noise by month; threefold growth and crises where the world has them."""
    noise = 0.1 * rng.standard_normal(month[-1] + 1)[month]
    place = np.linspace(0, 1, len(month))
    growth = np.log(3.0) / (1 + np.exp(-8 * (place - 0.5))) if features.growth else 0.0
    attention = rng.uniform(0.4, 0.9) * crisis if features.shocks else 0.0
    return np.asarray(np.exp(noise + growth + attention), dtype=np.float64)


def _crises(month: Ints, months: int, rng: np.random.Generator) -> Bools:
    """One crisis in about thirty months, of one to five months."""
    running = np.zeros(months, dtype=np.bool_)
    for start in rng.integers(0, months, size=max(3, months // 30)):
        running[start : start + rng.integers(1, 6)] = True
    return np.asarray(running[month], dtype=np.bool_)


def _seen(month: Ints, months: int, rng: np.random.Generator) -> Bools:
    """Single days at random, and two spans of one to three months."""
    seen = rng.random(len(month)) >= DAYS_LACKING
    for start in rng.integers(0, months, size=2):
        seen &= (month < start) | (month >= start + rng.integers(1, 4))
    return np.asarray(seen, dtype=np.bool_)
