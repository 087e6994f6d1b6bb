"""What a study file says of its simulation: what moves what, what is watched, and what if."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import Field, model_validator

from detente.study.parts import Id, Measure, Pair, Strict


class Kind(Strict):
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
    measure: Measure


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

    since: dt.date = Field(description="first day of the sample")
    eras: list[str] = Field(default=[], description="policy eras with rates of their own")
    kinds: list[Kind] = Field(min_length=1, max_length=20)
    drivers: list[Driver] = Field(default=[], max_length=12)
    relations: list[Relations] = Field(default=[], max_length=4)
    tracked: list[Tracked] = Field(min_length=1, max_length=6)
    outcomes: list[Outcome] = Field(default=[], max_length=12)
    caveats: list[str] = Field(default=[])


class Scenario(Strict):
    """What if: an era's rates in place of another's, an event, or more or less of an action."""

    id: Id
    label: str
    statement: str = Field(description="what is supposed, in one sentence")
    era: str | None = Field(default=None, description="the rates of this era apply")
    against: str | None = Field(
        default=None, description="in place of this one's; empty: in place of the present ones"
    )
    event: str | None = Field(default=None, description="an action that happens")
    on_day: int = Field(default=7, ge=1, le=3660, description="days after the start")
    times: int = Field(default=1, ge=1, le=20, description="how many of it on that day")
    action: str | None = Field(default=None, description="an action whose rate is changed")
    factor: float = Field(default=0.0, ge=0, le=10, description="by this; 0 blocks it")
    days: int = Field(default=730, ge=28, le=3660, description="how far the report looks")
    caveats: list[str] = Field(default=[])

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(item is not None for item in (self.era, self.event, self.action)) != 1:
            raise ValueError("name exactly one of era, event, action")
        if self.against is not None and self.era is None:
            raise ValueError("`against` goes with `era`")
        return self
