"""Which events of an origin a store keeps whole, and what it says to those who ask for others.

A filtered store holds every event of the world, but in outline where it is between others than the
parties: number, day, day of publication, the two actors, code and quad class. Names, roles, places,
scores and references of these are left away. So whatever counts events (exposure, coverage, who is
named, who did what to whom) is the same as in a store of everything.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.errors import UsageError
from detente.events.actors import to_iso3

OUTLINE: tuple[str, ...] = (
    "event_id", "date", "published", "source", "target", "cameo", "quad", "origin",
)  # fmt: skip
"""The columns that are kept of events between others than the parties."""

_OWN_CODE = re.compile(r"[A-Z][A-Z0-9]{2,}")
_FETCHED = {"gdelt1": "gdelt", "gdelt2-translated": "gdelt --translated"} | {
    name: name for name in ("gdelt", "icews", "polecat", "ucdp", "acled")
}
"""What `detente fetch` calls the origins that it loads."""


@dataclass(frozen=True)
class Filter:
    """Which events of an origin are kept whole. Make one with `filter_of`.

    Attributes:
        origin: The origin.
        parties: Codes of the states whose events are kept, in order.
        either: Whether one of the two actors is enough; otherwise both must be among the parties.
    """

    origin: str
    parties: tuple[str, ...]
    either: bool = False

    @property
    def condition(self) -> str:
        """SQL that is true of an event that is kept whole; it binds `$parties`."""
        word = "OR" if self.either else "AND"
        sides = (
            f"coalesce({side} IN (SELECT unnest($parties)), false)" for side in ("source", "target")
        )
        return f"({f' {word} '.join(sides)})"

    def lacks(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those of the codes that are none of the parties."""
        return tuple(sorted(set(codes) - set(self.parties)))

    def text(self) -> str:
        """In words.

        Example:
            >>> Filter("icews", ("CHN", "USA")).text()
            'events between CHN, USA'
            >>> Filter("icews", ("CHN", "USA"), either=True).text()
            'events with CHN, USA on either side'
        """
        names = ", ".join(self.parties)
        return f"events with {names} on either side" if self.either else f"events between {names}"

    def option(self) -> str:
        """As options of a command."""
        return f"--parties {','.join(self.parties)}{' --either' if self.either else ''}"


def filter_of(origin: str, parties: Sequence[str] | None, *, either: bool = False) -> Filter | None:
    """A filter of these parties; None if no parties are given, so that all is kept whole.

    Args:
        origin: The origin.
        parties: States by code or name; other actors by the source's own code.
        either: Whether one of the two actors is enough.

    Raises:
        UsageError: A party is not known, or there are too few of them.

    Example:
        >>> filter_of("icews", ["usa", "China"]).parties
        ('CHN', 'USA')
    """
    if parties is None:
        return None
    given = [parties] if isinstance(parties, str) else list(parties)
    codes = tuple(sorted({_code(text) for text in given}))
    fewest = 1 if either else 2
    if len(codes) < fewest:
        raise UsageError(
            "The events could not be limited to parties.",
            f"Given: {', '.join(codes) or 'none'}.",
            f"Name at least {fewest}, such as USA,CHN, or leave the parties away to keep all.",
        )
    return Filter(origin, codes, either)


def _code(text: str) -> str:
    code = to_iso3(text.strip())
    if code is not None:
        return code
    if _OWN_CODE.fullmatch(text.strip()):
        return text.strip()
    raise UsageError(
        "The events could not be limited to parties.",
        f"{text.strip()!r} is no state.",
        "Write states as names or codes (China, CHN), other actors as their code (IGO).",
    )


def whole_rows(keep: Filter | None) -> tuple[str, dict[str, object]]:
    """SQL that is true of rows that a filter keeps whole, and its parameters."""
    return ("true", {}) if keep is None else (keep.condition, {"parties": list(keep.parties)})


def check_same(store: Path, origin: str, held: Filter | None, given: Filter | None) -> None:
    """Refuse to store events by another filter than the one of those that are stored.

    Raises:
        UsageError: They differ.
    """
    if held == given:
        return
    if held is None:
        raise UsageError(
            f"The events of {origin} could not be limited to parties.",
            f"The store {store} holds all of them whole.",
            "Leave the parties away, or name another store.",
        )
    asked = "all events whole" if given is None else given.text()
    raise UsageError(
        f"The events of {origin} were not stored.",
        f"The store {store} keeps {held.text()}, and {asked} were asked for.",
        f"Go on with {held.option()}, name another store, or widen this one: "
        f"{widening(store, held, () if given is None else given.parties)}",
    )


def check_wider(held: Filter | None, given: Filter | None) -> None:
    """Refuse to call something wider that keeps less.

    Args:
        held: The filter of what is stored; None if all is stored whole.
        given: The filter that is asked for; None if all is to be kept whole.

    Raises:
        UsageError: Events that are kept whole now would not be.
    """
    if given is None:
        return
    if held is None:
        raise UsageError(
            f"The events of {given.origin} could not be widened.",
            "All of them are stored whole.",
            "Leave the parties away.",
        )
    if given.lacks(held.parties) or held.either > given.either:
        raise UsageError(
            f"The events of {given.origin} could not be widened.",
            f"The store keeps {held.text()}, and {given.text()} would be fewer.",
            f"Ask for {wider(held, given.parties).option()}",
        )


def check_parties(
    store: Path,
    filters: Iterable[Filter],
    codes: Iterable[str],
    *,
    origin: str | None = None,
    failed: str = "The events could not be counted.",
) -> None:
    """Refuse to count what states did whose events are kept in outline only.

    Args:
        store: The store's folder.
        filters: Its filters.
        codes: The states.
        origin: The only origin that is counted; None for all.
        failed: What could not be done.

    Raises:
        UsageError: A filter leaves out one of them; the command that widens it is named.
    """
    wanted = tuple(codes)
    for item in filters:
        lacking = item.lacks(wanted)
        if lacking and origin in {None, item.origin}:
            raise UsageError(
                failed,
                f"The store {store} keeps {item.text()} of {item.origin}, "
                f"without {', '.join(lacking)}.",
                f"Widen it: {widening(store, item, wanted)}",
            )


def wider(held: Filter, codes: Iterable[str], *, either: bool = False) -> Filter:
    """A filter that keeps more.

    Example:
        >>> wider(Filter("icews", ("CHN", "USA")), ["PRK"]).parties
        ('CHN', 'PRK', 'USA')
    """
    parties = tuple(sorted({*held.parties, *codes}))
    return Filter(held.origin, parties, held.either or either)


def widening(store: Path, held: Filter, codes: Iterable[str], *, either: bool = False) -> str:
    """The command that loads the files of an origin anew, to keep more events whole.

    Example:
        >>> widening(Path("events"), Filter("gdelt1", ("CHN", "USA")), ["PRK"])
        'detente fetch gdelt --parties CHN,PRK,USA --widen --store events'
    """
    name = _FETCHED.get(held.origin, "")
    command = f"fetch {name}" if name else f"ingest {shlex.quote(held.origin)} FILES"
    options = wider(held, codes, either=either).option()
    return f"detente {command} {options} --widen --store {shlex.quote(str(store))}"
