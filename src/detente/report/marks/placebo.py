"""Histogram of the effect in placebo tests, with the observed effect marked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt

from detente.answers import Exhibit, Key
from detente.report.layers import records
from detente.report.marks import mark
from detente.report.theme import Spec, colour, finish, padded, table, tone
from detente.report.words import wrapped
from detente.rounding import finite, lower_first, tell_all

KEY = (
    Key("bar", "placebo tests, where nothing happened"),
    Key("bar-far", "those at least as far from no effect as the observed one"),
)


@mark("placebo", key=KEY)
def draw(exhibit: Exhibit) -> Spec:
    """The first two columns are the ends of bins; then placebo_tests, as_far_out.

    Settings: `effect`, `low` and `high`, the observed one; `axis`, what it is called.
    """
    low_end, high_end = (column.name for column in exhibit.table.columns[:2])
    scale = exhibit.table.columns[0].scale
    rows = records(exhibit.table)
    effect = finite(exhibit.settings["effect"])
    ends = [rows[0][low_end], rows[-1][high_end], scale.neutral, effect]
    low, high = padded(ends)
    title = wrapped(f"Effect in placebo tests ({lower_first(exhibit.settings['axis'])})", 54)
    x = alt.X(
        f"{low_end}:Q",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=alt.Axis(title=title, grid=False, tickCount=6),
    )
    highest = max(row["placebo_tests"] for row in rows) * 1.25
    y = alt.Y("placebo_tests:Q", scale=alt.Scale(domain=[0, highest], nice=False), axis=None)
    shade = tone("datum.as_far_out", "accent", "placebo")
    bars = alt.Chart(table(rows)).mark_bar(binSpacing=1)
    none = alt.Chart(table([{low_end: scale.neutral}])).mark_rule(color=colour("muted"))
    layers = [
        bars.encode(x=x.bin("binned"), x2=high_end, y=y, color=shade),
        none.encode(x=x, y=alt.YValue(18), y2=alt.Y2Value("height")),
    ]
    if effect is not None:
        interval = (exhibit.settings["low"], exhibit.settings["high"])
        label = f"observed: {tell_all([effect, *interval], scale)[0]}"
        layers += _observed({low_end: effect, "label": label}, x, right=effect > (low + high) / 2)
    return finish(alt.layer(*layers), 146 + 14 * len(title))


def _observed(row: dict[str, Any], x: Any, *, right: bool) -> Iterator[Any]:
    base = alt.Chart(table([row]))
    yield base.mark_rule(color=colour("ink"), strokeWidth=2).encode(x=x)
    yield base.mark_text(
        align="right" if right else "left", dx=-6 if right else 6, baseline="top", fontWeight="bold"
    ).encode(x=x, y=alt.YValue(0), text=alt.Text("label:N"))
