"""Where faults are put: places of a module, drawn by chance, with one fault at each."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EQUAL_BY_NATURE = ("core/RemoveDecorator",)
"""Faults that change nothing here: a compiled function is the same without its decorator."""

Position = tuple[int, int]


@dataclass(frozen=True)
class Fault:
    """A fault that can be put into a module.

    Attributes:
        operator: Its kind, by Cosmic Ray's name.
        occurrence: Which of the places where the kind is possible.
        start: Line from 1 and column from 0.
        end: Where the changed code ends.
    """

    operator: str
    occurrence: int
    start: Position
    end: Position


def drawn(faults: Iterable[Fault], source: str, most: int, seed: str) -> list[Fault]:
    """At most so many places, drawn with a seed, and one possible fault of each.

    Places are drawn and not faults, since a sum alone has a dozen. Annotations are left out: they
    are not evaluated.

    Example:
        >>> every = [Fault("core/a", i, (1, 4), (1, 5)) for i in range(9)]
        >>> [fault.start for fault in drawn(every, "x = 1 + 1", 5, "seed")]
        [(1, 4)]
    """
    said = list(annotated(source))
    at: dict[tuple[Position, Position], list[Fault]] = defaultdict(list)
    for fault in faults:
        inside = any(start <= fault.start and fault.end <= end for start, end in said)
        if not inside and not fault.operator.startswith(EQUAL_BY_NATURE):
            at[fault.start, fault.end].append(fault)
    rng = random.Random(seed)
    places = rng.sample(sorted(at), min(most, len(at)))
    return [rng.choice(sorted(at[place], key=str)) for place in sorted(places)]


def annotated(source: str) -> Iterator[tuple[Position, Position]]:
    """Where annotations stand, in no order.

    Example:
        >>> list(annotated("def f(x: int | None) -> str: ..."))
        [((1, 24), (1, 27)), ((1, 9), (1, 19))]
    """
    for node in ast.walk(ast.parse(source)):
        parts = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for part in parts:
            if isinstance(part, ast.expr):
                start, end = (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)
                yield start, (end[0] or start[0], end[1] or start[1])
