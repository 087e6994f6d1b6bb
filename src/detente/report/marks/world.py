"""The world at a moment: a dot for each state, a line for each pair, thick where much happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table

WIDE, EDGE, SHARE = 900, 26, 0.62
HALF = 0.35
"""Net cooperation up to here on either side of 0 is drawn faint."""


@mark(
    "world",
    key=(
        Key("closer", "more cooperation than conflict"),
        Key("apart", "more conflict; thicker: more events, stronger: more one-sided"),
    ),
    wide=True,
)
def draw(exhibit: Exhibit) -> tuple[Spec, Spec]:
    """Columns: state, other_state, closeness, events. Setting: `places`, x and y by state."""
    return _draw(exhibit, WIDE), _draw(exhibit, WIDTH)


def _draw(exhibit: Exhibit, width: int) -> Spec:
    spots: Mapping[str, Sequence[float]] = exhibit.settings["places"]
    height = round(width * (SHARE if width == WIDE else 1.0))

    def spot(state: str) -> tuple[float, float]:
        x, y = spots[state]
        return EDGE + x * (width - 2 * EDGE), EDGE + y * (height - 2 * EDGE)

    rows = [
        row for row in exhibit.table.records() if {row["state"], row["other_state"]} <= set(spots)
    ]
    most = max((row["events"] for row in rows), default=1.0) or 1.0
    scale = alt.Scale(domain=[0, width], range=[0, width], nice=False, zero=False)
    x = alt.X("x:Q", scale=scale, axis=None)
    layers = list(_lines(rows, spot, most, x, height))
    nodes = [dict(zip("xy", spot(state), strict=True)) | {"name": state} for state in spots]
    base = alt.Chart(table(nodes)).encode(x=x, y=at("y", height))
    layers.append(base.mark_circle(color=colour("ink"), size=34, opacity=1))
    layers.append(base.mark_text(dy=-9, fontWeight="bold").encode(text=alt.Text("name:N")))
    return finish(alt.layer(*layers), height, width)


def _lines(
    rows: Sequence[Mapping[str, Any]], spot: Any, most: float, x: Any, height: float
) -> Iterator[Any]:
    """Lines by colour, thickness and strength: a layer for each of the few kinds."""
    kinds: dict[tuple[bool, int, bool], list[dict[str, float]]] = {}
    for row in rows:
        (left, top), (right, base) = spot(row["state"]), spot(row["other_state"])
        thick = 1 + round(4 * (row["events"] / most) ** 0.5)
        kind = (row["closeness"] > 0, thick, abs(row["closeness"]) > HALF)
        kinds.setdefault(kind, []).append({"x": left, "y": top, "x2": right, "y2": base})
    for (close, thick, strong), lines in sorted(kinds.items()):
        rule = alt.Chart(table(lines)).mark_rule(
            color=colour("closer" if close else "apart"),
            strokeWidth=thick,
            opacity=0.75 if strong else 0.3,
        )
        yield rule.encode(x=x, x2=alt.X2("x2"), y=at("y", height), y2=alt.Y2("y2"))
