"""Which files of a Dataverse dataset are wanted, and how they are loaded."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from detente.errors import FetchError
from detente.sources.fetch import Span, Wanted
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.dataverse import DataverseFile, list_files
from detente.sources.fetch.download import download
from detente.sources.fetch.icews import ICEWS
from detente.sources.fetch.polecat import POLECAT
from detente.sources.fetch.tries import MissingError, Patience, RefusedError
from mirror import Mirror, serving
from mirror_interfaces import DATAVERSE, STORAGE, Deposit, add_dataset

QUICK = Patience(tries=3, connect=2.0, read=0.5, pause=0.01, longest=0.05)
TODAY = dt.date(2026, 11, 28)
ICEWS_DOI, POLECAT_DOI = "doi:10.7910/DVN/28075", "doi:10.7910/DVN/AJGVIT"
LIST = f"/{DATAVERSE}/api/datasets/:persistentId/"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(Mirror()) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    hosts = f"{mirror.host(DATAVERSE)},{mirror.host(STORAGE)}"
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", hosts)
    with open_client({}, by_hand=ICEWS.by_hand, patience=QUICK) as opened:
        yield opened


def span(first: int | None = None, last: int | None = None) -> Span:
    """A span of whole years."""
    return Span(
        dt.date(first, 1, 1) if first else None, dt.date(last, 12, 31) if last else None, TODAY
    )


def names(wanted: list[Wanted]) -> list[str]:
    return [file.name for file in wanted]


def load(client: Client, file: Wanted, folder: Path) -> bytes:
    return download(client, file, folder, lambda count: None).path.read_bytes()


def test_years_of_icews(shared: Path, mirror: Mirror, client: Client) -> None:
    text = (shared / "samples/dataverse/28075_v29.json").read_bytes()
    mirror.routes[LIST] = lambda query: (200, {}, text)
    wanted = ICEWS.manifest(client, span())
    assert [file.first.year for file in wanted if file.first] == list(range(1995, 2021))
    assert len({file.key for file in wanted}) == 26
    originals = {file.first.year: file for file in wanted if file.params and file.first}
    assert sorted(originals) == [2015, 2016]
    assert (originals[2015].size, originals[2015].md5) == (252_915_879, "")
    plain = wanted[0]
    assert (plain.size, plain.md5) == (5_487_693, "066ca5e4144b5e0dab0e1f9ddfc6fbb6")
    assert plain.name == "2546408-events.1995.20150313082510.tab.zip"
    assert {file.replaces for file in wanted} == {"days"}


def test_only_the_years_of_a_span(mirror: Mirror, client: Client) -> None:
    add_dataset(
        mirror,
        ICEWS_DOI,
        [
            Deposit(year, f"events.{year}.20150313082510.tab.zip", b"x")
            for year in range(1995, 2014)
        ],
    )
    wanted = ICEWS.manifest(client, Span(dt.date(2001, 6, 1), dt.date(2003, 1, 1), TODAY))
    assert [str(file.first) for file in wanted] == ["2001-01-01", "2002-01-01", "2003-01-01"]


def test_a_year_stands_for_its_weeks_but_for_those_after_it(mirror: Mirror, client: Client) -> None:
    add_dataset(
        mirror,
        ICEWS_DOI,
        [
            Deposit(1, "20200505-icews-events.zip", b"in the year's file"),
            Deposit(2, "events.2020.20200601093336.tab.zip", b"older"),
            Deposit(3, "events.2020.20200906093336.tab.zip", b"newer"),
            Deposit(4, "20200913-icews-events.zip", b"after it"),
            Deposit(5, "20190309-icews-events.zip", b"first of a repeated label"),
            Deposit(6, "20190309-icews-events.zip", b"second of a repeated label"),
            Deposit(7, "20210117-icews-events.zip", b"may bring events of 2020"),
            Deposit(8, "20210404-icews-events.zip", b"too late for that"),
            Deposit(9, "CAMEO.CDB.09b5.pdf", b"no events"),
        ],
    )
    assert names(ICEWS.manifest(client, span(2019, 2020))) == [
        "5-20190309-icews-events.zip",
        "6-20190309-icews-events.zip",
        "3-events.2020.20200906093336.tab.zip",
        "4-20200913-icews-events.zip",
        "7-20210117-icews-events.zip",
    ]


def test_names_of_polecat(mirror: Mirror, client: Client) -> None:
    add_dataset(
        mirror,
        POLECAT_DOI,
        [
            Deposit(1, "ngecEvents.DV.2018.txt", b"x"),
            Deposit(2, "ngecEventsDV-2019.txt.zip", b"x"),
            Deposit(3, "ngecEvents.20190805111842.Release001.DV.txt", b"x", created="2019-08-06"),
            Deposit(4, "ngecEvents.20260812111842.Release402.DV.txt", b"x"),
            Deposit(5, "ngecEvents.20260805111842.Release401.DV.txt", b"x"),
            Deposit(6, "POLECAT.codebook.pdf", b"x"),
            Deposit(7, "ngecEventsDV-2024-Feb.txt", b"x"),
            Deposit(8, "ngecEvents.DV.2025.txt.gz", b"x"),
        ],
    )
    wanted = POLECAT.manifest(client, span())
    days = {file.name.partition("-")[0]: (str(file.first), file.replaces) for file in wanted}
    assert days == {
        "1": ("2018-01-01", "days"),
        "2": ("2019-01-01", "days"),
        "7": ("2024-02-01", "again"),
        "8": ("2025-01-01", "days"),
        "5": ("2026-08-05", "again"),
        "4": ("2026-08-12", "again"),
    }
    assert list(days) == ["1", "2", "7", "8", "5", "4"]


def test_a_table_is_loaded_as_it_was_uploaded(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    add_dataset(
        mirror,
        ICEWS_DOI,
        [
            Deposit(1, "events.2015.20180710092545.tab", b"archived\n", original=b"uploaded\n"),
            Deposit(2, "events.2018.20200427084805.tab", b"as it is\n"),
        ],
    )
    table, plain = ICEWS.manifest(client, span())
    assert table.params == {"format": "original"} and not table.md5
    assert load(client, table, tmp_path) == b"uploaded\n"
    assert not plain.params and plain.md5
    assert load(client, plain, tmp_path) == b"as it is\n"


def test_an_address_that_has_ended_is_asked_for_again(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    add_dataset(mirror, ICEWS_DOI, [Deposit(1, "events.1995.1.tab", b"events\n")])
    mirror.faults[f"/{STORAGE}/1/plain"] = ["403"]
    [file] = ICEWS.manifest(client, span())
    assert load(client, file, tmp_path) == b"events\n"
    signed = [asked.path for asked in mirror.asked if asked.path.startswith(f"/{STORAGE}")]
    assert [path.partition("=")[2] for path in signed] == ["1", "2"]


def test_a_broken_line_goes_on_at_a_new_address(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    content = b"events\n" * 5000
    add_dataset(mirror, ICEWS_DOI, [Deposit(1, "events.1995.1.tab", content)])
    mirror.faults[f"/{STORAGE}/1/plain"] = ["cut:20000"]
    [file] = ICEWS.manifest(client, span())
    assert load(client, file, tmp_path) == content
    first, second = [asked for asked in mirror.asked if asked.path.startswith(f"/{STORAGE}")]
    assert first.path != second.path
    assert second.headers["Range"].startswith("bytes=")
    assert second.status == 206


def test_no_secret_goes_anywhere(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    add_dataset(mirror, ICEWS_DOI, [Deposit(1, "events.1995.1.tab", b"events\n")])
    client.authorise(DATAVERSE, {"X-Dataverse-key": "secret"})
    [file] = ICEWS.manifest(client, span())
    load(client, file, tmp_path)
    at_storage = [asked for asked in mirror.asked if asked.path.startswith(f"/{STORAGE}")]
    assert at_storage and not any("X-Dataverse-key" in asked.headers for asked in at_storage)


def test_a_refusal_tells_of_the_address_and_of_the_way_by_hand(
    mirror: Mirror, client: Client
) -> None:
    add_dataset(mirror, ICEWS_DOI, [])
    mirror.faults[LIST] = ["403"]
    with pytest.raises(RefusedError) as refusal:
        ICEWS.manifest(client, span())
    assert "about the account or the address" in refusal.value.found
    assert "doi.org/10.7910/DVN/28075" in refusal.value.next_step
    assert "detente ingest icews" in refusal.value.next_step


def test_our_own_name_is_sent(mirror: Mirror, client: Client) -> None:
    add_dataset(mirror, ICEWS_DOI, [])
    assert ICEWS.manifest(client, span()) == []
    assert mirror.asked[0].headers["User-Agent"].startswith("detente/")


def test_a_dataset_that_is_gone(mirror: Mirror, client: Client) -> None:
    add_dataset(mirror, POLECAT_DOI, [])
    with pytest.raises(MissingError):
        ICEWS.manifest(client, span())


@pytest.mark.parametrize("text", ["<html>", "{}", '{"data": {"latestVersion": null}}', "[]"])
def test_what_is_no_list(mirror: Mirror, client: Client, text: str) -> None:
    mirror.routes[LIST] = lambda query: (200, {}, text.encode())
    with pytest.raises(FetchError, match="could not be loaded"):
        list_files(client, ICEWS_DOI)


def file_of(data: dict[str, object], mirror: Mirror, client: Client) -> DataverseFile:
    """A file as it is understood of its entry in a list."""
    entry = {"label": "a.tab", "dataFile": {"id": 1, "filename": "a.tab", "filesize": 9} | data}
    listed = {"data": {"latestVersion": {"files": [entry]}}}
    mirror.routes[LIST] = lambda query: (200, {}, json.dumps(listed).encode())
    return list_files(client, ICEWS_DOI)[0]


def test_sums_are_of_the_kind_that_the_list_says(mirror: Mirror, client: Client) -> None:
    md5 = "A" * 32
    checksum = {"type": "MD5", "value": md5}
    assert file_of({"checksum": checksum, "md5": "b" * 32}, mirror, client).md5 == md5.lower()
    assert file_of({"md5": md5}, mirror, client).md5 == md5.lower()
    other = {"type": "SHA-512", "value": "c" * 128}
    assert file_of({"checksum": other}, mirror, client).md5 == ""
    assert file_of({}, mirror, client).md5 == ""
    assert file_of({"UNF": "UNF:6:x", "md5": md5}, mirror, client).md5 == ""
    assert file_of({"UNF": "UNF:6:x"}, mirror, client).size is None


def test_restricted_files_are_not_asked_for(mirror: Mirror, client: Client) -> None:
    entry = {"label": "a.tab", "restricted": True, "dataFile": {"id": 1, "filename": "a.tab"}}
    listed = {"data": {"latestVersion": {"files": [entry]}}}
    mirror.routes[LIST] = lambda query: (200, {}, json.dumps(listed).encode())
    assert list_files(client, ICEWS_DOI) == []
