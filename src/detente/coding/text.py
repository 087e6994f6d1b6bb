"""Stories from files, folders and streams; what gives none is refused by name, and never guessed.

One file a format stands in `reading/`. Files are read as streams: a long text comes in pieces of at
most 100,000 characters, so that no file is too long. Days come from what the file itself says.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

from detente.coding.reading import feed, page, plain, rows
from detente.coding.reading.language import other_language
from detente.coding.reading.opening import BLOCK, Progress, RefusedError
from detente.coding.reading.rows import OnRefused
from detente.coding.sentences import sentences
from detente.coding.shapes import Story
from detente.errors import ReadError, UsageError

__all__ = ["FORMATS", "Format", "Place", "places", "read", "sentences"]

Format = Literal["auto", "txt", "html", "rss", "jsonl", "csv"]
FORMATS: tuple[Format, ...] = ("auto", "txt", "html", "rss", "jsonl", "csv")

_ENDINGS: dict[str, Format] = {
    ".txt": "txt", ".text": "txt", ".md": "txt",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".rss": "rss", ".atom": "rss", ".xml": "rss", ".rdf": "rss",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".csv": "csv", ".tsv": "csv",
}  # fmt: skip

Reader = Callable[[BinaryIO, str, Progress | None], Iterator[Story]]


@dataclass(frozen=True)
class Place:
    """A file or stream to read.

    Attributes:
        name: How it is called in reports and references.
        path: The file; None for standard input or a stream.
        size: Its bytes; 0 if not known beforehand.
    """

    name: str
    path: Path | None
    size: int = 0


def read(
    place: str | Path | Place | BinaryIO,
    format: Format = "auto",
    *,
    refuse: OnRefused | None = None,
    progress: Progress | None = None,
) -> Iterator[Story]:
    """The stories of a file, a folder, standard input (`-`) or an open stream of bytes.

    Args:
        place: Where they are.
        format: What a file is; `auto` goes by its ending, and else by its beginning.
        refuse: Called with the name of each file, row or story that is left out, and why. Without
            it the first such ends the reading.
        progress: Called with the number of bytes that were just read.

    Yields:
        Stories in order; `date` is None where the file does not say it.

    Raises:
        ReadError: There is nothing at the place; or it gives no story, and `refuse` is not given.
        UsageError: There is no such format.

    Example:
        >>> import io
        >>> [story] = read(io.BytesIO(b"BEIJING, 14 March 2017 (Agency) - China met Japan."))
        >>> str(story.date)
        '2017-03-14'
    """
    if format not in FORMATS:
        raise UsageError(
            "The format is not known.", f"It is {format!r}.", f"Use one of {', '.join(FORMATS)}."
        )
    if isinstance(place, str | Path):
        for item in places(place, format, refuse):
            yield from read(item, format, refuse=refuse, progress=progress)
        return
    stream = None if isinstance(place, Place) else place
    item = place if isinstance(place, Place) else Place(getattr(place, "name", "") or "text", None)
    try:
        yield from _checked(_stories(item, stream, format, refuse, progress), refuse)
    except RefusedError as error:
        _refuse(refuse, str(item.name), str(error))


def places(
    place: str | Path, format: Format = "auto", refuse: OnRefused | None = None
) -> list[Place]:
    """The files at a place, in order of their names; hidden ones and links to folders are no part.

    Args:
        place: A file, a folder, or `-` for standard input.
        format: Unless it is `auto`, all files of a folder are read, whatever their ending.
        refuse: Called for each file of a folder that is left out.

    Raises:
        ReadError: There is nothing, or nothing that could be read.

    Example:
        >>> places("-")
        [Place(name='-', path=None, size=0)]
    """
    if str(place) == "-":
        return [Place("-", None)]
    path = Path(place)
    if path.is_dir():
        return _in_folder(path, format, refuse)
    if path.is_file():
        return [Place(str(path), path, path.stat().st_size)]
    there = os.path.lexists(path)
    raise ReadError(
        f"{path} could not be read.",
        "It is neither a plain file nor a folder." if there else "There is no such file or folder.",
        "Give a file, a folder, or - for standard input.",
    )


def _in_folder(path: Path, format: Format, refuse: OnRefused | None) -> list[Place]:
    files = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in (Path(folder, name) for name in sorted(names) if not name.startswith(".")):
            if not file.is_file():
                reason = "is no plain file"
            elif format == "auto" and file.suffix.lower() not in _ENDINGS:
                reason = f"has an ending that is not read ({', '.join(_ENDINGS)})"
            else:
                files.append(Place(str(file), file, file.stat().st_size))
                continue
            if refuse is not None:
                refuse(str(file), reason)
    if not files:
        raise ReadError(
            f"{path} could not be read.",
            "The folder holds no file of text.",
            f"Give files that end in {', '.join(_ENDINGS)}, or say --format.",
        )
    return files


def _stories(
    item: Place,
    stream: BinaryIO | None,
    format: Format,
    refuse: OnRefused | None,
    progress: Progress | None,
) -> Iterator[Story]:
    with _opened(item, stream) as file:
        ending = item.path.suffix.lower() if item.path else ""
        chosen = _format_of(file, ending) if format == "auto" else format
        readers: dict[Format, Reader] = {
            "txt": plain.stories,
            "html": page.stories,
            "rss": feed.stories,
            "jsonl": partial(rows.json_stories, refuse=refuse),
            "csv": partial(rows.csv_stories, refuse=refuse),
        }
        yield from readers[chosen](file, item.name, progress)


@contextmanager
def _opened(item: Place, stream: BinaryIO | None) -> Iterator[BinaryIO]:
    """A file that can be read more than once; a stream is copied to one first.

    Raises:
        RefusedError: It cannot be opened.
    """
    try:
        if item.path is not None:
            with item.path.open("rb") as file:
                yield file
            return
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream if stream is not None else _standard_input(), copy)
            yield copy
    except OSError as error:
        raise RefusedError(f"cannot be read ({error.strerror or error})") from error


def _standard_input() -> BinaryIO:
    import sys  # noqa: PLC0415 - looked up late, so that tests and shells may replace it

    return sys.stdin.buffer


def _format_of(file: BinaryIO, ending: str) -> Format:
    """What a file is, by its ending or else its beginning."""
    by_ending: Format | None = _ENDINGS.get(ending)
    file.seek(0)
    start = file.read(BLOCK).lstrip(b"\xef\xbb\xbf \t\r\n").lower()[:2000]
    if by_ending == "rss" and (start.startswith(b"<!doctype html") or b"<html" in start):
        return "html"
    if by_ending is not None and by_ending != "txt":
        return by_ending
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith((b"<?xml", b"<rss", b"<feed", b"<rdf:rdf")):
        return "html" if b"<html" in start else "rss"
    if by_ending is None and start.startswith(b'{"'):
        return "jsonl"
    return "txt"


def _checked(stories: Iterator[Story], refuse: OnRefused | None) -> Iterator[Story]:
    """The stories that hold English words."""
    for story in stories:
        if not any(map(str.isalpha, story.text)):
            _refuse(refuse, story.reference, "holds no words")
        elif language := other_language(story.text):
            _refuse(refuse, story.reference, f"is in {language}; only English is coded")
        else:
            yield story


def _refuse(refuse: OnRefused | None, name: str, reason: str) -> None:
    if refuse is None:
        raise ReadError(
            f"{name} could not be read.", f"It {reason}.", "Give English text: see detente code -h."
        )
    refuse(name, reason)
