"""Stored events give way to revised ones, or go, in one step."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from detente.errors import ReadError, StoreError
from detente.events.filters import Filter
from detente.events.store import Appended, IngestedFile, Replace, Store, connect
from detente.relations.counting import panel
from detente.sources import ReadingReport, ingest
from event_tables import event, table

YEAR_2020 = Replace(since=dt.date(2020, 1, 1), until=dt.date(2020, 12, 31))
SAME_NUMBER = Replace(same_number=True)
MAPPING = {"date": "day", "source": "a", "target": "b", "cameo": "code", "id": "id",
           "origin": "acled"}  # fmt: skip
LIMITS = {"whole": None, "limited": Filter("acled", ("CHN", "USA"))}


def row(number: int | str, day: dt.date = dt.date(2020, 5, 1), **given: Any) -> dict[str, Any]:
    """One event of ACLED."""
    return event(0, origin="acled", date=day) | {"event_id": f"acled:{number}"} | given


def add(
    store: Store,
    rows: Sequence[dict[str, Any]],
    key: str = "k",
    instead: Replace | None = None,
    keep: Filter | None = None,
) -> Appended:
    """Append rows under a file's key."""
    with connect() as con, store.writer() as writer:
        con.register("given", table(rows))
        file = IngestedFile("acled", key, f"{key}.csv", len(rows))
        return writer.append(con, "given", [file], keep=keep, instead=instead)


def held(store: Store) -> list[tuple[str, str, str]]:
    """Number, day and code of every event of the world, in order."""
    query = store.source()
    with connect() as con:
        rows = con.sql(query.sql, params=query.params).to_arrow_table().to_pylist()
    return sorted((r["event_id"].removeprefix("acled:"), str(r["date"]), r["cameo"]) for r in rows)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


@pytest.mark.parametrize("name", LIMITS)
class TestReplacing:
    """Of a store of everything and of a limited one alike."""

    def test_a_year(self, store: Store, name: str) -> None:
        keep = LIMITS[name]
        days = [
            dt.date(2019, 12, 31),
            dt.date(2020, 1, 1),
            dt.date(2020, 12, 31),
            dt.date(2021, 1, 1),
        ]
        sides = ["CHN", "FRA"]
        rows = [row(f"{n}{side}", day, target=side) for n, day in enumerate(days) for side in sides]
        add(store, rows, "old", keep=keep)
        new = [row("1CHN", days[1], cameo="190"), row("9FRA", days[2], target="FRA")]
        done = add(store, new, "new", YEAR_2020, keep)
        assert (done.rows, done.removed, done.already_stored) == (2, 4, 0)
        assert held(store) == [
            ("0CHN", "2019-12-31", "042"), ("0FRA", "2019-12-31", "042"),
            ("1CHN", "2020-01-01", "190"), ("3CHN", "2021-01-01", "042"),
            ("3FRA", "2021-01-01", "042"), ("9FRA", "2020-12-31", "042"),
        ]  # fmt: skip
        assert [(file.key, file.removed) for file in store.files()] == [("old", 0), ("new", 4)]

    def test_days_of_publication(self, store: Store, name: str) -> None:
        first, second = dt.date(2020, 5, 1), dt.date(2020, 5, 2)
        rows = [
            row(1, first, published=first),
            row(2, first, published=second),
            row(3, second, published=second, target="FRA"),
            row(4, second),
        ]
        add(store, rows, "old", keep=LIMITS[name])
        new = [row(5, first, published=second)]
        assert add(store, new, "new", Replace(published=(second,)), LIMITS[name]).removed == 2
        assert [number for number, _, _ in held(store)] == ["1", "4", "5"]

    def test_numbers(self, store: Store, name: str) -> None:
        """Whatever their day; a number that another begins with is another."""
        add(
            store,
            [row(n, target=side) for n in (1, 2, 12) for side in ("CHN",)],
            "a",
            None,
            LIMITS[name],
        )
        add(store, [row(3, target="FRA")], "b", None, LIMITS[name])
        new = [row(1, dt.date(2020, 7, 9)), row(3, target="FRA", cameo="190"), row(4)]
        done = add(store, new, "c", SAME_NUMBER, LIMITS[name])
        assert (done.rows, done.removed) == (3, 2)
        assert held(store) == [
            ("1", "2020-07-09", "042"), ("12", "2020-05-01", "042"), ("2", "2020-05-01", "042"),
            ("3", "2020-05-01", "190"), ("4", "2020-05-01", "042"),
        ]  # fmt: skip

    def test_rows_that_become_several_events(self, store: Store, name: str) -> None:
        rows = [row("1:CHN-USA"), row("1:USA-CHN"), row("10:USA-CHN"), row("2", target="FRA")]
        add(store, rows, "a", None, LIMITS[name])
        add(store, [row("1:USA-RUS", target="RUS")], "b", SAME_NUMBER, LIMITS[name])
        assert [number for number, _, _ in held(store)] == ["10:USA-CHN", "1:USA-RUS", "2"]

    def test_deletion(self, store: Store, name: str) -> None:
        rows = [
            row(n, target=side) for n, side in ((1, "CHN"), (2, "FRA"), (12, "FRA"), (3, "CHN"))
        ]
        add(store, rows, "a", None, LIMITS[name])
        with connect() as con, store.writer() as writer:
            assert writer.delete(con, "acled", ["1", "2", "77"], "deleted of 2020-06-01") == 2
            assert writer.delete(con, "acled", ["1", "2", "77"], "once more") == 0
            assert writer.delete(con, "acled", [], "nothing") == 0
            assert writer.delete(con, "gdelt1", ["3"], "another origin") == 0
        assert [number for number, _, _ in held(store)] == ["12", "3"]
        assert [(f.path, f.rows_kept, f.removed) for f in store.files()] == [
            ("a.csv", 4, 0), ("deleted of 2020-06-01", 0, 2)
        ]  # fmt: skip
        assert Store.check(store.path) == ()


def test_other_origins_stay(store: Store) -> None:
    add(store, [row(1), event(1)], "a")
    add(store, [row(2)], "b", YEAR_2020)
    assert {item.origin: item.rows for item in store.summary()} == {"acled": 1, "icews": 1}


def test_the_same_again_changes_nothing(store: Store) -> None:
    rows = [row(n, dt.date(2020, 1 + n % 12, 5)) for n in range(60)]
    add(store, rows, "a")
    before = held(store)
    assert add(store, rows, "a", YEAR_2020).removed == 60
    assert held(store) == before
    with store.writer():
        pass
    assert Store.check(store.path) == ()
    assert len(list(store.path.rglob("*.parquet"))) == len(store.manifest().parts)


def test_a_damaged_part_is_not_rewritten(store: Store) -> None:
    add(store, [row(n) for n in range(50)], "a")
    file = next(store.path.rglob("*.parquet"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(StoreError, match="does not fit its checksum"):
        add(store, [row(99)], "b", YEAR_2020)
    assert [file.key for file in store.files()] == ["a"]


class TestSafety:
    """Readers see the old events or the new ones, whatever happens while replacing."""

    def test_every_step_leaves_before_or_after(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = [row(n, dt.date(2020, 1 + n % 2, 5), target=["CHN", "FRA"][n % 2]) for n in range(8)]
        keep = LIMITS["limited"]
        add(store, rows, "a", None, keep)
        before = held(store)
        after = held(store)[:0]
        real, outcomes = os.fsync, []
        for steps in range(100):
            left = steps

            def fsync(handle: int) -> None:
                nonlocal left
                if not left:
                    raise KeyboardInterrupt
                left -= 1
                real(handle)

            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", fsync)
                try:
                    add(store, [row(n, cameo="190") for n in (1, 2)], "b", SAME_NUMBER, keep)
                except KeyboardInterrupt:
                    outcomes.append(held(store))
                else:
                    after = held(store)
                    break
        assert len(outcomes) > 8
        assert all(outcome in (before, after) for outcome in outcomes)
        assert len(after) == 8
        assert sum(code == "190" for *_, code in after) == 2
        with store.writer():
            pass
        assert Store.check(store.path) == ()

    @pytest.mark.parametrize("delay", [0.0, 0.03, 0.1])
    def test_kill_9_while_replacing(self, store: Store, delay: float) -> None:
        """Each commit replaces a thousand events by a thousand others of one code."""
        code = textwrap.dedent("""
            import sys
            from detente.events.filters import Filter
            from detente.events.schema import COLUMNS
            from detente.events.store import IngestedFile, Replace, Store, connect
            store = Store.open(sys.argv[1])
            keep = Filter("x", ("CHN", "USA"))
            given = {"event_id": "'x:' || i", "cameo": "$code", "origin": "'x'",
                     "date": "DATE '2018-10-01' + (i % 90)::INTEGER", "source": "'USA'",
                     "target": "CASE WHEN i % 3 = 0 THEN 'CHN' ELSE 'FRA' END"}
            select = ", ".join(f"{given.get(name, 'NULL')} AS {name}" for name in COLUMNS)
            with connect() as con, store.writer() as writer:
                for batch in range(10_000):
                    con.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT {select}"
                                " FROM range(1000) r(i)", {"code": f"{batch:04d}"})
                    file = IngestedFile("x", str(batch), "f", 1000)
                    writer.append(con, "t", [file], keep=keep,
                                  instead=Replace(same_number=True))
                    print(batch, flush=True)
        """)
        with subprocess.Popen(
            [sys.executable, "-c", code, store.path], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()
            child.stdout.readline()
            time.sleep(delay)
            child.send_signal(signal.SIGKILL)
        rows = held(store)
        committed = len(store.files())
        assert committed >= 2
        assert {code for *_, code in rows} == {f"{committed - 1:04d}"}
        assert len({number for number, *_ in rows}) == len(rows) == 1000
        assert store.summary()[0].rows == 334
        with store.writer():
            pass
        assert Store.check(store.path) == ()

    def test_a_repair_brings_nothing_back(self, store: Store) -> None:
        add(store, [row(n) for n in range(40)], "a")
        add(store, [row(n, cameo="190") for n in range(30)], "b", YEAR_2020)
        Store.repair(store.path)
        assert {code for *_, code in held(store)} == {"190"}
        assert len(held(store)) == 30


class TestIngest:
    """`ingest` with `replace`: all files in one step, or nothing."""

    def file(self, folder: Path, name: str, *lines: str) -> Path:
        path = folder / name
        path.write_text("id,day,a,b,code\n" + "\n".join(lines) + "\n")
        return path

    def read(self, store: Store, *files: Path, **given: Any) -> ReadingReport:
        return ingest("csv", files, store, mapping=MAPPING, **given)

    def test_there_and_back(self, store: Store, tmp_path: Path) -> None:
        old = self.file(tmp_path, "a.csv", "1,2020-01-01,USA,CHN,190", "2,2020-06-01,USA,FRA,190")
        new = [
            self.file(tmp_path, "b.csv", "1,2020-01-01,USA,CHN,042"),
            self.file(tmp_path, "c.csv", "3,2020-12-31,USA,FRA,042", "4,2021-01-01,USA,CHN,042"),
        ]
        given = {"parties": ["USA", "CHN"]}
        self.read(store, old, **given)
        report = self.read(store, *new, replace=YEAR_2020, **given)
        assert (report.events_stored, report.events_removed, report.events_outlined) == (3, 2, 1)
        assert [number for number, *_ in held(store)] == ["1", "3", "4"]
        back = self.read(store, old, replace=YEAR_2020, **given)
        assert (back.events_stored, back.events_removed) == (2, 2)
        assert held(store) == [
            ("1", "2020-01-01", "190"), ("2", "2020-06-01", "190"), ("4", "2021-01-01", "042")
        ]  # fmt: skip
        assert panel(store, ["USA", "CHN"], "year").table()["total"].to_pylist()[:1] == [0]
        again = self.read(store, old, **given)
        assert [file.status for file in again.files] == ["skipped"]

    def test_later_rows_win(self, store: Store, tmp_path: Path) -> None:
        self.read(store, self.file(tmp_path, "a.csv", "7,2020-01-01,USA,CHN,190"))
        revised = self.file(tmp_path, "b.csv", "7,2020-01-03,USA,CHN,042")
        assert self.read(store, revised).events_stored == 1  # another day, another event
        assert len(held(store)) == 2
        self.read(store, revised, replace=SAME_NUMBER)
        assert held(store) == [("7", "2020-01-03", "042")]

    @pytest.mark.parametrize("fault", ["bad", "empty"])
    def test_nothing_gives_way_to_what_cannot_be_read(
        self, store: Store, tmp_path: Path, fault: str
    ) -> None:
        self.read(store, self.file(tmp_path, "a.csv", "1,2020-01-01,USA,CHN,190"))
        files = [self.file(tmp_path, "c.csv", "3,2020-12-31,USA,FRA,xxx")]
        if fault == "bad":
            files = [
                self.file(tmp_path, "b.csv", "2,2020-02-01,USA,CHN,042"),
                tmp_path / "d.csv.gz",
            ]
            files[1].write_bytes(b"\x1f\x8b" + bytes(50))
        before = store.manifest()
        with pytest.raises(ReadError, match="No stored events were replaced"):
            self.read(store, *files, replace=YEAR_2020)
        assert store.manifest() == before

    def test_by_number_a_page_without_rows_replaces_nothing(
        self, store: Store, tmp_path: Path
    ) -> None:
        self.read(store, self.file(tmp_path, "a.csv", "1,2020-01-01,USA,CHN,190"))
        empty = self.file(tmp_path, "b.csv", "2,2020-01-01,USA,CHN,xxx")
        report = self.read(store, empty, replace=SAME_NUMBER)
        assert (report.rows_read, report.events_stored, report.events_removed) == (1, 0, 0)
        assert [number for number, *_ in held(store)] == ["1"]
