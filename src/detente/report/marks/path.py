"""The mean course around a cause, with graded bands and the range of placebos."""

from __future__ import annotations

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import graded, numbers, records, rule_at, value_axis
from detente.report.marks import mark
from detente.report.theme import Spec, colour, finish, padded, table
from detente.report.words import wrapped

KEY = (
    Key("line", "mean over the episodes"),
    Key("bands", "50, 80 and 95% bands of uncertainty, darker where likelier"),
    Key("dash", "range of 90% of placebo dates"),
)


@mark("path", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """Columns: offset, value, low50 … high95, placebo_low, placebo_high.

    Settings: `x` and `y`, what the axes show.
    """
    neutral = exhibit.table.columns[1].scale.neutral
    rows = records(exhibit.table)
    y = value_axis(padded([*numbers(rows, ("offset",)), neutral]))
    axis = alt.Axis(title=wrapped(exhibit.settings["x"], 54), grid=False, tickCount=7, format="d")
    x = alt.X("offset:Q", scale=alt.Scale(nice=False, zero=False), axis=axis)
    base = alt.Chart(table(rows))
    placebo = base.mark_line(color=colour("placebo"), strokeDash=[3, 3], strokeWidth=1.3)
    line = base.mark_line(color=colour("accent"), strokeWidth=2)
    layers = [
        *graded(base, x, y),
        *(placebo.encode(x=x, y=y(f"placebo_{end}")) for end in ("low", "high")),
        rule_at(neutral, y),
        alt.Chart(table([{"offset": 0}])).mark_rule(color=colour("ink"), strokeWidth=1).encode(x=x),
        line.encode(x=x, y=y("value")),
    ]
    return finish(alt.layer(*layers), 210, title=wrapped(exhibit.settings["y"], 58))
