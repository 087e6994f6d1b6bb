"""Checks between the parts of a study: what is used must be declared, files and states must exist.

Everything is checked in one go, also of a file whose shape is not right everywhere: each check goes
as far as the part that it is about could be understood.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from detente.csv_files import read_csv
from detente.errors import InputError
from detente.events.store import Store
from detente.relations.datasets import long_columns, read_dataset
from detente.relations.panel import NO_MEASURES
from detente.study.chronicle import Fact, read_lines
from detente.study.factcheck import action_problems, codes_of, fact_problems
from detente.study.kinds import kind_of, kinds
from detente.study.models import Dataset, Study
from detente.study.names import duplicates, inside, measure_problems, unknown
from detente.study.needs import reads_events
from detente.study.parts import Measure
from detente.study.states import state_problems
from detente.study.walk import days_in, states_in

LAYOUT_KEYS = {"dyad": ["source", "target"], "pair": ["a", "b"], "party": ["party"], "system": []}


def cross_problems(
    study: Study, folder: Path, *, whole: bool = True, thorough: bool = False
) -> Iterator[str]:
    """Every name that is used without being declared and every file that is not there.

    Args:
        study: A study of the right shape, or what of one could be understood.
        folder: The folder that its paths start from.
        whole: Whether its shape is right; else what is missing in it has been told already.
        thorough: Whether to look also at what does not keep the study from being opened: rows of
            datasets, which are read before they are used, days and facts after the last day of
            the study, which are not used, and the store.

    Yields:
        One sentence per problem, found as it is asked for: a file of thousands costs no more than
        those that are read.
    """
    checks = (
        *(_dataset_problems(dataset, study, folder, thorough) for dataset in study.datasets),
        _overview_problems(study),
        *_ask_problems(study, folder),
        _state_problems(study),
        *((_day_problems(study), _store_problems(study, folder)) if thorough else ()),
    )
    yield from duplicates("datasets", (item.id for item in study.datasets if hasattr(item, "id")))
    yield from _as_far(_headline_problems(study), whole)
    yield from _as_far(_chronicle_problems(study, folder, thorough), whole)
    for check in checks:
        yield from _as_far(check, whole)


def _store_problems(study: Study, folder: Path) -> Iterator[str]:
    if study.store is not None and not Store.is_at(folder / study.store):
        yield f"store: there is no event store at {folder / study.store}; make one: detente ingest"


def _as_far(problems: Iterable[str], whole: bool) -> Iterator[str]:
    """The problems up to where a part is asked for that could not be understood."""
    try:
        yield from problems
    except AttributeError:
        if whole:
            raise


def _headline_problems(study: Study) -> Iterator[str]:
    yield from unknown("study.headline_claim", [study.study.headline_claim], _ids(study))


def _ask_problems(study: Study, folder: Path) -> Iterator[Iterable[str]]:
    """What the registered kinds find wrong with the names in their own parts, ask by ask."""
    for part in dict.fromkeys(kind.part for kind in kinds()):
        asks = study.asks(part)
        yield duplicates(part, (ask.id for ask in asks if hasattr(ask, "id")))
        for ask in asks:
            yield kind_of(ask).problems(ask, study, folder)


def _asks(study: Study) -> Iterator[tuple[str, Any]]:
    """Every ask with where it stands."""
    for part in dict.fromkeys(kind.part for kind in kinds()):
        for ask in study.asks(part):
            yield f"{part}.{ask.id}" if hasattr(ask, "id") else part, ask


def _state_problems(study: Study) -> Iterator[str]:
    """Parties that stand twice, and states of which nobody has heard, wherever they are named."""
    codes = (party.code for party in study.parties if hasattr(party, "code"))
    yield from duplicates("parties", codes, named="state")
    for number, party in enumerate(study.parties, 1):
        if hasattr(party, "code"):
            yield from state_problems(f"parties[{number}].code", [party.code], codes_of(study))
    for where, ask in _asks(study):
        for path, code in dict.fromkeys(states_in(ask)):
            yield from state_problems(f"{where}.{path}", [code], codes_of(study))


FORETELL = {"simulation", "scenarios"}
"""Parts that may name days to come."""
ENDS = {"end", "until"}
"""Keys that may name them too: what is still running."""


def _day_problems(study: Study) -> Iterator[str]:
    """Days after the last one that the study knows of, where no event files could reach further."""
    last = study.study.as_of
    dated = {
        **{f"actions.{name}": action for name, action in study.actions.items()},
        **{f"eras.{name}": era for name, era in study.eras.items()},
        **{where: ask for where, ask in _asks(study) if where.split(".")[0] not in FORETELL},
    }
    for where, part in dated.items():
        if not reads_events(part, study):
            yield from _late(where, part, last)


def _late(where: str, part: Any, last: dt.date) -> Iterator[str]:
    for path, day in dict.fromkeys(days_in(part)):
        if day > last and path.rpartition(".")[2] not in ENDS:
            yield (
                f"{where}.{path}: {day} is after the last day that the study knows of, {last} "
                "(study.as_of)."
            )


def _ids(study: Study) -> list[str]:
    return [claim.id for claim in study.asks("claims") if hasattr(claim, "id")]


def _chronicle_problems(study: Study, folder: Path, thorough: bool) -> Iterator[str]:
    wanted = {kind for action in study.actions.values() for kind in action.kinds}
    if study.chronicle is None:
        if wanted:
            yield "actions: `kinds` need a chronicle; add [chronicle] with its path."
        return
    file = inside(folder, study.chronicle.path)
    if file is None:
        yield f"chronicle.path: there is no file “{study.chronicle.path}” in {folder}."
        return
    lines, problems = read_lines(file)
    wrong = fact_problems(lines, study, unused=thorough)
    named = f"chronicle.path: {study.chronicle.path}:"
    yield from (f"{named} {text}" for text in (*problems, *wrong))
    facts = [fact for _, fact in lines]
    for name, action in study.actions.items():
        yield from _kind_problems(name, action.kinds, facts)
        yield from action_problems(name, action, facts, study)


def _kind_problems(name: str, wanted: list[str], facts: list[Fact]) -> Iterator[str]:
    if facts:
        yield from unknown(f"actions.{name}.kinds", wanted, sorted({fact.kind for fact in facts}))


def _dataset_problems(
    dataset: Dataset, study: Study, folder: Path, thorough: bool
) -> Iterator[str]:
    where = f"datasets.{dataset.id}"
    file = inside(folder, dataset.path)
    if file is None and dataset.optional:
        return
    if file is None:
        yield f"{where}.path: there is no file “{dataset.path}” in {folder}."
        return
    try:
        header = long_columns(read_csv(file).header)
    except InputError:
        yield f"{where}.path: {dataset.path} could not be read as CSV in UTF-8."
        return
    missing = [
        *unknown(f"{where}: column", ["date", *LAYOUT_KEYS[dataset.layout]], header),
        *unknown(f"{where}.measures", dataset.measures, header),
    ]
    for name in NO_MEASURES.intersection(dataset.measures):
        yield f"{where}.measures: “{name}” has a meaning of its own; name it otherwise."
    yield from missing
    if thorough and not missing:
        yield from _unreadable(dataset, file)
    if dataset.exposure:
        measures = [f"{other.id}:{name}" for other in study.datasets for name in other.measures]
        yield from unknown(f"{where}.exposure", [dataset.exposure], measures)


def _unreadable(dataset: Dataset, file: Path) -> Iterator[str]:
    """Why the rows of a dataset cannot be read; the first reason."""
    try:
        read_dataset(
            file,
            every=dataset.every,
            layout=dataset.layout,
            measures=dataset.measures,
            label=dataset.label,
            unit=dataset.unit,
        )
    except InputError as error:
        yield f"datasets.{dataset.id}.path: {dataset.path}: {error.found} {error.next_step}"


def _overview_problems(study: Study) -> Iterator[str]:
    for item in study.tension:
        measure = Measure(dataset=item.dataset, name=item.measure)
        yield from measure_problems("tension", measure, study)
    for window in study.then_and_now:
        measure = Measure(dataset=window.dataset, name=window.measure)
        yield from measure_problems("then_and_now", measure, study)
