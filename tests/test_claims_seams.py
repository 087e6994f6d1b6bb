"""A contrast over a series put together of two sources never compares their levels."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from detente.answers import Answer, Verdict
from detente.asks.claims.run import answer_claims
from detente.estimators.groups import group_contrast
from detente.estimators.rates import rate_contrast
from detente.study.data import StudyData
from event_tables import event
from own_studies import own_study

EACH_MONTH = {"dataset": 8.0, "events": 40.0}
"""The event files, from 2010 on, report five times as much as the dataset before."""

TALKS = [
    dt.date(year, month, 10) for year in range(2000, 2020) for month in range(1 + year % 5, 13, 5)
]

PARTS = """
[chronicle]
since = 2000-01-01
[actions.talks]
label = "talks"
kinds = ["talks"]
[eras.early]
label = "the early years"
start = 2000-01-01
end = 2010-01-01
[eras.late]
label = "the late years"
start = 2010-01-01
[eras.middle]
label = "the middle years"
start = 2005-01-01
end = 2015-01-01
[[datasets]]
id = "counts"
path = "counts.csv"
every = "month"
layout = "dyad"
measures = ["verbal_cooperation"]
label = "Counts"
unit = "events per month"
citation = "made up"
counts = true
[[claims]]
id = "across"
kind = "contrast"
title = "t"
statement = "s"
relation = { dyads = [["USA", "CHN"]] }
measures = [{ dataset = "counts", name = "verbal_cooperation" }]
when = { era = "late" }
against = { era = "early" }
direction = "up"
[[claims]]
id = "after-talks"
kind = "contrast"
title = "t"
statement = "s"
relation = { dyads = [["USA", "CHN"]] }
measures = [{ dataset = "counts", name = "verbal_cooperation" }]
when = { after = "talks", months = 1 }
direction = "up"
[[claims]]
id = "middle"
kind = "contrast"
title = "t"
statement = "s"
relation = { dyads = [["USA", "CHN"]] }
measures = [{ dataset = "counts", name = "verbal_cooperation" }]
when = { era = "middle" }
direction = "up"
"""


def times(month: dt.date) -> float:
    """Twice as much in the month after one with talks."""
    before = dt.date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 10)
    return 2.0 if before in TALKS else 1.0


def rows(rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    number = 0
    for year in range(2010, 2020):
        for month in range(1, 13):
            first = dt.date(year, month, 1)
            told = rng.poisson(EACH_MONTH["events"] * times(first))
            for place in range(told):
                number += 1
                yield event(number, date=first + dt.timedelta(days=place % 28))
            for place in range(300):
                number += 1
                day = first + dt.timedelta(days=place % 28)
                yield event(number, date=day, source="FRA", target="DEU")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    folder, rng = tmp_path_factory.mktemp("joined"), np.random.default_rng(5)
    with (folder / "counts.csv").open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["date", "source", "target", "verbal_cooperation"])
        for month in np.arange("2000-01", "2010-01", dtype="datetime64[M]"):
            told = rng.poisson(EACH_MONTH["dataset"] * times(month.item()))
            lines.writerow([month, "USA", "CHN", told])
    with (folder / "chronicle.csv").open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(
            ["id", "date", "end", "kind", "source", "target", "cameo", "certainty", "title",
             "citation"]
        )  # fmt: skip
        for day in TALKS:
            lines.writerow([f"t-{day}", day, day, "talks", "USA", "CHN", "", "A", "x", "made up"])
    data: StudyData = own_study(folder, rows(rng), PARTS)
    return {answer.id: answer for answer in answer_claims(data)}


def test_eras_that_two_sources_tell_of_are_not_compared(answers: dict[str, Answer]) -> None:
    """Nothing changed in 2010 but who reports: the ratio would be five."""
    answer = answers["across"]
    assert answer.verdict is Verdict.INSUFFICIENT_DATA
    assert "No source tells of both conditions" in answer.notes["sources"]


def test_what_comes_and_goes_is_compared_within_each_source(answers: dict[str, Answer]) -> None:
    answer = answers["after-talks"]
    fact = answer.fact("effect")
    assert fact is not None and fact.low is not None and fact.high is not None
    assert fact.low < 2 < fact.high and fact.high / fact.low < 1.35
    assert answer.verdict is Verdict.SUPPORTED
    assert "what the same source tells" in answer.text


def test_an_era_over_the_seam_is_compared_on_either_side(answers: dict[str, Answer]) -> None:
    """Five years by each source, against five others by the same."""
    answer = answers["middle"]
    fact = answer.fact("effect")
    assert fact is not None and 0.85 < float(fact.value) < 1.2
    assert answer.verdict is Verdict.NO_CLEAR_EFFECT


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_seam_is_no_drift_and_no_swing(seed: int) -> None:
    """The same periods, with the second half five times as loud: as sure as without."""
    rng = np.random.default_rng(seed)
    high = np.arange(240) % 8 < 3
    late = (np.arange(240) >= 120).astype(np.int64)
    counts = rng.poisson(np.where(high, 60.0, 40.0)).astype(np.float64)
    widths = []
    for loud in (1, 5):
        joined = counts * np.where(late, loud, 1)
        result = rate_contrast(
            joined, np.ones(240), high, ~high, strata=late, segments=late, draws=10
        )
        low, upper = result.interval()
        assert abs(result.log_ratio - np.log(1.5)) < 0.07
        widths.append(upper - low)
    assert widths[1] < 1.3 * widths[0]


def test_groups_swing_within_each_source() -> None:
    """One source tells three times as much of the same dyads: no swing of their difference."""
    rng = np.random.default_rng(4)
    levels = np.r_[6.0, 6.0, np.full(6, 3.0)]
    quiet = levels[:, None] + rng.normal(0, 0.2, (8, 40))
    segments = np.repeat([0, 1], 20)
    loud = quiet * np.where(segments, 3.0, 1.0)
    result = group_contrast(loud, 2, segments=segments)
    assert result.effect == pytest.approx(6.0, abs=0.2)  # of 3 and 9
    low, high = result.interval()
    assert high - low < 0.4
    low, high = group_contrast(loud, 2).interval()
    assert high - low > 2
