"""Hawkes processes: speed, coverage, error beside `tick`, and the size of the cross test.

`DETENTE_TICK_PYTHON` names a Python that has `tick` 0.8.0.2; without it those rows are left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.estimators import (
    Events,
    Process,
    excitation_test,
    fit_hawkes_by_date,
    fit_hawkes_by_time,
    hawkes_futures,
    hawkes_likelihood,
    hawkes_process,
    simulate_hawkes,
)
from lab.benchmarks.record import HERE, Result, best_of, save

Floats = NDArray[np.float64]

DIMENSIONS, EVENTS, DECAY = 36, 1_000_000, 1.5
RUNS = 200
TRUTH = np.array([[0.3, 0.0], [0.25, 0.2]])
FAST = np.array([[0.3, 0.0], [0.3, 0.3]])


def main() -> None:
    """Measure all."""
    speed()
    coverage()
    dates()
    size_of_the_test()
    futures()


def speed() -> None:
    """Likelihood, fit and simulation of 36 dimensions with a million events."""
    process = _large()
    events = simulate_hawkes(process)
    once = best_of(5, lambda: hawkes_likelihood(process, events.times, events.kinds))
    note = f"{DIMENSIONS} dimensions, {len(events.times):,} events"
    save(Result("hawkes-likelihood", round(once, 3), "s", "0.1 s", 0.1 / once, "≥ 1", note))
    window = (0.0, float(process.edges[-1]))
    fit = best_of(
        2,
        lambda: fit_hawkes_by_time(
            events.times, events.kinds, window_days=window, decays_per_day=[DECAY]
        ),
    )
    model = fit_hawkes_by_time(
        events.times, events.kinds, window_days=window, decays_per_day=[DECAY]
    )
    save(Result("hawkes-fit", round(fit, 2), "s", "10 s", 10 / fit, "≥ 1", f"{note}; decay given"))
    drawn = best_of(3, lambda: simulate_hawkes(process))
    _beside_tick(process, events, model.branching, fit, drawn)


def _beside_tick(
    process: Process, events: Events, branching: Floats, fit: float, drawn: float
) -> None:
    theirs = _tick("fit", _data([events], DIMENSIONS, DECAY))
    data = {
        "branching": process.branching, "base": process.base[0], "days": process.edges[-1],
        "decay": DECAY,
    }  # fmt: skip
    simulated = _tick("simulate", data)
    if theirs is None or simulated is None:
        return
    seconds = float(theirs["seconds"])
    errors = [
        _rmse(estimate, process.branching) for estimate in (branching, theirs["branching"][0])
    ]
    save(
        Result(
            "hawkes-fit-tick", round(fit, 2), "s", f"tick least squares, {seconds:.1f} s",
            seconds / fit, "≥ 5", f"RMSE of the branching matrix {errors[0]:.5f} against "
            f"{errors[1]:.5f}",
        )
    )  # fmt: skip
    seconds = float(simulated["seconds"])
    save(
        Result(
            "hawkes-simulate-tick", round(drawn, 3), "s", f"tick, {seconds:.1f} s",
            seconds / drawn, "≥ 30", f"{int(simulated['events']):,} events there",
        )
    )  # fmt: skip


def coverage() -> None:
    """Coverage of 90% intervals in continuous time, and error beside tick on the same data."""
    process = hawkes_process([0.5, 0.4], TRUTH, DECAY, 600.0)
    runs = [simulate_hawkes(process, seed=seed) for seed in range(RUNS)]
    models = [
        fit_hawkes_by_time(
            run.times, run.kinds, window_days=(0, 600), decays_per_day=[DECAY], names=["A", "B"]
        )
        for run in runs
    ]
    inside = _inside([model.branching_interval() for model in models], TRUTH)
    _save_coverage("hawkes-coverage", inside, f"{RUNS} runs, decay given")
    free = [fit_hawkes_by_time(run.times, run.kinds, window_days=(0, 600)) for run in runs]
    inside = _inside([model.branching_interval() for model in free], TRUTH)
    _save_coverage("hawkes-coverage-decay", inside, f"{RUNS} runs, decay estimated")
    theirs = _tick("fit", _data(runs, 2, DECAY))
    if theirs is None:
        return
    ours = _rmse(np.array([model.branching for model in models]), TRUTH)
    other = _rmse(theirs["branching"], TRUTH)
    save(
        Result(
            "hawkes-rmse-tick", round(ours, 4), "follow-ons", f"tick least squares, {other:.4f}",
            other / ours, "≥ 1", f"RMSE of the branching matrix over {RUNS} runs on the same data",
        )
    )  # fmt: skip


def dates() -> None:
    """What dates give at a decay of 2 per day: the binned model, and times made up at random."""
    process = hawkes_process([0.3, 0.3], FAST, 2.0, 3000.0)
    intervals, kept, lost = [], [], []
    for seed in range(RUNS):
        events = simulate_hawkes(process, seed=seed)
        model = fit_hawkes_by_date(
            events.daily(2, 3000), decays_per_day=[2.0], exposure=np.ones(3000)
        )
        intervals.append(model.branching_interval())
        kept.append(model.branching)
        spread = np.floor(events.times) + np.random.default_rng(seed).random(len(events.times))
        guessed = fit_hawkes_by_time(
            spread, events.kinds, window_days=(0, 3000), decays_per_day=[2.0]
        )
        lost.append(guessed.branching)
    _save_coverage(
        "hawkes-coverage-dates", _inside(intervals, FAST), f"{RUNS} runs, dates only, decay 2 a day"
    )
    means = [np.mean(estimates, axis=0) for estimates in (kept, lost)]
    errors = [_rmse(np.array(estimates), FAST) for estimates in (kept, lost)]
    save(
        Result(
            "hawkes-dates", round(errors[0], 4), "follow-ons", f"made-up times, {errors[1]:.4f}",
            errors[1] / errors[0], "≥ 1", f"A to B .30 and B to A 0 found as {means[0][1, 0]:.2f} "
            f"and {means[0][0, 1]:.2f}; with times made up {means[1][1, 0]:.2f} and "
            f"{means[1][0, 1]:.2f}",
        )
    )  # fmt: skip


def size_of_the_test(worlds: int = 1000) -> None:
    """How often two series that share only the media's volume pass for provocation."""
    rejected = np.zeros(2)
    for seed in range(worlds):
        rng = np.random.default_rng(seed)
        volume = _media(rng, 1500)
        counts = _world(rng, volume)
        rejected[0] += excitation_test(fit_hawkes_by_date(counts), 0, 1).p_value < 0.05
        rejected[1] += (
            excitation_test(fit_hawkes_by_date(counts, exposure=volume), 0, 1).p_value < 0.05
        )
    blind, size = rejected / worlds
    save(
        Result(
            "hawkes-size", round(100 * size, 1), "% false", "5% nominal, 3 to 7 allowed",
            float(0.03 <= size <= 0.07), "≥ 1", f"{worlds} worlds, volume in the baseline, decay "
            f"estimated; with a constant baseline {100 * blind:.0f}%",
        )
    )  # fmt: skip


def futures() -> None:
    """Ten thousand ten-year futures of 40 dimensions."""
    rng = np.random.default_rng(1)
    size, days = 40, 3000
    branching = np.where(rng.random((size, size)) < 0.05, 0.15, 0.0) + np.diag(np.full(size, 0.2))
    heat, counts = np.zeros(size), np.zeros((days, size))
    for t in range(days):
        counts[t] = rng.poisson(0.03 + branching @ heat)
        heat = 0.7 * heat + 0.3 * counts[t]
    model = fit_hawkes_by_date(
        counts, decays_per_day=[0.35], exposure=np.ones(days), excites=branching > 0
    )
    draws = model.draw_parameters(200)
    hawkes_futures(model, 10, paths=10)
    seconds = best_of(
        1, lambda: hawkes_futures(model, 3652, paths=10_000, parameters=draws, every_days=28)
    )
    save(
        Result(
            "hawkes-futures", round(seconds, 1), "s", "20 s", 20 / seconds, "≥ 1",
            f"10,000 ten-year daily futures, {size} dimensions, {counts.sum(1).mean():.1f} events "
            "a day, 200 draws of the parameters",
        )
    )  # fmt: skip


def _large() -> Process:
    rng = np.random.default_rng(0)
    branching = rng.random((DIMENSIONS, DIMENSIONS)) * (rng.random((DIMENSIONS, DIMENSIONS)) < 0.2)
    branching *= 0.6 / np.abs(np.linalg.eigvals(branching)).max()
    base = np.full(DIMENSIONS, 0.5)
    rate = np.linalg.solve(np.eye(DIMENSIONS) - branching, base).sum()
    return hawkes_process(base, branching, DECAY, EVENTS / rate)


def _media(rng: np.random.Generator, days: int) -> Floats:
    level = np.zeros(days)
    for t in range(1, days):
        level[t] = 0.97 * level[t - 1] + 0.12 * rng.standard_normal()
    week = np.where(np.arange(days) % 7 < 5, 0.15, -0.4)
    return np.asarray(np.exp(level + week + np.linspace(-0.4, 0.4, days)))


def _world(rng: np.random.Generator, volume: Floats) -> Floats:
    left = np.exp(-0.5)
    heat, counts = np.zeros(2), np.zeros((len(volume), 2))
    for t, seen in enumerate(volume):
        counts[t] = rng.poisson(0.4 * seen + 0.3 * heat)
        heat = left * heat + (1 - left) * counts[t]
    return counts


def _inside(intervals: list[Floats], truth: Floats) -> Floats:
    low, high = np.moveaxis(np.array(intervals), 1, 0)
    return np.asarray(((low <= truth) & (truth <= high)).mean(axis=0))


def _save_coverage(name: str, inside: Floats, note: str) -> None:
    shares = ", ".join(f"{100 * value:.0f}" for value in inside.ravel())
    mean = float(inside.mean())
    save(
        Result(
            name, round(100 * mean, 1), "% covered", "90% nominal, 85 to 95 allowed",
            float(0.85 <= mean <= 0.95), "≥ 1", f"{note}; by pair {shares}",
        )
    )  # fmt: skip


def _rmse(estimate: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean((estimate - truth) ** 2)))


def _data(runs: list[Events], size: int, decay: float) -> dict[str, Any]:
    return {
        "times": np.concatenate([run.times for run in runs]),
        "kinds": np.concatenate([run.kinds for run in runs]),
        "lengths": np.array([len(run.times) for run in runs]),
        "size": size,
        "decay": decay,
    }


def _tick(job: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """The job by tick in another Python, or None where there is none."""
    python = os.environ.get("DETENTE_TICK_PYTHON")
    if not python:
        print(f"hawkes: tick's {job} left out; set DETENTE_TICK_PYTHON", file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(source, **data)
        command = [python, str(HERE / "tick_hawkes.py"), job, str(source), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return dict(np.load(target))
