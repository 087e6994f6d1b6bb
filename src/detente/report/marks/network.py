"""The reactions that stand as a network: series on a circle, an arrow for each reaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np

from detente.asks.reactions.result import Reaction, SystemReading
from detente.report.theme import WIDTH, Spec, at, colour, finish, table
from detente.report.words import wrapped

HEIGHT = 270
RADIUS = 90
BEND = 0.22
CLEAR = 13.0
CURVE = 24


def network(reading: SystemReading) -> Spec:
    """Draw the network; thick arrows are strong reactions, dashed ones dampen."""
    places = _places(len(reading.names))
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH]), axis=None)
    layers: list[Any] = []
    for place, one in enumerate(reading.seen):
        layers += _arrow(reading, one, place, places, x)
    nodes = [{"x": px, "y": py} for px, py in places]
    layers.append(
        alt.Chart(table(nodes))
        .mark_circle(color=colour("ink"), size=60, opacity=1)
        .encode(x=x, y=at("y", HEIGHT))
    )
    return finish(alt.layer(*layers, *_labels(reading, places, x)), HEIGHT)


def _places(count: int) -> np.ndarray:
    angle = 2 * np.pi * (np.arange(count) / count) - np.pi / 2
    return np.column_stack(
        [WIDTH / 2 + RADIUS * np.cos(angle), HEIGHT / 2 + RADIUS * np.sin(angle)]
    )


def _arrow(
    reading: SystemReading, one: Reaction, place: int, places: np.ndarray, x: Any
) -> Iterator[Any]:
    """A curve that bends to its right, so that two ways between two nodes keep apart."""
    start, end = places[one.act], places[one.respond]
    along = end - start
    middle = (start + end) / 2 + BEND * np.array([-along[1], along[0]])
    share = np.linspace(0, 1, CURVE)[:, None]
    line = (1 - share) ** 2 * start + 2 * share * (1 - share) * middle + share**2 * end
    apart = (np.linalg.norm(line - start, axis=1) > CLEAR) & (
        np.linalg.norm(line - end, axis=1) > CLEAR
    )
    line = line[apart]
    tone = colour("accent" if one.effect > 0 else "apart")
    width = 1.2 + 2.4 * min(abs(one.effect) / _largest(reading), 1.0)
    dash = [1, 0] if one.effect > 0 else [5, 3]
    faint = 1.0 if one.seen_reversed else 0.45
    rows = [{"x": px, "y": py, "i": i} for i, (px, py) in enumerate(line.tolist())]
    yield (
        alt.Chart(table(rows))
        .mark_line(color=tone, strokeWidth=width, strokeDash=dash, opacity=faint)
        .encode(x=x, y=at("y", HEIGHT), order="i:Q")
    )
    step = line[-1] - line[-3]
    turn = float(np.degrees(np.arctan2(step[0], -step[1])))
    head = [{"x": float(line[-1][0]), "y": float(line[-1][1])}]
    yield (
        alt.Chart(table(head))
        .mark_point(
            shape="triangle-up", filled=True, size=90, color=tone, angle=turn, opacity=faint
        )
        .encode(x=x, y=at("y", HEIGHT))
    )


def _largest(reading: SystemReading) -> float:
    return max((abs(one.effect) for one in reading.seen), default=1.0) or 1.0


def _labels(reading: SystemReading, places: np.ndarray, x: Any) -> Iterator[Any]:
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    for name, place in zip(reading.shorts, places, strict=True):
        away = (place - centre) / RADIUS
        lines = wrapped(name, 10)
        align = "center" if abs(away[0]) < 0.3 else ("left" if away[0] > 0 else "right")
        spot = place + 13 * away
        lift = -13 * (len(lines) - 1) if away[1] < -0.5 else (4 if away[1] > 0.5 else -5)
        rows = [{"x": spot[0], "y": spot[1] + lift + 4, "text": "\n".join(lines)}]
        yield (
            alt.Chart(table(rows))
            .mark_text(align=align, baseline="alphabetic")
            .encode(x=x, y=at("y", HEIGHT), text="text:N")
        )
