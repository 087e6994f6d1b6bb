"""Pictures of several panels and of odds drawn small: their look, and places worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from detente.answers import Column, Table
from detente.report.marks import matrix, whatif
from detente.report.words import milliseconds
from drawings import axis, columns, exhibit, filling, layers, look, rows_of, scale, spec_of

ENDS = [f"{end}{cover}" for cover in (50, 80, 95) for end in ("low", "high")]


def reactions(stands: bool) -> Any:
    """A shakes B by 10%, at both steps; each after itself by 99%."""
    names = "acts responds step:count median_percent:percent " + " ".join(ENDS)
    band = (8.0, 12.0, 4.0, 16.0, -50.0, 60.0)
    own, back = (90.0, 99.0, 80.0, 99.0, 70.0, 99.0), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    rows = [
        (acts, responds, step, middle, *ends)
        for acts, responds, middle, ends in (
            ("a", "a", 99.0, own), ("a", "b", 10.0, band),
            ("b", "a", 0.0, back), ("b", "b", 99.0, own),
        )
        for step in (0, 1, 2)
    ]  # fmt: skip
    judged = tuple(
        (acts, responds, effect, p, stands and acts < responds)
        for acts, responds, effect, p in (
            ("a", "a", 99.0, 0.9), ("a", "b", 10.4, 0.01),
            ("b", "a", 0.0, 0.5), ("b", "b", 99.0, 0.9),
        )
    )  # fmt: skip
    facts = Table(tuple(map(Column, ("acts", "responds", "effect_percent", "p", "stands"))), judged)
    return exhibit("matrix", names, *rows, short={"a": "Alpha", "b": "Beta"}, reactions=facts)


def test_the_matrix() -> None:
    spec = spec_of(reactions(stands=True))
    area = "area detail=panel x=x y=low..high color="
    line = "line detail=panel x=x y=y color="
    box = "rect x=x..x2 y=y..y2 "
    text = "text text=text x=x y=y align=left fontWeight="
    assert look(spec) == [
        f"{box}color=shade opacity=1 where datum.own",
        *(f"{area}{token}" for token in ("shade", "band95", "shade", "band80", "grid", "band50")),
        "rule x=x..x2 y=y color=placebo strokeWidth=0.8",
        f"{line}muted strokeWidth=1.2", f"{line}accent strokeWidth=2.2",
        f"{box}fillOpacity=0 stroke=accent strokeWidth=1.2 where datum.stands",
        f"{text}normal", f"{text}bold",
    ]  # fmt: skip
    # 1056 less 104 for names, in two columns of 466 and gaps of 10; rows of 74 at most.
    frames = [
        (104, 570, 44, 118),
        (580, 1046, 44, 118),
        (104, 570, 128, 202),
        (580, 1046, 128, 202),
    ]
    assert columns(rows_of(spec, 0), "x", "x2", "y", "y2") == frames
    assert spec["height"] == 44 + 2 * 84 + 6 and spec["width"] == 1056
    # The column of B: its 80% band and zero, 0 to 16, with 6% of 16 on either side.
    shown = rows_of(spec, 9)
    [b] = {tuple(row.values())[2] for row in shown if row["panel"] == 1}
    low, high = -0.96, 16.96
    assert b == pytest.approx(44 + 74 * (high - 10) / (high - low))
    assert [row["x"] for row in shown if row["panel"] == 1] == [580, 813, 1046]
    assert columns(rows_of(spec, 8), "panel") == [(2,)] * 3, "only what neither stands nor is own"
    assert {row["y"] for row in shown if row["panel"] == 3} == {128}, "cut at the edge"
    # The column of A has nothing but zeros: one on either side.
    assert rows_of(spec, 7)[2]["y"] == 128 + 37
    assert rows_of(spec, 7)[1]["y"] == pytest.approx(44 + 74 * high / (high - low))
    widest = [row for row in rows_of(spec, 2) if row["panel"] == 1]
    assert {(row["low"], row["high"]) for row in widest} == {(118, 44)}, "50 and 60% lie outside"
    places = {row["text"]: (row["x"], row["y"]) for n in (11, 12) for row in rows_of(spec, n)}
    assert places == {"Alpha": (0, 85), "Beta": (0, 169), "+10%": (583, 55)}
    heads = [(row["x"], row["y"]) for row in rows_of(spec, 12) if row["x"]]
    assert heads == [(104, 36), (580, 36)]
    assert scale(spec, "x", "x") == {"domain": [0, 1056], "range": [0, 1056]}


def test_names_beside_a_matrix_are_wrapped_to_their_room() -> None:
    count = 14
    side = (1056 - 104) / count - 10  # 58 pixels: eight letters of 6.6
    assert int(side / 6.6) == 8
    head, heads = filling(8)
    name, lines = filling(15)
    shorts = [head, *(name for _ in range(count - 1))]
    path = np.zeros(2)
    bands = {cover: np.zeros((2, 2)) for cover in (50, 80, 95)}
    drawn = [
        matrix.Course(act, respond, path, bands, 0.0, 0.5, stands=False)
        for act in range(count) for respond in range(count)
    ]  # fmt: skip
    spec = matrix.matrix(drawn, shorts)
    tall = side * 0.62
    [bold] = [rows_of(spec, 12)]
    first = next(row for row in bold if row["x"] == 104)
    assert first["text"].split("\n") == heads and first["y"] == 44 - 8 - 13 * 2
    second = [row for row in bold if row["x"] == 0][1]
    assert second["text"].split("\n") == lines
    assert second["y"] == pytest.approx(44 + tall + 10 + tall / 2 + 4 - 6 * 2)
    assert spec["height"] == int(44 + count * (tall + 10) + 6)
    # Of 30 columns each has 21 pixels, which are three letters.
    crowd = matrix.matrix(
        [
            matrix.Course(act, respond, path, bands, 0.0, 0.5, stands=False)
            for act in (0, 1)
            for respond in range(30)
        ],
        ["www ww wwww"] * 30,
    )
    heads = [row for row in rows_of(crowd, 12) if row["x"]]
    assert {row["text"] for row in heads} == {"www ww\nwwww"}, "six letters at least"


@pytest.mark.parametrize("stands", [False, True])
def test_a_narrow_page_lists_reactions_in_two_columns(stands: bool) -> None:
    spec = spec_of(reactions(stands=stands), narrow=True)
    side = (340 - 14) / 2
    frames = columns(rows_of(spec, 0), "x", "x2", "y", "y2")
    both = [(0, side, 46, 120), (side + 14, 340, 46, 120)]
    assert frames == (both[:1] if stands else both)
    texts = rows_of(spec, 12 if stands else 11)
    assert columns(texts, "x", "y", "text")[0] == (0, 20, "Alpha\nmoves Beta")
    assert spec["height"] == 126 and spec["width"] == 340
    # Each has a range of its own.
    assert rows_of(spec, 9 if stands else 8)[0]["y"] == pytest.approx(46 + 74 * 6.96 / 17.92)


def test_a_narrow_list_has_eight_by_their_chance() -> None:
    bands = {cover: np.zeros((2, 1)) for cover in (50, 80, 95)}
    drawn = [
        matrix.Course(0, 1, np.zeros(1), bands, 0.0, p, stands=False)
        for p in np.linspace(0.9, 0.0, 10)
    ]
    assert [course.p for course in matrix.listed(drawn)] == sorted(c.p for c in drawn)[:8]
    panel = matrix.Panel(drawn[0], 7, 0, 100, 10, 0.0, 1.0)
    assert panel.x(0) == 7 and panel.x(1) == 107, "a single step begins at the left"
    places = matrix.strongest(drawn[:3], ["A", "B"])
    assert [row["y"] for row in rows_of(places, 0)] == [46, 46, 166] and places["height"] == 246


def futures(low: float, high: float) -> dict[str, Any]:
    """Two measures over two months: with 1 and without 2 of 0 to 4, and a difference."""
    names = ["id", "measure", "until"]
    for part in ("without", "with", "difference"):
        names += [f"{part}:number", *(f"{part}_{end}:number" for end in ENDS)]
    band = (1.5, 2.5, 0.0, 4.0, 0.0, 9.0)
    gap = (0.0, 0.0, low, high, 2 * low, 2 * high)
    title = filling(52)[0].removesuffix(" (u)")[:-4]
    rows = [
        (name, what, until, 2.0, *band, 1.0, *band, (low + high) / 2, *gap)
        for name, what in (("a", title), ("b", "B"))
        for until in ("2017-04-15", "2017-05-15")
    ]
    return spec_of(exhibit("futures", " ".join(names), *rows, units={"a": "u", "b": "u"}))


def test_futures() -> None:
    spec = futures(-3.0, 1.0)
    seen = look(spec)
    area = "area x=x y=low..high color={} opacity=0.8"
    edge = "line x=x y=y color=ink strokeDash=[1,3] strokeWidth=1"
    text = "text text=text x=x y=y align={} fontWeight={}"
    assert seen[:17] == [
        "rule x=x..x2 y=y color=grid strokeWidth=1",
        area.format("band95"), area.format("band80"),
        "line x=x y=y color=accent strokeWidth=2",
        "line x=x y=y color=ink strokeDash=[3,3] strokeWidth=1.4", edge, edge,
        area.format("band95"), area.format("band80"), area.format("band50"),
        "rule x=x..x2 y=y color=ink strokeWidth=1", "line x=x y=y color=accent strokeWidth=2",
        text.format("left", "normal"), text.format("left", "bold"),
        text.format("right", "normal"), text.format("right", "bold"),
        "rule x=x..x2 y=y color=grid strokeWidth=1",
    ]  # fmt: skip
    # A panel of 96 under a head of 46, and 22 more; the first month ends half way.
    assert spec["height"] == 2 * 164
    # 0 to 4 and 6% of 4 above: 4.24.
    rules = columns(rows_of(spec, 0), "x", "x2", "y")
    assert rules == [(34, 212, 142), (34, 212, 94), (34, 212, 46)]
    assert columns(rows_of(spec, 16), "y") == [(306,), (258,), (210,)]
    ys = {value: 46 + 96 * (1 - value / 4.24) for value in (1.0, 2.0, 1.5, 2.5, 4.0)}
    with_, without = rows_of(spec, 3), rows_of(spec, 4)
    assert columns(with_, "x") == [(123,), (212,)]
    assert with_[0]["y"] == pytest.approx(ys[1.0]) and without[0]["y"] == pytest.approx(ys[2.0])
    assert [rows_of(spec, n)[1]["y"] for n in (5, 6)] == [142, pytest.approx(ys[4.0])]
    narrow = rows_of(spec, 2)[0]
    assert (narrow["low"], narrow["high"]) == (pytest.approx(ys[1.5]), pytest.approx(ys[2.5]))
    # The difference: -3 to 1, 4% of 4 below and 6% above: -3.16 to 1.24, which is 4.4 in 96.
    zero = 46 + 96 * 1.24 / 4.4
    assert columns(rows_of(spec, 10), "x", "x2", "y") == [(252, 334, pytest.approx(zero))]
    assert columns(rows_of(spec, 11), "x") == [(293,), (334,)]
    wide = rows_of(spec, 7)[0]
    assert (wide["low"], wide["high"]) == (142, 46), "cut at the edge"
    left, bold, right = (rows_of(spec, n) for n in (12, 13, 14))
    assert columns(left, "x", "y", "text") == [
        (34, 38, "with and without"), (222, 38, "mean difference"), (34, 155, "Apr 2017")
    ]  # fmt: skip
    assert columns(bold, "x", "y") == [(0, 22 - 13 * 2)]
    assert len(bold[0]["text"].split("\n")[0]) == 52
    assert columns(right, "x", "y", "text") == [
        (29, 54, "4"), (29, 142, "0"), (212, 155, "May 2017"), (334, 155, "May 2017"),
        (247, pytest.approx(zero + 4), "0"), (247, 142, "−3.2"),
    ]  # fmt: skip
    assert scale(spec, "x", "x") == {"domain": [0, 340], "range": [0, 340]}


@pytest.mark.parametrize(
    ("low", "high", "y", "text"),
    [
        (-1.0, 3.0, 54, "+3.2"),
        (0.0, 0.0, 54, "+0.060"),
        (2.0, 20.0, 54, "+21"),
        (-30.0, -2.0, 142, "−31"),
    ],
)
def test_the_far_end_of_a_difference_is_told(low: float, high: float, y: int, text: str) -> None:
    assert columns(rows_of(futures(low, high), 14), "x", "y", "text")[-1] == (247, y, text)


def test_a_frame_ends_at_its_edges() -> None:
    frame = whatif.Frame(10, 110, 20, -1.0, 3.0, 4)
    assert [frame.y(value) for value in (-9.0, -1.0, 0.0, 3.0, 9.0)] == [116, 116, 92, 20, 20]
    assert whatif._room(np.array([0.0])) == (0.0, 0.06)


def test_all_odds() -> None:
    question, lines = filling(44 - len(", until 12 Apr 2017"))
    names = "question resolves_on odds:number low_90:number high_90:number base_rate:number"
    rows = [
        ("Q", "2017-04-12", 0.345, 0.2, 0.5, 0.3),
        (question, "2017-04-12", 0.5, 0.4, 0.6, None),
    ]
    spec = spec_of(exhibit("all-odds", names, *rows))
    assert look(spec) == [
        "rect x=low..high y=above..below color=band80",
        "tick x=base y=y color=ink height=16 orient=vertical thickness=2",
        "circle x=p y=y color=accent opacity=1 size=70",
        "text text=label x=0 y=top align=left",
        "text text=text x=332 y=top align=right fontWeight=bold",
    ]
    # A row of n lines is 14 n + 28 high, its bar 10 below the last, 6 to either side.
    second = len(rows_of(spec, 0)[1]["label"].split("\n"))
    assert second == 2 and lines
    assert columns(rows_of(spec, 0), "top", "above", "y", "below", "text", "base") == [
        (10, 18, 24, 30, "34%", 0.3), (52, 74, 80, 86, "50%", None)
    ]  # fmt: skip
    assert scale(spec, "y", "y")["range"] == [0, 98] and spec["height"] == 140
    assert scale(spec, "x", "p") == {"domain": [0, 1], "nice": False, "zero": False}
    ticks = {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1], "title": "probability"}
    assert axis(spec, "x", "p") == ticks


COURSE = "date:date odds:number base_rate:number came:flag"


def course(mark: str, *months: str) -> dict[str, Any]:
    rows = [(f"{month}-01", 0.5, 0.4, place == 0) for place, month in enumerate(months)]
    return spec_of(exhibit(mark, COURSE, *rows))


def test_the_course_of_odds() -> None:
    spec = course("course", "2000-01", "2001-02")
    assert look(spec) == [
        "line x=ms y=base color=placebo strokeDash=[3,3] strokeWidth=1.3",
        "line x=ms y=odds color=accent strokeWidth=2",
        "tick x=ms y=8 color=ink height=8 orient=vertical thickness=1.5 where datum.came",
    ]
    assert scale(spec, "y", "odds") == {"domain": [0, 1.12], "nice": False}
    ticks = {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1], "title": None}
    assert axis(spec, "y", "odds") == ticks
    assert spec["height"] == 200
    ends = [milliseconds(day) for day in ("2000-01-01", "2001-02-01")]
    assert scale(spec, "x", "ms") == {"type": "utc", "domain": ends, "nice": False}
    # Of 13 months after the first, February to February: at .96, 4.16, 7.36 and 10.56 of 12.
    months = [milliseconds(f"2000-{month}") for month in ("03", "06", "09")] + [
        milliseconds("2001-01")
    ]
    below = axis(spec, "x", "ms")
    assert below == {"format": "%b %Y", "values": months, "title": None, "grid": False}
    single = course("course", "2000-01", "2000-01")
    assert axis(single, "x", "ms")["values"] == [milliseconds("2000-01")]
    two = course("course", "2000-01", "2000-02")
    assert axis(two, "x", "ms")["values"] == [milliseconds("2000-02")]


def test_a_sparkline() -> None:
    spec = course("spark", "2000-01", "2000-02", "2000-03")
    assert look(spec) == [
        "rule y=odds color=grid strokeWidth=1",
        "line x=ms y=odds color=accent strokeWidth=1.8",
        "line x=ms y=odds color=accent strokeDash=[2,2] strokeWidth=1.2",
        "circle x=ms y=odds color=accent opacity=1 size=30",
    ]
    first, second, third = (milliseconds(f"2000-0{month}") for month in (1, 2, 3))
    assert rows_of(spec, 0) == [{"odds": 0}, {"odds": 1}]
    drawn = [[row["ms"] for row in rows_of(spec, number)] for number in (1, 2, 3)]
    assert drawn == [[first, second], [second, third], [third]]
    assert rows_of(spec, 1)[0] == {"ms": first, "odds": 0.5, "base": 0.4, "came": True}
    assert (spec["width"], spec["height"]) == (150, 34)
    assert scale(spec, "y", "odds") == {"domain": [0, 1], "nice": False}
    assert scale(spec, "x", "ms") == {"domain": [first, third]}


def test_reliability() -> None:
    names = "odds:number came:number low_90:number high_90:number forecasts:count"
    spec = spec_of(exhibit("reliability", names, (0.2, 0.3, 0.1, 0.5, 40)))
    assert look(spec) == [
        "line x=odds y=came color=placebo strokeDash=[3,3]",
        "rule x=odds y=low_90..high_90 color=band50 strokeWidth=5",
        "circle size=forecasts x=odds y=came color=accent opacity=1",
    ]
    assert rows_of(spec, 0) == [{"odds": 0, "came": 0}, {"odds": 1, "came": 1}]
    for channel, field in (("x", "odds"), ("y", "came"), ("y", "low_90")):
        assert scale(spec, channel, field) == {"domain": [0, 1], "nice": False}
    size = layers(spec)[2]["encoding"]["size"]
    assert size["scale"] == {"range": [30, 220]} and size["legend"] is None
    assert spec["height"] == 300


@pytest.mark.parametrize(("most", "top"), [(0.4, 0.432), (0.1, 0.216)])
def test_where_outcomes_fell(most: float, top: float) -> None:
    names = "from:number to:number outcomes:number"
    spec = spec_of(exhibit("pit", names, *((n / 5, (n + 1) / 5, most) for n in range(5))))
    assert look(spec) == [
        "rect x=from..to y=outcomes..zero color=band50 stroke=paper",
        "rule y=outcomes color=ink strokeDash=[3,3] strokeWidth=1",
    ]
    assert rows_of(spec, 0)[0]["zero"] == 0 and rows_of(spec, 1) == [{"outcomes": 0.2}]
    assert scale(spec, "y", "outcomes") == {"domain": [0, pytest.approx(top)], "nice": False}
    assert scale(spec, "x", "from") == {"domain": [0, 1], "nice": False}
    assert axis(spec, "x", "from")["tickCount"] == 5
    assert axis(spec, "y", "outcomes") == {"format": "%", "tickCount": 4, "title": None}
    assert spec["height"] == 200


def test_published_odds() -> None:
    question, lines = filling(44)
    names = (
        "question issued within_days:count action ours:number published:number low_90 high_90 came"
    )
    rows = [
        ("", "2017-03-13", 14, "tests", 0.5, 0.4, 0.3, 0.7, True),
        ("", "2017-03-13", 14, "tests", None, 0.4, None, None, True),
        (question, "2017-03-13", 14, "tests", 0.6, 0.4, 0.3, 0.7, False),
    ]
    spec = spec_of(exhibit("published", names, *rows))
    assert look(spec) == [
        "rect x=low..high y=above..below color=band80",
        "circle x=ours y=y color=accent opacity=1 size=60",
        "point x=theirs y=y color=apart filled=True opacity=1 shape=diamond size=60",
        "text text=label x=0 y=top align=left",
        "text text=text x=332 y=top align=right fontWeight=bold",
    ]
    assert columns(rows_of(spec, 0), "top", "above", "y", "below", "label", "text") == [
        (10, 18, 23, 28, "13 Mar 2017, 14 days: tests", "came"),
        (48, 56, 61, 66, f"{lines[0]} …", "did not come"),
    ]
    assert scale(spec, "y", "y")["range"] == [0, 78] and spec["height"] == 120
