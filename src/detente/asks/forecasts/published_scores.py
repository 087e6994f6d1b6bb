"""How published odds, the study's own and the base rate score on the same windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.answers import Column, Scale, Table
from detente.arrays import Floats, Ints
from detente.asks.forecasts.scores import RESAMPLES, brier, log_score
from detente.estimators.resample import expanded_tail
from detente.rounding import tell_all

FEWEST = 4  # groups of windows that overlap, below which an interval would say nothing
OURS = "ours"
OPENED = "on the opening day"
LAST, FIRST = "published", "first word"

COLUMNS = (
    Column("whose", "Odds"),
    Column("brier", "Brier score", Scale.NUMBER, places=3),
    Column("log_score", "Log score", Scale.NUMBER, places=3),
    Column("at", "At"),
    Column("forecasts", "Forecasts", Scale.COUNT),
    Column("above_ours", "Brier above ours", Scale.POINTS, places=3),
    Column("low_90", "90% low", Scale.POINTS, places=3),
    Column("high_90", "90% high", Scale.POINTS, places=3),
)


@dataclass(frozen=True, eq=False)
class Compared:
    """Mean scores on the windows of one moment.

    Attributes:
        at: The moment, in words; empty if there is only one.
        number: Windows that have odds of everyone; `hits` those that came true.
        groups: Groups of windows that overlap.
        rows: One for each side, as in `COLUMNS`; ours among them.
    """

    at: str
    number: int
    hits: int
    groups: int
    rows: tuple[tuple[Any, ...], ...]

    def brier(self, whose: str) -> float:
        """The mean Brier score of one side."""
        return float(next(row[1] for row in self.rows if row[0] == whose))

    def above(self, whose: str) -> tuple[float, float | None, float | None]:
        """By how much the score of a side is above ours, with its 90% interval."""
        row = next(row for row in self.rows if row[0] == whose)
        return row[5], row[6], row[7]


def compare(windows: Table, at: str, seed: int) -> Compared:
    """Score each side on the windows that have odds of all of them.

    Differences have an interval by resampling whole groups of windows that overlap, whatever they
    are about: what happens in one summer decides all of its questions.

    Args:
        windows: Columns issued, within_days, came, published, ours, base_rate; first_word if
            questions had several forecasts.
        at: The moment, in words.
        seed: Seed of the resampling.

    Example:
        >>> names = ("issued", "within_days", "came", "published", "ours", "base_rate")
        >>> rows = [(f"20{year}-01-01", 30, True, 0.5, 0.9, 0.5) for year in (10, 11, 12, 13)]
        >>> scores = compare(Table(tuple(map(Column, names)), tuple(rows)), "", 1)
        >>> scores.groups, [round(float(value), 6) for value in scores.above("published")]
        (4, [0.24, 0.24, 0.24])

    Source:
        Efron (1979), Bootstrap methods: another look at the jackknife, over groups; Hesterberg
        (2015), What teachers should know about the bootstrap, for few of them.
    """
    records = [row for row in windows.records() if row["ours"] is not None]
    came = np.array([row["came"] for row in records], dtype=np.float64)
    groups = overlapping(records)
    names = {column.name for column in windows.columns}
    sides = {LAST: "published", OURS: "ours", "base rate": "base_rate"}
    if "first_word" in names:
        sides = {FIRST: "first_word", **sides}
    odds = {whose: _column(records, name) for whose, name in sides.items()}
    ours = brier(odds[OURS], came)
    rows = tuple(
        (
            whose,
            float(brier(given, came).mean()),
            float(log_score(given, came).mean()),
            at,
            len(records),
            *(
                (None, None, None)
                if whose == OURS
                else _difference(brier(given, came) - ours, groups, seed)
            ),
        )
        for whose, given in odds.items()
    )
    return Compared(at, len(records), int(came.sum()), len(set(groups.tolist())), rows)


def _column(records: Sequence[dict[str, Any]], name: str) -> Floats:
    return np.array([row[name] for row in records], dtype=np.float64)


def overlapping(records: Sequence[dict[str, Any]]) -> Ints:
    """The group of each window: windows that overlap, at once or through others, are of one.

    Args:
        records: Rows with issued and within_days; a window begins on the day after.

    Example:
        >>> rows = [("2017-01-01", 30), ("2017-01-20", 30), ("2017-02-19", 5)]
        >>> overlapping([dict(issued=day, within_days=days) for day, days in rows]).tolist()
        [0, 0, 1]
    """
    starts = np.array([row["issued"] for row in records], dtype="datetime64[D]")
    ends = starts + np.array([row["within_days"] for row in records], dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    reached = np.maximum.accumulate(ends[order])
    begins = np.concatenate([[False], starts[order][1:] >= reached[:-1]])
    groups = np.zeros(len(records), dtype=np.int64)
    groups[order] = np.cumsum(begins)
    return groups


def _difference(
    scores: Floats, groups: Ints, seed: int
) -> tuple[float, float | None, float | None]:
    """Mean difference of scores, with its 90% interval; none from a handful of groups."""
    mean, number = float(scores.mean()), int(groups.max()) + 1
    if number < FEWEST:
        return mean, None, None
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(number, np.full(number, 1 / number), size=RESAMPLES)
    sums, sizes = np.bincount(groups, scores, number), np.bincount(groups, minlength=number)
    drawn = (weights @ sums) / (weights @ sizes)
    tail = expanded_tail(0.90, number)
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return mean, float(low), float(high)


def sentence(compared: Compared) -> str:
    """The scores of one moment, in one sentence.

    Example:
        >>> rows = (("published", 0.2, 0.6, "", 9, 0.1, -0.1, 0.3), ("ours", 0.1, 0.3, "", 9))
        >>> rows = (*rows, ("base rate", 0.3, 0.7, "", 9, 0.2, 0.1, 0.3))
        >>> sentence(Compared("on the opening day", 9, 2, 5, rows))[:60]
        'On the opening day, 9 questions: ours 0.100, published 0.200'
    """
    parts = [f"{OURS} {compared.brier(OURS):.3f}"]
    parts += [f"{row[0]} {row[1]:.3f}" for row in compared.rows if row[0] != OURS]
    hits = f"{compared.hits} of them came true"
    return (
        f"{compared.at[0].upper()}{compared.at[1:]}, {compared.number} questions: "
        f"{', '.join(parts)}; {hits}. {_verdict(compared)}"
    )


def _verdict(compared: Compared) -> str:
    """Whether ours are better than the published ones as last said."""
    value, low, high = compared.above(LAST)
    grouped = f"their windows fall into {compared.groups} groups that do not overlap"
    if low is None or high is None:
        return f"Too few to tell who is better: {grouped}."
    word = "better" if low > 0 else "worse" if high < 0 else ""
    shown, low_text, high_text = tell_all([value, low, high], Scale.POINTS)
    which = f"That ours are {word} is shown" if word else "Who is better is not shown"
    return (
        f"{which} (published above ours by {shown}, 90% interval {low_text} to {high_text}; "
        f"{grouped})."
    )


def moment_name(lead_days: int | None) -> str:
    """A moment in words.

    Example:
        >>> moment_name(None), moment_name(30)
        ('on the opening day', '30 days before the end')
    """
    return OPENED if lead_days is None else f"{lead_days} days before the end"
