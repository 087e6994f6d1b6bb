"""A study's data as of a date: dated facts, ready-made datasets, and any events of the user.

Everything that later layers read goes through `StudyData`, so that one place cuts what was not yet
known, decides which source wins where two cover a period, and writes down that it did.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detente.errors import DataGapError, StudyError, UsageError
from detente.events.actors import name_of as state_name
from detente.events.inputs import query_events
from detente.events.store import Store, connect
from detente.relations.counting import panel
from detente.relations.datasets import read_dataset
from detente.relations.panel import Panel
from detente.relations.periods import check_every, grid, next_start, period_start
from detente.relations.series import Series, make_series
from detente.study.chronicle import Fact, read_chronicle
from detente.study.load import LoadedStudy
from detente.study.measuring import read_measure
from detente.study.models import Action, Dataset, Study
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

Days = NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class EventData:
    """The user's events, counted by period.

    Attributes:
        store: Where they are.
        panels: By kind of period.
        fingerprint: Hash of what the store holds.
        known: Only what was published by this day is used; None if no day was asked for.
    """

    store: Store
    panels: Mapping[str, Panel]
    fingerprint: str
    known: dt.date | None = None


@dataclass(frozen=True, eq=False)
class StudyData:
    """A study's data as of a date.

    Attributes:
        study: The study file.
        folder: Where its paths start.
        as_of: Nothing later is in here.
        facts: The chronicle, by date.
        chronicle_sha256: Hash of the chronicle.
        datasets: The ready-made series by id.
        dataset_sha256: Their hashes by id.
        events: The user's events, if any.
    """

    study: Study
    folder: Path
    as_of: dt.date
    facts: tuple[Fact, ...]
    chronicle_sha256: str
    datasets: Mapping[str, Panel]
    dataset_sha256: Mapping[str, str]
    events: EventData | None

    def label_of(self, action: str) -> str:
        """The plain name of an action."""
        return self.study.actions[action].label

    def name_of(self, code: str) -> str:
        """The plain name of a state; its code where the study does not name it."""
        names = {party.code: party.name for party in self.study.parties}
        return names.get(code) or state_name(code)

    def facts_of(self, action: str) -> tuple[Fact, ...]:
        """All facts of an action by date, from the chronicle and from event data."""
        wanted = self.study.actions[action]
        curated = [fact for fact in self.facts if _matches(fact, wanted)]
        counted = _event_facts(self, action, wanted) if wanted.cameo and self.events else []
        return tuple(sorted([*curated, *counted], key=lambda fact: (fact.date, fact.id)))

    def days_of(self, action: str) -> Days:
        """The days on which an action happened, each once, in order."""
        days = [fact.date for fact in self.facts_of(action)]
        return np.unique(np.array(days, dtype="datetime64[D]"))

    def action_series(self, action: str, every: str) -> Series:
        """Days with the action per period, from the year of the first one to the last full period.

        Raises:
            DataGapError: The action never happened before the date.
        """
        days = self.days_of(action)
        if len(days) == 0:
            raise DataGapError(
                f"There is no series of “{self.label_of(action)}”.",
                f"None is known up to {self.as_of}.",
                "Choose a wider action or a later date.",
            )
        kind = check_every(every)
        first = days[0].astype("datetime64[Y]").astype("datetime64[D]")
        dates = grid(first, np.datetime64(self.as_of, "D"), kind)
        dates = dates[next_start(dates, kind) <= np.datetime64(self.as_of, "D") + 1]
        index = np.searchsorted(dates, period_start(days, kind))
        counts = np.bincount(index, minlength=len(dates) + 1)[: len(dates)]
        return make_series(
            self.label_of(action),
            every,
            dates,
            counts,
            unit=f"days per {every}",
            source="chronicle",
            citation=f"Chronicle of the study “{self.study.study.title}”",
        )

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
            return self._action_signal(relation.action)
        found: list[Signal] = []
        gaps: list[str] = []
        for measure in measures:
            read, lacking = read_measure(self, relation, measure)
            found += read
            gaps += lacking
        empty = [signal for signal in found if not np.isfinite(signal.series.values).any()]
        gaps += [f"{signal.source} holds nothing up to {self.as_of}." for signal in empty]
        full = tuple(signal for signal in found if signal not in empty)
        return full, tuple(dict.fromkeys(gaps))

    def _action_signal(self, action: str) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
        try:
            series = self.action_series(action, "month")
        except DataGapError as gap:
            return (), (gap.found,)
        label = self.label_of(action)
        return (
            Signal(
                series, True, "chronicle", action, f"days with {label}", "",
                self.chronicle_sha256, "chronicle",
            ),
        ), ()  # fmt: skip


def open_data(
    loaded: LoadedStudy, *, as_of: dt.date | None = None, store: Store | None = None
) -> StudyData:
    """Read a study's chronicle and datasets, and count the user's events.

    Args:
        loaded: A valid study.
        as_of: Nothing later is used, nor events published later where they say when; by default the
            last day that the study knows of (or of the events, if they reach further).
        store: The user's events.

    Raises:
        UsageError: The day is after the last one that the data know of.
        StudyError: The chronicle cannot be read.
        InputError: A dataset or the store cannot be read.

    Example:
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> len(data.facts_of("nuclear-tests"))
        6
    """
    study, folder = loaded.study, loaded.folder
    until = _known_day(_last_day(study, store), as_of)
    facts, digest = _read_chronicle(study, folder)
    return StudyData(
        study=study,
        folder=folder,
        as_of=until,
        facts=tuple(fact for fact in facts if fact.date <= until),
        chronicle_sha256=digest,
        datasets=_read_datasets(study, folder),
        dataset_sha256={dataset.id: _sha256(folder / dataset.path) for dataset in study.datasets},
        events=None if store is None else _count(study, store, until, as_of),
    )


def _known_day(last: dt.date, as_of: dt.date | None) -> dt.date:
    """The day asked for, or the last one that the data know of; silence after that is not peace."""
    if as_of is not None and as_of > last:
        raise UsageError(
            f"The data cannot be used as of {as_of}.",
            f"They know nothing after {last}.",
            "Choose that day or an earlier one, or load event files that reach further.",
        )
    return as_of or last


def _last_day(study: Study, store: Store | None) -> dt.date:
    reach = [] if store is None else [origin.last for origin in store.summary() if origin.last]
    return max([study.study.as_of, *reach])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_datasets(study: Study, folder: Path) -> dict[str, Panel]:
    """The datasets by id, each with the exposure that the study declares for it."""
    panels = {dataset.id: _read_dataset(dataset, folder) for dataset in study.datasets}
    for dataset in study.datasets:
        if dataset.exposure:
            world, measure = dataset.exposure.split(":")
            panels[dataset.id] = panels[dataset.id].with_exposure(panels[world].system(measure))
    return panels


def _read_dataset(dataset: Dataset, folder: Path) -> Panel:
    return read_dataset(
        folder / dataset.path,
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
    facts, problems = read_chronicle(path)
    if problems:
        raise StudyError(
            f"The chronicle {path} could not be read.",
            f"{problems[0][:1].upper()}{problems[0][1:]}",
            "See all that is wrong with: detente validate STUDY",
        )
    return facts, _sha256(path)


def _matches(fact: Fact, action: Action) -> bool:
    return (
        fact.kind in action.kinds
        and (not action.sources or bool(set(action.sources) & set(fact.sources)))
        and (not action.targets or bool(set(action.targets) & set(fact.targets)))
    )


def _count(study: Study, store: Store, until: dt.date, known: dt.date | None) -> EventData:
    codes = sorted({*study.codes, *_other_states(study)})
    panels: dict[str, Panel] = {
        every: panel(store, codes, every, until=until, known=known)
        for every in sorted({"month", *(dataset.every for dataset in study.datasets)})
    }
    return EventData(store, panels, store.fingerprint(), known)


def _other_states(study: Study) -> set[str]:
    """States that claims and systems name beside the parties."""
    states: set[str] = set()
    for system in study.asks("systems"):
        states |= {code for series in system.series for code in series.relation.states}
    for claim in study.asks("claims"):
        relation: Relation | None = getattr(claim, "relation", None)
        pairs = [*getattr(claim, "group", []), *getattr(claim, "others", [])]
        if relation is not None:
            states |= set(relation.states)
        states |= {code for pair in pairs for code in pair}
    return states


_EVENT_DAYS = """
    SELECT date, count(*) AS events, min(cameo) AS cameo, min(origin) AS origin
    FROM ({events})
    WHERE (len($sources) = 0 OR source IN (SELECT unnest($sources)))
      AND (len($targets) = 0 OR target IN (SELECT unnest($targets)))
      AND EXISTS (SELECT 1 FROM unnest($cameo) AS code(prefix) WHERE starts_with(cameo, prefix))
    GROUP BY date
    ORDER BY date
"""


def _event_facts(data: StudyData, name: str, action: Action) -> list[Fact]:
    """Days on which event data report the action."""
    if data.events is None:
        return []
    with connect() as con:
        query = query_events(con, data.events.store, until=data.as_of, known=data.events.known)
        params = {
            **query.params,
            "sources": action.sources,
            "targets": action.targets,
            "cameo": action.cameo,
        }
        rows = con.execute(_EVENT_DAYS.format(events=query.sql), params).fetchall()
    return [
        Fact(
            id=f"events:{name}:{day}",
            date=day,
            end=day,
            kind="events",
            sources=tuple(action.sources),
            targets=tuple(action.targets),
            cameo=cameo,
            certainty="event data",
            title=f"{action.label}: {events} events reported",
            citation=origin,
        )
        for day, events, cameo, origin in rows
    ]
