"""Turns the networks that ship back into folders to go on from.

    python -m lab.coding.model.unpack --base FOLDER --out A B

Weights of eight bits become numbers again, with what the rounding has changed (by half a step of
its channel at most); words and places, which no training changes, are the published ones.
"""

from __future__ import annotations

import argparse
import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from detente.arrays import Floats
from detente.coding.encoder import FOLDER
from detente.errors import InputError
from lab.coding.model.network import Network, pretrained

_NAMELESS = re.compile(r"onnx::MatMul_(\d+)")
PARTS = ("query", "key_value", "attended", "inner", "outer")
"""Products of a layer in the order in which they are computed, which the file has no names for."""


def networks(file: Path, like: Network) -> list[Network]:
    """The networks of a file that `export` wrote.

    Args:
        file: An `events.onnx`.
        like: A network of the same shape, with their vectors of words and places.

    Raises:
        InputError: The file does not hold whole networks of this shape.
    """
    numbers = _numbers(file)
    nameless = sorted(
        (name for name in numbers if _NAMELESS.fullmatch(name)),
        key=lambda name: int(name.rpartition("_")[2]),
    )
    size = like.shape.layers * len(PARTS)
    if not nameless or len(nameless) % size:
        raise InputError(
            f"The networks of {file} could not be unpacked.",
            f"It has {len(nameless)} products of layers, not {size} for each network.",
            "Give a file that lab.coding.model.export wrote.",
        )
    unpacked = []
    for place in range(len(nameless) // size):
        network = copy.deepcopy(like)
        own = dict(network.state_dict())
        own |= _named(numbers, f"networks.{place}.", own)
        for number, name in enumerate(nameless[place * size : (place + 1) * size]):
            layer, part = divmod(number, len(PARTS))
            own[f"layers.{layer}.{PARTS[part]}.weight"] = _tensor(numbers[name].T)
        network.load_state_dict(own)
        unpacked.append(network.eval())
    return unpacked


def _named(
    numbers: Mapping[str, Floats], prefix: str, own: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """What the file has a name for; vectors of words and places stay as published."""
    weights = {}
    for name in own:
        if name.startswith(("words", "places")):
            continue
        if (direct := numbers.get(prefix + name)) is not None:
            weights[name] = _tensor(direct)
        elif (turned := numbers.get(f"{prefix}{name}_Transposed")) is not None:
            weights[name] = _tensor(turned.T)
    return weights


def _numbers(file: Path) -> dict[str, Floats]:
    """All weights of a file by name, those of eight bits as the numbers that they stand for."""
    stored = {
        each.name: numpy_helper.to_array(each) for each in onnx.load(str(file)).graph.initializer
    }
    numbers = {}
    for name, value in stored.items():
        bare = name.removesuffix("_quantized")
        if bare == name:
            numbers[name] = value
        else:
            scale, zero = stored[f"{bare}_scale"], stored[f"{bare}_zero_point"]
            numbers[bare] = (value.astype(np.float64) - zero) * scale
    return numbers


def _tensor(value: Floats) -> Tensor:
    return torch.tensor(np.ascontiguousarray(value, dtype=np.float32))


def main() -> None:
    """Writes each network of the file that ships into its folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--file", type=Path, default=FOLDER / "events.onnx")
    parser.add_argument("--out", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    record = json.loads(options.file.with_name("events.json").read_text(encoding="utf-8"))
    plans = record["plans"]
    unpacked = networks(options.file, pretrained(options.base, plans[0]["marked_at"]))
    for network, plan, out in zip(unpacked, plans, options.out, strict=True):
        out.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), out / "weights.pt")
        (out / "plan.json").write_text(json.dumps(plan, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
