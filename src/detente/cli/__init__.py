"""The command line: a thin door that parses, calls and prints.

Data go to stdout, narration and errors to stderr. Exit codes: 0 done, 1 an error in Detente, 2 a
wrong command, 3 an input that cannot be used, 130 interrupted.
"""

from __future__ import annotations

import errno
import sys
from typing import Annotated

import typer

from detente import __version__
from detente.cli.commands import Commands
from detente.cli.console import mend_width, stop_writing
from detente.cli.ending import WITH_COMMAND
from detente.cli.failing import report_bug, report_error, say_plainly
from detente.cli.waiting import waiting
from detente.errors import DetenteError
from detente.garbage import look_seldom

INTERRUPTED = 130
FULL = tuple(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EIO") if hasattr(errno, name))
"""What the system says when output has no room."""


app = typer.Typer(
    name="detente",
    cls=Commands,
    help="Who is moving closer to whom, why, and what comes next: a workbench for relations "
    "between states.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
    look_seldom()
    given = sys.argv[1:] if args is None else args
    with waiting(given):
        code = run(given)
    sys.exit(code)


def run(args: list[str]) -> int:
    """Run the command line and return its exit code.

    Example:
        >>> run(["--version"])
        detente 0.1.0
        0
    """
    if sys.stdout is None:
        say_plainly("Error  There is nowhere to print: standard output is closed.")
        return DetenteError.exit_code
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a narrow terminal encoding is no reason to fail
    mend_width()
    try:
        return _flushed(_run(args))
    except OSError as error:
        return _unwritten(error)


def _run(args: list[str]) -> int:
    """Run a command; every way out of it becomes an exit code."""
    try:
        with WITH_COMMAND:
            app(args, prog_name="detente")
    except SystemExit as stop:
        if behind(stop, BrokenPipeError):
            return stop_writing()
        if behind(stop, KeyboardInterrupt):
            return _fallen(stop, with_traceback=False)
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except DetenteError as error:
        report_error(error)
        return error.exit_code
    except (KeyboardInterrupt, Exception) as error:
        return _fallen(error, with_traceback="--debug" in args)
    return 0


def _fallen(error: BaseException, *, with_traceback: bool) -> int:
    """An interrupt, output that has no room or no reader, or else a bug."""
    if interrupted(error):
        say_plainly("Interrupted. What was whole is kept; run the same command again to go on.")
        return INTERRUPTED
    if isinstance(error, OSError) and (isinstance(error, BrokenPipeError) or error.errno in FULL):
        raise error
    report_bug(error, with_traceback=with_traceback)
    return 1


def interrupted(error: BaseException) -> bool:
    """Whether Ctrl-C lies behind an error; a query that it ends fails in one of two ways.

    Example:
        >>> interrupted(KeyboardInterrupt()), interrupted(RuntimeError("another"))
        (True, False)
    """
    duckdb = sys.modules.get("duckdb")  # if it is not loaded, no query can have run
    if behind(error, KeyboardInterrupt, *([duckdb.InterruptException] if duckdb else [])):
        return True
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"


def behind(error: BaseException, *kinds: type[BaseException]) -> bool:
    """Whether an error of these kinds lies behind another, or is it.

    A query that Ctrl-C ends fails in its own way, and help that nobody reads ends as an exit.

    Example:
        >>> behind(ValueError("of another kind"), KeyboardInterrupt)
        False
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kinds):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _unwritten(error: OSError) -> int:
    """The output could not be written, as where the disk is full."""
    if isinstance(error, BrokenPipeError):
        return stop_writing()
    stop_writing()  # what is still buffered would fail once more when Python ends
    say_plainly(f"Error  The output could not be written: {error.strerror or error}.")
    say_plainly("Next   Free some space, or send the output elsewhere.")
    return DetenteError.exit_code


def _flushed(code: int) -> int:
    sys.stdout.flush()
    return code
