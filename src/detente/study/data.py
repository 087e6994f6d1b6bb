"""A study's data as of a date: dated facts, ready-made datasets, and any events of the user.

Everything that later layers read goes through `StudyData`, so that one place cuts what was not yet
known, decides which source wins where two cover a period, and writes down that it did.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar
from weakref import WeakSet

import numpy as np

from detente.arrays import Bools, Days
from detente.errors import DataGapError, StudyError, UsageError
from detente.events.actors import name_of as state_name
from detente.events.engine import DUCKDB
from detente.events.inputs import LakeEvents
from detente.events.store import Store
from detente.relations.datasets import read_dataset
from detente.relations.panel import Panel
from detente.relations.series import Series
from detente.study import actions, silence
from detente.study.chronicle import Fact, read_chronicle
from detente.study.event_data import EventData, count_events, event_store, last_day
from detente.study.load import LoadedStudy
from detente.study.measuring import read_measure
from detente.study.models import Dataset, Study
from detente.study.names import did_you_mean
from detente.study.options import Options
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

T = TypeVar("T")

NONE_GIVEN: Mapping[str, str | Path] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class StudyData:
    """A study's data as of a date.

    Attributes:
        study: The study file.
        folder: Where its paths start.
        as_of: Nothing later is in here.
        facts: The chronicle, by date.
        chronicle_sha256: Hash of the chronicle.
        datasets: The ready-made series by id, without optional ones that nobody gave.
        dataset_sha256: Their hashes by id.
        events: The user's events, if any.
        options: How much is drawn of what is asked of them, and from which seed.
    """

    study: Study
    folder: Path
    as_of: dt.date
    facts: tuple[Fact, ...]
    chronicle_sha256: str
    datasets: Mapping[str, Panel]
    dataset_sha256: Mapping[str, str]
    events: EventData | None
    options: Options = field(default_factory=Options)

    @property
    def present(self) -> tuple[Dataset, ...]:
        """The datasets of the study whose files are there."""
        return tuple(spec for spec in self.study.datasets if spec.id in self.datasets)

    def file(self, path: str) -> Path:
        """A file of the study's folder that an ask reads by itself."""
        return self.folder / path

    def under(self, options: Options) -> StudyData:
        """The same data, asked with other options."""
        data = replace(self, options=options)
        return adopt(data) if as_opened(self) else data

    def shared(self, by: str) -> StudyData:
        """The data of work that several asks share, such as walks through the past."""
        return self

    def label_of(self, action: str) -> str:
        """The plain name of an action."""
        return self.study.actions[action].label

    def name_of(self, code: str) -> str:
        """The plain name of a state; its code where the study does not name it."""
        names = {party.code: party.name for party in self.study.parties}
        return names.get(code) or state_name(code)

    def facts_of(self, action: str) -> tuple[Fact, ...]:
        """All facts of an action by date, from the chronicle and from event data."""
        return actions.facts_of(self, action)

    def days_of(self, action: str) -> Days:
        """The days on which an action happened, each once, in order."""
        days = [fact.date for fact in self.facts_of(action)]
        return np.unique(np.array(days, dtype="datetime64[D]"))

    def known_since(self, action: str) -> dt.date:
        """The first day from which the sources of an action would have told of it."""
        return silence.known_since(self, action)

    def known_until(self, action: str) -> dt.date:
        """The last day up to which the sources of an action would have told of it."""
        return silence.known_until(self, action)

    def known_days(self, action: str, days: Days) -> Bools:
        """Whether the sources of an action would have told of it, by day, shape (T,)."""
        return silence.known_days(self, action, days)

    def action_series(self, action: str, every: str) -> Series:
        """Days with the action per period, over the time that its sources cover.

        Raises:
            DataGapError: The action never happened before the date.
        """
        return actions.action_series(self, action, every)

    def signals(
        self, relation: Relation, measures: Sequence[Measure]
    ) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
        """A relation by every source that can read it.

        Args:
            relation: What is measured.
            measures: By which measures, in order of preference.

        Returns:
            The signals, and one sentence for each measure that has no data.
        """
        if relation.action is not None:
            return self._action_signal(relation.action, relation.every or "month")
        signals: list[Signal] = []
        gaps: list[str] = []
        for measure in measures:
            read, lacking = read_measure(self, relation, measure)
            signals += read
            gaps += lacking
        empty = [signal for signal in signals if not np.isfinite(signal.series.values).any()]
        gaps += [f"{signal.source} holds nothing up to {self.as_of}." for signal in empty]
        full = tuple(signal for signal in signals if signal not in empty)
        return full, tuple(dict.fromkeys(gaps))

    def _action_signal(self, action: str, every: str) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
        try:
            series = self.action_series(action, every)
        except DataGapError as gap:
            return (), (gap.found,)
        curated = bool(self.study.actions[action].kinds)
        counted = self.events is not None and series.exposure is not None
        digests = [self.chronicle_sha256] if curated else []
        if self.events is not None and silence.reporting(self, action):
            digests.append(self.events.fingerprint)
        return (
            Signal(
                series=series,
                counts=True,
                source=" and ".join(series.sources),
                measure=action,
                noun=days_with(self.label_of(action)),
                sha256="".join(digests),
                dataset="chronicle" if curated else "events",
                why=" ".join(silence.thin_origins(self, action)),
                days=series.exposure,
                divided_by="days" if counted else "",
            ),
        ), ()


_OPENED: WeakSet[StudyData] = WeakSet()


def days_with(label: str) -> str:
    """What is counted of an action: days, said once.

    Example:
        >>> days_with("missile tests"), days_with("days with exercises")
        ('days with missile tests', 'days with exercises')
    """
    return f"days {held(label)}"


def held(label: str) -> str:
    """What a day with an action has.

    Example:
        >>> held("missile tests"), held("days with exercises")
        ('with missile tests', 'with exercises')
    """
    said = label.lower().startswith(("days with ", "days of "))
    return label[len("days ") :] if said else f"with {label}"


def open_data(
    loaded: LoadedStudy,
    *,
    as_of: dt.date | None = None,
    store: Store | LakeEvents | str | Path | None = None,
    datasets: Mapping[str, str | Path] = NONE_GIVEN,
    engine: str = DUCKDB.name,
    options: Options | None = None,
) -> StudyData:
    """Read a study's chronicle and datasets, and count the user's events.

    Args:
        loaded: A valid study.
        as_of: Nothing later is used, nor events published later where they say when; by default the
            last day that the study knows of (or of the events, if they reach further).
        store: The user's events, or the folder of the store that holds them, or those of a lake
            (`detente.sources.lake`); by default the store that the study names, if it names one.
        datasets: Files of datasets by their ids, read instead of those that the study names: of a
            dataset that may not be bundled, or newer ones, in the same layout.
        engine: Where the events are counted; see `detente.events.engine`.
        options: How much is drawn; by default what is usual, from the study's own seed.

    Raises:
        UsageError: The day is after the last one that the data know of, or the study has no such
            dataset.
        StudyError: The chronicle cannot be read.
        DataGapError: The store holds no events.
        InputError: A dataset or the store cannot be read.

    Example:
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> len(data.facts_of("nuclear-tests"))
        6
    """
    study, folder = loaded.study, loaded.folder
    events = event_store(loaded, store)
    until = _known_day(last_day(study, events, engine=engine), as_of)
    facts, digest = _read_chronicle(study, folder)
    files = _dataset_files(study, folder, datasets)
    panels, digests = _steady(list(files.values()), lambda: _read_datasets(study, files))
    data = StudyData(
        study=study,
        folder=folder,
        as_of=until,
        facts=tuple(fact for fact in facts if fact.date <= until),
        chronicle_sha256=digest,
        datasets=panels,
        dataset_sha256=dict(zip(files, digests, strict=True)),
        events=None if events is None else count_events(study, events, until, as_of, engine),
        options=options or Options(study.study.seed),
    )
    _OPENED.add(data)
    return data


def as_opened(data: StudyData) -> bool:
    """Whether data are what `open_data` read, and no copy of them in which something else was put.

    Example:
        >>> from dataclasses import replace
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> as_opened(data), as_opened(replace(data, facts=()))
        (True, False)
    """
    return data in _OPENED


def adopt(data: StudyData) -> StudyData:
    """Data that `open_data` read in another process, as they came from there."""
    _OPENED.add(data)
    return data


def _known_day(last: dt.date, as_of: dt.date | None) -> dt.date:
    """The day asked for, or the last one that the data know of; silence after that is not peace."""
    if as_of is not None and as_of > last:
        raise UsageError(
            f"The data cannot be used as of {as_of}.",
            f"They know nothing after {last}.",
            "Choose that day or an earlier one, or load event files that reach further.",
        )
    return as_of or last


def _steady(files: Sequence[Path], read: Callable[[], T]) -> tuple[T, list[str]]:
    """What is read of files, and their hashes; it is read again where one was saved meanwhile.

    Answers are remembered under these hashes: they must be those of what was read.
    """
    before = [_sha256(file) for file in files]
    while True:
        content, after = read(), [_sha256(file) for file in files]
        if after == before:
            return content, after
        before = after


def _sha256(path: Path) -> str:
    """The hash of a file; empty for one that cannot be read, which its reader says better."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _dataset_files(study: Study, folder: Path, given: Mapping[str, str | Path]) -> dict[str, Path]:
    """Where each dataset lies, by id; those that may be missing and are do not lie anywhere."""
    ids = [dataset.id for dataset in study.datasets]
    for name in given:
        if name not in ids:
            raise UsageError(
                f"There is no dataset “{name}” in the study {study.study.name}.",
                f"It has {', '.join(ids) or 'none'}.{did_you_mean(name, ids)}",
                "Give the file of one of these.",
            )
    files = {
        dataset.id: Path(given.get(dataset.id, folder / dataset.path)) for dataset in study.datasets
    }
    may_lack = {dataset.id for dataset in study.datasets if dataset.optional} - set(given)
    return {name: file for name, file in files.items() if name not in may_lack or file.is_file()}


def _read_datasets(study: Study, files: Mapping[str, Path]) -> dict[str, Panel]:
    """The datasets by id, each with the exposure that the study declares for it."""
    present = [dataset for dataset in study.datasets if dataset.id in files]
    panels = {dataset.id: _read_dataset(dataset, files[dataset.id]) for dataset in present}
    for dataset in present:
        world, _, measure = dataset.exposure.partition(":")
        if world in panels:
            panels[dataset.id] = panels[dataset.id].with_exposure(panels[world].system(measure))
    return panels


def _read_dataset(dataset: Dataset, file: Path) -> Panel:
    return read_dataset(
        file,
        every=dataset.every,
        layout=dataset.layout,
        measures=dataset.measures,
        label=dataset.label,
        unit=dataset.unit,
        citation=dataset.citation,
    )


def _read_chronicle(study: Study, folder: Path) -> tuple[tuple[Fact, ...], str]:
    if study.chronicle is None:
        return (), ""
    path = folder / study.chronicle.path
    (facts, problems), [digest] = _steady([path], lambda: read_chronicle(path))
    if problems:
        raise StudyError(
            f"The chronicle {path} could not be read.",
            f"{problems[0][:1].upper()}{problems[0][1:]}",
            "See all that is wrong with: detente validate STUDY",
        )
    return facts, digest
