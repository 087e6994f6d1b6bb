"""The network that reads sentences: its file, its word pieces, its answers as arrays.

The file comes with the package; `onnxruntime` and `tokenizers` come with `detente[coding]`. Nothing
is ever loaded from elsewhere. How it was trained stands in `lab/coding/model/`.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detente.arrays import Floats
from detente.coding.shapes import Span
from detente.errors import InputError

FOLDER = Path(__file__).parent / "data"
LONGEST = 128
"""Most word pieces of a sentence; what stands behind them is not read."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """A sentence as word pieces.

    Attributes:
        numbers: Of the pieces in the vocabulary.
        offsets: Where each stands in the sentence.
        cut: Whether the sentence has more of them than are read.
    """

    numbers: tuple[int, ...]
    offsets: tuple[Span, ...]
    cut: bool

    def of(self, spans: Sequence[Span]) -> tuple[int, ...]:
        """The pieces that lie in any of the spans; none if they stand behind what is read."""
        return tuple(
            number
            for number, (start, end) in enumerate(self.offsets)
            if end > start and any(start < span[1] and span[0] < end for span in spans)
        )


class Encoder:
    """A network and its vocabulary, ready to be asked.

    Args:
        folder: Holds `events.onnx`, `tokenizer.json` and `events.json` (hash and temperatures).
        threads: Cores that it may use.

    Raises:
        InputError: `detente[coding]` is not installed, a file cannot be read, or the network is not
            the one that its record names.
    """

    def __init__(self, folder: Path = FOLDER, threads: int = 1) -> None:
        self.record, network = _files(folder)
        runtime, tokenizers = _libraries()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # What it sets aside for reuse grows with every new length of a sentence, by 60 MB in all.
        options.enable_cpu_mem_arena = False
        self._session = runtime.InferenceSession(
            network, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Sentences as word pieces."""
        return [
            Pieces(
                tuple(encoding.ids[:LONGEST]),
                tuple(encoding.offsets[:LONGEST]),
                len(encoding.ids) > LONGEST,
            )
            for encoding in self._tokenizer.encode_batch(list(texts))
        ]

    def logits(
        self, sentences: Sequence[Pieces], rows: Integers, marks: Sequence[Integers]
    ) -> tuple[Floats, Floats]:
        """Scores of pairs, before they are turned into probabilities.

        Args:
            sentences: That the pairs stand in.
            rows: The sentence of each pair.
            marks: By pair and piece of its sentence: 1 for the first mention, 2 for the second, 3
                for words that name both, else 0.

        Returns:
            Scores of no event and the acts, shape (pairs, 2, classes), and of statuses,
            (pairs, 2, statuses): first to second, second to first.
        """
        longest = max(len(sentence.numbers) for sentence in sentences)
        numbers = np.zeros((len(sentences), longest), dtype=np.int64)
        seen = np.zeros((len(sentences), longest), dtype=np.float32)
        for row, sentence in enumerate(sentences):
            numbers[row, : len(sentence.numbers)] = sentence.numbers
            seen[row, : len(sentence.numbers)] = 1.0
        marked = np.zeros((len(rows), longest), dtype=np.int64)
        for row, mark in enumerate(marks):
            marked[row, : len(mark)] = mark
        given: dict[str, Any] = {"pieces": numbers, "seen": seen, "rows": rows, "marks": marked}
        acts, statuses = self._session.run(["acts", "statuses"], given)
        return acts.astype(np.float64), statuses.astype(np.float64)


@functools.cache
def encoder() -> Encoder:
    """The network that comes with the package, loaded once."""
    return Encoder()


def _files(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The record of a network and the network itself."""
    try:
        record = json.loads((folder / "events.json").read_text(encoding="utf-8"))
        network = (folder / "events.onnx").read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(
            f"The network that reads text could not be read from {folder}.",
            f"{getattr(error, 'strerror', None) or error}.",
            "Give a folder with events.onnx, events.json and tokenizer.json, or install detente"
            " again.",
        ) from error
    _check(network, record)
    return record, network


def _check(network: bytes, record: dict[str, Any]) -> None:
    digest = hashlib.sha256(network).hexdigest()
    if digest != record["sha256"]:
        raise InputError(
            "The network that reads text cannot be used.",
            f"The SHA-256 of events.onnx is {digest[:12]}..., not {record['sha256'][:12]}...",
            "Install detente again; the file was changed or came incomplete.",
        )


def _libraries() -> tuple[Any, Any]:
    try:
        onnxruntime, tokenizers = import_module("onnxruntime"), import_module("tokenizers")
    except ImportError as error:
        raise InputError(
            "Text cannot be coded yet.",
            f"The library {error.name} is not installed.",
            "Run: pip install 'detente[coding]'",
        ) from error
    return onnxruntime, tokenizers
