"""Other processes that compute beside this one, on the cores that it leaves idle.

Work is queued for them, and whatever nobody has begun when its answer is wanted is done here: so
none is waited for that is not under way, and a process that is lost costs time, not an answer.
"""

from __future__ import annotations

import contextlib
import math
import os
import pickle
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, InvalidStateError, ProcessPoolExecutor
from functools import partial
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from detente.errors import UsageError
from detente.garbage import look_seldom

T = TypeVar("T")
Hook = Callable[[threading.ExceptHookArgs], object]

SHARE = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux tells a container how much of the processor it is granted, of each period."""

MOST = 4
"""Processes of one run, this one included: each holds half a gigabyte, and more gain little."""


class Helpers:
    """Processes that help this one; none is started before `begin`, and none outlives the block.

    Example:
        >>> with Helpers(1) as helpers:  # this process alone
        ...     helpers.begin(print, "ready")
        ...     helpers.submit(abs, -1) is None, list(helpers.each(abs, [(-1,), (-2,)]))
        (True, [1, 2])
    """

    def __init__(self, processes: int | None = None) -> None:
        """How many processes work, this one included; as many as it may use cores, if None."""
        wanted = min(cores(), MOST) if processes is None else processes
        self.others = wanted - 1
        self._pool: ProcessPoolExecutor | None = None
        self._before: set[BaseProcess] = set()
        self._hook = threading.excepthook
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Helpers:
        """Nothing is started yet."""
        return self

    def __exit__(self, *raised: object) -> None:
        """End them, whatever they are doing: nobody waits for it any more."""
        if self._pool is not None:
            for child in set(active_children()) - self._before:
                child.terminate()
            self._pool.shutdown(wait=True, cancel_futures=True)
            threading.excepthook = self._hook
        if self._folder is not None:
            self._folder.cleanup()

    def begin(self, prepare: Callable[..., object], *given: Any) -> None:
        """Start them; each prepares itself first.

        Args:
            prepare: A function of a module.
            given: What it is called with, which can be pickled.
        """
        if self.others < 1 or self._pool is not None:
            return
        # By a file: a pipe that is full waits for a process to read it, for ever if that has ended.
        with contextlib.suppress(OSError):  # no room on the disk: nobody helps
            self._folder = tempfile.TemporaryDirectory(prefix="detente-helpers-")
            file = Path(self._folder.name, "given")
            file.write_bytes(pickle.dumps((prepare, given)))
            self._before, self._hook = set(active_children()), threading.excepthook
            threading.excepthook = partial(_but_for_lost, self._hook)
            self._pool = ProcessPoolExecutor(self.others, get_context("spawn"), _prepared, (file,))

    def submit(self, function: Callable[..., T], *given: Any) -> Future[T] | None:
        """Queue a call for them; None where there are none.

        Args:
            function: A function of a module.
            given: What it is called with, which can be pickled.

        Raises:
            UsageError: A script without a guard runs again in its own helper.
        """
        try:
            return None if self._pool is None else self._pool.submit(function, *given)
        except (BrokenExecutor, OSError):  # they were lost, or cannot be had
            return None
        except RuntimeError as error:
            raise UsageError(
                "A helper of this script ran the script again, and was ended.",
                "Each process that a script starts reads it from the top.",
                'Put what it does below `if __name__ == "__main__":`, or work in one process.',
            ) from error

    def each(
        self,
        function: Callable[..., T],
        calls: Sequence[tuple[Any, ...]],
        here: Callable[..., T] | None = None,
    ) -> Iterator[T]:
        """The values of a function in order: they begin at the end, this process at the front.

        A call that fails elsewhere is made again here, and so are those of helpers that were lost.

        Args:
            function: A function of a module; where it was called does not show in its value.
            calls: What it is called with, each time.
            here: What is called in this process; by default the same function.
        """
        here = here or function
        futures = [self.submit(function, *given) for given in reversed(calls)][::-1]
        own = {
            place: here(*calls[place])
            for place, future in enumerate(futures)
            if future is None or future.cancel()
        }
        for place, future in enumerate(futures):
            if future is None or place in own:
                yield own[place]
                continue
            try:
                value = future.result()
            except Exception:
                value = here(*calls[place])
            yield value


def packed(value: Any) -> bytes | None:
    """A value for another process; None for one that cannot be told to it.

    Example:
        >>> packed(lambda: 1) is None, pickle.loads(packed((1, 2)))
        (True, (1, 2))
    """
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None


def cores() -> int:
    """Cores that this process may use: those that it may run on, or its container's share of them.

    Example:
        >>> 1 <= cores() <= os.cpu_count()
        True
    """
    usable = getattr(os, "sched_getaffinity", None)
    there = len(usable(0)) if usable else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):  # no Linux, or no limit, as the word max says
        quota, period = map(int, SHARE.read_text().split())
        return min(there, max(1, math.ceil(quota / period)))
    return there


def _prepared(file: Path) -> None:
    """Be a helper: leave Ctrl-C to the process that is helped, and end when that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(file.parent,), daemon=True).start()
    look_seldom()
    prepare, given = pickle.loads(file.read_bytes())  # noqa: S301 - of the process that is helped
    prepare(*given)


def _end_with_parent(folder: Path) -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def _but_for_lost(hook: Hook, args: threading.ExceptHookArgs) -> None:
    """Say what ended a thread, unless it is that a call which is lost had been called off before.

    Of that, Python 3.11 makes an error of the thread that looks after the processes.
    """
    of_pool = type(args.thread).__module__ == "concurrent.futures.process"
    if not (of_pool and args.exc_type is InvalidStateError):
        hook(args)
