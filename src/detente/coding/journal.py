"""What was coded so far, beside an output that is not written yet: a killed run goes on from it.

A line of JSON for each story, after one that says by which settings it was coded. What a kill left
unfinished at the end is not read; a journal of other settings is begun anew.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from detente.coding.coder import CodedStory
from detente.errors import InputError

_HEAD = "detente coding"


class Journal:
    """The coded stories of a run, in a file.

    Args:
        path: The file; made if it is not there.
        settings: What stories are coded by; those of other settings are forgotten.

    Raises:
        InputError: The file is something else, or the disk refused.
    """

    def __init__(self, path: Path, settings: str) -> None:
        self.path = path
        self._used: list[int] = []
        self._places: dict[str, int] = {}
        with self._errors():
            self._file: BinaryIO = self._opened(settings)

    @staticmethod
    def beside(output: Path) -> Path:
        """Where the journal of an output lies.

        Example:
            >>> Journal.beside(Path("events.parquet")).name
            '.events.parquet.coding'
        """
        return output.parent / f".{output.name}.coding"

    def counts(self, key: str) -> Mapping[str, Any] | None:
        """What the report counts of a story that is coded already; None if it is not."""
        if key not in self._places:
            return None
        self._used.append(self._places[key])
        counts: Mapping[str, Any] = self._line(self._places[key])["counts"]
        return counts

    def add(self, key: str, coded: CodedStory) -> None:
        """Note a story."""
        line = {
            "key": key,
            "counts": coded.counts,
            "events": coded.events,
            "details": coded.details,
        }
        text = json.dumps(line, ensure_ascii=False, default=str, allow_nan=False)
        with self._errors():
            place = self._file.seek(0, 2)
            self._file.write(text.encode() + b"\n")
            self._file.flush()
        self._places[key] = place
        self._used.append(place)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of all stories that this run asked for or noted, in that order.

        Args:
            name: `events` or `details`.
        """
        for place in self._used:
            yield from self._line(place)[name]

    @property
    def is_empty(self) -> bool:
        """Whether it holds no story that is worth keeping."""
        return not self._places

    def close(self) -> None:
        """Keep the journal for another run."""
        self._file.close()

    def remove(self) -> None:
        """Remove the journal: its stories are in the output."""
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _line(self, place: int) -> dict[str, Any]:
        with self._errors():
            self._file.seek(place)
            line: dict[str, Any] = json.loads(self._file.readline())
        return line

    def _opened(self, settings: str) -> BinaryIO:
        head = json.dumps({_HEAD: 2, "settings": settings}, ensure_ascii=False).encode() + b"\n"
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_file()):
            raise self._strange()
        self.path.touch()
        file = self.path.open("r+b")
        first = file.readline()
        if first and not first.startswith(f'{{"{_HEAD}"'.encode()):
            file.close()
            raise self._strange()
        if first == head:
            file.truncate(self._read(file))
        else:
            file.seek(0)
            file.truncate()
            file.write(head)
            file.flush()
        return file

    def _read(self, file: BinaryIO) -> int:
        """Note where the stories stand; returns where the last whole line ends."""
        end = file.tell()
        while line := file.readline():
            if not line.endswith(b"\n"):
                break
            try:
                self._places.setdefault(json.loads(line)["key"], end)
            except (ValueError, KeyError, TypeError):
                break
            end = file.tell()
        return end

    def _strange(self) -> InputError:
        return InputError(
            f"What is coded cannot be noted in {self.path}.",
            "It is something else than the notes of an earlier run.",
            "Move it away, or name another output.",
        )

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"What is coded could not be noted in {self.path}.",
                f"{error.strerror or error}.",
                "Name an output in a folder that can be written.",
            ) from error
