"""From news text to dated events between actors, and from an argument to its claims.

`code(text, date=...)` is all that most callers need; a text passes through the other modules in
the order of `steps.py`. What it needs beyond Detente itself is installed with `detente[coding]`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.coding.coder import Coder
    from detente.coding.facade import Coded, code
    from detente.coding.report import CodingReport
    from detente.coding.shapes import Story
    from detente.coding.storing import store_events
    from detente.coding.text import read

_HOMES = {
    "Coded": "facade",
    "Coder": "coder",
    "CodingReport": "report",
    "Story": "shapes",
    "code": "facade",
    "read": "text",
    "store_events": "storing",
}

__all__ = ["Coded", "Coder", "CodingReport", "Story", "code", "read", "store_events"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'detente.coding' has no attribute {name!r}")
    return getattr(import_module(f"detente.coding.{_HOMES[name]}"), name)
