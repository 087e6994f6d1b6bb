"""All that a study asks of who reacts to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detente.answers import Answer, Section
from detente.asks.options import Options
from detente.asks.reactions import common_enemy, excitation
from detente.asks.remember import remembered
from detente.compiled import one_thread
from detente.study.data import StudyData
from detente.study.kinds import kind_of

INTRO = (
    "All series of a system estimated together, so that each reaction is counted beside all "
    "others. A reaction says that one series moves after another; it does not say why."
)
GROUPS = {
    excitation.KIND: "One leads to another",
    common_enemy.KIND: "The common enemy, in all triads",
}
PARTS = ("systems", "excitations", "common_enemies")


def react(data: StudyData, options: Options) -> tuple[Section, ...]:
    """Who reacts to whom, as far as the study asks.

    Args:
        data: The study's data as of a date.
        options: Seed of every random draw.

    Returns:
        One section with an answer for each system, excitation and common enemy; none where the
        study asks for nothing.

    Example:
        >>> import dataclasses
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> react(data, Options())
        ()
        >>> item = excitation.Excitation(id="bursts", action="incidents", since="2001-01-01")
        >>> asked = data.study.model_copy(update={"excitations": [item]})
        >>> [section] = react(dataclasses.replace(data, study=asked), Options())
        >>> [answer.label for answer in section.answers]
        ['Incidents']

    Source:
        As each kind says.
    """
    asks = [ask for part in PARTS for ask in data.study.asks(part)]
    if not asks:
        return ()
    with one_thread():
        answers = tuple(_answered(ask, data, options) for ask in asks)
    title = "Who reacts to whom"
    return (Section("reactions", title, answers, INTRO, GROUPS, short="Reactions"),)


def _answered(ask: Any, data: StudyData, options: Options) -> Answer:
    by: Callable[..., Answer] = kind_of(ask).answer
    return remembered(by, ask, data, options, lambda seen: by(ask, seen, options))
