"""A word to who waits at a terminal: a command that is silent for a while says what it is at."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Sequence

from detente.cli.commands import COMMANDS

PATIENCE = 0.7
"""Seconds of silence; less than one since the start, with what loading the command line takes."""

_spoken = threading.Event()


def spoken() -> None:
    """Note that something is said, so that nobody needs to be told to wait."""
    _spoken.set()


def at_terminal() -> bool:
    """Whether somebody looks at standard error: a pipe is told nothing to wait by."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextlib.contextmanager
def waiting(args: Sequence[str], patience: float = PATIENCE) -> Iterator[None]:
    """Say on a terminal what a command is at, if it is still silent after a while.

    Args:
        args: The arguments of the command line.
        patience: Seconds.
    """
    name = next((arg for arg in args if not arg.startswith("-")), "")
    if not at_terminal() or name not in COMMANDS or {"-h", "--help"} & {*args}:
        yield
        return
    _spoken.clear()
    timer = threading.Timer(patience, _say, [COMMANDS[name].says])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _say(what: str) -> None:
    if _spoken.is_set():
        return
    with contextlib.suppress(OSError, ValueError):  # whoever read it may have left
        sys.stderr.write(f"At work: {what[0].lower()}{what[1:]}\n")
        sys.stderr.flush()
