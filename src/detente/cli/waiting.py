"""A word to whoever waits: a command that has said nothing for a while says what it is at."""

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


@contextlib.contextmanager
def waiting(args: Sequence[str], patience: float = PATIENCE) -> Iterator[None]:
    """Say on stderr what a command is at, if it is still silent after a while.

    Args:
        args: The arguments of the command line.
        patience: Seconds.
    """
    name = next((arg for arg in args if not arg.startswith("-")), "")
    if name not in COMMANDS or {"-h", "--help"} & {*args}:
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
    if _spoken.is_set() or sys.stderr is None:
        return
    with contextlib.suppress(OSError, ValueError):  # whoever read it may have left
        sys.stderr.write(f"At work: {what[0].lower()}{what[1:]}\n")
        sys.stderr.flush()
