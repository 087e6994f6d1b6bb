"""Checks between the parts of a study: what is used must be declared, and files must exist."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from detente.relations.datasets import long_columns
from detente.study.chronicle import read_chronicle
from detente.study.kinds import kind_of, kinds
from detente.study.models import Dataset, Study
from detente.study.names import duplicates, inside, measure_problems, unknown
from detente.study.parts import Measure

LAYOUT_KEYS = {"dyad": ["source", "target"], "pair": ["a", "b"], "party": ["party"], "system": []}


def cross_problems(study: Study, folder: Path) -> Iterator[str]:
    """Every name that is used without being declared and every file that is not there.

    Args:
        study: A study of the right shape.
        folder: The folder that its paths start from.

    Yields:
        One sentence per problem, found as it is asked for: a file of thousands costs no more than
        those that are read.
    """
    yield from duplicates("datasets", (dataset.id for dataset in study.datasets))
    yield from unknown("study.headline_claim", [study.study.headline_claim], _ids(study))
    yield from _chronicle_problems(study, folder)
    yield from (
        text for dataset in study.datasets for text in _dataset_problems(dataset, study, folder)
    )
    yield from _overview_problems(study)
    yield from _ask_problems(study, folder)


def _ask_problems(study: Study, folder: Path) -> Iterator[str]:
    """What the registered kinds find wrong with the names in their own parts."""
    for part in dict.fromkeys(kind.part for kind in kinds()):
        asks = study.asks(part)
        yield from duplicates(part, (ask.id for ask in asks if hasattr(ask, "id")))
        for ask in asks:
            yield from kind_of(ask).problems(ask, study, folder)


def _ids(study: Study) -> list[str]:
    return [claim.id for claim in study.asks("claims")]


def _chronicle_problems(study: Study, folder: Path) -> Iterator[str]:
    wanted = {kind for action in study.actions.values() for kind in action.kinds}
    if study.chronicle is None:
        if wanted:
            yield "actions: `kinds` need a chronicle; add [chronicle] with its path."
        return
    file = inside(folder, study.chronicle.path)
    if file is None:
        yield f"chronicle.path: there is no file “{study.chronicle.path}” in {folder}."
        return
    facts, problems = read_chronicle(file)
    if problems:
        yield from (f"chronicle.path: {study.chronicle.path}: {text}" for text in problems)
        return
    kinds = {fact.kind for fact in facts}
    for name, action in study.actions.items():
        yield from unknown(f"actions.{name}.kinds", action.kinds, sorted(kinds))


def _dataset_problems(dataset: Dataset, study: Study, folder: Path) -> Iterator[str]:
    where = f"datasets.{dataset.id}"
    file = inside(folder, dataset.path)
    if file is None:
        yield f"{where}.path: there is no file “{dataset.path}” in {folder}."
        return
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            header = long_columns(next(csv.reader(lines), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        yield f"{where}.path: {dataset.path} could not be read as CSV in UTF-8."
        return
    yield from unknown(f"{where}: column", ["date", *LAYOUT_KEYS[dataset.layout]], header)
    yield from unknown(f"{where}.measures", dataset.measures, header)
    if dataset.exposure:
        known = [f"{other.id}:{name}" for other in study.datasets for name in other.measures]
        yield from unknown(f"{where}.exposure", [dataset.exposure], known)


def _overview_problems(study: Study) -> Iterator[str]:
    for item in study.tension:
        measure = Measure(dataset=item.dataset, name=item.measure)
        yield from measure_problems("tension", measure, study)
    for window in study.then_and_now:
        measure = Measure(dataset=window.dataset, name=window.measure)
        yield from measure_problems("then_and_now", measure, study)
