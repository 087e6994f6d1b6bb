"""Plain pictures of a table by the names of its columns: lines in bands, bars, cells, strokes.

Settings of all: `x` and `y`, the columns that are drawn; `titles`, what the two axes show; `row`
and `column`, whose values make small multiples.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key, Scale, Value
from detente.report.marks import mark
from detente.report.theme import CONFIG, WIDTH, Spec, colour, table
from detente.rounding import finite

BANDS = ("band95", "band80", "band50")
PLOT = 150
SMALL = 90
LEAST = 44


@mark("lines", key=(Key("line", "estimate"), Key("band", "its interval")))
def lines(exhibit: Exhibit) -> Spec:
    """A line within graded bands; `y` may name several columns, which become small multiples.

    Setting: `bands`, the columns of the low and high end of each, widest first.
    """
    settings, rows = exhibit.settings, _rows(exhibit)
    y = settings["y"]
    if not isinstance(y, str):
        rows = [{**row, "value": row[name], "which": name} for row in rows for name in y]
        exhibit = _with(exhibit, y="value", column="which")
    chart = alt.Chart(table(rows))
    across, up = _axis(exhibit, "x"), _axis(exhibit, "y")
    bands = settings.get("bands", ())
    layers = [
        chart.mark_area(color=colour(token)).encode(
            x=across, y=_axis(exhibit, "y", field=low), y2=high
        )
        for (low, high), token in zip(bands, BANDS[-len(bands) :], strict=False)
    ]
    layers.append(chart.mark_line(color=colour("accent"), strokeWidth=1.5).encode(x=across, y=up))
    return _finished(exhibit, alt.layer(*layers), rows)


@mark("bars")
def bars(exhibit: Exhibit) -> Spec:
    """A bar for each row."""
    rows = _rows(exhibit)
    chart = alt.Chart(table(rows)).mark_bar(color=colour("accent"))
    across = _axis(exhibit, "x", kind="O")
    return _finished(exhibit, chart.encode(x=across, y=_axis(exhibit, "y")), rows)


@mark("cells")
def cells(exhibit: Exhibit) -> Spec:
    """A matrix of cells whose shade is the column `value`."""
    rows = _rows(exhibit)
    value = exhibit.settings["value"]
    shade = alt.Color(
        f"{value}:Q", scale=alt.Scale(range=[colour("shade"), colour("accent")]), legend=None
    )
    base = alt.Chart(table(rows)).encode(
        x=_axis(exhibit, "x", kind="N"), y=_axis(exhibit, "y", kind="N")
    )
    text = base.mark_text().encode(text=alt.Text(f"{value}:Q", format=".2g"))
    return _finished(exhibit, alt.layer(base.mark_rect().encode(color=shade), text), rows)


@mark("strokes", key=(Key("tick", "an event"),))
def strokes(exhibit: Exhibit) -> Spec:
    """A short stroke for each row."""
    rows = _rows(exhibit)
    chart = alt.Chart(table(rows)).mark_tick(color=colour("accent"))
    drawn = chart.encode(x=_axis(exhibit, "x"), y=_axis(exhibit, "y", kind="N"))
    return _finished(exhibit, drawn, rows)


def _rows(exhibit: Exhibit) -> list[dict[str, Value]]:
    return [{name: _plain(value) for name, value in row.items()} for row in exhibit.table.records()]


def _plain(value: Value) -> Value:
    if isinstance(value, dt.date):
        return value.isoformat()
    return finite(value) if isinstance(value, float) else value


def _axis(exhibit: Exhibit, which: str, *, kind: str = "Q", field: str = "") -> Any:
    """An axis; time where its column holds days."""
    name = field or exhibit.settings[which]
    titles = exhibit.settings.get("titles", (None, None))
    scales = {column.name: column.scale for column in exhibit.table.columns}
    kind = "T" if scales.get(name) is Scale.DATE else kind
    encode = {"x": alt.X, "y": alt.Y}[which]
    axis = alt.Axis(grid=which == "y", tickCount=5, labelAngle=0)
    return encode(f"{name}:{kind}", title=titles[which == "y"], axis=axis, sort=None)


def _finished(exhibit: Exhibit, chart: Any, rows: list[dict[str, Value]]) -> Spec:
    """The chart with the common look, in small multiples where some are asked for."""
    names = {side: exhibit.settings.get(side) for side in ("row", "column")}
    sides = {side: name for side, name in names.items() if name}
    spec: Spec = chart.to_dict(validate=False) | {"config": CONFIG, "padding": 2}
    wide = len({row[sides["column"]] for row in rows}) if "column" in sides else 1
    size = {"width": max(LEAST, WIDTH // wide - 12), "height": SMALL if sides else PLOT}
    if not sides:
        return spec | size
    inner = {name: spec.pop(name) for name in ("layer", "mark", "encoding") if name in spec}
    head = {"title": None, "labelColor": colour("muted"), "labelFontSize": 11}
    facet = {
        side: {"field": name, "type": "nominal", "header": head} for side, name in sides.items()
    }
    return spec | {"facet": facet, "spec": inner | size}


def _with(exhibit: Exhibit, **settings: Any) -> Exhibit:
    merged: Mapping[str, Any] = {**exhibit.settings, **settings}
    return Exhibit(exhibit.name, exhibit.title, exhibit.table, settings=merged)
