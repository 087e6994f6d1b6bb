"""What was left of a change after the end of what had caused it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.answers import Scale
from detente.asks.claims.scales import convert
from detente.estimators.shift import LevelShift
from detente.relations.series import Series
from detente.relations.steps import month_name
from detente.rounding import plural, tell_all

GONE, LEFT = 1 / 3, 2 / 3
PHRASES = {
    "gone": "Little or nothing",
    "in part": "Some of it",
    "left": "Most or all",
}
"""What was left, in words."""


@dataclass(frozen=True)
class Aftermath:
    """The level after the end, less that before the beginning, on the scale of the analysis.

    Attributes:
        share: What is left as a share of the change itself; below zero where it overshot.
        left: The difference with the level before the date.
        interval: Its 90% interval.
        at: Index of the first period of the window.
        level: The mean, or rate, of the window.
        since: First day of the window.
        scale: How the difference is told.
    """

    share: float
    left: float
    interval: tuple[float, float]
    at: int
    level: float
    since: np.datetime64
    scale: Scale

    @property
    def word(self) -> str:
        """Whether the change was gone: at most a third of it left, or at least two thirds."""
        if self.share <= GONE:
            return "gone"
        return "left" if self.share >= LEFT else "in part"

    @property
    def text(self) -> str:
        """How much is left, with its interval, in words."""
        values = convert(self.scale, np.array([self.left, *self.interval])).tolist()
        value, low, high = tell_all(values, self.scale)
        words = {"gone": "gone", "left": "still there", "in part": "gone in part"}
        return f"{words[self.word]}: {value} ({low} to {high}) against before"


def aftermath(effect: float, later: LevelShift, at: int, series: Series, scale: Scale) -> Aftermath:
    """What was left of a change.

    Args:
        effect: The change, on the scale of the analysis.
        later: The level after the end against that before the date.
        at: Index of the first period after the end.
        series: What was measured.
        scale: How differences are told.
    """
    share = later.effect / effect if effect else float("nan")
    left, since = later.effect, series.dates[at]
    return Aftermath(share, left, later.interval(), at, later.after, since, scale)


def all_afterwards(
    seen: Mapping[str, Aftermath | None], ended: dt.date | None, window_months: int
) -> str:
    """By which rulers a change was gone after its end, and by which not, in a sentence.

    Args:
        seen: What was left by each ruler that saw the change; None where it does not reach so far.
        ended: The day on which it ended; None where the claim names none.
        window_months: Length of the window after it.

    Returns:
        Empty where nothing was asked or no ruler that saw the change reaches so far.
    """
    reaching = {name: left for name, left in seen.items() if left is not None}
    if ended is None or not reaching:
        return ""
    since = month_name(min(left.since for left in reaching.values()))
    said = []
    for word, phrase in PHRASES.items():
        names = [name for name, left in reaching.items() if left.word == word]
        if names:
            said.append(f"{phrase}: {'; '.join(names)}.")
    window = plural(window_months, "months")
    return f"What was left of the change in the {window} from {since}. {' '.join(said)}"
