"""What the benchmarks have measured stays within the bounds that the project states.

The estimators are tested over fewer runs in the suite; these are the long runs, as committed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

RESULTS = Path(__file__).parents[1] / "lab" / "benchmarks" / "results"

BOUNDS = {
    "hawkes-coverage": (85.0, 95.0),  # % of 90% intervals over 200 runs
    "hawkes-coverage-dates": (85.0, 95.0),
    "hawkes-coverage-decay": (85.0, 95.0),
    "hawkes-size": (3.0, 7.0),  # % of 1,000 worlds without an effect
    "projections-coverage": (85.0, 95.0),
    "projections-coverage-counts": (85.0, 95.0),
    "projections-coverage-near-random-walk": (85.0, 95.0),
    "reaction_worlds-false": (0.0, 5.0),  # % of systems without a reaction
    "triad-law-size": (0.0, 7.0),
    "forecasts-steady": (0.0, 5.0),  # % of worlds without skill in which skill is claimed
    "scenarios-coverage": (0.85, 0.95),
    "bvar-calibration": (0.01, 1.0),  # p-values of uniform ranks
    "regimes-calibration": (0.01, 1.0),
    "levels-calibration": (0.01, 1.0),
}


def measured(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return record


@pytest.mark.parametrize("name", BOUNDS)
def test_a_long_run_is_within_its_bounds(name: str) -> None:
    low, high = BOUNDS[name]
    assert low <= measured(name)["value"] <= high


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_result_says_how_it_was_made(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["name"] == path.stem
    assert record["command"].startswith("python -m lab.benchmarks ")
    assert record["commit"] not in {"", "unknown"}
    page = (RESULTS.parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert f"| {record['name']} |" in page


def test_every_run_on_a_test_split_is_in_the_docs() -> None:
    runs = (RESULTS / "tkg-test-runs.jsonl").read_text(encoding="utf-8").splitlines()
    page = (RESULTS.parents[2] / "docs" / "event-forecasts.md").read_text(encoding="utf-8")
    assert runs
    for run in map(json.loads, runs):
        row = f"| {run['set']} | {run['mode']} | {run['steps']} | {run['mrr']:.3f} |"
        assert row in page
        assert run["config"] in page
        assert run["peak_gb"] < 6
