"""Test every claim of a study by its kind, then correct its family.

All claims of a study that have a p-value are one family, unless the study divides them: twelve
claims that stood alone would make a false one `supported` in a quarter of studies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from detente.answers import Answer, Fact, Scale, Section
from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.rules import Evidence, judge
from detente.asks.errands import Errand, errand_of
from detente.asks.frame import Pending
from detente.errors import UsageError
from detente.estimators.multiple import holm
from detente.study.data import StudyData
from detente.study.kinds import kind_of
from detente.study.models import Study
from detente.study.names import did_you_mean

MIN_FAMILY = 2
Narrate = Callable[[str], None]

TITLE = "Claim by claim"
INTRO = (
    "In the order of the text. Each card unfolds to how we know: the placebo tests, every other "
    "defensible way to run the test, the checks, and the cases."
)

SOME = (
    "Here are {} of the {} claims of the study; their p-values are corrected with those of their "
    "whole family."
)


def answer_claims(data: StudyData, narrate: Narrate = lambda _: None) -> tuple[Answer, ...]:
    """Test all claims of a study and correct the p-values of each family.

    Args:
        data: The study's data as of a date.
        narrate: Told the title of each claim before it is tested; not of what is remembered.

    Returns:
        One answer per claim, in the study's order.
    """
    return corrected(tested(data, narrate))


def tested(
    data: StudyData,
    narrate: Narrate = lambda _: None,
    claims: Sequence[ClaimBase] | None = None,
) -> tuple[Pending, ...]:
    """Claims of a study, by default all, each by itself; see `answer_claims`."""
    chosen = data.study.asks("claims") if claims is None else claims
    return tuple(errand_of(claim).answer(data, narrate) for claim in chosen)


def errands(study: Study, only: Collection[str] = ()) -> list[Errand]:
    """The errands of `claims_section`."""
    return [errand_of(claim) for claim in _together(study, only)]


def _together(study: Study, only: Collection[str]) -> list[ClaimBase]:
    """All claims, or those of the families of some."""
    claims = study.asks("claims")
    together = {claim.family for claim in claims if not only or claim.id in only}
    return [claim for claim in claims if claim.family in together]


def answer_claim(claim: ClaimBase, data: StudyData) -> Answer:
    """Test one claim, as if it stood alone: without correction for a family."""
    return corrected([kind_of(claim).answer(claim, data)])[0]


def claims_section(
    data: StudyData,
    narrate: Narrate = lambda _: None,
    *,
    only: Collection[str] = (),
) -> Section:
    """The claims of a study with their answers; see `answer_claims`.

    Args:
        data: The study's data as of a date.
        narrate: Told the title of each claim before it is tested.
        only: Ids of the claims that are shown; all if empty. The others of their families are
            tested too, because a verdict does not depend on what else is looked at.
    """
    claims = data.study.asks("claims")
    pending = tested(data, narrate, _together(data.study, only))
    answers = tuple(answer for answer in corrected(pending) if not only or answer.id in only)
    beside = SOME.format(len(answers), len(claims)) if only else families_text(pending)
    return Section("claims", TITLE, answers, intro=f"{INTRO} {beside}".strip(), short="Claims")


def check_claims(study: Study, only: Sequence[str]) -> None:
    """Refuse ids that no claim of a study has.

    Raises:
        UsageError: There is one; similar ids are suggested.

    Example:
        >>> from detente.study.load import load
        >>> check_claims(load("korea").study, ["thaad-and-china"])
    """
    ids = [claim.id for claim in study.asks("claims")]
    for name in only:
        if name not in ids:
            raise UsageError(
                f"There is no claim “{name}”.",
                f"The study {study.study.name} claims: {', '.join(ids)}.{did_you_mean(name, ids)}",
                "Give one of these with --only, or none for all.",
            )


def families_text(pending: Sequence[Pending]) -> str:
    """Which claims are corrected together, in a sentence; empty where nothing is corrected."""
    sizes = {name: len(members) for name, members in families(pending).items()}
    total = sum(sizes.values())
    if total < MIN_FAMILY:
        return ""
    if len(sizes) == 1:
        return (
            f"The {total} claims that are tested against chance are one family: their p-values "
            "are corrected together (Holm 1979)."
        )
    listed = ", ".join(
        f"{name or 'all others'} ({size} claim{'s' if size > 1 else ''})"
        for name, size in sorted(sizes.items(), key=lambda item: item[0] == "")
    )
    return (
        f"The study divides the {total} claims that are tested against chance in {len(sizes)} "
        f"families: {listed}. The p-values of a family are corrected together (Holm 1979)."
    )


def families(pending: Sequence[Pending]) -> dict[str, list[int]]:
    """The places of the claims that are corrected together, by the family's name.

    Claims for which the study names no family are one. Claims without a p-value, or with too few
    cases, take no part in the correction.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(pending):
        if item.evidence is not None and item.evidence.cases >= item.evidence.minimum:
            places[item.family].append(index)
    return dict(places)


def corrected(pending: Sequence[Pending]) -> tuple[Answer, ...]:
    """Correct the p-values within each of the `families` and let the rules speak."""
    answers = [item.answer for item in pending]
    for index, item in enumerate(pending):
        if item.evidence is not None and item.evidence.cases < item.evidence.minimum:
            answers[index] = _judged(item.answer, item.evidence, (1.0, 1.0), 1)
    for members in families(pending).values():
        weighed = [weight for index in members if (weight := pending[index].evidence) is not None]
        adjusted = holm([weight.p_placebo for weight in weighed])
        most = holm([weight.most for weight in weighed])
        for index, weight, *p in zip(members, weighed, adjusted, most, strict=True):
            answers[index] = _judged(answers[index], weight, (p[0], p[1]), len(members))
    return tuple(answers)


def _judged(answer: Answer, evidence: Evidence, adjusted: tuple[float, float], size: int) -> Answer:
    """The answer with its verdict, by its corrected p-value and the largest that it may be."""
    verdict, reason = judge(evidence, *adjusted)
    p_adjusted = adjusted[0]
    facts = list(answer.facts)
    if size > 1 or p_adjusted != evidence.p_placebo:
        place = 1 + next((i for i, fact in enumerate(facts) if fact.name == "p"), len(facts) - 1)
        note = f"for the {size} claims tested together"
        fact = Fact("p_adjusted", "p, corrected", p_adjusted, Scale.P_VALUE, note=note)
        facts.insert(place, fact)
    return replace(answer, verdict=verdict, reason=reason, facts=tuple(facts))
