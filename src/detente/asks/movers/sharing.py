"""Lasting changes of many pairs: measured here, or shared among the workers of an engine.

What a pair says at each point of the grid is a function of its own counts and of what all share, so
that it does not matter who measures which; how common the points are is told from all of them here.
The number of workers changes no digit.
"""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa

from detente.arrays import Bools, Floats
from detente.estimators.levels.lasting import (
    LastingChanges,
    by_grid,
    lasting_changes,
    pooled,
)
from detente.events.engine import DUCKDB
from detente.events.engine import engine as engine_of


def changes_on(
    engine: str, counts: Floats, after: Bools, *, exposure: Floats, threads: int = 1
) -> LastingChanges:
    """As `lasting_changes`, by an engine.

    Args:
        engine: Name or address of the engine.
        counts: Events by series and period, shape (N, T).
        after: Which periods lie after the date, shape (T,).
        exposure: What counts are relative to, shape (T,) or (N, T).
        threads: Threads to share the series among where they are measured here.

    Example:
        >>> counts, after = np.full((2, 20), 4.0), np.arange(20) >= 10
        >>> same = changes_on("duckdb", counts, after, exposure=np.ones(20))
        >>> [round(float(value), 2) for value in same.risen]
        [0.5, 0.5]
    """
    if engine == DUCKDB.name:
        return lasting_changes(counts, after, exposure=exposure, threads=threads)
    weights = np.broadcast_to(exposure, counts.shape)
    rows = pa.table({"counts": _lists(counts), "exposure": _lists(weights)})
    table = engine_of(engine).each(functools.partial(_measured, after=after), rows)
    parts = table["parts"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return pooled(parts.reshape(len(counts), 4, -1))


def _measured(rows: pa.Table, *, after: Bools) -> pa.Table:
    """What the series of a portion say; what a worker does."""
    counts, exposure = (
        rows[name].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(-1, len(after))
        for name in ("counts", "exposure")
    )
    parts = by_grid(counts, after, exposure=exposure)
    return pa.table(
        {"parts": _lists(parts.reshape(len(parts), parts[0].size if len(parts) else 0))}
    )


def _lists(values: Floats) -> pa.ListArray:
    """A row of a matrix in each element."""
    many, length = values.shape
    offsets = np.arange(many + 1, dtype=np.int32) * length
    return pa.ListArray.from_arrays(
        pa.array(offsets), pa.array(np.ascontiguousarray(values).ravel())
    )
