"""Ratios of rates between two states of the world, with dependence and bursts respected.

Counts of events between states come in bursts, so a Poisson test finds differences everywhere. Here
intervals come from resampling blocks of consecutive periods, and the p-value from moving the states
of the world along the calendar while the counts stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.dynamics.eventstudy import two_sided
from detente.dynamics.resample import block_index
from detente.errors import DataGapError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

CORRECTION = 0.5  # events added to each side, so that an empty side has a finite ratio


@dataclass(frozen=True, eq=False)
class RateContrast:
    """The rate in one state of the world against that in another.

    Attributes:
        log_ratio: Log of rate(high) / rate(low), within strata where there are several.
        rate_high: Events per unit of exposure in the state `high`.
        rate_low: The same in `low`.
        events_high: Events in `high`; events_low in `low`.
        periods_high: Periods in `high`; periods_low in `low`.
        draws_high: Block-bootstrap draws of rate_high; draws_low of rate_low; draws of log_ratio.
        placebo: Log ratios with the states moved along the calendar.
        p_placebo: Two-sided p-value against `placebo`.
    """

    log_ratio: float
    rate_high: float
    rate_low: float
    events_high: float
    events_low: float
    periods_high: int
    periods_low: int
    draws_high: Floats
    draws_low: Floats
    draws: Floats
    placebo: Floats
    p_placebo: float

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Percentile interval of the log ratio."""
        low, high = np.quantile(self.draws, [(1 - coverage) / 2, (1 + coverage) / 2])
        return float(low), float(high)


def rate_contrast(
    counts: Floats,
    exposure: Floats,
    high: Bools,
    low: Bools,
    *,
    strata: Ints | None = None,
    block: int = 6,
    draws: int = 2000,
    seed: int = 1,
) -> RateContrast:
    """Compare the rate of events between two states of the world.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: Exposure per period (1 for plain rates), shape (T,).
        high: Periods in the state that is claimed to have the higher rate, shape (T,).
        low: Periods in the other state, shape (T,).
        strata: Compare only within periods of equal stratum (Mantel-Haenszel); -1: left out.
        block: Length of a bootstrap block in periods.
        draws: Number of resamples.
        seed: Seed of the random numbers.

    Returns:
        The contrast with its bootstrap draws and its placebo distribution.

    Raises:
        DataGapError: One of the states has no period with data.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> high = np.arange(200) >= 100
        >>> counts = rng.poisson(np.where(high, 3.0, 1.0)).astype(float)
        >>> result = rate_contrast(counts, np.ones(200), high, ~high)
        >>> bool(2 < np.exp(result.log_ratio) < 4)
        True

    Source:
        Künsch (1989) and Politis and Romano (1992) for blocks; Mantel and Haenszel (1959) as for
        person-time data in Rothman, Greenland and Lash (2008, ch. 15) for strata.
    """
    known = np.isfinite(counts) & np.isfinite(exposure)
    if strata is None:
        strata = np.zeros(len(counts), dtype=np.int64)
    known &= strata >= 0
    high, low = high & known, low & known
    _check(high, low)
    counted = _Counted(np.where(known, counts, 0.0), np.where(known, exposure, 0.0), strata)
    estimate = _log_ratio(counted, high, low)
    resampled = _block_draws(counted, high, low, _Blocks(block, draws, np.random.default_rng(seed)))
    placebo = _moved(counted, high, low, known)
    sides = [counted.sums(side) for side in (high, low)]
    return RateContrast(
        log_ratio=estimate,
        rate_high=sides[0][0] / sides[0][1],
        rate_low=sides[1][0] / sides[1][1],
        events_high=sides[0][0],
        events_low=sides[1][0],
        periods_high=int(high.sum()),
        periods_low=int(low.sum()),
        draws_high=resampled[0],
        draws_low=resampled[1],
        draws=resampled[2],
        placebo=placebo,
        p_placebo=two_sided(estimate, placebo),
    )


@dataclass(frozen=True, eq=False)
class _Counted:
    """Events and exposure per period (0 where unknown) and the stratum of each period."""

    values: Floats
    weight: Floats
    strata: Ints

    def sums(self, side: Bools) -> tuple[float, float]:
        return float(self.values[side].sum()), float(self.weight[side].sum())

    def each_stratum(self) -> list[Bools]:
        return [self.strata == stratum for stratum in np.unique(self.strata[self.strata >= 0])]


@dataclass(frozen=True, eq=False)
class _Blocks:
    """How blocks are drawn."""

    length: int
    draws: int
    rng: np.random.Generator


def _check(high: Bools, low: Bools) -> None:
    for name, side in (("first", high), ("second", low)):
        if not side.any():
            raise DataGapError(
                "Two states of the world could not be compared.",
                f"There is no period with data in the {name} state.",
                "Load data that cover both.",
            )


def _log_ratio(counted: _Counted, high: Bools, low: Bools) -> float:
    """Mantel-Haenszel log rate ratio; one stratum gives the plain ratio."""
    above = below = 0.0
    for here in counted.each_stratum():
        events_high, time_high = counted.sums(high & here)
        events_low, time_low = counted.sums(low & here)
        total = time_high + time_low
        if time_high > 0 and time_low > 0:
            above += (events_high + CORRECTION * time_high / total) * time_low / total
            below += (events_low + CORRECTION * time_low / total) * time_high / total
    return float(np.log(above / below)) if above > 0 and below > 0 else float("nan")


def _block_draws(
    counted: _Counted, high: Bools, low: Bools, blocks: _Blocks
) -> tuple[Floats, Floats, Floats]:
    """Draws of both rates and of the log ratio: blocks within each side of each stratum."""
    above, below = np.zeros(blocks.draws), np.zeros(blocks.draws)
    sums = np.zeros((4, blocks.draws))
    for here in counted.each_stratum():
        first = _resampled(counted, high & here, blocks)
        second = _resampled(counted, low & here, blocks)
        sums += np.array([*first, *second])
        total = first[1] + second[1]
        if (high & here).any() and (low & here).any():
            above += (first[0] + CORRECTION * first[1] / total) * second[1] / total
            below += (second[0] + CORRECTION * second[1] / total) * first[1] / total
    return sums[0] / sums[1], sums[2] / sums[3], np.log(above / below)


def _resampled(counted: _Counted, side: Bools, blocks: _Blocks) -> tuple[Floats, Floats]:
    periods = np.flatnonzero(side)
    if len(periods) == 0:
        return np.zeros(blocks.draws), np.zeros(blocks.draws)
    index = periods[block_index(len(periods), blocks.length, blocks.draws, blocks.rng)]
    return counted.values[index].sum(axis=1), counted.weight[index].sum(axis=1)


def _moved(counted: _Counted, high: Bools, low: Bools, known: Bools) -> Floats:
    """Log ratios with both states moved together along the calendar, for every possible move."""
    periods = np.flatnonzero(known)
    first, length = int(periods[0]), int(periods[-1] - periods[0] + 1)
    here = slice(first, first + length)
    source = (np.arange(length) - np.arange(1, length)[:, None]) % length
    sides = [side[here][source].astype(np.float64) for side in (high, low)]
    above, below = np.zeros(length - 1), np.zeros(length - 1)
    for stratum in counted.each_stratum():
        values = np.where(stratum, counted.values, 0.0)[here]
        weight = np.where(stratum, counted.weight, 0.0)[here]
        (events_high, time_high), (events_low, time_low) = (
            (side @ values, side @ weight) for side in sides
        )
        total = np.maximum(time_high + time_low, 1e-12)
        both = (time_high > 0) & (time_low > 0)
        above += both * (events_high + CORRECTION * time_high / total) * time_low / total
        below += both * (events_low + CORRECTION * time_low / total) * time_high / total
    usable = (above > 0) & (below > 0)
    return np.asarray(np.log(above[usable] / below[usable]), dtype=np.float64)
