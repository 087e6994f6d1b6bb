"""A self-exciting daily rate whose base drifts over the years and with the season.

Days with an event are rare and come one by one, in bursts, more in some years and seasons than in
others. A rate that knows only one of these is too sure of itself, so the odds here are an average
over models, each weighted by how well it explains the history (its evidence):

    rate[t] = base[t] + jump * heat[t],    P(event on day t) = 1 - exp(-rate[t])

The log of the base is a constant, or takes steps (a random walk, seen most finely near the end),
or follows the season as well; the heat of earlier events fades at one of several speeds. Within
each model the parameters have a normal approximation around their most probable values (Laplace).
Steps, and the cells of thirty days that share a base rate, are counted back from the last day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.compiled import compiled
from detente.errors import DataGapError
from detente.estimators.exhibits import exhibit
from detente.estimators.hawkes.features import daily_excitement

MIN_EVENTS = 5
CELL = 30  # days with one base rate
CELLS_A_YEAR = 12.0
RECENT = (3, 9, 18)  # cells before the end at which the base steps; then once a year
YEAR = 365.25
DELAYS = (3.0, 7.0, 14.0, 30.0, 60.0)  # mean days until a follow-on
STEPS = (0.0, 0.15, 0.4)  # standard deviation of a year's drift, log
SEASON = 0.5  # standard deviation of the seasonal coefficients, log
LEVEL = 5.0  # and of the level: hardly any prior at all
ITERATIONS = 60
TOLERANCE = 1e-6
HORIZONS = (1, 7, 14, 30, 60, 90, 180, 365)  # days ahead, in tables


@dataclass(frozen=True, eq=False)
class Candidate:
    """One model of the average.

    Attributes:
        delay_days: Mean days until a follow-on.
        step: Standard deviation of a year's step.
        seasonal: Whether the base follows the season.
        mode: Most probable parameters: level, steps, season, then the log-odds of the jump.
        covariance: Of the parameters around the mode.
        evidence: Log evidence.
        heat: What earlier events left for the day after the last.
    """

    delay_days: float
    step: float
    seasonal: bool
    mode: Floats
    covariance: Floats
    evidence: float
    heat: float


@dataclass(frozen=True, eq=False)
class DriftingRate(Shown):
    """Posterior draws of the rate on the days after a history.

    Attributes:
        base: Draws of the base rate right after the history, events per day, shape (draws,).
        swing: Draws of the seasonal coefficients (sine and cosine from the last day), shape
            (draws, 2).
        jump: Draws of the direct follow-ons of one event, shape (draws,).
        decay: Draws of the share of the heat that is left after a day, shape (draws,).
        heat: Draws of the excitement on the first day, events per day, shape (draws,).
        events: Event days in the history.
        weights: Posterior probability of each candidate, shape (candidates,).
    """

    base: Floats
    swing: Floats
    jump: Floats
    decay: Floats
    heat: Floats
    events: int
    weights: Floats

    def probability(self, days: int) -> Floats:
        """Draws of the probability of at least one event in the next `days` days.

        As long as nothing happens the rate is known, so silence has a closed form.

        Example:
            >>> unit = np.ones(1)
            >>> none = np.zeros((1, 2))
            >>> rate = DriftingRate(0.1 * unit, none, 0 * unit, 0.9 * unit, 0 * unit, 9, unit)
            >>> rate.probability(10).round(3).tolist()
            [0.632]
        """
        ahead = np.arange(1, days + 1)
        angle = 2 * np.pi * ahead / YEAR
        season = self.swing @ np.stack([np.sin(angle), np.cos(angle)])
        base = self.base[:, None] * np.exp(season)
        fading = self.heat[:, None] * self.decay[:, None] ** (ahead - 1)
        return np.asarray(1 - np.exp(-(base + fading).sum(axis=1)), dtype=np.float64)

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The probability of an event by each horizon, with its 90% interval."""
        drawn = np.array([self.probability(days) for days in HORIZONS])
        low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
        mean, title = drawn.mean(axis=1), "At least one event by then"
        values = {"days": HORIZONS, "probability": mean, "low_90": low, "high_90": high}
        settings = {"bands": [("low_90", "high_90")], "titles": ("days ahead", "probability")}
        return (exhibit("odds", title, values, "lines", x="days", y="probability", **settings),)


def fit_drifting(counts: Floats, *, draws: int = 500, seed: int = 1) -> DriftingRate:
    """Fit the average of models to a daily history.

    Args:
        counts: Event days (0 or 1) per day in order, shape (T,), without gaps.
        draws: Posterior draws.
        seed: Seed of the random numbers.

    Returns:
        Draws of what the rate will be.

    Raises:
        DataGapError: There are fewer than five events.

    Example:
        >>> days = (np.random.default_rng(1).random(3000) < 0.03).astype(float)
        >>> rate = fit_drifting(days, draws=200)
        >>> bool(0.4 < rate.probability(28).mean() < 0.75)
        True

    Source:
        Hawkes (1971) for self-excitation, in discrete time; Kass and Raftery (1995), Bayes factors,
        for the average and the Laplace approximation of the evidence.
    """
    counts = (counts > 0).astype(np.float64)
    if counts.sum() < MIN_EVENTS:
        raise DataGapError(
            "A self-exciting rate could not be estimated.",
            f"Events before the date: {int(counts.sum())}; {MIN_EVENTS} are needed.",
            "Use a longer history or a wider action.",
        )
    candidates = list(_candidates(counts))
    evidence = np.array([candidate.evidence for candidate in candidates])
    weights = np.exp(evidence - scipy.special.logsumexp(evidence))
    rng = np.random.default_rng(seed)
    shares = rng.multinomial(draws, weights / weights.sum())
    drawn = [_draw(item, int(n), rng) for item, n in zip(candidates, shares, strict=True) if n]
    base, swing, jump, decay, heat = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    return DriftingRate(base, swing, jump, decay, heat, int(counts.sum()), weights)


def _candidates(counts: Floats) -> Iterator[Candidate]:
    """Every combination of delay, yearly step and season."""
    length = len(counts)
    back = (length - 1 - np.arange(length)) // CELL
    cells = back.max() + 1
    days = np.bincount(back, minlength=cells).astype(np.float64)
    events = np.flatnonzero(counts)
    for delay in DELAYS:
        gain = -np.expm1([-1 / delay])
        heat = daily_excitement(counts[:, None], np.array([1 / delay]), gain)[:, 0, 0]
        data = (days, back[events], heat[events], float(heat[:-1].sum()))
        for step in STEPS:
            for seasonal in (False, True):
                design, precision = _design(int(cells), step, seasonal=seasonal)
                mode, hessian, height = _climb(design, precision, data)
                sign, size = np.linalg.slogdet(hessian)
                flat = 0.5 * (len(mode) * np.log(2 * np.pi) - size)
                evidence = height + flat if sign > 0 else -np.inf
                covariance = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
                yield Candidate(delay, step, seasonal, mode, covariance, evidence, float(heat[-1]))


def _design(cells: int, step: float, *, seasonal: bool) -> tuple[Floats, Floats]:
    """Columns of the log base by cell, counted back from the end, and the prior's precision.

    The level is that of the last cells; each earlier block of cells adds its step.
    """
    at = np.arange(cells)
    columns, spread = [np.ones(cells)], [LEVEL]
    if step > 0:
        edges = [edge for edge in (0, *RECENT, *range(30, cells, 12)) if edge < cells]
        middles = (np.array(edges) + np.array([*edges[1:], cells])) / 2
        columns += [(at >= edge).astype(np.float64) for edge in edges[1:]]
        spread += [step * float(np.sqrt(gap / CELLS_A_YEAR)) for gap in np.diff(middles)]
    if seasonal:
        angle = -2 * np.pi * (at + 0.5) * CELL / YEAR
        columns += [np.sin(angle), np.cos(angle)]
        spread += [SEASON, SEASON]
    return np.stack(columns, axis=1), 1 / np.square(spread)


_Data = tuple[Floats, Ints, Floats, float]


def _climb(design: Floats, precision: Floats, data: _Data) -> tuple[Floats, Floats, float]:
    """The mode by damped Newton steps, minus the Hessian there, and the height."""
    days, cell, _, _ = data
    centre = np.zeros(design.shape[1])
    centre[0] = np.log(0.7 * len(cell) / days.sum())
    here = np.append(centre, -1.0)
    value, slope, curve = _posterior(here, design, precision, centre[0], *data)
    damping = 1e-3
    for _ in range(ITERATIONS):
        move = np.linalg.solve(curve + damping * np.eye(len(here)) * np.trace(curve), slope)
        there = here + np.clip(move, -2.0, 2.0)
        new = _posterior(there, design, precision, centre[0], *data)
        if np.isfinite(new[0]) and new[0] > value:
            gain, here = new[0] - value, there
            value, slope, curve = new
            damping = max(damping / 10, 1e-12)
            if gain < TOLERANCE:
                break
        else:
            damping *= 10
            if damping > 1e6:
                break
    return here, _positive(curve), float(value)


def _positive(curve: Floats) -> Floats:
    """The nearest matrix without negative or vanishing curvature."""
    values, vectors = np.linalg.eigh(curve)
    return np.asarray((vectors * np.maximum(values, 1e-3)) @ vectors.T, dtype=np.float64)


@compiled
def _posterior(
    theta: Floats,
    design: Floats,
    precision: Floats,
    centre: float,
    days: Floats,
    cell: Ints,
    heat: Floats,
    total_heat: float,
) -> tuple[float, Floats, Floats]:
    """Log posterior density, its gradient, and minus its Hessian.

    A jump is uniform on 0 to 1, the level normal around `centre`, everything else around zero.
    """
    size = design.shape[1]
    beta = theta[:size]
    base = np.exp(design @ beta)
    jump = 1 / (1 + np.exp(-theta[size]))
    slope = jump * (1 - jump)
    bend = slope * (1 - 2 * jump)
    away = beta.copy()
    away[0] -= centre
    value = -np.sum(days * base) - jump * total_heat + np.log(slope)
    value += 0.5 * np.sum(np.log(precision)) - 0.5 * size * np.log(2 * np.pi)
    value -= 0.5 * np.sum(precision * away**2)
    first = np.zeros(size + 1)
    second = np.zeros((size + 1, size + 1))
    weight_one, weight_two = -days * base, -days * base
    first[size] = -slope * total_heat + 1 - 2 * jump
    second[size, size] = -bend * total_heat - 2 * slope
    cross = np.zeros(len(base))
    for index in range(len(cell)):
        c = cell[index]
        rate = max(base[c] + jump * heat[index], 1e-12)
        value += np.log(np.expm1(rate))
        up = 1 / (1 - np.exp(-rate))
        down = -np.exp(-rate) * up * up
        weight_one[c] += up * base[c]
        weight_two[c] += down * base[c] ** 2 + up * base[c]
        cross[c] += down * base[c] * heat[index] * slope
        first[size] += up * heat[index] * slope
        second[size, size] += down * (heat[index] * slope) ** 2 + up * heat[index] * bend
    first[:size] = design.T @ weight_one - precision * away
    weighted = design * weight_two.reshape(-1, 1)
    second[:size, :size] = design.T @ weighted
    for index in range(size):
        second[index, index] -= precision[index]
    mixed = design.T @ cross
    second[:size, size] = mixed
    second[size, :size] = mixed
    return float(value), first, -1.0 * second


def _draw(
    item: Candidate, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Base, season, jump, decay and heat drawn from one model."""
    root = np.linalg.cholesky(item.covariance)
    drawn = item.mode + rng.standard_normal((draws, len(item.mode))) @ root.T
    jump = scipy.special.expit(drawn[:, -1])
    swing = drawn[:, -3:-1] if item.seasonal else np.zeros((draws, 2))
    decay = np.full(draws, np.exp(-1 / item.delay_days))
    since = RECENT[0] / 2 / CELLS_A_YEAR  # years from the middle of the last block to the end
    level = drawn[:, 0] + item.step * np.sqrt(since) * rng.standard_normal(draws)
    return np.exp(level), swing, jump, decay, jump * item.heat
