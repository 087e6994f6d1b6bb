"""A study that is run for a page: told step by step, and once while its files do not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from detente.asks.frame import Pending
    from detente.asks.options import Options
    from detente.asks.result import StudyResult
    from detente.study.data import StudyData
    from detente.web.desk import Desk

OTHER_STEPS = 4
"""Steps of a run beside its claims: tension, reactions, what comes next, what if."""


def options_of(data: StudyData) -> Options:
    """The options that a study is run with: its own seed, and what is remembered on disk."""
    from detente.asks.options import Options  # noqa: PLC0415 - slow to import
    from detente.cache import user_cache  # noqa: PLC0415

    return Options(seed=data.study.study.seed, cache=user_cache())


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
    result: StudyResult = desk.memo(
        ("result", name, as_of), lambda: run_study(data, options_of(data), steps)
    )
    return result


def study_claims(desk: Desk, name: str) -> tuple[Pending, ...]:
    """All claims of a study as it declares them, not yet corrected for their family.

    Args:
        desk: Where it is worked at.
        name: The study's name.
    """
    from detente.asks.claims.run import tested  # noqa: PLC0415 - slow to import

    data = desk.study(name)
    steps = Steps(desk, len(data.study.asks("claims")))
    pending: tuple[Pending, ...] = desk.memo(
        ("claims", name), lambda: tested(data, options_of(data), steps)
    )
    return pending
