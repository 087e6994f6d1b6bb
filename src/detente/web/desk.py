"""What a page works at: it opens studies and the store, and tells how far it is.

It notes which files were read, as they were then; an answer is used again while they are unchanged.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from detente.web.refusal import nothing_here
from detente.web.site import Site

if TYPE_CHECKING:
    from detente.events.store import Store
    from detente.study.data import StudyData
    from detente.study.models import Study
    from detente.study.options import Options

Stamp = tuple[str, int, int]
"""A file as it was read: its path, when it was last changed (ns), its bytes; −1 for none. Without a
path the day on which it was read."""
MOST_HELD = 16


class Say(Protocol):
    """Tells what is being done: a text, how many steps are done, of how many (0: unknown)."""

    def __call__(self, text: str, done: int = 0, of: int = 0) -> None:
        """Tell it."""


def stamp(path: Path) -> Stamp:
    """A file as it is now.

    Example:
        >>> stamp(Path("/nowhere/at/all"))[1:]
        (0, -1)
    """
    try:
        seen = path.stat()
    except OSError:
        return str(path), 0, -1
    return str(path), seen.st_mtime_ns, seen.st_size


def today() -> dt.date:
    """The day, wherever this machine stands."""
    return dt.datetime.now(dt.UTC).date()


def unchanged(stamps: Iterable[Stamp]) -> bool:
    """Whether all files are as they were read, and the day is, where it was."""
    return all((stamp(Path(held[0])) if held[0] else _day_stamp()) == held for held in stamps)


def _day_stamp() -> Stamp:
    return "", today().toordinal(), 0


def options_of(study: Study) -> Options:
    """What a study is asked with: its own seed, and what is remembered on disk."""
    from detente.cache import user_cache  # noqa: PLC0415 - only where it is used
    from detente.study.options import Options  # noqa: PLC0415

    return Options(study.study.seed, cache=user_cache())


class Memory:
    """The last things that were computed in this process, each under what it was made from."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._things: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Any]) -> Any:
        """What is held under a key, or else is made now."""
        thing = self._things[key] if key in self._things else make()
        self._things[key] = thing
        self._things.move_to_end(key)
        while len(self._things) > self._most:
            self._things.popitem(last=False)
        return thing


MEMORY = Memory()
"""Of this process: a worker."""


def _silent(text: str, done: int = 0, of: int = 0) -> None:
    """Tell nobody."""


@dataclass
class Desk:
    """Where one request is worked on.

    Attributes:
        site: What is served.
        say: Tells what is being done: a text, how many steps are done, of how many (0: unknown).
        stamps: The files that were read, as they were then.
    """

    site: Site
    say: Say = _silent
    stamps: list[Stamp] = field(default_factory=list)

    def reads(self, *paths: Path) -> tuple[Stamp, ...]:
        """Note that the answer depends on these files; they are looked at again before reuse."""
        seen = tuple(map(stamp, paths))
        self.stamps += seen
        return seen

    def today(self) -> dt.date:
        """The day, in UTC; noted, so that on the next one the answer is made anew."""
        self.stamps.append(_day_stamp())
        return dt.date.fromordinal(self.stamps[-1][1])

    def memo(self, key: Any, make: Callable[[], Any]) -> Any:
        """What this worker computed lately from the files read so far, or computes now.

        Args:
            key: What it is made from beside these files, hashable.
            make: Makes it.
        """
        return MEMORY.get((key, tuple(self.stamps)), make)

    def store(self) -> Store | None:
        """The event store that is served, or None; it may be written to meanwhile."""
        from detente.events.store import Store  # noqa: PLC0415 - only where it is used

        if self.site.store is None:
            return None
        self.reads(self.site.store / "manifest.json")
        return Store.open(self.site.store)

    def study_file(self, name: str) -> Path:
        """The file of a study that is served.

        Raises:
            RefusalError: There is none of this name (404).
        """
        if name not in self.site.studies:
            raise nothing_here("a study of this name")
        return self.site.studies[name]

    def study(self, name: str, as_of: dt.date | None = None) -> StudyData:
        """A study with its data, as of a day.

        Args:
            name: Its name.
            as_of: Nothing known later is used; all that is known if None.

        Raises:
            RefusalError: There is none of this name (404).
            UsageError: The data know nothing of that day.
        """
        from detente.study.data import open_data  # noqa: PLC0415 - only where it is used
        from detente.study.load import load  # noqa: PLC0415

        path = self.study_file(name)
        self.reads(path)
        loaded = self.memo(("study", name), lambda: load(path))
        store = None if loaded.study.store else self.store()
        self.reads(*loaded.files)
        if loaded.study.store:
            self.reads(loaded.folder / loaded.study.store / "manifest.json")
        self.say("reading the study's data", 0, 0)
        given = store if store is not None and store.summary() else None
        data: StudyData = self.memo(
            ("data", name, as_of),
            lambda: open_data(
                loaded,
                as_of=as_of,
                store=given,
                engine=self.site.engine,
                options=options_of(loaded.study),
            ),
        )
        return data
