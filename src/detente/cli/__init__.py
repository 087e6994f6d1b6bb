"""The command line: a thin door that parses, calls and prints.

Data go to stdout, narration and errors to stderr. Exit codes: 0 done, 1 an error in Detente, 2 a
wrong command, 3 an input that cannot be used, 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import duckdb
import typer
from typer.core import TyperGroup

from detente import __version__
from detente.cli import dynamics, events, forecast, moves, panel, record, scenario, study
from detente.cli.output import report_bug, report_error, stop_writing
from detente.errors import DetenteError

INTERRUPTED = 130


class _Door(TyperGroup):
    """The commands; a reader that closes the pipe ends a command quietly."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise typer.Exit(stop_writing()) from error


app = typer.Typer(
    name="detente",
    cls=_Door,
    help="Who is moving closer to whom, why, and what comes next: a workbench for relations "
    "between states.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("study", rich_help_panel="Studies")(study.study_command)
app.command("dynamics", rich_help_panel="Studies")(dynamics.dynamics_command)
app.command("forecast", rich_help_panel="Studies")(forecast.forecast_command)
app.command("backtest", rich_help_panel="Studies")(forecast.backtest_command)
app.command("record", rich_help_panel="Studies")(record.record_command)
app.command("scenario", rich_help_panel="Studies")(scenario.scenario_command)
app.command("moves", rich_help_panel="Studies")(moves.moves_command)
app.command("new", rich_help_panel="Studies")(study.new_command)
app.command("validate", rich_help_panel="Studies")(study.validate_command)
app.command("ingest", rich_help_panel="Events")(events.ingest_command)
app.command("events", rich_help_panel="Events")(events.events_command)
app.command("sources", rich_help_panel="Events")(events.sources_command)
app.command("store", rich_help_panel="Events")(events.store_command)
app.command("panel", rich_help_panel="Relations")(panel.panel_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and stop."
        ),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an internal error.")
    ] = False,
) -> None:
    """Options that stand before the command; `main` looks for --debug itself."""


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit.

    Args:
        args: The arguments; those of the process if not given.
    """
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:
    """Run the command line and return its exit code.

    Example:
        >>> run(["--version"])
        detente 0.1.0
        0
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a narrow terminal encoding is no reason to fail
    try:
        app(args, prog_name="detente")
    except SystemExit as stop:
        return _flushed(stop.code if isinstance(stop.code, int) else int(stop.code is not None))
    except DetenteError as error:
        report_error(error)
        return error.exit_code
    except BrokenPipeError:
        return stop_writing()
    except (KeyboardInterrupt, duckdb.InterruptException):
        return INTERRUPTED
    except Exception as error:
        report_bug(error, with_traceback="--debug" in args)
        return 1
    return _flushed(0)


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return stop_writing()
    return code
