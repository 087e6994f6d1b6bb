"""Hawkes processes part by part, against plain sums and differences."""

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
    binned,
    check,
    continuous,
    crosstest,
    draws,
    etas,
    futures,
    goodness,
    kernel,
    newton,
    process,
    profile,
    simulate,
)
from detente.estimators.hawkes.result import HawkesResult
from detente.estimators.hawkes.target import Evaluation, Target, evaluate, log_likelihood

NAN = float("nan")
YEAR = 365.25


def plain(function: Any) -> Any:
    """The Python of a compiled function."""
    return getattr(function, "__wrapped__", function)


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


def test_a_step_goes_by_the_best_curvature_that_can_be_had() -> None:
    slope, free = np.array([1.0, 2.0, 9.0]), np.array([True, True, False])
    good, bad = np.diag([2.0, 4.0, 1.0]), np.diag([-2.0, 4.0, 1.0])
    for information, outer, step in (
        (good, bad, [0.5, 0.5]),
        (bad, 2 * good, [0.25, 0.25]),
        (bad, bad, [1 / -1.0, 2 / 5.0]),
    ):
        here = Evaluation(0.0, slope, information, outer)
        assert newton._solve(here, free, slope[free]) == pytest.approx(step)
    assert newton._definite(Evaluation(0.0, slope, good, bad)) is good
    assert newton._definite(Evaluation(0.0, slope, bad, good)) is good
    lost = newton.maximise(target(days=60), np.full(4, np.nan))
    assert lost.value == pytest.approx(newton.maximise(target(days=60)).value)


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
    assert baseline._rank(np.array([[1.0, 0.0], [1.0, 0.0]])) == 1, "a column of zeros is none"
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
    with pytest.raises(InputError, match="Days without exposure that have events: 1, first day 1"):
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


def test_cells_marks_and_weights_of_events() -> None:
    assert continuous._edges(None, 0.0, 10.5, 0).tolist() == [0.0, 10.5]
    assert len(continuous._edges(None, 0.0, 10.5, 1)) == 12
    assert continuous._edges([0.0, 4.0, 9.0], 0.0, 9.0, 0).tolist() == [0.0, 4.0, 9.0]
    for wrong in ([0.0, 4.0], [1.0, 9.0], [0.0, 4.0, 4.0, 9.0], [0.0]):
        with pytest.raises(UsageError):
            continuous._edges(np.array(wrong), 0.0, 9.0, 0)
    order = np.array([2, 0, 1])
    marks, scale = continuous._marks(np.array([1.0, 5.0, 3.0]), None, order)
    assert scale == pytest.approx(np.sqrt(8 / 3)) and marks == pytest.approx(
        np.array([0, -2, 2]) / scale
    )
    assert continuous._marks(None, None, order) == (None, 1.0)
    assert continuous._weights(np.array([1.0, 2.0, 3.0]), order).tolist() == [1.5, 0.5, 1.0]
    assert continuous._weights(None, order) is None
    for weights in ([1.0, -1.0, 1.0], [0.0] * 3, [1.0, NAN, 1.0], [1.0]):
        with pytest.raises(InputError):
            continuous._weights(np.array(weights), order)
    with pytest.raises(UsageError):
        continuous._marks(np.ones(3), np.ones(3), order)
    with pytest.raises(InputError, match="same"):
        continuous._marks(np.ones(3), None, order)
    assert continuous._mark_error(np.array([[1.0, 0.0], [0.0, 4.0]]), 0.5) == 4.0


def test_dispersion_and_days_that_hide_follow_ons() -> None:
    exposure = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    inputs = SimpleNamespace(
        counts=np.array([[0.0], [8], [0], [4], [9]]), baseline=SimpleNamespace(exposure=exposure)
    )
    spread = binned._dispersion(inputs, np.full((5, 1), 2.0), 2)
    # Squares of 4, 36, 4 and 4 over 8, on four days less two parameters.
    assert spread == pytest.approx([48 / 8 * 4 / 2])
    assert binned._dispersion(
        inputs, np.array([[0.0], [8], [0], [4], [0]]) + 1e-9, 9
    ) == pytest.approx([1.0])
    assert binned._hidden(np.array([0.1, 0.29])) == ()
    assert binned._hidden(np.array([0.3]))[0].startswith(
        "At the fastest decay 30% of the follow-ons"
    )


def test_the_likelihood_of_aftershocks_by_a_loop() -> None:
    times, marks = np.array([0.5, 1.0, 1.0, 3.0]), np.array([1.0, 0.0, 2.0, 1.0])
    base, scale, growth, delay, power = 0.2, 0.5, 0.3, 0.4, 1.5
    value = 0.0
    for i, now in enumerate(times):
        before = [j for j in range(i) if times[j] < now]
        rates = [
            scale * np.exp(growth * marks[j]) * (1 + (now - times[j]) / delay) ** -power
            for j in before
        ]
        value += np.log(base + sum(rates))
    value -= base * 5.0
    for time, mark in zip(times, marks, strict=True):
        whole = delay / (power - 1) * (1 - (1 + (4.0 - time) / delay) ** (1 - power))
        value -= scale * np.exp(growth * mark) * whole
    got = etas.etas_log_likelihood(times, marks, (base, scale, growth, delay, power), (-1.0, 4.0))
    assert got == pytest.approx(value)
    for wrong in (
        (0.0, 1, 0, 1, 2),
        (1, -1, 0, 1, 2),
        (1, 1, 0, 0, 2),
        (1, 1, 0, 1, 1),
        (1, 1, 0, 1, 0),
    ):
        with pytest.raises(UsageError):
            etas.etas_log_likelihood(times, marks, wrong, (-1.0, 4.0))
    etas.etas_log_likelihood(times, marks, (1, 0, 0, 1, 2), (-1.0, 4.0))


def test_what_futures_and_residuals_show() -> None:
    counts = np.arange(101, dtype=np.uint16)[:, None, None] * np.ones((1, 2, 1), np.uint16)
    shown = futures.Futures(("a",), 7, counts, np.zeros((101, 1), np.int32), 0).exhibits()[0]
    rows_ = shown.table.records()
    assert [(row["day"], row["mean"]) for row in rows_] == [(0, 50.0), (7, 50.0)]
    assert [rows_[0][name] for name in ("low", "median", "high")] == [5.0, 50.0, 95.0]
    values = np.array([0.05, 0.15, 0.15, 0.95])
    fit = goodness.Goodness(("a",), (values,), np.ones(1), np.ones(1), np.zeros(1))
    tests, histogram = (exhibit.table.records() for exhibit in fit.exhibits())
    assert tests[0]["residuals"] == 4
    shares = {row["residual"]: row["share"] for row in histogram if row["share"]}
    assert shares == {0.05: 0.25, 0.15: 0.5, 0.95: 0.25} and len(histogram) == 10


# Small fits


@pytest.fixture(scope="module")
def by_date() -> binned.BinnedHawkes:
    """Two kinds over two hundred days; the second never excites the first."""
    counts = np.random.default_rng(11).poisson([1.0, 0.6], (200, 2)).astype(float)
    counts[1:, 1] += counts[:-1, 0] > 1
    may = np.array([[True, False], [True, True]])
    return binned.fit_hawkes_by_date(counts, decays_per_day=[0.7], excites=may, within_day=False)


def test_a_fit_by_date_explains_as_many_events_as_there_are(by_date: binned.BinnedHawkes) -> None:
    counts = by_date.inputs.counts
    state = np.zeros(2)
    left, gain = np.exp(-0.7), 1 - np.exp(-0.7)
    rates = np.zeros((200, 2))
    for day in range(200):
        rates[day] = np.exp(by_date.effects[:, 0]) + by_date.excitation[:, :, 0] @ state
        state = left * state + gain * counts[day]
    assert by_date.rates() == pytest.approx(rates)
    assert rates.sum(axis=0) == pytest.approx(counts.sum(axis=0), rel=1e-4)
    value = (counts * np.log(rates) - rates).sum()
    assert by_date.log_likelihood == pytest.approx(value)
    assert by_date.excitation[0, 1, 0] == 0.0 and by_date.branching == pytest.approx(
        by_date.excitation[:, :, 0]
    )
    assert by_date.base == pytest.approx(np.exp(by_date.effects[:, 0]))
    assert by_date.parameters().state[:, 0] == pytest.approx(state)
    squares = ((counts - rates) ** 2).sum(axis=0) / rates.sum(axis=0) * 200 / (200 - 3)
    assert by_date.dispersion == pytest.approx(np.maximum(squares, 1.0))
    assert "No exposure" in by_date.notes[0]


def test_a_pair_is_tested_by_what_it_adds(by_date: binned.BinnedHawkes) -> None:
    test = crosstest.excitation_test(by_date, 0, 1)
    held = by_date.profile.targets[1]
    without = newton.maximise(held.without(0)).value
    ratio = 2 * (by_date.profile.optima[1].value - without) / by_date.dispersion[1]
    assert test.ratio == pytest.approx(ratio, rel=1e-4)
    assert test.p_value == pytest.approx(stats.chi2.sf(ratio, 1) / 2, rel=1e-3)
    assert (test.source, test.target) == ("0", "1") and test.branching == by_date.branching[1, 0]
    with pytest.raises(UsageError, match="held at zero"):
        crosstest.excitation_test(by_date, 1, 0)
    [only] = crosstest.excitation_tests(by_date).tests
    assert only.ratio == test.ratio


def test_residuals_of_counts_and_drawn_parameters(by_date: binned.BinnedHawkes) -> None:
    fit = goodness.hawkes_goodness(by_date)
    counts, rates = by_date.inputs.counts[:, 0], by_date.rates()[:, 0]
    low, high = stats.poisson.cdf(counts - 1, rates), stats.poisson.cdf(counts, rates)
    assert ((low <= fit.residuals[0]) & (fit.residuals[0] <= high)).all()
    blur = np.random.default_rng(1).random((200, 2))[:, 0]
    assert fit.residuals[0] == pytest.approx(low + blur * (high - low))
    drawn = by_date.draw_parameters(400, seed=3)
    spread = by_date.uncertainty.conditional[1]
    excited = np.array([item.excitation[1, 0, 0] for item in drawn])
    assert len(drawn) == 400 and excited.min() >= 0
    assert excited.mean() == pytest.approx(by_date.excitation[1, 0, 0], abs=0.05)
    assert excited.std() == pytest.approx(np.sqrt(spread[1, 1]), rel=0.2)


def test_futures_of_a_fit(by_date: binned.BinnedHawkes) -> None:
    forced = np.zeros((7, 2))
    forced[2, 0] = 5
    calm = futures.hawkes_futures(by_date, 7, paths=3000, every_days=3, seed=2)
    assert calm.counts.shape == (3000, 3, 2) and calm.lost == 0 and calm.every_days == 3
    pushed = futures.hawkes_futures(by_date, 7, paths=3000, every_days=3, seed=2, forced=forced)
    gap = pushed.counts.mean(axis=0) - calm.counts.mean(axis=0)
    assert gap[0, 0] == pytest.approx(5.0, abs=0.1)
    assert (pushed.first[:, 0] >= 0).mean() == 1.0 and (pushed.first[:, 0] <= 2).all()
    still = futures.hawkes_futures(by_date, 1, paths=3000, seed=2)
    next_rate = (
        np.exp(by_date.effects[:, 0])
        + by_date.excitation[:, :, 0] @ by_date.parameters().state[:, 0]
    )
    assert still.counts[:, 0].mean(axis=0) == pytest.approx(next_rate, rel=0.06)
    for wrong in ({"days": 0}, {"paths": 0}, {"every_days": 0}, {"parameters": []}):
        with pytest.raises(UsageError):
            futures.hawkes_futures(by_date, **{"days": 5, "paths": 5, **wrong})


def test_a_fit_by_time_is_as_likely_as_its_process() -> None:
    rng = np.random.default_rng(12)
    times = np.sort(rng.uniform(0, 100, 60))
    kinds, weights = rng.integers(0, 2, 60), rng.uniform(0.5, 2.0, 60)
    fit = continuous.fit_hawkes_by_time(
        times, kinds, window_days=(0.0, 100.0), decays_per_day=[0.8], weights=weights
    )
    impact = weights / weights.mean()
    value = 0.0
    for i, now in enumerate(times):
        before = times < now
        fading = 0.8 * np.exp(-0.8 * (now - times[before])) * impact[before]
        excited = sum(
            fit.excitation[kinds[i], kinds[before][j], 0] * fading[j] for j in range(before.sum())
        )
        value += np.log(np.exp(fit.effects[kinds[i], 0]) + excited)
    spent = impact * (1 - np.exp(-0.8 * (100 - times)))
    for kind in (0, 1):
        value -= 100 * np.exp(fit.effects[kind, 0])
        value -= sum(fit.excitation[kind, kinds[j], 0] * spent[j] for j in range(60))
    assert fit.log_likelihood == pytest.approx(value)
    made = process.hawkes_likelihood(fit.process, times, kinds, fit.weights)
    assert made.value == pytest.approx(value) and fit.mark_effect is None
    assert fit.base == pytest.approx(np.exp(fit.effects[:, 0]))
    assert made.base == pytest.approx(np.zeros((1, 2)), abs=1e-3)
    residuals = goodness.hawkes_goodness(fit).residuals
    assert [len(values) for values in residuals] == np.bincount(kinds).tolist()
    # The first event of a kind comes after the base rate alone, if nothing came before.
    first = int(kinds[0])
    assert residuals[first][0] == pytest.approx(
        1 - np.exp(-np.exp(fit.effects[first, 0]) * times[0])
    )


def test_cells_of_a_fit_by_time_have_their_own_baseline() -> None:
    rng = np.random.default_rng(13)
    times = np.sort(np.r_[rng.uniform(0, 50, 20), rng.uniform(50, 100, 60)])
    cells = {"edges_days": np.array([0.0, 30.0, 50.0, 100.0]), "periods": np.array([0, 0, 1])}
    volume = np.array([1.0, 1.0, 2.0])
    fit = continuous.fit_hawkes_by_time(
        times, window_days=(0.0, 100.0), decays_per_day=[0.8], exposure=volume, **cells
    )
    made = process.hawkes_likelihood(fit.process, times, np.zeros(80, int))
    assert made.value == pytest.approx(fit.log_likelihood)
    early, same, late = fit.process.base.ravel()
    assert early == same and late > 2 * early
    # Slopes by the log of the base: none at the best, for each period.
    slopes = made.base.ravel() * fit.process.base.ravel()
    assert (slopes[0] + slopes[1], slopes[2]) == pytest.approx((0.0, 0.0), abs=0.01)
    assert fit.base == pytest.approx([(early + late) / 2])
