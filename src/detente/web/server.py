"""Serving: a socket, what is printed, and connections that may not take for ever."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import secrets
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from detente.errors import DetenteError, UsageError
from detente.web.app import application
from detente.web.guard import MOST_HEADERS, Door, is_loopback
from detente.web.site import Site

HEADERS_S, ANSWER_S, IDLE_S = 10.0, 120.0, 15
MOST_CONNECTIONS = 256


class Timely(H11Protocol):
    """HTTP whose requests and answers are ended when the other side takes too long."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request some seconds to come."""
        super().connection_made(transport)
        self._within(HEADERS_S)

    def data_received(self, data: bytes) -> None:
        """Give a request the seconds for its headers, then its answer its own."""
        busy = self._busy
        super().data_received(data)
        if self._busy and not busy:
            self._within(ANSWER_S)
        elif not self._busy and self._late is None:
            self._within(HEADERS_S)

    def on_response_complete(self) -> None:
        """The answer is out; what is idle now is closed by the server itself."""
        self._within(None)
        super().on_response_complete()
        if self._busy:
            self._within(ANSWER_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._within(None)
        super().connection_lost(exc)

    @property
    def _busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _within(self, seconds: float | None) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = None if seconds is None else self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        self.transport.abort()


def serve(site: Site, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Args:
        site: What is served.
        host: The address to listen at; beyond this machine a token is made and printed.
        port: The port; 0 for any that is free.
        say: Prints a line.

    Raises:
        UsageError: The address is none.
        DetenteError: The port is in use, or may not be used.
    """
    listener = listening(host, port)
    token = "" if is_loopback(host) else secrets.token_urlsafe(24)
    door = Door(host, listener.getsockname()[1], token)
    for line in greeting(door):
        say(line)
    server = uvicorn.Server(config(application(site, door)))
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    say("Ended.")


def config(app: ASGIApp) -> uvicorn.Config:
    """How an application is served: bounded, and without saying by what.

    What others send that is no HTTP is answered, and is no news in the terminal.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Config(
        app,
        http=Timely,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_S,
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=MOST_HEADERS,
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens, so that what is wrong with the address is told at once.

    Raises:
        UsageError: The address is none.
        DetenteError: The port is in use, or may not be used.

    Example:
        >>> with listening("127.0.0.1", 0) as listener:
        ...     listener.getsockname()[0]
        '127.0.0.1'
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise UsageError(
            "Nothing could be served.",
            f"There is no address {host!r} on this machine.",
            "Leave --host away to serve this machine alone.",
        ) from None
    listener = socket.socket(family, kind)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            # On Windows the other option would let two servers share a port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(MOST_CONNECTIONS)
    except OSError as error:
        listener.close()
        raise _no_port(host, port, error) from None
    return listener


def _no_port(host: str, port: int, error: OSError) -> DetenteError:
    seen = {
        errno.EADDRINUSE: "Another program listens there, perhaps another `detente serve`.",
        errno.EACCES: "This user may not listen there.",
    }.get(error.errno or 0, f"{error.strerror or error}.")
    return DetenteError(
        f"Nothing could be served at {host}, port {port}.",
        seen,
        f"Choose another port: detente serve --port {port + 1 if 1023 < port < 65535 else 8766}",
    )


def greeting(door: Door) -> list[str]:
    """Where to look; the token is told here and nowhere else."""
    host = f"[{door.host}]" if ":" in door.host else door.host
    address = f"http://{host}:{door.port}/"
    if not door.token:
        return [f"Serving at {address} for this machine alone. Ctrl-C ends it."]
    try:
        everywhere = ipaddress.ip_address(door.host).is_unspecified
    except ValueError:
        everywhere = False
    if everywhere:
        address = f"http://{socket.gethostname()}:{door.port}/"
    return [
        f"Serving at {address} for whoever holds the token, which is shown this once:",
        f"  {address}?token={door.token}",
        "The connection is not encrypted: use it in networks that you trust, or through a tunnel.",
        "Ctrl-C ends it.",
    ]
