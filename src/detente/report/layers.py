"""Layers and axes that several marks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from detente.answers import Exhibit, Table
from detente.report.theme import at, colour, table, to
from detente.report.words import milliseconds, wrapped
from detente.rounding import day_text, finite

Encode = Callable[[str], Any]

BANDS = (("95", "band95"), ("80", "band80"), ("50", "band50"))
TEN_YEARS_IN_DAYS = 3653
DAY = 86_400_000
LINE = 14
PAST_THE_END = 92 * DAY


def records(of: Table) -> list[dict[str, Any]]:
    """Rows of a table by column name, NaN and infinity as None.

    Example:
        >>> from detente.answers import Column
        >>> records(Table((Column("x"),), ((float("nan"),), (1.5,))))
        [{'x': None}, {'x': 1.5}]
    """
    return [
        {name: finite(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in of.records()
    ]


def numbers(rows: Iterable[Mapping[str, Any]], skip: Sequence[str] = ()) -> Iterator[float]:
    """All numbers in rows but those of the skipped columns."""
    for row in rows:
        for name, value in row.items():
            if name not in skip and isinstance(value, int | float):
                yield value


def value_axis(domain: tuple[float, float]) -> Encode:
    """Encode fields upwards."""
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    axis = alt.Axis(tickCount=5, title=None)
    return lambda field: alt.Y(f"{field}:Q", scale=scale, axis=axis)


def row_axis(domain: tuple[float, float], title: str, **axis: Any) -> Encode:
    """Encode fields to the right, over rows that share an axis."""
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    shown = alt.Axis(title=wrapped(title, 54) if title else None, tickCount=6, **axis)
    return lambda field: alt.X(f"{field}:Q", scale=scale, axis=shown)


def time_axis(field: str, first: int, last: int, ticks: int = 5) -> Any:
    """Encode milliseconds on a UTC time scale with labels that fit its span."""
    label = "%Y" if (last - first) / DAY > TEN_YEARS_IN_DAYS / 3 else "%b %Y"
    return alt.X(
        f"{field}:T",
        scale=alt.Scale(type="utc", domain=[first, last], nice=False),
        axis=alt.Axis(format=label, tickCount=ticks, title=None, grid=False, labelFlush=True),
    )


def timed(of: Table) -> list[dict[str, Any]]:
    """Rows of a table with a column of dates, each with its milliseconds."""
    return [row | {"ms": milliseconds(str(row["date"]))} for row in records(of)]


def graded(base: Any, x: Any, y: Encode) -> list[Any]:
    """Areas between the columns low95 and high95, and so on, darker where likelier."""
    return [
        base.mark_area(color=colour(token)).encode(x=x, y=y(f"low{cover}"), y2=f"high{cover}")
        for cover, token in BANDS
    ]


def rule_at(value: float, y: Encode) -> Any:
    """A horizontal line at a value."""
    rule = alt.Chart(table([{"neutral": value}])).mark_rule(color=colour("muted"), strokeWidth=1)
    return rule.encode(y=y("neutral"))


def bar(base: Any, token: str, height: float, x: Any, x2: str) -> Any:
    """A horizontal bar around each row's y. A rectangle: thick rules would widen the frame."""
    rows = base.transform_calculate(above="datum.y - 6", below="datum.y + 6")
    return rows.mark_rect(color=colour(token)).encode(
        x=x, x2=x2, y=at("above", height), y2=to("below")
    )


def row_labels(base: Any, height: float, left: str, right: str) -> Iterator[Any]:
    """The texts over each row, left and right."""
    yield base.mark_text(align="left", baseline="alphabetic").encode(
        x=alt.XValue(0), y=at("top", height), text=f"{left}:N"
    )
    yield base.mark_text(align="right", baseline="alphabetic", fontWeight="bold").encode(
        x=alt.XValue("width"), y=at("top", height), text=f"{right}:N"
    )


def dated(exhibit: Exhibit, x: Any, first: int, last: int) -> Iterator[Any]:
    """A rule at each of the setting `dates`; each label on its own line, so that none meet.

    A date up to a quarter after the last row stands at its end: the period that holds it began
    before.
    """
    for line, iso in enumerate(sorted(set(exhibit.settings.get("dates", ())))):
        moment = milliseconds(iso)
        if not first <= moment <= last + PAST_THE_END:
            continue
        moment = min(moment, last)
        late = moment > (first + last) / 2
        base = alt.Chart(table([{"ms": moment, "label": day_text(iso)}]))
        yield base.mark_rule(color=colour("ink"), strokeWidth=1).encode(x=x)
        yield base.mark_text(
            align="right" if late else "left", dx=-5 if late else 5, baseline="top"
        ).encode(x=x, y=alt.YValue(2 + LINE * line), text="label:N")
