"""The network: a MiniLM whose upper layers see which two mentions are asked about.

The lower layers read a sentence once. At layer `marked_at` the tokens of the two mentions of a pair
get a learned vector each, and the remaining layers run once for the pair; two heads tell what the
first does to the second and the second to the first. `marked_at = 0` is the usual one pass a pair.
An ensemble asks several such networks and answers with the mean of their probabilities.

Source:
    Vaswani et al. (2017), Attention is all you need; Devlin et al. (2019), BERT; Wang et al.
    (2020), MiniLM; Baldini Soares et al. (2019), Matching the blanks, for marked pairs;
    Lakshminarayanan, Pritzel and Blundell (2017), Simple and scalable predictive uncertainty
    estimation using deep ensembles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from detente.coding.acts import ACTS
from detente.coding.shapes import STATUSES
from detente.errors import InputError

CLASSES = 1 + len(ACTS)
"""No event, then the acts in their order."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a network; the defaults are MiniLM-L6's.

    Attributes:
        vocabulary: Number of word pieces.
        width: Size of a token's vector.
        heads: Attention heads.
        inner: Width of the feed-forward part.
        layers: Number of layers.
        marked_at: Layer before which the two mentions are marked.
        longest: Most tokens of a sentence.
    """

    vocabulary: int = 30_522
    width: int = 384
    heads: int = 12
    inner: int = 1536
    layers: int = 6
    marked_at: int = 4
    longest: int = 512


class Layer(nn.Module):
    """Attention over the tokens, then a feed-forward part, each with its residual."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key_value = nn.Linear(shape.width, 2 * shape.width)
        self.attended = nn.Linear(shape.width, shape.width)
        self.attended_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.inner = nn.Linear(shape.width, shape.inner)
        self.outer = nn.Linear(shape.inner, shape.width)
        self.outer_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, seen: Tensor, only: Tensor | None = None) -> Tensor:
        """States after the layer.

        Args:
            states: Shape (sentences, tokens, width).
            seen: Added to the attention's scores, shape (sentences, 1, 1, tokens): 0 for tokens,
                a large negative number for padding.
            only: Places of the tokens whose states are wanted, shape (sentences, places); all if
                None.

        Returns:
            Shape (sentences, tokens or places, width).
        """
        own = states if only is None else _at(states, only)
        query = self._by_head(self.query(own), 1)[0]
        parts = self._by_head(self.key_value(states), 2)
        key, value = parts[0], parts[1]
        weights = torch.softmax(query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5 + seen, -1)
        mixed = (weights @ value).transpose(1, 2).flatten(2)
        own = self.attended_norm(own + self.dropout(self.attended(mixed)))
        inner = self.outer(functional.gelu(self.inner(own)))
        return self.outer_norm(own + self.dropout(inner))

    def _by_head(self, states: Tensor, parts: int) -> Tensor:
        """Shape (parts, sentences, heads, tokens, size of a head)."""
        rows, tokens, width = states.shape
        size = width // (parts * self.heads)
        return states.view(rows, tokens, parts, self.heads, size).permute(2, 0, 3, 1, 4)


class Network(nn.Module):
    """Sentences and pairs of mentions to scores of acts and statuses, both ways."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.places = nn.Embedding(shape.longest, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.marks = nn.Embedding(4, shape.width)
        self.dropout = nn.Dropout(dropout)
        self.hidden = nn.Linear(3 * shape.width, shape.width)
        self.acts = nn.Linear(shape.width, 2 * CLASSES)
        self.statuses = nn.Linear(shape.width, 2 * len(STATUSES))
        nn.init.normal_(self.marks.weight, std=0.2)

    def forward(
        self, pieces: Tensor, seen: Tensor, rows: Tensor, marks: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Scores of the pairs of sentences, as `pairs` gives them.

        Args:
            pieces: Word pieces, shape (sentences, tokens).
            seen: 1 for tokens, 0 for padding, same shape.
            rows: The sentence of each pair, shape (pairs,).
            marks: As in `pairs`.
        """
        return self.pairs(self.read(pieces, seen)[rows], seen[rows], marks)

    def read(self, tokens: Tensor, seen: Tensor) -> Tensor:
        """States of the tokens of sentences after the layers that do not know the pair.

        Args:
            tokens: Word pieces, shape (sentences, tokens).
            seen: 1 for tokens, 0 for padding, same shape.

        Returns:
            Shape (sentences, tokens, width).
        """
        places = torch.arange(tokens.shape[1], device=tokens.device)
        states = self.dropout(self.norm(self.words(tokens) + self.places(places)))
        for layer in self.layers[: self.shape.marked_at]:
            states = layer(states, _hidden(seen))
        return states

    def pairs(self, states: Tensor, seen: Tensor, marks: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of pairs.

        Args:
            states: Of the pair's sentence, shape (pairs, tokens, width).
            seen: 1 for tokens, 0 for padding, shape (pairs, tokens).
            marks: 1 for tokens of the first mention, 2 for those of the second, 3 for those that
                name both ("the two countries"), 0 else.

        Returns:
            Scores of acts, shape (pairs, 2, CLASSES), and of statuses, (pairs, 2, statuses): first
            to second, then second to first.
        """
        states = states + self.marks(marks)
        *middle, last = self.layers[self.shape.marked_at :]
        for layer in middle:
            states = layer(states, _hidden(seen))
        # Only these are asked for, so the last layer, most of whose work is by token, does no more.
        only = _named(marks)
        states, marks = last(states, _hidden(seen), only), marks.gather(1, only)
        both = marks == 3
        first, second = _mean(states, both | (marks == 1)), _mean(states, both | (marks == 2))
        features = torch.cat([states[:, 0], first, second], dim=-1)
        hidden = self.dropout(functional.gelu(self.hidden(self.dropout(features))))
        return (
            self.acts(hidden).unflatten(-1, (2, CLASSES)),
            self.statuses(hidden).unflatten(-1, (2, len(STATUSES))),
        )


class Ensemble(nn.Module):
    """Networks that are asked together; the vectors of words, which none has changed, are one.

    Args:
        networks: At least one.

    Raises:
        InputError: They have not the same vectors of words.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        super().__init__()
        words = networks[0].words
        if any(not torch.equal(each.words.weight, words.weight) for each in networks):
            raise InputError(
                "The networks cannot be asked together.",
                "They have not the same vectors of words.",
                "Train them from the same base, which leaves these as they are.",
            )
        for each in networks:
            each.words = words
        self.networks = nn.ModuleList(networks)

    def forward(
        self, pieces: Tensor, seen: Tensor, rows: Tensor, marks: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logarithms of the mean probabilities of acts and statuses; shapes as of `Network`."""
        answers = [network(pieces, seen, rows, marks) for network in self.networks]
        acts, statuses = zip(*answers, strict=True)
        return _log_mean(acts), _log_mean(statuses)


def _log_mean(scores: Sequence[Tensor]) -> Tensor:
    chances = [torch.softmax(each.float(), dim=-1) for each in scores]
    return torch.log(torch.stack(chances).mean(0).clamp(min=1e-12))


def pretrained(folder: Path, marked_at: int) -> Network:
    """The network with the published weights of all-MiniLM-L6-v2 (Apache-2.0) in its layers.

    Args:
        folder: Where its `model.safetensors` lies.
        marked_at: Layer before which the mentions are marked.
    """
    given = load_file(folder / "model.safetensors")
    network = Network(Shape(marked_at=marked_at))
    own = network.state_dict()
    for name, value in _renamed(given, network.shape.layers).items():
        own[name] = value
    network.load_state_dict(own)
    return network


def _renamed(given: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The published weights by the network's names; token types are constant and go into places."""
    kind = given["embeddings.token_type_embeddings.weight"][0]
    weights = {
        "words.weight": given["embeddings.word_embeddings.weight"],
        "places.weight": given["embeddings.position_embeddings.weight"] + kind,
        "norm.weight": given["embeddings.LayerNorm.weight"],
        "norm.bias": given["embeddings.LayerNorm.bias"],
    }
    parts = {
        "attended": "attention.output.dense",
        "attended_norm": "attention.output.LayerNorm",
        "inner": "intermediate.dense",
        "outer": "output.dense",
        "outer_norm": "output.LayerNorm",
    }
    for number in range(layers):
        theirs, ours = f"encoder.layer.{number}.", f"layers.{number}."
        for end in ("weight", "bias"):
            query, *others = (
                given[f"{theirs}attention.self.{name}.{end}"] for name in ("query", "key", "value")
            )
            weights[f"{ours}query.{end}"] = query
            weights[f"{ours}key_value.{end}"] = torch.cat(others)
            for name, part in parts.items():
                weights[f"{ours}{name}.{end}"] = given[f"{theirs}{part}.{end}"]
    return weights


def _hidden(seen: Tensor) -> Tensor:
    return (1.0 - seen[:, None, None, :].float()) * -1e4


def _named(marks: Tensor) -> Tensor:
    """Places of the first token and of those of the mentions, which come in any order.

    Where a pair has fewer than another, places of tokens that name nobody fill up.
    """
    named = (marks > 0).long()
    order = torch.argsort(named, dim=1, descending=True)
    first = order.index_select(1, torch.arange(named.sum(1).max(), device=marks.device))
    return torch.cat([torch.zeros_like(order[:, :1]), first], dim=1)


def _at(states: Tensor, places: Tensor) -> Tensor:
    return states.gather(1, places.unsqueeze(-1).expand(-1, -1, states.shape[-1]))


def _mean(states: Tensor, chosen: Tensor) -> Tensor:
    weights = chosen.to(states.dtype).unsqueeze(-1)
    return (states * weights).sum(1) / weights.sum(1).clamp(min=1.0)
