"""Verdicts and chances in words, and names made of texts."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable
from datetime import date

from detente.answers import Verdict
from detente.rounding import finite, number

VERDICT_MEANING: dict[Verdict, str] = {
    Verdict.SUPPORTED: "the data agree with the claim, and chance is an unlikely reason",
    Verdict.LEANS_SUPPORTED: "the data point the claim's way, short of certainty",
    Verdict.NO_CLEAR_EFFECT: "the data show no effect that stands out from chance",
    Verdict.LEANS_AGAINST: "the data point the other way, short of certainty",
    Verdict.CONTRADICTED: "the data show the opposite of the claim",
    Verdict.CAME_TRUE: "a forecast, and what it says came; one outcome tests no probability",
    Verdict.DID_NOT_COME_TRUE: "a forecast, and what it says did not come",
    Verdict.OPEN: "a forecast whose window is not over, or whose outcome is not known yet",
    Verdict.INSUFFICIENT_DATA: "the data at hand cannot decide; the card says what to load",
    Verdict.NOT_TESTABLE: "no data set could decide the claim as it is put",
}
"""Each verdict in one line for a reader who knows no statistics."""


FORECASTS = (Verdict.CAME_TRUE, Verdict.DID_NOT_COME_TRUE, Verdict.OPEN)
"""What came of forecasts: no evidence for or against anything, and never counted as such."""

UNDECIDED = (Verdict.INSUFFICIENT_DATA, Verdict.NOT_TESTABLE)
"""Verdicts beside which no effect is shown in a list."""


def chance_text(p: float | None) -> str:
    """A p-value for a reader who knows no statistics.

    Example:
        >>> chance_text(0.012)
        'Chance alone shows an effect at least this large about 1 time in 83.'
    """
    chance = finite(p)
    if chance is None:
        return ""
    alone = "Chance alone shows an effect at least this large"
    if chance < 0.001:
        return f"{alone} fewer than 1 time in 1,000."
    if chance <= 0.25:
        return f"{alone} about 1 time in {number(round(1 / chance))}."
    return f"{alone} {number(100 * chance, 0)} times in 100."


def milliseconds(iso: str) -> int:
    """An ISO day as milliseconds since 1970 (UTC), which is what a time scale takes.

    A month or a year stands for its first day.

    Example:
        >>> milliseconds("1970-01-02"), milliseconds("1970-02") == milliseconds("1970-02-01")
        (86400000, True)
    """
    return (date.fromisoformat(f"{iso}-01-01"[:10]) - date(1970, 1, 1)).days * 86_400_000


def slug(text: str) -> str:
    """Text as a name of a file or an anchor.

    Example:
        >>> slug("Six-Party Talks & after!")
        'six-party-talks-after'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def distinct(names: Iterable[str]) -> list[str]:
    """Names in order, a later equal one with a number.

    Example:
        >>> distinct(["a", "b", "a"])
        ['a', 'b', 'a-2']
    """
    seen: Counter[str] = Counter()
    out = []
    for name in names:
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return out


def wrapped(text: str, characters: int) -> list[str]:
    """Text in lines of at most so many characters; a long word stays whole."""
    return textwrap.wrap(text, characters, break_long_words=False) or [""]
