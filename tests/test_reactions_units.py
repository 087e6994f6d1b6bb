"""Who reacts to whom, part by part, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from pydantic import ValidationError

from detente.answers import Fact, Scale
from detente.asks.reactions import excitation, system, vector
from detente.asks.reactions.aligned import Aligned, _centred, _on, _period, _segments, _signals
from detente.asks.reactions.excitation import Excitation, _checks, _facts, _of_itself, _rate, _span
from detente.asks.reactions.system import (
    System,
    SystemSeries,
    _exhibits,
    _reactions,
    network_exhibit,
    reaction_columns,
)
from detente.asks.reactions.system_words import answer_text, caveats_of, checks_of
from detente.asks.reactions.vector import Judged, _tail, judge
from detente.errors import DataGapError
from detente.study.models import Action
from detente.study.options import Options

NAMES = ("A", "B", "C")


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def asked(**given: Any) -> System:
    """Three series; the first is an action."""
    series = [SystemSeries(label=name, relation=cast(Any, {"action": name})) for name in NAMES]
    return System(**({"id": "s", "label": "S", "series": series, "horizon": 6} | given))


def grid(segments: int = 1) -> Aligned:
    """Ten months of three series, of which the last is a score of standard deviation two."""
    values = np.tile([[0.0], [2.0]], (5, 3))
    values[:, 2] = np.tile([-2.0, 2.0], 5)
    return Aligned(
        "month",
        (np.datetime64("2001-01") + np.arange(10)).astype("datetime64[D]"),
        values,
        np.repeat(np.arange(segments), 10 // segments),
        (True, True, False),
        ("S",),
        ("c",),
    )


def row(acts: str, responds: str, effect: float = 8.0, *, reverse: bool = True) -> dict[str, Any]:
    return {
        "acts": acts,
        "responds": responds,
        "effect_percent": effect,
        "low90": 1.0,
        "high90": 15.0,
        "stands": True,
        "stands_in_reversed_order": reverse,
    }


class TestSystem:
    """Series that may all react to one another."""

    def test_its_defaults_and_bounds(self) -> None:
        plain = System(id="s", label="S", series=asked().series)
        assert (plain.lags, plain.steps, plain.horizon) == (3, 12, 6)
        assert asked(horizon=12, steps=12).horizon == 12
        with pytest.raises(ValidationError, match="horizon 13 is longer than steps 12"):
            asked(horizon=13, steps=12)
        for given in ({"lags": 0}, {"lags": 25}, {"steps": 1}, {"steps": 61}, {"horizon": 0}):
            with pytest.raises(ValidationError):
                asked(**given)
        with pytest.raises(ValidationError, match="at least 2"):
            asked(series=asked().series[:1])

    def test_an_action_has_no_measure_and_a_relation_one(self) -> None:
        read = {"dataset": "d", "name": "n"}
        pair = {"pair": ["AAA", "BBB"]}
        assert SystemSeries(label="x", relation=pair, measure=read).measure
        for relation, measure in ((pair, None), ({"action": "a"}, read)):
            with pytest.raises(ValidationError, match="none for an action"):
                SystemSeries(label="x", relation=cast(Any, relation), measure=cast(Any, measure))

    def judged(self, corrected: dict[tuple[int, int], float]) -> Judged:
        means = np.tile(np.log([1.0, 1.1, 1.2, 1.3, 1.4])[:, None, None], (1, 3, 3))
        p = {(act, respond): 0.01 * (3 * act + respond) for act in range(3) for respond in range(3)}
        return Judged(means, p, corrected, cast(Any, None))

    def test_the_surest_first_and_each_by_its_own_scale(self) -> None:
        declared = self.judged({(0, 1): 0.2, (1, 0): 0.049, (0, 2): 0.05, (2, 0): 0.049})
        turned = self.judged({(0, 1): 0.01, (1, 0): 0.05, (0, 2): 0.0, (2, 0): 0.049})
        listed = _reactions(asked(), grid(), declared, turned)
        rows = list(listed.records())
        assert [(r["acts"], r["responds"]) for r in rows] == [
            ("B", "A"), ("C", "A"), ("A", "C"), ("A", "B"), ("A", "A"), ("B", "B"), ("C", "C"),
        ]  # fmt: skip
        assert [r["stands"] for r in rows] == [True, True, False, False, False, False, False]
        assert [r["stands_in_reversed_order"] for r in rows[:5]] == [False, True, True, True, False]
        assert [r["p_adjusted"] for r in rows[3:5]] == [0.2, None]
        assert rows[0]["p"] == 0.03 and listed.columns[6].title == "p, 4 tested"
        # Quantiles of five draws: a fifth of the way between the outer two.
        close([rows[0][k] for k in ("low90", "effect_percent", "high90")], [
            100 * (1.1**0.2 - 1), 20, 100 * (1.3**0.2 * 1.4**0.8 - 1),
        ])  # fmt: skip
        close(rows[2]["effect_percent"], 100 * np.log(1.2) / 2)

    def exhibits(self, rows: tuple[Any, ...], **given: Any) -> dict[str, Any]:
        asks = asked(**given)
        steps = asks.steps + 1
        middle = np.log(1 + np.arange(9.0).reshape(3, 3) / 100) * np.ones((steps, 1, 1))
        band = np.stack([middle - 0.5, middle + 0.5])
        paths = SimpleNamespace(middle=middle, bands={0.5: band, 0.8: 2 * band, 0.95: 3 * band})
        listed = system.Table(reaction_columns(6), rows)
        return {
            item.name: item for item in _exhibits(asks, grid(), cast(Any, paths), listed, "Said.")
        }

    def test_the_course_of_every_response(self) -> None:
        shown = self.exhibits((), steps=2, horizon=1)
        assert list(shown) == ["responses", "reactions"]
        records = list(shown["responses"].table.records())
        assert len(records) == 27 and [r["step"] for r in records[:3]] == [0, 1, 2]
        second = records[3]  # the first acts, the second responds: row 1, column 0
        assert (second["acts"], second["responds"]) == ("A", "B")
        close(second["median_percent"], 3)
        close(second["low50"], 100 * (1.03 * np.exp(-0.5) - 1))
        close(second["high80"], 100 * (1.03**2 * np.exp(1) - 1))
        close(second["high95"], 100 * (1.03**3 * np.exp(1.5) - 1))
        assert shown["responses"].title.endswith("over 2 months")
        assert shown["reactions"].title.startswith("Mean response in the first 1 month, %")
        hidden = {c.name for c in shown["responses"].table.columns if not c.shown}
        assert hidden == {"low50", "high50", "low80", "high80"}

    def test_a_network_only_of_what_stands(self) -> None:
        plain = ("A", "B", 8.0, 1.0, 15.0, 0.01, 0.02)
        rows = ((*plain, True, False), (*plain[1::-1], *plain[2:], False, True))
        shown = self.exhibits(rows)
        assert list(shown) == ["responses", "network", "reactions"]
        network = shown["network"]
        assert network.table.rows == (("A", "B", 8.0, False),)
        assert network.says == "Arrows: A to B."
        both = system.Table(reaction_columns(2), (rows[0], (*rows[1][:7], True, True)))
        assert network_exhibit(both, {}).says == "Arrows: A to B; B to A."

    def text(self, *stand: dict[str, Any]) -> str:
        model = SimpleNamespace(system=SimpleNamespace(rows=np.arange(3, 10)))
        return answer_text(asked(horizon=6), grid(), cast(Any, model), 6, stand)

    def test_how_many_stand_in_words(self) -> None:
        assert self.text().startswith(
            "Of 6 reactions of one series to another, tested together, none stands after correction"
            " (April 2001 to October 2001, 7 months)."
        )
        one = self.text(row("A", "B"))
        assert one == (
            "Of 6 reactions of one series to another, tested together, 1 stands after correction"
            " (April 2001 to October 2001): a surprise in A is followed by 8% more B over 6 months"
            " (90% interval +1 to +15%)."
        )
        four = self.text(*[row("A", "C")] * 4)
        assert "4 stand after" in four and four.count("C higher by 8% of their") == 3
        assert four.endswith(" The other is in the chart.")
        assert self.text(*[row("A", "B")] * 5).endswith(" The other 2 are in the chart.")
        assert "chart" not in self.text(*[row("A", "B")] * 3)

    def test_what_the_order_decides(self) -> None:
        assert " It does not stand if the order" in self.text(row("A", "B", reverse=False))
        some = self.text(row("A", "B", reverse=False), row("B", "A"), row("B", "C", reverse=False))
        assert " 2 of them do not stand if the order of the series is turned around" in some

    def test_caveats_are_of_what_the_series_are(self) -> None:
        every = " ".join(caveats_of(grid()))
        assert "rough" in every and "standard deviation" in every and "in turn" not in every
        seamed = " ".join(caveats_of(grid(2)))
        assert "in turn" in seamed
        counts = Aligned(**(vars(grid()) | {"counted": (True,) * 3}))
        assert "standard deviation" not in " ".join(caveats_of(counts))
        scores = Aligned(**(vars(grid()) | {"counted": (False,) * 3}))
        assert "rough" not in " ".join(caveats_of(scores))

    def test_checks_of_a_system(self) -> None:
        def checks(seen: list[Any], joint: list[float], root: float = 0.5) -> list[Any]:
            model = SimpleNamespace(stable=root < 1, largest_root=root)
            judged = SimpleNamespace(
                joint=SimpleNamespace(p_adjusted=np.array(joint), tested=len(joint))
            )
            return list(checks_of(cast(Any, model), seen, cast(Any, judged)))

        settles, order, joint = checks([row("A", "B")], [0.049, 0.05, 0.9])
        assert settles.passed and order.passed and joint.passed
        assert "1 of 3 responses have a joint 95% band" in joint.text
        settles, order, joint = checks([row("A", "B", reverse=False)], [0.9], root=1.01)
        assert not settles.passed and order.passed is False and not joint.passed
        assert "is 1.01;" in settles.text and "0 of 1 reaction" in order.text
        assert checks([], [0.9])[1].passed is None


class TestVector:
    """Reactions by their mean over the horizon."""

    def test_draws_on_the_other_side(self) -> None:
        draws = np.ones(39)
        assert _tail(draws) == 2 / 40 and _tail(-draws) == 2 / 40
        draws[:3] = -1
        assert _tail(draws) == 8 / 40
        assert _tail(np.zeros(39)) == 1.0

    def test_who_acts_and_responds_is_not_turned_around(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Any] = []

        def means(_: Any, **given: Any) -> Any:
            seen.append(given)
            drawn = np.random.default_rng(1).normal(size=(39, 2, 2))
            drawn[:, 1, 0] = np.abs(drawn[:, 1, 0])  # the second responds to the first
            return drawn

        monkeypatch.setattr(vector, "mean_responses", means)
        model = cast(Any, SimpleNamespace(names=("A", "B")))
        judged = judge(model, 6, seed=7)
        assert judged.p[0, 1] == 2 / 40 and judged.p[1, 0] > 0.2
        assert set(judged.corrected) == {(0, 1), (1, 0)} and judged.corrected[0, 1] == 4 / 40
        judge(model, 6, turned=True, draws=99)
        assert seen[0] == {"steps": 7, "draws": 50_000, "order": None, "seed": 7}
        assert list(seen[1]["order"]) == [1, 0] and seen[1]["draws"] == 99


class TestAligned:
    """Side by side on one grid."""

    def test_a_new_number_whenever_the_mixture_changes(self) -> None:
        first, second = np.array([0, 0, 1, 1, 0]), np.array([5, 5, 5, 6, 6])
        assert _segments([first, second]).tolist() == [0, 0, 1, 2, 3]

    def test_each_stretch_has_its_own_mean(self) -> None:
        column = np.array([1.0, 3, np.nan, 10, np.nan, np.nan])
        close(_centred(column, np.array([0, 0, 0, 1, 2, 2])), [-1, 1, np.nan, 0, np.nan, np.nan])
        assert column[0] == 1

    def test_values_stand_on_their_day_and_only_within_the_window(self) -> None:
        days = (np.datetime64("2001-01") + np.arange(4)).astype("datetime64[D]")
        signal = SimpleNamespace(
            series=SimpleNamespace(dates=days), analysed=lambda: np.array([1.0, 2, 3, 4])
        )
        part = SimpleNamespace(dates=days[1:])
        close(_on(days[:3], cast(Any, signal), cast(Any, part)), [np.nan, 2, 3])

    def test_one_kind_of_period(self) -> None:
        def signals(relation: Any, _: Any) -> Any:
            every = {"AAA": "month", "BBB": "week"}[relation.pair[0]]
            return [SimpleNamespace(series=SimpleNamespace(every=every))], []

        data = cast(Any, SimpleNamespace(signals=signals))

        def series(first: str) -> SystemSeries:
            relation: Any = {"pair": [first, "CCC"]}
            return SystemSeries(
                label=first, relation=relation, measure={"dataset": "d", "name": "n"}
            )

        assert _period(data, asked()) == "month"  # actions alone
        assert _period(data, asked(series=[series("BBB"), series("BBB")])) == "week"
        with pytest.raises(DataGapError, match="Their periods differ: month, week"):
            _period(data, asked(series=[series("AAA"), series("BBB")]))

    def test_the_first_signal_or_why_there_is_none(self) -> None:
        relation: Any = {"pair": ["AAA", "BBB"]}
        series = SystemSeries(label="x", relation=relation, measure={"dataset": "d", "name": "n"})
        held = cast(Any, SimpleNamespace(signals=lambda *_: (["first", "second"], ["a"])))
        assert cast(Any, _signals(held, series, "month")) == (["first", "second"], ["a"])
        for gaps, said in ((["a", "b"], "a b"), ([], "No source has it")):
            empty = cast(Any, SimpleNamespace(signals=lambda *_, gaps=gaps: ([], gaps)))
            with pytest.raises(DataGapError, match=said):
                _signals(empty, series, "month")


def chronicle_until(last: dt.date) -> SimpleNamespace:
    """Data of one action, which a chronicle tells of up to a day."""
    action = Action(label="tests", kinds=["test"], since=dt.date(2000, 1, 1))
    return SimpleNamespace(
        study=SimpleNamespace(
            actions={"a": action}, chronicle=None, study=SimpleNamespace(as_of=last)
        ),
        events=None,
        as_of=last,
        options=SimpleNamespace(seed=1),
        label_of=lambda _: "tests",
        known_until=lambda _: last,
    )


class TestExcitation:
    """How many more of its kind an action brings."""

    def span(self, last: str, **given: Any) -> Any:
        item = Excitation(id="x", action="a", since=dt.date(2001, 1, 1), **given)
        return _span(cast(Any, chronicle_until(dt.date.fromisoformat(last))), item)

    def test_days_from_the_first_to_the_last_that_is_known(self) -> None:
        assert [str(day) for day in self.span("2001-01-03")] == [
            "2001-01-01", "2001-01-02", "2001-01-03",
        ]  # fmt: skip
        assert len(self.span("2001-01-03", until=dt.date(2001, 1, 2))) == 2
        assert len(self.span("2001-01-03", until=dt.date(2002, 1, 2))) == 3
        assert len(self.span("2001-01-01")) == 1
        with pytest.raises(DataGapError, match="begins on 2001-01-01 and ends on 2000-12-31"):
            self.span("2000-12-31")

    def test_a_rate_and_what_silence_allows(self) -> None:
        drawn = np.tile(np.arange(21.0)[:, None], (1, 4))
        close(_rate(np.array([4.0, 6.0, 4.0, 6.0]), drawn), [5, 1, 19])
        # Three in 365.25 days would leave silence likely in one of twenty such years.
        close(_rate(np.zeros(365), drawn), [0, 0, -np.log(0.05) * 365.25 / 365])

    def model(self, *, stationary: bool = True) -> Any:
        """Of 40 days with one half come of themselves; draws say a quarter to three quarters."""
        own = np.full((100, 1), 0.2)
        own[50:] = 0.0

        def rates(effects: Any) -> Any:
            return own * effects

        return SimpleNamespace(
            stationary=stationary,
            inputs=SimpleNamespace(
                baseline=SimpleNamespace(rates=rates), counts=np.repeat([0.8, 0.0], 50)
            ),
            effects=2.0,
            draw_parameters=lambda draws, seed: [
                SimpleNamespace(effects=effect) for effect in np.linspace(1, 3, 21)
            ],
            branching=np.array([[0.5]]),
            branching_interval=lambda: np.array([0.2, 0.9]).reshape(2, 1, 1),
            decays=np.array([np.log(2) / 3]),
            dispersion=np.array([1.4]),
            radius=0.5,
        )

    def test_what_comes_of_itself(self) -> None:
        eras = {"e": SimpleNamespace(label="an era")}
        study = SimpleNamespace(eras=eras)
        data = cast(Any, SimpleNamespace(study=study, options=Options(seed=1)))
        item = Excitation(id="x", action="a", since=dt.date(2001, 1, 1), eras=["e"])
        labels = np.repeat([0, 1], 50)
        share, rates = _of_itself(data, item, self.model(), labels)
        assert share is not None and share.scale is Scale.PROBABILITY
        # Draws explain from a quarter to three quarters: 5% of the way in from either end.
        close([share.low, share.value, share.high], [0.275, 0.5, 0.725])
        outside, era = rates.rows
        assert outside[0] == "the time outside these eras" and era[0] == "an era"
        close(outside[1:], [365.25 * 0.4, 365.25 * 0.22, 365.25 * 0.58])
        close(era[1:], [0, 0, -np.log(0.05) * 365.25 / 50])
        nothing, empty = _of_itself(data, item, self.model(stationary=False), labels)
        assert nothing is None and len(empty) == 0

    def test_facts_of_follow_ons(self) -> None:
        sure, unsure = (SimpleNamespace(p_value=p, ratio=4.0) for p in (0.049, 0.05))
        share = Fact("share", "Are follow-ons", 0.5, Scale.PROBABILITY)
        model = self.model()
        facts = {fact.name: fact for fact in _facts(model, cast(Any, sure), share, 1)}
        assert list(facts) == ["follow_ons", "half_life_days", "share", "p"]
        assert (facts["follow_ons"].low, facts["follow_ons"].high) == (0.2, 0.9)
        close(facts["half_life_days"].value, 3)
        assert facts["half_life_days"].unit == "days" and facts["share"].note == "of 1 day with one"
        model.decays = np.array([np.log(2) / 1.4])
        model.branching_interval = lambda: np.array([0.2, np.inf]).reshape(2, 1, 1)
        facts = {fact.name: fact for fact in _facts(model, cast(Any, sure), share, 1234)}
        assert facts["half_life_days"].unit == "day"
        assert facts["share"].note == "of 1,234 days with one"
        assert facts["follow_ons"].low is facts["follow_ons"].high is None
        assert [fact.name for fact in _facts(model, cast(Any, unsure), None, 9)] == [
            "follow_ons", "p",
        ]  # fmt: skip

    def test_checks_of_follow_ons(self) -> None:
        model = self.model()
        test = cast(Any, SimpleNamespace(p_value=0.049, ratio=4.0))
        assert [check.passed for check in _checks(model, test)] == [True, True, True]
        model.dispersion, model.stationary = np.array([1.5]), False
        test.p_value = 0.05
        assert [check.passed for check in _checks(model, test)] == [False, False, False]

    def test_what_is_missing_is_said_in_its_place(self) -> None:
        data = chronicle_until(dt.date(2000, 1, 1))
        item = Excitation(
            id="x", action="a", since=dt.date(2001, 1, 1), compare="others", caveats=["mind"]
        )
        answer = excitation.answer(item, cast(Any, data))
        assert answer.label == "Tests" and answer.notes == {"literature": "others"}
        assert answer.gap.endswith("ends on 2000-01-01. Choose a later date.")
        assert answer.caveats[0] == "mind" and len(answer.caveats) == 3
