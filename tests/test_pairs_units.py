"""Pairs, holdings, the overview and the frame of claims, part by part, by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Section, Table, Verdict
from detente.asks.claims.estimate import Estimate, LeftOut
from detente.asks.claims.rules import Evidence, judge, judge_probability, undecided
from detente.asks.claims.run import _judged
from detente.asks.data_used import _days_missing
from detente.asks.frame import Design, Pending, notes, shortfalls
from detente.asks.holdings import _coverage, _gaps, _origins
from detente.asks.overview import _levels, _mean, _years, by_approach, pair_row
from detente.asks.pairs.acts import acts_exhibit
from detente.asks.pairs.behind import events_behind
from detente.asks.pairs.busiest import busiest
from detente.asks.pairs.compare import _relative, _span, label_of
from detente.asks.pairs.counts import count_pair, period_of
from detente.asks.pairs.turns import (
    Turn,
    _apart,
    _changes,
    _size,
    _steepest,
    stretch,
    turning_points,
)
from detente.asks.pairs.view import (
    BESIDE_DAYS,
    TURN_COLUMNS,
    _level_exhibit,
    _now,
    _own,
    _text,
    _thin,
    _turn_row,
)
from detente.asks.provenance import provenance, provenance_of
from detente.asks.remember import _last_first, _lists, _read
from detente.asks.result import StudyResult
from detente.errors import DataGapError, UsageError
from detente.estimators.levels.level import LevelPosterior
from detente.relations.series import make_series
from detente.study.chronicle import Fact as Dated
from detente.study.options import Options
from detente.study.signal import Signal
from event_tables import event, table


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def level(draws: Any, dispersion: float = 4.0) -> LevelPosterior:
    draws = np.asarray(draws, dtype=float)
    return LevelPosterior(draws, {"dispersion": np.full(len(draws), dispersion)})


def signal(values: Any, *, counts: bool = True) -> Signal:
    dates = np.datetime64("2001-01") + np.arange(len(values))
    series = make_series("s", "month", dates.astype("datetime64[D]"), values, unit="events")
    return Signal(series, counts, "Source", "cooperation", "cooperation between A and B")


class TestTurns:
    """Where a level turned."""

    def test_half_a_year_or_a_quarter_of_a_short_series(self) -> None:
        seen = [
            stretch(*given)
            for given in (
                ("month", 24),
                ("month", 23),
                ("month", 99),
                ("month", 3),
                ("week", 200),
                ("day", 999),
                ("quarter", 40),
            )
        ]
        assert seen == [6, 5, 6, 2, 26, 183, 2]

    def test_means_on_either_side(self) -> None:
        close(_changes(np.array([[1.0, 3, 5, 9, 1]]), 2), [[5.0, 1.0]])

    def test_the_largest_first_and_none_near_another_of_its_sign(self) -> None:
        changes = np.array([0.0, 3, 5, 2, 4, 0, -1, 3, -6])
        # Two periods of a stretch: same sign within 4 is passed over, the other within 2.
        assert list(_apart(changes, 2)) == [8, 2]
        assert list(_apart(np.array([1.0, 0, 0, 0, 2]), 2)) == [4, 0]
        assert list(_apart(np.array([1.0, 0, 0, 2]), 2)) == [3]
        assert list(_apart(np.array([1.0, 0, -2]), 2)) == [2, 0]
        assert list(_apart(np.array([1.0, -2]), 2)) == [1]
        assert len(list(_apart(np.ones(90), 1))) == 6 and list(_apart(np.zeros(9), 1)) == []

    def test_the_steepest_step_of_its_sign_nearby(self) -> None:
        line = np.array([0.0, 0, 0, 1, 1, 4, 4, 0, 0, 0, 0, 0])
        assert _steepest(line, 5, 1.0, 4) == 5
        assert _steepest(line, 6, 1.0, 4) == 5  # no farther than two away
        assert _steepest(line, 8, -1.0, 4) == 7
        assert (
            _steepest(np.arange(12.0) ** 2, 6, 1.0, 4) == 8
            and _steepest(-(np.arange(12.0) ** 2), 6, -1.0, 6) == 6
        )

    def test_sizes_are_of_rates_with_half_an_event(self) -> None:
        counts = np.array([9.0, np.nan, 5, 2, 10, 7])
        exposure = np.array([9.0, 9, 2, 2, 4, 0])
        change, low, high = _size(counts, exposure, 3, 2, 0.25)
        # 5.5 in 2 of exposure before, one known period; 12.5 in 6 after, two.
        close(change, np.log((12.5 / 6) / (5.5 / 2)))
        reach = 1.645 * np.sqrt(1 / 5.5 + 0.25 + 1 / 12.5 + 0.25 / 2)
        close([low, high], [change - reach, change + reach])

    def test_only_what_is_sure_in_95_of_100_draws(self) -> None:
        counts = np.repeat([10.0, 40.0], 12)
        draws = np.tile(np.log(counts), (100, 1))
        for unsure, turns in ((5, 1), (6, 0)):
            few = draws.copy()
            few[:unsure] = few[:unsure, ::-1]
            seen = turning_points(counts, np.ones(24), level(few), "month")
            assert len(seen) == turns
        [turn] = turning_points(counts, np.ones(24), level(draws), "month")
        assert (turn.at, turn.probability) == (12, 1.0)
        close(turn.change, np.log(240.5 / 60.5))
        both = turning_points(counts[::-1], np.ones(24), level(draws[:, ::-1]), "month")
        close(both[0].change, -turn.change)
        assert turning_points(counts[:3], np.ones(3), level(draws[:, :3]), "month") == ()


def dated(day: dt.date, sources: tuple[str, ...], targets: tuple[str, ...] = ()) -> Dated:
    return Dated(str(day), day, day, "talks", sources, targets, "", "A", f"On {day}", "c")


class TestView:
    """A pair in one answer."""

    def test_facts_of_the_two_alone(self) -> None:
        day = dt.date(2001, 1, 1)
        named = [("A",), ("A", "B"), ("A", "C"), ("A", "B", "C"), (), ("C",)]
        facts = [dated(day, sources) for sources in named]
        assert [fact.sources for fact in _own(facts, "A", "B")] == [
            ("A",),
            ("A", "B"),
            ("A", "B", "C"),
        ]
        assert list(_own([dated(day, ("A",), ("C",))], "A", "B")) == []

    def test_facts_within_forty_five_days_stand_beside_a_turn(self) -> None:
        first = dt.date(2001, 3, 1)
        facts = [dated(first + dt.timedelta(days=d), ("A",)) for d in (-46, -45, 45, 46)]
        turn = Turn(2, np.log(2), np.log(1.5), np.log(3), 0.97)
        row = _turn_row(turn, signal(np.ones(6)), facts)
        assert BESIDE_DAYS == 45
        assert row[6] == "On 2001-01-15 (2001-01-15); On 2001-04-15 (2001-04-15)"
        close(row[2:6], [2, 1.5, 3, 0.97])
        assert _turn_row(turn, signal(np.ones(6)), ())[6] is None

    def test_facts_and_turns_are_marked_within_the_series(self) -> None:
        held = signal([1.0, 2.0, 3.0])
        days = [
            dt.date(2000, 12, 31),
            dt.date(2001, 1, 1),
            dt.date(2001, 3, 31),
            dt.date(2001, 4, 1),
        ]
        facts = [dated(day, ("A",)) for day in days]
        turn = Turn(1, np.log(2), np.log(1.5), np.log(3), 0.97)
        shown = _level_exhibit(held, level(np.zeros((9, 3))), [turn], facts)
        assert [row[:2] for row in shown.settings["facts"].rows] == [
            ("2001-02-01", "turning points"),
            ("2001-01-01", "dated facts"),
            ("2001-03-31", "dated facts"),
        ]
        assert shown.says.endswith("with graded bands and 1 turning point.")

    def test_the_level_of_the_last_period(self) -> None:
        draws = np.log(np.column_stack([np.ones(101), np.arange(1.0, 102)]))
        fact = _now(signal([1.0, 2.0]), level(draws))
        close(
            [fact.value, fact.low, fact.high],
            [51, np.exp(np.quantile(draws[:, 1], 0.05)), np.exp(np.quantile(draws[:, 1], 0.95))],
        )
        assert fact.label == "Cooperation, 2001-02"

    def test_its_text_tells_the_largest_turn(self) -> None:
        panel = SimpleNamespace(every="month", dates=lambda _: np.zeros(40))
        counted = cast(Any, SimpleNamespace(origin="o", size=7, name="A and B", panel=panel))
        rows = (
            ("2001-03-01", "cooperation", 2.0, 1.0, 3.0, 0.97, "X (2001-03-02)"),
            ("2002-04-01", "conflict", 0.25, 0.1, 0.5, 0.99, None),
        )
        start = "7 events between A and B, told by o"
        exhibits = cast(Any, [1])
        assert _text(counted, exhibits, Table(TURN_COLUMNS, rows)) == (
            f"{start}. The largest turn: conflict fell to 0.25× what it was over the 6 months "
            "before, from 2002-04 on."
        )
        assert _text(counted, exhibits, Table(TURN_COLUMNS, rows[:1])).endswith(
            "cooperation rose to 2.0× what it was over the 6 months before, from 2001-03 on. "
            "Around that date: X (2001-03-02)."
        )
        assert (
            _text(counted, exhibits, Table(TURN_COLUMNS))
            == f"{start}. No turn of their level is 95% sure."
        )
        assert _text(counted, [], Table(TURN_COLUMNS)) == f"{start}: too few for a level over time."

    def test_levels_are_relative_to_where_both_have_data(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from detente.asks.pairs import compare

        draws = np.log([[9.0, 1, 4, 2], [9.0, 2, 8, 4]])
        monkeypatch.setattr(compare, "fit_level", lambda *_: level(draws))
        counted = cast(Any, SimpleNamespace(signal=lambda _: signal(np.ones(4)), options=Options()))
        relative = _relative(
            counted, "conflict", np.array([1, 2, 3]), np.array([True, True, False])
        )
        close(relative, np.tile([0.5, 2, 1], (3, 1)))

    @pytest.mark.parametrize(
        ("other", "labels"),
        [
            (("A", "B", "y"), ("x", "y")),
            (("A", "C", "x"), ("A-B", "A-C")),
            (("A", "C", "y"), ("A-B (x)", "A-C (y)")),
            (("B", "A", "x"), ("A-B", "B-A")),
        ],
    )
    def test_what_two_are_called(
        self, other: tuple[str, str, str], labels: tuple[str, str]
    ) -> None:
        def counted(a: str, b: str, origin: str) -> Any:
            return SimpleNamespace(a=a, b=b, origin=origin, name=f"{a}-{b}")

        assert label_of(counted("A", "B", "x"), counted(*other)) == labels

    def test_the_span_of_a_comparison(self) -> None:
        table = Table((Column("date"),), (("2001-01-01",), ("2001-02-01",), ("2001-03-01",)))
        assert _span([Exhibit("x", "X", table)]) == "2001-01-01 to 2001-03-01"

    def test_the_period_of_a_day(self) -> None:
        assert period_of(dt.date(2004, 2, 29), "month") == (
            dt.date(2004, 2, 1),
            dt.date(2004, 2, 29),
        )
        assert period_of(dt.date(2004, 2, 29), "quarter") == (
            dt.date(2004, 1, 1),
            dt.date(2004, 3, 31),
        )


@pytest.fixture(scope="module")
def held() -> pa.Table:
    """Four events of two states, one each way with another."""
    jan = dt.date(2017, 1, 1)
    back = {"source": "CHN", "cameo": "043", "goldstein": 2.0}
    rows = [
        event(0, date=jan, cameo="040", goldstein=1.0, mentions=9),
        event(1, date=jan.replace(day=2), cameo="190", quad=4, goldstein=-10.0),
        event(2, date=jan.replace(day=2), cameo="042", goldstein=None, mentions=99),
        event(3, date=jan.replace(day=3), target="USA", mentions=None, **back),
        event(4, date=jan.replace(day=4), target="JPN", **back),
    ]
    return table(rows)


class TestEvents:
    """What is told of single events."""

    def test_an_event_weighs_by_its_score_and_its_mentions(self, held: pa.Table) -> None:
        days = dt.date(2017, 1, 1), dt.date(2017, 1, 3)
        rows = events_behind(held, "USA", "CHN", *days).exhibits[0].table.records()
        assert [row["cameo"] for row in rows] == ["190", "040", "043", "042"]
        answer = events_behind(held, "USA", "CHN", *days, most=3)
        assert answer.text.startswith("4 events. The 3 weightiest are listed")
        assert events_behind(held, "USA", "CHN", *days, most=4).text.startswith("4 events. All are")
        two = events_behind(held, "USA", "CHN", dt.date(2017, 1, 2), dt.date(2017, 1, 2))
        assert len(two.exhibits[0].table) == 2
        assert two.label == "United States and China, 2 January 2017 to 2 January 2017"
        one = events_behind(held, "USA", "CHN", *days, measure="root04", directed=True)
        assert [row["cameo"] for row in one.exhibits[0].table.records()] == ["040", "042"]
        assert one.label.endswith(
            "United States to China, 1 January 2017 to 3 January 2017, root04"
        )

    def test_the_busiest_pairs_whatever_their_direction(self, held: pa.Table) -> None:
        pairs, states = (exhibit.table for exhibit in busiest(held).exhibits)
        assert [row[:2] + row[4:] for row in pairs.rows] == [("CHN", "USA", 4), ("CHN", "JPN", 1)]
        assert [(row[0], row[2]) for row in states.rows] == [("CHN", 5), ("USA", 4), ("JPN", 1)]
        assert len(busiest(held, 1).exhibits[0].table) == 1
        assert [exhibit.folded for exhibit in busiest(held).exhibits] == [False, True]

    def test_acts_by_kind_from_words_to_blows(self) -> None:
        counts = {"root06": 2.0, "root10": 3.0, "root03": np.nan}

        def series(source: str, target: str, name: str, *, origin: str) -> Any:
            number = counts.get(name, 0.0) if source == "USA" else 0.0
            return SimpleNamespace(values=np.array([number, number]))

        panel = SimpleNamespace(series=series)
        counted = cast(Any, SimpleNamespace(a="USA", b="CHN", origin="x", panel=panel))
        rows = [(row[0], *row[2:]) for row in acts_exhibit(counted).table.rows]
        assert rows == [("06", True, 4, 0), ("10", False, 6, 0)]

    def test_an_origin_that_is_not_there(self, held: pa.Table) -> None:
        with pytest.raises(UsageError, match="It holds icews"):
            count_pair(held, "USA", "CHN", origin="gdelt")
        with pytest.raises(UsageError, match="It holds no events"):
            count_pair(held.slice(0, 0), "USA", "CHN", origin="gdelt")

    def test_an_origin_that_covers_no_such_period(self, held: pa.Table) -> None:
        with pytest.raises(DataGapError, match="icews covers no year of these days"):
            count_pair(held, "USA", "CHN", every="year")
        with pytest.raises(DataGapError, match="No event of these days is between the two"):
            count_pair(held, "USA", "TUV", every="day")

    def test_months_from_twenty_four_on(self) -> None:
        def counted(months: int) -> str:
            starts = np.datetime64("2015-01") + np.arange(months)
            rows = [
                event(i, date=day.astype(dt.date))
                for i, day in enumerate(starts.astype("datetime64[D]"))
            ]
            return count_pair(table(rows), "USA", "CHN").panel.every

        assert (counted(24), counted(23)) == ("month", "week")


class TestHoldings:
    """What a store covers."""

    days = np.array(
        ["2001-01-30", "2001-01-31", "2001-02-03", "2001-02-04", "2001-03-01"], "datetime64[D]"
    )

    def test_gaps_and_months(self) -> None:
        covered = {"x": self.days}
        assert list(_gaps(covered)) == [
            ("x", "2001-02-01", "2001-02-02", 2),
            ("x", "2001-02-05", "2001-02-28", 24),
        ]
        assert [row[1:] for row in _coverage(covered)] == [
            ("2001-01-01", "2001-01-31", 31, 2),
            ("2001-02-01", "2001-02-28", 28, 2),
            ("2001-03-01", "2001-03-31", 31, 1),
        ]

    def test_an_origin(self) -> None:
        held = SimpleNamespace(
            origin="x", rows=5, world=9, first="a", last="b", files=2, refused=3, limits=""
        )
        [row] = _origins(cast(Any, (held,)), {"x": self.days}).rows
        assert row == ("x", "a", "b", 5, 4, 2, 5, 26, 3, "all events")
        [row] = _origins(cast(Any, (held,)), {}).rows
        assert row[6:8] == (0, 0)

    def test_days_that_are_missing(self) -> None:
        assert _days_missing(self.days) == "26 of 31 days"
        assert _days_missing(self.days[:2]) is None and _days_missing(None) == "all days"


class TestOverview:
    """Relations then and now."""

    def test_who_moved_closer(self) -> None:
        pair = ("x", "A", "B")
        assert [pair_row(pair, 1.0, now, closer=True)[-1] for now in (2.0, 1.0, 0.5)] == [
            True,
            True,
            False,
        ]
        assert [pair_row(pair, 1.0, now, closer=False)[-1] for now in (2.0, 1.0, 0.5)] == [
            False,
            True,
            True,
        ]
        assert pair_row(pair, 1.0, None, closer=True) == ("X", "A", "B", 1.0, None, None, None)
        rows = [
            pair_row((name, "A", "B"), 1.0, now, closer=True)
            for name, now in (("a", 1.5), ("b", None), ("c", 3.0))
        ]
        for closer, names in ((True, ["C", "A"]), (False, ["A", "C"])):
            moved, unmoved = by_approach(rows, closer=closer)
            assert [row[0] for row in moved] == names and [row[0] for row in unmoved] == ["B"]

    def test_means_and_years(self) -> None:
        assert _mean(np.array([1.0, np.nan, 2.00005])) == 1.5
        assert _mean(np.array([np.nan])) is None
        first = dt.date(2001, 5, 1)
        assert _years([first, dt.date(2001, 12, 31)]) == "2001"
        assert _years([first, dt.date(2003, 1, 1)]) == "2001\N{EN DASH}2003"

    def test_each_block_has_a_level_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from detente.asks import overview

        both = signal([-1.0, 2.0, 3.0], counts=False)
        seamed = replace(both, series=replace(both.series, segments=np.array([0, 0, 1])))
        monkeypatch.setattr(
            overview,
            "fit_level",
            lambda _, inside, __: level(
                np.tile(np.where(inside, 10.0 * (1 + inside[2]), 99.0), (3, 1))
            ),
        )
        shown = _levels(seamed, cast(Any, SimpleNamespace(options=Options())))
        assert shown.column("level") == (10.0, 10.0, 20.0) and shown.column("high95") == (
            10.0,
            10.0,
            20.0,
        )
        assert shown.column("observed") == (-1.0, 2.0, 3.0)


class TestFrame:
    """What all claims share."""

    def design(self, direction: str = "up") -> Any:
        return cast(Any, SimpleNamespace(claim=SimpleNamespace(direction=direction)))

    def estimate(
        self, effect: float, source: str = "S", scale: Scale = Scale.POINTS
    ) -> Estimate[Any]:
        return Estimate(
            replace(signal([1.0]), source=source), scale, effect, (0.1, 0.9), 0.04, 9, None
        )

    def towards(self, direction: str) -> Any:
        design = self.design(direction)
        design.up = lambda of: Design.up(design, of)
        design.towards = lambda item, effect=None: Design.towards(design, item, effect)
        design.way = lambda item, effect=None: Design.way(design, item, effect)
        design.agreeing = lambda *given: Design.agreeing(design, *given)
        design.counted = lambda item: Design.counted(design, item)
        design.minimum = 5
        return design

    def test_each_ruler_weighs_the_same(self) -> None:
        design = self.towards("up")
        curve = [
            self.estimate(1.0),
            self.estimate(1.0),
            self.estimate(-1.0),
            self.estimate(-1.0, "T"),
        ]
        close(Design.agreeing(design, self.estimate(0.5), curve, ()), (2 / 3 + 0) / 2)
        assert Design.agreeing(design, self.estimate(0.5), [], ()) == 1.0

    @pytest.mark.parametrize("direction", ["up", "down"])
    def test_a_specification_without_a_change_agrees_with_neither_side(
        self, direction: str
    ) -> None:
        design = self.towards(direction)
        curve = [self.estimate(0.0), self.estimate(1.0)]
        for effect, share in ((0.5, 0.5), (-0.5, 0.0)):
            close(Design.agreeing(design, self.estimate(effect), curve, ()), share)
        assert not design.towards(curve[0])

    def test_evidence_is_signed_towards_the_claim(self) -> None:
        rest = [LeftOut("years", "2001", -0.1, 8)]
        for direction, sign in (("up", 1), ("down", -1)):
            evidence = Design.evidence(self.towards(direction), self.estimate(0.5), [], rest)
            assert evidence == Evidence(0.5 * sign, 0.04, 9, 1.0, True)
        none = replace(self.estimate(0.5), p=None, p_range=(0.01, 0.2), doubt="d", bar="b")
        evidence = Design.evidence(self.towards("up"), none, [], ())
        assert evidence == Evidence(0.5, 1.0, 9, 1.0, False, second_doubt="d", bar="b", p_most=0.2)

    @pytest.mark.parametrize(("value", "way"), [(0.51, True), (0.5, False), (0.49, False)])
    def test_a_probability_points_its_way_above_a_half(self, value: float, way: bool) -> None:
        assert (
            Design.towards(self.towards("down"), self.estimate(value, scale=Scale.PROBABILITY))
            is way
        )

    @pytest.mark.parametrize(
        ("change", "adjusted", "verdict"),
        [
            ({}, 0.0499, Verdict.SUPPORTED),
            ({}, 0.05, Verdict.LEANS_SUPPORTED),
            ({"agreeing": 0.8}, 0.01, Verdict.SUPPORTED),
            ({"agreeing": 0.79}, 0.01, Verdict.LEANS_SUPPORTED),
            ({"agreeing": 2 / 3}, 0.5, Verdict.LEANS_SUPPORTED),
            ({"agreeing": 0.66}, 0.5, Verdict.NO_CLEAR_EFFECT),
            ({"p_placebo": 0.0999}, 0.5, Verdict.LEANS_SUPPORTED),
            ({"p_placebo": 0.1}, 0.5, Verdict.NO_CLEAR_EFFECT),
            ({"cases": 4}, 0.01, Verdict.INSUFFICIENT_DATA),
            ({"cases": 5}, 0.01, Verdict.SUPPORTED),
            ({"bar": "b"}, 0.01, Verdict.NO_CLEAR_EFFECT),
            ({"effect": -0.1}, 0.01, Verdict.CONTRADICTED),
            ({"p_most": 0.1}, 0.01, Verdict.NO_CLEAR_EFFECT),
            ({"p_most": 0.06}, 0.01, Verdict.LEANS_SUPPORTED),
            ({"second_doubt": "d"}, 0.01, Verdict.LEANS_SUPPORTED),
            ({"one_case_carries": True}, 0.01, Verdict.LEANS_SUPPORTED),
        ],
    )
    def test_edges_of_the_rules(
        self, change: dict[str, Any], adjusted: float, verdict: Verdict
    ) -> None:
        evidence = replace(Evidence(0.4, 0.01, 12, 1.0, False), **change)
        assert judge(evidence, adjusted)[0] is verdict

    def test_edges_of_probabilities_and_draws(self) -> None:
        seen = [
            judge_probability(p)[0] for p in (0.95, 0.9499, 0.8, 0.7999, 0.2001, 0.2, 0.0501, 0.05)
        ]
        assert seen == [
            Verdict.SUPPORTED,
            Verdict.LEANS_SUPPORTED,
            Verdict.LEANS_SUPPORTED,
            Verdict.NO_CLEAR_EFFECT,
            Verdict.NO_CLEAR_EFFECT,
            Verdict.LEANS_AGAINST,
            Verdict.LEANS_AGAINST,
            Verdict.CONTRADICTED,
        ]
        assert [
            undecided(*ends, 3)
            for ends in ((0.05, 0.09), (0.09, 0.1), (0.1, 0.5), (0.01, 0.0166), (0.016, 0.017))
        ] == [False, True, False, False, True]

    def test_a_corrected_p_stands_after_the_plain_one(self) -> None:
        facts = (
            Fact("effect", "Change", 1.0),
            Fact("p", "p", 0.01, Scale.P_VALUE),
            Fact("x", "x", 1),
        )
        answer = Answer("a", "response", "A", facts=facts)
        evidence = Evidence(0.4, 0.01, 12, 1.0, False)
        three = _judged(answer, evidence, (0.03, 0.03), 3)
        assert [fact.name for fact in three.facts] == ["effect", "p", "p_adjusted", "x"]
        assert (
            three.facts[2].note == "for the 3 claims tested together"
            and three.facts[2].value == 0.03
        )
        assert len(_judged(answer, evidence, (0.01, 0.01), 1).facts) == 3
        assert len(_judged(answer, evidence, (0.01, 0.01), 2).facts) == 4
        bare = _judged(replace(answer, facts=facts[::2]), evidence, (0.02, 0.02), 2)
        assert [fact.name for fact in bare.facts] == ["effect", "x", "p_adjusted"]

    @pytest.mark.parametrize(
        ("only", "shown", "together"),
        [((), "abc", "abc"), (("b",), "b", "ab"), (("c",), "c", "c")],
    )
    def test_a_claim_is_tested_with_its_family(
        self, monkeypatch: pytest.MonkeyPatch, only: tuple[str, ...], shown: str, together: str
    ) -> None:
        from detente.asks.claims import run

        claims = [
            SimpleNamespace(id=name, family=family)
            for name, family in zip("abc", "xxy", strict=True)
        ]
        seen: list[str] = []

        def tested(_: Any, __: Any, chosen: Any) -> Any:
            seen.extend(claim.id for claim in chosen)
            return [Pending(Answer(claim.id, "k", claim.id), claim.family) for claim in chosen]

        monkeypatch.setattr(run, "tested", tested)
        data = cast(Any, SimpleNamespace(study=SimpleNamespace(asks=lambda _: claims)))
        section = run.claims_section(data, only=only)
        assert "".join(answer.id for answer in section.answers) == shown
        assert "".join(seen) == together
        assert ("Here are 1 of the 3 claims" in section.intro) is bool(only)

    def test_hashes_hold_everything_that_was_read(self) -> None:
        spec = SimpleNamespace(id="d", exposure="world:all")
        study = SimpleNamespace(datasets=[spec])
        data = cast(
            Any,
            SimpleNamespace(
                study=study,
                chronicle_sha256="c",
                events=None,
                dataset_sha256={"world": "w"},
                options=Options(seed=7),
            ),
        )
        read = replace(signal([1.0]), sha256="s", dataset="d")
        first = provenance_of(data, [read, read], "e", "n")
        assert (first.seed, first.estimator, first.null, first.sources) == (
            7,
            "e",
            "n",
            ("Source",),
        )
        others = [
            (data, replace(read, sha256="t")),
            (data, replace(read, dataset="f")),
            (data, read),
        ]
        for change in (
            {"dataset_sha256": {"world": "v"}},
            {"chronicle_sha256": "k"},
            {"events": SimpleNamespace(fingerprint="f")},
        ):
            others.append((cast(Any, SimpleNamespace(**{**vars(data), **change})), read))
        hashes = {provenance_of(made_of, [item], "e", "n").data_hash for made_of, item in others}
        assert len(hashes) == 6
        plain = [
            provenance(data, "e", hashes=more, sources=["b", "a", "b"])
            for more in ((), ("x",), ("x", "y"))
        ]
        assert len({record.data_hash for record in plain}) == 3 and plain[0].sources == ("b", "a")

    def test_a_result_has_its_sections_by_name(self) -> None:
        claim = Answer("a", "k", "A")
        sections = (Section("outlook", "O", ()), Section("claims", "C", (claim,)))
        names = {field.name: "" for field in fields(StudyResult) if field.name != "sections"}
        result = StudyResult(**cast(Any, names), sections=sections)
        assert result.section("outlook") is sections[0] and result.section("x") is None
        assert result.claims == (claim,) and replace(result, sections=()).claims == ()

    def test_what_says_nothing_is_left_out(self) -> None:
        assert notes(a="x", b="") == {"a": "x"}
        assert [(check.passed, check.text) for check in shortfalls(["x", "y", "x"])] == [
            (False, "x"),
            (False, "y"),
        ]

    def test_the_last_four_lists_of_what_was_read(self) -> None:
        earlier: Any = [[("a", i)] for i in range(5)]
        content = _last_first(earlier[2], earlier)
        seen: Any = _lists(content)
        assert seen == [[("a", 2)], [("a", 0)], [("a", 1)], [("a", 3)]]
        assert _lists(None) == [] and _read(None) is None and _read(b"no answer") is None


def test_zeros_of_a_few_rows_are_said_to_be_no_known_zeros() -> None:
    days = (dt.date(2004, 1, 15), dt.date(2008, 6, 1), dt.date(2012, 12, 20))
    few = table([event(n, date=day, source="USA", target="PRK") for n, day in enumerate(days)])
    (said,) = _thin(count_pair(few, "USA", "PRK"))
    assert "3 events from the world in 108 months" in said
    assert "what stands here as 0 may be a gap. 105 of these months hold none." in said
    many = table(
        event(n, date=days[0] + dt.timedelta(n), source="USA", target="PRK") for n in range(400)
    )
    assert list(_thin(count_pair(many, "USA", "PRK", every="month"))) == []
