"""The vector autoregression against published numbers, statsmodels, and data with gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import statsmodels
import statsmodels.tsa.api as tsa

from detente.errors import DataGapError, UsageError
from detente.estimators.vector.impulse import (
    impulse_bands,
    impulse_responses,
    variance_decomposition,
)
from detente.estimators.vector.lagged import lagged
from detente.estimators.vector.var import choose_lags, fit_var, granger


def system(seed: int, periods: int = 400) -> np.ndarray:
    """Two series, of which the first moves the second one period later."""
    rng = np.random.default_rng(seed)
    values = np.zeros((periods, 2))
    for t in range(1, periods):
        values[t, 0] = 0.5 * values[t - 1, 0] + rng.normal()
        values[t, 1] = 0.4 * values[t - 1, 1] + 0.3 * values[t - 1, 0] + rng.normal()
    return values


@pytest.fixture(scope="module")
def weeks(shared: Path) -> np.ndarray:
    path = shared / "bench" / "dyn" / "israel-palestine-week-1979-2003.csv"
    return np.loadtxt(path, delimiter=",", skiprows=1)[:, 1:]


@pytest.fixture(scope="module")
def canada(shared: Path) -> np.ndarray:
    path = shared / "bench" / "dyn" / "canada.csv"
    return np.loadtxt(path, delimiter=",", skiprows=1)[:, 1:]


def test_the_published_weekly_system_is_reproduced(weeks: np.ndarray) -> None:
    var = fit_var(weeks, 6, names=["i2p", "p2i"])
    tests = granger(var)
    assert tests.degrees == (6, 2518)
    assert tests.statistic[0, 1] == pytest.approx(17.630996, abs=5e-7)
    assert tests.statistic[1, 0] == pytest.approx(10.912354, abs=5e-7)
    published = [[3708.709, 1111.403], [1111.403, 918.308]]
    assert np.allclose(var.covariance, published, rtol=0, atol=5e-4)
    step_2 = impulse_responses(var, 2)[1]
    assert np.allclose(step_2, [[25.8859, 4.1348], [10.0114, 4.8539]], rtol=0, atol=5e-5)


def test_luetkepohls_german_system_is_reproduced() -> None:
    folder = Path(statsmodels.__file__).parent / "tsa" / "vector_ar" / "tests" / "results"
    if not (folder / "e1.dat").is_file():
        pytest.skip("this statsmodels does not ship the e1 series")
    lines = (folder / "e1.dat").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("invest")) + 1
    levels = np.array([[float(part) for part in line.split()] for line in lines[start:] if line])
    var = fit_var(np.diff(np.log(levels), axis=0)[:75], 2, names=["invest", "income", "consume"])
    constant, *first_lag = var.coefficients[[6, 0, 1, 2], 0]
    assert [round(constant, 3), *np.round(first_lag, 3)] == [-0.017, -0.320, 0.146, 0.961]
    assert np.round(np.diag(var.covariance) * 1e4, 2).tolist() == [21.30, 1.37, 0.89]


@pytest.mark.parametrize("lags", [1, 2, 4])
def test_statsmodels_agrees_to_machine_precision(canada: np.ndarray, lags: int) -> None:
    ours, theirs = fit_var(canada, lags), tsa.VAR(canada).fit(lags)
    k = canada.shape[1]
    assert np.allclose(ours.coefficients[: k * lags], theirs.params[1:], rtol=1e-9, atol=1e-10)
    assert np.allclose(ours.coefficients[k * lags], theirs.params[0], rtol=1e-8)
    assert np.allclose(ours.errors[: k * lags], theirs.stderr[1:], rtol=1e-7)
    assert np.allclose(ours.covariance, theirs.sigma_u, rtol=1e-9)
    assert np.allclose(impulse_responses(ours, 10), theirs.irf(9).orth_irfs, rtol=1e-8, atol=1e-10)
    shares = theirs.fevd(10).decomp.swapaxes(0, 1)
    assert np.allclose(variance_decomposition(ours, 10).shares, shares, rtol=1e-8, atol=1e-10)
    assert np.allclose(ours.forecast(5), theirs.forecast(canada[-lags:], 5), rtol=1e-10)
    assert ours.largest_root == pytest.approx(1 / np.abs(theirs.roots).min(), rel=1e-8)
    for response, act in [(0, 1), (3, 0), (2, 3)]:
        test = theirs.test_causality(response, act)
        assert granger(ours).statistic[response, act] == pytest.approx(test.test_statistic)
        assert granger(ours).p_value[response, act] == pytest.approx(test.pvalue)


def test_lag_choice_agrees_with_statsmodels(canada: np.ndarray) -> None:
    ours, theirs = choose_lags(canada, 4), tsa.VAR(canada).select_order(4)
    for mine, name in [(ours.aic, "aic"), (ours.bic, "bic"), (ours.hq, "hqic")]:
        assert np.allclose(mine, theirs.ics[name][1:], rtol=1e-9)
    assert np.allclose(np.exp(ours.fpe), theirs.ics["fpe"][1:], rtol=1e-8)
    assert ours.best("aic") == theirs.aic
    with pytest.raises(UsageError, match="no criterion 'r2'"):
        ours.best("r2")


def test_granger_tests_keep_their_size_and_find_the_effect() -> None:
    tests = [granger(fit_var(system(seed), 1)) for seed in range(200)]
    false = np.mean([test.p_value[0, 1] < 0.05 for test in tests])
    power = np.mean([test.p_value[1, 0] < 0.05 for test in tests])
    assert 0.02 <= false <= 0.09  # 0.05 within 2.6 standard errors of 200 runs
    assert power > 0.95
    assert tests[0].df()["tests"].tolist() == [2, 2]


def test_no_lag_reaches_across_a_gap() -> None:
    values = system(1, periods=300)
    whole = lagged(values, 2)
    stretch = np.repeat([1, 2], [120, 180])
    split = lagged(values, 2, segments=stretch)
    assert split.rows.tolist() == [t for t in range(2, 300) if t not in (120, 121)]
    values[200] = np.nan
    holed = lagged(values, 2, segments=stretch)
    assert set(split.rows) - set(holed.rows) == {200, 201, 202}
    kept = np.isin(whole.rows, holed.rows)
    assert np.array_equal(holed.x, whole.x[kept])
    assert np.array_equal(holed.y, whole.y[kept])


def test_two_stretches_give_the_estimate_of_their_stacked_rows() -> None:
    a, b = system(1, 150), system(2, 150) + 0.2
    joined = fit_var(np.vstack([a, b]), 2, segments=np.repeat([0, 1], 150))
    rows = [lagged(part, 2) for part in (a, b)]
    y, x = np.vstack([r.y for r in rows]), np.vstack([r.x for r in rows])
    assert np.allclose(joined.coefficients, np.linalg.lstsq(x, y, rcond=None)[0])


def test_controls_enter_every_equation_and_the_forecast() -> None:
    rng = np.random.default_rng(3)
    control = rng.normal(size=400)
    values = system(3)
    values[:, 0] += 2.0 * control
    var = fit_var(values, 1, controls=control)
    assert var.coefficients[3, 0] == pytest.approx(2.0, abs=4 * var.errors[3, 0])
    lift = var.forecast(1, [[1.0]]) - var.forecast(1, [[0.0]])
    assert lift[0] == pytest.approx(var.coefficients[3])
    with pytest.raises(UsageError, match="need controls of shape"):
        var.forecast(2)


def test_bands_of_a_least_squares_fit_cover_the_truth() -> None:
    truth = 0.3  # of the first on the second, one period later
    inside = []
    for seed in range(100):
        responses = impulse_bands(
            fit_var(system(seed, 200), 1), steps=2, draws=400, coverages=[0.9]
        )
        impact = 1.0  # standard deviation of the shock
        low, high = responses.bands[0.9][:, 1, 1, 0]
        inside.append(low < truth * impact < high)
    assert 0.82 <= np.mean(inside) <= 0.97


def test_an_explosive_system_says_so() -> None:
    rng = np.random.default_rng(1)
    values = np.zeros((60, 2))
    for t in range(1, 60):
        values[t] = 1.1 * values[t - 1] + rng.normal(size=2)
    var = fit_var(values, 1)
    assert var.largest_root > 1
    assert not var.stable
    assert fit_var(system(1), 1).stable


BAD = {
    "constant": (lambda v: np.column_stack([v, np.full(len(v), 3.0)]), "y3 never changes"),
    "zero": (lambda v: np.column_stack([v, np.zeros(len(v))]), "y3 never changes"),
    "copy": (lambda v: np.column_stack([v, 2 * v[:, 0] + 1]), "y1, y3 are copies or sums"),
    "sum": (lambda v: np.column_stack([v, v.sum(axis=1)]), "y1, y2, y3 are copies or sums"),
    "missing": (lambda v: np.where(np.arange(len(v))[:, None] == 9, np.nan, v), "1 of 400 periods"),
    "infinite": (lambda v: np.where(np.arange(len(v))[:, None] == 9, np.inf, v), "1 of 400"),
    "short": (lambda v: v[:4], "usable periods"),
    "few": (lambda v: v[:8], "6 usable periods for 5 coefficients"),
}


@pytest.mark.parametrize("case", BAD)
def test_series_that_carry_nothing_are_refused(case: str) -> None:
    spoil, message = BAD[case]
    with pytest.raises(DataGapError, match=message):
        fit_var(spoil(system(1)), 2)


def test_collinear_controls_are_refused() -> None:
    twice = np.random.default_rng(1).normal(size=(400, 1)) * [1.0, 2.0]
    with pytest.raises(DataGapError, match="sums of others"):
        fit_var(system(1), 1, controls=twice)


def test_wrong_calls_are_named() -> None:
    values = system(1)
    with pytest.raises(UsageError, match="number of lags 0"):
        fit_var(values, 0)
    with pytest.raises(UsageError, match="different names"):
        fit_var(values, 1, names=["a", "a"])
    with pytest.raises(UsageError, match="segments do not fit"):
        fit_var(values, 1, segments=[1, 2])
    with pytest.raises(UsageError, match="kind 'oirf'"):
        impulse_responses(fit_var(values, 1), 3, kind="oirf")  # type: ignore[arg-type]


def test_a_series_that_ends_in_a_gap_is_not_carried_forward() -> None:
    values = system(1)
    values[-1] = np.nan
    var = fit_var(values, 1, segments=np.zeros(400))
    with pytest.raises(DataGapError, match="last 1 period is missing"):
        var.forecast(2)


def test_results_read_as_tables_and_plots() -> None:
    var = fit_var(system(1), 1, names=["a", "b"])
    assert (
        var.df().query("equation == 'b' and term == 'a.1'")["estimate"].item()
        == (var.lag_matrices[0, 1, 0])
    )
    shares = variance_decomposition(var, 5)
    table = shares.df()
    cell = table.query("impulse == 'a' and response == 'b' and step == 4")["share"].item()
    assert cell == shares.shares[4, 1, 0]
    assert shares.shares.sum(axis=2) == pytest.approx(1.0)
    assert shares.exhibits()[0].settings["row"] == "impulse"
    assert len(granger(var).exhibits()[0].table) == 2
