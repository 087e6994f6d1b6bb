"""What was computed before, kept on disk: bounded, safe to delete at any moment, never trusted.

An entry is one file under the hash of whatever it was made from. It begins with the hash of its own
content, so that one that is cut short or changed is an entry that is not there. Files appear whole,
whatever other processes do, and whatever cannot be written is computed again another time.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from detente.outputs import beside
from detente.versions import as_loaded

VARIABLE = "DETENTE_CACHE"
"""The environment variable that names the folder, or `off`."""

OFF = "off"
MOST_BYTES = 400_000_000
AFTER_TRIM = 0.75
"""Share of the bound that is left when it is passed, so that not every entry trims."""

LEFT_OVER_S = 3600
"""A file that is being written is older than this only where its process was killed."""

_ENTRY = re.compile(r"[0-9a-f]{62}")
_UNFINISHED = re.compile(r"\.[0-9a-f]{62}\..+")


def user_folder() -> Path | None:
    """Where this user's programs keep what can be made again; None for a user without a home.

    Example:
        >>> folder = user_folder()
        >>> folder.name if folder else "detente"
        'detente'
    """
    folder = user_cache_path("detente", appauthor=False)
    return folder if folder.is_absolute() else None


def user_cache() -> Cache | None:
    """The cache of this user, in the folder that `DETENTE_CACHE` names; None where that is "off".

    Example:
        >>> cache = user_cache()
        >>> cache.folder.name if cache else "answers"
        'answers'
    """
    named = os.environ.get(VARIABLE, "").strip()
    folder = Path(named) if named else user_folder()
    return None if folder is None or named.lower() == OFF else Cache(folder / "answers")


class Cache:
    """Contents by key, in a folder of files.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cache = Cache(Path(folder))
        ...     cache.put(key_of("a question"), b"its answer")
        ...     cache.get(key_of("a question")), cache.get(key_of("another"))
        (b'its answer', None)
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        """Nothing is read or written before it is asked for."""
        self.folder = folder
        self.most_bytes = most_bytes
        self._bytes: int | None = None

    def get(self, key: str) -> bytes | None:
        """The content of a key; None where there is none, or none that is whole."""
        path = self._path(key)
        try:
            digest, _, content = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if digest != hashlib.sha256(content).hexdigest().encode():
            return None
        with suppress(OSError):
            os.utime(path)  # what is used stays longest
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep a content. A disk that refuses is no reason to fail: it is not kept then.

        Nothing is kept either where the package was edited since it was loaded: the key names code
        that may not be what computed it.
        """
        whole = hashlib.sha256(content).hexdigest().encode() + b"\n" + content
        if len(whole) > self.most_bytes or not as_loaded():
            return
        with suppress(OSError):
            _write(self._path(key), whole)
            self._bytes = self._size() if self._bytes is None else self._bytes + len(whole)
            if self._bytes > self.most_bytes:
                self.trim()

    def trim(self) -> None:
        """Remove the entries that were not used for longest, until there is room again."""
        entries = sorted(self._entries(), key=lambda entry: entry[1].st_mtime)
        size = sum(status.st_size for _, status in entries)
        for path, status in entries:
            if size <= AFTER_TRIM * self.most_bytes:
                break
            with suppress(OSError):
                path.unlink()
                size -= status.st_size
        self._bytes = size

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key[2:]

    def _size(self) -> int:
        return sum(status.st_size for _, status in self._entries())

    def _entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Our own files and nothing else of the folder; what a killed process left is removed."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(OSError):
                status = path.stat()
                if _ENTRY.fullmatch(path.name):
                    yield path, status
                elif _UNFINISHED.fullmatch(path.name) and _is_old(status):
                    path.unlink()


def key_of(*parts: str | bytes) -> str:
    """The key of what is made from some parts; in which order they come makes a difference.

    Example:
        >>> key_of("a", "bc") == key_of("ab", "c")
        False
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


def _write(path: Path, whole: bytes) -> None:
    """A file that is there whole or not at all; no care is taken that it outlives a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, fresh = beside(path)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(whole)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _is_old(status: os.stat_result) -> bool:
    return time.time() - status.st_mtime > LEFT_OVER_S
