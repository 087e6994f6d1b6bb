"""Null worlds of the sorts in which earlier estimators broke: series without the claimed effect.

A sort is a maker: given random numbers, a series by month with what a claim about it would name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats, Ints
from detente.estimators.counts import CountGrid

MONTHS = 168
NEWS = 90_000.0  # events reported in a usual month
DRILL = 7  # the month of a season that lasts one month
Rng = np.random.Generator


@dataclass(frozen=True, eq=False)
class NullSeries:
    """A series without the effect that a claim about it would name.

    Attributes:
        grid: The counts and what they are relative to.
        causes: Months with a cause, for a response.
        at: Month of the claimed date, for a shift.
    """

    grid: CountGrid
    causes: Ints
    at: int


def responses() -> Mapping[str, Callable[[Rng], NullSeries]]:
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


def shifts() -> Mapping[str, Callable[[Rng], NullSeries]]:
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


def _grid(counts: Floats, exposure: Floats) -> CountGrid:
    month = np.arange(len(counts))
    return CountGrid(
        counts, exposure, np.zeros(len(counts), dtype=int), 2000 + month / 12, (month % 12) / 12
    )


def _response(
    rng: Rng, *, rate: float, crisis: float = 0.0, feed: float = 1.0, season: float = 0.0
) -> NullSeries:
    month = np.arange(MONTHS)
    if season:
        years = np.sort(rng.permutation(MONTHS // 12)[:10])
        causes = years * 12 + DRILL
    else:
        causes = np.clip(np.arange(13) * 12 + rng.integers(3, 10, 13), 4, MONTHS - 5)
    exposure = np.full(MONTHS, NEWS)
    under = np.zeros(MONTHS)
    for cause in causes:
        under[cause : cause + 3] = 1.0
    exposure *= 1 + crisis * under
    exposure[MONTHS // 2 :] *= feed
    mean = rate * exposure / NEWS * np.exp(season * (month % 12 == DRILL))
    if rate > 1:
        mean = mean * rng.gamma(5.0, 0.2, MONTHS)
    return NullSeries(_grid(rng.poisson(mean).astype(float), exposure), causes, 0)


def _shift(
    rng: Rng, *, rate: float = 20.0, apart: int = 0, wild: float = 0.0, drift: float = 0.0
) -> NullSeries:
    at = int(rng.integers(50, 110))
    log_rate = drift * (np.arange(MONTHS) - MONTHS / 2) / 12
    dispersion = np.full(MONTHS, 0.3)
    if wild:
        near = slice(at - 18, at + 18)
        dispersion[near] *= wild
        log_rate[near] += rng.normal(0, 0.35, 36)
    if apart:
        log_rate[at + apart :] += np.log(2) * rng.choice([-1, 1])
    noise = rng.gamma(1 / dispersion, dispersion)
    counts = rng.poisson(rate * np.exp(log_rate) * noise).astype(float)
    return NullSeries(_grid(counts, np.ones(MONTHS)), np.zeros(0, dtype=int), at)
