"""Responses by models of the path, contrasts with follow-ons set apart: where truth is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from lab.worlds.features import Features, Planted, WorldSpec
from lab.worlds.world import World, make

from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.conditions import Condition
from detente.asks.claims.contrast import Contrast, ContrastClaim
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.excited import SELF_EXCITING, check_of, estimate_of, set_apart
from detente.asks.claims.projected import AUTOREGRESSION, EVENT_STUDY, LOCAL_PROJECTION, projected
from detente.asks.claims.response import ResponseClaim
from detente.asks.claims.run import answer_claim
from detente.errors import DataGapError
from detente.study.data import StudyData
from detente.study.options import Options
from detente.study.signal import Signal

QUICK = Options(seed=1, draws=99, curve_draws=49)
MODELS = {LOCAL_PROJECTION, AUTOREGRESSION}
SPACED = WorldSpec(months=200, planted=Planted(response=0.5), episodes=14)


def claim_of(world: World, name: str) -> ClaimBase:
    return next(claim for claim in world.data.study.asks("claims") if claim.id == name)


def response_of(world: World) -> tuple[ResponseClaim, Signal]:
    claim = claim_of(world, "response")
    assert isinstance(claim, ResponseClaim)
    return claim, world.data.signals(claim.relation, claim.measures)[0][0]


def contrast_of(world: World, name: str) -> ContrastClaim:
    claim = claim_of(world, name)
    assert isinstance(claim, ContrastClaim)
    return claim


def rows_of(world: World, seed: int = 1) -> list[Estimate[None]]:
    claim, signal = response_of(world)
    return list(projected(claim, signal, [1, 3, 6], world.data.under(Options(seed=seed))))


def test_a_planted_response_is_found_on_the_scale_of_the_analysis() -> None:
    found = defaultdict(list)
    for seed in range(40):
        for row in rows_of(make(SPACED, seed)):
            found[row.choices["estimator"], row.choices["window"]].append(row.value)
    assert {name for name, _ in found} == MODELS
    true = 100 * np.expm1(0.5)
    for name in MODELS:
        # A cause also tells that no other will follow for months, so the contrast is a little less.
        assert np.median(found[name, "3 months"]) == pytest.approx(0.85 * true, rel=0.15)
        assert np.median(found[name, "6 months"]) < 0.6 * true


def test_without_an_effect_intervals_cover_none() -> None:
    everything = Features(trends=True, seasons=True, growth=True, excited=True, gaps=True)
    hits = defaultdict(list)
    for seed in range(130):
        for row in rows_of(make(WorldSpec(features=everything), seed)):
            assert row.interval is not None
            hits[row.choices["estimator"]].append(row.interval[0] < 0 < row.interval[1])
    for name in MODELS:
        assert 0.83 <= np.mean(hits[name]) <= 0.96, name


def test_the_curve_holds_all_estimators_and_says_which_way_each_points() -> None:
    world = make(SPACED, 3)
    claim, _ = response_of(world)
    exhibit = answer_claim(claim, world.data.under(QUICK)).exhibit("specifications")
    assert exhibit is not None
    curve = exhibit.table.records()
    by_name = defaultdict(list)
    for row in curve:
        by_name[row["estimator"]].append(row)
    assert set(by_name) >= MODELS | {EVENT_STUDY}
    assert [row["primary"] for row in curve].count(True) == 1
    for name in MODELS:
        assert all(row["towards"] == (row["effect_percent"] > 0) for row in by_name[name])
        assert all(row["cases"] == 14 for row in by_name[name])


def test_the_same_seed_gives_the_same_rows() -> None:
    world = make(SPACED, 4)

    def effects(seed: int) -> list[float]:
        return [row.effect for row in rows_of(world, seed)]

    assert effects(1) == effects(1)
    assert effects(1) != effects(2)


def test_the_seam_of_two_sources_is_no_response() -> None:
    world = make(replace(SPACED, planted=Planted()), 5)
    claim, signal = response_of(world)
    late = np.arange(len(signal.series.values)) >= 100
    values = np.where(late, 20 * signal.series.values, signal.series.values)
    spliced = replace(signal.series, values=values, segments=late.astype(int), sources=("a", "b"))
    moved = list(
        projected(claim, replace(signal, series=spliced), [3], world.data.under(Options(seed=1)))
    )
    assert len(moved) == 2
    assert all(abs(row.value) < 30 for row in moved)


def test_too_few_episodes_give_no_rows() -> None:
    assert not rows_of(make(replace(SPACED, episodes=4), 1))


def test_follow_ons_are_set_apart_from_what_a_period_does() -> None:
    """No period effect: bursts alone move the plain ratio, and more than the one set apart."""
    apart, plain, covered, follow_ons = [], [], [], []
    for seed in range(70):
        world = make(WorldSpec(features=Features(excited=True)), seed)
        effect = set_apart(contrast_of(world, "period"), world.data)
        assert effect is not None
        low, high = effect.interval()
        apart.append(effect.log_ratio)
        plain.append(effect.plain)
        covered.append(low < 0 < high)
        follow_ons.append(effect.follow_ons)
    assert np.std(apart) < np.std(plain)
    assert 0.82 <= np.mean(covered) <= 0.98
    assert 0.4 < np.median(follow_ons) < 0.65  # 0.6 were planted; short samples give a little less


def test_an_effect_on_what_comes_of_itself_is_found() -> None:
    spec = WorldSpec(features=Features(excited=True), planted=Planted(period=1.0))
    for seed in range(8):
        world = make(spec, seed)
        claim = contrast_of(world, "period")
        effect = set_apart(claim, world.data)
        assert effect is not None
        low, high = effect.interval()
        assert low < 1.3 and high > 0.7
        signal = world.data.signals(claim.relation, [])[0][0]
        row = estimate_of(signal, effect, "incidents")
        assert row.effect == effect.log_ratio > 0
        assert row.interval is not None and row.interval[0] < row.effect < row.interval[1]
        assert "follow-ons" in check_of(effect).text


def test_only_actions_with_events_in_both_states_have_follow_ons() -> None:
    world = make(WorldSpec(), 1)
    assert set_apart(contrast_of(world, "after-news"), world.data) is None
    claim = contrast_of(world, "after")
    rare = claim.model_copy(update={"when": Condition(without="causes", months=60)})
    with pytest.raises(DataGapError, match=r"Follow-ons could not be set apart\."):
        set_apart(rare, world.data)


def test_a_contrast_says_why_follow_ons_were_not_set_apart(korea: StudyData) -> None:
    claim = next(c for c in korea.study.asks("claims") if c.id == "dialogues-after-six-party")
    assert isinstance(claim, ContrastClaim)
    gap = DataGapError("", "Under one of the conditions the action happened on 2 days.", "No.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Contrast, "_apart", gap)
        answer = answer_claim(claim, korea.under(QUICK))
    check = answer.checks[-1]
    assert (check.name, check.passed) == ("Not self-excitation alone", None)
    assert check.text == f"Follow-ons could not be set apart. {gap.found} No."
    exhibit = answer.exhibit("specifications")
    assert exhibit is not None
    assert SELF_EXCITING not in exhibit.table.column("estimator")


def test_three_days_with_the_action_are_needed_under_each_condition(korea: StudyData) -> None:
    claim = next(c for c in korea.study.asks("claims") if c.id == "dialogues-after-six-party")
    assert isinstance(claim, ContrastClaim)
    early = claim.model_copy(update={"until": korea.facts_of(claim.relation.action or "")[4].date})
    with pytest.raises(DataGapError, match="At least 3 are needed in each"):
        set_apart(early, korea)


def test_part_of_the_rise_under_patience_is_self_excitation(korea: StudyData) -> None:
    claim = next(c for c in korea.study.asks("claims") if c.id == "patience-against-six-party")
    answer = answer_claim(claim, korea.under(QUICK))
    exhibit = answer.exhibit("specifications")
    assert exhibit is not None
    row = next(r for r in exhibit.table.records() if r["estimator"] == SELF_EXCITING)
    # A steady drift is in the baseline as well, and it leaves no rise that is told.
    assert row["low_ratio"] < 1 < row["high_ratio"]
    check = next(c for c in answer.checks if c.name == "Not self-excitation alone")
    assert check.passed is True
    assert isinstance(claim, ContrastClaim)
    effect = set_apart(claim, korea)
    assert effect is not None and 0 < effect.log_ratio < effect.plain
