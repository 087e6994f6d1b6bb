"""A publisher on loopback that misbehaves as asked: one fault a request.

Files lie under `/HOST/PATH`. A fault is a text: `404`, `403`, `416`, `503`, `429:SECONDS`, `reset`,
`cut:BYTES`, `stall:SECONDS`, `flip`, `html`, `nolength`, `norange`, `changed`, `moved:ADDRESS`,
`ok`.
"""

from __future__ import annotations

import hashlib
import http.server
import io
import socket
import ssl
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

from detente.sources.gdelt1 import GDELT1

BLOCK = 16 << 10


@dataclass
class Asked:
    """A request that came, and what was answered."""

    path: str
    headers: dict[str, str]
    status: int = 0


@dataclass(frozen=True)
class Query:
    """A request to a route: what is asked for, the form that was sent, and its headers."""

    params: dict[str, str]
    fields: dict[str, str]
    headers: dict[str, str]


Route = Callable[[Query], tuple[int, dict[str, str], bytes]]
"""Status, headers and body of the answer to a query."""


@dataclass
class Mirror:
    """Files, the faults that wait for the next requests for them, and what was asked.

    Attributes:
        files: Content by path.
        faults: By path, faults of the next requests, the first first; by `*`, of all requests.
        asked: Every request, in order.
        headers: Further headers of answers, by path.
        rate: Bytes a second of the line, shared by all; 0 for as fast as it goes.
        secret: A header that must come with every request for a path, by path.
        routes: What answers in place of a file, by path.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    secret: dict[str, tuple[str, str]] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    rate: float = 0.0
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    sent: int = 0

    def host(self, name: str) -> str:
        """An entry of DETENTE_FETCH_HOSTS."""
        return f"{name}={self.address}/{name}"

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def next_fault(self, path: str) -> str:
        """The fault that this request meets."""
        with self.lock:
            for key in (path, "*"):
                if self.faults.get(key):
                    return self.faults[key].pop(0)
        return "ok"

    def pace(self, size: int) -> None:
        """Wait for a block's turn on the line."""
        self.sent += size
        if not self.rate:
            return
        with self.lock:
            self.free_at = max(self.free_at, time.monotonic()) + size / self.rate
            turn = self.free_at
        time.sleep(max(0.0, turn - time.monotonic()))


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by the mirror of the server."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    @property
    def mirror(self) -> Mirror:
        return cast("Server", self.server).mirror

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.respond(dict(parse_qsl(self.rfile.read(length).decode())))

    def do_GET(self) -> None:
        self.respond({})

    def respond(self, fields: dict[str, str]) -> None:
        path, _, query = self.path.partition("?")
        self.query = Query(dict(parse_qsl(query)), fields, dict(self.headers))
        self.noted = Asked(self.path, dict(self.headers))
        self.mirror.asked.append(self.noted)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.answer(path, self.mirror.next_fault(path))

    def answer(self, path: str, fault: str) -> int:  # noqa: PLR0911 - a list of faults
        kind, _, value = fault.partition(":")
        name, needed = self.mirror.secret.get(path, ("", ""))
        if name and self.headers.get(name) != needed:
            return self.short(401)
        if kind == "moved":
            return self.short(302, {"Location": value})
        if kind == "reset":
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
            return 0
        if kind.isdigit():
            return self.short(int(kind), {"Retry-After": value} if value else {})
        if kind == "html":
            return self.short(200, {"Content-Type": "text/html"}, b"<html>Please log in.</html>")
        if path in self.mirror.routes:
            return self.short(*self.mirror.routes[path](self.query))
        if path not in self.mirror.files:
            return self.short(404)
        return self.send(path, kind, value)

    def begin_answer(self, status: int) -> None:
        self.noted.status = status  # before a client can have seen it
        self.send_response(status)

    def short(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> int:
        self.begin_answer(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return status

    def send(self, path: str, kind: str, value: str) -> int:
        body = self.mirror.files[path]
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            return self.short(304)
        begin = 0 if kind == "norange" else self.begin(etag)
        if begin >= len(body) and begin:
            return self.short(416, {"Content-Range": f"bytes */{len(body)}"})
        if kind == "changed":
            body = body[::-1]
        if kind == "flip":
            middle = (begin + len(body)) // 2
            body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        status = 206 if begin else 200
        self.begin_answer(status)
        self.send_header("ETag", etag)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        if kind == "nolength":
            self.close_connection = True
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(body) - begin))
        for name, text in self.mirror.headers.get(path, {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.write(body[begin:], kind, value)
        return status

    def begin(self, etag: str) -> int:
        asked = self.headers.get("Range", "")
        if not asked or self.headers.get("If-Range", etag) != etag:
            return 0
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def write(self, body: bytes, kind: str, value: str) -> None:
        limit = int(value) if kind == "cut" else len(body)
        if kind == "stall":
            self.wfile.write(body[: len(body) // 2])
            time.sleep(float(value))
            body = body[len(body) // 2 :]
        for start in range(0, min(limit, len(body)), BLOCK):
            block = body[start : min(start + BLOCK, limit)]
            self.mirror.pace(len(block))
            self.wfile.write(block)
        if kind == "cut":
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)


class Server(http.server.ThreadingHTTPServer):
    """A server that knows its mirror and does not tell of broken lines."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mirror = mirror

    def handle_error(self, *_: Any) -> None:
        """A client that is killed in the middle is what is tested."""


@contextmanager
def serving(mirror: Mirror, tls: ssl.SSLContext | None = None) -> Iterator[Mirror]:
    """Serve a mirror on loopback, at its `address`."""
    server = Server(mirror)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    mirror.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gdelt_rows(day: str, number: int, pairs: Sequence[tuple[str, str]], *, url: bool = True) -> str:
    """Rows of GDELT 1.0 on a day (`20141124`), one a pair of CAMEO state codes.

    Args:
        day: The day of publication and of the events.
        number: The number of the first event.
        pairs: Codes of who acted and on whom.
        url: Whether rows have the address (the daily files) or not (the backfile).
    """
    names = list(GDELT1.columns)
    lines = []
    for row, (source, target) in enumerate(pairs):
        fields = dict.fromkeys(names, "")
        fields |= dict(zip(names, GDELT1.example.split("\t"), strict=True))
        fields |= {name: "" for name in names if name.startswith(("Actor1", "Actor2"))}
        fields |= {"GLOBALEVENTID": str(number + row), "SQLDATE": day, "DATEADDED": day}
        fields |= {"Actor1Code": source, "Actor1CountryCode": source}
        fields |= {"Actor2Code": target, "Actor2CountryCode": target}
        lines.append("\t".join(fields[name] for name in (names if url else names[:-1])))
    return "\n".join(lines) + "\n"


def zipped(name: str, text: str) -> bytes:
    """A zip archive with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


GDELT_HOST = "data.gdeltproject.org"


def add_gdelt(mirror: Mirror, archives: dict[str, bytes]) -> None:
    """Lay out daily, monthly and yearly files of GDELT 1.0 with their two lists."""
    events = f"/{GDELT_HOST}/events"
    for name, content in archives.items():
        mirror.files[f"{events}/{name}"] = content
    sums = {n: hashlib.md5(c, usedforsecurity=False).hexdigest() for n, c in archives.items()}
    mirror.files[f"{events}/md5sums"] = "".join(f"{sums[n]}  {n}\n" for n in archives).encode()
    sizes = "".join(f"{len(c)} {n}\n" for n, c in archives.items())
    mirror.files[f"{events}/filesizes"] = sizes.encode()
