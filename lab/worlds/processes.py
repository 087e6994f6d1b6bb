"""Daily self-exciting processes in discrete time, the ground that a world is built on.

On day t the rate, relative to a known scale (the volume of news, times any planted effect), is

    rate[t] = base[t] + jump * heat[t],   heat[t+1] = decay * heat[t] + (1 - decay) * events[t]

so an event brings `jump` more of its kind, spread over 1 / (1 - decay) days on average. Bursts of
counts feed on themselves, so counts bring a little more than that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.compiled import compiled

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Daily:
    """A simulated daily process.

    Attributes:
        counts: Events per day, shape (T,).
        rate: Expected events per day relative to the scale, given all days before, shape (T,).
        heat: What earlier events left for each day, shape (T + 1,).
        jump: Events brought by one event.
        decay: Share of the heat that is left after a day.
    """

    counts: Floats
    rate: Floats
    heat: Floats
    jump: float
    decay: float


def decay_of(days: float) -> float:
    """Daily decay whose mean delay is so many days.

    Args:
        days: Mean delay, in days.

    Example:
        >>> round(decay_of(30), 3)
        0.967
    """
    return float(np.exp(-1 / days))


def counts_of(
    base: Floats, scale: Floats, rng: np.random.Generator, *, jump: float, decay: float
) -> Daily:
    """Over-dispersed self-exciting counts in proportion to a scale.

    Each week has a multiplier of its own (gamma with shape 2), so that counts vary more than a
    Poisson process even where nothing excites them.

    Args:
        base: Rate per unit of the scale that nothing excites, shape (T,).
        scale: Volume of news times any planted effect, shape (T,), positive.
        rng: Source of randomness.
        jump: Events brought by one event, below 1.
        decay: Daily decay of what an event leaves.

    Example:
        >>> world = counts_of(np.ones(700), np.full(700, 3.0), np.random.default_rng(1),
        ...                  jump=0.0, decay=0.9)
        >>> bool(2.5 < world.counts.mean() < 3.5)
        True
    """
    weeks = rng.gamma(2.0, 0.5, size=len(base) // 7 + 1)
    burst = np.repeat(weeks, 7)[: len(base)]
    counts, rate, heat = _counts(rng, base, scale, burst, jump, decay)
    return Daily(counts, rate, heat, jump, decay)


def days_of(
    base: Floats, scale: Floats, rng: np.random.Generator, *, jump: float, decay: float
) -> Daily:
    """Self-exciting days on which something happens or does not (0 or 1).

    Args:
        base: Rate that nothing excites, shape (T,).
        scale: What multiplies the whole rate, shape (T,), positive.
        rng: Source of randomness.
        jump: Events brought by one event, below 1.
        decay: Daily decay of what an event leaves.

    Example:
        >>> reports = days_of(np.full(2000, 0.05), np.ones(2000), np.random.default_rng(1),
        ...                jump=0.5, decay=0.9)
        >>> sorted(set(reports.counts.tolist()))
        [0.0, 1.0]
    """
    counts, rate, heat = _days(rng, base, scale, jump, decay)
    return Daily(counts, rate, heat, jump, decay)


def chance_within(daily: Daily, base: Floats, scale: Floats, day: int, days: int) -> float:
    """True probability of an event in the `days` days after `day`, given all up to and with it.

    As long as nothing happens the rate is known, so it has a closed form.

    Args:
        daily: The simulated process.
        base: Its base rate, shape (T,).
        scale: What multiplies its whole rate, shape (T,).
        day: The last day that is known.
        days: Length of the window.

    Example:
        >>> flat = np.full(100, 0.1)
        >>> daily = Daily(np.zeros(100), flat, np.zeros(101), 0.0, 0.9)
        >>> round(chance_within(daily, flat, np.ones(100), 20, 10), 3)
        0.632
    """
    after = slice(day + 1, day + 1 + days)
    heat = daily.heat[day + 1] * daily.decay ** np.arange(days)
    expected = scale[after] * (base[after] + daily.jump * heat)
    return float(1 - np.exp(-expected.sum()))


@compiled
def _counts(
    rng: np.random.Generator, base: Floats, scale: Floats, burst: Floats, jump: float, decay: float
) -> tuple[Floats, Floats, Floats]:
    length = len(base)
    counts, rate, heat = np.zeros(length), np.zeros(length), np.zeros(length + 1)
    heat[0] = base[0] / (1 - jump)
    for t in range(length):
        rate[t] = base[t] + jump * heat[t]
        counts[t] = rng.poisson(scale[t] * rate[t] * burst[t])
        heat[t + 1] = decay * heat[t] + (1 - decay) * counts[t] / scale[t]
    return counts, rate, heat


@compiled
def _days(
    rng: np.random.Generator, base: Floats, scale: Floats, jump: float, decay: float
) -> tuple[Floats, Floats, Floats]:
    length = len(base)
    counts, rate, heat = np.zeros(length), np.zeros(length), np.zeros(length + 1)
    heat[0] = base[0] / (1 - jump)
    for t in range(length):
        rate[t] = base[t] + jump * heat[t]
        counts[t] = 1.0 if rng.random() < 1 - np.exp(-scale[t] * rate[t]) else 0.0
        heat[t + 1] = decay * heat[t] + (1 - decay) * counts[t] / scale[t]
    return counts, rate, heat
