"""What is served: the folders and files that were given at the start, and no others.

Requests name studies by their names, never by paths.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from detente.errors import UsageError
from detente.study.load import load, locate


@dataclass(frozen=True)
class Site:
    """What is served.

    Attributes:
        store: The event store, or None.
        studies: The file of each study by its name.
        titles: The title of each study by its name.
        engine: What counts events; see `detente.events.engine`.
        records: The folder of records of forecasts, one file a study, or None.
    """

    store: Path | None = None
    studies: Mapping[str, Path] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    engine: str = "duckdb"
    records: Path | None = None

    def without_folders(self, text: str) -> str:
        """A text in which what is served is named as it would be beside it: readers need no more.

        Example:
            >>> site = Site(store=Path("/home/me/store"))
            >>> site.without_folders(f"There is no event store at {site.store}.")
            'There is no event store at store.'
        """
        beside = {file.parent.parent for file in self.studies.values()}
        beside |= {place.parent for place in (self.store, self.records) if place}
        for folder in sorted(map(str, beside), key=len, reverse=True):
            text = text.replace(f"{folder}{os.sep}", "")
        return text


def site_of(
    studies: Iterable[str],
    store: Path | None = None,
    engine: str = "duckdb",
    records: Path | None = None,
) -> Site:
    """Look at all studies once, so that what is wrong is told before anything is served.

    Args:
        studies: Names of bundled studies, study files or folders.
        store: The event store.
        engine: What counts events.
        records: The folder of records of forecasts.

    Raises:
        UsageError: There is no such study, or two have one name.
        StudyError: A study is not valid.

    Example:
        >>> site_of(["korea"]).studies["korea"].name
        'study.toml'
    """
    files: dict[str, Path] = {}
    titles: dict[str, str] = {}
    for given in studies:
        about = load(given).study.study
        path = locate(given).resolve()
        if files.get(about.name, path) != path:
            raise UsageError(
                "The studies cannot be served together.",
                f"{files[about.name]} and {path} are both named “{about.name}”.",
                "Rename one of them: name = … under [study].",
            )
        files[about.name], titles[about.name] = path, about.title
    return Site(store and store.resolve(), files, titles, engine, records and records.resolve())
