"""Which acts an origin can report at all: of others its silence says nothing, and is no zero.

Most origins are coded in CAMEO and can give any code. POLECAT gives the labels of PLOVER
(`detente.events.plover`), UCDP and ACLED violence, protest and little else.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from types import MappingProxyType

from detente.events import plover

_ACLED = frozenset({
    "057", "0872", "141", "145", "171", "173", "175", "180", "181", "1821", "183", "1831", "192",
    "193", "194", "195", "204",
})  # fmt: skip


@functools.cache
def limited() -> MappingProxyType[str, frozenset[str]]:
    """The CAMEO codes that an origin can give, of origins that cannot give all.

    Example:
        >>> sorted(limited()["ucdp"])
        ['180', '190']
    """
    return MappingProxyType(
        {
            "polecat": frozenset(action.cameo for action in plover.actions().values()),
            "ucdp": frozenset({"180", "190"}),
            "acled": _ACLED,
        }
    )


def can_report(origin: str, codes: Iterable[str]) -> bool:
    """Whether an origin can report any act of these codes, or of those that begin so.

    Example:
        >>> can_report("ucdp", ["19"]), can_report("ucdp", ["04"]), can_report("icews", ["04"])
        (True, False, True)
        >>> can_report("polecat", ["01", "02"])
        False
    """
    given, beginnings = limited().get(origin), tuple(codes)
    return given is None or any(code.startswith(beginnings) for code in given)
