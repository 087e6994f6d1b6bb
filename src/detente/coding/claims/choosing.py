"""Which cue of a sentence makes it a claim, if any does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detente.coding.claims.cues import RELATIONAL, Hit
from detente.coding.claims.shapes import Family, Modality

RANK: tuple[Family, ...] = (
    "superlative", "causal", "comparative", "change", "forecast", "motive",
)  # fmt: skip
"""Families by how much they tell; a weak cue comes after all strong ones but motives."""

_FLAGS = re.IGNORECASE
_ASKED = re.compile(r"\?[\"”’')\]]*\s*$")
_NORMATIVE = re.compile(
    r"\b(should (?!expect)|must|ought to|needs? to|has to|have to|had better|let us|let's"
    r"|it is time (to|for)|i (ask|urge|beg|appeal|thank|welcome|salute|commend|move)"
    r"|we (urge|call|ask|appeal|recommend)"
    r"|i (will|shall|could|want|hope|fear|believed?|may|might)"
    r"|i would (?!bet|wager)|we (shall|recommend)|(my|our) \w+ (will|shall))\b",
    _FLAGS,
)
_REASON = re.compile(r"\b(because|otherwise|or else|will only|would only|if not|lest)\b", _FLAGS)
_RELATIONAL = re.compile(
    rf"\b(?:{RELATIONAL}|allies|ally|treaty|treaties|deals?|borders?|governments?|regime|oil|gas"
    r"|markets?|power|elections?|troops|army|rebels|militias?|coups?|ceasefire|truce|prisoners"
    r"|refugees|migrants|aid|loans?|debts?|embargo|missiles?|nuclear|summits?|factories|farmers"
    r"|customers?|generals|junta|hawks|voters|reforms?|bases?|defences?|defenses?|military)\b",
    _FLAGS,
)
_COMPLEMENT = re.compile(r"\s*(to|that)\b", _FLAGS)
_UNREAL = re.compile(
    r"\bwould (not |never |hardly |surely )?have\b|^had (the|it|they|he|she|we|not|[A-Z])"
    r"|\bif\b.{1,80}\b(had|were)\b.{1,80}\bwould\b|\bcould have\b|\bmight have\b"
    r"|\bif only\b|\bhad .{1,60} been\b.{1,60}\bwould\b",
    _FLAGS,
)
_OPINION = re.compile(
    r"\b(i think|i believe|in my (view|opinion|judgment)|arguably|it seems|seems? to|we believe"
    r"|in our (view|judgment)|surely|of course|as i see it)\b",
    _FLAGS,
)
_POSSIBLE = re.compile(r"\b(may|might|could|would|can|perhaps|possibly|unless|if)\b", _FLAGS)
_LIKELY = re.compile(
    r"\b(will|won't|shall|likely|unlikely|probably|expect(s|ed)?|bound to|set to|poised to"
    r"|going to|in all likelihood|almost certainly|presumably|highly)\b",
    _FLAGS,
)


def chosen(sentence: str, hits: Sequence[Hit]) -> Hit | None:
    """The cue that makes a sentence a claim.

    Questions make none, nor does advice, unless it gives a reason. A weak cue counts where the
    sentence speaks of relations.

    Args:
        sentence: Its words.
        hits: Its cues.

    Returns:
        The cue; None if the sentence claims nothing.
    """
    if _ASKED.search(sentence):
        return None
    about_relations = bool(_RELATIONAL.search(sentence))
    advised = _advice(sentence)
    end = min(_end_of_told(sentence, hits), len(sentence) if advised is None else advised)
    usable = [hit for hit in hits if (hit.cue.strong or about_relations) and hit.span[0] < end]
    return min(usable, key=lambda hit: _rank(sentence, hit), default=None)


def _advice(sentence: str) -> int | None:
    """Where advice begins that gives no reason."""
    advice = _NORMATIVE.search(sentence)
    return None if advice is None or _REASON.search(sentence) else advice.start()


def _end_of_told(sentence: str, hits: Sequence[Hit]) -> int:
    """Where what someone wants or thinks begins: of that the text says nothing itself."""
    ends = [
        hit.span[1]
        for hit in hits
        if hit.cue.family == "motive" and _COMPLEMENT.match(sentence, hit.span[1])
    ]
    return min(ends, default=len(sentence))


def _rank(sentence: str, hit: Hit) -> tuple[bool, bool, int, bool, int]:
    """What is told of the world before motives, strong before weak, then as `RANK` says."""
    family, words = hit.cue.family, sentence[slice(*hit.span)].split()
    by_gerund = bool(words) and words[0].endswith("ing")
    return (family == "motive", not hit.cue.strong, RANK.index(family), by_gerund, hit.span[0])


def modality_of(sentence: str) -> Modality:
    """How sure a text is of what it says.

    Example:
        >>> modality_of("It will fall."), modality_of("Had it fallen, it would have hurt.")
        ('likely', 'counterfactual')
    """
    for pattern, modality in _MODALITIES:
        if pattern.search(sentence):
            return modality
    return "stated"


_MODALITIES: tuple[tuple[re.Pattern[str], Modality], ...] = (
    (_UNREAL, "counterfactual"),
    (_LIKELY, "likely"),
    (_POSSIBLE, "possible"),
    (_OPINION, "opinion"),
)
