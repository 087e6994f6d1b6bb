"""What a claim shows: facts and exhibits made of its estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from detente.answers import Check, Column, Exhibit, Fact, Scale, Table, Value
from detente.arrays import Floats
from detente.asks.claims.estimate import Estimate, LeftOut, Visible, carrying
from detente.asks.claims.scales import convert
from detente.rounding import lower_first, significant
from detente.study.signal import Signal

BINS = 31
CASES = (
    Column("date", "Date", Scale.DATE),
    Column("what", "What"),
    Column("value", "Value", Scale.NUMBER),
    Column("note", "Note"),
    Column("citation", "Source"),
)
NOUNS = {
    Scale.PERCENT: "Change",
    Scale.RATIO: "Rate ratio",
    Scale.PROBABILITY: "Probability",
}
SEEN = "what this design would see 4 times in 5"


def chance(p: float | None) -> tuple[Fact, ...]:
    """The fact that says how often chance alone shows as much."""
    return () if p is None else (Fact("p", "Chance alone (p)", p, Scale.P_VALUE),)


def exposure_check(signal: Signal) -> tuple[Check, ...]:
    """The check that says what counts are divided by, and why; none for scores."""
    text = signal.exposure_text
    return (Check("What counts are divided by", None, text),) if text else ()


def visible_fact(seen: Visible, scale: Scale) -> tuple[Fact, ...]:
    """The fact that says what a design would have seen, where there is a number."""
    if seen.size is None or not np.isfinite(seen.size):
        return ()
    return (Fact("visible", "Smallest visible effect", seen.size, scale, note=SEEN),)


def effect_fact(estimate: Estimate[Any], difference: str) -> Fact:
    """The effect as the main fact of an answer.

    Args:
        estimate: What was measured.
        difference: What a difference in points is called: "Change", "Difference".
    """
    low, high = estimate.span
    label = NOUNS.get(estimate.scale, f"{difference} in {estimate.signal.series.unit}")
    return Fact("effect", label, estimate.value, estimate.scale, low=low, high=high)


def placebo(estimate: Estimate[Any], effect: Fact) -> Exhibit:
    """The effect beside those of placebo tests.

    Args:
        estimate: What was measured.
        effect: It as a fact.
    """
    draws = convert(estimate.scale, estimate.placebo)
    table = histogram(draws, estimate.scale, estimate.value)
    return Exhibit(
        "placebo",
        "Against chance",
        replace(table, caption=f"Effects in placebo tests: {lower_first(effect.label)}"),
        mark="placebo",
        says=f"Histogram of {len(draws)} placebo effects.",
        settings={
            "effect": effect.value, "low": effect.low, "high": effect.high, "axis": effect.label
        },
        folded=True,
    )  # fmt: skip


def histogram(draws: Floats, scale: Scale, effect: float | None) -> Table:
    """Placebo draws by bin of equal width, and whether a bin is as far out as the effect.

    Args:
        draws: Effects in placebo tests, as told.
        scale: Their scale.
        effect: The observed effect, None where there is none.

    Example:
        >>> table = histogram(np.array([-1.0, 0.0, 0.5, 1.0, 2.1]), Scale.POINTS, 2.0)
        >>> sum(table.column("placebo_tests")), table.column("as_far_out")[-1]
        (5, True)
    """
    columns = (
        effect_column("from", "Effect from", scale),
        effect_column("to", "Effect to", scale),
        Column("placebo_tests", "Placebo tests", Scale.COUNT),
        Column("as_far_out", "As far out as observed", Scale.FLAG),
    )
    finite = draws[np.isfinite(draws)]
    if not len(finite):
        return Table(columns)
    counts, edges = np.histogram(finite, bins=BINS)
    reach = np.inf if effect is None or not np.isfinite(effect) else abs(effect - scale.neutral)
    far = np.abs((edges[:-1] + edges[1:]) / 2 - scale.neutral) >= reach
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), far.tolist(), strict=True)
    return Table(columns, tuple(rows))


def effect_column(name: str, heading: str, scale: Scale) -> Column:
    """A column of effects, with its unit in the name: "effect_percent".

    Example:
        >>> effect_column("low", "Low", Scale.RATIO).name
        'low_ratio'
    """
    return Column(f"{name}_{scale.value}", heading, scale)


def carried_checks(
    estimate: Estimate[Any], rest: Sequence[LeftOut], names: Sequence[str]
) -> Iterator[Check]:
    """Whether leaving out a single case changes the sign, by what kind of case is left out.

    Args:
        estimate: The estimate.
        rest: It without each case.
        names: Kinds of cases, in the singular: "year", "month".
    """
    changing = {item.case for item in carrying(estimate, rest)}
    for name in names:
        cases = [item.case for item in rest if item.name == f"{name}s"]
        listed = ", ".join(case for case in cases if case in changing) or "none"
        if cases:
            yield Check(
                f"No single {name} carries the sign",
                listed == "none",
                f"{name.capitalize()}s whose omission changes the sign: {listed}.",
            )


def specifications(
    curve: Sequence[Estimate[Any]],
    rest: Sequence[Estimate[Any]],
    towards: Callable[[Estimate[Any]], bool],
    effect: Fact,
) -> Exhibit:
    """Every specification and the effects without each case, in order of effect.

    Args:
        curve: Every defensible way to measure it.
        rest: The primary one without each case in turn.
        towards: Whether an estimate points the way that the claim says.
        effect: The primary effect as a fact.
    """
    ordered = sorted((*curve, *rest), key=lambda item: item.effect)
    names = list(dict.fromkeys(name for item in (*curve, *rest) for name in item.choices))
    columns = (
        *(Column(name.replace(" ", "_"), name.capitalize()) for name in names),
        effect_column("effect", "Effect", effect.scale),
        effect_column("low", "Low", effect.scale),
        effect_column("high", "High", effect.scale),
        Column("p", "p", Scale.P_VALUE),
        Column("cases", "Cases", Scale.COUNT),
        Column("towards", "Claim's way", Scale.FLAG),
        Column("primary", "Primary", Scale.FLAG),
    )
    rows: list[tuple[Value, ...]] = [
        (
            *(item.choices.get(name) for name in names),
            item.value, *item.span, item.p, item.cases, towards(item), item.primary,
        )
        for item in ordered
    ]  # fmt: skip
    table = Table(columns, tuple(rows), f"Specifications: {lower_first(effect.label)}")
    ends = (ordered[0].value, ordered[-1].value) if ordered else (0.0, 0.0)
    return Exhibit(
        "specifications",
        "Every defensible choice",
        table,
        note=_curve_note(table, names),
        mark="curve" if len(rows) > 1 else "",
        says=f"{effect.label} from {significant(ends[0], 3)} to {significant(ends[1], 3)}.",
        settings={"choices": [name.replace(" ", "_") for name in names], "axis": effect.label},
        folded=True,
    )


def _curve_note(table: Table, names: Sequence[str]) -> str:
    """How many specifications point the claim's way, and what all of them have in common."""
    if not len(table):
        return ""
    towards = table.column("towards")
    text = f"{sum(towards)} of {len(towards)} specifications point the way that the claim says."
    columns = {name: table.column(name.replace(" ", "_")) for name in names}
    values = {name: {value for value in column if value} for name, column in columns.items()}
    same = "; ".join(f"{name}: {min(only)}" for name, only in values.items() if len(only) == 1)
    return f"{text} The same in all: {same}." if same else text


def cases(rows: Iterable[tuple[Value, ...]], word: str) -> Exhibit:
    """The cases behind a claim as a table.

    Args:
        rows: Date, what it was, a value, a note, where it comes from.
        word: What is counted as cases.
    """
    caption = f"The {word} behind this claim"
    return Exhibit("cases", "Cases", Table(CASES, tuple(rows), caption), folded=True)
