"""What dates tell of a self-exciting system: draws of its rates and follow-ons, all positive.

Maximum likelihood puts many follow-ons of rare events exactly at zero, where a normal approximation
says nothing. Here each event is the child of its era's own rate or of an earlier event; given
the parents, rates have gamma distributions, and given the rates, parents are drawn in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.arrays import Bools, Floats, Ints
from detente.asks.scenarios.history import Chronology
from detente.compiled import compiled
from detente.errors import DataGapError
from detente.estimators.hawkes.features import daily_excitement
from detente.estimators.hawkes.result import spectral_radius
from detente.rounding import share_text

MEAN_DELAYS = np.array([10.0, 60.0])
"""Days after which follow-ons come on average: the quick ones, and the slow ones."""

SHARE = 0.2  # of a kind's days that the prior expects to be follow-ons
SHAPE = 0.5  # of the prior of follow-ons: a weak one
BURN_IN = 500
THIN = 10
MOST_SWEEPS = 50_000


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the parameters of a daily system, each stationary.

    Attributes:
        rates: Events per day that nothing brings, by era label, shape (n, P, D).
        excitation: Follow-ons of one event by target, source and decay, shape (n, D, D, K).
        decays: Decays per day, shape (K,).
        gain: Share of the follow-ons that come on the next day, shape (K,).
        state: Excitement by source and decay on the day after the sample, shape (D, K).
        unstable: Share of draws that were dropped since they would never settle.
    """

    rates: Floats
    excitation: Floats
    decays: Floats
    gain: Floats
    state: Floats
    unstable: float

    @property
    def follow_ons(self) -> Floats:
        """Direct follow-ons of one event by target and source, shape (n, D, D)."""
        return np.asarray(self.excitation.sum(axis=-1))


def fit_posterior(past: Chronology, draws: int, *, seed: int = 1) -> Posterior:
    """Draw the parameters that the dates allow.

    Args:
        past: The kinds by day.
        draws: Number of draws kept.
        seed: Seed of the random numbers.

    Raises:
        DataGapError: Hardly any draw is stationary.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.history import read_chronology
        >>> data = open_data(load("korea"))
        >>> past = read_chronology(data, data.study.asks("simulation")[0])
        >>> posterior = fit_posterior(past, 3)
        >>> posterior.rates.shape == (3, len(past.eras) + 1, len(past.kinds))
        True

    Source:
        Rasmussen (2013), Bayesian inference for Hawkes processes, Methodology and Computing in
        Applied Probability 15; the latent parents are those of Hawkes and Oakes (1974).
    """
    decays = 1 / MEAN_DELAYS
    gain = -np.expm1(-decays)
    state = daily_excitement(past.counts, decays, gain)
    base, shape, rate = _priors(past, state[:-1])
    wanted, sweeps = draws, BURN_IN + THIN * draws
    while True:
        rates, excitation = _gibbs(
            past.counts, np.ascontiguousarray(state[:-1]), past.labels, past.known, past.after,
            base, shape, rate, len(past.eras) + 1, sweeps, BURN_IN, THIN, seed,
        )  # fmt: skip
        stable = np.array([spectral_radius(kernel.sum(axis=2)) < 1 for kernel in excitation])
        if stable.sum() >= wanted:
            break
        if sweeps > MOST_SWEEPS:
            raise DataGapError(
                "The system could not be simulated.",
                f"Only {share_text(stable.mean())} of the parameters that the data allow would "
                "settle.",
                "Add eras, or let fewer kinds bring others.",
            )
        sweeps *= 2
    return Posterior(
        rates=rates[stable][:wanted],
        excitation=excitation[stable][:wanted],
        decays=decays,
        gain=gain,
        state=state[-1],
        unstable=float(1 - stable.mean()),
    )


def _priors(past: Chronology, state: Floats) -> tuple[Floats, Floats, Floats]:
    """Prior rate of the own rates, (D,), and shape and rate of the follow-ons, both (D, D, K).

    Own rates are worth one event at the kind's mean rate; follow-ons share `SHARE` of the target's
    days equally among all that may bring them.
    """
    events = np.maximum(past.counted.sum(axis=0), 1.0)
    base = past.known.sum(axis=0) / events
    number = state.shape[2]
    sources = past.after.sum(axis=1)
    mean = SHARE * events[:, None] / (sources[:, None] * events[None, :])
    shape = np.full((*mean.shape, number), SHAPE / number)
    return base, shape, np.repeat((SHAPE / mean)[:, :, None], number, axis=2)


@compiled
def _gibbs(
    counts: Floats, state: Floats, labels: Ints, seen: Bools, after: Bools, base: Floats,
    shape: Floats, rate: Floats, eras: int, sweeps: int, burn_in: int, thin: int, seed: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Every `thin`-th sweep after the burn-in: own rates (n, P, D), follow-ons (n, D, D, K).

    What is learned of a kind is learned from the days on which it is known: unknown is not zero.
    """
    np.random.seed(seed)
    size, number = state.shape[1], state.shape[2]
    kept = (sweeps - burn_in) // thin
    rates, excitation = np.zeros((kept, eras, size)), np.zeros((kept, size, size, number))
    for d in range(size):
        time, exposed = np.zeros(eras), np.zeros((size, number))
        for t in np.flatnonzero(seen[:, d]):
            time[labels[t]] += 1.0
            exposed += state[t]
        own, brings = np.full(eras, 1.0 / base[d]), shape[d] / rate[d]
        for e in range(size):
            brings[e] *= 1.0 if after[d, e] else 0.0
        days = np.flatnonzero(counts[:, d] * seen[:, d])
        for sweep in range(sweeps):
            children, spontaneous = _parents(days, counts[:, d], state, labels, own, brings)
            for p in range(eras):
                own[p] = np.random.gamma(1.0 + spontaneous[p], 1.0 / (base[d] + time[p]))
            _new_follow_ons(brings, after[d], shape[d] + children, rate[d] + exposed)
            place = (sweep - burn_in) // thin
            if sweep >= burn_in and (sweep - burn_in) % thin == 0 and place < kept:
                rates[place, :, d] = own
                excitation[place, d] = brings
    return rates, excitation


@compiled
def _new_follow_ons(brings: Floats, after: Bools, shape: Floats, rate: Floats) -> None:
    for e in range(len(brings)):
        for k in range(brings.shape[1]):
            if after[e]:
                brings[e, k] = np.random.gamma(shape[e, k], 1.0 / rate[e, k])


@compiled
def _parents(
    days: Ints, counts: Floats, state: Floats, labels: Ints, own: Floats, brings: Floats
) -> tuple[Floats, Floats]:
    """Events by parent: of each source and decay (D, K), and of the own rate by era (P,)."""
    children, spontaneous = np.zeros(brings.shape), np.zeros(len(own))
    for t in days:
        weights = brings * state[t]
        total = own[labels[t]] + weights.sum()
        for _ in range(int(counts[t])):
            mark = total * np.random.random() - own[labels[t]]
            if mark < 0.0:
                spontaneous[labels[t]] += 1.0
                continue
            e, k = 0, 0
            while mark >= weights[e, k] and not (e == len(brings) - 1 and k == brings.shape[1] - 1):
                mark -= weights[e, k]
                k += 1
                if k == brings.shape[1]:
                    e, k = e + 1, 0
            children[e, k] += 1.0
    return children, spontaneous
