"""Which act a pair's probabilities stand for."""

from __future__ import annotations

import pytest

from detente.coding.acts import ACTS
from detente.coding.judged import likeliest
from detente.coding.shapes import Actor, Mention, Scored


def _scored(none: float, **acts: float) -> Scored:
    iran, oman = (Mention(code, (0, 1), Actor(code)) for code in ("IRN", "OMN"))
    given = {key.removeprefix("r"): value for key, value in acts.items()}
    return Scored(iran, oman, {act.key: given.get(act.key, 0.0) for act in ACTS}, none, {})


def test_doubt_among_roots_of_a_class_is_no_doubt_about_the_event() -> None:
    act, probability, roots = likeliest(_scored(0.2, r05=0.4, r03=0.35, r11=0.05))
    assert (act.key, probability) == ("05", pytest.approx(0.75))
    assert roots["03"] == pytest.approx(0.35)


def test_the_class_goes_before_the_root() -> None:
    act, probability, _ = likeliest(_scored(0.1, r03=0.25, r05=0.25, r16=0.4))
    assert (act.quad, probability) == (1, pytest.approx(0.5))


def test_a_root_counts_with_both_its_types() -> None:
    act, _, roots = likeliest(_scored(0.1, r17C=0.3, r17A=0.2, r16=0.4))
    assert (act.key, roots["17"]) == ("17C", pytest.approx(0.5))
