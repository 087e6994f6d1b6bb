"""A record of forecasts that can be added to and not edited: each line holds the hash of the last.

One JSON object a line: a forecast, or the resolution of one. A changed or inserted line breaks the
chain, and so does one that is taken out from between others; nothing is added to a broken chain.
The chain cannot show that its last lines were cut off, nor that a whole file was made anew, so
publish its last hash where others see it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.asks.forecasts.lines import Line, moment, problems, read_line
from detente.errors import InputError
from detente.outputs import check_input, check_output

START = "0" * 64
_LONGEST = 1_000_000  # letters of a line; one has some thousands


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

    @property
    def latest(self) -> dt.datetime | None:
        """The latest time at which a line says that it was recorded; None if none does."""
        times = [moment(line) for line in self.lines if "recorded" in line]
        return max(times, default=None)

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
    check_input(path, "--record")
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
    if isinstance(error, PermissionError):
        return InputError(failed, "You may not read it.", "Change its permissions.")
    if isinstance(error, UnicodeDecodeError):
        return InputError(failed, "It is not text.", "Restore it from a backup.")
    return InputError(failed, f"{error}.", "Restore it from a backup.")


def _check_study(path: Path, lines: Sequence[Line], study: str) -> None:
    """Refuse lines that lack what their kind holds, and lines of another study."""
    for number, line in enumerate(lines, 1):
        for problem in problems(line):
            raise InputError(
                f"The record {path} could not be read.",
                f"Line {number} {problem}.",
                "It was made by another version or program: read it with that one.",
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
        line = read_line(raw)
    except ValueError as error:
        if number == 1:
            raise _no_record(path, f"Its first line {error}.") from None
        raise _changed(path, f"Line {number} {error}.") from None
    if number == 1 and not {"previous", "hash"} <= line.keys():
        raise _no_record(path, "Its first line has no hash.")
    if line.get("previous") == previous and line.get("hash") == digest(line):
        return line
    raise _changed(
        path,
        f"Line {number} does not follow from the line before it: it, or one before it, was edited, "
        "removed, inserted or cut short.",
    )


def _no_record(path: Path, why: str) -> InputError:
    return InputError(
        f"{path} is no record of forecasts.",
        why,
        "Name another file with --record, or restore this one if it was a record.",
    )


def _changed(path: Path, why: str) -> InputError:
    return InputError(
        f"The record {path} was changed after the fact.",
        why,
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
        InputError: The file changed since it was read, is being written, or cannot be written; or
            an entry's time is before that of an earlier one.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     record = append(read_record(Path(folder) / "r.jsonl"), [{"kind": "note"}])
        ...     read_record(record.path).last == record.last
        True

    Source:
        Haber and Stornetta (1991), How to time-stamp a digital document, Journal of Cryptology 3.
    """
    if not entries:
        return record
    check_place(record.path)
    _check_writable(record.path)
    for entry in entries:
        if "recorded" in entry:
            check_times(record, moment(entry))
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


def check_place(path: Path, *, inputs: Iterable[Path] = (), closed: Iterable[Path] = ()) -> None:
    """Refuse a place where adding to a record would replace something else.

    Args:
        path: Where the record is to be.
        inputs: Files that the command reads.
        closed: Folders in which nothing may be written, such as an event store.

    Raises:
        InputError: It is a link, device, pipe or folder, an input, or no record.

    Example:
        >>> check_place(Path("/nowhere/new.jsonl"))
    """
    check_output(path, "--record", is_ours=_is_record, inputs=inputs, closed=closed)


def _is_record(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline(_LONGEST)
    try:
        return {"previous", "hash"} <= read_line(first).keys()
    except ValueError:
        return False


def _check_writable(path: Path) -> None:
    if path.exists() and not path.stat().st_mode & 0o222:
        raise InputError(
            f"The record {path} could not be added to.",
            "It is read-only.",
            "Make it writable, or name another file with --record.",
        )


def check_times(record: Record, now: dt.datetime) -> None:
    """Refuse to add what would be older than what stands in a record: its times never run back.

    Args:
        record: The record.
        now: The time by the machine's clock.

    Raises:
        InputError: The record holds a later time.

    Example:
        >>> check_times(Record(Path("r.jsonl")), dt.datetime(2017, 3, 15, tzinfo=dt.UTC))
    """
    latest = record.latest
    if latest is not None and now < latest:
        raise InputError(
            f"The record {record.path} could not be added to.",
            f"By this machine's clock it is {now:%Y-%m-%d %H:%M} UTC, and the record was last "
            f"added to at {latest:%Y-%m-%d %H:%M} UTC.",
            "Set the clock right. If it was wrong before, begin a new record with --record.",
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
