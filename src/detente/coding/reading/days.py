"""The day that a story was written: from its metadata, or from the line that it begins with."""

from __future__ import annotations

import datetime as dt
import email.utils
import re

FIRST_YEAR, LAST_YEAR = 1900, 2100
"""Years outside of these are taken for mistakes."""

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = (
    r"(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?"
    r"|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_TIGHT = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d{1,5}(?!\d))")
_SLASHED = re.compile(r"(\d{4})/(\d\d?)/(\d\d?)(?!\d)")
_NUMBERS = re.compile(r"(\d\d?)([/.])(\d\d?)\2(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(rf"{_MONTH}\s+(\d\d?)(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_DAY_FIRST = re.compile(
    rf"(\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(\d{{4}})(?!\d)", re.IGNORECASE
)
_WEEKDAY = re.compile(
    r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day|\.)?,?\s+", re.IGNORECASE
)
_LABEL = re.compile(
    r"(?:(?:first\s+)?(?:published|posted|updated|dated?|last\s+modified)(?:\s+on)?\s*:?\s+)",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")


def day_of(text: str) -> dt.date | None:
    """The day that a field of metadata says; None if it says none, or not which.

    A time of the day and its zone are left away: the day is the day that is written.

    Args:
        text: As in ISO 8601, RFC 2822, seconds or milliseconds since 1970, or in English words.

    Example:
        >>> day_of("2017-03-14T23:30:00-05:00"), day_of("Tue, 14 Mar 2017 09:00:00 GMT")
        (datetime.date(2017, 3, 14), datetime.date(2017, 3, 14))
        >>> day_of("03/04/2017") is None  # March or April
        True
    """
    text = text.strip()[:100]
    if _SECONDS.fullmatch(text):
        return _of_seconds(float(text))
    text = _WEEKDAY.sub("", _LABEL.sub("", text, count=1), count=1)
    return _of_words(text) or _of_numbers(text) or _of_mail(text)


def _of_words(text: str) -> dt.date | None:
    if match := _MONTH_FIRST.match(text):
        return _day(match[3], _month(match[1]), match[2])
    if match := _DAY_FIRST.match(text):
        return _day(match[3], _month(match[2]), match[1])
    return None


def _of_numbers(text: str) -> dt.date | None:
    for pattern in (_ISO, _SLASHED, _TIGHT):
        if match := pattern.match(text):
            return _day(*match.groups())
    if match := _NUMBERS.match(text):
        first, sign, second, year = match.groups()
        if sign == ".":
            return _day(year, second, first)  # no one writes the month first with points
        days = {_day(year, first, second), _day(year, second, first)} - {None}
        return days.pop() if len(days) == 1 else None
    return None


def _of_mail(text: str) -> dt.date | None:
    try:
        return _sane(email.utils.parsedate_to_datetime(text).date())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _of_seconds(number: float) -> dt.date | None:
    seconds = number / 1000 if number >= 1e11 else number
    return _sane(dt.datetime.fromtimestamp(seconds, dt.UTC).date())


def _month(name: str) -> int:
    return next(i for i, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].lower()))


def _day(year: str, month: str | int, day: str) -> dt.date | None:
    try:
        return _sane(dt.date(int(year), int(month), int(day)))
    except ValueError:
        return None


def _sane(day: dt.date) -> dt.date | None:
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


_PLACE = r"[A-Z][A-Z .'’/-]*[A-Z.](?:,\s+[A-Z][A-Za-z.]+(?:\s[A-Z][a-z]+)?)?"  # SEOUL, South Korea
_PLACE_LOW = r"[A-Z][a-zA-Z.'’-]+(?:\s[A-Z][a-zA-Z.'’-]+){0,2}(?:,\s+[A-Z][A-Za-z.]+)?"
_DATED = (
    rf"(?:{_MONTH}\s+\d\d?(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|\d\d?\s+{_MONTH}(?:,?\s+\d{{4}})?"
    r"|\d{4}-\d\d-\d\d)"
)
_AGENCY = r"\([A-Z][A-Za-z.'’/ &-]{1,40}\)"
_DASH = r"(?:\s+[-–—―]{1,3}\s+|\s*[–—―]\s*|\s*--+\s*)"
_DATELINE = re.compile(
    rf"\s*(?:{_PLACE},\s+{_DATED}(?:,?\s*{_AGENCY})?{_DASH}"
    rf"|{_PLACE},?\s*{_AGENCY}{_DASH}"
    rf"|(?!(?:NATO|OPEC|IAEA|ASEAN|BRICS|AUKUS|UNESCO|UNICEF|USSR)\b)"
    rf"(?=(?:(?:ST|FT)\.\s)?(?:[A-Z]{{4}}|[A-Z]+[ '][A-Z])){_PLACE}{_DASH}"
    r"(?=[\"“]?[A-Z](?:[a-z]|\s[a-z]))"
    rf"|{_PLACE_LOW},?\s+(?:{_DATED},?\s*)?{_AGENCY}{_DASH}"
    rf"|{_PLACE_LOW},\s+{_DATED}(?:,?\s*{_AGENCY})?{_DASH}"
    rf"|{_AGENCY}{_DASH}(?:{_DATED}{_DASH})?)"
)
_CLOCK = re.compile(r"\d\d?[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,4}\b)?,?\s+", re.IGNORECASE)
_FIRST_LINES = 6
_REST = 30
"""Characters that may stand after the day in a line of its own: a time, or an author."""


def dateline_end(text: str, start: int = 0) -> int:
    """Where the dateline ends with which a paragraph begins; `start` if it begins with none.

    Example:
        >>> text = "SEOUL, March 14, 2017 (Agency) - North Korea fired a missile."
        >>> text[dateline_end(text):]
        'North Korea fired a missile.'
    """
    match = _DATELINE.match(text, start, start + 120)
    return match.end() if match else start


def day_of_text(text: str) -> dt.date | None:
    """The day that a text itself gives in its dateline, or in a line of its own at its top.

    Example:
        >>> day_of_text("SEOUL, March 14, 2017 (Agency) - North Korea fired a missile.")
        datetime.date(2017, 3, 14)
        >>> day_of_text("China and Russia met on March 14, 2017.") is None
        True
    """
    lines = [line.strip() for line in text[:2000].split("\n") if line.strip()]
    for line in lines[:_FIRST_LINES]:
        day = _day_of_line(line)
        if day is not None:
            return day
    return None


def _day_of_line(line: str) -> dt.date | None:
    """The day of a dateline, or of a line that holds hardly more than a day."""
    head = line[: dateline_end(line)]
    for pattern in (_MONTH_FIRST, _DAY_FIRST, _ISO):
        if match := pattern.search(head):
            return day_of(match[0])
    for part in re.split(r"\s*[|•·]\s*", line):
        bare = _LABEL.sub("", part.strip(), count=1)
        for prefix in (_CLOCK, _WEEKDAY):
            bare = prefix.sub("", bare, count=1)
        for pattern in (_MONTH_FIRST, _DAY_FIRST, _ISO):
            match = pattern.match(bare)
            if match and len(bare) - match.end() <= _REST and not bare.endswith("."):
                return day_of(match[0])
    return None
