"""Contrasts of an action's rate with its self-excitation set apart.

An action that brings more of its kind makes bursts. A burst that happens to fall under one
condition raises its plain rate, though the condition did nothing. A Hawkes regression on days
gives each event its follow-ons and lets the condition move only what comes of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from detente.answers import Check, Scale
from detente.arrays import Bools, Ints
from detente.asks.claims.cells import Cells, whole
from detente.asks.claims.conditions import Condition, masks, stratum_of
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.strata import passing, within_sources
from detente.errors import DataGapError
from detente.estimators import BinnedHawkes, fit_hawkes_by_date
from detente.relations.series import Series
from detente.rounding import number, plural
from detente.study.data import StudyData, days_with
from detente.study.signal import Signal

if TYPE_CHECKING:
    from detente.asks.claims.contrast import ContrastClaim

RATIO = "ratio of rates"
SELF_EXCITING = "self-exciting rate with the condition in its baseline"
MEAN_DELAYS = (7.0, 30.0)  # days between an event and its follow-ons, mixed freely
ERA = 3  # years, where conditions come and go
MIN_EVENTS = 3  # under each condition; with fewer the likelihood is too lopsided for an interval
COVERAGE = 0.90
CHECK = "Not self-excitation alone"
NOT_APART = "Follow-ons could not be set apart."


@dataclass(frozen=True)
class Apart:
    """The ratio of an action's rate under two conditions, with and without follow-ons.

    Attributes:
        log_ratio: Of the rates of what comes of itself.
        error: Its standard error.
        plain: Log ratio of all events, the same days and the same baseline.
        follow_ons: Events that one event directly brings; low and high are its 90% interval.
        low: See `follow_ons`.
        high: See `follow_ons`.
        labels: Names of the two conditions.
        days: Days under the first condition.
        beyond: What else is set apart from both ratios, in words.
    """

    log_ratio: float
    error: float
    plain: float
    follow_ons: float
    low: float
    high: float
    labels: tuple[str, str]
    days: int
    beyond: str

    def interval(self) -> tuple[float, float]:
        """90% interval of the log ratio."""
        reach = float(scipy.special.ndtri((1 + COVERAGE) / 2)) * self.error
        return self.log_ratio - reach, self.log_ratio + reach


def set_apart(claim: ContrastClaim, data: StudyData) -> Apart | None:
    """Fit the action's daily rate with the condition, the strata and self-excitation.

    Days under neither condition have a level of their own; their events excite like any other.
    Where the conditions come and go (after or without an action), spans of three years and the
    season are in the baseline, because what moves slowly would pass for excitation; where they
    are eras, a steady drift is.

    Returns:
        The ratio; None where the claim is not about an action.

    Raises:
        DataGapError: There are too few events to tell follow-ons from what comes of itself.

    Source:
        Hawkes (1971), Spectra of some self-exciting and mutually exciting point processes; binned
        by day because dates have no hour.
    """
    if claim.relation.action is None:
        return None
    series = data.action_series(claim.relation.action, "day").window(claim.since, claim.until)
    cells = whole(series)
    when, against = masks(data, cells, claim.when, claim.against)
    levels = _levels(claim, data, cells, when.mask | against.mask)
    _require(series, levels > 0, when.mask)
    model = _fit(claim, series, levels, when.mask)
    alone = _fit(claim, series, levels, when.mask, excited=False)
    place = model.effect_names.index("covariate 0")
    low, high = model.branching_interval(COVERAGE)[:, 0, 0]
    if not np.isfinite([low, high]).all():
        raise DataGapError(NOT_APART, "Their number has no interval.", "Use a longer history.")
    return Apart(
        log_ratio=float(model.effects[0, place]),
        error=float(np.sqrt(model.uncertainty.covariance()[0, place, place])),
        plain=float(alone.effects[0, place]),
        follow_ons=float(model.branching[0, 0]),
        low=float(low),
        high=float(high),
        labels=(when.label, against.label),
        days=int(when.mask.sum()),
        beyond="" if passing(_pair(claim)) else " and beyond a steady drift",
    )


def estimate_of(signal: Signal, apart: Apart, counted: str) -> Estimate[None]:
    """The ratio as a point of the specification curve.

    Args:
        signal: The action's rate, which the other points are of.
        apart: The ratio.
        counted: The action in plain words.
    """
    return Estimate(
        signal=signal,
        scale=Scale.RATIO,
        effect=apart.log_ratio,
        interval=apart.interval(),
        p=None,
        cases=apart.days,
        result=None,
        choices={
            "estimator": SELF_EXCITING,
            "source": signal.source,
            "what is counted": days_with(counted),
            "when": apart.labels[0],
            "against": apart.labels[1],
        },
    )


def check_of(apart: Apart | DataGapError) -> Check:
    """How much of the plain ratio is self-excitation, or why that could not be looked at."""
    if isinstance(apart, DataGapError):
        return Check(CHECK, None, f"{NOT_APART} {apart.found} {apart.next_step}")
    return Check(
        CHECK,
        (apart.log_ratio > 0) == (apart.plain > 0),
        f"Each event brings {number(apart.follow_ons, 2)} follow-ons (90% interval "
        f"{number(apart.low, 2)} to {number(apart.high, 2)}). By day{apart.beyond}, the plain "
        f"ratio is {number(np.exp(apart.plain), 2)}; with the follow-ons set apart it is "
        f"{number(np.exp(apart.log_ratio), 2)}.",
    )


def _levels(claim: ContrastClaim, data: StudyData, cells: Cells, compared: Bools) -> Ints:
    """Number of the baseline's level on each day, from 1; 0 for days that are not compared."""
    stratum = np.zeros(len(cells.starts), dtype=np.int64)
    if claim.strata:
        stratum = stratum_of(data, cells, claim.strata)
    era = _era(cells.series) if passing(_pair(claim)) else np.zeros_like(stratum)
    index = np.where(stratum >= 0, stratum + era * (1 + len(claim.strata)), -1)
    measured = np.isfinite(cells.values)
    return np.where(compared & measured, 1 + within_sources(index, cells), 0)


def _pair(claim: ContrastClaim) -> tuple[Condition, Condition | None]:
    return claim.when, claim.against


def _era(series: Series) -> Ints:
    year = series.dates.astype("datetime64[Y]").astype(np.int64)
    return np.asarray((year - year[0]) // ERA, dtype=np.int64)


def _require(series: Series, compared: Bools, when: Bools) -> None:
    happened = compared & (np.nan_to_num(series.values) > 0)
    least = min(int((happened & when).sum()), int((happened & ~when).sum()))
    if least < MIN_EVENTS:
        raise DataGapError(
            NOT_APART,
            f"Under one of the conditions the action happened on {plural(least, 'days')}.",
            f"At least {MIN_EVENTS} are needed in each.",
        )


def _fit(
    claim: ContrastClaim, series: Series, levels: Ints, when: Bools, *, excited: bool = True
) -> BinnedHawkes:
    """Fit to the levels that hold any event: a silent one says nothing of a ratio."""
    counts = np.nan_to_num(series.values)
    active = np.unique(levels[counts > 0])
    seen = np.isin(levels, active)
    drift = [] if passing(_pair(claim)) else [np.linspace(-0.5, 0.5, len(counts))]
    return fit_hawkes_by_date(
        counts[:, None],
        decays_per_day=[1 / delay for delay in MEAN_DELAYS],
        exposure=seen.astype(np.float64),
        covariates=np.column_stack([when & (levels > 0), *drift]).astype(np.float64),
        harmonics=int(passing(_pair(claim))),
        periods=np.where(seen, levels, active[0]),
        excites=np.full((1, 1), excited),
        within_day=False,
        names=[series.name],
    )
