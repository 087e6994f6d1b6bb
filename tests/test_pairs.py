"""A pair of states: levels, acts by kind, turning points, the events behind, comparisons."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from detente.asks.pairs.behind import events_behind
from detente.asks.pairs.compare import compared
from detente.asks.pairs.counts import count_pair
from detente.asks.pairs.turns import turning_points
from detente.asks.pairs.view import pair_view
from detente.errors import DataGapError, UsageError
from detente.estimators.levels.count_level import count_level
from detente.report.drawing import figure
from detente.study.chronicle import Fact
from detente.study.options import Options
from event_tables import event, table, world

FIRST = dt.date(2015, 1, 1)
MONTHS = 36
BREAK = dt.date(2016, 7, 1)
FEW = Options(level_draws=200)


@pytest.fixture(scope="module")
def events() -> pa.Table:
    """Three years; from July 2016 on the two consult five times as often, one way twice as much."""
    rng = np.random.default_rng(4)
    rows = world(FIRST, 365 * 3, 12)
    for number in range(365 * 3):
        day = FIRST + dt.timedelta(number)
        for _ in range(rng.poisson(0.2 if day < BREAK else 1.0)):
            rows.append(event(len(rows), date=day, cameo="040", quad=1, goldstein=1.0))
        for _ in range(rng.poisson(0.15)):
            given = {"source": "CHN", "target": "USA", "cameo": "111", "quad": 3}
            rows.append(event(len(rows), date=day, goldstein=-2.0, **given))
    return table(rows)


def test_the_turn_of_a_level_is_dated_sized_and_told(events: pa.Table) -> None:
    facts = (
        Fact("a", dt.date(2016, 6, 20), dt.date(2016, 6, 20), "talks", ("USA",), ("CHN",), "", "A",
             "A treaty", "x"),
        Fact("b", dt.date(2016, 6, 21), dt.date(2016, 6, 21), "talks", ("USA",), ("JPN",), "", "A",
             "Of others", "x"),
    )  # fmt: skip
    answer = pair_view(events, "USA", "CHN", facts=facts, options=FEW)
    [turn] = answer.exhibit("turns").table.records()  # type: ignore[union-attr]
    assert (turn["date"], turn["measure"]) == ("2016-07-01", "cooperation")
    assert turn["low"] < 5 < turn["high"]
    assert turn["beside"] == "A treaty (2016-06-20)"
    assert "cooperation rose to" in answer.text
    assert "from 2016-07 on" in answer.text
    level = answer.exhibit("cooperation").table  # type: ignore[union-attr]
    assert len(level) == MONTHS
    assert [row["title"] for row in answer.exhibit("facts").table.records()] == ["A treaty"]  # type: ignore[union-attr]


def test_acts_are_counted_each_way_by_kind(events: pa.Table) -> None:
    acts = pair_view(events, "USA", "CHN", options=FEW).exhibit("acts").table  # type: ignore[union-attr]
    codes, ways = events["cameo"].to_pylist(), events["source"].to_pylist()
    consulted = sum(code == "040" and way == "USA" for code, way in zip(codes, ways, strict=True))
    disapproved = sum(code == "111" for code in codes)
    assert acts.rows == (("04", "Consult", True, consulted, 0),
                         ("11", "Disapprove", False, 0, disapproved))  # fmt: skip


def test_levels_that_do_not_move_have_few_turns_and_sizes_are_covered() -> None:
    """20 flat worlds and 20 with a step of three times: alarms, dates and intervals."""
    alarms, hits, held = 0, 0, 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rates = np.where(np.arange(48) < 24, 8.0, 24.0)
        for counts in (
            rng.negative_binomial(10, 10 / 18, 48),
            rng.negative_binomial(10, 10 / (10 + rates)),
        ):
            level = count_level(counts, draws=100, seed=seed)
            turns = turning_points(counts.astype(float), np.ones(48), level, "month")
            if counts.sum() < 48 * 11:
                alarms += bool(turns)
                continue
            near = [turn for turn in turns if abs(turn.at - 24) <= 1]
            hits += bool(near)
            held += bool(near) and near[0].low < np.log(3) < near[0].high
    assert alarms <= 2
    assert hits >= 18
    assert held >= 0.8 * hits


def test_weeks_where_months_are_few_and_the_origin_with_most_events(events: pa.Table) -> None:
    other = table([event(0, origin="other", date=dt.date(2017, 3, day + 1)) for day in range(20)])
    both = pa.concat_tables([events, other])
    assert count_pair(both, "USA", "CHN").origin == "icews"
    counted = count_pair(both, "USA", "CHN", origin="other")
    assert (counted.panel.every, set(counted.others)) == ("week", {"icews"})
    with pytest.raises(UsageError, match="holds no origin 'gdelt'"):
        count_pair(both, "USA", "CHN", origin="gdelt")


@pytest.mark.parametrize(
    ("a", "b"), [("USA", "USA"), ("USA", "XXX"), ("'; --", "USA"), ("usa", "CHN")]
)
def test_only_two_states_are_a_pair(events: pa.Table, a: str, b: str) -> None:
    with pytest.raises(UsageError):
        count_pair(events, a, b)


def test_a_pair_of_which_nothing_is_told_is_a_gap(events: pa.Table) -> None:
    with pytest.raises(DataGapError, match="nothing to show"):
        pair_view(events, "USA", "BRA")


def test_the_events_behind_a_month_are_those_that_were_counted(events: pa.Table) -> None:
    first, last = dt.date(2016, 8, 1), dt.date(2016, 8, 31)
    counted = count_pair(events, "USA", "CHN")
    for measure in ("cooperation", "conflict", "total", "root04", "material_conflict"):
        series = counted.panel.pair("USA", "CHN", measure, origin="icews")
        expected = series.values[series.dates == np.datetime64(first)][0]
        answer = events_behind(events, "CHN", "USA", first, last, measure=measure)
        listed = len(answer.exhibits[0].table) if answer.exhibits else 0
        assert listed == expected, measure
    one_way = events_behind(events, "CHN", "USA", first, last, directed=True)
    assert set(one_way.exhibits[0].table.column("source")) == {"CHN"}


def test_more_events_than_are_listed_are_counted_and_the_weightiest_come_first(
    events: pa.Table,
) -> None:
    answer = events_behind(events, "USA", "CHN", FIRST, dt.date(2017, 12, 31), most=5)
    table_of_five = answer.exhibits[0].table
    assert len(table_of_five) == 5
    assert set(table_of_five.column("goldstein")) == {-2.0}
    assert "The 5 weightiest are listed" in answer.text


@pytest.mark.parametrize("given", [{"measure": "net_cooperation"}, {"measure": "x' OR 1=1"}])
def test_only_what_counts_events_has_events_behind_it(
    events: pa.Table, given: dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        events_behind(events, "USA", "CHN", FIRST, FIRST, **given)
    with pytest.raises(UsageError, match="could not be listed"):
        events_behind(events, "USA", "CHN", BREAK, FIRST)


def test_a_relation_beside_itself_is_the_same_and_levels_are_relative(events: pa.Table) -> None:
    counted = count_pair(events, "USA", "CHN").under(FEW)
    answer = compared(counted, replace(counted, a="CHN", b="USA"))
    rows = answer.exhibits[0].table
    assert np.allclose(rows.column("level"), rows.column("other_level"))
    assert abs(np.mean(np.log(rows.column("level")))) < 0.05
    assert answer.label == "United States and China beside China and United States"


@pytest.mark.parametrize("exhibit", ["cooperation", "acts"])
def test_its_pictures_are_drawn(events: pa.Table, exhibit: str) -> None:
    shown = pair_view(events, "USA", "CHN", options=FEW).exhibit(exhibit)
    assert shown is not None
    assert str(figure(shown, "x").svg).startswith("<svg")
    pairs = (("USA", "CHN"), ("CHN", "USA"))
    beside = compared(*(count_pair(events, *pair).under(FEW) for pair in pairs))
    assert str(figure(beside.exhibits[0], "y").svg).startswith("<svg")
