"""For a reader who has one minute: why an answer is what it is, how sure, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detente.answers import Answer, Fact, Scale, Verdict
from detente.asks.claims.headline import ELSEWHERE, STRENGTHS, opening, unseen
from detente.asks.claims.rulers import agreement
from detente.asks.claims.rules import (
    LIKELY,
    P_LEAN,
    P_STRONG,
    PROBABLE,
    SHARE_LEAN,
    SHARE_STRONG,
    side,
)
from detente.rounding import percent_text, plural
from detente.study.models import About

SHORTFALL = "A source falls short"
STRONG = {Verdict.SUPPORTED, Verdict.CONTRADICTED}
UNREAD = 2
"""Sources named that could not be read."""


def brief(about: About, answers: Sequence[Answer]) -> tuple[Fact, ...]:
    """Why the answer to a study's question is what it is, how sure it is, what would change it.

    Args:
        about: The study, with the id of the claim that answers its question.
        answers: The answers to all claims.

    Returns:
        Facts "why", "sure" and "change", without those of which there is nothing to say; where the
        claim is not among these, which claim it is.
    """
    answer = opening(about, answers)
    if answer is None:
        return (Fact("why", "Why", ELSEWHERE.format(about.headline_claim), Scale.TEXT),)
    said = {
        "why": ("Why", _why(answer)),
        "sure": ("How sure", " ".join(_sure(answer))),
        "change": ("What would change it", " ".join(_change(answer))),
    }
    return tuple(
        Fact(name, label, text, Scale.TEXT) for name, (label, text) in said.items() if text
    )


def _decided(answer: Answer) -> bool:
    return answer.verdict not in {None, Verdict.INSUFFICIENT_DATA, Verdict.NOT_TESTABLE}


def _why(answer: Answer) -> str:
    return answer.text if _decided(answer) else answer.reason or answer.text


def _sure(answer: Answer) -> Iterator[str]:
    yield f"Strength of the evidence: {STRENGTHS[answer.verdict or Verdict.INSUFFICIENT_DATA]}."
    if _decided(answer) and answer.reason:
        yield answer.reason
    if agreed := agreement(answer.parts):
        yield agreed
    checks = [check for check in answer.checks if check.name != SHORTFALL]
    judged = [check.passed for check in checks if check.passed is not None]
    if judged:
        yield f"{judged.count(True)} of {plural(len(judged), 'checks')} passed."


def _change(answer: Answer) -> Iterator[str]:
    if answer.needs:
        yield f"Data: {'; '.join(need.rstrip('.') for need in answer.needs)}."
    if seen := unseen(answer):
        yield seen
    if answer.verdict is not None and side(answer.verdict) is not None:
        yield _takes(answer.verdict, by_chance=answer.fact("p") is not None)
    unread = [check.text for check in answer.checks if check.name == SHORTFALL]
    if unread and not answer.needs:
        yield f"Not read: {' '.join(unread[:UNREAD])}"


def _takes(verdict: Verdict, *, by_chance: bool) -> str:
    """What the rules would take for another verdict."""
    lean = not side(verdict)
    p, share, odds = (P_LEAN, SHARE_LEAN, LIKELY) if lean else (P_STRONG, SHARE_STRONG, PROBABLE)
    corrected = "" if lean else ", corrected for all claims tested together,"
    if verdict in STRONG:
        word, chance, probability = (
            "in doubt",
            f"more than {percent_text(p)}",
            f"fell below {percent_text(odds)}",
        )
        ways = f"or fewer than {percent_text(share)} of the ways to measure it agreed"
    else:
        word, probability = "lean one way" if lean else "firm", f"came to {percent_text(odds)}"
        chance, ways = (
            f"fewer than {percent_text(p)}",
            f"and {percent_text(share)} of the ways to measure it agreed",
        )
    would = f"It would {word}" if lean else f"It would be {word}"
    if not by_chance:
        return f"{would} if its probability {probability}."
    return f"{would} if chance{corrected} did as much in {chance} of cases {ways}."
