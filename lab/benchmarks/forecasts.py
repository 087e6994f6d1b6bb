"""Forecasts in worlds whose truth is known, and the track record of the Korea study.

How often is skill claimed where there is none (event days at a steady rate), how often is it found
where there is some (event days that draw more), and do the distributions hold what they say?
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detente.asks.forecasts.backtest import track_record
from detente.asks.forecasts.history import history_from_counts
from detente.asks.forecasts.run import published
from detente.asks.forecasts.scores import brier, resample, skill
from detente.asks.forecasts.trial import Trial, trial_of
from detente.asks.forecasts.walk import WEEK, walk
from detente.asks.forecasts.walks import Walks
from detente.asks.options import Options
from detente.study.data import open_data
from detente.study.load import load
from lab.benchmarks.record import Result, save

Floats = NDArray[np.float64]

YEARS, WINDOW, MEAN = 12, 28, 0.05
FOLLOW_ONS, HALF_LIFE = 0.6, 10
MOST_WORLDS = 120  # of each sort: each takes half a second


def main(worlds: int) -> None:
    """Measure and save."""
    number = min(worlds, MOST_WORLDS)
    _worlds("steady", _steady, number, "at most 5% claims of skill")
    _worlds("exciting", _exciting, number, "none set: how often real skill shows in nine years")
    _korea()


def _steady(rng: np.random.Generator) -> Floats:
    return (rng.random(round(365.25 * YEARS)) < MEAN).astype(np.float64)


def _exciting(rng: np.random.Generator) -> Floats:
    left, heat = 0.5 ** (1 / HALF_LIFE), 0.0
    counts = np.zeros(round(365.25 * YEARS))
    for day in range(len(counts)):
        rate = MEAN * (1 - FOLLOW_ONS) + heat
        counts[day] = float(rng.random() < 1 - np.exp(-rate))
        heat = left * heat + FOLLOW_ONS * (1 - left) * counts[day]
    return counts


def _worlds(
    name: str, make: Callable[[np.random.Generator], Floats], number: int, target: str
) -> None:
    trials = [_tried(make(np.random.default_rng(seed))) for seed in range(1000, 1000 + number)]
    claimed = np.array([_claims(trial) for trial in trials])
    said = np.mean([trial.odds[-1].mean() for trial in trials])
    came = np.mean([trial.outcomes.mean() for trial in trials])
    pit = np.concatenate([trial.pit for trial in trials])
    tenths = np.histogram(pit, bins=10, range=(0, 1))[0] / len(pit)
    save(
        Result(
            name=f"forecasts-{name}",
            value=float(100 * claimed[:, 1].mean()),
            unit=f"% of {number} worlds in which odds are said to beat both base rates",
            against="the truth of the world",
            ratio=float(claimed[:, 1].mean()),
            target=target,
            note=f"Better than the full base rate alone: {claimed[:, 0].mean():.1%}. Mean odds "
            f"{said:.3f}, share that came true {came:.3f}; tenths of the transform "
            f"{tenths.min():.3f} to {tenths.max():.3f} (0.1 if right).",
        )
    )


def _tried(counts: Floats) -> Trial:
    return trial_of(walk(history_from_counts(counts), WINDOW, refit=52), 1, WEEK, 1)


def _claims(trial: Trial) -> tuple[bool, bool]:
    """Whether skill is claimed against the full base rate, and against both."""
    drawn = resample(len(trial.outcomes), 52, 1)
    scores = brier(trial.odds, trial.outcomes)
    first = skill(scores[-1], scores[0], drawn, "all").positive
    return first, first and skill(scores[-1], scores[1], drawn, "recent").positive


def _korea() -> None:
    data = open_data(load("korea"))
    started = time.process_time()
    walks, options = Walks(data), Options()
    records = [track_record(question, walks, options) for question in data.study.asks("questions")]
    spent = time.process_time() - started
    missile = next(record for record in records if record.id == "missile-test")
    first, recent = (missile.fact(name) for name in ("skill", "skill_recent"))
    assert first is not None and recent is not None
    save(
        Result(
            name="forecasts-korea",
            value=round(spent, 1),
            unit="s of one core for the backtest of all questions",
            against="60 s",
            ratio=60 / spent,
            target="1 or more",
            note=f"28-day missile question, Brier skill {first.value:.2f} ({first.low:.2f} to "
            f"{first.high:.2f}) against the full base rate, {recent.value:.2f} ({recent.low:.2f} "
            f"to {recent.high:.2f}) against that of the last 3 years.",
        )
    )
    for compared in published(data, options):
        scores = compared.exhibit("scores")
        if scores is None:
            continue
        theirs, ours, _ = scores.table.column("brier")
        save(
            Result(
                name="forecasts-published",
                value=round(ours, 3),
                unit="Brier score of the study's odds on 12 published forecasts of 2017",
                against=f"{theirs:.3f} as published",
                ratio=theirs / ours,
                target="1 or more",
                note="All 12 windows came true and overlap: little evidence either way.",
            )
        )
