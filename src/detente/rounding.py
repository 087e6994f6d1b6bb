"""How numbers and days are told: one rule of rounding, for every sentence, table and picture.

Rounding never hides that an interval holds "no effect", nor that it does not. No other module
formats a number.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable

from detente.answers import Scale, Value

MINUS, DASH, NONE = "−", "–", "–"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")

MOST_PLACES = 4
PERCENT_PLACES = 1


def tell(value: Value, scale: Scale, places: int | None = None) -> str:
    """One value in words.

    Args:
        value: The raw value; None and NaN are told as a dash.
        scale: What kind of value it is.
        places: Decimals; by default as many as show two or three significant digits.

    Example:
        >>> tell(12.34, Scale.PERCENT), tell(0.63, Scale.PROBABILITY), tell(1.84, Scale.RATIO)
        ('+12%', '63%', '1.8×')
        >>> tell(-0.5, Scale.POINTS), tell(1234, Scale.COUNT), tell(None, Scale.NUMBER)
        ('−0.50', '1,234', '–')
        >>> tell("2017-09-03", Scale.DATE), tell(True, Scale.FLAG), tell(0.0123, Scale.P_VALUE)
        ('3 Sept 2017', 'yes', '0.012')
    """
    if value is None or value == "":
        return NONE
    if scale is Scale.TEXT:
        return str(value)
    if scale is Scale.DATE:
        return day_text(value.isoformat() if isinstance(value, dt.date) else str(value))
    if scale is Scale.FLAG:
        return "yes" if value else "no"
    return _number(finite(float(value)), scale, places)  # type: ignore[arg-type]


def _number(value: float | None, scale: Scale, places: int | None) -> str:
    if value is None:
        return NONE
    if scale is Scale.P_VALUE:
        return p_text(value)
    if scale is Scale.PROBABILITY and not places:
        return _chance(value)
    shown, usual, suffix = _form(value, scale)
    signed = scale in {Scale.PERCENT, Scale.POINTS}
    return number(shown, usual if places is None else places, sign=signed) + suffix


def _chance(value: float) -> str:
    """A probability in whole per cent, told as neither 0 nor 100 where it is not."""
    if 0 < value < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < value < 1 else f"{value:.0%}"


def _form(value: float, scale: Scale) -> tuple[float, int | None, str]:
    """The number to print, its usual decimals, and what follows it."""
    if scale is Scale.PROBABILITY:
        return 100 * value, 0, "%"
    if scale is Scale.PERCENT:
        return value, min(decimals(value), PERCENT_PLACES if abs(value) < 10 else 0), "%"
    if scale is Scale.COUNT:
        return value, 0, ""
    if scale in {Scale.RATIO, Scale.POINTS}:
        return value, decimals(value), "×" if scale is Scale.RATIO else ""
    return value, None, ""


def tell_all(values: Iterable[float | None], scale: Scale) -> list[str]:
    """Values of one kind with the same decimals, such as an estimate and the ends of its interval.

    Decimals follow their spread, and grow until no rounded end sits on "no effect" or beyond it
    where the raw one does not.

    Example:
        >>> tell_all([1.8, 0.56, 10.75], Scale.RATIO)
        ['1.8×', '0.6×', '10.8×']
        >>> tell_all([5.0, 0.96, 9.9], Scale.RATIO)
        ['5.00×', '0.96×', '9.90×']
        >>> tell_all([0.04, 0.0, 0.1], Scale.PROBABILITY)  # an estimate is never certain
        ['4%', 'under 1%', '10%']
    """
    listed = list(values)
    numbers = [number for value in listed if (number := finite(value)) is not None]
    if not numbers or scale is Scale.P_VALUE:
        return [tell(value, scale) for value in listed]
    if scale is Scale.PROBABILITY:
        return [_estimated(value) for value in listed]
    spread = max(numbers) - min(numbers) or numbers[0]
    places = 0 if scale is Scale.COUNT else decimals(spread)
    neutral = scale.neutral
    while places < MOST_PLACES and any(hidden(number, neutral, places) for number in numbers):
        places += 1
    return [tell(value, scale, places) for value in listed]


def share_text(share: float, places: int = 0) -> str:
    """A share that was counted; in whole per cent never 0 or 100% where it is neither.

    Example:
        >>> share_text(0.996), share_text(0.5), share_text(1.0), share_text(0.0124, 1)
        ('over 99%', '50%', '100%', '1.2%')
    """
    return tell(share, Scale.PROBABILITY, places)


def percent_text(share: float) -> str:
    """A share that somebody set, such as an interval's coverage or a rule's limit.

    Example:
        >>> percent_text(0.9), percent_text(0.05)
        ('90%', '5%')
    """
    return f"{share:.0%}"


def coverage_digits(coverage: float) -> str:
    """An interval's coverage in per cent, as it ends the name of a column.

    Example:
        >>> "low" + coverage_digits(0.9), coverage_digits(0.975)
        ('low90', '97.5')
    """
    return f"{100 * coverage:g}"


def odds_text(probability: float) -> str:
    """A probability that was estimated, and so is never certain.

    Example:
        >>> odds_text(1.0), odds_text(0.5)
        ('over 99%', '50%')
    """
    return _estimated(probability)


def p_is(p: float) -> str:
    """A p-value within a sentence.

    Example:
        >>> p_is(0.0123), p_is(0.00001)
        ('p = 0.012', 'p < 0.001')
    """
    text = p_text(p)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def p_bound(p: float) -> str:
    """An end of what random draws leave open of a p-value: it is set against a limit.

    Example:
        >>> p_bound(0.05004), p_bound(0.0009)
        ('0.0500', '0.0009')
    """
    return number(p, MOST_PLACES)


def score_text(score: float) -> str:
    """A score of odds, such as Brier's.

    Example:
        >>> score_text(0.25), score_text(0.0617)
        ('0.250', '0.062')
    """
    return number(score, 3)


def _estimated(value: float | None) -> str:
    """A probability that was estimated, and so is neither 0 nor 1."""
    chance = finite(value)
    return NONE if chance is None else _chance(min(max(chance, 1e-9), 1 - 1e-9))


def hidden(value: float, neutral: float, places: int) -> bool:
    """Whether rounding moves a value onto "no effect"."""
    return value != neutral and math.isclose(round(value, places), neutral, abs_tol=1e-12)


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
    amount = finite(value)
    if amount is None:
        return NONE
    if places is None:
        places = min(decimals(amount) + 1, 4) if amount % 1 else 0
    text = f"{amount:{'+' if sign else ''},.{places}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 2, *, sign: bool = False) -> str:
    """A number of any size, such as a rate or a ratio at its limit, by its first digits.

    Example:
        >>> significant(0.01234), significant(-12.34, sign=True), significant(1234.0, 3)
        ('0.012', '−12', '1.23e+03')
    """
    return f"{value:{'+' if sign else ''}.{digits}g}".replace("-", MINUS)


def as_typed(value: float, digits: int = 6) -> str:
    """A number as one types it into a file or a form, and as a machine reads it.

    Example:
        >>> as_typed(0.05), as_typed(-3.0), as_typed(102.17341234, 7)
        ('0.05', '-3', '102.1734')
    """
    return f"{value:.{digits}g}"


def coordinate(value: float, places: int = 1) -> str:
    """A place or a width in a drawing.

    Example:
        >>> coordinate(-12.345), coordinate(3.0, 0), coordinate(0.5, 2)
        ('-12.3', '3', '0.50')
    """
    return f"{value:.{places}f}"


def count_text(count: int) -> str:
    """A count with separated thousands.

    Example:
        >>> count_text(1234), count_text(5)
        ('1,234', '5')
    """
    return f"{count:,}"


def bytes_text(size: float) -> str:
    """A number of bytes, as people read it.

    Example:
        >>> bytes_text(512), bytes_text(7_340_032), bytes_text(52.5e9)
        ('512 B', '7.3 MB', '52.5 GB')
    """
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size:.0f} B"


def seconds_text(seconds: float) -> str:
    """How long a short command took.

    Example:
        >>> seconds_text(1.24)
        '1.2 s'
    """
    return f"{seconds:.1f} s"


def duration_text(minutes: float) -> str:
    """How long something takes that may take hours.

    Example:
        >>> duration_text(0.5), duration_text(81.2), duration_text(150)
        ('30 s', '81 min', '2.5 h')
    """
    if minutes < 1:
        return f"{minutes * 60:.0f} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def p_text(p: float | None) -> str:
    """A p-value to two significant digits, never as zero.

    Example:
        >>> p_text(0.0123), p_text(0.00004), p_text(0.5), p_text(None)
        ('0.012', '<0.001', '0.50', '–')
    """
    chance = finite(p)
    if chance is None:
        return NONE
    if chance < 0.001:
        return "<0.001"
    return f"{chance:.3f}" if chance < 0.1 else f"{chance:.2f}"


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


_HEAD = re.compile(r"(.*?\w)((?: (?:on|of|with|without|in|from|compared|behind) .*)?)")


def plural(count: int, words: str) -> str:
    """A count with its words, in the singular for one.

    Example:
        >>> plural(1, "episodes"), plural(2, "episodes"), plural(1, "dialogue series")
        ('1 episode', '2 episodes', '1 dialogue series')
        >>> plural(1, "stories")
        '1 story'
        >>> plural(1, "months on either side"), plural(1, "earlier days with the action")
        ('1 month on either side', '1 earlier day with the action')
    """
    head = _HEAD.fullmatch(words)
    if count == 1 and head is not None and not head[1].endswith(("ss", "series")):
        words = re.sub("ies$", "y", head[1]).removesuffix("s") + head[2]
    return f"{count_text(count)} {words}"


def upper_first(text: str) -> str:
    """A text that begins a sentence.

    Example:
        >>> upper_first("verbal cooperation")
        'Verbal cooperation'
    """
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """A text that stands within a sentence."""
    return text[:1].lower() + text[1:]
