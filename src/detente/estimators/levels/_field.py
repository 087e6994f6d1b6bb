"""A latent level as one sparse Gaussian field: its fit, and draws that are exact.

The unknowns are the level of each period (with a trend also its slope, interleaved) and a few
effects that hold throughout. Their joint precision is a band with a narrow border, so one pass
along the calendar factors it (Rue and Held 2005). Scores have a Gaussian posterior. Counts have a
nearly Gaussian one: their likelihood is expanded to second order about the mode, and `remainder` is
what the expansion left out, which the chain puts back.

A state of the chain is a point of a grid of parameters and white noise, which the field at that
point turns into a path. In these coordinates the posterior is the weights of the grid, times a
standard normal, times the exponential of the remainder, which is nearly flat. So two moves mix well
without tuning: another point of the grid with the same white noise, by the rule of Metropolis and
Hastings, and other noise by elliptical slice sampling (Murray, Adams and MacKay 2010).

Notation: `x` is the linear predictor, the level and the effects, shape (T,); `theta` holds the logs
of the standard deviations of the noise, of a step of the level and of a step of its slope.

One file, because numba's cache does not see changes in another.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.compiled import compiled

MAX_ITERATIONS = 60
LEAP = 3.0  # the furthest that one Newton step moves any predictor
CLOSE = 1e-4  # the mode needs no more digits: the remainder corrects for the rest
BURN_IN = 50
SWEEPS = 2  # per draw that is kept
LARGE = 1e8  # a dispersion at which the log-gamma function loses digits
NO_ANGLE = 1e-9  # a slice that rounding has closed


class Observed(NamedTuple):
    """What was seen, and the prior of what does not move.

    Attributes:
        values: Shape (T,); any number where nothing was seen.
        offset: Added to the level of a count: the log of its exposure, shape (T,).
        seen: Shape (T,).
        design: Regressors of the fixed effects, shape (T, k).
        start: Prior precisions of the first level, of the first slope and of every effect.
        stride: Unknowns per period: the level, and with a trend its slope, or a burst.
        counts: Negative binomial if true, Gaussian if not.
        memory: Share of a burst that is left after a period; 0 without bursts. A burst is added to
            the level in what is seen, and is no part of it. With a memory and one unknown per
            period there are bursts alone, about a level that is an effect.
    """

    values: Floats
    offset: Floats
    seen: Bools
    design: Floats
    start: Floats
    stride: int
    counts: bool
    memory: float = 0.0


class Factor(NamedTuple):
    """The Cholesky factor of a banded matrix with a border; before it is factored, the matrix.

    Attributes:
        band: Of the path; column d holds the d-th subdiagonal, shape (n, width).
        border: Between path and effects, shape (n, k).
        corner: Of the effects, shape (k, k); only its lower triangle is used.
    """

    band: Floats
    border: Floats
    corner: Floats


class Field(NamedTuple):
    """The Gaussian approximation of the unknowns, expanded about the predictor `at`.

    Attributes:
        at: Shape (T,).
        value: Log-likelihood of each period there, up to a constant, shape (T,).
        gradient: Of the log-likelihood there, shape (T,).
        curvature: Minus its second derivative there, shape (T,).
        factor: Of the precision of the unknowns.
        mean: Path and effects, shape (n + k,).
        evidence: Log of the likelihood of the parameters; minus infinity where it has none.
    """

    at: Floats
    value: Floats
    gradient: Floats
    curvature: Floats
    factor: Factor
    mean: Floats
    evidence: float


@compiled
def fit(observed: Observed, theta: Floats, at: Floats) -> Field:
    """The approximation about the mode, by Newton steps from the predictor `at`."""
    field = approximate(observed, theta, at)
    for _ in range(MAX_ITERATIONS if observed.counts else 0):
        if not np.isfinite(field.evidence):
            break
        step = predictor(observed, field.mean) - field.at
        length = np.max(np.abs(np.where(observed.seen, step, 0.0)))
        if length < CLOSE:
            break
        field = approximate(observed, theta, field.at + step * min(1.0, LEAP / length))
    return field


@compiled
def approximate(observed: Observed, theta: Floats, at: Floats) -> Field:
    """The approximation about one predictor."""
    value, gradient, curvature = _expand(observed, theta[0], at)
    pull = gradient + curvature * at
    band, log_prior = _prior(observed, theta)
    effects = observed.design.shape[1]
    right = np.zeros(len(band) + effects)
    border = np.zeros((len(band), effects))
    corner = np.eye(effects) * observed.start[2]
    for t in range(len(at)):
        row = t * observed.stride
        band[row, 0] += curvature[t]
        right[row] = pull[t]
        if _has_both(observed):
            band[row + 1, 0] += curvature[t]
            band[row + 1, 1] += curvature[t]
            right[row + 1] = pull[t]
        for i in range(effects):
            border[row, i] = curvature[t] * observed.design[t, i]
            if _has_both(observed):
                border[row + 1, i] = border[row, i]
            right[len(band) + i] += pull[t] * observed.design[t, i]
            for j in range(effects):
                corner[i, j] += border[row, i] * observed.design[t, j]
    factor = Factor(band, border, corner)
    log_root = _factorise(factor)
    half = _forward(factor, right)
    evidence = np.sum(value) + _constant(observed, theta[0]) + log_prior - log_root
    evidence += 0.5 * np.sum(half * half) - np.sum(pull * at) + 0.5 * np.sum(curvature * at * at)
    return Field(at, value, gradient, curvature, factor, deviate(factor, half), evidence)


@compiled
def predictor(observed: Observed, unknowns: Floats) -> Floats:
    """Level, burst and effects of each period."""
    length, effects = observed.design.shape
    x = _path(observed, unknowns).copy()
    if _has_both(observed):
        x += unknowns[1 : length * observed.stride : observed.stride]
    for i in range(effects):
        x += observed.design[:, i] * unknowns[length * observed.stride + i]
    return x


@compiled
def _path(observed: Observed, unknowns: Floats) -> Floats:
    return unknowns[: len(observed.values) * observed.stride : observed.stride]


@compiled
def deviate(factor: Factor, white: Floats) -> Floats:
    """Solve with the transposed factor: turns white noise into a deviation of the unknowns."""
    band, border, corner = factor
    length, width = band.shape
    result = white.copy()
    for i in range(len(corner) - 1, -1, -1):
        for j in range(i + 1, len(corner)):
            result[length + i] -= corner[j, i] * result[length + j]
        result[length + i] /= corner[i, i]
    for i in range(length - 1, -1, -1):
        total = result[i]
        for j in range(len(corner)):
            total -= border[i, j] * result[length + j]
        for d in range(1, min(width, length - i)):
            total -= band[i + d, d] * result[i + d]
        result[i] = total / band[i, 0]
    return result


@compiled
def remainder(observed: Observed, theta: Floats, field: Field, x: Floats) -> float:
    """Log-likelihood at `x` less its expansion: the log weight of a draw of the approximation."""
    total = 0.0
    for t in range(len(x)):
        if observed.seen[t]:
            step = x[t] - field.at[t]
            slope = field.gradient[t] - 0.5 * field.curvature[t] * step
            there = _terms(observed, theta[0], t, x[t])[0]
            total += there - field.value[t] - slope * step
    return total


@compiled
def _terms(observed: Observed, log_noise: float, t: int, x: float) -> tuple[float, float, float]:
    """Log-likelihood of one period up to a constant, its slope and minus its curvature."""
    value = observed.values[t]
    size = math.exp(-2.0 * log_noise)  # the dispersion of counts, the precision of scores
    if not observed.counts:
        return -0.5 * (value - x) ** 2 * size, (value - x) * size, size
    z = x + observed.offset[t] + 2.0 * log_noise
    tail = math.exp(-abs(z))
    share = 1.0 / (1.0 + tail) if z > 0 else tail / (1.0 + tail)
    total = value + size
    log_like = value * z - total * (max(z, 0.0) + math.log1p(tail))
    return log_like, value - total * share, total * share * (1.0 - share)


@compiled
def _constant(observed: Observed, log_noise: float) -> float:
    """What `_terms` leaves out of the log-likelihood and depends on the noise."""
    if not observed.counts:
        return -float(np.sum(observed.seen)) * log_noise
    total, size = 0.0, math.exp(-2.0 * log_noise)
    for value in observed.values[observed.seen]:
        if size < LARGE:
            total += math.lgamma(value + size) - math.lgamma(size)
        else:  # Stirling's series, in which nothing cancels
            total += (size + value - 0.5) * math.log1p(value / size) + value * (
                math.log(size) - 1.0
            )
    return total


@compiled
def _expand(observed: Observed, log_noise: float, at: Floats) -> tuple[Floats, Floats, Floats]:
    """Log-likelihoods about a predictor, their slopes and minus their curvatures."""
    value, gradient, curvature = np.zeros(len(at)), np.zeros(len(at)), np.zeros(len(at))
    for t in range(len(at)):
        if observed.seen[t]:
            value[t], gradient[t], curvature[t] = _terms(observed, log_noise, t, at[t])
    return value, gradient, curvature


@compiled
def _prior(observed: Observed, theta: Floats) -> tuple[Floats, float]:
    """Banded precision of the path before anything is seen, and half its log determinant.

    The determinant leaves out what does not depend on `theta`.
    """
    if _has_both(observed):
        return _prior_with_bursts(observed, theta)
    if observed.memory > 0:
        return _prior_of_bursts(observed, theta)
    length, stride = len(observed.values), observed.stride
    step, bend = math.exp(-2.0 * theta[1]), math.exp(-2.0 * theta[2])
    band = np.zeros((length * stride, stride + 1))
    band[0, 0] = observed.start[0]
    for i in range(stride, length * stride, stride):
        band[i, 0] += step
        band[i, stride] -= step
        band[i - stride, 0] += step
        if stride == 2:
            band[i, 1] -= step
            band[i - 1, 0] += step + bend
            band[i - 1, 1] += step
            band[i + 1, 0] += bend
            band[i + 1, 2] -= bend
    if stride == 1:
        return band, -(length - 1) * theta[1]
    band[1, 0] += observed.start[1]
    return band, -(length - 1) * (theta[1] + theta[2])


@compiled
def _has_both(observed: Observed) -> bool:
    """Whether there are bursts beside a level that moves."""
    return observed.memory > 0 and observed.stride == 2


@compiled
def _prior_of_bursts(observed: Observed, theta: Floats) -> tuple[Floats, float]:
    """As `_prior`, of bursts alone: b[t+1] = memory * b[t] + step, from where they always are."""
    length, memory = len(observed.values), observed.memory
    step = math.exp(-2.0 * theta[1])
    band = np.zeros((length, 2))
    band[:, 0] = step * (1.0 + memory**2)
    band[0, 0] = band[length - 1, 0] = step
    band[1:, 1] = -step * memory
    return band, -length * theta[1] + 0.5 * math.log(1.0 - memory**2)


@compiled
def _prior_with_bursts(observed: Observed, theta: Floats) -> tuple[Floats, float]:
    """As `_prior`, of a level beside bursts that fade: b[t+1] = memory * b[t] + push."""
    length, memory = len(observed.values), observed.memory
    step, push = math.exp(-2.0 * theta[1]), math.exp(-2.0 * theta[2])
    band = np.zeros((length * 2, 3))
    band[0, 0] = observed.start[0]
    band[1, 0] = push * (1.0 - memory**2)
    for i in range(2, length * 2, 2):
        band[i, 0] += step
        band[i, 2] -= step
        band[i - 2, 0] += step
        band[i + 1, 0] += push
        band[i + 1, 2] -= push * memory
        band[i - 1, 0] += push * memory**2
    return band, -(length - 1) * theta[1] - length * theta[2]


@compiled
def _factorise(factor: Factor) -> float:
    """Factor a matrix in place; returns half its log determinant, infinity if it has no factor."""
    band, border, corner = factor
    length, width = band.shape
    log_root = 0.0
    for i in range(length):
        reach = min(width - 1, i)
        for d in range(reach, 0, -1):
            for e in range(d + 1, reach + 1):
                band[i, d] -= band[i, e] * band[i - d, e - d]
            band[i, d] /= band[i - d, 0]
            band[i, 0] -= band[i, d] ** 2
        log_root += _root(band, i, 0)
        for j in range(len(corner)):
            for d in range(1, reach + 1):
                border[i, j] -= band[i, d] * border[i - d, j]
            border[i, j] /= band[i, 0]
    corner -= border.T @ border
    for i in range(len(corner)):
        for j in range(i):
            corner[i, j] = (corner[i, j] - corner[i, :j] @ corner[j, :j]) / corner[j, j]
            corner[i, i] -= corner[i, j] ** 2
        log_root += _root(corner, i, i)
    return log_root


@compiled
def _root(matrix: Floats, i: int, j: int) -> float:
    """Replace a pivot by its root and return the root's log; infinity if it is not positive."""
    pivot = matrix[i, j]
    matrix[i, j] = math.sqrt(pivot) if pivot > 0.0 else 1.0
    return 0.5 * math.log(pivot) if pivot > 0.0 else np.inf


@compiled
def _forward(factor: Factor, right: Floats) -> Floats:
    """Solve with the factor."""
    band, border, corner = factor
    length, width = band.shape
    result = right.copy()
    for i in range(length):
        for d in range(1, min(width - 1, i) + 1):
            result[i] -= band[i, d] * result[i - d]
        result[i] /= band[i, 0]
    result[length:] -= border.T @ result[:length]
    for i in range(len(corner)):
        for j in range(i):
            result[length + i] -= corner[i, j] * result[length + j]
        result[length + i] /= corner[i, i]
    return result


@compiled
def independent(
    observed: Observed, thetas: Floats, chosen: Ints, rng: np.random.Generator
) -> Floats:
    """Paths of a Gaussian series at given points of the grid, shape (draws, T)."""
    length = len(observed.values)
    paths = np.empty((len(chosen), length))
    for i in range(len(chosen)):
        field = approximate(observed, thetas[chosen[i]], np.zeros(length))
        unknowns = field.mean + deviate(field.factor, rng.standard_normal(len(field.mean)))
        paths[i] = _path(observed, unknowns)
    return paths


@compiled
def chain(
    observed: Observed,
    thetas: Floats,
    centres: Floats,
    proposals: Ints,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Ints, float]:
    """Paths of a series of counts.

    Args:
        observed: The series and its prior.
        thetas: Points of the grid, shape (J, 3).
        centres: The mode of the predictor at each point, shape (J, T).
        proposals: Points drawn by the weights of the grid, one for each sweep.
        draws: Number of draws to keep.
        rng: Random numbers.

    Returns:
        Paths, shape (draws, T); the point of each; the share of proposals accepted.
    """
    paths, chosen = np.empty((draws, len(observed.values))), np.empty(draws, np.int64)
    points = np.unique(proposals)
    fields = [approximate(observed, thetas[point], centres[point]) for point in points]
    places = np.searchsorted(points, proposals)
    point, field = proposals[0], fields[places[0]]
    white = rng.standard_normal(len(field.mean))
    weight = _weight(observed, thetas[point], field, white)
    accepted = 0
    for sweep in range(len(proposals)):
        other = proposals[sweep]
        rival = fields[places[sweep]]
        weighed = _weight(observed, thetas[other], rival, white)
        if np.log(rng.random()) < weighed - weight:
            point, field, weight = other, rival, weighed
            accepted += 1
        white, weight = _slice(observed, thetas[point], field, white, weight, rng)
        kept = (sweep - BURN_IN) // SWEEPS
        if kept >= 0 and (sweep - BURN_IN) % SWEEPS == SWEEPS - 1:
            paths[kept] = _path(observed, field.mean + deviate(field.factor, white))
            chosen[kept] = point
    return paths, chosen, accepted / len(proposals)


@compiled
def _slice(
    observed: Observed,
    theta: Floats,
    field: Field,
    white: Floats,
    weight: float,
    rng: np.random.Generator,
) -> tuple[Floats, float]:
    """Turn the white noise toward fresh white noise, by an angle within the slice."""
    fresh = rng.standard_normal(len(white))
    centre = predictor(observed, field.mean)
    along = predictor(observed, deviate(field.factor, white))
    across = predictor(observed, deviate(field.factor, fresh))
    floor = weight + np.log(rng.random())
    angle = 2.0 * np.pi * rng.random()
    low, high = angle - 2.0 * np.pi, angle
    while True:
        x = centre + np.cos(angle) * along + np.sin(angle) * across
        rest = remainder(observed, theta, field, x)
        if rest >= floor or high - low < NO_ANGLE:
            return np.cos(angle) * white + np.sin(angle) * fresh, rest
        low, high = (angle, high) if angle < 0.0 else (low, angle)
        angle = low + (high - low) * rng.random()


@compiled
def _weight(observed: Observed, theta: Floats, field: Field, white: Floats) -> float:
    unknowns = field.mean + deviate(field.factor, white)
    return remainder(observed, theta, field, predictor(observed, unknowns))
