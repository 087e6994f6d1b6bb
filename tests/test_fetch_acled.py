"""What is asked of ACLED, and how its tokens, pages and deletions are dealt with."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from detente.errors import FetchError, InputError
from detente.sources.acled import ACLED as SOURCE
from detente.sources.fetch import Span, Wanted
from detente.sources.fetch import acled as acled_module
from detente.sources.fetch.acled import ACLED, convert, fault, follow, manifest, removed
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.download import download
from detente.sources.fetch.tries import BrokenError, Patience, RefusedError
from mirror import Mirror, serving
from mirror_interfaces import ACLED as HOST
from mirror_interfaces import AcledInterface

QUICK = Patience(tries=3, connect=2.0, read=0.5, pause=0.01, longest=0.05)
TODAY = dt.date(2026, 11, 28)
READ = f"https://{HOST}/api/acled/read"
PAIR = Span(dt.date(2025, 7, 1), None, TODAY, ("ARM", "AZE"))


def row(number: str, day: str, iso: int, stamp: int = 1_700_000_000) -> dict[str, Any]:
    """An invented event as the interface gives it."""
    fields = next(csv.reader([SOURCE.example]))
    more = {"event_id_cnty": number, "event_date": day, "iso": iso, "timestamp": str(stamp)}
    return dict(zip(SOURCE.columns, fields, strict=True)) | more | {"region_number": 13}


@pytest.fixture
def interface() -> AcledInterface:
    return AcledInterface(
        [
            row("ARM1", "2025-07-02", 51),
            row("ARM2", "2026-01-02", 51),
            row("ARM3", "2026-02-02", 51, 1_790_000_000),
            row("AZE1", "2026-03-02", 31),
        ]
    )


@pytest.fixture
def mirror(interface: AcledInterface) -> Iterator[Mirror]:
    mirror = Mirror()
    interface.lay(mirror)
    with serving(mirror) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Client]:
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", mirror.host(HOST))
    monkeypatch.setenv("DETENTE_SECRETS", str(tmp_path / "no-file"))
    monkeypatch.setenv("DETENTE_ACLED_USER", "me@example.org")
    monkeypatch.setenv("DETENTE_ACLED_PASSWORD", "a secret")
    monkeypatch.setattr(acled_module, "PAGE_ROWS", 2)
    with open_client({}, by_hand=ACLED.by_hand, patience=QUICK) as opened:
        yield opened


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


def numbers(paths: list[Path]) -> list[str]:
    return sorted(row["event_id_cnty"] for path in paths for row in rows_in(path))


def test_by_country_and_year_until_a_page_is_not_full(client: Client, tmp_path: Path) -> None:
    wanted = manifest(client, PAIR)
    asked = [(dict(file.params)["iso"], dict(file.params)["event_date"]) for file in wanted]
    assert asked == [
        ("51", "2025-07-01|2025-12-31"),
        ("31", "2025-07-01|2025-12-31"),
        ("51", "2026-01-01|2026-11-28"),
        ("31", "2026-01-01|2026-11-28"),
    ]
    assert {file.replaces for file in wanted} == {"ids"}
    loaded = pages(client, wanted, tmp_path)
    assert numbers(loaded) == ["ARM1", "ARM2", "ARM3", "AZE1"]
    assert len(loaded) == 5  # one page is full, so that a second one, empty, is asked for
    first = rows_in(loaded[0])[0]
    assert list(first) == list(SOURCE.columns)
    assert all(SOURCE.names_file(path.name) for path in loaded)


def test_without_parties_all_regions_from_their_beginnings(client: Client) -> None:
    wanted = manifest(client, Span(dt.date(2009, 1, 1), dt.date(2010, 6, 30), TODAY))
    asked = [(dict(file.params)["region"], str(file.first)) for file in wanted]
    assert ("7", "2010-01-01") in asked and ("7", "2009-01-01") not in asked
    assert len(asked) == 5 + 7


def test_a_country_without_a_number(client: Client) -> None:
    wanted = manifest(client, Span(dt.date(2026, 1, 1), None, TODAY, ("XKX",)))
    assert dict(wanted[0].params)["country"] == "Kosovo"


def test_what_changed_since(client: Client, tmp_path: Path) -> None:
    since = dt.datetime.fromtimestamp(1_780_000_000, dt.UTC)
    span = Span(PAIR.first, PAIR.last, PAIR.today, ("ARM",), since=since)
    changed = [file for file in manifest(client, span) if "timestamp" in file.params]
    assert [dict(file.params)["timestamp"] for file in changed] == [str(1_780_000_000 - 86_400)]
    assert dict(changed[0].params)["timestamp_where"] == ">="
    assert numbers(pages(client, changed, tmp_path)) == ["ARM3"]


def test_deleted_events(interface: AcledInterface, client: Client) -> None:
    interface.deleted = ["ARM7"]
    since = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert removed(client, since) == ["ARM7"]


def test_a_token_that_ended_is_renewed(
    interface: AcledInterface, client: Client, tmp_path: Path
) -> None:
    interface.ends_after = 3
    wanted = manifest(client, PAIR)
    loaded = pages(client, wanted, tmp_path)
    assert numbers(loaded) == ["ARM1", "ARM2", "ARM3", "AZE1"]
    assert interface.grants == ["password", "refresh_token"]


def test_a_token_is_renewed_once_for_all_that_use_it(
    interface: AcledInterface, client: Client
) -> None:
    manifest(client, PAIR)

    def refuse(token: str) -> None:
        request = httpx2.Request("GET", READ, headers={"Authorization": f"Bearer {token}"})
        client.check(httpx2.Response(401, request=request), READ)

    for _ in range(3):  # as many workers that were refused with the old token
        with pytest.raises(BrokenError, match="renewed"):
            refuse("access1")
    assert interface.grants == ["password", "refresh_token"]
    with pytest.raises(RefusedError):
        refuse("access2")
    assert interface.grants == ["password", "refresh_token"]


def test_an_account_that_may_not_read(
    interface: AcledInterface, client: Client, tmp_path: Path
) -> None:
    interface.reads = False
    [page, *_] = manifest(client, PAIR)
    with pytest.raises(RefusedError) as refusal:
        download(client, page, tmp_path, lambda count: None)
    assert "may not read them" in refusal.value.next_step


def test_tokens_that_are_never_taken_are_not_renewed_for_ever(
    interface: AcledInterface, client: Client, tmp_path: Path
) -> None:
    interface.ends_after = 0
    [page, *_] = manifest(client, PAIR)
    with pytest.raises(RefusedError):
        download(client, page, tmp_path, lambda count: None)
    assert interface.grants == ["password", "refresh_token"]


def test_a_wrong_password_is_tried_once(
    interface: AcledInterface, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_ACLED_PASSWORD", "wrong")
    with pytest.raises(RefusedError) as refusal:
        manifest(client, PAIR)
    assert interface.grants == ["password"]
    assert "DETENTE_ACLED_PASSWORD" in refusal.value.next_step
    assert "wrong" not in str(refusal.value)


def test_without_an_account(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in acled_module.PASSWORDS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError) as failure:
        manifest(client, PAIR)
    assert "DETENTE_ACLED_PASSWORD" in str(failure.value)
    assert "https://acleddata.com" in failure.value.next_step


def test_secrets_are_in_no_address(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    pages(client, manifest(client, PAIR), tmp_path)
    assert not any("secret" in asked.path or "access" in asked.path for asked in mirror.asked)


def test_a_reply_that_is_shorter_than_it_says(
    interface: AcledInterface, client: Client, tmp_path: Path
) -> None:
    interface.short = 1
    [page, *_] = manifest(client, PAIR)
    path = download(client, page, tmp_path, lambda count: None).path
    assert fault(page, path) == "it holds 0 rows and says 1"


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "<html>", '{"success": true, "data": null}',
        '{"status": 403, "data": [], "count": 0}', '{"success": false, "error": "no", "data": []}',
    ],
)  # fmt: skip
def test_what_is_no_page(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert fault(Wanted(key="k", url="u", name="a.json"), path)


def test_an_answer_without_a_token(mirror: Mirror, client: Client) -> None:
    mirror.routes[f"/{HOST}/oauth/token"] = lambda query: (200, {}, b"{}")
    with pytest.raises(FetchError, match="could not be loaded"):
        manifest(client, PAIR)
