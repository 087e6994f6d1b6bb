"""What if: a study's scenarios, run forward on one fitted model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.asks.scenarios.arms import Arms, halves, make_arms, month_edges, refusal
from detente.asks.scenarios.coupled import Pairs, simulate_pairs
from detente.asks.scenarios.drivers import drivers_of
from detente.asks.scenarios.model import Model, fit_model
from detente.asks.scenarios.predictive import predictive_checks
from detente.asks.scenarios.result import DriverRow, OutcomeRow, ScenarioResult, WhatIf
from detente.asks.scenarios.summary import Watched, measure_fan, outcome_row, paths_of, watch_for
from detente.asks.scenarios.words import answer, caveats, checks_of, few_cases, note_of, tell
from detente.errors import DataGapError, UsageError
from detente.study.data import StudyData
from detente.study.models import Study
from detente.study.names import did_you_mean
from detente.study.scenarios import Scenario

PATHS = 2000
TRACED = 200  # futures among which the told one is chosen
LONGEST = 30 * 366


@dataclass(frozen=True)
class Horizon:
    """First and last day, number of futures in each arm, and the seed."""

    first: dt.date
    last: dt.date
    paths: int = PATHS
    seed: int = 1


def what_if(data: StudyData, *, paths: int = PATHS, seed: int = 1) -> WhatIf:
    """All scenarios of a study from the day after its data, with checks of the model.

    Args:
        data: The study's data as of a date.
        paths: Number of futures in each arm of each scenario.
        seed: Seed of every random draw.

    Returns:
        One result for each scenario; where the data cannot carry it, its `problem` says why.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> found = what_if(open_data(load("korea")), paths=100)
        >>> [one.id for one in found.scenarios if one.refused]
        ['thaad', 'trade-pact']
    """
    declared = data.study.scenarios
    if not declared:
        return WhatIf()
    first = data.as_of + dt.timedelta(days=1)
    spans = [
        Horizon(first, data.as_of + dt.timedelta(days=one.days), paths, seed) for one in declared
    ]
    try:
        model = fit_model(data, seed=seed)
    except DataGapError as gap:
        why = f"{gap.found} {gap.next_step}"
        blank = [_blank(one, span) for one, span in zip(declared, spans, strict=True)]
        return WhatIf(tuple(replace(one, problem=why) for one in blank))
    return WhatIf(
        scenarios=tuple(
            run_scenario(data, model, one, span) for one, span in zip(declared, spans, strict=True)
        ),
        predictive=predictive_checks(model, seed=seed),
        model=(*model.notes, *model.simulation.caveats),
    )


def find_scenario(study: Study, name: str) -> Scenario:
    """A scenario of a study by its id.

    Raises:
        UsageError: The study has none of that name.

    Example:
        >>> from detente.study.load import load
        >>> find_scenario(load("korea").study, "talks").id
        'talks'
    """
    known = {one.id: one for one in study.scenarios}
    if name in known:
        return known[name]
    there = f"It has {', '.join(known)}." if known else "It declares none."
    raise UsageError(
        f"There is no scenario “{name}” in the study.",
        there + did_you_mean(name, known),
        "Name one of these, or add it to the study file under [[scenarios]].",
    )


def run_scenario(
    data: StudyData, model: Model, scenario: Scenario, span: Horizon
) -> ScenarioResult:
    """Run one scenario.

    Args:
        data: The study's data as of the day before the first.
        model: The system fitted to them.
        scenario: What is supposed.
        span: Days, number of futures and seed.

    Returns:
        The result, or a refused one whose `problem` says what the data lack.

    Raises:
        UsageError: The days are out of order, too many, or do not begin where the data end.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> model = fit_model(data, draws=2)
        >>> asked = next(one for one in data.study.scenarios if one.id == "nuclear-test")
        >>> span = Horizon(data.as_of + dt.timedelta(days=1), dt.date(2027, 4, 19), paths=200)
        >>> made = run_scenario(data, model, asked, span)
        >>> made.with_label, len(made.fans[0].until)
        ('with it (nuclear tests)', 12)
    """
    check_span(data, span)
    _check_event(scenario, span)
    blank = replace(
        _blank(scenario, span),
        problem=refusal(data, model, scenario),
        caveats=(*scenario.caveats, *model.simulation.caveats),
    )
    if blank.problem:
        return blank
    arms = make_arms(data, model, scenario)
    edges = month_edges(np.datetime64(span.first), np.datetime64(span.last))
    watched = watch_for(model, edges, TRACED)
    drawn = halves(model, arms, edges)[: max(span.paths // 2, 1)]
    pairs = simulate_pairs(drawn, watched.watch, span.paths, seed=span.seed)
    drivers = drivers_of(data, model, arms)
    until = model.first + edges[1:] - 1
    fans = tuple(
        measure_fan(
            one, paths_of(model, watched, pairs, arms, one), pairs.block, until,
            seen=_seen(model, arms, drivers, one.actions or [one.relations or ""]),
            note=note_of(data, model, arms, one),
        )
        for one in watched.measures
    )  # fmt: skip
    outcomes = _outcomes(model, watched, pairs, arms, drivers)
    return replace(
        blank,
        paths=span.paths,
        draws=len(drawn),
        seed=span.seed,
        without_label=arms.names[0],
        with_label=arms.names[1],
        fans=fans,
        outcomes=outcomes,
        drivers=drivers,
        timeline=tell(data, model, arms, pairs, watched.measures[0]) if watched.measures else (),
        answer=answer(span.last, fans, outcomes),
        checks=checks_of(model, drivers, pairs.lost),
        caveats=(*blank.caveats, *caveats(data, model, arms)),
        citations=model.months.citations if model.months else (),
    )


def _blank(scenario: Scenario, span: Horizon) -> ScenarioResult:
    return ScenarioResult(
        scenario.id, scenario.label, scenario.statement, span.first, span.last, seed=span.seed
    )


def _seen(model: Model, arms: Arms, drivers: tuple[DriverRow, ...], moved: Sequence[str]) -> bool:
    """Whether an effect on any of these is seen; of eras all rates differ, by supposition.

    So does the rate of an action that is multiplied.
    """
    supposed = arms.kind < 0 or (not arms.times and model.past.kinds[arms.kind] in moved)
    return supposed or any(row.seen and row.moves in moved for row in drivers)


def _outcomes(
    model: Model, watched: Watched, pairs: Pairs, arms: Arms, drivers: tuple[DriverRow, ...]
) -> tuple[OutcomeRow, ...]:
    rows = []
    for number, outcome in enumerate(watched.outcomes):
        hits, label = pairs.hits[:, :, number].astype(np.int64), outcome.label
        supposed = arms.times and model.past.kinds[arms.kind] in outcome.actions
        if supposed and outcome.quiet_days is None and arms.day < watched.watch.edges[-1]:
            hits[:, 1] -= arms.times
            label += ", beside the one supposed"
        if outcome.quiet_days is None:
            label += few_cases(model, arms, outcome)
        quiet = pairs.quiet[:, :, number].astype(np.int64)
        seen = _seen(model, arms, drivers, outcome.actions)
        rows.append(outcome_row(outcome, hits, quiet, pairs.block, label=label, seen=seen))
    return tuple(rows)


def _check_event(scenario: Scenario, span: Horizon) -> None:
    """Refuse futures that end before what is supposed in them."""
    days = (span.last - span.first).days + 1
    if scenario.event is not None and scenario.on_day >= days:
        raise UsageError(
            "The futures could not be run.",
            f"They end on {span.last}, before the event on day {scenario.on_day}.",
            "Choose a later last day.",
        )


def check_span(data: StudyData, span: Horizon) -> None:
    """Refuse days that are out of order, too many, or not next to the data.

    Raises:
        UsageError: They are.

    Example:
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"))
        >>> try:
        ...     check_span(data, Horizon(dt.date(2030, 1, 1), dt.date(2031, 1, 1)))
        ... except UsageError as error:
        ...     print(error.next_step)
        Begin on 2026-04-20 at the latest, and look at most 30 years ahead.
    """
    if span.last <= span.first:
        raise UsageError(
            "The futures could not be run.",
            f"They would begin on {span.first} and end on {span.last}.",
            "Choose a last day after the first.",
        )
    start = data.as_of + dt.timedelta(days=1)
    if span.first != start or (span.last - span.first).days > LONGEST:
        raise UsageError(
            "The futures could not be run.",
            f"They would run from {span.first} to {span.last}; the data end on {data.as_of}.",
            f"Begin on {start} at the latest, and look at most 30 years ahead.",
        )
    if span.paths < 2:
        raise UsageError(
            "The futures could not be run.", f"{span.paths} were asked for.", "Ask for more."
        )
