"""Every mark drawn small: its look as it was decided, and places worked out by hand.

The look is told from the bottom layer to the top; see `drawings.look`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from detente.answers import Column, Exhibit, Scale, Table
from detente.report import layers as shared
from detente.report.marks import coverage, marks, tension
from detente.report.marks.tension import Frame, lay_out
from detente.report.theme import colour, finish, padded
from detente.report.words import milliseconds
from drawings import axis, columns, exhibit, filling, layers, look, rows_of, scale, spec_of

DAY = 86_400_000
BANDS = " ".join(f"{end}{cover}" for cover in (50, 80, 95) for end in ("low", "high"))
GRADED = [f"area x=ms y=low{c}..high{c} color=band{c}" for c in (95, 80, 50)]


def test_which_marks_are_wide_and_which_are_small() -> None:
    every = marks().values()
    assert {m.name for m in every if m.wide} == {"coverage", "matrix", "tension"}
    assert {m.name for m in every if m.small} == {"spark"}


def test_a_finished_chart_is_as_wide_as_a_phone_with_the_common_look() -> None:
    spec = spec_of(exhibit("bars", "x y:number", ("a", 1.0), x="x", y="y"))
    config = spec["config"]
    drawn = finish(_Chart(), 50, title=["T"])
    assert drawn == {
        "width": 340, "height": 50, "padding": 2, "config": config, "title": {"text": ["T"]},
        "autosize": {"type": "fit", "contains": "padding"},
    }  # fmt: skip
    assert "title" not in finish(_Chart(), 50)
    assert config["aria"] is False
    assert config["axis"] == {
        "labelFontSize": 11, "labelColor": colour("muted"), "labelPadding": 5,
        "titleFontSize": 11, "titleFontWeight": "normal", "titleColor": colour("muted"),
        "gridColor": colour("grid"), "domain": False, "ticks": False,
    }  # fmt: skip
    assert (config["text"]["fontSize"], config["title"]["fontSize"]) == (11, 11)
    assert config["title"]["offset"] == 10


class _Chart:
    def to_dict(self, *, validate: bool) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("values", "domain"),
    [
        ([0.0, None, 10.0], (-0.6, 10.6)),
        ([50.0, 50.0], (47.0, 53.0)),
        ([-50.0], (-53.0, -47.0)),
        ([0.0], (-1.0, 1.0)),
        ([], (-0.06, 1.06)),
    ],
)
def test_domains_have_a_little_room(
    values: list[float | None], domain: tuple[float, float]
) -> None:
    assert padded(values) == pytest.approx(domain)


def test_units_of_time_axes() -> None:
    assert (shared.DAY, coverage.DAY, tension.DAY) == (DAY, DAY, DAY)


@pytest.mark.parametrize(("days", "label"), [(1217, "%b %Y"), (1218, "%Y")])
def test_a_span_of_years_is_labelled_by_years(days: int, label: str) -> None:
    drawn = shared.time_axis("ms", 5 * DAY, (5 + days) * DAY).to_dict()
    assert drawn["scale"] == {"type": "utc", "domain": [5 * DAY, (5 + days) * DAY], "nice": False}
    assert drawn["axis"] == {
        "format": label, "tickCount": 5, "title": None, "grid": False, "labelFlush": True
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "ms", "align", "dx"),
    [
        ("2000-01-01", 0, "left", 5),
        ("2000-01-11", 10, "left", 5),
        ("2000-01-12", 11, "right", -5),
        ("2000-01-21", 20, "right", -5),
        ("2000-04-22", 20, "right", -5),  # 92 days later: still at the end
        ("2000-04-23", None, "", 0),
        ("1999-12-31", None, "", 0),
    ],
)
def test_a_date_is_labelled_towards_the_middle(
    day: str, ms: int | None, align: str, dx: int
) -> None:
    of = exhibit("level", "date", ("2000-01-01",), dates=[day])
    first = milliseconds("2000-01-01")
    drawn = [layer.to_dict() for layer in shared.dated(of, _X, first, first + 20 * DAY)]
    if ms is None:
        assert not drawn
        return
    rule, text = drawn
    [row] = layers({"layer": [rule], **rule})[0]["rows"]
    assert row["ms"] == first + ms * DAY
    assert (text["mark"]["align"], text["mark"]["dx"]) == (align, dx)
    assert text["encoding"]["y"] == {"value": 2}


_X = shared.time_axis("ms", 0, DAY)


def test_dates_have_a_line_each() -> None:
    text, lines = filling(58)
    values = ("2000-01-01", 0.0), ("2000-01-21", 10.0)
    spec = spec_of(
        exhibit(
            "level", f"date:date value:number level:number {BANDS}",
            *((day, v, v, *[v] * 6) for day, v in values),
            y=text, dates=["2000-01-03", "2000-01-02"],
        )
    )  # fmt: skip
    date = "rule x=ms color=ink strokeWidth=1"
    assert look(spec) == [
        *GRADED,
        "circle x=ms y=value color=muted opacity=0.7 size=5",
        "line x=ms y=level color=accent strokeWidth=1.6",
        date, "text text=label x=ms y=2 align=left baseline=top dx=5",
        date, "text text=label x=ms y=16 align=left baseline=top dx=5",
    ]  # fmt: skip
    assert rows_of(spec, 5)[0]["label"] == "2 Jan 2000", "in their order"
    ends = [milliseconds("2000-01-01"), milliseconds("2000-01-21")]
    assert scale(spec, "x", "ms")["domain"] == ends
    assert spec["title"]["text"] == lines and spec["height"] == 220
    # 0 to 10 with 6% on either side is -0.6 to 10.6, and a fifth of 11.2 more above for labels.
    domain = scale(spec, "y", "level")
    assert domain["domain"] == pytest.approx([-0.6, 12.84])
    assert (domain["nice"], domain["zero"]) == (False, False)
    assert axis(spec, "y", "level") == {"tickCount": 5, "title": None}


def test_a_shift() -> None:
    text, lines = filling(58)
    spec = spec_of(
        exhibit(
            "shift", "date:date value:number mean:number side",
            ("2000-01-01", 0.0, 1.5, "before"), ("2000-02-01", 3.0, 1.5, "before"),
            ("2000-03-01", 10.0, 10.0, "after"), y=text, dates=[],
        )
    )  # fmt: skip
    assert look(spec) == [
        "line x=ms y=value color=muted strokeWidth=1",
        "circle x=ms y=value color=muted opacity=1 size=10",
        "line detail=side x=ms y=mean color=accent strokeWidth=3 where isValid(datum.mean)",
        "text text=label x=ms y=mean align=left color=accent dy=-9 fontWeight=bold",
    ]
    # -0.6 to 10.6 and 16% of 11.2 above.
    assert scale(spec, "y", "mean")["domain"] == pytest.approx([-0.6, 12.392])
    assert axis(spec, "x", "ms")["tickCount"] == 4
    ends = [milliseconds("2000-01-01"), milliseconds("2000-03-01")]
    assert scale(spec, "x", "ms")["domain"] == ends
    assert (spec["title"]["text"], spec["height"]) == (lines, 220)


def test_a_path() -> None:
    (x, across), (y, up) = filling(54), filling(58)
    rows = [(step, 8.0, *(6.0, 9.0, 5.0, 10.0, 4.0, 11.0), 3.0, 12.0) for step in (-1, 0, 1)]
    names = f"offset:count value:ratio {BANDS} placebo_low placebo_high"
    spec = spec_of(exhibit("path", names, *rows, x=x, y=y))
    placebo = "color=placebo strokeDash=[3,3] strokeWidth=1.3"
    assert look(spec) == [
        *(line.replace("x=ms", "x=offset") for line in GRADED),
        f"line x=offset y=placebo_low {placebo}",
        f"line x=offset y=placebo_high {placebo}",
        "rule y=neutral color=muted strokeWidth=1",
        "rule x=offset color=ink strokeWidth=1",
        "line x=offset y=value color=accent strokeWidth=2",
    ]
    # From "no effect" of the second column, a ratio, to 12: 11 wide, 0.66 more on either side.
    assert scale(spec, "y", "value")["domain"] == pytest.approx([0.34, 12.66])
    assert (rows_of(spec, 5), rows_of(spec, 6)) == ([{"neutral": 1.0}], [{"offset": 0}])
    assert scale(spec, "x", "offset") == {"nice": False, "zero": False}
    below = {"title": across, "grid": False, "tickCount": 7, "format": "d"}
    assert axis(spec, "x", "offset") == below
    assert (spec["title"]["text"], spec["height"]) == (up, 210)


def test_intervals() -> None:
    name, lines = filling(42)
    title, across = filling(54)
    names = "who x:points low:points high:points primary:flag"
    first, second = ("A", 1.0, 0.5, 1.5, True), (name, 0.34, -1.0, 1.0, False)
    spec = spec_of(exhibit("intervals", names, first, second, axis=title))
    assert look(spec) == [
        "rule x=at color=muted strokeWidth=1",
        "rect x=low..high y=above..below color=band80",
        "circle color=datum.first?accent:muted x=value y=y opacity=1 size=64",
        "text text=label x=0 y=top align=left",
        "text text=text x=width y=top align=right fontWeight=bold",
    ]
    # A row of n lines of 14 is 14 n + 26 high, its bar 9 below its last line, 6 to either side.
    assert columns(rows_of(spec, 1), "top", "above", "y", "below", "text", "label", "first") == [
        (10, 17, 23, 29, "+1.0", "A", True),
        (50, 85, 91, 97, "+0.3", "\n".join(lines), False),
    ]
    assert scale(spec, "y", "y") == {
        "domain": [0, 108], "range": [0, 108], "nice": False, "zero": False
    }  # fmt: skip
    assert spec["height"] == 108 + 42
    # -1 to 1.5 with 6% of 2.5 on either side.
    assert scale(spec, "x", "value")["domain"] == pytest.approx([-1.15, 1.65])
    assert (scale(spec, "x", "low")["nice"], scale(spec, "x", "low")["zero"]) == (False, False)
    assert axis(spec, "x", "at") == {"title": across, "tickCount": 6}
    assert rows_of(spec, 0) == [{"at": 0.0}]
    assert len(rows_of(spec_of(exhibit("intervals", names, first, second, rows=1)), 1)) == 1


@pytest.mark.parametrize(
    ("kind", "value", "text", "neutral"),
    [
        ("percent", 0.034, "+0.03%", 0), ("points", 0.034, "+0.03", 0), ("ratio", 18.0, "18", 1),
        ("number", 2.5, "2.5", 0), ("probability", 0.25, "0.25", 0), ("percent", -12.0, "−12%", 0),
    ],
)  # fmt: skip
def test_intervals_tell_their_numbers_by_their_scale(
    kind: str, value: float, text: str, neutral: float
) -> None:
    names = f"a b x:{kind} low:{kind} high:{kind}"
    of = exhibit("intervals", names, ("A", "B", value, value, value), label=["b", "a"])
    spec = spec_of(of)
    assert columns(rows_of(spec, 1), "text", "label", "first") == [(text, "B: A", True)]
    assert rows_of(spec, 0) == [{"at": neutral}]
    settings = {"columns": ["high", "low", "x"], "at": 7.0}
    moved = spec_of(exhibit("intervals", names, ("A", "B", 3.0, 1.0, 2.0), **settings))
    assert columns(rows_of(moved, 1), "value", "low", "high") == [(2.0, 1.0, 3.0)]
    assert rows_of(moved, 0) == [{"at": 7.0}]


def test_intervals_are_told_as_their_estimate_is() -> None:
    mixed = exhibit("intervals", "a x:percent low:number high:number", ("A", 3.0, 1.0, 5.0))
    assert columns(rows_of(spec_of(mixed), 1), "text") == [("+3.0%",)]


def test_odds() -> None:
    title, across = filling(54)
    names = "window odds:number base_rate:number low:number high:number happened"
    rows = (("1 week", 0.34, 0.2, 0.1, 0.5, True), ("2 weeks", 0.5, 0.4, 0.3, 0.6, None))
    spec = spec_of(exhibit("odds", names, *rows, x=title))
    assert look(spec) == [
        "rect x=low..high y=above..below color=band80",
        "tick x=base_rate y=y color=ink height=16 orient=vertical thickness=2",
        "point x=odds y=y color=accent filled=True opacity=1 size=60",
        "text text=label x=0 y=top align=left",
        "text text=outcome x=width y=top align=right fontWeight=bold",
    ]
    assert columns(rows_of(spec, 0), "top", "y", "label", "outcome") == [
        (10, 25, "1 week: 34%", "happened"), (54, 69, "2 weeks: 50%", "not known yet")
    ]  # fmt: skip
    assert scale(spec, "y", "y")["range"] == [0, 88] and spec["height"] == 128
    assert scale(spec, "x", "odds") == {"domain": [0, 1], "nice": False, "zero": False}
    ticks = {"values": [0, 0.25, 0.5, 0.75, 1], "format": "%", "tickCount": 6, "title": across}
    assert axis(spec, "x", "odds") == ticks


def test_rates() -> None:
    name, lines = filling(44)
    row = [0.3, 0.4, 0.2, 0.5, 0.1, 10.0]
    names = f"group rate:number {BANDS}"
    spec = spec_of(exhibit("rates", names, ("A", 3.5, *row), (name, 0.34, *row), x=""))
    assert look(spec) == [
        *(f"rect x=low{c}..high{c} y=above..below color=band{c}" for c in (95, 80, 50)),
        "point x=rate y=y color=accent filled=True opacity=1 size=60",
        "text text=label x=0 y=top align=left",
        "text text=text x=width y=top align=right fontWeight=bold",
    ]
    # A row of n lines of 14 is 14 n + 28 high; the first text 10 and the dot 11 below its lines.
    assert columns(rows_of(spec, 0), "top", "y", "text", "label") == [
        (10, 25, "3.50", "A"), (52, 95, "0.34", "\n".join(lines))
    ]  # fmt: skip
    assert scale(spec, "y", "y")["range"] == [0, 112] and spec["height"] == 152
    assert scale(spec, "x", "rate")["domain"] == pytest.approx([0.0, 10.3])
    assert axis(spec, "x", "rate") == {"title": None, "tickCount": 6}
    small = spec_of(exhibit("rates", names, ("A", 0.0012, *[-1.0] * 6), x=""))
    assert rows_of(small, 0)[0]["text"] == "0.001", "never more than three decimals"
    assert scale(small, "x", "rate")["domain"] == pytest.approx([-1.0, 0.0012 * 1.03])
    none = spec_of(exhibit("rates", names, ("A", 0.0, *[0.0] * 6), x=""))
    assert scale(none, "x", "rate")["domain"] == [0.0, 1.0]
    assert rows_of(none, 0)[0]["text"] == "0.0"


def test_compared_levels() -> None:
    text, lines = filling(58)
    names = "date:date level low high other_level other_low other_high"
    row = (1.0, 0.5, 2.0, 1.0, 0.02, 4.0)
    spec = spec_of(exhibit("compared", names, *((d, *row) for d in ("2000", "2001")), axis=text))
    edge = "color=ink strokeDash=[1,3] strokeWidth=1"
    assert look(spec) == [
        "area x=ms y=low..high color=band80",
        "line x=ms y=level color=accent strokeWidth=2",
        "line x=ms y=other_level color=ink strokeDash=[4,3] strokeWidth=1.5",
        f"line x=ms y=other_low {edge}",
        f"line x=ms y=other_high {edge}",
        "rule y=neutral color=muted strokeWidth=1",
    ]
    assert rows_of(spec, 5) == [{"neutral": 1.0}]
    # Padding would end below zero, where a logarithm has no place: a tenth below the least.
    drawn = scale(spec, "y", "level")
    assert drawn["domain"] == pytest.approx([0.02 / 1.1, 4 + 0.06 * 3.98])
    assert (drawn["type"], drawn["nice"]) == ("log", False)
    assert scale(spec, "x", "ms")["domain"] == [milliseconds("2000"), milliseconds("2001")]
    assert axis(spec, "y", "level")["values"] == [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]
    assert (spec["title"]["text"], spec["height"]) == (lines, 210)
    high = tuple(10.0 + place for place in range(6))
    tall = spec_of(exhibit("compared", names, *((d, *high) for d in ("2000", "2001")), axis=""))
    assert scale(tall, "y", "level")["domain"] == pytest.approx([9.7, 15.3])


@pytest.mark.parametrize(
    ("covered", "shade"),
    [(30, "accent"), (29, "band50"), (27, "band50"), (26, "band80"), (15, "band80"),
     (14, "band95"), (1, "band95"), (0.3, "band95"), (0.2, "shade"), (0, "shade")],
)  # fmt: skip
def test_days_that_are_covered_are_the_darker_the_more(covered: float, shade: str) -> None:
    row = ("A", "2000-01-01", "2000-01-30", 30, covered)
    names = "origin date:date until:date days:count covered:count"
    spec = spec_of(exhibit("coverage", names, row))
    drawn = {layer["mark"]["color"]: layer["rows"] for layer in layers(spec)[:5]}
    first = milliseconds("2000-01-01")
    assert columns(drawn.pop(colour(shade)), "ms", "end", "top", "base") == [
        (first, first + 30 * DAY, 20, 40)
    ]
    assert not any(drawn.values())


def test_coverage_has_a_strip_for_each_origin() -> None:
    names = "origin date:date until:date days:count covered:count"
    rows = [(origin, f"200{n}-01-01", f"200{n}-12-31", 2, 1) for n, origin in enumerate("ABA")]
    for narrow, width, ticks in ((False, 900, 10), (True, 340, 5)):
        spec = spec_of(exhibit("coverage", names, *rows), narrow=narrow)
        assert look(spec) == [
            *(f"rect x=ms..end y=top..base color={shade}"
              for shade in ("shade", "accent", "band50", "band80", "band95")),
            "text text=name x=0 y=y align=left",
        ]  # fmt: skip
        assert columns(rows_of(spec, 5), "y", "name") == [(14, "A"), (60, "B")]
        assert columns(rows_of(spec, 3), "top", "base") == [(20, 40), (66, 86), (20, 40)]
        assert (spec["width"], spec["height"]) == (width, 2 * 46 + 24)
        assert axis(spec, "x", "ms")["tickCount"] == ticks
        ends = [milliseconds(day) for day in ("2000-01-01", "2003-01-01")]
        assert scale(spec, "x", "ms")["domain"] == ends


def test_exchange() -> None:
    head, lines = filling(26)
    kind, kinds = filling(36)
    of = tuple(Column(n) for n in ("root", "kind", "cooperative"))
    table = Table(
        (*of, Column("ab", head, Scale.COUNT), Column("ba", "B to A", Scale.COUNT)),
        (("01", "talk", True, 4000, 1000), ("18", kind, False, 0, 2000)),
    )
    spec = spec_of(Exhibit("e", "T", table, mark="exchange"))
    sides = [("there", "0", "left"), ("kind", "170.0", "center"), ("back", "width", "right")]
    texts = [f"text text={name} x={x} y=top align={align}" for name, x, align in sides]
    assert look(spec) == [
        "rect x=x..x2 y=above..below color=closer", "rect x=x..x2 y=above..below color=apart",
        *texts, "rule x=x y=y..y2 color=ink strokeWidth=1", *texts,
    ]  # fmt: skip
    # Half a drawing of 340 is 170; the most, 4000, is 130 long.
    assert columns(rows_of(spec, 2), "x", "x2", "top", "y", "there", "back", "kind") == [
        (40.0, 202.5, 40, 50, "4,000", "1,000", "talk"),
        (170.0, 235.0, 74, 84, "0", "2,000", kinds[0]),
    ]
    assert [len(rows_of(spec, number)) for number in (0, 1)] == [1, 1]
    assert columns(rows_of(spec, 5), "x", "y", "y2") == [(170, 42, 58), (170, 76, 92)]
    assert rows_of(spec, 6) == [
        {"top": 12, "there": "\n".join(lines), "back": "B to A", "kind": ""}
    ]
    assert spec["height"] == 26 + 2 * 34 + 4
    assert scale(spec, "x", "x") == {"domain": [0, 340], "range": [0, 340], "nice": False}


def test_pairs() -> None:
    title, across = filling(54)
    names = "pair then:number now:number change:number closer:flag"
    rows = [("A – B", 1.0, 3.0, 2.0, True), ("A – C", 1.0, None, None, None),
            ("B – C", -2.0, -2.34, -0.34, False)]  # fmt: skip
    spec = spec_of(exhibit("pairs", names, *rows, axis=title))
    shade = "datum.closer?closer:apart"
    assert look(spec) == [
        "rule x=zero color=muted strokeWidth=1",
        f"rule color={shade} x=then..now y=y strokeWidth=3",
        f"point stroke={shade} x=then y=y color=paper filled=True opacity=1 size=46 "
        "strokeWidth=1.5",
        f"circle color={shade} x=now y=y opacity=1 size=70",
        "text text=name x=0 y=top align=left",
        f"text color={shade} text=move x=width y=top align=right fontWeight=bold",
    ]
    assert columns(rows_of(spec, 1), "top", "y", "name", "move") == [
        (12, 22, "A – B", "+2.00"), (46, 56, "B – C", "−0.34")
    ]  # fmt: skip
    assert rows_of(spec, 0) == [{"zero": 0}]
    # -2.34 to 3 with 6% of 5.34 on either side.
    assert scale(spec, "x", "now")["domain"] == pytest.approx([-2.6604, 3.3204])
    assert (scale(spec, "x", "now")["nice"], scale(spec, "x", "now")["zero"]) == (False, False)
    assert axis(spec, "x", "now") == {"title": across, "tickCount": 6}
    assert scale(spec, "y", "y")["range"] == [0, 72] and spec["height"] == 122
    large = spec_of(exhibit("pairs", names, ("A – B", 5.0, 25.0, 20.0, True), axis=""))
    assert rows_of(large, 1)[0]["move"] == "+20.0"
    assert scale(large, "x", "now")["domain"] == pytest.approx([-1.5, 26.5]), "zero is always seen"


def test_placebo() -> None:
    text, _ = filling(54 - len("Effect in placebo tests ("))
    names = "from_x:ratio to_x:ratio placebo_tests:count as_far_out:flag"
    bins = [(0.5, 0.9, 4, True), (0.9, 1.3, 8, False), (1.3, 1.5, 2, True)]
    observed = {"effect": 2.5, "low": 2.0, "high": 3.0, "axis": "Upper"}
    spec = spec_of(exhibit("placebo", names, *bins, **observed))
    assert look(spec) == [
        "bar color=datum.as_far_out?accent:placebo x=from_x..to_x y=placebo_tests binSpacing=1",
        "rule x=from_x y=18..height color=muted",
        "rule x=from_x color=ink strokeWidth=2",
        "text text=label x=from_x y=0 align=right baseline=top dx=-6 fontWeight=bold",
    ]
    assert rows_of(spec, 1) == [{"from_x": 1.0}]
    assert rows_of(spec, 2)[0]["label"] == "observed: 2.5×"
    # From 0.5, the first bin, to 2.5, the effect: 6% of 2 more on either side.
    assert scale(spec, "x", "from_x") == {
        "domain": pytest.approx([0.38, 2.62]), "nice": False, "zero": False
    }  # fmt: skip
    title = ["Effect in placebo tests (upper)"]
    assert axis(spec, "x", "from_x") == {"title": title, "grid": False, "tickCount": 6}
    high = scale(spec, "y", "placebo_tests")
    assert high == {"domain": [0, 10.0], "nice": False}
    assert spec["height"] == 160
    left = spec_of(exhibit("placebo", names, *bins, **(observed | {"effect": 0.2})))
    assert look(left)[3].endswith("align=left baseline=top dx=6 fontWeight=bold")
    none = spec_of(exhibit("placebo", names, *bins, **(observed | {"effect": None, "axis": text})))
    assert len(layers(none)) == 2
    assert scale(none, "x", "from_x")["domain"] == pytest.approx([0.44, 1.56])
    assert none["height"] == 146 + 14 * len(axis(none, "x", "from_x")["title"]) > 160


@pytest.mark.parametrize(
    ("effect", "align"), [(5.0, "left"), (5.2, "right"), (4.0, "left"), (9.0, "right")]
)
def test_the_observed_effect_is_named_towards_the_middle(effect: float, align: str) -> None:
    """From zero to ten and a little room on either side, so that the middle is five."""
    names = "from_x:percent to_x:percent placebo_tests:count as_far_out:flag"
    at = {"effect": effect, "low": -1.0, "high": 1.0, "axis": "x"}
    spec = spec_of(exhibit("placebo", names, (0.0, 10.0, 1, False), **at))
    assert layers(spec)[3]["mark"]["align"] == align


def test_a_curve_of_specifications() -> None:
    value, lines = filling(56)
    names = "window source effect:ratio low:ratio high:ratio primary:flag"
    rows = [("8", "A", 2.0, 1.5, 2.5, True), (value, "A", 0.5, None, None, False),
            ("8", "A", None, None, None, False)]  # fmt: skip
    axis_title = "a" * 46
    settings = {"choices": ["window", "source"], "axis": axis_title}
    spec = spec_of(exhibit("curve", names, *rows, **settings))
    shade = "color=datum.primary?ink:accent"
    text = "text text=label x=0 y=y align=left"
    assert look(spec) == [
        "rule y=neutral color=muted",
        "rule x=rank y=low..high color=band50 strokeWidth=2",
        f"circle {shade} x=rank y=effect opacity=1 size=22",
        "point x=rank y=effect color=ink opacity=1 size=110 strokeWidth=1.5 where datum.primary",
        "rule x=rank y=low..high color=ink strokeWidth=1 where datum.primary",
        f"tick {shade} x=rank y=y height=6 opacity=1 orient=vertical thickness=2",
        f"{text} color=ink fontWeight=bold", f"{text} color=muted fontWeight=normal",
    ]  # fmt: skip
    assert rows_of(spec, 0) == [{"neutral": 1.0}]
    assert rows_of(spec, 1) == [
        {"rank": 0, "effect": 0.5, "primary": False},
        {"rank": 1, "effect": 2.0, "primary": True, "low": 1.5, "high": 2.5},
    ]
    ranks = {"domain": [-1, 2], "nice": False, "zero": False}
    assert scale(spec, "x", "rank") == ranks
    # 0.5 to 2.5 with 6% of 2 on either side, the largest at the top.
    assert scale(spec, "y", "effect") == {
        "domain": pytest.approx([0.38, 2.62]), "range": [150, 0], "nice": False, "zero": False
    }  # fmt: skip
    assert axis(spec, "y", "neutral") == {"tickCount": 5, "title": None}
    # The head of a choice is 24 high under the curve and 8 more; a row 26, and 13 a further line.
    assert columns(rows_of(spec, 6), "y", "label") == [(178, "window")]
    assert columns(rows_of(spec, 7), "y", "label") == [(192, "\n".join(lines)), (192 + 52, "8")]
    assert columns(rows_of(spec, 5), "rank", "y") == [(0, 226), (1, 252)]
    assert scale(spec, "y", "y")["range"] == [0, 268] and spec["height"] == 298
    # 46 and "in each of 2" are 59 together, "of" stays behind: lines are of 58.
    assert spec["title"]["text"] == [f"{axis_title} in each of", "2 specifications, in order"]
    assert spec["resolve"]["scale"] == {"y": "independent"}


@pytest.mark.parametrize(("values", "told"), [(4, 4), (5, 1)])
def test_more_than_four_choices_of_one_specification_each_share_a_row(
    values: int, told: int
) -> None:
    names = "left effect:percent low:percent high:percent primary:flag"
    rows = [(f"v{n}", float(n), None, None, False) for n in range(values)]
    twice = [("twice", 9.0, None, None, False)] * 2
    spec = spec_of(exhibit("curve", names, *rows, *twice, choices=["left"], axis="A"))
    labels = [row["label"] for row in rows_of(spec, 7)]
    own = [f"v{n}" for n in range(values)]
    assert labels == (["twice", "one each: v0 … v4"] if told == 1 else [*own, "twice"])
    assert len(rows_of(spec, 5)) == values + 2
    # What is the same in all is no choice, and what is unknown is none either.
    same = [("x", 1.0, None, None, False), ("x", 2.0, None, None, False), (None, 3.0, *[None] * 3)]
    assert not rows_of(spec_of(exhibit("curve", names, *same, choices=["left"], axis="A")), 7)


def test_a_network_of_two() -> None:
    names = "from to effect_percent:percent stands_in_reversed_order:flag"
    long, lines = filling(10)
    rows = [("a", "b", 8.0, True), ("b", "a", -4.0, False)]
    spec = spec_of(exhibit("network", names, *rows, short={"a": "Alpha", "b": long}))
    arrow = "line order=i x=x y=y color={} opacity={} strokeDash={} strokeWidth={}"
    head = "point x=x y=y angle={} color={} filled=True opacity={} shape=triangle-up size=90"
    seen = look(spec)
    # The strongest is 3.6 wide, half of that effect 1.2 wider than the least.
    assert seen[0] == arrow.format("accent", "1.0", "[1,0]", "3.5999999999999996")
    assert seen[2] == arrow.format("apart", "0.45", "[5,3]", "2.4")
    assert (
        seen[4:]
        == ["circle x=x y=y color=ink opacity=1 size=60"]
        + ["text text=text x=x y=y align=center"] * 2
    )
    assert columns(rows_of(spec, 4), "x", "y") == [(170, 45), (pytest.approx(170), 225)]
    line = np.array(columns(rows_of(spec, 0), "x", "y"))
    # From the top down, bent to its right, which is the left of the page: half of .22 of 180.
    assert line[:, 0].min() == pytest.approx(170 - 0.11 * 180, abs=0.2)
    assert (np.diff(line[:, 1]) > 0).all() and (line[:, 0] < 170).all()
    gaps = np.linalg.norm(line - [170, 45], axis=1), np.linalg.norm(line - [170, 225], axis=1)
    assert min(gap.min() for gap in gaps) > 13
    assert len(line) == 24 - 2 * 2
    assert [row["i"] for row in rows_of(spec, 0)] == list(range(20))
    assert columns(rows_of(spec, 1), "x", "y") == [tuple(line[-1])]
    # The head points the way that the end of the line goes: downwards and to the right.
    step = line[-1] - line[-3]
    turn = layers(spec)[1]["mark"]["angle"]
    assert turn == pytest.approx(180 - np.degrees(np.arctan(step[0] / step[1])))
    assert 135 < turn < 180 and 315 < layers(spec)[3]["mark"]["angle"] < 360
    assert seen[1] == head.format(turn, "accent", "1.0")
    # Names stand 13 further out: above and lifted by their further lines, or below.
    assert columns(rows_of(spec, 5), "x", "y", "text") == [(170, 45 - 13 + 4, "Alpha")]
    below = pytest.approx(225 + 13 + 4 + 4)
    assert columns(rows_of(spec, 6), "y", "text") == [(below, "\n".join(lines))]
    assert spec["height"] == 270
    assert scale(spec, "x", "x") == {"domain": [0, 340], "range": [0, 340]}


def test_names_of_a_network_stand_outside_of_their_circle() -> None:
    short = {name: name for name in ("north winds", "east", "south", "west")}
    names = "from to effect_percent:percent stands_in_reversed_order:flag"
    spec = spec_of(exhibit("network", names, ("east", "west", 0.0, True), short=short))
    labels = [
        (*columns(layer["rows"], "x", "y")[0], layer["mark"]["align"]) for layer in layers(spec)[3:]
    ]
    expected = [
        (170, 32 - 13 + 4, "center"),  # two lines: lifted by one
        (273, 135 - 5 + 4, "left"), (170, 238 + 4 + 4, "center"), (67, 135 - 5 + 4, "right"),
    ]  # fmt: skip
    for (x, y, align), label in zip(expected, labels, strict=True):
        assert label == (pytest.approx(x), pytest.approx(y), align)
    assert layers(spec)[0]["mark"]["strokeWidth"] == 1.2, "nothing is divided by 0"
    assert layers(spec)[0]["mark"]["strokeDash"] == [5, 3]


OF_FACTS = (Column("date"), Column("group"))
FACTS = Table(
    OF_FACTS,
    (
        ("1999-12-31", "A"),
        ("2000-01-01", "A"),
        ("2000-02-12", "B"),
        ("2000-02-13", "B"),
        ("2000-01-05", "A"),
    ),
)
ERAS = Table((Column("name"), Column("start"), Column("end")), (("Early", "1990-01-01", ""),))


@pytest.mark.parametrize("narrow", [False, True])
def test_tension(narrow: bool) -> None:
    title, lines = filling(56 if narrow else 140)
    names = "date:date observed:number level:number low80 high80 low95 high95"
    rows = [(f"2000-01-{day}", 1.0, 2.0, 1.0, 3.0, 0.0, 10.0) for day in ("01", "12")]
    spec = spec_of(
        exhibit("tension", names, *rows, facts=FACTS, eras=ERAS, axis=title), narrow=narrow
    )
    assert look(spec) == [
        "rect x=ms..end y=top..base color=shade opacity=1",
        "rule x=ms y=top..base color=muted opacity=0.6 strokeWidth=1",
        "text text=name x=0.0 y=y align=left dx=2",
        "area x=ms y=low95..high95 color=band95",
        "area x=ms y=low80..high80 color=band80",
        "circle x=ms y=observed color=muted opacity=0.75 size=7",
        "line x=ms y=level color=accent strokeWidth=1.8",
        "rule y=y color=grid",
        "rule x=ms y=y..y2 color=ink opacity=0.8 strokeWidth=1.2",
        "text text=group x=0 y=y align=left",
    ]
    # One lane of 15 and 8 more; the plot; two strips of 31, and 8.
    plot = 210 if narrow else 230
    bottom = 23 + plot
    assert columns(rows_of(spec, 0), "y", "top", "base") == [(12, 15, bottom)]
    assert scale(spec, "y", "level") == {
        "domain": pytest.approx([-0.6, 10.6]), "range": [bottom, 23], "nice": False, "zero": False
    }  # fmt: skip
    assert axis(spec, "y", "low95") == {"tickCount": 5, "title": None, "minExtent": 30}
    assert columns(rows_of(spec, 9), "y", "group") == [
        (bottom + 18, "A (2)"),
        (bottom + 49, "B (1)"),
    ]
    assert columns(rows_of(spec, 7), "y") == [(bottom + 31,), (bottom + 62,)]
    # A fact up to 31 days after the last period belongs to it: 12 January to 12 February.
    assert columns(rows_of(spec, 8), "y", "y2") == [
        (bottom + 20, bottom + 31), (bottom + 51, bottom + 62), (bottom + 20, bottom + 31)
    ]  # fmt: skip
    height = bottom + 62 + 8
    assert scale(spec, "y", "y")["range"] == [0, height]
    assert (spec["title"]["text"], spec["height"]) == (lines, height + 20 + 14 * 3)
    assert spec["width"] == (340 if narrow else 900)
    below = {"format": "%b %Y", "tickCount": 3 if narrow else 6, "title": None, "grid": False}
    assert axis(spec, "x", "ms") == below
    ends = [milliseconds(day) for day in ("2000-01-01", "2000-01-12")]
    assert scale(spec, "x", "ms") == {"type": "utc", "domain": ends, "nice": False}


@pytest.mark.parametrize(("last", "months"), [("2002-12-31", True), ("2003-01-01", False)])
def test_a_span_of_three_years_is_told_by_years(last: str, months: bool) -> None:
    names = "date:date observed:number level:number"
    rows = [(day, 1.0, 2.0) for day in ("2000-01-01", last)]
    none = Table(FACTS.columns), Table(ERAS.columns)
    for narrow, ticks in ((False, (6, 12)), (True, (3, 5))):
        of = exhibit("tension", names, *rows, facts=none[0], eras=none[1], axis="A")
        spec = spec_of(of, narrow=narrow)
        shown = axis(spec, "x", "ms")
        assert (shown["format"], shown["tickCount"]) == (
            ("%b %Y", ticks[0]) if months else ("%Y", ticks[1])
        )
        assert axis(spec, "y", "observed")["tickCount"] == 5, (
            "without bands the dots bring the axis"
        )


def test_names_of_eras_find_a_lane() -> None:
    frame = Frame(340, 100, 2, 1, 0, 296 * DAY)
    assert (frame.top, frame.bottom, frame.height) == (38, 138, 177)
    assert frame.x(100 * DAY) == pytest.approx(100), "44 pixels are left for the axis"

    def era(name: str, start: int, end: int | None) -> dict[str, str]:
        days = [str(np.datetime64(day, "D")) if day is not None else "" for day in (start, end)]
        return {"name": name, "start": days[0], "end": days[1]}

    # Names of ten letters are 72 wide: 6.4 a letter and 8.
    ten = "x" * 10
    placed, lanes = lay_out(
        [era(ten, -50, 50), era(ten, 71, 90), era(ten, 143, 150), era(ten, 250, None),
         era("gone", -9, 0), era("one", 299, 300), era("y" * 100, 20, 30)],
        frame,
    )  # fmt: skip
    assert columns(placed, "name", "ms", "end", "lane", "align") == [
        (ten, 0, 50 * DAY, 0, "left"),
        (ten, 71 * DAY, 90 * DAY, 1, "left"),  # begins a pixel too early for the first lane
        (ten, 143 * DAY, 150 * DAY, 0, "left"),
        (ten, 250 * DAY, 296 * DAY, 0, "right"),
        ("y" * 100, 20 * DAY, 30 * DAY, 2, "right"),
    ]
    assert [row["x"] for row in placed] == [0, 71, 143, 224, 0] and lanes == 3


def test_plain_pictures() -> None:
    names = "day:date low:number mid:number high:number kind"
    rows = [("2000-01-01", 1.0, 2.0, 3.0, "a"), ("2000-01-02", float("nan"), 2.0, 3.0, "b")]
    settings = {"x": "day", "y": "mid", "titles": ("across", "up")}
    bands = [("low", "high")]
    spec = spec_of(exhibit("lines", names, *rows, bands=bands, **settings))
    line = "line x=day y=mid color=accent strokeWidth=1.5"
    assert look(spec) == ["area x=day y=low..high color=band50", line]
    both = spec_of(
        exhibit("lines", names, *rows, bands=[("low", "high"), ("mid", "mid")], **settings)
    )
    assert [words.split("color=")[1] for words in look(both)[:2]] == ["band80", "band50"]
    assert look(spec_of(exhibit("lines", names, *rows, **settings))) == [line]
    x, y = (spec["layer"][1]["encoding"][which] for which in "xy")
    assert (x["type"], x["title"], y["type"], y["title"]) == (
        "temporal",
        "across",
        "quantitative",
        "up",
    )
    assert x["axis"] == {"grid": False, "tickCount": 5, "labelAngle": 0} and x["sort"] is None
    assert y["axis"]["grid"] is True
    assert rows_of(spec, 0)[1]["low"] is None
    assert (spec["width"], spec["height"], spec["padding"]) == (328, 150, 2)
    sides = spec_of(exhibit("bars", names, *rows, x="kind", y="mid", row="kind", column="day"))
    assert sides["spec"]["width"] == 158 and sides["spec"]["height"] == 90
    assert list(sides["facet"]) == ["row", "column"]
    head = {"title": None, "labelColor": colour("muted"), "labelFontSize": 11}
    assert sides["facet"]["row"] == {"field": "kind", "type": "nominal", "header": head}
    only = spec_of(exhibit("bars", names, *rows, x="kind", y="mid", row="kind"))
    assert (only["spec"]["width"], only["spec"]["height"]) == (328, 90)
    many = [(f"2000-01-{day}", 1.0, 2.0, 3.0, str(day)) for day in range(10, 20)]
    narrow = spec_of(exhibit("bars", names, *many, x="day", y="mid", column="kind"))
    assert narrow["spec"]["width"] == 44, "never narrower"
    dated = spec_of(exhibit("bars", names, (dt.date(2000, 1, 1), *rows[0][1:]), x="day", y="mid"))
    assert rows_of(dated, 0)[0]["day"] == "2000-01-01"
    several = spec_of(exhibit("lines", names, *rows, x="day", y=["low", "high"]))
    assert several["facet"]["column"]["field"] == "which"


def test_bars_cells_and_strokes() -> None:
    names = "a b value:number"
    rows = [("x", "y", 1.0)]
    bars = spec_of(exhibit("bars", names, *rows, x="a", y="value"))
    assert look(bars) == ["bar x=a y=value color=accent"]
    cells = spec_of(exhibit("cells", names, *rows, x="a", y="b", value="value"))
    assert [layer["mark"]["type"] for layer in layers(cells)] == ["rect", "text"]
    shade, text = (layer["encoding"] for layer in layers(cells))
    assert shade["color"]["scale"] == {"range": [colour("shade"), colour("accent")]}
    assert shade["color"]["legend"] is None and text["text"]["format"] == ".2g"
    assert [text[which]["type"] for which in "xy"] == ["nominal"] * 2
    strokes = spec_of(exhibit("strokes", names, *rows, x="value", y="b"))
    assert look(strokes) == ["tick x=value y=b color=accent"]
    kinds = [strokes["encoding"][which]["type"] for which in "xy"]
    assert kinds == ["quantitative", "nominal"] and bars["encoding"]["x"]["type"] == "ordinal"
