"""The download of one file: resumed, checked, and in place only when it is whole.

What has come of a file lies in `NAME.part`, and `NAME.part.json` says of which edition it is, so
that a later try, or a later run after a kill, asks only for the rest (`Range`, `If-Range`).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from detente.rounding import count_text
from detente.sources.fetch.archives import archive_fault
from detente.sources.fetch.client import Client
from detente.sources.fetch.hosts import shown
from detente.sources.fetch.tries import NO_RANGE, BrokenError, stopped
from detente.sources.fetch.wanted import Check, Wanted

PARTIAL, NOT_MODIFIED = 206, 304
PART = ".part"
NOTE = ".part.json"
OnBytes = Callable[[int], None]


@dataclass(frozen=True)
class Loaded:
    """A file that was loaded.

    Attributes:
        wanted: What was wanted.
        path: Where it lies.
        size: Its bytes.
        md5: Their sum, 32 hexadecimal digits.
        etag: What the server calls this edition; may be empty.
    """

    wanted: Wanted
    path: Path
    size: int
    md5: str
    etag: str


class UnchangedError(Exception):
    """The edition that is known is still the newest."""


def download(
    client: Client,
    wanted: Wanted,
    folder: Path,
    on_bytes: OnBytes,
    known_etag: str = "",
    check: Check | None = None,
) -> Loaded:
    """Load a file into a folder, going on where an earlier try ended.

    Args:
        client: Asks the hosts.
        wanted: The file.
        folder: Where it goes; parts of it stay there if the fetch is stopped.
        on_bytes: Told of every block that comes; of fewer than none where a part is given up.
        known_etag: The edition that was read before, if there is no need to load it again.
        check: Why what came is not what was asked for, beyond what the list says of it.

    Raises:
        UnchangedError: The edition is the known one.
        MissingError: No place has it.
        RefusedError: A host refuses us.
        StoppedError: The user stopped the fetch; the part is kept.
        FetchError: It could not be had, or is not what the list says.
        OSError: The disk refused.
    """
    part = _Part(folder / wanted.name, wanted, client, on_bytes, known_etag, check)
    return lying(wanted, folder) or client.insist(wanted.url, part.load)


def lying(wanted: Wanted, folder: Path) -> Loaded | None:
    """The file, if it lies whole in a folder: kept there, or loaded by a run that was killed.

    Only a file that the list describes can be known again.
    """
    path = folder / wanted.name
    if not (wanted.md5 or wanted.size) or not path.is_file():
        return None
    size, md5 = path.stat().st_size, _md5(path)
    if _fault(wanted, path, size, md5, ""):
        return None
    return Loaded(wanted, path, size, md5, _edition(path))


def discard(loaded: Loaded) -> None:
    """Remove a file that was loaded, and the note of its edition."""
    loaded.path.unlink(missing_ok=True)
    loaded.path.with_name(loaded.path.name + NOTE).unlink(missing_ok=True)


@dataclass(frozen=True)
class _Part:
    """A file that is being loaded."""

    path: Path
    wanted: Wanted
    client: Client
    on_bytes: OnBytes
    known_etag: str
    check: Check | None
    seen: list[str] = field(default_factory=list)

    @property
    def part(self) -> Path:
        return self.path.with_name(self.path.name + PART)

    @property
    def note(self) -> Path:
        return self.path.with_name(self.path.name + NOTE)

    def load(self, place: str) -> Loaded:
        """One try at one place."""
        have, etag = self._have()
        if not have or have != self.wanted.size:
            etag, sums = self._receive(place, have, etag)
        else:  # nothing is missing: it ended between the last byte and the check
            sums = ""
        loaded = self._checked(etag, sums)
        self.part.replace(self.path)
        return loaded

    def _have(self) -> tuple[int, str]:
        """Bytes that an earlier try left, and their edition."""
        etag = _edition(self.path)
        try:
            size = self.part.stat().st_size
        except FileNotFoundError:
            return 0, ""
        can_go_on = self.note.is_file() and (etag or self.wanted.md5)
        if not can_go_on or (self.wanted.size is not None and size > self.wanted.size):
            self.drop()
            return 0, ""
        return size, etag

    def drop(self) -> None:
        """Give up what has come."""
        with contextlib.suppress(OSError):
            self.on_bytes(-self.part.stat().st_size)
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def _receive(self, place: str, have: int, etag: str) -> tuple[str, str]:
        """Ask for what is missing and write it; the edition, and the sums that the server told."""
        headers = {"Range": f"bytes={have}-"} if have else {}
        if have and etag:
            headers["If-Range"] = etag
        if not have and self.known_etag:
            headers["If-None-Match"] = self.known_etag
        with self.client.stream(place, params=self.wanted.params, headers=headers) as answer:
            if have and answer.status_code == NO_RANGE:
                self.drop()
                raise BrokenError("what was loaded is no beginning of the file")
            if self.known_etag and answer.status_code == NOT_MODIFIED:
                raise UnchangedError
            self.client.check(answer, shown(place))
            if _is_page(answer, self.wanted.name):
                raise BrokenError("a page of HTML came instead of the file")
            going_on = answer.status_code == PARTIAL
            if going_on and not _continues(answer, have):
                self.drop()
                raise BrokenError("the server sent another part of the file")
            edition = _strong(answer.headers.get("etag", ""))
            if going_on and edition and etag and edition != etag:
                self.drop()
                raise BrokenError("the file changed while it was loaded")
            edition = edition or (etag if going_on else "")
            if not going_on and have:
                self.on_bytes(-have)
            self.note.write_text(json.dumps({"etag": edition}), encoding="utf-8")
            self._write(answer, "ab" if going_on else "wb")
            return edition, "" if going_on else answer.headers.get("x-goog-hash", "")

    def _write(self, answer: httpx2.Response, mode: str) -> None:
        coded = answer.headers.get("content-encoding", "identity") != "identity"
        # With a size of its own iter_raw would lose what it has not handed on when a line breaks.
        blocks = answer.iter_bytes() if coded else answer.iter_raw()
        with self.part.open(mode) as file:
            for block in blocks:
                file.write(block)
                self.on_bytes(len(block))
                if self.client.stop.is_set():
                    raise stopped()
                self._check_length(file.tell())
            file.flush()
            os.fsync(file.fileno())

    def _check_length(self, size: int) -> None:
        limit = self.wanted.size if self.wanted.size is not None else LARGEST_FILE
        if size > limit + SLACK:
            self.note.unlink(missing_ok=True)  # so that the next try begins anew
            raise BrokenError(f"it is larger than {count_text(limit)} bytes")

    def _checked(self, etag: str, sums: str) -> Loaded:
        size, md5 = self.part.stat().st_size, _md5(self.part)
        fault = _fault(self.wanted, self.part, size, md5, sums)
        if fault:
            self.drop()
            self.seen.append(md5)
            raise BrokenError(fault, lasting=self.seen.count(md5) == SAME)
        if self.check and (fault := self.check(self.wanted, self.part)):
            self.drop()
            raise BrokenError(fault)
        return Loaded(self.wanted, self.path, size, md5, etag)


SAME = 3
"""Times that the same other bytes come until a place is taken to have these, whatever lists say."""

PAGES = (".html", ".htm")
LARGEST_FILE = 16 << 30
"""Bytes beyond which a file without a stated size is not loaded on."""

SLACK = 1 << 20
"""Bytes above the stated size at which a file is given up; smaller ones are told by the check."""


def _fault(wanted: Wanted, path: Path, size: int, md5: str, sums: str) -> str:
    """Why a file is not what was wanted; empty if it is."""
    if wanted.size is not None and size != wanted.size:
        return f"it has {count_text(size)} bytes instead of {count_text(wanted.size)}"
    if wanted.md5 and md5 != wanted.md5:
        return "its MD5 sum is not that of the list"
    stated = _stated_md5(sums)
    if stated and md5 != stated:
        return "its MD5 sum is not that which the server told"
    if not size:
        return "it is empty"
    if wanted.name.lower().endswith(".zip"):
        return archive_fault(path, whole=not wanted.md5 and not stated)
    return "it is a page of HTML" if _begins_a_page(path, wanted.name) else ""


def _edition(path: Path) -> str:
    """What the server called the edition of which something lies here; empty if it said nothing."""
    try:
        etag = json.loads(path.with_name(path.name + NOTE).read_text(encoding="utf-8"))["etag"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return etag if isinstance(etag, str) else ""


def _is_page(answer: httpx2.Response, name: str) -> bool:
    kind = answer.headers.get("content-type", "").lower()
    return kind.startswith("text/html") and not name.lower().endswith(PAGES)


def _begins_a_page(path: Path, name: str) -> bool:
    with path.open("rb") as file:
        start = file.read(64).lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) and not name.lower().endswith(PAGES)


def _continues(answer: httpx2.Response, have: int) -> bool:
    return bool(have) and answer.headers.get("content-range", "").startswith(f"bytes {have}-")


def _strong(etag: str) -> str:
    """A tag that says that every byte is the same; weak ones do not."""
    return "" if etag.startswith("W/") else etag


def _stated_md5(sums: str) -> str:
    """The MD5 sum of an `x-goog-hash` header, as hexadecimal digits; empty if it has none.

    Example:
        >>> _stated_md5("crc32c=n03x6A==,md5=1B2M2Y8AsgTpgAmY7PhCfg==")
        'd41d8cd98f00b204e9800998ecf8427e'
    """
    for entry in sums.split(","):
        kind, _, value = entry.strip().partition("=")
        if kind == "md5":
            with contextlib.suppress(ValueError):
                return base64.b64decode(value, validate=True).hex()
    return ""


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def load_list(client: Client, url: str) -> Path:
    """A long list as a file, loaded again only if it changed since the last time.

    Raises:
        FetchError: It could not be had, as with `download`.
    """
    client.lists.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    wanted = Wanted(key=url, url=url, name=f"{name}.txt")
    path, note = client.lists / wanted.name, client.lists / f"{name}.etag"
    etag = note.read_text(encoding="utf-8") if path.is_file() and note.is_file() else ""

    try:
        loaded = download(client, wanted, client.lists, lambda count: None, etag)
    except UnchangedError:
        return path
    if loaded.etag:
        note.write_text(loaded.etag, encoding="utf-8")
    else:
        note.unlink(missing_ok=True)
    return path
