"""The same jobs by `tick`, run by another Python that has it: reads and writes .npz files."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

import numpy as np


def fit(data: Any) -> dict[str, Any]:
    """Least squares with exponential kernels, at the given decay, on every run of events."""
    tick = import_module("tick.hawkes")
    size, seconds, adjacency = int(data["size"]), 0.0, []
    for times, kinds in _runs(data):
        events = [np.ascontiguousarray(times[kinds == d]) for d in range(size)]
        begun = time.perf_counter()
        learner = tick.HawkesExpKern(float(data["decay"]), penalty="none", max_iter=1000)
        learner.fit([events])
        seconds += time.perf_counter() - begun
        adjacency.append(learner.adjacency)
    return {"seconds": seconds, "branching": np.array(adjacency)}


def simulate(data: Any) -> dict[str, Any]:
    """One simulation of the given process."""
    tick = import_module("tick.hawkes")
    decays = np.full(data["branching"].shape, float(data["decay"]))
    process = tick.SimuHawkesExpKernels(
        data["branching"], decays, data["base"], end_time=float(data["days"]), verbose=False, seed=1
    )
    begun = time.perf_counter()
    process.simulate()
    return {"seconds": time.perf_counter() - begun, "events": process.n_total_jumps}


def _runs(data: Any) -> list[tuple[Any, Any]]:
    cuts = np.cumsum(data["lengths"])[:-1]
    return list(zip(np.split(data["times"], cuts), np.split(data["kinds"], cuts), strict=True))


if __name__ == "__main__":
    job, source, target = sys.argv[1:]
    np.savez(target, **{"fit": fit, "simulate": simulate}[job](np.load(source)))
