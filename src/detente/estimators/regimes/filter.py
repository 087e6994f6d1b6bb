"""Hidden regimes: their probability given the data so far, and joint draws given all the data.

A regime follows a Markov chain: `transition[i, j]` is the probability that regime j comes after
regime i. The filter runs forwards; whole paths are then drawn backwards from it.

Sources: Hamilton (1989); Carter and Kohn (1994), On Gibbs sampling for state space models; Chib
(1996), Calculating posterior distributions and modal estimates in Markov mixture models.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from detente.arrays import Bools, Floats, Ints
from detente.compiled import compiled
from detente.errors import DataGapError, UsageError

SUM = 1e-8  # how far probabilities may miss 1


def hamilton_filter(
    log_densities: ArrayLike, transition: ArrayLike, initial: ArrayLike
) -> tuple[Floats, float]:
    """Probability of each regime in each period given the data up to it, and the log likelihood.

    Args:
        log_densities: Log density of each period's observation in each regime, shape (T, h).
        transition: Probability of the next regime (column) after each regime (row), shape (h, h).
        initial: Probability of each regime in the first period, shape (h,).

    Returns:
        The filtered probabilities, shape (T, h), and the log likelihood of all periods.

    Raises:
        UsageError: Shapes do not fit, or probabilities do not add to 1.
        DataGapError: A density is not a number, or no regime can have made some period.

    Example:
        >>> filtered, log_likelihood = hamilton_filter(
        ...     np.log([[0.9, 0.1], [0.1, 0.9]]), [[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5])
        >>> filtered.round(1).tolist(), round(log_likelihood, 4)
        ([[0.9, 0.1], [0.1, 0.9]], -1.3863)

    Source:
        Hamilton (1989), A new approach to the economic analysis of nonstationary time series and
        the business cycle.
    """
    densities = np.ascontiguousarray(log_densities, dtype=np.float64)
    chances = np.ascontiguousarray(transition, dtype=np.float64)
    start = np.ascontiguousarray(initial, dtype=np.float64)
    _check_shapes(densities, chances, start)
    possible = ~np.isnan(densities).any(axis=1) & (densities.max(axis=1) > -np.inf)
    if not possible.all() or np.any(densities == np.inf):
        raise _impossible(int(np.argmin(possible)))
    fresh = np.arange(len(densities)) == 0
    filtered, log_likelihood = filter_regimes(densities, chances, start, fresh)
    if not np.isfinite(log_likelihood):
        raise _impossible(len(filtered))
    return filtered, float(log_likelihood)


def ergodic_shares(transition: ArrayLike) -> Floats:
    """Share of the time that a chain spends in each regime in the long run, shape (..., h).

    Args:
        transition: Shape (..., h, h), rows adding to 1, from each regime to every other in the end.

    Raises:
        UsageError: Some regime is never left or never reached, so that there is no one answer.

    Example:
        >>> ergodic_shares([[0.9, 0.1], [0.3, 0.7]]).round(2).tolist()
        [0.75, 0.25]

    Source:
        Hamilton (1994), Time series analysis, section 22.2.
    """
    chances = np.asarray(transition, dtype=np.float64)
    h = chances.shape[-1]
    # The shares solve share (P - I) = 0 and add to 1; the matrix of ones joins the two.
    system = np.eye(h) - chances + 1.0
    if np.any(np.abs(np.linalg.det(system)) < SUM**2):
        raise UsageError(
            "The long-run shares could not be found.",
            "More than one regime is never left.",
            "Give a chain in which every regime can be reached.",
        )
    ones = np.ones((*chances.shape[:-1], 1))
    return np.asarray(np.linalg.solve(system.swapaxes(-1, -2), ones)[..., 0])


@compiled
def filter_regimes(
    log_densities: Floats, transition: Floats, initial: Floats, fresh: Bools
) -> tuple[Floats, float]:
    """Filtered probabilities and log likelihood; the chain begins anew where `fresh` is true.

    Args:
        log_densities: Log density of each period in each regime, shape (T, h).
        transition: Probability of the next regime (column) after each (row), shape (h, h).
        initial: Probability of each regime where the chain begins, shape (h,).
        fresh: Where it begins, shape (T,); the first must be true.

    Returns:
        Filtered probabilities, shape (T, h), and the log likelihood. Where no regime can have made
        some period: those before it, and minus infinity.
    """
    rows, h = log_densities.shape
    filtered = np.empty((rows, h))
    log_likelihood = 0.0
    for t in range(rows):
        top = log_densities[t, 0]  # taken out, so that the exponential cannot vanish for all
        for j in range(1, h):
            top = max(top, log_densities[t, j])
        total = 0.0
        for j in range(h):
            ahead = initial[j]
            if not fresh[t]:
                ahead = 0.0
                for i in range(h):
                    ahead += filtered[t - 1, i] * transition[i, j]
            filtered[t, j] = ahead * np.exp(log_densities[t, j] - top)
            total += filtered[t, j]
        if total <= 0.0:
            return filtered[:t], -np.inf
        for j in range(h):
            filtered[t, j] /= total
        log_likelihood += np.log(total) + top
    return filtered, log_likelihood


@compiled
def draw_path(filtered: Floats, transition: Floats, fresh: Bools, uniforms: Floats) -> Ints:
    """A joint draw of the regimes of all periods, shape (T,), drawn backwards from the filter.

    Args:
        filtered: Filtered probabilities, shape (T, h).
        transition: Probability of the next regime (column) after each (row), shape (h, h).
        fresh: Where the chain begins, shape (T,).
        uniforms: Random numbers between 0 and 1, one per period, shape (T,).
    """
    rows, h = filtered.shape
    path = np.empty(rows, dtype=np.int64)
    weights = np.empty(h)
    for t in range(rows - 1, -1, -1):
        tied = t < rows - 1 and not fresh[t + 1]
        total = 0.0
        for i in range(h):
            weights[i] = filtered[t, i] * (transition[i, path[t + 1]] if tied else 1.0)
            total += weights[i]
        left = uniforms[t] * total
        i = 0
        while i < h - 1 and left >= weights[i]:
            left -= weights[i]
            i += 1
        path[t] = i
    return path


@compiled
def transitions_in(path: Ints, fresh: Bools, h: int) -> Floats:
    """How often each regime (column) came after each (row), shape (h, h).

    Args:
        path: Regime of each period, shape (T,).
        fresh: Where the chain begins, shape (T,).
        h: Number of regimes.
    """
    counts = np.zeros((h, h))
    for t in range(1, len(path)):
        if not fresh[t]:
            counts[path[t - 1], path[t]] += 1.0
    return counts


def _check_shapes(densities: Floats, chances: Floats, start: Floats) -> None:
    h = len(start) if start.ndim == 1 else 0
    fits = densities.ndim == 2 and densities.shape[1:] == (h,) and chances.shape == (h, h)
    if not fits or densities.size == 0:
        raise UsageError(
            "The regimes could not be filtered.",
            f"Shapes are {densities.shape}, {chances.shape} and {start.shape}.",
            "Give them as (T, h), (h, h) and (h,).",
        )
    rows = np.vstack([chances, start])
    if not (np.all(rows >= 0) and np.all(np.abs(rows.sum(axis=1) - 1) < SUM)):
        raise UsageError(
            "The regimes could not be filtered.",
            "A row of transitions, or the start, is no set of probabilities that add to 1.",
            "Row i holds the probabilities of each regime after regime i.",
        )


def _impossible(period: int) -> DataGapError:
    return DataGapError(
        "The regimes could not be filtered.",
        f"In period {period} no regime has a density that is a number above zero.",
        "Look at that period, or at the parameters.",
    )
