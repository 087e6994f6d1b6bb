"""Which source a path holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detente.errors import ReadError
from detente.sources.mentions import MENTIONS
from detente.sources.reading.finding import NAMED, walk
from detente.sources.reading.opening import Archives, BadFileError, Item, plain_item, printable
from detente.sources.reading.recognise import head_of, recognise
from detente.sources.reading.source import Source
from detente.sources.registry import all_sources

ARE_MENTIONS = "GDELT's mentions, which are no events; detente panel --mentions reads them"


def detect(path: Path) -> Source:
    r"""The source whose files a path holds, by the rule by which `ingest` knows them.

    Args:
        path: A file, an archive, or a folder of them.

    Returns:
        The source of the first file that has one: the source whose rows its lines look like; among
        sources of one shape the one that knows the file's name.

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
        name = printable(str(path))
        raise ReadError(f"There is nothing at {name}.", "", "Check the path.")
    reasons = []
    with Archives() as archives:
        for item in _files(path, archives):
            try:
                source = recognise(item.name, head_of(archives, item), (*all_sources(), MENTIONS))
            except BadFileError as error:
                reasons.append(f"{item.label}: {error}")
            else:
                if source is MENTIONS:
                    reasons.append(f"{item.label}: {ARE_MENTIONS}")
                elif source is not None:
                    return source
    why = "; ".join(reasons[:NAMED])
    raise ReadError(
        f"It is not clear what the event files at {printable(str(path))} are.",
        "No file there looks like a source that Detente knows." + (f" {why}." if why else ""),
        "Ingest them by name first: detente ingest SOURCE PATH (detente sources lists the names).",
    )


def _files(path: Path, archives: Archives) -> Iterator[Item]:
    for file, reason in walk(path) if path.is_dir() else [(path, "")]:
        if reason:
            yield Item(file, trouble=reason)
        elif file.suffix.lower() == ".zip":
            yield from archives.members(file)
        else:
            yield plain_item(file)
