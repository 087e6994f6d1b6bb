"""Writing a set of files so that each is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from detente.errors import DetenteError
from detente.outputs import beside


def write_all(out: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder: all are written aside first, then put in place in order.

    A failure before the last byte is on disk leaves what was there untouched.

    Args:
        out: The folder; made if absent.
        files: Contents by path relative to `out`, with "/" between folders.

    Raises:
        DetenteError: If the folder or a file cannot be written (read-only, full, in the way).

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_all(Path(folder), {"a/b.txt": b"hello"})
        ...     (Path(folder) / "a" / "b.txt").read_bytes()
        b'hello'
    """
    aside: dict[Path, Path] = {}
    try:
        for name, content in files.items():
            place = out / name
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, part = beside(place)
            os.close(handle)
            aside[part] = place
            _write_whole(part, content)
        for part, place in aside.items():
            part.replace(place)
    except OSError as error:
        raise DetenteError(
            f"The report could not be written to {out}.",
            f"{error.strerror or error}: {error.filename or out}.",
            "Check that the folder is writable and the disk has room, or choose another (--out).",
        ) from error
    finally:
        for part in aside:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _write_whole(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
