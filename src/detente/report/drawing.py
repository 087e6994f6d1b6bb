"""An exhibit as a figure of the page: its drawing, how to read it, and its table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import cast

from markupsafe import Markup

from detente import exact
from detente.answers import Column, Exhibit, Key, Scale, Table, Value
from detente.cache import Cache, key_of
from detente.report.marks import is_ours, marks
from detente.report.telling import ToldTable, steady, tell_table
from detente.versions import code_hash

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CACHE: ContextVar[Cache | None] = ContextVar("cache", default=None)
_CHECKED: ContextVar[bool] = ContextVar("checked", default=True)
NOT_DRAWN = "The picture could not be drawn; the table holds its numbers."


@dataclass(frozen=True)
class Drawing:
    """The drawing of an exhibit.

    Attributes:
        svg: For wide screens, or for all.
        narrow: Another for narrow ones, or "".
        key: How to read it.
        wide: Whether it wants the whole width.
    """

    svg: str
    narrow: str
    key: tuple[Key, ...]
    wide: bool


DRAWN = exact.named((Drawing, Key))
SHOWN = exact.named((Column, Exhibit, Key, Scale, Table))


@dataclass(frozen=True)
class Figure:
    """A table with its drawing and everything that goes with it.

    Attributes:
        id: Unique in the page; also the name of downloaded files.
        title: Heading.
        svg: The drawing; empty for a table alone.
        svg_narrow: Another drawing for narrow screens, or "".
        key: How to read it.
        table: Its data.
        note: A sentence under it.
        wide: Whether it wants the whole width.
    """

    id: str
    title: str
    svg: Markup
    svg_narrow: Markup
    key: tuple[Key, ...]
    table: ToldTable
    note: str = ""
    wide: bool = False


def figure(exhibit: Exhibit, name: str) -> Figure:
    """Draw an exhibit.

    Args:
        exhibit: What to show; without a row it is a table alone.
        name: Unique in the page: anchor, prefix of every id in the drawing, name of downloads.

    Returns:
        The figure; where drawing fails, the table with a note that says so.

    Example:
        >>> from detente.answers import Column, Scale
        >>> numbers = (Column(name, scale=Scale.NUMBER) for name in ("x", "low", "high"))
        >>> columns = (Column("who"), *numbers)
        >>> rows = (("A", 1.0, 0.5, 1.5), ("B", 2.0, 1.0, 3.0))
        >>> shown = figure(Exhibit("e", "Two", Table(columns, rows), mark="intervals"), "two")
        >>> str(shown.svg)[:4], len(shown.key), shown.table.rows[0][2].text
        ('<svg', 2, '0.500')
    """
    clean = cleaned(recent(exhibit))
    table = tell_table(clean.table, clean.title)
    plain = Figure(name, clean.title, Markup(), Markup(), (), table, clean.note)
    if not clean.mark or not len(clean.table):
        return plain
    try:
        drawing = _remembered(clean, name)
    except (ValueError, ArithmeticError, LookupError) as error:
        return replace(plain, note=f"{NOT_DRAWN} ({type(error).__name__})")
    svg, narrow = (Markup(text) for text in (drawing.svg, drawing.narrow))  # noqa: S704 - from `draw`
    return replace(plain, svg=svg, svg_narrow=narrow, key=drawing.key, wide=drawing.wide)


@contextmanager
def for_a_page(cache: Cache | None) -> Iterator[None]:
    """A block that draws for a page: nothing twice, and no spec is validated, as the tests do that.

    Args:
        cache: Where drawings are kept; None draws all.

    Example:
        >>> with for_a_page(None):
        ...     pass
    """
    before, checked = _CACHE.set(cache), _CHECKED.set(False)
    try:
        yield
    finally:
        _CACHE.reset(before)
        _CHECKED.reset(checked)


def _remembered(exhibit: Exhibit, name: str) -> Drawing:
    """The drawing of a clean exhibit, kept under the hash of all that it is made from."""
    cache = _CACHE.get()
    if cache is None or not is_ours(exhibit.mark):
        return _drawn(exhibit, name)
    try:
        key = key_of("drawing", code_hash(), name, exact.encode(exhibit, SHOWN))
    except TypeError:
        return _drawn(exhibit, name)
    try:
        return cast("Drawing", exact.decode(cache.get(key) or b"", DRAWN))
    except ValueError:
        drawing = _drawn(exhibit, name)
        cache.put(key, exact.encode(drawing, DRAWN))
        return drawing


def _drawn(exhibit: Exhibit, name: str) -> Drawing:
    # What draws is slow to load, and often all is remembered.
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415

    from detente.report.svg import draw  # noqa: PLC0415

    mark = marks()[exhibit.mark]
    with debug_mode(_CHECKED.get()):
        specs = mark.draw(exhibit)
    says = exhibit.says or f"{exhibit.title}. The data table follows the picture."
    key = exhibit.key or mark.key
    if not isinstance(specs, tuple):
        return Drawing(str(draw(specs, name, exhibit.title, says)), "", key, mark.wide)
    wide, narrow = (
        str(draw(spec, f"{name}-{width}", exhibit.title, says))
        for spec, width in zip(specs, ("wide", "narrow"), strict=True)
    )
    return Drawing(wide, narrow, key, mark.wide)


def recent(exhibit: Exhibit) -> Exhibit:
    """An exhibit with the rows that people are shown, told as among all of them.

    Example:
        >>> from detente.answers import Column
        >>> recent(Exhibit("e", "", Table((Column("x"),), ((1,), (2,), (3,))), last=2)).table.rows
        ((2,), (3,))
    """
    if not exhibit.last:
        return exhibit
    table = steady(exhibit.table)
    return replace(exhibit, table=replace(table, rows=table.rows[-exhibit.last :]))


def cleaned(exhibit: Exhibit) -> Exhibit:
    r"""An exhibit without control characters, at which the renderer would end the whole process.

    Example:
        >>> from detente.answers import Column
        >>> cleaned(Exhibit("e", "a\x0bb", Table((Column("x"),), (("c\ufffed",),)))).title
        'a\ufffdb'
    """
    rows = tuple(tuple(map(_clean, row)) for row in exhibit.table.rows)
    columns = tuple(
        replace(column, heading=_clean_text(column.heading)) for column in exhibit.table.columns
    )
    return replace(
        exhibit,
        title=_clean_text(exhibit.title),
        says=_clean_text(exhibit.says),
        table=Table(columns, rows, _clean_text(exhibit.table.caption)),
        settings={name: _clean_all(value) for name, value in exhibit.settings.items()},
    )


def _clean_text(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _clean(value: Value) -> Value:
    return _clean_text(value) if isinstance(value, str) else value


def _clean_all(value: object) -> object:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, Table):
        return Table(value.columns, tuple(tuple(map(_clean, row)) for row in value.rows))
    if isinstance(value, list | tuple):
        return type(value)(map(_clean_all, value))
    if isinstance(value, dict):
        return {_clean_all(key): _clean_all(item) for key, item in value.items()}
    return value
