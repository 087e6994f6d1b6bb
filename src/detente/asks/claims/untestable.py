"""Sentences that no event data could decide, said plainly."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from detente.answers import Verdict
from detente.asks.claims.claim import ABOUT, ClaimBase
from detente.asks.frame import Pending, blank
from detente.study.data import StudyData
from detente.study.kinds import register


class UntestableClaim(ClaimBase):
    """A sentence that no event data can decide, and why."""

    kind: Literal["untestable"]
    why: str


def answer(claim: UntestableClaim, data: StudyData) -> Pending:
    """The answer to a sentence that cannot be tested, with why and what would be needed."""
    return Pending(
        replace(
            blank(claim),
            verdict=Verdict.NOT_TESTABLE,
            reason=claim.why,
            text="No event data could decide this sentence.",
            needs=tuple(claim.needs),
        )
    )


register("claims", UntestableClaim, answer, about=ABOUT)
