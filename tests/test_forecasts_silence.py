"""What did not come in a window whose event files are missing is not known not to have come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from detente.asks.forecasts.as_of import came
from detente.asks.forecasts.coming_week import moves_answer
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.forecasts.events.calibrate import calibration
from detente.asks.forecasts.events.moves import NextMoves
from detente.asks.forecasts.published import _decided
from detente.asks.forecasts.published_moments import Moment
from detente.study.data import StudyData
from detente.study.silence import could_tell
from event_tables import event
from own_studies import own_study

FIRST, DAYS = dt.date(2010, 1, 1), 1461
GAP = (dt.date(2012, 3, 1), dt.date(2012, 4, 30))
DRILL = dt.date(2012, 6, 10)
PARTS = """
[actions.drills]
label = "drills"
cameo = ["15"]
[[questions]]
id = "drill"
kind = "events"
title = "A drill within four weeks"
question = "Is there a drill within four weeks?"
primary = true
action = "drills"
within_days = 28
since = 2010-01-01
"""


def rows() -> Iterator[dict[str, Any]]:
    """Six events a day elsewhere but for two months, and three drills."""
    number = 0
    for place in range(DAYS):
        day = FIRST + dt.timedelta(days=place)
        if GAP[0] <= day <= GAP[1]:
            continue
        for _ in range(6):
            number += 1
            yield event(number, date=day, source="FRA", target="DEU")
        if day in {FIRST, dt.date(2011, 5, 5), DRILL}:
            number += 1
            yield event(number, date=day, cameo="150", quad=4)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    return own_study(tmp_path_factory.mktemp("gap"), rows(), PARTS)


DAY = dt.timedelta(days=1)
CASES = [
    (DRILL - DAY, True),
    (DRILL, False),
    (GAP[0] + 3 * DAY, None),  # all of the window is missing
    (GAP[0] - 16 * DAY, False),  # ten of its days come before it, and four more: half are known
    (GAP[0] - 14 * DAY, None),
    (FIRST + (DAYS - 2) * DAY, None),  # not over
]


@pytest.mark.parametrize(("day", "outcome"), CASES)
def test_what_came_of_a_window(data: StudyData, day: dt.date, outcome: bool | None) -> None:
    question: EventQuestion = data.study.asks("questions")[0]
    opens, closes = day + DAY, day + 28 * DAY
    assert came(question, data, day) is outcome
    line = {
        "definition": question.definition(data), "sources": ["icews (event files)"],
        "opens": str(opens), "resolves_on": str(closes),
    }  # fmt: skip
    settled = question.settled(data, line)
    assert settled.outcome.get("outcome") == (None if outcome is None else int(outcome))
    assert bool(settled.why_open) is (outcome is None)
    moment = Moment("", None, day, "drills", 28, 0.5, 0.5, "A")
    assert _decided(data, moment) is (outcome is not None)


def test_a_window_that_is_missing_says_so(data: StudyData) -> None:
    question: EventQuestion = data.study.asks("questions")[0]
    line = {
        "definition": question.definition(data), "sources": ["icews (event files)"],
        "opens": "2012-03-05", "resolves_on": "2012-04-01",
    }  # fmt: skip
    assert question.settled(data, line).why_open == (
        "icews (event files) cover less than half of the days 2012-03-05 to 2012-04-01"
    )
    assert not could_tell(data, "drills", dt.date(2012, 3, 5), dt.date(2012, 4, 1))
    # Three known days and three unknown are enough; one more unknown day is too many.
    assert could_tell(data, "drills", dt.date(2012, 2, 27), dt.date(2012, 3, 3))
    assert not could_tell(data, "drills", dt.date(2012, 2, 27), dt.date(2012, 3, 4))


def test_next_moves_say_which_days_they_know_nothing_of(data: StudyData) -> None:
    even = np.full(20, 0.5)
    check = calibration(even, np.tile([0.0, 1.0], 10), even, 4)
    week = NextMoves(dt.date(2014, 1, 1), dt.date(2014, 1, 7), (), check, 100)
    assert moves_answer(data, week).caveats == (
        "Event files do not cover 61 of the 700 days that these odds are learned from: they count "
        "as days without a report.",
    )
    later = NextMoves(dt.date(2014, 1, 1), dt.date(2014, 1, 7), (), check, 80)
    assert moves_answer(data, later).caveats == ()
