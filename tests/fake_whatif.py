"""Invented scenarios for the report; no number in here means anything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detente.answers import Answer, Check, Exhibit, Key, Section, Table
from detente.asks.scenarios.drivers import DRIVER_COLUMNS
from detente.asks.scenarios.futures import CHANGE_COLUMNS, OUTCOME_COLUMNS, future_columns
from detente.asks.scenarios.predictive import FEATURE_COLUMNS
from detente.asks.scenarios.run import section
from detente.asks.scenarios.words import STEP_COLUMNS

MONTHS = 36
UNTIL = (np.datetime64("2017-04") + np.arange(MONTHS)).astype("datetime64[D]") - 1
UNITS = {"provocations": "days from the start on", "tension": "events per month"}
LABELS = {
    "provocations": "provocations of North Drenmark, counted from the start",
    "tension": "conflict in the system",
}


def fan(level: float, slope: float) -> np.ndarray:
    """A middle and the ends of three bands by step, shape (months, 7)."""
    months = np.arange(1.0, MONTHS + 1)
    middle = level + slope * months
    ends = [middle + side * c * (1 + 0.2 * months) for c in (0.7, 1.3, 2.0) for side in (-1, 1)]
    return np.column_stack([middle, *ends])


def futures() -> Table:
    rows: list[tuple[object, ...]] = []
    for name, gap in (("provocations", -0.4), ("tension", 0.2)):
        arms = np.column_stack([fan(0, 1.0), fan(0, 1.0 + gap), fan(0, gap)]).tolist()
        rows += [
            (name, LABELS[name], str(day), *step) for day, step in zip(UNTIL, arms, strict=True)
        ]
    return Table(future_columns(), tuple(rows))  # type: ignore[arg-type]


def talks() -> Answer:
    changes = tuple(
        (name, LABELS[name], UNITS[name], -8.0, -14.0, -2.0, -30.0, -50.0, -10.0, True, counted)
        for name, counted in (("provocations", True), ("tension", False))
    )
    outcomes = (
        ("a nuclear test", 0.62, 0.41, -21.0, -34.0, -6.0, True),
        ("no provocation for a year", 0.02, 0.11, 9.0, -1.0, 20.0, False),
    )
    driver = ("provocations in the era", 0.4, 0.2, 0.8, "times the rate", True, 94, "months", "p")
    steps = (
        ("2017-03-23", "A round of talks. (supposed)", True),
        ("2017-05-02", "A missile test.", False),
    )
    return Answer(
        "talks",
        "scenario",
        "Talks against waiting",
        "With talks as in those years there are 8 fewer (90% interval 2 to 14) in 3 years.",
        statement="From the first day on, talks run as in the Six-Sided years.",
        exhibits=(
            Exhibit(
                "futures",
                "2,000 futures each, 16 Mar 2017 to 15 Mar 2020",
                futures(),
                mark="futures",
                key=(Key("line", "with: talks"), Key("dash-ink", "without: waiting")),
                settings={"units": UNITS},
                series=("measure",),
            ),
            Exhibit("differences", "What differs", Table(CHANGE_COLUMNS, changes)),
            Exhibit("outcomes", "Share of 2,000 futures", Table(OUTCOME_COLUMNS, outcomes)),
            Exhibit("drivers", "Fitted effects", Table(DRIVER_COLUMNS, (driver,)), folded=True),
            Exhibit("future", "One future of the many", Table(STEP_COLUMNS, steps), folded=True),
        ),
        checks=(Check("Same seed, same futures", True, "Yes."),),
        caveats=("Two eras differ in more than the policy that names them.",),
    )


def what_if() -> Section:
    refused = replace(
        Answer("pact", "scenario", "The pact ends", statement="Aldoria leaves the pact."),
        gap="It happened once; three cases are needed.",
    )
    row = ("variance of monthly counts over their mean", "tests", 1.8, 1.1, 2.4, 0.6)
    model = Answer(
        "model",
        "simulation",
        "The model behind all scenarios",
        "A daily process.",
        exhibits=(Exhibit("features", "Features", Table(FEATURE_COLUMNS, (row,)), folded=True),),
        checks=(Check("Dispersion", True, "Inside."),),
    )
    return section(talks(), refused, model)
