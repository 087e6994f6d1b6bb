"""How many of the pairs that are named as movers are false, and how many movers are named.

Usage: python -m lab.benchmarks.movers_worlds [WORLDS]
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.stats import beta

from detente.asks.movers.judged import measure
from lab.worlds.movers import SORTS, MoversWorld, movers_world, true_answers

FIRST_SEED = 4000
"""Worlds of lower seeds were looked at while the estimators were made, or reported of others."""

LARGER = (4.0, 2.0)
"""Sizes of moves, in times, of which the power is told beside that of a mixture."""


def score(world: MoversWorld) -> tuple[int, int, int, int]:
    """Answers that are named, those of them that are false, pairs that moved, those named right."""
    result = measure(world.counts, world.window)
    truth = true_answers(world, result)
    sign = np.sign(result.signs.estimate.reshape(truth.shape))
    right = result.named & (sign == np.sign(truth))
    moved = ((truth != 0) & result.tested).any(axis=1)
    return (
        int(result.named.sum()),
        int((result.named & ~right).sum()),
        int(moved.sum()),
        int(right.any(axis=1).sum()),
    )


def exact(hits: int, of: int) -> str:
    """A share with its exact 95% interval (Clopper and Pearson 1934), in per cent."""
    if not of:
        return "-"
    low = beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return f"{hits / of:.1%} ({low:.0%} to {high:.0%})"


def summary(
    sort: str, worlds: int, times: float | None = None, states: int = 16
) -> dict[str, object]:
    """The false among those named, worlds in which all are false, and the movers that are named."""
    seeds = range(FIRST_SEED, FIRST_SEED + worlds)
    scores = np.array([score(movers_world(sort, seed, states, times)) for seed in seeds])
    named, false, moved, right = scores.T
    return {
        "world": sort if times is None else f"{sort}, {times:.0f} times",
        "worlds": worlds,
        "named": float(named.mean()),
        "false_discovery_rate": f"{(false / np.maximum(named, 1)).mean():.1%}",
        "false_of_named": f"{false.sum()} of {named.sum()}: {exact(false.sum(), named.sum())}",
        "worlds_with_false": exact(int((false > 0).sum()), worlds),
        "power": exact(int(right.sum()), int(moved.sum())),
    }


def main(worlds: int = 20) -> None:
    """Print a line for each sort of world, and for larger moves."""
    print(summary("nobody", 3 * worlds), flush=True)
    for times in (None, *LARGER):
        for sort in SORTS[1:]:
            print(summary(sort, worlds if times is None else worlds // 2, times), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
