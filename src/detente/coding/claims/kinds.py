"""The kind of claim in a study file that would test a sentence, or why none can."""

from __future__ import annotations

import re

from detente.coding.claims.shapes import Family, Modality

MOTIVE = (
    "It is about what someone wants, fears or believes. Event data record what states do, not why."
)
COUNTERFACTUAL = "It is about what did not happen. Event data hold what did."
FEELING = (
    "It is about a feeling or a view. Event data record what states do to one another, not what "
    "is felt."
)

_FLAGS = re.IGNORECASE
_MENTAL = re.compile(
    r"\b(fears?|hopes?|resent(s|ment)?|distrusts?|trusts?|believ(es|e|ed)|belief|paranoi(d|a)"
    r"|anxiet(y|ies)|prides?|humiliat\w+|nostalgia|wants?|wishes|ambitions?|motives?|mindset"
    r"|feels?|feelings?|see(s)? (itself|themselves|a window)|love|hearts|memory of|psycholog\w+"
    r"|convinced|convince(s|d)?|attitudes?|public opinion|hand of those|hardliners|moderates)\b",
    _FLAGS,
)
_POLICY = re.compile(
    r"\b(polic(y|ies)|strateg(y|ies)|engagement|containment|patience|appeasement"
    r"|approach|presidency|era|administration|under|alone|only when|deterrence"
    r"|detente|doctrine|non-alignment|neutrality)\b",
    _FLAGS,
)
_PERIODS = re.compile(
    r"\b(under|while|when|during|before|after|predecessors?|earlier|previous|in \d{4}|years?"
    r"|decades?|months?|today|now|then|once|ago|past|used to|era|than (it|they|he|she) (was|were"
    r"|did|had))\b",
    _FLAGS,
)
_OTHER_PAIR = re.compile(
    r"(?:with|between|toward|towards|against) (?:the )?(?!January|February|March|April|May|June"
    r"|July|August|September|October|November|December)[A-Z]"
)
"""Behind `than`: not when it is compared, but with whom."""

_AGAIN = re.compile(
    r"\b(whenever|every time|each time|when one|(the (more|less)\b.{1,80}\bthe (more|less)))\b",
    _FLAGS,
)
_ONLY = re.compile(r"\bonly (when|if|then|after)\b", _FLAGS)
_STREAM = re.compile(
    r"\b(the (more|less)|pressure|hostility|conflict|cooperation|rapprochement|criticism|quarrels?"
    r"|rivalry|trade|attacks|strikes?|raids)\b",
    _FLAGS,
)


def kind_of(sentence: str, family: Family, cause: str, modality: Modality) -> tuple[str, str]:
    """The kind of claim, and why nothing can decide it where nothing can.

    Args:
        sentence: The words of the claim.
        family: What kind of sentence it is.
        cause: The words of its cause; empty where it tells none.
        modality: How sure the text is.

    Example:
        >>> kind_of("The talks led to a truce.", "causal", "The talks", "stated")
        ('response', '')
    """
    if modality == "counterfactual":
        return "untestable", COUNTERFACTUAL
    if family == "motive":
        return "untestable", MOTIVE
    if family in {"causal", "forecast", "comparative"} and _MENTAL.search(sentence):
        return "untestable", FEELING
    if family == "comparative":
        compared = sentence.rpartition(" than ")[2]
        of_periods = _PERIODS.search(compared) and not _OTHER_PAIR.match(compared)
        return ("contrast" if of_periods else "contrast-groups"), ""
    if family == "causal":
        return _causal(sentence, cause), ""
    return _OTHERS[family], ""


_OTHERS: dict[Family, str] = {
    "superlative": "extreme", "change": "shift", "forecast": "occurrence",
}  # fmt: skip


def _causal(sentence: str, cause: str) -> str:
    if _AGAIN.search(sentence) and _STREAM.search(cause or sentence):
        return "reaction"
    by_policy = _POLICY.search(cause) or _ONLY.search(sentence)
    return "contrast" if by_policy else "response"
