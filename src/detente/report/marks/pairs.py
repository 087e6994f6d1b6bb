"""The relations of all pairs then and now: one row for each pair, an arrow from then to now."""

from __future__ import annotations

from typing import Any

import altair as alt

from detente.answers import Exhibit
from detente.report.marks import mark
from detente.report.theme import Spec, at, colour, finish, padded, table, tone
from detente.report.words import wrapped
from detente.rounding import decimals, number

ROW = 34


@mark("pairs")
def draw(exhibit: Exhibit) -> Spec:
    """Draw the pairs that have both windows, in the order of the table.

    The table has the columns pair, then, now, change and closer. Setting: `axis`.
    """
    pairs = [row for row in exhibit.table.records() if row["change"] is not None]
    largest = max((abs(pair["change"]) for pair in pairs), default=1.0)
    rows = [
        {
            "top": ROW * i + 12,
            "y": ROW * i + 22,
            "name": pair["pair"],
            "then": pair["then"],
            "now": pair["now"],
            "move": number(pair["change"], min(decimals(largest) + 1, 2), sign=True),
            "closer": pair["closer"],
        }
        for i, pair in enumerate(pairs)
    ]
    height = ROW * len(rows) + 4
    return finish(_dumbbells(rows, height, str(exhibit.settings["axis"])), height + 50)


def _dumbbells(rows: list[dict[str, Any]], height: int, unit: str) -> Any:
    ends = [v for row in rows for v in (row["then"], row["now"])]
    scale = alt.Scale(domain=list(padded([*ends, 0.0])), nice=False, zero=False)
    axis = alt.Axis(title=wrapped(unit, 54), tickCount=6)

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    base = alt.Chart(table(rows))
    y, top = at("y", height), at("top", height)
    shade = tone("datum.closer", "closer", "apart")
    edge = tone("datum.closer", "closer", "apart", alt.StrokeValue)
    zero = alt.Chart(table([{"zero": 0}])).mark_rule(color=colour("muted"), strokeWidth=1)
    text = base.mark_text(baseline="alphabetic")
    return alt.layer(
        zero.encode(x=x("zero")),
        base.mark_rule(strokeWidth=3).encode(x=x("then"), x2=alt.X2("now"), y=y, color=shade),
        base.mark_point(
            filled=True, size=46, opacity=1, strokeWidth=1.5, color=colour("paper")
        ).encode(x=x("then"), y=y, stroke=edge),
        base.mark_circle(size=70, opacity=1).encode(x=x("now"), y=y, color=shade),
        text.mark_text(align="left", baseline="alphabetic").encode(
            x=alt.XValue(0), y=top, text=alt.Text("name:N")
        ),
        text.mark_text(align="right", baseline="alphabetic", fontWeight="bold").encode(
            x=alt.XValue("width"), y=top, text=alt.Text("move:N"), color=shade
        ),
    )
