"""What each mark of a claim draws where: its sides, its order, its words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detente.answers import Column, Exhibit, Fact, Scale, Table, Verdict
from detente.asks.claims.shown import placebo, specifications
from detente.report.layers import DAY
from detente.report.layout import by_verdict, lay_out, lay_out_section
from detente.report.marks import marks
from detente.report.words import milliseconds
from fake_result import (
    curve_of,
    estimate,
    estimated,
    fake_odds,
    fake_result,
    level_chart,
    path_chart,
    rates_chart,
    shift_chart,
)

EFFECT = Fact("effect", "Change", 12.0, Scale.PERCENT, low=3.0, high=21.0)


def layers(exhibit: Exhibit) -> list[dict[str, Any]]:
    """The layers of a drawing from the bottom, each with the rows that it draws."""
    spec = marks()[exhibit.mark].draw(exhibit)
    assert isinstance(spec, dict)
    shared = spec.get("data", {}).get("name", "")
    return [
        {**layer, "rows": json.loads(spec["datasets"][layer.get("data", {}).get("name", shared)])}
        for layer in spec["layer"]
    ]


def texts(exhibit: Exhibit) -> list[dict[str, Any]]:
    """Rows of all text layers with where they stand."""
    return [
        {**row, "align": layer["mark"].get("align"), "field": layer["encoding"]["text"]["field"]}
        for layer in layers(exhibit)
        if layer["mark"]["type"] == "text"
        for row in layer["rows"]
    ]


def test_a_path_draws_its_line_last_and_both_ends_of_the_placebos() -> None:
    drawn = layers(path_chart("a", 12.0))
    fields = [layer["encoding"].get("y", {}).get("field") for layer in drawn]
    assert fields[:3] == ["low95", "low80", "low50"]
    assert [layer["encoding"]["y2"]["field"] for layer in drawn[:3]] == [
        "high95",
        "high80",
        "high50",
    ]
    assert fields[3:5] == ["placebo_low", "placebo_high"]
    assert fields[-1] == "value"
    assert drawn[5]["rows"] == [{"neutral": 0.0}]
    assert drawn[6]["rows"] == [{"offset": 0}]


def test_rates_are_labelled_by_their_group_with_the_decimals_of_the_smallest() -> None:
    labels = texts(rates_chart())
    assert [row["text"] for row in labels if row["field"] == "text"] == ["3.1", "8.4", "5.2"]
    groups = [row["group"] for row in labels if row["field"] == "label"]
    assert groups[1:] == ["Wait-and-see years", "All other months"]
    heights = [row["y"] for row in labels if row["field"] == "text"]
    assert heights == sorted(heights)


def test_a_level_marks_each_date_and_turns_its_label_inwards() -> None:
    labels = [row for row in texts(level_chart()) if "ms" in row and row["field"] == "label"]
    assert [(row["label"], row["align"]) for row in labels] == [
        ("9 Oct 2006", "right"),
        ("15 Mar 2017", "right"),
    ]
    early = replace(level_chart(), settings={"y": "Index", "dates": ["1996-01-01", "2050-01-01"]})
    labels = [row for row in texts(early) if row["field"] == "label"]
    assert [(row["label"], row["align"]) for row in labels] == [("1 Jan 1996", "left")]


def test_a_date_just_past_the_last_period_stands_at_its_end() -> None:
    chart = level_chart()
    last = milliseconds(chart.table.column("date")[-1])
    for days, there in ((60, True), (120, False)):
        day = str(np.datetime64(last // DAY + days, "D"))
        labels = texts(replace(chart, settings={"y": "", "dates": [day]}))
        assert [row["ms"] for row in labels] == ([last] if there else [])


def test_a_shift_names_the_mean_of_each_side_where_it_begins() -> None:
    labels = [row for row in texts(shift_chart()) if row["label"].startswith("mean")]
    assert sorted((row["side"], row["label"], row["date"]) for row in labels) == [
        ("after", "mean 2.20", "2016-07-01"),
        ("before", "mean 4.10", "2015-05-01"),
    ]


def test_odds_say_what_came() -> None:
    told = texts(fake_odds())
    outcomes = [row["outcome"] for row in told if row["field"] == "outcome"]
    assert outcomes == ["did not happen", "happened", "happened", "not known yet"]
    labels = [row["label"] for row in told if row["field"] == "label"]
    assert labels[0] == "1 week: 34%"


@pytest.mark.parametrize(("effect", "align"), [(60.0, "right"), (-30.0, "left")])
def test_the_observed_effect_is_marked_towards_the_middle(effect: float, align: str) -> None:
    draws = np.random.default_rng(1).normal(0, 0.2, 500)
    fact = replace(EFFECT, value=effect, low=effect - 9, high=effect + 9)
    exhibit = placebo(estimate(effect, 9.0, Scale.PERCENT, placebo=draws), fact)
    (labels,) = texts(exhibit)
    assert labels["align"] == align
    assert labels["label"] == f"observed: {'+60%' if effect > 0 else '−30%'}"
    assert labels["from_percent"] == effect


def test_a_curve_is_ranked_by_effect_and_rings_the_primary() -> None:
    exhibit = specifications(curve_of("a", 12.0, 9.0, Scale.PERCENT), (), lambda _: True, EFFECT)
    shuffled = replace(exhibit.table, rows=exhibit.table.rows[::-1])
    for shown in (exhibit, replace(exhibit, table=shuffled)):
        drawn = layers(shown)
        points = drawn[1]["rows"]
        assert [point["rank"] for point in points] == list(range(len(points)))
        assert [p["effect"] for p in points] == sorted(p["effect"] for p in points)
        primary = [point for point in points if point["primary"]]
        assert [point["effect"] for point in primary] == [pytest.approx(12.0)]
        assert all(p["low"] < p["effect"] < p["high"] for p in points if "low" in p)


def test_choices_stand_under_the_effects_that_made_them() -> None:
    columns = (
        Column("window", "Window"),
        *(Column(f"{name}_ratio", scale=Scale.RATIO) for name in ("effect", "low", "high")),
        Column("primary", scale=Scale.FLAG),
    )
    table = Table(columns, (("b", 2.0, 1.0, 3.0, True), ("a", 0.5, None, None, False)))
    settings = {"choices": ["window"], "axis": "Rate ratio"}
    drawn = layers(Exhibit("specifications", "T", table, mark="curve", settings=settings))
    assert drawn[0]["rows"] == [{"neutral": 1.0}]
    ticks = next(layer for layer in drawn if layer["mark"].get("orient") == "vertical")["rows"]
    heights = {tick["rank"]: tick["y"] for tick in ticks}
    labels = [row for layer in drawn if layer["mark"]["type"] == "text" for row in layer["rows"]]
    places = {row["label"]: row["y"] for row in labels}
    assert heights[0] - places["a"] == heights[1] - places["b"]


def test_a_card_tells_its_numbers_apart_from_their_words() -> None:
    laid = lay_out(estimated(1, "A claim", Verdict.SUPPORTED, 11.3), "claim-a", 1)
    labels = {fact.label: (fact.value, fact.note) for fact in laid.facts}
    assert labels["Change"] == ("+11%", "90% interval +2 to +20%")
    assert labels["Cases"] == ("29", "episodes")
    assert labels["Chance alone (p)"] == (
        "0.012",
        "Chance alone shows an effect at least this large about 1 time in 83.",
    )
    assert labels["p, corrected"] == ("0.048", "for the 6 claims tested together")
    assert (laid.main.label, laid.main.value) == ("Change", "+11% (+2 to +20%)")
    assert laid.sure == "p = 0.048, 29 episodes"
    assert laid.beside[0].id == "claim-a-chart"
    assert [figure.id for figure in laid.folded] == [
        "claim-a-placebo", "claim-a-specifications", "claim-a-cases"
    ]  # fmt: skip


def test_no_effect_stands_beside_a_verdict_that_decides_nothing() -> None:
    answer = estimated(1, "A claim", Verdict.INSUFFICIENT_DATA, 11.3)
    laid = lay_out(answer, "claim-a", 1)
    assert (laid.main.value, laid.sure) == ("", "")
    assert laid.main.note == answer.reason


def test_claims_are_numbered_and_grouped_by_verdict() -> None:
    section = fake_result().section("claims")
    assert section is not None
    shelf = lay_out_section(section)
    assert [laid.number for laid in shelf.answers] == list(range(1, 23))
    groups = by_verdict(shelf)
    assert sum(len(items) for _, items in groups) == 22
    assert groups[0][0].word == "supported"
    for word, items in groups:
        assert {item.answer.verdict for item in items} == {Verdict(word.word)}
