"""The pictures of reactions: what is drawn stands where its numbers say."""

from __future__ import annotations

import json
from typing import Any

import altair as alt
import pytest

from detente.answers import Exhibit, Table
from detente.asks.reactions.system import network_exhibit, reaction_columns, response_columns
from detente.report.drawing import figure
from detente.report.marks import marks
from detente.report.marks.matrix import HEAD, LABELS, Course, Panel, courses, listed
from detente.report.marks.network import HEIGHT, RADIUS
from detente.report.theme import WIDTH, colour
from fake_reactions import SHORT, system

SHORTS = {"Alpha": "A", "Beta": "B"}


def reaction(acts: str, responds: str, effect: float, p: float, *, stands: bool) -> tuple[Any, ...]:
    return (acts, responds, effect, effect - 1, effect + 1, p, p, stands, stands)


REACTIONS = Table(
    reaction_columns(2),
    (
        reaction("Alpha", "Beta", 8.0, 0.01, stands=True),
        reaction("Beta", "Alpha", -4.0, 0.4, stands=False),
        reaction("Alpha", "Alpha", 20.0, 0.001, stands=False),
        reaction("Beta", "Beta", 20.0, 0.001, stands=False),
    ),
)


def responses() -> Exhibit:
    """Two series, two steps: the middle is 0 and then the effect, each band as wide as its name."""
    rows = [
        (
            *(acts, responds, step, effect * step),
            *(effect * step + side * c for c in (0.5, 0.8, 0.95) for side in (-1, 1)),
        )
        for acts, responds, effect in (
            ("Alpha", "Alpha", 20.0),
            ("Alpha", "Beta", 8.0),
            ("Beta", "Alpha", -4.0),
            ("Beta", "Beta", 20.0),
        )
        for step in (0, 1)
    ]
    return Exhibit(
        "responses",
        "Two",
        Table(response_columns(), tuple(rows)),
        mark="matrix",
        settings={"short": SHORTS, "reactions": REACTIONS},
    )


def data_of(spec: Any) -> list[list[dict[str, Any]]]:
    """The rows of each layer that has any."""
    return [json.loads(spec["datasets"][layer["data"]["name"]]) for layer in spec["layer"]]


def texts(spec: Any) -> dict[str, dict[str, Any]]:
    return {row["text"]: row for rows in data_of(spec) for row in rows if "text" in row}


@pytest.mark.parametrize("name", ["responses", "network"])
def test_specs_are_valid(name: str) -> None:
    exhibit = system().exhibit(name)
    assert exhibit is not None
    drawn = marks()[exhibit.mark].draw(exhibit)
    for spec in drawn if isinstance(drawn, tuple) else (drawn,):
        alt.LayerChart.from_dict(spec, validate=True)
    shown = figure(exhibit, "x")
    assert str(shown.svg).startswith("<svg")
    assert bool(shown.svg_narrow) is shown.wide is (name == "responses")


def test_courses_take_their_numbers_from_both_tables() -> None:
    by_pair = {(course.act, course.respond): course for course in courses(responses())}
    forth = by_pair[0, 1]
    assert forth.path.tolist() == [0.0, 8.0]
    assert forth.bands[80].tolist() == [[-0.8, 7.2], [0.8, 8.8]]
    assert (forth.effect, forth.p, forth.stands, forth.own) == (8.0, 0.01, True, False)
    assert by_pair[0, 0].own and not by_pair[0, 0].stands


def test_a_panel_puts_time_to_the_right_and_more_to_the_top() -> None:
    course = courses(responses())[1]
    panel = Panel(course, 100, 50, 200, 40, -2.0, 6.0)
    assert [panel.x(0), panel.x(1)] == [100, 300]
    assert [panel.y(value) for value in (-2.0, 2.0, 6.0)] == [90, 70, 50]
    assert panel.y(99.0) == 50, "what lies outside is drawn at the edge"


def test_rows_act_and_columns_respond() -> None:
    wide, _ = marks()["matrix"].draw(responses())
    shown = texts(wide)
    # The one that stands is that of Beta (right column) to Alpha (upper row).
    side = (1056 - LABELS) / 2
    assert shown["+8%"]["x"] == LABELS + side + 3
    assert shown["+8%"]["y"] == HEAD + 11
    assert "−4%" not in shown and "+20%" not in shown
    frame = next(rows for rows in data_of(wide) if rows and "stands" in rows[0])
    assert [(row["stands"], row["own"]) for row in frame] == [
        (False, True), (True, False), (False, False), (False, True),
    ]  # fmt: skip


def test_a_narrow_page_lists_what_stands_or_else_the_likeliest() -> None:
    drawn = courses(responses())
    assert [(c.act, c.respond) for c in listed(drawn)] == [(0, 1)]
    quiet = [Course(c.act, c.respond, c.path, c.bands, c.effect, c.p, stands=False) for c in drawn]
    assert [(c.act, c.respond) for c in listed(quiet)] == [(0, 1), (1, 0)]
    _, narrow = marks()["matrix"].draw(responses())
    assert set(texts(narrow)) == {"A\nmoves B"}


def test_an_arrow_leads_from_what_acts_to_what_responds() -> None:
    spec: Any = marks()["network"].draw(network_exhibit(REACTIONS, SHORTS))
    line, head, nodes = data_of(spec)[:3]
    top, bottom = HEIGHT / 2 - RADIUS, HEIGHT / 2 + RADIUS
    assert [(row["x"], row["y"]) for row in nodes] == [(WIDTH / 2, top), (WIDTH / 2, bottom)]
    assert line[0]["y"] < line[-1]["y"], "Alpha stands above Beta"
    assert head[0]["y"] == line[-1]["y"]
    assert spec["layer"][0]["mark"]["color"] == colour("accent")
    assert spec["layer"][0]["mark"]["opacity"] == 1.0


def test_what_dampens_is_dashed_and_what_turns_with_the_order_is_faint() -> None:
    row = ("Alpha", "Beta", -8.0, -9.0, -7.0, 0.01, 0.01, True, False)
    spec: Any = marks()["network"].draw(network_exhibit(Table(reaction_columns(2), (row,)), SHORTS))
    drawn = spec["layer"][0]["mark"]
    assert (drawn["color"], drawn["strokeDash"]) == (colour("apart"), [5, 3])
    assert drawn["opacity"] < 1


def test_the_invented_system_lists_all_series() -> None:
    exhibit = system().exhibit("responses")
    assert exhibit is not None
    assert len(courses(exhibit)) == len(SHORT) ** 2
