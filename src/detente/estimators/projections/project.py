"""Local projections: the response to a shock, one regression per horizon.

No model of the whole system is needed: the outcome h periods ahead is regressed on the shock now
and on the past. Where a vector autoregression with as many lags is right, both estimate the same
response; where it is wrong, the projection still does, with wider intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from detente.answers import Exhibit, Shown
from detente.arrays import Floats, Ints
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.estimators.glm import COLLINEAR, fit_negative_binomial, fit_poisson
from detente.estimators.multiple import sup_t
from detente.estimators.projections.rows import (
    Family,
    Inputs,
    Rows,
    make_inputs,
    make_rows,
)
from detente.estimators.projections.sandwich import (
    Influence,
    Regression,
    dependent_influence,
    long_run,
    robust_influence,
)

ALL = ("all",)
BY_STATE = ("state 1", "state 0", "difference")


@dataclass(frozen=True, eq=False)
class LocalProjection(Shown):
    """Responses to a shock of one unit by horizon.

    Attributes:
        horizons: Periods after the shock, shape (H,).
        responses: What the rows are: "all", or "state 1", "state 0" and "difference".
        estimate: In units of the outcome, or for counts log rate ratios; shape (r, H).
        covariance: Of the estimates of one row over horizons, shape (r, H, H).
        degrees: Degrees of freedom of each error, shape (r, H).
        periods: Periods behind each horizon, shape (H,).
        family: "gaussian", "poisson" or "negative-binomial".
        cumulative: Whether the outcome is summed from the shock to the horizon.
        method: How the errors were estimated, in words.
    """

    horizons: Ints
    responses: tuple[str, ...]
    estimate: Floats
    covariance: Floats
    degrees: Floats
    periods: Ints
    family: Family
    cumulative: bool
    method: str

    @property
    def error(self) -> Floats:
        """Standard errors, shape (r, H)."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    @property
    def p_value(self) -> Floats:
        """Two-sided, each by itself, shape (r, H)."""
        return np.asarray(
            2 * scipy.special.stdtr(self.degrees, -np.abs(self.estimate) / self.error)
        )

    def interval(self, coverage: float = 0.90) -> tuple[Floats, Floats]:
        """Low and high ends that cover the truth of one horizon so often, each (r, H)."""
        reach = scipy.special.stdtrit(self.degrees, (1 + coverage) / 2) * self.error
        return self.estimate - reach, self.estimate + reach

    def joint_band(self, coverage: float = 0.90, seed: int = 1) -> tuple[Floats, Floats]:
        """Low and high ends that cover a row's truths at all horizons at once, each (r, H).

        Source:
            Montiel Olea and Plagborg-Møller (2019), Simultaneous confidence bands.
        """
        critical = [
            sup_t(covariance, coverage=coverage, degrees=float(degrees.min()), seed=seed)
            for covariance, degrees in zip(self.covariance, self.degrees, strict=True)
        ]
        reach = np.array(critical)[:, None] * self.error
        return self.estimate - reach, self.estimate + reach

    def exhibits(self) -> tuple[Exhibit, ...]:
        """The responses by horizon with intervals, and the band that holds a whole row."""
        rows, columns = self.estimate.shape
        bands = {"low_68 high_68": self.interval(0.68), "low_90 high_90": self.interval(0.90)}
        bands |= {"joint_low_90 joint_high_90": self.joint_band()}
        values = {
            "response": np.repeat(self.responses, columns),
            "horizon": np.tile(self.horizons, rows),
            "estimate": self.estimate.ravel(),
            "error": self.error.ravel(),
            "degrees": self.degrees.ravel(),
            **{n: e.ravel() for k, b in bands.items() for n, e in zip(k.split(), b, strict=True)},
            "p_value": self.p_value.ravel(),
            "periods": np.tile(self.periods, rows),
        }
        effect = "response" if self.family == "gaussian" else "log rate ratio"
        settings = {
            "x": "horizon",
            "y": "estimate",
            "bands": [tuple(names.split()) for names in reversed(bands)],
            "column": "response" if len(self.responses) > 1 else None,
            "titles": ("periods after the shock", "cumulative " * self.cumulative + effect),
        }
        return (exhibit("responses", "Local projection", values, "lines", **settings),)


def local_projection(
    outcome: ArrayLike,
    shock: ArrayLike,
    *,
    horizons: int | Sequence[int] = 12,
    lags: int = 4,
    controls: ArrayLike | None = None,
    others: ArrayLike | None = None,
    cumulative: bool = False,
    augment: bool = True,
    bandwidth_periods: int | None = None,
    state: ArrayLike | None = None,
    segments: ArrayLike | None = None,
    family: Family = "gaussian",
    exposure: ArrayLike | None = None,
) -> LocalProjection:
    """Estimate the response of an outcome to a shock by local projections.

    Args:
        outcome: Shape (T,); counts for the Poisson and negative binomial families.
        shock: What acts, shape (T,). Its own past and that of the outcome are controlled for.
        horizons: Periods after the shock, or the last of them, counted from 0.
        lags: How many periods of the past matter, at least 1.
        controls: Regressors of the shock's own period, shape (T, m), such as seasons, or series
            that the shock can move only later (the outcome itself, where that is so).
        others: Further series whose past is controlled for, shape (T, q).
        cumulative: Sum the outcome from the shock to the horizon. Divided by the number of periods
            this is the mean response; for counts it is the log ratio of the summed rates.
        augment: Control for one lag more than matters. Errors that allow for uneven noise then
            suffice, also for persistent series and long horizons. If not, Newey-West errors.
        bandwidth_periods: Of the Newey-West errors; by default 1.3 times the root of the periods,
            or the longest horizon and one if that is more.
        state: Weight of "state 1" in each period, 0 to 1, shape (T,). All regressors are
            interacted with it. Pass it lagged if the shock could change it.
        segments: Number of the unbroken stretch of each period, shape (T,). No lag or lead reaches
            from one to another or over a missing value; without segments none may be missing.
        family: "gaussian"; or for counts, with a log link, "poisson" or "negative-binomial" as
            pseudo-likelihoods.
        exposure: Of counts, shape (T,); its log is the offset. Periods of none are left out.

    Raises:
        DataGapError: Too few periods, a series that never changes, regressors that repeat each
            other, a missing value without segments, or a response that rests on one period.
        UsageError: Shapes or options do not fit.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> shock = rng.normal(size=300)
        >>> outcome = rng.normal(size=300)
        >>> outcome[1:] += 0.8 * shock[:-1]
        >>> responses = local_projection(outcome, shock, horizons=2, lags=1)
        >>> responses.estimate.round(1).tolist()
        [[0.1, 0.7, -0.1]]

    Source:
        Jordà (2005), Estimation and inference of impulse responses by local projections; Montiel
        Olea and Plagborg-Møller (2021), Local projection inference is simpler and more robust than
        you think; Auerbach and Gorodnichenko (2012) for states.
    """
    ahead = _horizons(horizons, lags)
    inputs = make_inputs(
        outcome,
        shock,
        controls=controls,
        others=others,
        state=state,
        segments=segments,
        family=family,
        exposure=exposure,
    )
    depth = lags + 1 if augment else lags
    rows = [make_rows(inputs, h, depth, cumulative=cumulative) for h in ahead.tolist()]
    width = 1 if augment else bandwidth_periods or _bandwidth(len(rows[0].y), int(ahead.max()))
    fits = [_fit(each, family) for each in rows]
    influences = [
        robust_influence(fit, each.combinations)
        if augment
        else dependent_influence(fit, each.combinations, width)
        for fit, each in zip(fits, rows, strict=True)
    ]
    labels = ALL if state is None else BY_STATE
    return LocalProjection(
        horizons=ahead,
        responses=labels,
        estimate=np.array(
            [each.combinations @ fit.coefficients for fit, each in zip(fits, rows, strict=True)]
        ).T,
        covariance=_covariance(inputs, rows, influences, width),
        degrees=np.array([each.degrees for each in influences]).T,
        periods=np.array([len(each.y) for each in rows], dtype=np.int64),
        family=family,
        cumulative=cumulative,
        method=_method(augment, depth, width),
    )


def _fit(rows: Rows, family: Family) -> Regression:
    if family == "gaussian":
        q, r = np.linalg.qr(rows.x)
        coefficients = np.linalg.solve(r, q.T @ rows.y)
        residual = rows.y - rows.x @ coefficients
        weight = np.ones(len(rows.y))
        perfect = np.abs(residual).max() <= COLLINEAR * np.abs(rows.y).max()
    else:
        regress = fit_poisson if family == "poisson" else fit_negative_binomial
        fit = regress(rows.y, rows.x, exposure=rows.exposure)
        coefficients, residual, weight = fit.coefficients, fit.residual(rows.y), fit.weight
        perfect = np.abs(residual).max() <= COLLINEAR
    if perfect:
        raise DataGapError(
            "The response could not be projected.",
            "The outcome follows from the regressors without error.",
            "Leave out the control that contains the outcome, or the horizon that it fixes.",
        )
    return Regression(coefficients, rows.x, residual, weight)


def _covariance(
    inputs: Inputs, rows: Sequence[Rows], influences: Sequence[Influence], bandwidth: int
) -> Floats:
    """Covariance over horizons of each response, from influences on the calendar."""
    responses = influences[0].pull.shape[1]
    pull = np.zeros((responses, len(inputs.outcome), len(rows)))
    for column, (each, influence) in enumerate(zip(rows, influences, strict=True)):
        pull[:, each.periods, column] = influence.pull.T
    return np.array([long_run(part, bandwidth) for part in pull])


def _horizons(horizons: int | Sequence[int], lags: int) -> Ints:
    listed = range(horizons + 1) if isinstance(horizons, int) else horizons
    ahead = np.asarray(listed, dtype=np.int64)
    if len(ahead) == 0 or ahead.min() < 0 or len(np.unique(ahead)) < len(ahead) or lags < 1:
        raise UsageError(
            "The response could not be projected.",
            f"Horizons are {ahead.tolist()}, lags {lags}.",
            "Give different horizons of 0 or more, and at least one lag.",
        )
    return ahead


def _bandwidth(periods: int, horizon: int) -> int:
    """The rule of Lazarus, Lewis, Stock and Watson (2018), and never less than the overlap."""
    return max(int(np.ceil(1.3 * np.sqrt(periods))), horizon + 1)


def _method(augment: bool, lags: int, bandwidth: int) -> str:
    if augment:
        return (
            f"{lags} lags, one more than matters; errors robust to uneven noise (HC2), t "
            "distribution with Bell and McCaffrey's degrees of freedom"
        )
    return (
        f"{lags} lags; Newey-West errors with bandwidth {bandwidth}, t distribution with at most "
        "1.5 n / bandwidth degrees of freedom"
    )
