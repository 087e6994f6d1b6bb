"""What one actor can do to another: CAMEO roots, split where they hold two PLOVER types."""

from __future__ import annotations

from dataclasses import dataclass

from detente.events.ontology import quad_of


@dataclass(frozen=True)
class Act:
    """A class of events that the model tells apart.

    Attributes:
        key: The CAMEO root, with a letter where the root holds two types, such as `17C`.
        root: CAMEO root of two digits.
        plover: PLOVER type; None for comments (root 01). Appeals (root 02) count as REQUEST here,
            although the event table leaves them without a type.
        quad: Quad class of the root, 1 to 4.
    """

    key: str
    root: str
    plover: str | None
    quad: int


_TYPES = {
    "01": None, "02": "REQUEST", "03": "AGREE", "04": "CONSULT", "05": "SUPPORT",
    "06": "COOPERATE", "07": "AID", "08C": "CONCEDE", "08R": "RETREAT", "09": "ACCUSE",
    "10": "REQUEST", "11": "ACCUSE", "12": "REJECT", "13": "THREATEN", "14": "PROTEST",
    "15": "MOBILIZE", "16": "SANCTION", "17C": "COERCE", "17A": "ASSAULT", "18": "ASSAULT",
    "19A": "ASSAULT", "19C": "COERCE", "20": "ASSAULT",
}  # fmt: skip

ACTS: tuple[Act, ...] = tuple(
    Act(key, key[:2], plover, quad_of(key[:2])) for key, plover in _TYPES.items()
)
"""All acts in the order of their keys' roots."""

BY_KEY = {act.key: act for act in ACTS}


def act_of(root: str, plover: str | None) -> Act:
    """The act of a CAMEO root and a PLOVER type.

    Args:
        root: Two digits.
        plover: The type; None where the root has none.

    Raises:
        KeyError: The root has no such type.

    Example:
        >>> act_of("08", "RETREAT").key, act_of("04", "CONSULT").key
        ('08R', '04')
    """
    return {(act.root, act.plover): act for act in ACTS}[root, plover]
