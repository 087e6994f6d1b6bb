"""The WEIS codes: what they mean, their Goldstein scores and the CAMEO codes that come nearest.

WEIS (McClelland 1976) is the scheme before CAMEO. The same number means other things in the two:
031 is a meeting in WEIS. Goldstein (1992) scored the WEIS codes themselves; his scores are kept and
not taken from the CAMEO scale, which was derived from them. Quad classes follow from the CAMEO
code, so that one rule holds for all sources. A code whose number is not in the table is read as its
category (224 as 220), whose score is that of the CAMEO code.

Sources: McClelland, C. (1976), World Event/Interaction Survey Codebook (ICPSR 5211); Goldstein, J.
S. (1992), A Conflict-Cooperation Scale for WEIS Events Data, Journal of Conflict Resolution 36(2).
The crosswalk is Detente's own, by the meaning of the codes.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from detente.csv_files import read_bundled
from detente.events import ontology

LABELS = (
    "CANCEL EVENT", "DENIGRATE", "DENY ACCUSATION", "ENDORSE", "EXTEND ECON AID",
    "GRANT PRIVILEGE", "MAKE AGREEMENT", "MEET", "MIL ENGAGEMENT", "NEUTRAL COMMENT",
    "NONMIL DESTR", "OPTIMIST COMMENT", "PLEAD", "PRAISE", "RECEIVE", "REFUSE", "RELEASE",
    "SPECIF THREAT", "URGE", "VISIT",
)  # fmt: skip
"""Names of actions that the KEDS coder prints for WEIS codes and never for CAMEO codes."""


@dataclass(frozen=True)
class WeisCode:
    """One WEIS code and what it means.

    Attributes:
        code: The code as text, such as `031`; categories end in 0.
        name: What it means.
        goldstein: Score from -10 (conflict) to 10 (cooperation); None for a category.
        cameo: The CAMEO code that comes nearest.
    """

    code: str
    name: str
    goldstein: float | None
    cameo: str

    @property
    def quad(self) -> int:
        """Quad class, 1 to 4."""
        return ontology.quad_of(self.cameo)


@functools.cache
def codes() -> MappingProxyType[str, WeisCode]:
    """Every WEIS code by its text, in order.

    Example:
        >>> meeting = codes()["031"]
        >>> meeting.name, meeting.goldstein, meeting.cameo, meeting.quad
        ('Meet with or send note', 1.0, '040', 1)
    """
    rows = read_bundled("detente.events", "weis.csv")
    return MappingProxyType(
        {
            row["code"]: WeisCode(
                row["code"],
                row["name"],
                float(row["goldstein"]) if row["goldstein"] else None,
                row["cameo"],
            )
            for row in rows
        }
    )


@functools.cache
def table() -> pa.Table:
    """The codes as an Arrow table, to join with events in SQL.

    Returns:
        Columns `code`, `cameo` and `score` (text; null for a category).

    Example:
        >>> table().column_names
        ['code', 'cameo', 'score']
    """
    every = codes().values()
    scores = [None if code.goldstein is None else str(code.goldstein) for code in every]
    return pa.table(
        {
            "code": pa.array([code.code for code in every], pa.string()),
            "cameo": pa.array([code.cameo for code in every], pa.string()),
            "score": pa.array(scores, pa.string()),
        }
    )
