"""Sentences of a text, by rules: where they begin and end, to the character.

A full stop ends a sentence unless it belongs to an abbreviation, an initial or a number. Headings,
list items and paragraphs are cut at their lines; a dateline is no part of the sentence after it.
The rules are our own: they need no model, and every span can be checked against the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from detente.coding.clauses import FINITE
from detente.coding.reading.days import dateline_end
from detente.coding.shapes import Sentence, Span

LONGEST = 80
"""Words of a sentence beyond which it is cut at its clauses."""


MOST_CHARACTERS, MOST_UNBROKEN = 25_000, 1_000
"""Characters, and those without a blank, beyond which what has no end is no sentence."""

_UNBROKEN = re.compile(rf"\S{{{MOST_UNBROKEN + 1}}}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "mr mrs ms mme dr prof gen lt col sgt capt cmdr cdr adm maj brig gov sen rep reps sens rev"
    " hon pres st mt ft vs messrs amb pvt cpl vol fig figs sec supt insp fr sr dep"
    " asst assoc atty gens drs viz approx ca cf eg ie al u.s.s h.m.s"
)
"""Abbreviations that never end a sentence, without their full stop."""

_BEFORE_NUMBERS = _words(
    "no nos jan feb mar apr jun jul aug sep sept oct nov dec pp p para paras ch art res"
)
"""Abbreviations that do not end a sentence before a number."""

_MAYBE = _words(
    "inc co corp ltd llc plc jr sr etc bros dept univ assn ave blvd rd est a.m p.m ph.d b.a m.a"
)
"""Abbreviations that end a sentence if the next word is such as sentences begin with."""

_STARTERS = _words(
    "the a an in on at but and he she it they we i this that these those there after before while"
    " when as for if since with from by both all some many most several under during meanwhile"
    " however its his her their our one two what who last earlier"
    " according despite although also then now still yet no not to of so such because"
)
_END = re.compile(r"""(?<![.!?…])[.!?…]++(?:\[\d{1,3}\])*+["'”’)\]»]*+(?=\s)""")
_OPENERS = "\"'“‘([«"
_BULLET = re.compile(r"[ \t]*(?:[-*•‣▪◦·–—]|\(?[a-z0-9]{1,2}[.)]|\([ivx]{1,4}\))[ \t]+")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_THE_STATE = re.compile(r"\bthe\s+(?:U\.S\.|U\.K\.|U\.N\.|E\.U\.)$")
_OF_THE_STATE = (
    r"(?:President|Presidents|Vice|Secretary|Senate|Senator|Congress|House|Navy|Army|Air|Marine|"
    r"Marines|Coast|National|Department|State|Treasury|Embassy|Ambassador|Supreme|Federal|Central|"
    r"Security|General|Special|Open|Defense|Justice|Trade|Forces|Pacific|Fleet|Government|Council|"
    r"High|World|Human|Food|Foreign|Home|Parliament|Capitol|Steel|Chamber|Geological|Agency|"
    r"Customs|Border|Census|Constitution|Attorney|Missile|Strategic|Commission|Charter)\b"
)
_NEW_SUBJECT = re.compile(
    rf"\s+(?!{_OF_THE_STATE})(?:[A-Z][\w'’-]+\s+){{0,2}}[A-Z][\w'’-]*[a-z]"
    rf"(?:,\s|\s+(?:and\s+(?:the\s+)?[A-Z]|{FINITE.pattern}))"
)
"""A name that a verb, a comma or another name follows: `South Korea and Japan praised`."""

_TOKEN = 30
_SHORT = 0.6


def sentences(text: str) -> tuple[Sentence, ...]:
    r"""The sentences of a text in order; `text[start:end]` of a span is the sentence's own text.

    Args:
        text: The text, with line feeds between lines and empty lines between paragraphs.

    Example:
        >>> [s.text for s in sentences("Mr. Kim met Gen. Li on Jan. 5. The U.S. objected.")]
        ['Mr. Kim met Gen. Li on Jan. 5.', 'The U.S. objected.']
        >>> [s.text for s in sentences("SEOUL (Agency) - Two fell.\n\n- One flew.")]
        ['Two fell.', 'One flew.']
    """
    result = []
    for number, paragraph in enumerate(_paragraphs(text)):
        for block in _blocks(text, paragraph):
            for start, end in _within(text, block):
                result.append(Sentence(text[start:end], (start, end), number))
    return tuple(result)


def _paragraphs(text: str) -> Iterator[Span]:
    start = 0
    for blank in _BLANK.finditer(text):
        if text[start : blank.start()].strip():
            yield start, blank.start()
        start = blank.end()
    if text[start:].strip():
        yield start, len(text)


def _blocks(text: str, paragraph: Span) -> Iterator[Span]:
    """Parts of a paragraph that no sentence crosses: list items, headings, lines of a list."""
    lines = _lines(text, paragraph)
    widest = max(end - start for start, end in lines)
    begin = paragraph[0]
    for line, after in pairwise(lines):
        if _BULLET.match(text, *after) or _is_heading(text, line, after, widest):
            yield begin, line[1]
            begin = after[0]
    yield begin, paragraph[1]


def _lines(text: str, paragraph: Span) -> list[Span]:
    lines, start = [], paragraph[0]
    while (end := text.find("\n", start, paragraph[1])) >= 0:
        lines.append((start, end))
        start = end + 1
    return [*lines, (start, paragraph[1])]


def _is_heading(text: str, line: Span, after: Span, widest: int) -> bool:
    """Whether a line is too short to be wrapped, ends no sentence, and the next begins one."""
    words, following = text[slice(*line)].strip(), text[slice(*after)].strip()
    if not words or not following or words[-1] in '.!?…,;:-–—"”)':
        return False
    return line[1] - line[0] < _SHORT * widest and (
        following[0].isupper() or following[0] in _OPENERS
    )


def _within(text: str, block: Span) -> Iterator[Span]:
    """The sentences of a block, without bullets, datelines and blanks around them."""
    start, stop = block
    if bullet := _BULLET.match(text, start, stop):
        start = bullet.end()
    start = min(dateline_end(text, start), stop)
    for match in _END.finditer(text, start, stop):
        if _ends(text, match, stop) or _ends_with_state(text, start, match.end(), stop):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, stop)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    if any(map(str.isalnum, piece)):
        lead = len(piece) - len(piece.lstrip())
        yield start + lead, start + len(piece.rstrip())


def _ends(text: str, match: re.Match[str], stop: int) -> bool:
    """Whether a mark ends its sentence, by the word before it and the word after it."""
    following = text[match.end() : min(stop, match.end() + 2 * _TOKEN)].split(maxsplit=1)
    if not following:
        return False
    after = following[0].lstrip(_OPENERS)
    if not after or after[0].islower():
        return False
    if match[0][0] != "." or match[0][1:2] in {".", "!", "?"}:
        return True
    return _full_stop(_word_before(text, match.start()), after)


def _ends_with_state(text: str, start: int, end: int, stop: int) -> bool:
    """Whether `the U.S.` ends a sentence: it has had its verb, and a name with another follows."""
    return bool(
        _THE_STATE.search(text, start, end)
        and FINITE.search(text, start, end)
        and _NEW_SUBJECT.match(text, end, min(stop, end + 3 * _TOKEN))
    )


def _word_before(text: str, end: int) -> str:
    start = max(0, end - _TOKEN)
    words = text[start:end].split()
    return words[-1].lstrip(_OPENERS) if words and not text[end - 1].isspace() else ""


def _full_stop(before: str, after: str) -> bool:
    """Whether a full stop between two words ends a sentence."""
    word = before.lower()
    begins = after.rstrip(".,;:!?\"'”’)").lower() in _STARTERS
    if word in _TITLES:
        return False
    if word in _BEFORE_NUMBERS and after[0].isdigit():
        return False
    if word in _MAYBE or _INITIALS.fullmatch(before):
        return begins
    if len(before) == 1 and before.isalpha() and before.isupper():
        return begins and before != "I"
    return True


def is_too_long(sentence: Sentence) -> bool:
    """Whether what was taken for a sentence is none: nobody wrote so much without end or blank.

    Example:
        >>> is_too_long(Sentence("China" * 300, (0, 1500)))
        True
    """
    return len(sentence.text) > MOST_CHARACTERS or bool(_UNBROKEN.search(sentence.text))


_CLAUSES = (
    re.compile(r"[;:]\s+|\s[–—]\s|\s--\s"),
    re.compile(r",\s+(?=(?:and|but|while|whereas|although|which|who|where|after|before|as)\s)"),
    re.compile(r"\s+(?=(?:and|but|while|whereas|although|because)\s)"),
    re.compile(r",\s+"),
    re.compile(r"\s+"),
)
_WORD = re.compile(r"\S+")


def clauses(sentence: Sentence, most: int = LONGEST) -> tuple[Sentence, ...]:
    """A sentence in parts of at most `most` words, cut where its clauses part; itself if short.

    Args:
        sentence: The sentence.
        most: Words of a part at most.

    Example:
        >>> long = sentences("One fell; two rose, and three did not move at all.")[0]
        >>> [part.text for part in clauses(long, most=6)]
        ['One fell;', 'two rose,', 'and three did not move at', 'all.']
    """
    words = [match.start() for match in _WORD.finditer(sentence.text)]
    if len(words) <= most:
        return (sentence,)
    parts, start = [], 0
    while start < len(sentence.text):
        ahead = [place for place in words if place >= start]
        end = (
            _clause_end(sentence.text, start, ahead[most])
            if len(ahead) > most
            else len(sentence.text)
        )
        for first, last in _trimmed(sentence.text, start, end):
            span = (sentence.span[0] + first, sentence.span[0] + last)
            parts.append(Sentence(sentence.text[first:last], span, sentence.paragraph))
        start = end
    return tuple(parts)


def _clause_end(text: str, start: int, limit: int) -> int:
    """The best place to cut before a limit: the last strong one, else the last weak one."""
    for pattern in _CLAUSES:
        ends = [match.end() for match in pattern.finditer(text, start + 1, limit)]
        ends = [end for end in ends if end - start > (limit - start) // 4]
        if ends:
            return ends[-1]
    return limit
