"""Hawkes processes, levels, projections, regimes, triads and systems: parts against plain sums."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import gammaln

from detente.errors import DataGapError, InputError, UsageError
from detente.estimators.hawkes import (
    baseline,
    check,
    crosstest,
    draws,
    futures,
    goodness,
    kernel,
    newton,
    process,
    profile,
    simulate,
)
from detente.estimators.hawkes.result import HawkesResult
from detente.estimators.hawkes.target import Target, evaluate, log_likelihood
from detente.estimators.levels import count_level, lasting, parameter_grid, paths, peak
from detente.estimators.levels import level as levels
from detente.estimators.projections import moved, rows, sandwich
from detente.estimators.regimes import convergence
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
YEAR = 365.25


def plain(function: Any) -> Any:
    """The Python of a compiled function."""
    return getattr(function, "py_func", function)


# Hawkes: the likelihood of one dimension


def sample(days: int) -> tuple[Any, Any, Any, Any]:
    """Counts, exposure, design and excitement of two decays, by day."""
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(days), rng.normal(size=days)])
    exposure, state = rng.uniform(0.5, 2.0, days), rng.uniform(0.1, 1.0, (days, 2))
    counts = np.array([0.0, 2, 0, 1, 3, 0]) if days == 6 else rng.poisson(1 + state[:, 0]) * 1.0
    return counts, exposure, design, state


def target(clumping: float = 0.0, ridge: float = 0.0, days: int = 6) -> Target:
    counts, exposure, design, state = sample(days)
    busy = counts > 0
    return Target(
        counts[busy], exposure[busy], design[busy], state[busy], exposure, design,
        state.sum(axis=0), np.array([0, 2]), ridge, clumping,
    )  # fmt: skip


POINT = np.array([-0.4, 0.3, 0.5, 0.2])


@pytest.mark.parametrize(("clumping", "ridge"), [(0.0, 0.0), (0.0, 2.0), (0.7, 0.0), (0.7, 2.0)])
def test_slopes_of_the_likelihood_are_its_differences(clumping: float, ridge: float) -> None:
    data = target(clumping, ridge)
    here = evaluate(data, POINT)
    assert here.value == log_likelihood(data, POINT)

    def value(point: Any) -> float:
        return log_likelihood(data, np.asarray(point))

    assert here.gradient == pytest.approx(optimize.approx_fprime(POINT, value, 1e-7), abs=1e-4)
    curve = [
        (evaluate(data, POINT + step).gradient - evaluate(data, POINT - step).gradient) / 2e-5
        for step in 1e-5 * np.eye(4)
    ]
    assert here.information == pytest.approx(-np.array(curve), abs=1e-4)


def test_the_likelihood_is_that_of_poisson_and_of_negative_binomial_counts() -> None:
    data = target()
    counts, exposure, design, state = sample(6)
    base = exposure * np.exp(design @ POINT[:2])
    # Excitement of all days counts, though only days with events have rows.
    rate = base + state @ POINT[2:]
    by_hand = (counts * np.log(rate)).sum() - rate.sum()
    assert log_likelihood(data, POINT) == pytest.approx(by_hand)
    assert log_likelihood(target(ridge=2.0), POINT) == pytest.approx(
        by_hand - (POINT[1:] ** 2).sum()
    )
    clumped = stats.nbinom.logpmf(counts, rate / 0.7, 1 / 1.7) + gammaln(counts + 1)
    assert log_likelihood(target(clumping=0.7), POINT) == pytest.approx(clumped.sum())
    assert log_likelihood(data, np.array([-800.0, 0, 0, 0])) == -np.inf
    fewer = data.without(1)
    assert fewer.columns.tolist() == [0] and fewer.row_excitement.shape == (3, 1)
    assert fewer.total_excitement == pytest.approx(data.total_excitement[:1])
    outer = evaluate(data, POINT).outer
    busy = counts > 0
    lines = np.column_stack([base[busy, None] * data.row_design, data.row_excitement])
    assert outer == pytest.approx((lines.T * (counts / rate**2)[busy]) @ lines)


def test_the_climb_to_the_highest_likelihood() -> None:
    data = target(days=60)
    events, exposed = data.counts.sum(), data.cell_exposure.sum()
    lower = newton._lower(data)
    assert lower[0] == pytest.approx(np.log(events / exposed * 1e-5))
    assert lower[1:].tolist() == [-np.inf, 0.0, 0.0]
    start = newton._start(data)
    assert start[0] == pytest.approx(np.log(events / 2 / exposed)) and start[1] == 0
    assert start[2:].tolist() == [0.5, 0.5], "half the events, but never more than a half each"
    assert newton._start(target())[2:] == pytest.approx([3 / target().total_excitement.sum()] * 2)
    best = newton.maximise(data)
    slope = evaluate(data, best.parameters).gradient
    free = best.parameters > lower
    assert np.abs(slope[free]).max() < 1e-3 and (slope[~free] <= 1e-6).all()
    near = [best.parameters + step for step in 0.01 * np.vstack([np.eye(4), -np.eye(4)])]
    inside = [point for point in near if (point >= lower).all()]
    assert all(log_likelihood(data, point) < best.value for point in inside)
    none, ones = np.zeros(0), np.ones((3, 1))
    flat = Target(
        np.array([1.0, 2, 3]), np.ones(3), ones, ones[:, :0], np.full(6, 2.0), np.ones((6, 1)),
        none, none.astype(int),
    )  # fmt: skip
    assert newton.maximise(flat).parameters == pytest.approx([np.log(6 / 12)])
    assert len(newton.maximise_all([flat, flat])) == 2
    assert newton.maximise(data, best.parameters + 0.1).value == pytest.approx(best.value)


def test_rows_and_blocks_stand_where_their_sources_do() -> None:
    data = target()
    block = profile._expand(np.arange(16.0).reshape(4, 4), data, 6)
    assert np.flatnonzero(block.any(axis=0)).tolist() == [0, 1, 2, 4] and block[4, 2] == 14
    slope = profile._rows(np.ones((4, 1)), data, 6)
    assert slope.ravel().tolist() == [1, 1, 1, 0, 1, 0]
    optimum = newton.Optimum(np.array([1.0, 2.0, 3.0, 0.0]), 0.0, np.diag([4.0, 1, 1, 1]))
    assert profile._moving(optimum, data, np.ones((4, 2))).tolist() == [[1, 1]] * 3 + [[0, 0]]
    assert profile._inverse(optimum) == pytest.approx(np.diag([0.25, 1, 1, 1]))
    both = profile.Profile(np.zeros(1), [data, data], [optimum, optimum])
    effects, excitation = profile.unpack(both, 2, 2)
    assert effects.tolist() == [[1, 2]] * 2 and both.value == 0.0
    assert excitation[0].tolist() == [[3, 0], [0, 0]]
    spread = profile.Uncertainty(np.eye(2)[None], np.array([[[1.0], [2.0]]]), np.array([[3.0]]))
    assert spread.covariance()[0].tolist() == [[4, 6], [6, 13]]
    assert profile._untold(data, optimum).tolist() == []
    alike = newton.Optimum(optimum.parameters, 0.0, np.kron(np.eye(2), np.ones((2, 2))))
    assert len(profile._untold(data, alike)) == 2
    wide = newton.Optimum(optimum.parameters, 0.0, np.diag([1.0, 1e-6, 1, 1]))
    assert profile._untold(data, wide).tolist() == [1]


def test_the_decay_is_where_the_profile_is_highest() -> None:
    def build(shared: Any) -> list[Target]:
        # One event; its likelihood at the best baseline is the log of the exposure's inverse.
        exposed = np.full(1, np.exp(float((shared**2).sum() - 2.4 * shared.sum())))
        one, none = np.ones((1, 1)), np.zeros(0)
        return [
            Target(one[0], one[0], one, one[:, :0], exposed, one, none, none.astype(int))
        ]  # fmt: skip

    best = profile.fit_profile(build, np.array([[0.0], [1.0], [2.0]]), np.log(2))
    assert best.shared[0] == pytest.approx(1.2, abs=0.01)
    assert best.value == pytest.approx(1.2**2 - 1, abs=1e-3)
    both = profile.fit_profile(build, np.array([[1.0, 1.0], [0.0, 0.0]]), 0.5)
    assert both.shared == pytest.approx([1.2, 1.2], abs=0.05)
    assert profile.fit_profile(build, np.zeros((1, 0)), 1.0).value == pytest.approx(-1.0)
    # Starts that end too early are widened, fourfold at a time.
    early = profile.fit_profile(build, np.array([[-3.0], [-2.0]]), np.log(2), (-9.0, 9.0))
    assert early.shared[0] == pytest.approx(1.2, abs=0.01)
    with pytest.raises(DataGapError, match=r"still rises at a mean delay of 7\.4"):
        profile.fit_profile(build, np.array([[-3.0], [-2.0]]), np.log(2), (-9.0, -1.0))
    spread, identified = profile.uncertainty(build, best, np.ones(1), 1)
    assert identified and spread.shared[0, 0] == pytest.approx(0.5, rel=0.01)
    assert spread.conditional[0, 0, 0] == pytest.approx(1.0), "one event"


# Hawkes: what surrounds the likelihood


def test_the_columns_of_a_baseline() -> None:
    middles = np.array([0.0, YEAR / 4, YEAR / 2, YEAR])
    made = baseline.make_baseline(
        middles, exposure=np.array([2.0, 4.0, 0.0, 6.0]), season=2, periods=np.array([0, 0, 1, 2]),
        covariates=np.arange(4.0)[:, None],
    )  # fmt: skip
    names = ("period 1", "period 2", "sine 1", "cosine 1", "sine 2", "cosine 2", "covariate 0")
    assert made.names == ("intercept", *names) and made.scale == 4.0
    assert made.exposure.tolist() == [0.5, 1.0, 0.0, 1.5]
    assert pytest.approx(
        np.array([[1, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 0, -1, 1],
                  [0, 0, 0, 0], [1, -1, 1, 1], [0, 1, 2, 3]]), abs=1e-12
    ) == made.design.T  # fmt: skip
    effects = np.zeros((1, 8))
    effects[0, 0] = np.log(3.0)
    assert made.rates(effects)[:, 0] == pytest.approx(3 * made.exposure)
    own = baseline.make_baseline(middles, covariates=np.ones((2, 4, 1)))
    assert own.design.shape == (2, 4, 2) and own.of(1).shape == (4, 2) and own.scale == 1.0
    assert (
        baseline.make_baseline(middles, exposure=np.ones(4), scale=4.0).exposure.tolist()
        == [0.25] * 4
    )
    later = baseline.make_baseline(middles, periods=np.array([1, 1, 1, 1]), labels=(0, 1))
    assert later.design[:, 1].tolist() == [1.0] * 4
    for bad in ([1.0, 1, 1], [1.0, 1, 1, -1], [1.0, 1, 1, NAN], [0.0] * 4):
        with pytest.raises((UsageError, InputError)):
            baseline.make_baseline(middles, exposure=np.array(bad))
    with pytest.raises(DataGapError, match="collinear over 4"):
        baseline.check_rank(baseline.make_baseline(middles, covariates=np.ones((4, 1))))
    baseline.check_rank(baseline.make_baseline(middles, covariates=np.arange(4.0)[:, None]))
    short = baseline.make_baseline(middles[:2], covariates=np.arange(2.0)[:, None])
    with pytest.raises(DataGapError):
        baseline.check_rank(short)


def test_what_cannot_be_a_sample_of_events() -> None:
    good = np.array([[0.0, 1], [3, 2], [2, 2]])
    assert check.check_counts(good).tolist() == good.tolist()
    for wrong in (good - 1, good / 2, np.where(good == 3, NAN, good), good[:, :0]):
        with pytest.raises((UsageError, InputError, DataGapError)):
            check.check_counts(wrong)
    with pytest.raises(DataGapError, match="Dimension 1 has 4 events"):
        check.check_events(np.array([5.0, 4.0]))
    with pytest.raises(DataGapError, match="on every day"):
        check.check_counts(np.full((5, 1), 2.0))
    with pytest.raises(InputError, match="1 days without exposure have events, the first is day 1"):
        check.check_recorded(good, np.array([0.0, 0.0, 1.0]) + np.array([1.0, 0, 0]))
    assert check.check_window((0, 2)) == (0.0, 2.0)
    for window in ((2, 2), (0, np.inf)):
        with pytest.raises(UsageError):
            check.check_window(window)
    times, kinds = check.check_times(np.array([2.0, 0, 1]), np.array([1, 0, 2]), 0.0, 2.0)
    assert times.tolist() == [0, 1, 2] and kinds.tolist() == [0, 2, 1]
    for some in ([-0.1], [2.1], [NAN], []):
        with pytest.raises(InputError):
            check.check_times(np.array(some), None, 0.0, 2.0)
    assert check.tie_notes(np.arange(5.0), "refuse") == ()
    # Two of twenty share their moment: a tenth, and no more.
    tied = np.r_[0.0, np.arange(19.0)]
    assert check.tie_notes(tied, "refuse")[0].startswith("10.0% of the events share")
    with pytest.raises(UsageError, match="11% of the events"):
        check.tie_notes(tied[:19], "refuse")
    assert check.tie_notes(tied[:19], "keep")
    assert check.check_names(None, 2) == ("0", "1") and check.check_names(["a", "b"], 2) == (
        "a",
        "b",
    )
    for names in (["a"], ["a", "a"]):
        with pytest.raises(UsageError):
            check.check_names(names, 2)
    assert check.parameter_names(target(), ["intercept", "x"], ["A", "B"], 2) == [
        "intercept", "x", "excitation by A", "excitation by B"
    ]  # fmt: skip


def test_chances_between_two_degrees_of_freedom() -> None:
    assert crosstest._mixture(0.0, 2) == 1.0
    assert crosstest._mixture(3.0, 1) == pytest.approx(stats.chi2.sf(3.0, 1) / 2)
    assert crosstest._mixture(3.0, 3) == pytest.approx(
        (stats.chi2.sf(3, 3) + stats.chi2.sf(3, 2)) / 2
    )


def test_the_kernel_of_dates() -> None:
    decay = np.array([0.3, 2.0])
    apart = kernel.daily_kernel(decay, within_day=True)
    fade = 1 - np.exp(-decay)
    assert apart.gain == pytest.approx(fade**2 / decay) and apart.same == pytest.approx(
        1 - fade / decay
    )
    assert apart.early == pytest.approx(1 - decay / (np.exp(decay) - 1))
    whole = kernel.daily_kernel(decay, within_day=False)
    assert whole.gain == pytest.approx(fade) and not whole.same.any() and not whole.early.any()
    # What is seen later is what is brought, and again by those that come on the same day.
    seen = np.array([[[0.2, 0.1]]])
    branching = kernel.direct(seen, decay, within_day=True)
    assert 0.2 < branching[0, 0] < 0.3
    assert kernel.direct(seen, decay, within_day=False)[0, 0] == pytest.approx(0.3)


def test_drawn_effects_keep_the_mean_rate_and_stay_near() -> None:
    cells = target()
    moved_by = np.array([[0.5, 9.0], [0.0, 0.1], [-5.0, 0.0]])
    mean = cells.cell_exposure @ cells.cell_design / cells.cell_exposure.sum()
    kept = np.column_stack([moved_by[:, 0], np.clip(moved_by[:, 1], -3, 3)])
    change = kept @ mean
    tamed = draws._tamed(moved_by.copy(), cells)
    assert tamed[:, 1] == pytest.approx(kept[:, 1])
    assert tamed @ mean == pytest.approx(np.log1p(np.maximum(change, 0.01 - 1)))
    root = draws._root(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert root @ root.T == pytest.approx(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert draws._root(np.array([[-1e-9]])).tolist() == [[0.0]]


def test_processes_and_simulated_events() -> None:
    made = process.hawkes_process([0.5, 1.0], [[0.2, 0.3], [0.0, 0.4]], 2.0, 10.0)
    assert made.branching.tolist() == [[0.2, 0.3], [0.0, 0.4]] and made.radius == pytest.approx(0.4)
    assert made.edges.tolist() == [0.0, 10.0] and made.decays.tolist() == [2.0]
    for wrong in (
        ([0.5], [[0.2, 0.3]], 2.0, 10.0), ([-0.5], [[0.2]], 2.0, 10.0),
        ([0.5], [[-0.2]], 2.0, 10.0), ([0.5], [[0.2]], 0.0, 10.0), ([0.5], [[0.2]], 2.0, 0.0),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            process.hawkes_process(*wrong)
    spans = process._shared(lambda span: span, process.LONG)
    assert len(spans) == 8 and spans[0][0] == 0 and spans[-1][1] == process.LONG
    assert process._shared(lambda span: span, 9) == [(0, 9)]
    events = simulate.Events(np.array([0.5, 0.7, 2.0]), np.array([0, 1, 1]), np.ones(3))
    assert events.daily(2, 3).tolist() == [[1, 1], [0, 0], [0, 1]]
    assert events.daily(2, 2).tolist() == [[1, 1], [0, 0]]
    order = plain(simulate._in_time)
    times = np.random.default_rng(1).uniform(3.0, 5.0, 200)
    assert times[order(times, 3.0, 5.0)].tolist() == sorted(times.tolist())
    crowd = np.r_[np.full(300, 3.5), 3.1]
    assert order(crowd, 3.0, 5.0)[0] == 300
    larger = plain(simulate._floats)(np.arange(2.0), 3)
    assert len(larger) == 6 and larger[:2].tolist() == [0, 1]
    assert len(plain(simulate._floats)(np.arange(3.0), 3)) == 3
    assert len(plain(simulate._ints)(np.arange(2), 3)) == 6
    chosen = plain(simulate._chosen)
    heat = np.array([[1.0, 0.0]])
    marks = [chosen(np.array([1.0, 2.0]), heat, mark) for mark in (1.9, 2.0, 3.9, 4.0)]
    assert marks == [0, 1, 1, -1]


def test_one_day_of_a_future() -> None:
    heat, ladder = np.array([[1.0, 3.0]]), np.empty(2)
    total = plain(futures._rates)(
        np.array([1.0, 2.0]), heat, np.array([1.0, 0.5]), np.array([0.5]), ladder
    )
    assert total == 2.0 + 2.5 and ladder.tolist() == [2.0, 4.5] and heat.tolist() == [[0.5, 1.5]]
    assert [plain(futures._chosen)(ladder, mark) for mark in (1.9, 2.0, 9.0)] == [0, 1, 1]
    counts, first = np.zeros((2, 2), np.uint16), np.array([-1, -1], np.int32)
    jumps = np.array([[[0.1, 0.2]], [[0.3, 0.4]]])
    happen = plain(futures._happen)
    for day, events in ((3, 2), (4, 1)):
        happen(1, events, day, 3, jumps, np.array([0.5]), heat, counts, first)
    assert counts.tolist() == [[0, 0], [0, 3]] and first.tolist() == [-1, 3]
    assert heat == pytest.approx(np.array([[0.5 + 3 * 0.5 * 0.3, 1.5 + 3 * 0.5 * 0.4]]))
    clumps = np.array([0.0, 2.0])
    assert plain(futures._clump_shares)(clumps) == pytest.approx([1.0, np.log(3) / 2])
    assert plain(futures._clump_sizes)(clumps) == pytest.approx([0.0, 2 / 3])
    assert futures._forced(None, 2, 1).tolist() == [[0], [0]]
    assert futures._forced(np.array([[1.0], [2.0]]), 2, 1).tolist() == [[1], [2]]
    for wrong in ([[0.5], [0]], [[-1], [0]], [[1]], [[5001], [0]]):
        with pytest.raises(UsageError):
            futures._forced(np.array(wrong), 2, 1)
    seen = futures.Futures(
        ("a",), 1, np.zeros((4, 9, 1), np.uint16), np.array([[-1], [0], [2], [5]]), 0
    )
    assert [seen.probability(days)[0] for days in (1, 2, 3, 9)] == [0.25, 0.25, 0.5, 0.75]


def test_neighbours_and_intervals_of_a_hawkes_process() -> None:
    values = np.array([0.1, 0.2, 0.4, 0.7])
    scores = stats.norm.ppf(values)
    assert goodness._neighbours(values) == pytest.approx(np.corrcoef(scores[:-1], scores[1:])[0, 1])
    assert goodness._neighbours(values[:2]) == goodness._neighbours(np.full(5, 0.5)) == 0.0
    conditional_ = np.zeros((1, 2, 2))
    conditional_[0, 1, 1] = 0.01
    spread = profile.Uncertainty(conditional_, np.zeros((1, 2, 0)), np.zeros((0, 0)))
    held = SimpleNamespace(targets=[SimpleNamespace(counts=np.array([9.0]))])
    one = np.ones(1)
    result = HawkesResult(
        ("a",), ("x",), np.zeros((1, 1)), np.full((1, 1, 1), 0.1), one, np.full((1, 1), 0.1),
        0 * one, one, spread, 0.0, (), held,
    )  # fmt: skip
    assert result.branching_se()[0, 0] == pytest.approx(0.1) and result.stationary
    low, high = result.branching_interval()[:, 0, 0]
    assert (low, high) == (0.0, pytest.approx(0.1 + 0.1 * stats.norm.ppf(0.95)))
    assert result.place("a") == result.place(0) == 0
    with pytest.raises(UsageError):
        result.place(1)


# Levels


def test_superlatives_scales_and_priors_of_levels() -> None:
    drawn = np.array([[1.0, 2.0, 3.0], [4.0, 2.0, 3.0], [2.0, 2.0, 1.0]])
    posterior = levels.LevelPosterior(drawn, {})
    first, rest = np.array([True, False, False]), np.array([False, True, True])
    assert levels.probability_highest(posterior, first, rest) == pytest.approx(1 / 3)
    assert levels.probability_lowest(posterior, first, rest) == pytest.approx(1 / 3)
    assert posterior.median().tolist() == [2.0, 2.0, 3.0]
    assert posterior.band(0.5)[0].tolist() == [1.5, 2.0, 2.0]
    for target_, rivals in (
        (first, first),
        (first & ~first, rest),
        (first, rest & ~rest),
        (first[:2], rest[:2]),
    ):
        with pytest.raises(UsageError):
            levels.probability_highest(posterior, target_, rivals)
    assert levels._scale(np.array([-3.0, 1.0])) == pytest.approx((-1.0, 2.0))
    assert levels._log_scales(np.array([1.0, 2.0])).tolist() == [1.0, 3.0, 1.0]
    assert levels._log_scales(np.array([1.0, 2.0, 4.0])).tolist() == [1.0, 3.0, 5.0]
    # Half-Cauchy ratios about .5 and .05, and no fit without noise.
    theta = np.array([np.log(0.01), np.log(0.5), np.log(0.1)])
    expected = np.log(0.5) - np.log(2.0) + np.log(0.1) - np.log(5.0) - (1e-3 / 0.01) ** 2
    assert levels._log_prior(theta, 0.05) == pytest.approx(expected)
    with pytest.raises(DataGapError):
        levels._scale(np.full(9, 1e9))


def test_counts_that_have_a_level() -> None:
    values, weights = count_level._checked([1.0, NAN, 3.0], None)
    assert weights.tolist() == [1.0] * 3 and values[2] == 3.0
    assert count_level._overall(np.array([1.0, 3.0]), np.array([2.0, 6.0])) == np.log(0.5)
    for counts, exposure in (
        ([-1.0], None),
        ([0.5], None),
        ([np.inf], None),
        ([1.0], [-1.0]),
        ([1.0], [1.0, 1.0]),
    ):
        with pytest.raises(UsageError):
            count_level._checked(counts, exposure)
    waves = count_level._harmonics(12, 12.0)
    turn = 2 * np.pi * np.arange(12) / 12
    assert waves == pytest.approx(
        np.column_stack([np.cos(turn), np.cos(2 * turn), np.sin(turn), np.sin(2 * turn)])
    )
    assert count_level._harmonics(5, None).shape == (5, 0)
    with pytest.raises(UsageError):
        count_level._harmonics(5, 4.0)
    count_level._harmonics(5, 4.5)
    default = count_level.DEFAULT
    assert (default.noise, default.step, default.bend, default.spread) == (1.0, 0.5, 0.05, 3.0)
    assert (default.slope, default.season, default.push) == (0.1, 1.0, 0.5)


def test_a_grid_of_parameters_by_its_curvature() -> None:
    curve = np.array([[4.0, 1.0], [1.0, 2.0]])
    cell = parameter_grid._axes(lambda x: -0.5 * float(x @ curve @ x), np.zeros(2))
    assert cell @ cell.T == pytest.approx(np.linalg.inv(curve))
    flat = parameter_grid._axes(lambda x: 0.0, np.zeros(1))
    assert flat == pytest.approx(np.array([[2.0]])), "an axis without curvature is two long"
    grid = parameter_grid.explore(lambda x: -0.5 * float(x @ x), np.array([0.3]))
    assert np.diff(np.sort(grid.points[:, 0])) == pytest.approx(
        np.full(len(grid.points) - 1, 0.75), abs=0.02
    )
    assert np.abs(grid.points).max() == pytest.approx(np.sqrt(20), abs=0.75)
    inside = grid.within(np.zeros(1000, int), np.random.default_rng(1)) - grid.points[0]
    assert np.abs(inside).max() == pytest.approx(0.375, abs=0.02)
    wide = parameter_grid.explore(lambda x: -0.5 * float(x @ x), np.zeros(3))
    assert np.linalg.norm(wide.cell, axis=0) == pytest.approx([1.25] * 3, abs=0.02)
    assert parameter_grid._neighbours((1, 5)) == [(0, 5), (2, 5), (1, 4), (1, 6)]
    with pytest.raises(DataGapError):
        parameter_grid.explore(lambda x: NAN, np.zeros(1))


def test_variances_of_a_walk_by_inversion() -> None:
    band = np.array([[2.0, 0.0], [1.5, 0.7], [1.0, -0.4]])
    root = np.diag(band[:, 0]) + np.diag(band[1:, 1], -1)
    assert plain(paths._variances)(band) == pytest.approx(np.diag(np.linalg.inv(root @ root.T)))


def test_the_average_over_models_of_a_lasting_change() -> None:
    thetas, memories, prior = lasting._grid()
    assert len(prior) == 4 * (1 + 3 * 3) and set(memories) == {0.3, 0.6, 0.88}
    swing = np.exp(thetas[-1, 1]) / np.sqrt(1 - 0.88**2)
    assert (np.exp(thetas[-1, 0]), swing) == (pytest.approx(1.8), pytest.approx(1.4))
    assert prior[-1] == pytest.approx(np.log(1.8 * 1.4 / 3) - 0.5 * (1.8 / 1.5) ** 2 - 0.5 * 1.4**2)
    assert prior[0] == pytest.approx(np.log(0.1 * 0.02) - 0.5 * (0.1 / 1.5) ** 2 - 0.5 * 0.02**2)
    parts = np.array([[[1.0, 2.0], [0.1, 0.3], [np.log(3.0), 0.0], [0.5, -0.5]]])
    made = lasting._mixed(parts)
    assert made.estimate[0] == pytest.approx(1.25)
    assert made.error[0] == pytest.approx(np.sqrt(0.75 * (0.1 + 0.0625) + 0.25 * (0.3 + 0.5625)))
    assert made.risen[0] == pytest.approx(0.75 * stats.norm.cdf(0.5) + 0.25 * stats.norm.cdf(-0.5))
    sure = lasting.LastingChanges(
        np.array([3.0, 3.0]), np.array([9.0, 9.0]), stats.norm.cdf([2.0, 0.5])
    )
    assert sure.z == pytest.approx([2.0, 0.5]) and sure.deviation == pytest.approx([1.5, 9.0])
    assert (lasting.SPREAD, lasting.FEWEST_BEFORE, lasting.FEWEST_AFTER) == (3.0, 4, 3)


def test_rates_of_single_periods() -> None:
    values = np.array([3.0, 9.0, NAN, 5.0, 5.0])
    hot, rest = np.array([0, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 1], bool)
    assert peak.observed_rank(values, hot, rest) == 1
    assert peak.observed_rank(values, ~hot, hot) == 2
    assert peak.observed_rank(values, rest, hot, highest=False) == 1
    assert (
        peak.observed_rank(values, np.array([0, 0, 0, 1, 0], bool), np.array([0, 0, 0, 0, 1], bool))
        == 2
    )
    counts, exposure = np.array([0.0, 10, 0, 10, 0, 10, 0, 10]), np.full(8, 2.0)
    mean = 40 / 16
    excess = ((counts - 5) ** 2 - 5).sum() / (8 * 4)
    shape, scale = peak._prior(counts, exposure)
    assert shape == pytest.approx(mean**2 / excess) and scale == pytest.approx(shape / mean)
    assert peak._prior(np.full(8, 5.0), exposure)[0] == 5.0, (
        "no more sure than the counts themselves"
    )
    drawn = peak.period_rates(counts, exposure=exposure, draws=4000)
    rates = np.exp(drawn.draws).mean(axis=0)
    assert rates[1] == pytest.approx((shape + 10) / (scale + 2), rel=0.03)
    for few in (counts[:7], np.zeros(8)):
        with pytest.raises(DataGapError):
            peak.period_rates(few)
    calm = levels.LevelPosterior(np.zeros((2000, 2)), {"dispersion": np.full(2000, 1e6)})
    spikes = peak._spikes(
        calm, np.array([1.0, 12.0]), np.ones(2), np.array([True, True]), np.random.default_rng(1)
    )
    assert np.mean(spikes[:, 0] == 0) > 0.9 and np.mean(spikes[:, 1] > 1.5) > 0.95


# Projections


def test_robust_errors_by_the_full_matrices() -> None:
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(14), rng.normal(size=(14, 2))])
    y = rng.normal(size=14) * np.exp(x[:, 1])
    coefficients = np.linalg.lstsq(x, y, rcond=None)[0]
    residual = y - x @ coefficients
    fit = sandwich.Regression(coefficients, x, residual, np.ones(14))
    inverse = np.linalg.inv(x.T @ x)
    hat = x @ inverse @ x.T
    assert fit.inverse == pytest.approx(inverse)
    of = sandwich.robust_influence(fit, np.array([[0.0, 1.0, 0.0]]))
    kept = 1 - np.diag(hat)
    reach = (x @ inverse)[:, 1]
    assert of.pull[:, 0] == pytest.approx(reach * residual / np.sqrt(kept))
    # Bell and McCaffrey: the trace of the matrix of the variance's quadratic form.
    gaps = (np.eye(14) - hat) * (reach / np.sqrt(kept))
    form = gaps.T @ gaps
    assert of.degrees[0] == pytest.approx(np.trace(form) ** 2 / (form**2).sum())
    slow = sandwich.dependent_influence(fit, np.array([[0.0, 1.0, 0.0]]), 7)
    assert slow.pull == pytest.approx(of.pull / np.sqrt(1 - 0.5 + 0.25 / 3))
    assert slow.degrees[0] == min(of.degrees[0], 3.0)
    pull = rng.normal(size=(6, 2))
    total = sum(
        max(0.0, 1 - abs(i - j) / 3) * np.outer(pull[i], pull[j])
        for i in range(6)
        for j in range(6)
    )
    assert sandwich.long_run(pull, 3) == pytest.approx(total)
    assert sandwich.long_run(pull[:2], 9) == pytest.approx(
        pull[:2].T @ pull[:2] + 8 / 9 * (np.outer(pull[0], pull[1]) + np.outer(pull[1], pull[0]))
    )
    single = np.column_stack([np.ones(6), np.eye(6)[0]])
    lone = sandwich.Regression(np.zeros(2), single, np.ones(6), np.ones(6))
    with pytest.raises(DataGapError, match="single period"):
        sandwich.robust_influence(lone, np.array([[0.0, 1.0]]))


def test_rows_of_a_projection_by_a_loop() -> None:
    outcome, shock = np.arange(12.0) ** 2, np.cos(np.arange(12.0) * 2)
    blocks = np.repeat([0.0, 1.0], [3, 9])
    given = {
        "controls": None,
        "others": None,
        "state": None,
        "family": "gaussian",
        "exposure": None,
    }
    inputs = rows.make_inputs(outcome, shock, segments=blocks, **given)
    assert inputs.runs.tolist() == [1] * 3 + [2] * 9
    at = np.array([2, 3])
    assert rows._ahead(outcome, at, 2, False).tolist() == [16, 25]
    assert rows._ahead(outcome, at, 2, True).tolist() == [4 + 9 + 16, 9 + 16 + 25]
    pair = np.random.default_rng(1).normal(size=(2, 30))
    long = rows.make_inputs(*pair, segments=np.repeat([0.0, 1.0], 15), **given)
    got = rows.make_rows(long, 2, 3, cumulative=False)
    expected = [t for t in range(30) if (t - 3) // 15 == (t + 2) // 15 and t >= 3 and t + 2 < 30]
    assert got.periods.tolist() == expected
    first = got.x[0]
    past = [value for lag in (1, 2, 3) for value in (long.outcome[3 - lag], long.shock[3 - lag])]
    assert first.tolist() == [long.shock[3], 1.0, *past] and got.y[0] == long.outcome[5]
    assert got.combinations.tolist() == [[1.0] + [0.0] * 7]
    x, pick = rows._by_state(np.array([[2.0, 1.0]]), np.array([0.25]))
    assert x.tolist() == [[0.5, 0.25, 1.5, 0.75]]
    assert pick.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [1, 0, -1, 0]]
    assert rows._runs(np.array([1, 1, 0, 1, 1], bool), np.array([0.0, 0, 0, 0, 1])).tolist() == [
        1,
        1,
        -1,
        3,
        4,
    ]
    assert rows._log_rate(np.array([1.5]), np.array([4.0]))[0] == pytest.approx(np.log(2 / 4))
    with pytest.raises(DataGapError, match="12 unbroken periods for 8"):
        rows._check_rows(np.ones((12, 8)), np.arange(12.0), 0)
    rows._check_rows(np.random.default_rng(1).normal(size=(13, 8)), np.arange(13.0), 0)
    for wrong in ({"family": "x"}, {"exposure": np.ones(12)}, {"state": np.full(12, 1.5)}):
        with pytest.raises(UsageError):
            rows.make_inputs(outcome, shock, segments=None, **{**given, **wrong})
    with pytest.raises(UsageError, match="negative"):
        rows.make_inputs(-outcome, shock, segments=None, **{**given, "family": "poisson"})


def test_what_follows_a_cause_by_regression() -> None:
    rng = np.random.default_rng(6)
    y, x = rng.normal(size=60), rng.normal(size=60)
    blocks = np.repeat([0.0, 1.0], 30)
    assert moved._shifted(np.arange(6.0), np.array([0.0, 0, 0, 1, 1, 1]), 1)[
        [1, 2, 4, 5]
    ].tolist() == [0, 1, 3, 4]
    assert np.isnan(moved._shifted(np.arange(6.0), np.array([0.0, 0, 0, 1, 1, 1]), 1)[[0, 3]]).all()
    assert np.isnan(moved._shifted(np.arange(6.0), np.zeros(6), -2)[[4, 5]]).all()
    sums = moved._sum_of_next(y, blocks, 3)
    assert sums[4] == pytest.approx(y[4:7].sum()) and np.isnan(sums[28:30]).all()
    past = np.column_stack([np.ones(60), moved._past(y, blocks, 2)])
    effect, size = moved._response(sums, x, past, blocks, 1)
    design = np.column_stack([x, past, moved._past(x, blocks, 2)])
    whole = np.isfinite(np.column_stack([sums, design])).all(axis=1)
    coefficients = np.linalg.lstsq(design[whole], sums[whole], rcond=None)[0]
    assert effect == pytest.approx(coefficients[0])
    residual = sums[whole] - design[whole] @ coefficients
    bread = np.linalg.inv(design[whole].T @ design[whole])
    meat = (design[whole].T * residual**2) @ design[whole]
    assert size == pytest.approx(abs(effect) / np.sqrt((bread @ meat @ bread)[0, 0]))
    steps = moved._shifts(60, 60, least=10)
    assert steps[0] == 10 and steps[-1] == 50 and len(steps) == 41
    with pytest.raises(DataGapError):
        moved._shifts(28, 60, least=10)
    assert len(moved._shifts(29, 60, least=10)) == 10
    made = moved.followed(
        y, x, window=2, lags=1, controls=np.zeros((60, 0)), segments=np.zeros(60), moves=12
    )
    assert len(made.moved) == 12
    ahead = np.append(y[1:], NAN)
    again = moved._responses(ahead, x, (0,), 2, np.zeros((60, 0)), np.zeros(60), 1)
    assert made.effect == pytest.approx(again[0][0] / 2)
    own = moved.followed(
        y,
        x,
        window=1,
        lags=1,
        controls=np.zeros((60, 0)),
        segments=np.zeros(60),
        moves=9,
        own_period=True,
    )
    straight = moved._responses(y, x, (0,), 1, np.zeros((60, 0)), np.zeros(60), 1)[0][0]
    assert own.effect == pytest.approx(straight) and own.periods == 58
    left = moved.response_without(
        y,
        x,
        [np.array([5])],
        window=2,
        lags=1,
        controls=np.zeros((60, 0)),
        segments=np.zeros(60, int),
    )
    holed = ahead.copy()
    holed[5] = NAN
    assert left[0] == pytest.approx(
        moved._responses(holed, x, (0,), 2, np.zeros((60, 0)), np.zeros(60), 1)[0][0] / 2
    )


# Regimes


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


# Triads


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
    dealt = balance._dealt(np.array([[[0.0, 1, -1], [1, 0, 1], [-1, 1, 0]]]), "number", 3)
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


# Systems


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
