"""Many tests at once: corrections against known answers, and joint bands that hold jointly."""

from __future__ import annotations

import gc
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from detente.errors import DataGapError, UsageError
from detente.estimators.multiple import adjust_p_values, benjamini_hochberg, holm, max_t, sup_t

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(P_VALUES)
def test_corrections_agree_with_statsmodels(p_values: list[float]) -> None:
    for ours, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        with patch.object(gc, "collect"):  # or else it looks through a whole suite in every call
            theirs = multipletests(p_values, method=method)[1]
        np.testing.assert_allclose(ours(p_values), theirs, atol=1e-14)


@given(P_VALUES, st.integers(0, 20))
def test_tests_not_shown_count_as_the_largest(p_values: list[float], hidden: int) -> None:
    whole = [*p_values, *[1.0] * hidden]
    number = len(whole)
    for correct in (holm, benjamini_hochberg):
        shown = correct(p_values, tested=number)
        np.testing.assert_allclose(shown, correct(whole)[: len(p_values)], atol=1e-14)


def test_the_number_tested_is_in_every_row_and_in_the_sentence() -> None:
    family = adjust_p_values(["a", "b"], [0.01, 0.2], method="benjamini-hochberg", tested=30)
    assert family.df()["tested"].tolist() == [30, 30]
    assert "30 tested" in str(family)
    assert family.p_adjusted == pytest.approx((0.3, 1.0))
    joint = max_t([1.0, 2.0], np.random.default_rng(1).normal(size=(100, 2)))
    assert joint.df()["tested"].tolist() == [2, 2]
    assert "2 tested" in str(joint)


def test_joint_bands_hold_all_truths_at_once_and_p_values_keep_their_size() -> None:
    """Strongly dependent estimates: exact size, where Holm would be far below it."""
    root = np.linalg.cholesky(0.9 * np.ones((8, 8)) + 0.1 * np.eye(8))
    held, found, by_holm = [], [], []
    for seed in range(600):
        rng = np.random.default_rng(seed)
        estimate = root @ rng.normal(size=8)
        joint = max_t(estimate, rng.normal(size=(400, 8)) @ root.T)
        held.append(np.all((joint.low < 0) & (joint.high > 0)))
        found.append(joint.p_adjusted.min() < 0.10)
        by_holm.append(min(holm(2 * norm.sf(np.abs(estimate)))) < 0.10)
    assert 0.87 < np.mean(held) < 0.93
    assert 0.07 < np.mean(found) < 0.13
    assert np.mean(by_holm) < np.mean(found) - 0.03


def test_a_joint_p_value_counts_the_estimate_among_its_draws() -> None:
    draws = np.random.default_rng(1).normal(size=(99, 2))
    assert max_t([50.0, 0.0], draws).p_adjusted.tolist() == [0.01, 1.0]


def test_the_half_width_is_sidaks_for_independent_estimates() -> None:
    sidak = norm.ppf((1 + 0.9 ** (1 / 5)) / 2)
    assert sup_t(np.diag([1.0, 4.0, 9.0, 1.0, 1.0])) == pytest.approx(sidak, abs=0.03)
    assert sup_t(np.ones((5, 5))) == pytest.approx(norm.ppf(0.95), abs=0.03)
    assert sup_t(np.eye(5), degrees=5) > sidak


@pytest.mark.parametrize("p_values", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(p_values: list[float]) -> None:
    with pytest.raises(UsageError, match="from 0 to 1"):
        holm(p_values)


def test_wrong_calls_say_what_is_wrong() -> None:
    with pytest.raises(UsageError, match="2 of 1 tested"):
        benjamini_hochberg([0.1, 0.2], tested=1)
    with pytest.raises(UsageError, match="bonferroni"):
        adjust_p_values(["a"], [0.1], method="bonferroni")
    with pytest.raises(UsageError, match="shape"):
        max_t([1.0, 2.0], np.ones((10, 3)))
    with pytest.raises(UsageError, match="missing or infinite"):
        max_t([np.nan, 2.0], np.random.default_rng(1).normal(size=(10, 2)))
    with pytest.raises(DataGapError, match="never vary"):
        max_t([1.0, 2.0], np.ones((10, 2)))
