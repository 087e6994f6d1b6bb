"""Hawkes processes for dates: the traps of shared volume and of ties, recovery, and futures."""

from __future__ import annotations

import numpy as np
import pytest

from detente.errors import DataGapError, InputError, UsageError
from detente.estimators import (
    excitation_test,
    excitation_tests,
    fit_hawkes_by_date,
    fit_hawkes_by_time,
    hawkes_futures,
    hawkes_goodness,
    hawkes_process,
    simulate_hawkes,
)
from detente.estimators.hawkes.kernel import daily_kernel, direct

Array = np.ndarray


def world(rng: np.random.Generator, volume: Array, branching: Array, rate: float = 0.4) -> Array:
    """Counts per day whose excitation fades by half a day's decay, without excitement in a day."""
    left = np.exp(-0.5)
    heat, counts = np.zeros(len(branching)), np.zeros((len(volume), len(branching)))
    for t, seen in enumerate(volume):
        counts[t] = rng.poisson(rate * seen + branching @ heat)
        heat = left * heat + (1 - left) * counts[t]
    return counts


def media(rng: np.random.Generator, days: int) -> Array:
    """A volume of reporting that wanders, grows, and rests at the weekend."""
    level = np.zeros(days)
    for t in range(1, days):
        level[t] = 0.97 * level[t - 1] + 0.12 * rng.standard_normal()
    week = np.where(np.arange(days) % 7 < 5, 0.15, -0.4)
    return np.exp(level + week + np.linspace(-0.4, 0.4, days))


def test_shared_volume_looks_like_provocation_only_without_exposure() -> None:
    runs, false, size = 300, 0, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        volume = media(rng, 1200)
        counts = world(rng, volume, np.diag([0.3, 0.3]))
        blind = fit_hawkes_by_date(counts, decays_per_day=[0.5])
        seeing = fit_hawkes_by_date(counts, decays_per_day=[0.5], exposure=volume)
        false += excitation_test(blind, 0, 1).p_value < 0.05
        size += excitation_test(seeing, 0, 1).p_value < 0.05
        assert any("exposure" in note for note in blind.notes)
        assert not seeing.notes
    assert false / runs > 0.85
    assert 0.03 <= size / runs <= 0.07


def test_dates_alone_recover_who_excites_whom_at_a_fast_decay() -> None:
    truth = np.array([[0.3, 0.0], [0.3, 0.3]])
    process = hawkes_process([0.3, 0.3], truth, 2.0, 3000.0)
    naive, binned, covered = [], [], np.zeros((2, 2))
    runs = 200
    for seed in range(runs):
        events = simulate_hawkes(process, seed=seed)
        model = fit_hawkes_by_date(
            events.daily(2, 3000), decays_per_day=[2.0], exposure=np.ones(3000)
        )
        low, high = model.branching_interval(0.9)
        covered += (low <= truth) & (truth <= high)
        binned.append(model.branching)
        spread = np.floor(events.times) + np.random.default_rng(seed).random(len(events.times))
        guessed = fit_hawkes_by_time(
            spread, events.kinds, window_days=(0, 3000), decays_per_day=[2.0]
        )
        naive.append(guessed.branching)
    lost = np.mean(naive, axis=0) - truth
    kept = np.mean(binned, axis=0) - truth
    # Times made up within the day hide what A does to B, and show what B does not do to A.
    assert lost[1, 0] < -0.08
    assert lost[0, 1] > 0.05
    assert np.abs(kept).max() < 0.04
    assert 0.85 <= covered.mean() / runs <= 0.95


def test_the_share_of_the_same_day_agrees_with_a_simulation() -> None:
    rng = np.random.default_rng(1)
    begun = rng.random(200_000)
    lags = np.floor(begun + rng.exponential(1 / 1.2, 200_000))
    kernel = daily_kernel(np.array([1.2]), within_day=True)
    assert (lags == 0).mean() == pytest.approx(kernel.same[0], abs=0.005)
    assert (lags == 1).mean() == pytest.approx(kernel.gain[0], abs=0.005)
    assert (lags == 2).mean() == pytest.approx(kernel.gain[0] * np.exp(-1.2), abs=0.005)
    total = kernel.same + kernel.gain / -np.expm1(-1.2)
    assert total[0] == pytest.approx(1)


@pytest.mark.parametrize("branching", [0.0, 0.3, 0.7, 0.95, 1.2])
def test_the_way_back_to_the_branching_ratio_is_exact(branching: float) -> None:
    decay = 2.0
    seen = branching * (1 - np.exp(-decay * (1 - branching))) / (1 - branching)
    seen /= 1 - np.exp(-decay)
    branching_matrix = direct(np.array([[[seen]]]), np.array([decay]), within_day=True)
    assert branching_matrix[0, 0] == pytest.approx(branching, abs=1e-8)
    halves = np.array([[[seen / 2, seen / 2]]])
    assert direct(halves, np.array([decay, decay]), within_day=True)[0, 0] == pytest.approx(
        branching, abs=1e-8
    )


def test_baseline_effects_and_season_are_recovered() -> None:
    rng = np.random.default_rng(5)
    days = 4000
    talks = (np.arange(days) // 400 % 2).astype(float)
    angle = 2 * np.pi * (np.arange(days) + 0.5) / 365.25
    volume = media(rng, days)
    level = volume / volume.mean() * np.exp(-0.5 * talks + 0.3 * np.sin(angle))
    counts = world(rng, level, np.array([[0.4]]))
    model = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=volume, covariates=talks[:, None], harmonics=1,
        within_day=False,
    )  # fmt: skip
    assert model.effect_names == ("intercept", "sine 1", "cosine 1", "covariate 0")
    estimates = np.append(model.effects[0], model.branching[0, 0])
    errors = np.sqrt(np.diagonal(model.uncertainty.covariance()[0]))
    truth = np.array([np.log(0.4), 0.3, 0.0, -0.5, 0.4])
    assert (np.abs(estimates - truth) < 3 * errors).all()
    assert model.rates().sum() == pytest.approx(counts.sum(), rel=1e-5)


def test_the_decay_is_estimated_and_its_uncertainty_carried() -> None:
    rng = np.random.default_rng(11)
    counts = world(rng, np.ones(3000), np.array([[0.3, 0.0], [0.3, 0.2]]))
    model = fit_hawkes_by_date(counts, exposure=np.ones(3000), within_day=False)
    held = fit_hawkes_by_date(
        counts, exposure=np.ones(3000), within_day=False, decays_per_day=model.decays.tolist()
    )
    assert abs(np.log(model.decays[0] / 0.5)) < 3 * np.sqrt(model.uncertainty.shared[0, 0])
    assert model.log_likelihood == pytest.approx(held.log_likelihood, abs=1e-6)
    assert (model.branching_se() >= held.branching_se() - 1e-12).all()


def test_the_negative_binomial_finds_clumps_and_poisson_widens_its_errors() -> None:
    rng = np.random.default_rng(2)
    counts = rng.negative_binomial(0.9 / 1.2, 1 / 2.2, size=(3000, 1))
    exposure = np.ones(3000)
    plain = fit_hawkes_by_date(counts, decays_per_day=[0.5], exposure=exposure)
    clumped = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=exposure, family="negative binomial"
    )
    ratio = counts.var() / counts.mean()
    assert plain.dispersion[0] == pytest.approx(ratio, rel=0.1)
    assert 1 + clumped.clumping[0] == pytest.approx(ratio, rel=0.25)
    assert clumped.log_likelihood > plain.log_likelihood
    assert hawkes_goodness(clumped).p_value[0] > 0.01
    assert hawkes_goodness(plain).p_value[0] < 0.001


def test_a_pair_that_may_not_excite_does_not() -> None:
    counts = world(np.random.default_rng(3), np.ones(800), np.array([[0.3, 0.0], [0.3, 0.3]]))
    allowed = np.array([[True, True], [False, True]])
    model = fit_hawkes_by_date(counts, decays_per_day=[0.5], excites=allowed, exposure=np.ones(800))
    assert model.excitation[1, 0, 0] == 0
    with pytest.raises(UsageError, match="held at zero"):
        excitation_test(model, 0, 1)
    assert [test.target for test in excitation_tests(model).tests] == ["0"]


def test_days_without_records_are_not_peace() -> None:
    rng = np.random.default_rng(7)
    counts = world(rng, np.ones(2000), np.array([[0.3]]))
    gap = np.ones(2000)
    gap[500:1300] = 0
    counts[500:1300] = 0
    model = fit_hawkes_by_date(counts, decays_per_day=[0.5], exposure=gap, within_day=False)
    blind = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=np.ones(2000), within_day=False
    )
    assert abs(np.exp(model.effects[0, 0]) - 0.4) < 0.08
    assert np.exp(blind.effects[0, 0]) < 0.3
    counts[600] = 1
    with pytest.raises(InputError, match="Days without exposure that have events: 1"):
        fit_hawkes_by_date(counts, exposure=gap)


def test_futures_have_the_distribution_of_the_model() -> None:
    counts = world(np.random.default_rng(4), np.ones(1500), np.array([[0.3, 0.0], [0.3, 0.3]]))
    model = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=np.ones(1500), within_day=False
    )
    futures = hawkes_futures(model, 400, paths=400, seed=3, every_days=100)
    stationary = np.linalg.solve(np.eye(2) - model.branching, model.base)
    assert futures.counts[:, 1:].mean(axis=(0, 1)) / 100 == pytest.approx(stationary, rel=0.05)
    quiet = np.exp(-(model.base + model.excitation[:, :, 0] @ model.parameters().state[:, 0]))
    week = hawkes_futures(model, 7, paths=4000, seed=3)
    assert week.probability(1) == pytest.approx(1 - quiet, abs=0.03)
    assert futures.lost == 0
    again = hawkes_futures(model, 400, paths=400, seed=3, every_days=100)
    np.testing.assert_array_equal(again.counts, futures.counts)


def test_a_forced_event_raises_only_what_it_excites() -> None:
    counts = world(np.random.default_rng(4), np.ones(1500), np.array([[0.3, 0.0], [0.3, 0.3]]))
    allowed = np.array([[True, False], [True, True]])
    model = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=np.ones(1500), excites=allowed
    )
    forced = np.zeros((60, 2))
    nothing = hawkes_futures(model, 60, paths=2000, forced=forced, every_days=60)
    plain = hawkes_futures(model, 60, paths=2000, every_days=60)
    np.testing.assert_array_equal(nothing.counts, plain.counts)
    forced[0, 1] = 20
    after = hawkes_futures(model, 60, paths=2000, forced=forced, every_days=60)
    change = (after.counts.astype(float) - plain.counts).mean(axis=(0, 1))
    assert abs(change[0]) < 0.5
    assert change[1] > 20


def test_drawn_parameters_carry_the_uncertainty_and_keep_the_rate() -> None:
    counts = world(np.random.default_rng(6), np.ones(2000), np.array([[0.3, 0.1], [0.3, 0.3]]))
    model = fit_hawkes_by_date(counts, exposure=np.ones(2000), family="negative binomial")
    draws = model.draw_parameters(300, seed=2)
    spread = np.std([draw.excitation[1, 0, 0] for draw in draws])
    place = model.effects.shape[1]
    assert spread == pytest.approx(
        np.sqrt(model.uncertainty.covariance()[1, place, place]), rel=0.3
    )
    assert np.std([draw.decays[0] for draw in draws]) > 0
    futures = hawkes_futures(model, 200, paths=300, parameters=draws, every_days=200)
    assert futures.counts.mean(axis=(0, 1)) / 200 == pytest.approx(counts.mean(axis=0), rel=0.15)


def test_every_number_is_in_the_tables() -> None:
    counts = world(np.random.default_rng(6), np.ones(600), np.array([[0.3, 0.1], [0.3, 0.3]]))
    model = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=np.ones(600), names=["A", "B"]
    )
    rows = {(row["source"], row["target"]): row for row in model.table().to_pylist()}
    assert rows["A", "B"]["branching"] == model.branching[1, 0]
    assert model.exhibits()[0].mark == "cells"
    assert excitation_tests(model).table().column("tested").to_pylist() == [2, 2]
    futures = hawkes_futures(model, 14, paths=50, every_days=7)
    assert futures.table().num_rows == 4


def test_a_future_follows_the_last_period_and_needs_its_covariates() -> None:
    rng = np.random.default_rng(6)
    periods = (np.arange(1000) >= 500).astype(int)
    counts = world(rng, np.where(periods, 3.0, 1.0), np.array([[0.2]]))
    model = fit_hawkes_by_date(
        counts, decays_per_day=[0.5], exposure=np.ones(1000), periods=periods
    )
    last = hawkes_futures(model, 200, paths=100, every_days=200).counts.mean()
    first = hawkes_futures(
        model, 200, paths=100, every_days=200, periods=np.zeros(200, dtype=int)
    ).counts.mean()
    assert 2 < last / first < 4
    with pytest.raises(UsageError, match="columns"):
        hawkes_futures(model, 200, covariates=np.ones((200, 1)))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (np.full((50, 1), -1.0), "negative"),
        (np.full((50, 1), 0.5), "not whole"),
        (np.full((50, 1), np.nan), "missing"),
        (np.zeros((50, 1)), "0 events"),
        (np.ones((50, 1)), "on every day"),
        (np.zeros((0, 2)), "shape"),
    ],
)
def test_wrong_counts_are_refused(counts: Array, message: str) -> None:
    with pytest.raises((InputError, UsageError), match=message):
        fit_hawkes_by_date(counts)


def test_series_and_periods_that_cannot_be_told_apart_are_refused() -> None:
    counts = world(np.random.default_rng(1), np.ones(400), np.array([[0.3]]))
    with pytest.raises(DataGapError, match="tell"):
        fit_hawkes_by_date(np.repeat(counts, 2, axis=1), decays_per_day=[0.5])
    with pytest.raises(DataGapError, match="collinear"):
        fit_hawkes_by_date(counts, covariates=np.ones((400, 1)))
    silent = counts.copy()
    silent[:150] = 0
    with pytest.raises(DataGapError, match="period 1"):
        fit_hawkes_by_date(silent, periods=(np.arange(400) < 150).astype(int), decays_per_day=[0.5])
    shy = fit_hawkes_by_date(
        silent, periods=(np.arange(400) < 150).astype(int), decays_per_day=[0.5], ridge=0.1
    )
    assert np.isfinite(shy.effects).all()


def test_a_rise_without_end_is_flagged_and_not_simulated() -> None:
    rng = np.random.default_rng(0)
    counts = rng.poisson(np.exp(np.linspace(-3, 5, 200)))[:, None]
    model = fit_hawkes_by_date(counts, decays_per_day=[1.0])
    assert not model.stationary
    assert any("not stationary" in note for note in model.notes)
    assert np.isfinite(model.branching_se()).all()
    with pytest.raises(UsageError, match="not stationary"):
        hawkes_futures(model, 10)
