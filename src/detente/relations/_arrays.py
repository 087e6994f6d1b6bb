"""Plain array arithmetic behind the algebra of series; NaN is missing and never zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError
from detente.relations.steps import Days, Every, next_start

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_SHARE_OBSERVED = 0.5
"""A mean over a period needs at least this share of its parts."""


def check_once(name: str, starts: Days, given: Floats, world: Floats | None) -> None:
    if given.shape != starts.shape or (world is not None and world.shape != starts.shape):
        raise InputError(
            f"The series {name!r} could not be built.",
            f"It has {starts.size} dates and {given.size} values.",
            "Give one value for each date.",
        )
    unique, counts = np.unique(starts, return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"The series {name!r} could not be built.",
            f"The period of {unique[counts > 1][0]} is given {counts.max()} times.",
            "Give each period once.",
        )


def placed(values: Floats, where: Ints, size: int) -> Floats:
    out = np.full(size, np.nan)
    out[where] = values
    return out


def ratio(top: Floats, bottom: Floats) -> Floats:
    out = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=out, where=np.isfinite(bottom) & (bottom != 0))
    return out


def joined(a: str, b: str) -> str:
    return a if b in {"", a} else f"{a}; {b}" if a else b


def either(
    use_first: NDArray[np.bool_], first: Floats | None, second: Floats | None, size: int
) -> Floats | None:
    if first is None and second is None:
        return None
    unknown = np.full(size, np.nan)
    mine = unknown if first is None else first
    other = unknown if second is None else second
    return np.where(use_first, mine, other)


def renumbered(segments: Ints, numbers: list[int]) -> Ints:
    table = np.asarray([*numbers, -1], dtype=np.int64)  # index -1 stays -1
    out: Ints = table[segments]
    return out


def filled(segments: Ints) -> Ints:
    """Segments with -1 replaced by the last known one before it (or the first after)."""
    labelled = np.flatnonzero(segments >= 0)
    if not labelled.size:
        return np.zeros_like(segments)
    before = np.searchsorted(labelled, np.arange(segments.size), side="right") - 1
    out: Ints = segments[labelled[np.maximum(before, 0)]]
    return out


def expected_parts(span: Days, fine: Every, coarse: Every) -> Ints:
    """How many fine periods make up each coarse one."""
    after = next_start(span, coarse)
    if fine == "day":
        return (after - span).astype(np.int64)
    if fine == coarse:
        return np.ones(span.size, dtype=np.int64)
    months = (after.astype("datetime64[M]") - span.astype("datetime64[M]")).astype(np.int64)
    parts: Ints = months // {"month": 1, "quarter": 3}[fine]
    return parts


def sums(values: Floats, index: Ints, expected: Ints) -> Floats:
    measured = np.isfinite(values)
    total = np.bincount(index, np.where(measured, values, 0.0), expected.size)
    return np.where(np.bincount(index, measured, expected.size) == expected, total, np.nan)


def means(values: Floats, index: Ints, expected: Ints) -> Floats:
    measured = np.isfinite(values)
    total = np.bincount(index, np.where(measured, values, 0.0), expected.size).astype(np.float64)
    count = np.bincount(index, measured, expected.size)
    return np.where(
        count >= MIN_SHARE_OBSERVED * expected, ratio(total, count.astype(np.float64)), np.nan
    )
