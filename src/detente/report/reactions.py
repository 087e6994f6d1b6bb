"""Who reacts to whom, as a section of the page."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from detente.asks.reactions.excitation import LEVEL
from detente.asks.reactions.result import (
    ExcitationReading,
    LawReading,
    LawRow,
    Rate,
    Reactions,
    SystemReading,
)
from detente.report import tables
from detente.report.marks.intervals import Estimate, intervals
from detente.report.marks.matrix import matrix, shown_in_list, strongest
from detente.report.marks.network import network
from detente.report.svg import draw
from detente.report.tables import check_view
from detente.report.theme import Spec
from detente.report.views import (
    Cell,
    EstimateView,
    Fact,
    FigureView,
    KeyItem,
    ReactionsView,
    SystemView,
    TableView,
)
from detente.report.words import number, p_text, plural, slug

MATRIX_KEY = (
    KeyItem("line", "response to a typical surprise, where it stands after correction"),
    KeyItem("bands", "its 50, 80 and 95% bands"),
    KeyItem("quiet", "responses that do not stand"),
    KeyItem("own", "a series after its own surprise"),
)
NETWORK_KEY = (
    KeyItem("line", "raises; the thicker, the more"),
    KeyItem("damp", "lowers"),
    KeyItem("faint", "not in the reversed order"),
)
INTERVAL_KEY = (KeyItem("dot", "estimate"), KeyItem("band", "its 90% interval"))


def reactions_view(found: Reactions) -> ReactionsView | None:
    """The section as data, or None where the study asks for nothing."""
    if not found:
        return None
    return ReactionsView(
        systems=tuple(map(_system, found.systems)),
        excitations=tuple(map(_excitation, found.excitations)),
        laws=tuple(map(_law, found.laws)),
    )


def _system(reading: SystemReading) -> SystemView:
    return SystemView(
        label=reading.label,
        answer=reading.answer,
        matrix=None if reading.problem else _matrix(reading),
        network=_network(reading) if reading.seen else None,
        checks=tuple(map(check_view, reading.checks)),
        caveats=reading.caveats,
        estimator=reading.estimator,
        citations=reading.citations,
        problem=reading.problem,
    )


def _matrix(reading: SystemReading) -> FigureView:
    name = f"reactions-{slug(reading.id)}"
    title = f"How each series (column) responds to each (row), {_span(reading)}"
    count = len(reading.names)
    says = (
        f"{count} by {count} small charts over {reading.steps} {reading.every}s. "
        f"{reading.answer} The data table follows the chart."
    )
    shown = shown_in_list(reading)
    narrow = f"the {len(shown)} {'that stand' if reading.seen else 'likeliest'}"
    return FigureView(
        id=name,
        title=title,
        svg=draw(matrix(reading), f"{name}-wide", title, says),
        svg_narrow=draw(strongest(reading), f"{name}-narrow", f"{title}: {narrow}", says),
        key=MATRIX_KEY,
        table=reaction_table(reading),
    )


def _span(reading: SystemReading) -> str:
    return f"over {plural(reading.steps, reading.every + 's')}"


def reaction_table(reading: SystemReading) -> TableView:
    """Every reaction with its mean response, interval and chance; the surest first."""
    others = [one for one in reading.reactions if one.act != one.respond]
    rows = [
        (
            reading.names[one.act],
            reading.names[one.respond],
            one.effect,
            one.low,
            one.high,
            Cell(p_text(one.p), f"{one.p:.9g}"),
            Cell(p_text(one.p_adjusted), f"{one.p_adjusted:.9g}"),
            one.seen,
            one.seen_reversed,
        )
        for one in sorted(others, key=lambda one: (one.p_adjusted, one.p))
    ]
    head = (
        "When this rises", "this changes", "Mean change, %", "Low", "High", "p",
        f"p, {reading.tested} tested", "Stands", "In reversed order",
    )  # fmt: skip
    caption = f"Mean response in the first {reading.horizon} {reading.every}s, % (90% interval)"
    return tables.table(caption, head, rows, [False] * 2 + [True] * 5 + [False] * 2)


def _network(reading: SystemReading) -> FigureView:
    name = f"network-{slug(reading.id)}"
    title = "The reactions that stand"
    arrows = "; ".join(
        f"{reading.names[r.act]} to {reading.names[r.respond]}" for r in reading.seen
    )
    view = _undrawn(name, title, NETWORK_KEY, _network_table(reading))
    return _figure(network(reading), f"Arrows: {arrows}.", view)


def _network_table(reading: SystemReading) -> TableView:
    rows = [
        (reading.names[r.act], reading.names[r.respond], r.effect, r.seen_reversed)
        for r in reading.seen
    ]
    head = ("From", "To", "Mean change, %", "In reversed order")
    return tables.table("Reactions that stand", head, rows, (False, False, True, False))


def _excitation(reading: ExcitationReading) -> EstimateView:
    return EstimateView(
        label=reading.label[:1].upper() + reading.label[1:],
        answer=reading.answer,
        facts=tuple(_excitation_facts(reading)),
        figure=_rates(reading) if reading.rates else None,
        compare=reading.compare,
        checks=tuple(map(check_view, reading.checks)),
        caveats=reading.caveats,
        citations=(),
        problem=reading.problem,
    )


def _excitation_facts(reading: ExcitationReading) -> list[Fact]:
    facts = []
    if reading.follow_ons is not None:
        note = f"direct, 90% interval {_ends(reading.follow_ons, 2)}"
        facts.append(Fact("Follow-ons of each", number(reading.follow_ons.value, 2), note))
    if reading.follow_ons is not None and reading.p < LEVEL:
        days = "day" if round(reading.half_life) == 1 else "days"
        facts.append(Fact("Half of them within", f"{number(reading.half_life, 0)} {days}"))
    if reading.share is not None:
        percent = replace(
            reading.share, **{k: 100 * getattr(reading.share, k) for k in ("value", "low", "high")}
        )
        note = f"of {plural(reading.days, 'days')} with one, {_ends(percent, 0)}%"
        facts.append(Fact("Are follow-ons", f"{number(percent.value, 0)}%", note))
    return facts


def _ends(rate: Rate, places: int) -> str:
    return f"{number(rate.low, places)} to {number(rate.high, places)}"


def _rates(reading: ExcitationReading) -> FigureView:
    name, title = f"excitation-{slug(reading.id)}", "What comes of itself, by period"
    rows = [Estimate(r.label, r.value, r.low, r.high, first=True) for r in reading.rates]
    drawn = intervals(rows, "days with one per year, follow-ons left out", 0.0, signed=False)
    cells = [(r.label, r.value, r.low, r.high) for r in reading.rates]
    head = ("Period", "Per year", "90% low", "90% high")
    table = tables.table(title, head, cells, (False, True, True, True))
    return _figure(
        drawn, f"Rates of {len(rows)} periods.", _undrawn(name, title, INTERVAL_KEY, table)
    )


def _law(reading: LawReading) -> EstimateView:
    return EstimateView(
        label=reading.label,
        answer=reading.answer,
        facts=tuple(_law_facts(reading)),
        figure=_law_figure(reading) if reading.rows else None,
        compare="",
        checks=tuple(map(check_view, reading.checks)),
        caveats=reading.caveats,
        citations=reading.citations,
        problem=reading.problem,
    )


def _law_facts(reading: LawReading) -> list[Fact]:
    first = next((row for row in reading.rows if row.primary), None)
    if first is None:
        return []
    note = f"90% interval {number(first.low, 1, sign=True)} to {number(first.high, 1, sign=True)}%"
    facts = [Fact("Cooperation of the two", f"{number(first.effect, 1, sign=True)}%", note)]
    facts.append(Fact("States", number(reading.states), f"{reading.pairs:,} pairs, {reading.span}"))
    if first.p is not None:
        facts.append(Fact("Chance", p_text(first.p), "share of reshuffled worlds with as much"))
    return facts


def _law_figure(reading: LawReading) -> FigureView:
    name, title = f"law-{slug(reading.id)}", f"All {reading.tested} ways to ask, and the own case"
    shown = [*reading.rows, *([reading.case] if reading.case else [])]
    rows = [Estimate(r.label, r.effect, r.low, r.high, first=r.primary) for r in shown]
    drawn = intervals(rows, "change of the pair's cooperation, %", 0.0, "%")
    view = _undrawn(name, title, INTERVAL_KEY, _law_table(shown, title))
    return _figure(drawn, reading.answer, view)


def _law_table(shown: list[LawRow], title: str) -> TableView:
    cells = [
        (
            r.label, r.effect, r.low, r.high,
            Cell(p_text(r.p)), Cell(p_text(r.p_adjusted)), r.cases,
        )
        for r in shown
    ]  # fmt: skip
    head = ("Specification", "Effect, %", "90% low", "90% high", "p", "p, corrected", "Cases")
    return tables.table(title, head, cells, [False] + [True] * 6)


def _undrawn(name: str, title: str, key: tuple[KeyItem, ...], table: TableView) -> FigureView:
    return FigureView(name, title, Markup(), Markup(), key, table)


def _figure(drawn: Spec, says: str, view: FigureView) -> FigureView:
    return replace(view, svg=draw(drawn, view.id, view.title, says))
