"""Plot specs: results as Vega-Lite objects with their data inside, and no plotting library.

A spec is a plain dict, so it can be saved as JSON, opened in any Vega editor, or drawn with
`altair.Chart.from_dict(spec)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

Spec = dict[str, Any]


def records(columns: Mapping[str, Sequence[Any] | np.ndarray]) -> list[dict[str, Any]]:
    """Columns as rows of plain Python values, with NaN as null.

    Args:
        columns: The table by column, all of one length.

    Example:
        >>> records({"x": np.array([1.0, np.nan])})
        [{'x': 1.0}, {'x': None}]
    """
    plain = {name: np.asarray(values).tolist() for name, values in columns.items()}
    return [
        {name: _null(value) for name, value in zip(plain, row, strict=True)}
        for row in zip(*plain.values(), strict=True)
    ]


def fan(
    columns: Mapping[str, Sequence[Any] | np.ndarray],
    *,
    x: str,
    y: str,
    bands: Sequence[tuple[str, str]],
    title: str,
    titles: tuple[str, str],
    row: str | None = None,
    column: str | None = None,
) -> Spec:
    """A line within graded bands, as small multiples where rows or columns are named.

    Args:
        columns: The table.
        x: Column of the horizontal axis.
        y: Column of the line.
        bands: Columns of the low and high end of each band, widest first.
        title: Title of the plot.
        titles: Titles of the two axes.
        row: Column whose values make the rows of small multiples.
        column: Column whose values make their columns.

    Example:
        >>> made = fan({"h": [0, 1], "v": [1.0, 0.5], "lo": [0.8, 0.2], "hi": [1.2, 0.8]},
        ...     x="h", y="v", bands=[("lo", "hi")], title="Response", titles=("weeks", "events"))
        >>> len(made["layer"])
        3
    """
    across = {"field": x, "type": "quantitative", "title": titles[0]}
    areas = [
        {
            "mark": {"type": "area", "opacity": 0.25},
            "encoding": {
                "x": across,
                "y": {"field": low, "type": "quantitative", "title": titles[1]},
                "y2": {"field": high},
            },
        }
        for low, high in bands
    ]
    upright = {"field": y, "type": "quantitative", "title": titles[1]}
    line = {"mark": "line", "encoding": {"x": across, "y": upright}}
    zero = {"mark": {"type": "rule", "opacity": 0.4}, "encoding": {"y": {"datum": 0}}}
    return _whole(columns, [*areas, zero, line], title, row, column)


def bars(
    columns: Mapping[str, Sequence[Any] | np.ndarray],
    *,
    x: str,
    y: str,
    title: str,
    titles: tuple[str, str],
    row: str | None = None,
    column: str | None = None,
) -> Spec:
    """Bars, such as a rank histogram.

    Args:
        columns: The table.
        x: Column of the bars.
        y: Column of their heights.
        title: Title of the plot.
        titles: Titles of the two axes.
        row: Column whose values make the rows of small multiples.
        column: Column whose values make their columns.

    Example:
        >>> bars({"r": [0, 1], "n": [4, 6]}, x="r", y="n", title="Ranks", titles=("", ""))["title"]
        'Ranks'
    """
    mark = _mark("bar", (x, "ordinal"), (y, "quantitative"), titles)
    return _whole(columns, [mark], title, row, column)


def heat(
    columns: Mapping[str, Sequence[Any] | np.ndarray],
    *,
    x: str,
    y: str,
    value: str,
    title: str,
    titles: tuple[str, str],
) -> Spec:
    """A matrix as coloured cells, such as a branching matrix.

    Args:
        columns: The table, one row per cell.
        x: Column of the matrix's columns.
        y: Column of its rows.
        value: Column of the colour.
        title: Title of the plot.
        titles: Titles of the two axes.

    Example:
        >>> cells = {"a": ["x", "y"], "b": ["y", "x"], "p": [0.1, 0.4]}
        >>> heat(cells, x="a", y="b", value="p", title="", titles=("", ""))["layer"][0]["mark"]
        'rect'
    """
    mark = {
        "mark": "rect",
        "encoding": {
            "x": {"field": x, "type": "nominal", "title": titles[0]},
            "y": {"field": y, "type": "nominal", "title": titles[1]},
            "color": {"field": value, "type": "quantitative"},
        },
    }
    return _whole(columns, [mark], title, None, None)


def intervals(
    columns: Mapping[str, Sequence[Any] | np.ndarray],
    *,
    x: str,
    y: str,
    ends: tuple[str, str],
    title: str,
    titles: tuple[str, str | None],
    at: float | None = 0.0,
    row: str | None = None,
    column: str | None = None,
) -> Spec:
    """A point within its interval for each row of a table, one below the other.

    Args:
        columns: The table.
        x: Column of the points.
        y: Column of what each is called.
        ends: Columns of the low and the high end.
        title: Title of the plot.
        titles: Titles of the two axes.
        at: Where to draw a line, such as at no effect; None for none.
        row: Column whose values make the rows of small multiples.
        column: Column whose values make their columns.

    Example:
        >>> made = intervals({"name": ["a"], "v": [1.0], "lo": [0.8], "hi": [1.3]}, x="v", y="name",
        ...     ends=("lo", "hi"), title="Effects", titles=("events", None))
        >>> [layer["mark"] for layer in made["layer"]][1]
        'rule'
    """
    where = {"field": y, "type": "nominal", "sort": None, "title": titles[1]}
    across = {"type": "quantitative", "title": titles[0]}
    none = {"mark": {"type": "rule", "opacity": 0.4}, "encoding": {"x": {"datum": at}}}
    reach = {"x": {"field": ends[0], **across}, "x2": {"field": ends[1]}, "y": where}
    point = {"x": {"field": x, **across}, "y": where}
    layers: list[Spec] = [] if at is None else [none]
    layers += [
        {"mark": "rule", "encoding": reach},
        {"mark": {"type": "point", "filled": True}, "encoding": point},
    ]
    return _whole(columns, layers, title, row, column)


def ticks(
    columns: Mapping[str, Sequence[Any] | np.ndarray],
    *,
    x: str,
    y: str,
    title: str,
    titles: tuple[str, str],
) -> Spec:
    """A short stroke for each row of a table, such as events over time.

    Args:
        columns: The table.
        x: Column of the horizontal axis.
        y: Column of what each belongs to.
        title: Title of the plot.
        titles: Titles of the two axes.

    Example:
        >>> ticks({"t": [0.5], "k": [0]}, x="t", y="k", title="Calls", titles=("", ""))["title"]
        'Calls'
    """
    mark = _mark("tick", (x, "quantitative"), (y, "nominal"), titles)
    return _whole(columns, [mark], title, None, None)


def coefficients(columns: Mapping[str, Sequence[Any] | np.ndarray], middle: str) -> Spec:
    """The coefficients of each equation within their 90% intervals.

    Args:
        columns: The table: equation, term, low_90, high_90 and the middle, one row per coefficient.
        middle: Column of the estimate or the mean.

    Example:
        >>> table = {"equation": ["A"], "term": ["A.1"], "low_90": [0], "mean": [1], "high_90": [2]}
        >>> coefficients(table, "mean")["title"]
        'What moves each series'
    """
    return intervals(
        columns,
        x=middle,
        y="term",
        ends=("low_90", "high_90"),
        column="equation",
        title="What moves each series",
        titles=("coefficient", "regressor"),
    )


def _mark(kind: str, across: tuple[str, str], up: tuple[str, str], titles: tuple[str, str]) -> Spec:
    """A mark by two columns, each with its Vega-Lite type."""
    axes = {
        axis: {"field": field, "type": scale, "title": title}
        for axis, (field, scale), title in zip("xy", (across, up), titles, strict=True)
    }
    return {"mark": kind, "encoding": axes}


def _whole(
    columns: Mapping[str, Any], layers: list[Spec], title: str, row: str | None, column: str | None
) -> Spec:
    facets = {
        side: {"field": field, "type": "nominal"}
        for side, field in (("row", row), ("column", column))
        if field is not None
    }
    head: Spec = {"$schema": SCHEMA, "title": title, "data": {"values": records(columns)}}
    return head | ({"facet": facets, "spec": {"layer": layers}} if facets else {"layer": layers})


def _null(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value
