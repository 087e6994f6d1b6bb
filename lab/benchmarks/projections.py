"""How often the intervals of local projections hold the truth, in worlds that are simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from detente.errors import DataGapError
from detente.estimators.projections.project import LocalProjection, local_projection
from detente.estimators.projections.rows import Family
from lab.benchmarks.record import Result, save

Floats = NDArray[np.float64]

HORIZONS = (0, 1, 3, 6, 12)
STATED = 0.90


@dataclass(frozen=True, eq=False)
class Coverage:
    """Shares of worlds in which the truth was held: by horizon, and at all horizons at once.

    `refused` counts worlds with too few shocks for an error; they are no part of the shares.
    """

    by_horizon: Floats
    joint: float
    refused: int


def series_world(
    seed: int, *, periods: int, carried: float, rare: bool, augment: bool
) -> tuple[LocalProjection, Floats]:
    """A shock in every period, or in 6% of them, moves an autoregression by one."""
    rng = np.random.default_rng(seed)
    shock = rng.normal(size=periods + 100)
    if rare:
        shock = (rng.random(periods + 100) < 0.06).astype(np.float64)
    outcome = lfilter([1], [1, -carried], rng.normal(size=periods + 100) + shock)
    projection = local_projection(
        outcome[100:], shock[100:], horizons=HORIZONS, lags=1, augment=augment
    )
    return projection, np.asarray(carried ** np.array(HORIZONS), dtype=np.float64)


def count_world(
    seed: int, *, periods: int, family: Family, rare: bool, augment: bool
) -> tuple[LocalProjection, Floats]:
    """Clumped counts with a season, growing exposure and moods that last, raised by shocks."""
    rng = np.random.default_rng(seed)
    month = np.arange(periods)
    exposure = np.exp(np.linspace(0, 2, periods) + 0.3 * rng.normal(size=periods))
    season = np.column_stack([np.sin(month * np.pi / 6), np.cos(month * np.pi / 6)])
    shock = rng.normal(size=periods)
    if rare:
        shock = (rng.random(periods) < 0.08).astype(np.float64)
    path = 0.5 * 0.6**month
    mood = lfilter([1], [1, -0.7], 0.3 * rng.normal(size=periods))
    rate = 2 * exposure * np.exp(0.5 * season[:, 0] + np.convolve(shock, path)[:periods] + mood)
    counts = rng.poisson(rate * rng.gamma(4, 1 / 4, size=periods))
    projection = local_projection(
        counts,
        shock,
        horizons=HORIZONS,
        lags=2,
        controls=season,
        family=family,
        exposure=exposure,
        augment=augment,
    )
    return projection, np.asarray(path[list(HORIZONS)], dtype=np.float64)


def coverage(world: Callable[[int], tuple[LocalProjection, Floats]], worlds: int) -> Coverage:
    """Coverage of the 90% intervals and of the joint 90% band over so many worlds."""
    held, whole = [], []
    for seed in range(worlds):
        try:
            projection, truth = world(seed)
        except DataGapError:
            continue
        low, high = projection.interval(STATED)
        held.append((low[0] < truth) & (truth < high[0]))
        low, high = projection.joint_band(STATED)
        whole.append(bool(np.all((low[0] < truth) & (truth < high[0]))))
    return Coverage(np.mean(held, axis=0), float(np.mean(whole)), worlds - len(whole))


def main(worlds: int = 400) -> None:
    """Measure and record the coverage at the worst horizon of the worst design."""
    series = {
        f"{n} periods, carried {c:g}, {'rare' if rare else 'steady'}, {'lag' if a else 'HAC'}": (
            coverage(partial(series_world, periods=n, carried=c, rare=rare, augment=a), worlds)
        )
        for n, c, rare, a in product((120, 300), (0.5, 0.9), (False, True), (True, False))
    }
    families: tuple[Family, ...] = ("poisson", "negative-binomial")
    counts = {
        f"{n} months, {f}, {'rare' if rare else 'steady'}, {'lag' if a else 'HAC'}": coverage(
            partial(count_world, periods=n, family=f, rare=rare, augment=a), worlds
        )
        for n, f, rare, a in product((156,), families, (False, True), (True, False))
    }
    hard = {
        "120 periods, carried 0.97, steady, lag": coverage(
            partial(series_world, periods=120, carried=0.97, rare=False, augment=True), worlds
        )
    }
    _record("projections-coverage", series, worlds)
    _record("projections-coverage-counts", counts, worlds)
    _record("projections-coverage-near-random-walk", hard, worlds)


def _record(name: str, coverages: dict[str, Coverage], worlds: int) -> None:
    for label, each in coverages.items():
        print(
            f"{label:50s} {each.by_horizon.round(3)} joint {each.joint:.3f}, {each.refused} refused"
        )
    worst = min(coverages, key=lambda label: coverages[label].by_horizon.min())
    lowest = 100 * float(coverages[worst].by_horizon.min())
    highest = 100 * max(float(each.by_horizon.max()) for each in coverages.values())
    mean = 100 * float(np.mean([each.by_horizon for each in coverages.values()]))
    joint = [100 * each.joint for each in coverages.values()]
    save(
        Result(
            name=name,
            value=round(mean, 1),
            unit="% held",
            against=f"{STATED:.0%} stated",
            ratio=mean / (100 * STATED),
            target="0.94 to 1.06",
            note=f"{worlds} worlds of each of {len(coverages)} designs; by horizon {lowest:.0f} to "
            f"{highest:.0f}%, least in {worst}; joint bands {min(joint):.0f} to {max(joint):.0f}%",
        )
    )


if __name__ == "__main__":
    main()
