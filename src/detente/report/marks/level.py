"""Observed values as dots, the latent level with graded bands, and the dates compared."""

from __future__ import annotations

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import dated, graded, numbers, time_axis, timed, value_axis
from detente.report.marks import mark
from detente.report.theme import Spec, colour, finish, padded, table
from detente.report.words import wrapped

KEY = (
    Key("line", "latent level"),
    Key("bands", "50, 80 and 95% bands of uncertainty, darker where likelier"),
    Key("speck", "observed"),
)


@mark("level", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """Columns: date, value, level, low50 … high95.

    Settings: `y`, what the axis shows; `dates`, ISO days to mark.
    """
    rows = timed(exhibit.table)
    low, high = padded(numbers(rows, ("ms",)))
    y = value_axis((low, high + 0.2 * (high - low)))
    first, last = rows[0]["ms"], rows[-1]["ms"]
    x = time_axis("ms", first, last)
    base = alt.Chart(table(rows))
    layers = [
        *graded(base, x, y),
        base.mark_circle(color=colour("muted"), size=5, opacity=0.7).encode(x=x, y=y("value")),
        base.mark_line(color=colour("accent"), strokeWidth=1.6).encode(x=x, y=y("level")),
        *dated(exhibit, x, first, last),
    ]
    return finish(alt.layer(*layers), 220, title=wrapped(exhibit.settings["y"], 58))
