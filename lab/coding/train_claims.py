"""Does a trained model of claims pay? A linear one over hashed words, beside the rules.

    python -m lab.coding.train_claims

It learns from the Causal News Corpus V2, train part (Tan et al., LREC 2022; CC0 by its authors, the
sentences are newswire: nothing of them is kept), with words and pairs of words hashed to 8,192
places, each sentence of length one, and a ridge (regularised logistic regression). 800 of the 3,075
sentences are held back. Its scores on our own arguments say whether it helps there: it does not, so
that no weights ship, and `detente read` goes by rules.
"""

from __future__ import annotations

import argparse
import csv
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from detente.arrays import Bools, Floats, Ints
from detente.coding.claims import claims_in
from detente.coding.shapes import Sentence
from lab.coding.measure_claims import ARGUMENTS, rows_of

CORPUS = Path("../shared/bench/coding/cnc/train_subtask1.csv")
PLACES, HELD, SEED = 1 << 13, 800, 13
RIDGES = (0.1, 0.3, 1.0, 3.0)


def features(texts: Sequence[str]) -> csr_matrix:
    """Words and pairs of words, hashed, shape (sentences, PLACES); each row has length one."""
    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        places = sorted({zlib.crc32(gram.encode()) % PLACES for gram in _grams(text)})
        rows += [row] * len(places)
        columns += places
        values += [len(places) ** -0.5] * len(places)
    return csr_matrix((values, (rows, columns)), shape=(len(texts), PLACES))


def _grams(text: str) -> set[str]:
    words = ["<s>", *re.findall(r"[a-z]+|\d|[^\w\s]", text.lower())]
    return {*words, *(" ".join(words[place : place + 2]) for place in range(len(words) - 1))}


def fitted(x: csr_matrix, y: Bools, ridge: float) -> Floats:
    """Weights and, last, the intercept of a logistic regression, shape (PLACES + 1,)."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = x @ weights[:-1] + weights[-1]
        wrong = 1 / (1 + np.exp(-scores)) - y
        penalty = ridge / 2 * weights[:-1] @ weights[:-1]
        slope = np.append(x.T @ wrong + ridge * weights[:-1], wrong.sum())
        return float(np.logaddexp(0, scores).sum() - scores[y].sum() + penalty), slope

    result = minimize(loss, np.zeros(PLACES + 1), jac=True, method="L-BFGS-B")
    return np.asarray(result.x, dtype=np.float64)


def f1(called: Bools, gold: Bools) -> tuple[float, float, float]:
    """Precision, recall and F1."""
    both = (called & gold).sum()
    precision, recall = both / max(called.sum(), 1), both / max(gold.sum(), 1)
    return float(precision), float(recall), float(2 * precision * recall / (precision + recall))


def by_rules(texts: Sequence[str]) -> Bools:
    """Whether the rules call a sentence causal."""
    claims = (claims_in([Sentence(text, (0, len(text)))]) for text in texts)
    return np.array([any(claim.family == "causal" for claim in each) for each in claims])


def main() -> None:
    """Train, and print how the model and the rules do."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with CORPUS.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    texts = [record["text"] for record in records]
    gold = np.array([record["label"] == "1" for record in records])
    order = np.random.default_rng(SEED).permutation(len(texts))
    held, tuned, rest = order[:HELD], order[HELD : 2 * HELD], order[2 * HELD :]
    x = features(texts)
    scores = {ridge: f1(_calls(x, gold, rest, tuned, ridge), gold[tuned])[2] for ridge in RIDGES}
    ridge = max(scores, key=lambda item: scores[item])
    learned = order[HELD:]
    model = _calls(x, gold, learned, held, ridge)
    rules = by_rules([texts[place] for place in held])
    print(f"Causal News Corpus, {HELD} sentences held back, ridge {ridge}: precision, recall, F1")
    for name, called in (("model", model), ("rules", rules), ("either", model | rules)):
        print(name, *(f"{share:.1%}" for share in f1(called, gold[held])))
    weights = fitted(x[learned], gold[learned], ridge)
    for part in ("dev", "seen1", "seen2", "held"):
        rows = [row for path in sorted(ARGUMENTS.glob(f"{part}_*.tsv")) for row in rows_of(path)]
        score = features([row.sentence for row in rows]) @ weights[:-1]
        claims = np.array([row.is_claim for row in rows])
        missed = np.array([row.is_claim and not row.is_called for row in rows])
        print(
            f"{part}: a claim scores above a sentence without one {_area(score, claims):.2f} "
            f"of the time, a claim that the rules miss {_above(score[missed], score[~claims]):.2f}"
        )


def _calls(x: csr_matrix, gold: Bools, learned: Ints, held: Ints, ridge: float) -> Bools:
    weights = fitted(x[learned], gold[learned], ridge)
    return np.asarray(x[held] @ weights[:-1] + weights[-1] > 0)


def _area(score: Floats, claims: Bools) -> float:
    return _above(score[claims], score[~claims])


def _above(high: Floats, low: Floats) -> float:
    return float((high[:, None] > low[None]).mean()) if len(high) else float("nan")


if __name__ == "__main__":
    main()
