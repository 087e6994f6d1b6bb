"""A record of forecasts that can be added to and not edited: each line holds the hash of the last.

One JSON object a line: a forecast, or the resolution of one. A changed or inserted line breaks the
chain, and so does one that is taken out from between others; nothing is added to a broken chain.
The chain cannot show that its last lines were cut off, nor that a whole file was made anew, so
publish its last hash where others see it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.errors import InputError

START = "0" * 64
NEEDED = {
    "forecast": (
        "study", "id", "asked", "title", "as_of", "opens", "resolves_on", "probability",
        "base_rate", "reasons", "recorded",
    ),
    "resolution": ("resolves", "id", "outcome", "recorded"),
}  # fmt: skip
"""What a line of each kind holds."""
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Record:
    """A record as read from its file, its chain being whole.

    Attributes:
        path: The file; it need not exist yet.
        lines: Its lines in order.

    Example:
        >>> record = Record(Path("r.jsonl"))
        >>> record.last == START, record.forecasts()
        (True, ())
    """

    path: Path
    lines: tuple[Line, ...] = ()

    @property
    def last(self) -> str:
        """Hash of the last line; zeros for an empty record."""
        return str(self.lines[-1]["hash"]) if self.lines else START

    def forecasts(self) -> tuple[Line, ...]:
        """The forecasts, in the order in which they were recorded."""
        return tuple(line for line in self.lines if line["kind"] == "forecast")

    def resolutions(self, forecast: str) -> tuple[Line, ...]:
        """All resolutions of the forecast with that hash; the last one stands."""
        return tuple(line for line in self.lines if line.get("resolves") == forecast)


def read_record(path: Path, *, study: str | None = None) -> Record:
    """Read a record and check its chain.

    Args:
        path: The file; an absent one is an empty record.
        study: Name of the study whose record it must be; lines are then also checked to be whole.

    Raises:
        InputError: It cannot be read, its chain is broken, or it is of another study.

    Example:
        >>> read_record(Path("no-such-record.jsonl")).lines
        ()
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Record(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    lines: list[Line] = []
    previous = START
    for number, raw in enumerate(text.rstrip().split("\n") if text.strip() else (), 1):
        lines.append(_checked(path, number, raw, previous))
        previous = str(lines[-1]["hash"])
    if study is not None:
        _check_study(path, lines, study)
    return Record(path, tuple(lines))


def _unreadable(path: Path, error: Exception) -> InputError:
    failed = f"The record {path} could not be read."
    if isinstance(error, IsADirectoryError):
        return InputError(failed, "It is a folder.", "Name a file with --record.")
    if isinstance(error, PermissionError):
        return InputError(failed, "You may not read it.", "Change its permissions.")
    if isinstance(error, UnicodeDecodeError):
        return InputError(failed, "It is not text.", "Restore it from a backup.")
    return InputError(failed, f"{error}.", "Restore it from a backup.")


def _check_study(path: Path, lines: Sequence[Line], study: str) -> None:
    """Refuse lines that lack what their kind holds, and lines of another study."""
    for number, line in enumerate(lines, 1):
        lacking = [name for name in NEEDED.get(str(line.get("kind")), ()) if name not in line]
        if lacking:
            raise InputError(
                f"The record {path} could not be read.",
                f"Line {number} lacks {', '.join(lacking)}.",
                "It was made by another version: read it with that one.",
            )
        other = line.get("study", study)
        if other != study:
            raise InputError(
                f"The record {path} is of another study.",
                f"Line {number} is of “{other}”, not of “{study}”.",
                "Name another file with --record.",
            )


def _checked(path: Path, number: int, raw: str, previous: str) -> Line:
    try:
        line = json.loads(raw)
        whole = (
            isinstance(line, dict)
            and line.get("previous") == previous
            and line.get("hash") == digest(line)
        )
    except ValueError:
        whole = False
    if whole:
        checked: Line = line
        return checked
    raise InputError(
        f"The record {path} was changed after the fact.",
        f"Line {number} does not follow from the line before it: it, or one before it, was edited, "
        "removed, inserted or cut short.",
        "Restore the file from a backup or from version control; nothing is added to a broken "
        "record.",
    )


def digest(line: Line) -> str:
    """Hash of a line with all it holds but its own hash.

    Example:
        >>> digest({"a": 1, "hash": "x"}) == digest({"a": 1})
        True
    """
    content = {key: value for key, value in line.items() if key != "hash"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append(record: Record, entries: Sequence[Line]) -> Record:
    """Add entries to a record: all of them or none.

    The old file stays as it is until the new one is whole. Two writers at once are not possible.

    Args:
        record: As it was read.
        entries: What to add, without `previous` and `hash`.

    Returns:
        The record with the new lines.

    Raises:
        InputError: The file changed since it was read, is being written, or cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     record = append(read_record(Path(folder) / "r.jsonl"), [{"kind": "forecast"}])
        ...     read_record(record.path).last == record.last
        True

    Source:
        Haber and Stornetta (1991), How to time-stamp a digital document, Journal of Cryptology 3.
    """
    if not entries:
        return record
    _check_writable(record.path)
    longer = Record(record.path, (*record.lines, *_chained(record.last, entries)))
    part = record.path.with_name(f".{record.path.name}.new")
    try:
        record.path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("x", encoding="utf-8") as file:
            try:
                _check_unchanged(record)
                file.writelines(_text(line) for line in longer.lines)
                file.flush()
                os.fsync(file.fileno())
                if record.path.exists():
                    shutil.copymode(record.path, part)
                part.replace(record.path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise InputError(
            f"The record {record.path} could not be added to.",
            f"Another run is writing it, or one was killed while it did: {part.name} exists.",
            "If no other run is going on, delete that file and try again.",
        ) from None
    except OSError as error:
        raise InputError(
            f"The record {record.path} could not be added to.",
            f"{error.strerror}.",
            "Check the folder, or name another file with --record.",
        ) from None
    return longer


def _chained(previous: str, entries: Iterable[Line]) -> list[Line]:
    lines: list[Line] = []
    for entry in entries:
        line = {**entry, "previous": previous}
        previous = digest(line)
        lines.append({**line, "hash": previous})
    return lines


def _check_writable(path: Path) -> None:
    if path.exists() and not path.stat().st_mode & 0o222:
        raise InputError(
            f"The record {path} could not be added to.",
            "It is read-only.",
            "Make it writable, or name another file with --record.",
        )


def _check_unchanged(record: Record) -> None:
    if read_record(record.path).last != record.last:
        raise InputError(
            f"The record {record.path} could not be added to.",
            "It was added to by another run meanwhile.",
            "Try again.",
        )


def _text(line: Line) -> str:
    return json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
