"""The generative model of a study's system: what its parts are, and draws of their parameters.

Kinds of action come day by day and bring one another; relations between states are counted by month
and answer their reverse, themselves, and what the kinds did in this month and the last. Relations
do not move the kinds: they are known for a part of the sample only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from detente.asks.scenarios.history import Chronology, Monthly, read_chronology, read_monthly
from detente.asks.scenarios.posterior import Posterior, fit_posterior
from detente.asks.scenarios.relations import RelationDraws, draw_relations, fit_relations
from detente.errors import DataGapError, UsageError
from detente.estimators import BinnedHawkes
from detente.study.data import StudyData

if TYPE_CHECKING:
    from detente.asks.scenarios.simulation import Simulation

DRAWS = 100


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted system.

    Attributes:
        data: The study's data up to the day before the futures begin.
        simulation: What the study declares.
        past: The kinds by day; `daily` draws of their parameters.
        months: The relations by month; `monthly` draws of their parameters and `fit` the estimate;
            None where the study has none.
        notes: What was left out and why, as sentences.
    """

    data: StudyData
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

    @property
    def present(self) -> int:
        """Label of the era that runs on the first day."""
        return self.past.label_at(self.first, self.data)

    def name(self, kind: int) -> str:
        """The plain name of a kind, by its column."""
        return self.data.label_of(self.past.kinds[kind])


MODEL = "model"
"""The name of what is shared."""


def fitted(data: StudyData) -> Model:
    """The model behind all scenarios of a study, fitted once for some data; see `fit_model`.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> fitted(data) is fitted(data)
        True
    """
    return _fitted(data.shared(MODEL))


@lru_cache(maxsize=2)
def _fitted(data: StudyData) -> Model:
    return fit_model(data)


def fit_model(data: StudyData, *, draws: int = DRAWS) -> Model:
    """Fit the system that a study declares to all that is known at its date.

    Args:
        data: The study's data as of a date.
        draws: Number of draws of the parameters.

    Raises:
        UsageError: The study declares no simulation.
        DataGapError: The data cannot carry one.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> fit_model(open_data(load("korea")), draws=2).past.kinds[0]
        'missile-tests'
    """
    declared = data.study.asks("simulation")
    if not declared:
        raise UsageError(
            "Nothing can be simulated.",
            "The study declares no [simulation].",
            "Add one to the study file; docs/writing-a-study.md shows how.",
        )
    [simulation], options = declared, data.options
    past = read_chronology(data, simulation)
    months = read_monthly(data, simulation, past.kinds)
    model = Model(
        data=data,
        simulation=simulation,
        past=past,
        daily=fit_posterior(past, draws, seed=options.seed),
        months=months,
        fit=None,
        monthly=None,
        notes=(*past.left_out, *(months.left_out if months else ())),
    )
    if months is None:
        return _without_relations(model, "no series of them is long enough")
    try:
        fit = fit_relations(months)
        monthly = draw_relations(
            months, fit, len(past.eras) + 1, past.days[-1], draws, options.rng()
        )
    except (DataGapError, UsageError) as problem:
        return _without_relations(model, problem.found)
    return replace(model, fit=fit, monthly=monthly)


def _without_relations(model: Model, why: str) -> Model:
    if not model.simulation.relations:
        return model
    note = f"Relations are left out: {why.rstrip('.')}."
    return replace(model, months=None, notes=(*model.notes, note))
