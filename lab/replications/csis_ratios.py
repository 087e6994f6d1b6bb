"""Negotiations to provocations by period: our chronicle beside the ratios that CSIS published.

    python -m lab.replications.csis_ratios

Reads the chronicle of the Korea study, and of the reference material facts/bp_period_ratios.csv,
which comes from CSIS Beyond Parallel (all rights reserved) and is only compared with.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

from detente.estimators.rates import rate_contrast
from detente.study.data import StudyData, open_data
from detente.study.load import load
from lab.benchmarks.regimes import shared_folder

TALKS, PROVOCATIONS = "us-talks", "provocations"
PATIENCE, BEFORE = ("2009-01", "2017-01"), ("2001-01", "2009-01")


@dataclass(frozen=True)
class Ratio:
    """Negotiations and provocations of a period, published and by the chronicle's days."""

    period: str
    start: str
    end: str
    published: tuple[int, int]
    ours: tuple[int, int]


def main() -> None:
    """Print the table and the two contrasts."""
    path = shared_folder() / "facts" / "bp_period_ratios.csv"
    if not path.is_file():
        raise SystemExit(f"the published ratios are not at {path}: set DETENTE_SHARED")
    data = open_data(load("korea"))
    with path.open(encoding="utf-8", newline="") as file:
        ratios = [_ratio(row, data) for row in csv.DictReader(file)]
    print("| from | to | published | ratio | our chronicle | ratio |")
    print("|---|---|---|---|---|---|")
    for row in ratios:
        cells = [f"{n}:{p} | {_words(n, p)}" for n, p in (row.published, row.ours)]
        print(f"| {row.start} | {row.end} | {' | '.join(cells)} |")
    logs = np.log([[(n + 0.5) / (p + 0.5) for n, p in (r.published, r.ours)] for r in ratios])
    ranks = logs.argsort(axis=0).argsort(axis=0)
    together, ranked = (np.asarray(np.corrcoef(values.T))[0, 1] for values in (logs, ranks))
    print(f"log ratios correlate at {together:.2f}, their ranks at {ranked:.2f}")
    for action in (PROVOCATIONS, TALKS):
        print_contrast(data, action)


def print_contrast(data: StudyData, action: str) -> None:
    """Days a year with the action in the years of patience against the Bush years."""
    months = np.arange(np.datetime64("1994-01"), np.datetime64("2017-01"))
    happened = data.days_of(action).astype("datetime64[M]")
    counts = np.array([np.sum(happened == month) for month in months], dtype=np.float64)
    sides = [
        (months >= np.datetime64(start)) & (months < np.datetime64(end))
        for start, end in (PATIENCE, BEFORE)
    ]
    contrast = rate_contrast(counts, np.full(len(months), 1 / 12), *sides)
    low, high = np.exp(contrast.interval())
    print(
        f"{data.label_of(action)}: {contrast.rate_high:.2f} days a year in {PATIENCE[0]} to "
        f"{PATIENCE[1]}, {contrast.rate_low:.2f} in {BEFORE[0]} to {BEFORE[1]}; ratio "
        f"{np.exp(contrast.log_ratio):.2f} (90% interval {low:.2f} to {high:.2f}; "
        f"p {contrast.p_placebo:.3f} with the periods moved along the calendar)"
    )


def _ratio(row: dict[str, str], data: StudyData) -> Ratio:
    start, end = np.datetime64(row["start"]), np.datetime64(row["end"])
    ours = []
    for action in (TALKS, PROVOCATIONS):
        days = data.days_of(action).astype("datetime64[M]")
        ours.append(int(np.sum((days >= start) & (days < end))))
    published = int(row["negotiations"]), int(row["provocations"])
    return Ratio(row["period"], row["start"], row["end"], published, (ours[0], ours[1]))


def _words(negotiations: int, provocations: int) -> str:
    if min(negotiations, provocations) == 0:
        return "—"
    more = negotiations >= provocations
    share = negotiations / provocations if more else provocations / negotiations
    return f"{share:.2f}:1" if more else f"1:{share:.2f}"


if __name__ == "__main__":
    main()
