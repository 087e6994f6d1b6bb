"""Read a relation from a dataset, from event data, or from both spliced together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from detente.errors import DataGapError, DetenteError
from detente.relations.datasets import Dataset as DatasetTable
from detente.relations.datasets import with_exposure
from detente.relations.measures import COUNTED, MEASURES
from detente.relations.network import strength_share
from detente.relations.panel import Panel
from detente.relations.periods import check_every, next_start
from detente.relations.series import Series, combine, share, splice
from detente.study.models import Dataset
from detente.study.parts import Measure, Relation
from detente.study.signal import Signal

PairOrDyad = Callable[[str, str, str], Series]

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


@dataclass(frozen=True, eq=False)
class Holder:
    """What a measure can be read from.

    Attributes:
        spec: The dataset as the study declares it, None for event data alone.
        dataset: Its table.
        dataset_sha256, events_sha256: Hashes of both sources.
        world: The dataset's exposure.
        panel: The user's events, by the dataset's period.
        as_of: Periods that end later are cut.
        codes: The parties.
        name: Gives the plain name of a state.
    """

    spec: Dataset | None
    dataset: DatasetTable | None
    dataset_sha256: str
    world: Series | None
    panel: Panel | None
    events_sha256: str
    as_of: dt.date
    codes: tuple[str, ...]
    name: Callable[[str], str]


@dataclass(frozen=True, eq=False)
class _Access:
    """A dataset or a panel behind the same three calls."""

    dyad: PairOrDyad
    pair: PairOrDyad
    own: Callable[[str | None, str], Series]
    codes: tuple[str, ...]


def read_relation(holder: Holder, relation: Relation, measure: Measure) -> list[Signal]:
    """All signals that a measure gives: the dataset with events over it, one per origin of events.

    Args:
        holder: The sources.
        relation: What is measured.
        measure: Which quantity.

    Returns:
        One signal for each origin of the event data that can be spliced with the dataset, or the
        dataset's own.

    Raises:
        DataGapError: Neither has the relation.
    """
    name = measure.name
    from_dataset = _try(lambda: _from_dataset(holder, relation, name))
    from_events = _from_events(holder, relation, name)
    if from_dataset is None and not from_events:
        raise _no_data(holder, measure)
    if from_dataset is None:
        found = from_events
    elif not from_events:
        found = [from_dataset]
    else:
        found = [_spliced(series, from_dataset) for series in from_events]
    return [_signal(holder, relation, measure, series) for series in found]


def _try(read: Callable[[], Series]) -> Series | None:
    try:
        return read()
    except DetenteError:
        return None


def _no_data(holder: Holder, measure: Measure) -> DataGapError:
    where = holder.spec.label if holder.spec else "event data"
    found = (
        "No event files are loaded."
        if holder.spec is None
        else f"{where} has no {WORDS.get(measure.name, measure.name)} of this relation."
    )
    return DataGapError("The relation could not be read.", found, "Load event data.")


def _from_dataset(holder: Holder, relation: Relation, measure: str) -> Series:
    if holder.dataset is None:
        raise DataGapError("There is no dataset.", "", "")
    dataset = holder.dataset

    def own(party: str | None, name: str) -> Series:
        return dataset.system(name) if party is None else dataset.party(party, name)

    codes = tuple(code for code in holder.codes if _has(dataset, code))
    series = _read(
        _Access(dataset.series, dataset.pair, own, codes), dataset.layout, relation, measure
    )
    if holder.spec is not None and holder.spec.since is not None:
        series = series.window(holder.spec.since, None)
    if holder.world is not None and measure in COUNTED:
        series = with_exposure(series, holder.world)
    return _cut(series, holder.as_of)


def _has(dataset: DatasetTable, code: str) -> bool:
    return any(code in key for key in dataset.keys())  # noqa: SIM118 - a method, not a dict


def _from_events(holder: Holder, relation: Relation, measure: str) -> list[Series]:
    counts = holder.panel
    if counts is None or (measure not in MEASURES and measure not in WORDS):
        return []
    found = []
    for origin in counts.origins:

        def dyad(a: str, b: str, name: str, origin: str = origin) -> Series:
            return counts.series(a, b, name, origin=origin)

        def pair(a: str, b: str, name: str, origin: str = origin) -> Series:
            return counts.pair(a, b, name, origin=origin)

        access = _Access(dyad, pair, _no_own, holder.codes)
        series = _try(lambda access=access: _read(access, "dyad", relation, measure))  # type: ignore[misc]
        if series is not None and np.isfinite(series.values).any():
            found.append(_cut(series, holder.as_of))
    return found


def _no_own(party: str | None, measure: str) -> Series:
    raise DataGapError("Event data have no such series.", f"{party} {measure}", "Name a pair.")


def _read(access: _Access, layout: str, relation: Relation, measure: str) -> Series:
    """One relation through either kind of access."""
    if measure == "strength_share" and relation.party is not None:
        ties = strength_share(lambda a, b: access.pair(a, b, "cooperation"), access.codes)
        own = access.pair(access.codes[0], access.codes[1], "cooperation")
        return replace(ties[relation.party], sources=own.sources, citation=own.citation)
    if measure == "conflict_share":
        parts = [_sum(access, layout, relation, name) for name in ("conflict", "cooperation")]
        return replace(
            share(parts[0], combine(*parts)), unit="share of conflict in all interaction"
        )
    return _sum(access, layout, relation, measure)


def _sum(access: _Access, layout: str, relation: Relation, measure: str) -> Series:
    if relation.pair is not None:
        return access.pair(relation.pair[0], relation.pair[1], measure)
    if relation.dyads is not None:
        return combine(*(access.dyad(a, b, measure) for a, b in relation.dyads))
    if relation.party is not None:
        return access.own(relation.party, measure)
    if layout == "dyad":
        dyads = [(a, b) for a in access.codes for b in access.codes if a != b]
        return combine(*(access.dyad(a, b, measure) for a, b in dyads))
    return access.own(None, measure)


def _cut(series: Series, as_of: dt.date) -> Series:
    """Only periods that were over on the day."""
    ends = next_start(series.dates, check_every(series.every))
    keep = ends <= np.datetime64(as_of, "D") + np.timedelta64(1, "D")
    last = int(keep.sum())
    return series.window(None, str(series.dates[last - 1])) if last else series.window("9999-01-01")


def _spliced(events: Series, dataset: Series) -> Series:
    """Events win wherever they have data; where units differ they cannot be put together."""
    return _try(lambda: splice(events, dataset)) or events


def _signal(holder: Holder, relation: Relation, measure: Measure, series: Series) -> Signal:
    name = measure.name
    counts = name in COUNTED and (holder.spec is None or holder.spec.counts)
    used = [series.sources[index] for index in np.unique(series.segments)]
    spec = holder.spec
    return Signal(
        series=series,
        counts=counts,
        source=" and ".join(used) or (spec.label if spec else "events"),
        measure=_words(holder, name),
        noun=_noun(holder, relation, name),
        caveat=spec.caveat if spec else "",
        sha256=holder.dataset_sha256 + holder.events_sha256,
        dataset=spec.id if spec else "events",
        reverse=measure.reverse,
    )


def _words(holder: Holder, measure: str) -> str:
    own = holder.spec.noun if holder.spec else ""
    return WORDS.get(measure) or own or measure.replace("_", " ")


def _noun(holder: Holder, relation: Relation, measure: str) -> str:
    what = _words(holder, measure)

    name = holder.name
    if relation.pair is not None:
        return f"{what} between {name(relation.pair[0])} and {name(relation.pair[1])}"
    if relation.dyads is not None:
        return f"{what} from " + " and from ".join(
            f"{name(a)} toward {name(b)}" for a, b in relation.dyads
        )
    if relation.party is not None:
        return f"{what} of {name(relation.party)}"
    return f"{what} in the system"
