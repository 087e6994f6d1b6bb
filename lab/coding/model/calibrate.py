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

from detente.arrays import Floats
from lab.coding.marked import read
from lab.coding.model.examples import UNTAUGHT, Example, of_marked, own, set_aside, tokens
from lab.coding.model.network import Network
from lab.coding.model.train import arrays


@dataclass(frozen=True)
class Temperatures:
    """What the scores are divided by.

    Attributes:
        acts: For whether and which act.
        statuses: For its status.
        sentences: On how many it was fitted.
    """

    acts: float
    statuses: float
    sentences: int


def temperatures(network: Network, tokenizer: Tokenizer) -> Temperatures:
    """The temperatures under which the sentences set aside are most likely."""
    examples = [each for each in of_marked(read()) + own() if set_aside(each)]
    acts, act_classes, statuses, status_classes = _answers(network, tokenizer, examples)
    return Temperatures(
        temperature(acts, act_classes), temperature(statuses, status_classes), len(examples)
    )


def temperature(logits: Floats, classes: Sequence[int]) -> float:
    """The one under which the classes are most likely.

    Args:
        logits: Shape (cases, classes).
        classes: The right one of each case.
    """
    right = np.asarray(classes)

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        top = scaled.max(axis=1)
        total = top + np.log(np.exp(scaled - top[:, None]).sum(axis=1))
        return float(np.mean(total - scaled[np.arange(len(right)), right]))

    return round(float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x)), 3)


def _answers(
    network: Network, tokenizer: Tokenizer, examples: Sequence[Example]
) -> tuple[Floats, list[int], Floats, list[int]]:
    acts, act_classes, statuses, status_classes = [], [], [], []
    for example in examples:
        known = tokens(tokenizer, example)
        if known is None:
            continue
        pieces, seen, rows, marks = arrays([known])
        with torch.inference_mode():
            scores = network.pairs(network.read(pieces, seen)[rows], seen[rows], marks)
        for pair, (both, status) in enumerate(zip(known.acts, known.statuses, strict=True)):
            for way in (0, 1):
                if both[way] != UNTAUGHT:
                    acts.append(scores[0][pair, way].double().numpy())
                    act_classes.append(both[way])
                if both[way] > 0:
                    statuses.append(scores[1][pair, way].double().numpy())
                    status_classes.append(status[way])
    return np.stack(acts), act_classes, np.stack(statuses), status_classes
