"""A study's data that note what is read of them, so that an answer's true inputs are known.

Of the study file every part is noted by itself: each action, era and calendar by its name, each
kind of ask, each line of its heading; of the data every dataset and every file. What belongs to all
answers (the day, the chronicle, the events) is not noted, but always counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic_core import to_json

from detente.events.store import Store
from detente.study.data import StudyData
from detente.study.models import Study

T = TypeVar("T")

Note = tuple[str, ...]
"""What was read: the part and, where only some of it was, the name in it."""

BY_NAME = ("actions", "eras", "calendar")
"""Parts of a study file that are read name by name."""

ALL, HELD = "*", "?"
"""Notes of all of a part, with its order; and of whether it holds a name."""


class Notes:
    """What was read, by oneself and by others on whose work one's own rests."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.own: set[Note] = set()
        self.files: dict[str, str] = {}
        self.of: StudyData | None = None
        self.others: list[Notes] = []

    def all(self) -> list[Note]:
        """All notes, in order."""
        return sorted(self.own.union(*(notes.own for notes in self.others)))


class Read(Mapping[str, T]):
    """A mapping that notes which of its names are read."""

    def __init__(self, of: Mapping[str, T], part: str, notes: Notes) -> None:
        """A mapping of a study, the name of that part, and where it is noted."""
        self._of, self._part, self._notes = of, part, notes

    def __getitem__(self, name: str) -> T:
        self._notes.own.add((self._part, name))
        return self._of[name]

    def __contains__(self, name: object) -> bool:
        self._notes.own.add((self._part, HELD, str(name)))
        return name in self._of

    def __iter__(self) -> Iterator[str]:
        self._notes.own.add((self._part, ALL))
        return iter(self._of)

    def __len__(self) -> int:
        self._notes.own.add((self._part, ALL))
        return len(self._of)


class _Parts:
    """An object whose attributes are noted as they are read."""

    def __init__(self, of: Any, part: str, notes: Notes) -> None:
        self._of, self._part, self._notes = of, part, notes

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._of, name)
        self._notes.own.add((self._part, ALL if callable(value) else name))
        return value


class _Study(_Parts):
    """A study file of which is noted what is read."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._of, name)
        if name in BY_NAME:
            return Read(value, name, self._notes)
        if name == "study":
            return _Parts(value, "about", self._notes)
        self._notes.own.add(("study", ALL if callable(value) else name))
        return value

    def asks(self, part: str) -> tuple[Any, ...]:
        """The entries of a part of the study that asks something."""
        self._notes.own.add(("asks", part))
        return cast("Study", self._of).asks(part)

    def number_of(self, part: str) -> int:
        """How many entries it has, without what they say."""
        self._notes.own.add(("number", part))
        return cast("Study", self._of).number_of(part)


@dataclass(frozen=True, eq=False, kw_only=True)
class Watched(StudyData):
    """A study's data that note what is read of them; see `watched`.

    Attributes:
        of: The data as they are.
        notes: What was read so far.
    """

    of: StudyData
    notes: Notes

    def file(self, path: str) -> Path:
        """A file of the study's folder that an ask reads by itself."""
        self.notes.own.add(note := ("file", path))
        self.notes.files.setdefault(path, digest_of(self.of, note))
        return self.of.file(path)

    def unchanged(self) -> bool:
        """Whether the files and events that were read are still those that were hashed."""
        events = self.of.events
        same = (
            events is None
            or not isinstance(events.store, Store)  # an engine holds the rows as they were read
            or events.store.fingerprint() == events.fingerprint
        )
        return same and all(
            digest_of(self.of, ("file", path)) == digest
            for notes in (self.notes, *self.notes.others)
            for path, digest in notes.files.items()
        )

    def shared(self, by: str) -> StudyData:
        """The data of work that several asks share: each counts all that was read for it."""
        if self.notes.of is not self:
            return self  # a copy with something else in it shares nothing
        common = _common(self.of, by)
        self.notes.others.append(common.notes)
        return common


def watched(data: StudyData) -> Watched:
    """The same data, noting what is read of them.

    Args:
        data: A study's data as of a date.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = watched(open_data(load("korea")))
        >>> data.label_of("nuclear-tests"), data.study.study.name
        ('nuclear tests', 'korea')
        >>> data.notes.all()
        [('about', 'name'), ('actions', 'nuclear-tests')]
    """
    notes = Notes()
    values = {field.name: getattr(data, field.name) for field in fields(StudyData)}
    values["study"] = _Study(data.study, "study", notes)
    for name in ("datasets", "dataset_sha256"):
        values[name] = Read(values[name], "dataset", notes)
    notes.of = Watched(**values, of=data, notes=notes)
    return notes.of


@lru_cache(maxsize=4)
def _common(data: StudyData, by: str) -> Watched:
    return watched(data)


def digest_of(data: StudyData, note: Note) -> str:
    """The hash of what a note is about, as it is in some data.

    Args:
        data: The data, not watched.
        note: What was read once.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> korea, levant = open_data(load("korea")), open_data(load("levant"))
        >>> digest_of(korea, ("actions", "nuclear-tests")) == digest_of(
        ...     levant, ("actions", "nuclear-tests")
        ... )
        False
    """
    return hashlib.sha256(to_json(_now(data, note))).hexdigest()


def _now(data: StudyData, note: Note) -> Any:
    """What a note is about; None where it is not there any more."""
    part, *name = note
    study, of = data.study, name[-1]
    wholes: dict[str, Callable[[], Any]] = {
        "about": lambda: study.study if of == ALL else getattr(study.study, of),
        "asks": lambda: study.asks(of),
        "dataset": lambda: _of_names(data.datasets, name, lambda item: _dataset(data, item)),
        "file": lambda: _file(data.file(of)),
        "number": lambda: study.number_of(of),
        "study": lambda: study if of == ALL else getattr(study, of),
    }
    if part in wholes:
        return wholes[part]()
    return _of_names(getattr(study, part), name, getattr(study, part).get)


def _file(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _of_names(held: Mapping[str, Any], name: list[str], value: Callable[[str], Any]) -> Any:
    """One entry, whether there is one, or all in order."""
    if name[0] == ALL:
        return [(item, value(item)) for item in held]
    return name[1] in held if name[0] == HELD else value(name[0])


def _dataset(data: StudyData, name: str) -> Any:
    """How a dataset is declared and what its file holds, with those of its exposure."""
    specs = {spec.id: spec for spec in data.study.datasets}
    spec = specs.get(name)
    world = specs.get(spec.exposure.partition(":")[0]) if spec else None
    return [(item, data.dataset_sha256.get(item.id)) for item in (spec, world) if item]
