"""Ratios of rates beyond a steady drift: known answers, symmetries, what would be seen."""

from __future__ import annotations

import numpy as np
import pytest

from detente.errors import DataGapError
from detente.estimators.power import visible_log_ratio
from detente.estimators.rates import log_rate_ratio
from detente.estimators.steady import moved_scores, prepared, steady_contrast, steady_log_ratio

MONTHS = 168
MONTH = np.arange(MONTHS)
LATE = MONTH >= 90
AMID = (MONTH >= 60) & (MONTH < 110)
ONES = np.ones(MONTHS)
THICKER = np.exp(np.log(10) * (MONTH / (MONTHS - 1) - 1))


def drawn(mean: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean).astype(float)


@pytest.mark.parametrize("state", [LATE, AMID])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_what_a_drift_does_not_explain_is_the_ratio(state: np.ndarray, ratio: float) -> None:
    counts = 5000 * THICKER * np.where(state, ratio, 1.0)
    beyond = np.exp(steady_log_ratio(counts, ONES, state, ~state))
    assert beyond == pytest.approx(ratio, rel=2e-3)
    plain = np.exp(log_rate_ratio(counts, ONES, LATE, ~LATE))
    assert plain > 1.5  # whatever the state did


@pytest.mark.parametrize("seed", range(4))
def test_units_the_order_of_time_and_of_the_states_do_not_matter(seed: int) -> None:
    counts = drawn(3 * THICKER, seed) + 1
    ratio = steady_log_ratio(counts, ONES, AMID, ~AMID)
    assert steady_log_ratio(counts, 7 * ONES, AMID, ~AMID) == pytest.approx(ratio, abs=1e-5)
    assert steady_log_ratio(counts[::-1], ONES, AMID[::-1], ~AMID[::-1]) == pytest.approx(
        ratio, abs=1e-5
    )
    assert steady_log_ratio(counts, ONES, ~AMID, AMID) == pytest.approx(-ratio, abs=5e-3)
    drifting = counts * np.exp(MONTH / 100)
    assert steady_log_ratio(drifting, np.exp(MONTH / 100), AMID, ~AMID) == pytest.approx(
        steady_log_ratio(counts, ONES, AMID, ~AMID), abs=0.3
    )


def test_strata_have_levels_of_their_own() -> None:
    strata = (MONTH // 56).astype(np.int64)
    levels = np.array([1.0, 9.0, 2.0])[strata]
    counts = 500 * levels * np.exp(MONTH / 80) * np.where(MONTH % 5 < 2, 1.5, 1.0)
    often = MONTH % 5 < 2
    assert np.exp(steady_log_ratio(counts, ONES, often, ~often, strata=strata)) == pytest.approx(
        1.5, rel=1e-3
    )


def test_rates_have_the_ratio_that_is_told() -> None:
    contrast = steady_contrast(drawn(8 * THICKER, 1), ONES, LATE, ~LATE, draws=400)
    assert contrast.rate_high / contrast.rate_low == pytest.approx(np.exp(contrast.log_ratio))
    assert np.median(contrast.draws_high) == pytest.approx(contrast.rate_high, rel=0.1)
    assert (contrast.periods_high, contrast.periods_low) == (78, 90)
    assert contrast.events_high + contrast.events_low == drawn(8 * THICKER, 1).sum()


def test_an_empty_state_has_a_finite_ratio() -> None:
    counts = np.where(AMID, 0.0, 4.0)
    ratio = steady_log_ratio(counts, ONES, AMID, ~AMID)
    assert np.isfinite(ratio) and ratio < -3


def test_states_that_are_strata_cannot_be_told_from_their_levels() -> None:
    counts = drawn(5 * ONES, 1)
    alternate = MONTH % 2 == 0
    for strata in (LATE.astype(np.int64), np.where(MONTH < 120, LATE, 2).astype(np.int64)):
        with pytest.raises(DataGapError, match=r"drift|compared"):
            steady_contrast(counts, ONES, LATE, ~LATE, strata=strata)
    assert np.isfinite(steady_log_ratio(counts, ONES, alternate, ~alternate))


def test_the_true_place_scores_highest_where_a_state_does_all() -> None:
    counts = np.round(20 * THICKER * np.where(AMID, 4.0, 1.0))
    counted, high, low, known = prepared(counts, ONES, AMID, ~AMID, None)
    scores = moved_scores(counted, high, low, known)
    assert len(scores) == MONTHS
    assert np.nanargmax(scores) == 0 and scores[0] > 3


def test_a_record_that_thickens_makes_no_late_era_rare() -> None:
    rare, covered, before = 0, 0, 0
    for seed in range(60):
        counts = drawn(THICKER * np.random.default_rng(seed + 500).gamma(5, 0.2, MONTHS), seed)
        contrast = steady_contrast(counts, ONES, LATE, ~LATE, draws=1)
        low, high = contrast.interval()
        rare += contrast.p_placebo < 0.05
        covered += low <= 0 <= high
        before += log_rate_ratio(counts, ONES, LATE, ~LATE) > np.log(2)
    assert rare <= 7 and 48 <= covered <= 60
    assert before > 50  # the plain ratio says so of nearly all


def test_the_smallest_visible_ratio_is_seen_about_four_times_in_five() -> None:
    seen = 0
    for seed in range(20):
        flat = drawn(5 * ONES, seed)
        size = visible_log_ratio(flat, ONES, AMID, ~AMID, steady=True)
        assert 0.1 < size < 2.5
        counts = drawn(5 * np.where(AMID, np.exp(size), 1.0), seed + 100)
        seen += steady_contrast(counts, ONES, AMID, ~AMID, draws=1).p_placebo < 0.05
    assert 12 <= seen <= 20
