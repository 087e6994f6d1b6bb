"""Numbers, dates and verdicts as a reader sees them."""

from __future__ import annotations

import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable
from datetime import date

from detente.answers import Verdict

MINUS, DASH, NONE = "−", "–", "–"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")

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


def finite(value: float | None) -> float | None:
    """The value as a float, or None where there is no finite number.

    Example:
        >>> finite(float("nan")) is None, finite(2)
        (True, 2.0)
    """
    return float(value) if value is not None and math.isfinite(value) else None


def decimals(spread: float) -> int:
    """How many decimals show a spread with two significant digits, at most four.

    Example:
        >>> decimals(18.0), decimals(1.2), decimals(0.034)
        (0, 1, 3)
    """
    size = abs(spread)
    return 2 if size == 0 else min(max(1 - math.floor(math.log10(size)), 0), 4)


def number(value: float | None, places: int | None = None, *, sign: bool = False) -> str:
    """A number with a true minus sign and separated thousands; a dash where there is none.

    Example:
        >>> number(-1234.5, 0), number(0.25), number(3, 1, sign=True), number(None)
        ('−1,234', '0.250', '+3.0', '–')
    """
    known = finite(value)
    if known is None:
        return NONE
    if places is None:
        places = min(decimals(known) + 1, 4) if known % 1 else 0
    text = f"{known:{'+' if sign else ''},.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def p_text(p: float | None) -> str:
    """A p-value to two significant digits, never as zero.

    Example:
        >>> p_text(0.0123), p_text(0.00004), p_text(0.5), p_text(None)
        ('0.012', '<0.001', '0.50', '–')
    """
    known = finite(p)
    if known is None:
        return NONE
    if known < 0.001:
        return "<0.001"
    return f"{known:.3f}" if known < 0.1 else f"{known:.2f}"


def chance_text(p: float | None) -> str:
    """A placebo p-value for a reader who knows no statistics.

    Example:
        >>> chance_text(0.012)
        'About 1 in 83 placebo tests shows an effect at least this large.'
    """
    known = finite(p)
    if known is None:
        return ""
    if known < 0.001:
        return "Fewer than 1 in 1,000 placebo tests show an effect at least this large."
    if known <= 0.25:
        return (
            f"About 1 in {number(round(1 / known))} placebo tests shows an effect at least "
            "this large."
        )
    return f"{number(100 * known, 0)} in 100 placebo tests show an effect at least this large."


def day_text(iso: str) -> str:
    """An ISO day or month as read: "9 Oct 2006"; text that is no date stays as it is.

    Example:
        >>> day_text("2006-10-09"), day_text("2006-10"), day_text("about 2006")
        ('9 Oct 2006', 'Oct 2006', 'about 2006')
    """
    parts = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", iso)
    if not parts or not 1 <= int(parts[2]) <= 12:
        return iso
    month = f"{_MONTHS[int(parts[2]) - 1]} {parts[1]}"
    return f"{int(parts[3])} {month}" if parts[3] else month


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


def plural(count: int, word: str) -> str:
    """A count with its word, in the singular for one.

    Example:
        >>> plural(1, "episodes"), plural(2, "episodes"), plural(1, "dialogue series")
        ('1 episode', '2 episodes', '1 dialogue series')
    """
    if count == 1 and not word.endswith(("ss", "ies")):
        word = word.removesuffix("s")
    return f"{count:,} {word}"
