"""Panels of directed dyads whose law of common enemies is known, to test estimators on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.estimators.triads.attacks import attacks, shared_attackers

CONFLICT, COOPERATION = 6.0, 25.0
"""Events of an average dyad and period."""


@dataclass(frozen=True)
class TriadWorld:
    """What a simulated panel is like; spreads are standard deviations of logs.

    Attributes:
        states: Number of states.
        periods: Number of periods.
        effect: Log change of a pair's cooperation in a period with a common attacker.
        media: Spread of the growth of the world's media per period, shared by all.
        news: Spread of how much each state is in the news in a period, shared by its dyads.
        reciprocity: Spread of what the two directions of a dyad share in a period.
        region: Spread of shocks that all dyads within one of four regions share in a period.
        surges: Share of dyads that fight six times as much as usual in a period.
        only_surges: Only such attackers draw pairs together, and not whoever meets the rule of
            `attacks`, as by being in the news.
    """

    states: int = 24
    periods: int = 8
    effect: float = 0.0
    media: float = 0.15
    news: float = 0.5
    reciprocity: float = 0.3
    region: float = 0.3
    surges: float = 0.06
    only_surges: bool = False


@dataclass(frozen=True, eq=False)
class DyadPanel:
    """A simulated panel, as `triad_law` takes it.

    Attributes:
        conflict: Shape (T, n, n).
        cooperation: Shape (T, n, n).
        exposure: Shape (T,).
        names: The n states.
    """

    conflict: Floats
    cooperation: Floats
    exposure: Floats
    names: tuple[str, ...]


def simulated_dyads(world: TriadWorld, seed: int) -> DyadPanel:
    """Draw a panel of counts.

    States differ in how close they are; media grow; a state that is in the news has more events of
    every sort; directions answer one another; regions have shocks of their own; some dyads flare
    up. Cooperation moves with all of that, and with common attackers by `effect`.

    Args:
        world: What it is like.
        seed: Seed of the random numbers.

    Example:
        >>> simulated_dyads(TriadWorld(states=5, periods=4), seed=1).conflict.shape
        (4, 5, 5)
    """
    rng = np.random.default_rng(seed)
    n, periods = world.states, world.periods
    off = ~np.eye(n, dtype=bool)
    home = rng.integers(0, 4, n)
    neighbours = home[:, None] == home
    close = _mutual(rng.normal(0, 0.8, (n, n))) + 0.5 * neighbours
    growth = np.cumsum(rng.normal(0, world.media, periods))
    news = rng.normal(0, world.news, (periods, n))
    shocks = rng.normal(0, world.region, (periods, 4))[:, home][:, :, None] * neighbours
    shared = growth[:, None, None] + news[:, :, None] + news[:, None, :] + shocks
    answers = _mutual(rng.normal(0, world.reciprocity, (2, periods, n, n)))
    surge = (rng.random((periods, n, n)) < world.surges) & off
    quarrel = close + rng.normal(0, 0.5, (n, n)) + rng.normal(0, 0.3, (periods, n, n))
    conflict = rng.poisson(
        CONFLICT * np.exp(shared + quarrel + answers[0] + np.log(6.0) * surge) * off
    )
    exposure = 1e5 * np.exp(growth)
    seen = attacks(conflict.astype(np.float64), exposure)
    common = shared_attackers(surge if world.only_surges else seen) > 0
    warmth = shared + close + answers[1] + 0.5 * answers[0] + world.effect * common
    warmth = warmth + rng.normal(0, 0.2, (periods, n, n))
    cooperation = rng.poisson(COOPERATION * np.exp(warmth) * off)
    return DyadPanel(
        conflict=conflict.astype(np.float64),
        cooperation=cooperation.astype(np.float64),
        exposure=exposure,
        names=tuple(f"S{number:02d}" for number in range(n)),
    )


def _mutual(values: Floats) -> Floats:
    """The same for both directions of a dyad, with the spread kept."""
    return np.asarray((values + np.swapaxes(values, -1, -2)) / np.sqrt(2))
