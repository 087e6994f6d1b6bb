"""What each ruler sees: a claim by every source that can read it, side by side.

A relation can be read by how cooperative reports of it are, by how many there are, by who met whom,
by what experts say. Each has a scale of its own, so effects are set side by side in units of their
own noise: how much the same change scatters where nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detente.answers import Answer, Column, Exhibit, Scale, Table, Value, Verdict
from detente.asks.claims.estimate import Estimate
from detente.asks.claims.rules import Evidence, side
from detente.asks.claims.scales import span_text
from detente.rounding import plural, upper_first

FEWEST = 2
NOTE = (
    "To the right is what the claim says. One unit is how much the same change scatters by that "
    "ruler where nothing happened; the table has each change on its own scale."
)


def rulers(
    estimates: Sequence[Estimate[Any]],
    parts: Sequence[Answer],
    towards: Callable[[Estimate[Any]], bool],
    afterwards: Callable[[Estimate[Any]], str],
) -> Exhibit:
    """Every ruler's effect beside the others, on its own scale and in units of its own noise.

    Args:
        estimates: The claim by each source, the one that decides first.
        parts: The answer of each, in the same order.
        towards: Whether an estimate points the way that the claim says.
        afterwards: What a ruler sees later, in words; empty where nothing was asked.

    Returns:
        A table of one row a ruler; empty where fewer than two can read the claim.
    """
    columns: tuple[Column, ...] = (
        Column("ruler", "Ruler"),
        Column("measures_by", "Measures by"),
        Column("covers", "Covers"),
        Column("change", "Effect (90% interval)"),
        Column("in_noise", "In its noise", Scale.POINTS, through=""),
        Column("in_noise_low", "Low", Scale.POINTS, shown=False),
        Column("in_noise_high", "High", Scale.POINTS, shown=False),
        Column("cases", "Cases", Scale.COUNT),
        Column("p", "p", Scale.P_VALUE),
        Column("alone", "By itself"),
        Column("afterwards", "Afterwards"),
        Column("primary", "Decides", Scale.FLAG, shown=False),
    )
    rows = [
        _row(estimate, part, 1 if towards(estimate) else -1, afterwards(estimate))
        for estimate, part in zip(estimates, parts, strict=True)
    ]
    if rows:
        rows[0] = (*rows[0][:-1], True)
    empty = {"afterwards"} if not any(row[-2] for row in rows) else set()
    columns, rows = _without(empty, columns, rows)
    table = Table(columns, tuple(rows) if len(rows) >= FEWEST else (), "What each ruler sees")
    drawn = bool(rows) and all(row[4] is not None for row in rows)
    return Exhibit(
        "rulers",
        "What each ruler sees",
        table,
        note=NOTE if drawn else "",
        mark="intervals" if drawn else "",
        says=f"The effect by each of {plural(len(rows), 'rulers')}, in units of its own noise.",
        settings={
            "label": ["ruler", "change"],
            "columns": ["in_noise", "in_noise_low", "in_noise_high"],
            "axis": "Towards what the claim says, in units of each ruler's noise",
        },
    )


def _row(estimate: Estimate[Any], part: Answer, way: int, afterwards: str) -> tuple[Value, ...]:
    noise = float(np.std(estimate.placebo)) if len(estimate.placebo) else 0.0
    size = abs(estimate.effect) * way / noise if noise > 0 else None
    low, high = (None, None) if size is None else _ends(estimate, size, noise)
    change = f"{estimate.in_words} ({estimate.ends})" if estimate.interval else estimate.in_words
    unit = "" if estimate.scale is not Scale.POINTS else f" {estimate.signal.series.unit}"
    verdict = "" if part.verdict is None else part.verdict.value
    return (
        part.label, estimate.signal.measured_by, span_text(estimate.signal.series),
        change + unit, size, low, high, estimate.cases, estimate.p, verdict, afterwards, False,
    )  # fmt: skip


def _ends(estimate: Estimate[Any], size: float, noise: float) -> tuple[float | None, float | None]:
    """The ends of an interval around the size, in units of noise, turned as the size is."""
    if estimate.interval is None:
        return None, None
    turned = np.sign(size) * np.sign(estimate.effect)
    low, high = sorted(float(turned * end / noise) for end in estimate.interval)
    return low, high


def _without(
    names: set[str], columns: tuple[Column, ...], rows: list[tuple[Value, ...]]
) -> tuple[tuple[Column, ...], list[tuple[Value, ...]]]:
    places = [place for place, column in enumerate(columns) if column.name not in names]
    return tuple(columns[i] for i in places), [tuple(row[i] for i in places) for row in rows]


def agreement(parts: Sequence[Answer]) -> str:
    """Whether the rulers that can answer agree, in a sentence; empty for one alone.

    Example:
        >>> a = Answer("1", "source", "A", verdict=Verdict.SUPPORTED)
        >>> agreement((a, Answer("2", "source", "B", verdict=Verdict.CONTRADICTED)))
        'The 2 rulers contradict each other; A decides.'
    """
    answered = _answered(parts)
    if len(answered) < FEWEST:
        return ""
    sides = {side(verdict) for _, verdict in answered}
    who = f"The {plural(len(answered), 'rulers')}"
    if len(sides) == 1:
        return f"{who} agree."
    word = "contradict each other" if {1, -1} <= sides else "differ"
    return f"{who} {word}; {answered[0][0]} decides."


def disagreement(parts: Sequence[Answer]) -> str:
    """A sentence that says whether the rulers that can answer agree, and which sees what.

    Example:
        >>> a = Answer("1", "source", "A", verdict=Verdict.SUPPORTED)
        >>> b = Answer("2", "source", "B", verdict=Verdict.CONTRADICTED)
        >>> disagreement((a, b))
        'The 2 rulers contradict each other; A decides. Supported: A. Contradicted: B.'
        >>> disagreement((a,))
        ''
    """
    agreed = agreement(parts)
    groups: dict[Verdict, list[str]] = {}
    for name, verdict in _answered(parts) if agreed else ():
        groups.setdefault(verdict, []).append(name)
    said = (
        f"{upper_first(verdict.value)}: {'; '.join(group)}." for verdict, group in groups.items()
    )
    return " ".join(filter(None, [agreed, *said]))


def _answered(parts: Sequence[Answer]) -> list[tuple[str, Verdict]]:
    """The rulers that can answer, each by a name of its own, with its verdict."""
    able = [part for part in parts if part.verdict is not None and side(part.verdict) is not None]
    names = [part.label for part in able]
    if len(set(names)) < len(names):
        names = [f"{part.label} ({part.statement})" for part in able]
    return [(name, part.verdict) for name, part in zip(names, able, strict=True) if part.verdict]


def barred(evidence: Evidence | None, others: Sequence[Answer]) -> Evidence | None:
    """The evidence, barred from any word where another ruler by itself says the opposite.

    Args:
        evidence: Of the ruler that decides.
        others: The answers of the others.

    Example:
        >>> against = Answer("2", "source", "B", verdict=Verdict.LEANS_AGAINST)
        >>> barred(Evidence(0.4, 0.01, 9, 1.0, False), [against]).bar
        'another ruler says the opposite: leans against by B'
    """
    if evidence is None or evidence.bar:
        return evidence
    way = 1 if evidence.effect > 0 else -1
    opposite = [part for part in others if part.verdict and side(part.verdict) == -way]
    if not opposite:
        return evidence
    said = "; ".join(f"{part.verdict} by {part.label}" for part in opposite)
    return replace(evidence, bar=f"another ruler says the opposite: {said}")
