"""Temperatures that make a network's probabilities honest, from sentences set aside in training.

Source:
    Guo et al. (2017), On calibration of modern neural networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from tokenizers import Tokenizer
from torch import Tensor

from detente.arrays import Floats
from lab.coding.examples import UNTAUGHT, Example, of_marked, own, set_aside, tokens
from lab.coding.marked import read
from lab.coding.model.network import Ensemble, Network
from lab.coding.model.train import arrays

HIDDEN = 0.35
"""Share of words that are hidden; chosen among .15, .25, .35 with the dev half of PLV in view."""

_MASK = 103


@dataclass(frozen=True)
class Temperatures:
    """What the scores are divided by.

    Attributes:
        acts: For whether and which act.
        statuses: For its status.
        sentences: On how many it was fitted.
        loss: Mean negative log likelihood of the right classes under them, natural logarithm;
            by it settings are chosen.
    """

    acts: float
    statuses: float
    sentences: int
    loss: float


def temperatures(network: Network | Ensemble, tokenizer: Tokenizer) -> Temperatures:
    """The temperatures under which the sentences set aside are most likely, but none below 1.

    Those set aside are like those learned from, and texts of others are farther away. As a
    stand-in for these, some words outside of the mentions are hidden (`HIDDEN`); and a temperature
    below 1 would make the network surer than its training did.
    """
    examples = [each for each in of_marked(read()) + own() if set_aside(each)]
    acts, act_classes, statuses, status_classes = _answers(network, tokenizer, examples, HIDDEN)
    plain, plain_classes, _, _ = _answers(network, tokenizer, examples, 0.0)
    fitted = max(1.0, temperature(acts, act_classes))
    return Temperatures(
        fitted,
        max(1.0, temperature(statuses, status_classes)),
        len(examples),
        round(mean_loss(plain / fitted, plain_classes), 4),
    )


def temperature(logits: Floats, classes: Sequence[int]) -> float:
    """The one under which the classes are most likely.

    Args:
        logits: Shape (cases, classes).
        classes: The right one of each case.
    """
    best = minimize_scalar(
        lambda log: mean_loss(logits / np.exp(log), classes), bounds=(-2.0, 2.0), method="bounded"
    )
    return round(float(np.exp(best.x)), 3)


def mean_loss(logits: Floats, classes: Sequence[int]) -> float:
    """Mean negative log likelihood of the right classes.

    Example:
        >>> round(mean_loss(np.zeros((3, 4)), [0, 1, 2]), 3)
        1.386
    """
    right = np.asarray(classes)
    top = logits.max(axis=1)
    total = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return float(np.mean(total - logits[np.arange(len(right)), right]))


def _answers(
    network: Network | Ensemble,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    hidden: float,
) -> tuple[Floats, list[int], Floats, list[int]]:
    acts, act_classes, statuses, status_classes = [], [], [], []
    generator = torch.Generator().manual_seed(1)
    for example in examples:
        read_as = tokens(tokenizer, example)
        if read_as is None:
            continue
        pieces, seen, rows, marks = arrays([read_as])
        pieces = _with_words_hidden(pieces, marks, hidden, generator)
        with torch.inference_mode():
            scores = network(pieces, seen, rows, marks)
        for pair, (both, status) in enumerate(zip(read_as.acts, read_as.statuses, strict=True)):
            for way in (0, 1):
                if both[way] != UNTAUGHT:
                    acts.append(scores[0][pair, way].double().numpy())
                    act_classes.append(both[way])
                if both[way] > 0:
                    statuses.append(scores[1][pair, way].double().numpy())
                    status_classes.append(status[way])
    return np.stack(acts), act_classes, np.stack(statuses), status_classes


def _with_words_hidden(
    pieces: Tensor, marks: Tensor, share: float, generator: torch.Generator
) -> Tensor:
    """Pieces of a sentence, some of which are masked; never its ends, nor those of a mention."""
    chosen = torch.rand(pieces.shape, generator=generator) < share
    chosen[:, [0, -1]] = False
    return torch.where(chosen & (marks.sum(0) == 0), _MASK, pieces)
