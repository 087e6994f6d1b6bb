"""Two pairs, or one pair by two origins, beside each other.

Origins report by different measures, and pairs differ in how much is written of them: levels are
set against their own mean over the periods that both cover, and no level against the other.
"""

from __future__ import annotations

import numpy as np

from detente.answers import Answer, Column, Exhibit, Key, Scale, table_of
from detente.arrays import Bools, Floats, Ints
from detente.asks.claims.scales import fit_level, span_text
from detente.asks.pairs.counts import MEASURES, Counted
from detente.errors import DataGapError
from detente.rounding import upper_first

FEWEST = 8
COLUMNS = (
    Column("date", "Date", Scale.DATE),
    *(
        Column(f"{which}{part}", f"{heading}{words}", Scale.RATIO)
        for which, heading in (("", "The first"), ("other_", "The other"))
        for part, words in (("level", ""), ("low", ", 80% band, low"), ("high", ", high"))
    ),
)


def compared(first: Counted, other: Counted) -> Answer:
    """Two relations beside each other, each relative to its own mean.

    Args:
        first: A pair by an origin.
        other: Another pair, or the same by another origin, by the same kind of period.

    Returns:
        For each measure both levels over the periods that both cover; what is lacking else.

    Example:
        >>> from detente.asks.pairs.view import _example
        >>> compared(_example(), _example()).gap[:43]
        'The two share 4 weeks with data; 8 are need'
    """
    labels = label_of(first, other)
    title = f"{labels[0]} beside {labels[1]}"
    exhibits: list[Exhibit] = []
    needs: list[str] = []
    for measure in MEASURES:
        try:
            exhibits.append(_exhibit(first, other, measure, labels))
        except DataGapError as lacking:
            needs.append(lacking.found)
    gap = "" if exhibits else " ".join(dict.fromkeys(needs))
    return Answer(
        id="compared",
        kind="compared",
        label=title,
        text=""
        if gap
        else f"1 is the mean of either over the time that both cover: {_span(exhibits)}.",
        gap=gap,
        exhibits=tuple(exhibits),
        needs=tuple(needs) if exhibits else (),
    )


def label_of(first: Counted, other: Counted) -> tuple[str, str]:
    """What the two are called: by their states, by their origin, or by both."""
    if (first.a, first.b) == (other.a, other.b):
        return first.origin, other.origin
    if first.origin == other.origin:
        return first.name, other.name
    return f"{first.name} ({first.origin})", f"{other.name} ({other.origin})"


def _span(exhibits: list[Exhibit]) -> str:
    dates = exhibits[0].table.column("date")
    return f"{dates[0]} to {dates[-1]}"


def _exhibit(first: Counted, other: Counted, measure: str, labels: tuple[str, str]) -> Exhibit:
    series, others = (counted.signal(measure).series for counted in (first, other))
    dates, here, there = np.intersect1d(series.dates, others.dates, return_indices=True)
    seen = np.isfinite(series.values[here]) & np.isfinite(others.values[there])
    if seen.sum() < FEWEST:
        raise DataGapError(
            "The two cannot be compared.",
            f"The two share {seen.sum()} {series.every}s with data; {FEWEST} are needed.",
            "Choose another origin, or other days.",
        )
    values: dict[str, object] = {"date": [str(day) for day in dates]}
    for which, counted, places in (("", first, here), ("other_", other, there)):
        low, middle, high = _relative(counted, measure, places, seen)
        values |= {f"{which}level": middle, f"{which}low": low, f"{which}high": high}
    return Exhibit(
        measure,
        f"{upper_first(measure)} of both",
        table_of(COLUMNS, values),  # type: ignore[arg-type]
        mark="compared",
        key=(Key("line", labels[0]), Key("band", "80% of what its level may be"),
             Key("dash-ink", labels[1]), Key("dots-ink", "80% likewise")),
        says=f"{labels[0]} as a line, {labels[1]} dashed; {span_text(series)}.",
        settings={"axis": "times its own mean (on a scale of equal factors)"},
    )  # fmt: skip


def _relative(counted: Counted, measure: str, places: Ints, seen: Bools) -> Floats:
    """Low, middle and high of a level relative to its mean where both have data, shape (3, T)."""
    signal = counted.signal(measure)
    level = fit_level(signal, np.isfinite(signal.series.values), counted.options)
    draws = level.draws[:, places]
    relative = np.exp(draws - draws[:, seen].mean(axis=1, keepdims=True))
    return np.asarray(np.quantile(relative, [0.1, 0.5, 0.9], axis=0))
