"""Whether all events that an origin reported may stand for how much it reports.

Dividing by them turns counts into shares of the news and takes the growth of the media out. That
rests on a premise: they must be made by something else than the relation that is read. A file of
one dyad divided by itself is one; a regional file swells with the crisis that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Floats
from detente.rounding import number, share_text

MOST_OWN = 0.5  # share of an origin's events above which its total is made by the relation
MOST_ELASTIC = 1.5  # per cent of change for each per cent of all other events
MOST_SWING = 2.5  # a month's total over the median of the two years around it
FEWEST_PERIODS = 12
AROUND = 25  # months, the month itself in their middle


@dataclass(frozen=True)
class Premise:
    """What speaks for and against dividing by all events reported.

    Attributes:
        holds: Whether the premise is granted.
        share: Share of all events that are the relation's own, 0 to 1.
        elasticity: Change of its counts, in per cent, for each per cent that all other events
            change from one period to the next; NaN where it cannot be told.
        low: Lower end of its 95% interval.
        swing: Largest monthly total of the origin over the median of the two years around it.
        why: One sentence.
    """

    holds: bool
    share: float
    elasticity: float
    low: float
    swing: float
    why: str


def exposure_premise(
    counts: Floats, exposure: Floats, *, own: Floats | None = None, months: float = 1.0
) -> Premise:
    """Test whether all events that an origin reported may serve as exposure of a relation.

    Three conditions. Less than half of the events are the relation's own. The relation does not
    rise by clearly more than one half over what all other events rise by: where attention rises for
    all alike, a relation rises in proportion (elasticity 1). And no month of the origin stands at
    more than two and a half times the median of the two years around it: the news of the world
    swings by at most a half (ICEWS, 2001 to 2014: 1.5), a regional file by a multiple in its crises
    (KEDS Gulf 5.4, KEDS Levant 3.8).

    Args:
        counts: Events of the relation by period, shape (T,); NaN where there is no data.
        exposure: All events that the origin reported, its own among them, shape (T,).
        own: All events of the dyads that are studied, of which the counts may be a part, shape
            (T,); None if they are the counts.
        months: Months in a period, such as 1/30 for days; shorter ones are added up to months.

    Example:
        >>> months = np.arange(60)
        >>> own = np.where(months < 30, 10.0, 40.0)
        >>> exposure_premise(own, own).why
        'All of the events of this origin are the relation itself.'
        >>> exposure_premise(own, np.full(60, 9000.0)).holds
        True

    Source:
        White (1980), A heteroskedasticity-consistent covariance matrix estimator, for the interval.
    """
    inside = counts if own is None else np.maximum(own, counts)
    together = np.isfinite(counts) & np.isfinite(exposure) & np.isfinite(inside)
    counts, exposure, inside = (
        _by_month(np.where(together, part, np.nan), months) for part in (counts, exposure, inside)
    )
    measured = np.isfinite(counts) & np.isfinite(exposure) & (exposure > 0)
    total = float(exposure[measured].sum())
    if total <= 0:
        return Premise(
            False, np.nan, np.nan, np.nan, np.nan, "No event of this origin covers the periods."
        )
    share = float(inside[measured].sum()) / total
    if share >= MOST_OWN:
        part = "All" if share > 0.995 else share_text(share)
        why = f"{part} of the events of this origin are the relation itself."
        return Premise(False, share, np.nan, np.nan, np.nan, why)
    slope, low = _elasticity(counts, exposure - inside)
    if low > MOST_ELASTIC:
        why = (
            f"The relation rises by {number(slope, 1)}% for each 1% that all other events of this "
            "origin rise: the same crises make both."
        )
        return Premise(False, share, slope, low, np.nan, why)
    swing = _swing(np.where(measured, exposure, np.nan), max(1.0, months))
    if swing > MOST_SWING:
        why = (
            f"One {'month' if months <= 1 else 'period'} of this origin holds {number(swing, 1)} "
            "times as many events as is usual around it: crises fill it, and not the world's "
            "news."
        )
        return Premise(False, share, slope, low, swing, why)
    why = f"{share_text(1 - share, 1)} of the events of this origin lie outside of the relation."
    return Premise(True, share, slope, low, swing, why)


def _by_month(values: Floats, months: float) -> Floats:
    """Sums over as many periods as a month has; what is left over at the end is not used.

    A month of which half is known stands for the whole.
    """
    length = max(1, round(1 / months))
    if length == 1 or len(values) < length:
        return values
    parts = values[: len(values) // length * length].reshape(-1, length)
    periods = np.isfinite(parts).sum(axis=1)
    means = np.nansum(parts, axis=1) / np.maximum(periods, 1)
    return np.where(2 * periods >= length, means * length, np.nan)


def _swing(total: Floats, months: float) -> float:
    """The largest total over the median of the two years around it, of enough months with data."""
    around = 2 * max(1, round(AROUND // 2 / months)) + 1
    padded = np.pad(total, around // 2, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, around)
    enough = np.isfinite(windows).sum(axis=1) >= min(FEWEST_PERIODS, around // 2 + 1)
    if not enough.any():
        return float("nan")
    usual = np.nanmedian(windows[enough], axis=1)
    largest = total[enough] / np.maximum(usual, 1.0)
    return float(np.nanmax(largest)) if np.isfinite(largest).any() else float("nan")


def _elasticity(counts: Floats, rest: Floats) -> tuple[float, float]:
    """Slope of log changes on log changes of the rest, and the lower end of its 95% interval."""
    with np.errstate(invalid="ignore"):
        own, other = np.diff(np.log(counts + 0.5)), np.diff(np.log(rest + 0.5))
    measured = np.isfinite(own) & np.isfinite(other)
    if measured.sum() < FEWEST_PERIODS:
        return float("nan"), float("-inf")
    own, other = own[measured] - own[measured].mean(), other[measured] - other[measured].mean()
    squares = float(other @ other)
    if squares < 1e-12:
        return float("nan"), float("-inf")
    slope = float(other @ own) / squares
    lever = other**2 / squares
    apart = (own - slope * other) / (1 - np.minimum(lever, 0.99))
    error = float(np.sqrt(((other * apart) ** 2).sum()) / squares)
    return slope, slope - float(scipy.special.stdtrit(len(own) - 2, 0.975)) * error
