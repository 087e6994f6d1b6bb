"""One file from a publisher that misbehaves: resumed, tried again, checked, or told plainly."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import ssl
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from detente.errors import FetchError, InputError, UsageError
from detente.sources.fetch import client as client_module
from detente.sources.fetch.client import Client, open_client
from detente.sources.fetch.download import Loaded, download, load_list
from detente.sources.fetch.hosts import hosts_from
from detente.sources.fetch.secrets import need_secret, secret
from detente.sources.fetch.tries import MissingError, Patience, RefusedError, StoppedError
from detente.sources.fetch.wanted import Wanted
from mirror import Mirror, serving, zipped

QUICK = Patience(tries=4, connect=2.0, read=0.4, pause=0.01, longest=0.05)
BODY = np.random.default_rng(1).bytes(200_000)
ZIP = zipped("a.csv", "\n".join(str(n * 7919 % 1000) for n in range(40_000)))
PATH = "/a.org/x/a.bin"


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def wanted(body: bytes = BODY, **more: object) -> Wanted:
    known: dict[str, object] = {"size": len(body), "md5": md5(body)}
    return Wanted("a", "https://a.org/x/a.bin", "a.bin", **(known | more))  # type: ignore[arg-type]


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with serving(Mirror({PATH: BODY})) as served:
        yield served


@pytest.fixture
def client(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    hosts = [mirror.host(name) for name in ("a.org", "b.org", "c.org")]
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", ",".join(hosts))
    fallbacks = {"a.org": ("https://b.org/a.org",)}
    with open_client(fallbacks, by_hand="Load it by hand.", patience=QUICK) as opened:
        yield opened


def load(client: Client, folder: Path, file: Wanted | None = None) -> Loaded:
    return download(client, file or wanted(), folder, lambda count: None)


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["429:0", "503"],
        ["reset"],
        ["reset", "reset", "500"],
        ["cut:70000"],
        ["cut:70000", "cut:100000"],
        ["cut:70000", "norange"],
        ["cut:70000", "416"],
        ["cut:0"],
        ["stall:2"],
        ["flip"],
        ["flip", "flip"],
        ["cut:70000", "flip"],
        ["html"],
        ["nolength"],
        ["changed"],
        ["cut:70000", "changed"],
        ["416"],
        ["408", "425", "504"],
        ["moved:/a.org/x/a.bin"],
    ],
)
def test_a_file_arrives_whole_through_faults(
    mirror: Mirror, client: Client, tmp_path: Path, faults: list[str]
) -> None:
    mirror.faults[PATH] = list(faults)
    loaded = load(client, tmp_path)
    assert loaded.path.read_bytes() == BODY
    assert (loaded.size, loaded.md5, loaded.etag) == (len(BODY), md5(BODY), f'"{md5(BODY)}"')
    assert not mirror.faults[PATH]
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("fault", ["flip", "cut:70000", "nolength"])
def test_a_file_that_no_list_describes_is_known_by_its_archive(
    mirror: Mirror, client: Client, tmp_path: Path, fault: str
) -> None:
    mirror.files[PATH] = ZIP
    mirror.faults[PATH] = [fault]
    file = Wanted("a", "https://a.org/x/a.bin", "a.zip")
    assert load(client, tmp_path, file).path.read_bytes() == ZIP
    assert not mirror.faults[PATH]


def test_the_sum_that_a_server_tells_is_looked_at(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    digest = base64.b64encode(hashlib.md5(BODY, usedforsecurity=False).digest()).decode()
    mirror.headers[PATH] = {"x-goog-hash": f"crc32c=n03x6A==,md5={digest}"}
    mirror.faults[PATH] = ["flip"]
    file = Wanted("a", "https://a.org/x/a.bin", "a.bin")
    assert load(client, tmp_path, file).path.read_bytes() == BODY
    assert mirror.times(PATH) == 2


def test_only_the_rest_is_asked_for(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.faults[PATH] = ["cut:70000"]
    counts: list[int] = []
    download(client, wanted(), tmp_path, counts.append)
    first, second = (asked for asked in mirror.asked if asked.path == PATH)
    assert "Range" not in first.headers
    assert second.headers["Range"] == "bytes=70000-"
    assert second.headers["If-Range"] == f'"{md5(BODY)}"'
    assert second.status == 206
    assert sum(counts) == len(BODY)


def test_a_file_that_changed_in_between_begins_anew(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    file = Wanted("a", "https://a.org/x/a.bin", "a.bin")
    (tmp_path / "a.bin.part").write_bytes(b"old" * 1000)
    (tmp_path / "a.bin.part.json").write_text('{"etag": "\\"old\\""}')
    assert load(client, tmp_path, file).path.read_bytes() == BODY
    assert mirror.asked[0].status == 200


def test_a_part_without_its_note_is_given_up(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "a.bin.part").write_bytes(BODY[:1000])
    load(client, tmp_path)
    assert "Range" not in mirror.asked[0].headers


def test_weak_tags_do_not_vouch_for_a_part(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.headers[PATH] = {"ETag": 'W/"a"'}
    file = Wanted("a", "https://a.org/x/a.bin", "a.bin")
    (tmp_path / "a.bin.part").write_bytes(BODY[:1000])
    (tmp_path / "a.bin.part.json").write_text('{"etag": ""}')
    load(client, tmp_path, file)
    assert "Range" not in mirror.asked[0].headers


def test_a_whole_part_is_not_asked_for_again(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "a.bin.part").write_bytes(BODY)
    (tmp_path / "a.bin.part.json").write_text('{"etag": ""}')
    assert load(client, tmp_path).path.read_bytes() == BODY
    assert mirror.asked == []


@pytest.mark.parametrize("status", ["404", "410"])
def test_a_file_is_missing_when_no_host_has_it(
    mirror: Mirror, client: Client, tmp_path: Path, status: str
) -> None:
    mirror.faults[PATH] = [status]
    with pytest.raises(MissingError, match="not there"):
        load(client, tmp_path)
    assert [asked.path for asked in mirror.asked] == [PATH, "/b.org/a.org/x/a.bin"]


def test_the_second_host_is_asked(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.files["/b.org/a.org/x/a.bin"] = BODY
    mirror.faults[PATH] = ["503"]
    load(client, tmp_path)
    assert [asked.path for asked in mirror.asked] == [PATH, "/b.org/a.org/x/a.bin"]


def test_a_range_that_is_never_satisfied_is_a_gap(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    mirror.faults["*"] = ["416"] * 20
    with pytest.raises(MissingError):
        load(client, tmp_path)


@pytest.mark.parametrize("status", ["401", "403"])
def test_a_refusal_is_told_with_the_way_by_hand(
    mirror: Mirror, client: Client, tmp_path: Path, status: str
) -> None:
    mirror.faults[PATH] = [status]
    with pytest.raises(RefusedError) as caught:
        load(client, tmp_path)
    assert caught.value.next_step == "Load it by hand." and status in caught.value.found
    assert len(mirror.asked) == 1


def test_failing_for_ever_says_how(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.faults["*"] = ["503"] * 20
    with pytest.raises(FetchError, match="503"):
        load(client, tmp_path)
    assert len(mirror.asked) == QUICK.tries


def test_retry_after_is_honoured(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    patient = Patience(tries=3, pause=0.001, longest=0.3)
    slow = Client(client.http, client.hosts, patient)
    mirror.files["/b.org/a.org/x/a.bin"] = BODY
    mirror.faults[PATH] = ["429:9"]
    started = time.monotonic()
    load(slow, tmp_path)
    assert time.monotonic() - started >= 0.3


def test_a_list_that_says_otherwise_twice_is_told(
    mirror: Mirror, client: Client, tmp_path: Path
) -> None:
    with pytest.raises(FetchError, match="MD5"):
        load(client, tmp_path, wanted(md5="0" * 32))
    assert list(tmp_path.iterdir()) == [] and mirror.times(PATH) == 3


def test_a_page_is_no_list(mirror: Mirror, client: Client) -> None:
    mirror.files[PATH] = b'{"a": 1}'
    mirror.faults[PATH] = ["html"]
    mirror.files["/b.org/a.org/x/a.bin"] = b'{"a": 1}'
    assert client.json("https://a.org/x/a.bin") == {"a": 1}


def test_a_stop_keeps_the_part(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    def stop(count: int) -> None:
        client.stop.set()

    with pytest.raises(StoppedError):
        download(client, wanted(), tmp_path, stop)
    part = (tmp_path / "a.bin.part").read_bytes()
    assert part and BODY.startswith(part)
    client.stop.clear()
    load(client, tmp_path)
    assert mirror.asked[-1].headers["Range"] == f"bytes={len(part)}-"


def test_a_long_list_is_loaded_once(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    here = Client(client.http, client.hosts, QUICK, lists=tmp_path)
    assert load_list(here, "https://a.org/x/a.bin").read_bytes() == BODY
    assert load_list(here, "https://a.org/x/a.bin").read_bytes() == BODY
    assert [asked.status for asked in mirror.asked] == [200, 304]
    mirror.files[PATH] = b"new\n"
    assert list(here.lines("https://a.org/x/a.bin")) == ["new\n"]


BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as _archive:
    _archive.writestr("a.csv", b"0" * (9 << 20))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (zipped("../a.csv", "x"), "outside"),
        (zipped("/a.csv", "x"), "outside"),
        (zipped("C:\\a.csv", "x"), "outside"),
        (BOMB.getvalue(), "20 times"),
        (b"PK not at all", "no whole zip"),
        (ZIP[:-30], "no whole zip"),
        (b"", "empty"),
    ],
)
def test_archives_that_are_not_sound_are_refused(
    mirror: Mirror, client: Client, tmp_path: Path, body: bytes, why: str
) -> None:
    mirror.files[PATH] = body
    file = Wanted("a", "https://a.org/x/a.bin", "a.zip", len(body), md5(body))
    with pytest.raises(FetchError, match=why):
        load(client, tmp_path, file)
    assert list(tmp_path.iterdir()) == []


SECRET = {"Authorization": "Bearer abc", "x-key": "abc"}


@pytest.mark.parametrize("target", ["c.org", "b.org"])
def test_secrets_do_not_follow_a_redirect(
    mirror: Mirror, client: Client, tmp_path: Path, target: str
) -> None:
    client.authorise("a.org", SECRET)
    mirror.files[f"/{target}/there"] = BODY
    mirror.faults[PATH] = [f"moved:{mirror.address}/{target}/there"]
    load(client, tmp_path)
    first, second = mirror.asked
    assert first.headers["Authorization"] == "Bearer abc" and first.headers["x-key"] == "abc"
    assert not {"authorization", "x-key"} & {name.lower() for name in second.headers}


def test_secrets_follow_within_their_host(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    client.authorise("a.org", SECRET)
    mirror.files["/a.org/there"] = BODY
    mirror.faults[PATH] = [f"moved:{mirror.address}/a.org/there"]
    load(client, tmp_path)
    assert mirror.asked[1].headers["x-key"] == "abc"


def test_secrets_go_to_no_second_host(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    client.authorise("a.org", SECRET)
    mirror.files["/b.org/a.org/x/a.bin"] = BODY
    mirror.faults[PATH] = ["503"]
    load(client, tmp_path)
    assert "x-key" not in {name.lower() for name in mirror.asked[1].headers}


def test_a_redirect_without_end_is_told(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.faults[PATH] = ["moved:/a.org/x/a.bin"] * 60
    with pytest.raises(FetchError, match="without end"):
        load(Client(client.http, hosts_from(mirror.host("a.org"), {}), QUICK), tmp_path)


def test_secrets_need_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", "a.org=http://mirror.example/a.org")
    with open_client({}, patience=QUICK) as client:
        client.authorise("a.org", SECRET)
        with pytest.raises(FetchError, match="was not sent"):
            client.text("https://a.org/x")


def test_no_secret_is_told(mirror: Mirror, client: Client) -> None:
    client.authorise("a.org", {"x-key": "hidden-1"})
    mirror.faults["*"] = ["500"] * 20
    with pytest.raises(FetchError) as caught:
        client.text("https://a.org/x?token=hidden-2")
    assert "hidden" not in str(caught.value) and "hidden-1" not in repr(client)


def test_a_proxy_variable_does_not_lead_loopback_astray(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("DETENTE_FETCH_HOSTS", mirror.host("a.org"))
    with open_client({}, patience=QUICK) as client:
        assert load(client, tmp_path).size == len(BODY)


def test_whoever_asks_a_mirror_does_not_ask_the_publishers_second_host(mirror: Mirror) -> None:
    hosts = hosts_from(mirror.host("a.org"), {"a.org": ("https://b.org/a.org",)})
    assert hosts.places("https://a.org/x") == ("https://a.org/x",)


@pytest.mark.parametrize("text", ["a.org", "a.org=", "a.org=ftp://b", "=http://b", "a.org=http:"])
def test_hosts_that_cannot_be_read_are_told(text: str) -> None:
    with pytest.raises(UsageError, match="DETENTE_FETCH_HOSTS"):
        hosts_from(text, {})


def test_the_clock_of_the_servers_is_believed(
    mirror: Mirror, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = dt.datetime

    class Wrong(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return right.now(tz) - dt.timedelta(days=4000)

    real = right.now(dt.UTC)
    monkeypatch.setattr(client_module.dt, "datetime", Wrong)
    mirror.files[PATH] = b"a"
    assert client.now() < real - dt.timedelta(days=3000)
    client.text("https://a.org/x/a.bin")
    assert abs((client.now() - real).total_seconds()) < 60


@pytest.mark.parametrize("good", [True, False])
def test_a_certificate_that_is_no_good_is_never_overlooked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, good: bool
) -> None:
    import trustme

    authority = trustme.CA()
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    expired = {"not_before": past, "not_after": past + dt.timedelta(days=90)}
    issued = authority.issue_cert("127.0.0.1", **({} if good else expired))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving(Mirror({"/x": b"a", "/b.org/x": b"b"}), tls=context) as secure:
        monkeypatch.setenv("DETENTE_FETCH_HOSTS", f"a.org={secure.address}")
        with open_client({}, patience=QUICK) as client:
            if good:
                assert client.text("https://a.org/x") == "a"
            else:
                started = time.monotonic()
                with pytest.raises(FetchError, match="certificate"):
                    client.text("https://a.org/x")
                assert time.monotonic() - started < 2  # asking again would not help


def test_secrets_come_from_the_environment_or_a_private_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text('DETENTE_X = "from-file"\n')
    file.chmod(0o600)
    monkeypatch.setenv("DETENTE_SECRETS", str(file))
    assert secret("DETENTE_X") == "from-file" and secret("DETENTE_Y") is None
    monkeypatch.setenv("DETENTE_X", "from-environment")
    assert secret("DETENTE_X") == "from-environment"
    with pytest.raises(InputError, match="DETENTE_Y"):
        need_secret("DETENTE_Y", "Ask for one.")
    file.chmod(0o644)
    with pytest.raises(InputError, match="Others may read it"):
        secret("DETENTE_Y")


def test_a_stop_ends_a_wait(mirror: Mirror, client: Client, tmp_path: Path) -> None:
    mirror.faults["*"] = ["429:60"] * 9
    patient = Client(client.http, client.hosts, Patience(), threading.Event())
    threading.Timer(0.2, patient.stop.set).start()
    started = time.monotonic()
    with pytest.raises(StoppedError):
        load(patient, tmp_path)
    assert time.monotonic() - started < 5
