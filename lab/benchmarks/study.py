"""The Korea study from a warm environment, as a whole command."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from lab.benchmarks.record import Result, best_of, save


def main() -> None:
    """Time `detente study korea`, everything included."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "detente", "study", "korea", "--out", folder]
        seconds = best_of(3, lambda: subprocess.run(command, check=True, capture_output=True))
    save(
        Result(
            "study-korea", round(seconds, 2), "s", "40 s", round(40 / seconds, 2), "≥ 1",
            "whole command with imports, dynamics, odds, scenarios and the report; best of 3",
        )
    )  # fmt: skip
