"""The event store: what is stored once is there once, whatever happens while writing."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import duckdb
import filelock
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import StoreError, UsageError
from detente.events import _manifest, _writer
from detente.events.inputs import query_events
from detente.events.schema import COLUMNS, SCHEMA
from detente.events.store import Appended, IngestedFile, Store, connect
from event_tables import DAY, event, table


def add(store: Store, rows: pa.Table, key: str = "k") -> Appended:
    """Append a table under a file's key."""
    with connect() as con, store.writer() as writer:
        con.register("given", rows)
        file = IngestedFile("icews", key, f"{key}.tab", rows.num_rows)
        return writer.append(con, "given", [file])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


def snapshot(store: Store) -> dict[str, bytes]:
    """Every file of the store that decides what readers see."""
    held = [*store.path.rglob("*.parquet"), store.path / _manifest.MANIFEST]
    return {str(path): path.read_bytes() for path in held}


def test_what_is_stored_comes_back_unchanged(store: Store) -> None:
    rows = table(
        [
            event(1, source_actor="Déby, Idriss", latitude=-33.5, reference="a\tb"),
            event(2, date=dt.date(1979, 4, 15), source=None, quad=None, goldstein=None),
            event(3, date=dt.date(2018, 11, 1), published=dt.date(2018, 11, 2), mentions=7),
        ]
    )
    assert add(store, rows) == Appended(3, 0, 0)
    stored = store.events()
    assert stored.schema.equals(SCHEMA)
    assert stored.equals(rows.sort_by([("date", "ascending"), ("event_id", "ascending")]))


def test_a_file_ingested_twice_is_stored_once(store: Store) -> None:
    rows = table(event(n) for n in range(50))
    add(store, rows)
    before = store.events()
    assert add(store, rows) == Appended(0, 50, 0)
    assert store.events().equals(before)
    assert [file.key for file in store.files()] == ["k"]


def test_repeats_within_a_table_are_counted_alike_and_otherwise(store: Store) -> None:
    rows = [event(1, cameo="010"), event(2), event(1, cameo="190"), event(1, cameo="190")]
    assert add(store, table(rows)) == Appended(2, 0, 1, 1)
    assert store.events()["cameo"].to_pylist() == ["010", "042"]


@pytest.mark.parametrize("order", [1, -1])
def test_which_of_two_twins_is_stored_does_not_depend_on_their_order(
    store: Store, order: int
) -> None:
    add(store, table([event(1, cameo="190"), event(1, cameo="010")][::order]))
    assert store.events()["cameo"].to_pylist() == ["010"]


def test_one_number_on_two_days_is_two_events(store: Store) -> None:
    """ICEWS gave 145,312 numbers twice: number and day together are the key."""
    rows = [event(1, date=dt.date(2013, 11, 12)), event(1, date=dt.date(2014, 1, 1), cameo="173")]
    assert add(store, table(rows)) == Appended(2, 0, 0)
    assert add(store, table([*rows, event(2)]), "later") == Appended(1, 2, 0)
    assert store.events()["cameo"].to_pylist() == ["042", "173", "042"]


@settings(max_examples=25, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 40), st.integers(0, 90)), max_size=30), max_size=5
    )
)
def test_any_sequence_of_appends_holds_each_id_and_day_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[int, int]]]
) -> None:
    store = Store.open(tmp_path_factory.mktemp("any") / "store", create=True)
    expected: set[tuple[str, dt.date]] = set()
    for number, batch in enumerate(batches):
        rows = [event(n, date=DAY + dt.timedelta(shift)) for n, shift in batch]
        counts = add(store, table(rows), str(number))
        fresh = {(row["event_id"], row["date"]) for row in rows} - expected
        assert counts.rows == len(fresh)
        assert counts.rows + counts.already_stored + counts.repeated == len(rows)
        expected |= fresh
    stored = store.events()
    pairs = zip(stored["event_id"].to_pylist(), stored["date"].to_pylist(), strict=True)
    assert sorted(pairs) == sorted(expected)
    assert sum(item.rows for item in store.summary()) == len(expected)


def test_filters_agree_with_python(store: Store) -> None:
    rows = [
        event(
            n,
            date=DAY + dt.timedelta(n % 70),
            source=["USA", "CHN", None][n % 3],
            target=["CHN", "USA"][n % 2],
            cameo=["042", "0421", "190", "04"][n % 4],
            quad=n % 4 + 1,
            origin=["icews", "gdelt2"][n % 2],
        )
        for n in range(300)
    ]
    add(store, table(rows))
    since, until = dt.date(2018, 10, 20), dt.date(2018, 11, 20)
    stored = store.events(
        source="USA", target="CHN", since=since, until=until, cameo="04", origin="icews"
    )
    expected = {
        row["event_id"]
        for row in rows
        if row["source"] == "USA"
        and row["target"] == "CHN"
        and since <= row["date"] <= until
        and row["cameo"].startswith("04")
        and row["origin"] == "icews"
    }
    assert expected
    assert set(stored["event_id"].to_pylist()) == expected
    assert store.events(quad=4)["quad"].unique().to_pylist() == [4]
    assert store.events(limit=7).num_rows == 7
    assert store.events(cameo="19' OR true --").num_rows == 0
    with pytest.raises(UsageError):
        store.events(quad=5)


def test_a_date_range_and_an_origin_read_only_their_parts(store: Store) -> None:
    rows = [event(n, date=dt.date(2018, 1 + n % 12, 5)) for n in range(120)]
    add(store, table([*rows, *(row | {"origin": "gdelt2", "event_id": f"g:{n}"}
                               for n, row in enumerate(rows))]))  # fmt: skip
    whole = store.source().params["files"]
    june = store.source(origin="icews", since=dt.date(2018, 6, 1), until=dt.date(2018, 6, 30))
    assert len(whole) == 24
    assert len(june.params["files"]) == 1
    assert store.source(since=dt.date(2030, 1, 1)).params.keys() == {"since"}
    with connect() as con:
        assert store.relation(con, until=dt.date(2018, 2, 28)).aggregate("count(*)").fetchall() == [
            (40,)
        ]


def test_strange_folder_and_origin_names_stay_inside_the_store(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "it's [1] * odd?" / "süd", create=True)
    add(store, table([event(1, origin="../up"), event(2, origin="a b/c'"), event(3)]))
    assert store.events().num_rows == 3
    assert {path.name for path in tmp_path.iterdir()} == {"it's [1] * odd?"}
    assert [item.origin for item in store.summary()] == ["../up", "a b/c'", "icews"]


def test_many_small_parts_are_merged_and_nothing_is_lost(store: Store) -> None:
    for number in range(_writer.MAX_SMALL_PARTS + 3):
        add(store, table([event(2 * number), event(2 * number + 1)]), str(number))
    assert len(store.manifest().parts) <= 3
    assert store.events().num_rows == 2 * (_writer.MAX_SMALL_PARTS + 3)
    assert add(store, table([event(0), event(10_000)]), "again") == Appended(1, 1, 0)
    parts = {part.path for part in store.manifest().parts}
    with store.writer():
        on_disk = {p.relative_to(store.path).as_posix() for p in store.path.rglob("*.parquet")}
    assert on_disk == parts


def test_required_values_and_files_are_checked_before_writing(store: Store) -> None:
    schema = pa.schema([field.with_nullable(True) for field in SCHEMA])
    rows = pa.Table.from_pylist([event(1), event(2) | {"date": None}], schema)
    with pytest.raises(StoreError, match="Rows that lack one of event_id, date"):
        add(store, rows)
    assert store.events().num_rows == 0


def test_the_ledger_knows_the_files_of_each_origin(store: Store) -> None:
    add(store, table([event(1)]), "ä")
    with store.writer() as writer:
        assert writer.known_files("icews") == {"ä"}
        assert writer.known_files("gdelt2") == set()
    assert store.files() == (IngestedFile("icews", "ä", "ä.tab", 1),)


def test_the_fingerprint_depends_on_the_data_alone(tmp_path: Path) -> None:
    prints = []
    for order in ("ab", "ba"):
        store = Store.open(tmp_path / order, create=True)
        for key in order:
            add(store, table([event(ord(key))]), key)
        prints.append(store.fingerprint())
    assert prints[0] == prints[1]
    add(store, table([event(3)]), "c")
    assert store.fingerprint() != prints[0]


def test_rows_in_any_order_make_the_same_part(tmp_path: Path) -> None:
    rows, prints = [event(number) for number in (3, 1, 4, 2)], []
    for name, order in (("a", rows), ("b", rows[::-1]), ("c", sorted(rows, key=str))):
        store = Store.open(tmp_path / name, create=True)
        add(store, table(order))
        prints.append(store.fingerprint())
    assert len(set(prints)) == 1


def test_the_fingerprint_changes_where_the_same_file_was_read_in_another_way(
    tmp_path: Path,
) -> None:
    prints = []
    for goldstein in (1.0, -1.0):
        store = Store.open(tmp_path / str(goldstein), create=True)
        add(store, table([event(1, goldstein=goldstein)]), "the same file")
        prints.append(store.fingerprint())
    assert prints[0] != prints[1]


def test_scratch_is_removed_with_the_writer_and_after_a_crash(store: Store) -> None:
    left = store.path / "scratch" / "dead"
    left.mkdir(parents=True)
    orphan = store.path / "events" / "origin=x" / "month=2018-10" / "orphan.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"half a file")
    with store.writer() as writer:
        scratch = writer.scratch()
        (scratch / "big").write_bytes(b"x")
        assert scratch.is_dir()
        assert not left.exists()
        assert not orphan.exists()
    assert not scratch.exists()


class TestRefusals:
    def test_a_second_writer(self, store: Store) -> None:
        with store.writer(), pytest.raises(StoreError, match="Another ingest is running"), \
                store.writer():  # fmt: skip
            pass
        with store.writer():
            pass

    def test_no_store(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="does not exist"):
            Store.open(tmp_path / "none")
        assert not (tmp_path / "none").exists()

    def test_a_folder_of_other_things(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.docx").touch()
        with pytest.raises(StoreError, match="already holds other things"):
            Store.open(tmp_path, create=True)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]

    def test_a_file_in_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "store").write_text("no folder")
        with pytest.raises(StoreError, match="could not be created"):
            Store.open(tmp_path / "store", create=True)

    def test_a_later_format(self, store: Store) -> None:
        path = store.path / _manifest.MANIFEST
        path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
        with pytest.raises(StoreError, match="format 99"):
            Store.open(store.path)

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}'])
    def test_a_damaged_manifest(self, store: Store, text: str) -> None:
        (store.path / _manifest.MANIFEST).write_text(text)
        with pytest.raises(StoreError, match="damaged"):
            Store.open(store.path)

    @pytest.mark.parametrize("damage", ["missing", "short"])
    def test_a_damaged_part(self, store: Store, damage: str) -> None:
        add(store, table([event(1)]))
        part = next(store.path.rglob("*.parquet"))
        part.unlink() if damage == "missing" else part.write_bytes(part.read_bytes()[:-5])
        with pytest.raises(StoreError, match=r"is missing|instead of"):
            store.events()

    @pytest.mark.parametrize(
        ("code", "advice"), [(errno.EACCES, "writable"), (errno.EROFS, "writable")]
    )
    def test_a_folder_that_cannot_be_written(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, code: int, advice: str
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
        with pytest.raises(StoreError, match=advice), store.writer():
            pass


class TestFailures:
    """Whatever fails while writing, readers see the store as it was."""

    @pytest.mark.parametrize("step", ["sync", "sha256_of", "prepare_manifest", "commit_manifest"])
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
    def test_a_full_or_failing_disk(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, step: str, code: int
    ) -> None:
        add(store, table([event(1)]))
        before = snapshot(store)

        def fail(*_: object) -> None:
            raise OSError(code, os.strerror(code))

        with monkeypatch.context() as patch:
            patch.setattr(_writer, step, fail)
            advice = "Free some space" if code == errno.ENOSPC else "Check the disk"
            with pytest.raises(StoreError, match=advice):
                add(store, table([event(2)]), "second")
        assert snapshot(store) == before
        assert add(store, table([event(2)]), "second").rows == 1

    def test_a_disk_that_fills_while_duckdb_writes(self, store: Store) -> None:
        add(store, table([event(1)]))
        before = snapshot(store)
        code = textwrap.dedent("""
            import resource, signal, sys
            from detente.events.store import Store, connect
            from detente.errors import StoreError
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
            store = Store.open(sys.argv[1])
            columns = ", ".join(f"NULL AS {name}" for name in ("published source target"
                " source_actor target_actor source_role target_role plover quad goldstein"
                " mentions latitude longitude").split())
            try:
                with connect() as con, store.writer() as writer:
                    con.execute(f"CREATE TABLE big AS SELECT 'x:' || i AS event_id,"
                        f" DATE '2018-10-01' AS date, '010' AS cameo, 'x' AS origin,"
                        f" md5(i::VARCHAR) AS reference, {columns} FROM range(100000) r(i)")
                    writer.append(con, "big", [])
            except StoreError as error:
                print(error)
                sys.exit(3)
        """)
        done = subprocess.run(
            [sys.executable, "-c", code, store.path], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (3, "")
        assert "could not be stored" in done.stdout
        assert "Nothing was changed" in done.stdout
        assert snapshot(store) == before

    @pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2])
    def test_kill_9_while_appending(self, store: Store, delay: float) -> None:
        """Each commit adds a thousand events; a killed writer leaves whole thousands."""
        code = textwrap.dedent("""
            import sys
            from detente.events.schema import COLUMNS
            from detente.events.store import IngestedFile, Store, connect
            store = Store.open(sys.argv[1])
            given = {"event_id": "'x:' || lpad((i + $from)::VARCHAR, 9, '0')", "cameo": "'010'",
                     "date": "DATE '2018-10-01' + (i % 90)::INTEGER", "origin": "'x'"}
            select = ", ".join(f"{given.get(name, 'NULL')} AS {name}" for name in COLUMNS)
            with connect() as con, store.writer() as writer:
                for batch in range(10_000):
                    con.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT {select}"
                                " FROM range(1000) r(i)", {"from": batch * 1000})
                    writer.append(con, "t", [IngestedFile("x", str(batch), "f", 1000)])
                    print(batch, flush=True)
        """)
        with subprocess.Popen(
            [sys.executable, "-c", code, store.path], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            child.stdout.readline()  # at least one batch is committed
            time.sleep(delay)
            child.send_signal(signal.SIGKILL)
        committed = len(store.files())
        assert committed >= 1
        stored = store.events()
        assert stored.num_rows == 1000 * committed
        assert len(set(stored["event_id"].to_pylist())) == stored.num_rows
        assert add(store, table([event(1)]), "after").rows == 1
        live = {store.path / part.path for part in store.manifest().parts}
        assert live <= set(store.path.rglob("*.parquet"))
        with store.writer():
            assert set(store.path.rglob("*.parquet")) == live

    def test_every_step_of_a_commit_leaves_before_or_after(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Stop at each call that touches the disk in turn, as a crash would."""
        add(store, table([event(1)]))
        real, outcomes, stopped = os.fsync, [], True
        while stopped:
            left = len(outcomes)

            def fsync(handle: int) -> None:
                nonlocal left
                if not left:
                    raise KeyboardInterrupt
                left -= 1
                real(handle)

            number = 100 + len(outcomes)
            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", fsync)
                try:
                    add(store, table([event(number)]), f"f{number}")
                    stopped = False
                except KeyboardInterrupt:
                    pass
            rows = store.events().num_rows
            assert rows == sum(file.rows_kept for file in store.files())
            outcomes.append(rows)
        assert len(outcomes) > 5
        assert outcomes[-1] > outcomes[0] == 1


class TestInputs:
    """A store, its folder, a table and a Parquet file are read alike."""

    def test_all_holders_agree(self, store: Store, tmp_path: Path) -> None:
        rows = table(event(n, date=DAY + dt.timedelta(n)) for n in range(40))
        add(store, rows)
        file = tmp_path / "events [1].parquet"
        pq.write_table(rows.select(list(reversed(COLUMNS))), file)
        for holder in (store, store.path, str(store.path), rows, file):
            with connect() as con:
                query = query_events(con, holder, since=dt.date(2018, 10, 11), origin="icews")
                relation = con.sql(query.sql + " ORDER BY event_id", params=query.params)
                assert relation.to_arrow_table().cast(SCHEMA).equals(rows.slice(10))

    def test_errors_name_what_is_wrong(self, tmp_path: Path) -> None:
        text = tmp_path / "x.parquet"
        text.write_text("not parquet")
        with connect() as con:
            with pytest.raises(StoreError, match="neither an event store nor a Parquet file"):
                query_events(con, tmp_path / "none")
            with pytest.raises(Exception, match="could not be read as Parquet"):
                query_events(con, text)
            with pytest.raises(Exception, match="columns event_id, published"):
                query_events(con, table([event(1)]).drop_columns(["event_id", "published"]))


def test_connections_never_reach_for_the_network() -> None:
    with connect() as con, pytest.raises(duckdb.Error):
        con.execute("SELECT * FROM read_csv('https://example.invalid/x.csv')")


def test_what_spills_has_a_folder_of_its_own_and_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folders = set()
    for _ in range(2):
        connection = connect("50MB", threads=1)
        query = "SELECT current_setting('temp_directory')"
        folders.add(connection.execute(query).fetchone()[0])  # type: ignore[index]
        connection.execute("CREATE TEMP TABLE t AS SELECT hash(range) AS x FROM range(3000000)")
        connection.execute("SELECT x FROM t ORDER BY x LIMIT 1 OFFSET 2900000").fetchone()
        connection.close()
    assert len(folders) == 2
    assert list(tmp_path.iterdir()) == []
