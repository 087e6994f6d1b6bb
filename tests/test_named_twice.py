"""A pair that a list names twice would count twice: it is refused where it is written."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from detente.asks.claims.groups import GroupClaim
from detente.asks.scenarios.simulation import Simulation, _problems
from detente.study.load import load
from detente.study.parts import Relation

A, B, C = ["USA", "CHN"], ["CHN", "USA"], ["USA", "RUS"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"pairs": [A, C]}, False),
        ({"pairs": [A, B]}, True),
        ({"pairs": [A], "compared_with": [C, C]}, True),
        ({"dyads": [A, B]}, False),  # both directions
        ({"dyads": [A, A]}, True),
    ],
)
def test_relations(given: dict[str, Any], refused: bool) -> None:
    if not refused:
        assert Relation.model_validate(given)
        return
    with pytest.raises(ValidationError, match="named twice: they would count twice"):
        Relation.model_validate(given)


@pytest.mark.parametrize(("others", "refused"), [([B, C], False), ([A, C], True), ([C, C], True)])
def test_groups(others: list[list[str]], refused: bool) -> None:
    given = {
        "id": "g", "kind": "contrast-groups", "title": "t", "statement": "s", "direction": "up",
        "group": [A], "others": others, "measures": [{"name": "conflict"}],
    }  # fmt: skip
    if not refused:
        assert GroupClaim.model_validate(given)
        return
    with pytest.raises(ValidationError, match="named twice"):
        GroupClaim.model_validate(given)


def test_relations_of_a_simulation_have_ids_of_their_own() -> None:
    """Of two with one id the second was read for both."""
    loaded = load("korea")
    [model] = loaded.study.asks("simulation")
    twice = model.model_copy(update={"relations": [*model.relations, model.relations[0]]})
    assert isinstance(twice, Simulation)
    assert any(
        text.startswith("simulation.relations: the id")
        for text in _problems(twice, loaded.study, loaded.folder)
    )
