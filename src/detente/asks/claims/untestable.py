"""Sentences that no event data could decide, said plainly."""

from __future__ import annotations

from dataclasses import replace

from detente.asks.claims.draft import Draft, blank
from detente.asks.claims.finding import Verdict
from detente.study.models import UntestableClaim


def not_testable(claim: UntestableClaim) -> Draft:
    """The finding for a sentence that cannot be tested, with why and what would be needed."""
    finding = replace(
        blank(claim, "untestable"),
        verdict=Verdict.NOT_TESTABLE,
        reason=claim.why,
        answer="No event data could decide this sentence.",
        needs=tuple(claim.needs),
    )
    return Draft(finding)
