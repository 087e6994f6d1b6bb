"""Run a study: every claim, then the corrections, then everything that its report shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from detente import __version__
from detente.claims.contrast import assess_contrast
from detente.claims.draft import Draft, finish
from detente.claims.extreme import assess_extreme
from detente.claims.finding import Finding
from detente.claims.groups import assess_groups
from detente.claims.headline import headline
from detente.claims.occurrence import assess_occurrence
from detente.claims.options import Options
from detente.claims.overview import data_used, marks, overlap_notes, shown, spans, then_and_now
from detente.claims.response import assess_response
from detente.claims.result import StudyResult
from detente.claims.rules import RULES
from detente.claims.shift import assess_shift
from detente.claims.tension import tension_readings
from detente.claims.untestable import not_testable
from detente.studies.data import StudyData
from detente.studies.models import (
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


def run_study(
    data: StudyData, options: Options | None = None, narrate: Narrate = lambda _: None
) -> StudyResult:
    """Run a study on its data.

    Args:
        data: The study's data as of a date.
        options: Number of draws and the seed; by default the study's own seed.
        narrate: Told what is being done.

    Returns:
        All findings and everything that the report shows.

    Example:
        >>> from detente.studies.data import open_data
        >>> from detente.studies.load import load
        >>> data = open_data(load("korea"))
        >>> result = run_study(data, Options(draws=49, curve_draws=19, level_draws=100))
        >>> result.findings[0].id
        'us-china-cooperation'
    """
    about = data.study.study
    options = options or Options(seed=about.seed)
    findings = assess_claims(data, options, narrate)
    narrate("tension of the system")
    tension = tension_readings(data, options)
    answer, strength = headline(about, findings)
    return StudyResult(
        study=about.name,
        title=about.title,
        question=about.question,
        headline=answer,
        headline_strength=strength,
        about=about.about,
        as_of=data.as_of.isoformat(),
        seed=options.seed,
        version=__version__,
        parties=data.study.codes,
        party_names={party.code: party.name for party in data.study.parties},
        rules=RULES,
        findings=findings,
        tension=tension,
        marks=marks(data),
        spans=spans(data),
        then_and_now=then_and_now(data),
        data=data_used(data),
        missing=tuple(data.study.missing),
        notes=overlap_notes(data),
        cite=about.cite,
        shown=shown(findings, tension),
    )
