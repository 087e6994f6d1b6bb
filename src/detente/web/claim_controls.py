"""What may be changed of the way in which a claim is tested, and what is declared of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.web.page import Choice, Control

if TYPE_CHECKING:
    from detente.study.data import StudyData
    from detente.study.parts import Measure

OF_EVENTS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict",
             "cooperation", "conflict", "goldstein", "net_cooperation")  # fmt: skip
"""Measures of event files that are offered."""

LESS = "less"
"""Of a measure whose higher numbers are less of what a claim is about."""


def controls(claim: Any, data: StudyData, asked: Any) -> tuple[Control, ...]:
    """The form of a claim: a control for each thing that its kind has.

    Args:
        claim: The claim as declared.
        data: The study's data.
        asked: What the request changes.
    """
    offered = [_window(claim, asked), _measure(claim, data, asked), _exposure(claim, asked),
               _origin(data, asked), _as_of(data, asked)]  # fmt: skip
    return tuple(control for control in offered if control is not None)


def measure_named(claim: Any, data: StudyData, name: str) -> Measure | None:
    """The measure that a name stands for, of those that are offered."""
    return offered_measures(claim, data).get(name)


def offered_measures(claim: Any, data: StudyData) -> dict[str, Measure]:
    """All measures by which a claim's relation can be read, those that it declares first.

    Of others nothing says whether higher numbers are more of what the claim is about or less: each
    is offered both ways, as a cooperation read for a conflict would turn the verdict around.
    """
    from detente.study.parts import Measure  # noqa: PLC0415 - slow to import

    declared = list(getattr(claim, "measures", ()))
    if not declared:
        return {}
    others = [
        Measure(dataset=spec.id, name=name) for spec in data.present for name in spec.measures
    ]
    if data.events is not None:
        others += [Measure(name=name) for name in OF_EVENTS]
    ways = {(measure.dataset, measure.name): measure.reverse for measure in declared}
    measures = {_name(measure): measure for measure in declared}
    for measure in others:
        way = ways.get((measure.dataset, measure.name))
        read = {_name(measure): measure.model_copy(update={"reverse": bool(way)})}
        if way is None:
            read[f"{_name(measure)}:{LESS}"] = measure.model_copy(update={"reverse": True})
        new = {name: item for name, item in read.items() if name not in measures}
        if new and _reads(claim, data, measure):
            measures |= new
    return measures


def _name(measure: Measure) -> str:
    """Its name in an address; two that are declared alike but for their period are two choices."""
    exposure = "" if measure.exposure == "auto" else measure.exposure
    parts = (measure.dataset or "events", measure.name, measure.every, exposure)
    return ":".join(part for part in parts if part)


def _reads(claim: Any, data: StudyData, measure: Measure) -> bool:
    """Whether a measure has data of what the claim is about."""
    relation = getattr(claim, "relation", None)
    return relation is not None and bool(data.signals(relation, [measure])[0])


def _window(claim: Any, asked: Any) -> Control | None:
    window = claim.window
    if window is None:
        return None
    declared = str(window.length)
    return Control("window", f"Window, {window.unit}", "number", str(asked.window or declared),
                   declared, least="1", most=str(window.most), step="1")  # fmt: skip


def _measure(claim: Any, data: StudyData, asked: Any) -> Control | None:
    measures = offered_measures(claim, data)
    if not measures:
        return None
    labels = {spec.id: spec.label for spec in data.study.datasets}

    def label(measure: Measure) -> str:
        source = labels.get(measure.dataset or "", "event files")
        lacking = "" if _reads(claim, data, measure) else " (no data here)"
        every = f", by {measure.every}" if measure.every else ""
        divided = "" if measure.exposure == "auto" else f", divided by {measure.exposure}"
        way = f"; higher is {LESS if measure.reverse else 'more'} of what it is about"
        return f"{source}: {measure.name.replace('_', ' ')}{every}{divided}{way}{lacking}"

    choices = tuple(Choice(name, label(measure)) for name, measure in measures.items())
    first = next(iter(measures))
    return Control("measure", "Measure", value=asked.measure or first, declared=first,
                   choices=choices)  # fmt: skip


def _exposure(claim: Any, asked: Any) -> Control | None:
    measures = list(getattr(claim, "measures", ()))
    if not measures:
        return None
    declared = measures[0].exposure
    choices = (
        Choice("auto", "what the data allow"),
        Choice("events", "all events of the origin"),
        Choice("days", "days covered"),
    )
    return Control("exposure", "Counts are divided by", value=asked.exposure or declared,
                   declared=declared, choices=choices)  # fmt: skip


def _origin(data: StudyData, asked: Any) -> Control | None:
    if data.events is None:
        return None
    origins = data.events.by("month").origins
    choices = (Choice("", "all that can be read"), *map(Choice, origins))
    return Control("origin", "Origin of event files", value=asked.origin or "", choices=choices)


def _as_of(data: StudyData, asked: Any) -> Control:
    last = str(data.as_of)
    return Control("as_of", "Known up to", "date", str(asked.as_of or last), last, most=last)
