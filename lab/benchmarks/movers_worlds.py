"""How many of the pairs that are named as movers are false, and how many movers are named."""

from __future__ import annotations

import sys

import numpy as np

from detente.asks.movers.judged import measure
from lab.worlds.movers import SORTS, MoversWorld, movers_world


def score(world: MoversWorld) -> tuple[int, int, int, int]:
    """How many are named, how many of these are false, how many movers there are, those asked."""
    result = measure(world.counts, world.window)
    places = {pair: place for place, pair in enumerate(world.counts.pairs)}
    truth = world.truth[[places[pair] for pair in result.world.pairs]]
    sign = np.sign(result.signs.estimate.reshape(-1, 2))
    right = result.named & (sign == np.sign(truth))
    movers = (truth != 0) & result.tested
    return (
        int(result.named.sum()),
        int((result.named & ~right).sum()),
        int(movers.sum()),
        int(right.sum()),
    )


FIRST_SEED = 1000
"""Worlds of lower seeds were looked at while the estimators were made."""


def summary(sort: str, worlds: int, states: int = 16) -> dict[str, float | str]:
    """Mean share of false among those named, and share of movers that are named."""
    seeds = range(FIRST_SEED, FIRST_SEED + worlds)
    scores = np.array([score(movers_world(sort, seed, states)) for seed in seeds])
    named, false, movers, right = scores.T
    return {
        "world": sort,
        "worlds": worlds,
        "named": float(named.mean()),
        "false_share": float((false / np.maximum(named, 1)).mean()),
        "power": float(right.sum() / max(movers.sum(), 1)),
    }


def main(worlds: int = 40) -> None:
    """Print the table."""
    for sort in SORTS:
        print(summary(sort, worlds), file=sys.stdout, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
