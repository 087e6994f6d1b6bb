"""How often a reaction "stands" in systems of series none of which reacts to another.

    python -m lab.benchmarks reaction_worlds [--worlds N]

Reads nothing; simulates systems like those of a study: monthly counts that depend on their own
past, some of them rare, with a season that all share or with news that grow. Saves the share of
systems in which at least one reaction stands (the family-wise error), and in which a planted one
does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.reactions.aligned import Aligned
from detente.asks.reactions.vector import ALPHA, fit_system, judge
from lab.benchmarks.record import Result, save

Floats = NDArray[np.float64]

SERIES, MONTHS, LAGS, HORIZON = 8, 144, 3, 6
DRAWS = 20_000
LIMIT = 0.05


@dataclass(frozen=True)
class SystemWorld:
    """How a system is made; by default nothing but each series' own past.

    Attributes:
        past: What a surprise leaves in the log rate of the next month, as a share.
        noise: Standard deviation of the surprises of a log rate.
        season: Size of a season that all series share.
        growth: Log growth of the news over the span; counts are read relative to it.
        effect: What a doubling of the first series adds to the second's log rate a month later.
    """

    past: float = 0.5
    noise: float = 0.4
    season: float = 0.0
    growth: float = 0.0
    effect: float = 0.0


NULL = {
    "own past": SystemWorld(),
    "long memory": SystemWorld(past=0.85, noise=0.25),
    "shared season": SystemWorld(season=0.4),
    "growing news": SystemWorld(growth=1.1),
}
PLANTED = {f"+{percent}% after a doubling": float(np.log1p(percent / 100)) for percent in (30, 60)}


def make_system(world: SystemWorld, seed: int) -> Aligned:
    """Draw one system.

    Args:
        world: How it is made.
        seed: Seed.
    """
    rng = np.random.default_rng(seed)
    base = np.log(rng.choice([0.7, 4.0, 15.0, 40.0], size=SERIES))
    months = np.arange(MONTHS)
    season = world.season * np.cos(2 * np.pi * (months / 12 - rng.random()))
    news = np.exp(world.growth * months / MONTHS + 0.1 * rng.standard_normal(MONTHS))
    state = np.zeros(SERIES)
    counts = np.empty((MONTHS, SERIES))
    for month in months:
        last = state.copy()
        state = world.past * last + world.noise * rng.standard_normal(SERIES)
        state[1] += world.effect * last[0] / np.log(2)
        counts[month] = rng.poisson(news[month] * np.exp(base + season[month] + state))
    values = np.log(counts + 0.5) - np.log(news)[:, None]
    return Aligned(
        every="month",
        dates=np.datetime64("2002-01") + months,
        values=values - values.mean(axis=0),
        segments=np.zeros(MONTHS, dtype=np.int64),
        counted=(True,) * SERIES,
        sources=("simulated",),
        citations=("simulated",),
    )


def standing(world: SystemWorld, seed: int) -> set[tuple[int, int]]:
    """Which reactions stand in one system, as (acts, responds)."""
    names = [f"series {number}" for number in range(SERIES)]
    bvar = fit_system(make_system(world, seed), LAGS, names)
    judged = judge(bvar, HORIZON, draws=DRAWS, seed=seed)
    return {pair for pair, p in judged.corrected.items() if p < ALPHA}


def main(worlds: int = 500) -> None:
    """Run all sorts of systems and save what stood in them.

    Args:
        worlds: Systems of each sort.
    """
    false = {
        name: float(np.mean([bool(standing(world, seed)) for seed in range(worlds)]))
        for name, world in NULL.items()
    }
    seen = {
        name: float(np.mean([(0, 1) in standing(replace(NULL["own past"], effect=effect), seed)
                             for seed in range(worlds)]))
        for name, effect in PLANTED.items()
    }  # fmt: skip
    for name, share in {**false, **seen}.items():
        print(f"| {name} | {share:.1%} |", flush=True)
    worst = max(false, key=lambda name: false[name])
    shares = [f"{name} {100 * share:.1f}%" for name, share in false.items()]
    save(
        Result(
            "reaction_worlds-false", round(100 * false[worst], 1), "%",
            f"at most {LIMIT:.0%} of systems without a reaction show one",
            round(LIMIT / max(false[worst], 1 / worlds), 2), "≥ 1",
            f"{', '.join(shares)}; {worlds} systems each of {SERIES} series and {MONTHS} months",
        )
    )  # fmt: skip
    save(
        Result(
            "reaction_worlds-power", round(100 * min(seen.values()), 1), "%",
            "no target", 1.0, "none",
            "share of systems in which the one planted reaction stands: "
            + ", ".join(f"{name} {100 * share:.1f}%" for name, share in seen.items()),
        )
    )  # fmt: skip
