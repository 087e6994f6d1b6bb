"""Odds against simple rules: a rate that forgets, a logit on the past, and always even odds."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from scipy.stats import nbinom, norm

from detente.asks.forecasts.backtest import scored
from detente.asks.forecasts.history import history_from_counts
from detente.asks.forecasts.level import Level, try_level
from detente.asks.forecasts.level_logit import by_gaps, gaps
from detente.asks.forecasts.model import at_least, expected
from detente.asks.forecasts.pool import learn_weights
from detente.asks.forecasts.references import best, compared, judged, skills
from detente.asks.forecasts.scores import Skill, brier, log_score, resample
from detente.asks.forecasts.trial import Trial, trial_of
from detente.asks.forecasts.walk import REFERENCES, WEEK, walk
from detente.asks.forecasts.weighted import FittedRate, WeightedRate, evidence
from fake_outlook import question
from fake_outlook import trial as fake_trial
from forecast_worlds import Floats, steady, switching

DAYS = round(365.25 * 12)
LONGEST = 180.0


class TestWeightedRate:
    def test_a_series_by_hand(self) -> None:
        """Half-life two days; events on the first and the fourth of five days."""
        events, days = evidence(np.array([1.0, 0.0, 0.0, 1.0, 0.0]), 2.0)
        weights = 0.5 ** (np.array([4, 3, 2, 1, 0]) / 2)
        assert events[-1] == pytest.approx(weights[0] + weights[3] + 0.5)
        mean = 2.5 / 5  # two events and half a one in five days
        assert days[-1] == pytest.approx(weights.sum() + 0.5 / mean)

    def test_its_distribution_is_gamma_poisson(self) -> None:
        history = history_from_counts(np.tile([1.0, 0.0, 0.0], 50))
        made = FittedRate(14, 30.0).predict(history, np.array([149]))[0]
        events, days = (part[149] for part in evidence(history.counts, 30.0))
        np.testing.assert_allclose(
            made[:14], nbinom.pmf(np.arange(14), events, days / (days + 14)), rtol=1e-9
        )

    def test_its_draws_have_its_mean(self) -> None:
        history = history_from_counts(steady(2000, 1))
        fitted = FittedRate(28, 90.0)
        drawn = expected(fitted.drawn(history, 1999))
        mean = float(expected(fitted.predict(history, np.array([1999])))[0])
        assert drawn.mean() == pytest.approx(mean, rel=0.15)

    def test_its_reason_leads_from_the_mean_to_its_rate(self) -> None:
        history = history_from_counts(np.concatenate([np.zeros(300), np.ones(100)]))
        (reason,) = FittedRate(28, 30.0).reasons(history, 399)
        events, days = (part[-1] for part in evidence(history.counts, 30.0))
        assert 0.25 + reason.rate / 365.25 == pytest.approx(events / days)

    def test_a_quiet_year_does_not_make_it_impossible(self) -> None:
        counts = np.concatenate([np.tile([1.0] + [0.0] * 49, 40), np.zeros(730)])
        made = FittedRate(28, 30.0).predict(history_from_counts(counts), np.array([2729]))
        assert 0.05 < at_least(made, 1)[0] < 0.5

    def test_the_half_life_follows_the_world(self) -> None:
        chosen = [
            WeightedRate().fit(history_from_counts(counts), 28).half_life_days
            for counts in (steady(DAYS, 3), switching(DAYS, 3, dwell=150))
        ]
        assert chosen[0] == LONGEST > chosen[1]

    def test_the_half_life_is_chosen_by_windows_that_are_over(self) -> None:
        """The last window that a fit may use ends on its last day."""
        counts = switching(DAYS, 3, dwell=150)
        last = 365 + 7 * 200 + 28  # the day on which the 201st window ends
        known = history_from_counts(counts[: last + 1])
        assert WeightedRate().fit(known, 28) == WeightedRate().fit(
            history_from_counts(counts[: last + 6]), 28
        )

    def test_without_a_window_that_is_over_the_longest_is_taken(self) -> None:
        made = WeightedRate().fit(history_from_counts(np.ones(100)), 28)
        assert made.half_life_days == LONGEST


class TestWorlds:
    def test_where_the_rate_switches_the_weighted_rate_is_best(self) -> None:
        gained, lost = [], []
        for seed in range(3):
            trial = trial_of(
                walk(history_from_counts(switching(DAYS, seed)), 28, refit_weeks=104),
                1,
                WEEK,
                np.random.default_rng(1),
            )
            squares = brier(trial.odds, trial.outcomes).mean(axis=1)
            gained.append(1 - squares[2] / squares[:2].min())
            lost.append(1 - squares[-1] / squares[2])
            drawn = resample(len(trial.outcomes), 52, np.random.default_rng(1))
            assert best(trial, drawn).against == "weighted rate"
        assert min(gained) > 0.1
        assert min(lost) > -0.1  # the combination has learned from it

    def test_where_the_rate_is_constant_no_skill_is_claimed(self) -> None:
        for seed in range(3):
            trial = trial_of(
                walk(history_from_counts(steady(DAYS, seed)), 28, refit_weeks=104),
                1,
                WEEK,
                np.random.default_rng(1),
            )
            over = best(trial, resample(len(trial.outcomes), 52, np.random.default_rng(1)))
            assert over.against in {"base rate", "base rate of the last 3 years"}
            assert not over.positive
            assert over.value > -0.05  # nor is much lost

    def test_a_level_of_noise_is_foretold_as_well_as_by_the_logit(self) -> None:
        level = level_of(np.random.default_rng(2).normal(size=300))
        trial = try_level(level, refit_periods=24)
        squares = brier(trial.odds, trial.outcomes).mean(axis=1)
        assert squares[2] < 0.9 * squares[:2].min()
        assert squares[-1] < 1.05 * squares[2]


class TestWeights:
    def test_they_are_posterior_odds(self) -> None:
        logs = np.log([[0.5, 0.25], [0.5, 0.25]])
        assert learn_weights(logs, 1.0).tolist() == pytest.approx([0.8, 0.2])
        assert learn_weights(logs, 0.5).tolist() == pytest.approx([2 / 3, 1 / 3])

    def test_a_lead_that_may_be_luck_counts_for_less(self) -> None:
        """Both lead by the same sum of log scores; one of them now by more and now by less."""
        ahead = np.full(40, 0.1)
        swings = ahead + np.tile([2.0, -2.0], 20)
        steady_lead, lucky = (
            learn_weights(np.stack([lead, np.zeros(40)], axis=1), 1.0)[0]
            for lead in (ahead, swings)
        )
        assert steady_lead == pytest.approx(1 / (1 + np.exp(-4.0)))
        assert 0.55 < lucky < 0.8
        # The sum has mean 4 and a standard deviation of 2 times the root of 40.
        draws = np.random.default_rng(9).normal(4.0, 2 * np.sqrt(40), 100_000)
        assert lucky == pytest.approx((1 / (1 + np.exp(-draws))).mean(), abs=0.05)

    def test_the_order_of_the_models_is_without_effect_on_which_leads(self) -> None:
        logs = np.random.default_rng(4).normal(size=(50, 3))
        logs[:, 1] += 0.4
        one, other = learn_weights(logs, 1.0), learn_weights(logs[:, ::-1], 1.0)[::-1]
        np.testing.assert_allclose(one, other, atol=0.1)
        assert one.argmax() == other.argmax() == 1


class TestReferences:
    def test_each_simple_rule_is_scored_and_even_odds_too(self) -> None:
        trial = fake_trial()
        drawn = resample(len(trial.outcomes), 52, np.random.default_rng(1))
        rows = compared(trial, drawn).table.records()
        assert [row["reference"] for row in rows] == [*trial.labels[:2], "even odds"]
        scores = [float(brier(p, trial.outcomes).mean()) for p in (trial.odds[0], trial.odds[1])]
        assert [row["brier"] for row in rows] == pytest.approx([*scores, 0.25])
        assert rows[-1]["log_score"] == pytest.approx(np.log(2))
        ours = float(brier(trial.odds[-1], trial.outcomes).mean())
        assert rows[-1]["skill"] == pytest.approx(1 - ours / 0.25)
        logs = float(log_score(trial.odds[0], trial.outcomes).mean())
        assert rows[0]["log_score"] == pytest.approx(logs)

    def test_the_best_is_the_one_of_the_lowest_score(self) -> None:
        trial = fake_trial()
        drawn = resample(len(trial.outcomes), 52, np.random.default_rng(1))
        assert best(trial, drawn) == min(skills(trial, drawn), key=lambda over: over.value)

    def test_a_record_says_whether_the_best_was_beaten(self) -> None:
        right = np.tile([0.9, 0.1], 100)
        came = np.tile([1.0, 0.0], 100)
        for said, word in (
            (right, "The odds beat the best"),
            (1 - right, "The odds did worse than the best"),
        ):
            trial = replace(
                fake_trial(200), odds=np.stack([0 * said + 0.4, 0 * said + 0.6, said, said]),
                outcomes=came,
            )  # fmt: skip
            record = scored(question("tests-28", "A test"), trial, np.random.default_rng(1))
            assert f"{word} simple rule, even odds (0.250)" in record.text
            fact = record.fact("skill_best")
            assert fact is not None and fact.note == "even odds"
            assert fact.value == pytest.approx(1 - ((said - came) ** 2).mean() / 0.25)

    def test_what_is_not_shown_is_not_claimed(self) -> None:
        said = judged(fake_trial(), Skill("even odds", 0.1, -0.01, 0.2))
        assert said.startswith("That the odds beat the best simple rule, even odds (0.250), is not")
        assert "+0.10 (90% interval −0.01 to +0.20)" in said
        lost = judged(fake_trial(), Skill("even odds", -0.03, -0.08, -0.001))
        assert lost.endswith("skill −0.030 (90% interval −0.080 to −0.001).")

    def test_a_walk_holds_its_simple_rules_first(self) -> None:
        made = walk(history_from_counts(steady(1300, 1)), 28, refit_weeks=104)
        assert made.labels[:REFERENCES] == (
            "base rate", "base rate of the last 3 years", "weighted rate",
        )  # fmt: skip
        assert trial_of(made, 1, WEEK, np.random.default_rng(1)).references == REFERENCES


def level_of(values: Floats, *, ahead: int = 1, against: int = 12) -> Level:
    """A monthly level, asked whether it stands above that of so many months before."""
    changes = np.full(len(values), np.nan)
    changes[against:] = values[against:] - values[:-against]
    months = np.datetime64("1990-01") + np.arange(len(values))
    series = SimpleNamespace(
        every="month", segments=np.zeros(len(values)), dates=months.astype("datetime64[D]")
    )
    return Level(cast(Any, SimpleNamespace(series=series)), values, changes, ahead, against)


class TestLogit:
    def test_it_finds_the_chance_of_noise(self) -> None:
        """Of independent normal values the next lies above the one of then with a known chance."""
        values = np.random.default_rng(5).normal(size=1500)
        origins = np.arange(1200, 1499)
        made = by_gaps(level_of(values), 1199, origins)
        assert made is not None
        truth = norm.sf(values[origins + 1 - 12])
        assert np.abs(made.odds - truth).mean() < 0.08
        assert made.draws.std() == pytest.approx(np.sqrt(2), rel=0.15)  # of all changes
        np.testing.assert_allclose((made.draws > 0).mean(axis=1), made.odds, atol=0.05)
        assert np.corrcoef(made.means, -values[origins + 1 - 12])[0, 1] > 0.9

    def test_nothing_after_the_last_period_learned_from_is_used(self) -> None:
        values = np.random.default_rng(5).normal(size=200)
        other = values.copy()
        other[101:] += 9
        origins = np.array([100])
        one, two = (by_gaps(level_of(of), 100, origins) for of in (values, other))
        assert one is not None and two is not None
        np.testing.assert_array_equal(one.draws, two.draws)

    def test_gaps_end_at_a_seam_and_where_a_value_is_missing(self) -> None:
        level = level_of(np.arange(10.0), against=3)
        level.signal.series.segments[5:] = 1
        level.values[8] = np.nan
        known = np.isfinite(gaps(level)).all(axis=1)
        assert np.flatnonzero(known).tolist() == [2, 3, 4, 7]

    @pytest.mark.parametrize("size", [13, 23, 24])
    def test_it_needs_twelve_past_cases(self, size: int) -> None:
        values = np.random.default_rng(1).normal(size=size)
        made = by_gaps(level_of(values), size - 1, np.array([size - 1]))
        assert (made is not None) is (size == 24)

    def test_what_always_rose_will_probably_rise(self) -> None:
        made = by_gaps(level_of(np.arange(60.0)), 59, np.array([59]))
        assert made is not None
        assert 0.9 < made.odds[0] < 1
        assert made.means[0] > 0


def test_a_trial_names_as_many_rules_as_it_scores() -> None:
    trial: Trial = fake_trial()
    assert (
        len(skills(trial, resample(len(trial.outcomes), 52, np.random.default_rng(1))))
        == trial.references + 1
    )
