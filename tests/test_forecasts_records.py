"""Levels, records and published odds, each part by itself against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Table, Value
from detente.asks.forecasts.backtest import _bins, _caveats, _facts, _tenths, _years, scored
from detente.asks.forecasts.foreseen import Foreseen
from detente.asks.forecasts.gauge import gauge_of, read_gauge
from detente.asks.forecasts.ledger import Recorded, _summary, recorded
from detente.asks.forecasts.level import (
    Level,
    _base_rate,
    _growth,
    _level,
    _origins,
    _resampled,
    mixed,
    weights_on,
)
from detente.asks.forecasts.level_logit import _past_cases, _size, by_gaps, gaps
from detente.asks.forecasts.level_question import (
    LevelQuestion,
    _compared,
    _in_units,
    _last_known,
    _period,
    _settled,
    _waterfall,
)
from detente.asks.forecasts.lines import problems
from detente.asks.forecasts.proof import Proof, check_proof
from detente.asks.forecasts.published import ALONE, OF_QUESTIONS, _by_moment
from detente.asks.forecasts.published_moments import moments
from detente.asks.forecasts.published_rows import Given, _issued_problems, _probability_problems
from detente.asks.forecasts.published_rows import _within_problems as within_problems
from detente.asks.forecasts.published_scores import COLUMNS as SCORE_COLUMNS
from detente.asks.forecasts.published_scores import Compared, _difference, _weights, overlapping
from detente.asks.forecasts.record import Record, append, check_times, read_record
from detente.asks.forecasts.references import judged
from detente.asks.forecasts.resolve import _stands, check_clock, forecast_lines, with_change
from detente.asks.forecasts.run import _first, look_ahead, outlook
from detente.asks.forecasts.scores import Skill
from detente.asks.forecasts.settle import Settled, settle
from detente.asks.forecasts.shown import all_odds
from detente.asks.forecasts.trial import Trial
from detente.errors import DataGapError, InputError
from detente.relations.series import make_series
from detente.study.signal import Signal


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def signal(
    values: list[float], *, counts: bool = False, every: str = "month", **more: Any
) -> Signal:
    """A relation by month since January 2000."""
    step = {"month": 1, "year": 12}[every]
    dates = [str(np.datetime64("2000-01") + step * i) + "-01" for i in range(len(values))]
    series = make_series("s", every, dates, values, unit="points", **more)
    return Signal(series, counts, "Source", "value", "the relation")


def level(values: list[float], *, ahead: int = 1, against: int = 2, **more: Any) -> Level:
    asked = LevelQuestion.model_construct(
        ahead=ahead, against=against, direction=more.pop("direction", "above"), since=None
    )
    return _level(replace(signal(values, **more), reverse=False), asked)


class TestLevel:
    """A relation against its level some periods before."""

    def test_changes_are_signed_by_what_is_asked_for(self) -> None:
        asked = LevelQuestion.model_construct(ahead=1, against=2, direction="below", since=None)
        down = _level(signal([1.0, 2.0, 4.0, 1.0]), asked)
        close(down.changes, [np.nan, np.nan, -3.0, 1.0])
        close(down.values, [-1.0, -2.0, -4.0, -1.0])
        turned = _level(replace(signal([1.0, 2.0, 4.0, 1.0]), reverse=True), asked)
        close(turned.changes, [np.nan, np.nan, 3.0, -1.0])
        assert (down.sign, turned.sign) == (-1.0, 1.0)
        late = asked.model_copy(update={"since": dt.date(2000, 2, 1)})
        close(_level(signal([1.0, 2.0, 4.0, 1.0]), late).changes, [np.nan, np.nan, np.nan, 1.0])

    def test_changes_do_not_reach_across_a_seam(self) -> None:
        seamed = signal([1.0, 2.0, 4.0, 1.0, 7.0])
        series = replace(seamed.series, segments=np.array([0, 0, 1, 1, 1]))
        asked = LevelQuestion.model_construct(ahead=1, against=2, direction="above", since=None)
        changed = _level(replace(seamed, series=series), asked)
        close(changed.changes, [np.nan] * 4 + [3.0])

    def test_past_changes_as_they_came(self) -> None:
        seen = _base_rate([np.array([np.nan, 1.0, -1.0, 3.0]), np.array([np.nan])], 2)
        close(seen.odds, [2.5 / 4, 0.5 / 2])
        close(seen.means, [1.0, 0.0])
        close(np.sort(seen.draws[0])[[0, -1]], [-1 + 4 * 0.5 / 400, 3 - 4 * 0.5 / 400])
        close(seen.draws[1], np.zeros(400))

    def test_resamples_keep_neighbours_together(self) -> None:
        drawn = _resampled(np.arange(7.0), 3)
        assert drawn.shape == (400, 7)
        for first in (0, 3):
            assert ((np.diff(drawn[:, first : first + 3], axis=1) - 1) % 7 == 0).all()
        assert (np.diff(drawn[:, 2:4], axis=1) % 7 != 1).any()
        short = _resampled(np.arange(4.0), 99)  # in blocks of no more than half
        assert ((short[:, 1] - short[:, 0]) % 4 == 1).all() and len(np.unique(short, axis=0)) == 16

    def test_shocks_grow_by_what_comes_after_them(self) -> None:
        effects = np.array([[0.5, 0.25], [0.0, 0.0]])
        close(_growth(effects, 1), [1, 1])
        close(_growth(effects, 3), [np.sqrt(1 + 0.25 + 0.25), 1])

    def test_draws_are_taken_in_proportion_to_weights(self) -> None:
        draws = np.stack([np.zeros((2, 4)), np.ones((2, 4))])
        close(mixed(draws, np.array([[0.25, 0.75], [1.0, 0.0]])), [[0, 1, 1, 1], [0, 0, 0, 0]])

    def test_origins_have_enough_past_and_a_known_outcome(self) -> None:
        values = [float(i % 5) for i in range(32)]
        assert _origins(level(values, against=1, every="year")).tolist() == list(range(24, 31))
        assert _origins(level(values, ahead=2, every="year")).tolist() == list(range(25, 30))
        values[27] = np.nan
        assert _origins(level(values, against=1, every="year")).tolist() == [24, 25, 28, 29, 30]
        assert _origins(level([0.0] * 12 + [1.0] * 13, against=1)).tolist() == []

    def test_weights_rest_on_what_was_decided(self) -> None:
        asked = level([0.0] * 9, ahead=2)
        odds, came, origins = (
            np.array([[0.8, 0.9], [0.2, 0.9]]),
            np.array([1.0, 0.0]),
            np.array([3, 4]),
        )
        close(weights_on(odds, came, origins, 4, asked), [0.5, 0.5])
        close(weights_on(odds, came, origins, 5, asked), [2 / 3, 1 / 3])  # counts a half of 4 to 1

    def test_gaps_to_the_level_compared_with(self) -> None:
        asked = level([1.0, 2.0, 4.0, 9.0], ahead=1, against=3)
        close(gaps(asked), [[np.nan] * 2, [np.nan] * 2, [3, 4 / 3], [7, 3]])
        assert _past_cases(asked, gaps(asked), 3).tolist() == [2]
        assert _past_cases(asked, gaps(asked), 2).tolist() == []
        close(_size(np.array([1.0, -3.0]), np.array([1.0, 1.0])), np.sqrt(5 / (1 + np.pi**2 / 3)))

    def test_a_logit_needs_twelve_cases(self) -> None:
        asked = level(np.random.default_rng(1).normal(size=40).tolist(), against=2)
        assert by_gaps(asked, 12, np.array([20])) is None
        odds = by_gaps(asked, 13, np.array([20, 0]))
        assert odds is not None and np.isfinite(odds.odds[0]) and np.isnan(odds.odds[1])

    def test_a_reading_is_known_a_month_after_its_end_and_for_four(self) -> None:
        first = np.datetime64("2000-02-01")  # the day after January
        days = first + np.array([30, 31, 122, 123])
        seen = gauge_of(signal([5.0]), days)
        assert seen is not None and seen.last == "2000-01"
        close(seen.values, [np.nan, 5.0, 5.0, np.nan])
        assert gauge_of(signal([np.nan]), days) is None

    def test_a_reading_must_be_known_on_the_first_day(self) -> None:
        def read(first: int) -> object:
            item = SimpleNamespace(dataset="d", measure="m", relation=None)
            yearly = signal([1.0] * 9, every="year")
            data = SimpleNamespace(
                study=SimpleNamespace(tension=[item]),
                signals=lambda *_: ([yearly, signal([5.0])], []),
            )
            days = np.datetime64("2000-02-01") + first + np.arange(3)
            return read_gauge(cast(Any, data), days)

        seen: Any = read(31)
        assert read(30) is None and seen.values.tolist() == [5.0] * 3


class TestLevelQuestion:
    """Its window, its reasons, and what settles it."""

    def test_the_period_asked_for(self) -> None:
        asked = level([1.0, 2.0, 3.0, np.nan], ahead=2)
        assert _period(asked, 2) == (dt.date(2000, 5, 1), dt.date(2000, 5, 31))
        assert _last_known(asked, dt.date(2000, 5, 30)) == 2
        with pytest.raises(DataGapError, match="ends with 2000-03"):
            _last_known(asked, dt.date(2000, 5, 31))

    def test_what_is_compared_with_must_be_known(self) -> None:
        asked = level([np.nan, 2.0, 3.0, 4.0], ahead=1, against=3)
        assert _compared(asked, 3) == 1
        with pytest.raises(DataGapError, match="does not know 2000-01"):
            _compared(asked, 2)

    def test_reasons_add_up_in_points(self) -> None:
        # Two base rates expect 1; the logit expects 3; the autoregression is stood in for.
        asked = level([1.0, 2.0, 4.0], ahead=1, against=2)
        none = np.zeros((4, 1))
        seen = Foreseen(none, none, none, np.array([[1.0], [0.5], [3.0], [1.0]]))
        flow = _waterfall(asked, seen, np.array([0.3, 0.1, 0.4, 0.2]), 2, 1)
        assert (flow.unit, flow.start, flow.start_label) == ("points", 2.0, "its level in 2000-02")
        close(flow.end, 2.0 + 0.3 + 0.05 + 1.2 + 0.2)
        reasons = {reason.label: reason.rate for reason in flow.reasons}
        assert list(reasons) == [
            "what had changed by 2000-03",
            "how much it used to change",
            "the way expected from there to 2000-04",
        ]
        close(list(reasons.values()), [0.4 * 2.0, 0.55, 1.2 - 0.8])

    def test_counts_are_told_by_the_year_at_the_volume_of_news(self) -> None:
        counted = signal([10.0, 20.0, 40.0], counts=True, exposure=[100.0, 100.0, 200.0])
        asked = LevelQuestion.model_construct(ahead=1, against=2, direction="below", since=None)
        down = _level(counted, asked)
        start = float(np.exp(down.sign * down.values[0]))
        unit, first, end, parts = _in_units(down, 2, 0, [-np.log(2), 0.0])
        assert unit == "events per year"
        close([first, end], [12 * 200 * start, 2 * 12 * 200 * start])
        close(parts, [12 * 200 * start, 0.0])

    def test_a_rise_is_what_settles_it(self) -> None:
        asked = level([1.0, 2.0, 4.0, 2.0, np.nan], ahead=1, against=2)
        march = _settled(asked, {"opens": "2000-03-01"})
        assert (march.outcome, march.known_until) == ({"outcome": 1, "change": 3.0}, "2000-04-01")
        assert _settled(asked, {"opens": "2000-04-01"}).outcome == {"outcome": 0, "change": 0.0}
        for opens in ("2000-05-01", "2000-01-01", "2000-03-15"):
            assert "that can be compared" in _settled(asked, {"opens": opens}).why_open


def trial(number: int, overlap: int = 1, every: str = "week") -> Trial:
    """Forecasts that are right for the first model, even for the others; every third came."""
    came = (np.arange(number) % 3 == 0).astype(np.float64)
    odds = np.stack([came, 0 * came + 0.5, 0 * came + 0.5])
    days = np.datetime64("2000-12-18") + 7 * np.arange(number)
    return Trial(
        ("base", "recent", "combination"), days, odds, odds * 2, np.full(number, 0.25), came,
        np.array([0.75, 0.25]), overlap, every, 1,
    )  # fmt: skip


class TestTrackRecord:
    """Scores laid out."""

    def test_twenty_forecasts_are_needed(self) -> None:
        question = cast(Any, SimpleNamespace(id="q", kind="events", title="Q"))
        rng = np.random.default_rng(1)
        with pytest.raises(DataGapError, match="Only 19 forecasts"):
            scored(question, trial(19), rng)
        answer = scored(question, trial(20), rng)
        assert "blocks of 52 weeks" in answer.caveats[0]
        assert "blocks of 60 weeks" in scored(question, trial(20, 30), rng).caveats[0]
        assert [(fact.name, fact.value) for fact in answer.facts[:4]] == [
            ("forecasts", 20), ("independent", 20), ("hits", 7), ("mean_odds", 0.5),
        ]  # fmt: skip
        assert answer.facts[2].note == "35% of them"

    def test_years_and_tenths(self) -> None:
        years = _years(trial(4)).table  # 18 and 25 December, 1 and 8 January
        assert [row[:2] for row in years.rows] == [("2000", 2), ("2001", 2)]
        close(years.rows[0][2:], [0.5, 0.5, 0.25, 0.0, np.log(2), 1.0])
        rows = _tenths(trial(4)).table.rows
        assert rows[2] == ("0.2 to 0.3", 0.2, 0.3, 1.0, 0.0) and rows[5][4] == 1.0

    @pytest.mark.parametrize(
        ("number", "overlap", "bins"), [(9, 1, 2), (15, 1, 3), (29, 2, 2), (49, 1, 9), (900, 1, 10)]
    )
    def test_bins_hold_five_windows(self, number: int, overlap: int, bins: int) -> None:
        assert _bins(trial(number, overlap)) == bins

    def test_few_turns_are_told(self) -> None:
        told = [any("same outcome" in text for text in _caveats(trial(n), 52)) for n in (12, 13)]
        assert told == [True, False]  # four hits; five
        facts = {fact.name: fact for fact in _facts(trial(8, 3), *[Skill("r", 0.1, 0, 1)] * 3)}
        assert facts["independent"].value == 2 and facts["spread"].value == 0.0

    @pytest.mark.parametrize(
        ("low", "high", "word"),
        [(0.01, 1, "The odds beat"), (0.0, 1, "is not shown"), (-1, 0.0, "is not shown"),
         (-1, -0.01, "The odds did worse")],
    )  # fmt: skip
    def test_beaten_or_not(self, low: float, high: float, word: str) -> None:
        text = judged(trial(4), Skill("even odds", 0.1, low, high))
        assert word in text and "even odds (0.250)" in text
        assert "the base (0.000)" in judged(trial(4), Skill("base", 0.1, low, high))


def line(**changes: Any) -> dict[str, Any]:
    held = {
        "kind": "forecast", "hash": "a", "id": "q", "title": "T", "as_of": "2017-03-15",
        "opens": "2017-03-16", "resolves_on": "2017-04-12", "probability": 0.5, "base_rate": 0.25,
        "recorded": "2017-03-16T00:00:00+00:00", "within": 28, "at_least": 1, "reasons": [],
    }  # fmt: skip
    return held | changes


class TestRecord:
    """What was recorded when, and what came of it."""

    @pytest.mark.parametrize(
        ("recorded_at", "late", "wrong"),
        [
            ("2017-03-16T23:59:00+00:00", False, False),
            ("2017-03-17T00:00:00+00:00", True, False),
            ("2017-03-14T00:00:00+00:00", False, False),
            ("2017-03-13T23:59:00+00:00", False, True),
        ],
    )
    def test_late_and_too_early(self, recorded_at: str, late: bool, wrong: bool) -> None:
        forecast = Recorded(line(recorded=recorded_at), ())
        assert (forecast.late, forecast.clock_was_wrong) == (late, wrong)
        assert forecast.in_time is not (late or wrong)

    def test_times_that_run_back(self) -> None:
        times = (
            "2017-03-16T00:00:00+00:00",
            "2017-03-16T01:00:00+00:00",
            "2017-03-16T00:30:00+00:00",
        )
        record = Record(Path("r"), tuple(line(recorded=time) for time in (*times, times[1])))
        assert [each.backwards for each in recorded(record)] == [False, False, True, False]
        now = dt.datetime(2017, 3, 16, 1, tzinfo=dt.UTC)
        check_times(record, now)
        with pytest.raises(InputError, match="By this machine's clock"):
            check_times(record, now - dt.timedelta(seconds=1))

    def test_only_what_was_decided_in_time_is_scored(self) -> None:
        yes, no = {"outcome": 1}, {"outcome": 0}
        late = line(recorded="2017-03-20T00:00:00+00:00")
        held = [
            Recorded(line(), (no, yes)), Recorded(line(probability=0.1), (no,)),
            Recorded(late, (yes,)), Recorded(line(), ()), Recorded(line(), (yes,), backwards=True),
        ]  # fmt: skip
        text = _summary(held, Record(Path("r"), (line(hash="0123456789abcdefg"),)))
        assert text == (
            "5 forecasts, 2 decided in time. Last hash: 0123456789abcdef. 1 was recorded after the "
            "window had opened: not scored. 1 says a time that cannot be, of a clock set wrong: "
            "not scored. Brier score 0.130, base rate 0.312 (lower is better)."
        )

    def test_a_first_line_without_a_hash_is_no_record_and_a_later_one_was_changed(
        self, tmp_path: Path
    ) -> None:
        file = tmp_path / "r.jsonl"
        written = append(read_record(file), [{"kind": "note"}])
        whole = file.read_text()
        assert read_record(file) == written
        for text, words in (
            ('{"kind": "note"}\n', "Its first line has no hash"),
            (whole + '{"kind": "note"}\n', "Line 2 does not follow"),
            (whole + "[1]\n", "Line 2 is no JSON object"),
            ("[1]\n" + whole, "Its first line is no JSON object"),
        ):
            file.write_text(text)
            with pytest.raises(InputError, match=words):
                read_record(file)

    def test_a_proof_is_of_its_line(self) -> None:
        record = Record(Path("r"), (line(hash="a"), line(hash="b"), line(hash="c")))
        assert check_proof(record, Proof("s", 2, "", "b"), "s") == 1
        for proof in (Proof("s", 2, "", "a"), Proof("s", 4, "", "c"), Proof("t", 2, "", "b")):
            with pytest.raises(InputError):
                check_proof(record, proof, "s")

    def test_what_a_line_must_hold(self) -> None:
        whole = line(study="s", asked={}, reasons=[["a", 0.1]])
        assert list(problems(whole)) == []
        for name, value in [
            ("probability", 1.01), ("probability", True), ("base_rate", -0.01),
            ("reasons", [["a"]]), ("reasons", [["a", "b"]]), ("asked", []), ("sources", [1]),
            ("definition", []), ("recorded", "soon"), ("kind", None), ("id", 3),
            ("as_of", "2017-3-15"),
        ]:  # fmt: skip
            assert list(problems(whole | {name: value})) == [f"holds no usable `{name}`"]
        assert list(problems(whole | {"probability": 0, "base_rate": 1})) == []
        decided = {"kind": "resolution", "resolves": "a", "id": "q", "recorded": whole["recorded"]}
        usable = [not list(problems(decided | {"outcome": value})) for value in (0, 1, 2, True)]
        assert usable == [True, True, False, False]

    def test_a_clock_may_be_a_day_behind_the_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from detente.asks.forecasts import resolve

        monkeypatch.setattr(resolve, "last_day", lambda *_, **__: dt.date(2017, 3, 16))
        data = cast(Any, SimpleNamespace(study=None, events=None))
        check_clock(data, dt.datetime(2017, 3, 15, tzinfo=dt.UTC))
        with pytest.raises(InputError, match=r"2017-03-14, and the data know .* 2017-03-16"):
            check_clock(data, dt.datetime(2017, 3, 14, 23, tzinfo=dt.UTC))

    @pytest.mark.parametrize(
        ("outcome", "until", "sources", "known_by", "stands"),
        [
            (0, "2017-05-02", [], None, True),  # says the same
            (1, "2017-04-30", [], None, True),  # knows less
            (1, "2017-05-01", [], None, False),
            (1, "2017-05-02", [], None, False),
            (1, "2017-05-01", ["gdelt2 (event files)"], dt.date(2017, 5, 1), True),
            (1, "2017-05-01", ["gdelt2 (event files)"], None, False),
            (1, "2017-05-01", ["chronicle"], dt.date(2017, 5, 1), False),
        ],
    )
    def test_when_a_resolution_stands(
        self, outcome: int, until: str, sources: list[str], known_by: dt.date | None, stands: bool
    ) -> None:
        before = {"outcome": 0, "known_until": "2017-05-01", "sources": sources}
        data = cast(Any, SimpleNamespace(events=SimpleNamespace(known_by=known_by)))
        assert _stands(data, before, Settled({"outcome": outcome}, known_until=until)) is stands

    def test_what_a_line_holds_of_odds_is_rounded(self) -> None:
        columns = (Column("term"), Column("adds", scale=Scale.POINTS), Column("total"))
        rows = (("past", None, 1.0), ("a", 0.123456, None), ("now", None, 2.0))
        values: dict[str, Value] = {"base_rate": 2 / 3, "within": 28, "as_of": "2017-03-15"}
        facts = [Fact(name, name, value) for name, value in values.items()]
        odds = Fact("odds", "Odds", 1 / 3, low=1 / 7, high=None)
        flow = Exhibit("reasons", "", Table(columns, rows))
        asked = Answer("q", "events", "Q", facts=(odds, *facts), exhibits=(flow,))
        question = SimpleNamespace(
            id="q", model_dump=lambda **_: {}, definition=lambda _: {"kinds": ["t"]}
        )
        about = SimpleNamespace(name="s")
        study = SimpleNamespace(study=about, asks=lambda _: [question])
        data = cast(Any, SimpleNamespace(study=study))
        now = dt.datetime(2017, 3, 15, tzinfo=dt.UTC)
        [seen] = forecast_lines(data, Record(Path("r")), [asked, replace(asked, id="x")], now)
        assert (seen["probability"], seen["low"], seen["high"]) == (0.333333, 0.142857, None)
        assert (seen["base_rate"], seen["reasons"]) == (0.666667, [["a", 0.1235]])
        assert (seen["within"], seen["at_least"], seen["study"]) == (28, 1, "s")
        again = Record(Path("r"), (line(**{**seen, "hash": "h"}),))
        assert forecast_lines(data, again, [asked], now) == []

    def test_a_window_is_over_on_its_last_day(self) -> None:
        asked = {"asked": {"kind": "weather"}, "resolves_on": "2017-04-12"}
        words = [
            settle(cast(Any, SimpleNamespace(as_of=dt.date(2017, 4, day))), asked).why_open
            for day in (11, 12)
        ]
        assert words == [
            "its window is not over", "questions of the kind “weather” are not known here"
        ]  # fmt: skip

    def test_odds_are_set_beside_the_last_ones_of_an_earlier_day(self) -> None:
        lines = (
            line(as_of="2017-03-10", probability=0.1), line(as_of="2017-03-20", probability=0.2),
            line(as_of="2017-03-20", probability=0.3), line(as_of="2017-04-01", probability=0.4),
            line(as_of="2017-03-30", probability=0.6, within=14),
            line(as_of="2017-03-30", probability=0.7, at_least=2),
            line(as_of="2017-03-30", probability=0.8, sources=["other"]),
            line(as_of="2017-03-30", probability=0.9, id="r"),
        )  # fmt: skip
        values: dict[str, Value] = {"odds": 0.5, "within": 28, "as_of": "2017-04-01"}
        columns = (Column("term"), Column("adds", scale=Scale.POINTS), Column("total"))
        rows = (("past", None, 1.0), ("a", 2.0, None), ("b", -1.0, None), ("now", None, 2.0))
        flow = Exhibit("reasons", "", Table(columns, rows), settings={"lasting": True})
        facts = tuple(Fact(name, name, value) for name, value in values.items())
        now = Answer("q", "events", "Q", facts=facts, exhibits=(flow,))
        lines = (*lines[:2], lines[2] | {"reasons": [["a", 0.5], ["c", 3.0]]}, *lines[3:])
        moved = with_change(Record(Path("r"), lines), now)
        change, table = moved.fact("change"), moved.exhibit("change")
        assert change is not None and table is not None
        close(change.value, 20.0)
        assert change.note == "then 30%, as of 2017-03-20"
        assert table.table.rows == (("c", -3.0), ("a", 1.5), ("b", -1.0))
        first = Record(Path("r"), lines[3:])
        assert with_change(first, now) is now


class TestOutlook:
    """The section on what comes next."""

    def answer(self, name: str, resolves_on: str, as_of: str = "2017-03-15") -> Answer:
        values: dict[str, Value] = {
            "odds": 0.5,
            "resolves_on": resolves_on,
            "as_of": as_of,
            "opens": as_of,
        }
        facts = tuple(Fact(key, key, value) for key, value in values.items())
        return Answer(name, "events", name, facts=facts)

    def test_the_nearest_three_that_the_study_puts_first(self) -> None:
        answers = [self.answer(f"q{i}", f"2017-04-0{9 - i}") for i in range(5)]
        asked = [SimpleNamespace(id=f"q{i}", primary=i < 4) for i in range(5)]
        assert _first(cast(Any, asked), answers) == ("q3", "q2", "q1")
        for item in asked:
            item.primary = False
        assert _first(cast(Any, asked), answers) == ("q4", "q3", "q2")

    def test_all_odds_in_one_picture(self) -> None:
        days = {"opens": "2017-03-16", "resolves_on": "2017-04-12"}
        facts = tuple(Fact(name, name, value) for name, value in days.items())
        odds = (Fact("odds", "Odds", 0.5, low=0.25, high=0.75), Fact("base_rate", "B", 0.125))
        able = [Answer(n, "events", n.upper(), facts=(*odds, *facts)) for n in "ab"]
        picture = all_odds([*able, Answer("c", "events", "C", gap="none")])
        assert picture is not None
        rows = picture.exhibits[0].table.rows
        assert rows[0] == ("a", "A", "2017-03-16", "2017-04-12", 0.5, 0.25, 0.75, 0.125)
        assert len(rows) == 2 and picture.exhibits[0].says == "A: 50%; B: 50%."
        assert all_odds(able[:1]) is None

    def test_one_day_or_the_first_and_the_last(self) -> None:
        early = self.answer("a", "2017-05-01", "2017-03-01")
        between = self.answer("c", "2017-05-01", "2017-03-09")
        both = outlook((), (self.answer("b", "2017-05-01"), between, early))
        assert "as of 1 March 2017 to 15 March 2017," in both.intro
        assert "as of 1 March 2017, from" in outlook((), (early,)).intro

    @pytest.mark.parametrize(
        ("gap", "asks", "shown"),
        [("", 0, ["moves"]), ("no events", 0, []), ("", 1, ["a", "moves"]),
         ("no events", 1, ["a", "moves"])],
    )  # fmt: skip
    def test_moves_that_cannot_be_foretold_are_told_beside_odds_alone(
        self, monkeypatch: pytest.MonkeyPatch, gap: str, asks: int, shown: list[str]
    ) -> None:
        from detente.asks.forecasts import run

        odds = (self.answer("a", "2017-05-01"),)[:asks]
        questions = [SimpleNamespace(id="a", primary=True)][:asks]
        moves = Answer("moves", "moves", "Moves", gap=gap)
        for name, given in (("odds_of", odds), ("records_of", ()), ("published", ())):
            monkeypatch.setattr(run, name, lambda *_, given=given, **__: given)
        monkeypatch.setattr(run, "MOVES", SimpleNamespace(answer=lambda *_: moves))
        data = cast(Any, SimpleNamespace(study=SimpleNamespace(asks=lambda _: questions)))
        answers = [a.id for section in look_ahead(data) for a in section.answers]
        assert answers == shown


class TestPublished:
    """Odds that others published."""

    @pytest.mark.parametrize(
        ("check", "text", "right"),
        [
            (_probability_problems, "0", True), (_probability_problems, "1", True),
            (_probability_problems, "1.5", False), (_probability_problems, "-0.1", False),
            (within_problems, "1", True), (within_problems, "1100", True),
            (within_problems, "0", False), (within_problems, "1101", False),
            (within_problems, "\N{SUPERSCRIPT TWO}", False),
        ],
    )  # fmt: skip
    def test_bounds(self, check: Any, text: str, right: bool) -> None:
        assert (not list(check(text))) is right

    def test_percentages_are_recognised(self) -> None:
        assert "write 40% as 0.40" in next(_probability_problems("40"))
        assert "write 100% as 1.00" in next(_probability_problems("100"))
        assert "write" not in next(_probability_problems("101"))
        since = dt.date(2000, 1, 2)
        faults = [len(list(_issued_problems(d, since))) for d in ("2000-01-01", "2000-01-02", "x")]
        assert faults == [1, 0, 1]

    def test_moments_of_a_question(self) -> None:
        day = dt.date(2017, 5, 1)
        later = [(0, 0.5), (10, 0.6), (20, 0.7), (25, 0.8)]
        asked = [
            Given(day + dt.timedelta(days=d), "tests", 40 - d, p, f"S{d}", "Q") for d, p in later
        ]

        def days_of(*offsets: int) -> Any:
            days = np.datetime64(day) + np.array(offsets, dtype=np.int64)
            return lambda _: days

        seen = moments(asked[::-1], [20, 30, 40, 15, 50], days_of())
        assert [(m.lead_days, m.within, m.first, m.last, m.source) for m in seen] == [
            (None, 40, 0.5, 0.5, "S0"), (30, 30, 0.5, 0.6, "S10"), (20, 20, 0.5, 0.7, "S20"),
            (15, 15, 0.5, 0.8, "S25"),
        ]  # fmt: skip
        assert [m.day for m in seen][:2] == [day, dt.date(2017, 5, 11)]
        # What came on the day of a moment is decided; what came on the opening day was known.
        assert [m.lead_days for m in moments(asked, [30, 20], days_of(0, 10))] == [None]
        assert [m.lead_days for m in moments(asked, [30, 20], days_of(11))] == [None, 30]
        alone = [Given(day, "tests", 40, 0.5, "S"), Given(day, "tests", 40, 0.5, "T")]
        assert [m.lead_days for m in moments(alone, [30], days_of())] == [None, None]

    @pytest.mark.parametrize(("question", "columns"), [("Q", OF_QUESTIONS), ("", ALONE)])
    def test_forecasts_that_stand_alone_have_fewer_columns(
        self, monkeypatch: pytest.MonkeyPatch, question: str, columns: tuple[Column, ...]
    ) -> None:
        from detente.asks.forecasts import published

        day = dt.date(2017, 5, 1)
        given = [Given(day, "tests", within, 0.5, "S", question) for within in (30, 31)]
        row = tuple(column.name for column in OF_QUESTIONS)
        monkeypatch.setattr(published, "read_given", lambda *_: given)
        monkeypatch.setattr(published, "known_until", lambda *_: dt.date(2017, 5, 31))
        monkeypatch.setattr(published, "moments", lambda items, *_: items)
        monkeypatch.setattr(published, "_decided", lambda *_: True)
        monkeypatch.setattr(published, "_walked", lambda _, __, asked: [(None, m) for m in asked])
        monkeypatch.setattr(published, "_row", lambda *_: row)
        odds, data = SimpleNamespace(lead_days=[]), SimpleNamespace(days_of=None, as_of=day)
        table = published._compared(cast(Any, odds), cast(Any, data))
        assert table.columns == columns and len(table) == 1  # the other ends a day later
        assert table.rows[0] == tuple(column.name for column in columns)
        monkeypatch.setattr(published, "known_until", lambda *_: dt.date(2017, 5, 30))
        with pytest.raises(DataGapError, match="None of them was resolved by 2017-05-01"):
            published._compared(cast(Any, odds), cast(Any, data))

    def test_groups_overlap_through_others(self) -> None:
        rows = [("2017-03-01", 5), ("2017-01-01", 60), ("2017-01-10", 10), ("2017-03-06", 1)]
        records = [{"issued": day, "within_days": days} for day, days in rows]
        assert overlapping(records).tolist() == [0, 0, 0, 1]
        records[0]["issued"] = "2017-03-02"  # the first ends on that day
        assert overlapping(records).tolist() == [1, 0, 0, 1]

    def test_an_interval_needs_four_groups(self) -> None:
        scores = np.array([0.1, 0.3, 0.2, 0.2])
        rng, few = np.random.default_rng(1), np.array([0, 0, 1, 2])
        close(_difference(scores, few, _weights(few, rng))[0], 0.2)
        assert _difference(scores, few, _weights(few, rng))[1:] == (None, None)
        each = np.arange(4)
        mean, low, high = _difference(scores, each, _weights(each, rng))
        assert low is not None and high is not None and 0.1 <= low < mean < high <= 0.3

    @pytest.mark.parametrize(
        ("low", "high", "word"),
        [(0.01, 0.2, "better"), (0.0, 0.2, ""), (-0.2, 0.0, ""), (-0.2, -0.1, "worse"),
         (None, None, "")],
    )  # fmt: skip
    def test_who_is_better(self, low: float | None, high: float | None, word: str) -> None:
        row = ("published", 9, 0.2, 0.6, 0.1, low, high)
        assert Compared("", 9, 2, 5, Table(SCORE_COLUMNS, (row,))).word == word

    def test_the_opening_day_comes_first_then_the_longest_lead(self) -> None:
        rows = tuple(("Q", lead, *[None] * (len(OF_QUESTIONS) - 2)) for lead in (30, None, 90, 30))
        tables = list(_by_moment(Table(OF_QUESTIONS, rows)))
        assert [(lead, len(table)) for lead, table in tables] == [(None, 1), (90, 1), (30, 2)]
