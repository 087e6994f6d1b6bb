"""Ten minutes of random inputs for every reader: how many were tried until one broke the law."""

from __future__ import annotations

from lab.benchmarks.record import Result, save
from lab.fuzz import EXAMPLES, PROPERTIES, rounds_passed


def main(minutes: float = 10.0) -> None:
    """Try inputs until the time is over; stop with the smallest one that fails."""
    rounds = rounds_passed(minutes)
    save(
        Result(
            name="fuzz",
            value=rounds,
            unit="rounds",
            against="rows read = kept + rejected + no events",
            ratio=1.0,
            target="no input fails",
            note=f"{minutes:g} minutes; a round is up to {EXAMPLES} random inputs of each of "
            f"the properties of {len(PROPERTIES)} tests; ratio 1: none failed",
        )
    )
