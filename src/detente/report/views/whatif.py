"""What if: scenarios."""

from __future__ import annotations

from dataclasses import dataclass

from detente.report.views.parts import CheckView, FigureView, TableView


@dataclass(frozen=True)
class ScenarioView:
    """One scenario.

    Attributes:
        label: Its name.
        statement: What is supposed.
        answer: What the futures show, in words.
        figure: Futures with and without, or None.
        outcomes: Share of futures with each outcome, or None.
        drivers: The fitted effects that drive it, or None.
        timeline: One future told by date, or None.
        quiet: What is said where that future holds no event, else "".
        checks: Checks of the design.
        caveats: What to bear in mind.
        problem: Why it is refused, else "".
    """

    label: str
    statement: str
    answer: str
    figure: FigureView | None
    outcomes: TableView | None
    drivers: TableView | None
    timeline: TableView | None
    quiet: str
    checks: tuple[CheckView, ...]
    caveats: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class WhatIfView:
    """Every scenario.

    Attributes:
        scenarios: In the study's order.
        model: What was fitted, in plain sentences.
        predictive: Features of the data among simulated histories, or None.
        checks: The same summed up.
    """

    scenarios: tuple[ScenarioView, ...]
    model: tuple[str, ...]
    predictive: TableView | None
    checks: tuple[CheckView, ...]
