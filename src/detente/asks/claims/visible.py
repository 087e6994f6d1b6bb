"""The smallest effect that a design would have seen four times in five, or why none can be named.

Each finding carries one or the other: a number in the unit of its effect, or a sentence.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.asks.claims.estimate import Estimate, Visible
from detente.asks.claims.rules import PROBABLE
from detente.asks.claims.scales import apart_text, convert
from detente.estimators.power import LARGEST, POWER, UNLIMITED, share_seen, visible_log_ratio
from detente.rounding import percent_text, share_text, significant
from detente.study.signal import Signal

POWER_Z = 2.8  # 1.96 + 0.84 standard errors: seen 80% of the time at the 5% level

FORECAST = (
    "A forecast of one window has none: it is judged by what happened, not against chance. How "
    "good such odds are, only many windows can show."
)
"""Why a forecast has no smallest visible effect."""


def of_change(estimate: Estimate[Any], *, up: bool) -> Visible:
    """The change that would have been seen, by the spread of placebos; a claimed fall is negative.

    Args:
        estimate: The change with its placebos.
        up: Whether the claim is that the numbers rise.

    Example:
        >>> from detente.answers import Scale
        >>> from detente.relations.series import make_series
        >>> series = make_series("x", "year", ["2001-01-01"], [3], unit="events")
        >>> signal = Signal(series, counts=True, source="", measure="", noun="x")
        >>> spread = np.array([-0.4, 0.4])
        >>> item = Estimate(signal, Scale.PERCENT, 0.1, None, 0.5, 9, None, placebo=spread)
        >>> [round(of_change(item, up=up).size) for up in (True, False)]
        [206, -67]
    """
    size = POWER_Z * float(estimate.placebo.std())
    return Visible(float(convert(estimate.scale, size if up else -size)))


def of_ratio(
    counts: Floats,
    exposure: Floats,
    when: Bools,
    against: Bools,
    strata: Ints,
    *,
    up: bool = True,
    steady: bool = False,
) -> Visible:
    """The ratio of rates that a contrast would have seen.

    Args:
        counts: Events per period, shape (T,), NaN where unknown.
        exposure: What they are relative to, shape (T,).
        when: Periods under the first condition, shape (T,).
        against: Periods under the second, shape (T,).
        strata: Stratum of each period, shape (T,).
        up: Whether the claim is that the first condition has the higher rate; else the ratio is
            below one.
        steady: Whether the ratio is the one beyond a steady drift.

    Example:
        >>> alike = np.arange(96) % 2 == 0
        >>> none = np.zeros(96, dtype=int)
        >>> of_ratio(np.full(96, 4.0), np.ones(96), alike, ~alike, none).note[:35]
        'No ratio, however large, would be s'
    """
    sides = (when, against) if up else (against, when)
    log_ratio = visible_log_ratio(counts, exposure, *sides, strata=strata, steady=steady)
    if np.isfinite(log_ratio):
        return Visible(float(np.exp(log_ratio if up else -log_ratio)))
    best = share_seen(counts, exposure, *sides, UNLIMITED, strata=strata, steady=steady)
    if best >= POWER:
        most = (
            f"more than {significant(np.exp(LARGEST))}"
            if up
            else f"less than {significant(np.exp(-LARGEST))}"
        )
        text = f"Only a ratio of {most} would be seen {percent_text(POWER)} of the time."
        return Visible(None, text)
    size, most = ("large", "largest") if up else ("small", "smallest")
    return Visible(
        None,
        f"No ratio, however {size}, would be seen {percent_text(POWER)} of the time; the {most} "
        f"would be seen {share_text(best)} of the time. Moved along the calendar, the two "
        "conditions overlap with where they were, and counts as uneven as these hide the rest.",
    )


def of_extreme(signal: Signal, draws: Floats, target: Bools, rivals: Bools, *, up: bool) -> Visible:
    """How far from its rivals a level must be estimated to be called the highest or the lowest.

    Args:
        signal: What is measured, T periods.
        draws: Joint posterior draws of the level, shape (draws, T), upwards the claimed way.
        target: The claimed periods, shape (T,).
        rivals: The periods that they must exceed, shape (T,).
        up: Whether the claim is about the highest.

    Example:
        >>> from detente.relations.series import make_series
        >>> years = np.datetime64("2001", "Y") + np.arange(9)
        >>> series = make_series("x", "year", years, np.arange(9) - 4.0, unit="points")
        >>> draws = np.random.default_rng(1).normal(size=(4000, 9))
        >>> last = np.arange(9) == 8
        >>> signal = Signal(series, counts=False, source="", measure="", noun="x")
        >>> visible = of_extreme(signal, draws, last, ~last, up=True)
        >>> visible.note.split("at least ")[1]
        '2.0 points above its strongest rival for a probability of 95%.'
    """
    gap = draws[:, target].max(axis=1) - draws[:, rivals].max(axis=1)
    needed = float(np.median(gap) - np.quantile(gap, 1 - PROBABLE))
    return Visible(
        None,
        "No effect that would be seen 80% of the time is given: that takes the levels of many "
        "simulated histories. With the uncertainty of this one, the claimed level must be "
        f"estimated at least {apart_text(signal, needed, up=up)} its strongest rival for a "
        f"probability of {percent_text(PROBABLE)}.",
    )
