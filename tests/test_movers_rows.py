"""Movers as rows and sentences, and what is asked of whom, against answers worked out by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from detente.answers import Scale
from detente.asks.movers import agreeing, judged, shown
from detente.asks.movers import movers as entry
from detente.asks.movers.agreeing import agreement, other_movers
from detente.asks.movers.attention import _without_itself, attention
from detente.asks.movers.behind import Act, acts_of, moved_most
from detente.asks.movers.judged import Movers, measure
from detente.asks.movers.measures import Levels, levels_of, turn_of
from detente.asks.movers.questions import Series, series_of
from detente.asks.movers.ranking import Move, pair_name
from detente.asks.movers.sharing import _lists, changes_on
from detente.asks.movers.window import Window, _best, _uncovered, _window, choose_window
from detente.asks.movers.words import _times, caveats, headline, sentence
from detente.errors import DataGapError
from detente.estimators.false_signs import FalseSigns
from detente.estimators.levels.lasting import LastingChanges, lasting_changes
from detente.estimators.levels.paths import level_paths
from detente.events import engine as engines
from detente.events.schema import SCHEMA
from detente.relations.world import Coverage, WorldCounts

MONTHS = np.array(["2010-01-01", "2010-02-01", "2010-03-01", "2010-04-01"], "datetime64[D]")
PAIRS = (("CHN", "USA"), ("FRA", "GBR"), ("JPN", "KOR"))
NO_DAY = np.zeros(0, "datetime64[D]")


def close(seen: object, right: object) -> None:
    np.testing.assert_allclose(cast(Any, seen), cast(Any, right), rtol=1e-9, atol=1e-12)


def months(origin: str, count: int, start: str = "2010-01", *, events: int = 9) -> Coverage:
    """So many whole months that an origin covers."""
    first = np.datetime64(start, "M") + np.arange(count)
    dates, ends = first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")
    days = (ends - dates).astype(int)
    return Coverage(origin, dates, days, days, np.full(count, events), NO_DAY)


def four(used: tuple[int, ...] = (1, 1, 0, 1)) -> Window:
    """Four months, the last two after the date."""
    flags = np.array(used, dtype=bool)
    after = np.array([False, False, True, True])
    day = dt.date(2010, 3, 1)
    return Window(months("x", 4), "month", day, dt.date(2010, 4, 30), after, flags)


def small(estimate: object, named: object, *, wrong: object = None, top: int = 2) -> Movers:
    """Movers of three pairs and four months: their questions are of known size."""
    size = np.log(np.array(estimate, dtype=float)).ravel()
    unsure = np.full(9, 0.25) if wrong is None else np.array(wrong, dtype=float).ravel()
    counts = np.arange(24.0).reshape(3, 2, 4)
    signs = FalseSigns(
        size, size - np.log(2), size + np.log(2), unsure, unsure + 0.5, unsure / 2, 0.9, 1.0
    )
    series = Series(
        np.zeros((3, 3, 4)), np.ones((3, 3, 4)), np.ones((3, 3), bool), np.array([0, 1, 1])
    )
    flags = np.array(named, dtype=bool)
    noticed = np.log(np.array([[1.0, 2.0, 4.0]] * 3))
    window = four()
    world = WorldCounts(window.coverage, PAIRS, counts)
    return Movers(window, world, series, noticed, signs, flags, top)


def rising() -> Movers:
    """Conflict and its share rise between the first two, cooperation falls between the second."""
    estimate = [[1, 2, 0.5], [0.25, 1, 1], [1, 1, 4]]
    return small(estimate, [[0, 1, 0], [1, 0, 0], [0, 0, 0]])


def unmoved(asked: int) -> Any:
    """Pairs enough to ask, of which none has moved."""
    tested = np.zeros((asked + 3, 3), bool)
    tested[:asked, 1] = True
    signs = SimpleNamespace(inflation=1.0)
    pairs = [("A", "B")] * len(tested)
    return SimpleNamespace(
        tested=tested,
        named=np.zeros((asked + 3, 3), bool),
        window=SimpleNamespace(
            since=dt.date(2010, 3, 1),
            until=dt.date(2010, 4, 30),
            coverage=SimpleNamespace(origin="x"),
            others=(("y", "y begins too late."), ("z", "z ends too early.")),
        ),
        signs=signs,
        world=SimpleNamespace(pairs=pairs),
    )


class TestRows:
    """Tables of the answer."""

    @pytest.fixture(autouse=True)
    def known_levels(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Cooperation of 3, 2, 1, 0 and conflict of 1, 2, 3, nothing; the third pair has none."""
        level = np.tile([[3.0, 2, 1, 0], [1.0, 2, 3, 0]], (3, 1, 1)) + 1e-12
        level[2, 1] = np.nan

        def levels(_: Movers, pairs: Any) -> Levels:
            return Levels(pairs, level[pairs], level[pairs] / 2, level[pairs] * 2)

        monkeypatch.setattr(shown, "levels_of", levels)
        monkeypatch.setattr(shown, "turn_of", lambda *_: None)

    def records(self, movers: Movers, name: str) -> list[dict[str, Any]]:
        return list(movers.answer().exhibit(name).table.records())

    def test_how_many_moved_and_which_way(self) -> None:
        facts = {fact.name: (fact.value, fact.scale) for fact in rising().answer().facts}
        count = Scale.COUNT
        assert facts == {
            "moved": (2, count), "closer": (0, count), "apart": (2, count), "asked": (3, count),
        }  # fmt: skip
        turned = small(
            [[2, 2, 2], [1, 0.5, 1], [1, 1, 1]],
            [[0, 0, 1], [0, 1, 0], [0, 0, 0]],
            wrong=[[0.1] * 3, [0.1] * 3, [np.nan] * 3],
        )
        told = {fact.name: fact.value for fact in turned.answer().facts}
        assert told == {"moved": 2, "closer": 2, "apart": 0, "asked": 2}

    def test_the_ranking_has_the_named_and_no_more_than_are_told(self) -> None:
        rows = self.records(rising(), "ranking")
        # Fourfold down to at least twofold is surer than twofold up to at least none.
        assert [(row["rank"], row["pair"], row["kind"]) for row in rows] == [
            (1, "France – United Kingdom", "cooperation"),
            (2, "China – United States", "conflict"),
        ]
        first, second = rows
        close([first[k] for k in ("change_percent", "low_90", "high_90")], [-75, -87.5, -50])
        close([second[k] for k in ("change_percent", "low_90", "high_90")], [100, 0, 300])
        assert (first["probability_risen"], first["false_discovery_rate"]) == (0.75, 0.125)
        assert first["direction"] == second["direction"] == "further apart"
        assert len(self.records(dataclasses.replace(rising(), top=1), "ranking")) == 1

    def test_the_nearest_are_told_only_where_none_is_named(self) -> None:
        with_named = {exhibit.name for exhibit in rising().answer().exhibits}
        assert "nearest" not in with_named
        none = small([[1, 2, 3]] * 3, [[0] * 3] * 3, wrong=np.arange(9)[::-1] / 10, top=20)
        rows = self.records(none, "nearest")
        assert len(rows) == 9 and rows[0]["pair"] == "Japan – South Korea"
        assert rows[0]["kind"] == "share of conflict" and rows[0]["direction"] == ""
        close(rows[0]["change_percent"], 200)
        many = dataclasses.replace(shown.moves(none)[0])
        assert len(shown._nearest(none, [many] * 12).table.rows) == 10
        few = small([[1, 2, 3]] * 3, [[0] * 3] * 3, top=4)
        assert len(self.records(few, "nearest")) == 4

    def test_every_question_with_its_events_and_what_both_did_with_others(self) -> None:
        rows = self.records(rising(), "changes")
        asked = {(row["pair"], row["kind"]): row for row in rows}
        assert len(rows) == len(asked) == 9
        second = asked["France – United Kingdom", "conflict"]  # counts 12, 13, (14), 15
        assert (second["events_before"], second["events_after"]) == (25, 15)
        close(second["attention_percent"], 100)
        assert second["named"] is False and second["local_false_rate"] == 0.25
        share = asked["China – United States", "share of cooperation"]  # counts 0, 1, (2), 3
        assert (share["events_before"], share["events_after"]) == (1, 3)
        close(share["attention_percent"], 300)
        assert asked["China – United States", "conflict"]["named"] is True

    def test_levels_of_the_pairs_that_are_told(self) -> None:
        rows = self.records(small([[1, 2, 3]] * 3, [[0] * 3, [0] * 3, [1] * 3], top=2), "levels")
        # The third pair is the first told; its conflict has no level. Then the first pair.
        assert [(r["state"], r["kind"]) for r in rows[::4]] == [
            ("JPN", "cooperation"), ("CHN", "cooperation"), ("CHN", "conflict"),
        ]  # fmt: skip
        assert [row["events"] for row in rows[:4]] == [16, 17, None, 19]
        assert rows[1]["date"] == dt.date(2010, 2, 1)
        close(
            [[r["low_90"], r["level"], r["high_90"]] for r in rows[4:6]], [[1.5, 3, 6], [1, 2, 4]]
        )

    def test_the_network_by_month(self) -> None:
        rows = self.records(rising(), "network")
        assert len(rows) == 12 and [row["state"] for row in rows[:3]] == ["CHN", "FRA", "JPN"]
        assert [row["named"] for row in rows[:3]] == [True, True, False]
        close([row["closeness"] for row in rows[::3]], [0.5, 0, -0.5, 0])
        close([row["events"] for row in rows[:3]], [4, 4, 3])
        assert [row["date"].month for row in rows[::3]] == [1, 2, 3, 4]

    def test_a_network_has_no_more_moments_than_can_be_shown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        window = dataclasses.replace(four(), coverage=months("x", 50))
        level = np.ones((3, 2, 50))
        monkeypatch.setattr(shown, "levels_of", lambda _, p: Levels(p, level, level, level))
        long = dataclasses.replace(rising(), window=window)
        dates = sorted({row[0] for row in shown._network(long).table.rows})
        assert len(dates) == 24
        assert (dates[0], dates[-1]) == (dt.date(2010, 1, 1), dt.date(2014, 2, 1))

    def test_the_matrix_compares_the_months_that_are_used(self) -> None:
        rows = self.records(rising(), "matrix")
        assert [(row["row_state"], row["column_state"]) for row in rows] == list(PAIRS)
        first = rows[0]  # closeness .5, 0 before; (−.5), 0 after
        close(
            [first[k] for k in ("closeness_before", "closeness_after", "change")], [0.25, 0, -0.25]
        )
        assert [row["direction"] for row in rows] == ["further apart", "further apart", ""]

    def test_acts_stand_with_the_move_that_they_are_behind(self) -> None:
        day = dt.date(2010, 4, 2)
        acts = pa.Table.from_pylist(
            [
                {
                    "source": a,
                    "target": b,
                    "date": when,
                    "cameo": code,
                    "quad": quad,
                    "n": 3,
                    "mentions": 7,
                }
                for a, b, when, code, quad in (
                    ("USA", "CHN", day, "112", 3),
                    ("USA", "CHN", dt.date(2010, 2, 28), "113", 3),
                    ("FRA", "GBR", day, "040", 1),
                    ("GBR", "FRA", dt.date(2010, 2, 28), "042", 1),
                )
            ]
        )
        rows = self.records(dataclasses.replace(rising(), acts=acts), "acts")
        # What fell lost the acts before the date, what rose has those since.
        assert [(row["pair"], row["source"], row["cameo"]) for row in rows] == [
            ("France – United Kingdom", "GBR", "042"),
            ("China – United States", "USA", "112"),
        ]
        assert (rows[1]["events"], rows[1]["mentions"], rows[1]["date"]) == (3, 7, day)
        assert self.records(rising(), "acts") == []

    def test_provenance_knows_counts_pairs_date_and_period(self) -> None:
        one_of = rising()
        counts = one_of.world.counts.copy()
        counts[0, 0, 0] += 1
        swapped = dataclasses.replace(one_of.world, pairs=PAIRS[::-1])
        others = [
            dataclasses.replace(one_of, world=dataclasses.replace(one_of.world, counts=counts)),
            dataclasses.replace(one_of, world=swapped),
            dataclasses.replace(
                one_of, window=dataclasses.replace(one_of.window, since=dt.date(2010, 3, 2))
            ),
            dataclasses.replace(one_of, window=dataclasses.replace(one_of.window, every="week")),
        ]
        hashes = {shown._provenance(movers).data_hash for movers in (one_of, rising(), *others)}
        assert len(hashes) == 5


class TestWords:
    """Sentences."""

    def test_headlines(self) -> None:
        assert headline(rising()) == (
            "2 of 3 pairs with enough events moved since 1 March 2010, by x until 30 April 2010. Of"
            " those named at most 10% are expected to be false."
        )
        assert headline(unmoved(9)).startswith("Only 9 pairs had enough events: too few to tell")
        assert headline(unmoved(10)).startswith("None of 10 pairs with enough events can be said")

    def test_what_to_bear_in_mind(self) -> None:
        asked, *rest = caveats(unmoved(10))
        assert "with 20 or more" in asked and "10 questions of 13 pairs" in asked
        assert rest == ["y begins too late.", "z ends too early."]
        few = unmoved(9)
        few.signs.inflation = 4.0
        assert caveats(few)[1].startswith("With fewer than 10 pairs a move of one looks like")
        assert "scatter 2.00 times as wide" in caveats(few)[2]

    def test_one_decimal_where_it_shows_a_change(self) -> None:
        assert [_times(ratio) for ratio in (1.2, 1.1, 1.09, 1.0)] == [
            "1.2", "1.1", "1.09", "1.00",
        ]  # fmt: skip

    def test_a_move_in_a_sentence(self) -> None:
        movers = rising()
        fall, rise = shown.moves(movers)[:2]
        act = Act(dt.date(2010, 4, 2), "USA", "CHN", "112", "accuse", 3, None)
        assert sentence(movers, rise, None, (act,)) == (
            "Conflict between China and United States has risen to 2.0 times its earlier rate since"
            " 1 March 2010 (90% interval 1.00 to 4.0; 9 events in 2 months before, 7 in 1 since)."
            " Most of it: “accuse”, United States to China, 2 April 2010 (3 events)."
        )
        assert " has fallen to 0.25 times its earlier rate" in sentence(movers, fall, None, ())

    def test_when_it_turned_and_how_surely(self) -> None:
        movers = rising()
        rise = shown.moves(movers)[1]
        sharp = cast(Any, SimpleNamespace(at=2, low=2, high=2))
        vague = cast(Any, SimpleNamespace(at=2, low=1, high=3))
        assert sentence(movers, rise, sharp, ()).endswith("most likely from 2010-03.")
        assert sentence(movers, rise, vague, ()).endswith(
            "most likely from 2010-03 (2010-02 to 2010-04)."
        )

    def test_a_share_has_a_size_and_its_events_are_of_all(self) -> None:
        movers = rising()
        move = next(m for m in shown.moves(movers) if (m.pair, m.question) == (2, 2))
        assert sentence(movers, move, None, ()).startswith(
            "The share of conflict in what Japan and South Korea do to each other has risen to 4.0"
            " times its earlier size since 1 March 2010 (90% interval 2.0 to 8.0; 41 of 74"
        )

    def test_names_of_pairs(self) -> None:
        assert pair_name(rising(), 2) == "Japan – South Korea"


class TestAgreement:
    """What other origins say."""

    def move(self, question: int, ratio: float, kind: int = 1) -> Move:
        return Move(0, question, kind, ratio, ratio, ratio, 1.0, 0.0, 0.0, True)

    def says(self, risen: float, move: Move, rarer: int = 1) -> str:
        other = small([[1, 1, 1]] * 3, [[0] * 3] * 3)
        turned = other.world.pairs[::-1]  # the pair stands in another place there
        chance = np.zeros(9)
        chance[6 + move.question] = risen
        other = dataclasses.replace(
            other,
            world=dataclasses.replace(other.world, pairs=turned),
            signs=dataclasses.replace(other.signs, risen=chance),
            series=dataclasses.replace(other.series, rarer=np.array([9, 9, rarer])),
        )
        return agreement(dataclasses.replace(rising(), others=(other,)), move)

    @pytest.mark.parametrize(
        ("risen", "ratio", "words"),
        [
            (0.95, 2.0, "x agrees"), (0.94, 2.0, "x cannot tell"), (0.06, 2.0, "x cannot tell"),
            (0.04, 2.0, "x says the opposite"), (0.04, 0.5, "x agrees"),
            (0.96, 0.5, "x says the opposite"), (np.nan, 2.0, "x has too few events"),
        ],
    )  # fmt: skip
    def test_how_sure_another_origin_is(self, risen: float, ratio: float, words: str) -> None:
        assert self.says(risen, self.move(1, ratio)) == words

    def test_a_share_of_the_other_kind_is_turned(self) -> None:
        assert self.says(0.99, self.move(2, 2.0), rarer=1) == "x agrees"
        assert self.says(0.99, self.move(2, 2.0), rarer=0) == "x says the opposite"
        assert self.says(0.99, self.move(1, 2.0), rarer=0) == "x agrees"  # a rate is not

    def test_a_pair_that_is_not_there(self) -> None:
        other = small([[1, 1, 1]] * 3, [[0] * 3] * 3)
        other = dataclasses.replace(
            other, world=dataclasses.replace(other.world, pairs=(("A", "B"), *PAIRS[1:]))
        )
        both = dataclasses.replace(rising(), others=(other, other))
        assert agreement(both, self.move(1, 2.0)) == "; ".join(["x has too few events"] * 2)
        assert agreement(rising(), self.move(1, 2.0)) == ""

    def test_those_that_cannot_be_asked_are_passed_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[dict[str, Any]] = []

        def window(_: object, **given: Any) -> Window:
            asked.append(given)
            if given["origin"] == "y":
                raise DataGapError("No.", "Nothing.", "Load it.")
            return four()

        monkeypatch.setattr(agreeing, "choose_window", window)
        monkeypatch.setattr(agreeing, "world_counts", lambda *_, **__: "counts")
        monkeypatch.setattr(agreeing, "measure", lambda counts, own, **_: (counts, own.since))
        mine = dataclasses.replace(
            rising(), window=dataclasses.replace(four(), others=(("y", "late"), ("z", "less")))
        )
        assert other_movers(mine, cast(Any, None), engine="duckdb") == (
            ("counts", dt.date(2010, 3, 1)),
        )
        day, end = dt.date(2010, 3, 1), dt.date(2010, 4, 30)
        assert [given["origin"] for given in asked] == ["y", "z"]
        assert (asked[0]["since"], asked[0]["until"], asked[0]["every"]) == (day, end, "month")


class TestQuestions:
    """What is asked of whom."""

    def test_a_rate_takes_twenty_events_and_a_share_five_of_the_rarer(self) -> None:
        sums = np.array([[20.0, 5], [19, 5], [20, 4], [4, 20], [7, 21]])
        counts = np.repeat(sums[:, :, None] / 4, 4, axis=2)
        series = series_of(counts, np.ones(4, bool))
        assert series.asked.tolist() == [
            [True, False, True],
            [False, False, False],
            [True, False, False],
            [False, True, False],
            [False, True, True],
        ]
        assert series.rarer.tolist() == [1, 1, 1, 0, 0]
        assert series.kinds.tolist() == [[0, 1, rarer] for rarer in (1, 1, 1, 0, 0)]
        close(series.counts[4], [[7 / 4] * 4, [21 / 4] * 4, [7 / 4] * 4])

    def test_months_that_are_not_used_ask_for_nothing(self) -> None:
        counts = np.full((3, 2, 4), 10.0)
        series = series_of(counts, np.array([True, False, False, False]))
        assert not series.asked[:, :2].any() and np.isnan(series.counts[:, :, 1:]).all()

    def test_a_share_is_relative_to_all_that_the_pair_does(self) -> None:
        counts = np.tile([[6.0, 6, 6], [2.0, 2, 2]], (4, 1, 1))
        counts[0, :, 0] = 0  # nothing at all
        counts[1, 0, 2] = 10
        exposure = series_of(counts, np.ones(3, bool)).exposure
        assert np.isnan(exposure[0, 2, 0]) and np.isfinite(exposure[:, :2]).all()
        courses = exposure[1:, 2] / np.array([[8.0, 8, 12], [8, 8, 8], [8, 8, 8]])
        close(courses, np.tile(courses[1], (3, 1)))  # what is left all pairs share


class TestMeasure:
    """Changes beside what all share."""

    def stub(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        """Every change is a doubling; attention takes a tenth, what all share a fifth."""
        seen: dict[str, Any] = {"counts": [], "attention": []}

        def changes(_: str, counts: Any, after: Any, **__: Any) -> LastingChanges:
            seen["counts"].append(counts)
            full = np.full(len(counts), np.log(2))
            return LastingChanges(full, np.full(len(counts), 0.3), np.full(len(counts), 0.5))

        def noticed(change: Any, error: Any, states: Any, count: int) -> tuple[Any, Any, Any]:
            seen["attention"].append((change, error, states, count))
            return np.full(len(change), 0.1), np.full(len(change), 0.16), None

        def signs(estimate: Any, error: Any) -> Any:
            seen["signs"] = estimate, error
            return SimpleNamespace(named=lambda rate: estimate > rate)

        monkeypatch.setattr(judged, "changes_on", changes)
        monkeypatch.setattr(judged, "attention", noticed)
        monkeypatch.setattr(judged, "common_change", lambda *_: 0.2)
        monkeypatch.setattr(judged, "false_signs", signs)
        return seen

    def test_shares_are_turned_to_that_of_conflict_and_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = self.stub(monkeypatch)
        counts = np.repeat(np.array([[9.0, 10], [10, 9], [6, 6]])[:, :, None], 4, axis=2)
        result = measure(WorldCounts(four().coverage, PAIRS, counts), four())
        # The first two are asked about all, of the third there are 18 of each kind in use.
        assert result.world.pairs == PAIRS[:2]
        double = np.log(2)
        estimate, error = seen["signs"]
        up, turned = double - 0.3, double + 0.3  # the first pair's rarer kind is cooperation
        close(estimate, [up, up, turned, up, up, up])
        close(error, np.full(6, 0.5))  # of 0.3 and 0.4
        close([change for change, *_ in seen["attention"]], [
            [double, double], [double, double], [-double, double],
        ])  # fmt: skip
        _, own_error, states, count = seen["attention"][0]
        close(own_error, [0.3, 0.3])
        assert states.tolist() == [[0, 3], [1, 2]] and count == 4
        close(result.attention, [[0.1, 0.1, -0.1], [0.1, 0.1, 0.1]])
        assert result.named.tolist() == [[True] * 3] * 2 and result.top == 20

    def test_of_what_is_not_asked_no_event_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = self.stub(monkeypatch)
        counts = np.repeat(np.array([[9.0, 2.0]])[:, :, None], 4, axis=2)  # 27 and 6 in use
        measure(WorldCounts(four().coverage, PAIRS[:1], counts), four())
        cooperation, conflict, share = seen["counts"]
        assert np.nansum(cooperation) == 27 and conflict.sum() == 0 and np.nansum(share) == 6

    def test_twenty_in_months_of_use_are_enough(self) -> None:
        counts = np.zeros((1, 2, 4))
        counts[0, 1] = [10, 9, 50, 0]
        with pytest.raises(DataGapError, match="Pairs with events of x: 1, none with 20 of one"):
            measure(WorldCounts(four().coverage, PAIRS[:1], counts), four())

    def test_attention_without_the_pair_itself(self) -> None:
        summed, variance = _without_itself(
            np.array([1.0, 3.0]),
            np.array([2.0, 1.0]),
            np.array([[0, 1], [1, 2]]),
            np.array([0.5, 0.25, -0.5]),
            np.array([10.0, 20.0, 30.0]),
            0.5,
        )
        # (10·.5 − 2(.5−.25))/8 + (20·.25 − 2(.5−.5))/18, and the other in the same way
        close(summed, [4.5 / 8 + 5 / 18, 2 / 19 - 17.25 / 29])
        close(variance, [1 / 8 + 1 / 18, 1 / 19 + 1 / 29])

    def test_attention_where_nothing_changed(self) -> None:
        states = np.array([(a, b) for a in range(4) for b in range(a + 1, 4)])
        by_pair, variance, by_state = attention(np.full(6, 0.7), np.ones(6), states, 4)
        close(by_pair, np.zeros(6))
        close(by_state, np.zeros(4))
        # Each of 24 rounds adds three pairs to what is known of a spread of 0.3 beforehand.
        total = 1 / 0.3**2 + 24 * 3
        close(variance, np.full(6, 2 / (total - 1)))

    def test_attention_is_the_same_upside_down(self) -> None:
        states = np.array([(a, b) for a in range(6) for b in range(a + 1, 6)])
        change = np.random.default_rng(5).normal(0.1, 0.3, 15)
        change[3] = np.nan
        up, down = (attention(sign * change, np.full(15, 0.2), states, 6) for sign in (1, -1))
        for part in (0, 2):
            np.testing.assert_allclose(up[part], -down[part], atol=1e-9)
        np.testing.assert_allclose(up[1], down[1])

    def test_levels_are_told_as_counts_with_their_interval(self) -> None:
        counts = np.full((1, 2, 12), 9.0)
        window = Window(
            months("x", 12), "month", dt.date(2010, 7, 1), dt.date(2010, 12, 31),
            np.arange(12) >= 6, np.arange(12) != 3,
        )  # fmt: skip
        counts[0, :, 3] = 999  # not used
        counts[0, 1] = 0
        series = Series(
            np.zeros((1, 3, 12)),
            np.ones((1, 3, 12)),
            np.ones((1, 3), bool),
            np.zeros(1, int),
        )
        world = WorldCounts(window.coverage, PAIRS[:1], counts)
        levels = levels_of(cast(Any, SimpleNamespace(window=window, world=world, series=series)),
                           np.array([0]))  # fmt: skip
        assert levels.level.shape == (1, 2, 12) and np.isnan(levels.level[0, 1]).all()
        assert np.abs(levels.level[0, 0] - 9).max() < 1
        close(levels.low * levels.high, levels.level**2)
        paths = level_paths(np.where(np.arange(12) == 3, np.nan, counts[0]), np.ones((2, 12)))
        close(np.log(levels.high / levels.level)[0, 0], 1.6449 * paths.error[0])
        assert (levels.low[0, 0] < levels.level[0, 0]).all()

    def test_a_rate_that_turned_once(self) -> None:
        counts = np.zeros((3, 3, 40))
        counts[1, 2] = np.where(np.arange(40) < 25, 4.0, 20.0)
        counts[1, 1] = np.where(np.arange(40) < 12, 4.0, 20.0)
        seen = cast(Any, SimpleNamespace(series=SimpleNamespace(
            counts=counts, exposure=np.ones(counts.shape)
        )))  # fmt: skip
        turn = turn_of(seen, cast(Any, SimpleNamespace(pair=1, question=2)))
        assert turn is not None and turn.at == 25


class TestSharing:
    """The workers of an engine."""

    def test_an_engine_that_works_in_portions_changes_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def portions(function: Any, rows: pa.Table) -> pa.Table:
            halves = [rows.slice(0, 2), rows.slice(2, 0), rows.slice(2)]
            return pa.concat_tables([function(half) for half in halves])

        monkeypatch.setitem(
            engines._ENGINES, "halves", engines.Engine("halves", engines.DUCKDB.select, portions)
        )
        counts = np.random.default_rng(1).poisson(6.0, (3, 12)).astype(float)
        counts[1, 4] = np.nan
        after, exposure = np.arange(12) >= 6, np.linspace(0.5, 1.5, 12)
        whole = lasting_changes(counts, after, exposure=exposure)
        shared = changes_on("halves", counts, after, exposure=exposure)
        close(shared.estimate, whole.estimate)
        close(shared.error, whole.error)

    def test_rows_of_a_matrix(self) -> None:
        assert _lists(np.arange(6.0).reshape(2, 3)).to_pylist() == [[0, 1, 2], [3, 4, 5]]
        assert _lists(np.arange(6.0).reshape(3, 2).T).to_pylist() == [[0, 2, 4], [1, 3, 5]]
        assert _lists(np.zeros((0, 3))).to_pylist() == []


class TestWindows:
    """Which periods, by which origin."""

    @pytest.mark.parametrize(
        ("every", "before"),
        [("day", 90), ("week", 52), ("month", 36), ("quarter", 16), ("year", 10)],
    )
    def test_how_much_is_compared_with_at_least(self, every: Any, before: int) -> None:
        item = months("x", 120)
        assert (~_window(item, every, dt.date(2019, 11, 1)).after).sum() == before

    @pytest.mark.parametrize(
        ("every", "back"), [("month", 12), ("week", 52), ("quarter", 4), ("year", 3)]
    )
    def test_the_last_year_of_three_in_periods_of_each_kind(self, every: str, back: int) -> None:
        def since(count: int) -> int:
            item = months("x", count)
            return int(np.searchsorted(item.dates, np.datetime64(_window(
                item, cast(Any, every), None
            ).since)))  # fmt: skip

        assert since(3 * back) == 2 * back
        assert since(3 * back - 1) == 3 * back // 2

    def test_an_origin_that_ended_a_year_ago_gives_way(self) -> None:
        since = dt.date(2011, 6, 1)
        late = months("late", 36, events=1)  # until 2012-12-31
        near = months("near", 24, events=50)  # until 2011-12-31: 366 days before
        assert _best({"late": late, "near": near}, "month", since).coverage.origin == "late"
        nearer = months("near", 25, events=50)
        assert _best({"late": late, "near": nearer}, "month", since).coverage.origin == "near"

    def test_four_months_before_and_three_after(self) -> None:
        item = {"x": months("x", 7)}
        window = _best(item, "month", dt.date(2010, 5, 1))
        assert (~window.after).sum() == 4 and window.after.sum() == 3
        for since in (dt.date(2010, 4, 1), dt.date(2010, 6, 1)):
            with pytest.raises(DataGapError, match="x covers 1 January 2010 to 31 July 2010"):
                _best(item, "month", since)
        assert _uncovered(item["x"], "month", dt.date(2010, 4, 1), 3, 4) == (
            "x covers 1 January 2010 to 31 July 2010: 3 months before 1 April 2010 and 4 from then"
            " on, where 4 and 3 are needed."
        )

    def events(self, days: int, origin: str = "x") -> pa.Table:
        """One event a day."""
        return pa.Table.from_pylist(
            [
                {
                    "event_id": f"{origin}:{place}",
                    "date": dt.date(2010, 1, 1) + dt.timedelta(days=place),
                    "source": "USA",
                    "target": "CHN",
                    "cameo": "040",
                    "quad": 1,
                    "goldstein": 0.0,
                    "mentions": 1,
                    "origin": origin,
                }
                for place in range(days)
            ],
            SCHEMA,
        )

    def test_a_short_record_is_read_by_week(self) -> None:
        two_years = 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 31 + 365
        assert choose_window(self.events(two_years)).every == "month"
        assert choose_window(self.events(two_years - 20)).every == "week"
        assert choose_window(self.events(two_years - 20), every="month").every == "month"

    def test_what_is_asked_for_and_is_not_there(self) -> None:
        with pytest.raises(DataGapError) as named:
            choose_window(self.events(99), origin="y", until=dt.date(2010, 2, 1))
        assert "of origin 'y' until 2010-02-01 that cover a week" in str(named.value)
        assert "detente store lists" in str(named.value)
        with pytest.raises(DataGapError, match="detente ingest SOURCE FILES"):
            choose_window(SCHEMA.empty_table())

    def test_acts_are_of_the_window_its_origin_and_the_pairs(self) -> None:
        rows = [
            ("2010-01-01", "USA", "CHN", "042", "x"),
            ("2010-01-01", "USA", "CHN", "040", "x"),
            ("2010-01-01", "USA", "CHN", "040", "x"),
            ("2010-01-01", "CHN", "USA", "040", "x"),
            ("2009-12-31", "USA", "CHN", "040", "x"),  # before the window
            ("2010-04-30", "USA", "CHN", "040", "x"),
            ("2010-05-01", "USA", "CHN", "040", "x"),  # after it
            ("2010-02-02", "USA", "CHN", "040", "x"),  # a day that is lost
            ("2010-02-03", "USA", "CHN", "040", "y"),  # another origin
            ("2010-02-03", "USA", "JPN", "040", "x"),  # another pair
        ]
        table = pa.Table.from_pylist(
            [
                {
                    "event_id": f"x:{place}",
                    "date": dt.date.fromisoformat(day),
                    "source": source,
                    "target": target,
                    "cameo": cameo,
                    "quad": 1,
                    "goldstein": 0.0,
                    "mentions": 2,
                    "origin": origin,
                }
                for place, (day, source, target, cameo, origin) in enumerate(rows)
            ],
            SCHEMA,
        )
        lost = dataclasses.replace(months("x", 4), lost=np.array(["2010-02-02"], "datetime64[D]"))
        window = dataclasses.replace(four(), coverage=lost)
        acts = acts_of(table, [("CHN", "USA")], window, "duckdb").to_pylist()
        seen = [
            (a["date"].isoformat(), a["source"], a["cameo"], a["n"], a["mentions"]) for a in acts
        ]
        assert seen == [
            ("2010-01-01", "CHN", "040", 1, 2),
            ("2010-01-01", "USA", "040", 2, 4),
            ("2010-01-01", "USA", "042", 1, 2),
            ("2010-04-30", "USA", "040", 1, 2),
        ]
        assert len(acts_of(table, [], window, "duckdb")) == 0
        many = pa.concat_tables([acts_of(table, [("CHN", "USA")], window, "duckdb")] * 2)
        assert len(moved_most(many, ("USA", "CHN"), 0, window, risen=False)) == 5


class TestEntry:
    """What `movers` asks for."""

    def ask(self, monkeypatch: pytest.MonkeyPatch, result: Movers, **given: Any) -> Any:
        seen: dict[str, Any] = {}

        def note(name: str, answer: object) -> Any:
            def function(*asked: Any, **more: Any) -> Any:
                seen[name] = (asked, more)
                return answer

            return function

        for name, answer in (
            ("choose_window", result.window), ("world_counts", "counts"), ("measure", result),
            ("acts_of", "acts"), ("other_movers", ("others",)),
        ):  # fmt: skip
            monkeypatch.setattr(entry, name, note(name, answer))
        monkeypatch.setattr(entry, "cores", lambda: 7)
        return entry.movers(cast(Any, "events"), **given), seen

    def test_acts_are_of_the_named_that_are_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        result, seen = self.ask(monkeypatch, rising())
        assert (result.acts, result.others) == ("acts", ("others",))
        assert seen["acts_of"][0][1] == [PAIRS[1], PAIRS[0]]  # the surest first; no unnamed
        assert seen["measure"][1] == {"top": 20, "threads": 7, "engine": "duckdb"}
        assert seen["other_movers"][1] == {"threads": 7, "engine": "duckdb"}
        _, seen = self.ask(monkeypatch, rising(), top=1, threads=2)
        assert seen["acts_of"][0][1] == [PAIRS[1]] and seen["measure"][1]["threads"] == 2

    def test_where_none_is_named_nothing_more_is_asked(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        result, seen = self.ask(monkeypatch, small([[1, 2, 3]] * 3, [[0] * 3] * 3))
        assert result.acts is None and not {"acts_of", "other_movers"} & seen.keys()

    def test_days_are_bounded_as_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        since, until = dt.date(2010, 3, 1), dt.date(2010, 4, 1)
        given: Any = {"since": since, "until": until, "every": "week", "origin": "y"}
        _, seen = self.ask(monkeypatch, rising(), **given)
        assert seen["choose_window"][1] == given | {"engine": "duckdb"}
        assert seen["world_counts"][1]["until"] == until
