"""Whether the rate of a count has lastingly changed since a date: one series, or many at once.

    count[t] ~ negative binomial with mean exposure[t] * exp(level + change * after[t] + swing[t])
    swing[t+1] = memory * swing[t] + push

Counts wander by themselves: crises and summits come in spells. So what differs between the time
before and after a date is set against how the same series wanders otherwise. The noise, the size of
the swings and how long they last are integrated over on a fixed grid, and at each of its points the
change has a normal approximation about the mode (Laplace). How common each point is, many series
tell together (empirical Bayes): one alone cannot say how such series wander. Nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Bools, Floats
from detente.compiled import compiled
from detente.errors import UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.levels._field import Observed, fit

NOISES = (0.1, 0.4, 0.9, 1.8)  # 1 / sqrt(dispersion)
SWINGS = (0.02, 0.3, 0.7, 1.4)  # standard deviation of the swings, log
MEMORIES = (0.3, 0.6, 0.88)  # share of a swing that is left a period later
SLIGHT = 8.0  # points whose log weight lies so far below the highest are not looked into
NOISE_SCALE, SWING_SCALE = 1.5, 1.0  # half-normal priors
PRIOR_SERIES = 20.0  # as if so many series had been seen that are as the prior says
ROUNDS, CLOSE = 300, 1e-6
SPREAD = 3.0  # of level and change beforehand, log
FEWEST_BEFORE, FEWEST_AFTER = 4, 3  # periods with data
CHUNK = 256  # series that one thread takes at a time


@dataclass(frozen=True, eq=False)
class LastingChanges(Shown):
    """Lasting changes of N series, as logs of ratios.

    Attributes:
        estimate: Posterior mean of the change, shape (N,); NaN where there was too little to tell.
        error: Posterior standard deviation, shape (N,).
        risen: Probability that the rate is higher after than before, shape (N,).
    """

    estimate: Floats
    error: Floats
    risen: Floats

    @property
    def z(self) -> Floats:
        """The probability as a normal deviate, shape (N,)."""
        return np.asarray(scipy.special.ndtri(np.clip(self.risen, 1e-15, 1 - 1e-15)))

    @property
    def deviation(self) -> Floats:
        """The error that makes the estimate so many deviations from zero as `z` says, shape (N,).

        Where a posterior leans to one side, its standard deviation is not that.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(np.abs(self.z) > 1, np.abs(self.estimate / self.z), self.error)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The ratios with their 90% intervals."""
        reach = 1.6449 * self.error
        values = {
            "series": [str(place) for place in range(len(self.estimate))],
            "ratio": np.exp(self.estimate),
            "low_90": np.exp(self.estimate - reach),
            "high_90": np.exp(self.estimate + reach),
            "probability_risen": self.risen,
        }
        columns = ("ratio", "low_90", "high_90")
        return (
            exhibit("changes", "Lasting changes", values, "intervals", columns=columns, at=1.0),
        )


def lasting_changes(
    counts: ArrayLike, after: Bools, *, exposure: ArrayLike | None = None, threads: int = 1
) -> LastingChanges:
    """Estimate by how much the rate of each of many counts has lastingly changed.

    Args:
        counts: Events by series and period, shape (N, T); NaN where nothing was observed.
        after: Which periods lie after the date, shape (T,).
        exposure: What counts are relative to, shape (T,) or (N, T).
        threads: Threads to share the series among; they do not change the answer.

    Returns:
        The changes. A series without an event, or with fewer than four periods before the date or
        three after it, has none.

    Raises:
        UsageError: Shapes do not fit, or a count is negative.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> after = np.arange(60) >= 40
        >>> changes = lasting_changes(rng.poisson(np.where(after, [[8.0], [4.0]], 4.0)), after)
        >>> (changes.risen > 0.99).tolist()
        [True, False]

    Source:
        Zeger (1988), A regression model for time series of counts; Rue, Martino and Chopin (2009),
        Approximate Bayesian inference for latent Gaussian models; Laird (1978), Nonparametric
        maximum likelihood estimation of a mixing distribution, for `pooled`.
    """
    return pooled(by_grid(counts, after, exposure=exposure, threads=threads))


def by_grid(
    counts: ArrayLike, after: Bools, *, exposure: ArrayLike | None = None, threads: int = 1
) -> Floats:
    """What each series says at each point of the grid, shape (N, 4, G), for `pooled`.

    A series has no part in what is said of another, so that it does not matter who measures which.
    Arguments and errors are those of `lasting_changes`.
    """
    values = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    weights = np.ones(values.shape[1]) if exposure is None else np.asarray(exposure, np.float64)
    if values.ndim != 2 or values.shape[1] != len(after) or (values < 0).any():
        raise UsageError(
            "Lasting changes could not be estimated.",
            f"Counts have the shape {values.shape} for {len(after)} periods, or one is negative.",
            "Give counts by series and period, NaN where nothing is known.",
        )
    weights = np.broadcast_to(weights, values.shape)
    seen = np.isfinite(values) & np.isfinite(weights) & (weights > 0)
    values, weights = np.where(seen, values, 0.0), np.where(seen, weights, 1.0)
    chunks = [slice(at, at + CHUNK) for at in range(0, len(values), CHUNK)]
    thetas, memories, prior = _grid()
    flags = np.asarray(after, dtype=np.float64)

    def measure(rows: slice) -> Floats:
        return _measure(values[rows], weights[rows], seen[rows], flags, thetas, memories, prior)

    with ThreadPoolExecutor(max_workers=threads) as pool:
        parts = list(pool.map(measure, chunks)) or [np.empty((0, 4, len(prior)))]
    return np.concatenate(parts)


def pooled(parts: Floats) -> LastingChanges:
    """The changes, each point of the grid as common as all series together say it is.

    Args:
        parts: As from `by_grid`, shape (N, 4, G).

    Example:
        >>> rng = np.random.default_rng(0)
        >>> after = np.arange(60) >= 40
        >>> parts = by_grid(rng.poisson(9.0, (40, 60)), after)
        >>> alone = [pooled(parts[row : row + 1]).error[0] for row in range(40)]
        >>> bool(pooled(parts).error.mean() < np.mean(alone))
        True
    """
    usable = np.isfinite(parts[:, 2]).any(axis=1)
    logs = np.where(np.isfinite(parts[usable, 2]), parts[usable, 2], -np.inf)
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    prior = np.exp(_grid()[2])
    prior /= prior.sum()
    more = np.ones(len(prior))  # how much more common than the prior says, for it is in the logs
    for _ in range(ROUNDS):
        shares = more * likelihood
        shares /= shares.sum(axis=1, keepdims=True)
        common = (PRIOR_SERIES * prior + shares.sum(axis=0)) / (PRIOR_SERIES + len(shares))
        step = np.abs(common / prior - more) * prior
        more = common / prior
        if step.max() < CLOSE:
            break
    weighted = parts.copy()
    weighted[:, 2] += np.log(more)
    return _mixed(weighted)


def _grid() -> tuple[Floats, Floats, Floats]:
    """Points (logs of noise, push and nothing), memories, and log prior weights."""
    points = list(_points())
    noise, swing, memory, weight = (np.array(column) for column in zip(*points, strict=True))
    push = swing * np.sqrt(1 - memory**2)
    prior = (
        np.log(noise * swing * weight)
        - 0.5 * (noise / NOISE_SCALE) ** 2
        - 0.5 * (swing / SWING_SCALE) ** 2
    )
    return np.column_stack([np.log(noise), np.log(push), np.zeros(len(noise))]), memory, prior


def _points() -> Iterator[tuple[float, float, float, float]]:
    """Noise, swing, memory, weight; how long swings last does not matter where they are nothing."""
    for noise, swing in product(NOISES, SWINGS):
        if swing == SWINGS[0]:
            yield noise, swing, MEMORIES[0], 1.0
            continue
        for memory in MEMORIES:
            yield noise, swing, memory, 1 / len(MEMORIES)


def _mixed(parts: Floats) -> LastingChanges:
    """Moments of the mixtures; `parts` holds what `_measure` returns."""
    means, variances, logs, roots = (parts[:, place] for place in range(4))
    with np.errstate(invalid="ignore"):
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        estimate = (shares * means).sum(axis=1)
        spread = (shares * (variances + (means - estimate[:, None]) ** 2)).sum(axis=1)
        risen = (shares * scipy.special.ndtr(roots)).sum(axis=1)
    return LastingChanges(estimate, np.sqrt(spread), risen)


@compiled
def _measure(
    values: Floats,
    weights: Floats,
    seen: Bools,
    after: Floats,
    thetas: Floats,
    memories: Floats,
    prior: Floats,
) -> Floats:
    """Of each series and point, shape (N, 4, G): mean and variance of the change, log weight, root.

    The root is the signed root of twice the log of how much likelier the mode is than no change. It
    is a normal deviate even where the posterior leans to one side, as with no event before.
    """
    parts = np.full((len(values), 4, len(prior)), np.nan)
    level, design = np.ones((len(after), 1)), np.ones((len(after), 2))
    design[:, 1] = after
    start = np.full(3, SPREAD**-2.0)
    for row in range(len(values)):
        total, late = np.sum(values[row]), np.sum(seen[row] * after)
        if total == 0 or late < FEWEST_AFTER or np.sum(seen[row]) - late < FEWEST_BEFORE:
            continue
        rate = total / np.sum(weights[row] * seen[row])
        offset = np.log(weights[row] * rate)
        at = np.zeros(len(after))
        for point in range(len(prior)):
            observed = Observed(
                values[row], offset, seen[row], design, start, 1, True, memories[point]
            )
            field = fit(observed, thetas[point], at)
            if np.isfinite(field.evidence):
                at = field.at
            parts[row, 0, point] = field.mean[-1]
            parts[row, 1, point] = field.factor.corner[-1, -1] ** -2.0
            parts[row, 2, point] = field.evidence + prior[point]
        best = np.nanmax(parts[row, 2])
        at = np.zeros(len(after))
        for point in range(len(prior)):
            mean, variance = parts[row, 0, point], parts[row, 1, point]
            parts[row, 3, point] = mean / np.sqrt(variance)
            if not parts[row, 2, point] > best - SLIGHT:
                continue
            same = Observed(values[row], offset, seen[row], level, start, 1, True, memories[point])
            field = fit(same, thetas[point], at)
            if np.isfinite(field.evidence):
                at = field.at
                gain = parts[row, 2, point] - prior[point] - field.evidence
                root = np.sqrt(max(0.0, 2.0 * gain - np.log(variance)))
                parts[row, 3, point] = root if mean > 0 else -root
    return parts


@dataclass(frozen=True)
class Turn:
    """When a rate changed.

    Attributes:
        at: Place of the first period after the change that is likeliest.
        low: Place of the earliest within the narrowest 80% of the probability.
        high: Place of the latest.
        probability: Of `at`, among all places.
    """

    at: int
    low: int
    high: int
    probability: float


def turning_point(counts: Floats, exposure: Floats) -> Turn | None:
    """When the rate of a count changed, if it did so once and for good.

    Args:
        counts: Events by period, shape (T,); NaN where nothing was observed.
        exposure: What they are relative to, shape (T,).

    Returns:
        The likeliest period, all of them equally likely beforehand; None where there is too little
        to tell.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> turn = turning_point(rng.poisson(np.where(np.arange(40) < 25, 5.0, 20.0)), np.ones(40))
        >>> turn.at
        25

    Source:
        Smith (1975), A Bayesian approach to inference about a change-point in a sequence of random
        variables.
    """
    values = np.asarray(counts, dtype=np.float64)
    seen = np.isfinite(values) & np.isfinite(exposure)
    if not values[seen].any():
        return None
    thetas, memories, prior = _grid()
    filled, weights = np.where(seen, values, 0.0)[None], np.where(seen, exposure, 1.0)[None]
    places = np.flatnonzero(seen)[FEWEST_BEFORE : -FEWEST_AFTER + 1]
    logs = np.full(len(seen), -np.inf)
    chosen = np.arange(0, len(prior), 3)
    for place in places:
        after = (np.arange(len(seen)) >= place).astype(np.float64)
        parts = _measure(
            filled, weights, seen[None], after, thetas[chosen], memories[chosen], prior[chosen]
        )
        logs[place] = np.logaddexp.reduce(parts[0, 2])
    if not np.isfinite(logs).any():
        return None
    shares = np.exp(logs - logs[np.isfinite(logs)].max())
    shares = np.nan_to_num(shares / np.nansum(shares))
    order = np.argsort(-shares, kind="stable")
    inside = order[: 1 + int(np.searchsorted(np.cumsum(shares[order]), 0.8))]
    at = int(order[0])
    return Turn(at, int(inside.min()), int(inside.max()), float(shares[at]))
