"""How what the network says becomes the classes of published sets, and what is set aside."""

from __future__ import annotations

import numpy as np
import pytest
from lab.coding.examples import Example, set_aside
from lab.coding.published import (
    ROOTS,
    accuracy_at,
    calibration_error,
    interval,
    macro_f1,
    roots_of,
)

from detente.coding.acts import ACTS


def _certain(key: str, planned: float) -> str:
    """The class of an act that is certain."""
    acts = np.zeros((1, 1 + len(ACTS)))
    acts[0, 1 + [act.key for act in ACTS].index(key)] = 1.0
    return ROOTS[int(roots_of(acts, np.array([planned])).argmax())]


@pytest.mark.parametrize(
    ("key", "now", "announced"),
    [
        ("03", "AGREE", "AGREE"), ("04", "CONSULT", "AGREE"), ("08R", "YIELD", "AGREE"),
        ("02", "REQUEST", "REQUEST"), ("11", "ACCUSE", "ACCUSE"), ("13", "THREATEN", "THREATEN"),
        ("14", "PROTEST", "THREATEN"), ("16", "SANCTION", "THREATEN"),
        ("17A", "COERCE", "THREATEN"), ("19C", "ASSAULT", "THREATEN"),
    ],
)  # fmt: skip
def test_announcements_are_intentions(key: str, now: str, announced: str) -> None:
    assert (_certain(key, 0.0), _certain(key, 1.0)) == (now, announced)


def test_no_event_is_masked() -> None:
    acts = np.zeros((1, 1 + len(ACTS)))
    acts[0, 0], acts[0, 4] = 0.9, 0.1
    assert roots_of(acts, np.zeros(1)).sum() == pytest.approx(1.0)
    assert ROOTS[int(roots_of(acts, np.zeros(1)).argmax())] == "CONSULT"


def test_scores_of_known_answers() -> None:
    gold, said = ["a", "a", "b", "b"], ["a", "b", "b", "b"]
    assert macro_f1(gold, said) == pytest.approx(73.3)
    assert interval(gold, gold) == (100.0, 100.0)
    low, high = interval(gold * 50, said * 50)
    assert low < 73.3 < high


def test_calibration_and_the_surest() -> None:
    half = np.full((10, len(ROOTS)), 0.5 / (len(ROOTS) - 1))
    half[:, 0] = 0.5
    gold = ["AGREE"] * 5 + ["AID"] * 5
    assert calibration_error(half, gold, ROOTS) == pytest.approx(0.0)
    assert calibration_error(half, ["AGREE"] * 10, ROOTS) == pytest.approx(0.5)
    sure = half.copy()
    sure[:5, 0] = 0.9
    assert accuracy_at(sure, gold, 0.5) == 100.0


def test_a_twentieth_is_set_aside() -> None:
    examples = [
        Example(f"Iran met Oman on day {day}.", ((0, 4), (9, 13)), {}) for day in range(2000)
    ]
    assert 0.03 < np.mean([set_aside(example) for example in examples]) < 0.07
