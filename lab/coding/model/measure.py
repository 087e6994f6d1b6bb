"""Scores a trained network on the marked sets: `python -m lab.coding.model.measure FOLDER`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from detente.arrays import Floats
from detente.coding.shapes import STATUSES
from lab.coding.model.examples import LONGEST, Example, own, tokens
from lab.coding.model.network import Network, Shape
from lab.coding.model.scoring import (
    ROOTS,
    Question,
    aw,
    aw_scores,
    macro_f1,
    plv,
    plv_scores,
    roots_of,
)
from lab.coding.model.train import arrays, load_tokenizer

BENCH = Path(__file__).parents[4] / "shared" / "bench" / "coding"


def load(folder: Path) -> Network:
    """A network that `train` kept."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    network = Network(Shape(marked_at=plan["marked_at"]))
    weights = torch.load(folder / "weights.pt", weights_only=True)
    network.load_state_dict(weights)
    return network.eval()


def asked(
    network: Network, tokenizer: Tokenizer, questions: Sequence[Question]
) -> tuple[Floats, Floats]:
    """What sources do to targets.

    Returns:
        Probabilities of the classes, shape (questions, classes), and that the act is planned,
        shape (questions,).
    """
    rows = [_asked(network, tokenizer, question) for question in questions]
    return np.stack([acts for acts, _ in rows]), np.array([planned for _, planned in rows])


def own_scores(
    network: Network, tokenizer: Tokenizer, examples: Sequence[Example]
) -> dict[str, float]:
    """How well acts and statuses of given mentions are told in our held sentences."""
    gold, said, status_gold, status_said, none, false = [], [], [], [], [], []
    for example in examples:
        known = tokens(tokenizer, example)
        if known is None:
            continue
        acts, statuses = _forward(network, known)
        for pair, (row, status) in enumerate(zip(acts, statuses, strict=True)):
            for way in (0, 1):
                act = known.acts[pair][way]
                if act == 0:
                    false.append(bool(row[way][0] < 0.5))
                if act > 0:
                    gold.append(act)
                    said.append(int(row[way][1:].argmax()) + 1)
                    none.append(bool(row[way][0] > 0.5))
                    status_gold.append(known.statuses[pair][way])
                    status_said.append(int(status[way].argmax()))
    return {
        "acts": len(gold),
        "act": round(100 * float(np.mean([a == b for a, b in zip(gold, said, strict=True)])), 1),
        "missed": round(100 * float(np.mean(none)), 1),
        "others": len(false),
        "false": round(100 * float(np.mean(false)), 1),
        "status_f1": macro_f1(status_gold, status_said),
    }


def _asked(network: Network, tokenizer: Tokenizer, question: Question) -> tuple[Floats, float]:
    encoding = tokenizer.encode(question.text)
    offsets = encoding.offsets
    spans = [question.source, question.target]
    # A window around the mentions, for sentences beyond the longest.
    places = [
        [n for n, (a, b) in enumerate(offsets) if span and a < span[1] and span[0] < b and b > a]
        for span in spans
    ]
    least = min((p for place in places for p in place), default=0)
    start = 0 if len(offsets) <= LONGEST else min(max(0, least - 4), len(offsets) - LONGEST)
    pieces = torch.tensor([encoding.ids[start : start + LONGEST]])
    marks = torch.zeros_like(pieces)
    forward = _forward_order(question)
    for place, mark in zip(places, (1, 2) if forward else (2, 1), strict=True):
        for number in place:
            if 0 <= number - start < pieces.shape[1]:
                marks[0, number - start] = mark
    seen = torch.ones(pieces.shape)
    with torch.inference_mode():
        acts, statuses = network.pairs(network.read(pieces, seen), seen, marks)
    way = 0 if forward else 1
    planned = torch.softmax(statuses[0, way].double(), -1)[STATUSES.index("planned")]
    return np.asarray(torch.softmax(acts[0, way].double(), -1)), float(planned)


def _forward_order(question: Question) -> bool:
    """Whether the source is the first of the two; a missing mention counts as the later."""
    if question.source is None or question.target is None:
        return question.target is None
    return question.source <= question.target


def _forward(network: Network, known: object) -> tuple[Floats, Floats]:
    pieces, seen, rows, marks = arrays([known])  # type: ignore[list-item]
    with torch.inference_mode():
        acts, statuses = network.pairs(network.read(pieces, seen)[rows], seen[rows], marks)
    return np.asarray(torch.softmax(acts, -1)), np.asarray(torch.softmax(statuses, -1))


def main() -> None:
    """Prints all scores as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--confusions", action="store_true")
    options = parser.parse_args()
    network, tokenizer = load(options.folder), load_tokenizer(options.base)
    questions = plv(BENCH / "plv_dev.tsv")
    said = asked(network, tokenizer, questions)
    scores = {
        "plv": plv_scores(questions, *said),
        "own_held": own_scores(network, tokenizer, own(scored=True)),
    }
    published = aw(BENCH / "aw_dev.tsv")
    scores["aw"] = aw_scores(published, asked(network, tokenizer, published)[0])
    print(json.dumps(scores, indent=1))
    (options.folder / "scores.json").write_text(json.dumps(scores, indent=1), encoding="utf-8")
    if options.confusions:
        _print_confusions(questions, *said)


def _print_confusions(questions: Sequence[Question], acts: Floats, planned: Floats) -> None:
    """Gold by row, what was said by column: labels alone, no sentence is shown."""
    names = [ROOTS[number] for number in roots_of(acts, planned).argmax(axis=1)]
    print(" " * 11 + " ".join(name[:4] for name in ROOTS))
    for gold in ROOTS:
        row = [
            sum(q.label == gold and s == name for q, s in zip(questions, names, strict=True))
            for name in ROOTS
        ]
        print(f"{gold:10}", " ".join(f"{count or '.':>4}" for count in row))


if __name__ == "__main__":
    main()
