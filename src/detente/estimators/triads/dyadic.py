"""Least squares on a panel of pairs: what states share is taken out, what pairs share is kept.

Rows are periods and columns pairs. Pairs that share a state are never independent, so errors are
clustered by both states of a pair, and effects of a state in a period can be taken out exactly.

Sources: Abowd, Kramarz and Margolis (1999), High wage workers and high wage firms, for two-way
effects; Aronow, Samii and Assenova (2015), Cluster-robust variance estimation for dyadic data;
Cameron and Miller (2014), Robust inference for dyadic data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy

from detente.arrays import Floats, Ints
from detente.errors import DataGapError

TOLERANCE = 1e-8


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of states.

    Attributes:
        states: Number of states.
        first: Index of the first state of each pair, shape (m,).
        second: Index of the second, shape (m,).
    """

    states: int
    first: Ints
    second: Ints

    @cached_property
    def clusters(self) -> int:
        """Number of states that are in pairs."""
        return len(np.union1d(self.first, self.second))

    def of(self, matrices: Floats) -> Floats:
        """The cells of the pairs: shape (..., n, n) to (..., m)."""
        return matrices[..., self.first, self.second]

    def sums(self, values: Floats) -> Floats:
        """Sums over the pairs of each state: shape (T, m) to (T, states)."""
        return np.array(
            [
                np.bincount(self.first, row, self.states)
                + np.bincount(self.second, row, self.states)
                for row in values
            ]
        )


@dataclass(frozen=True, eq=False)
class PairFit:
    """The first coefficient of a regression on pairs, with errors that allow for shared states.

    Attributes:
        value: The coefficient.
        error: Its standard error, clustered by both states of a pair.
        states: States with pairs: the clusters.
    """

    value: float
    error: float
    states: int

    @property
    def t(self) -> float:
        """The coefficient in standard errors."""
        return self.value / self.error

    @property
    def p(self) -> float:
        """Two-sided p-value by Student's t with as many degrees of freedom as states, less one."""
        return float(2 * scipy.special.stdtr(self.states - 1, -abs(self.t)))

    def interval(self, coverage: float = 0.90) -> tuple[float, float]:
        """The interval of the coefficient."""
        reach = float(scipy.special.stdtrit(self.states - 1, (1 + coverage) / 2)) * self.error
        return self.value - reach, self.value + reach


def absorber(pairs: Pairs, *, by_state: bool = True) -> Callable[[Floats], Floats]:
    """A function that takes fixed effects out of a panel of pairs, shape (T, m).

    It takes out each pair's mean over time and, in each period, either the effect of every state
    (`by_state`: y[b, c] = s[b] + s[c] + rest, solved exactly) or that of the period alone.
    """
    inverse = _state_inverse(pairs) if by_state else None

    def take_out(values: Floats) -> Floats:
        rest = values - values.mean(axis=0)
        if inverse is None:
            return np.asarray(rest - rest.mean(axis=1, keepdims=True))
        effects = pairs.sums(rest) @ inverse
        return np.asarray(rest - effects[:, pairs.first] - effects[:, pairs.second])

    return take_out


def fit_pairs(y: Floats, x: Floats, pairs: Pairs) -> PairFit:
    """The effect of the first regressor on y, by least squares with dyadic-robust errors.

    Args:
        y: Outcome with fixed effects taken out, shape (T, m).
        x: Regressors with the same effects taken out, shape (k, T, m).
        pairs: The m pairs.

    Returns:
        The fit; its error sums scores over all pairs and periods that share a state, and counts
        a pair's own scores, which share both, once.
    """
    first, rest = x[0], x[1:].reshape(len(x) - 1, x[0].size).T
    own = _residual(first.ravel(), rest).reshape(first.shape)
    power = float(np.sum(own**2))
    if power <= TOLERANCE * max(float(np.sum(first**2)), TOLERANCE):
        raise DataGapError(
            "The effect could not be estimated.",
            "Within pairs and periods the regressor does not vary, or the others determine it.",
            "Use more periods or states, or another definition.",
        )
    value = float(np.sum(own * y)) / power
    error = _residual(y.ravel() - value * first.ravel(), rest).reshape(y.shape)
    variance = _dyadic_meat((own * error).sum(axis=0), pairs) / power**2
    return PairFit(value, float(np.sqrt(variance)), pairs.clusters)


def _residual(values: Floats, regressors: Floats) -> Floats:
    if regressors.shape[1] == 0:
        return values
    # A handful of regressors of like scale: the normal equations are exact enough, and fast.
    products, targets = regressors.T @ regressors, regressors.T @ values
    coefficients = np.linalg.lstsq(products, targets, rcond=None)[0]
    return np.asarray(values - regressors @ coefficients)


def _dyadic_meat(scores: Floats, pairs: Pairs) -> float:
    """Sum of products of the scores of pairs that share a state, each pair with itself once."""
    by_state = pairs.sums(scores[None])[0]
    own = float(np.sum(scores**2))
    correction = pairs.clusters / (pairs.clusters - 1)
    # The estimate can fall below the one that clusters by pair alone; the larger is taken.
    return max(float(np.sum(by_state**2)) - own, own) * correction


def _state_inverse(pairs: Pairs) -> Floats:
    joint = np.zeros((pairs.states, pairs.states))
    joint[pairs.first, pairs.second] = joint[pairs.second, pairs.first] = 1.0
    joint[np.diag_indices(pairs.states)] = joint.sum(axis=1)
    return np.asarray(np.linalg.pinv(joint, hermitian=True), dtype=np.float64)
