"""Worlds of all pairs whose truth is known: who moved, and what only coverage did.

Counts are negative binomial about a mean with swings that last for months. Each sort of world adds
what could pass for movement: a shock to all, a source that dies, waves of news about some states,
coverage of some states that ends, or of their conflict alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.asks.movers.judged import Movers
from detente.asks.movers.window import Window
from detente.relations.world import Coverage, WorldCounts

SORTS = (
    "nobody",
    "a tenth",
    "common shock",
    "dying source",
    "news waves",
    "coverage of states ends",
    "coverage of a kind ends",
    "long swings",
    "few events",
    "gradual",
)
"""What worlds there are; in all but the first a tenth of the pairs and kinds truly move."""

PERIODS, SINCE = 48, 30
SWING, MEMORY, DISPERSION = 0.35, 0.6, 4.0


@dataclass(frozen=True, eq=False)
class MoversWorld:
    """A world with its truth.

    Attributes:
        counts: What every two states did to each other.
        window: Its periods.
        truth: True lasting log change by pair and kind, shape (P, 2).
    """

    counts: WorldCounts
    window: Window
    truth: Floats


def true_answers(world: MoversWorld, movers: Movers) -> Floats:
    """The true log change that each question of a pair asks for, shape (P, 3).

    Of the share of a kind it is only the sign that counts.

    Args:
        world: The world.
        movers: What was measured in it.

    Example:
        >>> from detente.asks.movers.judged import measure
        >>> world = movers_world("a tenth", 1, states=5)
        >>> true_answers(world, measure(world.counts, world.window)).shape
        (10, 3)
    """
    places = {pair: place for place, pair in enumerate(world.counts.pairs)}
    truth = world.truth[[places[pair] for pair in movers.world.pairs]]
    rarer, rows = movers.series.rarer, np.arange(len(truth))
    return np.column_stack([truth, truth[rows, rarer] - truth[rows, 1 - rarer]])


def movers_world(sort: str, seed: int, states: int = 16, times: float | None = None) -> MoversWorld:
    """A world of a sort.

    Args:
        sort: One of `SORTS`.
        seed: Seed of the random numbers.
        states: How many states; all pairs of them have events.
        times: By what the rate of those who move is multiplied or divided; by default by 1.6 to 4.

    Example:
        >>> world = movers_world("nobody", 1, states=4)
        >>> world.counts.counts.shape, bool(world.truth.any())
        ((6, 2, 48), False)
    """
    rng = np.random.default_rng(seed)
    names = [f"S{place:02d}" for place in range(states)]
    places = np.array([(a, b) for a in range(states) for b in range(a + 1, states)])
    shape = (len(places), 2, PERIODS)
    usual = rng.lognormal(0.3 if sort == "few events" else 1.8, 1.0, (*shape[:2], 1))
    truth = _truth(sort, rng, shape[:2], times)
    after = np.arange(PERIODS) >= SINCE
    ramp = np.clip((np.arange(PERIODS) - SINCE + 1) / 8, 0, 1) if sort == "gradual" else after
    long = sort == "long swings"
    swing = _swings(rng, shape, 0.6 if long else SWING, 0.85 if long else MEMORY)
    mean = usual * np.exp(truth[:, :, None] * ramp + swing + _covered(sort, rng, places))
    counts = rng.negative_binomial(DISPERSION, DISPERSION / (DISPERSION + mean)).astype(float)
    dates = np.arange("2015-01", "2019-01", dtype="datetime64[M]").astype("datetime64[D]")
    thirty = np.full(PERIODS, 30)
    total = counts.sum(axis=(0, 1)).astype(np.int64)
    coverage = Coverage("made", dates, thirty, thirty, total, dates[:0])
    pairs = tuple((names[a], names[b]) for a, b in places)
    window = Window(
        coverage, "month", dates[SINCE].item(), dates[-1].item(), after, np.ones(PERIODS, bool)
    )
    return MoversWorld(WorldCounts(coverage, pairs, counts), window, truth)


def _truth(
    sort: str, rng: np.random.Generator, shape: tuple[int, int], times: float | None
) -> Floats:
    low, high = (0.5, 1.4) if times is None else (np.log(times), np.log(times))
    size = rng.choice([-1.0, 1.0], shape) * rng.uniform(low, high, shape)
    return np.where(rng.random(shape) < (0.0 if sort == "nobody" else 0.1), size, 0.0)


def _swings(
    rng: np.random.Generator, shape: tuple[int, int, int], size: float, memory: float
) -> Floats:
    """A stationary swing of each series, log."""
    swings = np.empty(shape)
    swings[:, :, 0] = rng.normal(0, size, shape[:2])
    for period in range(1, shape[2]):
        push = rng.normal(0, size * np.sqrt(1 - memory**2), shape[:2])
        swings[:, :, period] = memory * swings[:, :, period - 1] + push
    return swings


def _covered(sort: str, rng: np.random.Generator, places: np.ndarray) -> Floats:
    """What coverage alone does, log, by pair, kind and period."""
    time = np.arange(PERIODS)
    news, kinds = np.zeros((len(places), 1, PERIODS)), np.zeros((1, 2, PERIODS))
    states = int(places.max()) + 1
    if sort == "common shock":
        kinds += np.where(time >= SINCE, rng.choice([-1, 1], (1, 2, 1)) * 0.7, 0.0)
    if sort == "dying source":
        news -= 2.5 * np.clip((time - SINCE + 6) / (PERIODS - SINCE), 0, 1)
    if sort == "news waves":
        start = rng.integers(0, PERIODS - 8, states)
        wave = 1.2 * ((time >= start[:, None]) & (time < start[:, None] + 8))
        news += (wave * (rng.random((states, 1)) < 0.4))[places].sum(axis=1)[:, None]
    if sort in ("coverage of states ends", "coverage of a kind ends"):
        lost = np.where(rng.random(states) < 0.25, -1.2, 0.0)
        news += lost[places].sum(axis=1)[:, None, None] * (time >= SINCE + 2)
    if sort == "coverage of a kind ends":
        kinds, news = news * np.array([0.0, 1.0])[:, None], np.zeros_like(news)
    return news + kinds
