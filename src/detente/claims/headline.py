"""The answer to a study's question in one sentence, with its strength."""

from __future__ import annotations

from collections.abc import Sequence

from detente.claims.finding import Finding, Verdict
from detente.studies.models import About

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
    sentence = f"{OPENINGS[finding.verdict]}: {finding.answer[0].lower()}{finding.answer[1:]}"
    strength = f"Strength of the evidence: {STRENGTHS[finding.verdict]}. {finding.reason}"
    return sentence, strength
