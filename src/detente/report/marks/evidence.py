"""The two charts of "how we know": the placebo distribution and the specification curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt
import numpy as np

from detente.asks.claims.finding import Finding, Specification
from detente.report.theme import Spec, at, colour, finish, padded, table
from detente.report.words import effect_text, finite, unit_name, whole_interval, wrapped

BINS = 31
CURVE = 150
CHOICE_ROW, CHOICE_HEAD = 26, 24
MANY = 4


def histogram(finding: Finding) -> list[dict[str, float | int | bool]]:
    """Placebo draws by bin of equal width: low, high, count, and whether as far out as the effect.

    Example:
        >>> from detente.asks.claims.finding import Finding, Verdict
        >>> f = Finding("a", "response", "t", "s", "p", Verdict.SUPPORTED, "r", "w", effect=2.0,
        ...             placebo=(-1.0, 0.0, 0.5, 1.0, 2.1))
        >>> sum(row["count"] for row in histogram(f))
        5
    """
    draws = np.array([x for x in finding.placebo if finite(x) is not None])
    if not len(draws):
        return []
    counts, edges = np.histogram(draws, bins=BINS)
    effect = finite(finding.effect)
    reach = np.inf if effect is None else abs(effect - finding.neutral)
    far = np.abs((edges[:-1] + edges[1:]) / 2 - finding.neutral) >= reach
    return [
        {"low": float(a), "high": float(b), "count": int(n), "far": bool(f)}
        for a, b, n, f in zip(edges[:-1], edges[1:], counts, far, strict=True)
    ]


def placebo(finding: Finding) -> Spec:
    """Histogram of the effect in placebo tests, with the observed effect marked."""
    bins = histogram(finding)
    effect = finite(finding.effect)
    low, high = padded([bins[0]["low"], bins[-1]["high"], finding.neutral, effect])
    scale = alt.Scale(domain=[low, high], nice=False, zero=False)
    title = wrapped(f"Effect in placebo tests ({unit_name(finding.unit) or finding.unit})", 54)
    x = alt.X("low:Q", scale=scale, axis=alt.Axis(title=title, grid=False, tickCount=6))
    highest = max(row["count"] for row in bins) * 1.25
    y = alt.Y("count:Q", scale=alt.Scale(domain=[0, highest], nice=False), axis=None)
    bars = alt.Chart(table(bins)).mark_bar(binSpacing=1)
    layers = [
        bars.encode(
            x=x.bin("binned"),
            x2="high",
            y=y,
            color=alt.condition(
                "datum.far", alt.value(colour("accent")), alt.value(colour("placebo"))
            ),
        ),
        alt.Chart(table([{"low": finding.neutral}]))
        .mark_rule(color=colour("muted"))
        .encode(x=x, y=alt.YValue(18), y2=alt.Y2Value("height")),
    ]
    if effect is not None:
        layers += _observed(effect, effect_text(finding), x, (low + high) / 2)
    return finish(alt.layer(*layers), 146 + 14 * len(title))


def _observed(effect: float, said: str, x: Any, middle: float) -> Iterator[Any]:
    right = effect > middle
    base = alt.Chart(table([{"low": effect, "label": f"observed: {said}"}]))
    yield base.mark_rule(color=colour("ink"), strokeWidth=2).encode(x=x)
    yield base.mark_text(
        align="right" if right else "left", dx=-6 if right else 6, baseline="top", fontWeight="bold"
    ).encode(x=x, y=alt.YValue(0), text="label:N")


def varied(specifications: tuple[Specification, ...]) -> dict[str, list[str]]:
    """Names of choices that differ between specifications, with their values in order.

    Example:
        >>> a = Specification({"window": "4", "source": "A"}, 1.0, None, None, 9)
        >>> b = Specification({"window": "8", "source": "A"}, 1.0, None, None, 9)
        >>> varied((a, b))
        {'window': ['4', '8']}
    """
    names = dict.fromkeys(name for s in specifications for name in s.choices)
    values = {
        name: list(dict.fromkeys(s.choices[name] for s in specifications if name in s.choices))
        for name in names
    }
    return {name: found for name, found in values.items() if len(found) > 1}


def curve_order(specifications: tuple[Specification, ...]) -> list[Specification]:
    """Specifications with a finite effect, from the lowest effect to the highest."""
    return sorted(
        (s for s in specifications if finite(s.effect) is not None), key=lambda s: s.effect
    )


def specification_curve(finding: Finding) -> Spec:
    """All effects in order with their intervals; beneath, the choices behind each."""
    ordered = curve_order(finding.specification)
    matrix, labels, height = _matrix(ordered, varied(finding.specification))
    x = alt.X(
        "rank:Q",
        scale=alt.Scale(domain=[-1, len(ordered)], nice=False, zero=False),
        axis=None,
    )
    layers = [*_effects(finding, ordered, x), *_choices(matrix, labels, x, height)]
    chart = alt.layer(*layers).resolve_scale(y="independent")
    title = f"Effect ({finding.unit}) in each of {len(ordered)} specifications, in order"
    return finish(chart, height + 30, title=wrapped(title, 58))


def _effects(finding: Finding, ordered: list[Specification], x: Any) -> Iterator[Any]:
    rows = []
    for rank, s in enumerate(ordered):
        shown = whole_interval(s.interval)
        ends = {"low": shown.low, "high": shown.high} if shown else {}
        rows.append({"rank": rank, "effect": s.effect, "primary": s.primary, **ends})
    ends_all = [v for row in rows for k, v in row.items() if k in ("low", "high", "effect")]
    domain = padded([*ends_all, finding.neutral])
    scale = alt.Scale(domain=list(domain), range=[CURVE, 0], nice=False, zero=False)

    def y(field: str, *, shown: bool = False) -> Any:
        axis = alt.Axis(tickCount=5, title=None) if shown else None
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    base = alt.Chart(table(rows))
    tone = alt.condition("datum.primary", alt.value(colour("ink")), alt.value(colour("accent")))
    zero = alt.Chart(table([{"neutral": finding.neutral}]))
    yield zero.mark_rule(color=colour("muted")).encode(y=y("neutral", shown=True))
    yield base.mark_rule(color=colour("band50"), strokeWidth=2).encode(
        x=x, y=y("low"), y2=alt.Y2("high")
    )
    yield base.mark_circle(size=22, opacity=1).encode(x=x, y=y("effect"), color=tone)
    main = base.transform_filter("datum.primary")
    yield main.mark_point(size=110, color=colour("ink"), strokeWidth=1.5, opacity=1).encode(
        x=x, y=y("effect")
    )
    yield main.mark_rule(color=colour("ink"), strokeWidth=1).encode(
        x=x, y=y("low"), y2=alt.Y2("high")
    )


def _matrix(
    ordered: list[Specification], names: Mapping[str, list[str]]
) -> tuple[list[dict[str, object]], list[dict[str, object]], int]:
    """Rows of dots (rank, y, primary), the labels over them, and the height below the curve."""
    dots: list[dict[str, object]] = []
    labels: list[dict[str, object]] = []
    y = CURVE + 8
    for name, values in names.items():
        y += CHOICE_HEAD
        labels.append({"y": y - 4, "label": name.capitalize(), "head": True})
        for label, members in _choice_rows(name, values, ordered):
            lines = wrapped(label, 56)
            labels.append({"y": y + 10, "label": "\n".join(lines), "head": False})
            y += CHOICE_ROW + 13 * (len(lines) - 1)
            dots += [
                {"rank": rank, "y": y - 8, "primary": s.primary}
                for rank, s in enumerate(ordered)
                if s.choices.get(name) in members
            ]
    return dots, labels, y + 8


def _choice_rows(
    name: str, values: list[str], ordered: list[Specification]
) -> Iterator[tuple[str, set[str]]]:
    """A row for each value; many values of one specification each share a row."""
    count = Counter(s.choices.get(name) for s in ordered)
    single = [value for value in values if count[value] == 1]
    shared = single if len(single) > MANY else []
    yield from ((value, {value}) for value in values if value not in shared)
    if shared:
        yield f"one each: {shared[0]} … {shared[-1]}", set(shared)


def _choices(
    dots: list[dict[str, object]], labels: list[dict[str, object]], x: Any, height: int
) -> Iterator[Any]:
    tone = alt.condition("datum.primary", alt.value(colour("ink")), alt.value(colour("accent")))
    yield (
        alt.Chart(table(dots))
        .mark_tick(orient="vertical", thickness=2, height=6, opacity=1)
        .encode(x=x, y=at("y", height), color=tone)
    )
    for head in (True, False):
        yield (
            alt.Chart(table(row for row in labels if row["head"] is head))
            .mark_text(
                align="left",
                baseline="alphabetic",
                fontWeight="bold" if head else "normal",
                color=colour("ink" if head else "muted"),
            )
            .encode(x=alt.XValue(0), y=at("y", height), text="label:N")
        )
