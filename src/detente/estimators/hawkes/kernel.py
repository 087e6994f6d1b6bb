"""How follow-ons that come at an exponential rate fall on days.

Only dates are known, so the time of an event is taken as uniform within its day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Floats

ROUNDS = 200
CLOSE = 1e-12


@dataclass(frozen=True, eq=False)
class DailyKernel:
    """An exponential kernel by days, each attribute of shape (K,), one value per decay.

    Attributes:
        gain: Share of an event's follow-ons on the next day; on the day `lag` days later it is
            `gain * exp(-decay) ** (lag - 1)`.
        same: Share on the day of the event itself.
        early: The same for an event that was excited on an earlier day: such events come early in
            their day, so more of their follow-ons fall on it.
    """

    gain: Floats
    same: Floats
    early: Floats


def daily_kernel(decays: Floats, *, within_day: bool) -> DailyKernel:
    """The kernel by days.

    Args:
        decays: Decays per day, shape (K,).
        within_day: Whether follow-ons may fall on the same day; if not, the whole kernel lies on
            later days.
    """
    fade = -np.expm1(-decays)
    if not within_day:
        return DailyKernel(fade, np.zeros_like(decays), np.zeros_like(decays))
    return DailyKernel(fade**2 / decays, 1 - fade / decays, 1 - decays / np.expm1(decays))


def direct(excitation: Floats, decays: Floats, *, within_day: bool) -> Floats:
    """Branching matrix of the process in continuous time from coefficients by day.

    Each follow-on of an earlier day is seen together with all that it brings on its own day. The
    expected number of both is known in closed form for a given branching matrix; the matrix that
    gives the coefficients at hand is found by iteration.

    Args:
        excitation: Coefficients by target, source and decay, shape (D, D, K).
        decays: Decays per day, shape (K,).
        within_day: Whether follow-ons may fall on the same day.

    Returns:
        Expected direct follow-ons by target (row) and source, shape (D, D).
    """
    if not within_day:
        return np.asarray(excitation.sum(axis=2))
    seen = np.moveaxis(excitation, 2, 0)
    branching = seen / (1 + seen.sum(axis=(0, 2)).max())  # a start within reach
    for _ in range(ROUNDS):
        better = np.linalg.solve(_same_day_sums(branching, decays), seen)
        change = np.abs(better - branching).max()
        branching = 0.5 * (better + branching)
        if change < CLOSE:
            break
    return np.asarray(branching.sum(axis=0))


def _same_day_sums(branching: Floats, decays: Floats) -> Floats:
    """Events on a day per event that is excited on it, by decay of the latter, shape (K, D, D).

    With intensities x of shape (K D) and their drift A, the expected events of a day are the sum
    over decays of the integral of exp(A t) x, for t from 0 to 1.
    """
    number, size = len(branching), branching.shape[1]
    rows = decays[:, None, None] * branching
    drift = np.hstack([rows.reshape(number * size, size)] * number)
    drift = drift - np.diag(np.repeat(decays, size))
    whole = np.zeros((2 * number * size, 2 * number * size))
    whole[: number * size, : number * size] = drift
    whole[: number * size, number * size :] = np.eye(number * size)
    integral = scipy.linalg.expm(whole)[: number * size, number * size :]
    sums = integral.reshape(number, size, number, size).sum(axis=0)
    fade = -np.expm1(-decays)
    return np.asarray(np.moveaxis(sums, 1, 0) * (decays / fade)[:, None, None])
