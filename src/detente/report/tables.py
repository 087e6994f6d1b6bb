"""Data tables of the page: the same numbers as the charts, for readers and for CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from detente.asks.claims.finding import Chart, Finding
from detente.report.marks.cards import OUTCOME, records
from detente.report.marks.evidence import curve_order, histogram
from detente.report.views import Cell, TableView
from detente.report.words import day_text, decimals, finite, number, p_text, whole_interval

HEADINGS = {
    "offset": "Period from the cause",
    "value": "Value",
    "placebo_low": "90% of placebos, low",
    "placebo_high": "90% of placebos, high",
    "group": "Group",
    "rate": "Rate",
    "level": "Latent level",
    "date": "Date",
    "mean": "Mean of its side",
    "window": "Window",
    "self_exciting": "Self-exciting rate",
    "base_rate": "Base rate",
    "low": "90% interval, low",
    "high": "90% interval, high",
    "happened": "Happened",
    "observed": "Observed",
} | {f"{end}{cover}": f"{cover}% band, {end}" for cover in (50, 80, 95) for end in ("low", "high")}


def cell(value: object, places: int | None = None) -> Cell:
    """Any value as a cell: numbers rounded for the eye, at full precision for the CSV.

    Example:
        >>> cell(0.123456789), cell(None)
        (Cell(text='0.123', value='0.123456789'), Cell(text='–', value=''))
    """
    if isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return Cell("yes" if value else "no")
    if isinstance(value, int):
        return Cell(number(value), str(value))
    if isinstance(value, float):
        known = finite(value)
        return Cell(number(known, places), "" if known is None else f"{known:.9g}")
    return Cell("–" if value is None else str(value))


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], numeric: Sequence[bool]
) -> TableView:
    """Plain values as a table; the numbers of a column share their decimals."""
    given = [tuple(row) for row in rows]
    places = [column_places(column) for column in zip(*given, strict=True)]
    cells = tuple(tuple(map(cell, row, places)) for row in given)
    return TableView(caption, tuple(head), tuple(numeric), cells)


def column_places(column: Iterable[object]) -> int:
    """Decimals that show the spread of a column's numbers to three significant digits.

    Example:
        >>> column_places([-4.0, 0.9, None, 17.7]), column_places(["a"])
        (1, 0)
    """
    known = [v for v in column if isinstance(v, float) and finite(v) is not None]
    spread = max(known) - min(known) if known else 0.0
    return min(decimals(spread or known[0]) + 1, 4) if any(v % 1 for v in known) else 0


def from_records(caption: str, rows: Sequence[Mapping[str, object]]) -> TableView:
    """Rows of equal keys as a table, headed by what the keys mean."""
    names = list(rows[0]) if rows else []
    numeric = [any(isinstance(row[n], int | float) for row in rows) for n in names]
    return table(
        caption, [HEADINGS.get(n, n) for n in names], [tuple(r.values()) for r in rows], numeric
    )


def of_chart(chart: Chart) -> TableView:
    """The data of a card's chart."""
    rows = records(chart)
    if chart.kind == "odds":
        rows = [row | {"happened": OUTCOME[row["happened"]]} for row in rows]
    return from_records(f"{chart.title} ({chart.y_title})", rows)


def of_placebo(finding: Finding) -> TableView:
    """The histogram of placebo effects."""
    rows = [
        {"Effect from": r["low"], "Effect to": r["high"], "Placebo tests": r["count"]}
        for r in histogram(finding)
    ]
    return from_records(f"Effects in placebo tests ({finding.unit})", rows)


def of_curve(finding: Finding) -> TableView:
    """All specifications, in order of effect."""
    names = list(dict.fromkeys(n for s in finding.specification for n in s.choices))
    rows = []
    for s in curve_order(finding.specification):
        shown = whole_interval(s.interval)
        ends = (shown.low, shown.high) if shown else (None, None)
        choices = [s.choices.get(n, "–") for n in names]
        p = Cell(p_text(s.p_placebo), "" if s.p_placebo is None else f"{s.p_placebo:.9g}")
        way = {True: "yes", False: "no", None: "–"}[s.towards]
        role = "primary" if s.primary else "–"
        rows.append((*choices, s.effect, *ends, p, s.cases, way, role))
    head = [
        *(n.capitalize() for n in names),
        "Effect",
        "Low",
        "High",
        "p",
        "Cases",
        "Claim's way",
        "Role",
    ]
    numeric = [False] * len(names) + [True] * 5 + [False] * 2
    return table(f"Specifications, effect in {finding.unit}", head, rows, numeric)


def of_rows(finding: Finding) -> TableView | None:
    """The cases behind a finding."""
    if not finding.rows:
        return None
    rows = [
        (Cell(day_text(r.date), r.date), r.label, finite(r.value), r.note or "–", r.citation or "–")
        for r in finding.rows
    ]
    head = ("Date", "What", "Value", "Note", "Source")
    numeric = (False, False, True, False, False)
    return table(f"The {finding.case_word} behind this claim", head, rows, numeric)
