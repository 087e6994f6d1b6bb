"""Futures of the six-party system: how fast, beside a plain loop of the same process, and how true.

The loop goes from event to event in plain Python: it draws the day of the next event from the rate
that nothing has raised since the last (Ogata's thinning, by day), and the relations month by month.
It makes the two arms of a pair one after the other. Both ways must give the same distribution.
"""

from __future__ import annotations

import datetime as dt
import math
import time
from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from detente.asks.scenarios.arms import halves, make_arms, month_edges
from detente.asks.scenarios.coupled import WITH, WITHOUT, Watch, simulate_pairs
from detente.asks.scenarios.futures import watch_for
from detente.asks.scenarios.halves import Daily, Months
from detente.asks.scenarios.history import Chronology
from detente.asks.scenarios.model import fit_model
from detente.asks.scenarios.posterior import fit_posterior
from detente.asks.scenarios.run import find_scenario
from detente.study.data import open_data
from detente.study.load import load
from lab.benchmarks.record import Result, best_of, save

PATHS = 10_000
PLAIN = 100  # futures of the plain loop
YEARS = 10
SECONDS = 20.0
TIMES = 20.0
LEAST_P = 0.001
WORLDS = 100

Floats = NDArray[np.float64]


def main() -> None:
    """Time 10,000 futures of ten years, and check intervals in worlds with known truth."""
    _speed()
    _truth()


def _speed() -> None:
    data = open_data(load("korea"))
    model = fit_model(data)
    arms = make_arms(model, find_scenario(data.study, "nuclear-test"))
    last = np.datetime64(dt.date(model.first.astype(dt.date).year + YEARS, 4, 19))
    edges = month_edges(model.first, last)
    watch = watch_for(model, edges, 0).watch
    drawn = halves(arms, edges)
    simulate_pairs(drawn, watch, 10)
    seconds = best_of(2, lambda: simulate_pairs(drawn, watch, PATHS))
    started = time.perf_counter()
    plain = [
        [
            one_future(*drawn[n % len(drawn)], watch, arm, np.random.default_rng(n))
            for n in range(PLAIN)
        ]
        for arm in (WITHOUT, WITH)
    ]
    loop = (time.perf_counter() - started) / PLAIN * PATHS
    pairs = simulate_pairs(drawn, watch, 2000, seed=7)
    totals: tuple[Floats, ...] = (
        pairs.counts.sum(axis=2, dtype=np.float64),
        pairs.sums.sum(axis=2, dtype=np.float64),
    )
    tests = [
        ks_2samp(column, other).pvalue
        for arm in (WITHOUT, WITH)
        for part, futures in enumerate(totals)
        for column, other in zip(
            np.stack([future[part] for future in plain[arm]]).T, futures[:, arm].T, strict=True
        )
    ]
    worst = min(tests)
    if worst < LEAST_P:
        raise SystemExit(f"the plain loop makes another distribution (p = {worst:.2g})")
    what = f"{PATHS:,} pairs of {YEARS}-year futures, {edges[-1]} days and {len(edges) - 1} months"
    save(
        Result(
            "scenarios-futures", round(seconds, 2), "s", "20 s", round(SECONDS / seconds, 2), "≥ 1",
            what,
        )
    )  # fmt: skip
    save(
        Result(
            "scenarios-loop", round(seconds, 2), "s", f"plain loop, {loop:.0f} s",
            round(loop / seconds, 1), f"≥ {TIMES:.0f}",
            f"{PLAIN} pairs of the loop, scaled; same distribution (least p of {len(tests)} KS "
            f"tests {worst:.2f})",
        )
    )  # fmt: skip


def one_future(
    daily: Daily, months: Months, watch: Watch, arm: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """One future of an arm: days with each kind, and events of each group."""
    base = daily.base[arm, 0].tolist()
    days, kinds, decays = int(watch.edges[-1]), range(len(base)), daily.decays.tolist()
    jumps = (daily.gain[:, None] * daily.jumps[arm]).tolist()
    heat = daily.heat[arm].tolist()
    counts = [[0] * len(base) for _ in watch.edges[1:]]
    edges, month, now = watch.edges.tolist(), 0, 0
    supposed = [(int(t) + 1, int(d)) for t, d in np.argwhere(daily.forced[arm])]
    while True:
        bound = sum(base) + sum(sum(row) for row in heat)
        gap = int(rng.exponential() / bound)
        if supposed and now + gap >= supposed[0][0]:
            day, d = supposed.pop(0)
            heat = [
                [x * math.exp(-b * (day - now)) + jump for x, jump in zip(row, more, strict=True)]
                for row, b, more in zip(heat, decays, jumps[d], strict=True)
            ]
            counts[bisect_right(edges, day - 1) - 1][d] += 1
            now = day
            continue
        if now + gap >= days:
            break
        heat = [[x * math.exp(-b * gap) for x in row] for row, b in zip(heat, decays, strict=True)]
        now += gap
        rates = [base[d] + sum(row[d] for row in heat) for d in kinds]
        heat = [[x * math.exp(-b) for x in row] for row, b in zip(heat, decays, strict=True)]
        total = sum(rates)
        if rng.random() < -math.expm1(-total) / -math.expm1(-bound):
            while now >= edges[month + 1]:
                month += 1
            for _ in range(_at_least_one(total, rng)):
                d = _chosen(rates, total * rng.random())
                counts[month][d] += 1
                for row, jump in zip(heat, jumps[d], strict=True):
                    for e in kinds:
                        row[e] += jump[e]
        now += 1
    return np.sum(counts, axis=0, dtype=np.float64), _relations(counts, months, watch, arm, rng)


def _at_least_one(mean: float, rng: np.random.Generator) -> int:
    """A Poisson number, given that it is not zero."""
    mark = rng.uniform(math.exp(-mean), 1.0)
    number, part = 0, math.exp(-mean)
    while mark >= part and number < 1000:
        mark -= part
        number += 1
        part *= mean / number
    return max(number, 1)


def _chosen(rates: list[float], mark: float) -> int:
    for d, rate in enumerate(rates):
        mark -= rate
        if mark < 0:
            return d
    return len(rates) - 1


def _relations(
    counts: list[list[int]], months: Months, watch: Watch, arm: int, rng: np.random.Generator
) -> Floats:
    before, state = months.before.tolist(), months.state.tolist()
    members, coefficients = months.members.tolist(), months.coefficients.tolist()
    own, back, reverse = months.own.tolist(), months.back.tolist(), months.reverse.tolist()
    base, clumping = months.base[arm, 0].tolist(), months.clumping.tolist()
    group, left = months.group.tolist(), math.exp(-months.decay)
    sums = [0.0] * len(own)
    for now in counts:
        both = [a + b for a, b in zip(now, before, strict=True)]
        driven = [math.log1p(sum(map(float.__mul__, row, map(float, both)))) for row in members]
        shocks = [rng.gamma(1 / v, v) if v > 0 else 1.0 for v in months.shock.tolist()]
        happened = []
        for m, log in enumerate(base):
            rate = math.exp(log + sum(map(float.__mul__, coefficients[m], driven)))
            rate += own[m] * state[m] + (back[m] * state[reverse[m]] if reverse[m] >= 0 else 0.0)
            rate *= shocks[group[m]]
            if clumping[m] > 0:
                rate = rng.gamma(rate / clumping[m], clumping[m])
            happened.append(float(rng.poisson(rate)))
        state = [left * z + months.gain * y for z, y in zip(state, happened, strict=True)]
        sums = [a + b for a, b in zip(sums, happened, strict=True)]
        before = [float(count) for count in now]
    return np.asarray(watch.groups @ np.array(sums))


def _truth() -> None:
    """How often 90% intervals of follow-ons hold the truth, and how often nothing is `seen`."""
    held, seen = 0, 0
    for world in range(WORLDS):
        low, high, _ = _follow_ons(_world(world, follow=1.0))
        held += low <= 1.0 <= high
        seen += _follow_ons(_world(1000 + world, follow=0.0))[2]
    share = held / WORLDS
    note = f"{WORLDS} worlds of 20 years with about 35 causes; of none, {seen / WORLDS:.0%} seen"
    save(
        Result(
            "scenarios-coverage", round(share, 2), "of 90% intervals hold the truth", "90%",
            round(share / 0.9, 2), ".94 to 1.06", note,
        )
    )  # fmt: skip


def _follow_ons(past: Chronology) -> tuple[float, float, bool]:
    drawn = fit_posterior(past, 200).follow_ons[:, 1, 0]
    low, high = np.quantile(drawn, [0.05, 0.95])
    return float(low), float(high), bool(low * past.counts[:, 0].sum() >= 1)


def _world(seed: int, *, follow: float) -> Chronology:
    """Causes that come by chance, and answers of which each cause brings some within weeks."""
    rng = np.random.default_rng(seed)
    days = np.arange(np.datetime64("2000-01-01"), np.datetime64("2020-01-01"))
    counts, heat, fade = np.zeros((len(days), 2)), 0.0, math.exp(-1 / 25)
    for t in range(len(days)):
        counts[t] = rng.poisson([0.005, 0.004 + heat])
        heat = heat * fade + follow * (1 - fade) * counts[t, 0]
    return Chronology(
        kinds=("causes", "answers"),
        after=np.array([[True, False], [True, True]]),
        days=days,
        counts=counts,
        known=np.ones(counts.shape, dtype=np.bool_),
        eras=(),
        labels=np.zeros(len(days), dtype=np.int64),
        left_out=(),
    )


if __name__ == "__main__":
    main()
