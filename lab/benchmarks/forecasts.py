"""Forecasts in worlds whose truth is known, and the track record of the Korea study.

How often is skill over the best simple rule claimed where there is none (event days at a steady
rate, or at one that switches), how often is it found where there is some (event days that draw
more), how far do the odds stand from that rule, and do the distributions hold what they say?
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detente.answers import Answer
from detente.asks.forecasts.backtest import track_record
from detente.asks.forecasts.history import history_from_counts
from detente.asks.forecasts.references import best
from detente.asks.forecasts.run import published
from detente.asks.forecasts.scores import resample
from detente.asks.forecasts.trial import Trial, trial_of
from detente.asks.forecasts.walk import WEEK, walk
from detente.study.data import open_data
from detente.study.load import load
from lab.benchmarks.record import Result, save

Floats = NDArray[np.float64]

YEARS, WINDOW, MEAN = 12, 28, 0.05
FOLLOW_ONS, HALF_LIFE = 0.6, 10
LOW, HIGH, DWELL = 0.01, 0.1, 500  # events per day, and mean days between switches
MOST_WORLDS = 120  # of each sort: each takes half a second


def main(worlds: int) -> None:
    """Measure and save."""
    number = min(worlds, MOST_WORLDS)
    _worlds("steady", _steady, number, "at most 5% claims of skill")
    _worlds("switching", _switching, number, "at most 5%: there the weighted rate is right")
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


def _switching(rng: np.random.Generator) -> Floats:
    days = round(365.25 * YEARS)
    high = np.cumsum(rng.random(days) < 1 / DWELL) % 2 == rng.integers(2)
    return (rng.random(days) < np.where(high, HIGH, LOW)).astype(np.float64)


def _worlds(
    name: str, make: Callable[[np.random.Generator], Floats], number: int, target: str
) -> None:
    trials = [_tried(make(np.random.default_rng(seed))) for seed in range(1000, 1000 + number)]
    over = [
        best(trial, resample(len(trial.outcomes), 52, np.random.default_rng(1))) for trial in trials
    ]
    claimed = float(np.mean([skill.positive for skill in over]))
    skills = np.array([skill.value for skill in over])
    error = float(skills.std(ddof=1) / np.sqrt(number))
    said = np.mean([trial.odds[-1].mean() for trial in trials])
    came = np.mean([trial.outcomes.mean() for trial in trials])
    pit = np.concatenate([trial.pit for trial in trials])
    tenths = np.histogram(pit, bins=10, range=(0, 1))[0] / len(pit)
    names = [skill.against for skill in over]
    first = max(set(names), key=names.count)
    save(
        Result(
            name=f"forecasts-{name}",
            value=100 * claimed,
            unit=f"% of {number} worlds in which odds are said to beat the best simple rule",
            against="the truth of the world",
            ratio=claimed,
            target=target,
            note=f"Mean skill over that rule, which is chosen with hindsight, {skills.mean():+.3f} "
            f"(standard error {error:.3f}); most often it is the {first} "
            f"({names.count(first) / number:.0%}). Mean odds {said:.3f}, share that came true "
            f"{came:.3f}; tenths of the transform {tenths.min():.3f} to {tenths.max():.3f} (0.1 if "
            "right).",
        )
    )


def _tried(counts: Floats) -> Trial:
    past = walk(history_from_counts(counts), WINDOW, refit_weeks=52)
    return trial_of(past, 1, WEEK, np.random.default_rng(1))


def _korea() -> None:
    data = open_data(load("korea"))
    started = time.process_time()
    records = [track_record(question, data) for question in data.study.asks("questions")]
    spent = time.process_time() - started
    missile = next(record for record in records if record.id == "missile-test")
    rule, first = (missile.fact(name) for name in ("skill_best", "skill"))
    assert rule is not None and first is not None
    save(
        Result(
            name="forecasts-korea",
            value=round(spent, 1),
            unit="s of one core for the backtest of all questions",
            against="60 s",
            ratio=60 / spent,
            target="1 or more",
            note=f"28-day missile question, Brier skill {rule.value:.2f} ({rule.low:.2f} to "
            f"{rule.high:.2f}) over the best simple rule ({rule.note}), {first.value:.2f} "
            f"({first.low:.2f} to {first.high:.2f}) over the base rate.",
        )
    )
    for compared in published(data):
        _save_compared(compared)


def _save_compared(compared: Answer) -> None:
    """One line for each moment at which odds of others were compared with the study's own."""
    scores = compared.exhibit("scores")
    if scores is None:
        return
    rows = scores.table.records()
    for at in dict.fromkeys(row.get("at", "") for row in rows):
        of_moment = [row for row in rows if row.get("at", "") == at]
        brier = {row["whose"]: row["brier"] for row in of_moment}
        number = of_moment[0]["forecasts"]
        moment = f" {at}" if at else ""
        save(
            Result(
                name="-".join(["forecasts", compared.id, *_short(at)]),
                value=round(brier["ours"], 3),
                unit=f"Brier score of the study's odds on {number} published forecasts{moment}",
                against=f"{brier['published']:.3f} as published",
                ratio=brier["published"] / brier["ours"],
                target="1 or more",
                note=f"Base rate alone {brier['base rate']:.3f}. Few questions whose windows "
                "overlap: little evidence either way.",
            )
        )


def _short(at: str) -> list[str]:
    """A moment as a part of a name: opening, or 90-days; none if there is only one."""
    if not at:
        return []
    return [f"{at.split(maxsplit=1)[0]}-days" if at[0].isdigit() else "opening"]
