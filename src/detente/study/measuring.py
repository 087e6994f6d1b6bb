"""Read a relation from a dataset, from event files, or from both, and say which origin won and why.

**Which origin wins** is decided here and nowhere else:

1. Event files are read at all where their origin reported five or more events from the world in its
   typical period. A file of three rows covers no month: its silence is not a known zero.
2. Against a dataset, event files win the periods that they really cover: at least half of the days
   are covered, and on these the origin reported five or more events a day from the world
   (`Panel.really_covered`). Elsewhere the dataset wins.
3. Where the dataset has no value, event files that may be read are read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

import numpy as np

from detente.relations.measures import COUNTED, strength_share
from detente.relations.panel import Panel
from detente.relations.panel_sql import SPARSE_ORIGIN
from detente.relations.periods import check_every, next_start
from detente.relations.series import Series, combine, share, splice
from detente.study.models import Dataset
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

PARTS = {"strength_share": ("cooperation",), "conflict_share": ("conflict", "cooperation")}
"""Measures that are made of others."""


@dataclass(frozen=True, eq=False)
class Origin:
    """A relation as one origin of event files gives it.

    Attributes:
        series: All periods that the origin knows.
        covered: Its periods that win over a dataset, shape (T,).
    """

    series: Series
    covered: np.ndarray[tuple[int], np.dtype[np.bool_]]


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
    gaps: list[str] = []
    given = None if spec is None else _of_dataset(data, spec, relation, measure.name)
    origins = []
    for origin in _of_events(data, spec, relation, measure.name):
        if isinstance(origin, str):
            gaps.append(origin)
        else:
            origins.append(origin)
    if given is None and not origins:
        return (), (*gaps, _nothing(data, spec, relation, measure))
    pieces = list(_contest(given, origins, gaps))
    return tuple(_signal(data, spec, relation, measure, *piece) for piece in pieces), tuple(gaps)


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
) -> Iterator[tuple[Series, str]]:
    """Each series that comes of the dataset and the event files, with why it is what it is."""
    if given is None:
        yield from ((origin.series, "") for origin in origins)
        return
    if not origins:
        yield given, " ".join(gaps)
        return
    for origin in origins:
        if (origin.series.every, origin.series.unit) != (given.every, given.unit):
            yield origin.series, "The dataset has another unit and is read by itself."
            yield given, "The event files have another unit and are read by themselves."
            continue
        won = origin.series.where(origin.covered)
        yield splice(splice(won, given), origin.series), _why(origin, given)


def _why(origin: Origin, given: Series) -> str:
    """Which origin won where both have values."""
    known = given.dates[np.isfinite(given.values)]
    both = np.isin(origin.series.dates, known) & np.isfinite(origin.series.values)
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
    data: StudyData, spec: Dataset | None, relation: Relation, name: str
) -> Iterator[Origin | str]:
    """The relation by each origin of event files, or why that origin is not read."""
    if data.events is None:
        return
    panel = data.events.panels[spec.every if spec else "month"]
    if not _holds(panel, relation, name, data.study.codes):
        return
    for origin in panel.origins:
        if (thin := _too_thin(panel, origin)) is not None:
            yield thin
            continue
        series = _read(panel, relation, name, data.study.codes, origin)
        if np.isfinite(series.values).any():
            covered = panel.really_covered(origin)
            whole = _cut(series, data.as_of)
            yield Origin(whole, covered[np.isin(panel.dates(origin), whole.dates)])


def _too_thin(panel: Panel, origin: str) -> str | None:
    """Why an origin cannot be read by period, or None: five events in a typical one are enough."""
    world = panel.world(origin)
    known = world[np.isfinite(world)]
    if not known.size:
        return f"{origin} (event files) cover no whole {panel.every}."
    if np.median(known) >= SPARSE_ORIGIN:
        return None
    events = f"{int(known.sum()):,} event{'' if known.sum() == 1 else 's'}"
    return (
        f"{origin} (event files) reported {events} from the world in {known.size} "
        f"{panel.every}s, too few to tell silence from a gap: they are not read."
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
    data: StudyData,
    spec: Dataset | None,
    relation: Relation,
    measure: Measure,
    series: Series,
    why: str,
) -> Signal:
    used = [series.sources[index] for index in np.unique(series.segments)]
    digests = [data.dataset_sha256[spec.id] if spec else ""]
    if data.events is not None:
        digests.append(data.events.fingerprint)
    return Signal(
        series=series,
        counts=measure.name in COUNTED and (spec is None or spec.counts),
        source=" and ".join(used) or (spec.label if spec else "events"),
        measure=_words(spec, measure.name),
        noun=_noun(data, relation, _words(spec, measure.name)),
        caveat=spec.caveat if spec else "",
        sha256="".join(digests),
        dataset=spec.id if spec else "events",
        reverse=measure.reverse,
        why=why,
    )


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
