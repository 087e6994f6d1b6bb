"""Parts that many views share: cells, tables, charts and what goes with them, facts, checks."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Cell:
    """A table cell.

    Attributes:
        text: As a reader sees it.
        value: The number at full precision for the CSV, or "" where `text` says all.
    """

    text: str
    value: str = ""


@dataclass(frozen=True)
class TableView:
    """A data table.

    Attributes:
        caption: What the table holds.
        head: Column headings.
        numeric: For each column, whether it holds numbers (set right, in tabular figures).
        rows: The cells, row by row; the first of a row is its heading.
    """

    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class KeyItem:
    """One line of how to read a chart.

    Attributes:
        swatch: Which sample to draw: the id of a symbol in the page's sprite.
        text: What it stands for.
    """

    swatch: str
    text: str


@dataclass(frozen=True)
class FigureView:
    """A chart with everything that goes with it.

    Attributes:
        id: Unique in the page; also the name of downloaded files.
        title: Heading over the chart.
        svg: The drawing.
        svg_narrow: Another drawing for narrow screens, or "".
        key: How to read it.
        table: Its data.
    """

    id: str
    title: str
    svg: Markup
    svg_narrow: Markup
    key: tuple[KeyItem, ...]
    table: TableView


@dataclass(frozen=True)
class Fact:
    """A labelled fact: a figure of a card, or a line of provenance.

    Attributes:
        label: What it is.
        value: The fact itself, large on a card.
        note: What goes with it, small.
    """

    label: str
    value: str
    note: str = ""
