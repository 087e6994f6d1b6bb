"""How the command line fails: in words, on stderr, whatever state that is in."""

from __future__ import annotations

import contextlib
import sys
import traceback

from rich.table import Table
from rich.text import Text

from detente import __version__
from detente.cli.console import console, visible
from detente.errors import DetenteError, StudyError

ISSUES = "the project's issue tracker"


def report_error(error: DetenteError) -> None:
    """Print the three parts of an error on stderr."""
    out = console(stderr=True)
    lines = [error.failed, error.found]
    if isinstance(error, StudyError):
        lines += [f"• {problem}" for problem in error.problems]
    parts = [("Error", "bold red", line) for line in lines if line]
    if error.next_step:
        parts.append(("Next", "bold green", error.next_step))
    said = ""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for label, style, line in parts:
        shown = "" if label == said else label
        said = label
        if out.is_terminal:
            grid.add_row(Text(shown, style=style), Text(line, overflow="fold"))  # no path is cut
        else:
            out.print(Text(f"{shown:<7}{line}"), soft_wrap=True)
    if out.is_terminal:
        out.print(grid)


def report_bug(error: BaseException, *, with_traceback: bool) -> None:
    """Say in one line that Detente is at fault, and show the traceback if asked."""
    if with_traceback:
        traceback.print_exception(error)
    first = visible((str(error).splitlines() or [""])[0])
    hint = "" if with_traceback else " (detente --debug shows the traceback)"
    say_plainly(
        f"Internal error in detente {__version__}: {type(error).__name__}: {first}. "
        f"Please report it with the command to {ISSUES}{hint}."
    )


def say_plainly(line: str) -> None:
    """One line on stderr, even where stderr is closed or full."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
