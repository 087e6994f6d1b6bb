"""Detente: who is moving closer to whom, why, and what comes next.

The public names; each is loaded when it is first used, so that `import detente` is quick.

Example:
    >>> import detente
    >>> data = detente.open_data(detente.load("korea"))
    >>> [str(fact.date) for fact in data.facts_of("nuclear-tests")][:2]
    ['2006-10-09', '2009-05-25']

    `detente.run_study(data)` answers all that the study asks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from detente.answers import Answer, Verdict
    from detente.asks.result import StudyResult
    from detente.coding.facade import Coded, code
    from detente.errors import DetenteError
    from detente.events.store import Store
    from detente.relations.counting import panel
    from detente.relations.panel import Panel
    from detente.relations.series import Series
    from detente.report import write
    from detente.run import run_study
    from detente.sources import ingest
    from detente.study.data import StudyData, open_data
    from detente.study.load import load
    from detente.study.options import Options

_HOMES = {
    "Answer": "answers",
    "Coded": "coding.facade",
    "DetenteError": "errors",
    "Options": "study.options",
    "Panel": "relations.panel",
    "Series": "relations.series",
    "Store": "events.store",
    "StudyData": "study.data",
    "StudyResult": "asks.result",
    "Verdict": "answers",
    "code": "coding.facade",
    "ingest": "sources",
    "load": "study.load",
    "open_data": "study.data",
    "panel": "relations.counting",
    "run_study": "run",
    "write": "report",
}

__all__ = [
    "Answer",
    "Coded",
    "DetenteError",
    "Options",
    "Panel",
    "Series",
    "Store",
    "StudyData",
    "StudyResult",
    "Verdict",
    "code",
    "ingest",
    "load",
    "open_data",
    "panel",
    "run_study",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'detente' has no attribute {name!r}")
    return getattr(import_module(f"detente.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
