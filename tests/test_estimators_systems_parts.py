"""Regimes, triads and vector systems part by part, against plain sums."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammaln

from detente.errors import DataGapError, UsageError
from detente.estimators.regimes import convergence, sampler
from detente.estimators.regimes import fit as regimes
from detente.estimators.regimes.filter import ergodic_shares, hamilton_filter
from detente.estimators.regimes.simulate import simulate_regimes
from detente.estimators.triads import balance, case
from detente.estimators.triads.attacks import attacks, shared_attackers
from detente.estimators.triads.dyadic import PairFit, Pairs
from detente.estimators.triads.model import PRIMARY, triad_model, triad_specifications
from detente.estimators.triads.panel import triad_panel
from detente.estimators.triads.worlds import TriadWorld, simulated_dyads
from detente.estimators.vector import bands, conditional, hyperparameters, impulse, lagged
from detente.estimators.vector.bvar import fit_bvar, posterior_of
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.sims_zha import SimsZha, prior_of, scales_of
from detente.estimators.vector.var import choose_lags, fit_var, granger

NAN = float("nan")


def plain(function: Any) -> Any:
    """The Python of a compiled function."""
    return getattr(function, "__wrapped__", function)


def test_shares_and_weights_of_regimes() -> None:
    chances = np.array([[0.9, 0.1], [0.3, 0.7]])
    assert ergodic_shares(chances) == pytest.approx([0.75, 0.25])
    with pytest.raises(UsageError):
        ergodic_shares(np.eye(2))
    weights = regimes._weights(None, 3)
    assert weights.tolist() == [[18, 1, 1], [1, 18, 1], [1, 1, 18]]
    for wrong in (np.ones((2, 3)), np.zeros((2, 2)), np.full((2, 2), np.inf)):
        with pytest.raises(UsageError):
            regimes._weights(wrong, 2)
    with pytest.raises(UsageError):
        regimes._weights(None, 1)
    filtered, value = hamilton_filter(np.log([[0.5, 0.1], [0.2, 0.2]]), chances, [0.5, 0.5])
    first = np.array([0.25, 0.05]) / 0.3
    assert filtered[0] == pytest.approx(first) and filtered[1] == pytest.approx(first @ chances)
    assert value == pytest.approx(np.log(0.3) + np.log(0.2))
    with pytest.raises(UsageError, match="add to 1"):
        hamilton_filter(np.zeros((1, 2)), chances, [0.5, 0.6])
    for impossible in ([[NAN, 0.0]], [[np.inf, 0.0]], [[-np.inf, -np.inf]]):
        with pytest.raises(DataGapError, match="period 0"):
            hamilton_filter(impossible, chances, [0.5, 0.5])


def test_each_regime_is_to_settle_by_itself() -> None:
    """Three draws of a calm regime and of one that explodes in one of them."""
    system = lagged.lagged(np.random.default_rng(1).normal(size=(30, 2)), 1)
    calm, wild = (np.vstack([root * np.eye(2), np.zeros((1, 2))]) for root in (0.5, 1.1))
    drawn = np.array([[[calm, wild], [calm, calm], [calm, calm]]])
    chains = SimpleNamespace(coefficients=drawn, periods=np.zeros(6))
    check = convergence._settled(cast(Any, chains), system)
    assert (check.passed, "settle in 0.0%, 33.3% of" in check.text) == (False, True)
    chains.coefficients = drawn[:, 1:]
    assert convergence._settled(cast(Any, chains), system).passed is True


def test_long_run_shares_of_many_chains_at_once() -> None:
    chains = np.array([[[0.9, 0.1], [0.3, 0.7]], [[0.5, 0.5], [0.2, 0.8]], [[0.6, 0.4]] * 2])
    shares = ergodic_shares(chains)
    assert shares == pytest.approx(np.array([[3 / 4, 1 / 4], [2 / 7, 5 / 7], [0.6, 0.4]]))


def test_simulated_regimes_follow_their_system() -> None:
    effects = np.array([[[0.5], [1.0]], [[0.0], [9.0]]])
    values, path = simulate_regimes(
        effects, np.full((2, 1, 1), 1e-12), np.eye(2), [[4.0]], 3, np.random.default_rng(1)
    )
    expected = [4.0, 3.0, 2.5, 2.25] if path[0] == 0 else [4.0, 9.0, 9.0, 9.0]
    assert values[:, 0] == pytest.approx(expected) and len(set(path.tolist())) == 1
    with pytest.raises(UsageError):
        simulate_regimes(effects, np.ones((2, 1, 1)), np.eye(2), [4.0], 3, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("worst", "least", "chains", "passed"),
    [(1.01, 400.0, 4, True), (1.011, 400.0, 4, False), (1.0, 399.0, 4, False),
     (NAN, 900.0, 4, False), (1.0, 100.0, 1, None), (1.0, 99.0, 1, False)],
)  # fmt: skip
def test_chains_that_agree(worst: float, least: float, chains: int, passed: bool | None) -> None:
    parameters = SimpleNamespace(
        rhat=np.array([1.0, worst]), ess_bulk=np.array([900.0]), ess_tail=np.array([least])
    )
    assert convergence._converged(parameters, chains).passed is passed


@pytest.mark.parametrize(("empty", "passed"), [(0, True), (4, True), (5, False), (94, False)])
def test_regimes_that_hardly_occur(empty: int, passed: bool) -> None:
    periods = np.ones((1, 100, 2), dtype=int)
    periods[0, :empty, 1] = 0
    assert convergence._occupied(SimpleNamespace(periods=periods)).passed is passed
    periods[0, :95, 1] = 0
    with pytest.raises(DataGapError, match=r"95\.0%"):
        convergence._occupied(SimpleNamespace(periods=periods))


def test_what_is_an_attack() -> None:
    conflict = np.zeros((3, 2, 2))
    conflict[:, 0, 1], conflict[:, 1, 0] = [5, 10, 5], [5, 11, 5]
    exposure = np.ones(3)
    assert attacks(conflict, exposure)[:, 0, 1].tolist() == [False, False, False], (
        "twice is not more"
    )
    assert attacks(conflict, exposure)[:, 1, 0].tolist() == [False, True, False]
    assert attacks(conflict, np.array([1.0, 2.0, 1.0]))[:, 1, 0].tolist() == [False] * 3
    assert attacks(conflict, exposure, "any", least=6)[:, 0, 1].tolist() == [False, True, False]
    assert attacks(conflict, exposure, "any")[:, 0, 1].all()
    top = attacks(conflict, exposure, "decile")
    assert top[1].tolist() == [[False, False], [True, False]] and top[0, 0, 1]
    shared = shared_attackers(np.array([[[0, 1, 1], [0, 0, 0], [0, 0, 0]]], dtype=bool))
    assert shared[0, 1, 2] == 1 and shared[0, 0, 1] == 0


def test_balance_against_chance() -> None:
    null = np.array([[0.5, NAN], [1.0, NAN], [0.2, NAN]])
    made = balance.Balance(np.array([1.0, 0.0]), np.array([2.0, 0.0]), null, "degrees")
    assert made.share[0] == 0.5 and np.isnan(made.share[1])
    assert made.p[0] == pytest.approx(3 / 4) and np.isnan(made.p[1])
    ties = np.array([[[0, 0.5, -0.1], [0.5, 0, NAN], [-0.1, NAN, 0]]])
    assert balance._signs(ties, 0.1, "number")[0].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert balance._signs(ties, 0.0, "number")[0, 0].tolist() == [0, 1, -1]
    dealt = next(balance._dealt(np.array([[[0.0, 1, -1], [1, 0, 1], [-1, 1, 0]]]), "number", [3]))
    assert (
        sorted(dealt[0][np.triu_indices(3, 1)]) == [-1, 1, 1]
        and (dealt == dealt.transpose(0, 2, 1)).all()
    )
    for wrong, keep in (
        (ties[:, :2], "number"),
        (ties, "x"),
        (np.triu(np.ones((1, 3, 3))), "number"),
    ):
        with pytest.raises(UsageError):
            balance._signs(wrong, 0.0, keep)
    with pytest.raises(DataGapError):
        balance._signs(np.zeros((1, 2, 2)), 0.0, "number")


def test_pairs_and_their_fit() -> None:
    pairs = Pairs(4, np.array([0, 0, 1]), np.array([1, 2, 2]))
    assert pairs.clusters == 3
    assert pairs.sums(np.array([[1.0, 10.0, 100.0]])).tolist() == [[11.0, 101.0, 110.0, 0.0]]
    assert pairs.of(np.arange(16).reshape(4, 4)).tolist() == [1, 2, 6]
    fit = PairFit(2.0, 1.0, 9)
    assert fit.t == 2.0 and fit.p == pytest.approx(2 * stats.t.sf(2.0, 8))
    assert fit.interval()[1] == pytest.approx(2.0 + stats.t.ppf(0.95, 8))
    assert case._difference(np.array([1.0, 5.0, 3.0, 9.0]), np.array([1, 3])) == 5.0


def test_a_panel_of_triads_and_its_ways() -> None:
    world = simulated_dyads(TriadWorld(states=6, periods=5), 1)
    assert world.conflict.shape == (5, 6, 6) and world.names[0] == "S00"
    assert not world.conflict[:, range(6), range(6)].any()
    counts = np.full((4, 5, 5), 2.5)
    panel = triad_panel(counts, counts, np.full(4, 10.0), list("ABCDE"))
    assert len(panel.pairs.first) == 10, "both directions together reach five"
    assert panel.log_cooperation[0, 0] == pytest.approx(np.log(5.5 / 10))
    for changed in ({"least": 5.1}, {"exposure": np.full(3, 10.0)}, {"exposure": np.zeros(4)}):
        given = {
            "conflict": counts,
            "cooperation": counts,
            "exposure": np.full(4, 10.0),
            "names": list("ABCDE"),
        }
        with pytest.raises((DataGapError, UsageError)):
            triad_panel(**{**given, **changed})
    with pytest.raises(DataGapError, match="3 periods"):
        triad_panel(counts[:3], counts[:3], np.full(3, 10.0), list("ABCDE"))
    assert panel.without([]) is panel
    labels = [way.label for way in triad_specifications(material=True, great_powers=["A"])]
    assert labels[3] == "material conflict only" and labels[-1] == "without the great powers"
    assert len(triad_specifications(material=False)) == 7
    ways = {way.label: way for way in triad_specifications(material=False)}
    assert ways["the attack came a period earlier"].delay == 1
    assert [way.label for way in ways.values() if way.partners] == ["common partners held constant"]
    assert [way.rule for way in ways.values()] == ["usual", "any", "decile", *["usual"] * 4]
    assert [way.effects for way in ways.values()] == ["state"] * 6 + ["period"]
    assert (
        ways["cooperation followed into the next period"].follow == 1
        and PRIMARY.delay == PRIMARY.follow == 0
    )
    big = simulated_dyads(TriadWorld(states=10, periods=6), 3)
    whole = triad_panel(big.conflict, big.cooperation, big.exposure, big.names)
    model = triad_model(whole, PRIMARY)
    assert model.now.tolist() == [1, 2, 3, 4, 5]
    assert model.cases == int(model.shared(model.attack)[1:].sum())
    assert np.abs(model.controls.T @ model.change.ravel()).max() < 1e-9
    own = model.attacked(0)
    both = model.attack[1:, 0][:, whole.pairs.first] & model.attack[1:, 0][:, whole.pairs.second]
    assert own.tolist() == both.tolist()


def test_a_normal_wishart_is_updated_by_the_books() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
    prior = NormalWishart(rng.normal(size=(3, 2)), np.diag([1.0, 2.0, 3.0]), np.eye(2), 5.0)
    after = prior.updated(y, x)
    precision = prior.precision + x.T @ x
    mean = np.linalg.solve(precision, prior.precision @ prior.mean + x.T @ y)
    scale = (prior.scale + y.T @ y + prior.mean.T @ prior.precision @ prior.mean
             - mean.T @ precision @ mean)  # fmt: skip
    assert after.mean == pytest.approx(mean) and after.scale == pytest.approx(scale)
    assert after.dof == 14 and prior.updated(y, x, rows=0).dof == 5
    assert after.covariance == pytest.approx(scale / (14 - 3))
    assert prior.proper and not NormalWishart(prior.mean, prior.precision, np.eye(2), 1.0).proper
    assert not NormalWishart(prior.mean, np.zeros((3, 3)), np.eye(2), 5.0).proper
    # The evidence is the product of one-step predictions.
    steps, value = prior, 0.0
    for row, out in zip(x, y, strict=True):
        spread = 1 + row @ np.linalg.solve(steps.precision, row)
        degrees = steps.dof - 2 + 1
        value += stats.multivariate_t.logpdf(
            out, row @ steps.mean, steps.scale * spread / degrees, degrees
        )
        steps = steps.updated(out[None], row[None])
    assert prior.log_evidence(after) == pytest.approx(value)
    drawn = after.draw(4000, np.random.default_rng(2))
    assert drawn.covariances.mean(axis=0) == pytest.approx(after.covariance, rel=0.05, abs=0.02)
    assert drawn.coefficients.mean(axis=0) == pytest.approx(mean, abs=0.05)
    with pytest.raises(DataGapError):
        NormalWishart(prior.mean, prior.precision, np.eye(2), 1.0).draw(1, rng)


def test_the_prior_of_sims_and_zha() -> None:
    system = lagged.lagged(
        np.random.default_rng(1).normal(size=(30, 2)).cumsum(axis=0), 2, controls=np.arange(30.0)
    )
    scales = np.array([4.0, 9.0])
    prior = SimsZha(lambda0=0.5, lambda1=0.2, lambda3=2.0, lambda4=0.3, lambda5=0.4)
    made = prior_of(system, prior, scales)
    tight = 0.5 * 0.2 * np.array([1.0, 1 / 4])
    own = [scale / t**2 for t in tight for scale in scales]
    assert np.diag(made.precision) == pytest.approx([*own, 1 / 0.15**2, 1 / 0.2**2])
    assert made.mean[:2].tolist() == [[1, 0], [0, 1]] and not made.mean[2:].any()
    assert np.diag(made.scale) == pytest.approx(scales / 0.25) and made.dof == 3.0
    assert prior_of(system, None, scales).dof == -6.0
    assert SimsZha(lambda3=2.0).decay(3) == pytest.approx([1, 1 / 4, 1 / 9])
    assert SimsZha(lambda3=2.0, qm=12).decay(7) == pytest.approx(
        [3.0 ** (-2 * lag / 6) for lag in range(7)]
    )
    assert SimsZha(qm=12).decay(1).tolist() == [1.0]
    with_dummies = prior_of(system, SimsZha(mu5=2.0, mu6=3.0), scales)
    level = system.values[:2].mean(axis=0)
    x = np.zeros((3, 6))
    x[0, [0, 2]], x[1, [1, 3]] = 2 * level[0], 2 * level[1]
    x[2, :4], x[2, 4] = np.tile(3 * level, 2), 3.0
    plain_prior = prior_of(system, SimsZha(), scales)
    assert with_dummies.precision == pytest.approx(plain_prior.precision + x.T @ x)
    assert with_dummies.dof == plain_prior.dof
    for wrong in (
        {"lambda0": 0.0},
        {"lambda1": -1.0},
        {"lambda3": -0.1},
        {"mu5": -1.0},
        {"nu": 1.0},
        {"qm": 5},
    ):
        with pytest.raises(UsageError):
            SimsZha(**wrong).check(2)
    SimsZha(lambda3=0.0, lambda4=0.0, lambda5=0.0, nu=1.5).check(2)
    own_scale = scales_of(system, None, "data")
    past = np.column_stack([np.ones(28), system.values[1:-1, 0], system.values[:-2, 0]])
    rest = system.y[:, 0] - past @ np.linalg.lstsq(past, system.y[:, 0], rcond=None)[0]
    assert own_scale[0] == pytest.approx(rest @ rest / 28)
    for kind in ("other", [1.0], [1.0, -1.0]):
        with pytest.raises(UsageError):
            scales_of(system, None, kind)


def test_a_system_of_least_squares_and_its_tests() -> None:
    values = np.random.default_rng(2).normal(size=(40, 2))
    values[1:, 1] += 0.9 * values[:-1, 0]
    var = fit_var(values, 2)
    x = np.column_stack([values[1:-1], values[:-2], np.ones(38)])
    solved = np.linalg.lstsq(x, values[2:], rcond=None)[0]
    residual = values[2:] - x @ solved
    covariance = residual.T @ residual / (38 - 5)
    inverse = np.linalg.inv(x.T @ x)
    assert var.coefficients == pytest.approx(solved) and var.covariance == pytest.approx(covariance)
    assert var.errors == pytest.approx(np.sqrt(np.outer(np.diag(inverse), np.diag(covariance))))
    tests = granger(var)
    places = [0, 2]
    part = solved[places, 1]
    size = part @ np.linalg.solve(inverse[np.ix_(places, places)], part) / 2 / covariance[1, 1]
    assert tests.statistic[1, 0] == pytest.approx(size) and tests.degrees == (2, 66)
    assert tests.p_value[1, 0] == pytest.approx(stats.f.sf(size, 2, 66))
    assert np.isnan(tests.statistic[0, 0])
    choice = choose_lags(values, 2)
    fits = []
    for lags in (1, 2):
        some = np.column_stack([*[values[1:-1], values[:-2]][:lags], np.ones(38)])
        left = values[2:] - some @ np.linalg.lstsq(some, values[2:], rcond=None)[0]
        fits.append(np.linalg.slogdet(left.T @ left / 38)[1])
    sizes = np.array([3, 5])
    assert choice.aic == pytest.approx(fits + 2 * 2 * sizes / 38)
    assert choice.bic == pytest.approx(fits + np.log(38) * 2 * sizes / 38)
    assert choice.hq == pytest.approx(fits + 2 * np.log(np.log(38)) * 2 * sizes / 38)
    assert choice.fpe == pytest.approx(fits + 2 * np.log((38 + sizes) / (38 - sizes)))
    path = var.forecast(2)
    first = np.r_[values[-1], values[-2], 1.0] @ solved
    assert path[0] == pytest.approx(first)
    assert path[1] == pytest.approx(np.r_[first, values[-1], 1.0] @ solved)
    shares = impulse.variance_decomposition(var, 3).shares
    assert shares.sum(axis=2) == pytest.approx(np.ones((3, 2)))
    response = impulse.impulse_responses(var, 2)
    root = np.linalg.cholesky(covariance)
    assert response[0] == pytest.approx(root) and response[1] == pytest.approx(
        var.lag_matrices[0] @ root
    )
    assert shares[0, 1] == pytest.approx(root[1] ** 2 / (root[1] ** 2).sum())


def test_gaps_and_stretches_of_a_system() -> None:
    values = np.random.default_rng(3).normal(size=(20, 2))
    stretch = np.repeat([0.0, 1.0], 10)
    system = lagged.lagged(values, 2, segments=stretch)
    assert system.rows.tolist() == [*range(2, 10), *range(12, 20)]
    assert system.x[8].tolist() == [*values[11], *values[10], 1.0]
    assert system.last.tolist() == values[[19, 18]].tolist() and system.controls == 0
    ending = lagged.lagged(values, 2, segments=np.r_[np.zeros(19), 1.0])
    with pytest.raises(DataGapError, match="last 2"):
        lagged.starting_values(ending)
    assert lagged.largest_root(np.array([[[0.5]], [[0.24]]])) == pytest.approx(0.8)
    for wrong in (0, 1.5):
        with pytest.raises(UsageError):
            lagged.lagged(values, wrong)
    with pytest.raises(DataGapError, match="never changes"):
        lagged.lagged(np.column_stack([values[:, 0], np.ones(20)]), 1)
    with pytest.raises(DataGapError, match="copies"):
        lagged.lagged(np.column_stack([values[:, 0], 2 * values[:, 0]]), 1)
    lagged._check_rows(5, 2, 2)
    with pytest.raises(DataGapError):
        lagged._check_rows(4, 2, 2)


def test_bands_of_paths() -> None:
    ordered = np.arange(11.0)[None]
    low, high = bands.pointwise_bands(ordered, [0.9])[0.9]
    assert (low[0], high[0]) == (pytest.approx(0.5), pytest.approx(9.5))
    paths_ = np.array([[3.0, 1, 2, 4, 5], [1.0, 2, 3, 4, 5]])
    joint = bands.joint_bands(paths_, [0.5])[0.5]
    # Depths are 1, 1, 2, 2, 1 of the five: half of them lie within the extremes.
    assert joint.tolist() == [[1.0, 1.0], [5.0, 5.0]]
    assert bands.joint_bands(np.zeros((2, 4)), [0.5])[0.5].tolist() == [[0, 0], [0, 0]]
    curves, explained = bands.eigen_bands(np.array([[1.0, -1, 2, -2], [1.0, -1, 2, -2]]), [0.5])
    assert curves[0.5][1] - curves[0.5][0] == pytest.approx([2.5, 2.5]) and explained[
        0
    ] == pytest.approx(1.0)


def test_a_conditional_forecast_meets_its_conditions() -> None:
    values = np.random.default_rng(4).normal(size=(60, 2)).cumsum(axis=0)
    model = fit_bvar(values, 1, names=["a", "b"])
    hard = conditional.forecast_conditions(["a", "b"], 3, {"b": {2: 9.0}})
    assert np.flatnonzero(np.isfinite(hard)).tolist() == [3] and hard[1, 1] == 9.0
    pool = model.posterior.draw(5, np.random.default_rng(1))
    start, extra = lagged.starting_values(model.system), np.ones((3, 1))
    shocks = np.random.default_rng(2).normal(size=(5, 3, 2))
    path = conditional._simulate(pool, shocks, start, extra)
    by_hand = start[0]
    for step in range(3):
        by_hand = np.r_[by_hand, 1.0] @ pool.coefficients[0] + pool.factors[0] @ shocks[0, step]
        assert path[0, step] == pytest.approx(by_hand)
    rows_, gap = conditional._restriction(pool, start, extra, hard)
    calm = conditional._simulate(pool, np.zeros((5, 3, 2)), start, extra)
    assert gap[:, 0] == pytest.approx(9.0 - calm[:, 1, 1])
    assert rows_[:, 0] @ shocks[0].ravel() == pytest.approx(
        (conditional._simulate(pool, np.broadcast_to(shocks[0], (5, 3, 2)), start, extra) - calm)[
            :, 1, 1
        ]
    )
    bent = conditional._bent(shocks, pool, start, extra, hard)
    assert conditional._simulate(pool, bent, start, extra)[:, 1, 1] == pytest.approx([9.0] * 5)
    nearest = bent - shocks
    assert np.abs(nearest.reshape(5, -1) @ np.eye(6)[:, 4:]).max() < 1e-12, "later shocks stay"
    for name, step in (("c", 1), ("a", 0), ("a", 4)):
        with pytest.raises(UsageError):
            conditional.forecast_conditions(["a", "b"], 3, {name: {step: 1.0}})
    none, one, two = np.full((1, 1), NAN), np.ones((1, 1)), np.full((1, 1), 2.0)
    conditional._check_conditions(one, one, two, 1)
    for fixed, low, high, draws_ in (
        (none, two, two, 1),
        (none, none, none, 0),
        (one, two, none, 1),
        (two, none, one, 1),
    ):
        with pytest.raises(UsageError):
            conditional._check_conditions(fixed, low, high, draws_)


def test_hyperparameters_by_their_evidence() -> None:
    values = np.random.default_rng(5).normal(size=(40, 2)).cumsum(axis=0)
    chosen = hyperparameters.choose_hyperparameters(
        values, 1, grid={"lambda1": (0.1, 0.3)}, refine=False
    )
    system = lagged.lagged(values, 1)
    heights = [
        posterior_of(
            system, SimsZha(lambda1=value), scales_of(system, None, "data")
        ).log_marginal_likelihood
        for value in (0.1, 0.3)
    ]
    assert chosen.log_marginal_likelihoods == pytest.approx(heights)
    assert chosen.best.lambda1 == (0.1, 0.3)[int(np.argmax(heights))]
    table = chosen.exhibits()[0].table
    assert table.column("prior") == (1, 2) and max(table.column("below_best")) == 0.0
    assert sum(table.column("probability")) == pytest.approx(1.0)
    fine = hyperparameters.choose_hyperparameters(values, 1, grid={"lambda1": (0.1, 0.3)})
    assert len(fine.tried) == 3 and fine.log_marginal_likelihoods[2] >= max(heights) - 1e-9
    assert 0.1 <= fine.tried[2].lambda1 <= 0.3
    for grid in ({}, {"x": (1.0,)}):
        with pytest.raises(UsageError):
            hyperparameters.choose_hyperparameters(values, 1, grid=grid)


def two_regimes() -> Any:
    """Ten periods of one series with one lag, a gap before the sixth; the prior is a proper one."""
    y = np.random.default_rng(7).normal(size=(10, 1))
    x = np.column_stack([np.arange(10.0), np.ones(10)])
    fresh = np.isin(np.arange(10), (0, 5))
    prior = NormalWishart(np.zeros((2, 1)), np.eye(2), np.eye(1), 3.0)
    return sampler.Model(y, x, fresh, prior, np.full((2, 2), 2.0), key=0, constant=1)


def test_what_is_drawn_of_regimes() -> None:
    model = two_regimes()
    factors = np.array([[[1.0]], [[2.0]]])
    coefficients = np.array([[[0.1], [5.0]], [[0.2], [9.0]]])
    assert sampler.places_of(model, coefficients, factors).tolist() == [1, 0], "the wild one first"
    by_level = replace(model, key=1)
    assert sampler.places_of(by_level, coefficients[::-1], factors).tolist() == [0, 1]
    counts, alpha = np.array([[3.0, 1.0], [2.0, 4.0]]), np.full((2, 2), 2.0)
    rows_ = [gammaln(row + 2).sum() - gammaln(row.sum() + 4) for row in counts]
    assert sampler.transition_evidence(counts, alpha) == pytest.approx(sum(rows_))
    rng = np.random.default_rng(1)
    worse = np.array([[1.0, 9.0], [9.0, 1.0]])
    lean = np.array([[9.0, 1.0], [1.0, 9.0]])
    assert all(sampler.accepted(worse, worse[::-1], lean, rng) for _ in range(20))
    assert not any(sampler.accepted(worse[::-1], worse, lean, rng) for _ in range(20))
    drawn = np.array([sampler.draw_transition(np.array([[8.0, 2.0]]), rng)[0] for _ in range(500)])
    assert drawn.sum(axis=1) == pytest.approx(np.ones(500)) and drawn[:, 0].mean() == pytest.approx(
        0.8, abs=0.03
    )
    roots = np.array([sampler.bartlett(2, np.array([6.0]), rng)[0] for _ in range(3000)])
    assert not roots[:, 1, 0].any()
    assert (roots[:, 0, 0] ** 2).mean() == pytest.approx(5.0, rel=0.1)
    assert (roots[:, 1, 1] ** 2).mean() == pytest.approx(6.0, rel=0.1)
    path = np.array([0] * 6 + [1] * 4)
    noise, wishart = np.zeros((2, 2, 1)), np.full((2, 1, 1), 2.0)
    given = (model.prior.mean, model.prior.precision, model.prior.scale, wishart, noise)
    centres, spreads = plain(sampler.systems_from)(model.y, model.x, path, *given)
    for regime in (0, 1):
        own = path == regime
        after = model.prior.updated(model.y[own], model.x[own])
        assert centres[regime] == pytest.approx(after.mean)
        assert spreads[regime] == pytest.approx(np.sqrt(after.scale) / 2)
    none = plain(sampler.systems_from)(model.y, model.x, np.zeros(10, int), *given)
    assert none[0][1].tolist() == [[0], [0]] and none[1][1, 0, 0] == 0.5
    y, factor = np.random.default_rng(2).normal(size=(3, 2)), np.array([[[2.0, 0.0], [0.5, 1.0]]])
    densities = plain(sampler.log_densities)(y, np.ones((3, 1)), np.array([[[0.3, -0.1]]]), factor)
    right = stats.multivariate_normal.logpdf(y, [0.3, -0.1], factor[0] @ factor[0].T)
    assert densities[:, 0] == pytest.approx(right)


@pytest.mark.parametrize(
    ("plan", "fits"),
    [
        ((30, 10, 1, 4), True), ((29, 10, 1, 4), False), ((50, 10, 2, 1), True),
        ((30, -1, 1, 1), False), ((30, 10, 0, 1), False), ((30, 10, 1, 0), False),
        ((49, 10, 2, 1), False),
    ],
)  # fmt: skip
def test_plans_that_keep_enough(plan: tuple[int, ...], fits: bool) -> None:
    made = sampler.Plan(*plan)
    if fits:
        regimes._check_plan(made)
        assert made.kept == (plan[0] - plan[1]) // plan[2]
        return
    with pytest.raises((UsageError, ZeroDivisionError)):
        regimes._check_plan(made)


def test_a_chain_keeps_what_comes_after_its_burn() -> None:
    model = two_regimes()
    chain = sampler.run_chain(model, sampler.Plan(12, 2, 3, 1), np.random.SeedSequence(1))
    assert chain.coefficients.shape == (1, 3, 2, 2, 1) and chain.periods.sum(axis=-1).tolist() == [
        [10] * 3
    ]
    assert chain.probabilities.sum(axis=1) == pytest.approx(np.ones(10))
    assert (chain.probabilities * 9).round(9) % 1 == pytest.approx(np.zeros((10, 2))), (
        "of nine sweeps"
    )
    system = SimpleNamespace(names=("a", "b"))
    assert regimes._key("variance", 1, system) == (1, "error variance of b")
    assert regimes._key("constant", 1, system) == (3, "constant of b")
    for order, series in (("x", 0), ("variance", 2), ("variance", -1)):
        with pytest.raises(UsageError):
            regimes._key(order, series, system)
    lined = lagged.lagged(
        np.random.default_rng(1).normal(size=(20, 1)), 1, segments=np.repeat([0.0, 1.0], 10)
    )
    made = sampler.model_of(lined, model.prior, model.alpha, 0)
    assert np.flatnonzero(made.fresh).tolist() == [0, 9] and made.constant == 1


def test_shocks_of_both_kinds() -> None:
    factors = np.array([[[2.0, 0.0], [1.0, 1.0]]])
    covariance = factors[0] @ factors[0].T
    assert impulse._impact(factors, "cholesky") is factors
    moved_by = impulse._impact(factors, "generalised")[0]
    assert moved_by == pytest.approx(covariance / np.sqrt(np.diag(covariance)))
    good = {"steps": 1, "kind": "cholesky", "covers": "joint", "coverages": (), "draws": 1}
    impulse._check(**good)
    for name, wrong in (
        ("steps", 0), ("draws", 0), ("kind", "x"), ("covers", "x"), ("coverages", (0.0,)),
        ("coverages", (1.0,)),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            impulse._check(**{**good, name: wrong})
    cells = np.arange(8.0).reshape(2, 2, 2)
    assert impulse._flat(cells).tolist() == [0, 4, 2, 6, 1, 5, 3, 7]
    long = impulse._long(("a", "b"), 2)
    assert long["impulse"].tolist() == ["a"] * 4 + ["b"] * 4
    assert long["response"].tolist() == ["a", "a", "b", "b"] * 2
    assert long["step"].tolist() == [0, 1] * 4


def test_what_balance_and_forecasts_show() -> None:
    null = np.column_stack([np.linspace(0, 1, 101), np.full(101, NAN)])
    made = balance.Balance(np.array([1.0, 0.0]), np.array([2.0, 0.0]), null, "degrees")
    first, second = made.exhibits()[0].table.records()
    names = ("share", "chance", "chance_low90", "chance_high90", "triads")
    assert [first[name] for name in names] == pytest.approx([0.5, 0.5, 0.05, 0.95, 2])
    assert all(np.isnan(second[name]) for name in names[:4])
    paths_ = np.arange(101.0)[:, None, None] * np.ones((1, 2, 1))
    shown = conditional._summary(("a",), paths_, [0.9], 9.0, 0.5)
    assert shown.middle.tolist() == [[50.0]] * 2 and shown.mean.tolist() == [[50.0]] * 2
    assert shown.bands[0.9][:, 0, 0] == pytest.approx([5.0, 95.0])
    rows_ = shown.exhibits()[0].table.records()
    assert [(row["step"], row["low_90"], row["high_90"]) for row in rows_] == [
        (1, pytest.approx(5.0), pytest.approx(95.0)), (2, pytest.approx(5.0), pytest.approx(95.0))
    ]  # fmt: skip
    low, high = np.full((1, 1), 40.0), np.full((1, 1), 60.0)
    near = np.arange(0.0, 100.0)[:, None, None]
    met, tried = conditional._within(lambda slots: near[(7 * slots + 50) % 100], 1, low, high)
    assert met.tolist() == [[[50.0]]] and tried == 1
    with pytest.raises(DataGapError, match="0 of 10 paths"):
        conditional._within(lambda slots: near[slots], 1, low, high)


def test_intervals_of_a_posterior_are_those_of_its_t_distribution() -> None:
    model = fit_bvar(np.random.default_rng(6).normal(size=(30, 2)), 1)
    after = model.posterior
    degrees = after.dof - 2 + 1
    spread = np.outer(np.diag(np.linalg.inv(after.precision)), np.diag(after.scale)) / degrees
    reach = stats.t.ppf(0.95, degrees) * np.sqrt(spread)
    table = model.exhibits()[0].table
    low, high = (np.array(table.column(end)).reshape(2, 3).T for end in ("low_90", "high_90"))
    assert low == pytest.approx(after.mean - reach) and high == pytest.approx(after.mean + reach)
