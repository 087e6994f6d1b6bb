"""Drawing a spec to an SVG for the page: small, named, themed, the same every time."""

from __future__ import annotations

import re
from html import escape

import vl_convert as vlc
from markupsafe import Markup

from detente.report.theme import Spec, with_variables
from detente.rounding import coordinate

_LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
_GEOMETRY = re.compile(r' (?:d|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height)="[^"]*"')
_NOISE = re.compile(
    r' (?:class|role|aria-[a-z]+|pointer-events|font-family|xmlns:xlink|version)="[^"]*"'
)
_TAG = re.compile(r"<[^>]*>")
_EMPTY = re.compile(r'<path[^>]*(?: d=""|display="none")[^>]*/>|<path d="M0,0h0v0h0Z"/>')
_CLIP = re.compile(r"(?<=[\"#])clip\d+")
_DISC = re.compile(
    r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A[^"]*"([^>]*)/>'
)
_ROOT = re.compile(r"^<svg[^>]*>")


def draw(spec: Spec, name: str, title: str, description: str) -> Markup:
    """Draw a finished chart to an inline SVG.

    Args:
        spec: From `theme.finish`.
        name: Unique in the page; prefixes every id inside.
        title: Read out by screen readers, shown by none.
        description: What the chart shows, in a sentence.

    Returns:
        The SVG, safe to embed: Vega escapes the texts of the spec, this function the rest.

    Example:
        >>> import altair as alt
        >>> from detente.report.theme import finish
        >>> chart = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point().encode(x="a:Q")
        >>> svg = draw(finish(chart, 60), "x", "A & B", "One point.")
        >>> svg.startswith("<svg"), "A &amp; B" in svg
        (True, True)
    """
    return tidy(vlc.vegalite_to_svg(spec), name, title, description)


def tidy(svg: str, name: str, title: str, description: str) -> Markup:
    """Make a raw SVG of Vega's fit for the page; see `draw`."""
    svg = svg.strip()
    root = _ROOT.match(svg)
    box = re.search(r'viewBox="([^"]*)"', root[0] if root else "")
    body = svg[root.end() if root else 0 :]
    body = _TAG.sub(lambda m: with_variables(_slim(m[0])), body)
    body = _EMPTY.sub("", body)
    body = _DISC.sub(r'<circle cx="\1" cy="\2" r="\3"\4/>', body)
    while "<g></g>" in body:
        body = body.replace("<g></g>", "")
    clips = dict.fromkeys(_CLIP.findall(body))
    numbered = {old: f"{name}-clip{i}" for i, old in enumerate(clips)}
    body = _CLIP.sub(lambda m: numbered[m[0]], body)
    width, height = box[1].split()[2:] if box else ("0", "0")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>'
    )
    return Markup(head + body)  # noqa: S704 - texts are escaped above and by Vega


def _slim(tag: str) -> str:
    """A tag without what only Vega needs, its numbers to two decimals; texts are left alone."""
    return _GEOMETRY.sub(lambda m: _LONG.sub(_short, m[0]), _NOISE.sub("", tag))


def _short(number: re.Match[str]) -> str:
    return coordinate(float(number[0]), 2)
