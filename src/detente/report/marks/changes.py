"""How the closeness of pairs changed: a matrix of states, a square for each pair that is known."""

from __future__ import annotations

from collections import Counter
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table

LEFT, TOP, STATES = 32, 34, 18
CELL = (WIDTH - LEFT) / STATES


@mark(
    "changes",
    key=(Key("closer", "closer, the larger the more"), Key("apart", "further apart")),
)
def draw(exhibit: Exhibit) -> Spec:
    """Columns: row_state, column_state, change. The states of most pairs are drawn."""
    records = [row for row in exhibit.table.records() if row["change"] is not None]
    pairs_of = Counter(row[side] for row in records for side in ("row_state", "column_state"))
    states = [state for state, _ in pairs_of.most_common(STATES)]
    most = max((abs(row["change"]) for row in records), default=1.0) or 1.0
    height = TOP + CELL * len(states)
    cells = []
    for row in records:
        if {row["row_state"], row["column_state"]} <= set(states):
            a, b = states.index(row["row_state"]), states.index(row["column_state"])
            cells += [_cell(a, b, row["change"] / most), _cell(b, a, row["change"] / most)]
    scale = alt.Scale(domain=[0, WIDTH], range=[0, WIDTH], nice=False, zero=False)
    layers: list[Any] = []
    for closer, token in ((True, "closer"), (False, "apart")):
        own = alt.Chart(table(cell for cell in cells if cell["closer"] is closer))
        layers.append(
            own.mark_rect(color=colour(token)).encode(
                x=alt.X("x:Q", scale=scale, axis=None), x2=alt.X2("x2"),
                y=at("y", height), y2=alt.Y2("y2"),
            )
        )  # fmt: skip
    layers += [_names(states, height, scale, across=across) for across in (True, False)]
    return finish(alt.layer(*layers), round(height))


def _cell(row: int, column: int, share: float) -> dict[str, Any]:
    """A square around the middle of its cell, of an area in proportion to the change."""
    half = max(1.0, (CELL - 1) / 2 * abs(share) ** 0.5)
    x, y = LEFT + CELL * (column + 0.5), TOP + CELL * (row + 0.5)
    return {"x": x - half, "x2": x + half, "y": y - half, "y2": y + half, "closer": share > 0}


def _names(states: list[str], height: float, scale: Any, *, across: bool) -> Any:
    middles = [CELL * (place + 0.5) for place in range(len(states))]
    rows = [
        {"x": LEFT + middle, "y": TOP - 4, "name": state} if across
        else {"x": LEFT - 3, "y": TOP + middle + 4, "name": state}
        for state, middle in zip(states, middles, strict=True)
    ]  # fmt: skip
    turned = {"angle": 270, "align": "left"} if across else {"align": "right"}
    text = alt.Chart(table(rows)).mark_text(baseline="alphabetic", **turned)
    return text.encode(
        x=alt.X("x:Q", scale=scale, axis=None), y=at("y", height), text=alt.Text("name:N")
    )
