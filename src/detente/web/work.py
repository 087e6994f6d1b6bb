"""Views that are asked for: held where they are there, else worked at once for all who ask.

A work that nobody has asked about for some time is ended. Everything is bounded: the bytes held,
the works that wait, the seconds that one may take.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import chain

from detente.web.desk import unchanged
from detente.web.lanes import Lane
from detente.web.page import Asked, Page, address_of
from detente.web.refusal import RefusalError, nothing_here
from detente.web.site import Site
from detente.web.view import View
from detente.web.worker import Progress, Request

QUICK_S, SLOW_S = 180.0, 1800.0
QUICK_LANES = 2
"""Workers for pages that take seconds, so that one of them does not hold up all others."""
PATIENCE_S = 1.5
"""Seconds that a request waits for a view before it is told how far the work is."""
UNASKED_S = 45.0
FAILED_S = 5.0
MOST_WORKS = 24
MOST_READY = 500
MOST_BYTES = 128_000_000


@dataclass
class Work:
    """A view that is being made.

    Attributes:
        id: By which it is asked about; cannot be guessed.
        address: Where the view will stand.
        page: Of which page.
        lane: Where it is made.
        task: Makes it.
        began: When it began, on the monotonic clock.
        asked: When it was last asked about.
        progress: How far it is.
    """

    id: str
    address: str
    page: Page
    lane: Lane
    task: asyncio.Task[View]
    began: float
    asked: float
    progress: Progress = field(default_factory=lambda: Progress("waiting for its turn"))

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began


class Views:
    """All views that are held or being made."""

    def __init__(self, site: Site, most_bytes: int = MOST_BYTES) -> None:
        self.site = site
        self._most_bytes = most_bytes
        self._held: OrderedDict[str, View] = OrderedDict()
        self._works: dict[str, Work] = {}
        self._ready: OrderedDict[str, str] = OrderedDict()
        self._failed: dict[str, tuple[RefusalError, float]] = {}
        quick = tuple(Lane(QUICK_S) for _ in range(QUICK_LANES))
        self._lanes = {False: quick, True: (Lane(SLOW_S),)}

    async def start(self) -> None:
        """Start the worker that answers quickly, so that the first page need not wait for it."""
        await self._lanes[False][0].ready()

    async def of(self, page: Page, asked: Asked, patience_s: float | None = None) -> View | Work:
        """The view of what is asked of a page, or the work that makes it.

        Raises:
            RefusalError: There is no such view, too much is waiting, or the work was cancelled
                meanwhile (503).
        """
        address = address_of(page, asked)
        held = self._fresh(address)
        if held is not None:
            return held
        self._raise_failed(address)
        work = self._works.get(address) or self._begin(page, asked, address)
        work.asked = time.monotonic()
        patience = PATIENCE_S if patience_s is None else patience_s
        await asyncio.wait({work.task}, timeout=patience)
        if work.task.cancelled():
            raise _cancelled()
        return work.task.result() if work.task.done() else work

    def held(self, page: Page, asked: Asked) -> bool:
        """Whether a view is there or being made, so that asking for it costs nothing."""
        address = address_of(page, asked)
        return address in self._works or self._fresh(address) is not None

    def work(self, name: str) -> Work:
        """A work by its id.

        Raises:
            RefusalError: There is none; it may be done (404).
        """
        for work in self._works.values():
            if secrets.compare_digest(work.id.encode(), name.encode()):
                work.asked = time.monotonic()
                return work
        raise nothing_here("a work that goes on")

    def ready(self, name: str) -> str:
        """The address of the view that a work has made, or "" where none lately did by this id."""
        return self._ready.get(name, "")

    def cancel(self, work: Work) -> None:
        """End a work."""
        work.task.cancel()
        self._works.pop(work.address, None)

    def sweep(self) -> None:
        """End works that nobody has asked about for some time."""
        late = time.monotonic() - UNASKED_S
        for work in [work for work in self._works.values() if work.asked < late]:
            self.cancel(work)

    def end(self) -> None:
        """End everything."""
        for work in list(self._works.values()):
            self.cancel(work)
        for lane in chain.from_iterable(self._lanes.values()):
            lane.end()

    def _fresh(self, address: str) -> View | None:
        view = self._held.get(address)
        if view is None:
            return None
        if not unchanged(view.stamps):
            del self._held[address]
            return None
        self._held.move_to_end(address)
        return view

    def _begin(self, page: Page, asked: Asked, address: str) -> Work:
        if len(self._works) >= MOST_WORKS:
            raise RefusalError(
                503,
                "Too much is being worked at.",
                f"{len(self._works)} pages wait.",
                "Try again in a minute.",
            )
        now = time.monotonic()
        request = Request(page.name, asked.model_dump(), self.site)
        lane = self._lane(page)

        def say(progress: Progress) -> None:
            work.progress = progress

        task = asyncio.create_task(lane.run(request, say))
        work = Work(secrets.token_urlsafe(12), address, page, lane, task, now, now)
        self._works[address] = work
        task.add_done_callback(lambda task: self._done(work, task))
        return work

    def _lane(self, page: Page) -> Lane:
        """Where a page waits: behind its own kind, which is often read from the same data.

        So one page that is slow holds up no others, while a lane is left.
        """
        lanes = [work.lane for work in self._works.values()]
        own = next((work.lane for work in self._works.values() if work.page is page), None)
        return own or min(self._lanes[page.slow], key=lanes.count)

    def _done(self, work: Work, task: asyncio.Task[View]) -> None:
        if self._works.get(work.address) is work:
            del self._works[work.address]
        if task.cancelled():
            return
        self._ready[work.id] = work.address
        while len(self._ready) > MOST_READY:
            self._ready.popitem(last=False)
        error = task.exception()
        if isinstance(error, RefusalError):
            self._failed[work.address] = error, time.monotonic()
        elif error is None:
            self._hold(work.address, task.result())

    def _raise_failed(self, address: str) -> None:
        """Say again why there is no view, to who waited for it, instead of trying at once."""
        now = time.monotonic()
        for name in [name for name, (_, then) in self._failed.items() if then < now - FAILED_S]:
            del self._failed[name]
        if address in self._failed:
            raise self._failed[address][0]

    def _hold(self, address: str, view: View) -> None:
        """Hold a view, and let go of those that nobody asked for longest; the last one stays."""
        self._held[address] = view
        self._held.move_to_end(address)
        total = sum(held.size for held in self._held.values())
        while total > self._most_bytes and len(self._held) > 1:
            total -= self._held.popitem(last=False)[1].size


def _cancelled() -> RefusalError:
    return RefusalError(
        503, "This was cancelled.", "Another reader ended the work.", "Open the page again."
    )
