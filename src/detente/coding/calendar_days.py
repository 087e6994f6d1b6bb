"""Days of the calendar, None where there is no such day, and the words that count them."""

from __future__ import annotations

import calendar
import datetime as dt

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if number}
_SHORT = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if number}
MONTH_NUMBERS = MONTHS | _SHORT | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_TO_TWENTY = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
)  # fmt: skip
NUMBERS = {word: number for number, word in enumerate(_TO_TWENTY, 1)} | {
    "a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "a hundred": 100,
}  # fmt: skip
_TO_TWENTIETH = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
ORDINALS = (
    {word: number for number, word in enumerate(_TO_TWENTIETH, 1)}
    | {f"twenty-{word}": number for number, word in enumerate(_TO_TWENTIETH[:9], 21)}
    | {"thirtieth": 30, "thirty-first": 31}
)
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def day_of(year: int, month: int, day: int) -> dt.date | None:
    """A day by its numbers."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def shifted(story: dt.date, days: int) -> dt.date | None:
    """The day so many days later."""
    try:
        return story + dt.timedelta(days=days)
    except OverflowError:
        return None


def month_from(story: dt.date, months: int) -> dt.date | None:
    """The first day of the month so many months after the story's."""
    count = story.year * 12 + story.month - 1 + months
    return day_of(count // 12, count % 12 + 1, 1)


def first_of(date: dt.date | None) -> dt.date | None:
    """The first day of its month."""
    return date.replace(day=1) if date else None


def nearest(story: dt.date, ahead: bool, month: int, day: int) -> dt.date | None:
    """A day without a year: the last one up to the story's day, or the next one."""
    for years in range(9):  # 29 February may be eight years off, about 1900 and 2100
        date = day_of(story.year + (years if ahead else -years), month, day)
        if date and (date >= story if ahead else date <= story):
            return date
    return None
