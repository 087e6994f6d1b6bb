"""Which acts an origin can report at all: of others its silence says nothing, and is no zero.

Most origins are coded in CAMEO and can give any code. POLECAT gives the labels of PLOVER
(`detente.events.plover`), UCDP and ACLED violence, protest and little else.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from types import MappingProxyType

from detente.events import plover
from detente.events.ontology import quad_of

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
            "text": frozenset(f"{root:02d}" for root in range(1, 21)),
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


def cannot_count(origin: str) -> frozenset[str]:
    """The counted columns of a panel that an origin cannot fill: quad classes and CAMEO roots.

    Example:
        >>> sorted(cannot_count("ucdp") & {"quad1", "quad4", "root04", "root19"})
        ['quad1', 'root04']
        >>> sorted(cannot_count("polecat")), sorted(cannot_count("icews"))
        (['root01', 'root02'], [])
    """
    given = limited().get(origin)
    if given is None:
        return frozenset()
    roots = {f"root{root:02d}" for root in range(1, 21)} - {f"root{code[:2]}" for code in given}
    quads = {f"quad{quad}" for quad in range(1, 5)} - {f"quad{quad_of(code)}" for code in given}
    return frozenset(roots | quads)
