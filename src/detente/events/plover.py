"""The PLOVER types and modes: their scores, their quad classes and the CAMEO codes nearest to them.

PLOVER (Halterman and others 2023) is the scheme after CAMEO: sixteen types, some with modes. Where
a source is coded in it, type, quad class and score are its own, and a CAMEO code is only a label by
which an action or a count by root finds the event. The label says less than a code: PLOVER drops
the statements and appeals of CAMEO (roots 01 and 02), so that no event of it has these; REQUEST is
labelled a demand (root 10), whether it asked or demanded; there are 77 labels and no finer code.

The scores were scaled from Goldstein's by frequency and by experts. They run from -10 to 10 as
his do, but are not his: cooperation stands higher (AID 10, COOPERATE 9.5, against 6 to 8). Levels
of a PLOVER source and of a CAMEO source are not comparable.

Sources: Open Event Data Alliance (2021), PLOVER manual, draft 0.8, table of conflict-cooperation
scores (it prints ACCUSE as 3, which must be -3) and the conversion table CAMEO2PLOVER of 2021;
Beger, A. (2023), rpolecat (names of modes). The labels are Detente's own, by the meaning of the
modes. The manual counts SANCTION as verbal in one table and as material in its text; POLECAT says
material.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from detente.csv_files import read_bundled


@dataclass(frozen=True)
class PloverAction:
    """A PLOVER type, alone or with one of its modes.

    Attributes:
        type: One of the sixteen types, such as `CONSULT`.
        mode: The mode, such as `visit`; empty for the type alone.
        score: Score from -10 (conflict) to 10 (cooperation); that of the type if the mode has none.
        quad: Quad class, 1 to 4; all modes of a type share it.
        cameo: The CAMEO code that labels it.
    """

    type: str
    mode: str
    score: float
    quad: int
    cameo: str


@functools.cache
def actions() -> MappingProxyType[tuple[str, str], PloverAction]:
    """Every type, and every type with each of its modes.

    Example:
        >>> visit = actions()["CONSULT", "visit"]
        >>> visit.score, visit.quad, visit.cameo
        (4.0, 1, '042')
        >>> actions()["CONCEDE", ""].quad
        1
    """
    read: dict[tuple[str, str], PloverAction] = {}
    for row in read_bundled("detente.events", "plover.csv"):
        kind = read.get((row["type"], ""))
        score = kind.score if kind and not row["score"] else float(row["score"])
        quad = kind.quad if kind else int(row["quad"])
        key = row["type"], row["mode"]
        read[key] = PloverAction(*key, score, quad, row["cameo"])
    return MappingProxyType(read)


@functools.cache
def table() -> pa.Table:
    """The types and modes as an Arrow table, to join with events in SQL.

    Returns:
        Columns `type`, `mode` (empty for the type alone), `score` (text), `quad` (text), `cameo`.

    Example:
        >>> table().column_names
        ['type', 'mode', 'score', 'quad', 'cameo']
    """
    every = actions().values()
    names = ("type", "mode", "score", "quad", "cameo")
    return pa.table(
        {name: pa.array([str(getattr(row, name)) for row in every], pa.string()) for name in names}
    )
