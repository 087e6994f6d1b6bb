"""Parts of asks that few other tests name, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

import test_scenarios_units as units
from detente.answers import Answer, Fact, Table
from detente.asks import holdings as holding
from detente.asks.forecasts import lines, published
from detente.asks.forecasts.combined import ModelOdds, Odds, Waterfall
from detente.asks.forecasts.event_question import EventQuestion
from detente.asks.forecasts.foreseen import Foreseen, bounded, stacked, where_known
from detente.asks.forecasts.model import Reason
from detente.asks.forecasts.proof import proof_of
from detente.asks.forecasts.published import _windows
from detente.asks.forecasts.published_moments import Moment
from detente.asks.forecasts.published_scores import COLUMNS, Compared
from detente.asks.forecasts.question import Question, Terms, Walked
from detente.asks.forecasts.record import Record, _check_study, _checked, digest
from detente.asks.forecasts.settle import listed, other_sources, sources_in
from detente.asks.forecasts.shown import Window, all_odds, number, odds_answer, word
from detente.asks.overview import _others_left_out
from detente.asks.pairs.acts import acts_exhibit
from detente.asks.scenarios import model as fitting
from detente.asks.scenarios import predictive, relations, simulation
from detente.asks.scenarios.arms import Arms
from detente.asks.scenarios.drivers import DRIVER_COLUMNS
from detente.asks.scenarios.futures import OUTCOME_COLUMNS, expectations
from detente.asks.scenarios.halves import daily_half
from detente.asks.scenarios.history import read_chronology
from detente.asks.scenarios.simulation import Outcome, Simulation, Tracked
from detente.asks.scenarios.words import (
    answer_text,
    caveats,
    checks_of,
    few_cases,
    future_by_date,
    note_of,
)
from detente.errors import DataGapError, InputError, UsageError
from detente.events.store import OriginSummary
from detente.study.options import Options

MINUS = "\N{MINUS SIGN}"


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


class TestModel:
    """The system behind all scenarios, from its parts."""

    def fit(self, monkeypatch: pytest.MonkeyPatch, *, months: Any, declares: bool = True) -> Any:
        """The model of stand-ins, and what its parts were given."""
        seen: dict[str, Any] = {}
        past = SimpleNamespace(
            left_out=("few days",), eras=("old", "new"), kinds=("a",), days=units.DAYS
        )

        def given(name: str, result: Any) -> Any:
            def part(*args: Any, **more: Any) -> Any:
                seen[name] = (*args, *more.values())
                if isinstance(result, Exception):
                    raise result
                return result

            return part

        gap = getattr(months, "gap", None)
        monkeypatch.setattr(fitting, "read_chronology", given("past", past))
        monkeypatch.setattr(fitting, "read_monthly", given("months", months))
        monkeypatch.setattr(fitting, "fit_posterior", given("daily", "posterior"))
        monkeypatch.setattr(fitting, "fit_relations", given("fit", gap or "fit"))
        monkeypatch.setattr(fitting, "draw_relations", given("draws", "drawn"))
        simulation = SimpleNamespace(relations=["r"] if declares else [])
        data = SimpleNamespace(
            study=SimpleNamespace(asks=lambda _: [simulation]), options=Options(seed=7)
        )
        return fitting.fit_model(cast(Any, data), draws=3), seen

    def test_both_halves_are_drawn_with_the_seed_of_the_run(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        months = SimpleNamespace(left_out=("gaps",))
        model, seen = self.fit(monkeypatch, months=months)
        assert (model.daily, model.fit, model.monthly, model.months) == (
            "posterior", "fit", "drawn", months,
        )  # fmt: skip
        assert model.notes == ("few days", "gaps")
        assert seen["daily"][1:] == (3, 7) and seen["months"][2] == ("a",)
        # Two eras and the time outside of them; up to the last day of the sample.
        assert seen["draws"][:-1] == (months, "fit", 3, units.DAYS[-1], 3)
        assert seen["draws"][-1].random() == np.random.default_rng(7).random()

    def test_what_has_no_relations_says_why(self, monkeypatch: pytest.MonkeyPatch) -> None:
        model, seen = self.fit(monkeypatch, months=None)
        assert model.notes[1:] == ("Relations are left out: no series of them is long enough.",)
        assert (model.fit, model.monthly) == (None, None) and "fit" not in seen
        assert self.fit(monkeypatch, months=None, declares=False)[0].notes == ("few days",)
        held = SimpleNamespace(left_out=(), gap=DataGapError("No.", "Too few months.", "Load."))
        model, _ = self.fit(monkeypatch, months=held)
        assert model.notes == ("few days", "Relations are left out: Too few months.")
        assert model.months is model.fit is model.monthly is None

    def test_without_a_simulation_there_is_none(self) -> None:
        study = SimpleNamespace(asks=lambda _: [])
        with pytest.raises(UsageError, match="declares no"):
            fitting.fit_model(cast(Any, SimpleNamespace(study=study)))

    def test_what_it_holds_in_a_sentence(self) -> None:
        past = SimpleNamespace(kinds=("a", "b"), days=units.DAYS)
        text = simulation._text(cast(Any, SimpleNamespace(past=past, months=None)))
        start = "2 kinds of action by day, 1 January 2000 to 26 September 2002, bring one another"
        assert text == f"{start}. No relations are simulated."
        dates = np.array(["2000-02", "2000-03", "2001-11"], "datetime64[M]")
        months = SimpleNamespace(dyads=[1, 2, 3], dates=dates)
        text = simulation._text(cast(Any, SimpleNamespace(past=past, months=months)))
        assert text.startswith(
            f"{start}; they move 3 relations by month, 2000-02 to 2001-11. What was not fitted"
        )

    def test_without_relations_no_months_are_compared(self) -> None:
        for months, fit in ((None, "fit"), ("months", None), (None, None)):
            held = cast(Any, SimpleNamespace(months=months, fit=fit))
            assert list(predictive._monthly_rows(held, np.zeros((2, 0, 0)))) == []
            assert predictive.simulated_months(held, 2).shape == (2, 0, 0)

    def test_kinds_with_twenty_days_are_compared(self) -> None:
        counts = np.zeros((60, 3))
        counts[:20, 0], counts[5:26, 1], counts[:19, 2] = 1, 1, 1
        past = SimpleNamespace(counted=counts, known=np.ones((60, 3)), kinds=("a", "b", "c"))
        drawn = np.zeros((4, 60, 3), np.uint8)
        rows = list(predictive._daily_rows(cast(Any, past), drawn))
        assert [row[1] for row in rows] == ["a"] * 3 + ["b"] * 3 + ["a and b"]
        assert rows[1][2] == 40.0 and rows[5][2] == 1.0  # days of silence; all gaps are of a day

    def test_what_it_says_of_itself(self) -> None:
        past = SimpleNamespace(
            days=units.DAYS, kinds=("a", "b"), label_at=lambda day, data: (str(day), data)
        )
        data = SimpleNamespace(label_of=lambda name: f"all {name}")
        held = fitting.Model(
            cast(Any, data), cast(Any, None), cast(Any, past), *cast(Any, [None] * 4), ()
        )
        assert held.first == np.datetime64("2002-09-27") and held.name(1) == "all b"
        assert held.present == ("2002-09-27", data)


class TestChronology:
    """The kinds by day."""

    def read(self, monkeypatch: pytest.MonkeyPatch, *, days: int, events: int) -> Any:
        from detente.asks.scenarios import history

        first = np.datetime64("2001-01-01")
        spans = {"a": first + np.arange(9), "b": first + np.arange(3, 9), "c": first[None][:0]}
        end = (first + 2 + days).astype(object)

        def on(data: Any, name: str, when: Any) -> Any:
            return np.arange(len(when)) < {"a": 5, "b": events, "c": 0}[name]

        monkeypatch.setattr(history, "counted_days", lambda data, name, *_: spans[name])
        monkeypatch.setattr(history, "happened", on)
        monkeypatch.setattr(history, "uncovered", lambda data, name, *_: (f"{name} has gaps",))
        monkeypatch.setattr(history, "era_labels", lambda data, eras, when: np.zeros(len(when)))
        declared = Simulation.model_validate({
            "since": dt.date(2000, 1, 1), "tracked": [{"id": "t", "label": "t", "actions": ["a"]}],
            "kinds": [{"action": "a"}, {"action": "b", "after": ["a", "c"]}, {"action": "c"}],
        })  # fmt: skip
        data = SimpleNamespace(
            as_of=end + dt.timedelta(days=1),
            known_until=lambda name: end if name == "b" else dt.date(2090, 1, 1),
            label_of=lambda name: f"all of {name}",
            known_days=lambda name, when: np.arange(len(when)) != (2 if name == "b" else -1),
        )
        return read_chronology(cast(Any, data), declared)

    def test_it_begins_where_all_are_counted_and_ends_where_one_is_not_known(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        past = self.read(monkeypatch, days=1095, events=5)
        assert (str(past.days[0]), len(past.days)) == ("2001-01-04", 1095)
        assert past.kinds == ("a", "b") and past.counts.sum(axis=0).tolist() == [5, 5]
        assert past.after.tolist() == [[True, False], [True, True]]
        assert past.left_out == (
            "All of c are left out: 0 days, 5 are needed.", "a has gaps", "b has gaps",
        )  # fmt: skip
        # What happened on a day on which nobody would have told of it does not count.
        assert past.counted.sum(axis=0).tolist() == [5, 4]
        few = self.read(monkeypatch, days=1095, events=4)
        assert few.kinds == ("a",) and few.left_out[0].startswith("All of b are left out: 4 days")

    def test_three_years_are_needed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(DataGapError, match="2001-01-04 to 2004-01-02, 1,094 days"):
            self.read(monkeypatch, days=1094, events=5)


class TestMonths:
    """The monthly half of the system."""

    def fitted(self, counts: Any, effects: Any, excitation: Any, excited: Any) -> Any:
        """A fit of dyads whose only column is the exposure, 1 in all months."""
        size = len(effects)
        rates = np.tile(np.exp(effects[:, 0]), (len(counts), 1))
        baseline = SimpleNamespace(
            exposure=np.ones(len(counts)), of=lambda m: np.ones((len(counts), 1))
        )
        return SimpleNamespace(
            rates=lambda: rates, excitement=lambda: excited, effects=effects,
            excitation=excitation, clumping=np.ones(size),
            inputs=SimpleNamespace(baseline=baseline),
        )  # fmt: skip

    def test_months_are_weighted_anew(self) -> None:
        counts = np.array([[3.0], [2.0]])
        excited = np.array([[0.0], [1.0], [9.0]])[:, :, None]
        fit = self.fitted(counts, np.log([[2.0]]), np.array([[[0.5]]]), excited)
        months = SimpleNamespace(counts=counts, dates=[1, 2], reverse=np.array([-1]))
        effects, own, back = relations.redrawn(cast(Any, months), fit, 4, np.random.default_rng(3))
        # Slopes (2, 0) and (2, 1), errors 1 and 0, variance 4, penalty 4 of what is excited:
        # information (2, 1/2; 1/2, 17/4), score of the first month (1/2, 0).
        weight = np.random.default_rng(3).standard_normal((4, 2))[:, 0]
        close(own[:, 0], 0.5 - 0.25 * weight / 8.25)
        close(effects[:, 0, 0], np.log((5 + weight - own[:, 0]) / 2))
        assert not back.any()

    def test_no_dyad_brings_more_than_nine_tenths_of_itself(self) -> None:
        counts = np.full((2, 2), 4.0)
        excited = np.array([[0.0, 0.0], [1.0, 2.0], [9.0, 9.0]])[:, :, None]
        brings = np.array([[0.8, 0.4], [0.1, -0.2]])[:, :, None]
        fit = self.fitted(counts, np.log([[4.0], [4.0]]), brings, excited)
        months = SimpleNamespace(counts=counts, dates=[1, 2], reverse=np.array([1, 0]))
        effects, own, back = relations.redrawn(cast(Any, months), fit, 1, np.random.default_rng(1))
        close([own[0], back[0]], [[0.6, 0.0], [0.3, 0.1]])
        close(np.exp(effects[0, :, 0]), [(8 - 0.6 - 0.3 * 2) / 2, (8 - 0.1) / 2])

    def test_what_a_group_shares_and_what_is_left(self) -> None:
        errors = np.array([[1.0, 1, 3], [-1, -1, -3]])
        months = SimpleNamespace(groups=("r", "r", "s"), counts=2 + errors)
        fit = SimpleNamespace(rates=lambda: np.full((2, 3), 2.0))
        group, shock, clumping = relations.scatter(cast(Any, months), cast(Any, fit))
        assert group.tolist() == [0, 0, 1]
        close(shock, [4 / 16, 0])
        close(clumping, [0, 0, 9 / 2 - 1])

    @pytest.mark.parametrize(("eras", "drivers"), [(1, 0), (2, 3)])
    def test_what_the_fit_is_given(
        self, monkeypatch: pytest.MonkeyPatch, eras: int, drivers: int
    ) -> None:
        monkeypatch.setattr(relations, "fit_hawkes_by_date", lambda counts, **more: more)
        months = SimpleNamespace(
            counts=None, labels=np.arange(4) % eras, driven=np.ones((4, drivers)), exposure="e",
            reverse=np.array([1, 0, -1]), groups=("r", "r", "s"),
            dyads=(("A", "B"), ("B", "A"), ("A", "C")),
        )  # fmt: skip
        given: Any = relations.fit_relations(cast(Any, months))
        assert (given["periods"] is None) == (eras == 1)
        assert (given["covariates"] is None) == (drivers == 0)
        assert given["names"] == ["r A>B", "r B>A", "s A>C"] and given["within_day"] is False
        assert given["decays_per_day"] == [1.0] and given["ridge"] == 4.0


class TestHalves:
    """What the simulation is given."""

    def test_jumps_and_heat_by_arm_and_decay(self) -> None:
        brings = np.arange(24.0).reshape(2, 2, 2, 3)  # arm, target, source, decay
        state = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        drawn = cast(Any, SimpleNamespace(decays="d", gain="g"))
        daily = daily_half(drawn, cast(Any, "b"), brings, state=state, forced=cast(Any, "f"))
        assert (daily.base, daily.decays, daily.gain, daily.forced) == ("b", "d", "g", "f")
        assert daily.jumps.shape == (2, 2, 3, 2) and daily.heat.shape == (2, 3, 2)
        for arm, target, source, decay in np.ndindex(brings.shape):
            assert daily.jumps[arm, source, decay, target] == brings[arm, target, source, decay]
        close(daily.heat[1, 2, 0], brings[1, 0, 0, 2] * 3 + brings[1, 0, 1, 2] * 30)

    def test_expectations_of_one_draw_are_its_mean(self) -> None:
        values = np.array([[1.0, 5.0], [2.0, 7.0]])
        close(expectations(values, np.zeros(2, int)), [[1.5, 6.0]])
        close(expectations(values, np.array([0, 1])), values)


class TestWords:
    """What is said of a scenario."""

    def arms(self, *, months: Any = None, monthly: Any = None, kind: int = 0, **more: Any) -> Arms:
        declared = SimpleNamespace(
            kinds=[SimpleNamespace(action="tests", one="a missile flies"),
                   SimpleNamespace(action="answers", one="")]
        )  # fmt: skip
        held = units.model(simulation=declared, months=months, monthly=monthly)
        return Arms(held, (2, 2), kind, **more)

    def test_the_future_with_the_median_number(self) -> None:
        traces = np.zeros((4, 2, 3, 2), int)
        traces[:, 0] = 9  # without it: never told
        traces[0, 1, :, 1] = 7
        traces[1, 1, 0] = [2, 1]
        traces[1, 1, 2, 0] = 1
        traces[2, 1, 0, 0] = 5
        traces[3, 1, 0, 0] = 1
        pairs = cast(Any, SimpleNamespace(traces=traces))
        tests = Tracked(id="t", label="t", actions=["tests", "gone"])
        told = future_by_date(self.arms(day=2, times=1), pairs, tests)
        assert told.rows == (
            ("2002-09-27", "A missile flies, 2 times.", False),
            ("2002-09-27", "A day with answers.", False),
            ("2002-09-29", "A missile flies. (supposed)", True),
        )
        assert not any(row[2] for row in future_by_date(self.arms(day=2), pairs, tests).rows)
        both = Tracked(id="t", label="t", relations="r")
        assert future_by_date(self.arms(), pairs, both).rows[0][1] == "A missile flies, 5 times."
        assert [column.shown for column in told.columns] == [True, True, False]

    def test_what_must_be_known_of_relations(self) -> None:
        def note(**given: Any) -> str:
            return note_of(self.arms(**given), Tracked(id="r", label="R", relations="r"))

        months = SimpleNamespace(
            dates=np.array(["2000-01", "2000-02"], "datetime64[M]"),
            members=np.array([[True, False]]),
        )
        late = SimpleNamespace(current=False, seen=np.array([True, True, False]))
        assert note() == note(months=months) == ""
        until = "Known for 2000-01 to 2000-02 only: its level is that of those months."
        era = "These months do not hold the policy era that runs: its last known rate is used."
        assert note(months=months, monthly=late, kind=-1) == f"{until} {era}"
        assert note(months=months, monthly=late) == f"{until} {era}"
        current = SimpleNamespace(current=True, seen=np.ones(3, bool))
        assert note(months=months, monthly=current) == ""
        assert note(months=months, monthly=current, kind=1) == (
            "What answers do to it at once is not known: it moves through other kinds only."
        )
        months.dates = np.array(["2005-01"], "datetime64[M]")
        assert note(months=months, monthly=current).startswith("None of tests falls into these")

    def test_hardly_any_day_of_an_outcome(self) -> None:
        def said(first: int, second: int, *names: str) -> str:
            return few_cases(
                Arms(units.model(), (first, second)), Outcome(label="o", actions=names)
            )

        assert said(1, 1, "answers") == " (one day in both eras: mostly assumption)"
        assert said(1, 2, "answers") == " (2 days in both eras: mostly assumption)"
        assert said(1, 1, "tests", "answers") == ""  # five days of either
        assert said(1, 1, "gone").startswith(" (no day")

    def test_relations_move_no_kinds(self) -> None:
        said = list(caveats(Arms(units.model(months=1), (2, 2), 0)))
        assert len(said) == 3 and said[-1].startswith("Relations do not move the kinds")

    def test_checks_count_what_is_seen(self) -> None:
        rows = tuple(("e", 1.0, 0.0, 2.0, "u", seen, 5, "c", "t") for seen in (True, False, True))
        held = units.model(daily=SimpleNamespace(unstable=0.013))
        settles, effect, ran = checks_of(held, Table(DRIVER_COLUMNS, rows), 3)
        assert settles.text.startswith("1% of") and ran.text.startswith("3 were stopped")
        assert effect.text == "2 of 3 effects can be told from none." and effect.passed

    def test_only_clear_shares_are_told(self) -> None:
        names = [column.name for column in OUTCOME_COLUMNS]
        row = {"outcome": "a pact", "with": 0.25, "without": 0.5}
        rows = tuple(
            tuple((row | {"clear": clear}).get(name, 0.0) for name in names)
            for clear in (True, False)
        )
        text = answer_text(dt.date(2020, 1, 1), Table(()), Table(()), Table(OUTCOME_COLUMNS, rows))
        assert text.startswith("A pact comes in 25% of the futures with it and 50% without. This")


LINE = {
    "kind": "forecast", "study": "s", "id": "i", "title": "t", "asked": {}, "as_of": "2017-03-15",
    "opens": "2017-03-16", "resolves_on": "2017-04-12", "probability": 1, "base_rate": 0.0,
    "reasons": [["a", 1], ["b", 0.5]], "recorded": "2017-03-15T01:00:00",
}  # fmt: skip


class TestLines:
    """Lines of the record."""

    @pytest.mark.parametrize(
        "change",
        [
            {"study": 1}, {"asked": []}, {"as_of": "2017-3-15"}, {"as_of": "20170315"},
            {"opens": None}, {"probability": 1.01}, {"probability": -0.01}, {"probability": True},
            {"base_rate": "0"}, {"reasons": {}}, {"reasons": [["a"]]}, {"reasons": [["a", "1"]]},
            {"reasons": [["a", 1], ["b", 1, 1]]}, {"reasons": [("a", 1)]}, {"recorded": "soon"},
            {"recorded": 3}, {"sources": "x"}, {"sources": ["x", 1]}, {"definition": []},
            {"kind": 2},
        ],
    )  # fmt: skip
    def test_one_thing_that_is_wrong_is_named(self, change: dict[str, Any]) -> None:
        [name] = change
        seen = list(lines.problems(LINE | change))
        assert f"holds no usable `{name}`" in seen and (name == "kind" or len(seen) == 1)

    def test_what_is_right_is_not(self) -> None:
        assert list(lines.problems(LINE | {"sources": ["x"], "definition": {"a": 1}})) == []
        assert list(lines.problems({k: v for k, v in LINE.items() if k != "opens"})) == [
            "holds no usable `opens`"
        ]
        for outcome, right in ((0, True), (1, True), (True, False), (1.0, False), (-1, False)):
            line = {
                "kind": "resolution", "resolves": "r", "id": "i", "outcome": outcome,
                "recorded": "2017-03-15T01:00:00+00:00",
            }  # fmt: skip
            assert (list(lines.problems(line)) == []) is right

    def test_a_time_without_a_zone_is_in_utc(self) -> None:
        plain, zoned = (
            lines.moment({"recorded": f"2017-03-15T01:00:00{zone}"}) for zone in ("", "-02:00")
        )
        assert plain.isoformat() == "2017-03-15T01:00:00+00:00"
        assert zoned.isoformat() == "2017-03-15T03:00:00+00:00"
        with pytest.raises(ValueError, match="3 is no time"):
            lines.moment({"recorded": 3})

    @pytest.mark.parametrize(
        ("raw", "why"),
        [
            ("[1]", "no JSON object"), ("{", "cut short"), ("[" * 200_000, "nests too deep"),
            ('{"a": NaN}', "NaN, which is no number"), ('{"a": {"b": 1, "b": 1}}', "“b” twice"),
        ],
    )  # fmt: skip
    def test_what_is_no_line(self, raw: str, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            lines.read_line(raw)


class TestProof:
    """What a record was."""

    def test_it_names_the_number_of_lines_and_the_time_of_the_last(self) -> None:
        rows = tuple(
            {"recorded": f"2017-03-{day}T00:00:00+00:00", "hash": f"{day}" * 32}
            for day in (15, 16, 18)
        )
        assert proof_of(Record(Path("r"), rows), "s").text == (
            f"detente record s: 3 lines to 2017-03-18T00:00:00+00:00, SHA-256 {'18' * 32}"
        )
        with pytest.raises(InputError, match="nothing to prove"):
            proof_of(Record(Path("r")), "s")


class TestRecord:
    """A chain of lines."""

    def test_a_line_follows_by_both_its_hashes(self) -> None:
        whole = {"a": 1, "previous": "p"}
        whole["hash"] = digest(whole)
        edited, moved = whole | {"a": 2}, {"a": 1, "previous": "q"}
        moved["hash"] = digest(moved)
        assert _checked(Path("r"), 2, json.dumps(whole), "p") == whole
        for wrong in (edited, moved, {"a": 1}):
            with pytest.raises(InputError, match="Line 2 does not follow"):
                _checked(Path("r"), 2, json.dumps(wrong), "p")
        with pytest.raises(InputError, match="Its first line has no hash"):
            _checked(Path("r"), 1, json.dumps({"a": 1, "previous": "p"}), "p")
        with pytest.raises(InputError, match="Line 2 is no JSON"):
            _checked(Path("r"), 2, "{", "p")

    def test_lines_of_another_study_are_named(self) -> None:
        good = {"kind": "note", "recorded": "2017-03-15T00:00:00"}
        _check_study(Path("r"), [good, good | {"study": "s"}], "s")
        with pytest.raises(InputError, match="Line 2 is of “t”, not of “s”"):
            _check_study(Path("r"), [good, good | {"study": "t"}], "s")
        with pytest.raises(InputError, match="Line 1 holds no usable `recorded`"):
            _check_study(Path("r"), [{"kind": "note"}], "s")

    def test_names_as_words(self) -> None:
        names = [listed(list(given)) for given in ("", "a", "ab", "abc")]
        assert names == ["none", "a", "a and b", "a, b and c"]
        assert sources_in({"definition": {"cameo": ["1"]}}) == sources_in({"definition": {}}) == ()
        assert other_sources({}, ["a"]).startswith("the record does not say")
        assert other_sources({"sources": ["a", "b"]}, ["c"]) == (
            "it was made with a and b, and these data have c"
        )


class TestPublished:
    """Odds of others, laid out."""

    def test_a_picture_of_each_moment(self) -> None:
        names = (
            (..., "windows", "Window by window"),
            (None, "windows", "Question by question, on the opening day"),
            (1, "windows-1", "Question by question, 1 day before the end"),
        )
        for lead, name, title in names:
            shown = _windows(lead, Table(()), "text")
            assert (shown.name, shown.title, shown.mark, shown.says) == (
                name, title, "published", "text",
            )  # fmt: skip

    @pytest.mark.parametrize(("ours", "order"), [(0.19, "better"), (0.2, "worse"), (0.3, "worse")])
    def test_who_said_better_in_words(self, ours: float, order: str) -> None:
        scores = (("published", 9, 0.2), ("ours", 9, ours), ("base rate", 9, 0.25))
        table = Table(COLUMNS[:3], scores)
        text = published._sentence(Compared("", 9, 2, 3, table))
        assert f"score {order} than the published ones (Brier {ours:.3f} against 0.200;" in text
        assert "base rate alone: 0.250). 2 of the 9 windows came true" in text

    def test_what_came_of_a_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        odds = SimpleNamespace(probability=0.3, low=0.1, high=0.5, base_rate=0.2)
        monkeypatch.setattr(published, "count_odds", lambda *given: odds)
        day = dt.date(2017, 3, 1)
        moment = Moment("Q", 30, day, "tests", 5, 0.6, 0.7, "S")
        for offsets, came, first in (
            ((0, 6), False, None), ((1, 5), True, "2017-03-02"), ((5,), True, "2017-03-06"),
        ):  # fmt: skip
            days = np.datetime64(day) + np.array(offsets)
            data = SimpleNamespace(days_of=lambda _, days=days: days, label_of=lambda name: "T")
            row = published._row(cast(Any, data), cast(Any, None), moment)
            assert row == (
                "Q", 30, "2017-03-01", "T", 5, 0.6, 0.7, 0.3, 0.1, 0.5, 0.2, came, first, "S",
            )  # fmt: skip

        def none(*_: object) -> None:
            raise DataGapError("a", "b", "c")

        monkeypatch.setattr(published, "count_odds", none)
        assert published._ours(cast(Any, None), np.datetime64(day), 5) == (None,) * 4


class TestQuestions:
    """What all questions share."""

    def test_terms_that_are_not_declared(self) -> None:
        study = SimpleNamespace(eras={"e": 0}, calendar={"c": 0}, actions={"s": 0})
        terms = Terms(since=dt.date(2001, 1, 1), eras=["e", "x"], calendar=["y", "c"], signs=["z"])
        seen = [
            problem.split(" is not")[0].replace("“", "").replace("”", "")
            for problem in terms.problems("q", cast(Any, study))
        ]
        assert seen == ["q: era: x", "q: calendar: y", "q: sign: z"]

    def test_the_walk_of_an_action_is_that_of_its_own_question(self) -> None:
        asked = EventQuestion(
            kind="events", id="i", title="t", question="q?", action="tests", within_days=28,
            since=dt.date(2001, 1, 1),
        )  # fmt: skip
        assert asked.walked("tests") == Walked(asked, 28) and asked.walked("talks") is None

    def test_a_kind_gives_the_rest(self) -> None:
        asked = Question(kind="k", id="i", title="t", question="q?")
        assert asked.walked("a") is None
        for call in (asked.odds, asked.trial, asked.within, asked.definition):
            with pytest.raises(NotImplementedError):
                cast(Any, call)(None)
        with pytest.raises(NotImplementedError):
            asked.settled(cast(Any, None), {})


class TestOdds:
    """Odds laid out."""

    window = Window(dt.date(2017, 3, 15), dt.date(2017, 3, 16), dt.date(2017, 4, 12), 28)

    def answer(self, weights: tuple[float, ...], counts: Any, end: float = 2.0) -> Answer:
        asked = Question(kind="events", id="q", title="T", question="Q?", caveats=["own"])
        models = tuple(ModelOdds(name, 0.2, w) for name, w in zip("ab", weights, strict=True))
        fall = Waterfall("days per year", "past", 1.0, (Reason("r", -0.5),), "now", end)
        odds = Odds(0.3, 0.1, 0.5, models, fall, counts=counts)
        return odds_answer(
            asked, odds, self.window, [Fact("own", "Own", 1)], text="t", caveats=["c"]
        )

    def test_all_but_the_window_in_words_is_hidden(self) -> None:
        answer = self.answer((0.5, 0.5), np.array([0.7, 0.2, 0.096, 0.003, 0.001]))
        assert [(fact.name, fact.shown) for fact in answer.facts] == [
            ("odds", True), ("base_rate", True), ("recent_base_rate", True), ("own", True),
            ("within", True), ("as_of", False), ("opens", False), ("resolves_on", False),
        ]  # fmt: skip
        within: Any = answer.fact("within")
        assert (within.value, within.unit, within.note) == (
            28, "days", "16 March 2017 to 12 April 2017",
        )  # fmt: skip
        assert answer.caveats == ("own", "c") and all(part.folded for part in answer.exhibits)
        assert answer.exhibits[0].settings == {"lasting": True}
        rows = answer.exhibits[2].table.rows
        close([row[2] for row in rows], [0.7, 0.2, 0.096, 0.004])
        assert [row[:2] for row in rows[2:]] == [(2, "2"), (3, "3 or more")]

    @pytest.mark.parametrize(
        ("weights", "said"),
        [((0.5, 0.5), "equal: nothing"), ((0.5004, 0.4999), "equal: nothing"),
         ((0.501, 0.499), "learned from past scores")],
    )  # fmt: skip
    def test_whether_weights_are_learned(self, weights: tuple[float, ...], said: str) -> None:
        answer = self.answer(weights, ())
        assert said in answer.exhibits[1].note and len(answer.exhibits) == 2

    @pytest.mark.parametrize(
        ("end", "places"), [(0.5, 3), (9.99, 3), (10.0, 2), (250.0, 1), (5000.0, 0), (1e7, 0)]
    )
    def test_so_many_decimals(self, end: float, places: int) -> None:
        table = self.answer((1.0, 0.0), (), end).exhibits[0].table
        assert [column.places for column in table.columns] == [None, places, places]
        assert table.rows == (("past", None, 1.0), ("r", -0.5, None), ("now", None, end))

    def test_a_picture_of_two_and_more(self) -> None:
        answer = self.answer((1.0, 0.0), ())
        none = Answer("n", "events", "N", gap="No.")
        assert all_odds([answer, none]) is None
        shown = all_odds([answer, none, answer])
        assert shown is not None and shown.exhibits[0].says == "T: 30%; T: 30%."
        assert shown.exhibits[0].table.rows == (
            ("q", "T", "2017-03-16", "2017-04-12", 0.3, 0.1, 0.5, 0.2),
        ) * 2  # fmt: skip
        assert np.isnan(number(none, "odds")) and word(none, "opens") == ""
        texts = Answer("n", "events", "N", facts=(Fact("odds", "O", "high"), Fact("p", "P", 1)))
        assert np.isnan(number(texts, "odds")) and number(texts, "p") == 1.0
        assert word(texts, "p") == "1"


class TestForeseen:
    """What models foresee."""

    def part(self, value: float, odds: list[float]) -> Foreseen:
        draws = np.full((2, 3), value)
        return Foreseen(draws, draws + 1, np.array(odds), np.full(2, value + 2))

    def test_models_stand_in_their_order(self) -> None:
        both = stacked([self.part(1.0, [0.1, 0.2]), self.part(5.0, [0.3, 0.4])])
        assert both.odds.tolist() == [[0.1, 0.2], [0.3, 0.4]]
        assert both.means[:, 0].tolist() == [3, 7]
        assert both.by_parameters[:, 0, 0].tolist() == [2, 6]

    def test_another_stands_where_there_are_no_odds(self) -> None:
        mixed = where_known(self.part(1.0, [np.nan, 0.2]), self.part(5.0, [0.3, 0.4]))
        assert mixed.draws[:, 0].tolist() == [5, 1] and mixed.means.tolist() == [7, 3]
        assert mixed.odds.tolist() == [0.3, 0.2] and mixed.by_parameters[:, 2].tolist() == [6, 2]

    def test_no_odds_are_surer_than_the_draws_allow(self) -> None:
        close(bounded(np.array([0.0, 0.3, 1.0])), [0.5 / 401, 0.3, 1 - 0.5 / 401])


class TestHoldings:
    """What a store holds."""

    def held(self, monkeypatch: pytest.MonkeyPatch, days: Any, files: int = 1) -> Answer:
        first, last = dt.date(2018, 1, 1), dt.date(2018, 12, 31)
        origin = OriginSummary("o", 7, first, last, 1, 2)
        store = SimpleNamespace(
            summary=lambda: (origin,),
            files=lambda: [
                SimpleNamespace(origin="o", path=f"/x/{n}", rows_kept=n, refused=0)
                for n in range(files)
            ],
        )
        monkeypatch.setattr(holding, "covered_days", lambda _: {"o": days})
        monkeypatch.setattr(holding, "_at_source", lambda _: ())
        return holding.holdings(cast(Any, store))

    @pytest.mark.parametrize(("gaps", "listed", "note"), [
        (100, 100, ""), (101, 100, "101 stretches in all."),
    ])  # fmt: skip
    def test_a_hundred_stretches_that_are_missing(
        self, monkeypatch: pytest.MonkeyPatch, gaps: int, listed: int, note: str
    ) -> None:
        days = np.datetime64("2018-01-01") + 2 * np.arange(gaps + 1)
        answer = self.held(monkeypatch, np.append(days, days[-1] + 1))
        missing: Any = answer.exhibit("missing")
        assert (len(missing.table), missing.note) == (listed, note)
        assert answer.text.startswith(f"7 events of 1 origin, {gaps} days missing between")
        assert answer.exhibit("publishers") is None and len(answer.caveats) == 2
        assert [part.folded for part in answer.exhibits] == [False, False, False, True]

    def test_the_longest_first_and_the_last_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        days = np.array(["2018-01-01", "2018-01-03", "2018-01-07"], "datetime64[D]")
        answer = self.held(monkeypatch, days, files=501)
        assert cast(Any, answer.exhibit("missing")).table.rows == (
            ("o", "2018-01-04", "2018-01-06", 3), ("o", "2018-01-02", "2018-01-02", 1),
        )  # fmt: skip
        read: Any = answer.exhibit("files")
        assert len(read.table) == 500 and read.table.rows[0][1] == "1"
        assert cast(Any, answer.exhibit("coverage")).table.rows == (
            ("o", "2018-01-01", "2018-01-31", 31, 3),
        )

    def test_an_origin_that_covers_no_day(self) -> None:
        origin = OriginSummary("o", 7, dt.date(2018, 1, 1), dt.date(2018, 1, 9), 1, 2)
        [row] = holding._origins((origin,), {}).records()
        assert (row["days_covered"], row["days_missing"], row["limits"]) == (0, 0, "all events")


def test_sources_are_told_apart_by_their_names() -> None:
    here = "".join(["arch", "ive"])  # equal to what the levels hold, and not the same object
    levels: list[dict[str, Any]] = [
        {"archive": (1.0, 2.0), "other": (1.0, None)},
        {"archive": (None, None), "lost": (None, None), "third": (None, 1.0)},
    ]
    [said] = _others_left_out(levels, here)
    assert said.endswith("never compared: other, third.")
    assert list(_others_left_out(levels[1:], "third")) == []


def test_whether_an_act_is_cooperation_is_for_the_picture_alone() -> None:
    panel = SimpleNamespace(series=lambda *_, **__: SimpleNamespace(values=np.ones(2)))
    counted = cast(Any, SimpleNamespace(a="USA", b="CHN", origin="o", panel=panel))
    exhibit = acts_exhibit(counted)
    assert [column.shown for column in exhibit.table.columns] == [True, True, False, True, True]
    assert [row[2] for row in exhibit.table.rows] == [True] * 8 + [False] * 12
    assert not exhibit.folded
