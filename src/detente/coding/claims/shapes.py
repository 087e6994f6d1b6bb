"""What is told of a claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from detente.coding.shapes import Mention, Sentence, Span

Family = Literal["causal", "comparative", "superlative", "change", "forecast", "motive"]
"""What kind of sentence it is, by its cue."""

Sign = Literal["+", "-", "0", ""]
"""Whether the cause brings the effect about, lowers it, or does nothing; empty if none is told."""

Modality = Literal["stated", "likely", "possible", "counterfactual", "opinion"]


@dataclass(frozen=True)
class Side:
    """One side of a claim: what brings about, or what is brought about.

    Attributes:
        text: Its words.
        span: Where they stand in the text.
        actors: The states and others that it names.
    """

    text: str
    span: Span
    actors: tuple[Mention, ...] = ()


Quantity = Literal["cooperation", "conflict", "net_cooperation", ""]
"""A measure of event data; empty if the words tell none."""

Direction = Literal["up", "down", ""]


@dataclass(frozen=True)
class Reading:
    """What the words of a claim say of how it would be tested; None and empty where they do not.

    Attributes:
        measure: Measure of event data that its effect is about.
        direction: Whether that rises or falls: `up`, `down`.
        since: The day from which a superlative counts, or on which a change began.
        window_days: Within how many days.
        years: The first and last of the years that it sets against others.
        borrowed: Whether the measure is that of the cause, as the effect names none.
    """

    measure: Quantity = ""
    direction: Direction = ""
    since: dt.date | None = None
    window_days: int | None = None
    years: tuple[int, int] | None = None
    borrowed: bool = False


@dataclass(frozen=True)
class Claim:
    """A sentence that claims something about relations, and what its words tell of it.

    Attributes:
        sentence: Where it stands.
        number: Number of the sentence in its paragraph, from 0.
        family: What kind of sentence it is.
        cue: The words that show it.
        cue_span: Where they stand in the text.
        cause: What brings about; empty where the sentence tells no cause.
        effect: What is brought about, compared or foretold.
        sign: What the cause does to the effect.
        modality: How sure the text is.
        kind: The kind of claim in a study file that would test it, by its name there.
        why: Why no event data can decide it; empty where they can.
        reading: What would be measured.
    """

    sentence: Sentence
    number: int
    family: Family
    cue: str
    cue_span: Span
    cause: Side
    effect: Side
    sign: Sign
    modality: Modality
    kind: str
    why: str
    reading: Reading
