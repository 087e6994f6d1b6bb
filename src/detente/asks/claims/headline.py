"""The answer to a study's question in one sentence, with its strength."""

from __future__ import annotations

from collections.abc import Sequence

from detente.asks.claims.finding import Finding, Verdict
from detente.asks.claims.scales import signed
from detente.study.models import About

OPENINGS = {
    Verdict.SUPPORTED: "Yes, as far as event data can tell",
    Verdict.LEANS_SUPPORTED: "Perhaps; the evidence leans that way",
    Verdict.NO_CLEAR_EFFECT: "Not that the evidence shows",
    Verdict.LEANS_AGAINST: "Rather not; the evidence leans the other way",
    Verdict.CONTRADICTED: "No; the evidence points the other way",
    Verdict.INSUFFICIENT_DATA: "The data at hand cannot say",
    Verdict.NOT_TESTABLE: "No event data could say",
}

STRENGTHS = {
    Verdict.SUPPORTED: "strong",
    Verdict.LEANS_SUPPORTED: "weak",
    Verdict.NO_CLEAR_EFFECT: "none either way",
    Verdict.LEANS_AGAINST: "weak",
    Verdict.CONTRADICTED: "strong",
    Verdict.INSUFFICIENT_DATA: "cannot be said",
    Verdict.NOT_TESTABLE: "cannot be said",
}


def headline(about: About, findings: Sequence[Finding]) -> tuple[str, str]:
    """The sentence that opens a report, and how strong the evidence for it is.

    Args:
        about: The study, with the id of the claim that answers its question.
        findings: All findings.

    Returns:
        Sentence and strength.
    """
    finding = next(item for item in findings if item.id == about.headline_claim)
    strength = f"Strength of the evidence: {STRENGTHS[finding.verdict]}. {finding.answer}"
    return f"{OPENINGS[finding.verdict]}{_measure(finding)}.", " ".join(
        [strength, finding.reason, _unseen(finding)]
    ).strip()


def _measure(finding: Finding) -> str:
    """The effect in a few words, where there is one."""
    if finding.effect is None or finding.interval is None:
        return ""
    if finding.unit.startswith("%"):
        change = signed(finding.effect, "percent")
        return f": a change of {change} after {finding.cases} {finding.case_word}"
    texts = [f"{value:.2f}" for value in _numbers(finding)]
    return f": {finding.unit} {texts[0]} ({texts[1]} to {texts[2]})"


def _numbers(finding: Finding) -> list[float]:
    if finding.effect is None or finding.interval is None:
        return []
    return [finding.effect, finding.interval.low, finding.interval.high]


def _unseen(finding: Finding) -> str:
    """What `no clear effect` is worth."""
    if finding.verdict is not Verdict.NO_CLEAR_EFFECT:
        return ""
    if finding.smallest_visible is None:
        return finding.visible_note
    if finding.unit.startswith("%"):
        return (
            f"A change smaller than {finding.smallest_visible:.0f}% would mostly have gone unseen."
        )
    if finding.unit == "rate ratio":
        side = "below" if finding.smallest_visible > 1 else "above"
        size = f"{finding.smallest_visible:.2g}"
        return f"A ratio {side} {size} would mostly have gone unseen."
    return ""
