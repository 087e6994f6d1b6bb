"""The guard of the web application against what a hostile page, client or network may send."""

from __future__ import annotations

import asyncio
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import uvicorn
from markupsafe import escape
from starlette.testclient import TestClient

from detente.cli import run, serve
from detente.errors import DetenteError, UsageError
from detente.web import guard, server
from detente.web.app import application
from detente.web.guard import MOST_BODY, Door, is_loopback, names_us
from detente.web.page import pages
from detente.web.site import Site
from web_parts import DOOR, GO, PORT, Views, client, toy_pages, until

toy_pages()
OURS = {"x-csrf": DOOR.secret}
XSS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)//'\"<")


@pytest.fixture
def served() -> Iterator[TestClient]:
    GO.set()
    with client() as opened:
        yield opened


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "127.0.0.1:port", "127.0.0.2.evil", "localhost.evil", "",
     "127.0.0.1:8765@evil", "[::1", "10.0.0.1:8765", "127.0.0.1:8765, evil.example"],
)  # fmt: skip
def test_a_name_that_is_not_ours_reads_nothing(served: TestClient, host: str) -> None:
    answer = served.get("/echo?text=private", headers={"host": host})
    assert answer.status_code == 421
    assert "private" not in answer.text
    assert DOOR.secret not in answer.text


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:9000", "[::1]:8765", "localhost"])
def test_our_own_names_are_answered(served: TestClient, host: str) -> None:
    assert served.get("/static/site.css", headers={"host": host}).status_code == 200


def test_a_slow_name_server_holds_nobody_up_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def slow() -> str:
        asked.append("again")
        return "box.example"

    monkeypatch.setattr(socket, "getfqdn", slow)
    guard._own_names.cache_clear()
    far = Door("0.0.0.0", 80)  # noqa: S104 - nothing listens
    assert [names_us(f"{n}.evil", far) for n in range(3)] == [False] * 3
    assert names_us("box.example", far)
    assert len(asked) == 1
    guard._own_names.cache_clear()


def test_two_hosts_are_none() -> None:
    """A proxy and a server could each believe another of them."""
    app = application(Site(), DOOR, Views)
    sent: list[dict[str, object]] = []
    hosts = [(b"host", b"127.0.0.1:8765"), (b"host", b"evil.example")]
    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"",
             "headers": hosts, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", PORT),
             "scheme": "http", "http_version": "1.1"}  # fmt: skip

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 421


@pytest.mark.parametrize(
    "path",
    ["/../etc/passwd", "/static/../../etc/passwd", "/static/..%2f..%2fsite.css", "/%2e%2e/%2e%2e",
     "/static/%2e%2e%2fguard.py", "/..%5c..%5cwindows", "/study/..%2f..", "/static/site.css%00.py",
     "//evil.example/", "/static//etc/passwd", "/%0d%0aset-cookie:a=b", "/static/%c0%ae%c0%ae/x",
     "/study/%252e%252e", "/api/../study"],
)  # fmt: skip
def test_no_path_leads_out(path: str) -> None:
    app = application(Site(), DOOR, Views)
    status, headers, body = asyncio.run(raw(app, path))
    assert status == 404
    assert b"root:" not in body
    assert not any(name == b"set-cookie" for name, _ in headers)


async def raw(app: object, path: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """What a request answers whose path no client library has put in order."""
    from urllib.parse import unquote

    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(),
             "query_string": b"", "headers": [(b"host", b"127.0.0.1:8765")],
             "client": ("127.0.0.1", 1), "server": ("127.0.0.1", PORT), "scheme": "http",
             "root_path": "", "http_version": "1.1"}  # fmt: skip
    await app(scope, receive, send)  # type: ignore[operator]
    body = b"".join(bytes(m.get("body", b"")) for m in sent[1:])  # type: ignore[call-overload]
    return sent[0]["status"], sent[0]["headers"], body  # type: ignore[return-value]


def test_every_answer_carries_the_policy(served: TestClient) -> None:
    for address in ("/static/site.js", "/nowhere", "/api/openapi.json", "/echo?x=1"):
        headers = served.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "http" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
    assert "421" not in served.get("/").text


@pytest.mark.parametrize("text", XSS)
def test_no_parameter_becomes_markup(served: TestClient, text: str) -> None:
    for page in pages().values():
        path = page.path
        for name in page.asks.model_fields:
            path = path.replace(f"{{{name}}}", quote(text, safe=""))
        for name in [*page.asks.model_fields, "unknown"]:
            for prefix in ("", "/api"):
                answer = served.get(f"{prefix}{path}", params={name: text})
                kind = answer.headers.get("content-type", "")
                assert "<script>alert" not in answer.text or "json" in kind
                assert "<img src=x" not in answer.text or "json" in kind


@pytest.mark.parametrize("text", XSS)
def test_no_text_of_a_study_becomes_markup(served: TestClient, text: str) -> None:
    until(lambda: served.get("/echo", params={"text": text}).status_code != 202)
    page = served.get("/echo", params={"text": text}).text
    assert text not in page
    assert str(escape(text)) in page
    assert page.count("<script") == page.count('<script src="/static/') > 0


def test_writing_takes_the_secret_of_our_own_pages(served: TestClient) -> None:
    ask = "/job/none/cancel"
    assert served.post(ask, headers=OURS).status_code == 404
    foreign = {"origin": "http://evil.example"}
    for headers in (
        {},
        {"x-csrf": "wrong"},
        {"x-csrf": ""},
        {"x-csrf": b"\xc3\xa9"},
        OURS | foreign,
        OURS | {"origin": "null"},
        OURS | {"origin": "http://["},
        OURS | {"origin": f"http://127.0.0.1:{PORT}.evil.example"},
        OURS | {"sec-fetch-site": "cross-site"},
        OURS | {"sec-fetch-site": "same-site"},
    ):
        assert served.post(ask, headers=headers).status_code == 403, headers
    ours = OURS | {"origin": f"http://127.0.0.1:{PORT}", "sec-fetch-site": "same-origin"}
    assert served.post(ask, headers=ours).status_code == 404
    form = {"csrf": DOOR.secret}
    assert served.post(ask, data=form).status_code == 404
    assert served.post(ask, data={"csrf": "wrong"}).status_code == 403
    assert served.post(ask, data=form | {f"f{n}": "" for n in range(200)}).status_code == 403
    assert served.post(ask, json=form).status_code == 403, "a secret is no part of other bodies"


def test_who_leaves_in_the_middle_of_a_request_is_no_mistake_of_ours() -> None:
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"",
             "headers": [(b"host", b"127.0.0.1:8765")], "client": ("127.0.0.1", 1),
             "server": ("127.0.0.1", PORT), "scheme": "http", "http_version": "1.1"}  # fmt: skip
    asyncio.run(application(Site(), DOOR, Views)(scope, receive, send))  # type: ignore[arg-type]
    assert not sent


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "FOO"])
def test_wrong_methods_are_told(served: TestClient, method: str) -> None:
    assert served.request(method, "/static/site.css", headers=OURS).status_code == 405
    foreign = served.request(method, "/static/site.css")
    assert foreign.status_code == (403 if method == "POST" else 405)
    assert method == "POST" or foreign.headers["allow"] == "GET, HEAD, POST"
    assert served.head("/static/site.css").status_code == 200
    assert served.get("/job/none/cancel").status_code == 405


def test_what_is_too_large_is_refused(served: TestClient) -> None:
    assert served.get("/echo?text=" + "x" * 5000).status_code == 414
    assert served.get("/" + "x" * 600).status_code == 414
    large = b"x" * (MOST_BODY + 1)
    assert served.post("/job/none/cancel", content=large, headers=OURS).status_code == 413
    claimed = OURS | {"content-length": "99999999999"}
    assert served.post("/job/none/cancel", headers=claimed).status_code == 413
    odd = OURS | {"content-length": "-1"}
    assert served.post("/job/none/cancel", headers=odd).status_code == 413

    def parts() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 8192

    assert served.post("/job/none/cancel", content=parts(), headers=OURS).status_code == 413


@pytest.fixture
def locked() -> Iterator[TestClient]:
    door = Door("10.1.2.3", PORT, token="right-token", secret="s" * 32)  # noqa: S106
    with client(door=door, base=f"http://10.1.2.3:{PORT}") as opened:
        yield opened


def test_beyond_this_machine_a_token_is_needed(locked: TestClient) -> None:
    for address in ("/", "/static/site.css", "/api/openapi.json", "/job/x", "/nowhere"):
        answer = locked.get(address)
        assert answer.status_code == 401
        assert "s" * 32 not in answer.text
    assert locked.get("/static/site.css?token=wrong").status_code == 401
    bearer = {"authorization": "Bearer right-token"}
    assert locked.get("/static/site.css", headers=bearer).status_code == 200
    assert locked.post("/job/x/cancel", data={"token": "right-token"}).status_code == 401


def test_the_token_leaves_the_address_at_once(locked: TestClient) -> None:
    answer = locked.get("/static/site.css?token=right-token&a=%26b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/static/site.css?a=%26b"
    cookie = answer.headers["set-cookie"].lower()
    assert "right-token" not in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert locked.get("/static/site.css").status_code == 200
    locked.cookies.clear()
    locked.cookies.set(f"detente-{PORT}", "0" * 64)
    assert locked.get("/static/site.css").status_code == 401


def test_few_wrong_tokens_are_heard_and_all_are_compared_in_constant_time(
    locked: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []

    constant = hmac.compare_digest

    def same(a: bytes, b: bytes) -> bool:
        compared.append(a)
        return constant(a, b)

    monkeypatch.setattr(guard.hmac, "compare_digest", same)
    for n in range(30):
        assert locked.get(f"/static/site.css?token=wrong{n}").status_code == 401
    assert compared == [f"wrong{n}".encode() for n in range(10)]
    assert locked.get("/static/site.css?token=right-token").status_code == 401, "wait first"


def test_names_of_a_server_for_everyone() -> None:
    door = Door("0.0.0.0", 80)  # noqa: S104 - the case in question
    assert names_us("192.168.1.5:80", door)
    assert names_us("192.168.1.5", door)
    assert names_us(f"{socket.gethostname()}:80", door)
    assert not names_us("evil.example:80", door)
    assert not is_loopback("0.0.0.0")  # noqa: S104
    assert is_loopback("127.8.8.8")


def test_a_client_that_floods_is_slowed(
    served: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard.Buckets, "_level", lambda self, client: 0.5)
    answer = served.get("/static/site.css")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")


# On a real socket.


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A server on loopback whose patience is short."""
    monkeypatch.setattr(server, "HEADERS_S", 1.0)
    monkeypatch.setattr(server, "ANSWER_S", 2.0)
    listener = server.listening("127.0.0.1", 0)
    port = listener.getsockname()[1]
    config = server.config(application(Site(), Door(port=port), Views))
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    until(lambda: running.started)
    yield "127.0.0.1", port
    running.should_exit = True
    thread.join(20)
    listener.close()
    assert not thread.is_alive(), "it ends in time"


def talk(address: tuple[str, int], *parts: bytes, pause: float = 0.0) -> bytes:
    """What a server answers until it closes, or what came within some seconds."""
    with socket.create_connection(address, timeout=8) as connection:
        heard = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
            while chunk := connection.recv(65536):
                heard += chunk
        except (ConnectionError, BrokenPipeError):
            pass
        return heard


def test_slow_headers_bodies_and_readers_are_not_waited_for(address: tuple[str, int]) -> None:
    host = f"Host: 127.0.0.1:{address[1]}\r\n".encode()
    began = time.monotonic()
    assert talk(address, b"GET / HTTP/1.1\r\n") == b""
    assert talk(address, *[b"G", b"E", b"T", b" "], pause=0.4) == b""
    assert talk(address, b"POST /job/x/cancel HTTP/1.1\r\n" + host
                + b"x-csrf: a\r\nContent-Length: 10\r\n\r\nx") == b""  # fmt: skip
    assert time.monotonic() - began < 20
    close = b"Connection: close\r\n\r\n"
    assert b" 200 OK" in talk(address, b"GET /static/site.css HTTP/1.1\r\n" + host + close)


def test_large_headers_and_nonsense_are_refused(address: tuple[str, int]) -> None:
    host = f"Host: 127.0.0.1:{address[1]}\r\n".encode()
    close = b"\r\nConnection: close\r\n\r\n"
    large = talk(address, b"GET / HTTP/1.1\r\n" + host + b"x: " + b"y" * 40_000 + close)
    assert b" 431 " in large or b" 400 " in large
    assert b" 400 " in talk(address, b"\x16\x03\x01nonsense\r\n\r\n")
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    smuggled = talk(
        address, b"GET /static/site.css HTTP/1.1\r\n" + host + b"Connection: close\r\n" + both
    )
    assert smuggled.count(b"HTTP/1.1") <= 1
    without = talk(address, b"GET /static/site.css HTTP/1.0\r\n\r\n")
    assert b" 421 " in without


def test_clients_that_leave_harm_nobody(address: tuple[str, int]) -> None:
    host = f"Host: 127.0.0.1:{address[1]}\r\n".encode()
    for _ in range(40):
        with socket.create_connection(address, timeout=5) as gone:
            gone.sendall(b"GET /static/page.css HTTP/1.1\r\n" + host + b"\r\n")
    close = b"Connection: close\r\n\r\n"
    assert b" 200 OK" in talk(address, b"GET /static/site.css HTTP/1.1\r\n" + host + close)


def test_a_port_in_use_is_told_with_another(capsys: pytest.CaptureFixture[str]) -> None:
    with server.listening("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DetenteError, match="Another program listens there") as error:
            server.listening("127.0.0.1", port)
        assert "--port" in error.value.next_step
    with pytest.raises(UsageError, match="There is no address"):
        server.listening("no.such.host.invalid", 0)


def test_what_is_not_installed_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda name: None)
    assert run(["serve"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "starlette and uvicorn are not installed" in told
    assert "pip install 'detente[web]'" in told


def test_what_cannot_be_served_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--study", "none-such"]) == 2
    assert run(["serve", "--store", str(tmp_path / "none")]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_the_token_is_printed_once_and_only_beyond_this_machine() -> None:
    assert "the-token" not in repr(Door("0.0.0.0", 8765, "the-token"))  # noqa: S104
    alone = server.greeting(Door())
    assert "token" not in " ".join(alone)
    wide = "\n".join(server.greeting(Door("0.0.0.0", 8765, "the-token")))  # noqa: S104
    assert wide.count("the-token") == 1
