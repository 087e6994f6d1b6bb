"""Futures with and without what a scenario supposes: two fans per measure, and the difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import altair as alt
import numpy as np

from detente.answers import Exhibit
from detente.arrays import Floats
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import wrapped
from detente.rounding import day_text, decimals, number

LEFT = 34
FANS = 178
DIFFERENCE = (252, 334)
PANEL = 96
HEAD = 46
GAP = 22
COVERAGES = (95, 80, 50)


@dataclass(frozen=True, eq=False)
class Fan:
    """How a number spreads over the futures, step by step.

    Attributes:
        middle: Median by step, shape (S,); of a difference the mean.
        bands: By nominal coverage in %: low and high by step, shape (2, S).
    """

    middle: Floats
    bands: dict[int, Floats]


@dataclass(frozen=True, eq=False)
class Measure:
    """One measure through the futures: its title, the last day of each step, and its fans."""

    title: str
    until: tuple[str, ...]
    without: Fan
    with_: Fan
    difference: Fan


@mark("futures")
def draw(exhibit: Exhibit) -> Spec:
    """Each measure: the fan of both arms, and beside it their difference.

    Columns: id, measure, until, and for each of without, with, difference the value and its ends
    low50 … high95. Setting: `units`, the unit of each measure by id.
    """
    measures = measures_of(exhibit)
    height = len(measures) * (HEAD + PANEL + GAP)
    layers: list[Any] = []
    for place, measure in enumerate(measures):
        top, steps = place * (HEAD + PANEL + GAP) + HEAD, len(measure.until)
        ends = np.concatenate([arm.bands[80] for arm in (measure.without, measure.with_)])
        both = Frame(LEFT, LEFT + FANS, top, *_room(ends), steps)
        gap = Frame(*DIFFERENCE, top, *_room(measure.difference.bands[80]), steps)
        layers += _arms(measure, both, height)
        layers += _gap(measure.difference, gap, height)
        layers += _texts(measure, both, gap, height)
    return finish(alt.layer(*layers), height)


def measures_of(exhibit: Exhibit) -> list[Measure]:
    """The measures of an exhibit, in its order."""
    units = exhibit.settings["units"]
    measures = []
    for name, group in groupby(exhibit.table.records(), lambda row: row["id"]):
        rows = list(group)
        fans = [_fan(rows, part) for part in ("without", "with", "difference")]
        title = f"{rows[0]['measure']} ({units[name]})"
        measures.append(Measure(title, tuple(row["until"] for row in rows), *fans))
    return measures


def _fan(rows: Sequence[dict[str, Any]], part: str) -> Fan:
    bands = {
        cover: np.array([[row[f"{part}_{end}{cover}"] for row in rows] for end in ("low", "high")])
        for cover in COVERAGES
    }
    return Fan(np.array([row[part] for row in rows]), bands)


@dataclass(frozen=True)
class Frame:
    """Where one panel is drawn, in pixels, and the range of its values."""

    left: float
    right: float
    top: float
    low: float
    high: float
    steps: int

    def x(self, step: int) -> float:
        """Pixels of a step from the left; the first month ends one step in."""
        return self.left + (self.right - self.left) * (step + 1) / self.steps

    def y(self, value: float) -> float:
        """Pixels of a value from the top; values outside are drawn at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.top + PANEL * (1 - share)


def _room(values: Floats) -> tuple[float, float]:
    """A range that holds the values and zero, with a little room above and below."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    spread = (high - low) or 1.0
    return low - 0.04 * spread * (low < 0), high + 0.06 * spread


def _across() -> Any:
    return alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH]), axis=None)


def _rules(frame: Frame, values: Sequence[float], token: str, height: float) -> Any:
    rows = [{"x": frame.left, "x2": frame.right, "y": frame.y(value)} for value in values]
    rule = alt.Chart(table(rows)).mark_rule(color=colour(token), strokeWidth=1)
    return rule.encode(x=_across(), x2=alt.X2("x2"), y=at("y", height))


def _band(fan: Fan, cover: int, token: str, frame: Frame, height: float) -> Any:
    low, high = fan.bands[cover]
    rows = [
        {"x": frame.x(i), "low": frame.y(float(low[i])), "high": frame.y(float(high[i]))}
        for i in range(len(low))
    ]
    area = alt.Chart(table(rows)).mark_area(color=colour(token), opacity=0.8)
    return area.encode(x=_across(), y=at("low", height), y2=to("high"))


def _line(fan: Fan, token: str, frame: Frame, height: float, **style: Any) -> Any:
    rows = [{"x": frame.x(i), "y": frame.y(v)} for i, v in enumerate(fan.middle.tolist())]
    line = alt.Chart(table(rows)).mark_line(color=colour(token), **style)
    return line.encode(x=_across(), y=at("y", height))


def _arms(measure: Measure, frame: Frame, height: float) -> Iterator[Any]:
    """The fan with what is supposed, and lines of the one without, which it never hides."""
    yield _rules(frame, [frame.low, (frame.low + frame.high) / 2, frame.high], "grid", height)
    yield _band(measure.with_, 80, "band95", frame, height)
    yield _band(measure.with_, 50, "band80", frame, height)
    yield _line(measure.with_, "accent", frame, height, strokeWidth=2)
    yield _line(measure.without, "ink", frame, height, strokeWidth=1.4, strokeDash=[3, 3])
    for end in measure.without.bands[80]:
        edge = Fan(end, {})
        yield _line(edge, "ink", frame, height, strokeWidth=1, strokeDash=[1, 3])


def _gap(fan: Fan, frame: Frame, height: float) -> Iterator[Any]:
    for cover, token in ((95, "band95"), (80, "band80"), (50, "band50")):
        yield _band(fan, cover, token, frame, height)
    yield _rules(frame, [0.0], "ink", height)
    yield _line(fan, "accent", frame, height, strokeWidth=2)


def _texts(measure: Measure, both: Frame, gap: Frame, height: float) -> Iterator[Any]:
    title = wrapped(measure.title, 52)
    foot = both.top + PANEL + 13
    first, last = (day_text(measure.until[end][:7]) for end in (0, -1))
    places = decimals(max(abs(gap.low), abs(gap.high)))
    left = [
        {"x": 0, "y": both.top - 24 - 13 * (len(title) - 1), "text": "\n".join(title), "bold": 1},
        {"x": both.left, "y": both.top - 8, "text": "with and without"},
        {"x": gap.left - 30, "y": gap.top - 8, "text": "mean difference"},
        {"x": both.left, "y": foot, "text": first},
    ]
    right = [
        {"x": both.left - 5, "y": both.top + 8, "text": number(both.high, 0)},
        {"x": both.left - 5, "y": both.top + PANEL, "text": number(both.low, 0)},
        {"x": both.right, "y": foot, "text": last},
        {"x": gap.right, "y": foot, "text": last},
        {"x": gap.left - 5, "y": gap.y(0.0) + 4, "text": "0"},
    ]
    far = gap.high if gap.high > -gap.low else gap.low
    at_edge = gap.top + 8 if far > 0 else gap.top + PANEL
    right.append({"x": gap.left - 5, "y": at_edge, "text": number(far, places, sign=True)})
    for align, rows in (("left", left), ("right", right)):
        for bold in (0, 1):
            chosen = [row for row in rows if row.get("bold", 0) == bold]
            text = alt.Chart(table(chosen)).mark_text(
                align=align, baseline="alphabetic", fontWeight="bold" if bold else "normal"
            )
            yield text.encode(x=_across(), y=at("y", height), text=alt.Text("text:N"))
