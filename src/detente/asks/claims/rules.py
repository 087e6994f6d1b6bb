"""The verdict rules: the one place where numbers become words.

Every kind of claim ends here. The rules were fixed before the Korea study was run; a report prints
them as they stand in `RULES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from detente.answers import Verdict
from detente.rounding import as_typed, odds_text, p_bound, p_is, percent_text, plural, share_text

P_STRONG = 0.05
P_LEAN = 0.10
P_SECOND_NULL = 0.10
SHARE_STRONG = 0.80
SHARE_LEAN = 2 / 3
MIN_EPISODES = 5
PROBABLE = 0.95
LIKELY = 0.80

RULES: tuple[tuple[str, str], ...] = (
    (
        "supported / contradicted",
        f"The placebo p-value, corrected for all claims of its family (Holm 1979), is below "
        f"{as_typed(P_STRONG)}; at least {percent_text(SHARE_STRONG)} of the specifications point "
        "the same way, each ruler weighing the same; no single case carries the sign; and a "
        "second look agrees (responses: moving all episodes along the calendar gives p below "
        f"{as_typed(P_SECOND_NULL)}; contrasts and shifts: the 90% interval excludes no "
        "difference; for dated eras that of the ratio beyond a steady drift does as well). For "
        f"levels: a probability of at least {percent_text(PROBABLE)} (at most "
        f"{percent_text(1 - PROBABLE)}), by all data and by those up to its end alike. Where a "
        "p-value comes of random draws, all that it may be (a 99% interval) lies below. The "
        "direction decides which of the two words is used.",
    ),
    (
        "leans supported / leans against",
        f"The uncorrected placebo p-value is below {as_typed(P_LEAN)} and at least two thirds of "
        "the specifications point the same way; for dated eras the ratio beyond a steady drift "
        f"does as well, with p below {as_typed(P_LEAN)}. For levels: a probability of at least "
        f"{percent_text(LIKELY)} (at most {percent_text(1 - LIKELY)}).",
    ),
    (
        "no clear effect",
        "Neither holds, or another ruler by itself says the opposite. This is no proof of no "
        "effect: each card states the smallest effect that "
        "its design would have seen 80% of the time, or why there is none.",
    ),
    (
        "insufficient data",
        f"Fewer than {MIN_EPISODES} cases can be measured, or no source covers the dates. The card "
        "says what to load.",
    ),
    ("not testable", "No event data could decide the sentence. The card says why."),
    (
        "forecasts",
        "A claim that something happens, or does not happen, within a window has words of its own: "
        "came true, did not come true, or open while the window is. They stand beside the odds of "
        "what is claimed, whatever those were, and count neither as supported nor against: one "
        "outcome tests no probability. Whether something made it likelier than usual is not "
        "judged by one window, which was picked because of what followed: if it came, the claim "
        "is not testable as it is put. A contrast judges it over all like causes.",
    ),
)
"""The rules in plain words, as (verdicts, text)."""


@dataclass(frozen=True)
class Evidence:
    """What the rules look at.

    Attributes:
        effect: Signed so that positive is what the claim says.
        p_placebo: Two-sided p-value against placebos.
        cases: Number of cases.
        agreeing: Share of specifications with the sign of `effect`, 0 to 1.
        one_case_carries: Whether leaving out a single case changes the sign.
        second_doubt: What a second look at the same data holds against it; empty if nothing.
        minimum: Cases below which nothing is said.
        bar: What forbids any word, a lean as well; empty if nothing.
        p_most: Upper end of what the p-value may be, where it comes of random draws; else None.
    """

    effect: float
    p_placebo: float
    cases: int
    agreeing: float
    one_case_carries: bool
    second_doubt: str = ""
    minimum: int = MIN_EPISODES
    bar: str = ""
    p_most: float | None = None

    @property
    def most(self) -> float:
        """The largest that the p-value may be."""
        return self.p_placebo if self.p_most is None else self.p_most


def undecided(least: float, most: float, claims: int) -> bool:
    """Whether a word may depend on where between two ends a p-value lies.

    Args:
        least: Lower end.
        most: Upper end.
        claims: How many may be corrected together; the smallest p-value is multiplied by so many.

    Example:
        >>> undecided(0.04, 0.06, 1), undecided(0.02, 0.03, 1), undecided(0.02, 0.03, 2)
        (True, False, True)
    """
    borders = (P_LEAN, *(P_STRONG / count for count in range(1, claims + 1)))
    return any(least < border <= most for border in borders)


def judge(
    evidence: Evidence, p_adjusted: float, most_adjusted: float | None = None
) -> tuple[Verdict, str]:
    """The verdict on an effect and the reason for it.

    Args:
        evidence: What was found.
        p_adjusted: The placebo p-value after correction for the family.
        most_adjusted: The largest that it may be; by default the larger of it and of what the
            p-value may be alone.

    Returns:
        Verdict and one sentence.

    Example:
        >>> judge(Evidence(0.4, 0.001, 12, 1.0, False), 0.004)[0].value
        'supported'
        >>> judge(Evidence(-0.4, 0.001, 12, 1.0, False), 0.004)[0].value
        'contradicted'
        >>> judge(Evidence(0.4, 0.5, 12, 0.6, False), 0.9)[0].value
        'no clear effect'
    """
    if evidence.cases < evidence.minimum:
        measured = plural(evidence.cases, "cases")
        text = f"Only {measured} can be measured; {evidence.minimum} are needed."
        return Verdict.INSUFFICIENT_DATA, text
    if evidence.bar and evidence.p_placebo < P_LEAN:
        return Verdict.NO_CLEAR_EFFECT, f"{evidence.bar[:1].upper()}{evidence.bar[1:]}."
    most = max(p_adjusted, evidence.most if most_adjusted is None else most_adjusted)
    doubts = _doubts(evidence, p_adjusted, most)
    towards = evidence.effect > 0
    if not doubts:
        word = Verdict.SUPPORTED if towards else Verdict.CONTRADICTED
        return word, (
            f"Rarer than chance after correction ({p_is(p_adjusted)}), and "
            f"{share_text(evidence.agreeing)} of the specifications agree."
        )
    if evidence.most < P_LEAN and evidence.agreeing >= SHARE_LEAN:
        word = Verdict.LEANS_SUPPORTED if towards else Verdict.LEANS_AGAINST
        return word, (f"Rare by chance alone ({p_is(evidence.p_placebo)}), but {doubts[0]}.")
    return Verdict.NO_CLEAR_EFFECT, _why_unclear(evidence)


def judge_probability(probability: float) -> tuple[Verdict, str]:
    """The verdict on a claim about a level, from its posterior probability.

    Example:
        >>> judge_probability(0.97)[0].value
        'supported'
        >>> judge_probability(0.01)[0].value
        'contradicted'
    """
    reason = f"The probability that it holds is {odds_text(probability)}."
    if probability >= PROBABLE:
        return Verdict.SUPPORTED, reason
    if probability >= LIKELY:
        return Verdict.LEANS_SUPPORTED, reason
    if 1 - probability >= PROBABLE:
        return Verdict.CONTRADICTED, reason
    if 1 - probability >= LIKELY:
        return Verdict.LEANS_AGAINST, reason
    return Verdict.NO_CLEAR_EFFECT, reason


def judge_level(probabilities: Sequence[float]) -> tuple[Verdict, str]:
    """The verdict on a claim about a level, from its probability by each source.

    The first source decides; none does where another says the opposite.

    Args:
        probabilities: By source, in order of preference.

    Example:
        >>> judge_level([0.97, 0.5])[0].value, judge_level([0.97, 0.1])[0].value
        ('supported', 'no clear effect')
    """
    verdict, reason = judge_probability(probabilities[0])
    others = {side(judge_probability(other)[0]) for other in probabilities[1:]}
    if -(side(verdict) or 0) in others - {0, None}:
        return Verdict.NO_CLEAR_EFFECT, (
            f"{reason} Another source says the opposite, so no verdict is given."
        )
    return verdict, reason


def judge_both(
    later: tuple[Verdict, str], then: tuple[Verdict, str], probability_then: float
) -> tuple[Verdict, str]:
    """The weaker of two verdicts on a level; none that only one of them gives.

    Args:
        later: Verdict and reason by all data.
        then: The same by the data up to the claimed time only.
        probability_then: The probability behind `then`.

    Example:
        >>> strong, lean = judge_probability(0.97), judge_probability(0.85)
        >>> judge_both(strong, lean, 0.85)[0].value, judge_both(lean, lean, 0.85)[0].value
        ('leans supported', 'leans supported')
        >>> judge_both(strong, judge_probability(0.5), 0.5)[0].value
        'no clear effect'
    """
    verdict, reason = later
    both_odds = f"{reason} By what was known at the time it was {odds_text(probability_then)}."
    ways = side(verdict) or 0, side(then[0]) or 0
    if ways[0] != ways[1]:
        return (
            Verdict.NO_CLEAR_EFFECT,
            f"{both_odds} A verdict that only one of them gives is none.",
        )
    strong = {Verdict.SUPPORTED, Verdict.CONTRADICTED}
    return (then[0] if verdict in strong else verdict), both_odds


def side(verdict: Verdict) -> int | None:
    """Which side the evidence is on: 1 for the claim, -1 against it, 0 neither.

    None where nothing is decided, and for what came of a forecast.

    Example:
        >>> side(Verdict.LEANS_AGAINST), side(Verdict.INSUFFICIENT_DATA), side(Verdict.CAME_TRUE)
        (-1, None, None)
    """
    towards = verdict in {Verdict.SUPPORTED, Verdict.LEANS_SUPPORTED}
    against = verdict in {Verdict.CONTRADICTED, Verdict.LEANS_AGAINST}
    return towards - against if towards or against or verdict is Verdict.NO_CLEAR_EFFECT else None


def judge_outcome(came: bool | None) -> Verdict:
    """What came of a forecast.

    Args:
        came: Whether what was claimed came within its window; None while the window is open.

    Example:
        >>> judge_outcome(True).value, judge_outcome(None).value
        ('came true', 'open')
    """
    if came is None:
        return Verdict.OPEN
    return Verdict.CAME_TRUE if came else Verdict.DID_NOT_COME_TRUE


def _doubts(evidence: Evidence, p_adjusted: float, most: float) -> list[str]:
    doubts = []
    if p_adjusted >= P_STRONG:
        doubts.append(f"not after correction for its family ({p_is(p_adjusted)})")
    elif most >= P_STRONG:
        doubts.append(
            f"so near to {as_typed(P_STRONG)} that its draws leave open on which side (to "
            f"{p_bound(most)})"
        )
    if evidence.agreeing < SHARE_STRONG:
        doubts.append(f"only {share_text(evidence.agreeing)} of the specifications agree")
    if evidence.one_case_carries:
        doubts.append("leaving out one case changes the sign")
    if evidence.second_doubt:
        doubts.append(evidence.second_doubt)
    return doubts


def _why_unclear(evidence: Evidence) -> str:
    if evidence.p_placebo >= P_LEAN:
        return (
            "Chance alone shows an effect at least as large in "
            f"{share_text(evidence.p_placebo)} of cases ({p_is(evidence.p_placebo)})."
        )
    if evidence.most >= P_LEAN:
        return (
            f"{p_is(evidence.p_placebo)} is so near to {as_typed(P_LEAN)} that its draws leave "
            f"open on which side (to {p_bound(evidence.most)})."
        )
    return f"Only {share_text(evidence.agreeing)} of the specifications point the same way."
