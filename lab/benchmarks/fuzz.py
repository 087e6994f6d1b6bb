"""Ten minutes of random inputs for every reader: how many were tried until one broke the law."""

from __future__ import annotations

from lab.benchmarks.record import Result, save
from lab.fuzz import EXAMPLES, rounds_passed


def main(minutes: float = 10.0) -> None:
    """Try inputs until the time is over; stop with the smallest one that fails."""
    rounds = rounds_passed(minutes)
    save(
        Result(
            name="fuzz",
            value=rounds * EXAMPLES,
            unit="inputs of each property",
            against="rows read = kept + rejected + no events",
            ratio=1.0,
            target="no input fails",
            note=f"{minutes:g} minutes; so many at most, as equal inputs are tried once; "
            "ratio 1: none failed",
        )
    )
