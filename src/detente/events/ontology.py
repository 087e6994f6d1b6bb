"""The CAMEO codes: names, quad classes, Goldstein scores and PLOVER types.

The table in `data/cameo.csv` is built by `scripts/build_ontology.py`. A code without a value of its
own takes that of its parent (0213 of 021, 021 of 02), and says so in `inherited`.

Quad classes follow the rule that GDELT applies (Schrodt 2012; GDELT 1.0 codebook): roots 01-05
verbal cooperation, 06-08 material cooperation, 09-13 verbal conflict, 14-20 material conflict.
GDELT's own column has rows that differ from it (roots 09 and 14); a reading report counts them.
PLOVER groups its own types otherwise in places (it counts SANCTION as verbal); Detente keeps one
rule for all sources. PLOVER drops the roots 01 and 02, so their type is null.

Scores follow the meaning of a code: the published scale is for CAMEO 0.5, and version 1.1 moved
some numbers (an embargo was 166 and is 163), which a join by number would get wrong.
"""

from __future__ import annotations

import difflib
import functools
import re
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from detente.csv_files import read_bundled
from detente.errors import UsageError


@dataclass(frozen=True)
class CameoCode:
    """One CAMEO code and what it means.

    Attributes:
        code: The code as text, such as `0213`.
        name: Its name in the codebook.
        root: The two-digit category it belongs to.
        parent: The code one level up; None for a root.
        quad: Quad class, 1 to 4.
        goldstein: Score from -10 (conflict) to 10 (cooperation).
        plover: PLOVER type; None for roots 01 and 02, which PLOVER drops.
        inherited: Which of `goldstein` and `plover` come from the parent.
    """

    code: str
    name: str
    root: str
    parent: str | None
    quad: int
    goldstein: float
    plover: str | None
    inherited: tuple[str, ...] = ()


def quad_of(code: str) -> int:
    """Quad class of a CAMEO code, from its root alone.

    Args:
        code: A CAMEO code of two to four digits, with its leading zero.

    Returns:
        1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict.

    Raises:
        UsageError: The first two digits are not a CAMEO root.

    Example:
        >>> quad_of("057"), quad_of("0874"), quad_of("1121"), quad_of("190")
        (1, 2, 3, 4)
    """
    root = int(code[:2]) if code[:2].isascii() and code[:2].isdigit() else 0
    if not 1 <= root <= 20:
        raise _unknown(code)
    return 1 + (root > 5) + (root > 8) + (root > 13)


def lookup(code: str) -> CameoCode:
    """What a CAMEO code means.

    Args:
        code: The code as text, with its leading zero.

    Raises:
        UsageError: There is no such code; the message names near ones.

    Example:
        >>> embargo = lookup("163")
        >>> embargo.name, embargo.quad, embargo.goldstein, embargo.plover
        ('Impose embargo, boycott, or sanctions', 4, -8.0, 'COERCE')
        >>> lookup("0213").inherited
        ('goldstein',)
    """
    try:
        return codes()[code]
    except KeyError:
        raise _unknown(code) from None


@functools.cache
def codes() -> MappingProxyType[str, CameoCode]:
    """Every CAMEO code by its text, in order.

    Example:
        >>> len([code for code in codes() if len(code) == 2])
        20
    """
    resolved: dict[str, CameoCode] = {}
    for row in sorted(read_bundled("detente.events", "cameo.csv"), key=lambda row: row["code"]):
        resolved[row["code"]] = _resolve(row, resolved)
    return MappingProxyType(resolved)


@functools.cache
def codes_by_name() -> MappingProxyType[str, str]:
    """The code that each name in the codebook means, by the name without case and signs.

    Roots share their names with their first code, which is the one that is meant: coders that
    write names give no roots.

    Example:
        >>> names = codes_by_name()
        >>> names["consult"], names["express intent to engage in material cooperation"]
        ('040', '031')
    """
    by_root = sorted(codes().values(), key=lambda code: len(code.code) > 2)
    return MappingProxyType({plain_name(code.name): code.code for code in by_root})


def plain_name(name: str) -> str:
    """The name of an action without case and signs, for comparing.

    Example:
        >>> plain_name("Abduct, hijack, or take hostage")
        'abduct hijack or take hostage'
    """
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def table() -> pa.Table:
    """The codes as an Arrow table, to join with events in SQL.

    Returns:
        Columns `code`, `name`, `root`, `quad` (int8), `goldstein` (float32), `plover`.

    Example:
        >>> table().column_names
        ['code', 'name', 'root', 'quad', 'goldstein', 'plover']
    """
    schema = pa.schema(
        [
            ("code", pa.string()),
            ("name", pa.string()),
            ("root", pa.string()),
            ("quad", pa.int8()),
            ("goldstein", pa.float32()),
            ("plover", pa.string()),
        ]
    )
    rows = [{name: getattr(code, name) for name in schema.names} for code in codes().values()]
    return pa.Table.from_pylist(rows, schema=schema)


def _resolve(row: dict[str, str], resolved: dict[str, CameoCode]) -> CameoCode:
    code = row["code"]
    parent = _parent(code, resolved)
    above = resolved[parent] if parent else None
    inherited = tuple(
        field
        for field in ("goldstein", "plover")
        if not row[field] and above and getattr(above, field) is not None
    )
    goldstein = above.goldstein if above and not row["goldstein"] else float(row["goldstein"])
    plover = above.plover if above and not row["plover"] else row["plover"] or None
    return CameoCode(
        code=code,
        name=row["name"],
        root=code[:2],
        parent=parent,
        quad=quad_of(code),
        goldstein=goldstein,
        plover=plover,
        inherited=inherited,
    )


def _parent(code: str, resolved: dict[str, CameoCode]) -> str | None:
    return next((code[:end] for end in (3, 2) if end < len(code) and code[:end] in resolved), None)


def _unknown(code: str) -> UsageError:
    near = difflib.get_close_matches(code, codes(), n=3, cutoff=0.5)
    hint = f"Near codes are {', '.join(near)}." if near else "Codes have two to four digits."
    return UsageError("There is no such CAMEO code.", f"It is {code!r}.", hint)
