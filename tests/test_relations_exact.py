"""Relations part by part: periods, arrays, panels, coverage and networks, with known answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from detente.errors import DataGapError, InputError, UsageError
from detente.events.store import OriginSummary
from detente.relations import _arrays, measures, panel_sql
from detente.relations.counting import _asked, covered_days, digest_of, origins_of, panel, reach
from detente.relations.datasets import long_columns, read_dataset
from detente.relations.exposure import _by_month, _elasticity, _swing, exposure_premise
from detente.relations.panel import Panel
from detente.relations.ready import panel_of
from detente.relations.series import (
    aggregate,
    combine,
    make_series,
    net_cooperation,
    series_table,
    share,
)
from detente.relations.steps import (
    EVERY,
    FIRST_DAY,
    LAST_DAY,
    check_every,
    day_name,
    grid,
    month_name,
    nests,
    next_start,
    period_name,
    period_start,
)
from detente.relations.substate import below_state
from detente.relations.unnamed import _likeness, likely_codes, unnamed_text
from detente.relations.world import Coverage, state_list, world_counts, world_coverage, world_days
from event_tables import event, table, world

NAN = float("nan")


def days(*texts: str) -> Any:
    return np.array(texts, "datetime64[D]")


# Periods


@pytest.mark.parametrize(
    ("every", "start", "after", "size", "name"),
    [
        ("day", "2016-12-31", "2017-01-01", 33, "2016-12-31"),
        ("week", "2016-12-26", "2017-01-02", 6, "2016-12-26"),
        ("month", "2016-12-01", "2017-01-01", 3, "2016-12"),
        ("quarter", "2016-10-01", "2017-01-01", 2, "2016-Q4"),
        ("year", "2016-01-01", "2017-01-01", 2, "2016"),
    ],
)
def test_periods_at_the_turn_of_a_year(
    every: Any, start: str, after: str, size: int, name: str
) -> None:
    assert check_every(every) == every
    [begin] = period_start(days("2016-12-31"), every)
    assert str(begin) == start and str(next_start(days(start), every)[0]) == after
    span = grid(np.datetime64("2016-12-31"), np.datetime64("2017-02-01"), every)
    assert len(span) == size and str(span[0]) == start and str(span[1]) == after
    assert period_name(begin, every) == name


@pytest.mark.parametrize(
    ("day", "monday"), [("1970-01-04", "1969-12-29"), ("1970-01-05", "1970-01-05")]
)
def test_weeks_begin_on_monday(day: str, monday: str) -> None:
    assert str(period_start(days(day), "week")[0]) == monday


def test_names_and_nests_of_periods() -> None:
    months = [np.datetime64(f"2014-{month:02d}-01") for month in (1, 3, 4, 12)]
    assert "".join(period_name(month, "quarter")[-1] for month in months) == "1124"
    assert month_name(np.datetime64("2017-03-15")) == "March 2017"
    assert day_name(dt.date(2017, 3, 5)) == "5 March 2017"
    assert (dt.date(1700, 1, 1), dt.date(2200, 12, 31)) == (FIRST_DAY, LAST_DAY)
    within = {fine: [coarse for coarse in EVERY if nests(fine, coarse)] for fine in EVERY}
    assert within == {
        "day": ["day", "week", "month", "quarter", "year"],
        "week": ["week"],
        "month": ["month", "quarter", "year"],
        "quarter": ["quarter", "year"],
        "year": ["year"],
    }
    with pytest.raises(UsageError, match="fortnight"):
        check_every("fortnight")


# Arrays


def test_arrays() -> None:
    assert _arrays.ratio(np.array([1.0, 1, 1, NAN]), np.array([2.0, 0, NAN, 2]))[0] == 0.5
    assert np.isnan(_arrays.ratio(np.array([1.0, 1, NAN]), np.array([0.0, NAN, 2.0]))).all()
    assert [_arrays.joined(*two) for two in (("a", ""), ("a", "a"), ("", "b"), ("a", "b"))] == [
        "a", "a", "b", "a; b"
    ]  # fmt: skip
    assert _arrays.filled(np.array([-1, 3, -1, -1, 5])).tolist() == [3, 3, 3, 3, 5]
    assert _arrays.filled(np.array([-1, -1])).tolist() == [0, 0]
    assert _arrays.renumbered(np.array([0, 1, -1]), [7, 8]).tolist() == [7, 8, -1]
    use = np.array([True, False])
    assert _arrays.either(use, None, None, 2) is None
    np.testing.assert_array_equal(_arrays.either(use, np.ones(2), None, 2), [1, NAN])
    np.testing.assert_array_equal(_arrays.either(use, None, np.ones(2), 2), [NAN, 1])
    index, expected = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([4, 3])
    values = np.array([1.0, 3, NAN, NAN, 2, NAN, NAN])
    np.testing.assert_array_equal(_arrays.means(values, index, expected), [2, NAN])
    np.testing.assert_array_equal(_arrays.sums(values, index, expected), [NAN, NAN])
    np.testing.assert_array_equal(_arrays.sums(np.ones(7), index, expected), [4, 3])
    span = days("2016-01-01", "2017-01-01")
    assert _arrays.expected_parts(span, "day", "year").tolist() == [366, 365]
    assert _arrays.expected_parts(span, "month", "quarter").tolist() == [3, 3]
    assert _arrays.expected_parts(span, "quarter", "year").tolist() == [4, 4]
    assert _arrays.expected_parts(span, "week", "week").tolist() == [1, 1]
    for starts, given, world_of in (
        (days("2016-01-01"), np.ones(2), None),
        (days("2016-01-01"), np.ones(1), np.ones(2)),
        (days("2016-01-01", "2016-01-01"), np.ones(2), None),
    ):
        with pytest.raises(InputError):
            _arrays.check_once("x", starts, given, world_of)
    with pytest.raises(InputError, match="given 2 times"):
        _arrays.check_once("x", days("2016-01-01", "2017-01-01", "2017-01-01"), np.ones(3), None)


# Series


def monthly(values: list[float], source: str = "S", **more: Any) -> Any:
    dates = [f"2017-{month:02d}-01" for month in range(1, len(values) + 1)]
    return make_series("n", "month", dates, values, unit="events per month", source=source, **more)


def test_series_by_quarter() -> None:
    series = monthly([1, 2, 3, 4, NAN, 6], exposure=[10, 20, 30, 40, 50, 60])
    summed, mean = aggregate(series, "quarter"), aggregate(series, "quarter", "mean")
    np.testing.assert_array_equal(summed.values, [6, NAN])
    np.testing.assert_array_equal(mean.values, [2, 5])
    assert summed.exposure is not None and summed.exposure.tolist() == [60, 150]
    assert (summed.unit, mean.unit) == ("events per quarter", "events per month")
    assert np.isnan(aggregate(monthly([1, 2, 3]), "year").values[0]), "nine months lack"


def test_windows_rates_and_shares() -> None:
    series = monthly([1, 2, 3], exposure=[10, 0, NAN])
    assert series.window("2017-02-01").values.tolist() == [2, 3]
    assert series.window(until=dt.date(2017, 2, 1)).values.tolist() == [1, 2]
    assert series.window("2017-02-02", "2017-02-28").values.size == 0
    rates = series.rates()
    np.testing.assert_array_equal(rates.values, [1000, NAN, NAN])
    assert rates.unit == "per 10,000 events reported worldwide" and rates.exposure is None
    part = share(monthly([1, 0, 2]), monthly([4, 0, NAN]))
    np.testing.assert_array_equal(part.values, [0.25, NAN, NAN])
    net = net_cooperation(monthly([3, 0, 1]), monthly([1, 0, 1]))
    np.testing.assert_array_equal(net.values, [0.5, NAN, 0.0])
    assert (net.name, net.unit, net.exposure) == ("net n", "net cooperation, -1 to 1", None)
    assert combine(series).name == "n" and combine(series, name="m").name == "m"


def test_a_sum_names_each_mixture_of_sources() -> None:
    both = combine(monthly([1, 2, 3], "A"), monthly([5, 5], "B"))
    np.testing.assert_array_equal(both.values, [6, 7, NAN])
    assert both.name == "n + n" and both.sources == ("A with B",)
    assert combine(monthly([1, 2], "A"), monthly([1, 2], "A")).sources == ("A",)
    rows = series_table([monthly([1, NAN], "A", exposure=[5, NAN])]).to_pylist()
    assert [(row["value"], row["exposure"], row["source"]) for row in rows] == [
        (1.0, 5.0, "A"), (None, None, "A")
    ]  # fmt: skip
    assert series_table([]).num_rows == 0
    none = make_series("n", "month", [], [], unit="u")
    assert combine(none, none).values.size == 0


# Measures and networks


def test_what_measures_are_made_of() -> None:
    assert measures.unit_of("root05", "year") == "events per year"
    assert measures.unit_of("goldstein", "month") == "Goldstein points per month"
    assert measures.unit_of("net_cooperation", "day") == "net cooperation, -1 to 1"
    assert {"root01", "root20", "total"} <= measures.COUNTED and "goldstein" not in measures.COUNTED


def ties(values: dict[str, list[float]]) -> Any:
    return lambda a, b: make_series(a + b, "year", ["2010", "2011"], values[a + b], unit="u")


def test_positions_in_a_network() -> None:
    pair = ties({"AB": [3, 1], "AC": [1, NAN], "BC": [0, 1]})
    dates, matrices, every = measures.pair_matrices(pair, ["A", "B", "C"])
    assert every == "year" and len(dates) == 2
    np.testing.assert_array_equal(matrices[0], [[NAN, 3, 1], [3, NAN, 0], [1, 0, NAN]])
    shares = measures.strength_share(pair, ["A", "B", "C"])
    np.testing.assert_array_equal(
        [shares[n].values for n in "ABC"], [[0.5, NAN], [0.375, NAN], [0.125, NAN]]
    )
    # A star of 3 and 1: the middle weighs the root of 10, the ends 3 and 1.
    scores = measures.eigenvector_centrality(pair, ["A", "B", "C"])
    whole = 4 + np.sqrt(10)
    expected = [np.sqrt(10) / whole, 3 / whole, 1 / whole]
    assert [scores[n].values[0] for n in "ABC"] == pytest.approx(expected)
    assert np.isnan(scores["A"].values[1])
    two = measures._leading(
        np.array([[0, 2.0, 0, 0], [2.0, 0, 0, 0], [0, 0, 0, 2.0], [0, 0, 2.0, 0]])
    )
    assert two == pytest.approx([0.25] * 4) and np.isnan(measures._leading(np.zeros((2, 2)))).all()
    with pytest.raises(UsageError, match="A and B"):
        measures.strength_share(ties({"AB": [1, -1]}), ["A", "B"])
    with pytest.raises(UsageError, match="1"):
        measures.pair_matrices(pair, ["A"])
    mixed = {"AB": monthly([1.0]), "AC": pair("A", "C"), "BC": pair("B", "C")}
    with pytest.raises(UsageError, match="differ: month, year"):
        measures.pair_matrices(lambda a, b: mixed[a + b], ["A", "B", "C"])


def test_balance_of_triads() -> None:
    net = {
        "AB": [0.5, 0.1], "AC": [-0.2, -0.5], "BC": [-0.9, 0.5],
        "AD": [NAN, 0.5], "BD": [0.5, 0.5], "CD": [-0.5, 0.5],
    }  # fmt: skip
    series = measures.balance(ties(net), ["A", "B", "C", "D"])
    # 2010: ABC and BCD, both balanced. 2011: ABD balanced, BCD balanced, ABC and ACD not.
    assert series.values.tolist() == [1.0, 0.5]
    # A tie no further from zero than the neutral has no sign: AB falls out in the second year.
    assert measures.balance(ties(net), ["A", "B", "C", "D"], neutral=0.1).values[1] == 0.5
    assert np.isnan(measures.balance(ties(net), ["A", "B", "C"], neutral=0.5).values[0])


# Panels


def dyadic(**more: Any) -> Panel:
    years = days("2010-01-01", "2011-01-01")
    values = {
        (("A", "B"), "conflict"): np.array([3.0, NAN]),
        (("B", "A"), "total"): np.array([1.0, 2.0]),
    }
    return panel_of("year", "dyad", "x", years, values, **more)


def test_panels_of_ready_made_series() -> None:
    made = dyadic(unit="u")
    assert (
        made.size() == 3 and made.keys() == (("A", "B"), ("B", "A")) and made.parties == ("A", "B")
    )
    assert made.table()["covered"].to_pylist() == [True, False, True, True]
    np.testing.assert_array_equal(
        made.matrices("conflict", silence=-1), [[[-1, 3], [-1, -1]], [[-1] * 2] * 2]
    )
    assert made.gives("conflict") and not made.gives("cooperation")
    world_of = make_series("all", "year", ["2011", "2012"], [200, 9], unit="events per year")
    exposed = made.with_exposure(world_of)
    np.testing.assert_array_equal(exposed.world(), [NAN, 200])
    np.testing.assert_array_equal(exposed.series("B", "A", "total").rates(100).values, [NAN, 1])
    assert made.series("B", "A", "total").exposure is None
    with pytest.raises(UsageError, match="by month"):
        made.with_exposure(monthly([1.0]))
    pairs = {(("B", "A"), "votes"): np.ones(1), (("A", "B"), "votes"): np.ones(1)}
    with pytest.raises(UsageError, match="twice"):
        panel_of("year", "pair", "x", days("2010-01-01"), pairs)
    with pytest.raises(UsageError, match="No dyad"):
        made.side_by_side([], "conflict")


def test_a_panel_of_events() -> None:
    first = dt.date(2018, 1, 1)
    rows = [
        *world(first, 31, 10), *world(dt.date(2018, 2, 1), 13, 10, start=400),
        event(900, date=first, source="USA", target="CHN", cameo="190", quad=4, goldstein=-10.0),
        event(901, date=first, source="CHN", target="USA", cameo="042", quad=1, goldstein=1.9),
        event(902, date=first, source="CHN", target="PRK", cameo="042", quad=1, goldstein=1.9),
    ]  # fmt: skip
    made = panel(table(rows), ["USA", "CHN", "PRK", "JPN"], until=dt.date(2018, 2, 28))
    assert made.unnamed() == ("JPN",)
    np.testing.assert_array_equal(made.series("USA", "CHN", "conflict").values, [1, NAN])
    np.testing.assert_array_equal(made.series("USA", "PRK", "conflict").values, [0, NAN])
    np.testing.assert_array_equal(made.series("USA", "JPN", "conflict").values, [NAN, NAN])
    np.testing.assert_array_equal(made.world(), [313, NAN])
    assert made.days_covered().tolist() == [31, 13]
    np.testing.assert_array_equal(made.own_events(["USA", "CHN"]), [2, NAN])
    np.testing.assert_array_equal(made.own_events(["USA", "CHN", "PRK"]), [3, NAN])
    # Ten events a day from the world are more than five; thirteen of 28 days are too few.
    assert made.really_covered().tolist() == [True, False]
    assert (
        made.is_known("conflict").tolist()
        == made.is_known("net_cooperation").tolist()
        == [True, False]
    )
    assert made.series("USA", "CHN", "goldstein").values[0] == -10.0
    assert made.system("total", among=["USA", "CHN"]).values[0] == 2
    assert made.pair("USA", "CHN", "net_cooperation").values[0] == 0.0
    half = panel(table(rows), ["USA", "CHN"], until=dt.date(2018, 2, 26), every="week")
    assert half.days_covered().tolist() == [7, 7, 7, 7, 7, 7, 2, 0, 0]
    twice = panel(table(rows), ["USA", "USA", "CHN"])
    assert twice.parties == ("USA", "CHN")
    with pytest.raises(UsageError, match="USA"):
        panel(table(rows), ["USA", "USA"])
    with pytest.raises(DataGapError, match="of origin 'gdelt' since 2019-01-01"):
        panel(table(rows), ["USA", "CHN"], origin="gdelt", since=dt.date(2019, 1, 1))
    assert _asked(None, None, None) == "at all" and _asked(None, None, first) == "until 2018-01-01"
    covered = covered_days(table(rows))["icews"]
    assert len(covered) == 44 and str(covered[0]) == "2018-01-01"
    assert reach(table(rows)) == {"icews": (first, dt.date(2018, 2, 13))}


def test_the_rules_of_coverage_are_those_of_the_documents() -> None:
    """Others measure them against plain loops; here stands how large they are."""
    rules = panel_sql
    assert (rules.NEAR_DAYS, rules.MIN_DAY_SHARE, rules.MIN_PERIOD_SHARE) == (14, 0.2, 0.5)
    assert (rules.SPARSE_ORIGIN, rules.LATE_DAYS) == (5, 31)
    assert (rules.FAR_DAYS, rules.FAR_GAPS, rules.FAR_FEW, rules.FAR_SHARE) == (730, 50, 5, 0.001)
    assert tuple(f"{n:02d}" for n in range(1, 21)) == rules.ROOTS and rules.QUADS == (1, 2, 3, 4)
    assert "VALUES (-14), (-13)" in rules.DAYS and "(13), (14)) AS" in rules.DAYS


def test_what_is_held_of_each_origin_outside_of_a_store() -> None:
    rows = [
        event(0, origin="icews", date=dt.date(2018, 3, 1)),
        event(1, origin="icews", date=dt.date(2018, 1, 2)),
        event(2, origin="gdelt", date=dt.date(2019, 1, 1)),
    ]
    gdelt, icews = origins_of(table(rows))
    day = dt.date(2019, 1, 1)
    assert gdelt == OriginSummary("gdelt", 1, day, day, files=0, parts=0)
    first, last = dt.date(2018, 1, 2), dt.date(2018, 3, 1)
    assert icews == OriginSummary("icews", 2, first, last, files=0, parts=0)


def test_a_digest_tells_what_panels_are_made_of() -> None:
    rows = [event(0, date=dt.date(2018, 3, 1)), event(1, date=dt.date(2018, 3, 2))]
    whole = digest_of(table(rows), ["USA", "CHN"])
    assert digest_of(table(rows[::-1]), ["USA", "CHN"]) == whole, "rows in any order"
    others = [
        digest_of(table(rows[:1]), ["USA", "CHN"]),
        digest_of(table(rows), ["USA", "CHN"], until=dt.date(2018, 3, 1)),
        digest_of(table([rows[0], event(1, date=dt.date(2018, 3, 2), quad=4)]), ["USA", "CHN"]),
    ]
    assert whole not in others and others[0] == others[1] != others[2]


# Everyone at once


def test_the_world_by_month() -> None:
    first = dt.date(2018, 1, 1)
    rows = [
        *world(first, 31, 10), *world(dt.date(2018, 2, 1), 14, 10, start=400, target="ITA", quad=4),
        event(900, date=first, source="CHN", target="USA", quad=3),
        event(901, date=first, source="XXX", target="USA", quad=3),
        event(902, date=dt.date(2018, 2, 20), source="CHN", target="USA", quad=2),
    ]  # fmt: skip
    coverage = world_coverage(world_days(table(rows)))["icews"]
    assert coverage.days.tolist() == [31, 28] and coverage.days_covered.tolist() == [31, 14]
    assert coverage.events.tolist() == [312, 140], "the event of a day that is lost does not count"
    assert coverage.covered.tolist() == [True, True] and str(coverage.lost[0]) == "2018-02-15"
    counts = world_counts(table(rows), coverage)
    assert counts.pairs == (("CHN", "USA"), ("DEU", "FRA"), ("FRA", "ITA"))
    assert counts.counts.tolist() == [[[0, 0], [1, 0]], [[310, 0], [0, 0]], [[0, 0], [0, 140]]]
    part = coverage.within(1, 2)
    assert part.days.tolist() == [28] and part.events.tolist() == [140] and len(part.dates) == 1
    assert world_counts(table(rows), part).pairs == (("FRA", "ITA"),)
    assert {"USA", "DEU", "SUN"} <= set(state_list()) and state_list() == sorted(state_list())


@pytest.mark.parametrize(
    ("covered", "events", "known"), [(14, 1, True), (13, 1, False), (14, 0, False), (28, 9, True)]
)
def test_half_of_the_days_and_one_event_are_data(covered: int, events: int, known: bool) -> None:
    of = (np.array([n]) for n in (28, covered, events))
    assert Coverage("x", days("2018-02-01"), *of, days()).covered.tolist() == [known]


# Names


def test_what_an_origin_may_call_a_state() -> None:
    actors = ["KUW", "KUW", "KUWAITI", "KWX", "USA", "ZZZ", "KVX", "NORTHLAND"]
    rows = [event(n, source=actor, target="IRQ") for n, actor in enumerate(actors)]
    # By how alike they are, then by how often they act; no more than three.
    assert likely_codes(table(rows), "icews", "KWT") == ("KUWAITI", "KUW", "KWX")
    assert "USA" not in likely_codes(table(rows), "icews", "USB")
    # Six of the letters of "north korea" in order, of twenty in both: just likely.
    assert likely_codes(table(rows), "icews", "PRK") == ("NORTHLAND",)
    assert _likeness("PRK", "KOREA") == 0.9 > _likeness("PRK", "NORTH WIND"), "north names none"
    assert _likeness("KWT", "Kuwait") == 1.0
    assert unnamed_text("x", "KWT", ("A", "B")).endswith("Did you mean A or B?")
    assert unnamed_text("x", "KWT").endswith("it is not in these data.")


def test_actors_below_the_state_by_origin() -> None:
    acts = [
        ("TUR", "REB", "GRC"),
        ("TUR", "REB", "GRC"),
        ("TUR", "OPP", "GRC"),
        ("TUR", "GOV", "GRC"),
    ]
    rows = [event(n, source=a, source_role=role, target=b) for n, (a, role, b) in enumerate(acts)]
    rows.append(event(9, source="GRC", target="TUR", target_role="SEP", date=dt.date(2019, 1, 1)))
    [found] = below_state(table(rows), ["TUR", "GRC"])
    assert (found.origin, found.party) == ("icews", "TUR")
    assert found.roles == (("REB", 2), ("OPP", 1), ("SEP", 1))
    [early] = below_state(table(rows), ["TUR"], until=dt.date(2018, 12, 31))
    assert early.roles == (("REB", 2), ("OPP", 1))


# Exposure


def test_an_elasticity_by_regression() -> None:
    rng = np.random.default_rng(1)
    rest, own = rng.poisson(500.0, 13) * 1.0, rng.poisson(9.0, 13) * 1.0
    slope, low = _elasticity(own, rest)
    x, y = (np.diff(np.log(part + 0.5)) for part in (rest, own))
    x, y = x - x.mean(), y - y.mean()
    by_hand = (x @ y) / (x @ x)
    lever = x**2 / (x @ x)
    error = np.sqrt((x**2 * ((y - by_hand * x) / (1 - lever)) ** 2).sum()) / (x @ x)
    assert slope == pytest.approx(by_hand)
    assert low == pytest.approx(by_hand - stats.t.ppf(0.975, 10) * error)
    assert np.isnan(_elasticity(own[:12], rest[:12])[0]), "eleven changes are too few"
    assert _elasticity(own, np.full(13, 7.0))[1] == -np.inf


def test_months_of_days_and_the_usual_around_them() -> None:
    values = np.array([1.0, 2, NAN, 4, NAN, NAN, NAN, 8, 9])
    np.testing.assert_allclose(_by_month(values, 1 / 4), [7 / 3 * 4, NAN])
    assert _by_month(values[:3], 1 / 4).size == 3 and _by_month(values, 1.0).size == 9
    np.testing.assert_allclose(_by_month(np.array([NAN, NAN, 3.0, 5]), 1 / 4), [16])
    # By quarters eight around one are two years: 9 in all.
    total = np.ones(30)
    total[10:14] = 3.0
    assert _swing(total, 3.0) == 3.0
    total[14] = 3.0
    assert _swing(total, 3.0) == 1.0
    assert np.isnan(_swing(np.full(3, 0.5), 3.0)) and _swing(np.full(30, 0.5), 3.0) == 0.5


def test_the_premise_in_words() -> None:
    own = np.full(60, 10.0)
    for exposure, why in (
        (own, "All of the events of this origin are the relation itself."),
        (own / 0.996, "All of the events of this origin are the relation itself."),
        (own / 0.994, "over 99% of the events of this origin are the relation itself."),
        (own / 0.5, "50% of the events of this origin are the relation itself."),
        (np.zeros(60), "No event of this origin covers the periods."),
    ):
        premise = exposure_premise(own, exposure)
        assert (premise.holds, premise.why) == (False, why)
    crisis = np.where(np.arange(60) == 30, 2600.0, 1000.0)
    for months, word in ((1.0, "month"), (3.0, "period")):
        premise = exposure_premise(own, crisis, months=months)
        assert premise.why.startswith(f"One {word} of this origin holds 2.6 times as many events")
    assert exposure_premise(own, np.where(crisis > 1000, 2500.0, crisis)).holds
    # Of which the counts may be a part.
    assert exposure_premise(own, 100 * own, own=60 * own).share == pytest.approx(0.6)
    assert exposure_premise(own, 100 * own, own=0 * own).share == pytest.approx(0.01)


# Datasets


def dataset(folder: Path, text: str, **more: Any) -> Panel:
    path = folder / "d.csv"
    path.write_text(text, encoding="utf-8")
    given = {"every": "year", "layout": "pair", "measures": ["v"], "label": "L", "unit": "u"} | more
    return read_dataset(path, **given)


def test_datasets(tmp_path: Path) -> None:
    made = dataset(tmp_path, "date,a,b,v\n2012-05,USA,CHN,3\n2010,CHN,USA,\n2010,JPN,USA,1.5\n")
    np.testing.assert_array_equal(made.pair("CHN", "USA", "v").values, [NAN, NAN, 3])
    np.testing.assert_array_equal(made.pair("JPN", "USA", "v").values, [1.5, NAN, NAN])
    blank = dataset(tmp_path, "date,party,v\n2010,USA, \n2011,USA,2\n", layout="party")
    np.testing.assert_array_equal(blank.party("USA", "v").values, [NAN, 2])
    system = dataset(tmp_path, "2010_v,2011_v\n1,2\n", layout="system")
    assert system.system("v").values.tolist() == [1, 2]
    assert long_columns(["date", "2010_v"]) == ["date", "2010_v"] and long_columns(["a"]) == ["a"]
    assert dataset(tmp_path, "date,a,b,v\n1700,A,B,1\n2200,A,B,2\n").dates().size == 501


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("date,a,v\n2010,A,1\n", "no column b"),
        ("date,a,b,v\n2010,A,B\n", "Line 2 has 3 cells instead of 4"),
        ("date,a,b,v\n", "no rows"),
        ("date,a,b,v\n1699,A,B,1\n", "Line 2: '1699' is not a date of 1700 to 2200"),
        ("date,a,b,v\n2201,A,B,1\n", "'2201'"),
        ("date,a,b,v\n2010-1,A,B,1\n", "'2010-1'"),
        ("date,a,b,v\n2010,A,B,x\n", "Line 2, column v: 'x' is not a number"),
        ("date,a,b,v\n2010,A,B,inf\n", "'inf' is not a finite number"),
        (
            "date,a,b,v\n2010,A,B,1\n2011,A,B,1\n2010-06,B,A,2\n",
            "Lines 2 and 4 are both about A, B",
        ),
    ],
)
def test_bad_datasets_name_what_is_wrong(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(InputError) as failed:
        dataset(tmp_path, text)
    assert fault in str(failed.value)
