"""Which files of GDELT are wanted, and a fetch of them from the first request to the report."""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from detente.errors import StoreError, UsageError
from detente.events.store import Store
from detente.sources.fetch import Span
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.gdelt import GDELT, manifest, slots
from detente.sources.fetch.ledger import folder_of, read_files
from detente.sources.fetch.plan import Order, check_disk, plan
from detente.sources.fetch.report import FetchReport
from detente.sources.fetch.run import fetch
from detente.sources.fetch.tries import Patience
from mirror import GDELT_HOST, Mirror, add_gdelt, gdelt_rows, serving, zipped

QUICK = Patience(tries=3, connect=2.0, read=0.5, pause=0.01, longest=0.05)
TODAY = dt.date(2015, 3, 11)
PAIRS = [("USA", "CHN"), ("CHN", "USA"), ("USA", "RUS"), ("DEU", "FRA"), ("PRK", "KOR")]


def daily(day: dt.date) -> tuple[str, bytes]:
    stamp = f"{day:%Y%m%d}"
    text = gdelt_rows(stamp, int(stamp) * 100, PAIRS)
    return f"{stamp}.export.CSV.zip", zipped(f"{stamp}.export.CSV", text)


def days(first: str, count: int) -> list[dt.date]:
    return [dt.date.fromisoformat(first) + dt.timedelta(n) for n in range(count)]


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """Four days of March 2015, one of them in neither list, and a month and a year before."""
    mirror = Mirror()
    present = [day for day in days("2015-03-07", 4) if day != dt.date(2015, 3, 9)]
    archives = dict(daily(day) for day in present)
    archives["2005.zip"] = zipped("2005.csv", gdelt_rows("20050702", 1, PAIRS, url=False))
    archives["200601.zip"] = zipped("200601.csv", gdelt_rows("20060102", 9, PAIRS, url=False))
    archives["GDELT.MASTERREDUCEDV2.1979-2013.zip"] = b"of another layout"
    add_gdelt(mirror, archives)
    with serving(mirror) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", mirror.host(GDELT_HOST))
    with open_client(GDELT.fallbacks, by_hand=GDELT.by_hand, patience=QUICK) as opened:
        yield opened


def order(store: Path, first: str = "2015-03-07", last: str = "2015-03-10") -> Order:
    span = Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last), TODAY)
    return Order(GDELT, span, store)


def run(client: Client, given: Order) -> FetchReport:
    return fetch(client, plan(client, given))


def statuses(report: FetchReport) -> dict[str, str]:
    return {fate.wanted.name[:8]: fate.status for fate in report.fates}


def events(store: Path) -> int:
    return Store.open(store).events().num_rows


def test_the_files_of_a_span(client: Client) -> None:
    span = Span(dt.date(2005, 7, 1), dt.date(2006, 1, 1), TODAY)
    files = manifest(client, span)
    assert [file.name for file in files] == ["2005.zip", "200601.zip"]
    assert {file.source for file in files} == {"gdelt1-backfile"}
    assert (files[1].first, files[1].last) == (dt.date(2006, 1, 1), dt.date(2006, 1, 31))


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2015-03-08", "2015-03-08", ["20150308", "20150310"]),
        ("2015-01-20", "2015-02-05", ["20150307", "20150308"]),
        ("2015-01-20", "2015-01-20", []),
    ],
)
def test_late_reports_of_a_span_are_wanted_for_a_month(
    client: Client, first: str, last: str, names: list[str]
) -> None:
    span = Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last), TODAY)
    assert [file.name[:8] for file in manifest(client, span)] == names


def test_a_day_before_is_wanted_while_files_held_the_next_day(
    mirror: Mirror, client: Client
) -> None:
    add_gdelt(mirror, dict(daily(day) for day in days("2014-11-20", 6)))
    span = Span(dt.date(2014, 11, 22), dt.date(2014, 11, 23), TODAY)
    assert [file.name[6:8] for file in manifest(client, span)] == ["21", "22", "23", "24", "25"]


def test_today_comes_by_quarter_hours(mirror: Mirror, client: Client) -> None:
    stamp = "https://data.gdeltproject.org/gdeltv2/20150311003000.export.CSV.zip"
    mirror.files[f"/{GDELT_HOST}/gdeltv2/lastupdate.txt"] = f"9 {'0' * 32} {stamp}\n".encode()
    files = manifest(client, Span(dt.date(2015, 3, 10), None, TODAY))
    assert [file.name[:14] for file in files] == [
        "20150310.expor", "20150311000000", "20150311001500", "20150311003000",
    ]  # fmt: skip
    assert [file.source for file in files[1:]] == ["gdelt1-latest"] * 3


def test_quarter_hours_are_of_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    night = dt.datetime(2026, 3, 29, 0, 59, tzinfo=dt.UTC)
    names = [f"{slot:%Y%m%d%H%M%S}" for slot in slots(night, night + dt.timedelta(minutes=40))]
    assert names == ["20260329010000", "20260329011500", "20260329013000"]


def test_the_translated_stream_is_computed_or_listed(mirror: Mirror, client: Client) -> None:
    base = f"http://{GDELT_HOST}/gdeltv2"
    lines = [
        f"5 {'a' * 32} {base}/20150219000000.translation.export.CSV.zip",
        f"5 {'a' * 32} {base}/20150219000000.translation.gkg.csv.zip",
        f"5 {'b' * 32} {base}/20150218224500.translation.export.CSV.zip",
        "of another kind",
    ]
    mirror.files[f"/{GDELT_HOST}/gdeltv2/masterfilelist-translation.txt"] = "\n".join(
        lines
    ).encode()
    last = f"5 {'a' * 32} {base}/20150311000000.translation.export.CSV.zip"
    mirror.files[f"/{GDELT_HOST}/gdeltv2/lastupdate-translation.txt"] = last.encode()
    far = Span(dt.date(2014, 1, 1), dt.date(2015, 6, 1), dt.date(2015, 7, 1), translated=True)
    listed = [file for file in manifest(client, far) if "translation" in file.name]
    assert [(file.name[:14], file.size, file.md5[:1]) for file in listed] == [
        ("20150218224500", 5, "b"),
        ("20150219000000", 5, "a"),
    ]
    near = Span(dt.date(2015, 3, 10), dt.date(2015, 3, 10), TODAY, translated=True)
    computed = [file for file in manifest(client, near) if "translation" in file.name]
    assert len(computed) == 97 and computed[-1].name.startswith("20150311000000")


def test_a_fetch_stores_every_event_once_and_tells_every_file(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    report = run(client, order(tmp_path / "store"))
    assert report.counts == {"had": 0, "loaded": 3, "missing": 0, "failed": 0, "left": 0}
    assert (report.rows_read, report.rows_kept, events(tmp_path / "store")) == (15, 15, 15)
    assert report.new_days == (dt.date(2015, 3, 9),) and report.exit_code == 3
    assert [path.name for path in folder_of(tmp_path / "store").iterdir()] != ["files"]
    assert not (folder_of(tmp_path / "store") / "files").exists()
    entry = read_files(tmp_path / "store", "gdelt")["events/20150307.export.CSV.zip"]
    assert (entry.rows_read, entry.rows_kept, entry.first) == (5, 5, "2015-03-07")
    before = len(mirror.asked)
    again = run(client, order(tmp_path / "store"))
    assert again.counts["had"] == 3 and events(tmp_path / "store") == 15
    assert again.exit_code == 0 and len(again.known_days) == 1  # the gap is known here now
    assert all(asked.path.endswith(("md5sums", "filesizes")) for asked in mirror.asked[before:])


def test_gaps_that_ship_are_known(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    archives = dict(daily(day) for day in days("2022-11-09", 3))
    add_gdelt(mirror, archives)
    report = run(
        client, replace(order(tmp_path), span=Span(*days("2022-11-09", 1), *days("2022-11-11", 1),
                                                   dt.date(2023, 1, 1)))
    )  # fmt: skip
    assert statuses(report) == {"20221109": "loaded", "20221110": "missing", "20221111": "loaded"}
    assert report.exit_code == 0 and not report.new_gaps
    assert [str(day) for day, _ in report.known_days] == ["2022-11-10"]
    assert mirror.times(f"/{GDELT_HOST}/events/20221110.export.CSV.zip") == 0


def test_a_listed_file_that_is_not_there_is_a_new_gap(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    del mirror.files[f"/{GDELT_HOST}/events/20150308.export.CSV.zip"]
    report = run(client, order(tmp_path / "store", last="2015-03-08"))
    assert [fate.wanted.name[:8] for fate in report.new_gaps] == ["20150308"]
    assert report.exit_code == 3
    assert statuses(report)["20150307"] == "loaded"


def test_a_refusal_stops_the_fetch_and_says_how_to_go_on(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    mirror.faults[f"/{GDELT_HOST}/events/20150308.export.CSV.zip"] = ["403"]
    report = fetch(client, plan(client, replace(order(tmp_path / "store"), workers=1)))
    assert statuses(report)["20150308"] == "failed"
    assert report.counts == {"had": 0, "loaded": 1, "missing": 0, "failed": 1, "left": 1}
    assert report.exit_code == 3
    assert "403" in report.stopped and report.next_step == GDELT.by_hand


def test_a_dead_network_is_not_asked_for_ever(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    add_gdelt(mirror, dict(daily(day) for day in days("2015-01-01", 31)))
    planned = plan(
        client, replace(order(tmp_path / "store", "2015-01-01", "2015-01-31"), workers=1)
    )
    mirror.faults["*"] = ["503"] * 1000
    report = fetch(client, planned)
    assert report.counts["failed"] <= 10 and report.counts["left"] >= 20
    assert report.exit_code == 3 and "503" in report.stopped


def test_a_list_that_is_older_than_its_file_is_asked_for_again(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    good = {name: dict(mirror.files)[f"/{GDELT_HOST}/events/{name}"] for name, _ in
            [daily(day) for day in days("2015-03-07", 2)]}  # fmt: skip
    planned = plan(client, order(tmp_path / "store", last="2015-03-08"))
    text = gdelt_rows("20150307", 900, PAIRS[:2])
    add_gdelt(mirror, good | {"20150307.export.CSV.zip": zipped("20150307.export.CSV", text)})
    report = fetch(client, planned)
    assert statuses(report)["20150307"] == "loaded" and report.rows_read == 2 + 5 * 2


def test_a_file_that_cannot_be_read_is_told(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    name = "20150302.export.CSV.zip"
    present = {name: zipped("20150302.export.CSV", "of\tanother\tlayout\n")}
    add_gdelt(mirror, dict([daily(dt.date(2015, 3, 1))]) | present)
    report = run(client, order(tmp_path / "store", "2015-03-01", "2015-03-02"))
    fates = {fate.wanted.name: fate for fate in report.fates}
    assert fates[name].status == "failed" and "column" in fates[name].reason
    assert events(tmp_path / "store") == 5 and report.exit_code == 3


def test_two_fetches_are_told_apart(client: Client, tmp_path: Path) -> None:
    from filelock import FileLock

    folder_of(tmp_path).mkdir(parents=True)
    planned = plan(client, order(tmp_path))
    with FileLock(folder_of(tmp_path) / "lock"), pytest.raises(StoreError, match="Another fetch"):
        fetch(client, planned)


def test_files_are_kept_where_asked_and_used_again(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    run(client, replace(order(tmp_path / "a"), keep=kept))
    assert len(list(kept.iterdir())) == 3
    before = len(mirror.asked)
    report = run(client, replace(order(tmp_path / "b"), keep=kept))
    assert report.counts["loaded"] == 3 and events(tmp_path / "b") == 15
    assert len(list(kept.iterdir())) == 3
    assert all(asked.path.endswith(("md5sums", "filesizes")) for asked in mirror.asked[before:])


def test_a_full_disk_loses_nothing(
    mirror: Mirror, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("detente.sources.fetch.download.os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        run(client, order(tmp_path / "store"))
    client.stop.clear()
    monkeypatch.undo()
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", mirror.host(GDELT_HOST))
    report = run(client, order(tmp_path / "store"))
    assert report.counts["loaded"] + report.counts["had"] == 3
    assert events(tmp_path / "store") == 15


def test_too_small_a_disk_is_refused(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr("detente.sources.fetch.plan.shutil.disk_usage", lambda path: usage)
    with pytest.raises(StoreError, match="not enough room"):
        check_disk(plan(client, order(tmp_path)))


def test_a_lost_store_is_filled_again(client: Client, tmp_path: Path) -> None:
    run(client, order(tmp_path / "store"))
    for name in ("manifest.json", "ledger.jsonl"):
        (tmp_path / "store" / name).unlink()
    for part in (tmp_path / "store" / "events").rglob("*.parquet"):
        part.unlink()
    report = run(client, order(tmp_path / "store"))
    assert report.counts["loaded"] == 3 and events(tmp_path / "store") == 15


def test_a_revised_file_is_loaded_again(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    run(client, order(tmp_path / "store", last="2015-03-08"))
    first, second = (daily(day) for day in days("2015-03-07", 2))
    text = gdelt_rows("20150307", 2015030700, [*PAIRS, ("JPN", "KOR")])
    add_gdelt(mirror, dict([second]) | {first[0]: zipped("20150307.export.CSV", text)})
    report = run(client, order(tmp_path / "store", last="2015-03-08"))
    assert statuses(report) == {"20150307": "loaded", "20150308": "had"}
    stored = Store.open(tmp_path / "store").events(until=dt.date(2015, 3, 8))
    assert stored.num_rows == 11


def test_todays_quarter_hours_and_tomorrows_file_are_one_record(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    from detente.sources.gdelt2 import GDELT2

    row = GDELT2.example.split("\t")
    row[0], row[1], row[59] = "2015031100", "20150311", "20150311001500"
    name = "20150311001500.export.CSV"
    mirror.files[f"/{GDELT_HOST}/gdeltv2/{name}.zip"] = zipped(name, "\t".join(row) + "\n")
    stamp = f"9 {'0' * 32} http://{GDELT_HOST}/gdeltv2/{name}.zip\n"
    mirror.files[f"/{GDELT_HOST}/gdeltv2/lastupdate.txt"] = stamp.encode()
    today = order(tmp_path / "store", "2015-03-10", "2015-03-11")
    report = run(client, today)
    assert statuses(report) == {"20150310": "loaded", "20150311": "loaded"}
    assert report.counts["missing"] == 1 and events(tmp_path / "store") == 6
    archives = dict(daily(day) for day in days("2015-03-10", 2))
    add_gdelt(mirror, archives)
    report = run(client, replace(today, span=replace(today.span, today=dt.date(2015, 3, 12))))
    assert events(tmp_path / "store") == 10  # of the day's five rows one was there already


def limited(store: Path, *parties: str, **more: bool) -> Order:
    return replace(order(store), parties=tuple(sorted(parties)), **more)


def test_events_of_the_parties_are_kept_whole_and_the_world_counts(
    client: Client, tmp_path: Path
) -> None:
    report = run(client, limited(tmp_path / "store", "USA", "CHN"))
    assert (report.rows_read, report.rows_kept, report.rows_outlined) == (15, 6, 9)
    (held,) = Store.open(tmp_path / "store").summary()
    assert (held.rows, held.world, held.parties) == (6, 15, ("CHN", "USA"))
    entry = read_files(tmp_path / "store", "gdelt")["events/20150307.export.CSV.zip"]
    assert (entry.rows_read, entry.rows_kept, entry.rows_outlined) == (5, 2, 3)
    assert entry.parties == ("CHN", "USA")


def test_either_side_is_enough_where_asked(client: Client, tmp_path: Path) -> None:
    report = run(client, limited(tmp_path / "store", "USA", "CHN", either=True))
    assert (report.rows_kept, report.rows_outlined) == (9, 6)


def test_other_parties_are_refused_before_anything_is_loaded(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    run(client, limited(store, "USA", "CHN"))
    wider = limited(store, "USA", "CHN", "RUS")
    planned = plan(client, wider)
    assert len(planned.todo) == 3  # what was read for fewer parties must be read again
    before = len(mirror.asked)
    with pytest.raises(UsageError, match="detente fetch gdelt --parties CHN,RUS,USA --widen"):
        fetch(client, planned)
    assert len(mirror.asked) == before and Store.open(store).summary()[0].rows == 6
    report = run(client, replace(wider, widen=True))
    assert (report.rows_kept, report.rows_outlined, report.counts["loaded"]) == (9, 6, 3)
    assert run(client, wider).counts["had"] == 3


def test_files_read_for_more_parties_are_had_only_by_their_store(
    client: Client, tmp_path: Path
) -> None:
    run(client, limited(tmp_path, "USA", "CHN", "RUS"))
    with pytest.raises(UsageError, match="widen"):
        fetch(client, plan(client, limited(tmp_path, "USA", "CHN", "PRK")))


def test_the_publishers_own_lists_have_no_gap_that_is_not_known(
    mirror: Mirror, client: Client, tmp_path: Path, shared: Path
) -> None:
    for name in ("md5sums", "filesizes"):
        listed = shared / "samples" / "gdelt" / f"{name}_20231006.txt"
        mirror.files[f"/{GDELT_HOST}/events/{name}"] = listed.read_bytes()
    span = Span(None, dt.date(2023, 10, 5), dt.date(2023, 10, 8))
    planned = plan(client, Order(GDELT, span, tmp_path, ("CHN", "USA")))
    assert len(planned.wanted) == 3950 and len(planned.todo) == 3949
    assert planned.unsized == 0 and round(planned.size / 1e9, 2) == 44.63
    assert planned.new_days == ()
    assert [str(day) for day, _ in planned.gap_days] == [
        "2014-01-23", "2014-01-24", "2014-01-25", "2014-03-19", "2022-11-10",
    ]  # fmt: skip
    assert 700e6 < planned.rows < 740e6  # 722 million by the publisher's counts and estimates
