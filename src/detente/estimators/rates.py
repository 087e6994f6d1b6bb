"""Ratios of rates between two states of the world, with dependence and bursts respected.

Counts of events between states come in bursts, so a Poisson test finds differences everywhere. Here
the p-value comes from moving the states of the world along the calendar while the counts stay where
they are. The interval is the wider of two, since each fails where the other holds: the spread of
the ratio under such moves (narrow where a state is one long span, which hardly moves) and the slow
swings of the counts (narrow where there are many strata).

Moves around a ring are those of Lotwick and Silverman (1982), Methods for analysing spatial
processes of several types of points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError
from detente.estimators.exhibits import exhibit
from detente.estimators.glm import fit_poisson
from detente.estimators.resample import block_index, equal_tailed, swing_error
from detente.rounding import number

CORRECTION = 0.5  # events added in all, so that an empty side has a finite ratio
TINY = 1e-9  # below the least exposure and above the rounding of a Fourier transform
MIN_SPELLS = 4
RIDGE = 0.5  # a state without events has a finite fit too


@dataclass(frozen=True, eq=False)
class RateContrast(Shown):
    """The rate in one state of the world against that in another.

    Attributes:
        log_ratio: Log of rate(high) / rate(low), within strata where there are several.
        rate_high: Events per unit of exposure in the state `high`.
        rate_low: The same in `low`.
        events_high: Events in `high`; events_low in `low`.
        periods_high: Periods in `high`; periods_low in `low`.
        draws_high: Block-bootstrap draws of rate_high; draws_low of rate_low.
        placebo: Log ratios with the states moved along the calendar.
        p_placebo: Two-sided p-value against `placebo`, equal tails: ratios of few events lean down.
        spread: Standard deviation of such log ratios once the estimated ratio is taken out.
        error: Standard error of the log ratio from the slow swings of the counts.
        freedom: Its degrees of freedom.
        spells: How many separate spells the first state has.
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
    placebo: Floats
    p_placebo: float
    spread: float
    error: float
    freedom: int
    spells: int

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """Interval of the log ratio: the wider of the two that the module's text describes."""
        upper = (1 + coverage) / 2
        moves = scipy.special.stdtrit(max(self.spells, MIN_SPELLS), upper) * self.spread
        reach = float(max(moves, scipy.special.stdtrit(self.freedom, upper) * self.error))
        return self.log_ratio - reach, self.log_ratio + reach

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The rate in each state within the 90% interval of its draws; the ratio in the title."""
        ends = [np.quantile(draws, [0.05, 0.95]) for draws in (self.draws_high, self.draws_low)]
        values = {
            "state": ["high", "low"],
            "rate": [self.rate_high, self.rate_low],
            "low_90": [low for low, _ in ends],
            "high_90": [high for _, high in ends],
            "events": [self.events_high, self.events_low],
            "periods": [self.periods_high, self.periods_low],
        }
        ratio, low, high = (number(x, 2) for x in np.exp([self.log_ratio, *self.interval()]))
        title = f"Ratio {ratio} (90% interval {low} to {high})"
        return (exhibit("rates", title, values, "intervals", axis="events per unit of exposure"),)


def rate_contrast(
    counts: Floats,
    exposure: Floats,
    high: Bools,
    low: Bools,
    *,
    strata: Ints | None = None,
    segments: Ints | None = None,
    block_periods: int = 6,
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
        segments: Number of the source of each period, shape (T,): each has a level of its own
            beside the drift. Strata that part sources compare within them only.
        block_periods: Length of a bootstrap block in periods.
        draws: Number of resamples.
        seed: Seed of the random numbers.

    Returns:
        The contrast with its placebo distribution, and draws of both rates.

    Raises:
        DataGapError: One of the states has no period with data and exposure, or neither has any
            event: the ratio of nothing to nothing is not known.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> high = np.arange(200) >= 100
        >>> counts = rng.poisson(np.where(high, 3.0, 1.0)).astype(float)
        >>> result = rate_contrast(counts, np.ones(200), high, ~high)
        >>> bool(2 < np.exp(result.log_ratio) < 4)
        True

    Source:
        Mantel and Haenszel (1959) as for person-time data in Rothman, Greenland and Lash (2008,
        ch. 15) for strata; Lazarus, Lewis, Stock and Watson (2018), HAR Inference, for the slow
        swings; Politis and Romano (1992) for the draws of the rates.
    """
    counted, high, low, measured = prepared(counts, exposure, high, low, strata)
    estimate = log_ratio(counted, high, low)
    rng = np.random.default_rng(seed)
    placebo = moved_ratios(counted, high, low, measured)
    placebo = placebo[np.isfinite(placebo)]
    drift = _drift(counted.values, counted.weight, high, segments)
    steady = replace(counted, weight=drift * counted.weight)
    moved = log_ratio(steady, high, low)
    even = replace(steady, weight=np.where(high, np.exp(moved), 1.0) * steady.weight)
    either = (high | low) & measured
    states = np.stack([high[either], low[either]], axis=1).astype(np.float64)
    error, freedom = swing_error(_influence(steady, high, low)[either], states)
    sides = [counted.sums(side) for side in (high, low)]
    return RateContrast(
        log_ratio=estimate,
        rate_high=sides[0][0] / sides[0][1],
        rate_low=sides[1][0] / sides[1][1],
        events_high=sides[0][0],
        events_low=sides[1][0],
        periods_high=int(high.sum()),
        periods_low=int(low.sum()),
        draws_high=resampled(counted, high, block_periods, draws, rng),
        draws_low=resampled(counted, low, block_periods, draws, rng),
        placebo=placebo,
        p_placebo=equal_tailed(estimate, placebo),
        spread=float(np.nanstd(moved_ratios(even, high, low, measured))),
        error=error,
        freedom=freedom,
        spells=spells_of(high),
    )


def log_rate_ratio(
    counts: Floats, exposure: Floats, high: Bools, low: Bools, *, strata: Ints | None = None
) -> float:
    """The log ratio of `rate_contrast` alone.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: Exposure per period, shape (T,).
        high: Periods in the first state, shape (T,).
        low: Periods in the second, shape (T,).
        strata: Compare only within periods of equal stratum; -1: left out.

    Raises:
        DataGapError: One of the states has no period with data and exposure, no stratum holds
            both, or neither has any event.

    Example:
        >>> high = np.array([True, True, False, False])
        >>> ratio = log_rate_ratio(np.array([40.0, 40, 20, 20]), np.ones(4), high, ~high)
        >>> round(float(np.exp(ratio)), 1)
        2.0

    Source:
        Mantel and Haenszel (1959), Statistical aspects of the analysis of data from retrospective
        studies of disease; as for person-time in Rothman, Greenland and Lash (2008), chapter 15.
    """
    counted, high, low, _ = prepared(counts, exposure, high, low, strata)
    return log_ratio(counted, high, low)


def prepared(
    counts: Floats, exposure: Floats, high: Bools, low: Bools, strata: Ints | None
) -> tuple[Counted, Bools, Bools, Bools]:
    """Zeros where nothing is known, the states where something is, and where that is.

    Takes what `rate_contrast` takes.
    """
    measured = np.isfinite(counts) & np.isfinite(exposure) & (exposure > 0)
    if strata is None:
        strata = np.zeros(len(counts), dtype=np.int64)
    measured &= strata >= 0
    high, low = high & measured, low & measured
    _check(high, low)
    both = np.intersect1d(strata[high], strata[low])
    if len(both) == 0:
        raise DataGapError(
            "Two states of the world could not be compared.",
            "No stratum holds periods of both.",
            "Use wider strata, or load data over a longer time.",
        )
    weight = np.where(measured, exposure, 0.0)
    counted = Counted(np.where(measured, counts, 0.0), weight, strata)
    if not counted.values[high | low].any():
        raise DataGapError(
            "Two states of the world could not be compared.",
            "There is no event in either of them: the ratio is not known.",
            "Count a wider kind of events, or load data over a longer time.",
        )
    return counted, high, low, measured


@dataclass(frozen=True, eq=False)
class Counted:
    """Events and exposure per period (0 where unknown) and the stratum of each period."""

    values: Floats
    weight: Floats
    strata: Ints

    def sums(self, side: Bools) -> tuple[float, float]:
        """Events and exposure of a state."""
        return float(self.values[side].sum()), float(self.weight[side].sum())

    def by_stratum(self, side: Bools) -> tuple[Floats, Floats]:
        """Events and exposure of a state by stratum, each of shape (1, strata)."""
        members = self.members() * side[:, None]
        return (self.values @ members)[None], (self.weight @ members)[None]

    def members(self) -> Floats:
        """1 where a period lies in a stratum, shape (T, strata)."""
        kinds = np.unique(self.strata[self.strata >= 0])
        return np.asarray(self.strata[:, None] == kinds, dtype=np.float64)


def spells_of(state: Bools) -> int:
    """How many separate spells a state has."""
    return int(np.sum(np.diff(state.astype(np.int64), prepend=0) == 1))


def _check(high: Bools, low: Bools) -> None:
    for name, side in (("first", high), ("second", low)):
        if not side.any():
            raise DataGapError(
                "Two states of the world could not be compared.",
                f"There is no period with data and exposure in the {name} state.",
                "Load data that cover both.",
            )


def log_ratio(counted: Counted, high: Bools, low: Bools) -> float:
    """The Mantel-Haenszel log rate ratio of two states; NaN where no stratum holds both.

    Args:
        counted: Events, exposure and strata.
        high: Periods in the first state, shape (T,).
        low: Periods in the second.
    """
    return float(_combined(*(counted.by_stratum(side) for side in (high, low)))[0])


def _combined(high: tuple[Floats, Floats], low: tuple[Floats, Floats]) -> Floats:
    """Mantel-Haenszel log rate ratios; one stratum gives the plain ratio.

    Args:
        high: Events and exposure in the first state, each of shape (ratios, strata).
        low: The same in the second.

    Returns:
        Shape (ratios,); NaN where no stratum holds both states.
    """
    (events_high, time_high), (events_low, time_low) = high, low
    both = (time_high > 0) & (time_low > 0)
    total = np.where(both, time_high + time_low, 1.0)
    share = CORRECTION / np.maximum(both.sum(axis=1, keepdims=True), 1)
    above = both * (events_high + share * time_high / total) * time_low / total
    below = both * (events_low + share * time_low / total) * time_high / total
    empty = ~both.any(axis=1)
    tops, bottoms = (np.where(empty, np.nan, part.sum(axis=1)) for part in (above, below))
    return np.asarray(np.log(tops / bottoms), dtype=np.float64)


def resampled(
    counted: Counted, side: Bools, block_periods: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Draws of a state's rate with its blocks drawn anew, shape (draws,)."""
    periods = np.flatnonzero(side)
    index = periods[block_index(len(periods), block_periods, draws, rng)]
    rates = counted.values[index].sum(axis=1) / counted.weight[index].sum(axis=1)
    return np.asarray(rates, dtype=np.float64)


def moved_ratios(counted: Counted, high: Bools, low: Bools, measured: Bools) -> Floats:
    """Log ratios with both states moved together along the calendar, for every possible move.

    Args:
        counted: Events, exposure and strata.
        high: Periods in the first state, shape (T,).
        low: Periods in the second.
        measured: Periods with data; the calendar is a ring from the first to the last of them.

    Returns:
        Shape (moves,), NaN where no stratum holds both states.
    """
    periods = np.flatnonzero(measured)
    here = slice(int(periods[0]), int(periods[-1]) + 1)
    members = counted.members()[here]
    weight = counted.weight / counted.weight.max()  # no ratio notices, and zeros stay apart
    parts = [part[here, None] * members for part in (counted.values, weight)]
    length = len(members)
    waves = [np.fft.rfft(part, axis=0) for part in parts]
    sides = []
    for side in (high, low):
        turned = np.conj(np.fft.rfft(side[here].astype(np.float64)))[:, None]
        events, time = (np.fft.irfft(turned * wave, length, axis=0)[1:] for wave in waves)
        sides.append((np.maximum(events, 0.0), np.where(time > TINY, time, 0.0)))
    return _combined(sides[0], sides[1])


def _drift(counts: Floats, exposure: Floats, state: Bools, segments: Ints | None = None) -> Floats:
    """How the rate drifts on a straight line of its log, beside the difference of two states.

    The states may lie late and early, so what they share with the drift is divided as the counts
    within each state tell. That a source reports more than the one before is no drift.

    Returns:
        Factor of the rate, shape (T,); 1 in the middle of the calendar.
    """
    place = np.linspace(-0.5, 0.5, len(counts))
    if not counts.any():
        return np.ones(len(counts))
    covered = exposure > 0
    labels = np.zeros(len(counts), dtype=np.int64) if segments is None else segments
    levels = labels[:, None] == np.unique(labels[covered & (counts > 0)])
    covered &= levels.any(axis=1)  # a source without an event tells no drift
    design = np.column_stack([levels, state, place])[covered].astype(np.float64)
    ridge = [0.0] * levels.shape[1] + [RIDGE, RIDGE]
    fit = fit_poisson(counts[covered], design, exposure=exposure[covered], ridge=ridge)
    return np.asarray(np.exp(fit.coefficients[-1] * place), dtype=np.float64)


def _influence(counted: Counted, high: Bools, low: Bools) -> Floats:
    """How much each period's counts, beyond the mean of its side, move the log ratio."""
    members = counted.members()
    (first, time_first), (second, time_second) = (
        (events[0], time[0]) for events, time in (counted.by_stratum(side) for side in (high, low))
    )
    both = (time_first > 0) & (time_second > 0)
    total = np.where(both, time_first + time_second, 1.0)
    shares = {"high": both * time_second / total, "low": both * time_first / total}
    influence = np.zeros(len(counted.values))
    for side, events, time, share, sign in (
        (high, first, time_first, shares["high"], 1.0),
        (low, second, time_second, shares["low"], -1.0),
    ):
        mean = members @ (events / np.where(time > 0, time, 1.0))
        rest = (counted.values - mean * counted.weight) * (members @ share)
        influence += (
            sign * np.where(side, rest, 0.0) / max(float(events @ share), CORRECTION * share.max())
        )
    return influence
