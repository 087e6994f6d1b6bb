"""What a feed can ask for beside plain files: replacing, pages, datasets, renewed files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from detente.errors import UsageError
from detente.events.store import Store
from detente.sources.fetch import Feed, Span, Wanted, all_feeds, get_feed, register_feed
from detente.sources.fetch import feeds as feeds_module
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.gaps import shipped_gaps, uncovered
from detente.sources.fetch.plan import Order, plan
from detente.sources.fetch.report import FetchReport
from detente.sources.fetch.run import fetch
from detente.sources.fetch.tries import Patience
from detente.sources.icews import ICEWS
from mirror import Mirror, serving

HOST = "a.org"
TODAY = dt.date(2020, 6, 1)
QUICK = Patience(tries=3, connect=2.0, read=0.5, pause=0.01, longest=0.05)


def rows(*numbers: int, day: str = "2018-11-02", action: str = "043") -> bytes:
    fields = dict(zip(ICEWS.columns, ICEWS.example.split("\t"), strict=True))
    own = [fields | {"Event ID": f"{n}", "Event Date": day, "CAMEO Code": action} for n in numbers]
    return "\n".join(["\t".join(ICEWS.columns), *("\t".join(row.values()) for row in own)]).encode()


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(Mirror()) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", mirror.host(HOST))
    with open_client({}, patience=QUICK) as opened:
        yield opened


def file(name: str, **more: object) -> Wanted:
    facts: dict[str, object] = {"key": name, "name": name, "source": "icews"}
    return Wanted(url=f"https://{HOST}/{name}", **(facts | more))  # type: ignore[arg-type]


def feed(*files: Wanted, **more: object) -> Feed:
    facts: dict[str, object] = {"name": "a", "title": "A", "licence": "free", "by_hand": "By hand."}
    facts |= {"citation": "A (2020)", "manifest": lambda client, span: list(files)}
    return Feed(**(facts | more))  # type: ignore[arg-type]


def order(given: Feed, store: Path, **more: object) -> Order:
    return Order(given, Span(None, None, TODAY), store, **more)  # type: ignore[arg-type]


def run(client: Client, given: Order) -> FetchReport:
    return fetch(client, plan(client, given))


def numbers(store: Path) -> list[str]:
    return [row["event_id"].partition(":")[2] for row in Store.open(store).events().to_pylist()]


def test_a_years_file_that_was_revised_takes_the_place_of_the_old(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    days = {"first": dt.date(2018, 1, 1), "last": dt.date(2018, 12, 31), "replaces": "days"}
    mirror.files |= {f"/{HOST}/old.tab": rows(1000001, 1000002)}
    mirror.files |= {f"/{HOST}/new.tab": rows(1000002, 1000003)}
    mirror.files |= {f"/{HOST}/other.tab": rows(1000009, day="2019-01-05")}
    run(client, order(feed(file("old.tab", **days), file("other.tab")), tmp_path))
    assert len(numbers(tmp_path)) == 3
    run(client, order(feed(file("new.tab", **days), file("other.tab")), tmp_path, update=True))
    assert sorted(numbers(tmp_path)) == ["1000002", "1000003", "1000009"]


def test_rows_that_were_revised_replace_their_numbers_in_order(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    names = [f"{n}.tab" for n in range(6)]
    for n, name in enumerate(names):
        mirror.files[f"/{HOST}/{name}"] = rows(1000001, day=f"2018-11-0{n + 1}")
    mirror.faults[f"/{HOST}/0.tab"] = ["503", "503"]  # the oldest comes last
    run(client, order(feed(*(file(name, replaces="ids") for name in names)), tmp_path))
    (row,) = Store.open(tmp_path).events().to_pylist()
    assert row["date"] == dt.date(2018, 11, 6)


def test_events_that_the_publisher_took_back_go(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    mirror.files[f"/{HOST}/a.tab"] = rows(1000001, 1000002)
    asked: list[dt.datetime] = []

    def removed(client: Client, since: dt.datetime) -> Sequence[str]:
        asked.append(since)
        return ["1000002", "77"]

    given = feed(file("a.tab"), removed=removed)
    run(client, order(given, tmp_path))
    assert asked == []  # nothing was loaded before
    report = run(client, order(given, tmp_path, update=True))
    assert report.removed == 1 and numbers(tmp_path) == ["1000001"]


def test_a_file_leads_to_further_ones(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    for n in (1, 2, 3):
        body = {"rows": rows(1000000 + n).decode(), "next": n + 1 if n < 3 else None}
        mirror.files[f"/{HOST}/{n}.json"] = json.dumps(body).encode()

    def follow(client: Client, wanted: Wanted, path: Path) -> list[Wanted]:
        page = json.loads(path.read_text())["next"]
        return [file(f"{page}.json")] if page else []

    def convert(wanted: Wanted, path: Path) -> Path:
        table = path.with_suffix(".tab")
        table.write_text(json.loads(path.read_text())["rows"])
        return table

    given = feed(file("1.json"), follow=follow, convert=convert)
    report = run(client, order(given, tmp_path))
    assert report.counts["loaded"] == 3 and len(report.fates) == 3
    assert sorted(numbers(tmp_path)) == ["1000001", "1000002", "1000003"]
    assert not (tmp_path / "fetch" / "files").exists()


def test_secrets_stand_in_no_ledger(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.files[f"/{HOST}/a.tab"] = rows(1000001)
    mirror.secret[f"/{HOST}/a.tab"] = ("x-key", "hidden")
    client.authorise(HOST, {"x-key": "hidden"})
    report = run(client, order(feed(file("a.tab")), tmp_path))
    assert report.counts["loaded"] == 1
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"hidden" not in path.read_bytes()


def publish(span: Span, files: Sequence[Path], folder: Path) -> list[Path]:
    """A dataset of the lengths of the files."""
    table = folder / "lengths.csv"
    (folder / "a.toml").touch()
    table.write_text("".join(f"{len(path.read_bytes())}\n" for path in files))
    return [table]


def test_a_dataset_is_made_of_files_that_are_renewed(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    path = f"/{HOST}/a.xls"
    mirror.files[path] = b"12345"
    given = feed(file("a.xls", source=""), publish=publish, renewed=True)
    report = run(client, order(given, tmp_path))
    assert report.datasets == (str(tmp_path / "lengths.csv"),) and report.exit_code == 0
    assert (tmp_path / "lengths.csv").read_text() == "5\n"
    assert run(client, order(given, tmp_path)).counts["had"] == 1
    assert mirror.times(path) == 1
    again = run(client, order(given, tmp_path, update=True))
    assert again.counts["had"] == 1 and mirror.asked[-1].status == 304
    mirror.files[path] = b"1234567"
    again = run(client, order(given, tmp_path, update=True))
    assert again.counts["loaded"] == 1 and (tmp_path / "lengths.csv").read_text() == "7\n"


def test_files_that_need_not_be_there_are_no_gap(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    mirror.files[f"/{HOST}/a.tab"] = rows(1000001)
    given = feed(file("a.tab"), file("b.tab", optional=True))
    report = run(client, order(given, tmp_path))
    assert report.counts["missing"] == 1 and report.exit_code == 0


def test_feeds_are_known_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds_module, "_REGISTERED", dict(feeds_module._REGISTERED))
    given = feed()
    register_feed(given)
    assert get_feed("a") is given and given in all_feeds()
    with pytest.raises(UsageError, match="Another feed"):
        register_feed(replace(given, title="B"))
    with pytest.raises(UsageError, match="gdelt"):
        get_feed("gdel")


def test_every_shipped_gap_is_dated_and_in_the_past() -> None:
    for given in all_feeds():
        for gap in shipped_gaps(given.name):
            assert gap.first <= gap.last <= gap.seen and gap.what


def test_days_without_a_file_are_counted() -> None:
    first, last = dt.date(2020, 1, 1), dt.date(2020, 1, 10)
    files = [
        file("year", first=dt.date(2019, 1, 1), last=dt.date(2020, 1, 2)),
        file("day", first=dt.date(2020, 1, 4), last=dt.date(2020, 1, 4)),
        file("open"),
        file("late", first=dt.date(2020, 1, 9), last=dt.date(2020, 3, 1)),
    ]
    assert [day.day for day in uncovered(first, last, files)] == [3, 5, 6, 7, 8]
