"""Sentences that no event data could decide, said plainly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from detente.answers import Verdict
from detente.asks.claims.claim import ABOUT, ClaimBase
from detente.asks.frame import Pending, blank
from detente.study.data import StudyData
from detente.study.kinds import register
from detente.study.of_argument.acts import listed
from detente.study.of_argument.blocks import Body, Drafting
from detente.study.of_argument.measured import Setting, states_of
from detente.study.of_parties import spoken

if TYPE_CHECKING:
    from detente.coding.claims import Claim


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


def draft(claim: Claim, setting: Setting) -> Body:
    """The block of a sentence that no event data can decide."""
    unreal = claim.modality == "counterfactual"
    about = "what would have been" if unreal else "a motive, a feeling or a view"
    states = [*states_of(claim.cause), *states_of(claim.effect)]
    names = [spoken(code) for code in dict.fromkeys(states)]
    of = f"what the sentence says of {listed(names)}" if names else "the sentence"
    return Body(f"{of} is about {about}", {"why": claim.why})


register(
    "claims",
    UntestableClaim,
    answer,
    about=ABOUT,
    drafting=Drafting("Not testable", draft, testable=False),
)
