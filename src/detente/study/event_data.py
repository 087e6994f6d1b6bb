"""A study's events: where they are, how far they reach, whose are counted, and the counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from detente.arrays import Days
from detente.errors import DataGapError
from detente.events.engine import DUCKDB
from detente.events.inputs import LakeEvents, check_parties
from detente.events.store import Store
from detente.relations.counting import covered_days, digest_of, origins_of, panel, reach
from detente.relations.panel import Panel
from detente.study import actions
from detente.study.kinds import kinds
from detente.study.load import LoadedStudy
from detente.study.models import Study
from detente.study.walk import STATES, states_in

READ = STATES - {"attacker", "great_powers", "between"}
"""Keys of an ask that hold the states whose dyads it reads."""


@dataclass(frozen=True, eq=False)
class EventData:
    """The user's events, counted by period.

    Attributes:
        store: Where they are: a store, or a lake that an engine holds.
        parties: The states whose dyads are counted.
        until: Last day that is counted.
        fingerprint: Hash of what the store holds; of a lake, of all that is counted of it.
        known_by: Only what was published by this day is used; None if no day was asked for.
        covered: The days that each origin covers; only where actions are counted from events.
        engine: Where they are counted.
        origin: Only events of this origin; of each by itself if None.
        panels: What has been counted, by kind of period.
    """

    store: Store | LakeEvents
    parties: tuple[str, ...]
    until: dt.date
    fingerprint: str
    known_by: dt.date | None = None
    covered: Mapping[str, Days] = field(default_factory=dict)
    engine: str = DUCKDB.name
    origin: str | None = None
    panels: dict[str, Panel] = field(default_factory=dict)

    def by(self, every: str) -> Panel:
        """The events by a kind of period, counted when first asked for."""
        if every not in self.panels:
            self.panels[every] = panel(
                self.store,
                self.parties,
                every,
                self.origin,
                until=self.until,
                known_by=self.known_by,
                engine=self.engine,
            )
        return self.panels[every]


def event_store(
    loaded: LoadedStudy, given: Store | LakeEvents | str | Path | None
) -> Store | LakeEvents | None:
    """The store that is given, by itself or by its folder, or that the study names."""
    if given is None and loaded.study.store is not None:
        given = loaded.folder / loaded.study.store
    store = given if isinstance(given, Store | LakeEvents | None) else Store.open(given)
    if isinstance(store, Store) and not store.summary():
        raise DataGapError(
            f"The study {loaded.study.study.name} could not be run.",
            f"Its event store, {store.path}, holds no events.",
            "Load some: detente fetch SOURCE --study STUDY, or detente ingest SOURCE FILES --store "
            f"{store.path}",
        )
    return store


def last_day(
    study: Study, store: Store | LakeEvents | None, *, engine: str = DUCKDB.name
) -> dt.date:
    """The last day that the data know of: the study's own, or that of events that reach further.

    Args:
        study: The study file.
        store: The user's events; their mistyped years are left out.
        engine: Where they are counted.

    Example:
        >>> from detente.study.load import load
        >>> last_day(load("korea").study, None)
        datetime.date(2026, 5, 15)
    """
    last = study.study.as_of
    if store is None or all(
        origin.last <= last for origin in origins_of(store, engine=engine) if origin.last
    ):
        return last
    return max([last, *(end for _, end in reach(store, engine=engine).values())])


def states_of(study: Study) -> tuple[str, ...]:
    """The states whose events a study counts: its parties, and others that its asks name.

    Example:
        >>> from detente.study.load import load
        >>> {"PRK", "USA", "CHN"} <= set(states_of(load("korea").study))
        True
    """
    return tuple(sorted({*study.codes, *_other_states(study)}))


def count_events(
    study: Study, store: Store | LakeEvents, until: dt.date, known_by: dt.date | None, engine: str
) -> EventData:
    """The events of a study's states, counted by the kinds of period that it reads."""
    codes = states_of(study)
    check_parties(store, codes)
    if isinstance(store, Store):
        fingerprint = store.fingerprint()
    else:
        fingerprint = digest_of(store, codes, until=until, known_by=known_by, engine=engine)
    actions.check_filters(study, store)
    counted = any(action.cameo for action in study.actions.values())
    covered = covered_days(store, until=until, known_by=known_by, engine=engine) if counted else {}
    events = EventData(store, codes, until, fingerprint, known_by, covered, engine)
    for every in sorted({"month", *(dataset.every for dataset in study.datasets)}):
        events.by(every)
    return events


def _other_states(study: Study) -> set[str]:
    """States whose dyads asks of any kind read, beside the parties."""
    asks = (ask for part in {kind.part: None for kind in kinds()} for ask in study.asks(part))
    return {
        code for ask in asks for path, code in states_in(ask) if path.rpartition(".")[2] in READ
    }
