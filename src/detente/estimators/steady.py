"""Ratios of rates between two states of the world, beyond a steady drift of the rate.

A record that thickens year by year makes every late state look busier than every early one: in
worlds where nothing else happened the plain ratio called late eras true in a third of them. Here
the log of the rate may change at a steady pace beside the difference of the two states, so that
what they differ by is what the pace does not explain. The price is power: where one state is simply
the later half, little of a difference can be told from a pace.

The p-value moves the states along the calendar while counts and drift stay in place. A state at the
edge is harder to tell from a drift than one in the middle, so scores are compared in their standard
errors. The interval is the wider of the spread of these scores and of the slow swings of the
counts, as for ratios without a drift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.errors import DataGapError
from detente.estimators.glm import GLM, collinear, excess_variance, fit_poisson
from detente.estimators.rates import (
    CORRECTION,
    Counted,
    RateContrast,
    prepared,
    resampled,
    spells_of,
)
from detente.estimators.resample import equal_tailed, swing_error

RIDGE = 1e-3  # so that a state or a stratum without events has a finite fit
IDENTIFIED = 1e-4  # least share of a state's information that levels and drift must leave
FAINT = 1e-9  # of the size of a matrix: a level that a move leaves out has no information


def steady_contrast(
    counts: Floats,
    exposure: Floats,
    high: Bools,
    low: Bools,
    *,
    strata: Ints | None = None,
    block_periods: int = 6,
    draws: int = 2000,
    seed: int = 1,
) -> RateContrast:
    """Compare the rate of events between two states of the world beyond a steady drift.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: Exposure per period (1 for plain rates), shape (T,).
        high: Periods in the state that is claimed to have the higher rate, shape (T,).
        low: Periods in the other state, shape (T,).
        strata: Each has a level of its own, shape (T,); -1: left out.
        block_periods: Length of a bootstrap block in periods.
        draws: Number of resamples.
        seed: Seed of the random numbers.

    Returns:
        The contrast. Its rates are those in the middle of the calendar, so that their ratio is
        the estimate; its counts of events are as recorded.

    Raises:
        DataGapError: As for `rate_contrast`, or the states cannot be told from a drift.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> place = np.arange(200)
        >>> high = place >= 120
        >>> counts = rng.poisson(np.exp(place / 60)).astype(float)
        >>> result = steady_contrast(counts, np.ones(200), high, ~high)
        >>> low_end, high_end = np.exp(result.interval())
        >>> bool(low_end < 1 < high_end), bool(result.p_placebo > 0.05)
        (True, True)

    Source:
        Lopez Bernal, Cummins and Gasparrini (2017), Interrupted time series regression for the
        evaluation of public health interventions, for the level beside a drift; Chung and Romano
        (2013), Exact and asymptotically robust permutation tests, for moves in standard errors;
        Lazarus, Lewis, Stock and Watson (2018), HAR Inference, for the slow swings.
    """
    counted, high, low, measured = prepared(counts, exposure, high, low, strata)
    fit = _fit(counted, high, low)
    scores = moved_scores(counted, high, low, measured)
    even = replace(counted, weight=np.where(high, np.exp(fit.log_ratio), 1.0) * counted.weight)
    noise = moved_scores(even, high, low, measured)[1:]
    if not np.isfinite(scores[0]) or not np.isfinite(noise).any():
        raise _no_difference()
    placebo = scores[1:][np.isfinite(scores[1:])]
    thick = replace(counted, weight=fit.drift * counted.weight)
    events, exposed = thick.sums(low)
    rates = np.exp(fit.log_ratio) * events / exposed, events / exposed
    rng = np.random.default_rng(seed)
    drawn = [
        _centred(resampled(thick, side, block_periods, draws, rng), thick, side, rate)
        for side, rate in zip((high, low), rates, strict=True)
    ]
    return RateContrast(
        log_ratio=fit.log_ratio,
        rate_high=float(rates[0]),
        rate_low=float(rates[1]),
        events_high=counted.sums(high)[0],
        events_low=counted.sums(low)[0],
        periods_high=int(high.sum()),
        periods_low=int(low.sum()),
        draws_high=drawn[0],
        draws_low=drawn[1],
        placebo=fit.plain_error * placebo,
        p_placebo=equal_tailed(float(scores[0]), placebo),
        spread=fit.plain_error * float(np.nanstd(noise)),
        error=fit.error,
        freedom=fit.freedom,
        spells=spells_of(high),
    )


def steady_log_ratio(
    counts: Floats, exposure: Floats, high: Bools, low: Bools, *, strata: Ints | None = None
) -> float:
    """The log ratio of `steady_contrast` alone.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: Exposure per period, shape (T,).
        high: Periods in the first state, shape (T,).
        low: Periods in the second, shape (T,).
        strata: Each has a level of its own; -1: left out.

    Raises:
        DataGapError: As for `steady_contrast`.

    Example:
        >>> place = np.arange(100)
        >>> high = (place >= 40) & (place < 80)
        >>> counts = np.exp(place / 30 + np.log(2) * high)
        >>> round(float(np.exp(steady_log_ratio(counts, np.ones(100), high, ~high))), 2)
        2.0

    Source:
        Lopez Bernal, Cummins and Gasparrini (2017), Interrupted time series regression for the
        evaluation of public health interventions.
    """
    counted, high, low, _ = prepared(counts, exposure, high, low, strata)
    return _fit(counted, high, low).log_ratio


def moved_scores(counted: Counted, high: Bools, low: Bools, measured: Bools) -> Floats:
    """Scores of the first state beyond levels and drift, in standard errors, at every move.

    Args:
        counted: Events, exposure and strata.
        high: Periods in the first state, shape (T,).
        low: Periods in the second.
        measured: Periods with data; the calendar is a ring from the first to the last of them.

    Returns:
        Shape (moves + 1,), the true place first; NaN where levels and drift leave nothing.
    """
    periods = np.flatnonzero(measured)
    here = slice(int(periods[0]), int(periods[-1]) + 1)
    x = levels_and_drift(counted, measured)
    mean, residual, variance = np.zeros((3, len(measured)))
    mean[measured] = usual_counts(counted, measured)[measured]
    residual[measured] = counted.values[measured] - mean[measured]
    variance[measured] = _variance(counted.values[measured], mean[measured], x.shape[1])
    ring = _Ring(x[here], high[here], (high | low)[here])
    return _scores(ring, mean[here], residual[here], variance[here])


def usual_counts(counted: Counted, inside: Bools) -> Floats:
    """What levels and drift alone let one expect, shape (T,), by a fit to the periods inside."""
    x = levels_and_drift(counted, inside)
    exposure = counted.weight[inside]
    model = fit_poisson(counted.values[inside], x[inside], exposure=exposure, ridge=RIDGE)
    return np.asarray(counted.weight * np.exp(x @ model.coefficients), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Fit:
    """The log ratio with its errors, and the factor of the rate by drift, shape (T,)."""

    log_ratio: float
    plain_error: float
    error: float
    freedom: int
    drift: Floats


def _fit(counted: Counted, high: Bools, low: Bools) -> _Fit:
    """Regress the counts of both states on the first state, levels and drift."""
    either = high | low
    others = levels_and_drift(counted, either)
    x = np.column_stack([high, others])[either]
    if collinear(x):
        raise _no_difference()
    ridge = np.full(x.shape[1], RIDGE)
    exposure = counted.weight[either]
    usual = usual_counts(counted, either)[either]
    # Half an event in all, where it was to be expected, so that an empty state has a finite ratio.
    values = counted.values[either] + CORRECTION * usual / usual.sum()
    model = fit_poisson(values, x, exposure=exposure, ridge=ridge)
    own, information = _own(model, x)
    influence = own * model.residual(values) / information
    variance = _variance(values, model.mean, x.shape[1])
    error, freedom = swing_error(influence, (own * model.weight)[:, None] * x)
    return _Fit(
        log_ratio=float(model.coefficients[0]),
        plain_error=float(np.sqrt(own**2 @ variance)) / information,
        error=error,
        freedom=freedom,
        drift=np.exp(model.coefficients[-1] * others[:, -1]),
    )


def _variance(counts: Floats, mean: Floats, coefficients: int) -> Floats:
    """Variance of counts about their means, as of a negative binomial."""
    return mean + excess_variance(counts, mean, coefficients) * mean**2


def _own(model: GLM, x: Floats) -> tuple[Floats, float]:
    """What the others leave of the first regressor, shape (n,), and its information."""
    root = np.sqrt(model.weight)
    shares = np.linalg.lstsq(root[:, None] * x[:, 1:], root * x[:, 0], rcond=None)[0]
    own = x[:, 0] - x[:, 1:] @ shares
    return own, float(model.weight @ (own * x[:, 0]))


def levels_and_drift(counted: Counted, inside: Bools) -> Floats:
    """A level of each stratum with a period inside, then the place in the calendar."""
    levels = counted.members()
    levels = levels[:, levels[inside].any(axis=0)]
    return np.column_stack([levels, np.linspace(-0.5, 0.5, len(counted.values))])


@dataclass(frozen=True, eq=False)
class _Ring:
    """A calendar that is closed to a ring: regressors (T, k), the first state, both."""

    x: Floats
    high: Bools
    either: Bools

    def sums(self, state: Bools, column: Floats) -> tuple[Floats, Floats, Floats]:
        """Of a column over a state at every place, by itself, with one regressor, with two."""
        count = self.x.shape[1]
        squares = (self.x[:, :, None] * self.x[:, None, :]).reshape(len(self.x), -1)
        columns = column[:, None] * np.column_stack([np.ones(len(column)), self.x, squares])
        held = _around(state, columns)
        return held[:, 0], held[:, 1 : count + 1], held[:, count + 1 :].reshape(-1, count, count)


def _scores(ring: _Ring, mean: Floats, residual: Floats, variance: Floats) -> Floats:
    """Efficient scores of a regression without the state in standard errors, at every move.

    One fit serves all moves; what the compared periods alone say of levels and drift is taken out
    at each. Errors follow the mean, because where rates drift their noise drifts as well.
    """
    information, shared, _ = ring.sums(ring.high, mean)
    gram = ring.sums(ring.either, mean)[2]
    gram = gram + FAINT * np.trace(gram, axis1=1, axis2=2)[:, None, None] * np.eye(gram.shape[1])
    shares = np.linalg.solve(gram, shared[:, :, None])[:, :, 0]
    left = information - (shares * shared).sum(axis=1)
    pulled = ring.sums(ring.either, residual)[1]
    score = ring.sums(ring.high, residual)[0] - (shares * pulled).sum(axis=1)
    own, crossed, _ = ring.sums(ring.high, variance)
    spread = own - 2 * (shares * crossed).sum(axis=1)
    spread += np.einsum("ki,kij,kj->k", shares, ring.sums(ring.either, variance)[2], shares)
    able = (left > IDENTIFIED * information) & (spread > FAINT * own)
    return np.where(able, score / np.sqrt(np.where(able, spread, 1.0)), np.nan)


def _around(state: Bools, columns: Floats) -> Floats:
    """Sums over a state moved to every place of the ring, shape (T, columns)."""
    turned = np.conj(np.fft.rfft(state.astype(np.float64)))[:, None]
    sums = np.fft.irfft(turned * np.fft.rfft(columns, axis=0), len(state), axis=0)
    return np.asarray(sums, dtype=np.float64)


def _centred(draws: Floats, counted: Counted, side: Bools, rate: float) -> Floats:
    """Draws of a state's rate around the rate that the regression gives."""
    events, exposed = counted.sums(side)
    return draws * rate * exposed / events if events else draws


def _no_difference() -> DataGapError:
    return DataGapError(
        "Two states of the world could not be compared beyond a steady drift.",
        "Levels and drift explain all by which they could differ.",
        "Use fewer strata, or load data over a longer time.",
    )
