"""What a study file says of its dynamics: systems of series, self-excitation, common enemies."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import Field, model_validator

from detente.study.parts import Id, Iso3, Measure, Pair, Relation, Strict


class SystemSeries(Strict):
    """One series of a system: an action's frequency, or a relation by one measure."""

    label: str = Field(description="plain name, such as “the US toward North Korea, conflict”")
    short: str = Field(default="", description="a few characters for small charts")
    relation: Relation
    measure: Measure | None = Field(default=None, description="not for actions")

    @model_validator(mode="after")
    def _read_by_something(self) -> Self:
        if (self.relation.action is None) == (self.measure is None):
            raise ValueError("give `measure` for a relation, and none for an action")
        return self


class System(Strict):
    """Series that may all react to one another, estimated together.

    Within a period, a series may move those after it at once and those before it only later: the
    order is an assumption, and the report says what changes if it is turned around.
    """

    id: Id
    label: str
    series: list[SystemSeries] = Field(min_length=2, max_length=12)
    lags: int = Field(default=3, ge=1, le=24, description="periods that a reaction may take")
    steps: int = Field(default=12, ge=2, le=60, description="periods that are followed")
    horizon: int = Field(default=6, ge=1, le=60, description="periods that a reaction is judged by")
    since: dt.date | None = None
    caveats: list[str] = Field(default=[])

    @model_validator(mode="after")
    def _judged_within_what_is_followed(self) -> Self:
        if self.horizon > self.steps:
            raise ValueError(f"horizon {self.horizon} is longer than steps {self.steps}")
        return self


class Excitation(Strict):
    """How many more of its kind one action brings, apart from the eras it falls in."""

    id: Id
    action: str = Field(description="name of an action")
    since: dt.date
    until: dt.date | None = None
    eras: list[str] = Field(default=[], description="eras that may have their own rate")
    compare: str = Field(default="", description="what a published study found, with its citation")
    caveats: list[str] = Field(default=[])


class CommonEnemy(Strict):
    """Whether two states draw together when both are attacked by a third, over all triads."""

    id: Id
    label: str
    dataset: Id = Field(description="directed dyads of many states, with conflict and cooperation")
    attacker: Iso3 | None = Field(default=None, description="the study's own case")
    pair: Pair | None = Field(default=None, description="the pair of the study's own case")
    great_powers: list[Iso3] = Field(default=[], description="states left out in one specification")
    caveats: list[str] = Field(default=[])
