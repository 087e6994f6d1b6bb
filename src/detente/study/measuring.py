"""Read a relation from a dataset, from event files (`origins`), or from both, as a signal.

**What counts are divided by** is decided here, by the premise of `detente.relations.exposure` or
by the measure's own word, and the signal carries the other choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detente.relations.exposure import FEWEST_PERIODS, Premise, exposure_premise
from detente.relations.series import Series
from detente.relations.steps import Every, check_every
from detente.rounding import plural
from detente.study.models import Dataset
from detente.study.names import counts
from detente.study.origins import Reading, contest, of_events
from detente.study.parts import Measure, Relation
from detente.study.relation_series import holds, read_series, until
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

MOST_SPOKES = 8
"""So many partners of a state are named one by one."""


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
    elif spec is not None and spec.id not in data.datasets:
        return (), (f"{spec.label} are not bundled; give them with --dataset {spec.id}=FILE.",)
    elif spec is not None:
        given = _of_dataset(data, spec, relation, measure.name)
    origins = []
    for origin in of_events(data, every, relation, measure.name):
        if isinstance(origin, str):
            gaps.append(origin)
        else:
            origins.append(origin)
    if given is None and not origins:
        return (), (*gaps, _nothing(data, spec, relation, measure))
    readings = list(contest(given, origins, gaps))
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


def _of_dataset(data: StudyData, spec: Dataset, relation: Relation, name: str) -> Series | None:
    panel = data.datasets[spec.id]
    codes = tuple(code for code in data.study.codes if code in panel.parties)
    if not holds(panel, relation, name, codes):
        return None
    series = read_series(panel, relation, name, codes, scores=not counts(spec, name))
    if spec.since is not None:
        series = series.window(spec.since, None)
    return until(series, data.as_of)


def _signal(
    data: StudyData, spec: Dataset | None, relation: Relation, measure: Measure, read: Reading
) -> Signal:
    series = read.series
    used = [series.sources[index] for index in np.unique(series.segments)]
    digests = [data.dataset_sha256[spec.id] if spec else ""]
    if data.events is not None:
        digests.append(data.events.fingerprint)
    counted = counts(spec, measure.name)
    signal = Signal(
        series=series,
        counts=counted,
        source=" and ".join(used) or (spec.label if spec else "events"),
        measure=_words(spec, measure.name),
        noun=_noun(data, relation, _words(spec, measure.name)),
        caveat=spec.caveat if spec else "",
        sha256="".join(digests),
        dataset=spec.id if spec else "events",
        reverse=measure.reverse,
        why=read.why,
        world=series.exposure if counted else None,
        days=read.days,
        ruler=spec.ruler if spec else "",
        origin=read.origin,
    )
    return _divided(signal, read, measure) if counted and series.exposure is not None else signal


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
    if world is None or not np.isfinite(series.values).any():
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
    plain = name.replace("_", " ")
    if spec is None or not spec.noun or name in WORDS:
        return WORDS.get(name, plain)
    # Where a dataset has several measures, its noun alone would call them all the same.
    return spec.noun if len(spec.measures) == 1 else f"{spec.noun} ({plain})"


def _noun(data: StudyData, relation: Relation, what: str) -> str:
    name = data.name_of
    if relation.pair is not None:
        return f"{what} between {name(relation.pair[0])} and {name(relation.pair[1])}"
    if relation.pairs is not None:
        return f"{what} between {_pairs(data, relation.pairs)}" + (
            f", beyond that between {_pairs(data, relation.compared_with)}"
            if relation.compared_with
            else ""
        )
    if relation.dyads is not None:
        return f"{what} from " + " and from ".join(
            f"{name(a)} toward {name(b)}" for a, b in relation.dyads
        )
    if relation.party is not None:
        return f"{what} of {name(relation.party)}"
    return f"{what} in the system"


def _pairs(data: StudyData, pairs: Sequence[Sequence[str]]) -> str:
    """Several pairs in words: whom a state that all share is paired with, else each by itself.

    Where there are many, their number.
    """
    name = data.name_of
    shared = set(pairs[0]).intersection(*pairs) if len(pairs) > 1 else set()
    if len(shared) != 1:
        return ", ".join(f"{name(a)} and {name(b)}" for a, b in pairs)
    hub = shared.pop()
    spokes = [name(code) for pair in pairs for code in pair if code != hub]
    if len(spokes) > MOST_SPOKES:
        return f"{name(hub)} and {plural(len(spokes), 'states')}"
    return f"{name(hub)} and each of {', '.join(spokes)}"
