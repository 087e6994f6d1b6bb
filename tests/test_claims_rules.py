"""The rules that turn numbers into words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.answers import Answer, Verdict
from detente.asks.claims.rules import (
    Evidence,
    judge,
    judge_level,
    judge_outcome,
    judge_probability,
    side,
)
from detente.asks.claims.run import corrected, families_text
from detente.asks.claims.untestable import UntestableClaim
from detente.asks.frame import Pending, blank
from detente.estimators.multiple import holm

STRONG = Evidence(effect=0.5, p_placebo=0.001, cases=12, agreeing=1.0, one_case_carries=False)
CLAIM = UntestableClaim(id="a", kind="untestable", title="t", statement="s", why="w", family="f")


@pytest.mark.parametrize(
    ("change", "p_adjusted", "verdict"),
    [
        ({}, 0.01, Verdict.SUPPORTED),
        ({"effect": -0.5}, 0.01, Verdict.CONTRADICTED),
        ({}, 0.06, Verdict.LEANS_SUPPORTED),
        ({"agreeing": 0.7}, 0.01, Verdict.LEANS_SUPPORTED),
        ({"one_case_carries": True}, 0.01, Verdict.LEANS_SUPPORTED),
        ({"second_doubt": "it does not hold"}, 0.01, Verdict.LEANS_SUPPORTED),
        ({"agreeing": 0.5}, 0.01, Verdict.NO_CLEAR_EFFECT),
        ({"p_placebo": 0.2}, 0.2, Verdict.NO_CLEAR_EFFECT),
        ({"p_placebo": 0.09, "effect": -1.0}, 0.2, Verdict.LEANS_AGAINST),
        ({"cases": 4}, 0.01, Verdict.INSUFFICIENT_DATA),
    ],
)
def test_effects(change: dict[str, object], p_adjusted: float, verdict: Verdict) -> None:
    word, reason = judge(replace(STRONG, **change), p_adjusted)  # type: ignore[arg-type]
    assert word is verdict
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [
        (0.97, Verdict.SUPPORTED),
        (0.85, Verdict.LEANS_SUPPORTED),
        (0.5, Verdict.NO_CLEAR_EFFECT),
        (0.15, Verdict.LEANS_AGAINST),
        (0.01, Verdict.CONTRADICTED),
    ],
)
def test_probabilities(probability: float, verdict: Verdict) -> None:
    assert judge_probability(probability)[0] is verdict


@pytest.mark.parametrize(
    ("came", "verdict"),
    [
        (True, Verdict.CAME_TRUE),
        (False, Verdict.DID_NOT_COME_TRUE),
        (None, Verdict.OPEN),
    ],
)
def test_outcomes_have_words_of_their_own_that_are_on_no_side(
    came: bool | None, verdict: Verdict
) -> None:
    assert judge_outcome(came) is verdict
    assert side(verdict) is None


@given(st.floats(0.01, 3), st.floats(0.0001, 1), st.integers(0, 40), st.floats(0, 1), st.booleans())
def test_turning_the_effect_turns_the_verdict(
    effect: float, p: float, cases: int, agreeing: float, carried: bool
) -> None:
    opposite = {
        Verdict.SUPPORTED: Verdict.CONTRADICTED,
        Verdict.LEANS_SUPPORTED: Verdict.LEANS_AGAINST,
    }
    towards = judge(Evidence(effect, p, cases, agreeing, carried), p)[0]
    against = judge(Evidence(-effect, p, cases, agreeing, carried), p)[0]
    assert against is opposite.get(towards, towards)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(0 <= raw <= new <= 1 for raw, new in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    assert [adjusted[i] for i in order] == sorted(adjusted)
    assert sorted(holm(p_values[::-1])) == sorted(adjusted)


def pending(family: str, p: float, cases: int = 12) -> Pending:
    return Pending(blank(CLAIM), family, replace(STRONG, p_placebo=p, cases=cases))


def number(answer: Answer, name: str) -> object:
    fact = answer.fact(name)
    return None if fact is None else fact.value


def test_all_claims_of_a_study_are_one_family_unless_it_divides_them() -> None:
    first, second = corrected([pending("", 0.03), pending("", 0.04)])
    assert number(first, "p_adjusted") == number(second, "p_adjusted") == 0.06
    assert first.verdict is second.verdict is Verdict.LEANS_SUPPORTED
    for divided in corrected([pending("f", 0.03), pending("g", 0.04), pending("", 0.02)]):
        assert number(divided, "p_adjusted") is None
        assert divided.verdict is Verdict.SUPPORTED


def test_the_page_says_which_claims_are_corrected_together() -> None:
    whole = families_text([pending("", 0.03), pending("", 0.04)])
    assert whole.startswith("The 2 claims that are tested against chance are one family")
    parts = families_text([*[pending("f", 0.03)] * 2, *[pending("", 0.04)] * 3, pending("g", 0.1)])
    assert "in 3 families: f (2 claims), g (1 claim), all others (3 claims)" in parts
    told = Pending(replace(blank(CLAIM), verdict=Verdict.OPEN))
    assert families_text([told, pending("", 0.1, cases=1)]) == ""


def test_a_family_is_corrected_together_and_strangers_are_not() -> None:
    first, second, alone = corrected([pending("f", 0.03), pending("f", 0.04), pending("", 0.03)])
    assert number(first, "p_adjusted") == number(second, "p_adjusted") == 0.06
    assert number(alone, "p_adjusted") is None
    fact = first.fact("p_adjusted")
    assert fact is not None and fact.note == "for the 2 claims tested together"
    assert first.verdict is Verdict.LEANS_SUPPORTED
    assert alone.verdict is Verdict.SUPPORTED


def test_claims_with_too_few_cases_do_not_cost_the_others() -> None:
    thin, full = corrected([pending("f", 0.001, cases=1), pending("f", 0.03)])
    assert thin.verdict is Verdict.INSUFFICIENT_DATA
    assert number(thin, "p_adjusted") == 1.0
    assert full.verdict is Verdict.SUPPORTED
    assert number(full, "p_adjusted") is None


def test_claims_without_a_p_value_keep_their_verdict_and_cost_nothing() -> None:
    told = Pending(replace(blank(CLAIM), verdict=Verdict.NOT_TESTABLE), "f")
    still, other = corrected([told, pending("f", 0.03)])
    assert still.verdict is Verdict.NOT_TESTABLE
    assert other.verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("probabilities", "verdict"),
    [
        ([0.97], Verdict.SUPPORTED),
        ([0.97, 0.6], Verdict.SUPPORTED),
        ([0.97, 0.85], Verdict.SUPPORTED),
        ([0.97, 0.15], Verdict.NO_CLEAR_EFFECT),
        ([0.03, 0.85], Verdict.NO_CLEAR_EFFECT),
        ([0.03, 0.01], Verdict.CONTRADICTED),
        ([0.5, 0.01], Verdict.NO_CLEAR_EFFECT),
    ],
)
def test_levels_by_several_sources(probabilities: list[float], verdict: Verdict) -> None:
    assert judge_level(probabilities)[0] is verdict


def test_every_verdict_has_a_side() -> None:
    assert [side(verdict) for verdict in Verdict] == [1, 1, 0, -1, -1, *[None] * 5]


def test_what_bars_a_claim_allows_no_lean_where_p_is_small() -> None:
    barred = replace(STRONG, bar="beyond a drift the ratio points the other way")
    verdict, reason = judge(barred, 0.001)
    assert verdict is Verdict.NO_CLEAR_EFFECT
    assert reason == "Beyond a drift the ratio points the other way."
    unclear = replace(barred, p_placebo=0.5)
    assert "50% of cases" in judge(unclear, 0.9)[1]  # the bar is not why


def test_draws_that_leave_the_side_open_cost_a_step() -> None:
    near = replace(STRONG, p_placebo=0.045, p_most=0.06)
    assert judge(near, 0.045)[0] is Verdict.LEANS_SUPPORTED
    assert "leave open on which side" in judge(near, 0.045)[1]
    assert judge(replace(near, p_most=0.049), 0.045)[0] is Verdict.SUPPORTED
    wide = replace(STRONG, p_placebo=0.09, p_most=0.11)
    assert judge(wide, 0.9)[0] is Verdict.NO_CLEAR_EFFECT
    assert "so near to 0.1" in judge(wide, 0.9)[1]
    assert judge(replace(wide, p_most=0.099), 0.9)[0] is Verdict.LEANS_SUPPORTED
