"""`python -m lab.benchmarks [NAME ...] [--rows N] [--worlds N]`: measure, record, make the table.

Without names, all of them but `tkg` run one after the other; on two cores that takes about two
hours. `tkg` scores a public test split, which is done once per release and never by the way, and
`scale` needs detente[spark] and Java.
"""

from __future__ import annotations

import argparse
import os
from argparse import Namespace
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from lab.benchmarks.record import ROOT, table


def _shared() -> Path:
    return Path(os.environ.get("DETENTE_SHARED", ROOT.parent / "shared"))


def _run(name: str, *arguments: object, **options: object) -> None:
    import_module(f"lab.benchmarks.{name}").main(*arguments, **options)


BENCHMARKS: dict[str, Callable[[Namespace], None]] = {
    "study": lambda given: _run("study"),
    "ingest": lambda given: _run("ingest", given.rows, _shared()),
    "limited": lambda given: _run("limited", given.rows, _shared()),
    "fetch": lambda given: _run("fetch"),
    "fuzz": lambda given: _run("fuzz"),
    "panel": lambda given: _run("panel", given.rows),
    "first": lambda given: _run("first_output"),
    "serve": lambda given: _run("serve"),
    "scale": lambda given: _run("scale", given.rows),
    "bvar": lambda given: _run("bvar"),
    "regimes": lambda given: _run("regimes"),
    "projections": lambda given: _run("projections"),
    "hawkes": lambda given: _run("hawkes"),
    "levels": lambda given: _run("levels"),
    "forecasts": lambda given: _run("forecasts", worlds=given.worlds),
    "scenarios": lambda given: _run("scenarios"),
    "reaction_worlds": lambda given: _run("reaction_worlds", min(given.worlds, 200)),
    "moves": lambda given: _run("moves", _shared()),
    "tkg": lambda given: _run("tkg"),
    "triad_worlds": lambda given: _run("triad_worlds", given.worlds),
    "claims_null": lambda given: _run("claims_null", min(given.worlds, 300)),
    "claims_confounded": lambda given: _run("claims_confounded", min(given.worlds, 300)),
    "verdicts": lambda given: _run("verdicts", worlds=given.worlds),
}
"""What can be measured; each is a module of this package."""
ON_DEMAND = {"tkg", "scale"}


def main() -> None:
    """Run the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m lab.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []])
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of generated GDELT")
    parser.add_argument("--worlds", type=int, default=500, help="simulated worlds of each sort")
    given = parser.parse_args()
    for name in given.names or [name for name in BENCHMARKS if name not in ON_DEMAND]:
        BENCHMARKS[name](given)
    (ROOT / "docs" / "benchmarks.md").write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
