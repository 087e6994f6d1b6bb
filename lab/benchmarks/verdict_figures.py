"""The figures of docs/verdicts.md, as small SVG files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import vl_convert as vlc

from lab.benchmarks.verdict_tables import BinRow, CoverRow, FalseRow, PowerRow

Spec = dict[str, Any]
GREY = "#777777"
QUIET: Spec = {
    "background": "white",
    "config": {
        "view": {"stroke": None},
        "font": "sans-serif",
        "axis": {"grid": False, "domainColor": GREY, "tickColor": GREY},
    },
}


def draw_all(
    folder: Path,
    false: Sequence[FalseRow],
    cover: Sequence[CoverRow],
    bins: Sequence[BinRow],
    power: Sequence[PowerRow],
) -> None:
    """Draw the four figures into a folder."""
    folder.mkdir(exist_ok=True)
    figures = {
        "verdicts-false": _false(false),
        "verdicts-coverage": _coverage(cover),
        "verdicts-reliability": _reliability(bins),
        "verdicts-power": _power(power),
    }
    for name, spec in figures.items():
        svg = vlc.vegalite_to_svg({**QUIET, **spec})
        (folder / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")


def _false(rows: Sequence[FalseRow]) -> Spec:
    """Shares of false verdicts with their exact upper bounds, one panel per claim."""
    values = [
        {"world": row.world, "claim": row.claim, "verdict": verdict, "share": share, "bound": bound}
        for row in rows
        for verdict, share, bound in (
            ("supported", row.supported, row.supported_bound),
            ("contradicted", row.contradicted, row.contradicted_bound),
        )
        if not math.isnan(share)
    ]
    y = {"field": "world", "type": "nominal", "title": None, "sort": None}
    offset = {"field": "verdict"}
    colour = {"field": "verdict", "title": "falsely", "scale": {"range": ["#b2182b", "#2166ac"]}}
    x = {"field": "share", "type": "quantitative", "title": None, "axis": {"format": ".0%"}}
    layers: list[Spec] = [
        {"mark": "rule", "encoding": {"x": x, "x2": {"field": "bound"}}},
        {"mark": {"type": "point", "filled": True, "size": 24}, "encoding": {"x": x}},
    ]
    shared = {"y": y, "yOffset": offset, "color": colour}
    limit: Spec = {"mark": {"type": "rule", "color": GREY, "strokeDash": [3, 3]},
             "encoding": {"x": {"datum": 0.05}}}  # fmt: skip
    for layer in layers:
        layer["encoding"] = {**shared, **layer["encoding"]}
    return _panels(values, [*layers, limit], width=170, height=150, columns=3)


def _coverage(rows: Sequence[CoverRow]) -> Spec:
    """Shares of 90% intervals that hold the truth, with exact intervals, one panel per claim."""
    y = {"field": "world", "type": "nominal", "title": None, "sort": None}
    x = {
        "field": "covered", "type": "quantitative", "title": None, "axis": {"format": ".0%"},
        "scale": {"domain": [0.75, 1.0], "zero": False},
    }  # fmt: skip
    ends = {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}}
    layers: list[Spec] = [
        {"mark": {"type": "rule", "clip": True}, "encoding": ends},
        {"mark": {"type": "point", "filled": True, "size": 24}, "encoding": {"y": y, "x": x}},
        *(
            {"mark": {"type": "rule", "color": GREY, "strokeDash": [3, 3]},
             "encoding": {"x": {"datum": edge}}}
            for edge in (0.85, 0.95)
        ),
    ]  # fmt: skip
    return _panels([asdict(row) for row in rows], layers, width=170, height=150, columns=3)


def _reliability(rows: Sequence[BinRow]) -> Spec:
    """What was stated against what came true."""
    whole = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}}
    x = {**whole, "field": "stated", "title": "probability stated"}
    y = {**whole, "field": "came_true", "title": "came true"}
    ends = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    straight = {
        "data": {"values": [{"a": 0}, {"a": 1}]},
        "mark": {"type": "line", "color": GREY, "strokeDash": [3, 3]},
        "encoding": {"x": {**x, "field": "a"}, "y": {**y, "field": "a"}},
    }
    layers: list[Spec] = [
        {"mark": "rule", "encoding": ends},
        {"mark": {"type": "point", "filled": True}, "encoding": {"x": x, "y": y}},
        straight,
    ]
    return _panels([asdict(row) for row in rows], layers, width=200, height=200, columns=2)


def _power(rows: Sequence[PowerRow]) -> Spec:
    """How often effects were seen, by number of episodes."""
    y = {
        "field": "seen", "type": "quantitative", "title": "seen (p < .05)",
        "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"},
    }  # fmt: skip
    x = {"field": "episodes", "type": "quantitative", "title": "episodes", "scale": {"zero": True}}
    colour = {"field": "effect", "type": "nominal", "sort": None, "title": "effect"}
    mark = {"type": "line", "point": True}
    layers: list[Spec] = [
        {"mark": mark, "encoding": {"x": x, "y": y, "color": colour}},
        {"mark": {"type": "rule", "color": GREY, "strokeDash": [3, 3]},
         "encoding": {"y": {"datum": 0.8}}},
    ]  # fmt: skip
    values = [asdict(row) for row in rows if row.episodes is not None]
    spec = _panels(values, layers, width=220, height=180, columns=2)
    return {**spec, "resolve": {"scale": {"color": "independent"}}}


def _panels(
    values: Sequence[Spec], layers: Sequence[Spec], *, width: int, height: int, columns: int
) -> Spec:
    """One panel per claim."""
    return {
        "data": {"values": list(values)},
        "facet": {"field": "claim", "type": "nominal", "title": None, "sort": None},
        "columns": columns,
        "spec": {"layer": list(layers), "width": width, "height": height},
    }
