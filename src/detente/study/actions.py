"""When the actions of a study happened, and how often by period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Days, Ints
from detente.errors import DataGapError, UsageError
from detente.events.engine import DUCKDB, Bounds, engine
from detente.events.filters import Filter, widening
from detente.events.inputs import Held, LakeEvents
from detente.relations.panel_sql import MIN_PERIOD_SHARE
from detente.relations.series import Series, make_series
from detente.relations.steps import check_every, grid, next_start, period_start
from detente.study.chronicle import Fact
from detente.study.models import Action
from detente.study.silence import covering, known_days, reporting, span, thin_origins
from detente.study.surges import surges

if TYPE_CHECKING:
    from detente.events.store import Store
    from detente.study.data import StudyData
    from detente.study.models import Study

CHRONICLE = "chronicle"
EVENT_FILES = "(event files)"


def check_filters(study: Study, store: Store | LakeEvents) -> None:
    """Refuse actions that look at what a store does not keep of the events that they count.

    Of events between others than its parties a filtered store keeps who did what to whom, but no
    names and roles; of a lake these are not read.

    Args:
        study: The study file.
        store: The user's events.

    Raises:
        UsageError: There is such an action; the command that widens the store is named.
    """
    for name, action in study.actions.items():
        details = (action.actors, action.roles, action.exclude_actors, action.exclude_roles)
        if not action.cameo or not any(details):
            continue
        if isinstance(store, LakeEvents):
            raise UsageError(
                f"The action {name} could not be counted.",
                "It looks at names or roles of actors, which are not read of a lake.",
                "Read the lake into a store: detente ingest SOURCE FILES",
            )
        for limits in store.filters:
            if not _is_whole(action, limits):
                states = [*action.sources, *action.targets, *action.between]
                raise UsageError(
                    f"The action {name} could not be counted.",
                    f"It looks at names or roles of actors, and the store {store.path} keeps "
                    f"{limits.text()} of {limits.origin}, of others neither.",
                    f"Widen it: {widening(store.path, limits, states, either=True)}",
                )


def _is_whole(action: Action, limits: Filter) -> bool:
    """Whether all events that an action may count are kept whole."""
    if action.between:
        return not limits.lacks(action.between)
    sides = (
        bool(states) and not limits.lacks(states) for states in (action.sources, action.targets)
    )
    return any(sides) if limits.either else all(sides)


@lru_cache(maxsize=256)
def facts_of(data: StudyData, name: str) -> tuple[Fact, ...]:
    """All facts of an action by date, from the chronicle and from event data.

    Remembered, as a claim asks for them with every way in which it is measured.
    """
    wanted = data.study.actions[name]
    curated = [fact for fact in data.facts if matches(fact, wanted)]
    return tuple(
        sorted([*curated, *_event_facts(data, name)], key=lambda fact: (fact.date, fact.id))
    )


def sources_of(data: StudyData, name: str) -> tuple[str, ...]:
    """What the days of an action come from: the chronicle, and each origin of loaded events.

    Odds and outcomes from different sources are not about the same thing: event files report days
    that a chronicle leaves out, and the other way round.

    Returns:
        Names of the sources; none for an action of event data where no events are loaded.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> sources_of(open_data(load("korea")), "missile-tests")
        ('chronicle',)
    """
    chronicle = [CHRONICLE] if data.study.actions[name].kinds else []
    return (*chronicle, *(f"{origin} {EVENT_FILES}" for origin in reporting(data, name)))


def action_series(data: StudyData, name: str, every: str) -> Series:
    """Days with an action per period, over the time that its sources cover.

    Periods with fewer than half of their days covered are NaN. Where events are counted, only days
    that they cover count, and those are the exposure; a period that other origins cover than the
    one before is another segment.

    Raises:
        DataGapError: The action never happened before the date.
    """
    label, kind = data.label_of(name), check_every(every)
    happened = np.unique(np.array([fact.date for fact in facts_of(data, name)], "datetime64[D]"))
    if len(happened) == 0:
        raise DataGapError(
            f"There is no series of “{label}”.",
            f"None is known up to {data.as_of}.",
            "Choose a wider action or a later date.",
        )
    if not (covering(data, name) or data.study.actions[name].kinds):
        raise DataGapError(
            f"There is no series of “{label}”.",
            " ".join(thin_origins(data, name)),
            "Load event files that cover more.",
        )
    first, last = (np.datetime64(day, "D") for day in span(data, name))
    dates = grid(first, last, kind)
    dates = dates[next_start(dates, kind) <= last + 1]
    if len(dates) == 0:
        raise DataGapError(
            f"There is no series of “{label}” by {every}.",
            f"Its sources cover {first} to {last}, no whole {every}.",
            "Choose a shorter period, or load what covers more.",
        )
    days = np.arange(dates[0], next_start(dates[-1:], kind)[0])
    at = np.searchsorted(dates, period_start(days, kind))
    counted = known_days(data, name, days)
    length, covered = (np.bincount(at, part, len(dates)) for part in (np.ones(len(days)), counted))
    counts = np.bincount(at, np.isin(days, happened) & counted, len(dates))
    enough = covered >= MIN_PERIOD_SHARE * length
    of_events, curated = bool(covering(data, name)), bool(data.study.actions[name].kinds)
    series = make_series(
        label,
        every,
        dates,
        np.where(enough, counts, np.nan),
        unit=f"days per {every}",
        source=" with ".join(sources_of(data, name)),
        citation=f"Chronicle of the study “{data.study.study.title}”" if curated else "",
        exposure=np.where(enough, covered, np.nan) if of_events else None,
    )
    return _apart(series, data, name, days, at) if of_events else series


def _apart(series: Series, data: StudyData, name: str, days: Days, at: Ints) -> Series:
    """A segment for each set of origins that cover a period: they do not report alike."""
    size = len(series.dates)
    length = np.bincount(at, minlength=size)
    origins = covering(data, name)
    reports = np.stack(
        [
            np.bincount(at, np.isin(days, held), size) >= MIN_PERIOD_SHARE * length
            for held in origins.values()
        ],
        axis=1,
    )
    mixtures, segments = np.unique(reports, axis=0, return_inverse=True)
    curated = [CHRONICLE] if data.study.actions[name].kinds else []
    names = [f"{origin} {EVENT_FILES}" for origin in origins]
    labels = [
        " with ".join([*curated, *(names[place] for place in np.flatnonzero(row))])
        for row in mixtures
    ]
    # A gap between two stretches of one mixture parts nothing.
    at_each = np.asarray(segments, dtype=np.int64).ravel()
    reported = np.flatnonzero(reports.any(axis=1))
    if len(reported):
        last = np.searchsorted(reported, np.arange(size), side="right") - 1
        at_each = at_each[reported[np.maximum(last, 0)]]
    held, at_each = np.unique(at_each, return_inverse=True)
    return Series(
        series.name, series.every, series.dates, series.values, series.unit, series.exposure,
        np.asarray(at_each, dtype=np.int64), tuple(labels[place] for place in held),
        series.citation,
    )  # fmt: skip


def matches(fact: Fact, action: Action) -> bool:
    """Whether a fact of the chronicle is of an action."""
    return (
        fact.kind in action.kinds
        and _is_between(fact, action)
        and (
            (not action.sources or bool(set(action.sources) & set(fact.sources)))
            and (not action.targets or bool(set(action.targets) & set(fact.targets)))
        )
    )


def _is_between(fact: Fact, action: Action) -> bool:
    """Two different states of the set, one on each side."""
    among = set(action.between)
    if not among:
        return True
    acting, acted_on = among & set(fact.sources), among & set(fact.targets)
    return bool(acting) and bool(acted_on) and len(acting | acted_on) > 1


EVENT_DAYS = """
    SELECT date, origin, count(*) AS events, min(cameo) AS cameo
    FROM ({events})
    WHERE (array_length($sources) = 0 OR source IN (SELECT unnest($sources)))
      AND (array_length($targets) = 0 OR target IN (SELECT unnest($targets)))
      AND (array_length($between) = 0 OR (source <> target
           AND source IN (SELECT unnest($between)) AND target IN (SELECT unnest($between))))
      AND (array_length($actors) = 0 OR lower(source_actor) IN (SELECT unnest($actors))
           OR lower(source) IN (SELECT unnest($actors)))
      AND (array_length($roles) = 0 OR source_role IN (SELECT unnest($roles)))
      AND NOT coalesce(lower(source_actor) IN (SELECT unnest($exclude_actors)), false)
      AND NOT coalesce(lower(target_actor) IN (SELECT unnest($exclude_actors)), false)
      AND NOT coalesce(source_role IN (SELECT unnest($exclude_roles)), false)
      AND NOT coalesce(target_role IN (SELECT unnest($exclude_roles)), false)
      AND EXISTS (SELECT 1 FROM unnest($cameo) AS code(prefix) WHERE starts_with(cameo, prefix))
    GROUP BY date, origin
    ORDER BY date, events DESC, origin
"""


def _event_facts(data: StudyData, name: str) -> Iterator[Fact]:
    """Days on which event data report the action, but for days years away from all others."""
    action, held_by = data.study.actions[name], reporting(data, name)
    if data.events is None or not held_by:
        return
    params = {
        "sources": action.sources,
        "targets": action.targets,
        "between": action.between,
        "actors": [text.lower() for text in action.actors],
        "roles": action.roles,
        "exclude_actors": [text.lower() for text in action.exclude_actors],
        "exclude_roles": action.exclude_roles,
        "cameo": action.cameo,
    }
    store, bounds = data.events.store, Bounds(until=data.as_of, known_by=data.events.known_by)
    where = engine(store.engine if isinstance(store, Held) else DUCKDB.name)
    table = where.select(EVENT_DAYS, store, params, bounds)
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    wanted = _standing_out(data, action, rows)
    days: set[dt.date] = set()
    for day, origin, events, cameo in rows:
        held = held_by.get(origin, np.zeros(0, "datetime64[D]"))
        inside = len(held) and held[0] <= np.datetime64(day, "D") <= held[-1]
        if not inside or day in days or (wanted is not None and (day, origin) not in wanted):
            continue
        days.add(day)  # a day counts once, by the origin that reported most of it
        yield Fact(
            id=f"events:{name}:{day}",
            date=day,
            end=day,
            kind="events",
            sources=tuple(action.sources or action.between),
            targets=tuple(action.targets or action.between),
            cameo=cameo,
            certainty="event data",
            title=f"{action.label}: {events} event{'' if events == 1 else 's'} reported",
            citation=origin,
        )


def _standing_out(
    data: StudyData, action: Action, rows: Sequence[tuple[dt.date, str, int, str]]
) -> set[tuple[dt.date, str]] | None:
    """Day and origin of the surges of an action; None where every day with it counts."""
    if action.surge is None or data.events is None:
        return None
    return {
        (day.item(), origin)
        for origin, covered in data.events.covered.items()
        for day in surges(covered, _counts(rows, origin, covered), action.surge)
    }


def _counts(rows: Sequence[tuple[dt.date, str, int, str]], origin: str, covered: Days) -> Ints:
    """Events of an action that an origin reported, on each of the days that it covers."""
    reported = [(day, events) for day, by, events, _ in rows if by == origin]
    days = np.array([day for day, _ in reported], "datetime64[D]")
    events = np.array([events for _, events in reported], np.int64)
    inside = np.isin(days, covered)
    counts = np.zeros(len(covered), np.int64)
    counts[np.searchsorted(covered, days[inside])] = events[inside]
    return counts
