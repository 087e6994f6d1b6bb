"""Scores of the event model where the two actors are given, on our sentences and published sets.

    python -m lab.coding.measure_acts                  # the network that ships
    python -m lab.coding.measure_acts A B C --json     # others that `lab.coding.model` exported

The published sets (Hu et al. 2024) lie in the reference material; they are measured on and never
learned from. Intervals are percentiles of 1,000 resamples of sentences, seed 1.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detente.arrays import Floats
from detente.coding.encoder import FOLDER, LONGEST, Encoder, Pieces
from detente.coding.shapes import STATUSES
from lab.coding.examples import Example, own
from lab.coding.op_ed_events import SHARED
from lab.coding.published import (
    Question,
    aw,
    aw_scores,
    macro_f1,
    plv,
    plv_scores,
    print_confusions,
)

BENCH = SHARED / "bench" / "coding"
PLANNED = STATUSES.index("planned")


def asked(network: Encoder, questions: Sequence[Question]) -> tuple[Floats, Floats]:
    """What sources do to targets.

    Returns:
        Probabilities of the classes, shape (questions, classes), and that the act is planned,
        shape (questions,).
    """
    answers = [_asked(network, question) for question in questions]
    return np.stack([acts for acts, _ in answers]), np.array([planned for _, planned in answers])


def own_scores(network: Encoder, examples: Sequence[Example]) -> dict[str, float]:
    """How well acts and statuses are told in sentences of our own, whose mentions are given."""
    gold, said, statuses, judged, missed, false = [], [], [], [], [], []
    for example in examples:
        (pieces,) = network.pieces([example.text])
        places = [pieces.of([span]) for span in example.spans]
        for source, target in _ordered(len(places)):
            if not places[source] or not places[target] or (source, target) in example.untaught:
                continue
            acts, status = _scores(network, pieces, places[source], places[target])
            act, right = example.acts.get((source, target), (0, 0))
            if not act:
                false.append(bool(acts[0] < 0.5))
                continue
            gold.append(act)
            said.append(int(acts[1:].argmax()) + 1)
            missed.append(bool(acts[0] > 0.5))
            statuses.append(right)
            judged.append(int(status.argmax()))
    return {
        "events": len(gold),
        "act_right": _percent([a == b for a, b in zip(gold, said, strict=True)]),
        "missed": _percent(missed),
        "pairs_without": len(false),
        "false": _percent(false),
        "status_f1": macro_f1(statuses, judged),
    }


def measured(folder: Path, bench: Path = BENCH) -> dict[str, Any]:
    """All scores of a network, by set."""
    network = Encoder(folder)
    published, sides = plv(bench / "plv_dev.tsv"), aw(bench / "aw_dev.tsv")
    acts, planned = asked(network, published)
    return {
        "plans": network.record.get("plans"),
        "set_aside_loss": network.record.get("set_aside_loss"),
        "plv": plv_scores(published, acts, planned),
        "aw": aw_scores(sides, asked(network, sides)[0]),
        "own_held": own_scores(network, own(scored=True)),
    }


def _ordered(mentions: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(mentions) for b in range(mentions) if a != b]


def _percent(values: Sequence[bool]) -> float:
    return round(100 * float(np.mean(values)), 1)


def _asked(network: Encoder, question: Question) -> tuple[Floats, float]:
    """Of a longer sentence than is read, the part that holds the mentions."""
    (pieces,) = network.pieces([_window(question)])
    shift = question.text.index(_window(question))
    places = [
        pieces.of([(span[0] - shift, span[1] - shift)]) if span else ()
        for span in (question.source, question.target)
    ]
    acts, statuses = _scores(network, pieces, *places)
    return acts, float(statuses[PLANNED])


def _window(question: Question, words: int = LONGEST // 2) -> str:
    spans = [span for span in (question.source, question.target) if span]
    if len(question.text.split()) <= words or not spans:
        return question.text
    start = max(0, min(span[0] for span in spans) - 40)
    return question.text[start:]


def _scores(
    network: Encoder, pieces: Pieces, source: Sequence[int], target: Sequence[int]
) -> tuple[Floats, Floats]:
    """Probabilities of classes and statuses from source to target, as the first or the second."""
    forward = not target or (bool(source) and source[0] <= target[0])
    first, second = (source, target) if forward else (target, source)
    mark = np.zeros(len(pieces.numbers), dtype=np.int64)
    mark[list(first)] += 1
    mark[list(second)] += 2
    acts, statuses = network.logits([pieces], np.array([0]), [mark])
    way = 0 if forward else 1
    return (
        _softmax(acts[0, way] / network.record["temperature"]),
        _softmax(statuses[0, way] / network.record["status_temperature"]),
    )


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())


def main() -> None:
    """Prints the scores of the networks in the folders given, or of the one that ships."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", default=[FOLDER])
    parser.add_argument("--bench", type=Path, default=BENCH)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--confusions", action="store_true")
    options = parser.parse_args()
    scores = {folder.name: measured(folder, options.bench) for folder in options.folders}
    if options.json:
        print(json.dumps(scores, indent=1))
    else:
        for name, sets in scores.items():
            for label in ("plv", "aw", "own_held"):
                print(name, label, *(f"{key} {value}" for key, value in sets[label].items()))
    if options.confusions:
        published = plv(options.bench / "plv_dev.tsv")
        for folder in options.folders:
            print_confusions(published, *asked(Encoder(folder), published))


if __name__ == "__main__":
    main()
