"""Rates, shifts, levels, self-exciting rates and groups on data whose truth is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import t as student

from detente.errors import DataGapError
from detente.estimators.drifting import fit_drifting
from detente.estimators.groups import group_contrast, visible_spreads
from detente.estimators.levels.level import local_level, probability_highest
from detente.estimators.matching import Grid
from detente.estimators.occurrence import happened_within, odds_at
from detente.estimators.rates import rate_contrast
from detente.estimators.shift import level_shift


def bursts(rng: np.random.Generator, rate: np.ndarray) -> np.ndarray:
    """Counts with over-dispersion and serial dependence."""
    mood = np.zeros(len(rate))
    for t in range(1, len(rate)):
        mood[t] = 0.6 * mood[t - 1] + rng.normal() * 0.5
    return rng.poisson(rate * np.exp(mood - 0.2)).astype(float)


def test_a_rate_ratio_is_recovered() -> None:
    high = np.arange(240) >= 120
    ratios = []
    for seed in range(30):
        counts = bursts(np.random.default_rng(seed), np.where(high, 1.5, 0.5))
        result = rate_contrast(counts, np.ones(240), high, ~high, draws=200, seed=seed)
        ratios.append(np.exp(result.log_ratio))
    assert np.median(ratios) == pytest.approx(3.0, rel=0.25)


def test_equal_rates_in_bursts_are_rarely_called_different() -> None:
    found = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        high = np.roll(np.arange(240) < 80, int(rng.integers(240)))
        result = rate_contrast(bursts(rng, np.ones(240)), np.ones(240), high, ~high, draws=20)
        found.append(result.p_placebo < 0.05)
    assert np.mean(found) <= 0.10


def test_an_interval_of_two_periods_is_not_blurred_by_a_drift() -> None:
    covered, widths = 0, []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        high = (np.arange(240) >= 120) & (np.arange(240) < 200)
        rate = np.exp(rng.choice([-1.5, 1.5]) * np.linspace(-0.5, 0.5, 240))
        result = rate_contrast(bursts(rng, 4 * rate), np.ones(240), high, ~high, draws=20)
        low, up = result.interval()
        truth = np.log(rate[high].mean() / rate[~high].mean())
        covered += low <= truth <= up
        widths.append(up - low)
    # At 90%, 79 or fewer of 100 have a probability of .001.
    assert 80 <= covered <= 98
    assert np.median(widths) < 0.75  # with the drift in the noise it would be twice as wide


def test_strata_take_out_what_the_eras_explain() -> None:
    rng = np.random.default_rng(5)
    late = np.arange(400) >= 200
    talks = rng.random(400) < np.where(late, 0.1, 0.7)  # more talks early
    counts = rng.poisson(np.where(late, 2.0, 0.4)).astype(float)  # more events late; no effect
    plain = rate_contrast(counts, np.ones(400), talks, ~talks, draws=50)
    within = rate_contrast(counts, np.ones(400), talks, ~talks, strata=late.astype(int), draws=50)
    assert np.exp(plain.log_ratio) < 0.6
    assert np.exp(within.log_ratio) == pytest.approx(1.0, abs=0.3)


def test_a_state_without_data_is_an_error() -> None:
    counts = np.ones(20)
    with pytest.raises(DataGapError, match="no period with data"):
        rate_contrast(counts, np.ones(20), np.zeros(20, bool), np.ones(20, bool))


def test_a_step_is_found_and_its_absence_is_not() -> None:
    false_alarms = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=180)
        flat = Grid(noise, np.zeros(180, int), np.arange(180) / 12, np.zeros(180))
        false_alarms.append(level_shift(flat, 90, window_periods=12).p_placebo < 0.05)
    assert np.mean(false_alarms) <= 0.10
    stepped = Grid(noise + 2.0 * (np.arange(180) >= 90), flat.block, flat.year, flat.season)
    result = level_shift(stepped, 90, window_periods=12)
    low, high = result.interval()
    assert low < 2.0 < high
    assert result.p_placebo < 0.05


def test_bands_cover_the_true_level_and_span_gaps() -> None:
    covered = []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        truth = np.cumsum(rng.normal(size=150) * 0.3)
        seen = truth + rng.normal(size=150)
        seen[60:70] = np.nan
        posterior = local_level(seen, draws=400, seed=seed)
        low, high = posterior.band(0.9)
        covered.append(np.mean((low < truth) & (truth < high)))
    assert 0.80 <= np.mean(covered) <= 0.96
    assert np.isfinite(posterior.draws).all()


def test_superlatives_are_sure_only_where_the_data_are() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=120)
    target, rivals = np.arange(120) >= 117, np.arange(120) < 117
    clear = local_level(noise + 30.0 * target, draws=500)
    assert probability_highest(clear, target, rivals) > 0.95
    level = local_level(noise, draws=500)
    assert probability_highest(level, target, rivals) < 0.5


def test_too_short_a_series_has_no_level() -> None:
    with pytest.raises(DataGapError, match="7 observations"):
        local_level(np.arange(7.0))


def simulate_hawkes(
    rng: np.random.Generator, days: int, base: float, jump: float, decay: float
) -> np.ndarray:
    counts, heat = np.zeros(days), 0.0
    for day in range(days):
        counts[day] = rng.poisson(base + jump * heat)
        heat = decay * heat + (1 - decay) * counts[day]
    return counts


def test_a_self_exciting_rate_is_recovered() -> None:
    fits = []
    for seed in range(12):
        counts = simulate_hawkes(np.random.default_rng(seed), 6000, 0.01, 0.6, np.exp(-1 / 7))
        fits.append(fit_drifting(counts, draws=100, seed=seed))
    assert np.median([np.median(fit.base) for fit in fits]) == pytest.approx(0.01, rel=0.3)
    assert np.median([np.median(fit.jump) for fit in fits]) == pytest.approx(0.6, abs=0.15)


def test_its_probability_is_that_of_simulated_futures() -> None:
    counts = simulate_hawkes(np.random.default_rng(0), 3000, 0.02, 0.6, np.exp(-1 / 7))
    model = fit_drifting(counts, draws=2000)
    rng = np.random.default_rng(1)
    hits = 0
    for draw in range(2000):
        heat = model.heat[draw]
        for day in range(20):
            angle = 2 * np.pi * (day + 1) / 365.25
            season = np.exp(model.swing[draw] @ [np.sin(angle), np.cos(angle)])
            if rng.random() < 1 - np.exp(-(model.base[draw] * season + heat)):
                hits += 1
                break
            heat *= model.decay[draw]
    assert hits / 2000 == pytest.approx(model.probability(20).mean(), abs=0.03)


def test_odds_notice_a_drift_that_a_constant_rate_would_miss() -> None:
    rng = np.random.default_rng(4)
    rates = np.where(np.arange(5000) < 3500, 0.005, 0.05)
    counts = (rng.random(5000) < rates).astype(float)
    true = 1 - (1 - 0.05) ** 14
    low, high = np.quantile(fit_drifting(counts).probability(14), [0.05, 0.95])
    assert low < true < high
    assert happened_within(counts, 14).mean() < low


def test_odds_carry_their_interval_and_outcome() -> None:
    counts = (np.random.default_rng(2).random(3000) < 0.02).astype(float)
    odds, model = odds_at(counts, [7, 30], [True, None], draws=100, seed=1)
    assert model is not None
    for item in odds:
        assert item.base_low <= item.base_rate <= item.base_high
    assert odds[1].base_rate == pytest.approx(happened_within(counts, 30).mean())
    assert [item.happened for item in odds] == [True, None]
    with pytest.raises(DataGapError, match="730"):
        odds_at(counts[:100], [7], [None], draws=10, seed=1)


def test_group_p_values_are_those_of_all_other_groups() -> None:
    levels = np.array([5.0, 4.0, 1.0, 2.0, 0.5])
    values = np.repeat(levels[:, None], 4, axis=1)
    result = group_contrast(values, 2, draws=20)
    effects = []
    for pair in itertools.combinations(range(5), 2):
        inside = [levels[i] for i in pair]
        outside = [levels[i] for i in range(5) if i not in pair]
        effects.append(np.mean(inside) - np.mean(outside))
    assert result.effect == pytest.approx(effects[0])
    assert sorted(result.placebo) == pytest.approx(sorted(effects[1:]))


def test_of_many_groups_a_sample_is_drawn() -> None:
    levels = np.random.default_rng(2).normal(size=20)
    result = group_contrast(np.repeat(levels[:, None], 4, axis=1), 10, draws=400, seed=3)
    assert len(result.placebo) == 400
    assert result.p_smallest == pytest.approx(2 / 401)
    assert result.placebo.mean() == pytest.approx(0, abs=0.1)
    assert result.placebo.std() == pytest.approx(levels.std(ddof=1) * 0.2**0.5, rel=0.15)


def test_a_unit_alone_is_told_apart_on_either_side() -> None:
    values = np.repeat(np.array([9.0, 1.0, 2.0, 1.5, 0.5])[:, None], 4, axis=1)
    alone, others = group_contrast(values, 1), group_contrast(values[::-1], 4)
    assert others.effect == pytest.approx(-alone.effect) == pytest.approx(-7.75)
    assert others.p_placebo == alone.p_placebo == pytest.approx(1 / 5)


def test_the_visible_difference_of_even_groups_is_nearly_that_of_a_t_test() -> None:
    levels = np.tile(np.arange(1.0, 6), 2)  # standard error of the difference: 1, with 8 freedoms
    result = group_contrast(np.repeat(levels[:, None], 4, axis=1), 5)
    of_t_test = student.ppf(0.975, 8) + student.ppf(0.8, 8)
    assert result.visible() == pytest.approx(np.sqrt(2.5) * visible_spreads(5, 5))
    assert result.visible() == pytest.approx(of_t_test, rel=0.12)
    few = group_contrast(np.arange(5.0)[:, None] + np.zeros(4), 1)
    assert np.isnan(few.visible())


@pytest.mark.parametrize(("size", "rest"), [(3, 9), (4, 8)])
def test_a_visible_difference_is_seen_four_times_in_five(size: int, rest: int) -> None:
    """By worlds of other random numbers than it was found in."""
    apart, seen = visible_spreads(size, rest), []
    for seed in range(200):
        rng = np.random.default_rng(100 + seed)
        levels = rng.normal(size=size + rest) + apart * (np.arange(size + rest) < size)
        contrast = group_contrast(levels[:, None] + rng.normal(0, 1e-3, (size + rest, 6)), size)
        seen.append(contrast.effect > 0 and contrast.p_placebo < 0.05)
    assert 0.72 <= np.mean(seen) <= 0.88


def test_few_units_see_less_and_too_few_nothing() -> None:
    assert visible_spreads(2, 11) > visible_spreads(3, 9) > visible_spreads(4, 8)
    assert np.isnan(visible_spreads(1, 3)) and np.isnan(visible_spreads(3, 3))
    levels = np.array([5.0, 7.0, 6.0, *np.linspace(0, 4, 9)])
    contrast = group_contrast(np.repeat(levels[:, None], 4, axis=1), 3)
    spread = np.sqrt((2.0 + 15.0) / 10)
    assert contrast.visible() == pytest.approx(spread * visible_spreads(3, 9))


@pytest.mark.parametrize(("size", "hole"), [(0, False), (3, False), (1, True)])
def test_groups_need_others_and_data(size: int, hole: bool) -> None:
    values = np.ones((3, 4))
    if hole:
        values[2] = np.nan
    with pytest.raises(DataGapError, match="groups"):
        group_contrast(values, size)
