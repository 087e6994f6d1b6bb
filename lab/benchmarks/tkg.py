"""Event-level forecasting on ICEWS14, ICEWS18 and ICEWS05-15.

    python -m lab.benchmarks tkg                          # every set and mode, on the test split
    python -m lab.benchmarks.tkg ICEWS14 --split valid    # prints only: to choose settings

Every run on the test split is appended to `results/tkg-test-runs.jsonl`, whether its number is
liked or not.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from lab.benchmarks.record import RESULTS, ROOT, Result, commit, in_child, peak_mb, save
from lab.ranker.data import Benchmark, both_directions, read_benchmark
from lab.ranker.evaluate import score, score_random_ties
from lab.ranker.ranker import Settings, rank
from lab.ranker.recurrency import best_half_lives, recurrency

LOG = RESULTS / "tkg-test-runs.jsonl"
SETS = ("ICEWS14", "ICEWS18", "ICEWS05-15")
MODES = ("ids", "names")
STEPS = ("single", "multi")
TARGETS = {"ICEWS14": 0.485, "ICEWS18": 0.365}
PUBLISHED = {
    "ICEWS14": "CountTRuCoLa .450, TiRGN .440, LogCL .489 (GPU)",
    "ICEWS18": "CountTRuCoLa .328, TiRGN .337, LogCL .357 (GPU)",
    "ICEWS05-15": "no target",
}


def main(
    sets: Sequence[str] = SETS,
    modes: Sequence[str] = MODES,
    steps: Sequence[str] = STEPS,
    split: str = "test",
) -> None:
    """Run each of the named benchmarks in a fresh process.

    Args:
        sets: Which sets of facts.
        modes: `ids`, `names`.
        steps: `single`, `multi`.
        split: `valid` prints only; `test` is logged and saved.
    """
    for name in sets:
        for step in steps:
            for mode in modes:
                _record(name, mode, step, split)


def _command() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.benchmarks.tkg", description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--split", choices=["valid", "test"], default="test")
    parser.add_argument("--modes", nargs="*", default=MODES)
    parser.add_argument("--steps", nargs="*", default=STEPS)
    parser.add_argument("--baselines", action="store_true", help="only psi and xi")
    parser.add_argument("--child", action="store_true", help="run one here and print it")
    given = parser.parse_args()
    if given.child:
        print(json.dumps(_run(given.sets[0], given.modes[0], given.steps[0], given.split)))
    elif given.baselines:
        for name in given.sets:
            print(json.dumps(baselines(_read(name))))
    else:
        main(given.sets, given.modes, given.steps, given.split)


def _record(name: str, mode: str, steps: str, split: str) -> None:
    scores = in_child(
        "lab.benchmarks.tkg", name, "--child", "--modes", mode, "--steps", steps, "--split", split
    )
    print(name, mode, steps, split, scores, flush=True)
    if split == "test":
        log(name, mode, steps, scores)
        save(_result(name, mode, steps, scores))


def log(name: str, mode: str, steps: str, scores: dict[str, Any]) -> None:
    """Append a run on the test split to the log."""
    settings = asdict(_settings(mode, steps))
    line = {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "config": hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12],
        "set": name,
        "mode": mode,
        "steps": steps,
        **scores,
        "settings": settings,
    }
    with LOG.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")


def baselines(benchmark: Benchmark) -> dict[str, Any]:
    """Strict and relaxed recurrency on the test split, with half-lives chosen on valid."""
    size, kinds = len(benchmark.entities), len(benchmark.relations)
    past = both_directions(np.concatenate([benchmark.train, benchmark.valid]), size, kinds)
    lives = best_half_lives(past, first=int(benchmark.valid[:, 3].min()))
    rows = np.concatenate([benchmark.train, benchmark.valid, benchmark.test])
    facts, first = both_directions(rows, size, kinds), int(benchmark.test[:, 3].min())
    placings = {
        "psi": recurrency(facts, "strict", first=first, half_lives=lives),
        "xi": recurrency(facts, "relaxed", first=first),
    }
    return {
        kind: {
            "mrr": score(np.array([place.rank for place in places])).mrr,
            "mrr, random ties": score_random_ties(places),
            "mrr, ties won": float(np.mean([1 / (1 + place.above) for place in places])),
        }
        for kind, places in placings.items()
    }


def _run(name: str, mode: str, steps: str, split: str) -> dict[str, Any]:
    begun = time.perf_counter()
    benchmark = _read(name)
    ranking = rank(benchmark, _settings(mode, steps), "valid" if split == "valid" else "test")
    return {
        **{key: round(value, 4) for key, value in asdict(ranking.score).items()},
        "found": round(ranking.found, 4),
        "cpu_s": round(ranking.seconds),
        "wall_s": round(time.perf_counter() - begun),
        "peak_gb": round(peak_mb() / 1024, 2),
    }


def _settings(mode: str, steps: str) -> Settings:
    return Settings(names=mode == "names", steps="single" if steps == "single" else "multi")


def _result(name: str, mode: str, steps: str, scores: dict[str, Any]) -> Result:
    target = TARGETS.get(name) if steps == "single" else None
    return Result(
        f"tkg-{name.lower()}-{mode}-{steps}",
        scores["mrr"],
        "MRR",
        PUBLISHED[name] if steps == "single" else "no target",
        scores["mrr"] / target if target else 1.0,
        f"at least {target:g}" if target else "none",
        f"{steps}-step, {mode}; Hits@1/3/10 {scores['hits1']:g}/{scores['hits3']:g}/"
        f"{scores['hits10']:g}; {scores['cpu_s']} s of processor time, {scores['peak_gb']:g} GB",
    )


def _read(name: str) -> Benchmark:
    shared = Path(os.environ.get("DETENTE_SHARED", ROOT.parent / "shared"))
    return read_benchmark(shared / "bench" / "tkg" / name)


def table(names: Sequence[str] = SETS) -> str:
    """All runs on the test split as Markdown rows, oldest first."""
    runs = [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()]
    return "\n".join(
        f"| {run['set']} | {run['mode']} | {run['steps']} | {run['mrr']:.3f} | {run['hits1']:.3f} "
        f"| {run['hits3']:.3f} | {run['hits10']:.3f} | {run['cpu_s']} | {run['peak_gb']} "
        f"| {run['date'][:10]} | {run['commit']} | {run['config']} |"
        for run in runs
        if run["set"] in names
    )


if __name__ == "__main__":
    _command()
