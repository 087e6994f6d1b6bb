"""Newton's method for one dimension, with excitation held at zero or above.

After Bertsekas (1982), Projected Newton methods for optimization problems with simple constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy

from detente.arrays import Bools, Floats
from detente.compiled import one_thread
from detente.estimators.hawkes.target import Evaluation, Target, evaluate, log_likelihood
from detente.helpers import cores

STEPS = 100
TOLERANCE = 1e-8  # rise of the log-likelihood that a further step still promises
FAINTEST = np.log(1e-5)  # least baseline, relative to the mean rate
LARGEST_STEP = 3.0  # of a log-linear effect: keeps exp() within reach


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where a dimension's likelihood is highest.

    Attributes:
        parameters: Effects and excitation, shape (q + P,).
        value: Penalised log-likelihood there.
        information: Its negative second derivatives, shape (q + P, q + P).
    """

    parameters: Floats
    value: float
    information: Floats


def maximise(target: Target, start: Floats | None = None) -> Optimum:
    """Maximise the likelihood of one dimension by projected Newton steps."""
    lower = _lower(target)
    point = np.maximum(_start(target) if start is None else start, lower)
    if not np.isfinite(log_likelihood(target, point)):
        point = _start(target)
    for _ in range(STEPS):
        here = evaluate(target, point)
        direction, promise = _direction(here, point, lower)
        if promise < TOLERANCE:
            break
        point, risen = _advance(target, here, point, direction, lower)
        if not risen:
            break
    here = evaluate(target, point)
    return Optimum(point, here.value, _definite(here))


def maximise_all(
    targets: Sequence[Target], starts: Sequence[Floats] | None = None
) -> list[Optimum]:
    """Maximise the likelihood of every dimension, over all cores where there is much to do."""
    begun: Sequence[Floats | None] = starts if starts is not None else [None] * len(targets)
    if sum(target.row_excitement.size for target in targets) < 1e6:
        return [maximise(target, start) for target, start in zip(targets, begun, strict=True)]
    with one_thread(), ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(maximise, targets, begun))


def _start(target: Target) -> Floats:
    """Half of the events from the baseline, half from all sources alike."""
    events, exposure = target.counts.sum(), target.cell_exposure.sum()
    total = target.total_excitement.sum()
    effects = np.zeros(target.effects)
    effects[0] = np.log(0.5 * events / exposure)
    level = 0.5 * events / total if total > 0 else 0.0
    return np.concatenate([effects, np.full(len(target.columns), min(level, 0.5))])


def _lower(target: Target) -> Floats:
    lower = np.zeros(target.effects + len(target.columns))
    lower[: target.effects] = -np.inf
    lower[0] = np.log(target.counts.sum() / target.cell_exposure.sum()) + FAINTEST
    return lower


def _direction(here: Evaluation, point: Floats, lower: Floats) -> tuple[Floats, float]:
    """Newton step over the parameters that are free to move, and the rise that it promises."""
    free = (point > lower) | (here.gradient > 0)
    step = np.zeros_like(point)
    gradient = here.gradient[free]
    step[free] = _solve(here, free, gradient)
    inside = np.maximum(point + step, lower) - point
    return step, float(np.abs(here.gradient @ inside))


def _solve(here: Evaluation, free: Bools, gradient: Floats) -> Floats:
    block = np.ix_(free, free)
    for matrix in (here.information[block], here.outer[block]):
        scale = np.diag(matrix).clip(min=1e-12)
        try:
            factor = scipy.linalg.cho_factor(matrix + np.diag(1e-12 * scale))
        except scipy.linalg.LinAlgError:
            continue
        return np.asarray(scipy.linalg.cho_solve(factor, gradient))
    return np.asarray(gradient / (np.diag(here.outer)[free] + 1.0))


def _advance(
    target: Target, here: Evaluation, point: Floats, direction: Floats, lower: Floats
) -> tuple[Floats, bool]:
    """Halve the step until the likelihood rises by a fair part of what was promised."""
    largest = np.abs(direction[: target.effects]).max()
    size = min(1.0, LARGEST_STEP / max(largest, 1e-12))
    for _ in range(40):
        tried = np.maximum(point + size * direction, lower)
        rise = log_likelihood(target, tried) - here.value
        if rise >= 1e-4 * float(here.gradient @ (tried - point)) and rise > 0:
            return tried, True
        size /= 2
    return point, False


def _definite(here: Evaluation) -> Floats:
    try:
        scipy.linalg.cho_factor(here.information)
    except scipy.linalg.LinAlgError:
        return here.outer
    return here.information
