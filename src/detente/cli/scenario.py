"""`detente scenario`: a study's system run forward, with and without what is supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.asking import Events, Seed, StudyName, open_study, saying, show
from detente.cli.options import DEFAULT_ENGINE, AsJson, EngineName, LakePlace, day
from detente.cli.output import new_table, print_json, print_table

if TYPE_CHECKING:
    from detente.study.data import StudyData
    from detente.study.models import Study

SHOWN = 12


def scenario_command(
    *,
    study: StudyName,
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A scenario of the study; none: list them."),
    ] = None,
    begin: Annotated[
        dt.date | None,
        typer.Option(
            "--from", parser=day, metavar="DAY", help="First day; nothing later is known."
        ),
    ] = None,
    end: Annotated[
        dt.date | None, typer.Option("--to", parser=day, metavar="DAY", help="Last day.")
    ] = None,
    paths: Annotated[
        int, typer.Option("--paths", min=200, max=100_000, help="Futures in each arm.")
    ] = 2000,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    every_row: Annotated[
        bool, typer.Option("--all", help="Print tables whole, not only their first rows.")
    ] = False,
    seed: Seed = None,
    as_json: AsJson = False,
) -> None:
    """Run a study's system forward many times, with and without what a scenario supposes.

    Prints how far both spread, their difference with its interval, which fitted effects drive it
    and on how many cases they rest. Where the record holds too few, it says so instead.

    [bold]Examples[/bold]

      detente scenario korea

      detente scenario korea nuclear-test

      detente scenario korea talks --from 2017-03-15 --to 2020-03-14 --paths 5000
    """
    from detente.asks.scenarios.history import last_known  # noqa: PLC0415 - slow to import
    from detente.asks.scenarios.horizon import Horizon  # noqa: PLC0415
    from detente.asks.scenarios.model import fitted  # noqa: PLC0415
    from detente.asks.scenarios.run import find_scenario, section  # noqa: PLC0415
    from detente.asks.scenarios.scenario import answer  # noqa: PLC0415
    from detente.study.load import load  # noqa: PLC0415

    loaded = load(study).study
    if name is None:
        _list(loaded, as_json=as_json)
        return
    scenario = find_scenario(loaded, name)
    opened = partial(open_study, study, events, seed=seed, engine=engine, lake=lake)
    data = _known_before(begin, loaded, opened)
    data = data.under(replace(data.options, futures=paths))
    start = last_known(data, loaded.asks("simulation")[0]) + dt.timedelta(days=1)
    first = begin or start
    span = Horizon(first, end or first + dt.timedelta(days=scenario.days - 1))
    span.check(start)
    scenario = scenario.model_copy(update={"days": span.days})
    with saying() as say:
        say("fitting the system")
        model = fitted(data)
        say("running the futures")
        outcome = answer(scenario, data)
    notes = () if outcome.gap else model.notes
    show((section(outcome, notes=notes),), as_json=as_json, most=None if every_row else SHOWN)


def _known_before(
    begin: dt.date | None, study: Study, opened: Callable[..., StudyData]
) -> StudyData:
    """The study's data up to the day before the futures begin."""
    data = opened()
    before = None if begin is None else begin - dt.timedelta(days=1)
    if before is not None and before <= max(data.as_of, study.study.as_of):
        return opened(as_of=before)
    return data


def _list(study: Study, *, as_json: bool) -> None:
    scenarios = study.asks("scenarios")
    if as_json:
        print_json([{"id": asked.id, "label": asked.label} for asked in scenarios])
        return
    table = new_table()
    for column in ("name", "what is supposed"):
        table.add_column(column)
    for asked in scenarios:
        table.add_row(asked.id, asked.statement)
    print_table(table, caption="" if scenarios else "The study declares no scenarios.")
