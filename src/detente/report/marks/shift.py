"""A series and its mean on either side of a date."""

from __future__ import annotations

from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import Encode, dated, numbers, time_axis, timed, value_axis
from detente.report.marks import mark
from detente.report.theme import Spec, colour, finish, padded, table
from detente.report.words import wrapped
from detente.rounding import number


@mark("shift", key=(Key("speck", "observed"), Key("line", "mean before and after")))
def draw(exhibit: Exhibit) -> Spec:
    """Columns: date, value, mean (of its side), side ("before", "after", or empty).

    Settings: `y`, what the axis shows; `dates`, ISO days to mark.
    """
    rows = timed(exhibit.table)
    low, high = padded(numbers(rows, ("ms",)))
    y = value_axis((low, high + 0.16 * (high - low)))
    first, last = rows[0]["ms"], rows[-1]["ms"]
    x = time_axis("ms", first, last, 4)
    base = alt.Chart(table(rows))
    side = base.transform_filter("isValid(datum.mean)").encode(
        x=x, y=y("mean"), detail=alt.Detail("side:N")
    )
    layers = [
        base.mark_line(color=colour("muted"), strokeWidth=1).encode(x=x, y=y("value")),
        base.mark_circle(color=colour("muted"), size=10, opacity=1).encode(x=x, y=y("value")),
        *dated(exhibit, x, first, last),
        side.mark_line(color=colour("accent"), strokeWidth=3),
        _means(rows, x, y),
    ]
    return finish(alt.layer(*layers), 220, title=wrapped(exhibit.settings["y"], 58))


def _means(rows: list[dict[str, Any]], x: Any, y: Encode) -> Any:
    """The mean of each side in words, where its line begins."""
    begin = {row["side"]: row for row in reversed(rows) if row["mean"] is not None}
    labels = [row | {"label": f"mean {number(row['mean'])}"} for row in begin.values()]
    text = alt.Chart(table(labels)).mark_text(
        align="left", dy=-9, fontWeight="bold", color=colour("accent")
    )
    return text.encode(x=x, y=y("mean"), text=alt.Text("label:N"))
