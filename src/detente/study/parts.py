"""What the models of a study file share: strict keys, codes and ids, and what is measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from detente.relations.steps import FIRST_DAY, LAST_DAY

Every = Literal["day", "week", "month", "quarter", "year"]
STATE_CODE = r"^[A-Z]{3}$"
Iso3 = Annotated[str, Field(pattern=STATE_CODE, description="ISO 3166 alpha-3 code")]


def _two(states: list[str]) -> list[str]:
    if len(set(states)) < len(states):
        raise ValueError("a pair is of two states")
    return states


def check_once(pairs: Sequence[Sequence[str]]) -> None:
    """Refuse a list that names a pair of states twice: it would count twice.

    Args:
        pairs: The list; where direction is none, each with its states in order.

    Raises:
        ValueError: It does.

    Example:
        >>> check_once([["USA", "CHN"], ["CHN", "USA"]])
        >>> check_once([["USA", "CHN"], ["USA", "CHN"]])
        Traceback (most recent call last):
        ...
        ValueError: USA and CHN are named twice: they would count twice
    """
    for place, pair in enumerate(pairs):
        if pair in pairs[:place]:
            raise ValueError(f"{' and '.join(pair)} are named twice: they would count twice")


Pair = Annotated[list[Iso3], Field(min_length=2, max_length=2), AfterValidator(_two)]
ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Id = Annotated[
    str,
    Field(
        pattern=ID,
        max_length=80,
        description="lower-case-with-dashes",
    ),
]


LONGEST_WINDOW = 1100  # days
Day = Annotated[
    dt.date,
    Field(ge=FIRST_DAY, le=LAST_DAY, description="a day, such as 2017-03-15"),
]


def _in_order(days: list[dt.date]) -> list[dt.date]:
    if days[0] > days[1]:
        raise ValueError(f"{days[1]} is before {days[0]}")
    return days


Span = Annotated[list[Day], Field(min_length=2, max_length=2), AfterValidator(_in_order)]
"""The first and the last day of something."""
WindowDays = Annotated[int, Field(ge=1, le=LONGEST_WINDOW)]
"""The length of a window in days."""


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Measure(Strict):
    """Which quantity of a relation is read: a dataset's, or the events' where none is named."""

    dataset: Id | None = Field(default=None, description="a dataset's id; empty: the event data")
    name: str = Field(description="such as verbal_cooperation, or a column of the dataset")
    reverse: bool = Field(
        default=False, description="higher values mean less of what the claim is about"
    )
    every: Literal["day", "week", "month"] | None = Field(
        default=None,
        description="count event files by this; empty: as the relation, the dataset, or by month",
    )
    exposure: Literal["auto", "events", "days"] = Field(
        default="auto",
        description="what counts are divided by: all events of the origin, or the days that it "
        "covers; auto: all events where they lie outside of the relation and do not move with it",
    )


def _as_it_is(measure: Measure) -> Measure:
    if measure.reverse:
        raise ValueError("`reverse` says which way a claim or a question points: leave it out here")
    return measure


PlainMeasure = Annotated[Measure, AfterValidator(_as_it_is)]
"""A measure whose numbers are told as they are, where nothing is said to go up or down."""


class Relation(Strict):
    """What is measured: pairs, directed dyads, one state, the system, or an action's rate."""

    pair: Pair | None = None
    pairs: list[Pair] | None = Field(
        default=None,
        min_length=1,
        description="several pairs as one: their counts together, the mean of their scores",
    )
    compared_with: list[Pair] | None = Field(
        default=None,
        min_length=1,
        description="other pairs, whose mean score is taken off that of `pairs`",
    )
    dyads: list[Pair] | None = None
    party: Iso3 | None = None
    system: bool = False
    action: str | None = None
    every: Literal["day", "week", "month"] | None = Field(
        default=None, description="count event files, or days of the action, by this"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        named = [self.pair, self.pairs, self.dyads, self.party, self.action]
        if sum(item is not None for item in named) + self.system != 1:
            raise ValueError("name exactly one of pair, pairs, dyads, party, system, action")
        if self.compared_with is not None and self.pairs is None:
            raise ValueError("`compared_with` needs `pairs`")
        for listed in (self.pairs, self.compared_with):
            check_once([sorted(pair) for pair in listed or []])
        check_once(self.dyads or [])
        return self

    @property
    def pairs_named(self) -> list[Pair]:
        """All pairs that it names, in both of whose directions it is read."""
        single = [] if self.pair is None else [self.pair]
        return [*single, *(self.pairs or []), *(self.compared_with or [])]

    @property
    def states(self) -> tuple[str, ...]:
        """Codes of the states that it names."""
        named = [*self.pairs_named, *(self.dyads or []), [self.party] if self.party else []]
        return tuple(dict.fromkeys(code for group in named for code in group))
