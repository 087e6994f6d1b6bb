"""False verdicts in null worlds of the sorts in which earlier estimators broke.

At the level of estimators: a strong word is counted where the p-value is below .05 and the second
look agrees, uncorrected, without the specification curve, which can only take strong words away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import beta

from detente.asks.claims.rules import P_SECOND_NULL, P_STRONG, PROBABLE
from detente.estimators.groups import group_contrast
from detente.estimators.levels.count_level import count_level
from detente.estimators.levels.level import probability_highest
from detente.estimators.ratestudy import rate_study
from detente.estimators.shift import rate_shift
from lab.worlds import null_sorts
from lab.worlds.null_sorts import NullSeries, Rng

RUNS, DRAWS, LEVEL_DRAWS = 300, 499, 300


@dataclass(frozen=True)
class Judged:
    """What a null world got: a strong word up (1) or down (-1); whether no effect is covered."""

    word: int
    covered: bool | None


def main(runs: int = RUNS) -> None:
    """Judge every sort in so many worlds and print the table.

    Args:
        runs: Worlds of each sort.
    """
    print("| kind | sort | false up | false down | coverage of the 90% interval |")
    print("|---|---|---:|---:|---:|")
    for kind, name, judge in _sorts():
        judged = [judge(np.random.default_rng(seed)) for seed in range(runs)]
        words = np.array([item.word for item in judged])
        inside = [item.covered for item in judged if item.covered is not None]
        coverage = f"{np.mean(inside):.0%}" if inside else "none"
        ups, downs = (_share(int((words == way).sum()), runs) for way in (1, -1))
        print(f"| {kind} | {name} | {ups} | {downs} | {coverage} |", flush=True)


def _sorts() -> Iterator[tuple[str, str, Callable[[Rng], Judged]]]:
    for name, maker in null_sorts.responses().items():
        yield "response", name, partial(_judged, _response, maker)
    for name, maker in null_sorts.shifts().items():
        yield "shift", name, partial(_judged, _shift, maker)
    yield "groups", "unequal spreads", _groups
    yield "extreme", "a flat level with bursts", _extreme


def _judged(
    judge: Callable[[NullSeries], Judged], maker: Callable[[Rng], NullSeries], rng: Rng
) -> Judged:
    return judge(maker(rng))


def _response(world: NullSeries) -> Judged:
    spans = {"window_periods": 3, "baseline_periods": 3}
    study = rate_study(world.grid, world.causes, draws=DRAWS, **spans)
    strong = study.p_placebo < P_STRONG and study.p_shift < P_SECOND_NULL
    low, high = study.interval()
    return Judged(int(np.sign(study.effect)) * strong, low <= 0 <= high)


def _shift(world: NullSeries) -> Judged:
    shift = rate_shift(world.grid, world.at, window_periods=12)
    low, high = shift.interval()
    strong = shift.p_placebo < P_STRONG and shift.at_the_date and not low <= 0 <= high
    return Judged(int(np.sign(shift.effect)) * strong, low <= 0 <= high)


def _groups(rng: Rng) -> Judged:
    contrast = group_contrast(null_sorts.unequal_groups(rng), 4)
    return Judged(int(np.sign(contrast.effect)) * (contrast.p_placebo < P_STRONG), None)


def _extreme(rng: Rng) -> Judged:
    """The claim about the three months that stood highest, by all data and by those up to then."""
    counts, begin = null_sorts.bursts(rng)
    months = np.arange(len(counts))
    target, rivals = (months >= begin) & (months < begin + 3), months < begin
    then = np.where(months < begin + 3, counts, np.nan)
    odds = [
        probability_highest(
            count_level(given, burst_periods=2.0, draws=LEVEL_DRAWS), target, rivals
        )
        for given in (counts, then)
    ]
    return Judged((min(odds) >= PROBABLE) - (max(odds) <= 1 - PROBABLE), None)


def _share(count: int, runs: int) -> str:
    """A share in percent with its exact 95% bounds (Clopper and Pearson 1934)."""
    low = beta.ppf(0.025, count, runs - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, runs - count) if count < runs else 1.0
    return f"{100 * count / runs:.1f}% ({100 * low:.1f}–{100 * high:.1f})"
