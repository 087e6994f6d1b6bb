"""Which editions of UCDP are wanted, by files and by the interface."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detente.errors import FetchError
from detente.sources.fetch import Span, Wanted
from detente.sources.fetch import ucdp as ucdp_module
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.download import download
from detente.sources.fetch.tries import Patience, RefusedError
from detente.sources.fetch.ucdp import UCDP, convert, fault, follow, manifest
from detente.sources.ucdp import UCDP as SOURCE
from mirror import Mirror, serving, zipped
from mirror_interfaces import UCDP as HOST
from mirror_interfaces import UCDP_API, UcdpInterface

QUICK = Patience(tries=3, connect=2.0, read=0.5, pause=0.01, longest=0.05)
TODAY = dt.date(2026, 11, 28)
ALL = Span(None, None, TODAY)
YEARLY, CANDIDATES = f"/{HOST}/downloads/ged", f"/{HOST}/downloads/candidateged"


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(Mirror()) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", f"{mirror.host(HOST)},{mirror.host(UCDP_API)}")
    for name in ucdp_module.TOKENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ucdp_module, "PAUSE_SECONDS", 0.0)
    with open_client({}, by_hand=UCDP.by_hand, patience=QUICK) as opened:
        yield opened


def lay(mirror: Mirror, *names: str) -> None:
    """Files of these names, each with some bytes."""
    for name in names:
        folder = YEARLY if name.startswith("ged") else CANDIDATES
        mirror.files[f"{folder}/{name}"] = name.encode()


def names(wanted: list[Wanted]) -> list[str]:
    return [file.name for file in wanted]


def test_the_newest_year_and_what_came_since(mirror: Mirror, client: Client) -> None:
    lay(mirror, "ged251-csv.zip", "ged261-csv.zip")
    lay(mirror, *(f"GEDEvent_v26_0_{month}.csv" for month in (1, 2, 3, 4, 5, 6, 7, 9)))
    lay(mirror, "GEDEvent_v26_01_26_03.csv", "GEDEvent_v26_01_26_06.csv")
    wanted = manifest(client, ALL)
    assert names(wanted) == [
        "ged261-csv.zip",
        "GEDEvent_v26_01_26_06.csv",
        "GEDEvent_v26_0_7.csv",
        "GEDEvent_v26_0_8.csv",  # not there, though a later one is: a gap that must be seen
        "GEDEvent_v26_0_9.csv",
    ]
    assert [file.replaces for file in wanted] == ["days", "days", "ids", "ids", "ids"]
    assert [(str(file.first), str(file.last)) for file in wanted[:3]] == [
        ("1989-01-01", "2025-12-31"),
        ("2026-01-01", "2026-06-30"),
        ("2026-07-01", "2026-07-31"),
    ]
    assert wanted[0].size == len("ged261-csv.zip") and wanted[3].size is None


def test_before_a_year_is_closed(mirror: Mirror, client: Client) -> None:
    lay(mirror, "ged261-csv.zip", "GEDEvent_v26_01_26_12.csv", "GEDEvent_v27_0_1.csv")
    lay(mirror, "GEDEvent_v26_0_12.csv")
    wanted = manifest(client, Span(None, None, dt.date(2027, 2, 20)))
    assert names(wanted) == [
        "ged261-csv.zip", "GEDEvent_v26_01_26_12.csv", "GEDEvent_v27_0_1.csv"
    ]  # fmt: skip


def test_only_the_editions_of_a_span(mirror: Mirror, client: Client) -> None:
    lay(mirror, "ged261-csv.zip", "GEDEvent_v26_0_1.csv", "GEDEvent_v26_0_2.csv")
    span = Span(dt.date(2026, 2, 1), dt.date(2026, 2, 3), TODAY)
    assert names(manifest(client, span)) == ["GEDEvent_v26_0_2.csv"]
    span = Span(dt.date(1990, 1, 1), dt.date(1990, 12, 31), TODAY)
    assert names(manifest(client, span)) == ["ged261-csv.zip"]


def test_a_page_in_place_of_a_file_is_none(mirror: Mirror, client: Client) -> None:
    lay(mirror, "ged251-csv.zip", "ged261-csv.zip")
    mirror.faults[f"{YEARLY}/ged261-csv.zip"] = ["html"]
    assert names(manifest(client, ALL))[0] == "ged251-csv.zip"


def test_no_yearly_edition_at_all(client: Client) -> None:
    with pytest.raises(FetchError, match="No yearly edition") as failure:
        manifest(client, ALL)
    assert "2023 to 2026" in failure.value.found
    assert "detente ingest ucdp" in failure.value.next_step


def row(number: int, day: str, **fields: Any) -> dict[str, Any]:
    """An event as the interface gives it."""
    plain = dict.fromkeys(SOURCE.columns, "")
    days = {"date_start": f"{day}T00:00:00", "date_end": f"{day}T00:00:00"}
    more = {"id": number, "active_year": True, "gwnob": None, "code_status": "Clear"}
    return plain | days | more | fields


EDITIONS = {
    "26.1": [row(number, f"2025-0{number}-01") for number in range(1, 6)],
    "26.0.1": [row(9, "2026-01-05")],
}


@pytest.fixture
def interface(mirror: Mirror, client: Client, monkeypatch: pytest.MonkeyPatch) -> UcdpInterface:
    monkeypatch.setenv("DETENTE_UCDP_TOKEN", "t0ken")
    interface = UcdpInterface(EDITIONS, "t0ken")
    interface.lay(mirror)
    return interface


def pages(client: Client, wanted: list[Wanted], folder: Path) -> list[Path]:
    """Every page that the first ones lead to, loaded as a fetch does."""
    loaded: list[Path] = []
    queue = list(wanted)
    while queue:
        file = queue.pop(0)
        path = download(client, file, folder, lambda count: None).path
        assert fault(file, path) == ""
        loaded.append(convert(file, path))
        queue += follow(client, file, path)
    return loaded


def rows_in(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(paths: list[Path]) -> list[str]:
    return [row["id"] for path in paths for row in rows_in(path)]


def test_pages_of_the_interface(interface: UcdpInterface, client: Client, tmp_path: Path) -> None:
    wanted = manifest(client, ALL)
    assert [file.url.rpartition("/")[2] for file in wanted] == ["26.1", "26.0.1"]
    assert [file.replaces for file in wanted] == ["days", "ids"]
    assert [file.likely for file in wanted] == [5 * 1500, 1500]
    loaded = pages(client, wanted, tmp_path)
    assert sorted(ids(loaded)) == ["1", "2", "3", "4", "5", "9"] and len(loaded) == 4
    assert len({path.name for path in loaded}) == 4
    first = rows_in(loaded[0])[0]
    assert list(first) == list(SOURCE.columns)
    assert (first["date_start"], first["active_year"], first["gwnob"]) == ("2025-01-01", "1", "")
    assert all(SOURCE.names_file(path.name) for path in loaded)


def test_an_interface_that_was_asked_too_fast(
    interface: UcdpInterface, mirror: Mirror, client: Client
) -> None:
    mirror.faults[f"/{UCDP_API}/api/gedevents/26.1"] = ["400", "400"]
    mirror.faults[f"/{UCDP_API}/api/gedevents/26.0.11"] = ["400"] * 3
    assert [file.url.rpartition("/")[2] for file in manifest(client, ALL)] == ["26.1", "26.0.1"]


def test_days_of_a_span_alone(interface: UcdpInterface, client: Client, tmp_path: Path) -> None:
    wanted = manifest(client, Span(dt.date(2025, 2, 1), dt.date(2025, 4, 1), TODAY))
    assert [(str(file.first), str(file.last)) for file in wanted] == [("2025-02-01", "2025-04-01")]
    assert ids(pages(client, wanted, tmp_path)) == ["2", "3", "4"]


def test_only_the_first_page_replaces_days(
    interface: UcdpInterface, client: Client, tmp_path: Path
) -> None:
    [page, _] = manifest(client, ALL)
    path = download(client, page, tmp_path, lambda count: None).path
    [following] = follow(client, page, path)
    assert (page.replaces, following.replaces, following.params["page"]) == ("days", "ids", "1")
    assert following.params["StartDate"] == "1989-01-01"


def test_the_token_goes_to_the_interface_alone(
    interface: UcdpInterface, mirror: Mirror, client: Client
) -> None:
    manifest(client, ALL)
    assert all("t0ken" not in asked.path for asked in mirror.asked)
    with pytest.raises(FetchError):
        client.text("https://ucdp.uu.se/downloads/nothing")
    assert "x-ucdp-access-token" not in {name.lower() for name in mirror.asked[-1].headers}


def test_a_wrong_token(interface: UcdpInterface, client: Client) -> None:
    interface.token = interface.token[::-1]
    with pytest.raises(RefusedError) as refusal:
        manifest(client, ALL)
    assert "files need none" in refusal.value.next_step
    assert "t0ken" not in str(refusal.value)


def test_an_answer_without_pages_is_no_answer(
    interface: UcdpInterface, client: Client, tmp_path: Path
) -> None:
    interface.hiccups = 1
    [page, _] = manifest(client, ALL)
    path = download(client, page, tmp_path, lambda count: None).path
    assert fault(page, path) == "it says that it has no rows"
    path = download(client, page, tmp_path, lambda count: None).path
    assert fault(page, path) == ""


def test_a_day_may_have_no_event(interface: UcdpInterface, client: Client, tmp_path: Path) -> None:
    day = dt.date(2025, 2, 2)
    [page] = manifest(client, Span(day, day, TODAY))
    path = download(client, page, tmp_path, lambda count: None).path
    assert fault(page, path) == "" and follow(client, page, path) == []
    assert ids([convert(page, path)]) == []


@pytest.mark.parametrize("address", ["https://elsewhere.org/?page=1", "https://{}/x?page=0"])
def test_a_next_page_that_leads_astray(client: Client, tmp_path: Path, address: str) -> None:
    page = Wanted(key="k", url="https://x/26.1", name="a.json", params={"page": "0"})
    path = tmp_path / "a.json"
    path.write_text(f'{{"NextPageUrl": "{address.format(UCDP_API)}", "Result": []}}')
    with pytest.raises(FetchError, match="something else"):
        follow(client, page, path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Result": 1}', "<html>"])
def test_what_is_no_page(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert fault(Wanted(key="k", url="u", name="a.json"), path)


def test_files_are_left_as_they_are(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "ged261-csv.zip"
    path.write_bytes(zipped("a.csv", "id\n"))
    file = Wanted(key="k", url="u", name=path.name)
    assert fault(file, path) == "" and convert(file, path) == path
    assert follow(client, file, path) == []
