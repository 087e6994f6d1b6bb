"""Stand-ins for the parts of a coder: actors by name, acts by verb, so that answers are known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from detente.coding.shapes import Actor, Mention, Scored, Sentence, Status, When
from detente.coding.steps import Steps

ACTORS = {
    "China": Actor("CHN", name="China"),
    "Beijing": Actor("CHN", "GOV", "China"),
    "Japan": Actor("JPN", name="Japan"),
    "Russia": Actor("RUS", name="Russia"),
    "Iran": Actor("IRN", name="Iran"),
    "Iranian protesters": Actor("IRN", "CVL", "protesters"),
    "France": Actor("FRA", name="France"),
    "Germany": Actor("DEU", name="Germany"),
    "India": Actor("IND", name="India"),
    "Brazil": Actor("BRA", name="Brazil"),
    "Turkey": Actor("TUR", name="Turkey"),
    "Egypt": Actor("EGY", name="Egypt"),
    "Kenya": Actor("KEN", name="Kenya"),
    "Korea": None,
    "Ruritania": None,
}
DOUBTS = {"Korea": "may be KOR or PRK"}
VERBS = {
    "praised": ("05", 0.9), "sanctioned": ("16", 0.8), "met": ("04", 0.95), "bombed": ("19A", 0.7),
    "arrested": ("17C", 0.35), "perhaps": ("11", 0.55),
}  # fmt: skip
_NAMES = re.compile("|".join(sorted(ACTORS, key=len, reverse=True)))


def name(sentences: Sequence[Sentence], day: dt.date) -> list[tuple[Mention, ...]]:
    """Mentions by name alone."""
    return [_named(sentence) for sentence in sentences]


def _named(sentence: Sentence) -> tuple[Mention, ...]:
    start = sentence.span[0]
    return tuple(
        Mention(
            match[0],
            (start + match.start(), start + match.end()),
            ACTORS[match[0]],
            "" if ACTORS[match[0]] else DOUBTS.get(match[0], "not in the table"),
        )
        for match in _NAMES.finditer(sentence.text)
    )


def score(sentence: Sentence, mentions: tuple[Mention, ...]) -> tuple[Scored, ...]:
    """Every earlier mention does the sentence's verb to every later one."""
    return tuple(
        _scored(sentence, first, second)
        for place, first in enumerate(mentions)
        for second in mentions[place + 1 :]
    )


def _scored(sentence: Sentence, source: Mention, target: Mention) -> Scored:
    verb = next((verb for verb in VERBS if verb in sentence.text), "")
    key, share = VERBS.get(verb, ("01", 0.05))
    acts = {key: share} | ({"17A": share} if key == "17C" else {})
    return Scored(source, target, acts, max(0.0, 1 - sum(acts.values())), {})


def when(sentence: Sentence, story_date: dt.date, pair: Scored) -> When:
    """Days and months that are written as in ISO 8601; else the story's."""
    match = re.search(r"\d{4}-\d\d(-\d\d)?", sentence.text)
    if match is None:
        return When(story_date, "document")
    day = dt.date.fromisoformat(match[0] if match[1] else f"{match[0]}-01")
    start = sentence.span[0]
    span = (start + match.start(), start + match.end())
    return When(day, "day" if match[1] else "month", match[0], span, day > story_date)


def status(sentence: Sentence, pair: Scored, when: When) -> tuple[Status, str]:
    """Two cues, and days to come."""
    if "should" in sentence.text:
        return "opinion", "should"
    if "denied" in sentence.text:
        return "denied", "denied"
    return ("planned", when.words) if when.future else ("actual", "")


STEPS = Steps(name, score, when, status, "stand-in")
