"""How exhibits are drawn: one file a mark, each registered by its name.

A mark takes an exhibit and returns a Vega-Lite spec, or two: for wide screens and for narrow ones.

Example:
    >>> "intervals" in marks()
    True
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from detente.answers import Exhibit, Key

Spec = dict[str, Any]
"""A Vega-Lite spec."""
Draw = Callable[[Exhibit], Spec | tuple[Spec, Spec]]


@dataclass(frozen=True)
class Mark:
    """A way to draw an exhibit.

    Attributes:
        name: What exhibits call it.
        draw: Makes the spec, or one for wide and one for narrow screens.
        key: How to read the drawing, where the exhibit does not say.
        wide: Whether it wants the whole width of a page.
        small: Whether it is a sparkline, which stands beside a number without axes, key or table.
    """

    name: str
    draw: Draw
    key: tuple[Key, ...] = ()
    wide: bool = False
    small: bool = False


_MARKS: dict[str, Mark] = {}


def mark(
    name: str, *, key: tuple[Key, ...] = (), wide: bool = False, small: bool = False
) -> Callable[[Draw], Draw]:
    """Register a function as the drawing of a mark.

    Args:
        name: What exhibits call it.
        key: How to read the drawing.
        wide: Whether it wants the whole width of a page.
        small: Whether it is a sparkline.
    """

    def register(draw: Draw) -> Draw:
        other = _MARKS.get(name)
        if other is not None and other.draw.__module__ != draw.__module__:
            raise ValueError(f"two marks are named {name!r}: give the new one another name")
        _MARKS[name] = Mark(name, draw, key, wide, small)
        return draw

    return register


def marks() -> Mapping[str, Mark]:
    """All marks by name, those of this package and those that others have registered."""
    _load()
    return MappingProxyType(_MARKS)


def is_ours(name: str) -> bool:
    """Whether the drawing of a mark is part of this package: nobody else has registered it.

    Example:
        >>> is_ours("intervals")
        True
    """
    held = _MARKS.get(name)
    return held is None or held.draw.__module__.startswith(f"{__name__}.")


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
