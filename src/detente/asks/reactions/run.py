"""All that a study asks of who reacts to whom."""

from __future__ import annotations

from detente.answers import Section
from detente.asks.errands import Errand, errand_of
from detente.asks.reactions import common_enemy, excitation
from detente.study.data import StudyData
from detente.study.models import Study

INTRO = (
    "All series of a system estimated together, so that each reaction is counted beside all "
    "others. A reaction says that one series moves after another; it does not say why."
)
GROUPS = {
    excitation.KIND: "One leads to another",
    common_enemy.KIND: "The common enemy, in all triads",
}
PARTS = ("systems", "excitations", "common_enemies")


def react(data: StudyData) -> tuple[Section, ...]:
    """Who reacts to whom, as far as the study asks.

    Args:
        data: The study and what it reads.

    Returns:
        One section with an answer for each system, excitation and common enemy; none where the
        study asks for nothing.

    Example:
        >>> import dataclasses
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> react(data)
        ()
        >>> item = excitation.Excitation(id="bursts", action="incidents", since="2001-01-01")
        >>> asked = data.study.model_copy(update={"excitations": [item]})
        >>> [section] = react(dataclasses.replace(data, study=asked))
        >>> [answer.label for answer in section.answers]
        ['Incidents']

    Source:
        As each kind says.
    """
    asked = errands(data.study)
    if not asked:
        return ()
    answers = tuple(errand.answer(data) for errand in asked)
    title = "Who reacts to whom"
    return (Section("reactions", title, answers, INTRO, GROUPS, short="Reactions"),)


def errands(study: Study) -> list[Errand]:
    """The errands of `react`, in the order of its answers.

    Args:
        study: The study.

    Example:
        >>> from detente.study.load import load
        >>> len(errands(load("korea").study)) > 1
        True
    """
    return [errand_of(ask) for part in PARTS for ask in study.asks(part)]
