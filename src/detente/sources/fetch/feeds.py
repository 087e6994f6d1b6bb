"""All feeds by name."""

from __future__ import annotations

import difflib

from detente.errors import UsageError
from detente.sources.fetch.acled import ACLED
from detente.sources.fetch.gdelt import GDELT
from detente.sources.fetch.gpr import GPR
from detente.sources.fetch.icews import ICEWS
from detente.sources.fetch.polecat import POLECAT
from detente.sources.fetch.ucdp import UCDP
from detente.sources.fetch.un_votes import UN_VOTES
from detente.sources.fetch.wanted import Feed

_OWN = (GDELT, ICEWS, POLECAT, UCDP, ACLED, GPR, UN_VOTES)
_REGISTERED: dict[str, Feed] = {feed.name: feed for feed in _OWN}


def register_feed(feed: Feed) -> None:
    """Make a feed known by its name.

    Raises:
        UsageError: Another feed has the name.
    """
    if _REGISTERED.setdefault(feed.name, feed) is not feed:
        raise UsageError(
            f"The feed {feed.name} cannot be registered.",
            "Another feed has this name.",
            "Give it a name of its own.",
        )


def all_feeds() -> tuple[Feed, ...]:
    """Every feed that can be fetched.

    Example:
        >>> all_feeds()[0].name
        'gdelt'
    """
    return tuple(_REGISTERED.values())


def get_feed(name: str) -> Feed:
    """The feed of a name.

    Raises:
        UsageError: There is none; the message names the nearest.

    Example:
        >>> get_feed("gdelt").calendar
        True
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    near = difflib.get_close_matches(name.lower(), _REGISTERED, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(_REGISTERED)}."
    raise UsageError("There is nothing of this name to fetch.", f"It is {name!r}.", hint)
