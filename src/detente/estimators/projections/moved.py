"""Whether one series is followed by another: a projection, and the same with the first moved.

Two series that are violent in the same years follow one another whatever week of these years is
taken. So beside the p-value of the regression stands a second one: the first series is moved along
the calendar, by years, and the response to it is estimated anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import Floats, Ints
from detente.errors import DataGapError
from detente.estimators.projections.project import local_projection

MOVES = 60
FEWEST_MOVES = 9
COVERAGE = 0.90


@dataclass(frozen=True, eq=False)
class Followed:
    """What follows a series in the periods after its own.

    Attributes:
        effect: Mean response per period of the window to one unit.
        interval: Its 90% interval.
        error: Its standard error.
        p: Two-sided p-value of the regression.
        p_moved: Share of moves, with none as one of them, with as large a response in its errors.
        moved: Response at each move, shape (moves,).
        periods: Periods behind it.
    """

    effect: float
    interval: tuple[float, float]
    error: float
    p: float
    p_moved: float
    moved: Floats
    periods: int


def followed(
    outcome: ArrayLike,
    cause: ArrayLike,
    *,
    window_periods: int,
    lags: int,
    controls: ArrayLike,
    segments: ArrayLike,
    own_period: bool = False,
    moves: int = MOVES,
) -> Followed:
    """The mean response of a series, in the periods after it, to another one.

    The outcome of the cause's own period is a control, so that what both have in common there, and
    which of them came first within it, is not taken for an answer.

    Args:
        outcome: What responds, shape (T,); NaN where unknown.
        cause: What acts, shape (T,); NaN where unknown.
        window_periods: Periods after the cause's own.
        lags: How many periods of the past of both matter.
        controls: Seasons, shape (T, m).
        segments: Number of the source of each period, shape (T,).
        own_period: Whether the window begins with the cause's own period; the outcome of that is
            then no control.
        moves: By how many steps the cause is moved along the calendar, none: it is not.

    Raises:
        DataGapError: The series do not carry it, or are too short to be moved.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> cause, outcome = rng.normal(size=(2, 4000))
        >>> outcome[1:] += 0.5 * cause[:-1]
        >>> others = {"controls": np.zeros((4000, 0)), "segments": np.zeros(4000)}
        >>> result = followed(outcome, cause, window_periods=1, lags=2, **others)
        >>> round(result.effect, 1), result.p_moved < 0.05
        (0.5, True)

    Source:
        Jordà (2005) for projections; Montiel Olea and Plagborg-Møller (2021) for their errors.
    """
    y, x = np.asarray(outcome, dtype=np.float64), np.asarray(cause, dtype=np.float64)
    blocks = np.asarray(segments, dtype=np.float64)
    ahead = y if own_period else _next(y, blocks)
    summed = local_projection(
        ahead,
        x,
        horizons=[window_periods - 1],
        cumulative=True,
        lags=lags,
        controls=controls,
        segments=blocks,
    )
    low, high = summed.interval(COVERAGE)
    steps = (0, *_shifts(len(x), moves, least=2 * (lags + window_periods)))
    here, *moved = _responses(ahead, x, steps, window_periods, np.asarray(controls), blocks, lags)
    sizes = np.array([size for _, size in moved])
    return Followed(
        effect=float(summed.estimate[0, 0]) / window_periods,
        interval=(float(low[0, 0]) / window_periods, float(high[0, 0]) / window_periods),
        error=float(summed.error[0, 0]) / window_periods,
        p=float(summed.p_value[0, 0]),
        p_moved=float((1 + (sizes >= here[1]).sum()) / (1 + len(sizes))),
        moved=np.array([effect for effect, _ in moved]) / window_periods,
        periods=int(summed.periods[0]),
    )


def response_without(
    outcome: Floats,
    cause: Floats,
    left_out: Sequence[Ints],
    *,
    window_periods: int,
    lags: int,
    controls: Floats,
    segments: Ints,
    own_period: bool = False,
) -> Floats:
    """The effect of `followed` without some of the causes' periods, shape (groups,).

    Args:
        outcome: As there.
        cause: As there.
        left_out: Periods that are left out as causes, one array a group.
        window_periods: As there.
        lags: As there.
        controls: As there.
        segments: As there.
        own_period: As there.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> cause, outcome = rng.normal(size=(2, 4000))
        >>> outcome[1:] += 0.5 * cause[:-1]
        >>> nothing, source = np.zeros((4000, 0)), np.zeros(4000)
        >>> halves = [np.arange(2000), np.arange(2000, 4000)]
        >>> response_without(
        ...     outcome, cause, halves, window_periods=1, lags=2, controls=nothing, segments=source
        ... ).round(1).tolist()
        [0.5, 0.5]
    """
    blocks = np.asarray(segments, dtype=np.float64)
    ahead = outcome if own_period else _next(outcome, blocks)
    effects = []
    for group in left_out:
        rest = ahead.copy()
        rest[group] = np.nan
        [(effect, _)] = _responses(rest, cause, (0,), window_periods, controls, blocks, lags)
        effects.append(effect / window_periods)
    return np.array(effects)


def _responses(
    ahead: Floats,
    cause: Floats,
    steps: Iterable[int],
    window_periods: int,
    controls: Floats,
    blocks: Floats,
    lags: int,
) -> list[tuple[float, float]]:
    """The response to the cause moved by each number of steps."""
    sums = _sum_of_next(ahead, blocks, window_periods)
    past = np.column_stack([np.ones(len(ahead)), controls, _past(ahead, blocks, lags + 1)])
    return [_response(sums, np.roll(cause, step), past, blocks, lags) for step in steps]


def _next(values: Floats, blocks: Floats) -> Floats:
    """The value of the next period, NaN where that is of another source or not there."""
    return _shifted(values, blocks, -1)


def _shifted(values: Floats, blocks: Floats, lag: int) -> Floats:
    """Values of so many periods before (after, where negative) within a source, shape (T,)."""
    moved, same = np.roll(values, lag), np.roll(blocks, lag) == blocks
    same[slice(0, lag) if lag > 0 else slice(len(same) + lag, None)] = False
    return np.where(same, moved, np.nan)


def _past(values: Floats, blocks: Floats, lags: int) -> Floats:
    """The last so many values before each period, shape (T, lags)."""
    return np.column_stack([_shifted(values, blocks, lag) for lag in range(1, lags + 1)])


def _sum_of_next(values: Floats, blocks: Floats, window_periods: int) -> Floats:
    """Sum over each period and those after it, shape (T,)."""
    later = [_shifted(values, blocks, -lag) for lag in range(1, window_periods)]
    return np.asarray(np.sum([values, *later], axis=0), dtype=np.float64)


def _shifts(length: int, moves: int, *, least: int) -> Ints:
    """Steps by which a series is moved round the calendar, evenly apart."""
    if moves and length - 2 * least < FEWEST_MOVES:
        raise DataGapError(
            "What follows could not be compared.",
            f"The series of {length} periods cannot be moved by {least} or more both ways.",
            "Load data over a longer period.",
        )
    steps = np.linspace(least, length - least, moves)
    return np.unique(steps.astype(np.int64))


def _response(
    sums: Floats, cause: Floats, past: Floats, blocks: Floats, lags: int
) -> tuple[float, float]:
    """The response to a series, and its size in errors that allow for uneven noise.

    The regression of `local_projection`, without its degrees of freedom: what is compared here is
    only the order of moves, of which there are many.
    """
    others = np.hstack([past, _past(cause, blocks, lags + 1)])
    complete = np.isfinite(np.column_stack([sums, cause, others])).all(axis=1)
    pair = np.column_stack([sums, cause])[complete]
    basis, _ = np.linalg.qr(others[complete])
    y, x = (pair - basis @ (basis.T @ pair)).T
    effect = float(x @ y) / float(x @ x)
    error = float(np.sqrt((x**2 * (y - effect * x) ** 2).sum())) / float(x @ x)
    return effect, abs(effect) / error
