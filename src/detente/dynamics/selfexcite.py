"""The daily rate of an action that excites itself: after one event, another is more likely.

Dates carry no time of day, so the model is a discrete-time (binned) one: on day t the expected
number of event days is

    rate[t] = base + jump * (1 - d) * sum over earlier events at day s of d ** (t - s - 1)

with 0 <= jump < 1 the expected number of direct follow-ons of one event and d the daily decay.
The events of a day excite only later days. Hawkes (1971) is the model in continuous time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.signal import lfilter

from detente.errors import DataGapError

Floats = NDArray[np.float64]

MIN_EVENTS = 5
DECAYS = np.exp(-1 / np.array([2.0, 4.0, 7.0, 14.0, 28.0, 56.0]))  # mean delays in days


@dataclass(frozen=True)
class SelfExciting:
    """A fitted self-exciting daily rate.

    Attributes:
        base: Events per day that nothing excites.
        jump: Expected direct follow-ons of one event, 0 to 1.
        decay: Share of the excitement that is left after a day.
        heat: Excitement at the end of the sample, for the next day, events per day.
        events: Number of event days in the sample.
        log_likelihood: Poisson log-likelihood without constants.
    """

    base: float
    jump: float
    decay: float
    heat: float
    events: int
    log_likelihood: float

    def probability(self, days: int) -> float:
        """Probability of at least one event in the next `days` days.

        As long as nothing happens the rate decays in a known way, so the probability of silence has
        a closed form.

        Example:
            >>> round(SelfExciting(0.1, 0.0, 0.9, 0.0, 10, 0.0).probability(10), 3)
            0.632
        """
        fading = self.heat * (1 - self.decay**days) / (1 - self.decay)
        return float(1 - np.exp(-(self.base * days + fading)))


def fit_self_exciting(counts: Floats) -> SelfExciting:
    """Fit a self-exciting daily rate by maximum likelihood.

    Args:
        counts: Event days (0 or 1, or counts) per day in order, shape (T,), without gaps.

    Returns:
        The model that fits best over a grid of decays.

    Raises:
        DataGapError: There are fewer than five events.

    Example:
        >>> days = np.zeros(1000)
        >>> days[::50] = 1
        >>> model = fit_self_exciting(days)
        >>> bool(0 < model.base < 0.05)
        True

    Source:
        Hawkes (1971), Spectra of some self-exciting and mutually exciting point processes; in
        discrete time as in Browning et al. (2021).
    """
    total = int(counts.sum())
    if total < MIN_EVENTS:
        raise DataGapError(
            "A self-exciting rate could not be estimated.",
            f"There are {total} events before the date; {MIN_EVENTS} are needed.",
            "Use a longer history or a wider action.",
        )
    fits = [_fit_decay(counts, float(decay)) for decay in DECAYS]
    return max(fits, key=lambda fit: fit.log_likelihood)


def excitement(counts: Floats, decay: float) -> Floats:
    """Excitement by earlier events for every day and the day after the last, shape (T + 1,).

    Example:
        >>> excitement(np.array([1.0, 0.0, 0.0]), 0.5).tolist()
        [0.0, 0.5, 0.25, 0.125]
    """
    padded = np.append(counts, 0.0)
    return np.asarray(lfilter([0.0, 1 - decay], [1.0, -decay], padded), dtype=np.float64)


def likely_models(
    model: SelfExciting, counts: Floats, *, draws: int = 500, seed: int = 1
) -> list[SelfExciting]:
    """Models whose parameters the data allow, drawn from the likelihood's normal approximation.

    The decay is held, so intervals made from these are somewhat too narrow.

    Args:
        model: The fitted model.
        counts: The history that it was fitted to, shape (T,).
        draws: How many models to draw; those with impossible parameters are moved to the edge.
        seed: Seed of the random numbers.

    Example:
        >>> days = np.zeros(1000)
        >>> days[::25] = 1
        >>> fitted = fit_self_exciting(days)
        >>> len(likely_models(fitted, days, draws=10))
        10
    """
    heat = excitement(counts, model.decay)
    slopes = np.stack([np.ones(len(counts)), heat[:-1]])
    rate = np.maximum(model.base + model.jump * heat[:-1], 1e-9)
    information = (slopes / rate) @ slopes.T
    covariance = np.linalg.pinv(information)
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal([model.base, model.jump], covariance, size=draws)
    base, jump = np.maximum(drawn[:, 0], 1e-9), np.clip(drawn[:, 1], 0.0, 0.99)
    return [
        replace(model, base=float(b), jump=float(j), heat=float(j * heat[-1]))
        for b, j in zip(base, jump, strict=True)
    ]


def _fit_decay(counts: Floats, decay: float) -> SelfExciting:
    heat = excitement(counts, decay)
    past, mean = heat[:-1], counts.mean()
    busy = counts > 0

    def loss(parameters: Floats) -> tuple[float, Floats]:
        base, jump = np.exp(parameters[0]), 1 / (1 + np.exp(-parameters[1]))
        rate = base + jump * past
        value = rate.sum() - (counts[busy] * np.log(rate[busy])).sum()
        slope = 1 - np.where(busy, counts / rate, 0.0)
        gradient = np.array([base * slope.sum(), jump * (1 - jump) * (slope * past).sum()])
        return float(value), gradient

    start = np.array([np.log(mean / 2), 0.0])
    found = minimize(loss, start, jac=True, bounds=[(-20.0, 2.0), (-12.0, 8.0)])
    base, jump = float(np.exp(found.x[0])), float(1 / (1 + np.exp(-found.x[1])))
    return SelfExciting(
        base=base,
        jump=jump,
        decay=decay,
        heat=jump * float(heat[-1]),
        events=int(counts.sum()),
        log_likelihood=-float(found.fun),
    )
