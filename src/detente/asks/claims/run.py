"""Test every claim of a study by its kind, then correct each family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from detente.answers import Answer, Fact, Scale, Section
from detente.asks.claims.claim import ClaimBase
from detente.asks.claims.rules import Evidence, judge
from detente.asks.frame import Pending
from detente.asks.options import Options
from detente.estimators.multiple import holm
from detente.study.data import StudyData
from detente.study.kinds import kind_of

Narrate = Callable[[str], None]

TITLE = "Claim by claim"
INTRO = (
    "In the order of the text. Each card unfolds to how we know: the placebo tests, every other "
    "defensible way to run the test, the checks, and the cases. Terms are explained under “Words "
    "used here”."
)


def answer_claims(
    data: StudyData, options: Options, narrate: Narrate = lambda _: None
) -> tuple[Answer, ...]:
    """Test all claims of a study and correct each family's p-values.

    Args:
        data: The study's data as of a date.
        options: Number of draws and the seed.
        narrate: Told the title of each claim before it is tested.

    Returns:
        One answer per claim, in the study's order.
    """
    pending = []
    for claim in data.study.asks("claims"):
        narrate(claim.title)
        pending.append(kind_of(claim).answer(claim, data, options))
    return corrected(pending)


def answer_claim(claim: ClaimBase, data: StudyData, options: Options) -> Answer:
    """Test one claim, as if it stood alone: without correction for a family."""
    return corrected([kind_of(claim).answer(claim, data, options)])[0]


def claims_section(data: StudyData, options: Options, narrate: Narrate = lambda _: None) -> Section:
    """The claims of a study with their answers; see `answer_claims`."""
    answers = answer_claims(data, options, narrate)
    return Section("claims", TITLE, answers, intro=INTRO, short="Claims")


def corrected(pending: Sequence[Pending]) -> tuple[Answer, ...]:
    """Correct the p-values within each family and let the rules speak.

    Claims without a family stand alone. Claims without a p-value, or with too few cases, take no
    part in the correction.
    """
    families: dict[str, list[int]] = defaultdict(list)
    answers = [item.answer for item in pending]
    for index, item in enumerate(pending):
        if item.evidence is None:
            continue
        if item.evidence.cases < item.evidence.minimum:
            answers[index] = _judged(item.answer, item.evidence, 1.0, 1)
        else:
            families[item.family or f"#{index}"].append(index)
    for members in families.values():
        weighed = [weight for index in members if (weight := pending[index].evidence) is not None]
        adjusted = holm([weight.p_placebo for weight in weighed])
        for index, weight, p in zip(members, weighed, adjusted, strict=True):
            answers[index] = _judged(answers[index], weight, p, len(members))
    return tuple(answers)


def _judged(answer: Answer, evidence: Evidence, p_adjusted: float, size: int) -> Answer:
    verdict, reason = judge(evidence, p_adjusted)
    facts = list(answer.facts)
    if size > 1 or p_adjusted != evidence.p_placebo:
        place = 1 + next((i for i, fact in enumerate(facts) if fact.name == "p"), len(facts) - 1)
        note = f"for the {size} claims tested together"
        fact = Fact("p_adjusted", "p, corrected", p_adjusted, Scale.P_VALUE, note=note)
        facts.insert(place, fact)
    return replace(answer, verdict=verdict, reason=reason, facts=tuple(facts))
