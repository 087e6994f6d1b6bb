"""The answer to a study's question in one sentence, with its strength."""

from __future__ import annotations

from collections.abc import Sequence

from detente.answers import Answer, Fact, Scale, Verdict
from detente.asks.claims.rules import side
from detente.rounding import lower_first, plural, tell, tell_all
from detente.study.models import About

OPENINGS = {
    Verdict.SUPPORTED: "Yes, as far as event data can tell",
    Verdict.LEANS_SUPPORTED: "Perhaps; the evidence leans that way",
    Verdict.NO_CLEAR_EFFECT: "Not that the evidence shows",
    Verdict.LEANS_AGAINST: "Rather not; the evidence leans the other way",
    Verdict.CONTRADICTED: "No; the evidence points the other way",
    Verdict.CAME_TRUE: "It came true",
    Verdict.DID_NOT_COME_TRUE: "It did not come true",
    Verdict.OPEN: "That is still open",
    Verdict.INSUFFICIENT_DATA: "The data at hand cannot say",
    Verdict.NOT_TESTABLE: "No event data could say",
}

STRENGTHS = {
    Verdict.SUPPORTED: "strong",
    Verdict.LEANS_SUPPORTED: "weak",
    Verdict.NO_CLEAR_EFFECT: "none either way",
    Verdict.LEANS_AGAINST: "weak",
    Verdict.CONTRADICTED: "strong",
    Verdict.CAME_TRUE: "one outcome, which tests no probability",
    Verdict.DID_NOT_COME_TRUE: "one outcome, which tests no probability",
    Verdict.OPEN: "none yet",
    Verdict.INSUFFICIENT_DATA: "cannot be said",
    Verdict.NOT_TESTABLE: "cannot be said",
}

NOT_ASKED = "The claim that answers this question was not asked for"
ELSEWHERE = "It is the claim “{}”, which is not among these."


def headline(about: About, answers: Sequence[Answer]) -> tuple[str, str]:
    """The sentence that opens a report, and how strong the evidence for it is.

    Args:
        about: The study, with the id of the claim that answers its question.
        answers: The answers to all claims.

    Returns:
        Sentence, and strength with the rulers that it was read by.
    """
    answer = opening(about, answers)
    if answer is None:
        return NOT_ASKED, ELSEWHERE.format(about.headline_claim)
    verdict = answer.verdict or Verdict.INSUFFICIENT_DATA
    strength = f"Strength of the evidence: {STRENGTHS[verdict]}. {answer.text}"
    said = [strength, answer.reason, unseen(answer), _rulers(answer)]
    return f"{OPENINGS[verdict]}{_measure(answer)}.", " ".join(filter(None, said))


def opening(about: About, answers: Sequence[Answer]) -> Answer | None:
    """The claim that answers a study's question; None where it is not among these."""
    return next((item for item in answers if item.id == about.headline_claim), None)


def _rulers(answer: Answer) -> str:
    """By which rulers the question was read, and what each says."""
    if not answer.parts:
        return answer.notes.get("sources", "")
    alone = f"It is read by {answer.parts[0].label}, {answer.parts[0].statement}."
    return " ".join(filter(None, [answer.notes.get("sources") or alone, answer.notes.get("after")]))


def _measure(answer: Answer) -> str:
    """The effect in a few words, where there is one."""
    effect, cases = answer.fact("effect"), answer.fact("cases")
    if effect is None or effect.low is None or effect.high is None or cases is None:
        return ""
    value, low, high = tell_all([_value(effect), effect.low, effect.high], effect.scale)
    ruler = _ruler(answer.parts)
    if effect.scale is Scale.PERCENT:
        when = "after" if cases.unit == "episodes" else "over"
        return f": a change of {value} {when} {plural(int(_value(cases)), cases.unit)}{ruler}"
    low = low.removesuffix("×").removesuffix("%")
    return f": {lower_first(effect.label)} {value} ({low} to {high}){ruler}"


def _ruler(parts: Sequence[Answer]) -> str:
    """By which ruler an effect was measured, and whether it stands alone with what it sees."""
    sides = [side(part.verdict) for part in parts if part.verdict is not None]
    if len(sides) < 2:
        return ""
    by, others = f", by {parts[0].label}", set(sides[1:])
    if sides[0] == 0 or sides[0] in others:
        return by
    if others == {0}:
        return f"{by}; nothing clear by {plural(len(sides) - 1, 'other rulers')}"
    return f"{by} alone of {len(sides)} rulers"


def _value(fact: Fact) -> float:
    return float(fact.value) if isinstance(fact.value, int | float) else float("nan")


def unseen(answer: Answer) -> str:
    """What `no clear effect` is worth."""
    if answer.verdict is not Verdict.NO_CLEAR_EFFECT:
        return ""
    fact = answer.fact("visible")
    if fact is None:
        return answer.notes.get("visible", "")
    value = _value(fact)
    size = tell(abs(value), fact.scale).removesuffix("×").removeprefix("+")
    if fact.scale in {Scale.PERCENT, Scale.POINTS}:
        return f"A change smaller than {size} would mostly have gone unseen."
    if fact.scale is Scale.RATIO:
        side = "below" if value > 1 else "above"
        return f"A ratio {side} {size} would mostly have gone unseen."
    return ""
