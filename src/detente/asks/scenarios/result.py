"""What a study says of the future with and without something, as frozen data for the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.estimators.checks import Check
from detente.estimators.tables import Tabular

Floats = NDArray[np.float64]

COVERAGES = (0.5, 0.8, 0.95)


@dataclass(frozen=True, eq=False)
class Fan:
    """How a number spreads over the futures, step by step.

    Attributes:
        middle: Median by step, shape (steps,); for a difference, the mean.
        bands: By nominal coverage (0.5, 0.8, 0.95): low and high by step, shape (2, steps).
    """

    middle: Floats
    bands: Mapping[float, Floats]


@dataclass(frozen=True, eq=False)
class MeasureFan:
    """One measure through the futures with and without what is supposed.

    Attributes:
        id: The measure's id in the study; `label` its plain name; `unit` of its values.
        until: Last day of each step, shape (steps,), `datetime64[D]`. Steps are calendar months
            from the first day on; the last takes in the days that are left over.
        cumulated: Whether values count from the first day on (else they are of the month alone).
            An event that the scenario sets is not counted itself.
        without, with_: Spread over the futures, parameters drawn anew for each block of them.
        difference: Expected value with less expected value without, and what the data allow for
            it: uncertainty of the parameters alone, the chance of single futures averaged out.
        total: Difference at the last step: value, and low and high of its 90% interval. For
            measures by month, the mean difference over all months.
        relative: The same relative to the level without.
        clear: Whether it can be told from no difference: the interval excludes it, and for what an
            event brings, an effect on the measure itself is seen (kinds can only bring more of one
            another in the model, so that an interval alone never holds zero).
        note: What a reader must know of this measure in this scenario; may be empty.
    """

    id: str
    label: str
    unit: str
    until: NDArray[np.datetime64]
    cumulated: bool
    without: Fan
    with_: Fan
    difference: Fan
    total: tuple[float, float, float]
    relative: tuple[float, float, float]
    clear: bool
    note: str = ""


@dataclass(frozen=True)
class OutcomeRow:
    """Share of futures with an outcome: with, without, the difference and its 90% interval.

    `clear` says whether the difference can be told from none, as for measures.
    """

    label: str
    without: float
    with_: float
    difference: float
    low: float
    high: float
    clear: bool


@dataclass(frozen=True)
class DriverRow:
    """A fitted effect that drives a scenario.

    Attributes:
        effect: What it is, in plain words.
        value: Its estimate, with `low` and `high` of its 90% interval, in `unit`.
        unit: "follow-ons of each" or "times the rate".
        cases: How many historical cases stand behind it.
        case: What a case is, such as "nuclear tests, at least 30 days apart".
        seen: Whether it can be told from none: the interval of a ratio excludes 1, or even the low
            end of follow-ons stands for at least one in the record.
        moves: What it moves: the action of a kind, or the id of relations.
    """

    effect: str
    value: float
    low: float
    high: float
    unit: str
    cases: int
    case: str
    seen: bool
    moves: str


@dataclass(frozen=True)
class Step:
    """One dated event of a told future; `supposed` if the scenario sets it."""

    day: dt.date
    text: str
    supposed: bool = False


@dataclass(frozen=True, eq=False)
class ScenarioResult(Tabular):
    """One scenario of a study.

    Attributes:
        id: Its id in the study; `label` the plain name; `statement` what is supposed.
        first, last: First and last day of the futures.
        paths: Number of futures in each arm; `draws` of parameters among them; `seed` of both.
        with_label, without_label: What the two arms are, in a few words.
        fans: One per measure of the study that the data carry.
        outcomes: One per outcome of the study.
        drivers: The fitted effects that drive it, strongest first.
        timeline: One future with what is supposed, told by date: that whose number of provocations
            (first measure) is the median one.
        answer: The result in one to three plain sentences.
        checks, caveats, citations: As their names say.
        problem: Why it is refused; empty if it is not.
    """

    id: str
    label: str
    statement: str
    first: dt.date
    last: dt.date
    paths: int = 0
    draws: int = 0
    seed: int = 0
    with_label: str = ""
    without_label: str = ""
    fans: tuple[MeasureFan, ...] = ()
    outcomes: tuple[OutcomeRow, ...] = ()
    drivers: tuple[DriverRow, ...] = ()
    timeline: tuple[Step, ...] = ()
    answer: str = ""
    checks: tuple[Check, ...] = ()
    caveats: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    problem: str = ""

    @property
    def chance(self) -> str:
        """How far chance alone moves a share of futures."""
        points = 1.645 * 50 / max(self.paths, 1) ** 0.5
        return f"Chance alone moves a share by up to {points:.0f} points (90%)."

    @property
    def refused(self) -> bool:
        """Whether the data hold too little to run it."""
        return bool(self.problem)

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per measure and step: the fans with, without, and the difference."""
        parts = [(fan, step) for fan in self.fans for step in range(len(fan.until))]
        result: dict[str, Sequence[object]] = {
            "measure": [fan.id for fan, _ in parts],
            "until": [str(fan.until[step]) for fan, step in parts],
        }
        for name in ("without", "with_", "difference"):
            spread = [(getattr(fan, name), step) for fan, step in parts]
            plain = name.strip("_")
            result[plain] = [float(fan.middle[step]) for fan, step in spread]
            for cover in COVERAGES:
                for end, side in enumerate(("low", "high")):
                    result[f"{plain}_{side}{cover:.0%}".strip("%")] = [
                        float(fan.bands[cover][end, step]) for fan, step in spread
                    ]
        return result


@dataclass(frozen=True)
class PredictiveRow:
    """A feature of the data that was not fitted, and where it falls among simulated histories.

    Attributes:
        feature: What it is, such as "variance of monthly counts over their mean".
        series: Of which series.
        seen: Its value in the data.
        low, high: What 95% of the simulated histories hold.
        tail: Share of simulated histories at least as far out, two-sided.
    """

    feature: str
    series: str
    seen: float
    low: float
    high: float
    tail: float


@dataclass(frozen=True, eq=False)
class PredictiveChecks(Tabular):
    """Do histories simulated from the fitted model look like the one that happened?

    Attributes:
        rows: One per feature and series.
        checks: The same summed up.
        histories: Number of simulated histories.
    """

    rows: tuple[PredictiveRow, ...] = ()
    checks: tuple[Check, ...] = ()
    histories: int = 0

    def columns(self) -> Mapping[str, Sequence[object]]:
        """One row per feature and series."""
        return {
            "feature": [row.feature for row in self.rows],
            "series": [row.series for row in self.rows],
            "seen": [row.seen for row in self.rows],
            "low95": [row.low for row in self.rows],
            "high95": [row.high for row in self.rows],
            "tail": [row.tail for row in self.rows],
        }


@dataclass(frozen=True, eq=False)
class WhatIf:
    """Every scenario of a study.

    Attributes:
        scenarios: In the study's order; refused ones among them, with their problem.
        predictive: Checks of the model that all of them share.
        model: What was fitted, in plain sentences, with what was left out and why.
    """

    scenarios: tuple[ScenarioResult, ...] = ()
    predictive: PredictiveChecks = PredictiveChecks()
    model: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether the study declares any scenario."""
        return bool(self.scenarios)
