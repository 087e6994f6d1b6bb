"""What comes next in the report: nothing is shown empty, and months are months."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from detente.asks.forecasts.events.calibrate import Calibration
from detente.asks.forecasts.events.moves import NextMoves
from detente.asks.forecasts.result import Outlook, QuestionForecast
from detente.report.outlook import outlook_view
from detente.report.page import environment
from fake_outlook import outlook, record

TODAY = dt.date(2017, 3, 20)
CALIBRATION = Calibration(np.ones(1), np.ones(1), np.ones(1, np.int64), 0.1, 0.2, 9)


class Page:
    """Only what the section takes of a page."""

    def __init__(self, found: Outlook) -> None:
        self.outlook = outlook_view(found, {}, TODAY)


def drawn(name: str, found: Outlook | None = None) -> str:
    page = Page(found or outlook())
    return environment().get_template(name).render(page=page)


def test_odds_of_no_day_are_not_announced() -> None:
    none = Outlook(forecasts=(QuestionForecast("a", "A", problem="Nothing is known."),))
    shown = drawn("outlook.html", none)
    assert "Odds as of ," not in shown and "These data give no odds" in shown
    assert "Odds as of 15 Mar 2017," in drawn("outlook.html")


def test_odds_of_several_days_say_so() -> None:
    made = outlook()
    first, *others = made.forecasts
    later = replace(made, forecasts=(replace(first, as_of="2017-03-20"), *others))
    view = outlook_view(later, {}, TODAY)
    assert view is not None and view.since == "15 Mar 2017 to 20 Mar 2017"


def test_moves_without_any_are_left_out() -> None:
    made = outlook()
    week = (dt.date(2017, 3, 16), dt.date(2017, 3, 22))
    none = NextMoves(*week, moves=(), calibration=CALIBRATION, weeks=60)
    view = outlook_view(replace(made, moves=none), {}, TODAY)
    assert view is not None and view.moves is None and view.moves_check == ""


@pytest.mark.parametrize(
    ("every", "last", "trend"),
    [
        ("month", "2017-03", "Apr 2015 to 15 Mar 2017"),
        ("year", "2016", "1977 to 15 Mar 2017"),
        ("week", "2017-03-13", "13 June 2016 to 15 Mar 2017"),
    ],
)
def test_periods_are_told_as_what_they_are(every: str, last: str, trend: str) -> None:
    """Forty of them."""
    made = record("tests-28", "A level")
    unit, step = {"month": ("M", 1), "year": ("Y", 1), "week": ("D", 7)}[every]
    days = np.datetime64(last, unit) - step * np.arange(40)[::-1]
    shown = replace(
        made,
        every=every,
        dates=tuple(str(day) for day in days.astype("datetime64[D]")),
        **{name: getattr(made, name)[-40:] for name in ("odds", "base", "outcomes")},
    )
    view = outlook_view(replace(outlook(), track_records=(shown,)), {}, TODAY)
    assert view is not None
    course = view.records[0].course
    assert course is not None and course.table.rows[-1][0].text == last
    assert view.first[0].trend_text == trend


def test_windows_that_are_over_are_said_to_be() -> None:
    open_, over = (outlook_view(outlook(), {}, day) for day in (TODAY, dt.date(2018, 1, 1)))
    assert open_ is not None
    assert over is not None
    assert open_.over == 0
    assert over.over == 3
    assert open_.first[0].beside.startswith("until 12 Apr 2017")
    assert over.first[0].beside.startswith("over since 12 Apr 2017")


def test_what_is_missing_for_the_next_moves_is_said() -> None:
    found = replace(outlook(), moves=None, moves_problem="Load event files.")
    assert "Load event files." in drawn("outlook.html", found)
    assert "The most likely next moves" not in drawn("outlook.html")
