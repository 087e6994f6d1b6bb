"""No word of a response depends on the seed of its draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lab.worlds.features import Planted, WorldSpec
from lab.worlds.world import make
from scipy.stats import binom

from detente.answers import Answer, Verdict
from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.response import Response
from detente.asks.claims.rules import Evidence, judge, undecided
from detente.asks.claims.run import answer_claim
from detente.estimators.ratestudy import left_out_ratios, rate_study, usual_counts
from detente.estimators.resample import chance_range
from detente.study.data import StudyData
from detente.study.options import Options
from test_claims_kinds import claim_of
from test_claims_null import counts_of, signal_of

NEAR = Evidence(effect=0.5, p_placebo=0.049, cases=12, agreeing=1.0, one_case_carries=False)


@pytest.fixture(scope="module")
def data() -> StudyData:
    return make(WorldSpec(months=156, planted=Planted(response=0.3), episodes=8), 5).data


def response(data: StudyData) -> ClaimBase:
    return claim_of(data, "response")


@pytest.mark.parametrize(("p", "draws"), [(0.05, 1999), (0.1, 199), (0.0005, 1999), (1.0, 99)])
def test_the_range_of_a_p_value_holds_it_and_is_exact(p: float, draws: int) -> None:
    low, high = chance_range(p, draws)
    far = round(p * (draws + 1)) - 1
    assert low <= far / draws <= high
    if far > 0:
        assert binom.sf(far - 1, draws, low) == pytest.approx(0.005)
    if far < draws:
        assert binom.cdf(far, draws, high) == pytest.approx(0.005)
    wider = chance_range(p, draws, coverage=0.999)
    assert wider[0] <= low <= high <= wider[1]


@pytest.mark.parametrize(
    ("least", "most", "claims", "open_"),
    [
        (0.03, 0.049, 1, False), (0.03, 0.051, 1, True), (0.06, 0.09, 1, False),
        (0.09, 0.11, 1, True), (0.03, 0.049, 9, False), (0.02, 0.026, 2, True),
        (0.11, 0.9, 50, False), (0.0, 0.0004, 20, False),
    ],
)  # fmt: skip
def test_a_range_on_one_side_of_every_border_is_decided(
    least: float, most: float, claims: int, open_: bool
) -> None:
    assert undecided(least, most, claims) is open_


def test_a_strong_word_needs_all_that_p_may_be_below_its_border() -> None:
    assert judge(NEAR, 0.049)[0] is Verdict.SUPPORTED
    close = replace(NEAR, p_most=0.051)
    verdict, reason = judge(close, 0.049)
    assert verdict is Verdict.LEANS_SUPPORTED and "leave open on which side" in reason
    lean = replace(NEAR, p_placebo=0.098, p_most=0.103)
    verdict, reason = judge(lean, 0.098)
    assert verdict is Verdict.NO_CLEAR_EFFECT and "so near to 0.1" in reason
    assert judge(replace(close, p_most=0.0499), 0.049, 0.0499)[0] is Verdict.SUPPORTED
    assert judge(replace(close, p_most=0.0499), 0.049, 0.06)[0] is Verdict.LEANS_SUPPORTED


def test_twenty_seeds_give_one_word(data: StudyData) -> None:
    def say(seed: int) -> Answer:
        options = Options(seed=seed, draws=499, curve_draws=9)
        return answer_claim(response(data), data.under(options))

    answers = [say(seed) for seed in range(20)]
    assert len({answer.verdict for answer in answers}) == 1
    chances = [answer.fact("p") for answer in answers]
    values = np.array([fact.value for fact in chances if fact is not None], dtype=float)
    assert values.std() > 0  # the seed does move p, and the word stays


def test_draws_are_added_until_the_side_of_a_border_is_known(data: StudyData) -> None:
    sizes = set()
    for strength in (0.1, 0.3, 0.9):
        world = make(WorldSpec(months=156, planted=Planted(response=strength), episodes=8), 5)
        options = Options(seed=1, draws=199, curve_draws=9)
        claim = response(world.data)
        signal = world.data.signals(claim.relation, claim.measures)[0][0]  # type: ignore[attr-defined]
        estimate = Response(claim, world.data.under(options)).measure(signal)
        draws = len(estimate.placebo)
        sizes.add(draws)
        least, most = estimate.p_range or (0.0, 1.0)
        assert least <= (estimate.p or 0.0) <= most
        claims = len(world.data.study.asks("claims"))
        assert draws == 16 * 199 or not undecided(least, most, claims)
    assert min(sizes) < max(sizes)


def test_more_draws_begin_like_fewer_and_are_held_in_parts() -> None:
    counts = np.random.default_rng(1).poisson(9.0, 120).astype(float)
    grid = counts_of(signal_of(counts))
    causes = np.arange(10, 110, 12)
    spans = {"window_periods": 3, "baseline_periods": 3}
    many = rate_study(grid, causes, draws=9000, **spans)
    assert many.placebo.shape == (9000,) and np.unique(many.placebo).size > 5000
    few = rate_study(grid, causes, draws=999, **spans)
    assert many.p_placebo == pytest.approx(few.p_placebo, abs=0.05)
    low, high = many.p_range()
    assert high - low < 0.5 * np.diff(few.p_range())[0]


def test_what_is_left_out_takes_no_part_in_the_season() -> None:
    """One raised window: without it there is no effect, and no season either."""
    month = np.arange(120)
    causes = np.arange(7, 115, 12)[1:8]
    counts = np.full(120, 10.0)
    counts[causes[3] : causes[3] + 3] = 200.0
    grid = counts_of(signal_of(counts))
    spans = {"window_periods": 3, "baseline_periods": 3}
    starts = rate_study(grid, causes, draws=99, **spans).starts
    assert (starts == causes).all()
    raised, other = left_out_ratios(grid, causes, starts, [np.array([3]), np.array([0])], **spans)
    assert raised == pytest.approx(0.0, abs=1e-3)
    assert other > 0.5
    usual = usual_counts(grid, causes, window_periods=3)
    assert np.ptp(usual[month % 12 == 3]) < 5  # the trend alone
    both = left_out_ratios(grid, causes, starts, [np.array([0, 3]), np.arange(3, 7)], **spans)
    assert both == pytest.approx([0.0, 0.0], abs=1e-3)


def test_episodes_of_one_month_are_left_out_together(data: StudyData) -> None:
    answer = answer_claim(response(data), data.under(Options(seed=1, draws=99, curve_draws=9)))
    curve, cases = answer.exhibit("specifications"), answer.exhibit("cases")
    assert curve is not None and cases is not None
    rows = curve.table.records()
    assert sum(bool(row["episodes"]) for row in rows) == len(cases.table)
    months = [str(date)[5:7] for date in cases.table.column("date")]
    shared = {name for name in months if 1 < months.count(name) < len(months)}
    assert sum(bool(row.get("months")) for row in rows) == len(shared)
    names = {check.name for check in answer.checks}
    assert {"Draws enough to know p", "No single episode carries the sign"} <= names
