"""Where states stand in a picture of the world: close to those that they deal well with.

The same places serve every moment, so that only lines change from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from detente.answers import Table
from detente.arrays import Floats

ROUNDS, SEED = 200, 1
MOST = 24
LEAST_PULL = 0.05
BY_RANK = 0.7
"""Share of a place that its rank decides, so that names in a crowd keep apart."""


def places(network: Table, most: int = MOST) -> Mapping[str, tuple[float, float]]:
    """Places of the busiest states, each from 0 to 1 from left to right and from top to bottom.

    Args:
        network: The table of the exhibit `network` of `Movers`, at all its moments.
        most: So many states.

    Example:
        >>> from detente.answers import Column
        >>> columns = [Column(name) for name in ("state", "other_state", "closeness", "events")]
        >>> rows = (("A", "B", 0.9, 9.0), ("C", "D", 0.9, 9.0), ("A", "C", -0.9, 2.0))
        >>> placed = places(Table(tuple(columns), rows))
        >>> spots = {name: np.array(spot) for name, spot in placed.items()}
        >>> bool(np.hypot(*(spots["A"] - spots["B"])) < np.hypot(*(spots["A"] - spots["C"])))
        True

    Source:
        Fruchterman and Reingold (1991), Graph drawing by force-directed placement.
    """
    events_of: dict[str, float] = {}
    for row in network.records():
        for state in (row["state"], row["other_state"]):
            events_of[state] = events_of.get(state, 0.0) + row["events"]
    states = sorted(events_of, key=lambda state: (-events_of[state], state))[:most]
    spots = _settled(_pulls(network, states))
    return {state: tuple(spot) for state, spot in zip(states, spots.round(3).tolist(), strict=True)}


def _pulls(network: Table, states: list[str]) -> Floats:
    """How strongly each two states pull at each other: their dealings, as far as these are good."""
    place = {state: index for index, state in enumerate(states)}
    pulls = np.zeros((len(states), len(states)))
    for row in network.records():
        if row["state"] in place and row["other_state"] in place:
            a, b = place[row["state"]], place[row["other_state"]]
            pulls[a, b] += max(row["closeness"], 0.0) * np.log1p(row["events"])
            pulls[b, a] = pulls[a, b]
    # All pull a little, so that nobody drifts off who deals well with none.
    return LEAST_PULL + pulls / max(float(pulls.max()), 1e-9)


def _settled(pulls: Floats) -> Floats:
    """Places, shape (n, 2) within 0 to 1: nearness pushes apart, dealings pull together."""
    count = len(pulls)
    # A ring would be too even to leave: friends opposite each other stay there.
    spots = np.random.default_rng(SEED).normal(size=(count, 2))
    ideal = 1 / np.sqrt(max(count, 1))
    for heat in np.linspace(0.2, 0.01, ROUNDS):
        apart = spots[:, None] - spots[None]
        far = np.maximum(np.hypot(apart[..., 0], apart[..., 1]), 1e-6)
        force = ideal**2 / far - pulls * far**2 / ideal
        moves = (apart / far[..., None] * force[..., None]).sum(axis=1)
        length = np.maximum(np.hypot(moves[:, 0], moves[:, 1]), 1e-9)[:, None]
        spots = spots + moves / length * np.minimum(length, heat)
    low, high = spots.min(axis=0), spots.max(axis=0)
    ranks = spots.argsort(axis=0).argsort(axis=0) / max(count - 1, 1)
    scaled = (spots - low) / np.maximum(high - low, 1e-9)
    return np.asarray(BY_RANK * ranks + (1 - BY_RANK) * scaled)
