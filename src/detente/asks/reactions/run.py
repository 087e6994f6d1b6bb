"""All that a study asks of its dynamics, read from its data."""

from __future__ import annotations

from detente.asks.reactions.excitation import read_excitation
from detente.asks.reactions.law import read_law
from detente.asks.reactions.result import Reactions
from detente.asks.reactions.system import read_system
from detente.compiled import one_thread
from detente.study.data import StudyData


def react(data: StudyData, *, seed: int = 1) -> Reactions:
    """Who reacts to whom, as far as the study asks.

    Args:
        data: The study's data as of a date.
        seed: Seed of every random draw.

    Returns:
        One reading for each system, excitation and law of the study; where the data cannot carry
        one, its `problem` says why.

    Example:
        >>> import dataclasses
        >>> from lab.worlds.features import WorldSpec
        >>> from lab.worlds.world import make
        >>> data = make(WorldSpec(months=120), seed=1).data
        >>> from detente.study.systems import Excitation
        >>> item = Excitation(id="bursts", action="incidents", since="2001-01-01")
        >>> asked = data.study.model_copy(update={"excitations": [item]})
        >>> found = react(dataclasses.replace(data, study=asked))
        >>> [one.label for one in found.excitations], found.systems
        (['incidents'], ())

    Source:
        As `read_system`, `read_excitation` and `read_law`.
    """
    study = data.study
    with one_thread():
        return Reactions(
            systems=tuple(read_system(data, system, seed=seed) for system in study.systems),
            excitations=tuple(read_excitation(data, item, seed=seed) for item in study.excitations),
            laws=tuple(read_law(data, enemy, seed=seed) for enemy in study.common_enemies),
        )
