"""`detente scenario`: a study's system run forward, with and without what is supposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from detente.cli.options import AsJson, day
from detente.cli.output import new_table, print_json, print_lines, print_table
from detente.cli.study import StudyName, event_store, saying

if TYPE_CHECKING:
    from detente.asks.scenarios.result import MeasureFan, ScenarioResult
    from detente.study.data import StudyData
    from detente.study.load import LoadedStudy
    from detente.study.scenarios import Scenario

MINUS = "\N{MINUS SIGN}"
ROWS = 6  # steps of a fan that are printed
TOLD = 12  # events of a told future


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
    events: Annotated[
        Path | None,
        typer.Option("--events", metavar="PATH", help="An event store, or event files to read."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of the random draws.")
    ] = None,
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
    from detente.asks.scenarios.model import fit_model  # noqa: PLC0415 - estimators are slow to import
    from detente.asks.scenarios.run import Horizon, check_span, find_scenario, run_scenario  # noqa: PLC0415
    from detente.study.load import load  # noqa: PLC0415

    loaded = load(study)
    if name is None:
        _list(loaded.study.scenarios, as_json=as_json)
        return
    scenario = find_scenario(loaded.study, name)
    data = _data(loaded, begin, events)
    chosen = loaded.study.study.seed if seed is None else seed
    first = begin or data.as_of + dt.timedelta(days=1)
    last = end or first + dt.timedelta(days=scenario.days - 1)
    span = Horizon(first, last, paths, chosen)
    check_span(data, span)
    with saying() as say:
        say("fitting the system")
        model = fit_model(data, seed=chosen)
        say("running the futures")
        result = run_scenario(data, model, scenario, span)
    if as_json:
        print_json(_plain(result))
    else:
        _show(result, model.notes)


def _data(loaded: LoadedStudy, begin: dt.date | None, events: Path | None) -> StudyData:
    """The study's data up to the day before the futures begin."""
    from detente.study.data import open_data  # noqa: PLC0415 - slow to import

    store = None if events is None else event_store(events, Path("out") / loaded.study.study.name)
    before = None if begin is None else begin - dt.timedelta(days=1)
    if before is None or before <= loaded.study.study.as_of:
        return open_data(loaded, as_of=before, store=store)
    data = open_data(loaded, store=store)
    return data if before > data.as_of else open_data(loaded, as_of=before, store=store)


def _list(scenarios: list[Scenario], *, as_json: bool) -> None:
    if as_json:
        print_json([{"id": one.id, "label": one.label} for one in scenarios])
        return
    table = new_table()
    for column in ("name", "what is supposed"):
        table.add_column(column)
    for one in scenarios:
        table.add_row(one.id, one.statement)
    none = "The study declares no scenarios." if not scenarios else ""
    print_table(table, caption=none)


def _show(result: ScenarioResult, notes: Sequence[str]) -> None:
    print_lines(Text(result.label, style="bold"), Text(result.statement), Text())
    if result.refused:
        print_lines(Text(f"Refused. {result.problem}"))
        return
    print_lines(Text(result.answer), Text())
    for fan in result.fans:
        _fan(fan)
    _outcomes(result)
    _drivers(result)
    _timeline(result)
    print_lines(*(Text(f"• {one}", style="dim") for one in (*notes, *result.caveats)))


def _fan(fan: MeasureFan) -> None:
    table = new_table()
    arms = ("without", "95% of futures", "with", "95% of futures")
    for column in ("by", *arms, "difference", "95%"):
        table.add_column(column, justify="left" if column == "by" else "right")
    steps = range(len(fan.until))
    chosen = sorted({round(place) for place in _even(len(steps))})
    for step in chosen:
        wide, told = fan.difference.bands[0.95], []
        for side in (fan.without, fan.with_):
            low, high = side.bands[0.95][:, step]
            told += [f"{side.middle[step]:.0f}", _to(low, high, places=0)]
        table.add_row(
            str(fan.until[step]), *told, _signed(fan.difference.middle[step]),
            _to(wide[0, step], wide[1, step]),
        )  # fmt: skip
    note = f" {fan.note}" if fan.note else ""
    print_table(table, title=f"{fan.label}, {fan.unit}", caption=f"Medians.{note}\n")


def _even(steps: int) -> list[float]:
    if steps <= ROWS:
        return [float(step) for step in range(steps)]
    return [(steps - 1) * place / (ROWS - 1) for place in range(ROWS)]


def _outcomes(result: ScenarioResult) -> None:
    if not result.outcomes:
        return
    table = new_table()
    for column in ("outcome", "without", "with", "difference, points", "90% interval", "clear"):
        table.add_column(column, justify="left" if column in {"outcome", "clear"} else "right")
    for row in result.outcomes:
        table.add_row(
            row.label, f"{row.without:.0%}", f"{row.with_:.0%}", _signed(100 * row.difference),
            _to(100 * row.low, 100 * row.high), _yes(row.clear),
        )  # fmt: skip
    print_table(
        table,
        title=f"Share of futures, {result.first} to {result.last}",
        caption=f"{result.chance}\n",
    )


def _drivers(result: ScenarioResult) -> None:
    table = new_table()
    left = {"fitted effect", "unit", "told from none"}
    for column in ("fitted effect", "estimate", "90% interval", "unit", "cases", "told from none"):
        table.add_column(column, justify="left" if column in left else "right")
    for row in result.drivers:
        table.add_row(
            row.effect, f"{row.value:.2f}", f"{row.low:.2f} to {row.high:.2f}", row.unit,
            f"{row.cases}", _yes(row.seen),
        )  # fmt: skip
    print_table(table, title="What drives it", caption=" ")


def _timeline(result: ScenarioResult) -> None:
    if not result.fans:
        return
    lines = [
        Text(f"{step.day}  {step.text}{' (supposed)' if step.supposed else ''}")
        for step in result.timeline[:TOLD]
    ]
    if not result.timeline:
        lines = [Text(f"It holds no event of those simulated up to {result.last}.")]
    left = len(result.timeline) - TOLD
    more = [Text(f"and {left} more; --json has them all", style="dim")] if left > 0 else []
    print_lines(Text("One future of many", style="bold"), *lines, *more, Text())


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _to(low: float, high: float, places: int = 1) -> str:
    return f"{low:.{places}f} to {high:.{places}f}".replace("-", MINUS)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", MINUS)


def _plain(result: ScenarioResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "label": result.label,
        "statement": result.statement,
        "from": result.first,
        "to": result.last,
        "paths": result.paths,
        "draws": result.draws,
        "seed": result.seed,
        "refused": result.refused,
        "problem": result.problem,
        "answer": result.answer,
        "without": result.without_label,
        "with": result.with_label,
        "measures": [
            {
                "id": fan.id, "label": fan.label, "unit": fan.unit, "total": list(fan.total),
                "relative": list(fan.relative), "clear": fan.clear, "note": fan.note,
            }
            for fan in result.fans
        ],
        "steps": result.table().to_pylist(),
        "outcomes": [
            {key.rstrip("_"): value for key, value in vars(row).items()} for row in result.outcomes
        ],
        "drivers": [vars(row) for row in result.drivers],
        "timeline": [vars(step) for step in result.timeline],
        "checks": [vars(check) for check in result.checks],
        "caveats": list(result.caveats),
        "citations": list(result.citations),
    }  # fmt: skip
