"""Charts: valid specs, clean drawings, honest summaries of what they draw."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import altair as alt
import numpy as np
import pytest
from detente.asks.claims.finding import Chart, Finding, Specification, Verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.answers import Exhibit
from detente.asks.overview import by_approach, pair_row
from detente.report import svg
from detente.report.marks import cards, evidence, marks
from detente.report.marks.tension import Frame, lay_out
from detente.report.theme import CHARACTER, TOKENS, WIDTH, Spec, colour
from detente.report.words import milliseconds
from fake_overview import pairs_exhibit, tension
from fake_result import (
    MONTHS,
    estimated,
    level_chart,
    odds_chart,
    path_chart,
    rates_chart,
    shift_chart,
)

CHARTS = [path_chart("a", 12.0), rates_chart(), level_chart(), shift_chart(), odds_chart()]
FINDING = estimated(1, "A claim", Verdict.SUPPORTED, 11.0)


def drawing(name: str, exhibit: Exhibit) -> Any:
    return marks()[name].draw(exhibit)


def all_specs() -> dict[str, Spec]:
    specs = {c.kind: cards.DRAW[c.kind](c, 0.0, "% change") for c in CHARTS}
    specs["placebo"] = evidence.placebo(FINDING)
    specs["curve"] = evidence.specification_curve(FINDING)
    specs["pairs"] = drawing("pairs", pairs_exhibit("Archive A"))
    specs["tension-True"], specs["tension-False"] = drawing(
        "tension", tension().answers[0].exhibits[0]
    )
    return specs


SPECS = all_specs()


@pytest.mark.parametrize("name", SPECS)
def test_specs_are_valid_vega_lite(name: str) -> None:
    alt.LayerChart.from_dict(SPECS[name], validate=True)


@pytest.mark.parametrize("name", SPECS)
def test_drawings_are_small_named_and_themed(name: str) -> None:
    drawn = str(svg.draw(SPECS[name], f"x-{name}", "A title", "What it shows."))
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own drawing
    assert root.get("role") == "img"
    assert "A title" in drawn
    assert not re.search(r"#a1b0", drawn)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn))
    assert {c for c in colours if c not in ("none", "transparent")} <= {
        f"var(--c-{t})" for t in TOKENS
    }
    assert all(i.startswith(f"x-{name}") for i in re.findall(r'id="([^"]+)"', drawn))
    assert len(drawn) < 120_000


@pytest.mark.parametrize("name", [n for n in SPECS if n != "tension-True"])
def test_drawings_fit_a_phone(name: str) -> None:
    drawn = str(svg.draw(SPECS[name], "x", "t", "d"))
    assert f'viewBox="0 0 {WIDTH} ' in drawn
    sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)px"', drawn)]
    assert min(sizes) >= 11


def test_the_same_chart_twice_is_the_same_drawing() -> None:
    first, second = (svg.draw(SPECS["level"], "x", "t", "d") for _ in range(2))
    assert first == second


def test_two_drawings_share_no_id() -> None:
    a, b = (svg.draw(SPECS["pairs"], name, "t", "d") for name in ("a", "b"))
    ids = [set(re.findall(r'id="([^"]+)"', text)) for text in (a, b)]
    assert ids[0]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.kind)
def test_charts_with_missing_values_are_drawn(chart: Chart) -> None:
    holes = {"date", "offset", "group", "window", "happened"}
    columns = {
        name: values if name in holes else (None, *values[1:-1], float("nan"))
        for name, values in chart.columns.items()
    }
    spec = cards.DRAW[chart.kind](replace(chart, columns=columns), 0.0, "% change")
    assert "NaN" not in svg.draw(spec, "x", "t", "d")


def test_texts_of_labels_are_left_alone() -> None:
    odd = 'role="3.14159" #a1b000 clip7 <x> & y'
    chart = rates_chart()
    groups = (odd, *chart.columns["group"][1:])
    spec = cards.DRAW["rates"](replace(chart, columns={**chart.columns, "group": groups}), 0, "")
    root = ElementTree.fromstring(svg.draw(spec, "x", "t", "d"))  # noqa: S314 - our own drawing
    texts = root.iter("{http://www.w3.org/2000/svg}text")
    assert odd in {"".join(text.itertext()) for text in texts}


def test_every_colour_has_a_value_in_light_in_dark_and_on_paper() -> None:
    css = files("detente.report").joinpath("templates", "page.css").read_text()
    assert {t: css.count(f"--c-{t}: #") for t in TOKENS} == dict.fromkeys(TOKENS, 3)


def test_colours_have_names_that_exist() -> None:
    assert len({colour(t) for t in TOKENS}) == len(TOKENS)
    with pytest.raises(ValueError, match="not in"):
        colour("mauve")


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200),
    st.one_of(st.none(), st.floats(-1e6, 1e6)),
)
@settings(max_examples=60)
def test_histograms_count_every_draw(draws: list[float], effect: float | None) -> None:
    finding = replace(FINDING, placebo=tuple(draws), effect=effect)
    bins = evidence.histogram(finding)
    assert sum(b["count"] for b in bins) == len(draws)
    assert bins[0]["low"] <= min(draws)
    assert bins[-1]["high"] >= max(draws)
    if effect is None:
        assert not any(b["far"] for b in bins)


def test_histogram_marks_what_is_as_far_out_as_the_effect() -> None:
    ratio = Finding("a", "contrast", "t", "s", "p", Verdict.SUPPORTED, "r", "w", effect=0.0,
                    neutral=1.0, placebo=tuple(np.linspace(0, 4, 401)))  # fmt: skip
    bins = evidence.histogram(ratio)
    assert all(b["far"] == (abs((b["low"] + b["high"]) / 2 - 1) >= 1) for b in bins)
    assert any(b["far"] for b in bins)


@given(st.lists(st.tuples(st.integers(0, 8000), st.integers(1, 3000)), max_size=8), st.booleans())
def test_names_of_periods_never_meet_or_leave_the_frame(
    periods: list[tuple[int, int]], wide: bool
) -> None:
    day = np.datetime64("1990-01-01")
    eras = [
        {
            "name": "A period of time" * (1 + i % 2),
            "start": str(day + start),
            "end": str(day + start + length),
        }
        for i, (start, length) in enumerate(periods)
    ]
    first, last = milliseconds(str(MONTHS[0])), milliseconds(str(MONTHS[-1]))
    frame = Frame(900 if wide else 340, 200, 0, 3, first, last)
    placed, lanes = lay_out(eras, frame)
    assert all(0 <= row["lane"] < lanes for row in placed)
    boxes = [(r["lane"], r["x"], r["x"] + CHARACTER * len(r["name"])) for r in placed]
    assert all(left >= 0 and right <= frame.width for _, left, right in boxes)
    for i, (lane, left, right) in enumerate(boxes):
        for other, low, high in boxes[i + 1 :]:
            assert lane != other or right <= low or high <= left


def test_a_growing_distance_is_a_parting() -> None:
    rows = [
        pair_row(("A – B", "A", "B"), 1.0, 2.0, closer=False),
        pair_row(("A – C", "A", "C"), 2.0, 1.0, closer=False),
    ]
    assert [row[2] for row in by_approach(rows, closer=True)[0]] == ["B", "C"]
    assert [row[2] for row in by_approach(rows, closer=False)[0]] == ["C", "B"]
    assert [row[-1] for row in rows] == [False, True]


def test_pairs_go_from_the_largest_rise_and_name_the_unknown() -> None:
    rows = [
        pair_row(("A – B", "A", "B"), 0.5, 0.1, closer=True),
        pair_row(("A – C", "A", "C"), None, 0.1, closer=True),
        pair_row(("B – C", "B", "C"), -0.5, 0.5, closer=True),
        pair_row(("A – D", "A", "D"), 0.1, None, closer=True),
    ]
    moved, unmoved = by_approach(rows, closer=True)
    assert [row[0] for row in moved] == ["B – C", "A – B"]
    assert [row[0] for row in unmoved] == ["A – C", "A – D"]


def test_curve_is_in_order_and_leaves_out_what_has_no_effect() -> None:
    points = [Specification({"w": str(e)}, e, None, None, 5) for e in (3.0, float("nan"), -1.0)]
    assert [s.effect for s in evidence.curve_order(tuple(points))] == [-1.0, 3.0]
