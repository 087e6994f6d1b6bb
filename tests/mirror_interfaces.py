"""The interfaces of other publishers, laid onto a mirror: the Dataverse, UCDP, ACLED.

They answer as the publishers do, with their traps: a Dataverse sends on to a storage by signed
addresses, serves tables it took in as others than were uploaded, and turns away some clients; UCDP
wants a token and calls an edition that is not out an invalid object; ACLED gives tokens that end.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mirror import Mirror, Query

Answer = tuple[int, dict[str, str], bytes]

DATAVERSE = "dataverse.harvard.edu"
STORAGE = "dvn-cloud.s3.amazonaws.com"
UCDP = "ucdp.uu.se"
UCDP_API = "ucdpapi.pcr.uu.se"
ACLED = "acleddata.com"


def as_json(value: object, status: int = 200) -> Answer:
    """An answer in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


@dataclass(frozen=True)
class Deposit:
    """A file of a dataset: number, label and content; a table that was taken in has an original."""

    id: int
    label: str
    content: bytes
    created: str = "2020-01-01"
    original: bytes | None = None

    def entry(self) -> dict[str, Any]:
        """The file as the list tells it; the sum of a table is not that of any file."""
        served = self.content
        md5 = hashlib.md5(served + b"?" * (self.original is not None), usedforsecurity=False)
        data: dict[str, Any] = {
            "id": self.id,
            "persistentId": "",
            "filename": self.label,
            "filesize": len(served),
            "md5": "0" * 32,
            "checksum": {"type": "MD5", "value": md5.hexdigest()},
            "creationDate": self.created,
        }
        if self.original is not None:
            data |= {
                "UNF": "UNF:6:tnA+AIB7BPaZUt9NIjiO7w==",
                "originalFileFormat": "text/tab-separated-values",
                "originalFileSize": len(self.original),
            }
        return {"label": self.label, "restricted": False, "dataFile": data}


def add_dataset(mirror: Mirror, doi: str, deposits: Sequence[Deposit]) -> None:
    """Lay out a dataset of the Dataverse in its list and as files."""
    listed = mirror.routes.get(f"/{DATAVERSE}/api/datasets/:persistentId/")
    version = {"versionState": "RELEASED", "files": [deposit.entry() for deposit in deposits]}

    def listing(query: Query) -> Answer:
        if query.headers.get("User-Agent", "").startswith("python-requests"):
            return 403, {}, b""
        if query.params.get("persistentId") == doi:
            return as_json({"status": "OK", "data": {"latestVersion": version}})
        return listed(query) if listed else as_json({"status": "ERROR"}, 404)

    mirror.routes[f"/{DATAVERSE}/api/datasets/:persistentId/"] = listing
    for deposit in deposits:
        _add_deposit(mirror, deposit)


def _add_deposit(mirror: Mirror, deposit: Deposit) -> None:
    numbers = itertools.count(1)

    def access(query: Query) -> Answer:
        original = query.params.get("format") == "original"
        if original and deposit.original is None:
            return as_json({"status": "ERROR", "message": "not a tabular file"}, 404)
        form = "original" if original else "plain"
        stored = f"{mirror.address}/{STORAGE}/{deposit.id}/{form}"
        return 303, {"Location": f"{stored}?X-Amz-Signature={next(numbers)}"}, b""

    mirror.routes[f"/{DATAVERSE}/api/access/datafile/{deposit.id}"] = access
    mirror.files[f"/{STORAGE}/{deposit.id}/plain"] = deposit.content
    if deposit.original is not None:
        mirror.files[f"/{STORAGE}/{deposit.id}/original"] = deposit.original


@dataclass
class UcdpInterface:
    """UCDP's interface: editions by version, for those with the token.

    Attributes:
        editions: Rows by version.
        token: What must come with every request.
        page_rows: Rows of a page, whatever is asked for.
        hiccups: How many requests are answered without pages before the truth comes.
    """

    editions: Mapping[str, Sequence[Mapping[str, Any]]]
    token: str
    page_rows: int = 2
    hiccups: int = 0

    def lay(self, mirror: Mirror) -> None:
        """Answer on a mirror for these editions, and for others that are not out."""
        versions = {f"{year}.0.{month}" for year in (24, 25, 26) for month in range(1, 13)}
        versions |= {f"{year}.01.{year}.{month:02}" for year in (24, 25, 26) for month in range(13)}
        versions |= {f"{year}.1" for year in range(20, 27)} | set(self.editions)
        for version in versions:
            path = f"/{UCDP_API}/api/gedevents/{version}"
            mirror.routes[path] = lambda query, version=version: self.answer(version, query)

    def answer(self, version: str, query: Query) -> Answer:
        """A page of an edition."""
        headers = {name.lower(): value for name, value in query.headers.items()}
        if headers.get("x-ucdp-access-token") != self.token:
            return as_json({"message": "API token required"}, 401)
        if version not in self.editions:
            name = f"GEDEvent_v{version.replace('.', '_')}"
            return 400, {}, f"Invalid object name '{name}'.".encode()
        if self.hiccups and "StartDate" in query.params:
            self.hiccups -= 1
            return as_json({"TotalCount": 0, "TotalPages": 0, "NextPageUrl": "", "Result": []})
        return as_json(self.page(version, query.params))

    def page(self, version: str, params: Mapping[str, str]) -> dict[str, Any]:
        """The rows of the days that are asked for, cut into pages."""
        first, last = params.get("StartDate", ""), params.get("EndDate", "9")
        rows = [row for row in self.editions[version] if first <= row["date_start"][:10] <= last]
        number = int(params["page"])
        begin = number * self.page_rows
        address = f"https://{UCDP_API}/api/gedevents/{version}?pagesize={params['pagesize']}&page="
        more = begin + self.page_rows < len(rows)
        return {
            "TotalCount": len(rows),
            "TotalPages": -(-len(rows) // self.page_rows),
            "PreviousPageUrl": f"{address}{number - 1}" if number else "",
            "NextPageUrl": f"{address}{number + 1}" if more else "",
            "Result": rows[begin : begin + self.page_rows],
        }


@dataclass
class AcledInterface:
    """ACLED's interface: tokens for a name and a password, events, deleted events.

    Attributes:
        rows: Events; each with `iso`, `region`, `event_date` and `timestamp`.
        deleted: Numbers of deleted events.
        ends_after: Requests after which a token is refused.
        reads: Whether the account may read events.
        short: How many replies hold fewer rows than they say.
    """

    rows: list[dict[str, Any]]
    deleted: list[str] = field(default_factory=list)
    ends_after: int = 1000
    reads: bool = True
    short: int = 0
    left: dict[str, int] = field(default_factory=dict)
    grants: list[str] = field(default_factory=list)

    def lay(self, mirror: Mirror) -> None:
        """Answer on a mirror."""
        mirror.routes[f"/{ACLED}/oauth/token"] = self.token
        mirror.routes[f"/{ACLED}/api/acled/read"] = self.read
        mirror.routes[f"/{ACLED}/api/deleted/read"] = self.read_deleted

    def token(self, query: Query) -> Answer:
        """Tokens for a name and a password, or for the token that renews."""
        fields = query.fields
        self.grants.append(fields.get("grant_type", ""))
        password = fields.get("grant_type") == "password"
        right = {"username": "me@example.org", "password": "a secret"}
        if password and right.items() - fields.items():
            return as_json({"error": "invalid_grant"}, 400)
        if not password and fields.get("refresh_token") != f"refresh{len(self.left)}":
            return as_json({"error": "invalid_grant"}, 400)
        access = f"access{len(self.left) + 1}"
        self.left[access] = self.ends_after
        refresh = f"refresh{len(self.left)}"
        return as_json(
            {"expires_in": 86400, "access_token": access, "refresh_token": refresh}
        )  # fmt: skip

    def admitted(self, query: Query) -> bool:
        """Whether a request comes with a token that has not ended."""
        token = query.headers.get("Authorization", "").removeprefix("Bearer ")
        self.left[token] = self.left.get(token, 0) - 1
        return self.left[token] >= 0

    def read(self, query: Query) -> Answer:
        """A page of events."""
        if not self.admitted(query):
            return as_json({"message": "The token has expired"}, 401)
        if not self.reads:
            return as_json({"message": "Access denied"}, 403)
        rows = [row for row in self.rows if _is_asked(row, query.params)]
        limit, page = int(query.params["limit"]), int(query.params["page"])
        rows = rows[(page - 1) * limit : page * limit]
        count = len(rows)
        if self.short and rows:
            self.short -= 1
            rows = rows[:-1]
        return as_json({"status": 200, "success": True, "count": count, "data": rows})

    def read_deleted(self, query: Query) -> Answer:
        """The deleted events."""
        if not self.admitted(query):
            return as_json({"message": "The token has expired"}, 401)
        limit, page = int(query.params["limit"]), int(query.params["page"])
        numbers = self.deleted[(page - 1) * limit : page * limit]
        data = [{"event_id_cnty": number, "deleted_timestamp": "1"} for number in numbers]
        return as_json({"status": 200, "success": True, "count": len(data), "data": data})


def _is_asked(row: Mapping[str, Any], params: Mapping[str, str]) -> bool:
    places = [name for name in ("iso", "region", "country") if name in params]
    if any(str(row[f"{name}_number" if name == "region" else name]) != params[name]
           for name in places):  # fmt: skip
        return False
    first, _, last = params.get("event_date", "0|9").partition("|")
    since = int(params.get("timestamp", "0"))
    return first <= row["event_date"] <= last and int(row["timestamp"]) >= since
