"""A claim, as it is declared and in another way that the reader tries.

The declared way decides. What the reader tries stands beside it, corrected with the family of the
declared claims, and with a word on what trying costs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, ValidationError

from detente.answers import Answer, Column, Exhibit, Scale, Section, Table
from detente.study.parts import Day, Id
from detente.web.claim_controls import controls, measure_named
from detente.web.desk import Desk
from detente.web.page import Asked, Page, Shown, register
from detente.web.refusal import RefusalError, nothing_here
from detente.web.running import study_claims

if TYPE_CHECKING:
    from detente.asks.frame import Pending
    from detente.study.data import StudyData

TRIED = (
    "You look at it in another way than was declared. The declared way was chosen before anything "
    "was seen, and it alone decides. Looking for a way that gives a better answer spends the "
    "p-value: of twenty ways to look where there is nothing, one comes out under 5% by luck."
)
DECLARED, HERE = "As declared (primary)", "As you chose"


class ClaimAsked(Asked):
    """A claim, and what is changed of the way in which it is tested."""

    study: Id = Field(description="the name of a study")
    claim: Id = Field(description="the id of a claim")
    window: int | None = Field(
        default=None, ge=1, le=1100, description="months (or days, of forecasts) after the cause"
    )
    measure: str | None = Field(
        default=None,
        max_length=200,
        description="the measure that decides, as dataset:name and its period if declared; with "
        ":less, higher numbers are less of what the claim is about",
    )
    origin: str | None = Field(
        default=None, max_length=80, description="of event files: this origin alone"
    )
    exposure: Literal["auto", "events", "days"] | None = Field(
        default=None, description="what counts are divided by"
    )
    as_of: Day | None = Field(default=None, description="nothing known later is used")


def answer(asked: ClaimAsked, desk: Desk) -> Shown:
    """The claim as declared, and beside it as it is tried."""
    data = desk.study(asked.study)
    if asked.as_of == data.as_of:
        asked = asked.model_copy(update={"as_of": None})
    claims = data.study.asks("claims")
    places = [place for place, claim in enumerate(claims) if claim.id == asked.claim]
    if not places:
        raise nothing_here("a claim of this id in the study")
    place, claim = places[0], claims[places[0]]
    pending = study_claims(desk, asked.study)
    declared = desk.memo(("declared", asked.study), lambda: _corrected(pending))[place]
    shown = Shown(
        title=claim.title,
        lead=claim.statement,
        controls=controls(claim, data, asked),
        sections=(Section("claim", DECLARED, (declared,), intro=_study_text(asked)),),
    )
    changed = _changed(claim, data, asked)
    if changed == claim and asked.origin is None and asked.as_of is None:
        return shown
    desk.say("testing it as you chose")
    own = _tried(changed, desk.study(asked.study, asked.as_of), asked)
    tried = _corrected((*pending[:place], own, *pending[place + 1 :]))[place]
    return replace(shown, warning=TRIED, sections=(_beside(declared, tried), *shown.sections))


def _study_text(asked: ClaimAsked) -> str:
    return f"It stands in the study {asked.study}: all its p-values are corrected together."


def _corrected(pending: tuple[Pending, ...]) -> tuple[Answer, ...]:
    """All claims of a study, corrected together."""
    from detente.asks.claims.run import corrected  # noqa: PLC0415 - slow to import

    return corrected(pending)


def _changed(claim: Any, data: StudyData, asked: ClaimAsked) -> Any:
    """The claim as the reader wants it tested.

    Raises:
        RefusalError: It cannot be tested in that way (400).
    """
    changes: dict[str, Any] = {}
    if asked.window is not None:
        if claim.window is None:
            raise _cannot("It has no window.")
        changes |= claim.with_window(asked.window)
    measures = list(getattr(claim, "measures", ()))
    if asked.measure is not None:
        chosen = measure_named(claim, data, asked.measure)
        if chosen is None:
            raise _cannot("There is no such measure of what it is about.")
        measures = [chosen, *(measure for measure in measures if measure != chosen)]
    if asked.exposure is not None:
        if not measures:
            raise _cannot("Nothing is counted in it.")
        first = measures[0].model_copy(update={"exposure": asked.exposure})
        measures = [first, *measures[1:]]
    if measures:
        changes["measures"] = measures
    return _validated(claim, changes)


def _validated(claim: Any, changes: dict[str, Any]) -> Any:
    """A claim with changes, checked as in a study file."""
    try:
        return type(claim).model_validate(claim.model_dump() | {
            name: [item.model_dump() for item in value] if name == "measures" else value
            for name, value in changes.items()
        })  # fmt: skip
    except ValidationError as error:
        raise _cannot(f"{error.errors()[0]['msg']}.") from None


def _cannot(seen: str) -> RefusalError:
    return RefusalError(
        400, "The claim cannot be tested in that way.", seen, "Choose from what the page offers."
    )


def _tried(claim: Any, data: StudyData, asked: ClaimAsked) -> Pending:
    """A claim tested on the data of one origin, or of all."""
    from detente.asks.claims.run import tested  # noqa: PLC0415 - slow to import

    if asked.origin is not None:
        data = _of_origin(data, asked.origin)
    return tested(data, claims=(claim,))[0]


def _of_origin(data: StudyData, origin: str) -> StudyData:
    """A study's data with the event counts, and the acts by events, of one origin alone."""
    events = data.events
    if events is None or origin not in events.by("month").origins:
        raise _cannot("There are no event files of this origin.")
    every = {str(every): panel for every, panel in events.panels.items()}
    alone = {name: replace(panel, origins=(origin,)) for name, panel in every.items()}
    covered = {name: days for name, days in events.covered.items() if name == origin}
    of_it = replace(events, origin=origin, panels=alone, covered=covered)
    return replace(data, events=of_it)


def _beside(declared: Answer, tried: Answer) -> Section:
    """Both ways in one table, and the one that is tried in full."""
    rows = tuple((name, *_row(way)) for name, way in ((DECLARED, declared), (HERE, tried)))
    columns = (
        Column("way", "Way"),
        Column("verdict", "Verdict"),
        Column("effect", "Effect"),
        Column("cases", "Cases", Scale.COUNT),
        Column("p", "p", Scale.P_VALUE),
        Column("p_adjusted", "p, corrected", Scale.P_VALUE),
    )
    both = Exhibit("both", "Declared, and as you chose", Table(columns, rows))
    compared = Answer("both", "compared", "Both ways", exhibits=(both,))
    label = f"{HERE}: {tried.label}"
    return Section("chosen", HERE, (compared, replace(tried, label=label)))


def _row(way: Answer) -> tuple[Any, ...]:
    from detente.report.layout import shown_effect  # noqa: PLC0415 - slow to import

    facts = [way.fact(name) for name in ("cases", "p", "p_adjusted")]
    values = (None if fact is None else fact.value for fact in facts)
    return (way.verdict or way.gap, shown_effect(way), *values)


ABOUT = "A claim as it is declared, and in another way beside it"
register(Page("claim", "/study/{study}/claim/{claim}", ABOUT, ClaimAsked, answer))
