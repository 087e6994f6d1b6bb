"""The relations of all pairs then and now: one row for each pair, an arrow from then to now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from detente.asks.claims.result import PairThenNow, ThenAndNow
from detente.report.theme import Spec, at, colour, finish, padded, table
from detente.report.words import decimals, finite, number, wrapped

ROW = 34


def pair_name(pair: PairThenNow, names: Mapping[str, str]) -> str:
    """Both states of a pair by name.

    Example:
        >>> pair_name(PairThenNow("USA", "CHN", 0, 1), {"USA": "the United States"})
        'The United States – CHN'
    """
    text = f"{names.get(pair.a, pair.a)} – {names.get(pair.b, pair.b)}"
    return text[:1].upper() + text[1:]


def change(pair: PairThenNow) -> float | None:
    """How much a pair moved, or None where either window has no data.

    Example:
        >>> change(PairThenNow("A", "B", 0.25, 0.5)), change(PairThenNow("A", "B", None, 0.5))
        (0.25, None)
    """
    then, now = finite(pair.then), finite(pair.now)
    return None if then is None or now is None else now - then


def approach(shown: ThenAndNow, pair: PairThenNow) -> float:
    """How much closer a pair came; negative where it moved apart."""
    return (change(pair) or 0.0) * (1 if shown.more_is_closer else -1)


def ordered(shown: ThenAndNow) -> tuple[list[PairThenNow], list[PairThenNow]]:
    """Pairs from the one that came closest to the one that moved furthest apart; the unknown."""
    known = [p for p in shown.pairs if change(p) is not None]
    known.sort(key=lambda p: -approach(shown, p))
    return known, [p for p in shown.pairs if change(p) is None]


def then_and_now(shown: ThenAndNow, names: Mapping[str, str]) -> Spec:
    """Draw the pairs of one source that have both windows."""
    pairs, _ = ordered(shown)
    largest = max((abs(change(p) or 0.0) for p in pairs), default=1.0)
    rows = [
        {
            "top": ROW * i + 12,
            "y": ROW * i + 22,
            "name": pair_name(pair, names),
            "then": pair.then,
            "now": pair.now,
            "move": number(change(pair), min(decimals(largest) + 1, 2), sign=True),
            "closer": approach(shown, pair) >= 0,
        }
        for i, pair in enumerate(pairs)
    ]
    height = ROW * len(rows) + 4
    return finish(_dumbbells(rows, height, shown.unit), height + 50)


def _dumbbells(rows: list[dict[str, Any]], height: int, unit: str) -> Any:
    ends = [v for row in rows for v in (row["then"], row["now"])]
    scale = alt.Scale(domain=list(padded([*ends, 0.0])), nice=False, zero=False)
    axis = alt.Axis(title=wrapped(unit, 54), tickCount=6)

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    base = alt.Chart(table(rows))
    y, top = at("y", height), at("top", height)
    tone = alt.condition("datum.closer", alt.value(colour("closer")), alt.value(colour("apart")))
    zero = alt.Chart(table([{"zero": 0}])).mark_rule(color=colour("muted"), strokeWidth=1)
    text = base.mark_text(baseline="alphabetic")
    return alt.layer(
        zero.encode(x=x("zero")),
        base.mark_rule(strokeWidth=3).encode(x=x("then"), x2="now", y=y, color=tone),
        base.mark_point(
            filled=True, size=46, opacity=1, strokeWidth=1.5, color=colour("paper")
        ).encode(x=x("then"), y=y, stroke=tone),
        base.mark_circle(size=70, opacity=1).encode(x=x("now"), y=y, color=tone),
        text.mark_text(align="left", baseline="alphabetic").encode(
            x=alt.XValue(0), y=top, text="name:N"
        ),
        text.mark_text(align="right", baseline="alphabetic", fontWeight="bold").encode(
            x=alt.XValue("width"), y=top, text="move:N", color=tone
        ),
    )
