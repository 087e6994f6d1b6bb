"""The parts of the estimators one by one, each with an answer known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from detente.errors import UsageError
from detente.estimators import (
    Grid,
    block_index,
    bootstrap_means,
    fit_bvar,
    impulse_draws,
    impulse_responses,
    mean_responses,
    path_around,
)
from detente.estimators.hawkes.baseline import make_baseline
from detente.estimators.hawkes.check import check_decays, check_excites
from detente.estimators.hawkes.features import daily_excitement, event_excitement
from detente.estimators.hawkes.kernel import daily_kernel, direct
from detente.estimators.hawkes.result import spectral_radius
from detente.estimators.hawkes.stream import compensators, log_rates, totals
from detente.estimators.levels.parameter_grid import explore
from detente.estimators.matching import _volatility_class, matched_dates, mean_of_next
from detente.estimators.projections.sandwich import long_run
from detente.estimators.rates import Counted, log_ratio, moved_ratios, prepared
from detente.estimators.regimes.filter import draw_path, filter_regimes, transitions_in
from detente.estimators.resample import (
    equal_tailed,
    expanded_tail,
    swing_error,
    systematic,
    two_sided,
)
from detente.estimators.triads.attacks import attacks, dealt_anew, shared_attackers
from detente.estimators.triads.dyadic import Pairs, absorber, fit_pairs
from detente.estimators.triads.law import percent, worlds
from detente.estimators.triads.model import PRIMARY, triad_model, triad_specifications
from detente.estimators.triads.panel import triad_panel
from detente.estimators.vector.bands import eigen_bands, joint_bands, pointwise_bands
from detente.estimators.vector.bvar import posterior_of, reference_posterior
from detente.estimators.vector.lagged import (
    forecast_mean,
    future_controls,
    lag_matrices,
    lagged,
    largest_root,
    starting_values,
    term_names,
)
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.recursion import in_lanes, respond
from detente.estimators.vector.sims_zha import STANDARD, prior_of, scales_of
from detente.estimators.vector.var import fit_var


def test_make_baseline() -> None:
    made = make_baseline(np.arange(4.0), periods=np.array([0, 0, 1, 1]))
    assert (made.names, made.design[:, 1].tolist()) == (
        ("intercept", "period 1"),
        [0.0, 0.0, 1.0, 1.0],
    )


def test_daily_excitement() -> None:
    made = daily_excitement(np.array([[1.0], [0.0]]), np.array([np.log(2)]), np.ones(1))
    assert made[:, 0, 0].tolist() == [0.0, 1.0, 0.5]


def test_event_excitement() -> None:
    kinds = np.zeros(2, np.int64)
    times, rows = np.arange(2.0), np.arange(2)
    assert event_excitement(times, kinds, np.ones(2), np.ones(1), rows, 1).tolist() == [
        [0.0],
        [0.36787944117144233],
    ]


def test_daily_kernel() -> None:
    kernel = daily_kernel(np.array([2.0]), within_day=True)
    assert (kernel.gain.round(3).tolist(), kernel.same.round(3).tolist()) == ([0.374], [0.568])


def test_direct() -> None:
    assert direct(np.array([[[0.3734]]]), np.array([2.0]), within_day=True).round(3).tolist() == [
        [0.3]
    ]


def test_check_decays() -> None:
    delays = np.exp(np.arange(6.0))
    fixed, starts = check_decays(2, delays)
    assert fixed is None
    assert starts == pytest.approx(np.array([[-1, -4], [0, -3], [-2, -5]]))
    assert check_decays(1, delays)[1].tolist() == [[0], [-1], [-2], [-3], [-4], [-5]]
    held, nothing = check_decays([0.5, 2.0], delays)
    assert held is not None
    assert held.tolist() == [0.5, 2.0]
    assert nothing.shape == (1, 0)


@pytest.mark.parametrize("decays", [0, 4, [], [0.5, -1.0], [np.nan], [[0.5]]])
def test_decays_that_are_none(decays: object) -> None:
    with pytest.raises(UsageError, match="decays"):
        check_decays(decays, np.exp(np.arange(6.0)))  # type: ignore[arg-type]


def test_check_excites() -> None:
    assert check_excites(None, 2).tolist() == [[True, True], [True, True]]
    own = np.eye(2, dtype=bool)
    assert check_excites(own, 2).tolist() == own.tolist()
    with pytest.raises(UsageError, match="shape"):
        check_excites(own, 3)


def test_spectral_radius() -> None:
    assert spectral_radius(np.array([[0.5, 0.0], [1.0, 0.25]])) == 0.5


def test_log_rates() -> None:
    one, kind = np.ones(1), np.zeros(1, np.int64)
    assert log_rates(one, kind, one, kind, np.ones((1, 1)), np.ones((1, 1)), one, 0, 1)[0] == 0.0


def test_totals() -> None:
    one, kind = np.ones(1), np.zeros(1, np.int64)
    assert totals(one, kind, one, one, 1e9, 1)[0].tolist() == [[1.0]]


def test_compensators() -> None:
    times, kinds = np.array([0.0, 1e9]), np.zeros(2, np.int64)
    assert compensators(times, kinds, np.ones(2), np.full((1, 1, 1), 0.5), np.ones(1)).tolist() == [
        0.0,
        0.5,
    ]


def test_explore() -> None:
    normal = explore(lambda x: -0.5 * float(x @ x), np.array([0.5, -0.5]))
    assert round(float(normal.weights @ normal.points[:, 0] ** 2), 2) == 1.0


def test_two_sided() -> None:
    assert two_sided(3.0, np.array([0.0, 1.0, -4.0])) == 0.5


def test_equal_tailed() -> None:
    assert equal_tailed(3.0, np.array([0.0, 1.0, -4.0])) == 0.5


def test_long_run() -> None:
    pull = np.array([[1.0], [1.0], [-1.0]])
    assert (long_run(pull, 1).item(), long_run(pull, 2).item()) == (3.0, 3.0)


def test_prepared() -> None:
    high = np.array([True, False, False])
    known = prepared(np.array([4.0, 2.0, np.nan]), np.ones(3), high, ~high, None)[3]
    assert known.tolist() == [True, True, False]


def test_log_ratio() -> None:
    counted = Counted(np.array([4.0, 4, 1, 1]), np.ones(4), np.zeros(4, dtype=int))
    first = np.array([True, True, False, False])
    assert round(log_ratio(counted, first, ~first), 2) == 1.3


def test_moved_ratios() -> None:
    counted = Counted(np.array([4.0, 4, 1, 1]), np.ones(4), np.zeros(4, dtype=int))
    first = np.array([True, True, False, False])
    assert moved_ratios(counted, first, ~first, np.ones(4, dtype=bool)).round(1).tolist() == [
        0.0,
        -1.3,
        0.0,
    ]


def test_block_index() -> None:
    index = block_index(7, 3, 50, np.random.default_rng(0))
    assert index.shape == (50, 7)
    steps = np.diff(index[:, :3], axis=1) % 7
    assert (steps == 1).all()  # the first block runs on, around the ring
    assert sorted(set(index.ravel().tolist())) == list(range(7))


def flat(years: int, steps: tuple[int, ...] = ()) -> Grid:
    """Months of zeros that rise by 1 in some months, in one block."""
    months = np.arange(12 * years)
    values = np.zeros(len(months))
    for step in steps:
        values[step:] += 1
    return Grid(values, np.zeros(len(months), np.int64), 2000 + months / 12, months % 12 / 12)


def test_volatility_is_how_much_a_block_moved_in_the_year_before() -> None:
    """A single step shows for twelve months; a gap is no move; each block has its own thirds."""
    grid = flat(20, steps=(50, 170, 171))
    grid.values[20] = np.nan
    grid.block[120:] = 1
    classes = _volatility_class(grid)
    assert np.flatnonzero(classes == -1).tolist() == list(range(7))
    assert np.flatnonzero(classes == 2).tolist() == [*range(51, 63), *range(171, 184)]
    assert set(classes[7:]) == {0, 2}


@pytest.mark.parametrize(
    ("since", "steps", "first", "last", "rung"),
    [
        (0, (), 192, 288, 0),  # four years on either side
        (289, (), 289, 336, 1),  # eight years, alike
        (289, (235,), 289, 336, 2),  # eight years, where none is as wild
        (337, (), 337, 479, 3),  # any
    ],
)
def test_matching_gives_up_its_rules_in_turn(
    since: int, steps: tuple[int, ...], first: int, last: int, rung: int
) -> None:
    grid = flat(40, steps)
    changes = np.where(np.arange(480) >= since, 1.0, np.nan)
    [pool], ladder = matched_dates(grid, changes, np.array([240]), np.array([240]), 3)
    assert (pool[0], pool[-1], ladder.tolist()) == (first, last, [rung])
    assert len(pool) == last - first + 1 - 3 * (since == 0)  # less the episode itself


def test_a_mean_needs_half_of_its_periods() -> None:
    grid = flat(1)
    grid.values[:] = np.arange(12.0)
    grid.values[3:5] = np.nan
    means = mean_of_next(grid, 4, 1)
    assert means[:3].tolist() == [1.5, 3.5, 5.5]
    assert means[8:].tolist()[:2] == [10.0, 10.5]
    assert np.isnan(means[10:]).all()


def test_bootstrap_means() -> None:
    cases = np.array([[1.0, 5.0], [3.0, np.nan], [2.0, 5.0]])
    means = bootstrap_means(cases, draws=4000)
    assert abs(means[:, 0].mean() - 2.0) < 0.05
    assert abs(means[:, 0].std() - np.sqrt(2 / 9)) < 0.02
    assert set(means[np.isfinite(means[:, 1]), 1].tolist()) == {5.0}


def test_systematic() -> None:
    rng = np.random.default_rng(0)
    assert systematic(np.full(4, 0.25), 4, rng).tolist() == [0, 1, 2, 3]
    assert np.bincount(systematic(np.array([0.75, 0.25]), 100, rng)).tolist() == [75, 25]


def test_path_around() -> None:
    values = np.array([1.0, 1.0, 3.0, 5.0, 5.0, 9.0])
    block = np.array([0, 0, 0, 0, 0, 1])
    grid = Grid(values, block, np.zeros(6), np.zeros(6))
    path = path_around(grid, np.array([2]), 2, 4, 2)
    assert path[0, :5].tolist() == [0.0, 0.0, 2.0, 4.0, 4.0]
    assert np.isnan(path[0, 5])  # another block
    with pytest.raises(UsageError, match="A start has 1 period before it, of which 2"):
        path_around(grid, np.array([2]), 1, 4, 2)


def test_draws_of_responses_follow_the_point_responses() -> None:
    series = np.random.default_rng(1).normal(size=(400, 2))
    series[1:, 1] += 0.8 * series[:-1, 0]
    model = fit_bvar(series, 1, prior=None)
    point = impulse_responses(model, 3)
    unit = impulse_draws(model, steps=3, draws=4000).mean(axis=-1)
    np.testing.assert_allclose(unit, point[:, :, 0] / point[0, 0, 0], atol=0.02)
    window = mean_responses(model, steps=3, draws=4000)
    np.testing.assert_allclose(window.mean(axis=0), point.mean(axis=0), atol=0.02)
    turned = mean_responses(model, steps=3, draws=4000, order=[1, 0])
    assert abs(turned[:, 0, 1].mean()) < 0.1 < turned[:, 1, 0].mean()


def test_filter_regimes() -> None:
    densities = np.log(np.array([[0.9, 0.1], [0.5, 0.5]]))
    stay, even = np.array([[0.8, 0.2], [0.2, 0.8]]), np.full(2, 0.5)
    filtered, _ = filter_regimes(densities, stay, even, np.array([True, False]))
    assert filtered.round(2).tolist() == [[0.9, 0.1], [0.74, 0.26]]


def test_draw_path() -> None:
    sure = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    stay = np.array([[0.9, 0.1], [0.1, 0.9]])
    assert draw_path(sure, stay, np.array([True, False, False]), np.full(3, 0.6)).tolist() == [
        0,
        1,
        1,
    ]


def test_transitions_in() -> None:
    assert transitions_in(np.array([0, 0, 1]), np.array([True, False, False]), 2).tolist() == [
        [1.0, 1.0],
        [0.0, 0.0],
    ]


def test_expanded_tail() -> None:
    assert expanded_tail(0.90, 10) < 0.05 < expanded_tail(0.90, 1000) + 0.001


def test_swing_error() -> None:
    noise = np.random.default_rng(0).normal(size=400) / 400
    error, freedom = swing_error(noise, np.ones((400, 1)))
    assert (bool(0.03 < error < 0.07), freedom) == (True, 21)


def test_attacks() -> None:
    conflict = np.zeros((3, 2, 2))
    conflict[:, 0, 1] = [5, 40, 6]
    assert attacks(conflict, np.full(3, 100.0))[:, 0, 1].tolist() == [False, True, False]


def test_shared_attackers() -> None:
    attack = np.zeros((1, 3, 3), dtype=bool)
    attack[0, 0, 1] = attack[0, 0, 2] = True
    assert shared_attackers(attack)[0, 1, 2].item() == 1.0


def test_dealt_anew() -> None:
    rng = np.random.default_rng(0)
    attack = (rng.random((2, 9, 9)) < 0.3) & ~np.eye(9, dtype=bool)
    anew = dealt_anew(attack, np.ones((9, 9), dtype=bool), 1)
    assert (anew.sum(axis=1) == attack.sum(axis=1)).all() and (anew != attack).any()


def test_absorber() -> None:
    pairs = Pairs(4, *np.triu_indices(4, 1))
    state = np.array([1.0, 5.0, 2.0, 0.0])
    shared = (state[pairs.first] + state[pairs.second]) * np.array([[1.0], [3.0]])
    assert np.allclose(absorber(pairs)(shared), 0.0)


def test_fit_pairs() -> None:
    rng = np.random.default_rng(0)
    pairs = Pairs(12, *np.triu_indices(12, 1))
    x = rng.normal(size=(1, 8, 66))
    y = 0.5 * x[0] + rng.normal(size=(8, 66))
    fit = fit_pairs(y, x, pairs)
    assert abs(fit.value - 0.5) < 3 * fit.error


def test_worlds() -> None:
    rng = np.random.default_rng(1)
    friends = rng.poisson(30.0, (6, 8, 8)).astype(float)
    foes = rng.poisson(rng.gamma(0.5, 8.0, (6, 8, 8))).astype(float)
    panel = triad_panel(foes, friends, np.full(6, 5e3), list("ABCDEFGH"))
    model = triad_model(panel, PRIMARY)
    world = next(worlds(model, [1]))
    assert (world.sum() == model.attack.sum()) and (world != model.attack).any()


def test_percent() -> None:
    assert round(percent(0.0953), 1) == 10.0


def test_triad_specifications() -> None:
    assert len(triad_specifications(material=True, great_powers=["A"])) == 9


def test_triad_model() -> None:
    rng = np.random.default_rng(1)
    friends = rng.poisson(30.0, (6, 8, 8)).astype(float)
    foes = rng.poisson(rng.gamma(0.5, 8.0, (6, 8, 8))).astype(float)
    panel = triad_panel(foes, friends, np.full(6, 5e3), list("ABCDEFGH"))
    model = triad_model(panel, PRIMARY)
    assert 0 < model.cases < model.change.size


def test_triad_panel() -> None:
    counts = np.ones((4, 6, 6)) * 10
    assert len(triad_panel(counts, counts, np.full(4, 500.0), list("ABCDEF")).pairs.first) == 15


def test_in_lanes() -> None:
    assert in_lanes(np.arange(9.0).reshape(9, 1, 1)).shape == (2, 1, 1, 8)


def test_respond() -> None:
    half = in_lanes(np.full((1, 1, 1), 0.5))
    assert respond(half, in_lanes(np.ones((1, 1, 1))), 3, 1).ravel().tolist() == [1.0, 0.5, 0.25]


def test_pointwise_bands() -> None:
    assert pointwise_bands(np.arange(101.0), [0.9])[0.9].round(9).tolist() == [5.0, 95.0]


def test_joint_bands() -> None:
    draws = np.random.default_rng(1).normal(size=(5, 4000))
    low, high = joint_bands(draws, [0.8])[0.8]
    inside = ((draws >= low[:, None]) & (draws <= high[:, None])).all(axis=0)
    assert round(inside.mean().item(), 2) == 0.8


def test_eigen_bands() -> None:
    level = np.random.default_rng(1).normal(size=2000)
    curves, explained = eigen_bands(np.stack([level, level]), [0.68])
    assert (curves[0.68][1].round(0).tolist(), explained.round(1).tolist()) == (
        [1.0, 1.0],
        [1.0, 0.0],
    )


def test_posterior_of() -> None:
    system = lagged(np.random.default_rng(1).normal(size=(60, 2)), 1)
    assert posterior_of(system, STANDARD, np.ones(2)).stable


def test_reference_posterior() -> None:
    var = fit_var(np.random.default_rng(1).normal(size=(60, 2)), 1)
    assert np.allclose(reference_posterior(var).mean, var.coefficients)


def test_lagged() -> None:
    made = lagged([[1.0, 2], [2, 1], [3, 5], [5, 4], [4, 9], [2, 2]], 1)
    assert (made.x[0].tolist(), made.y[0].tolist()) == ([1.0, 2.0, 1.0], [2.0, 1.0])


def test_lag_matrices() -> None:
    assert lag_matrices(np.array([[0.5, 0.1], [0.0, 0.4], [9.0, 9.0]]), 1).tolist() == [
        [[0.5, 0.0], [0.1, 0.4]]
    ]


def test_largest_root() -> None:
    assert largest_root(np.array([[[0.5]]])) == 0.5


def test_forecast_mean() -> None:
    system = lagged([[1.0], [2.0], [4.0], [9.0], [8.0]], 1)
    assert forecast_mean(np.array([[0.5], [1.0]]), system, 2).ravel().tolist() == [5.0, 3.5]


def test_starting_values() -> None:
    assert starting_values(lagged([[1.0], [2.0], [4.0], [9.0], [8.0]], 1)).tolist() == [[8.0]]


def test_future_controls() -> None:
    system = lagged(np.random.default_rng(1).normal(size=(9, 1)), 2, names=["a"])
    assert future_controls(system, 3, None).shape == (3, 0)


def test_term_names() -> None:
    assert term_names(lagged(np.random.default_rng(1).normal(size=(9, 1)), 2, names=["a"])) == [
        "a.1",
        "a.2",
        "constant",
    ]


def test_updated() -> None:
    flat = NormalWishart(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), 0.0)
    assert flat.updated(np.array([[1.0], [3.0]]), np.ones((2, 1))).mean.item() == 2.0


def test_draw() -> None:
    made = NormalWishart(np.zeros((3, 2)), np.eye(3), np.eye(2), 9.0)
    drawn = made.draw(2000, np.random.default_rng(1))
    assert (drawn.coefficients.shape, drawn.covariances[:, 0, 0].mean().round(1).item()) == (
        (2000, 3, 2),
        0.2,
    )


def test_log_evidence() -> None:
    prior = NormalWishart(np.zeros((1, 1)), np.eye(1), np.eye(1), 3.0)
    after = prior.updated(np.array([[0.0]]), np.zeros((1, 1)))
    assert round(prior.log_evidence(after), 4) == -0.4516


def test_prior_of() -> None:
    system = lagged(np.random.default_rng(1).normal(size=(60, 2)), 1)
    prior = prior_of(system, STANDARD, np.ones(2))
    assert (prior.mean.shape, prior.proper) == ((3, 2), True)


def test_scales_of() -> None:
    walk = np.random.default_rng(1).normal(size=(400, 2)).cumsum(axis=0)
    assert scales_of(lagged(walk, 2), None, "data").round(1).tolist() == [0.9, 1.0]
