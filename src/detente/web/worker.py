"""A worker: a process that answers one request after the other, until nobody asks any more.

It reads requests on its standard input and writes messages on its standard output, each a pickle
behind its length. It can be ended at any moment; nothing is lost but what it was working at. Only
the server that started it can write to it.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO

from detente.errors import DetenteError
from detente.web.desk import Desk
from detente.web.page import Page, pages
from detente.web.refusal import RefusalError, refusal_of
from detente.web.site import Site

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class Request:
    """What a worker is asked.

    Attributes:
        page: The name of a page.
        asked: What is asked of it, by field.
        site: What is served.
    """

    page: str
    asked: dict[str, Any]
    site: Site


@dataclass(frozen=True)
class Progress:
    """How far a worker is.

    Attributes:
        text: What it is doing.
        done: Steps that are done.
        of: Of how many; 0 if unknown.
    """

    text: str
    done: int = 0
    of: int = 0


def packed(message: object) -> bytes:
    """A message as it goes through a pipe.

    Example:
        >>> LENGTH.unpack(packed("a")[:8])[0] == len(packed("a")) - 8
        True
    """
    body = pickle.dumps(message)
    return LENGTH.pack(len(body)) + body


def work(request: Request, say: Callable[[object], None]) -> object:
    """The view that was asked for, or why there is none."""
    from detente.web.rendering import view_of  # noqa: PLC0415 - drawing is slow to import

    def progress(text: str, done: int = 0, of: int = 0) -> None:
        say(Progress(text, done, of))

    page = pages()[request.page]
    desk = Desk(request.site, progress)
    try:
        return view_of(page, page.asks.model_validate(request.asked), desk)
    except DetenteError as error:
        return _for_readers(refusal_of(error), page, request.site)
    except Exception:
        traceback.print_exc()
        return RefusalError(
            500,
            "This page could not be made.",
            "There is a mistake in Detente.",
            "The terminal in which it is served shows where; please report it.",
        )


def _for_readers(refusal: RefusalError, page: Page, site: Site) -> RefusalError:
    """A refusal that names options of a command as the page's fields, and no folder of ours."""
    option = re.compile(rf"--({'|'.join(page.asks.model_fields) or '-'})\b")
    texts = (refusal.failed, *(option.sub(r"“\1”", t) for t in (refusal.found, refusal.next_step)))
    return RefusalError(refusal.status, *map(site.without_folders, texts))


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more.

    Args:
        asked: Where requests come from.
        answers: Where messages go to.
    """

    def say(message: object) -> None:
        answers.write(packed(message))
        answers.flush()

    while head := asked.read(LENGTH.size):
        request = pickle.loads(asked.read(LENGTH.unpack(head)[0]))  # noqa: S301 - our own server
        say(work(request, say))


def main() -> None:
    """Answer on standard input and output; what is printed meanwhile goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends its workers
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        for slow in ("detente.web.rendering", "detente.report.svg"):
            import_module(slow)  # what is slow to load is loaded before it is asked
        serve(sys.stdin.buffer, answers)
