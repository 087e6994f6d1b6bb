"""Scenarios: the system run forward many times, with and without what is supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from detente.answers import Answer, Exhibit, Key, Table, Value
from detente.arrays import Days
from detente.asks.provenance import provenance
from detente.asks.scenarios.arms import Arms, halves, make_arms, month_edges, refusal
from detente.asks.scenarios.coupled import WITH, WITHOUT, Pairs, simulate_pairs
from detente.asks.scenarios.drivers import drivers_of
from detente.asks.scenarios.futures import (
    CHANGE_COLUMNS,
    OUTCOME_COLUMNS,
    Watched,
    change_row,
    future_columns,
    future_rows,
    outcome_row,
    paths_of,
    watch_for,
)
from detente.asks.scenarios.history import last_known
from detente.asks.scenarios.horizon import Horizon
from detente.asks.scenarios.model import MODEL, Model, fitted
from detente.asks.scenarios.words import (
    answer_text,
    caveats,
    checks_of,
    few_cases,
    future_by_date,
    note_of,
)
from detente.errors import UsageError
from detente.relations.steps import day_name
from detente.rounding import count_text, number
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.models import Study
from detente.study.names import unknown
from detente.study.parts import Id, Strict

KIND = "scenario"
DIFFERENCES = (
    "Of days, which are counted from the start on, the difference at the end; of events per month "
    "that of the mean month."
)
TRACED = 200  # futures among which the one by date is chosen


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

    @property
    def supposed(self) -> str:
        """The action that happens or is changed; empty for eras."""
        return self.event or self.action or ""


def _problems(scenario: Scenario, study: Study, folder: Path) -> Iterator[str]:
    """Names of a scenario that the study does not declare."""
    if not study.asks("simulation"):
        yield f"scenarios.{scenario.id}: it needs a [simulation] that says what is simulated."
        return
    where = f"scenarios.{scenario.id}"
    named = [scenario.supposed] if scenario.supposed else []
    yield from unknown(f"{where}: action", named, study.actions)
    eras = [name for name in (scenario.era, scenario.against) if name]
    yield from unknown(f"{where}: era", eras, study.eras)


def answer(scenario: Scenario, data: StudyData) -> Answer:
    """Run one scenario; see `simulated`."""
    return simulated(scenario, fitted(data))


def simulated(scenario: Scenario, model: Model) -> Answer:
    """Run one scenario.

    Args:
        scenario: What is supposed.
        model: The system fitted to all that is known on the day before the first; with its data
            come the number of futures in each arm, and their seed.

    Returns:
        The futures with and without it; or what the data lack.

    Raises:
        UsageError: The days are too many, or end before the event.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> from detente.study.options import Options
        >>> from detente.asks.scenarios.model import fit_model
        >>> data = open_data(load("korea"), options=Options(futures=200))
        >>> model = fit_model(data, draws=2)
        >>> asked = {scenario.id: scenario for scenario in model.data.study.asks("scenarios")}
        >>> futures = simulated(asked["nuclear-test"], model).exhibits[0]
        >>> futures.settings["with"], len(set(futures.table.column("until")))
        ('with it (nuclear tests)', 23)
    """
    start = last_known(model.data, model.simulation) + dt.timedelta(days=1)
    span, options = Horizon.of(scenario.days, start), model.data.options
    span.check(start)
    _check_event(scenario, span)
    blank = Answer(
        scenario.id,
        KIND,
        scenario.label,
        statement=scenario.statement,
        gap=refusal(model, scenario),
        caveats=(*scenario.caveats, *model.simulation.caveats),
    )
    if blank.gap:
        return blank
    arms = make_arms(model, scenario)
    edges = month_edges(np.datetime64(span.first), np.datetime64(span.last))
    watched = watch_for(model, edges, TRACED)
    drawn = halves(arms, edges)[: max(options.futures // 2, 1)]
    pairs = simulate_pairs(drawn, watched.watch, options.futures, seed=options.seed)
    drivers = drivers_of(arms)
    futures, changes = _measures(arms, watched, pairs, drivers, model.first + edges[1:] - 1)
    outcomes = Table(OUTCOME_COLUMNS, tuple(_outcomes(arms, watched, pairs, drivers)))
    text = answer_text(span.last, futures, changes, outcomes)
    steps = future_by_date(arms, pairs, watched.measures[0]) if watched.measures else Table(())
    exhibits = (
        _futures_exhibit(futures, changes, arms, span, text),
        Exhibit("differences", "What differs", changes, note=DIFFERENCES),
        _outcomes_exhibit(outcomes, options.futures),
        Exhibit("drivers", "What drives it", drivers, folded=True),
        Exhibit("future", "One future of the many, by date; it did not happen", steps, folded=True),
    )
    return replace(
        blank,
        text=text,
        exhibits=tuple(exhibit for exhibit in exhibits if len(exhibit.table)),
        checks=checks_of(model, drivers, pairs.lost),
        caveats=(
            *blank.caveats,
            *caveats(arms),
            *_notes(arms, watched),
            *_quiet(watched, steps, span),
        ),
        citations=model.months.citations if model.months else (),
        provenance=provenance(
            model.data,
            f"{count_text(options.futures)} pairs of futures from {len(drawn)} draws of the "
            f"parameters, {span.first} to {span.last}: {arms.names[WITHOUT]}, and "
            f"{arms.names[WITH]}.",
        ),
    )


def _measures(
    arms: Arms, watched: Watched, pairs: Pairs, drivers: Table, until: Days
) -> tuple[Table, Table]:
    """The measures step by step, and what differs in each."""
    steps: list[tuple[Value, ...]] = []
    changes: list[tuple[Value, ...]] = []
    for measure in watched.measures:
        values = paths_of(arms, watched, pairs, measure)
        seen = _seen(arms, drivers, measure.actions or [measure.relations or ""])
        steps += future_rows(measure, values, pairs.block, until)
        changes.append(change_row(measure, values, pairs.block, seen=seen))
    return Table(future_columns(), tuple(steps)), Table(CHANGE_COLUMNS, tuple(changes))


def _seen(arms: Arms, drivers: Table, moved: Sequence[str]) -> bool:
    """Whether an effect on any of these is seen; of eras all rates differ, by supposition.

    So does the rate of an action that is multiplied.
    """
    if arms.kind < 0 or (not arms.times and arms.moved in moved):
        return True
    return any(row["seen"] and row["moves"] in moved for row in drivers.records())


def _outcomes(
    arms: Arms, watched: Watched, pairs: Pairs, drivers: Table
) -> Iterator[tuple[Value, ...]]:
    for place, outcome in enumerate(watched.outcomes):
        hits, label = pairs.hits[:, :, place].astype(np.int64), outcome.label
        quiet = pairs.quiet[:, :, place].astype(np.int64)
        if outcome.quiet_days is None:
            if arms.times and arms.moved in outcome.actions and arms.day < watched.watch.edges[-1]:
                hits[:, WITH] -= arms.times
                label += ", beside the one supposed"
            label += few_cases(arms, outcome)
        seen = _seen(arms, drivers, outcome.actions)
        yield outcome_row(outcome, hits, quiet, pairs.block, label=label, seen=seen)


def _futures_exhibit(
    futures: Table, changes: Table, arms: Arms, span: Horizon, says: str
) -> Exhibit:
    (without, with_), paths = arms.names, arms.model.data.options.futures
    units = dict(zip(changes.column("id"), changes.column("unit"), strict=True))
    return Exhibit(
        "futures",
        f"{count_text(paths)} futures each, {day_name(span.first)} to {day_name(span.last)}",
        futures,
        note="Medians of the futures with and without; of the difference the mean.",
        mark="futures",
        key=(
            Key("line", _arm("with", with_)),
            Key("band", "half and four in five of those futures"),
            Key("dash-ink", _arm("without", without)),
            Key("dots-ink", "four in five of those futures lie between"),
            Key("bands", "difference: 50, 80 and 95% by what the parameters allow"),
        ),
        says=says,
        settings={"without": without, "with": with_, "units": units},
        series=("measure",),
    )


def _arm(word: str, label: str) -> str:
    return label if label.startswith(word) else f"{word}: {label}"


def _outcomes_exhibit(outcomes: Table, futures: int) -> Exhibit:
    points = 1.645 * 50 / futures**0.5
    return Exhibit(
        "outcomes",
        f"Share of {count_text(futures)} futures",
        outcomes,
        note=f"Chance alone moves a share by up to {number(points, 0)} points (90%).",
    )


def _notes(arms: Arms, watched: Watched) -> Iterator[str]:
    """What a reader must know of single measures; what holds for several is said once."""
    about: dict[str, list[str]] = {}
    for measure in watched.measures:
        about.setdefault(note_of(arms, measure), []).append(measure.label)
    for note, labels in about.items():
        if note:
            yield f"On {' and on '.join(labels)}: {note[:1].lower()}{note[1:]}"


def _quiet(watched: Watched, steps: Table, span: Horizon) -> Iterator[str]:
    """What is said where the future that was chosen holds nothing."""
    if watched.measures and not len(steps):
        yield (
            f"The future with the median number of {watched.measures[0].label} holds no event of "
            f"those simulated up to {day_name(span.last)}."
        )


def _check_event(scenario: Scenario, span: Horizon) -> None:
    """Refuse futures that end before what is supposed in them."""
    days = span.days
    if scenario.event is not None and scenario.on_day >= days:
        raise UsageError(
            "The futures could not be run.",
            f"They end on {span.last}, before the event on day {scenario.on_day}.",
            "Choose a later last day.",
        )


register("scenarios", Scenario, answer, _problems, about="what if", shares=MODEL)
