"""What the page's templates are given: frozen data, every field documented.

`page.html` receives one `PageView` as `page`; its macros receive the smaller views. A test checks
that the templates use no name that is not a documented field here.
"""

from __future__ import annotations

from detente.report.views.page import PageView
from detente.report.views.parts import Cell, Fact, FigureView, KeyItem, TableView

__all__ = [
    "Cell",
    "Fact",
    "FigureView",
    "KeyItem",
    "PageView",
    "TableView",
]
