"""Days that event files do not cover are unknown to a simulation, and not quiet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.asks.scenarios.arms import refusal
from detente.asks.scenarios.model import Model, fit_model
from detente.asks.scenarios.predictive import predictive_checks
from detente.asks.scenarios.scenario import Scenario
from detente.study.data import StudyData
from event_tables import event
from own_studies import own_study

FIRST, YEARS, RATE = dt.date(2010, 1, 1), 8, 0.06
DAYS = (dt.date(2010 + YEARS, 1, 1) - FIRST).days

PARTS = """
[actions.drills]
label = "drills"
cameo = ["15"]
sources = ["USA"]
[eras.before]
label = "the years before 2014"
start = 2010-01-01
end = 2014-01-01
[eras.since]
label = "the years since 2014"
start = 2014-01-01
[simulation]
since = 2010-01-01
eras = ["before", "since"]
[[simulation.kinds]]
action = "drills"
[[simulation.tracked]]
id = "drills"
label = "drills"
actions = ["drills"]
"""

Opened = Callable[[Callable[[dt.date], bool]], StudyData]


def rows(covered: Callable[[dt.date], bool]) -> Iterator[dict[str, Any]]:
    """Ten events a day elsewhere, and drills at an even rate, on the days that are covered."""
    rng = np.random.default_rng(3)
    number = 0
    for place in range(DAYS):
        day = FIRST + dt.timedelta(days=place)
        drill = rng.random() < RATE
        if not covered(day) and place not in {0, DAYS - 1}:
            continue
        for _ in range(10):
            number += 1
            yield event(number, date=day, source="FRA", target="DEU")
        if drill:
            number += 1
            yield event(number, date=day, cameo="150", quad=4)


@pytest.fixture
def fitted(tmp_path: Path) -> Callable[[Callable[[dt.date], bool]], Model]:
    return lambda covered: fit_model(own_study(tmp_path, rows(covered), PARTS), draws=60)


def own_rate(model: Model, label: int) -> float:
    """Days with a drill per day, with those that follow: what the sample lets one expect."""
    excited = model.daily.follow_ons[:, 0, 0]
    return float((model.daily.rates[:, label, 0] / (1 - excited)).mean())


def test_rates_are_of_the_days_that_are_covered(fitted: Any) -> None:
    """Of the years since 2014 nine months each are missing: drills go on as before."""
    model = fitted(lambda day: day.year < 2014 or day.month > 9)
    known = model.past.known[:, 0]
    covered = [model.past.counts[known & (model.past.labels == label)].mean() for label in (1, 2)]
    for label, rate in enumerate(covered, 1):
        assert abs(own_rate(model, label) - rate) < 0.2 * rate
    missing = int((~known).sum())
    assert missing == sum(
        (dt.date(year, 10, 1) - dt.date(year, 1, 1)).days for year in range(2014, 2018)
    )
    assert model.notes == (
        f"Event files do not cover {missing:,} of {DAYS:,} days from 2010-01-01 on: on these "
        "drills are unknown. Rates are those of the other days; what follows from an unknown day "
        "is not seen.",
    )
    silences = next(
        row for row in predictive_checks(model, histories=60).records()
        if row["feature"] == "longest silence, days"
    )  # fmt: skip
    assert silences["tail"] > 0.05  # nine months that nobody covered are no silence


def test_nothing_is_said_where_all_is_covered(fitted: Any) -> None:
    assert fitted(lambda day: True).notes == ()


def test_an_era_needs_two_years_that_are_covered(fitted: Any) -> None:
    model = fitted(lambda day: day.year < 2014 or day.month > 9)
    asked = Scenario(id="x", label="x", statement="x", era="since")
    covered = 4 * 92
    assert refusal(model, asked) == (
        f"The sample holds {covered} days of the years since 2014 on which every kind is known up "
        "to 2017-12-31; at least 730 are needed."
    )
