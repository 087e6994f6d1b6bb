"""When an act was, by the words of its sentence.

Of several times in a sentence that one counts which stands nearest to the act in the same clause.
A time in a which-clause, an if-clause or behind `after` dates what is told there and nothing else.
The day on which it was said dates the act only if nothing else does, and if the act is neither to
come nor told as over by then (`had shelled`).

Decisions of ours, where usage is doubtful:
    - A day or month without year, and a weekday, is the last one up to the story's day, unless the
      verb (`will`, `is due to`, `would` in a report) or the words (`by 3 April`) look ahead.
    - `next Friday` is that of the week after the story's, Monday to Sunday; `last Monday` the
      last one before the story's day; `this Friday` that of the story's week.
    - `two weeks ago` gives the month, as nobody counts the days; `a week ago` a day.
    - A season gives its year, `03/04/2017` too: what is certain, and no more.
    - `last week`, `at dawn`, `two days later`, `the 1990s` are told as words with precision
      `document`: they say when, but not so that we can tell the day.
"""

from __future__ import annotations

import datetime as dt
import re

from detente.coding.clauses import FINITE, LONGEST, Outline, outline
from detente.coding.datewords import Expression, Meaning, expressions
from detente.coding.shapes import Sentence, Span, When

_AHEAD = re.compile(
    r"\b(?:will|shall|won['’]t|going to|(?:is|are|was|were|be|been) (?:due|set|scheduled|expected|"
    r"about|to)\b|due to|scheduled for|plans? to|planned to|intends? to|must|would|may|might|could|"
    r"to (?:begin|start|end|expire|open|resume|leave|take effect|last)|effective)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\b(?:flies|arrives|comes|leaves|travels|visits|meets|hosts|receives|begins|starts|opens|"
    r"resumes?|takes over|goes|returns|expires|ends|holds|vote|votes)\b"
)
"""Verbs of a timetable; headlines use them of the past too, so that the nearer day is meant."""

_PAST = re.compile(r"\b(?:had|was|were|did)\b")
_OWN_TAIL = re.compile(r"\b(?:its|his|her|their|it|he|she|they)\b")
_INFINITIVE = re.compile(r"\bto\s+(?!the\b|a\b|an\b|its\b|his\b|their\b)[a-z]+\b")
_APPOSED = re.compile(r"\s*(?:the|a|an|its|his|her|their)\b")
_SHARES_SUBJECT = re.compile(
    rf"\s*(?:(?:and|but|while|yet|then|also|later)\s+)*(?:{FINITE.pattern}|[a-z]+ly\b|on\b|in\b|"
    r"at\b|after\b|by\b|for\b|with\b|from\b|to\b)"
)
_HEAD_STEPS = 3
_OWNED_REACH = 25
"""Characters from a possessive to what it dates: `Friday's Israeli air raid`."""

_EVER = re.compile(r"\b(?:first|last|only|most|[a-z]{3,}est)\b[^,;]{0,40}$")
"""Before `since`, what compares with all that was after: `the first visit since 1988`."""

_ANY_DAY = dt.date(2000, 1, 1)
_LONG_PAST = re.compile(r"\bhad\b(?! to\b)")


def when(
    sentence: Sentence, story_date: dt.date, act: Span | None = None, source: Span | None = None
) -> When:
    """The day, month or year of an act.

    Args:
        sentence: Where it is told.
        story_date: The day on which the story was written.
        act: Where the act stands in the story, such as from its source's first character to its
            target's last; the whole sentence if it is not known.
        source: Where who acts stands in the story, if that is known: what it does in a clause of
            its own is not dated by the clause before (`X left on Monday, for which Y praised it`).

    Returns:
        The time with the words that say it, or the story's own day with precision `document`.

    Example:
        >>> text = "Tokyo, which joined in 1956, recalled its envoy on Monday."
        >>> answer = when(Sentence(text, (0, len(text))), dt.date(2017, 1, 11))
        >>> answer.date, answer.precision, answer.words
        (datetime.date(2017, 1, 9), 'day', 'on Monday')
    """
    text, offset = sentence.text[:LONGEST], sentence.span[0]
    parts = outline(text)
    first, last = (act[0] - offset, act[1] - offset) if act else _main(parts)
    span = first, max(last, first + 1)
    ends: tuple[int, ...] = span[1] - 1, span[0]
    if source and source[1] - offset >= span[1] > source[0] - offset > span[0]:
        ends = ends[:1]
    for time in _by_rank(parts, expressions(text), span, ends):
        meaning = _meaning(parts, time, story_date)
        if meaning is None:
            continue
        date, precision = meaning
        words = text[time.start : time.end].strip()
        start = offset + text.index(words, time.start)
        future = date > story_date or bool(time.ahead and precision != "day")
        return When(date, precision, words, (start, start + len(words)), future)
    return When(story_date, "document")


def _main(parts: Outline) -> Span:
    """The last piece of the first main clause: where the act is, if nobody says."""
    mains = [
        number
        for number, piece in enumerate(parts.pieces)
        if parts.clauses[piece.clause].kind == "main"
    ] or [0]
    verbs = [number for number in mains if FINITE.search(parts.words(number))] or mains
    clause = parts.pieces[verbs[0]].clause
    pieces = [piece for piece in parts.pieces if piece.clause == clause]
    return pieces[0].start, pieces[-1].end


def _by_rank(
    parts: Outline, times: tuple[Expression, ...], act: Span, ends: tuple[int, ...]
) -> list[Expression]:
    """The times that can date the act, the likeliest first."""
    ranked = []
    for order, time in enumerate(times):
        if rank := _rank(parts, time, act, ends):
            ranked.append((*rank, order))
    return [times[rank[-1]] for rank in sorted(ranked)]


def _rank(
    parts: Outline, time: Expression, act: Span, ends: tuple[int, ...]
) -> tuple[int, bool, int, int] | None:
    """How far a time is from an act, smaller is nearer; None where it cannot date it.

    A time in the clause where the act ends (its target stands there) comes before one where it
    begins; one of its own clause before one of whoever reports it; one that can be told before a
    vague one; one of the act's own piece before others.
    """
    if time.owned and not act[0] - _OWNED_REACH <= time.end <= act[1]:
        return None
    there = parts.at(time.start)
    if time.lead == "since" and _EVER.search(parts.text, parts.pieces[there].start, time.start):
        return None
    for turn, place in enumerate(ends):
        here = parts.at(place)
        steps = _steps(parts, here, there, act)
        if steps is not None and (turn == 0 or time.start < act[1] or steps):
            vague = time.mean(_ANY_DAY, False) == (_ANY_DAY, "document")
            gap = max(time.start - act[1], act[0] - time.end, 0)
            return 2 * turn + steps, vague, here != there, gap
    return None


def _steps(parts: Outline, here: int, there: int, span: Span) -> int | None:
    """How many clauses lie between an act and a time that dates it; None if it does not."""
    act, time, clauses = parts.pieces[here].clause, parts.pieces[there].clause, parts.clauses
    if act == time:
        return 0 if _same_verb(parts, here, there) else None
    heads = clauses[act].kind == clauses[time].kind == "main" and time < act
    if heads and not _has_verb(parts, time):  # a dateline, such as `SEOUL, March 13 -`
        return _HEAD_STEPS
    if clauses[time].kind == "tail" and clauses[time].parent == act:
        own = _OWN_TAIL.search(parts.words(there)) or span[0] >= parts.pieces[there].start
        return 1 if own and not _distant(parts.text, span) else None
    if clauses[act].kind == "beside" and clauses[act].parent == time:
        return 1
    if clauses[act].kind == "content" and clauses[act].parent == time:
        return None if _distant(parts.text, (clauses[act].start, span[1])) else 1
    return None


def _has_verb(parts: Outline, clause: int) -> bool:
    return any(
        FINITE.search(parts.words(number))
        for number, piece in enumerate(parts.pieces)
        if piece.clause == clause
    )


def _same_verb(parts: Outline, here: int, there: int) -> bool:
    """Whether a time in one piece of a clause dates what stands in another one."""
    clause = parts.pieces[here].clause
    between = [
        number
        for number in range(min(here, there) + 1, max(here, there) + 1)
        if parts.pieces[number].clause == clause
    ]
    time, act = parts.words(there), parts.words(here)
    if there < here:
        if not FINITE.search(time):
            return True
        return not (_INFINITIVE.search(time) or any(_own_subject(parts, at) for at in between))
    if there > here and _APPOSED.match(time) and not FINITE.search(time):
        return False
    return not FINITE.search(act) or not any(FINITE.search(parts.words(at)) for at in between)


def _own_subject(parts: Outline, piece: int) -> bool:
    """Whether a piece says who does its verb, as `and Baghdad said no` does."""
    words = parts.words(piece)
    return bool(FINITE.search(words)) and not _SHARES_SUBJECT.match(words)


def _distant(text: str, span: Span) -> bool:
    """Whether what is reported is to come, or was over when it was reported."""
    words = text[span[0] : span[1]]
    return bool(
        re.search(r"\b(?:will|would|shall|is to|are to)\b", words) or _LONG_PAST.search(words)
    )


def _meaning(parts: Outline, time: Expression, story_date: dt.date) -> Meaning:
    """What the words of a time mean where they stand."""
    if time.ahead is not None:
        return time.mean(story_date, time.ahead)
    here = parts.at(time.start)
    clause = parts.pieces[here].clause
    words = " ".join(
        parts.words(number) for number in range(here + 1) if parts.pieces[number].clause == clause
    )
    if time.lead == "since" or _LONG_PAST.search(words):
        return time.mean(story_date, False)
    due = time.lead.startswith(("by", "effective")) and not _PAST.search(words)
    if due or _AHEAD.search(words):
        return time.mean(story_date, True)
    last, following = time.mean(story_date, False), time.mean(story_date, True)
    if last and following and _PRESENT.search(words):
        return min(following, last, key=lambda meaning: abs(meaning[0] - story_date))
    return last
