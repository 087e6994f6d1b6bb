"""The common enemy: what is said of the law and of the own case follows their numbers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from detente.answers import Table
from detente.asks.reactions import common_enemy
from detente.asks.reactions.common_enemy import LAW_COLUMNS, CommonEnemy
from detente.estimators.triads.case import AttackerEffect
from detente.estimators.triads.law import TriadLaw, triad_law
from detente.rounding import number
from detente.study.data import StudyData, open_data
from detente.study.load import load

STATES = list("ABCDEFGHIJKL")
PERIODS = [str(year) for year in range(2001, 2009)]


def law(seed: int = 1) -> TriadLaw:
    """A law over twelve states in which nothing follows from anything."""
    rng = np.random.default_rng(seed)
    off = ~np.eye(len(STATES), dtype=bool)
    shape = (8, len(STATES), len(STATES))
    cooperation = off * rng.poisson(30.0, shape).astype(float)
    conflict = off * rng.poisson(rng.gamma(0.5, 8.0, shape)).astype(float)
    return triad_law(conflict, cooperation, np.full(8, 5000.0), STATES, draws=19)


def test_the_primary_comes_first_with_its_p_by_dealing(korea: StudyData) -> None:
    made = law()
    table = Table(LAW_COLUMNS, tuple(common_enemy._rows(korea, made, None)))
    first, second = table.records()[:2]
    assert first["specification"].endswith("(p by attackers dealt anew)")
    assert first["p"] == made.p_permutation
    assert second["p"] == made.rows[1].p
    assert [row["primary"] for row in table.records()] == [True] + [False] * (len(made.rows) - 1)
    assert table.column("p_adjusted") == tuple(row.p_holm for row in made.rows)
    assert table.column("effect_percent") == tuple(row.effect for row in made.rows)
    assert all(row["low90"] < row["effect_percent"] < row["high90"] for row in table.records())


def test_a_law_that_does_not_stand_is_not_said_to(korea: StudyData) -> None:
    text = common_enemy._text(korea, law(), None, PERIODS, "year")
    assert "does not show as a rule of behaviour" in text
    assert "-" not in text, "numbers have a true minus sign"


def test_words_are_of_the_periods_that_are_counted(korea: StudyData) -> None:
    months = [f"2001-0{month}" for month in range(1, 9)]
    assert "in a month in which a third" in common_enemy._text(korea, law(), None, months, "month")
    assert "year" not in common_enemy._case_text(korea, CASE, months, "month")
    own = list(common_enemy._checks(law(), CASE, "month"))[-1]
    assert "pair-months" in own.text
    assert next(common_enemy._always("week")).startswith(
        "Weekly counts: what came first within a w"
    )


def test_facts_hold_the_primary_effect_and_what_stands_behind_it() -> None:
    made = law()
    facts = {fact.name: fact for fact in common_enemy._facts(made, "2001 to 2008")}
    effect = facts["effect"]
    assert (effect.value, effect.low, effect.high) == (
        made.primary.effect, made.primary.low, made.primary.high,
    )  # fmt: skip
    assert facts["states"].value == 12
    assert facts["states"].note.endswith("triads, 2001 to 2008")
    assert facts["p"].value == made.p_permutation


def test_the_own_case_comes_last_and_only_where_an_attacker_is_named(korea: StudyData) -> None:
    [declared] = korea.study.asks("common_enemies")
    named = common_enemy.answer(declared, korea)
    bare = CommonEnemy(id="x", label="x", dataset=declared.dataset)
    without = common_enemy.answer(bare, korea)
    last, other = (made.exhibits[0].table.records()[-1] for made in (named, without))
    assert last["specification"].startswith("Only attacks by North Korea")
    assert last["p_adjusted"] is None
    assert not other["specification"].startswith("Only attacks")
    assert [check.name for check in named.checks][-1] == "The own case beside the law"
    assert len(without.checks) == 2


def test_periods_that_are_not_over_do_not_enter() -> None:
    early = open_data(load("korea"), as_of=load("korea").study.study.as_of.replace(year=1990))
    [declared] = early.study.asks("common_enemies")
    made = common_enemy.answer(declared, early)
    assert "was over on 1990" in made.gap or "no" in made.gap.lower()
    assert made.exhibits == ()


def stands(effect: float, low: float, high: float, p: float) -> TriadLaw:
    """The same law with another primary effect."""
    estimated = law()
    first = replace(estimated.rows[0], effect=effect, low=low, high=high, p_holm=0.01)
    return replace(estimated, rows=(first, *estimated.rows[1:]), p_permutation=p)


CASE = AttackerEffect(
    attacker="PRK", effect=4.0, low=-1.5, high=9.5, p=0.2, p_permutation=0.125, pairs=30, cases=44
)
RULE = "The mechanism shows as a rule."
OPPOSITE = "The opposite of the mechanism shows as a rule: they draw apart."
NONE = "The mechanism does not show as a rule of behaviour."


@pytest.mark.parametrize(
    ("effect", "low", "high", "p", "way", "rule"),
    [
        (3.2, 1.1, 5.4, 0.01, "rises by 3.2%", RULE),
        (-3.2, -5.4, -1.1, 0.01, "falls by 3.2%", OPPOSITE),
        (3.2, -0.1, 6.0, 0.01, "rises by 3.2%", NONE),
        (3.2, 0.0, 6.0, 0.01, "rises by 3.2%", NONE),
        (3.2, 1.1, 5.4, 0.05, "rises by 3.2%", NONE),
    ],
)
def test_a_rule_needs_an_interval_beyond_none_and_rare_worlds(
    korea: StudyData, effect: float, low: float, high: float, p: float, way: str, rule: str
) -> None:
    text = common_enemy._text(korea, stands(effect, low, high, p), None, PERIODS, "year")
    assert f"the cooperation of a pair {way} in a year" in text
    ends = [number(end, 1, sign=True) for end in (low, high)]
    assert f"90% interval {ends[0]} to {ends[1]}%; {p:.0%} of worlds" in text
    assert text.endswith(rule)


def test_a_hyphen_in_a_name_is_no_minus_sign() -> None:
    data = SimpleNamespace(name_of=lambda code: "Guinea-Bissau")
    text = common_enemy._case_text(cast(StudyData, data), CASE, PERIODS, "year")
    assert text.startswith("For Guinea-Bissau alone")
    assert text.endswith("the change is +4.0% (−1.5 to +9.5%).")


def test_the_own_case_tells_its_pair_where_it_was_attacked(korea: StudyData) -> None:
    case = replace(CASE, pair=("KOR", "JPN"), attacked=(2, 5), surprise=-12.4, p_periods=0.25)
    text = common_enemy._case_text(korea, case, PERIODS, "year")
    assert text.startswith(
        "For North Korea alone, over 30 pairs that it attacks both, the change is +4.0% "
        "(−1.5 to +9.5%)."
    )
    assert "in 2003, 2006: their cooperation was then −12% off" in text
    assert "25% of choices of as many years" in text


def test_a_pair_that_was_always_attacked_tells_nothing(korea: StudyData) -> None:
    case = replace(CASE, pair=("KOR", "JPN"), attacked=tuple(range(1, 8)))
    text = common_enemy._case_text(korea, case, PERIODS, "year")
    assert "more than usual in 7 of 7 years, so the law says nothing" in text
    assert (
        "pair" not in common_enemy._case_text(korea, CASE, PERIODS, "year").split("attacks both")[1]
    )


def test_checks_count_the_ways_that_point_alike_and_stand() -> None:
    estimated = stands(-3.2, -5.4, -1.1, 0.04)
    rest = [replace(row, effect=-1.0, p_holm=0.5) for row in estimated.rows[1:]]
    agreed = replace(estimated, rows=(estimated.rows[0], *rest))
    dealt, alike, own = common_enemy._checks(agreed, CASE, "year")
    assert dealt.passed is True
    assert "4.0% of worlds" in dealt.text
    assert alike.passed is True
    ways = agreed.tested
    assert alike.text == f"{ways} of {ways} specifications; 1 stand after Holm's correction."
    assert own.text.startswith("44 pair-years; with all attackers dealt anew 12.5%")
    rest[0] = replace(rest[0], effect=1.0, p_holm=0.05)
    other = replace(agreed, rows=(estimated.rows[0], *rest), p_permutation=0.05)
    dealt, alike = common_enemy._checks(other, None, "year")
    assert (dealt.passed, alike.passed) == (False, False)
    assert alike.text.startswith(f"{ways - 1} of {ways} specifications; 1 stand")


def test_the_own_case_ends_the_table_uncorrected(korea: StudyData) -> None:
    rows = Table(LAW_COLUMNS, tuple(common_enemy._rows(korea, law(), CASE))).records()
    assert rows[-1] == {
        "specification": "Only attacks by North Korea (p by attackers dealt anew)",
        "effect_percent": 4.0, "low90": -1.5, "high90": 9.5, "p": 0.125, "p_adjusted": None,
        "cases": 44, "primary": False,
    }  # fmt: skip
