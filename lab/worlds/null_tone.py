"""Scores of tone in which nothing happens: slow swings, quick ones that persist, wild stretches.

A score by month, as of a relation's reports: a level that wanders over years, moods that last for
months, a season, and noise. Sizes are those of China's relations with five states in three
databases, 2002 to 2025 (correlation of neighbouring months .1 to .7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from detente.arrays import Floats, Ints
from detente.estimators.matching import Grid

MONTHS = 256
WARM_UP = 60  # months before the first, so that a world does not begin at its mean
YEARS, MOOD = 0.97, 0.5  # how much of a level and of a mood is left after a month
Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class NullTone:
    """A score without the effect that a claim about it would name.

    Attributes:
        grid: The score by month.
        causes: Months with a cause, for a response.
        at: Month of the claimed date, for a shift.
    """

    grid: Grid
    causes: Ints
    at: int


Maker = Callable[[Rng], NullTone]


def tones() -> Mapping[str, Maker]:
    """Scores in which nothing happens, by name of the sort.

    Example:
        >>> world = tones()["a tone with holes"](np.random.default_rng(1))
        >>> 20 < np.isnan(world.grid.values).sum() < 90
        np.True_
    """
    return {
        "a calm tone": tone,
        "a tone with slow swings": partial(tone, level=1.0, mood=0.6),
        "a tone that is nearly a walk": partial(tone, level=1.5, mood=0.2),
        "a wild tone with heavy tails": partial(tone, wild=0.5),
        "a tone with holes": partial(tone, holes=0.2),
    }


def tone(
    rng: Rng, *, level: float = 0.6, mood: float = 0.4, wild: float = 0.0, holes: float = 0.0
) -> NullTone:
    """One world.

    Args:
        rng: Random numbers.
        level: Standard deviation of the level that wanders over years.
        mood: That of the moods that last for months.
        wild: That of the log of the noise's size, which comes in stretches; then noise has heavy
            tails as well.
        holes: Share of the months of which nothing is known.

    Example:
        >>> tone(np.random.default_rng(1)).grid.values.shape
        (256,)
    """
    noise = rng.standard_t(4, WARM_UP + MONTHS) / np.sqrt(2) if wild else _noise(rng)
    size = np.exp(_lasting(rng, 0.9, wild))
    values = _lasting(rng, YEARS, level) + _lasting(rng, MOOD, mood) + 0.8 * noise * size
    month = np.arange(MONTHS)
    values = values[WARM_UP:] + 0.2 * np.sin(2 * np.pi * month / 12)
    values[rng.random(MONTHS) < holes] = np.nan
    grid = Grid(values, np.zeros(MONTHS, dtype=int), 2002 + month / 12, (month % 12) / 12)
    causes = np.sort(rng.choice(np.arange(6, MONTHS - 6), size=26, replace=False))
    return NullTone(grid, causes, int(rng.integers(40, MONTHS - 40)))


def _noise(rng: Rng) -> Floats:
    draws: Floats = rng.normal(size=WARM_UP + MONTHS)
    return draws


def _lasting(rng: Rng, stays: float, size: float) -> Floats:
    """A series of which a share stays from month to month, with the standard deviation `size`."""
    steps = _noise(rng) * size * np.sqrt(1 - stays**2)
    values: Floats = np.zeros(len(steps))
    for place in range(1, len(steps)):
        values[place] = stays * values[place - 1] + steps[place]
    return values
