"""Latent levels in worlds whose truth is known: error, coverage and the honesty of superlatives.

Three estimators see the same counts: the negative-binomial level, the Gaussian level of the log
rate, and the plug-in level that Detente had first. The worlds are fixed, not drawn from any prior.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from detente.estimators.calibration import RankHistogram, calibrate
from detente.estimators.levels.count_level import CountPrior, count_level
from detente.estimators.levels.level import (
    LevelPosterior,
    local_level,
    probability_highest,
    probability_lowest,
)
from lab.benchmarks.plugin_level import plugin_level
from lab.benchmarks.record import Result, save

Floats = NDArray[np.float64]
Rng = np.random.Generator

MONTHS, CLAIMED, PAST = 156, 3, 60
RUNS, DRAWS = 200, 1000
SIMULATIONS, PERIODS = 500, 40
PRIOR = CountPrior(noise=0.7, step=0.3, bend=0.05, centre=1.0, spread=0.7, season=0.5)
EDGES = np.array([0.1, 0.3, 0.7, 0.9])  # between groups of claims of like probability


@dataclass(frozen=True)
class World:
    """Counts with a known level.

    Attributes:
        mean: Expected count in a usual month.
        step: Standard deviation of a monthly step of the log rate.
        dispersion: Of the negative binomial.
        growth: By what factor the media grow over the period.
        missing: Share of the months in gaps of six.
        jumps: Share of the months in which the log rate jumps by a normal amount of sd 1, which no
            estimator assumes.
    """

    mean: float
    step: float = 0.12
    dispersion: float = 8.0
    growth: float = 1.0
    missing: float = 0.0
    jumps: float = 0.0


WORLDS = {
    "low": World(mean=0.8),
    "high": World(mean=200.0),
    "overdispersed": World(mean=20.0, dispersion=0.7),
    "growth": World(mean=5.0, growth=10.0),
    "gaps": World(mean=5.0, missing=0.3),
    "jumps": World(mean=10.0, step=0.05, jumps=0.03),
}


def simulate(world: World, rng: Rng) -> tuple[Floats, Floats, Floats]:
    """Counts, exposure and the true log rate, each of shape (MONTHS,)."""
    jumped = rng.random(MONTHS) < world.jumps
    steps = world.step * rng.normal(size=MONTHS) + jumped * rng.normal(size=MONTHS)
    walk = np.cumsum(steps)
    level = np.log(world.mean) + walk - walk.mean()
    exposure = world.growth ** np.linspace(-0.5, 0.5, MONTHS) * np.exp(
        0.1 * rng.normal(size=MONTHS)
    )
    busy = rng.gamma(world.dispersion, 1 / world.dispersion, size=MONTHS)
    counts = rng.poisson(exposure * np.exp(level) * busy).astype(np.float64)
    gaps = rng.choice(MONTHS // 6 - 1, size=round(world.missing * MONTHS / 6), replace=False)
    for gap in gaps:  # never in the last months, which the claims are about
        counts[gap * 6 : gap * 6 + 6] = np.nan
    return counts, exposure, level


def _log_rate(counts: Floats, exposure: Floats) -> Floats:
    return np.asarray(np.log(counts + 0.5) - np.log(exposure), dtype=np.float64)


Estimator = Callable[[Floats, Floats, int], LevelPosterior]
ESTIMATORS: dict[str, Estimator] = {
    "counts": lambda y, e, seed: count_level(y, exposure=e, draws=DRAWS, seed=seed),
    "scores": lambda y, e, seed: local_level(_log_rate(y, e), draws=DRAWS, seed=seed),
    "plug-in": lambda y, e, seed: plugin_level(_log_rate(y, e), draws=DRAWS, seed=seed),
}


@dataclass(frozen=True, eq=False)
class Score:
    """How one estimator did in one world.

    Attributes:
        each: Root mean squared error of the median level in every run, its mean taken out.
        error: Root mean squared error of the median level.
        shape: The same with the mean of every level taken out, as superlatives see it.
        coverage: Share of the true levels within the pointwise 90% bands.
        brier: Mean squared error of the probabilities of superlatives.
        gap: Mean distance between stated probability and share true, over groups of claims.
    """

    each: Floats
    error: float
    shape: float
    coverage: float
    brier: float
    gap: float


def assess(world: World, estimate: Estimator) -> Score:
    """Run one estimator over many draws of one world."""
    rows, stated, true = [], [], []
    for seed in range(RUNS):
        counts, exposure, level = simulate(world, np.random.default_rng([seed, 7]))
        posterior = estimate(counts, exposure, seed)
        low, high = posterior.band(0.9)
        off = posterior.median() - level
        inside = np.mean((low <= level) & (level <= high))
        rows.append([np.mean(off**2), np.var(off), inside])
        for probability, holds in _claims(posterior, level):
            stated.append(probability)
            true.append(holds)
    error, shape, coverage = np.mean(rows, axis=0)
    p, y = np.array(stated), np.array(true, dtype=np.float64)
    return Score(
        np.array(rows)[:, 1] ** 0.5,
        float(error**0.5), float(shape**0.5), float(coverage),
        float(np.mean((p - y) ** 2)), reliability_gap(p, y),
    )  # fmt: skip


def _claims(posterior: LevelPosterior, level: Floats) -> list[tuple[float, bool]]:
    """Were the last months the highest, and the lowest, of the past years: stated and true."""
    month = np.arange(MONTHS)
    target = month >= MONTHS - CLAIMED
    rivals = ~target & (month >= MONTHS - CLAIMED - PAST)
    return [
        (probability_highest(posterior, target, rivals), level[target].max() > level[rivals].max()),
        (probability_lowest(posterior, target, rivals), level[target].min() < level[rivals].min()),
    ]


def reliability_gap(p: Floats, true: Floats) -> float:
    """Distance between stated probability and share true, averaged over groups of claims."""
    group = np.digitize(p, EDGES)
    apart = [abs(np.sum(p[group == g] - true[group == g])) for g in range(len(EDGES) + 1)]
    return float(np.sum(apart) / len(p))


def compare() -> None:
    """Save one result per world."""
    for name, world in WORLDS.items():
        scores = {label: assess(world, estimate) for label, estimate in ESTIMATORS.items()}
        new, scored, old = scores.values()
        closer = np.mean(new.each < old.each)
        save(
            Result(
                f"levels-{name}", round(new.shape, 4), "RMSE of the log level",
                f"plug-in Gaussian level of the log rate, {old.shape:.4f}",
                round(old.shape / new.shape, 2), "≥ 1",
                f"{RUNS} worlds of {MONTHS} months, closer than the plug-in in {closer:.0%}. "
                "Counts / Gaussian / plug-in: RMSE without taking out the mean "
                + _trio("error", 3, new, scored, old) + "; 90% bands cover "
                + _trio("coverage", 3, new, scored, old) + "; superlatives: Brier score "
                + _trio("brier", 3, new, scored, old) + ", reliability gap "
                + _trio("gap", 3, new, scored, old),
            )
        )  # fmt: skip


def _trio(name: str, digits: int, *scores: Score) -> str:
    return " / ".join(f"{getattr(score, name):.{digits}f}" for score in scores)


def _walk(rng: Rng, step: float, bend: float, start: float, slope: float) -> Floats:
    """A level whose slope is a random walk too."""
    slopes = slope + np.concatenate([[0.0], np.cumsum(bend * rng.normal(size=PERIODS - 2))])
    return start + np.concatenate([[0.0], np.cumsum(slopes + step * rng.normal(size=PERIODS - 1))])


def _asked(levels: Floats) -> Floats:
    """First, middle and last level, and by how much the last exceeds all before."""
    table = np.atleast_2d(levels)
    lead = table[:, -1] - table[:, :-1].max(axis=1)
    return np.stack([table[:, 0], table[:, PERIODS // 2], table[:, -1], lead], axis=1)


def _drawn(posterior: LevelPosterior) -> Floats:
    return np.column_stack([*posterior.parameters.values(), _asked(posterior.draws)])


def score_world(rng: Rng, *, trend: bool) -> tuple[Floats, Floats]:
    """A Gaussian world: ratios from their prior; unit, origin and slope do not matter."""
    noise = 2.0
    step = noise * abs(0.5 * rng.standard_cauchy())
    bend = noise * abs(0.05 * rng.standard_cauchy()) if trend else 0.0
    level = _walk(rng, step, bend, 5.0, 0.3 if trend else 0.0)
    series = level + noise * rng.normal(size=PERIODS)
    series[25:30] = np.nan
    posterior = local_level(series, trend=trend, draws=99, seed=int(rng.integers(1 << 30)))
    truth = [noise, step, bend] if trend else [noise, step]
    return np.concatenate([truth, _asked(level)[0]]), _drawn(posterior)


def count_world(rng: Rng, *, trend: bool, season: float | None) -> tuple[Floats, Floats]:
    """A world of counts, all from the prior."""
    noise, step, bend = np.abs(rng.normal(size=3)) * [PRIOR.noise, PRIOR.step, PRIOR.bend * trend]
    slope = rng.normal() * PRIOR.slope * trend
    level = _walk(rng, step, bend, rng.normal(1.0, PRIOR.spread), slope)
    exposure = np.exp(0.3 * rng.normal(size=PERIODS))
    angle = np.outer(np.arange(PERIODS), [1, 2]) * 2 * np.pi / (season or 1.0)
    waves = np.hstack([np.cos(angle), np.sin(angle)]) @ (PRIOR.season * rng.normal(size=4))
    busy = rng.gamma(noise**-2, noise**2, size=PERIODS)
    mean = exposure * np.exp(level + (waves if season else 0.0)) * busy
    counts = rng.poisson(np.minimum(mean, 1e9)).astype(np.float64)
    counts[25:30] = np.nan
    if not np.nansum(counts):  # refused; leaving out what can be seen in the data is no bias
        return count_world(rng, trend=trend, season=season)
    posterior = count_level(
        counts, exposure=exposure, trend=trend, periods_per_year=season, prior=PRIOR, draws=297,
        seed=int(rng.integers(1 << 30)),
    )  # fmt: skip
    truth = [noise**-2, step, bend] if trend else [noise**-2, step]
    return np.concatenate([truth, _asked(level)[0]]), _drawn(posterior)[::3]


SAMPLERS = {
    "scores": partial(score_world, trend=False),
    "scores with trend": partial(score_world, trend=True),
    "counts": partial(count_world, trend=False, season=None),
    "counts with season": partial(count_world, trend=False, season=12.0),
    "counts with trend": partial(count_world, trend=True, season=None),
}


def calibration() -> None:
    """Save the least p-value of uniform ranks over all samplers and quantities."""
    histograms: dict[str, RankHistogram] = {}
    for name, sampler in SAMPLERS.items():
        histograms[name] = calibrate(sampler, simulations=SIMULATIONS, seed=11, bins=20)
        print(name, histograms[name].p_values.round(3))
    quantities = sum(len(histogram.p_values) for histogram in histograms.values())
    least = min(float(histogram.p_values.min()) for histogram in histograms.values())
    corrected = min(1.0, least * quantities)
    listed = ", ".join(f"{name} {item.p_value:.2f}" for name, item in histograms.items())
    save(
        Result(
            "levels-calibration", round(corrected, 3), "p-value", "uniform ranks of the truth",
            round(corrected / 0.05, 2), "≥ 1",
            f"simulation-based calibration, {SIMULATIONS} simulations a sampler, least of "
            f"{quantities} p-values by Bonferroni; within a sampler: {listed}",
        )
    )  # fmt: skip


def troughs(ratio: float, runs: int = 60, weeks: int = 260) -> tuple[Floats, Floats]:
    """Probability and truth of "lowest of the 52 weeks before", wherever the median says so."""
    stated, true = [], []
    for seed in range(runs):
        rng = np.random.default_rng([seed, 3])
        level = np.cumsum(ratio * rng.normal(size=weeks))
        posterior = local_level(level + rng.normal(size=weeks), draws=DRAWS, seed=seed)
        middle = posterior.median()
        for t in range(52, weeks):
            if middle[t] < middle[t - 52 : t].min():
                lead = posterior.draws[:, t - 52 : t].min(axis=1) - posterior.draws[:, t]
                stated.append(np.mean(lead > 0))
                true.append(level[t] < level[t - 52 : t].min())
    return np.array(stated), np.array(true, dtype=np.float64)


def trap() -> None:
    """Save how often the smoothed curve is right that a week was the lowest of a year."""
    for label, ratio in (("even", 1.0), ("noisy", 0.3)):
        stated, true = troughs(ratio)
        save(
            Result(
                f"levels-trough-{label}", round(float(stated.mean()), 3), "mean probability",
                f"share true {true.mean():.3f}",
                round(1 - abs(float(stated.mean() - true.mean())), 3), "≥ 0.95",
                f"{len(stated)} weeks that the smoothed level calls the lowest of 52; steps "
                f"{ratio:g} times the noise; 60 series of 260 weeks",
            )
        )  # fmt: skip


def speed() -> None:
    """Save the seconds of one fit of each length."""
    for months in (156, 500, 1300):
        rng = np.random.default_rng(1)
        counts = rng.negative_binomial(
            4, 4 / (4 + np.exp(1 + np.cumsum(0.05 * rng.normal(size=months))))
        )
        count_level(counts, draws=10)
        start = time.perf_counter()
        count_level(counts, draws=2000)
        seconds = time.perf_counter() - start
        save(
            Result(
                f"levels-seconds-{months}", round(seconds, 2), "s", "1 s", round(1 / seconds, 2),
                "≥ 1" if months <= 500 else "none set",
                f"{months} periods, 2,000 joint draws, compiled code in its cache",
            )
        )  # fmt: skip


def main(parts: Sequence[Callable[[], None]] = (compare, calibration, trap, speed)) -> None:
    """Run all parts."""
    for part in parts:
        part()


if __name__ == "__main__":
    main()
