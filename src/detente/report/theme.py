"""Colours, sizes and scales that all charts share.

A chart names its colours by meaning. In the spec each name is a sentinel colour; once drawn, the
sentinels become CSS variables, so that one drawing serves light, dark and print.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from detente.report import marks

Spec = marks.Spec

TOKENS = (
    "ink",
    "muted",
    "grid",
    "accent",
    "band50",
    "band80",
    "band95",
    "placebo",
    "shade",
    "closer",
    "apart",
    "paper",
)
"""What a colour may mean; `page.css` gives each a value for light and for dark."""

WIDTH = 340
"""Width in pixels of a card's chart: a phone's column, so that one drawing fits every screen."""

FONT = "Liberation Sans"
"""Metrics that labels are laid out with; the page shows its system font, of about equal width."""

_SENTINEL = re.compile(r"#a1b0([0-9a-f]{2})")
CHARACTER = 6.4
"""Width in pixels of an average character at 11 px in the widest usual font, to lay labels out."""


def colour(token: str) -> str:
    """The sentinel colour that stands for a token in a spec.

    Example:
        >>> with_variables(f'fill="{colour("accent")}"')
        'fill="var(--c-accent)"'
    """
    return f"#a1b0{TOKENS.index(token):02x}"


def with_variables(svg: str) -> str:
    """Replace sentinel colours by CSS variables."""
    return _SENTINEL.sub(lambda m: f"var(--c-{TOKENS[int(m[1], 16)]})", svg)


def table(rows: Iterable[Mapping[str, object]]) -> Any:
    """Rows as inline data of a chart: as one JSON text, which Altair does not walk through.

    Rows given as objects made a chart of some hundred rows ten times slower to build.
    """
    text = json.dumps([dict(row) for row in rows], allow_nan=False)
    return alt.InlineData(values=text, format=alt.JsonDataFormat(type="json", parse=None))


CONFIG: dict[str, Any] = {
    "font": FONT,
    "aria": False,
    "background": "transparent",
    "view": {"stroke": None},
    "text": {"fontSize": 11, "color": colour("ink"), "lineBreak": "\n"},
    "axis": {
        "labelFontSize": 11,
        "labelColor": colour("muted"),
        "labelPadding": 5,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titleColor": colour("muted"),
        "gridColor": colour("grid"),
        "domain": False,
        "ticks": False,
    },
    "title": {
        "fontSize": 11,
        "fontWeight": "normal",
        "color": colour("muted"),
        "anchor": "start",
        "frame": "bounds",
        "offset": 10,
    },
}
"""The look that all charts share."""


def finish(chart: Any, height: int, width: int = WIDTH, title: Sequence[str] = ()) -> Spec:
    """The Vega-Lite spec of a chart, with its outer size in pixels and the common look.

    Size and look are added to the spec, not to the chart: each call of `.properties` or
    `.configure` copies a chart whole, which took longer than drawing it.
    """
    spec: Spec = chart.to_dict(validate=False)
    spec |= {
        "width": width,
        "height": height,
        "padding": 2,
        "autosize": {"type": "fit", "contains": "padding"},
        "config": CONFIG,
    }
    return spec | ({"title": {"text": list(title)}} if title else {})


def pixels(height: float) -> Any:
    """A y scale in pixels from the top of the plot, for layouts by row."""
    return alt.Scale(domain=[0, height], range=[0, height], nice=False, zero=False)


def at(field: str, height: float) -> Any:
    """Encode a field as pixels from the top."""
    return alt.Y(f"{field}:Q", scale=pixels(height), axis=None)


def to(field: str) -> Any:
    """Encode a field as the second y."""
    return alt.Y2(field)


def tone(test: str, then: str, otherwise: str, channel: Any = alt.ColorValue) -> Any:
    """A colour of the theme where a test of the datum holds, and another elsewhere.

    Marks name the classes of their channels: from a plain text or condition Altair finds the class
    by trying all of its own, which takes as long as drawing a tenth of a chart.
    """
    return channel(colour(otherwise), condition={"test": test, "value": colour(then)})


def padded(values: Iterable[float | None], share: float = 0.06) -> tuple[float, float]:
    """A domain that holds all values with a little room.

    Example:
        >>> padded([0.0, None, 10.0], 0.1)
        (-1.0, 11.0)
    """
    finite = [v for v in values if v is not None]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room
