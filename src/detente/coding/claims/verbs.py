"""Whether words that look like a verb are one."""

from __future__ import annotations

import re

DETERMINERS = {
    "the", "a", "an", "its", "their", "his", "her", "our", "my", "your", "these", "those", "some",
    "any", "no", "every", "each", "root", "main", "chief", "common", "just", "new", "own",
}  # fmt: skip
PREPOSITIONS = {
    "of", "for", "in", "on", "with", "from", "at", "without", "into", "under", "beyond", "about",
    "against", "than", "toward", "towards", "between",
}  # fmt: skip
BEING = {"is", "are", "was", "were", "be"}
LEADING_ON = {
    "likely", "unlikely", "set", "bound", "poised", "certain", "sure", "expected", "going", "way",
    "help", "helps", "helped", "enough", "fail", "failed", "fails", "continue", "continues",
    "continued", "tend", "tends", "tended", "began", "threatens", "serve", "served", "serves",
    "able", "due", "combined", "come", "came", "about", "seems", "appears", "doomed", "destined",
    "little", "nothing", "much", "more", "used", "do", "does", "did", "proved", "enabled",
}  # fmt: skip
"""Words after which an infinitive tells what comes about, and not only what is meant."""


_AFTER_NOUN = re.compile(r" (?:in|of|at|on|by|against|from|between|is|are|was|were|has|have|had)\b")
_LISTED = re.compile(r"(?:,| and\b| or\b|\.|;|$| of\b)")


def is_no_verb(text: str, start: int) -> bool:
    """Whether what may be a verb is a noun where it stands, or tells no more than a purpose.

    Args:
        text: The sentence.
        start: Where the word begins.

    Example:
        >>> is_no_verb("the cause of peace", 4), is_no_verb("They cause unrest", 5)
        (True, False)
    """
    before = re.findall(r"[\w']+", text[max(0, start - 60) : start].lower())
    word = re.match(r"\w+", text[start:])
    if word is None:
        return False
    form, end = word[0].lower(), start + len(word[0])
    if not before:
        return _AFTER_NOUN.match(text, end) is not None
    if before[-1] == "to":
        return not (set(before[-2:-1]) & LEADING_ON or set(before[-3:-1]) & BEING)
    return _is_noun(before[-1], form, listed=_LISTED.match(text, end) is not None)


def _is_noun(before: str, form: str, *, listed: bool) -> bool:
    """Whether a form is a noun, by the word before it and whether it ends a phrase."""
    if before == "this":
        return not form.endswith(("s", "ed"))
    if form.endswith("ing"):
        return before in PREPOSITIONS
    governed = before in DETERMINERS or before in PREPOSITIONS
    return governed or (listed and not form.endswith("ed"))
