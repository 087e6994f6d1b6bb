"""Which days each origin covers: a strip for each, darker where more of a month's days are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import time_axis
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import milliseconds

ROW, WIDE, DAY = 46, 900, 86_400_000
SHADES = ((1.0, "accent"), (0.9, "band50"), (0.5, "band80"), (0.01, "band95"))
"""Least share of a month's days, and the colour from there on; less is a gap and stays empty."""


@mark(
    "coverage",
    key=(
        Key("bar", "all days of a month covered"),
        Key("bands", "fewer, lighter"),
        Key("quiet", "none"),
    ),
    wide=True,
)
def draw(exhibit: Exhibit) -> tuple[Spec, Spec]:
    """Columns: origin, date, until, days, covered."""
    return _draw(exhibit, WIDE), _draw(exhibit, WIDTH)


def _draw(exhibit: Exhibit, width: int) -> Spec:
    records = exhibit.table.records()
    origins = list(dict.fromkeys(record["origin"] for record in records))
    rows = [_cell(record, origins.index(record["origin"])) for record in records]
    height = ROW * len(origins)
    first, last = min(row["ms"] for row in rows), max(row["end"] for row in rows)
    x = time_axis("ms", first, last, 10 if width == WIDE else 5)
    layers: list[Any] = []
    for shade in ("shade", *(token for _, token in SHADES)):
        cells = alt.Chart(table(row for row in rows if row["shade"] == shade))
        layers.append(
            cells.mark_rect(color=colour(shade)).encode(
                x=x, x2=alt.X2("end"), y=at("top", height), y2=to("base")
            )
        )
    names = [{"y": ROW * place + 14, "name": name} for place, name in enumerate(origins)]
    text = alt.Chart(table(names)).mark_text(align="left", baseline="alphabetic")
    layers.append(text.encode(x=alt.XValue(0), y=at("y", height), text=alt.Text("name:N")))
    return finish(alt.layer(*layers), height + 24, width)


def _cell(record: Mapping[str, Any], place: int) -> dict[str, Any]:
    share = record["covered"] / record["days"]
    return {
        "ms": milliseconds(str(record["date"])),
        "end": milliseconds(str(record["until"])) + DAY,
        "top": ROW * place + 20,
        "base": ROW * place + 40,
        "shade": next((token for least, token in SHADES if share >= least), "shade"),
    }
