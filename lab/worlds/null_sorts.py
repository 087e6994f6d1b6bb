"""Null worlds of the sorts in which earlier estimators broke: series without the claimed effect.

A sort is a maker: given random numbers, a series by month with what a claim about it would name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.estimators.counts import CountGrid

MONTHS = 168
NEWS = 90_000.0  # events reported in a usual month
DRILL = 7  # the month of a season that lasts one month
THICKER = 10.0  # times as many events at the end of a record as at its beginning
Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class NullSeries:
    """A series without the effect that a claim about it would name.

    Attributes:
        grid: The counts and what they are relative to.
        causes: Months with a cause, for a response.
        at: Month of the claimed date, for a shift.
        high: Months under the condition that is claimed to have the higher rate, for a contrast.
    """

    grid: CountGrid
    causes: Ints
    at: int
    high: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


Maker = Callable[[Rng], NullSeries]


def responses() -> Mapping[str, Maker]:
    """Series in which nothing follows the causes, by name of the sort.

    Example:
        >>> maker = responses()["a flat series"]
        >>> len(maker(np.random.default_rng(1)).causes)
        13
    """
    return {
        "a flat series": lambda rng: _response(rng, rate=20.0),
        "0.1 a month, crises double the news": lambda rng: _response(rng, rate=0.1, crisis=1.0),
        "0.5 a month, the feed is halved": lambda rng: _response(rng, rate=0.5, feed=0.5),
        "a season of one month, shared": lambda rng: _response(rng, rate=20.0, season=0.7),
    }


def shifts() -> Mapping[str, Maker]:
    """Series in which nothing changes at the date, by name of the sort.

    Example:
        >>> maker = shifts()["a flat series"]
        >>> 50 <= maker(np.random.default_rng(1)).at < 110
        True
    """
    return {
        "a flat series": _shift,
        "a break half a window away": lambda rng: _shift(rng, apart=6),
        "a wild stretch": lambda rng: _shift(rng, wild=4.0),
        "drift of 50% a year": lambda rng: _shift(rng, rate=5.0, drift=float(np.log(1.5))),
    }


def eras() -> Mapping[str, Maker]:
    """Series in which a late era is like all other months, by name of the sort.

    Example:
        >>> world = eras()["a flat series"](np.random.default_rng(1))
        >>> 36 <= world.high.sum() <= MONTHS - 60
        np.True_
    """
    return {
        "a flat series": lambda rng: _era(rng, rate=20.0),
        "a record that thickens tenfold": lambda rng: _era(rng, rate=1.0, thicker=THICKER),
        "a rare record that thickens tenfold": lambda rng: _era(rng, rate=0.5, thicker=THICKER),
        "a record that thickens along an S": lambda rng: _era(
            rng, rate=1.0, thicker=THICKER, bend=12.0
        ),
        "drift of 50% a year": lambda rng: _era(
            rng, rate=80.0, thicker=float(1.5 ** (MONTHS / 12)), dispersion=0.3
        ),
    }


def afters() -> Mapping[str, Maker]:
    """Series in which the months after causes are like all others, by name of the sort.

    Example:
        >>> world = afters()["a flat series"](np.random.default_rng(1))
        >>> bool(world.high[world.causes + 1].all())
        True
    """
    return {
        "a flat series": lambda rng: _after(_response(rng, rate=20.0)),
        "a season of one month, shared": lambda rng: _after(_response(rng, rate=20.0, season=0.7)),
    }


def planted() -> Mapping[tuple[str, str], Maker]:
    """Series with an effect of stated size, by kind of claim and in words.

    Example:
        >>> len(planted()["response", "×1.5, ten episodes"](np.random.default_rng(1)).causes)
        10
    """
    half = float(np.log(1.5))
    return {
        ("response", "×1.5, ten episodes"): lambda rng: _response(
            rng, rate=20.0, effect=half, episodes=10
        ),
        ("contrast after", "×1.5, ten episodes"): lambda rng: _after(
            _response(rng, rate=20.0, effect=half, episodes=10, lag=1)
        ),
        ("contrast of eras", "×1.5, a late era"): lambda rng: _era(rng, rate=20.0, effect=half),
        ("contrast of eras", "×3, a late era"): lambda rng: _era(
            rng, rate=20.0, effect=float(np.log(3))
        ),
        ("shift", "×1.5"): lambda rng: _shift(rng, effect=half),
    }


def bursts(rng: Rng) -> tuple[Floats, int]:
    """A flat level with six bursts of two to four months, and where its largest three months begin.

    Args:
        rng: Random numbers.

    Example:
        >>> counts, begin = bursts(np.random.default_rng(1))
        >>> counts.shape, begin >= 40
        ((156,), True)
    """
    raised = np.zeros(156)
    for _ in range(6):
        start = int(rng.integers(5, 150))
        raised[start : start + int(rng.integers(2, 5))] += 1.0
    counts = rng.poisson(20.0 * np.exp(raised) * rng.gamma(10.0, 0.1, 156)).astype(float)
    sums = np.convolve(counts, np.ones(3), "valid")
    return counts, int(np.argmax(sums[40:-5])) + 40


def scattered(rng: Rng) -> tuple[Floats, int]:
    """Months that scatter about a level that never changes, and the one that stands highest.

    Args:
        rng: Random numbers.

    Example:
        >>> counts, at = scattered(np.random.default_rng(1))
        >>> counts.shape, 40 <= at < 151
        ((156,), True)
    """
    counts = rng.poisson(20.0 * rng.gamma(4.0, 0.25, 156)).astype(float)
    return counts, int(np.argmax(counts[40:-5])) + 40


def unequal_groups(rng: Rng, *, wild: int = 4) -> Floats:
    """Levels of twelve units, four years each, the first four of which merely vary more.

    Args:
        rng: Random numbers.
        wild: How many times as widely the first four are spread.

    Example:
        >>> unequal_groups(np.random.default_rng(1)).shape
        (12, 8)
    """
    spread = np.where(np.arange(12) < 4, float(wild), 1.0)
    return rng.normal(size=12)[:, None] * spread[:, None] + rng.normal(0, 0.1, (12, 8))


def by_month(counts: Floats, exposure: Floats) -> CountGrid:
    """Counts of months in one block that begins with a year, and what they are relative to.

    Args:
        counts: Events by month, shape (T,).
        exposure: What they are relative to, shape (T,).

    Example:
        >>> by_month(np.ones(14), np.ones(14)).year[12:].round(2).tolist()
        [2001.0, 2001.08]
    """
    month = np.arange(len(counts))
    return CountGrid(
        counts, exposure, np.zeros(len(counts), dtype=int), 2000 + month / 12, (month % 12) / 12
    )


def _response(
    rng: Rng,
    *,
    rate: float,
    crisis: float = 0.0,
    feed: float = 1.0,
    season: float = 0.0,
    effect: float = 0.0,
    episodes: int = 13,
    lag: int = 0,
) -> NullSeries:
    month = np.arange(MONTHS)
    if season:
        years = np.sort(rng.permutation(MONTHS // 12)[:10])
        causes = years * 12 + DRILL
    else:
        causes = np.clip(np.arange(13) * 12 + rng.integers(3, 10, 13), 4, MONTHS - 5)[:episodes]
    exposure = np.full(MONTHS, NEWS)
    under = np.zeros(MONTHS)
    for cause in causes:
        under[cause + lag : cause + lag + 3] = 1.0
    exposure *= 1 + crisis * under
    exposure[MONTHS // 2 :] *= feed
    mean = rate * exposure / NEWS * np.exp(season * (month % 12 == DRILL) + effect * under)
    if rate > 1:
        mean = mean * rng.gamma(5.0, 0.2, MONTHS)
    counts = rng.poisson(mean).astype(float)
    return NullSeries(by_month(counts, exposure), causes, 0)


def _after(world: NullSeries) -> NullSeries:
    """The same series, of which the three months after a cause are claimed to be busier."""
    high = np.zeros(MONTHS, dtype=bool)
    for cause in world.causes:
        high[cause + 1 : cause + 4] = True
    return replace(world, high=high)


def _era(
    rng: Rng,
    *,
    rate: float,
    thicker: float = 1.0,
    bend: float = 0.0,
    dispersion: float = 0.2,
    effect: float = 0.0,
) -> NullSeries:
    """A late era, half of the time up to the end, in a record that thickens to `rate`."""
    month = np.arange(MONTHS)
    place = month / (MONTHS - 1)
    begin = int(rng.integers(60, 110))
    end = MONTHS if rng.random() < 0.5 else begin + int(rng.integers(36, 84))
    high = (month >= begin) & (month < end)
    level = thicker ** (place - 1)
    if bend:
        level = 1 / thicker + (1 - 1 / thicker) / (1 + np.exp(-bend * (place - 0.5)))
    noise = rng.gamma(1 / dispersion, dispersion, MONTHS)
    counts = rng.poisson(rate * level * noise * np.exp(effect * high)).astype(float)
    none = np.zeros(0, dtype=int)
    return NullSeries(by_month(counts, np.ones(MONTHS)), none, begin, high)


def _shift(
    rng: Rng,
    *,
    rate: float = 20.0,
    apart: int = 0,
    wild: float = 0.0,
    drift: float = 0.0,
    effect: float = 0.0,
) -> NullSeries:
    at = int(rng.integers(50, 110))
    log_rate = drift * (np.arange(MONTHS) - MONTHS / 2) / 12
    log_rate[at:] += effect
    dispersion = np.full(MONTHS, 0.3)
    if wild:
        near = slice(at - 18, at + 18)
        dispersion[near] *= wild
        log_rate[near] += rng.normal(0, 0.35, 36)
    if apart:
        log_rate[at + apart :] += np.log(2) * rng.choice([-1, 1])
    noise = rng.gamma(1 / dispersion, dispersion)
    counts = rng.poisson(rate * np.exp(log_rate) * noise).astype(float)
    return NullSeries(by_month(counts, np.ones(MONTHS)), np.zeros(0, dtype=int), at)
