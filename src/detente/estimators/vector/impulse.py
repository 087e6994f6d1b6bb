"""Impulse responses: what follows when one series moves by surprise, with bands that deserve trust.

Arrays are indexed [step, response, impulse], and step 0 is the period of the shock itself. A
Cholesky shock of one standard deviation takes the order of the series as who moves first within a
period; a generalised shock takes no order, but shocks to different series then overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.answers import Exhibit, Shown
from detente.arrays import Floats
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import band_columns, exhibit
from detente.estimators.vector.bands import eigen_bands, joint_bands, pointwise_bands
from detente.estimators.vector.bvar import BVAR, reference_posterior
from detente.estimators.vector.lagged import explosive
from detente.estimators.vector.normal_wishart import NormalWishart
from detente.estimators.vector.recursion import in_lanes, respond
from detente.estimators.vector.var import VAR

Shock = Literal["cholesky", "generalised"]
Bands = Literal["pointwise", "joint", "eigen"]

CHUNK = 1000  # draws of the parameters that are made at once
SIDES: dict[str, Any] = {"x": "step", "row": "impulse", "column": "response"}  # of small multiples
LARGE = 1e100  # responses past this are of no use, and their squares soon overflow
IMPULSES_AT_ONCE = 2  # whose responses are held for all draws, one thread each


@dataclass(frozen=True, eq=False)
class ImpulseResponses(Shown):
    """Responses of every series to a shock of one standard deviation to every series.

    Attributes:
        names: Name of each series, k of them.
        kind: "cholesky" or "generalised".
        covers: "pointwise": each step by itself. "joint": the whole path of one response, so that
            it lies inside with the stated probability. "eigen": along the main direction in which
            the path varies; these are two curves, which may cross.
        draws: Posterior draws behind them.
        middle: Median, shape (steps, k, k), [step, response, impulse].
        mean: Mean, the same shape.
        bands: Low and high end by coverage, each of shape (2, steps, k, k).
        explained: With "eigen", the share of a path's variance along each direction, largest first,
            shape (steps, k, k).
    """

    names: tuple[str, ...]
    kind: str
    covers: str
    draws: int
    middle: Floats
    mean: Floats
    bands: Mapping[float, Floats]
    explained: Floats | None = None

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Small multiples: the row acts, the column responds, bands are graded."""
        values = _long(self.names, len(self.middle))
        values |= {"middle": _flat(self.middle), "mean": _flat(self.mean)}
        columns, bands = band_columns({c: [_flat(e) for e in b] for c, b in self.bands.items()})
        title = f"Responses to a {self.kind} shock of one standard deviation"
        settings = SIDES | {"y": "middle", "bands": bands}
        settings |= {"titles": ("periods after the shock", "response")}
        return (exhibit("responses", title, values | columns, "lines", **settings),)


@dataclass(frozen=True, eq=False)
class Decomposition(Shown):
    """Share of the forecast error of each series that shocks to each series explain.

    Attributes:
        names: Name of each series.
        shares: Shape (steps, k, k), [step, response, impulse]; they sum to 1 over impulses. Step 0
            is the forecast one period ahead.
    """

    names: tuple[str, ...]
    shares: Floats

    def exhibits(self) -> tuple[Exhibit, ...]:
        """Small multiples: the row acts, the column responds."""
        values = _long(self.names, len(self.shares)) | {"share": _flat(self.shares)}
        title = "Share of the forecast error by whose shocks"
        settings = SIDES | {"titles": ("periods ahead, less one", "share")}
        return (exhibit("shares", title, values, "bars", y="share", **settings),)


def impulse_responses(model: VAR | BVAR, steps: int, kind: Shock = "cholesky") -> Floats:
    """Responses at the point estimate, shape (steps, k, k), [step, response, impulse].

    Args:
        model: A fitted system.
        steps: Number of periods followed, that of the shock included.
        kind: "cholesky" or "generalised".

    Raises:
        UsageError: There is no step, or the kind is unknown.
        DataGapError: What is new in one series follows from the others, or responses explode.

    Example:
        >>> from detente.estimators.vector.var import fit_var
        >>> series = np.random.default_rng(1).normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> impulse_responses(fit_var(series, 1), 3)[1, 1, 0].round(1).item()
        0.8

    Source:
        Sims (1980); Pesaran and Shin (1998), Generalized impulse response analysis in linear
        multivariate models.
    """
    _check(steps, kind, "pointwise", (), 1)
    factor = _root(model.covariance)[None]
    k, lags = len(model.names), model.system.lags
    effects = in_lanes(model.coefficients[None, : k * lags])
    responses = respond(effects, in_lanes(_impact(factor, kind)), steps, 1)[..., 0]
    if not np.abs(responses).max() < LARGE:
        raise explosive("impulse responses")
    return responses


def _root(covariance: Floats) -> Floats:
    """The Cholesky factor of the shocks' covariance."""
    try:
        return np.asarray(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError as error:
        raise DataGapError(
            "The responses to shocks could not be told apart.",
            "What is new in one series is always a sum of what is new in others.",
            "Leave out a series that follows from the others, such as their total.",
        ) from error


def variance_decomposition(model: VAR | BVAR, steps: int) -> Decomposition:
    """Forecast-error variance decomposition at the point estimate, with Cholesky shocks.

    Args:
        model: A fitted system.
        steps: Number of periods ahead.

    Raises:
        UsageError: There is no step.

    Example:
        >>> from detente.estimators.vector.var import fit_var
        >>> series = np.random.default_rng(1).normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> variance_decomposition(fit_var(series, 1), 4).shares[3, 1].round(1).tolist()
        [0.4, 0.6]

    Source:
        Lütkepohl (2005), section 2.3.3.
    """
    parts = np.cumsum(impulse_responses(model, steps) ** 2, axis=0)
    return Decomposition(model.names, parts / parts.sum(axis=2, keepdims=True))


def impulse_bands(
    model: VAR | BVAR,
    *,
    steps: int,
    draws: int = 10_000,
    kind: Shock = "cholesky",
    coverages: Sequence[float] = (0.68, 0.90),
    covers: Bands = "pointwise",
    component: int = 1,
    seed: int = 1,
) -> ImpulseResponses:
    """Posterior distribution of the impulse responses, by exact and independent draws.

    Memory holds the parameters of all draws, and the responses to two impulses at a time.

    Args:
        model: A fitted system. For one fitted by least squares, the posterior under the reference
            prior is used, which is the usual Monte Carlo integration.
        steps: Number of periods followed, that of the shock included.
        draws: Number of posterior draws.
        kind: "cholesky" or "generalised".
        coverages: Posterior probability of each band.
        covers: What a band covers, see `ImpulseResponses`.
        component: With "eigen", which direction the bands follow; 1 is the main one.
        seed: Seed of the random numbers.

    Raises:
        UsageError: An option is unknown or out of range.
        DataGapError: The posterior is not proper, or draws are so explosive that they overflow.

    Example:
        >>> from detente.estimators.vector.bvar import fit_bvar
        >>> series = np.random.default_rng(1).normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> bands = impulse_bands(fit_bvar(series, 1, prior=None), steps=3, draws=500)
        >>> low, high = bands.bands[0.9][:, 1, 1, 0]
        >>> bool(0.5 < low < high < 1.0)
        True

    Source:
        Sims and Zha (1999), Error bands for impulse responses; Montiel Olea and Plagborg-Møller
        (2019), Simultaneous confidence bands, for joint ones.
    """
    _check(steps, kind, covers, coverages, draws)
    if covers == "eigen" and not 1 <= component <= steps:
        raise UsageError(
            "The bands could not be made.",
            f"Component {component} was asked of {steps} steps.",
            "Use 1 for the main direction.",
        )
    posterior = model.posterior if isinstance(model, BVAR) else reference_posterior(model)
    rng = np.random.default_rng(seed)
    effects, impacts = _parameters(posterior, model.system.lags, draws, kind, rng)

    def summary(impulse: int) -> _Summary:
        impact = impacts[:, :, impulse : impulse + 1]
        paths = respond(effects, impact, steps, draws)[:, :, 0]
        return _summary(paths, coverages, covers, component)

    with ThreadPoolExecutor(IMPULSES_AT_ONCE) as pool:
        summaries = list(pool.map(summary, range(len(model.names))))
    return ImpulseResponses(
        names=model.names,
        kind=kind,
        covers=covers,
        draws=draws,
        middle=np.stack([part.middle for part in summaries], axis=-1),
        mean=np.stack([part.mean for part in summaries], axis=-1),
        bands={
            float(c): np.stack([part.bands[float(c)] for part in summaries], axis=-1)
            for c in coverages
        },
        explained=np.stack([part.explained for part in summaries], axis=-1)
        if covers == "eigen"
        else None,
    )


def impulse_draws(
    model: BVAR, *, steps: int, draws: int = 10_000, impulse: int = 0, seed: int = 1
) -> Floats:
    """Posterior draws of the responses to a Cholesky shock that moves its own series by one unit.

    For quantities that bands of single steps do not give, such as the mean response over a window.

    Args:
        model: A fitted system.
        steps: Number of periods followed, that of the shock included.
        draws: Number of posterior draws.
        impulse: Index of the series that is shocked.
        seed: Seed of the random numbers.

    Returns:
        Shape (steps, k, draws), [step, response, draw].

    Raises:
        UsageError: There is no step, no draw or no such series.
        DataGapError: Draws are so explosive that they overflow.

    Example:
        >>> from detente.estimators.vector.bvar import fit_bvar
        >>> series = np.random.default_rng(1).normal(size=(300, 2))
        >>> series[1:, 1] += 0.8 * series[:-1, 0]
        >>> drawn = impulse_draws(fit_bvar(series, 1, prior=None), steps=2, draws=500)
        >>> drawn[:, 1].mean(axis=1).round(1).tolist()
        [-0.1, 0.9]

    Source:
        Sims (1980), Macroeconomics and reality, for the shocks; Kloek and van Dijk (1978), Bayesian
        estimates of equation system parameters, for the draws.
    """
    _check(steps, "cholesky", "pointwise", (), draws)
    if not 0 <= impulse < len(model.names):
        raise UsageError(
            "The impulse responses could not be made.",
            f"Series {impulse} was shocked, out of {len(model.names)}.",
            "Give the index of a series, from 0.",
        )
    drawn = model.draw(draws, seed)
    k, lags = len(model.names), model.system.lags
    own = drawn.factors[:, :, impulse] / drawn.factors[:, impulse, impulse, None]
    effects = in_lanes(drawn.coefficients[:, : k * lags])
    paths = respond(effects, in_lanes(own[:, :, None]), steps, draws)[:, :, 0]
    if not np.isfinite(paths).all():
        raise explosive("impulse responses")
    return paths


@dataclass(frozen=True, eq=False)
class _Summary:
    """What is kept of the responses to one impulse; steps by responses."""

    middle: Floats
    mean: Floats
    bands: Mapping[float, Floats]
    explained: Floats


def _summary(paths: Floats, coverages: Sequence[float], covers: Bands, component: int) -> _Summary:
    """Summarise responses of shape (steps, k, draws), which are sorted in place."""
    if not max(paths.max(), -paths.min()) < LARGE:
        raise explosive("impulse responses")
    mean, explained = paths.mean(axis=-1), np.empty(paths.shape[:2])
    bands: Mapping[float, Floats] = {}
    if covers == "eigen":
        bands, explained = eigen_bands(paths, coverages, component)
    elif covers == "joint":
        bands = joint_bands(paths, coverages)
    paths.sort(axis=-1)
    if covers == "pointwise":
        bands = pointwise_bands(paths, coverages)
    return _Summary(pointwise_bands(paths, [0.0])[0.0][0], mean, bands, explained)


def _parameters(
    posterior: NormalWishart, lags: int, draws: int, kind: Shock, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draws of the lag coefficients and of the shocks' own effects, both in lanes."""
    k = len(posterior.scale)
    effects, impacts = [], []
    for first in range(0, draws, CHUNK):
        drawn = posterior.draw(min(CHUNK, draws - first), rng)
        effects.append(in_lanes(drawn.coefficients[:, : k * lags]))
        impacts.append(in_lanes(_impact(drawn.factors, kind)))
    return np.concatenate(effects), np.concatenate(impacts)


def _impact(factors: Floats, kind: Shock) -> Floats:
    """Effect of each shock in its own period, shape (draws, k, k), [response, impulse]."""
    if kind == "cholesky":
        return factors
    covariances = factors @ factors.swapaxes(1, 2)
    deviations = np.sqrt(np.einsum("dii->di", covariances))
    return np.asarray(covariances / deviations[:, None, :])


def _check(steps: int, kind: str, covers: str, coverages: Sequence[float], draws: int) -> None:
    wrong = []
    if steps < 1 or draws < 1:
        wrong.append(f"{steps} steps and {draws} draws")
    if kind not in ("cholesky", "generalised"):
        wrong.append(f"kind {kind!r}")
    if covers not in ("pointwise", "joint", "eigen"):
        wrong.append(f"covers {covers!r}")
    wrong += [f"coverage {coverage}" for coverage in coverages if not 0 < coverage < 1]
    if wrong:
        raise UsageError(
            "The impulse responses could not be made.",
            f"Out of range: {', '.join(wrong)}.",
            "Kinds are cholesky and generalised; bands cover pointwise, joint or eigen; coverages "
            "lie between 0 and 1.",
        )


def _long(names: tuple[str, ...], steps: int) -> dict[str, Any]:
    """Step, response and impulse of each cell, in the order of `_flat`."""
    k = len(names)
    return {
        "impulse": np.repeat(names, k * steps),
        "response": np.tile(np.repeat(names, steps), k),
        "step": np.tile(np.arange(steps), k * k),
    }


def _flat(cells: Floats) -> Floats:
    return cells.transpose(2, 1, 0).ravel()
