"""Odds, their course, and how good they have been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
import numpy as np

from detente.asks.forecasts.result import PublishedComparison, QuestionForecast, TrackRecord
from detente.report.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import day_text, finite, milliseconds, wrapped

ROW = 22
LINE = 14
PERCENT = [0, 0.25, 0.5, 0.75, 1]
SPARK = (150, 34)


def odds(forecasts: Sequence[QuestionForecast]) -> Spec:
    """One row per question: probability on its interval, the base rate as a tick."""
    rows, y = [], 0
    for one in forecasts:
        lines = wrapped(f"{one.title}, until {day_text(one.resolves_on)}", 44)
        centre = y + LINE * len(lines) + 10
        rows.append(
            {
                "top": y + 10, "above": centre - 6, "below": centre + 6, "y": centre,
                "label": "\n".join(lines), "text": f"{100 * one.probability:.0f}%",
                "p": one.probability, "low": one.low, "high": one.high,
                "base": finite(one.base_rate),
            }
        )  # fmt: skip
        y += LINE * len(lines) + ROW + 6
    x = _probability_x("probability")
    base = alt.Chart(table(rows))
    tick = base.mark_tick(color=colour("ink"), thickness=2, height=16, orient="vertical")
    layers = [
        base.mark_rect(color=colour("band80")).encode(
            x=x("low"), x2="high", y=at("above", y), y2=to("below")
        ),
        tick.encode(x=x("base"), y=at("y", y)),
        base.mark_circle(color=colour("accent"), opacity=1, size=70).encode(x=x("p"), y=at("y", y)),
        *_row_texts(base, y),
    ]
    return finish(alt.layer(*layers), y + 42)


def course(record: TrackRecord, last: int) -> Spec:
    """The odds of one question over its last forecasts, and which windows came true."""
    rows = _course_rows(record, last)
    first, end = rows[0]["ms"], rows[-1]["ms"]
    x = _months(first, end)
    y = alt.Y(
        "odds:Q",
        scale=alt.Scale(domain=[0, 1.12], nice=False),
        axis=alt.Axis(format="%", values=PERCENT, title=None),
    )
    base = alt.Chart(table(rows))
    came = base.transform_filter("datum.outcome == 1").mark_tick(
        color=colour("ink"), thickness=1.5, height=8, orient="vertical"
    )
    layers = [
        base.mark_line(color=colour("placebo"), strokeDash=[3, 3], strokeWidth=1.3).encode(
            x=x, y=alt.Y("base:Q", scale=alt.Scale(domain=[0, 1.12]))
        ),
        base.mark_line(color=colour("accent"), strokeWidth=2).encode(x=x, y=y),
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


def spark(record: TrackRecord, last: int, now: tuple[str, float]) -> Spec:
    """The course of the odds up to now as a line without axes, for the first screen.

    Args:
        record: Past odds, of windows that are over.
        last: How many of them.
        now: ISO day and odds of the open window; between the two nothing is drawn but dashes.
    """
    today = {"ms": milliseconds(now[0]), "odds": now[1], "base": None, "outcome": None}
    rows = [*_course_rows(record, last), today]
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


def _course_rows(record: TrackRecord, last: int) -> list[dict[str, Any]]:
    parts = zip(
        record.dates[-last:],
        record.odds[-last:].tolist(),
        record.base[-last:].tolist(),
        record.outcomes[-last:].tolist(),
        strict=True,
    )
    return [
        {"ms": milliseconds(day), "odds": odd, "base": base, "outcome": finite(outcome)}
        for day, odd, base, outcome in parts
    ]


def reliability(record: TrackRecord) -> Spec:
    """What came true by what was said; on the diagonal the odds are right."""
    rows = [
        {"forecast": b.forecast, "observed": b.observed, "low": b.low, "high": b.high,
         "count": b.count}
        for b in record.reliability
    ]  # fmt: skip
    scale = alt.Scale(domain=[0, 1], nice=False)
    axis = alt.Axis(format="%", values=PERCENT)
    x = alt.X("forecast:Q", scale=scale, axis=_titled(axis, "odds that were given"))
    y = alt.Y("observed:Q", scale=scale, axis=_titled(axis, "share that came true"))
    base = alt.Chart(table(rows))
    diagonal = alt.Chart(table([{"forecast": 0, "observed": 0}, {"forecast": 1, "observed": 1}]))
    layers = [
        diagonal.mark_line(color=colour("placebo"), strokeDash=[3, 3]).encode(x=x, y=y),
        base.mark_rule(color=colour("band50"), strokeWidth=5).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high"
        ),
        base.mark_circle(color=colour("accent"), opacity=1).encode(
            x=x, y=y, size=alt.Size("count:Q", scale=alt.Scale(range=[30, 220]), legend=None)
        ),
    ]
    return finish(alt.layer(*layers), 300)


def pit(record: TrackRecord) -> Spec:
    """Where outcomes fell in the forecast distributions; even bars are right."""
    rows = [{"from": i / 10, "to": (i + 1) / 10, "share": s} for i, s in enumerate(record.pit)]
    top = max(0.2, *(row["share"] for row in rows)) * 1.08
    x = alt.X(
        "from:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(title="place of the outcome in the forecast distribution", tickCount=5),
    )
    y = alt.Y(
        "share:Q",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(format="%", tickCount=4, title=None),
    )
    even = alt.Chart(table([{"share": 0.1}])).mark_rule(
        color=colour("ink"), strokeDash=[3, 3], strokeWidth=1
    )
    layers = [
        alt.Chart(table(rows))
        .mark_bar(color=colour("band50"), binSpacing=2)
        .encode(x=x, x2="to", y=y),
        even.encode(y=y),
    ]
    return finish(alt.layer(*layers), 200)


def published(found: PublishedComparison) -> Spec:
    """One row per published forecast: theirs, ours with its interval, and what came."""
    rows = []
    for i, one in enumerate(found.rows):
        y = 38 * i
        came = "came" if one.outcome else "did not come"
        rows.append(
            {
                "top": y + 10, "y": y + 23, "above": y + 18, "below": y + 28,
                "label": f"{day_text(one.issued)}, {one.within} days: {one.action}",
                "text": came, "theirs": one.published, "ours": one.ours,
                "low": one.low, "high": one.high,
            }
        )  # fmt: skip
    height = 38 * len(rows) + 2
    x = _probability_x("probability that was given")
    base = alt.Chart(table(rows))
    layers = [
        base.mark_rect(color=colour("band80")).encode(
            x=x("low"), x2="high", y=at("above", height), y2=to("below")
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


def _probability_x(title: str) -> Any:
    scale = alt.Scale(domain=[0, 1], nice=False, zero=False)
    axis = alt.Axis(format="%", values=PERCENT, title=title)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=axis)


def _titled(axis: Any, title: str) -> Any:
    made = axis.copy()
    made.title = title
    return made


def _row_texts(base: Any, height: float) -> Iterator[Any]:
    yield base.mark_text(align="left", baseline="alphabetic").encode(
        x=alt.XValue(0), y=at("top", height), text="label:N"
    )
    yield base.mark_text(align="right", baseline="alphabetic", fontWeight="bold").encode(
        x=alt.XValue(WIDTH - 8), y=at("top", height), text="text:N"
    )
