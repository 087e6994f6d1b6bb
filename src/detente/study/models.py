"""The study file as pydantic models: every key that a `study.toml` may hold, and nothing else.

A study is data. These models check shapes and values; `detente.study.load` checks that the names
in one part exist in another, and collects every problem before anything is computed.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, Self, Union

from pydantic import BeforeValidator, Field, create_model, model_validator

from detente.study.calendar import YearlyWindow
from detente.study.kinds import kinds
from detente.study.parts import Day, Every, Id, Iso3, Relation, Span, Strict


class About(Strict):
    """What the study is: its name, its question, and how to cite it."""

    name: Id
    title: str = Field(description="heading of the report")
    question: str = Field(description="the question that the report's first sentence answers")
    headline_claim: Id = Field(description="id of the claim that answers the question")
    about: str = Field(default="", description="what is studied: author, outlet, date")
    cite: str = Field(default="", description="how to cite the study")
    as_of: Day = Field(description="last day that the bundled data know of")
    seed: int = Field(default=1, ge=0, lt=2**63, description="seed of every random draw")


class Party(Strict):
    """A state of the system."""

    code: Iso3
    name: str


class Chronicle(Strict):
    """The curated table of dated facts."""

    path: str = "chronicle.csv"
    since: Day | None = Field(
        default=None,
        description="it holds all that happened from this day on; empty: the year of its first row",
    )
    until: Day | None = Field(
        default=None,
        description="it holds all that happened up to this day; empty: up to study.as_of",
    )


class Action(Strict):
    """A named set of events: from the chronicle by kind, from event data by CAMEO code, or both."""

    label: str
    kinds: list[str] = Field(default=[], description="kinds of the chronicle")
    sources: list[str] = Field(default=[], description="acting states; empty: any")
    targets: list[str] = Field(default=[], description="states acted on; empty: any")
    between: list[Iso3] = Field(
        default=[], description="instead: states of which one acts on another, in either direction"
    )
    cameo: list[str] = Field(default=[], description="CAMEO codes or roots in event data")
    actors: list[str] = Field(
        default=[], description="who acts in event data, by name or code as given there; empty: any"
    )
    roles: list[str] = Field(default=[], description="CAMEO roles of who acts, such as REB or GOV")
    exclude_actors: list[str] = Field(
        default=[], description="names in event data that may be on neither side"
    )
    exclude_roles: list[str] = Field(
        default=[], description="CAMEO roles that may be on neither side, such as REB"
    )
    since: Day | None = Field(
        default=None, description="counted in full from this day on; empty: as the chronicle"
    )
    until: Day | None = Field(
        default=None, description="counted in full up to this day; empty: as the chronicle"
    )
    surge: float | None = Field(
        default=None,
        ge=1.5,
        le=100,
        description="only days that report so many times the events of a usual day of the year "
        "before, and three events or more; for event data alone",
    )
    mark: bool = Field(default=False, description="mark these on the tension chart")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.kinds and not self.cameo:
            raise ValueError("an action needs `kinds` (chronicle), `cameo` (event data), or both")
        if self.surge is not None and self.kinds:
            raise ValueError("`surge` compares days of event data: leave out `kinds`")
        if self.between and (self.sources or self.targets):
            raise ValueError("`between` names both sides: leave out `sources` and `targets`")
        if len(set(self.between)) == 1:
            raise ValueError("`between` needs two states or more")
        return self


class Era(Strict):
    """A dated era. Without an end it is still running."""

    label: str
    start: Day
    end: Day | None = None
    shade: bool = Field(default=False, description="shade it on the tension chart")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self


class Dataset(Strict):
    """A ready-made series that the study ships, with how to read and cite it."""

    id: Id
    path: str
    every: Every
    layout: Literal["dyad", "pair", "party", "system"] = Field(
        description="key columns: source,target | a,b | party | none"
    )
    measures: list[str] = Field(min_length=1)
    label: str = Field(description="short name of the source")
    noun: str = Field(default="", description="what the values are; empty: named by the measure")
    ruler: str = Field(
        default="",
        description="by what it measures a relation, in a word or two: tone, contacts, experts; "
        "empty: counts or scores",
    )
    optional: bool = Field(
        default=False,
        description="its file may be missing: whoever has it gives it with --dataset ID=FILE",
    )
    unit: str
    citation: str
    counts: bool = Field(default=False, description="counts of events (else scores or levels)")
    exposure: str = Field(default="", description="dataset:measure that holds all events reported")
    since: Day | None = Field(default=None, description="ignore what is before")
    caveat: str = ""


class Tension(Strict):
    """A series that gives the tension of the whole system."""

    dataset: Id | None = None
    measure: str
    relation: Relation


class ThenAndNow(Strict):
    """Two windows of one dataset, for the relations of all parties then and now.

    `more_is_closer` is false for a dataset whose higher values mean further apart (a distance).
    """

    dataset: Id
    measure: str
    then: Span
    now: Span
    more_is_closer: bool = True


class Study(Strict):
    """A whole study file."""

    study: About
    store: str | None = Field(
        default=None,
        min_length=1,
        description="folder of an event store, from the study's folder; `--events` wins over it",
    )
    parties: list[Party] = Field(min_length=2)
    chronicle: Chronicle | None = None
    actions: dict[str, Action] = Field(default={})
    eras: dict[str, Era] = Field(default={})
    calendar: dict[str, YearlyWindow] = Field(default={}, description="windows of every year")
    datasets: list[Dataset] = Field(default=[])
    tension: list[Tension] = Field(default=[])
    then_and_now: list[ThenAndNow] = Field(default=[])
    missing: list[str] = Field(default=[], description="what the bundled data do not have")

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the parties, in the study's order."""
        return tuple(party.code for party in self.parties)

    def asks(self, part: str) -> tuple[Any, ...]:
        """The entries of a part that kinds have registered, in the study's order.

        Args:
            part: Such as "claims" or "systems"; a part with at most one entry gives none or one.
        """
        entries = getattr(self, part, None)
        if entries is None:
            return ()
        return tuple(entries) if isinstance(entries, list) else (entries,)

    def number_of(self, part: str) -> int:
        """How many entries a part has; who needs no more depends on nothing that they say."""
        return len(self.asks(part))

    def __reduce__(self) -> tuple[Any, ...]:
        """For other processes, in which the model is put together anew from the same kinds."""
        return _again, (self.__getstate__(),)


def _again(state: dict[Any, Any]) -> Study:
    """A study as it was when it was pickled, without checking it again."""
    study = study_model().model_construct()
    study.__setstate__(state)
    return study


@cache
def study_model() -> type[Study]:
    """The model of a whole study file, with the parts of all registered kinds of asks."""
    fields: dict[str, Any] = {}
    for part in dict.fromkeys(kind.part for kind in kinds()):
        of_part = kinds(part)
        entry: Any = of_part[0].model
        if "kind" in entry.model_fields:
            # With one kind alone there is nothing to tell apart, and pydantic wants two.
            union: Any = Union[tuple(kind.model for kind in of_part)]  # noqa: UP007 - made at run time
            entry = Annotated[union, Field(discriminator="kind")] if len(of_part) > 1 else entry
        about = next((kind.about for kind in of_part if kind.about), None)
        if not of_part[0].several:
            fields[part] = (entry | None, Field(default=None, description=about))
        elif part == "claims":
            fields[part] = (list[entry], Field(min_length=1, description=about))
        else:
            listed: Any = Annotated[list[entry], BeforeValidator(_as_list)]
            fields[part] = (listed, Field(default=[], description=about))
    return create_model("Study", __base__=Study, __doc__=Study.__doc__, **fields)


def _as_list(value: Any) -> Any:
    """A part that was written as one table, [part] and not [[part]], is a list of one."""
    return [value] if isinstance(value, dict) else value


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study file, for editors and other programs.

    Example:
        >>> study_schema()["title"]
        'Detente study file'
    """
    schema = study_model().model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Detente study file",
    }
