"""The common enemy: what is said of the law and of the own case follows their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from detente.answers import Table
from detente.asks.options import Options
from detente.asks.reactions import common_enemy
from detente.asks.reactions.common_enemy import LAW_COLUMNS, CommonEnemy
from detente.estimators.triads.law import TriadLaw, triad_law
from detente.study.data import StudyData, open_data
from detente.study.load import load

STATES = list("ABCDEFGHIJKL")


@pytest.fixture(scope="module")
def korea() -> StudyData:
    return open_data(load("korea"))


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
    text = common_enemy._text(korea, law(), None, np.arange(8))
    assert "does not show as a rule of behaviour" in text
    assert "-" not in text, "numbers have a true minus sign"


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
    named = common_enemy.answer(declared, korea, Options())
    bare = CommonEnemy(id="x", label="x", dataset=declared.dataset)
    without = common_enemy.answer(bare, korea, Options())
    last, other = (made.exhibits[0].table.records()[-1] for made in (named, without))
    assert last["specification"].startswith("Only attacks by North Korea")
    assert last["p_adjusted"] is None
    assert not other["specification"].startswith("Only attacks")
    assert [check.name for check in named.checks][-1] == "The own case beside the law"
    assert len(without.checks) == 2


def test_periods_that_are_not_over_do_not_enter() -> None:
    early = open_data(load("korea"), as_of=load("korea").study.study.as_of.replace(year=1990))
    [declared] = early.study.asks("common_enemies")
    made = common_enemy.answer(declared, early, Options())
    assert "was over on 1990" in made.gap or "no" in made.gap.lower()
    assert made.exhibits == ()
