"""Which source a path holds, by the names of its files and then by the shape of their lines."""

from __future__ import annotations

import contextlib
import gzip
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from detente.errors import ReadError
from detente.sources._files import split
from detente.sources._source import Source
from detente.sources.registry import all_sources

HEAD_LINES = 20


def detect(path: Path) -> Source:
    r"""The source whose files a path holds.

    Args:
        path: A file, an archive, or a folder of them.

    Returns:
        The source that knows the names of the files, or else the one whose rows they look like.

    Raises:
        ReadError: There is nothing there, or nothing that any source knows.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "levant.csv")
        ...     _ = file.write_text('"date","source","target","code"\n1979-04-15,ISR,JOR,190\n')
        ...     detect(file).name
        'keds'
    """
    if not path.exists():
        raise ReadError(f"There is nothing at {path}.", "", "Check the path.")
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        found = _detect_file(file) if file.is_file() else None
        if found is not None:
            return found
    raise ReadError(
        f"It is not clear what the event files at {path} are.",
        "No file there looks like a source that Detente knows.",
        "Ingest them by name first: detente ingest SOURCE PATH (detente sources lists the names).",
    )


def _detect_file(file: Path) -> Source | None:
    """By shape; among sources of one shape, the one that knows the name."""
    with contextlib.suppress(OSError, zipfile.BadZipFile, EOFError):
        head = [line for line in islice(_lines(file), HEAD_LINES) if line.strip()]
        fitting = [source for source in all_sources() if head and _fits(source, head)]
        named = [source for source in fitting if source.names_file(file.name)]
        return next(iter(named or fitting), None)
    return None


def _fits(source: Source, head: list[str]) -> bool:
    return bool(source.columns) and all(source.fits(split(source, line)) for line in head)


def _lines(file: Path) -> Iterator[str]:
    if file.suffix.lower() == ".zip":
        with zipfile.ZipFile(file) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if members:
                with archive.open(members[0]) as inner:
                    yield from _decoded(inner)
    elif file.suffix.lower() == ".gz":
        with gzip.open(file) as inner:
            yield from _decoded(inner)
    else:
        with file.open("rb") as inner:
            yield from _decoded(inner)


def _decoded(stream: object) -> Iterator[str]:
    for line in stream:  # type: ignore[attr-defined]
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")
