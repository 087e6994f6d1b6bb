"""Simulated worlds are what they say they are, and a small calibration of the claims engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from lab.worlds.features import NULL_WORLDS, Features, Planted, WorldSpec
from lab.worlds.processes import chance_within, counts_of, days_of, decay_of
from lab.worlds.relations import make_relation
from lab.worlds.setting import make_setting
from lab.worlds.study import A, B, known_on, only
from lab.worlds.world import make

from detente.answers import Answer, Verdict
from detente.asks.claims.run import answer_claims
from detente.estimators.matching import merge_episodes
from detente.study.options import Options

DAYS = 20_000
QUICK = Options(seed=1, draws=199, curve_draws=19, level_draws=200)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("jump", [0.0, 0.5])
def test_self_excitation_multiplies_the_mean_by_its_branching(jump: float) -> None:
    daily = days_of(
        np.full(5 * DAYS, 0.01), np.ones(5 * DAYS), rng(), jump=jump, decay=decay_of(10)
    )
    assert daily.counts.mean() == pytest.approx(0.01 / (1 - jump), rel=0.1)


def test_counts_are_proportional_to_the_news() -> None:
    news = np.where(np.arange(DAYS) < DAYS // 2, 1.0, 3.0)
    daily = counts_of(np.full(DAYS, 2.0), news, rng(), jump=0.5, decay=decay_of(10))
    few, many = daily.counts[: DAYS // 2].mean(), daily.counts[DAYS // 2 :].mean()
    assert many / few == pytest.approx(3.0, rel=0.1)


def test_counts_vary_more_than_poisson_and_remember_if_excited() -> None:
    def monthly(jump: float) -> np.ndarray:
        daily = counts_of(np.full(DAYS, 1.0), np.ones(DAYS), rng(), jump=jump, decay=decay_of(30))
        return daily.counts[: DAYS // 30 * 30].reshape(-1, 30).sum(axis=1)

    calm, excited = monthly(0.0), monthly(0.6)
    assert calm.var() > 2 * calm.mean()
    assert abs(np.corrcoef(calm[1:], calm[:-1])[0, 1]) < 0.12
    assert np.corrcoef(excited[1:], excited[:-1])[0, 1] > 0.3


def test_the_chance_of_an_event_is_that_of_many_futures() -> None:
    base, scale = np.full(400, 0.02), np.ones(400)
    first = days_of(base, scale, rng(3), jump=0.6, decay=decay_of(20))
    stated = chance_within(first, base, scale, 380, 15)
    seen = []
    for seed in range(3000):
        heat, future, event = first.heat[381], rng(seed), False
        for _ in range(15):
            event |= bool(future.random() < 1 - np.exp(-(0.02 + 0.6 * heat)))
            heat *= first.decay
        seen.append(event)
    assert np.mean(seen) == pytest.approx(stated, abs=0.03)


def test_a_planted_response_is_the_ratio_of_two_worlds() -> None:
    setting = make_setting(Features(), 240, rng())
    raised = np.where(np.arange(240) % 12 < 3, np.log(2.0), 0.0)
    ratios = []
    for seed in range(40):
        with_it, without = (make_relation(setting, r, rng(seed)) for r in (raised, 0 * raised))
        ratios.append(with_it.counts[raised > 0].sum() / without.counts[raised > 0].sum())
    assert np.mean(ratios) == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("name", list(NULL_WORLDS))
def test_null_worlds_say_so_and_are_reproducible(name: str) -> None:
    spec = WorldSpec(NULL_WORLDS[name])
    first, again = make(spec, 5), make(spec, 5)
    assert first.truth == again.truth
    assert first.data.facts == again.data.facts
    assert first.data.datasets["counts"].table().equals(again.data.datasets["counts"].table())
    assert first.truth["response"].null and first.truth["response"].effect == 0
    assert make(spec, 6).data.facts != first.data.facts


def test_features_do_what_they_say() -> None:
    growing = make(WorldSpec(Features(growth=True), months=200), 1).data
    world = growing.datasets["world"].system("total").values
    assert world[-12:].mean() / world[:12].mean() > 2
    gaps = make(WorldSpec(Features(gaps=True), months=200), 1).data
    pair = gaps.datasets["counts"].pair(A, B, "verbal_cooperation").values
    assert 1 <= np.isnan(pair).sum() <= 6
    assert np.isnan(gaps.datasets["world"].system("total").values[np.isnan(pair)]).all()


def test_the_number_of_episodes_is_as_asked() -> None:
    world = make(WorldSpec(months=168, episodes=13), 2)
    months = world.data.days_of("causes").astype("datetime64[M]").astype(np.int64)
    assert len(merge_episodes(months, 6)) == 13


def test_what_was_known_on_a_day_holds_nothing_later() -> None:
    world = make(WorldSpec(), 3)
    then = known_on(world.data, world.forecast_day)
    assert max(fact.date for fact in then.facts) <= world.forecast_day < world.data.as_of


def answers(spec: WorldSpec, claims: Sequence[str], worlds: int) -> list[Answer]:
    collected: list[Answer] = []
    for seed in range(worlds):
        data = only(make(spec, seed).data, claims)
        collected += answer_claims(data.under(replace(QUICK, seed=seed)))
    return collected


def test_nothing_is_rarely_called_something() -> None:
    claims = ("response", "after-news", "shift", "groups")
    cards = answers(WorldSpec(NULL_WORLDS["everything"]), claims, 20)
    sure = [item.verdict in {Verdict.SUPPORTED, Verdict.CONTRADICTED} for item in cards]
    # 10% nominal at most, both ways; twice that in eighty claims would be one chance in 200
    assert np.mean(sure) < 0.20
    effects = [item.fact("effect") for item in cards if item.kind == "response"]
    covers = [
        fact.low <= fact.scale.neutral <= fact.high
        for fact in effects
        if fact is not None and fact.low is not None and fact.high is not None
    ]
    assert np.mean(covers) >= 0.7


def test_a_doubling_is_seen_and_a_halving_is_contradicted() -> None:
    up = WorldSpec(planted=Planted(response=np.log(2.0)), months=200, episodes=14)
    down = replace(up, planted=Planted(response=-np.log(2.0)))
    verdicts = [item.verdict for item in answers(up, ["response"], 6)]
    assert verdicts.count(Verdict.SUPPORTED) >= 5
    verdicts = [item.verdict for item in answers(down, ["response"], 6)]
    assert verdicts.count(Verdict.CONTRADICTED) >= 5


def test_an_effect_is_measured_without_bias() -> None:
    spec = WorldSpec(planted=Planted(response=np.log(1.5)), months=200, episodes=14)
    facts = [item.fact("effect") for item in answers(spec, ["response"], 12)]
    effects = [fact.value for fact in facts if fact is not None]
    assert np.mean(effects) == pytest.approx(50, abs=12)
