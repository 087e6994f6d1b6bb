"""Trains the network: `python -m lab.coding.model.train --out FOLDER --seed 1`.

Learns from the grammar, the marked sentences and our labelled sentences that are not held; from
nothing else. What is scored on is never looked at here.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from lab.coding.examples import (
    UNTAUGHT,
    Example,
    Tokens,
    batches,
    joined,
    of_marked,
    own,
    set_aside,
    tokens,
)
from lab.coding.grammar import generate
from lab.coding.marked import read
from lab.coding.model.network import Network, pretrained

SHORT_NUMBERS = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
"""Whether steps are computed in numbers of 16 bits: processors without these are slow at it."""


@dataclass(frozen=True)
class Plan:
    """How a network is trained.

    Attributes:
        seed: Of the order, the dropout and the grammar.
        marked_at: Layer before which the mentions are marked; 0 for one pass a pair.
        grammar: Sentences that the grammar makes; each is seen once.
        rounds: How often the sentences written by hand are seen.
        rate: Highest learning rate.
        batch: Sentences in a step.
        most_pairs: Most pairs of a sentence that are learned from in a step.
        frozen: Lowest layers that stay as published, besides the vectors of words and places.
        hidden_names: Share of mentions whose words are hidden.
        unmarked: Share of pairs whose second mention is not marked.
        often: Name of a file of marked sentences that are seen three times a round.
        marked: Share of the marked sentences that is seen at all, drawn by the seed.
        labelled: How often the labelled sentences are seen in a round.
    """

    seed: int = 1
    marked_at: int = 4
    grammar: int = 12_000
    rounds: int = 4
    rate: float = 8e-5
    batch: int = 16
    most_pairs: int = 4
    frozen: int = 0
    hidden_names: float = 0.1
    unmarked: float = 0.02
    often: str = ""
    marked: float = 1.0
    labelled: int = 1


def lessons(plan: Plan, tokenizer: Tokenizer) -> list[list[Tokens]]:
    """All steps of a training, the grammar's mostly before the natural sentences."""
    rng = random.Random(plan.seed)
    written = [each for each in _by_hand(plan, rng) if not set_aside(each)]
    generated = _grammar(plan)
    natural = _tokens(tokenizer, written + joined(written, rng))
    drills = _tokens(tokenizer, generated + joined(generated[: plan.grammar // 4], rng))
    steps: list[list[Tokens]] = []
    share = len(drills) // max(plan.rounds, 1)
    rng.shuffle(drills)
    for number in range(plan.rounds):
        # Early rounds hold more of the grammar than late ones.
        weight = 2 * (plan.rounds - number) / (plan.rounds + 1)
        part, drills = (
            drills[: int(share * weight)],
            drills[int(share * weight) :],
        )
        steps += batches(natural + part, plan.batch, most_pairs=plan.most_pairs, rng=rng)
    return steps


def train(plan: Plan, base: Path, *, start: Path | None = None, log: bool = True) -> Network:
    """A trained network.

    Args:
        plan: How.
        base: Folder with the published weights and `tokenizer.json`.
        start: Folder of a trained network to go on from.
        log: Print the mean loss now and then.
    """
    tokenizer = load_tokenizer(base)
    # All trainings begin with the same new parts, so that their weights can be averaged.
    torch.manual_seed(0)
    network = pretrained(base, plan.marked_at)
    if start is not None:
        network.load_state_dict(torch.load(start / "weights.pt", weights_only=True))
    torch.manual_seed(plan.seed)
    _freeze(network, plan.frozen)
    return fit(network, lessons(plan, tokenizer), plan, log=log)


def fit(network: Network, steps: Sequence[list[Tokens]], plan: Plan, *, log: bool) -> Network:
    """The network after all steps; the rate rises for a twentieth of them, then falls to zero."""
    optimizer = torch.optim.AdamW(_groups(network, plan.rate), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda at: _rate(at, len(steps)))
    generator = torch.Generator().manual_seed(plan.seed)
    network.train()
    total, start = 0.0, time.monotonic()
    for number, step in enumerate(steps, 1):
        with torch.autocast("cpu", torch.bfloat16, enabled=SHORT_NUMBERS):
            value = _loss(network, step, plan, generator)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += float(value.detach())
        if log and number % 100 == 0:
            took = time.monotonic() - start
            print(f"{number}/{len(steps)} loss {total / 100:.3f} {took:.0f} s", flush=True)
            total = 0.0
    return network.eval()


def load_tokenizer(base: Path) -> Tokenizer:
    """The published tokenizer, without padding and cutting."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def arrays(step: Sequence[Tokens]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pieces and what is seen of them by sentence; sentence and marks by pair."""
    longest = max(len(example.pieces) for example in step)
    pieces = torch.zeros(len(step), longest, dtype=torch.long)
    seen = torch.zeros(len(step), longest)
    rows, marks = [], []
    for number, example in enumerate(step):
        pieces[number, : len(example.pieces)] = torch.tensor(example.pieces)
        seen[number, : len(example.pieces)] = 1.0
        for first, second in example.pairs:
            mark = torch.zeros(longest, dtype=torch.long)
            mark[first[0] : first[1]] += 1
            mark[second[0] : second[1]] += 2
            rows.append(number)
            marks.append(mark)
    return pieces, seen, torch.tensor(rows), torch.stack(marks)


def _loss(network: Network, step: list[Tokens], plan: Plan, generator: torch.Generator) -> Tensor:
    """Whether and what, then what if there is an event, then its status."""
    pieces, seen, rows, marks = arrays(step)
    pieces = _hide(pieces, rows, marks, plan.hidden_names, generator)
    gone = torch.rand(len(marks), generator=generator) < plan.unmarked
    marks = torch.where(gone[:, None] & (marks == 2), 0, marks)
    acts, statuses = network(pieces, seen, rows, marks)
    act = torch.tensor([pair for example in step for pair in example.acts])
    act[gone, 1] = UNTAUGHT
    status = torch.tensor([pair for example in step for pair in example.statuses])
    scores, act = acts.float().flatten(0, 1), act.flatten()
    said = functional.cross_entropy(scores, act, ignore_index=UNTAUGHT, label_smoothing=0.05)
    events = act > 0
    if not events.any():
        return said
    which = functional.cross_entropy(scores[events, 1:], act[events] - 1, label_smoothing=0.05)
    statuses = statuses.float().flatten(0, 1)[events]
    return said + which + 0.3 * functional.cross_entropy(statuses, status.flatten()[events])


def _hide(
    pieces: Tensor, rows: Tensor, marks: Tensor, share: float, generator: torch.Generator
) -> Tensor:
    """Some mentions' words replaced by the mask, so that names alone tell nothing."""
    pieces = pieces.clone()
    chosen = torch.rand(len(marks), 2, generator=generator) < share
    for row, mark, (first, second) in zip(rows, marks, chosen, strict=True):
        if first:
            pieces[row][mark == 1] = 103
        if second:
            pieces[row][mark == 2] = 103
    return pieces


def _by_hand(plan: Plan, rng: random.Random) -> list[Example]:
    """What a round shows of the sentences written by hand."""
    marked = of_marked(read())
    if plan.marked < 1:
        marked = rng.sample(marked, round(plan.marked * len(marked)))
    again = 2 * of_marked(read(only=plan.often)) if plan.often else []
    return marked + plan.labelled * own() + again


def _grammar(plan: Plan) -> list[Example]:
    return of_marked(generate(plan.grammar, seed=plan.seed))


def _tokens(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[Tokens]:
    return [read_as for example in examples if (read_as := tokens(tokenizer, example)) is not None]


def _freeze(network: Network, layers: int) -> None:
    for part in (network.words, network.places, *network.layers[:layers]):
        for parameter in part.parameters():
            parameter.requires_grad_(False)


def _groups(network: Network, rate: float) -> list[dict[str, object]]:
    """The new parts learn five times as fast."""
    new = ("marks", "hidden", "acts", "statuses")
    old = [p for n, p in network.named_parameters() if n.split(".")[0] not in new]
    fresh = [p for n, p in network.named_parameters() if n.split(".")[0] in new]
    return [{"params": old, "lr": rate}, {"params": fresh, "lr": 5 * rate}]


def _rate(at: int, steps: int) -> float:
    warm = max(1, steps // 20)
    if at < warm:
        return (at + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (at - warm) / max(1, steps - warm)))


def main() -> None:
    """Trains by the command line's plan and keeps weights and plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path)
    for name, value in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    options = vars(parser.parse_args())
    base, out, start = options.pop("base"), options.pop("out"), options.pop("start")
    plan = Plan(**options)
    network = train(plan, base, start=start)
    out.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), out / "weights.pt")
    record: dict[str, Any] = asdict(plan)
    if start is not None:
        record["after"] = json.loads((start / "plan.json").read_text(encoding="utf-8"))
    (out / "plan.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
