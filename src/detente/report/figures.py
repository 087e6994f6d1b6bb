"""Figures of the page: a drawing, how to read it, and its data table."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from detente.asks.claims.finding import Chart, ChartKind, Finding
from detente.report import tables
from detente.report.marks import cards, evidence
from detente.report.svg import draw
from detente.report.theme import Spec
from detente.report.views import FigureView, KeyItem, TableView
from detente.report.words import effect_text, finite

BANDS = KeyItem("bands", "50, 80 and 95% bands of uncertainty, darker where likelier")

KEYS: dict[ChartKind, tuple[KeyItem, ...]] = {
    "path": (
        KeyItem("line", "mean over the episodes"),
        BANDS,
        KeyItem("dash", "range of 90% of placebo dates"),
    ),
    "rates": (KeyItem("dot", "rate"), BANDS),
    "level": (KeyItem("line", "latent level"), BANDS, KeyItem("speck", "observed")),
    "shift": (KeyItem("speck", "observed"), KeyItem("line", "mean before and after")),
    "odds": (
        KeyItem("dot", "self-exciting rate: events draw events"),
        KeyItem("band", "its 90% interval"),
        KeyItem("tick", "base rate: how often in the past"),
    ),
}
"""How to read each kind of chart."""


def _figure(drawn: Spec, says: str, view: FigureView) -> FigureView:
    return replace(view, svg=draw(drawn, view.id, view.title, says))


def _undrawn(name: str, title: str, key: tuple[KeyItem, ...], table: TableView) -> FigureView:
    return FigureView(name, title, Markup(), Markup(), key, table)


def of_chart(chart: Chart, finding: Finding, name: str) -> FigureView | None:
    """The chart of a card, or None where it has no row to draw."""
    if not cards.records(chart):
        return None
    drawn = cards.DRAW[chart.kind](chart, finding.neutral, finding.unit)
    says = f"{chart.y_title}. {finding.answer} The data table follows the chart."
    view = _undrawn(name, chart.title, KEYS[chart.kind], tables.of_chart(chart))
    return _figure(drawn, says, view)


def of_placebo(finding: Finding, name: str) -> FigureView | None:
    """The placebo distribution, or None without placebo tests."""
    if not evidence.histogram(finding):
        return None
    known = finite(finding.effect) is not None
    key = [KeyItem("bar", "placebo tests, where nothing happened")]
    if known:
        key.append(KeyItem("bar-far", "those at least as far from no effect as the observed one"))
    says = f"Histogram of {len(finding.placebo)} placebo effects."
    if known:
        says += f" The observed effect is {effect_text(finding)}."
    view = _undrawn(name, "Against chance", tuple(key), tables.of_placebo(finding))
    return _figure(evidence.placebo(finding), says, view)


def of_curve(finding: Finding, name: str) -> FigureView | None:
    """The specification curve, or None with fewer than two specifications."""
    ordered = evidence.curve_order(finding.specification)
    if len(ordered) < 2:
        return None
    key = (
        KeyItem("dot", "effect in one specification"),
        KeyItem("stem", "its 90% interval"),
        KeyItem("ring", "the one declared beforehand"),
    )
    says = f"Effects from {ordered[0].effect:.3g} to {ordered[-1].effect:.3g} ({finding.unit})."
    view = _undrawn(name, "Every defensible choice", key, tables.of_curve(finding))
    return _figure(evidence.specification_curve(finding), says, view)
