"""The vector autoregression of a system, and reactions judged by their mean over a horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.arrays import Floats
from detente.asks.reactions.aligned import Aligned
from detente.estimators.multiple import MaxT, holm, max_t
from detente.estimators.vector.bvar import BVAR, fit_bvar
from detente.estimators.vector.hyperparameters import choose_hyperparameters
from detente.estimators.vector.mean_responses import mean_responses
from detente.estimators.vector.sims_zha import SimsZha

DRAWS = 50_000  # draws of mean responses: p-values near .001 decide after correction
ALPHA = 0.05
GRID = {"lambda0": (0.2, 0.4, 0.6, 0.8, 1.0), "lambda1": (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)}
START = SimsZha(lambda3=1.0, lambda4=1.0)


@dataclass(frozen=True, eq=False)
class Judged:
    """Reactions judged by their mean over the horizon, in one causal order.

    Attributes:
        means: Posterior draws on the scale of the series, [draw, responds, acts].
        p: Two-sided posterior probability of the other sign by acts and responds.
        corrected: The same corrected for all that are tested; a series with itself is not.
        joint: The same reactions judged by joint bands, for comparison.
    """

    means: Floats
    p: Mapping[tuple[int, int], float]
    corrected: Mapping[tuple[int, int], float]
    joint: MaxT


def fit_system(series: Aligned, lags: int, names: Sequence[str]) -> BVAR:
    """The vector autoregression of a system under the prior that its data support best.

    Args:
        series: The series on one grid.
        lags: Lags of every series, in periods.
        names: Name of each series.

    Example:
        >>> values = np.random.default_rng(1).normal(size=(120, 2))
        >>> days = np.datetime64("2001-01") + np.arange(120)
        >>> grid = Aligned("month", days, values, np.zeros(120, int), (True, True), (), ())
        >>> fit_system(grid, 2, ["A", "B"]).stable
        True

    Source:
        Sims and Zha (1998), Bayesian methods for dynamic multivariate models; Giannone, Lenza and
        Primiceri (2015), Prior selection for vector autoregressions, for the choice of tightness.
    """
    choice = choose_hyperparameters(
        series.values, lags, grid=GRID, start=START, segments=series.segments
    )
    return fit_bvar(series.values, lags, choice.best, names=names, segments=series.segments)


def judge(
    bvar: BVAR, horizon: int, *, turned: bool = False, draws: int = DRAWS, seed: int = 1
) -> Judged:
    """Judge every reaction by its mean over the horizon, corrected for all that are tested.

    Args:
        bvar: The system.
        horizon: Periods after the one of the surprise that the mean is taken over.
        turned: Whether the causal order within a period is turned around.
        draws: Posterior draws.
        seed: Of the draws.

    Example:
        >>> values = np.random.default_rng(1).normal(size=(120, 2))
        >>> len(judge(fit_bvar(values, 2, START), 6, draws=1000).corrected)
        2

    Source:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    k = len(bvar.names)
    order = range(k - 1, -1, -1) if turned else None
    means = mean_responses(bvar, steps=horizon + 1, draws=draws, order=order, seed=seed)
    pairs = [(act, respond) for act in range(k) for respond in range(k)]
    p = {(act, respond): _tail(means[:, respond, act]) for act, respond in pairs}
    tested = [(act, respond) for act, respond in pairs if act != respond]
    corrected = holm([p[pair] for pair in tested])
    drawn = np.column_stack([means[:, respond, act] for act, respond in tested])
    joint = max_t(drawn.mean(axis=0), drawn)
    return Judged(means, p, dict(zip(tested, corrected, strict=True)), joint)


def _tail(draws: Floats) -> float:
    """Two-sided posterior probability of the other sign."""
    other = min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    return min(1.0, 2 * (1 + other) / (1 + len(draws)))
