"""The reactions that stand as a network: series on a circle, an arrow for each reaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from detente.answers import Exhibit, Key
from detente.arrays import Floats
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table
from detente.report.words import wrapped

HEIGHT = 270
RADIUS = 90
BEND = 0.22
CLEAR = 13.0
CURVE = 24
KEY = (
    Key("line", "raises; the thicker, the more"),
    Key("damp", "lowers"),
    Key("faint", "not in the reversed order"),
)


@mark("network", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """An arrow for each row; thick ones are strong, dashed ones dampen.

    Columns: from, to, effect_percent, stands_in_reversed_order. Setting: `short`, a few characters
    for each series in order.
    """
    short = exhibit.settings["short"]
    rows = exhibit.table.records()
    places = _places(len(short))
    spots = dict(zip(short, places, strict=True))
    largest = max((abs(row["effect_percent"]) for row in rows), default=1.0) or 1.0
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH]), axis=None)
    layers = [
        layer
        for row in rows
        for layer in _arrow(row, spots[row["from"]], spots[row["to"]], largest, x)
    ]
    nodes = [{"x": px, "y": py} for px, py in places.tolist()]
    layers.append(
        alt.Chart(table(nodes))
        .mark_circle(color=colour("ink"), size=60, opacity=1)
        .encode(x=x, y=at("y", HEIGHT))
    )
    return finish(alt.layer(*layers, *_labels(list(short.values()), places, x)), HEIGHT)


def _places(count: int) -> Floats:
    angle = 2 * np.pi * (np.arange(count) / count) - np.pi / 2
    return np.column_stack(
        [WIDTH / 2 + RADIUS * np.cos(angle), HEIGHT / 2 + RADIUS * np.sin(angle)]
    )


def _arrow(
    row: Mapping[str, Any], start: Floats, end: Floats, largest: float, x: Any
) -> Iterator[Any]:
    """A curve that bends to its right, so that two ways between two nodes keep apart."""
    along = end - start
    middle = (start + end) / 2 + BEND * np.array([-along[1], along[0]])
    share = np.linspace(0, 1, CURVE)[:, None]
    line = (1 - share) ** 2 * start + 2 * share * (1 - share) * middle + share**2 * end
    apart = (np.linalg.norm(line - start, axis=1) > CLEAR) & (
        np.linalg.norm(line - end, axis=1) > CLEAR
    )
    line = line[apart]
    effect = row["effect_percent"]
    tone = colour("accent" if effect > 0 else "apart")
    width = 1.2 + 2.4 * min(abs(effect) / largest, 1.0)
    dash = [1, 0] if effect > 0 else [5, 3]
    faint = 1.0 if row["stands_in_reversed_order"] else 0.45
    rows = [{"x": px, "y": py, "i": i} for i, (px, py) in enumerate(line.tolist())]
    yield (
        alt.Chart(table(rows))
        .mark_line(color=tone, strokeWidth=width, strokeDash=dash, opacity=faint)
        .encode(x=x, y=at("y", HEIGHT), order=alt.Order("i:Q"))
    )
    step = line[-1] - line[-3]
    turn = float(np.degrees(np.arctan2(step[0], -step[1]))) % 360
    head = [{"x": float(line[-1][0]), "y": float(line[-1][1])}]
    yield (
        alt.Chart(table(head))
        .mark_point(
            shape="triangle-up", filled=True, size=90, color=tone, angle=turn, opacity=faint
        )
        .encode(x=x, y=at("y", HEIGHT))
    )


def _labels(shorts: Sequence[str], places: Floats, x: Any) -> Iterator[Any]:
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    for name, place in zip(shorts, places, strict=True):
        away = (place - centre) / RADIUS
        lines = wrapped(name, 10)
        align = "center" if abs(away[0]) < 0.3 else ("left" if away[0] > 0 else "right")
        spot = place + 13 * away
        lift = -13 * (len(lines) - 1) if away[1] < -0.5 else (4 if away[1] > 0.5 else -5)
        rows = [{"x": spot[0], "y": spot[1] + lift + 4, "text": "\n".join(lines)}]
        yield (
            alt.Chart(table(rows))
            .mark_text(align=align, baseline="alphabetic")
            .encode(x=x, y=at("y", HEIGHT), text=alt.Text("text:N"))
        )
