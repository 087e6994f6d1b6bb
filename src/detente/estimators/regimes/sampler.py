"""The Gibbs sampler behind `fit_regimes`: regimes, then parameters, then transitions, in turn.

The regimes are kept in the order of a stated number (say the error variance of one series). With
equal priors for all regimes that is a change of names after each sweep, which leaves the posterior
as it is (Frühwirth-Schnatter 2001). Where the rows of the transition prior differ between regimes,
a change of order is accepted with the ratio of the two transition likelihoods, so that those rows
always belong to the regimes in their order.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import log, pi

import numpy as np
import scipy

from detente.arrays import Bools, Floats, Ints
from detente.compiled import compiled
from detente.estimators.regimes.filter import draw_path, filter_regimes, transitions_in
from detente.estimators.vector.lagged import Lagged
from detente.estimators.vector.normal_wishart import NormalWishart

TINY = 1e-300  # keeps a transition that a gamma draw rounds to zero possible
BLOCK = 10  # periods that share a regime, drawn at random, in the path that a chain begins with


@dataclass(frozen=True)
class Plan:
    """How long chains run.

    Attributes:
        sweeps: Sweeps of each chain.
        burn: Sweeps left out at its start.
        thin: Sweeps per draw that is kept.
        chains: Number of chains.
        seed: Seed of the random numbers.
    """

    sweeps: int = 11_000
    burn: int = 1_000
    thin: int = 1
    chains: int = 4
    seed: int = 1

    @property
    def kept(self) -> int:
        """Draws kept of each chain."""
        return (self.sweeps - self.burn) // self.thin


@dataclass(frozen=True, eq=False)
class Chains:
    """Draws of c chains, d of each, with h regimes in their order.

    Attributes:
        coefficients: Shape (c, d, h, n, k).
        factors: Lower Cholesky factor of each error covariance, shape (c, d, h, k, k).
        transitions: Shape (c, d, h, h), from row to column.
        periods: Periods in each regime, shape (c, d, h).
        log_likelihoods: With the regimes integrated out, shape (c, d).
        probabilities: Share of the draws in which a period was in each regime, shape (T, h).
        changes: Share of the sweeps in which the regimes changed their order.
    """

    coefficients: Floats
    factors: Floats
    transitions: Floats
    periods: Ints
    log_likelihoods: Floats
    probabilities: Floats
    changes: float


@dataclass(frozen=True, eq=False)
class Model:
    """What stays the same from sweep to sweep.

    Attributes:
        y: Observations, shape (T, k).
        x: Regressors, shape (T, n).
        fresh: Where the series begins anew, shape (T,).
        prior: Of the parameters of each regime.
        alpha: Dirichlet weights of each row of the transitions, shape (h, h).
        key: Which of the error variances (0 to k - 1) or constants (k to 2k - 1) orders the
            regimes, largest first.
        constant: Which regressor is the constant.
    """

    y: Floats
    x: Floats
    fresh: Bools
    prior: NormalWishart
    alpha: Floats
    key: int
    constant: int


def model_of(system: Lagged, prior: NormalWishart, alpha: Floats, key: int) -> Model:
    """The model with its arrays laid out as the compiled functions want them."""
    arrays = system.y, system.x, prior.mean, prior.precision, prior.scale
    y, x, mean, precision, scale = (np.ascontiguousarray(array) for array in arrays)
    fresh = np.concatenate([[True], np.diff(system.rows) > 1])
    laid_out = NormalWishart(mean, precision, scale, float(prior.dof))
    return Model(y, x, fresh, laid_out, alpha, key, constant=y.shape[1] * system.lags)


def run_chains(model: Model, plan: Plan) -> Chains:
    """Run independent chains, each from random regimes."""
    streams = np.random.SeedSequence(plan.seed).spawn(plan.chains)
    with ThreadPoolExecutor() as pool:
        chains = list(pool.map(lambda stream: run_chain(model, plan, stream), streams))
    return Chains(
        coefficients=np.concatenate([chain.coefficients for chain in chains]),
        factors=np.concatenate([chain.factors for chain in chains]),
        transitions=np.concatenate([chain.transitions for chain in chains]),
        periods=np.concatenate([chain.periods for chain in chains]),
        log_likelihoods=np.concatenate([chain.log_likelihoods for chain in chains]),
        probabilities=np.mean([chain.probabilities for chain in chains], axis=0),
        changes=float(np.mean([chain.changes for chain in chains])),
    )


def run_chain(model: Model, plan: Plan, stream: np.random.SeedSequence) -> Chains:
    """Run one chain."""
    rng = np.random.default_rng(stream)
    h, (rows, k), n = len(model.alpha), model.y.shape, model.x.shape[1]
    kept = plan.kept
    coefficients, factors = np.empty((kept, h, n, k)), np.empty((kept, h, k, k))
    transitions, log_likelihoods = np.empty((kept, h, h)), np.empty(kept)
    periods, visits = np.empty((kept, h), dtype=np.int64), np.zeros((rows, h))
    every, changes = np.arange(rows), 0
    state = first_state(model, rng)
    for sweep in range(plan.burn + kept * plan.thin):
        state = next_state(model, state, rng)
        if sweep < plan.burn:
            continue
        visits[every, state.path] += 1
        changes += state.changed
        draw, rest = divmod(sweep - plan.burn, plan.thin)
        if rest == plan.thin - 1:
            coefficients[draw], factors[draw] = state.coefficients, state.factors
            transitions[draw], log_likelihoods[draw] = state.transition, state.log_likelihood
            periods[draw] = np.bincount(state.path, minlength=h)
    swept = kept * plan.thin
    return Chains(
        coefficients[None], factors[None], transitions[None], periods[None],
        log_likelihoods[None], probabilities=visits / swept, changes=changes / swept,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class State:
    """Where a chain stands after a sweep.

    Attributes:
        path: The regime of each period, shape (T,).
        coefficients: Of each regime, the regimes in their order, shape (h, n, k).
        factors: Lower factors of the error covariances, shape (h, k, k).
        transition: Shape (h, h).
        log_likelihood: With the regimes integrated out.
        changed: Whether the draw put the regimes into another order.
    """

    path: Ints
    coefficients: Floats
    factors: Floats
    transition: Floats
    log_likelihood: float
    changed: bool


def first_state(model: Model, rng: np.random.Generator) -> State:
    """Regimes at random, and the parameters that they bring about."""
    blocks = rng.integers(len(model.alpha), size=len(model.y) // BLOCK + 1)
    path = np.repeat(blocks, BLOCK)[: len(model.y)]
    coefficients, factors = draw_systems(model, path, rng)
    place = places_of(model, coefficients, factors)
    order = np.argsort(place)
    return State(place[path], coefficients[order], factors[order], np.empty(0), 0.0, False)


def next_state(model: Model, last: State, rng: np.random.Generator) -> State:
    """One sweep: parameters and their order, then transitions, then regimes."""
    coefficients, factors = draw_systems(model, last.path, rng)
    place = places_of(model, coefficients, factors)
    changed = bool(np.any(place != np.arange(len(place))))
    path = last.path
    counts = transitions_in(path, model.fresh, len(place))
    if changed:
        order = np.argsort(place)
        renamed = counts[np.ix_(order, order)]
        if accepted(counts, renamed, model.alpha, rng):
            path, counts = place[path], renamed
            coefficients, factors = coefficients[order], factors[order]
        else:
            coefficients, factors = last.coefficients, last.factors
    transition = draw_transition(counts + model.alpha, rng)
    densities = log_densities(model.y, model.x, coefficients, factors)
    start = np.full(len(place), 1.0 / len(place))
    filtered, log_likelihood = filter_regimes(densities, transition, start, model.fresh)
    path = draw_path(filtered, transition, model.fresh, rng.random(len(path)))
    return State(path, coefficients, factors, transition, log_likelihood, changed)


def places_of(model: Model, coefficients: Floats, factors: Floats) -> Ints:
    """The place of each regime in the order by the key of the model, largest first, from 0."""
    k = factors.shape[-1]
    if model.key < k:
        values = (factors[:, model.key] ** 2).sum(axis=-1)
    else:
        values = coefficients[:, model.constant, model.key - k]
    return np.argsort(np.argsort(-values))


def accepted(old: Floats, new: Floats, alpha: Floats, rng: np.random.Generator) -> bool:
    """Whether a new order is taken, given the transitions observed under the old and new names."""
    gain = transition_evidence(new, alpha) - transition_evidence(old, alpha)
    return bool(np.log(1.0 - rng.random()) < gain)


def transition_evidence(counts: Floats, alpha: Floats) -> float:
    """Log probability of the transitions with their chances integrated out, up to a constant."""
    weights = counts + alpha
    gammaln = scipy.special.gammaln
    return float(gammaln(weights).sum() - gammaln(weights.sum(axis=1)).sum())


def draw_transition(weights: Floats, rng: np.random.Generator) -> Floats:
    """Rows drawn from Dirichlet distributions with the given weights, shape (h, h)."""
    drawn = np.maximum(rng.standard_gamma(weights), TINY)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def draw_systems(model: Model, path: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Coefficients and factors of every regime given the regimes of all periods."""
    prior, (n, k) = model.prior, model.prior.mean.shape
    periods = np.bincount(path, minlength=len(model.alpha)).astype(np.float64)
    wishart = bartlett(k, prior.dof + periods, rng)
    noise = rng.standard_normal((len(periods), n, k))
    return systems_from(
        model.y, model.x, path, prior.mean, prior.precision, prior.scale, wishart, noise
    )


def bartlett(k: int, dofs: Floats, rng: np.random.Generator) -> Floats:
    """Upper factors of Wishart matrices of unit scale, one per degrees of freedom, (h, k, k)."""
    places = np.arange(k)
    upper = rng.standard_normal((len(dofs), k, k)) * (places[:, None] < places)
    halves = (dofs[:, None] - places[::-1]) / 2
    upper[:, places, places] = np.sqrt(2 * rng.standard_gamma(halves))
    return upper


@compiled
def systems_from(
    y: Floats,
    x: Floats,
    path: Ints,
    mean: Floats,
    precision: Floats,
    scale: Floats,
    wishart: Floats,
    noise: Floats,
) -> tuple[Floats, Floats]:
    """Coefficients (h, n, k) and covariance factors (h, k, k) made of random numbers.

    They follow the posterior of `NormalWishart` given the periods of each regime; a regime without
    a single period follows the prior.
    """
    (n, k), h = mean.shape, len(wishart)
    coefficients, factors = np.empty((h, n, k)), np.empty((h, k, k))
    for regime in range(h):
        own = np.nonzero(path == regime)[0]
        past, now = x[own], y[own]
        added, centre, spread = precision, mean, scale
        if len(own):
            added = precision + past.T @ past
        root = np.linalg.inv(np.linalg.cholesky(added))  # root' root inverts the precision
        if len(own):
            centre = root.T @ (root @ (precision @ mean + past.T @ now))
            errors, shift = now - past @ centre, centre - mean
            spread = scale + errors.T @ errors + shift.T @ (precision @ shift)
        factor = np.linalg.cholesky(spread) @ np.linalg.inv(wishart[regime]).T
        coefficients[regime] = centre + root.T @ noise[regime] @ factor.T
        factors[regime] = factor
    return coefficients, factors


@compiled
def log_densities(y: Floats, x: Floats, coefficients: Floats, factors: Floats) -> Floats:
    """Log density of each period in each regime, shape (T, h)."""
    (rows, k), h = y.shape, len(factors)
    densities = np.empty((rows, h))
    shock = np.empty(k)
    for regime in range(h):
        errors, factor = y - x @ coefficients[regime], factors[regime]
        constant = 0.5 * k * log(2.0 * pi) + np.log(np.diag(factor)).sum()
        for t in range(rows):
            square = 0.0
            for i in range(k):
                left = errors[t, i]
                for j in range(i):
                    left -= factor[i, j] * shock[j]
                shock[i] = left / factor[i, i]
                square += shock[i] ** 2
            densities[t, regime] = -constant - 0.5 * square
    return densities
