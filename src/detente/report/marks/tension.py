"""Tension over time: graded bands, shaded eras, and a strip of ticks for each group of marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.marks import mark
from detente.report.theme import CHARACTER, WIDTH, Spec, at, colour, finish, padded, table
from detente.report.words import milliseconds, wrapped
from detente.rounding import finite

LANE, STRIP, EDGE = 15, 31, 44
DAY = 86_400_000
WIDE = 900
SHORT_DAYS = 1096
"""Months are named along spans no longer than this."""


@dataclass(frozen=True)
class Frame:
    """Where things stand in one drawing, in pixels from the top; `first` to `last` in ms."""

    width: int
    plot: int
    lanes: int
    strips: int
    first: int
    last: int

    @property
    def top(self) -> int:
        """Where the values begin, under the names of the eras."""
        return LANE * self.lanes + 8

    @property
    def bottom(self) -> int:
        """Where the values end, over the strips."""
        return self.top + self.plot

    @property
    def height(self) -> int:
        """The whole."""
        return self.bottom + STRIP * self.strips + 8

    def x(self, ms: float) -> float:
        """Pixels from the left of a moment, near enough to lay labels out."""
        return (ms - self.first) / (self.last - self.first) * (self.width - EDGE)


@mark(
    "tension",
    key=(
        Key("line", "latent level"),
        Key("bands", "50, 80 and 95% bands of uncertainty, darker where likelier"),
        Key("speck", "observed"),
        Key("shade", "eras, named above"),
    ),
    wide=True,
)
def draw(exhibit: Exhibit) -> tuple[Spec, Spec]:
    """A level over time within its bands, for a desktop and for a phone.

    The table has the columns date, observed, level, and low and high of each band. Settings:
    `axis` (what is measured), `facts` (a table with date and group) and `eras` (name, start, end).
    """
    return _draw(exhibit, wide=True), _draw(exhibit, wide=False)


def _draw(exhibit: Exhibit, *, wide: bool) -> Spec:
    rows: list[dict[str, Any]] = [
        {"ms": milliseconds(row["date"])}
        | {name: finite(value) if name != "date" else value for name, value in row.items()}
        for row in exhibit.table.records()
    ]
    first, last = rows[0]["ms"], rows[-1]["ms"]
    ticks = [
        {"ms": milliseconds(fact["date"]), "group": fact["group"]}
        for fact in exhibit.settings["facts"].records()
        if first <= milliseconds(fact["date"]) <= last + 31 * DAY
    ]
    groups = list(dict.fromkeys(str(t["group"]) for t in ticks))
    width = WIDE if wide else WIDTH
    draft = Frame(width, 230 if wide else 210, 0, len(groups), int(first), int(last))
    placed, lanes = lay_out(exhibit.settings["eras"].records(), draft)
    frame = Frame(width, draft.plot, lanes, len(groups), draft.first, draft.last)
    x = alt.X(
        "ms:T",
        scale=alt.Scale(type="utc", domain=[frame.first, frame.last], nice=False),
        axis=_time(wide=wide, short=(last - first) / DAY < SHORT_DAYS),
    )
    layers = [
        *_eras(placed, frame, x),
        *_level(rows, frame, x),
        *_strips(ticks, groups, frame, x),
    ]
    chart = alt.layer(*layers).resolve_scale(y="independent")
    title = wrapped(str(exhibit.settings["axis"]), 140 if wide else 56)
    return finish(chart, frame.height + 20 + 14 * len(title), width, title)


def _time(*, wide: bool, short: bool) -> Any:
    """The axis below: years, or months along a short span."""
    ticks = (6 if short else 12) if wide else (3 if short else 5)
    form = "%b %Y" if short else "%Y"
    return alt.Axis(format=form, tickCount=ticks, title=None, grid=False)


def lay_out(eras: Sequence[Mapping[str, Any]], frame: Frame) -> tuple[list[dict[str, Any]], int]:
    """Place the names of eras in lanes so that none overlaps or leaves the frame.

    Returns:
        One row for each visible era (start, end, x, lane, align, name), and the number of lanes.
    """
    placed: list[dict[str, Any]] = []
    free: list[float] = []
    right_edge = frame.width - EDGE
    for era in eras:
        start = max(milliseconds(era["start"]), frame.first)
        end = min(milliseconds(era["end"]), frame.last) if era["end"] else frame.last
        if end <= start:
            continue
        width = CHARACTER * len(era["name"]) + 8
        left = max(min(frame.x(start), right_edge - width), 0)
        lane = next((i for i, taken in enumerate(free) if taken <= left), len(free))
        free[lane:] = [left + width, *free[lane + 1 :]]
        row = {"ms": start, "end": end, "x": left, "lane": lane, "name": era["name"]}
        shifted = left < frame.x(start)
        placed.append(row | {"align": "right" if shifted else "left"})
    return placed, len(free)


def _eras(placed: list[dict[str, Any]], frame: Frame, x: Any) -> Iterator[Any]:
    rows = [
        row
        | {"y": LANE * (row["lane"] + 1) - 3, "top": LANE * (row["lane"] + 1), "base": frame.bottom}
        for row in placed
    ]
    base = alt.Chart(table(rows))
    y = at("top", frame.height)
    yield base.mark_rect(color=colour("shade"), opacity=1).encode(
        x=x, x2=alt.X2("end"), y=y, y2=alt.Y2("base")
    )
    yield base.mark_rule(color=colour("muted"), strokeWidth=1, opacity=0.6).encode(
        x=x, y=y, y2=alt.Y2("base")
    )
    for row in rows:
        text = alt.Chart(table([row])).mark_text(align=row["align"], baseline="alphabetic", dx=2)
        # A name that has no room to the right of its start ends at the edge instead.
        left = row["x"] if row["align"] == "left" else frame.width - EDGE
        yield text.encode(x=alt.XValue(left), y=at("y", frame.height), text=alt.Text("name:N"))


def _level(rows: list[dict[str, Any]], frame: Frame, x: Any) -> Iterator[Any]:
    seen = [v for row in rows for k, v in row.items() if k not in ("ms", "date")]
    scale = alt.Scale(
        domain=list(padded(seen)), range=[frame.bottom, frame.top], nice=False, zero=False
    )

    def y(field: str, *, shown: bool = False) -> Any:
        axis = alt.Axis(tickCount=5, title=None, minExtent=30) if shown else None
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    base = alt.Chart(table(rows))
    covers = [name.removeprefix("low") for name in rows[0] if name.startswith("low")]
    for i, cover in enumerate(sorted(covers, reverse=True)):
        yield base.mark_area(color=colour(f"band{cover}")).encode(
            x=x, y=y(f"low{cover}", shown=i == 0), y2=alt.Y2(f"high{cover}")
        )
    dots = base.mark_circle(color=colour("muted"), size=7, opacity=0.75)
    yield dots.encode(x=x, y=y("observed", shown=not covers))
    yield base.mark_line(color=colour("accent"), strokeWidth=1.8).encode(x=x, y=y("level"))


def _strips(ticks: list[dict[str, Any]], groups: list[str], frame: Frame, x: Any) -> Iterator[Any]:
    tops = {group: frame.bottom + STRIP * i + 20 for i, group in enumerate(groups)}
    rows = [t | {"y": tops[t["group"]], "y2": tops[t["group"]] + 11} for t in ticks]
    names = [
        {"y": top - 2, "group": f"{group} ({sum(t['group'] == group for t in ticks)})"}
        for group, top in tops.items()
    ]
    lines = [{"y": top + 11} for top in tops.values()]
    yield alt.Chart(table(lines)).mark_rule(color=colour("grid")).encode(y=at("y", frame.height))
    yield (
        alt.Chart(table(rows))
        .mark_rule(color=colour("ink"), strokeWidth=1.2, opacity=0.8)
        .encode(x=x, y=at("y", frame.height), y2=alt.Y2("y2"))
    )
    yield (
        alt.Chart(table(names))
        .mark_text(align="left", baseline="alphabetic")
        .encode(x=alt.XValue(0), y=at("y", frame.height), text=alt.Text("group:N"))
    )
