"""A finding as a card."""

from __future__ import annotations

from detente.asks.claims.finding import Finding, Interval, Reading, Specification, Verdict
from detente.estimators.checks import Check
from detente.report import figures, tables
from detente.report.marks.evidence import varied
from detente.report.views import CardView, CheckView, Fact, ReadingView, VerdictView
from detente.report.words import (
    VERDICT_MEANING,
    chance_text,
    effect_text,
    finite,
    interval_text,
    is_probability,
    measured,
    p_text,
    plural,
    short_effect,
    slug,
    visible_text,
    whole_interval,
)

_SIDE = {
    Verdict.SUPPORTED: 1,
    Verdict.LEANS_SUPPORTED: 1,
    Verdict.NO_CLEAR_EFFECT: 0,
    Verdict.LEANS_AGAINST: -1,
    Verdict.CONTRADICTED: -1,
}


def verdict_view(verdict: Verdict) -> VerdictView:
    """A verdict with its meaning and the name of its glyph."""
    return VerdictView(verdict.value, slug(verdict.value), VERDICT_MEANING[verdict])


def card(finding: Finding, position: int) -> CardView:
    """Everything that the page says about one claim."""
    name = f"claim-{slug(finding.id).removeprefix('claim-')}"
    chart = finding.chart
    evidence = {
        "placebo": figures.of_placebo(finding, f"{name}-placebo"),
        "curve": figures.of_curve(finding, f"{name}-curve"),
    }
    unfolded = (finding.readings, finding.checks, finding.caveats, finding.rows, finding.provenance)
    return CardView(
        number=position,
        anchor=name,
        title=finding.title,
        statement=finding.statement,
        passage=finding.passage,
        verdict=verdict_view(finding.verdict),
        effect=short_effect(finding),
        answer=finding.answer,
        reason=finding.reason,
        visible=visible_text(finding) if finding.verdict is Verdict.NO_CLEAR_EFFECT else "",
        facts=tuple(facts(finding)),
        disagreement=disagreement(finding.readings),
        needs=finding.needs,
        figure=figures.of_chart(chart, finding, f"{name}-chart") if chart else None,
        curve_note=curve_note(finding),
        readings=tuple(_reading(r, finding) for r in finding.readings),
        checks=tuple(map(check_view, finding.checks)),
        caveats=finding.caveats,
        rows=tables.of_rows(finding),
        provenance=tuple(_provenance(finding)),
        citations=finding.provenance.citations if finding.provenance else (),
        opens=any(unfolded) or any(evidence.values()),
        **evidence,
    )


def facts(finding: Finding) -> list[Fact]:
    """The figures of a card: effect, cases, chance."""
    found = []
    if finite(finding.effect) is not None:
        unit = "probability" if is_probability(finding.unit) else finding.unit
        found.append(Fact(f"Effect ({unit})", effect_text(finding), _interval_note(finding)))
    if finding.cases or found:
        count, _, word = plural(finding.cases, finding.case_word).partition(" ")
        found.append(Fact("Cases", count, word))
    if finite(finding.p_placebo) is not None:
        note = chance_text(finding.p_placebo)
        if finite(finding.p_adjusted) is not None and finding.family_size > 1:
            note += (
                f" Corrected for the {finding.family_size} claims tested together: "
                f"p = {p_text(finding.p_adjusted)}."
            )
        found.append(Fact("Chance alone (p)", p_text(finding.p_placebo), note))
    return found


def _interval_note(finding: Finding) -> str:
    said = interval_text(finding)
    if not said or finding.interval is None:
        return "no interval could be computed"
    return f"{100 * finding.interval.level:.0f}% interval: {said}"


def disagreement(readings: tuple[Reading, ...]) -> str:
    """A sentence that says whether the sources that can answer do not agree.

    Example:
        >>> a = Reading("A", "", Verdict.SUPPORTED, "", 1.0, None, 9, 0.01)
        >>> b = Reading("B", "", Verdict.CONTRADICTED, "", -1.0, None, 9, 0.01)
        >>> disagreement((a, b))
        'The sources disagree. A: supported; B: contradicted.'
        >>> disagreement((a, a))
        ''
    """
    answered = [r for r in readings if r.verdict in _SIDE]
    sides = {_SIDE[r.verdict] for r in answered}
    if len(sides) < 2:
        return ""
    names = [r.source for r in answered]
    if len(set(names)) < len(names):
        names = [f"{r.source} ({r.span})" for r in answered]
    said = "; ".join(f"{name}: {r.verdict.value}" for name, r in zip(names, answered, strict=True))
    word = "disagree" if {1, -1} <= sides else "differ"
    return f"The sources {word}. {said}."


def curve_note(finding: Finding) -> str:
    """How many specifications point the claim's way, and what all of them have in common."""
    known = [s for s in finding.specification if finite(s.effect) is not None]
    if not known:
        return ""
    names = varied(finding.specification)
    same = {n: v for s in known for n, v in s.choices.items() if n not in names}
    text = _pointing(known, finding.neutral)
    if same:
        text += " The same in all: " + "; ".join(f"{n}: {v}" for n, v in same.items()) + "."
    return text


def _pointing(known: list[Specification], neutral: float) -> str:
    said = [s.towards for s in known if s.towards is not None]
    if said:
        return f"{sum(said)} of {len(said)} specifications point the way that the claim says."
    above = sum(s.effect > neutral for s in known)
    return f"{above} of {len(known)} specifications give an effect above {neutral:g}."


def _reading(reading: Reading, finding: Finding) -> ReadingView:
    return ReadingView(
        source=reading.source,
        span=reading.span,
        verdict=verdict_view(reading.verdict),
        answer=reading.answer,
        effect=_reading_effect(reading.effect, reading.interval, finding),
        cases=plural(reading.cases, finding.case_word),
        p=p_text(reading.p_placebo) if finite(reading.p_placebo) is not None else "",
    )


def _reading_effect(effect: float | None, interval: Interval | None, finding: Finding) -> str:
    shown = whole_interval(interval)
    spread = shown.high - shown.low if shown else None
    text = measured(effect, finding.unit, spread, finding.neutral)
    return f"{text} ({interval_text(finding, shown)})" if shown else text


def check_view(check: Check) -> CheckView:
    """A check as shown."""
    word = {True: "passed", False: "failed", None: "not made"}[check.passed]
    return CheckView(word, slug(word), check.name, check.text)


def _provenance(finding: Finding) -> list[Fact]:
    source = finding.provenance
    if source is None:
        return []
    found = [
        Fact("Estimator", source.estimator),
        Fact("Compared with", source.null),
        Fact("Sources", "; ".join(source.sources)),
        Fact("Data hash", source.data_hash),
        Fact("Seed", str(source.seed)),
        Fact("Version", source.version),
    ]
    visible = visible_text(finding)
    if visible:
        found.insert(2, Fact("Smallest visible effect", visible))
    return found
