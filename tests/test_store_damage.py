"""A store that cannot lose: damage is told as what it is, and nothing stored is deleted."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import random
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.cli import run
from detente.errors import StoreError
from detente.events import _manifest, _parts, _writer
from detente.events.store import IngestedFile, Store, connect
from event_tables import DAY, event, table

ROWS = 300


def add(store: Store, numbers: range, key: str, **given: Any) -> None:
    """Append events under a file's key, spread over three months."""
    rows = table(event(n, **({"date": DAY + dt.timedelta(n % 90)} | given)) for n in numbers)
    with connect() as con, store.writer() as writer:
        con.register("given", rows)
        origin = given.get("origin", "icews")
        writer.append(con, "given", [IngestedFile(origin, key, f"{key}.tab", rows.num_rows)])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that no test touches."""
    held = Store.open(tmp_path_factory.mktemp("whole") / "store", create=True)
    add(held, range(ROWS // 2), "a")
    add(held, range(ROWS // 2, ROWS), "b")
    return held.path


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Store:
    """A copy of it."""
    return Store.open(shutil.copytree(whole, tmp_path / "store"))


def ids(store: Store) -> list[str]:
    return sorted(store.events()["event_id"].to_pylist())


def parts_on_disk(store: Store) -> dict[str, bytes]:
    return {
        path.relative_to(store.path).as_posix(): path.read_bytes()
        for path in store.path.rglob("*.parquet")
    }


def edit(store: Store, change: Callable[[dict[str, Any]], Any], *, signed: bool = True) -> None:
    """Change the manifest by hand; signed, so that only its sense can give it away."""
    path = store.path / "manifest.json"
    raw = json.loads(path.read_text())
    raw = change(raw) or raw
    if signed:
        raw["sha256"] = _manifest._checksum(raw)
    path.write_text(json.dumps(raw))


class TestALostManifest:
    @pytest.fixture(params=["deleted", "dangling link", "not copied"])
    def lost(self, store: Store, tmp_path: Path, request: pytest.FixtureRequest) -> Store:
        manifest = store.path / "manifest.json"
        if request.param == "not copied":
            copy = tmp_path / "copy"
            shutil.copytree(store.path / "events", copy / "events")
            return Store(copy)
        manifest.unlink()
        if request.param == "dangling link":
            manifest.symlink_to(tmp_path / "nowhere")
        return store

    def test_no_ingest_deletes_what_is_stored(self, lost: Store) -> None:
        before = parts_on_disk(lost)
        for attempt in (
            lambda: Store.open(lost.path),
            lambda: Store.open(lost.path, create=True),
            lambda: add(lost, range(5), "c"),
        ):
            with pytest.raises(StoreError, match=r"manifest.json is missing.*store --repair"):
                attempt()
        assert parts_on_disk(lost) == before

    def test_a_repair_rebuilds_it_from_the_parts(self, lost: Store) -> None:
        done = Store.repair(lost.path)
        assert (done.rows, done.lost, done.doubled) == (ROWS, (), ())
        whole = Store.open(lost.path)
        assert len(ids(whole)) == len(set(ids(whole))) == ROWS
        assert Store.check(lost.path) == ()
        add(whole, range(ROWS + 10), "c")
        assert len(ids(whole)) == ROWS + 10

    def test_the_ledger_is_kept_where_all_its_rows_are_stored(self, store: Store) -> None:
        before = store.files()
        (store.path / "manifest.json").unlink()
        assert Store.repair(store.path).forgotten == ()
        assert Store.open(store.path).files() == before

    def test_files_are_forgotten_where_rows_may_be_lost(self, store: Store) -> None:
        (store.path / "manifest.json").unlink()
        next(store.path.rglob("*.parquet")).unlink()
        assert Store.repair(store.path).forgotten == ("icews",)
        assert Store.open(store.path).files() == ()

    def test_the_command_line_tells_it(
        self, lost: Store, capfd: pytest.CaptureFixture[str]
    ) -> None:
        for command in ("store", "events"):
            assert run([command, "--store", str(lost.path)]) == 3
            assert "store --repair" in capfd.readouterr().err
        assert run(["store", "--repair", "--store", str(lost.path)]) == 0
        assert f"{ROWS} events" in capfd.readouterr().out
        assert run(["store", "--check", "--store", str(lost.path)]) == 0
        assert "is whole" in capfd.readouterr().out


def test_a_repair_of_nothing_makes_nothing(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path):
        with pytest.raises(StoreError, match="no event store to repair"):
            Store.repair(place)
    assert not list(tmp_path.iterdir())


class TestStrangers:
    """Parts that the manifest does not name may hold events: an ingest neither uses nor removes
    them."""

    def test_an_older_manifest_does_not_cost_newer_events(self, store: Store) -> None:
        older = (store.path / "manifest.json").read_bytes()
        add(store, range(ROWS, ROWS + 50), "c")
        (store.path / "manifest.json").write_bytes(older)
        before = parts_on_disk(store)
        with pytest.raises(StoreError, match="parts that its manifest does not name"):
            add(store, range(5), "d")
        assert parts_on_disk(store) == before
        assert any("not named" in fault.reason for fault in Store.check(store.path))
        done = Store.repair(store.path)
        assert len(done.taken_up) == 3
        assert len(ids(store)) == ROWS + 50

    def test_a_copy_of_a_part_does_not_double_its_events(self, store: Store) -> None:
        part = next(store.path.rglob("*.parquet"))
        shutil.copy(part, part.with_name("copy of it.parquet"))
        done = Store.repair(store.path)
        assert (done.rows, len(done.doubled)) == (ROWS, 1)
        assert len(ids(store)) == ROWS

    def test_parts_that_overlap_give_each_event_once(self, store: Store, tmp_path: Path) -> None:
        other = Store.open(tmp_path / "other", create=True)
        add(other, range(100, ROWS + 77), "x")
        for path, content in parts_on_disk(other).items():
            (store.path / path).write_bytes(content)
        assert Store.repair(store.path).rows == ROWS + 77
        assert ids(Store.open(store.path)) == [f"icews:{n:08d}" for n in range(ROWS + 77)]
        assert Store.check(store.path) == ()

    def test_parts_that_were_merged_are_no_strangers(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_writer, "MAX_SMALL_PARTS", 2)
        store = Store.open(tmp_path / "store", create=True)
        for number in range(7):
            add(store, range(number, number + 1), str(number), date=DAY)
            assert Store.check(store.path) == ()
        assert len(parts_on_disk(store)) > len(store.manifest().parts) == 1
        (store.path / "manifest.json").unlink()
        done = Store.repair(store.path)
        assert done.rows == len(ids(store)) == 7
        assert done.doubled


class TestTheLedger:
    @pytest.fixture(params=["missing", "empty", "cut", "padded", "folder"])
    def hurt(self, store: Store, request: pytest.FixtureRequest) -> Store:
        path = store.path / "ledger.jsonl"
        text = path.read_bytes()
        path.unlink()
        if request.param == "folder":
            path.mkdir()
        elif request.param != "missing":
            cut = {"empty": 0, "cut": len(text) - 20, "padded": 30}[request.param]
            filled = b"\0" * (len(text) - cut) if request.param == "padded" else b""
            path.write_bytes(text[:cut] + filled)
        return store

    def test_it_is_told_and_no_ingest_makes_it_worse(self, hurt: Store) -> None:
        for attempt in (lambda: Store.open(hurt.path), lambda: add(hurt, range(5), "c")):
            with pytest.raises(StoreError, match=r"ledger\.jsonl"):
                attempt()

    def test_a_repair_keeps_the_lines_that_can_be_read(self, hurt: Store) -> None:
        path = hurt.path / "ledger.jsonl"
        if path.is_dir():
            path.rmdir()
        done = Store.repair(hurt.path)
        assert done.rows == ROWS
        files = Store.open(hurt.path).files()
        assert set(files) <= {IngestedFile("icews", key, f"{key}.tab", ROWS // 2) for key in "ab"}
        add(hurt, range(ROWS), "a")
        assert len(ids(hurt)) == ROWS
        assert "a" in {file.key for file in hurt.files()}

    def test_events_stay_readable_on_request(self, hurt: Store) -> None:
        assert len(ids(Store.open(hurt.path, skip_damaged=True))) == ROWS

    def test_a_flipped_digit_is_seen(self, store: Store) -> None:
        path = store.path / "ledger.jsonl"
        path.write_bytes(path.read_bytes().replace(b"150", b"151", 1))
        with pytest.raises(StoreError, match="does not fit its checksum"):
            Store.open(store.path)

    def test_lines_that_were_not_committed_do_not_count(self, store: Store) -> None:
        path = store.path / "ledger.jsonl"
        entry = {"origin": "icews", "key": "x", "path": "x", "rows_kept": 1}
        with path.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        assert {file.key for file in Store.open(store.path).files()} == {"a", "b"}
        assert Store.repair(store.path).files == 2
        with store.writer() as writer:
            assert writer.known_files("icews") == {"a", "b"}

    def test_names_that_are_not_utf_8_can_be_noted(self, store: Store) -> None:
        name = os.fsdecode(b"\xff.tab")
        add(store, range(1000, 1001), name)
        assert store.files()[-1].key == name


class TestTheManifest:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda raw: raw["parts"].append(raw["parts"][0]), "twice"),
            (lambda raw: raw["parts"][0].update(path="../out.parquet"), "outside of the store"),
            (lambda raw: raw["parts"][0].update(path="/etc/x.parquet"), "outside of the store"),
            (lambda raw: raw["parts"][0].update(path="events/../../x.parquet"), "outside"),
            (lambda raw: raw["parts"][0].update(path=None), "outside of the store"),
            (lambda raw: raw["parts"][0].update(path="ledger.jsonl"), "outside"),
            (lambda raw: raw["parts"][0].update(rows=-5), "-5 rows"),
            (lambda raw: raw["parts"][0].update(rows=10**30), "0 rows"),
            (lambda raw: raw["parts"][0].update(rows=True), "rows True"),
            (lambda raw: raw["parts"][0].update(rows=None), "rows None"),
            (lambda raw: raw["parts"][0].update(rows=1.5), "rows 1.5"),
            (lambda raw: raw["parts"][0].update(size=0), "0 bytes"),
            (lambda raw: raw["parts"][0].update(first="yesterday"), "no proper days"),
            (lambda raw: raw["parts"][0].update(first="9999-01-01"), "days from 9999"),
            (lambda raw: raw["parts"][0].update(month="2018-99"), "2018-99"),
            (lambda raw: raw["parts"][0].update(last_id=""), "ids from"),
            (lambda raw: raw["parts"][0].update(sha256="zz"), "checksum"),
            (lambda raw: raw["parts"][0].pop("rows") and None, "without all of"),
            (lambda raw: raw["parts"][0].update(more=1), "without all of"),
            (lambda raw: raw["parts"].append(None), "without all of"),
            (lambda raw: raw.update(parts=None), "no list of parts"),
            (lambda raw: raw.update(ledger_bytes=-1), "length -1"),
            (lambda raw: raw.update(ledger_bytes=None), "length None"),
            (lambda raw: raw.update(replaced=None), "lacks the list"),
            (lambda raw: raw.update(replaced=["../../x"]), "outside of the store"),
            (lambda raw: raw.update(format=None), "number of its format"),
            (lambda raw: raw.update(format=0), "number of its format"),
        ],
    )
    def test_nonsense_is_told_as_what_it_is_and_mended(
        self, store: Store, change: Callable[[dict[str, Any]], Any], told: str
    ) -> None:
        edit(store, change)
        with pytest.raises(StoreError, match=told):
            Store.open(store.path)
        assert Store.repair(store.path).rows == ROWS
        assert len(ids(Store.open(store.path))) == ROWS

    @pytest.mark.parametrize("text", ["", "null", "[]", "3", "{", '{"format": 2}', "[" * 100_000])
    def test_what_is_no_manifest_is_told_and_mended(self, store: Store, text: str) -> None:
        (store.path / "manifest.json").write_text(text)
        with pytest.raises(StoreError, match=r"manifest\.json"):
            Store.open(store.path)
        assert Store.repair(store.path).rows == ROWS
        assert len(Store.open(store.path).files()) == 2

    def test_a_value_that_makes_sense_and_is_wrong_is_seen(self, store: Store) -> None:
        edit(store, lambda raw: raw["parts"][0].update(first_id="icews:0"), signed=False)
        with pytest.raises(StoreError, match="its own checksum"):
            Store.open(store.path)

    def test_a_later_format_is_not_mended_away(self, store: Store) -> None:
        edit(store, lambda raw: raw.update(format=99))
        with pytest.raises(StoreError, match="format 99"):
            Store.repair(store.path)

    def test_a_pipe_in_its_place_does_not_hang(self, store: Store) -> None:
        path = store.path / "manifest.json"
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(StoreError, match="no plain file"):
            Store.open(store.path)


class TestBitsRot:
    def test_no_flipped_bit_gives_other_events(self, store: Store) -> None:
        whole, rng = ids(store), random.Random(7)  # noqa: S311
        table_before = store.events()
        for path in store.path.rglob("*.parquet"):
            good = path.read_bytes()
            for _ in range(12):
                bad = bytearray(good)
                bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
                path.write_bytes(bad)
                with pytest.raises(StoreError, match=f"{path.name} does not fit its checksum"):
                    store.events()
                assert [fault.path for fault in Store.check(store.path)] == [
                    path.relative_to(store.path).as_posix()
                ]
            path.write_bytes(good)
        assert ids(store) == whole
        assert store.events().equals(table_before)

    @pytest.mark.parametrize("damage", ["flipped", "short", "missing", "folder"])
    def test_the_rest_is_readable_and_a_repair_names_the_loss(
        self, store: Store, damage: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        part = store.manifest().parts[0]
        path, good = store.path / part.path, (store.path / part.path).read_bytes()
        path.unlink()
        if damage == "flipped":
            path.write_bytes(good[:50] + bytes([good[50] ^ 4]) + good[51:])
        elif damage == "short":
            path.write_bytes(good[:-9])
        elif damage == "folder":
            path.mkdir()
        where = ["--store", str(store.path)]
        assert run(["events", *where, "--format", "csv"]) == 3
        out, err = capfd.readouterr()
        assert not out
        assert part.path in err
        assert "--skip-damaged" in err
        assert run(["events", *where, "--format", "csv", "--skip-damaged"]) == 0
        out, err = capfd.readouterr()
        assert len(out.splitlines()) == 1 + ROWS - part.rows
        assert f"Left out: {part.path}" in err
        assert run(["store", *where, "--check"]) == 3
        assert part.path in capfd.readouterr().out
        if damage == "folder":
            path.rmdir()
        assert run(["store", *where, "--repair"]) == 0
        assert part.path in capfd.readouterr().out
        mended = Store.open(store.path)
        assert len(ids(mended)) == ROWS - part.rows
        if damage in {"flipped", "short"}:
            assert (store.path / "damaged" / part.path).is_file()
        add(mended, range(ROWS // 2), "a")
        assert len(ids(mended)) == ROWS

    def test_an_ingest_does_not_build_on_a_bad_part(self, store: Store) -> None:
        path = store.path / store.manifest().parts[0].path
        good = path.read_bytes()
        path.write_bytes(good[:60] + bytes([good[60] ^ 1]) + good[61:])
        with pytest.raises(StoreError, match="does not fit its checksum"):
            add(store, range(10), "c")
        add(store, range(5000, 5003), "d")  # no stored id is near: nothing of it must be read

    def test_large_readings_look_at_size_and_footer(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(_parts, "CHEAP_BYTES", 0)
        assert len(ids(store)) == ROWS
        path = store.path / store.manifest().parts[0].path
        good = path.read_bytes()
        path.write_bytes(good[:-6] + b"\xff\xff" + good[-4:])
        with pytest.raises(StoreError, match="footer"):
            store.events()


class TestAnOldStore:
    """Format 1 had no checksums and named its parts by chance."""

    @pytest.fixture
    def old(self, store: Store) -> Store:
        raw = json.loads((store.path / "manifest.json").read_text())
        for number, part in enumerate(raw["parts"]):
            place = store.path / part["path"]
            part["path"] = str(Path(part["path"]).with_name(f"{number:032x}.parquet"))
            place.rename(store.path / part["path"])
            del part["sha256"]
        kept = {"format": 1, "ledger_bytes": raw["ledger_bytes"], "parts": raw["parts"]}
        (store.path / "manifest.json").write_text(json.dumps(kept))
        return store

    def test_it_is_read_and_added_to(self, old: Store) -> None:
        assert len(ids(Store.open(old.path))) == ROWS
        assert Store.check(old.path) == ()
        add(old, range(ROWS + 5), "c")
        assert len(ids(old)) == ROWS + 5
        assert json.loads((old.path / "manifest.json").read_text())["format"] == 3
        assert {file.key for file in old.files()} == {"a", "b", "c"}

    def test_a_repair_gives_it_checksums(self, old: Store) -> None:
        assert Store.repair(old.path).rows == ROWS
        assert all(part.sha256 for part in old.manifest().parts)
        assert Store.check(old.path) == ()

    def test_a_check_reads_what_has_no_checksum(self, old: Store) -> None:
        path = old.path / old.manifest().parts[0].path
        good = path.read_bytes()
        path.write_bytes(good[:40] + bytes(40) + good[80:])
        assert [fault.path for fault in Store.check(old.path)] == [old.manifest().parts[0].path]


def _forbid(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Refuse whatever has this name, as the system does for an account without rights to it."""

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any, *args: Any, **kwargs: Any) -> Any:
            if not isinstance(path, int) and Path(os.fsdecode(path)).name == name:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
            return real(path, *args, **kwargs)

        return call

    import io

    for module, function in ((io, "open"), (os, "scandir"), (os, "listdir")):
        monkeypatch.setattr(module, function, guarded(getattr(module, function)))


class TestPermissions:
    """Root may read everything, so the refusal is put in front of the system's calls."""

    @pytest.mark.parametrize("what", ["manifest.json", "ledger.jsonl", "part", "store"])
    def test_what_cannot_be_read_is_named(
        self,
        store: Store,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
        what: str,
    ) -> None:
        name = Path(store.manifest().parts[0].path).name if what == "part" else what
        _forbid(monkeypatch, name)
        assert run(["events", "--store", str(store.path)]) == 3
        err = capfd.readouterr().err
        assert name in err
        assert "Permission denied" in err

    @pytest.mark.parametrize("folder", ["events", "origin=icews", "month=2018-11"])
    @pytest.mark.parametrize("command", ["--check", "--repair", "ingest"])
    def test_a_folder_that_cannot_be_searched_is_named(
        self,
        store: Store,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
        folder: str,
        command: str,
    ) -> None:
        before = (store.path / "manifest.json").read_bytes()
        with monkeypatch.context() as patch:
            _forbid(patch, folder)
            if command == "ingest":
                with pytest.raises(StoreError, match=f"{folder}: Permission denied"):
                    add(store, range(5), "c")
            else:
                assert run(["store", command, "--store", str(store.path)]) == 3
                assert folder in capfd.readouterr().err
        assert (store.path / "manifest.json").read_bytes() == before
        assert len(ids(store)) == ROWS


_FIRST_INGESTS = """
import os, sys, time
from pathlib import Path
from detente.errors import StoreError
from detente.events.store import IngestedFile, Store, connect

folder, number = Path(sys.argv[1]), int(sys.argv[2])
columns = ", ".join(f"NULL AS {name}" for name in ("published source target source_actor"
    " target_actor source_role target_role plover quad goldstein mentions latitude longitude"
    " reference").split())

def ingest(n):
    with Store.filling(folder / "store") as store, connect("100MB", 1) as con, \\
            store.writer() as writer:
        con.execute(f"CREATE TABLE t AS SELECT 'x:{n}' AS event_id, DATE '2018-10-01' AS date,"
            f" '010' AS cameo, 'x' AS origin, {columns}")
        writer.append(con, "t", [IngestedFile("x", str(n), "f", 1)])

start = time.time() + 0.2
for n in range(number):
    if not os.fork():
        time.sleep(max(0, start - time.time()))
        try:
            ingest(n)
            said = "done"
        except StoreError as error:
            said = str(error)
        except BaseException as error:
            said = f"Internal: {error!r}"
        (folder / f"{n}.txt").write_text(said)
        os._exit(0)
for _ in range(number):
    os.wait()
"""


def test_first_ingests_at_once_succeed_or_are_told_why(tmp_path: Path) -> None:
    number = 40
    subprocess.run([sys.executable, "-c", _FIRST_INGESTS, tmp_path, str(number)], check=True)
    said = [(tmp_path / f"{n}.txt").read_text() for n in range(number)]
    done = said.count("done")
    assert done >= 1
    assert {text for text in said if "Another ingest is running" not in text} == {"done"}
    store = Store.open(tmp_path / "store")
    assert store.events().num_rows == len(store.files()) == done
    assert Store.check(store.path) == ()


def test_a_slow_creation_does_not_wipe_what_a_faster_one_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from detente.events import _creation

    real = _creation.locked

    def slow(path: Path) -> Any:
        monkeypatch.setattr(_creation, "locked", real)
        add(Store.open(path, create=True), range(50), "a")  # between the look and the lock
        return real(path)

    monkeypatch.setattr(_creation, "locked", slow)
    Store.open(tmp_path / "store", create=True)
    assert Store.open(tmp_path / "store").events().num_rows == 50


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize(
        "command",
        [
            ["events"],
            ["store"],
            ["store", "--check"],
            ["store", "--repair"],
            ["panel", "--parties", "USA,CHN"],
            ["ingest", "icews", "missing.tab"],
            ["ingest", "icews", "other.txt"],
            ["ingest", "nonsense", "other.txt"],
            ["ingest", "icews", "other.txt", "--rejected", "no/such/folder.csv"],
        ],
    )
    def test_a_mistyped_store_is_not_created(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("other.txt").write_text("no events\n")
        assert run([*command, "--store", "deep/down/mistyped"]) in {2, 3}
        assert [path.name for path in tmp_path.iterdir()] == ["other.txt"]

    def test_a_folder_of_other_things_gets_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.docx").touch()
        with pytest.raises(StoreError, match="other things"), Store.filling(tmp_path):
            pass
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]

    def test_an_empty_store_that_was_there_stays(self, tmp_path: Path) -> None:
        Store.open(tmp_path / "store", create=True)
        with Store.filling(tmp_path / "store"):
            pass
        assert Store.open(tmp_path / "store").summary() == ()


class TestAKilledWriter:
    @pytest.mark.parametrize("step", ["write", "ledger", "prepare", "place", "commit"])
    def test_the_next_writer_cleans_up(self, store: Store, step: str) -> None:
        code = textwrap.dedent("""
            import os, sys
            from detente.events import _parts, _writer
            from detente.events.store import Store
            import test_store_damage as tests
            step = sys.argv[2]
            owner, name = {
                "write": (_writer, "sync"), "ledger": (_writer, "prepare_manifest"),
                "prepare": (_parts, "put_in_place"), "place": (_writer, "commit_manifest"),
                "commit": (_writer, "commit_manifest"),
            }[step]
            real = getattr(owner, name)
            def kill(*args):
                if step == "commit":
                    real(*args)
                os._exit(9)
            setattr(owner, name, kill)
            tests.add(Store.open(sys.argv[1]), range(1000, 1100), "c")
        """)
        path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
        done = subprocess.run(
            [sys.executable, "-c", code, store.path, step],
            env=os.environ | {"PYTHONPATH": path}, check=False,
        )  # fmt: skip
        assert done.returncode == 9
        stored = ROWS + 100 * (step == "commit")
        assert len(ids(Store.open(store.path))) == stored
        assert Store.check(store.path) == ()
        add(store, range(2000, 2001), "d")
        assert len(ids(store)) == stored + 1
        assert set(parts_on_disk(store)) == {part.path for part in store.manifest().parts}
        assert not list(store.path.rglob("*.part"))
        assert not (store.path / "manifest.json.new").exists()
