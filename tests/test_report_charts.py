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
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.answers import Exhibit, Scale, Table, Verdict
from detente.asks.claims.shown import histogram, specifications
from detente.asks.overview import by_approach, pair_row
from detente.report import svg
from detente.report.marks import marks
from detente.report.marks.tension import Frame, lay_out
from detente.report.theme import CHARACTER, TOKENS, WIDTH, Spec, colour
from detente.report.words import milliseconds
from fake_overview import pairs_exhibit, tension
from fake_result import (
    MONTHS,
    curve_of,
    estimate,
    estimated,
    fake_odds,
    level_chart,
    path_chart,
    rates_chart,
    shift_chart,
)

CHARTS = [path_chart("a", 12.0), rates_chart(), level_chart(), shift_chart(), fake_odds()]
FINDING = estimated(1, "A claim", Verdict.SUPPORTED, 11.0)


def drawing(name: str, exhibit: Exhibit) -> Any:
    return marks()[name].draw(exhibit)


def all_specs() -> dict[str, Spec]:
    shown = [*CHARTS, *FINDING.exhibits[1:3]]
    specs = {exhibit.mark: drawing(exhibit.mark, exhibit) for exhibit in shown}
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


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.mark)
def test_charts_with_missing_values_are_drawn(chart: Exhibit) -> None:
    whole = {"date", "offset", "group", "window", "happened", "side"}
    names = [column.name for column in chart.table.columns]
    columns = [
        chart.table.column(name)
        if name in whole
        else (None, *chart.table.column(name)[1:-1], float("nan"))
        for name in names
    ]
    table = replace(chart.table, rows=tuple(zip(*columns, strict=True)))
    spec = drawing(chart.mark, replace(chart, table=table))
    assert "NaN" not in svg.draw(spec, "x", "t", "d")


def test_texts_of_labels_are_left_alone() -> None:
    odd = 'role="3.14159" #a1b000 clip7 <x> & y'
    chart = rates_chart()
    first, *others = chart.table.rows
    table = replace(chart.table, rows=((odd, *first[1:]), *others))
    root = ElementTree.fromstring(  # noqa: S314 - our own drawing
        svg.draw(drawing("rates", replace(chart, table=table)), "x", "t", "d")
    )
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
    bins = histogram(np.array(draws), Scale.PERCENT, effect)
    assert sum(bins.column("placebo_tests")) == len(draws)
    assert bins.column("from_percent")[0] <= min(draws)
    assert bins.column("to_percent")[-1] >= max(draws)
    if effect is None:
        assert not any(bins.column("as_far_out"))


def test_histogram_marks_what_is_as_far_out_as_the_effect() -> None:
    bins = histogram(np.linspace(0, 4, 401), Scale.RATIO, 0.0)
    rows = bins.records()
    middles = [(row["from_ratio"] + row["to_ratio"]) / 2 for row in rows]
    far = bins.column("as_far_out")
    assert all(f == (abs(m - 1) >= 1) for f, m in zip(far, middles, strict=True))
    assert any(far) and not all(far)


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


def test_curve_is_in_order() -> None:
    curve = curve_of("a", 5.0, 9.0, Scale.PERCENT)
    fact = FINDING.facts[0]
    exhibit = specifications(curve, (), lambda item: item.effect > 0, fact)
    effects = exhibit.table.column("effect_percent")
    assert list(effects) == sorted(effects) and len(effects) == len(curve)
    towards = exhibit.table.column("towards")
    assert exhibit.note.startswith(f"{sum(towards)} of {len(curve)} specifications point the way")


def test_what_has_no_effect_is_not_drawn() -> None:
    points = [
        estimate(value, 1.0, Scale.PERCENT, choices={"w": str(value)}) for value in (3.0, 2.0, -1.0)
    ]
    exhibit = specifications(points, (), lambda item: True, FINDING.facts[0])
    rows = exhibit.table.rows
    holed = replace(
        exhibit, table=Table(exhibit.table.columns, ((rows[0][0], None, *rows[0][2:]), *rows[1:]))
    )
    drawn = str(drawing("curve", holed))
    assert "in each of 2" in drawn and "in each of 3" in str(drawing("curve", exhibit))
