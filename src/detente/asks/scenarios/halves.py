"""The two halves of a pair of futures as compiled code takes them: kinds by day, and relations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from detente.arrays import Floats, Ints
from detente.asks.scenarios.posterior import Posterior


class Daily(NamedTuple):
    """The daily half of a pair of futures, for one draw of the parameters.

    Attributes:
        base: Own rates by arm, day and kind, shape (2, T, D).
        jumps: Follow-ons by arm, source, decay and target, shape (2, D, K, D).
        heat: Rate that the past has left, by arm, decay and target, shape (2, K, D).
        decays, gain: Per day, shape (K,).
        forced: Events that are set to happen, by arm, day and kind, shape (2, T, D).
    """

    base: Floats
    jumps: Floats
    heat: Floats
    decays: Floats
    gain: Floats
    forced: Ints


class Months(NamedTuple):
    """The monthly half of a pair of futures, for one draw of the parameters.

    Attributes:
        base: Log rates by arm, month and dyad, shape (2, S, M).
        coefficients: Of the drivers, shape (M, J); `members` which kinds they hold, (J, D).
        own, back: Excitation by itself and its reverse, shape (M,); `reverse` its place.
        state: Excitement at the start, shape (M,).
        clumping: Shape (M,).
        group: Number of the group of each dyad, shape (M,).
        shock: Variance of the factor that a group's dyads share in a month, shape (G,).
        decay, gain: Per month.
        before: Days with each kind in the month before the start, shape (D,).
    """

    base: Floats
    coefficients: Floats
    members: Floats
    own: Floats
    back: Floats
    reverse: Ints
    state: Floats
    clumping: Floats
    group: Ints
    shock: Floats
    decay: float
    gain: float
    before: Floats


def daily_half(
    drawn: Posterior, base: Floats, excitation: Floats, *, state: Floats, forced: Ints
) -> Daily:
    """The daily half from one draw, as the simulation takes it.

    Args:
        drawn: The draws that it belongs to, for decays and gain.
        base: Own rates by arm, day and kind, shape (2, T, D).
        excitation: Follow-ons by arm, target, source and decay, shape (2, D, D, K).
        state: Excitement at the start by source and decay, shape (D, K).
        forced: Events that are set to happen, shape (2, T, D).

    Example:
        >>> from types import SimpleNamespace
        >>> drawn = SimpleNamespace(decays=np.ones(1), gain=np.ones(1))
        >>> never = np.zeros((2, 3, 1), dtype=np.int64)
        >>> brings, state = np.full((2, 1, 1, 1), 0.5), np.full((1, 1), 2.0)
        >>> daily_half(drawn, 0.1 + never, brings, state=state, forced=never).heat.ravel().tolist()
        [1.0, 1.0]
    """
    return Daily(
        base=base,
        jumps=np.ascontiguousarray(excitation.transpose(0, 2, 3, 1)),
        heat=np.ascontiguousarray(np.einsum("adek,ek->akd", excitation, state)),
        decays=drawn.decays,
        gain=drawn.gain,
        forced=forced,
    )


def no_months(steps: int, recent: Floats) -> Months:
    """The monthly half where there are no relations.

    Example:
        >>> no_months(2, np.zeros(3)).base.shape
        (2, 2, 0)
    """
    nothing, nobody = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Months(
        base=np.zeros((2, steps, 0)), coefficients=np.zeros((0, 0)),
        members=np.zeros((0, len(recent))), own=nothing, back=nothing, reverse=nobody,
        state=nothing, clumping=nothing, group=nobody, shock=nothing, decay=1.0, gain=1.0,
        before=recent,
    )  # fmt: skip
