"""All that a study asks of its dynamics, read from its data."""

from __future__ import annotations

from detente.reactions.result import Reactions
from detente.studies.data import StudyData


def react(data: StudyData, *, seed: int = 1) -> Reactions:
    """Who reacts to whom, as far as the study asks."""
    return Reactions()
