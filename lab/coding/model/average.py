"""Averages the weights of trainings that differ in their seed alone.

`python -m lab.coding.model.average A B C --out FOLDER`

Source:
    Wortsman et al. (2022), Model soups: averaging weights of multiple fine-tuned models improves
    accuracy without increasing inference time.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from detente.errors import InputError


def average(folders: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the weights that `train` kept in folders.

    Raises:
        InputError: The trainings differ in more than their seed and what they went on from.
    """
    if len({json.dumps(plan | {"seed": 0, "after": 0}) for plan in _plans(folders)}) > 1:
        raise InputError(
            "The weights cannot be averaged.",
            "The trainings differ in more than their seed and what they went on from.",
            "Train them with the same settings.",
        )
    weights = [torch.load(folder / "weights.pt", weights_only=True) for folder in folders]
    return {name: torch.stack([each[name] for each in weights]).mean(0) for name in weights[0]}


def _plans(folders: Sequence[Path]) -> list[dict[str, Any]]:
    return [json.loads((folder / "plan.json").read_text(encoding="utf-8")) for folder in folders]


def main() -> None:
    """Averages the folders of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(average(options.folders), options.out / "weights.pt")
    plans = _plans(options.folders)
    plan = plans[0] | {"seed": [each["seed"] for each in plans]}
    before = list({json.dumps(each.get("after")): each.get("after") for each in plans}.values())
    if len(before) > 1:
        plan["after"] = before
    text = json.dumps(plan, indent=1) + "\n"
    (options.out / "plan.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
