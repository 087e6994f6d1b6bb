"""False verdicts in null worlds of the sorts in which earlier estimators broke.

At the level of estimators: a strong word is counted where the p-value is below .05 and the second
look agrees, uncorrected, without the specification curve, which can only take strong words away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import beta

from detente.arrays import Floats
from detente.asks.claims.rules import P_LEAN, P_SECOND_NULL, P_STRONG, PROBABLE
from detente.asks.claims.strata import SPANS, like_periods
from detente.errors import DataGapError
from detente.estimators.eventstudy import event_study
from detente.estimators.groups import group_contrast
from detente.estimators.levels.count_level import count_level
from detente.estimators.levels.level import LevelPosterior, probability_highest
from detente.estimators.levels.peak import peak_rates
from detente.estimators.rates import rate_contrast
from detente.estimators.ratestudy import rate_study
from detente.estimators.shift import level_shift, rate_shift
from detente.estimators.steady import steady_contrast
from detente.relations.series import make_series
from lab.benchmarks.record import ROOT
from lab.worlds import null_sorts, null_tone
from lab.worlds.null_sorts import NullSeries, Rng
from lab.worlds.null_tone import NullTone

RUNS, DRAWS, LEVEL_DRAWS = 300, 499, 300
MOST, MOST_HIGH = 0.05, 0.085  # of false words, and of their upper bound
LOW, HIGH = 0.85, 0.95  # coverage
ONES = np.ones(null_sorts.MONTHS)
MONTHS = make_series(
    "months", "month", np.datetime64("2000-01") + np.arange(len(ONES)), ONES, unit="months"
)


@dataclass(frozen=True)
class Judged:
    """What a null world got: a strong word up (1) or down (-1); whether no effect is covered."""

    word: int
    covered: bool | None


BEFORE = {
    ("response", "0.1 a month, crises double the news"): "15.4% down, coverage 75%",
    ("response", "0.5 a month, the feed is halved"): "11.3% up, coverage 41%",
    ("response", "a season of one month, shared"): "12.0%",
    ("contrast after", "a season of one month, shared"): "10.7%",
    ("contrast of eras", "a record that thickens tenfold"): "30.7% up, 32% more lean",
    ("shift", "a break half a window away"): "35% up",
    ("shift", "a wild stretch"): "14.0 and 10.7%",
    ("shift", "drift of 50% a year"): "coverage 28%",
    ("groups", "unequal spreads"): "22.7 and 17.0%",
    ("response", "reporters come to the dyad"): "58.8% up",
    ("response", "causes are timed at meetings"): "20.3% up",
    ("response", "causes answer a rise"): "20.0% up",
    ("response", "a third party moves both"): "9.4% up",
    ("extreme", "a flat level with bursts"): "34% up",
}
"""What earlier estimators gave in worlds of the same kinds, as those who tried them reported."""
PAGE = """# Null worlds that broke earlier estimators

Made by `python -m lab.benchmarks claims_null`; do not edit. {runs} worlds of each sort in
`lab/worlds/null_sorts.py` and `null_tone.py`, none with the effect that a claim would name. Strong
words (p below .05 and the second look agrees; odds of 95%) are counted at the level of the
estimators: uncorrected, and without the specification curve, which can only take strong words away.
Bounds are exact (Clopper and Pearson 1934). Target: at most 5% either way with an upper bound
below 8.5%, coverage 85 to 95%; rates outside of it are in **bold**. What came before is told as
reported of worlds of the same kinds, not measured here.

{table}

The interval of a contrast of eras is that beyond a steady drift, since as recorded the rates do
differ where a record thickens; the words are those of both looks. A record that thickens along an S
does so mostly within four years, which no straight line can tell from an era that begins there.
With a break half a window away the two windows do differ: no change is not the truth that the
interval should cover, and only the words matter.

## Power

The same with an effect: how often it got its strong word, with exact bounds, in {runs} worlds each.
Target for responses with ten episodes: at least 80%.

{power}
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
    text = PAGE.format(runs=runs, table="\n".join(rows), power="\n".join(_power(runs)))
    (ROOT / "docs" / "claims-null.md").write_text(text, encoding="utf-8")


def _power(runs: int) -> Iterator[str]:
    yield "| kind | effect | called so | no strong word | the opposite |"
    yield "|---|---|---:|---:|---:|"
    for (kind, size), maker in null_sorts.planted().items():
        words = np.array([JUDGES[kind](maker(np.random.default_rng(s))).word for s in range(runs)])
        shares = (_bounded(int((words == way).sum()), runs) for way in (1, 0, -1))
        yield f"| {kind} | {size} | {' | '.join(shares)} |"


def row(kind: str, name: str, judged: Sequence[Judged]) -> str:
    """A row of the table: shares of the strong words either way, and the coverage."""
    words = np.array([item.word for item in judged])
    inside = [item.covered for item in judged if item.covered is not None]
    coverage = "none"
    if inside:
        share = float(np.mean(inside))
        coverage = f"{share:.0%}" if LOW <= share <= HIGH else f"**{share:.0%}**"
    ups, downs = (_share(int((words == way).sum()), len(judged)) for way in (1, -1))
    return f"| {kind} | {name} | {ups} | {downs} | {coverage} | {BEFORE.get((kind, name), '')} |"


def _sorts() -> Iterator[tuple[str, str, Callable[[Rng], Judged]]]:
    sorts = {
        "response": null_sorts.responses(),
        "contrast after": null_sorts.afters(),
        "contrast of eras": null_sorts.eras(),
        "shift": null_sorts.shifts(),
    }
    for kind, makers in sorts.items():
        for name, maker in makers.items():
            yield kind, name, partial(_judged, JUDGES[kind], maker)
    for name, world in null_tone.tones().items():
        yield "response", name, partial(_of_tone, tone_response, world)
        yield "shift", name, partial(_of_tone, tone_shift, world)
    yield "groups", "unequal spreads", _groups
    yield "extreme", "a flat level with bursts", _level
    yield "extreme", "months that scatter, the highest", _peak


def _judged(
    judge: Callable[[NullSeries], Judged], maker: Callable[[Rng], NullSeries], rng: Rng
) -> Judged:
    return judge(maker(rng))


def _of_tone(
    judge: Callable[[NullTone], Judged], maker: Callable[[Rng], NullTone], rng: Rng
) -> Judged:
    return judge(maker(rng))


def tone_response(world: NullTone) -> Judged:
    """The word on a response of three months of a score."""
    study = event_study(world.grid, world.causes, window_periods=3, baseline_periods=3, draws=DRAWS)
    strong = study.p_placebo < P_STRONG and study.p_shift < P_SECOND_NULL
    low, high = study.interval()
    return Judged(int(np.sign(study.effect)) * strong, low <= 0 <= high)


def tone_shift(world: NullTone) -> Judged:
    """The word on a shift of a score by years, whose own month is left out."""
    try:
        shift = level_shift(world.grid, world.at, window_periods=12, skip_periods=1)
    except DataGapError:
        return Judged(0, None)  # too many holes around the date: refused
    low, high = shift.interval()
    strong = shift.p_placebo < P_STRONG and shift.at_the_date and not low <= 0 <= high
    return Judged(int(np.sign(shift.effect)) * strong, low <= 0 <= high)


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


def _after(world: NullSeries) -> Judged:
    months = like_periods(MONTHS, *SPANS[0])
    sides = (world.high, ~world.high)
    try:
        ratio = rate_contrast(world.grid.counts, ONES, *sides, strata=months, draws=1)
    except DataGapError:
        return Judged(0, None)  # every month was always after a cause, or never: refused
    low, high = ratio.interval()
    strong = ratio.p_placebo < P_STRONG and not low <= 0 <= high
    return Judged(int(np.sign(ratio.log_ratio)) * strong, low <= 0 <= high)


def _era(world: NullSeries) -> Judged:
    given = (world.grid.counts, ONES, world.high, ~world.high)
    plain, beyond = (look(*given, draws=1) for look in (rate_contrast, steady_contrast))
    (low, high), (least, most) = plain.interval(), beyond.interval()
    strong = plain.p_placebo < P_STRONG and beyond.p_placebo < P_LEAN
    strong &= plain.log_ratio * beyond.log_ratio > 0
    strong &= not low <= 0 <= high and not least <= 0 <= most
    return Judged(int(np.sign(plain.log_ratio)) * strong, least <= 0 <= most)


JUDGES: Mapping[str, Callable[[NullSeries], Judged]] = {
    "response": judged_response,
    "contrast after": _after,
    "contrast of eras": _era,
    "shift": _shift,
}


def _groups(rng: Rng) -> Judged:
    contrast = group_contrast(null_sorts.unequal_groups(rng), 4)
    return Judged(int(np.sign(contrast.effect)) * (contrast.p_placebo < P_STRONG), None)


def _level(rng: Rng) -> Judged:
    """The claim that the level of the three months that stood highest was the highest."""
    counts, begin = null_sorts.bursts(rng)
    return _extreme(counts, begin, begin + 3, partial(count_level, burst_periods=2.0))


def _peak(rng: Rng) -> Judged:
    """The claim that the month that stood highest was a peak."""
    counts, at = null_sorts.scattered(rng)
    return _extreme(counts, at, at + 1, peak_rates)


def _extreme(counts: Floats, begin: int, end: int, fit: Callable[..., LevelPosterior]) -> Judged:
    """The claim about some months against all before, by all data and by those up to then."""
    months = np.arange(len(counts))
    target, rivals = (months >= begin) & (months < end), months < begin
    later = probability_highest(fit(counts, draws=LEVEL_DRAWS), target, rivals)
    if 1 - PROBABLE < later < PROBABLE:
        return Judged(0, None)  # no strong word, whatever was likely then
    then = fit(np.where(months < end, counts, np.nan), draws=LEVEL_DRAWS)
    odds = (later, probability_highest(then, target, rivals))
    return Judged((min(odds) >= PROBABLE) - (max(odds) <= 1 - PROBABLE), None)


def _share(count: int, runs: int) -> str:
    """A share of false words, in bold where it is above its target."""
    text, (_, high) = _bounded(count, runs), _bounds(count, runs)
    return f"**{text}**" if count / runs > MOST or high > MOST_HIGH else text


def _bounded(count: int, runs: int) -> str:
    """A share in percent with its exact 95% bounds (Clopper and Pearson 1934)."""
    low, high = _bounds(count, runs)
    return f"{100 * count / runs:.1f}% ({100 * low:.1f}–{100 * high:.1f})"


def _bounds(count: int, runs: int) -> tuple[float, float]:
    low = beta.ppf(0.025, count, runs - count + 1) if count else 0.0
    high = beta.ppf(0.975, count + 1, runs - count) if count < runs else 1.0
    return float(low), float(high)
