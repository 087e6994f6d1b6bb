"""Futures with and without what a scenario supposes: two fans per measure, one above the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
import numpy as np

from detente.report.charts.theme import WIDTH, Spec, at, colour, finish, table, to
from detente.report.words import day_text, number, wrapped
from detente.scenarios.result import Fan, MeasureFan, ScenarioResult

LEFT = 34
PANEL = 104
HEAD = 34
GAP = 26


def futures(scenario: ScenarioResult) -> Spec:
    """All measures of a scenario, each with the fan of both arms over the months."""
    layers: list[Any] = []
    height = len(scenario.fans) * (HEAD + PANEL + GAP)
    for place, fan in enumerate(scenario.fans):
        layers += _panel(fan, place * (HEAD + PANEL + GAP) + HEAD, height)
    return finish(alt.layer(*layers), height)


def _panel(fan: MeasureFan, top: float, height: float) -> Iterator[Any]:
    ends = np.concatenate([fan.without.bands[0.8].ravel(), fan.with_.bands[0.8].ravel()])
    low, high = min(0.0, float(ends.min())), float(ends.max()) or 1.0
    room = (high - low) * 1.05 or 1.0

    def y(value: float) -> float:
        return top + PANEL * (1 - min(max((value - low) / room, 0.0), 1.0))

    def x(step: int) -> float:
        return LEFT + (WIDTH - LEFT) * (step + 1) / len(fan.until)

    across = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH]), axis=None)
    yield _frame([low, low + room / 2, low + room], y, across, height)
    for arm, tokens in (
        (fan.without, ("shade", "grid", "placebo")),
        (fan.with_, ("band95", "band80", "accent")),
    ):
        yield from _arm(arm, tokens, (x, y), across, height)
    yield from _texts(fan, top, (low, low + room), across, height)


def _frame(values: Sequence[float], y: Any, across: Any, height: float) -> Any:
    rows = [{"x": LEFT, "x2": WIDTH, "y": y(value)} for value in values]
    rule = alt.Chart(table(rows)).mark_rule(color=colour("grid"), strokeWidth=1)
    return rule.encode(x=across, x2="x2", y=at("y", height))


def _arm(
    arm: Fan, tokens: tuple[str, str, str], place: tuple[Any, Any], across: Any, height: float
) -> Iterator[Any]:
    """The 80 and 50% bands and the median of one arm; the other shows through."""
    x, y = place
    for cover, token in ((0.8, tokens[0]), (0.5, tokens[1])):
        low, high = arm.bands[cover]
        rows = [
            {"x": x(step), "low": y(float(low[step])), "high": y(float(high[step]))}
            for step in range(len(low))
        ]
        yield (
            alt.Chart(table(rows))
            .mark_area(color=colour(token), opacity=0.75)
            .encode(x=across, y=at("low", height), y2=to("high"))
        )
    line = [{"x": x(step), "y": y(value)} for step, value in enumerate(arm.middle.tolist())]
    yield (
        alt.Chart(table(line))
        .mark_line(color=colour(tokens[2]), strokeWidth=2)
        .encode(x=across, y=at("y", height))
    )


def _texts(
    fan: MeasureFan, top: float, ends: tuple[float, float], across: Any, height: float
) -> Iterator[Any]:
    title = wrapped(f"{fan.label} ({fan.unit})", 54)
    said = [
        {"x": 0, "y": top - 8 - 13 * (len(title) - 1), "text": "\n".join(title), "bold": True},
        {"x": LEFT - 6, "y": top + 8, "text": number(ends[1], 0), "right": True},
        {"x": LEFT - 6, "y": top + PANEL, "text": number(ends[0], 0), "right": True},
        {"x": LEFT, "y": top + PANEL + 14, "text": day_text(str(fan.until[0])[:7])},
        {"x": WIDTH - 6, "y": top + PANEL + 14, "text": day_text(str(fan.until[-1])[:7]),
         "right": True},
    ]  # fmt: skip
    for right in (False, True):
        for bold in (False, True):
            rows = [
                row for row in said
                if bool(row.get("right")) is right and bool(row.get("bold")) is bold
            ]  # fmt: skip
            yield (
                alt.Chart(table(rows))
                .mark_text(
                    align="right" if right else "left", baseline="alphabetic",
                    fontWeight="bold" if bold else "normal",
                )
                .encode(x=across, y=at("y", height), text="text:N")
            )  # fmt: skip
