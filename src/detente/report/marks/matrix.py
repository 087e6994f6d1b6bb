"""Who reacts to whom: small multiples (row acts, column responds) and the reactions that stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import altair as alt
import numpy as np

from detente.answers import Exhibit, Key
from detente.arrays import Floats
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import wrapped
from detente.rounding import number

BANDS = ((95, "band95"), (80, "band80"), (50, "band50"))
QUIET = {"band95": "shade", "band80": "shade", "band50": "grid"}
WHOLE = 1056
LABELS = 104
HEAD = 44
GAP = 10
LIST_GAP = 14
LIST_HEAD = 46
LISTED = 8
KEY = (
    Key("line", "response to a typical surprise, where it stands after correction"),
    Key("bands", "its 50, 80 and 95% bands"),
    Key("quiet", "responses that do not stand"),
    Key("own", "a series after its own surprise"),
)


@dataclass(frozen=True, eq=False)
class Course:
    """How one series responds to a surprise in another.

    Attributes:
        act: Place of the series that acts; `respond` of the one that responds.
        path: Median by step, %, shape (steps + 1,).
        bands: By nominal coverage in %: low and high by step, shape (2, steps + 1).
        effect: Mean response, %; `p` its chance before correction.
        stands: Whether it stands after correction; a series after its own surprise never does.
    """

    act: int
    respond: int
    path: Floats
    bands: dict[int, Floats]
    effect: float
    p: float
    stands: bool

    @property
    def own(self) -> bool:
        """Whether a series responds to itself."""
        return self.act == self.respond


@mark("matrix", key=KEY, wide=True)
def draw(exhibit: Exhibit) -> tuple[Spec, Spec]:
    """All responses as a matrix for wide screens; those that stand as a list for narrow ones.

    Columns: acts, responds, step, median_percent, low50, high50 … high95. Settings: `short`, a few
    characters for each series in order; `reactions`, the list of reactions as a table with acts,
    responds, effect_percent, p and stands.
    """
    shorts = tuple(exhibit.settings["short"].values())
    drawn = courses(exhibit)
    return matrix(drawn, shorts), strongest(drawn, shorts)


def courses(exhibit: Exhibit) -> list[Course]:
    """The responses of an exhibit, series by series in the order of `short`."""
    order = list(exhibit.settings["short"])
    judged = {
        (row["acts"], row["responds"]): row for row in exhibit.settings["reactions"].records()
    }
    drawn = []
    for pair, group in groupby(exhibit.table.records(), lambda row: (row["acts"], row["responds"])):
        rows = list(group)
        bands = {
            cover: np.array([[row[f"{end}{cover}"] for row in rows] for end in ("low", "high")])
            for cover, _ in BANDS
        }
        path = np.array([row["median_percent"] for row in rows])
        facts = judged[pair]
        act, respond = map(order.index, pair)
        drawn.append(
            Course(act, respond, path, bands, facts["effect_percent"], facts["p"], facts["stands"])
        )
    return drawn


@dataclass(frozen=True)
class Panel:
    """Where one response is drawn, in pixels, and the range of its values."""

    course: Course
    left: float
    top: float
    width: float
    height: float
    low: float
    high: float

    def x(self, step: int) -> float:
        """Pixels of a step from the left."""
        return self.left + self.width * step / max(len(self.course.path) - 1, 1)

    def y(self, value: float) -> float:
        """Pixels of a value from the top; values outside are drawn at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.top + self.height * (1 - share)


def matrix(drawn: Sequence[Course], shorts: Sequence[str]) -> Spec:
    """All responses of a system as one matrix, for a wide page."""
    count = len(shorts)
    side = (WHOLE - LABELS) / count - GAP
    tall = min(side * 0.62, 74)
    ranges = [_range([c for c in drawn if c.respond == k and not c.own]) for k in range(count)]
    panels = [
        Panel(
            course,
            LABELS + course.respond * (side + GAP),
            HEAD + course.act * (tall + GAP),
            side,
            tall,
            *ranges[course.respond],
        )
        for course in drawn
    ]
    height = int(HEAD + count * (tall + GAP) + 6)
    return finish(
        alt.layer(*_drawn(panels, height, WHOLE), *_names(shorts, panels, height)),
        height,
        width=WHOLE,
    )


def strongest(drawn: Sequence[Course], shorts: Sequence[str]) -> Spec:
    """The reactions that stand (else the likeliest) one below the other, for a narrow page."""
    chosen = listed(drawn)
    side = (WIDTH - LIST_GAP) / 2
    tall = 74.0
    panels, labels = [], []
    for place, course in enumerate(chosen):
        left, top = (place % 2) * (side + LIST_GAP), (place // 2) * (tall + LIST_HEAD) + LIST_HEAD
        panels.append(Panel(course, left, top, side, tall, *_range([course])))
        title = f"{shorts[course.act]}\nmoves {shorts[course.respond]}"
        labels.append({"x": left, "y": top - 26, "text": title, "bold": course.stands})
    height = int(-(-len(chosen) // 2) * (tall + LIST_HEAD) + 6)
    return finish(alt.layer(*_drawn(panels, height, WIDTH), *_texts(labels, height, WIDTH)), height)


def listed(drawn: Sequence[Course]) -> list[Course]:
    """What a narrow page shows: the reactions that stand, or else the likeliest few."""
    stand = [course for course in drawn if course.stands]
    others = [course for course in drawn if not course.own]
    return sorted(stand or others, key=lambda course: course.p)[:LISTED]


def _range(drawn: Sequence[Course]) -> tuple[float, float]:
    """A common range for one column: the 80% bands, which single wild tails cannot stretch.

    Responses of a series to itself are far larger than others and are cut at the edge.
    """
    ends = np.concatenate([np.r_[c.bands[80].ravel(), c.path, 0.0] for c in drawn])
    low, high = float(ends.min()), float(ends.max())
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _drawn(panels: Sequence[Panel], height: float, width: float) -> Iterator[Any]:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], range=[0, width]), axis=None)
    frames = [
        {"x": p.left, "x2": p.left + p.width, "y": p.top, "y2": p.top + p.height,
         "stands": p.course.stands, "own": p.course.own}
        for p in panels
    ]  # fmt: skip
    base = alt.Chart(table(frames))
    yield (
        base.mark_rect(color=colour("shade"), opacity=1)
        .encode(x=x, x2=alt.X2("x2"), y=at("y", height), y2=to("y2"))
        .transform_filter("datum.own")
    )
    for coverage, token in BANDS:
        for bold in (False, True):
            rows = list(_band(_inked(panels, bold=bold), coverage))
            yield (
                alt.Chart(table(rows))
                .mark_area(color=colour(token if bold else QUIET[token]))
                .encode(x=x, y=at("low", height), y2=to("high"), detail=alt.Detail("panel:N"))
            )
    yield _zero_lines(panels, x, height)
    for bold in (False, True):
        lines = list(_line(_inked(panels, bold=bold)))
        yield (
            alt.Chart(table(lines))
            .mark_line(
                color=colour("accent" if bold else "muted"), strokeWidth=2.2 if bold else 1.2
            )
            .encode(x=x, y=at("y", height), detail=alt.Detail("panel:N"))
        )
    yield (
        base.mark_rect(fillOpacity=0, stroke=colour("accent"), strokeWidth=1.2)
        .encode(x=x, x2=alt.X2("x2"), y=at("y", height), y2=to("y2"))
        .transform_filter("datum.stands")
    )


def _inked(panels: Sequence[Panel], *, bold: bool) -> list[tuple[int, Panel]]:
    """Panels with their places: those in full colour (what stands, and own), or the others."""
    numbered = enumerate(panels)
    return [(n, p) for n, p in numbered if (p.course.stands or p.course.own) is bold]


def _band(panels: Sequence[tuple[int, Panel]], coverage: int) -> Iterator[dict[str, Any]]:
    for place, panel in panels:
        for step, (low, high) in enumerate(panel.course.bands[coverage].T.tolist()):
            yield {
                "panel": place,
                "x": panel.x(step),
                "low": panel.y(low),
                "high": panel.y(high),
            }


def _line(panels: Sequence[tuple[int, Panel]]) -> Iterator[dict[str, Any]]:
    for place, panel in panels:
        for step, value in enumerate(panel.course.path.tolist()):
            yield {"panel": place, "x": panel.x(step), "y": panel.y(value)}


def _zero_lines(panels: Sequence[Panel], x: Any, height: float) -> Any:
    rows = [{"x": p.left, "x2": p.left + p.width, "y": p.y(0.0)} for p in panels]
    rule = alt.Chart(table(rows)).mark_rule(color=colour("placebo"), strokeWidth=0.8)
    return rule.encode(x=x, x2=alt.X2("x2"), y=at("y", height))


def _names(shorts: Sequence[str], panels: Sequence[Panel], height: float) -> Iterator[Any]:
    rows: list[dict[str, Any]] = []
    for panel in panels:
        course = panel.course
        if course.act == 0:
            head = wrapped(shorts[course.respond], max(int(panel.width / 6.6), 6))
            top = HEAD - 8 - 13 * (len(head) - 1)
            rows.append({"x": panel.left, "y": top, "text": "\n".join(head), "bold": True})
        if course.respond == 0:
            lines = wrapped(shorts[course.act], 15)
            middle = panel.top + panel.height / 2 + 4 - 6 * (len(lines) - 1)
            rows.append({"x": 0, "y": middle, "text": "\n".join(lines), "bold": True})
        if course.stands:
            text = f"{number(course.effect, 0, sign=True)}%"
            rows.append({"x": panel.left + 3, "y": panel.top + 11, "text": text, "bold": False})
    yield from _texts(rows, height, WHOLE)


def _texts(rows: list[dict[str, Any]], height: float, width: float) -> Iterator[Any]:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], range=[0, width]), axis=None)
    for bold in (False, True):
        yield (
            alt.Chart(table(row for row in rows if row["bold"] is bold))
            .mark_text(align="left", baseline="alphabetic", fontWeight="bold" if bold else "normal")
            .encode(x=x, y=at("y", height), text=alt.Text("text:N"))
        )
