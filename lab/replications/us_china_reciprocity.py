"""Reciprocity of the United States and China by month (after Yuan et al. 2020).

    python -m lab.replications.us_china_reciprocity

Reads two datasets of the Korea study: icews-usa-chn-month.csv (verbal cooperation and verbal
conflict in both directions, 2001 to 2014) with the world's events as exposure, and
icews-world-dyad-year.csv (yearly counts, 2002 to 2014, for the comparison with Russia).
Series are named as in that study: UCp is cooperation of the US toward China, UCf conflict; CUp and
CUf are those of China toward the US.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from detente.arrays import Floats
from detente.errors import DetenteError
from detente.estimators.multiple import holm
from detente.estimators.vector.var import choose_lags, fit_var, granger
from detente.relations.datasets import read_dataset
from detente.relations.panel import Layout
from lab.benchmarks.record import ROOT

DATASETS = ROOT / "src" / "detente" / "study" / "korea" / "datasets"
NAMES = ["UCp", "CUp", "UCf", "CUf"]
FIRST = np.datetime64("2001-10-01")
STATES = ["USA", "CHN", "RUS"]


def main() -> None:
    """Print the tests by month under three measures, then the yearly comparison."""
    months, counts, exposure = monthly()
    later = months >= FIRST
    month = (months[later].astype("datetime64[M]").astype(int) % 12)[:, None]
    season = (month == np.arange(11)).astype(np.float64)
    share = np.log((counts + 0.5) / exposure[:, None])[later]
    print(f"{later.sum()} months, {months[later][0]} to {months[later][-1]}")
    report("counts", counts[later], None)
    report("logs of counts", np.log(counts + 0.5)[later], None)
    report("logs of shares of the world's events", share, None)
    report("the same with the months of the year held constant", share, season)
    yearly()


def monthly() -> tuple[np.ndarray, Floats, Floats]:
    """Months, counts in the order of NAMES, shape (T, 4), and the world's events."""
    pair = read_dataset(
        DATASETS / "icews-usa-chn-month.csv", every="month", layout="dyad",
        measures=["verbal_cooperation", "verbal_conflict"], label="ICEWS", unit="events",
    )  # fmt: skip
    directions = [("USA", "CHN"), ("CHN", "USA")]
    series = [
        pair.series(*dyad, measure)
        for measure in ("verbal_cooperation", "verbal_conflict")
        for dyad in directions
    ]
    world = _system("icews-world-month.csv", "month")
    return pair.dates(), np.column_stack([item.values for item in series]), world


def report(label: str, values: Floats, controls: Floats | None) -> None:
    """Granger tests of all ordered pairs at the lag that BIC chooses, and first-lag effects."""
    lags = choose_lags(values, 6, controls=controls).best("bic")
    var = fit_var(values, lags, names=NAMES, controls=controls)
    tests = granger(var)
    response, act = np.nonzero(~np.eye(4, dtype=bool))
    corrected = holm(tests.p_value[response, act])
    print(f"\n{label}: {lags} lag(s) by BIC; {len(corrected)} tests")
    print("| act | response | effect at lag 1 | t | F | p | p, Holm |")
    print("|---|---|---|---|---|---|---|")
    for to, by, p_holm in zip(response, act, corrected, strict=True):
        effect = var.coefficients[by, to]
        print(
            f"| {NAMES[by]} | {NAMES[to]} | {effect:+.3f} | {effect / var.errors[by, to]:+.1f} | "
            f"{tests.statistic[to, by]:.2f} | {tests.p_value[to, by]:.4f} | {p_holm:.4f} |"
        )
    own = [f"{name} {var.coefficients[at, at]:+.2f}" for at, name in enumerate(NAMES)]
    print(f"own first lags: {', '.join(own)}")
    now = np.asarray(np.corrcoef(var.residuals.T))
    print(f"surprises of a month correlate: UCp, CUp {now[0, 1]:.3f}; UCf, CUf {now[2, 3]:.3f}")


def yearly() -> None:
    """Which pair has most events, how much is cooperation, and whether a VAR can be fitted."""
    dataset = read_dataset(
        DATASETS / "icews-world-dyad-year.csv", every="year", layout="dyad",
        measures=["cooperation", "conflict"], label="ICEWS", unit="events",
    )  # fmt: skip
    counts = {kind: dataset.matrices(kind, silence=0) for kind in ("cooperation", "conflict")}
    place = {name: dataset.parties.index(name) for name in STATES}
    print()
    for first, other in (("USA", "CHN"), ("USA", "RUS"), ("CHN", "RUS")):
        totals = [
            float((c[:, place[first], place[other]] + c[:, place[other], place[first]]).sum())
            for c in (counts["cooperation"], counts["conflict"])
        ]
        share = totals[0] / sum(totals)
        print(f"{first}-{other}, 2002 to 2014: {sum(totals):,.0f} events, {share:.1%} cooperation")
    world = _system("icews-world-year.csv", "year")
    listed = [(kind, a, b) for a in STATES for b in STATES if a != b for kind in counts]
    series = np.column_stack([counts[k][:, place[a], place[b]] for k, a, b in listed])
    try:
        fit_var(np.log((series + 0.5) / world[:, None]), 1)
    except DetenteError as gap:
        print(f"A VAR of all {len(listed)} yearly series: {gap}")


def _system(name: str, every: str) -> Floats:
    path: Path = DATASETS / name
    layout: Layout = "system"
    dataset = read_dataset(
        path, every=every, layout=layout, measures=["total"], label="ICEWS", unit="events"
    )
    return dataset.system("total").values


if __name__ == "__main__":
    main()
