"""Spans of a calendar within which levels are compared, and what follows within them."""

from __future__ import annotations

import numpy as np

from detente.arrays import Bools, Floats, Ints

SHORTEST_SPAN = 10  # periods


def whole_around(finite: Bools, before: int, after: int) -> Bools:
    """Periods with so many known ones before and after them, shape (T,).

    Example:
        >>> whole_around(np.array([True, True, True, False, True]), 1, 1).tolist()
        [False, True, False, False, False]
    """
    padded = np.concatenate([np.zeros(before, bool), finite, np.zeros(after, bool)])
    around = np.lib.stride_tricks.sliding_window_view(padded, before + after + 1)
    return np.asarray(around.all(axis=1), dtype=np.bool_)


def spans_of(blocks: Ints, borders: Ints, usable: Bools, span: int) -> Ints:
    """Number of the span of each period, shape (T,); one with hardly any data joins the one before.

    Args:
        blocks: Source of each period, shape (T,).
        borders: Indexes at which a new era begins.
        usable: Periods with data around them, shape (T,).
        span: Periods in a span.

    Example:
        >>> spans_of(np.zeros(60, int), np.array([20]), np.ones(60, bool), 26).tolist()[18:22]
        [0, 0, 1, 1]
    """
    era = np.searchsorted(np.sort(borders), np.arange(len(blocks)), side="right")
    change = np.flatnonzero((np.diff(era) != 0) | (np.diff(blocks) != 0)) + 1
    numbers, number = np.zeros(len(blocks), dtype=np.int64), -1
    for part in np.split(np.arange(len(blocks)), change):
        for piece in np.array_split(part, max(1, len(part) // span)):
            number += int(usable[piece].sum() >= SHORTEST_SPAN or number < 0)
            numbers[piece] = number
    return numbers


def thirds_after(outcome: Floats, cause: Floats, spans: Ints, window: int) -> Floats:
    """How the window after stands to its span, by thirds of the cause within it.

    Args:
        outcome: What responds, shape (T,).
        cause: What acts, shape (T,).
        spans: Number of the span of each period, shape (T,).
        window: Periods after.

    Returns:
        Mean of the window less that of the span, one row a span: after the third of its periods
        with least of the cause, the middle one and that with most, shape (spans, 3).

    Example:
        >>> cause = np.array([0.0, 0.0, 0.0, 0.0, 3.0, 0.0])
        >>> thirds_after(np.roll(cause, 1), cause, np.zeros(6, int), 1).round(1).tolist()
        [[0.0, 0.0, 3.0]]
    """
    ahead = np.full(len(outcome), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(outcome[1:], window)
    ahead[: len(windows)] = windows.mean(axis=1)
    rows = []
    for number in np.unique(spans):
        inside = np.flatnonzero((spans == number) & np.isfinite(ahead + cause + outcome))
        if len(inside) >= 3:
            order = inside[np.argsort(cause[inside], kind="stable")]
            usual = outcome[inside].mean()
            rows.append([ahead[third].mean() - usual for third in np.array_split(order, 3)])
    return np.array(rows)
