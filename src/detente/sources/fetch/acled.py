"""ACLED: political violence and protest, for who has an account at acleddata.com.

A name and a password (`DETENTE_ACLED_USER`, `DETENTE_ACLED_PASSWORD`) are exchanged for a token of
a day, which is renewed when it ends. Events are asked for by country and year, 5,000 rows a page,
until a page is not full; a reply can be short without saying so, so that its rows are counted. With
parties, their countries are asked for; what they did to one another elsewhere comes only without,
when all regions are asked for.

Rows are revised for years: an update asks for what changed since the first fetch, and for the
numbers of events that were deleted.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pycountry

from detente.events.actors import name_of
from detente.rounding import count_text, plural
from detente.sources.acled import ACLED as SOURCE
from detente.sources.fetch.client import Client
from detente.sources.fetch.hosts import shown
from detente.sources.fetch.pages import PAGE, read_page, rows_of, write_rows
from detente.sources.fetch.secrets import need_first_secret
from detente.sources.fetch.tries import BrokenError, RefusedError
from detente.sources.fetch.wanted import Feed, Span, Wanted

HOST_NAME = "acleddata.com"
HOST = f"https://{HOST_NAME}"
USERS = ("DETENTE_ACLED_USER", "ACLED_EMAIL")
PASSWORDS = ("DETENTE_ACLED_PASSWORD", "ACLED_PASSWORD")

PAGE_ROWS = 5000
LIKELY_BYTES = 1_500_000
"""Of a place and a year, roughly: nothing for a quiet country, 100 MB for a region at war."""

MARGIN = dt.timedelta(days=1)
"""By how much an update goes back behind the last fetch: clocks and long fetches."""

REGIONS = {
    1: 1997, 2: 1997, 3: 1997, 4: 1997, 5: 1997, 7: 2010, 9: 2010, 11: 2015, 12: 2018, 13: 2017,
    14: 2018, 15: 2018, 16: 2018, 17: 2018, 18: 2018, 19: 2021, 20: 2021,
}  # fmt: skip
"""Numbers of ACLED's regions, and the year with which each begins."""

FIRST_YEAR = 1997

ACCOUNT = (
    "Make a free account at https://acleddata.com, and accept its terms there. Where a name and a"
    " password are taken and events are refused, the account may not read them by the interface."
)


@dataclass(frozen=True)
class Place:
    """Where events are asked for.

    Attributes:
        field: The field that is compared: `iso`, `region` or `country`.
        value: What it must be.
        since: The first year with events.
    """

    field: str
    value: str
    since: int


def manifest(client: Client, span: Span) -> list[Wanted]:
    """The first pages of every place and year of a span, and of what changed since.

    Raises:
        RefusedError: The name or the password is refused.
        InputError: They are not given, or a party is no state.
    """
    log_in(client)
    places = _places(span.parties)
    first = span.first or dt.date(FIRST_YEAR, 1, 1)
    last = min(span.last or span.today, span.today)
    wanted = [
        _page(
            place, {"event_date": f"{since}|{until}", "event_date_where": "BETWEEN"}, since, until
        )
        for since, until in _years(first, last)
        for place in places
        if until.year >= place.since
    ]
    if span.since is not None:
        moment = int((span.since - MARGIN).timestamp())
        changed = {"timestamp": str(moment), "timestamp_where": ">="}
        wanted += [_page(place, changed, first, last) for place in places]
    return wanted


def _places(parties: tuple[str, ...]) -> list[Place]:
    if not parties:
        return [Place("region", str(number), since) for number, since in REGIONS.items()]
    return [_country(code) for code in parties]


def _country(code: str) -> Place:
    """A country by its number, which is safer than a name; Kosovo has none.

    Example:
        >>> _country("USA").value, _country("XKX").value
        ('840', 'Kosovo')
    """
    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        return Place("country", name_of(code), FIRST_YEAR)
    return Place("iso", str(int(country.numeric)), FIRST_YEAR)


def _years(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The days of each year between two days."""
    for year in range(first.year, last.year + 1):
        yield max(first, dt.date(year, 1, 1)), min(last, dt.date(year, 12, 31))


def _page(
    place: Place, asked: Mapping[str, str], first: dt.date, last: dt.date, page: int = 1
) -> Wanted:
    params = {
        "_format": "json",
        place.field: place.value,
        **asked,
        "inter_num": "1",
        "limit": str(PAGE_ROWS),
        "page": str(page),
    }
    return _wanted(params, first, last)


def _wanted(params: Mapping[str, str], first: dt.date | None, last: dt.date | None) -> Wanted:
    place = next(f"{name}{params[name]}" for name in ("iso", "region", "country") if name in params)
    # What changed since the first fetch is another thing every day.
    what = params.get("event_date") or f"since{params.get('timestamp')}-{last}"
    name = f"acled-{place}-{what.replace('|', '-')}-{params['page']}"
    return Wanted(
        key=f"read/{name}",
        url=f"{HOST}/api/acled/read",
        name=f"{name}{PAGE}",
        first=first,
        last=last,
        replaces="ids",
        source=SOURCE.name,
        params=MappingProxyType(dict(params)),
        likely=LIKELY_BYTES,
    )


def log_in(client: Client) -> None:
    """Exchange name and password for a token, and renew it when it is refused later.

    Raises:
        RefusedError: They are refused.
        InputError: They are not given.
    """
    tokens = _tokens(
        client,
        {
            "grant_type": "password",
            "username": need_first_secret(USERS, ACCOUNT),
            "password": need_first_secret(PASSWORDS, ACCOUNT),
        },
    )
    client.authorise(HOST_NAME, _bearer(tokens), lambda: _bearer(_renewed(client, tokens)))


def _renewed(client: Client, tokens: dict[str, Any]) -> dict[str, Any]:
    """New tokens for old ones, which are updated."""
    fields = {"grant_type": "refresh_token", "refresh_token": str(tokens.get("refresh_token", ""))}
    tokens |= _tokens(client, fields)
    return tokens


def _tokens(client: Client, fields: Mapping[str, str]) -> dict[str, Any]:
    url = f"{HOST}/oauth/token"

    def attempt(place: str) -> dict[str, Any]:
        with client.stream(place, fields={"client_id": "acled", **fields}) as answer:
            if answer.status_code in {400, 401, 403}:
                raise RefusedError(
                    "ACLED refuses the name or the password.",
                    f"It answered {answer.status_code} to {shown(url)}.",
                    f"Look at {USERS[0]} and {PASSWORDS[0]}. {ACCOUNT}",
                )
            client.check(answer, shown(place))
            return _read_tokens(answer.read())

    return client.insist(url, attempt)


def _read_tokens(body: bytes) -> dict[str, Any]:
    try:
        tokens = json.loads(body)
        if isinstance(tokens["access_token"], str):
            return dict(tokens)
    except (ValueError, KeyError, TypeError):
        pass
    raise BrokenError("the answer holds no token")


def _bearer(tokens: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def fault(wanted: Wanted, path: Path) -> str:
    """Why a page is not what was asked for; empty if it is."""
    try:
        page = read_page(path)
        if page.get("success") is False or str(page.get("status", 200)) != "200":
            return f"it says {str(page.get('error') or page.get('messages') or 'no')[:80]!r}"
        rows = rows_of(page, "data")
    except ValueError as error:
        return str(error)
    count = str(page.get("count", ""))
    if count.isdigit() and int(count) != len(rows):
        return f"it holds {plural(len(rows), 'rows')} and says {count_text(int(count))}"
    return ""


def follow(client: Client, wanted: Wanted, path: Path) -> list[Wanted]:
    """The next page, while pages are full."""
    if len(rows_of(read_page(path), "data")) < PAGE_ROWS:
        return []
    page = str(int(wanted.params["page"]) + 1)
    return [_wanted({**wanted.params, "page": page}, wanted.first, wanted.last)]


def convert(wanted: Wanted, path: Path) -> Path:
    """The table that a page holds, in the columns of the codebook."""
    return write_rows(path, list(SOURCE.columns), rows_of(read_page(path), "data"))


def removed(client: Client, since: dt.datetime) -> list[str]:
    """Numbers of the events, as ACLED gives them, that it deleted since a moment."""
    log_in(client)
    numbers: dict[str, None] = {}
    for page in itertools.count(1):
        before = len(numbers)
        rows = client.ask(
            f"{HOST}/api/deleted/read",
            _deleted,
            params={
                "_format": "json",
                "deleted_timestamp": str(int((since - MARGIN).timestamp())),
                "deleted_timestamp_where": ">=",
                "limit": str(PAGE_ROWS),
                "page": str(page),
            },
        )
        numbers |= dict.fromkeys(rows)
        if len(rows) < PAGE_ROWS or len(numbers) == before:
            break
    return list(numbers)


def _deleted(text: str) -> list[str]:
    page = json.loads(text)
    if not isinstance(page, dict) or page.get("success") is False:
        raise ValueError("it is no list of deleted events")
    return [str(row["event_id_cnty"]) for row in rows_of(page, "data") if row.get("event_id_cnty")]


ACLED = Feed(
    name="acled",
    title="ACLED: political violence and protest, 1997 on (an account is needed)",
    manifest=manifest,
    licence="for those with an account, by ACLED's terms: rows may not be passed on",
    citation=SOURCE.citation,
    note=(
        "With parties their countries are asked for: what they did to one another elsewhere is not"
        " among it, and the world's counts are those of these countries. Without, all regions are."
    ),
    by_hand=f"{ACCOUNT} Or export CSV at https://acleddata.com, then: detente ingest acled FILE.",
    secrets=(USERS[0], PASSWORDS[0]),
    since=dt.date(FIRST_YEAR, 1, 1),
    row_bytes=1100.0,
    check=fault,
    follow=follow,
    convert=convert,
    removed=removed,
)
