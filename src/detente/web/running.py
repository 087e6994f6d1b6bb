"""A study that is run for a page: told step by step, and once while its files do not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from detente.asks.frame import Pending
    from detente.asks.result import StudyResult
    from detente.web.desk import Desk

OTHER_STEPS = 4
"""Steps of a run beside its claims: tension, reactions, what comes next, what if."""


class Steps:
    """Tells a desk how many steps of a run are done.

    Args:
        desk: Whom to tell.
        of: How many steps there are.
    """

    def __init__(self, desk: Desk, of: int) -> None:
        self._desk, self._of, self._done = desk, of, 0

    def __call__(self, text: str) -> None:
        """The next step begins."""
        self._desk.say(text, min(self._done, self._of), self._of)
        self._done += 1


def study_result(desk: Desk, name: str, as_of: dt.date | None = None) -> StudyResult:
    """All answers of a study.

    Args:
        desk: Where it is worked at.
        name: The study's name.
        as_of: Nothing known later is used.
    """
    from detente.run import run_study  # noqa: PLC0415 - slow to import

    data = desk.study(name, as_of)
    steps = Steps(desk, len(data.study.asks("claims")) + OTHER_STEPS)
    result: StudyResult = desk.memo(("result", name, as_of), lambda: run_study(data, narrate=steps))
    return result


def study_claims(desk: Desk, name: str) -> tuple[Pending, ...]:
    """All claims of a study as it declares them, not yet corrected for their family."""
    from detente.asks.claims.run import tested  # noqa: PLC0415 - slow to import

    data = desk.study(name)
    steps = Steps(desk, len(data.study.asks("claims")))
    pending: tuple[Pending, ...] = desk.memo(("claims", name), lambda: tested(data, steps))
    return pending
