"""Movers, part by part, against answers worked out by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from detente.answers import Column, Table
from detente.asks.movers.attention import (
    _biweight,
    _drift,
    _huber,
    attention,
    common_change,
    common_course,
)
from detente.asks.movers.behind import act_name, moved_most
from detente.asks.movers.measures import Levels, busiest, turn_names
from detente.asks.movers.places import LEAST_PULL, _pulls, places
from detente.asks.movers.questions import SHARE
from detente.asks.movers.ranking import direction, moves, shown_pairs
from detente.asks.movers.window import Window, _advice, _best, _window, choose_window
from detente.asks.movers.words import _events, _most, _times
from detente.errors import DataGapError
from detente.events.schema import SCHEMA
from detente.relations.steps import Every
from detente.relations.world import Coverage
from event_tables import event, table


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def coverage(
    origin: str, months: int, *, gaps: tuple[int, ...] = (), events: float = 9.0
) -> Coverage:
    """Months from January 2010 on, of which some hold nothing."""
    dates = (np.datetime64("2010-01") + np.arange(months)).astype("datetime64[D]")
    ends = (np.datetime64("2010-02") + np.arange(months)).astype("datetime64[D]")
    days = (ends - dates).astype(int)
    full = ~np.isin(np.arange(months), gaps)
    lost = np.concatenate([np.zeros(0, "datetime64[D]"), *(
        np.arange(dates[place], ends[place]) for place in gaps
    )])  # fmt: skip
    held = np.where(full, days, 0)
    return Coverage(origin, dates, days, held, np.full(months, events), lost)


class TestWindow:
    """Which periods lie on which side."""

    def test_a_date_within_a_period_leaves_it_out(self) -> None:
        item = coverage("x", 60, gaps=(59,))
        whole = _window(item, "month", dt.date(2014, 3, 1))
        assert whole.used.sum() == len(whole.used) == 36 + 9
        assert whole.after.tolist() == [False] * 36 + [True] * 9
        assert whole.until == dt.date(2014, 11, 30)
        cut = _window(item, "month", dt.date(2014, 3, 2))
        assert np.flatnonzero(~cut.used).tolist() == [35] and cut.after.sum() == 8
        assert len(cut.after) == 36 + 8

    def test_as_much_is_compared_before_as_after(self) -> None:
        early = _window(coverage("x", 100), "month", dt.date(2013, 11, 1))
        assert (~early.after).sum() == 46 and early.after.sum() == 54  # all that there is
        late = _window(coverage("x", 100), "month", dt.date(2014, 11, 1))
        assert (~late.after).sum() == 42 == late.after.sum()  # as many as after, above 36

    @pytest.mark.parametrize(("months", "since"), [(36, "2012-01-01"), (35, "2011-07-01")])
    def test_the_last_year_or_the_second_half(self, months: int, since: str) -> None:
        assert str(_window(coverage("x", months), "month", None).since) == since

    @pytest.mark.parametrize("every", ["month", "year"])
    def test_a_date_is_chosen_that_can_be_asked_about_wherever_one_can(self, every: Every) -> None:
        for length in range(7, 60):
            window = _window(coverage("x", length), every, None)
            before, after = (window.used & ~window.after).sum(), (window.used & window.after).sum()
            assert before >= 4 and after >= 3, (length, before, after)

    @pytest.mark.parametrize(
        ("length", "every", "since", "advice"),
        [
            (40, "month", dt.date(1900, 1, 1), "The first day is 2010-01-01: name a later"),
            (40, "month", dt.date(2010, 1, 1), "The first day is 2010-01-01: name a later"),
            (4, "month", None,
             "Use shorter periods: --every week, or load more event files."),
            (1, "day", None,
             "Load event files first: detente ingest SOURCE FILES, or detente fetch."),
        ],
    )  # fmt: skip
    def test_the_advice_helps(
        self, length: int, every: Every, since: dt.date | None, advice: str
    ) -> None:
        with pytest.raises(DataGapError) as caught:
            _best({"x": coverage("x", length)}, every, since)
        assert caught.value.next_step.startswith(advice)

    def test_where_no_period_is_covered_shorter_ones_are_advised(self) -> None:
        with pytest.raises(DataGapError, match="There are no events that cover a year") as caught:
            choose_window(table([event(1), event(2)]), every="year")
        assert caught.value.next_step.startswith("Use shorter periods: --every quarter")
        with pytest.raises(DataGapError) as empty:
            choose_window(SCHEMA.empty_table(), every="year")
        assert empty.value.next_step.startswith("Load event files first")

    def test_the_largest_of_those_that_reach_the_latest(self) -> None:
        since = dt.date(2011, 1, 1)
        held = {
            "short": coverage("short", 14, events=99.0),
            "old": coverage("old", 30, events=50.0),
            "small": coverage("small", 42, events=1.0),
            "large": coverage("large", 43, events=2.0),
        }
        window = _best(held, "month", since)
        assert window.coverage.origin == "large"
        assert [name for name, _ in window.others] == ["old", "short", "small"]
        with pytest.raises(DataGapError, match="No source covers both sides of 1 February 2010"):
            _best(held, "month", dt.date(2010, 2, 1))
        assert _advice(held, "month", dt.date(2013, 8, 1)).endswith("name an earlier --since.")
        assert _advice(held, "month", since) == (
            "Name another --since, or use shorter periods: --every week."
        )
        assert _advice(held, "day", None) == "Name another --since."


class TestAttention:
    """What moved for everyone."""

    def test_weights_fall_with_the_distance(self) -> None:
        close(_huber(np.array([0.5, -2.0])), [1, 0.5])
        close(_biweight(np.array([0.0, 2.0, -4.0, 9.0])), [1, 0.5625, 0, 0])

    def test_scatter_beyond_errors_from_the_middle_half(self) -> None:
        change = np.array([-2.0, -2, -1, 0, 0, 0, 1, 1, 2, 90])
        middle = 1.0 / 0.6745
        close(_drift(change, np.full(10, 1.0)), np.sqrt(middle**2 - 1))
        assert _drift(change, np.full(10, 2.0)) == 0 and _drift(change[:9], np.zeros(9)) == 0

    def test_the_course_of_the_periods_that_are_covered(self) -> None:
        counts = np.tile([4.0, 8.0, 99.0, 12.0], (3, 1))
        close(common_course(counts, np.array([True, True, False, True])), [0.5, 1, np.nan, 1.5])

    def test_what_most_changes_are(self) -> None:
        close(common_change(np.array([0.5, 0.5, np.nan, 0.5, 9.0]), np.full(5, 0.1)), 0.5)
        assert common_change(np.array([np.nan]), np.ones(1)) == 0.0

    def test_attention_of_states_is_that_of_their_other_pairs(self) -> None:
        states = np.array([(a, b) for a in range(9) for b in range(a + 1, 9)])
        change = 0.8 * (states == 3).any(axis=1) + 0.25
        by_pair, variance, by_state = attention(change, np.full(36, 0.01), states, 9)
        assert by_state[3] == pytest.approx(0.8, abs=0.02)
        assert np.abs(np.delete(by_state, 3)).max() < 0.02
        with_three = (states == 3).any(axis=1)
        assert by_pair[with_three] == pytest.approx(0.8, abs=0.03)
        assert by_pair[~with_three] == pytest.approx(0.0, abs=0.03)
        unknown = np.where(np.arange(36) == 0, np.nan, change)
        assert np.isfinite(attention(unknown, np.full(36, 0.01), states, 9)[0]).all()
        assert (variance > 0).all()


def world(estimate: list[float], named: list[list[bool]]) -> Any:
    """Movers of which only signs are known: of each pair cooperation, conflict, their share."""
    values, flags = np.array(estimate), np.array(named)
    signs = SimpleNamespace(
        estimate=values,
        low=values - 0.1,
        high=values + 0.1,
        wrong=np.arange(len(values)) / 10,
        risen=np.ones(len(values)),
        rate=np.zeros(len(values)),
    )
    kinds = np.tile([0, 1, 1], (len(flags), 1))
    series = SimpleNamespace(kinds=kinds, rarer=np.array([0, 1])[: len(flags)])
    tested = np.tile([True, True, False], (len(flags), 1))
    return SimpleNamespace(signs=signs, named=flags, tested=tested, series=series, top=2)


class TestRanking:
    """Movers as rows."""

    @pytest.mark.parametrize(
        ("cooperation", "conflict", "way"),
        [
            (1, 0, "closer"), (1, -1, "closer"), (0, -1, "closer"), (-1, 0, "further apart"),
            (-1, 1, "further apart"), (0, 1, "further apart"), (1, 1, "more of both"),
            (-1, -1, "less of both"), (0, 0, ""),
        ],
    )  # fmt: skip
    def test_what_changes_come_to(self, cooperation: int, conflict: int, way: str) -> None:
        asked = [cooperation != 0, conflict != 0, False]
        seen = world([9.0, 9, 9, cooperation or 1, conflict or 1, 9], [[True] * 3, asked])
        assert direction(seen, 1) == way

    @pytest.mark.parametrize(
        ("pair", "share", "way"),
        [
            (0, 0.5, "closer"),
            (0, -0.5, "further apart"),
            (1, 0.5, "further apart"),
            (1, -0.5, "closer"),
        ],
    )  # fmt: skip
    def test_the_share_of_the_rarer_kind_says_it_alone(
        self, pair: int, share: float, way: str
    ) -> None:
        seen = world([9.0, 9, share] * 2, [[True] * 3] * 2)  # conflict is rarer in the second
        assert direction(seen, pair) == way

    def test_the_named_by_their_nearer_end_then_the_surest(self) -> None:
        seen = world([0.5, -0.9, 0, 0.7, 0.1, 0], [[True, True, False], [True, False, False]])
        ranked = moves(seen)
        assert [(move.pair, move.question) for move in ranked] == [(0, 1), (1, 0), (0, 0), (1, 1)]
        close([ranked[1].ratio, ranked[1].low, ranked[1].high], np.exp([0.7, 0.6, 0.8]))
        assert [move.named for move in ranked] == [True, True, True, False]
        assert shown_pairs(seen, ranked).tolist() == [0, 1]
        seen.top = 1
        assert shown_pairs(seen, ranked).tolist() == [0]
        seen.named = np.zeros((2, 3), bool)
        assert [move.pair * 3 + move.question for move in moves(seen)] == [0, 1, 3, 4]
        seen.signs.rate = np.array([0.9, 0.9, 0, 0.4, 0.5, 0])  # what names it goes first
        assert [move.pair * 3 + move.question for move in moves(seen)] == [3, 4, 0, 1]

    def test_closeness_and_the_busiest(self) -> None:
        level = np.array([[[3.0, 1.0, 0.0], [1.0, 3.0, np.nan]]])
        close(Levels(np.zeros(1, int), level, level, level).closeness, [[0.5, -0.5, 0.0]])
        counts = np.arange(8.0).reshape(4, 2, 1)
        seen = cast(
            Any,
            SimpleNamespace(
                world=SimpleNamespace(counts=counts),
                named=np.array([[True, False]] + [[False, False]] * 3),
            ),
        )
        assert busiest(seen, 2).tolist() == [0, 3]

    def test_when_a_rate_turned(self) -> None:
        dates = np.array(["2010-01-01", "2010-02-01", "2010-03-01"], "datetime64[D]")
        window = SimpleNamespace(coverage=SimpleNamespace(dates=dates), every="month")
        seen = cast(Any, SimpleNamespace(window=window))
        turn = cast(Any, SimpleNamespace(at=1, low=0, high=2))
        assert turn_names(seen, turn) == ("2010-02", "2010-01", "2010-03")
        assert turn_names(seen, None) == ("", "", "")


class TestActs:
    """What moved a pair most."""

    def rows(self) -> pa.Table:
        day = dt.date(2020, 1, 10)
        names = ("source", "target", "date", "cameo", "quad", "n", "mentions")
        rows: list[tuple[Any, ...]] = [
            ("USA", "CHN", -1, "040", 1, 9, 1),
            ("USA", "CHN", 0, "042", 2, 5, 3),
            ("CHN", "USA", 0, "043", 1, 5, 7),
            ("CHN", "USA", 3, "190", 4, 50, None),
            ("USA", "JPN", 3, "040", 1, 99, 1),
            ("USA", "CHN", 4, "046", 1, 5, None),
        ]
        dated = [(*row[:2], day + dt.timedelta(days=row[2]), *row[3:]) for row in rows]
        return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in dated])

    def test_the_most_reported_on_the_side_that_counts(self) -> None:
        window = cast(Any, SimpleNamespace(since=dt.date(2020, 1, 10)))

        def most(kind: int, *, risen: bool) -> list[str]:
            return [
                a.cameo for a in moved_most(self.rows(), ("CHN", "USA"), kind, window, risen=risen)
            ]

        assert most(0, risen=True) == ["043", "042", "046"]
        assert most(0, risen=False) == ["040"] and most(1, risen=True) == ["190"]
        assert act_name("190").startswith("use conventional") and act_name("x") == "x"
        acts = moved_most(self.rows(), ("USA", "CHN"), 0, window, risen=True)
        assert " Most of it: “" in _most(acts, risen=True) and "(5 events)" in _most(
            acts, risen=True
        )
        assert (
            _most(acts, risen=False).startswith(" What ended, above all: “")
            and _most((), risen=True) == ""
        )

    def test_events_before_and_since(self) -> None:
        used, after = np.array([1, 1, 0, 1, 1], bool), np.array([0, 0, 0, 1, 1], bool)
        counts = np.zeros((2, 2, 5))
        counts[1, 0] = [1000, 234, 77, 5, 6]
        window = cast(Window, SimpleNamespace(used=used, after=after, every="month"))
        seen = cast(Any, SimpleNamespace(window=window, world=SimpleNamespace(counts=counts)))
        counts[1, 1] = 10
        move = cast(Any, SimpleNamespace(pair=1, kind=0, question=0))
        assert _events(seen, move) == "1,234 events in 2 months before, 11 in 2 since"
        move.question = SHARE
        assert (
            _events(seen, move) == "1,234 of 1,254 events in 2 months before, 11 of 31 in 2 since"
        )
        assert [_times(ratio) for ratio in (0.256, 0.99, 1.04, 2.34)] == [
            "0.26",
            "0.99",
            "1.04",
            "2.3",
        ]


class TestPlaces:
    """Where states stand."""

    def test_dealings_pull_as_far_as_they_are_good(self) -> None:
        columns = tuple(Column(name) for name in ("state", "other_state", "closeness", "events"))
        rows = (
            ("A", "B", 0.5, 9.0),
            ("A", "B", 0.5, 9.0),
            ("B", "C", -0.5, 9.0),
            ("A", "D", 1.0, 9.0),
        )
        pulls = _pulls(Table(columns, rows), ["A", "B", "C"])
        close(pulls, LEAST_PULL + np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]))
        assert list(places(Table(columns, rows), most=2)) == ["A", "B"]
        spots = np.array(list(places(Table(columns, rows)).values()))
        assert spots.min() == 0 and spots.max() == 1
