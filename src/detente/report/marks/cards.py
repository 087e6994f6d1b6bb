"""The small chart of a claim's card, by kind of chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import altair as alt

from detente.asks.claims.finding import Chart, ChartKind
from detente.report.theme import Spec, at, colour, finish, padded, table, to
from detente.report.words import day_text, decimals, finite, measured, milliseconds, number, wrapped

BANDS = (("95", "band95"), ("80", "band80"), ("50", "band50"))
TEN_YEARS_IN_DAYS = 3653


def records(chart: Chart) -> list[dict[str, Any]]:
    """The columns of a chart as rows, NaN and infinity as None."""
    columns = {
        name: [finite(v) if isinstance(v, float) else v for v in values]
        for name, values in chart.columns.items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def numbers(rows: Iterable[dict[str, Any]], skip: tuple[str, ...]) -> Iterator[float]:
    """All numbers in rows but those of the skipped columns."""
    for row in rows:
        for name, value in row.items():
            if name not in skip and isinstance(value, int | float):
                yield value


def _bands(base: Any, x: Any, y: Any) -> list[Any]:
    return [
        base.mark_area(color=colour(token)).encode(x=x, y=y(f"low{cover}"), y2=f"high{cover}")
        for cover, token in BANDS
    ]


def _value_axis(domain: tuple[float, float], **axis: Any) -> Callable[[str], Any]:
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    shown = alt.Axis(tickCount=5, title=None, **axis)
    return lambda field: alt.Y(f"{field}:Q", scale=scale, axis=shown)


def time_x(field: str, first: int, last: int, ticks: int = 5) -> Any:
    """Encode milliseconds on a UTC time scale with labels that fit its span."""
    days = (last - first) / 86_400_000
    label = "%Y" if days > TEN_YEARS_IN_DAYS / 3 else "%b %Y"
    return alt.X(
        f"{field}:T",
        scale=alt.Scale(type="utc", domain=[first, last], nice=False),
        axis=alt.Axis(format=label, tickCount=ticks, title=None, grid=False, labelFlush=True),
    )


def path(chart: Chart, neutral: float, unit: str) -> Spec:
    """The mean course around the cause, with graded bands and the range of placebos."""
    rows = records(chart)
    y = _value_axis(padded([*numbers(rows, ("offset",)), neutral]))
    x = alt.X(
        "offset:Q",
        scale=alt.Scale(nice=False, zero=False),
        axis=alt.Axis(title=wrapped(chart.x_title, 54), grid=False, tickCount=7, format="d"),
    )
    base = alt.Chart(table(rows))
    placebo = base.mark_line(color=colour("placebo"), strokeDash=[3, 3], strokeWidth=1.3)
    line = base.mark_line(color=colour("accent"), strokeWidth=2)
    layers = [
        *_bands(base, x, y),
        *(placebo.encode(x=x, y=y(f"placebo_{end}")) for end in ("low", "high")),
        _rule_at(neutral, y),
        alt.Chart(table([{"offset": 0}])).mark_rule(color=colour("ink"), strokeWidth=1).encode(x=x),
        line.encode(x=x, y=y("value")),
    ]
    return finish(alt.layer(*layers), 210, title=wrapped(chart.y_title, 58))


def _rule_at(value: float, y: Callable[[str], Any]) -> Any:
    rule = alt.Chart(table([{"neutral": value}])).mark_rule(color=colour("muted"), strokeWidth=1)
    return rule.encode(y=y("neutral"))


def bar(base: Any, token: str, height: float, x: Any, x2: str) -> Any:
    """A horizontal bar around each row's y. A rectangle: thick rules would widen the frame."""
    rows = base.transform_calculate(above="datum.y - 6", below="datum.y + 6")
    return rows.mark_rect(color=colour(token)).encode(
        x=x, x2=x2, y=at("above", height), y2=to("below")
    )


def _row_axis(domain: tuple[float, float], title: str, **axis: Any) -> Callable[[str], Any]:
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    shown = alt.Axis(title=wrapped(title, 54) if title else None, tickCount=6, **axis)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=shown)


def rates(chart: Chart, neutral: float, unit: str) -> Spec:
    """One row for each group: its rate as a point on a graded interval, labelled directly."""
    rows, y = [], 0
    known = records(chart)
    smallest = min((abs(r["rate"]) for r in known if r["rate"]), default=1.0)
    for row in known:
        lines = wrapped(str(row["group"]), 44)
        place = {"top": y + 10, "y": y + 14 * len(lines) + 11, "label": "\n".join(lines)}
        rows.append(row | place | {"text": number(row["rate"], min(decimals(smallest), 3))})
        y += 14 * len(lines) + 28
    values = [*numbers(known, ("group",)), 0.0]
    x = _row_axis((min(0.0, *values), max(values) * 1.03 or 1.0), chart.x_title or chart.y_title)
    base = alt.Chart(table(rows))
    layers = [
        *(bar(base, token, y, x(f"low{cover}"), f"high{cover}") for cover, token in BANDS),
        base.mark_point(color=colour("accent"), filled=True, size=60, opacity=1).encode(
            x=x("rate"), y=at("y", y)
        ),
        *_row_labels(base, y, "label", "text"),
    ]
    return finish(alt.layer(*layers), y + 40)


def _row_labels(base: Any, height: float, left: str, right: str) -> Iterator[Any]:
    yield base.mark_text(align="left", baseline="alphabetic").encode(
        x=alt.XValue(0), y=at("top", height), text=f"{left}:N"
    )
    yield base.mark_text(align="right", baseline="alphabetic", fontWeight="bold").encode(
        x=alt.XValue("width"), y=at("top", height), text=f"{right}:N"
    )


def level(chart: Chart, neutral: float, unit: str) -> Spec:
    """Observed values as dots, the latent level with graded bands, and the two dates compared."""
    rows = [row | {"ms": milliseconds(str(row["date"]))} for row in records(chart)]
    domain = padded(numbers(rows, ("ms",)))
    top = domain[1] + 0.2 * (domain[1] - domain[0])
    y = _value_axis((domain[0], top))
    first, last = rows[0]["ms"], rows[-1]["ms"]
    x = time_x("ms", first, last)
    base = alt.Chart(table(rows))
    layers = [
        *_bands(base, x, y),
        base.mark_circle(color=colour("muted"), size=5, opacity=0.7).encode(x=x, y=y("value")),
        base.mark_line(color=colour("accent"), strokeWidth=1.6).encode(x=x, y=y("level")),
        *_dated(chart, x, first, last),
    ]
    return finish(alt.layer(*layers), 220, title=wrapped(chart.y_title, 58))


def _dated(chart: Chart, x: Any, first: int, last: int) -> Iterator[Any]:
    """A rule at each marked date; each label on its own line, so that none meets another."""
    for line, iso in enumerate(sorted(set(chart.marks.values()))):
        moment = milliseconds(iso)
        if not first <= moment <= last + 92 * 86_400_000:
            continue
        moment = min(moment, last)
        late = moment > (first + last) / 2
        base = alt.Chart(table([{"ms": moment, "label": day_text(iso)}]))
        yield base.mark_rule(color=colour("ink"), strokeWidth=1).encode(x=x)
        yield base.mark_text(
            align="right" if late else "left", dx=-5 if late else 5, baseline="top"
        ).encode(x=x, y=alt.YValue(2 + 14 * line), text="label:N")


def shift(chart: Chart, neutral: float, unit: str) -> Spec:
    """The series and its mean on either side of the date."""
    since = milliseconds(chart.marks["date"]) if "date" in chart.marks else 0
    rows: list[dict[str, Any]] = []
    for row in records(chart):
        ms = milliseconds(str(row["date"]))
        rows.append(row | {"ms": ms, "side": "after" if ms >= since else "before"})
    domain = padded(numbers(rows, ("ms",)))
    y = _value_axis((domain[0], domain[1] + 0.16 * (domain[1] - domain[0])))
    first, last = rows[0]["ms"], rows[-1]["ms"]
    x = time_x("ms", first, last, 4)
    base = alt.Chart(table(rows))
    side = base.transform_filter("isValid(datum.mean)").encode(x=x, y=y("mean"), detail="mean:N")
    layers = [
        base.mark_line(color=colour("muted"), strokeWidth=1).encode(x=x, y=y("value")),
        base.mark_circle(color=colour("muted"), size=10, opacity=1).encode(x=x, y=y("value")),
        *_dated(chart, x, first, last),
        side.mark_line(color=colour("accent"), strokeWidth=3),
        _mean_labels(rows, x, y),
    ]
    return finish(alt.layer(*layers), 220, title=wrapped(chart.y_title, 58))


def _mean_labels(rows: list[dict[str, Any]], x: Any, y: Callable[[str], Any]) -> Any:
    first = [
        next((r for r in rows if r["side"] == s and r["mean"] is not None), None)
        for s in ("before", "after")
    ]
    said = [r | {"label": f"mean {number(r['mean'])}"} for r in first if r]
    text = alt.Chart(table(said)).mark_text(
        align="left", dy=-9, fontWeight="bold", color=colour("accent")
    )
    return text.encode(x=x, y=y("mean"), text="label:N")


OUTCOME = {True: "happened", False: "did not happen", None: "not known yet"}
ODDS_ROW = 44


def odds(chart: Chart, neutral: float, unit: str) -> Spec:
    """Probability by window, the base rate beside it, and what came."""
    rows = []
    for i, row in enumerate(records(chart)):
        said = f"{row['window']}: {measured(row['self_exciting'], 'probability', None)}"
        place = {"top": ODDS_ROW * i + 10, "y": ODDS_ROW * i + 25, "label": said}
        rows.append(row | place | {"outcome": OUTCOME[row["happened"]]})
    height = ODDS_ROW * len(rows)
    ticks = [0, 0.25, 0.5, 0.75, 1]
    x = _row_axis((0, 1), chart.y_title or chart.x_title, format="%", values=ticks)
    base = alt.Chart(table(rows))
    tick = base.mark_tick(color=colour("ink"), thickness=2, height=16, orient="vertical")
    layers = [
        bar(base, "band80", height, x("low"), "high"),
        tick.encode(x=x("base_rate"), y=at("y", height)),
        base.mark_point(filled=True, color=colour("accent"), opacity=1, size=60).encode(
            x=x("self_exciting"), y=at("y", height)
        ),
        *_row_labels(base, height, "label", "outcome"),
    ]
    return finish(alt.layer(*layers), height + 40)


DRAW: dict[ChartKind, Callable[[Chart, float, str], Spec]] = {
    "path": path,
    "rates": rates,
    "level": level,
    "shift": shift,
    "odds": odds,
}
"""What draws each kind of chart, called with the chart, the neutral value and the unit."""
