"""The Sims-Zha BVAR: published numbers, exact draws, bands, forecasts, and its calibration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_t, norm

from detente.errors import DataGapError, UsageError
from detente.estimators.calibration import calibrate, rank_histogram
from detente.estimators.vector.bands import joint_bands
from detente.estimators.vector.bvar import BVAR, fit_bvar
from detente.estimators.vector.conditional import conditional_forecast, forecast_conditions
from detente.estimators.vector.hyperparameters import choose_hyperparameters
from detente.estimators.vector.impulse import impulse_bands, impulse_responses
from detente.estimators.vector.lagged import lagged
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.sims_zha import SimsZha, prior_of
from detente.estimators.vector.var import fit_var

WEEKLY = SimsZha(
    lambda0=0.6, lambda1=0.1, lambda3=2.0, lambda4=0.25, lambda5=0.0, mu5=0.0, mu6=0.0, nu=3.0
)


def walks(seed: int, periods: int = 200, k: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(periods, k)).cumsum(axis=0) * 0.3


@pytest.fixture(scope="module")
def weeks(shared: Path) -> np.ndarray:
    path = shared / "bench" / "dyn" / "israel-palestine-week-1979-2003.csv"
    return np.loadtxt(path, delimiter=",", skiprows=1)


@pytest.fixture(scope="module")
def weekly(weeks: np.ndarray) -> BVAR:
    return fit_bvar(weeks[:, 1:], 6, WEEKLY, names=["i2p", "p2i"], scales="mixed")


def test_scales_of_the_published_fit(weekly: BVAR) -> None:
    assert np.round(weekly.scales, 9).tolist() == [3987.856659437, 957.359096521]


def test_every_published_coefficient(weekly: BVAR, shared: Path) -> None:
    path = shared / "bench" / "dyn" / "reference-msbvar-szbvar.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("Bhat") + 2
    published = np.array([[float(v) for v in line.split()[-2:]] for line in lines[start:][:13]])
    assert np.allclose(weekly.coefficients, published, rtol=0, atol=6e-11)  # as printed
    exact = [[0.614893890482, 0.085886663307], [0.244519906964, 0.524333782724]]
    assert np.allclose(weekly.coefficients[:2], exact, rtol=0, atol=2e-12)  # 12 digits, last ±2
    assert np.allclose(weekly.coefficients[12], [-8.520155960, -2.633261373], rtol=0, atol=6e-10)


def test_published_covariance_likelihood_and_responses(weekly: BVAR) -> None:
    covariance = [[4519.49579, 1291.53657], [1291.53657, 1153.85188]]
    assert np.allclose(weekly.covariance, covariance, rtol=0, atol=5e-6)
    assert weekly.log_marginal_likelihood == pytest.approx(-13216.697447, abs=5e-7)
    path = impulse_responses(weekly, 10)
    step_2 = [[46.0352, 6.8499], [15.8472, 14.6885]]
    step_10 = [[11.9081, 5.8531], [5.7418, 2.8340]]
    assert np.allclose(path[1], step_2, rtol=0, atol=5.1e-5)
    assert np.allclose(path[9], step_10, rtol=0, atol=5.1e-5)


def test_published_bands_from_exact_draws(weekly: BVAR) -> None:
    made = impulse_bands(weekly, steps=2, draws=20_000, coverages=[0.68])
    low, high = made.bands[0.68][:, 1]
    # The reference is printed to three digits; a quantile of 20,000 draws errs by about .02.
    assert [low[0, 0], high[0, 0]] == pytest.approx([44.3, 47.7], abs=0.12)
    assert [low[0, 1], high[0, 1]] == pytest.approx([5.18, 8.52], abs=0.05)


def test_published_forecast(weeks: np.ndarray) -> None:
    known = weeks[:, 0] < 2003
    values = weeks[:, 1:]
    ahead = fit_bvar(values[known], 6, WEEKLY, scales="mixed").forecast(12)
    missed = ahead - values[known.sum() :][:12]
    assert ahead[0] == pytest.approx([-227.859, -103.016], abs=5e-4)
    assert np.sqrt((missed**2).mean()) == pytest.approx(100.6487, abs=5e-5)
    assert np.abs(missed).mean() == pytest.approx(69.7683, abs=5e-5)


def test_published_monthly_fit_with_controls(shared: Path) -> None:
    y, z = (
        np.loadtxt(shared / "bench" / "dyn" / name, delimiter=",", skiprows=1)[:, 1:]
        for name in ("bcf-month-Y.csv", "bcf-month-z.csv")
    )
    prior = SimsZha(0.9, 0.1, 1.0, 0.1, 0.1, nu=4.0, qm=12)
    fitted = fit_bvar(y, 2, prior, controls=z, scales="mixed")
    own = np.diag(fitted.lag_matrices[0])
    assert np.round(own, 6).tolist() == [0.766127, 0.739487, 0.931494]


def test_own_scales_differ_little_from_the_published_convention(weeks: np.ndarray) -> None:
    """The default takes the data alone; the published one also the dummy rows above them."""
    ours = fit_bvar(weeks[:, 1:], 6, WEEKLY)
    theirs = fit_bvar(weeks[:, 1:], 6, WEEKLY, scales="mixed")
    assert np.allclose(ours.scales, theirs.scales, rtol=0.005)
    assert not np.array_equal(ours.scales, theirs.scales)


@pytest.mark.parametrize(
    "prior", [SimsZha(), SimsZha(lambda1=0.3, mu5=1.0, mu6=2.0, nu=5.0)], ids=["plain", "dummies"]
)
def test_the_likelihood_is_the_product_of_one_step_predictions(prior: SimsZha) -> None:
    system = lagged(walks(1, 40), 2)
    start = prior_of(system, prior, np.array([0.1, 0.1]))
    total, known = 0.0, start
    for y, x in zip(system.y, system.x, strict=True):
        degrees = known.dof - 1  # for two series
        stretch = 1 + x @ np.linalg.solve(known.precision, x)
        predicted = multivariate_t(x @ known.mean, known.scale * stretch / degrees, df=degrees)
        total += predicted.logpdf(y)
        known = known.updated(y[None], x[None])
    assert start.log_evidence(known) == pytest.approx(total, rel=1e-10)


def test_the_reference_prior_gives_least_squares_and_its_errors() -> None:
    values = walks(2)
    var, bvar = fit_var(values, 2), fit_bvar(values, 2, None)
    assert np.allclose(bvar.coefficients, var.coefficients, rtol=1e-8, atol=1e-10)
    free = len(var.residuals) - 5
    assert np.allclose(bvar.covariance * (free - 3) / free, var.covariance, rtol=1e-8)
    drawn = bvar.draw(40_000)
    spread = drawn.coefficients.std(axis=0) * np.sqrt((free - 3) / free)
    assert np.allclose(spread, var.errors, rtol=0.02)
    with pytest.raises(UsageError, match="prior is flat"):
        _ = bvar.log_marginal_likelihood


def test_draws_have_the_moments_of_their_distribution() -> None:
    rng = np.random.default_rng(1)
    root, base = rng.normal(size=(4, 4)), rng.normal(size=(3, 3))
    made = NormalWishart(
        rng.normal(size=(4, 3)), root @ root.T + np.eye(4), base @ base.T + np.eye(3), 12.0
    )
    drawn = made.draw(100_000, rng)
    assert np.allclose(np.triu(drawn.factors, 1), 0)
    assert np.allclose(drawn.covariances.mean(axis=0), made.covariance, rtol=0.02, atol=0.01)
    assert np.allclose(drawn.coefficients.mean(axis=0), made.mean, atol=0.02)
    both = np.cov(drawn.coefficients.reshape(-1, 12).T)
    exact = np.kron(np.linalg.inv(made.precision), made.covariance)
    assert np.allclose(both, exact, atol=0.03 * np.diag(exact).max())


def simulate_from(prior: NormalWishart, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Parameters from the prior, data from them, and draws from the posterior, as flat rows."""
    drawn = prior.draw(1, rng)
    values = np.zeros((31, 2))
    for t in range(1, 31):
        regressors = np.append(values[t - 1], 1.0)
        shock = drawn.factors[0] @ rng.normal(size=2)
        values[t] = regressors @ drawn.coefficients[0] + shock
    x = np.column_stack([values[:-1], np.ones(30)])
    posterior = prior.updated(values[1:], x).draw(99, rng)
    flat = [
        np.hstack([d.coefficients.reshape(len(d.factors), -1), d.factors[:, *np.tril_indices(2)]])
        for d in (drawn, posterior)
    ]
    return flat[0][0], flat[1]


def test_the_sampler_is_calibrated_by_simulation() -> None:
    prior = SimsZha(lambda0=0.8, lambda1=0.1, lambda4=0.5, nu=6.0)
    system = lagged(walks(1, 20), 1)
    start = prior_of(system, prior, np.array([1.0, 2.0]))
    histogram = calibrate(lambda rng: simulate_from(start, rng), simulations=500, bins=10)
    assert histogram.counts.shape == (10, 9)
    assert histogram.p_value > 0.01


def test_calibration_finds_a_sampler_that_is_too_sure_of_itself() -> None:
    def simulate(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        truth = rng.normal(size=1)
        data = rng.normal(truth)
        return truth, data / 2 + 0.5 * rng.normal(size=(99, 1))  # should be 0.71

    histogram = calibrate(simulate, simulations=400, bins=10, names=["mean"])
    assert histogram.p_value < 1e-6
    assert histogram.df()["count"].sum() == 400
    assert histogram.exhibits()[0].table.column("parameter") == ("mean",) * 10
    with pytest.raises(UsageError, match="not all lie between"):
        rank_histogram([200], 99)
    with pytest.raises(UsageError, match="bins that divide"):
        rank_histogram(np.zeros(400), 99, bins=7)


@pytest.mark.parametrize(
    ("simulations", "draws", "bins"), [(400, 99, 20), (2000, 41, 14), (2000, 20, 7), (100, 99, 10)]
)
def test_as_many_bins_as_divide_the_draws(simulations: int, draws: int, bins: int) -> None:
    """Ten simulations a bin, and never more than twenty bins: 42 ranks are not cut into 21."""
    assert rank_histogram(np.zeros(simulations), draws).counts.shape == (bins, 1)


def test_the_twelve_month_decay_is_that_of_quarters() -> None:
    months, quarters = SimsZha(qm=12).decay(12), SimsZha(qm=4).decay(4)
    assert months[0] == 1
    assert months[11] == pytest.approx(quarters[3])  # the last month has the weight of quarter 4
    assert np.all(np.diff(months) < 0)


def test_tight_priors_hold_to_the_random_walk_and_dummies_to_the_level() -> None:
    values = walks(3)
    tight = fit_bvar(values, 2, SimsZha(lambda0=0.01, lambda1=0.001))
    assert np.allclose(tight.lag_matrices[0], np.eye(2), atol=0.01)
    own_sums = fit_bvar(values, 2, SimsZha(0.9, 1.0, mu5=200.0)).lag_matrices.sum(axis=0)
    assert np.allclose(own_sums, np.eye(2), atol=0.05)


def test_hyperparameters_follow_the_truth() -> None:
    """Of series that are random walks, the tight prior wins; of strongly linked ones, the loose."""
    rng = np.random.default_rng(5)
    linked = np.zeros((200, 2))
    for t in range(1, 200):
        linked[t] = [[0.2, 0.7], [-0.6, 0.1]] @ linked[t - 1] + rng.normal(size=2)
    grid = {"lambda1": (0.01, 0.1, 1.0)}
    tight = choose_hyperparameters(walks(4), 2, grid=grid, refine=False)
    loose = choose_hyperparameters(linked, 2, grid=grid)
    assert tight.best.lambda1 < 0.2 < loose.best.lambda1
    table = loose.df()
    assert len(table) == 4
    assert table["probability"].sum() == pytest.approx(1.0)
    assert loose.log_marginal_likelihoods[-1] >= loose.log_marginal_likelihoods[:3].max()
    with pytest.raises(UsageError, match="grid names lambda2"):
        choose_hyperparameters(linked, 1, grid={"lambda2": (1.0,)})


def test_generalised_responses_do_not_depend_on_the_order() -> None:
    values = walks(6)
    straight = impulse_bands(fit_bvar(values, 1), steps=5, draws=2000, kind="generalised")
    turned = impulse_bands(fit_bvar(values[:, ::-1], 1), steps=5, draws=2000, kind="generalised")
    assert np.allclose(straight.middle, turned.middle[:, ::-1, ::-1], atol=0.02)
    first = impulse_responses(fit_bvar(values, 1), 5)[
        ..., 0
    ]  # of the first series, both kinds agree
    assert np.allclose(impulse_responses(fit_bvar(values, 1), 5, "generalised")[..., 0], first)


def test_joint_bands_hold_whole_paths_and_pointwise_ones_do_not() -> None:
    rng = np.random.default_rng(7)
    paths = rng.normal(size=(24, 4000)) ** 3  # skewless but heavy-tailed
    low, high = joint_bands(paths, [0.8])[0.8][..., None]
    assert ((paths >= low) & (paths <= high)).all(axis=0).mean() == pytest.approx(0.8, abs=0.005)
    made = fit_bvar(walks(8), 2)
    joint = impulse_bands(made, steps=12, draws=2000, covers="joint")
    each = impulse_bands(made, steps=12, draws=2000)
    wider = np.diff(joint.bands[0.9], axis=0) - np.diff(each.bands[0.9], axis=0)
    assert np.all(wider > -1e-9)
    assert np.array_equal(joint.middle, each.middle)


def test_eigen_bands_run_along_the_main_direction() -> None:
    made = impulse_bands(fit_bvar(walks(8), 2), steps=8, draws=4000, covers="eigen")
    assert made.explained is not None
    assert np.allclose(made.explained.sum(axis=0), 1.0)
    assert np.all(np.diff(made.explained, axis=0) <= 1e-12)
    low, high = made.bands[0.68]
    each = impulse_bands(fit_bvar(walks(8), 2), steps=8, draws=4000).bands[0.68]
    wide = np.abs(high - low)[:, 1, 1].max() / np.diff(each, axis=0)[0, :, 1, 1].max()
    assert 0.6 < wide < 1.2  # one direction holds most of the pointwise width


def test_bands_are_wider_for_more_coverage_and_read_as_a_table() -> None:
    found = impulse_bands(
        fit_bvar(walks(9), 1, names=["a", "b"]), steps=4, draws=1000, coverages=[0.5, 0.8, 0.95]
    )
    widths = [np.diff(found.bands[c], axis=0)[0, 1:] for c in (0.5, 0.8, 0.95)]
    assert np.all(widths[0] < widths[1])
    assert np.all(widths[1] < widths[2])
    row = found.df().query("impulse == 'a' and response == 'b' and step == 2")
    assert row["low_95"].item() == found.bands[0.95][0, 2, 1, 0]
    widest_first = found.exhibits()[0].settings["bands"]
    assert widest_first == [(f"low_{c}", f"high_{c}") for c in (95, 80, 50)]
    with pytest.raises(UsageError, match=r"coverage 1\.5"):
        impulse_bands(fit_bvar(walks(9), 1), steps=3, coverages=[1.5])


def test_predictive_draws_have_the_exact_one_step_distribution() -> None:
    values = walks(10)
    bvar = fit_bvar(values, 1)
    found = conditional_forecast(bvar, steps=1, draws=40_000)
    x = np.append(values[-1], 1.0)
    degrees = bvar.posterior.dof - 1
    stretch = 1 + x @ np.linalg.solve(bvar.posterior.precision, x)
    exact = multivariate_t(
        x @ bvar.coefficients, bvar.posterior.scale * stretch / degrees, df=degrees
    )
    assert np.allclose(found.mean[0], exact.loc, atol=0.01)
    share = np.mean(np.all(found.paths[:, 0] <= exact.loc, axis=1))
    assert share == pytest.approx(exact.cdf(exact.loc), abs=0.01)
    assert found.effective == pytest.approx(40_000)
    assert found.accepted == 1


def test_a_hard_condition_is_met_and_leaves_a_bridge() -> None:
    """With parameters known, a random walk bent to a value at step 4 is a Brownian bridge."""
    values = walks(11, 4000, 1)
    bvar = fit_bvar(values, 1, SimsZha(lambda0=0.01, lambda1=0.0001, lambda4=0.001))
    end = values[-1, 0] + 1.0
    wanted = forecast_conditions(bvar.names, 4, {"y1": {4: end}})
    found = conditional_forecast(bvar, steps=4, hard=wanted, draws=20_000)
    assert np.allclose(found.paths[:, 3, 0], end)
    line = values[-1, 0] + np.array([0.25, 0.5, 0.75, 1.0])
    assert np.allclose(found.mean[:, 0], line, atol=0.02)
    variance = bvar.covariance[0, 0] * np.array([0.75, 1.0, 0.75])
    assert np.allclose(found.paths[:, :3, 0].var(axis=0), variance, rtol=0.05)


def test_weighting_by_a_hard_condition_agrees_with_rejection_by_a_narrow_range() -> None:
    """Two exact algorithms, one answer, parameters updated in both."""
    values = walks(12, 30)
    bvar = fit_bvar(values, 1, SimsZha(0.9, 0.9))
    wanted = forecast_conditions(bvar.names, 3, {"y1": {3: values[-1, 0] + 0.8}})
    hard = conditional_forecast(bvar, steps=3, hard=wanted, draws=20_000)
    soft = conditional_forecast(bvar, steps=3, low=wanted - 0.03, high=wanted + 0.03, draws=4000)
    what_if = conditional_forecast(bvar, steps=3, hard=wanted, update=False, draws=20_000)
    assert soft.accepted < 0.2
    assert hard.effective < 20_000
    assert np.allclose(hard.mean, soft.mean, atol=0.03)
    assert np.allclose(hard.paths.std(axis=0), soft.paths.std(axis=0), atol=0.03)
    assert np.abs(what_if.mean - hard.mean).max() < 0.2


def test_soft_conditions_keep_paths_in_their_range() -> None:
    values = walks(13)
    bvar = fit_bvar(values, 1, names=["a", "b"])
    floor = forecast_conditions(bvar.names, 6, {"a": dict.fromkeys(range(1, 7), values[-1, 0])})
    found = conditional_forecast(bvar, steps=6, low=floor, draws=1000)
    assert np.all(found.paths[:, :, 0] >= values[-1, 0])
    assert 0 < found.accepted < 0.5
    table = found.df()
    assert table.query("series == 'b' and step == 6")["middle"].item() == found.middle[5, 1]
    assert found.exhibits()[0].settings["row"] == "series"


def test_conditions_that_contradict_or_cannot_be_met_are_refused() -> None:
    values = walks(14)
    bvar = fit_bvar(values, 1, names=["a", "b"])
    here = forecast_conditions(bvar.names, 2, {"a": {1: 0.0}})
    with pytest.raises(UsageError, match="contradict"):
        conditional_forecast(bvar, steps=2, low=here + 1, high=here)
    with pytest.raises(UsageError, match=r"shape is \(2, 2\)"):
        conditional_forecast(bvar, steps=3, hard=here)
    with pytest.raises(UsageError, match="no 'c' at step 1"):
        forecast_conditions(bvar.names, 2, {"c": {1: 0.0}})
    far = forecast_conditions(bvar.names, 2, {"a": {1: values[-1, 0] + 100}})
    with pytest.raises(DataGapError, match="too unlikely"):
        conditional_forecast(bvar, steps=2, hard=far)
    with pytest.raises(DataGapError, match="could not be met"):
        conditional_forecast(bvar, steps=2, low=far, draws=500)


def test_explosive_systems_end_in_an_error_and_not_in_overflow() -> None:
    rng = np.random.default_rng(1)
    values = np.zeros((30, 2))
    for t in range(1, 30):
        values[t] = 1.2 * values[t - 1] + rng.normal(size=2)
    fitted = fit_bvar(values, 1, None)
    assert not fitted.stable
    assert np.isfinite(impulse_bands(fitted, steps=12, draws=200).middle).all()
    for make in (
        lambda: impulse_bands(fitted, steps=5000, draws=50),
        lambda: impulse_responses(fitted, 5000),
        lambda: fitted.forecast(5000),
        lambda: conditional_forecast(fitted, steps=5000, draws=50),
    ):
        with pytest.raises(DataGapError, match="so explosive"):
            make()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (SimsZha(lambda0=0.0), "lambda0 = 0.0"),
        (SimsZha(lambda1=float("nan")), "lambda1 = nan"),
        (SimsZha(mu5=-1.0), "mu5 = -1.0"),
        (SimsZha(nu=0.5), "nu = 0.5 with 2 series"),
        (SimsZha(qm=7), "qm = 7"),
    ],
)
def test_impossible_priors_are_named(wrong: SimsZha, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fit_bvar(walks(1), 1, wrong)


def test_series_that_carry_nothing_are_refused() -> None:
    values = walks(1)
    with pytest.raises(DataGapError, match="never changes"):
        fit_bvar(values * [1.0, 0.0], 1)
    with pytest.raises(DataGapError, match="copies or sums"):
        fit_bvar(np.column_stack([values, -values[:, 0]]), 1)
    with pytest.raises(DataGapError, match="missing or infinite"):
        fit_bvar(np.where(values == values[7], np.nan, values), 1)
    with pytest.raises(DataGapError, match="usable periods"):
        fit_bvar(values[:12], 4, None)
    line = np.column_stack([np.arange(50.0), walks(1, 50)[:, 0]])
    with pytest.raises(DataGapError, match="without error"):
        fit_bvar(line, 2)
    with pytest.raises(UsageError, match="no table of numbers"):
        fit_bvar([["a", "b"]], 1)
    with pytest.raises(UsageError, match="positive numbers"):
        fit_bvar(values, 1, scales=[1.0, -1.0])


def test_a_posterior_needs_no_more_rows_than_a_proper_prior_asks() -> None:
    """Fewer rows than coefficients: least squares fails, the proper prior carries the rest."""
    values = walks(15, 14)
    with pytest.raises(DataGapError, match="usable periods"):
        fit_var(values, 5)
    fitted = fit_bvar(values, 5)
    assert np.isfinite(fitted.draw(10).coefficients).all()
    table = fitted.df()
    assert np.all(table["low_90"] < table["high_90"])


def test_marginal_intervals_match_the_draws() -> None:
    fitted = fit_bvar(walks(16, 60), 1, SimsZha(0.9, 0.9), names=["a", "b"])
    row = fitted.df().query("equation == 'b' and term == 'a.1'")
    drawn = fitted.draw(40_000).coefficients[:, 0, 1]
    assert row["low_90"].item() == pytest.approx(np.quantile(drawn, 0.05), abs=0.01)
    assert row["deviation"].item() == pytest.approx(drawn.std(), rel=0.03)
    assert norm.cdf(row["mean"].item() / row["deviation"].item()) == pytest.approx(
        np.mean(drawn > 0), abs=0.03
    )
