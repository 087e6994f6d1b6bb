"""What asks do at their edges, each part by itself against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import test_claims_units as claims
import test_forecasts_records as records
from detente.answers import Scale
from detente.asks import errands
from detente.asks.claims import extreme
from detente.asks.claims.aftermath import Aftermath
from detente.asks.claims.estimate import LeftOut
from detente.asks.claims.shift import Measured as Shifted
from detente.asks.claims.shown import carried_checks
from detente.asks.forecasts import backtest, hazard, ledger, level_logit
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.forecasts.events import moves
from detente.asks.forecasts.history import history_from_counts
from detente.asks.forecasts.ledger import _row, open_though_over
from detente.asks.forecasts.level_question import LevelQuestion, _in_units, _sentence, _start_label
from detente.asks.forecasts.odds import count_odds
from detente.asks.forecasts.question import read_question
from detente.asks.forecasts.record import Record
from detente.asks.forecasts.run import asked_questions, with_window
from detente.asks.forecasts.scores import resample
from detente.asks.forecasts.trial import Trial
from detente.asks.movers.places import _settled
from detente.asks.reactions.system_words import sentence
from detente.asks.scenarios import posterior, predictive
from detente.errors import DataGapError, UsageError
from detente.events.store import Store
from detente.study.options import Options
from test_claims_units import estimate, signal


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


@dataclass(frozen=True)
class Drawn:
    """Draws of a level."""

    draws: Any


class TestExtremes:
    """What an extreme claim is fitted to."""

    @pytest.fixture
    def fits(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
        """Which model was fitted, to how many periods; the level is the number of the month."""
        seen: list[tuple[str, int]] = []

        def fitted(kind: str) -> Any:
            def fit(of: Any, inside: Any, options: Any, **given: Any) -> Drawn:
                seen.append((kind, int(inside.sum())))
                return Drawn(np.tile(np.arange(len(inside), dtype=float), (4, 1)))

            return fit

        monkeypatch.setattr(extreme, "fit_peaks", fitted("peak"))
        monkeypatch.setattr(extreme, "fit_level", fitted("level"))
        return seen

    @pytest.mark.parametrize(
        ("target", "of", "model"),
        [
            ((10, 10), "", "peak"), ((9, 10), "", "level"),
            ((10, 10), "level", "level"), ((9, 10), "peak", "peak"),
        ],
    )  # fmt: skip
    def test_one_period_is_a_peak_and_more_are_a_level(
        self, fits: list[Any], target: tuple[int, int], of: str, model: str
    ) -> None:
        span = [dt.date(2001, target[0], 1), dt.date(2001, target[1], 28)]
        item = claims.TestExtreme().extreme(target=span, of=of).measure(signal([1.0] * 12))
        # Once to all that is known, once to what was known at the end of October.
        assert fits == [(model, 12), (model, 10)] and item.result.of == model
        assert item.effect == item.result.probability_then == 1.0  # later months are higher
        assert item.cases == target[0] - 2 and item.interval is item.p is None
        assert item.choices == {
            "source": "Source", "rivals begin": "at once", "data": "all",
            "normalisation": item.choices["normalisation"],
        }  # fmt: skip

    def test_the_lowest_is_the_highest_turned(self, fits: list[Any]) -> None:
        lowest = claims.TestExtreme().extreme(direction="lowest")
        item = lowest.measure(signal([1.0] * 12, counts=False))
        assert item.effect == 0.0 and item.result.posterior.draws[0, 5] == -5
        assert item.choices["normalisation"] == "as they are"

    def test_periods_without_data_are_neither_claimed_nor_rivals(self, fits: list[Any]) -> None:
        values = [1.0] * 12
        values[3] = values[9] = np.nan
        item = claims.TestExtreme().extreme(since=dt.date(2000, 12, 1)).measure(signal(values))
        assert np.flatnonzero(item.result.target).tolist() == [8]
        assert 3 not in np.flatnonzero(item.result.rivals) and item.cases == 7


class TestShifts:
    """The picture of a change and of its end."""

    def shift(self, left: Aftermath | None, **changes: Any) -> Any:
        series = signal([float(place) for place in range(24)], counts=False)
        result = SimpleNamespace(skipped=0, window_periods=2, before=4.5, after=8.0)
        place = Shifted(6, cast(Any, result), left)
        return (
            claims.TestShift()
            .shift(date=dt.date(2001, 7, 1), **changes)
            .chart(estimate(series, 1.0, place))
        )

    def test_its_end_is_drawn_where_there_is_one(self) -> None:
        left = Aftermath(0.5, 1.0, (0.0, 2.0), 12, 12.5, np.datetime64("2002-01-01"), Scale.POINTS)
        ended = dt.date(2002, 1, 1)
        plain = {row[3] for row in self.shift(None).table.rows}
        assert plain == {"", "before", "after"}
        rows = {str(row[0])[:7]: row for row in self.shift(left, ended=ended).table.rows}
        assert [rows[month][3] for month in ("2002-01", "2002-02", "2002-03")] == [
            "later", "later", "",
        ]  # fmt: skip
        assert rows["2002-01"][2] == 12.5 and rows["2001-06"][2] == 4.5
        # Nothing is drawn of an end that the data do not reach, or that the claim does not name.
        for without in (self.shift(None, ended=ended), self.shift(left)):
            assert "later" not in {row[3] for row in without.table.rows}


class TestRecords:
    """What stands in a record."""

    def test_why_forecasts_are_open_is_said_once_with_their_number(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = [SimpleNamespace(line={"title": title}) for title in ("A", "B", "A", "C")]
        monkeypatch.setattr(ledger, "recorded", lambda _: lines)
        reasons = {"A": "no data", "B": "another meaning", "C": ""}
        monkeypatch.setattr(ledger, "why_open", lambda _, item: reasons[item.line["title"]])
        assert list(open_though_over(cast(Any, None), Record(Path("r")))) == [
            "Open, though over (2): “A”: no data.",
            "Open, though over (1): “B”: another meaning.",
        ]

    @pytest.mark.parametrize(
        ("outcomes", "late", "wrong", "came"),
        [
            ((), False, False, "open"), ((), True, False, "open (late)"),
            ((1,), False, False, "yes"), ((0,), True, True, "no (clock was wrong)"),
            ((0, 1, 0), False, False, "no (before revision: no, yes)"),
        ],
    )  # fmt: skip
    def test_a_row_of_a_record(
        self, outcomes: tuple[int, ...], late: bool, wrong: bool, came: str
    ) -> None:
        line = {
            "as_of": "2017-03-15", "recorded": "2017-03-15T10:11:12", "title": "T",
            "probability": 0.25, "base_rate": 0.5, "resolves_on": "2017-04-12",
        }  # fmt: skip
        item = SimpleNamespace(
            line=line,
            outcome=outcomes[-1] if outcomes else None,
            resolutions=[{"outcome": outcome} for outcome in outcomes],
            late=late,
            clock_was_wrong=wrong,
        )
        assert _row(cast(Any, item)) == (
            "2017-03-15", "2017-03-15", "T", 0.25, 0.5, "2017-04-12", came,
        )  # fmt: skip


class TestQuestions:
    """Which questions are asked, and of which window."""

    def question(self, name: str, *, able: bool = True) -> Any:
        def within(days: int) -> str:
            if not able:
                raise UsageError("No.", f"{name} has periods of its own.", "Leave it out.")
            return f"{name} within {days}"

        return SimpleNamespace(id=name, within=within)

    def test_another_window(self) -> None:
        both = [self.question("a"), self.question("b", able=False)]
        able, left_out = with_window(both, 7)
        assert able == ("a within 7",) and left_out == ("b has periods of its own.",)
        assert with_window(both, None) == (tuple(both), ())
        with pytest.raises(UsageError, match="b has periods of its own"):
            with_window([self.question("b", able=False), self.question("c", able=False)], 7)

    def test_one_of_them_or_all(self) -> None:
        both = (self.question("first"), self.question("second"))
        study = cast(Any, SimpleNamespace(asks=lambda _: both))
        assert asked_questions(study, None) == both
        assert asked_questions(study, "second") == both[1:]
        with pytest.raises(UsageError, match=r"asks: first, second.*Did you mean"):
            asked_questions(study, "secnd")
        with pytest.raises(UsageError, match="declares no questions"):
            asked_questions(cast(Any, SimpleNamespace(asks=lambda _: ())), None)

    def level(self, **more: Any) -> Any:
        of = signal([1.0, 2.0, 4.0], **more)
        return SimpleNamespace(signal=of, sign=1.0, values=np.log([1.0, 2.0, 4.0]))

    def test_what_a_question_is_about(self) -> None:
        def spec(**given: Any) -> Any:
            return SimpleNamespace(
                model_dump=lambda mode, exclude: (
                    given | {"mode": mode, "without": "label" in exclude}
                ),
                **given,
            )

        study = SimpleNamespace(
            actions={"tests": spec(kinds=["t"])}, datasets=[spec(id="a"), spec(id="b")]
        )
        data = cast(Any, SimpleNamespace(study=study))
        asked = EventQuestion.model_construct(action="tests")
        assert asked.definition(data) == {"kinds": ["t"], "mode": "json", "without": True}
        assert EventQuestion.model_construct(action="talks").definition(data) == {}
        read = [SimpleNamespace(dataset="b"), SimpleNamespace(dataset=None)]
        level = LevelQuestion.model_construct(measures=read)
        assert level.definition(data) == {
            "datasets": [{"id": "b", "mode": "json", "without": True}]
        }

    def test_a_question_as_it_was_written_down(self) -> None:
        asked = {
            "kind": "events", "id": "q", "title": "t", "question": "q?", "action": "tests",
            "within_days": 28, "since": "2001-01-01",
        }  # fmt: skip
        read = read_question(asked)
        assert isinstance(read, EventQuestion) and read.within_days == 28
        assert read_question({"kind": "weather"}) is None and read_question({}) is None

    def test_only_counts_have_a_volume_of_news(self) -> None:
        exposed = self.level(exposure=[9.0, 9.0, 12.0])
        assert _start_label(exposed, 0, 2) == (
            "its level in 2001-01, at the volume of news of 2001-03"
        )
        assert _start_label(self.level(), 0, 2) == "its level in 2001-01"
        score = self.level(counts=False)
        assert _start_label(score, 1, 2) == "its level in 2001-02"

    def test_levels_in_units(self) -> None:
        unit, first, end, parts = _in_units(self.level(), 2, 1, [np.log(3), 0.0])
        assert unit == "events per year"
        close([first, end, *parts], [12 * 2, 12 * 6, 12 * 4, 0])
        score = self.level(counts=False)
        score.sign, score.values = -1.0, np.array([-1.0, -2.0, -4.0])
        assert _in_units(score, 2, 1, [0.5, -1.0]) == ("points", 2.0, 2.5, [-0.5, 1.0])
        chronicle = self.level()
        chronicle.signal = replace(chronicle.signal, dataset="chronicle")
        assert _in_units(chronicle, 2, 0, [0.0])[0] == "days per year"

    @pytest.mark.parametrize(
        ("against", "sign", "words"),
        [(1, 1.0, "above its level 1 month before"), (2, -1.0, "below its level 2 months before")],
    )
    def test_a_level_in_a_sentence(self, against: int, sign: float, words: str) -> None:
        asked = LevelQuestion.model_construct(against=against)
        odds = SimpleNamespace(probability=0.25, low=0.125, high=0.5, base_rate=0.75)
        of = self.level()
        of.sign = sign
        said = _sentence(asked, cast(Any, odds), of, dt.date(2001, 4, 1), dt.date(2001, 4, 30))
        assert said.startswith("25% (90% interval 12% to 50%) that the relation from 1 April 2001")
        assert f"to 30 April 2001 stands {words}; the base rate is 75%." in said


class TestMoves:
    """How the odds of the coming week did."""

    def test_each_past_week_beside_what_was_usual_before_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(moves, "calibration", lambda *given: given)
        came = np.zeros((15, 2))
        came[:, 0] = np.arange(15) % 2
        came[12:, 1] = 1
        past = SimpleNamespace(
            first=9,
            odds=np.arange(12.0).reshape(6, 2) / 100,
            came=came[9:],
            set_right=lambda place: lambda odds: odds + place,
        )
        weeks = cast(Any, SimpleNamespace(came=came))
        odds, outcome, usual, number = cast(Any, moves._checked(weeks, cast(Any, past)))
        # The first four of six weeks only teach: the fourteenth and the fifteenth are left.
        close(odds, [4.08, 4.09, 5.1, 5.11])
        close(outcome, [1, 1, 0, 1])
        close(usual, [6 / 13, 1 / 13, 7 / 14, 2 / 14])
        assert number == 2


class TestTrackRecord:
    """Which scores are set against which."""

    def trial(self) -> Trial:
        """Base rates that err by .5 and .4, a model by .3, the combination by .2."""
        came = np.array([1.0, 0.0, 1.0, 0.0])
        errors = np.array([0.5, 0.4, 0.3, 0.2])[:, None]
        days = np.datetime64("2001-01-01") + 7 * np.arange(4)
        return Trial(
            ("base", "recent", "model", "combination"), days, np.abs(came - errors),
            np.repeat([[4.0], [3.0], [2.0], [1.0]], 4, axis=1), np.full(4, 0.25), came,
            np.array([0.5, 0.3, 0.2]), 2, "week", 1,
        )  # fmt: skip

    def test_the_combination_is_set_against_both_base_rates(self) -> None:
        rows = backtest._scores(self.trial(), resample(4, 2, np.random.default_rng(1))).table.rows
        square, log, ranked = rows
        assert [row[0] for row in rows] == ["Brier score", "log score", "CRPS"]
        close(square[1:4], [0.04, 0.25, 0.16])
        close(square[4:], [0.84] * 3 + [0.75] * 3)
        close(log[1:4], -np.log([0.8, 0.5, 0.6]))
        close(ranked[1:], [1, 4, 3, *[0.75] * 3, *[2 / 3] * 3])
        first, recent = backtest._skills(
            self.trial(), resample(4, 2, np.random.default_rng(1)), self.trial().crps
        )
        assert (first.against, recent.against) == (backtest.BASE, backtest.RECENT)
        said = backtest._sentence(self.trial(), replace(first, against="base"), first, recent)
        assert said.startswith("Over 4 forecasts (") and "; 2 windows that do not overlap)" in said
        assert "the Brier score is 0.040." in said and "the base rate (0.250)" in said
        assert "of the last 3 years (0.160)" in said

    def test_models_with_their_weights(self) -> None:
        rows = backtest._models(self.trial()).table.rows
        assert [row[0] for row in rows] == ["base", "recent", "model", "combination"]
        close([row[1] for row in rows], [0.25, 0.16, 0.09, 0.04])
        close([row[3:] for row in rows], [[4, 0.5], [3, 0.3], [2, 0.2], [1, 1.0]])


class TestDays:
    """Which days odds are of, and what they need."""

    def test_odds_need_a_day_with_the_action(self) -> None:
        whole = history_from_counts(np.tile([1.0] + [0.0] * 9, 130))
        silent = replace(whole, counts=np.zeros(len(whole.counts)))
        for history, day in ((silent, whole.days[-1]), (whole, whole.days[0] - 1)):
            past = cast(Any, SimpleNamespace(history=history, window_days=28))
            with pytest.raises(DataGapError, match=f"are known up to {day}"):
                count_odds(past, day, 1)

    def test_a_window_begins_the_day_after(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            hazard, "_covariates", lambda _, days: days.astype(np.int64).astype(float)[:, None]
        )
        history = history_from_counts(np.ones(9))
        fitted = cast(Any, SimpleNamespace(window_days=2, learned=None))
        effects = np.array([[0.0, 1e-4], [1.0, 0.0], [9.0, 0.0]])
        rates = hazard.FittedHazard._base(fitted, history, np.array([0, 3]), effects)
        first = history.days[0].astype(np.int64)
        close(rates[0], np.exp(1e-4 * (first + np.array([[1, 2], [4, 5]]))))
        close(rates[1], np.full((2, 2), np.e))
        close(rates[2], np.full((2, 2), np.exp(3)))  # no rate is larger


class TestCarried:
    """Whether single cases carry a sign."""

    @pytest.mark.parametrize("case", ["Alpha", "none at all", "zeta"])
    def test_what_turns_the_sign_is_named_whatever_it_is_called(self, case: str) -> None:
        rest = [LeftOut("years", case, -1.0, 9), LeftOut("years", "2001", 1.0, 9)]
        item = estimate(signal([1.0]), 1.0)
        [check] = carried_checks(item, rest, ("year", "month"))
        assert check.passed is False and check.text.endswith(f"changes the sign: {case}.")
        [check] = carried_checks(item, rest[1:], ("year", "month"))
        assert check.passed is True and check.text.endswith("changes the sign: none.")


class TestLogit:
    """The logit on the past where it cannot be fitted."""

    def test_what_cannot_be_fitted_says_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(*_: Any, **__: Any) -> Any:
            raise DataGapError("No.", "Nothing.", "Load it.")

        values = np.random.default_rng(1).normal(size=40).tolist()
        asked = records.level(values, against=2)
        assert level_logit.by_gaps(asked, 30, np.array([31])) is not None
        monkeypatch.setattr(level_logit, "fit_logit", refused)
        assert level_logit.by_gaps(asked, 30, np.array([31])) is None


class TestSmallThings:
    """What is easily turned around."""

    def test_a_small_fall_is_a_fall(self) -> None:
        row = {"acts": "a", "responds": "b", "effect_percent": -0.6, "low90": -2.0, "high90": 0.4}
        assert "by 1% less b over 6 months" in sentence(row, 6, "month", counted=True)
        assert "b lower by 1%" in sentence(row, 6, "month", counted=False)

    def test_friends_stand_together_and_strangers_apart(self) -> None:
        """Two crowds of three states each that deal with their own."""
        pulls = np.full((6, 6), 0.05)
        pulls[:3, :3] = pulls[3:, 3:] = 1.05
        np.fill_diagonal(pulls, 0.05)
        spots = _settled(pulls)
        far = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
        own = np.kron(np.eye(2), np.ones((3, 3))).astype(bool)
        assert far[own].max() < far[~own].min()
        assert spots.min() == 0 and spots.max() == 1
        close(_settled(np.full((1, 1), 0.05)), [[0, 0]])


class TestPosterior:
    """Which draws of a system are kept."""

    def fitted(
        self, monkeypatch: pytest.MonkeyPatch, radii: dict[int, list[float]]
    ) -> tuple[Any, list[int]]:
        """Follow-ons drawn in so many sweeps; three draws are wanted."""
        asked: list[int] = []

        def gibbs(counts: Any, state: Any, *given: Any) -> Any:
            *_, eras, sweeps, burn_in, thin, seed = given
            asked.append(sweeps)
            assert (len(state), eras, burn_in, thin, seed) == (5, 2, 500, 10, 7)
            drawn = np.array(radii[sweeps])
            rates = np.tile(np.arange(len(drawn), dtype=float)[:, None, None], (1, 2, 1))
            return rates, np.stack([drawn / 4, 3 * drawn / 4], axis=-1).reshape(-1, 1, 1, 2)

        monkeypatch.setattr(posterior, "_gibbs", gibbs)
        past = SimpleNamespace(
            counts=np.array([[1.0], [0], [0], [1], [0]]),
            counted=np.array([[1.0], [0], [0], [1], [0]]), days=np.arange(5), eras=("e",),
            labels=np.zeros(5, int), after=np.ones((1, 1), bool),
            known=np.ones((5, 1), bool),
        )  # fmt: skip
        return posterior.fit_posterior(cast(Any, past), 3, seed=7), asked

    def test_only_those_that_settle(self, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn, asked = self.fitted(monkeypatch, {530: [0.5, 1.0, 0.9, 1.5, 0.99, 0.1]})
        assert asked == [530]
        close(drawn.rates[:, 0, 0], [0, 2, 4])  # the first three
        close(drawn.excitation.sum(axis=3).ravel(), [0.5, 0.9, 0.99])
        close(drawn.unstable, 2 / 6)
        close(drawn.decays, [1 / 10, 1 / 60])
        close(drawn.gain, 1 - np.exp([-1 / 10, -1 / 60]))
        # What both events have left on the day after the last: five days ago and two.
        left = np.exp(-np.outer([4, 1], drawn.decays)).sum(axis=0) * drawn.gain
        close(drawn.state / drawn.state[:, :1], [left / left[0]])

    def test_more_are_drawn_where_too_few_settle(self, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn, asked = self.fitted(
            monkeypatch, {530: [0.5, 1.1, 0.9], 1060: [1.1] * 7 + [0.1, 0.2, 0.3]}
        )
        assert asked == [530, 1060] and len(drawn.rates) == 3
        close(drawn.unstable, 0.7)

    def test_hardly_any_settles(self, monkeypatch: pytest.MonkeyPatch) -> None:
        doubled = {530 * 2**turn: [0.5, 1.1, 1.1, 1.1] for turn in range(9)}
        with pytest.raises(DataGapError, match="Only 25% of the parameters"):
            self.fitted(monkeypatch, doubled)


class TestHistories:
    """Relations simulated beside those that happened."""

    def test_months_bring_more_of_their_own_and_of_their_reverse(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        many = 1e6  # so that chance moves them by a thousandth
        baseline = SimpleNamespace(rates=lambda effect: np.full((3, 2), many * effect))
        own, back = np.array([0.5, 0.0]), np.array([9.0, 0.25])
        none = np.zeros(2)
        monkeypatch.setattr(predictive, "redrawn", lambda *_: (np.array([1.0, 2.0]), own, back))
        monkeypatch.setattr(predictive, "scatter", lambda *_: (np.array([0, 1]), none, none))
        fit = SimpleNamespace(
            inputs=SimpleNamespace(baseline=baseline), decays=np.array([np.log(2)]), gain=np.ones(1)
        )
        months = SimpleNamespace(reverse=np.array([-1, 0]))
        data = SimpleNamespace(options=Options(seed=1))
        model = cast(Any, SimpleNamespace(months=months, fit=fit, data=data))
        seen = predictive.simulated_months(model, 2)
        # The first excites itself by a half; the second is excited by it, and not the other way.
        first, second = [1, 1.5, 2], [1, 1.25, 1.5]
        right = np.array([[first, second], [2 * np.array(first), 2 * np.array(second)]])
        np.testing.assert_allclose(seen / many, right.transpose(0, 2, 1), rtol=0.02)
        bare = predictive.simulated_months(cast(Any, SimpleNamespace(months=None, fit=fit)), 5)
        assert bare.shape == (5, 0, 0)


class TestErrands:
    """What is answered beforehand, by whom."""

    def test_those_that_share_work_go_together_and_last(self) -> None:
        shares = {"a": "walks", "b": "", "c": "walks", "d": "", "e": "model"}
        named = {key: SimpleNamespace(shares=name) for key, name in shares.items()}
        groups = [list(group) for group in errands._groups(cast(Any, named))]
        assert groups == [["b"], ["d"], ["a", "c"], ["e"]]

    def test_what_fails_is_left_to_whoever_asks(self) -> None:
        def answer(*_: Any) -> str:
            raise DataGapError("No.", "Nothing.", "Load it.")

        group = {
            "a": SimpleNamespace(answer=lambda *_: "A"),
            "b": SimpleNamespace(answer=answer),
            "c": SimpleNamespace(answer=lambda *_: "C"),
        }
        none = cast(Any, None)
        assert errands._answers(cast(Any, group), none, print) == {"a": "A", "c": "C"}

    def run(self, patch: pytest.MonkeyPatch, number: int, held: int = 0, others: int = 1) -> Any:
        """So many errands, of which the first are held in the cache."""
        given: list[Any] = []

        class Helping:
            def __init__(self) -> None:
                self.others = others

            def begin(self, *given_first: Any) -> None:
                given.append(given_first)

            def each(self, _: Any, groups: Any, here: Any) -> Any:
                given.append([len(group) for (group,) in groups])
                return [here(group) for (group,) in groups]

        cache = {str(n): "held" for n in range(held)}
        patch.setattr(errands, "base_of", lambda by, ask, *_: ask)
        patch.setattr(errands, "recalled", lambda key, *_: cache.get(key))
        patch.setattr(errands, "packed", lambda what: b"packed")
        asked = [
            SimpleNamespace(by=None, ask=str(n), shares="", answer=lambda *_: "new")
            for n in range(number)
        ]
        foreign = SimpleNamespace(by=None, ask="", shares="", answer=lambda *_: "never")
        data = SimpleNamespace(events=None, options=Options())
        data.under = lambda options: SimpleNamespace(options=options)
        given_back = errands.answered(
            cast(Any, [*asked, foreign]), cast(Any, data), cast(Any, Helping()), print
        )
        return given_back.options.answered, given

    def test_helpers_are_asked_for_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answers, given = self.run(monkeypatch, 10, held=2)
        assert answers == {str(n): "held" if n < 2 else "new" for n in range(10)}
        assert given == [(errands._take, b"packed"), [1] * 8]

    def test_for_seven_no_helper_is_started(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.run(monkeypatch, 9, held=2) == ({"0": "held", "1": "held"}, [])
        assert self.run(monkeypatch, 20, others=0) == (None, [])

    def test_events_that_each_would_read_anew_are_not_shared(self) -> None:
        def anew(engine: str, store: Any) -> bool:
            events = SimpleNamespace(engine=engine, store=store)
            return errands._counted_elsewhere(cast(Any, SimpleNamespace(events=events)))

        store = Store.__new__(Store)
        assert not anew("duckdb", store)
        assert anew("local[2]", store) and anew("duckdb", "a lake")
        assert not errands._counted_elsewhere(cast(Any, SimpleNamespace(events=None)))
