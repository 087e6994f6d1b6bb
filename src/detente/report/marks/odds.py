"""Probability by window, the base rate beside it, and what came."""

from __future__ import annotations

import altair as alt

from detente.answers import Exhibit, Key, Scale
from detente.report.layers import bar, records, row_axis, row_labels
from detente.report.marks import mark
from detente.report.theme import Spec, at, colour, finish, table
from detente.rounding import tell

OUTCOME = {True: "happened", False: "did not happen", None: "not known yet"}
ROW = 44
TICKS = [0, 0.25, 0.5, 0.75, 1]
KEY = (Key("dot", "probability"), Key("band", "its 90% interval"), Key("tick", "base rate"))


@mark("odds", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """Columns: window, odds, base_rate, low, high, happened. Setting: `x`, the axis."""
    rows = []
    for index, row in enumerate(records(exhibit.table)):
        label = f"{row['window']}: {tell(row['odds'], Scale.PROBABILITY)}"
        place = {"top": ROW * index + 10, "y": ROW * index + 25, "label": label}
        rows.append(row | place | {"outcome": OUTCOME[row["happened"]]})
    height = ROW * len(rows)
    x = row_axis((0, 1), exhibit.settings["x"], format="%", values=TICKS)
    base = alt.Chart(table(rows))
    tick = base.mark_tick(color=colour("ink"), thickness=2, height=16, orient="vertical")
    layers = [
        bar(base, "band80", height, x("low"), "high"),
        tick.encode(x=x("base_rate"), y=at("y", height)),
        base.mark_point(filled=True, color=colour("accent"), opacity=1, size=60).encode(
            x=x("odds"), y=at("y", height)
        ),
        *row_labels(base, height, "label", "outcome"),
    ]
    return finish(alt.layer(*layers), height + 40)
