"""The generative model of a study's system: what its parts are, and draws of their parameters.

Kinds of action come day by day and bring one another; relations between states are counted by month
and answer their reverse, themselves, and what the kinds did in this month and the last. Relations
do not move the kinds: they are known for a part of the sample only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.dynamics.hawkes import BinnedHawkes, fit_binned
from detente.errors import DataGapError, UsageError
from detente.scenarios.history import Chronology, Monthly, read_chronology, read_monthly
from detente.scenarios.posterior import Posterior, fit_posterior
from detente.studies.data import StudyData
from detente.studies.scenarios import Simulation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 100
MONTHLY_DECAY = 1.0  # per month
RIDGE = 4.0  # effects on relations: half of them within a third on the log scale, beforehand
RECENT = 62  # days within which the last month of relations still says where they stand
YEAR = 12


@dataclass(frozen=True, eq=False)
class RelationDraws:
    """Draws of the monthly half, n of them.

    Attributes:
        base: Log rate at the exposure of the last year, by period label, shape (n, P, M).
        known: Which period labels the months hold, shape (P,).
        coefficients: What drivers do to the log rate, shape (n, M, J).
        own, back: Excitation by a dyad's own last months and by its reverse's, shape (n, M).
        state: Excitement at the start, shape (n, M).
        clumping: Variance relative to the mean, less one, shape (M,).
        decay, gain: Of the excitation, per month.
        current: Whether the state is that of the months just before the start.
    """

    base: Floats
    known: NDArray[np.bool_]
    coefficients: Floats
    own: Floats
    back: Floats
    state: Floats
    clumping: Floats
    decay: float
    gain: float
    current: bool


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted system.

    Attributes:
        simulation: What the study declares.
        past: The kinds by day; `daily` draws of their parameters.
        months: The relations by month; `monthly` draws of their parameters and `fit` the estimate;
            None where the study has none.
        notes: What was left out and why, as sentences.
    """

    simulation: Simulation
    past: Chronology
    daily: Posterior
    months: Monthly | None
    fit: BinnedHawkes | None
    monthly: RelationDraws | None
    notes: tuple[str, ...]

    @property
    def first(self) -> np.datetime64:
        """The day after the sample."""
        day: np.datetime64 = self.past.days[-1] + 1
        return day


def fit_model(data: StudyData, *, draws: int = DRAWS, seed: int = 1) -> Model:
    """Fit the system that a study declares to all that is known at its date.

    Args:
        data: The study's data as of a date.
        draws: Number of draws of the parameters.
        seed: Seed of the draws.

    Raises:
        UsageError: The study declares no simulation.
        DataGapError: The data cannot carry one.

    Example:
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> fit_model(open_data(load("korea")), draws=2).past.kinds[0]
        'missile-tests'
    """
    simulation = data.study.simulation
    if simulation is None:
        raise UsageError(
            "Nothing can be simulated.",
            "The study declares no [simulation].",
            "Add one to the study file; docs/writing-a-study.md shows how.",
        )
    past = read_chronology(data, simulation)
    months = read_monthly(data, simulation, past.kinds)
    model = Model(
        simulation=simulation,
        past=past,
        daily=fit_posterior(past, draws, seed=seed),
        months=months,
        fit=None,
        monthly=None,
        notes=(*past.left_out, *(months.left_out if months else ())),
    )
    if months is None:
        return _without_relations(model, "no series of them is long enough")
    try:
        fit = fit_relations(months)
        monthly = draw_relations(months, fit, len(past.periods) + 1, past.days[-1], draws, seed)
    except (DataGapError, UsageError) as problem:
        return _without_relations(model, problem.found)
    return replace(model, fit=fit, monthly=monthly)


def _without_relations(model: Model, why: str) -> Model:
    if not model.simulation.relations:
        return model
    note = f"Relations are left out: {why.rstrip('.')}."
    return replace(model, months=None, notes=(*model.notes, note))


def fit_relations(months: Monthly) -> BinnedHawkes:
    """Fit the monthly half: months are its time unit.

    Raises:
        DataGapError: The series cannot carry it.
    """
    several = len(np.unique(months.labels)) > 1
    return fit_binned(
        months.counts,
        decays=[MONTHLY_DECAY],
        exposure=months.exposure,
        covariates=months.driven if months.driven.shape[1] else None,
        periods=months.labels if several else None,
        excites=_pairs(months),
        ridge=RIDGE,
        family="negative binomial",
        within_day=False,
        names=[
            f"{group} {a}>{b}" for group, (a, b) in zip(months.groups, months.dyads, strict=True)
        ],
    )


def _pairs(months: Monthly) -> NDArray[np.bool_]:
    """Each dyad is excited by itself and by its reverse."""
    allowed = np.eye(len(months.reverse), dtype=bool)
    has = months.reverse >= 0
    allowed[np.flatnonzero(has), months.reverse[has]] = True
    return allowed


def draw_relations(
    months: Monthly, fit: BinnedHawkes, labels: int, last: np.datetime64, draws: int, seed: int
) -> RelationDraws:
    """Draw the parameters of the monthly half.

    Args:
        months: The series.
        fit: The estimate.
        labels: Number P of period labels.
        last: Last day of the daily sample.
        draws: Number of draws.
        seed: Seed of the draws.

    Raises:
        UsageError: Hardly any draw is stationary.
    """
    drawn = fit.draw_parameters(draws, seed=seed)
    effects = np.stack([one.effects for one in drawn])
    excitation = np.stack([one.excitation[:, :, 0] for one in drawn])
    volume = fit.inputs.baseline.exposure[-YEAR:].mean()
    present = np.unique(months.labels)
    drivers = len(months.drivers)
    shifts = effects[:, :, 1 : len(present)]
    base = np.repeat((effects[:, :, 0] + np.log(volume))[:, None, :], labels, axis=1)
    for number, label in enumerate(present[1:]):
        base[:, label] += shifts[:, :, number]
    known = np.isin(np.arange(labels), present)
    base[:, ~known] = base[:, [int(months.labels[-1])]]
    place = np.arange(len(months.reverse))
    back = excitation[:, place, months.reverse] * (months.reverse >= 0)
    gap = (last - months.dates[-1].astype("datetime64[D]")).astype(int)
    current = bool(gap <= RECENT)
    state = fit.excitement()[:, :, 0]
    return RelationDraws(
        base=base,
        known=known,
        coefficients=effects[:, :, effects.shape[2] - drivers :],
        own=excitation[:, place, place],
        back=back,
        state=np.repeat((state[-1] if current else state.mean(axis=0))[None], draws, axis=0),
        clumping=fit.clumping,
        decay=MONTHLY_DECAY,
        gain=float(fit.gain[0]),
        current=current,
    )
