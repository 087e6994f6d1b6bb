"""Scenarios: a study's system run forward, with what is supposed set by sliders."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field, ValidationError

from detente.answers import Answer, Section
from detente.rounding import as_typed
from detente.study.parts import Id
from detente.web.desk import Desk
from detente.web.page import Asked, Choice, Control, Page, Shown, register
from detente.web.refusal import RefusalError, nothing_here

if TYPE_CHECKING:
    from detente.asks.scenarios.scenario import Scenario
    from detente.study.models import Study

NONE_SERVED = "No study that is served declares a scenario."
CHANGED = (
    "This is not as the study declares it: what is supposed was changed by the controls below the "
    "heading. The declared values stand beside them."
)


class ScenariosAsked(Asked):
    """A scenario of a study, and what is supposed instead."""

    study: Id | None = Field(default=None, description="the name of a study")
    scenario: Id | None = Field(default=None, description="the id of a scenario")
    days: int | None = Field(default=None, ge=28, le=3660, description="how far to look")
    on_day: int | None = Field(default=None, ge=1, le=3660, description="when the event happens")
    times: int | None = Field(default=None, ge=1, le=20, description="how many events")
    factor: float | None = Field(default=None, ge=0, le=10, description="times the action's rate")
    futures: int = Field(default=1000, ge=200, le=5000, description="futures in each arm")


def answer(asked: ScenariosAsked, desk: Desk) -> Shown:
    """One scenario, as declared or as it is changed."""
    studies = _studies(desk)
    if not studies:
        gap = Answer("none", "scenario", "No scenarios", gap=NONE_SERVED)
        return Shown("What if", sections=(Section("whatif", "What if", (gap,)),))
    name = asked.study or next(iter(studies))
    if name not in studies:
        raise nothing_here("a study with scenarios of this name")
    declared = _chosen(studies[name], asked.scenario)
    scenario = _changed(declared, asked)
    outcome, notes = _run(name, scenario, asked.futures, desk)
    return Shown(
        title=f"What if: {declared.label}",
        lead="The fitted system run forward many times, with and without what is supposed.",
        warning=CHANGED if scenario != declared else "",
        sections=(Section("whatif", "With it and without it", (outcome,), notes=notes),),
        controls=_controls(name, studies, declared, scenario, asked),
    )


def _studies(desk: Desk) -> dict[str, Study]:
    """The studies that declare scenarios, by name."""
    from detente.study.load import load  # noqa: PLC0415 - slow to import

    studies = {}
    for name, path in desk.site.studies.items():
        desk.reads(path)
        study = load(path).study
        if study.asks("scenarios") and study.asks("simulation"):
            studies[name] = study
    return studies


def _chosen(study: Study, wanted: str | None) -> Scenario:
    from detente.asks.scenarios.run import find_scenario  # noqa: PLC0415 - slow to import

    declared = study.asks("scenarios")
    if wanted not in {None, *(scenario.id for scenario in declared)}:
        raise nothing_here("a scenario of this id in the study")
    return find_scenario(study, wanted or declared[0].id)


def _changed(declared: Scenario, asked: ScenariosAsked) -> Scenario:
    """The scenario with what the sliders say, checked as in a study file."""
    changes = {
        name: getattr(asked, name)
        for name in _sliders(declared)
        if getattr(asked, name) is not None
    }
    try:
        return type(declared).model_validate(declared.model_dump() | changes)
    except ValidationError as error:
        raise RefusalError(
            400, "The scenario cannot be run so.", f"{error.errors()[0]['msg']}.", "Change it."
        ) from None


def _sliders(scenario: Scenario) -> tuple[str, ...]:
    """What can be changed of a scenario of its kind."""
    if scenario.event is not None:
        return ("days", "on_day", "times")
    return ("days", "factor") if scenario.action is not None else ("days",)


def _run(
    study: str, scenario: Scenario, futures: int, desk: Desk
) -> tuple[Answer, tuple[str, ...]]:
    from detente.asks.scenarios.model import fitted  # noqa: PLC0415 - slow to import
    from detente.asks.scenarios.scenario import simulated  # noqa: PLC0415

    data = desk.study(study)
    desk.say("fitting the system", 1, 3)
    model = fitted(data)
    desk.say("running the futures", 2, 3)
    asked = data.under(replace(data.options, futures=futures))
    outcome = simulated(scenario, replace(model, data=asked))
    return replace(outcome, id=scenario.id), () if outcome.gap else model.notes


def _controls(
    name: str,
    studies: dict[str, Study],
    declared: Scenario,
    scenario: Scenario,
    asked: ScenariosAsked,
) -> tuple[Control, ...]:
    listed = studies[name].asks("scenarios")
    several = tuple(Choice(each, study.study.title) for each, study in studies.items())
    ways: list[Control] = []
    if len(several) > 1:
        ways.append(Control("study", "Study", value=name, choices=several))
    labels = tuple(Choice(item.id, item.label) for item in listed)
    ways.append(Control("scenario", "What is supposed", value=declared.id, choices=labels))
    ways += [_slider(which, declared, scenario) for which in _sliders(declared)]
    ways.append(Control("futures", "Futures in each arm", "range", value=str(asked.futures),
                        least="200", most="5000", step="200"))  # fmt: skip
    return tuple(ways)


WORDS: dict[str, tuple[str, str, str]] = {
    "days": ("Days ahead", "28", "1"),
    "on_day": ("It happens on day", "1", "1"),
    "times": ("How many of it", "1", "1"),
    "factor": ("Its rate, times", "0", "0.1"),
}
MOST: dict[str, str] = {"days": "3660", "times": "20", "factor": "10"}


def _slider(name: str, declared: Scenario, scenario: Scenario) -> Control:
    label, least, step = WORDS[name]
    value, usual = (as_typed(getattr(whole, name)) for whole in (scenario, declared))
    return Control(
        name, label, "range", value=value, declared=usual,
        least=least, most=MOST.get(name, str(scenario.days - 1)), step=step,
    )  # fmt: skip


ABOUT = "A scenario: futures with and without what is supposed, which sliders change"
register(
    Page(
        "scenarios",
        "/scenarios",
        ABOUT,
        ScenariosAsked,
        answer,
        menu="What if",
        place=30,
        slow=True,
    )
)
