"""Estimators against plain loops and against sums that can be done by hand."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from detente.errors import DataGapError, UsageError
from detente.estimators import (
    calibration,
    drifting,
    eventstudy,
    false_signs,
    groups,
    multiple,
    occurrence,
    power,
    rates,
    ratestudy,
    resample,
    shift,
    steady,
)
from detente.estimators.counts import CountGrid, Sides, pooled_log_ratio, sum_of_next
from detente.estimators.exhibits import band_columns, exhibit
from detente.estimators.matching import Grid, matched_dates, merge_episodes, shifted

NAN = float("nan")


def series(values: Any, block: Any = 0, season: Any = 0.0) -> Grid:
    """Months from 2000 on."""
    values = np.asarray(values, dtype=float)
    months = np.arange(len(values))
    blocks = np.broadcast_to(np.asarray(block, dtype=np.int64), values.shape)
    return Grid(values, blocks, 2000 + months / 12, np.broadcast_to(season, values.shape))


def counted(counts: Any, exposure: Any = 1.0, block: Any = 0, season: Any = 0.0) -> CountGrid:
    """The same of counts."""
    grid = series(counts, block, season)
    volume = np.broadcast_to(np.asarray(exposure, dtype=float), grid.values.shape)
    return CountGrid(grid.values, volume, grid.block, grid.year, grid.season)


# Calibration


def test_ranks_are_counted_in_equal_bins() -> None:
    histogram = calibration.rank_histogram(np.array([0, 1, 2, 3, 3] * 2), 3, bins=2, names=["a"])
    assert histogram.counts.tolist() == [[4], [6]]
    # Five are expected in each: 1/5 + 1/5, of one degree of freedom.
    assert histogram.p_values[0] == pytest.approx(stats.chi2.sf(0.4, 1))
    table = histogram.exhibits()[0].table
    assert table.column("bin") == (1, 2) and table.column("expected") == (5.0, 5.0)
    both = calibration.rank_histogram(np.array([[0, 0], [3, 0]] * 5), 3, bins=2)
    assert both.names == ("0", "1") and both.counts.tolist() == [[5, 10], [5, 0]]
    assert both.p_value == pytest.approx(2 * stats.chi2.sf(10.0, 1))
    even = calibration.rank_histogram(np.array([[0, 3], [3, 0]] * 5), 3, bins=2)
    assert even.p_value == 1.0


@pytest.mark.parametrize(
    ("ranks", "draws", "bins"),
    [
        ([], 3, 2),
        ([-1] * 10, 3, 2),
        ([4] * 10, 3, 2),
        ([0] * 9, 3, 2),
        ([0] * 10, 3, 1),
        ([0] * 99, 3, 3),
    ],
)
def test_ranks_that_cannot_be_tested(ranks: list[int], draws: int, bins: int) -> None:
    with pytest.raises(UsageError):
        calibration.rank_histogram(np.array(ranks, dtype=int), draws, bins=bins)


def test_a_rank_is_the_number_of_draws_below_the_truth() -> None:
    def simulate(rng: np.random.Generator) -> Any:
        return np.array([1.0, rng.random()]), np.array([[0.0, 2.0], [1.0, 2.0], [2.0, 2.0]])

    made = calibration.calibrate(simulate, simulations=20)
    assert made.ranks.tolist() == [[1, 0]] * 20 and made.draws == 3 and len(made.counts) == 2


# Counts


def test_ratios_of_counts_by_hand() -> None:
    single = Sides(*(np.array([value]) for value in (3.0, 2.0, 1.0, 6.0)))
    # Of what was expected a quarter lies after; half an event is split likewise.
    assert pooled_log_ratio(single) == pytest.approx(np.log(3.25 * 0.75 / (1.75 * 0.25)))
    two = Sides(*map(np.array, ([3.0, 1.0], [1.0, 1.0], [1.0, 0.0], [1.0, 3.0])))
    after = (3 + 0.25) * 0.5 + (1 + 0.125) * 0.75
    before = (1 + 0.25) * 0.5 + (0 + 0.375) * 0.25
    assert pooled_log_ratio(two) == pytest.approx(np.log(after / before))
    turned = two.flipped(np.array([True, False]))
    assert [column.tolist() for column in vars(turned).values()] == [
        [1.0, 1.0], [1.0, 1.0], [3.0, 0.0], [1.0, 3.0]
    ]  # fmt: skip
    assert two.at(np.array([1])).expected_before.tolist() == [3.0]


def test_log_rates_and_sums_of_what_is_known() -> None:
    grid = counted([3.0, NAN, 1.0, 5.0, 2.0], [7.0, 1.0, 0.0, NAN, 2.0])
    assert grid.measured.tolist() == [True, False, False, False, True]
    logs = grid.log_rates().values
    assert logs[[0, 4]] == pytest.approx([np.log(3.5 / 7), np.log(2.5 / 2)])
    assert np.isnan(logs[1:4]).all()
    plain = counted([1.0, 2.0, NAN, NAN, 16.0, 32.0])
    # Two periods that begin one later, half of which must be known.
    sums = sum_of_next(plain, plain.counts, 2, 1)
    assert sums.tolist()[:1] == [2.0] and np.isnan(sums[1]) and sums[2:5].tolist() == [16, 48, 32]
    assert np.isnan(sums[5])
    before = sum_of_next(plain, plain.counts, 2, -2)
    assert before.tolist()[1:4] == [1.0, 3.0, 2.0] and np.isnan(before[[0, 4]]).all()


# Event studies


def test_episodes_and_the_block_ahead() -> None:
    assert merge_episodes([5, 5, 1, 4, 8], 3).tolist() == [1, 4, 8]
    assert merge_episodes([], 3).tolist() == []
    assert shifted(np.array([7, 8, 9]), 1).tolist() == [8, 9, -1]
    assert shifted(np.array([7, 8, 9]), -2).tolist() == [-1, -1, 7]


def test_a_change_is_that_of_means_within_one_block() -> None:
    grid = series([0.0, 2, 4, 6, 8, 10, 12, 14], [0] * 5 + [1] * 3)
    changes = eventstudy.change_at(grid, 2, 1, 1)
    # From two on either side of the period that is left out: 5 - 0, 7 - 2; then the block ends.
    assert changes[1:3].tolist() == [5.0, 5.0]
    assert np.isnan(changes[[0, 3, 4, 5, 6, 7]]).all()
    assert eventstudy.change_at(grid, 1, 1)[6:].tolist() == [2.0, 2.0]


def test_an_event_study_without_a_season() -> None:
    values = np.zeros(80)
    values[20:22] += 4.0
    values[50:52] += 2.0
    study = eventstudy.event_study(
        series(values), [20, 50], window_periods=2, baseline_periods=2, draws=200
    )
    assert study.changes == pytest.approx([4.0, 2.0], abs=0.3)
    assert study.effect == pytest.approx(study.changes.mean())
    assert study.without_each == pytest.approx(study.changes[::-1])
    assert study.dropped == 0 and study.ladder.tolist() == [0, 0]
    assert len(study.placebo) == 200
    reach = stats.t.ppf(0.95, 4) * study.placebo.std()
    assert study.interval() == pytest.approx((study.effect - reach, study.effect + reach))
    assert study.p_range() == resample.chance_range(study.p_placebo, 200)
    lost = eventstudy.event_study(
        series(values), [1, 20, 50], window_periods=2, baseline_periods=2, draws=9
    )
    assert lost.dropped == 1 and lost.starts.tolist() == [20, 50]
    title = study.exhibits()[0].title
    assert title.startswith(f"Mean change {study.effect:.3g} (90% interval")


def test_what_a_change_would_be_is_regressed_on_block_season_and_dose() -> None:
    months = np.arange(60)
    season = months % 12 / 12
    grid = series(np.zeros(60), [0] * 30 + [1] * 30, season)
    dose = np.where(months == 40, 1.0, 0.0)
    waves = np.sin(2 * np.pi * season) + 0.5 * np.cos(4 * np.pi * season)
    changes = 3.0 * (months >= 30) + waves + 7.0 * dose
    expected, free = eventstudy._expected(grid, changes, dose, 2.0)
    assert expected == pytest.approx(changes - 7.0 * dose)
    assert np.abs(free).max() < 1e-9
    noisy = changes + np.where(months == 10, 1.0, 0.0)
    held, wide = eventstudy._expected(grid, noisy, dose, 2.0)
    # Two blocks, two sines and cosines and the dose are seven, each of two dates: 14 of 60.
    assert wide[10] == pytest.approx((noisy - held)[10] / np.sqrt(1 - 14 / 60))
    short = np.where(months < 39, noisy, NAN)
    assert eventstudy._expected(grid, short, dose, 2.0)[0][:30] == pytest.approx(
        np.full(30, noisy[:30].mean())
    ), "39 dates tell no season"
    crowded = eventstudy._expected(grid, noisy, dose, 30.0)
    assert crowded[1][10] == pytest.approx((noisy - held)[10] * np.sqrt(2)), "half at the most"


def test_placebos_have_either_sign_and_moves_go_around() -> None:
    free = np.array([NAN, 1.0, 2.0, 4.0, 9.0, NAN])
    pools = [np.array([2, 3]), np.array([4])]
    effects = eventstudy._placebo_effects(free, pools, 400, np.random.default_rng(0))
    possible = {s * a / 2 + u * 4.5 for a in (2.0, 4.0) for s in (-1, 1) for u in (-1, 1)}
    assert set(effects.tolist()) == possible
    moved = eventstudy._calendar_shifts(free, np.array([1, 2]))
    # A ring of four: the pairs (2, 4), (4, 9), (9, 1), less the mean of all, which is 4.
    assert moved == pytest.approx([3.0 - 4, 6.5 - 4, 5.0 - 4])
    under = eventstudy._under_causes(series([0.0, NAN, 0, 0, 0]), np.array([0, 1]), 2, 1)
    assert under.values.tolist()[0] == 0.0 and np.isnan(under.values[1])
    assert under.values[2:].tolist() == [1.0, 1.0, 0.0]


# Studies of rates


def test_sides_of_a_rate_within_one_block() -> None:
    grid = counted([1.0, 2, 4, 8, 16, 32, 64], block=[0] * 5 + [1] * 2)
    sides = ratestudy._sides(grid, 10 * grid.counts, 2, 1, 1)
    assert sides.after[1:3].tolist() == [12.0, 24.0] and np.isnan(sides.after[[0, 3, 4]]).all()
    assert sides.before[1:3].tolist() == [1.0, 2.0] and sides.expected_after[1] == 120.0
    assert sides.expected_before[1] == 10.0


def test_what_is_usual_follows_exposure_trend_season_and_block() -> None:
    months = np.arange(72)
    season = months % 12 / 12
    rate = np.exp(0.2 * np.sin(2 * np.pi * season))
    exposure = 1e6 * (1 + months % 5)
    rate[36:] *= 3.0
    rate[40:42] *= 2.0
    grid = counted(rate * exposure, exposure, [0] * 36 + [1] * 36, season)
    made = ratestudy._expected(grid, np.array([40]), 2, 0, 5)
    assert made.without_causes == pytest.approx(grid.counts, rel=1e-3)
    assert (grid.counts / made.exposure)[40:42] == pytest.approx([2.0, 2.0], rel=2e-3)
    assert made.inflation == pytest.approx(1.0, abs=0.2) and made.inflation >= 1
    columns = ratestudy._season_columns(np.array([0.0, 0.25, 0.5]), 2)
    assert np.array(columns) == pytest.approx(
        np.array([[0, 1, 0], [0, 0, 0], [1, 0, -1], [1, -1, 1]]), abs=1e-12
    )
    assert len(ratestudy._season_columns(season, 5)) == 11
    assert ratestudy._season_columns(season, 5)[-1] == pytest.approx(np.cos(np.pi * months))
    assert ratestudy._season_columns(season, 0) == ratestudy._season_columns(np.ones(3), 5) == []
    level, trend, block = ratestudy._level_columns(grid)
    assert level.tolist() == [1.0] * 72 and block.tolist() == [0.0] * 36 + [1.0] * 36
    assert (trend[-1] - trend[0], trend.sum()) == (pytest.approx(1.0), pytest.approx(0.0))
    assert ratestudy._level_columns(counted(np.ones(6)))[1][-1] == pytest.approx(2.5 / 12)
    for known, seasonal in ((60, True), (59, False)):
        short = counted(np.where(months < known, 100 * rate, NAN), 1.0, 0, season)
        usual = ratestudy._expected(short, np.array([0]), 1, 0, 5).exposure[:known]
        bends = bool(np.abs(np.diff(np.log(usual[1:]), 2)).max() > 1e-6)
        assert bends is seasonal, "59 months tell no season"
    assert ratestudy._dose(6, np.array([1, 2]), 2, 1).tolist() == [0, 0, 1, 1, 1, 0]


def test_what_a_season_costs() -> None:
    season = np.arange(120) % 12 / 12
    rng = np.random.default_rng(1)
    grid = counted(rng.poisson(20.0, 120), 1.0, 0, season)
    same = ratestudy._expected(grid, np.arange(3, 120, 12), 1, 0, 5).inflation
    apart = ratestudy._expected(grid, np.arange(3, 120, 13), 1, 0, 5).inflation
    assert same > 2
    assert 1 <= apart < 1.2, "one month in all years cannot be told from that month"
    assert ratestudy._expected(grid, np.arange(3, 120, 12), 1, 0, 0).inflation == 1.0


def test_a_study_of_rates() -> None:
    counts = np.full(48, 50.0)
    counts[10:12] = 150.0
    counts[30:32] = 100.0
    grid = counted(counts)
    spans = {"window_periods": 2, "baseline_periods": 2}
    study = ratestudy.rate_study(grid, [10, 30], draws=5000, **spans)
    expected = ratestudy.usual_counts(grid, [10, 30], window_periods=2)
    sides = ratestudy._sides(grid, expected, 2, 2, 0).at(np.array([10, 30]))
    assert study.effect == pytest.approx(float(pooled_log_ratio(sides)))
    assert study.effect == pytest.approx(np.log(2.5), abs=0.05)
    assert study.changes == pytest.approx(np.log([3.0, 2.0]), abs=0.06)
    assert study.without_each == pytest.approx(study.changes[::-1])
    assert len(study.placebo) == 5000 and study.dropped == 0
    low, high = ratestudy.left_out_ratios(
        grid, [10, 30], np.array([10, 30]), [np.array([0]), np.array([1])], **spans
    )
    assert (low, high) == (
        pytest.approx(np.log(2.0), abs=0.06),
        pytest.approx(np.log(3.0), abs=0.06),
    )
    assert ratestudy._without_each(sides.at(np.array([0]))).tolist() == []
    with pytest.raises(DataGapError, match="No event"):
        ratestudy.rate_study(counted(np.zeros(48)), [10], **spans)
    with pytest.raises(DataGapError, match="None of the 1"):
        ratestudy.rate_study(grid, [0], **spans)


def test_placebo_ratios_and_moves_of_rates() -> None:
    free = Sides(*map(np.array, ([1.0, 3.0, 5.0], [1.0] * 3, [2.0, 2.0, 2.0], [1.0] * 3)))
    ratios = ratestudy._placebo_ratios(free, [np.array([0, 1])], 300, np.random.default_rng(1))
    own = ratestudy._own_ratios(free)
    assert set(ratios.round(9)) == {s * r for r in own[:2].round(9) for s in (-1, 1)}
    moves = ratestudy._calendar_shifts(free, np.array([True] * 3), np.array([0]))
    assert moves == pytest.approx(own[1:] - np.median(own[1:]))
    holed = ratestudy._calendar_shifts(free, np.array([True, False, True]), np.array([0]))
    assert holed.tolist() == [0.0]


def test_the_path_of_a_rate() -> None:
    counts = np.array([2.0, 4, 4, 12, 8, NAN, 4, 4, 4])
    grid = counted(counts, block=[0] * 7 + [1] * 2)
    path, drawn = ratestudy.rate_path(grid, np.array([3]), 2, 4, 2)
    assert drawn.shape == (500, 6)
    # The two before hold 8 in exposure 2; each period has exposure 1: shares of 1/3 and 2/3.
    half = (1 / 3) * (2 / 3)
    by_hand = [np.log((c * 2 / 3 + half) / (8 / 3 + half)) for c in (4, 4, 12, 8, 0, 4)]
    assert path[[0, 1, 2, 3, 5]] == pytest.approx(np.array(by_hand)[[0, 1, 2, 3, 5]])
    assert np.isnan(path[4])
    both, _ = ratestudy.rate_path(grid, np.array([2, 3]), 1, 1, 2, draws=3)
    after = (4 + 12) * 2 / 3 + half
    before = (6 + 8) / 3 + half
    assert both[1] == pytest.approx(np.log(after / before))


# Rates


def contrast(counts: Any, high: Any, strata: Any = 0, weight: Any = 1.0) -> Any:
    values = np.asarray(counts, dtype=float)
    side = np.asarray(high, dtype=bool)
    volume = np.broadcast_to(np.asarray(weight, dtype=float), values.shape)
    kinds = np.broadcast_to(np.asarray(strata, dtype=np.int64), values.shape)
    return rates.Counted(values, volume, kinds), side, ~side


def test_ratios_within_strata_by_hand() -> None:
    pair = contrast([6, 2, 1, 4, 3, 9], [1, 1, 0, 0, 1, 0], [0, 0, 0, 1, 1, 2], [1, 1, 4, 1, 2, 1])
    # Stratum 0: 8 in 2 against 1 in 4; stratum 1: 3 in 2 against 4 in 1; the third has one side.
    above = (8 + 0.25 * 2 / 6) * 4 / 6 + (3 + 0.25 * 2 / 3) * 1 / 3
    below = (1 + 0.25 * 4 / 6) * 2 / 6 + (4 + 0.25 * 1 / 3) * 2 / 3
    assert rates.log_ratio(*pair) == pytest.approx(np.log(above / below))
    assert np.isnan(rates.log_ratio(*contrast([1, 1], [1, 0], [0, 1])))
    assert pair[0].sums(pair[1]) == (11.0, 4.0)
    assert rates.spells_of(np.array([True, False, True, True, False])) == 2


def test_moved_states_are_those_of_a_loop() -> None:
    rng = np.random.default_rng(3)
    counts, weight = rng.poisson(3.0, 15).astype(float), rng.uniform(1, 5, 15)
    high = rng.random(15) < 0.4
    made, side, other = contrast(counts, high, np.arange(15) // 8, weight)
    measured = np.ones(15, dtype=bool)
    moved = rates.moved_ratios(made, side, other, measured)
    loop = [rates.log_ratio(made, np.roll(side, k), np.roll(other, k)) for k in range(1, 15)]
    assert moved == pytest.approx(np.array(loop))
    # Beyond the first and last period with data the ring is closed.
    padded = contrast(
        [0, *counts, 0], [0, *high, 0], [-1, *(np.arange(15) // 8), -1], [0, *weight, 0]
    )
    inside = np.array([False, *measured, False])
    edge = rates.moved_ratios(padded[0], padded[1], padded[2] & inside, inside)
    assert edge == pytest.approx(moved)


def test_the_influence_of_a_period_is_what_one_more_event_does() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(400.0, 12).astype(float)
    high = np.arange(12) % 3 == 0
    made, side, other = contrast(counts, high, np.arange(12) // 6, rng.uniform(1, 3, 12))
    influence = rates._influence(made, side, other)

    def ratio(values: Any) -> float:
        return rates.log_ratio(rates.Counted(values, made.weight, made.strata), side, other)

    for place, event in enumerate(np.eye(12)):
        slope = (ratio(counts + event) - ratio(counts - event)) / 2
        alike = (side == side[place]) & (made.strata == made.strata[place])
        usual = counts[alike].sum() / made.weight[alike].sum() * made.weight[place]
        assert influence[place] == pytest.approx(slope * (counts[place] - usual), rel=0.01)


def test_a_drift_is_a_line_in_the_log() -> None:
    place = np.linspace(-0.5, 0.5, 41)
    counts = 1e5 * np.exp(0.8 * place)
    drift = rates._drift(counts, np.ones(41), np.arange(41) % 2 == 0)
    assert drift == pytest.approx(np.exp(0.8 * place), rel=1e-3) and drift[20] == 1.0
    assert rates._drift(np.zeros(4), np.ones(4), np.ones(4, dtype=bool)).tolist() == [1.0] * 4


def test_a_contrast_of_rates() -> None:
    counts, high = [8.0, 6, 2, 4, 9, 3, 2, 1], [1, 1, 0, 0, 1, 0, 0, 0]
    side = np.array(high, dtype=bool)
    made = rates.rate_contrast(np.array(counts), np.full(8, 2.0), side, ~side, draws=50)
    assert (made.rate_high, made.rate_low) == (23 / 6, 12 / 10)
    assert (made.events_high, made.periods_high, made.events_low, made.periods_low) == (
        23,
        3,
        12,
        5,
    )
    assert made.spells == 2 and len(made.placebo) == 7 and made.draws_high.shape == (50,)
    assert made.p_placebo == resample.equal_tailed(made.log_ratio, made.placebo)
    reach = max(stats.t.ppf(0.95, 4) * made.spread, stats.t.ppf(0.95, made.freedom) * made.error)
    assert made.interval() == pytest.approx((made.log_ratio - reach, made.log_ratio + reach))
    table = made.exhibits()[0].table
    assert table.column("low_90")[0] == pytest.approx(np.quantile(made.draws_high, 0.05))
    assert table.column("high_90")[1] == pytest.approx(np.quantile(made.draws_low, 0.95))
    whole = rates.Counted(np.array(counts), np.full(8, 2.0), np.zeros(8, int))
    held = rates.resampled(whole, side, 3, 9, np.random.default_rng(1))
    assert held == pytest.approx(np.full(9, 23 / 6)), "a block of all periods is the side itself"


# Beyond a steady drift


def test_scores_beyond_a_drift_are_those_of_a_loop() -> None:
    rng = np.random.default_rng(2)
    made, side, other = contrast(rng.poisson(5.0, 24), rng.random(24) < 0.4, np.arange(24) // 12)
    measured = np.ones(24, dtype=bool)
    scores = steady.moved_scores(made, side, other, measured)
    x = steady.levels_and_drift(made, measured)
    assert x[:, 2] == pytest.approx(np.linspace(-0.5, 0.5, 24))
    mean = steady.usual_counts(made, measured)
    excess = max(0.0, (24 / 21 * ((made.values - mean) ** 2).sum() - mean.sum()) / (mean**2).sum())
    variance = mean + excess * mean**2
    for move in range(24):
        state = np.roll(side, move).astype(float)
        own = state - x @ np.linalg.solve((x.T * mean) @ x, x.T @ (mean * state))
        by_hand = own @ (made.values - mean) / np.sqrt(own**2 @ variance)
        assert scores[move] == pytest.approx(by_hand, abs=1e-6)


def test_a_ratio_beyond_a_drift_by_regression() -> None:
    place = np.linspace(-0.5, 0.5, 60)
    high = (np.arange(60) // 5) % 2 == 0
    counts = 1e5 * np.exp(1.5 * place + np.log(2) * high)
    fit = steady._fit(rates.Counted(counts, np.ones(60), np.zeros(60, int)), high, ~high)
    assert fit.log_ratio == pytest.approx(np.log(2), abs=1e-4)
    assert fit.drift == pytest.approx(np.exp(1.5 * place), rel=1e-3)
    x = np.column_stack([high, np.ones(60), place])
    covariance = np.linalg.inv((x.T * counts) @ x)
    assert fit.plain_error == pytest.approx(np.sqrt(covariance[0, 0]), rel=0.01)
    made = steady.steady_contrast(counts, np.ones(60), high, ~high, draws=20)
    assert made.rate_high / made.rate_low == pytest.approx(np.exp(made.log_ratio))
    assert made.rate_low == pytest.approx(1e5, rel=1e-2), "in the middle of the calendar"
    assert (made.periods_high, made.periods_low, made.spells) == (30, 30, 6)
    assert made.events_high == counts[high].sum()
    drawn = steady._centred(
        np.array([2.0]),
        rates.Counted(np.array([4.0, 6.0]), np.array([1.0, 4.0]), np.zeros(2, int)),
        np.ones(2, bool),
        7.0,
    )
    assert drawn.tolist() == [2.0 * 7 * 5 / 10]


# Power


def test_a_planted_ratio_is_seen_or_not() -> None:
    places = np.array([[0.0, 1, 2, 3], [3.0, 0, 1, 2], [NAN, 0, 1, 2]])
    assert power._power(places, np.zeros(4)) == 0.0
    # With forty moves the highest has p = 2/40 < .05 only if strictly below.
    ring = np.arange(41.0)
    every = ring[(np.arange(41) + np.arange(41)[:, None]) % 41]
    gain = np.where(np.arange(41) == 0, 1e3, 0.0)
    assert power._power(every, gain) == 1.0 and power._power(every[:, :40], gain[:40]) == 0.0
    assert power._power(every, np.zeros(41)) == pytest.approx(1 / 41)


def test_planting_adds_the_ratio_to_flat_counts() -> None:
    made, side, other = contrast([5e6, 1e6, 3e6, 3e6, 2e6, 4e6], [1, 1, 0, 0, 0, 0])
    gain = power._planted(made, side, other, np.ones(6, dtype=bool), np.log(3.0))
    # Moved by one, one of two states' periods is raised, and one of the four others.
    thrice = [3.0, 2 / 1.5, 1 / 2, 1 / 2, 1 / 2, 2 / 1.5]
    assert gain == pytest.approx(np.log(thrice), abs=1e-5)


def test_what_a_fit_takes_out_of_moved_noise() -> None:
    design = np.column_stack([np.ones(4), [1.0, -1, 1, -1]])
    assert power._taken_out(design, np.array([0, 1])) == pytest.approx(np.sqrt(10)), (
        "a tenth is left"
    )
    wave = np.column_stack([np.ones(4), [1.0, 0, -1, 0]])
    assert power._taken_out(wave, np.array([0, 1])) == pytest.approx(np.sqrt(2))


# Shifts of a level


def test_a_shift_of_a_level_by_hand() -> None:
    values = np.array([0.0, 2] * 15 + [5.0, 7] * 15)
    made = shift.level_shift(series(values), 30, window_periods=4)
    assert (made.before, made.after, made.effect, made.drift) == (1.0, 6.0, 5.0, 0.0)
    assert (made.nearest, made.share, made.window_periods, made.skipped) == (0, 1.0, 4, 0)
    assert made.at_the_date
    # Variance 12/11 within a dozen on either side, so that all errors are alike; other dates
    # change by nothing, or by one where a window begins amid a pair.
    assert len(made.placebo) == 60 - 2 * 4 + 1 - 7
    windows = max(2.0, len(made.placebo) / 4 - 1)
    reach = stats.t.ppf(0.95, windows) * np.sqrt(np.mean(made.placebo**2))
    assert made.interval() == pytest.approx((5 - reach, 5 + reach))
    assert made.exhibits()[0].table.column("placebo_dates") == (len(made.placebo),)
    skipped = shift.level_shift(
        series(np.insert(values, 30, 99.0)), 31, window_periods=4, skip_periods=1
    )
    assert (skipped.before, skipped.after, skipped.effect) == (1.0, 6.0, 5.0)
    with pytest.raises(DataGapError, match="4 periods"):
        shift.level_shift(series(values), 3, window_periods=4)


def test_sides_of_dates_by_a_loop() -> None:
    values = np.array([1.0, 4, NAN, 2, 8, NAN, NAN, 6])
    exposure = np.array([1.0, 2, 1, 1, 2, 1, 1, 0])
    side = shift._side(values, exposure, 3, -3)
    for at in range(8):
        inside = [
            p for p in range(at - 3, at) if p >= 0 and np.isfinite(values[p]) and exposure[p] > 0
        ]
        assert (side.periods[at], side.free[at]) == (len(inside), max(len(inside) - 1, 0))
        if 2 * len(inside) < 3:
            assert np.isnan(side.total[at])
            continue
        total, volume = sum(values[inside]), sum(exposure[inside])
        spread = sum((values[p] - exposure[p] * total / volume) ** 2 for p in inside)
        assert (side.total[at], side.exposure[at], side.rate[at]) == (total, volume, total / volume)
        assert side.spread[at] == pytest.approx(spread)


def test_errors_of_a_shift_are_those_around_it() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=60)
    grid, at, window = series(values), 30, 5
    made = shift.level_shift(grid, at, window_periods=window)
    ones = np.ones(60)
    wide = [shift._side(values, ones, 12, offset) for offset in (-12, 0)]
    short = [shift._side(values, ones, window, offset) for offset in (-window, 0)]
    both = [shift._wider(s, w) for s, w in zip(short, wide, strict=True)]
    free = both[0].free + both[1].free
    spread = np.nanmedian((both[0].spread + both[1].spread) / np.maximum(free, 1))
    error = np.sqrt(sum((spread + side.spread) / (1 + side.free) / window for side in both))
    change = short[1].rate - short[0].rate
    places = np.arange(60)
    others = (np.abs(places - at) >= window) & (places >= window) & (places <= 60 - window)
    drift = np.median(change[others])
    alike = np.mean(np.sign(change[others]) == np.sign(drift))
    drift = drift if alike >= 0.8 else 0.0
    assert made.effect == pytest.approx(change[at] - drift)
    sizes = (change - drift) / error
    assert made.placebo == pytest.approx(sizes[others] * error[at])
    assert made.p_placebo == resample.two_sided(sizes[at], sizes[others])
    near = [p for p in range(25, 36) if np.sign(sizes[p]) == np.sign(sizes[at])]
    largest = max(near, key=lambda p: abs(sizes[p]))
    assert (made.nearest, made.share) == (
        largest - at,
        pytest.approx(abs(sizes[at] / sizes[largest])),
    )


def test_a_shift_of_a_rate_by_hand() -> None:
    counts = np.array([4.0, 6] * 12 + [14.0, 16] * 12)
    made = shift.rate_shift(counted(counts, 2.0), 24, window_periods=6)
    # Half an event in all on either side: 90 against 30 in 12.
    assert made.effect == pytest.approx(np.log(90.5 / 30.5)) and made.drift == 0.0
    assert (made.before, made.after) == (2.5, 7.5)
    # Less varied than Poisson: an error of one in the root of the counts.
    sizes = made.effect / np.sqrt(1 / 30 + 1 / 90)
    assert made.p_placebo == pytest.approx(1 / (1 + len(made.placebo))) and sizes > 5
    rng = np.random.default_rng(8)
    wild = rng.poisson(rng.gamma(1.0, 10.0, 60)).astype(float)
    grid = counted(wild)
    fit = shift.rate_shift(grid, 30, window_periods=12)
    before, after = (shift._side(wild, np.ones(60), 12, offset) for offset in (-12, 0))
    free, periods = before.free + after.free, before.periods + after.periods
    pooled = (before.spread + after.spread) / np.maximum(free, 1)
    level = (before.total + after.total) / np.maximum(periods, 1)
    spread = max(1.0, np.nanmedian(pooled / np.maximum(level, 0.5)))
    error = np.zeros(60)
    for side in (before, after):
        own = side.spread / np.maximum(side.total / np.maximum(side.periods, 1), 0.5)
        error += np.maximum((spread + own) / (1 + side.free), 1) / np.maximum(side.total, 0.5)
    change = np.log((after.total + 0.5) / (before.total + 0.5))
    places = np.arange(60)
    others = (np.abs(places - 30) >= 12) & (places >= 12) & (places <= 48)
    drift = shift._drift(change[others])
    assert fit.placebo == pytest.approx(
        ((change - drift) / np.sqrt(error))[others] * np.sqrt(error[30])
    )


@pytest.mark.parametrize(
    ("window", "nearest", "share", "there"),
    [
        (12, 2, 0.5, True),
        (12, 3, 0.5, False),
        (12, 3, 0.9, True),
        (5, 1, 0.1, True),
        (5, -2, 0.89, False),
    ],
)
def test_whether_a_change_is_at_the_date(
    window: int, nearest: int, share: float, there: bool
) -> None:
    made = shift.LevelShift(1.0, 0.0, 0.0, 1.0, np.ones(9), 0.5, window, 0, nearest, share)
    assert made.at_the_date is there
    # 9 placebo dates of a window of 12 lie side by side less than twice.
    assert made.interval()[1] == pytest.approx(1 + stats.t.ppf(0.95, 2) * 1.0)


def test_the_share_of_the_largest_break_nearby_however_small() -> None:
    change = np.zeros(30)
    change[[14, 15, 16, 18]] = -0.9, 0.3, 0.5, 0.7
    changes = shift._Changes(change, np.ones(30), np.zeros(30), change)
    made = shift._shift(changes, np.zeros(30, int), 15, 2, 0)
    assert (made.nearest, made.share, made.drift) == (1, pytest.approx(0.6), 0.0)
    wider = shift._shift(changes, np.zeros(30, int), 15, 3, 0)
    assert (wider.nearest, wider.share) == (3, pytest.approx(0.3 / 0.7))
    none = shift._shift(replace(changes, change=np.zeros(30)), np.zeros(30, int), 15, 3, 0)
    assert (none.share, none.p_placebo) == (0.0, 1.0)


def test_a_drift_is_what_four_in_five_dates_share() -> None:
    assert shift._drift(np.array([1.0, 2, 3, 4, -9])) == 2.0
    assert shift._drift(np.array([1.0, 2, 3, -4, -9])) == 0.0
    assert shift._drift(np.zeros(0)) == 0.0
    single = shift._side(np.ones(5), np.ones(5), 1, 0)
    spread = shift._usual_spread(np.array([0.0, 2, NAN, 1, 5]), single, single)
    assert spread == pytest.approx((4 + 16) / 2 / 2), "windows of one are told by their steps"


# Groups


def test_groups_are_compared_in_their_own_errors() -> None:
    levels = np.array([3.0, 5.0, 1.0, 2.0, 3.0])
    made = groups.group_contrast(np.column_stack([levels, levels]), 2)
    assert made.effect == 2.0 and len(made.placebo) == 9 and made.p_smallest == 0.1
    welch = stats.ttest_ind(levels[:2], levels[2:], equal_var=False).pvalue
    assert made.p_placebo >= welch
    chosen = np.zeros((1, 5), dtype=bool)
    chosen[0, :2] = True
    difference, size = groups._differences(levels, chosen)
    assert (difference[0], size[0]) == (2.0, pytest.approx(2 / np.sqrt(2 / 2 + 1 / 3)))
    for unit in (0, slice(1, None)):
        alone = np.zeros((1, 5), dtype=bool)
        alone[0, unit] = True
        difference, size = groups._differences(levels, alone)
        variance = levels[1:].var(ddof=1)
        sign = 1 if unit == 0 else -1
        assert size[0] == pytest.approx(sign * 0.25 / np.sqrt(variance / 1 + variance / 4))
    assert groups._smallest(6, 3, 20) == 0.1 and groups._smallest(6, 2, 15) == 1 / 15
    assert groups._welch(levels, 1) == groups._welch(levels, 4) == 0.0
    assert groups._welch(np.zeros((2, 3, 5)), 1).shape == (2, 3)
    assert groups._welch(levels, 3) == pytest.approx(
        stats.ttest_ind(levels[:3], levels[3:], equal_var=False).pvalue
    )
    assert np.isnan(groups.visible_spreads(1, 19)) and groups.visible_spreads(1, 20) > 0
    apart = groups.group_contrast(np.repeat(np.r_[levels, levels][:, None], 5, axis=1), 4)
    assert apart.visible() == pytest.approx(
        np.sqrt(sum(((s - s.mean()) ** 2).sum() for s in (apart.levels[:4], apart.levels[4:])) / 8)
        * groups.visible_spreads(4, 6)
    )


def test_the_error_of_groups_needs_four_periods() -> None:
    values = np.array([[1.0, 2, 4, NAN], [0.0, 1, 0, 2], [3.0, 1, 2, 2]])
    assert groups.group_contrast(values, 1).error == np.inf
    full = np.array([[1.0, 2, 4, 3], [0.0, 1, 0, 2], [3.0, 1, 2, 2]])
    made = groups.group_contrast(full, 1)
    apart = (
        full[0] - full[0].mean() - (full[1:] - full[1:].mean(axis=1, keepdims=True)).mean(axis=0)
    )
    error, freedom = resample.swing_error(apart / 4, np.ones((4, 1)))
    assert (made.error, made.freedom) == (pytest.approx(error), freedom)
    reach = stats.t.ppf(0.95, freedom) * error
    assert made.interval()[1] == pytest.approx(made.effect + reach)
    assert made.exhibits()[0].table.column("in_group") == (True, False, False)
    for size in (0, 3):
        with pytest.raises(DataGapError):
            groups.group_contrast(full, size)


# Many estimates


def test_signs_of_many_estimates_by_their_formulas() -> None:
    values, variance = np.array([0.0, 1.5, -0.7]), np.array([0.1, 0.2, 0.3])
    likely = false_signs._likelihoods(values, variance)
    widths = np.array([0, 0.2, 0.35, 0.6, 1.0, 1.7])
    for place in range(3):
        density = stats.norm.pdf(values[place], 0, np.sqrt(variance[place] + widths**2))
        assert likely[:, place] == pytest.approx(density / density.max())
    shares, posterior = false_signs._shares(values, variance)
    weight = shares[:, None] * likely
    assert posterior == pytest.approx(weight / weight.sum(axis=0), abs=0.01)
    # At rest: as if one more estimate had been seen that is nothing.
    assert shares == pytest.approx((posterior.sum(axis=1) + np.eye(6)[0]) / 4, abs=1e-2)
    size, low, high, wrong, risen = false_signs._judged(values, variance, posterior)
    pull = 2.25 / (2.25 + variance)
    assert size == pytest.approx(pull * values) and risen == pytest.approx(
        stats.norm.cdf(values / np.sqrt(variance))
    )
    reach = stats.norm.ppf(0.95) * np.sqrt(pull * variance)
    assert (low, high) == (
        pytest.approx(size - reach, abs=1e-4),
        pytest.approx(size + reach, abs=1e-4),
    )
    for place in range(3):
        other = 0.0
        for width, share in zip(widths[1:], posterior[1:, place], strict=True):
            shrunk = width**2 / (width**2 + variance[place])
            spread = np.sqrt(shrunk * variance[place])
            other += share * stats.norm.cdf(-abs(shrunk * values[place]) / spread)
        assert wrong[place] == pytest.approx(posterior[0, place] + other)


def test_how_the_middle_scatters() -> None:
    assert false_signs._null(9.0 * np.ones(59)) == 1.0  # too few to tell
    apart = np.random.default_rng(1).normal(size=4000)
    # Of .93 that are nothing .88 lie within 1.336 deviations of all, which are taken for 1.5548.
    narrow = stats.norm.ppf(0.5 + 0.93 * 0.88 / 2) / stats.norm.ppf(0.94)
    sure = 1 - false_signs.UNSURE / 4000**0.5
    assert false_signs._null(2.0 * apart) == pytest.approx((2 * narrow * sure) ** 2, rel=0.05)
    assert false_signs._null(apart) == 1.0
    assert false_signs._null(0.1 * apart) == 1.0  # never made smaller
    moved = np.where(np.arange(4000) % 5 == 0, 8.0, apart)
    assert false_signs._null(moved) < 1.6  # the outer part of the middle alone widens nothing


def test_estimates_that_are_missing_stay_missing() -> None:
    estimate, error = np.array([2.0, NAN, 0.1]), np.array([0.5, 0.5, 0.5])
    made = false_signs.false_signs(estimate, error)
    p = 2 * stats.norm.sf(np.array([4.0, 0.2]))
    assert made.rate[[0, 2]] == pytest.approx(multiple.benjamini_hochberg(p))
    assert np.isnan([column[1] for column in (made.estimate, made.rate, made.wrong)]).all()
    assert made.named(float(made.rate[0])).tolist() == [True, False, False]
    for bad in (np.array([0.5, 0.5, 0.0]), np.ones(2)):
        with pytest.raises(UsageError):
            false_signs.false_signs(estimate, bad)


def test_joint_bands_and_p_values_by_hand() -> None:
    draws = np.array([[-1.0, 2.0], [1.0, -2.0], [0.0, 0.0], [3.0, 4.0], [-3.0, -4.0]])
    made = multiple.max_t([2.0, 100.0], draws, coverage=0.5)
    error = np.array([np.sqrt(20 / 4), np.sqrt(40 / 4)])
    largest = [2 / error[1], 2 / error[1], 0.0, 3 / error[0], 3 / error[0]]
    critical = sorted(largest)[2]
    assert made.error == pytest.approx(error) and made.critical == pytest.approx(critical)
    assert made.p_adjusted.tolist() == [pytest.approx(3 / 6), pytest.approx(1 / 6)]
    assert made.low == pytest.approx(np.array([2.0, 100.0]) - critical * error)
    assert made.names == ("0", "1") and made.tested == 2
    one = np.eye(1)
    assert multiple.sup_t(one, degrees=4) == pytest.approx(stats.t.ppf(0.95, 4), abs=0.06)
    assert multiple.sup_t(4 * one) == pytest.approx(1.645, abs=0.03)
    for wrong in ({"coverage": 0.0}, {"coverage": 1.0}):
        with pytest.raises(UsageError):
            multiple.max_t([2.0, 1.0], draws, **wrong)
    with pytest.raises(UsageError):
        multiple.max_t([2.0, 1.0], draws[:1])
    assert multiple.max_t([2.0, 1.0], draws[:2]).tested == 2


# Resampling


def test_tails_errors_and_memory_by_formula() -> None:
    wanted = stats.norm.cdf(np.sqrt(5 / 4) * stats.t.ppf(0.05, 4))
    assert resample.expanded_tail(0.9, 5) == pytest.approx(wanted)
    assert resample.expanded_tail(0.9, 1) == 0.0 and resample.expanded_tail(0.9, 2) > 0
    assert resample.interval_of_mean(np.ones(1)) == (-np.inf, np.inf)
    assert resample.interval_of_mean(np.ones(2)) == (1.0, 1.0)
    influence = np.array([1.0, -2, 3, -1, 2, 0.5, 1, 1])
    raw = (influence[1:] @ influence[:-1]) / (influence @ influence)
    memory = min(0.9, max(0.0, raw + (1 + 3 * raw) / 8))
    angles = np.pi * np.arange(1, 3) / 8
    power_at = [1 / abs(1 - memory * np.exp(-1j * angle)) ** 2 for angle in angles]
    slower = (1 - memory) ** -2 / np.mean(power_at)
    assert resample._slower(influence, 2) == pytest.approx(slower)
    assert resample._slower(np.zeros(8), 2) == 1.0
    slow = np.repeat([1.0, -1.0], 50)
    steep = [1 / abs(1 - 0.9 * np.exp(-1j * a)) ** 2 for a in np.pi * np.arange(1, 4) / 100]
    assert resample._slower(slow, 3) == pytest.approx(100 / np.mean(steep))
    # Eight periods: the two slowest waves, which a constant leaves as they are.
    waves = np.cos(np.pi * np.outer((np.arange(8) + 0.5) / 8, [1, 2])) / 2
    error, freedom = resample.swing_error(influence, np.ones((8, 1)))
    loads = waves.T @ influence
    assert freedom == 2 and error == pytest.approx(np.sqrt(8 * np.mean(loads**2) * slower))
    assert resample.swing_error(np.ones(64), np.ones((64, 1)))[1] == int(0.4 * 16)


def test_ranks_among_placebos_and_their_range() -> None:
    null = np.array([1.0, -1.0, 3.0, NAN])
    assert resample.two_sided(-1.0, null) == 1.0 and resample.two_sided(2.0, null) == 0.5
    assert resample.equal_tailed(2.0, null) == 1.0 and resample.equal_tailed(9.0, null) == 0.5
    # All or none of the draws as far.
    low, high = resample.chance_range(1 / 100, 99)
    assert low == 0.0 and high == pytest.approx(1 - 0.005 ** (1 / 99))
    low, high = resample.chance_range(1.0, 99)
    assert low == pytest.approx(0.005 ** (1 / 99)) and high == 1.0


def test_windows_that_hold_an_event_and_odds() -> None:
    counts = np.array([1.0, 0, 0, 2, 0, 0])
    for days in (1, 2, 3):
        loop = [float(counts[t + 1 : t + 1 + days].any()) for t in range(6 - days)]
        assert occurrence.happened_within(counts, days).tolist() == loop
    with pytest.raises(DataGapError, match="730"):
        occurrence.odds_at(np.zeros(729), [7], [None], draws=5, seed=1)
    odds, model = occurrence.odds_at(np.zeros(730), [7], [None], draws=5, seed=1)
    assert model is None and odds[0].base_rate == odds[0].base_high == 0.0
    assert odds[0].exhibits()[0].table.column("by") == ("base rate",)


# A rate that drifts


def test_the_probability_of_silence_by_a_loop() -> None:
    rate = drifting.DriftingRate(
        *(np.array(v) for v in ([0.1], [[0.3, -0.2]], [0.5], [0.8], [0.4])), 9, np.ones(1)
    )
    total = 0.0
    for day in (1, 2, 3):
        angle = 2 * np.pi * day / 365.25
        total += 0.1 * np.exp(0.3 * np.sin(angle) - 0.2 * np.cos(angle)) + 0.4 * 0.8 ** (day - 1)
    assert rate.probability(3)[0] == pytest.approx(1 - np.exp(-total))
    table = rate.exhibits()[0].table
    assert table.column("days") == (1, 7, 14, 30, 60, 90, 180, 365)


def test_the_steps_of_the_base() -> None:
    design, precision = drifting._design(55, 0.4, seasonal=True)
    edges = [0, 3, 9, 18, 30, 42, 54]
    middles = [(a + b) / 2 for a, b in pairwise([*edges, 55])]
    assert design[:, :7].sum(axis=0).tolist() == [55 - edge for edge in edges]
    spread = 1 / np.sqrt(precision)
    assert spread[0] == pytest.approx(5.0) and spread[-2:] == pytest.approx([0.5, 0.5])
    assert spread[1:7] == pytest.approx([0.4 * np.sqrt((b - a) / 12) for a, b in pairwise(middles)])
    angle = -2 * np.pi * (np.arange(55) + 0.5) * 30 / 365.25
    assert design[:, 7:] == pytest.approx(np.column_stack([np.sin(angle), np.cos(angle)]))
    assert drifting._design(55, 0.0, seasonal=False)[0].shape == (55, 1)
    assert drifting._design(3, 0.4, seasonal=False)[0].shape == (3, 1)


def test_the_posterior_of_a_drifting_rate() -> None:
    rng = np.random.default_rng(0)
    design, precision = drifting._design(4, 0.4, seasonal=False)
    days, cell, heat = np.array([30.0, 30, 30, 12]), np.array([0, 0, 2, 3]), rng.random(4)
    data = (design, precision, -3.0, days, cell, heat, 2.5)

    def value(theta: Any) -> float:
        beta, jump = theta[:-1], 1 / (1 + np.exp(-theta[-1]))
        base = np.exp(design @ beta)
        happened = np.log(np.expm1(base[cell] + jump * heat)).sum()
        density = stats.norm.logpdf(beta, [-3.0, 0.0], 1 / np.sqrt(precision)).sum()
        return float(happened - days @ base - jump * 2.5 + density + np.log(jump * (1 - jump)))

    theta = np.array([-2.5, 0.3, -0.7])
    posterior = getattr(drifting._posterior, "__wrapped__", drifting._posterior)
    height, slope, curve = posterior(theta, *data)
    assert height == pytest.approx(value(theta))
    assert slope == pytest.approx(optimize.approx_fprime(theta, value, 1e-6), abs=1e-4)
    columns = [
        (posterior(theta + step, *data)[1] - posterior(theta - step, *data)[1]) / 2e-5
        for step in 1e-5 * np.eye(3)
    ]
    assert -curve == pytest.approx(np.array(columns), abs=1e-4)


def test_draws_of_one_model() -> None:
    item = drifting.Candidate(
        7.0, 0.4, True, np.array([-3.0, 0.1, 0.2, 0.0]), 1e-12 * np.eye(4), 0.0, 2.0
    )
    base, swing, jump, decay, heat = drifting._draw(item, 4000, np.random.default_rng(1))
    assert np.log(base).mean() == pytest.approx(-3.0, abs=0.02)
    assert np.log(base).std() == pytest.approx(0.4 * np.sqrt(1.5 / 12), rel=0.05)
    assert swing[0] == pytest.approx([0.1, 0.2], abs=1e-4) and jump[0] == pytest.approx(
        0.5, abs=1e-4
    )
    assert decay[0] == np.exp(-1 / 7) and heat[0] == pytest.approx(1.0, abs=1e-4)
    with pytest.raises(DataGapError, match="before the date: 4;"):
        drifting.fit_drifting(np.r_[np.ones(4), np.zeros(900)])
    curve = drifting._positive(np.diag([2.0, -1.0]))
    assert curve == pytest.approx(np.diag([2.0, 1e-3]))


# What results show


def test_columns_of_results() -> None:
    values = {
        "p_value": [0.5], "share": [0.5], "change_percent": [1.0], "flag": [True], "n": [1],
        "x": [None], "y": np.array([0.5]), "day": np.array(["2000-01-01"], dtype="M8[D]"),
    }  # fmt: skip
    kinds = [column.scale.value for column in exhibit("e", "T", values).table.columns]
    assert kinds == ["p-value", "probability", "percent", "flag", "count", "text", "number", "date"]
    bands = {0.5: [np.zeros(1), np.ones(1)], 0.9: [np.full(1, 2.0), np.full(1, 3.0)]}
    columns, names = band_columns(bands)
    assert names == [("low_90", "high_90"), ("low_50", "high_50")]
    assert columns["high_90"].tolist() == [3.0] and columns["low_50"].tolist() == [0.0]


def test_an_episode_is_no_placebo_of_itself_nor_of_another_block() -> None:
    grid = series(np.zeros(60), [0] * 40 + [1] * 20)
    changes = np.zeros(60)
    pools, _ = matched_dates(grid, changes, np.array([10]), np.array([10, 20]), 2)
    assert set(range(60)) - set(pools[0].tolist()) == {
        *range(7), 10, 11, 20, 21, *range(40, 60)
    }  # fmt: skip
