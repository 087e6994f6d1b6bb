"""What if: the futures with and without what a scenario supposes, as a section of the page."""

from __future__ import annotations

from markupsafe import Markup

from detente.asks.scenarios.result import PredictiveChecks, ScenarioResult, WhatIf
from detente.report import tables
from detente.report.marks.whatif import futures
from detente.report.svg import draw
from detente.report.tables import check_view
from detente.report.views import (
    Cell,
    FigureView,
    KeyItem,
    ScenarioView,
    TableView,
    WhatIfView,
)
from detente.report.words import day_text, number, slug


def what_if_view(found: WhatIf) -> WhatIfView | None:
    """The section as data, or None where the study has no scenario."""
    if not found:
        return None
    return WhatIfView(
        scenarios=tuple(map(_scenario, found.scenarios)),
        model=found.model,
        predictive=_predictive(found.predictive) if found.predictive.rows else None,
        checks=tuple(map(check_view, found.predictive.checks)),
    )


def _scenario(one: ScenarioResult) -> ScenarioView:
    return ScenarioView(
        label=one.label,
        statement=one.statement,
        answer=one.answer,
        figure=_futures(one) if one.fans else None,
        outcomes=_outcomes(one) if one.outcomes else None,
        drivers=_drivers(one) if one.drivers else None,
        timeline=_timeline(one) if one.timeline else None,
        quiet=_quiet(one),
        checks=tuple(map(check_view, one.checks)),
        caveats=(*one.caveats, *_notes(one)),
        problem=one.problem,
    )


def _notes(one: ScenarioResult) -> list[str]:
    """What a reader must know of single measures; what holds for several is said once."""
    about: dict[str, list[str]] = {}
    for fan in one.fans:
        if fan.note:
            about.setdefault(fan.note, []).append(fan.label)
    return [
        f"On {' and on '.join(labels)}: {note[:1].lower()}{note[1:]}"
        for note, labels in about.items()
    ]


def _futures(one: ScenarioResult) -> FigureView:
    name = f"scenario-{slug(one.id)}"
    title = f"{one.paths:,} futures each, {day_text(str(one.first))} to {day_text(str(one.last))}"
    key = (
        KeyItem("line", _arm("with", one.with_label)),
        KeyItem("band", "half and four in five of those futures"),
        KeyItem("dash-ink", _arm("without", one.without_label)),
        KeyItem("dots-ink", "four in five of those futures lie between"),
        KeyItem("bands", "difference: 50, 80 and 95% by what the parameters allow"),
    )
    return FigureView(
        name, title, draw(futures(one), name, title, one.answer), Markup(), key, _fans(one)
    )


def _arm(word: str, label: str) -> str:
    return label if label.startswith(word) else f"{word}: {label}"


def _fans(one: ScenarioResult) -> TableView:
    rows = [
        (
            fan.label,
            Cell(day_text(str(day)), str(day)),
            *(float(arm.middle[i]) for arm in (fan.without, fan.with_)),
            float(fan.difference.middle[i]),
            *(float(end) for end in fan.difference.bands[0.95][:, i]),
        )
        for fan in one.fans
        for i, day in enumerate(fan.until)
    ]
    head = ("Measure", "Until", "Without", "With", "Mean difference", "95% low", "95% high")
    return tables.table("Medians of the futures", head, rows, [False, False, *[True] * 5])


def _outcomes(one: ScenarioResult) -> TableView:
    rows = [
        (
            row.label,
            *(Cell(f"{number(100 * v, 0)}%", f"{v:.9g}") for v in (row.without, row.with_)),
            Cell(number(100 * row.difference, 0, sign=True), f"{row.difference:.9g}"),
            Cell(
                f"{number(100 * row.low, 0, sign=True)} to {number(100 * row.high, 0, sign=True)}"
            ),
            Cell("yes" if row.clear else "no"),
        )
        for row in one.outcomes
    ]
    head = ("In the futures", "Without", "With", "Points", "90% interval", "Clear")
    caption = f"Share of {one.paths:,} futures. {one.chance}"
    return tables.table(caption, head, rows, (False, True, True, True, True, False))


def _drivers(one: ScenarioResult) -> TableView:
    rows = [
        (
            row.effect,
            Cell(f"{number(row.value, 2)} {row.unit}", f"{row.value:.9g}"),
            Cell(f"{number(row.low, 2)} to {number(row.high, 2)}"),
            Cell("yes" if row.seen else "no"),
            Cell(f"{row.cases} {row.case}"),
        )
        for row in one.drivers
    ]
    head = ("What drives it", "Estimate", "90% interval", "Told from chance", "Cases behind it")
    return tables.table("Fitted effects", head, rows, (False, True, True, False, False))


def _timeline(one: ScenarioResult) -> TableView:
    rows = [
        (
            Cell(day_text(str(step.day)), str(step.day)),
            step.text + (" (supposed)" if step.supposed else ""),
        )
        for step in one.timeline
    ]
    caption = "One future of the many, told by date; it did not happen"
    return tables.table(caption, ("Day", "What happens"), rows, (False, False))


def _quiet(one: ScenarioResult) -> str:
    """What is said where the future that was chosen holds nothing; else nothing."""
    if one.timeline or not one.fans:
        return ""
    return (
        f"The future with the median number of {one.fans[0].label} holds no event of those "
        f"simulated up to {day_text(str(one.last))}."
    )


def _predictive(found: PredictiveChecks) -> TableView:
    rows = [(r.feature, r.series, r.seen, r.low, r.high, r.tail) for r in found.rows]
    head = ("Feature", "Series", "In the data", "95% low", "95% high", "As far out")
    caption = f"Features that were not fitted, in {found.histories:,} simulated histories"
    return tables.table(caption, head, rows, (False, False, True, True, True, True))
