"""Who may ask, and for how much: every request passes here first, every answer last.

- The Host header must name this server, so that a foreign name that is made to point at it
  (DNS rebinding) reads nothing.
- Beyond this machine a token is needed, compared in constant time, and few wrong ones are heard.
- Whatever writes needs a secret that only our own pages hold, and no foreign Origin (CSRF).
- Address, headers and body are bounded, as is the rate of each client.
- Every answer carries a policy under which a browser loads nothing from elsewhere and runs nothing
  but our own files.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import ipaddress
import re
import secrets
import socket
from dataclasses import dataclass, field
from functools import cache
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detente.rounding import count_text
from detente.web.limits import Buckets
from detente.web.refusal import RefusalError
from detente.web.telling import refused

MOST_PATH, MOST_QUERY, MOST_HEADERS, MOST_BODY = 512, 4096, 16_384, 65_536  # bytes
READS = {"GET", "HEAD"}
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_ODD = re.compile(r"[\x00-\x1f\x7f\\]|(^|/)\.\.?(/|$)|//")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class Door:
    """At which address is served, and what opens it.

    Attributes:
        host: The address that is listened at.
        port: The port.
        token: What beyond this machine must be shown; empty where none is needed.
        secret: What only our own pages hold.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str = field(default="", repr=False)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def cookie(self) -> str:
        """The name of the cookie; ports of one host share their cookies."""
        return f"detente-{self.port}"

    @property
    def pass_(self) -> str:
        """What the cookie holds: made of the token, which it does not tell."""
        return hmac.new(self.secret.encode(), self.token.encode(), hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def names_us(header: str, door: Door) -> bool:
    """Whether a Host header names this server.

    A name must be ours; the port may be another, as at the near end of a tunnel. Beyond this
    machine any number will do: to rebind takes a name.

    Example:
        >>> door = Door(port=80)
        >>> names_us("localhost:9000", door), names_us("evil.example:80", door)
        (True, False)
    """
    match = _HOST.fullmatch(header.lower())
    if match is None:
        return False
    name = match[1].strip("[]").rstrip(".")
    if name in {"localhost", "127.0.0.1", "::1", door.host.lower()}:
        return True
    if is_loopback(door.host):
        return False
    return _is_number(name) or name in _own_names()


@cache
def _own_names() -> frozenset[str]:
    """What this machine is called; looked up once, as a slow name server holds everyone up."""
    return frozenset({socket.gethostname().lower(), socket.getfqdn().lower()})


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """The application behind a door."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door
        # Readers behind a tunnel, or on this machine, all come from one address: its own.
        self._near = Buckets(per_second=5000, most=20_000)
        self._far = Buckets(per_second=100, most=1000)
        self._wrong = Buckets(per_second=0.1, most=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        if scope["type"] == "lifespan":
            with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C twice
                await self._app(scope, receive, _untroubled(send))
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        dressed = _dressed(send)
        try:
            answer = self._entered(request)
            scope["csrf"] = self._door.secret
            if answer is None:
                receive = await self._body(request)
        except RefusalError as refusal:
            answer = refused(refusal, request)
        except ClientDisconnect:
            return
        await (answer or self._app)(scope, receive, dressed)

    def _entered(self, request: Request) -> Response | None:
        """A redirect for who brings the token in the address; None for who may pass.

        Raises:
            RefusalError: The request may not pass.
        """
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not names_us(hosts[0], self._door):
            raise RefusalError(
                421,
                "This server does not answer to that name.",
                "The Host header is not that of this server.",
                "Open the address that was printed at the start.",
            )
        client = request.client.host if request.client else ""
        asked = self._near if is_loopback(client) else self._far
        if not asked.take(client):
            raise _too_many()
        _check_address(request)
        return self._with_token(request, client)

    def _with_token(self, request: Request, client: str) -> Response | None:
        if not self._door.token or self._has_cookie(request):
            return None
        given = _given_token(request)
        if given and self._wrong.left(client) and _same(given, self._door.token):
            return None if "authorization" in request.headers else self._welcome(request)
        if given:
            self._wrong.take(client)
        raise RefusalError(
            401,
            "A token is needed.",
            "The token is wrong, or too many were." if given else "None was given.",
            "Open the address that was printed at the start; it holds the token.",
        )

    def _has_cookie(self, request: Request) -> bool:
        try:
            held = SimpleCookie(request.headers.get("cookie", "")).get(self._door.cookie)
        except CookieError:
            return False
        return held is not None and _same(held.value, self._door.pass_)

    def _welcome(self, request: Request) -> Response:
        """The same address without the token, which a browser would remember, and a cookie."""
        query = parse_qs(request.url.query, keep_blank_values=True)
        query.pop("token", None)
        rest = f"?{urlencode(query, doseq=True)}" if query else ""
        answer = RedirectResponse(request.url.path + rest, 303)
        answer.set_cookie(self._door.cookie, self._door.pass_, httponly=True, samesite="lax")
        return answer

    async def _body(self, request: Request) -> Receive:
        """What the application reads: nothing of a request that reads, a bounded body of others.

        Raises:
            RefusalError: The request writes and is not from our own pages, or is too large.
        """
        if request.method in READS:
            return request.receive
        if request.method != "POST":
            raise RefusalError(
                405,
                "This address cannot be asked in that way.",
                "",
                "Use GET; POST to cancel a work.",
            )
        _check_origin(request)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            raise _too_large()
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY:
                raise _too_large()
        if not self._ours(request, bytes(body)):
            raise _foreign("It does not hold the secret of our own pages.")
        return _replayed(bytes(body))

    def _ours(self, request: Request, body: bytes) -> bool:
        """Whether a request that writes holds the secret, in a header or a field of a form."""
        given = request.headers.get("x-csrf", "")
        if not given and request.headers.get("content-type", "").startswith(
            "application/x-www-form-urlencoded"
        ):
            with contextlib.suppress(ValueError):  # more fields than any form of ours has
                fields = parse_qs(body.decode("latin-1"), max_num_fields=100)
                given = fields.get("csrf", [""])[0]
        return _same(given, self._door.secret)


def _check_address(request: Request) -> None:
    path, query = request.scope["path"], request.scope["query_string"]
    if sum(len(name) + len(value) for name, value in request.scope["headers"]) > MOST_HEADERS:
        raise RefusalError(431, "The headers are too long.", "", "Delete this server's cookies.")
    if len(request.scope["raw_path"]) > MOST_PATH or len(query) > MOST_QUERY:
        raise RefusalError(414, "The address is too long.", "", "Ask for less at once.")
    if _ODD.search(path) or not path.startswith("/"):
        raise RefusalError(404, "Nothing stands at this address.", "", "Begin at the first page: /")


def _check_origin(request: Request) -> None:
    """Refuse what a page of another server sends."""
    origin = request.headers.get("origin")
    if origin is not None and _host_of(origin) != request.headers["host"].lower():
        raise _foreign("It comes from a page of another server.")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise _foreign("It comes from a page of another server.")


def _host_of(origin: str) -> str:
    """Host and port of an origin; empty for one that is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _given_token(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    return request.query_params.get("token", "") if request.method in READS else ""


def _same(given: str, held: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), held.encode())


def _dressed(send: Send) -> Send:
    """Send, with our headers on every answer."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return dressed


def _untroubled(send: Send) -> Send:
    """Send, where an end that was interrupted is an end."""

    async def untroubled(message: Message) -> None:
        failed = message["type"] == "lifespan.shutdown.failed"
        await send({"type": "lifespan.shutdown.complete"} if failed else message)

    return untroubled


def _replayed(body: bytes) -> Receive:
    """A body that was read already, to be read again."""
    parts = [body]

    async def receive() -> Message:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        return {"type": "http.disconnect"}

    return receive


def _foreign(seen: str) -> RefusalError:
    return RefusalError(
        403, "This may only be asked from our own pages.", seen, "Open the page again, and retry."
    )


def _too_large() -> RefusalError:
    return RefusalError(
        413,
        "The request is too large.",
        f"The limit is {count_text(MOST_BODY)} bytes.",
        "Send less.",
    )


def _too_many() -> RefusalError:
    return RefusalError(429, "Too many requests.", "", "Wait some seconds, and ask again.")
