"""What a store asks of the disk: flushing, whole replacement, plain files, and errors in words."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from detente.errors import StoreError

BLOCK = 1 << 20


def sync(path: Path) -> None:
    """Flush a file to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Flush the names in a folder to the disk, where the system lets a folder be opened."""
    if os.name == "nt":  # Windows writes names through and opens no folder
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place of another in one step that survives a crash."""
    write_fresh(path, content).replace(path)
    sync_folder(path.parent)


def write_fresh(path: Path, content: bytes) -> Path:
    """Write what will replace a file beside it, flushed, and return where it lies."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # a link there must not lead the writing elsewhere
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def read_plain(path: Path) -> bytes:
    """The content of a plain file.

    Raises:
        OSError: It cannot be read, or is a folder, a device or a pipe (which might never end).
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "It is no plain file", str(path))
    return path.read_bytes()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def glob_safe(path: Path) -> str:
    """A path that DuckDB reads as one file, whatever signs its folders' names hold.

    Example:
        >>> glob_safe(Path("a[1]/x.parquet"))
        'a[[]1]/x.parquet'
    """
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))


def glob_plain(text: str) -> str:
    """The path of what `glob_safe` gave.

    Example:
        >>> glob_plain("a[[]1]/x.parquet")
        'a[1]/x.parquet'
    """
    return re.sub(r"\[([*?[])\]", r"\1", text)


def _of_duckdb() -> tuple[type[Exception], ...]:
    """What DuckDB reports of the disk; nothing where it was not loaded, so nothing failed in it."""
    if "duckdb" not in sys.modules:
        return ()
    import duckdb  # noqa: PLC0415 - large

    return duckdb.IOException, duckdb.OutOfMemoryException


@contextlib.contextmanager
def disk_errors(store: Path, failed: str) -> Iterator[None]:
    """Turn what the disk or DuckDB reports while writing into a `StoreError`."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, (OSError, *_of_duckdb())):
            raise
        raise StoreError(
            failed, f"{_where(store, error)}: {_reason(error)}.", _next_step(error)
        ) from error


@contextlib.contextmanager
def read_errors(store: Path) -> Iterator[None]:
    """Turn what the disk reports while reading a store into a `StoreError` that names the file."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The event store {store} could not be read.",
            f"{_where(store, error)}: {_reason(error)}.",
            "Make it readable for your account, or name another store.",
        ) from error


def _where(store: Path, error: Exception) -> str:
    name = error.filename if isinstance(error, OSError) else None
    return os.fsdecode(name) if isinstance(name, str | bytes) else str(store)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if "No space left" in str(error):
        return "No space left on device"
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _next_step(error: Exception) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code in {errno.EACCES, errno.EPERM, errno.EROFS} or "Permission denied" in str(error):
        return "Nothing was changed. Make the folder writable, or name another with --store."
    if code in {errno.ENOSPC, errno.EDQUOT} or "No space left" in str(error):
        return "Nothing was changed. Free some space and run the command again."
    return "Nothing was changed. Check the disk and run the command again."
