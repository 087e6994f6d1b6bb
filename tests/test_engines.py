"""The same counts on every engine: DuckDB, a master with two workers, a server of Spark Connect.

Spark takes minutes, so these run by `make engines` alone.
"""

from __future__ import annotations

import datetime as dt
import gzip
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detente import cli
from detente.asks.movers.movers import movers
from detente.errors import DetenteError, InputError
from detente.events.engine import Bounds, engine
from detente.events.inputs import LakeEvents
from detente.events.spark import running
from detente.events.store import Store
from detente.relations.counting import covered_days, origins_of, panel, reach
from detente.sources import ingest
from detente.sources.lake import open_lake
from detente.study.actions import EVENT_DAYS
from detente.study.data import open_data
from detente.study.load import load
from lake_rows import NAMES, good, row, text, two_years, write_lake

pytestmark = pytest.mark.skipif(
    "DETENTE_ENGINES" not in os.environ, reason="Spark takes minutes: make engines runs these"
)

STATES = ["USA", "CHN", "RUS", "PRK"]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with everything odd in it; signs in its name mean other files to careless readers."""
    return write_lake(tmp_path_factory.mktemp("lake [a]*{b,c} é"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, lake: Path) -> Store:
    """The events of the lake, ingested, some of them in outline."""
    held = Store.open(tmp_path_factory.mktemp("store [1]") / "events", create=True)
    ingest("gdelt2", [lake], held, parties=STATES)
    return held


@pytest.fixture(scope="module", params=["cluster", "connect"])
def spark(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a Spark."""
    from detente.events.spark import session
    from spark_cluster import cluster, connect_server

    folder = tmp_path_factory.mktemp("spark")
    with ExitStack() as stack:
        if request.param == "cluster":
            address = stack.enter_context(cluster(folder)).address
        else:
            address = stack.enter_context(connect_server(folder))
        stack.callback(session.close)
        session.session(address).conf.set("spark.sql.shuffle.partitions", "4")
        yield address


def same_panel(events: Any, address: str, **options: Any) -> None:
    here = panel(events, STATES, **options)
    there = panel(events, STATES, engine=address, **options)
    assert there.table().equals(here.table())


def counts_of(report: Any) -> dict[str, Any]:
    return {
        "read": report.rows_read,
        "kept": report.rows_kept,
        "stored": report.events_stored,
        "repeated": (report.repeated, report.repeated_otherwise),
        "rejected": {item.reason: item.count for item in report.rejected},
        "repaired": dict(report.repaired),
        "noted": dict(report.noted),
        "left out": len(report.left_out),
    }


def same_lake(place: str, address: str, here: str | None = None) -> dict[str, Any]:
    """That a lake gives the same report and the same panel here and there; gives the report."""
    with open_lake("gdelt2", here or place) as lake:
        counts, counted = counts_of(lake.report), panel(lake.events, STATES).table()
    with open_lake("gdelt2", place, engine=address) as lake:
        assert counts_of(lake.report) == counts
        assert panel(lake.events, STATES, engine=address).table().equals(counted)
    return counts


class TestTheSameCounts:
    @pytest.mark.parametrize("every", ["day", "month"])
    def test_of_a_store(self, spark: str, store: Store, every: str) -> None:
        same_panel(store, spark, every=every)

    def test_of_a_part_of_it(self, spark: str, store: Store) -> None:
        since, until = dt.date(2017, 6, 10), dt.date(2017, 6, 20)
        same_panel(
            store, spark, since=since, until=until, origin="gdelt2", known_by=dt.date(2017, 7, 1)
        )

    def test_of_days_and_reach(self, spark: str, store: Store) -> None:
        assert reach(store, engine=spark) == reach(store)
        here, there = covered_days(store), covered_days(store, engine=spark)
        assert {name: list(days) for name, days in there.items()} == {
            name: list(days) for name, days in here.items()
        }

    def test_of_a_table_in_memory(self, spark: str, store: Store) -> None:
        same_panel(store.events(), spark, every="year")
        assert covered_days(store.events().slice(0, 0), engine=spark) == {}

    def test_of_a_parquet_file(self, spark: str, store: Store, tmp_path: Path) -> None:
        file = tmp_path / "a [b].parquet"
        pq.write_table(store.events(), file)
        same_panel(file, spark)

    def test_of_no_events(self, spark: str, tmp_path: Path) -> None:
        assert reach(Store.open(tmp_path / "empty", create=True), engine=spark) == {}

    def test_lists_that_are_empty_long_or_hostile(self, spark: str, store: Store) -> None:
        statement = "SELECT count(*) AS n FROM ({events}) WHERE source IN (SELECT unnest($names))"
        names = ["USA", "x'); DROP TABLE events; --", "\\", '"', "${x}", *map(str, range(3000))]
        for given in ([], names):
            params = {"names": given}
            here = engine("duckdb").select(statement, store, params, Bounds())
            assert engine(spark).select(statement, store, params, Bounds()).equals(here)

    def test_of_a_study(self, spark: str, lake: Path, tmp_path: Path) -> None:
        held = Store.open(tmp_path / "events", create=True)
        ingest("gdelt2", [lake], held)
        here = open_data(load("korea"), store=held)
        there = open_data(load("korea"), store=held, engine=spark)
        assert here.events
        assert there.events
        assert there.as_of == here.as_of
        assert there.events.by("month").table().equals(here.events.by("month").table())
        assert there.facts_of("missile-tests") == here.facts_of("missile-tests")

    def test_by_the_command(
        self, spark: str, store: Store, capfd: pytest.CaptureFixture[str]
    ) -> None:
        asked = ["panel", "--store", str(store.path), "--parties", "USA,CHN", "--json"]
        assert cli.run(asked) == 0
        here = capfd.readouterr()
        assert cli.run([*asked, "--engine", spark]) == 0
        assert capfd.readouterr() == here  # nor a word of Spark's own


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of two years."""
    place = tmp_path_factory.mktemp("years")
    (place / "20161231000000.export.CSV").write_bytes(text(two_years()))
    return place


@pytest.fixture(scope="module")
def here_and_there(spark: str, years: Path) -> Iterator[tuple[LakeEvents, LakeEvents]]:
    """The events of these years as DuckDB and as Spark read them."""
    place = str(years)
    with open_lake("gdelt2", place) as here, open_lake("gdelt2", place, engine=spark) as there:
        yield here.events, there.events


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory, years: Path) -> Store:
    """The same events in a store."""
    held = Store.open(tmp_path_factory.mktemp("years") / "events", create=True)
    ingest("gdelt2", [years], held)
    return held


def moved(events: Any, address: str) -> dict[str, Any]:
    """All that movers finds by an engine, to the last digit."""
    result = movers(events, since=dt.date(2016, 1, 1), engine=address)
    assert result.named.any()
    signs = result.signs
    arrays = (
        result.world.counts, result.attention, result.named,
        signs.estimate, signs.low, signs.high, signs.wrong, signs.risen, signs.rate,
    )  # fmt: skip
    return {
        "pairs": result.world.pairs,
        "digits": [values.tobytes() for values in arrays],
        "acts": result.acts,
    }


def test_movers_are_the_same_to_the_digit(
    spark: str,
    ingested: Store,
    here_and_there: tuple[LakeEvents, LakeEvents],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "PORTION", 4)  # so that each worker has several to do
    here, there = here_and_there
    assert moved(ingested, spark) == moved(ingested, "duckdb")
    assert moved(there, spark) == moved(here, "duckdb")


def test_a_study_of_a_lake_is_that_of_a_store(
    spark: str, ingested: Store, here_and_there: tuple[LakeEvents, LakeEvents]
) -> None:
    of_store, here, there = (
        open_data(load("korea"), store=events, engine=address)
        for events, address in zip(
            (ingested, *here_and_there), ("duckdb", "duckdb", spark), strict=True
        )
    )
    assert of_store.events
    assert here.events
    assert there.events
    assert there.as_of == of_store.as_of
    counted = of_store.events.by("month").table()
    assert there.events.by("month").table().equals(counted)
    assert here.events.by("month").table().equals(counted)
    assert there.events.fingerprint == here.events.fingerprint
    assert origins_of(there.events.store, engine=spark) == origins_of(here.events.store)


def test_days_of_acts_are_the_same(
    spark: str, here_and_there: tuple[LakeEvents, LakeEvents]
) -> None:
    unused = ("targets", "between", "actors", "roles", "exclude_actors", "exclude_roles")
    params: dict[str, Any] = {"sources": ["PRK"], "cameo": ["19", "057"]}
    params |= {name: [] for name in unused}
    here, there = here_and_there
    counted = engine("duckdb").select(EVENT_DAYS, here, params, Bounds())
    assert counted.num_rows > 100
    assert engine(spark).select(EVENT_DAYS, there, params, Bounds()).equals(counted)


class TestALake:
    def test_of_exports_of_all_kinds(self, spark: str, lake: Path) -> None:
        counts = same_lake(str(lake), spark)
        assert len(counts["rejected"]) == 6
        assert min(counts["repeated"]) > 0

    def test_of_parquet_by_day(self, spark: str, tmp_path: Path) -> None:
        for day in ("2017-07-01", "2017-07-02"):
            (tmp_path / f"day={day}").mkdir()
            rows = [
                line.split("\t") for line in good(50, seed=int(day[-1]), start=int(day[-1]) * 50)
            ]
            columns = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
            table = pa.table(columns)
            for name in ("GLOBALEVENTID", "SQLDATE", "EventCode", "DATEADDED"):
                at = table.column_names.index(name)
                table = table.set_column(at, name, table[name].cast(pa.int64()))
            pq.write_table(table, tmp_path / f"day={day}" / "part-0.snappy.parquet")
        counts = same_lake(str(tmp_path), spark)
        assert counts["read"] == 100
        assert counts["repaired"]["leading zero of the CAMEO code restored"] > 0

    def test_of_a_table(self, spark: str, lake: Path) -> None:
        from detente.events.spark import session

        rows = [line.split("\t") for line in good(60)]
        columns = zip(NAMES, zip(*rows, strict=True), strict=True)
        frame = session.session(spark).createDataFrame(pa.table(dict(columns)))
        frame.createOrReplaceTempView("exports")
        with open_lake("gdelt2", "exports", engine=spark) as opened:
            assert opened.report.rows_kept == 60
            assert panel(opened.events, STATES, engine=spark).table().num_rows == 12

    def test_of_nothing(self, spark: str, tmp_path: Path) -> None:
        for place in (str(tmp_path), str(tmp_path / "none"), "no_such.table"):
            with pytest.raises(DetenteError), open_lake("gdelt2", place, engine=spark):
                pass

    def test_a_query_that_fails_names_its_stage(self, spark: str, tmp_path: Path) -> None:
        whole = gzip.compress(text(good(2000)))
        (tmp_path / "20170701000000.export.CSV.gz").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError) as caught, open_lake("gdelt2", str(tmp_path), engine=spark):
            pass
        assert spark.startswith("sc://") or "In stage" in caught.value.found
        assert "20170701000000.export.CSV.gz" in caught.value.found
        assert caught.value.next_step == "Mend or remove this file."


def test_a_lost_worker_costs_time_and_no_rows(
    tmp_path: Path, ingested: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two workers is killed with its work half done; one finds what two had found."""
    from detente.events.spark import session
    from spark_cluster import cluster

    monkeypatch.setattr(running, "PORTION", 4)
    for day in range(30):
        rows = good(4000, seed=day, start=day * 4000)
        (tmp_path / f"201707{day + 1:02d}000000.export.CSV").write_bytes(text(rows))
    here = moved(ingested, "duckdb")
    with cluster(tmp_path) as started:
        opened = session.session(started.address)
        opened.conf.set("spark.sql.shuffle.partitions", "4")
        opened.conf.set("spark.sql.files.openCostInBytes", "0")
        opened.conf.set("spark.sql.files.maxPartitionBytes", "1m")
        assert moved(ingested, started.address) == here
        killer = threading.Thread(target=kill_when_busy, args=(started, opened), daemon=True)
        killer.start()
        try:
            same_lake(str(tmp_path), started.address)
            killer.join(60)
            assert started.workers[0].poll() is not None
            assert moved(ingested, started.address) == here
        finally:
            session.close()


def kill_when_busy(started: Any, opened: Any) -> None:
    """Kill a worker as soon as some tasks of a stage with many of them are done."""
    status = opened.sparkContext.statusTracker()
    while started.workers[0].poll() is None:
        stages = [status.getStageInfo(number) for number in status.getActiveStageIds()]
        if any(stage and stage.numTasks > 8 and stage.numCompletedTasks > 1 for stage in stages):
            started.kill(0)
        time.sleep(0.02)


def test_rows_of_one_number_on_two_days_stay_two(tmp_path: Path) -> None:
    """The lake that the tests read does tell of events twice, and of more than those."""
    (tmp_path / "20170701000000.export.CSV").write_bytes(
        text([row(1, SQLDATE="20170601"), row(1, SQLDATE="20170602"), row(1, SQLDATE="20170602")])
    )
    with open_lake("gdelt2", str(tmp_path)) as opened:
        assert (opened.report.events_stored, opened.report.repeated) == (2, 1)
