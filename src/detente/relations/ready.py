"""Ready-made series as a panel: those of a dataset, or of a world that is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from detente.arrays import Days, Floats
from detente.errors import UsageError
from detente.relations import _columns
from detente.relations.panel import KEYS, Key, Layout, Panel, key_of
from detente.relations.steps import check_every


def panel_of(
    every: str,
    layout: Layout,
    label: str,
    dates: Days,
    values: Mapping[tuple[Key, str], Floats],
    *,
    unit: str = "",
    citation: str = "",
) -> Panel:
    """Ready-made series as a panel.

    Args:
        every: Kind of period.
        layout: What a key is about.
        label: Short name of the origin, which marks its segments.
        dates: Period starts, a grid without holes, shape (T,).
        values: For each key and measure, the values by period, shape (T,); NaN where missing.
        unit: Unit of the values.
        citation: How to cite them.

    Example:
        >>> years = np.array(["2010-01-01", "2011-01-01"], "datetime64[D]")
        >>> built = panel_of("year", "pair", "UN", years, {(("A", "B"), "votes"): np.array([3, 4])})
        >>> built.pair("B", "A", "votes").values.tolist()
        [3.0, 4.0]
    """
    given = values
    values = {(key_of(layout, key), name): held for (key, name), held in given.items()}
    if len(values) < len(given):
        raise UsageError(
            f"The panel of {label} could not be made.",
            "A pair is given twice, once in each order, and a pair has no order.",
            "Give each pair once.",
        )
    keys = tuple(dict.fromkeys(key for key, _ in values))
    measures = tuple(dict.fromkeys(measure for _, measure in values))
    missing = np.full(dates.size, np.nan)
    columns = {
        measure: np.concatenate([values.get((key, measure), missing) for key in keys])
        for measure in measures
    }
    return panel_of_columns(every, layout, label, dates, keys, columns, unit, citation)


def panel_of_columns(
    every: str,
    layout: Layout,
    label: str,
    dates: Days,
    keys: Sequence[Key],
    columns: Mapping[str, Floats],
    unit: str,
    citation: str,
) -> Panel:
    """Ready-made series that follow one another in columns, key by key, as a panel.

    As `panel_of`, which says what its arguments are; `columns` hold for each measure the values by
    key and period, shape (len(keys) * T,), and each key stands once in `keys`.
    """
    size = len(keys) * dates.size
    key = np.repeat(np.arange(len(keys)), dates.size)
    covered = np.asarray(np.isfinite(np.stack(list(columns.values()))).any(axis=0))
    names = {name: [listed[place] for listed in keys] for place, name in enumerate(KEYS[layout])}
    table = pa.table(
        {
            "origin": _columns.texts([label], np.zeros(size, np.int64)),
            "date": _columns.days(np.tile(dates, len(keys))),
            **{name: _columns.texts(listed, key) for name, listed in names.items()},
            **{name: _columns.floats(column) for name, column in columns.items()},
            "covered": _columns.bools(covered),
            "exposure": pa.nulls(size, pa.float64()),
        }
    )
    parties = tuple(sorted({party for listed in keys for party in listed}))
    return Panel(check_every(every), layout, parties, (label,), unit, citation, table)
