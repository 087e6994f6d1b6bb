"""What results show: their columns as one table, whose scales follow from names and types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.answers import Column, Exhibit, Scale, table_of
from detente.arrays import Floats
from detente.rounding import coverage_digits

SCALES = dict.fromkeys(
    ("p", "p_value", "p_adjusted", "p_holm", "p_bh", "p_permutation", "p_periods", "p_placebo"),
    Scale.P_VALUE,
) | dict.fromkeys(("probability", "share", "coverage"), Scale.PROBABILITY)
"""Scales of columns that their type does not tell; every result names them alike."""

KINDS = {"b": Scale.FLAG, "i": Scale.COUNT, "u": Scale.COUNT, "f": Scale.NUMBER, "M": Scale.DATE}


def exhibit(
    name: str, title: str, values: Mapping[str, Any], mark: str = "", **settings: Any
) -> Exhibit:
    """An exhibit of columns of equal length.

    Args:
        name: Its name in files.
        title: Its heading.
        values: The columns by name; every row is a number with its uncertainty, or the like.
        mark: How it is drawn, by its name in `detente.report.marks`; a table alone without one.
        settings: What the mark needs, such as the names of the columns that it draws.

    Example:
        >>> shown = exhibit("odds", "Odds", {"by": ["a"], "p_value": np.array([0.5])})
        >>> [column.scale.value for column in shown.table.columns], shown.table.rows
        (['text', 'p-value'], (('a', 0.5),))
    """
    columns = [Column(key, scale=_scale(key, cells)) for key, cells in values.items()]
    return Exhibit(name, title, table_of(columns, values), mark=mark, settings=settings)


def band_columns(
    bands: Mapping[float, Sequence[Floats]],
) -> tuple[dict[str, Floats], list[tuple[str, str]]]:
    """The ends of bands as columns, and the names of both ends from the widest on.

    Args:
        bands: Low and high end by coverage, each flat.

    Example:
        >>> band_columns({0.5: [np.zeros(1), np.ones(1)]})[1]
        [('low_50', 'high_50')]
    """
    names = {
        share: (f"low_{coverage_digits(share)}", f"high_{coverage_digits(share)}")
        for share in bands
    }
    columns = {n: e for share, b in bands.items() for n, e in zip(names[share], b, strict=True)}
    return columns, [names[share] for share in sorted(bands, reverse=True)]


def _scale(name: str, cells: Any) -> Scale:
    if name in SCALES:
        return SCALES[name]
    if name.endswith("_percent"):
        return Scale.PERCENT
    seen = [cell for cell in cells if cell is not None]
    return KINDS.get(np.asarray(seen).dtype.kind, Scale.TEXT) if seen else Scale.TEXT
