"""Who reacts to whom: small multiples (row acts, column responds) and the reactions that stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from detente.asks.reactions.result import Reaction, SystemReading
from detente.report.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import number, wrapped

BANDS = ((0.95, "band95"), (0.8, "band80"), (0.5, "band50"))
QUIET = {"band95": "shade", "band80": "shade", "band50": "grid"}
WHOLE = 1056
LABELS = 104
HEAD = 44
GAP = 10
LIST_GAP = 14
LIST_HEAD = 46


@dataclass(frozen=True)
class Panel:
    """Where one reaction is drawn, in pixels, and the range of its values."""

    reaction: Reaction
    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def x(self, step: int) -> float:
        """Pixels of a step from the left."""
        return self.left + self.width * step / max(len(self.reaction.path) - 1, 1)

    def y(self, value: float) -> float:
        """Pixels of a value from the top; values outside are drawn at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)


def matrix(reading: SystemReading) -> Spec:
    """All reactions of a system as one matrix, for a wide page."""
    count = len(reading.names)
    side = (WHOLE - LABELS) / count - GAP
    tall = min(side * 0.62, 74)
    others = [one for one in reading.reactions if one.act != one.respond]
    ranges = [_range([one for one in others if one.respond == k]) for k in range(count)]
    panels = [
        Panel(
            reaction=one,
            left=LABELS + one.respond * (side + GAP),
            top=HEAD + one.act * (tall + GAP),
            width=side,
            height=tall,
            low=ranges[one.respond][0],
            high=ranges[one.respond][1],
        )
        for one in reading.reactions
    ]
    height = int(HEAD + count * (tall + GAP) + 6)
    return finish(
        alt.layer(*_drawn(panels, height, WHOLE), *_names(reading, panels, height)),
        height,
        width=WHOLE,
    )


def strongest(reading: SystemReading, most: int = 8) -> Spec:
    """The reactions that stand (else the likeliest) one below the other, for a narrow page."""
    chosen = shown_in_list(reading, most)
    side = (WIDTH - LIST_GAP) / 2
    tall = 74.0
    panels, labels = [], []
    for place, one in enumerate(chosen):
        low, high = _range([one])
        left, top = (place % 2) * (side + LIST_GAP), (place // 2) * (tall + LIST_HEAD) + LIST_HEAD
        panels.append(Panel(one, left, top, side, tall, low, high))
        title = [f"{reading.shorts[one.act]}", f"moves {reading.shorts[one.respond]}"]
        labels.append({"x": left, "y": top - 26, "text": "\n".join(title), "bold": one.seen})
    height = int(-(-len(chosen) // 2) * (tall + LIST_HEAD) + 6)
    return finish(alt.layer(*_drawn(panels, height, WIDTH), *_texts(labels, height, WIDTH)), height)


def shown_in_list(reading: SystemReading, most: int = 8) -> list[Reaction]:
    """What a narrow page shows: the reactions that stand, or else the likeliest few."""
    others = [one for one in reading.reactions if one.act != one.respond]
    return list(reading.seen[:most]) or sorted(others, key=lambda one: one.p)[:most]


def _range(reactions: Sequence[Reaction]) -> tuple[float, float]:
    """A common range for one column: the 80% bands, which single wild tails cannot stretch.

    Responses of a series to itself are far larger than others and are cut at the edge.
    """
    ends = np.concatenate([np.r_[one.bands[0.8].ravel(), one.path, 0.0] for one in reactions])
    low, high = float(ends.min()), float(ends.max())
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _drawn(panels: Sequence[Panel], height: float, width: float) -> Iterator[Any]:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], range=[0, width]), axis=None)
    frames = [
        {"x": p.left, "x2": p.left + p.width, "y": p.top, "y2": p.top + p.height,
         "seen": p.reaction.seen and p.reaction.act != p.reaction.respond,
         "own": p.reaction.act == p.reaction.respond}
        for p in panels
    ]  # fmt: skip
    base = alt.Chart(table(frames))
    yield (
        base.mark_rect(color=colour("shade"), opacity=1)
        .encode(x=x, x2="x2", y=at("y", height), y2=to("y2"))
        .transform_filter("datum.own")
    )
    for coverage, token in BANDS:
        for seen in (False, True):
            rows = list(_band(panels, coverage, seen=seen))
            yield (
                alt.Chart(table(rows))
                .mark_area(color=colour(token if seen else QUIET[token]))
                .encode(x=x, y=at("low", height), y2=to("high"), detail="panel:N")
            )
    yield _zero_lines(panels, x, height)
    for seen in (False, True):
        lines = list(_line(panels, seen=seen))
        yield (
            alt.Chart(table(lines))
            .mark_line(
                color=colour("accent" if seen else "muted"), strokeWidth=2.2 if seen else 1.2
            )
            .encode(x=x, y=at("y", height), detail="panel:N")
        )
    yield (
        base.mark_rect(fillOpacity=0, stroke=colour("accent"), strokeWidth=1.2)
        .encode(x=x, x2="x2", y=at("y", height), y2=to("y2"))
        .transform_filter("datum.seen")
    )


def _band(panels: Sequence[Panel], coverage: float, *, seen: bool) -> Iterator[dict[str, Any]]:
    for index, panel in enumerate(panels):
        if panel.reaction.seen is not seen:
            continue
        low, high = panel.reaction.bands[coverage]
        for step in range(len(panel.reaction.path)):
            yield {
                "panel": index,
                "x": panel.x(step),
                "low": panel.y(float(low[step])),
                "high": panel.y(float(high[step])),
            }


def _line(panels: Sequence[Panel], *, seen: bool) -> Iterator[dict[str, Any]]:
    for index, panel in enumerate(panels):
        if panel.reaction.seen is seen:
            for step, value in enumerate(panel.reaction.path.tolist()):
                yield {"panel": index, "x": panel.x(step), "y": panel.y(value)}


def _zero_lines(panels: Sequence[Panel], x: Any, height: float) -> Any:
    rows = [{"x": p.left, "x2": p.left + p.width, "y": p.y(0.0)} for p in panels]
    rule = alt.Chart(table(rows)).mark_rule(color=colour("placebo"), strokeWidth=0.8)
    return rule.encode(x=x, x2="x2", y=at("y", height))


def _names(reading: SystemReading, panels: Sequence[Panel], height: float) -> Iterator[Any]:
    rows = []
    for panel in panels:
        one = panel.reaction
        if one.act == 0:
            head = wrapped(reading.shorts[one.respond], max(int(panel.width / 6.6), 6))
            rows.append({"x": panel.left, "y": HEAD - 8 - 13 * (len(head) - 1),
                         "text": "\n".join(head), "bold": True})  # fmt: skip
        if one.respond == 0:
            lines = wrapped(reading.shorts[one.act], 15)
            rows.append({"x": 0, "y": panel.top + panel.height / 2 + 4 - 6 * (len(lines) - 1),
                         "text": "\n".join(lines), "bold": True})  # fmt: skip
    rows += [
        {"x": p.left + 3, "y": p.top + 11, "bold": False,
         "text": f"{number(p.reaction.effect, 0, sign=True)}%"}
        for p in panels
        if p.reaction.seen and p.reaction.act != p.reaction.respond
    ]  # fmt: skip
    yield from _texts(rows, height, WHOLE)


def _texts(rows: list[dict[str, Any]], height: float, width: float) -> Iterator[Any]:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], range=[0, width]), axis=None)
    for bold in (False, True):
        yield (
            alt.Chart(table(row for row in rows if row["bold"] is bold))
            .mark_text(align="left", baseline="alphabetic", fontWeight="bold" if bold else "normal")
            .encode(x=x, y=at("y", height), text="text:N")
        )
