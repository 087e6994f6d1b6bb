"""What tests of the web application share: a site, a client behind its guard, toy pages."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from detente.answers import Answer, Column, Exhibit, Fact, Scale, Section, Table
from detente.errors import InputError
from detente.web import work
from detente.web.app import application
from detente.web.desk import Desk
from detente.web.guard import Door
from detente.web.lanes import Lane
from detente.web.page import Asked, Page, Shown, register
from detente.web.site import Site
from detente.web.worker import Progress, Request
from detente.web.worker import work as answered

PORT = 8765
DOOR = Door(port=PORT, secret="s" * 32)
GO = threading.Event()
"""What the page that waits waits for."""


class Echo(Asked):
    """A text that stands in the page."""

    text: str = "nothing"
    many: tuple[str, ...] = ()


def echo(asked: Echo, desk: Desk) -> Shown:
    """The text, everywhere that a text can stand."""
    said = (asked.text, *asked.many)
    table = Table((Column("text"), Column("n", scale=Scale.NUMBER)), ((asked.text, 0.123456789),))
    answer = Answer(
        asked.text,
        "echo",
        asked.text,
        text=" ".join(said),
        statement=asked.text,
        facts=(Fact("n", asked.text, 0.5, unit=asked.text),),
        exhibits=(Exhibit("table", asked.text, table, note=asked.text),),
        citations=(asked.text,),
    )
    desk.reads(*(Path(path) for path in desk.site.titles.values()))
    return Shown(asked.text, lead=asked.text, warning=asked.text,
                 sections=(Section("echo", asked.text, (answer,), intro=asked.text),))  # fmt: skip


class Waits(Asked):
    """Waits until it may go on."""

    name: str = ""


def waits(asked: Waits, desk: Desk) -> Shown:
    """Says how far it is and waits."""
    desk.say("waiting in the middle", 1, 2)
    GO.wait(20)
    return Shown(f"waited {asked.name}")


class Nothing(Asked):
    """Nothing is asked."""


def breaks(asked: Nothing, desk: Desk) -> Shown:
    """A mistake of ours."""
    raise ZeroDivisionError("secret words of a traceback")


def refuses(asked: Nothing, desk: Desk) -> Shown:
    """Data that cannot serve."""
    raise InputError("The file is <b>empty</b>.", "It has 0 rows.", "Load it again.")


class InProcess(Lane):
    """A lane that works in a thread of this process, so that toy pages are known."""

    async def ready(self) -> asyncio.subprocess.Process:
        """Nothing has to be started."""
        raise NotImplementedError

    async def _asked(self, request: Request, say: Callable[[Progress], None]) -> object:
        loop = asyncio.get_running_loop()

        def told(message: object) -> None:
            assert isinstance(message, Progress)
            loop.call_soon_threadsafe(say, message)

        return await asyncio.to_thread(answered, request, told)


class Views(work.Views):
    """Views that are made in this process."""

    def __init__(self, site: Site, most_bytes: int = work.MOST_BYTES) -> None:
        super().__init__(site, most_bytes)
        self._lanes = {False: (InProcess(120), InProcess(120)), True: (InProcess(120),)}

    async def start(self) -> None:
        """Nothing has to be started."""


def toy_pages() -> None:
    """Make the toy pages known."""
    register(Page("echo", "/echo", "A text", Echo, echo))
    register(Page("waits", "/waits", "Waits", Waits, waits))
    register(Page("breaks", "/breaks", "Breaks", Nothing, breaks))
    register(Page("refuses", "/refuses", "Refuses", Nothing, refuses))


@contextmanager
def client(
    site: Site | None = None, door: Door = DOOR, base: str = f"http://127.0.0.1:{PORT}"
) -> Iterator[TestClient]:
    """A client of the application behind its guard, worked in this process."""
    app = application(site or Site(), door, Views)
    with TestClient(app, base_url=base, follow_redirects=False) as opened:
        yield opened


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)
