"""What each of two states did to the other: a row for each kind of act, bars to both sides."""

from __future__ import annotations

from typing import Any

import altair as alt

from detente.answers import Column, Exhibit, Key
from detente.report.layers import bar
from detente.report.marks import mark
from detente.report.theme import WIDTH, Spec, at, colour, finish, table
from detente.report.words import wrapped
from detente.rounding import count_text

ROW, HEAD, HALF, MIDDLE = 34, 26, 130, WIDTH / 2
SIDES = (("left", "there"), ("center", "kind"), ("right", "back"))


@mark(
    "exchange",
    key=(Key("closer", "cooperation"), Key("apart", "conflict")),
)
def draw(exhibit: Exhibit) -> Spec:
    """Bars to the left are acts of the first state, to the right of the other, on one scale.

    Columns: root, kind, cooperative, and one column of counts for each direction.
    """
    there, back = exhibit.table.columns[-2:]
    records = exhibit.table.records()
    most = max(max(row[there.name], row[back.name]) for row in records)
    rows = [_row(place, row, there.name, back.name, most) for place, row in enumerate(records)]
    height = HEAD + ROW * len(rows) + 4
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH], nice=False), axis=None)
    layers: list[Any] = []
    for cooperative, token in ((True, "closer"), (False, "apart")):
        base = alt.Chart(table(row for row in rows if row["cooperative"] is cooperative))
        layers += [bar(base, token, height, x, "x2")]
    text = alt.Chart(table(rows))
    layers += [_texts(text, side, name, height) for side, name in SIDES]
    layers += [_middle(rows, height, x)]
    heads = alt.Chart(table([{"top": 12, "there": _head(there), "back": _head(back), "kind": ""}]))
    layers += [_texts(heads, side, name, height) for side, name in SIDES]
    return finish(alt.layer(*layers), height)


def _row(place: int, row: dict[str, Any], there: str, back: str, most: int) -> dict[str, Any]:
    top = HEAD + ROW * place
    return {
        "x": MIDDLE - HALF * row[there] / most,
        "x2": MIDDLE + HALF * row[back] / most,
        "y": top + 24,
        "top": top + 14,
        "there": count_text(row[there]),
        "back": count_text(row[back]),
        "kind": wrapped(row["kind"], 36)[0],
        "cooperative": row["cooperative"],
    }


def _head(column: Column) -> str:
    return "\n".join(wrapped(column.title, 26))


def _texts(base: Any, align: str, name: str, height: float) -> Any:
    """A text of each row, at the left, in the middle or at the right."""
    place: Any = {"left": 0, "center": MIDDLE, "right": "width"}[align]
    text = base.mark_text(align=align, baseline="alphabetic")
    return text.encode(x=alt.XValue(place), y=at("top", height), text=alt.Text(f"{name}:N"))


def _middle(rows: list[dict[str, Any]], height: float, x: Any) -> Any:
    lines = [{"x": MIDDLE, "y": row["y"] - 8, "y2": row["y"] + 8} for row in rows]
    rule = alt.Chart(table(lines)).mark_rule(color=colour("ink"), strokeWidth=1)
    return rule.encode(x=x, y=at("y", height), y2=alt.Y2("y2"))
