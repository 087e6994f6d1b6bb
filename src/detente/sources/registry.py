"""All sources by name: each is checked against the contract when it is read.

One from outside is also checked when it is registered. The package's own are not looked at before
they are read, so that a command starts no engine to name them.
"""

from __future__ import annotations

import difflib

from detente.errors import UsageError
from detente.sources.acled import ACLED
from detente.sources.chronicle import CHRONICLE
from detente.sources.gdelt1 import GDELT1
from detente.sources.gdelt1_backfile import GDELT1_BACKFILE
from detente.sources.gdelt2 import GDELT2
from detente.sources.icews import ICEWS
from detente.sources.icews_texts import ICEWS_TEXTS
from detente.sources.keds import KEDS
from detente.sources.phoenix import PHOENIX
from detente.sources.plain_csv import PLAIN_CSV
from detente.sources.polecat import POLECAT
from detente.sources.quadruples import QUADRUPLES
from detente.sources.reading import contract
from detente.sources.reading.source import Source
from detente.sources.tabari import TABARI
from detente.sources.ucdp import UCDP
from detente.sources.weis import WEIS

_OWN = (
    ICEWS, GDELT2, GDELT1, GDELT1_BACKFILE, POLECAT, UCDP, ACLED, PHOENIX, ICEWS_TEXTS, KEDS,
    TABARI, WEIS, QUADRUPLES, CHRONICLE, PLAIN_CSV,
)  # fmt: skip
_REGISTERED: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make a source known by its name.

    A source that is bound to a mapping or to neighbouring files has no SELECT of its own yet; it is
    checked once it is bound and read.

    Raises:
        UsageError: Another source has the name, or the SELECT breaks the contract.
    """
    if _registered().get(source.name, source) is not source:
        raise UsageError(
            f"The source {source.name} cannot be registered.",
            "Another source has this name.",
            "Give it a name of its own.",
        )
    if source.bind is None:
        contract.check(source)
    _REGISTERED[source.name] = source


def all_sources() -> tuple[Source, ...]:
    """Every source that Detente reads.

    Example:
        >>> [source.name for source in all_sources()][:3]
        ['icews', 'gdelt2', 'gdelt1']
    """
    return tuple(_registered().values())


def get(name: str) -> Source:
    """The source of a name.

    Raises:
        UsageError: There is none; the message names the nearest.

    Example:
        >>> get("icews").origin
        'icews'
    """
    sources = _registered()
    if name in sources:
        return sources[name]
    near = difflib.get_close_matches(name.lower(), sources, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(sources)}."
    raise UsageError("There is no such source.", f"It is {name!r}.", hint)


def _registered() -> dict[str, Source]:
    """All sources, the package's own among them."""
    for source in _OWN:
        _REGISTERED.setdefault(source.name, source)
    return _REGISTERED
