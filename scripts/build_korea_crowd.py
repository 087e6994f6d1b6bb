"""Build the Korea study's file of a crowd's odds: facts about forecasts, in the project's own form.

`korea_crowd.csv` says for every resolved question which action of the study it asks about, with
the last day of its window and the question in our words, or why none does. It was written before
any forecast was looked at. The forecasts are days and probabilities; who made them is left out.

    python scripts/build_korea_crowd.py [--shared FOLDER] [--out FILE]
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from build_korea_chronicle import SCRIPTS, read
from build_korea_datasets import ROOT, shared_folder

OUT = ROOT / "src" / "detente" / "study" / "korea" / "crowd-odds.csv"
HEADER = ("question", "issued", "action", "within", "probability", "source")


def forecasts(shared: Path, matching: Path) -> Iterator[tuple[str, str, str, int, str, str]]:
    """The forecasts of each matched question in order of time, up to the last day but one."""
    folder = shared / "bench" / "crowd"
    resolved = {
        row["question_id"]
        for row in read(folder / "predictionbook_korea_questions.csv")
        if row["q_status"] == "resolved"
    }
    matched = {row["question"]: row for row in read(matching)}
    if resolved != set(matched):
        raise SystemExit(f"{matching.name} and the questions differ: {resolved ^ set(matched)}")
    given = sorted(
        read(folder / "predictionbook_korea_forecasts.csv"), key=lambda row: row["timestamp"]
    )
    for number, asked in matched.items():
        for row in given:
            if row["question_id"] != number or not asked["action"]:
                continue
            issued = date.fromisoformat(row["timestamp"][:10])
            within = (date.fromisoformat(asked["ends"]) - issued).days
            if within > 0:
                yield (
                    asked["what"],
                    issued.isoformat(),
                    asked["action"],
                    within,
                    row["probability"],
                    f"PredictionBook {number}",
                )


def write(rows: Iterator[tuple[str, str, str, int, str, str]], out: Path) -> int:
    """Write the file, and say how many forecasts are in it."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        listed = list(rows)
        writer.writerows(listed)
    return len(listed)


def main() -> None:
    """Read the options and build."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", help="folder of the reference material")
    parser.add_argument("--out", type=Path, default=OUT, help="file to write")
    options = parser.parse_args()
    rows = forecasts(shared_folder(options.shared), SCRIPTS / "korea_crowd.csv")
    print(f"{write(rows, options.out)} forecasts")


if __name__ == "__main__":
    main()
