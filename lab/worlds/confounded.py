"""Worlds in which the cause does nothing and something that no series shows makes it look as if.

Nothing in dates and counts tells these from worlds with an effect: no estimator can be right in
them and in worlds with an effect too. They are kept apart from the null worlds, to say how wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from detente.arrays import Floats, Ints
from lab.worlds.null_sorts import MONTHS, NEWS, NullSeries, Rng, by_month

RATE = 20.0  # events in a usual month
EPISODES = 13
WINDOW = 3  # months after a cause
NOISE = 5.0  # shape of the months' own scatter


def sorts() -> Mapping[str, Callable[[Rng], NullSeries]]:
    """Series in which nothing follows from the causes, by what makes it look as if.

    Example:
        >>> maker = sorts()["reporters come to the dyad"]
        >>> len(maker(np.random.default_rng(1)).causes)
        13
    """
    return {
        "reporters come to the dyad": _reporters,
        "causes are timed at meetings": _meetings,
        "causes answer a rise": _answers,
        "a third party moves both": _third_party,
    }


def _reporters(rng: Rng) -> NullSeries:
    """As much happens, but half as much again of it is told in the months after a cause."""
    causes = np.clip(np.arange(EPISODES) * 12 + rng.integers(3, 10, EPISODES), 4, MONTHS - 5)
    return _series(rng, np.log(1.5) * _after(causes), causes)


def _meetings(rng: Rng) -> NullSeries:
    """Meetings, set long before, raise a month and the next; half the causes are timed at one."""
    meetings = np.clip(np.arange(MONTHS // 6) * 6 + rng.integers(0, 4, MONTHS // 6), 4, MONTHS - 5)
    timed = rng.choice(meetings, EPISODES // 2, replace=False)
    others = rng.choice(np.arange(4, MONTHS - 5), EPISODES - len(timed), replace=False)
    raised = np.zeros(MONTHS)
    raised[meetings] = raised[meetings + 1] = np.log(2.0)
    return _series(rng, raised, np.unique(np.concatenate([timed, others])))


def _answers(rng: Rng) -> NullSeries:
    """Rises of five months come by themselves; most causes come in the second month of one."""
    starts = np.sort(rng.choice(np.arange(4, MONTHS - 8, 8), 10, replace=False))
    raised = np.zeros(MONTHS)
    for start in starts:
        raised[start : start + 5] = np.log(2.0)
    others = rng.choice(np.arange(4, MONTHS - 5), EPISODES - len(starts), replace=False)
    return _series(rng, raised, np.unique(np.concatenate([starts + 1, others])))


def _third_party(rng: Rng) -> NullSeries:
    """Shocks from outside raise the dyad for three months and make a cause likely at once."""
    shocks = np.sort(rng.choice(np.arange(4, MONTHS - 5, 4), EPISODES, replace=False))
    caused = shocks[rng.random(EPISODES) < 0.5]
    others = rng.choice(np.arange(4, MONTHS - 5), EPISODES - len(caused), replace=False)
    return _series(rng, np.log(1.5) * _after(shocks), np.unique(np.concatenate([caused, others])))


def _after(months: Ints) -> Floats:
    """One in each month and the two after it, zero elsewhere."""
    under = np.zeros(MONTHS)
    for month in months:
        under[month : month + WINDOW] = 1.0
    return under


def _series(rng: Rng, raised: Floats, causes: Ints) -> NullSeries:
    """Counts by month about a flat level, raised on the log scale; the world stands still."""
    mean = RATE * np.exp(raised) * rng.gamma(NOISE, 1 / NOISE, MONTHS)
    grid = by_month(rng.poisson(mean).astype(float), np.full(MONTHS, NEWS))
    return NullSeries(grid, causes, 0)
