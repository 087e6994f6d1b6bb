"""Times that are too long, or too far from the story's day, to date an act: `in the nineties`.

An act in such a time happened on a day that the words do not say, and least of all on the story's.
"""

from __future__ import annotations

import re

_DECADE = (
    r"(?:\d{3}0s|['’]?\d0s|(?:nineteen[\s-])?(?:twenties|thirties|forties|fifties|sixties|seventies|"
    r"eighties|nineties)|noughties)"
)
_COUNT = r"(?:(?:\d+|many|several|some|a\s+few|(?:the\s+)?(?:last|past)(?:\s+[\w-]+)?)\s+)?"

PATTERNS: tuple[str, ...] = (
    rf"(?i:\b(?:(?:in|since|during|from|of|by|throughout|over)\s+)?(?:all\s+)?\bthe\s+"
    rf"(?:early[\s-]+|late[\s-]+|mid[\s-]+)?{_DECADE}\b(?!\s+(?:percent|per\s+cent)))",
    r"(?i:\bin\s+the\s+[\w-]+\s+century\b)",
    r"(?i:\b(?:at\s+the\s+turn\s+of\s+the|(?:in\s+the\s+)?(?:last|past|previous))\s+century\b)",
    r"(?i:\b(?:in|during|throughout|after|since|before|until)\s+the\s+(?:cold\s+war|"
    r"(?:first|second)\s+world\s+war|(?:\w+\s+)?(?:era|interwar\s+years)|war\s+years)\b)",
    r"(?i:\b(?:in|during|after|since|before)\s+world\s+war\s+(?:i|ii|one|two)\b)",
    r"(?i:\b(?:in|during)\s+(?:those|recent)\s+(?:years|decades)\b|\bback\s+then\b|\bat\s+that\s+time\b)",
    rf"(?i:\b(?:for|over|in|during)\s+{_COUNT}(?:the\s+)?(?:years|decades|centuries)\b(?!\s+to\s+come))",
)
"""How they are written; compared with the text as it stands."""

_LONG = re.compile(
    rf"(?i:\b{_DECADE}\b|\b(?:decades?|century|centuries|years|era|war|then|that\s+time)\b|"
    r"\b(?:month|year)s?\s+(?:later|earlier|afterwards|before|after)\b|"
    r"\b(?:same|next|following|previous)\s+(?:month|year)\b)"
)


def too_long(words: str) -> bool:
    """Whether the words of a time tell neither day, month nor year, and no time near the story's.

    Args:
        words: Those that date an act where they give neither a day, a month nor a year.

    Example:
        >>> too_long("in the nineties"), too_long("a year earlier"), too_long("in recent days")
        (True, True, False)
    """
    return bool(_LONG.search(words))
