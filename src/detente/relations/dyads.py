"""All dyads of a dataset as matrices, for estimators that look at every state at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.errors import UsageError
from detente.relations._arrays import Floats
from detente.relations.datasets import Dataset
from detente.relations.periods import Days


@dataclass(frozen=True, eq=False)
class DyadMatrices:
    """Counts of all directed dyads.

    Attributes:
        names: The n states, in alphabetical order.
        dates: Period starts, shape (T,).
        counts: By measure, source by target, shape (T, n, n); zero where nothing is listed.
    """

    names: tuple[str, ...]
    dates: Days
    counts: dict[str, Floats]


def dyad_matrices(dataset: Dataset, measures: Sequence[str]) -> DyadMatrices:
    r"""A dataset's dyads as matrices; what it does not list counts as no events.

    Args:
        dataset: Of layout `dyad`, and one that lists every dyad that had events.
        measures: Measures of the dataset.

    Raises:
        UsageError: The dataset is not of dyads, or lacks a measure.

    Example:
        >>> import tempfile, pathlib
        >>> from detente.relations.datasets import read_dataset
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "dyads.csv"
        ...     _ = path.write_text("source,target,2010_conflict,2011_conflict\nB,A,3,\n")
        ...     dataset = read_dataset(path, every="year", layout="dyad", measures=["conflict"],
        ...                          label="events", unit="events per year")
        >>> dyad_matrices(dataset, ["conflict"]).counts["conflict"].tolist()
        [[[0.0, 0.0], [3.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]
    """
    known = {measure for _, measure in dataset.values}
    missing = [measure for measure in measures if measure not in known]
    if dataset.layout != "dyad" or missing:
        raise UsageError(
            f"The dataset {dataset.label!r} could not be made into matrices.",
            f"Its layout is {dataset.layout}; it has {', '.join(sorted(known))}.",
            "Give a dataset of directed dyads, and measures that it has.",
        )
    names = tuple(sorted({name for key, _ in dataset.values for name in key}))
    place = {name: index for index, name in enumerate(names)}
    shape = (dataset.dates.size, len(names), len(names))
    counts = {measure: np.zeros(shape) for measure in measures}
    for (key, measure), values in dataset.values.items():
        if measure in counts:
            counts[measure][:, place[key[0]], place[key[1]]] = np.nan_to_num(values)
    return DyadMatrices(names, dataset.dates, counts)
