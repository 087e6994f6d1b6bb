"""Published sentences whose pairs are marked, and scores on them.

The published sets lie in `../shared/` and are only measured on.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.arrays import Floats
from detente.coding.acts import ACTS
from detente.coding.shapes import Span

ROOTS = (
    "AGREE", "CONSULT", "SUPPORT", "COOPERATE", "AID", "YIELD", "REQUEST", "ACCUSE", "REJECT",
    "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
)  # fmt: skip
"""The 15 classes of Hu et al. (2024)."""

PENTA = dict(zip(ROOTS, (1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4), strict=True))
"""Their quad classes."""

_JOINED = {
    "02": "REQUEST", "03": "AGREE", "04": "CONSULT", "05": "SUPPORT", "06": "COOPERATE",
    "07": "AID", "08": "YIELD", "09": "ACCUSE", "10": "REQUEST", "11": "ACCUSE", "12": "REJECT",
    "13": "THREATEN", "14": "PROTEST", "15": "MOBILIZE", "16": "SANCTION", "17": "COERCE",
    "18": "ASSAULT", "19": "ASSAULT", "20": "ASSAULT",
}  # fmt: skip

_MARKS = re.compile(r"</?[st]>")


@dataclass(frozen=True)
class Question:
    """A sentence with a source and a target, and what the one does to the other.

    Attributes:
        text: The sentence without marks.
        source: Where the source stands; None where the sentence names none.
        target: Where the target stands; None where the sentence names none.
        label: The published label.
    """

    text: str
    source: Span | None
    target: Span | None
    label: str


def plv(path: Path) -> list[Question]:
    """The published sentences with one of 15 roots each."""
    return _questions(path, "gold_root")


def aw(path: Path) -> list[Question]:
    """The published sentences that are cooperation (0) or conflict (1)."""
    return _questions(path, "gold_binary")


def roots_of(acts: Floats, planned: Floats) -> Floats:
    """Probabilities of the 15 classes, with "no event" masked.

    The classes are CAMEO's roots, some of them joined. Announcements are intentions there, as in
    CAMEO: of what is only planned, cooperation counts as AGREE (root 03, "express intent to
    cooperate"), and what is hostile as THREATEN (root 13).

    Args:
        acts: Probabilities of no event and the acts, shape (pairs, classes).
        planned: Probability that it is to come, shape (pairs,).

    Returns:
        Shape (pairs, 15).
    """
    table = np.zeros((1 + len(ACTS), len(ROOTS)))
    announced = np.zeros_like(table)
    for number, act in enumerate(ACTS, 1):
        name = _JOINED.get(act.root)
        if name is None:
            continue
        table[number, ROOTS.index(name)] = 1.0
        intent = "AGREE" if 4 <= int(act.root) <= 8 else name
        intent = "THREATEN" if int(act.root) >= 14 else intent
        announced[number, ROOTS.index(intent)] = 1.0
    later = planned[:, None]
    joined = acts @ table * (1 - later) + acts @ announced * later
    return np.asarray(joined / joined.sum(axis=1, keepdims=True))


def plv_scores(questions: Sequence[Question], acts: Floats, planned: Floats) -> dict[str, Any]:
    """Macro-F1 over roots, quads and both sides, with "no event" masked.

    Args:
        questions: As read by `plv`.
        acts: Probabilities of the classes, source to target, shape (questions, classes).
        planned: Probability that the act is to come, shape (questions,).
    """
    by_root = roots_of(acts, planned)
    quads = np.array([PENTA[name] for name in ROOTS])
    by_quad = np.stack([by_root[:, quads == quad].sum(axis=1) for quad in (1, 2, 3, 4)], axis=1)
    # As the coder does: the likeliest quad class, then the likeliest root in it.
    quad = by_quad.argmax(axis=1) + 1
    root = np.where(quads == quad[:, None], by_root, -1.0).argmax(axis=1)
    gold = [question.label for question in questions]
    said: dict[str, Sequence[object]] = {
        "root": [ROOTS[n] for n in root],
        "quad": quad.tolist(),
        "binary": (quad > 2).tolist(),
    }
    wanted: dict[str, Sequence[object]] = {
        "root": gold,
        "quad": [PENTA[name] for name in gold],
        "binary": [PENTA[name] > 2 for name in gold],
    }
    return {
        **{level: macro_f1(wanted[level], said[level]) for level in said},
        "intervals": {level: interval(wanted[level], said[level]) for level in said},
        "calibration_error": calibration_error(by_root, gold, ROOTS),
        "accuracy_at_70": accuracy_at(by_root, gold),
        "no_event": round(float(np.mean(acts[:, 0] > 0.5)), 3),
    }


def aw_scores(questions: Sequence[Question], probabilities: Floats) -> dict[str, Any]:
    """Macro-F1 of cooperation against conflict, with "no event" masked."""
    quads = np.array([0, *(act.quad for act in ACTS)])
    requests = np.array([False, *(act.plover == "REQUEST" for act in ACTS)])
    conflict = probabilities[:, (quads > 2) | requests].sum(axis=1)
    peace = probabilities[:, (quads > 0) & (quads < 3) & ~requests].sum(axis=1)
    gold = [question.label == "1" for question in questions]
    said = (conflict > peace).tolist()
    return {"binary": macro_f1(gold, said), "interval": interval(gold, said)}


def macro_f1(gold: Sequence[object], said: Sequence[object]) -> float:
    """Mean over the classes of gold of the harmonic mean of precision and recall, in percent.

    Example:
        >>> macro_f1(["a", "a", "b"], ["a", "b", "b"])
        66.7
    """
    scores = []
    for name in sorted(set(gold), key=str):
        both = sum(g == name == s for g, s in zip(gold, said, strict=True))
        either = sum(g == name for g in gold) + sum(s == name for s in said)
        scores.append(2 * both / either)
    return round(100 * float(np.mean(scores)), 1)


def interval(
    gold: Sequence[object], said: Sequence[object], draws: int = 1000, seed: int = 1
) -> tuple[float, float]:
    """95% interval of `macro_f1`, by percentiles of resampled sentences.

    Source:
        Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    names = sorted(set(gold), key=str)
    place = {name: number for number, name in enumerate(names)}
    size = len(names) + 1
    cells = np.array(
        [place[g] * size + place.get(s, size - 1) for g, s in zip(gold, said, strict=True)]
    )
    rng = np.random.default_rng(seed)
    scores = []
    for _ in range(draws):
        drawn = np.bincount(rng.choice(cells, len(cells)), minlength=size * size)
        table = drawn.reshape(-1, size)[: size - 1]
        right, wanted = np.diag(table[:, : size - 1]), table.sum(axis=1)
        given = table[:, : size - 1].sum(axis=0)
        drawn_classes = wanted > 0
        scores.append(np.mean((2 * right / np.maximum(wanted + given, 1))[drawn_classes]))
    low, high = np.quantile(scores, [0.025, 0.975])
    return round(100 * float(low), 1), round(100 * float(high), 1)


def accuracy_at(probabilities: Floats, gold: Sequence[str], share: float = 0.7) -> float:
    """Share of right answers among the surest so many, in percent."""
    sure = probabilities.max(axis=1)
    surest = np.argsort(-sure, kind="stable")[: round(share * len(sure))]
    right = [ROOTS[probabilities[n].argmax()] == gold[n] for n in surest]
    return round(100 * float(np.mean(right)), 1)


def print_confusions(questions: Sequence[Question], acts: Floats, planned: Floats) -> None:
    """Gold by row, what was said by column: labels alone, no sentence is shown."""
    said = [ROOTS[number] for number in roots_of(acts, planned).argmax(axis=1)]
    pairs = [(question.label, name) for question, name in zip(questions, said, strict=True)]
    print(" " * 10, " ".join(f"{name[:4]:>4}" for name in ROOTS))
    for gold in ROOTS:
        counts = [pairs.count((gold, name)) for name in ROOTS]
        print(f"{gold:10}", " ".join(f"{count or '.':>4}" for count in counts))


def calibration_error(
    probabilities: Floats, gold: Sequence[str], names: Sequence[str], bins: int = 10
) -> float:
    """Expected calibration error of the likeliest class.

    Source:
        Guo et al. (2017), On calibration of modern neural networks.
    """
    sure = probabilities.max(axis=1)
    right = np.array(
        [names[n] == g for n, g in zip(probabilities.argmax(axis=1), gold, strict=True)]
    )
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(sure[which == b].mean() - right[which == b].mean()) * np.mean(which == b)
        for b in range(bins)
        if (which == b).any()
    ]
    return round(float(sum(gaps)), 4)


def _questions(path: Path, label: str) -> list[Question]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return [_question(row["marked_sentence"], row[label]) for row in rows]


def _question(marked: str, label: str) -> Question:
    """The first marked words of each side; some sentences name no target, some name it twice."""
    spans: dict[str, list[int]] = {"s": [], "t": []}
    shift = 0
    for mark in _MARKS.finditer(marked):
        spans[mark[0][-2]].append(mark.start() - shift)
        shift += len(mark[0])
    first = {side: (places[0], places[1]) for side, places in spans.items() if places}
    return Question(_MARKS.sub("", marked), first.get("s"), first.get("t"), label)
