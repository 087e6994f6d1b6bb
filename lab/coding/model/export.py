"""Writes trained networks as the file that ships: `python -m lab.coding.model.export A B C`.

Several are asked together, with one table of words (`network.Ensemble`).

ONNX with weights of eight bits (by output channel), of which seven are used so that all processors
give the same answers; beside it a record: SHA-256, temperatures, and how it was trained.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from detente.coding.encoder import FOLDER
from lab.coding.model.calibrate import temperatures
from lab.coding.model.network import Ensemble, Network, Shape
from lab.coding.model.train import load_tokenizer


def load(folder: Path) -> Network:
    """A network that `train` or `average` kept."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    network = Network(Shape(marked_at=plan["marked_at"]))
    network.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))
    return network.eval()


def export(network: Ensemble, path: Path) -> None:
    """Writes the networks with weights of eight bits, of which seven are used."""
    given = (
        torch.randint(5, 50, (2, 9)), torch.ones(2, 9), torch.tensor([0, 1, 1]),
        torch.tensor([[0, 1, 0, 2, 0, 0, 0, 0, 0]] * 3),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The newer exporter would need one more library for the same file.
        warnings.simplefilter("ignore", DeprecationWarning)
        exact = Path(folder) / "exact.onnx"
        torch.onnx.export(
            network.eval(),
            given,
            str(exact),
            input_names=["pieces", "seen", "rows", "marks"],
            output_names=["acts", "statuses"],
            dynamic_axes={
                "pieces": {0: "sentences", 1: "tokens"},
                "seen": {0: "sentences", 1: "tokens"},
                "rows": {0: "pairs"},
                "marks": {0: "pairs", 1: "tokens"},
                "acts": {0: "pairs"},
                "statuses": {0: "pairs"},
            },
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            str(exact),
            str(path),
            per_channel=True,
            # With all eight bits, processors without VNNI let sums overflow and answer otherwise.
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        )


def write(network: Ensemble, to: Path, base: Path, record: dict[str, Any]) -> Path:
    """Writes networks, vocabulary and record into a folder, as `Encoder` reads it.

    Args:
        network: Trained networks.
        to: The folder; it is made if it does not exist.
        base: Where `tokenizer.json` lies.
        record: Temperatures, and how it was trained; the hash of the file is added.
    """
    to.mkdir(parents=True, exist_ok=True)
    path = to / "events.onnx"
    export(network, path)
    if base.resolve() != to.resolve():
        shutil.copyfile(base / "tokenizer.json", to / "tokenizer.json")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    text = json.dumps({"sha256": digest, **record}, indent=1) + "\n"
    (to / "events.json").write_text(text, encoding="utf-8")
    return path


def main() -> None:
    """Writes trained networks into the package's folder, or another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--to", type=Path, default=FOLDER)
    options = parser.parse_args()
    network = Ensemble([load(folder) for folder in options.folders])
    fitted = temperatures(network.eval(), load_tokenizer(options.base))
    record = {
        "temperature": fitted.acts,
        "status_temperature": fitted.statuses,
        "set_aside_loss": fitted.loss,
        "plans": [
            json.loads((folder / "plan.json").read_text(encoding="utf-8"))
            for folder in options.folders
        ],
    }
    path = write(network, options.to, options.base, record)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
