"""Files counted as they lie: the same events, rows turned away and repeats as by an ingest."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import detente
from detente import cli
from detente.errors import DetenteError, ReadError, UsageError
from detente.events.inputs import EventInput, query_events, reading
from detente.events.store import Store
from detente.sources import all_sources, detect, get, ingest
from detente.sources.direct import open_files
from detente.sources.reading import ahead
from detente.sources.reading.report import ReadingReport
from detente.sources.reading.source import Source
from lake_rows import ADDED, CODES, DATES, NAMES, good, odd, row, text, twice, write_lake

ROWS = Path(__file__).parent / "rows"
PARTIES = ["USA", "CHN", "RUS", "PRK"]
HELD = "origin, date, published, source, target, cameo, quad, goldstein"


def events_of(events: EventInput) -> list[tuple[Any, ...]]:
    """Every event, as far as it is held, and how often there is one like it."""
    with reading(events) as con:
        query = query_events(con, events)
        statement = f"SELECT {HELD}, count(*) FROM ({query.sql}) GROUP BY ALL ORDER BY ALL"  # noqa: S608
        return con.execute(statement, query.params).fetchall()


def counts_of(report: ReadingReport) -> dict[str, Any]:
    return {
        "read": (report.rows_read, report.rows_kept, report.not_events),
        "stored": (
            report.events_stored,
            report.already_stored,
            report.repeated,
            report.repeated_otherwise,
        ),
        "rejected": {item.reason: item.count for item in report.rejected},
        "files": {file.path: (file.status, file.rows_kept) for file in report.files},
        "left out": report.left_out,
        "days": report.days,
    }


def same(source: Source, paths: list[Path], scratch: Path) -> dict[str, Any]:
    """That files give the same with a store and without; gives what was counted."""
    store = Store.open(scratch / "store", create=True)
    report = ingest(source, paths, store)
    with open_files(source, paths) as (events, straight):
        assert events_of(events) == events_of(store)
    assert counts_of(straight) == counts_of(report)
    assert set(straight.repaired) <= set(report.repaired)
    assert set(straight.noted) <= set(report.noted)
    return counts_of(straight)


@pytest.mark.parametrize("path", sorted(ROWS.glob("*.[ct][sx][vt]")), ids=lambda path: path.name)
def test_rows_of_every_layout(path: Path, tmp_path: Path) -> None:
    assert same(detect(path), [path], tmp_path)["read"][1]


@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_the_example_of_every_source(source: Source, tmp_path: Path) -> None:
    if not source.select or not source.example:
        pytest.skip("this source has no layout of its own")
    file = tmp_path / source.patterns[0].replace("*", "20180101").replace("?", "1")
    head = source.delimiter.join(source.columns) + "\n" if source.header else ""
    file.write_text(f"{head}{source.example}\n{source.example}\nno row\n")
    try:
        same(source, [file], tmp_path)
    except DetenteError as error:  # a file beside it is needed: it is refused in the same words
        with pytest.raises(type(error)), open_files(source, [file]):
            pass  # pragma: no cover - it is not opened


def test_the_samples_of_the_sources(shared: Path, tmp_path: Path) -> None:
    tried = 0
    for number, path in enumerate(sorted(shared.glob("samples/*/*.[ctCT]*"))):
        try:
            source = detect(path)
        except ReadError:
            continue
        if source.name not in {"csv", "quadruples"}:
            same(source, [path], tmp_path / str(number))
            tried += 1
    assert tried >= 3


def test_a_lake_with_everything_odd(tmp_path: Path) -> None:
    counted = same(get("gdelt2"), [write_lake(tmp_path / "lake")], tmp_path)
    assert counted["stored"][1:] == (0, 2, 3)
    assert len(counted["rejected"]) >= 5


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_rows_in_any_files(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, files: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    rows = [*good(60, seed=chance.randint(0, 99)), *odd(), *twice()]
    rows += chance.choices(rows, k=20)
    chance.shuffle(rows)
    paths = []
    for number in range(files):
        content = text(rows[number::files])
        if chance.random() < 0.3:
            content = content.replace(b"CHINA", chance.choice((b"\xe9", b"\r", b"\0")), 3)
        paths.append(folder / f"{number}.export.CSV{chance.choice(('', '.gz'))}")
        packed = paths[-1].suffix == ".gz"
        paths[-1].write_bytes(gzip.compress(content) if packed else content)
    same(get("gdelt2"), paths, folder)


def test_an_event_that_files_of_different_batches_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "BATCH_FILES", 1)
    paths = []
    for number, changed in enumerate(({"EventCode": "190"}, {}, {"Actor1CountryCode": "RUS"})):
        paths.append(tmp_path / f"{number}.export.CSV.zip")
        with zipfile.ZipFile(paths[-1], "w") as archive:
            rows = [*good(10, start=100 * number), row(999, **changed), row(998), row(998)]
            archive.writestr(f"{number}.export.CSV", text(rows))
    assert same(get("gdelt2"), paths, tmp_path)["stored"] == (32, 4, 3, 0)


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    paths = [tmp_path / name / "a.export.CSV" for name in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(text(good(5)))
    assert same(get("gdelt2"), paths, tmp_path)["read"][0] == 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such pipes")
def test_a_pipe_that_tells_an_event_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.export.CSV"
    os.mkfifo(pipe)
    rows = text([*good(5), *twice()])
    writer = threading.Thread(target=lambda: pipe.write_bytes(rows))
    writer.start()
    with open_files(get("gdelt2"), [pipe]) as (events, report):
        assert report.repeated_otherwise
        counted = events_of(events)
    writer.join()
    file = tmp_path / "file.export.CSV"
    file.write_bytes(rows)
    with open_files(get("gdelt2"), [file]) as (events, _):
        assert events_of(events) == counted


def _as_first(cells: list[str]) -> list[str]:
    """A row of GDELT 2.0 as one of GDELT 1.0, which has no codes of regions below the first."""
    without = [name for name in get("gdelt2").columns if not name.endswith("ADM2Code")]
    row = dict(zip(get("gdelt2").columns, cells, strict=True))
    row["DATEADDED"] = row["DATEADDED"][:8]
    return [row[name] for name in without]


ACTORS = (
    ("USA", "USAGOV"), ("CHN", "CHN"), ("USR", "USR"), ("SUN", ""), ("", "USA"), ("GBR", "USA"),
    ("PRK", ""), ("AFR", "AFR"), ("", "MNC"), ("", ""), ("usa", "chn"),
)  # fmt: skip


def dirt(chance: random.Random, number: int) -> str:
    """A row that may be wrong in any way that can be judged for all rows like it."""
    doer, done_to = chance.choice(ACTORS), chance.choice(ACTORS)
    days = ("20170623", "20170624", "19910305", *DATES)
    return row(
        number,
        SQLDATE=chance.choice(days),
        DATEADDED=chance.choice(("20170701234500", *ADDED)),
        EventCode=chance.choice(("190", "040", *CODES)),
        GoldsteinScale=chance.choice(("5.0", "-2.5", "", "12", "-11", "inf", "nan", "1e1")),
        QuadClass=chance.choice("149"),
        Actor1CountryCode=doer[0], Actor1Code=doer[1],
        Actor2CountryCode=done_to[0], Actor2Code=done_to[1],
    )  # fmt: skip


def daily(events: EventInput, where: str) -> list[tuple[Any, ...]]:
    with reading(events) as con:
        query = query_events(con, events)
        statement = f"SELECT {where}, count(*) FROM ({query.sql}) GROUP BY ALL ORDER BY ALL"  # noqa: S608
        return con.execute(statement, query.params).fetchall()


def together(paths: list[Path], parties: list[str] = PARTIES) -> bool:
    """That rows judged together count as those judged one by one; whether they were at all."""
    states = ", ".join(f"'{party}'" for party in parties)
    pair = f"if(source IN ({states}) AND target IN ({states}), {{}}, NULL)"
    acts = ", ".join(map(pair.format, ("date", "source", "target", "cameo", "goldstein")))
    with (
        open_files(get("gdelt2"), paths, parties=parties) as (events, report),
        open_files(get("gdelt2"), paths) as (every, by_row),
    ):
        assert counts_of(report) == counts_of(by_row)
        assert dict(report.repaired) == dict(by_row.repaired)
        assert dict(report.noted) == dict(by_row.noted)
        for what in ("origin, date, published, cameo, quad", acts):
            assert daily(events, what) == daily(every, what)
        built, rows = detente.panel(events, parties), detente.panel(every, parties)
        assert built.table().equals(rows.table()) and built.unnamed() == rows.unnamed()
        return ("rows_0",) not in events.con.sql("SHOW TABLES").fetchall()


class TestAlike:
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=False), st.integers(1, 3))
    def test_any_rows(
        self, tmp_path_factory: pytest.TempPathFactory, chance: random.Random, files: int
    ) -> None:
        folder = tmp_path_factory.mktemp("alike")
        paths = [folder / f"{number}.export.CSV" for number in range(files)]
        for number, path in enumerate(paths):
            start = 1000 * number
            dirty = [dirt(chance, start + 100 + at) for at in range(200)]
            path.write_bytes(text([*good(90, start=start), *dirty]))
        assert together(paths)

    @pytest.mark.parametrize(
        "rows",
        [
            *([*good(40), line] for line in (f"{row(50)}\t", "no row", " ", "\t".join(NAMES))),
            [*good(40), row(50), row(50)],
            [*good(40), row(50), row(49)],
            *(
                ["\t".join((number, *row(0).split("\t")[1:])), *good(40)]
                for number in (" 12", "012", "1e3", "0x1E", "")
            ),
            *([*good(40), row(50, GoldsteinScale=score)] for score in ("abc", "1_0")),
        ],
    )
    def test_what_is_odd_is_looked_at_by_row(self, rows: list[str], tmp_path: Path) -> None:
        path = tmp_path / "a.export.CSV"
        path.write_bytes(text(rows))
        together([path])

    def test_an_event_that_two_files_tell(self, tmp_path: Path) -> None:
        paths = [tmp_path / f"{number}.export.CSV" for number in range(2)]
        for number, path in enumerate(paths):
            path.write_bytes(text(good(40, start=39 * number)))
        assert not together(paths)

    def test_a_party_without_a_partner_is_named_all_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "a.export.CSV"
        path.write_bytes(
            text([*good(40), row(90, Actor1CountryCode="FRA", Actor2CountryCode="AFR")])
        )
        assert not together([path], ["USA", "CHN", "FRA"])
        assert not together([path], ["USA", "BRA"])

    @pytest.mark.parametrize("bound", ["until", "known_by"])
    def test_a_party_whose_partner_comes_later(self, tmp_path: Path, bound: str) -> None:
        path = tmp_path / "a.export.CSV"
        days = [f"201706{day:02d}" for day in range(1, 31) for _ in range(6)]
        pairs = {3: ("FRA", "AFR"), 177: ("FRA", "USA")}
        path.write_bytes(text(
            row(number, SQLDATE=day, DATEADDED=f"{day}000000",
                Actor1CountryCode=doer, Actor2CountryCode=done_to)
            for number, day in enumerate(days)
            for doer, done_to in [pairs.get(number, ("USA", "CHN"))]
        ))  # fmt: skip
        bounds = {bound: dt.date(2017, 6, 15)}
        built = detente.panel(path, ["USA", "CHN", "FRA"], **bounds)
        assert built.unnamed() == ()
        assert built.series("FRA", "USA", "total").values.tolist() == [0]

    def test_packed_files_and_broken_texts(self, tmp_path: Path) -> None:
        paths = [tmp_path / "a.export.CSV.gz", tmp_path / "b.export.CSV"]
        paths[0].write_bytes(gzip.compress(text(good(40))))
        paths[1].write_bytes(text(good(40, start=50)).replace(b"CHINA", b"\xe9\r\0", 3))
        assert together(paths)


class TestPanel:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "20170701000000.export.CSV"
        path.write_bytes(text([*good(400), "no row"]))
        return path

    def test_of_a_file_is_that_of_a_store(self, file: Path, tmp_path: Path) -> None:
        store = Store.open(tmp_path / "store", create=True)
        ingest("gdelt2", [file], store)
        for events in (file, str(file), [file], file.parent):
            built = detente.panel(events, PARTIES, "week", since=dt.date(2017, 6, 5))
            kept = detente.panel(store, PARTIES, "week", since=dt.date(2017, 6, 5))
            assert built.table().equals(kept.table())
            assert built.unnamed() == kept.unnamed()
            assert built.readings and not kept.readings
            assert built.readings[0].rows_rejected == 1

    def test_says_why_nothing_was_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "a.export.CSV"
        path.write_bytes(text([row(1, SQLDATE="no day")]))
        with pytest.raises(ReadError, match="1 impossible date"):
            detente.panel(path, PARTIES)

    def test_of_the_source_that_some_file_shows(self, file: Path, tmp_path: Path) -> None:
        empty = tmp_path / "0.csv"
        empty.touch()
        built = detente.panel([empty, tmp_path / "gone.csv", file], PARTIES)
        assert built.table().equals(detente.panel(file, PARTIES).table())
        assert len(built.readings) == 1
        assert len(built.readings[0].files_failed) == 2

    def test_of_files_of_several_sources_is_that_of_their_ingests(
        self, file: Path, tmp_path: Path
    ) -> None:
        twin = tmp_path / "20170701.export.CSV"  # the same stream, by GDELT 1.0
        old = [line.split("\t") for line in text(good(40)).decode().splitlines()]
        twin.write_text("".join("\t".join(_as_first(cells)) + "\n" for cells in old))
        levant = tmp_path / "levant.csv"
        levant.write_text(
            "date,source,target,code\n"
            + "".join(f"2017-06-{day:02d},USA,CHN,190\n" for day in range(1, 29))
            + "2017-06-28,USA,CHN,190\n"
        )
        store = Store.open(tmp_path / "several", create=True)
        paths = [file, levant, twin]
        reports = [ingest(detect(path), [path], store) for path in paths]
        built = detente.panel(paths, PARTIES, "week")
        assert built.table().equals(detente.panel(store, PARTIES, "week").table())
        assert set(built.origins) >= {"gdelt2", "keds"}
        assert [counts_of(r) for r in built.readings] == [counts_of(r) for r in reports]
        assert [report.source for report in built.readings] == ["gdelt2", "keds", "gdelt1"]
        assert built.readings[2].rows_rejected, "the days that GDELT 2.0 gave are not counted twice"

    def test_the_command_names_the_origins(
        self, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        levant = tmp_path / "levant.csv"
        levant.write_text("date,source,target,code\n2017-06-15,USA,CHN,190\n")
        asked = ["panel", str(file), str(levant), "--parties", "USA,CHN", "--json"]
        assert cli.run(asked) == 0
        said = capsys.readouterr()
        assert "400 of 401 rows of gdelt2 kept." in said.err
        assert "1 of 1 row of keds kept." in said.err
        assert "the origins gdelt2, keds." in said.err
        assert {row["origin"] for row in json.loads(said.out)} == {"gdelt2", "keds"}

    def test_of_a_list_with_no_event_file(self, file: Path, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="list is empty"):
            detente.panel([], PARTIES)
        with open_files(get("gdelt2"), [file]) as (events, _):
            parquet = str(tmp_path / "events.parquet")
            events.con.sql(f"FROM {events.name}").write_parquet(parquet)
        built = detente.panel([parquet], PARTIES)
        assert built.table().equals(detente.panel(file, PARTIES).table())

    def test_of_what_no_source_wrote(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.txt"
        path.write_text("Dear Sir or Madam,\n")
        with pytest.raises(ReadError, match="not clear what"):
            detente.panel(path, PARTIES)

    def test_is_not_counted_by_another_engine(self, file: Path) -> None:
        with pytest.raises(UsageError, match="this process has read"):
            detente.panel(file, PARTIES, engine="local[2]")

    def test_the_command(self, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        asked = ["panel", "--parties", "USA,CHN", "--json"]
        assert cli.run([*asked, str(file)]) == 0
        said = capsys.readouterr()
        assert '"exposure"' in said.out
        assert "400 of 401 rows of gdelt2 kept." in said.err
        assert "1 row turned away: wrong number of columns." in said.err
        store = file.with_name("store")
        ingest("gdelt2", [file], Store.open(store, create=True))
        assert cli.run([*asked, str(store)]) == 0
        assert capsys.readouterr().out == said.out
        assert cli.run([*asked, str(file), "--every", "fortnight"]) == 2
        assert "rows" not in capsys.readouterr().err  # nothing was read for it
        assert cli.run([*asked, str(file), "--lake", "gdelt2=x"]) == 2
        assert "beside --lake" in capsys.readouterr().err
