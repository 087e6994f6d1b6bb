"""How often it is tried: failures that may pass, pauses, and the next place."""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2

from detente.errors import FetchError
from detente.sources.fetch.hosts import shown

T = TypeVar("T")

NO_RANGE = 416
"""No such part of a file; of a whole file that was asked for, it means that there is none."""


class MissingError(FetchError):
    """No host has the file: a gap, unless it comes later."""


class RefusedError(FetchError):
    """A host refuses us: nothing more is asked of this feed."""


class StoppedError(FetchError):
    """The user stopped the fetch; what was loaded is kept."""


def stopped() -> StoppedError:
    """The error of a fetch that the user stopped."""
    return StoppedError("The fetch was stopped.", "", "Run the same command again to go on.")


class BrokenError(Exception):
    """A try that failed and may be repeated; its text is the reason.

    Args:
        reason: Why.
        wait: Seconds that the server asks to wait.
        absent: Whether it means that there is no file, if it always comes.
        lasting: Whether it is of no use to ask the same place again.
    """

    def __init__(
        self, reason: str, wait: float = 0.0, *, absent: bool = False, lasting: bool = False
    ) -> None:
        super().__init__(reason)
        self.wait = wait
        self.absent = absent
        self.lasting = lasting


class AbsentError(Exception):
    """The place that was asked has no such file."""


@dataclass(frozen=True)
class Patience:
    """How often and how long it is tried.

    Attributes:
        tries: Requests for one file or list, over all hosts together.
        connect: Seconds to connect.
        read: Seconds of silence.
        pause: Seconds of the first wait, doubled at each try, half to one and a half times.
        longest: Seconds that a wait may take, whatever the server asks.
    """

    tries: int = 6
    connect: float = 10.0
    read: float = 60.0
    pause: float = 0.5
    longest: float = 60.0

    def wait(self, again: int, asked: float, chance: float) -> float:
        """Seconds to wait before the next try.

        Args:
            again: Tries that failed before this one.
            asked: What the server asked for.
            chance: A number from 0 to 1.

        Example:
            >>> Patience().wait(2, 0.0, 0.5), Patience().wait(0, 900.0, 0.5)
            (2.0, 60.0)
        """
        return min(self.longest, max(asked, self.pause * 2.0**again * (0.5 + chance)))


def patience_from(seconds: str) -> Patience:
    """The usual patience, with another time of silence where the user gives one.

    Example:
        >>> patience_from("5").read, patience_from("").read
        (5.0, 60.0)
    """
    usual = Patience()
    with contextlib.suppress(ValueError):
        if 0 < float(seconds) < 3600:
            return replace(usual, read=float(seconds), connect=min(usual.connect, float(seconds)))
    return usual


def insist(
    places: Sequence[str], attempt: Callable[[str], T], patience: Patience, stop: threading.Event
) -> T:
    """Try until it works, each time at the next place.

    Args:
        places: The address at its own host, then its second places.
        attempt: What is tried at a place; raises `AbsentError`, `BrokenError` or what the library
            raises for a broken line.
        patience: How often and how long.
        stop: Set when nothing more should be begun.

    Raises:
        MissingError: No place has it.
        StoppedError: The user stopped the fetch.
        FetchError: It failed too often; the message says how the last time.
    """
    left = list(places)
    broken: list[BrokenError] = []
    while left and len(broken) < patience.tries:
        if stop.is_set():
            raise stopped()
        place = left.pop(0)
        try:
            return attempt(place)
        except AbsentError:
            continue
        except (BrokenError, httpx2.TransportError, httpx2.DecodingError) as error:
            broken.append(_broken(error, place))
        if not broken[-1].lasting:
            left.append(place)
        if left and len(broken) < patience.tries:
            chance = random.random()  # noqa: S311 - only spreads the requests
            stop.wait(patience.wait(len(broken) - 1, broken[-1].wait, chance))
    if all(error.absent for error in broken):
        raise MissingError(f"{shown(places[0])} is not there.")
    raise FetchError(
        f"{shown(places[0])} could not be loaded.",
        f"{broken[-1]} (try {len(broken)}).",
        "Run the same command again later; what was loaded is kept.",
    )


def asked_wait(answer: httpx2.Response) -> float:
    """Seconds that `Retry-After` asks for, as seconds or as a date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(text[:6])
    with contextlib.suppress(TypeError, ValueError):
        moment = email.utils.parsedate_to_datetime(text)
        return max(0.0, (moment - dt.datetime.now(moment.tzinfo)).total_seconds())
    return 0.0


def _broken(error: Exception, place: str) -> BrokenError:
    """A failed try, told with its host."""
    host = urlsplit(place).hostname
    if isinstance(error, BrokenError):
        return BrokenError(
            f"{host}: {error}", error.wait, absent=error.absent, lasting=error.lasting
        )
    if isinstance(error, httpx2.TimeoutException):
        return BrokenError(f"{host} did not answer in time")
    first = (str(error).splitlines() or [""])[0] or type(error).__name__
    lasting = "CERTIFICATE_VERIFY_FAILED" in first
    return BrokenError(f"{host}: the connection failed ({first})", lasting=lasting)
