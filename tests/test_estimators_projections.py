"""Local projections: published numbers, known truth, coverage by simulation, and bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from detente.errors import DataGapError, UsageError
from detente.estimators.glm import fit_negative_binomial, fit_poisson
from detente.estimators.projections.project import LocalProjection, local_projection
from detente.estimators.projections.rows import make_inputs, make_rows
from detente.estimators.projections.sandwich import (
    Regression,
    dependent_influence,
    long_run,
    robust_influence,
)
from detente.estimators.vector.impulse import impulse_responses
from detente.estimators.vector.var import fit_var

HORIZONS = (0, 1, 3, 6)
WORLDS = 240


def world(seed: int, length: int, carried: float, *, rare: bool = False) -> tuple[np.ndarray, ...]:
    """A shock, an outcome that it moves by one unit at once, and the true responses."""
    rng = np.random.default_rng(seed)
    shock = rng.normal(size=length + 100)
    if rare:
        shock = (shock > 1.5).astype(float)
    outcome = lfilter([1], [1, -carried], rng.normal(size=length + 100) + shock)
    return outcome[100:], shock[100:], carried ** np.array(HORIZONS)


def count_world(seed: int, length: int, *, rare: bool) -> tuple[np.ndarray, ...]:
    """Bursts of counts with a season and growing reporting, and log rate ratios after a shock."""
    rng = np.random.default_rng(seed)
    month = np.arange(length)
    exposure = np.exp(np.linspace(0, 2, length) + 0.3 * rng.normal(size=length))
    season = np.column_stack([np.sin(month * np.pi / 6), np.cos(month * np.pi / 6)])
    shock = rng.normal(size=length)
    if rare:
        shock = (shock > 1.4).astype(float)
    path = 0.5 * 0.6 ** np.arange(length)
    mood = lfilter([1], [1, -0.7], 0.2 * rng.normal(size=length))
    rate = 2 * exposure * np.exp(0.5 * season[:, 0] + np.convolve(shock, path)[:length] + mood)
    counts = rng.poisson(rate * rng.gamma(4, 1 / 4, size=length)).astype(float)
    return counts, shock, exposure, season, path[list(HORIZONS)]


def covered(result: LocalProjection, truth: np.ndarray) -> np.ndarray:
    low, high = result.interval(0.90)
    return (low[0] < truth) & (truth < high[0])


@pytest.mark.parametrize("options", [{"lags": 3, "augment": False}, {"lags": 2}])
def test_output_after_a_rise_of_the_federal_funds_rate(shared: Path, options: dict) -> None:
    """Jordà (2005): the rate is ordered last, and the present period and three lags matter."""
    file = shared / "bench" / "dyn" / "lp-interest-rules.csv"
    gap, inflation, rate = np.genfromtxt(file, delimiter=",", skip_header=1).T
    result = local_projection(
        gap,
        rate,
        controls=np.column_stack([gap, inflation]),
        others=inflation,
        horizons=range(1, 5),
        **options,
    )
    assert result.estimate[0].round(4).tolist() == [0.0441, -0.2560, -0.3380, -0.4432]


def test_one_step_is_the_vector_autoregression_and_later_steps_tend_to_it() -> None:
    rng = np.random.default_rng(3)
    series = np.zeros((6000, 2))
    for t in range(2, len(series)):
        a, b = series[t - 1], series[t - 2]
        series[t, 1] = 0.5 * a[1] + 0.2 * b[1] + rng.normal()
        series[t, 0] = 0.4 * a[0] + 0.3 * a[1] - 0.3 * b[1] + rng.normal() + 0.5 * series[t, 1]
    # The second series acts first within a period, so the outcome of the period is no control.
    projected = local_projection(series[:, 0], series[:, 1], horizons=6, lags=2, augment=False)
    ordered = fit_var(series[:, ::-1], 2)
    unit = impulse_responses(ordered, 7)[:, 1, 0] / impulse_responses(ordered, 7)[0, 0, 0]
    np.testing.assert_allclose(projected.estimate[0, 0], unit[0], atol=1e-10)
    np.testing.assert_allclose(projected.estimate[0], unit, atol=0.05)
    # Where the outcome acts first, it is a control, and one step is a coefficient of lag one.
    last = local_projection(
        series[:, 1], series[:, 0], controls=series[:, 1], horizons=[1], lags=1, augment=False
    )
    coefficient = fit_var(series, 2).lag_matrices[0, 1, 0]
    assert last.estimate.item() == pytest.approx(coefficient, abs=1e-12)


def test_estimates_and_errors_are_those_of_statsmodels() -> None:
    outcome, shock, _ = world(5, 200, 0.7)
    inputs = make_inputs(
        outcome,
        shock,
        controls=None,
        others=None,
        state=None,
        segments=None,
        family="gaussian",
        exposure=None,
    )
    rows = make_rows(inputs, 3, 2, cumulative=False)
    theirs = sm.OLS(rows.y, rows.x)
    ours = local_projection(outcome, shock, horizons=[3], lags=1)
    hc2 = theirs.fit(cov_type="HC2")
    assert ours.estimate.item() == pytest.approx(hc2.params[0], rel=1e-12)
    assert ours.error.item() == pytest.approx(hc2.bse[0], rel=1e-11)
    hac = theirs.fit(cov_type="HAC", cov_kwds={"maxlags": 17})
    fit = Regression(hac.params, rows.x, hac.resid, np.ones(len(rows.y)))
    pull = rows.x @ fit.inverse * hac.resid[:, None]
    np.testing.assert_allclose(long_run(pull, 18), hac.cov_params(), rtol=1e-10, atol=1e-16)
    # What is added to Newey and West's sum: leverage as in HC2, and the bias of a short sample.
    share = 18 / len(rows.y)
    undone = dependent_influence(fit, rows.combinations, 18).pull * np.sqrt(
        1 - share + share**2 / 3
    )
    np.testing.assert_allclose(undone, robust_influence(fit, rows.combinations).pull, rtol=1e-12)


@pytest.mark.parametrize("negative", [False, True])
def test_counts_are_fitted_as_by_statsmodels(negative: bool) -> None:
    counts, shock, exposure, season, _ = count_world(1, 200, rare=False)
    x = np.column_stack([shock, np.ones(200), season])
    fit = (fit_negative_binomial if negative else fit_poisson)(counts, x, exposure=exposure)
    family = (
        sm.families.NegativeBinomial(alpha=fit.dispersion) if negative else sm.families.Poisson()
    )
    model = sm.GLM(counts, x, family=family, offset=np.log(exposure))
    theirs = model.fit(tol=1e-14, cov_type="HC0")
    regression = Regression(fit.coefficients, x, fit.residual(counts), fit.weight)
    pull = x @ regression.inverse * regression.residual[:, None]
    assert (fit.dispersion > 0.1) == negative
    np.testing.assert_allclose(fit.coefficients, theirs.params, rtol=1e-7)
    if not negative:  # there statsmodels takes the observed information, ours is the expected one
        np.testing.assert_allclose(long_run(pull, 1), theirs.cov_params(), rtol=1e-6)


@pytest.mark.parametrize(("few", "many", "degrees"), [(3, 27, 2.47), (15, 15, 28.0)])
def test_degrees_of_freedom_of_two_groups(few: int, many: int, degrees: float) -> None:
    """Imbens and Kolesár (2016): with 3 treated among 30 there are 2.5 degrees, not 28."""
    treated = np.arange(few + many) < few
    x = np.column_stack([treated.astype(float), np.ones(few + many)])
    fit = Regression(np.zeros(2), x, np.random.default_rng(1).normal(size=30), np.ones(30))
    assert robust_influence(fit, np.eye(1, 2)).degrees.item() == pytest.approx(degrees, abs=0.01)


@pytest.mark.parametrize("augment", [True, False])
@pytest.mark.parametrize(("carried", "rare"), [(0.5, False), (0.9, True)])
def test_intervals_cover_the_truth(carried: float, rare: bool, augment: bool) -> None:
    """Over all horizons; with shocks in 7% of periods as with shocks in every one."""
    hits, whole = [], []
    for seed in range(WORLDS):
        outcome, shock, truth = world(seed, 150, carried, rare=rare)
        result = local_projection(outcome, shock, horizons=HORIZONS, lags=1, augment=augment)
        hits.append(covered(result, truth))
        low, high = result.joint_band(0.90)
        whole.append(np.all((low[0] < truth) & (truth < high[0])))
    assert 0.85 <= np.mean(hits) <= 0.95
    assert 0.80 <= np.mean(whole) <= 0.95


@pytest.mark.parametrize("rare", [True, False])
@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_intervals_of_seasonal_counts_with_exposure_cover_the_truth(
    family: str, rare: bool
) -> None:
    hits = []
    for seed in range(WORLDS):
        counts, shock, exposure, season, truth = count_world(seed, 156, rare=rare)
        result = local_projection(
            counts,
            shock,
            horizons=HORIZONS,
            lags=2,
            controls=season,
            family=family,
            exposure=exposure,
        )
        hits.append(covered(result, truth))
    assert 0.85 <= np.mean(hits) <= 0.95


def test_growth_of_reporting_is_no_response_where_exposure_is_given() -> None:
    """Shocks reported more often in later years: without exposure they seem to raise the counts."""
    rng = np.random.default_rng(2)
    growth = np.exp(np.linspace(0, 3, 400))
    shock = rng.poisson(0.05 * growth).astype(float)
    counts = rng.poisson(2 * growth).astype(float)
    given = local_projection(counts, shock, horizons=[0, 1], family="poisson", exposure=growth)
    assert covered(given, np.zeros(2)).all()
    assert np.abs(given.estimate).max() < 0.05


def test_states_respond_apart() -> None:
    rng = np.random.default_rng(4)
    state = (np.arange(1200) % 100 < 50).astype(float)
    shock, outcome = rng.normal(size=1200), rng.normal(size=1200)
    outcome[1:] += np.where(state[:-1] == 1, 1.0, -0.5) * shock[:-1]
    result = local_projection(outcome, shock, horizons=[1], lags=1, state=state)
    assert result.responses == ("state 1", "state 0", "difference")
    np.testing.assert_allclose(result.estimate[:, 0], [1.0, -0.5, 1.5], atol=0.15)
    assert result.estimate[0] - result.estimate[1] == pytest.approx(result.estimate[2])
    assert result.error[2] > result.error[0]


def test_cumulative_responses_are_sums() -> None:
    outcome, shock, _ = world(7, 3000, 0.5)
    summed = local_projection(outcome, shock, horizons=[3], lags=1, cumulative=True)
    truth = 1 + 0.5 + 0.25 + 0.125
    low, high = summed.interval(0.99)
    assert low.item() < truth < high.item()
    assert summed.estimate.item() == pytest.approx(truth, abs=0.25)


def test_neither_lag_nor_lead_crosses_a_seam_or_a_gap() -> None:
    outcome, shock, _ = world(8, 120, 0.5)
    outcome[60:] += 1000.0  # another source counts on another level
    seam = (np.arange(120) >= 60).astype(int)
    result = local_projection(
        outcome, shock, horizons=[2], lags=1, controls=seam, segments=seam, cumulative=True
    )
    assert result.periods.tolist() == [2 * (60 - 2 - 2)]
    assert abs(result.estimate.item()) < 10
    holed = outcome.copy()
    holed[[30, 31]] = np.nan
    fewer = local_projection(holed, shock, horizons=[2], lags=1, controls=seam, segments=seam)
    assert fewer.periods.tolist() == [2 * (60 - 4) - 2 - 4]
    holed[33] = np.nan  # a period between two gaps has neither past nor future
    between = local_projection(holed, shock, horizons=[2], lags=1, controls=seam, segments=seam)
    assert between.periods.tolist() == [2 * (60 - 4) - 4 - 4]


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_and_levels_do_not_matter(of_outcome: float, of_shock: float, level: float) -> None:
    outcome, shock, _ = world(9, 80, 0.5)
    plain = local_projection(outcome, shock, horizons=2, lags=1)
    other = local_projection(of_outcome * outcome + level, of_shock * shock, horizons=2, lags=1)
    scale = of_outcome / of_shock
    np.testing.assert_allclose(other.estimate, plain.estimate * scale, rtol=1e-6)
    np.testing.assert_allclose(other.error, plain.error * scale, rtol=1e-6)
    np.testing.assert_allclose(other.degrees, plain.degrees, rtol=1e-6)


def test_the_table_and_the_plot_hold_every_response() -> None:
    outcome, shock, _ = world(10, 150, 0.5)
    state = np.arange(150) % 2
    result = local_projection(outcome, shock, horizons=4, lags=1, state=state)
    table = result.df()
    assert len(table) == 15
    assert (table["low_90"] > table["joint_low_90"]).all()
    assert (table["low_68"] > table["low_90"]).all()
    shown = result.exhibits()[0]
    assert len(shown.table) == 15
    assert shown.settings["column"] == "response"
    assert shown.settings["bands"][0] == ("joint_low_90", "joint_high_90")


SERIES = np.random.default_rng(11).normal(size=(2, 100))
HOLE = np.where(np.arange(100) == 50, np.nan, SERIES[0])
ONCE = (np.arange(100) == 50).astype(float)
EVENTS = np.random.default_rng(12).poisson(2.0, size=100).astype(float)


@pytest.mark.parametrize(
    ("outcome", "shock", "options", "found"),
    [
        (SERIES[0, :12], SERIES[1, :12], {}, "unbroken periods"),
        (np.ones(100), SERIES[1], {}, "outcome is 1 in all"),
        (SERIES[0], np.ones(100), {}, "never changes"),
        (SERIES[0], SERIES[1], {"controls": SERIES[1]}, "sums of others"),
        (SERIES[0], SERIES[1], {"state": np.zeros(100)}, "state never occurs"),
        (SERIES[0], SERIES[1], {"controls": SERIES[0], "horizons": [0]}, "without error"),
        (HOLE, SERIES[1], {}, "1 of 100 periods hold a missing value"),
        (HOLE * np.nan, SERIES[1], {"segments": np.zeros(100)}, "0 unbroken periods"),
        (SERIES[0], ONCE, {}, "single period"),
        (np.zeros(100), SERIES[1], {"family": "poisson"}, "outcome is 0 in all"),
    ],
)
def test_what_carries_no_response_is_said(
    outcome: np.ndarray, shock: np.ndarray, options: dict, found: str
) -> None:
    with pytest.raises(DataGapError, match=found):
        local_projection(outcome, shock, **{"horizons": 2, **options})


def test_counts_that_are_zero_whenever_there_is_a_shock_are_said() -> None:
    shock = (np.arange(100) % 9 == 0).astype(float)
    with pytest.raises(DataGapError, match="finite coefficients"):
        local_projection(EVENTS * (1 - shock), shock, horizons=[0], lags=1, family="poisson")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"horizons": [1, 1]}, "Horizons are"),
        ({"horizons": [-1]}, "Horizons are"),
        ({"lags": 0}, "lags 0"),
        ({"family": "binomial"}, "no family"),
        ({"exposure": np.ones(100)}, "gaussian"),
        ({"family": "poisson"}, "negative"),
        ({"state": np.full(100, 2.0)}, "0 to 1"),
        ({"controls": np.ones(99)}, "shape"),
        ({"segments": np.zeros((100, 2))}, "shape"),
    ],
)
def test_wrong_calls_are_said(options: dict, found: str) -> None:
    with pytest.raises(UsageError, match=found):
        local_projection(SERIES[0], SERIES[1], **options)
