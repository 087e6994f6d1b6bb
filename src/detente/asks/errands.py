"""Asks as errands: each can be answered in another process, with the same answer to the last digit.

All that a study asks is listed first, and what is not remembered is answered before anything is put
together: helpers begin with what shares work and then at the end of the list, this process at its
front, and they meet where they meet. An ask that fails is asked again later, where its error is
told.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from detente.asks.remember import base_of, recalled, remembered
from detente.compiled import one_thread
from detente.events.engine import DUCKDB
from detente.events.store import Store
from detente.helpers import Helpers, packed
from detente.study.data import StudyData, adopt
from detente.study.kinds import kind_of
from detente.versions import code_hash

WORTH = 8
"""Asks for which helpers are started: that takes two seconds of a core."""


@dataclass(frozen=True)
class Errand:
    """An ask with what answers it.

    Attributes:
        by: The function that answers an ask from some data, by which it is remembered.
        ask: The entry of the study file.
        shares: What it computes together with others, which go to one process; empty: nothing.
        title: What is said to be done meanwhile.
    """

    by: Callable[..., Any]
    ask: Any
    shares: str = ""
    title: str = ""

    def answer(self, data: StudyData, narrate: Callable[[str], object] = lambda _: None) -> Any:
        """Its answer: answered already, remembered, or computed now.

        Args:
            data: The study's data as of a date.
            narrate: Told the title before it is computed.
        """

        def compute(seen: StudyData) -> Any:
            narrate(self.title)
            with one_thread():  # on any number of cores the same digits
                return self.by(self.ask, seen)

        if data.options.answered:
            answer = data.options.answered.get(base_of(self.by, self.ask, data))
            if answer is not None:
                return answer
        return remembered(self.by, self.ask, data, compute)


def errand_of(ask: Any) -> Errand:
    """The errand of an entry of the study file, by its kind."""
    kind = kind_of(ask)
    return Errand(kind.answer, ask, kind.shares, getattr(ask, "title", ""))


Group = Mapping[str, Errand]
"""Errands by their keys that one process answers after one another."""


def answered(
    errands: Sequence[Errand],
    data: StudyData,
    helpers: Helpers,
    narrate: Callable[[str], object],
) -> StudyData:
    """Data whose options hold the answers to errands, computed by all processes there are.

    Where there are no helpers, or too little is to be done, that is left to whoever asks.

    Args:
        errands: All that will be asked, in that order.
        data: The study's data as of a date.
        helpers: Who helps.
        narrate: Told what this process is doing.
    """
    if helpers.others < 1 or _counted_elsewhere(data):
        return data
    keys = {base_of(errand.by, errand.ask, data): errand for errand in errands}
    keys.pop("", None)  # what others than Detente answer, of data that were not opened
    held = {key: recalled(key, data) for key in keys}
    held = {key: answer for key, answer in held.items() if answer is not None}
    missing = {key: errand for key, errand in keys.items() if key not in held}
    given = packed((code_hash(), data)) if len(missing) >= WORTH else None
    if given is not None and packed(missing) is not None:
        helpers.begin(_take, given)

        def here(group: Group) -> dict[str, Any]:
            return _answers(group, data, narrate)

        for answers in helpers.each(_answered, [(group,) for group in _groups(missing)], here):
            held |= answers
    return data.under(replace(data.options, answered=held))


def _counted_elsewhere(data: StudyData) -> bool:
    """Whether its events are such that each helper would have to read or count them anew."""
    if data.events is None:
        return False
    return data.events.engine != DUCKDB.name or not isinstance(data.events.store, Store)


def _groups(errands: Group) -> list[Group]:
    """Errands that share work together, those last; each of the others by itself."""
    groups: dict[str, dict[str, Errand]] = {}
    for key, errand in errands.items():
        groups.setdefault(errand.shares or key, {})[key] = errand
    return sorted(groups.values(), key=lambda group: any(e.shares for e in group.values()))


def _answers(group: Group, data: StudyData, narrate: Callable[[str], object]) -> dict[str, Any]:
    """Answers by key, without those that failed."""
    answers = {}
    for key, errand in group.items():
        try:
            answers[key] = errand.answer(data, narrate)
        except Exception:  # noqa: S112 - it is asked again where it is told
            continue
    return answers


_GIVEN: list[StudyData] = []
"""In a helper: what its errands are answered from."""


def _take(given: bytes) -> None:
    code, data = pickle.loads(given)  # noqa: S301 - of the process that started this one
    # Of a package that was edited meanwhile, this process holds other code, and answers nothing.
    _GIVEN[:] = [adopt(data)] if code == code_hash() else []


def _answered(group: Group) -> dict[str, Any]:
    """In a helper: answers by key."""
    [data] = _GIVEN
    return _answers(group, data, lambda _: None)
