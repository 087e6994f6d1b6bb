"""`python -m benchmarks [ingest] [panel] [study] [--rows N]`: measure, record, make the table."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from benchmarks import ingest, panel, study
from benchmarks.record import ROOT, table


def main() -> None:
    """Run the benchmarks that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=["ingest", "panel", "study", []])
    parser.add_argument("--rows", type=int, default=10_000_000)
    given = parser.parse_args()
    names = given.names or ["study", "panel", "ingest"]
    shared = Path(os.environ.get("DETENTE_SHARED", ROOT.parent / "shared"))
    if "study" in names:
        study.main()
    if "ingest" in names:
        ingest.main(given.rows, shared)
    if "panel" in names:
        panel.main(given.rows)
    (ROOT / "docs" / "benchmarks.md").write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
