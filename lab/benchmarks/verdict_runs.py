"""Run the claims engine over simulated worlds and keep what it said beside what was true."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np

from detente.answers import Answer, Fact, Scale
from detente.asks.claims.run import answer_claims
from detente.study.options import Options
from lab.worlds.features import WorldSpec
from lab.worlds.study import known_on, only
from lab.worlds.world import Truth, World, make

OPTIONS = Options(seed=1, draws=999, curve_draws=99, level_draws=1000)
FORECAST = "forecast"
CHUNK = 20
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """One world and the claims to judge in it.

    Attributes:
        group: What the world is one of, for tables.
        spec: What it is made of.
        claims: Ids of the claims.
        seed: Of the world and of the engine's draws.
    """

    group: str
    spec: WorldSpec
    claims: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Said:
    """What the engine said about one claim of one world, and what was true.

    Attributes:
        group: What the world is one of.
        claim: Id of the claim.
        seed: Of the world.
        verdict: The engine's word.
        effect: Estimate, on the log scale for rates; the probability for levels and occurrences.
        low: Low end of the 90% interval, NaN if there is none; `high` the other.
        p: Two-sided p-value against placebos, NaN if there is none.
        visible: The card's smallest visible effect, same scale as `effect`.
        cases: Cases behind it.
        truth: What is true.
    """

    group: str
    claim: str
    seed: int
    verdict: str
    effect: float
    low: float
    high: float
    p: float
    visible: float
    cases: int
    truth: Truth


@dataclass(frozen=True, eq=False)
class Runner:
    """Runs jobs in a pool of processes, or here where there is none."""

    pool: ProcessPoolExecutor | None

    def run(self, jobs: Sequence[Job]) -> list[Said]:
        """What the engine says in all jobs, in their order."""
        done = (
            map(judge, jobs) if self.pool is None else self.pool.map(judge, jobs, chunksize=CHUNK)
        )
        return [said for world in done for said in world]


@contextmanager
def runner(processes: int) -> Iterator[Runner]:
    """A runner with so many processes of one thread each."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    if processes == 1:
        yield Runner(None)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield Runner(pool)


def judge(job: Job, options: Options = OPTIONS) -> list[Said]:
    """Make the world of a job and let the engine judge its claims, unchanged."""
    world = make(job.spec, job.seed)
    answers = _answers(world, job.claims, replace(options, seed=job.seed))
    return [_said(job, answer, world.truth[answer.id]) for answer in answers]


def _answers(world: World, claims: Sequence[str], options: Options) -> list[Answer]:
    """Forecasts are judged by what was known on their day, everything else by all there is."""
    timeless = [name for name in claims if name != FORECAST]
    answers = list(answer_claims(only(world.data, timeless).under(options))) if timeless else []
    if FORECAST in claims:
        then = known_on(only(world.data, [FORECAST]), world.forecast_day)
        answers += answer_claims(then.under(options))
    return answers


def _said(job: Job, answer: Answer, truth: Truth) -> Said:
    effect, p, cases = (answer.fact(name) for name in ("effect", "p", "cases"))
    seen = answer.fact("visible")
    return Said(
        group=job.group,
        claim=answer.id,
        seed=job.seed,
        verdict="" if answer.verdict is None else answer.verdict.value,
        effect=_analysed(effect, None if effect is None else effect.value),
        low=_analysed(effect, None if effect is None else effect.low),
        high=_analysed(effect, None if effect is None else effect.high),
        p=_analysed(p, None if p is None else p.value),
        visible=_analysed(seen, None if seen is None else seen.value),
        cases=int(_analysed(cases, None if cases is None else cases.value)) if cases else 0,
        truth=truth,
    )


def _analysed(fact: Fact | None, value: object) -> float:
    """Percent and ratios as logs; everything else as it is; NaN where there is nothing."""
    if fact is None or not isinstance(value, int | float):
        return float("nan")
    if fact.scale is Scale.PERCENT:
        return float(np.log1p(value / 100))
    return float(np.log(value)) if fact.scale is Scale.RATIO else float(value)
