"""Derive the Levant study's datasets from the KEDS event file of the reference material.

The events go into a store as any user's would, and are counted by the engine; what is written are
counts by dyad and period, never events. Palestinians stand in the file as PAL and, later, PSE; the
engine reads both as PSE. The file begins on 15 April 1979 and ends on 30 November 2011: periods
that it covers in part, at either end, are left out.

    python scripts/build_levant_datasets.py [--shared FOLDER] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from build_korea_datasets import ROOT, shared_folder
from detente.events.store import Store
from detente.relations.counting import panel
from detente.relations.panel import Panel
from detente.relations.steps import check_every, next_start
from detente.sources import ingest

OUT = ROOT / "src" / "detente" / "study" / "levant" / "datasets"
EVENTS = "events/keds/levant.cameo.csv.gz"
PARTIES = ("ISR", "PSE", "LBN", "SYR", "USA")
FIRST, LAST = np.datetime64("1979-04-15"), np.datetime64("2011-11-30")
WEEKLY = (("ISR", "PSE"), ("ISR", "LBN"), ("ISR", "SYR"), ("ISR", "USA"), ("PSE", "USA"))
QUADS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Dataset:
    """One derived series: the file it writes, its period, measures and dyads (none: the world)."""

    name: str
    every: str
    measures: tuple[str, ...]
    dyads: tuple[tuple[str, str], ...] = ()


DATASETS: tuple[Dataset, ...] = (
    Dataset(
        "keds-dyad-month.csv",
        "month",
        (*QUADS, "goldstein"),
        tuple((a, b) for a in PARTIES for b in PARTIES if a != b),
    ),
    Dataset(
        "keds-dyad-week.csv",
        "week",
        ("cooperation", "material_conflict", "goldstein"),
        tuple(sorted([*WEEKLY, *((b, a) for a, b in WEEKLY)])),
    ),
    Dataset("keds-all-month.csv", "month", ("total",)),
    Dataset("keds-all-week.csv", "week", ("total",)),
)


def rows(dataset: Dataset, counted: Panel) -> Iterator[Row]:
    """The rows of one dataset: those of whole periods, by date and dyad."""
    dates = counted.dates()
    whole = (dates >= FIRST) & (next_start(dates, check_every(dataset.every)) <= LAST + 1)
    if not dataset.dyads:
        world = counted.world()
        yield from ((dates[at].item(), _number(world[at])) for at in np.flatnonzero(whole))
        return
    series = [
        [counted.series(source, target, name).values for name in dataset.measures]
        for source, target in dataset.dyads
    ]
    for at in np.flatnonzero(whole):
        for dyad, values in zip(dataset.dyads, series, strict=True):
            yield (dates[at].item(), *dyad, *(_number(value[at]) for value in values))


def _number(value: float) -> object:
    """A count without decimals, a sum of scores with one; an unknown value is an empty cell."""
    if not np.isfinite(value):
        return ""
    return int(value) if value == int(value) else round(float(value), 1)


def write_dataset(dataset: Dataset, counted: Panel, out: Path) -> Path:
    """Write one dataset."""
    path = out / dataset.name
    keys: Sequence[str] = ("source", "target") if dataset.dyads else ()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["date", *keys, *dataset.measures])
        writer.writerows(rows(dataset, counted))
    return path


def build(shared: Path, out: Path = OUT) -> list[Path]:
    """Write every dataset and return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "store", create=True)
        ingest("keds", [shared / EVENTS], store)
        counted = {every: panel(store, PARTIES, every) for every in ("month", "week")}
    return [write_dataset(dataset, counted[dataset.every], out) for dataset in DATASETS]


def main() -> None:
    """Read the options and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", help="folder of the reference material")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    options = parser.parse_args()
    for path in build(shared_folder(options.shared), options.out):
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
