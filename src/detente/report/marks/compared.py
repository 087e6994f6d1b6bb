"""Two levels on one scale, each relative to its own mean: a line in its band, and a dashed one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import rule_at, time_axis, timed
from detente.report.marks import mark
from detente.report.theme import Spec, colour, finish, padded, table
from detente.report.words import wrapped

TICKS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]


@mark("compared", key=(Key("line", "the first"), Key("dash-ink", "the other")))
def draw(exhibit: Exhibit) -> Spec:
    """Columns: date, level, low, high, other_level, other_low, other_high, all as ratios.

    Setting: `axis`, what is shown.
    """
    rows = timed(exhibit.table)
    scale = alt.Scale(type="log", domain=list(_domain(rows)), nice=False)
    axis = alt.Axis(title=None, values=TICKS, format="~r")

    def y(field: str) -> Any:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    x = time_axis("ms", rows[0]["ms"], rows[-1]["ms"])
    layers = [*_lines(alt.Chart(table(rows)), x, y), rule_at(1.0, y)]
    return finish(alt.layer(*layers), 210, title=wrapped(exhibit.settings["axis"], 58))


def _lines(base: Any, x: Any, y: Any) -> Iterator[Any]:
    yield base.mark_area(color=colour("band80")).encode(x=x, y=y("low"), y2="high")
    yield base.mark_line(color=colour("accent"), strokeWidth=2).encode(x=x, y=y("level"))
    other = base.mark_line(color=colour("ink"), strokeDash=[4, 3], strokeWidth=1.5)
    yield other.encode(x=x, y=y("other_level"))
    for end in ("other_low", "other_high"):
        edge = base.mark_line(color=colour("ink"), strokeDash=[1, 3], strokeWidth=1)
        yield edge.encode(x=x, y=y(end))


def _domain(rows: list[dict[str, Any]]) -> tuple[float, float]:
    values = [value for row in rows for name, value in row.items() if name not in ("date", "ms")]
    low, high = padded(value for value in values if value)
    return max(low, min(value for value in values if value) / 1.1), high
