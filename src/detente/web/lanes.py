"""Lanes of work: in each one worker, which answers one request after the other.

A request that is cancelled or takes too long ends its worker; the next request starts another.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from detente.rounding import number
from detente.web.refusal import RefusalError
from detente.web.view import View
from detente.web.worker import LENGTH, Progress, Request, packed

COMMAND = (sys.executable, "-P", "-c", "from detente.web.worker import main; main()")
"""A worker; nothing that lies in the folder where it is started is taken for a module."""

MOST_ANSWERED = 500
"""Requests after which a worker is replaced: what libraries leave behind stays bounded."""


@dataclass(eq=False)
class Lane:
    """One worker and the requests that wait for it.

    Attributes:
        limit_s: Seconds that one request may take.
    """

    limit_s: float

    def __post_init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._answered = 0

    async def run(self, request: Request, say: Callable[[Progress], None]) -> View:
        """Have a request answered when its turn comes.

        Args:
            request: What is asked.
            say: Told how far it is.

        Raises:
            RefusalError: There is no answer, or it took too long (504).
        """
        async with self._turn:
            try:
                async with asyncio.timeout(self.limit_s):
                    answer = await self._asked(request, say)
            except TimeoutError:
                self.end()
                raise _too_long(self.limit_s) from None
            except (EOFError, OSError):
                self.end()
                raise _broken() from None
            except BaseException:
                self.end()  # cancelled: what the worker is doing is of no use any more
                raise
        if isinstance(answer, RefusalError):
            raise answer
        return cast("View", answer)

    async def _asked(self, request: Request, say: Callable[[Progress], None]) -> object:
        process = await self.ready()
        assert process.stdin is not None  # noqa: S101 - both are pipes
        process.stdin.write(packed(request))
        await process.stdin.drain()
        while isinstance(message := await _read(process), Progress):
            say(message)
        self._answered += 1
        return message

    async def ready(self) -> asyncio.subprocess.Process:
        """The worker, started if there is none or it has done enough."""
        if self._answered >= MOST_ANSWERED:
            self.end()
        if self._process is None or self._process.returncode is not None:
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(*COMMAND, stdin=pipe, stdout=pipe)
            self._answered = 0
        return self._process

    def end(self) -> None:
        """End the worker, whatever it is doing."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._process = None


async def _read(process: asyncio.subprocess.Process) -> object:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    head = await process.stdout.readexactly(LENGTH.size)
    body = await process.stdout.readexactly(LENGTH.unpack(head)[0])
    return pickle.loads(body)  # noqa: S301 - our own worker wrote it


def _too_long(limit_s: float) -> RefusalError:
    return RefusalError(
        504,
        "This took too long and was ended.",
        f"The limit is {number(limit_s, 0)} seconds.",
        "Ask for less: a shorter time, fewer states. Or run it in a terminal, without a limit.",
    )


def _broken() -> RefusalError:
    return RefusalError(
        500,
        "This page could not be made.",
        "The process that worked at it ended.",
        "Try once more; the terminal in which it is served says more.",
    )
