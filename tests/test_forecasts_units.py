"""Each part of a forecast by itself, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from detente.asks.forecasts import coming_week
from detente.asks.forecasts.climatology import Climatology, steady
from detente.asks.forecasts.combined import ModelOdds, Waterfall, interval
from detente.asks.forecasts.coming_week import _check_reach, _furthest
from detente.asks.forecasts.event_question import EventQuestion, _last_day, _sentence
from detente.asks.forecasts.events.calibrate import calibration, coefficients, isotonic
from detente.asks.forecasts.events.moves import (
    _check_history,
    _likeliest,
    _unusual,
    next_moves,
    past_odds,
)
from detente.asks.forecasts.events.weeks import ROOTS, Weeks, _faded, _features, _usual, weekly
from detente.asks.forecasts.foreseen import Foreseen, bounded, ranks, where_known
from detente.asks.forecasts.hazard import (
    DECAYS,
    FittedHazard,
    _covariates,
    _family_sizes,
    families_of,
)
from detente.asks.forecasts.history import decayed, history_from_counts, sums_after
from detente.asks.forecasts.model import (
    PER_YEAR,
    Reason,
    at_least,
    log_chance,
    negative_binomial,
    shares_of_change,
    size_of,
    with_tail,
)
from detente.asks.forecasts.odds import OTHER, _added
from detente.asks.forecasts.pool import learn_weights
from detente.asks.forecasts.regression import CountRegression, _moments, _shape, _standard
from detente.asks.forecasts.scores import (
    Resamples,
    crps_of_draws,
    log_score,
    pit_of_counts,
    reliability,
    resample,
    skill,
    tenths,
)
from detente.asks.forecasts.settle import changed
from detente.asks.forecasts.shown import _counts, _reasons
from detente.asks.forecasts.trial import trial_of
from detente.asks.forecasts.walk import Walk, _given, _origins
from detente.asks.forecasts.weighted import FittedRate, WeightedRate
from detente.errors import DataGapError, UsageError
from detente.events.schema import SCHEMA
from detente.rounding import odds_text
from detente.study.calendar import YearlyWindow

E = np.e


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


class TestDistributions:
    """Distributions of a count."""

    def test_the_last_of_eighty_and_one_entries_is_eighty_or_more(self) -> None:
        assert [size_of(days) for days in (1, 79, 80, 81)] == [2, 80, 81, 81]

    def test_a_negative_binomial_of_mean_two_and_shape_two(self) -> None:
        # p = r / (r + mean) = 1/2: (1/2)^2, 2 (1/2)^3, 3 (1/2)^4, 4 (1/2)^5 and the rest.
        rows = negative_binomial(np.array([2.0, 0.0]), np.array(2.0), 5)
        close(rows[0], [1 / 4, 1 / 4, 3 / 16, 1 / 8, 3 / 16])
        np.testing.assert_allclose(rows[1], [1, 0, 0, 0, 0], atol=1e-11)
        close(np.exp(log_chance(np.array(2.0), np.array(2.0), np.array(3.0))), 1 / 8)

    def test_what_is_below_zero_by_rounding_is_zero(self) -> None:
        close(with_tail(np.array([0.5, -1e-3, 0.5])), [0.5, 0.0, 0.5])
        close(with_tail(np.array([0.75, 0.75, 0.5])), [0.5, 0.5, 0.0])
        close(at_least(np.array([[0.5, 0.3, 0.2]]), 2), [0.2])

    def test_a_change_is_split_by_the_logarithmic_mean(self) -> None:
        # From 1 to e: the mean is (e - 1) / 1; logs of 1.5 and -0.5 take 1.5 and -0.5 of it.
        close(shares_of_change(1.0, E, [1.5, -0.5]), [1.5 * (E - 1), -0.5 * (E - 1)])
        close(shares_of_change(3.0, 3.0, [0.5, -0.5]), [1.5, -1.5])

    def test_periods_of_a_year(self) -> None:
        assert PER_YEAR == {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


class TestHistory:
    """What was known of an action."""

    def test_windows_after_origins_and_where_the_data_end(self) -> None:
        counts = np.array([1.0, 0, 1, 1, 0])
        close(sums_after(counts, [-1, 0, 2, 3, 4], 2), [1, 1, 1, np.nan, np.nan])

    def test_memory_halves_and_sums_by_column(self) -> None:
        events = np.array([[1.0, 0], [1, 2], [0, 0]])
        close(decayed(events, [1.0, 2.0])[2], [[0.75, 0.5 + 0.5**0.5], [1.0, 2 * 0.5**0.5]])

    def test_a_turn_divides_what_lies_on_both_sides_of_it(self) -> None:
        history = history_from_counts(np.zeros(4))
        turns = np.array(["2000-01-01", "2000-01-02", "2000-01-04", "2000-01-05"], "datetime64[D]")
        history = replace(history, turns=turns)
        assert history.steps(history.days).tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]
        assert len(history.until(turns[1]).turns) == 2

    @pytest.mark.parametrize(
        ("start", "end", "since", "days", "inside"),
        [
            ("03-01", "03-31", None, ["2000-02-29", "2000-03-01", "2000-03-31", "2000-04-01"],
             [0, 1, 1, 0]),
            ("12-24", "01-02", None, ["2000-12-23", "2000-12-24", "2001-01-02", "2001-01-03"],
             [0, 1, 1, 0]),
            ("03-01", "03-31", 2001, ["2000-03-05", "2001-03-05"], [0, 1]),
        ],
    )  # fmt: skip
    def test_a_yearly_window_holds_both_its_ends(
        self, start: str, end: str, since: int | None, days: list[str], inside: list[int]
    ) -> None:
        window = YearlyWindow(label="w", start=start, end=end, since=since)
        history = replace(history_from_counts(np.zeros(1)), windows=(window,))
        assert history.calendar(np.array(days, "datetime64[D]")).ravel().tolist() == inside


class TestAsOf:
    """A question asked as of a past day."""

    @pytest.mark.parametrize(("asked", "until"), [({28}, None), ({14}, dt.date(2017, 3, 15))])
    def test_only_windows_that_the_study_asks_about_are_walked_through_as_a_whole(
        self, monkeypatch: pytest.MonkeyPatch, asked: set[int], until: dt.date | None
    ) -> None:
        from detente.asks.forecasts import as_of

        monkeypatch.setattr(as_of, "known_until", lambda *_: dt.date(2017, 3, 15))
        monkeypatch.setattr(as_of, "windows_asked", lambda *_: asked)
        data = SimpleNamespace(label_of=lambda name: name)
        walks = cast(Any, SimpleNamespace(data=data, of=lambda *_, until: until))
        seen: Any = as_of._walk(TestEventQuestion.asked, walks, dt.date(2017, 3, 15))
        assert seen == until
        with pytest.raises(DataGapError, match="ends on 2017-03-15, before 2017-03-16"):
            as_of._walk(TestEventQuestion.asked, walks, dt.date(2017, 3, 16))


class TestBaseRates:
    """Shares of past windows, and rates that forget."""

    def test_a_steady_rate(self) -> None:
        # 1.5 events and half a one: shape 2 at mean 2 * 5 / 10 = 1, p = 2/3.
        close(steady(np.array([1.5]), np.array([10]), 5)[0, :2], [4 / 9, 2 * 4 / 27])

    def test_past_windows_are_counted_and_one_steady_window_beside_them(self) -> None:
        # Windows of two days in 1, 0, 0, 1: 1, 0, 1 events, each half a window's worth, and the
        # gamma-Poisson of 2 events in 4 days: shape 2.5 at mean 1.25, p = 2/3.
        history = history_from_counts(np.array([1.0, 0, 0, 1, 1, 1]))
        none = (2 / 3) ** 2.5
        some = np.array([none, 2.5 * none / 3])
        rest = np.append(some, 1 - some.sum())
        share = (np.array([0.5, 1.0, 0.0]) + rest) / 2.5
        fitted = Climatology().fit(history, 2)
        close(fitted.predict(history, np.array([3]))[0], share)
        close(fitted.predict(history, np.array([3, 5]))[0], share)
        assert fitted.reasons(history, 3) == ()

    def test_a_moving_base_rate_forgets_what_is_older(self) -> None:
        counts = np.concatenate([np.ones(400), np.zeros(365)])
        history = history_from_counts(counts)
        fitted = Climatology(years=1).fit(history, 1)
        assert fitted.span_days == 365
        quiet = history_from_counts(np.zeros(365))
        forgot = fitted.predict(history, np.array([764]))
        close(forgot, fitted.predict(quiet, np.array([364])))
        (reason,) = fitted.reasons(history, 764)
        assert reason.label == "the pace of the last 1 year"
        close(reason.rate, -365.25 * 400 / 765)
        (reason,) = fitted.reasons(history, 399)
        close(reason.rate, 0.0)

    def test_a_weighted_rate_and_why(self) -> None:
        # See `evidence`: 1.75 events in 2.35 days after 1, 0, 1.
        history = history_from_counts(np.array([1.0, 0.0, 1.0]))
        fitted = FittedRate(2, 1.0)
        mean, p = 1.75 * 2 / 2.35, 2.35 / 4.35
        close(fitted.predict(history, np.array([2]))[0, :2], [p**1.75, 1.75 * p**1.75 * (1 - p)])
        assert mean > 0
        close(fitted.reasons(history, 2)[0].rate, 365.25 * (1.75 / 2.35 - 2 / 3))
        drawn = fitted.drawn(history, 2)
        assert drawn.shape == (30, 3)
        assert abs(float((1 - drawn[:, 0]).mean()) - (1 - p**1.75)) < 0.1

    def test_the_half_life_that_foretold_best_is_chosen(self) -> None:
        bursts = np.tile(np.repeat([1.0, 0.0], 60), 12)
        assert WeightedRate().fit(history_from_counts(bursts), 7).half_life_days == 30
        assert WeightedRate().fit(history_from_counts(np.ones(365)), 7).half_life_days == 180


class TestHazard:
    """Event days that bring more of their kind."""

    def fitted(self, excites: float, window: int, base: float = 0.1) -> FittedHazard:
        history = history_from_counts(np.array([0.0, 1.0, 0.0]))
        model = SimpleNamespace(gain=np.ones(2), effects=np.array([[np.log(base), 0.0, 0.0]]))
        effects = np.array([[np.log(base), 0.0, 0.0]])
        return FittedHazard(window, cast(Any, model), effects, np.array([[excites, 0.0]]), history)

    def test_families_by_hand(self) -> None:
        z, half = 0.5, np.log(2.0)
        families = families_of(
            np.array([z + 0j]), np.array([[0.3]]), np.array([half]), np.array([2.0]), 3
        )
        one = z * np.exp(0.6 * (z - 1))
        two = z * np.exp(0.6 * (0.5 * (z - 1) + one - 1))
        close(families.real.ravel(), [z, one, two])
        sizes = _family_sizes(np.array([[0.3]]), np.array([half]), np.array([2.0]), 3)
        close(sizes, [[1, 1.6, 1 + 0.6 * (0.5 + 1.6)]])

    def test_without_follow_ons_the_count_is_poisson(self) -> None:
        fitted = self.fitted(0.0, 4)
        odds = fitted.predict(fitted.learned, np.array([2]))[0]
        close(odds[:3], [np.exp(-0.4), 0.4 * np.exp(-0.4), 0.08 * np.exp(-0.4)])

    def test_with_follow_ons_by_hand(self) -> None:
        # The event of the day before last heats the two days; the first of them may heat the next.
        fitted = self.fitted(0.2, 2)
        fade = np.exp(-DECAYS[0])
        first, second = 0.1 + 0.2 * fade, 0.1 + 0.2 * fade**2
        none = np.exp(-first - second)
        one = none * (first * np.exp(-0.2) + second)
        # By the generating function at 32 points of the unit circle and more: no count comes round.
        close(fitted.predict(fitted.learned, np.array([2]))[0], [none, one, 1 - none - one])
        close(fitted.drawn(fitted.learned, 2)[0], [none, one, 1 - none - one])

    def test_reasons_lead_from_the_past_to_what_is_expected(self) -> None:
        fitted = self.fitted(0.2, 2)
        design = np.ones((3, 3)) * [1.0, 0.0, 0.0]
        cast(Any, fitted.model).inputs = SimpleNamespace(
            baseline=SimpleNamespace(of=lambda _: design)
        )
        recent, era, calendar = (reason.rate for reason in fitted.reasons(fitted.learned, 2))
        fade = np.exp(-DECAYS[0])
        sizes, year = np.array([1.2, 1.0]), 365.25
        excited = year / 2 * float(sizes @ [0.2 * fade, 0.2 * fade**2])
        usual = year / 2 * 0.1 * 2.2
        close(recent, excited - (year / 3 - usual))
        close([era, calendar], [0.0, 0.0])

    def test_the_season_begins_with_the_year(self) -> None:
        history = history_from_counts(np.zeros(2))
        days = np.array(["2001-01-01", "2001-04-02"], "datetime64[D]")
        angle = 2 * np.pi * 91 / 365.25
        close(_covariates(history, days), [[0, 1], [np.sin(angle), np.cos(angle)]])


class TestRegression:
    """Counts regressed on the recent past."""

    def test_what_is_not_known_stands_at_its_mean(self) -> None:
        raw = np.array([[1.0, np.nan], [3.0, 5.0], [5.0, np.nan]])
        centre, spread = _moments(raw)
        close(centre, [3, 5])
        close(spread, [np.sqrt(8 / 3), 1e-9])
        close(_moments(np.full((2, 1), np.nan))[0], [0])
        design = _standard(np.array([[3.0, np.nan], [103.0, 5.0]]), centre, spread)
        close(design, [[1, 0, 0], [1, 3, 0]])

    def test_the_shape_is_that_of_the_scatter(self) -> None:
        # Squared errors 4 and 4 less the means 2 and 2 over the squared means 4 and 4: 1/2.
        assert _shape(np.array([0.0, 4.0]), np.array([2.0, 2.0])) == 2.0
        assert _shape(np.array([2.0, 2.0]), np.array([2.0, 2.0])) == 1e6
        assert _shape(np.array([0.0, 40.0]), np.array([1.0, 1.0])) == 0.05

    @pytest.mark.parametrize(
        ("days", "events", "fits"), [(22, 5, True), (22, 4, False), (21, 5, False)]
    )
    def test_it_needs_three_windows_and_five_events(
        self, days: int, events: int, fits: bool
    ) -> None:
        counts = np.zeros(days)
        counts[5 : 5 + events] = 1.0
        assert (CountRegression().fit(history_from_counts(counts), 7) is not None) is fits


class TestScores:
    """Scores, by hand."""

    def test_log_scores_have_a_floor_and_know_what_they_do_not_know(self) -> None:
        seen = log_score(np.array([0.25, 0.25, 1.0, 0.5]), np.array([1.0, 0.0, 0.0, np.nan]))
        close(seen, [np.log(4), -np.log(0.75), 6 * np.log(10), np.nan])

    def test_a_score_of_draws(self) -> None:
        # Distances to 1 are 1, 0 and 2; those of two draws at random are 12 / 9, and half counts.
        close(crps_of_draws(np.array([3.0, 0.0, 1.0]), np.array(1.0)), 1 - 2 / 3)

    def test_the_transform_lies_within_the_step_of_the_outcome(self) -> None:
        steps = np.tile([0.25, 0.0, 0.75], (5, 1))
        counts = np.array([1.0, 3.0, np.nan, 0.0, 2.0])
        seen = pit_of_counts(steps, counts, np.random.default_rng(1))
        close(seen[:3], [0.25, 1.0, np.nan])
        assert 0 <= seen[3] <= 0.25 <= seen[4] < 1

    def test_what_is_not_known_is_left_out_of_skill(self) -> None:
        drawn = Resamples(np.tile(np.arange(3), (4, 1)), 0.05)
        gain = skill(np.array([1.0, np.nan, 2.0]), np.array([4.0, 9.0, 2.0]), drawn, "r")
        assert (gain.value, gain.low, gain.high) == (0.5, 0.5, 0.5)
        assert np.isnan(skill(np.ones(3), np.zeros(3), drawn, "r").value)

    def test_an_interval_leaves_out_its_tails(self) -> None:
        assert Resamples(np.zeros((1, 1), int), 0.25).interval(np.arange(5.0)) == (1.0, 3.0)
        assert resample(40, 10, np.random.default_rng(1)).rows.shape == (1000, 40)
        assert (
            resample(400, 10, np.random.default_rng(1)).tail
            < 0.05
            > resample(40, 10, np.random.default_rng(1)).tail
        )

    def test_equal_odds_are_one_group(self) -> None:
        odds = np.array([0.1, 0.5, 0.5, 0.5, 0.9, np.nan, 0.3])
        came = np.array([0.0, 1.0, 0.0, 1.0, 1.0, 1.0, np.nan])
        groups = reliability(odds, came, Resamples(np.tile(np.arange(7), (3, 1)), 0.05), 3)
        seen = [(g.count, g.forecast, g.observed, g.low, g.high) for g in groups]
        close(seen, [[1, 0.1, 0, 0, 0], [3, 0.5, 2 / 3, 2 / 3, 2 / 3], [1, 0.9, 1, 1, 1]])
        assert reliability(odds, came * np.nan, resample(7, 2, np.random.default_rng(1)), 3) == []

    def test_tenths_hold_their_lower_end_and_one(self) -> None:
        close(tenths(np.array([0.0, 0.1, 0.95, 1.0])), [0.25, 0.25, *[0] * 7, 0.5])
        assert tenths(np.zeros(0)) == (0.0,) * 10

    def test_weights_are_posterior_odds(self) -> None:
        # Twice as likely twice over, each counting half: two to one. No spread, so no luck.
        close(learn_weights(np.log([[0.8, 0.4], [0.8, 0.4]]), 0.5), [2 / 3, 1 / 3])

    def test_a_quantile_of_models_by_their_weights(self) -> None:
        each = np.array([[0.1, 0.2], [0.5, 0.6]])
        assert interval(each, np.array([0.04, 0.96])) == (0.5, 0.6)
        assert interval(each, np.array([0.06, 0.94])) == (0.2, 0.6)
        assert interval(each, np.array([0.96, 0.04])) == (0.1, 0.2)
        assert [odds_text(p) for p in (0.0099, 0.01, 0.99, 0.9901)] == [
            "under 1%", "1%", "99%", "over 99%"
        ]  # fmt: skip


class TestWalk:
    """Week by week through the past."""

    def past(self) -> Walk:
        """Ten days, windows of three, two models of which the first is right about the first."""
        history = history_from_counts(np.array([0, 0, 0, 1, 0, 0, 0, 0, 1, 0.0]))
        sure = np.array([[0.2, 0.8, 0, 0], [0.5, 0.5, 0, 0], [0.5, 0.5, 0, 0]])
        parts = np.stack([sure, sure[:, [1, 0, 2, 3]]])
        return Walk(
            history, 3, ("a", "b"), np.array([2, 4, 7]), parts, np.array([1.0, 0, np.nan]),
            np.array([[0.5, 0.5], [0.5, 0.5], [0.25, 0.75]]), 26,
        )  # fmt: skip

    def test_weights_are_learned_from_the_day_on_which_a_window_is_over(self) -> None:
        past = self.past()
        close(past.weights_on(past.history.days[4]), [0.5, 0.5])
        close(past.weights_on(past.history.days[5]), [0.8, 0.2])
        close(past.pooled[0], [0.5, 0.5, 0, 0])

    def test_a_trial_holds_the_windows_that_are_over(self) -> None:
        past = self.past()
        trial = trial_of(past, 1, 2, np.random.default_rng(1))
        close(trial.odds, [[0.8, 0.5], [0.2, 0.5], [0.5, 0.5]])
        close(trial.outcomes, [1, 0])
        close(trial.weights, past.weights_on(past.history.days[-1]))
        first, second = np.random.default_rng(1).random(2)
        close(trial.pit, [0.5 + 0.5 * first, 0.5 * second])  # where the pool put what came
        assert [str(day) for day in trial.dates] == ["2000-01-03", "2000-01-05"]
        assert (trial.overlap, trial.labels[-1], trial.references) == (2, "combination", 3)
        assert trial_of(
            past, 2, 3, np.random.default_rng(1), past.history.days[6]
        ).outcomes.tolist() == [0.0]
        assert trial_of(past, 1, 3, np.random.default_rng(1)).overlap == 1
        close(trial.crps[0], [0.04, 0.25])

    def test_it_begins_with_three_years_and_three_events(self) -> None:
        counts = np.zeros(1110)
        counts[[1, 50]] = 1
        assert _origins(history_from_counts(counts)).tolist() == []
        counts[60] = 1
        assert _origins(history_from_counts(counts)).tolist() == [1096, 1103]
        counts[60], counts[1102] = 0, 1
        assert _origins(history_from_counts(counts)).tolist() == [1102, 1109]

    def test_a_count_beyond_a_distribution_was_given_its_last_entry(self) -> None:
        parts = np.array([[[0.1, 0.9], [0.3, 0.7]]])
        close(_given(parts, np.array([0.0, 5.0])), [[0.1, 0.7]])

    def test_reasons_of_models_are_added_by_their_weights(self) -> None:
        parts = [
            (0.5, [Reason("a", 2.0), Reason("b", -0.008)]),
            (0.5, [Reason("a", 4.0), Reason("c", -7.0)]),
        ]
        reasons = _added(parts, -0.4)
        assert [reason.label for reason in reasons] == ["c", "a", OTHER]
        close([reason.rate for reason in reasons], [-3.5, 3.0, 0.1])
        assert _added([(1.0, [Reason("a", 0.005)])], 0.0099) == (Reason("a", 0.005),)


class TestEventQuestion:
    """Questions on an action."""

    asked = EventQuestion(
        kind="events", id="q", title="A test within 28 days", question="?", action="tests",
        within_days=28, since=dt.date(2000, 1, 1), at_least=2,
    )  # fmt: skip

    def test_a_window_that_is_over_has_no_odds(self) -> None:
        history = history_from_counts(np.zeros(10))  # to 10 January
        last = dt.date(2000, 1, 10)
        for as_of in (last, dt.date(2000, 1, 14)):
            assert _last_day(history, 5, as_of) == last
        with pytest.raises(DataGapError, match=r"ends on 2000-01-10, and the date is 2000-01-15"):
            _last_day(history, 5, dt.date(2000, 1, 15))

    def test_its_sentence_tells_the_two_reasons_that_matter(self) -> None:
        reasons = (
            Reason(OTHER, 9.0), Reason("a", -2.0), Reason("z", 1.0), Reason("b", 0.99),
        )  # fmt: skip
        models = (ModelOdds("base rate", 0.25, 1.0),)
        flow = Waterfall("days per year", "past", 10.0, reasons, "now", 8.0)
        odds = SimpleNamespace(
            probability=0.5, low=0.005, high=0.75, base_rate=models[0].probability, waterfall=flow
        )
        days = dt.date(2017, 3, 16), dt.date(2017, 4, 12)
        assert _sentence(self.asked, cast(Any, odds), "tests", *days) == (
            "50% (90% interval under 1% to 75%) for at least 2 days with tests from 16 March 2017 "
            "to 12 April 2017; the base rate is 25%. What moves it most: a (\N{MINUS SIGN}2 days "
            "per year); z (+1 days per year)."
        )

    def test_another_window_of_it(self) -> None:
        assert self.asked.within(2).title == "A test within 2 days"
        assert self.asked.model_copy(update={"at_least": 1}).within(1).question == (
            "A test within 1 day?"
        )
        for days in (1, 367 * 11):
            with pytest.raises(UsageError, match="asks for 2 days"):
                self.asked.within(days)

    @pytest.mark.parametrize(
        ("recorded", "now", "other"),
        [
            ({"kinds": ["a"]}, {"kinds": ["a"], "strict": False, "n": None}, False),
            ({"kinds": ["a"]}, {"kinds": ["a"], "strict": True}, True),
            ({"of": [{"x": "", "y": 1}]}, {"of": [{"y": 1}]}, False),
            ({"of": [{"y": 2}]}, {"of": [{"y": 1}]}, True),
        ],
    )
    def test_keys_that_say_nothing_change_no_meaning(
        self, recorded: dict[str, Any], now: dict[str, Any], other: bool
    ) -> None:
        assert changed(now, {"definition": recorded}) is other


class TestShown:
    """Odds laid out."""

    @pytest.mark.parametrize(
        ("size", "places"), [(0.0, 3), (0.5, 3), (1.5, 3), (15.0, 2), (-150.0, 1), (15000.0, 0)]
    )
    def test_places_go_with_the_larger_end(self, size: float, places: int) -> None:
        flow = Waterfall("days per year", "past", size, (Reason("a", 1.0),), "now", size / 2)
        table = _reasons(flow)
        assert [column.places for column in table.columns[1:]] == [places, places]
        assert table.rows == (("past", None, size), ("a", 1.0, None), ("now", None, size / 2))

    def test_counts_are_told_until_nearly_all_is(self) -> None:
        odds = SimpleNamespace(counts=np.array([0.7, 0.2, 0.096, 0.003, 0.001]))
        close([row[2] for row in _counts(cast(Any, odds)).rows], [0.7, 0.2, 0.096, 0.004])
        assert [row[:2] for row in _counts(cast(Any, odds)).rows][2:] == [
            (2, "2"),
            (3, "3 or more"),
        ]


class TestForeseen:
    """Draws of the change of a level."""

    def test_a_model_without_odds_at_an_origin_leaves_it_to_the_base_rate(self) -> None:
        model = Foreseen(np.ones((2, 1)), np.ones((2, 1)), np.array([np.nan, 0.7]), np.ones(2))
        base = Foreseen(np.zeros((2, 1)), np.zeros((2, 1)), np.array([0.5, 0.5]), np.zeros(2))
        both = where_known(model, base)
        assert [both.draws.tolist(), both.odds.tolist(), both.means.tolist()] == [
            [[0.0], [1.0]], [0.5, 0.7], [0.0, 1.0]
        ]  # fmt: skip
        close(np.sort(ranks()), (np.arange(400) + 0.5) / 400)
        close(bounded(np.array([0.0, 0.5, 1.0])), [0.5 / 401, 0.5, 400.5 / 401])


START = dt.date(2018, 1, 1)
COLUMNS = ("event_id", "date", "published", "source", "target", "cameo", "origin")


def reports(rows: list[tuple[int, str, str, str]]) -> pa.Table:
    """Events by day since 1 January 2018, source, target and code."""
    days = [START + dt.timedelta(days=row[0]) for row in rows]
    values: dict[str, list[Any]] = {
        "event_id": [f"t:{number:04d}" for number in range(len(rows))],
        "date": days, "published": days, "origin": ["t"] * len(rows),
        **{name: [row[place] for row in rows]
           for place, name in ((1, "source"), (2, "target"), (3, "cameo"))},
    }  # fmt: skip
    none: list[Any] = [None] * len(rows)
    return pa.table({f.name: values.get(f.name, none) for f in SCHEMA}, schema=SCHEMA)


class TestWeeks:
    """Events cut into weeks."""

    def test_whole_weeks_end_where_the_coming_one_begins(self) -> None:
        # 28 days that only feed the counts, a week without an event and one with one on its last.
        table = reports([(0, "A", "B", "040"), (20, "A", "A", "040"), (41, "B", "A", "1123")])
        weeks = weekly(table, ("A", "B"), None)
        assert (weeks.count, weeks.as_of, weeks.features.shape[0]) == (2, dt.date(2018, 2, 12), 3)
        unit = {
            (weeks.parties[s], ROOTS[r], weeks.parties[t]): weeks.came[:, u].tolist()
            for u, (s, r, t) in enumerate(zip(weeks.source, weeks.root, weeks.target, strict=True))
        }
        assert len(unit) == 40
        assert unit["B", "11", "A"] == [0, 1]
        assert sum(map(sum, unit.values())) == 1
        with pytest.raises(DataGapError, match="begin on 2018-01-01 and the week on 2018-02-04"):
            weekly(table, ("A", "B"), dt.date(2018, 2, 4))
        assert weekly(table, ("A", "B"), dt.date(2018, 2, 5)).count == 1
        with pytest.raises(DataGapError, match="There are no events before the week"):
            weekly(table, ("A", "B"), START)
        with pytest.raises(UsageError, match="no column 'cameo'"):
            weekly(table.drop_columns(["cameo"]), ("A", "B"), None)

    def test_memory_of_the_act_its_reverse_the_pair_and_the_party(self) -> None:
        # Two parties, two roots, one day: A does root 0 to B thrice, root 1 once; B root 0 once.
        counts = np.zeros((1, 2, 2, 2))
        counts[0, 0, 0, 1], counts[0, 0, 1, 1], counts[0, 1, 0, 0] = 3.0, 1.0, 1.0
        features = _features(counts, np.array([0, 1])).reshape(2, 2, 2, 2, 18)
        assert not features[0].any()
        close(np.expm1(features[1, 0, 0, 1, :6]), [3, 1, 4, 1, 3, 4])
        close(np.expm1(features[1, 1, 1, 0, :6]), [0, 1, 1, 4, 0, 1])
        longer = np.concatenate([counts, np.zeros((2, 2, 2, 2))])
        close(_faded(longer, 0.5, np.array([1, 3]))[:, 0, 0, 1], [3.0, 0.75])

    def test_the_usual_share_is_that_of_the_weeks_before(self) -> None:
        came = np.array([[1.0], [0], [0], [1], [0], [1]])
        close(_usual(came)[:, 0], np.log([2.2 / 2.8, 2.2 / 3.8, 3.2 / 3.8]))

    def test_events_behind_a_move_weigh_by_kind_and_age(self) -> None:
        rows = [(41, "A", "B", "040"), (41, "B", "A", "042"), (41, "A", "B", "170"),
                (0, "A", "B", "043"), (28, "A", "B", "040"), (41, "A", "C", "040")]  # fmt: skip
        weeks = weekly(reports(sorted(rows)), ("A", "B", "C"), None)
        named = zip(weeks.source, weeks.root, weeks.target, strict=True)
        place = list(named).index((0, 3, 1))
        behind = weeks.behind(place, 4)
        # The old one counts 1/2 after 14 days, the reverse 1/2 and a day, other kinds 1/5.
        assert [(row[0], row[3]) for row in behind] == [
            ("t:0002", "040"), ("t:0001", "040"), ("t:0005", "042"), ("t:0003", "170"),
        ]  # fmt: skip


class TestMoves:
    """The coming week."""

    def weeks(self, count: int, hits: int = 30) -> Weeks:
        """Two units of each of two parties; the first of A came in each of the first weeks."""
        rng = np.random.default_rng(1)
        came = np.zeros((count, 4))
        came.ravel()[:hits] = 1.0
        features = rng.normal(size=(count + 1, 4, 2))
        features[-1, :, 0] = [1.0, 2.0, 0.0, 0.0]
        source, root, target = (
            np.array([0, 0, 1, 1]),
            np.array([3, 4, 3, 4]),
            np.array([1, 1, 0, 0]),
        )
        return Weeks(("A", "B"), START, source, root, target, features, came, reports([]))

    @pytest.mark.parametrize("parties", [(), ("A",), ("A", "A")])
    def test_two_parties_are_needed(self, parties: tuple[str, ...]) -> None:
        told = ", ".join(parties) or "none"
        with pytest.raises(UsageError, match=f"The parties are {told}"):
            next_moves(SCHEMA.empty_table(), parties)

    def test_fourteen_weeks_and_thirty_acts_are_needed(self) -> None:
        _check_history(self.weeks(14))
        for weeks in (self.weeks(13), self.weeks(14, 29)):
            with pytest.raises(DataGapError, match="At least 14 weeks with 30"):
                _check_history(weeks)

    def test_equal_odds_are_ordered_by_what_was_lately_seen(self) -> None:
        weeks = self.weeks(14)
        assert _likeliest(weeks, np.array([0.5, 0.5, 0.2, 0.9]), 0, 5) == [1, 0]
        assert _likeliest(weeks, np.array([0.5, 0.5, 0.2, 0.9]), 1, 1) == [3]

    def test_the_most_unusual_of_a_party_if_any_is(self) -> None:
        weeks = self.weeks(15, hits=30)  # each unit in half of the weeks, about
        usual = weeks.came.mean(axis=0)
        moves = list(_unusual(weeks, usual + np.array([0.1, 0.2, 0.0, -0.1]), 3))
        assert [(move.source, move.action) for move in moves] == [("A", "05")]
        close([moves[0].usual, moves[0].odds], [usual[1], usual[1] + 0.2])

    def test_past_weeks_are_forecast_by_fits_of_the_weeks_before(self) -> None:
        few, many = self.weeks(20), self.weeks(60, 100)
        assert (past_odds(few).first, len(past_odds(few).odds)) == (8, 12)
        past = past_odds(many)  # fitted anew each second week from the 34th on
        assert (past.first, past.odds.shape) == (34, (26, 4))
        for week, fit in ((34, 34), (35, 34), (36, 36), (59, 58)):
            flat = many.features[:fit].reshape(-1, 2), many.came[:fit].ravel()
            constant, *weights = coefficients(*flat)
            odds = 1 / (1 + np.exp(-(constant + many.features[week] @ np.array(weights))))
            close(past.odds[week - 34], odds)

    def test_calibration_by_classes_of_odds(self) -> None:
        odds = np.array([0.01, 0.02, 0.03, 0.5, 1.0])
        seen = calibration(odds, np.array([0.0, 1.0, 0.0, 1.0, 1.0]), np.full(5, 0.5), 3)
        close(seen.said, [0.01, 0.025, 0.5, 1.0])
        close(seen.came, [0, 0.5, 1, 1])
        assert seen.forecasts.tolist() == [1, 2, 1, 1]
        close(seen.error, (0.01 + 2 * 0.475 + 0.5) / 5)
        brier = (0.0001 + 0.9604 + 0.0009 + 0.25) / 5
        close([seen.brier, seen.usual, seen.skill], [brier, 0.25, 1 - brier / 0.25])
        assert not seen.check().passed
        assert "lower than that of each move's own share" in seen.check().text
        even = calibration(np.full(4, 0.25), np.array([0.0, 0, 0, 1]), np.full(4, 0.25), 1)
        assert even.check().passed and "no lower" in even.check().text and even.skill == 0

    def test_levels_are_drawn_towards_their_odds_by_two_cases(self) -> None:
        right = isotonic(np.array([0.9, 0.1, 0.1, 0.5]), np.array([1.0, 0.0, 1.0, 0.0]))
        # 0.1 and 0.5 are one level of three cases, a third of them hits, about 0.7 / 3.
        middle = 0.7 / 3
        close(right(np.array([middle, 0.9])), [(1 + 2 * middle) / 5, 2.8 / 3])

    @pytest.mark.parametrize(("ends", "over"), [(10, True), (11, False)])
    def test_a_coming_week_that_is_over_is_refused(self, ends: int, over: bool) -> None:
        origin = SimpleNamespace(last=dt.date(2020, 1, ends))
        if over:
            with pytest.raises(DataGapError, match="the week after them is over"):
                _check_reach(cast(Any, origin), dt.date(2020, 1, 17))
        else:
            _check_reach(cast(Any, origin), dt.date(2020, 1, 17))

    def test_the_origin_that_reaches_furthest_then_the_largest(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(coming_week, "origins_of", lambda store: store.summary())

        def held(*origins: tuple[str, int, int, int]) -> Any:
            summary = [
                SimpleNamespace(
                    origin=n, first=dt.date(2020, 1, a), last=dt.date(2020, 1, z), rows=r
                )
                for n, a, z, r in origins
            ]
            store = SimpleNamespace(summary=lambda: summary)
            return SimpleNamespace(events=SimpleNamespace(store=store), as_of=dt.date(2020, 1, 20))

        late = ("late", 21, 30, 9)
        assert _furthest(held(("a", 1, 19, 5), ("b", 20, 20, 1), late)).origin == "b"
        assert _furthest(held(("a", 1, 25, 5), ("b", 2, 30, 4), late)).origin == "a"
        with pytest.raises(DataGapError, match="begin after 2020-01-20"):
            _furthest(held(late))
