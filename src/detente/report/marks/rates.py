"""One row for each group: its rate as a point on a graded interval, labelled directly."""

from __future__ import annotations

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import BANDS, LINE, bar, numbers, records, row_axis, row_labels
from detente.report.marks import mark
from detente.report.theme import Spec, at, colour, finish, table
from detente.report.words import wrapped
from detente.rounding import decimals, number

KEY = (
    Key("dot", "rate"),
    Key("bands", "50, 80 and 95% bands of uncertainty, darker where likelier"),
)


@mark("rates", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """Columns: group, rate, low50 … high95. Setting: `x`, what the axis shows."""
    groups = records(exhibit.table)
    smallest = min((abs(row["rate"]) for row in groups if row["rate"]), default=1.0)
    places = min(decimals(smallest), 3)
    rows, y = [], 0
    for row in groups:
        lines = wrapped(str(row["group"]), 44)
        below = y + LINE * len(lines)
        place = {"top": y + 10, "y": below + 11, "label": "\n".join(lines)}
        rows.append(row | place | {"text": number(row["rate"], places)})
        y = below + 28
    values = [*numbers(groups, ("group",)), 0.0]
    x = row_axis((min(values), max(values) * 1.03 or 1.0), exhibit.settings["x"])
    base = alt.Chart(table(rows))
    layers = [
        *(bar(base, token, y, x(f"low{cover}"), f"high{cover}") for cover, token in BANDS),
        base.mark_point(color=colour("accent"), filled=True, size=60, opacity=1).encode(
            x=x("rate"), y=at("y", y)
        ),
        *row_labels(base, y, "label", "text"),
    ]
    return finish(alt.layer(*layers), y + 40)
