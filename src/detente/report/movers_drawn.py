"""The drawings of the page of movers, as SVG whose parts style and script find by their classes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from markupsafe import Markup

from detente.arrays import Floats
from detente.events.actors import name_of
from detente.report.templating import asset
from detente.rounding import day_text

NODES, TIES = 26, 70
NET_WIDTH, NET_HEIGHT = 720, 520
MAP_WIDTH, MAP_HEIGHT = 720, 284
ROUNDS = 300
SLUGS = {"closer": "closer", "further apart": "apart"}

MIXED = 0.33  # net cooperation beyond which a pair is drawn as close or apart
ARC = Markup(
    '<path class="tie {}" stroke-width="1.8" d="M{:.0f} {:.0f}Q{:.0f} {:.0f} {:.0f} {:.0f}">'
    "<title>{}: {}</title></path>"
)
LINE = Markup(
    '<line class="tie {}" x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}" stroke-width="{:.1f}"'
    '{} data-close="{}" data-size="{}"><title>{} – {}</title></line>'
)
NODE = Markup(
    '<circle class="node" cx="{:.0f}" cy="{:.0f}" r="{}"/>'
    '<text class="tag" x="{:.0f}" y="{:.0f}">{}<title>{}</title></text>'
)
DASHED = Markup(' stroke-dasharray="5 3"')
PICTURE = Markup(
    '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" data-frames="{}">{}</svg>'
)
SPARK = Markup(
    '<svg class="spark" viewBox="0 0 300 60" preserveAspectRatio="none" role="img" aria-label="{}">'
    '<polygon class="band" points="{}"/>{}<polyline class="line" points="{}"/></svg>'
)
STROKE = Markup('<path class="since" d="M{:.1f} 0V60"/>')

Row = Mapping[str, Any]
Pair = tuple[str, str]
Courses = Mapping[Pair, Sequence[Row]]


def way_slug(direction: str) -> str:
    """The class of a direction.

    Example:
        >>> way_slug("further apart"), way_slug("more of both")
        ('apart', 'both')
    """
    return SLUGS.get(direction, "both")


@cache
def outline() -> Mapping[str, Any]:
    """Land as a path, and a point inside each state, in half degrees (Natural Earth)."""
    held: Mapping[str, Any] = json.loads(asset("outline.json"))
    return held


def drawn_map(moves: Sequence[Row]) -> Markup:
    """The pairs that moved, as arcs on a map of the world."""
    places = outline()["places"]
    shown = [move for move in moves if {move["state"], move["other_state"]} <= places.keys()]
    states = sorted({move[side] for move in shown for side in ("state", "other_state")})
    land = Markup('<path class="land" d="{}"/>').format(outline()["land"])
    ties = [_arc(move, places[move["state"]], places[move["other_state"]]) for move in shown]
    dots = [_node(code, places[code], 2.5) for code in states]
    says = f"{len(ties)} moves on a map of the world. The list above tells them."
    return PICTURE.format(
        "world-map", MAP_WIDTH, MAP_HEIGHT, says, "", Markup().join([land, *ties, *dots])
    )


def _arc(move: Row, start: Sequence[float], end: Sequence[float]) -> Markup:
    (x, y), (u, v) = start, end
    top = (y + v) / 2 - 0.18 * math.hypot(u - x, v - y)
    direction = move["direction"]
    return ARC.format(
        way_slug(direction), x, y, (x + u) / 2, max(top, 4), u, v, move["pair"], direction
    )


def drawn_network(rows: Sequence[Row]) -> Markup:
    """States placed by how much they cooperate, a line for each pair, with its course in time."""
    courses = _courses(rows)
    pairs = _busiest(courses)
    states = sorted({code for pair in pairs for code in pair})
    spots = dict(zip(states, _placed(states, pairs, courses).tolist(), strict=True))
    ties = [_tie(pair, spots, courses[pair]) for pair in pairs]
    dots = [_node(code, spots[code], 4) for code in states]
    days = dict.fromkeys(row["date"].isoformat() for row in rows)
    says = f"A network of {len(states)} states and {len(ties)} pairs; the matrix below tells pairs."
    frames = "|".join(day_text(day) for day in days)
    return PICTURE.format(
        "world-net", NET_WIDTH, NET_HEIGHT, says, frames, Markup().join([*ties, *dots])
    )


def _busiest(courses: Courses) -> list[Pair]:
    """The pairs with the most events among the states with the most."""
    busy: dict[str, float] = {}
    for pair, course in courses.items():
        for code in pair:
            busy[code] = busy.get(code, 0.0) + _volume(course)
    states = set(sorted(busy, key=lambda code: -busy[code])[:NODES])
    inner = [pair for pair in courses if set(pair) <= states]
    return sorted(inner, key=lambda pair: -_volume(courses[pair]))[:TIES]


def sparkline(levels: Sequence[Row], turned: str) -> Markup:
    """The level of a pair by period within its 90% interval, with a stroke where it turned.

    Args:
        levels: Rows of the exhibit of levels, of one pair and kind.
        turned: The name of the period in which it turned; empty if that is not known.
    """
    if not levels:
        return Markup()
    top = max(row["high_90"] for row in levels) or 1.0
    step = 300 / max(len(levels) - 1, 1)

    def line(name: str, rows: Iterable[tuple[int, Row]]) -> str:
        points = ((place * step, 58 - 56 * row[name] / top) for place, row in rows)
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

    forth = list(enumerate(levels))
    band = f"{line('high_90', forth)} {line('low_90', reversed(forth))}"
    days = [row["date"].isoformat() for row in levels]
    at = [place for place, day in enumerate(days) if turned and day.startswith(turned)]
    says = (
        f"Level of {levels[0]['kind']} by period, {day_text(days[0])} to {day_text(days[-1])}:"
        f" at most {top:.0f} events a period."
    )
    return SPARK.format(says, band, STROKE.format(at[0] * step) if at else "", line("level", forth))


def _courses(rows: Sequence[Row]) -> dict[Pair, list[Row]]:
    key = itemgetter("state", "other_state")
    ordered = sorted(rows, key=lambda row: (*key(row), row["date"]))
    return {pair: list(course) for pair, course in groupby(ordered, key=key)}


def _volume(course: Sequence[Row]) -> float:
    return float(np.mean([row["events"] for row in course]))


def _tie(pair: Pair, spots: Mapping[str, Sequence[float]], course: Sequence[Row]) -> Markup:
    sizes = [f"{0.6 + 1.1 * math.log10(1 + row['events']):.1f}" for row in course]
    close = [f"{row['closeness']:.2f}" for row in course]
    last = course[-1]["closeness"]
    tone = "closer" if last > MIXED else "apart" if last < -MIXED else ""
    return LINE.format(
        tone,
        *spots[pair[0]],
        *spots[pair[1]],
        float(sizes[-1]),
        DASHED if course[-1]["named"] else "",
        " ".join(close),
        " ".join(sizes),
        *map(name_of, pair),
    )


def _placed(states: Sequence[str], pairs: Sequence[Pair], courses: Courses) -> Floats:
    """Places by springs: the more two cooperate the nearer, and nobody on top of another.

    Source: Fruchterman and Reingold (1991), Graph drawing by force-directed placement.
    """
    count = len(states)
    pull = np.zeros((count, count))
    for pair in pairs:
        last = courses[pair][-1]
        a, b = (states.index(code) for code in pair)
        pull[a, b] = pull[b, a] = math.log1p(last["events"]) * max(last["closeness"], 0.05)
    angle = 2 * np.pi * np.arange(count) / max(count, 1)
    spots = np.column_stack([np.cos(angle), np.sin(angle)])
    ideal = 1.6 / math.sqrt(max(count, 1))
    for turn in range(ROUNDS):
        apart = spots[:, None] - spots[None]
        far = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        force = (ideal**2 / far**2 - 0.25 * pull * far / ideal) * (1 - np.eye(count))
        move = (apart * force[:, :, None]).sum(axis=1) - 0.4 * spots
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        spots += move / length * np.minimum(length, 0.1 * (1 - turn / ROUNDS))
    low, high = spots.min(axis=0), spots.max(axis=0)
    room = np.array([NET_WIDTH - 120, NET_HEIGHT - 60])
    return np.asarray((spots - low) / np.maximum(high - low, 1e-9) * room + [40, 30])


def _node(code: str, spot: Sequence[float], size: float) -> Markup:
    x, y = spot
    return NODE.format(x, y, size, x + size + 2, y + 3, code, name_of(code))
