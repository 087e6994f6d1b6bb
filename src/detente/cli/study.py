"""`detente study`, `new` and `validate`: from a study file to a report."""

from __future__ import annotations

import datetime as dt
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from detente.cli.asking import (
    AsOf,
    Datasets,
    Events,
    NoCache,
    Processes,
    Seed,
    StudyName,
    answer_cache,
    dataset_files,
)
from detente.cli.options import DEFAULT_ENGINE, AsJson, EngineName, LakePlace, SafeCsv, day
from detente.cli.output import narrate, print_json
from detente.cli.reporting import Wanted, reported
from detente.errors import DetenteError, StudyError
from detente.rounding import plural


def study_command(
    *,
    study: StudyName,
    events: Events = None,
    engine: EngineName = DEFAULT_ENGINE,
    lake: LakePlace = None,
    dataset: Datasets = None,
    as_of: AsOf = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where the report goes; by default out/STUDY."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="CLAIM",
            help="Answer this claim alone, into out/STUDY-only; repeatable.",
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Go on: answer anew whenever the study file or its data are saved."
        ),
    ] = False,
    seed: Seed = None,
    no_cache: NoCache = False,
    processes: Processes = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the report in a browser.")
    ] = False,
    safe_csv: SafeCsv = False,
    as_json: AsJson = False,
) -> None:
    """Test every claim of a study and write its report.

    Writes report.html (one file that needs no network), findings.json, the series as CSV, and
    manifest.json. Your own event files extend the bundled data; where both cover a month, yours
    win. What was answered before from the same inputs is not computed again.

    [bold]Examples[/bold]

      detente study korea

      detente study korea --events store --as-of 2017-03-15 --out march

      detente study korea --lake gdelt2=exports

      detente study korea --dataset experts=tsinghua.csv

      detente study my-study --watch --open

      detente study my-study --only trade-after-talks

      detente study my-study/study.toml --json > findings.json
    """
    wanted = Wanted(
        study, events, dataset_files(dataset), as_of, out, seed, safe_csv,
        answer_cache(no_cache), tuple(only or ()), engine, processes, lake,
    )  # fmt: skip
    if watch:
        from detente.cli.watching import watch_study  # noqa: PLC0415 - few need it

        watch_study(wanted, open_page=open_page)
        return
    from detente.report import verdict_table  # noqa: PLC0415 - slow to import

    result, written = reported(wanted)
    if as_json:
        typer.echo(written.findings.read_text(encoding="utf-8"), nl=False)
    else:
        Console(highlight=False).print(verdict_table(result))
    narrate(f"Report: {written.report}")
    if open_page:
        webbrowser.open(written.report.resolve().as_uri())


def new_command(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of the study, lower-case-with-dashes.")
    ],
    parties: Annotated[
        str,
        typer.Option(
            "--parties",
            metavar="A,B,…",
            help="Draft it for these states, on event files alone: IRN,SAU.",
        ),
    ] = "",
    since: Annotated[
        dt.date | None,
        typer.Option(
            "--since",
            parser=day,
            metavar="DAY",
            help="With --parties: first day of events; by default six years ago.",
        ),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--in", metavar="DIR", help="Where its folder is made.")
    ] = Path(),
) -> None:
    """Write a commented study that runs, to start from.

    With --parties, one of these states that needs event files alone, with claims, a question and an
    empty event store for `detente fetch` or `detente ingest` to fill.

    [bold]Examples[/bold]

      detente new taiwan-strait

      detente new gulf --parties IRN,SAU --since 2015-01-01
    """  # fmt: skip
    from detente.study.of_parties import write_study_of  # noqa: PLC0415
    from detente.study.starter import write_starter  # noqa: PLC0415

    if not parties:
        path = write_starter(name, folder)
        narrate(f"Written: {path}")
        narrate(f"Check it with: detente validate {path}")
        return
    codes = [code for text in parties.split(",") if (code := text.strip())]
    today = dt.datetime.now(dt.UTC).date()
    path = write_study_of(codes, name, folder, today=today, since=since)
    narrate(f"Written: {path}")
    narrate(f"What its events take: detente fetch gdelt --study {path.parent} --plan")
    narrate(f"Once they are there: detente study {path.parent}")


def validate_command(study: StudyName, as_json: AsJson = False) -> None:
    """Check a study file and all that it names: every problem at once.

    With --json also what is wrong is printed as JSON, and the exit code stays that of an error.

    [bold]Examples[/bold]

      detente validate my-study/study.toml

      detente validate my-study --json
    """
    from detente.study.load import load  # noqa: PLC0415 - slow to import

    try:
        checked = load(study, thorough=True).study
    except DetenteError as error:
        if not as_json:
            raise
        print_json({"valid": False, "study": study, **_told(error)})
        raise typer.Exit(error.exit_code) from None
    counts = {
        "parties": len(checked.parties),
        "actions": len(checked.actions),
        "eras": len(checked.eras),
        "datasets": len(checked.datasets),
        "claims": len(checked.asks("claims")),
    }
    if as_json:
        print_json({"valid": True, "study": checked.study.name, **counts, "problems": []})
    else:
        named = ", ".join(plural(count, part) for part, count in counts.items())
        typer.echo(f"{checked.study.name} is valid: {named}.")


def _told(error: DetenteError) -> dict[str, object]:
    """An error for scripts: its problems, or what was found where there is no list."""
    problems = error.problems if isinstance(error, StudyError) else ()
    seen = [error.found] if error.found else []
    return {"error": error.failed, "problems": list(problems) or seen, "next": error.next_step}
