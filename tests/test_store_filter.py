"""A filtered store counts as a full one does, keeps what it says, and refuses what it lacks."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from detente.cli import run
from detente.errors import StoreError, UsageError
from detente.events import _manifest, _writer
from detente.events.filters import OUTLINE, Filter, filter_of
from detente.events.schema import COLUMNS
from detente.events.store import Appended, IngestedFile, Store, connect
from detente.relations.counting import covered_days, panel, reach
from detente.relations.substate import below_state
from detente.relations.unnamed import likely_codes
from detente.relations.world import world_counts, world_coverage, world_days
from detente.sources import ingest
from event_tables import DAY, event, table

PAIR = Filter("icews", ("CHN", "USA"))
STATES = ("USA", "CHN", "PRK", "FRA", "IGO", None)
HEADER = "date,source,target,code\n"


def add(
    store: Store, rows: Sequence[dict[str, Any]], key: str = "k", keep: Filter | None = PAIR
) -> Appended:
    """Append rows under a file's key."""
    with connect() as con, store.writer() as writer:
        con.register("given", table(rows))
        file = IngestedFile("icews", key, f"{key}.tab", len(rows))
        return writer.append(con, "given", [file], keep=keep)


def feed(seed: int, days: int = 120, per_day: int = 30) -> list[dict[str, Any]]:
    """Events of many states over some months: gaps, late reports, repeats, a mistyped year."""
    chance = random.Random(seed)  # noqa: S311 - invented events
    rows = []
    for number in range(days * per_day):
        day = DAY + dt.timedelta(number // per_day)
        if (number // per_day) % 40 < 3:
            continue  # a gap of three days
        late = chance.choice([0] * 20 + [1, 7, 30, 40, 365])
        rows.append(
            event(
                number if chance.random() > 0.03 else chance.randrange(number + 1),
                date=day,
                published=chance.choice([None, day + dt.timedelta(late)]),
                source=chance.choice(STATES),
                target=chance.choice(STATES),
                cameo=chance.choice(["042", "190", "1121"]),
                quad=chance.choice([1, 3, 4, None]),
                goldstein=chance.choice([1.9, -10.0, None]),
                source_role=chance.choice(["GOV", "REB", None]),
                source_actor="somebody",
            )
        )
    rows.append(event(10**7, date=dt.date(1999, 1, 1)))
    return rows


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    folder = tmp_path_factory.mktemp("stores")
    rows = feed(1)
    files = [
        # Each file repeats some events of the one before it, and late ones of the first.
        rows[max(0, start - 50) : end] + rows[:20]
        for start, end in pairwise([0, 400, 1100, 1800, len(rows)])
    ]
    keeps = {"whole": None, "both": PAIR, "either": Filter("icews", PAIR.parties, either=True)}
    opened = {}
    for name, keep in keeps.items():
        opened[name] = Store.open(folder / name, create=True)
        for number, part in enumerate(files):
            add(opened[name], part, str(number), keep)
    return opened


class TestTheSameCounts:
    """Every count over a filtered store is that over a store of everything."""

    @pytest.mark.parametrize("name", ["both", "either"])
    @pytest.mark.parametrize("every", ["day", "week", "month"])
    @pytest.mark.parametrize(
        "bounds",
        [
            {},
            {"since": dt.date(2018, 11, 3)},
            {"until": dt.date(2018, 12, 10)},
            {"known_by": dt.date(2018, 12, 10)},
        ],
    )
    def test_panel(
        self, stores: dict[str, Store], name: str, every: str, bounds: dict[str, Any]
    ) -> None:
        whole, limited = (panel(stores[key], ["USA", "CHN"], every, **bounds)
                          for key in ("whole", name))  # fmt: skip
        assert whole.table().num_rows
        assert limited.table().equals(whole.table())
        assert limited.unnamed("icews") == whole.unnamed("icews")

    @pytest.mark.parametrize("name", ["both", "either"])
    def test_coverage_reach_and_names(self, stores: dict[str, Store], name: str) -> None:
        days, own = covered_days(stores["whole"]), covered_days(stores[name])
        assert own["icews"].tolist() == days["icews"].tolist()
        assert reach(stores[name]) == reach(stores["whole"])
        assert likely_codes(stores[name], "icews", "FRA") == likely_codes(
            stores["whole"], "icews", "FRA"
        )

    @pytest.mark.parametrize("name", ["both", "either"])
    def test_everyone(self, stores: dict[str, Store], name: str) -> None:
        coverage = world_coverage(world_days(stores["whole"]), "week")["icews"]
        whole, limited = (world_counts(stores[key], coverage, "week") for key in ("whole", name))
        assert world_coverage(world_days(stores[name]), "week")["icews"].events.sum() > 1000
        assert len(whole.pairs) == 6 and whole.pairs == limited.pairs
        assert limited.counts.tolist() == whole.counts.tolist()

    def test_what_is_kept_whole(self, stores: dict[str, Store]) -> None:
        rows = stores["whole"].events().to_pylist()
        inside = [{row["source"], row["target"]} & set(PAIR.parties) for row in rows]
        both = [r for r in rows if r["source"] in PAIR.parties and r["target"] in PAIR.parties]
        either = [row for row, sides in zip(rows, inside, strict=True) if sides]
        assert stores["both"].events().to_pylist() == both
        assert stores["either"].events().to_pylist() == either
        assert 0 < len(both) < len(either) < len(rows)
        for name in ("both", "either"):
            (held,) = stores[name].summary()
            assert held.world == len(rows)
            assert held.rows == len(both if name == "both" else either)
            (all_of_it,) = stores["whole"].summary()
            assert (held.first, held.last) == (all_of_it.first, all_of_it.last)

    def test_an_outline_holds_who_did_what_to_whom_and_no_more(
        self, stores: dict[str, Store]
    ) -> None:
        with connect() as con:
            query = stores["both"].source()
            text = f"SELECT * FROM ({query.sql}) WHERE source = 'FRA' ORDER BY date, event_id"  # noqa: S608
            outlines = con.sql(text, params=query.params).to_arrow_table()
        whole = stores["whole"].events(source="FRA")
        assert outlines.column_names == list(COLUMNS)
        for name in COLUMNS:
            if name in OUTLINE:
                assert outlines[name].to_pylist() == whole[name].to_pylist()
            else:
                assert outlines[name].null_count == outlines.num_rows
        assert below_state(stores["both"], ["FRA"]) == ()

    def test_real_daily_files(self, shared: Path, tmp_path: Path) -> None:
        folder = shared / "events" / "icews-daily"
        files = [folder / "icews-events-201811.zip", folder / "20181106-icews-events.tab"]
        parties = ["USA", "CHN", "RUS", "PRK"]
        tables = []
        for name, given in (("whole", None), ("limited", parties)):
            opened = Store.open(tmp_path / name, create=True)
            for file in files:
                ingest("icews", [file], opened, parties=given)
            tables.append(panel(opened, parties, "day").table())
            assert sum(item.world for item in opened.summary()) == 57_024
        assert tables[0].equals(tables[1])
        size = [sum(part.size for part in Store.open(tmp_path / name).manifest().parts)
                for name in ("whole", "limited")]  # fmt: skip
        assert size[1] < size[0] / 2


class TestParties:
    def test_they_may_be_names_in_any_order(self) -> None:
        keep = filter_of("x", ["North Korea", "usa", "USA"])
        assert keep == Filter("x", ("PRK", "USA"))
        assert filter_of("x", None) is None

    @pytest.mark.parametrize("given", [["USA"], [], ["USA", "Atlantis"]])
    def test_too_few_or_none_such(self, given: list[str]) -> None:
        with pytest.raises(UsageError):
            filter_of("x", given)

    def test_one_is_enough_on_either_side(self) -> None:
        assert filter_of("x", ["PRK"], either=True) == Filter("x", ("PRK",), either=True)


class TestRefusals:
    @pytest.fixture
    def limited(self, store: Store) -> Store:
        add(store, feed(2, 60))
        return store

    def test_a_panel_of_others(self, limited: Store) -> None:
        for holder in (limited, limited.path, str(limited.path)):
            with pytest.raises(UsageError) as caught:
                panel(holder, ["USA", "PRK"])
            assert "without PRK" in caught.value.found
            command = f"detente fetch icews --parties CHN,PRK,USA --widen --store {limited.path}"
            assert command in caught.value.next_step

    def test_of_another_origin_they_are_counted(self, limited: Store) -> None:
        rows = [row | {"origin": "gdelt1"} for row in feed(3, 60)]
        add(limited, rows, "g", None)
        assert panel(limited, ["USA", "PRK"], origin="gdelt1").table().num_rows
        with pytest.raises(UsageError, match="icews"):
            panel(limited, ["USA", "PRK"])

    @pytest.mark.parametrize(
        "keep",
        [None, Filter("icews", ("CHN", "PRK", "USA")), Filter("icews", ("CHN", "USA"), True)],
    )
    def test_other_parties_of_the_same_origin(self, limited: Store, keep: Filter | None) -> None:
        before = limited.manifest()
        with pytest.raises(UsageError, match="--parties CHN,USA"):
            add(limited, [event(9_999_999)], "new", keep)
        assert limited.manifest() == before

    def test_parties_where_all_is_whole(self, store: Store) -> None:
        add(store, feed(2, 60), keep=None)
        with pytest.raises(UsageError, match="holds all of them whole"):
            add(store, [event(9_999_999)], "new")


class TestWidening:
    def test_all_files_are_read_again(self, tmp_path: Path) -> None:
        file = tmp_path / "levant.csv"
        rows = [
            f"1979-04-{day:02d},{side},JOR,190" for day in range(1, 30) for side in ("ISR", "EGY")
        ]
        file.write_text(HEADER + "\n".join(rows) + "\n")
        opened = Store.open(tmp_path / "store", create=True)
        first = ingest("keds", [file], opened, parties=["ISR", "JOR"])
        assert (first.events_stored, first.events_outlined) == (58, 29)
        assert (first.files[0].rows_kept, first.files[0].events_whole) == (58, 29)
        with pytest.raises(UsageError, match="detente ingest keds FILES --parties EGY,ISR,JOR"):
            ingest("keds", [file], opened, parties=["ISR", "JOR", "EGY"])
        wide = ingest("keds", [file], opened, parties=["ISR", "JOR", "EGY"], widen=True)
        assert (wide.events_stored, wide.events_outlined) == (58, 0)
        assert opened.events().num_rows == 58
        assert len(opened.files()) == 1
        again = ingest("keds", [file], opened, parties=["EGY", "ISR", "JOR"], widen=True)
        assert [item.status for item in again.files] == ["skipped"]
        whole = ingest("keds", [file], opened, widen=True)
        assert whole.events_stored == whole.files[0].events_whole == 58
        assert opened.filters == ()
        with opened.writer():
            pass
        assert Store.check(opened.path) == ()

    def test_every_step_leaves_before_or_after(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(store, feed(2, 30), "a")
        before = store.filters, store.files(), store.events().num_rows
        real, outcomes = os.fsync, []
        for steps in range(20):
            left = steps

            def fsync(handle: int) -> None:
                nonlocal left
                if not left:
                    raise KeyboardInterrupt
                left -= 1
                real(handle)

            wide = Filter("icews", ("CHN", "PRK", "USA"))
            with monkeypatch.context() as patch, connect() as con:
                patch.setattr(os, "fsync", fsync)
                try:
                    with store.writer() as writer:
                        writer.refilter(con, "icews", wide)
                except KeyboardInterrupt:
                    outcomes.append((store.filters, store.files(), store.events().num_rows))
                else:
                    break
        after = (wide,), (), 0
        assert (store.filters, store.files(), store.events().num_rows) == after
        assert set(outcomes) <= {before, after}
        assert before in outcomes
        with store.writer():
            pass
        assert not list(store.path.rglob("*.parquet"))

    def test_it_never_narrows(self, store: Store) -> None:
        add(store, feed(2, 60), keep=Filter("icews", ("CHN", "PRK", "USA")))
        before = store.manifest()
        fewer = Filter("icews", ("CHN", "IRN", "USA"))
        with (
            connect() as con,
            store.writer() as writer,
            pytest.raises(UsageError, match="would be fewer"),
        ):
            writer.refilter(con, "icews", fewer)
        assert store.manifest() == before


class TestAWholeStore:
    """Outlines are kept as safely as events are."""

    def test_a_lost_manifest(self, store: Store) -> None:
        rows = feed(4, 60)
        add(store, rows[:900], "a")
        add(store, rows[900:], "b")
        before, counted = store.summary(), panel(store, PAIR.parties, "week").table()
        (store.path / "manifest.json").unlink()
        with pytest.raises(StoreError, match="store --repair"):
            Store.open(store.path)
        Store.repair(store.path)
        assert store.filters == (PAIR,)
        (held,) = store.summary()
        assert (held.rows, held.world) == (before[0].rows, before[0].world)
        assert panel(store, PAIR.parties, "week").table().equals(counted)
        assert Store.check(store.path) == ()

    @pytest.mark.parametrize("harm", ["cut", "flip", "gone"])
    def test_a_damaged_outline(self, store: Store, harm: str) -> None:
        add(store, feed(4, 60))
        part = max((p for p in store.manifest().parts if p.is_outline), key=lambda p: p.rows)
        file = store.path / part.path
        content = bytearray(file.read_bytes())
        if harm == "gone":
            file.unlink()
        else:
            content[len(content) // 2] ^= 1
            file.write_bytes(content[:-9] if harm == "cut" else content)
        with pytest.raises(StoreError, match="outlines/origin=icews"):
            panel(store, PAIR.parties)
        assert store.events().num_rows  # whole events do not depend on it
        assert [fault.path for fault in Store.check(store.path)] == [part.path]
        done = Store.repair(store.path)
        assert (done.forgotten, [fault.path for fault in done.lost]) == (("icews",), [part.path])
        add(store, feed(4, 60))
        assert Store.check(store.path) == ()

    def test_a_whole_event_is_not_lost_to_its_outline(self, store: Store, tmp_path: Path) -> None:
        """Where both lie on the disk, as after a widening and a lost manifest."""
        rows = feed(5, 40)
        add(store, rows)
        whole = Store.open(tmp_path / "whole", create=True)
        add(whole, rows, keep=None)
        for part in whole.manifest().parts:
            place = store.path / part.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes((whole.path / part.path).read_bytes())
        (store.path / "manifest.json").unlink()
        Store.repair(store.path)
        assert store.events().num_rows == whole.events().num_rows

    def test_a_store_of_format_2(self, store: Store) -> None:
        add(store, feed(6, 40), keep=None)
        path = store.path / _manifest.MANIFEST
        raw = json.loads(path.read_text()) | {"format": 2, "sha256": ""}
        del raw["filters"]
        raw["sha256"] = _manifest._checksum(raw)
        path.write_text(json.dumps(raw))
        held = Store.open(store.path)
        assert held.filters == ()
        assert held.summary()[0].rows == held.summary()[0].world
        with pytest.raises(UsageError):
            add(held, [event(9_999_999)], "new")
        assert add(held, [event(9_999_999)], "new", None).rows == 1

    @pytest.mark.parametrize(
        "filters",
        [
            None,
            [{}],
            [{"origin": "icews", "parties": [], "either": False}],
            [{"origin": "icews", "parties": [3], "either": False}],
            [{"origin": "icews", "parties": ["USA"], "either": 1}],
        ],
    )
    def test_a_manifest_with_filters_that_are_none(self, store: Store, filters: Any) -> None:
        add(store, feed(6, 40))
        path = store.path / _manifest.MANIFEST
        raw = json.loads(path.read_text()) | {"filters": filters}
        raw["sha256"] = _manifest._checksum(raw)
        path.write_text(json.dumps(raw))
        with pytest.raises(StoreError, match="filter"):
            Store.open(store.path)

    def test_parts_stay_few(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """Many small files do not become as many parts."""
        monkeypatch.setattr(_writer, "MAX_SMALL_PARTS", 2)
        for number in range(9):
            add(store, [event(2 * number), event(2 * number + 1, source="FRA")], str(number))
            assert len(store.manifest().parts) <= 4
        with connect() as con, store.writer() as writer:
            writer.compact(con)
        assert len(store.manifest().parts) == 2
        (held,) = store.summary()
        assert held.world == 2 * held.rows == 18
        assert Store.check(store.path) == ()

    def test_the_fingerprint_tells_the_parties(self, tmp_path: Path) -> None:
        prints = set()
        for keep in (None, PAIR, Filter("icews", ("CHN", "USA"), either=True)):
            opened = Store.open(tmp_path / str(len(prints)), create=True)
            add(opened, feed(6, 20), keep=keep)
            prints.add(opened.fingerprint())
        assert len(prints) == 3


class TestCommands:
    def test_they_say_what_is_kept(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "levant.csv"
        file.write_text(HEADER + "1979-04-15,ISR,JOR,190\n1979-04-15,EGY,JOR,190\n")
        held = ["--store", str(tmp_path / "store")]
        parties = ["--parties", "Israel,JOR"]
        assert run(["ingest", "keds", str(file), *held, *parties, "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["events_outlined"] == 1
        assert run(["store", *held]) == 0
        assert "events between ISR, JOR" in capfd.readouterr().err
        assert run(["store", *held, "--json"]) == 0
        (item,) = json.loads(capfd.readouterr().out)
        assert (item["rows"], item["world"], item["parties"]) == (1, 2, ["ISR", "JOR"])
        assert run(["events", *held, "--format", "csv"]) == 0
        shown = capfd.readouterr()
        assert len(shown.out.splitlines()) == 2
        assert "1 other event of the world kept in outline" in shown.err
        assert run(["panel", *held, "--parties", "ISR,EGY"]) == 2
        assert "--parties EGY,ISR,JOR --widen" in capfd.readouterr().err
        assert run(["ingest", "keds", str(file), *held, "--parties", "ISR,JOR,EGY"]) == 2
        capfd.readouterr()
        wide = ["--parties", "ISR,JOR,EGY", "--widen"]
        assert run(["ingest", "keds", str(file), *held, *wide]) == 0
        assert run(["panel", *held, "--parties", "ISR,EGY"]) == 0

    def test_either_needs_parties(self, tmp_path: Path) -> None:
        file = tmp_path / "levant.csv"
        file.write_text(HEADER + "1979-04-15,ISR,JOR,190\n")
        assert run(["ingest", "keds", str(file), "--store", str(tmp_path / "s"), "--either"]) == 2
        assert not (tmp_path / "s").exists()


def test_a_view_of_no_events_is_stored_as_nothing(store: Store) -> None:
    with connect() as con, store.writer() as writer:
        con.register("given", table([]))
        assert writer.append(con, "given", [], keep=PAIR) == Appended(0, 0, 0)
    assert store.filters == ()
    assert isinstance(store.events(), pa.Table)
