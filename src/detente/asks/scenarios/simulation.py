"""The simulation: what moves what, what is tracked, and the model behind all scenarios."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from detente.answers import Answer, Exhibit
from detente.asks.provenance import provenance
from detente.asks.scenarios.model import MODEL, Model, fitted
from detente.asks.scenarios.predictive import HISTORIES, predictive_checks, summed_up
from detente.relations.steps import day_name
from detente.rounding import count_text
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import duplicates, measure_problems, unknown
from detente.study.parts import Day, Id, Pair, PlainMeasure, Strict

KIND = "simulation"
ESTIMATOR = (
    "Kinds of action by day as a self-exciting process whose parameters are drawn given latent "
    "parents (Rasmussen 2013); relations by month as negative-binomial counts that answer "
    "themselves, their reverse and the kinds, redrawn by weighting months anew."
)


class SimulatedKind(Strict):
    """An action that the simulation produces day by day."""

    action: str = Field(description="name of an action; no fact may belong to two kinds")
    one: str = Field(default="", description="a single one in a few words: “a missile test”")
    after: list[str] = Field(
        default=[], description="actions of other kinds that may bring more of it; itself always"
    )


class Driver(Strict):
    """Kinds that may move the relations in the month that they happen in and the one after."""

    label: str
    actions: list[str] = Field(min_length=1, description="actions of kinds, counted together")


class Relations(Strict):
    """Counts between states by month: each directed dyad answers its reverse, itself and drivers.

    Without `dyads`, all ordered pairs of the study's parties are meant.
    """

    id: Id
    dyads: list[Pair] = Field(default=[])
    measure: PlainMeasure


class Tracked(Strict):
    """A number that is followed through every future."""

    id: Id
    label: str
    actions: list[str] = Field(default=[], description="days with any of these kinds, added up")
    relations: Id | None = Field(default=None, description="or: all events of these relations")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if bool(self.actions) == bool(self.relations):
            raise ValueError("name either actions or relations")
        return self


class Outcome(Strict):
    """Something that a future has or has not: one of the actions, or a long time without any."""

    label: str
    actions: list[str] = Field(min_length=1, description="actions of kinds")
    quiet_days: int | None = Field(
        default=None, ge=1, le=3660, description="so many days in a row without any of them"
    )


class Simulation(Strict):
    """The generative model of the whole system."""

    since: Day = Field(description="first day of the sample")
    eras: list[str] = Field(default=[], description="policy eras with rates of their own")
    kinds: list[SimulatedKind] = Field(min_length=1, max_length=20)
    drivers: list[Driver] = Field(default=[], max_length=12)
    relations: list[Relations] = Field(default=[], max_length=4)
    tracked: list[Tracked] = Field(min_length=1, max_length=6)
    outcomes: list[Outcome] = Field(default=[], max_length=12)
    caveats: list[str] = Field(default=[])


def _problems(model: Simulation, study: Study, folder: Path) -> Iterator[str]:
    """Names of the simulation that the study does not declare."""
    kinds = [kind.action for kind in model.kinds]
    yield from duplicates("simulation.kinds", kinds)
    yield from duplicates("simulation.tracked", (item.id for item in model.tracked))
    yield from duplicates("simulation.relations", (item.id for item in model.relations))
    yield from unknown("simulation.kinds: action", kinds, study.actions)
    yield from unknown("simulation.eras", model.eras, study.eras)
    for name in ("drivers", "tracked", "outcomes"):
        for item in getattr(model, name):
            yield from unknown(f"simulation.{name}: action", item.actions, kinds)
    for kind in model.kinds:
        yield from unknown(f"simulation.kinds.{kind.action}.after", kind.after, kinds)
    for relations in model.relations:
        yield from measure_problems(f"simulation.{relations.id}", relations.measure, study)
    named = [item.relations for item in model.tracked if item.relations]
    ids = [relations.id for relations in model.relations]
    yield from unknown("simulation.tracked: relations", named, ids)


def answer(simulation: Simulation, data: StudyData) -> Answer:
    """What was fitted, and how like what happened its histories are; see `described`."""
    return described(fitted(data))


def described(model: Model) -> Answer:
    """What was fitted, and whether histories simulated from it look like the one that happened.

    Args:
        model: The system fitted.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.asks.scenarios.model import fit_model
        >>> model = fit_model(open_data(load("korea")), draws=2)
        >>> described(model).text[:46]
        '9 kinds of action by day, 1 January 1998 to 19'
    """
    table = predictive_checks(model)
    caption = f"Features that were not fitted, in {count_text(HISTORIES)} simulated histories"
    return Answer(
        id="model",
        kind=KIND,
        label="The model behind all scenarios",
        text=_text(model),
        exhibits=(Exhibit("features", caption, table, folded=True),),
        checks=tuple(summed_up(table)),
        caveats=(*model.notes, *model.simulation.caveats),
        citations=model.months.citations if model.months else (),
        provenance=provenance(model.data, ESTIMATOR),
    )


def _text(model: Model) -> str:
    first, last = (day_name(model.past.days[end].astype(dt.date)) for end in (0, -1))
    text = f"{len(model.past.kinds)} kinds of action by day, {first} to {last}, bring one another"
    if model.months is None:
        return f"{text}. No relations are simulated."
    months = model.months
    return (
        f"{text}; they move {len(months.dyads)} relations by month, {str(months.dates[0])[:7]} to "
        f"{str(months.dates[-1])[:7]}. What was not fitted is compared with simulated histories."
    )


register(
    "simulation",
    Simulation,
    answer,
    _problems,
    several=False,
    about="what scenarios run on",
    shares=MODEL,
)
