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
from detente.rounding import plural, score_text

FEWEST = 4  # groups of windows that overlap, below which an interval would say nothing
OURS = "ours"
OPENED = "on the opening day"
LAST, FIRST = "published", "first word"

AT = Column("at", "At")
COLUMNS = (
    Column("whose", "Odds"),
    Column("forecasts", "Forecasts", Scale.COUNT),
    Column("brier", "Brier score", Scale.NUMBER, places=3),
    Column("log_score", "Log score", Scale.NUMBER, places=3),
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
        scores: One row for each side, with the columns `COLUMNS`; ours among them.
    """

    at: str
    number: int
    hits: int
    groups: int
    scores: Table

    def of(self, whose: str) -> dict[str, Any]:
        """The scores of one side, by column."""
        return next(row for row in self.scores.records() if row["whose"] == whose)

    def brier(self, whose: str) -> float:
        """The mean Brier score of one side."""
        return float(self.of(whose)["brier"])

    @property
    def word(self) -> str:
        """Whether ours are better or worse than the published ones; empty where it is not shown."""
        last = self.of(LAST)
        if last["low_90"] is None:
            return ""
        return "better" if last["low_90"] > 0 else "worse" if last["high_90"] < 0 else ""


def compare(windows: Table, at: str, rng: np.random.Generator) -> Compared:
    """Score each side on the windows that have odds of all of them.

    Differences have an interval by resampling whole groups of windows that overlap, whatever they
    are about: what happens in one summer decides all of its questions.

    Args:
        windows: Columns issued, within_days, came, published, ours, base_rate; first_word if
            questions had several forecasts.
        at: The moment, in words.
        rng: Random numbers of the resampling.

    Example:
        >>> names = ("issued", "within_days", "came", "published", "ours", "base_rate")
        >>> rows = [(f"20{year}-01-01", 30, True, 0.5, 0.9, 0.5) for year in (10, 11, 12, 13)]
        >>> rng = np.random.default_rng(1)
        >>> scores = compare(Table(tuple(map(Column, names)), tuple(rows)), "", rng)
        >>> scores.groups, scores.word, round(scores.of("published")["above_ours"], 2)
        (4, 'better', 0.24)

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
    ours, weights = brier(odds[OURS], came), _weights(groups, rng)
    rows = tuple(
        (
            whose,
            len(records),
            float(brier(given, came).mean()),
            float(log_score(given, came).mean()),
            *(
                (None, None, None)
                if whose == OURS
                else _difference(brier(given, came) - ours, groups, weights)
            ),
        )
        for whose, given in odds.items()
    )
    number = len(set(groups.tolist()))
    return Compared(at, len(records), int(came.sum()), number, Table(COLUMNS, rows))


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


def _weights(groups: Ints, rng: np.random.Generator) -> Ints:
    """How often each resample has each group, shape (RESAMPLES, groups); the same for all sides."""
    number = int(groups.max()) + 1
    return rng.multinomial(number, np.full(number, 1 / number), size=RESAMPLES)


def _difference(
    scores: Floats, groups: Ints, weights: Ints
) -> tuple[float, float | None, float | None]:
    """Mean difference of scores, with its 90% interval; none from a handful of groups."""
    mean, number = float(scores.mean()), weights.shape[1]
    if number < FEWEST:
        return mean, None, None
    sums, sizes = np.bincount(groups, scores, number), np.bincount(groups, minlength=number)
    drawn = (weights @ sums) / (weights @ sizes)
    tail = expanded_tail(0.90, number)
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return mean, float(low), float(high)


def sentence(compared: Sequence[Compared]) -> str:
    """The scores of several moments, and where who is better is shown.

    Example:
        >>> rows = (("published", 9, 0.2, 0.6, 0.1, -0.1, 0.3), ("ours", 9, 0.1, 0.3) + (None,) * 3)
        >>> rows = (*rows, ("base rate", 9, 0.3, 0.7, 0.2, 0.1, 0.3))
        >>> once = Compared("on the opening day", 9, 2, 5, Table(COLUMNS, rows))
        >>> print(sentence([once]).replace(". ", "." + chr(10)))
        Brier scores, lower is better.
        On the opening day ours 0.100, published 0.200, base rate 0.300 (9 questions, of which 2 \
came true).
        Who is better is not shown: the windows fall into no more than 5 groups that do not overlap.
    """
    parts = "; ".join(_scores(each) for each in compared)
    return f"Brier scores, lower is better. {parts[0].upper()}{parts[1:]}. {_verdict(compared)}"


def _scores(compared: Compared) -> str:
    others = (row["whose"] for row in compared.scores.records() if row["whose"] != OURS)
    sides = ", ".join(f"{whose} {score_text(compared.brier(whose))}" for whose in (OURS, *others))
    number = plural(compared.number, "questions")
    return f"{compared.at} {sides} ({number}, of which {compared.hits} came true)"


def _verdict(compared: Sequence[Compared]) -> str:
    shown = [f"{each.at} ours are {each.word}" for each in compared if each.word]
    groups = max(each.groups for each in compared)
    few = f"the windows fall into no more than {groups} groups that do not overlap"
    if not shown:
        return f"Who is better is not shown: {few}."
    where = f"It is shown that {' and that '.join(shown)}"
    rest = "" if len(shown) == len(compared) else ", and at no other moment"
    return f"{where}{rest}; {few}."


def moment_name(lead_days: int | None) -> str:
    """A moment in words.

    Example:
        >>> moment_name(None), moment_name(30)
        ('on the opening day', '30 days before the end')
    """
    return OPENED if lead_days is None else f"{plural(lead_days, 'days')} before the end"
