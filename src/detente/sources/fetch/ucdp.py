"""UCDP: the yearly events (GED) and, for the time since, the monthly candidates.

There is no list of files, but their names can be computed: `ged261-csv.zip` is the edition of 2026
(1989 to 2025), `GEDEvent_v26_01_26_06.csv` the candidates of January to June 2026 together, and
`GEDEvent_v26_0_8.csv` those of August. Each is asked for, the newest first, until one is there.

With a token in `DETENTE_UCDP_TOKEN` the same editions are asked of the interface instead, which can
give the days of a span alone, a thousand rows a page. An edition that is not out is answered there
with 400 and "Invalid object name".
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from detente.errors import FetchError
from detente.sources.fetch.client import Client
from detente.sources.fetch.hosts import shown
from detente.sources.fetch.pages import PAGE, read_page, rows_of, unusable, write_rows
from detente.sources.fetch.secrets import first_secret
from detente.sources.fetch.tries import AbsentError, BrokenError, MissingError
from detente.sources.fetch.wanted import Feed, Replaces, Span, Wanted
from detente.sources.ucdp import UCDP as SOURCE

FILES = "https://ucdp.uu.se/downloads"
API_HOST = "ucdpapi.pcr.uu.se"
API = f"https://{API_HOST}/api/gedevents"
TOKENS = ("DETENTE_UCDP_TOKEN", "UCDP_ACCESS_TOKEN")

FIRST_DAY = dt.date(1989, 1, 1)
YEARS_BACK = 4
"""Years of which an edition is looked for, from this year on."""

A_WEEK = dt.timedelta(6)
PAGE_ROWS = 1000
PAUSE_SECONDS = 1.0
"""Between two pages: some forty fast requests are answered with 400; 5,000 a day are allowed."""


@dataclass(frozen=True)
class Edition:
    """An edition of the events.

    Attributes:
        version: As the interface calls it: `26.1`, `26.01.26.06` or `26.0.8`.
        first: First day that it covers.
        last: Last day.
        path: Where its file lies, below `FILES`.
        whole: Whether nothing else of its days counts beside it; else its events replace those of
            the same numbers.
    """

    version: str
    first: dt.date
    last: dt.date
    path: str
    whole: bool


Look = Callable[[Edition], int | None]
"""The bytes of an edition, None if it does not say; raises MissingError if there is none."""


def yearly(year: int) -> Edition:
    """The edition of a year, which ends with the year before.

    Example:
        >>> yearly(2026).path, str(yearly(2026).last)
        ('ged/ged261-csv.zip', '2025-12-31')
    """
    short = year % 100
    last = dt.date(year - 1, 12, 31)
    return Edition(f"{short:02}.1", FIRST_DAY, last, f"ged/ged{short:02}1-csv.zip", whole=True)


def candidates(year: int, month: int, *, since_january: bool = False) -> Edition:
    """The candidates of a month, or of all months up to it.

    Example:
        >>> candidates(2026, 8).version, candidates(2026, 6, since_january=True).path
        ('26.0.8', 'candidateged/GEDEvent_v26_01_26_06.csv')
    """
    short = year % 100
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    version = f"{short:02}.0.{month}"
    first = last.replace(day=1)
    if since_january:
        version, first = f"{short:02}.01.{short:02}.{month:02}", dt.date(year, 1, 1)
    path = f"candidateged/GEDEvent_v{version.replace('.', '_')}.csv"
    return Edition(version, first, last, path, whole=since_january)


def manifest(client: Client, span: Span) -> list[Wanted]:
    """The editions that cover a span, oldest first, so that the later one wins.

    Raises:
        FetchError: There is no yearly edition of the last years.
    """
    token = first_secret(*TOKENS)
    if token:
        client.authorise(API_HOST, {"x-ucdp-access-token": token})

    def look(edition: Edition) -> int | None:
        return _in_interface(client, edition) if token else _file_size(client, edition)

    return [
        _page(edition, span, size) if token else _file(edition, size)
        for edition, size in _editions(look, span.today)
        if span.meets(edition.first, edition.last)
    ]


def _editions(look: Look, today: dt.date) -> Iterator[tuple[Edition, int | None]]:
    """The newest yearly edition, and the candidates since; with sizes where they are told."""
    newest = _newest(look, [yearly(today.year - back) for back in range(YEARS_BACK)])
    if newest is None:
        raise FetchError(
            "No yearly edition of UCDP's events was found.",
            f"Looked for those of {today.year - YEARS_BACK + 1} to {today.year} at {FILES}.",
            BY_HAND,
        )
    yield newest
    for year in range(newest[0].last.year + 1, today.year + 1):
        yield from _candidates(look, year, today)


def _candidates(look: Look, year: int, today: dt.date) -> Iterator[tuple[Edition, int | None]]:
    """The candidates of a year: those of its quarters together, and those of each month since.

    A month before the newest that is there ought to be there too: it is wanted, so that its absence
    is seen.
    """
    months = today.month if year == today.year else 12
    quarters = range(months // 3 * 3, 0, -3)
    together = _newest(look, [candidates(year, month, since_january=True) for month in quarters])
    if together:
        yield together
    since = together[0].last.month if together else 0
    later = [candidates(year, month) for month in range(months, since, -1)]
    newest = _newest(look, later)
    if newest:
        earlier = [edition for edition in later if edition.last < newest[0].last]
        yield from ((edition, None) for edition in reversed(earlier))
        yield newest


def _newest(look: Look, editions: list[Edition]) -> tuple[Edition, int | None] | None:
    """The first of some editions that is there, with its size."""
    for edition in editions:
        try:
            return edition, look(edition)
        except MissingError:
            continue
    return None


def _file_size(client: Client, edition: Edition) -> int | None:
    """Bytes of an edition's file, without loading it.

    Raises:
        MissingError: There is no such file.
    """

    def attempt(place: str) -> int | None:
        with client.stream(place) as answer:
            client.check(answer, shown(place))
            if answer.headers.get("content-type", "").startswith("text/html"):
                raise AbsentError  # a page that says that there is nothing
            length = answer.headers.get("content-length", "")
            return int(length) if length.isdigit() else None

    return client.insist(f"{FILES}/{edition.path}", attempt)


def _in_interface(client: Client, edition: Edition) -> int | None:
    """Bytes that an edition has there, roughly.

    Raises:
        MissingError: The interface has no such edition.
    """

    def attempt(place: str) -> int | None:
        with client.stream(place, params={"pagesize": "1", "page": "0"}) as answer:
            if answer.status_code == UNRELEASED_STATUS:
                if UNRELEASED in answer.read():
                    raise AbsentError
                # Too many requests are answered so too; asked for ever again it means the same.
                raise BrokenError("the server answered 400", absent=True)
            client.check(answer, shown(place))
            return _rows_in_all(answer.read()) * JSON_ROW_BYTES

    return client.insist(f"{API}/{edition.version}", attempt)


def _rows_in_all(body: bytes) -> int:
    """Rows of an edition; an answer that knows of none is no answer."""
    try:
        rows = json.loads(body)["TotalCount"]
    except (ValueError, KeyError, TypeError):
        rows = 0
    if not isinstance(rows, int) or rows < 1:
        raise BrokenError("it says that it has no rows")
    return rows


JSON_ROW_BYTES = 1500
UNRELEASED_STATUS = 400
UNRELEASED = b"Invalid object name"


def _file(edition: Edition, size: int | None) -> Wanted:
    return Wanted(
        key=f"downloads/{edition.path}",
        url=f"{FILES}/{edition.path}",
        name=Path(edition.path).name,
        size=size,
        first=edition.first,
        last=edition.last,
        replaces="days" if edition.whole else "ids",
        source=SOURCE.name,
    )


def _page(edition: Edition, span: Span, size: int | None) -> Wanted:
    """The first page of what an edition has of a span."""
    first = max(edition.first, span.first or edition.first)
    last = min(edition.last, span.last or edition.last)
    days = {"StartDate": first.isoformat(), "EndDate": last.isoformat()}
    params = {"pagesize": str(PAGE_ROWS), "page": "0", **days}
    replaces: Replaces = "days" if edition.whole else "ids"
    share = ((last - first).days + 1) / ((edition.last - edition.first).days + 1)
    page = _page_of(edition.version, params, first, last, replaces)
    return dataclasses.replace(page, likely=round((size or 0) * share))


def _page_of(
    version: str, params: dict[str, str], first: dt.date, last: dt.date, replaces: Replaces
) -> Wanted:
    page = f"{version}-{first:%Y%m%d}-{last:%Y%m%d}-{params.get('page', '0')}"
    return Wanted(
        key=f"api/{page}",
        url=f"{API}/{version}",
        name=f"GEDEvent_v{page.replace('.', '_')}{PAGE}",
        first=first,
        last=last,
        replaces=replaces,
        source=SOURCE.name,
        params=MappingProxyType(params),
    )


def fault(wanted: Wanted, path: Path) -> str:
    """Why a page is not what was asked for; empty if it is, and for files.

    The interface now and then answers with no pages at all where there are some; a week of the
    world without an event does not exist.
    """
    if not wanted.name.endswith(PAGE):
        return ""
    try:
        page = read_page(path)
        rows = rows_of(page, "Result")
    except ValueError as error:
        return str(error)
    no_rows = not rows and not page.get("PreviousPageUrl")
    days = (wanted.last or dt.date.max) - (wanted.first or FIRST_DAY)
    return "it says that it has no rows" if no_rows and days >= A_WEEK else ""


def follow(client: Client, wanted: Wanted, path: Path) -> list[Wanted]:
    """The next page, from a page.

    Raises:
        FetchError: It leads to another host, or to itself.
    """
    if not wanted.name.endswith(PAGE):
        return []
    following = str(read_page(path).get("NextPageUrl") or "")
    if not following:
        return []
    parts = urlsplit(following)
    params = dict(parse_qsl(parts.query))
    if parts.hostname != API_HOST or params.get("page") == wanted.params.get("page"):
        raise unusable("UCDP's interface", f"The page after {wanted.name} is {shown(following)}")
    client.stop.wait(PAUSE_SECONDS)
    version = wanted.url.rpartition("/")[2]
    first, last = wanted.first or FIRST_DAY, wanted.last or dt.date.max
    # By number, since a page that did not change would be passed over, and the first one of a whole
    # edition replaces the days of all.
    return [_page_of(version, {**wanted.params, **params}, first, last, "ids")]


def convert(wanted: Wanted, path: Path) -> Path:
    """The table that a page holds, in the columns of the files; a file is left as it is."""
    if not wanted.name.endswith(PAGE):
        return path
    rows = rows_of(read_page(path), "Result")
    for row in rows:
        for name in ("date_start", "date_end"):
            row[name] = str(row.get(name) or "").partition("T")[0]
    return write_rows(path, list(SOURCE.columns), rows)


BY_HAND = (
    "Load ged...-csv.zip and GEDEvent_v....csv in a browser from https://ucdp.uu.se/downloads,"
    " then: detente ingest ucdp FOLDER. (Refused with a token? Leave it away: files need none.)"
)

UCDP = Feed(
    name="ucdp",
    title="UCDP: georeferenced events with deaths, 1989 on, and the candidates of this year",
    manifest=manifest,
    licence="CC BY 4.0: free with citation",
    citation=SOURCE.citation,
    note=(
        "Events with deaths alone. The candidates of this year are provisional, and replaced by the"
        " edition that settles them."
    ),
    by_hand=BY_HAND,
    secrets=TOKENS,
    since=FIRST_DAY,
    row_bytes=110.0,
    renewed=True,
    check=fault,
    follow=follow,
    convert=convert,
)
