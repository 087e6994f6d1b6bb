"""Words that tell a time, and the day, month or year that they mean on the day of their story.

Words that date a name (`the 1953 armistice`, `the May 2000 treaty`) are no times. Holidays are not
known.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from detente.coding.calendar_days import (
    MONTH_NUMBERS,
    MONTHS,
    NUMBERS,
    ORDINALS,
    SEASONS,
    WEEKDAYS,
    day_of,
    first_of,
    month_from,
    nearest,
    shifted,
)
from detente.coding.long_times import PATTERNS
from detente.coding.shapes import Precision

Meaning = tuple[dt.date, Precision] | None
"""What words mean; None for a day that no calendar has."""

_MONTH = rf"(?P<month>{'|'.join(name.title() for name in MONTHS)})"
_ANY_MONTH = (
    rf"(?P<month>{'|'.join(name.title() for name in MONTHS)}|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_LAST_DAY = r"(?:\s*(?:-|–|and|to|or)\s*\d{1,2}(?:st|nd|rd|th)?(?!\d))?"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)(?![\d,]*\d|s\b|['’%/-])"
_WEEKDAY = rf"(?P<weekday>{'|'.join(name.title() for name in WEEKDAYS)})\b"
_NUMBER = rf"(?P<number>\d{{1,3}}|(?:{'|'.join(sorted(NUMBERS, key=len, reverse=True))})\b)"
_SPANS = r"(?:minute|hour|day|week|fortnight|month|year|decade)"
_HOUR = (
    r"(?:(?i:early|late|at noon|at midnight|at dawn|before dawn|before sunrise|"
    r"at \d{1,2}[.:]\d\d|in the early hours)\s+(?:on\s+|of\s+)?)?"
)
_BY = (
    r"(?:\b(?P<by>(?i:on|since|from|by|for|until|till|between|starting|"
    r"effective(?: on| from)?))\s+)"
)
_PART_OF = (
    r"(?:(?:early|late|mid|middle|beginning|start|end|spring|summer|autumn|fall|winter|"
    r"(?:first|second|third|fourth|last|final|early|closing|opening)\s+(?:half|quarter|days|weeks|"
    r"months|part)|Q[1-4])(?:[-\s]+of)?[-\s]+(?:the\s+)?)?"
)
_IN = (
    r"(?:\b(?P<by>(?i:in|since|from|by|during|until|till|between|throughout|around))\s+"
    rf"(?:the\s+)?{_PART_OF}|\b(?i:at|by|before|until|towards?)\s+the\s+(?:very\s+)?"
    r"(?:end|beginning|start|turn)\s+of\s+|\b(?i:early|late|mid)(?:\s+in\s+|\s+|-))"
)
_HEAD = re.compile(
    r"\s*(?:[,.;:!?)\"”—]|$|-\s)|\s(?:a|an|and|as|at|after|against|because|before|but|by|during|"
    r"for|from|he|her|his|if|in|into|it|its|of|on|or|over|she|that|the|their|they|though|to|"
    r"under|when|where|which|while|who|with|without|would|will|is|was|were|are|had|has)\b"
)
"""Behind words that tell a time by themselves; a noun there would be what they belong to."""

_OWNED = re.compile(r"(?:\b(?:the|a|an|its|his|her|their|that|this|each|every)|['’]s?)\s+$", re.I)
_NAMED_DAY = re.compile(r"\b(?:Bloody|Black|Good|Easter|Palm|Holy|Ash|Super|Whit|Fat)\s+$")
_ANY = re.compile(
    r"\d{4}|day\b|night\b|\d{1,2}/\d|\bago\b|\b(?:last|this|next|that|later|earlier|before|after|"
    r"same|following|previous|at|by|in|on|since|overnight|morning|week|tomorrow|then|years|"
    r"decades|century|centuries|war|[a-z]+ties)\b|"
    rf"{_ANY_MONTH.replace('?P<month>', '?:')}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Expression:
    """Words that tell a time.

    Attributes:
        start: First character in the sentence.
        end: The one after the last.
        lead: The preposition that they begin with, such as `by`; empty if there is none.
        owned: Whether they are a possessive (`Friday's raid`), which dates a noun.
        ahead: True if the words themselves look ahead (`tomorrow`), False if back (`last week`),
            None if they do neither.
        mean: From the story's day, and whether the act lies ahead of it, to what the words mean.
    """

    start: int
    end: int
    lead: str
    owned: bool
    ahead: bool | None
    mean: Callable[[dt.date, bool], Meaning]


def expressions(text: str) -> tuple[Expression, ...]:
    """All times that a sentence tells, in the order of the text, none within another.

    Example:
        >>> text = "On 9 March Iran, which fought until 1988, left the 2015 accord."
        >>> [text[time.start : time.end] for time in expressions(text)]
        ['On 9 March', 'until 1988']
    """
    if not _ANY.search(text):
        return ()
    taken: list[Expression] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            time = reader(match)
            if time and not any(
                time.start < other.end and other.start < time.end for other in taken
            ):
                taken.append(time)
    return tuple(sorted(taken, key=lambda time: time.start))


def _expression(
    match: re.Match[str], mean: Callable[[dt.date, bool], Meaning], ahead: bool | None = None
) -> Expression:
    groups = match.groupdict()
    lead = (groups.get("by") or "").lower()
    if lead in {"until", "till"}:
        return Expression(match.start(), match.end(), lead, False, None, _unclear)
    return Expression(match.start(), match.end(), lead, bool(groups.get("owned")), ahead, mean)


def _unclear(story: dt.date, _: bool) -> Meaning:
    return story, "document"


def _with(date: dt.date | None, precision: Precision) -> Meaning:
    return (date, precision) if date else None


def _stands_alone(match: re.Match[str]) -> bool:
    """Whether a time without preposition is no part of a name: `the May 2000 treaty`."""
    text = match.string
    owned = _OWNED.search(text, max(0, match.start() - 12), match.start())
    return not owned and bool(_HEAD.match(text, match.end()))


def _iso(match: re.Match[str]) -> Expression | None:
    date = day_of(*(int(match[part]) for part in ("year", "month", "day")))
    return _expression(match, lambda *_: (date, "day")) if date else None


def _numeric(match: re.Match[str]) -> Expression | None:
    """A day such as 14/03/2017; of 03/04/2017 only the year is certain."""
    first, second, year = (int(match[part]) for part in ("first", "second", "year"))
    days = {date for date in (day_of(year, second, first), day_of(year, first, second)) if date}
    if not days:
        return None
    if len(days) > 1:
        return _expression(match, lambda *_: (dt.date(year, 1, 1), "year"))
    return _expression(match, lambda *_: (min(days), "day"))


def _day_month(match: re.Match[str]) -> Expression | None:
    if not match["by"] and not _stands_alone(match):
        return None
    month, day = MONTH_NUMBERS[match["month"].lower().rstrip(".")], int(match["day"])
    if match["year"]:
        date = day_of(int(match["year"]), month, day)
        return _expression(match, lambda *_: (date, "day")) if date else None
    if day_of(2000, month, day) is None:
        return None
    return _expression(match, lambda story, ahead: _with(nearest(story, ahead, month, day), "day"))


def _ordinal(match: re.Match[str]) -> Expression | None:
    said = match["ordinal"].lower()
    day = ORDINALS.get(said) or int(said[:-2])

    def mean(story: dt.date, ahead: bool) -> Meaning:
        for months in range(3):
            first = month_from(story, months if ahead else -months)
            date = first and day_of(first.year, first.month, day)
            if date and (date >= story if ahead else date <= story):
                return date, "day"
        return None

    return _expression(match, mean)


def _month_year(match: re.Match[str]) -> Expression | None:
    if match.start() == match.start("month") and not _stands_alone(match):
        return None
    date = dt.date(int(match["year"]), MONTH_NUMBERS[match["month"].lower().rstrip(".")], 1)
    return _expression(match, lambda *_: (date, "month"))


def _month(match: re.Match[str]) -> Expression | None:
    month = MONTHS[match["month"].lower()]
    side = {"last": False, "next": True}.get((match["side"] or "").lower())

    def mean(story: dt.date, ahead: bool) -> Meaning:
        if match["of"]:
            return _with(day_of(story.year + _STEP[match["of"]], month, 1), "month")
        ahead = ahead if side is None else side
        away = (month - story.month) % 12 - (0 if ahead else 12)
        if away == -12 and side is None:
            away = 0
        elif away == 0 and side:
            away = 12
        return _with(month_from(story, away), "month")

    return _expression(match, mean, side)


def _year(match: re.Match[str]) -> Expression | None:
    date = dt.date(int(match["year"]), 1, 1)
    return _expression(match, lambda *_: (date, "year"))


def _weekday(match: re.Match[str]) -> Expression | None:
    text, weekday, side = (
        match.string,
        WEEKDAYS[match["weekday"].lower()],
        (match["side"] or "").lower(),
    )
    if _NAMED_DAY.search(text, max(0, match.start("weekday") - 8), match.start("weekday")):
        return None
    bare = match.start() == match.start("weekday") and not match["owned"]
    if bare and not _stands_alone(match):
        return None

    def mean(story: dt.date, ahead: bool) -> Meaning:
        gap = weekday - story.weekday()
        if match["week"]:
            days = (gap - 1) % 7 + 8
        elif match["of"]:
            days = gap + 7 * _STEP[match["of"]]
        elif side == "this":
            days = gap
        elif side == "next":
            days = gap + 7
        elif side == "last":
            days = -((-gap - 1) % 7) - 1
        else:
            days = gap % 7 if ahead else -(-gap % 7)
        return _with(shifted(story, days), "day")

    return _expression(
        match, mean, True if match["week"] else {"last": False, "next": True}.get(side)
    )


def _ago(match: re.Match[str]) -> Expression | None:
    unit, number = match["unit"].lower(), match["number"].lower()
    count = int(number) if number.isdecimal() else NUMBERS[number]

    def mean(story: dt.date, _: bool) -> Meaning:
        if unit in {"minute", "hour"}:
            return story, "day"
        if unit == "day" or (unit == "week" and count == 1):
            return _with(shifted(story, -count * (1 if unit == "day" else 7)), "day")
        if unit in {"week", "fortnight"}:
            weeks = count if unit == "week" else 2 * count
            return _with(first_of(shifted(story, -7 * weeks)), "month")
        if unit == "month":
            return _with(month_from(story, -count), "month")
        return _with(day_of(story.year - count * (10 if unit == "decade" else 1), 1, 1), "year")

    return _expression(match, mean, ahead=False)


def _near(match: re.Match[str]) -> Expression | None:
    """Yesterday, today, tomorrow and their neighbours."""
    days, ahead = _NEAR[" ".join(match["word"].lower().split())]
    return _expression(match, lambda story, _: _with(shifted(story, days), "day"), ahead)


def _sided(match: re.Match[str]) -> Expression | None:
    """Last month, next year, earlier this week."""
    step = _STEP[match["side"].lower()]
    unit, course = match["unit"].lower(), (match["course"] or "").lower()

    def mean(story: dt.date, _: bool) -> Meaning:
        if unit == "month":
            return _with(month_from(story, step), "month")
        if unit == "year":
            return _with(day_of(story.year + step, 1, 1), "year")
        return story, "document"

    this = {"later": True, "earlier": False}.get(course)
    return _expression(match, mean, {-1: False, 0: this, 1: True}[step])


def _season(match: re.Match[str]) -> Expression | None:
    """A season without a year: the year of the last one, or of the one ahead."""
    begins, side = SEASONS[match["season"].lower()], (match["side"] or "").lower()
    if not side and match["season"].lower() == "fall":
        return None

    def mean(story: dt.date, ahead: bool) -> Meaning:
        past = story.month >= begins + 3
        if side == "next" or (ahead and not side):
            return _with(day_of(story.year + (past or side == "next"), 1, 1), "year")
        return _with(day_of(story.year - (not past and side != "this"), 1, 1), "year")

    return _expression(match, mean, {"last": False, "next": True}.get(side))


def _vague(match: re.Match[str]) -> Expression | None:
    return _expression(match, _unclear)


_STEP = {"last": -1, "this": 0, "next": 1}
_NEAR: dict[str, tuple[int, bool | None]] = {
    "the day before yesterday": (-2, False), "yesterday": (-1, False), "last night": (-1, False),
    "today": (0, None), "tonight": (0, None), "this morning": (0, False),
    "this afternoon": (0, None), "this evening": (0, None), "tomorrow": (1, True),
    "the day after tomorrow": (2, True),
}  # fmt: skip
_NIGHT = (
    r"dawn|daybreak|sunrise|sunset|dusk|nightfall|night|noon|midday|midnight|breakfast|evening|"
    r"morning|afternoon|daylight"
)
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Expression | None]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (rf"{_BY}?(?<![\w/.-])(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])", _iso),
        (
            rf"{_BY}?(?<![\w/.-])(?P<first>\d{{1,2}})(?P<sign>[/.])(?P<second>\d{{1,2}})(?P=sign)"
            r"(?P<year>\d{4})(?![\w/-])",
            _numeric,
        ),
        (
            rf"{_HOUR}{_BY}?(?:[A-Z][a-z]+day,?\s+)?(?:the\s+(?=\d+[a-z]))?(?<![\w.,/-]){_DAY}"
            rf"{_LAST_DAY}\s+(?:of\s+)?{_ANY_MONTH}(?:,?\s+{_YEAR})?(?!\w)",
            _day_month,
        ),
        (
            rf"{_HOUR}{_BY}?(?:[A-Z][a-z]+day,?\s+)?\b{_ANY_MONTH}\s+{_DAY}{_LAST_DAY}"
            rf"(?:,?\s+{_YEAR})?(?![\w:%]|,\d)",
            _day_month,
        ),
        (rf"{_IN}?\b{_ANY_MONTH}(?:\s+of)?,?\s+{_YEAR}", _month_year),
        (
            rf"(?:{_IN}|\b(?P<side>(?i:last|next|this))\s+){_MONTH}\b(?!\s+\d|['’])"
            r"(?:\s+(?:of\s+)?(?P<of>last|this|next)\s+year\b)?",
            _month,
        ),
        (rf"(?:{_IN}|\b(?i:the\s+year)\s+){_YEAR}", _year),
        (rf"{_IN}(?P<year>1[5-9]\d\d|20\d\d)\s*[-–/]\s*\d{{2,4}}\b(?![-–/\d])", _year),
        (
            rf"{_HOUR}{_BY}?(?:\b(?P<side>(?i:last|next|this))\s+)?\b{_WEEKDAY}(?P<owned>['’]s)?"
            r"(?:\s+(?:morning|afternoon|evening|night|noon)\b)?(?P<week>\s+week\b)?"
            r"(?:\s+(?:of\s+)?(?P<of>last|this|next)\s+week\b)?",
            _weekday,
        ),
        (
            r"\b(?P<by>on|since|by|from)\s+the\s+(?P<ordinal>\d{1,2}(?:st|nd|rd|th)|"
            rf"{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
            r"(?=\s*[,.;:!?)]|$|\s(?:and|but|that|in|at|to|with|after|before)\b)",
            _ordinal,
        ),
        (rf"(?i:\b{_NUMBER}\s+(?P<unit>{_SPANS})s?\s+ago\b)", _ago),
        (
            rf"(?i:\b(?P<word>{'|'.join(sorted(_NEAR, key=len, reverse=True))})\b)(?!['’])",
            _near,
        ),
        (
            r"(?i:(?:\b(?:at|by|before|until|towards?)\s+the\s+(?:end|beginning|start)\s+of\s+)?"
            r"(?:\b(?P<course>earlier|later|early|late)\s+(?:in\s+)?)?\b(?P<side>last|this|next)\s+"
            r"(?P<unit>weekend|week|month|year)\b)(?!['’])",
            _sided,
        ),
        (
            r"(?i:(?:\b(?P<side>last|this|next)\s+|\b(?P<by>in|by|since|during)\s+"
            r"(?:the\s+)?(?:early\s+|late\s+)?)(?P<season>spring|summer|autumn|fall|winter)\b)(?!['’]|\s+of\b)",
            _season,
        ),
        *((pattern, _vague) for pattern in PATTERNS),
        (
            rf"(?i:\b(?:{_NUMBER}|several|many|a\s+few|some)?\s*\b{_SPANS}s?\s+"
            r"(?:later|earlier|afterwards|ago|(?:before|after)(?=\s*[,.;:]|$))(?!\s+(?:this|last|next)\b))",
            _vague,
        ),
        (
            r"(?i:\b(?:on\s+|during\s+)?(?:the|that)\s+(?:same|next|following|previous)\s+"
            r"(?:day|week|weekend|month|year|morning|afternoon|evening|night)\b)",
            _vague,
        ),
        (
            r"(?i:\b(?:at|over|on|during|by|until)\s+the\s+weekend\b|\ball\s+(?:week|day|night)\b)",
            _vague,
        ),
        (r"(?i:\bbefore\s+the\s+end\s+of\s+the\s+\w+)", _vague),
        (
            rf"(?i:\bovernight\b|\b(?:(?:\w+\s+hours?|a\s+little|shortly|just|soon)\s+)?"
            rf"(?:at|before|by|after|since|around)\s+(?:{_NIGHT})\b(?!\s+[a-z]+s\b)|"
            r"\bin\s+the\s+(?:early\s+)?(?:morning|afternoon|evening|night|small\s+hours|"
            r"early\s+hours)\b|\b(?:through|during)\s+the\s+night\b)",
            _vague,
        ),
        (r"(?i:\bat\s+\w+\s+(?:in\s+the\s+(?:morning|afternoon|evening)|o['’]clock)\b)", _vague),
        (r"(?i:\bat\s+\d{1,2}(?:[.:]\d\d)?\s*[ap]\.?m\b\.?)", _vague),
    )
)
