"""The most likely next moves: who will do what to whom in the coming week, with odds.

For each action of each party towards each other one, the odds that it is reported at least once in
the coming week come from a logistic regression on what was reported before: decayed counts of the
same action, of the pair, of the reverse, and of the parties at large. Odds are then set right by
isotonic regression on weeks that the regression had not seen, and checked on weeks that neither
had seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from detente.answers import Check, Exhibit, Shown
from detente.arrays import Floats
from detente.asks.forecasts.events.calibrate import (
    Calibration,
    Odds,
    calibration,
    isotonic,
    logistic,
)
from detente.asks.forecasts.events.weeks import ROOTS, Weeks, weekly
from detente.errors import DataGapError, UsageError
from detente.estimators.exhibits import exhibit
from detente.events.ontology import lookup
from detente.rounding import plural

FIRST_FIT = 8
"""Weeks that the first regression learns from."""

FIRST_SET = 4
"""Weeks of its forecasts that the first isotonic regression learns from."""

MIN_WEEKS = FIRST_FIT + FIRST_SET + 2
MIN_HITS = 30
RECENT = 26
"""At most so many past weeks are forecast, to learn how odds must be set right."""

ANEW = 26
"""The regression behind them is fitted anew each time a 26th of the history has passed."""


@dataclass(frozen=True)
class Reason:
    """A past event behind a forecast.

    Attributes:
        event_id: Its id in the event table.
        date: Its day.
        source: Who acted.
        cameo: What was done.
        target: To whom.
    """

    event_id: str
    date: dt.date
    source: str
    cameo: str
    target: str

    @property
    def text(self) -> str:
        """Day, kind and id: `2019-01-14 Consult (icews:1)`."""
        return f"{self.date} {lookup(self.cameo).name} ({self.event_id})"


@dataclass(frozen=True)
class Move:
    """An action that may come in the week.

    Attributes:
        source: Who would act.
        action: CAMEO root.
        name: Its name.
        target: To whom.
        odds: Probability that it is reported at least once in the week.
        usual: Share of the past weeks in which it was.
        reasons: Past events behind the odds, weightiest first.
    """

    source: str
    action: str
    name: str
    target: str
    odds: float
    usual: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, eq=False)
class NextMoves(Shown):
    """The coming week.

    Attributes:
        first: First day of the week.
        last: Last day of the week.
        moves: By source in the order given, likeliest first.
        calibration: How well such odds did in past weeks.
        weeks: Weeks of history that the odds were learned from.
        unusual: The move of each party whose odds are most above its usual share of weeks.
    """

    first: dt.date
    last: dt.date
    moves: tuple[Move, ...]
    calibration: Calibration
    weeks: int
    unusual: tuple[Move, ...] = ()

    def exhibits(self) -> tuple[Exhibit, ...]:
        """One row per move, with the events behind it; then how such odds did."""
        names = ("source", "action", "name", "target", "odds", "usual")
        values = {name: [getattr(move, name) for move in self.moves] for name in names}
        values["behind"] = [", ".join(r.event_id for r in move.reasons) for move in self.moves]
        return (exhibit("moves", "The coming week", values), *self.calibration.exhibits())

    def of(self, party: str) -> tuple[Move, ...]:
        """The moves of one party, likeliest first."""
        return tuple(move for move in self.moves if move.source == party)

    def check(self) -> Check:
        """Whether such odds were right on weeks they had not seen."""
        return self.calibration.check()


def next_moves(
    events: pa.Table,
    parties: Sequence[str],
    *,
    as_of: dt.date | None = None,
    each: int = 10,
    behind: int = 3,
) -> NextMoves:
    """The ranked actions of each party in the coming week, with odds and the events behind them.

    Args:
        events: Events in the canonical schema (`detente.events.schema`).
        parties: Codes of the parties; actions among them are forecast.
        as_of: First day of the week. Nothing dated, or published, on it or later is used. By
            default the day after the last event.
        each: At most so many moves per party.
        behind: At most so many events behind each.

    Raises:
        UsageError: Fewer than two parties, or one is named twice.
        DataGapError: The history is too short or too thin.

    Example:
        >>> from detente.events.schema import SCHEMA
        >>> try:
        ...     next_moves(SCHEMA.empty_table(), ["USA", "CHN"])
        ... except DataGapError as error:
        ...     print(error.failed)
        The next moves could not be forecast.

    Source:
        Zadrozny and Elkan (2002), Transforming Classifier Scores into Accurate Multiclass
        Probability Estimates; Brandt, Freeman and Schrodt (2014), Evaluating Forecasts of
        Political Conflict Dynamics.
    """
    if len(parties) < 2 or len(set(parties)) < len(parties):
        raise UsageError(
            "The next moves could not be forecast.",
            f"The parties are {', '.join(parties) or 'none'}.",
            "Give at least two parties, each once.",
        )
    weeks = weekly(events, tuple(parties), as_of)
    _check_history(weeks)
    past = past_odds(weeks)
    odds = coming_odds(weeks, past)
    moves = [
        _move(weeks, unit, float(odds[unit]), behind)
        for party in range(len(parties))
        for unit in _likeliest(weeks, odds, party, each)
    ]
    first = weeks.as_of
    return NextMoves(
        first=first,
        last=first + dt.timedelta(days=6),
        moves=tuple(moves),
        calibration=_checked(weeks, past),
        weeks=weeks.count,
        unusual=tuple(_unusual(weeks, odds, behind)),
    )


def _check_history(weeks: Weeks) -> None:
    hits = int(weeks.came.sum())
    if weeks.count < MIN_WEEKS or hits < MIN_HITS:
        raise DataGapError(
            "The next moves could not be forecast.",
            f"Before {weeks.as_of} there are {plural(weeks.count, 'whole weeks')} with "
            f"{plural(hits, 'kinds')} of action reported.",
            f"At least {MIN_WEEKS} weeks with {MIN_HITS} are needed: ingest earlier files.",
        )


@dataclass(frozen=True, eq=False)
class PastOdds:
    """What would have been forecast for past weeks, each from earlier weeks only.

    Attributes:
        first: The first of these weeks.
        odds: The regression's odds, shape (forecast weeks, units).
        came: 1 where the action came, same shape.
    """

    first: int
    odds: Floats
    came: Floats

    def set_right(self, until: int) -> Odds:
        """The isotonic regression learned from the first `until` of the forecast weeks."""
        return isotonic(self.odds[:until].ravel(), self.came[:until].ravel())


def past_odds(weeks: Weeks) -> PastOdds:
    """What the regression would have said of past weeks, each from earlier weeks only."""
    first = max(FIRST_FIT, weeks.count - RECENT)
    every = max(1, weeks.count // ANEW)
    fits = {week: _fit(weeks, week) for week in range(first, weeks.count, every)}
    odds = [
        fits[week - (week - first) % every](weeks.features[week])
        for week in range(first, weeks.count)
    ]
    return PastOdds(first, np.array(odds), weeks.came[first:])


def coming_odds(weeks: Weeks, past: PastOdds) -> Floats:
    """Odds of each unit in the coming week, set right by the past ones, shape (units,)."""
    return past.set_right(len(past.odds))(raw_odds(weeks))


def raw_odds(weeks: Weeks) -> Floats:
    """The regression's odds of each unit in the coming week, before they are set right."""
    return _fit(weeks, weeks.count)(weeks.features[weeks.count])


def _checked(weeks: Weeks, past: PastOdds) -> Calibration:
    """How odds did that were set right by weeks before their own."""
    places = range(FIRST_SET, len(past.odds))
    right = [past.set_right(place)(past.odds[place]) for place in places]
    usual = [weeks.came[: past.first + place].mean(axis=0) for place in places]
    came = past.came[FIRST_SET:].ravel()
    return calibration(np.concatenate(right), came, np.concatenate(usual), len(right))


def _fit(weeks: Weeks, week: int) -> Odds:
    """The regression on all weeks before one."""
    width = weeks.features.shape[2]
    return logistic(weeks.features[:week].reshape(-1, width), weeks.came[:week].ravel())


def _likeliest(weeks: Weeks, odds: Floats, party: int, each: int) -> list[int]:
    """Units of one source, likeliest first; equal odds are ordered by the regression's features."""
    own = np.flatnonzero(weeks.source == party)
    recent = weeks.features[-1, own, 0]
    return [int(own[i]) for i in np.lexsort((-recent, -odds[own]))[:each]]


def _unusual(weeks: Weeks, odds: Floats, behind: int) -> Iterator[Move]:
    above = odds - weeks.came.mean(axis=0)
    for party in range(len(weeks.parties)):
        own = np.flatnonzero(weeks.source == party)
        most = int(own[np.argmax(above[own])])
        if above[most] > 0:
            yield _move(weeks, most, float(odds[most]), behind)


def _move(weeks: Weeks, unit: int, odds: float, behind: int) -> Move:
    root = ROOTS[weeks.root[unit]]
    return Move(
        weeks.parties[weeks.source[unit]],
        root,
        lookup(root).name,
        weeks.parties[weeks.target[unit]],
        odds,
        float(weeks.came[:, unit].mean()),
        tuple(Reason(*row) for row in weeks.behind(unit, behind)),
    )
