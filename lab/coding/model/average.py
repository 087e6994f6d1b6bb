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

import torch
from torch import Tensor

from detente.errors import InputError


def average(folders: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the weights that `train` kept in folders.

    Raises:
        InputError: The trainings differ in more than their seed.
    """
    plans = [json.loads((folder / "plan.json").read_text(encoding="utf-8")) for folder in folders]
    if len({json.dumps(plan | {"seed": 0}) for plan in plans}) > 1:
        raise InputError(
            "The weights cannot be averaged.",
            "The trainings differ in more than their seed.",
            "Train them with the same settings.",
        )
    weights = [torch.load(folder / "weights.pt", weights_only=True) for folder in folders]
    return {name: torch.stack([each[name] for each in weights]).mean(0) for name in weights[0]}


def main() -> None:
    """Averages the folders of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(average(options.folders), options.out / "weights.pt")
    plans = [json.loads((f / "plan.json").read_text(encoding="utf-8")) for f in options.folders]
    plan = plans[0] | {"seed": [each["seed"] for each in plans]}
    text = json.dumps(plan, indent=1) + "\n"
    (options.out / "plan.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
