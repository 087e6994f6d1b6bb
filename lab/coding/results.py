"""`python -m lab.coding.results`: what the coding of text reaches, into `docs/coding.md`.

Needs the reference material, which holds the published sets; nothing was learned from these. What
the single trainings reach is kept in `model/trainings.json`, which `measure_acts --json` wrote.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from detente.coding.coder import MIN_CONFIDENCE, Coder
from detente.coding.encoder import FOLDER
from lab.coding import end_to_end, icews_sentences, measure_actors, op_ed_events
from lab.coding.coder_runs import coded
from lab.coding.icews_rows import FILE, read_rows, read_verdicts
from lab.coding.measure_acts import measured
from lab.coding.scoring import Line, exact, shown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "coding.md"
BEGIN, END = "<!-- results: python -m lab.coding.results -->", "<!-- end of results -->"
TRAININGS = Path(__file__).parent / "model" / "trainings.json"

Row = Sequence[str]


def given_pairs(scores: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of what is measured where source and target are given.

    Args:
        scores: Of the network that ships, as `measure_acts.measured` gives them.
    """
    plv, aw, own = scores["plv"], scores["aw"], scores["own_held"]
    goals = {"root": ("73.5", "76", "82"), "quad": ("87.4", "89", "91")}
    for level, (trial, floor, goal) in (goals | {"binary": ("93.3", "95", "96.5")}).items():
        value = _percent(plv[level], plv["intervals"][level])
        yield f"PLV dev, {level}, macro-F1", trial, value, floor, goal
    yield "A/W dev, binary, macro-F1", "80.9", _percent(aw["binary"], aw["interval"]), "82", "88"
    yield (
        "PLV dev, calibration error at root",
        ".041",
        f"{plv['calibration_error']:.3f}",
        ".05",
        ".02",
    )
    yield "PLV dev, accuracy of the surest 70%", "86.3", f"{plv['accuracy_at_70']}", "", ""
    yield "own held, act right, given its actors", "", f"{own['act_right']}", "", ""


def from_text(shared: Path) -> Iterator[Row]:
    """Rows of what is measured from the bare sentence on."""
    coder = Coder()
    for labelled in end_to_end.all_sets(shared):
        seen = coded(labelled.sentences, coder)
        trial, floor, goal = ("64", "68", "75") if labelled.states_only else ("", "", "")
        if labelled.name.startswith("held"):
            trial, floor, goal = "69*", "75*", "84*"
        for line in end_to_end.lines_of(labelled, seen):
            if (line.actors, line.status, line.level) == ("state", "actual", "quad"):
                name = f"{labelled.name}, dyad and quad, F1"
                yield name, trial, _with_parts(line), floor, goal
        if not labelled.states_only:
            share = shown(exact(*end_to_end.falsely_coded(labelled, seen)))
            name = f"{labelled.name}, false events on sentences without one, %"
            yield name, "3 of 14*", share, "8*", "4*"
    for measure in measure_actors.ngec(shared / "bench" / "coding"):
        share = shown(exact(measure.hits, measure.cases))
        limits = ("72", "80", "88") if "phrases with one" in measure.what else ("", "", "")
        yield measure.what, limits[0], share, *limits[1:]
    yield from _op_ed(shared)


def icews(shared: Path) -> Iterator[Row]:
    """Rows of the agreement with ICEWS, and of how often ICEWS itself is wrong."""
    rows = read_rows(shared / FILE)
    dated = [(row.text, dt.date.fromisoformat(row.date), row.text) for row in rows]
    agreement = icews_sentences.measured(rows, read_verdicts(), coded(dated, Coder()))
    share = shown(agreement.quads["actual"])
    yield f"ICEWS 2016, quad, of {agreement.pairs['actual']:,} pairs that both have, %", "", share
    for line in agreement.lines:
        if (line.status, line.level) == ("actual", "quad"):
            yield f"{line.sentences}, dyad and quad, F1", "", _with_parts(line)
    for name, group in agreement.faults.items():
        wrong = shown(exact(group["wrong"], group["judged"]))
        yield f"ICEWS itself wrong by our reader, {name}, %", "", wrong


def trainings(scores: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
    """Rows of the trainings that differ in their seed alone, and of their average."""
    for name, sets in scores.items():
        plv = sets["plv"]
        yield (
            name, *(f"{plv[level]}" for level in ("root", "quad", "binary")),
            f"{sets['aw']['binary']}", f"{sets['own_held']['act_right']}",
            f"{plv['calibration_error']:.3f}", f"{sets['set_aside_loss']:.3f}",
        )  # fmt: skip


def table(head: Row, rows: Iterator[Row]) -> str:
    """A table in Markdown; short rows are filled up."""
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join((*row, *([""] * (len(head) - len(row))))) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _op_ed(shared: Path) -> Iterator[Row]:
    gold = op_ed_events.read_gold(shared / "bench" / "coding" / "oped_events_gold.tsv")
    text = (shared / "seed" / "op-ed.txt").read_text(encoding="utf-8")
    score = op_ed_events.scored(
        op_ed_events.coded_events(text, op_ed_events.WRITTEN, MIN_CONFIDENCE), gold
    )
    yield (
        f"op-ed, directed events right at quad, of {score.wanted}",
        "5",
        f"{score.right}",
        "7",
        "9",
    )
    share = f"{100 * score.precision:.0f} of {score.coded} events"
    yield "op-ed, precision without the six-party pairs, %", "36", share, "70", "85"


def _with_parts(line: Line) -> str:
    parts = (line.scores.precision, line.scores.recall)
    precision, recall = (f"{100 * part.value:.0f}" for part in parts)
    return f"{shown(line.scores.f1)}; P {precision}, R {recall}, n {line.scores.wanted}"


def _percent(value: float, interval: Sequence[float]) -> str:
    return f"{value} ({interval[0]} to {interval[1]})"


def main() -> None:
    """Measure, and renew the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=op_ed_events.SHARED)
    shared = parser.parse_args().shared
    limits = ("measure", "earlier trial", "here (95% interval)", "floor", "goal")
    scores = measured(FOLDER, shared / "bench" / "coding")
    seeds = json.loads(TRAININGS.read_text(encoding="utf-8"))
    heads = ("training", "PLV root", "quad", "binary", "A/W", "own act", "ECE", "set-aside loss")
    text = "\n\n".join(
        [
            table(limits, iter([*given_pairs(scores), *from_text(shared), *icews(shared)])),
            table(heads, trainings(seeds)),
        ]
    )
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    renewed = f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}"
    PAGE.write_text(renewed, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
