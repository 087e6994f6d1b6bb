"""Checks of names that all kinds of asks share: each yields one sentence for each problem."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.relations.measures import COUNTED, MEASURES, columns_of

if TYPE_CHECKING:
    from detente.study.models import Dataset, Study
    from detente.study.parts import Measure

EVENT_MEASURES = (
    "verbal_cooperation",
    "material_cooperation",
    "verbal_conflict",
    "material_conflict",
    "cooperation",
    "conflict",
    "total",
    "goldstein",
    "net_cooperation",
    "conflict_share",
    "strength_share",
)
"""Measures that any event data give, and datasets that have the columns for them."""

PARTS = {"strength_share": ("cooperation",), "conflict_share": ("conflict", "cooperation")}
"""Measures that are made of others."""

MOST_NAMED = 40
LONGEST_WORD, MOST_WORDS = 100, 400  # to look for the nearest among; more would take minutes


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """A suggestion for a mistyped word, or nothing.

    Example:
        >>> did_you_mean("respnse", ["response", "shift"])
        ' Did you mean “response”?'
        >>> did_you_mean("xyz", ["response", "shift"])
        ''
    """
    if len(word) > LONGEST_WORD:
        return ""
    near = [name for name in choices if len(name) <= LONGEST_WORD][:MOST_WORDS]
    close = difflib.get_close_matches(word, near, n=1)
    return f" Did you mean “{close[0]}”?" if close else ""


def duplicates(part: str, ids: Iterable[str], named: str = "id") -> Iterator[str]:
    """Ids that stand twice.

    Example:
        >>> list(duplicates("claims", ["a", "b", "a"]))
        ['claims: the id “a” stands twice.']
    """
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            yield f"{part}: the {named} “{name}” stands twice."
        seen.add(name)


def unknown(where: str, names: Iterable[str], choices: Iterable[str]) -> Iterator[str]:
    """Names that are not declared, with the nearest that is.

    Example:
        >>> list(unknown("claims.x: action", ["tsts"], ["tests", "talks"]))
        ['claims.x: action: “tsts” is not declared. Did you mean “tests”?']
    """
    declared = list(choices)
    for name in names:
        if name not in declared:
            hint = did_you_mean(name, declared) or f" Known: {', '.join(declared[:MOST_NAMED])}."
            yield f"{where}: “{name}” is not declared.{hint}"


def inside(folder: Path, path: str) -> Path | None:
    """The file, if it exists and does not lead out of the study's folder."""
    full = (folder / path).resolve()
    return full if full.is_relative_to(folder.resolve()) and full.is_file() else None


def measure_problems(where: str, measure: Measure, study: Study) -> Iterator[str]:
    """What is wrong with how a relation is to be measured: its dataset, its measure."""
    datasets = {dataset.id: dataset for dataset in study.datasets}
    if measure.dataset is None:
        yield from unknown(f"{where}.measures.name", [measure.name], EVENT_MEASURES)
    elif measure.dataset not in datasets:
        yield from unknown(f"{where}.measures.dataset", [measure.dataset], datasets)
    else:
        columns = datasets[measure.dataset].measures
        derived = [name for name in EVENT_MEASURES if can_be_made(name, columns)]
        measures = list(dict.fromkeys([*columns, *derived]))
        if measure.name not in measures:
            hint = did_you_mean(measure.name, measures) or f" It has: {', '.join(measures)}."
            lacks = f"the dataset “{measure.dataset}” has no “{measure.name}”."
            yield f"{where}.measures.name: {lacks}{hint}"


def counts(dataset: Dataset | None, name: str) -> bool:
    """Whether a measure counts: one of events that does, or an own column of a table of counts.

    Args:
        dataset: The dataset that is read; None for event data.
        name: The measure.

    Example:
        >>> counts(None, "conflict"), counts(None, "conflict_share")
        (True, False)
    """
    if dataset is None:
        return name in COUNTED
    own = name in dataset.measures and name not in MEASURES
    return dataset.counts and (name in COUNTED or own)


def can_be_made(measure: str, columns: Sequence[str]) -> bool:
    """Whether a dataset with these columns gives a measure.

    Example:
        >>> can_be_made("conflict", ["verbal_conflict", "material_conflict"])
        True
        >>> can_be_made("conflict_share", ["verbal_conflict", "material_conflict"])
        False
    """
    return all(columns_of(part, columns) for part in PARTS.get(measure, (measure,)))
