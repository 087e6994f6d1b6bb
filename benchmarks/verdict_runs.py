"""Run the claims engine over simulated worlds and keep what it said beside what was true."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

from detente.claims.finding import Finding
from detente.claims.options import Options
from detente.claims.run import assess_claims
from detente.synthetic.features import Planted, WorldSpec
from detente.synthetic.study import known_on, only
from detente.synthetic.world import Truth, World, make

OPTIONS = Options(seed=1, draws=999, curve_draws=99, level_draws=1000)
FORECAST = "forecast"
T = TypeVar("T")


@dataclass(frozen=True)
class Said:
    """What the engine said about one claim of one world, and what was true.

    Attributes:
        claim: Id of the claim.
        verdict: The engine's word.
        effect: Estimate, on the log scale for rates; the probability for levels and occurrences.
        low: Low end of the 90% interval, NaN if there is none; `high` the other.
        p: Two-sided p-value against placebos, NaN if there is none.
        visible: The card's smallest visible effect, same scale as `effect`.
        cases: Cases behind it.
        truth: What is true.
    """

    claim: str
    verdict: str
    effect: float
    low: float
    high: float
    p: float
    visible: float
    cases: int
    truth: Truth


def judged(world: World, claims: Sequence[str], options: Options) -> list[Said]:
    """What the engine says about the named claims of a world."""
    timeless = [name for name in claims if name != FORECAST]
    found = list(assess_claims(only(world.data, timeless), options)) if timeless else []
    if FORECAST in claims:
        then = known_on(only(world.data, [FORECAST]), world.forecast_day)
        found += assess_claims(then, options)
    return [_said(finding, world.truth[finding.id]) for finding in found]


def run_worlds(
    spec: WorldSpec, seeds: Iterable[int], claims: Sequence[str], *, processes: int = 1
) -> list[list[Said]]:
    """Judge the claims of many worlds.

    Args:
        spec: What the worlds are made of.
        seeds: One per world.
        claims: Ids of the claims to judge.
        processes: How many to run at a time.

    Returns:
        One list per world.
    """
    return _spread(partial(_one, spec, tuple(claims)), list(seeds), processes)


def run_visible(
    spec: WorldSpec, seeds: Iterable[int], claim: str, *, processes: int = 1
) -> list[tuple[Said, Said]]:
    """Each world without an effect, and again with the effect that its own card calls visible."""
    return _spread(partial(_visible, spec, claim), list(seeds), processes)


def _one(spec: WorldSpec, claims: tuple[str, ...], seed: int) -> list[Said]:
    return judged(make(spec, seed), claims, replace(OPTIONS, seed=seed))


def _visible(spec: WorldSpec, claim: str, seed: int) -> tuple[Said, Said]:
    (first,) = _one(spec, (claim,), seed)
    size = first.visible if np.isfinite(first.visible) else 0.0
    field = {"response": "response", "after-news": "response"}.get(claim, claim)
    planted = replace(Planted(), **{field: size})
    (second,) = _one(replace(spec, planted=planted), (claim,), seed)
    return first, second


def _spread(work: Callable[[int], T], seeds: list[int], processes: int) -> list[T]:
    if processes == 1:
        return [work(seed) for seed in seeds]
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, seeds, chunksize=10))


def _said(finding: Finding, truth: Truth) -> Said:
    interval = finding.interval
    return Said(
        claim=finding.id,
        verdict=finding.verdict.value,
        effect=_plain(finding.unit, finding.effect),
        low=_plain(finding.unit, interval.low if interval else None),
        high=_plain(finding.unit, interval.high if interval else None),
        p=float("nan") if finding.p_placebo is None else finding.p_placebo,
        visible=_plain(finding.unit, finding.smallest_visible),
        cases=finding.cases,
        truth=truth,
    )


def _plain(unit: str, value: float | None) -> float:
    """Percent and ratios as logs; everything else as it is."""
    if value is None:
        return float("nan")
    if unit.startswith("%"):
        return float(np.log1p(value / 100))
    return float(np.log(value)) if unit == "rate ratio" else float(value)
