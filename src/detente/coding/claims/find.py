"""The claims of an argument, sentence by sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from detente.coding.claims.choosing import chosen, modality_of
from detente.coding.claims.cues import Hit, hits
from detente.coding.claims.kinds import kind_of
from detente.coding.claims.naming import named
from detente.coding.claims.reading import reading_of
from detente.coding.claims.shapes import Claim, Reading, Side, Sign
from detente.coding.clauses import FINITE
from detente.coding.sentences import is_too_long
from detente.coding.sentences import sentences as sentences_of
from detente.coding.shapes import Mention, Sentence, Span

Actors = Callable[[Sentence], Sequence[Mention]]
"""Who is named in a sentence."""

_DENIED_IN = re.compile(
    r"\b(?:not|never)$|\bnot (?:\w+ )?(?:likely|bound|set|certain|expected|due)\b", re.IGNORECASE
)
_DENIED_AFTER = re.compile(
    r"\s+(?:(?:\w+ly|soon|well|even|also|perhaps|therefore)\s+){0,2}(?:(?:not|never|hardly)\b"
    r"(?!\s+(?:only|just|merely|rest|stop|end|cease|fail|hesitate|stay|remain)\b)"
    r"|no\s+longer\b|(?:be\s+|(?<=\bbe\s))no\b(?!\s+(?:doubt|surprise|end|less|fewer)\b))",
    re.IGNORECASE,
)
"""Words in or behind a forecast's cue that turn it round."""

_NEW_CLAUSE = re.compile(r",\s+which\s+|;\s+|\s+[–—]\s+|—")
_NONE_SINCE = re.compile(
    r"\b(?:not|never|no|neither|barely|hardly|scarcely|rarely)\b|n['’]t\b", re.IGNORECASE
)
_ANSWERS = re.compile(r"(?:answer|respond|retaliat|repl[iy]|react)", re.IGNORECASE)
_LEADING = re.compile(r"(?:when|after|once|as|because|since|if|following)\b", re.IGNORECASE)
_NO_CLAUSE = re.compile(
    r"(?:thanks to|owing to|due to|following|amid|with|without|in (?:response|answer|reaction)|on"
    r" account of|in (?:retaliation|return) for|as a (?:result|consequence) of|in the wake of)\b",
    re.IGNORECASE,
)
"""What leads a sentence without a verb of its own."""

_PASSIVE = re.compile(r"\s+by\b", re.IGNORECASE)


def claims(text: str, date: dt.date | None = None) -> tuple[Claim, ...]:
    """The claims of a text, with the states that each names.

    Args:
        text: An argument in English.
        date: The day that it was written, which decides who holds an office.

    Example:
        >>> [claim] = claims("The talks brought Washington and Beijing closer.")
        >>> claim.kind, [item.actor.code for item in claim.effect.actors]
        ('response', ['USA', 'CHN'])
    """
    parts = sentences_of(text)
    mentions = dict(zip((part.span for part in parts), named(parts, date), strict=True))
    return claims_in(parts, lambda part: mentions[part.span])


def claims_in(sentences: Sequence[Sentence], actors: Actors | None = None) -> tuple[Claim, ...]:
    """Each causal, comparative, superlative, change or forecast clause, and each plain motive.

    Args:
        sentences: Of one story, in its order.
        actors: Who is named in a sentence; by default nobody.

    Returns:
        The claims in the order of the text, at most one of a clause.

    Example:
        >>> claims_in([Sentence("The test led to sanctions.", (0, 27))])[0].cue
        'led to'
    """
    name = actors or (lambda sentence: ())
    numbered = (
        (sentence, number)
        for _, paragraph in groupby(sentences, key=lambda sentence: sentence.paragraph)
        for number, sentence in enumerate(paragraph)
    )
    return tuple(
        claim
        for sentence, number in numbered
        if not is_too_long(sentence)
        for claim in _claims_of(sentence, number, name(sentence))
    )


def _claims_of(sentence: Sentence, number: int, mentions: Sequence[Mention]) -> Iterator[Claim]:
    """The claims of the clauses of a sentence; of a sentence with none, no more than one motive."""
    for clause in _clauses(sentence.text):
        words = sentence.text[slice(*clause)]
        hit = chosen(words, list(hits(words)))
        if hit is not None:
            yield _claim(sentence, number, clause, hit, mentions)


def _clauses(text: str) -> Iterator[Span]:
    """Where the parts of a sentence stand that may each claim something; a question is one."""
    if text.rstrip().endswith("?"):
        yield 0, len(text)
        return
    start = 0
    for match in _NEW_CLAUSE.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _claim(
    sentence: Sentence, number: int, clause: Span, hit: Hit, mentions: Sequence[Mention]
) -> Claim:
    words = sentence.text[slice(*clause)]
    at = sentence.span[0] + clause[0]
    reverse = _is_reversed(words, hit)
    cause, effect = _spans(words, hit, reverse=reverse)
    sides = [_side(words, span, at, mentions) for span in (cause, effect)]
    inside = _named_within(mentions, (at + hit.span[0], at + hit.span[1]))
    if hit.cue.cause and not reverse:  # what is brought stands within “brought X closer”
        sides[1] = replace(sides[1], actors=(*inside, *sides[1].actors))
    modality = modality_of(words)
    kind, why = kind_of(words, hit.cue.family, sides[0].text, modality)
    cue = words[slice(*hit.span)].strip()
    sign: Sign = "-" if _is_denied(words, hit) else hit.cue.sign
    spoken = f"{sides[1].text} {cue}" if reverse else f"{cue} {sides[1].text}"
    return Claim(
        sentence=sentence,
        number=number,
        family=hit.cue.family,
        cue=cue,
        cue_span=(at + hit.span[0], at + hit.span[0] + len(cue)),
        cause=sides[0],
        effect=sides[1],
        sign=sign,
        modality=modality,
        kind=kind,
        why=why,
        reading=_read(spoken, words, sign, hit),
    )


def _read(spoken: str, words: str, sign: Sign, hit: Hit) -> Reading:
    """What would be measured; where something has not been since, there is less of it."""
    reading = reading_of(spoken, words, sign, extreme=hit.cue.family == "superlative")
    if hit.cue.family == "change" and hit.cue.sign == "-" and _NONE_SINCE.search(words):
        return replace(reading, direction="down", measure=reading.measure or "cooperation")
    return reading


def _spans(words: str, hit: Hit, *, reverse: bool) -> tuple[Span, Span]:
    """Where the cause and the effect stand."""
    before, after = (0, hit.span[0]), (hit.span[1], len(words))
    if not hit.cue.cause:
        return (0, 0), (0, len(words))
    answers = _ANSWERS.match(words, hit.span[0]) and _LEADING.match(words)
    end = _end_of_lead(words) if answers or not words[: hit.span[0]].strip(" ,") else None
    if end is not None:  # `When the one cut trade, the other struck`
        return (0 if answers else hit.span[1], end), (end, len(words))
    return (after, before) if reverse else (before, after)


def _end_of_lead(words: str) -> int | None:
    """Where the clause ends with which a sentence begins: at the first comma after its verb."""
    commas = (match.start() for match in re.finditer(",", words))
    return next(
        (end for end in commas if FINITE.search(words[:end]) or _NO_CLAUSE.match(words)), None
    )


def _is_denied(words: str, hit: Hit) -> bool:
    """Whether a forecast says that something will not be: `will probably not strike`."""
    cue = words[slice(*hit.span)].rstrip()
    denied = _DENIED_IN.search(cue) or _DENIED_AFTER.match(words, hit.span[0] + len(cue))
    return hit.cue.family == "forecast" and bool(denied)


def _is_reversed(words: str, hit: Hit) -> bool:
    """Whether the cause follows the cue: after `because`, or after a passive with `by`."""
    passive = bool(hit.cue.verb and _PASSIVE.match(words, hit.span[1]))
    return hit.cue.cause == "after" or passive


def _side(words: str, span: Span, at: int, mentions: Sequence[Mention]) -> Side:
    text = words[slice(*span)]
    lead = len(text) - len(text.lstrip(" ,;:"))
    start = at + span[0] + lead
    text = text.strip(" ,;:")
    end = start + len(text)
    return Side(text, (start, end), _named_within(mentions, (start, end)))


def _named_within(mentions: Sequence[Mention], span: Span) -> tuple[Mention, ...]:
    first, last = span
    return tuple(item for item in mentions if first <= item.span[0] and item.span[1] <= last)
