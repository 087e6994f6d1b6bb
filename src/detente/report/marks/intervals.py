"""Rows of estimates: a point on its interval for each, with its name above and number beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np

from detente.answers import Exhibit, Key, Scale
from detente.report.marks import mark
from detente.report.theme import Spec, at, colour, finish, padded, table, tone
from detente.report.words import wrapped
from detente.rounding import decimals, number

BAR = 6


@mark("intervals", key=(Key("dot", "estimate"), Key("band", "its 90% interval")))
def draw(exhibit: Exhibit) -> Spec:
    """Rows of estimates over one axis.

    The table's first column names the rows; the next numeric column is the estimate, then its low
    and high end; a column "primary" says which row to look at first. Settings: `axis`, what the
    axis shows; `columns`, the names of estimate and ends where they do not come first; `label`, the
    columns that name a row together; `at`, where the line stands; `rows`, how many are drawn.
    """
    table, settings = exhibit.table, exhibit.settings
    names = [column.name for column in table.columns]
    numeric = [name for name, c in zip(names, table.columns, strict=True) if c.scale.numeric]
    drawn = [names.index(name) for name in settings.get("columns", numeric[:3])]
    labels = [names.index(name) for name in settings.get("label", names[:1])]
    primary = table.column("primary") if "primary" in names else (True,) * len(table)
    values = np.array([[row[place] for place in drawn] for row in table.rows], dtype=np.float64)
    rows = [
        Estimate(": ".join(str(row[place]) for place in labels), value, low, high, bool(main))
        for row, (value, low, high), main in zip(table.rows, values.tolist(), primary, strict=True)
    ]
    scale = table.columns[drawn[0]].scale
    return intervals(
        rows[: settings.get("rows")],
        str(settings.get("axis", exhibit.title)),
        settings.get("at", scale.neutral),
        "%" if scale is Scale.PERCENT else "",
        signed=scale in {Scale.PERCENT, Scale.POINTS},
    )


@dataclass(frozen=True)
class Estimate:
    """One row: a name, a value, its 90% interval, and whether it is the one to look at first."""

    label: str
    value: float
    low: float
    high: float
    first: bool = False


def intervals(
    rows: Sequence[Estimate], title: str, neutral: float, suffix: str = "", *, signed: bool = True
) -> Spec:
    """Draw rows of estimates over one axis.

    Args:
        rows: The estimates, from the top.
        title: What the axis shows, with its unit.
        neutral: Where "no effect" is; a line is drawn there.
        suffix: What follows a number, such as "%".
        signed: Whether the numbers are changes and show their sign.
    """
    placed, y = [], 0
    places = min(decimals(max((abs(row.value) for row in rows), default=1.0)), 2)
    for row in rows:
        lines = wrapped(row.label, 42)
        centre = y + 14 * len(lines) + 9
        placed.append(
            {
                "top": y + 10,
                "above": centre - BAR,
                "below": centre + BAR,
                "y": centre,
                "label": "\n".join(lines),
                "text": number(row.value, places, sign=signed) + suffix,
                "value": row.value,
                "low": row.low,
                "high": row.high,
                "first": row.first,
            }
        )
        y += 14 * len(lines) + 26
    scale = alt.Scale(
        domain=list(padded([neutral, *(v for r in rows for v in (r.low, r.high))])),
        nice=False, zero=False,
    )  # fmt: skip
    axis = alt.Axis(title=wrapped(title, 54), tickCount=6)
    base = alt.Chart(table(placed))
    shade = tone("datum.first", "accent", "muted")

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    zero = alt.Chart(table([{"at": neutral}])).mark_rule(color=colour("muted"), strokeWidth=1)
    label = base.mark_text(align="left", baseline="alphabetic")
    value = base.mark_text(align="right", baseline="alphabetic", fontWeight="bold")
    return finish(
        alt.layer(
            zero.encode(x=x("at")),
            base.mark_rect(color=colour("band80")).encode(
                x=x("low"), x2=alt.X2("high"), y=at("above", y), y2=alt.Y2("below")
            ),
            base.mark_circle(size=64, opacity=1).encode(x=x("value"), y=at("y", y), color=shade),
            label.encode(x=alt.XValue(0), y=at("top", y), text=alt.Text("label:N")),
            value.encode(x=alt.XValue("width"), y=at("top", y), text=alt.Text("text:N")),
        ),
        y + 42,
    )
