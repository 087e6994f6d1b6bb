"""The panel against a slow and plain reckoning of the same rules."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import DataGapError, UsageError
from detente.events.schema import SCHEMA
from detente.events.store import IngestedFile, Store, connect
from detente.relations import panel_sql as rules
from detente.relations.counting import covered_days as days_covered_by
from detente.relations.counting import panel, reach
from detente.relations.measures import MEASURES
from detente.relations.steps import EVERY, grid, next_start, period_start
from detente.relations.unnamed import likely_codes
from event_tables import event, table, world

PARTIES = ("USA", "CHN", "PRK")
FIRST = dt.date(2018, 1, 1)


def start_of(day: dt.date, every: str) -> dt.date:
    """First day of a day's period, by the calendar."""
    match every:
        case "week":
            return day - dt.timedelta(day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        case "year":
            return day.replace(day=1, month=1)
    return day


def covered_days(rows: list[dict[str, Any]]) -> set[dt.date]:
    """The covered days of one origin, day by day as the rule says it."""
    everything = Counter(row["date"] for row in rows)
    timely = Counter(
        row["date"]
        for row in rows
        if row.get("published") is None or (row["published"] - row["date"]).days <= rules.LATE_DAYS
    )
    reports = timely if 2 * timely.total() >= everything.total() else everything
    typical = statistics.median(reports.values())
    first, last = min(reports), max(reports)
    covered = set()
    for n in range((last - first).days + 1):
        day = first + dt.timedelta(n)
        near = [
            reports[day + dt.timedelta(k)]
            for k in range(-rules.NEAR_DAYS, rules.NEAR_DAYS + 1)
            if k and first <= day + dt.timedelta(k) <= last
        ]
        usual = statistics.median(near) if near else 0
        floor = rules.MIN_DAY_SHARE * (usual or typical)
        if typical < rules.SPARSE_ORIGIN or reports[day] >= floor:
            covered.add(day)
    return covered


def brute_force(rows: list[dict[str, Any]], every: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The panel by plain loops."""
    result: dict[tuple[Any, ...], dict[str, Any]] = {}
    for origin in {row["origin"] for row in rows}:
        own = [row for row in rows if row["origin"] == origin]
        covered = covered_days(own)
        reported = [
            row["date"]
            for row in own
            if row.get("published") is None
            or (row["published"] - row["date"]).days <= rules.LATE_DAYS
        ]
        if 2 * len(reported) < len(own):
            reported = [row["date"] for row in own]
        heard = {row[side] for row in own for side in ("source", "target")}
        days = defaultdict(list)
        day = start_of(min(reported), every)
        while start_of(day, every) <= start_of(max(reported), every):
            days[start_of(day, every)].append(day)
            day += dt.timedelta(1)
        for start, members in days.items():
            good = [day for day in members if day in covered]
            known = len(good) >= rules.MIN_PERIOD_SHARE * len(members)
            inside = [row for row in own if row["date"] in good]
            for source, target in itertools.permutations(PARTIES, 2):
                acts = [r for r in inside if (r["source"], r["target"]) == (source, target)]
                cell: dict[str, Any] = {"days": len(members), "days_covered": len(good)}
                cell["total"] = len(acts)
                cell["goldstein"] = round(sum(r["goldstein"] or 0 for r in acts), 2)
                cell["exposure"] = len(inside)
                cell |= {f"quad{q}": sum(r["quad"] == q for r in acts) for q in range(1, 5)}
                cell |= {
                    f"root{root}": sum(r["cameo"].startswith(root) for r in acts)
                    for root in rules.ROOTS
                }
                cell["covered"] = known
                told = {"days", "days_covered", "covered"} | ({"exposure"} if known else set())
                if not known or not {source, target} <= heard:
                    cell = {k: v if k in told else None for k, v in cell.items()}
                result[origin, start, source, target] = cell
    return result


@st.composite
def feeds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Events of one or two origins with busy days, thin days, silent days and late reports."""
    rows: list[dict[str, Any]] = []
    number = itertools.count()
    for origin in draw(st.sampled_from([["a"], ["a", "b"]])):
        first = FIRST + dt.timedelta(draw(st.integers(0, 60)))
        usual = draw(st.sampled_from([2, 12]))
        for n in range(draw(st.integers(1, 80))):
            day = first + dt.timedelta(n)
            count = draw(st.sampled_from([0, 1, usual // 2, usual, usual, usual * 2]))
            for _ in range(count):
                cameo = draw(st.sampled_from(["010", "042", "057", "0831", "112", "190", "203"]))
                late = draw(st.sampled_from([None, 0, 1, 31, 32, 400]))
                rows.append(
                    event(
                        next(number),
                        origin=origin,
                        event_id=f"{origin}:{next(number)}",
                        date=day,
                        published=None if late is None else day + dt.timedelta(late),
                        source=draw(st.sampled_from([*PARTIES, "FRA", None])),
                        target=draw(st.sampled_from([*PARTIES, "FRA", None])),
                        cameo=cameo,
                        quad=draw(st.sampled_from([1, 2, 3, 4, None])),
                        goldstein=draw(st.sampled_from([-10.0, 7.4, 2.8, None])),
                    )
                )
    return rows or [event(0, event_id="a:0", origin="a", date=FIRST)]


@settings(max_examples=int(os.environ.get("DETENTE_FUZZ", "25")), deadline=None)
@given(rows=feeds(), every=st.sampled_from(EVERY))
def test_the_statement_agrees_with_plain_loops(rows: list[dict[str, Any]], every: str) -> None:
    built = panel(table(rows), PARTIES, every).table()
    found = {
        (row.pop("origin"), row.pop("date"), row.pop("source"), row.pop("target")): row
        for row in built.to_pylist()
    }
    expected = brute_force(rows, every)
    assert found.keys() == expected.keys()
    for key, cell in found.items():
        assert cell == expected[key], key


def steady(days: int = 120, per_day: int = 20, **given: Any) -> list[dict[str, Any]]:
    return world(FIRST, days, per_day, **given)


def test_silence_is_zero_and_a_gap_is_null() -> None:
    feed = [row for row in steady() if row["date"].month != 3]
    feed += [row for row in steady() if row["date"] == dt.date(2018, 3, 9)][:3]
    built = panel(table([*feed, event(10**6, date=dt.date(2018, 2, 3))]), PARTIES)
    series = built.series("USA", "CHN", "cooperation")
    assert series.dates.tolist() == [dt.date(2018, m, 1) for m in (1, 2, 3, 4)]
    assert series.values[[0, 1, 3]].tolist() == [0, 1, 0]
    assert np.isnan(series.values[2])
    assert np.isnan(series.exposure[2])
    assert series.exposure[:2].tolist() == [31 * 20, 28 * 20 + 1]


def test_events_of_uncovered_days_do_not_bend_the_rate() -> None:
    feed = steady(31)
    gap = [row for row in feed if row["date"].day != 10]
    left = [event(10**6, date=dt.date(2018, 1, 10)), event(10**6 + 1, date=dt.date(2018, 1, 12))]
    row = panel(table(gap + left), PARTIES).table().to_pylist()[5]
    assert (row["source"], row["target"]) == ("USA", "PRK")
    cell = panel(table(gap + left), PARTIES).series("USA", "CHN", "total")
    assert cell.values.tolist() == [1]
    assert cell.exposure.tolist() == [30 * 20 + 1]
    assert row["days_covered"] == 30


def test_quiet_weekends_are_no_gaps() -> None:
    feed = [
        row
        for row in steady(60, 100)
        if row["date"].weekday() < 5 or int(row["event_id"][-2:]) < 30
    ]
    days = panel(table(feed), PARTIES, "day").table()
    assert set(days["days_covered"].to_pylist()) == {1}
    assert days.num_rows == 6 * 60


def test_late_echoes_of_a_past_year_do_not_cover_it() -> None:
    echo = [
        event(10**6 + n, date=dt.date(2017, 1, 1) + dt.timedelta(n), published=FIRST)
        for n in range(60)
    ]
    dates = panel(table([*echo, *steady(60)]), PARTIES).series("USA", "CHN", "total").dates
    assert dates[0] == np.datetime64("2018-01-01")


def test_a_sparse_origin_is_covered_throughout() -> None:
    rows = [event(n, date=FIRST + dt.timedelta(40 * n), origin="chronicle") for n in range(5)]
    series = panel(table(rows), PARTIES).series("USA", "CHN", "total")
    assert np.isfinite(series.values[:-1]).all()
    assert series.values[:-1].sum() == 5 - (series.dates.size == 6)


def test_origins_are_never_added_together() -> None:
    both = [*steady(40, origin="a"), *steady(40, 50, origin="b", start=10**6)]
    built = panel(table(both), PARTIES)
    assert built.origins == ("a", "b")
    assert built.series("USA", "CHN", "total", origin="a").exposure[0] == 31 * 20
    assert built.series("USA", "CHN", "total", origin="b").exposure[0] == 31 * 50
    with pytest.raises(UsageError, match="do not compare"):
        built.series("USA", "CHN", "total")
    alone = panel(table(both), PARTIES, origin="b")
    assert alone.origins == ("b",)
    with pytest.raises(UsageError, match="does not hold this origin"):
        alone.series("USA", "CHN", "total", origin="a")


def test_days_outside_since_and_until_are_outside(tmp_path: Path) -> None:
    feed = table([*steady(120), event(9, date=FIRST + dt.timedelta(60))])
    built = panel(feed, PARTIES, since=dt.date(2018, 1, 10), until=dt.date(2018, 4, 10))
    series = built.series("USA", "CHN", "total")
    assert series.dates[[0, -1]].tolist() == [dt.date(2018, 1, 1), dt.date(2018, 4, 1)]
    assert np.isnan(series.values).tolist() == [False, False, False, True]
    assert series.exposure[0] == 22 * 20
    wide = panel(feed, PARTIES, since=dt.date(2017, 11, 5)).series("USA", "CHN", "total")
    assert np.isnan(wide.values).tolist() == [True, True, False, False, False, False]


def test_every_holder_gives_the_same_panel(tmp_path: Path) -> None:
    rows = table([*steady(70), *(event(10**6 + n, date=FIRST + dt.timedelta(n)) for n in range(9))])
    store = Store.open(tmp_path / "store", create=True)
    with connect() as con, store.writer() as writer:
        con.register("given", rows)
        writer.append(con, "given", [IngestedFile("icews", "k", "f", rows.num_rows)])
    expected = panel(rows, PARTIES, "week").table()
    assert panel(store, PARTIES, "week").table().equals(expected)
    assert panel(str(store.path), PARTIES, "week").table().equals(expected)


def test_measures_are_sums_of_their_columns() -> None:
    acts = [event(10**6 + n, date=FIRST, quad=q, cameo=c, goldstein=g) for n, (q, c, g) in
            enumerate([(1, "042", 1.9), (1, "057", 8.0), (2, "060", 6.0), (3, "112", -2.0),
                       (4, "190", -10.0), (4, "173", -5.0)])]  # fmt: skip
    acts.append(event(10**7, date=FIRST, source="CHN", target="USA", quad=3, cameo="111"))
    acts.append(event(10**7 + 1, date=FIRST, source="PRK", target="FRA"))
    built = panel(table([*steady(31), *acts]), PARTIES)
    values = {name: built.series("USA", "CHN", name).values.item() for name in MEASURES}
    assert values["cooperation"] == values["verbal_cooperation"] + values["material_cooperation"]
    assert (values["cooperation"], values["conflict"], values["total"]) == (3, 3, 6)
    assert values["net_cooperation"] == 0
    assert values["goldstein"] == pytest.approx(-1.1)
    assert (values["root05"], values["root19"], values["root20"]) == (1, 1, 0)
    pair = built.pair("CHN", "USA", "conflict")
    assert pair.values.item() == 4
    assert pair.exposure.item() == 31 * 20 + 8
    assert built.pair("USA", "CHN", "net_cooperation").values.item() == pytest.approx(-1 / 7)
    assert built.system("conflict").values.item() == 4
    assert np.isnan(built.series("PRK", "CHN", "net_cooperation").values.item())


def test_there_is_a_measure_for_each_root_of_cameo() -> None:
    roots = [name for name in MEASURES if name.startswith("root")]
    assert roots == [f"root{number:02d}" for number in range(1, 21)]


def test_sums_of_scores_do_not_depend_on_order_or_threads() -> None:
    rows = [event(n, date=FIRST, goldstein=[7.4, -0.1, 3.3][n % 3]) for n in range(3000)]
    sums = {
        panel(table(order), PARTIES, "day").series("USA", "CHN", "goldstein").values.item()
        for order in (rows, rows[::-1], rows[1::2] + rows[::2])
    }
    assert sums == {10600.0}


class TestRefusals:
    def test_one_party(self) -> None:
        with pytest.raises(UsageError, match="two or more parties"):
            panel(table(steady(3)), ["USA", "USA"])

    def test_unknown_period(self) -> None:
        with pytest.raises(UsageError, match="fortnight"):
            panel(table(steady(3)), PARTIES, "fortnight")

    def test_no_events(self) -> None:
        with pytest.raises(DataGapError, match="since 2030-01-01"):
            panel(table(steady(3)), PARTIES, since=dt.date(2030, 1, 1))
        with pytest.raises(DataGapError, match="until 1930-01-01"):
            panel(table(steady(3)), PARTIES, until=dt.date(1930, 1, 1))

    def test_unknown_measure_and_party(self) -> None:
        built = panel(table(steady(40)), PARTIES)
        with pytest.raises(UsageError, match="Did you mean 'cooperation'"):
            built.series("USA", "CHN", "coperation")
        with pytest.raises(DataGapError, match="no rows for USA>RUS"):
            built.pair("USA", "RUS", "total")


def test_parties_are_values_and_never_sql() -> None:
    odd = "x') OR ('1'='1"
    built = panel(table([*steady(40), event(9, date=FIRST, source=odd)]), ["CHN", odd])
    assert built.series(odd, "CHN", "total").values[0] == 1
    assert built.series("CHN", odd, "total").values[0] == 0


class TestNotInTheData:
    def test_the_three_likeliest_codes_are_offered(self) -> None:
        """What is spelt most alike comes first, of equals the commonest."""
        named = ["XKWTX", "ZZQ", "KWTA", "KWTB", "KWTB", "KUW"]
        feed = table([event(n, date=FIRST, source=name) for n, name in enumerate(named)])
        assert likely_codes(feed, "icews", "KWT") == ("KWTB", "KWTA", "XKWTX")

    def test_a_state_that_no_event_names_is_unknown_and_not_silent(self) -> None:
        feed = table([*steady(40), event(9, date=FIRST), event(10, date=FIRST, target="PRK")])
        built = panel(feed, [*PARTIES, "KOR"])
        assert built.unnamed() == ("KOR",)
        assert np.isnan(built.series("USA", "KOR", "total").values).all()
        assert built.series("PRK", "CHN", "total").values[0] == 0
        assert built.world()[0] == 31 * 20 + 2

    def test_one_event_anywhere_is_enough_to_be_heard_of(self) -> None:
        late = event(9, date=FIRST + dt.timedelta(70), source="KOR", target="FRA")
        feed = table([*steady(80), event(10, date=FIRST), late])
        built = panel(feed, ["USA", "KOR"])
        assert built.series("USA", "KOR", "total").values[0] == 0
        since = panel(feed, ["USA", "KOR"], until=FIRST + dt.timedelta(40))
        assert since.unnamed() == ("KOR",)

    def test_the_beginning_of_the_panel_does_not_decide_who_is_in_the_data(self) -> None:
        feed = table([*steady(80), event(10, date=FIRST, target="KOR")])
        built = panel(feed, ["USA", "KOR"], since=FIRST + dt.timedelta(31))
        assert built.unnamed() == ()
        assert built.series("USA", "KOR", "total").values[0] == 0


def test_own_events_are_those_among_the_states_that_are_named() -> None:
    rows = [
        *world(FIRST, 59, 6, source="FRA", target="DEU"),
        *world(FIRST, 59, 2, start=1000, source="USA", target="CHN"),
        *world(FIRST, 59, 1, start=2000, source="CHN", target="DEU"),
    ]
    counts = panel(table(rows), ["USA", "CHN", "FRA", "DEU"])
    assert np.nansum(counts.own_events(["USA", "CHN"])) == 59 * 2
    assert np.nansum(counts.own_events(["USA", "CHN", "DEU"])) == 59 * 3
    assert np.nansum(counts.own_events(["USA", "CHN", "FRA", "DEU"])) == 59 * 9
    assert (counts.own_events(["USA"]) == 0).all()


class TestNotReported:
    """An origin that codes violence alone is not silent of cooperation: it does not speak of it."""

    def counts(self, origin: str) -> Any:
        rows = world(FIRST, 120, 6, target="CHN", source="USA", cameo="190", quad=4, origin=origin)
        answers = world(FIRST, 1, 1, start=9999, target="USA", source="CHN", origin=origin)
        return panel(table([*rows, *answers]), ["USA", "CHN"])

    def test_violence_is_counted_and_cooperation_is_null(self) -> None:
        counts = self.counts("ucdp")
        assert np.nansum(counts.series("USA", "CHN", "material_conflict").values) == 6 * 120
        assert np.nansum(counts.series("USA", "CHN", "root19").values) == 6 * 120
        for measure in ("cooperation", "verbal_conflict", "net_cooperation", "conflict"):
            assert np.isnan(counts.series("USA", "CHN", measure).values).all(), measure
        assert np.isnan(counts.series("USA", "CHN", "root04").values).all()

    def test_other_origins_keep_their_zeros(self) -> None:
        counts = self.counts("icews")
        assert (counts.series("USA", "CHN", "cooperation").values == 0).all()
        assert (counts.series("USA", "CHN", "root01").values == 0).all()

    def test_labels_of_plover_lack_statements_and_appeals_alone(self) -> None:
        counts = self.counts("polecat")
        assert np.isnan(counts.series("USA", "CHN", "root02").values).all()
        assert (counts.series("USA", "CHN", "cooperation").values == 0).all()


class TestMistypedYears:
    FAR = (dt.date(2071, 5, 3), dt.date(1920, 1, 2))

    def test_they_open_no_span(self) -> None:
        strays = [event(n, date=day) for n, day in enumerate(self.FAR)]
        feed = table([*steady(40), event(9, date=FIRST), *strays])
        built = panel(feed, PARTIES)
        assert built.dates()[[0, -1]].tolist() == [dt.date(2018, 1, 1), dt.date(2018, 2, 1)]
        assert reach(feed) == {"icews": (FIRST, FIRST + dt.timedelta(39))}
        assert days_covered_by(feed)["icews"].size == 40

    def test_a_second_era_of_the_data_is_no_mistake(self) -> None:
        later = [{**row, "date": row["date"] + dt.timedelta(3000)} for row in steady(40)]
        feed = table([*steady(40), *later])
        assert reach(feed) == {"icews": (FIRST, FIRST + dt.timedelta(3039))}

    def test_a_chronicle_of_a_few_acts_a_decade_is_whole(self) -> None:
        feed = table([event(n, date=dt.date(1990 + 4 * n, 1, 1)) for n in range(6)])
        assert reach(feed) == {"icews": (dt.date(1990, 1, 1), dt.date(2010, 1, 1))}


@given(
    day=st.dates(dt.date(1800, 1, 1), dt.date(2100, 1, 1)),
    span=st.integers(0, 900),
    every=st.sampled_from(EVERY),
)
def test_periods_agree_with_the_calendar(day: dt.date, span: int, every: Any) -> None:
    first, last = np.datetime64(day), np.datetime64(day) + span
    starts = grid(first, last, every)
    assert period_start(np.array([first]), every)[0] == np.datetime64(start_of(day, every))
    assert starts[0] <= first
    assert next_start(starts, every)[:-1].tolist() == starts[1:].tolist()
    assert starts[-1] <= last < next_start(starts[-1:], every)[0]


def test_the_cost_of_coverage_grows_with_the_days_and_not_with_their_square(tmp_path: Path) -> None:
    """Thirty years, all days compared with those around them: 15 s of processor as a square."""
    days = np.datetime64("1980-01-01") + np.repeat(np.arange(11_000), 6)
    count = len(days)
    rows = {
        "event_id": [f"x:{place}" for place in range(count)],
        "date": pa.array(days),
        "source": ["USA"] * count,
        "target": ["CHN"] * count,
        "origin": ["x"] * count,
    }
    path = tmp_path / "events.parquet"
    pq.write_table(pa.table({name: rows.get(name, pa.nulls(count)) for name in SCHEMA.names}), path)
    begun = time.process_time()
    covered = days_covered_by(path)
    assert len(covered["x"]) == 11_000
    assert time.process_time() - begun < 4


def test_real_icews_days_with_few_events_are_gaps(shared: Path, tmp_path: Path) -> None:
    """2018-10-06 has 198 events where its neighbours have thousands: a feed gap."""
    from detente.sources import ingest

    store = Store.open(tmp_path / "store", create=True)
    ingest("icews", [shared / "events" / "icews-daily" / "icews-events-201810.zip"], store)
    days = panel(store, PARTIES, "day", since=dt.date(2018, 10, 4)).table()
    covered = {row["date"]: bool(row["days_covered"]) for row in days.to_pylist()}
    assert [day.day for day, yes in covered.items() if day.month == 10 and not yes] == [6]
