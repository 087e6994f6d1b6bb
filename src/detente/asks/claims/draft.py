"""A finding on its way: complete but for what needs the other claims of its family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from detente.asks.claims.finding import Finding, Verdict
from detente.asks.claims.rules import Evidence, judge
from detente.estimators.checks import Check
from detente.estimators.multiple import holm
from detente.study.models import ClaimBase


@dataclass(frozen=True)
class Draft:
    """A finding whose verdict may still wait for the correction of its family's p-values.

    Attributes:
        finding: Everything that the claim alone decides.
        evidence: What the rules look at; None where the finding's verdict already stands.
    """

    finding: Finding
    evidence: Evidence | None = None


def blank(claim: ClaimBase, kind: str) -> Finding:
    """A finding that repeats the claim and has no answer yet."""
    return Finding(
        id=claim.id,
        kind=kind,
        title=claim.title,
        statement=claim.statement,
        passage=claim.passage,
        verdict=Verdict.NO_CLEAR_EFFECT,
        reason="",
        answer="",
        family=claim.family,
        caveats=tuple(claim.caveats),
    )


def insufficient(claim: ClaimBase, kind: str, why: str, found: Sequence[str] = ()) -> Draft:
    """The finding for a claim that the data at hand cannot decide.

    Args:
        claim: The claim.
        kind: Its kind.
        why: One sentence.
        found: What each source lacks, one sentence each; shown among the checks.
    """
    finding = replace(
        blank(claim, kind),
        verdict=Verdict.INSUFFICIENT_DATA,
        reason=why,
        answer="The data at hand cannot decide this claim.",
        needs=tuple(claim.needs),
        checks=shortfalls(found),
    )
    return Draft(finding)


def shortfalls(found: Sequence[str]) -> tuple[Check, ...]:
    """Sources that the claim names and that could not read it, one check each."""
    return tuple(Check("A source falls short", False, text) for text in dict.fromkeys(found))


def finish(drafts: Sequence[Draft]) -> tuple[Finding, ...]:
    """Correct the p-values within each family and let the rules speak.

    Claims without a family stand alone. Claims without a p-value take no part in the correction.
    """
    families: dict[str, list[int]] = defaultdict(list)
    for index, draft in enumerate(drafts):
        if draft.evidence is not None and draft.evidence.cases >= draft.evidence.minimum:
            families[draft.finding.family or f"#{index}"].append(index)
    done = [draft.finding for draft in drafts]
    for members in families.values():
        adjusted = holm([_p(drafts[index]) for index in members])
        for index, p_adjusted in zip(members, adjusted, strict=True):
            done[index] = _judged(drafts[index], p_adjusted, len(members))
    for index, draft in enumerate(drafts):
        if draft.evidence is not None and draft.evidence.cases < draft.evidence.minimum:
            done[index] = _judged(draft, 1.0, 1)
    return tuple(done)


def _p(draft: Draft) -> float:
    return 1.0 if draft.evidence is None else draft.evidence.p_placebo


def _judged(draft: Draft, p_adjusted: float, family_size: int) -> Finding:
    if draft.evidence is None:
        return draft.finding
    verdict, reason = judge(draft.evidence, p_adjusted)
    return replace(
        draft.finding,
        verdict=verdict,
        reason=reason,
        p_adjusted=p_adjusted,
        family_size=family_size,
    )
