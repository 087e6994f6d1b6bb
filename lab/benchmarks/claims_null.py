"""False verdicts in null worlds of the sorts in which earlier estimators broke.

At the level of estimators: a strong word is counted where the p-value is below .05 and the second
look agrees, uncorrected, without the specification curve, which can only take strong words away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import beta

from detente.arrays import Bools, Floats
from detente.asks.claims.rules import P_SECOND_NULL, P_STRONG, PROBABLE
from detente.estimators.groups import group_contrast
from detente.estimators.levels.count_level import count_level
from detente.estimators.levels.level import probability_highest
from detente.estimators.ratestudy import rate_study
from detente.estimators.shift import rate_shift
from lab.benchmarks.record import ROOT
from lab.worlds import null_sorts
from lab.worlds.null_sorts import NullSeries, Rng

RUNS, DRAWS, LEVEL_DRAWS = 300, 499, 300
MOST, MOST_HIGH = 0.05, 0.085  # of false words, and of their upper bound
LOW, HIGH = 0.85, 0.95  # coverage


@dataclass(frozen=True)
class Judged:
    """What a null world got: a strong word up (1) or down (-1); whether no effect is covered."""

    word: int
    covered: bool | None


BEFORE = {
    "0.1 a month, crises double the news": "15.4% down, coverage 75%",
    "0.5 a month, the feed is halved": "11.3% up, coverage 41%",
    "a season of one month, shared": "12.0%",
    "a break half a window away": "35% up",
    "a wild stretch": "14.0 and 10.7%",
    "drift of 50% a year": "coverage 28%",
    "unequal spreads": "22.7 and 17.0%",
    "reporters come to the dyad": "58.8% up",
    "causes are timed at meetings": "20.3% up",
    "causes answer a rise": "20.0% up",
    "a third party moves both": "9.4% up",
    "a flat level with bursts": "34% up",
}
"""What earlier estimators gave in worlds of the same kinds, as those who tried them reported."""
PAGE = """# Null worlds that broke earlier estimators

Made by `python -m lab.benchmarks claims_null`; do not edit. {runs} worlds of each sort in
`lab/worlds/null_sorts.py`, none with the effect that a claim would name. Strong words (p below .05
and the second look agrees; odds of 95%) are counted at the level of the estimators: uncorrected,
and without the specification curve, which can only take strong words away. Bounds are exact
(Clopper and Pearson 1934). Target: at most 5% either way with an upper bound below 8.5%, coverage
85 to 95%; rates outside of it are in **bold**. What came before is told as reported of worlds of
the same kinds, not measured here.

{table}

With a break half a window away the two windows do differ: no change is not the truth that the
interval should cover, and only the words matter. Around a wild stretch intervals are too narrow.
"""


def main(runs: int = RUNS) -> None:
    """Judge every sort in so many worlds and write the page.

    Args:
        runs: Worlds of each sort.
    """
    rows = [
        "| kind | sort | false up | false down | coverage of the 90% interval | before |",
        "|---|---|---:|---:|---:|---|",
    ]
    for kind, name, judge in _sorts():
        judged = [judge(np.random.default_rng(seed)) for seed in range(runs)]
        rows.append(row(kind, name, judged))
        print(rows[-1], flush=True)
    text = PAGE.format(runs=runs, table="\n".join(rows))
    (ROOT / "docs" / "claims-null.md").write_text(text, encoding="utf-8")


def row(kind: str, name: str, judged: Sequence[Judged]) -> str:
    """A row of the table: shares of the strong words either way, and the coverage."""
    words = np.array([item.word for item in judged])
    inside = [item.covered for item in judged if item.covered is not None]
    coverage = "none"
    if inside:
        share = float(np.mean(inside))
        coverage = f"{share:.0%}" if LOW <= share <= HIGH else f"**{share:.0%}**"
    ups, downs = (_share(int((words == way).sum()), len(judged)) for way in (1, -1))
    return f"| {kind} | {name} | {ups} | {downs} | {coverage} | {BEFORE.get(name, '')} |"


def _sorts() -> Iterator[tuple[str, str, Callable[[Rng], Judged]]]:
    for name, maker in null_sorts.responses().items():
        yield "response", name, partial(_judged, judged_response, maker)
    for name, maker in null_sorts.shifts().items():
        yield "shift", name, partial(_judged, _shift, maker)
    yield "groups", "unequal spreads", _groups
    yield "extreme", "a flat level with bursts", _extreme


def _judged(
    judge: Callable[[NullSeries], Judged], maker: Callable[[Rng], NullSeries], rng: Rng
) -> Judged:
    return judge(maker(rng))


def judged_response(world: NullSeries) -> Judged:
    """The word on a response of three months to its causes."""
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
    later = _odds(counts, target, rivals)
    if 1 - PROBABLE < later < PROBABLE:
        return Judged(0, None)  # no strong word, whatever was likely then
    odds = (later, _odds(then, target, rivals))
    return Judged((min(odds) >= PROBABLE) - (max(odds) <= 1 - PROBABLE), None)


def _odds(counts: Floats, target: Bools, rivals: Bools) -> float:
    level = count_level(counts, burst_periods=2.0, draws=LEVEL_DRAWS)
    return probability_highest(level, target, rivals)


def _share(count: int, runs: int) -> str:
    """A share in percent with its exact 95% bounds (Clopper and Pearson 1934)."""
    low = beta.ppf(0.025, count, runs - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, runs - count) if count < runs else 1.0
    text = f"{100 * count / runs:.1f}% ({100 * low:.1f}–{100 * high:.1f})"
    return f"**{text}**" if count / runs > MOST or high > MOST_HIGH else text
