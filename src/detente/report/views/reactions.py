"""Who reacts to whom."""

from __future__ import annotations

from dataclasses import dataclass

from detente.report.views.parts import CheckView, Fact, FigureView


@dataclass(frozen=True)
class SystemView:
    """One system of series that react to one another.

    Attributes:
        label: Its name.
        answer: What was found, in words.
        matrix: All reactions as small multiples; None where nothing could be estimated.
        network: Those that stand as a network, or None.
        checks: Checks of the design.
        caveats: What to bear in mind.
        estimator: What was fitted.
        citations: Sources to cite.
        problem: Why nothing could be estimated, else "".
    """

    label: str
    answer: str
    matrix: FigureView | None
    network: FigureView | None
    checks: tuple[CheckView, ...]
    caveats: tuple[str, ...]
    estimator: str
    citations: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class EstimateView:
    """A result of one chart with its words: a self-exciting action, or a law of triads.

    Attributes:
        label: Its name.
        answer: What was found, in words.
        facts: The figures to remember.
        figure: The chart, or None.
        compare: What a published study found, or "".
        checks: Checks of the design.
        caveats: What to bear in mind.
        citations: Sources to cite.
        problem: Why nothing could be estimated, else "".
    """

    label: str
    answer: str
    facts: tuple[Fact, ...]
    figure: FigureView | None
    compare: str
    checks: tuple[CheckView, ...]
    caveats: tuple[str, ...]
    citations: tuple[str, ...]
    problem: str


@dataclass(frozen=True)
class ReactionsView:
    """Who reacts to whom.

    Attributes:
        systems: Systems of series.
        excitations: Actions that draw more of their kind.
        laws: Laws of triads.
    """

    systems: tuple[SystemView, ...]
    excitations: tuple[EstimateView, ...]
    laws: tuple[EstimateView, ...]
