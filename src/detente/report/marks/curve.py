"""A specification curve: all effects in order with their intervals; beneath, the choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import records
from detente.report.marks import mark
from detente.report.theme import Spec, at, colour, finish, padded, table, tone
from detente.report.words import wrapped

HEIGHT = 150
CHOICE_ROW, CHOICE_HEAD = 26, 24
MANY = 4
KEY = (
    Key("dot", "effect in one specification"),
    Key("stem", "its 90% interval"),
    Key("ring", "the one declared beforehand"),
)
Row = dict[str, Any]


@mark("curve", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """Columns: the choices; effect, low and high, with their unit in the name; primary.

    Rows without an effect are not drawn. Settings: `choices`, names of the columns of
    choices; `axis`, what the effect is called.
    """
    choices = list(exhibit.settings["choices"])
    columns = exhibit.table.columns
    place = len(choices)
    effect, low, high = (column.name for column in columns[place : place + 3])
    rows = [
        {**row, "effect": row[effect], "low": row[low], "high": row[high]}
        for row in records(exhibit.table)
        if row[effect] is not None
    ]
    ordered = sorted(rows, key=lambda row: row["effect"])
    headings = {column.name: column.title for column in columns[:place]}
    dots, labels, height = _matrix(ordered, varied(ordered, choices), headings)
    x = alt.X(
        "rank:Q", scale=alt.Scale(domain=[-1, len(ordered)], nice=False, zero=False), axis=None
    )
    neutral = columns[place].scale.neutral
    layers = [*_effects(ordered, neutral, x), *_choices(dots, labels, x, height)]
    chart = alt.layer(*layers).resolve_scale(y="independent")
    title = f"{exhibit.settings['axis']} in each of {len(ordered)} specifications, in order"
    return finish(chart, height + 30, title=wrapped(title, 58))


def varied(rows: Sequence[Row], names: Sequence[str]) -> dict[str, list[str]]:
    """Names of choices that differ between specifications, with their values in order.

    Example:
        >>> rows = [{"window": "4", "source": "A"}, {"window": "8", "source": None}]
        >>> varied(rows, ["window", "source"])
        {'window': ['4', '8']}
    """
    values = {name: list(dict.fromkeys(row[name] for row in rows if row[name])) for name in names}
    return {name: several for name, several in values.items() if len(several) > 1}


def _effects(ordered: Sequence[Row], neutral: float, x: Any) -> Iterator[Any]:
    rows = [
        {
            "rank": rank,
            "effect": row["effect"],
            "primary": row["primary"],
            **({} if None in (row["low"], row["high"]) else {k: row[k] for k in ("low", "high")}),
        }
        for rank, row in enumerate(ordered)
    ]
    ends = [value for row in rows for key, value in row.items() if key in {"low", "high", "effect"}]
    scale = alt.Scale(
        domain=list(padded([*ends, neutral])), range=[HEIGHT, 0], nice=False, zero=False
    )

    def y(field: str, *, shown: bool = False) -> Any:
        axis = alt.Axis(tickCount=5, title=None) if shown else None
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    base = alt.Chart(table(rows))
    zero = alt.Chart(table([{"neutral": neutral}]))
    yield zero.mark_rule(color=colour("muted")).encode(y=y("neutral", shown=True))
    yield base.mark_rule(color=colour("band50"), strokeWidth=2).encode(
        x=x, y=y("low"), y2=alt.Y2("high")
    )
    yield base.mark_circle(size=22, opacity=1).encode(x=x, y=y("effect"), color=_tone())
    main = base.transform_filter("datum.primary")
    yield main.mark_point(size=110, color=colour("ink"), strokeWidth=1.5, opacity=1).encode(
        x=x, y=y("effect")
    )
    yield main.mark_rule(color=colour("ink"), strokeWidth=1).encode(
        x=x, y=y("low"), y2=alt.Y2("high")
    )


def _tone() -> Any:
    return tone("datum.primary", "ink", "accent")


def _matrix(
    ordered: Sequence[Row], names: dict[str, list[str]], headings: dict[str, str]
) -> tuple[list[Row], list[Row], int]:
    """Rows of dots (rank, y, primary), the labels over them, and the height below the curve."""
    dots: list[Row] = []
    labels: list[Row] = []
    y = HEIGHT + 8
    for name, values in names.items():
        y += CHOICE_HEAD
        labels.append({"y": y - 4, "label": headings[name], "head": True})
        for label, members in _choice_rows(name, values, ordered):
            lines = wrapped(label, 56)
            labels.append({"y": y + 10, "label": "\n".join(lines), "head": False})
            y += CHOICE_ROW + 13 * (len(lines) - 1)
            dots += [
                {"rank": rank, "y": y - 8, "primary": row["primary"]}
                for rank, row in enumerate(ordered)
                if row[name] in members
            ]
    return dots, labels, y + 8


def _choice_rows(
    name: str, values: Sequence[str], ordered: Sequence[Row]
) -> Iterator[tuple[str, set[str]]]:
    """A row for each value; many values of one specification each share a row."""
    count = Counter(row[name] for row in ordered)
    single = [value for value in values if count[value] == 1]
    shared = single if len(single) > MANY else []
    yield from ((value, {value}) for value in values if value not in shared)
    if shared:
        yield f"one each: {shared[0]} … {shared[-1]}", set(shared)


def _choices(dots: list[Row], labels: list[Row], x: Any, height: int) -> Iterator[Any]:
    yield (
        alt.Chart(table(dots))
        .mark_tick(orient="vertical", thickness=2, height=6, opacity=1)
        .encode(x=x, y=at("y", height), color=_tone())
    )
    for head in (True, False):
        yield (
            alt.Chart(table(row for row in labels if row["head"] is head))
            .mark_text(
                align="left",
                baseline="alphabetic",
                fontWeight="bold" if head else "normal",
                color=colour("ink" if head else "muted"),
            )
            .encode(x=alt.XValue(0), y=at("y", height), text=alt.Text("label:N"))
        )
