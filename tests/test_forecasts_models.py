"""Models of event days: distributions that can be worked out by hand, and worlds that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from detente.asks.forecasts.backtest import _caveats
from detente.asks.forecasts.climatology import Climatology
from detente.asks.forecasts.climatology import steady as steady_rate
from detente.asks.forecasts.combined import RECENT, stand_ins
from detente.asks.forecasts.gauge import Gauge
from detente.asks.forecasts.hazard import DECAYS, FittedHazard, Hazard, families_of
from detente.asks.forecasts.history import History, history_from_counts, sums_after
from detente.asks.forecasts.model import at_least, expected, negative_binomial, shares_of_change
from detente.asks.forecasts.odds import count_odds
from detente.asks.forecasts.pool import learn_weights
from detente.asks.forecasts.references import best
from detente.asks.forecasts.regression import CountRegression, fit_counts
from detente.asks.forecasts.scores import (
    brier,
    crps_of_counts,
    crps_of_draws,
    log_score,
    pit_of_counts,
    reliability,
    resample,
    skill,
)
from detente.asks.forecasts.trial import trial_of
from detente.asks.forecasts.walk import WEEK, fit_all, walk
from detente.study.calendar import YearlyWindow
from forecast_worlds import self_exciting, steady

YEARS = 12
DAYS = round(365.25 * YEARS)


class TestDistributions:
    def test_a_steady_rate_is_gamma_poisson(self) -> None:
        made = steady_rate(np.array([7.0]), np.array([1000]), 28)[0]
        shape, mean = 7.5, 7.5 * 28 / 1000
        known = nbinom.pmf(np.arange(28), shape, shape / (shape + mean))
        np.testing.assert_allclose(made[:28], known, rtol=1e-9)

    def test_a_large_shape_is_poisson(self) -> None:
        made = negative_binomial(np.array(2.0), np.array(1e9), 30)
        np.testing.assert_allclose(made[:29], poisson.pmf(np.arange(29), 2.0), rtol=1e-5)

    def test_climatology_counts_past_windows(self) -> None:
        """Every other day an event: nearly all windows of ten days hold five."""
        history = history_from_counts(np.tile([1.0, 0.0], 500))
        made = Climatology().fit(history, 10).predict(history, np.array([999]))[0]
        windows = 991 / 10  # their worth, beside one for the steady rate
        assert made[5] == pytest.approx((windows + steady_rate(
            np.array([500.0]), np.array([1000]), 10)[0, 5]) / (windows + 1), rel=1e-6)  # fmt: skip

    def test_the_moving_base_rate_forgets(self) -> None:
        history = history_from_counts(np.concatenate([np.ones(2000), np.zeros(1200)]))
        now = np.array([3199])
        whole = Climatology().fit(history, 28).predict(history, now)[0]
        recent = Climatology(years=3).fit(history, 28).predict(history, now)[0]
        assert at_least(recent, 1) < 0.05
        assert at_least(whole, 1) > 0.5

    def test_windows_begin_the_day_after(self) -> None:
        counts = np.array([1.0, 0.0, 0.0, 1.0])
        assert sums_after(counts, [0, 1], 2).tolist() == [0.0, 1.0]


@pytest.fixture(scope="module")
def fitted() -> tuple[History, FittedHazard]:
    """A self-exciting world and the hazard fitted to it."""
    history = history_from_counts(self_exciting(3000, 5))
    made = Hazard().fit(history, 28)
    assert made is not None
    return history, made


class TestHazard:
    def test_no_event_has_a_closed_form(self, fitted: tuple[History, FittedHazard]) -> None:
        """Without an event in the window nothing new excites: the hazards just add up."""
        history, model = fitted
        place = np.array([len(history.days) - 1])
        rates = model._rates(history, place, model.effects, model.excitation)
        known = np.exp(-rates.sum(axis=2)).mean()
        assert model.predict(history, place)[0, 0] == pytest.approx(known, rel=1e-9)

    def test_the_distribution_is_that_of_simulated_futures(
        self, fitted: tuple[History, FittedHazard]
    ) -> None:
        history, model = fitted
        place, draw = len(history.days) - 1, 0
        rates = model._rates(history, np.array([place]), model.effects, model.excitation)
        counts = simulated(rates[draw, 0], model.excitation[draw], model.model.gain, 20_000)
        made = model.drawn(history, place)[draw]
        seen = np.bincount(counts, minlength=len(made))[: len(made)] / len(counts)
        np.testing.assert_allclose(made[:6], seen[:6], atol=0.015)
        assert expected(made) == pytest.approx(counts.mean(), rel=0.05)

    def test_without_excitation_an_event_stands_alone(self) -> None:
        points = np.exp(1j * np.linspace(0, 3, 4))
        made = families_of(points, np.zeros((1, 2)), DECAYS, np.ones(2), 5)
        np.testing.assert_allclose(made[0], np.tile(points, (5, 1)))

    def test_reasons_lead_from_the_mean_to_the_expected_rate(
        self, fitted: tuple[History, FittedHazard]
    ) -> None:
        history, model = fitted
        place = len(history.days) - 1
        reasons = {reason.label: reason.rate for reason in model.reasons(history, place)}
        after = 365.25 / 28 * expected(model.predict(history, np.array([place]))[0])
        start = 365.25 * history.counts.mean()
        assert start + sum(reasons.values()) == pytest.approx(after, rel=1e-3)

    def test_a_recent_event_raises_the_odds(self) -> None:
        counts = self_exciting(3000, 5)
        quiet, busy = counts.copy(), counts.copy()
        quiet[-60:], busy[-60:] = 0, 0
        busy[-3:] = 1
        odds = []
        for one in (quiet, busy):
            history = history_from_counts(one)
            model = Hazard().fit(history, 28)
            assert model is not None
            odds.append(float(at_least(model.predict(history, np.array([2999]))[0], 1)))
        assert odds[1] > odds[0] + 0.2

    def test_too_few_events_carry_no_hazard(self) -> None:
        counts = np.zeros(1000)
        counts[:4] = 1
        assert Hazard().fit(history_from_counts(counts), 28) is None
        assert CountRegression().fit(history_from_counts(counts), 28) is None


def simulated(rates: np.ndarray, excites: np.ndarray, gain: np.ndarray, paths: int) -> np.ndarray:
    """Counts of many futures, day by day."""
    rng = np.random.default_rng(1)
    heat, total = np.zeros((paths, len(DECAYS))), np.zeros(paths, dtype=np.int64)
    for rate in rates:
        today = rng.poisson(rate + heat @ excites)
        total += today
        heat = np.exp(-DECAYS) * heat + gain * today[:, None]
    return total


class TestRegression:
    def test_a_known_effect_is_found(self) -> None:
        rng = np.random.default_rng(2)
        x = rng.normal(size=4000)
        counts = rng.poisson(np.exp(0.2 + 0.5 * x)).astype(float)
        effects, covariance, shape = fit_counts(np.stack([np.ones(4000), x], 1), counts, 1.0)
        assert effects == pytest.approx([0.2, 0.5], abs=0.05)
        assert np.sqrt(covariance[1, 1]) == pytest.approx(0.013, rel=0.3)
        assert shape > 10

    def test_overdispersion_is_seen(self) -> None:
        counts = np.random.default_rng(3).negative_binomial(2, 0.5, 5000).astype(float)
        assert fit_counts(np.ones((5000, 1)), counts, 1.0)[2] == pytest.approx(2, rel=0.2)


class TestScores:
    def test_by_hand(self) -> None:
        assert brier(np.array([0.7, 0.2]), np.array([1, 0])).tolist() == pytest.approx([0.09, 0.04])
        assert log_score(np.array([0.25]), np.array([1]))[0] == pytest.approx(np.log(4))
        made = crps_of_counts(np.array([0.2, 0.5, 0.3]), np.array(1.0))
        assert made == pytest.approx(0.2**2 + 0.3**2)
        assert crps_of_draws(np.array([1.0, 3.0]), np.array(0.0)) == pytest.approx(2 - 0.5)

    @given(st.integers(0, 2**31), st.floats(0.2, 5))
    @settings(max_examples=20, deadline=None)
    def test_the_transform_is_uniform_where_the_distribution_is_right(
        self, seed: int, mean: float
    ) -> None:
        counts = np.random.default_rng(seed).poisson(mean, 4000).astype(float)
        rows = np.tile(negative_binomial(np.array(mean), np.array(1e9), 60), (4000, 1))
        made = pit_of_counts(rows, counts, np.random.default_rng(seed))
        assert abs(made.mean() - 0.5) < 0.03
        assert abs(made.var() - 1 / 12) < 0.01

    def test_skill_of_the_reference_is_nothing(self) -> None:
        scores = np.random.default_rng(1).random(200)
        made = skill(scores, scores, resample(200, 10, np.random.default_rng(1)), "itself")
        assert (made.value, made.low, made.high, made.positive) == (0, 0, 0, False)

    def test_longer_blocks_widen_the_interval_of_dependent_scores(self) -> None:
        scores = np.repeat(np.random.default_rng(1).random(50), 20)
        short, long = (
            skill(scores, np.ones(1000), resample(1000, block, np.random.default_rng(1)), "one")
            for block in (1, 40)
        )
        assert long.high - long.low > 2 * (short.high - short.low)

    def test_reliability_keeps_every_forecast(self) -> None:
        rng = np.random.default_rng(1)
        odds = rng.random(1000)
        made = reliability(
            odds, (rng.random(1000) < odds) * 1.0, resample(1000, 5, np.random.default_rng(1)), 10
        )
        assert sum(one.count for one in made) == 1000
        assert all(abs(one.forecast - one.observed) < 0.15 for one in made)

    def test_a_change_is_split_without_rest(self) -> None:
        parts = shares_of_change(2.0, 3.0, [np.log(3), np.log(0.5)])
        assert sum(parts) == pytest.approx(1.0)
        assert parts[0] > 0 > parts[1]


class TestWeights:
    def test_before_any_score_they_are_equal(self) -> None:
        assert learn_weights(np.zeros((0, 4)), 1.0).tolist() == [0.25] * 4

    def test_the_model_that_is_right_wins(self) -> None:
        rng = np.random.default_rng(1)
        came = rng.random(2000) < 0.8
        logs = np.log([[0.8, 0.5] if one else [0.2, 0.5] for one in came])
        assert learn_weights(logs, 1.0)[0] > 0.9

    def test_overlapping_windows_teach_less(self) -> None:
        logs = np.log([[0.6, 0.4]] * 50)
        assert learn_weights(logs, 0.1)[0] < learn_weights(logs, 1.0)[0]

    def test_a_forecast_is_not_scored_before_its_window_is_over(self) -> None:
        made = walk(history_from_counts(self_exciting(2000, 4)), 365, refit_weeks=200)
        first = made.history.days[made.origins[0]]
        assert made.weights_on(first + 364).tolist() == [0.2] * 5
        assert made.weights_on(first + 700).tolist() != [0.2] * 5


class TestKnownWorlds:
    def test_a_self_exciting_world_is_foretold_better_than_by_base_rates(self) -> None:
        made = walk(history_from_counts(self_exciting(DAYS, 7)), 28, refit_weeks=52)
        trial = trial_of(made, 1, WEEK, np.random.default_rng(1))
        rows = resample(len(trial.outcomes), 52, np.random.default_rng(1))
        scores = brier(trial.odds, trial.outcomes)
        assert skill(scores[3], scores[0], rows, "hazard against base rate").positive
        assert skill(scores[-1], scores[0], rows, "combination against base rate").positive
        assert abs(trial.odds[-1].mean() - trial.outcomes.mean()) < 0.05
        assert abs(trial.pit.mean() - 0.5) < 0.06
        assert trial.weights[3:].sum() > 0.5

    def test_in_a_steady_world_no_skill_is_claimed(self) -> None:
        claimed = []
        for seed in range(4):
            made = walk(history_from_counts(steady(DAYS, seed)), 28, refit_weeks=104)
            trial = trial_of(made, 1, WEEK, np.random.default_rng(1))
            drawn = resample(len(trial.outcomes), 52, np.random.default_rng(1))
            claimed.append(best(trial, drawn).positive)
        assert not any(claimed)


class TestStandIns:
    """Where a model could not be fitted, the base rate stands in for it, and the answer says so."""

    def test_it_is_counted_until_the_fit_that_knows_five_event_days(self) -> None:
        counts = np.zeros(1400)
        counts[[100, 400, 700, 1000, 1250]] = 1  # the fifth after the fits of days 1096, 1166, 1236
        past = walk(history_from_counts(counts), 28, refit_weeks=10)
        for number in (1, 5):
            said = list(_caveats(trial_of(past, number, WEEK, np.random.default_rng(1)), 52))
            assert said[-1] == (
                "For want of data the base rate stands in for the self-exciting hazard in 30 of 40 "
                "forecasts, for the count regression in 30 of 40 forecasts."
            )
        before, after = (count_odds(past, past.history.days[day], 1).models for day in (1249, 1250))
        assert stand_ins(before) == (
            "For want of data the base rate stands in for the self-exciting hazard and the count "
            "regression.",
        )
        assert stand_ins(after) == ()

    def test_nothing_is_said_where_all_models_were_fitted(self) -> None:
        past = walk(history_from_counts(self_exciting(2000, 4)), 28, refit_weeks=200)
        assert not any(
            "stands in" in said
            for said in _caveats(trial_of(past, 1, WEEK, np.random.default_rng(1)), 52)
        )


class TestNoLookAhead:
    def test_a_walk_does_not_change_when_time_goes_on(self) -> None:
        history = with_all(self_exciting(2200, 9))
        cut = np.datetime64(history.days[1699])
        early, whole = (
            walk(history.until(cut), 28, refit_weeks=26),
            walk(history, 28, refit_weeks=26),
        )
        known = len(early.origins)
        np.testing.assert_array_equal(whole.parts[:, :known], early.parts)
        np.testing.assert_array_equal(whole.weights[:known], early.weights)

    def test_odds_on_a_day_are_those_of_what_was_known(self) -> None:
        history = with_all(self_exciting(2200, 9))
        day = history.days[1800]
        late = count_odds(walk(history, 28, refit_weeks=52), day, 1)
        then = count_odds(walk(history.until(day), 28, refit_weeks=52), day, 1)
        assert (late.probability, late.low, late.high) == (
            then.probability,
            then.low,
            then.high,
        )

    def test_the_future_of_every_input_is_without_effect(self) -> None:
        counts = self_exciting(2200, 9)
        changed = counts.copy()
        changed[1801:] = 1 - changed[1801:]
        one, two = with_all(counts), with_all(changed, future=1801)
        origins = np.array([1700, 1800])
        known = one.until(one.days[1700])
        fits = fit_all(known, 28), fit_all(two.until(two.days[1700]), 28)
        for first, second in zip(*fits, strict=True):
            np.testing.assert_array_equal(first.predict(one, origins), second.predict(two, origins))

    def test_nor_has_it_one_on_how_sure_the_odds_are_and_why(self) -> None:
        counts = self_exciting(2200, 9)
        changed = counts.copy()
        changed[1801:] = 1 - changed[1801:]
        one, two = with_all(counts), with_all(changed, future=1801)
        known = one.until(one.days[1700])
        fits = fit_all(known, 28), fit_all(two.until(two.days[1700]), 28)
        for first, second in zip(*fits, strict=True):
            np.testing.assert_array_equal(first.drawn(one, 1800), second.drawn(two, 1800))
            assert first.reasons(one, 1800) == second.reasons(two, 1800)

    def test_a_period_has_no_end_before_it_ends(self) -> None:
        history = with_all(np.ones(1000))
        assert len(history.turns) == 2
        assert len(history.until(history.days[650]).turns) == 1


class TestGauge:
    """A reading of tension that is too old is not carried forward."""

    def test_an_old_value_says_nothing(self) -> None:
        """What the last value was moves a forecast while it is recent, and not once it is old."""
        counts = self_exciting(2200, 9)
        level = np.random.default_rng(1).normal(size=2200)
        odds = []
        for last in (-2.0, 2.0):
            values = level.copy()
            values[2001:] = last
            values[2124:] = np.nan
            history = replace(with_all(counts), gauge=Gauge("risk", values, "2005-05"))
            fitted = CountRegression().fit(history.until(history.days[2000]), 28)
            assert fitted is not None
            odds.append(fitted.predict(history, np.array([2100, 2123, 2124, 2199])))
        assert (odds[0][:2] != odds[1][:2]).any()
        np.testing.assert_array_equal(odds[0][2:], odds[1][2:])

    def test_its_term_has_its_own_name_and_goes_with_it(self) -> None:
        history = with_all(self_exciting(2200, 9))
        fitted = CountRegression().fit(history, 28)
        assert fitted is not None
        rates = {one.label: one.rate for one in fitted.reasons(history, 2199)}
        assert rates["risk"] != 0
        assert history.gauge is not None
        values = np.where(np.arange(2200) < 2100, history.gauge.values, np.nan)
        old = replace(history, gauge=Gauge("risk", values, "2005-05"))
        assert {one.label: one.rate for one in fitted.reasons(old, 2199)}["risk"] == 0

    def test_rows_without_it_still_fit(self) -> None:
        history = with_all(self_exciting(2200, 9))
        none = replace(history, gauge=Gauge("risk", np.full(2200, np.nan), "1999-01"))
        assert np.isfinite(CountRegression().fit(none, 28).predict(none, np.array([2199]))).all()


def with_all(counts: np.ndarray, future: int | None = None) -> History:
    """A history with a period, a calendar, another action and a level, which change in future."""
    rng = np.random.default_rng(1)
    days = np.datetime64("2000-01-01") + np.arange(len(counts))
    signs = (rng.random((len(counts), 1)) < 0.02).astype(float)
    level = rng.normal(size=len(counts))
    if future is not None:
        signs[future:], level[future:] = 1, 9
    return History(
        label="tests",
        days=days,
        counts=counts,
        turns=days[0] + np.array([600, 900]),
        windows=(YearlyWindow(label="turn of the year", start="12-20", end="01-10"),),
        signs=signs,
        sign_labels=("talks",),
        gauge=Gauge("risk", level, "2004-12"),
    )


def test_yearly_windows_span_new_year() -> None:
    history = with_all(np.ones(20))
    days = np.array(["2001-12-19", "2001-12-20", "2002-01-10", "2002-01-11"], "datetime64[D]")
    assert history.calendar(days)[:, 0].tolist() == [0, 1, 1, 0]


def test_the_report_finds_the_recent_base_rate_by_its_label() -> None:
    assert Climatology(years=3).label == RECENT
