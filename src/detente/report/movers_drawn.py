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

from detente.answers import Table
from detente.asks.movers.places import places
from detente.events.actors import name_of
from detente.report.templating import asset
from detente.rounding import coordinate, day_text, number

NODES, TIES = 26, 70
NET_WIDTH, NET_HEIGHT = 720, 520
MAP_WIDTH, MAP_HEIGHT = 720, 284
SLUGS = {"closer": "closer", "further apart": "apart"}

MIXED = 0.33  # net cooperation beyond which a pair is drawn as close or apart
ARC = Markup(
    '<path class="tie {}" stroke-width="1.8" d="M{} {}Q{} {} {} {}"><title>{}: {}</title></path>'
)
LINE = Markup(
    '<line class="tie {}" x1="{}" y1="{}" x2="{}" y2="{}" stroke-width="{}"'
    '{} data-close="{}" data-size="{}"><title>{} – {}</title></line>'
)
NODE = Markup(
    '<circle class="node" cx="{}" cy="{}" r="{}"/>'
    '<text class="tag" x="{}" y="{}">{}<title>{}</title></text>'
)
DASHED = Markup(' stroke-dasharray="5 3"')
PICTURE = Markup(
    '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}" data-frames="{}">{}</svg>'
)
SPARK = Markup(
    '<svg class="spark" viewBox="0 0 300 60" preserveAspectRatio="none" role="img" aria-label="{}">'
    '<polygon class="band" points="{}"/>{}<polyline class="line" points="{}"/></svg>'
)
STROKE = Markup('<path class="since" d="M{} 0V60"/>')

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
    points = outline()["places"]
    shown = [move for move in moves if {move["state"], move["other_state"]} <= points.keys()]
    states = sorted({move[side] for move in shown for side in ("state", "other_state")})
    land = Markup('<path class="land" d="{}"/>').format(outline()["land"])
    ties = [_arc(move, points[move["state"]], points[move["other_state"]]) for move in shown]
    dots = [_node(code, points[code], 2.5) for code in states]
    says = f"{len(ties)} moves on a map of the world. The list above tells them."
    return PICTURE.format(
        "world-map", MAP_WIDTH, MAP_HEIGHT, says, "", Markup().join([land, *ties, *dots])
    )


def _arc(move: Row, start: Sequence[float], end: Sequence[float]) -> Markup:
    (x, y), (u, v) = start, end
    top = (y + v) / 2 - 0.18 * math.hypot(u - x, v - y)
    direction = move["direction"]
    curve = _whole(x, y, (x + u) / 2, max(top, 4), u, v)
    return ARC.format(way_slug(direction), *curve, move["pair"], direction)


def _whole(*places: float) -> list[str]:
    return [coordinate(place, 0) for place in places]


def drawn_network(network: Table, frame: int = 0) -> Markup:
    """States placed by how much they cooperate, a line for each pair, with its course in time.

    Args:
        network: The table of the exhibit `network` of movers.
        frame: Which of its periods is drawn first, from 1; the last by default.
    """
    rows = network.records()
    placed = places(network, NODES)
    courses = _courses([row for row in rows if {row["state"], row["other_state"]} <= placed.keys()])
    pairs = sorted(courses, key=lambda pair: -_volume(courses[pair]))[:TIES]
    spots = {
        code: _spot(placed[code]) for code in sorted({code for pair in pairs for code in pair})
    }
    ties = [_tie(pair, spots, courses[pair], frame) for pair in pairs]
    dots = [_node(code, spot, 4) for code, spot in spots.items()]
    days = dict.fromkeys(row["date"].isoformat() for row in rows)
    says = f"A network of {len(spots)} states and {len(ties)} pairs; the matrix below tells pairs."
    frames = "|".join(day_text(day) for day in days)
    return PICTURE.format(
        "world-net", NET_WIDTH, NET_HEIGHT, says, frames, Markup().join([*ties, *dots])
    )


def _spot(share: Sequence[float]) -> tuple[float, float]:
    """A place in the picture, with room for names at its edges."""
    return 40 + share[0] * (NET_WIDTH - 120), 30 + share[1] * (NET_HEIGHT - 60)


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
        return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points)

    forth = list(enumerate(levels))
    band = f"{line('high_90', forth)} {line('low_90', reversed(forth))}"
    days = [row["date"].isoformat() for row in levels]
    at = [place for place, day in enumerate(days) if turned and day.startswith(turned)]
    says = (
        f"Level of {levels[0]['kind']} by period, {day_text(days[0])} to {day_text(days[-1])}:"
        f" at most {number(top, 0)} events a period."
    )
    stroke = STROKE.format(coordinate(at[0] * step)) if at else ""
    return SPARK.format(says, band, stroke, line("level", forth))


def _courses(rows: Sequence[Row]) -> dict[Pair, list[Row]]:
    key = itemgetter("state", "other_state")
    ordered = sorted(rows, key=lambda row: (*key(row), row["date"]))
    return {pair: list(course) for pair, course in groupby(ordered, key=key)}


def _volume(course: Sequence[Row]) -> float:
    return float(np.mean([row["events"] for row in course]))


def _tie(
    pair: Pair, spots: Mapping[str, Sequence[float]], course: Sequence[Row], frame: int
) -> Markup:
    sizes = [coordinate(0.6 + 1.1 * math.log10(1 + row["events"])) for row in course]
    close = [coordinate(row["closeness"], 2) for row in course]
    now = course[frame - 1]["closeness"]
    tone = "closer" if now > MIXED else "apart" if now < -MIXED else ""
    return LINE.format(
        tone,
        *_whole(*spots[pair[0]], *spots[pair[1]]),
        sizes[frame - 1],
        DASHED if course[-1]["named"] else "",
        " ".join(close),
        " ".join(sizes),
        *map(name_of, pair),
    )


def _node(code: str, spot: Sequence[float], size: float) -> Markup:
    x, y = spot
    at, tag = _whole(x, y), _whole(x + size + 2, y + 3)
    return NODE.format(*at, size, *tag, code, name_of(code))
