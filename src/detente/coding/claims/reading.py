"""What the words of a claim say of how it would be measured."""

from __future__ import annotations

import datetime as dt
import re

from detente.coding.claims.shapes import Direction, Quantity, Reading, Sign

_FLAGS = re.IGNORECASE
_MEASURES: dict[Quantity, re.Pattern[str]] = {
    "conflict": re.compile(
        r"\b(tensions?|conflicts?|violence|hostil\w+|clash\w*|attacks?|war|fighting|strikes?"
        r"|provocations?|threats?|incidents?|raids?|protests?|drills|crossings|violations|quarrel\w*"
        r"|shelling|escalat\w+|sanctions|coercion|aggression|missiles?|flare-ups?|blockade|crisis"
        r"|rivalry|friction|disputes?|rhetoric|statements|casualties|deaths|crises|offensive)\b",
        _FLAGS),
    "cooperation": re.compile(
        r"\b(cooperat\w+|collaborat\w+|talks?|dialogues?|negotiat\w+|summits?|meetings?|trad(?:e|es|ed|ing)|aid"
        r"|agreements?|deals?|accords?|treat(y|ies)|visits?|contacts?|exchanges?|investment"
        r"|diplomacy|consultations?|alliances?|coordination|partnerships?|exports?|imports?"
        r"|mediation|reconcil\w+|peace|truce|ceasefire|support)\b", _FLAGS),
    "net_cooperation": re.compile(
        r"\b(relations?|relationships?|ties|closer|together|apart|rapprochement|thaw\w*|estrange\w*"
        r"|friend\w*|warm\w*|cool\w*|sour\w*|trust|into the arms|away|wedge|alienat\w+|divid\w+"
        r"|unit(e|es|ed|y)(?! (states|nations|kingdom|arab)))\b",
        _FLAGS),
}  # fmt: skip
_UP = re.compile(
    r"\b(more|greater|higher|ris(e|es|en|ing)|rose|rais\w+|increas\w*|grow\w*|grew|deep\w+|closer"
    r"|improv\w+|strengthen\w*|boost\w*|warm\w*|doubl\w+|tripl\w+|surg\w+|soar\w*|spread\w*"
    r"|intensif\w+|escalat\w+|together|new(?! (delhi|york|zealand|guinea))"
    r"|further|better|highest|most|worst|largest|expand\w*|frequent|often|smooth\w*|thaw\w*|reviv\w+|launch\w*|again|resum\w+)\b",
    _FLAGS,
)
_DOWN = re.compile(
    r"\b(less|fewer|lower|fall\w*|fell|declin\w+|drop\w*|decreas\w*|reduc\w+|eas(e|es|ed|ing)"
    r"|shr[iau]nk\w*|weak\w+|collaps\w*|cool\w*|sour\w*|worse|worsen\w*|deteriorat\w+|ceas\w+"
    r"|apart|rarer|halv\w+|lowest|least|calm\w*|end(s|ed|ing)?|halt\w*|plung\w+|plummet\w*"
    r"|dwindl\w+|hurt\w*|harm\w*|damag\w+|strain\w*|undermin\w+|erod\w+|subsid\w+|no longer"
    r"|without|away|wedge|alienat\w+|curb\w*|rein\w*|estrange\w*|lapse\w*|stall\w*|undo\w*|fragile)\b",
    _FLAGS,
)
_WORSE = re.compile(r"\b(worst|worse|worsen\w*|deteriorat\w+|sour\w*|gravest)\b", _FLAGS)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "few": 3, "several": 3,
    "coming": 1, "next": 1,
}  # fmt: skip
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_WINDOW = re.compile(
    r"\b(?:within|in|over|for|after) (?:the )?(?:coming |next |following )?"
    r"(\d{1,3}|a few|[a-z]+)? ?(day|week|month|year)(s?)\b",
    _FLAGS,
)
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7,
    "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_DAY = (
    r"(?:[\w’'-]+ ){0,6}?"
    rf"(?:(\d{{1,2}}) )?(?:({'|'.join(_MONTHS)}) )?(?:(\d{{1,2}}), )?(1[89]\d\d|20\d\d)\b"
)
_SINCE = re.compile(rf"\bsince {_DAY}", _FLAGS)
_AFTER = re.compile(rf"\b(?:after|from|following) {_DAY}", _FLAGS)
_ANY_TIME = re.compile(rf"\b(?:after|from|in|of|following) {_DAY}", _FLAGS)

_SPAN = re.compile(
    r"\b(1[89]\d\d|20\d\d)(?: ?[-–—] ?| (?:to|until|till|through|and) )(1[89]\d\d|20\d\d)\b", _FLAGS
)


def reading_of(effect: str, sentence: str, sign: Sign, *, extreme: bool = False) -> Reading:
    """What would be measured, which way, since when, within how long.

    Args:
        effect: The words of what is brought about, compared or foretold, with the cue.
        sentence: All words of the claim.
        sign: What the cause does to the effect.
        extreme: Whether something is called the most or least: `the crisis of 2021 was the worst`
            tells when it was, and not since when nothing was worse.

    Example:
        >>> reading_of("eased tensions", "In 2019 the talks eased tensions.", "-").direction
        'down'
    """
    own = _measure(effect)
    measure = own or _measure(sentence)
    return Reading(
        measure,
        _direction(effect, measure, sign),
        since_of(sentence, extreme=extreme),
        _window(sentence),
        years_of(sentence),
        borrowed=not own and bool(measure),
    )


def _measure(words: str) -> Quantity:
    """The measure whose nouns come first."""
    matches = {name: pattern.search(words) for name, pattern in _MEASURES.items()}
    places = {name: match.start() for name, match in matches.items() if match}
    return min(places, key=lambda name: places[name], default="")


def _direction(effect: str, measure: Quantity, sign: Sign) -> Direction:
    """Up or down, by the words of more and less that stand in the effect, or else by the cue."""
    if sign == "0" or not measure:
        return ""
    up, down = _UP.search(effect), _DOWN.search(effect)
    if measure == "conflict" and _WORSE.search(effect):
        return "up"
    if up and (not down or up.start() <= down.start()):
        return "down" if measure == "net_cooperation" and _WORSE.search(effect) else "up"
    if down:
        return "down"
    return "up" if sign == "+" else "down" if sign == "-" else ""


def since_of(words: str, *, extreme: bool = False) -> dt.date | None:
    """The day, month or year that follows `since`, or else `after` or the like.

    Args:
        words: Words of a claim.
        extreme: Whether `in` and `of` say when it was, and not since when.

    Example:
        >>> since_of("the worst since the war of 1973"), since_of("after 8 July 2016")
        (datetime.date(1973, 1, 1), datetime.date(2016, 7, 8))
    """
    match = _SINCE.search(words) or (_AFTER if extreme else _ANY_TIME).search(words)
    if match is None:
        return None
    before, month, after, year = match.groups()
    day = int(before or after or 1) if month else 1
    try:
        return dt.date(int(year), _MONTHS.get((month or "").lower(), 1), day)
    except ValueError:
        return None


def years_of(words: str) -> tuple[int, int] | None:
    """The first and the last of a span of years.

    Example:
        >>> years_of("the patience of 2009–2017 failed"), years_of("from 1994 until 2002")
        ((2009, 2017), (1994, 2002))
    """
    match = _SPAN.search(words)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2])
    return (first, last) if first < last else None


def _window(words: str) -> int | None:
    match = _WINDOW.search(words)
    if match is None:
        return None
    number, unit, plural = (match[1] or "").lower(), match[2].lower(), match[3]
    count = int(number) if number.isdigit() else _NUMBERS.get(number.removeprefix("a "))
    if count is None or (not number and not plural):
        count = 1 if not plural else 4 if unit == "week" else 3
    days = count * _DAYS[unit]
    return days if 1 <= days <= 1100 else None
