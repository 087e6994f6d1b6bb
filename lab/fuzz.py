"""Longer runs of the readers' property tests: rows read = kept + rejected, for any bytes.

`python -m lab.fuzz 20000` tries so many inputs of each property; the tests try a hundred.
"""

from __future__ import annotations

import os
import subprocess
import sys

PROPERTIES = (
    "tests/test_reading_rows.py::test_every_line_is_accounted_for_by_every_reader",
    "tests/test_ingest_bad.py::test_every_line_is_kept_or_rejected",
    "tests/test_ingest_bad.py::test_no_bytes_crash_a_reader",
    "tests/test_ingest_bad.py::test_bytes_among_good_rows_lose_no_good_row",
)


def main(examples: int) -> int:
    """Run the properties; the exit code is that of the tests."""
    command = [sys.executable, "-m", "pytest", "-q", *PROPERTIES]
    return subprocess.run(
        command, env=os.environ | {"DETENTE_FUZZ": str(examples)}, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000))
