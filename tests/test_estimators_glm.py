"""Generalised linear models against statsmodels, and where they must refuse."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from detente.errors import DataGapError, UsageError
from detente.estimators.glm import excess_variance, fit_logit, fit_negative_binomial, fit_poisson

RNG = np.random.default_rng(4)
X = np.column_stack([np.ones(300), RNG.normal(size=(300, 2)) * [1.0, 5.0]])
EXPOSURE = RNG.uniform(0.5, 2.0, 300)
MEAN = EXPOSURE * np.exp(X @ [0.5, 0.4, -0.1])
COUNTS = RNG.poisson(MEAN * RNG.gamma(2.0, 0.5, 300)).astype(float)
HAPPENED = (RNG.random(300) < 1 / (1 + np.exp(-(X @ [0.3, 1.0, -0.2])))).astype(float)
WEIGHTS = RNG.uniform(0.2, 1.0, 300)


def test_poisson_is_that_of_statsmodels() -> None:
    ours = fit_poisson(COUNTS, X, exposure=EXPOSURE)
    theirs = sm.GLM(COUNTS, X, family=sm.families.Poisson(), exposure=EXPOSURE).fit(tol=1e-12)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(ours.errors, theirs.bse, rtol=1e-8)
    np.testing.assert_allclose(ours.mean, theirs.mu, rtol=1e-8)


def test_negative_binomial_is_that_of_statsmodels() -> None:
    ours = fit_negative_binomial(COUNTS, X, exposure=EXPOSURE, dispersion=0.5)
    family = sm.families.NegativeBinomial(alpha=0.5)
    theirs = sm.GLM(COUNTS, X, family=family, exposure=EXPOSURE).fit(tol=1e-12)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-6)
    np.testing.assert_allclose(ours.errors, theirs.bse, rtol=1e-6)
    assert ours.family == "negative-binomial"


def test_dispersion_is_set_by_moments_about_the_poisson_fit() -> None:
    poisson = fit_poisson(COUNTS, X, exposure=EXPOSURE)
    ours = fit_negative_binomial(COUNTS, X, exposure=EXPOSURE)
    assert ours.dispersion == excess_variance(COUNTS, poisson.mean, 3)
    assert ours.dispersion == pytest.approx(0.5, abs=0.2)
    even = fit_negative_binomial(np.tile([1.0, 2.0], 50), np.ones((100, 1)))
    assert (even.dispersion, even.family) == (0.0, "poisson")


def test_logit_is_that_of_statsmodels() -> None:
    ours = fit_logit(HAPPENED, X)
    theirs = sm.Logit(HAPPENED, X).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(ours.errors, theirs.bse, rtol=1e-8)


def test_the_table_of_a_fit_holds_its_90_percent_intervals() -> None:
    fit = fit_poisson(COUNTS, X, exposure=EXPOSURE)
    theirs = sm.GLM(COUNTS, X, family=sm.families.Poisson(), exposure=EXPOSURE).fit(tol=1e-12)
    (exhibit,) = fit.exhibits()
    assert exhibit.table.column("estimate") == pytest.approx(theirs.params)
    ends = np.array([exhibit.table.column("low_90"), exhibit.table.column("high_90")])
    np.testing.assert_allclose(ends.T, theirs.conf_int(alpha=0.1), rtol=1e-7)


def test_weights_count_rows() -> None:
    once = fit_poisson(COUNTS, X, weights=np.full(300, 2.0))
    twice = fit_poisson(np.tile(COUNTS, 2), np.tile(X, (2, 1)))
    np.testing.assert_allclose(once.coefficients, twice.coefficients, rtol=1e-9)
    np.testing.assert_allclose(once.covariance, twice.covariance, rtol=1e-9)
    theirs = sm.GLM(COUNTS, X, family=sm.families.Poisson(), freq_weights=WEIGHTS).fit(tol=1e-12)
    ours = fit_poisson(COUNTS, X, weights=WEIGHTS)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)


@pytest.mark.parametrize(("fit", "outcome"), [(fit_poisson, COUNTS), (fit_logit, HAPPENED)])
def test_the_slope_of_a_ridge_is_its_penalty(fit, outcome) -> None:  # type: ignore[no-untyped-def]
    ridge = np.array([0.0, 7.0, 3.0])
    found = fit(outcome, X, ridge=ridge)
    np.testing.assert_allclose(X.T @ found.residual(outcome), ridge * found.coefficients, atol=1e-6)
    assert abs(found.coefficients[1]) < abs(fit(outcome, X).coefficients[1])


def test_separation_is_refused_without_a_ridge_and_fitted_with_one() -> None:
    x = np.column_stack([np.ones(40), np.arange(40) >= 20])
    with pytest.raises(DataGapError, match="No finite coefficients"):
        fit_logit(x[:, 1], x)
    with pytest.raises(DataGapError, match="No finite coefficients"):
        fit_poisson(x[:, 1] * 3, x)
    assert 0 < fit_logit(x[:, 1], x, ridge=1.0).coefficients[1] < 10


@pytest.mark.parametrize(
    ("outcome", "x", "exposure"),
    [
        ([-1.0, 2.0], np.ones((2, 1)), None),
        ([1.0, 2.0], np.ones((3, 1)), None),
        ([1.0, np.nan], np.ones((2, 1)), None),
        ([1.0, 2.0], np.ones((2, 1)), [1.0, 0.0]),
    ],
)
def test_what_cannot_be_counted_is_refused(outcome, x, exposure) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="could not be fitted"):
        fit_poisson(outcome, x, exposure=exposure)


def test_outcomes_beyond_one_are_no_yes_or_no() -> None:
    with pytest.raises(UsageError, match="out of range"):
        fit_logit([0.0, 2.0], np.ones((2, 1)))


def test_dispersion_and_means_can_be_set_in_turn() -> None:
    ours = fit_negative_binomial(
        COUNTS, X, dispersion=lambda mean: excess_variance(COUNTS, mean, 3)
    )
    assert ours.dispersion == pytest.approx(excess_variance(COUNTS, ours.mean, 3), rel=1e-9)
    again = fit_negative_binomial(COUNTS, X, dispersion=ours.dispersion)
    np.testing.assert_allclose(ours.coefficients, again.coefficients, rtol=1e-8)
