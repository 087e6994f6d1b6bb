"""Test every claim of a study by the estimator of its kind, then correct each family."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from detente.asks.claims.contrast import assess_contrast
from detente.asks.claims.draft import Draft, finish
from detente.asks.claims.extreme import assess_extreme
from detente.asks.claims.finding import Finding
from detente.asks.claims.groups import assess_groups
from detente.asks.claims.occurrence import assess_occurrence
from detente.asks.claims.response import assess_response
from detente.asks.claims.shift import assess_shift
from detente.asks.claims.untestable import not_testable
from detente.asks.options import Options
from detente.study.data import StudyData
from detente.study.models import (
    ClaimBase,
    ContrastClaim,
    ExtremeClaim,
    GroupClaim,
    OccurrenceClaim,
    ResponseClaim,
    ShiftClaim,
    UntestableClaim,
)

Narrate = Callable[[str], None]


@singledispatch
def assess_claim(claim: ClaimBase, data: StudyData, options: Options) -> Draft:
    """Test one claim by the estimator of its kind.

    Args:
        claim: The claim.
        data: The study's data as of a date.
        options: Number of draws and the seed.

    Returns:
        A draft, whose verdict may wait for the correction within its family.
    """
    raise NotImplementedError(f"no estimator for {type(claim).__name__}")


assess_claim.register(ResponseClaim, assess_response)
assess_claim.register(ContrastClaim, assess_contrast)
assess_claim.register(GroupClaim, assess_groups)
assess_claim.register(ExtremeClaim, assess_extreme)
assess_claim.register(ShiftClaim, assess_shift)
assess_claim.register(OccurrenceClaim, assess_occurrence)


@assess_claim.register
def _(claim: UntestableClaim, data: StudyData, options: Options) -> Draft:
    return not_testable(claim)


def assess_claims(
    data: StudyData, options: Options, narrate: Narrate = lambda _: None
) -> tuple[Finding, ...]:
    """Test all claims of a study and correct each family's p-values.

    Args:
        data: The study's data as of a date.
        options: Number of draws and the seed.
        narrate: Told the title of each claim before it is tested.

    Returns:
        One finding per claim, in the study's order.
    """
    drafts = []
    for claim in data.study.claims:
        narrate(claim.title)
        drafts.append(assess_claim(claim, data, options))
    return finish(drafts)
