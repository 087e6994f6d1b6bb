"""Makes `report/templates/outline.json` of Natural Earth (public domain).

Usage: python scripts/build_outline.py FOLDER, where the npm package world-atlas (2.0.2) lies. Land
at 1:110 million, in whole half degrees, without specks; a point in each state at 1:50 million.
Coordinates are half degrees east of 180 W and south of 84 N.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from detente.arrays import Floats, Ints
from detente.events.actors import table

HERE = Path(__file__).resolve().parents[1]
SPECK = 3.0  # square degrees
TOP, BOTTOM = 84.0, -58.0
HALF = 360  # half degrees: a step so wide crosses the date line

Ring = Floats


def arcs(topology: dict[str, Any]) -> list[Ring]:
    """The arcs of a topology in degrees."""
    scale, shift = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
    return [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def rings(geometry: dict[str, Any], lines: list[Ring]) -> Iterator[Ring]:
    """The outer rings of a geometry."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        parts = [lines[i] if i >= 0 else lines[~i][::-1] for i in polygon[0]]
        yield np.vstack(parts)


def area(ring: Ring) -> float:
    """Twice the signed area, halved, without its sign."""
    x, y = ring.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def inside(ring: Ring) -> tuple[float, float]:
    """The centre of a ring's area."""
    x, y = ring.T
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    total = cross.sum() or 1e-9
    return (
        float(((x + np.roll(x, -1)) * cross).sum() / (3 * total)),
        float(((y + np.roll(y, -1)) * cross).sum() / (3 * total)),
    )


def at(ring: Ring) -> Ints:
    """Degrees as whole half degrees from the corner."""
    return np.round(np.column_stack([ring[:, 0] + 180, TOP - ring[:, 1]]) * 2).astype(int)


def line(points: Ints) -> str:
    """Points as a closed path of steps."""
    path = " ".join(f"{x} {y}" for x, y in np.diff(points, axis=0))
    return f"M{points[0, 0]} {points[0, 1]}l{path}z".replace(" -", "-")


def land(folder: Path) -> str:
    """The land as one SVG path."""
    topology = json.loads((folder / "land-110m.json").read_text(encoding="utf-8"))
    lines, parts = arcs(topology), []
    for geometry in topology["objects"]["land"]["geometries"]:
        for ring in rings(geometry, lines):
            if area(ring) < SPECK or ring[:, 1].max() < BOTTOM:
                continue
            points = at(ring)
            points = points[np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))]
            jumps = np.flatnonzero(np.abs(np.diff(points[:, 0])) > HALF) + 1
            parts += [line(part) for part in np.split(points, jumps) if len(part) > 2]
    return "".join(parts)


def places(folder: Path) -> dict[str, list[int]]:
    """A point inside each state, by its ISO code."""
    topology = json.loads((folder / "countries-50m.json").read_text(encoding="utf-8"))
    numbers = table("numeric")
    codes = dict(zip(numbers["code"].to_pylist(), numbers["iso3"].to_pylist(), strict=True))
    lines, points = arcs(topology), {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = codes.get(str(geometry.get("id", "")).zfill(3))
        if code is None and geometry["properties"]["name"] == "Kosovo":
            code = "XKX"
        if code is not None and "arcs" in geometry:
            largest = max(rings(geometry, lines), key=area)
            points[code] = at(np.array([inside(largest)]))[0].tolist()
    return dict(sorted(points.items()))


if __name__ == "__main__":
    source = Path(sys.argv[1])
    text = json.dumps({"land": land(source), "places": places(source)}, separators=(",", ":"))
    (HERE / "src/detente/report/templates/outline.json").write_text(text + "\n", encoding="utf-8")
