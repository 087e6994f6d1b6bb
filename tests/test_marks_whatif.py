"""The picture of futures: arms and difference stand where their numbers say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import altair as alt
import pytest

from detente.answers import Exhibit, Table
from detente.asks.scenarios.futures import future_columns
from detente.report.drawing import figure
from detente.report.marks import marks
from detente.report.marks.whatif import DIFFERENCE, LEFT, PANEL, Frame, measures_of
from fake_whatif import talks


def small(difference: float = -3.0) -> Exhibit:
    """One measure, two months; the bands of 50, 80 and 95% reach 5, 8 and 9.5 to either side."""

    def spread(middle: float) -> tuple[float, ...]:
        return (middle, *(middle + side * c for c in (5.0, 8.0, 9.5) for side in (-1, 1)))

    rows = tuple(
        ("a", "tests", until, *spread(10 * n), *spread(7 * n), *spread(difference * n))
        for n, until in enumerate(("2017-04-15", "2017-05-15"), 1)
    )
    table = Table(future_columns(), rows)
    return Exhibit("futures", "F", table, mark="futures", settings={"units": {"a": "days"}})


def layers(spec: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (layer["mark"]["type"], json.loads(spec["datasets"][layer["data"]["name"]]))
        for layer in spec["layer"]
    ]


def test_the_spec_is_valid() -> None:
    exhibit = talks().exhibit("futures")
    assert exhibit is not None
    alt.LayerChart.from_dict(marks()["futures"].draw(exhibit), validate=True)
    shown = figure(exhibit, "x")
    assert str(shown.svg).startswith("<svg") and not shown.wide
    assert [key.text for key in shown.key] == ["with: talks", "without: waiting"]


def test_each_measure_has_its_arms_and_its_unit() -> None:
    [measure] = measures_of(small())
    assert measure.title == "tests (days)"
    assert measure.until == ("2017-04-15", "2017-05-15")
    assert measure.without.middle.tolist() == [10, 20]
    assert measure.with_.middle.tolist() == [7, 14]
    assert measure.difference.bands[80].tolist() == [[-11, -14], [5, 2]]
    exhibit = talks().exhibit("futures")
    assert exhibit is not None
    assert [len(measure.until) for measure in measures_of(exhibit)] == [36, 36]


def test_a_frame_puts_time_to_the_right_and_more_to_the_top() -> None:
    frame = Frame(10, 110, 20, 0.0, 4.0, 4)
    assert [frame.x(step) for step in (0, 3)] == [35, 110]
    assert [frame.y(value) for value in (0.0, 2.0, 4.0)] == [20 + PANEL, 20 + PANEL / 2, 20]
    assert frame.y(-5.0) == 20 + PANEL


def test_arms_stand_to_the_left_and_the_difference_to_the_right() -> None:
    lines = [rows for mark, rows in layers(marks()["futures"].draw(small())) if mark == "line"]
    with_, without, _, _, difference = lines
    assert min(row["x"] for row in with_) > LEFT
    assert max(row["x"] for row in with_) < DIFFERENCE[0] < difference[0]["x"]
    assert without[-1]["y"] < with_[-1]["y"], "there are fewer with it"
    assert difference[0]["y"] < difference[1]["y"], "and the difference falls"


@pytest.mark.parametrize(("difference", "edge"), [(-3.0, "−14"), (3.0, "+14")])
def test_the_axis_names_the_end_that_lies_further_from_zero(difference: float, edge: str) -> None:
    spec = marks()["futures"].draw(small(difference))
    said = {row["text"] for mark, rows in layers(spec) if mark == "text" for row in rows}
    assert any(text.startswith(edge[0]) and text[1:3] >= "14" for text in said), said
    assert {"Apr 2017", "May 2017", "tests (days)", "0"} <= said


def test_a_picture_that_cannot_be_drawn_leaves_its_table() -> None:
    shown = figure(replace(small(), settings={"units": {}}), "x")
    assert not shown.svg and shown.note.startswith("The picture could not be drawn")
    assert len(shown.table.rows) == 2
