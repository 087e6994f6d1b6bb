"""The odds that a relation will stand above its level so many periods before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detente.asks.forecasts.backtest import PER_YEAR
from detente.asks.forecasts.combined import interval, models_of, percent
from detente.asks.forecasts.level import (
    LABELS,
    Foreseen,
    Level,
    foresee,
    mixed,
    read_level,
    try_level,
)
from detente.asks.forecasts.model import shares_of_change
from detente.asks.forecasts.result import QuestionForecast, Reason
from detente.errors import DataGapError
from detente.relations.periods import check_every, day_name, next_start, period_name
from detente.study.data import StudyData
from detente.study.questions import LevelQuestion

Floats = NDArray[np.float64]


def level_forecast(
    blank: QuestionForecast, data: StudyData, question: LevelQuestion
) -> QuestionForecast:
    """The odds of a question on a level, as of the last period that is known.

    Args:
        blank: The forecast without odds.
        data: The study's data.
        question: The question.

    Raises:
        DataGapError: The relation is not known, or not up to the day of the data.

    Example:
        >>> import datetime as dt
        >>> from detente.study.data import open_data
        >>> from detente.study.load import load
        >>> data = open_data(load("korea"), as_of=dt.date(2015, 1, 15))
        >>> asked = data.study.questions[-1]
        >>> made = level_forecast(QuestionForecast(asked.id, asked.title), data, asked)
        >>> made.low < made.probability < made.high, made.unit
        (True, 'events per year')
    """
    level = read_level(data, question)
    last = _last_known(level, data.as_of)
    weights = try_level(level).weights
    then = _compared(level, last)
    seen = foresee(level, last, np.array([last]))
    probability = float(weights @ seen.odds[:, 0])
    low, high = interval(seen.by_parameters[:, 0], weights)
    opens, closes = _period(level, last)
    terms = _terms(level, seen, weights, last, then)
    made = replace(
        blank,
        window=f"{day_name(opens)} to {day_name(closes)}",
        within=question.ahead,
        opens=opens.isoformat(),
        resolves_on=closes.isoformat(),
        probability=probability,
        low=min(low, probability),
        high=max(high, probability),
        base_rate=float(seen.odds[0, 0]),
        expected=float(np.median(mixed(seen.draws, weights[None])[0])),
        unit=terms.unit,
        start_label=_start_label(level, then, last),
        end_label="typical level in the window",
        base_per_year=terms.start,
        expected_per_year=terms.end,
        reasons=terms.reasons,
        models=models_of(LABELS, seen.odds[:, 0], weights),
        sources=(level.source,),
    )
    return replace(made, answer=_answer(made, level, question))


@dataclass(frozen=True)
class _Terms:
    """From the level that is compared with to the one expected."""

    unit: str
    start: float
    end: float
    reasons: tuple[Reason, ...]


def _compared(level: Level, last: int) -> int:
    """The period whose level is compared with."""
    then = last + level.ahead - level.against
    if not np.isfinite(level.values[then]):
        raise DataGapError(
            "There are no odds.",
            f"{level.signal.source} does not know {_name(level, then)}, which is compared with.",
            "Load event files that hold it, or choose another date.",
        )
    return then


def _start_label(level: Level, then: int, last: int) -> str:
    label = f"its level in {_name(level, then)}"
    if level.signal.counts and level.signal.series.exposure is not None:
        return f"{label}, at the volume of news of {_name(level, last)}"
    return label


def _terms(level: Level, seen: Foreseen, weights: Floats, last: int, then: int) -> _Terms:
    """What moves the expected level, by parts of its change that add up."""
    moved = level.values[last] - level.values[then]
    own = weights[-1] if seen.means[-1, 0] != seen.means[0, 0] else 0.0
    rest = weights @ seen.means[:, 0] - own * seen.means[-1, 0]
    changes = {
        f"what had changed by {_name(level, last)}": own * moved,
        f"the way expected from there to {_name(level, last, level.ahead)}": (
            own * (seen.means[-1, 0] - moved)
        ),
        "how much it used to change": rest,
    }
    unit, start, end, parts = _in_units(level, last, then, list(changes.values()))
    told = sorted(zip(changes, parts, strict=True), key=lambda one: -abs(one[1]))
    return _Terms(unit, start, end, tuple(Reason(label, part) for label, part in told if part))


def _in_units(
    level: Level, last: int, then: int, changes: list[float]
) -> tuple[str, float, float, list[float]]:
    """Unit, first and last value, and the parts of the change between them."""
    signal = level.signal
    logs = [level.sign * one for one in changes]
    start = float(level.sign * level.values[then])
    if not signal.counts:
        return "points", start, start + sum(logs), logs
    scale = float(PER_YEAR[signal.series.every])
    if signal.series.exposure is not None:
        scale *= float(signal.series.exposure[last])
    first, end = scale * np.exp(start), scale * np.exp(start + sum(logs))
    unit = "days per year" if signal.dataset == "chronicle" else "events per year"
    return unit, first, end, shares_of_change(first, end, logs)


def _name(level: Level, place: int, ahead: int = 0) -> str:
    """Name of a period, or of the one so many after it."""
    return period_name(_start(level, place, ahead), check_every(level.signal.series.every))


def _start(level: Level, place: int, ahead: int) -> np.datetime64:
    """First day of the period so many after one."""
    start: np.datetime64 = level.signal.series.dates[place]
    for _ in range(ahead):
        start = next_start(np.array([start]), check_every(level.signal.series.every))[0]
    return start


def _last_known(level: Level, as_of: dt.date) -> int:
    """The last period that is known, if the one asked for is not over by then."""
    last = int(np.flatnonzero(np.isfinite(level.values))[-1])
    closes = _period(level, last)[1]
    if closes <= as_of:
        raise DataGapError(
            "There are no odds.",
            f"{level.signal.source} ends with {_name(level, last)}.",
            "Load event files that reach the date, or choose an earlier date.",
        )
    return last


def _period(level: Level, last: int) -> tuple[dt.date, dt.date]:
    """First and last day of the period asked for."""
    start, after = (_start(level, last, level.ahead + more) for more in (0, 1))
    return start.astype(dt.date), (after - 1).astype(dt.date)


def _answer(made: QuestionForecast, level: Level, question: LevelQuestion) -> str:
    every = level.signal.series.every
    before = f"{question.against} {every}{'s' if question.against > 1 else ''}"
    return (
        f"{percent(made.probability)} (90% interval {percent(made.low)} to {percent(made.high)}) "
        f"that {level.signal.noun} from {made.window} stands "
        f"{'above' if level.sign > 0 else 'below'} its level {before} before; "
        f"the base rate is {percent(made.base_rate)}."
    )
