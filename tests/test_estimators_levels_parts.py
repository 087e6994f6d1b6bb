"""Levels and local projections part by part, against plain sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from detente.errors import DataGapError, UsageError
from detente.estimators.levels import _field, count_level, lasting, parameter_grid, paths, peak
from detente.estimators.levels import _fit as levels_fit
from detente.estimators.levels import level as levels
from detente.estimators.projections import moved, project, rows, sandwich

NAN = float("nan")


def plain(function: Any) -> Any:
    """The Python of a compiled function."""
    return getattr(function, "__wrapped__", function)


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


@pytest.mark.parametrize(
    ("stride", "memory"), [(1, 0.0), (2, 0.0), (1, 0.6), (2, 0.6)],
    ids=["level", "level and slope", "bursts", "level and bursts"],
)  # fmt: skip
def test_the_prior_of_a_path_is_that_of_its_steps(stride: int, memory: float) -> None:
    """The banded precision against the sum of squared steps, each by its own spread."""
    rng, length = np.random.default_rng(4), 5
    theta = np.log([0.7, 0.5, 0.2])
    step, third = 1 / 0.5**2, 1 / 0.2**2
    seen, flat = np.ones(length, bool), np.zeros(length)
    start = np.array([0.3, 0.8, 1.0])
    observed = _field.Observed(
        flat, flat, seen, np.zeros((length, 0)), start, stride, False, memory
    )
    band, half_log_determinant = plain(_field._prior)(observed, theta)
    size = length * stride
    matrix = np.zeros((size, size))
    for i in range(size):
        for d in range(min(i, stride) + 1):
            matrix[i, i - d] = matrix[i - d, i] = band[i, d]
    path = rng.normal(size=(length, stride))
    level, other = path[:, 0], path[:, -1]
    if stride == 1 and memory:
        squares = step * (((other[1:] - memory * other[:-1]) ** 2).sum())
        squares += step * (1 - memory**2) * other[0] ** 2
        assert half_log_determinant == pytest.approx(np.linalg.slogdet(matrix)[1] / 2)
    elif memory:
        squares = start[0] * level[0] ** 2 + step * (np.diff(level) ** 2).sum()
        squares += third * (((other[1:] - memory * other[:-1]) ** 2).sum())
        squares += third * (1 - memory**2) * other[0] ** 2
    else:
        slope = other if stride == 2 else np.zeros(length)
        squares = start[0] * level[0] ** 2 + step * ((np.diff(level) - slope[:-1]) ** 2).sum()
        squares += start[1] * slope[0] ** 2 + third * (np.diff(slope) ** 2).sum()
    assert path.ravel() @ matrix @ path.ravel() == pytest.approx(squares)
    wider = theta + np.array([0.0, 0.3, 0.4])
    gain = plain(_field._prior)(observed, wider)[1] - half_log_determinant
    steps = {(1, 0.0): 4 * 0.3, (2, 0.0): 4 * 0.7, (1, 0.6): 5 * 0.3, (2, 0.6): 4 * 0.3 + 5 * 0.4}
    assert gain == pytest.approx(-steps[stride, memory])


@pytest.mark.parametrize("log_noise", [-0.5, -9.5])
def test_the_likelihood_of_counts_about_a_level(log_noise: float) -> None:
    """Negative binomial; so little dispersed that it is as good as Poisson, by a series."""
    values, offset = np.array([0.0, 3.0, 12.0]), np.log([1.0, 2.0, 0.5])
    given = (np.ones(3, bool), np.zeros((3, 0)), np.ones(3), 1, True)
    observed = _field.Observed(values, offset, *given)
    size = np.exp(-2 * log_noise)

    def total(x: float) -> float:
        terms = [plain(_field._terms)(observed, log_noise, t, x)[0] for t in range(3)]
        return float(sum(terms) + plain(_field._constant)(observed, log_noise))

    def wanted(x: float) -> float:
        mean = np.exp(x + offset)
        return float(stats.nbinom.logpmf(values, size, size / (size + mean)).sum())

    constant = total(1.0) - wanted(1.0)
    for x in (-2.0, 0.3, 2.5):
        assert total(x) - wanted(x) == pytest.approx(constant, rel=1e-5, abs=1e-5)
        _, slope, curvature = plain(_field._terms)(observed, log_noise, 1, x)
        ends = [plain(_field._terms)(observed, log_noise, 1, x + h) for h in (-1e-5, 1e-5)]
        assert slope == pytest.approx((ends[1][0] - ends[0][0]) / 2e-5, rel=1e-4, abs=1e-4)
        assert curvature == pytest.approx((ends[0][1] - ends[1][1]) / 2e-5, rel=1e-3, abs=1e-4)


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
    assert peak.period_rates(np.eye(8)[0], draws=5).draws.shape == (5, 8), "one event is enough"
    for few in (counts[:7], np.zeros(8)):
        with pytest.raises(DataGapError):
            peak.period_rates(few)
    calm = levels.LevelPosterior(np.zeros((2000, 2)), {"dispersion": np.full(2000, 1e6)})
    spikes = peak._spikes(
        calm, np.array([1.0, 12.0]), np.ones(2), np.array([True, True]), np.random.default_rng(1)
    )
    assert np.mean(spikes[:, 0] == 0) > 0.9 and np.mean(spikes[:, 1] > 1.5) > 0.95


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
        y, x, window_periods=2, lags=1, controls=np.zeros((60, 0)), segments=np.zeros(60), moves=12
    )
    assert len(made.moved) == 12
    ahead = np.append(y[1:], NAN)
    again = moved._responses(ahead, x, (0,), 2, np.zeros((60, 0)), np.zeros(60), 1)
    assert made.effect == pytest.approx(again[0][0] / 2)
    own = moved.followed(
        y,
        x,
        window_periods=1,
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
        window_periods=2,
        lags=1,
        controls=np.zeros((60, 0)),
        segments=np.zeros(60, int),
    )
    holed = ahead.copy()
    holed[5] = NAN
    assert left[0] == pytest.approx(
        moved._responses(holed, x, (0,), 2, np.zeros((60, 0)), np.zeros(60), 1)[0][0] / 2
    )


def test_what_a_level_needs() -> None:
    levels_fit.check_enough(np.ones(8, bool))
    with pytest.raises(DataGapError, match="7 observations; 8"):
        levels_fit.check_enough(np.ones(7, bool))
    levels_fit.check_one_companion(trend=True, burst_periods=None)
    levels_fit.check_one_companion(trend=False, burst_periods=0.5)
    for trend, periods in ((True, 3.0), (False, 0.0), (False, NAN)):
        with pytest.raises(UsageError):
            levels_fit.check_one_companion(trend=trend, burst_periods=periods)
    counts = np.array([[1.0, 2, 1, 3, 9, 8, 9]])
    for wrong, after in ((counts, np.ones(6, bool)), (-counts, np.ones(7, bool))):
        with pytest.raises(UsageError):
            lasting.lasting_changes(wrong, after)


def test_what_levels_and_changes_show() -> None:
    made = lasting.LastingChanges(np.array([np.log(2)]), np.array([0.5]), np.array([0.9]))
    [row] = made.exhibits()[0].table.records()
    reach = stats.norm.ppf(0.95) * 0.5
    assert (row["ratio"], row["probability_risen"]) == (pytest.approx(2.0), 0.9)
    ends = (row["low_90"], row["high_90"])
    assert ends == pytest.approx((2 * np.exp(-reach), 2 * np.exp(reach)), rel=1e-4)
    drawn = np.arange(101.0)[:, None]
    shown = levels.LevelPosterior(drawn, {}).exhibits()[0]
    [row] = shown.table.records()
    names = ("level", "low95", "high95", "low80", "high80", "low50", "high50")
    assert [row[name] for name in names] == pytest.approx([50, 2.5, 97.5, 10, 90, 25, 75])
    assert shown.settings["bands"][0] == ("low95", "high95"), "the widest first"


# Small fits


def test_a_mixed_level_has_half_of_its_draws_from_either_model() -> None:
    counts = np.random.default_rng(1).poisson(20.0, 24).astype(float)
    counts[10] = 200.0
    made = peak.peak_rates(counts, draws=301)
    assert made.draws.shape == (301, 24)
    own = peak.period_rates(counts, draws=151)
    assert made.draws[:151] == pytest.approx(own.draws)
    hot = np.arange(24) == 10
    assert levels.probability_highest(made, hot, ~hot) > 0.9
    assert np.exp(own.draws[:, 10]).mean() == pytest.approx(200, rel=0.1)
    assert 100 < np.exp(made.draws[151:, 10]).mean() < 220, "a spike is held to be smaller"
    gone = counts.copy()
    gone[3] = NAN
    assert np.isnan(peak.peak_rates(gone, draws=20).draws[:, 3]).all()


def test_levels_of_counts_and_scores_lie_where_the_data_do() -> None:
    rng = np.random.default_rng(2)
    exposure = np.where(np.arange(40) < 20, 1.0, 10.0)
    counts = rng.poisson(np.exp(3.0) * exposure).astype(float)
    made = count_level.count_level(counts, exposure=exposure, draws=200)
    assert made.draws.mean(axis=0) == pytest.approx(np.full(40, 3.0), abs=0.3)
    assert (made.draws.std(axis=0)[:20].mean()) > made.draws.std(axis=0)[25:].mean()
    assert set(made.parameters) == {"dispersion", "step"}
    # Counts of a Poisson distribution about one level: hardly dispersed, and hardly a step.
    middle = {name: np.median(values) for name, values in made.parameters.items()}
    assert middle["dispersion"] > 10 and middle["step"] < 1
    scores = 100 + 5 * rng.normal(size=40)
    plain_level = levels.local_level(scores, draws=300)
    assert plain_level.median() == pytest.approx(np.full(40, scores.mean()), abs=3.0)
    assert set(plain_level.parameters) == {"noise", "step"}
    assert np.median(plain_level.parameters["noise"]) == pytest.approx(scores.std(), rel=0.3)
    bursts = levels.local_level(scores, burst_periods=2.0, draws=20)
    assert set(bursts.parameters) == {"noise", "step", "push"}
    assert set(levels.local_level(scores, trend=True, draws=20).parameters) == {
        "noise",
        "step",
        "slope",
    }


def test_lasting_changes_paths_and_turns_of_counts() -> None:
    rng = np.random.default_rng(3)
    after = np.arange(30) >= 18
    counts = rng.poisson(np.where(after, 40.0, 10.0), (2, 30)).astype(float)
    counts[1] = rng.poisson(10.0, 30)
    made = lasting.lasting_changes(counts, after)
    assert np.exp(made.estimate[0]) == pytest.approx(4.0, rel=0.25) and made.risen[0] > 0.99
    assert abs(made.estimate[1]) < 2 * made.error[1] and 0.02 < made.risen[1] < 0.98
    fewer = np.where(np.arange(30) < 27, NAN, counts[:1])
    assert np.isnan(lasting.lasting_changes(fewer, after).estimate[0]), "nothing is known before"
    few = np.where(np.arange(30) < 28, counts[:1], NAN)
    few[0, 18:26] = NAN
    assert np.isnan(lasting.lasting_changes(few, after).estimate[0]), (
        "two periods after are too few"
    )
    turn = lasting.turning_point(counts[0], np.ones(30))
    assert (
        turn is not None
        and turn.at == 18
        and turn.low <= 18 <= turn.high
        and turn.probability > 0.5
    )
    assert lasting.turning_point(np.zeros(30), np.ones(30)) is None
    courses = paths.level_paths(counts, np.full((2, 30), 2.0))
    assert np.exp(courses.mean[0, 25:]).mean() == pytest.approx(20.0, rel=0.15)
    assert np.exp(courses.mean[0, :12]).mean() == pytest.approx(5.0, rel=0.25)
    assert np.isnan(paths.level_paths(np.zeros((1, 9)), np.ones((1, 9))).mean).all()
    holed = np.where(np.arange(30) == 7, NAN, np.ones((2, 30)))
    assert np.isfinite(paths.level_paths(counts, holed).mean).all(), "gaps are bridged"


def test_one_response_has_no_column_of_panels() -> None:
    rng = np.random.default_rng(8)
    y, x = rng.normal(size=(2, 60))
    one = project.local_projection(y, x, horizons=[0, 1], lags=1)
    assert one.exhibits()[0].settings["column"] is None
    two = project.local_projection(y, x, horizons=[0], lags=1, state=(np.arange(60) % 2))
    assert two.exhibits()[0].settings["column"] == "response"
    assert two.estimate[2] == pytest.approx(two.estimate[0] - two.estimate[1])
