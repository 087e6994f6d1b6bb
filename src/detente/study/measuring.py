"""Read a relation from a dataset, from event files, or from both, and say which origin won and why.

**Which origin wins** is decided here and nowhere else:

1. Event files are read at all where their origin reported five or more events from the world in its
   typical period. A file of three rows covers no month: its silence is not a known zero.
2. Against a dataset, event files win the periods that they really cover: at least half of the days
   are covered, and on these the origin reported five or more events a day from the world
   (`Panel.really_covered`). Elsewhere the dataset wins.
3. Where the dataset has no value, event files that may be read are read.

**What counts are divided by** is decided here too, by the premise of `detente.relations.exposure`
or by the measure's own word, and the signal carries the other choice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from detente.arrays import Bools, Days, Floats
from detente.relations.exposure import FEWEST_PERIODS, Premise, exposure_premise
from detente.relations.measures import COUNTED, strength_share
from detente.relations.panel import Panel
from detente.relations.panel_sql import SPARSE_ORIGIN
from detente.relations.series import Series, combine, share, splice
from detente.relations.steps import Every, check_every, next_start, period_name
from detente.relations.unnamed import likely_codes, unnamed_text
from detente.study.models import Dataset
from detente.study.names import PARTS
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.study.data import StudyData

WORDS = {
    "verbal_cooperation": "verbal cooperation",
    "material_cooperation": "material cooperation",
    "verbal_conflict": "verbal conflict",
    "material_conflict": "material conflict",
    "cooperation": "cooperation",
    "conflict": "conflict",
    "total": "all interaction",
    "goldstein": "Goldstein score",
    "net_cooperation": "net cooperation",
    "conflict_share": "share of conflict in all interaction",
    "strength_share": "share of the system's cooperation",
}
"""Plain words for the measures of event data."""

MONTHS: dict[Every, float] = {
    "day": 1 / 30.4375, "week": 7 / 30.4375, "month": 1.0, "quarter": 3.0, "year": 12.0
}  # fmt: skip
"""Months in a period."""

MOST_NAMED = 12
"""So many periods without data are named one by one."""


@dataclass(frozen=True, eq=False)
class Origin:
    """A relation as one origin of event files gives it.

    Attributes:
        series: All periods that the origin knows.
        covered: Its periods that win over a dataset, shape (T,).
        days: Days that it covers by period, shape (T,).
        own: All events of the study's states among themselves, shape (T,).
        notes: What it does not cover, in sentences.
    """

    series: Series
    covered: Bools
    days: Floats
    own: Floats
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """A relation as it comes of one source or of two that are put together.

    Attributes:
        series: The relation; its exposure is all events of each source.
        days: Days that the sources cover, shape (T,).
        own: All events of the dyads that are studied, as far as they are known, shape (T,).
        why: Where it comes from, in sentences.
    """

    series: Series
    days: Floats
    own: Floats
    why: str


def read_measure(
    data: StudyData, relation: Relation, measure: Measure
) -> tuple[tuple[Signal, ...], tuple[str, ...]]:
    """All signals that a measure gives, and what it lacks.

    Args:
        data: The study's data.
        relation: What is measured.
        measure: Which quantity, and of which dataset.

    Returns:
        One signal for each origin of event files that is put together with the dataset, or the
        dataset's own; and a sentence for each origin that could not be read.
    """
    spec = next((item for item in data.study.datasets if item.id == measure.dataset), None)
    every = measure.every or relation.every or (spec.every if spec else "month")
    gaps: list[str] = []
    given = None
    if spec is not None and spec.every != every:
        gaps.append(f"{spec.label} is by {spec.every} and is not read by {every}.")
    elif spec is not None:
        given = _of_dataset(data, spec, relation, measure.name)
    origins = []
    for origin in _of_events(data, every, relation, measure.name):
        if isinstance(origin, str):
            gaps.append(origin)
        else:
            origins.append(origin)
    if given is None and not origins:
        return (), (*gaps, _nothing(data, spec, relation, measure))
    readings = list(_contest(given, origins, gaps))
    signals = (_signal(data, spec, relation, measure, reading) for reading in readings)
    return tuple(signals), tuple(gaps)


def _nothing(data: StudyData, spec: Dataset | None, relation: Relation, measure: Measure) -> str:
    what = _words(spec, measure.name).removeprefix("the ")
    if spec is None:
        return (
            "No event files are loaded."
            if data.events is None
            else f"The event files have no {what} of this relation."
        )
    if spec.layout == "pair" and relation.dyads is not None:
        return f"{spec.label} has no direction: it cannot say what one state did to another."
    return f"{spec.label} has no {what} of this relation."


def _contest(
    given: Series | None, origins: Sequence[Origin], gaps: Sequence[str]
) -> Iterator[Reading]:
    """Each reading that comes of the dataset and the event files, with why it is what it is."""
    if given is None:
        for origin in origins:
            yield Reading(origin.series, origin.days, origin.own, " ".join(origin.notes))
        return
    alone = Reading(given, _calendar_days(given), given.values, " ".join(gaps))
    if not origins:
        yield alone
        return
    for origin in origins:
        if (origin.series.every, origin.series.unit) != (given.every, given.unit):
            read = Reading(origin.series, origin.days, origin.own, "")
            yield replace(read, why="The dataset has another unit and is read by itself.")
            yield replace(
                alone, why="The event files have another unit and are read by themselves."
            )
            continue
        why = " ".join((_why(origin, given), *origin.notes))
        yield _spliced(origin, alone, why)


def _spliced(origin: Origin, given: Reading, why: str) -> Reading:
    """The origin where it covers, the dataset where not, and else the origin again."""

    def joined(of_origin: Floats, of_dataset: Floats) -> Series:
        # The relation decides which source a period comes from; what goes with it follows.
        own, other = origin.series, given.series
        first = replace(own, values=np.where(np.isfinite(own.values), of_origin, np.nan))
        second = replace(other, values=np.where(np.isfinite(other.values), of_dataset, np.nan))
        return splice(splice(first.where(origin.covered), second), first)

    series = joined(origin.series.values, given.series.values)
    days, own = joined(origin.days, given.days), joined(origin.own, given.own)
    return Reading(series, days.values, own.values, why)


def _calendar_days(series: Series) -> Floats:
    after = next_start(series.dates, check_every(series.every))
    return np.asarray((after - series.dates).astype(np.float64))


def _why(origin: Origin, given: Series) -> str:
    """Which origin won where both have values."""
    days = given.dates[np.isfinite(given.values)]
    both = np.isin(origin.series.dates, days) & np.isfinite(origin.series.values)
    won, lost = int((both & origin.covered).sum()), int((both & ~origin.covered).sum())
    files, dataset = origin.series.sources[0], given.sources[0]
    every = given.every
    parts = []
    if won:
        parts.append(
            f"{files} are read in {won} {every}s that {dataset} has as well: they cover at least "
            f"half of the days and report {SPARSE_ORIGIN} or more events a day there."
        )
    if lost:
        parts.append(
            f"{dataset} is read in {lost} {every}s in which {files} are too thin to cover them."
        )
    if not parts:
        parts.append(f"{files} and {dataset} have no {every} in common.")
    return " ".join(parts)


def _of_dataset(data: StudyData, spec: Dataset, relation: Relation, name: str) -> Series | None:
    panel = data.datasets[spec.id]
    codes = tuple(code for code in data.study.codes if code in panel.parties)
    if not _holds(panel, relation, name, codes):
        return None
    series = _read(panel, relation, name, codes)
    if spec.since is not None:
        series = series.window(spec.since, None)
    return _cut(series, data.as_of)


def _of_events(
    data: StudyData, every: str, relation: Relation, name: str
) -> Iterator[Origin | str]:
    """The relation by each origin of event files, or why that origin is not read."""
    if data.events is None:
        return
    panel, codes = data.events.by(every), data.study.codes
    if not _holds(panel, relation, name, codes):
        return
    for origin in panel.origins:
        if (thin := _too_thin(panel, origin)) is not None:
            yield thin
            continue
        needed = codes if relation.system or name == "strength_share" else relation.states
        absent = [code for code in needed if code in panel.unnamed(origin)]
        if absent:
            yield from (_not_named(data, origin, code) for code in absent)
            continue
        series = _cut(_read(panel, relation, name, codes, origin), data.as_of)
        if np.isfinite(series.values).any():
            inside = np.isin(panel.dates(origin), series.dates)
            yield Origin(
                series=series,
                covered=panel.really_covered(origin)[inside],
                days=panel.days_covered(origin)[inside],
                own=panel.own_events(origin)[inside],
                notes=tuple(_uncovered(panel, origin, data.as_of)),
            )


def _not_named(data: StudyData, origin: str, code: str) -> str:
    if data.events is None:
        return ""
    likely = likely_codes(data.events.store, origin, code, until=data.as_of)
    return unnamed_text(f"{origin} (event files)", code, likely)


def _uncovered(panel: Panel, origin: str, as_of: dt.date) -> Iterator[str]:
    """Which periods hold no event at all, and which are not covered, by name."""
    dates, world = panel.dates(origin), panel.world(origin)
    over = next_start(dates, panel.every) <= np.datetime64(as_of, "D") + 1
    who = f"{origin} (event files)"
    held = np.flatnonzero(np.isfinite(world))
    over[: held[0]] = over[held[-1] :] = False  # what lies before and after is no gap within
    silent, missing = dates[over & (world == 0)], dates[over & np.isnan(world)]
    if len(silent):
        yield f"{who} hold no event at all in {_named(silent, panel.every)}: silence counts as 0."
    if len(missing):
        yield f"{who} do not cover {_named(missing, panel.every)}: nothing is known of them."


def _named(dates: Days, every: Every) -> str:
    """A few periods by name, many by their number; of days how many are weekends."""
    if len(dates) <= MOST_NAMED:
        return ", ".join(period_name(day, every) for day in dates)
    first, last = (period_name(day, every) for day in (dates[0], dates[-1]))
    weekends = int(((dates.astype(np.int64) + 3) % 7 >= 5).sum()) if every == "day" else 0
    of_these = f", {weekends} of them Saturdays and Sundays" if weekends else ""
    return f"{len(dates)} {every}s from {first} to {last}{of_these}"


def _too_thin(panel: Panel, origin: str) -> str | None:
    """Why an origin cannot be read by period, or None: five events in a typical one are enough."""
    world = panel.world(origin)
    reported = world[np.isfinite(world)]
    if not reported.size:
        return f"{origin} (event files) cover no whole {panel.every}."
    if np.median(reported) >= SPARSE_ORIGIN:
        return None
    silent = int((reported == 0).sum())
    events = f"{int(reported.sum()):,} event{'' if reported.sum() == 1 else 's'}"
    return (
        f"{origin} (event files) reported {events} from the world in {reported.size} "
        f"{panel.every}s, too few to tell silence from a gap: they are not read."
        + (f" {silent} of these {panel.every}s hold none." if silent else "")
    )


def _holds(panel: Panel, relation: Relation, name: str, codes: Sequence[str]) -> bool:
    """Whether a panel has the measure, and the keys that the relation is about."""
    if not all(panel.gives(part) for part in PARTS.get(name, (name,))):
        return False
    if name == "strength_share" and relation.party is not None:
        pairs = list(combinations(codes, 2))
        return relation.party in codes and all(_has_pair(panel, a, b) for a, b in pairs)
    if relation.pair is not None:
        return _has_pair(panel, relation.pair[0], relation.pair[1])
    held = set(panel.keys())
    if relation.dyads is not None:
        return {(a, b) for a, b in relation.dyads} <= held and panel.layout == "dyad"
    if relation.party is not None:
        return (relation.party,) in held
    return () in held or (panel.layout == "dyad" and set(permutations(codes, 2)) <= held)


def _has_pair(panel: Panel, a: str, b: str) -> bool:
    ways = {(a, b), (b, a)} & set(panel.keys())
    return len(ways) == 2 if panel.layout == "dyad" else panel.layout == "pair" and bool(ways)


def _read(
    panel: Panel, relation: Relation, name: str, codes: Sequence[str], origin: str | None = None
) -> Series:
    """The relation's series of a panel that holds it."""
    if name == "strength_share" and relation.party is not None:
        ties = strength_share(lambda a, b: panel.pair(a, b, "cooperation", origin=origin), codes)
        own = panel.pair(codes[0], codes[1], "cooperation", origin=origin)
        return replace(ties[relation.party], sources=own.sources, citation=own.citation)
    if name == "conflict_share":
        parts = [_sum(panel, relation, part, codes, origin) for part in PARTS[name]]
        return replace(
            share(parts[0], combine(*parts)), unit="share of conflict in all interaction"
        )
    return _sum(panel, relation, name, codes, origin)


def _sum(
    panel: Panel, relation: Relation, name: str, codes: Sequence[str], origin: str | None
) -> Series:
    if relation.pair is not None:
        return panel.pair(relation.pair[0], relation.pair[1], name, origin=origin)
    if relation.dyads is not None:
        return combine(*(panel.series(a, b, name, origin=origin) for a, b in relation.dyads))
    if relation.party is not None:
        return panel.party(relation.party, name, origin=origin)
    return panel.system(name, origin=origin, among=codes)


def _cut(series: Series, as_of: dt.date) -> Series:
    """Only periods that were over on the day."""
    ends = next_start(series.dates, check_every(series.every))
    keep = ends <= np.datetime64(as_of, "D") + np.timedelta64(1, "D")
    last = int(keep.sum())
    return series.window(None, str(series.dates[last - 1])) if last else series.window("9999-01-01")


def _signal(
    data: StudyData, spec: Dataset | None, relation: Relation, measure: Measure, read: Reading
) -> Signal:
    series = read.series
    used = [series.sources[index] for index in np.unique(series.segments)]
    digests = [data.dataset_sha256[spec.id] if spec else ""]
    if data.events is not None:
        digests.append(data.events.fingerprint)
    counts = measure.name in COUNTED and (spec is None or spec.counts)
    signal = Signal(
        series=series,
        counts=counts,
        source=" and ".join(used) or (spec.label if spec else "events"),
        measure=_words(spec, measure.name),
        noun=_noun(data, relation, _words(spec, measure.name)),
        caveat=spec.caveat if spec else "",
        sha256="".join(digests),
        dataset=spec.id if spec else "events",
        reverse=measure.reverse,
        why=read.why,
        world=series.exposure if counts else None,
        days=read.days,
    )
    return _divided(signal, read, measure) if counts and series.exposure is not None else signal


def _divided(signal: Signal, read: Reading, measure: Measure) -> Signal:
    """Counts by what they are to be divided by, with the test of whether all events may serve."""
    signal = replace(signal, exposure=_premise(read))
    if measure.exposure != "auto":
        return signal.with_exposure(measure.exposure)
    holds = signal.exposure is not None and signal.exposure.holds
    return signal.with_exposure("events" if holds else "days")


def _premise(read: Reading) -> Premise | None:
    """The premise of each source; one that fails decides, for a series has one divisor.

    Sources of less than a year are not asked where there is a longer one.
    """
    series, world = read.series, read.series.exposure
    if world is None:
        return None
    months = MONTHS[check_every(series.every)]
    parts = [
        (series.segments == number) & np.isfinite(series.values)
        for number in np.unique(series.segments)
    ]
    longest = max(float(part.sum()) for part in parts)
    tested = [
        exposure_premise(series.values[part], world[part], own=read.own[part], months=months)
        for part in parts
        if part.any() and part.sum() >= min(longest, FEWEST_PERIODS / months)
    ]
    return next((premise for premise in tested if not premise.holds), tested[0] if tested else None)


def _words(spec: Dataset | None, name: str) -> str:
    own = spec.noun if spec else ""
    return WORDS.get(name) or own or name.replace("_", " ")


def _noun(data: StudyData, relation: Relation, what: str) -> str:
    name = data.name_of
    if relation.pair is not None:
        return f"{what} between {name(relation.pair[0])} and {name(relation.pair[1])}"
    if relation.dyads is not None:
        return f"{what} from " + " and from ".join(
            f"{name(a)} toward {name(b)}" for a, b in relation.dyads
        )
    if relation.party is not None:
        return f"{what} of {name(relation.party)}"
    return f"{what} in the system"
