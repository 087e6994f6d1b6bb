"""Longer runs of the readers' property tests: rows read = kept + rejected, for any bytes.

`python -m lab.fuzz 10` tries inputs of each property for ten minutes; the tests try some dozens.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

PROPERTIES = (
    "tests/test_reading_rows.py::test_every_line_is_accounted_for_by_every_reader",
    "tests/test_ingest_bad.py::test_every_line_is_kept_or_rejected",
    "tests/test_ingest_bad.py::test_no_bytes_crash_a_reader",
    "tests/test_ingest_bad.py::test_bytes_among_good_rows_lose_no_good_row",
    "tests/test_fuzz.py",
)
EXAMPLES = 25
"""Inputs of each property in a round."""


def rounds_passed(minutes: float) -> int:
    """Rounds of inputs, each from a seed of its own, until the time is over.

    Args:
        minutes: No round is begun after so many.

    Returns:
        How many rounds there were.

    Raises:
        SystemExit: A property failed; its smallest input has been printed.
    """
    begin, rounds = time.monotonic(), 0
    while rounds == 0 or time.monotonic() - begin < 60 * minutes:
        rounds += 1
        options = ["-q", "-p", "no:xdist", f"--hypothesis-seed={rounds}"]
        command = [sys.executable, "-m", "pytest", *options, *PROPERTIES]
        environment = os.environ | {"DETENTE_FUZZ": str(EXAMPLES)}
        code = subprocess.run(command, env=environment, check=False).returncode
        if code:
            raise SystemExit(code)
    return rounds


if __name__ == "__main__":
    rounds_passed(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
