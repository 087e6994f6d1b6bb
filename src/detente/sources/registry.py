"""All sources by name."""

from __future__ import annotations

import difflib

from detente.errors import UsageError
from detente.sources._source import Source
from detente.sources.chronicle import CHRONICLE
from detente.sources.gdelt1 import GDELT1
from detente.sources.gdelt1_backfile import GDELT1_BACKFILE
from detente.sources.gdelt2 import GDELT2
from detente.sources.icews import ICEWS
from detente.sources.keds import KEDS
from detente.sources.plain_csv import PLAIN_CSV
from detente.sources.quadruples import QUADRUPLES
from detente.sources.tabari import TABARI

_ALL = (
    ICEWS, GDELT2, GDELT1, GDELT1_BACKFILE, KEDS, TABARI, QUADRUPLES, CHRONICLE, PLAIN_CSV,
)  # fmt: skip


def all_sources() -> tuple[Source, ...]:
    """Every source that Detente reads.

    Example:
        >>> [source.name for source in all_sources()][:3]
        ['icews', 'gdelt2', 'gdelt1']
    """
    return _ALL


def get(name: str) -> Source:
    """The source of a name.

    Raises:
        UsageError: There is none; the message names the nearest.

    Example:
        >>> get("icews").origin
        'icews'
    """
    known = {source.name: source for source in _ALL}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(known)}."
    raise UsageError("There is no such source.", f"It is {name!r}.", hint)
