"""What comes next and what if in the report: nothing is shown empty, and months are months."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from detente.asks.forecasts.events.calibrate import Calibration
from detente.asks.forecasts.events.moves import NextMoves
from detente.asks.forecasts.result import Outlook, QuestionForecast
from detente.asks.scenarios.result import WhatIf
from detente.cli.scenario import _show
from detente.report.outlook import outlook_view
from detente.report.page import environment
from detente.report.views import WhatIfView
from detente.report.whatif import what_if_view
from fake_outlook import outlook, record, what_if

TODAY = dt.date(2017, 3, 20)
CALIBRATION = Calibration(np.ones(1), np.ones(1), np.ones(1, np.int64), 0.1, 0.2, 9)


class Page:
    """Only what the two sections take of a page."""

    def __init__(self, found: Outlook, futures: WhatIf) -> None:
        self.outlook = outlook_view(found, {}, TODAY)
        self.what_if = what_if_view(futures)


def drawn(name: str, found: Outlook | None = None, futures: WhatIf | None = None) -> str:
    page = Page(found or outlook(), futures or what_if())
    return environment().get_template(name).render(page=page)


def quiet() -> WhatIf:
    made = what_if()
    first, *others = made.scenarios
    return replace(made, scenarios=(replace(first, timeline=()), *others))


def view_of(futures: WhatIf) -> WhatIfView:
    made = what_if_view(futures)
    assert made is not None
    return made


def test_a_future_without_events_says_so() -> None:
    told = view_of(what_if()).scenarios[0]
    silent, refused = view_of(quiet()).scenarios[:2]
    assert told.timeline is not None and told.quiet == ""
    assert silent.timeline is None and refused.quiet == ""
    assert silent.quiet.endswith("holds no event of those simulated up to 15 Mar 2020.")
    assert silent.quiet in drawn("whatif.html", futures=quiet())


def test_nothing_is_promised_of_a_scenario_without_futures() -> None:
    made = what_if()
    blank = replace(made.scenarios[0], timeline=(), fans=())
    shown = drawn("whatif.html", futures=replace(made, scenarios=(blank,)))
    assert "one future told" not in shown and "One future of many" not in shown


def test_the_command_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    _show(quiet().scenarios[0], ())
    assert "It holds no event of those simulated up to 2020-03-15." in capsys.readouterr().out
    _show(what_if().scenarios[0], ())
    assert "It holds no event" not in capsys.readouterr().out


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


def test_every_outcome_says_whether_it_is_clear() -> None:
    table = view_of(what_if()).scenarios[0].outcomes
    assert table is not None
    assert {row[-1].text for row in table.rows} <= {"yes", "no"}
    assert all(len(row) == len(table.head) for row in table.rows)
