"""Odds, their course, and how good they have been."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np

from detente.answers import Exhibit, Key
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import milliseconds, wrapped
from detente.rounding import day_text, finite, odds_text, plural

ROW = 22
LINE = 14
PERCENT = [0, 0.25, 0.5, 0.75, 1]
SPARK = (150, 34)
GAP = 38  # between published forecasts


@mark(
    "all-odds",
    key=(
        Key("dot", "odds"),
        Key("band", "their 90% interval"),
        Key("tick", "base rate: how often in the past"),
    ),
)
def odds(exhibit: Exhibit) -> Spec:
    """One row per question: probability on its interval, the base rate as a tick."""
    rows, y = [], 0
    for row in exhibit.table.records():
        lines = wrapped(f"{row['question']}, until {day_text(row['resolves_on'])}", 44)
        centre = y + LINE * len(lines) + 10
        rows.append(
            {
                "top": y + 10, "above": centre - 6, "below": centre + 6, "y": centre,
                "label": "\n".join(lines), "text": odds_text(row["odds"]),
                "p": row["odds"], "low": row["low_90"], "high": row["high_90"],
                "base": finite(row["base_rate"]),
            }
        )  # fmt: skip
        y += LINE * len(lines) + ROW + 6
    x = _probability_x("probability")
    base = alt.Chart(table(rows))
    tick = base.mark_tick(color=colour("ink"), thickness=2, height=16, orient="vertical")
    layers = [
        base.mark_rect(color=colour("band80")).encode(
            x=x("low"), x2=alt.X2("high"), y=at("above", y), y2=to("below")
        ),
        tick.encode(x=x("base"), y=at("y", y)),
        base.mark_circle(color=colour("accent"), opacity=1, size=70).encode(x=x("p"), y=at("y", y)),
        *_row_texts(base, y),
    ]
    return finish(alt.layer(*layers), y + 42)


@mark(
    "course",
    key=(
        Key("line", "odds, each from what was known then"),
        Key("dash", "base rate"),
        Key("tick", "above: the window came true"),
    ),
)
def course(exhibit: Exhibit) -> Spec:
    """The odds of one question over time, and which windows came true."""
    rows = _course_rows(exhibit)
    x = _months(rows[0]["ms"], rows[-1]["ms"])
    scale = alt.Scale(domain=[0, 1.12], nice=False)
    axis = alt.Axis(format="%", values=PERCENT, title=None)
    base = alt.Chart(table(rows))
    came = base.transform_filter("datum.came").mark_tick(
        color=colour("ink"), thickness=1.5, height=8, orient="vertical"
    )
    layers = [
        base.mark_line(color=colour("placebo"), strokeDash=[3, 3], strokeWidth=1.3).encode(
            x=x, y=alt.Y("base:Q", scale=scale)
        ),
        base.mark_line(color=colour("accent"), strokeWidth=2).encode(
            x=x, y=alt.Y("odds:Q", scale=scale, axis=axis)
        ),
        came.encode(x=x, y=alt.value(8)),
    ]
    return finish(alt.layer(*layers), 200)


def _months(first: int, last: int) -> Any:
    """A time scale with the first of four evenly spaced months, so that no label meets another."""
    span = np.array([first, last], dtype="datetime64[ms]").astype("datetime64[M]")
    months = np.arange(span[0] + 1, span[1] + 1)
    places = np.linspace(0.08, 0.88, 4) * max(len(months) - 1, 0)
    chosen = months[np.unique(np.round(places).astype(np.int64))] if len(months) else span[:1]
    return alt.X(
        "ms:T",
        scale=alt.Scale(type="utc", domain=[first, last], nice=False),
        axis=alt.Axis(
            format="%b %Y",
            values=chosen.astype("datetime64[ms]").astype(np.int64).tolist(),
            title=None,
            grid=False,
        ),
    )


@mark("spark", small=True)
def spark(exhibit: Exhibit) -> Spec:
    """The course of the odds up to now as a line without axes, for the first screen.

    The last row is the open window; between it and those that are over only dashes are drawn.
    """
    rows = _course_rows(exhibit)
    x = alt.X("ms:Q", scale=alt.Scale(domain=[rows[0]["ms"], rows[-1]["ms"]]), axis=None)
    y = alt.Y("odds:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=None)
    base, gap = alt.Chart(table(rows[:-1])), alt.Chart(table(rows[-2:]))
    end = alt.Chart(table(rows[-1:])).mark_circle(color=colour("accent"), size=30, opacity=1)
    layers = [
        alt.Chart(table([{"odds": 0}, {"odds": 1}]))
        .mark_rule(color=colour("grid"), strokeWidth=1)
        .encode(y=y),
        base.mark_line(color=colour("accent"), strokeWidth=1.8).encode(x=x, y=y),
        gap.mark_line(color=colour("accent"), strokeWidth=1.2, strokeDash=[2, 2]).encode(x=x, y=y),
        end.encode(x=x, y=y),
    ]
    return finish(alt.layer(*layers), SPARK[1], width=SPARK[0])


def _course_rows(exhibit: Exhibit) -> list[dict[str, Any]]:
    return [
        {
            "ms": milliseconds(row["date"]),
            "odds": row["odds"],
            "base": finite(row["base_rate"]),
            "came": bool(row["came"]),
        }
        for row in exhibit.table.records()
    ]


@mark(
    "reliability",
    key=(
        Key("dot", "forecasts of about the same odds; the larger, the more of them"),
        Key("stem", "90% interval"),
        Key("dash", "where odds are right"),
    ),
)
def reliability(exhibit: Exhibit) -> Spec:
    """What came true by what was said; on the diagonal the odds are right."""
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("odds:Q", scale=scale, axis=_percent_axis("odds that were given"))
    y = alt.Y("came:Q", scale=scale, axis=_percent_axis("share that came true"))
    base = alt.Chart(table(exhibit.table.records()))
    diagonal = alt.Chart(table([{"odds": 0, "came": 0}, {"odds": 1, "came": 1}]))
    size = alt.Size("forecasts:Q", scale=alt.Scale(range=[30, 220]), legend=None)
    layers = [
        diagonal.mark_line(color=colour("placebo"), strokeDash=[3, 3]).encode(x=x, y=y),
        base.mark_rule(color=colour("band50"), strokeWidth=5).encode(
            x=x, y=alt.Y("low_90:Q", scale=scale), y2=alt.Y2("high_90")
        ),
        base.mark_circle(color=colour("accent"), opacity=1).encode(x=x, y=y, size=size),
    ]
    return finish(alt.layer(*layers), 300)


@mark("pit", key=(Key("bar-soft", "share of forecasts"), Key("dash", "if they were right")))
def pit(exhibit: Exhibit) -> Spec:
    """Where outcomes fell in the forecast distributions; even bars are right."""
    rows = [row | {"zero": 0} for row in exhibit.table.records()]
    top = max(0.2, *(row["outcomes"] for row in rows)) * 1.08
    x = alt.X(
        "from:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(title="place of the outcome in the forecast distribution", tickCount=5),
    )
    y = alt.Y(
        "outcomes:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format="%", tickCount=4, title=None),
    )
    even = alt.Chart(table([{"outcomes": 1 / len(rows)}])).mark_rule(
        color=colour("ink"), strokeDash=[3, 3], strokeWidth=1
    )
    layers = [
        alt.Chart(table(rows))
        .mark_rect(color=colour("band50"), stroke=colour("paper"))
        .encode(x=x, x2=alt.X2("to"), y=y, y2=alt.Y2("zero")),
        even.encode(y=y),
    ]
    return finish(alt.layer(*layers), 200)


@mark(
    "published",
    key=(
        Key("dot", "ours, from earlier data only"),
        Key("band", "its 90% interval"),
        Key("diamond", "as published"),
    ),
)
def published(exhibit: Exhibit) -> Spec:
    """One row per published forecast: theirs, ours with its interval, and what came."""
    rows = []
    able = [row for row in exhibit.table.records() if row["ours"] is not None]
    for place, row in enumerate(able):
        y = GAP * place
        rows.append(
            {
                "top": y + 10, "y": y + 23, "above": y + 18, "below": y + 28,
                "label": _asked(row),
                "text": "came" if row["came"] else "did not come",
                "theirs": row["published"], "ours": row["ours"],
                "low": row["low_90"], "high": row["high_90"],
            }
        )  # fmt: skip
    height = GAP * len(rows) + 2
    x = _probability_x("probability that was given")
    base = alt.Chart(table(rows))
    layers = [
        base.mark_rect(color=colour("band80")).encode(
            x=x("low"), x2=alt.X2("high"), y=at("above", height), y2=to("below")
        ),
        base.mark_circle(color=colour("accent"), opacity=1, size=60).encode(
            x=x("ours"), y=at("y", height)
        ),
        base.mark_point(
            shape="diamond", color=colour("apart"), filled=True, opacity=1, size=60
        ).encode(x=x("theirs"), y=at("y", height)),
        *_row_texts(base, height),
    ]
    return finish(alt.layer(*layers), height + 42)


def _asked(row: dict[str, Any]) -> str:
    """What a published forecast is about, on one line."""
    if not row.get("question"):
        return f"{day_text(row['issued'])}, {plural(row['within_days'], 'days')}: {row['action']}"
    first, *more = wrapped(row["question"], 44)
    return f"{first} …" if more else first


def _probability_x(title: str) -> Any:
    scale = alt.Scale(domain=[0, 1], nice=False, zero=False)
    axis = _percent_axis(title)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=axis)


def _percent_axis(title: str) -> Any:
    return alt.Axis(format="%", values=PERCENT, title=title)


def _row_texts(base: Any, height: float) -> Iterator[Any]:
    yield base.mark_text(align="left", baseline="alphabetic").encode(
        x=alt.XValue(0), y=at("top", height), text=alt.Text("label:N")
    )
    yield base.mark_text(align="right", baseline="alphabetic", fontWeight="bold").encode(
        x=alt.XValue(WIDTH - 8), y=at("top", height), text=alt.Text("text:N")
    )
