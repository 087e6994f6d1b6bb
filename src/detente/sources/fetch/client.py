"""The one way to the network: hosts and their second places, redirects, secrets, patience.

TLS is never turned off. Redirects are followed here, not by the library, which would carry headers
with secrets to another host: they go only to the address that they belong to. No address is told
with its query.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import json
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

from detente import __version__
from detente.errors import FetchError
from detente.sources.fetch.hosts import LOOPBACK, VARIABLE, Hosts, hosts_from, shown
from detente.sources.fetch.tries import (
    NO_RANGE,
    AbsentError,
    BrokenError,
    Patience,
    RefusedError,
    asked_wait,
    insist,
    patience_from,
    stopped,
)

T = TypeVar("T")

AGENT = f"detente/{__version__} (workbench for relations between states)"
"""Some hosts refuse the names that libraries give themselves."""

MAX_REDIRECTS = 5
LARGEST_LIST = 512 << 20
"""Bytes of a list or a page beyond which something is wrong."""

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


UNAUTHORISED = 401
PLACE = "place"
"""Where an answer says at which address, at its own host, it was given."""

RENEWAL_SECONDS = 60.0
"""A token that is refused so soon after it was renewed is refused for another reason."""

Renew = Callable[[], Mapping[str, str]]


@dataclass
class Renewal:
    """How the secrets of a host are renewed: by one thread, and not again and again."""

    renew: Renew
    last: float = -math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Client:
    """Asks hosts. Open one with `open_client`.

    Attributes:
        http: The library's client.
        hosts: Where hosts are.
        patience: How often and how long it is tried.
        stop: Set when nothing more should be begun.
        by_hand: How to do without, told when a host refuses us.
        lists: Folder in which long lists are kept.
        headers: Secret headers, by host; they leave for no other.
        renewals: By host, how its secret headers are renewed once it refuses them.
        skew: Seconds that the servers' clocks are ahead of ours, when one has told it.
    """

    http: httpx2.Client
    hosts: Hosts
    patience: Patience = field(default_factory=Patience)
    stop: threading.Event = field(default_factory=threading.Event)
    by_hand: str = ""
    lists: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    headers: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    renewals: dict[str, Renewal] = field(default_factory=dict, repr=False)
    skew: list[float] = field(default_factory=list)

    def authorise(self, host: str, headers: Mapping[str, str], renew: Renew | None = None) -> None:
        """Send secret headers to a host, and to no other, from now on.

        Args:
            host: Such as `acleddata.com`.
            headers: Such as `{"Authorization": "Bearer …"}`.
            renew: Makes new ones once the host answers these with 401, as when a token has ended.
        """
        self.headers[host] = dict(headers)
        if renew is not None:
            self.renewals[host] = Renewal(renew)

    def now(self) -> dt.datetime:
        """The moment in UTC, by the clocks of the servers where ours is wrong."""
        ahead = self.skew[0] if self.skew else 0.0
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead)

    def ask(
        self,
        url: str,
        parse: Callable[[str], T],
        *,
        params: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> T:
        """What an answer says, from any of its places.

        Args:
            url: The address at its own host, without secrets.
            parse: Reads the text. A `ValueError` says that it is not what was asked for (a page of
                HTML for a list), and it is tried again.
            params: The address's query, without secrets.
            fields: A form to send; it may hold secrets.

        Raises:
            MissingError: No place has it.
            RefusedError: A host refuses us.
            FetchError: It could not be had.
        """

        def attempt(place: str) -> T:
            text = self._body(place, params, fields).decode("utf-8-sig", "replace")
            try:
                return parse(text)
            except ValueError as error:
                raise BrokenError(f"the answer is not what was asked for ({error})") from None

        return self.insist(url, attempt)

    def text(self, url: str, params: Mapping[str, str] | None = None) -> str:
        """The text of a small list or page; see `ask` for what is raised."""
        return self.ask(url, str, params=params)

    def json(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        """A JSON document; see `ask` for what is raised."""
        return self.ask(url, json.loads, params=params)

    def form(self, url: str, fields: Mapping[str, str]) -> Any:
        """The JSON that answers a form, as one that asks for a token; see `ask`."""
        return self.ask(url, json.loads, fields=fields)

    def lines(self, url: str) -> Iterator[str]:
        """The lines of a long list, which is loaded once and asked for again only if it changed.

        Raises:
            FetchError: It could not be had, as with `ask`.
        """
        from detente.sources.fetch.download import load_list  # noqa: PLC0415 - it needs this module

        with load_list(self, url).open(encoding="utf-8", errors="replace") as file:
            yield from file

    def _body(
        self, url: str, params: Mapping[str, str] | None, fields: Mapping[str, str] | None = None
    ) -> bytes:
        with self.stream(url, params=params, fields=fields) as answer:
            self.check(answer, shown(url))
            body = bytearray()
            for block in answer.iter_bytes():
                body += block
                if len(body) > LARGEST_LIST:
                    raise BrokenError("the answer does not end")
                if self.stop.is_set():
                    raise stopped()
            return bytes(body)

    def insist(self, url: str, attempt: Callable[[str], T]) -> T:
        """Try at all places of an address until it works; see `tries.insist`."""
        return insist(self.hosts.places(url), attempt, self.patience, self.stop)

    @contextlib.contextmanager
    def stream(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[httpx2.Response]:
        """One request, its redirects followed; the body is still to be read.

        Args:
            url: The address at its own host.
            params: Its query.
            fields: A form to send.
            headers: Headers without secrets, which go with every redirect.

        Raises:
            BrokenError: It is redirected without end, or to where it would be readable by others.
        """
        answer = self._send(self._request(url, params, fields, headers))
        try:
            for _ in range(MAX_REDIRECTS):
                if answer.status_code not in REDIRECTS or "location" not in answer.headers:
                    break
                answer.close()
                target = self.hosts.moved(url, answer.headers["location"])
                self._check_move(url, target)
                again = fields if answer.status_code in {307, 308} and _same(url, target) else None
                url = target
                answer = self._send(self._request(url, None, again, headers))
            else:
                raise BrokenError("it is redirected without end")
            answer.extensions[PLACE] = url
            self._note_clock(answer)
            yield answer
        finally:
            answer.close()

    def _request(
        self,
        url: str,
        params: Mapping[str, str] | None,
        fields: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> httpx2.Request:
        actual = self.hosts.actual(url)
        secrets = self.headers.get(urlsplit(url).hostname or "", {})
        if secrets or fields:
            _check_private(actual)
        try:
            return self.http.build_request(
                "GET" if fields is None else "POST",
                actual,
                params=dict(params) if params else None,
                data=dict(fields) if fields is not None else None,
                headers={"Accept-Encoding": "identity", **(headers or {}), **secrets},
            )
        except httpx2.InvalidURL as error:
            raise BrokenError(f"{shown(url)} is no address ({error})") from None

    def _send(self, request: httpx2.Request) -> httpx2.Response:
        return self.http.send(request, stream=True, follow_redirects=False)

    def _check_move(self, url: str, target: str) -> None:
        before, after = self.hosts.actual(url), self.hosts.actual(target)
        if urlsplit(after).scheme not in {"http", "https"}:
            raise BrokenError("it is redirected to what is no web address")
        if before.startswith("https:") and after.startswith("http:"):
            raise BrokenError("it is redirected from https to http, which is not followed")

    def _note_clock(self, answer: httpx2.Response) -> None:
        stamp = answer.headers.get("date", "")
        if self.skew or not stamp:
            return
        with contextlib.suppress(TypeError, ValueError):
            theirs = email.utils.parsedate_to_datetime(stamp)
            ahead = (theirs - dt.datetime.now(theirs.tzinfo)).total_seconds()
            self.skew.append(ahead if abs(ahead) > CLOCK_SECONDS else 0.0)

    def check(self, answer: httpx2.Response, where: str) -> None:
        """Raise what a status means, unless it is a success.

        Raises:
            AbsentError: 404 and 410.
            RefusedError: 401 and 403.
            BrokenError: All others; also a refusal by where we were sent on to, whose signed
                addresses end after a while, and one that renewed secrets may mend.
        """
        status = answer.status_code
        if status in {200, 206}:
            return
        if status in GONE:
            raise AbsentError
        host = urlsplit(where).hostname or ""
        sent_on_to = urlsplit(str(answer.extensions.get(PLACE, where))).hostname
        if status in REFUSED and sent_on_to != host:
            raise BrokenError(f"{sent_on_to}, where we were sent on to, answered {status}")
        if status == UNAUTHORISED and self._renew(host, answer.request):
            raise BrokenError("its token had ended and was renewed")
        if status in REFUSED:
            raise RefusedError(
                f"{host} refuses us.",
                f"It answered {status} to {where}, which is about the account or the address that"
                " is asked from, not about the file.",
                self.by_hand or "Load the files in a browser and use detente ingest.",
            )
        wait = asked_wait(answer)
        raise BrokenError(f"the server answered {status}", wait, absent=status == NO_RANGE)

    def _renew(self, host: str, request: httpx2.Request) -> bool:
        """Renew the secrets of a host that refused a request; whether it may be asked again."""
        renewal = self.renewals.get(host)
        if renewal is None:
            return False
        with renewal.lock:
            used = all(
                request.headers.get(name) == value for name, value in self.headers[host].items()
            )
            if used and time.monotonic() - renewal.last < RENEWAL_SECONDS:
                return False
            if used:
                self.headers[host] = dict(renewal.renew())
                renewal.last = time.monotonic()
            return True


CLOCK_SECONDS = 120.0
"""Seconds by which clocks may differ without either being wrong."""


@contextlib.contextmanager
def open_client(
    fallbacks: Mapping[str, tuple[str, ...]],
    *,
    by_hand: str = "",
    patience: Patience | None = None,
    stop: threading.Event | None = None,
    lists: Path | None = None,
) -> Iterator[Client]:
    """A client whose hosts are those of the environment's `DETENTE_FETCH_HOSTS`.

    Args:
        fallbacks: Second places, by host.
        by_hand: How to do without, told when a host refuses us.
        patience: How often and how long it is tried.
        stop: Set when nothing more should be begun.
        lists: Folder in which long lists are kept; the system's temporary one if not given.

    Raises:
        UsageError: The variable cannot be read.
    """
    hosts = hosts_from(os.environ.get(VARIABLE, ""), fallbacks)
    patience = patience or patience_from(os.environ.get("DETENTE_FETCH_TIMEOUT", ""))
    timeout = httpx2.Timeout(patience.read, connect=patience.connect)
    trusted = httpx2.create_ssl_context()
    # A mirror on this machine is not asked for through a proxy.
    direct = {
        f"all://{_bracketed(host)}": httpx2.HTTPTransport(verify=trusted) for host in LOOPBACK
    }
    with httpx2.Client(
        timeout=timeout,
        verify=trusted,
        headers={"User-Agent": AGENT},
        follow_redirects=False,
        mounts=direct,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    ) as http:
        folder = lists or Path(tempfile.gettempdir())
        yield Client(http, hosts, patience, stop or threading.Event(), by_hand, folder)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _same(url: str, target: str) -> bool:
    return urlsplit(url).netloc == urlsplit(target).netloc


def _check_private(actual: str) -> None:
    """Refuse to send a secret where others can read it."""
    parts = urlsplit(actual)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise FetchError(
            "A password or token was not sent.",
            f"{shown(actual)} is not asked for by https.",
            f"Give an https address in {VARIABLE}.",
        )
