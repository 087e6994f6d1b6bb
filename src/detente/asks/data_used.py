"""What data an answer rests on: every source that was read, and where two cover the same time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detente.answers import Answer, Column, Exhibit, Scale, Section, Table, Value
from detente.arrays import Days
from detente.events.store import OriginSummary
from detente.relations.counting import covered_days, origins_of
from detente.relations.substate import below_state
from detente.rounding import count_text, plural
from detente.study.data import StudyData

DATA_COLUMNS = (
    Column("label", "Data"),
    Column("covers", "Covers"),
    Column("missing", "Missing"),
    Column("rows", "Rows", Scale.COUNT),
    Column("sha256", "SHA-256", shown=False),
    Column("citation", "Cite", shown=False),
)


def data_used(data: StudyData) -> Section:
    """Every source that was read, with what it covers and a hash of what was read."""
    rows = (*_chronicle_used(data), *_datasets_used(data), *_events_used(data))
    exhibit = Exhibit("sources", "Data used", Table(DATA_COLUMNS, rows))
    citations = tuple(dict.fromkeys(str(row[-1]) for row in rows))
    answer = Answer(
        id="used",
        kind="data",
        label="What data was used",
        exhibits=(exhibit,),
        caveats=(*overlap_notes(data), *below_state_notes(data)),
        needs=tuple(data.study.missing),
        citations=citations,
    )
    return Section("data", "What data was used", (answer,))


def _chronicle_used(data: StudyData) -> Iterator[tuple[Value, ...]]:
    if data.facts:
        covers = f"{data.facts[0].date} to {data.facts[-1].date}"
        digest = data.chronicle_sha256
        label = "Chronicle of dated facts"
        yield (label, covers, None, len(data.facts), digest, "each row names its source")


def _datasets_used(data: StudyData) -> Iterator[tuple[Value, ...]]:
    for spec in data.present:
        dataset = data.datasets[spec.id]
        covered, dates = dataset.is_known(spec.measures[0]), dataset.dates()
        gaps = int((~covered).sum())
        yield (
            spec.label,
            f"{dates[0]} to {dates[-1]}, by {spec.every}",
            f"{gaps} of {plural(len(covered), spec.every + 's')}" if gaps else None,
            dataset.size(),
            data.dataset_sha256[spec.id],
            spec.citation,
        )


def _events_used(data: StudyData) -> Iterator[tuple[Value, ...]]:
    if data.events is None:
        return
    covered = covered_days(data.events.store, until=data.as_of, engine=data.events.engine)
    for origin in origins_of(data.events.store, engine=data.events.engine):
        yield (
            f"Your event files ({origin.origin})",
            f"{origin.first} to {origin.last}",
            _days_missing(covered.get(origin.origin)),
            origin.rows,
            data.events.fingerprint,
            _kept_of(origin),
        )


def _kept_of(origin: OriginSummary) -> str:
    """Whose files they are, and what of them is kept whole."""
    if not origin.parties:
        return "your own files"
    return (
        f"your own files, limited to {origin.limits}; of {plural(origin.world, 'events')} of the "
        "world the others are counted only"
    )


def _days_missing(covered: Days | None) -> str | None:
    """How many days between the first and the last that an origin covers hold too little."""
    if covered is None or not len(covered):
        return "all days"
    span = int((covered[-1] - covered[0]).astype(int)) + 1
    missing = span - len(covered)
    return f"{count_text(missing)} of {plural(span, 'days')}" if missing else None


def below_state_notes(data: StudyData) -> tuple[str, ...]:
    """Actors below the state that event files count with the study's states, by role."""
    if data.events is None:
        return ()
    return tuple(
        f"{actors.origin} counts {count_text(sum(number for _, number in actors.roles))} times "
        f"with {data.name_of(actors.party)} an actor that does not act for it, by role: "
        + ", ".join(f"{role} {count_text(number)}" for role, number in actors.roles)
        + ". An action can leave them out with exclude_roles."
        for actors in below_state(data.events.store, data.study.codes, until=data.as_of)
    )


def overlap_notes(data: StudyData) -> tuple[str, ...]:
    """Where event files and a dataset cover the same periods, and which won."""
    if data.events is None:
        return ()
    panel = data.events.panels["month"]
    notes = []
    for spec in data.present:
        shared_measure = any(map(panel.gives, spec.measures))
        if not (spec.counts and spec.every == "month" and shared_measure):
            continue
        for origin in panel.origins:
            dates, covered = panel.dates(origin), panel.really_covered(origin)
            shared = np.isin(dates, data.datasets[spec.id].dates())
            shared &= np.isfinite(panel.world(origin))
            won, lost = int((shared & covered).sum()), int((shared & ~covered).sum())
            if won:
                notes.append(
                    f"Both {spec.label} and your event files ({origin}) cover "
                    f"{plural(won, 'months')}; the event files were used there, and levels were "
                    "never compared across the seam."
                )
            if lost:
                notes.append(
                    f"In {plural(lost, 'months')} {spec.label} was used, because your event files "
                    f"({origin}) hold too little of them: fewer than half of the days, or fewer "
                    "than five events a day from the world."
                )
    return tuple(notes) or (
        "Your event files cover no month that a bundled monthly count covers too.",
    )
