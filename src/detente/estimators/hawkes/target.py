"""The likelihood of one dimension, given what excites it.

A Hawkes likelihood falls apart by target: with the decays held, the rate of each dimension has its
own parameters, so each is a small concave-like problem of its own. Both models have the same form,

    sum over rows of log f(count | rate)  -  sum of the rate over all time

where a row is an event (continuous time, count 1) or a day with events (binned). Parameters are
the log-linear effects of the baseline, then the excitation by each source and decay (not negative).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy

from detente.arrays import Floats, Ints

POISSON = 1e-8  # below this clumping the negative binomial is computed as its limit


@dataclass(frozen=True, eq=False)
class Target:
    """The data that one dimension's likelihood needs.

    Attributes:
        counts: Events of each row, all positive, shape (n,).
        row_exposure: Exposure of each row, shape (n,).
        row_design: Baseline columns of each row, shape (n, q).
        row_excitement: Excitement before each row by source and decay, shape (n, P).
        cell_exposure: Exposure times length of each cell that is scored, shape (M,).
        cell_design: Baseline columns of these cells, shape (M, q).
        total_excitement: Excitement summed over all scored time, shape (P,).
        columns: Places of these P columns among all sources and decays.
        ridge: Inverse variance of the normal prior on all parameters but the intercept.
        clumping: Variance of the count relative to its mean, less one; 0 is Poisson.
    """

    counts: Floats
    row_exposure: Floats
    row_design: Floats
    row_excitement: Floats
    cell_exposure: Floats
    cell_design: Floats
    total_excitement: Floats
    columns: Ints
    ridge: float = 0.0
    clumping: float = 0.0

    @property
    def effects(self) -> int:
        """Number q of baseline columns."""
        return int(self.row_design.shape[1])

    def without(self, column: int) -> Target:
        """The same data when one source and decay (its place in `columns`) excites nothing."""
        return replace(
            self,
            row_excitement=np.delete(self.row_excitement, column, axis=1),
            total_excitement=np.delete(self.total_excitement, column),
            columns=np.delete(self.columns, column),
        )


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Log-likelihood, its gradient, and the negative of its matrix of second derivatives.

    Attributes:
        value: Penalised log-likelihood without constants.
        gradient: Shape (q + P,).
        information: Negative second derivatives, shape (q + P, q + P).
        outer: A positive semi-definite stand-in for `information`, of the same shape.
    """

    value: float
    gradient: Floats
    information: Floats
    outer: Floats


def row_rates(target: Target, parameters: Floats) -> tuple[Floats, Floats]:
    """Baseline and whole rate of each row, each of shape (n,)."""
    effects, excitation = np.split(parameters, [target.effects])
    base = target.row_exposure * np.exp(target.row_design @ effects)
    return base, base + target.row_excitement @ excitation


def log_likelihood(target: Target, parameters: Floats) -> float:
    """Penalised log-likelihood; minus infinity where a row has no rate."""
    effects, excitation = np.split(parameters, [target.effects])
    rate = row_rates(target, parameters)[1]
    if not (rate > 0).all():
        return -np.inf
    cells = target.cell_exposure * np.exp(target.cell_design @ effects)
    integral = cells.sum() + target.total_excitement @ excitation
    value = _rows(target, rate).sum() - _price(target.clumping) * integral
    return float(value - 0.5 * target.ridge * (parameters[1:] ** 2).sum())


def evaluate(target: Target, parameters: Floats) -> Evaluation:
    """Log-likelihood with first and second derivatives."""
    effects = np.split(parameters, [target.effects])[0]
    base, rate = row_rates(target, parameters)
    slope, curve = _derivatives(target, rate)
    cells = target.cell_exposure * np.exp(target.cell_design @ effects)
    price = _price(target.clumping)
    x, z = target.row_design, target.row_excitement
    gradient = np.concatenate(
        [
            x.T @ (slope * base) - price * (target.cell_design.T @ cells),
            z.T @ slope - price * target.total_excitement,
        ]
    )
    outer = _outer(base[:, None] * x, z, curve)
    information = outer.copy()
    information[: target.effects, : target.effects] += (
        price * (target.cell_design.T * cells) @ target.cell_design - (x.T * (slope * base)) @ x
    )
    penalty = np.full(len(parameters), target.ridge)
    penalty[0] = 0.0
    return Evaluation(
        log_likelihood(target, parameters),
        gradient - penalty * parameters,
        information + np.diag(penalty),
        outer + np.diag(penalty),
    )


def _outer(x: Floats, z: Floats, curve: Floats) -> Floats:
    weighted_x, weighted_z = x.T * curve, z * curve[:, None]
    cross = weighted_x @ z
    return np.block([[weighted_x @ x, cross], [cross.T, weighted_z.T @ z]])


def _price(clumping: float) -> float:
    """What a unit of rate costs: 1 for Poisson, less where events come in clumps."""
    return 1.0 if clumping < POISSON else float(np.log1p(clumping) / clumping)


def _rows(target: Target, rate: Floats) -> Floats:
    counts, clumping = target.counts, target.clumping
    if clumping < POISSON:
        return np.asarray(counts * np.log(rate))
    size = rate / clumping
    gammaln = scipy.special.gammaln
    return np.asarray(
        gammaln(counts + size) - gammaln(size) + counts * np.log(clumping / (1 + clumping))
    )


def _derivatives(target: Target, rate: Floats) -> tuple[Floats, Floats]:
    counts, clumping = target.counts, target.clumping
    if clumping < POISSON:
        slope = counts / rate
        return slope, slope / rate
    size = rate / clumping
    psi, polygamma = scipy.special.psi, scipy.special.polygamma
    slope = (psi(counts + size) - psi(size)) / clumping
    curve = (polygamma(1, size) - polygamma(1, counts + size)) / clumping**2
    return np.asarray(slope), np.asarray(curve)
