"""Drawings in words: what is drawn how, by which columns, and over which scales."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from altair.utils.schemapi import debug_mode

from detente.answers import Column, Exhibit, Scale, Table
from detente.report.marks import marks
from detente.report.theme import TOKENS, colour

NAMES = {colour(token): token for token in TOKENS}
FOLLOWING = ("x2", "y2")


def exhibit(mark: str, names: str, /, *rows: tuple[Any, ...], **settings: Any) -> Exhibit:
    """An exhibit of a mark; columns are "name", or "name:scale" where they hold no text."""
    of = [name.partition(":") for name in names.split()]
    table = tuple(Column(name, scale=Scale(scale or "text")) for name, _, scale in of)
    return Exhibit("e", "T", Table(table, rows), mark=mark, settings=settings)


def spec_of(shown: Exhibit, *, narrow: bool = False) -> dict[str, Any]:
    """The spec of an exhibit: of two that for wide screens, or the one for narrow ones."""
    with debug_mode(False):
        drawn = marks()[shown.mark].draw(shown)
    return drawn[narrow] if isinstance(drawn, tuple) else drawn


def layers(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The layers from the bottom, each with the rows that it draws as `rows`."""
    shared, sets = spec.get("data"), spec["datasets"]
    return [
        {**layer, "rows": json.loads(sets[(layer.get("data") or shared)["name"]])}
        for layer in spec.get("layer", [spec])
    ]


def look(spec: dict[str, Any]) -> list[str]:
    """Each layer in words, from the bottom: what is drawn, by which columns, in which style.

    A pair of columns that span a range is told as "low..high"; colours by their meaning.
    """
    return [" ".join(_words(layer)) for layer in layers(spec)]


def _words(layer: dict[str, Any]) -> Iterator[str]:
    style = dict(layer["mark"])
    yield style.pop("type")
    channels = layer["encoding"]
    for name, channel in channels.items():
        if name not in FOLLOWING:
            second = channels.get(f"{name}2")
            yield f"{name}={_channel(channel)}" + (f"..{_channel(second)}" if second else "")
    for name, value in sorted(style.items()):
        if (name, value) != ("baseline", "alphabetic"):
            yield f"{name}={_plain(value)}"
    for step in layer.get("transform", ()):
        if "filter" in step:
            yield f"where {step['filter']}"


def _channel(channel: dict[str, Any]) -> str:
    if "condition" in channel:
        test = channel["condition"]
        return f"{test['test']}?{_plain(test['value'])}:{_plain(channel['value'])}"
    return str(channel["field"] if "field" in channel else _plain(channel["value"]))


def _plain(value: Any) -> str:
    return NAMES.get(str(value), re.sub(r"\s", "", str(value)))


def filling(characters: int) -> tuple[str, list[str]]:
    """Text that tells a width of lines from the ones beside it, and its lines."""
    half = (characters - 1) // 2
    first = f"{'a' * half} {'b' * (characters - half - 1)}"
    second = ["c" * half, "d" * (characters - half)]
    return f"{first} {' '.join(second)}", [first, *second]


def rows_of(spec: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """The rows that one layer draws."""
    return list(layers(spec)[number]["rows"])


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Some values of each row."""
    return [tuple(row.get(name) for name in names) for row in rows]


def scale(spec: dict[str, Any], channel: str, field: str) -> dict[str, Any]:
    """The scale over which a column is drawn."""
    return dict(_encoded(spec, channel, field)["scale"])


def axis(spec: dict[str, Any], channel: str, field: str) -> dict[str, Any]:
    """The axis beside which a column is drawn."""
    return dict(_encoded(spec, channel, field)["axis"])


def _encoded(spec: dict[str, Any], channel: str, field: str) -> dict[str, Any]:
    every = (layer["encoding"].get(channel, {}) for layer in spec.get("layer", [spec]))
    return next(of for of in every if of.get("field") == field)
