"""Datasets that a fetch makes: CSV in our form, and the lines by which a study names them.

Beside the tables of a feed lies `FEED.toml` with one `[[datasets]]` each, to be copied into a
study's file; its paths are those of a study that lies beside the folder.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.errors import FetchError
from detente.events.disk import disk_errors, write_whole
from detente.outputs import check_output
from detente.rounding import as_typed


@dataclass(frozen=True)
class Dataset:
    """A table that is made, and how a study reads it.

    Attributes:
        name: Of the file, without ending; also its id in a study.
        every: Kind of period of its rows.
        layout: What its rows are about.
        keys: The columns of the layout.
        measures: The columns of numbers.
        label: Short name of the source.
        unit: Unit of the values.
        caveat: What to know before using it.
    """

    name: str
    every: str
    layout: str
    keys: tuple[str, ...]
    measures: tuple[str, ...]
    label: str
    unit: str
    caveat: str = ""


Rows = Iterable[Sequence[str]]


def write_table(folder: Path, dataset: Dataset, rows: Rows) -> Path:
    """Write a dataset's rows (date, keys, measures) whole or not at all, and name its file.

    Raises:
        FetchError: There are no rows.
        StoreError: The disk refused.
    """
    path = folder / f"{dataset.name}.csv"
    header = ",".join(["date", *dataset.keys, *dataset.measures]) + "\n"
    check_output(path, "--store", is_ours=lambda other: _begins(other, header), named="folder")
    text = io.StringIO(newline="")
    text.write(header)
    csv.writer(text, lineterminator="\n").writerows(rows)
    if text.tell() == len(header):
        raise FetchError(
            f"The dataset {dataset.name} could not be made.",
            "The publisher's file has no rows for it.",
            "Look at the file: its layout may have changed.",
        )
    return _write(path, text.getvalue())


def write_lines(folder: Path, feed: str, datasets: Sequence[Dataset], citation: str) -> Path:
    """Write the lines by which a study names those datasets that lie there, and name their file."""
    path = folder / f"{feed}.toml"
    check_output(path, "--store", is_ours=lambda other: _begins(other, HEAD), named="folder")
    there = [dataset for dataset in datasets if (folder / f"{dataset.name}.csv").is_file()]
    text = HEAD + "".join(_lines(folder.name, dataset, citation) for dataset in there)
    return _write(path, text)


HEAD = (
    "# Datasets that were fetched; copy what you use into a study that lies beside this folder.\n\n"
)


def _begins(path: Path, text: str) -> bool:
    with path.open("rb") as file:
        return file.read(len(text.encode())) == text.encode()


def _write(path: Path, text: str) -> Path:
    with disk_errors(path.parent, f"{path} could not be written."):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
    return path


def _lines(folder: str, dataset: Dataset, citation: str) -> str:
    """One entry of a study file; JSON's texts are TOML's."""
    entry = {
        "id": dataset.name,
        "path": f"{folder}/{dataset.name}.csv",
        "every": dataset.every,
        "layout": dataset.layout,
        "measures": list(dataset.measures),
        "label": dataset.label,
        "unit": dataset.unit,
        "citation": citation,
        "caveat": dataset.caveat,
    }
    lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in entry.items())
    return "[[datasets]]\n" + "".join(lines) + "\n"


def number(value: float) -> str:
    """A number as it stands in a table, with the digits that a measure can have.

    Example:
        >>> number(102.17337799072266), number(0.25)
        ('102.1734', '0.25')
    """
    return as_typed(value, 7)
